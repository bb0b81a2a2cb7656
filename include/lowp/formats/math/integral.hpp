// Functions that need no approximation: to an integer, remainders, parts of a number. All of them are exact before
// the one rounding to the result's type, which may have up to 64 bits.
//
//   to_integer(x, rounding)   floor, ceil, trunc, round, rint are `downward`, `upward`, `toward_zero`, `nearest_away`
//                             and `nearest_even`: the rounding policies applied to the grid of the integers
//   fmod                      x - n y with n = x / y toward zero; the sign, of a zero too, is that of x
//   remainder                 n = x / y to nearest even
//
// Special values as in C23, Annex F: fmod(x, 0), fmod(Inf, y) are NaN, fmod(x, Inf) is x. Source: IEEE 754-2019,
// 5.3.1 and 5.9; the remainder is the schoolbook division of sx * 2^(ex - ey) by sy, one 64-bit digit a step.
#pragma once

#include <lowp/formats/math/real.hpp>

namespace lowp::detail::math {

template <RoundingPolicy R>
LOWP_FN constexpr exact to_integer(const exact& x, R rounding) noexcept {
  if (x.kind != value_kind::finite || x.exponent >= 63) return x;
  const cut c = shift_out(x.significand, x.sticky, x.exponent < -65 ? 128 : 63 - x.exponent);
  return exact::scaled(x.negative, c.code + rounding(x.negative, (c.code & 1) != 0, c.rest), 0);
}

// |x| = n |y| + r 2^unit, 0 <= r 2^unit < |y|, for finite x and y with |x| >= |y|.
struct long_division {
  std::uint64_t r;
  int unit;
  bool odd;  // n, unless r is 0
};
LOWP_FN constexpr long_division divide_long(const exact& x, const exact& y) noexcept {
  const int unit = y.exponent - 63;
  int left = x.exponent - y.exponent;  // bits of the dividend still to come
  bool odd = x.significand >= y.significand;
  std::uint64_t r = odd ? x.significand - y.significand : x.significand;
  while (left > 0 && r != 0) {
    const int step = left < 64 ? left : 64;
    const std::uint64_t upper = step == 64 ? r : r >> (64 - step), lower = step == 64 ? 0 : r << step;
    const quotient q = divide_wide(upper, lower, y.significand);
    r = q.remainder;
    odd = (q.value & 1) != 0;
    left -= step;
  }
  return {r, unit, odd};
}

// What fmod and remainder have in common; `finite` is called for finite, non-zero operands.
template <class F>
LOWP_FN constexpr exact remainder_of(const exact& x, const exact& y, F&& finite) noexcept {
  if (x.kind == value_kind::nan) return x;
  if (y.kind == value_kind::nan) return y;
  if (x.kind == value_kind::infinite || y.kind == value_kind::zero) return exact::nan();
  if (x.kind == value_kind::zero || y.kind == value_kind::infinite) return x;
  return finite();
}

struct fmod_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int) noexcept {
    return remainder_of(x, y, [&] {
      if (compare(x.magnitude(), y.magnitude()) < 0) return x;
      const long_division d = divide_long(x, y);
      return exact::scaled(x.negative, d.r, d.unit);
    });
  }
};

struct remainder_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int) noexcept {
    return remainder_of(x, y, [&] {
      if (x.exponent < y.exponent - 1) return x;  // below |y| / 2
      const exact divisor = y.magnitude();
      exact r = x.magnitude();
      bool odd = false;
      if (compare(r, divisor) >= 0) {
        const long_division d = divide_long(x, y);
        r = exact::scaled(false, d.r, d.unit);
        odd = d.odd;
      }
      if (r.kind == value_kind::zero) return exact::zero(x.negative);
      exact twice = r;
      ++twice.exponent;
      const auto side = compare(twice, divisor);
      const bool up = side > 0 || (side == 0 && odd);  // one more |y|
      if (up) r = exact_add(r, -divisor);
      return x.negative ? -r : r;
    });
  }
};

// x - y where that is positive, else +0
struct fdim_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int) noexcept {
    if (x.kind == value_kind::nan) return x;
    if (y.kind == value_kind::nan) return y;
    return compare(x, y) > 0 ? exact_add(x, -y) : exact::zero();
  }
};

struct copysign_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, const exact& y, int) noexcept {
    exact v = x;
    v.negative = y.negative;
    return v;
  }
};

// x * 2^n
LOWP_FN constexpr exact times_power(const exact& x, int n) noexcept {
  constexpr int most = 1 << 25;
  exact v = x;
  if (x.kind == value_kind::finite) v.exponent += n > most ? most : n < -most ? -most : n;
  return v;
}

// x - trunc(x), with the sign of x
LOWP_FN constexpr exact fraction_part(const exact& x) noexcept {
  if (x.kind == value_kind::infinite) return exact::zero(x.negative);
  if (x.kind != value_kind::finite) return x;
  if (x.exponent < 0) return x;
  if (x.exponent >= 63) return exact::zero(x.negative);
  return exact::scaled(x.negative, x.significand & low_mask(63 - x.exponent), x.exponent - 63);
}

// The exponent as a number: logb.
struct logb_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, int) noexcept {
    using enum value_kind;
    if (x.kind == zero) return exact::infinity(true);
    if (x.kind == finite) return integer_value(x.exponent);
    return x.kind == infinite ? x.magnitude() : x;
  }
};

template <class Rounding>
struct to_integer_function {
  static constexpr bool is_exact = true;

  LOWP_FN static constexpr exact apply(const exact& x, int) noexcept { return to_integer(x, Rounding{}); }
};

}  // namespace lowp::detail::math
