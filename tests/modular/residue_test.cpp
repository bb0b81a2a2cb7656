// modular/residue.hpp: the type over the modulus, whose arithmetic has tests of its own; here ranges, conversions, mixed
// operands, and all pairs of lazy values of small moduli.
#include <lowp/modular/residue.hpp>
#include <sstream>
#include <unordered_set>

#include "cases.hpp"

using namespace lowp;
using namespace modular_cases;

namespace {

template <std::uint64_t q, std::uint64_t K, class Word>
Word value(residue<q, lazy<K>, Word> x) {
  require(uint128{x.value()} < uint128{K} * q, "out of its range", q, K, x.value());
  return x.value();
}

// a in [0, A q), b in [0, B q)
template <std::uint64_t q, std::uint64_t A, std::uint64_t B, class Word>
void check_pair(residue<q, lazy<A>, Word> a, residue<q, lazy<B>, Word> b) {
  const uint128 x = a.value(), y = b.value(), opposite = uint128{B} * q - y;
  require(value(a + b) % q == (x + y) % q, "+", q, a.value(), b.value());
  require(value(a - b) % q == (x + opposite) % q, "-", q, a.value(), b.value());
  require(value(a * b) == x * y % q, "*", q, a.value(), b.value());
  require((a == b) == (x % q == y % q), "==", q, a.value(), b.value());
  require(value(-a) == (q - x % q) % q, "negate", q, a.value());
  require(value(a.reduced()) == x % q, "reduced", q, a.value());
  require(std::hash<decltype(a)>{}(a) == std::hash<Word>{}(static_cast<Word>(x % q)), "hash", q, a.value());
  if constexpr (A + B <= last<Word> / q) {
    require(value(a.lazy_add(b)) == x + y, "lazy_add", q, a.value(), b.value());
    require(value(a.lazy_sub(b)) == x + opposite, "lazy_sub", q, a.value(), b.value());
  }
}

template <std::uint64_t q, std::uint64_t A, std::uint64_t B, class Word = std::uint8_t>
void check_all_pairs() {
  for (std::uint64_t a = 0; a < A * q; ++a)
    for (std::uint64_t b = 0; b < B * q; ++b)
      check_pair(residue<q, lazy<A>, Word>::from_value(static_cast<Word>(a)),
                 residue<q, lazy<B>, Word>::from_value(static_cast<Word>(b)));
}

template <std::uint64_t q, std::uint64_t A, std::uint64_t B, class Word>
void check_some_pairs() {
  draws random(41);
  const auto draw = [&](int i, std::uint64_t end) {  // [0, end), the ends first; end = 0 is 2^64
    const std::uint64_t ends[] = {0, 1, end - 1, end - 2, q - 1};
    return static_cast<Word>(i < 5 ? ends[i] : end == 0 ? random.word() : random.below(end));
  };
  for (int i = 0; i < 100; ++i)
    for (int j = 0; j < 100; ++j)
      check_pair(residue<q, lazy<A>, Word>::from_value(draw(i, A * q)),
                 residue<q, lazy<B>, Word>::from_value(draw(j, B * q)));
}

template <class T>
concept HasLess = requires(T a) {
  a < a;
};

using r17 = residue<17>;
using r251 = residue<251>;

}  // namespace

TEST_CASE("modular: residues, all pairs of small moduli in every range that fits") {
  check_all_pairs<2, 1, 1>();
  check_all_pairs<16, 1, 1>();
  check_all_pairs<251, 1, 1>();
  check_all_pairs<255, 1, 1>();
  check_all_pairs<51, 1, 2>();
  check_all_pairs<51, 2, 1>();
  check_all_pairs<51, 3, 2>();
  check_all_pairs<64, 2, 2>();  // 4 q = 2^8: the word is full
  check_all_pairs<2, 64, 64>();
}

