// Lanes of words: every operation of every tier against plain integers.
#include <random>
#include <vector>

#include <lowp/modular/words.hpp>

#include "catch.hpp"
#include "kernels/guarded.hpp"

#define LOWP_BODY <modular/words_ops.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

namespace {

__extension__ typedef unsigned __int128 u128;
namespace tiers = lowp::tiers;

constexpr std::size_t most_lanes(lowp::tier t, std::size_t bits) {
  return t == lowp::tier::scalar ? 1 : (t == lowp::tier::haswell ? 256 : 512) / bits;
}
std::mt19937_64 draw(5);

// Small, large, at the edges, and anything.
template <class W>
W any_word() {
  const auto r = static_cast<W>(draw());
  switch (draw() % 8) {
    case 0:
      return static_cast<W>(0 - (r & 1));
    case 1:
      return static_cast<W>((W{1} << (8 * sizeof(W) - 1)) - (r & 1));
    case 2:
      return static_cast<W>(r >> 8 * sizeof(W) / 2);
    default:
      return r;
  }
}

template <class W>
using ops = void(const W*, const W*, const W*, int, W*) noexcept;

template <class W>
void check_ops(lowp::tier t, ops<W>* run) {
  constexpr int w = 8 * sizeof(W);
  const std::size_t lanes = most_lanes(t, w);
  constexpr std::size_t count = 22;
  std::vector<W> a(lanes), b(lanes), q(lanes), out(count * lanes);
  for (int turn = 0; turn < 3000; ++turn) {
    const int n = static_cast<int>(draw() % w);
    for (std::size_t i = 0; i < lanes; ++i) {
      q[i] = any_word<W>() | 1;
      a[i] = turn % 2 == 0 ? any_word<W>() : static_cast<W>(any_word<W>() % q[i]);
      b[i] = draw() % 8 == 0 ? a[i] : turn % 2 == 0 ? any_word<W>() : static_cast<W>(any_word<W>() % q[i]);
    }
    run(a.data(), b.data(), q.data(), n, out.data());
    bool good = true;
    for (std::size_t i = 0; i < lanes; ++i) {
      const u128 x = a[i], y = b[i], m = q[i];
      const std::size_t first = static_cast<std::size_t>(n) % (lanes + 1);
      const u128 want[count] = {x + y,
                                x - y,
                                x & y,
                                x | y,
                                x << n,
                                x >> n,
                                x << 7,
                                x >> 7,
                                x == y ? x : m,
                                x < y ? x : m,
                                x >= y ? x : m,
                                x <= y ? x : m,
                                x < y ? x + m : x,
                                x < y ? x - m : x,
                                x * y,
                                x * y >> w,
                                x < m ? x : x - m,
                                (x + y) % m,
                                (x + m - y) % m,
                                static_cast<u128>(n),
                                i < first ? x : 0,
                                i < first ? x : 0};
      for (std::size_t k = 0; k < count; ++k) {
        if (k == 16 && x >= 2 * m) continue;
        if ((k == 17 || k == 18) && (x >= m || y >= m)) continue;
        if (out[k * lanes + i] != static_cast<W>(want[k])) {
          UNSCOPED_INFO("operation " << k << " of " << w << " bits, lane " << i << ", n " << n << ": " << +a[i] << ' '
                                     << +b[i] << ' ' << +q[i] << " gives " << +out[k * lanes + i]);
          good = false;
        }
      }
    }
    REQUIRE(good);
  }
}

template <class W>
using through = void(const W*, std::size_t, W*, W*) noexcept;

template <class W>
void check_through(lowp::tier t, through<W>* run) {
  const std::size_t lanes = most_lanes(t, 16 * sizeof(W));
  std::vector<W> a(lanes), whole(lanes), part(lanes);
  for (std::size_t n = 0; n <= lanes; ++n) {
    for (W& x : a) x = any_word<W>();
    run(a.data(), n, whole.data(), part.data());
    CHECK(whole == a);
    for (std::size_t i = 0; i < lanes; ++i) CHECK(part[i] == (i < n ? static_cast<W>(a[i] + 1) : 0));
  }
}

}  // namespace

#define LOWP_TEST_TABLE(name, type)                                                                \
  constexpr lowp::detail::kernel_table<type> name##_table {                                        \
    {                                                                                              \
      {                                                                                            \
        &tiers::scalar::name, &tiers::haswell::name, &tiers::skylake::name, &tiers::icelake::name, \
            &tiers::sapphire::name                                                                 \
      }                                                                                            \
    }                                                                                              \
  }
LOWP_TEST_TABLE(word_ops_16, ops<std::uint16_t>);
LOWP_TEST_TABLE(word_ops_32, ops<std::uint32_t>);
LOWP_TEST_TABLE(word_ops_64, ops<std::uint64_t>);
LOWP_TEST_TABLE(through_8, through<std::uint8_t>);
LOWP_TEST_TABLE(through_16, through<std::uint16_t>);
LOWP_TEST_TABLE(through_32, through<std::uint32_t>);
LOWP_TEST_TABLE(products_32,
                void(const std::uint32_t*, const std::uint32_t*, std::uint32_t, int, std::uint32_t*) noexcept);
LOWP_TEST_TABLE(near_and_sum, std::uint64_t(const std::uint64_t*, const std::uint64_t*, std::uint64_t*) noexcept);

LOWP_TEST_TABLE(pairs_and_sums,
                std::uint64_t(const std::uint8_t*, std::size_t, std::uint8_t*, std::uint8_t*) noexcept);
