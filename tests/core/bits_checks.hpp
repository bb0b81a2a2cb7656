// The checks of core/bits.hpp, for whichever namespace LOWP_BITS names: the library as it is, and the library as it
// is without unsigned __int128.
#pragma once

#include <gmp.h>

#include <array>
#include <cstdint>
#include <string>

#include "catch.hpp"

namespace bits_checks {

// Words where digits carry: all patterns of 16 bits at both ends and in the middle of a word, and neighbours of powers.
inline const std::array<std::uint64_t, 18>& edge_words() {
  static const std::array<std::uint64_t, 18> words{
      0,
      1,
      2,
      0xffff,
      0x10000,
      0x7fffffff,
      0x80000000,
      0xfffffffe,
      0xffffffff,
      0x100000000,
      0x1ffffffff,
      0x7fffffffffffffff,
      0x8000000000000000,
      0x8000000000000001,
      0x80000000ffffffff,
      0xfffffffe00000001,
      0xffffffff00000000,
      0xffffffffffffffff,
  };
  return words;
}

class generator {
 public:
  explicit generator(std::uint64_t seed) : state_(seed) {}
  std::uint64_t uniform() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // Four digits of 16 bits, each 0, all ones, next to one of these, or anything.
  std::uint64_t digits() {
    std::uint64_t kinds = uniform(), word = 0;
    for (int i = 0; i < 4; ++i, kinds >>= 4) {
      const std::uint64_t extreme[] = {0, 0xffff, 1, 0xfffe, 0x8000, 0x7fff};
      const std::uint64_t k = kinds & 15;
      word = word << 16 | (k < 12 ? extreme[k / 2] : uniform() & 0xffff);
    }
    return word;
  }
  std::uint64_t next() { return (uniform() & 1) != 0 ? uniform() : digits(); }

 private:
  std::uint64_t state_;
};

// A GMP integer that frees itself.
class big {
 public:
  big() { mpz_init(z_); }
  big(std::uint64_t high, std::uint64_t low) {
    mpz_init(z_);
    set(high, low);
  }
  ~big() { mpz_clear(z_); }
  big(const big&) = delete;
  big& operator=(const big&) = delete;
  void set(std::uint64_t high, std::uint64_t low) {
    const std::uint64_t words[] = {low, high};
    mpz_import(z_, 2, -1, 8, 0, 0, words);
  }
  std::uint64_t word(int i) const {  // 64 bits from bit 64 * i on
    std::uint64_t words[8] = {};
    std::size_t count = 0;
    if (mpz_sizeinbase(z_, 2) > 512) return 0xbadbadbad;
    mpz_export(words, &count, -1, 8, 0, 0, z_);
    return words[i];
  }
  operator mpz_ptr() { return z_; }
  operator mpz_srcptr() const { return z_; }

