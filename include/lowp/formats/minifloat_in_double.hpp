// Minifloats of more than 8 bits as doubles, for formats/in_double.hpp.
#pragma once

#include <lowp/formats/in_double.hpp>
#include <lowp/formats/minifloat.hpp>

namespace lowp::detail {

// Formats whose products and quotients stay far from the ends of double's range, and whose precision leaves room for
// what encode does with subnormals.
template <class F>
inline constexpr bool fits_double = (F::bits > 8) && (F::precision <= 15) && (F::exponent_bits > 0) &&
                                    (F::min_quantum > -500) && (largest_of<F>(false).exponent < 500);

template <int E, int M, specials S, int Bias, signedness Sign>
requires(S != specials::scale &&
         fits_double<minifloat_format<E, M, S, Bias, Sign>>) struct in_double<minifloat_format<E, M, S, Bias, Sign>> {
  using F = minifloat_format<E, M, S, Bias, Sign>;
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  static constexpr bool takes_floats = true;
  // Not those with subnormals of float among them, which a processor may be set to flush to zero.
  static constexpr bool fits_normal_floats = is_exact<F, binary32>() && F::min_quantum >= -126;

  static constexpr bool is_ordinary(std::uint64_t code) noexcept {
    return F::magnitude(code) <= F::largest_magnitude && !(F::nan_is_sign_bit && code == F::sign_bit);
  }

  // A minifloat and a double have the same fields but for widths and bias. A subnormal one, which shares the exponent
  // of field 1 and has no hidden bit, is read as if it had, and then less that bit; so subnormals cost no branch.
  static constexpr double decode(std::uint64_t code) noexcept {
    const std::uint64_t magnitude = F::magnitude(code);
    const std::uint64_t subnormal = 0 - std::uint64_t{magnitude < hidden};
    const std::uint64_t size = (magnitude << (52 - M)) + rebias + (subnormal & one_binade);
    const double x = std::bit_cast<double>(size) - std::bit_cast<double>(subnormal & smallest_normal);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) | std::uint64_t{(code & F::sign_bit) != 0} << 63);
  }

  // The other way. The hidden bit is added to a value that will be subnormal: a sum whose rounding to 53 bits is as
  // innocuous as that of x, since 52 >= 3 M + 6.
  static constexpr std::uint64_t encode(double x) noexcept {
    const std::uint64_t code = std::bit_cast<std::uint64_t>(x), size = code & low_mask(63);
    const std::uint64_t subnormal = 0 - std::uint64_t{size < smallest_normal};
    const double normal = std::bit_cast<double>(size) + std::bit_cast<double>(subnormal & smallest_normal);
    const std::uint64_t y = std::bit_cast<std::uint64_t>(normal) - rebias - (subnormal & one_binade);
    const std::uint64_t odd = (y >> (52 - M)) & 1;
    const std::uint64_t magnitude = (y + low_mask(51 - M) + odd) >> (52 - M);
    const bool negative = (code >> 63) != 0;
    if (magnitude > F::max_magnitude(negative) || size == 0) [[unlikely]]
      return none;
    return F::assemble(negative, magnitude);
  }

 private:
  static constexpr std::uint64_t hidden = std::uint64_t{1} << M, one_binade = std::uint64_t{1} << 52;
  static constexpr std::uint64_t rebias = static_cast<std::uint64_t>(1023 - Bias) << 52;
  static constexpr std::uint64_t smallest_normal = rebias + one_binade;
};

// With the exponents of float, bfloat16 and tf32 are floats cut short.
template <class R, class O, int M>
requires(M > 0 && M < 23) struct shortcut<convert_op, R, O, binary32,
                                          minifloat_format<8, M, specials::ieee, 127, signedness::is_signed>> {
  using F = minifloat_format<8, M, specials::ieee, 127, signedness::is_signed>;
  static std::uint64_t apply(std::uint64_t a) noexcept {
    if (F::magnitude(a) <= F::infinite_magnitude) [[likely]]
      return a << (23 - M);
    return by_definition<convert_op, R, O, binary32, F>(a);
  }
};

}  // namespace lowp::detail
