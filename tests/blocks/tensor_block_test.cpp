// NVFP4, its 16 x 16 tiles, torchao's recipe and NVINT4 against the oracle, byte for byte: whole tensors of many
// shapes and magnitudes, ties, special values, all rounding modes, and every scale code with every element code.
#include "harness.hpp"

namespace {

using namespace tests;

template <class Block>
struct tensor_facts;
template <class E, int N, class S, class Recipe, int Rows>
struct tensor_facts<lowp::tensor_block<E, N, S, Recipe, Rows>> {
  static ob::tensor_format get() {
    static_assert(std::is_same_v<S, lowp::e4m3fn>);
    return {&element_of<E>(), N,
            std::is_same_v<Recipe, lowp::transformer_engine> ? ob::recipe::transformer_engine : ob::recipe::torchao,
            Rows};
  }
};

struct sample {
  std::vector<float> x;
  std::size_t rows, cols;
};

lowp::matrix_view<const float> view(const sample& s) { return {s.x.data(), s.rows, s.cols}; }

std::string shape(const sample& s) { return std::to_string(s.rows) + " x " + std::to_string(s.cols); }

// Tensors of the given shape: random ones at scales over the whole range, ties, and special values.
std::vector<sample> tensors(const ob::element& e, std::size_t rows, std::size_t cols, generator& g) {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<sample> all;
  const auto add = [&](auto&& one) { all.push_back({draw(rows * cols, one), rows, cols}); };
  const auto clamped = [](double v) { return std::clamp(v, -double{FLT_MAX}, double{FLT_MAX}); };

  add([] { return 0.0; });
  add([] { return -0.0; });
  for (const float v : {FLT_MAX, FLT_TRUE_MIN, 0x1p-127f, 0x1p-130f, 1.0f, -448.0f * 6, 0x1p127f})
    add([&] { return v; });
  for (const int k : {-149, -140, -128, -126, -110, -60, -10, -1, 0, 1, 9, 60, 115, 126}) {
    const double s = std::exp2(k);
    add([&] { return clamped(g.gauss() * s); });
    add([&] { return clamped(g.laplace() * s); });
    add([&] { return (2 * g.unit() - 1) * s; });
    add([&] { return clamped(g.gauss() * s * std::exp2(-20 * g.unit())); });  // blocks whose scale underflows
    add([&] { return clamped(g.sign() * std::exp2(-30 * g.unit() * g.unit()) * s); });
    // The largest is 448 q 2^k: the tensor scale is a power of two, so that midpoints times an e4m3 scale, and
    // their neighbours, are ties or all but ties.
    add([&] {
      const std::size_t c = g.below(e.positive.size() - 1);
      const double middle = (e.positive[c] + e.positive[c + 1]) / 2 * double{ob::e4m3_value(g.between(0x30, 0x37))};
      const float v = static_cast<float>(clamped(std::ldexp(middle, k) * g.sign()));
      const int side = g.between(-2, 2);
      return side == -1                            ? std::nextafter(v, 0.0f)
             : side == 1 && std::fabs(v) < FLT_MAX ? std::nextafter(v, 2 * v)
                                                   : v;
    });
    sample& ties = all.back();
    if (!ties.x.empty()) {
      const double top = std::ldexp(448 * e.largest(), k);
      ties.x[g.below(ties.x.size())] = static_cast<float>(clamped(top));
      // Block maxima q * scale, so that the scales come out as meant.
      for (std::size_t i = 0; i < ties.x.size(); i += 7)
        if (g.coin())
          ties.x[i] =
              static_cast<float>(clamped(std::ldexp(e.largest() * double{ob::e4m3_value(g.between(0x30, 0x37))}, k)));
    }
  }
  add([&] { return g.any_float(); });
  for (const float special : {inf, -inf, nan, -nan}) {
    add([&] { return g.gauss(); });
    if (rows * cols != 0) all.back().x[g.below(rows * cols)] = special;
  }
  add([&] { return g.coin() ? g.gauss() : double{nan}; });
  add([&] { return double{inf}; });
  return all;
}

const std::pair<std::size_t, std::size_t> shapes[] = {
    {0, 0},  {0, 5},   {5, 0},  {1, 1},   {1, 15}, {1, 16}, {1, 17},  {3, 1},   {2, 31}, {7, 33},
    {15, 8}, {16, 16}, {17, 5}, {18, 48}, {33, 3}, {1, 64}, {40, 24}, {16, 32}, {2, 100}};

template <class Block>
void check_tensors(const char* name, std::uint64_t seed) {
  const ob::tensor_format facts = tensor_facts<Block>::get();
  generator g(seed);
  differences encode(std::string(name) + ", encode"), decode(std::string(name) + ", decode"),
      scale(std::string(name) + ", tensor scale");
  for (const auto& [rows, cols] : shapes) {
    for (const sample& s : tensors(*facts.e, rows, cols, g)) {
      const auto w = lowp::reference::quantize<Block>(view(s));
      const ob::tensor want = ob::tensor_encode(facts, s.x, rows, cols);
      const ob::bytes got = plain(w.bytes());
      encode.check(got == want.data, [&] {
        std::size_t at = 0;
        while (at < got.size() && got[at] == want.data[at]) ++at;
        return shape(s) + ", byte " + std::to_string(at) + ":" + show(got) + "\n  not" + show(want.data) + "\n  for" +
               show(s.x);
      });
      const lowp::tensor_scale t = w.tensor_context();
      scale.check(same(t.decode, want.decode_scale) && same(t.encode, want.encode_scale), [&] {
        return shape(s) + show({&t.decode, 1}) + show({&want.decode_scale, 1});
      });
      const std::vector<float> y = lowp::reference::dequantize(w), exact = ob::tensor_decode(facts, want, rows, cols);
      bool ok = y.size() == exact.size();
      for (std::size_t i = 0; ok && i < y.size(); ++i) ok = same(y[i], exact[i]);
      decode.check(ok, [&] { return shape(s) + show(y) + "\n  not" + show(exact); });
    }
  }
}

// Block maxima a few ulps from where the e4m3 scale changes: each float operation on the way to it counts.
template <class Block>
void check_scale_ties(const char* name, std::uint64_t seed) {
  const ob::tensor_format facts = tensor_facts<Block>::get();
  generator g(seed);
  differences report(std::string(name) + ", scales at ties");
  for (int repeat = 0; repeat < 400; ++repeat) {
    const double amax = double{static_cast<float>(std::exp2(g.between(-20, 20)) * (1 + g.unit()))};
    std::vector<float> x(16 * 40);
    for (std::size_t b = 0; b < 40; ++b) {
      const int c = g.between(0, 0x7d);
      const double middle = (double{ob::e4m3_value(c)} + double{ob::e4m3_value(c + 1)}) / 2;
      float top = static_cast<float>(middle * amax / 448);
      for (int steps = g.between(-3, 3); steps != 0; steps += steps < 0 ? 1 : -1)
        top = std::nextafter(top, steps < 0 ? 0.0f : 2 * top);
      for (std::size_t i = 0; i < 16; ++i) x[16 * b + i] = static_cast<float>((2 * g.unit() - 1) * double{top});
      x[16 * b + g.below(16)] = top;
    }
    x[0] = static_cast<float>(amax);
    const auto w = lowp::reference::quantize<Block>(std::span<const float>(x));
    report.check(plain(w.bytes()) == ob::tensor_encode(facts, x, 1, x.size()).data, [&] { return show(x); });
  }
}

template <class Block>
void check_tensor_roundings(const char* name, std::uint64_t seed) {
  const ob::tensor_format facts = tensor_facts<Block>::get();
  generator g(seed);
  const std::size_t rows = 18, cols = 37;
  const std::vector<sample> all = tensors(*facts.e, rows, cols, g);
  for_each_rounding([&](ob::rounding mode, auto policy) {
    differences report(std::string(name) + ", rounding mode " + std::to_string(static_cast<int>(mode)));
    for (const sample& s : all)
      report.check(plain(lowp::reference::quantize<Block>(view(s), policy).bytes()) ==
                       ob::tensor_encode(facts, s.x, rows, cols, mode).data,
                   [&] { return show(s.x); });
  });
  const lowp::philox random{77, 3};
  std::vector<std::uint32_t> bits;
  for (std::size_t i = 0; i < rows * cols; ++i) bits.push_back(random(i));
  for_each_stochastic([&](ob::rounding mode, auto policy) {
    differences report(std::string(name) + ", stochastic mode " + std::to_string(static_cast<int>(mode)));
    for (const sample& s : all)
      report.check(plain(lowp::reference::quantize<Block>(view(s), policy, random).bytes()) ==
                       ob::tensor_encode(facts, s.x, rows, cols, mode, bits).data,
                   [&] { return show(s.x); });
  });
}

template <class Block>
void check_all_codes(const char* name) {
  const ob::tensor_format facts = tensor_facts<Block>::get();
  differences report(std::string(name) + ", decode every code");
  std::vector<std::uint32_t> codes;
  for (std::uint32_t c = 0; c < 16; ++c) codes.push_back(c);
  const ob::bytes elements = ob::bits_to_bytes(codes, 4);
  for (const float t : {1.0f, 0.1f, 0x1p-140f, FLT_TRUE_MIN, 0x1p-126f, 0x1.234568p120f, FLT_MAX, 3e-39f}) {
    for (int scale = 0; scale < 256; ++scale) {
      ob::tensor in;
      in.decode_scale = t;
      in.data = elements;
      in.data.insert(in.data.begin(), static_cast<std::uint8_t>(scale));
      std::vector<float> y(16);
      lowp::codec<Block>::decode(raw(in.data).data(), y, lowp::tensor_scale{t, 1});
      const std::vector<float> want = ob::tensor_decode(facts, in, 1, 16);
      for (std::size_t i = 0; i < 16; ++i)
        report.check(same(y[i], want[i]), [&] {
          return std::to_string(scale) + show({&y[i], 1}) + " not" + show({&want[i], 1});
        });
    }
  }
}

template <class Block>
void check_named(const char* name, int tile_rows, std::uint64_t seed) {
  INFO(name);
  using K = lowp::codec<Block>;
  CHECK(K::bytes == 9);
  CHECK(K::values == 16);
  CHECK(K::tile_rows == tile_rows);
  CHECK(lowp::bits_per_value<Block> == 4.5);
  check_tensors<Block>(name, seed);
  check_scale_ties<Block>(name, seed + 2);
  check_tensor_roundings<Block>(name, seed + 1);
  check_all_codes<Block>(name);
}

}  // namespace

