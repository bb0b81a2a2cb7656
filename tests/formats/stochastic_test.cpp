// Stochastic rounding: for up to 8 random bits every one of the 2^N values is tried, and the number that goes away
// from zero is compared with the definition, at fractions known by construction:
//
//   nu = j / 2^(N + 3)     a: floor(j / 8)     b: floor((j + 4) / 8)     c: j / 8 to the nearest integer, ties to even
//
// out of 2^N. Each single decision is held to the oracle as well; so are the sources of random bits.
#include <cmath>

#include "harness.hpp"

namespace {

using namespace tests;

template <lowp::stochastic_variant V>
constexpr mode mode_of = V == lowp::stochastic_variant::a   ? mode::stochastic_a
                         : V == lowp::stochastic_variant::b ? mode::stochastic_b
                                                            : mode::stochastic_c;

// How many of 2^N values of R go away from zero; `more` says that nu is a little larger than j / 2^(N + 3).
template <lowp::stochastic_variant V>
std::uint64_t away_count(std::uint64_t j, bool more) {
  const std::uint64_t whole = j / 8, eighths = j % 8;
  switch (V) {
    case lowp::stochastic_variant::a:
      return whole;
    case lowp::stochastic_variant::b:
      return whole + (eighths >= 4);
    case lowp::stochastic_variant::c:
      return whole + (eighths > 4 || (eighths == 4 && (more || whole % 2 == 1)));
  }
  return 0;
}

template <class S, int N, lowp::stochastic_variant V, class O>
void count_in_gap(differences& report, const oracle::format& f, code_t low, bool negative, overflow o, O saturation) {
  using T = typename S::type;
  const double from = oracle::to_double(
      {oracle::kind::finite, false, static_cast<std::uint64_t>(f.magnitude(low).m), f.magnitude(low).e});
  const double gap = 2 * (oracle::to_double({oracle::kind::finite, false, static_cast<std::uint64_t>(f.middle(low).m),
                                             f.middle(low).e}) -
                          from);
  constexpr lowp::stochastic<N, V> rounding;
  constexpr mode m = mode_of<V>;
  constexpr std::uint64_t values = std::uint64_t{1} << N;
  // What the two decisions lead to. A result of "away" is only counted where it can be told from the other.
  const oracle::place middle = f.locate(oracle::exactly(oracle::of(negative ? -from - gap / 2 : from + gap / 2)));
  const code_t stays = f.settle(middle, m, o, 0, N), goes = f.settle(middle, m, o, values - 1, N);
  for (std::uint64_t j = 1; j < 8 * values; ++j) {
    for (const bool more : {false, true}) {
      if (more && j % 4 != 0) continue;
      double x = from + gap * (static_cast<double>(j) / (8.0 * static_cast<double>(values)) + (more ? 0x1p-36 : 0.0));
      if (negative) x = -x;
      const oracle::place p = f.locate(oracle::exactly(oracle::of(x)), N + 1);
      std::uint64_t away = 0;
      for (std::uint64_t r = 0; r < values; ++r) {
        // Bits above the N lowest must not matter.
        const auto random = static_cast<std::uint32_t>(r | (j * 0x9e3779b9U) << N);
        const T got = lowp::convert<T>(x, rounding, saturation, lowp::random_bits{random});
        away += got.bits() == goes;
        report.compare(got.bits(), f.settle(p, m, o, r, N), [&] {
          return show(oracle::of(x)) + " " + oracle::name(m) + " " + std::to_string(N) +
                 " bits, R = " + std::to_string(r);
        });
      }
      if (stays != goes) {
        report.compare(away, away_count<V>(j, more), [&] {
          return "number of " + std::to_string(values) + " random values that take " + show(oracle::of(x)) +
                 " away, " + oracle::name(m);
        });
      }
    }
  }
}

template <class S, int N>
void count_bits(differences& report, const oracle::format& f) {
  using enum lowp::stochastic_variant;
  const code_t top = f.largest_magnitude(false), one_binade = code_t{1} << f.M;
  // The first gap, the step from subnormal to normal, a step between binades, the last gap, the one beyond.
  for (const code_t low :
       {code_t{f.has_zero() ? 0U : 1U}, one_binade - (f.M > 0 ? 1 : 0), 2 * one_binade - 1, top - 1, top}) {
    for (const bool negative : {false, true}) {
      count_in_gap<S, N, a>(report, f, low, negative, overflow::to_special, lowp::to_special{});
      count_in_gap<S, N, b>(report, f, low, negative, overflow::sat_none, lowp::sat_none{});
      count_in_gap<S, N, c>(report, f, low, negative, overflow::to_special, lowp::to_special{});
    }
  }
  count_in_gap<S, N, c>(report, f, top, false, overflow::saturate, lowp::saturate{});
}

template <class S>
void count_all() {
  const oracle::format f = S::facts.make();
  differences report(oracle::describe(S::facts));
  count_bits<S, 1>(report, f);
  count_bits<S, 2>(report, f);
  count_bits<S, 3>(report, f);
  count_bits<S, 4>(report, f);
  count_bits<S, 5>(report, f);
  count_bits<S, 6>(report, f);
  count_bits<S, 7>(report, f);
  count_bits<S, 8>(report, f);
}

TEST_CASE("stochastic: exact counts for 1 to 8 random bits", "[stochastic][slow]") {
  count_all<e2m1fn_subject>();
  count_all<e4m3fn_subject>();
  count_all<e5m2_subject>();
  count_all<float16_subject>();
}

TEST_CASE("stochastic: exact counts for formats of powers of two and unsigned ones", "[stochastic][slow]") {
  count_all<e8m0fnu_subject>();
  count_all<ue4m3_subject>();
  count_all<p3109_subject<5, 1, true, true>>();
}

// Operations: every random value for pairs of codes.
template <operation Op, class S, int N, lowp::stochastic_variant V>
void check_operation(std::uint64_t pairs) {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  differences report(std::string(oracle::name(Op)) + " " + oracle::describe(S::facts) + " " +
                     oracle::name(mode_of<V>));
  random_codes random(pairs + N);
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const std::uint64_t bits = random.next();
    const code_t a = bits % f.codes(), b = (bits >> 20) % f.codes(), c = (bits >> 40) % f.codes();
    const oracle::value va = f.decode(a), vb = f.decode(b), vc = f.decode(c);
    const oracle::place p = f.locate(oracle::exact_result(Op, va, vb, vc), N + 1);
    for (std::uint32_t r = 0; r < std::uint32_t{1} << N; ++r) {
      const T got = apply<Op, T>(from_code<T>(a), from_code<T>(b), from_code<T>(c), lowp::stochastic<N, V>{},
                                 lowp::to_special{}, lowp::random_bits{r});
      report.compare(got.bits(), f.settle(p, mode_of<V>, overflow::to_special, r, N),
                     [&] { return show(Op, va, vb, vc) + " R = " + std::to_string(r); });
    }
  }
}

