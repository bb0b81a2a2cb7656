// Residue number systems against the % of 128 bits, limb by limb. That a composed integer is right follows from its
// residues and its being below the product, which is compared modulo primes that are not in the basis.
#include <lowp/modular/primes.hpp>
#include <lowp/modular/rns.hpp>
#include <vector>

#include "cases.hpp"
#include "kernels/guarded.hpp"

namespace {

using limbs = std::vector<std::uint64_t>;
using lowp::modular::primes_below;
using lowp::modular::rns_basis;
using lowp::modular::rns_conversion;
using modular_cases::uint128;

std::uint64_t remainder(const limbs& x, std::uint64_t q) {
  uint128 r = 0;
  for (std::size_t i = x.size(); i-- > 0;) r = (r << 64 | x[i]) % q;
  return static_cast<std::uint64_t>(r);
}

template <class Word>
std::vector<Word> residues(const limbs& x, const rns_basis<Word>& basis) {
  std::vector<Word> r(basis.size());
  for (std::size_t i = 0; i < r.size(); ++i) r[i] = static_cast<Word>(remainder(x, basis[i].value()));
  return r;
}

bool is_less(const limbs& x, const limbs& y) {
  return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend());
}

limbs minus(limbs x, std::uint64_t y) {
  for (std::uint64_t& limb : x) {
    const bool borrow = limb < y;
    limb -= y;
    y = borrow;
  }
  return x;
}

limbs half(limbs x) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = x[i] >> 1 | (i + 1 < x.size() ? x[i + 1] << 63 : 0);
  return x;
}

template <class Word>
limbs product_of(const rns_basis<Word>& basis) {
  return {basis.product().begin(), basis.product().end()};
}

// The ends of [0, Q), its middle, and random numbers of all lengths.
template <class Word>
std::vector<limbs> integers(const rns_basis<Word>& basis) {
  const limbs product = product_of(basis);
  const limbs middle = half(product);
  std::vector<limbs> all{limbs(product.size()), minus(product, 1), minus(product, 2), middle, minus(middle, 1)};
  limbs above = middle;
  for (std::uint64_t& limb : above)
    if (++limb != 0) break;
  all.push_back(above);
  for (const std::uint64_t small : {1ull, 2ull, 3ull, 1000ull}) all.emplace_back(product.size())[0] = small;
  std::mt19937_64 draw(7);
  for (std::size_t length = 1; length <= product.size(); ++length) {
    for (int i = 0; i < 20; ++i) {
      limbs x(product.size());
      for (std::size_t j = 0; j < length; ++j) x[j] = draw();
      if (length == product.size()) x.back() %= product.back() + (product.size() == 1 ? 0 : 1);
      if (is_less(x, product)) all.push_back(x);
    }
  }
  std::erase_if(all, [&](const limbs& x) { return !is_less(x, product); });
  return all;
}

template <class Word>
void check_basis(const std::vector<Word>& moduli) {
  const rns_basis<Word> basis{std::span<const Word>(moduli)};
  CAPTURE(moduli.size(), +moduli[0], sizeof(Word));
  REQUIRE(basis.size() == moduli.size());
  const limbs product = product_of(basis);
  REQUIRE(product.size() == basis.limbs());
  CHECK(product.back() != 0);
  // The product, and all but one factor of it, modulo primes of which the product exceeds both. A difference of the two
  // would be a multiple of them all.
  for (const std::uint64_t p : primes_below(64, 1, product.size() + 1)) {
    uint128 expected = 1;
    for (const Word q : moduli) expected = expected * q % p;
    CHECK(remainder(product, p) == static_cast<std::uint64_t>(expected));
    for (std::size_t i = 0; i < moduli.size(); ++i) {
      expected = 1;
      for (std::size_t j = 0; j < moduli.size(); ++j)
        if (j != i) expected = expected * moduli[j] % p;
      CHECK(remainder({basis.cofactor(i).begin(), basis.cofactor(i).end()}, p) ==
            static_cast<std::uint64_t>(expected));
    }
  }
  for (std::size_t i = 0; i < moduli.size(); ++i) {
    const std::uint64_t q = moduli[i], cofactor = remainder({basis.cofactor(i).begin(), basis.cofactor(i).end()}, q);
    CHECK(static_cast<std::uint64_t>(uint128{cofactor} * basis.inverse_cofactor(i) % q) == 1);
    CHECK(basis.inverse_cofactor(i) < q);
    CHECK(basis.to_part(i).mul(static_cast<Word>(cofactor)) == 1);
  }
  const std::vector<limbs> all = integers(basis);
  const std::size_t n = all.size();
  limbs every;
  std::vector<Word> rows(n * basis.size());
  for (std::size_t j = 0; j < n; ++j) {
    const limbs& x = all[j];
    every.insert(every.end(), x.begin(), x.end());
    const std::vector<Word> expected = residues(x, basis);
    for (std::size_t i = 0; i < basis.size(); ++i) rows[i * n + j] = expected[i];
    std::vector<Word> r(basis.size());
    basis.decompose(x, r);
    CHECK((r == expected));
    limbs y(basis.limbs());
    basis.compose(r, y);
    CHECK((y == x));

    basis.compose_centred(r, y);
    const bool negative = is_less(half(product), x);
    limbs magnitude = x;  // of the number, or of the number minus the product
    if (negative) {
      std::uint64_t borrow = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const uint128 d = uint128{x[i]} - product[i] - borrow;
        magnitude[i] = static_cast<std::uint64_t>(d);
        borrow = static_cast<std::uint64_t>(d >> 64) != 0;
      }
    }
    CHECK((y == magnitude));
    CHECK((y.back() >> 63 == (negative ? 1u : 0u)));
  }
  std::vector<Word> r(rows.size());
  basis.decompose(every, r, n);
  CHECK((r == rows));
  limbs composed(every.size());
  basis.compose(rows, composed, n);
  CHECK((composed == every));

  // Numbers longer than the product are reduced as well.
  const limbs longer{~0ull, ~0ull, ~0ull, 12345, ~0ull};
  std::vector<Word> reduced(basis.size());
  basis.decompose(longer, reduced);
  CHECK((reduced == residues(longer, basis)));
}

