// sfp8 against the field rules, the golden values of gemma.cpp's own test and its rounding rule on six bits.
#include <lowp/formats/sfp8.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include "catch.hpp"
#include "list_oracle.hpp"
#include "sampling.hpp"

namespace {

using lowp::sfp8;
using tests::mode;

double by_fields(unsigned code) {
  const double sign = (code & 0x80) != 0 ? -1 : 1;
  const unsigned body = code & 0x7f;
  if (body == 0) return 0;
  if (body >= 64) return sign * std::ldexp(8 + body % 8, static_cast<int>(body / 8) - 15 - 3);
  return sign * std::ldexp(4 + body % 4, static_cast<int>(body / 4) - 23 - 2);
}

float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// What the vector encoder delivers for the top 15 bits of a float, in terms of values.
double gemma(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const double seen = std::fabs(float_of(bits & 0xfffe0000)), sign = std::signbit(x) ? -1 : 1;
  if (seen == 0) return 0;
  const int e = std::ilogb(seen);
  const bool large = e >= -7 || seen >= 1.9375 * 0x1p-8;
  const double grid = std::ldexp(1.0, e - (large ? 3 : 2));
  const double rounded = std::nearbyint(seen / grid) * grid;
  if (rounded < 0x1p-23) return 0;
  if (rounded == 0x1p-23) return sign * 1.25 * 0x1p-23;
  return sign * rounded;
}

std::vector<double> all_values() {
  std::vector<double> v(256);
  for (unsigned c = 0; c < 256; ++c) v[c] = by_fields(c);
  v[0x80] = std::numeric_limits<double>::quiet_NaN();  // not used
  return v;
}

}  // namespace

TEST_CASE("sfp8: every code by its fields") {
  for (unsigned c = 0; c < 256; ++c) {
    CAPTURE(c);
    const sfp8 x = sfp8::from_bits(static_cast<std::uint8_t>(c));
    CHECK(static_cast<double>(x) == by_fields(c));
    CHECK(!std::signbit(static_cast<double>(sfp8::from_bits(0x80))));
    if (c == 0x80) continue;
    CHECK(unsigned{sfp8(static_cast<double>(x)).bits()} == c);
    CHECK(unsigned{sfp8(static_cast<float>(x)).bits()} == c);
    CHECK(unsigned{lowp::to_sfp8(static_cast<float>(x)).bits()} == c);
  }
  CHECK(std::numeric_limits<sfp8>::max() == 1.875);
  CHECK(std::numeric_limits<sfp8>::denorm_min() == 1.25 * 0x1p-23);
}

TEST_CASE("sfp8: every rounding mode between all neighbours") {
  const tests::value_list list(all_values());
  REQUIRE(list.sorted().size() == 255);
  std::size_t differences = 0;
  const auto check = [&](double x) {
    const auto one = [&](mode how, auto rounding) {
      differences += lowp::convert<sfp8>(x, rounding).bits() != list.round(how, x);
      differences +=
          lowp::convert<sfp8>(static_cast<float>(x), rounding).bits() != list.round(how, static_cast<float>(x));
    };
    one(mode::even, lowp::nearest_even{});
    one(mode::away, lowp::nearest_away{});
    one(mode::zero, lowp::nearest_zero{});
    one(mode::toward_zero, lowp::toward_zero{});
    one(mode::upward, lowp::upward{});
    one(mode::downward, lowp::downward{});
    one(mode::to_odd, lowp::to_odd{});
  };
  for (std::size_t i = 0; i < list.middles().size(); ++i) {
    const double m = static_cast<double>(list.middles()[i]), v = static_cast<double>(list.sorted()[i].value);
    for (const double x : {m, std::nextafter(m, -9.0), std::nextafter(m, 9.0), v, std::nextafter(v, 9.0)}) check(x);
  }
  tests::random_codes random(2);
  for (int i = 0; i < 20000; ++i) {
    const float x = float_of(static_cast<std::uint32_t>(random.next()));
    if (std::isfinite(x)) check(x);
  }
  CHECK(differences == 0);
  CHECK(sfp8(std::numeric_limits<float>::infinity()) == 1.875);
  CHECK(sfp8(std::numeric_limits<float>::quiet_NaN()).bits() == 0);
  CHECK(sfp8(-0.0f).bits() == 0);
}

