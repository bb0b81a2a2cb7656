// Constant expressions give the bits of run time: arrays of results computed by the compiler, for a sample of
// formats, all operations and all rounding modes, against the same calls at run time (which may take another
// way) and against the oracle; and a few results that can be read here.
#include <array>

#include "harness.hpp"

namespace {

using namespace tests;

constexpr int samples = 12;
constexpr int mode_count = 7;

// Codes spread over the format, from an additive sequence that needs no state.
constexpr code_t sample_code(int index, code_t codes) {
  return (static_cast<code_t>(index) * 0x9e3779b97f4a7c15U >> 20) % codes;
}

template <operation Op, class T, class R, class O>
constexpr code_t one(int index, R rounding, O saturation) {
  constexpr code_t codes = code_t{1} << T::format::bits;
  const T a = from_code<T>(sample_code(3 * index + 1, codes)), b = from_code<T>(sample_code(3 * index + 2, codes)),
          c = from_code<T>(sample_code(3 * index + 3, codes));
  return code_of(apply<Op, T>(a, b, c, rounding, saturation));
}

template <operation Op, class T, class R, class O>
constexpr void fill(std::array<code_t, mode_count * samples>& out, int which, R rounding, O saturation) {
  for (int i = which * samples; i < (which + 1) * samples; ++i) {
    out[static_cast<std::size_t>(i)] = one<Op, T>(i, rounding, saturation);
  }
}

// An overflow policy for each mode, in turn.
template <operation Op, class T>
constexpr std::array<code_t, mode_count * samples> all_modes() {
  std::array<code_t, mode_count * samples> out{};
  fill<Op, T>(out, 0, lowp::nearest_even{}, lowp::to_special{});
  fill<Op, T>(out, 1, lowp::nearest_away{}, lowp::saturate{});
  fill<Op, T>(out, 2, lowp::nearest_zero{}, lowp::saturate_finite{});
  fill<Op, T>(out, 3, lowp::toward_zero{}, lowp::sat_none{});
  fill<Op, T>(out, 4, lowp::upward{}, lowp::to_special{});
  fill<Op, T>(out, 5, lowp::downward{}, lowp::saturate{});
  fill<Op, T>(out, 6, lowp::to_odd{}, lowp::saturate_finite{});
  return out;
}

template <operation Op, class S>
void check_operation(differences& report) {
  using T = typename S::type;
  static constexpr auto by_compiler = all_modes<Op, T>();
  const auto by_machine = all_modes<Op, T>();
  const oracle::format f = S::facts.make();
  for (int i = 0; i < mode_count * samples; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const mode m = oracle::deterministic_modes[at / samples];
    const overflow o = oracle::overflow_policies[at / samples % 4];
    const oracle::value a = f.decode(sample_code(3 * i + 1, f.codes())),
                        b = f.decode(sample_code(3 * i + 2, f.codes())),
                        c = f.decode(sample_code(3 * i + 3, f.codes()));
    const auto describe = [&] { return show(Op, a, b, c) + show(m, o); };
    report.compare(by_compiler[at], f.round(oracle::exact_result(Op, a, b, c), m, o), describe);
    report.compare(by_machine[at], by_compiler[at], describe);
  }
}

template <class S>
void check_format() {
  differences report(oracle::describe(S::facts) + " in constant expressions");
  check_operation<operation::convert, S>(report);
  check_operation<operation::add, S>(report);
  check_operation<operation::sub, S>(report);
  check_operation<operation::mul, S>(report);
  check_operation<operation::div, S>(report);
  check_operation<operation::sqrt, S>(report);
  check_operation<operation::fma, S>(report);
}

TEST_CASE("constexpr: the compiler has the same bits", "[constexpr]") {
  check_format<e4m3fn_subject>();
  check_format<e5m2_subject>();
  check_format<e4m3fnuz_subject>();
  check_format<e2m1fn_subject>();
  check_format<e8m0fnu_subject>();
  check_format<ue4m3_subject>();
  check_format<float16_subject>();
  check_format<bfloat16_subject>();
  check_format<tf32_subject>();
  check_format<p3109_subject<8, 4, true, true>>();
  check_format<p3109_subject<5, 2, false, false>>();
}

// Conversions from and to native types, stochastic rounding and random bits.
constexpr std::array<float, 12> floats{0.0f,   -0.0f, 1.0f,    0.3f, -2.7f,     464.0f,
                                       465.0f, 1e30f, -1e-30f, 6.5f, 0x1p-140f, -17.0f};

template <class T, class... P>
constexpr std::array<code_t, floats.size()> from_floats(P... policies) {
  std::array<code_t, floats.size()> out{};
  for (std::size_t i = 0; i < floats.size(); ++i) out[i] = lowp::convert<T>(floats[i], policies...).bits();
  return out;
}

template <class S>
void check_floats() {
  using T = typename S::type;
  static constexpr auto even = from_floats<T>(lowp::nearest_even{}, lowp::to_special{});
  static constexpr auto up = from_floats<T>(lowp::upward{}, lowp::saturate{});
  static constexpr auto random = from_floats<T>(lowp::stochastic<8>{}, lowp::to_special{}, lowp::random_bits{77});
  const auto even_now = from_floats<T>(lowp::nearest_even{}, lowp::to_special{});
  const auto up_now = from_floats<T>(lowp::upward{}, lowp::saturate{});
  const auto random_now = from_floats<T>(lowp::stochastic<8>{}, lowp::to_special{}, lowp::random_bits{77});
  const oracle::format f = S::facts.make();
  differences report(oracle::describe(S::facts) + " from floats in constant expressions");
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const oracle::value x = oracle::of(floats[i]);
    const auto describe = [&] { return show(x); };
    report.compare(even[i], f.round(x, mode::nearest_even, overflow::to_special), describe);
    report.compare(up[i], f.round(x, mode::upward, overflow::saturate), describe);
    report.compare(random[i], f.round(x, mode::stochastic_a, overflow::to_special, 77, 8), describe);
    report.compare(even_now[i], even[i], describe);
    report.compare(up_now[i], up[i], describe);
    report.compare(random_now[i], random[i], describe);
  }
}

TEST_CASE("constexpr: conversions from float", "[constexpr]") {
  for_each_named([]<class S>(S) { check_floats<S>(); });
}

using lowp::e2m1fn, lowp::e4m3fn, lowp::float16;

constexpr e4m3fn one_and_a_half(1.5f), three(3);
static_assert((one_and_a_half + three).bits() == e4m3fn(4.5f).bits());
static_assert(lowp::convert<float>(one_and_a_half * three) == 4.5f);
static_assert(lowp::convert<double>(lowp::div<float16>(one_and_a_half, three)) == 0.5);
static_assert(lowp::sqrt<e4m3fn>(9.0f).bits() == three.bits());
static_assert(lowp::convert<e2m1fn>(2.5f).bits() == e2m1fn(2).bits());
static_assert(lowp::convert<e2m1fn>(2.5f, lowp::nearest_away{}).bits() == e2m1fn(3).bits());
static_assert(lowp::convert<e4m3fn>(1e9f, lowp::saturate{}).bits() == 0x7e);
static_assert(lowp::fma<e4m3fn>(three, three, -9).bits() == 0);
static_assert(lowp::decode(e4m3fn::from_bits(0x7e)) == lowp::exact::scaled(false, 448, 0));

}  // namespace
