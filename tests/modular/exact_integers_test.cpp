// Exact integer products against sums in 128 bits: every tier and pair of types, ragged shapes, strides, the extremes of
// the digits, lengths beyond a chunk, threads, fixed-point numbers, and what is refused.
#include <lowp/modular/exact_integers.hpp>

#include <limits>
#include <random>
#include <utility>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::matrix_view;
using lowp::modular::exact_gemm;
using wide = __int128;

// m x n results with gaps between rows that nobody may touch.
struct results {
  static constexpr std::int64_t guard = 0x5a5a5a5a5a5a5a5a;
  std::size_t rows, cols, stride;
  std::vector<std::int64_t> data;
  results(std::size_t m, std::size_t n, std::size_t gap)
      : rows(m), cols(n), stride(n + gap), data(m == 0 ? 0 : (m - 1) * stride + n, guard) {}
  matrix_view<std::int64_t> view() { return {data.data(), rows, cols, stride}; }
  bool operator==(const results& o) const {
    for (std::size_t i = 0; i < data.size(); ++i)
      if (i % stride >= cols && data[i] != guard) return false;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < cols; ++c)
        if (data[r * stride + c] != o.data[r * o.stride + c]) return false;
    return true;
  }
};

template <class A, class B>
results product(const tests::guarded<A>& a, const tests::guarded<B>& b) {
  results c(a.view().rows(), b.view().cols(), 0);
  for (std::size_t i = 0; i < c.rows; ++i) {
    for (std::size_t j = 0; j < c.cols; ++j) {
      wide sum = 0;
      for (std::size_t k = 0; k < a.view().cols(); ++k)
        sum += static_cast<wide>(std::int64_t{a.view()(i, k)}) * std::int64_t{b.view()(k, j)};
      c.view()(i, j) = static_cast<std::int64_t>(sum);  // modulo 2^64
    }
  }
  return c;
}

template <class A, class B>
void check(const tests::guarded<A>& a, const tests::guarded<B>& b, bool wraps) {
  const results expected = product(a, b);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(a.view().rows() << " x " << a.view().cols() << " x " << b.view().cols() << ", " << to_string(t));
    results c(expected.rows, expected.cols, 3);
    if (wraps)
      exact_gemm(a.view(), b.view(), c.view(), lowp::wrap{});
    else
      exact_gemm(a.view(), b.view(), c.view());
    CHECK(c == expected);
  }
}

// All values of so many bits.
template <class T>
auto some_bits(int bits, unsigned seed) {
  return [bits, random = std::mt19937(seed)]() mutable {
    const auto w = static_cast<std::uint32_t>(random());
    if constexpr (std::is_signed_v<T>) return static_cast<T>(static_cast<std::int32_t>(w) >> (32 - bits));
    return static_cast<T>(w >> (32 - bits));
  };
}

template <class A, class B>
void check_random(std::size_t m, std::size_t k, std::size_t n, int bits_a, int bits_b) {
  tests::guarded<A> a(m, k, 1);
  tests::guarded<B> b(k, n, 2);
  a.draw(some_bits<A>(bits_a, 1));
  b.draw(some_bits<B>(bits_b, 2));
  check(a, b, bits_a + bits_b > 50);
}

template <class T>
constexpr int width = 8 * sizeof(T);

}  // namespace

TEMPLATE_TEST_CASE("modular: exact integers, pairs of types", "", std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t) {
  using T = TestType;
  check_random<T, std::int8_t>(33, 70, 35, width<T>, 8);
  check_random<T, std::uint8_t>(33, 70, 35, width<T>, 8);
  check_random<T, std::int16_t>(5, 64, 70, width<T>, 16);
  check_random<T, std::uint16_t>(40, 17, 9, width<T>, 16);
  check_random<T, std::int32_t>(33, 70, 35, width<T>, 32);
  check_random<T, std::uint32_t>(33, 70, 35, width<T>, 32);
}

TEST_CASE("modular: exact integers, as many digits as the values need") {
  for (int a = 1; a <= 32; a += 3)
    for (const int b : {2, 8, 15, 24, 32}) check_random<std::int32_t, std::int32_t>(7, 90, 20, a, b);
}

