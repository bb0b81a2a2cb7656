// float and double to each named format: both neighbours of every boundary, random patterns in every mode, and
// under [.exhaustive] all 2^32 floats. Also integers, every code of one format into another, and `trap`.
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <limits>

#include "regions.hpp"

namespace {

using namespace tests;

// ---- every boundary ----------------------------------------------------------------------------------------

// First and last source value of each region: these are the boundaries themselves and their neighbours.
template <class Source>
std::vector<Source> ends_of_regions(const oracle::format& f) {
  std::vector<Source> sources;
  for (const bool negative : {false, true}) {
    const regions<Source> all(f, negative);
    for (std::size_t i = 0; i < all.size(); ++i) {
      sources.push_back(all.value(all.first(i)));
      if (all.first(i) != all.last(i)) sources.push_back(all.value(all.last(i)));
    }
    const Source sign = negative ? Source(-1) : Source(1);
    sources.push_back(sign * std::numeric_limits<Source>::infinity());
    sources.push_back(std::copysign(std::numeric_limits<Source>::quiet_NaN(), sign));
    sources.push_back(std::copysign(std::numeric_limits<Source>::signaling_NaN(), sign));
  }
  return sources;
}

template <class T, class Source, class R, class O>
void convert_all(const std::vector<Source>& from, std::vector<code_t>& to, R rounding, O saturation) {
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = lowp::convert<T>(from[i], rounding, saturation).bits();
}

template <class S, class Source, pairing Pairing = pairing::each>
void check_boundaries(std::span<const overflow> policies = oracle::overflow_policies) {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const auto sources = ends_of_regions<Source>(f);
  std::vector<oracle::place> places;
  for (const Source x : sources) places.push_back(f.locate(oracle::exactly(oracle::of(x))));
  std::vector<code_t> results(sources.size());
  differences report(oracle::describe(S::facts) + (sizeof(Source) == 4 ? " from float" : " from double"));
  const auto compare = [&](mode m, overflow o) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      report.compare(results[i], f.settle(places[i], m, o),
                     [&] { return show(oracle::of(sources[i])) + show(m, o); });
    }
  };
  if constexpr (sizeof(Source) == 4 && T::format::bits <= 8) {
    // Policies as types: these conversions may take a faster way.
    for_each_policy_pair<Pairing>([&](mode m, overflow o, auto rounding, auto saturation) {
      convert_all<T>(sources, results, rounding, saturation);
      compare(m, o);
    });
  }
  for (const mode m : oracle::deterministic_modes) {
    for (const overflow o : policies) {
      convert_all<T>(sources, results, any_rounding{m}, any_overflow{o});
      compare(m, o);
    }
  }
}

TEST_CASE("convert: float to narrow formats, every boundary", "[convert][slow]") {
  for_each_narrow([]<class S>(S) { check_boundaries<S, float>(); });
  check_boundaries<e4m3fn_subject, float, pairing::all>();
  check_boundaries<e2m1fn_subject, float, pairing::all>();
}

TEST_CASE("convert: double to narrow formats, every boundary", "[convert][slow]") {
  for_each_narrow([]<class S>(S) { check_boundaries<S, double>(); });
}

TEST_CASE("convert: float and double to 16-bit formats, every boundary", "[convert][slow]") {
  check_boundaries<float16_subject, float>();
  check_boundaries<float16_subject, double>();
  check_boundaries<bfloat16_subject, float>();
  check_boundaries<bfloat16_subject, double>();
}

TEST_CASE("convert: float and double to tf32, every boundary", "[convert][slow]") {
  // Half a million boundaries: one policy, and the others where there is less of the format.
  check_boundaries<tf32_subject, float>(std::span(oracle::overflow_policies).first(1));
  check_boundaries<tf32_subject, double>(std::span(oracle::overflow_policies).first(1));
}

TEST_CASE("convert: float and double to P3109 formats, every boundary", "[convert][slow]") {
  const auto both = []<class S>(S) {
    check_boundaries<S, float>();
    check_boundaries<S, double>();
  };
  both(p3109_subject<3, 2, true, true>{});
  both(p3109_subject<4, 2, true, false>{});
  both(p3109_subject<5, 5, false, true>{});
  both(p3109_subject<8, 1, true, true>{});
  both(p3109_subject<8, 1, false, false>{});
  both(p3109_subject<8, 3, true, true>{});
  both(p3109_subject<8, 4, false, true>{});
  both(p3109_subject<12, 1, true, true>{});
  both(p3109_subject<16, 1, false, true>{});
  both(p3109_subject<16, 9, true, true>{});
}

