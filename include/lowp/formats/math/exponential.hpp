// e^x, 2^x, 10^x and e^x - 1.
//
//   x log2(b) = n + f,  n integer, 0 <= f < 1;   f = i / 64 + g / 64;   b^x = 2^n * 2^(i/64) * 2^(g/64)
//
// x log2(b) is computed with N + 1 words, 24 bits of them before the point, so that f is good to 64 N bits.
// 2^(i/64) is tabulated, 2^(g/64) - 1 a Taylor series: 8 terms leave 2^-71, 15 terms 2^-142. e^x - 1 for |x| < 1/2
// is
//
//   x (sinh(x)/x + x (cosh(x) - 1)/x^2), both Taylor series in x^2
//
// so that small x lose nothing. Errors in units of the last place of 64 N bits: 2^x <= 4 (N = 1), 2^4 (N = 2); e^x
// - 1 <= 2^4, 2^6. e^x is irrational for every rational x but 0 (Lindemann), 2^x is rational only for integers x,
// 10^x of few bits only for integers x >= 0. Sources: P. T. P. Tang, Table-Driven Implementation of the Exponential
// Function in IEEE Floating-Point Arithmetic, ACM TOMS 15, 1989, for the idea of the table; J.-M. Muller,
// Elementary Functions, 3rd edition.
#pragma once

#include <lowp/formats/math/real.hpp>

namespace lowp::detail::math {

// whole + fraction, 0 <= fraction < 1
template <int N>
struct split_number {
  int whole;
  words<N> fraction;
};

// (-1)^negative * fraction * 2^scale, below 2^23
template <int N>
LOWP_FN constexpr split_number<N> split(const words<N + 1>& fraction, int scale, bool negative) noexcept {
  const words<N + 1> v = fraction >> (24 - scale);
  const words<N + 1> x = negative ? -v : v;  // two's complement, 24 bits before the point
  return {static_cast<int>(static_cast<std::int64_t>(x.limb[0]) >> 40), resize<N>(x << 24)};
}

// (-1)^negative * x * 2^scale * c, below 2^23
template <int N>
LOWP_FN constexpr split_number<N> split_product(const words<2>& x, int scale, const constant& c,
                                                bool negative) noexcept {
  const words<N + 1> factor = resize<N + 1>(c.significand);
  words<N + 1> product = resize<N + 1>(times(x.limb[0], factor));
  if (x.limb[1] != 0) product = product + resize<N + 1>(times(x.limb[1], factor) >> 64);
  return split<N>(product, scale + c.exponent + 1, negative);
}
template <int N>
LOWP_FN constexpr split_number<N> split_product(const exact& x, const constant& c) noexcept {
  return split_product<N>(words<2>{{x.significand, 0}}, x.exponent + 1, c, x.negative);
}

template <int N>
LOWP_FN constexpr estimate<N> exp2_of(const split_number<N>& x) noexcept {
  constexpr int terms = N == 1 ? 8 : 15;
  const int i = static_cast<int>(x.fraction.limb[0] >> 58);
  const words<N> g = x.fraction << 6;
  const words<N> q = high(g, series<terms>(exp2_terms, g, false));  // 64 (2^(g/64) - 1)
  const words<N> step = resize<N>(exp2_steps[i]);
  // Everything was cut: the sum stays below 2.
  return {{step + (high(step, q) >> 6), x.whole, false}, N == 1 ? 4 : 16};
}

// Exponents of formats are below 2^22: outside of this every power is beyond, or next to 1.
LOWP_FN constexpr bool is_far(const exact& x) noexcept { return x.exponent >= 22; }
LOWP_FN constexpr exact far_power(const exact& x) noexcept { return x.negative ? minute(false) : vast(false); }
LOWP_FN constexpr bool is_near(const exact& x) noexcept { return x.exponent < -54; }
LOWP_FN constexpr exact near_one(bool negative) noexcept {
  return negative ? slightly_below(integer_value(1)) : slightly_above(integer_value(1));
}

struct exp_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return exp2_of(split_product<N>(x, log2_of_e));
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == finite) [[likely]] {
      if (is_far(x)) return far_power(x);
      if (is_near(x)) return near_one(x.negative);
      return evaluate<exp_function>(bits, x);
    }
    if (x.kind == nan) return x;
    if (x.kind == zero) return integer_value(1);
    return x.negative ? exact::zero() : x;
  }
};

struct exp2_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return exp2_of(split<N>(resize<N + 1>(words<1>{{x.significand}}), x.exponent + 1, x.negative));
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind != value_kind::finite) return exp_function::apply(x, bits);
    if (is_far(x)) return far_power(x);
    if (is_near(x)) return near_one(x.negative);
    if (x.exponent >= 0 && x.significand << (x.exponent + 1) == 0) {  // an integer
      const int n = static_cast<int>(x.significand >> (63 - x.exponent));
      return exact::scaled(false, 1, x.negative ? -n : n);
    }
    return evaluate<exp2_function>(bits, x);
  }
};

struct exp10_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return exp2_of(split_product<N>(x, log2_of_10));
  }
  // 10^n = 5^n 2^n, which has few bits for small n only.
  LOWP_FN static constexpr exact exact_result(const exact& x) noexcept {
    if (x.negative || x.exponent < 0 || x.exponent > 4 || x.significand << (x.exponent + 1) != 0) return {};
    const int n = static_cast<int>(x.significand >> (63 - x.exponent));
    if (n > 27) return {};
    std::uint64_t power = 1;
    for (int i = 0; i < n; ++i) power *= 5;
    return exact::scaled(false, power, n);
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind != value_kind::finite) return exp_function::apply(x, bits);
    if (x.exponent >= 21) return far_power(x);
    if (is_near(x)) return near_one(x.negative);
    return evaluate<exp10_function>(bits, x);
  }
};

// sinh(a) / a = 1 + w / 3! + w^2 / 5! + ... with w = a^2 < 1, as 1.(64 N - 1)
template <int N>
LOWP_FN constexpr words<N> sinh_quotient(const words<N>& w) noexcept {
  return series<(N == 1 ? 11 : 18)>(odd_factorials, w, false);
}

struct expm1_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    if (x.exponent < -1) {
      const real<N> a = to_real<N>(x);
      const words<N> u = fraction_of(a), w = high(u, u);
      const words<N> odd = series<(N == 1 ? 9 : 15)>(odd_factorials, w, false);
      const words<N> even = high(u, series<(N == 1 ? 8 : 14)>(even_factorials + 1, w, false));
      const words<N> quotient = x.negative ? odd - even : odd + even;
      return {normalised<N>(high(a.significand, quotient), x.exponent + 2, x.negative), N == 1 ? 16 : 64};
    }
    const real<N> power = exp_function::at<N>(x).value;
    return {add(power, negated(to_real<N>(1))), N == 1 ? 16 : 64};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == finite) [[likely]] {
      if (is_far(x)) return x.negative ? slightly_below(integer_value(-1)) : vast(false);
      if (is_near(x)) return x.negative ? slightly_below(x) : slightly_above(x);  // x + x^2 / 2
      if (x.negative && x.exponent >= 6) return slightly_below(integer_value(-1));
      return evaluate<expm1_function>(bits, x);
    }
    return x.kind == infinite && x.negative ? integer_value(-1) : x;
  }
};

}  // namespace lowp::detail::math
