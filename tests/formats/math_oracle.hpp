// Oracle for the mathematical functions: MPFR computes, the brute force of tests/oracle rounds.
//
// MPFR gives the value cut toward zero to 110 bits and says whether anything was cut. That is the whole truth for a
// comparison with any number of fewer bits, so it goes to oracle::format as the sum of the 110 bits and, if something
// was cut, of a positive number below their unit. Nothing here comes from include/.
#pragma once

#include <mpfr.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "oracle/format.hpp"

namespace tests {

enum class fn {
  // one argument
  exp,
  exp2,
  exp10,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  erf,
  erfc,
  cbrt,
  rsqrt,
  floor,
  ceil,
  trunc,
  round,
  roundeven,
  logb,
  // two arguments
  pow,
  atan2,
  hypot,
  fmod,
  remainder,
  fdim
};
inline constexpr fn unary[] = {fn::exp,   fn::exp2, fn::exp10, fn::expm1, fn::log,       fn::log2, fn::log10,
                               fn::log1p, fn::sin,  fn::cos,   fn::tan,   fn::asin,      fn::acos, fn::atan,
                               fn::sinh,  fn::cosh, fn::tanh,  fn::erf,   fn::erfc,      fn::cbrt, fn::rsqrt,
                               fn::floor, fn::ceil, fn::trunc, fn::round, fn::roundeven, fn::logb};
inline constexpr fn transcendental[] = {fn::exp,   fn::exp2, fn::exp10, fn::expm1, fn::log,  fn::log2, fn::log10,
                                        fn::log1p, fn::sin,  fn::cos,   fn::tan,   fn::asin, fn::acos, fn::atan,
                                        fn::sinh,  fn::cosh, fn::tanh,  fn::erf,   fn::erfc, fn::cbrt, fn::rsqrt};
inline constexpr fn pairwise[] = {fn::pow, fn::atan2, fn::hypot, fn::fmod, fn::remainder, fn::fdim};
const char* name(fn f);
inline bool takes_two(fn f) { return f >= fn::pow; }

// f(x) or f(x, y), exactly.
oracle::quantity exact_value(fn f, const oracle::value& x, const oracle::value& y = {});

// The same as a number of `bits` bits, to nearest, into an mpfr_t of the caller; for finite x where f is finite.
void approximate(mpfr_t result, fn f, const oracle::value& x, const oracle::value& y = {});

void set(mpfr_t r, const oracle::value& x);  // exact; r has 64 bits at least

// Where an exact result lies in a list of magnitudes: next to or on number `low`, on which side of the boundary
// above.
struct position {
  oracle::kind kind = oracle::kind::zero;
  bool negative = false, exact = true;
  std::uint64_t low = 0;
  int side = 0;
};

// posit<N, ES> by definition: a value is read bit by bit from its code, the boundary of two neighbours from the code
// of posit<N + 1, ES> between them. Never rounded to zero or to NaR, in no mode. Rounds all overflow policies alike.
class posit_list {
 public:
  posit_list(int bits, int exponent_bits);
  oracle::code_t codes() const { return oracle::code_t{1} << bits_; }
  oracle::value decode(oracle::code_t code) const;
  position locate(const oracle::quantity& q) const;
  oracle::code_t settle(const position& p, oracle::mode m, oracle::overflow = {}) const;

 private:
  oracle::dyadic value_of(std::uint64_t magnitude) const;
  oracle::dyadic boundary_above(std::uint64_t magnitude) const;

  int bits_, exponent_bits_;
  std::vector<oracle::dyadic> value_, boundary_;  // by magnitude, of up to 16 bits
};

// fixed<Bits, Frac> and ufixed: integers times 2^-Frac, clamped at the ends, or modulo 2^Bits for `wrap`.
class fixed_list {
 public:
  fixed_list(int bits, int fraction_bits, bool has_sign, bool wraps = false);
  oracle::code_t codes() const { return oracle::code_t{1} << bits_; }
  oracle::value decode(oracle::code_t code) const;
  position locate(const oracle::quantity& q) const;
  oracle::code_t settle(const position& p, oracle::mode m, oracle::overflow = {}) const;

 private:
  int bits_, fraction_bits_;
  bool has_sign_, wraps_;
};

}  // namespace tests
