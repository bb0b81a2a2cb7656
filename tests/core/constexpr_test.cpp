// The same bits in a constant expression as at run time: whole tables of a small format computed by the compiler, and
// samples of every operation on the others.
#include <array>
#include <bit>

#include "helpers.hpp"

namespace {

using namespace lowp;

enum class op { add, sub, mul, div, compare, sqrt, fma };

template <class T, class R>
constexpr std::uint64_t apply(op o, std::uint64_t i, std::uint64_t j, R rounding) {
  const T a = tests::at<T>(i), b = tests::at<T>(j);
  switch (o) {
    case op::add:
      return add(a, b, rounding).bits();
    case op::sub:
      return sub(a, b, rounding).bits();
    case op::mul:
      return mul(a, b, rounding).bits();
    case op::div:
      return div(a, b, rounding).bits();
    case op::sqrt:
      return sqrt(a, rounding).bits();
    case op::fma:
      return fma(a, b, b, rounding).bits();
    default:
      return (a == b) | (a < b) << 1 | (a > b) << 2 | (a <= b) << 3 | (a >= b) << 4;
  }
}

// Results for `count` pairs of codes that step through the format.
template <class T, op O, class R, std::size_t Count>
constexpr std::array<std::uint64_t, Count> results() {
  std::array<std::uint64_t, Count> r{};
  for (std::size_t k = 0; k < Count; ++k)
    r[k] = apply<T>(O, k * 7919 % tests::codes<T>, k * 104729 / 16 % tests::codes<T>, R{});
  return r;
}

template <class T, op O, class R = nearest_even, std::size_t Count = 64>
void check(const char* name) {
  constexpr auto compiled = results<T, O, R, Count>();
  auto run = &results<T, O, R, Count>;
  auto* volatile pointer = run;  // not to be folded
  INFO(name << ", operation " << static_cast<int>(O));
  CHECK((*pointer)() == compiled);
}

template <class T>
void check_all(const char* name) {
  check<T, op::add>(name);
  check<T, op::sub, downward>(name);
  check<T, op::mul>(name);
  check<T, op::div, to_odd>(name);
  check<T, op::compare>(name);
  check<T, op::sqrt, upward>(name);
  check<T, op::fma>(name);
}

// All 256 pairs of e2m1fn under one operation.
template <op O>
constexpr std::array<std::uint64_t, 256> small_table() {
  std::array<std::uint64_t, 256> r{};
  for (std::uint64_t i = 0; i < 256; ++i) r[i] = apply<e2m1fn>(O, i / 16, i % 16, nearest_even{});
  return r;
}
template <op O>
void check_small() {
  constexpr auto compiled = small_table<O>();
  auto* volatile run = &small_table<O>;
  CHECK((*run)() == compiled);
}

constexpr float floats[] = {0.0f,  -0.0f,     0.1f,      0.25f,   -0.75f,    1.0f,        1.0625f,     1.1875f,
                            -2.5f, 3.3f,      464.0f,    464.1f,  -57344.0f, 61440.0f,    1e-3f,       -1e-20f,
                            1e30f, 0x1p-149f, 0x1p-127f, 65520.f, 3.4e38f,   0x1.8p-127f, 0x1.fffp-9f, 5e-5f};
constexpr std::size_t float_count = sizeof floats / sizeof *floats;

template <class T>
constexpr std::array<std::uint64_t, float_count + 3> conversions() {
  std::array<std::uint64_t, float_count + 3> r{};
  for (std::size_t i = 0; i < float_count; ++i) r[i] = convert<T>(floats[i]).bits();
  r[float_count] = convert<T>(std::numeric_limits<float>::infinity()).bits();
  r[float_count + 1] = convert<T>(-std::numeric_limits<float>::infinity()).bits();
  r[float_count + 2] = convert<T>(std::numeric_limits<float>::quiet_NaN()).bits();
  return r;
}

template <class T>
constexpr std::array<std::uint32_t, 64> values() {
  std::array<std::uint32_t, 64> r{};
  for (std::size_t i = 0; i < 64; ++i)
    r[i] = std::bit_cast<std::uint32_t>(convert<float>(tests::at<T>(i * 7919 % tests::codes<T>)));
  return r;
}

}  // namespace

TEST_CASE("constexpr: whole tables of e2m1fn") {
  check_small<op::add>();
  check_small<op::sub>();
  check_small<op::mul>();
  check_small<op::div>();
  check_small<op::compare>();
  check_small<op::sqrt>();
  check_small<op::fma>();
}

TEST_CASE("constexpr: operations on samples of other types") {
  check_all<e4m3fn>("e4m3fn");
  check_all<e5m2>("e5m2");
  check_all<e4m3fnuz>("e4m3fnuz");
  check_all<e8m0fnu>("e8m0fnu");
  check_all<float16>("float16");
  check_all<p3109<8, 3>>("p3109<8,3>");
  check_all<fixed<8, 6>>("fixed<8,6>");
  check_all<minifloat<8, 23>>("minifloat<8,23>");
}

TEST_CASE("constexpr: conversions from and to float") {
  tests::for_each_name([]<class T>(tests::named<T> t) {
    INFO(t.name);
    constexpr auto compiled = conversions<T>();
    auto* volatile run = &conversions<T>;
    CHECK((*run)() == compiled);
    constexpr auto compiled_values = values<T>();
    auto* volatile run_values = &values<T>;
    CHECK((*run_values)() == compiled_values);
  });
}

TEST_CASE("constexpr: everything a program might want of a number at compile time") {
  constexpr e4m3fn a(1.5f), b = e4m3fn::from_bits(0x40);
  static_assert(a + b == 3.5f && a - b == -0.5f && a * b == 3 && a / b == 0.75f);
  static_assert(-a == -1.5f && +a == a && abs(-a) == a && a < b && b > 1 && 2.0 == b && a != b);
  static_assert(sqrt(e4m3fn(4)) == 2 && fma(a, b, b) == 5);
  static_assert(convert<e5m2>(a, upward{}, saturate{}) == 1.5f);
  static_assert(convert<e4m3fn>(1.03f, stochastic<8>{}, random_bits{255}).bits() == 0x39);
  static_assert(next_up(a).bits() == a.bits() + 1 && next_down(a).bits() == a.bits() - 1 && ulp(a) == 0.125f);
  static_assert(total_order(a, b) < 0 && !isnan(a) && isfinite(a) && !isinf(a) && !signbit(a));
  static_assert(static_cast<float>(a) == 1.5f && static_cast<double>(a) == 1.5);
  static_assert(std::numeric_limits<e4m3fn>::max() == 448 && std::hash<e4m3fn>{}(a) == std::hash<e4m3fn>{}(a));
  constexpr auto sum = [] {
    e4m3fn s{};
    for (int i = 0; i < 5; ++i) s += i;
    ++s;
    s *= 2;
    s -= e4m3fn(2);
    s /= 4;
    return s--;
  }();
  static_assert(sum == 5);
  constexpr e4m3fn array[4] = {};
  static_assert(array[3] == 0);
  CHECK(sum == 5);
}
