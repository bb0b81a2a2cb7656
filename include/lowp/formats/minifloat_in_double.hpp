// Minifloats of more than 8 bits as doubles, for formats/in_double.hpp.
#pragma once

#include <lowp/formats/in_double.hpp>
#include <lowp/formats/minifloat.hpp>

namespace lowp::detail {

// Formats whose products and quotients stay far from the ends of double's range.
template <class F>
concept FitsDouble = F::bits >
8 && F::precision <= 25 && F::min_quantum > -500 && largest_of<F>(false).exponent<500 && F::exponent_bits> 0;

template <int E, int M, specials S, int Bias, signedness Sign>
requires(S != specials::scale &&
         FitsDouble<minifloat_format<E, M, S, Bias, Sign>>) struct in_double<minifloat_format<E, M, S, Bias, Sign>> {
  using F = minifloat_format<E, M, S, Bias, Sign>;
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  static constexpr bool takes_floats = true;
  // Not those with subnormals of float among them, which a processor may be set to flush to zero.
  static constexpr bool fits_normal_floats = is_exact<F, binary32>() && F::min_quantum >= -126;

  static constexpr bool is_ordinary(std::uint64_t code) noexcept {
    return F::magnitude(code) <= F::largest_magnitude && !(F::nan_is_sign_bit && code == F::sign_bit);
  }

  // An integer times a power of two: both are exact, subnormal or not.
  static constexpr double decode(std::uint64_t code) noexcept {
    const std::uint64_t magnitude = F::magnitude(code), field = magnitude >> M, normal = field != 0;
    const auto significand = static_cast<std::int32_t>((magnitude & low_mask(M)) | normal << M);
    const std::uint64_t sign = std::uint64_t{(code & F::sign_bit) != 0} << 63;
    const std::uint64_t scale = (field - normal + (1023 + F::min_quantum)) << 52;
    return significand * std::bit_cast<double>(scale | sign);
  }

  // As cut_floating and nearest_even, in one word.
  static constexpr std::uint64_t encode(double x) noexcept {
    const std::uint64_t code = std::bit_cast<std::uint64_t>(x);
    const bool negative = (code >> 63) != 0;
    const int field = static_cast<int>((code >> 52) & 0x7ff) - 1023 + Bias;
    const int below = field < 1 ? 1 - field : 0;  // binades below the smallest normal one
    const int dropped = 52 - M + below < 63 ? 52 - M + below : 63;
    const std::uint64_t significand = (code & low_mask(52)) | std::uint64_t{1} << 52;
    const std::uint64_t odd = (significand >> dropped) & 1;
    const std::uint64_t rounded = (significand + (std::uint64_t{1} << (dropped - 1)) - 1 + odd) >> dropped;
    const std::uint64_t magnitude = (static_cast<std::uint64_t>(field + below - 1) << M) + rounded;
    if (magnitude > F::max_magnitude(negative)) [[unlikely]]
      return none;
    return F::assemble(negative, magnitude);
  }
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