template <class S, int N, lowp::stochastic_variant V>
void check_operations(std::uint64_t pairs) {
  check_operation<operation::add, S, N, V>(pairs);
  check_operation<operation::sub, S, N, V>(pairs);
  check_operation<operation::mul, S, N, V>(pairs);
  check_operation<operation::div, S, N, V>(pairs);
  check_operation<operation::sqrt, S, N, V>(pairs);
  check_operation<operation::fma, S, N, V>(pairs);
}

TEST_CASE("stochastic: operations, every random value", "[stochastic][slow]") {
  using enum lowp::stochastic_variant;
  check_operations<e2m1fn_subject, 4, a>(1000);
  check_operations<e2m1fn_subject, 5, b>(1000);
  check_operations<e5m2_subject, 8, c>(1000);
  check_operations<e4m3fn_subject, 8, a>(1000);
  check_operations<e4m3fnuz_subject, 6, c>(1000);
  check_operations<float16_subject, 8, b>(1000);
  check_operations<p3109_subject<6, 2, false, true>, 7, c>(1000);
}

// More random bits than can be enumerated.
template <int N, lowp::stochastic_variant V>
void check_many_bits() {
  const oracle::format f = oracle::bfloat16.make();
  differences report(std::string(oracle::name(mode_of<V>)) + " " + std::to_string(N) + " bits");
  random_codes random(N);
  for (int i = 0; i < 20000; ++i) {
    const double x =
        std::ldexp(static_cast<double>(random.next() | 1) * (i % 2 ? 1 : -1), -static_cast<int>(random.below(250)));
    // The oracle's fraction decides; take R at the edge of it as often as not.
    const oracle::place p = f.locate(oracle::exactly(oracle::of(x)), N + 1);
    const std::uint64_t range = std::uint64_t{1} << N;
    std::uint64_t r = random.below(range);
    if (i % 2 == 0) r = (range - (p.fraction >> 1) + random.below(3) - 1) % range;
    const auto got =
        lowp::convert<lowp::bfloat16>(x, lowp::stochastic<N, V>{}, lowp::random_bits{static_cast<std::uint32_t>(r)});
    report.compare(got.bits(), f.settle(p, mode_of<V>, overflow::to_special, r, N),
                   [&] { return show(oracle::of(x)) + " R = " + std::to_string(r); });
  }
}

TEST_CASE("stochastic: up to 32 random bits", "[stochastic]") {
  using enum lowp::stochastic_variant;
  check_many_bits<9, a>();
  check_many_bits<16, a>();
  check_many_bits<16, b>();
  check_many_bits<24, c>();
  check_many_bits<31, b>();
  check_many_bits<32, a>();
  check_many_bits<32, b>();
  check_many_bits<32, c>();
  STATIC_REQUIRE(lowp::stochastic<>::random_bits == 32);
}

