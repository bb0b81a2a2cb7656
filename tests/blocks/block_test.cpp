// Blocks with one scale against the oracle, byte for byte: every named one, every scale rule, short blocks,
// special values, and the decoding of every scale code with every element code.
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "harness.hpp"

namespace {

using namespace tests;

static_assert(lowp::Codec<lowp::mxfp4> && lowp::Codec<lowp::nvfp4> && lowp::Codec<lowp::e4m3fn> &&
              lowp::Codec<float> && lowp::Codec<lowp::tf32> && !lowp::Codec<double> && !lowp::Codec<int>);
static_assert(std::is_same_v<lowp::mxfp8, lowp::mxfp8_e4m3> && std::is_same_v<lowp::mxfp6, lowp::mxfp6_e2m3>);

template <class Block, class R>
ob::bytes encoded(std::span<const float> x, R rounding, std::uint64_t index = 0,
                  lowp::philox random = lowp::philox{0}) {
  using K = lowp::codec<Block>;
  std::vector<std::byte> out(static_cast<std::size_t>(K::bytes), std::byte{0xa5});  // exact size: no access beyond
  const lowp::array_rounding<R> how{rounding, {}, random};
  K::encode(x, out.data(), how, index);
  return plain(out);
}

template <class Block>
void check_encoding(const char* name, int random, std::uint64_t seed) {
  const ob::mx facts = facts_of<Block>::get();
  CHECK(lowp::codec<Block>::values == facts.n);
  CHECK(static_cast<std::size_t>(lowp::codec<Block>::bytes) == facts.bytes_per_block());
  generator g(seed);
  const auto n = static_cast<std::size_t>(facts.n);
  differences report(std::string(name) + ", scale rule " + ob::name(facts.scale_rule));
  for (const auto& x : blocks_for(*facts.e, n, g, random)) {
    const ob::bytes got = encoded<Block>(x, lowp::nearest_even{}), want = ob::mx_encode(facts, x);
    report.check(got == want, [&] { return show(got) + "\n  not" + show(want) + "\n  for" + show(x); });
  }
}

// Every length from 1 to N, and what stands in the bytes of the missing values.
template <class Block>
void check_short(const char* name, std::uint64_t seed) {
  const ob::mx facts = facts_of<Block>::get();
  generator g(seed);
  differences report(std::string(name) + ", short blocks");
  for (std::size_t n = 1; n <= static_cast<std::size_t>(facts.n); ++n) {
    for (const auto& x : blocks_for(*facts.e, n, g, 12)) {
      const ob::bytes got = encoded<Block>(x, lowp::nearest_even{}), want = ob::mx_encode(facts, x);
      report.check(got == want, [&] { return show(got) + "\n  not" + show(want) + "\n  for" + show(x); });
      std::vector<float> y(n);
      lowp::codec<Block>::decode(raw(got).data(), y);
      const std::vector<float> exact = ob::mx_decode(facts, got, n);
      bool ok = true;
      for (std::size_t i = 0; i < n; ++i) ok = ok && same(y[i], exact[i]);
      report.check(ok, [&] { return "decoded" + show(y) + "\n  not" + show(exact); });
    }
  }
}

template <class Block>
void check_roundings(const char* name, int random, std::uint64_t seed) {
  const ob::mx facts = facts_of<Block>::get();
  generator g(seed);
  const auto all = blocks_for(*facts.e, static_cast<std::size_t>(facts.n), g, random);
  for_each_rounding([&](ob::rounding mode, auto policy) {
    differences report(std::string(name) + ", rounding mode " + std::to_string(static_cast<int>(mode)));
    for (const auto& x : all) {
      const ob::bytes got = encoded<Block>(x, policy), want = ob::mx_encode(facts, x, mode);
      report.check(got == want, [&] { return show(got) + "\n  not" + show(want) + "\n  for" + show(x); });
    }
  });
  for_each_stochastic([&](ob::rounding mode, auto policy) {
    differences report(std::string(name) + ", stochastic mode " + std::to_string(static_cast<int>(mode)));
    for (const auto& x : all) {
      const lowp::philox random_source{g.bits(), g.bits()};
      const std::uint64_t index = g.bits() >> 20;
      std::vector<std::uint32_t> bits;
      for (std::size_t i = 0; i < x.size(); ++i) bits.push_back(random_source(index + i));
      const ob::bytes got = encoded<Block>(x, policy, index, random_source),
                      want = ob::mx_encode(facts, x, mode, bits);
      report.check(got == want, [&] { return show(got) + "\n  not" + show(want) + "\n  for" + show(x); });
    }
  });
}

// Every scale code, or each so many, with every element code.
template <class Block>
void check_decoding(const char* name, int step = 1) {
  const ob::mx facts = facts_of<Block>::get();
  const auto n = static_cast<std::size_t>(facts.n);
  const std::uint32_t codes = 1u << facts.e->bits;
  differences report(std::string(name) + ", decode");
  for (int scale = 0; scale < 256; scale += step) {
    for (std::uint32_t first = 0; first < codes; first += static_cast<std::uint32_t>(n)) {
      std::vector<std::uint32_t> block;
      for (std::uint32_t i = 0; i < n; ++i) block.push_back((first + i) % codes);
      if (facts.order == ob::layout::split_halves) {
        std::vector<std::uint32_t> woven;
        for (std::size_t i = 0; i < n / 2; ++i) woven.insert(woven.end(), {block[i], block[i + n / 2]});
        block = woven;
      }
      ob::bytes in = ob::bits_to_bytes(block, facts.e->bits);
      in.insert(in.begin(), static_cast<std::uint8_t>(scale));
      std::vector<float> y(n);
      lowp::codec<Block>::decode(raw(in).data(), y);
      const std::vector<float> want = ob::mx_decode(facts, in, n);
      for (std::size_t i = 0; i < n; ++i)
        report.check(same(y[i], want[i]), [&] {
          return "scale " + std::to_string(scale) + show({&y[i], 1}) + " not" + show({&want[i], 1});
        });
    }
  }
}

template <class Block>
void check_named(const char* name, int bytes, std::uint64_t seed) {
  INFO(name);
  CHECK(lowp::codec<Block>::bytes == bytes);
  CHECK(lowp::bits_per_value<Block> == 8.0 * bytes / lowp::codec<Block>::values);
  check_encoding<Block>(name, 10000, seed);
  check_short<Block>(name, seed + 1);
  check_roundings<Block>(name, 120, seed + 2);
  check_decoding<Block>(name);
}

template <class Block>
void check_rules(const char* name, std::uint64_t seed) {
  check_encoding<lowp::with_scale_rule<Block, lowp::ceil_scale>>(name, 3000, seed);
  check_encoding<lowp::with_scale_rule<Block, lowp::even_scale>>(name, 3000, seed + 1);
  check_encoding<lowp::with_scale_rule<Block, lowp::round_up_scale>>(name, 3000, seed + 2);
  check_encoding<lowp::with_scale_rule<Block, lowp::nearest_scale>>(name, 300, seed + 3);
  check_roundings<lowp::with_scale_rule<Block, lowp::round_up_scale>>(name, 60, seed + 4);
}

}  // namespace

