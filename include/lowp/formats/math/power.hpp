// x^y, cbrt, 1/sqrt(x), hypot.
//
//   |x|^y = 2^(y log2|x|);   cbrt: log2(x) / 3;   1/sqrt(x): Newton's iteration;   hypot: an integer square root
//
// The logarithm has a relative error, so the error of a power grows with its exponent: (2^5 |t| + 2^3) units of the
// last place of 64 N bits for N = 1, 2^7 times that for N = 2, t = y log2|x|. Exact results:
//
//   |x| = 2^k         2^(k y): exp2 of the exact product, which is rational for an integer only
//   |x| = m 2^k       m odd, y = n / 2^j with n odd: rational if and only if m and 2^k are 2^j-th powers, and of few
//                     bits if also y > 0 (or m = 1): m^(y) is then computed in integers
//   cbrt, 1/sqrt(x)   rational cube roots have a third of the bits of x; rational 1/sqrt(x) of finitely many bits has
//                     x = 4^k
//
// hypot ends in an integer square root with a sticky bit, after a quick try with N = 1.
#pragma once

#include <lowp/formats/math/exponential.hpp>
#include <lowp/formats/math/logarithm.hpp>

namespace lowp::detail::math {

// 2^t, |t| < 2^23
template <int N>
LOWP_FN constexpr real<N> exp2_of(const real<N>& t) noexcept {
  return exp2_of(split<N>(resize<N + 1>(t.significand), t.exponent + 1, t.negative)).value;
}

// A finite value as m * 2^unit with m odd.
struct odd_scaled {
  std::uint64_t m;
  int unit;
};
LOWP_FN constexpr odd_scaled odd_part(const exact& x) noexcept {
  const int zeros = std::countr_zero(x.significand);
  return {x.significand >> zeros, x.exponent - 63 + zeros};
}
LOWP_FN constexpr bool is_integer(const exact& x) noexcept {
  return x.kind == value_kind::finite && odd_part(x).unit >= 0;
}
LOWP_FN constexpr bool is_odd_integer(const exact& x) noexcept {
  return x.kind == value_kind::finite && odd_part(x).unit == 0;
}

// floor of the square or cube root
LOWP_FN constexpr std::uint64_t integer_root(std::uint64_t n, int degree) noexcept {
  std::uint64_t root = 0;
  for (int bit = degree == 2 ? 31 : 21; bit >= 0; --bit) {
    const std::uint64_t trial = root | std::uint64_t{1} << bit;
    const wide power = multiply_wide(trial * trial, degree == 2 ? 1 : trial);
    if (power.high == 0 && power.low <= n) root = trial;
  }
  return root;
}

struct pow_function {
  // y log2|x|
  template <int N>
  LOWP_FN static constexpr real<N> exponent_of(const exact& x, const exact& y) noexcept {
    const real<N> log2 = multiply(natural_log(to_real<N>(x.magnitude())), to_real<N>(log2_of_e));
    return multiply(log2, to_real<N>(y));
  }
  template <int N>
  LOWP_FN static constexpr estimate<N> power_of(const real<N>& t) noexcept {
    const std::uint64_t growth = std::uint64_t{32} << (t.exponent < 0 ? 0 : t.exponent + 1);
    return {exp2_of(t), (growth + 8) << (N == 1 ? 0 : 7)};
  }
  // |x|^y for |x| no power of two
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x, const exact& y) noexcept {
    return power_of(exponent_of<N>(x, y));
  }
  LOWP_FN static constexpr exact exact_result(const exact& x, const exact& y) noexcept {
    if (y.negative) return {};
    odd_scaled b = odd_part(x), e = odd_part(y);
    for (; e.unit < 0; ++e.unit) {  // x^y = sqrt(x)^(2 y)
      const std::uint64_t root = integer_root(b.m, 2);
      if ((b.unit & 1) != 0 || root * root != b.m) return {};
      b = {root, b.unit / 2};
    }
    if (e.unit > 6 || e.m > 64) return {};
    const int n = static_cast<int>(e.m << e.unit);
    std::uint64_t power = 1;
    for (int i = 0; i < n; ++i) {
      const wide p = multiply_wide(power, b.m);
      if (p.high != 0) return {};
      power = p.low;
    }
    return exact::scaled(false, power, b.unit * n);
  }

