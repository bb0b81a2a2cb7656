// Neighbours, gaps and the total order, all read off the sorted list that a format is.
//
//   next_up(x), next_down(x)   the next value above or below; from the largest finite value to infinity where there
//                              is one, else x itself; both zeros step to the smallest value of the other side
//   ulp(x)                     the gap from |x| to the next larger magnitude (of the largest value, the last gap)
//   total_order(a, b)          IEEE 754-2019, 5.10: -NaN < -Inf < ... < -0 < +0 < ... < +Inf < +NaN; posits have
//                              one NaN, below all
//   isnan isinf isfinite signbit abs   as in <cmath>, found by argument-dependent lookup
#pragma once

#include <lowp/core/number.hpp>

namespace lowp {

template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr bool isnan(T x) noexcept {
  return decode(x).kind == value_kind::nan;
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr bool isinf(T x) noexcept {
  return decode(x).kind == value_kind::infinite;
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr bool isfinite(T x) noexcept {
  return decode(x).kind <= value_kind::finite;
}
/// Whether the sign is negative: of zeros, infinities and NaN too, where the format has them signed.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr bool signbit(T x) noexcept {
  return decode(x).negative;
}
/// |x|, rounded by T's policies where a format reaches further below zero than above.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T abs(T x) noexcept {
  return signbit(x) ? -x : x;
}

namespace detail {

// One step up in value on a format's list, `down` mirrors it.
template <Format F>
LOWP_FN constexpr std::uint64_t step(std::uint64_t code, bool down) noexcept {
  const exact x = F::decode(code);
  const std::uint64_t magnitude = F::magnitude(code);
  switch (x.kind) {
    case value_kind::nan:
      return code;
    case value_kind::infinite:
      return x.negative == down ? code : F::assemble(x.negative, F::max_magnitude(x.negative));
    case value_kind::zero:
      return F::max_magnitude(down) >= 1 ? F::assemble(down, 1) : code;
    case value_kind::finite:
      break;
  }
  if (x.negative != down) {  // toward zero
    if (magnitude == 0) return code;
    return F::assemble(x.negative, magnitude - 1);
  }
  if (magnitude < F::max_magnitude(x.negative)) return F::assemble(x.negative, magnitude + 1);
  if constexpr (F::has_infinity) return F::infinity(x.negative);
  return code;
}

// The gap above a finite magnitude, as an exact value.
template <Format F>
LOWP_FN constexpr exact gap_above(std::uint64_t magnitude) noexcept {
  if (magnitude >= F::max_magnitude(false)) magnitude = F::max_magnitude(false) - 1;
  const exact low = F::decode(F::assemble(false, magnitude)), high = F::decode(F::assemble(false, magnitude + 1));
  return exact_add(high, -low);
}

}  // namespace detail

/// The smallest value greater than x; the largest value stays where there is no infinity; NaN stays.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T next_up(T x) noexcept {
  return T::from_bits(static_cast<typename T::storage>(detail::step<typename T::format>(x.bits(), false)));
}

/// The largest value less than x; the lowest value stays where there is no -infinity; NaN stays.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T next_down(T x) noexcept {
  return T::from_bits(static_cast<typename T::storage>(detail::step<typename T::format>(x.bits(), true)));
}

/// The distance from |x| to the next larger magnitude, rounded to T (exact in minifloats and fixed-point). An
/// infinity gives itself, NaN gives NaN.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T ulp(T x) noexcept {
  using F = typename T::format;
  if (!isfinite(x)) return abs(x);
  return round_to<T>(detail::gap_above<F>(F::magnitude(x.bits())), nearest_even{});
}

/// The IEEE total order; NaNs of one sign are ordered by their codes.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr std::strong_ordering total_order(T a, T b) noexcept {
  if constexpr (detail::orders_nan_first<typename T::format>)
    return detail::compare_codes<typename T::format>(a.bits(), b.bits()) < 0 ? std::strong_ordering::less
           : a.bits() == b.bits()                                            ? std::strong_ordering::equal
                                                                             : std::strong_ordering::greater;
  const exact x = decode(a), y = decode(b);
  const auto rank = [](const exact& v) { return v.kind == value_kind::nan ? (v.negative ? -1 : 1) : 0; };
  if (rank(x) != rank(y)) return rank(x) <=> rank(y);
  using F = typename T::format;
  const auto by_code = F::magnitude(a.bits()) <=> F::magnitude(b.bits());
  if (rank(x) != 0) return x.negative ? 0 <=> by_code : by_code;
  const std::partial_ordering value = compare(x, y);
  if (value != 0) return value < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  return y.negative <=> x.negative;  // -0 before +0
}

}  // namespace lowp
