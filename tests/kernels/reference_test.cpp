// dot, gemv and gemm for every codec: bit for bit against an own loop of fused multiply-adds over the decoded
// values, within the documented bound of the exact sum, and what is refused, with nothing written.
//
// The exact sum is one of integers: products of two floats are multiples of 2^-298 below 2^256, and MPFR with
// 1200 bits holds any sum of them.
#include <mpfr.h>

#include <cmath>
#include <limits>
#include <lowp/kernels/reference.hpp>
#include <lowp/lowp.hpp>

#include "blocks/harness.hpp"

namespace {

using namespace tests;
using input = lowp::matrix_view<const float>;
using output = lowp::matrix_view<float>;

class exact_sum {
 public:
  exact_sum() {
    mpfr_inits2(1200, sum_, magnitudes_, product_, static_cast<mpfr_ptr>(nullptr));
    mpfr_set_zero(sum_, 1);
    mpfr_set_zero(magnitudes_, 1);
  }
  ~exact_sum() { mpfr_clears(sum_, magnitudes_, product_, static_cast<mpfr_ptr>(nullptr)); }
  exact_sum(const exact_sum&) = delete;
  exact_sum& operator=(const exact_sum&) = delete;

  void add(float a, float b) {
    mpfr_set_flt(product_, a, MPFR_RNDN);
    mpfr_t factor;
    mpfr_init2(factor, 24);
    mpfr_set_flt(factor, b, MPFR_RNDN);
    mpfr_mul(product_, product_, factor, MPFR_RNDN);
    mpfr_clear(factor);
    mpfr_add(sum_, sum_, product_, MPFR_RNDN);
    mpfr_abs(product_, product_, MPFR_RNDN);
    mpfr_add(magnitudes_, magnitudes_, product_, MPFR_RNDN);
    ++count_;
  }
  // |y - sum| <= gamma_K sum |x w|, gamma_K = K u / (1 - K u); plus K 2^-149 where products underflow.
  bool within_bound(float y, bool underflow = false) {
    const double ku = static_cast<double>(count_) * 0x1p-24;
    mpfr_set_flt(product_, y, MPFR_RNDN);
    mpfr_sub(product_, product_, sum_, MPFR_RNDN);
    mpfr_mul_d(magnitudes_, magnitudes_, ku / (1 - ku), MPFR_RNDD);
    if (underflow) mpfr_add_d(magnitudes_, magnitudes_, static_cast<double>(count_) * 0x1p-149, MPFR_RNDD);
    return mpfr_cmpabs(product_, magnitudes_) <= 0;
  }

 private:
  mpfr_t sum_, magnitudes_, product_;
  std::size_t count_ = 0;
};

float in_order(std::span<const float> x, std::span<const float> w) {
  float sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) sum = std::fma(x[k], w[k], sum);
  return sum;
}

bool finite(std::span<const float> x) {
  for (const float v : x)
    if (!std::isfinite(v)) return false;
  return true;
}

struct shape {
  std::size_t m, n, k;
};
constexpr shape shapes[] = {{0, 0, 0},  {1, 1, 0},  {0, 3, 4}, {3, 0, 4},  {2, 3, 0},   {1, 1, 1},  {1, 1, 31},
                            {2, 3, 32}, {3, 2, 33}, {4, 5, 7}, {1, 7, 65}, {5, 1, 100}, {2, 2, 515}};

