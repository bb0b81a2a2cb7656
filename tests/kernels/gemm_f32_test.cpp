// The float core against reference::gemm, bit for bit: all tiers, ragged shapes, strides, adversarial values, threads,
// transposed operands and operands of other numbers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <lowp/interop/openmp.hpp>
#include <lowp/kernels/matmul.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/reference.hpp>
#include <lowp/lowp.hpp>

#include "blocks/harness.hpp"
#include "guarded.hpp"

namespace {

using namespace tests;
using input = lowp::matrix_view<const float>;
using output = lowp::matrix_view<float>;

struct shape {
  std::size_t m, n, k;
};
std::string text(const shape& s) {
  return std::to_string(s.m) + " x " + std::to_string(s.n) + " x " + std::to_string(s.k);
}

// x W^T in the order that is promised.
std::vector<float> reference_of(const guarded<float>& x, const guarded<float>& w) {
  std::vector<float> y(x.view().rows() * w.view().rows());
  lowp::reference::gemm(x.view(), lowp::reference::quantize<float>(w.view()),
                        output(y.data(), x.view().rows(), w.view().rows()));
  return y;
}

// A copy of v with rows and columns exchanged.
template <class T>
guarded<T> turned(const guarded<T>& v, std::size_t gap) {
  guarded<T> out(v.view().cols(), v.view().rows(), gap);
  for (std::size_t r = 0; r < v.view().rows(); ++r)
    for (std::size_t c = 0; c < v.view().cols(); ++c) out.view()(c, r) = v.view()(r, c);
  return out;
}

void compare(differences& bits, const guarded<float>& y, const std::vector<float>& want, const std::string& where) {
  const std::size_t n = y.view().cols();
  for (std::size_t i = 0; i < want.size(); ++i)
    bits.check(alike(y.view()(i / n, i % n), want[i]),
               [&] { return where + " at " + std::to_string(i / n) + ", " + std::to_string(i % n); });
  bits.check(y.gaps_are_whole(), [&] { return where + ", a gap"; });
}

// The core itself: rows of x and W as they are, and through a callback.
void run_core(const guarded<float>& x, const guarded<float>& w, bool by_rows, output y, const lowp::executor& run) {
  using namespace lowp::detail;
  const auto operand = [by_rows](const guarded<float>& v) {
    if (!by_rows) return float_operand(v.view());
    return float_operand(v.view().rows(), v.view().cols(),
                         {&v, [](const void* self, std::size_t row, std::size_t c0, std::size_t c1, float* out) {
                            const input from = static_cast<const guarded<float>*>(self)->view();
                            for (std::size_t c = c0; c < c1; ++c) out[c - c0] = from(row, c);
                          }});
  };
  const float_operand left = operand(x), right = operand(w);
  gemm_f32(left.rows(), left.row_count(), right.row_count(), left.col_count(), right.panels(), sink(y, {}), run);
}

// All four ways to store the operands of one product on every tier.
template <class Draw>
void check_shape(const shape& s, generator& g, Draw&& one, const lowp::executor& run = {}) {
  guarded<float> x(s.m, s.k, g.below(4)), w(s.n, s.k, g.below(4));
  x.draw(one);
  w.draw(one);
  const guarded<float> xt = turned(x, g.below(4)), wt = turned(w, g.below(4));
  const std::vector<float> want = reference_of(x, w);
  for (const lowp::tier t : tiers()) {
    if (t > lowp::tier::skylake && t > lowp::least_tier) continue;  // the same code
    const lowp::force_tier forced(t);
    differences bits(text(s) + " " + std::string(to_string(t)));
    const auto check = [&](const char* how, auto a, auto b) {
      guarded<float> y(s.m, s.n, g.below(4));
      y.draw([] { return std::numeric_limits<float>::quiet_NaN(); });
      lowp::gemm(1.0f, a, b, 0.0f, y.view(), {.executor = run});
      compare(bits, y, want, how);
    };
    const auto view = [](const guarded<float>& v) { return v.view(); };
    check("x w^T", view(x), lowp::transposed(view(w)));
    check("x w", view(x), view(wt));
    for (const bool by_rows : {false, true}) {
      guarded<float> y(s.m, s.n, g.below(4));
      run_core(x, w, by_rows, y.view(), run);
      compare(bits, y, want, by_rows ? "rows by callback" : "the core");
    }
    if (s.m * s.n * s.k > 100000) continue;
    check("x^T w^T", lowp::transposed(view(xt)), lowp::transposed(view(w)));
    check("x^T w", lowp::transposed(view(xt)), view(wt));
  }
}

}  // namespace

TEST_CASE("gemm_f32: ragged shapes, bit for bit") {
  constexpr std::size_t sizes[] = {0, 1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 130};
  constexpr std::size_t count = std::size(sizes);
  generator g(1);
  std::size_t turn = 0;
  for (const std::size_t m : sizes) {
    for (const std::size_t n : sizes) {
      // Each pair with one depth: over the rows of the table, every pair of two sizes comes up.
      check_shape({m, n, sizes[turn++ * 7 % count]}, g, [&] { return g.gauss(); });
    }
    ++turn;
  }
}

