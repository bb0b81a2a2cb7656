// What + - * of fixed-point give where no type is named: exact results in wider types; and what stays in T.
#include <cstdint>
#include <limits>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>
#include <type_traits>
#include <unordered_set>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

using namespace lowp;
__extension__ typedef __int128 int128;

template <class T, class U>
constexpr bool is = std::is_same_v<T, U>;
template <class A, class B>
using sum = decltype(A{} + B{});
template <class A, class B>
using difference = decltype(A{} - B{});
template <class A, class B>
using product = decltype(A{} * B{});

template <class T>
T at(std::uint64_t code) {
  return T::from_bits(static_cast<typename T::storage>(code));
}

// The integer that a code stands for, by shifting.
template <class T>
int128 whole(T x) {
  constexpr int bits = T::format::bits;
  const auto code = static_cast<std::uint64_t>(x.bits());
  if (T::format::has_sign) return static_cast<std::int64_t>(code << (64 - bits)) >> (64 - bits);
  return code;
}

template <class T>
constexpr int frac = -T::format::min_quantum;

int128 power_of_two(int n) { return static_cast<int128>(1) << n; }

template <class A, class B>
bool exact_results(A a, B b) {
  using S = sum<A, B>;
  const int128 x = whole(a) * power_of_two(frac<S> - frac<A>), y = whole(b) * power_of_two(frac<S> - frac<B>);
  const bool same_in_both_orders = whole(a + b) == whole(b + a) && whole(a * b) == whole(b * a);
  return same_in_both_orders && whole(a + b) == x + y && whole(a - b) == x - y && whole(a * b) == whole(a) * whole(b);
}

template <class A, class B>
void check_all() {
  STATIC_REQUIRE(frac<sum<A, B>> == (frac<A> > frac<B> ? frac<A> : frac<B>));
  STATIC_REQUIRE(frac<difference<A, B>> == frac<sum<A, B>>);
  STATIC_REQUIRE(frac<product<A, B>> == frac<A> + frac<B>);
  int differences = 0;
  for (std::uint64_t a = 0; a <= low_mask(A::format::bits); ++a)
    for (std::uint64_t b = 0; b <= low_mask(B::format::bits); ++b) differences += !exact_results(at<A>(a), at<B>(b));
  INFO(A::format::bits << ", " << frac<A> << " with " << B::format::bits << ", " << frac<B>);
  CHECK(differences == 0);
}

template <class A, class B>
void check_some(std::uint64_t seed) {
  tests::random_codes random(seed);
  int differences = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t r = random.next();
    const auto ends = [&](std::uint64_t code, bool end) {
      return end ? (~std::uint64_t{0} << (r & 63)) + (r >> 20 & 3) : code;
    };
    const A a = at<A>(ends(random.next(), (r >> 30 & 1) != 0));
    const B b = at<B>(ends(random.next(), (r >> 31 & 1) != 0));
    differences += !exact_results(a, b);
  }
  INFO(A::format::bits << ", " << frac<A> << " with " << B::format::bits << ", " << frac<B>);
  CHECK(differences == 0);
}

}  // namespace

TEST_CASE("fixed: operators widen to the type that holds every result") {
  using f = fixed<8, 4>;
  using u = ufixed<8, 4>;
  STATIC_REQUIRE(is<product<f, f>, fixed<16, 8>>);
  STATIC_REQUIRE(is<sum<f, f>, fixed<9, 4>>);
  STATIC_REQUIRE(is<difference<f, f>, fixed<9, 4>>);
  STATIC_REQUIRE(is<sum<f, fixed<16, 12>>, fixed<17, 12>>);
  STATIC_REQUIRE(is<sum<f, fixed<16, 8>>, fixed<17, 8>>);  // though fixed<16, 8> contains fixed<8, 4>
  STATIC_REQUIRE(is<product<f, fixed<16, 15>>, fixed<24, 19>>);
  STATIC_REQUIRE(is<sum<u, u>, ufixed<9, 4>>);
  STATIC_REQUIRE(is<product<u, u>, ufixed<16, 8>>);
  STATIC_REQUIRE(is<difference<u, u>, fixed<9, 4>>);
  STATIC_REQUIRE(is<sum<u, f>, fixed<10, 4>>);
  STATIC_REQUIRE(is<difference<f, u>, fixed<10, 4>>);
  STATIC_REQUIRE(is<product<u, f>, fixed<16, 8>>);
  STATIC_REQUIRE(is<sum<integer<32>, uinteger<16>>, integer<33>>);
  STATIC_REQUIRE(is<sum<fixed<8, -4>, fixed<8, 12>>, fixed<25, 12>>);
  STATIC_REQUIRE(is<product<fixed<32, 16>, fixed<32, 16>>, fixed<64, 32>>);
  STATIC_REQUIRE(is<sum<fixed<63, 0>, fixed<63, 0>>, fixed<64, 0>>);
  using s = symmetric_fixed<8, 6>;
  STATIC_REQUIRE(is<product<s, s>, symmetric_fixed<16, 12>>);
  STATIC_REQUIRE(is<sum<s, s>, fixed<9, 6>>);  // two lowest codes, which from_bits can give, may meet
  STATIC_REQUIRE(is<product<s, f>, fixed<16, 10>>);
  // The policies go on, if they are the same.
  using t = with_rounding<with_overflow<f, trap>, upward>;
  STATIC_REQUIRE(is<product<t, t>, with_rounding<with_overflow<fixed<16, 8>, trap>, upward>>);
}

