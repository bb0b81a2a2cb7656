// modular/primes.hpp, against the sieve of Eratosthenes and GMP.
#include <gmp.h>

#include <algorithm>
#include <lowp/modular/primes.hpp>

#include "cases.hpp"

using namespace lowp;
using namespace lowp::modular;
using modular_cases::draws;
using modular_cases::require;
using modular_cases::uint128;

namespace {

std::uint64_t power(std::uint64_t x, std::uint64_t e, std::uint64_t q) {
  std::uint64_t p = 1 % q;
  for (; e != 0; e >>= 1, x = static_cast<std::uint64_t>(uint128{x} * x % q))
    if ((e & 1) != 0) p = static_cast<std::uint64_t>(uint128{p} * x % q);
  return p;
}

bool prime_by_gmp(std::uint64_t n) {
  mpz_t z;
  mpz_init(z);
  mpz_import(z, 1, 1, sizeof n, 0, 0, &n);
  const bool prime = mpz_probab_prime_p(z, 40) != 0;
  mpz_clear(z);
  return prime;
}

void check_factors(std::uint64_t n) {
  const prime_factors primes(n);
  std::uint64_t rest = n, before = 1;
  for (const std::uint64_t p : primes) {
    require(p > before && prime_by_gmp(p) && rest % p == 0, "prime_factors", n, p);
    before = p;
    while (rest % p == 0) rest /= p;
  }
  require(rest == 1, "prime_factors leave a rest", n, rest);
}

}  // namespace

TEST_CASE("modular: primes up to 10^6") {
  std::vector<bool> composite(1000000);
  for (std::size_t i = 2; i < composite.size(); ++i) {
    require(is_prime(i) == !composite[i], "is_prime", i);
    for (std::size_t j = i * i; j < composite.size(); j += i) composite[j] = true;
  }
  CHECK_FALSE(is_prime(0));
  CHECK_FALSE(is_prime(1));
}

TEST_CASE("modular: composite numbers that pass for primes with some bases") {
  for (const std::uint64_t n :
       {2047ull, 1373653ull, 25326001ull, 3215031751ull, 2152302898747ull, 3474749660383ull, 341550071728321ull,
        3825123056546413051ull, 561ull, 41041ull, 825265ull, 4294967297ull, 4759123141ull, 1122004669633ull,
        18446744030759878681ull, 18446744073709551615ull, 9223372036854775807ull, 41ull * 43, 41ull * 41})
    CHECK_FALSE(is_prime(n));
  for (const std::uint64_t n : {41ull, 1681ull - 12, 4294967291ull, 4294967311ull, 2305843009213693951ull,
                                9223372036854775783ull, 18446744073709551557ull, 18446744069414584321ull})
    CHECK(is_prime(n));
}

TEST_CASE("modular: random numbers of every length, and those next to powers of two") {
  draws random(31);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t n = random.modulus<std::uint64_t>();
    require(is_prime(n) == prime_by_gmp(n), "is_prime", n);
    const std::uint64_t p = n >> 33 | 1, product = p * (p + 2 * (random.word() % 100));  // two factors of a size
    require(is_prime(product) == prime_by_gmp(product), "is_prime", product);
  }
  for (int k = 10; k <= 64; ++k)
    for (std::uint64_t d = 1; d < 200; ++d) {
      const std::uint64_t n = low_mask(k) - d;
      require(is_prime(n) == prime_by_gmp(n), "is_prime", n);
      require(is_prime(n + 200) == prime_by_gmp(n + 200), "is_prime", n + 200);
    }
}

TEST_CASE("modular: the largest primes below a power of two") {
  for (int bits = 2; bits <= 64; ++bits)
    for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{64},
                                     std::uint64_t{1} << 18, std::uint64_t{1} << 40}) {
      std::vector<std::uint64_t> expected;
      const std::uint64_t top = low_mask(bits);
      for (std::uint64_t q = top / step * step; expected.size() < 3; q -= step) {
        if (q < top && q + 1 > 1 && prime_by_gmp(q + 1)) expected.push_back(q + 1);
        if (q < step) break;
      }
      CAPTURE(bits, step);
      if (expected.empty()) {
        CHECK_THROWS_AS(find_prime(bits, step), error);
      } else {
        CHECK(find_prime(bits, step) == expected.front());
      }
      if (expected.size() == 3) {
        CHECK(primes_below(bits, step, 3) == expected);
      } else {
        CHECK_THROWS_AS(primes_below(bits, step, 3), error);
      }
    }
  CHECK(primes_below(8, 1, 0).empty());
}