// Formats whose values are subnormal floats, or beyond all floats: the source is what runs out of bits here.
TEST_CASE("convert: float and double to formats at the ends of float's range, every boundary", "[convert][slow]") {
  using enum oracle::specials;
  const auto both = []<class S>(S) {
    check_boundaries<S, float>();
    check_boundaries<S, double>();
  };
  both(subject<5, 2, ieee, 140, true>{});
  both(subject<3, 4, fn, 148, true>{});
  both(subject<4, 0, finite, 152, true>{});
  both(subject<0, 7, finite, 145, true>{});
  both(subject<2, 5, scale, 146, false>{});
  both(subject<4, 3, extended, -120, true>{});
  both(subject<5, 2, fnuz, 1060, true>{});
  both(subject<5, 2, ieee, -1010, false>{});
}

// ---- random patterns ---------------------------------------------------------------------------------------

// Half of the samples are uniform patterns; of most formats these hit little but overflow and underflow, so the
// other half has an exponent within two binades of the format's range.
template <class Source>
std::vector<Source> random_sources(const oracle::format& f, std::size_t count, std::uint64_t seed) {
  using code = typename regions<Source>::code;
  random_codes random(seed);
  const int fraction = sizeof(Source) == 4 ? 23 : 52;
  const auto bias = static_cast<std::int64_t>(sizeof(Source) == 4 ? 127 : 1023);
  const std::int64_t from = std::max<std::int64_t>(oracle::top(f.magnitude(f.has_zero() ? 1 : 0)) - 3 + bias, 0);
  const std::int64_t to =
      std::min<std::int64_t>(oracle::top(f.magnitude(f.largest_magnitude(false))) + 1 + bias, 2 * bias);
  std::vector<Source> sources(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = random.next();
    auto x = static_cast<code>(bits);
    if (i % 2 != 0 && from < to) {
      const auto e = static_cast<code>(
          from + static_cast<std::int64_t>((bits >> 32) % static_cast<std::uint64_t>(to - from + 1)));
      const code mask = (code{1} << fraction) - 1;
      x = (x & mask) | (e << fraction) | (static_cast<code>(bits >> 63) << (8 * sizeof(code) - 1));
      // A short fraction now and then: ties are rare otherwise.
      if (i % 8 == 1) x &= ~((code{1} << (fraction - f.M - 1)) - 1);
    }
    sources[i] = std::bit_cast<Source>(x);
  }
  return sources;
}

// nearest_even on all samples, each other mode on a tenth of them.
template <class S, class Source>
void check_random(std::size_t count) {
  using T = typename S::type;
  using code = typename regions<Source>::code;
  const oracle::format f = S::facts.make();
  const auto sources = random_sources<Source>(f, count, S::facts.E * 100 + S::facts.M);
  const regions<Source> positive(f, false), negative(f, true);
  constexpr overflow o = S::default_overflow;
  // The region of each sample: first those of positive values, then the negative ones, then the special values.
  const std::size_t special = positive.size() + negative.size();
  std::vector<std::uint32_t> region(count);
  std::vector<std::uint32_t> specials;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<code>(sources[i]);
    const code magnitude = bits & (~code{0} >> 1);
    if (!std::isfinite(sources[i])) {
      region[i] = static_cast<std::uint32_t>(special + specials.size());
      specials.push_back(static_cast<std::uint32_t>(i));
    } else {
      region[i] = static_cast<std::uint32_t>(bits == magnitude ? positive.find(magnitude)
                                                               : positive.size() + negative.find(magnitude));
    }
  }
  differences report(oracle::describe(S::facts) + (sizeof(Source) == 4 ? " from float" : " from double"));
  for_each_rounding([&](mode m, auto rounding) {
    auto expected = positive.answers(m, o);
    const auto more = negative.answers(m, o);
    expected.insert(expected.end(), more.begin(), more.end());
    for (const std::uint32_t i : specials) expected.push_back(f.round(oracle::of(sources[i]), m, o));
    const std::size_t samples = m == mode::nearest_even ? count : count / 10;
    for (std::size_t i = 0; i < samples; ++i) {
      const T got = lowp::convert<T>(sources[i], rounding);
      report.compare(got.bits(), expected[region[i]], [&] { return show(oracle::of(sources[i])) + show(m, o); });
    }
  });
}

TEST_CASE("convert: 10^7 random floats to each narrow format", "[convert][slow]") {
  for_each_narrow([]<class S>(S) { check_random<S, float>(10'000'000); });
}

TEST_CASE("convert: 10^7 random floats to 16-bit formats and tf32", "[convert][slow]") {
  check_random<float16_subject, float>(10'000'000);
  check_random<bfloat16_subject, float>(10'000'000);
  check_random<tf32_subject, float>(10'000'000);
}

