// Arrays modulo q: every tier against the remainder of 128-bit integers, for every q and pair of bytes, and for wider
// words at extremes, next to multiples of q, at random and at the moduli where a quotient is hardest to estimate.
#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include <lowp/modular/arrays.hpp>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

__extension__ typedef unsigned __int128 u128;
namespace modular = lowp::modular;
using lowp::modulus;
using lowp::montgomery;
using lowp::shoup;

template <class W>
constexpr int width = 8 * sizeof(W);

std::mt19937_64 draw(7);

template <class W>
W below(W q) {
  return static_cast<W>(draw() % q);
}

// a / b mod q by Euclid; 0 where there is none.
std::uint64_t quotient(std::uint64_t a, std::uint64_t b, std::uint64_t q) {
  __extension__ typedef __int128 i128;
  i128 r = static_cast<i128>(q), next = static_cast<i128>(b), t = 0, next_t = 1;
  while (next != 0) {
    const i128 k = r / next, later = r - k * next, later_t = t - k * next_t;
    r = next, next = later, t = next_t, next_t = later_t;
  }
  if (r != 1) return 0;
  return static_cast<std::uint64_t>(static_cast<u128>(t < 0 ? t + static_cast<i128>(q) : t) * a % q);
}

// Pairs: extremes with each other, products next to a multiple of q, and anything.
template <class W>
void hard_pairs(W q, std::size_t count, std::vector<W>& a, std::vector<W>& b) {
  std::vector<W> ends{0,
                      1,
                      2,
                      static_cast<W>(q - 1),
                      static_cast<W>(q - 2),
                      static_cast<W>(q / 2),
                      static_cast<W>(q / 2 + 1),
                      static_cast<W>(q / 3),
                      static_cast<W>(q - q / 3),
                      static_cast<W>(W{1} << (std::bit_width(q) / 2))};
  for (W& e : ends) e = static_cast<W>(e % q);
  a.clear();
  b.clear();
  for (const W x : ends) {
    for (const W y : ends) {
      a.push_back(x);
      b.push_back(y);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const W x = i % 3 == 0 ? static_cast<W>(q - 1 - below(std::min<W>(q, 50))) : below(q);
    const W product = i % 2 == 0 ? static_cast<W>(q - 1 - below(std::min<W>(q, 3))) : below(std::min<W>(q, 3));
    a.push_back(x);
    b.push_back(i % 5 == 4 ? below(q) : static_cast<W>(quotient(product, x, q)));
  }
}

// Moduli at both ends of each length, those where the 52-bit and 64-bit forms need their second correction, others.
template <class W>
std::vector<W> moduli() {
  std::vector<W> all;
  for (int bits = 2; bits <= width<W>; ++bits) {
    const W first = static_cast<W>(W{1} << (bits - 1)), last = static_cast<W>(first | (first - 1));
    for (const W q :
         {first, static_cast<W>(first + 1), last, static_cast<W>(last - 1),
          static_cast<W>(first | (draw() & last) | 1), static_cast<W>((first | (draw() & last)) & ~std::uint64_t{1})})
      if (q >= 2) all.push_back(q);
  }
  const auto also = [&](std::initializer_list<std::uint64_t> more) {
    for (const std::uint64_t q : more) all.push_back(static_cast<W>(q));
  };
  if (width<W> == 16) also({251, 7681, 12289, 40961, 61441, 65521});
  if (width<W> == 32)
    also({65537, 268369921, 268042241, 536903681, 1073184769, 1073479681, 2147352577, 4293918721, 4294967291});
  if (width<W> == 64)
    also({65537, 562949953216513, 1125899840520193, 1125899839733761, 1152921504581877761, 4611686016417267713,
          4611686018427322369, 9223372036854775783, 18446744069414584321u, 18446744073709551557u});
  return all;
}

template <class W, class Want>
bool same(const std::vector<W>& got, Want&& want, const char* what, std::uint64_t q) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto expected = static_cast<W>(want(i));
    if (got[i] == expected) continue;
    UNSCOPED_INFO(what << " modulo " << q << ", element " << i << ": " << +got[i] << ", expected " << +expected);
    return false;
  }
  return true;
}