template <class C>
void check_kernels(const char* name, std::uint64_t seed) {
  generator g(seed);
  differences bits(std::string(name) + ", bits"), bound(std::string(name) + ", bound"),
      rest(std::string(name) + ", padding");
  for (const shape& s : shapes) {
    const std::size_t x_stride = s.k + g.below(4), y_stride = s.n + g.below(4), w_stride = s.k + g.below(3);
    const std::vector<float> weights = draw(s.n * w_stride + 1, [&] { return g.gauss(); });
    const std::vector<float> x = draw(s.m * x_stride + 1, [&] { return g.gauss() * std::exp2(g.between(-3, 3)); });
    const lowp::matrix<C> w = lowp::reference::quantize<C>(input(weights.data(), s.n, s.k, w_stride));
    const std::vector<float> decoded = lowp::reference::dequantize(w);
    const auto row = [&](std::size_t j) { return std::span(decoded).subspan(j * s.k, s.k); };
    const auto describe = [&] {
      return std::to_string(s.m) + ", " + std::to_string(s.n) + ", " + std::to_string(s.k);
    };

    const input xv(x.data(), s.m, s.k, x_stride);
    std::vector<float> y(s.m * y_stride, 77.0f);
    lowp::reference::gemm(xv, w, output(y.data(), s.m, s.n, y_stride));
    for (std::size_t i = 0; i < s.m; ++i) {
      for (std::size_t j = 0; j < y_stride; ++j) {
        if (j >= s.n) {
          rest.check(y[i * y_stride + j] == 77.0f, describe);
          continue;
        }
        const float got = y[i * y_stride + j];
        bits.check(same(got, in_order(xv.row(i), row(j))), describe);
        if (!finite(row(j))) continue;
        exact_sum sum;
        for (std::size_t k = 0; k < s.k; ++k) sum.add(xv(i, k), row(j)[k]);
        bound.check(sum.within_bound(got), describe);
      }
    }
    rest.check(true, describe);

    // gemv and dot are rows of gemm, the same bits whatever the batch.
    for (std::size_t i = 0; i < s.m; ++i) {
      std::vector<float> one(s.n, 77.0f);
      lowp::reference::gemv(w, xv.row(i), std::span<float>(one));
      for (std::size_t j = 0; j < s.n; ++j) bits.check(same(one[j], y[i * y_stride + j]), describe);
    }
    if (s.m == 0 || s.n == 0) continue;
    const lowp::matrix<C> first = lowp::reference::quantize<C>(input(weights.data(), 1, s.k));
    const std::vector<float> only = lowp::reference::dequantize(first);
    const float d = lowp::reference::dot(xv.row(0), first), want = in_order(xv.row(0), only);
    bits.check(same(d, want), describe);
    std::vector<float> again(s.m * s.n);
    lowp::reference::gemm(xv, w, output(again.data(), s.m, s.n));
    for (std::size_t i = 0; i < s.m * s.n; ++i) bits.check(same(again[i], y[i / s.n * y_stride + i % s.n]), describe);
  }
}

}  // namespace

TEST_CASE("gemm, gemv and dot with scalar formats") {
  check_kernels<float>("float", 1);
  check_kernels<lowp::float16>("float16", 2);
  check_kernels<lowp::bfloat16>("bfloat16", 3);
  check_kernels<lowp::tf32>("tf32", 4);
  check_kernels<lowp::e5m2>("e5m2", 5);
  check_kernels<lowp::e4m3>("e4m3", 6);
  check_kernels<lowp::e4m3fn>("e4m3fn", 7);
  check_kernels<lowp::e3m4>("e3m4", 8);
  check_kernels<lowp::e4m3fnuz>("e4m3fnuz", 9);
  check_kernels<lowp::e5m2fnuz>("e5m2fnuz", 10);
  check_kernels<lowp::e4m3b11fnuz>("e4m3b11fnuz", 11);
  check_kernels<lowp::e3m2fn>("e3m2fn", 12);
  check_kernels<lowp::e2m3fn>("e2m3fn", 13);
  check_kernels<lowp::e2m1fn>("e2m1fn", 14);
  check_kernels<lowp::e8m0fnu>("e8m0fnu", 15);
  check_kernels<lowp::ue4m3>("ue4m3", 16);
  check_kernels<lowp::ue5m3>("ue5m3", 17);
  check_kernels<lowp::p3109<8, 4>>("p3109<8, 4>", 18);
  check_kernels<lowp::integer<2>>("integer<2>", 19);
  check_kernels<lowp::fixed<3, 1>>("fixed<3, 1>", 20);
  check_kernels<lowp::fixed<11, 7>>("fixed<11, 7>", 21);
}

TEST_CASE("gemm, gemv and dot with block formats") {
  check_kernels<lowp::mxfp8_e4m3>("mxfp8_e4m3", 31);
  check_kernels<lowp::mxfp8_e5m2>("mxfp8_e5m2", 32);
  check_kernels<lowp::mxfp6_e3m2>("mxfp6_e3m2", 33);
  check_kernels<lowp::mxfp6_e2m3>("mxfp6_e2m3", 34);
  check_kernels<lowp::mxfp4>("mxfp4", 35);
  check_kernels<lowp::mxfp4_sequential>("mxfp4_sequential", 36);
  check_kernels<lowp::mxint8>("mxint8", 37);
  check_kernels<lowp::nvfp4>("nvfp4", 38);
  check_kernels<lowp::nvfp4_tile>("nvfp4_tile", 39);
  check_kernels<lowp::nvfp4_torchao>("nvfp4_torchao", 40);
  check_kernels<lowp::nvint4>("nvint4", 41);
}

TEST_CASE("the order of summation is that of k, fused") {
  // Any other order, or a rounded product, gives another float.
  const std::vector<float> w{1, 1, 1, 1};
  const auto m = lowp::reference::quantize<float>(w);
  CHECK(lowp::reference::dot(std::vector<float>{0x1p24f, 1, 1, 1}, m) == 0x1p24f);
  CHECK(lowp::reference::dot(std::vector<float>{1, 1, 1, 0x1p24f}, m) == 0x1p24f + 4);
  const std::vector<float> v{-1, 1 + 0x1p-12f};
  CHECK(lowp::reference::dot(std::vector<float>{1 + 0x1p-11f, 1 + 0x1p-12f}, lowp::reference::quantize<float>(v)) ==
        0x1p-24f);
}

