// Exact arithmetic against GMP: sums, products, quotients, roots and fused products as 64 bits and a sticky bit.
//
// What is checked of a result r with the significand s (bit 63 set) and the unit u = 2^(exponent - 63):
//   mul, div, sqrt, fma, and sums with 63 or 64 significant bits:  s = floor(|r| / u), sticky = the rest is not 0
//   sums of operands with at most 62 bits:  the same for the upper 62 bits of s; the lower two and `sticky` together
//   say whether anything is below them. A result is rounded to at most 61 bits, which sees no difference.
#include <gmp.h>

#include <lowp/core/arithmetic.hpp>
#include <vector>

#include "helpers.hpp"

using lowp::exact;
using lowp::value_kind;
using tests::report;
using tests::splitmix;

namespace {

constexpr std::uint64_t top = std::uint64_t{1} << 63;

// A GMP integer with a power of two.
class number {
 public:
  number() { mpz_init(m_); }
  explicit number(const exact& x) : number() {
    if (x.kind == value_kind::finite) {
      mpz_import(m_, 1, -1, 8, 0, 0, &x.significand);
      if (x.negative) mpz_neg(m_, m_);
      e_ = x.exponent - 63;
    }
  }
  ~number() { mpz_clear(m_); }
  number(const number&) = delete;
  number& operator=(const number&) = delete;

  void add(const number& a, const number& b) {
    mpz_t x, y;
    mpz_init(x);
    mpz_init(y);
    e_ = std::min(a.e_, b.e_);
    mpz_mul_2exp(x, a.m_, static_cast<mp_bitcnt_t>(a.e_ - e_));
    mpz_mul_2exp(y, b.m_, static_cast<mp_bitcnt_t>(b.e_ - e_));
    mpz_add(m_, x, y);
    mpz_clear(x);
    mpz_clear(y);
  }
  void multiply(const number& a, const number& b) {
    mpz_mul(m_, a.m_, b.m_);
    e_ = a.e_ + b.e_;
  }
  // |a / b| rounded down with at least 70 bits, and what is cut off in `inexact`.
  void divide(const number& a, const number& b, bool& inexact) {
    mpz_t n, d, rest;
    mpz_inits(n, d, rest, nullptr);
    mpz_abs(n, a.m_);
    mpz_abs(d, b.m_);
    mpz_mul_2exp(n, n, 140);
    mpz_fdiv_qr(m_, rest, n, d);
    e_ = a.e_ - b.e_ - 140;
    inexact = mpz_sgn(rest) != 0;
    if ((mpz_sgn(a.m_) < 0) != (mpz_sgn(b.m_) < 0)) mpz_neg(m_, m_);
    mpz_clears(n, d, rest, nullptr);
  }
  void root(const number& a, bool& inexact) {
    mpz_t n, rest;
    mpz_inits(n, rest, nullptr);
    const int odd = static_cast<int>((a.e_ % 2 + 2) % 2);
    mpz_mul_2exp(n, a.m_, static_cast<mp_bitcnt_t>(140 + odd));
    mpz_sqrtrem(m_, rest, n);
    e_ = (a.e_ - odd) / 2 - 70;
    inexact = mpz_sgn(rest) != 0;
    mpz_clears(n, rest, nullptr);
  }

  bool is_zero() const { return mpz_sgn(m_) == 0; }

  // 64 bits and a sticky bit.
  exact leading(bool inexact = false) const {
    const std::size_t size = mpz_sizeinbase(m_, 2);
    mpz_t a, b;
    mpz_inits(a, b, nullptr);
    mpz_abs(a, m_);
    exact r{0, static_cast<int>(e_ + static_cast<long>(size) - 1), value_kind::finite, mpz_sgn(m_) < 0, inexact};
    if (size > 64) {
      mpz_fdiv_q_2exp(b, a, size - 64);
      if (mpz_scan1(a, 0) < size - 64) r.sticky = true;
    } else {
      mpz_mul_2exp(b, a, 64 - size);
    }
    mpz_export(&r.significand, nullptr, -1, 8, 0, 0, b);
    mpz_clears(a, b, nullptr);
    return r;
  }

