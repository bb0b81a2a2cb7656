// Arithmetic of posits: every pair up to 8 bits in all modes by search, a long sample of 9 to 16 bits by comparison
// with the points where rounding changes, 17 to 64 bits against bit strings from MPFR.
#include "posit_harness.hpp"

namespace {

using namespace tests;
using oracle::posit_format;

constexpr operation two_operands[] = {operation::add, operation::sub, operation::mul, operation::div};

// ---- every pair ----------------------------------------------------------------------------------------------

// All operands of an operation, the generic path in every mode.
template <class T>
void all_operands(differences& report, const posit_format& f, operation op) {
  const code_t n = f.codes(), second = oracle::arity(op) > 1 ? n : 1, third = oracle::arity(op) > 2 ? n : 1;
  std::vector<oracle::value> values;
  std::vector<lowp::exact> decoded;
  for (code_t c = 0; c < n; ++c) {
    values.push_back(f.decode(c));
    decoded.push_back(lowp::decode(from_code<T>(c)));
  }
  for (code_t x = 0; x < n; ++x) {
    for (code_t y = 0; y < second; ++y) {
      for (code_t z = 0; z < third; ++z) {
        const oracle::quantity q = oracle::exact_result(op, values[x], values[y], values[z]);
        const lowp::exact got = exact_in_lowp(op, decoded[x], decoded[y], decoded[z], false);
        const lowp::exact down = exact_in_lowp(op, decoded[x], decoded[y], decoded[z], true);
        const oracle::place p = f.locate(q, 0);
        const auto describe = [&](mode m) {
          return show(op, values[x], values[y], values[z]) + " " + oracle::name(m);
        };
        for (const mode m : oracle::deterministic_modes) {
          report.compare(rounded_in_lowp<T>(m == mode::downward ? down : got, m, {}), f.settle(p, m),
                         [&] { return describe(m); });
        }
        // The infinity of x / 0 is NaR by default, and the largest value if the operation saturates.
        report.compare(rounded_in_lowp<T>(got, mode::nearest_even, overflow::saturate),
                       f.settle(p, mode::nearest_even, overflow::saturate),
                       [&] { return describe(mode::nearest_even); });
      }
    }
  }
}

TEST_CASE("posit: add sub mul div sqrt of every pair of 2 to 8 bits, all modes", "[slow]") {
  for_each_posit<2, 8>([]<class T>(T) {
    const posit_format f = oracle_of<T>();
    differences report(f.name());
    for (const operation op : two_operands) all_operands<T>(report, f, op);
    all_operands<T>(report, f, operation::sqrt);
  });
}

TEST_CASE("posit: fma of every triple of 2 to 5 bits, all modes", "[slow]") {
  for_each_posit<2, 5>([]<class T>(T) {
    const posit_format f = oracle_of<T>();
    differences report(f.name());
    all_operands<T>(report, f, operation::fma);
  });
}

// The operations as a user calls them, each mode by its type.
template <class T>
void all_pairs_of_calls() {
  const posit_format f = oracle_of<T>();
  differences report(f.name());
  std::vector<oracle::value> values;
  for (code_t c = 0; c < f.codes(); ++c) values.push_back(f.decode(c));
  for (code_t a = 0; a < f.codes(); ++a) {
    const T x = from_code<T>(a);
    for (code_t b = 0; b < f.codes(); ++b) {
      const T y = from_code<T>(b);
      const auto check = [&](operation op, auto&& call) {
        const oracle::place p = f.locate(oracle::exact_result(op, values[a], values[b], {}));
        for_each_rounding([&](mode m, auto rounding) {
          report.compare(call(rounding).bits(), f.settle(p, m),
                         [&] { return show(op, values[a], values[b], {}) + " " + oracle::name(m); });
        });
      };
      check(operation::add, [&](auto rounding) { return lowp::add(x, y, rounding); });
      check(operation::sub, [&](auto rounding) { return lowp::sub(x, y, rounding); });
      check(operation::mul, [&](auto rounding) { return lowp::mul(x, y, rounding); });
      check(operation::div, [&](auto rounding) { return lowp::div(x, y, rounding); });
      const auto nearest = [&](operation op) {
        return f.round(oracle::exact_result(op, values[a], values[b], {}), mode::nearest_even);
      };
      const auto describe = [&] { return "an operator of " + show(operation::add, values[a], values[b], {}); };
      report.compare((x + y).bits(), nearest(operation::add), describe);
      report.compare((x - y).bits(), nearest(operation::sub), describe);
      report.compare((x * y).bits(), nearest(operation::mul), describe);
      report.compare((x / y).bits(), nearest(operation::div), describe);
    }
    const oracle::place p = f.locate(oracle::sqrt(values[a]));
    for_each_rounding([&](mode m, auto rounding) {
      report.compare(lowp::sqrt(x, rounding).bits(), f.settle(p, m),
                     [&] { return show(operation::sqrt, values[a], {}, {}); });
    });
  }
}

TEST_CASE("posit: calls and operators, every pair") {
  all_pairs_of_calls<lowp::posit<4, 1>>();
  all_pairs_of_calls<lowp::posit<6, 2>>();
  all_pairs_of_calls<lowp::posit<8, 0>>();
  all_pairs_of_calls<lowp::posit8>();
}

// ---- 9 to 16 bits, to nearest --------------------------------------------------------------------------------

template <class T>
void compare_with_lines(int count) {
  const posit_format f = oracle_of<T>();
  const oracle::posit_lines lines(f);
  random_codes random(static_cast<std::uint64_t>(51 + f.n + f.es));
  std::size_t wrong = 0;
  code_t first_a = 0, first_b = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t r = random.next();
    const code_t a = r & f.mask(), b = (r >> 20) & f.mask();
    const T x = from_code<T>(a), y = from_code<T>(b);
    const bool right = lines.is_sum((x + y).bits(), a, b) && lines.is_difference((x - y).bits(), a, b) &&
                       lines.is_product((x * y).bits(), a, b) && lines.is_quotient((x / y).bits(), a, b);
    if (right) continue;
    if (wrong++ == 0) {
      first_a = a;
      first_b = b;
    }
  }
  for (code_t a = 0; a < f.codes(); ++a) wrong += !lines.is_root(lowp::sqrt(from_code<T>(a)).bits(), a);
  INFO(f.name() << ", first of the pairs: " << first_a << ", " << first_b);
  CHECK(wrong == 0);
}

