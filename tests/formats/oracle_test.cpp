// Is the oracle itself right? No lowp header is included here: the brute force is held to the published tables
// and to the facts of the standards, to MPFR, and (as float and double are minifloats too) to the processor.
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "oracle/mpfr_oracle.hpp"
#include "oracle/named.hpp"
#include "sampling.hpp"

namespace {

using oracle::code_t;
using oracle::mode;
using oracle::overflow;

TEST_CASE("oracle: decode agrees with the published tables", "[oracle]") {
  for (const oracle::facts& facts : oracle::named_formats) {
    const auto table = tests::load_table(facts.name);
    if (table.empty()) continue;
    const oracle::format f = facts.make();
    INFO(facts.name);
    REQUIRE(table.size() == f.codes());
    for (const tests::table_line& line : table) {
      const float expected = std::bit_cast<float>(line.float_bits);
      const double got = f.to_double(line.code);
      INFO("code " << line.code << " is " << expected << ", decoded " << got);
      if (std::isnan(expected)) {
        CHECK(std::isnan(got));
      } else {
        CHECK(std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(double{expected}));
        CHECK(got == line.hex_value);
      }
    }
  }
  CHECK(tests::load_table("e4m3fn").size() == 256);  // that the files are found at all
  CHECK(tests::load_table("e2m1fn").size() == 16);
}

TEST_CASE("oracle: facts of the named formats", "[oracle]") {
  struct row {
    oracle::facts facts;
    code_t largest;
    double max, min_normal, min_subnormal;
  };
  const row rows[] = {
      {oracle::bfloat16, 0x7f7f, 0x1.fep127, 0x1p-126, 0x1p-133},
      {oracle::float16, 0x7bff, 65504, 0x1p-14, 0x1p-24},
      {oracle::tf32, 0x3fbff, 0x1.ffcp127, 0x1p-126, 0x1p-136},
      {oracle::e5m2, 0x7b, 57344, 0x1p-14, 0x1p-16},
      {oracle::e4m3fn, 0x7e, 448, 0x1p-6, 0x1p-9},
      {oracle::e4m3, 0x77, 240, 0x1p-6, 0x1p-9},
      {oracle::e3m4, 0x6f, 15.5, 0x1p-2, 0x1p-6},
      {oracle::e4m3fnuz, 0x7f, 240, 0x1p-7, 0x1p-10},
      {oracle::e5m2fnuz, 0x7f, 57344, 0x1p-15, 0x1p-17},
      {oracle::e4m3b11fnuz, 0x7f, 30, 0x1p-10, 0x1p-13},
      {oracle::e3m2fn, 0x1f, 28, 0x1p-2, 0x1p-4},
      {oracle::e2m3fn, 0x1f, 7.5, 1, 0x1p-3},
      {oracle::e2m1fn, 7, 6, 1, 0.5},
      {oracle::ue4m3, 0x7e, 448, 0x1p-6, 0x1p-9},
      {oracle::ue5m3, 0xfe, 114688, 0x1p-14, 0x1p-17},
  };
  for (const row& r : rows) {
    const oracle::format f = r.facts.make();
    INFO(r.facts.name);
    CHECK(f.largest(false) == r.largest);
    CHECK(f.to_double(r.largest) == r.max);
    CHECK(f.to_double(code_t(1) << f.M) == r.min_normal);
    CHECK(f.to_double(1) == r.min_subnormal);
  }
  const oracle::format scale = oracle::e8m0fnu.make();
  CHECK(scale.to_double(0) == 0x1p-127);
  CHECK(scale.to_double(0xfe) == 0x1p127);
  CHECK(std::isnan(scale.to_double(0xff)));
}

TEST_CASE("oracle: facts of Binary8 of P3109", "[oracle]") {
  // Precision, bias, largest finite and smallest positive value of the draft's tables.
  struct row {
    int P;
    double max, min;
  };
  const row signed_extended[] = {{1, 0x1p62, 0x1p-63}, {2, 0x1p31, 0x1p-32}, {3, 49152, 0x1p-17}, {4, 224, 0x1p-10},
                                 {5, 15, 0x1p-7},      {6, 3.875, 0x1p-6},   {7, 1.96875, 0x1p-6}};
  for (const row& r : signed_extended) {
    const oracle::format f = oracle::p3109(8, r.P, true, true).make();
    INFO("signed extended, precision " << r.P);
    CHECK(f.to_double(f.largest(false)) == r.max);
    CHECK(f.to_double(1) == r.min);
    CHECK(f.to_double(0x7f) == std::numeric_limits<double>::infinity());
    CHECK(f.to_double(0xff) == -std::numeric_limits<double>::infinity());
    CHECK(std::isnan(f.to_double(0x80)));
    CHECK(f.to_double(0xfe) == -r.max);
  }
  const row unsigned_finite[] = {{1, 0x1p126, 0x1p-127}, {2, 0x1p63, 0x1p-64}, {3, 0x1.8p31, 0x1p-33},
                                 {4, 0x1.cp15, 0x1p-18}, {5, 240, 0x1p-11},    {6, 15.5, 0x1p-8},
                                 {7, 3.9375, 0x1p-7},    {8, 1.984375, 0x1p-7}};
  for (const row& r : unsigned_finite) {
    const oracle::format f = oracle::p3109(8, r.P, false, false).make();
    INFO("unsigned finite, precision " << r.P);
    CHECK(f.to_double(f.largest(false)) == r.max);
    CHECK(f.to_double(1) == r.min);
    CHECK(std::isnan(f.to_double(0xff)));
  }
  // Binary8p3sf is e5m2fnuz and Binary8p4sf is e4m3fnuz.
  for (code_t c = 0; c < 256; ++c) {
    CHECK(oracle::same(oracle::p3109(8, 3, true, false).make().decode(c), oracle::e5m2fnuz.make().decode(c)));
    CHECK(oracle::same(oracle::p3109(8, 4, true, false).make().decode(c), oracle::e4m3fnuz.make().decode(c)));
  }
}

TEST_CASE("oracle: examples from the standards and from other libraries", "[oracle]") {
  const auto even = [](const oracle::facts& facts, double x, overflow o = overflow::to_special) {
    const oracle::format f = facts.make();
    return f.round(oracle::of(x), mode::nearest_even, o);
  };
  const auto value = [&](const oracle::facts& facts, double x) { return facts.make().to_double(even(facts, x)); };
  CHECK(even(oracle::e4m3fn, 464) == 0x7e);
  CHECK(even(oracle::e4m3fn, std::nextafter(464.0, 1e9)) == 0x7f);
  CHECK(even(oracle::e4m3fn, std::nextafter(464.0, 1e9), overflow::saturate) == 0x7e);
  CHECK(even(oracle::e5m2, 61440) == 0x7c);
  CHECK(even(oracle::e5m2, std::nextafter(61440.0, 0)) == 0x7b);
  CHECK(even(oracle::float16, 65520) == 0x7c00);
  CHECK(even(oracle::float16, std::nextafter(65520.0, 0)) == 0x7bff);
  CHECK(even(oracle::e4m3fnuz, -1e-9) == 0);
  const double ties[][2] = {{0.25, 0}, {0.75, 1}, {1.25, 1}, {1.75, 2}, {2.5, 2}, {3.5, 4}, {5, 4}};
  for (const auto& t : ties) CHECK(value(oracle::e2m1fn, t[0]) == t[1]);
  // float32 -> e8m0 by nearest, ties to the even code; nothing is below the smallest value.
  CHECK(even(oracle::e8m0fnu, 1.5) == 0x80);
  CHECK(even(oracle::e8m0fnu, 3.0) == 0x80);
  CHECK(even(oracle::e8m0fnu, 0x1p-140) == 0);
  CHECK(even(oracle::e8m0fnu, 0.0) == 0xff);
  CHECK(even(oracle::e8m0fnu, 0.0, overflow::saturate) == 0);
  CHECK(even(oracle::e8m0fnu, -1.0) == 0xff);
  // P3109 saturation: SatNone, TowardZero clamps, ToOdd clamps in unsigned extended formats only.
  const oracle::format se = oracle::p3109(8, 4, true, true).make();
  const oracle::format ue = oracle::p3109(8, 4, false, true).make();
  const oracle::value big = oracle::of(1e30), low = oracle::of(-3.0);
  CHECK(se.round(big, mode::toward_zero, overflow::sat_none) == 0x7e);
  CHECK(se.round(big, mode::downward, overflow::sat_none) == 0x7e);
  CHECK(se.round(big, mode::upward, overflow::sat_none) == 0x7f);
  CHECK(se.round(big, mode::to_odd, overflow::sat_none) == 0x7f);
  CHECK(ue.round(big, mode::to_odd, overflow::sat_none) == 0xfd);
  CHECK(ue.round(big, mode::nearest_even, overflow::sat_none) == 0xfe);
  CHECK(ue.round(low, mode::nearest_even, overflow::sat_none) == 0xff);
  CHECK(ue.round(low, mode::toward_zero, overflow::sat_none) == 0);
  CHECK(ue.round(low, mode::upward, overflow::sat_none) == 0);
  CHECK(ue.round(low, mode::nearest_even, overflow::saturate) == 0);
}

// MPFR and brute force on the same operands, all modes and policies.
void compare_with_mpfr(const oracle::facts& facts, const oracle::facts& operands, int samples, std::uint64_t seed) {
  const oracle::format f = facts.make(), from = operands.make();
  tests::random_codes random(seed);
  int failures = 0;
  for (const oracle::operation op : oracle::operations) {
    for (int i = 0; i < samples && failures < 5; ++i) {
      const oracle::value a = from.decode(random.next() & from.last_code());
      const oracle::value b = from.decode(random.next() & from.last_code());
      oracle::value c = from.decode(random.next() & from.last_code());
      if (i % 4 == 0) c = oracle::of(-oracle::to_double(a) * oracle::to_double(b));  // cancels, when exact
      const oracle::quantity q = oracle::exact_result(op, a, b, c);
      const oracle::place p = f.locate(q);
      for (const overflow o : oracle::overflow_policies) {
        for (const mode m : oracle::deterministic_modes) {
          const code_t search = f.settle(p, m, o), mpfr = oracle::by_mpfr(f, op, a, b, c, m, o);
          if (search != mpfr && ++failures) {
            FAIL_CHECK(oracle::describe(facts)
                       << ' ' << oracle::name(op) << ' ' << oracle::name(m) << ' ' << oracle::name(o) << ": "
                       << oracle::to_double(a) << ' ' << oracle::to_double(b) << ' ' << oracle::to_double(c)
                       << " by search " << search << ", by MPFR " << mpfr);
          }
        }
      }
      const overflow o = oracle::overflow_policies[i % 4];
      for (const unsigned bits : {1U, 3U, 8U}) {
        const oracle::place fine = f.locate(q, bits + 1);
        const std::uint64_t r = random.below(code_t(1) << bits);
        for (const mode m : {mode::stochastic_a, mode::stochastic_b, mode::stochastic_c, mode::stochastic_equal}) {
          const code_t search = f.settle(fine, m, o, r, bits), mpfr = oracle::by_mpfr(f, op, a, b, c, m, o, r, bits);
          if (search != mpfr && ++failures) {
            FAIL_CHECK(oracle::describe(facts)
                       << ' ' << oracle::name(op) << ' ' << oracle::name(m) << ' ' << bits << " bits, R = " << r
                       << ": " << oracle::to_double(a) << ' ' << oracle::to_double(b) << ' ' << oracle::to_double(c)
                       << " by search " << search << ", by MPFR " << mpfr);
          }
        }
      }
    }
  }
  CHECK(failures == 0);
}

TEST_CASE("oracle: MPFR agrees with brute force on small formats", "[oracle]") {
  std::uint64_t seed = 1;
  for (const oracle::facts& f : oracle::named_formats) {
    compare_with_mpfr(f, f, 300, ++seed);
    compare_with_mpfr(f, oracle::binary32, 60, ++seed);
  }
  for (const int K : {3, 5, 8}) {
    for (int P = 1; P <= K; ++P) {
      for (const bool is_signed : {true, false}) {
        if (is_signed && P == K) continue;
        for (const bool extended : {true, false}) {
          const oracle::facts f = oracle::p3109(K, P, is_signed, extended);
          compare_with_mpfr(f, f, 60, ++seed);
        }
      }
    }
  }
}

TEST_CASE("oracle: MPFR agrees with brute force on wide formats", "[oracle]") {
  std::uint64_t seed = 1000;
  const oracle::facts wide[] = {{"m", 10, 20, oracle::specials::ieee, 511, true},
                                {"m", 3, 28, oracle::specials::finite, -5, true},
                                {"m", 0, 12, oracle::specials::finite, 3, true},
                                {"m", 5, 0, oracle::specials::fn, 15, true},
                                {"m", 6, 9, oracle::specials::scale, 31, false},
                                oracle::p3109(16, 1, false, true),
                                oracle::p3109(16, 8, true, true),
                                oracle::binary32,
                                oracle::binary64};
  for (const oracle::facts& f : wide) {
    compare_with_mpfr(f, f, 100, ++seed);
    compare_with_mpfr(f, oracle::binary32, 100, ++seed);
    compare_with_mpfr(f, oracle::binary64, 50, ++seed);
  }
}

TEST_CASE("oracle: float and double arithmetic is the processor's", "[oracle]") {
  tests::random_codes random(77);
  const oracle::format f = oracle::binary32.make(), d = oracle::binary64.make();
  const auto same = [](double x, double y) {
    return std::isnan(x) ? std::isnan(y) : std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  int failures = 0;
  const auto check = [&](const oracle::format& g, const oracle::quantity& q, double expected) {
    const code_t c = g.round(q, mode::nearest_even, overflow::to_special);
    if (!same(g.to_double(c), expected) && ++failures < 5) {
      FAIL_CHECK("got " << g.to_double(c) << ", the processor has " << expected);
    }
  };
  for (int i = 0; i < 20000; ++i) {
    const auto a = std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
    const auto b = std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
    const auto c = static_cast<float>(-static_cast<double>(a) * b);
    const oracle::value va = oracle::of(a), vb = oracle::of(b), vc = oracle::of(c);
    check(f, oracle::add(va, vb), a + b);
    check(f, oracle::mul(va, vb), a * b);
    check(f, oracle::div(va, vb), a / b);
    check(f, oracle::sqrt(va), std::sqrt(a));
    check(f, oracle::fma(va, vb, vc), std::fma(a, b, c));
    const auto x = std::bit_cast<double>(random.next()), y = std::bit_cast<double>(random.next());
    const oracle::value vx = oracle::of(x), vy = oracle::of(y);
    check(d, oracle::add(vx, vy), x + y);
    check(d, oracle::sub(vx, vy), x - y);
    check(d, oracle::mul(vx, vy), x * y);
    check(d, oracle::div(vx, vy), x / y);
    check(d, oracle::sqrt(vx), std::sqrt(x));
    check(d, oracle::fma(vx, vy, oracle::of(-x * y)), std::fma(x, y, -x * y));
    check(f, oracle::exactly(vx), static_cast<float>(x));
  }
  CHECK(failures == 0);
}

}  // namespace
