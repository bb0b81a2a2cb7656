// gemm, gemv and dot over every codec, on every tier, against reference::gemm and sums in double.
#include <atomic>
#include <cmath>
#include <lowp/kernels/gemm.hpp>
#include <lowp/kernels/reference.hpp>
#include <lowp/lowp.hpp>
#include <thread>
#include <tuple>

#include "catch.hpp"

namespace {

using namespace lowp;

std::vector<tier> tiers_here() {
  std::vector<tier> t;
  for (int i = static_cast<int>(least_tier); i <= static_cast<int>(detect()); ++i) t.push_back(static_cast<tier>(i));
  return t;
}

struct shape {
  std::size_t m, n, k;
};
constexpr shape shapes[] = {{1, 1, 1},   {1, 37, 100}, {2, 16, 32},  {3, 33, 31},   {4, 5, 64},
                            {5, 64, 65}, {16, 40, 96}, {17, 31, 33}, {33, 70, 130}, {70, 3, 160},
                            {0, 4, 8},   {4, 0, 8},    {3, 4, 0}};

// Normal-like values of a few scales, the same on every machine.
std::vector<float> values(std::size_t n, std::uint64_t stream, float scale = 1) {
  const philox random(7, stream);
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = -6;
    for (std::uint64_t j = 0; j < 12; ++j) sum += random(12 * i + j) * 0x1p-32;
    x[i] = static_cast<float>(sum * scale);
  }
  return x;
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b);
}

// What accumulate::fast promises, for sums of k products with magnitudes adding up to `sum`.
double bound(std::size_t k, double sum, double rounding) {
  const double u = 0x1p-24, n = static_cast<double>(k) + 8;
  return (n * u / (1 - n * u) + rounding) * sum + n * 0x1p-120;
}

// y against double products of x and the decoded weights; the largest error as a share of the bound.
template <class C>
double worst(const std::vector<float>& x, const matrix<C>& w, const std::vector<float>& y, shape s, double rounding) {
  double most = 0;
  std::vector<float> row(s.k);
  for (std::size_t j = 0; j < s.n; ++j) {
    w.decode_row(j, row);
    for (std::size_t i = 0; i < s.m; ++i) {
      double exact = 0, sum = 0;
      for (std::size_t k = 0; k < s.k; ++k) {
        exact += static_cast<double>(x[i * s.k + k]) * row[k];
        sum += std::fabs(static_cast<double>(x[i * s.k + k]) * row[k]);
      }
      const double error = std::fabs(exact - y[i * s.n + j]);
      most = std::max(most, error == error ? error / bound(s.k, sum, rounding) : 1e300);
    }
  }
  return most;
}

template <class C>
void check_codec(const char* name, float scale = 1) {
  INFO(name);
  for (const shape s : shapes) {
    INFO("m " << s.m << " n " << s.n << " k " << s.k);
    const std::vector<float> x = values(s.m * s.k, 1), wf = values(s.n * s.k, 2, scale);
    const matrix<C> w = quantize<C>(matrix_view<const float>(wf.data(), s.n, s.k));
    const matrix_view<const float> rows(x.data(), s.m, s.k);
    std::vector<bfloat16> narrow;
    std::vector<float> narrow_values;
    for (const float v : x) {
      narrow.push_back(convert<bfloat16>(v));
      narrow_values.push_back(convert<float>(narrow.back()));
    }
    const matrix_view<const bfloat16> narrow_rows(narrow.data(), s.m, s.k);

    std::vector<float> expected(s.m * s.n), y(s.m * s.n), decoded(s.k), unpacked(s.k);
    const matrix_view<float> out(y.data(), s.m, s.n);
    reference::gemm(rows, w, matrix_view<float>(expected.data(), s.m, s.n));
    const auto equal = [&] {
      bool all = true;
      for (std::size_t i = 0; i < y.size(); ++i) all = all && same_bits(y[i], expected[i]);
      return all;
    };

    const prepacked packed = prepack(w), mapped = prepacked::view(packed.bytes());
    bool same = true;
    for (std::size_t r = 0; r < s.n; ++r) {
      w.decode_row(r, decoded);
      detail::decode_packed_row(mapped, r, 0, s.k, unpacked.data());
      for (std::size_t k = 0; k < s.k; ++k) same = same && same_bits(decoded[k], unpacked[k]);
    }
    CHECK(same);

    for (const tier t : tiers_here()) {
      INFO(to_string(t));
      const force_tier forced(t);
      gemm(rows, mapped, out, {.sum = accumulate::reproducible});
      CHECK(equal());
      gemm(rows, w, out, {.sum = accumulate::reproducible});
      CHECK(equal());
      gemm(rows, mapped, out);
      CHECK(worst(x, w, y, s, 0x1p-22) <= 1);
      gemm(narrow_rows, packed, out);
      CHECK(worst(narrow_values, w, y, s, 0x1p-22) <= 1);
      gemm(rows, w, out);
      CHECK(worst(x, w, y, s, 0x1p-22) <= 1);
      gemm(rows, packed, out, {.precision = precision::bf16});
      CHECK(worst(x, w, y, s, 0x1p-7) <= 1);
      gemm(rows, packed, out, {.precision = precision::bf16x2});
      CHECK(worst(x, w, y, s, 0x1p-15) <= 1);
      gemm(rows, packed, out, {.precision = precision::f16});
      CHECK(worst(x, w, y, s, 0x1p-5) <= 1);
      if (s.m == 1) {
        gemv(packed, std::span<const float>(x), std::span<float>(y));
        CHECK(worst(x, w, y, s, 0x1p-22) <= 1);
      }
    }
  }
}

