// modular/montgomery.hpp: r = reduce(z) is right if r < q and r R = z mod q; that is all the oracle needs.
#include <lowp/modular/montgomery.hpp>

#include "cases.hpp"

using namespace lowp;
using namespace modular_cases;

namespace {

template <class Word>
inline constexpr int w = std::numeric_limits<Word>::digits;

template <class Word>
void check_reduce(const montgomery<Word>& m, Word high, Word low) {
  using Wide = wider<Word>;
  const Wide q = m.value(), z = (Wide{high} << w<Word>) | low;
  const Word r = m.reduce(high, low);
  require(r < q && (Wide{r} << w<Word>) % q == z % q, "reduce", q, high, low, r);
}

// a < q, any word b
template <class Word>
void check_pair(const montgomery<Word>& m, Word a, Word b) {
  using Wide = wider<Word>;
  const Wide q = m.value(), product = Wide{a} * b % q;
  const Word r = m.mul(a, b);
  require(r < q && (Wide{r} << w<Word>) % q == product, "mul", q, a, b, r);
  require(m.mul(b, a) == r, "mul of the operands exchanged", q, a, b);
  const Word form = m.to(b);
  require(form < q && form == (Wide{b} << w<Word>) % q, "to", q, b, form);
  require(m.from(form) == b % q, "from", q, form);
  require(m.mul(a, form) == product, "mul of a number and a form", q, a, b);
  require(m.from(m.mul(m.to(a), form)) == product, "mul of two forms", q, a, b);
}

template <class Word>
void check_extremes(Word q) {
  const montgomery<Word> m(q);
  const auto words = extreme_words(q);
  for (const Word a : extremes(q))
    for (const Word b : words) {
      check_pair(m, a, b);
      check_reduce(m, a, b);
    }
}

template <class Word>
void check_edges() {
  for (const Word q : edge_moduli<Word>())
    if (q % 2 != 0) check_extremes(q);
}

template <class Word>
void check_random(int count, int pairs) {
  draws random(11 + sizeof(Word));
  for (int i = 0; i < count; ++i) {
    const montgomery<Word> m(static_cast<Word>(random.modulus<Word>() | 1));
    for (int j = 0; j < pairs; ++j) {
      const Word a = random.below(m.value()), b = static_cast<Word>(random.word());
      check_pair(m, a, b);
      check_reduce(m, a, b);
    }
  }
}

}  // namespace

TEST_CASE("modular: Montgomery, all pairs modulo every odd q below 2^8") {
  for (unsigned q = 3; q < 256; q += 2) {
    const montgomery<std::uint8_t> m(static_cast<std::uint8_t>(q));
    for (unsigned a = 0; a < q; ++a)
      for (unsigned b = 0; b < 256; ++b) {
        check_pair(m, static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
        check_reduce(m, static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));  // every z < q R
      }
  }
}

TEST_CASE("modular: Montgomery, every odd q of 16 bits at its extremes") {
  for (unsigned q = 3; q < 65536; q += 2) check_extremes(static_cast<std::uint16_t>(q));
}

TEST_CASE("modular: Montgomery, moduli at the edges of every length") {
  check_edges<std::uint8_t>();
  check_edges<std::uint16_t>();
  check_edges<std::uint32_t>();
  check_edges<std::uint64_t>();
}

TEST_CASE("modular: Montgomery, random pairs") {
  check_random<std::uint8_t>(500, 200);
  check_random<std::uint16_t>(500, 200);
  check_random<std::uint32_t>(500, 200);
  check_random<std::uint64_t>(500, 200);
}

TEST_CASE("modular: Montgomery, 10^8 random pairs for each word", "[.exhaustive]") {
  check_random<std::uint8_t>(100000, 1000);
  check_random<std::uint16_t>(100000, 1000);
  check_random<std::uint32_t>(100000, 1000);
  check_random<std::uint64_t>(100000, 1000);
}

TEST_CASE("modular: Montgomery, a sum of products reduced at once") {
  const montgomery<std::uint32_t> m(268369921);
  draws random(5);
  std::uint64_t sum = 0, expected = 0;
  for (int i = 0; i < 15; ++i) {  // 15 q^2 < q 2^32
    const std::uint32_t a = random.below(m.value()), b = random.below(m.value());
    sum += std::uint64_t{a} * m.to(b);
    expected = (expected + std::uint64_t{a} * b) % m.value();
  }
  CHECK(m.reduce(sum) == expected);
}

TEST_CASE("modular: Montgomery, powers and constants") {
  draws random(6);
  for (const std::uint64_t q : edge_moduli<std::uint64_t>()) {
    if (q % 2 == 0) continue;
    const montgomery<std::uint64_t> m(q);
    CHECK(m.inverse_modulus() * q == 1);
    CHECK(m.one() == static_cast<std::uint64_t>((uint128{1} << 64) % q));
    CHECK(m.r_squared() == static_cast<std::uint64_t>(uint128{m.one()} * m.one() % q));
    const std::uint64_t a = random.below(q);
    std::uint64_t power = 1 % q;
    for (std::uint64_t e = 0; e < 20; ++e) {
      require(m.from(m.pow(m.to(a), e)) == power, "pow", q, a, e);
      power = static_cast<std::uint64_t>(uint128{power} * a % q);
    }
  }
}

TEST_CASE("modular: Montgomery, constant expressions") {
  constexpr montgomery m{modulus_constant<4293918721>{}};
  STATIC_REQUIRE(std::is_same_v<decltype(m), const montgomery<std::uint32_t>>);
  STATIC_REQUIRE(m.mul(m.value() - 1, m.to(m.value() - 1)) == 1);
  constexpr montgomery<std::uint64_t> wide(18446744073709551615u);
  STATIC_REQUIRE(wide.from(wide.mul(wide.to(12345), wide.to(67890))) == 838102050);
  constexpr montgomery<std::uint8_t> narrow(255);
  STATIC_REQUIRE(narrow.from(narrow.mul(narrow.to(254), narrow.to(254))) == 1);
}

TEST_CASE("modular: Montgomery, what is refused") {
  CHECK_THROWS_WITH(montgomery<std::uint32_t>(998), "lowp: Montgomery multiplication needs an odd modulus, got 998");
  CHECK_THROWS_WITH(montgomery<std::uint8_t>(0), "lowp: Montgomery multiplication needs an odd modulus, got 0");
  CHECK_THROWS_WITH(montgomery<std::uint64_t>(1), "lowp: a modulus must be at least 2, got 1");
}