TEST_CASE("modular: exact integers, ragged shapes") {
  constexpr std::size_t shapes[][3] = {{0, 3, 4},  {3, 0, 4},    {3, 4, 0},    {1, 1, 1},    {1, 65, 1},
                                       {2, 5, 33}, {32, 64, 32}, {33, 63, 31}, {70, 129, 65}};
  for (const auto& s : shapes) {
    check_random<std::int32_t, std::int32_t>(s[0], s[1], s[2], 26, 22);
    check_random<std::int8_t, std::int16_t>(s[0], s[1], s[2], 8, 16);
  }
}

TEST_CASE("modular: exact integers, extremes of the digits over long sums") {
  constexpr std::int32_t values[] = {
      0x7f7f7f7f, -0x7f7f7f80 - 1, 0x7fffffff, std::numeric_limits<std::int32_t>::min(), 0x7f7f7f80, -1,
      0x00808080, 0x7f7f,          -0x8080};
  for (const std::size_t k : {std::size_t{3}, std::size_t{1100}, std::size_t{8192}, std::size_t{8193}}) {
    for (const std::int32_t x : values) {
      for (const std::int32_t y : {values[0], values[1], values[3]}) {
        if (k > 1100 && x != values[0] && x != values[1]) continue;
        tests::guarded<std::int32_t> a(2, k, 0), b(k, 3, 0);
        a.draw([&] { return x; });
        b.draw([&] { return y; });
        check(a, b, true);
      }
    }
  }
}

TEST_CASE("modular: exact integers, sums of digits beyond 32 bits") {
  // -0x808080 has three digits of -128: 45000 * 3 * 2^14 > 2^31
  tests::guarded<std::int32_t> a(1, 45000, 0), b(45000, 2, 0);
  a.draw([] { return -0x808080; });
  b.draw([] { return -0x808080; });
  check(a, b, false);
}

TEST_CASE("modular: exact integers, sums that just fit") {
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  tests::guarded<std::int32_t> a(1, 2, 0), b(2, 1, 0);
  a.draw([&] { return most; });
  b.draw([&] { return most; });
  check(a, b, false);  // 2 (2^31 - 1)^2 < 2^63
  a.draw([&] { return std::numeric_limits<std::int32_t>::min(); });
  results c(1, 1, 0);
  check(a, b, false);  // 2 * 2^31 (2^31 - 1) < 2^63
  b.draw([&] { return std::numeric_limits<std::int32_t>::min(); });
  CHECK_THROWS_WITH(
      exact_gemm(a.view(), b.view(), c.view()),
      "exact_gemm: sums may leave 64 bits: k = 2, max|a| = 2147483648, max|b| = 2147483648, largest sum "
      "of |a| in a row 4294967296, of |b| in a column 4294967296");
  CHECK(c.data[0] == results::guard);
  // One large value in a long row: only the sum of the row says that it fits.
  tests::guarded<std::int32_t> row(1, 1000, 0), column(1000, 1, 0);
  row.draw([] { return 1; });
  row.view()(0, 500) = most;
  column.draw([&] { return most; });
  check(row, column, false);
  tests::guarded<std::int32_t> turned(1, 1000, 0), other(1000, 1, 0);
  turned.draw([&] { return most; });
  other.draw([] { return 1; });
  other.view()(7, 0) = most;
  check(turned, other, false);
}

TEST_CASE("modular: exact integers, several rounds and threads") {
  tests::guarded<std::int32_t> a(150, 1200, 0), b(1200, 70, 0);
  a.draw(some_bits<std::int32_t>(32, 3));
  b.draw(some_bits<std::int32_t>(32, 4));
  check(a, b, true);
  results c(150, 70, 0), d(150, 70, 1);
  exact_gemm(a.view(), b.view(), c.view(), lowp::wrap{});
  exact_gemm(a.view(), b.view(), d.view(), lowp::wrap{}, tests::some_threads{3});
  CHECK(d == c);
}

