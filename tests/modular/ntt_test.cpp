// Transforms against their definition, summed up in O(n^2) with the % of wider integers.
#include <algorithm>
#include <lowp/modular/ntt.hpp>
#include <vector>

#include "cases.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::modular::find_prime;
using lowp::modular::ntt_kind;
using lowp::modular::ntt_order;
using lowp::modular::ntt_plan;
using modular_cases::uint128;
using modular_cases::wider;

constexpr ntt_kind kinds[] = {ntt_kind::cyclic, ntt_kind::negacyclic};

template <class Word>
std::uint64_t multiply(Word a, Word b, Word q) {
  return static_cast<std::uint64_t>(wider<Word>{a} * b % q);
}

std::size_t reversed(std::size_t i, std::size_t n) {
  std::size_t r = 0;
  for (; n > 1; n /= 2, i /= 2) r = 2 * r + i % 2;
  return r;
}

template <class Word>
std::vector<Word> transformed(const std::vector<Word>& x, const ntt_plan<Word>& plan) {
  const std::size_t n = x.size(), order = plan.kind() == ntt_kind::cyclic ? n : 2 * n;
  std::vector<Word> power(order, 1), y(n);
  for (std::size_t i = 1; i < order; ++i)
    power[i] = static_cast<Word>(multiply<Word>(power[i - 1], plan.root(), plan.q()));
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t e = plan.kind() == ntt_kind::cyclic ? k : 2 * k + 1;
    wider<Word> sum = 0;
    for (std::size_t j = 0; j < n; ++j)
      sum += static_cast<std::uint64_t>(multiply<Word>(x[j], power[j * e % order], plan.q()));
    y[k] = static_cast<Word>(sum % plan.q());
  }
  return y;
}

// The primes just below the limits of all ways to multiply, and the smallest one.
template <class Word>
std::vector<Word> moduli(std::size_t order) {
  std::vector<Word> all;
  std::uint64_t least = order + 1;
  while (!lowp::modular::is_prime(least)) least += order;
  all.push_back(static_cast<Word>(least));
  const std::vector<int> bits =
      sizeof(Word) == 4 ? std::vector{28, 29, 30, 31, 32} : std::vector{32, 49, 50, 51, 60, 61, 62};
  for (const int b : bits) all.push_back(static_cast<Word>(find_prime(b, order)));
  return all;
}

template <class Word>
std::vector<Word> random_values(std::size_t n, Word q, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::vector<Word> x(n);
  for (Word& v : x) v = static_cast<Word>(draw() % q);
  return x;
}

template <class Word>
void check_definition(std::size_t n, Word q, ntt_kind kind) {
  const ntt_plan<Word> plan(n, q, kind);
  CAPTURE(n, q, kind == ntt_kind::cyclic);
  std::vector<std::vector<Word>> inputs{random_values<Word>(n, q, n), std::vector<Word>(n, static_cast<Word>(q - 1))};
  inputs.emplace_back(n, Word{0})[n - 1] = static_cast<Word>(q - 1);
  for (const std::vector<Word>& x : inputs) {
    const std::vector<Word> natural = transformed(x, plan);
    std::vector<Word> reverse(n);
    for (std::size_t i = 0; i < n; ++i) reverse[reversed(i, n)] = natural[i];
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      CAPTURE(lowp::to_string(t));
      // Starts off a line of the cache, and ends with the memory.
      std::vector<Word> memory(n + 1);
      const std::span<Word> y(memory.data() + 1, n);
      for (const ntt_order order : {ntt_order::natural, ntt_order::bit_reversed}) {
        const std::vector<Word>& expected = order == ntt_order::natural ? natural : reverse;
        std::copy(x.begin(), x.end(), y.begin());
        plan.forward(y, order);
        CHECK(std::equal(y.begin(), y.end(), expected.begin()));
        std::copy(expected.begin(), expected.end(), y.begin());
        plan.inverse(y, order);
        CHECK(std::equal(y.begin(), y.end(), x.begin()));
      }
      CHECK(memory[0] == 0);
    }
  }
}

template <class Word>
void check_all_definitions(std::size_t most) {
  for (std::size_t n = 2; n <= most; n *= 2)
    for (const ntt_kind kind : kinds)
      for (const Word q : moduli<Word>(kind == ntt_kind::cyclic ? n : 2 * n)) check_definition(n, q, kind);
}

TEST_CASE("modular: ntt of 32-bit words is its definition") { check_all_definitions<std::uint32_t>(256); }
TEST_CASE("modular: ntt of 64-bit words is its definition") { check_all_definitions<std::uint64_t>(256); }
TEST_CASE("modular: ntt of many points is its definition", "[slow]") {
  for (const std::size_t n : {512u, 1024u}) {
    for (const ntt_kind kind : kinds) {
      check_definition(n, static_cast<std::uint32_t>(find_prime(30, 2 * n)), kind);
      check_definition(n, static_cast<std::uint32_t>(find_prime(32, 2 * n)), kind);
      for (const int bits : {50, 61, 62}) check_definition(n, find_prime(bits, 2 * n), kind);
    }
  }
}

