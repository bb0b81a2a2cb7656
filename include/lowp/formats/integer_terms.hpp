// Values as integers with an exponent, without a branch: what sums over arrays read.
//
//   value = mantissa * 2^(exponent + F::min_quantum + 1 - F::precision),   |mantissa| < 2^precision,  exponent >= 0
//
// integer_terms<F>::split(code) gives the two, and whether the code is an infinity or a NaN instead. It exists for
// formats on a grid with up to 16 bits, a sign and a zero: up to 8 bits by table; fixed-point, minifloats and posits by
// integer operations that compilers turn into vector code.
#pragma once

#include <lowp/formats/fixed.hpp>
#include <lowp/formats/minifloat.hpp>
#include <lowp/formats/posit.hpp>

namespace lowp::detail {

struct integer_term {
  std::int32_t mantissa;
  std::int32_t exponent;
  bool special;
};

template <class F>
struct integer_terms {};

template <class F>
inline constexpr bool has_integer_terms = requires(std::uint32_t code) {
  integer_terms<F>::split(code);
};

// The term of a decoded value: `precision` bits, of which the lowest weighs 2^(exponent + min_quantum + 1 - precision).
template <OnGrid F>
constexpr integer_term term_of(const exact& x) noexcept {
  if (x.kind == value_kind::zero) return {0, 0, false};
  if (x.kind != value_kind::finite) return {0, 0, true};
  const auto magnitude = static_cast<std::int32_t>(x.significand >> (64 - F::precision));
  return {x.negative ? -magnitude : magnitude, x.exponent - F::min_quantum, false};
}

template <OnGrid F>
requires(F::bits <= 8 && F::has_zero) struct integer_terms<F> {
  integer_term term[std::size_t{1} << F::bits];

  constexpr integer_terms() noexcept : term{} {
    for (std::uint32_t c = 0; c <= low_mask(F::bits); ++c) term[c] = term_of<F>(F::decode(c));
  }
  static integer_term split(std::uint32_t code) noexcept {
    static constexpr integer_terms table;
    return table.term[code];
  }
};

template <int Bits, int Frac, fixed_range Range>
requires(Bits > 8 && Bits <= 16 &&
         Range != fixed_range::non_negative) struct integer_terms<fixed_format<Bits, Frac, Range>> {
  using F = fixed_format<Bits, Frac, Range>;
  static constexpr integer_term split(std::uint32_t code) noexcept {
    const std::uint32_t sign = F::has_sign ? std::uint32_t{1} << (Bits - 1) : 0;
    return {static_cast<std::int32_t>((code ^ sign) - sign), F::precision - 1, false};
  }
};

template <int E, int M, specials S, int Bias, signedness Sign>
requires(S != specials::scale && E > 0 && Sign == signedness::is_signed &&
         minifloat_format<E, M, S, Bias, Sign>::bits > 8 &&
         minifloat_format<E, M, S, Bias, Sign>::bits <=
             16) struct integer_terms<minifloat_format<E, M, S, Bias, Sign>> {
  using F = minifloat_format<E, M, S, Bias, Sign>;
  static constexpr integer_term split(std::uint32_t code) noexcept {
    const std::uint32_t magnitude = code & static_cast<std::uint32_t>(F::all_ones);
    const std::uint32_t field = magnitude >> M, normal = field != 0;
    const auto size = static_cast<std::int32_t>((magnitude & low_mask(M)) | normal << M);
    const auto sign = -static_cast<std::int32_t>((code & F::sign_bit) != 0);
    const bool special = magnitude > F::largest_magnitude || (F::nan_is_sign_bit && code == F::sign_bit);
    return {(size ^ sign) - sign, static_cast<std::int32_t>(field - normal) + M, special};
  }
};

// The leading one of a regime is found by the conversion of an integer to a float, which is exact and which every
// vector unit has. A code in the lower half, below 1, has a regime of zeros: the float's exponent counts them, and its
// fraction begins with the exponent bits, so that the float's code, shifted by ES, is the value's, but for a constant.
// The upper half mirrors the lower: as the distance from the top falls, the value rises.
template <int N, int ES>
requires(N > 8 && N <= 16) struct integer_terms<posit_format<N, ES>> {
  using F = posit_format<N, ES>;
  static constexpr integer_term split(std::uint32_t code) noexcept {
    constexpr std::uint32_t half = std::uint32_t{1} << (N - 2), field_of_one = 127 + N - 2;
    const std::uint32_t sign = 0 - (code >> (N - 1));
    const std::uint32_t magnitude = ((code ^ sign) - sign) & (2 * half - 1);
    const std::uint32_t mirror = 0 - std::uint32_t{magnitude >= half};
    const std::uint32_t distance = ((magnitude ^ mirror) - mirror) & (2 * half - 1);
    const std::uint32_t shifted =
        std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(distance))) << ES;
    constexpr std::uint32_t lower = 0 - (std::uint32_t{127} << ES << 23);
    constexpr std::uint32_t upper = (std::uint32_t{N - 2} << ES << 23) + (field_of_one << ES << 23);
    const std::uint32_t size = ((shifted ^ mirror) - mirror) + (lower ^ ((lower ^ upper) & mirror));
    constexpr int below = 24 - F::precision;
    const std::uint32_t ordinary = 0 - std::uint32_t{magnitude != 0};
    const std::uint32_t mantissa =
        (((size >> below) & low_mask(F::precision - 1)) | std::uint32_t{1} << (F::precision - 1)) & ordinary;
    return {static_cast<std::int32_t>((mantissa ^ sign) - sign), static_cast<std::int32_t>((size >> 23) & ordinary),
            code == F::nar};
  }
};

}  // namespace lowp::detail
