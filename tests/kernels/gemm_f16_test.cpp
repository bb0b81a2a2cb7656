// precision::f16: bit for bit the chain of float16 fma that gemm_f16.hpp describes, in scalar numbers, and the bound
// of options.hpp wherever the processor or the tier sums otherwise.
#include <cmath>
#include <lowp/interop/openmp.hpp>
#include <lowp/kernels/gemm.hpp>
#include <lowp/lowp.hpp>

#include "blocks/harness.hpp"
#include "guarded.hpp"

namespace {

using namespace tests;
using input = lowp::matrix_view<const float>;
using output = lowp::matrix_view<float>;

float half_sums(const float* x, const float* w, std::size_t k) {
  using lowp::float16;
  float sum = 0;
  for (std::size_t first = 0; first < k; first += 32) {
    float16 part = lowp::convert<float16>(0.0f);
    for (std::size_t i = first; i < std::min(k, first + 32); ++i)
      part = lowp::fma(lowp::convert<float16>(x[i]), lowp::convert<float16>(w[i]), part);
    sum += lowp::convert<float>(part);
  }
  return sum;
}

double exact(const float* x, const float* w, std::size_t k) {
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += double{x[i]} * w[i];
  return sum;
}

double bound(const float* x, const float* w, std::size_t k) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < k; ++i) {
    sum += std::fabs(double{x[i]} * w[i]);
    all += std::fabs(double{x[i]}) + std::fabs(double{w[i]}) + 1;
  }
  return (std::exp2(-5.9) + 0x1p-22 + 0x1p-24 * (static_cast<double>(k) + 8)) * sum + 0x1p-25 * all;
}

struct shape {
  std::size_t m, n, k;
};
constexpr shape shapes[] = {{5, 1, 1},    {16, 32, 32},  {17, 33, 31},   {31, 64, 65},
                            {8, 40, 512}, {33, 70, 513}, {70, 31, 1100}, {6, 5, 0}};

// bounded: float16 holds all sums.
template <class Draw>
void check(const char* name, bool bounded, Draw&& one) {
  INFO(name);
  generator g(17);
  for (const shape s : shapes) {
    INFO("m " << s.m << " n " << s.n << " k " << s.k);
    guarded<float> x(s.m, s.k, g.below(4)), w(s.n, s.k, g.below(4)), wt(s.k, s.n, g.below(4)), y(s.m, s.n, 3);
    x.draw([&] { return one(g); });
    w.draw([&] { return one(g); });
    for (std::size_t r = 0; r < s.n; ++r)
      for (std::size_t c = 0; c < s.k; ++c) wt.view()(c, r) = w.view()(r, c);
    const lowp::prepacked packed = lowp::prepack(lowp::quantize<float>(input(w.view())));
    for (const lowp::tier t : tiers()) {
      const lowp::force_tier forced(t);
      const bool halves = lowp::float16_units();
      differences bits(std::string(lowp::to_string(t)) + (halves ? " in float16" : ""));
      const auto compare = [&](bool same_bits) {
        for (std::size_t i = 0; i < s.m; ++i) {
          for (std::size_t j = 0; j < s.n; ++j) {
            const float *a = &x.view()(i, 0), *b = &w.view()(j, 0), got = y.view()(i, j);
            const bool good = same_bits ? alike(got, half_sums(a, b, s.k))
                              : bounded ? std::fabs(got - exact(a, b, s.k)) <= bound(a, b, s.k)
                                        : true;
            bits.check(good, [&] { return std::to_string(i) + ", " + std::to_string(j); });
          }
        }
        bits.check(y.gaps_are_whole(), [] { return std::string("a gap"); });
      };
      const lowp::gemm_options options{.precision = lowp::precision::f16};
      lowp::gemm(1.0f, input(x.view()), input(wt.view()), 0.0f, y.view(), options);
      compare(halves);
      lowp::gemm(1.0f, input(x.view()), lowp::transposed(input(w.view())), 0.0f, y.view(), options);
      compare(halves);
      lowp::gemm(input(x.view()), packed, y.view(), options);
      compare(halves && t < lowp::tier::sapphire);
    }
  }
}

// Normal-like values.
float drawn(generator& g) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(g.below(1u << 20)) * 0x1p-20;
  return static_cast<float>(sum);
}

TEST_CASE("gemm in float16: every bit of the chain of fma, any shape") {
  check("normal", true, drawn);
  check("alternating signs", true, [](generator& g) { return g.below(2) == 0 ? 1.0f : -1.0f; });
}

TEST_CASE("gemm in float16: subnormal, large and infinite values, NaN") {
  check("subnormal", true, [](generator& g) { return drawn(g) * 0x1p-14f; });
  check("past 65504", false, [](generator& g) { return drawn(g) * 0x1p14f; });
  check("infinite and NaN", false, [](generator& g) {
    const auto i = g.below(200);
    return i == 0 ? HUGE_VALF : i == 1 ? -HUGE_VALF : i == 2 ? std::nanf("") : drawn(g);
  });
}

TEST_CASE("gemm in float16: weights in other codecs, numbers for x and y, threads, the epilogue") {
  constexpr std::size_t m = 37, n = 75, k = 200;
  generator g(5);
  std::vector<lowp::float16> x(m * k), y(m * n);
  std::vector<float> wf(n * k), bias(n), xf(k), row(k);
  for (lowp::float16& v : x) v = lowp::convert<lowp::float16>(drawn(g));
  for (float& v : wf) v = drawn(g);
  for (float& v : bias) v = drawn(g);
  const auto w = lowp::quantize<lowp::mxfp4>(input(wf.data(), n, k));
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    if (!lowp::float16_units() || t == lowp::tier::sapphire) continue;
    lowp::gemm(lowp::matrix_view<const lowp::float16>(x.data(), m, k), lowp::prepack(w),
               lowp::matrix_view<lowp::float16>(y.data(), m, n),
               {.precision = lowp::precision::f16, .alpha = 0.5f, .bias = bias, .executor = lowp::openmp});
    bool same = true;
    for (std::size_t j = 0; j < n; ++j) {
      w.decode_row(j, row);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t c = 0; c < k; ++c) xf[c] = lowp::convert<float>(x[i * k + c]);
        const float sum = 0.5f * half_sums(xf.data(), row.data(), k) + bias[j];
        same = same && y[i * n + j] == lowp::convert<lowp::float16>(sum);
      }
    }
    CHECK(same);
  }
}

TEST_CASE("gemm in float16: the units are used from icelake up, and nowhere else") {
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    if (t < lowp::tier::icelake) CHECK_FALSE(lowp::float16_units());
    if (t == lowp::tier::sapphire) CHECK(lowp::float16_units());
    // 1 + 2^-11 is 1 in float16 and itself in float.
    const std::vector<float> one(8, 1), more(8, 1 + 0x1p-11f);
    std::vector<float> y(64);
    lowp::gemm(1.0f, input(one.data(), 8, 1), input(more.data(), 1, 8), 0.0f, output(y.data(), 8, 8),
               {.precision = lowp::precision::f16});
    CHECK(y[0] == (lowp::float16_units() ? 1.0f : 1 + 0x1p-11f));
  }
}

}  // namespace
