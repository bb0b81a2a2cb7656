// std::numeric_limits and std::hash of every number type, derived from decode: no constant is typed in by hand.
//
// A value is called normal if the gap above it is as small, in proportion, as it gets anywhere in the format:
// exponent(x) - exponent(gap) = digits - 1. Magnitudes ascend, so the smallest normal one is found by bisection.
#pragma once

#include <limits>
#include <typeindex>  // declares std::hash at the least cost

#include <lowp/core/ordering.hpp>

namespace lowp::detail {

// The facts that numeric_limits asks for, of one format.
template <Format F>
struct facts {
  static constexpr std::uint64_t largest = F::max_magnitude(false);
  static constexpr std::uint64_t smallest = smallest_magnitude<F>;

  static constexpr exact value(std::uint64_t magnitude) noexcept { return F::decode(F::assemble(false, magnitude)); }

  // Significant bits at a magnitude: 1 + exponent(x) - exponent(gap above), at most 64.
  static constexpr int digits_at(std::uint64_t magnitude) noexcept {
    return 1 + value(magnitude).exponent - gap_above<F>(magnitude).exponent;
  }
  static constexpr std::uint64_t one = [] {
    const std::uint64_t m = F::truncate(exact::scaled(false, 1, 0)).code;
    return m < smallest ? smallest : m > largest ? largest : m;
  }();
  static constexpr bool has_one = value(one) == exact::scaled(false, 1, 0);

  // The most digits anywhere: minifloats have them at the top, tapered formats at 1.
  static constexpr int digits = [] {
    const int at_one = one < largest ? digits_at(one) : 0;
    const int near_top = largest > smallest ? digits_at(largest - 1) : 1;
    return at_one > near_top ? at_one : near_top;
  }();

  static constexpr std::uint64_t smallest_normal = [] {
    std::uint64_t low = smallest, high = digits_at(one) >= digits ? one : largest;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (digits_at(middle) >= digits) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }();

  static constexpr bool evenly_spaced = gap_above<F>(smallest) == gap_above<F>(largest);
};

// floor(x * log10(2)) for 0 <= x < 2^14: 1233 / 4096 is below log10(2) by 3e-6 in proportion.
constexpr int whole_digits(int x) noexcept { return x * 1233 / 4096; }

// 10^n as 64 bits and a sticky bit, n >= 0.
constexpr exact exact_power_of_ten(int n) noexcept {
  exact result = exact::scaled(false, 1, 0), base = exact::scaled(false, 10, 0);
  for (; n > 0; n /= 2) {
    if (n % 2 != 0) result = exact_mul(result, base);
    base = exact_mul(base, base);
  }
  return result;
}

// The largest n with 10^n <= x, for x > 0. The estimate from the binary exponent is at most one off.
constexpr int floor_log10(const exact& x) noexcept {
  const auto at_most_x = [&](int n) {
    return n >= 0 ? compare(exact_power_of_ten(n), x) <= 0
                  : compare(exact::scaled(false, 1, 0), exact_mul(x, exact_power_of_ten(-n))) <= 0;
  };
  const std::int64_t scaled = std::int64_t{x.exponent} * 1292913986;  // log10(2) * 2^32
  int n = static_cast<int>(scaled >> 32);
  while (at_most_x(n + 1)) ++n;
  while (!at_most_x(n)) --n;
  return n;
}

}  // namespace lowp::detail

namespace std {

template <lowp::Format F, lowp::RoundingPolicy R, lowp::OverflowPolicy O>
class numeric_limits<lowp::number<F, R, O>> {
  using T = lowp::number<F, R, O>;
  using facts = lowp::detail::facts<F>;

  static constexpr T of(bool negative, std::uint64_t magnitude) noexcept {
    return T::from_bits(static_cast<typename T::storage>(F::assemble(negative, magnitude)));
  }

