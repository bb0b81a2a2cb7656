// lenient<T>: a number type where code written for float expects implicit rounding.

#include <type_traits>

#include <lowp/lowp.hpp>

#include "catch.hpp"

using namespace lowp;

namespace {

// The kind of code it is for: literals of float and double, assignments back and forth, compound operators.
template <class T>
T heun_step(T y, T h) {
  const T k1 = -0.5 * y;
  T k2 = -0.5f * (y + h * k1);
  k2 += k1;
  k2 *= 0.5f;
  return y + h * k2 / 1.0;
}

}  // namespace

TEST_CASE("lenient types round where they are constructed and stay themselves in arithmetic with floats") {
  using T = lenient<float16>;
  T x = 0.1f;
  CHECK(x.bits() == float16(0.1f).bits());
  x = 0.3;
  CHECK(x.bits() == float16(0.3).bits());
  static_assert(std::is_same_v<decltype(x * 0.5f), T> && std::is_same_v<decltype(2.0 - x), T>);
  static_assert(std::is_same_v<decltype(x + 1), T> && std::is_same_v<decltype(x / x), T>);
  static_assert(std::is_convertible_v<double, T> && std::is_convertible_v<int, T>);
  static_assert(!std::is_convertible_v<float, float16> && !std::is_convertible_v<double, float16>);

  // A float operand is taken exactly: one rounding, not two.
  using E = lenient<e4m3fn>;
  CHECK(E(6) * 0.3f == 1.75f);      // 1.8
  CHECK(E(6) * E(0.3f) == 1.875f);  // 6 * 0.3125
}

TEST_CASE("lenient types are the same number with another policy") {
  float16 p(1.5f);
  lenient<float16> q = p;
  float16 r = q;
  CHECK(r.bits() == p.bits());
  float f = q;
  CHECK(f == 1.5f);
  CHECK(q == 1.5f);
  CHECK(q < 2);
  static_assert(std::is_same_v<lenient<float16>::format, float16::format>);
  static_assert(!std::is_same_v<lenient<float16>, float16>);
  CHECK(std::numeric_limits<lenient<e4m3fn>>::max() == 448);
  CHECK(sizeof(lenient<e4m3fn>) == 1);
}

TEST_CASE("lenient types run code that was written for float") {
  CHECK(heun_step<lenient<bfloat16>>(1.0, 0.125) == Approx(heun_step(1.0f, 0.125f)).margin(0x1p-8));
  CHECK(heun_step<lenient<e5m2>>(1.0, 0.25) > 0.5f);
  using up = lenient<with_rounding<e4m3fn, upward>>;
  up x = 0.3f;
  CHECK(x == 0.3125f);
  x = 0.3f;
  x += 0.001f;
  CHECK(x == 0.34375f);
}