TEST_CASE("modular: prime factors") {
  for (std::uint64_t n = 1; n < 20000; ++n) check_factors(n);
  draws random(32);
  for (int i = 0; i < 60; ++i) check_factors(random.modulus<std::uint64_t>());
  const auto near = [](std::uint64_t n) {
    while (!prime_by_gmp(n)) ++n;
    return n;
  };
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t p = near(random.word() >> 33), r = near(random.word() >> 33);
    check_factors(p * r);
    check_factors(p * p);
    const std::uint64_t s = near(1000 + random.word() % 1000000);
    check_factors(s * s * s);
  }
  check_factors(614889782588491410);     // the product of the first 15 primes
  check_factors(18446744073709551557u);  // prime
  check_factors(18446744073709551615u);
  CHECK(prime_factors(614889782588491410).size() == 15);
  CHECK(prime_factors(1).size() == 0);
  CHECK(prime_factors(0).size() == 0);
}

TEST_CASE("modular: primitive roots, by counting powers") {
  for (std::uint64_t q = 2; q < 2000; ++q) {
    if (!prime_by_gmp(q)) {
      CHECK_THROWS_AS(primitive_root(q), error);
      continue;
    }
    std::uint64_t expected = 0;
    for (std::uint64_t g = 1; expected == 0; ++g) {
      std::uint64_t order = 1;
      for (std::uint64_t x = g % q; x != 1 % q; x = x * g % q) ++order;
      if (order == q - 1) expected = g;
    }
    require(primitive_root(q) == expected, "primitive_root", q);
  }
}

TEST_CASE("modular: roots of unity") {
  for (std::uint64_t q : {2u, 3u, 17u, 97u, 193u, 257u, 769u})
    for (std::uint64_t n = 1; n < q; ++n) {
      if ((q - 1) % n != 0) {
        CHECK_THROWS_AS(root_of_unity(n, q), error);
        continue;
      }
      const std::uint64_t root = root_of_unity(n, q);
      std::uint64_t order = 1;
      for (std::uint64_t x = root; x != 1; x = x * root % q) ++order;
      require(order == n, "root_of_unity", n, q, root);
    }
  for (const int bits : {28, 30, 50, 60, 62, 64})
    for (const std::uint64_t q : primes_below(bits, 1 << 18, 3)) {
      const std::uint64_t root = root_of_unity(1 << 18, q);
      require(root < q && power(root, 1 << 17, q) == q - 1, "root_of_unity", q, root);
      const std::uint64_t g = primitive_root(q);
      for (const std::uint64_t p : prime_factors(q - 1))
        require(power(g, (q - 1) / p, q) != 1, "primitive_root", q, g, p);
    }
}

TEST_CASE("modular: primes, constant expressions and what is refused") {
  STATIC_REQUIRE(is_prime(18446744073709551557u));
  STATIC_REQUIRE(!is_prime(3825123056546413051u));
  STATIC_REQUIRE(find_prime(28, 1 << 16) == 268369921);
  STATIC_REQUIRE(find_prime(64) == 18446744073709551557u);
  STATIC_REQUIRE(primitive_root(998244353) == 3);
  STATIC_REQUIRE(primitive_root(40487) == 5);
  STATIC_REQUIRE(root_of_unity(2, 65537) == 65536);
  STATIC_REQUIRE(prime_factors(360).size() == 3);
  CHECK_THROWS_WITH(root_of_unity(5, 17),
                    "lowp: a root of unity of order 5 modulo 17 needs an order that divides 16");
  CHECK_THROWS_WITH(root_of_unity(0, 17),
                    "lowp: a root of unity of order 0 modulo 17 needs an order that divides 16");
  CHECK_THROWS_WITH(root_of_unity(2, 15), "lowp: the modulus must be prime here, got 15");
  CHECK_THROWS_WITH(find_prime(65),
                    "lowp: a prime search needs 2 to 64 bits and a step of at least 1, got 65 bits and a step of 1");
  CHECK_THROWS_WITH(find_prime(8, 0),
                    "lowp: a prime search needs 2 to 64 bits and a step of at least 1, got 8 bits and a step of 0");
  CHECK_THROWS_WITH(primes_below(8, 64, 3), "lowp: of the primes below 2^8, 1 are 1 modulo 64, and 3 are wanted");
}
