// Fixed-point in integers against the generic path, which the other tests hold against an oracle: all pairs of codes of
// narrow types, samples of wide ones, in every mode.
#include <cstdint>
#include <cstdio>
#include <lowp/formats/fixed.hpp>
#include <string>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

using namespace lowp;
using detail::add_op;
using detail::by_definition;
using detail::convert_op;
using detail::div_op;
using detail::has_shortcut;
using detail::mul_op;
using detail::neg_op;
using detail::shortcut;
using detail::sub_op;

// An overflow policy that nothing knows by name, and that does not clamp.
struct to_zero {
  using policy = overflow_tag;
  constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    return e.away ? overflow_outcome::zero : overflow_outcome::clamp;
  }
};

template <class F>
void for_each_rounding(F&& f) {
  f(nearest_even{});
  f(nearest_away{});
  f(nearest_zero{});
  f(nearest_up{});
  f(nearest_down{});
  f(toward_zero{});
  f(upward{});
  f(downward{});
  f(to_odd{});
}
template <class F>
void for_each_policy(F&& f) {
  for_each_rounding([&](auto rounding) { f(rounding, saturate{}); });
  f(nearest_away{}, wrap{});
  f(to_odd{}, wrap{});
  f(downward{}, to_zero{});
  f(toward_zero{}, to_zero{});
}

// The format of an operand: a built-in integer is decoded as the fixed-point format of its bits.
template <class T>
using format_for = typename detail::as_fixed<T>::type;

template <class Op, class R, class O, class To, class A, class B>
bool same(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t fast = shortcut<Op, R, O, To, A, B>::apply(a, b);
  const std::uint64_t slow = by_definition<Op, R, O, To, format_for<A>, format_for<B>>(a, b);
  if (fast != slow)
    UNSCOPED_INFO(std::hex << a << " and " << b << ": " << fast << ", not " << slow << std::dec << " to " << To::bits
                           << ", " << -To::min_quantum);
  return fast == slow;
}

// The three operations with the policies (R, O) on pairs that f gives.
template <class To, class A, class B, class R, class O, class F>
int differences(R, O, F&& pairs) {
  using G = typename A::format;
  using H = typename B::format;
  using T = typename To::format;
  static_assert(has_shortcut<add_op, R, O, T, G, H> && has_shortcut<sub_op, R, O, T, G, H> &&
                has_shortcut<mul_op, R, O, T, G, H> && has_shortcut<convert_op, R, O, T, G>);
  int wrong = 0;
  pairs([&](std::uint64_t a, std::uint64_t b) {
    if (wrong > 3) return;
    wrong +=
        !same<add_op, R, O, T, G, H>(a, b) + !same<sub_op, R, O, T, G, H>(a, b) + !same<mul_op, R, O, T, G, H>(a, b);
    if constexpr (has_shortcut<div_op, R, O, T, G, H>) wrong += !same<div_op, R, O, T, G, H>(a, b);
    wrong += shortcut<convert_op, R, O, T, G>::apply(a) != by_definition<convert_op, R, O, T, G>(a);
    const std::uint64_t negated = encode<T>(-G::decode(a), R{}, O{}, detail::no_random);
    wrong += shortcut<neg_op, R, O, T, G>::apply(a) != negated;
  });
  return wrong;
}

template <class A, class B>
auto all_pairs() {
  return [](auto f) {
    for (std::uint64_t a = 0; a <= low_mask(A::format::bits); ++a)
      for (std::uint64_t b = 0; b <= low_mask(B::format::bits); ++b) f(a, b);
  };
}
template <class A, class B>
auto some_pairs(int count, std::uint64_t seed) {
  return [=](auto f) {
    tests::random_codes random(seed);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t r = random.next();
      const auto code = [&](int kind, int n) {  // any, near the ends, near zero, near a power of two
        const std::uint64_t x = random.next();
        const std::uint64_t near = (x & 15) - 8;
        return kind == 0 ? near : kind == 1 ? (std::uint64_t{1} << n) + near : kind == 2 ? x >> n : x;
      };
      const std::uint64_t a = code(static_cast<int>(r & 7), static_cast<int>(r >> 8 & 63));
      const std::uint64_t b = code(static_cast<int>(r >> 4 & 7), static_cast<int>(r >> 16 & 63));
      f(a & low_mask(A::format::bits), b & low_mask(B::format::bits));
    }
  };
}

