// Operations whose operands and result have three different formats, float, double and integers among them: one
// exact result, one rounding. No intermediate format is ever in between.
#include <bit>
#include <cmath>

#include "harness.hpp"

namespace {

using namespace tests;

// All pairs of codes of A and B into To.
template <class A, class B, class To>
void check_mixed() {
  using TA = typename A::type;
  using TB = typename B::type;
  using TR = typename To::type;
  const oracle::format fa = A::facts.make(), fb = B::facts.make(), to = To::facts.make();
  const auto a = all_values(fa), b = all_values(fb);
  differences report(oracle::describe(A::facts) + " and " + oracle::describe(B::facts) + " to " +
                     oracle::describe(To::facts));
  all_pairs<operation::add, TR, TA, TB>(report, to, a, b);
  all_pairs<operation::sub, TR, TA, TB>(report, to, a, b);
  all_pairs<operation::mul, TR, TA, TB>(report, to, a, b);
  all_pairs<operation::div, TR, TA, TB>(report, to, a, b);
  all_pairs<operation::sqrt, TR, TA, TB>(report, to, a, b);
}

TEST_CASE("mixed: pairs of two formats into a third", "[mixed][slow]") {
  check_mixed<e4m3fn_subject, e5m2_subject, e4m3fnuz_subject>();
  check_mixed<e2m1fn_subject, e8m0fnu_subject, e4m3fn_subject>();
  check_mixed<e3m2fn_subject, e2m3fn_subject, e2m1fn_subject>();
  check_mixed<ue4m3_subject, e2m1fn_subject, e5m2_subject>();
  check_mixed<e3m4_subject, e4m3b11fnuz_subject, ue5m3_subject>();
  check_mixed<e5m2fnuz_subject, ue5m3_subject, e8m0fnu_subject>();
  check_mixed<p3109_subject<8, 3, true, true>, p3109_subject<8, 1, false, false>, p3109_subject<6, 2, true, false>>();
  check_mixed<p3109_subject<5, 2, false, true>, e4m3_subject, p3109_subject<7, 7, false, true>>();
}

TEST_CASE("mixed: pairs of two formats into wider ones", "[mixed][slow]") {
  check_mixed<e4m3fn_subject, e5m2_subject, bfloat16_subject>();
  check_mixed<e5m2_subject, e4m3_subject, float16_subject>();
  check_mixed<e8m0fnu_subject, p3109_subject<8, 1, false, true>, float_subject>();
  check_mixed<e4m3fnuz_subject, e3m4_subject, double_subject>();
  check_mixed<p3109_subject<8, 1, true, true>, e2m3fn_subject, tf32_subject>();
}

// Samples with native operands. The second operand is close to the first as often as not.
double random_double(random_codes& random, const oracle::format& near) {
  std::uint64_t bits = random.next();
  const std::int64_t low = oracle::top(near.magnitude(near.has_zero() ? 1 : 0)) - 40;
  const std::int64_t high = oracle::top(near.magnitude(near.largest_magnitude(false))) + 2;
  if (bits % 16 != 0) {
    const auto e = low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low)));
    bits = (bits & 0x800fffffffffffffU) | (static_cast<std::uint64_t>(e + 1023) << 52);
    if (bits % 3 == 0) bits &= ~std::uint64_t{0} << random.below(53);  // short significands
  }
  return std::bit_cast<double>(bits);
}

template <operation Op, class A, class B, class C, class To>
void sample_native(std::uint64_t seed, int count) {
  using TA = typename A::type;
  using TB = typename B::type;
  using TC = typename C::type;
  using TR = typename To::type;
  const oracle::format fa = A::facts.make(), fb = B::facts.make(), fc = C::facts.make(), to = To::facts.make();
  random_codes random(seed);
  differences report(std::string(oracle::name(Op)) + ": " + A::facts.name + ", " + B::facts.name + ", " +
                     C::facts.name + " to " + oracle::describe(To::facts));
  const auto near = [&](const oracle::format& f) {
    return f.round(oracle::of(random_double(random, to)), mode::nearest_even, overflow::to_special);
  };
  for (int i = 0; i < count; ++i) {
    const code_t a = near(fa), b = near(fb);
    code_t c = near(fc);
    if (Op == operation::fma && i % 2 == 0) {  // cancels, as far as the format can
      oracle::quantity p = oracle::mul(fa.decode(a), fb.decode(b));
      p.negative = !p.negative;
      c = fc.round(p, mode::nearest_even, overflow::saturate);
    }
    const oracle::value va = fa.decode(a), vb = fb.decode(b), vc = fc.decode(c);
    const oracle::place p = to.locate(oracle::exact_result(Op, va, vb, vc));
    for (const mode m : oracle::deterministic_modes) {
      const overflow o = oracle::overflow_policies[i % 4];
      with_mode(m, [&](auto rounding) {
        const TR got = apply<Op, TR>(from_code<TA>(a), from_code<TB>(b), from_code<TC>(c), rounding, any_overflow{o});
        report.compare(code_of(got), to.settle(p, m, o), [&] { return show(Op, va, vb, vc) + show(m, o); });
      });
    }
  }
}

