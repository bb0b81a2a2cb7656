// Fixed-point: fixed<Bits, Frac> is an integer of Bits bits times 2^-Frac, in two's complement.
//
//   value = code * 2^-Frac        -2^(Bits-1) .. 2^(Bits-1) - 1   fixed
//                                 -(2^(Bits-1) - 1) .. the same   symmetric_fixed: the lowest code is never
//                                 produced
//                                  0 .. 2^Bits - 1                ufixed
//
// 1 <= Bits <= 63; Frac may be negative or larger than Bits. Integers are fixed<N, 0>. There is no NaN and no
// infinity: the default overflow is `saturate`, `wrap` takes the code modulo 2^Bits. Source: OCP Microscaling Formats
// (MX) v1.0, 5.3.4 (INT8 = fixed<8, 6>).
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

enum class fixed_range : unsigned char { twos_complement, symmetric, non_negative };

template <int Bits, int Frac, fixed_range Range>
struct fixed_format {
  static_assert(Bits >= 1 && Bits <= 63, "lowp: fixed<Bits, Frac> needs 1 <= Bits <= 63");
  static_assert(Range != fixed_range::symmetric || Bits >= 2, "lowp: symmetric_fixed<Bits, Frac> needs 2 <= Bits");
  static_assert(Frac > -(1 << 20) && Frac < (1 << 20), "lowp: fixed<Bits, Frac> needs |Frac| < 2^20");

  static constexpr int bits = Bits;
  static constexpr bool has_sign = Range != fixed_range::non_negative;
  static constexpr int precision = Bits - (Range == fixed_range::symmetric || (has_sign && Bits > 1));
  static constexpr int min_quantum = -Frac;
  static constexpr bool has_zero = true, has_infinity = false, has_nan = false;
  using default_overflow = saturate;
  // -2^(Bits-1), which rounding into a symmetric format never gives, but which is a code and a value.
  static constexpr std::uint64_t lowest_code = std::uint64_t{has_sign} << (Bits - 1);

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool negative) noexcept {
    if (!has_sign) return negative ? 0 : low_mask(Bits);
    return low_mask(Bits - 1) + (negative && Range == fixed_range::twos_complement);
  }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    return (negative ? ~magnitude + 1 : magnitude) & low_mask(Bits);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept {
    return is_negative(code) ? (~code + 1) & low_mask(Bits) : code;
  }
  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    return exact::scaled(is_negative(code), magnitude(code), -Frac);
  }
  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    if (x.exponent + Frac > 63) return {~std::uint64_t{0} - 1, 0};  // beyond every format of 63 bits
    return detail::shift_out(x.significand, x.sticky, 63 - (x.exponent + Frac));
  }
  /// The same modulo 2^64, for `wrap`: above the top bit nothing is lost that the code could hold.
  LOWP_FN static constexpr cut truncate_modular(const exact& x) noexcept {
    const int shift = x.exponent + Frac - 63;
    if (shift <= 0) return truncate(x);
    return {shift < 64 ? x.significand << shift : 0, 0};
  }
  LOWP_FN static constexpr std::uint64_t assemble_modular(bool negative, std::uint64_t magnitude) noexcept {
    return assemble(negative, magnitude);
  }

 private:
  LOWP_FN static constexpr bool is_negative(std::uint64_t code) noexcept {
    return has_sign && ((code >> (Bits - 1)) & 1) != 0;
  }
};

template <int Bits, int Frac>
using fixed = number<fixed_format<Bits, Frac, fixed_range::twos_complement>>;
template <int Bits, int Frac>
using symmetric_fixed = number<fixed_format<Bits, Frac, fixed_range::symmetric>>;
template <int Bits, int Frac>
using ufixed = number<fixed_format<Bits, Frac, fixed_range::non_negative>>;

template <int N>
using integer = fixed<N, 0>;
template <int N>
using uinteger = ufixed<N, 0>;

}  // namespace lowp