TEST_CASE("convert: 10^7 random doubles to each narrow format", "[convert][slow]") {
  for_each_narrow([]<class S>(S) { check_random<S, double>(10'000'000); });
}

TEST_CASE("convert: 10^7 random doubles to 16-bit formats and tf32", "[convert][slow]") {
  check_random<float16_subject, double>(10'000'000);
  check_random<bfloat16_subject, double>(10'000'000);
  check_random<tf32_subject, double>(10'000'000);
}

// ---- all floats --------------------------------------------------------------------------------------------

template <class S, class R>
void check_all_floats(mode m, R rounding) {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const overflow o = overflow::to_special;
  differences report(oracle::describe(S::facts) + " all floats" + show(m, o));
  std::uint64_t seen = 0;
  for (const bool negative : {false, true}) {
    const regions<float> all(f, negative);
    const auto expected = all.answers(m, o);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint32_t from = all.first(i), to = all.last(i);
      std::uint64_t wrong = 0;
      for (std::uint32_t x = from;; ++x) {
        wrong += lowp::convert<T>(all.value(x), rounding, lowp::to_special{}).bits() != expected[i];
        if (x == to) break;
      }
      seen += std::uint64_t{to} - from + 1;
      report.passed(std::uint64_t{to} - from + 1 - wrong);
      if (wrong == 0) continue;
      for (std::uint32_t x = from;; ++x) {
        const auto got = lowp::convert<T>(all.value(x), rounding, lowp::to_special{}).bits();
        if (got != expected[i]) report.compare(got, expected[i], [&] { return show(oracle::of(all.value(x))); });
        if (x == to) break;
      }
    }
    // Infinity and every NaN.
    for (std::uint32_t x = 0x7f800000; x < 0x80000000; ++x, ++seen) {
      report.compare(lowp::convert<T>(all.value(x), rounding, lowp::to_special{}).bits(),
                     x == 0x7f800000 ? f.infinite_result(negative, o) : f.nan(negative),
                     [&] { return "special " + std::to_string(x); });
    }
  }
  report.compare(seen, std::uint64_t{1} << 32, [] { return "number of floats"; });
}

TEST_CASE("convert: all floats to each named format, nearest even", "[convert][.exhaustive]") {
  for_each_named([]<class S>(S) { check_all_floats<S>(mode::nearest_even, lowp::nearest_even{}); });
}

TEST_CASE("convert: all floats to e4m3fn, float16 and bfloat16, every mode", "[convert][.exhaustive]") {
  for_each_rounding([](mode m, auto rounding) {
    check_all_floats<e4m3fn_subject>(m, rounding);
    check_all_floats<float16_subject>(m, rounding);
    check_all_floats<bfloat16_subject>(m, rounding);
  });
}

// ---- integers, other formats, native types -----------------------------------------------------------------

template <class T, class Integer>
void check_integer(differences& report, const oracle::format& f, Integer x) {
  oracle::value v = oracle::of_integer(static_cast<std::int64_t>(x));
  if (x > 0) {  // unsigned 64-bit values beyond the signed range
    v.negative = false;
    v.m = static_cast<std::uint64_t>(x);
  }
  for (const mode m : oracle::deterministic_modes) {
    report.compare(code_of<T>(lowp::convert<T>(x, any_rounding{m}, lowp::to_special{})),
                   f.round(v, m, overflow::to_special),
                   [&] { return std::to_string(x) + show(m, overflow::to_special); });
  }
}

TEST_CASE("convert: integers are taken exactly", "[convert]") {
  const auto check = []<class S>(S) {
    using T = typename S::type;
    const oracle::format f = S::facts.make();
    differences report(oracle::describe(S::facts) + " from integers");
    for (int x = -2000; x <= 2000; ++x) check_integer<T>(report, f, x);
    for (int x = -128; x < 128; ++x) check_integer<T>(report, f, static_cast<signed char>(x));
    for (int x = 0; x < 256; ++x) check_integer<T>(report, f, static_cast<unsigned char>(x));
    for (int s = 0; s < 64; ++s) {
      for (const std::uint64_t near : {-1, 0, 1}) {
        const std::uint64_t x = (std::uint64_t{1} << s) + near;
        check_integer<T>(report, f, x);
        check_integer<T>(report, f, static_cast<std::int64_t>(x));
        check_integer<T>(report, f, -static_cast<std::int64_t>(x >> 1));
        check_integer<T>(report, f, static_cast<std::uint32_t>(x));
        check_integer<T>(report, f, static_cast<short>(x));
      }
    }
    check_integer<T>(report, f, std::numeric_limits<std::int64_t>::min());
    check_integer<T>(report, f, std::numeric_limits<std::int64_t>::max());
    check_integer<T>(report, f, std::numeric_limits<std::uint64_t>::max());
  };
  check(e4m3fn_subject{});
  check(e2m1fn_subject{});
  check(e8m0fnu_subject{});
  check(ue5m3_subject{});
  check(float16_subject{});
  check(bfloat16_subject{});
  check(tf32_subject{});
  check(p3109_subject<16, 9, true, true>{});
  check(float_subject{});
  check(double_subject{});
}

