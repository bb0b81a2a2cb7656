// codebook<levels, Rounding, thresholds>: a format that is a list of up to 256 numbers.
//
//   value of code c = levels[c]             bits = ceil(log2(number of codes))
//
// The list stands in the order of the codes, which need not be that of the values; it may be symmetric or not, and
// with or without a zero. The gap between two neighbours needs at most 62 bits. A code beyond the list, or listed as
// no_level, is NaN; -0.0 is a negative zero.
//
// Conversion goes to the nearest level, ties as Rounding says. Without a zero, the levels on both sides of it are
// neighbours like any others: 0.5 lies between -1 and 1, `downward` takes it to -1 and `stochastic` keeps its mean;
// toward_zero goes to the first level on the far side. Above the largest level the last gap is thought to repeat,
// which decides when an overflow policy is asked (default: saturate).
//
// A source that publishes its own decision points instead of using the midpoints gives them as `thresholds`, in
// ascending order: they decide for every nearest policy, and the policy decides on a threshold itself.
#pragma once

#include <algorithm>
#include <array>

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>
#include <lowp/formats/float_runs.hpp>

namespace lowp {

/// Stands in a list of levels for a code that has none.
inline constexpr double no_level = std::numeric_limits<double>::quiet_NaN();

/// A list of numbers as a template argument: levels({-1, 0, 1}). Holds them as the bits of doubles.
template <std::size_t N>
struct levels {
  std::uint64_t bits[N];

  template <class T>
  consteval levels(const T (&value)[N]) : bits{} {
    for (std::size_t i = 0; i < N; ++i) bits[i] = std::bit_cast<std::uint64_t>(static_cast<double>(value[i]));
  }
};
template <class T, std::size_t N>
levels(const T (&)[N]) -> levels<N>;

/// Levels whose top code bit is a sign, given by their magnitudes.
template <class T, std::size_t N>
consteval levels<2 * N> sign_magnitude(const T (&magnitude)[N]) {
  static_assert(std::has_single_bit(N), "lowp: sign_magnitude needs 2^n magnitudes");
  double value[2 * N] = {};
  for (std::size_t i = 0; i < N; ++i) {
    value[i] = static_cast<double>(magnitude[i]);
    value[N + i] = -value[i];
  }
  return levels(value);
}

/// Decision points half way between the levels.
struct midpoints {};

namespace detail {

// The levels in ascending order, as ranks 1 .. size; ranks 0 and size + 1 are what would come next if the gaps at
// both ends went on.
template <std::size_t N>
struct codebook_table {
  std::array<exact, N + 2> value{};
  std::array<std::uint8_t, N + 2> code{};
  std::array<int, N> rank{};  // of a code; 0 if it has no level
  int size = 0;
  int zero = 0;                            // rank of zero, if there is one
  int first_positive = 0;                  // rank of the smallest positive level
  std::int64_t minus_zero = -1, nan = -1;  // their codes, if there are any
  int precision = 1;                       // significant bits of the longest level
  bool repeats_minus_zero = false;

  constexpr explicit codebook_table(const levels<N>& list) {
    struct entry {
      std::uint64_t key;  // ascends with the value
      std::uint8_t code;
    };
    std::array<entry, N> order{};
    for (std::size_t c = 0; c < N; ++c) {
      const exact x = binary64::decode(list.bits[c]);
      if (x.kind == value_kind::nan) {
        if (nan < 0) nan = static_cast<std::int64_t>(c);
      } else if (x == exact::zero(true)) {
        repeats_minus_zero = minus_zero >= 0;
        minus_zero = static_cast<std::int64_t>(c);
      } else {
        constexpr std::uint64_t sign = std::uint64_t{1} << 63;
        order[at(size++)] = {x.negative ? ~list.bits[c] : list.bits[c] | sign, static_cast<std::uint8_t>(c)};
      }
    }
    std::sort(order.begin(), order.begin() + size, [](entry a, entry b) { return a.key < b.key; });
    if (nan < 0 && !std::has_single_bit(N)) nan = static_cast<std::int64_t>(N);
    first_positive = size + 1;
    for (int r = size; r > 0; --r) {
      const std::uint8_t c = order[at(r - 1)].code;
      const exact x = binary64::decode(list.bits[c]);
      code[at(r)] = c;
      rank[c] = r;
      value[at(r)] = x;
      const int length = x.kind == value_kind::finite ? 64 - std::countr_zero(x.significand) : 1;
      precision = length > precision ? length : precision;
      if (x.kind == value_kind::zero) zero = r;
      if (x.kind != value_kind::zero && !x.negative) first_positive = r;
    }
    if (size < 2) return;
    value[0] = next(value[1], value[2]);
    value[at(size + 1)] = next(value[at(size)], value[at(size - 1)]);
  }