TEST_CASE("posit16: 10^7 pairs to nearest, every root", "[slow]") { compare_with_lines<lowp::posit16>(10'000'000); }

TEST_CASE("posit: 10^6 pairs of 9 to 16 bits to nearest, every root", "[slow]") {
  compare_with_lines<lowp::posit<16, 0>>(1'000'000);
  compare_with_lines<lowp::posit<16, 1>>(1'000'000);
  compare_with_lines<lowp::posit<16, 3>>(1'000'000);
  compare_with_lines<lowp::posit<16, 4>>(1'000'000);
  compare_with_lines<lowp::posit<15, 2>>(1'000'000);
  compare_with_lines<lowp::posit<13, 3>>(1'000'000);
  compare_with_lines<lowp::posit<12, 1>>(1'000'000);
  compare_with_lines<lowp::posit<10, 4>>(1'000'000);
  compare_with_lines<lowp::posit<9, 0>>(1'000'000);
}

template <class T>
void every_pair_with_lines() {
  const posit_format f = oracle_of<T>();
  const oracle::posit_lines lines(f);
  std::size_t wrong = 0;
  for (code_t a = 0; a < f.codes(); ++a) {
    const T x = from_code<T>(a);
    for (code_t b = 0; b < f.codes(); ++b) {
      const T y = from_code<T>(b);
      wrong += !lines.is_sum((x + y).bits(), a, b) + !lines.is_difference((x - y).bits(), a, b) +
               !lines.is_product((x * y).bits(), a, b) + !lines.is_quotient((x / y).bits(), a, b);
    }
  }
  INFO(f.name());
  CHECK(wrong == 0);
}

TEST_CASE("posit16: + - * / of all 2^32 pairs are the nearest posits", "[.exhaustive]") {
  every_pair_with_lines<lowp::posit16>();
}

