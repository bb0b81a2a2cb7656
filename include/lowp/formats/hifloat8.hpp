// hifloat8: Huawei's HiF8, 8 bits with tapered precision, 2^-22 to 2^15.
//
//   code = sign | dot | exponent (D bits) | fraction
//   dot, a prefix code: 11 D = 4 | 10 D = 3 | 01 D = 2 | 001 D = 1 | 0001 D = 0 | 0000 denormal
//   exponent: a sign, then its magnitude without the leading 1: 0 | +-1 | +-2..3 | +-4..7 | +-8..15 for D = 0 .. 4
//   value = (-1)^sign * 2^exponent * (1 + fraction / 2^w), w = 3 for |exponent| <= 3, 2 for <= 7, 1 for <= 15
//   denormal: (-1)^sign * 2^(m - 23), m = 1..7, powers of two without a fraction
//   00 is zero, 80 NaN, 6f and ef the infinities; the largest value is 2^15 (6e); there is no -0
//
// The type rounds ties away from zero and goes to infinity from 1.25 * 2^15 on, which is the reference quantiser bit
// for bit; other policies can be named as everywhere. Codes do not ascend with the value: a magnitude is a rank,
// 0..126. Sources: Y. Luo et al., Ascend HiFloat8 Format for Deep Learning (arXiv:2409.16626); Huawei's toF8.py in
// ddddwee1/HiFloat8.
#pragma once

#include <array>

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

namespace detail {

// A stretch of exponents with one fraction width, whose codes stand together: its first rank, exponent and code.
// Below 1 the codes of the binades descend, since exponents are stored as sign and magnitude.
struct hifloat8_stretch {
  int rank, exponent, width, code;
  bool descending;
};
inline constexpr hifloat8_stretch hifloat8_stretches[] = {
    {1, -22, 0, 0x01, false}, {8, -15, 1, 0x7e, true}, {24, -7, 2, 0x5c, true}, {40, -3, 3, 0x38, true},
    {56, -1, 3, 0x18, true},  {64, 0, 3, 0x08, false}, {72, 1, 3, 0x10, false}, {80, 2, 3, 0x20, false},
    {96, 4, 2, 0x40, false},  {112, 8, 1, 0x60, false}};

// The stretch of a rank >= 1, or of an exponent >= -22.
LOWP_FN constexpr const hifloat8_stretch& hifloat8_stretch_of(int value, int hifloat8_stretch::*first) noexcept {
  const hifloat8_stretch* s = std::end(hifloat8_stretches) - 1;
  while (s->*first > value) --s;
  return *s;
}

// Codes without the sign, by rank, and the inverse.
struct hifloat8_order {
  std::array<std::uint8_t, 128> code{}, rank{};
  constexpr hifloat8_order() {
    for (int r = 1; r < 128; ++r) {
      const hifloat8_stretch& s = hifloat8_stretch_of(r, &hifloat8_stretch::rank);
      const int fraction = (r - s.rank) % (1 << s.width), binades = r - s.rank - fraction;
      const int c = s.code + (s.descending ? -binades : binades) + fraction;
      code[static_cast<std::size_t>(r)] = static_cast<std::uint8_t>(c);
      rank[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(r);
    }
  }
};

}  // namespace detail

struct hifloat8_format {
  static constexpr int bits = 8;
  static constexpr int precision = 4;  // at most: 3 fraction bits and the hidden one
  static constexpr bool has_zero = true, has_infinity = true, has_nan = true;
  using default_overflow = to_special;

  static constexpr detail::hifloat8_order order{};

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool) noexcept { return 126; }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    return order.code[magnitude] | (negative && magnitude != 0 ? 0x80u : 0);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept { return order.rank[code & 0x7f]; }
  LOWP_FN static constexpr std::uint64_t infinity(bool negative) noexcept { return negative ? 0xef : 0x6f; }
  LOWP_FN static constexpr std::uint64_t nan(bool) noexcept { return 0x80; }

  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    const bool negative = (code & 0x80) != 0;
    const int rank = order.rank[code & 0x7f];
    if (rank == 0) return negative ? exact::nan() : exact::zero();
    if (rank > 126) return exact::infinity(negative);
    const auto& s = detail::hifloat8_stretch_of(rank, &detail::hifloat8_stretch::rank);
    const int n = rank - s.rank, hidden = 1 << s.width;
    return exact::scaled(negative, static_cast<std::uint64_t>(hidden + n % hidden),
                         s.exponent + n / hidden - s.width);
  }

  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    if (x.exponent < -22) return detail::shift_out(x.significand, x.sticky, 41 - x.exponent);  // below 2^-22
    if (x.exponent > 15) return {128, 0};
    const auto& s = detail::hifloat8_stretch_of(x.exponent, &detail::hifloat8_stretch::exponent);
    const cut k = detail::shift_out(x.significand, x.sticky, 63 - s.width);
    // k.code includes the hidden bit, which counts as one binade: hence - 1.
    return {static_cast<std::uint64_t>(s.rank + ((x.exponent - s.exponent - 1) << s.width)) + k.code, k.rest};
  }
};

namespace detail {
// Every float below the normal ones is less than a quarter of the smallest value, and what decides elsewhere has no more
// bits than there are in a value and one.
template <>
inline constexpr bool has_float_table<hifloat8_format> = true;
}  // namespace detail

using hifloat8 = number<hifloat8_format, nearest_away>;

}  // namespace lowp