TEST_CASE("modular: exact integers, fixed-point numbers") {
  using q15 = lowp::fixed<16, 15>;
  using narrow = lowp::fixed<12, 3>;
  using plain = lowp::ufixed<8, 0>;
  std::mt19937 random(5);
  std::vector<q15> a(3 * 40);
  std::vector<narrow> b(40 * 5);
  std::vector<plain> u(40 * 5);
  for (q15& x : a) x = q15::from_bits(static_cast<std::uint16_t>(random()));
  for (narrow& x : b) x = narrow::from_bits(static_cast<std::uint16_t>(random() & 0xfff));
  for (plain& x : u) x = plain::from_bits(static_cast<std::uint8_t>(random()));
  a[0] = q15::from_bits(0x8000);
  b[0] = narrow::from_bits(0x800);
  const matrix_view<const q15> va(a.data(), 3, 40);
  std::vector<lowp::fixed<64, 18>> c(15);
  std::vector<lowp::fixed<64, 15>> d(15);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    exact_gemm(va, matrix_view<const narrow>(b.data(), 40, 5), matrix_view<lowp::fixed<64, 18>>(c.data(), 3, 5));
    exact_gemm(va, matrix_view<const plain>(u.data(), 40, 5), matrix_view<lowp::fixed<64, 15>>(d.data(), 3, 5));
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 5; ++j) {
        double sum = 0, other = 0;  // both exact in 53 bits
        for (std::size_t k = 0; k < 40; ++k) {
          sum += static_cast<double>(a[i * 40 + k]) * static_cast<double>(b[k * 5 + j]);
          other += static_cast<double>(a[i * 40 + k]) * static_cast<double>(u[k * 5 + j]);
        }
        CHECK(static_cast<double>(c[i * 5 + j]) == sum);
        CHECK(static_cast<double>(d[i * 5 + j]) == other);
      }
    }
  }
}

namespace {

// The same for operands of 64 bits; A and B may be of different types.
template <class A, class B>
void check_long(const std::vector<A>& a, const std::vector<B>& b, std::size_t m, std::size_t k, std::size_t n,
                bool wraps) {
  results expected(m, n, 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      std::uint64_t sum = 0;
      for (std::size_t l = 0; l < k; ++l)
        sum += static_cast<std::uint64_t>(a[i * k + l]) * static_cast<std::uint64_t>(b[l * n + j]);
      expected.view()(i, j) = static_cast<std::int64_t>(sum);
    }
  }
  const matrix_view<const A> va(a.data(), m, k);
  const matrix_view<const B> vb(b.data(), k, n);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(m << " x " << k << " x " << n << ", " << to_string(t));
    results c(m, n, 1);
    if (wraps)
      exact_gemm(va, vb, c.view(), lowp::wrap{});
    else
      exact_gemm(va, vb, c.view());
    CHECK(c == expected);
  }
}

template <class T>
std::vector<T> draw_long(std::size_t n, int bits, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<T> x(n);
  for (T& v : x) {
    const std::uint64_t w = random();
    if constexpr (std::is_signed_v<T>)
      v = static_cast<T>(static_cast<std::int64_t>(w) >> (64 - bits));
    else
      v = static_cast<T>(w >> (64 - bits));
  }
  return x;
}

}  // namespace

TEST_CASE("modular: exact integers, 64 bits") {
  constexpr std::size_t m = 35, k = 70, n = 33;
  for (const int bits : {1, 7, 8, 9, 31, 32, 33, 40, 55, 56, 57, 63, 64}) {
    check_long(draw_long<std::int64_t>(m * k, bits, 1), draw_long<std::int64_t>(k * n, 64, 2), m, k, n, true);
    check_long(draw_long<std::uint64_t>(m * k, bits, 3), draw_long<std::int64_t>(k * n, bits, 4), m, k, n, true);
    check_long(draw_long<std::int16_t>(m * k, 16, 5), draw_long<std::uint64_t>(k * n, bits, 6), m, k, n, true);
    if (bits <= 56)
      check_long(draw_long<std::int64_t>(m * k, bits, 7), draw_long<std::int64_t>(k * n, 57 - bits, 8), m, k, n,
                 false);
  }
  for (const std::uint64_t x : {0x7f7f7f7f7f7f7f7full, 0x8080808080808080ull, 0x7fffffffffffffffull, ~0ull,
                                0x8000000000000000ull, 0x007f7f7f7f7f7f80ull, 0xff7f7f7f7f7f7f7full}) {
    check_long(std::vector<std::int64_t>(k, static_cast<std::int64_t>(x)), std::vector<std::uint64_t>(k, x), 1, k, 1,
               true);
  }
  const std::vector<std::uint64_t> large{1ull << 63};
  const std::vector<std::int8_t> one{1}, none{0};
  check_long(large, none, 1, 1, 1, false);
  results c(1, 1, 0);
  CHECK_THROWS_AS(exact_gemm(matrix_view<const std::uint64_t>(large.data(), 1, 1),
                             matrix_view<const std::int8_t>(one.data(), 1, 1), c.view()),
                  lowp::error);
  const std::vector<std::int64_t> least{std::numeric_limits<std::int64_t>::min(), -1, 1};
  CHECK_THROWS_AS(exact_gemm(matrix_view<const std::int64_t>(least.data(), 1, 1),
                             matrix_view<const std::int8_t>(one.data(), 1, 1), c.view()),
                  lowp::error);  // 2^63 - 1 is the bound for either sign
  const std::vector<std::int64_t> ones{1, 1, 1};
  CHECK_THROWS_AS(exact_gemm(matrix_view<const std::int64_t>(least.data(), 1, 3),
                             matrix_view<const std::int64_t>(ones.data(), 3, 1), c.view()),
                  lowp::error);  // the sum of the row is above 2^63, not 0
}