TEST_CASE("posit<16,1>: + - * / of all 2^32 pairs are the nearest posits", "[.exhaustive]") {
  every_pair_with_lines<lowp::posit<16, 1>>();
}

// ---- all modes, and wide ones --------------------------------------------------------------------------------

// Operands for which rounding is hard: sums that cancel, products and quotients next to values and to the points
// between them.
std::pair<code_t, code_t> hard_operands(random_codes& random, const posit_format& f, operation op) {
  const code_t a = interesting_code(random, f.n);
  code_t b = interesting_code(random, f.n);
  const oracle::value one = f.decode(code_t{1} << (f.n - 2));
  const auto by = [&](operation o, const oracle::value& x, const oracle::value& y) {
    return oracle::by_bit_string(f, o, x, y, {}, mode::nearest_even);
  };
  switch (random.below(5)) {
    case 0:  // a - a and a little
      if (op == operation::add) b = f.negated(a) + random.below(5) - 2;
      if (op == operation::sub) b = a + random.below(5) - 2;
      if (op == operation::mul && a != 0) b = by(operation::div, one, f.decode(a)) + random.below(5) - 2;
      if (op == operation::div) b = a + random.below(5) - 2;
      break;
    case 1: {  // next to c or to the point after it: c = a / b is a = b * c
      const code_t c = interesting_code(random, f.n);
      oracle::value v = f.decode(c);
      if (v.kind == oracle::kind::finite && random.below(2) != 0 && v.m < (std::uint64_t{1} << 62)) {
        v.m = 2 * v.m + 1;
        --v.e;
      }
      if (op == operation::mul && f.decode(a).kind == oracle::kind::finite) {
        b = by(operation::div, v, f.decode(a)) + random.below(3) - 1;
      } else if (op == operation::div) {
        return {(by(operation::mul, v, f.decode(b)) + random.below(3) - 1) & f.mask(), b & f.mask()};
      }
      break;
    }
    case 2:  // factors of few bits, so that results are exact or ties
      return {(a >> (f.n / 2)) << (f.n / 2), (b >> (f.n / 2)) << (f.n / 2)};
    case 3: {  // a quotient that is a point between two values: that point, of few bits, times b, of few bits
      const int drop = f.n / 2 + static_cast<int>(random.below(4));
      oracle::value v = f.decode(a >> drop << drop);
      const code_t divisor = b >> drop << drop;
      if (op != operation::div || v.kind != oracle::kind::finite) break;
      v.e -= static_cast<std::int64_t>(random.below(1u << f.es));
      const oracle::place p = f.locate(oracle::exactly(v));
      const oracle::dyadic middle = oracle::positive_posit(2 * oracle::uint128{p.low} + 1, f.n + 1, f.es);
      v.m = static_cast<std::uint64_t>(middle.m);
      v.e = middle.e;
      return {by(operation::mul, v, f.decode(divisor)), divisor};
    }
    default:
      break;
  }
  return {a, b & f.mask()};
}

template <class T>
code_t call(operation op, code_t x, code_t y, code_t z, mode m) {
  const T a = from_code<T>(x), b = from_code<T>(y), c = from_code<T>(z);
  code_t result = 0;
  with_mode(m, [&](auto rounding) {
    switch (op) {
      case operation::add:
        result = lowp::add(a, b, rounding).bits();
        break;
      case operation::sub:
        result = lowp::sub(a, b, rounding).bits();
        break;
      case operation::mul:
        result = lowp::mul(a, b, rounding).bits();
        break;
      case operation::div:
        result = lowp::div(a, b, rounding).bits();
        break;
      case operation::sqrt:
        result = lowp::sqrt(a, rounding).bits();
        break;
      case operation::fma:
        result = lowp::fma(a, b, c, rounding).bits();
        break;
      case operation::convert:
        break;
    }
  });
  return result;
}

template <class T>
code_t call_nearest(operation op, code_t x, code_t y, code_t z) {
  const T a = from_code<T>(x), b = from_code<T>(y), c = from_code<T>(z);
  switch (op) {
    case operation::add:
      return (a + b).bits();
    case operation::sub:
      return (a - b).bits();
    case operation::mul:
      return (a * b).bits();
    case operation::div:
      return (a / b).bits();
    case operation::sqrt:
      return lowp::sqrt(a).bits();
    default:
      return lowp::fma(a, b, c).bits();
  }
}

