// asin, acos, atan, atan2: all of them the angle of a point.
//
//   atan x = angle(|x|, 1),  asin x = angle(|x|, sqrt(1 - x^2)),  acos x = angle(sqrt(1 - x^2), x),  atan2(y, x)
//   angle(y, x) for y <= x:  c = i / 64 about y / x;  u = (y - c x) / (x + c y),  |u| < 2^-6.9
//                            = atan(c) + u (1 - u^2/3 + u^4/5 - ...)
//   pi/2 - angle(x, y) for y > x, pi - angle(y, -x) for x < 0
//
// So one division serves both the quotient and the reduction, and nothing cancels: 1 - x^2 is exact, as (1 - x)(1 +
// x), small quotients (c = 0) keep their relative error, and elsewhere the sum with atan(c) has N + 1 words. 5
// terms leave 2^-72, 10 terms 2^-142. Errors in units of the last place of 64 N bits: <= 2^5 (N = 1), 2^11 (N = 2;
// the table has 128 bits). Rational results other than 0 do not occur for rational operands (Lindemann). Source:
// J.-M. Muller, Elementary Functions, 3rd edition, 4.
#pragma once

#include <lowp/formats/math/real.hpp>

namespace lowp::detail::math {

// The angle of the point (x, y) with x, y > 0, or x < 0 if `left` is set: then x is |x|.
template <int N>
LOWP_FN constexpr real<N> angle_of(const real<N>& y, const real<N>& x, bool left = false) noexcept {
  const bool steep = y.exponent != x.exponent ? y.exponent > x.exponent : y.significand > x.significand;
  const real<N>& small = steep ? x : y;
  const real<N>& large = steep ? y : x;
  const int distance = large.exponent - small.exponent;

  int i = 0;
  real<N> u{};
  if (distance < 8) {
    const auto top = [](std::uint64_t v, int n) { return static_cast<std::uint32_t>(v >> n); };
    const std::uint32_t ratio = top(small.significand.limb[0], 32 + distance) / top(large.significand.limb[0], 48);
    i = static_cast<int>((ratio + (1 << 9)) >> 10);
  }
  if (i == 0) {
    u = divide(small, large);
  } else {
    // 64 y - i x over 64 x + i y in N + 1 words: exact, 8 bits for the factors and 8 for the distance.
    const words<N + 1> s = resize<N + 1>(small.significand) >> (8 + distance);
    const words<N + 1> l = resize<N + 1>(large.significand) >> 8;
    const auto factor = static_cast<std::uint64_t>(i);
    const auto product = [](std::uint64_t n, const words<N + 1>& a) { return resize<N + 1>(times(n, a) << 64); };
    const words<N + 1> a = s << 6, b = product(factor, l);
    const bool below = a < b;
    const real<N> top = normalised<N>(below ? b - a : a - b, 0, below);
    u = divide(top, normalised<N>((l << 6) + product(factor, s), 0));
  }

  const words<N> v = fraction_of(u);
  const words<N> quotient = series<(N == 1 ? 5 : 10), 2>(reciprocals, high(v, v), true);
  const words<N> part = high(u.significand, quotient);  // * 2^(u.exponent + 2)
  if (i == 0 && !steep && !left) return normalised<N>(part, u.exponent + 2);

  // Unit 2^(2 - 64 (N + 1)): enough for pi.
  const words<N + 1> correction = resize<N + 1>(part) >> -u.exponent;
  words<N + 1> sum = resize<N + 1>(atan_steps[i]) >> 2;
  sum = u.negative ? sum - correction : sum + correction;
  const words<N + 1> quarter = resize<N + 1>(half_pi.significand) >> 1;
  if (steep) sum = quarter - sum;
  if (left) sum = (quarter << 1) - sum;
  return normalised<N>(sum, 2);
}

// sqrt(1 - x^2) for |x| < 1. For |x| >= 1/2 the square is exact in 128 bits; for smaller x 1 - x^2 is near 1.
template <int N>
LOWP_FN constexpr real<N> other_leg(const exact& x) noexcept {
  const wide square = multiply_wide(x.significand, x.significand);
  return square_root(normalised<N>(-(words<2>{{square.high, square.low}} >> (-2 * x.exponent - 2)), 0));
}

template <int N>
inline constexpr std::uint64_t angle_error = N == 1 ? 32 : 2048;

struct atan_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    real<N> v = angle_of(to_real<N>(x.magnitude()), to_real<N>(1));
    v.negative = x.negative;
    return {v, angle_error<N>};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == infinite) return inexact(real<2>{resize<2>(half_pi.significand), 0, x.negative});
    if (x.kind != finite) return x;
    if (x.exponent < -30) return slightly_below(x);  // x - x^3 / 3
    return evaluate<atan_function>(bits, x);
  }
};

