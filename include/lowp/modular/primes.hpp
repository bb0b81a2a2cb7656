// Primes, factors and roots of unity below 2^64, at compile time or run time: what a number-theoretic transform asks of
// its modulus.
//
//   is_prime(n)                    exact for every n: Miller-Rabin with bases that no composite number passes
//   find_prime(bits, step)         the largest prime q < 2^bits with q = 1 mod step
//   primes_below(bits, step, n)    the n largest ones, in descending order
//   prime_factors(n)               the different primes that divide n, ascending
//   primitive_root(q)              the smallest generator of the multiplicative group modulo a prime q
//   root_of_unity(n, q)            a number of order n modulo a prime q: g^((q-1)/n) for the smallest such g
//
// A transform of n points modulo q needs q = 1 mod n, a negacyclic one q = 1 mod 2n: that is the step.
//
// Sources: C. Pomerance, J. L. Selfridge, S. S. Wagstaff, Mathematics of Computation 35, 1980 (bases 2 to 7 below
// 3215031751); J. Sorenson, J. Webster, Mathematics of Computation 86, 2017 (bases 2 to 37 beyond 2^64); R. P. Brent,
// An improved Monte Carlo factorization algorithm, BIT 20, 1980.
#pragma once

#include <numeric>
#include <vector>

#include <lowp/modular/montgomery.hpp>