// Every operation on a and b.
template <class W>
bool all_right(W q, const std::vector<W>& a, const std::vector<W>& b) {
  const modulus<W> m(q);
  const u128 wide_q = q;
  const std::size_t n = a.size();
  std::vector<W> out(n), c(n);
  for (std::size_t i = 0; i < n; ++i) c[i] = i % 3 == 0 ? static_cast<W>(q - 1) : a[n - 1 - i];
  bool good = true;
  modular::add(a, b, out, m);
  good &= same(
      out, [&](std::size_t i) { return (a[i] + static_cast<u128>(b[i])) % wide_q; }, "add", q);
  modular::sub(a, b, out, m);
  good &= same(
      out, [&](std::size_t i) { return (a[i] + wide_q - b[i]) % wide_q; }, "sub", q);
  modular::negate(a, out, m);
  good &= same(
      out, [&](std::size_t i) { return (wide_q - a[i]) % wide_q; }, "negate", q);
  modular::mul(a, b, out, m);
  good &= same(
      out, [&](std::size_t i) { return static_cast<u128>(a[i]) * b[i] % wide_q; }, "mul", q);
  modular::mul_add(a, b, c, out, m);
  good &= same(
      out, [&](std::size_t i) { return (static_cast<u128>(a[i]) * b[i] % wide_q + c[i]) % wide_q; }, "mul_add", q);
  if (q % 2 != 0) {
    const std::uint64_t r = static_cast<std::uint64_t>((static_cast<u128>(1) << width<W>) % wide_q);
    const u128 inverse = quotient(1, r, q);
    modular::mul(a, b, out, montgomery<W>(q));
    good &= same(
        out, [&](std::size_t i) { return static_cast<u128>(a[i]) * b[i] % wide_q * inverse % wide_q; }, "montgomery",
        q);
  }
  for (const W k : {W{0}, W{1}, static_cast<W>(q - 1), static_cast<W>(q / 2), static_cast<W>(b[n / 2])}) {
    modular::mul(a, k, out, m);
    good &= same(
        out, [&](std::size_t i) { return static_cast<u128>(a[i]) * k % wide_q; }, "constant", q);
    modular::mul_add(a, shoup<W>(k, m), c, out);
    good &= same(
        out, [&](std::size_t i) { return (static_cast<u128>(a[i]) * k % wide_q + c[i]) % wide_q; }, "constant_add",
        q);
  }
  u128 total = 0;
  for (std::size_t i = 0; i < n; ++i) total = (total + static_cast<u128>(a[i]) * b[i] % wide_q) % wide_q;
  if (modular::dot(a, b, m) != static_cast<W>(total)) {
    UNSCOPED_INFO("dot modulo " << +q);
    good = false;
  }
  return good;
}

template <class W>
bool all_pairs(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t q = first; q <= last; ++q) {
    std::vector<W> a, b;
    for (std::uint64_t x = 0; x < q; ++x) {
      for (std::uint64_t y = 0; y < q; ++y) {
        a.push_back(static_cast<W>(x));
        b.push_back(static_cast<W>(y));
      }
    }
    if (!all_right(static_cast<W>(q), a, b)) return false;
  }
  return true;
}

template <class W>
void check_moduli() {
  std::vector<W> a, b;
  for (const W q : moduli<W>()) {
    hard_pairs(q, 300, a, b);
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      INFO(lowp::to_string(t) << ", words of " << width<W>);
      REQUIRE(all_right(q, a, b));
    }
  }
}

template <class W>
void check_reductions() {
  for (const W q : moduli<W>()) {
    std::vector<std::uint64_t> high, low;
    for (int i = 0; i < 120; ++i) {
      const std::uint64_t most = ~std::uint64_t{0};
      // Around multiples of q, and at the upper end.
      const std::uint64_t multiple = draw() / q * q;
      low.push_back(i < 20 ? most - static_cast<std::uint64_t>(i)
                           : (i % 3 == 0 ? draw() >> draw() % 64 : multiple - static_cast<std::uint64_t>(i % 3)));
      high.push_back(i % 4 == 0 ? most - static_cast<std::uint64_t>(i / 4) : draw() >> draw() % 64);
    }
    for (int i = 0; i < 40; ++i) {  // around multiples of q in 128 bits
      const u128 x = (static_cast<u128>(draw()) << 64 | draw()) / q * q - static_cast<u128>(i % 2);
      high.push_back(static_cast<std::uint64_t>(x >> 64));
      low.push_back(static_cast<std::uint64_t>(x));
    }
    const modulus<W> m(q);
    std::vector<W> out(low.size());
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      INFO(lowp::to_string(t) << ", words of " << width<W>);
      modular::reduce(low, out, m);
      REQUIRE(same(
          out, [&](std::size_t i) { return low[i] % q; }, "reduce", q));
      modular::reduce(high, low, out, m);
      REQUIRE(same(
          out, [&](std::size_t i) { return (static_cast<u128>(high[i]) << 64 | low[i]) % q; }, "reduce 128", q));
    }
  }
}

