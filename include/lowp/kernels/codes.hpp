// Floats to codes of a format and back, lane by lane, on every tier: what encode.inl and decode.inl are made of.
//
//   tiers::<tier>::encoder<F, R, O>{}(floats, words random) -> words    the bits of convert<To>(x, R, O, random)
//   tiers::<tier>::decoder<F>{}(words) -> floats                        the bits of convert<float>(x)
//
// for formats of at most 32 bits. All constants come from the format's own functions. How a format is encoded:
//
//   minifloats; posits and fixed-point up to 16 bits   arithmetic on the bits of the float, policies of core/ only
//   codebooks up to 4 bits                             bisection of the decision points, in registers
//   everything else                                    one by one, by convert: always right, never fast
//
// and decoded: the same by arithmetic, formats of up to 4 bits in registers, of up to 8 in a table of floats.
#pragma once

#include <algorithm>

#include <lowp/formats/codebook.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/posit.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

template <class R>
struct without_implicitly {
  using type = R;
};
template <class R>
struct without_implicitly<implicitly<R>> {
  using type = R;
};

// The rounding policies that the lanes know.
template <class R>
inline constexpr bool rounds_in_lanes = false;
template <class R>
inline constexpr bool rounds_in_lanes<implicitly<R>> = rounds_in_lanes<R>;
template <>
inline constexpr bool rounds_in_lanes<nearest_even> = true;
template <>
inline constexpr bool rounds_in_lanes<nearest_away> = true;
template <>
inline constexpr bool rounds_in_lanes<nearest_zero> = true;
template <>
inline constexpr bool rounds_in_lanes<nearest_up> = true;
template <>
inline constexpr bool rounds_in_lanes<nearest_down> = true;
template <>
inline constexpr bool rounds_in_lanes<toward_zero> = true;
template <>
inline constexpr bool rounds_in_lanes<upward> = true;
template <>
inline constexpr bool rounds_in_lanes<downward> = true;
template <>
inline constexpr bool rounds_in_lanes<to_odd> = true;
template <>
inline constexpr bool rounds_in_lanes<stochastic_equal> = true;
template <int Bits, stochastic_variant Variant>
inline constexpr bool rounds_in_lanes<stochastic<Bits, Variant>> = true;

template <class R>
inline constexpr bool is_stochastic = false;
template <int Bits, stochastic_variant Variant>
inline constexpr bool is_stochastic<stochastic<Bits, Variant>> = true;
// Those that look at more than 32 bits of the discarded fraction.
template <class R>
inline constexpr bool looks_below = false;
template <int Bits>
inline constexpr bool looks_below<stochastic<Bits, stochastic_variant::b>> = true;
template <int Bits>
inline constexpr bool looks_below<stochastic<Bits, stochastic_variant::c>> = true;

// Overflow policies whose decisions are constants.
template <class O>
concept ConstantOverflow = std::is_empty_v<O> && requires {
  typename std::integral_constant<bool, (O{}(overflow_event{overflow_cause::finite, true, true, true, true}), true)>;
};

// What stands for a value that the format cannot hold, or `stops`.
template <Format F, class R, class O>
struct special_codes {
  static constexpr std::uint64_t stops = ~std::uint64_t{0};

  static constexpr std::uint64_t of(overflow_cause cause, bool negative) noexcept {
    if constexpr (F::has_nan) {
      if (cause == overflow_cause::nan) return F::nan(negative);
    }
    if (cause == overflow_cause::zero && F::has_zero) return F::assemble(negative, 0);
    const std::uint64_t largest = F::max_magnitude(negative);
    const bool away = cause != overflow_cause::finite || goes_beyond(R{}, negative, (largest & 1) != 0);
    const bool wrong_sign = negative && F::max_magnitude(true) == 0;
    const overflow_event event{cause, away, F::has_infinity && !wrong_sign, F::has_nan, wrong_sign};
    if (O{}(event) == overflow_outcome::trap) return stops;
    return out_of_range<F>(exact::scaled(negative, 1, 0), cause, away, O{});
  }
  // Whether an infinity is like any value that is too large.
  static constexpr bool infinity_overflows =
      of(overflow_cause::infinite, false) == of(overflow_cause::finite, false) &&
      of(overflow_cause::infinite, true) == of(overflow_cause::finite, true);
};

constexpr std::uint32_t float_bits(const exact& x) noexcept {
  return static_cast<std::uint32_t>(lowp::encode<binary32>(x, nearest_even{}, to_special{}, no_random));
}
// 2^N as the bits of a float; beyond its range, the nearest of its positive finite values. A variable, as not every
// compiler computes a function of constants at compile time.
template <int N>
inline constexpr std::uint32_t float_power = N > 127    ? 0x7f7fffff
                                             : N < -149 ? 1
                                                        : float_bits(exact::scaled(false, 1, N));