TEST_CASE("gemm_f32: depths and widths beyond one block") {
  generator g(2);
  const auto gauss = [&] { return g.gauss(); };
  for (const shape& s : {shape{3, 40, 255},
                         {3, 40, 256},
                         {3, 40, 257},
                         {15, 33, 511},
                         {29, 70, 513},
                         {2, 5, 3000},
                         {40, 600, 20},
                         {40, 600, 300},
                         {1030, 33, 5},
                         {2100, 3, 2},
                         {300, 2, 70000},
                         {1, 1500, 40}})
    check_shape(s, g, gauss);
}

TEST_CASE("gemm_f32: values that overflow, underflow and cancel") {
  generator g(3);
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  std::size_t turn = 0;
  const shape some[] = {{7, 35, 33}, {16, 16, 16}, {3, 66, 300}, {29, 9, 65}};
  for (const shape& s : some) {
    check_shape(s, g, [&] { return most; });
    check_shape(s, g, [&] { return ++turn % 2 ? most : -most; });
    check_shape(s, g, [&] { return ++turn % 3 ? -1.0f : 1.0f; });
    check_shape(s, g, [&] { return -0.0f; });
    check_shape(s, g, [&] { return g.coin() ? -0.0f : 0.0f; });
    check_shape(s, g, [&] { return static_cast<float>(g.between(-9, 9)) * least; });
    check_shape(s, g, [&] { return g.gauss() * 0x1p-75; });
    check_shape(s, g, [&] { return g.any_float(); });
    check_shape(s, g, [&] { return g.below(50) == 0 ? nan : g.gauss(); });
    check_shape(s, g, [&] { return g.below(50) == 0 ? (g.coin() ? inf : -inf) : g.gauss(); });
  }
}

TEST_CASE("gemm_f32: the same bits for any number of threads") {
  generator g(4);
  const auto gauss = [&] { return g.gauss(); };
  for (const std::size_t count : {1, 2, 3, 8}) {
    const some_threads run{count};
    check_shape({70, 330, 300}, g, gauss, run);
    check_shape({260, 20, 40}, g, gauss, run);
    check_shape({1, 300, 64}, g, gauss, run);
    check_shape({0, 3, 2}, g, gauss, run);
  }
  check_shape({70, 330, 300}, g, gauss, lowp::openmp);
}

TEST_CASE("gemm_f32: the formula ends it") {
  generator g(5);
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    differences bits(std::string(to_string(t)));
    for (const shape& s : {shape{5, 37, 20}, {30, 64, 300}, {17, 100, 0}}) {
      guarded<float> x(s.m, s.k, 1), w(s.n, s.k, 2), y(s.m, s.n, 3);
      for (auto* v : {&x, &w, &y}) v->draw([&] { return g.gauss(); });
      const std::vector<float> bias = draw(s.n, [&] { return g.gauss(); });
      std::vector<float> want = reference_of(x, w);
      for (std::size_t i = 0; i < want.size(); ++i) {
        const volatile float scaled = 0.75f * want[i], old = -1.5f * y.view()(i / s.n, i % s.n);
        const volatile float sum = scaled + bias[i % s.n], all = sum + old;
        want[i] = all > 0 ? all : 0;
      }
      lowp::gemm(0.75f, lowp::matrix_view<float>(x.view()), lowp::transposed(w.view()), -1.5f, y.view(),
                 {.bias = bias, .activation = lowp::relu});
      compare(bits, y, want, text(s));
    }
  }
}

namespace {

// Products of numbers T are those of their float values.
template <class T>
void check_type(const char* name, std::uint64_t seed) {
  generator g(seed);
  for (const lowp::tier t : tiers()) {
    if (t > lowp::tier::skylake && t > lowp::least_tier) continue;  // the same code
    const lowp::force_tier forced(t);
    differences bits(std::string(name) + " " + std::string(to_string(t)));
    for (const shape& s : {shape{5, 37, 20}, {20, 70, 300}, {17, 3, 65}}) {
      guarded<T> x(s.m, s.k, 1), w(s.n, s.k, 2);
      x.draw([&] { return static_cast<float>(g.gauss()); });
      w.draw([&] { return static_cast<float>(g.gauss()); });
      guarded<float> xf(s.m, s.k, 0), wf(s.n, s.k, 0);
      for (std::size_t i = 0; i < s.m * s.k; ++i)
        xf.view()(i / s.k, i % s.k) = static_cast<float>(x.view()(i / s.k, i % s.k));
      for (std::size_t i = 0; i < s.n * s.k; ++i)
        wf.view()(i / s.k, i % s.k) = static_cast<float>(w.view()(i / s.k, i % s.k));
      const std::vector<float> want = reference_of(xf, wf);
      const guarded<T> xt = turned(x, 3), wt = turned(w, 1);
      guarded<float> y(s.m, s.n, 2);
      lowp::gemm(1.0f, x.view(), lowp::transposed(w.view()), 0.0f, y.view());
      compare(bits, y, want, text(s));
      lowp::gemm(1.0f, lowp::transposed(xt.view()), wt.view(), 0.0f, y.view());
      compare(bits, y, want, text(s) + " turned");
      lowp::gemm(1.0f, xf.view(), wt.view(), 0.0f, y.view());
      compare(bits, y, want, text(s) + " mixed");
      // The result in T is the float one, rounded.
      guarded<T> z(s.m, s.n, 1);
      lowp::gemm(1.0f, x.view(), wt.view(), 0.0f, z.view());
      for (std::size_t i = 0; i < want.size(); ++i)
        bits.check(alike(static_cast<float>(z.view()(i / s.n, i % s.n)), static_cast<float>(static_cast<T>(want[i]))),
                   [&] { return text(s) + ", result in the type"; });
    }
  }
}

}  // namespace