 private:
  mpz_t m_;
  long e_ = 0;
};

bool same_to_62_bits(const exact& got, const exact& expected) {
  const bool below = (got.significand & 3) != 0 || got.sticky;
  const bool expected_below = (expected.significand & 3) != 0 || expected.sticky;
  if (!got.sticky) return got == expected;
  return got.kind == value_kind::finite && got.negative == expected.negative && got.exponent == expected.exponent &&
         (got.significand | 3) == (expected.significand | 3) && got.significand <= expected.significand &&
         below == expected_below;
}

void describe(std::ostream& o, const char* op, const exact& a, const exact& b, const exact& got,
              const exact& expected) {
  o << op << " " << tests::show(a) << " , " << tests::show(b) << " gives " << tests::show(got) << ", expected "
    << tests::show(expected);
}

// A significand of at most `bits` bits, at its edges more often than not.
std::uint64_t significand(splitmix& random, int bits) {
  return (random.any() | top) & (~std::uint64_t{0} << (64 - bits));
}

exact operand(splitmix& random, int bits, int range) {
  return {significand(random, bits), random.between(-range, range), value_kind::finite, (random() & 1) != 0, false};
}

// Next to |a|: for a cancellation that leaves only the last bits.
exact neighbour(splitmix& random, const exact& a, int bits) {
  exact b = a;
  b.negative = !a.negative;
  const std::uint64_t unit = std::uint64_t{1} << (64 - bits);
  b.significand += unit * static_cast<std::uint64_t>(static_cast<std::int64_t>(random() % 5) - 2);
  if ((random() & 3) == 0) b.exponent += random.between(-1, 1);
  b.significand |= top;
  return b;
}

void check_add(report& r, const exact& a, const exact& b) {
  number x(a), y(b), sum;
  sum.add(x, y);
  for (const bool negative_zero : {false, true}) {
    const exact got = exact_add(a, b, negative_zero);
    const exact expected = sum.is_zero() ? exact::zero(negative_zero) : sum.leading();
    const bool narrow = ((a.significand | b.significand) & 3) == 0;
    r.expect(narrow ? same_to_62_bits(got, expected) : got == expected,
             [&](std::ostream& o) { describe(o, "add", a, b, got, expected); });
  }
}

}  // namespace

TEST_CASE("exact arithmetic: sums") {
  report r("exact_add");
  splitmix random(11);
  for (const int bits : {1, 2, 4, 11, 24, 32, 53, 61, 62, 63, 64}) {
    for (int i = 0; i < 20000; ++i) {
      const exact a = operand(random, bits, 40);
      check_add(r, a, operand(random, bits, 40));
      check_add(r, a, neighbour(random, a, bits));
      check_add(r, operand(random, 64 - random.between(0, 40), 70), a);
    }
  }
}

TEST_CASE("exact arithmetic: sums of every distance, and of exponents far apart") {
  report r("exact_add");
  splitmix random(12);
  const std::uint64_t edges[] = {top,
                                 top | 4,
                                 top | 2,
                                 top | 1,
                                 ~std::uint64_t{0},
                                 ~std::uint64_t{3},
                                 ~std::uint64_t{1},
                                 top | top >> 1,
                                 top | (top >> 61),
                                 top | (top >> 62)};
  for (int distance = -130; distance <= 130; ++distance)
    for (const std::uint64_t s : edges)
      for (const std::uint64_t t : edges)
        for (const bool subtract : {false, true})
          check_add(r, {s, distance, value_kind::finite, false, false}, {t, 0, value_kind::finite, subtract, false});
  for (const int far : {200, 1000, 4000, 1 << 15, 1 << 20}) {
    for (int i = 0; i < 8; ++i) {
      exact a = operand(random, 64 - 3 * (i & 1), 0), b = operand(random, 64 - 3 * (i >> 1 & 1), 0);
      a.exponent = far;
      b.exponent = -far;
      check_add(r, a, b);
      check_add(r, b, a);
    }
  }
}