TEST_CASE("nvfp4 byte for byte") { check_named<lowp::nvfp4>("nvfp4", 1, 1); }
TEST_CASE("nvfp4_tile byte for byte") { check_named<lowp::nvfp4_tile>("nvfp4_tile", 16, 11); }
TEST_CASE("nvfp4_torchao byte for byte") { check_named<lowp::nvfp4_torchao>("nvfp4_torchao", 1, 21); }
TEST_CASE("nvint4 byte for byte") { check_named<lowp::nvint4>("nvint4", 1, 31); }

// Worked by hand from the formulas of TransformerEngine's reference quantizer.
TEST_CASE("nvfp4 on a worked example") {
  std::vector<float> x(32, 0.0f);
  x[0] = 2688, x[1] = -1344, x[2] = 672, x[3] = 112;  // amax = 448 * 6: tensor scale 1, block scale 448
  x[16] = 6, x[17] = 0.25f, x[18] = 0.75f, x[19] = -5, x[20] = 3.5f;  // block scale 1: ties to 0, 1, -4, 4
  const auto w = lowp::reference::quantize<lowp::nvfp4>(std::span<const float>(x));
  CHECK(w.tensor_context() == lowp::tensor_scale{1, 1});
  CHECK(show(plain(w.bytes())) == show({0x7e, 0xd7, 0x03, 0, 0, 0, 0, 0, 0, 0x38, 0x07, 0xe2, 0x06, 0, 0, 0, 0, 0}));
}

