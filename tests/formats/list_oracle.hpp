// A format as a plain list of values, and rounding as comparison with them: the oracle of the formats that are lists.
// It shares nothing with the library: long double arithmetic, which is exact for what is asked of it here.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tests {

enum class mode { even, away, zero, up, down, toward_zero, upward, downward, to_odd };

class value_list {
 public:
  struct level {
    long double value;
    std::uint64_t code;
  };

  /// values[c] is the value of code c; NaN for none, -0.0 for a negative zero. `thresholds`, if given, take the place
  /// of the middles, in ascending order.
  explicit value_list(const std::vector<double>& values, const std::vector<double>& thresholds = {}) {
    for (std::uint64_t c = 0; c < values.size(); ++c) {
      const double v = values[c];
      if (v == 0 && std::signbit(v)) {
        minus_zero_ = static_cast<std::int64_t>(c);
      } else if (!std::isnan(v)) {
        sorted_.push_back({v, c});
      }
    }
    std::sort(sorted_.begin(), sorted_.end(), [](const level& a, const level& b) { return a.value < b.value; });
    for (std::size_t i = 0; i + 1 < sorted_.size(); ++i) {
      const long double middle = (sorted_[i].value + sorted_[i + 1].value) / 2;
      middles_.push_back(thresholds.empty() ? middle : static_cast<long double>(thresholds[i]));
    }
  }

  const std::vector<level>& sorted() const { return sorted_; }
  const std::vector<long double>& middles() const { return middles_; }
  bool has_zero() const { return index_of_zero() < sorted_.size(); }

  /// The code of x rounded; beyond the ends, the end. compare(v) is the sign of x - v.
  template <class Compare>
  std::uint64_t round(mode how, bool negative, Compare compare) const {
    const std::ptrdiff_t step = negative ? -1 : 1, size = static_cast<std::ptrdiff_t>(sorted_.size());
    const auto at = [&](std::ptrdiff_t i) -> const level& { return sorted_[static_cast<std::size_t>(i)]; };
    const auto passed = [&](long double v) { return compare(v) * step >= 0; };

    // Walk outward from zero, or from the last value on the other side of it.
    const std::ptrdiff_t first = start(negative);
    std::ptrdiff_t i = first;
    while (i + step >= 0 && i + step < size && passed(at(i + step).value)) i += step;
    const bool at_end = i + step < 0 || i + step >= size;
    if (!at_end && compare(at(i).value) != 0) {
      const int side = compare(middles_[static_cast<std::size_t>(std::min(i, i + step))]) * static_cast<int>(step);
      if (goes_on(how, negative, ((i - first) * step) % 2 != 0, side)) i += step;
    }
    if (minus_zero_ >= 0 && negative && at(i).value == 0) return static_cast<std::uint64_t>(minus_zero_);
    return at(i).code;
  }
  std::uint64_t round(mode how, double x) const {
    return round(how, std::signbit(x), [x](long double v) { return x < v ? -1 : x > v; });
  }

  /// Where x stands between its neighbours, from the one toward zero to the other; x within the list.
  long double fraction(double x) const {
    const std::ptrdiff_t step = std::signbit(x) ? -1 : 1;
    std::ptrdiff_t i = start(std::signbit(x));
    const auto at = [&](std::ptrdiff_t k) { return sorted_[static_cast<std::size_t>(k)].value; };
    while ((x - at(i + step)) * static_cast<long double>(step) >= 0) i += step;
    return (x - at(i)) / (at(i + step) - at(i));
  }

 private:
  std::size_t index_of_zero() const {
    std::size_t i = 0;
    while (i < sorted_.size() && sorted_[i].value != 0) ++i;
    return i;
  }
  std::ptrdiff_t start(bool negative) const {
    if (has_zero()) return static_cast<std::ptrdiff_t>(index_of_zero());
    std::ptrdiff_t positive = 0;
    while (sorted_[static_cast<std::size_t>(positive)].value < 0) ++positive;
    return negative ? positive : positive - 1;
  }
  // side: the value lies before, on or behind the middle, seen from zero.
  static bool goes_on(mode how, bool negative, bool odd, int side) {
    switch (how) {
      case mode::even:
        return side > 0 || (side == 0 && odd);
      case mode::away:
        return side >= 0;
      case mode::zero:
        return side > 0;
      case mode::up:
        return negative ? side > 0 : side >= 0;
      case mode::down:
        return negative ? side >= 0 : side > 0;
      case mode::toward_zero:
        return false;
      case mode::upward:
        return !negative;
      case mode::downward:
        return negative;
      case mode::to_odd:
        return !odd;
    }
    return false;
  }

  std::vector<level> sorted_;
  std::vector<long double> middles_;
  std::int64_t minus_zero_ = -1;
};

}  // namespace tests