template <class W>
void check_switch() {
  const std::vector<W> all = moduli<W>();
  for (std::size_t k = 0; k < all.size(); ++k) {
    const W p = all[k], q = all[(7 * k + 3) % all.size()];
    std::vector<W> a, unused, out;
    hard_pairs(p, 50, a, unused);
    out.resize(a.size());
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      INFO(lowp::to_string(t) << ", words of " << width<W> << ", from " << +p);
      modular::switch_modulus(a, modulus<W>(p), out, modulus<W>(q));
      REQUIRE(same(
          out,
          [&](std::size_t i) -> u128 {
            if (2 * static_cast<u128>(a[i]) <= p) return a[i] % q;
            return (q - static_cast<u128>(p - a[i]) % q) % q;
          },
          "switch_modulus", q));
    }
  }
}

// Memory that ends where the array ends, for the address sanitizer, and a border that must stay.
template <class W>
class bordered {
 public:
  explicit bordered(std::size_t n) : n_(n), data_(n + 2 * border, W{0x5a}) { data_.shrink_to_fit(); }
  std::span<W> view() { return {data_.data() + border, n_}; }
  bool whole() const {
    return std::all_of(data_.begin(), data_.begin() + border, [](W x) { return x == 0x5a; }) &&
           std::all_of(data_.end() - border, data_.end(), [](W x) { return x == 0x5a; });
  }

 private:
  static constexpr std::ptrdiff_t border = 65;
  std::size_t n_;
  std::vector<W> data_;
};

// f(a, b, c, out, m) leaves what is around out alone, and gives the same where out is a.
template <class W, class F>
void check_edges(W q, std::size_t n, std::size_t offset, F f) {
  const modulus<W> m(q);
  std::vector<W> memory(3 * (n + offset));
  memory.shrink_to_fit();
  for (W& x : memory) x = below(q);
  const std::span<const W> a(memory.data() + offset, n), b(a.data() + n + offset, n), c(b.data() + n + offset, n);
  std::vector<W> want(n);
  for (std::size_t i = 0; i < n; ++i)
    f(a.subspan(i, 1), b.subspan(i, 1), c.subspan(i, 1), std::span(want).subspan(i, 1), m);
  bordered<W> out(n);
  f(a, b, c, out.view(), m);
  CHECK(std::equal(want.begin(), want.end(), out.view().begin()));
  CHECK(out.whole());
  std::copy(a.begin(), a.end(), out.view().begin());
  f(out.view(), b, c, out.view(), m);
  CHECK(std::equal(want.begin(), want.end(), out.view().begin()));
  CHECK(out.whole());
}

template <class W>
void check_lengths(W q) {
  const auto mul = [](auto a, auto b, auto, auto out, auto& m) { modular::mul(a, b, out, m); };
  const auto mul_add = [](auto a, auto b, auto c, auto out, auto& m) { modular::mul_add(a, b, c, out, m); };
  const auto sub = [](auto a, auto b, auto, auto out, auto& m) { modular::sub(a, b, out, m); };
  const auto negate = [](auto a, auto, auto, auto out, auto& m) { modular::negate(a, out, m); };
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(lowp::to_string(t) << ", words of " << width<W>);
    for (std::size_t n = 0; n <= 100; ++n) {
      check_edges(q, n, n % 3, mul);
      check_edges(q, n, 0, mul_add);
      check_edges(q, n, 1, sub);
      check_edges(q, n, 2, negate);
    }
    for (const std::size_t n : {511u, 600u, 1030u}) {  // long enough to be aligned first
      for (std::size_t offset = 0; offset < 9; ++offset) check_edges(q, n, offset, mul_add);
    }
    for (std::size_t n = 0; n <= 100; ++n) {
      std::vector<std::uint64_t> words(n), high(n);
      for (std::size_t i = 0; i < n; ++i) words[i] = draw(), high[i] = draw();
      bordered<W> out(n);
      modular::reduce(words, out.view(), modulus<W>(q));
      bool good = true;
      for (std::size_t i = 0; i < n; ++i) good = good && out.view()[i] == words[i] % q;
      modular::reduce(high, words, out.view(), modulus<W>(q));
      for (std::size_t i = 0; i < n; ++i)
        good = good && out.view()[i] == (static_cast<u128>(high[i]) << 64 | words[i]) % q;
      CHECK(good);
      CHECK(out.whole());
    }
  }
}

