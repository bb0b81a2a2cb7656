// Rounding into posits, at and around every point where it changes: the values, and the points v that are the next
// longer posits between two values (in the tails not the middle of the two), one ulp of double or float on both sides.
#include <cmath>
#include <limits>

#include <lowp/formats/fixed.hpp>

#include "posit_harness.hpp"

namespace {

using namespace tests;
using oracle::posit_format;

// What is asked of a posit type here: rounding an exact value in a mode, and converting as a user does. Functions, so
// that the loops around them are compiled once and not for each type.
template <class Source>
struct subject {
  posit_format f;
  code_t (*rounded)(const lowp::exact&, mode, overflow);
  code_t (*converted)(Source);
};
template <class T, class Source>
[[gnu::noinline]] code_t converted(Source x) {
  return lowp::convert<T>(x).bits();
}
template <class T, class Source>
subject<Source> subject_of() {
  return {oracle_of<T>(), rounded_in_lowp<T>, converted<T, Source>};
}

// One source value in all deterministic modes, and as the type rounds by itself.
template <class Source>
void compare_modes(differences& report, const subject<Source>& s, Source x, code_t guess = 0) {
  const oracle::value v = oracle::of(x);
  const oracle::place p = s.f.locate(oracle::exactly(v), 0, guess);
  const lowp::exact exact = lowp::decode(x);
  for (const mode m : oracle::deterministic_modes) {
    report.compare(s.rounded(exact, m, {}), s.f.settle(p, m), [&] { return show(v) + " " + oracle::name(m); });
  }
  report.compare(s.converted(x), s.f.settle(p, mode::nearest_even), [&] { return show(v) + " convert"; });
}

// f(x, magnitude code below it) for every value and every point v of T that Source holds, and their neighbours.
template <class Source, class F>
void for_each_boundary(const posit_format& format, code_t first, code_t last, F&& f) {
  for (code_t c = 2 * first; c <= 2 * last + 1; ++c) {
    const oracle::dyadic d = oracle::positive_posit(c, format.n + 1, format.es);
    const double wide = std::ldexp(static_cast<double>(d.m), static_cast<int>(d.e));
    const auto x = static_cast<Source>(wide);  // may round, overflow or vanish in float: its neighbours are near
    if (!(x > 0) || std::isinf(x)) continue;
    for (const Source y :
         {x, std::nextafter(x, Source{0}), std::nextafter(x, std::numeric_limits<Source>::infinity())}) {
      f(y, c / 2 - (c % 2 == 0 && y < x ? 1 : 0));
      f(-y, c / 2 - (c % 2 == 0 && y < x ? 1 : 0));
    }
  }
}

template <class Source>
void compare_boundaries(const subject<Source>& s) {
  differences report(s.f.name());
  for_each_boundary<Source>(s.f, 1, s.f.maxpos(),
                            [&](Source x, code_t below) { compare_modes(report, s, x, below); });
  for (const Source x : {Source{0}, std::numeric_limits<Source>::denorm_min(), std::numeric_limits<Source>::min(),
                         std::numeric_limits<Source>::max(), std::numeric_limits<Source>::infinity(),
                         std::numeric_limits<Source>::quiet_NaN()}) {
    compare_modes(report, s, x);
    compare_modes(report, s, -x);
  }
}
template <class T, class Source>
void compare_boundaries() {
  compare_boundaries(subject_of<T, Source>());
}

TEST_CASE("posit: all boundaries of 2 to 12 bits, doubles in all modes", "[slow]") {
  for_each_posit<2, 12>([]<class T>(T) { compare_boundaries<T, double>(); });
}

TEST_CASE("posit: all boundaries of 13 to 16 bits, doubles in all modes", "[slow]") {
  for_each_posit<13, 16>([]<class T>(T) { compare_boundaries<T, double>(); });
}

TEST_CASE("posit: all boundaries of 2 to 12 bits, floats in all modes", "[slow]") {
  for_each_posit<2, 12>([]<class T>(T) { compare_boundaries<T, float>(); });
}

TEST_CASE("posit: all boundaries of 16 bits, floats in all modes", "[slow]") {
  compare_boundaries<lowp::posit<13, 4>, float>();
  compare_boundaries<lowp::posit<14, 3>, float>();
  compare_boundaries<lowp::posit<15, 2>, float>();
  compare_boundaries<lowp::posit<16, 0>, float>();
  compare_boundaries<lowp::posit<16, 1>, float>();
  compare_boundaries<lowp::posit<16, 2>, float>();
  compare_boundaries<lowp::posit<16, 3>, float>();
  compare_boundaries<lowp::posit<16, 4>, float>();
}

// Policies as types, as a user writes them, with each overflow policy: nothing but an infinity ever asks for it.
template <class T>
void compare_policies() {
  const posit_format f = oracle_of<T>();
  differences report(f.name());
  random_codes random(41);
  std::vector<double> sources{0, 1, 0x1p-1074, 0x1p-149, 0x1p1000, 0x1.fffffep127, INFINITY, NAN};
  for (int i = 0; i < 200; ++i) {
    const double x = f.to_double(1 + random.below(f.maxpos()));
    sources.push_back(x * (1 + std::ldexp(static_cast<double>(random.below(1 << 20)), -20)));
  }
  for_each_policy_pair([&](mode m, overflow o, auto rounding, auto saturation) {
    for (const double x : sources) {
      for (const double y : {x, -x}) {
        const auto expected = [&](auto v) { return f.round(oracle::exactly(oracle::of(v)), m, o); };
        const auto describe = [&] { return show(oracle::of(y)) + show(m, o); };
        report.compare(lowp::convert<T>(y, rounding, saturation).bits(), expected(y), describe);
        const auto z = static_cast<float>(y);
        report.compare(lowp::convert<T>(z, saturation, rounding).bits(), expected(z), describe);
        using other = lowp::with_overflow<lowp::with_rounding<T, decltype(rounding)>, decltype(saturation)>;
        report.compare(other(z).bits(), expected(z), describe);
      }
    }
  });
}

TEST_CASE("posit: rounding and overflow policies as types") {
  compare_policies<lowp::posit<2, 2>>();
  compare_policies<lowp::posit8>();
  compare_policies<lowp::posit<9, 0>>();
  compare_policies<lowp::posit16>();
  compare_policies<lowp::posit<16, 1>>();
  compare_policies<lowp::posit32>();
  compare_policies<lowp::posit<32, 4>>();
}

// Ties to the upper or the lower neighbour are ties away from zero on one side and toward it on the other.
TEST_CASE("posit: nearest_up and nearest_down") {
  const auto check = []<class T>(T) {
    const posit_format f = oracle_of<T>();
    std::size_t wrong = 0;
    for_each_boundary<double>(f, 1, f.maxpos(), [&](double x, code_t below) {
      const oracle::place p = f.locate(oracle::exactly(oracle::of(x)), 0, below);
      const mode outward = mode::nearest_away, inward = mode::nearest_zero;
      wrong += lowp::convert<T>(x, lowp::nearest_up{}).bits() != f.settle(p, x > 0 ? outward : inward);
      wrong += lowp::convert<T>(x, lowp::nearest_down{}).bits() != f.settle(p, x > 0 ? inward : outward);
      const auto y = static_cast<float>(x);
      const oracle::place q = f.locate(oracle::exactly(oracle::of(y)), 0, below);
      wrong += lowp::convert<T>(y, lowp::nearest_up{}).bits() != f.settle(q, y > 0 ? outward : inward);
      wrong += lowp::convert<T>(y, lowp::nearest_down{}).bits() != f.settle(q, y > 0 ? inward : outward);
    });
    INFO(f.name());
    CHECK(wrong == 0);
  };
  check(lowp::posit8{});
  check(lowp::posit<9, 0>{});
  check(lowp::posit<12, 1>{});
}

TEST_CASE("posit: nothing but zero becomes zero, nothing but NaN and infinities becomes NaR") {
  const auto check = []<class T>(T) {
    const posit_format f = oracle_of<T>();
    INFO(f.name());
    std::size_t wrong = 0;
    for_each_policy_pair<pairing::each>([&](mode, overflow, auto rounding, auto saturation) {
      for (const double x : {0x1p-1074, 1e-320, 0x1p-149, 0x1p1023, std::numeric_limits<double>::max()}) {
        const bool small = x < 1;
        if (small ? x > f.to_double(1) : x < f.to_double(f.maxpos())) continue;  // 64-bit posits reach far
        wrong += lowp::convert<T>(x, rounding, saturation).bits() != (small ? 1 : f.maxpos());
        wrong += lowp::convert<T>(-x, rounding, saturation).bits() != f.negated(small ? 1 : f.maxpos());
      }
    });
    for (const std::uint32_t r : {0U, 1U, 0x7fffffffU, 0x80000000U, ~0U}) {
      const lowp::random_bits bits{r};
      wrong += lowp::convert<T>(0x1p-1074, lowp::stochastic<>{}, bits).bits() != 1;
      wrong += lowp::convert<T>(-0x1p-1074, lowp::stochastic_equal{}, bits).bits() != f.mask();
      wrong += lowp::convert<T>(1e308, lowp::stochastic<8, lowp::stochastic_variant::c>{}, bits).bits() != f.maxpos();
      wrong += lowp::convert<T>(-1e308, lowp::stochastic_equal{}, bits).bits() != f.nar() + 1;
    }
    const T least = from_code<T>(1), most = from_code<T>(f.maxpos());
    if (f.n > 2) {
      wrong += (least * least).bits() != 1 || (most * most).bits() != f.maxpos() || (least / most).bits() != 1;
      wrong += lowp::mul(least, least, lowp::toward_zero{}).bits() != 1;
      wrong += lowp::mul(most, -most, lowp::downward{}).bits() != f.nar() + 1;
    }
    wrong += (most + most).bits() != f.maxpos() || (-most - most).bits() != f.nar() + 1;
    CHECK(wrong == 0);
  };
  check(lowp::posit<2, 4>{});
  check(lowp::posit<3, 0>{});
  check(lowp::posit<4, 1>{});
  check(lowp::posit<8, 0>{});
  check(lowp::posit8{});
  check(lowp::posit<9, 3>{});
  check(lowp::posit<16, 0>{});
  check(lowp::posit16{});
  check(lowp::posit<16, 4>{});
  check(lowp::posit32{});
  check(lowp::posit64{});
  check(lowp::posit<40, 3>{});
  check(lowp::posit<64, 0>{});
}

// ---- stochastic ----------------------------------------------------------------------------------------------

constexpr mode mode_of(lowp::stochastic_variant v) {
  return v == lowp::stochastic_variant::a   ? mode::stochastic_a
         : v == lowp::stochastic_variant::b ? mode::stochastic_b
                                            : mode::stochastic_c;
}

// The share of the gap is what is cut off the bit string. Every random value of a few bits, some of 32.
template <class T, int Bits, lowp::stochastic_variant V>
void compare_random(differences& report, const posit_format& f, double x, random_codes& random) {
  const oracle::place p = f.locate(oracle::exactly(oracle::of(x)), Bits + 1);
  const std::uint64_t values = std::uint64_t{1} << Bits;
  const std::uint64_t first = values - (p.fraction >> 1);  // where the decision changes
  for (std::uint64_t i = 0; i < (Bits <= 4 ? values : 8); ++i) {
    std::uint64_t r = i;
    if (Bits > 4) r = (i < 5 ? first + i - 2 : random.next()) & (values - 1);
    const auto above = Bits < 32 ? static_cast<std::uint32_t>(random.next()) << (Bits % 32) : 0U;  // is not looked at
    const lowp::random_bits bits{static_cast<std::uint32_t>(r) | above};
    const code_t got = lowp::convert<T>(x, lowp::stochastic<Bits, V>{}, bits).bits();
    report.compare(got, f.settle(p, mode_of(V), {}, r, Bits), [&] {
      return show(oracle::of(x)) + " " + oracle::name(mode_of(V)) + " " + std::to_string(Bits) +
             " bits, R = " + std::to_string(r);
    });
  }
}

template <class T>
void compare_stochastic(code_t step) {
  using enum lowp::stochastic_variant;
  const posit_format f = oracle_of<T>();
  differences report(f.name());
  random_codes random(43);
  for (code_t code = 1; code < f.maxpos(); code += 1 + random.below(step)) {
    const double low = f.to_double(code), high = f.to_double(code + 1);
    for (int i = 0; i < 6; ++i) {
      // Shares with few bits, so that ties of the variants occur, anywhere in the string and so unevenly in the gap.
      const int more = 1 + static_cast<int>(random.below(static_cast<unsigned>(i < 3 ? 7 : 34)));
      const oracle::dyadic d = oracle::positive_posit(
          (oracle::uint128{code} << more) | random.below(std::uint64_t{1} << more), f.n + more, f.es);
      double x = std::ldexp(static_cast<double>(d.m), static_cast<int>(d.e));
      if (i == 5) x = low + (high - low) * static_cast<double>(random.below(1000)) / 1000;
      if (random.below(2) != 0) x = -x;
      compare_random<T, 1, a>(report, f, x, random);
      compare_random<T, 4, a>(report, f, x, random);
      compare_random<T, 4, b>(report, f, x, random);
      compare_random<T, 4, c>(report, f, x, random);
      compare_random<T, 32, a>(report, f, x, random);
      compare_random<T, 32, c>(report, f, x, random);
      for (const std::uint32_t r : {0U, 1U, 6U}) {
        const code_t got = lowp::convert<T>(x, lowp::stochastic_equal{}, lowp::random_bits{r}).bits();
        report.compare(got, f.round(oracle::exactly(oracle::of(x)), mode::stochastic_equal, {}, r),
                       [&] { return show(oracle::of(x)) + " stochastic_equal"; });
      }
    }
  }
}

TEST_CASE("posit: stochastic rounding reads the bit string", "[slow]") {
  compare_stochastic<lowp::posit<3, 1>>(1);
  compare_stochastic<lowp::posit<4, 1>>(1);
  compare_stochastic<lowp::posit<5, 3>>(1);
  compare_stochastic<lowp::posit<6, 2>>(1);
  compare_stochastic<lowp::posit<8, 0>>(1);
  compare_stochastic<lowp::posit<8, 1>>(1);
  compare_stochastic<lowp::posit8>(1);
  compare_stochastic<lowp::posit<8, 4>>(1);
  compare_stochastic<lowp::posit<12, 3>>(20);
  compare_stochastic<lowp::posit<16, 0>>(60);
  compare_stochastic<lowp::posit<16, 1>>(60);
  compare_stochastic<lowp::posit<16, 2>>(60);
  compare_stochastic<lowp::posit<16, 4>>(60);
}

TEST_CASE("posit: in the tails a share of the gap is no share of the value") {
  // posit<8,2>: between 2^16 = 0 1111100 0 and 2^18 the exponent's lower bit is cut off: 2^17 is half of the string.
  const auto p = [](double x, std::uint32_t r) {
    return static_cast<double>(lowp::convert<lowp::posit8>(x, lowp::stochastic<8>{}, lowp::random_bits{r}));
  };
  CHECK(p(0x1p17, 127) == 0x1p16);
  CHECK(p(0x1p17, 128) == 0x1p18);
  CHECK(p(0x1.8p16, 191) == 0x1p16);  // a quarter of the string, a sixth of the gap
  CHECK(p(0x1.8p16, 192) == 0x1p18);
  // From 2^20 to maxpos = 2^24 two exponent bits are cut off.
  CHECK(p(0x1p21, 191) == 0x1p20);
  CHECK(p(0x1p21, 192) == 0x1p24);
  CHECK(p(0x1p23, 63) == 0x1p20);
  CHECK(p(0x1p23, 64) == 0x1p24);
}

// ---- other sources -------------------------------------------------------------------------------------------

template <class To, class From>
void compare_posits(code_t step) {
  const posit_format to = oracle_of<To>(), from = oracle_of<From>();
  differences report(from.name() + " to " + to.name());
  random_codes random(44);
  const code_t count = from.n < 20 ? from.codes() : 20000;
  for (code_t i = 0; i < count; i += 1 + random.below(step)) {
    const code_t c = from.n < 20 ? i : interesting_code(random, from.n);
    const oracle::value v = from.decode(c);
    const oracle::place p = to.locate(oracle::exactly(v));
    const From x = from_code<From>(c);
    const auto describe = [&] { return "code " + std::to_string(c); };
    report.compare(lowp::convert<To>(x).bits(), to.settle(p, mode::nearest_even), describe);
    for (const mode m : oracle::deterministic_modes) {
      report.compare(lowp::convert<To>(x, any_rounding{m}).bits(), to.settle(p, m), describe);
    }
  }
}

TEST_CASE("posit: from posits") {
  compare_posits<lowp::posit8, lowp::posit16>(1);
  compare_posits<lowp::posit16, lowp::posit8>(1);
  compare_posits<lowp::posit<16, 2>, lowp::posit<16, 1>>(1);
  compare_posits<lowp::posit<16, 1>, lowp::posit<16, 2>>(1);
  compare_posits<lowp::posit<16, 0>, lowp::posit<12, 4>>(1);
  compare_posits<lowp::posit<4, 0>, lowp::posit<16, 4>>(1);
  compare_posits<lowp::posit<2, 4>, lowp::posit<8, 0>>(1);
  compare_posits<lowp::posit32, lowp::posit64>(1);
  compare_posits<lowp::posit64, lowp::posit32>(1);
  compare_posits<lowp::posit16, lowp::posit64>(1);
  compare_posits<lowp::posit<64, 0>, lowp::posit<64, 4>>(1);
  compare_posits<lowp::posit<64, 4>, lowp::posit<64, 0>>(1);
  compare_posits<lowp::posit<63, 2>, lowp::posit64>(1);
  compare_posits<lowp::posit64, lowp::posit<63, 2>>(1);
}

TEST_CASE("posit: shorter is the string cut short, longer is the string and zeros") {
  random_codes random(45);
  std::size_t wrong = 0;
  for (int i = 0; i < 200000; ++i) {
    const auto wide = lowp::posit64::from_bits(interesting_code(random, 64));
    const auto narrow = static_cast<std::uint32_t>(wide.bits() >> 32);
    const bool is_end = narrow == 0 || narrow == 0x7fffffff || narrow == 0x80000000 || narrow == 0xffffffff;
    // Truncation of the whole string in two's complement is rounding downward.
    if (!is_end) wrong += lowp::convert<lowp::posit32>(wide, lowp::downward{}).bits() != narrow;
    const auto short_one = lowp::posit32::from_bits(narrow);
    wrong += lowp::convert<lowp::posit64>(short_one).bits() != std::uint64_t{narrow} << 32;
  }
  CHECK(wrong == 0);
}

template <class T>
void compare_minifloat(const oracle::facts& facts, auto source) {
  using Source = decltype(source);
  const posit_format f = oracle_of<T>();
  const oracle::format from = facts.make();
  differences report(std::string(facts.name) + " to " + f.name());
  for (code_t c = 0; c < from.codes(); ++c) {
    const oracle::place p = f.locate(oracle::exactly(from.decode(c)));
    for (const mode m : oracle::deterministic_modes) {
      report.compare(lowp::convert<T>(from_code<Source>(c), any_rounding{m}).bits(), f.settle(p, m),
                     [&] { return show(from.decode(c)) + " " + oracle::name(m); });
    }
    report.compare(lowp::convert<T>(from_code<Source>(c)).bits(), f.settle(p, mode::nearest_even),
                   [&] { return show(from.decode(c)); });
  }
}

TEST_CASE("posit: from minifloats") {
  compare_minifloat<lowp::posit16>(oracle::float16, lowp::float16{});
  compare_minifloat<lowp::posit<16, 1>>(oracle::bfloat16, lowp::bfloat16{});
  compare_minifloat<lowp::posit8>(oracle::float16, lowp::float16{});
  compare_minifloat<lowp::posit<8, 0>>(oracle::bfloat16, lowp::bfloat16{});
  compare_minifloat<lowp::posit<8, 1>>(oracle::e4m3fn, lowp::e4m3fn{});
  compare_minifloat<lowp::posit32>(oracle::float16, lowp::float16{});
  compare_minifloat<lowp::posit<6, 4>>(oracle::e8m0fnu, lowp::e8m0fnu{});
}

template <class T>
void compare_integers() {
  const posit_format f = oracle_of<T>();
  differences report(f.name() + " from integers");
  random_codes random(46);
  for (int i = 0; i < 20000; ++i) {
    const auto x = static_cast<std::int64_t>(random.next()) >> random.below(64);
    const auto code = [&](oracle::value v) { return f.round(oracle::exactly(v), mode::nearest_even); };
    const auto describe = [&] { return std::to_string(x); };
    report.compare(T(x).bits(), code(oracle::of_integer(x)), describe);
    report.compare(T(static_cast<std::int32_t>(x)).bits(), code(oracle::of_integer(static_cast<std::int32_t>(x))),
                   describe);
    oracle::value v;
    v.kind = x != 0 ? oracle::kind::finite : oracle::kind::zero;
    v.m = static_cast<std::uint64_t>(x);
    report.compare(T(static_cast<std::uint64_t>(x)).bits(), code(v), describe);
  }
}

TEST_CASE("posit: from integers") {
  compare_integers<lowp::posit8>();
  compare_integers<lowp::posit16>();
  compare_integers<lowp::posit<16, 0>>();
  compare_integers<lowp::posit32>();
  compare_integers<lowp::posit64>();
  compare_integers<lowp::posit<64, 0>>();
}

// Doubles to wide posits: all of the tails, and near one where a double has fewer bits than the posit.
void compare_wide(const subject<double>& s, const subject<float>& t) {
  const posit_format& f = s.f;
  differences report(f.name() + " from double");
  random_codes random(47);
  for (int i = 0; i < 3000; ++i) {
    const code_t c = interesting_code(random, f.n) & f.maxpos();
    if (c == 0) continue;
    const oracle::dyadic d = oracle::positive_posit(2 * oracle::uint128{c} + random.below(2), f.n + 1, f.es);
    const double x = std::ldexp(static_cast<double>(d.m), static_cast<int>(d.e));
    for (const double y : {x, std::nextafter(x, 0.0), std::nextafter(x, 1e308)}) {
      compare_modes(report, s, random.below(2) != 0 ? y : -y);
    }
    const auto z = static_cast<float>(x);
    compare_modes(report, t, std::nextafter(z, random.below(2) != 0 ? 0.0f : 3e38f));
  }
}
template <class T>
void compare_wide() {
  compare_wide(subject_of<T, double>(), subject_of<T, float>());
}

TEST_CASE("posit: doubles and floats to 17 to 64 bits, all modes") {
  for_each_posit<17, 18>([]<class T>(T) { compare_wide<T>(); });
  for_each_posit<32, 32>([]<class T>(T) { compare_wide<T>(); });
  for_each_posit<63, 64>([]<class T>(T) { compare_wide<T>(); });
  compare_wide<lowp::posit<24, 2>>();
  compare_wide<lowp::posit<48, 3>>();
}

}  // namespace