TEST_CASE("gemm: 4-bit block formats on every tier") {
  check_codec<mxfp4>("mxfp4");
  check_codec<mxfp4_sequential>("mxfp4_sequential");
  check_codec<nvfp4>("nvfp4");
  check_codec<nvint4>("nvint4");
  check_codec<bitsandbytes_nf4>("bitsandbytes_nf4");
  check_codec<bitsandbytes_fp4>("bitsandbytes_fp4");
  check_codec<hifloat4>("hifloat4");
}

// Products with scales of 8, 11 and 24 digits take one, two and three bfloat16.
TEST_CASE("gemm: groups of integers with floats as scales on every tier") {
  check_codec<absmax_block<symmetric_fixed<4, 3>, 32, float16>>("int4, float16");
  check_codec<absmax_block<symmetric_fixed<4, 3>, 64, bfloat16>>("int4, bfloat16");
  check_codec<absmax_block<symmetric_fixed<4, 3>, 32>>("int4, float");
  check_codec<absmax_block<ternary, 32, bfloat16>>("ternary, bfloat16");
}

TEST_CASE("gemm: 6- and 8-bit block formats on every tier") {
  check_codec<mxfp6_e2m3>("mxfp6_e2m3");
  check_codec<mxfp6_e3m2>("mxfp6_e3m2");
  check_codec<mxfp8_e4m3>("mxfp8_e4m3");
  check_codec<mxfp8_e5m2>("mxfp8_e5m2");
  check_codec<mxint8>("mxint8");
}

TEST_CASE("gemm: scalar formats on every tier", "[slow]") {
  check_codec<e4m3fn>("e4m3fn");
  check_codec<e5m2>("e5m2");
  check_codec<e2m1fn>("e2m1fn");
  check_codec<e3m2fn>("e3m2fn");
  check_codec<posit8>("posit8");
  check_codec<hifloat8>("hifloat8");
  check_codec<nf4>("nf4", 0.3f);
  check_codec<int8>("int8", 40);
  check_codec<uint8>("uint8", 100);
  check_codec<int5>("int5", 6);
  check_codec<int4>("int4", 3);
  check_codec<int3>("int3", 2);
  check_codec<int2>("int2");
  check_codec<uint1>("uint1");
  check_codec<bfloat16>("bfloat16");
  check_codec<float16>("float16");
  check_codec<posit16>("posit16");
  check_codec<float>("float");
}

