// A value with nothing lost: what every code decodes to and every operation computes.
//
//   value = (-1)^negative * (significand + s) * 2^(exponent - 63),   0 < s < 1 if sticky, else s = 0
//
// A finite value is normalised: bit 63 of the significand is set, so exponent = floor(log2|value|) and equal values
// have equal members. `sticky` says that something below the significand was discarded: it keeps a sum, a quotient or
// a square root exact enough for one correct rounding to at most 61 significant bits. A `long_exact` carries 64 bits
// more: enough for formats of 64 bits, random roundings of any format, and the lowest bits of a product.
#pragma once

#include <compare>

#include <lowp/core/bits.hpp>

namespace lowp {

enum class value_kind : unsigned char { zero, finite, infinite, nan };

struct exact {
  std::uint64_t significand = 0;
  int exponent = 0;
  value_kind kind = value_kind::zero;
  bool negative = false;
  bool sticky = false;

  [[nodiscard]] LOWP_FN static constexpr exact zero(bool negative = false) noexcept {
    return {0, 0, value_kind::zero, negative, false};
  }
  [[nodiscard]] LOWP_FN static constexpr exact infinity(bool negative = false) noexcept {
    return {0, 0, value_kind::infinite, negative, false};
  }
  [[nodiscard]] LOWP_FN static constexpr exact nan(bool negative = false) noexcept {
    return {0, 0, value_kind::nan, negative, false};
  }

  /// (-1)^negative * integer * 2^unit, normalised; an integer of 0 gives a zero of that sign.
  [[nodiscard]] LOWP_FN static constexpr exact scaled(bool negative, std::uint64_t integer, int unit) noexcept {
    if (integer == 0) return zero(negative);
    const int shift = std::countl_zero(integer);
    return {integer << shift, unit + 63 - shift, value_kind::finite, negative, false};
  }

  [[nodiscard]] LOWP_FN constexpr exact operator-() const noexcept {
    return {significand, exponent, kind, !negative, sticky};
  }

  /// |x|
  [[nodiscard]] LOWP_FN constexpr exact magnitude() const noexcept {
    return {significand, exponent, kind, false, sticky};
  }

  /// Same members. Zeros of both signs differ here, and NaN equals NaN; `compare` has the numeric meaning.
  friend constexpr bool operator==(const exact&, const exact&) = default;
};

/// An exact value with a longer significand: (significand + (tail + s) * 2^-64) * 2^(exponent - 63), 0 <= s < 1. The
/// last bit of the tail is sticky: it is set wherever s > 0. `sticky` is tail != 0.
struct long_exact : exact {
  std::uint64_t tail = 0;

  constexpr long_exact() = default;
  LOWP_FN constexpr long_exact(const exact& x, std::uint64_t further = 0) noexcept
      : exact(x), tail(further | x.sticky) {
    sticky = tail != 0;
  }
};

/// The numeric order: zeros of both signs are equal, NaN is unordered with everything.
[[nodiscard]] LOWP_FN constexpr std::partial_ordering compare(const exact& a, const exact& b) noexcept {
  if (a.kind == value_kind::nan || b.kind == value_kind::nan) return std::partial_ordering::unordered;
  const auto sign = [](const exact& x) { return x.kind == value_kind::zero ? 0 : x.negative ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) return sign(a) <=> sign(b);
  const auto magnitude = [](const exact& x, const exact& y) -> std::partial_ordering {
    if (x.kind != y.kind) return x.kind <=> y.kind;  // finite < infinite
    if (x.exponent != y.exponent) return x.exponent <=> y.exponent;
    if (x.significand != y.significand) return x.significand <=> y.significand;
    return x.sticky <=> y.sticky;
  };
  return a.negative ? magnitude(b, a) : magnitude(a, b);
}

}  // namespace lowp
