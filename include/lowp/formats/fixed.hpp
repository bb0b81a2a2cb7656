// Fixed-point: fixed<Bits, Frac> is an integer of Bits bits times 2^-Frac, in two's complement.
//
//   value = code * 2^-Frac        -2^(Bits-1) .. 2^(Bits-1) - 1    fixed
//                                 -(2^(Bits-1) - 1) .. the same    symmetric_fixed: the lowest code is no result
//                                  0 .. 2^Bits - 1                 ufixed
//
// 1 <= Bits <= 64; Frac may be negative or larger than Bits. Integers are fixed<N, 0>. There is no NaN and no
// infinity: the default overflow is `saturate`, `wrap` takes the code modulo 2^Bits.
//
// Where the result type is not named, + - * widen, so that nothing is rounded: fixed<8, 4> * fixed<8, 4> is
// fixed<16, 8>, fixed<8, 4> + fixed<8, 4> is fixed<9, 4> (see exact_formats below). Sources: OCP Microscaling Formats
// (MX) v1.0, 5.3.4 (INT8 = fixed<8, 6>); ISO/IEC TR 18037 for what users of DSPs expect of q15.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

enum class fixed_range : unsigned char { twos_complement, symmetric, non_negative };

template <int Bits, int Frac, fixed_range Range>
struct fixed_format {
  static_assert(Bits >= 1 && Bits <= 64, "lowp: fixed<Bits, Frac> needs 1 <= Bits <= 64");
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
  LOWP_FN static constexpr cut truncate(const exact& x) noexcept { return cut_off(x, x.sticky); }
  LOWP_FN static constexpr cut truncate(const long_exact& x) noexcept { return cut_off(x, x.tail); }
  static constexpr bool takes_tail = true;
  /// The same modulo 2^64, for `wrap`: above the top bit nothing is lost that the code could hold.
  LOWP_FN static constexpr cut truncate_modular(const long_exact& x) noexcept {
    const int above = x.exponent + Frac - 63;
    if (above <= 0) return detail::shift_out(x.significand, x.tail, -above);
    if (above >= 64) return {above < 128 ? x.tail << (above - 64) : 0, 0};
    return {x.significand << above | x.tail >> (64 - above), x.tail << above};
  }
  LOWP_FN static constexpr std::uint64_t assemble_modular(bool negative, std::uint64_t magnitude) noexcept {
    return assemble(negative, magnitude);
  }
  /// Codes in the order of their values.
  LOWP_FN static constexpr auto sort_key(std::uint64_t code) noexcept {
    if constexpr (has_sign) {
      return static_cast<std::int64_t>(code << (64 - Bits));
    } else {
      return code;
    }
  }

 private:
  // `further` is what follows the significand: a sticky bit or 64 bits.
  LOWP_FN static constexpr cut cut_off(const exact& x, auto further) noexcept {
    constexpr std::uint64_t beyond = ~std::uint64_t{0} - 1;  // one more must not go round to 0
    const int dropped = 63 - (x.exponent + Frac);
    if (dropped < 0) return {beyond, 0};
    const cut c = detail::shift_out(x.significand, further, dropped);
    if constexpr (max_magnitude(false) < beyond) return {c.code < beyond ? c.code : beyond, c.rest};
    return c;
  }
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

namespace detail {
template <int Bits, int Frac, fixed_range Range>
using fixed_format_or_void =
    std::conditional_t<(Bits <= 64 && Frac > -(1 << 20) && Frac < (1 << 20)), fixed_format<Bits, Frac, Range>, void>;
}  // namespace detail

/// Sums have the finer of the two units and one bit more than the longer of the two whole parts, products the bits of
/// both. A signed operand makes the result signed, and so does a difference; beside it an unsigned operand counts one
/// bit more in a sum. Products of symmetric formats are symmetric; their sums are not, as two lowest codes may meet.
template <int BitsA, int FracA, fixed_range RangeA, int BitsB, int FracB, fixed_range RangeB>
struct exact_formats<fixed_format<BitsA, FracA, RangeA>, fixed_format<BitsB, FracB, RangeB>> {
 private:
  using enum fixed_range;
  static constexpr bool signed_a = RangeA != non_negative, signed_b = RangeB != non_negative;
  static constexpr fixed_range range = signed_a || signed_b ? twos_complement : non_negative;
  static constexpr int whole_a = BitsA - FracA + (!signed_a && signed_b);
  static constexpr int whole_b = BitsB - FracB + (!signed_b && signed_a);
  static constexpr int frac = FracA > FracB ? FracA : FracB;
  static constexpr int bits = (whole_a > whole_b ? whole_a : whole_b) + 1 + frac;

 public:
  using sum = detail::fixed_format_or_void<bits, frac, range>;
  using difference = detail::fixed_format_or_void<bits, frac, twos_complement>;
  using product = detail::fixed_format_or_void<BitsA + BitsB, FracA + FracB,
                                               RangeA == symmetric && RangeB == symmetric ? symmetric : range>;
};

}  // namespace lowp

#include <lowp/formats/fixed_in_words.hpp>
