// bitmod against a search written from its definition, and the published signal-to-noise ratios of all its parts.
#include <lowp/blocks/bitmod.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <lowp/blocks/measure.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/formats/fixed.hpp>

#include "catch.hpp"
#include "data.hpp"

namespace {

using bytes = std::vector<unsigned char>;

// Sorted levels of a variant, and the code of each.
struct variant {
  std::vector<double> levels;
  std::vector<unsigned> codes;
};

variant make(int bits, double special) {
  const std::vector<double> magnitudes =
      bits == 3 ? std::vector<double>{0, 1, 2, 4} : std::vector<double>{0, 1, 2, 3, 4, 6, 8, 12};
  const unsigned sign = 1u << (bits - 1);
  std::vector<std::pair<double, unsigned>> all{{special, sign}};
  for (unsigned m = 0; m < sign; ++m) {
    all.push_back({magnitudes[m], m});
    if (m > 0) all.push_back({-magnitudes[m], sign + m});
  }
  std::sort(all.begin(), all.end());
  variant v;
  for (const auto& [level, code] : all) {
    v.levels.push_back(level);
    v.codes.push_back(code);
  }
  return v;
}

struct choice {
  int selector;
  float scale;
  std::vector<unsigned> codes;
  std::vector<double> values;
};

// quant_weight.py, search_datatype and quant_datatype, in double but for the stored scale.
template <class Scale>
choice reference(int bits, const std::vector<float>& x) {
  const std::vector<double> specials =
      bits == 3 ? std::vector<double>{3, -3, 6, -6} : std::vector<double>{10, -10, 16, -16};
  double absmax = 0;
  for (const float v : x) absmax = std::max(absmax, std::fabs(static_cast<double>(v)));
  choice best{};
  double least = std::numeric_limits<double>::infinity();
  for (int s = 0; s < 4; ++s) {
    const variant v = make(bits, specials[static_cast<std::size_t>(s)]);
    const double largest = std::max(v.levels.back(), -v.levels.front());
    const float ideal = static_cast<float>(absmax) / static_cast<float>(largest);
    const float clamped = std::min(std::max(ideal, 1e-5f), 1e4f);
    choice c{s, static_cast<float>(Scale(clamped)), {}, {}};
    double error = 0;
    for (const float value : x) {
      std::size_t k = 0;  // ties to the lower level: mid[k] < q moves on; in exact products, not in a quotient
      while (k + 1 < v.levels.size() &&
             (v.levels[k] + v.levels[k + 1]) / 2 * static_cast<double>(c.scale) < static_cast<double>(value))
        ++k;
      c.codes.push_back(v.codes[k]);
      c.values.push_back(v.levels[k] * static_cast<double>(c.scale));
      error += (c.values.back() - static_cast<double>(value)) * (c.values.back() - static_cast<double>(value));
    }
    if (error < least) {
      least = error;
      best = c;
    }
  }
  return best;
}

// Floats nearest to the levels and to the middles between them, in units of one of the scales.
void place_on_decisions(std::vector<float>& x, int bits, tests::generator& g) {
  constexpr double largest[2][2] = {{4, 6}, {12, 16}};
  double absmax = 0;
  for (const float v : x) absmax = std::max(absmax, std::fabs(static_cast<double>(v)));
  for (float& v : x) {
    const double scale = static_cast<double>(static_cast<float>(absmax / largest[bits - 3][g.below(2)]));
    const double point = static_cast<double>(g.below(13)) / 2 * scale * g.sign();
    if (std::fabs(point) < absmax && std::fabs(static_cast<double>(v)) < absmax) v = static_cast<float>(point);
  }
}

template <int Bits, class Scale = lowp::float16>
void compare_with_reference() {
  using C = lowp::bitmod<Bits, 128, Scale>;
  constexpr std::size_t head = sizeof(Scale) + 1;
  static_assert(lowp::codec<C>::bytes == head + 128 * Bits / 8);
  tests::generator g(Bits);
  int chosen[4] = {};
  for (int k = 0; k < 200; ++k) {
    std::vector<float> x = tests::draw(128, [&] { return g.gauss() * std::exp2(k % 20 - 10); });
    for (float& v : x) {
      if (k % 4 == 1) v = std::fabs(v);                                                    // one-sided
      if (k % 4 == 2) v = std::round(v * 8 / std::exp2(static_cast<float>(k % 20 - 10)));  // ties
    }
    if (k % 4 == 3) place_on_decisions(x, Bits, g);
    const choice expected = reference<Scale>(Bits, x);
    ++chosen[expected.selector];
    const auto w = lowp::reference::quantize<C>(std::span<const float>(x));
    const auto row = w.row(0);
    bytes b;
    for (const std::byte v : row) b.push_back(std::to_integer<unsigned char>(v));
    REQUIRE(b[head - 1] == expected.selector);
    Scale scale;
    std::memcpy(&scale, b.data(), sizeof scale);
    REQUIRE(static_cast<float>(scale) == expected.scale);
    const std::vector<float> y = lowp::reference::dequantize(w);
    for (std::size_t i = 0; i < 128; ++i) {
      const std::size_t at = i * Bits;
      const unsigned word = b[head + at / 8] | (head + at / 8 + 1 < b.size() ? b[head + at / 8 + 1] << 8 : 0u);
      REQUIRE((word >> (at % 8) & ((1u << Bits) - 1)) == expected.codes[i]);
      REQUIRE(y[i] == static_cast<float>(expected.values[i]));
    }
  }
  for (const int c : chosen) CHECK(c > 0);
}

// The ratio over groups of 128, each in the better of some element types, scaled by its own largest level.
template <class... Elements>
double best_of(const std::vector<float>& x) {
  std::vector<float> y(x.size());
  for (std::size_t at = 0; at < x.size(); at += 128) {
    float absmax = 0;
    for (std::size_t i = at; i < at + 128; ++i) absmax = std::max(absmax, std::fabs(x[i]));
    double least = std::numeric_limits<double>::infinity();
    const auto attempt = [&](auto type) {
      using E = decltype(type);
      using limits = std::numeric_limits<E>;
      const double largest = std::max(static_cast<double>((limits::max)()), -static_cast<double>(limits::lowest()));
      const double scale = static_cast<double>(absmax) / largest;
      std::vector<float> trial(128);
      double error = 0;
      for (std::size_t i = 0; i < 128; ++i) {
        const double v = static_cast<double>(x[at + i]);
        const double q = static_cast<double>(E(v / scale)) * scale;
        trial[i] = static_cast<float>(q);
        error += (q - v) * (q - v);
      }
      if (error < least) {
        least = error;
        std::copy(trial.begin(), trial.end(), y.begin() + static_cast<std::ptrdiff_t>(at));
      }
    };
    (attempt(Elements{}), ...);
  }
  return lowp::measure(x, y).sqnr_db;
}

}  // namespace

