// Is the oracle of posits right? No lowp header is included here. It is held to numbers of the literature, and its
// three forms (the Standard's rule by search, bit strings from MPFR, lines in double) to each other.
#include <bit>
#include <cmath>
#include <string>

#include "catch.hpp"
#include "oracle/posit.hpp"
#include "sampling.hpp"

namespace {

using oracle::code_t;
using oracle::mode;
using oracle::operation;
using oracle::posit_format;

TEST_CASE("posit oracle: numbers of the literature") {
  const auto is = [](int n, int es, code_t code, double x) {
    INFO("posit<" << n << "," << es << "> " << code << " is " << x);
    CHECK(posit_format(n, es).to_double(code) == x);
  };
  is(8, 0, 0x7f, 64);
  is(8, 0, 0x01, 1.0 / 64);
  is(8, 0, 0x7e, 32);
  is(8, 0, 0x7d, 24);
  is(8, 0, 0x40, 1);
  is(8, 0, 0xc0, -1);
  is(8, 0, 0x50, 1.5);
  is(8, 0, 0x60, 2);
  is(8, 0, 0xff, -1.0 / 64);
  is(16, 1, 0x7fff, 0x1p28);
  is(16, 1, 0x0001, 0x1p-28);
  is(16, 1, 0x4000, 1);
  is(16, 1, 0x5922, 3.1416015625);  // pi
  is(32, 2, 0x7fffffff, 0x1p120);
  is(32, 2, 0x4c90fdaa, 0x1.921fb54p1);
  is(8, 2, 0x7f, 0x1p24);
  is(16, 2, 0x7fff, 0x1p56);
  is(64, 2, 0x7fffffffffffffff, 0x1p248);
  is(64, 2, 1, 0x1p-248);
  // Gustafson and Yonemoto 2017, figure 5: 0 0001 101 11011101 with es = 3 is 477 / 134217728 = 3.55e-6.
  is(16, 3, 0x0ddd, 477.0 / 134217728);
  // All of posit<4,1> but zero and NaR.
  const double four[] = {1.0 / 16, 1.0 / 4, 1.0 / 2, 1, 2, 4, 16};
  for (code_t c = 1; c < 8; ++c) {
    is(4, 1, c, four[c - 1]);
    is(4, 1, 16 - c, -four[c - 1]);
  }
  is(2, 2, 1, 1);
  is(2, 2, 3, -1);
  is(3, 2, 3, 16);
  CHECK(posit_format(8, 2).decode(0x80).kind == oracle::kind::nan);
  CHECK(posit_format(8, 2).decode(0).kind == oracle::kind::zero);
}

TEST_CASE("posit oracle: roundings of the literature") {
  const auto nearest = [](int n, int es, double x) {
    return posit_format(n, es).round(oracle::exactly(oracle::of(x)), mode::nearest_even);
  };
  // 144179.2 lies between 65536 and 262144, nearer to the former, but beyond 131072, which is the posit9 between.
  CHECK(nearest(8, 2, 144179.2) == nearest(8, 2, 262144));
  CHECK(nearest(8, 2, 131072) == nearest(8, 2, 65536));
  CHECK(nearest(8, 2, 131071) == nearest(8, 2, 65536));
  CHECK(nearest(16, 1, 3.14159265358979) == 0x5922);
  CHECK(nearest(16, 2, 3.14159265358979) == 0x4c91);
  CHECK(nearest(32, 2, 3.14159265358979) == 0x4c90fdaa);
  CHECK(nearest(16, 2, 1e-300) == 1);
  CHECK(nearest(16, 2, -1e-300) == 0xffff);
  CHECK(nearest(16, 2, 1e300) == 0x7fff);
  CHECK(nearest(16, 2, -1e300) == 0x8001);
  CHECK(nearest(16, 2, INFINITY) == 0x8000);
  CHECK(nearest(16, 2, NAN) == 0x8000);
}

TEST_CASE("posit oracle: search and bit strings agree") {
  tests::random_codes random(31);
  std::uint64_t differences = 0, checked = 0;
  const mode modes[] = {mode::nearest_even, mode::nearest_away, mode::nearest_zero,    mode::toward_zero,
                        mode::upward,       mode::downward,     mode::to_odd,          mode::stochastic_a,
                        mode::stochastic_b, mode::stochastic_c, mode::stochastic_equal};
  const auto compare = [&](const posit_format& f, operation op, const oracle::value& a, const oracle::value& b,
                           const oracle::value& c) {
    const oracle::quantity exact = oracle::exact_result(op, a, b, c);
    for (const mode m : modes) {
      for (const auto o : {oracle::overflow::to_special, oracle::overflow::saturate}) {
        const unsigned bits = m == mode::stochastic_equal ? 1 : 1 + static_cast<unsigned>(random.below(8));
        const std::uint64_t r = random.below(std::uint64_t{1} << bits);
        const code_t by_search = f.round(exact, m, o, r, bits);
        const code_t by_string = oracle::by_bit_string(f, op, a, b, c, m, o, r, bits);
        ++checked;
        if (by_search == by_string) continue;
        if (++differences < 4) {
          UNSCOPED_INFO(f.name() << " " << oracle::name(op) << " " << oracle::to_double(a) << " "
                                 << oracle::to_double(b) << " " << oracle::to_double(c) << " " << oracle::name(m)
                                 << ": search " << by_search << ", string " << by_string);
        }
      }
    }
  };
  for (int n = 2; n <= 17; ++n) {
    for (int es = 0; es <= 4; ++es) {
      const posit_format f(n, es);
      for (int i = 0; i < 20; ++i) {
        // Doubles of exponents in and around the range, with few and many bits.
        const int range = (n - 1) << es;
        const double size =
            std::ldexp(static_cast<double>(random.next() >> (11 + random.below(50))),
                       static_cast<int>(random.below(static_cast<unsigned>(2 * range + 40))) - range - 50);
        compare(f, operation::convert, oracle::of(random.below(2) ? -size : size), {}, {});
        for (const operation op :
             {operation::add, operation::sub, operation::mul, operation::div, operation::sqrt, operation::fma}) {
          compare(f, op, f.decode(random.next() & f.mask()), f.decode(random.next() & f.mask()),
                  f.decode(random.next() & f.mask()));
        }
      }
      for (const double x : {0.0, -0.0, 1.0, double{INFINITY}, -double{INFINITY}, double{NAN}, 0x1p-1074, 1e308}) {
        compare(f, operation::convert, oracle::of(x), {}, {});
        compare(f, operation::div, oracle::of(x), oracle::of(0.0), {});
      }
    }
  }
  CHECK(differences == 0);
  CHECK(checked > 100000);
}

TEST_CASE("posit oracle: lines take the code that the search finds, and no other") {
  tests::random_codes random(32);
  std::uint64_t wrong = 0;
  for (const int n : {2, 3, 5, 8, 9, 12, 16}) {
    for (const int es : {0, 1, 2}) {
      const posit_format f(n, es);
      const oracle::posit_lines lines(f);
      for (int i = 0; i < 3000; ++i) {
        const code_t a = random.next() & f.mask(), b = random.next() & f.mask();
        const oracle::value x = f.decode(a), y = f.decode(b);
        const code_t other = random.next() & f.mask();
        const auto check = [&](const oracle::quantity& q, auto accepts) {
          const code_t nearest = f.round(q, mode::nearest_even);
          wrong += !accepts(nearest);
          for (const code_t c : {nearest + 1, nearest - 1, other, f.negated(nearest)}) {
            wrong += accepts(c & f.mask()) != ((c & f.mask()) == nearest);
          }
        };
        check(oracle::add(x, y), [&](code_t c) { return lines.is_sum(c, a, b); });
        check(oracle::sub(x, y), [&](code_t c) { return lines.is_difference(c, a, b); });
        check(oracle::mul(x, y), [&](code_t c) { return lines.is_product(c, a, b); });
        check(oracle::div(x, y), [&](code_t c) { return lines.is_quotient(c, a, b); });
        check(oracle::sqrt(x), [&](code_t c) { return lines.is_root(c, a); });
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("posit oracle: exact sums") {
  oracle::exact_sum sum;
  const auto nearest = [&] { return posit_format(32, 2).round(sum.result(), mode::nearest_even); };
  CHECK(nearest() == 0);
  sum.add_product(oracle::of(3.0), oracle::of(0.5));
  CHECK(nearest() == posit_format(32, 2).round(oracle::exactly(oracle::of(1.5)), mode::nearest_even));
  // 1.5 + 2^200 - 2^200: nothing is lost.
  sum.add_product(oracle::of(0x1p100), oracle::of(0x1p100));
  sum.subtract_product(oracle::of(-0x1p100), oracle::of(-0x1p100));
  CHECK(nearest() == posit_format(32, 2).round(oracle::exactly(oracle::of(1.5)), mode::nearest_even));
  // A bit far below a tie decides it: 1 + 2^-28 lies between two posits.
  sum.negate();
  sum.add_product(oracle::of(1.5), oracle::of(1.0));
  CHECK(nearest() == 0);
  sum.add_product(oracle::of(1 + 0x1p-28), oracle::of(1.0));
  CHECK(nearest() == 0x40000000);
  sum.add_product(oracle::of(0x1p-300), oracle::of(0x1p-300));
  CHECK(nearest() == 0x40000001);
  sum.twice();
  CHECK(nearest() == 0x48000001);
  sum.add_product(oracle::of(INFINITY), oracle::of(1.0));
  CHECK(sum.result().kind == oracle::kind::infinite);
  sum.subtract_product(oracle::of(INFINITY), oracle::of(1.0));
  CHECK(sum.result().kind == oracle::kind::nan);
  sum.add_product(oracle::of(INFINITY), oracle::of(1.0));
  CHECK(sum.result().kind == oracle::kind::nan);
}

}  // namespace