// One-hot rows of x pick columns of W: what the unpackers make of every code under many scales, exactly.
template <class C>
void check_each_code(const char* name) {
  INFO(name);
  constexpr std::size_t n = 70, k = 256;
  matrix<C> w(n, k);
  const philox random(11, 1);
  for (std::size_t r = 0; r < n; ++r) {
    std::uint64_t i = 1000 * r;
    for (std::byte& b : w.row(r)) b = static_cast<std::byte>(random(++i) & 255);
    if constexpr (requires { typename C::scale; }) {  // from 2^-24 to 2^23; codes 0, 1, 2, ... of elements in order
      for (std::size_t at = 0; at < w.row(r).size(); at += codec<C>::bytes) {
        std::byte* const group = w.row(r).data() + at;
        group[0] = static_cast<std::byte>(103 + random(++i) % 48);
        for (std::size_t j = 1; j < codec<C>::bytes; ++j)
          group[j] = static_cast<std::byte>(at / codec<C>::bytes * codec<C>::values + j - 1 + r);
        if (std::same_as<typename C::element, posit8>)
          std::replace(group + 1, group + codec<C>::bytes, std::byte{0x80}, std::byte{0x81});
        if (std::same_as<typename C::element, e4m3fn>) {
          std::replace(group + 1, group + codec<C>::bytes, std::byte{0x7f}, std::byte{0x80});
          std::replace(group + 1, group + codec<C>::bytes, std::byte{0xff}, std::byte{0});
        }
      }
    } else if (std::same_as<C, posit8>) {
      std::replace(w.row(r).begin(), w.row(r).end(), std::byte{0x80}, std::byte{0x7f});
    }
  }
  std::vector<float> one_hot(k * k), y(k * n), row(k);
  for (std::size_t i = 0; i < k; ++i) one_hot[i * k + i] = 1;
  const prepacked packed = prepack(w);
  REQUIRE(packed.head().finite != 0);
  for (const tier t : tiers_here()) {
    INFO(to_string(t));
    const force_tier forced(t);
    for (const std::size_t rows : {std::size_t{1}, std::size_t{3}, k}) {
      for (std::size_t i = 0; i < k; i += rows) {
        const std::size_t m = std::min(rows, k - i);
        gemm(matrix_view<const float>(one_hot.data() + i * k, m, k), packed,
             matrix_view<float>(y.data() + i * n, m, n));
      }
      bool same = true;
      for (std::size_t j = 0; j < n; ++j) {
        w.decode_row(j, row);
        for (std::size_t i = 0; i < k; ++i) same = same && y[i * n + j] == row[i];
      }
      INFO(rows << " rows of x at a time");
      CHECK(same);
    }
  }
}

TEST_CASE("gemm: codes of 8 bits come through exactly") {
  check_each_code<mxfp8_e4m3>("mxfp8_e4m3");
  check_each_code<block<e4m3fn, 16, e8m0fnu>>("e4m3fn by 16");
  check_each_code<mxint8>("mxint8");
  check_each_code<block<posit8, 32, e8m0fnu>>("posit8 by 32");
  check_each_code<block<posit8, 16, e8m0fnu>>("posit8 by 16");
  check_each_code<posit8>("posit8");
  check_each_code<int8>("int8");
}

// A value of the codec at every place: what is largest, least, subnormal, special.
TEST_CASE("gemm: extreme values, NaN and infinities are as in the reference") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto check = [&]<class C>(const char* name, std::initializer_list<float> specials, std::type_identity<C>) {
    INFO(name);
    static constexpr shape s{6, 35, 70};
    for (const float special : specials) {
      for (const bool in_x : {false, true}) {
        std::vector<float> x = values(s.m * s.k, 3), wf = values(s.n * s.k, 4);
        for (std::size_t i = 0; i < s.k; i += 9) (in_x ? x : wf)[s.k + i] = i % 2 == 0 ? special : -special;
        x[4 * s.k + 1] = 0;
        const matrix<C> w = quantize<C>(matrix_view<const float>(wf.data(), s.n, s.k), to_special{});
        const prepacked packed = prepack(w);
        std::vector<float> expected(s.m * s.n), y(s.m * s.n);
        reference::gemm(matrix_view<const float>(x.data(), s.m, s.k), w,
                        matrix_view<float>(expected.data(), s.m, s.n));
        for (const tier t : tiers_here()) {
          const force_tier forced(t);
          for (const accumulate sum : {accumulate::fast, accumulate::reproducible}) {
            gemm(matrix_view<const float>(x.data(), s.m, s.k), packed, matrix_view<float>(y.data(), s.m, s.n),
                 {.sum = sum});
            bool agree = true;
            for (std::size_t i = 0; i < y.size(); ++i) {
              const bool finite = std::isfinite(expected[i]);
              agree = agree && (finite ? std::isfinite(y[i]) : same_bits(y[i], expected[i]));
            }
            INFO("special " << special << " in " << (in_x ? "x" : "W") << " on " << to_string(t));
            CHECK(agree);
          }
        }
      }
    }
  };
  check("e5m2", {inf, nan, 57344.0f, 0x1p-16f}, std::type_identity<e5m2>{});
  check("e4m3fn", {nan, 448.0f, 0x1p-9f}, std::type_identity<e4m3fn>{});
  check("bfloat16", {inf, nan, 0x1p+60f, 0x1p-130f}, std::type_identity<bfloat16>{});
  check("float16", {inf, nan, 65504.0f, 0x1p-24f}, std::type_identity<float16>{});
  check("mxfp8", {inf, nan, 0x1p+60f, 0x1p-60f}, std::type_identity<mxfp8>{});
  check("mxfp4", {nan, 0x1p+60f, 0x1p-120f}, std::type_identity<mxfp4>{});
  check("posit8", {inf, 1e7f}, std::type_identity<posit8>{});
}

