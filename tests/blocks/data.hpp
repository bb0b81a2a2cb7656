// Test data: one fixed generator, so that every run on every machine sees the same values (up to the last bit
// of the C library's log and cos).
#ifndef LOWP_TESTS_BLOCKS_DATA_HPP
#define LOWP_TESTS_BLOCKS_DATA_HPP

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

namespace tests {

/// SplitMix64 (S. Vigna).
class generator {
 public:
  explicit generator(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  int between(int from, int to) { return from + static_cast<int>(below(static_cast<std::size_t>(to - from + 1))); }
  bool coin() { return bits() >> 63 != 0; }
  double sign() { return coin() ? -1.0 : 1.0; }
  /// In (0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53 + 0x1p-54; }
  double gauss() { return std::sqrt(-2 * std::log(unit())) * std::cos(2 * std::numbers::pi * unit()); }
  double laplace() { return -std::log(unit()) * sign(); }
  double student(int nu) {
    double chi2 = 0;
    for (int i = 0; i < nu; ++i) {
      const double g = gauss();
      chi2 += g * g;
    }
    return gauss() / std::sqrt(chi2 / nu);
  }
  /// Gaussian, and one in a thousand 20 times as large.
  double outliers() {
    const double g = gauss();
    return unit() < 0.001 ? 20 * g : g;
  }
  /// Any finite float, all exponents alike.
  float any_float() {
    for (;;) {
      const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
      if (std::isfinite(x)) return x;
    }
  }

 private:
  std::uint64_t state_;
};

template <class Draw>
std::vector<float> draw(std::size_t n, Draw&& one) {
  std::vector<float> x(n);
  for (float& v : x) v = static_cast<float>(one());
  return x;
}

/// Each 32 values: signs flipped at random, the same for all, then the orthogonal Hadamard matrix.
inline std::vector<float> rotated_by_32(std::vector<float> x, generator& g) {
  double sign[32];
  for (double& s : sign) s = g.sign();
  for (std::size_t b = 0; b + 32 <= x.size(); b += 32) {
    double v[32];
    for (std::size_t i = 0; i < 32; ++i) v[i] = sign[i] * static_cast<double>(x[b + i]);
    for (std::size_t h = 1; h < 32; h *= 2) {
      for (std::size_t i = 0; i < 32; ++i) {
        if ((i & h) != 0) continue;
        const double s = v[i] + v[i + h], d = v[i] - v[i + h];
        v[i] = s, v[i + h] = d;
      }
    }
    for (std::size_t i = 0; i < 32; ++i) x[b + i] = static_cast<float>(v[i] / std::sqrt(32.0));
  }
  return x;
}

}  // namespace tests

#endif