  // |x|^y for finite x and y
  LOWP_FN static constexpr exact positive_power(const exact& x, const exact& y, int bits) noexcept {
    if (x.significand << 1 == 0) {
      const exact t = exact_mul(integer_value(x.exponent), y);
      if (!t.sticky) return exp2_function::apply(t, bits);
    }
    if (!y.negative && y.exponent < 6 && is_integer(y)) {  // the everyday powers, without a logarithm
      const exact product = exact_result(x, y);
      if (product.kind == value_kind::finite) return product;
    }
    const real<1> t = exponent_of<1>(x, y);
    if (t.exponent >= 22) return t.negative ? minute(false) : vast(false);
    if (t.exponent < -54) return near_one(t.negative);
    const estimate<1> power = power_of(t);
    if (settled(power, bits)) [[likely]]
      return inexact(power.value);
    return evaluate_accurately<pow_function>(x.magnitude(), y);
  }

  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int bits) noexcept {
    using enum value_kind;
    if (y.kind == zero || (is_one(x) && !x.negative)) return integer_value(1);  // of NaN too
    if (x.kind == nan) return x;
    if (y.kind == nan) return y;
    if (y.kind == infinite) {
      if (is_one(x)) return integer_value(1);
      const bool large = x.kind == infinite || (x.kind == finite && x.exponent >= 0);
      return large != y.negative ? exact::infinity() : exact::zero();
    }
    const bool negative = x.negative && is_odd_integer(y);
    if (x.kind == zero) return y.negative ? exact::infinity(negative) : exact::zero(negative);
    if (x.kind == infinite) return y.negative ? exact::zero(negative) : exact::infinity(negative);
    if (x.negative && !is_integer(y)) return exact::nan();
    exact power = positive_power(x, y, bits);
    power.negative = negative;
    return power;
  }
};

struct cbrt_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    const int third = (x.exponent >= 0 ? x.exponent : x.exponent - 2) / 3;
    const real<N> m{resize<N>(words<1>{{x.significand}}), x.exponent - 3 * third, false};  // in [1, 8)
    const real<N> log2 = multiply(natural_log(m), to_real<N>(log2_of_e));
    real<N> v = exp2_of(multiply(log2, normalised<N>(reciprocals[2], 1)));
    v.exponent += third;
    v.negative = x.negative;
    return {v, N == 1 ? 32 : 1 << 11};
  }
  LOWP_FN static constexpr exact exact_result(const exact& x) noexcept {
    const odd_scaled b = odd_part(x);
    if (b.unit % 3 != 0) return {};
    const std::uint64_t root = integer_root(b.m, 3);
    return root * root * root == b.m ? exact::scaled(x.negative, root, b.unit / 3) : exact{};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    return x.kind == value_kind::finite ? evaluate<cbrt_function>(bits, x) : x;
  }
};

struct rsqrt_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    return {reciprocal_root(to_real<N>(x)), N == 1 ? 64 : 2048};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == nan) return x;
    if (x.kind == zero) return exact::infinity(x.negative);
    if (x.negative) return exact::nan();
    if (x.kind == infinite) return exact::zero();
    if (x.significand << 1 == 0 && (x.exponent & 1) == 0) return exact::scaled(false, 1, -x.exponent / 2);
    return evaluate<rsqrt_function>(bits, x);
  }
};

struct hypot_function {
  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int bits) noexcept {
    using enum value_kind;
    if (x.kind == infinite || y.kind == infinite) return exact::infinity();
    if (x.kind == nan) return x;
    if (y.kind == nan) return y;
    if (x.kind == zero) return y.magnitude();
    if (y.kind == zero) return x.magnitude();
    // The squares, with the top bit of 128 set; the smaller one is shifted and may leave a sticky bit.
    addend a = product(x, x), b = product(y, y);
    if (a.exponent < b.exponent) {
      const addend t = a;
      a = b;
      b = t;
    }
    const int room = 1 + (a.exponent & 1);  // for the carry, and for an even scale
    bool lost_a = false, lost_b = false;
    const wide s = shift_right(a.significand, room, lost_a);
    const wide t = shift_right(b.significand, a.exponent - b.exponent + room, lost_b);
    wide sum{s.high + t.high, s.low + t.low};
    sum.high += sum.low < s.low;
    int scale = a.exponent + room - 127;
    const estimate<1> quick{square_root(normalised<1>(words<2>{{sum.high, sum.low}}, scale + 128)), 64};
    if (settled(quick, bits)) [[likely]]
      return inexact(quick.value);
    if ((sum.high >> 62) == 0) {
      sum = {(sum.high << 2) | (sum.low >> 62), sum.low << 2};
      scale -= 2;
    }
    const root r = root_wide(sum);
    return {r.value, 63 + scale / 2, finite, false, !r.exact || lost_a || lost_b};
  }
};

}  // namespace lowp::detail::math
