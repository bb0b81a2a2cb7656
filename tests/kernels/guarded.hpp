// Matrices with gaps between their rows: the gaps hold a signalling NaN that nobody may read into a result nor
// overwrite, and the memory ends with the last element, so that the address sanitizer sees a read beyond it.
#ifndef LOWP_TESTS_KERNELS_GUARDED_HPP
#define LOWP_TESTS_KERNELS_GUARDED_HPP

#include <bit>
#include <cmath>
#include <lowp/blocks/matrix.hpp>
#include <lowp/kernels/isa.hpp>
#include <thread>
#include <vector>

namespace tests {

/// Every bit, but any NaN for any other.
inline bool alike(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (std::isnan(a) && std::isnan(b));
}

template <class T>
class guarded {
 public:
  guarded(std::size_t rows, std::size_t cols, std::size_t gap)
      : rows_(rows), cols_(cols), stride_(cols + gap), data_(rows == 0 ? 0 : (rows - 1) * stride_ + cols, guard()) {
    data_.shrink_to_fit();
  }
  template <class Draw>
  void draw(Draw&& one) {
    for (std::size_t r = 0; r < rows_; ++r)
      for (T& v : view().row(r)) v = static_cast<T>(one());
  }
  [[nodiscard]] lowp::matrix_view<T> view() { return {data_.data(), rows_, cols_, stride_}; }
  [[nodiscard]] lowp::matrix_view<const T> view() const { return {data_.data(), rows_, cols_, stride_}; }
  [[nodiscard]] bool gaps_are_whole() const {
    for (std::size_t i = 0; i < data_.size(); ++i)
      if (i % stride_ >= cols_ && !same_bits(data_[i], guard())) return false;
    return true;
  }

 private:
  static T guard() {
    if constexpr (sizeof(T) == 4) {
      return std::bit_cast<T>(0x7fa5a5a5);
    } else if constexpr (sizeof(T) == 2) {
      return std::bit_cast<T>(std::uint16_t{0x7fa5});
    } else {
      return std::bit_cast<T>(std::uint8_t{0x7f});
    }
  }
  static bool same_bits(const T& a, const T& b) {
    if constexpr (sizeof(T) == 4) {
      return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    } else if constexpr (sizeof(T) == 2) {
      return std::bit_cast<std::uint16_t>(a) == std::bit_cast<std::uint16_t>(b);
    } else {
      return std::bit_cast<std::uint8_t>(a) == std::bit_cast<std::uint8_t>(b);
    }
  }

  std::size_t rows_, cols_, stride_;
  std::vector<T> data_;
};

/// The tiers of this program that this machine can run.
inline std::vector<lowp::tier> tiers() {
  std::vector<lowp::tier> all;
  for (int t = static_cast<int>(lowp::least_tier); t <= static_cast<int>(lowp::detect()); ++t)
    all.push_back(static_cast<lowp::tier>(t));
  return all;
}

/// An executor of some threads, each of which takes every so many-th task, the last first.
struct some_threads {
  std::size_t count;
  template <class F>
  void operator()(std::size_t n, F&& f) const {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < count; ++t) {
      threads.emplace_back([&f, n, t, step = count] {
        for (std::size_t i = n; i-- > 0;)
          if (i % step == t) f(i);
      });
    }
  }
};

}  // namespace tests

#endif
