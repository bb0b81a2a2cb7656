// Shortcuts (core/shortcut.hpp) against the generic path, which the other tests hold against oracles: every pair of
// 16-bit codes where `exhaustive` is asked for, else a sample that is dense where operands are near each other.
#include <lowp/lowp.hpp>
#include <vector>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

using lowp::detail::shortcut;

template <class Op, class T>
using shortcut_of = shortcut<Op, typename T::rounding, typename T::overflow, typename T::format, typename T::format,
                             typename T::format>;

// The number of pairs whose results differ, for the codes a given and all, or `samples`, codes b.
template <class T, class Op>
std::uint64_t differences(std::uint64_t a, std::uint64_t samples, tests::random_codes& random) {
  using F = typename T::format;
  using R = typename T::rounding;
  using O = typename T::overflow;
  static_assert(lowp::detail::has_shortcut<Op, R, O, F, F, F>);
  constexpr std::uint64_t last = lowp::low_mask(F::bits);
  std::uint64_t wrong = 0;
  const auto compare = [&](std::uint64_t b) {
    const std::uint64_t fast = shortcut_of<Op, T>::apply(a, b);
    const std::uint64_t slow = lowp::detail::by_definition<Op, R, O, F, F, F>(a, b);
    wrong += fast != slow;
    if (fast != slow && wrong == 1) UNSCOPED_INFO(std::hex << "a = " << a << ", b = " << b);
  };
  if (samples > last) {
    for (std::uint64_t b = 0; b <= last; ++b) compare(b);
  } else {
    for (std::uint64_t i = 0; i < samples; i += 4) {  // anything; near a; near -a
      const std::uint64_t bits = random.next();
      compare(bits & last);
      compare((bits >> 32) & last);
      compare((a + (bits & 15) - 8) & last);
      compare(((a ^ (last / 2 + 1)) + (bits >> 4 & 15) - 8) & last);
      compare((0 - a + (bits >> 8 & 15) - 8) & last);
    }
  }
  return wrong;
}

template <class T>
void check_pairs(std::uint64_t samples) {
  using namespace lowp::detail;
  tests::random_codes random(T::format::bits + samples);
  constexpr std::uint64_t step = T::format::bits <= 16 ? 1 : (std::uint64_t{1} << (T::format::bits - 16)) - 1;
  std::uint64_t wrong = 0;
  for (std::uint64_t a = 0; a <= lowp::low_mask(T::format::bits); a += step) {
    wrong += differences<T, add_op>(a, samples, random);
    wrong += differences<T, sub_op>(a, samples, random);
    wrong += differences<T, mul_op>(a, samples, random);
    wrong += differences<T, div_op>(a, samples, random);
  }
  CHECK(wrong == 0);
}

// All square roots, all values as floats, and floats around all values and midpoints; all floats if asked for.
template <class T>
void check_ones(bool all_floats) {
  using namespace lowp::detail;
  using F = typename T::format;
  using R = typename T::rounding;
  using O = typename T::overflow;
  constexpr std::uint64_t step = F::bits <= 16 ? 1 : (std::uint64_t{1} << (F::bits - 16)) - 1;
  std::uint64_t roots = 0, to_float = 0, from_float = 0;
  const auto compare_float = [&](std::uint32_t x) {
    using S = shortcut<convert_op, R, O, F, lowp::binary32>;
    if constexpr (has_shortcut<convert_op, R, O, F, lowp::binary32>)
      from_float += S::apply(x) != by_definition<convert_op, R, O, F, lowp::binary32>(std::uint64_t{x});
  };
  for (std::uint64_t a = 0; a <= lowp::low_mask(F::bits); a += step) {
    roots += shortcut<sqrt_op, R, O, F, F>::apply(a) != by_definition<sqrt_op, R, O, F, F>(a);
    if constexpr (has_shortcut<convert_op, lowp::nearest_even, lowp::to_special, lowp::binary32, F>) {
      using S = shortcut<convert_op, lowp::nearest_even, lowp::to_special, lowp::binary32, F>;
      to_float +=
          S::apply(a) != by_definition<convert_op, lowp::nearest_even, lowp::to_special, lowp::binary32, F>(a);
    }
    const auto x =
        std::bit_cast<std::uint32_t>(lowp::convert<float>(T::from_bits(static_cast<typename T::storage>(a))));
    const auto next =
        std::bit_cast<std::uint32_t>(lowp::convert<float>(T::from_bits(static_cast<typename T::storage>(a + 1))));
    const std::uint32_t middle = x / 2 + next / 2 + (x & next & 1);
    for (std::uint32_t d = 0; d < 5; ++d) {
      compare_float(x + d - 2);
      compare_float(middle + d - 2);
    }
  }
  if (all_floats) {
    for (std::uint64_t x = 0; x <= lowp::low_mask(32); ++x) compare_float(static_cast<std::uint32_t>(x));
  }
  CHECK(roots == 0);
  CHECK(to_float == 0);
  CHECK(from_float == 0);
}

