// Fast paths of narrow formats: the generic path, remembered.
//
// A table is filled from the generic path the first time it is needed, so it cannot mean anything else. It costs
// nothing until then, at most 64 KiB each, and takes no part in constant expressions.
//
//   float_values<F>          code -> float                                formats of at most 8 bits
//   float_codes<F, R, O>     float -> code                                at most 5 fraction bits
//   pair_codes<Op, F, R, O>  (code, code) -> code of the rounded result   formats of at most 8 bits
//
// float -> code: a deterministic policy only sees whether the discarded part is 0, below, at or above half a gap.
// That is decided by the sign, the exponent, precision + 1 fraction bits of the float and whether anything below them
// is set, which goes into the last of these bits (rounding to odd, as in rounding.hpp): the index. Float subnormals have
// fewer bits, but where min_quantum >= -124 all of them lie below a quarter of the smallest value.
#pragma once

#include <bit>
#include <cstddef>
#include <type_traits>

#include <lowp/core/native.hpp>

namespace lowp::detail {

template <class R, class O>
concept Repeatable =
    RoundingPolicy<R> && !RandomRounding<R> && !std::same_as<O, trap> && std::is_empty_v<R> && std::is_empty_v<O>;

inline constexpr auto no_random = [] { return std::uint32_t{0}; };

template <class F>
inline constexpr bool has_float_table = requires {
  requires F::bits <= 8 && F::precision <= 6 && F::min_quantum >= -124;
};

template <Format F>
struct float_values {
  float value[std::size_t{1} << F::bits];

  float_values() noexcept {
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c)
      value[c] = std::bit_cast<float>(
          static_cast<std::uint32_t>(encode<binary32>(F::decode(c), nearest_even{}, to_special{}, no_random)));
  }
  static const float_values& get() noexcept {
    static const float_values table;
    return table;
  }
};

template <Format F, RoundingPolicy R, OverflowPolicy O>
struct float_codes {
  static constexpr int dropped = 23 - (F::precision + 1);
  storage_t<F::bits> code[std::size_t{1} << (32 - dropped)];

  float_codes() noexcept {
    for (std::uint64_t i = 0; i <= low_mask(32 - dropped); ++i)
      code[i] = static_cast<storage_t<F::bits>>(encode<F>(binary32::decode(i << dropped), R{}, O{}, no_random));
  }
  storage_t<F::bits> operator[](float x) const noexcept {
    const std::uint32_t b = std::bit_cast<std::uint32_t>(x);
    return code[(b >> dropped) | ((b & ((std::uint32_t{1} << dropped) - 1)) != 0)];
  }
  static const float_codes& get() noexcept {
    static const float_codes table;
    return table;
  }
};

template <class Op, Format F, RoundingPolicy R, OverflowPolicy O>
struct pair_codes {
  storage_t<F::bits> code[std::size_t{1} << (2 * F::bits)];

  pair_codes() noexcept {
    constexpr bool cancels = requires { R::cancels_to_negative_zero; };
    for (std::uint64_t a = 0; a <= low_mask(F::bits); ++a)
      for (std::uint64_t b = 0; b <= low_mask(F::bits); ++b)
        code[a << F::bits | b] = static_cast<storage_t<F::bits>>(
            encode<F>(Op::apply(F::decode(a), F::decode(b), cancels), R{}, O{}, no_random));
  }
  storage_t<F::bits> operator()(std::uint64_t a, std::uint64_t b) const noexcept { return code[a << F::bits | b]; }
  static const pair_codes& get() noexcept {
    static const pair_codes table;
    return table;
  }
};

}  // namespace lowp::detail
