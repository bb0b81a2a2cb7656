// gemv with activations rounded to int8, against the definition in double: every tier, every codec whose levels are
// integers, ragged shapes, threads; bit for bit where all operations are exact.
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <lowp/blocks/names.hpp>
#include <lowp/formats/codebooks.hpp>
#include <lowp/kernels/gemv_int8.hpp>
#include <lowp/kernels/prepack.hpp>

#include "catch.hpp"

namespace {

template <class F>
void each_tier(F f) {
  for (int t = static_cast<int>(lowp::least_tier); t <= static_cast<int>(lowp::detect()); ++t) {
    const lowp::force_tier forced(static_cast<lowp::tier>(t));
    INFO("tier " << lowp::to_string(lowp::active()));
    f();
  }
}

// x rounded as activations::int8 says, in double.
std::vector<double> rounded(const float* x, std::size_t k) {
  std::vector<double> r(k);
  for (std::size_t at = 0; at < k; at += 32) {
    float most = 0;
    const std::size_t end = std::min(k, at + 32);
    for (std::size_t i = at; i < end; ++i) most = std::max(most, std::fabs(x[i]));
    const float scale = most / 127, inverse = most > 0 ? 127 / most : 0.0f;
    for (std::size_t i = at; i < end; ++i) r[i] = double{scale} * std::nearbyint(x[i] * inverse);
  }
  return r;
}

template <class C>
lowp::matrix<C> weights(std::size_t n, std::size_t k, std::mt19937& random) {
  std::vector<float> w(n * k);
  std::normal_distribution<float> normal;
  for (float& v : w) v = normal(random) * 3;
  return lowp::reference::quantize<C>(lowp::matrix_view<const float>(w.data(), n, k));
}

struct shape {
  std::size_t m, n, k;
};

template <class C>
void check(const shape& s, unsigned seed, lowp::executor threads = {}) {
  std::mt19937 random(seed);
  const lowp::matrix<C> w = weights<C>(s.n, s.k, random);
  const lowp::prepacked packed = lowp::prepack(w);
  // A heap block of exactly the size needed: a read past its end is one past the block's.
  const std::size_t stride = s.k + 5, size = s.m == 0 ? 0 : (s.m - 1) * stride + s.k;
  const std::unique_ptr<float[]> x(new float[size]);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < size; ++i) x[i] = normal(random);
  const std::unique_ptr<float[]> y(new float[s.m * s.n]);
  std::fill_n(y.get(), s.m * s.n, -1.0f);
  const lowp::matrix_view<float> out(y.get(), s.m, s.n);
  REQUIRE(lowp::detail::gemv_int8(packed, lowp::matrix_view<const float>(x.get(), s.m, s.k, stride),
                                  lowp::detail::sink(out, {}), threads));
  std::vector<float> row(s.k);
  const double u = 0x1p-24, gamma = static_cast<double>(s.k / 4 + 8) * u * 1.01;
  for (std::size_t i = 0; i < s.m; ++i) {
    const std::vector<double> q = rounded(x.get() + i * stride, s.k);
    for (std::size_t j = 0; j < s.n; ++j) {
      w.decode_row(j, row);
      double sum = 0, magnitude = 0;
      for (std::size_t k = 0; k < s.k; ++k) {
        sum += q[k] * double{row[k]};
        magnitude += std::fabs(q[k] * double{row[k]});
      }
      if (!(std::fabs(double{out(i, j)} - sum) <= gamma * magnitude))
        FAIL("(" << i << ", " << j << "): " << out(i, j) << " is not " << sum << " +- " << gamma * magnitude);
    }
  }
}

struct std_threads {
  void operator()(std::size_t n, lowp::task f) const {
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < n; ++i) all.emplace_back([&f, i] { f(i); });
    for (std::thread& t : all) t.join();
  }
};

}  // namespace