template <class A, class B, class C, class To>
void sample_all(std::uint64_t seed, int count = 20000) {
  sample_native<operation::add, A, B, C, To>(seed + 1, count);
  sample_native<operation::sub, A, B, C, To>(seed + 2, count);
  sample_native<operation::mul, A, B, C, To>(seed + 3, count);
  sample_native<operation::div, A, B, C, To>(seed + 4, count);
  sample_native<operation::sqrt, A, B, C, To>(seed + 5, count);
  sample_native<operation::fma, A, B, C, To>(seed + 6, count);
}

TEST_CASE("mixed: native operands and results, samples", "[mixed][slow]") {
  sample_all<float_subject, e4m3fn_subject, bfloat16_subject, e5m2_subject>(100);
  sample_all<double_subject, double_subject, double_subject, e4m3fn_subject>(200);
  sample_all<float_subject, float_subject, float_subject, bfloat16_subject>(300);
  sample_all<double_subject, float16_subject, float_subject, float_subject>(400);
  sample_all<float_subject, float_subject, float_subject, float_subject>(500);
  sample_all<double_subject, double_subject, double_subject, double_subject>(600);
  sample_all<e8m0fnu_subject, double_subject, e2m1fn_subject, tf32_subject>(700);
  sample_all<e5m2_subject, e4m3fnuz_subject, double_subject, p3109_subject<16, 9, true, true>>(800);
  sample_all<double_subject, float_subject, double_subject, e8m0fnu_subject>(900);
}

// Integers are exact operands too.
TEST_CASE("mixed: integer operands", "[mixed]") {
  using T = lowp::e4m3fn;
  const oracle::format f = oracle::e4m3fn.make();
  differences report("e4m3fn and int");
  for (code_t c = 0; c < 256; ++c) {
    const T x = from_code<T>(c);
    const oracle::value v = f.decode(c);
    for (int i = -600; i <= 600; ++i) {
      const oracle::value n = oracle::of_integer(i);
      const auto compare = [&](T got, const oracle::quantity& q, const char* what) {
        report.compare(got.bits(), f.round(q, mode::nearest_even, overflow::to_special),
                       [&] { return show(v) + " " + what + " " + std::to_string(i); });
      };
      compare(lowp::add<T>(x, i), oracle::add(v, n), "+");
      compare(lowp::sub<T>(i, x), oracle::sub(n, v), "- from");
      compare(lowp::mul<T>(x, i), oracle::mul(v, n), "*");
      compare(lowp::div<T>(x, i), oracle::div(v, n), "/");
      compare(lowp::fma<T>(x, i, -x), oracle::fma(v, n, f.decode((-x).bits())), "fma");
    }
  }
}

// Policies in any order mean the same, and those not given are the ones of the result type.
TEST_CASE("mixed: policies in any order", "[mixed]") {
  using R = lowp::with_overflow<lowp::with_rounding<lowp::e5m2, lowp::upward>, lowp::saturate>;
  const oracle::format f = oracle::e5m2.make();
  differences report("e5m2 policies");
  random_codes random(9);
  for (int i = 0; i < 20000; ++i) {
    const double x = random_double(random, f), y = random_double(random, f);
    const oracle::quantity q = oracle::mul(oracle::of(x), oracle::of(y));
    const auto expect = [&](auto got, mode m, overflow o) {
      report.compare(got.bits(), f.round(q, m, o),
                     [&] { return show(oracle::of(x)) + " * " + show(oracle::of(y)) + show(m, o); });
    };
    expect(lowp::mul<lowp::e5m2>(x, y), mode::nearest_even, overflow::to_special);
    expect(lowp::mul<lowp::e5m2>(x, y, lowp::to_odd{}), mode::to_odd, overflow::to_special);
    expect(lowp::mul<lowp::e5m2>(x, y, lowp::saturate{}), mode::nearest_even, overflow::saturate);
    expect(lowp::mul<lowp::e5m2>(x, y, lowp::saturate{}, lowp::to_odd{}), mode::to_odd, overflow::saturate);
    expect(lowp::mul<lowp::e5m2>(x, y, lowp::to_odd{}, lowp::saturate{}), mode::to_odd, overflow::saturate);
    expect(lowp::mul<R>(x, y), mode::upward, overflow::saturate);
    expect(lowp::mul<R>(x, y, lowp::downward{}), mode::downward, overflow::saturate);
    expect(lowp::mul<R>(x, y, lowp::to_special{}), mode::upward, overflow::to_special);
    const code_t by_bits = f.round(q, mode::stochastic_a, overflow::saturate, 5, 3);
    const lowp::stochastic<3> three;
    const auto check = [&](auto got) {
      report.compare(got.bits(), by_bits, [&] { return show(oracle::of(x)) + " stochastic"; });
    };
    check(lowp::mul<lowp::e5m2>(x, y, three, lowp::saturate{}, lowp::random_bits{5}));
    check(lowp::mul<lowp::e5m2>(x, y, lowp::random_bits{5}, three, lowp::saturate{}));
    check(lowp::mul<lowp::e5m2>(x, y, lowp::saturate{}, lowp::random_bits{5}, three));
    check(lowp::mul<lowp::with_rounding<R, lowp::stochastic<3>>>(x, y, lowp::random_bits{5}));
  }
}

}  // namespace
