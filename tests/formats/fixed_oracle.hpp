// Oracle for fixed-point: MPFR with more bits than any result here has, floor, and integers.
//
// A result is a real number, truncated to 2000 bits with a flag for what was lost. In units of 2^-frac its magnitude
// is whole + rest; the mode decides from them, and the overflow rule from the integer. No code of the library is used.
#pragma once

#include <mpfr.h>

#include <cstdint>
#include <string>
#include <vector>

namespace fixed_oracle {

enum class mode {
  nearest_even,
  nearest_away,
  nearest_zero,
  nearest_up,
  nearest_down,
  toward_zero,
  upward,
  downward,
  to_odd,
  stochastic_a,
  stochastic_b,
  stochastic_c,
  stochastic_equal
};
inline constexpr mode modes[] = {mode::nearest_even, mode::nearest_away, mode::nearest_zero,
                                 mode::nearest_up,   mode::nearest_down, mode::toward_zero,
                                 mode::upward,       mode::downward,     mode::to_odd};
inline constexpr mode random_modes[] = {mode::stochastic_a, mode::stochastic_b, mode::stochastic_c,
                                        mode::stochastic_equal};

enum class overflow { saturate, wrap };

struct format {
  int bits, frac;
  bool has_sign, symmetric;
};

class real {
 public:
  real() { mpfr_init2(x_, 2000); }
  real(const real& other) : real() {
    mpfr_set(x_, other.x_, MPFR_RNDN);
    inexact = other.inexact;
  }
  real& operator=(const real& other) {
    mpfr_set(x_, other.x_, MPFR_RNDN);
    inexact = other.inexact;
    return *this;
  }
  ~real() { mpfr_clear(x_); }
  mpfr_ptr get() { return x_; }
  mpfr_srcptr get() const { return x_; }

  bool inexact = false;  // the magnitude is larger by something below the last bit