// A tile's blocks share the scale of its largest value; tiles at the right and bottom edge are short.
TEST_CASE("nvfp4_tile shares one scale in 16 x 16 values") {
  generator g(41);
  const std::size_t rows = 35, cols = 40;
  const std::vector<float> x = draw(rows * cols, [&] { return g.gauss() * std::exp2(g.between(0, 3)); });
  const auto w = lowp::reference::quantize<lowp::nvfp4_tile>(lowp::matrix_view<const float>(x.data(), rows, cols));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t b = 0; b < 3; ++b) CHECK(w.row(r)[9 * b] == w.row(r / 16 * 16)[9 * b]);
  // A transposed copy of a tensor of whole tiles has the transposed codes, which is what tiles are for.
  const std::vector<float> y = draw(32 * 48, [&] { return g.gauss(); });
  std::vector<float> transposed(y.size());
  for (std::size_t r = 0; r < 32; ++r)
    for (std::size_t c = 0; c < 48; ++c) transposed[c * 32 + r] = y[r * 48 + c];
  const auto there = lowp::reference::dequantize(
      lowp::reference::quantize<lowp::nvfp4_tile>(lowp::matrix_view<const float>(y.data(), 32, 48)));
  const auto back = lowp::reference::dequantize(
      lowp::reference::quantize<lowp::nvfp4_tile>(lowp::matrix_view<const float>(transposed.data(), 48, 32)));
  bool equal = true;
  for (std::size_t r = 0; r < 32; ++r)
    for (std::size_t c = 0; c < 48; ++c) equal = equal && there[r * 48 + c] == back[c * 32 + r];
  CHECK(equal);
}