TEST_CASE("gemm: block scales at both ends of their range") {
  static constexpr shape s{2, 40, 96};
  for (const float scale : {0x1p-126f, 0x1p-110f, 0x1p+90f}) {
    std::vector<float> x = values(s.m * s.k, 5, scale > 1 ? 0x1p-60f : 0x1p+60f), wf = values(s.n * s.k, 6, scale);
    const auto check = [&]<class C>(std::type_identity<C>) {
      const matrix<C> w = quantize<C>(matrix_view<const float>(wf.data(), s.n, s.k));
      std::vector<float> y(s.m * s.n);
      for (const tier t : tiers_here()) {
        const force_tier forced(t);
        gemm(matrix_view<const float>(x.data(), s.m, s.k), prepack(w), matrix_view<float>(y.data(), s.m, s.n));
        double most = 0;  // subnormal weights count as zeros on the tile unit
        std::vector<float> row(s.k);
        for (std::size_t j = 0; j < s.n; ++j) {
          w.decode_row(j, row);
          for (std::size_t i = 0; i < s.m; ++i) {
            double exact = 0, sum = 0;
            for (std::size_t k = 0; k < s.k; ++k) {
              exact += static_cast<double>(x[i * s.k + k]) * row[k];
              sum += std::fabs(static_cast<double>(x[i * s.k + k])) *
                     (std::fabs(row[k]) + (t == tier::sapphire ? 0x1p-102 : 0));
            }
            most = std::max(most, std::fabs(exact - y[i * s.n + j]) / bound(s.k, sum, 0x1p-22));
          }
        }
        INFO(to_string(t) << " scale " << scale);
        CHECK(most <= (t == tier::sapphire && scale < 0x1p-120f ? 0x1p+24 : 1));
      }
    };
    check(std::type_identity<mxfp8>{});
    check(std::type_identity<mxfp4>{});
    check(std::type_identity<mxfp6>{});
  }
}

TEST_CASE("gemm: both operands in any codec") {
  static constexpr shape s{19, 45, 77};
  const std::vector<float> xf = values(s.m * s.k, 8), wf = values(s.n * s.k, 9);
  const auto check = [&]<class A, class B>(std::type_identity<A>, std::type_identity<B>) {
    const matrix<A> x = quantize<A>(matrix_view<const float>(xf.data(), s.m, s.k));
    const matrix<B> w = quantize<B>(matrix_view<const float>(wf.data(), s.n, s.k));
    const std::vector<float> decoded = dequantize(x);
    std::vector<float> y(s.m * s.n), expected(s.m * s.n);
    const matrix_view<float> out(y.data(), s.m, s.n);
    reference::gemm(matrix_view<const float>(decoded.data(), s.m, s.k), w,
                    matrix_view<float>(expected.data(), s.m, s.n));
    for (const tier t : tiers_here()) {
      const force_tier forced(t);
      gemm(x, prepack(w), out);
      CHECK(worst(decoded, w, y, s, 0x1p-22) <= 1);
      gemm(x, w, out, {.sum = accumulate::reproducible});
      CHECK(y == expected);
    }
  };
  check(std::type_identity<mxfp8>{}, std::type_identity<mxfp4>{});
  check(std::type_identity<mxfp4>{}, std::type_identity<mxfp4>{});
  check(std::type_identity<nvfp4>{}, std::type_identity<nvfp4>{});
  check(std::type_identity<e4m3fn>{}, std::type_identity<mxfp6>{});
  check(std::type_identity<float16>{}, std::type_identity<int4>{});
  check(std::type_identity<posit16>{}, std::type_identity<bitsandbytes_nf4>{});
}