TEST_CASE("gemm_f32: matrices of numbers") {
  check_type<lowp::bfloat16>("bfloat16", 10);
  check_type<lowp::float16>("float16", 11);
  check_type<lowp::e4m3fn>("e4m3fn", 12);
  check_type<lowp::posit16>("posit16", 13);
}

TEST_CASE("gemm_f32: shapes that do not fit are refused with nothing written") {
  const std::vector<float> a(6), b(8);
  std::vector<float> c(12, 7.0f);
  const input x(a.data(), 2, 3), w(b.data(), 4, 2);
  const output y(c.data(), 3, 4);
  check_refused([&] { lowp::gemm(1.0f, x, w, 0.0f, y); }, {"A is 2 x 3", "B is 4 x 2", "C is 3 x 4"});
  check_refused([&] { lowp::gemm(1.0f, lowp::transposed(x), lowp::transposed(w), 0.0f, output(c.data(), 4, 3)); },
                {"A is 3 x 2", "B is 2 x 4", "C is 4 x 3"});
  const std::vector<float> bias(3);
  check_refused([&] { lowp::gemm(1.0f, lowp::transposed(x), lowp::transposed(w), 0.0f, y, {.bias = bias}); },
                {"bias has 3 values", "4 columns"});
  CHECK(std::all_of(c.begin(), c.end(), [](float v) { return v == 7.0f; }));
}

// Powers of two far apart and their negatives: in float order matters, exactly most of it cancels.
TEST_CASE("gemm_f32: exact sums of plain and transposed matrices") {
  constexpr std::size_t m = 5, n = 19, k = 37;
  std::vector<float> a(m * k), b(k * n), at(k * m), bt(n * k), expected(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t q = 0; q < k; ++q) {
      const int exponent = static_cast<int>((i * 31 + q * 17) % 50);
      a[i * k + q] = at[q * m + i] = std::ldexp(q % 3 == 0 ? 3.0f : -1.0f, exponent - 25);
    }
  }
  for (std::size_t q = 0; q < k; ++q) {
    for (std::size_t j = 0; j < n; ++j) {
      const int exponent = static_cast<int>((j * 13 + q * 29) % 40);
      b[q * n + j] = bt[j * k + q] = std::ldexp(j % 2 == 0 ? 1.0f : -5.0f, exponent - 20);
    }
  }
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      __int128 sum = 0;  // in units of 2^-45
      for (std::size_t q = 0; q < k; ++q)
        sum +=
            static_cast<__int128>(std::ldexp(a[i * k + q], 25)) * static_cast<__int128>(std::ldexp(b[q * n + j], 20));
      const __int128 size = sum < 0 ? -sum : sum;
      int bits = 0;
      while (size >> bits != 0) ++bits;
      const int dropped = bits > 24 ? bits - 24 : 0;
      __int128 kept = size >> dropped;
      const __int128 rest = size - (kept << dropped),
                     half = dropped > 0 ? static_cast<__int128>(1) << (dropped - 1) : 1;
      if (dropped > 0 && (rest > half || (rest == half && kept % 2 != 0))) ++kept;
      const float rounded = std::ldexp(static_cast<float>(static_cast<std::int64_t>(kept)), dropped - 45);
      expected[i * n + j] = sum < 0 ? -rounded : rounded;
    }
  }
  const input x(a.data(), m, k), w(b.data(), k, n), xt(at.data(), k, m), wt(bt.data(), n, k);
  std::vector<float> c(m * n), fast(m * n);
  const output y(c.data(), m, n);
  const lowp::gemm_options exact{.sum = lowp::accumulate::exact};
  lowp::gemm(1.0f, x, w, 0.0f, y, exact);
  CHECK(c == expected);
  lowp::gemm(1.0f, lowp::transposed(xt), lowp::transposed(wt), 0.0f, y, exact);
  CHECK(c == expected);
  lowp::gemm(1.0f, x, w, 0.0f, output(fast.data(), m, n));
  CHECK(fast != expected);
}