TEST_CASE("bitmod: bytes and values as the definition has them") {
  compare_with_reference<3>();
  compare_with_reference<4>();
  compare_with_reference<3, float>();
  compare_with_reference<4, float>();
}

TEST_CASE("bitmod: the published ratios on Gaussian data") {
  tests::generator g(77);
  const std::vector<float> x = tests::draw(std::size_t{1} << 18, [&] { return g.gauss(); });
  using namespace lowp;
  const auto of_codec = [&]<class C>(C) {
    return measure(x, reference::dequantize(reference::quantize<C>(std::span<const float>(x)))).sqnr_db;
  };
  const auto near = [](double got, double published) {
    CAPTURE(got, published);
    CHECK(std::fabs(got - published) < 0.08);
  };
  near(best_of<symmetric_fixed<3, 0>>(x), 11.28);
  near(best_of<fp3>(x), 12.46);
  near(best_of<fp3_er_pos>(x), 13.08);
  near(best_of<fp3_er_neg>(x), 13.08);
  near(best_of<fp3_ea_pos>(x), 13.74);
  near(best_of<fp3_ea_neg>(x), 13.74);
  near((best_of<fp3_er_pos, fp3_er_neg, fp3_ea_pos, fp3_ea_neg>(x)), 14.22);
  near(of_codec(bitmod<3>{}), 14.22);
  near(best_of<symmetric_fixed<4, 0>>(x), 18.64);
  near(best_of<e2m1fn>(x), 19.28);
  near(best_of<fp4_er_pos>(x), 19.79);
  near(best_of<fp4_er_neg>(x), 19.79);
  near(best_of<fp4_ea_pos>(x), 18.65);
  near(best_of<fp4_ea_neg>(x), 18.65);
  near(best_of<flint4>(x), 15.94);
  near((best_of<fp4_er_pos, fp4_er_neg, fp4_ea_pos, fp4_ea_neg>(x)), 20.19);
  near(of_codec(bitmod<4>{}), 20.19);
}

