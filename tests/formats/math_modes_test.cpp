// Stochastic rounding of the mathematical functions, and formats of 17 to 32 bits.
//
// A stochastic mode turns the discarded fraction into a probability. The oracle bisects the gap with MPFR's value;
// here the random bits are put at the exact threshold between staying and going on, and one below it.
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/posit.hpp>

#include "math_harness.hpp"

namespace tests {
namespace {

template <class Subject, int Bits>
void every_argument_at_random(code_t step) {
  using T = typename Subject::type;
  const oracle::format format = Subject::facts.make();
  differences report(oracle::describe(Subject::facts) + " with " + std::to_string(Bits) + " random bits");
  for (const fn f : transcendental) {
    exact_values exact(f);
    for (code_t c = 0; c < format.codes(); c += step) {
      const oracle::value x = format.decode(c);
      const oracle::place p = format.locate(exact(x), Bits + 1);
      const T argument = from_code<T>(c);
      // R = 2^Bits - f 2^Bits carries; for variants b and c f is rounded, so look on both sides of that too.
      const std::uint64_t fraction = p.fraction >> 1;
      for (const std::uint64_t r :
           {std::uint64_t{0}, 0 - fraction - 1, 0 - fraction, 0 - fraction + 1, ~std::uint64_t{0}}) {
        const std::uint64_t random = r & lowp::low_mask(Bits);
        const lowp::random_bits given{static_cast<std::uint32_t>(random)};
        const auto check = [&](mode m, auto rounding) {
          report.compare(code_of(call<T>(f, argument, rounding, lowp::to_special{}, given)),
                         format.settle(p, m, overflow::to_special, random, Bits),
                         [&] { return show(f, x) + " " + oracle::name(m) + " " + std::to_string(random); });
        };
        check(mode::stochastic_a, lowp::stochastic<Bits, lowp::stochastic_variant::a>{});
        check(mode::stochastic_b, lowp::stochastic<Bits, lowp::stochastic_variant::b>{});
        check(mode::stochastic_c, lowp::stochastic<Bits, lowp::stochastic_variant::c>{});
      }
    }
  }
}

TEST_CASE("stochastic rounding sees the exact fraction of math functions", "[math][slow]") {
  every_argument_at_random<float16_subject, 32>(17);
  every_argument_at_random<bfloat16_subject, 32>(37);
  every_argument_at_random<e4m3fn_subject, 32>(1);
  every_argument_at_random<e5m2_subject, 8>(1);
}
TEST_CASE("stochastic rounding sees the exact fraction of math functions of every argument", "[math][.exhaustive]") {
  every_argument_at_random<float16_subject, 32>(1);
  every_argument_at_random<bfloat16_subject, 32>(1);
  every_argument_at_random<p3109_subject<16, 11, true, true>, 32>(1);
}

TEST_CASE("a stochastic type draws once for each result", "[math]") {
  using T = lowp::with_rounding<lowp::float16, lowp::stochastic<>>;
  lowp::seed_thread(42);
  lowp::random_stream copy(42);
  for (int i = 1; i < 200; ++i) {
    const lowp::float16 x(static_cast<float>(i) / 64);
    const T drawn = exp(T(x));
    const auto expected = lowp::exp<lowp::float16>(x, lowp::stochastic<>{}, lowp::random_bits{copy()});
    if (drawn.bits() != expected.bits()) FAIL("draw " << i);
  }
}

// ---- 17 to 32 bits -----------------------------------------------------------------------------------------

// Arguments at random. The documented bound is 1/2 + 2^-20 units in the last place for the nearest modes, and 1 +
// 2^-20 for the others; as no result was ever found that is not correctly rounded, that is what is checked.
template <class T, class List>
void wide_arguments(const std::string& what, const List& list, std::uint64_t seed, int count) {
  differences report(what);
  random_codes random(seed);
  for (const fn f : transcendental) {
    for (int i = 0; i < count; ++i) {
      T x = from_code<T>(random.next() & lowp::low_mask(T::format::bits));
      if (i % 4 != 0) {  // where the results are neither 0, 1 nor infinite
        x = lowp::convert<T>(std::ldexp(1 + static_cast<double>(random.below(1 << 30)) * 0x1p-30,
                                        static_cast<int>(random.below(16)) - 10) *
                             (random.below(2) == 0 ? -1 : 1));
      }
      const oracle::value v = list.decode(code_of(x));
      const auto place = list.locate(exact_value(f, v));
      for (const mode m : oracle::deterministic_modes) {
        report.compare(code_of(call<T>(f, x, any_rounding{m}, lowp::to_special{})),
                       list.settle(place, m, overflow::to_special),
                       [&] { return show(f, v) + " " + oracle::name(m); });
      }
    }
  }
}

template <class T, class List>
void wide_pairs(const std::string& what, const List& list, std::uint64_t seed, int count) {
  differences report(what + " pairs");
  random_codes random(seed);
  const auto operand = [&] {
    return lowp::convert<T>(
        std::ldexp(static_cast<double>(random.below(1 << 24)) * 0x1p-23, static_cast<int>(random.below(10)) - 5));
  };
  for (const fn f : pairwise) {
    for (int i = 0; i < count; ++i) {
      const T x = operand(), y = random.below(2) == 0 ? operand() : -operand();
      const oracle::value a = list.decode(code_of(x)), b = list.decode(code_of(y));
      const auto place = list.locate(exact_value(f, a, b));
      for (const mode m : oracle::deterministic_modes) {
        report.compare(code_of(call<T>(f, x, y, any_rounding{m}, lowp::to_special{})),
                       list.settle(place, m, overflow::to_special),
                       [&] { return show(f, a, b) + " " + oracle::name(m); });
      }
    }
  }
}

constexpr oracle::facts single{"minifloat", 8, 23, oracle::specials::ieee, 127, true};
constexpr oracle::facts wide_range{"minifloat", 11, 20, oracle::specials::ieee, 1023, true};

void wide_formats(std::uint64_t seed, int count) {
  wide_arguments<lowp::tf32>("tf32", oracle::tf32.make(), seed + 1, count);
  wide_arguments<lowp::minifloat<8, 23>>("minifloat<8, 23>", single.make(), seed + 2, count);
  wide_arguments<lowp::minifloat<11, 20>>("minifloat<11, 20>", wide_range.make(), seed + 3, count);
  wide_arguments<lowp::posit<32>>("posit<32>", posit_list(32, 2), seed + 4, count / 2);
  wide_arguments<lowp::fixed<32, 16>>("fixed<32, 16>", fixed_list(32, 16, true), seed + 5, count);
  wide_pairs<lowp::tf32>("tf32", oracle::tf32.make(), seed + 6, count);
  wide_pairs<lowp::minifloat<8, 23>>("minifloat<8, 23>", single.make(), seed + 7, count);
  wide_pairs<lowp::posit<32>>("posit<32>", posit_list(32, 2), seed + 8, count / 2);
  wide_pairs<lowp::fixed<32, 16>>("fixed<32, 16>", fixed_list(32, 16, true), seed + 9, count);
}

TEST_CASE("math functions of 17 to 32 bits at random arguments", "[math][slow]") { wide_formats(0, 3'000); }
TEST_CASE("math functions of 17 to 32 bits at very many random arguments", "[math][.exhaustive]") {
  wide_formats(100, 400'000);
}

}  // namespace
}  // namespace tests
