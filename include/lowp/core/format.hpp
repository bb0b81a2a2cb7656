// What a number format is: a sorted list of values, written as two functions.
//
//   decode(code)       -> exact    every code; the sign is part of the code
//   truncate(x)        -> cut      a finite non-zero x, cut toward zero to a magnitude code of its sign
//
// and the few facts that place the special values:
//   bits                           width of a code, 1..64
//   max_magnitude(negative)        magnitude code of the largest finite value of that sign
//   assemble(negative, magnitude)  the code of a magnitude with a sign; magnitude(code) is its inverse, and
//   larger
//                                  for an infinity than for every finite value
//   has_zero, has_infinity, has_nan, and infinity(negative), nan(negative) where they exist
//   crosses_zero                   optional: there is no zero but there are values on both sides of it. The neighbour
//                                  of magnitude 1 toward zero, magnitude 0, is then the first value beyond zero, and
//                                  truncate takes a zero like any other value
//   default_overflow               what the operators do beyond the largest value
//
// A format that models this gets rounding, arithmetic, limits, printing, tables and arrays for nothing. `encode` is
// the one place where a value is rounded into a format.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <lowp/core/cut.hpp>
#include <lowp/core/overflow.hpp>
#include <lowp/core/rounding.hpp>

namespace lowp {

template <class F>
concept Format = requires(std::uint64_t code, const exact& x, bool negative) {
  { F::bits } -> std::convertible_to<int>;
  { F::decode(code) } -> std::same_as<exact>;
  { F::truncate(x) } -> std::same_as<cut>;
  { F::max_magnitude(negative) } -> std::same_as<std::uint64_t>;
  { F::assemble(negative, code) } -> std::same_as<std::uint64_t>;
  { F::magnitude(code) } -> std::same_as<std::uint64_t>;
  { F::has_zero } -> std::convertible_to<bool>;
  { F::has_infinity } -> std::convertible_to<bool>;
  { F::has_nan } -> std::convertible_to<bool>;
  requires OverflowPolicy<typename F::default_overflow>;
};

namespace detail {

template <class F>
inline constexpr bool crosses_zero = requires {
  requires F::crosses_zero;
};

/// The magnitude code of the smallest positive value.
template <Format F>
inline constexpr std::uint64_t smallest_magnitude = F::has_zero || crosses_zero<F> ? 1 : 0;

// Zero, or what stands for it in a format that crosses it: the value nearest to it.
template <Format F>
LOWP_FN constexpr std::uint64_t zero_code() noexcept {
  if constexpr (crosses_zero<F>) return F::assemble(false, F::truncate(exact::zero()).rest >= half_gap);
  return F::assemble(false, 0);
}

template <Format F, OverflowPolicy O>
LOWP_FN constexpr std::uint64_t out_of_range(const exact& x, overflow_cause cause, bool away, O overflow) noexcept {
  const bool wrong_sign = x.negative && F::max_magnitude(true) == 0;
  const bool has_infinity = F::has_infinity && !wrong_sign;
  switch (overflow(overflow_event{cause, away, has_infinity, F::has_nan, wrong_sign})) {
    case overflow_outcome::infinity:
      if constexpr (F::has_infinity) return F::infinity(x.negative);
      break;
    case overflow_outcome::nan:
      if constexpr (F::has_nan) return F::nan(x.negative);
      break;
    case overflow_outcome::zero:
      return zero_code<F>();
    case overflow_outcome::clamp:
      break;
    case overflow_outcome::trap:
#if defined(_MSC_VER) && !defined(__clang__)
      __debugbreak();
#else
      __builtin_trap();
#endif
  }
  return F::assemble(x.negative, cause == overflow_cause::zero ? 0 : F::max_magnitude(x.negative));
}

}  // namespace detail

/// Rounds an exact value into a format: the code of the result.
///
/// `random` is called for 32 random bits, once, and only for a finite value under a stochastic policy. The steps: cut
/// toward zero; let the policy add one; if that is beyond the largest magnitude, or the value was special to begin
/// with, let the overflow policy decide.
template <Format F, RoundingPolicy R, OverflowPolicy O, class Random, std::derived_from<exact> Exact>
[[nodiscard]] LOWP_FN constexpr std::uint64_t encode(const Exact& x, R rounding, O overflow,
                                                     Random&& random) noexcept {
  if (x.kind == value_kind::finite || (detail::crosses_zero<F> && x.kind == value_kind::zero)) [[likely]] {
    const auto round = [&](const cut& c) -> std::uint64_t {
      const bool odd = (c.code & 1) != 0;
      if constexpr (RandomRounding<R>) {
        return c.code + rounding(x.negative, odd, c.rest, static_cast<std::uint32_t>(random()));
      } else {
        return c.code + rounding(x.negative, odd, c.rest);
      }
    };
    if constexpr (std::same_as<O, wrap>) {
      static_assert(
          requires { F::truncate_modular(x); }, "lowp: overflow policy `wrap` is for fixed-point formats only");
      return F::assemble_modular(x.negative, round(F::truncate_modular(x)));
    } else {
      const cut c = F::truncate(x);
      const std::uint64_t magnitude = round(c);
      const std::uint64_t largest = F::max_magnitude(x.negative);
      // Where code 0 is no zero, an unsigned format has no room for any negative value.
      bool fits = magnitude <= largest && (F::has_zero || !x.negative || largest != 0);
      // With all 64 bits in use there is no code for "larger": a carry has gone round to 0.
      if constexpr (F::max_magnitude(false) == ~std::uint64_t{0})
        fits = fits && magnitude >= c.code && x.exponent <= F::decode(F::assemble(false, ~std::uint64_t{0})).exponent;
      if (fits) [[likely]]
        return F::assemble(x.negative, magnitude);
      const bool away = detail::goes_beyond(rounding, x.negative, (largest & 1) != 0);
      return detail::out_of_range<F>(x, overflow_cause::finite, away, overflow);
    }
  }
  if (x.kind == value_kind::zero) {
    if constexpr (F::has_zero) return F::assemble(x.negative, 0);
    return detail::out_of_range<F>(x, overflow_cause::zero, true, overflow);
  }
  if (x.kind == value_kind::infinite) return detail::out_of_range<F>(x, overflow_cause::infinite, true, overflow);
  if constexpr (F::has_nan) return F::nan(x.negative);
  return detail::out_of_range<F>(x, overflow_cause::nan, true, overflow);
}

}  // namespace lowp
