// lowp::quantize and lowp::dequantize of block formats: every tier, rounding mode and scale rule against reference::,
// byte for byte.
#include "quantize_checks.hpp"

using namespace tests;

TEST_CASE("quantize: MXFP4 and MXFP8, rounding modes") {
  check_every_policy<lowp::mxfp4, lowp::e2m1fn>("mxfp4", 1);
  check_every_policy<lowp::mxfp8_e4m3, lowp::e4m3fn>("mxfp8_e4m3", 2);
  check_some_policies<lowp::mxfp8_e5m2, lowp::e5m2>("mxfp8_e5m2", 3);
}

TEST_CASE("quantize: MXFP6, MXINT8 and the other layout of MXFP4, rounding modes") {
  check_some_policies<lowp::mxfp4_sequential, lowp::e2m1fn>("mxfp4_sequential", 4);
  check_every_policy<lowp::mxfp6_e2m3, lowp::e2m3fn>("mxfp6_e2m3", 5);
  check_some_policies<lowp::mxfp6_e3m2, lowp::e3m2fn>("mxfp6_e3m2", 6);
  check_every_policy<lowp::mxint8, lowp::fixed<8, 6>>("mxint8", 7);
}

TEST_CASE("quantize: two-level formats, rounding modes") {
  check_every_policy<lowp::nvfp4, lowp::e2m1fn>("nvfp4", 11);
  check_some_policies<lowp::nvfp4_tile, lowp::e2m1fn>("nvfp4_tile", 12);
  check_some_policies<lowp::nvfp4_torchao, lowp::e2m1fn>("nvfp4_torchao", 13);
  check_some_policies<lowp::nvint4, lowp::symmetric_fixed<4, 0>>("nvint4", 14);
}

namespace {

template <class Block>
void check_rules(const std::string& name, std::uint64_t seed) {
  using E = typename Block::element;
  using lowp::with_scale_rule;
  const std::vector<sample> samples = samples_for<E>(seed);
  check_quantize<with_scale_rule<Block, lowp::floor_scale>>(samples, name + " floor");
  check_quantize<with_scale_rule<Block, lowp::ceil_scale>>(samples, name + " ceil");
  check_quantize<with_scale_rule<Block, lowp::even_scale>>(samples, name + " even");
  check_quantize<with_scale_rule<Block, lowp::round_up_scale>>(samples, name + " round up");
  check_quantize<with_scale_rule<Block, lowp::nearest_scale>>(samples, name + " nearest");
  check_quantize<with_scale_rule<Block, lowp::round_up_scale>>(samples, name + " round up, to odd", lowp::to_odd{});
}

}  // namespace

// Blocks have encoders of their own for the two commonest modes: many values far and near, ties among them.
TEST_CASE("quantize: many elements to nearest and at random") {
  generator g(29);
  sample s{64, 2048, 2048, {}};
  s.x = draw(s.rows * s.stride, [&] {
    const std::uint32_t fraction = static_cast<std::uint32_t>(g.bits()) & (g.coin() ? 0x7fffffu : 0x7e0000u);
    return std::bit_cast<float>(0x3f800000 | fraction) * g.sign() * std::exp2(-g.between(0, g.coin() ? 5 : 40));
  });
  const std::vector<sample> samples{s};
  const auto check = [&]<class... C>(std::tuple<C...>*) {
    (check_quantize<C>(samples, "to nearest"), ...);
    for (std::uint64_t seed = 0; seed < 4; ++seed)
      (check_quantize<C>(samples, "at random", lowp::stochastic<>{}, lowp::philox(seed)), ...);
  };
  check(static_cast<std::tuple<lowp::mxfp4, lowp::mxfp6_e2m3, lowp::mxfp6_e3m2, lowp::mxfp8_e4m3, lowp::mxfp8_e5m2,
                               lowp::nvfp4>*>(nullptr));
}