template <class From, class To>
void check_format_to_format() {
  using TF = typename From::type;
  using TT = typename To::type;
  const oracle::format from = From::facts.make(), to = To::facts.make();
  differences report(oracle::describe(From::facts) + " to " + oracle::describe(To::facts));
  all_conversions_in_halves<TT, TF>(report, to, from);
  for (code_t c = 0; c < from.codes(); ++c) {  // and whole, as it is called most
    report.compare(code_of(lowp::convert<TT>(from_code<TF>(c))),
                   to.round(from.decode(c), mode::nearest_even, To::default_overflow),
                   [&] { return show(from.decode(c)); });
  }
}

TEST_CASE("convert: every code of the named formats to the others", "[convert][slow]") {
  const auto from = []<class From>(From) {
    check_format_to_format<From, e4m3fn_subject>();
    check_format_to_format<From, e5m2fnuz_subject>();
    check_format_to_format<From, e2m1fn_subject>();
    check_format_to_format<From, e8m0fnu_subject>();
    check_format_to_format<From, p3109_subject<7, 3, false, true>>();
    check_format_to_format<From, float16_subject>();
    check_format_to_format<From, float_subject>();
    check_format_to_format<From, double_subject>();
  };
  for_each_named(from);
  from(p3109_subject<8, 1, false, true>{});
  from(p3109_subject<16, 1, false, true>{});
  from(p3109_subject<16, 1, true, false>{});
}

TEST_CASE("convert: double to float is the processor's", "[convert]") {
  random_codes random(5);
  differences report("double to float");
  for (int i = 0; i < 1'000'000; ++i) {
    std::uint64_t bits = random.next();
    if (i % 4 != 0) bits = (bits & 0x800fffffffffffffU) | ((0x360 + (bits >> 52) % 0x120) << 52);  // float's range
    if (i % 3 == 0) bits &= ~std::uint64_t{0xfffffff};                                             // ties
    const auto x = std::bit_cast<double>(bits);
    if (std::isnan(x)) continue;
    report.compare(std::bit_cast<std::uint32_t>(lowp::convert<float>(x)),
                   std::bit_cast<std::uint32_t>(static_cast<float>(x)), [&] { return show(oracle::of(x)); });
  }
}

// ---- trap --------------------------------------------------------------------------------------------------

// Whether f ends its process by a signal.
template <class F>
bool dies(F&& f) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int s : {SIGILL, SIGTRAP, SIGABRT, SIGSEGV}) std::signal(s, SIG_DFL);  // not Catch's handlers
    f();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

template <class T>
bool traps(double x) {
  volatile double source = x;
  return dies([&] {
    volatile auto code = lowp::convert<T>(static_cast<double>(source), lowp::trap{}).bits();
    static_cast<void>(code);
  });
}

TEST_CASE("convert: trap stops where there is no value, and nowhere else", "[convert]") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(traps<lowp::e4m3fn>(465));
  CHECK(traps<lowp::e4m3fn>(-465));
  CHECK(traps<lowp::e4m3fn>(infinity));
  CHECK_FALSE(traps<lowp::e4m3fn>(464));
  CHECK_FALSE(traps<lowp::e4m3fn>(nan));
  CHECK_FALSE(traps<lowp::e5m2>(infinity));
  CHECK_FALSE(traps<lowp::e5m2>(-infinity));
  CHECK(traps<lowp::e5m2>(61440));
  CHECK(traps<lowp::e2m1fn>(nan));
  CHECK_FALSE(traps<lowp::e2m1fn>(-0.0));
  CHECK(traps<lowp::ue4m3>(-1));
  CHECK_FALSE(traps<lowp::ue4m3>(-0x1p-20));  // rounds to zero
  CHECK(traps<lowp::e8m0fnu>(0));
  CHECK(traps<lowp::e8m0fnu>(-1));
  CHECK_FALSE(traps<lowp::e8m0fnu>(0x1p-140));

  // What does not stop is as with every other policy.
  const oracle::format f = oracle::e4m3fn.make();
  differences report("e4m3fn under trap");
  for (double x = -464; x <= 464; x += 0.125) {
    report.compare(lowp::convert<lowp::e4m3fn>(x, lowp::trap{}).bits(),
                   f.round(oracle::of(x), mode::nearest_even, overflow::saturate),
                   [&] { return show(oracle::of(x)); });
  }
}

}  // namespace