struct asin_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    real<N> v = angle_of(to_real<N>(x.magnitude()), other_leg<N>(x));
    v.negative = x.negative;
    return {v, angle_error<N>};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (is_one(x)) return inexact(real<2>{resize<2>(half_pi.significand), 0, x.negative});
    if (x.kind == infinite || (x.kind == finite && x.exponent >= 0)) return exact::nan();
    if (x.kind != finite) return x;
    if (x.exponent < -30) return slightly_above(x);  // x + x^3 / 6
    return evaluate<asin_function>(bits, x);
  }
};

struct acos_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {angle_of(other_leg<N>(x), to_real<N>(x.magnitude()), x.negative), angle_error<N>};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == nan) return x;
    if (is_one(x)) return x.negative ? inexact(real<2>{resize<2>(half_pi.significand), 1, false}) : exact::zero();
    if (x.kind == infinite || (x.kind == finite && x.exponent >= 0)) return exact::nan();
    // Where x is 0 or below every unit of pi / 2 it does not count.
    if (x.kind == zero || x.exponent < -64) return inexact(real<2>{resize<2>(half_pi.significand), 0, false});
    return evaluate<acos_function>(bits, x);
  }
};

struct atan2_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& y, const exact& x) noexcept {
    real<N> v = angle_of(to_real<N>(y.magnitude()), to_real<N>(x.magnitude()), x.negative);
    v.negative = y.negative;
    return {v, angle_error<N>};
  }
  // (-1)^negative * n * pi / 4, the directions that special operands have: n = 0 .. 4
  LOWP_FN static constexpr exact direction(int n, bool negative) noexcept {
    switch (n) {
      case 0:
        return exact::zero(negative);
      case 3:
        return inexact(normalised<2>(times(3, half_pi.significand), 64, negative));
      default:
        return inexact(
            real<2>{resize<2>(half_pi.significand), std::countr_zero(static_cast<unsigned>(n)) - 1, negative});
    }
  }
  LOWP_FN static constexpr exact apply(const exact& y, const exact& x, int bits) noexcept {
    using enum value_kind;
    if (y.kind == nan) return y;
    if (x.kind == nan) return x;
    if (y.kind == infinite) return direction(x.kind != infinite ? 2 : x.negative ? 3 : 1, y.negative);
    if (y.kind == zero || x.kind == infinite) return direction(x.negative ? 4 : 0, y.negative);
    if (x.kind == zero) return direction(2, y.negative);
    if (!x.negative && y.exponent - x.exponent < -54) {
      // y / x - (y / x)^3 / 3, less than y / x by less than 2^-109 of it: too little to matter if y / x has more than
      // 52 bits, as it then is at least 2^-105 away from each number that has fewer (operands of up to 53 bits).
      const exact quotient = exact_div(y, x.magnitude());
      return quotient.sticky ? slightly_above(quotient) : slightly_below(quotient);
    }
    return evaluate<atan2_function>(bits, y, x);
  }
};

}  // namespace lowp::detail::math