TEST_CASE("modular: exact integers, every way the same") {
  namespace detail = lowp::modular::detail;
  constexpr std::size_t m = 40, k = 300, n = 37;
  for (const int bits : {9, 20, 27}) {
    tests::guarded<std::int32_t> a(m, k, 1), b(k, n, 2);
    a.draw(some_bits<std::int32_t>(bits, 1));
    b.draw(some_bits<std::int32_t>(bits, 2));
    const results expected = product(a, b);
    const detail::exact_operand x(std::as_const(a).view()), w(std::as_const(b).view());
    const std::size_t moduli = detail::exact_moduli(x, w, detail::check_exact_bound(x, w, 64));
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      for (const auto method :
           {detail::exact_method::words, detail::exact_method::digits, detail::exact_method::residues}) {
        results c(m, n, 3);
        detail::exact_product(x, w, c.view(), {method, moduli}, {});
        CHECK(c == expected);
      }
    }
  }
}

TEST_CASE("modular: exact integers, few moduli against many digits") {
  // One large element in each row: bytes for it in all planes, but sums of 60 bits.
  constexpr std::size_t m = 33, k = 130, n = 34;
  std::vector<std::int64_t> a = draw_long<std::int64_t>(m * k, 2, 1), b = draw_long<std::int64_t>(k * n, 25, 2);
  for (std::size_t i = 0; i < m; ++i) a[i * k + i] = (std::int64_t{1} << 34) + static_cast<std::int64_t>(i);
  const lowp::modular::detail::exact_operand x(matrix_view<const std::int64_t>(a.data(), m, k)),
      w(matrix_view<const std::int64_t>(b.data(), k, n));
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    const auto way = lowp::modular::detail::way_of(x, w, 0x1p60);
    CHECK((way.method == lowp::modular::detail::exact_method::residues) == (t <= lowp::tier::icelake));
    CHECK(lowp::modular::detail::way_of(x, w, 0x1p30).method == lowp::modular::detail::exact_method::residues);
  }
  check_long(a, b, m, k, n, false);
  check_long(a, b, m, k, n, true);
}

TEST_CASE("modular: exact integers, wide fixed-point numbers") {
  using wide_fixed = lowp::fixed<40, 10>;
  using small = lowp::fixed<9, 4>;
  std::mt19937_64 random(6);
  std::vector<wide_fixed> a(2 * 30);
  std::vector<small> b(30 * 2);
  for (wide_fixed& x : a) x = wide_fixed::from_bits(random() & 0xffffffffff);
  for (small& x : b) x = small::from_bits(static_cast<std::uint16_t>(random() & 0x1ff));
  a[0] = wide_fixed::from_bits(0x8000000000);
  std::vector<lowp::fixed<64, 14>> c(4);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    exact_gemm(matrix_view<const wide_fixed>(a.data(), 2, 30), matrix_view<const small>(b.data(), 30, 2),
               matrix_view<lowp::fixed<64, 14>>(c.data(), 2, 2));
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 2; ++j) {
        long double sum = 0;  // exact in 64 bits
        for (std::size_t k = 0; k < 30; ++k)
          sum += static_cast<long double>(static_cast<double>(a[i * 30 + k])) * static_cast<double>(b[k * 2 + j]);
        CHECK(static_cast<std::int64_t>(c[i * 2 + j].bits()) == static_cast<std::int64_t>(sum * 16384));
      }
    }
  }
}

TEST_CASE("modular: exact integers, shapes that do not fit") {
  std::vector<std::int32_t> a(6), b(6);
  results c(2, 2, 0);
  CHECK_THROWS_WITH(exact_gemm(matrix_view<const std::int32_t>(a.data(), 2, 3),
                               matrix_view<const std::int32_t>(b.data(), 2, 3), c.view()),
                    "exact_gemm: A is 2 x 3, B is 2 x 3, C is 2 x 2; C = A B needs m x k, k x n, m x n");
}