namespace lowp::modular {

/// Whether n is prime.
[[nodiscard]] constexpr bool is_prime(std::uint64_t n) noexcept {
  constexpr std::uint8_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (const std::uint64_t p : bases)
    if (n % p == 0) return n == p;
  if (n < 41 * 41) return n > 1;
  const montgomery<std::uint64_t> m(n);
  const std::uint64_t one = m.one(), minus_one = n - one;
  const int twos = std::countr_zero(n - 1);
  for (const std::uint64_t base : bases) {
    if (base > 7 && n < 3215031751) break;
    std::uint64_t x = m.pow(m.to(base), (n - 1) >> twos);
    bool passes = x == one || x == minus_one;
    for (int i = 1; i < twos && !passes; ++i) {
      x = m.mul(x, x);
      passes = x == minus_one;
    }
    if (!passes) return false;
  }
  return true;
}

namespace detail {

inline constexpr int most_prime_factors = 15;  // the product of the first 16 primes exceeds 2^64

// A proper divisor of an odd composite n: two numbers of a random walk modulo n that meet modulo a divisor of n.
constexpr std::uint64_t proper_divisor(std::uint64_t n) noexcept {
  const modulus<std::uint64_t> m(n);
  for (std::uint64_t c = 1;; ++c) {
    std::uint64_t y = 2, divisor = 1;
    for (std::uint64_t run = 1; divisor == 1; run *= 2) {
      const std::uint64_t x = y;
      for (std::uint64_t done = 0; done < run && divisor == 1; done += 64) {
        // One greatest common divisor for up to 64 differences; where that skips past the divisor, one by one.
        const std::uint64_t before = y, end = run - done < 64 ? run - done : 64;
        std::uint64_t product = 1;
        for (std::uint64_t i = 0; i < end; ++i) {
          y = m.mul_add(y, y, c);
          product = m.mul(product, m.sub(x, y));
        }
        divisor = std::gcd(product, n);
        if (divisor != n) continue;
        y = before;
        do {
          y = m.mul_add(y, y, c);
          divisor = std::gcd(m.sub(x, y), n);
        } while (divisor == 1);
      }
    }
    if (divisor != n) return divisor;
  }
}

[[noreturn]] inline void refuse_no_prime(std::uint64_t q) {
  throw error("lowp: the modulus must be prime here, got " + std::to_string(q));
}
[[noreturn]] inline void refuse_order(std::uint64_t n, std::uint64_t q) {
  throw error("lowp: a root of unity of order " + std::to_string(n) + " modulo " + std::to_string(q) +
              " needs an order that divides " + std::to_string(q - 1));
}
[[noreturn]] inline void refuse_search(int bits, std::uint64_t step) {
  throw error("lowp: a prime search needs 2 to 64 bits and a step of at least 1, got " + std::to_string(bits) +
              " bits and a step of " + std::to_string(step));
}
[[noreturn]] inline void refuse_search(int bits, std::uint64_t step, std::size_t found, std::size_t wanted) {
  throw error("lowp: of the primes below 2^" + std::to_string(bits) + ", " + std::to_string(found) +
              " are 1 modulo " + std::to_string(step) + ", and " + std::to_string(wanted) + " are wanted");
}

// The primes q < 2^bits with q = 1 mod step, downward, until `take` returns false.
template <class Take>
constexpr void search_primes(int bits, std::uint64_t step, Take take) {
  if (bits < 2 || bits > 64 || step == 0) refuse_search(bits, step);
  const std::uint64_t top = low_mask(bits) - 1;
  for (std::uint64_t q = top - top % step + 1; q > 1; q -= step)
    if (is_prime(q) && !take(q)) return;
}

}  // namespace detail

/// The different primes that divide n, ascending; none for n = 1, and none for n = 0.
class prime_factors {
 public:
  constexpr explicit prime_factors(std::uint64_t n) noexcept {
    if (n == 0) return;
    for (std::uint64_t p = 2; p < 256 && p * p <= n; ++p) divide_out(p, n);
    split(n);
  }
  [[nodiscard]] constexpr const std::uint64_t* begin() const noexcept { return primes_; }
  [[nodiscard]] constexpr const std::uint64_t* end() const noexcept { return primes_ + size_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

 private:
  constexpr void divide_out(std::uint64_t p, std::uint64_t& n) noexcept {
    if (n % p != 0) return;
    insert(p);
    do n /= p;
    while (n % p == 0);
  }
  constexpr void split(std::uint64_t n) noexcept {
    if (n == 1) return;
    if (is_prime(n)) return insert(n);
    const std::uint64_t d = detail::proper_divisor(n);
    split(d);
    split(n / d);
  }
  constexpr void insert(std::uint64_t p) noexcept {
    std::size_t i = size_;
    while (i > 0 && primes_[i - 1] > p) --i;
    if (i > 0 && primes_[i - 1] == p) return;
    for (std::size_t j = size_; j > i; --j) primes_[j] = primes_[j - 1];
    primes_[i] = p;
    ++size_;
  }

  std::uint64_t primes_[detail::most_prime_factors]{};
  std::size_t size_ = 0;
};

/// The largest prime q < 2^bits with q = 1 mod step, 2 <= bits <= 64. Throws lowp::error if there is none.
[[nodiscard]] constexpr std::uint64_t find_prime(int bits, std::uint64_t step = 1) {
  std::uint64_t found = 0;
  detail::search_primes(bits, step, [&](std::uint64_t q) {
    found = q;
    return false;
  });
  if (found == 0) detail::refuse_search(bits, step, 0, 1);
  return found;
}

/// The `count` largest primes q < 2^bits with q = 1 mod step, descending: coprime moduli for residue number systems.
/// Throws lowp::error if there are fewer.
[[nodiscard]] inline std::vector<std::uint64_t> primes_below(int bits, std::uint64_t step, std::size_t count) {
  std::vector<std::uint64_t> primes;
  if (count == 0) return primes;
  detail::search_primes(bits, step, [&](std::uint64_t q) {
    primes.push_back(q);
    return primes.size() < count;
  });
  if (primes.size() < count) detail::refuse_search(bits, step, primes.size(), count);
  return primes;
}

/// A number whose powers 1, r, r^2 ... first come back to 1 at r^n, modulo a prime q; n divides q - 1, or lowp::error is
/// thrown.
[[nodiscard]] constexpr std::uint64_t root_of_unity(std::uint64_t n, std::uint64_t q) {
  if (!is_prime(q)) detail::refuse_no_prime(q);
  if (n == 0 || (q - 1) % n != 0) detail::refuse_order(n, q);
  const modulus<std::uint64_t> m(q);
  const prime_factors primes(n);
  for (std::uint64_t g = 1;; ++g) {
    const std::uint64_t root = m.pow(g, (q - 1) / n);
    bool has_order_n = true;
    for (const std::uint64_t p : primes) has_order_n = has_order_n && m.pow(root, n / p) != 1;
    if (has_order_n) return root;
  }
}

/// The smallest g whose powers are all of 1 ... q - 1, modulo a prime q. Throws lowp::error if q is not prime.
[[nodiscard]] constexpr std::uint64_t primitive_root(std::uint64_t q) { return root_of_unity(q - 1, q); }

}  // namespace lowp::modular