TEST_CASE("quantize: every scale rule") {
  check_rules<lowp::mxfp4>("mxfp4", 21);
  check_rules<lowp::mxfp8_e4m3>("mxfp8_e4m3", 22);
  check_rules<lowp::mxfp8_e5m2>("mxfp8_e5m2", 23);
  check_rules<lowp::mxfp6_e2m3>("mxfp6_e2m3", 24);
  check_rules<lowp::mxint8>("mxint8", 25);
  check_rules<lowp::block<lowp::e3m2fn, 16, lowp::e8m0fnu>>("e3m2fn in 16", 26);
  check_rules<lowp::block<lowp::e2m1fn, 128, lowp::e8m0fnu>>("e2m1fn in 128", 27);
  const std::vector<sample> samples = samples_for<lowp::e2m1fn>(28);
  check_quantize<lowp::with_scale_rule<lowp::mxfp4, lowp::search_scale>>(samples, "mxfp4 search");
}

TEST_CASE("quantize: absmax blocks") {
  const auto check = [](auto type, const char* name, std::uint64_t seed) {
    using C = decltype(type);
    const std::vector<sample> samples = samples_for<lowp::e2m1fn>(seed);
    check_quantize<C>(samples, name);
    for_some_policies([&](const char* policy, const auto&... p) {
      check_quantize<C>(samples, std::string(name) + " " + policy, p...);
    });
    check_dequantize<C>(name, seed + 100);
  };
  check(lowp::bitsandbytes_nf4{}, "bitsandbytes_nf4", 31);
  check(lowp::bitsandbytes_fp4{}, "bitsandbytes_fp4", 32);
  check(lowp::absmax_block<lowp::nf4, 32, lowp::float16>{}, "nf4 in 32, float16", 33);
  check(lowp::absmax_block<lowp::e2m1fn, 16, lowp::bfloat16>{}, "e2m1fn in 16, bfloat16", 34);
  check(lowp::absmax_block<lowp::int4, 16, lowp::e8m0fnu>{}, "int4 in 16, e8m0fnu", 35);
}

TEST_CASE("quantize: blocks without a kernel take the reference path") {
  const std::vector<sample> samples = samples_for<lowp::e2m1fn>(41);
  check_quantize<lowp::block<lowp::e2m1fn, 7, lowp::e8m0fnu>>(samples, "7 to a block");
  check_quantize<lowp::block<lowp::e2m1fn, 16, lowp::e4m3fn, lowp::nearest_scale>>(samples, "e4m3fn scale");
  check_quantize<lowp::block<lowp::nf4, 32, lowp::e8m0fnu>>(samples, "nf4 with e8m0fnu");
  check_quantize<lowp::block<lowp::iq4nl, 32, lowp::e8m0fnu>>(samples, "iq4nl with e8m0fnu");
  check_quantize<lowp::hifloat4>(samples, "hifloat4");
  check_quantize<lowp::bitmod<4, 32>>(samples, "bitmod");
  check_dequantize<lowp::block<lowp::e2m1fn, 7, lowp::e8m0fnu>>("7 to a block", 42);
  check_dequantize<lowp::block<lowp::nf4, 32, lowp::e8m0fnu>>("nf4 with e8m0fnu", 43);
  check_dequantize<lowp::hifloat4>("hifloat4", 44);
}

TEST_CASE("dequantize refuses another shape, and writes nothing") {
  const auto w = lowp::quantize<lowp::mxfp4>(std::vector<float>(66, 1.0f));
  std::vector<float> out(100, 7.0f);
  check_refused([&] { lowp::dequantize(w, output(out.data(), 1, 65)); }, {"dequantize", "1 x 66", "1 x 65"});
  check_refused([&] { lowp::dequantize(w, output(out.data(), 2, 33)); }, {"dequantize", "1 x 66", "2 x 33"});
  CHECK(out == std::vector<float>(100, 7.0f));
}