 private:
  mpfr_t x_;
};

inline real of(double x) {
  real r;
  mpfr_set_d(r.get(), x, MPFR_RNDN);
  return r;
}
inline real of(std::int64_t x) {
  real r;
  mpfr_set_sj(r.get(), x, MPFR_RNDN);
  return r;
}
inline real of(std::uint64_t x) {
  real r;
  mpfr_set_uj(r.get(), x, MPFR_RNDN);
  return r;
}

// The value of a code.
inline real decode(const format& f, std::uint64_t code) {
  const bool negative = f.has_sign && (code >> (f.bits - 1) & 1) != 0;
  real r = of(code), size = of(1.0);
  if (negative) {
    mpfr_mul_2si(size.get(), size.get(), f.bits, MPFR_RNDN);
    mpfr_sub(r.get(), r.get(), size.get(), MPFR_RNDN);
  }
  mpfr_mul_2si(r.get(), r.get(), -f.frac, MPFR_RNDN);
  return r;
}

// op is one of + - * / r (root of a) f (a * b + c) = (a).
inline real compute(char op, const real& a, const real& b, const real& c = {}) {
  real r;
  int ternary = 0;
  switch (op) {
    case '+':
      ternary = mpfr_add(r.get(), a.get(), b.get(), MPFR_RNDZ);
      break;
    case '-':
      ternary = mpfr_sub(r.get(), a.get(), b.get(), MPFR_RNDZ);
      break;
    case '*':
      ternary = mpfr_mul(r.get(), a.get(), b.get(), MPFR_RNDZ);
      break;
    case '/':
      ternary = mpfr_div(r.get(), a.get(), b.get(), MPFR_RNDZ);
      break;
    case 'r':
      ternary = mpfr_sqrt(r.get(), a.get(), MPFR_RNDZ);
      break;
    case 'f':
      ternary = mpfr_fma(r.get(), a.get(), b.get(), c.get(), MPFR_RNDZ);
      break;
    default:
      r = a;
  }
  r.inexact = ternary != 0;
  return r;
}

struct rounded {
  std::uint64_t code;
  bool overflows;
};

// x is finite, NaN or infinite.
inline rounded round(const format& f, const real& x, mode m, overflow o, std::uint32_t random = 0,
                     int random_bits = 32) {
  real lowest = of(0.0), highest = of(1.0), size = of(1.0);
  mpfr_mul_2si(size.get(), size.get(), f.bits, MPFR_RNDN);
  mpfr_mul_2si(highest.get(), highest.get(), f.bits - f.has_sign, MPFR_RNDN);
  mpfr_sub_ui(highest.get(), highest.get(), 1, MPFR_RNDN);
  if (f.has_sign) {
    mpfr_neg(lowest.get(), highest.get(), MPFR_RNDN);
    if (!f.symmetric) mpfr_sub_ui(lowest.get(), lowest.get(), 1, MPFR_RNDN);
  }
  const auto code_of = [&](real n) -> std::uint64_t {  // an integer, modulo 2^bits
    real q;
    mpfr_div(q.get(), n.get(), size.get(), MPFR_RNDN);
    mpfr_floor(q.get(), q.get());
    mpfr_mul(q.get(), q.get(), size.get(), MPFR_RNDN);
    mpfr_sub(n.get(), n.get(), q.get(), MPFR_RNDN);
    return mpfr_get_uj(n.get(), MPFR_RNDN);
  };
  if (mpfr_nan_p(x.get())) return {0, true};
  const bool negative = mpfr_sgn(x.get()) < 0;
  if (mpfr_inf_p(x.get())) return {o == overflow::wrap ? 0 : code_of(negative ? lowest : highest), true};

  real rest = x, whole;
  mpfr_abs(rest.get(), rest.get(), MPFR_RNDN);
  mpfr_mul_2si(rest.get(), rest.get(), f.frac, MPFR_RNDN);
  mpfr_floor(whole.get(), rest.get());
  mpfr_sub(rest.get(), rest.get(), whole.get(), MPFR_RNDN);
  const bool inexact = x.inexact || mpfr_sgn(rest.get()) != 0;
  const int to_half = [&] {
    const int sign = mpfr_cmp_d(rest.get(), 0.5);
    return sign == 0 && x.inexact ? 1 : sign;
  }();
  real half;
  mpfr_div_2ui(half.get(), whole.get(), 1, MPFR_RNDN);
  const bool odd = mpfr_integer_p(half.get()) == 0;

  // floor(rest * 2^n); what follows, in halves: 0, 1 (below), 2 (a half), 3 (above)
  const auto scaled = [&](int n, int& after) {
    real p = rest, q;
    mpfr_mul_2si(p.get(), p.get(), n, MPFR_RNDN);
    mpfr_floor(q.get(), p.get());
    mpfr_sub(p.get(), p.get(), q.get(), MPFR_RNDN);
    const int sign = mpfr_cmp_d(p.get(), 0.5);
    after = sign > 0 || (sign == 0 && x.inexact) ? 3 : sign == 0 ? 2 : mpfr_sgn(p.get()) != 0 || x.inexact ? 1 : 0;
    return mpfr_get_uj(q.get(), MPFR_RNDN);
  };
  const std::uint64_t one = std::uint64_t{1} << random_bits, r = random & (one - 1);
  int after = 0;
  const std::uint64_t part = scaled(random_bits, after);
  bool up = false;
  switch (m) {
    case mode::nearest_even:
      up = to_half > 0 || (to_half == 0 && odd);
      break;
    case mode::nearest_away:
      up = to_half >= 0;
      break;
    case mode::nearest_zero:
      up = to_half > 0;
      break;
    case mode::nearest_up:
      up = to_half > 0 || (to_half == 0 && !negative);
      break;
    case mode::nearest_down:
      up = to_half > 0 || (to_half == 0 && negative);
      break;
    case mode::toward_zero:
      break;
    case mode::upward:
      up = inexact && !negative;
      break;
    case mode::downward:
      up = inexact && negative;
      break;
    case mode::to_odd:
      up = inexact && !odd;
      break;
    case mode::stochastic_a:
      up = part + r >= one;
      break;
    case mode::stochastic_b:
      up = part + (after >= 2) + r >= one;
      break;
    case mode::stochastic_c:
      up = part + (after == 3 || (after == 2 && part % 2 == 1)) + r >= one;
      break;
    case mode::stochastic_equal:
      up = inexact && (random & 1) != 0;
      break;
  }
  if (up) mpfr_add_ui(whole.get(), whole.get(), 1, MPFR_RNDN);
  if (negative) mpfr_neg(whole.get(), whole.get(), MPFR_RNDN);
  const bool below = mpfr_cmp(whole.get(), lowest.get())<0, above = mpfr_cmp(whole.get(), highest.get())> 0;
  if (o == overflow::saturate && (below || above)) whole = below ? lowest : highest;
  return {code_of(whole), below || above};
}

}  // namespace fixed_oracle
