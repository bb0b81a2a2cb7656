// float and double as formats: IEEE 754 binary32 and binary64, decoded from their bits.
//
// They take part in conversions and mixed arithmetic like every other format. Nothing here uses the floating-point
// unit, so results depend neither on the rounding mode nor on flush-to-zero bits of the machine.
#pragma once

#include <limits>

#include <lowp/core/format.hpp>

namespace lowp {

template <int ExponentBits, int FractionBits>
struct native_format {
  static constexpr int bits = 1 + ExponentBits + FractionBits;
  static constexpr int bias = (1 << (ExponentBits - 1)) - 1;
  static constexpr int precision = FractionBits + 1;
  static constexpr int min_quantum = 1 - bias - FractionBits;
  static constexpr bool has_zero = true, has_infinity = true, has_nan = true, has_negative_zero = true;
  using default_overflow = to_special;

  static constexpr std::uint64_t infinite_magnitude = low_mask(ExponentBits) << FractionBits;

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool) noexcept { return infinite_magnitude - 1; }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    return std::uint64_t{negative} << (bits - 1) | magnitude;
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept { return code & low_mask(bits - 1); }
  LOWP_FN static constexpr std::uint64_t infinity(bool negative) noexcept {
    return assemble(negative, infinite_magnitude);
  }
  LOWP_FN static constexpr std::uint64_t nan(bool negative) noexcept {
    return assemble(negative, infinite_magnitude | std::uint64_t{1} << (FractionBits - 1));
  }
  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    const bool negative = (code >> (bits - 1)) != 0;
    const std::uint64_t m = magnitude(code);
    if (m >= infinite_magnitude) return m == infinite_magnitude ? exact::infinity(negative) : exact::nan(negative);
    return detail::decode_floating(negative, m, FractionBits, bias);
  }
  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    return detail::cut_floating(x, FractionBits, bias);
  }
};

using binary32 = native_format<8, 23>;
using binary64 = native_format<11, 52>;

static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4, "lowp: float must be IEEE binary32");
static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8, "lowp: double must be IEEE binary64");
static_assert(Format<binary32> && Format<binary64>);

}  // namespace lowp