TEST_CASE("mxfp8_e4m3 byte for byte") {
  check_named<lowp::mxfp8_e4m3>("mxfp8_e4m3", 33, 11);
  check_rules<lowp::mxfp8_e4m3>("mxfp8_e4m3", 12);
}
TEST_CASE("mxfp8_e5m2 byte for byte") {
  check_named<lowp::mxfp8_e5m2>("mxfp8_e5m2", 33, 21);
  check_rules<lowp::mxfp8_e5m2>("mxfp8_e5m2", 22);
}
TEST_CASE("mxfp6_e3m2 byte for byte") {
  check_named<lowp::mxfp6_e3m2>("mxfp6_e3m2", 25, 31);
  check_rules<lowp::mxfp6_e3m2>("mxfp6_e3m2", 32);
}
TEST_CASE("mxfp6_e2m3 byte for byte") {
  check_named<lowp::mxfp6_e2m3>("mxfp6_e2m3", 25, 41);
  check_rules<lowp::mxfp6_e2m3>("mxfp6_e2m3", 42);
}
TEST_CASE("mxint8 byte for byte") {
  check_named<lowp::mxint8>("mxint8", 33, 51);
  check_rules<lowp::mxint8>("mxint8", 52);
}
TEST_CASE("mxfp4 byte for byte, in ggml's split halves") {
  check_named<lowp::mxfp4>("mxfp4", 17, 61);
  check_rules<lowp::mxfp4>("mxfp4", 62);
}
TEST_CASE("mxfp4_sequential byte for byte") {
  check_named<lowp::mxfp4_sequential>("mxfp4_sequential", 17, 71);
  check_rules<lowp::mxfp4_sequential>("mxfp4_sequential", 72);
}