 public:
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = F::max_magnitude(true) != 0;
  static constexpr bool is_integer = facts::evenly_spaced && facts::value(facts::smallest).exponent >= 0;
  static constexpr bool is_exact = facts::evenly_spaced;
  static constexpr bool is_bounded = true;
  static constexpr bool is_modulo = same_as<O, lowp::wrap>;
  static constexpr bool is_iec559 = false;
  static constexpr bool has_infinity = F::has_infinity;
  static constexpr bool has_quiet_NaN = F::has_nan;
  static constexpr bool has_signaling_NaN = false;
  static constexpr bool traps = same_as<O, lowp::trap>;
  static constexpr bool tinyness_before = false;
#if __cplusplus <= 202002L  // deprecated since C++23
  static constexpr float_denorm_style has_denorm =
      facts::smallest < facts::smallest_normal ? denorm_present : denorm_absent;
  static constexpr bool has_denorm_loss = false;
#endif
  static constexpr int radix = 2;
  static constexpr int digits = facts::digits;
  static constexpr int digits10 = digits > 0 ? lowp::detail::whole_digits(is_exact ? digits : digits - 1) : 0;
  static constexpr int max_digits10 = is_exact ? 0 : lowp::detail::whole_digits(digits) + 2;
  static constexpr int min_exponent = is_exact ? 0 : facts::value(facts::smallest_normal).exponent + 1;
  static constexpr int max_exponent = is_exact ? 0 : facts::value(facts::largest).exponent + 1;
  static constexpr int min_exponent10 = [] {
    if constexpr (is_exact) return 0;
    const lowp::exact smallest = facts::value(facts::smallest_normal);
    return lowp::detail::floor_log10(smallest) + (smallest != lowp::exact::scaled(false, 1, 0));
  }();
  static constexpr int max_exponent10 = is_exact ? 0 : lowp::detail::floor_log10(facts::value(facts::largest));
  static constexpr float_round_style round_style = same_as<R, lowp::toward_zero>        ? round_toward_zero
                                                   : same_as<R, lowp::upward>           ? round_toward_infinity
                                                   : same_as<R, lowp::downward>         ? round_toward_neg_infinity
                                                   : lowp::detail::rounds_to_nearest<R> ? round_to_nearest
                                                                                        : round_indeterminate;

  /// The smallest normal value; of an evenly spaced format, as of an integer, the lowest value.
  static constexpr T(min)() noexcept { return is_exact ? lowest() : of(false, facts::smallest_normal); }
  static constexpr T(max)() noexcept { return of(false, facts::largest); }
  static constexpr T lowest() noexcept {
    return is_signed ? of(true, F::max_magnitude(true)) : of(false, F::has_zero ? 0 : facts::smallest);
  }
  static constexpr T denorm_min() noexcept { return of(false, facts::smallest); }
  /// The gap above 1, or above the value nearest below 1 where the format has no 1.
  static constexpr T epsilon() noexcept {
    return lowp::round_to<T>(lowp::detail::gap_above<F>(facts::one), lowp::nearest_even{});
  }
  /// The largest error of one rounding, in units in the last place.
  static constexpr T round_error() noexcept {
    return lowp::round_to<T>(lowp::exact::scaled(false, 1, round_style == round_to_nearest ? -1 : 0));
  }
  static constexpr T infinity() noexcept {
    if constexpr (F::has_infinity) return T::from_bits(static_cast<typename T::storage>(F::infinity(false)));
    return T{};
  }
  static constexpr T quiet_NaN() noexcept {
    if constexpr (F::has_nan) return T::from_bits(static_cast<typename T::storage>(F::nan(false)));
    return T{};
  }
  static constexpr T signaling_NaN() noexcept { return quiet_NaN(); }
};

/// Equal numbers have equal hashes: both zeros count as one.
template <lowp::Format F, lowp::RoundingPolicy R, lowp::OverflowPolicy O>
struct hash<lowp::number<F, R, O>> {
  [[nodiscard]] constexpr size_t operator()(lowp::number<F, R, O> x) const noexcept {
    if (lowp::decode(x).kind == lowp::value_kind::zero) return 0;
    std::uint64_t h = x.bits() * std::uint64_t{0x9E3779B97F4A7C15};  // Fibonacci hashing: spreads adjacent codes
    return static_cast<size_t>(h ^ (h >> 32));
  }
};

}  // namespace std
