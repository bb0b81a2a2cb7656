// The shortest decimal that rounds to a given value, and the closest to it among those.
//
// 1. The rounding interval: all real numbers that the policy rounds to x, a pair of dyadic rationals.
//      Grid formats: x plus and minus half a gap, or up to a neighbour, by asking the policy about each gap.
//      Others: by bisection over 64-bit significands, asking the format (truncate) and the policy.
//    The grid is taken to go on beyond the largest value, and to end at half the smallest where there is no
//    zero: text that only an overflow policy brings back to x does not count.
// 2. The multiples of 10^g inside it, for the largest g at which there are any, by exact division: the interval
//    is wider than 10^g for g = floor(log10 of its width), so at that g all quotients are about
//    10 * 2^precision and fit into 64 bits. Coarser g follow by dividing integers by ten.
//
// Related: G. L. Steele, J. L. White, How to Print Floating-Point Numbers Accurately, PLDI 1990; R. Giulietti,
// The Schubfach way to render doubles, 2020, from whom the search by powers of ten is taken.
// Range: formats of at most 60 significant bits.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/interop/detail/decimal.hpp>

namespace lowp::detail {

// lower * 2^unit .. upper * 2^unit, with the value in between or at an end.
struct rounding_interval {
  std::uint64_t lower, value, upper;
  int unit;
  bool lower_closed, upper_closed;
};

enum class reach : unsigned char { nothing, below_half, half, all };

// How much of the gap above a code stays at the code: without the end for `below_half` and `all`.
template <class R>
constexpr reach stays_below(R rounding, bool negative, bool odd) noexcept {
  if (!rounding(negative, odd, ~std::uint64_t{0})) return reach::all;
  if (!rounding(negative, odd, half_gap)) return reach::half;
  return rounding(negative, odd, half_gap - 1) ? reach::nothing : reach::below_half;
}
// How much of that gap, seen from its other end, goes up to the next code.
template <class R>
constexpr reach goes_above(R rounding, bool negative, bool odd) noexcept {
  if (rounding(negative, odd, 1)) return reach::all;
  if (rounding(negative, odd, half_gap)) return reach::half;
  return rounding(negative, odd, half_gap + 1) ? reach::below_half : reach::nothing;
}

template <Grid F, class R>
constexpr rounding_interval interval_on_grid(const exact& x, std::uint64_t magnitude, R rounding) noexcept {
  const int own = x.exponent - F::precision + 1;
  const int gap = own > F::min_quantum ? own : F::min_quantum;  // log2 of the gap above x
  const bool half_below = gap > F::min_quantum && x.significand << 1 == 0;
  const bool odd = (magnitude & 1) != 0;
  const std::uint64_t value = x.significand >> (63 - (x.exponent - gap)) << 2;  // in quarters of the gap
  const reach up = stays_below(rounding, x.negative, odd);
  const reach down = magnitude == 0 ? reach::half : goes_above(rounding, x.negative, !odd);
  const auto part = [](reach r) { return std::uint64_t{r == reach::nothing ? 0u : r == reach::all ? 4u : 2u}; };
  const auto closed = [](reach r) { return r == reach::nothing || r == reach::half; };
  return {value - (part(down) >> half_below), value, value + part(up), gap - 2, closed(down), closed(up)};
}

template <Format F, class R>
constexpr rounding_interval interval_by_bisection(const exact& x, std::uint64_t magnitude, R rounding) noexcept {
  constexpr std::uint64_t one = std::uint64_t{1} << 63;
  // The point 2^exponent * (1 + offset / 2^63), 0 <= offset <= 2^63, or just above it.
  const auto point = [&](int exponent, std::uint64_t offset, bool above) -> exact {
    if (offset == one) return {one, exponent + 1, value_kind::finite, x.negative, above};
    return {one + offset, exponent, value_kind::finite, x.negative, above};
  };
  const auto inside = [&](const exact& t) {
    const cut c = F::truncate(t);
    return c.code + rounding(x.negative, (c.code & 1) != 0, c.rest) == magnitude;
  };

  const int lowest = x.exponent - (magnitude <= F::has_zero ? 1 : 63);
  int e = x.exponent;
  while (e > lowest && inside(point(e, 0, false))) --e;
  exact lower = point(e, 0, false);
  bool lower_closed = true;
  if (!inside(lower)) {  // the end lies between 2^e and 2^(e + 1)
    std::uint64_t out = 0, in = e == x.exponent ? x.significand - one : one;
    while (in - out > 1) {
      const std::uint64_t middle = out + (in - out) / 2;
      (inside(point(e, middle, false)) ? in : out) = middle;
    }
    lower_closed = !inside(point(e, out, true));
    lower = point(e, lower_closed ? in : out, false);
  }

  const int highest = x.exponent + (magnitude == F::max_magnitude(x.negative) ? 0 : 63);
  e = x.exponent;
  while (e < highest && inside(point(e, one, false))) ++e;
  exact upper = point(e, one, false);
  bool upper_closed = true;
  if (!inside(upper)) {
    std::uint64_t in = e == x.exponent ? x.significand - one : 0, out = one;
    while (out - in > 1) {
      const std::uint64_t middle = in + (out - in) / 2;
      (inside(point(e, middle, false)) ? in : out) = middle;
    }
    upper_closed = !inside(point(e, in, true));
    upper = point(e, upper_closed ? in : out, false);
  }

  // The common unit; ends that would need more than 62 bits are drawn in.
  const auto last_bit = [](const exact& t) { return t.exponent - 63 + std::countr_zero(t.significand); };
  int unit = last_bit(x);
  if (last_bit(lower) < unit) unit = last_bit(lower);
  if (last_bit(upper) < unit) unit = last_bit(upper);
  if (unit < upper.exponent - 61) unit = upper.exponent - 61;
  const auto shifted = [&](const exact& t) { return shift_out(t.significand, false, unit - (t.exponent - 63)); };
  const cut l = shifted(lower), u = shifted(upper);
  return {l.code + (l.rest != 0), shifted(x).code, u.code, unit, lower_closed || l.rest, upper_closed || u.rest};
}

// x is positive or negative, finite and not 0; its ends come as magnitudes.
template <Format F, class R>
constexpr rounding_interval interval_of(const exact& x, std::uint64_t magnitude, R rounding) noexcept {
  static_assert(facts<F>::digits <= 60, "lowp: shortest text needs a format of at most 60 significant bits");
  if constexpr (Grid<F>) {
    return interval_on_grid<F>(x, magnitude, rounding);
  } else {
    return interval_by_bisection<F>(x, magnitude, rounding);
  }
}

// What is left of a division: 0, below half, half, or above half of the divisor.
enum class remainder_class : unsigned char { none, low, half, high };

struct scaled {
  std::uint64_t whole;
  remainder_class rest;
};

// floor(n / 2^shift) for 0 <= shift, where the result fits into 64 bits.
constexpr scaled shift_right(wide n, int shift) noexcept {
  if (shift == 0) return {n.low, remainder_class::none};
  if (shift > 128) return {0, n == wide{} ? remainder_class::none : remainder_class::low};
  const std::uint64_t whole = shift == 128  ? 0
                              : shift >= 64 ? n.high >> (shift - 64)
                                            : (n.high << (64 - shift)) | (n.low >> shift);
  const int at = shift - 1;  // the bit that is worth a half
  const bool half = ((at >= 64 ? n.high >> (at - 64) : n.low >> at) & 1) != 0;
  const bool more = at >= 64 ? n.low != 0 || (n.high & low_mask(at - 64)) != 0 : (n.low & low_mask(at)) != 0;
  return {whole, static_cast<remainder_class>(2 * half + more)};
}

// x * 2^unit / 10^g for some x and one pair (unit, g), where the quotients fit into 64 bits.
template <Format F>
class decimal_scale {
  static constexpr int limbs = text_facts<F>::limbs_to_write;