TEST_CASE("exact arithmetic: products and quotients") {
  report r("exact_mul, exact_div");
  splitmix random(13);
  for (const int bits : {1, 3, 11, 24, 32, 53, 62, 63, 64}) {
    for (int i = 0; i < 40000; ++i) {
      const exact a = operand(random, bits, 1 << (i % 21)), b = operand(random, 64 - i % 64, 1 << (i % 21));
      number x(a), y(b), p, q;
      p.multiply(x, y);
      const exact product = exact_mul(a, b);
      r.expect(product == p.leading(), [&](std::ostream& o) { describe(o, "mul", a, b, product, p.leading()); });
      bool inexact = false;
      q.divide(x, y, inexact);
      const exact quotient = exact_div(a, b);
      r.expect(quotient == q.leading(inexact),
               [&](std::ostream& o) { describe(o, "div", a, b, quotient, q.leading(inexact)); });
      // A dividend that is a multiple of the divisor: the quotient is exact.
      if (i % 4 == 0) {
        const exact c = operand(random, 32, 10), d = operand(random, 32, 10), cd = exact_mul(c, d);
        const exact back = exact_div(cd, d);
        r.expect(back == c, [&](std::ostream& o) { describe(o, "div", cd, d, back, c); });
      }
    }
  }
}

TEST_CASE("exact arithmetic: roots") {
  report r("exact_sqrt");
  splitmix random(14);
  const auto check = [&](exact a) {
    a.negative = false;
    number x(a), s;
    bool inexact = false;
    s.root(x, inexact);
    const exact got = exact_sqrt(a), expected = s.leading(inexact);
    r.expect(got == expected, [&](std::ostream& o) { describe(o, "sqrt", a, a, got, expected); });
  };
  for (int i = 0; i < 200000; ++i) {
    check(operand(random, 64 - i % 64, 1 << (i % 21)));
    const exact a = operand(random, 32, 1 << (i % 18)), square = exact_mul(a, a);
    check(square);
    exact beside = square;
    beside.significand |= 1;
    check(beside);
    r.expect(exact_sqrt(square) == exact_sqrt(exact_mul(a, a)) && exact_sqrt(square).significand == a.significand,
             "the root of a square");
  }
  for (const int exponent : {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5})
    check({top, exponent, value_kind::finite, false, false});
}

TEST_CASE("exact arithmetic: fused products") {
  report r("exact_fma");
  splitmix random(15);
  const auto check = [&](const exact& a, const exact& b, const exact& c) {
    number x(a), y(b), z(c), p, s;
    p.multiply(x, y);
    s.add(p, z);
    for (const bool negative_zero : {false, true}) {
      const exact got = exact_fma(a, b, c, negative_zero);
      const exact expected = s.is_zero() ? exact::zero(negative_zero) : s.leading();
      r.expect(got == expected, [&](std::ostream& o) {
        o << tests::show(c) << " + ";
        describe(o, "mul", a, b, got, expected);
      });
    }
  };
  for (const int bits : {1, 4, 11, 24, 32, 53, 62, 63}) {
    for (int i = 0; i < 15000; ++i) {
      const exact a = operand(random, bits, 20), b = operand(random, 126 - bits > 64 ? 64 : 126 - bits, 20);
      check(a, b, operand(random, 64 - i % 64, 90));
      // c next to -(a * b): everything cancels but the lower half of the product
      exact c = exact_mul(a, b);
      c.sticky = false;
      check(a, b, neighbour(random, c, 64));
      c.negative = !c.negative;
      check(a, b, c);
      // c far below and far above the product
      c = operand(random, 64, 5);
      c.exponent = a.exponent + b.exponent + ((i & 1) != 0 ? -random.between(100, 200) : random.between(100, 200));
      check(a, b, c);
    }
  }
  // Every distance of an addend from the widest product.
  const exact widest{~std::uint64_t{1}, 0, value_kind::finite, false, false};
  for (int distance = -200; distance <= 200; ++distance)
    for (const std::uint64_t s : {top, top | 1, ~std::uint64_t{0}})
      for (const bool negative : {false, true})
        check(widest, widest, {s, distance, value_kind::finite, negative, false});
}