// Products below 2^-126 are rounded to subnormals, which no multiple of sum |x w| bounds: half a subnormal a step.
TEST_CASE("sums of tiny products are within half a subnormal a step") {
  generator g(7);
  differences bound("tiny products");
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t k = 1 + g.below(60);
    const double scale = std::exp2(g.between(-80, -55));
    const std::vector<float> x = draw(k, [&] { return g.gauss() * scale; }),
                             w = draw(k, [&] { return g.gauss() * scale; });
    const auto m = lowp::reference::quantize<lowp::bfloat16>(w);
    const std::vector<float> decoded = lowp::reference::dequantize(m);
    exact_sum sum;
    for (std::size_t i = 0; i < k; ++i) sum.add(x[i], decoded[i]);
    bound.check(sum.within_bound(lowp::reference::dot(std::span<const float>(x), m), true),
                [&] { return show(x) + "\n" + show(decoded); });
  }
}

TEST_CASE("an empty sum is +0, and specials follow IEEE 754") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  CHECK(same(lowp::reference::dot(std::span<const float>{}, lowp::matrix<lowp::mxfp4>(1, 0)), 0.0f));
  std::vector<float> y{5, 6};
  lowp::reference::gemv(lowp::matrix<lowp::mxfp4>(2, 0), std::span<const float>{}, std::span<float>(y));
  CHECK((same(y[0], 0.0f) && same(y[1], 0.0f)));
  const auto one = lowp::reference::quantize<lowp::mxfp8>(std::vector<float>{1, 1});
  CHECK(lowp::reference::dot(std::vector<float>{inf, 1}, one) == inf);
  CHECK(std::isnan(lowp::reference::dot(std::vector<float>{inf, -inf}, one)));
  CHECK(same(lowp::reference::dot(std::vector<float>{-0.0f, -0.0f}, one), 0.0f));  // the sum starts at +0
  CHECK(lowp::reference::dot(std::vector<float>{FLT_MAX, FLT_MAX}, one) == inf);
  const auto spoiled = lowp::reference::quantize<lowp::mxfp8>(std::vector<float>{1, inf});
  CHECK(std::isnan(lowp::reference::dot(std::vector<float>{0, 0}, spoiled)));
}

TEST_CASE("kernels refuse shapes that do not fit, and write nothing") {
  const auto w =
      lowp::reference::quantize<lowp::mxfp4>(input(std::vector<float>(15, 1.0f).data(), 3, 5));  // n = 3, k = 5
  const std::vector<float> x(100, 1.0f);
  std::vector<float> y(100, 9.0f);
  const auto untouched = [&] { return y == std::vector<float>(100, 9.0f); };

  struct wrong {
    std::size_t m, k, ym, yn;
  };
  for (const wrong& s : {wrong{2, 4, 2, 3},
                         {2, 6, 2, 3},
                         {2, 5, 2, 2},
                         {2, 5, 2, 4},
                         {2, 5, 1, 3},
                         {2, 5, 3, 3},
                         {2, 5, 3, 2},
                         {2, 0, 2, 3},
                         {0, 5, 2, 3}}) {
    check_refused([&] { lowp::reference::gemm(input(x.data(), s.m, s.k), w, output(y.data(), s.ym, s.yn)); },
                  {"gemm", std::to_string(s.m) + " x " + std::to_string(s.k), "3 x 5",
                   std::to_string(s.ym) + " x " + std::to_string(s.yn)});
    CHECK(untouched());
  }
  for (const std::pair<std::size_t, std::size_t>& lengths :
       {std::pair<std::size_t, std::size_t>{4, 3}, {6, 3}, {5, 2}, {5, 4}, {3, 5}, {0, 0}}) {
    const std::size_t k = lengths.first, n = lengths.second;
    check_refused([&] { lowp::reference::gemv(w, std::span(x).first(k), std::span(y).first(n)); },
                  {"gemv", "3 x 5", std::to_string(k), std::to_string(n)});
    CHECK(untouched());
  }
  check_refused([&] { (void)lowp::reference::dot(std::span(x).first(5), w); }, {"dot", "3 x 5", "5"});  // not one row
  const auto row = lowp::reference::quantize<lowp::mxfp4>(std::vector<float>(5, 1.0f));
  check_refused([&] { (void)lowp::reference::dot(std::span(x).first(4), row); }, {"dot", "1 x 5", "4"});
  check_refused([&] { (void)lowp::reference::dot(std::span(x).first(6), row); }, {"dot", "1 x 5", "6"});
}
