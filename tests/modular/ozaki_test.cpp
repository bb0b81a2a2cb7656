// Products of float and double matrices by slices: against the sum of products of digits that the header defines, formed
// here one by one in 128 bits; against sums in long double, by the bound; the same bits on every tier; magnitudes from
// the smallest to the largest; what is refused.
#include <lowp/modular/ozaki.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::matrix_view;
using lowp::modular::ozaki_gemm;

template <class T>
struct plain {
  std::size_t rows, cols, stride;
  std::vector<T> data;
  plain(std::size_t r, std::size_t c, std::size_t gap)
      : rows(r), cols(c), stride(c + gap), data(r == 0 ? 0 : (r - 1) * stride + c, T{77}) {
    data.shrink_to_fit();
  }
  T& operator()(std::size_t r, std::size_t c) { return data[r * stride + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return data[r * stride + c]; }
  matrix_view<T> view() { return {data.data(), rows, cols, stride}; }
  matrix_view<const T> view() const { return {data.data(), rows, cols, stride}; }
  bool gaps_are_whole() const {
    for (std::size_t i = 0; i < data.size(); ++i)
      if (i % stride >= cols && !(data[i] >= T{77} && data[i] <= T{77})) return false;
    return true;
  }
};

// e with |x| < 2^e for the largest |x|, as if of a number that is not subnormal.
template <class T>
int power_above(const std::vector<T>& x) {
  T most = 0;
  for (const T v : x) most = std::max(most, std::abs(v));
  int e = 0;
  static_cast<void>(std::frexp(most, &e));
  return most < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min_exponent - 1 : e;
}

template <class T>
std::vector<T> row_of(const plain<T>& x, std::size_t r) {
  std::vector<T> y;
  for (std::size_t c = 0; c < x.cols; ++c) y.push_back(x(r, c));
  return y;
}
template <class T>
std::vector<T> column_of(const plain<T>& x, std::size_t c) {
  std::vector<T> y;
  for (std::size_t r = 0; r < x.rows; ++r) y.push_back(x(r, c));
  return y;
}

// The digits of x 2^s, lowest first.
std::vector<int> digits(long double x, int s, int slices) {
  auto whole = static_cast<__int128>(std::nearbyint(std::ldexp(x, s)));
  std::vector<int> d;
  for (int p = 0; p < slices; ++p) {
    const int low = static_cast<int>(((whole + 128) % 256 + 256) % 256) - 128;
    d.push_back(low);
    whole = (whole - low) / 256;
  }
  REQUIRE(whole == 0);
  return d;
}

template <class T>
void check(const plain<T>& a, const plain<T>& b, int slices) {
  const auto s = static_cast<std::size_t>(slices);
  plain<T> first(a.rows, b.cols, 2);
  {
    const lowp::force_tier forced(lowp::least_tier);
    ozaki_gemm(a.view(), b.view(), first.view(), slices);
  }
  for (std::size_t i = 0; i < a.rows; ++i) {
    const std::vector<T> row = row_of(a, i);
    const int of_row = 8 * slices - 2 - power_above(row);
    for (std::size_t j = 0; j < b.cols; ++j) {
      const std::vector<T> column = column_of(b, j);
      const int of_column = 8 * slices - 2 - power_above(column);
      std::vector<__int128> groups(2 * s);
      long double exact = 0;
      for (std::size_t k = 0; k < row.size(); ++k) {
        const auto x = digits(row[k], of_row, slices), y = digits(column[k], of_column, slices);
        for (std::size_t p = 0; p < s; ++p)
          for (std::size_t q = 0; q < s; ++q) groups[p + q] += x[p] * y[q];
        exact += static_cast<long double>(row[k]) * static_cast<long double>(column[k]);
      }
      __int128 sum = 0;
      for (std::size_t g = 2 * s - 1; g-- > s - 1;) sum = sum * 256 + groups[g];
      const long double defined = std::ldexp(static_cast<long double>(sum), 8 * (slices - 1) - of_row - of_column);
      const long double unit = sizeof(T) == 4 ? 0x1p-23L : 0x1p-51L;
      const auto got = static_cast<long double>(first(i, j));
      const auto largest = static_cast<long double>(std::numeric_limits<T>::max());
      INFO(slices << " slices, " << row.size() << " products, (" << i << ", " << j << ")");
      if (std::abs(defined) > largest) {
        CHECK(std::isinf(first(i, j)));
        continue;
      }
      CHECK(std::abs(got - defined) <=
            unit * std::abs(defined) + static_cast<long double>(std::numeric_limits<T>::denorm_min()));
      const long double bound = 1.02L * static_cast<long double>(row.size()) * slices *
                                std::ldexp(1.0L, 2 - 8 * slices + power_above(row) + power_above(column));
      CHECK(std::abs(got - exact) <=
            bound + unit * std::abs(exact) + static_cast<long double>(std::numeric_limits<T>::denorm_min()));
    }
  }
  CHECK(first.gaps_are_whole());
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(slices << " slices, " << a.rows << " x " << a.cols << " x " << b.cols << ", " << to_string(t));
    plain<T> c(a.rows, b.cols, 2);
    ozaki_gemm(a.view(), b.view(), c.view(), slices);
    CHECK((c.data.empty() || std::memcmp(c.data.data(), first.data.data(), c.data.size() * sizeof(T)) == 0));
  }
}