template <class To, class A, class B>
void check_all() {
  for_each_policy([]<class R, class O>(R rounding, O overflow) {
    INFO(To::format::bits << " " << A::format::bits << " " << B::format::bits);
    const int wrong = differences<To, A, B>(rounding, overflow, all_pairs<A, B>());
    CHECK(wrong == 0);
  });
}
template <class To, class A, class B>
void check_some(int count) {
  for_each_policy([=]<class R, class O>(R rounding, O overflow) {
    INFO(To::format::bits << " " << A::format::bits << " " << B::format::bits);
    const int wrong = differences<To, A, B>(rounding, overflow, some_pairs<A, B>(count, 1));
    CHECK(wrong == 0);
  });
}

// With a built-in integer on either side.
template <class T, class I>
void check_integer() {
  using F = typename T::format;
  int wrong = 0;
  const auto check = [&]<class R, class O>(R, O) {
    tests::random_codes random(3);
    for (int i = 0; i < 20000; ++i) {
      const std::uint64_t r = random.next(), a = random.next() & low_mask(F::bits);
      const auto n = static_cast<I>(static_cast<std::int64_t>(random.next()) >> (r & 63));
      const auto b = static_cast<std::uint64_t>(n);
      wrong += !same<add_op, R, O, F, F, I>(a, b) + !same<sub_op, R, O, F, I, F>(b, a) +
               !same<mul_op, R, O, F, F, I>(a, b);
      if constexpr (has_shortcut<div_op, R, O, F, F, I>) wrong += !same<div_op, R, O, F, F, I>(a, b);
      if constexpr (has_shortcut<div_op, R, O, F, I, F>) wrong += !same<div_op, R, O, F, I, F>(b, a);
      wrong += shortcut<convert_op, R, O, F, I>::apply(b) != by_definition<convert_op, R, O, F, format_for<I>>(b);
      if (wrong > 3) return;
    }
  };
  check(nearest_even{}, saturate{});
  check(downward{}, wrap{});
  INFO(F::bits << ", " << -F::min_quantum << " and " << 8 * sizeof(I));
  CHECK(wrong == 0);
}

// Saturated, to nearest even: what the operators do.
template <class T>
int operators_differ(int count, std::uint64_t seed) {
  using P = decltype(T{} * T{});
  using S = decltype(T{} + T{});
  return differences<T, T, T>(nearest_even{}, saturate{}, some_pairs<T, T>(count, seed)) +
         differences<P, T, T>(nearest_even{}, saturate{}, some_pairs<T, T>(count, seed + 1)) +
         differences<S, T, T>(nearest_even{}, saturate{}, some_pairs<T, T>(count, seed + 2));
}

template <class Native, class T, class F>
void check_out(F&& codes) {
  using G = typename T::format;
  static_assert(has_shortcut<convert_op, nearest_even, to_special, Native, G>);
  int wrong = 0;
  codes([&](std::uint64_t code) {
    wrong += shortcut<convert_op, nearest_even, to_special, Native, G>::apply(code) !=
             by_definition<convert_op, nearest_even, to_special, Native, G>(code);
  });
  INFO(G::bits << ", " << -G::min_quantum);
  CHECK(wrong == 0);
}
}  // namespace

