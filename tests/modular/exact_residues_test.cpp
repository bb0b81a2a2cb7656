// Exact products by residues, and results of 128 bits, against sums in 128 bits: residues of every kind of integer, sums
// put together at the ends of what N moduli hold, all tiers, operands whose residues are all extreme, and what is refused.
#include <lowp/modular/exact_integers.hpp>

#include <limits>
#include <numeric>
#include <random>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::matrix_view;
using lowp::modular::exact_gemm;
using lowp::modular::int128;
namespace detail = lowp::modular::detail;
using wide = __int128;

int128 of(wide x) { return int128::from_words(static_cast<std::uint64_t>(x), static_cast<std::int64_t>(x >> 64)); }

// Of any length, so that small numbers and large ones both come.
wide draw_wide(std::mt19937_64& random) {
  const auto bits = static_cast<unsigned>(random() % 128);
  const auto x = static_cast<unsigned __int128>(random()) << 64 | random();
  return static_cast<wide>(x) >> bits;
}

template <class A, class B>
std::vector<wide> products(const std::vector<A>& a, const std::vector<B>& b, std::size_t m, std::size_t k,
                           std::size_t n) {
  std::vector<wide> c(m * n);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t l = 0; l < k; ++l)
        c[i * n + j] += static_cast<wide>(a[i * k + l]) * static_cast<wide>(b[l * n + j]);
  return c;
}

// Results of 128 bits on every tier, with gaps between rows that nobody may touch; of 64 bits too where they fit.
template <class A, class B>
void check(const std::vector<A>& a, const std::vector<B>& b, std::size_t m, std::size_t k, std::size_t n) {
  const std::vector<wide> expected = products(a, b, m, k, n);
  const matrix_view<const A> va(a.data(), m, k);
  const matrix_view<const B> vb(b.data(), k, n);
  const int128 guard = int128::from_words(0x5a5a5a5a5a5a5a5a, 0x5a5a5a5a5a5a5a5a);
  const detail::exact_operand x(va), w(vb);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(m << " x " << k << " x " << n << ", " << to_string(t));
    const std::size_t stride = n + 1;
    std::vector<int128> c(m * stride, guard);
    exact_gemm(va, vb, matrix_view<int128>(c.data(), m, n, stride));
    std::vector<std::int64_t> d(m * n, 7);
    detail::product_by_residues(x, w, matrix_view<std::int64_t>(d.data(), m, n),
                                detail::exact_moduli(x, w, std::numeric_limits<double>::infinity()), {});
    bool same = true, wrapped = true;
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        same = same && c[i * stride + j] == of(expected[i * n + j]);
        wrapped = wrapped && d[i * n + j] == static_cast<std::int64_t>(expected[i * n + j]);
      }
      same = same && c[i * stride + n] == guard;
    }
    CHECK(same);
    CHECK(wrapped);
  }
}

template <class T>
std::vector<T> draw(std::size_t n, int bits, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<T> x(n);
  for (T& v : x) {
    if constexpr (std::is_signed_v<T>)
      v = static_cast<T>(static_cast<std::int64_t>(random()) >> (64 - bits));
    else
      v = static_cast<T>(random() >> (64 - bits));
  }
  return x;
}

}  // namespace

TEST_CASE("modular: int128") {
  static_assert(std::is_trivially_copyable_v<int128> && sizeof(int128) == 16);
  static_assert(int128(-1) == int128::from_words(~std::uint64_t{0}, -1) && -int128(-5) == int128(5));
  static_assert(int128(-1) < int128(0) &&
                int128::from_words(0, 1) > int128(std::numeric_limits<std::int64_t>::max()));
  static_assert(static_cast<double>(int128::from_words(1, 0x20000000000001)) == 0x20000000000002p64);  // above a tie
  static_assert(static_cast<double>(int128::from_words(0, 0x20000000000001)) == 0x20000000000000p64);  // a tie
  static_assert(static_cast<double>(int128::from_words(0, std::numeric_limits<std::int64_t>::min())) == -0x1p127);
  std::mt19937_64 random(1);
  std::size_t wrong = 0;
  for (int i = 0; i < 200000; ++i) {
    const wide x = draw_wide(random), y = i % 4 == 0 ? x + static_cast<int>(random() % 3) - 1 : draw_wide(random);
    const auto ux = static_cast<unsigned __int128>(x), uy = static_cast<unsigned __int128>(y);
    int128 sum = of(x), difference = of(x);
    sum += of(y);
    difference -= of(y);
    wrong += (of(x) < of(y)) != (x < y) || (of(x) == of(y)) != (x == y) || (of(x) >= of(y)) != (x >= y);
    wrong += sum != of(static_cast<wide>(ux + uy)) || difference != of(static_cast<wide>(ux - uy));
    wrong += -of(x) != of(static_cast<wide>(0 - ux)) || static_cast<double>(of(x)) != static_cast<double>(x);
  }
  CHECK(wrong == 0);
}

