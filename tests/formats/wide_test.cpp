// Formats of more than 8 bits. 16 bits: every code as an operand, 10^7 pairs for each operation and mode, by brute
// force. tf32, and minifloats of up to 32 bits: samples by MPFR.
#include <bit>
#include <cmath>

#include "harness.hpp"

namespace {

using namespace tests;

// Pairs: the first operand runs through all codes again and again; the second is uniform, or near the first or its
// negative (sums that cancel, quotients near 1), or near its reciprocal exponent (products in the middle).
code_t second_operand(const oracle::format& f, code_t a, std::uint64_t bits) {
  const code_t mask = f.codes() - 1;
  switch (bits & 3) {
    case 0:
      return (a ^ (bits >> 3 & 1 ? (f.codes() >> 1) : 0)) + (bits >> 8 & 0xff) - 128;
    case 1:
      return f.magnitude(0).m == 0 ? (code_t(f.bias) << (f.M + 1)) - (a & (mask >> 1)) + (bits >> 8 & 0xfff)
                                   : bits >> 8;
    default:
      return bits >> 8;
  }
}

template <operation Op, class S>
void check_pairs(std::uint64_t count) {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const auto values = all_values(f);
  const code_t mask = f.codes() - 1;
  differences report(oracle::describe(S::facts) + " " + oracle::name(Op));
  random_codes random(count + static_cast<std::uint64_t>(Op));
  constexpr overflow o = S::default_overflow;
  constexpr std::size_t batch = 4096;
  std::vector<code_t> a(batch), b(batch), got(batch);
  std::vector<oracle::place> places(batch);
  for (std::uint64_t done = 0; done < count; done += batch) {
    for (std::size_t i = 0; i < batch; ++i) {
      a[i] = (done + i) & mask;
      b[i] = second_operand(f, a[i], random.next()) & mask;
      places[i] = f.locate(oracle::exact_result(Op, values[a[i]], values[b[i]], {}));
    }
    for_each_rounding([&](mode m, auto rounding) {
      for (std::size_t i = 0; i < batch; ++i) {
        const T x = from_code<T>(a[i]), y = from_code<T>(b[i]);
        got[i] = apply<Op, T>(x, y, y, rounding).bits();
      }
      for (std::size_t i = 0; i < batch; ++i) {
        report.compare(got[i], f.settle(places[i], m, o),
                       [&] { return show(Op, values[a[i]], values[b[i]], {}) + show(m, o); });
      }
    });
  }
}

template <class S>
void check_sixteen(std::uint64_t count) {
  using T = typename S::type;
  check_pairs<operation::add, S>(count);
  check_pairs<operation::sub, S>(count);
  check_pairs<operation::mul, S>(count);
  check_pairs<operation::div, S>(count);
  const oracle::format f = S::facts.make();
  const auto values = all_values(f);
  differences report(oracle::describe(S::facts) + " sqrt");
  all_pairs<operation::sqrt, T, T, T>(report, f, values, values);
}

TEST_CASE("wide: float16, 10^7 pairs an operation and mode", "[wide][slow]") {
  check_sixteen<float16_subject>(10'000'000);
}

TEST_CASE("wide: bfloat16, 10^7 pairs an operation and mode", "[wide][slow]") {
  check_sixteen<bfloat16_subject>(10'000'000);
}

TEST_CASE("wide: P3109 formats of 16 bits, 10^6 pairs an operation and mode", "[wide][slow]") {
  check_sixteen<p3109_subject<16, 9, true, true>>(1'000'000);
  check_sixteen<p3109_subject<16, 1, true, true>>(200'000);
  check_sixteen<p3109_subject<16, 12, false, true>>(200'000);
  check_sixteen<p3109_subject<16, 16, false, false>>(200'000);
}

TEST_CASE("wide: P3109 formats of 16 bits, 10^7 pairs an operation and mode", "[wide][.exhaustive]") {
  check_sixteen<p3109_subject<16, 9, true, true>>(10'000'000);
  check_sixteen<p3109_subject<16, 1, true, true>>(10'000'000);
  check_sixteen<p3109_subject<16, 12, false, true>>(10'000'000);
  check_sixteen<p3109_subject<16, 16, false, false>>(10'000'000);
  check_sixteen<p3109_subject<16, 5, true, false>>(10'000'000);
}

// ---- MPFR --------------------------------------------------------------------------------------------------

// A code near `c` or its negative, one anywhere, or one of the ends of the format.
code_t some_code(const oracle::format& f, random_codes& random, code_t c) {
  const std::uint64_t bits = random.next();
  const code_t mask = f.codes() - 1;
  switch (bits % 8) {
    case 0:
      return (c + (bits >> 8 & 7) - 3) & mask;
    case 1:
      return ((c ^ (f.codes() >> 1)) + (bits >> 8 & 7) - 3) & mask;
    case 2:
      return (f.with_sign((bits >> 3 & 1) != 0, f.largest_magnitude(false)) + (bits >> 8 & 3) - 2) & mask;
    case 3:
      return f.with_sign((bits >> 3 & 1) != 0, bits >> 8 & 3);
    case 4:
      return (bits >> 8) & mask & (~code_t{0} << ((bits >> 4 & 15) * static_cast<unsigned>(f.M) / 16));
    default:
      return (bits >> 8) & mask;
  }
}

template <operation Op, class S, class From>
void check_by_mpfr(int count, std::uint64_t seed) {
  using T = typename S::type;
  using A = typename From::type;
  const oracle::format f = S::facts.make(), from = From::facts.make();
  random_codes random(seed);
  differences report(oracle::describe(From::facts) + " to " + oracle::describe(S::facts) + " " + oracle::name(Op));
  for (int i = 0; i < count; ++i) {
    const code_t a = some_code(from, random, 0), b = some_code(from, random, a);
    code_t c = some_code(from, random, b);
    const oracle::value va = from.decode(a), vb = from.decode(b);
    if (Op == operation::fma && i % 2 == 0) {
      oracle::quantity p = oracle::mul(va, vb);
      p.negative = !p.negative;
      c = from.round(p, mode::nearest_even, overflow::saturate);
    }
    const oracle::value vc = from.decode(c);
    const A x = from_code<A>(a), y = from_code<A>(b), z = from_code<A>(c);
    for (const mode m : oracle::deterministic_modes) {
      const overflow o = oracle::overflow_policies[static_cast<std::size_t>(i) % 4];
      with_mode(m, [&](auto rounding) {
        report.compare(code_of(apply<Op, T>(x, y, z, rounding, any_overflow{o})),
                       oracle::by_mpfr(f, Op, va, vb, vc, m, o), [&] { return show(Op, va, vb, vc) + show(m, o); });
      });
    }
  }
}

template <class S, class From = S>
void sample_by_mpfr(int count) {
  check_by_mpfr<operation::convert, S, From>(count, 1);
  check_by_mpfr<operation::add, S, From>(count, 2);
  check_by_mpfr<operation::sub, S, From>(count, 3);
  check_by_mpfr<operation::mul, S, From>(count, 4);
  check_by_mpfr<operation::div, S, From>(count, 5);
  check_by_mpfr<operation::sqrt, S, From>(count, 6);
  check_by_mpfr<operation::fma, S, From>(count, 7);
}

TEST_CASE("wide: 16-bit formats and tf32 by MPFR", "[wide][slow]") {
  sample_by_mpfr<tf32_subject>(20000);
  sample_by_mpfr<tf32_subject, float_subject>(20000);
  sample_by_mpfr<float16_subject>(10000);
  sample_by_mpfr<bfloat16_subject>(10000);
  sample_by_mpfr<p3109_subject<16, 8, true, true>>(5000);
}

TEST_CASE("wide: minifloats of 17 to 32 bits by MPFR", "[wide][slow]") {
  using enum oracle::specials;
  sample_by_mpfr<subject<8, 23, ieee, 127, true>>(5000);
  sample_by_mpfr<subject<8, 22, finite, 127, true>>(5000);
  sample_by_mpfr<subject<11, 20, ieee, 1023, true>>(5000);
  sample_by_mpfr<subject<5, 26, fnuz, 16, false>>(3000);
  sample_by_mpfr<subject<0, 31, finite, 31, true>>(3000);
  sample_by_mpfr<subject<1, 30, fn, -7, true>>(3000);
  sample_by_mpfr<subject<16, 15, extended, 32768, true>>(3000);
  sample_by_mpfr<subject<20, 11, ieee, 500000, true>>(3000);
  sample_by_mpfr<subject<18, 0, scale, 100000, false>>(3000);
  sample_by_mpfr<subject<10, 12, scale, 511, false>>(3000);
  sample_by_mpfr<subject<17, 0, fnuz, 65536, true>>(3000);
  sample_by_mpfr<subject<6, 17, extended, 500, false>>(3000);
  sample_by_mpfr<subject<9, 13, ieee, 255, true>, double_subject>(5000);
  sample_by_mpfr<subject<12, 12, fn, 4000, true>, double_subject>(5000);
}

TEST_CASE("wide: float and double results by MPFR", "[wide][slow]") {
  using enum oracle::specials;
  sample_by_mpfr<float_subject>(5000);
  sample_by_mpfr<double_subject>(5000);
  sample_by_mpfr<float_subject, double_subject>(5000);
  sample_by_mpfr<float_subject, subject<16, 15, extended, 32768, true>>(3000);
  sample_by_mpfr<double_subject, subject<16, 15, extended, 32768, true>>(3000);
  sample_by_mpfr<double_subject, subject<20, 11, ieee, 500000, true>>(3000);
}

// ---- 64-bit integers: the operands with the most bits ------------------------------------------------------

oracle::value exact_integer(std::int64_t x) { return oracle::of_integer(x); }
oracle::value exact_integer(std::uint64_t x) {
  oracle::value v = oracle::of_integer(1);
  if (x == 0) return oracle::of_integer(0);
  v.m = x;
  return v;
}

// Few ones, many ones, or anything; short now and then.
std::uint64_t some_integer(random_codes& random) {
  const std::uint64_t bits = random.next(), shift = random.below(64);
  switch (bits % 5) {
    case 0:
      return (std::uint64_t{1} << shift) + (bits >> 3 & 3) - 1;
    case 1:
      return ~std::uint64_t{0} - (bits >> 3 & 3);
    case 2:
      return ~(std::uint64_t{1} << shift);
    case 3:
      return random.next() >> shift;
    default:
      return random.next();
  }
}

template <class To, class A, class B>
void check_integers(int count) {
  using T = typename To::type;
  const oracle::format f = To::facts.make();
  random_codes random(static_cast<std::uint64_t>(count) + sizeof(T));
  differences report("64-bit integers to " + oracle::describe(To::facts));
  for (int i = 0; i < count; ++i) {
    const auto a = static_cast<A>(some_integer(random));
    auto b = static_cast<B>(some_integer(random));
    if (i % 3 == 0) b = static_cast<B>(static_cast<std::uint64_t>(a) + random.below(5) - 2);
    if (i % 3 == 1) b = static_cast<B>(~static_cast<std::uint64_t>(a) + random.below(5) - 2);
    const oracle::value va = exact_integer(a), vb = exact_integer(b);
    const std::uint64_t bits = random.next();
    double c = std::ldexp(static_cast<double>(bits >> 11), static_cast<int>(bits % 160) - 60);
    if (i % 2 == 0) c = -static_cast<double>(a) * static_cast<double>(b);
    const oracle::value vc = oracle::of(c);
    for (const mode m : oracle::deterministic_modes) {
      const overflow o = overflow::to_special;
      with_mode(m, [&](auto rounding) {
        const auto check = [&](operation op, T got, const oracle::value& x, const oracle::value& y,
                               const oracle::value& z) {
          report.compare(code_of(got), oracle::by_mpfr(f, op, x, y, z, m, o), [&] {
            return std::string(oracle::name(op)) + " " + std::to_string(a) + ", " + std::to_string(b) + ", " +
                   show(vc) + show(m, o);
          });
        };
        check(operation::convert, lowp::convert<T>(a, rounding), va, vb, vc);
        check(operation::add, lowp::add<T>(a, b, rounding), va, vb, vc);
        check(operation::sub, lowp::sub<T>(a, b, rounding), va, vb, vc);
        check(operation::mul, lowp::mul<T>(a, b, rounding), va, vb, vc);
        check(operation::div, lowp::div<T>(a, b, rounding), va, vb, vc);
        check(operation::sqrt, lowp::sqrt<T>(a, rounding), va, vb, vc);
        check(operation::add, lowp::add<T>(a, c, rounding), va, vc, vc);
        check(operation::mul, lowp::mul<T>(c, b, rounding), vc, vb, vc);
        check(operation::fma, lowp::fma<T>(c, 3, b, rounding), vc, oracle::of_integer(3), vb);
        if constexpr (std::same_as<A, std::int64_t> && std::same_as<B, std::int64_t>) {
          check(operation::fma, lowp::fma<T>(a, b, c, rounding), va, vb, vc);
          check(operation::fma, lowp::fma<T>(a, b, b, rounding), va, vb, vb);
        }
      });
    }
  }
}

TEST_CASE("wide: 64-bit integers as operands, by MPFR", "[wide][slow]") {
  check_integers<double_subject, std::int64_t, std::int64_t>(5000);
  check_integers<double_subject, std::uint64_t, std::uint64_t>(5000);
  check_integers<float_subject, std::uint64_t, std::int64_t>(5000);
  check_integers<bfloat16_subject, std::int64_t, std::int64_t>(5000);
  check_integers<tf32_subject, std::int64_t, std::uint64_t>(5000);
  check_integers<e5m2_subject, std::uint64_t, std::uint64_t>(2000);
}

}  // namespace