TEST_CASE("modular: residues, wider words") {
  check_some_pairs<65521, 1, 1, std::uint16_t>();
  check_some_pairs<16381, 2, 2, std::uint16_t>();
  check_some_pairs<268369921, 4, 4, std::uint32_t>();
  check_some_pairs<268369921, 1, 8, std::uint32_t>();
  check_some_pairs<4294967291, 1, 1, std::uint32_t>();
  check_some_pairs<4294967291, 2, 2, std::uint64_t>();
  check_some_pairs<18446744073709551557u, 1, 1, std::uint64_t>();
  check_some_pairs<4611686016417267713, 2, 2, std::uint64_t>();
  check_some_pairs<4611686016417267713, 1, 3, std::uint64_t>();
  check_some_pairs<4611686016417267713, 3, 1, std::uint64_t>();
  check_some_pairs<(std::uint64_t{1} << 62), 2, 2, std::uint64_t>();
  check_some_pairs<4294967296, 1, 1, std::uint64_t>();
}

TEST_CASE("modular: the type of a result carries its range") {
  const r17 a(5), b(14);
  const auto sum = a.lazy_add(b);
  STATIC_REQUIRE(std::is_same_v<decltype(a + b), r17>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum), const residue<17, lazy<2>>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum + a), residue<17, lazy<3>>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum - sum), residue<17, lazy<4>>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum * sum), r17>);
  STATIC_REQUIRE(std::is_same_v<decltype(a / sum), r17>);
  STATIC_REQUIRE(std::is_same_v<decltype(-sum), r17>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum.reduced()), r17>);
  STATIC_REQUIRE(std::is_convertible_v<r17, residue<17, lazy<2>>>);
  STATIC_REQUIRE(std::is_convertible_v<residue<17, lazy<2>>, residue<17, lazy<4>>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<r17, residue<17, lazy<2>>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<residue<17, lazy<2>>, residue<17, lazy<3>>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<r17, residue<19>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<int, residue<17, lazy<2>>>);
  STATIC_REQUIRE_FALSE(HasLess<r17>);
  CHECK(sum.value() == 19);
  CHECK(sum == a + b);
  CHECK(residue<17, lazy<2>>(a).value() == 5);
  CHECK(r17(residue<17, lazy<1>, std::uint64_t>(5)) == a);

  STATIC_REQUIRE(std::is_same_v<r251::word, std::uint8_t>);
  STATIC_REQUIRE(std::is_same_v<residue<256>::word, std::uint16_t>);
  STATIC_REQUIRE(std::is_same_v<residue<65537>::word, std::uint32_t>);
  STATIC_REQUIRE(std::is_same_v<residue<18446744073709551615u>::word, std::uint64_t>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<r251>);
  STATIC_REQUIRE(std::is_trivially_default_constructible_v<r251>);
  STATIC_REQUIRE(std::is_standard_layout_v<r251>);
  STATIC_REQUIRE(sizeof(r251) == 1);
}

TEST_CASE("modular: residues and integers") {
  CHECK(r17(20) == 3);
  CHECK(r17(-1).value() == 16);
  CHECK(r17(std::int8_t{-128}).value() == 8);
  CHECK(r17(std::numeric_limits<std::int64_t>::min()).value() == 17 - 9223372036854775808u % 17);
  CHECK(r17(~std::uint64_t{0}).value() == 0);
  CHECK(r251(~std::uint32_t{0}).value() == 4294967295u % 251);
  const r17 a(5);
  CHECK(a + 15 == 3);
  CHECK(15 + a == r17(3));
  CHECK(a - 6 == -1);
  CHECK(-6 - a == 6);
  CHECK(a * -2 == 7);
  CHECK(2u * a == 10);
  CHECK(a / 2 == 11);
  CHECK(1 / a == 7);
  CHECK(20 != a);
  CHECK(22 == a);
  CHECK(static_cast<int>(a) == 5);
  CHECK(static_cast<bool>(a));
  CHECK(a.centred() == 5);
  CHECK(r17(9).centred() == -8);
  CHECK(residue<16>(8).centred() == 8);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<int, r17>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<r17, int>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<r17, double>);

  r17 x(16);
  CHECK(x++ == 16);
  CHECK(x == 0);
  CHECK(--x == 16);
  CHECK(++x == 0);
  CHECK(x-- == 0);
  x += 2;
  x += a;
  CHECK(x == 6);
  x -= a;
  x *= r17(3);
  x /= 2;
  CHECK(x == r17(3) / 2);
}