// All tiers give the same bits, which the inverse takes back; a few of them are evaluated as polynomials.
template <class Word>
void check_large(std::size_t n, int bits) {
  const auto q = static_cast<Word>(find_prime(bits, 2 * n));
  for (const ntt_kind kind : kinds) {
    const ntt_plan<Word> plan(n, q, kind);
    CAPTURE(n, q, kind == ntt_kind::cyclic);
    for (const bool random : {true, false}) {
      const std::vector<Word> x =
          random ? random_values<Word>(n, q, n) : std::vector<Word>(n, static_cast<Word>(q - 1));
      for (const ntt_order order : {ntt_order::natural, ntt_order::bit_reversed}) {
        std::vector<Word> first;
        for (const lowp::tier t : tests::tiers()) {
          const lowp::force_tier forced(t);
          CAPTURE(lowp::to_string(t));
          std::vector<Word> y = x;
          plan.forward(y, order);
          if (first.empty()) first = y;
          CHECK((y == first));
          plan.inverse(y, order);
          CHECK((y == x));
        }
        if (!random) continue;
        for (const std::size_t k : {std::size_t{0}, std::size_t{1}, n / 2 + 1, n - 1}) {
          Word point = 1;
          const std::size_t e = kind == ntt_kind::cyclic ? k : 2 * k + 1;
          for (std::size_t bit = std::bit_floor(2 * n); bit > 0; bit /= 2) {
            point = static_cast<Word>(multiply<Word>(point, point, q));
            if ((e & bit) != 0) point = static_cast<Word>(multiply<Word>(point, plan.root(), q));
          }
          Word value = 0;
          for (std::size_t j = n; j-- > 0;) value = static_cast<Word>((wider<Word>{value} * point + x[j]) % q);
          CHECK(first[order == ntt_order::natural ? k : reversed(k, n)] == value);
        }
      }
    }
  }
}

TEST_CASE("modular: ntt of thousands of points has the same bits on all tiers") {
  for (std::size_t n = 2048; n <= 32768; n *= 2) {
    check_large<std::uint32_t>(n, 30);
    check_large<std::uint64_t>(n, 50);
    check_large<std::uint64_t>(n, 61);
  }
  check_large<std::uint32_t>(4096, 32);
  check_large<std::uint64_t>(8192, 62);
}
TEST_CASE("modular: ntt up to 2^20 points goes back and forth", "[slow]") {
  check_large<std::uint32_t>(std::size_t{1} << 19, 30);
  check_large<std::uint32_t>(std::size_t{1} << 20, 30);
  check_large<std::uint64_t>(std::size_t{1} << 20, 50);
  check_large<std::uint64_t>(std::size_t{1} << 17, 62);
}

template <class Word>
std::vector<Word> schoolbook(const std::vector<Word>& a, const std::vector<Word>& b, Word q, ntt_kind kind) {
  const std::size_t n = a.size();
  std::vector<Word> c(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      std::uint64_t product = multiply<Word>(a[i], b[j], q);
      if (i + j >= n && kind == ntt_kind::negacyclic) product = (q - product) % q;
      Word& sum = c[(i + j) % n];
      sum = static_cast<Word>((wider<Word>{sum} + product) % q);
    }
  }
  return c;
}

template <class Word>
void check_products(std::size_t n, Word q, ntt_kind kind) {
  const ntt_plan<Word> plan(n, q, kind);
  CAPTURE(n, q, kind == ntt_kind::cyclic);
  for (const bool random : {true, false}) {
    const std::vector<Word> largest(n, static_cast<Word>(q - 1));
    const std::vector<Word> a = random ? random_values<Word>(n, q, n) : largest;
    const std::vector<Word> b = random ? random_values<Word>(n, q, n + 1) : largest;
    const std::vector<Word> expected = schoolbook(a, b, q, kind), square = schoolbook(a, a, q, kind);
    for (const lowp::tier t : tests::tiers()) {
      const lowp::force_tier forced(t);
      CAPTURE(lowp::to_string(t));
      std::vector<Word> c(n), d = a, e = b, f = a;
      plan.multiply(a, b, c);
      CHECK((c == expected));
      plan.multiply(d, b, d);
      CHECK((d == expected));
      plan.multiply(a, e, e);
      CHECK((e == expected));
      plan.multiply(f, f, f);
      CHECK((f == square));
    }
  }
}

TEST_CASE("modular: ntt multiplies polynomials") {
  for (const std::size_t n : {2u, 4u, 8u, 16u, 32u, 64u, 256u}) {
    for (const ntt_kind kind : kinds) {
      for (const int bits : {20, 30, 32})
        check_products(n, static_cast<std::uint32_t>(find_prime(bits, 2 * n)), kind);
      for (const int bits : {20, 50, 60, 62}) check_products(n, find_prime(bits, 2 * n), kind);
    }
  }
}