template <class W>
void check_dot(W q) {
  for (const std::size_t n : {32768u, 70001u}) {
    const std::vector<W> most(n, static_cast<W>(q - 1));
    std::vector<W> a(n), b(n);
    u128 total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      a[i] = below(q);
      b[i] = below(q);
      total = (total + static_cast<u128>(a[i]) * b[i]) % q;
    }
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      INFO(lowp::to_string(t) << ", modulo " << +q);
      CHECK(modular::dot(most, most, modulus<W>(q)) == static_cast<W>(n % q));  // (-1)^2 n
      CHECK(modular::dot(a, b, modulus<W>(q)) == static_cast<W>(total));
    }
  }
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const lowp::error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("modular: arrays of bytes, all pairs modulo every q", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(lowp::to_string(t));
    CHECK(all_pairs<std::uint8_t>(2, 60));
    CHECK(all_pairs<std::uint8_t>(200, 255));
  }
}
TEST_CASE("modular: arrays, all pairs modulo every q below 2^8", "[.exhaustive][exhaustive]") {
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(lowp::to_string(t));
    CHECK(all_pairs<std::uint8_t>(2, 255));
    CHECK(all_pairs<std::uint16_t>(2, 255));
    CHECK(all_pairs<std::uint32_t>(2, 255));
    CHECK(all_pairs<std::uint64_t>(2, 255));
  }
}
TEST_CASE("modular: arrays of wider words, all pairs modulo small q", "[modular]") {
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO(lowp::to_string(t));
    CHECK(all_pairs<std::uint16_t>(2, 40));
    CHECK(all_pairs<std::uint32_t>(2, 40));
    CHECK(all_pairs<std::uint64_t>(2, 40));
  }
}
TEST_CASE("modular: arrays modulo q at both ends of every length, 8 and 16 bits", "[modular]") {
  check_moduli<std::uint8_t>();
  check_moduli<std::uint16_t>();
}
TEST_CASE("modular: arrays modulo q at both ends of every length, 32 bits", "[modular]") {
  check_moduli<std::uint32_t>();
}
TEST_CASE("modular: arrays modulo q at both ends of every length, 64 bits", "[modular]") {
  check_moduli<std::uint64_t>();
}
TEST_CASE("modular: reduction of words of 64 and 128 bits", "[modular]") {
  check_reductions<std::uint8_t>();
  check_reductions<std::uint16_t>();
  check_reductions<std::uint32_t>();
  check_reductions<std::uint64_t>();
}
TEST_CASE("modular: switch_modulus keeps signed numbers", "[modular]") {
  check_switch<std::uint8_t>();
  check_switch<std::uint16_t>();
  check_switch<std::uint32_t>();
  check_switch<std::uint64_t>();
}
TEST_CASE("modular: arrays of every length, and in place", "[modular]") {
  check_lengths<std::uint8_t>(251);
  check_lengths<std::uint16_t>(12289);
  check_lengths<std::uint32_t>(268369921);
  check_lengths<std::uint64_t>(1125899839733761);
}
TEST_CASE("modular: dot of the largest numbers", "[modular]") {
  check_dot<std::uint8_t>(255);
  check_dot<std::uint16_t>(65535);
  for (const std::uint32_t q : {(1u << 29) - 1, (1u << 30) - 1, ~0u}) check_dot<std::uint32_t>(q);
  {  // low halves of 52 bits that are all ones
    const std::uint64_t q = (std::uint64_t{1} << 52) - 1, x = q - 2;
    std::uint64_t y = 1;
    for (int i = 0; i < 6; ++i) y *= 2 + x * y;  // -1 / x, modulo powers of 2
    y &= q;
    REQUIRE(((x * y) & q) == q);
    for (const std::size_t n : {16384u, 32768u, 40000u}) {
      const std::vector<std::uint64_t> a(n, x), b(n, y);
      CHECK(modular::dot(a, b, modulus<std::uint64_t>(q)) ==
            static_cast<std::uint64_t>(static_cast<u128>(x) * y % q * n % q));
    }
  }
  for (const std::uint64_t q : {(std::uint64_t{1} << 52) - 1, (std::uint64_t{1} << 52) + 1, ~std::uint64_t{0}})
    check_dot<std::uint64_t>(q);
}

