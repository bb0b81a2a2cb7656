// minifloat<E, M, specials, bias, signedness>: binary floating point with E exponent and M fraction bits.
//
//   code = sign | exponent field e (E bits) | fraction t (M bits)
//   e >= 1   (-1)^sign * (1 + t / 2^M) * 2^(e - bias)
//   e == 0   (-1)^sign * t * 2^(1 - bias - M)                       zero and the subnormals
//
// Which codes are special is what the standards differ in; see `specials`. E + M <= 31, E = 0 gives a format of
// subnormals only, M = 0 powers of two. Sources: IEEE 754-2019, 3.4; OCP 8-bit Floating Point (OFP8) v1.0; OCP
// Microscaling Formats (MX) v1.0; B. Noune et al., 8-bit Numerical Formats for Deep Neural Networks
// (arXiv:2206.02915) for fnuz; IEEE P3109 interim report v4.0.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

/// Which magnitude codes do not stand for a finite value. "All ones" is the largest magnitude code.
enum class specials : unsigned char {
  ieee,      ///< exponent all ones: infinity for t = 0, else NaN
  fn,        ///< no infinity; all ones is NaN
  fnuz,      ///< no infinity, no -0; the one NaN is the code of -0 (unsigned: all ones)
  finite,    ///< no infinity, no NaN
  extended,  ///< as fnuz, and the largest remaining magnitude is infinity (P3109 extended domain)
  scale,     ///< no zero and no subnormals: e = 0 is an ordinary exponent; all ones is NaN (e8m0)
};

enum class signedness : unsigned char { is_signed, is_unsigned };

template <int E, int M, specials S, int Bias, signedness Sign>
struct minifloat_format {
  static_assert(E >= 0 && M >= 0 && E + M >= 1 && E + M <= 31, "lowp: minifloat<E, M> needs 1 <= E + M <= 31");
  static_assert(S != specials::ieee || E >= 1,
                "lowp: minifloat<E, M, specials::ieee> needs an exponent field, E >= 1");
  static_assert(Bias > -(1 << 20) && Bias < (1 << 20), "lowp: minifloat needs |bias| < 2^20");

  static constexpr bool is_signed = Sign == signedness::is_signed;
  static constexpr int bits = is_signed + E + M;
  static constexpr int exponent_bits = E;
  static constexpr int fraction_bits = M;
  static constexpr int bias = Bias;

  static constexpr bool has_zero = S != specials::scale;
  static constexpr bool has_infinity = S == specials::ieee || S == specials::extended;
  static constexpr bool has_nan = S == specials::ieee ? M > 0 : S != specials::finite;
  static constexpr bool has_negative_zero =
      is_signed && (S == specials::ieee || S == specials::fn || S == specials::finite);
  using default_overflow = to_special;

  // The finite values are s * 2^q with s < 2^precision and q >= min_quantum.
  static constexpr int precision = E == 0 ? M : M + 1;
  static constexpr int min_quantum = has_zero ? 1 - Bias - M : -Bias - M;

  static constexpr std::uint64_t all_ones = low_mask(E + M);
  static constexpr std::uint64_t sign_bit = is_signed ? std::uint64_t{1} << (E + M) : 0;
  // The code of -0 is the NaN of signed formats without -0; unsigned ones have to spend the largest magnitude.
  static constexpr bool nan_is_sign_bit = is_signed && (S == specials::fnuz || S == specials::extended);

  static constexpr std::uint64_t infinite_magnitude =
      S == specials::ieee ? low_mask(E) << M : all_ones - (S == specials::extended && !nan_is_sign_bit);
  static constexpr std::uint64_t largest_magnitude = has_infinity                  ? infinite_magnitude - 1
                                                     : has_nan && !nan_is_sign_bit ? all_ones - 1
                                                                                   : all_ones;
  static_assert(largest_magnitude >= 1 && largest_magnitude <= all_ones,
                "lowp: this minifloat has no finite value but zero");

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool negative) noexcept {
    return negative && !is_signed ? 0 : largest_magnitude;
  }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    const bool sign = negative && (has_negative_zero || magnitude != 0);
    return magnitude | (sign ? sign_bit : 0);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept { return code & all_ones; }

  LOWP_FN static constexpr std::uint64_t infinity(bool negative) noexcept requires has_infinity {
    return assemble(negative, infinite_magnitude);
  }
  /// The canonical NaN: quiet in the IEEE sense; the sign is kept where there are two.
  LOWP_FN static constexpr std::uint64_t nan(bool negative) noexcept requires has_nan {
    if constexpr (nan_is_sign_bit) return sign_bit;
    if constexpr (S == specials::ieee) return assemble(negative, infinite_magnitude | std::uint64_t{1} << (M - 1));
    return assemble(negative, all_ones);
  }

  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    const bool negative = (code & sign_bit) != 0;
    const std::uint64_t m = magnitude(code);
    if constexpr (nan_is_sign_bit) {
      if (code == sign_bit) return exact::nan();
    }
    if constexpr (has_infinity) {
      if (m == infinite_magnitude) return exact::infinity(negative);
    }
    if constexpr (has_nan && !nan_is_sign_bit) {
      if (m > largest_magnitude) return exact::nan(negative);
    }
    if constexpr (S == specials::scale) {
      const exact shifted = detail::decode_floating(negative, m + (std::uint64_t{1} << M), M, Bias);
      return {shifted.significand, shifted.exponent - 1, shifted.kind, shifted.negative, false};
    } else {
      return detail::decode_floating(negative, m, M, Bias);
    }
  }

  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    if constexpr (S == specials::scale) {
      if (x.exponent < -Bias) return {0, 0};  // below the smallest value, which is where it goes in every mode
      const cut shifted = detail::cut_floating(x, M, Bias + 1);
      return {shifted.code - (std::uint64_t{1} << M), shifted.rest};
    } else {
      return detail::cut_floating(x, M, Bias);
    }
  }
};

namespace detail {
constexpr int ieee_bias(int exponent_bits) { return exponent_bits == 0 ? 0 : (1 << (exponent_bits - 1)) - 1; }
}  // namespace detail

template <int E, int M, specials S = specials::ieee, int Bias = detail::ieee_bias(E),
          signedness Sign = signedness::is_signed>
using minifloat = number<minifloat_format<E, M, S, Bias, Sign>>;

}  // namespace lowp

#include <lowp/formats/minifloat_in_double.hpp>
