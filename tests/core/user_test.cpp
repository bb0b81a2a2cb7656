// Code as a user writes it, at its least careful: both namespaces opened, names that clash, templates that expect a
// float, ternaries, braces, ranges. This file is also compiled alone under the strictest warnings (warnings.cmake).
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <limits>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <valarray>
#include <variant>
#include <vector>

#ifndef LOWP_TEST_WARNINGS
#include "catch.hpp"
#else  // alone, without Catch and its macros
#define CHECK(...) static_cast<void>(__VA_ARGS__)
#define LOWP_TEST_JOIN(a, b) a##b
#define LOWP_TEST_NAME(line) LOWP_TEST_JOIN(test_, line)
#define TEST_CASE(name) void LOWP_TEST_NAME(__LINE__)()
#endif

using namespace std;
using namespace lowp;

namespace {

// A user's own functions of the library's names.
int add(int a, int b) { return a + b; }
template <class T>
T mul(T a, T b) {
  return a * b;
}

// Templates that were written for float.
template <class T>
T relu(T x) {
  return x > 0 ? x : T(0);
}
template <class T>
T horner(const vector<T>& c, T x) {
  T y{};
  for (auto i = c.rbegin(); i != c.rend(); ++i) y = y * x + *i;
  return y;
}
template <class T>
T norm(span<const T> v) {
  T s = 0 * v[0];
  for (const T& x : v) s += x * x;
  return sqrt(s);
}
template <class T>
bool close(T a, T b) {
  using std::abs;
  return abs(a - b) <= numeric_limits<T>::epsilon() * 4;
}

template <class T>
struct particle {
  T position{}, velocity = T(1);
  friend bool operator==(const particle&, const particle&) = default;
  friend auto operator<=>(const particle&, const particle&) = default;
};

}  // namespace

TEST_CASE("user: both namespaces opened") {
  const e4m3fn a(2), b(3);
  static_assert(same_as<decltype(sqrt(a)), e4m3fn>);
  static_assert(same_as<decltype(fma(a, b, a)), e4m3fn>);
  static_assert(same_as<decltype(abs(a)), e4m3fn>);
  static_assert(same_as<decltype(max(a, b)), const e4m3fn&>);
  CHECK(fma(a, b, a) == 8);
  CHECK((!isnan(a) && isfinite(a) && !isinf(b) && !signbit(b)));
  // The functions of the language go on working.
  static_assert(same_as<decltype(sqrt(2)), double>);
  static_assert(same_as<decltype(sqrt(2.0f)), float>);
  static_assert(same_as<decltype(abs(-2)), int>);
  static_assert(same_as<decltype(fma(1.0f, 2.0f, 3.0f)), float>);
  static_assert(same_as<decltype(div(7, 2)), std::div_t>);
  CHECK(isnan(nanf("")));
  CHECK(signbit(-1.0));
  CHECK(div(7, 2).quot == 3);
  // Functions of std that know only native types take a number as the float it is.
  static_assert(same_as<decltype(std::sqrt(a)), float>);
  static_assert(same_as<decltype(std::abs(a)), float>);
  static_assert(same_as<decltype(std::fma(a, b, a)), float>);
  static_assert(same_as<decltype(exp(a)), float>);
  static_assert(same_as<decltype(floor(a)), float>);
  CHECK(std::pow(a, 2.0f) == 4.0f);
  CHECK(std::fmax(a, 1.0f) == 2.0f);
  CHECK(std::isnan(e4m3fn::from_bits(0x7f)));
}

TEST_CASE("user: own functions of the same names") {
  CHECK(add(1, 2) == 3);
  CHECK(mul(e4m3fn(2), e4m3fn(3)) == 6);
  CHECK(lowp::add(e4m3fn(1), e4m3fn(2)) == 3);
  CHECK(lowp::mul<float>(e4m3fn(2), 0.25) == 0.5f);
}

TEST_CASE("user: templates written for float") {
  CHECK(relu(e4m3fn(-1)) == 0);
  CHECK(relu(e4m3fn(0.5f)) == 0.5f);
  CHECK(horner<float16>({float16(1), float16(2), float16(3)}, float16(2)) == 17);
  const array<bfloat16, 2> v{bfloat16(3), bfloat16(4)};
  CHECK(norm<bfloat16>(v) == 5);
  CHECK(close(float16(1), float16(1.001f)));
  CHECK(accumulate(v.begin(), v.end(), bfloat16{}) == 7);
}