TEST_CASE("gemm: threads, strides, outputs and the rest of the options") {
  static constexpr shape s{70, 100, 96};
  const std::vector<float> x = values(s.m * (s.k + 3), 10), wf = values(s.n * s.k, 11), bias = values(s.n, 12),
                           by_row = values(s.m, 13), by_column = values(s.n, 14);
  const matrix_view<const float> rows(x.data(), s.m, s.k, s.k + 3);
  const matrix<mxfp4> w = quantize<mxfp4>(matrix_view<const float>(wf.data(), s.n, s.k));
  const prepacked packed = prepack(w);
  const auto threads = [](std::size_t n, task f) {
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < n; ++i) all.emplace_back([=] { f(i); });
    for (std::thread& t : all) t.join();
  };
  std::vector<float> sums(s.m * s.n);
  for (const tier t : tiers_here()) {
    INFO(to_string(t));
    const force_tier forced(t);
    for (const accumulate sum : {accumulate::fast, accumulate::reproducible, accumulate::exact}) {
      gemm(rows, packed, matrix_view<float>(sums.data(), s.m, s.n), {.sum = sum});
      std::vector<float> y(s.m * (s.n + 5), 0.5f);
      const gemm_options options{.sum = sum,
                                 .alpha = 0.5f,
                                 .beta = -2,
                                 .row_scale = by_row,
                                 .column_scale = by_column,
                                 .bias = bias,
                                 .activation = silu,
                                 .executor = threads};
      gemm(rows, packed, matrix_view<float>(y.data(), s.m, s.n, s.n + 5), options);
      bool right = true, untouched = true;
      for (std::size_t i = 0; i < s.m; ++i) {
        for (std::size_t j = 0; j < s.n + 5; ++j) {
          const float got = y[i * (s.n + 5) + j];
          if (j >= s.n) {
            untouched = untouched && got == 0.5f;
            continue;
          }
          const float product = 0.5f * by_row[i] * by_column[j] * sums[i * s.n + j], offset = product + bias[j];
          right = right && got == silu(offset - 1);
        }
      }
      CHECK(right);
      CHECK(untouched);
    }
    std::vector<e4m3fn> narrow(s.m * s.n);
    gemm(rows, packed, matrix_view<float>(sums.data(), s.m, s.n));
    gemm(rows, packed, matrix_view<e4m3fn>(narrow.data(), s.m, s.n));
    bool rounded = true;
    for (std::size_t i = 0; i < sums.size(); ++i)
      rounded = rounded && narrow[i].bits() == convert<e4m3fn>(sums[i]).bits();
    CHECK(rounded);
  }
}

// y in a codec is what quantize makes of the floats.
template <class C>
void check_output() {
  static constexpr shape s{13, 70, 96};
  const std::vector<float> x = values(s.m * s.k, 20), wf = values(s.n * s.k, 21), bias = values(s.n, 22),
                           before = values(s.m * s.n, 23);
  const matrix_view<const float> rows(x.data(), s.m, s.k);
  const matrix<mxfp4> w = quantize<mxfp4>(matrix_view<const float>(wf.data(), s.n, s.k));
  const prepacked packed = prepack(w);
  const auto same = [](const matrix<C>& a, const matrix<C>& b) {
    std::vector<float> u = dequantize(a), v = dequantize(b);
    return std::ranges::equal(a.bytes(), b.bytes()) && u == v;
  };
  for (const tier t : tiers_here()) {
    INFO(to_string(t));
    const force_tier forced(t);
    std::vector<float> floats(s.m * s.n);
    const matrix_view<float> out(floats.data(), s.m, s.n);
    const gemm_options options{.alpha = 0.25f, .bias = bias, .activation = gelu};
    gemm(rows, packed, out, options);
    matrix<C> y(s.m, s.n);
    gemm(rows, packed, y, options);
    CHECK(same(y, quantize<C>(matrix_view<const float>(out))));
    gemm(rows, packed, y, options, toward_zero{});
    CHECK(same(y, quantize<C>(matrix_view<const float>(out), toward_zero{})));
    gemm(rows, w, out, {.sum = accumulate::exact});
    gemm(rows, w, y, {.sum = accumulate::exact});
    CHECK(same(y, quantize<C>(matrix_view<const float>(out))));

    y = quantize<C>(matrix_view<const float>(before.data(), s.m, s.n));
    dequantize(y, out);
    gemm(rows, packed, out, {.beta = -0.5f});
    gemm(rows, packed, y, {.beta = -0.5f});
    CHECK(same(y, quantize<C>(matrix_view<const float>(out))));
  }
  matrix<C> narrow(s.m, s.n - 1);
  const std::vector<std::byte> bytes(narrow.bytes().begin(), narrow.bytes().end());
  CHECK_THROWS_WITH(gemm(rows, packed, narrow),
                    "gemm: x is 13 x 96, W is 70 x 96, y is 13 x 69; y = x W^T needs m x k, n x k, m x n");
  CHECK(std::ranges::equal(narrow.bytes(), bytes));
}

