// Oracle for posits, twice: by the words of the Standard, and by writing bit strings.
//
// The first follows the text. A code is read sign, regime, exponent and fraction, bit by bit. Rounding to nearest is
// the rule of section 4.1: of the neighbours u < x < w with the n-bit string U of u, let v be the posit of n + 1 bits
// whose string is U followed by a 1; x < v becomes u, x > v becomes w, and a tie the one whose string ends in 0.
// Beyond the largest value it is that one, and nothing but zero becomes zero. The other modes look at the same
// string: what is discarded of x is what follows U in longer and longer posits, so a share of the gap is found by
// asking the posits of n + 1, n + 2, ... bits whether they exceed x.
//
// The second (by_bit_string) takes x from MPFR, writes down its infinite bit string and cuts it after n characters.
//
// A third form, posit_lines, holds results of up to 16 bits to the rule in a few comparisons of doubles, for long
// runs: the values and the points v between them as doubles, and exact products and sums compared with them.
//
// Source: Standard for Posit Arithmetic (2022), sections 3, 4 and 5. There the exponent has 2 bits; here es.
#ifndef LOWP_TESTS_ORACLE_POSIT_HPP
#define LOWP_TESTS_ORACLE_POSIT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "format.hpp"
#include "mpfr_oracle.hpp"

namespace oracle {

class posit_format {
 public:
  posit_format(int width, int exponent_size);

  int n, es;

  code_t codes() const { return code_t(1) << n; }  // for n < 64
  code_t mask() const { return n == 64 ? ~code_t(0) : (code_t(1) << n) - 1; }
  code_t nar() const { return code_t(1) << (n - 1); }
  code_t maxpos() const { return nar() - 1; }
  code_t negated(code_t code) const { return (~code + 1) & mask(); }
  std::string name() const { return "posit<" + std::to_string(n) + "," + std::to_string(es) + ">"; }

  value decode(code_t code) const;  // NaR is a NaN
  double to_double(code_t code) const { return oracle::to_double(decode(code)); }

  // The place among the codes of |x|: low = maxpos and `exact` beyond maxpos, low = 1 and `exact` below minpos.
  // A guess of `low`, if it is right, saves the search.
  place locate(const quantity& q, unsigned fraction_bits = 0, code_t guess = 0) const;
  // The code for a place. An infinity is NaR under to_special and the largest value under the other policies.
  code_t settle(const place& p, mode m, overflow o = overflow::to_special, std::uint64_t random = 0,
                unsigned random_bits = 0) const;
  code_t round(const quantity& q, mode m, overflow o = overflow::to_special, std::uint64_t random = 0,
               unsigned random_bits = 0) const;

 private:
  dyadic magnitude(uint128 code, int width) const;
  std::vector<dyadic> table_;  // of the positive posits of n + 1 bits: those of n bits and the points v, in turn
};

// The positive posit of `width` bits that has this string; m may have up to width bits.
dyadic positive_posit(uint128 code, int width, int es);

// The operation in MPFR to 800 bits and the sign of what is left over, as the infinite string of |result|, cut.
code_t by_bit_string(const posit_format& f, operation op, const value& a, const value& b, const value& c, mode m,
                     overflow o = overflow::to_special, std::uint64_t random = 0, unsigned random_bits = 0);

// For n <= 16 and es <= 4: products and quotients of such posits, and of a posit and a point v, are exact in double.
class posit_lines {
 public:
  explicit posit_lines(const posit_format& f);

  double value(code_t code) const { return line_[index(code)]; }  // NaR: NaN
  // Whether `code` is the posit nearest to the exact result.
  bool is_sum(code_t code, code_t a, code_t b) const { return is_sum_of(code, a, b, value(a), value(b)); }
  bool is_difference(code_t code, code_t a, code_t b) const { return is_sum_of(code, a, b, value(a), -value(b)); }
  bool is_product(code_t code, code_t a, code_t b) const {
    if (a == nar_ || b == nar_) return code == nar_;
    return is_nearest(code, value(a) * value(b));
  }
  bool is_quotient(code_t code, code_t a, code_t b) const {
    if (a == nar_ || b == nar_ || b == 0) return code == nar_;
    // x / y <= v  <=>  x <= v y for y > 0
    const double y = value(b), x = y < 0 ? -value(a) : value(a), positive = y < 0 ? -y : y;
    return is_between(code, x, [&](double v) { return x < v * positive ? -1 : x > v * positive; });
  }
  bool is_root(code_t code, code_t a) const {
    if (a == nar_ || value(a) < 0) return code == nar_;
    const double x = value(a);
    return is_between(code, x, [&](double v) { return v <= 0 ? 1 : x < v * v ? -1 : x > v * v; });
  }
  bool is_nearest(code_t code, double x) const {
    return is_between(code, x, [&](double v) { return x < v ? -1 : x > v; });
  }

 private:
  // As a signed integer the string 2 * code of n + 1 bits ascends with the value; NaR is the lowest.
  std::size_t index(code_t code) const { return static_cast<std::size_t>(2 * (code ^ nar_)); }

  bool is_sum_of(code_t code, code_t a, code_t b, double x, double y) const {
    if (a == nar_ || b == nar_) return code == nar_;
    const double s = x + y, z = s - x, error = (x - (s - z)) + (y - z);  // Knuth: s + error = x + y, exactly
    return is_between(code, s, [&](double v) { return s < v ? -1 : s > v ? 1 : error < 0 ? -1 : error > 0; });
  }
  // compare(v): the sign of x - v. `sign_of` has the sign of x.
  template <class Compare>
  bool is_between(code_t code, double sign_of, Compare compare) const {
    if (code == 0) return sign_of == 0;
    if (code == nar_ || sign_of == 0) return false;
    const std::size_t i = index(code);
    const bool even = (code & 1) == 0;
    if (sign_of > 0 ? code > nar_ : code < nar_) return false;
    if (code != 1 && code != nar_ + 1) {
      const int below = compare(line_[i - 1]);
      if (below < 0 || (below == 0 && !even)) return false;
    }
    if (code != nar_ - 1 && code != 2 * nar_ - 1) {
      const int above = compare(line_[i + 1]);
      if (above > 0 || (above == 0 && !even)) return false;
    }
    return true;
  }

  code_t nar_;
  std::vector<double> line_;
};

// A sum of products without any rounding: an integer of any length times 2^-8192.
class exact_sum {
 public:
  exact_sum();
  ~exact_sum();
  exact_sum(const exact_sum&) = delete;
  exact_sum& operator=(const exact_sum&) = delete;

  void add_product(const value& a, const value& b);
  void subtract_product(const value& a, const value& b);
  void negate();
  void twice();
  // The sum for any rounding: its first 100 bits, and whether more follow.
  quantity result() const;

 private:
  struct integer;
  integer* sum_;
  value special_{};  // the sum of the infinities and NaNs, or a zero
};

}  // namespace oracle

#endif