LOWP_TEST_TABLE(sum_products, std::uint64_t(const std::uint32_t*, const std::uint32_t*, std::uint64_t*) noexcept);

TEST_CASE("modular: words do in every lane what integers do", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    INFO(lowp::to_string(t));
    check_ops<std::uint16_t>(t, word_ops_16_table(t));
    check_ops<std::uint32_t>(t, word_ops_32_table(t));
    check_ops<std::uint64_t>(t, word_ops_64_table(t));
    check_through<std::uint8_t>(t, through_8_table(t));
    check_through<std::uint16_t>(t, through_16_table(t));
    check_through<std::uint32_t>(t, through_32_table(t));
  }
}

TEST_CASE("modular: wide products of words", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    INFO(lowp::to_string(t));
    const std::size_t lanes = most_lanes(t, 32);
    std::vector<std::uint32_t> a(lanes), b(lanes), out(12 * lanes);
    for (int turn = 0; turn < 3000; ++turn) {
      for (std::uint32_t& x : a) x = any_word<std::uint32_t>();
      for (std::uint32_t& x : b) x = any_word<std::uint32_t>();
      const auto c = any_word<std::uint32_t>();
      const int n = static_cast<int>(draw() % 64);
      products_32_table(t)(a.data(), b.data(), c, n, out.data());
      bool good = true;
      for (std::size_t i = 0; i < lanes; ++i) {
        const std::uint64_t p = std::uint64_t{a[i]} * b[i], d = std::uint64_t{c} * b[i];
        const std::uint64_t want[] = {p, (p & 0xffffffff) * c, (p >> 32) * c, p + d, p - d, p >> n};
        for (std::size_t k = 0; k < 6; ++k)
          good = good && (out[2 * k * lanes + i] | std::uint64_t{out[(2 * k + 1) * lanes + i]} << 32) == want[k];
      }
      REQUIRE(good);
    }
  }
}

TEST_CASE("modular: bytes in pairs and sums of words", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    INFO(lowp::to_string(t));
    const std::size_t bytes = 2 * most_lanes(t, 16);
    std::vector<std::uint8_t> a(bytes), whole(bytes);
    for (std::size_t n = 0; n <= bytes; ++n) {
      std::uint64_t even = 0, odd = 0;
      for (std::uint8_t& x : a) x = any_word<std::uint8_t>();
      for (std::size_t i = 0; i < bytes; i += 2) (i % 4 == 0 ? even : odd) += a[i] + 256u * a[i + 1];
      std::vector<std::uint8_t> part(n), begin(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n));
      part.reserve(1);
      CHECK(pairs_and_sums_table(t)(a.data(), n, whole.data(), part.data()) == even + (odd << 32) + even + odd);
      CHECK(whole == a);
      CHECK(part == begin);
    }
    const std::size_t lanes = most_lanes(t, 32);
    for (int turn = 0; turn < 100; ++turn) {
      std::vector<std::uint32_t> x(lanes), y(lanes);
      std::uint64_t sum = 0, products = 0, low = 0, high = 0, got[3];
      for (std::size_t i = 0; i < lanes; ++i) {
        x[i] = any_word<std::uint32_t>();
        y[i] = any_word<std::uint32_t>();
        const std::uint64_t p = std::uint64_t{x[i]} * y[i];
        sum += x[i];
        products += p;
        low += p & 0xffffffff;
        high += p >> 32;
      }
      CHECK(sum_products_table(t)(x.data(), y.data(), got) == sum);
      CHECK(got[0] == products);
      CHECK(got[1] == low);
      CHECK(got[2] == high);
    }
  }
}

TEST_CASE("modular: high words that may be one too small", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    INFO(lowp::to_string(t));
    const std::size_t lanes = most_lanes(t, 64);
    std::vector<std::uint64_t> a(lanes), b(lanes), out(lanes);
    for (int turn = 0; turn < 20000; ++turn) {
      std::uint64_t total = 0;
      for (std::uint64_t& x : a) total += x = any_word<std::uint64_t>() >> 1;
      for (std::uint64_t& x : b) x = any_word<std::uint64_t>() >> 1;
      bool good = near_and_sum_table(t)(a.data(), b.data(), out.data()) == total;
      for (std::size_t i = 0; i < lanes; ++i) {
        const auto high = static_cast<std::uint64_t>(static_cast<u128>(a[i]) * b[i] >> 64);
        good = good && (out[i] == high || out[i] + 1 == high);
      }
      REQUIRE(good);
    }
  }
}

#if defined(__x86_64__)
TEST_CASE("modular: products of 52 bits", "[modular]") {
  if (lowp::detect() < lowp::tier::icelake) return;
  std::vector<std::uint64_t> a(8), b(8), out(16);
  for (int turn = 0; turn < 20000; ++turn) {
    for (std::uint64_t& x : a) x = any_word<std::uint64_t>();
    for (std::uint64_t& x : b) x = any_word<std::uint64_t>();
    tiers::icelake::products_52(a.data(), b.data(), out.data());
    bool good = true;
    for (std::size_t i = 0; i < 8; ++i) {
      constexpr std::uint64_t mask = (std::uint64_t{1} << 52) - 1;
      const u128 p = static_cast<u128>(a[i] & mask) * (b[i] & mask);
      good = good && out[i] == b[i] + (static_cast<std::uint64_t>(p) & mask) &&
             out[8 + i] == a[i] + static_cast<std::uint64_t>(p >> 52);
    }
    REQUIRE(good);
  }
}
#endif