TEST_CASE("gemm: y in a codec") {
  check_output<mxfp8>();
  check_output<nvfp4>();
  check_output<absmax_block<symmetric_fixed<4, 3>, 32, float16>>();
  check_output<e5m2>();
}

TEST_CASE("gemm: a long k, where the tile unit keeps partial sums") {
  static constexpr shape s{20, 33, 17000};
  const std::vector<float> x = values(s.m * s.k, 15), wf = values(s.n * s.k, 16);
  const matrix<mxfp4> w = quantize<mxfp4>(matrix_view<const float>(wf.data(), s.n, s.k));
  std::vector<float> y(s.m * s.n);
  gemm(matrix_view<const float>(x.data(), s.m, s.k), prepack(w), matrix_view<float>(y.data(), s.m, s.n));
  CHECK(worst(x, w, y, s, 0x1p-22) <= 1);
}

// A large y of floats is written past the caches, some rows of it are not.
template <class C>
void check_large_y(const char* name, const gemm_options& options) {
  constexpr std::size_t m = 545, n = 512, k = 70;
  const std::vector<float> x = values(m * k, 18), wf = values(n * k, 19);
  const prepacked w = prepack(quantize<C>(matrix_view<const float>(wf.data(), n, k)));
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    for (const std::size_t shift : {std::size_t{0}, std::size_t{3}}) {  // lines of y, and not
      INFO(name << " on " << to_string(t) << ", y moved by " << shift);
      detail::line_vector<float> y(m * n + shift, -1.0f), part(32 * n);
      gemm(matrix_view<const float>(x.data(), m, k), w, matrix_view<float>(y.data() + shift, m, n), options);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < m; i += 32) {
        const std::size_t rows = std::min<std::size_t>(32, m - i);
        if (rows < 8) continue;  // so few take another kernel
        gemm(matrix_view<const float>(x.data() + i * k, rows, k), w, matrix_view<float>(part.data(), rows, n),
             options);
        for (std::size_t e = 0; e < rows * n; ++e) wrong += !same_bits(part[e], y[shift + i * n + e]);
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("gemm: a y larger than caches has the sums of its parts", "[slow]") {
  check_large_y<mxfp4>("mxfp4", {});
  check_large_y<bfloat16>("bfloat16", {});
  check_large_y<float>("float", {});
  const std::vector<float> bias = values(512, 20);
  gemm_options o;
  o.alpha = 0.75f;
  o.bias = bias;
  o.activation = relu;
  check_large_y<e4m3fn>("e4m3fn, with an epilogue", o);
}

// Rows of x that the second cache cannot hold are multiplied in blocks, which threads share out among themselves.
TEST_CASE("gemm: blocks of x are each multiplied once, by any number of threads", "[slow]") {
  static constexpr shape s{188, 70, 8200};
  const std::vector<float> xf = values(s.m * s.k, 31), wf = values(s.n * s.k, 32);
  std::vector<bfloat16> x;
  for (const float v : xf) x.push_back(convert<bfloat16>(v));
  const auto in_threads = [](std::size_t n, task f) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i; (i = next++) < n;) f(i);
    };
    std::thread second(work), third(work);
    work();
    second.join();
    third.join();
  };
  const auto check = [&]<class C>(std::type_identity<C>) {
    const prepacked w = prepack(quantize<C>(matrix_view<const float>(wf.data(), s.n, s.k)));
    std::vector<float> parts(s.m * s.n), y(s.m * s.n, -1);
    for (std::size_t i = 0; i < s.m; i += 32) {
      const std::size_t rows = std::min<std::size_t>(32, s.m - i);
      gemm(matrix_view<const bfloat16>(x.data() + i * s.k, rows, s.k), w,
           matrix_view<float>(parts.data() + i * s.n, rows, s.n));
    }
    const matrix_view<const bfloat16> all(x.data(), s.m, s.k);
    gemm(all, w, matrix_view<float>(y.data(), s.m, s.n));
    CHECK(y == parts);
    std::fill(y.begin(), y.end(), -1.0f);
    gemm(all, w, matrix_view<float>(y.data(), s.m, s.n), {.executor = in_threads});
    CHECK(y == parts);
  };
  check(std::type_identity<mxfp4>{});
  check(std::type_identity<bfloat16>{});
}