TEST_CASE("fixed in integers: all pairs, every mode", "[fixed]") {
  check_all<fixed<5, 2>, fixed<5, 2>, fixed<5, 2>>();
  check_all<ufixed<5, 3>, ufixed<5, 3>, ufixed<5, 3>>();
  check_all<fixed<4, 0>, fixed<5, 3>, ufixed<6, 1>>();
  check_all<ufixed<4, 2>, fixed<4, -2>, fixed<4, 7>>();
  check_all<fixed<16, 20>, fixed<6, 3>, fixed<5, 12>>();
  check_all<fixed<1, 0>, fixed<3, 1>, fixed<1, 0>>();
  check_all<ufixed<1, -1>, ufixed<1, 0>, ufixed<3, 1>>();
  check_all<ufixed<64, 10>, ufixed<5, 3>, fixed<5, 3>>();
}

TEST_CASE("fixed in integers: all pairs of 8 bits", "[fixed]") {
  const auto check = []<class To, class A, class B>() {
    const int wrong = differences<To, A, B>(nearest_even{}, saturate{}, all_pairs<A, B>()) +
                      differences<To, A, B>(downward{}, wrap{}, all_pairs<A, B>());
    CHECK(wrong == 0);
  };
  check.operator()<fixed<8, 4>, fixed<8, 4>, fixed<8, 4>>();
  check.operator()<fixed<9, 4>, fixed<8, 4>, fixed<8, 4>>();
  check.operator()<fixed<16, 8>, fixed<8, 4>, fixed<8, 4>>();
  check.operator()<fixed<8, 7>, fixed<8, 7>, fixed<8, 7>>();
  check.operator()<ufixed<8, 0>, ufixed<8, 0>, ufixed<8, 0>>();
  check.operator()<fixed<8, 0>, ufixed<8, 3>, fixed<8, -2>>();
  const int symmetric = differences<symmetric_fixed<8, 6>, symmetric_fixed<8, 6>, symmetric_fixed<8, 6>>(
      nearest_even{}, saturate{}, all_pairs<symmetric_fixed<8, 6>, symmetric_fixed<8, 6>>());
  CHECK(symmetric == 0);
}

TEST_CASE("fixed in integers: samples of wide types, every mode", "[fixed]") {
  const int count = 2000;
  check_some<fixed<16, 8>, fixed<16, 8>, fixed<16, 8>>(count);
  check_some<fixed<32, 16>, fixed<32, 16>, fixed<32, 16>>(count);
  check_some<ufixed<32, 16>, ufixed<32, 16>, ufixed<32, 16>>(count);
  check_some<fixed<17, 9>, fixed<24, 20>, ufixed<13, 3>>(count);
  check_some<ufixed<12, 0>, fixed<40, 20>, fixed<20, 0>>(count);
  check_some<fixed<63, 40>, fixed<33, 20>, fixed<30, 20>>(count);
#ifdef __SIZEOF_INT128__
  check_some<fixed<64, 32>, fixed<64, 32>, fixed<64, 32>>(count);
  check_some<fixed<64, 63>, fixed<64, 63>, fixed<64, 63>>(count);
  check_some<ufixed<64, 20>, ufixed<63, 40>, fixed<64, 3>>(count);
#endif
}

TEST_CASE("fixed in integers: with built-in integers", "[fixed]") {
  check_integer<fixed<16, 8>, int>();
  check_integer<fixed<16, 8>, unsigned char>();
  check_integer<ufixed<8, 3>, signed char>();
  check_integer<fixed<8, 4>, short>();
#ifdef __SIZEOF_INT128__
  check_integer<fixed<32, 16>, unsigned>();
  check_integer<fixed<32, 16>, std::int64_t>();
  check_integer<ufixed<16, 20>, std::uint64_t>();
#endif
  using T = fixed<16, 8>;
  T x(100.5f);
  CHECK(x * 2 == std::numeric_limits<T>::max());
  CHECK(2 * (x - 300) == -std::numeric_limits<T>::max() - 1);
  CHECK(x - 100u == 0.5f);
  CHECK(x / 3 == 33.5f);
  CHECK(-7 / x == -0.0703125f);
  CHECK(x / 0 == std::numeric_limits<T>::max());
}