TEMPLATE_TEST_CASE("int8 gemv: within the bound of the definition", "", lowp::int4, lowp::uint4, lowp::int2,
                   lowp::uint1, lowp::int3, lowp::int8, lowp::uint8, lowp::e2m1fn, lowp::mxfp4, lowp::nvfp4,
                   lowp::mxint8, (lowp::block<lowp::int4, 64, lowp::e8m0fnu>),
                   (lowp::block<lowp::int2, 16, lowp::e4m3fn>), (lowp::absmax_block<lowp::int4, 32, float>)) {
  const shape shapes[] = {{0, 3, 5},   {2, 0, 9},     {1, 1, 1},   {1, 5, 16},   {2, 33, 31},
                          {3, 64, 64}, {1, 130, 100}, {1, 32, 33}, {2, 257, 417}};
  each_tier([&] {
    for (const shape& s : shapes) {
      INFO(s.m << " x " << s.n << " x " << s.k);
      check<TestType>(s, 1);
    }
  });
}

TEST_CASE("int8 gemv: many panels, several streams, threads") {
  each_tier([] {
    check<lowp::mxfp4>({2, 2100, 160}, 2, std_threads{});
    check<lowp::nvfp4>({1, 3000, 96}, 3, std_threads{});
  });
}

TEST_CASE("int8 gemv: exact where scales are powers of two and sums are small") {
  each_tier([] {
    std::mt19937 random(4);
    const std::size_t n = 50, k = 200;
    const lowp::matrix<lowp::int4> w = weights<lowp::int4>(n, k, random);
    std::vector<float> x(k), y(n);
    for (std::size_t i = 0; i < k; ++i) x[i] = static_cast<float>(static_cast<int>(random() % 255) - 127);
    for (std::size_t i = 0; i < k; i += 32) x[i] = i % 64 == 0 ? 127.0f : -127.0f;
    REQUIRE(lowp::detail::gemv_int8(lowp::prepack(w), lowp::matrix_view<const float>(x.data(), 1, k),
                                    lowp::detail::sink(lowp::matrix_view<float>(y.data(), 1, n), {})));
    std::vector<float> row(k);
    for (std::size_t j = 0; j < n; ++j) {
      w.decode_row(j, row);
      float sum = 0;
      for (std::size_t i = 0; i < k; ++i) sum += x[i] * row[i];
      if (y[j] != sum) FAIL(j << ": " << y[j] << " is not " << sum);
    }
  });
}

TEST_CASE("int8 gemv: zeros, tiny values, NaN and infinities in x") {
  each_tier([] {
    std::mt19937 random(5);
    const std::size_t n = 40, k = 96;
    const lowp::matrix<lowp::mxfp4> source = weights<lowp::mxfp4>(n, k, random);
    const lowp::prepacked w = lowp::prepack(source);
    std::vector<float> x(k), y(n);
    const auto run = [&] {
      REQUIRE(lowp::detail::gemv_int8(w, lowp::matrix_view<const float>(x.data(), 1, k),
                                      lowp::detail::sink(lowp::matrix_view<float>(y.data(), 1, n), {})));
    };
    run();
    for (const float v : y) CHECK(v == 0);
    std::vector<float> row(k);
    for (const float tiny : {0x1p-149f, 0x1p-126f, 0x1p-121f, 0x1.ffp-121f, -0x1.ffp-121f, 0x1p-120f}) {
      x[3] = tiny;
      run();
      for (std::size_t j = 0; j < n; ++j) {
        source.decode_row(j, row);
        CHECK(std::fabs(double{y[j]} - double{tiny} * row[3]) <= 0x1.01p-128 * std::fabs(row[3]) + 0x1p-140);
      }
    }
    for (const float special :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -INFINITY}) {
      x[40] = special;
      run();
      for (const float v : y) CHECK(std::isnan(v));
    }
  });
}

TEST_CASE("int8 gemv: weights whose levels are no integers are left to others") {
  std::mt19937 random(6);
  std::vector<float> x(64), y(8, 7.0f);
  const auto refused = [&](const lowp::prepacked& w) {
    return !lowp::detail::gemv_int8(w, lowp::matrix_view<const float>(x.data(), 1, 64),
                                    lowp::detail::sink(lowp::matrix_view<float>(y.data(), 1, 8), {}));
  };
  CHECK(refused(lowp::prepack(weights<lowp::nf4>(8, 64, random))));
  CHECK(refused(lowp::prepack(weights<lowp::bfloat16>(8, 64, random))));
  CHECK(refused(lowp::prepack(weights<lowp::e4m3fn>(8, 64, random))));
  for (const float v : y) CHECK(v == 7);
}
