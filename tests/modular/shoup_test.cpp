// modular/shoup.hpp: all constants and all words modulo every q below 2^8, and the edges of wider words.
#include <lowp/modular/shoup.hpp>

#include "cases.hpp"

using namespace lowp;
using namespace modular_cases;

namespace {

// c < q, any word x
template <class Word>
void check_pair(const modulus<Word>& m, Word c, Word x) {
  using Wide = wider<Word>;
  const Wide q = m.value(), product = Wide{c} * x % q;
  const shoup<Word> by(c, m);
  require(by.mul(x) == product, "mul", q, c, x);
  if (q <= last<Word> / 2 + 1) {
    const Word lazy = by.mul_lazy(x);
    require(lazy < 2 * q && lazy % q == product, "mul_lazy", q, c, x, lazy);
  }
  for (const Word d : {Word{0}, static_cast<Word>(q - 1), static_cast<Word>(x % q)})
    require(by.mul_add(x, d) == (product + d) % q, "mul_add", q, c, x, d);
}

template <class Word>
void check_extremes(Word q) {
  const modulus<Word> m(q);
  const auto words = extreme_words(q);
  for (const Word c : extremes(q))
    for (const Word x : words) check_pair(m, c, x);
}

template <class Word>
void check_random(int count, int pairs) {
  draws random(21 + sizeof(Word));
  for (int i = 0; i < count; ++i) {
    const modulus<Word> m(random.modulus<Word>());
    for (int j = 0; j < pairs; ++j) check_pair(m, random.below(m.value()), static_cast<Word>(random.word()));
  }
}

}  // namespace

TEST_CASE("modular: Shoup, all constants and words modulo every q below 2^8") {
  for (unsigned q = 2; q < 256; ++q) {
    const modulus<std::uint8_t> m(static_cast<std::uint8_t>(q));
    for (unsigned c = 0; c < q; ++c)
      for (unsigned x = 0; x < 256; ++x) check_pair(m, static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(x));
  }
}

TEST_CASE("modular: Shoup, every q of 16 bits at its extremes") {
  for (unsigned q = 2; q < 65536; ++q) check_extremes(static_cast<std::uint16_t>(q));
}

TEST_CASE("modular: Shoup, moduli at the edges of every length") {
  for (const std::uint8_t q : edge_moduli<std::uint8_t>()) check_extremes(q);
  for (const std::uint16_t q : edge_moduli<std::uint16_t>()) check_extremes(q);
  for (const std::uint32_t q : edge_moduli<std::uint32_t>()) check_extremes(q);
  for (const std::uint64_t q : edge_moduli<std::uint64_t>()) check_extremes(q);
}

TEST_CASE("modular: Shoup, random pairs") {
  check_random<std::uint8_t>(500, 200);
  check_random<std::uint16_t>(500, 200);
  check_random<std::uint32_t>(500, 200);
  check_random<std::uint64_t>(500, 200);
}

TEST_CASE("modular: Shoup, 10^8 random pairs for each word", "[.exhaustive]") {
  check_random<std::uint8_t>(100000, 1000);
  check_random<std::uint16_t>(100000, 1000);
  check_random<std::uint32_t>(100000, 1000);
  check_random<std::uint64_t>(100000, 1000);
}

TEST_CASE("modular: Shoup, a remainder of 65 bits") {
  // Modulo the largest q, the quotient is short of the true one for most words.
  draws random(8);
  for (std::uint64_t below = 0; below < 64; ++below) {
    const modulus<std::uint64_t> m(~std::uint64_t{0} - below);
    for (int i = 0; i < 100; ++i) check_pair(m, m.value() - 1 - random.word() % 100, ~random.word() % 100);
    for (int i = 0; i < 100; ++i) check_pair(m, random.below(m.value()), ~(random.word() % 100));
  }
}

TEST_CASE("modular: Shoup, constant expressions and what is refused") {
  constexpr modulus_constant<268369921> q;
  constexpr shoup by(123456789u, q);
  STATIC_REQUIRE(by.mul(234567890) == 69159790);
  STATIC_REQUIRE(by.mul_lazy(234567890) % q.value() == 69159790);
  STATIC_REQUIRE(by.mul_add(234567890, 200000000) == 789869);
  STATIC_REQUIRE(by.factor() == 123456789);
  STATIC_REQUIRE(by.quotient() == (123456789ull << 32) / 268369921);
  STATIC_REQUIRE(by.value() == 268369921);
  STATIC_REQUIRE(shoup<std::uint64_t>(18446744073709551614u, modulus_constant<18446744073709551615u>{})
                     .mul(18446744073709551614u) == 1);
  CHECK_THROWS_WITH(shoup<std::uint8_t>(17, modulus_constant<17>{}),
                    "lowp: a constant factor must be below the modulus 17, got 17");
}