TEST_CASE("blocks of wide elements") {
  check_encoding<lowp::block<lowp::float16, 4, lowp::e8m0fnu>>("float16", 500, 81);
  check_encoding<lowp::block<lowp::float16, 4, lowp::e8m0fnu, lowp::round_up_scale>>("float16", 500, 82);
  check_encoding<lowp::block<lowp::fixed<12, 8>, 5, lowp::e8m0fnu, lowp::round_up_scale>>("fixed<12, 8>", 500, 83);
  check_encoding<lowp::block<lowp::fixed<12, 8>, 5, lowp::e4m3fn, lowp::nearest_scale>>("fixed<12, 8>", 500, 84);
  check_roundings<lowp::block<lowp::fixed<12, 8>, 5, lowp::e4m3fn, lowp::nearest_scale>>("fixed<12, 8>", 60, 85);
  check_decoding<lowp::block<lowp::fixed<12, 8>, 5, lowp::e4m3fn>>("fixed<12, 8>", 5);
  check_decoding<lowp::block<lowp::fixed<12, 8>, 5, lowp::e8m0fnu>>("fixed<12, 8>", 5);
  check_decoding<lowp::block<lowp::float16, 64, lowp::e8m0fnu>>("float16", 51);
}

// A scale with a significand: the quotient is no float, and is still rounded once.
TEST_CASE("blocks with e4m3fn scales") {
  using nearest = lowp::block<lowp::e2m1fn, 16, lowp::e4m3fn, lowp::nearest_scale>;
  check_encoding<nearest>("e2m1fn x e4m3fn", 3000, 91);
  check_roundings<nearest>("e2m1fn x e4m3fn", 200, 92);
  check_short<nearest>("e2m1fn x e4m3fn", 93);
  check_decoding<nearest>("e2m1fn x e4m3fn");
  check_encoding<lowp::block<lowp::e2m3fn, 32, lowp::e4m3fn, lowp::nearest_scale>>("e2m3fn x e4m3fn", 1000, 94);
  check_decoding<lowp::block<lowp::e4m3fn, 32, lowp::e4m3fn>>("e4m3fn x e4m3fn");
  check_decoding<lowp::block<lowp::e5m2, 32, lowp::e4m3fn>>("e5m2 x e4m3fn");
}

