// What the tests of lowp::quantize and lowp::dequantize share: matrices that reach every branch of the kernels, and the
// comparison of every tier with reference::, byte for byte.
#ifndef LOWP_TESTS_KERNELS_QUANTIZE_CHECKS_HPP
#define LOWP_TESTS_KERNELS_QUANTIZE_CHECKS_HPP

#include <cstring>
#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>

#include "blocks/harness.hpp"

namespace tests {

using input = lowp::matrix_view<const float>;
using output = lowp::matrix_view<float>;

struct sample {
  std::size_t rows, cols, stride;
  std::vector<float> x;
  input view() const { return {x.data(), rows, cols, stride}; }
  std::string text() const {
    return std::to_string(rows) + " x " + std::to_string(cols) + ", stride " + std::to_string(stride);
  }
};

inline std::vector<lowp::tier> tiers_here() {
  std::vector<lowp::tier> all;
  for (int i = static_cast<int>(lowp::least_tier); i <= static_cast<int>(lowp::detect()); ++i)
    all.push_back(static_cast<lowp::tier>(i));
  return all;
}

// The values that a format can hold, without zero and without signs, and the middles of neighbours.
template <class T>
std::vector<float> landmarks() {
  using F = typename T::format;
  std::vector<float> v;
  const std::uint64_t largest = F::max_magnitude(false), step = F::bits > 8 ? 97 : 1;
  for (std::uint64_t m = 1; m <= largest; m += step) {
    const double a = lowp::round_to<double>(F::decode(F::assemble(false, m)));
    const double below = lowp::round_to<double>(F::decode(F::assemble(false, m - 1)));
    v.push_back(static_cast<float>(a));
    v.push_back(static_cast<float>((a + below) / 2));
  }
  v.push_back(static_cast<float>(lowp::round_to<double>(F::decode(F::assemble(false, largest))) * 1.03125));
  return v;
}

// Rows of 64 values that are special in one way each: short enough to fill blocks of any size with the same.
inline std::vector<float> special_rows(const std::vector<float>& marks, generator& g) {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> all;
  const auto row = [&](auto&& value) {
    for (int i = 0; i < 64; ++i) all.push_back(static_cast<float>(value(i)));
  };
  const auto near = [](float x, std::size_t which) {
    return which == 0 ? x : std::nextafter(x, which == 1 ? 0.0f : std::numeric_limits<float>::infinity());
  };
  row([](int) { return 0.0f; });
  row([](int) { return -0.0f; });
  row([](int i) { return i % 2 ? 0.0f : -0.0f; });
  for (const float v : {FLT_MAX, FLT_TRUE_MIN, FLT_MIN, 1.0f, 0x1.fffffep0f, 0x1.000002p0f, 0x1p-127f,
                        0x1.fffffcp-127f, 0x1p-148f, 0x1p127f, 0x1.8p127f, 0x1p-63f, 0x1p-65f, 0.1f}) {
    row([&](int) { return v; });
    row([&](int i) { return i % 2 ? v : -v; });
    row([&](int i) { return i % 16 == 3 ? -v : 0; });
    row([&](int i) { return i % 16 == 5 ? v : g.sign() * static_cast<double>(v) * std::exp2(-g.between(0, 160)); });
  }
  for (const float v : {inf, -inf, nan, -nan, std::bit_cast<float>(0x7f800001u), std::bit_cast<float>(0xffbfffffu)}) {
    row([&](int) { return v; });
    row([&](int i) { return i == 37 ? v : static_cast<float>(g.gauss()); });
    row([&](int i) { return i == 15 ? v : 0.0f; });
  }
  // Landmarks of the elements times powers of two, beside a largest value that makes that power the scale.
  const float largest = marks[marks.size() - 3];
  for (const int k : {-140, -128, -127, -126, -100, -20, -1, 0, 1, 9, 60, 118, 120, 126}) {
    for (std::size_t which = 0; which < 3; ++which) {
      const double top = which == 0 ? static_cast<double>(largest) : std::exp2(std::floor(std::log2(largest)));
      row([&](int i) {
        const double v = i % 16 == 7 ? top : static_cast<double>(marks[g.below(marks.size())]) * g.sign();
        const float x = static_cast<float>(std::ldexp(v, k));
        return std::isfinite(x) ? near(x, i % 16 == 7 ? 0 : which) : 1.0f;
      });
    }
  }
  // The largest value near where a rule takes the next scale.
  for (int i = 0; i < 12; ++i) {
    const double edge = std::exp2(g.between(-130, 120)) * (1 + static_cast<double>(i % 4) / 4);
    row([&](int j) {
      return j % 16 == 2 ? near(static_cast<float>(edge), static_cast<std::size_t>(j / 16) % 3)
                         : g.gauss() * edge * 0.2;
    });
  }
  for (int i = 0; i < 24; ++i) {
    const double scale = std::exp2(g.between(-150, 125));
    row([&](int) {
      const double v = i % 4 == 0   ? g.gauss() * scale
                       : i % 4 == 1 ? g.student(3) * scale
                       : i % 4 == 2 ? static_cast<double>(g.any_float())
                                    : g.sign() * std::exp2(-30 * g.unit()) * scale;
      return std::clamp(v, -double{FLT_MAX}, double{FLT_MAX});
    });
  }
  return all;
}

// Ragged shapes of everything: rows that end within a block, strides, more and less than a stripe of blocks.
template <class Element>
std::vector<sample> samples_for(std::uint64_t seed) {
  generator g(seed);
  std::vector<sample> all;
  const std::vector<float> special = special_rows(landmarks<Element>(), g);
  all.push_back({1, special.size(), special.size(), special});
  all.push_back({special.size() / 64, 64, 64, special});
  std::vector<float> shuffled = special;
  for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[g.below(i)]);
  all.push_back({special.size() / 128, 125, 128, shuffled});
  struct shape {
    std::size_t rows, cols, stride;
  };
  for (const shape& s : {shape{0, 5, 5}, shape{3, 0, 2}, shape{1, 1, 1}, shape{2, 15, 17}, shape{5, 16, 16},
                         shape{17, 33, 33}, shape{3, 63, 70}, shape{2, 127, 127}, shape{33, 48, 50},
                         shape{2, 515, 515}, shape{1, 1030, 1030}, shape{4, 272, 300}}) {
    const double scale = std::exp2(g.between(-20, 20));
    all.push_back({s.rows, s.cols, s.stride, draw(s.rows * s.stride, [&] { return g.gauss() * scale; })});
  }
  return all;
}

