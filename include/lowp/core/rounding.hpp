// Rounding policies: one decision each, (negative, odd, rest) -> go to the next larger magnitude?
//
//   negative   the sign of the value
//   odd        the lowest bit of the truncated magnitude code
//   rest       the discarded fraction of the gap (see cut.hpp); 2^63 is exactly half
//
// Policies know no formats. The stochastic ones take a further argument, the random bits. Sources: IEEE 754-2019,
// 4.3; IEEE P3109 interim report v4.0 for ToOdd and StochasticA/B/C; S. Boldo, G. Melquiond, Emulation of FMA and
// Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd.
#pragma once

#include <concepts>
#include <cstdint>

#include <lowp/core/config.hpp>

namespace lowp {

struct rounding_tag {};

namespace detail {
inline constexpr std::uint64_t half_gap = std::uint64_t{1} << 63;
}

/// To the nearest value, ties to the even code.
struct nearest_even {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool, bool odd, std::uint64_t rest) const noexcept {
    return rest > detail::half_gap - odd;  // no branch: ties are common in small formats and hard to predict
  }
};

/// To the nearest value, ties to the larger magnitude.
struct nearest_away {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool, bool, std::uint64_t rest) const noexcept {
    return rest >= detail::half_gap;
  }
};

/// To the nearest value, ties to the smaller magnitude.
struct nearest_zero {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool, bool, std::uint64_t rest) const noexcept { return rest > detail::half_gap; }
};

/// To the nearest value, ties to the upper one, toward plus infinity.
struct nearest_up {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool negative, bool, std::uint64_t rest) const noexcept {
    return rest >= detail::half_gap + negative;
  }
};

/// To the nearest value, ties to the lower one, toward minus infinity.
struct nearest_down {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool negative, bool, std::uint64_t rest) const noexcept {
    return rest >= detail::half_gap + !negative;
  }
};

/// To the smaller magnitude (truncation).
struct toward_zero {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool, bool, std::uint64_t) const noexcept { return false; }
};

/// Toward plus infinity.
struct upward {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool negative, bool, std::uint64_t rest) const noexcept {
    return !negative && rest != 0;
  }
};

/// Toward minus infinity. An exact x - x is -0 in this mode alone (IEEE 754-2019, 6.3).
struct downward {
  using policy = rounding_tag;
  static constexpr bool cancels_to_negative_zero = true;
  LOWP_FN constexpr bool operator()(bool negative, bool, std::uint64_t rest) const noexcept {
    return negative && rest != 0;
  }
};

/// An inexact value goes to the neighbour with the odd code: rounding again later, to fewer bits, is then exact.
struct to_odd {
  using policy = rounding_tag;
  LOWP_FN constexpr bool operator()(bool, bool odd, std::uint64_t rest) const noexcept { return rest != 0 && !odd; }
};

/// How a fraction f of the gap becomes a probability of N bits (P3109 StochasticA, B, C):
/// a: floor(f 2^N) / 2^N;  b: f rounded to N bits, ties up;  c: f rounded to N bits, ties to even.
enum class stochastic_variant { a, b, c };

/// Away from zero with a probability that equals the discarded fraction to Bits bits; exact values stay. Takes the
/// low Bits of `random`; which random bits, is said at the call or by the thread's stream (random.hpp).
template <int Bits = 32, stochastic_variant Variant = stochastic_variant::a>
struct stochastic {
  static_assert(Bits >= 1 && Bits <= 32, "lowp: stochastic<Bits> needs 1 <= Bits <= 32");
  using policy = rounding_tag;
  static constexpr int random_bits = Bits;

  LOWP_FN constexpr bool operator()(bool, bool, std::uint64_t rest, std::uint32_t random) const noexcept {
    const std::uint64_t r = random & (~std::uint32_t{0} >> (32 - Bits));
    const std::uint64_t one = std::uint64_t{1} << Bits;
    if constexpr (Variant == stochastic_variant::a) {
      return (rest >> (64 - Bits)) + r >= one;
    } else if constexpr (Variant == stochastic_variant::b) {
      return (rest >> (63 - Bits)) + 2 * r + 1 >= 2 * one;
    } else {
      const std::uint64_t whole = rest >> (64 - Bits);
      return whole + nearest_even{}(false, (whole & 1) != 0, rest << Bits) + r >= one;
    }
  }
};

/// Either neighbour with probability 1/2, whatever the fraction; exact values stay. Takes one random bit.
struct stochastic_equal {
  using policy = rounding_tag;
  static constexpr int random_bits = 1;
  LOWP_FN constexpr bool operator()(bool, bool, std::uint64_t rest, std::uint32_t random) const noexcept {
    return rest != 0 && (random & 1) != 0;
  }
};

/// The policy R for a type that stands in for float in existing code: construction rounds implicitly, and arithmetic
/// with float and double stays in the type (see lenient in number.hpp).
template <class R>
struct implicitly : R {
  static constexpr bool implicit = true;
};

template <class R>
concept RoundingPolicy = std::same_as<typename R::policy, rounding_tag>;

/// A policy whose decision needs random bits.
template <class R>
concept RandomRounding = RoundingPolicy<R> && requires {
  R::random_bits;
};

namespace detail {

template <class R>
inline constexpr bool is_nearest_even = std::same_as<R, nearest_even> || std::same_as<R, implicitly<nearest_even>>;

// Whether a policy differs from the other nearest ones in ties alone.
template <RoundingPolicy R>
inline constexpr bool rounds_to_nearest = [] {
  if constexpr (RandomRounding<R>) {
    return false;
  } else {
    const auto decides_at_half = [](bool negative, bool odd) {
      return !R{}(negative, odd, half_gap - 1) && R{}(negative, odd, half_gap + 1);
    };
    return decides_at_half(false, false) && decides_at_half(false, true) && decides_at_half(true, false) &&
           decides_at_half(true, true);
  }
}();

// Whether a policy carries a value beyond the largest one away from zero: the gap up to infinity is taken as all but
// crossed. Stochastic modes always go (P3109).
template <RoundingPolicy R>
LOWP_FN constexpr bool goes_beyond(R rounding, bool negative, bool largest_is_odd) noexcept {
  if constexpr (RandomRounding<R>) {
    return true;
  } else {
    return rounding(negative, largest_is_odd, ~std::uint64_t{0});
  }
}

}  // namespace detail
}  // namespace lowp