TEST_CASE("gemm: shapes that do not fit are refused with nothing written") {
  const std::vector<float> x(6), wf(8);
  std::vector<float> y(6, 3);
  const matrix<int4> w = quantize<int4>(matrix_view<const float>(wf.data(), 2, 4));
  CHECK_THROWS_WITH(gemm(matrix_view<const float>(x.data(), 2, 3), w, matrix_view<float>(y.data(), 2, 2)),
                    "gemm: x is 2 x 3, W is 2 x 4, y is 2 x 2; y = x W^T needs m x k, n x k, m x n");
  CHECK_THROWS_WITH(gemm(matrix_view<const float>(x.data(), 1, 4), prepack(w), matrix_view<float>(y.data(), 1, 3)),
                    "gemm: x is 1 x 4, W is 2 x 4, y is 1 x 3; y = x W^T needs m x k, n x k, m x n");
  CHECK_THROWS_WITH(gemv(w, std::span<const float>(x.data(), 4), std::span<float>(y.data(), 3)),
                    "gemv: W is 2 x 4, x has 4 elements, y has 3");
  CHECK_THROWS_WITH(dot(std::span<const float>(x.data(), 4), w), "dot: a vector of 4 and a matrix of 2 x 4");
  CHECK(y == std::vector<float>(6, 3));
}

TEST_CASE("prepacked: bytes that are not those of prepack are refused") {
  const std::vector<float> wf = values(40 * 70, 17);
  const prepacked packed = prepack(quantize<mxfp4>(matrix_view<const float>(wf.data(), 40, 70)));
  detail::line_vector<std::byte> bytes(packed.bytes().begin(), packed.bytes().end());
  CHECK_NOTHROW(prepacked::view(bytes));
  CHECK_THROWS_WITH(prepacked::view(std::span<const std::byte>(bytes).first(100)), Catch::Contains("there are 100"));
  CHECK_THROWS_AS(prepacked::view(std::span<const std::byte>(bytes).first(bytes.size() - 1)), error);
  CHECK_THROWS_AS(prepacked::view(std::span<const std::byte>(bytes).subspan(1)), error);
  // Every bit of the header: refused, or a matrix that can be read to its end.
  for (std::size_t bit = 0; bit < 8 * sizeof(detail::packed_header); ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    try {
      const prepacked p = prepacked::view(bytes);
      std::vector<float> x(p.cols()), y(p.rows());
      for (const tier t : tiers_here()) {
        const force_tier forced(t);
        gemv(p, std::span<const float>(x), std::span<float>(y));
      }
    } catch (const error&) {
    }
    bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
  CHECK_NOTHROW(prepacked::view(bytes));
}

TEST_CASE("dot: of vectors of any types") {
  std::vector<float16> a;
  std::vector<bfloat16> b;
  double exact = 0;
  for (int i = 0; i < 77; ++i) {
    a.push_back(convert<float16>(0.1f * static_cast<float>(i)));
    b.push_back(convert<bfloat16>(1 - 0.07f * static_cast<float>(i)));
    exact += static_cast<double>(convert<float>(a.back())) * convert<float>(b.back());
  }
  CHECK(dot(std::span<const float16>(a), std::span<const bfloat16>(b)) == Approx(exact));
  CHECK(dot(std::span<const float16>(a), std::span<const bfloat16>(b), {.sum = accumulate::exact}) ==
        static_cast<float>(exact));
}

}  // namespace
