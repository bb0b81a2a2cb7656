// Brute force oracle for minifloats: a format is the list of its values, written down by definition, and
// rounding is a search in that list.
//
//   value of magnitude code c, with e = c >> M and t = c mod 2^M:
//     e = 0:  t * 2^(1 - bias - M)          e > 0:  (2^M + t) * 2^(e - bias - M)
//     scale:  (2^M + t) * 2^(e - bias - M)  for every e (no zero, no subnormals)
//
// The list goes on above the largest finite value, "as if the exponent were unbounded", because rounding is
// done before the overflow rule is asked. An exact result is put in its place once (neighbour below, side of
// the midpoint) and every rounding mode and overflow policy is read off from that place.
//
// Nothing here comes from include/lowp; the rules are those of docs and of the P3109 draft, and the MPFR half
// (mpfr_oracle.hpp) holds this half to account.
#ifndef LOWP_TESTS_ORACLE_FORMAT_HPP
#define LOWP_TESTS_ORACLE_FORMAT_HPP

#include <cstdint>
#include <vector>

#include "dyadic.hpp"

namespace oracle {

using code_t = std::uint64_t;

enum class specials { ieee, fn, fnuz, finite, extended, scale };

enum class mode {
  nearest_even,
  nearest_away,
  nearest_zero,
  toward_zero,
  upward,
  downward,
  to_odd,
  stochastic_a,
  stochastic_b,
  stochastic_c,
  stochastic_equal
};
inline constexpr mode deterministic_modes[] = {mode::nearest_even, mode::nearest_away, mode::nearest_zero,
                                               mode::toward_zero,  mode::upward,       mode::downward,
                                               mode::to_odd};

enum class overflow { to_special, saturate, saturate_finite, sat_none };
inline constexpr overflow overflow_policies[] = {overflow::to_special, overflow::saturate, overflow::saturate_finite,
                                                 overflow::sat_none};

enum class kind { zero, finite, infinite, nan };

const char* name(mode m);
const char* name(overflow o);
const char* name(specials s);

// One operand: (-1)^negative * m * 2^e.
struct value {
  oracle::kind kind = kind::zero;
  bool negative = false;
  std::uint64_t m = 0;
  std::int64_t e = 0;

  dyadic signed_dyadic() const { return {negative ? -int128(m) : int128(m), e}; }
};

value of(double x);
value of(float x);
value of_integer(std::int64_t x);
double to_double(const value& v);  // exact where the double can hold it
bool same(const value& a, const value& b);

// The exact result of one operation, kept as what a comparison with t needs.
struct quantity {
  enum class form { sum, ratio, root };
  oracle::kind kind = kind::zero;
  bool negative = false;
  bool cancelled = false;  // zero from x + (-x): its sign is the rounding mode's
  form shape = form::sum;
  dyadic x, y;  // |result| = x + y, x / y, or sqrt(x), all oriented to be positive

  int compare(dyadic t) const;  // sign of |result| - t
  struct approximation {
    double significand = 0;  // in [1/2, 1)
    std::int64_t exponent = 0;
  };
  approximation roughly() const;  // good enough to guess where to start a search, never to end it
};

quantity exactly(const value& a);
quantity add(const value& a, const value& b);
quantity sub(const value& a, const value& b);
quantity mul(const value& a, const value& b);
quantity div(const value& a, const value& b);
quantity sqrt(const value& a);
quantity fma(const value& a, const value& b, const value& c);

// Where an exact result lies among the values of a format.
enum class side { exact, below_middle, middle, above_middle };
struct place {
  oracle::kind kind = kind::zero;
  bool negative = false;
  bool cancelled = false;
  code_t low = 0;  // magnitude code of the neighbour below (or of the value itself)
  oracle::side side = side::exact;
  std::uint64_t fraction = 0;  // floor(nu * 2^fraction_bits), nu the share of the gap above `low`
  bool fraction_exact = true;  // nothing of nu is cut off
  unsigned fraction_bits = 0;
};

class format {
 public:
  format(int exponent_bits, int fraction_bits, specials s, std::int64_t exponent_bias, bool has_sign);

  int E, M;
  specials kind_of_specials;
  std::int64_t bias;
  bool is_signed;

  int bits() const { return E + M + (is_signed ? 1 : 0); }
  code_t last_code() const { return ~code_t(0) >> (64 - bits()); }
  code_t codes() const { return last_code() + 1; }  // of formats below 64 bits
  bool has_infinity(bool negative) const;
  bool has_nan() const;
  bool has_negative_zero() const;
  bool has_zero() const { return kind_of_specials != specials::scale; }
  code_t nan(bool negative) const;  // the canonical NaN; +0 where there is none
  code_t infinity(bool negative) const;
  code_t largest(bool negative) const;            // code of the largest finite value of that sign
  code_t largest_magnitude(bool negative) const;  // its magnitude code
  code_t zero(bool negative) const;
  code_t with_sign(bool negative, code_t magnitude) const;

  value decode(code_t code) const;
  double to_double(code_t code) const { return oracle::to_double(decode(code)); }
  dyadic magnitude(code_t c) const;  // by definition, for every c >= 0
  dyadic middle(code_t c) const;     // of magnitude(c) and magnitude(c + 1)

  // Search. fraction_bits > 0 also bisects the gap, for the stochastic modes (N random bits need N + 1).
  place locate(const quantity& q, unsigned fraction_bits = 0) const;

  // The code for a place. Stochastic modes: `random` is R in [0, 2^N), the place knows N + 1 fraction bits.
  code_t settle(const place& p, mode m, overflow o, std::uint64_t random = 0, unsigned random_bits = 0) const;
  code_t round(const quantity& q, mode m, overflow o, std::uint64_t random = 0, unsigned random_bits = 0) const;
  code_t round(const value& v, mode m, overflow o, std::uint64_t random = 0, unsigned random_bits = 0) const {
    return round(exactly(v), m, o, random, random_bits);
  }

  // Operands and result in this format.
  code_t add(code_t a, code_t b, mode m, overflow o) const;
  code_t sub(code_t a, code_t b, mode m, overflow o) const;
  code_t mul(code_t a, code_t b, mode m, overflow o) const;
  code_t div(code_t a, code_t b, mode m, overflow o) const;
  code_t sqrt(code_t a, mode m, overflow o) const;
  code_t fma(code_t a, code_t b, code_t c, mode m, overflow o) const;

  // Codes of the results that need no rounding, and the overflow rule (used by both oracles).
  code_t overflowed(bool negative, bool away, overflow o) const;
  code_t infinite_result(bool negative, overflow o) const;
  code_t zero_result(bool negative, overflow o) const;

 private:
  bool in_table(code_t c) const { return c < table_.size(); }
  code_t below(const quantity& q) const;  // greatest c with magnitude(c) <= |q|
  std::vector<dyadic> table_;             // magnitudes in ascending order, some binades beyond the largest
  std::vector<code_t> first_of_binade_;   // first code c with top(magnitude(c)) >= lowest_binade_ + i
  std::int64_t lowest_binade_ = 0;
};

// Does this mode, at an overflow, go to the value beyond? (`odd`: parity of the largest magnitude code)
bool goes_away(mode m, bool negative, bool odd);

}  // namespace oracle

#endif