TEST_CASE("modular: residues, division and powers") {
  for (int a = 0; a < 251; ++a) {
    const r251 x(a);
    r251 power(1);
    for (int e = 0; e < 12; ++e) {
      require(x.pow(e) == power, "pow", a, e);
      power *= x;
    }
    if (a == 0) continue;
    require(x.inverse() * x == 1, "inverse", a);
    require(x.pow(-3) * x * x * x == 1, "a negative power", a);
    for (int b = 0; b < 251; ++b) require(b / x * x == b, "/", a, b);
    require(residue<251, lazy<2>, std::uint16_t>::from_value(static_cast<std::uint16_t>(a + 251)).inverse().value() ==
                x.inverse().value(),
            "inverse of a lazy value", a);
  }
  CHECK(r251(3).pow(std::numeric_limits<std::int64_t>::min()) * r251(3).pow(std::uint64_t{1} << 63) == 1);
  CHECK(r251(3).pow(~std::uint64_t{0}) == r251(3).pow(~std::uint64_t{0} % 250));
  CHECK_THROWS_WITH(r251(1) / 0, "lowp: 0 has no inverse modulo 251: both are multiples of 251");
  CHECK_THROWS_WITH(residue<12>(8).inverse(), "lowp: 8 has no inverse modulo 12: both are multiples of 4");
  CHECK_THROWS_AS(residue<12>(8).pow(-1), error);
}

TEST_CASE("modular: residues in streams and sets") {
  std::ostringstream out;
  out << r251(65) << ' ' << r17(-1) << ' ' << r17(16).lazy_add(r17(2)) << ' '
      << residue<18446744073709551615u>(18446744073709551614u);
  CHECK(out.str() == "65 16 1 18446744073709551614");

  r17 x(2);
  const auto read = [&](const char* text) {
    std::istringstream in(text);
    in >> x;
    return static_cast<bool>(in);
  };
  CHECK((read("20") && x == 3));
  CHECK((read("  -1") && x == 16));
  CHECK((read("-18446744073709551615") && x == 0));
  CHECK((read("18446744073709551614") && x == 16));
  CHECK((!read("18446744073709551616") && x == 16));
  CHECK((!read("--1") && x == 16));
  CHECK((!read("q") && x == 16));
  CHECK((!read("") && x == 16));

  std::unordered_set<r251> set;
  for (int i = 0; i < 1000; ++i) set.insert(r251(i));
  CHECK(set.size() == 251);
}

namespace {
template <r17 x>
struct with_argument {
  static constexpr r17 square = x * x;
};
constexpr r17 polynomial(r17 x) { return (x + 3) * x - 1; }
}  // namespace

TEST_CASE("modular: residues in constant expressions") {
  STATIC_REQUIRE(polynomial(r17(5)) == 5);
  STATIC_REQUIRE(with_argument<r17(5)>::square == 8);
  STATIC_REQUIRE(r17(3).pow(16) == 1);
  STATIC_REQUIRE(r17(3).pow(-1) == 6);
  STATIC_REQUIRE(r17(1) / 2 == 9);
  STATIC_REQUIRE(residue<4611686016417267713>(-1).lazy_add(residue<4611686016417267713>(-1)) == -2);
  STATIC_REQUIRE(residue<18446744073709551557u>(-1) * -1 == 1);
  constexpr residue<65537> fermat(3);
  STATIC_REQUIRE(fermat.pow(32768) == -1);
  STATIC_REQUIRE(residue<65537>::modulus_type{}.value() == 65537);
}
