// modular/modulus.hpp: all pairs modulo every q below 2^8, every q of 16 bits at its extremes, and in wider words the
// edges of every length, the known traps and random pairs.
#include <lowp/modular/modulus.hpp>

#include "cases.hpp"

using namespace lowp;
using namespace modular_cases;

namespace {

template <class M>
void check_pair(const M& m, typename M::word a, typename M::word b) {
  using Word = typename M::word;
  using Wide = wider<Word>;
  const Wide q = m.value(), x = a, y = b;
  const Word c = static_cast<Word>(q - 1 - x);
  require(m.add(a, b) == (x + y) % q, "add", q, a, b);
  require(m.mul(a, static_cast<Word>(last<Word> - b)) == x * (Wide{last<Word>} - y) % q, "mul by any word", q, a, b);
  require(m.mul_add(a, static_cast<Word>(last<Word> - b), c) == (x * (Wide{last<Word>} - y) + c) % q,
          "mul_add by any word", q, a, b);
  require(m.sub(a, b) == (x + q - y) % q, "sub", q, a, b);
  require(m.mul(a, b) == x * y % q, "mul", q, a, b);
  require(m.mul_add(a, b, c) == (x * y + c) % q, "mul_add", q, a, b, c);
}

// From below 2^64, and two words of 64 bits.
template <class M>
void check_reduce(const M& m, std::uint64_t high, std::uint64_t low) {
  const std::uint64_t q = m.value();
  require(m.reduce(low) == low % q, "reduce", q, low);
  const std::uint64_t rest = high % q;
  require(m.reduce(high, low) == ((uint128{rest} << 64) + low) % q, "reduce of two words", q, high, low);
}

template <class M>
void check_one(const M& m, typename M::word a) {
  using Word = typename M::word;
  const std::uint64_t q = m.value();
  require(m.negate(a) == (a == 0 ? 0 : q - a), "negate", q, a);
  const auto signed_a = m.centred(a);
  const bool upper = a > q - a;  // a > q / 2
  require(upper ? signed_a < 0 : signed_a >= 0, "the sign of centred", q, a);
  require(static_cast<Word>(static_cast<std::uint64_t>(signed_a) + (upper ? q : 0)) == a, "centred", q, a);
  require(m.from_signed(signed_a) == a, "from_signed of centred", q, a);
}

template <class M>
void check_extremes(const M& m) {
  const auto some = extremes(m.value());
  for (const auto a : some) {
    check_one(m, a);
    for (const auto b : some) check_pair(m, a, b);
  }
  const auto words = extreme_words<std::uint64_t>(m.value());
  for (const auto high : words)
    for (const auto low : words) check_reduce(m, high, low);
}

template <class Word>
void check_random(int count, int pairs) {
  draws random(1 + sizeof(Word));
  for (int i = 0; i < count; ++i) {
    const modulus<Word> m(random.modulus<Word>());
    for (int j = 0; j < pairs; ++j) {
      const Word a = random.below(m.value()), b = random.below(m.value());
      check_pair(m, a, b);
      check_one(m, a);
      check_reduce(m, random.word(), random.word());
    }
  }
}

template <class Word>
void check_edges() {
  for (const Word q : edge_moduli<Word>()) check_extremes(modulus<Word>(q));
}

}  // namespace

