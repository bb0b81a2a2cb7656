// A toy BFV: numbers are encrypted, multiplied while encrypted, and decrypted.
//
// With R = Z[x] / (x^n + 1), a plaintext m is a polynomial modulo t, and its ciphertext two polynomials modulo q with
//
//   c0 + c1 s = (q / t) m + e,    s the secret key of -1, 0 and 1, e an error that is small beside q / t
//
// As t = 1 mod 2n, a negacyclic transform modulo t makes n slots of m: products of plaintexts are those of the slots.
// The product of two ciphertexts is that of the polynomials over the integers, times t / q, rounded. The integers are
// below 2^118 here, so they are computed modulo two primes of 60 bits. The product has a part c2 that belongs to s^2; it
// is split into digits, for each of which the public key has an encryption of s^2.
//
// J. Fan, F. Vercauteren, Somewhat practical fully homomorphic encryption, IACR ePrint 2012/144. This is to show what
// the headers do, not to keep secrets: random numbers are the same each time, and nothing hides how long a step takes.

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <lowp/modular/ntt.hpp>
#include <lowp/modular/primes.hpp>
#include <lowp/modular/rns.hpp>

namespace bfv {

using namespace lowp;
using namespace lowp::modular;
__extension__ typedef __int128 int128;
using poly = std::vector<std::uint64_t>;  // coefficients modulo q

constexpr std::size_t n = 2048;  // with q of 54 bits, 128 bits of security by the usual tables
constexpr std::uint64_t q = find_prime(54, 2 * n);
constexpr std::uint64_t t = 12289;          // 3 * 2^12 + 1
constexpr int digit_bits = 11, digits = 5;  // of c2
constexpr modulus_constant<q> mod_q;

std::mt19937_64 random_words(2026);

struct ciphertext {
  poly c0, c1;
};

// f(0), f(1) ... f(n - 1)
template <class Function>
poly make(Function f) {
  poly p(n);
  for (std::size_t i = 0; i < n; ++i) p[i] = f(i);
  return p;
}
poly uniform() {
  return make([](std::size_t) {
    const std::uint64_t high = random_words();
    return mod_q.reduce(high, random_words());
  });
}
poly ternary() {
  return make([](std::size_t) { return mod_q.reduce(static_cast<int>(random_words() % 3) - 1); });
}
poly noise() {  // 21 coins each way: a standard deviation of 3.2
  return make([](std::size_t) {
    const std::uint64_t coins = random_words();
    return mod_q.from_signed(std::popcount(coins & low_mask(21)) - std::popcount(coins >> 43));
  });
}

poly operator+(const poly& a, const poly& b) {
  return make([&](std::size_t i) { return mod_q.add(a[i], b[i]); });
}
poly operator-(const poly& a) {
  return make([&](std::size_t i) { return mod_q.negate(a[i]); });
}
poly operator*(const poly& a, const poly& b) {
  static const ntt_plan<std::uint64_t> ring(n, q, ntt_kind::negacyclic);
  poly c(n);
  ring.multiply(a, b, c);
  return c;
}

// floor(a / b + 1/2), b > 0
int128 divide_rounded(int128 a, int128 b) {
  const int128 sum = a + b / 2;
  return sum / b - (sum % b < 0);
}

// The product of the polynomials with coefficients in (-q/2, q/2], over the integers.
std::vector<int128> integer_product(const poly& a, const poly& b) {
  static const std::vector<std::uint64_t> primes = primes_below(60, 2 * n, 2);
  static const rns_basis<std::uint64_t> basis(primes);
  std::vector<poly> products;
  for (const std::uint64_t p : primes) {
    const ntt_plan<std::uint64_t> ring(n, p, ntt_kind::negacyclic);
    const auto lifted = [m = modulus<std::uint64_t>(p)](const poly& x) {
      return make([&](std::size_t i) { return m.from_signed(mod_q.centred(x[i])); });
    };
    products.emplace_back(n);
    ring.multiply(lifted(a), lifted(b), products.back());
  }
  std::vector<int128> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t residues[] = {products[0][i], products[1][i]};
    std::uint64_t limbs[2];
    basis.compose_centred(residues, limbs);
    result[i] = int128{limbs[1]} << 64 | limbs[0];
  }
  return result;
}