TEST_CASE("modular: ntt takes the smallest root, or the one it is given") {
  const auto smallest = [](std::uint64_t order, std::uint64_t q) {
    for (std::uint64_t r = 1;; ++r) {
      std::uint64_t power = 1;
      for (std::uint64_t i = 0; i < order / 2; ++i) power = power * r % q;
      if (power == q - 1) return r;
    }
  };
  for (const std::uint32_t q : {193u, 257u, 449u, 577u, 12289u}) {
    CAPTURE(q);
    for (const std::size_t n : {2u, 8u, 32u}) {
      CHECK(ntt_plan<std::uint32_t>(n, q, ntt_kind::negacyclic).root() == smallest(2 * n, q));
      CHECK(ntt_plan<std::uint64_t>(n, q, ntt_kind::cyclic).root() == smallest(n, q));
    }
  }
  const ntt_plan<std::uint32_t> plan(8, 97, ntt_kind::negacyclic);
  const std::uint64_t least = smallest(16, 97);
  CHECK(plan.root() == least);
  CHECK(plan.size() == 8);
  CHECK(plan.q() == 97);
  CHECK(plan.kind() == ntt_kind::negacyclic);
  CHECK(ntt_plan<std::uint64_t>(8, 97, ntt_kind::negacyclic).root() == least);
  CHECK(ntt_plan<std::uint32_t>(2, 3, ntt_kind::cyclic).root() == 2);

  const std::uint64_t other = least * least * least % 97;
  const ntt_plan<std::uint32_t> chosen(8, 97, ntt_kind::negacyclic, static_cast<std::uint32_t>(other));
  CHECK(chosen.root() == other);
  std::vector<std::uint32_t> x = random_values<std::uint32_t>(8, 97, 1), y = x;
  chosen.forward(y);
  CHECK((y == transformed(x, chosen)));
  CHECK((y != transformed(x, plan)));
}

TEST_CASE("modular: ntt_plan can be copied and moved") {
  for (const std::uint32_t q : {998244353u, 4293918721u}) {
    ntt_plan<std::uint32_t> plan(64, q, ntt_kind::cyclic);
    const std::vector<std::uint32_t> x = random_values<std::uint32_t>(64, q, 2);
    std::vector<std::uint32_t> y = x, z = x, w = x;
    plan.forward(y);
    const ntt_plan<std::uint32_t> copy(plan);
    copy.forward(z);
    CHECK((z == y));
    const ntt_plan<std::uint32_t> moved(std::move(plan));
    moved.forward(w);
    CHECK((w == y));
  }
}

TEST_CASE("modular: ntt refuses bad sizes, moduli and roots") {
  using narrow = ntt_plan<std::uint32_t>;
  using wide = ntt_plan<std::uint64_t>;
  for (const std::size_t n : {0u, 1u, 3u, 24u, 1u << 21})
    CHECK_THROWS_WITH(narrow(n, 97, ntt_kind::cyclic),
                      "lowp: an ntt_plan needs a power of two from 2 to 1048576 points, got " + std::to_string(n));
  for (const std::uint32_t q : {0u, 1u, 2u * 17u, 33u})
    CHECK_THROWS_WITH(narrow(8, q, ntt_kind::cyclic),
                      "lowp: an ntt_plan needs a prime modulus, got " + std::to_string(q));
  CHECK_THROWS_WITH(narrow(32, 17, ntt_kind::cyclic),
                    "lowp: a cyclic transform of 32 points needs a modulus that is 1 modulo 32, got 17");
  CHECK_THROWS_WITH(narrow(16, 17, ntt_kind::negacyclic),
                    "lowp: a negacyclic transform of 16 points needs a modulus that is 1 modulo 32, got 17");
  CHECK_THROWS_WITH(narrow(2, 2, ntt_kind::cyclic),
                    "lowp: a cyclic transform of 2 points needs a modulus that is 1 modulo 2, got 2");
  const std::uint64_t too_wide = find_prime(63, 16);
  CHECK_THROWS_WITH(wide(8, too_wide, ntt_kind::negacyclic),
                    "lowp: an ntt_plan of 64-bit words needs a modulus below 2^62, got " + std::to_string(too_wide));
  CHECK_THROWS_WITH(narrow(8, 97, ntt_kind::negacyclic, 22), "lowp: 22 is no root of unity of order 16 modulo 97");
  CHECK_THROWS_WITH(narrow(8, 97, ntt_kind::negacyclic, 105), "lowp: 105 is no root of unity of order 16 modulo 97");

  for (const std::uint32_t q : {97u, 4293918721u}) {
    const narrow plan(8, q, ntt_kind::cyclic);
    std::vector<std::uint32_t> right(8), wrong(9);
    CHECK_THROWS_WITH(plan.forward(wrong), "lowp: forward of an ntt_plan of 8 points got 9 values");
    CHECK_THROWS_WITH(plan.inverse(wrong), "lowp: inverse of an ntt_plan of 8 points got 9 values");
    CHECK_THROWS_WITH(plan.multiply(wrong, right, right), "lowp: multiply of an ntt_plan of 8 points got 9 values");
    CHECK_THROWS_WITH(plan.multiply(right, wrong, right), "lowp: multiply of an ntt_plan of 8 points got 9 values");
    CHECK_THROWS_WITH(plan.multiply(right, right, wrong), "lowp: multiply of an ntt_plan of 8 points got 9 values");
  }
}

}  // namespace