namespace {

// A number that lies a little beside the middle of two levels, and the middle itself, among values that set the scale.
template <class C>
void check_middles(double largest, double lower, double upper) {
  const double middle = (lower + upper) / 2, close = 0x1p-45;
  std::vector<double> x(2 * lowp::codec<C>::values, 0.0);
  x[0] = x[lowp::codec<C>::values] = largest;
  const double near[] = {middle, middle + close, middle - close, -middle, -middle - close, -middle + close};
  std::copy(std::begin(near), std::end(near), x.begin() + 1);
  for (const lowp::tier t : tiers_here()) {
    const lowp::force_tier forced(t);
    std::vector<double> back(x.size());
    const lowp::matrix_view<const double> view(x.data(), 1, x.size());
    lowp::dequantize(lowp::quantize<C>(view), lowp::matrix_view<double>(back.data(), 1, x.size()));
    CHECK(back[0] == largest);
    CHECK(back[2] == upper);
    CHECK(back[3] == lower);
    CHECK(back[5] == -upper);
    CHECK(back[6] == -lower);
    lowp::dequantize(lowp::quantize<C>(view, lowp::upward{}), lowp::matrix_view<double>(back.data(), 1, x.size()));
    CHECK(back[1] == upper);
    CHECK(back[3] == upper);
    CHECK(back[5] == -lower);
    CHECK(lowp::quantize<C>(std::span<const double>(x)).bytes().size() == 2 * lowp::codec<C>::bytes);
  }
}

// Arrays of T go in and out as the floats of the same values do.
template <class C, class T>
void check_through() {
  generator g(31);
  constexpr std::size_t rows = 3, cols = 75;
  std::vector<T> x(rows * (cols + 2)), back(x.size());
  std::vector<float> floats(rows * cols), expected(rows * cols);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      const float v = static_cast<float>(g.between(-1000, 1000)) * 0x1p-7f;
      x[r * (cols + 2) + c] = static_cast<T>(v);
      floats[r * cols + c] = static_cast<float>(x[r * (cols + 2) + c]);
    }
  }
  for (const lowp::tier t : tiers_here()) {
    const lowp::force_tier forced(t);
    const lowp::matrix<C> want = lowp::quantize<C>(lowp::matrix_view<const float>(floats.data(), rows, cols));
    const lowp::matrix<C> got = lowp::quantize<C>(lowp::matrix_view<T>(x.data(), rows, cols, cols + 2));
    CHECK(std::ranges::equal(want.bytes(), got.bytes()));
    lowp::dequantize(want, lowp::matrix_view<float>(expected.data(), rows, cols));
    lowp::dequantize(want, lowp::matrix_view<T>(back.data(), rows, cols, cols + 2), lowp::stochastic<>{},
                     lowp::philox{5});
    bool same = true;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const T rounded = [&] {
        if constexpr (std::is_same_v<T, double>)
          return static_cast<double>(expected[i]);
        else
          return lowp::convert<T>(expected[i], lowp::stochastic<>{}, [i] { return lowp::philox{5}(i); });
      }();
      same = same && back[i / cols * (cols + 2) + i % cols] == rounded;
    }
    CHECK(same);
  }
  std::vector<T> small(cols);
  CHECK_THROWS_WITH(lowp::dequantize(lowp::matrix<C>(rows, cols), lowp::matrix_view<T>(small.data(), 1, cols)),
                    "dequantize: a matrix of 3 x 75 does not fit a view of 1 x 75");
}

}  // namespace

TEST_CASE("quantize: doubles are rounded once") {
  check_middles<lowp::mxfp8>(448, 1, 1.125);
  check_middles<lowp::mxfp4>(6, 1, 1.5);
  check_middles<lowp::mxfp6_e2m3>(7.5, 1, 1.125);
}

TEST_CASE("quantize, dequantize: arrays of double, bfloat16, float16 and other numbers") {
  check_through<lowp::mxfp4, double>();
  check_through<lowp::mxfp8, lowp::bfloat16>();
  check_through<lowp::nvfp4, lowp::float16>();
  check_through<lowp::absmax_block<lowp::nf4, 64>, lowp::bfloat16>();
  check_through<lowp::mxfp6_e3m2, lowp::e4m3fn>();
}
