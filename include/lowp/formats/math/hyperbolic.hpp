// sinh, cosh, tanh.
//
//   sinh x = x (sinh(x)/x), a Taylor series in x^2, for |x| < 1;  (e^|x| - e^-|x|) / 2 elsewhere
//   cosh x = (e^|x| + e^-|x|) / 2
//   tanh x = t / (t + 2),  t = e^(2 |x|) - 1
//
// Errors in units of the last place of 64 N bits: sinh, cosh <= 2^4 (N = 1), 2^6 (N = 2), tanh <= 2^5, 2^9. All are
// irrational for every rational x but 0 (Lindemann).
#pragma once

#include <lowp/formats/math/exponential.hpp>

namespace lowp::detail::math {

// (e^|x| +- e^-|x|) / 2
template <int N>
LOWP_FN constexpr real<N> half_of_powers(const exact& x, bool difference) noexcept {
  const real<N> up = exp_function::at<N>(x.magnitude()).value;
  const real<N> down = exp_function::at<N>(-x.magnitude()).value;
  return scaled(add(up, difference ? negated(down) : down), -1);
}

struct sinh_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    real<N> v{};
    if (x.exponent < 0) {
      const real<N> a = to_real<N>(x);
      const words<N> u = fraction_of(a);
      v = normalised<N>(high(a.significand, sinh_quotient(high(u, u))), a.exponent + 2);
    } else {
      v = half_of_powers<N>(x, true);
    }
    v.negative = x.negative;
    return {v, N == 1 ? 16 : 64};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind != value_kind::finite) return x;
    if (is_far(x)) return vast(x.negative);
    if (x.exponent < -30) return slightly_above(x);  // x + x^3 / 6
    return evaluate<sinh_function>(bits, x);
  }
};

struct cosh_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {half_of_powers<N>(x, false), N == 1 ? 16 : 64};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == zero) return integer_value(1);
    if (x.kind == infinite) return x.magnitude();
    if (x.kind == nan) return x;
    if (is_far(x)) return vast(false);
    if (x.exponent < -30) return slightly_above(integer_value(1));  // 1 + x^2 / 2
    return evaluate<cosh_function>(bits, x);
  }
};

struct tanh_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    exact twice = x.magnitude();
    ++twice.exponent;
    const real<N> t = expm1_function::at<N>(twice).value;
    real<N> v = divide(t, add(t, to_real<N>(2)));
    v.negative = x.negative;
    return {v, N == 1 ? 32 : 512};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == infinite) return integer_value(x.negative ? -1 : 1);
    if (x.kind != finite) return x;
    if (x.exponent >= 5) return slightly_below(integer_value(x.negative ? -1 : 1));  // 1 - 2 e^-2x
    if (x.exponent < -30) return slightly_below(x);                                  // x - x^3 / 3
    return evaluate<tanh_function>(bits, x);
  }
};

}  // namespace lowp::detail::math