 public:
  constexpr decimal_scale(int unit, int g) : shift_(unit - g), g_(g) {
    if (g >= -max_power_of_5 && g <= 0) return;
    power_.multiply_add(1, 1);
    power_.multiply_by_power_of_5(g < 0 ? -g : g);
    if (g > 0) {
      if (shift_ < 0) power_.shift_left(-shift_);
      align_ = (64 - power_.bit_length() % 64) % 64;
      power_.shift_left(align_);
    }
  }

  constexpr scaled operator()(std::uint64_t x) const {
    if (g_ >= -max_power_of_5 && g_ <= 0) {
      const wide n = multiply_wide(x, power_of_5.value[-g_]);
      return shift_ >= 0 ? scaled{n.low << shift_, remainder_class::none} : shift_right(n, -shift_);
    }
    natural<limbs> n;
    if (g_ < 0) {
      n.assign_product(power_, x);
      if (shift_ >= 0) return {n.bits_from(0) << shift_, remainder_class::none};
      const int half = -shift_ - 1;
      return {n.bits_from(-shift_), static_cast<remainder_class>(2 * (n.bits_from(half) & 1) + n.any_below(half))};
    }
    n.multiply_add(1, x);
    n.shift_left(align_ + (shift_ > 0 ? shift_ : 0));
    const std::uint64_t whole = n.divide_by(power_);
    if (n.is_zero()) return {whole, remainder_class::none};
    const auto order = n.compare_doubled(power_);
    return {whole, order < 0 ? remainder_class::low : order == 0 ? remainder_class::half : remainder_class::high};
  }