TEST_CASE("exact arithmetic: special values, all combinations") {
  // By the rules of IEEE 754-2019: a NaN operand is the result (the first one, with its sign), invalid operations
  // give a NaN of positive sign.
  const exact zeros[] = {exact::zero(), exact::zero(true)},
              ones[] = {exact::scaled(false, 1, 0), exact::scaled(true, 1, 0)};
  const exact infinities[] = {exact::infinity(), exact::infinity(true)}, nans[] = {exact::nan(), exact::nan(true)};
  std::vector<exact> all;
  for (const auto& group : {zeros, ones, infinities, nans}) all.insert(all.end(), {group[0], group[1]});

  for (const exact& a : all)
    for (const exact& b : all) {
      INFO(tests::show(a) << " and " << tests::show(b));
      const bool negative = a.negative != b.negative;
      const auto is = [&](value_kind k) { return a.kind == k || b.kind == k; };
      exact product, quotient, sum;
      if (is(value_kind::nan)) {
        product = quotient = sum = a.kind == value_kind::nan ? a : b;
      } else {
        product = is(value_kind::infinite) ? is(value_kind::zero) ? exact::nan() : exact::infinity(negative)
                  : is(value_kind::zero) ? exact::zero(negative)
                                           : exact::scaled(negative, 1, 0);
        quotient = a.kind == b.kind && a.kind != value_kind::finite               ? exact::nan()
                   : a.kind == value_kind::infinite || b.kind == value_kind::zero ? exact::infinity(negative)
                   : a.kind == value_kind::zero || b.kind == value_kind::infinite ? exact::zero(negative)
                                                                                  : exact::scaled(negative, 1, 0);
        if (is(value_kind::infinite)) {
          sum = a.kind != value_kind::infinite ? b : b.kind == value_kind::infinite && negative ? exact::nan() : a;
        } else if (a.kind == value_kind::zero && b.kind == value_kind::zero) {
          sum = exact::zero(a.negative && b.negative);
        } else if (is(value_kind::zero)) {
          sum = a.kind == value_kind::zero ? b : a;
        } else {
          sum = negative ? exact::zero() : exact::scaled(a.negative, 2, 0);
        }
      }
      CHECK(exact_mul(a, b) == product);
      CHECK(exact_div(a, b) == quotient);
      CHECK(exact_add(a, b) == sum);
      // The sign of an exact zero sum of unlike signs is the caller's; nothing else depends on it.
      const bool cancels = sum.kind == value_kind::zero && negative;
      CHECK(exact_add(a, b, true) == (cancels ? exact::zero(true) : sum));

      for (const exact& c : all) {
        const exact fused = exact_fma(a, b, c), fused_down = exact_fma(a, b, c, true);
        INFO("plus " << tests::show(c));
        if (is(value_kind::nan) || c.kind == value_kind::nan) {
          CHECK(fused == (a.kind == value_kind::nan ? a : b.kind == value_kind::nan ? b : c));
        } else {
          CHECK(fused == exact_add(product, c));
          CHECK(fused_down == exact_add(product, c, true));
        }
      }
    }
  CHECK(exact_sqrt(exact::zero(true)) == exact::zero(true));
  CHECK(exact_sqrt(exact::zero()) == exact::zero());
  CHECK(exact_sqrt(exact::infinity()) == exact::infinity());
  CHECK(exact_sqrt(exact::infinity(true)) == exact::nan());
  CHECK(exact_sqrt(exact::scaled(true, 1, -200)) == exact::nan());
  CHECK(exact_sqrt(exact::nan(true)) == exact::nan(true));
}

TEST_CASE("exact arithmetic: the place of a value between two neighbours") {
  report r("rest_between");
  splitmix random(16);
  number position, gap, share;
  for (int i = 0; i < 100000; ++i) {
    // low <= x < high as integers of 30 bits over one power of two, of either sign
    const std::int64_t low = static_cast<std::int64_t>(random() >> 35) - (std::int64_t{1} << 28);
    const std::int64_t width = 1 + static_cast<std::int64_t>(random() >> (35 + i % 28));
    const std::int64_t offset = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width));
    const int unit = random.between(-60, 60);
    const auto place = [&](std::int64_t v) {
      return exact::scaled(v < 0, static_cast<std::uint64_t>(v < 0 ? -v : v), unit);
    };
    __extension__ typedef unsigned __int128 uint128;
    const uint128 scaled = static_cast<uint128>(offset) << 64;
    const std::uint64_t expected = static_cast<std::uint64_t>(scaled / static_cast<uint128>(width)) |
                                   (scaled % static_cast<uint128>(width) != 0);
    const std::uint64_t got = lowp::rest_between(place(low), place(low + offset), place(low + width));
    r.expect(got == expected, [&](std::ostream& o) {
      o << offset << " / " << width << " gives " << tests::hex(got) << ", expected " << tests::hex(expected);
    });
  }
}