TEST_CASE("nvfp4 blocks that vanish, and specials") {
  // Zero, tiny beside the largest, NaN, infinity: one block each. The tensor scale is that of the finite values.
  std::vector<float> x(16 * 5, 0.0f);
  x[0] = 448 * 6;
  x[16 + 3] = -0.0f;
  x[32] = 6 * 0x1p-11f, x[33] = -6 * 0x1p-11f;  // scale 2^-11 rounds to 0
  x[48] = std::numeric_limits<float>::quiet_NaN(), x[49] = 1;
  x[64] = -std::numeric_limits<float>::infinity(), x[65] = 1;
  const auto w = lowp::reference::quantize<lowp::nvfp4>(std::span<const float>(x));
  CHECK(w.tensor_context() == lowp::tensor_scale{1, 1});
  const ob::bytes b = plain(w.bytes()), zero(9, 0), nan{0x7f, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(b[0] == 0x7e);
  CHECK(ob::bytes(b.begin() + 9, b.begin() + 18) == zero);
  CHECK(ob::bytes(b.begin() + 18, b.begin() + 27) == zero);
  CHECK(ob::bytes(b.begin() + 27, b.begin() + 36) == nan);
  CHECK(ob::bytes(b.begin() + 36, b.end()) == nan);
  const std::vector<float> y = lowp::reference::dequantize(w);
  for (std::size_t i = 16; i < 48; ++i) CHECK(same(y[i], 0.0f));
  for (std::size_t i = 48; i < 80; ++i) CHECK(std::isnan(y[i]));

  // torchao keeps at least 2^-6 as the scale, so that the tiny block survives its scale but not its elements.
  const ob::bytes t = plain(lowp::reference::quantize<lowp::nvfp4_torchao>(std::span<const float>(x)).bytes());
  CHECK(t[18] == 0x08);
  // A NaN anywhere in a tile spoils the tile, not its neighbour.
  std::vector<float> tile(16 * 32, 1.0f);
  tile[5 * 32 + 20] = std::numeric_limits<float>::quiet_NaN();
  const auto spoiled = lowp::reference::dequantize(
      lowp::reference::quantize<lowp::nvfp4_tile>(lowp::matrix_view<const float>(tile.data(), 16, 32)));
  for (std::size_t i = 0; i < spoiled.size(); ++i) CHECK(std::isnan(spoiled[i]) == (i % 32 >= 16));
}

// x * (1 / s) and x * ((1 / t) / s) differ on data aligned to ties, if only there: the reason for two names.
TEST_CASE("nvfp4 and nvfp4_torchao differ on ties") {
  generator g(51);
  int different = 0;
  for (int i = 0; i < 400; ++i) {
    const double amax = 448 * 6 * (0.5 + g.unit());
    std::vector<float> x(16);
    const float scale = ob::e4m3_value(g.between(0x30, 0x7e));
    for (float& v : x)
      v = static_cast<float>((g.between(0, 10) * 0.5 + 0.25) * double{scale} * amax / 2688 * g.sign());
    x[0] = static_cast<float>(6 * double{scale} * amax / 2688);
    x.insert(x.begin(), 16, static_cast<float>(amax));
    const auto a = lowp::reference::quantize<lowp::nvfp4>(std::span<const float>(x));
    const auto b = lowp::reference::quantize<lowp::nvfp4_torchao>(std::span<const float>(x));
    different += plain(a.bytes()) != plain(b.bytes());
  }
  INFO(different << " of 400");
  CHECK(different > 10);
}

TEST_CASE("one block at a time gives the bytes of the tensor") {
  generator g(61);
  const std::vector<float> x = draw(16 * 20, [&] { return g.student(3); });
  const auto w = lowp::reference::quantize<lowp::nvfp4>(std::span<const float>(x));
  using K = lowp::codec<lowp::nvfp4>;
  for (std::size_t b = 0; b < 20; ++b) {
    std::vector<std::byte> out(9);
    K::encode(std::span(x).subspan(16 * b, 16), out.data(), lowp::array_rounding<>{}, 16 * b, w.tensor_context());
    CHECK(plain(out) == plain(w.bytes().subspan(9 * b, 9)));
  }
  float amax = 0;
  for (const float v : x) amax = std::max(amax, std::fabs(v));
  CHECK(K::prepare(amax) == w.tensor_context());
}