 private:
  natural<limbs> power_;
  int shift_;
  int g_;
  int align_ = 0;
};

// The multiples of 10^exponent in an interval: low .. high, none if low > high; and where the value lies.
struct decimal_candidates {
  std::uint64_t low, high;
  scaled value;
  int exponent;

  [[nodiscard]] constexpr bool can_coarsen() const noexcept { return low <= high / 10 * 10; }
  constexpr void coarsen() noexcept {
    const std::uint64_t digit = value.whole % 10;
    const bool more = value.rest != remainder_class::none;
    const bool high_part = digit > 5 || (digit == 5 && more);
    const bool low_part = digit != 0 || more;
    value.rest = high_part    ? remainder_class::high
                 : digit == 5 ? remainder_class::half
                 : low_part   ? remainder_class::low
                              : remainder_class::none;
    value.whole /= 10;
    low = low / 10 + (low % 10 != 0);
    high /= 10;
    ++exponent;
  }
  // The one closest to the value, ties to even.
  [[nodiscard]] constexpr std::uint64_t closest() const noexcept {
    const bool odd = (value.whole & 1) != 0;
    const std::uint64_t nearest =
        value.whole + (value.rest == remainder_class::high || (value.rest == remainder_class::half && odd));
    return nearest < low ? low : nearest > high ? high : nearest;
  }
};

template <Format F>
constexpr decimal_candidates candidates_at(const rounding_interval& interval, int g) {
  const decimal_scale<F> scale(interval.unit, g);
  const scaled lower = scale(interval.lower), upper = scale(interval.upper);
  const bool lower_exact = lower.rest == remainder_class::none, upper_exact = upper.rest == remainder_class::none;
  return {lower.whole + !(lower_exact && interval.lower_closed),
          upper.whole - (upper_exact && !interval.upper_closed), scale(interval.value), g};
}

// digits * 10^exponent, the last digit not 0.
struct short_decimal {
  std::uint64_t digits;
  int exponent;
};

// The multiple of the largest power of ten inside an interval that is not a single point. No decimal inside has
// fewer significant digits or ends earlier.
template <Format F>
constexpr short_decimal shortest_decimal(const rounding_interval& interval) {
  const int width = 63 - std::countl_zero(interval.upper - interval.lower);
  decimal_candidates c = candidates_at<F>(interval, floor_log10_2(width + interval.unit));
  while (c.low > c.high) c = candidates_at<F>(interval, c.exponent - 1);  // an open end; rare
  while (c.can_coarsen()) c.coarsen();
  return {c.closest(), c.exponent};
}

// A power of ten may have a closer neighbour of one digit below it, 9 * 10^(g - 1): prefer that in scientific form,
// where it is no longer. Only formats of few significant bits have intervals that wide.
template <Format F>
constexpr short_decimal closest_of_one_digit(const rounding_interval& interval, int g) {
  const std::uint64_t finer = candidates_at<F>(interval, g - 1).closest();
  return finer < 10 ? short_decimal{finer, g - 1} : short_decimal{1, g};
}

}  // namespace lowp::detail