// How a format is encoded.
enum class encoding : unsigned char {
  one_by_one,
  near_minifloat,    // within the range of float, to nearest even
  inside_minifloat,  // the same in other modes
  float_prefix,      // a float cut short
  minifloat,
  near_fixed,  // clamped, to nearest even
  fixed,
  posit,
  levels,
};

template <class F>
inline constexpr encoding encoding_family = encoding::one_by_one;
template <int E, int M, specials S, int Bias, signedness Sign>
inline constexpr encoding encoding_family<minifloat_format<E, M, S, Bias, Sign>> =
    // with magnitudes of all floats on the format's grid in 31 bits
    (E + M <= 30) && (M <= 22) && (127 + Bias < (1 << 30 >> M)) && (S != specials::scale || Bias >= -100)
        ? encoding::minifloat
        : encoding::one_by_one;
template <int Bits, int Frac, fixed_range Range>
inline constexpr encoding encoding_family<fixed_format<Bits, Frac, Range>> =
    Bits <= 16 && Frac >= -100 && Frac <= 140 ? encoding::fixed : encoding::one_by_one;
template <int N, int ES>
inline constexpr encoding encoding_family<posit_format<N, ES>> = N <= 16 ? encoding::posit : encoding::one_by_one;
template <auto Levels, auto Thresholds>
inline constexpr encoding encoding_family<codebook_format<Levels, Thresholds>> =
    codebook_format<Levels, Thresholds>::bits <= 4 ? encoding::levels : encoding::one_by_one;

template <class F>
inline constexpr int posit_exponent_bits = 0;
template <int N, int ES>
inline constexpr int posit_exponent_bits<posit_format<N, ES>> = ES;

// Whether a minifloat lies well within the range of float, so that sums of its values with larger powers of two are
// floats and the subnormals of float round to zero.
template <class F>
inline constexpr bool is_inside_float = false;
template <int E, int M, specials S, int Bias, signedness Sign>
inline constexpr bool is_inside_float<minifloat_format<E, M, S, Bias, Sign>> =
    (M >= 1) && (S != specials::scale) && (1 - Bias - M > -120) && (Bias > -99) &&
    (decode_floating(false, minifloat_format<E, M, S, Bias, Sign>::largest_magnitude + 1, M, Bias).exponent <=
     103 + M);

// Magnitudes beyond the largest of a sign have the code of the largest, or the next one: that one, else 0. Clamping
// |x| to its value then does what the overflow policy says.
template <class F, class R, class O>
constexpr std::uint64_t overflow_limit(bool negative) noexcept {
  const std::uint64_t over = special_codes<F, R, O>::of(overflow_cause::finite, negative);
  const std::uint64_t largest = F::max_magnitude(negative), sign = negative ? F::sign_bit : 0;
  return over == (largest | sign) ? largest : over == ((largest + 1) | sign) ? largest + 1 : 0;
}

// A float without its last bits.
template <class F>
inline constexpr bool is_float_prefix = false;
template <int M>
inline constexpr bool is_float_prefix<minifloat_format<8, M, specials::ieee, 127, signedness::is_signed>> =
    M > 0 && M < 23;

template <class F, class R, class O>
constexpr encoding find_encoding() noexcept {
  constexpr encoding family = encoding_family<F>;
  if constexpr (family == encoding::one_by_one || !std::is_empty_v<R> || !ConstantOverflow<O>) {
    return encoding::one_by_one;
  } else if constexpr (family == encoding::levels) {
    // One run of floats for each code: what is too large belongs to the outermost ones, and codes ascend through 0.
    const auto clamps = [](overflow_cause cause, bool negative) {
      return special_codes<F, R, O>::of(cause, negative) == F::assemble(negative, F::max_magnitude(negative));
    };
    // A format without 0 may round -0 to the level above 0, and 0 to the one below.
    const auto zero = [](bool negative) {
      return F::decode(lowp::encode<F>(exact::zero(negative), R{}, O{}, no_random));
    };
    return Repeatable<R, O> && compare(zero(true), zero(false)) <= 0 && clamps(overflow_cause::finite, false) &&
                   clamps(overflow_cause::finite, true) && clamps(overflow_cause::infinite, false) &&
                   clamps(overflow_cause::infinite, true)
               ? encoding::levels
               : encoding::one_by_one;
  } else if constexpr (!rounds_in_lanes<R>) {
    return encoding::one_by_one;
  } else if constexpr (family == encoding::minifloat) {
    if constexpr (is_float_prefix<F>) return encoding::float_prefix;
    if constexpr (!is_inside_float<F> || (F::bits > 16)) return encoding::minifloat;
    const bool one_side = F::max_magnitude(true) == 0 &&
                          special_codes<F, R, O>::of(overflow_cause::finite, true) != special_codes<F, R, O>::stops;
    const bool natural = overflow_limit<F, R, O>(false) != 0 && (one_side || overflow_limit<F, R, O>(true) != 0) &&
                         special_codes<F, R, O>::of(overflow_cause::infinite, false) != special_codes<F, R, O>::stops;
    if (!natural) return encoding::minifloat;
    if (is_nearest_even<R>) return encoding::near_minifloat;
    // Subnormals of float are below 2^-32 of the smallest value: random bits do not see them, either.
    return !one_side && 128 - F::bias >= 60 ? encoding::inside_minifloat : encoding::minifloat;
  } else if constexpr (family == encoding::fixed) {
    const bool clamps = !std::same_as<O, wrap> && special_codes<F, R, O>::of(overflow_cause::infinite, false) ==
                                                      F::assemble(false, F::max_magnitude(false));
    return is_nearest_even<R> && clamps && (F::min_quantum < 90) && (F::min_quantum > -100) ? encoding::near_fixed
                                                                                            : family;
  } else {
    return family;
  }
}
template <class F, class R, class O>
inline constexpr encoding encoding_of = find_encoding<F, R, O>();

