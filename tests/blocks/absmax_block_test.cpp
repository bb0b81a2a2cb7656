// absmax_block: bytes against bitsandbytes' kernels as a formula, the special blocks, other scales, published quality.
#include <lowp/blocks/absmax_block.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <lowp/blocks/measure.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/kernels/reference.hpp>

#include "catch.hpp"
#include "data.hpp"

namespace {

using bytes = std::vector<unsigned char>;

template <class C>
bytes encode(const std::vector<float>& x) {
  const auto w = lowp::reference::quantize<C>(std::span<const float>(x));
  bytes out;
  for (const std::byte b : w.row(0)) out.push_back(std::to_integer<unsigned char>(b));
  return out;
}
template <class C>
std::vector<float> round_trip(const std::vector<float>& x) {
  return lowp::reference::dequantize(lowp::reference::quantize<C>(std::span<const float>(x)));
}

constexpr float nf4_levels[] = {-1.0f,
                                -0.6961928009986877f,
                                -0.5250730514526367f,
                                -0.39491748809814453f,
                                -0.28444138169288635f,
                                -0.18477343022823334f,
                                -0.09105003625154495f,
                                0.0f,
                                0.07958029955625534f,
                                0.16093020141124725f,
                                0.24611230194568634f,
                                0.33791524171829224f,
                                0.44070982933044434f,
                                0.5626170039176941f,
                                0.7229568362236023f,
                                1.0f};
constexpr float nf4_thresholds[] = {
    -0.8480964004993439f,  -0.6106329262256622f,   -0.4599952697753906f, -0.33967943489551544f, -0.23460740596055984f,
    -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f, 0.1202552504837513f,   0.2035212516784668f,
    0.2920137718319893f,   0.3893125355243683f,    0.5016634166240692f,  0.6427869200706482f,   0.8614784181118011f};

// A block of 64 as kQuantizeBlockwise leaves it: the float absmax, then pairs of codes, the first one on top.
bytes nf4_reference(const float* x) {
  float absmax = 0;
  for (int i = 0; i < 64; ++i) absmax = std::fmax(absmax, std::fabs(x[i]));
  bytes out(4 + 32);
  std::memcpy(out.data(), &absmax, 4);
  const float inverse = 1 / absmax;
  for (std::size_t i = 0; i < 64; ++i) {
    unsigned code = 0;
    while (code < 15 && x[i] * inverse > nf4_thresholds[code]) ++code;
    out[4 + i / 2] |= static_cast<unsigned char>(i % 2 == 0 ? code << 4 : code);
  }
  return out;
}

}  // namespace

TEST_CASE("absmax_block: nf4 in the bytes of bitsandbytes") {
  static_assert(lowp::codec<lowp::bitsandbytes_nf4>::bytes == 36);
  static_assert(lowp::codec<lowp::bitsandbytes_nf4>::values == 64);
  tests::generator g(1);
  for (int k = 0; k < 500; ++k) {
    std::vector<float> x = tests::draw(64, [&] { return g.gauss() * std::exp2(static_cast<double>(k % 41) - 20); });
    if (k % 3 == 0)  // values on the decision points
      for (std::size_t i = 1; i < 64; ++i) x[i] = x[0] * nf4_thresholds[i % 15];
    REQUIRE(encode<lowp::bitsandbytes_nf4>(x) == nf4_reference(x.data()));
    const std::vector<float> y = round_trip<lowp::bitsandbytes_nf4>(x);
    const bytes b = nf4_reference(x.data());
    float absmax;
    std::memcpy(&absmax, b.data(), 4);
    for (std::size_t i = 0; i < 64; ++i)
      REQUIRE(y[i] == nf4_levels[i % 2 == 0 ? b[4 + i / 2] >> 4 : b[4 + i / 2] & 15] * absmax);
  }
}