TEST_CASE("blocks on worked examples") {
  const auto bytes = []<class Block>(std::vector<float> x) { return show(encoded<Block>(x, lowp::nearest_even{})); };
  const auto padded = [](ob::bytes b, std::size_t n) {
    b.resize(n, 0);
    return show(b);
  };
  constexpr float inf = std::numeric_limits<float>::infinity();
  // amax 7: scale 2^(2 - 2) = 1; 7 clamps to 6, 0.25 and 2.5 are ties
  const std::vector<float> x{7, -0.25f, 2.5f, -3, 0.75f};
  CHECK(bytes.operator()<lowp::mxfp4_sequential>(x) == padded({127, 0x87, 0xd4, 0x02}, 17));
  CHECK(bytes.operator()<lowp::mxfp4>(x) == padded({127, 0x07, 0x08, 0x04, 0x0d, 0x02}, 17));
  // amax 3: scale 2^1; 1.5 = 96 / 64, -1 = -64 / 64
  CHECK(bytes.operator()<lowp::mxint8>({3, -2, 0.03125f, -4}) == padded({129, 48, 0xe0, 0x00, 0xc0}, 33));
  // 1.999 * 64 rounds to 128, which two's complement has on the negative side only
  CHECK(bytes.operator()<lowp::mxint8>({1.999f, -1.999f}) == padded({127, 127, 128}, 33));
  CHECK(bytes.operator()<lowp::mxfp8_e4m3>({256, 1, -0.0f}) == padded({127, 0x78, 0x38, 0x80}, 33));
  CHECK(bytes.operator()<lowp::mxfp8_e5m2>({32768, -1}) == padded({127, 0x78, 0xbc}, 33));
  CHECK(bytes.operator()<lowp::mxfp6_e3m2>({28, 1, -0.0625f, 0}) == padded({127, 0x1f, 0x13, 0x02}, 25));
  CHECK(bytes.operator()<lowp::mxfp6_e2m3>({7.5f, 1, 0.125f, 0}) == padded({127, 0x1f, 0x12, 0x00}, 25));

  // The written rules: zeros; NaN and infinities; below and above the range of scales.
  CHECK(bytes.operator()<lowp::mxfp8>({0, -0.0f, 0}) == padded({}, 33));
  CHECK(bytes.operator()<lowp::mxfp8>({1, std::numeric_limits<float>::quiet_NaN()}) == padded({0xff}, 33));
  CHECK(bytes.operator()<lowp::mxfp4>({1, inf}) == padded({0xff}, 17));
  CHECK(bytes.operator()<lowp::mxint8>({-inf}) == padded({0xff}, 33));
  CHECK(bytes.operator()<lowp::mxfp8>({0x1p-130f, -0x1p-136f, FLT_TRUE_MIN}) == padded({0, 0x20, 0x81, 0}, 33));
  CHECK(bytes.operator()<lowp::mxfp4>({0x1p-127f}) == padded({0, 0x02}, 17));
  CHECK(bytes.operator()<lowp::mxfp4>({0x1p-129f}) == padded({}, 17));  // a quarter of the smallest scale: a tie
  CHECK(bytes.operator()<lowp::mxfp8>({FLT_MAX, -FLT_MAX}) == padded({246, 0x7e, 0xfe}, 33));  // 448 * 2^119
  CHECK(bytes.operator()<lowp::mxint8>({FLT_MAX, -FLT_MAX}) == padded({254, 127, 128}, 33));   // -2 * 2^127

  const auto values = []<class Block>(ob::bytes b, std::size_t n) {
    b.resize(static_cast<std::size_t>(lowp::codec<Block>::bytes), 0);
    std::vector<float> y(n);
    lowp::codec<Block>::decode(raw(b).data(), y);
    return y;
  };
  CHECK(values.operator()<lowp::mxint8>({254, 127, 128, 64, 192}, 4) ==
        std::vector<float>{0x1.fcp127f, -inf, 0x1p127f, -0x1p127f});
  CHECK(values.operator()<lowp::mxfp4>({254, 0x07, 0x0c, 0x02}, 3) == std::vector<float>{inf, -inf, 0x1p127f});
  CHECK(values.operator()<lowp::mxfp4>({0, 0x01, 0x0a}, 2) == std::vector<float>{0x1p-128f, -0x1p-127f});
  CHECK(values.operator()<lowp::mxfp8_e5m2>({0, 0x01, 0x7c, 0xfc}, 3) == std::vector<float>{0x1p-143f, inf, -inf});
  CHECK(std::isnan(values.operator()<lowp::mxfp8_e5m2>({127, 0x7d}, 1)[0]));
  CHECK(std::isnan(values.operator()<lowp::mxfp8_e4m3>({127, 0xff}, 1)[0]));
  CHECK(std::isnan(values.operator()<lowp::mxfp4>({255, 0}, 1)[0]));
}

#ifdef __SSE2__
// Flush-to-zero and denormals-are-zero lose the scale 2^-127 and everything below 2^-126 in float arithmetic: what
// has subnormals in it must not go that way.
TEST_CASE("mx blocks do not depend on how the processor treats subnormals") {
  const auto check = [&]<class Block>(std::uint64_t seed) {
    const ob::mx facts = facts_of<Block>::get();
    generator g(seed);
    const auto all = blocks_for(*facts.e, 32, g, 300);
    std::vector<ob::bytes> codes, got;
    std::vector<std::vector<float>> values, got_values;
    for (const auto& x : all) {
      codes.push_back(ob::mx_encode(facts, x));
      values.push_back(ob::mx_decode(facts, codes.back(), 32));
    }
    const unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    for (std::size_t i = 0; i < all.size(); ++i) {
      got.push_back(encoded<Block>(all[i], lowp::nearest_even{}));
      got_values.emplace_back(32);
      lowp::codec<Block>::decode(raw(codes[i]).data(), got_values.back());
    }
    _mm_setcsr(mode);
    CHECK(got == codes);
    bool equal = true;
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < 32; ++j) equal = equal && same(got_values[i][j], values[i][j]);
    CHECK(equal);
  };
  check.operator()<lowp::mxfp8_e4m3>(1);
  check.operator()<lowp::mxfp8_e5m2>(2);
  check.operator()<lowp::with_scale_rule<lowp::mxfp6_e3m2, lowp::round_up_scale>>(3);
  check.operator()<lowp::mxfp6_e2m3>(4);
  check.operator()<lowp::mxfp4>(5);
  check.operator()<lowp::mxint8>(6);
}
#endif