TEST_CASE("fixed: what stays in its type") {
  using f = fixed<8, 4>;
  using w = with_overflow<f, wrap>;
  using l = lenient<f>;
  STATIC_REQUIRE(is<decltype(f{} / f{}), f>);
  STATIC_REQUIRE(is<decltype(-f{}), f>);
  STATIC_REQUIRE(is<decltype(abs(f{})), f>);
  STATIC_REQUIRE(is<decltype(sqrt(f{})), f>);
  STATIC_REQUIRE(is<decltype(f{} * 2), f>);
  STATIC_REQUIRE(is<decltype(2u - f{}), f>);
  STATIC_REQUIRE(is<decltype(f{} += f{}), f&>);
  STATIC_REQUIRE(is<decltype(f{} * 0.5f), float>);
  STATIC_REQUIRE(is<product<w, w>, w>);
  STATIC_REQUIRE(is<product<w, with_overflow<fixed<16, 8>, wrap>>, with_overflow<fixed<16, 8>, wrap>>);
  STATIC_REQUIRE(is<sum<l, l>, l>);
  STATIC_REQUIRE(is<product<l, lenient<fixed<16, 8>>>, lenient<fixed<16, 8>>>);
  STATIC_REQUIRE(is<decltype(l{} * 0.5), l>);
  STATIC_REQUIRE(is<sum<f, float16>, float16>);                                                      // contains it
  STATIC_REQUIRE(is<sum<f, with_overflow<fixed<16, 8>, trap>>, with_overflow<fixed<16, 8>, trap>>);  // contains it
}

TEST_CASE("fixed: the results of operators are exact, all pairs of codes") {
  check_all<fixed<8, 4>, fixed<8, 4>>();
  check_all<ufixed<8, 4>, ufixed<8, 4>>();
  check_all<fixed<8, 0>, ufixed<8, 3>>();
  check_all<fixed<6, -4>, fixed<5, 12>>();
  check_all<ufixed<5, 9>, fixed<7, -2>>();
  check_all<symmetric_fixed<6, 3>, symmetric_fixed<6, 3>>();
  check_all<symmetric_fixed<5, 1>, symmetric_fixed<7, 8>>();
  check_all<symmetric_fixed<5, 1>, ufixed<7, 8>>();
  check_all<symmetric_fixed<5, 1>, fixed<7, 8>>();
  check_all<fixed<1, 0>, fixed<1, 0>>();
  check_all<fixed<1, 3>, ufixed<1, -3>>();
  check_all<ufixed<1, 0>, ufixed<1, 0>>();
}

TEST_CASE("fixed: the results of operators are exact, up to 64 bits") {
  check_some<fixed<16, 8>, fixed<16, 8>>(1);
  check_some<fixed<32, 16>, fixed<32, 16>>(2);
  check_some<ufixed<32, 31>, ufixed<32, 0>>(3);
  check_some<ufixed<31, 16>, fixed<32, 10>>(4);
  check_some<fixed<40, 20>, fixed<24, 16>>(5);
  check_some<symmetric_fixed<32, 31>, symmetric_fixed<32, 31>>(6);
  check_some<symmetric_fixed<31, 31>, ufixed<33, 31>>(7);
}