  static constexpr std::size_t at(int rank) { return static_cast<std::size_t>(rank); }
  static constexpr exact next(const exact& end, const exact& inner) {
    exact x = exact_add(end, exact_add(end, -inner));
    x.sticky = false;
    return x;
  }
  constexpr bool all_finite() const {
    for (int r = 1; r <= size; ++r)
      if (value[at(r)].kind > value_kind::finite) return false;
    return true;
  }
  constexpr bool all_distinct() const {
    for (int r = 1; r < size; ++r)
      if (compare(value[at(r)], value[at(r + 1)]) == 0) return false;
    return !repeats_minus_zero;
  }
  // Rounding divides by the gap: if that were not exact, neither would be the decision at its middle.
  constexpr bool all_gaps_exact() const {
    for (int r = 1; r < size; ++r)
      if (exact_add(value[at(r + 1)], -value[at(r)]).sticky) return false;
    return true;
  }
  template <auto Thresholds>
  constexpr bool separated_by() const {
    if constexpr (requires { Thresholds.bits; }) {
      if (std::size(Thresholds.bits) + 1 != at(size)) return false;
      for (int r = 1; r < size; ++r) {
        const exact t = binary64::decode(Thresholds.bits[at(r - 1)]);
        if (!(compare(value[at(r)], t) < 0 && compare(t, value[at(r + 1)]) < 0)) return false;
      }
    }
    return true;
  }
};

}  // namespace detail

template <auto Levels, auto Thresholds = midpoints{}>
struct codebook_format {
 private:
  static constexpr std::size_t codes = std::size(Levels.bits);
  static_assert(codes >= 2 && codes <= 256, "lowp: a codebook has 2 to 256 codes");
  static constexpr detail::codebook_table<codes> table{Levels};
  static_assert(table.all_finite(), "lowp: codebook levels are finite numbers, or no_level");
  static_assert(table.all_distinct(), "lowp: two codebook levels are equal");
  static_assert(table.all_gaps_exact(), "lowp: the gap between two codebook levels needs more than 62 bits");
  static_assert(table.first_positive <= table.size && table.first_positive > 1,
                "lowp: a codebook needs a positive level, and a zero or a negative one");
  static_assert(table.minus_zero < 0 || table.zero != 0, "lowp: a codebook with -0 needs a 0");
  static_assert(table.template separated_by<Thresholds>(),
                "lowp: codebook thresholds are one for each gap, strictly between its levels, ascending");

 public:
  static constexpr int bits = std::bit_width(codes - 1);
  static constexpr int precision = table.precision;
  static constexpr bool has_zero = table.zero != 0;
  static constexpr bool crosses_zero = !has_zero;
  static constexpr bool has_negative_zero = table.minus_zero >= 0;
  static constexpr bool has_infinity = false;
  static constexpr bool has_nan = table.nan >= 0;
  using default_overflow = saturate;

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool negative) noexcept {
    return static_cast<std::uint64_t>(negative ? origin(true) - 1 : table.size - origin(false));
  }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    if (has_negative_zero && negative && magnitude == 0) return static_cast<std::uint64_t>(table.minus_zero);
    return table.code[table.at(rank_of(negative, magnitude))];
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept {
    if (has_negative_zero && code == static_cast<std::uint64_t>(table.minus_zero)) return 0;
    const int rank = code < codes ? table.rank[code] : 0;
    if (rank == 0) return codes;  // NaN
    return static_cast<std::uint64_t>(rank < table.first_positive ? origin(true) - rank : rank - origin(false));
  }
  LOWP_FN static constexpr std::uint64_t nan(bool) noexcept requires has_nan {
    return static_cast<std::uint64_t>(table.nan);
  }
  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    if (has_negative_zero && code == static_cast<std::uint64_t>(table.minus_zero)) return exact::zero(true);
    const int rank = code < codes ? table.rank[code] : 0;
    return rank == 0 ? exact::nan() : table.value[table.at(rank)];
  }

  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    const std::uint64_t largest = max_magnitude(x.negative);
    std::uint64_t low = 0, high = largest + 1;  // the largest magnitude not beyond x is among these
    while (low < high) {
      const std::uint64_t middle = low + (high - low + 1) / 2;
      if (is_beyond(x, table.value[table.at(rank_of(x.negative, middle))])) {
        high = middle - 1;
      } else {
        low = middle;
      }
    }
    if (low > largest) return {low, 0};
    const int here = rank_of(x.negative, low), there = rank_of(x.negative, low + 1);
    const std::uint64_t rest = rest_between(table.value[table.at(here)], x, table.value[table.at(there)]);
    if constexpr (requires { Thresholds.bits; }) {
      if (rest != 0 && low < largest) {
        const exact t = binary64::decode(Thresholds.bits[table.at(here < there ? here : there) - 1]);
        // Moved to the side of one half on which x lies of the threshold.
        if (is_beyond(x, t)) return {low, rest < detail::half_gap ? rest : detail::half_gap - 1};
        if (compare(x, t) == 0) return {low, detail::half_gap};
        return {low, rest > detail::half_gap ? rest : detail::half_gap + 1};
      }
    }
    return {low, rest};
  }

 private:
  // The rank of magnitude 0: zero or, without one, the first level on the other side of it.
  LOWP_FN static constexpr int origin(bool negative) noexcept {
    return has_zero ? table.zero : table.first_positive - !negative;
  }
  LOWP_FN static constexpr int rank_of(bool negative, std::uint64_t magnitude) noexcept {
    return negative ? origin(true) - static_cast<int>(magnitude) : origin(false) + static_cast<int>(magnitude);
  }
  // Whether a point lies farther than x in the direction of x's sign.
  LOWP_FN static constexpr bool is_beyond(const exact& x, const exact& point) noexcept {
    return x.negative ? compare(point, x) < 0 : compare(point, x) > 0;
  }
};

namespace detail {
template <auto Levels, auto Thresholds>
inline constexpr bool takes_float_runs<codebook_format<Levels, Thresholds>> = true;
}

template <auto Levels, RoundingPolicy Rounding = nearest_even, auto Thresholds = midpoints{}>
using codebook = number<codebook_format<Levels, Thresholds>, Rounding>;

}  // namespace lowp
