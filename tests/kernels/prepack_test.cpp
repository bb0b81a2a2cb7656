// prepack: the same bytes on every tier, with any executor, and where no group is whole; the values of the codec.
#include <lowp/kernels/prepack.hpp>
#include <lowp/lowp.hpp>
#include <type_traits>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using namespace lowp;

struct shape {
  std::size_t rows, cols;
};
constexpr shape shapes[] = {{1, 1},   {3, 31},  {16, 32},  {31, 33},  {32, 16},  {32, 32},   {32, 100}, {33, 64},
                            {48, 65}, {64, 48}, {64, 512}, {65, 545}, {96, 608}, {40, 1100}, {0, 8},    {8, 0}};

// Random codes: every index and scale occurs in larger ones, special values too. The memory ends with the last byte.
template <class C>
matrix<C> random_codes(shape s, std::uint64_t stream) {
  const philox random(5, stream);
  std::vector<std::byte> bytes(s.rows * matrix<C>::row_bytes(s.cols));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(random(i) >> 13);
  bytes.shrink_to_fit();
  if constexpr (std::is_same_v<typename codec<C>::context, tensor_scale>) {
    return {s.rows, s.cols, std::move(bytes), tensor_scale{0.375f, 1 / 0.375f}};
  } else {
    return {s.rows, s.cols, std::move(bytes)};
  }
}

// Codes of ordinary values.
template <class C>
matrix<C> ordinary_codes(shape s, float scale) {
  const philox random(6, 0);
  std::vector<float> x(s.rows * s.cols);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = scale * (static_cast<float>(random(i) >> 8) * 0x1p-23f - 1);
  return reference::quantize<C>(matrix_view<const float>(x.data(), s.rows, s.cols));
}

template <class C>
bool has_values_of(const prepacked& p, const matrix<C>& w) {
  std::vector<float> expected(w.cols()), found(w.cols());
  const bool sum = p.head().terms > 1;  // of -0 and 0
  bool same = true;
  for (std::size_t r = 0; r < w.rows(); ++r) {
    w.decode_row(r, expected);
    detail::decode_packed_row(p, r, 0, w.cols(), found.data());
    for (std::size_t c = 0; c < w.cols(); ++c)
      same = same && (tests::alike(expected[c], found[c]) || (sum && expected[c] == found[c]));
  }
  return same;
}

template <class C>
bool all_finite(const matrix<C>& w) {
  std::vector<float> row(w.cols());
  bool finite = true;
  for (std::size_t r = 0; r < w.rows(); ++r) {
    w.decode_row(r, row);
    for (const float x : row) finite = finite && std::isfinite(x);
  }
  return finite;
}

bool same_bytes(const prepacked& a, const prepacked& b) {
  return a.bytes().size() == b.bytes().size() && std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin());
}

template <class C>
void check(const matrix<C>& w) {
  for (const precision p : {precision::automatic, precision::bf16, precision::bf16x2}) {
    prepacked expected;
    {
      const force_tier forced(tests::tiers().front());
      expected = prepack(w, {.precision = p});
      if (p == precision::automatic) CHECK(has_values_of(expected, w));
      if (expected.head().finite != 0) CHECK(all_finite(w));
    }
    for (const tier t : tests::tiers()) {
      INFO(to_string(t));
      const force_tier forced(t);
      CHECK(same_bytes(expected, prepack(w, {.precision = p})));
      CHECK(same_bytes(expected, prepack(w, {.precision = p, .executor = tests::some_threads{2}})));
    }
  }
}

template <class C>
void check_codec(const char* name, float scale = 1) {
  INFO(name);
  std::uint64_t stream = 0;
  for (const shape s : shapes) {
    INFO(s.rows << " x " << s.cols);
    check(random_codes<C>(s, ++stream));
    check(ordinary_codes<C>(s, scale));
  }
}

TEST_CASE("prepack: every tier writes the same bytes of 4-bit block formats") {
  check_codec<mxfp4>("mxfp4");
  check_codec<mxfp4_sequential>("mxfp4_sequential");
  check_codec<nvfp4>("nvfp4");
  check_codec<nvint4>("nvint4");
  check_codec<bitsandbytes_nf4>("bitsandbytes_nf4");
  check_codec<bitsandbytes_fp4>("bitsandbytes_fp4");
  check_codec<hifloat4>("hifloat4");
}

