// real<N>: floating point with 64 N bits, for intermediate results of the elementary functions; and how such a result
// becomes an exact value with a sticky bit.
//
//   value = (-1)^negative * significand * 2^(exponent + 1),  1/2 <= significand < 1 read as a fraction 0.(64 N)
//
// so that exponent = floor(log2|value|). Zero has significand 0 and an exponent below every other. Operations cut;
// the bounds below are in units of the last of the 64 N bits.
//
//   multiply  error < 2 N          add  < 1           divide  < 2^5 (N = 1), 2^8 (N = 2)
//   reciprocal_root, square_root  error < 2^6 (N = 1), 2^11 (N = 2)
//
// An estimate is a value with a bound on its error. It is `settled` for `bits` if the first `bits` bits, and that
// something non-zero follows, are the same for every number within the bound: then cutting it off after 64 bits
// with a sticky bit behind gives what the true value would give, in every rounding mode of a format whose values
// and midpoints have at most `bits` bits. `evaluate` tries N = 1 and, where that is not settled, takes N = 2 (A.
// Ziv, Fast Evaluation of Elementary Mathematical Functions with Correctly Rounded Last Bit, ACM TOMS 17, 1991).
#pragma once

#include <lowp/core/arithmetic.hpp>
#include <lowp/formats/math/tables.hpp>

