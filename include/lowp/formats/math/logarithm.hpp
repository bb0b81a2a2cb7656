// ln x, log2 x, log10 x and ln(1 + x).
//
//   x = 2^k m,  0.7 < m < 1.42;  i = 128 m to the nearest integer;  r = divisor[i] / 512, about 1 / m;  z = m r - 1
//   ln x = k ln 2 - ln r + ln(1 + z),  |z| < 2^-7.3,  ln(1 + z) = z (1 - z/2 + z^2/3 - ...)
//
// m r is exact, as r has 10 bits. Near 1, r = 1 and k = 0: the result is ln(1 + z) alone and keeps its relative
// error. Elsewhere it is at least 2^-8, and the three parts are added with N + 1 words, 24 bits of them for the
// integer part. 9 terms of the series leave 2^-69, 18 terms 2^-135. Errors in units of the last place of 64 N bits:
// ln <= 2^3 (N = 1), 2^10 (N = 2: the table has 128 bits); the others, one multiplication more, <= 2^4, 2^11. ln x
// is irrational but for x = 1 (Lindemann), log2 x but for powers of two, log10 x but for powers of ten. Sources: P.
// T. P. Tang, Table-Driven Implementation of the Logarithm Function in IEEE Floating-Point Arithmetic, ACM TOMS 16,
// 1990, for the idea of the table; J.-M. Muller, Elementary Functions, 3rd edition.
#pragma once

#include <lowp/formats/math/real.hpp>

namespace lowp::detail::math {

// ln x for x > 0, |log2 x| < 2^23; zero for x = 1.
template <int N>
LOWP_FN constexpr real<N> natural_log(const real<N>& x) noexcept {
  constexpr std::uint64_t root_of_2 = 0xb504f333f9de6484;  // sqrt(2) * 2^63
  const std::uint64_t top = x.significand.limb[0];
  const bool halve = top > root_of_2;  // m = x's significand in [1, 2), or half of it
  const int k = x.exponent + halve;
  const int i = static_cast<int>(halve ? (top >> 57) + ((top >> 56) & 1) : (top >> 56) + ((top >> 55) & 1));

  // m r * 2^(64 N + 8), or twice that if m was halved, and 1 on the same scale
  const words<N + 1> product = times(log_divisors[i - 90], x.significand);
  const words<N + 1> one{{std::uint64_t{256} << halve}};
  const bool below = product < one;
  const real<N> z = normalised<N>(below ? one - product : product - one, 56 - halve, below);
  const words<N> quotient = series<(N == 1 ? 9 : 18)>(reciprocals, fraction_of(z), !below);
  const words<N> log1p = high(z.significand, quotient);  // |ln(1 + z)| * 2^-(z.exponent + 2)
  if (k == 0 && i == 128) return normalised<N>(log1p, z.exponent + 2, below);

  // Two's complement, 24 bits before the point.
  const std::uint64_t size = static_cast<std::uint64_t>(k < 0 ? -k : k);
  const words<N + 1> binades = resize<N + 1>(times(size << 40, resize<N + 1>(log_of_2.significand)));  // 0.1011...
  const words<N + 1> step = resize<N + 1>(log_steps[i - 90]) >> 24;
  const words<N + 1> rest = resize<N + 1>(log1p) >> (22 - z.exponent);
  words<N + 1> sum = k < 0 ? -binades : binades;
  sum = i < 128 ? sum - step : sum + step;
  sum = below ? sum - rest : sum + rest;
  const bool negative = (sum.limb[0] >> 63) != 0;
  return normalised<N>(negative ? -sum : sum, 24, negative);
}

// What the logarithms have in common off the positive numbers.
LOWP_FN constexpr exact special_log(const exact& x) noexcept {
  using enum value_kind;
  if (x.kind == nan) return x;
  if (x.kind == zero) return exact::infinity(true);
  return x.negative ? exact::nan() : x;
}
LOWP_FN constexpr bool has_log(const exact& x) noexcept { return x.kind == value_kind::finite && !x.negative; }

struct log_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {natural_log(to_real<N>(x)), N == 1 ? 8 : 1024};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (!has_log(x)) return special_log(x);
    return is_one(x) ? exact::zero() : evaluate<log_function>(bits, x);
  }
};

struct log2_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {multiply(natural_log(to_real<N>(x)), to_real<N>(log2_of_e)), N == 1 ? 16 : 2048};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (!has_log(x)) return special_log(x);
    return x.significand << 1 == 0 ? integer_value(x.exponent) : evaluate<log2_function>(bits, x);
  }
};

struct log10_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {multiply(natural_log(to_real<N>(x)), to_real<N>(log10_of_e)), N == 1 ? 16 : 2048};
  }
  // x = 10^n, n > 0
  LOWP_FN static constexpr exact exact_result(const exact& x) noexcept {
    std::uint64_t power = 1;
    for (int n = 1; n <= 27; ++n) {
      power *= 5;
      if (x == exact::scaled(false, power, n)) return integer_value(n);
    }
    return {};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (!has_log(x)) return special_log(x);
    return is_one(x) ? exact::zero() : evaluate<log10_function>(bits, x);
  }
};

struct log1p_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    if (x.exponent >= -8) {
      // For N = 1 the sum is exact if x has at most 48 bits below 1; what is cut counts 2^8 times near 1.
      const std::uint64_t cut = N == 1 && (x.significand & 0xffff) != 0 ? 1024 : 0;
      return {natural_log(add(to_real<N>(x), to_real<N>(1))), (N == 1 ? 8 : 1024) + cut};
    }
    const real<N> z = to_real<N>(x);
    const words<N> quotient = series<(N == 1 ? 9 : 18)>(reciprocals, fraction_of(z), !x.negative);
    return {normalised<N>(high(z.significand, quotient), z.exponent + 2, x.negative), N == 1 ? 16 : 64};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == finite) [[likely]] {
      if (x.negative && x.exponent >= 0) return is_one(x) ? exact::infinity(true) : exact::nan();
      if (x.exponent < -54) return x.negative ? slightly_above(x) : slightly_below(x);  // x - x^2 / 2
      return evaluate<log1p_function>(bits, x);
    }
    return x.kind == infinite && x.negative ? exact::nan() : x;
  }
};

}  // namespace lowp::detail::math