TEST_CASE("modular: residues, the moduli are coprime in pairs") {
  for (std::size_t i = 0; i < detail::most_residues; ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(std::gcd(detail::residue_moduli[i], detail::residue_moduli[j]) == 1);
}

TEST_CASE("modular: residues of integers fit a byte and are right") {
  std::vector<std::uint64_t> values;
  for (int bit = 0; bit < 64; ++bit)
    for (const unsigned d : {0u, 1u, 2u, 127u, 128u, 129u}) {
      values.push_back((std::uint64_t{1} << bit) + d);
      values.push_back((std::uint64_t{1} << bit) - d);
      values.push_back(~(std::uint64_t{1} << bit) + d);
    }
  for (const std::uint64_t high : {0x0000u, 0x7fffu, 0x8000u, 0xffffu})  // halves at their ends
    for (const std::uint64_t middle : {0x00000000u, 0x7fff7fffu, 0x80008000u, 0xffffffffu, 0x7fff8000u})
      for (const std::uint64_t low : {0x0000u, 0x7fffu, 0x8000u, 0xffffu})
        values.push_back(high << 48 | middle << 16 | low);
  std::mt19937_64 random(2);
  for (const std::int32_t m : detail::residue_moduli) {  // next to halves of m, where the quotient turns
    for (int i = 0; i < 60; ++i) {
      const auto q = static_cast<std::uint64_t>(m);
      const std::uint64_t x = (random() >> random() % 50) / q * q + q / 2;
      for (const unsigned d : {0u, 1u, 2u}) values.push_back(x + d - 1);
    }
  }
  for (int i = 0; i < 3000; ++i) values.push_back(random());
  while (values.size() % 32 != 5) values.push_back(random());
  const std::size_t n = values.size();
  std::vector<std::uint32_t> words(values.begin(), values.end());
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    const detail::residue_kernels& kernels = *detail::residue_kernels_of[static_cast<std::size_t>(t)];
    for (const bool is_signed : {false, true}) {
      for (const std::size_t planes : {std::size_t{1}, detail::most_residues}) {
        INFO(to_string(t) << (is_signed ? ", signed" : ", unsigned"));
        std::vector<std::uint8_t> longs(planes * n), shorts(planes * n);
        kernels.split_longs(values.data(), n, is_signed, planes, longs.data(), n);
        kernels.split(words.data(), n, is_signed, planes, shorts.data(), n);
        std::size_t wrong = 0;
        for (std::size_t p = 0; p < planes; ++p) {
          const std::int32_t m = detail::residue_moduli[p];
          for (std::size_t i = 0; i < n; ++i) {
            const wide x = is_signed ? wide{static_cast<std::int64_t>(values[i])} : wide{values[i]};
            const wide y = is_signed ? wide{static_cast<std::int32_t>(words[i])} : wide{words[i]};
            wrong += (x - static_cast<std::int8_t>(longs[p * n + i])) % m != 0;
            wrong += (y - static_cast<std::int8_t>(shorts[p * n + i])) % m != 0;
          }
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("modular: residues, sums put together at the ends of the range") {
  constexpr std::size_t chunk = detail::plane_chunk * 64;
  constexpr std::int64_t largest = std::int64_t{chunk} << 14;
  std::mt19937_64 random(3);
  for (std::size_t count = 1; count <= 16; ++count) {
    double product = 1;
    for (std::size_t i = 0; i < count; ++i) product *= detail::residue_moduli[i];
    // What residues_for allows for this many moduli, from below.
    const auto most = static_cast<wide>(product * (0.4999999 - static_cast<double>(count) / 64));
    REQUIRE(detail::residues_for(static_cast<double>(most), chunk) == count);
    REQUIRE(detail::residues_for(static_cast<double>(most) * 1.001 + 1, chunk) == count + 1);
    const detail::residue_system by = detail::make_residue_system(count);
    std::vector<wide> targets{0, 1, -1, most, -most, most - 1, 1 - most};
    while (targets.size() < 32 * 32) targets.push_back(draw_wide(random) % (most + 1));
    for (const int extreme : {-1, 0, 1}) {
      std::vector<std::int32_t> sums(count * 1024);
      for (std::size_t i = 0; i < count; ++i) {
        const wide m = detail::residue_moduli[i];
        for (std::size_t e = 0; e < 1024; ++e) {
          // Congruent to the target, and of the largest or any size.
          const auto r = static_cast<std::int64_t>(((targets[e] % m) + m) % m), q = static_cast<std::int64_t>(m);
          const std::int64_t k = largest / q - 1;
          const std::int64_t turns = extreme != 0 ? extreme * k : static_cast<std::int64_t>(random() >> 2) % k;
          sums[i * 1024 + e] = static_cast<std::int32_t>(r + turns * q);
        }
      }
      for (const lowp::tier t : tests::tiers()) {
        INFO(count << " moduli, " << to_string(t));
        const detail::residue_kernels& kernels = *detail::residue_kernels_of[static_cast<std::size_t>(t)];
        std::vector<std::int64_t> narrow(1024, 3);
        std::vector<int128> full(1024, int128(3));
        for (const bool first : {true, false}) {
          const detail::plane_place place{0, 0, 32, 32, sums.data(), false, first, true};
          kernels.combine({place, by}, narrow.data(), 32);
          kernels.combine_wide({place, by}, full.data(), 32);
        }
        std::size_t wrong = 0;
        for (std::size_t e = 0; e < 1024; ++e) {
          const auto twice = static_cast<unsigned __int128>(targets[e]) * 2;
          wrong += full[e] != of(static_cast<wide>(twice)) || narrow[e] != static_cast<std::int64_t>(twice);
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("modular: exact integers in 128 bits, as many moduli as the values need") {
  constexpr std::size_t m = 5, k = 67, n = 19;
  for (const int a : {1, 7, 13, 26, 32}) {
    check(draw<std::int32_t>(m * k, a, 1), draw<std::int32_t>(k * n, 32, 2), m, k, n);
    check(draw<std::uint32_t>(m * k, a, 3), draw<std::int16_t>(k * n, 16, 4), m, k, n);
  }
  for (const int a : {1, 8, 33, 47, 56, 60}) {
    check(draw<std::int64_t>(m * k, a, 5), draw<std::int64_t>(k * n, 61, 6), m, k, n);
    check(draw<std::uint64_t>(m * k, a, 7), draw<std::int64_t>(k * n, 60, 8), m, k, n);
    check(draw<std::uint64_t>(m * k, a, 9), draw<std::uint64_t>(k * n, 60, 10), m, k, n);
    check(draw<std::int8_t>(m * k, 8, 11), draw<std::uint64_t>(k * n, 64, 12), m, k, n);
  }
}

TEST_CASE("modular: exact integers in 128 bits, ragged shapes") {
  constexpr std::size_t shapes[][3] = {{0, 3, 4},  {3, 0, 4},    {3, 4, 0},    {1, 1, 1},    {1, 65, 1},
                                       {2, 5, 33}, {32, 64, 32}, {33, 63, 31}, {70, 129, 65}};
  for (const auto& s : shapes) {
    check(draw<std::int64_t>(s[0] * s[1], 60, 1), draw<std::int64_t>(s[1] * s[2], 59, 2), s[0], s[1], s[2]);
    check(draw<std::int32_t>(s[0] * s[1], 26, 3), draw<std::int32_t>(s[1] * s[2], 22, 4), s[0], s[1], s[2]);
  }
}

TEST_CASE("modular: exact integers in 128 bits, all largest and all least at the longest sums") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
  using longs = std::vector<std::int64_t>;
  const auto all = [](std::size_t k, std::int64_t x) { return longs(k, x); };
  check(all(1, least), all(1, least), 1, 1, 1);
  check(all(2, least), all(2, most), 1, 2, 1);  // -2^127 + 2^64
  check(all(2, most), all(2, most), 1, 2, 1);
  check(longs{most, least}, longs{most, least}, 1, 2, 1);
  for (const std::size_t k : {std::size_t{1023}, std::size_t{8192}, std::size_t{8193}}) {
    // k 2^s 2^s just below 2^127, of either sign
    int s = 0;
    while (static_cast<double>(k) * std::ldexp(1.0, 2 * (s + 1)) < 0x1p127) ++s;
    const std::int64_t x = std::int64_t{1} << s;
    check(all(k, -x), all(k, x), 1, k, 1);
    if (k == 1023) check(all(k, -x), all(k, -x), 1, k, 1);
  }
}

TEST_CASE("modular: exact integers in 128 bits, all residues at their ends") {
  // x = m / 2 modulo each of the first seven, found a modulus at a time; sums of squares of residues are the largest.
  std::int64_t x = 0, step = 1;
  for (std::size_t i = 0; i < 7; ++i) {
    const std::int64_t m = detail::residue_moduli[i];
    while (x % m != m / 2) x += step;
    step *= m;
  }
  for (const std::size_t k : {std::size_t{2048}, std::size_t{8193}}) {
    for (const std::int64_t y : {x, -x}) {
      check(std::vector<std::int64_t>(k, x), std::vector<std::int64_t>(k * 2, y), 1, k, 2);
      check(std::vector<std::int32_t>(k, -128), std::vector<std::int64_t>(k * 2, y), 1, k, 2);
    }
  }
  for (const std::int32_t v : {-128, 127, std::numeric_limits<std::int32_t>::min()})
    check(std::vector<std::int32_t>(8192, v), std::vector<std::int32_t>(8192, v), 1, 8192, 1);
}

TEST_CASE("modular: exact integers by residues, threads and several rounds") {
  constexpr std::size_t m = 140, k = 1300, n = 70;
  const auto a = draw<std::int64_t>(m * k, 58, 1), b = draw<std::int64_t>(k * n, 58, 2);
  const std::vector<wide> expected = products(a, b, m, k, n);
  const matrix_view<const std::int64_t> va(a.data(), m, k), vb(b.data(), k, n);
  std::vector<int128> c(m * n), d(m * n);
  exact_gemm(va, vb, matrix_view<int128>(c.data(), m, n));
  exact_gemm(va, vb, matrix_view<int128>(d.data(), m, n), tests::some_threads{3});
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < m * n; ++i) wrong += c[i] != of(expected[i]) || d[i] != c[i];
  CHECK(wrong == 0);
}

TEST_CASE("modular: exact integers in 128 bits, what is refused") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::int64_t> a{least, least}, one{1};
  const std::vector<std::uint64_t> u{~std::uint64_t{0}, 0};
  std::vector<int128> c(1, int128(5));
  const matrix_view<int128> to(c.data(), 1, 1);
  const matrix_view<const std::int64_t> row(a.data(), 1, 2), column(a.data(), 2, 1);
  CHECK_THROWS_WITH(exact_gemm(row, column, to),
                    "exact_gemm: sums may leave 128 bits: k = 2, max|a| = 9223372036854775808, max|b| = "
                    "9223372036854775808, largest sum of |a| in a row 2^64 or more, of |b| in a column 2^64 or more");
  CHECK_THROWS_AS(exact_gemm(matrix_view<const std::uint64_t>(u.data(), 1, 1),
                             matrix_view<const std::uint64_t>(u.data(), 1, 1), to),
                  lowp::error);
  CHECK_THROWS_WITH(exact_gemm(row, row, to),
                    "exact_gemm: A is 1 x 2, B is 1 x 2, C is 1 x 1; C = A B needs m x k, k x n, m x n");
  CHECK(c[0] == int128(5));
  // Only the sum of a row says that it fits: 2^65 - 2 times 2^61.
  const std::vector<std::uint64_t> large{~std::uint64_t{0}, ~std::uint64_t{0}, 0, 0, 0, 0, 0, 0};
  check(large, std::vector<std::int64_t>(8, std::int64_t{1} << 61), 1, 8, 1);
  check(std::vector<std::int64_t>(8, -(std::int64_t{1} << 61)), large, 1, 8, 1);
}