 private:
  mpz_t z_;
};

inline std::string describe(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0) {
  char text[80];
  std::snprintf(text, sizeof text, "%016llx %016llx %016llx", static_cast<unsigned long long>(a),
                static_cast<unsigned long long>(b), static_cast<unsigned long long>(c));
  return text;
}

struct tally {
  const char* what;
  int checked = 0, wrong = 0;
  void expect(bool good, std::uint64_t a, std::uint64_t b, std::uint64_t c = 0) {
    ++checked;
    if (!good && ++wrong <= 3) FAIL_CHECK(what << " of " << describe(a, b, c));
  }
  ~tally() {
    INFO(what << ": " << wrong << " of " << checked << " are wrong");
    CHECK(wrong == 0);
    CHECK(checked > 0);
  }
};

template <class Wide, class Multiply>
void check_multiply(Multiply multiply, int random) {
  tally t{"multiply_wide"};
  big x, y;
  const auto one = [&](std::uint64_t a, std::uint64_t b) {
    x.set(0, a);
    y.set(0, b);
    mpz_mul(x, x, y);
    const Wide p = multiply(a, b);
    t.expect(p.high == x.word(1) && p.low == x.word(0), a, b);
  };
  for (const std::uint64_t a : edge_words())
    for (const std::uint64_t b : edge_words()) one(a, b);
  for (std::uint64_t h = 0; h < 0x10000; ++h) one(h << 48 | 0xffffffffffff, ~h);
  generator g(1);
  for (int i = 0; i < random; ++i) {
    const std::uint64_t a = g.next();
    one(a, g.next());
  }
}

template <class Divide>
void check_divide(Divide divide, int random) {
  tally t{"divide_wide"};
  big n, d, q, r;
  const auto one = [&](std::uint64_t high, std::uint64_t low, std::uint64_t divisor) {
    divisor |= std::uint64_t{1} << 63;
    if (high >= divisor) high -= divisor;
    n.set(high, low);
    d.set(0, divisor);
    mpz_fdiv_qr(q, r, n, d);
    const auto got = divide(high, low, divisor);
    t.expect(got.value == q.word(0) && got.remainder == r.word(0), high, low, divisor);
  };
  for (const std::uint64_t a : edge_words())
    for (const std::uint64_t b : edge_words())
      for (const std::uint64_t c : edge_words()) one(a, b, c);
  // Divisors 1000...0 and 1000...01111...1: the estimates of a digit that are 1 and 2 too large.
  for (std::uint64_t h = 0; h < 0x10000; ++h) {
    one(0x8000000000000000 - 1 - h, h << 32 | 0xffffffff, 0x80000000ffffffff);
    one(0x7fffffff00000000 | h, ~h, 0x80000000ffff0000 | h);
    one(h, h, 0xffffffff00000000 | h);
    one(0x8000000000000000 | (h << 32), 0, 0xffff000000000000 | ~(h << 32));
  }
  generator g(2);
  for (int i = 0; i < random; ++i) {
    const std::uint64_t divisor = g.next(), high = g.next();
    one(high, g.next(), divisor);
    // A dividend next to a multiple of the divisor: remainder 0, 1, divisor - 1.
    const std::uint64_t top = divisor | std::uint64_t{1} << 63;
    n.set(0, g.next());
    d.set(0, top);
    mpz_mul(n, n, d);
    if ((i & 1) != 0) mpz_sub_ui(n, n, 1);
    if (mpz_sgn(static_cast<mpz_srcptr>(n)) >= 0 && n.word(1) < top) one(n.word(1), n.word(0), top);
  }
}

template <class Wide, class Root>
void check_root(Root root, int random) {
  tally t{"root_wide"};
  big n, s, r;
  int all_ones = 0;
  const auto one = [&](std::uint64_t high, std::uint64_t low) {
    if ((high >> 62) == 0) high |= std::uint64_t{1} << 62;
    n.set(high, low);
    mpz_sqrtrem(s, r, n);
    const auto got = root(Wide{high, low});
    all_ones += (s.word(0) & 0xffffffff) == 0xffffffff;
    t.expect(got.value == s.word(0) && got.exact == (mpz_sgn(static_cast<mpz_srcptr>(r)) == 0), high, low);
  };
  for (const std::uint64_t a : edge_words())
    for (const std::uint64_t b : edge_words()) one(a, b);
  generator g(3);
  for (int i = 0; i < random; ++i) {
    const std::uint64_t high = g.next();
    one(high, g.next());
    // The neighbours of a square, with its root's lower half anything, 0 or all ones; the last is where the
    // estimate of the lower half is 2^32.
    std::uint64_t v = g.next() | std::uint64_t{1} << 63;
    if (i % 3 == 1) v |= 0xffffffff;
    if (i % 3 == 2) v &= ~std::uint64_t{0xffffffff};
    s.set(0, v);
    mpz_mul(n, s, s);
    for (int d = -1; d <= 1; ++d) {
      if (d < 0 ? n.word(0) != 0 || n.word(1) > (std::uint64_t{1} << 62) : true) {
        mpz_t moved;
        mpz_init(moved);
        if (d < 0) mpz_sub_ui(moved, n, 1);
        if (d >= 0) mpz_add_ui(moved, n, static_cast<unsigned>(d));
        std::uint64_t words[3] = {};
        mpz_export(words, nullptr, -1, 8, 0, 0, moved);
        if (words[2] == 0 && (words[1] >> 62) != 0) one(words[1], words[0]);
        mpz_clear(moved);
      }
    }
    // Upper halves (v + 1)^2 - 1: the largest remainder that the root of 64 bits can leave.
    const std::uint64_t w = (g.next() & 0xffffffff) | 0x80000000;
    if (w != 0x80000000) one(w * w - 1, g.next());
  }
  CHECK(all_ones > random / 4);
}

template <class Root>
void check_root_of_64(Root root, int random) {
  tally t{"root_of_64"};
  big n, s, r;
  const auto one = [&](std::uint64_t x) {
    x |= (x >> 62) == 0 ? std::uint64_t{1} << 62 : 0;
    n.set(0, x);
    mpz_sqrtrem(s, r, n);
    const auto got = root(x);
    t.expect(got.value == s.word(0) && got.remainder == r.word(0), x, 0);
  };
  for (const std::uint64_t a : edge_words()) one(a);
  generator g(4);
  for (int i = 0; i < random; ++i) {
    one(g.next());
    const std::uint64_t v = (g.next() & 0xffffffff) | 0x80000000;
    one(v * v);
    one(v * v - 1);
    one(v * v + 2 * v);
  }
}

}  // namespace bits_checks