namespace lowp::detail::math {

template <int N>
struct real {
  words<N> significand;
  int exponent;
  bool negative;
};

// No exponent of an operand or a result is beyond 2^22; what is, counts as infinitely large or small.
inline constexpr int exponent_limit = 1 << 23;

// (-1)^negative * fraction * 2^scale
template <int N, int M>
[[gnu::always_inline]] LOWP_FN constexpr real<N> normalised(const words<M>& fraction, int scale,
                                                            bool negative = false) noexcept {
  const int shift = leading_zeros(fraction);
  if (shift == 64 * M) return {{}, -2 * exponent_limit, negative};
  return {resize<N>(fraction << shift), scale - shift - 1, negative};
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> to_real(const exact& x) noexcept {
  return {resize<N>(words<1>{{x.significand}}), x.exponent, x.negative};
}
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> to_real(const constant& c) noexcept {
  return {resize<N>(c.significand), c.exponent, false};
}
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> to_real(std::uint64_t n) noexcept {
  return normalised<N>(words<1>{{n}}, 64);
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> negated(const real<N>& a) noexcept {
  return {a.significand, a.exponent, !a.negative};
}
// a * 2^n
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> scaled(const real<N>& a, int n) noexcept {
  return {a.significand, a.exponent + n, a.negative};
}
// |a| as a fraction 0.(64 N), for |a| < 1.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> fraction_of(const real<N>& a) noexcept {
  return a.significand >> -(a.exponent + 1);
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> multiply(const real<N>& a, const real<N>& b) noexcept {
  return normalised<N>(high(a.significand, b.significand), a.exponent + b.exponent + 2, a.negative != b.negative);
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> add(const real<N>& a, const real<N>& b) noexcept {
  const bool swap = a.exponent != b.exponent ? a.exponent < b.exponent : a.significand < b.significand;
  const real<N>& large = swap ? b : a;
  const real<N>& small = swap ? a : b;
  const words<N + 1> x = resize<N + 1>(large.significand) >> 1;
  const words<N + 1> y = resize<N + 1>(small.significand) >> (large.exponent - small.exponent + 1);
  return normalised<N>(a.negative == b.negative ? x + y : x - y, large.exponent + 2, large.negative);
}

// 2 a, or all ones where that does not fit: the last step of the iterations below, whose result may reach 1.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> doubled(const words<N>& a) noexcept {
  return (a.limb[0] >> 63) != 0 ? ~words<N>{} : a << 1;
}

// 1 / (2 d) for 1/2 <= d < 1. Newton: y (2 - 2 d y) has the square of the relative error of y and is not too large.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> half_reciprocal(const words<N>& d) noexcept {
  words<N> y{};
  if constexpr (N == 1) {
    y = {{(~std::uint64_t{0} / (d.limb[0] >> 32)) << 31}};  // 31 bits
  } else {
    y = resize<N>(half_reciprocal(resize<N / 2>(d)));
  }
  return doubled(high(y, -high(d, y)));
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> divide(const real<N>& a, const real<N>& b) noexcept {
  return normalised<N>(high(a.significand, half_reciprocal(b.significand)), a.exponent - b.exponent + 1,
                       a.negative != b.negative);
}

// 1 / (2 sqrt(m)) for 1/4 <= m < 1. Newton: y (3 - 4 m y^2) / 2, as above.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> half_reciprocal_root(const words<N>& m) noexcept {
  const words<N> three_quarters{{std::uint64_t{3} << 62}};
  words<N> y{};
  if constexpr (N == 1) {
    y = {{std::uint64_t{root_seeds[(m.limb[0] >> 56) - 64]} << 48}};  // 8 bits, then 15, 30; the last is below
    for (int i = 0; i < 2; ++i) y = doubled(high(y, three_quarters - high(m, high(y, y))));
  } else {
    y = resize<N>(half_reciprocal_root(resize<N / 2>(m)));
  }
  return doubled(high(y, three_quarters - high(m, high(y, y))));
}

// a = m * 4^k with 1/4 <= m < 1
template <int N>
struct even_scaled {
  words<N> m;
  int k;
};
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr even_scaled<N> even_scale(const real<N>& a) noexcept {
  const bool odd = (a.exponent & 1) == 0;  // of the scale, exponent + 1
  return {odd ? a.significand >> 1 : a.significand, (a.exponent + 1 + odd) >> 1};
}

// 1 / sqrt(a), a > 0
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> reciprocal_root(const real<N>& a) noexcept {
  const even_scaled<N> s = even_scale(a);
  return normalised<N>(half_reciprocal_root(s.m), 1 - s.k);
}

// sqrt(a), a > 0
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr real<N> square_root(const real<N>& a) noexcept {
  const even_scaled<N> s = even_scale(a);
  return normalised<N>(high(s.m, half_reciprocal_root(s.m)), s.k + 1);
}

// c[0] + c[s] u + c[2 s] u^2 + ...: Count terms, with the stride s and alternating signs if u stands for -u. The
// result is scaled as the coefficients are, u is a fraction. By pairs of terms, c[0] + c[s] u + u^2 (...), so that
// twice as many multiplications overlap.
template <int Count, int Stride = 1, int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> series(const words<2>* c, const words<N>& u,
                                                         bool alternate) noexcept {
  const words<N> square = high(u, u);
  const auto pair = [&](int k) {
    const words<N> odd = high(u, resize<N>(c[Stride * (k + 1)]));
    return alternate ? resize<N>(c[Stride * k]) - odd : resize<N>(c[Stride * k]) + odd;
  };
  constexpr int last = (Count - 1) & ~1;
  words<N> sum = last == Count - 1 ? resize<N>(c[Stride * last]) : pair(last);
  for (int k = last - 2; k >= 0; k -= 2) sum = pair(k) + high(square, sum);
  return sum;
}

template <int N>
struct estimate {
  real<N> value;
  std::uint64_t error;  // |value - true value| <= error * 2^(exponent + 1 - 64 N); from 2^62 on, nothing is known
};

// Whether the first `bits` bits and the sticky bit behind them are beyond doubt, 2 <= bits <= 60.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr bool settled(const estimate<N>& e, int bits) noexcept {
  words<N> bound{};
  bound.limb[N - 1] = e.error;
  const words<N> low = e.value.significand - bound, up = e.value.significand + bound;
  if (((low.limb[0] ^ up.limb[0]) >> (64 - bits)) != 0) return false;
  return (low << bits) != words<N>{};
}

// An inexact value: cut to 64 bits, sticky. The last bit is set for formats that look no further than 64 bits.
template <int N>
LOWP_FN constexpr exact inexact(const real<N>& v) noexcept {
  return {v.significand.limb[0] | 1, v.exponent, value_kind::finite, v.negative, true};
}

// The values next to x, a finite value of at most 52 bits: |x| plus or minus less than anything a format could see.
LOWP_FN constexpr exact slightly_above(const exact& x) noexcept {
  return {x.significand | 1, x.exponent, value_kind::finite, x.negative, true};
}
LOWP_FN constexpr exact slightly_below(const exact& x) noexcept {
  const bool power = x.significand << 1 == 0;
  return {power ? ~std::uint64_t{0} : (x.significand - 1) | 1, x.exponent - power, value_kind::finite, x.negative,
          true};
}
// Finite, inexact, and beyond every format, or below its smallest value.
LOWP_FN constexpr exact vast(bool negative) noexcept {
  return {~std::uint64_t{0}, exponent_limit, value_kind::finite, negative, true};
}
LOWP_FN constexpr exact minute(bool negative) noexcept {
  return {~std::uint64_t{0}, -exponent_limit, value_kind::finite, negative, true};
}
LOWP_FN constexpr exact integer_value(int n) noexcept {
  return exact::scaled(n < 0, static_cast<std::uint64_t>(n < 0 ? -n : n), 0);
}
LOWP_FN constexpr bool is_one(const exact& x) noexcept {  // |x| == 1
  return x.kind == value_kind::finite && x.exponent == 0 && x.significand << 1 == 0;
}

// Kernel::at<N>(x...) is an estimate of an irrational value. A kernel that knows of exact results says so in
// exact_result(x...), which is asked only where the estimate lies at a number of few bits.
template <class Kernel, class... X>
[[gnu::noinline]] LOWP_FN constexpr exact evaluate_accurately(const X&... x) noexcept {
  if constexpr (requires { Kernel::exact_result(x...); }) {
    const exact y = Kernel::exact_result(x...);
    if (y.kind == value_kind::finite) return y;
  }
  return inexact(Kernel::template at<2>(x...).value);
}
template <class Kernel, class... X>
LOWP_FN constexpr exact evaluate(int bits, const X&... x) noexcept {
  const estimate<1> first = Kernel::template at<1>(x...);
  if (settled(first, bits)) [[likely]]
    return inexact(first.value);
  return evaluate_accurately<Kernel>(x...);
}

}  // namespace lowp::detail::math
