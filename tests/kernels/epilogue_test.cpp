// The end of a gemm against its formula as a plain loop: every set of options, every tier, several types of y; and
// integer sums with zero points against 128-bit integers.
#include <cmath>
#include <cstdint>
#include <limits>
#include <lowp/kernels/epilogue.hpp>
#include <lowp/lowp.hpp>

#include "blocks/harness.hpp"
#include "guarded.hpp"

namespace {

using namespace tests;

// A product or sum that no compiler fuses with its neighbour.
float once(float v) {
  volatile float stored = v;
  return stored;
}

template <class T>
float as_float(T v) {
  return static_cast<float>(v);
}

// Options by the bits of `choice`; spans into vectors that live with it.
struct choice_of_options {
  std::vector<float> row_scale, column_scale, bias;
  lowp::gemm_options o;

  choice_of_options(unsigned choice, std::size_t m, std::size_t n, generator& g) {
    const auto values = [&](std::size_t count) { return draw(count, [&] { return g.gauss(); }); };
    if (choice & 1) o.alpha = static_cast<float>(g.gauss());
    if (choice & 2) o.beta = static_cast<float>(g.gauss());
    if (choice & 4) o.row_scale = row_scale = values(m);
    if (choice & 8) o.column_scale = column_scale = values(n);
    if (choice & 16) o.bias = bias = values(n);
    if (choice & 32) o.activation = choice & 64 ? &lowp::relu : &lowp::silu;
  }

  [[nodiscard]] float operator()(std::size_t i, std::size_t j, float sum, float before) const {
    float factor = o.alpha;
    if (!o.row_scale.empty()) factor = once(factor * o.row_scale[i]);
    if (!o.column_scale.empty()) factor = once(factor * o.column_scale[j]);
    float v = once(factor * sum);
    if (!o.bias.empty()) v = once(v + o.bias[j]);
    if (o.beta != 0) v = once(v + once(o.beta * before));
    return o.activation != nullptr ? o.activation(v) : v;
  }
};

constexpr unsigned all_choices = 128;

template <class T>
void check_formula(const char* name, std::uint64_t seed) {
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    generator g(seed);
    differences bits(std::string(name) + " " + std::string(to_string(t)));
    for (unsigned choice = 0; choice < all_choices; ++choice) {
      const std::size_t m = 1 + g.below(5), n = 1 + g.below(choice % 16 == 0 ? 600 : 50);
      const choice_of_options options(choice, m, n, g);
      guarded<float> sums(m, n, g.below(3));
      sums.draw([&] { return g.coin() ? g.gauss() : g.below(8) == 0 ? -0.0f : g.any_float(); });
      guarded<T> y(m, n, g.below(3));
      // What y holds must not matter where beta is 0.
      y.draw([&] {
        return options.o.beta != 0 ? T(static_cast<float>(g.gauss())) : std::numeric_limits<T>::quiet_NaN();
      });
      std::vector<float> before;
      for (std::size_t i = 0; i < m; ++i)
        for (const T v : y.view().row(i)) before.push_back(as_float(v));
      const lowp::detail::sink to(y.view(), options.o);
      // In four blocks.
      const std::size_t i1 = g.below(m + 1), j1 = g.below(n + 1);
      const std::size_t row[] = {0, i1, m}, col[] = {0, j1, n};
      for (int a = 0; a < 2; ++a)
        for (int b = 0; b < 2; ++b)
          to.write(row[a], col[b], row[a + 1] - row[a], col[b + 1] - col[b],
                   sums.view().data() + row[a] * sums.view().stride() + col[b], sums.view().stride());
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          const float want = as_float(static_cast<T>(options(i, j, sums.view()(i, j), before[i * n + j])));
          bits.check(alike(as_float(y.view()(i, j)), want), [&] {
            return "choice " + std::to_string(choice) + " at " + std::to_string(i) + ", " + std::to_string(j);
          });
        }
      }
      bits.check(y.gaps_are_whole(), [] { return std::string("a gap"); });
    }
  }
}

struct zeros {
  std::vector<std::int32_t> row_zero, column_zero, row_sum, column_sum;
};

}  // namespace

TEST_CASE("epilogue: the formula, y of float") { check_formula<float>("float", 1); }
TEST_CASE("epilogue: the formula, y of numbers") {
  check_formula<lowp::bfloat16>("bfloat16", 2);
  check_formula<lowp::float16>("float16", 3);
  check_formula<lowp::e4m3fn>("e4m3fn", 4);
  check_formula<lowp::posit16>("posit16", 5);
}