// ue5m3 reaches far enough that no tensor scale is needed: 2^-17 to 114688.
TEST_CASE("blocks with ue5m3 scales") {
  using block = lowp::block<lowp::e2m1fn, 16, lowp::ue5m3, lowp::nearest_scale>;
  for (int k = -17; k <= 16; ++k) {
    const float s = std::ldexp(k < -14 ? 1.0f : 1.25f, k);  // subnormal below 2^-14
    const std::vector<float> x{6 * s, -0.5f * s, 1.5f * s, -3 * s};
    CHECK(lowp::reference::dequantize(lowp::reference::quantize<block>(x)) == x);
  }
  const std::vector<float> large{1e9f, -5e4f};
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<block>(large)) ==
        std::vector<float>{6 * 114688.0f, -0.5f * 114688.0f});
  CHECK(encoded<block>(std::vector<float>{0x1p-17f}, lowp::nearest_even{})[0] == 0);  // a sixth of the smallest scale
}

// ggml's own arithmetic on block_mxfp4: doubled values times half the scale. It differs from ours in three places:
// -0 decodes to +0, the NaN scale is 2^128, and ties go to the smaller magnitude instead of the even code.
TEST_CASE("mxfp4 exchanges bytes with ggml") {
  const int doubled[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  const auto half_scale = [](std::uint32_t e) {
    return std::bit_cast<float>(e < 2 ? 0x00200000u << e : (e - 1) << 23);
  };
  differences decode("ggml decode"), encode("ggml encode");
  for (std::uint32_t e = 0; e < 255; ++e) {
    ob::bytes b{static_cast<std::uint8_t>(e)};
    for (int i = 0; i < 16; ++i) b.push_back(static_cast<std::uint8_t>(i * 16 + (15 - i)));
    std::vector<float> y(32);
    lowp::codec<lowp::mxfp4>::decode(raw(b).data(), y);
    for (std::size_t i = 0; i < 16; ++i) {
      const auto agrees = [&](float ours, int code) {
        return ours == static_cast<float>(doubled[code]) * half_scale(e);
      };
      decode.check(agrees(y[i], static_cast<int>(15 - i)) && agrees(y[i + 16], static_cast<int>(i)),
                   [&] { return show(b) + show(y); });
    }
  }
  generator g(95);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const double scale = std::exp2(g.between(-100, 100));
    const auto x = draw(32, [&] { return g.gauss() * scale; });
    float amax = 0;
    for (const float v : x) amax = std::max(amax, std::fabs(v));
    const auto e = static_cast<std::uint32_t>(static_cast<int>(std::floor(std::log2(amax))) - 2 + 127);
    ob::bytes want(17, 0);
    want[0] = static_cast<std::uint8_t>(e);
    for (std::size_t i = 0; i < 32; ++i) {
      int best = 0;
      for (int c = 1; c < 16; ++c) {
        const auto distance = [&](int code) {
          return std::fabs(static_cast<float>(doubled[code]) * half_scale(e) - x[i]);
        };
        if (distance(c) < distance(best)) best = c;
      }
      if (best == 0 && x[i] < 0) best = 8;
      want[1 + i % 16] = static_cast<std::uint8_t>(want[1 + i % 16] + (i < 16 ? best : 16 * best));
    }
    const ob::bytes got = encoded<lowp::mxfp4>(x, lowp::nearest_even{});
    encode.check(got == want, [&] { return show(got) + "\n  not" + show(want) + "\n  for" + show(x); });
  }
}