// What is asked of a type, as functions: the loop around them is compiled once.
struct subject {
  posit_format f;
  code_t (*in_mode)(operation, code_t, code_t, code_t, mode);
  code_t (*nearest)(operation, code_t, code_t, code_t);
};

void compare_with_strings(const subject& s, int count) {
  const posit_format& f = s.f;
  random_codes random(static_cast<std::uint64_t>(52 + 8 * f.n + f.es));
  for (const operation op :
       {operation::add, operation::sub, operation::mul, operation::div, operation::sqrt, operation::fma}) {
    differences report(f.name() + " " + oracle::name(op));
    for (int i = 0; i < count; ++i) {
      const auto operands = hard_operands(random, f, op == operation::fma ? operation::mul : op);
      const code_t a = operands.first, b = operands.second;
      code_t c = interesting_code(random, f.n);
      const oracle::value x = f.decode(a), y = f.decode(b);
      if (op == operation::fma && random.below(2) != 0) {  // cancels the rounded product
        c = f.negated(oracle::by_bit_string(f, operation::mul, x, y, {}, mode::nearest_even)) + random.below(3) - 1;
        c &= f.mask();
      }
      const oracle::value z = f.decode(c);
      const mode m = oracle::deterministic_modes[random.below(7)];
      const auto describe = [&] {
        return "codes " + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + " " +
               oracle::name(m);
      };
      report.compare(s.in_mode(op, a, b, c, m), oracle::by_bit_string(f, op, x, y, z, m), describe);
      report.compare(s.nearest(op, a, b, c), oracle::by_bit_string(f, op, x, y, z, mode::nearest_even), describe);
    }
  }
}
template <class T>
void compare_with_strings(int count) {
  compare_with_strings({oracle_of<T>(), call<T>, call_nearest<T>}, count);
}

TEST_CASE("posit: samples of 9 to 16 bits in all modes, hard operands", "[slow]") {
  compare_with_strings<lowp::posit<9, 1>>(1500);
  compare_with_strings<lowp::posit<12, 3>>(1500);
  compare_with_strings<lowp::posit<16, 0>>(3000);
  compare_with_strings<lowp::posit<16, 1>>(3000);
  compare_with_strings<lowp::posit<16, 2>>(5000);
  compare_with_strings<lowp::posit<16, 4>>(3000);
}

TEST_CASE("posit: samples of 17 to 32 bits in all modes, hard operands", "[slow]") {
  compare_with_strings<lowp::posit<17, 0>>(1000);
  compare_with_strings<lowp::posit<18, 4>>(1000);
  compare_with_strings<lowp::posit<20, 2>>(1000);
  compare_with_strings<lowp::posit<23, 3>>(1000);
  compare_with_strings<lowp::posit<27, 0>>(1000);
  compare_with_strings<lowp::posit<31, 1>>(1000);
  compare_with_strings<lowp::posit<24, 1>>(3000);
  compare_with_strings<lowp::posit<32, 0>>(3000);
  compare_with_strings<lowp::posit<32, 1>>(3000);
  compare_with_strings<lowp::posit32>(15000);
  compare_with_strings<lowp::posit<32, 4>>(3000);
}

TEST_CASE("posit: samples of 33 to 64 bits in all modes, hard operands", "[slow]") {
  compare_with_strings<lowp::posit<33, 2>>(2000);
  compare_with_strings<lowp::posit<48, 3>>(2000);
  compare_with_strings<lowp::posit<63, 2>>(2000);
  compare_with_strings<lowp::posit<64, 0>>(3000);
  compare_with_strings<lowp::posit<64, 1>>(3000);
  compare_with_strings<lowp::posit64>(15000);
  compare_with_strings<lowp::posit<64, 4>>(3000);
}

