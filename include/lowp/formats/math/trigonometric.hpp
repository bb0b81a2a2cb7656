// sin, cos, tan of an angle in radians, of any size.
//
//   |x| (2 / pi) = q + f,  q integer, -1/2 <= f <= 1/2;   r = f pi / 2,  |r| <= pi / 4
//   sin x, cos x = +-sin r or +-cos r by q mod 4; both are Taylor series in w = r^2
//
// Reduction as by Payne and Hanek: of the bits of 2 / pi, those whose product with x is a multiple of 4 are skipped
// and the next 3 words (N = 1) or 5 are multiplied with the 64 bits of x. The absolute error of f is below 2^(1 -
// 64 N) then, for N = 2 below 2^-190; if f is small, that counts more: `cancelled`. Numbers of 16 bits below 2^128
// come within 2^-29 of a multiple of pi / 2, those of 53 bits below 2^1024 within 2^-61. |x| < 1/2 needs none of
// this. 11 terms leave 2^-72, 17 terms 2^-139. Errors in units of the last place of 64 N bits: sin, cos <= 2^4 + 2
// error of r; tan, with a division, <= 2^5 (N = 1), 2^9 (N = 2) + 4 error of r. All are irrational for every
// rational x but 0 (Lindemann). Sources: M. Payne, R. Hanek, Radian Reduction for Trigonometric Functions, ACM
// SIGNUM 18, 1983; J.-M. Muller, Elementary Functions, 3rd edition.
#pragma once

#include <lowp/formats/math/real.hpp>
#include <lowp/formats/math/two_over_pi.hpp>

namespace lowp::detail::math {

inline constexpr int largest_angle_exponent = 16'500;

// |x| = quadrant pi / 2 + r
template <int N>
struct angle {
  real<N> r;
  int quadrant;
  std::uint64_t error;  // of r, in units of its last place
};

template <int N>
LOWP_FN constexpr angle<N> reduce_angle(const exact& x) noexcept {
  if (x.exponent < -1) return {to_real<N>(x.magnitude()), 0, 0};
  constexpr int window = N == 1 ? 3 : 5;
  const int skipped = x.exponent < 65 ? 0 : (x.exponent - 65) / 64;  // words of 2 / pi
  // Limb by limb in place: a words<4> returned by times() would be copied, which stalls.
  std::uint64_t product[std::size_t{window + 2}] = {};
  for (int i = window - 1; i >= 0; --i) {
    const wide p = multiply_wide(x.significand, two_over_pi[skipped + i]);
    product[i + 2] += p.low;
    product[i + 1] = p.high + (product[i + 2] < p.low);
  }
  // The point is x.exponent + 1 - 64 skipped bits behind the start of the product, which is product[1]; N + 1 words
  // from 2 bits before it.
  const int from = 64 + x.exponent - 1 - 64 * skipped, limb = from / 64, shift = from % 64;
  const auto piece = [&](int i) {
    return (product[limb + i] << shift) | (product[limb + i + 1] >> 1 >> (63 - shift));
  };
  words<N + 1> part{};
  if constexpr (N == 1) {
    part = {{piece(0), piece(1)}};
  } else {
    part = {{piece(0), piece(1), piece(2)}};
  }
  const words<N + 1> fraction = part << 2;
  const int quadrant = static_cast<int>(part.limb[0] >> 62);
  const bool up = (fraction.limb[0] >> 63) != 0;  // to the next multiple
  const real<N> f = normalised<N>(up ? -fraction : fraction, 0, up);
  const std::uint64_t cancelled = std::uint64_t{1} << (f.exponent < -59 ? 60 : 1 - f.exponent);
  return {multiply(f, to_real<N>(half_pi)), (quadrant + up) & 3, 8 + cancelled};
}

template <int N>
LOWP_FN constexpr real<N> with_sign(const real<N>& v, bool negative) noexcept {
  return {v.significand, v.exponent, negative};
}

// sin r, or cos r; |r| <= pi / 4. Both are a number times a series in r^2: no branch has to guess which one.
template <int N>
LOWP_FN constexpr real<N> sin_or_cos(const real<N>& r, bool cosine) noexcept {
  const words<N> u = fraction_of(r);
  const words<N> quotient = series<(N == 1 ? 11 : 17)>(cosine ? even_factorials : odd_factorials, high(u, u), true);
  const words<N> factor = cosine ? ~words<N>{} : r.significand;
  return normalised<N>(high(factor, quotient), (cosine ? -1 : r.exponent) + 2, r.negative && !cosine);
}

// sin(|x| + turn pi / 2), with the sign of x for turn 0
template <int N>
LOWP_FN constexpr estimate<N> sin_after(const exact& x, int turn) noexcept {
  const angle<N> a = reduce_angle<N>(x);
  const int q = (a.quadrant + turn) & 3;
  const real<N> v = sin_or_cos(a.r, (q & 1) != 0);
  return {with_sign(v, (v.negative != (q >= 2)) != (turn == 0 && x.negative)), 16 + 2 * a.error};
}

// NaN for infinities; the zero, or the NaN, itself
LOWP_FN constexpr exact special_angle(const exact& x) noexcept {
  return x.kind == value_kind::infinite ? exact::nan() : x;
}

struct sin_function {
  static constexpr int largest_exponent = largest_angle_exponent;

  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return sin_after<N>(x, 0);
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind != value_kind::finite) return special_angle(x);
    if (x.exponent < -30) return slightly_below(x);  // x - x^3 / 6
    return evaluate<sin_function>(bits, x);
  }
};

struct cos_function {
  static constexpr int largest_exponent = largest_angle_exponent;

  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return sin_after<N>(x, 1);
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind == value_kind::zero) return integer_value(1);
    if (x.kind != value_kind::finite) return special_angle(x);
    if (x.exponent < -30) return slightly_below(integer_value(1));  // 1 - x^2 / 2
    return evaluate<cos_function>(bits, x);
  }
};

struct tan_function {
  static constexpr int largest_exponent = largest_angle_exponent;

  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    const angle<N> a = reduce_angle<N>(x);
    const bool turned = (a.quadrant & 1) != 0;  // -cot r
    const real<N> v = divide(sin_or_cos(a.r, turned), sin_or_cos(a.r, !turned));
    return {with_sign(v, (v.negative != turned) != x.negative), (N == 1 ? 32 : 512) + 4 * a.error};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    if (x.kind != value_kind::finite) return special_angle(x);
    if (x.exponent < -30) return slightly_above(x);  // x + x^3 / 3
    return evaluate<tan_function>(bits, x);
  }
};

}  // namespace lowp::detail::math
