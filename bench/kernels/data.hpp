// Buffers and values: the same on every machine.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <lowp/lowp.hpp>

namespace bench {

/// n elements that start on a cache line.
template <class T>
class buffer {
 public:
  explicit buffer(std::size_t n) : size_(n), data_(new (std::align_val_t{64}) T[n]()) {}
  [[nodiscard]] T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<T> all() const { return {data_.get(), size_}; }
  [[nodiscard]] T& operator[](std::size_t i) const { return data_[i]; }

 private:
  struct free_aligned {
    void operator()(T* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  std::size_t size_;
  std::unique_ptr<T[], free_aligned> data_;
};

/// Standard normal values: Box-Muller over philox, 64 Ki of them, then again and again with other signs and a stride
/// that is odd, since drawing 16 Mi of them would take longer than the row they are for.
inline buffer<float> normal_values(std::size_t n, std::uint64_t stream) {
  constexpr std::size_t period = 65536;
  const lowp::philox random(1, stream);
  buffer<float> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i < period) {
      const double u = (random(2 * i) + 0.5) * 0x1p-32, v = random(2 * i + 1) * 0x1p-32;
      y[i] = static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
    } else {
      const std::size_t turn = i / period;
      const float x = y[(i * (2 * turn + 1) + 977 * turn) % period];
      y[i] = (i * 2654435761u >> 13 & 1) != 0 ? -x : x;
    }
  }
  return y;
}

inline std::string shape_text(std::size_t m, std::size_t n, std::size_t k) {
  if (m == n && n == k) return std::to_string(m) + "^3";
  return std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
}

}  // namespace bench