TEST_CASE("bitmod: zeros, NaN, clamped scales, short and other groups") {
  using C = lowp::bitmod<3>;
  const auto round_trip = [](auto type, const std::vector<float>& x) {
    return lowp::reference::dequantize(lowp::reference::quantize<decltype(type)>(std::span<const float>(x)));
  };
  const std::vector<float> zeros(128, 0.0f);
  const auto w = lowp::reference::quantize<C>(std::span<const float>(zeros));
  for (const std::byte b : w.row(0)) REQUIRE(b == std::byte{0});
  for (const float v : round_trip(C{}, std::vector<float>(128, 0.0f))) REQUIRE(v == 0);
  std::vector<float> x(128, 1.0f);
  x[100] = std::numeric_limits<float>::infinity();
  for (const float v : round_trip(C{}, x)) REQUIRE(std::isnan(v));
  // 3 : -1 is met exactly by the variant with 3 at scale 1, up to its clamp.
  CHECK(round_trip(C{}, {4.0f, 3.0f, -1.0f}) == std::vector<float>{4, 3, -1});
  CHECK(round_trip(C{}, {1e6f, -1e6f})[0] == Approx(6e4f).epsilon(0.01));
  CHECK(round_trip(C{}, {1e-9f, -1e-9f}) == std::vector<float>{0, 0});
  CHECK(round_trip(C{}, {2e-6f, -2e-6f}) == std::vector<float>{0, 0});  // less than half of the least scale, 1e-5
  using S = lowp::bitmod<4, 10, float>;
  static_assert(lowp::codec<S>::bytes == 4 + 1 + 5);
  CHECK(round_trip(S{}, {16.0f, 12.0f, 8.0f, -6.0f, 0.0f}) == std::vector<float>{16, 12, 8, -6, 0});
}

TEST_CASE("bitmod: rounding policies reach the elements") {
  tests::generator g(8);
  std::vector<float> x = tests::draw(256, [&] { return 2 * g.unit() - 1; });
  // The shorter side of a format that spends its extra value on the other one clamps from 3/4 of the largest on.
  x[0] = x[128] = 1.5f;
  const auto with = [&](auto... policies) {
    return lowp::reference::dequantize(
        lowp::reference::quantize<lowp::bitmod<4>>(std::span<const float>(x), policies...));
  };
  const std::vector<float> up = with(lowp::upward{}), down = with(lowp::downward{}), cut = with(lowp::toward_zero{});
  double mean_error = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<float> y = with(lowp::stochastic<>{}, lowp::philox{seed});
    for (std::size_t i = 0; i < x.size(); ++i) mean_error += static_cast<double>(y[i] - x[i]) / (256.0 * 200);
  }
  CHECK(std::fabs(mean_error) < 0.006);  // 5 standard errors; one step is about 0.3
  const float slack = 0.002f;            // the largest values clamp, where the scale in float16 is rounded down
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(up[i] >= x[i] - slack);
    CHECK(down[i] <= x[i] + slack);
    CHECK(std::fabs(cut[i]) <= std::fabs(x[i]) + slack);
  }
}