template <class T>
plain<T> draw(std::size_t rows, std::size_t cols, int spread, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  plain<T> x(rows, cols, 1);
  for (T& v : x.data) v = T{77};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c)
      x(r, c) = static_cast<T>(
          std::ldexp(normal(random), spread == 0 ? 0 : static_cast<int>(random() % static_cast<unsigned>(spread))));
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("modular: Ozaki, every number of slices", "", float, double) {
  for (int slices = 1; slices <= 8; ++slices) {
    check(draw<TestType>(5, 70, 0, 1), draw<TestType>(70, 35, 0, 2), slices);
    check(draw<TestType>(4, 9, 60, 3), draw<TestType>(9, 3, 60, 4), slices);
  }
}

TEMPLATE_TEST_CASE("modular: Ozaki, ragged shapes", "", float, double) {
  constexpr std::size_t shapes[][3] = {{0, 3, 4},  {3, 0, 4},   {3, 4, 0},  {1, 1, 1},
                                       {1, 65, 1}, {33, 3, 33}, {34, 64, 9}};
  for (const auto& s : shapes) check(draw<TestType>(s[0], s[1], 9, 5), draw<TestType>(s[1], s[2], 9, 6), 3);
}

TEMPLATE_TEST_CASE("modular: Ozaki, the smallest and the largest magnitudes", "", float, double) {
  using T = TestType;
  using limits = std::numeric_limits<T>;
  plain<T> a = draw<T>(6, 40, 0, 7), b = draw<T>(40, 6, 0, 8);
  const T factors[] = {limits::min() / 16, limits::denorm_min(), limits::max() / 64, 0, 1, limits::min() * 4};
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t k = 0; k < 40; ++k) {
      a(i, k) *= factors[i];
      b(k, i) *= factors[i];
    }
  }
  a(2, 3) = limits::max();
  a(4, 5) = -limits::max();
  for (const int slices : {3, 7, 8}) check(a, b, slices);
}

TEST_CASE("modular: Ozaki, extreme digits over sums beyond a chunk") {
  plain<double> a(2, 8300, 0), b(8300, 2, 0);
  for (double& v : a.data) v = 0x1.fffffffffffffp-1;
  for (double& v : b.data) v = -0x1.fffffffffffffp-1;
  for (std::size_t k = 0; k < 8300; ++k) a(1, k) = 0.5019607843137255;  // digits -128 or 127, and so on
  for (const int slices : {1, 4, 5, 8}) check(a, b, slices);
}

TEST_CASE("modular: Ozaki, sums of digits beyond 32 bits") {
  // Beside 0.75, seven digits of -128: six pairs of them in a group, 25000 * 6 * 2^14 > 2^31
  plain<double> a(1, 25000, 0), b(25000, 1, 0);
  for (double& v : a.data) v = -0x80808080808080p-62;
  b.data = a.data;
  a.data[0] = b.data[7] = 0.75;
  check(a, b, 8);
}

TEST_CASE("modular: Ozaki, whole numbers are exact, and threads change nothing") {
  std::mt19937 random(9);
  plain<double> a(70, 300, 0), b(300, 40, 0), c(70, 40, 0), d(70, 40, 0);
  for (double& v : a.data) v = static_cast<double>(static_cast<std::int32_t>(random()) >> 12);
  for (double& v : b.data) v = static_cast<double>(static_cast<std::int32_t>(random()) >> 12);
  ozaki_gemm(a.view(), b.view(), c.view(), 7);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < 70; ++i) {
    for (std::size_t j = 0; j < 40; ++j) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < 300; ++k)
        sum += static_cast<std::int64_t>(a(i, k)) * static_cast<std::int64_t>(b(k, j));
      wrong += static_cast<std::int64_t>(c(i, j)) != sum;
    }
  }
  CHECK(wrong == 0);
  ozaki_gemm(a.view(), b.view(), d.view(), 7, tests::some_threads{3});
  CHECK(std::memcmp(c.data.data(), d.data.data(), c.data.size() * sizeof(double)) == 0);
}

TEST_CASE("modular: Ozaki, what is refused") {
  plain<double> a(2, 3, 0), b(3, 2, 0), c(2, 2, 0);
  CHECK_THROWS_WITH(ozaki_gemm(a.view(), b.view(), c.view(), 0), "ozaki_gemm: 0 slices; 1 to 8 are possible");
  CHECK_THROWS_WITH(ozaki_gemm(a.view(), b.view(), c.view(), 9), "ozaki_gemm: 9 slices; 1 to 8 are possible");
  CHECK_THROWS_WITH(ozaki_gemm(a.view(), a.view(), c.view(), 4),
                    "ozaki_gemm: A is 2 x 3, B is 2 x 3, C is 2 x 2; C = A B needs m x k, k x n, m x n");
  a(1, 2) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(ozaki_gemm(a.view(), b.view(), c.view(), 4), "ozaki_gemm: A(1, 2) is infinite");
  a(1, 2) = 0;
  b(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(ozaki_gemm(a.view(), b.view(), c.view(), 4), "ozaki_gemm: B(2, 0) is NaN");
  CHECK((c.data[0] >= 77 && c.data[3] >= 77));
}
