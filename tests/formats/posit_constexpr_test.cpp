// The compiler's bits are those of run time: there the shortcuts are taken, here never.
#include <array>
#include <bit>

#include <lowp/core/ordering.hpp>

#include "posit_harness.hpp"

namespace {

using namespace tests;
using lowp::posit;

// What a few words of random bits lead to: codes of all kinds, roundings of doubles and floats in and around the range.
template <class T>
constexpr std::array<std::uint64_t, 32> results_of(std::uint64_t first, std::uint64_t second) {
  constexpr code_t mask = ~code_t{0} >> (64 - T::format::bits);
  const T a = from_code<T>(first & mask), b = from_code<T>(second & mask), c = from_code<T>((first >> 7) & mask);
  const T near = from_code<T>((-code_of(a) + 1) & mask);
  const int range = (T::format::bits - 1) << es_of<T>;
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(second >> 40) % range + 1023);
  const double x = std::bit_cast<double>((first << 63) | (exponent << 52) | (second & 0xfffffffffffff));
  const float y = std::bit_cast<float>(static_cast<std::uint32_t>(first >> 13));
  const bool is_number = y == y;
  return {code_of(a + b),
          code_of(a - b),
          code_of(a * b),
          code_of(a / b),
          code_of(a + near),
          code_of(sqrt(a)),
          code_of(fma(a, b, c)),
          code_of(-a),
          code_of(abs(a)),
          code_of(next_up(a)),
          code_of(next_down(a)),
          code_of(T(x)),
          code_of(is_number ? T(y) : T(0)),
          code_of(T(static_cast<std::int64_t>(first))),
          code_of(T(static_cast<std::uint32_t>(second))),
          code_of(lowp::add(a, b, lowp::upward{})),
          code_of(lowp::mul(a, b, lowp::downward{})),
          code_of(lowp::div(a, b, lowp::toward_zero{})),
          code_of(lowp::sqrt(b, lowp::to_odd{})),
          code_of(lowp::convert<T>(x, lowp::nearest_away{})),
          code_of(lowp::convert<T>(x, lowp::nearest_zero{})),
          code_of(lowp::mul(a, b, lowp::stochastic<16>{}, lowp::random_bits{static_cast<std::uint32_t>(first)})),
          code_of(lowp::convert<lowp::posit16>(a)),
          code_of(lowp::convert<posit<64, 1>>(a)),
          code_of(lowp::add<lowp::posit32>(a, y, lowp::saturate{})),
          isnan(a) ? 0 : code_of(static_cast<float>(a)),
          isnan(b) ? 0 : code_of(static_cast<double>(b)),
          std::uint64_t{a < b} | std::uint64_t{a == b} << 1 | std::uint64_t{a <= b} << 2,
          std::uint64_t{(a <=> b) < 0} | std::uint64_t{a > x} << 1 | std::uint64_t{b < 1} << 2,
          std::uint64_t{isnan(a)} | std::uint64_t{isfinite(b)} << 1 | std::uint64_t{signbit(a)} << 2,
          code_of(ulp(a)),
          code_of(a * 3 - b)};
}

constexpr std::array<std::uint64_t, 2> words(int i) {
  std::uint64_t state = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15U;
  std::array<std::uint64_t, 2> result{};
  for (std::uint64_t& w : result) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    w = state ^ (state >> 29);
  }
  // Zero, NaR, one and the ends, in all pairs.
  constexpr std::uint64_t ends[] = {0, 1, ~std::uint64_t{0}};
  if (i < 9) return {ends[i / 3] << 63 | ends[i / 3], ends[i % 3]};
  if (i < 20) return {result[0] >> (i % 4 * 12), result[1]};
  return result;
}

template <class T, int... I>
constexpr auto table(std::integer_sequence<int, I...>) {
  return std::array{results_of<T>(words(I)[0], words(I)[1])...};
}

template <class T>
void same_at_run_time() {
  static constexpr auto at_compile_time = table<T>(std::make_integer_sequence<int, 60>{});
  INFO(oracle_of<T>().name());
  for (int i = 0; i < static_cast<int>(at_compile_time.size()); ++i) {
    volatile std::uint64_t first = words(i)[0], second = words(i)[1];
    INFO("sample " << i);
    CHECK(results_of<T>(first, second) == at_compile_time[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("posit: the bits of compile time are those of run time") {
  same_at_run_time<posit<4, 1>>();
  same_at_run_time<lowp::posit8>();
  same_at_run_time<posit<9, 0>>();
  same_at_run_time<posit<12, 3>>();
  same_at_run_time<lowp::posit16>();
  same_at_run_time<posit<16, 1>>();
  same_at_run_time<posit<24, 1>>();
  same_at_run_time<lowp::posit32>();
  same_at_run_time<posit<32, 0>>();
  same_at_run_time<lowp::posit64>();
  same_at_run_time<posit<63, 3>>();
}

// A few, to read.
static_assert((lowp::posit16(1) / lowp::posit16(3)).bits() == 0x32ab);
static_assert((lowp::posit<16, 1>(2) * lowp::posit<16, 1>(0.5f)) == 1);
static_assert(sqrt(lowp::posit32(2)).bits() == 0x43504f33);
static_assert(isnan(sqrt(lowp::posit8(-1))) && isnan(lowp::posit8(1) / 0));
static_assert(lowp::posit8(-0.0) == 0 && lowp::posit8(1e-30) > 0 && lowp::posit8(1e30) < 1e8);
static_assert(lowp::posit64::from_bits(1) < lowp::posit64::from_bits(2));
static_assert(lowp::posit64::from_bits(std::uint64_t{1} << 63) < lowp::posit64(-1e300));

}  // namespace