template <class Word>
std::vector<Word> primes(int bits, std::size_t count) {
  std::vector<Word> all;
  for (const std::uint64_t q : primes_below(bits, 1, count)) all.push_back(static_cast<Word>(q));
  return all;
}

TEST_CASE("modular: rns composes what it decomposes") {
  check_basis<std::uint8_t>({2});
  check_basis<std::uint8_t>({255, 254, 253, 251, 247});
  check_basis<std::uint8_t>({3, 16, 5, 49});
  check_basis<std::uint16_t>({65535, 65534, 65533, 65531});
  check_basis<std::uint16_t>({65521, 65519, 65497, 65479, 65449});  // Q of 5 x 16 bits: in two limbs
  check_basis<std::uint32_t>({4294967295u, 4294967294u});           // just below 2^64
  check_basis<std::uint32_t>(primes<std::uint32_t>(28, 12));
  check_basis<std::uint32_t>(primes<std::uint32_t>(32, 33));
  check_basis<std::uint64_t>({~0ull});
  check_basis<std::uint64_t>({~0ull, ~0ull - 1, 18446744073709551557ull});
  check_basis<std::uint64_t>(primes<std::uint64_t>(64, 20));
  check_basis<std::uint64_t>(primes<std::uint64_t>(60, 15));
  check_basis<std::uint64_t>({2, 3, 4611686018427387847ull, 5});
}

template <class Word>
void check_conversion(const std::vector<Word>& from, const std::vector<Word>& to) {
  const rns_basis<Word> a{std::span<const Word>(from)}, b{std::span<const Word>(to)};
  CAPTURE(from.size(), to.size(), +from[0]);
  const rns_conversion<Word> conversion(a, b);
  std::vector<limbs> all = integers(a);
  {  // all parts as large as they get
    std::vector<Word> r;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::uint64_t q = a[i].value();
      r.push_back(static_cast<Word>(q - remainder({a.cofactor(i).begin(), a.cofactor(i).end()}, q)));
    }
    all.emplace_back(a.limbs());
    a.compose(r, all.back());
  }
  while (all.size() < 300) all.push_back(all[all.size() * 7 % 31]);  // more than are converted at a time
  const std::size_t n = all.size();
  std::vector<Word> x(n * a.size()), fast(n * b.size()), exact(n * b.size());
  for (std::size_t j = 0; j < n; ++j) {
    const std::vector<Word> r = residues(all[j], a);
    for (std::size_t i = 0; i < a.size(); ++i) x[i * n + j] = r[i];
  }
  conversion.fast(x, fast, n);
  conversion.exact(x, exact, n);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    CAPTURE(lowp::to_string(t));
    std::vector<Word> y(fast.size());
    conversion.fast(x, y, n);
    CHECK((y == fast));
    conversion.exact(x, y, n);
    CHECK((y == exact));
  }
  const limbs product = product_of(a);
  std::vector<bool> met(a.size());
  for (std::size_t j = 0; j < n; ++j) {
    const std::vector<Word> expected = residues(all[j], b);
    bool same = true;
    for (std::size_t i = 0; i < b.size(); ++i) same = same && exact[i * n + j] == expected[i];
    CHECK(same);
    // One and the same multiple of the product in all residues.
    bool found = false;
    for (std::size_t u = 0; u < a.size() && !found; ++u) {
      found = true;
      for (std::size_t i = 0; i < b.size(); ++i) {
        const std::uint64_t p = b[i].value();
        const uint128 sum = expected[i] + uint128{remainder(product, p)} * u;
        found = found && fast[i * n + j] == static_cast<std::uint64_t>(sum % p);
      }
      if (found) met[u] = true;
    }
    CHECK(found);
  }
  if (a.size() > 1) {  // so that the exact conversion had to do something
    CHECK(std::count(met.begin(), met.end(), true) > 1);
  }
  for (std::size_t j = 0; j < b.size(); ++j)
    for (std::size_t i = 0; i < a.size(); ++i)
      CHECK(conversion.matrix()[j * a.size() + i] ==
            remainder({a.cofactor(i).begin(), a.cofactor(i).end()}, b[j].value()));
}