template <class F, class R, class O>
std::uint32_t encode_one(float x, const R& rounding, const O& overflow, std::uint32_t random) noexcept {
  using T = number<F, R, O>;
  return static_cast<std::uint32_t>(convert<T>(x, rounding, overflow, random_bits{random}).bits());
}

// The runs of floats of a small codebook (formats/float_runs.hpp), for registers of 16.
template <Format F, class R, class O>
struct small_runs {
  std::uint32_t first[16];  // those left over stay behind all floats
  std::uint32_t code[16];
  std::uint32_t nan;

  small_runs() noexcept {
    const auto& runs = float_runs<F, R, O>::get();
    std::fill_n(first, 16, 0x7fffffffu);
    std::fill_n(code, 16, std::uint32_t{0});
    std::size_t n = 0;
    for (std::size_t i = 0; i < std::size(runs.first) && runs.first[i] != 0x7fffffff; ++i) {
      if (n > 0 && code[n - 1] == runs.code[i]) continue;  // one run on both sides of zero
      first[n] = static_cast<std::uint32_t>(runs.first[i]);
      code[n++] = runs.code[i];
    }
    nan = runs.nan;
  }
  static const small_runs& get() noexcept {
    static const small_runs table;
    return table;
  }
};

// How a format is decoded.
enum class decoding : unsigned char { one_by_one, small_table, table, float_prefix, minifloat, fixed, posit };

template <class F>
inline constexpr decoding decoding_family = F::bits <= 8 ? decoding::table : decoding::one_by_one;
template <int E, int M, specials S, int Bias, signedness Sign>
inline constexpr decoding decoding_family<minifloat_format<E, M, S, Bias, Sign>> =
    E == 8 && M > 0 && M < 23 && S == specials::ieee&& Bias == 127 && Sign == signedness::is_signed
        ? decoding::float_prefix
    : is_inside_float<minifloat_format<E, M, S, Bias, Sign>>&& E + M <= 22 ? decoding::minifloat
    : minifloat_format<E, M, S, Bias, Sign>::bits <= 8                     ? decoding::table
                                                                           : decoding::one_by_one;
template <int Bits, int Frac, fixed_range Range>
inline constexpr decoding decoding_family<fixed_format<Bits, Frac, Range>> =
    Bits <= 23 && Frac >= -100 && Frac <= 120 ? decoding::fixed
    : Bits <= 8                               ? decoding::table
                                              : decoding::one_by_one;
template <int N, int ES>
inline constexpr decoding decoding_family<posit_format<N, ES>> =
    N <= 20 && posit_format<N, ES>::max_exponent <= 126 ? decoding::posit
    : N <= 8                                            ? decoding::table
                                                        : decoding::one_by_one;
template <class F>
inline constexpr decoding decoding_of = F::bits <= 4 ? decoding::small_table : decoding_family<F>;

template <Format F>
struct small_values {
  std::uint32_t bits[16];
  constexpr small_values() noexcept : bits{} {
    for (std::uint64_t i = 0; i < 16; ++i) bits[i] = float_bits(F::decode(i & low_mask(F::bits)));
  }
};
template <Format F>
inline constexpr small_values<F> small_values_of{};

template <class F>
float decode_one(std::uint32_t code) noexcept {
  using T = number<F>;
  return convert<float>(T::from_bits(static_cast<typename T::storage>(code)));
}

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/encode.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

#define LOWP_BODY <lowp/kernels/decode.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