TEST_CASE("sfp8: what lies below 64 bits still breaks a tie") {
  // 1.375 * 2^-23 and 1.125 * 2^-9 with two fraction bits, 1.0625 with three.
  for (lowp::exact x : {lowp::exact::scaled(false, 11, -26), lowp::exact::scaled(false, 9, -12),
                        lowp::exact::scaled(false, 17, -4)}) {
    const sfp8 low = lowp::round_to<sfp8>(x, lowp::nearest_zero{});
    x.sticky = true;
    CHECK(lowp::round_to<sfp8>(x, lowp::nearest_zero{}) == next_up(low));
  }
}

TEST_CASE("sfp8: gemma.cpp's golden values") {
  const auto check = [](double in, double out) {
    CAPTURE(in);
    CHECK(static_cast<double>(lowp::to_sfp8(static_cast<float>(in))) == out);
    CHECK(static_cast<double>(lowp::to_sfp8(static_cast<float>(-in))) == -out);
  };
  check(0.46875, 0.46875);
  check(0.9375, 0.9375);
  check(0.484375, 0.5);
  check(0.96875, 1.0);
  check(0.28125, 0.28125);
  check(0.5625, 0.5625);
  check(0.296875, 0.3125);
  check(0.59375, 0.625);
  check(0.279296875, 0.28125);
  check(0.55859375, 0.5625);
  check(0.265625, 0.25);
  check(0.53125, 0.5);
  check(0.0068359375, 0.0068359375);
  check(0.00732421875, 0.0078125);
  check(0.007568359375, 0.0078125);
  check(1.0, 1.0);
  check(1.0625, 1.0);
  check(2.384185791015625E-7, 2.384185791015625E-7);
  check(1.25 * 0x1p-23, 1.25 * 0x1p-23);
  check(0x1p-23, 1.25 * 0x1p-23);
  check(0x1p-24, 0.0);
  check(1.5 * 0x1p-24, 0.0);
  check(1.875 * 0x1p-24, 1.25 * 0x1p-23);
}

TEST_CASE("sfp8: to_sfp8 is gemma.cpp's rule on every pattern that it looks at") {
  std::size_t differences = 0, nearest_differs = 0;
  tests::random_codes random(4);
  for (std::uint32_t top = 0; top < 0x8000; ++top) {
    for (const std::uint32_t low : {0u, 1u, 0x1ffffu, static_cast<std::uint32_t>(random.below(0x20000))}) {
      const float x = float_of(top << 17 | low);
      if (!(std::fabs(x) <= 1.875f)) continue;
      differences += static_cast<double>(lowp::to_sfp8(x)) != gemma(x);
      nearest_differs += lowp::to_sfp8(x).bits() != sfp8(x).bits();
    }
  }
  CHECK(differences == 0);
  CHECK(nearest_differs > 0);  // they are two rules: see the header
  CHECK(sfp8(0.75f * 0x1p-23f).bits() == 1);
  CHECK(lowp::to_sfp8(0.75f * 0x1p-23f).bits() == 0);
  CHECK(sfp8(1.0625001f) == 1.125);
  CHECK(lowp::to_sfp8(1.0625001f) == 1.0);
  CHECK(lowp::to_sfp8(-0x1p-60f).bits() == 0);
  CHECK(lowp::to_sfp8(1e9f) == 1.875);
  CHECK(lowp::to_sfp8(std::numeric_limits<float>::quiet_NaN()).bits() == 0);
}