TEST_CASE("modular: arrays take what converts to spans, and either kind of modulus", "[modular]") {
  const std::vector<std::uint32_t> a{1, 2, 3};
  std::uint32_t out[3];
  modular::mul(a, a, out, lowp::modulus_constant<7, std::uint32_t>{});
  CHECK((out[0] == 1 && out[1] == 4 && out[2] == 2));
  modular::mul_add(a, 5, a, out, modulus<std::uint32_t>(7));
  CHECK((out[0] == 6 && out[1] == 5 && out[2] == 4));
  CHECK(modular::dot(a, a, modulus<std::uint32_t>(13)) == 1);
  CHECK(modular::dot(std::span<const std::uint32_t>{}, std::span<const std::uint32_t>{},
                     modulus<std::uint32_t>(13)) == 0);
}
TEST_CASE("modular: arrays of different lengths and constants beyond q are refused", "[modular]") {
  const modulus<std::uint32_t> m(7);
  const std::vector<std::uint32_t> a(4, 1), b(5, 1);
  std::vector<std::uint32_t> out(4, 9);
  CHECK(message_of([&] { modular::mul(a, b, out, m); }) ==
        "lowp::modular::mul: arrays of different lengths: a has 4 b has 5 out has 4");
  CHECK(message_of([&] { modular::mul_add(a, a, b, out, m); }) ==
        "lowp::modular::mul_add: arrays of different lengths: a has 4 b has 4 c has 5 out has 4");
  CHECK(message_of([&] { (void)modular::dot(a, b, m); }) ==
        "lowp::modular::dot: arrays of different lengths: a has 4 b has 5");
  CHECK(message_of([&] { modular::mul(a, 7, out, m); }) ==
        "lowp: a constant factor must be below the modulus 7, got 7");
  CHECK(out == std::vector<std::uint32_t>(4, 9));
}

TEST_CASE("modular: 10^8 random pairs of each way to multiply", "[.exhaustive][exhaustive]") {
  const auto check = [](auto q) {
    using W = decltype(q);
    const modulus<W> m(q);
    constexpr std::size_t n = 1 << 16;
    std::vector<W> a(n), b(n), c(n, static_cast<W>(q - 1)), out(n);
    for (int turn = 0; turn < 100000000 / (1 << 16) + 1; ++turn) {
      for (std::size_t i = 0; i < n; ++i) a[i] = below(q), b[i] = below(q);
      modular::mul(a, b, out, m);
      bool good = true;
      for (std::size_t i = 0; i < n; ++i) good = good && out[i] == static_cast<u128>(a[i]) * b[i] % q;
      modular::mul(a, b[0], out, m);
      for (std::size_t i = 0; i < n; ++i) good = good && out[i] == static_cast<u128>(a[i]) * b[0] % q;
      if (q % 2 != 0) {
        const montgomery<W> g(q);
        modular::mul(a, b, out, g);
        for (std::size_t i = 0; i < n; ++i)
          good = good && static_cast<u128>(out[i]) * g.one() % q == static_cast<u128>(a[i]) * b[i] % q;
      }
      REQUIRE(good);
    }
  };
  for (const lowp::tier t : tests::tiers()) {
    if (t == lowp::tier::sapphire) continue;  // has the kernels of icelake
    const lowp::force_tier forced(t);
    INFO(lowp::to_string(t));
    check(std::uint16_t{7681});
    check(std::uint16_t{65521});
    check(std::uint16_t{65520});
    check(std::uint32_t{268369921});
    check(std::uint32_t{1073479681});
    check(std::uint32_t{4293918721});
    check(std::uint64_t{562949953216513});
    check(std::uint64_t{1125899840520193});
    check(std::uint64_t{1152921504581877761});
    check(std::uint64_t{4611686016417267713});
  }
}