TEST_CASE("stochastic: equal chances take one bit", "[stochastic]") {
  differences report("stochastic_equal");
  const auto check = [&]<class S>(S) {
    using T = typename S::type;
    const oracle::format f = S::facts.make();
    random_codes random(3);
    for (int i = 0; i < 20000; ++i) {
      const double x =
          std::ldexp(static_cast<double>(random.next()), -static_cast<int>(random.below(80)) - 40) * (i % 2 ? 1 : -1);
      const auto r = static_cast<std::uint32_t>(random.next());
      for (const overflow o : oracle::overflow_policies) {
        const T got = lowp::convert<T>(x, lowp::stochastic_equal{}, any_overflow{o}, lowp::random_bits{r});
        report.compare(got.bits(), f.round(oracle::of(x), mode::stochastic_equal, o, r & 1, 1),
                       [&] { return show(oracle::of(x)) + " R = " + std::to_string(r); });
      }
    }
  };
  check(e4m3fn_subject{});
  check(e5m2_subject{});
  check(e2m1fn_subject{});
  check(ue5m3_subject{});
  check(float16_subject{});
}

// ---- where the bits come from ------------------------------------------------------------------------------

// Philox-4x32-10 on the known answers of its authors' Random123 library.
TEST_CASE("stochastic: the generator is Philox", "[stochastic]") {
  using block = lowp::philox::block;
  CHECK(lowp::philox(0)[0] == block{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  CHECK(lowp::philox(~std::uint64_t{0}, ~std::uint64_t{0})[~std::uint64_t{0}] ==
        block{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  CHECK(lowp::philox(0x299f31d0a4093822, 0x0370734413198a2e)[0x85a308d3243f6a88] ==
        block{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
  lowp::random_stream stream(42, 7);
  const lowp::philox generator(42, 7);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(stream() == generator(i));
}

TEST_CASE("stochastic: a callable is asked once, and only where the answer matters", "[stochastic]") {
  int calls = 0;
  const auto count = [&calls] {
    ++calls;
    return std::uint32_t{0x80000000};
  };
  const lowp::stochastic<8> eight;
  CHECK(lowp::convert<lowp::e4m3fn>(1.03f, eight, count).bits() == lowp::convert<lowp::e4m3fn>(1.0f).bits());
  CHECK(calls == 1);
  static_cast<void>(lowp::mul<lowp::e4m3fn>(1.03f, 3.0f, count, eight));
  CHECK(calls == 2);
  static_cast<void>(lowp::convert<lowp::e4m3fn>(0.0f, eight, count));
  static_cast<void>(lowp::convert<lowp::e4m3fn>(std::nanf(""), eight, count));
  static_cast<void>(lowp::convert<lowp::e4m3fn>(HUGE_VALF, eight, count));
  static_cast<void>(lowp::convert<lowp::e4m3fn>(1.03f, count));  // not a stochastic policy
  CHECK(calls == 2);
}

TEST_CASE("stochastic: operators draw from the thread's stream, the same bits for the same seed", "[stochastic]") {
  using T = lowp::with_rounding<lowp::float16, lowp::stochastic<>>;
  const auto run = [](std::uint64_t seed) {
    lowp::seed_thread(seed);
    std::vector<unsigned> codes;
    T sum = T::from_bits(0x3c00);  // 1, without a draw
    for (int i = 0; i < 3000; ++i) {
      sum = sum + T::from_bits(static_cast<std::uint16_t>(0x0400 + i));
      codes.push_back(sum.bits());
      codes.push_back((sum * sum / T::from_bits(0x3c01)).bits());
    }
    return codes;
  };
  const auto first = run(42), other = run(43);
  CHECK((run(42) == first));
  CHECK((other != first));

  // The same by hand.
  lowp::random_stream stream(42);
  lowp::float16 sum = lowp::float16::from_bits(0x3c00);
  std::vector<unsigned> codes;
  const lowp::stochastic<> rounding;
  for (int i = 0; i < 3000; ++i) {
    sum = lowp::add<lowp::float16>(sum, lowp::float16::from_bits(static_cast<std::uint16_t>(0x0400 + i)), rounding,
                                   stream);
    codes.push_back(sum.bits());
    const auto square = lowp::mul<lowp::float16>(sum, sum, rounding, stream);
    codes.push_back(lowp::div<lowp::float16>(square, lowp::float16::from_bits(0x3c01), stream, rounding).bits());
  }
  CHECK((codes == first));  // without printing 6000 numbers
  lowp::seed_thread(0);
}

}  // namespace