TEST_CASE("fixed in integers: what the operators do, in large samples", "[fixed][slow]") {
  const int count = 2'000'000;
  CHECK(operators_differ<fixed<16, 8>>(count, 1) == 0);
  CHECK(operators_differ<fixed<16, 15>>(count, 2) == 0);
  CHECK(operators_differ<ufixed<16, 12>>(count, 3) == 0);
  CHECK(operators_differ<fixed<32, 16>>(count, 4) == 0);
}

TEST_CASE("fixed in integers: what the operators do, 10^8 pairs", "[.exhaustive]") {
  CHECK(operators_differ<fixed<16, 8>>(100'000'000, 5) == 0);
  CHECK(operators_differ<fixed<16, 15>>(100'000'000, 6) == 0);
  CHECK(operators_differ<fixed<32, 16>>(100'000'000, 7) == 0);
}

TEST_CASE("fixed in integers: out to float and double", "[fixed]") {
  const auto every_code = []<class T>(T) {
    return [](auto f) {
      for (std::uint64_t c = 0; c <= low_mask(T::format::bits); ++c) f(c);
    };
  };
  check_out<binary32, fixed<8, 4>>(every_code(fixed<8, 4>{}));
  check_out<binary32, ufixed<8, -119>>(every_code(ufixed<8, -119>{}));
  check_out<binary32, fixed<16, 126>>(every_code(fixed<16, 126>{}));
  check_out<binary32, fixed<16, 8>>(every_code(fixed<16, 8>{}));
  check_out<binary32, ufixed<16, 16>>(every_code(ufixed<16, 16>{}));
  check_out<binary32, symmetric_fixed<12, 3>>(every_code(symmetric_fixed<12, 3>{}));
  const auto some = []<class T>(T) {
    return [](auto f) { some_pairs<T, T>(100000, 9)([&](std::uint64_t a, std::uint64_t) { f(a); }); };
  };
  check_out<binary32, fixed<25, 3>>(some(fixed<25, 3>{}));
  check_out<binary32, ufixed<24, 30>>(some(ufixed<24, 30>{}));
  check_out<binary64, fixed<32, 16>>(some(fixed<32, 16>{}));
  check_out<binary64, fixed<54, 1022>>(some(fixed<54, 1022>{}));
  check_out<binary64, ufixed<53, -970>>(some(ufixed<53, -970>{}));
  using lowp::binary32;
  using lowp::binary64;
  STATIC_REQUIRE(!has_shortcut<convert_op, nearest_even, to_special, binary32,
                               fixed_format<26, 0, fixed_range::twos_complement>>);
  STATIC_REQUIRE(!has_shortcut<convert_op, nearest_even, to_special, binary32,
                               fixed_format<8, 127, fixed_range::twos_complement>>);
  STATIC_REQUIRE(!has_shortcut<convert_op, nearest_even, to_special, binary32,
                               fixed_format<8, -121, fixed_range::twos_complement>>);
  STATIC_REQUIRE(!has_shortcut<convert_op, nearest_even, to_special, binary64,
                               fixed_format<55, 0, fixed_range::twos_complement>>);
}

TEST_CASE("fixed in integers: random roundings and policies with state have no shortcut", "[fixed]") {
  using F = fixed<8, 4>::format;
  STATIC_REQUIRE(has_shortcut<add_op, nearest_even, trap, F, F, F>);
  STATIC_REQUIRE(has_shortcut<div_op, implicitly<nearest_even>, saturate, F, F, F>);
  STATIC_REQUIRE(!has_shortcut<add_op, stochastic<>, saturate, F, F, F>);
  struct chosen {
    using policy = rounding_tag;
    bool up;
    constexpr bool operator()(bool, bool, std::uint64_t rest) const noexcept { return up && rest != 0; }
  };
  STATIC_REQUIRE(!has_shortcut<add_op, chosen, saturate, F, F, F>);
}