using fnuz16 = lowp::minifloat<6, 9, lowp::specials::fnuz, 33>;
using unsigned16 = lowp::minifloat<5, 11, lowp::specials::fn, 15, lowp::signedness::is_unsigned>;
using saturating16 = lowp::with_overflow<lowp::float16, lowp::saturate>;

template <class T>
void check(std::uint64_t samples, bool all_floats = false) {
  check_pairs<T>(samples);
  check_ones<T>(all_floats);
}

TEST_CASE("shortcuts: minifloats of 16 bits compute in double", "[shortcut][slow]") {
  check<lowp::float16>(80);
  check<lowp::bfloat16>(80);
  check<fnuz16>(20);
  check<unsigned16>(20);
  check<saturating16>(20);
  check<lowp::lenient<lowp::bfloat16>>(20);
  check<lowp::p3109<16, 9>>(20);
  check<lowp::p3109<12, 4>>(40);
}

TEST_CASE("shortcuts: minifloats of 9 to 24 bits compute in double", "[shortcut]") {
  check<lowp::minifloat<4, 4>>(1 << 10);
  check<lowp::minifloat<3, 6, lowp::specials::finite>>(1 << 11);
  check<lowp::minifloat<1, 8>>(40);
  check<lowp::tf32>(20);
  check<lowp::minifloat<8, 14>>(20);
  check<lowp::minifloat<9, 14, lowp::specials::fn>>(20);
}

TEST_CASE("shortcuts: posits of 9 to 16 bits compute in double", "[shortcut]") {
  check<lowp::posit<9, 0>>(1 << 10);
  check<lowp::posit<9, 4>>(1 << 10);
  check<lowp::posit<10, 2>>(40);
  check<lowp::posit<13, 3>>(40);
  check<lowp::posit<16, 0>>(20);
  check<lowp::posit<16, 1>>(20);
  check<lowp::posit16>(80);
  check<lowp::posit<16, 4>>(20);
  check<lowp::lenient<lowp::posit16>>(20);
}

TEST_CASE("shortcuts: posits of 17 to 32 bits compute in words", "[shortcut]") {
  check<lowp::posit<17, 0>>(20);
  check<lowp::posit<17, 4>>(20);
  check<lowp::posit<20, 1>>(20);
  check<lowp::posit<24, 2>>(40);
  check<lowp::posit<32, 0>>(40);
  check<lowp::posit32>(40);
  check<lowp::posit<32, 3>>(20);
  check<lowp::posit<32, 4>>(40);
}

TEST_CASE("shortcuts: all pairs of 16-bit codes", "[.exhaustive]") {
  check<lowp::float16>(1 << 16, true);
  check<lowp::bfloat16>(1 << 16, true);
  check<fnuz16>(1 << 16, true);
  check<unsigned16>(1 << 16);
  check<lowp::p3109<16, 9>>(1 << 16);
}

TEST_CASE("shortcuts: a mode that a double cannot serve has none", "[shortcut]") {
  using namespace lowp::detail;
  using F = lowp::float16::format;
  static_assert(has_shortcut<add_op, lowp::nearest_even, lowp::to_special, F, F, F>);
  static_assert(!has_shortcut<add_op, lowp::upward, lowp::to_special, F, F, F>);
  static_assert(!has_shortcut<add_op, lowp::nearest_away, lowp::to_special, F, F, F>);
  static_assert(!has_shortcut<add_op, lowp::stochastic<>, lowp::to_special, F, F, F>);
  struct my_rounding : lowp::nearest_even {};  // whose decision could be another one
  static_assert(!has_shortcut<add_op, my_rounding, lowp::to_special, F, F, F>);
  SUCCEED();
}

}  // namespace