// Operands and result of different posits: one rounding.
template <class To, class A, class B>
void compare_mixed(int count) {
  const posit_format to = oracle_of<To>(), left = oracle_of<A>(), right = oracle_of<B>();
  differences report(left.name() + ", " + right.name() + " to " + to.name());
  random_codes random(53);
  for (int i = 0; i < count; ++i) {
    const code_t a = interesting_code(random, left.n), b = interesting_code(random, right.n);
    const oracle::value x = left.decode(a), y = right.decode(b);
    const A p = from_code<A>(a);
    const B q = from_code<B>(b);
    const auto expected = [&](operation op) { return oracle::by_bit_string(to, op, x, y, y, mode::nearest_even); };
    const auto describe = [&] { return "codes " + std::to_string(a) + " " + std::to_string(b); };
    report.compare(lowp::add<To>(p, q).bits(), expected(operation::add), describe);
    report.compare(lowp::sub<To>(p, q).bits(), expected(operation::sub), describe);
    report.compare(lowp::mul<To>(p, q).bits(), expected(operation::mul), describe);
    report.compare(lowp::div<To>(p, q).bits(), expected(operation::div), describe);
    report.compare(lowp::sqrt<To>(p).bits(), expected(operation::sqrt), describe);
    report.compare(lowp::fma<To>(p, q, q).bits(), expected(operation::fma), describe);
  }
}

TEST_CASE("posit: operands and results of different posits") {
  compare_mixed<lowp::posit16, lowp::posit8, lowp::posit<16, 1>>(3000);
  compare_mixed<lowp::posit8, lowp::posit16, lowp::posit16>(3000);
  compare_mixed<lowp::posit32, lowp::posit16, lowp::posit64>(3000);
  compare_mixed<lowp::posit64, lowp::posit<64, 0>, lowp::posit<64, 4>>(3000);
  compare_mixed<lowp::posit<3, 0>, lowp::posit32, lowp::posit8>(3000);
}

// Stochastic policies in operations: the same fraction as in conversions.
template <class T>
void compare_random(int count) {
  const posit_format f = oracle_of<T>();
  random_codes random(54);
  for (const operation op : {operation::add, operation::mul, operation::div, operation::sqrt, operation::fma}) {
    differences report(f.name() + " " + oracle::name(op) + " stochastic");
    for (int i = 0; i < count; ++i) {
      const auto operands = hard_operands(random, f, op == operation::fma ? operation::mul : op);
      const code_t a = operands.first, b = operands.second;
      const code_t c = interesting_code(random, f.n);
      const oracle::value x = f.decode(a), y = f.decode(b), z = f.decode(c);
      const auto r = static_cast<std::uint32_t>(random.next());
      const lowp::random_bits bits{r};
      const T p = from_code<T>(a), q = from_code<T>(b), s = from_code<T>(c);
      const auto got = [&](auto rounding) -> code_t {
        switch (op) {
          case operation::add:
            return lowp::add(p, q, rounding, bits).bits();
          case operation::mul:
            return lowp::mul(p, q, rounding, bits).bits();
          case operation::div:
            return lowp::div(p, q, rounding, bits).bits();
          case operation::sqrt:
            return lowp::sqrt(p, rounding, bits).bits();
          default:
            return lowp::fma(p, q, s, rounding, bits).bits();
        }
      };
      const auto expected = [&](mode m, unsigned n) {
        return oracle::by_bit_string(f, op, x, y, z, m, {}, n < 32 ? r & ((1U << n) - 1) : r, n);
      };
      const auto describe = [&] {
        return "codes " + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c);
      };
      report.compare(got(lowp::stochastic<32>{}), expected(mode::stochastic_a, 32), describe);
      report.compare(got(lowp::stochastic<5, lowp::stochastic_variant::b>{}), expected(mode::stochastic_b, 5),
                     describe);
      report.compare(got(lowp::stochastic<3, lowp::stochastic_variant::c>{}), expected(mode::stochastic_c, 3),
                     describe);
      report.compare(got(lowp::stochastic_equal{}), expected(mode::stochastic_equal, 1), describe);
    }
  }
}

TEST_CASE("posit: stochastic operations") {
  compare_random<lowp::posit8>(1000);
  compare_random<lowp::posit16>(1000);
  compare_random<lowp::posit32>(1000);
  compare_random<lowp::posit<33, 0>>(300);
  compare_random<lowp::posit<48, 0>>(500);
  compare_random<lowp::posit<62, 1>>(500);
  compare_random<lowp::posit64>(1000);
}

}  // namespace