TEST_CASE("modular: all pairs modulo every q below 2^8") {
  for (unsigned q = 2; q < 256; ++q) {
    const modulus<std::uint8_t> m(static_cast<std::uint8_t>(q));
    for (unsigned a = 0; a < q; ++a) {
      check_one(m, static_cast<std::uint8_t>(a));
      for (unsigned b = 0; b < q; ++b) check_pair(m, static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
    }
    for (std::uint64_t x = 0; x < 65536; ++x) require(m.reduce(x) == x % q, "reduce", q, x);
  }
}

TEST_CASE("modular: every q of 16 bits at its extremes") {
  for (unsigned q = 2; q < 65536; ++q) {
    const modulus<std::uint16_t> m(static_cast<std::uint16_t>(q));
    const auto some = extremes(m.value());
    for (const auto a : some) {
      check_one(m, a);
      for (const auto b : some) check_pair(m, a, b);
    }
    const std::uint64_t top = 65536 / q * q;  // where a quotient is the likeliest to be one off
    for (const std::uint64_t x : {top - 1, top, ~std::uint64_t{0} / q * q, ~std::uint64_t{0} / q * q - 1})
      check_reduce(m, x, x);
  }
}

TEST_CASE("modular: moduli at the edges of every length") {
  check_edges<std::uint8_t>();
  check_edges<std::uint16_t>();
  check_edges<std::uint32_t>();
  check_edges<std::uint64_t>();
}

TEST_CASE("modular: random pairs") {
  check_random<std::uint8_t>(100, 200);
  check_random<std::uint16_t>(500, 200);
  check_random<std::uint32_t>(2000, 200);
  check_random<std::uint64_t>(2000, 200);
}

TEST_CASE("modular: 10^8 random pairs for each word", "[.exhaustive]") {
  check_random<std::uint8_t>(100000, 1000);
  check_random<std::uint16_t>(100000, 1000);
  check_random<std::uint32_t>(100000, 1000);
  check_random<std::uint64_t>(100000, 1000);
}

TEST_CASE("modular: a quotient that is one off in every way") {
  // (q - 1)^2 = 1 where reduction by one correction gives q + 1.
  for (const std::uint64_t q : {1125899840520193u, 4611686016417267713u})
    CHECK(modulus<std::uint64_t>(q).mul(q - 1, q - 1) == 1);
  // Two corrections are needed in a few cases in 2^64 only: a quotient whose estimate is beyond by one, and short of by
  // one, with remainders at both ends.
  draws random(7);
  for (const std::uint64_t q : edge_moduli<std::uint64_t>()) {
    const modulus<std::uint64_t> m(q);
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t k = i == 0 ? q - 1 : random.below(q);
      for (const uint128 z : {uint128{k} * q, uint128{k} * q + (q - 1), uint128{k} * q + q / 2})
        require(m.reduce(static_cast<std::uint64_t>(z >> 64), static_cast<std::uint64_t>(z)) == z % q, "reduce", q, k,
                static_cast<std::uint64_t>(z % q));
    }
  }
}

TEST_CASE("modular: powers") {
  draws random(2);
  for (const std::uint64_t q : edge_moduli<std::uint64_t>()) {
    const modulus<std::uint64_t> m(q);
    for (std::uint64_t a : {std::uint64_t{0}, std::uint64_t{1}, q - 1, random.below(q)}) {
      std::uint64_t power = 1;
      for (std::uint64_t e = 0; e < 20; ++e) {
        require(m.pow(a, e) == power, "pow", q, a, e);
        power = static_cast<std::uint64_t>(uint128{power} * a % q);
      }
    }
  }
  const modulus<std::uint64_t> m(18446744073709551557u);  // a prime: a^(q - 1) = 1
  for (int i = 0; i < 100; ++i) CHECK(m.pow(1 + random.below(m.value() - 1), m.value() - 1) == 1);
}

TEST_CASE("modular: every inverse modulo every q below 2^8") {
  for (unsigned q = 2; q < 256; ++q) {
    const modulus<std::uint8_t> m(static_cast<std::uint8_t>(q));
    for (unsigned a = 0; a < q; ++a) {
      unsigned expected = 0;
      for (unsigned b = 1; b < q && expected == 0; ++b)
        if (a * b % q == 1) expected = b;
      if (expected == 0) {
        CHECK_THROWS_AS(m.inverse(static_cast<std::uint8_t>(a)), error);
      } else {
        require(m.inverse(static_cast<std::uint8_t>(a)) == expected, "inverse", q, a);
        require(m.divide(1, static_cast<std::uint8_t>(a)) == expected, "divide", q, a);
      }
    }
  }
}

TEST_CASE("modular: inverses in wider words") {
  draws random(3);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t q = i % 2 == 0 ? random.modulus<std::uint64_t>() : 18446744073709551557u - 2u * unsigned(i);
    const modulus<std::uint64_t> m(q);
    const std::uint64_t a = random.below(q);
    std::uint64_t x = q, y = a;
    while (y != 0) {
      const std::uint64_t r = x % y;
      x = y;
      y = r;
    }
    if (x != 1) continue;
    require(m.inverse(a) < q && uint128{m.inverse(a)} * a % q == 1 % q, "inverse", q, a);
    const std::uint64_t b = random.below(q);
    require(uint128{m.divide(b, a)} * a % q == b, "divide", q, b, a);
  }
}