TEST_CASE("absmax_block: fp4 keeps bitsandbytes' codes") {
  std::vector<float> x(64, 0.0f);
  const float in[] = {12, -12, 8, 6, 4, 3, 2, 0.0625f, -0.0625f, 0.01f};
  std::copy(std::begin(in), std::end(in), x.begin());
  const bytes b = encode<lowp::bitsandbytes_fp4>(x);
  CHECK(b[4] == 0x3b);
  CHECK(b[5] == 0x25);
  CHECK(b[6] == 0x47);
  CHECK(b[7] == 0x61);
  CHECK(b[8] == 0x90);
  CHECK(encode<lowp::bitsandbytes_fp4>({12, -0.0f})[4] == 0x30);  // -0 is not below 0
  const std::vector<float> y = round_trip<lowp::bitsandbytes_fp4>(x);
  for (std::size_t i = 0; i < 9; ++i) CHECK(y[i] == Approx(in[i]).epsilon(1e-6));
}

TEST_CASE("absmax_block: zeros, NaN, infinities and short blocks") {
  using C = lowp::bitsandbytes_nf4;
  CHECK(encode<C>(std::vector<float>(64, 0.0f)) == bytes(36, 0));
  for (const float v : round_trip<C>(std::vector<float>(64, 0.0f))) {
    REQUIRE(v == 0);
    REQUIRE(!std::signbit(v));
  }
  for (const float special : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::vector<float> x(64, 0.5f);
    x[17] = special;
    for (const float v : round_trip<C>(x)) REQUIRE(std::isnan(v));
    const bytes b = encode<C>(x);
    for (std::size_t i = 4; i < 36; ++i) REQUIRE(b[i] == 0);
  }
  tests::generator g(2);
  const std::vector<float> x = tests::draw(64 + 7, [&] { return g.gauss(); });
  const std::vector<float> y = round_trip<C>(x);
  const std::vector<float> tail = round_trip<C>(std::vector<float>(x.begin() + 64, x.end()));
  REQUIRE(y.size() == 71);
  for (std::size_t i = 0; i < 7; ++i) CHECK(y[64 + i] == tail[i]);
  // The smallest float: its reciprocal is infinite, but 0 and it itself survive.
  const float tiny = std::numeric_limits<float>::denorm_min();
  CHECK(round_trip<C>({tiny, 0.0f, -tiny}) == std::vector<float>{tiny, 0.0f, -tiny});
}

TEST_CASE("absmax_block: other elements and scales") {
  using half = lowp::absmax_block<lowp::nf4, 32, lowp::float16>;
  using brain = lowp::absmax_block<lowp::af4, 64, lowp::bfloat16>;
  using three = lowp::absmax_block<lowp::fixed<3, 2>, 5>;
  using two = lowp::absmax_block<lowp::ternary, 6>;
  static_assert(lowp::codec<half>::bytes == 18);
  static_assert(lowp::codec<brain>::bytes == 34);
  static_assert(lowp::codec<three>::bytes == 6);
  static_assert(lowp::codec<two>::bytes == 6);
  // bfloat16 keeps 1.01 as 1.0078125: the quotient lies above 1 and clamps.
  const std::vector<float> y = round_trip<brain>(std::vector<float>(64, 1.01f));
  CHECK(y[0] == 1.0078125f);
  // The quotient is by the scale that is stored: 0.863 / 1.003 would be below the last decision point of nf4.
  CHECK(round_trip<lowp::absmax_block<lowp::nf4, 2, lowp::bfloat16>>({1.003f, 0.863f})[1] == 1.0f);
  CHECK(round_trip<half>({100000.0f, -100000.0f}) == std::vector<float>{65504.0f, -65504.0f});
  CHECK(round_trip<half>({1e-9f, 0.5e-9f}) == std::vector<float>{0.0f, 0.0f});  // the scale is 0
  // 2-bit elements fill a byte from the top: 1 -1 0 1 | -1 0 as 01 11 00 01 | 11 00.
  const bytes b = encode<two>({2.0f, -2.0f, 0.5f, 1.5f, -1.5f, 0.0f});
  CHECK(b[4] == 0x71);
  CHECK(b[5] == 0xc0);
  CHECK(round_trip<two>({2.0f, -2.0f, 0.5f, 1.5f, -1.5f, 0.0f}) == std::vector<float>{2, -2, 0, 2, -2, 0});
  // 3 bits do not fill bytes: one after the other from the bottom.
  CHECK(round_trip<three>({4.0f, -4.0f, 1.0f, -2.0f, 3.0f}) == std::vector<float>{3, -4, 1, -2, 3});
}