// The same for all codecs, so that it is compiled once.
inline void check_bytes(differences& bytes, const sample& s, lowp::tier t, bool same_shape,
                        std::span<const std::byte> got, std::span<const std::byte> want) {
  bytes.check(same_shape && std::ranges::equal(got, want), [&] {
    std::size_t at = 0;
    while (at < std::min(got.size(), want.size()) && got[at] == want[at]) ++at;
    return s.text() + ", " + std::string(to_string(t)) + ", from byte " + std::to_string(at);
  });
}

// One codec, one set of policies, all samples, all tiers.
template <class C, class... Policies>
void check_quantize(const std::vector<sample>& samples, const std::string& name, const Policies&... policies) {
  differences bytes(name + ", bytes");
  for (const sample& s : samples) {
    const lowp::matrix<C> want = lowp::reference::quantize<C>(s.view(), policies...);
    for (const lowp::tier t : tiers_here()) {
      const lowp::force_tier forced(t);
      const lowp::matrix<C> got = lowp::quantize<C>(s.view(), policies...);
      const bool same_shape =
          got.rows() == s.rows && got.cols() == s.cols && got.tensor_context() == want.tensor_context();
      check_bytes(bytes, s, t, same_shape, got.bytes(), want.bytes());
    }
  }
}

// Every bit of a matrix's floats: NaN may differ in what they carry.
template <class C>
void check_dequantize(const lowp::matrix<C>& w, differences& floats) {
  const std::vector<float> want = lowp::reference::dequantize(w);
  for (const lowp::tier t : tiers_here()) {
    const lowp::force_tier forced(t);
    const std::size_t stride = w.cols() + 3;
    std::vector<float> got(w.rows() * stride + 1, 77.0f), row(w.cols() + 1, 77.0f);
    lowp::dequantize(w, output(got.data(), w.rows(), w.cols(), stride));
    const std::vector<float> dense = lowp::dequantize(w);
    for (std::size_t r = 0; r < w.rows(); ++r) {
      lowp::detail::decode_row(w, r, row.data());
      for (std::size_t c = 0; c < stride; ++c) {
        const float v = got[r * stride + c];
        const auto describe = [&] {
          std::ostringstream text;
          text << std::hexfloat << w.rows() << " x " << w.cols() << ", " << to_string(t) << ": row " << r
               << ", column " << c << ": " << v;
          return text.str();
        };
        if (c >= w.cols()) {
          floats.check(v == 77.0f, describe);
          continue;
        }
        const float expected = want[r * w.cols() + c];
        floats.check(same(v, expected) && same(dense[r * w.cols() + c], expected) && same(row[c], expected),
                     describe);
      }
      floats.check(row[w.cols()] == 77.0f, [] { return std::string("decode_row writes behind the row"); });
    }
    floats.check(got.back() == 77.0f, [] { return std::string("dequantize writes behind the matrix"); });
  }
}