TEST_CASE("fixed: operators near the widest types") {
  // Only the operations that are used need a result of at most 64 bits.
  using T = fixed<63, 20>;
  const T a = at<T>(low_mask(62)), b = at<T>(std::uint64_t{1} << 62);
  CHECK(whole(a + a) == 2 * whole(a));
  CHECK(whole(b + b) == -power_of_two(63));
  CHECK(whole(a - b) == whole(a) - whole(b));
  using U = ufixed<63, 20>;
  CHECK(whole(at<U>(low_mask(63)) + at<U>(low_mask(63))) == power_of_two(64) - 2);
  using W = fixed<64, 10>;
  const W lowest = std::numeric_limits<W>::lowest(), highest = std::numeric_limits<W>::max();
  CHECK((lowest / lowest) == 1);
  CHECK(-lowest == highest);
  CHECK(add<W>(highest, lowest) == at<W>(~std::uint64_t{0}));
  W x = highest;
  CHECK((x += highest) == highest);
  CHECK((x -= 1) == highest - 1);
  CHECK(x < highest);
  CHECK(mul<W>(lowest, 2) == lowest);
}

TEST_CASE("fixed: compound assignment rounds and saturates once") {
  using f = fixed<8, 4>;
  f x(1.5f);
  x *= x;
  CHECK(x == 2.25f);
  x += f(7.0f);
  CHECK(x == 7.9375f);
  x -= f(-7.0f);
  CHECK(x == 7.9375f);
  CHECK(++x == 7.9375f);
  CHECK(x-- == 7.9375f);
  CHECK(x == 6.9375f);
  x *= 3;
  CHECK(x == 7.9375f);
  x /= f(2.0f);
  CHECK(x == 4);  // 3.96875, a tie
  // Another fixed-point type: its exact value takes part, even if this one could not hold it.
  x = f(0.0625f);
  x *= fixed<16, 2>(100.25f);
  CHECK(x == 6.25f);  // 6.265625 to the nearest sixteenth
  x += fixed<16, 15>(0.03125f);
  CHECK(x == 6.25f);  // a tie, to the even code
  f sum(0.0f);
  for (int i = 0; i < 4; ++i) sum += f(0.25f) * f(0.1875f);  // 0.046875 is 0.75 units; each is rounded once
  CHECK(sum == 0.25f);
  with_overflow<f, wrap> w(7.5f);
  w += with_overflow<f, wrap>(1.0f);
  CHECK(w == -7.5f);
  w *= w;
  CHECK(w == -7.75f);  // 56.25 - 64
}

TEST_CASE("fixed: the edges of q15") {
  const q15 low(-1.0f), high = std::numeric_limits<q15>::max();
  CHECK(low.bits() == 0x8000);
  CHECK(high == 0x7fffp-15f);
  CHECK(low * low == 1);  // fixed<32, 30> has it
  STATIC_REQUIRE(is<product<q15, q15>, fixed<32, 30>>);
  CHECK((low * low).bits() == 0x40000000);
  CHECK(mul<q15>(low, low) == high);
  CHECK(q15(low * low) == high);
  CHECK(q15(1.0f) == high);
  CHECK(-low == high);
  CHECK(abs(low) == high);
  CHECK(-high == -0x7fffp-15f);
  CHECK(-(-low) == -high);
  CHECK(low + low == -2);
  CHECK(add<q15>(low, low) == low);
  CHECK(low - high == -0xffffp-15f);
  CHECK(sub<q15>(high, low) == high);
  CHECK(low / low == high);
  CHECK(div<q15>(high, low) == -high);
  CHECK(low / high == low);           // -1.00003
  CHECK(q15(0.0f) / q15(0.0f) == 0);  // NaN, which there is none of
  CHECK(low / q15(0.0f) == low);      // -Inf
  CHECK(mul<q15>(high, high).bits() == 0x7ffe);
  CHECK(sqrt(q15(0.25f)) == 0.5f);
  CHECK(sqrt(low) == 0);
  using wrapping = with_overflow<q15, wrap>;
  const wrapping w(low);
  CHECK(w * w == -1);
  CHECK(-w == -1);
  CHECK(abs(w) == -1);
  CHECK(w + w == 0);
  q15 x = low;
  x *= low;
  CHECK(x == high);
  STATIC_REQUIRE(is<q7, fixed<8, 7>>);
  STATIC_REQUIRE(is<q15, fixed<16, 15>>);
  STATIC_REQUIRE(is<q31, fixed<32, 31>>);
}