TEST_CASE("modular: signed integers") {
  for (const std::int64_t x : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min() + 1,
                               std::int64_t{-252}, std::int64_t{-251}, std::int64_t{-1}, std::int64_t{0},
                               std::int64_t{250}, std::int64_t{251}, std::numeric_limits<std::int64_t>::max()}) {
    for (const std::uint64_t q : edge_moduli<std::uint64_t>()) {
      const modulus<std::uint64_t> m(q);
      __extension__ const __int128 wide = x, r = wide % static_cast<__int128>(q);
      const auto expected = static_cast<std::uint64_t>(r < 0 ? r + static_cast<__int128>(q) : r);
      require(m.from_signed(x) == expected, "from_signed", q, static_cast<std::uint64_t>(x));
      require(m.reduce(x) == expected, "reduce of a signed integer", q, static_cast<std::uint64_t>(x));
    }
  }
  const modulus<std::uint8_t> even(8), odd(7);
  CHECK(even.centred(4) == 4);  // a tie is positive
  CHECK(even.centred(5) == -3);
  CHECK(odd.centred(3) == 3);
  CHECK(odd.centred(4) == -3);
}

TEST_CASE("modular: a modulus known at compile time is the same") {
  check_extremes(modulus_constant<2>{});
  check_extremes(modulus_constant<251>{});
  check_extremes(modulus_constant<256>{});
  check_extremes(modulus_constant<17, std::uint64_t>{});
  check_extremes(modulus_constant<65537>{});
  check_extremes(modulus_constant<4294967295>{});
  check_extremes(modulus_constant<4611686016417267713>{});
  check_extremes(modulus_constant<18446744073709551615u>{});
  STATIC_REQUIRE(Modulus<modulus_constant<251>>);
  STATIC_REQUIRE(Modulus<modulus<std::uint16_t>>);
  STATIC_REQUIRE(std::is_same_v<modulus_constant<255>::word, std::uint8_t>);
  STATIC_REQUIRE(std::is_same_v<modulus_constant<256>::word, std::uint16_t>);
  STATIC_REQUIRE(std::is_same_v<modulus_constant<65536>::word, std::uint32_t>);
  STATIC_REQUIRE(std::is_same_v<modulus_constant<4294967296>::word, std::uint64_t>);
  STATIC_REQUIRE(std::is_empty_v<modulus_constant<251>>);
  const modulus<std::uint8_t> m = modulus_constant<251>{};
  CHECK(m == modulus<std::uint8_t>(251));
  CHECK_FALSE(m == modulus<std::uint8_t>(241));
}

TEST_CASE("modular: constant expressions") {
  constexpr modulus<std::uint64_t> m(4611686016417267713);
  STATIC_REQUIRE(m.value() == 4611686016417267713);
  STATIC_REQUIRE(m.bits() == 62);
  STATIC_REQUIRE(m.mul(m.value() - 1, m.value() - 1) == 1);
  STATIC_REQUIRE(m.pow(3, m.value() - 1) == 1);
  constexpr modulus_constant<251> p;
  STATIC_REQUIRE(p.bits() == 8);
  STATIC_REQUIRE(p.mul(p.inverse(7), 7) == 1);
  STATIC_REQUIRE(p.centred(p.reduce(-5)) == -5);
  STATIC_REQUIRE(p.reduce(1, 0) == 18446744073709551615u % 251 + 1);
  STATIC_REQUIRE(modulus<std::uint8_t>(255).add(254, 254) == 253);
  STATIC_REQUIRE(modulus<std::uint8_t>(2).bits() == 2);
}

TEST_CASE("modular: what is refused at run time") {
  CHECK_THROWS_WITH(modulus<std::uint32_t>(1), "lowp: a modulus must be at least 2, got 1");
  CHECK_THROWS_WITH(modulus<std::uint64_t>(0), "lowp: a modulus must be at least 2, got 0");
  CHECK_THROWS_WITH(modulus<std::uint8_t>(12).inverse(8),
                    "lowp: 8 has no inverse modulo 12: both are multiples of 4");
  CHECK_THROWS_WITH(modulus<std::uint8_t>(12).divide(1, 0),
                    "lowp: 0 has no inverse modulo 12: both are multiples of 12");
}