TEST_CASE("modular: rns converts between bases") {
  check_conversion<std::uint8_t>({251, 241, 239}, {2, 3, 5, 253, 251});
  check_conversion<std::uint16_t>({65521, 65519, 65497, 65479}, {65535, 256});
  check_conversion<std::uint32_t>(primes<std::uint32_t>(28, 12), primes<std::uint32_t>(30, 28));
  check_conversion<std::uint32_t>(primes<std::uint32_t>(32, 16), primes<std::uint32_t>(31, 3));
  check_conversion<std::uint32_t>(primes<std::uint32_t>(32, 70), {4294967295u, 4294967294u});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(50, 16), primes<std::uint64_t>(52, 3));
  check_conversion<std::uint64_t>(primes<std::uint64_t>(52, 33), {(1ull << 52) - 1, 1ull << 51});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(53, 8), {(1ull << 53) - 1, 1ull << 52});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(62, 8), {(3ull << 60) + 12345, 1ull << 61});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(60, 40), {(1ull << 60) - 1, 1ull << 59, 17});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(60, 5), primes<std::uint64_t>(61, 4));
  check_conversion<std::uint64_t>(primes<std::uint64_t>(64, 9), {~0ull, 2, 1000000007});
  check_conversion<std::uint64_t>(primes<std::uint64_t>(64, 9), {17777777777777777777ull, 15555555555555555557ull});
}

TEST_CASE("modular: rns refuses moduli with common divisors and wrong sizes") {
  CHECK_THROWS_WITH((rns_basis<std::uint32_t>{5, 6, 35, 4}),
                    "lowp: the moduli of an rns_basis must have no common divisor, but 5 and 35 are multiples of 5");
  CHECK_THROWS_WITH((rns_basis<std::uint64_t>{7, 7}),
                    "lowp: the moduli of an rns_basis must have no common divisor, but 7 and 7 are multiples of 7");
  CHECK_THROWS_WITH((rns_basis<std::uint32_t>{7, 1}), "lowp: a modulus must be at least 2, got 1");
  CHECK_THROWS_WITH((rns_basis<std::uint32_t>{0, 7}), "lowp: a modulus must be at least 2, got 0");
  CHECK_THROWS_WITH(rns_basis<std::uint8_t>(std::span<const std::uint8_t>()),
                    "lowp: an rns_basis needs at least 1 modulus, got 0");
  const rns_basis<std::uint64_t> basis{~0ull, ~0ull - 1};
  limbs two(2), three(3);
  CHECK_THROWS_WITH(basis.decompose(two, three), "lowp: decompose needs 2 residues, got 3");
  CHECK_THROWS_WITH(basis.compose(three, two), "lowp: compose needs 2 residues, got 3");
  CHECK_THROWS_WITH(basis.compose(two, three), "lowp: compose needs 2 limbs, got 3");
  CHECK_THROWS_WITH(basis.compose_centred(two, three), "lowp: compose needs 2 limbs, got 3");
  CHECK_THROWS_WITH(basis.decompose(three, two, 1 + 1), "lowp: decompose needs 4 residues, got 2");
  limbs four(4);
  CHECK_THROWS_WITH(basis.decompose(three, four, 2), "lowp: decompose got 3 limbs for 2 integers");
  CHECK_THROWS_WITH(basis.compose(four, three, 2), "lowp: compose needs 4 limbs, got 3");
  const rns_conversion<std::uint64_t> conversion(basis, basis);
  CHECK_THROWS_WITH(conversion.fast(three, four, 2), "lowp: a conversion needs 4 residues to begin with, got 3");
  CHECK_THROWS_WITH(conversion.exact(four, three, 2), "lowp: a conversion needs 4 residues to fill, got 3");
}

}  // namespace