TEST_CASE("prepack: every tier writes the same bytes of other block formats") {
  check_codec<mxfp6_e2m3>("mxfp6_e2m3");
  check_codec<mxfp6_e3m2>("mxfp6_e3m2");
  check_codec<mxfp8_e4m3>("mxfp8_e4m3");
  check_codec<mxfp8_e5m2>("mxfp8_e5m2");
  check_codec<mxint8>("mxint8");
  check_codec<block<int4, 96, e8m0fnu>>("three steps a group");
  check_codec<block<int2, 64, e8m0fnu>>("2 bits");
  check_codec<block<int3, 16, e8m0fnu>>("3 bits, half a step");
  check_codec<block<e2m1fn, 64, e8m0fnu, floor_scale, element_order::split_halves>>("halves of 64");
  check_codec<block<e2m3fn, 16, e8m0fnu>>("6 bits, half a step");
  check_codec<block<int8, 8, e8m0fnu>>("a quarter of a step");
  check_codec<absmax_block<int8, 1024, float16>>("absmax, 8 bits");
  check_codec<block<posit8, 32, e8m0fnu>>("posit8");
}

TEST_CASE("prepack: every tier writes the same bytes of scalar formats") {
  check_codec<e4m3fn>("e4m3fn");
  check_codec<e5m2>("e5m2");
  check_codec<e2m1fn>("e2m1fn");
  check_codec<e3m2fn>("e3m2fn");
  check_codec<posit8>("posit8");
  check_codec<hifloat8>("hifloat8");
  check_codec<nf4>("nf4");
  check_codec<int8>("int8", 127);
  check_codec<uint8>("uint8", 200);
  check_codec<int5>("int5", 16);
  check_codec<int4>("int4", 8);
  check_codec<int3>("int3", 4);
  check_codec<int2>("int2", 2);
  check_codec<uint1>("uint1");
  check_codec<bfloat16>("bfloat16");
  check_codec<float16>("float16");
  check_codec<posit16>("posit16");
  check_codec<float>("float");
}

// A value that needs more terms, or a scale that does not fit, in a row that nothing is guessed from.
TEST_CASE("prepack: a single value may change the layout") {
  static constexpr shape s{70, 640};
  for (const std::size_t at : {std::size_t{0}, 33 * s.cols + 5, s.rows * s.cols - 1}) {
    std::vector<float> x(s.rows * s.cols, 1.5f);
    const auto with = [&]<class C>(std::type_identity<C>, float value) {
      x[at] = value;
      const matrix<C> w = reference::quantize<C>(matrix_view<const float>(x.data(), s.rows, s.cols));
      check(w);
      return prepack(w);
    };
    CHECK(with(std::type_identity<float>{}, 1.0f).head().terms == 1);
    CHECK(with(std::type_identity<float>{}, 0x1.02p0f).head().terms == 1);
    CHECK(with(std::type_identity<float>{}, 0x1.0001p0f).head().terms == 2);
    CHECK(with(std::type_identity<float>{}, 0x1.fffffep0f).head().terms == 3);
    CHECK(with(std::type_identity<float>{}, 0x1p-149f).head().how == detail::unpacking::plain);
    CHECK(with(std::type_identity<float>{}, std::numeric_limits<float>::infinity()).head().finite == 0);
    CHECK(with(std::type_identity<absmax_block<symmetric_fixed<4, 3>, 32>>{}, 1.0f).head().terms == 3);
    CHECK(with(std::type_identity<absmax_block<symmetric_fixed<4, 3>, 32, float16>>{}, 1.0f).head().terms == 2);
    CHECK(with(std::type_identity<absmax_block<ternary, 32, bfloat16>>{}, 1.0f).head().terms == 1);
    CHECK(with(std::type_identity<mxfp8>{}, 1.0f).head().how == detail::unpacking::eight);
    matrix<mxfp8> w = reference::quantize<mxfp8>(matrix_view<const float>(x.data(), s.rows, s.cols));
    w.bytes()[at / s.cols * w.row_bytes(s.cols) + at % s.cols / 32 * 33] = std::byte{0};  // the scale 2^-127
    check(w);
    CHECK(prepack(w).head().how != detail::unpacking::eight);
    w.bytes()[at / s.cols * w.row_bytes(s.cols) + at % s.cols / 32 * 33] = std::byte{127};
    w.bytes()[at / s.cols * w.row_bytes(s.cols) + at % s.cols / 32 * 33 + 1 + at % 32] = std::byte{0x7f};  // a NaN
    check(w);
    CHECK(prepack(w).head().finite == 0);
  }
}

}  // namespace