TEST_CASE("epilogue: y of double holds the float") {
  std::vector<double> y(3, std::numeric_limits<double>::quiet_NaN());
  const float sums[] = {1.5f, -0.0f, 3.0e38f};
  const lowp::detail::sink to(lowp::matrix_view<double>(y.data(), 1, 3), {.alpha = 0.5f});
  to.write(0, 0, 1, 3, sums, 3);
  CHECK(y[0] == 0.75);
  CHECK((y[1] == 0 && std::signbit(y[1])));
  CHECK(y[2] == static_cast<double>(1.5e38f));
}

TEST_CASE("epilogue: random rounding draws by the place in y") {
  using random_e4m3 = lowp::number<lowp::e4m3fn::format, lowp::stochastic<>, lowp::saturate>;
  constexpr std::size_t m = 7, n = 300;
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    generator g(8);
    guarded<float> sums(m, n, 0);
    sums.draw([&] { return g.gauss(); });
    std::vector<random_e4m3> y(m * n);
    const lowp::detail::sink to(lowp::matrix_view<random_e4m3>(y.data(), m, n), {});
    to.write(3, 0, m - 3, n, sums.view().data() + 3 * n, n);  // in any order
    to.write(0, 100, 3, n - 100, sums.view().data() + 100, n);
    to.write(0, 0, 3, 100, sums.view().data(), n);
    differences bits(std::string(to_string(t)));
    for (std::size_t i = 0; i < m * n; ++i) {
      const lowp::philox random{0};
      const auto want = lowp::convert<random_e4m3>(sums.view()(i / n, i % n), [&] { return random(i); });
      bits.check(y[i].bits() == want.bits(), [&] { return std::to_string(i); });
    }
  }
}

TEST_CASE("epilogue: integer sums and zero points") {
  for (const lowp::tier t : tiers()) {
    const lowp::force_tier forced(t);
    generator g(6);
    differences bits(std::string(to_string(t)));
    for (int round = 0; round < 200; ++round) {
      const std::size_t m = 1 + g.below(9), n = 1 + g.below(round % 8 == 0 ? 700 : 70);
      const std::size_t k = round % 4 == 3 ? 100000 + g.below(8000000) : 1 + g.below(33000);
      const std::int64_t most = static_cast<std::int64_t>(k);
      const auto within = [&](std::int64_t limit) {
        return static_cast<std::int32_t>(static_cast<std::int64_t>(g.unit() * static_cast<double>(2 * limit + 1)) -
                                         limit);
      };
      const auto values = [&](std::size_t count, std::int64_t limit) {
        std::vector<std::int32_t> v(count);
        for (auto& e : v) e = within(limit);
        return v;
      };
      const zeros z{values(m, 128), values(n, 128), values(m, 128 * most), values(n, 128 * most)};
      const bool rows = round & 1, cols = round & 2 || round % 5 == 0;
      // The sums that would be there: whatever their terms, all add up to less than k 255^2.
      std::vector<std::int32_t> sums = values(m * n, std::min<std::int64_t>(127 * 127 * most, 0x7fffffff));
      std::vector<float> y(m * n);
      const lowp::detail::sink to(lowp::matrix_view<float>(y.data(), m, n), {});
      to.write(0, 0, m, n, sums.data(), n,
               {.row_zero = rows ? z.row_zero.data() : nullptr,
                .column_zero = cols ? z.column_zero.data() : nullptr,
                .row_sum = cols ? z.row_sum.data() : nullptr,
                .column_sum = rows ? z.column_sum.data() : nullptr,
                .k = k});
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          const __int128 za = rows ? z.row_zero[i] : 0, zw = cols ? z.column_zero[j] : 0;
          __int128 want = sums[i * n + j];
          if (rows) want -= za * z.column_sum[j];
          if (cols) want -= zw * z.row_sum[i];
          want += za * zw * static_cast<__int128>(k);
          // Sums and corrections drawn alone can leave the range that true ones have.
          if (k <= 33025 && (want > 0x7fffffff || want < -__int128{0x7fffffff})) continue;
          bits.check(y[i * n + j] == static_cast<float>(static_cast<std::int64_t>(want)), [&] {
            return "k " + std::to_string(k) + " at " + std::to_string(i) + ", " + std::to_string(j);
          });
        }
      }
    }
  }
}

TEST_CASE("epilogue: scales and bias that do not fit are refused") {
  std::vector<float> y(6, 7.0f);
  const std::vector<float> two(2), four(4);
  const lowp::matrix_view<float> view(y.data(), 2, 3);
  check_refused([&] { lowp::detail::sink(view, {.row_scale = four}); }, {"row_scale", "4 values", "2 rows"});
  check_refused([&] { lowp::detail::sink(view, {.column_scale = two}); }, {"column_scale", "2 values", "3 columns"});
  check_refused([&] { lowp::detail::sink(view, {.bias = four}); }, {"bias", "4 values", "3 columns"});
}
