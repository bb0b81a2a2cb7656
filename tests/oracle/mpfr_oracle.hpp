// MPFR oracle for minifloats of up to 32 bits: the second opinion beside the brute force of format.hpp.
//
// MPFR knows special values, signed zeros and correct rounding. A result is computed at precision M + 1 with the
// format's emin, brought into the format by mpfr_check_range and mpfr_subnormalize; for IEEE formats under
// to_special emax is set too, so that MPFR decides overflow. Modes that MPFR lacks (ties away or toward zero,
// to odd, stochastic, and everything at one bit of precision, where MPFR's "even" is not the code's) start from
// a truncation with enough further bits and its ternary value.
// What it shares with the brute force: the facts of a format, its special codes and the overflow rule; not the
// values, not the search, not the arithmetic, not the special cases of the operations.
#ifndef LOWP_TESTS_ORACLE_MPFR_ORACLE_HPP
#define LOWP_TESTS_ORACLE_MPFR_ORACLE_HPP

#include "format.hpp"

namespace oracle {

enum class operation { convert, add, sub, mul, div, sqrt, fma };
inline constexpr operation operations[] = {operation::convert, operation::add,  operation::sub, operation::mul,
                                           operation::div,     operation::sqrt, operation::fma};
const char* name(operation op);
inline int arity(operation op) {
  return op == operation::convert || op == operation::sqrt ? 1 : op == operation::fma ? 3 : 2;
}

// Unused operands are ignored.
code_t by_mpfr(const format& f, operation op, const value& a, const value& b, const value& c, mode m, overflow o,
               std::uint64_t random = 0, unsigned random_bits = 0);

// The same by brute force.
quantity exact_result(operation op, const value& a, const value& b, const value& c);

}  // namespace oracle

#endif
