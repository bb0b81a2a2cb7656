// sfp8: gemma.cpp's "switching floating point", 8 bits for weights of magnitude up to 1.875.
//
//   code = sign | 1 eee mmm     (1 + mmm / 8) * 2^(eee - 7)       2^-7 .. 1.875, three fraction bits
//          sign | 0 eeee mm     (1 + mm / 4) * 2^(eeee - 23)      2^-23 .. 1.75 * 2^-8, two fraction bits
//
// 00 takes the place of 2^-23 and is zero; 80 (-0) is not used and reads as zero. There are no subnormals, no
// infinity and no NaN. Codes ascend with the value.
//
// Conversion goes to the nearest value, ties to even, and saturates. Gemma's own encoder differs in three ways, which
// to_sfp8 has: it looks at six fraction bits only, so that what lies below them does not break a tie; below the
// smallest value it has one rounding point, 0.9375 * 2^-23 where the middle is 0.625 * 2^-23; and a magnitude above
// 1.875 is outside its contract. Source: google/gemma.cpp, compression/sfp-inl.h.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

struct sfp8_format {
  static constexpr int bits = 8;
  static constexpr int precision = 4;  // at most: three fraction bits and the hidden one
  static constexpr bool has_zero = true, has_infinity = false, has_nan = false;
  using default_overflow = saturate;

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool) noexcept { return 0x7f; }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    return magnitude | (negative && magnitude != 0 ? 0x80u : 0);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept { return code & 0x7f; }

  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    const bool negative = (code & 0x80) != 0;
    const std::uint64_t m = magnitude(code);
    if (m == 0) return exact::zero();
    const int width = m < 0x40 ? 2 : 3, exponent = static_cast<int>(m >> width) - (m < 0x40 ? 23 : 15);
    return exact::scaled(negative, (m & low_mask(width)) | std::uint64_t{1} << width, exponent - width);
  }

  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    if (x.exponent >= -7) return detail::cut_floating(x, 3, 15);
    const exact smallest = decode(1);
    if (compare(x.magnitude(), smallest) < 0) return {0, rest_between(exact::zero(), x.magnitude(), smallest)};
    const cut above = detail::cut_floating(x, 2, 24);  // one binade up, so that 2^-23 is not taken for subnormal
    return {above.code - 4, above.rest};
  }
};

namespace detail {
// Every float below the normal ones is less than a quarter of the smallest value, and what decides elsewhere has no more
// bits than there are in a value and one.
template <>
inline constexpr bool has_float_table<sfp8_format> = true;
}  // namespace detail

using sfp8 = number<sfp8_format>;

/// x as gemma.cpp's vector code encodes it, |x| <= 1.875. What that forbids, NaN and larger magnitudes, is converted.
[[nodiscard]] LOWP_FN constexpr sfp8 to_sfp8(float x) noexcept {
  if (!(x > -2 && x < 2)) return convert<sfp8>(x);
  const float seen = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xfffe0000);
  const float size = seen < 0 ? -seen : seen;
  if (size < 0x1.ep-24f) return sfp8{};  // there it rounds to less than 2^-23, else to the value after that, as here
  return convert<sfp8>(seen);
}

}  // namespace lowp