class keys {
 public:
  keys() {
    const poly a = uniform();
    public_ = {-(a * secret_ + noise()), a};
    for (int i = 0; i < digits; ++i) {
      const poly b = uniform(), square = secret_ * secret_;
      const std::uint64_t power = std::uint64_t{1} << (i * digit_bits);
      square_.push_back(
          {make([&](std::size_t j) { return mod_q.mul(square[j], power); }) + -(b * secret_ + noise()), b});
    }
  }

  ciphertext encrypt(const std::vector<std::uint32_t>& slots) const {
    std::vector<std::uint32_t> m = slots;
    slots_.inverse(m);
    const poly scaled =
        make([&](std::size_t i) { return static_cast<std::uint64_t>(divide_rounded(int128{q} * m[i], t)) % q; });
    const poly u = ternary();
    return {public_.c0 * u + noise() + scaled, public_.c1 * u + noise()};
  }

  // How many bits of room the largest error leaves goes to `room`.
  std::vector<std::uint32_t> decrypt(const ciphertext& c, double& room) const {
    const poly x = c.c0 + c.c1 * secret_;
    std::vector<std::uint32_t> m(n);
    double largest = 1;
    for (std::size_t i = 0; i < n; ++i) {
      const int128 scaled = int128{t} * mod_q.centred(x[i]), near = divide_rounded(scaled, q);
      m[i] = modulus_constant<t, std::uint32_t>{}.from_signed(static_cast<std::int64_t>(near));
      largest = std::fmax(largest, std::fabs(static_cast<double>(scaled - near * int128{q})));
    }
    room = std::log2(static_cast<double>(q) / 2 / largest);
    slots_.forward(m);
    return m;
  }

  ciphertext multiply(const ciphertext& a, const ciphertext& b) const {
    const std::vector<int128> low = integer_product(a.c0, b.c0), high = integer_product(a.c1, b.c1);
    const std::vector<int128> one = integer_product(a.c0, b.c1), other = integer_product(a.c1, b.c0);
    const auto scaled = [](int128 x) {  // x t / q rounded, modulo q; x has up to 118 bits, so x t would not fit
      const int128 whole = x / int128{q}, rest = divide_rounded(x % int128{q} * t, q);
      return mod_q.from_signed(static_cast<std::int64_t>((whole % int128{q} * t + rest) % int128{q}));
    };
    ciphertext c{make([&](std::size_t i) { return scaled(low[i]); }),
                 make([&](std::size_t i) { return scaled(one[i] + other[i]); })};
    poly rest = make([&](std::size_t i) { return scaled(high[i]); });
    for (const ciphertext& key : square_) {
      const poly digit = make([&](std::size_t i) { return rest[i] & low_mask(digit_bits); });
      for (std::uint64_t& x : rest) x >>= digit_bits;
      c = {c.c0 + digit * key.c0, c.c1 + digit * key.c1};
    }
    return c;
  }

 private:
  ntt_plan<std::uint32_t> slots_{n, t, ntt_kind::negacyclic};
  poly secret_ = ternary();
  ciphertext public_;
  std::vector<ciphertext> square_;
};

}  // namespace bfv

int main() {
  using namespace bfv;
  std::vector<std::uint32_t> a(n), b(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = static_cast<std::uint32_t>(i * 7919 % t);
    b[i] = static_cast<std::uint32_t>((i + 1) * 104729 % t);
  }
  const keys k;
  double room = 0;
  const ciphertext x = k.encrypt(a), y = k.encrypt(b);
  const bool same = k.decrypt(x, room) == a;
  std::printf("encrypted, decrypted: %s, %.1f bits of room\n", same ? "equal" : "different", room);

  const std::vector<std::uint32_t> product = k.decrypt(k.multiply(x, y), room);
  std::size_t right = 0;
  for (std::size_t i = 0; i < n; ++i) right += product[i] == std::uint64_t{a[i]} * b[i] % t;
  std::printf("%u * %u = %u modulo %u; %zu of %zu products are right, %.1f bits of room\n", a[5], b[5], product[5],
              static_cast<unsigned>(t), right, n, room);
  return same && right == n ? 0 : 1;
}
