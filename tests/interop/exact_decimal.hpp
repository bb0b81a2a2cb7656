// Decimal text held against a format by rational arithmetic (GMP): no rounding anywhere, and no code of include/.
//
// A decimal number and every value of a format, and every midpoint of two values, are rationals. Text is put in
// its place among the values by comparing rationals, and the oracle reads every rounding mode off that place.
#pragma once

#include <gmp.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "oracle/format.hpp"

namespace test {

class rational {
 public:
  rational() { mpq_init(q_); }
  rational(const rational& other) : rational() { mpq_set(q_, other.q_); }
  rational& operator=(const rational& other) {
    mpq_set(q_, other.q_);
    return *this;
  }
  ~rational() { mpq_clear(q_); }

  explicit rational(oracle::dyadic d) : rational() {
    const bool negative = d.m < 0;
    const auto u = static_cast<oracle::uint128>(negative ? -d.m : d.m);
    mpz_set_ui(mpq_numref(q_), static_cast<unsigned long>(u >> 64));
    mpz_mul_2exp(mpq_numref(q_), mpq_numref(q_), 64);
    mpz_add_ui(mpq_numref(q_), mpq_numref(q_), static_cast<unsigned long>(u));
    if (negative) mpz_neg(mpq_numref(q_), mpq_numref(q_));
    if (d.e >= 0) {
      mpq_mul_2exp(q_, q_, static_cast<mp_bitcnt_t>(d.e));
    } else {
      mpq_div_2exp(q_, q_, static_cast<mp_bitcnt_t>(-d.e));
    }
  }
  // [-] digits [. digits] [e exponent], the exponent small enough to be written out.
  explicit rational(std::string_view text) : rational() {
    std::string digits;
    long exponent = 0;
    bool point = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == 'e') {
        exponent += std::atol(std::string(text.substr(i + 1)).c_str());
        break;
      }
      if (text[i] == '.') {
        point = true;
      } else {
        digits += text[i];
        exponent -= point;
      }
    }
    mpz_set_str(mpq_numref(q_), digits.c_str(), 10);
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, static_cast<unsigned long>(exponent < 0 ? -exponent : exponent));
    mpz_mul(exponent < 0 ? mpq_denref(q_) : mpq_numref(q_), exponent < 0 ? mpq_denref(q_) : mpq_numref(q_), power);
    mpz_clear(power);
    mpq_canonicalize(q_);
  }

  int sign() const { return mpq_sgn(q_); }
  friend int compare(const rational& a, const rational& b) { return mpq_cmp(a.q_, b.q_); }
  friend rational operator-(const rational& a, const rational& b) {
    rational r;
    mpq_sub(r.q_, a.q_, b.q_);
    return r;
  }
  rational magnitude() const {
    rational r;
    mpq_abs(r.q_, q_);
    return r;
  }

 private:
  mpq_t q_;
};

// The exact decimal digits of m * 2^e (m > 0) plus `units` in their last place, times 10^exponent.
struct exact_digits {
  std::string digits;
  long exponent;
};
inline exact_digits digits_of(oracle::dyadic d, int units = 0) {
  mpz_t n, power;
  mpz_init_set_ui(n, static_cast<unsigned long>(static_cast<oracle::uint128>(d.m) >> 64));
  mpz_init(power);
  mpz_mul_2exp(n, n, 64);
  mpz_add_ui(n, n, static_cast<unsigned long>(d.m));
  if (d.e >= 0) {
    mpz_mul_2exp(n, n, static_cast<mp_bitcnt_t>(d.e));
  } else {
    mpz_ui_pow_ui(power, 5, static_cast<unsigned long>(-d.e));
    mpz_mul(n, n, power);
  }
  if (units > 0) mpz_add_ui(n, n, 1);
  if (units < 0) mpz_sub_ui(n, n, 1);
  char* const text = mpz_get_str(nullptr, 10, n);
  exact_digits result{text, d.e < 0 ? static_cast<long>(d.e) : 0};
  std::free(text);
  mpz_clear(n);
  mpz_clear(power);
  return result;
}

// Where a rational lies among the values of a format.
inline oracle::place locate(const oracle::format& f, const rational& x, bool negative) {
  using oracle::code_t;
  oracle::place p;
  p.negative = negative;
  if (x.sign() == 0) return p;
  p.kind = oracle::kind::finite;
  const rational size = x.magnitude();
  const auto value = [&](code_t c) { return rational(f.magnitude(c)); };
  p.side = oracle::side::exact;
  if (compare(size, value(0)) < 0) return p;  // e8m0: below the smallest value, which is where it goes
  code_t low = 0, high = f.largest_magnitude(false) + 3;
  if (compare(size, value(high)) >= 0) {  // far above; all that matters is that it is
    p.low = high;
    p.side = oracle::side::above_middle;
    return p;
  }
  while (high - low > 1) {
    const code_t middle = low + (high - low) / 2;
    (compare(value(middle), size) <= 0 ? low : high) = middle;
  }
  p.low = low;
  if (compare(value(low), size) != 0) {
    const int side = compare(size, rational(f.middle(low)));
    p.side = side < 0 ? oracle::side::below_middle : side > 0 ? oracle::side::above_middle : oracle::side::middle;
  }
  return p;
}

}  // namespace test