TEST_CASE("absmax_block: rounding policies reach the elements") {
  // 0.5 lies between nf4's 0.4407 and 0.5626.
  std::vector<float> x(64, 0.5f);
  x[0] = 1;
  const auto with = [&](auto... policies) {
    return lowp::reference::dequantize(
        lowp::reference::quantize<lowp::bitsandbytes_nf4>(std::span<const float>(x), policies...));
  };
  CHECK(with()[1] == 0.44070982933044434f);
  CHECK(with(lowp::upward{})[1] == 0.5626170039176941f);
  CHECK(with(lowp::downward{})[1] == 0.44070982933044434f);
  // Finite overflow clamps, whatever the policy: 1.4 with a scale of 1, in a format with a NaN.
  const std::vector<float> beyond{1.4f};
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::absmax_block<lowp::ternary, 4, lowp::e8m0fnu>>(
            std::span<const float>(beyond), lowp::upward{}, lowp::to_special{})) == std::vector<float>{1});
  double mean = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto y = with(lowp::stochastic<>{}, lowp::philox{seed});
    for (std::size_t i = 1; i < 64; ++i) mean += static_cast<double>(y[i]) / (63 * 400);
  }
  CHECK(std::fabs(mean - 0.5) < 0.002);  // 5 standard errors
}

TEST_CASE("block: a codebook whose code 0 is not zero keeps zero blocks zero") {
  using C = lowp::block<lowp::nf4, 32, lowp::e8m0fnu>;
  for (const float v : round_trip<C>(std::vector<float>(40, 0.0f))) REQUIRE(v == 0);
  std::vector<float> x(32, 0.3f);
  x[3] = -1;
  const std::vector<float> y = round_trip<C>(x);
  CHECK(y[3] == -1);
  CHECK(y[0] == 0.33791524171829224f);
}

TEST_CASE("quantize: a scalar codec rounds as its type does") {
  // The middle of 4 and 6 goes down in flint4, the one of 13 and 25 up in iq4nl, and away from zero where it is said.
  CHECK(round_trip<lowp::flint4>({5.0f, -5.0f}) == std::vector<float>{4, -6});
  CHECK(round_trip<lowp::iq4nl>({19.0f, 0.0f}) == std::vector<float>{25, 1});
  const std::vector<float> x{5.0f, -5.0f};
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::flint4>(
            std::span<const float>(x), lowp::nearest_away{})) == std::vector<float>{6, -6});
}

TEST_CASE("absmax_block: a kernel takes it as any codec") {
  tests::generator g(3);
  const std::vector<float> w = tests::draw(8 * 128, [&] { return g.gauss(); }), x(128, 1.0f);
  const auto W = lowp::reference::quantize<lowp::bitsandbytes_nf4>(lowp::matrix_view<const float>(w.data(), 8, 128));
  std::vector<float> y(8);
  lowp::reference::gemv(W, x, y);
  const std::vector<float> d = lowp::reference::dequantize(W);
  for (std::size_t r = 0; r < 8; ++r) {
    float sum = 0;
    for (std::size_t k = 0; k < 128; ++k) sum = std::fma(1.0f, d[r * 128 + k], sum);
    CHECK(y[r] == sum);
  }
}