TEST_CASE("user: operands of every kind") {
  e4m3fn a(1.5f);
  static_assert(same_as<decltype(a + 1.0f), float>);
  static_assert(same_as<decltype(2.0 * a), double>);
  static_assert(same_as<decltype(a - 1), e4m3fn>);
  static_assert(same_as<decltype(1 - a), e4m3fn>);
  static_assert(same_as<decltype(a * e2m1fn(1)), e4m3fn>);
  static_assert(same_as<decltype(float16(1) / a), float16>);
  static_assert(same_as<decltype(-a), e4m3fn>);
  CHECK((a == 1.5f && a == 1.5 && 1.5 == a && a != 2 && 1 < a && a <= 2u && a > e2m1fn(1) && a < HUGE_VAL));
  float f = 1;
  f += a;
  f = f * a;
  double d = 1;
  d -= a;
  CHECK((f == 3.75f && d == -0.5));
  a += e2m1fn(0.5f);
  a *= 2;
  CHECK(a == 4);
  const auto& [x, y] = std::pair(a, e2m1fn(1));
  CHECK(x + y == 5);
}

TEST_CASE("user: initialisation") {
  e4m3fn a{1.5f}, b(2), c = e2m1fn(3), d{};
  const e4m3fn e = {}, f{e2m1fn(1)};
  const array<e4m3fn, 3> g{e4m3fn(1), e2m1fn(2)};
  const vector<e4m3fn> h(3, e4m3fn(7)), i{e4m3fn(1), e4m3fn(2)}, j(5);
  const vector<e4m3fn> k(h.begin(), h.end());
  const vector<float> l(k.begin(), k.end());
  auto m = static_cast<e4m3fn>(3.0);
  auto n = e4m3fn(0x1p-9);
  CHECK((a + b + c + d + e + f == 7.5f && g[2] == 0 && h.size() + i.size() + j.size() == 10 && l[0] == 7 && m == 3 &&
         n > 0));
}

TEST_CASE("user: choices") {
  const e4m3fn a(0.5f);
  volatile bool yes = true;
  static_assert(same_as<decltype(yes ? a : 1.0f), float>);
  static_assert(same_as<common_type_t<e4m3fn, float>, float>);
  static_assert(same_as<common_type_t<e4m3fn, float16>, float16>);
  static_assert(same_as<common_type_t<e4m3fn, e4m3fn>, e4m3fn>);
  CHECK((yes ? a : 1.0f) == 0.5f);
  CHECK((yes ? a : e4m3fn(0)) == 0.5f);
  CHECK((yes ? a : float16(1)) == 0.5f);
}

TEST_CASE("user: vocabulary types") {
  optional<e4m3fn> o = e4m3fn(2);
  CHECK((o == e4m3fn(2) && o > e4m3fn(1) && o.value_or(e4m3fn(0)) == 2));
  variant<e4m3fn, e5m2> v = e5m2(3);
  CHECK(visit([](auto x) { return static_cast<float>(x); }, v) == 3);
  tuple<e4m3fn, int> t{e4m3fn(1), 2};
  CHECK(t < tuple<e4m3fn, int>{e4m3fn(1), 3});
  particle<float16> p, q{float16(1)};
  CHECK((p < q && p != q && p == particle<float16>{}));
  atomic<e4m3fn> atom{e4m3fn(1)};
  atom.store(atom.load() + 1);
  CHECK(atom.load() == 2);
  e4m3fn r(4);
  reference_wrapper<e4m3fn> w = r;
  CHECK((w + r == 8 && w == r && w.get() == 4));
  valarray<float16> array{float16(1), float16(2)};
  CHECK((array * array).sum() == 5);
  function<float16(float16)> twice = [](float16 x) { return x + x; };
  CHECK(twice(float16(2)) == 4);
}

TEST_CASE("user: ranges") {
  vector<e4m3fn> v;
  for (int i = 20; i > 0; --i) v.push_back(e4m3fn(i));
  ranges::sort(v);
  CHECK(ranges::is_sorted(v));
  vector<e4m3fn> half(v.size());
  ranges::transform(v, half.begin(), [](e4m3fn x) { return x / 2; });
  CHECK(half[2] == 1.5f);
  CHECK(ranges::max(v) == 20);
  CHECK(ranges::count_if(v, [](auto x) { return x == 16; }) == 2);  // 17 is a tie
  CHECK(*ranges::lower_bound(v, e4m3fn(4)) == 4);
  static_assert(totally_ordered<e4m3fn> && regular<e4m3fn> && equality_comparable_with<e4m3fn, float16>);
}

TEST_CASE("user: random bits from the standard library") {
  mt19937 g(1);
  int away = 0;
  for (int i = 0; i < 4000; ++i) away += convert<e4m3fn>(1.03125f, stochastic<>{}, g) > 1;
  CHECK((away > 900 && away < 1100));  // a quarter
}