TEST_CASE("fixed: integers by name") {
  STATIC_REQUIRE(is<int2, integer<2>>);
  STATIC_REQUIRE(is<int3, integer<3>>);
  STATIC_REQUIRE(is<int4, integer<4>>);
  STATIC_REQUIRE(is<int5, integer<5>>);
  STATIC_REQUIRE(is<int6, integer<6>>);
  STATIC_REQUIRE(is<int7, integer<7>>);
  STATIC_REQUIRE(is<int8, integer<8>>);
  STATIC_REQUIRE(is<uint1, uinteger<1>>);
  STATIC_REQUIRE(is<uint2, uinteger<2>>);
  STATIC_REQUIRE(is<uint3, uinteger<3>>);
  STATIC_REQUIRE(is<uint4, uinteger<4>>);
  STATIC_REQUIRE(is<uint5, uinteger<5>>);
  STATIC_REQUIRE(is<uint6, uinteger<6>>);
  STATIC_REQUIRE(is<uint7, uinteger<7>>);
  STATIC_REQUIRE(is<uint8, uinteger<8>>);
  CHECK(std::numeric_limits<int4>::max() == 7);
  CHECK(std::numeric_limits<uint4>::max() == 15);
  CHECK(int4(7) * int4(7) == 49);
  CHECK(mul<int4>(int4(7), int4(7)) == 7);
}

TEST_CASE("fixed: limits, order and hash of 64 bits") {
  using I = std::numeric_limits<integer<64>>;
  using J = std::numeric_limits<std::int64_t>;
  STATIC_REQUIRE((I::digits == J::digits && I::digits10 == J::digits10 && I::is_integer && I::is_exact));
  CHECK(I::max() == J::max());
  CHECK(I::min() == J::min());
  CHECK(I::lowest() == J::lowest());
  using U = std::numeric_limits<uinteger<64>>;
  using V = std::numeric_limits<std::uint64_t>;
  STATIC_REQUIRE((U::digits == V::digits && U::digits10 == V::digits10 && U::is_integer && !U::is_signed));
  CHECK(U::max() == V::max());
  CHECK(U::min() == 0);
  STATIC_REQUIRE(std::numeric_limits<ufixed<64, 64>>::epsilon().bits() == 1);
  CHECK(std::numeric_limits<ufixed<64, 64>>::max() < 1);
  CHECK(next_up(U::max()) == U::max());
  CHECK(next_down(U::max()) == V::max() - 1);
  CHECK(next_down(I::lowest()) == I::lowest());
  CHECK(next_up(I::lowest()) == J::lowest() + 1);
  CHECK(ulp(I::max()) == 1);
  CHECK((total_order(I::lowest(), I::max()) < 0));
  CHECK((total_order(U::max(), U::min()) > 0));
  const std::uint64_t codes[] = {0,
                                 1,
                                 low_mask(63) - 1,
                                 low_mask(63),
                                 low_mask(63) + 1,
                                 low_mask(63) + 2,
                                 ~std::uint64_t{0} - 1,
                                 ~std::uint64_t{0}};
  std::unordered_set<uinteger<64>> seen;
  for (const std::uint64_t a : codes) {
    seen.insert(at<uinteger<64>>(a));
    for (const std::uint64_t b : codes) {
      const auto i = static_cast<std::int64_t>(a), j = static_cast<std::int64_t>(b);
      CHECK(((at<uinteger<64>>(a) <=> at<uinteger<64>>(b)) == (a <=> b)));
      CHECK(((at<integer<64>>(a) <=> at<integer<64>>(b)) == (i <=> j)));
      CHECK((at<uinteger<64>>(a) == at<uinteger<64>>(b)) == (a == b));
      CHECK((at<integer<64>>(a) == j) == (i == j));
      CHECK(((at<uinteger<64>>(a) <=> b) == (a <=> b)));
    }
  }
  CHECK(seen.size() == 8);
  STATIC_REQUIRE(is_exact_v<integer<63>, integer<64>>);
  STATIC_REQUIRE(is_exact_v<uinteger<63>, integer<64>>);
  STATIC_REQUIRE(!is_exact_v<uinteger<64>, integer<64>>);
  STATIC_REQUIRE(!is_exact_v<integer<64>, uinteger<64>>);
  STATIC_REQUIRE(!is_exact_v<integer<64>, double>);
  STATIC_REQUIRE(is_exact_v<float, fixed<64, 0>> == false);
}