// Matrices of all kinds of bytes: random ones, and every scale with every element.
template <class C>
void check_dequantize(const std::string& name, std::uint64_t seed) {
  using K = lowp::codec<C>;
  generator g(seed);
  differences floats(name + ", floats");
  const auto context = K::prepare(100.0f);
  for (const std::size_t cols : {1, 7, 16, 33, 100, 515}) {
    std::vector<std::byte> bytes(3 * lowp::matrix<C>::row_bytes(cols));
    for (std::byte& b : bytes) b = static_cast<std::byte>(g.bits());
    check_dequantize(lowp::matrix<C>(3, cols, bytes, context), floats);
  }
  // 256 rows of blocks; byte i of row r is r where a scale of one byte stands, else it runs through all.
  const std::size_t values = K::values, blocks = K::values == 1 ? 64 : std::max<std::size_t>(1, 512 / values);
  std::vector<std::byte> bytes(256 * blocks * K::bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t row = i / (blocks * K::bytes), at = i % K::bytes;
    bytes[i] = static_cast<std::byte>(values > 8 && at == 0 ? row : i * 37 + i / 256);
  }
  check_dequantize(lowp::matrix<C>(256, blocks * values, bytes, context), floats);
}

template <class F>
void for_each_policy(F&& f) {
  using lowp::stochastic_variant;
  f("nearest_even", lowp::nearest_even{});
  f("nearest_away", lowp::nearest_away{});
  f("nearest_zero", lowp::nearest_zero{});
  f("nearest_up", lowp::nearest_up{});
  f("nearest_down", lowp::nearest_down{});
  f("toward_zero", lowp::toward_zero{});
  f("upward", lowp::upward{});
  f("downward", lowp::downward{});
  f("to_odd", lowp::to_odd{});
  f("stochastic a", lowp::stochastic<>{}, lowp::philox(1));
  f("stochastic b", lowp::stochastic<32, stochastic_variant::b>{}, lowp::philox(2, 3));
  f("stochastic c", lowp::stochastic<32, stochastic_variant::c>{});
  f("stochastic<8>", lowp::stochastic<8>{}, lowp::philox(4));
  f("stochastic_equal", lowp::stochastic_equal{}, lowp::philox(5));
}

// One of each kind.
template <class F>
void for_some_policies(F&& f) {
  f("nearest_away", lowp::nearest_away{});
  f("upward", lowp::upward{});
  f("to_odd", lowp::to_odd{});
  f("stochastic a", lowp::stochastic<>{}, lowp::philox(1));
}

template <class C, class Element>
void check_every_policy(const std::string& name, std::uint64_t seed) {
  const std::vector<sample> samples = samples_for<Element>(seed);
  check_quantize<C>(samples, name);
  for_each_policy(
      [&](const char* policy, const auto&... p) { check_quantize<C>(samples, name + " " + policy, p...); });
  check_dequantize<C>(name, seed + 100);
}
// For codecs whose elements are encoded as those of another one, which has every policy.
template <class C, class Element>
void check_some_policies(const std::string& name, std::uint64_t seed) {
  const std::vector<sample> samples = samples_for<Element>(seed);
  check_quantize<C>(samples, name);
  for_some_policies(
      [&](const char* policy, const auto&... p) { check_quantize<C>(samples, name + " " + policy, p...); });
  check_dequantize<C>(name, seed + 100);
}

}  // namespace tests

#endif
