// hifloat8 against the public decode table, the field rules and the reference quantiser's rounding rule.
#include <lowp/formats/hifloat8.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include "catch.hpp"
#include "list_oracle.hpp"
#include "sampling.hpp"

namespace {

using lowp::hifloat8;
using tests::mode;

// The code read field by field: sign, prefix code, exponent as sign and magnitude, fraction.
double by_fields(unsigned code) {
  const double sign = (code & 0x80) != 0 ? -1 : 1;
  const unsigned body = code & 0x7f;
  if (body == 0) return code == 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
  if (body == 0x6f) return sign * std::numeric_limits<double>::infinity();
  int digits = 0, left = 0;
  if ((body >> 5) == 3) {
    digits = 4, left = 5;
  } else if ((body >> 5) == 2) {
    digits = 3, left = 5;
  } else if ((body >> 5) == 1) {
    digits = 2, left = 5;
  } else if ((body >> 4) == 1) {
    digits = 1, left = 4;
  } else if ((body >> 3) == 1) {
    digits = 0, left = 3;
  } else {
    return sign * std::ldexp(1.0, static_cast<int>(body) - 23);
  }
  const int width = left - digits;
  const int field = static_cast<int>(body >> width) & ((1 << digits) - 1);
  const int fraction = static_cast<int>(body) & ((1 << width) - 1);
  int exponent = 0;
  if (digits > 0) {
    const int top = 1 << (digits - 1);
    exponent = (field & top) != 0 ? -(top | (field & (top - 1))) : (top | (field & (top - 1)));
  }
  return sign * std::ldexp(1 + std::ldexp(fraction, -width), exponent);
}

// toF8.py, To_HiF8: what it does to one finite value.
double reference(double x) {
  const double size = std::fabs(x), sign = x >= 0 ? 1 : -1;
  if (size >= 40960) return sign * std::numeric_limits<double>::infinity();
  if (size < std::ldexp(1.0, -23)) return 0;
  int e = std::ilogb(size);
  if (e == -23) e = -22;
  const int far = std::abs(e), digits = far <= 3 ? 3 : far <= 7 ? 2 : far <= 15 ? 1 : 0;
  return sign * std::ldexp(std::floor(std::ldexp(size, digits - e) + 0.5), e - digits);
}

float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("hifloat8: every code as in the public table and as in the field rules") {
  const auto table = tests::load_table("hifloat8");
  REQUIRE(table.size() == 256);
  for (const auto& line : table) {
    CAPTURE(line.code);
    const auto code = static_cast<unsigned>(line.code);
    const hifloat8 x = hifloat8::from_bits(static_cast<std::uint8_t>(code));
    CHECK(same(static_cast<double>(x), line.hex_value));
    CHECK(same(static_cast<double>(x), by_fields(code)));
    CHECK(std::uint64_t{hifloat8(static_cast<double>(x)).bits()} == line.code);
    CHECK(std::uint64_t{hifloat8(static_cast<float>(x)).bits()} == line.code);
  }
  CHECK(static_cast<double>(hifloat8::from_bits(0x33)) == 0.34375);
  CHECK(static_cast<double>(hifloat8::from_bits(0x7e)) == 0x1p-15);
}

TEST_CASE("hifloat8: conversion is the reference quantiser, for floats of all sizes") {
  std::size_t differences = 0;
  const auto check = [&](float x) {
    if (std::isnan(x) || std::isinf(x)) return;
    if (static_cast<double>(hifloat8(x)) != reference(x)) ++differences;
    const hifloat8 generic = lowp::round_to<hifloat8>(lowp::decode(x));  // not by table
    if (static_cast<double>(generic) != reference(x)) ++differences;
  };
  // Every float of at most 7 fraction bits, and its neighbours: all values, middles and thresholds are among them.
  for (std::uint32_t top = 0; top < 0x10000; ++top)
    for (const std::uint32_t low : {0u, 1u, 0x8000u, 0xffffu}) check(float_of(top << 16 | low));
  tests::random_codes random(1);
  for (int i = 0; i < 500000; ++i) check(float_of(static_cast<std::uint32_t>(random.next())));
  CHECK(differences == 0);

  CHECK(hifloat8(40959.996f).bits() == 0x6e);
  CHECK(hifloat8(40960.0f).bits() == 0x6f);
  CHECK(hifloat8(-40960.0f).bits() == 0xef);
  CHECK(hifloat8(0x1p-23f).bits() == 0x01);
  CHECK(hifloat8(0x1.fffffep-24f).bits() == 0x00);
  CHECK(hifloat8(-0x1p-30f).bits() == 0x00);  // no -0
  CHECK(hifloat8(-0.0f).bits() == 0x00);
  CHECK(hifloat8(std::numeric_limits<float>::quiet_NaN()).bits() == 0x80);
  CHECK(hifloat8(-std::numeric_limits<float>::infinity()).bits() == 0xef);
}

TEST_CASE("hifloat8: every rounding mode between all neighbours") {
  std::vector<double> values(256);
  for (unsigned c = 0; c < 256; ++c) {
    const double v = by_fields(c);
    values[c] = std::isinf(v) ? std::numeric_limits<double>::quiet_NaN() : v;
  }
  const tests::value_list list(values);
  REQUIRE(list.sorted().size() == 253);
  std::size_t differences = 0;
  const auto check = [&](double x) {
    const auto one = [&](mode how, auto rounding) {
      differences += lowp::convert<hifloat8>(x, rounding).bits() != list.round(how, x);
      differences +=
          lowp::convert<hifloat8>(static_cast<float>(x), rounding).bits() != list.round(how, static_cast<float>(x));
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
    for (const double x : {m, std::nextafter(m, -1e9), std::nextafter(m, 1e9), v, std::nextafter(v, 1e9)}) {
      check(x);
      check(-x);
    }
  }
  CHECK(differences == 0);
}

TEST_CASE("hifloat8: overflow by policy") {
  using lowp::convert;
  CHECK(convert<hifloat8>(1e9f, lowp::saturate{}) == 32768);
  CHECK(convert<hifloat8>(-1e9f, lowp::saturate{}) == -32768);
  CHECK(isinf(convert<hifloat8>(1e9f)));
  CHECK(convert<hifloat8>(1e9f, lowp::toward_zero{}) == 32768);
  CHECK(isinf(convert<hifloat8>(32768.01, lowp::upward{})));
  CHECK(convert<hifloat8>(40959.0, lowp::nearest_even{}) == 32768);
  CHECK(isinf(hifloat8(32768) + hifloat8(8192)));
  CHECK((hifloat8(32768) + hifloat8(8191)).bits() == 0x6f);  // 8191 is 8192 here
  CHECK((hifloat8(32768) + hifloat8(6144)).bits() == 0x6e);
}

TEST_CASE("hifloat8: codes ascend by rank, and limits follow") {
  using limits = std::numeric_limits<hifloat8>;
  hifloat8 x = limits::lowest();
  int steps = 0;
  for (; isfinite(next_up(x)); x = next_up(x), ++steps) REQUIRE(x < next_up(x));
  CHECK(steps == 252);
  CHECK(limits::max() == 32768);
  CHECK(limits::denorm_min() == 0x1p-22);
  CHECK(limits::digits == 4);
  CHECK(limits::has_infinity);
  CHECK(limits::has_quiet_NaN);
  CHECK(limits::round_style == std::round_to_nearest);
  CHECK(limits::epsilon() == 0.125);
}

TEST_CASE("hifloat8: all pairs through exact double arithmetic and the reference") {
  std::size_t differences = 0;
  for (unsigned i = 0; i < 256; ++i) {
    for (unsigned j = 0; j < 256; ++j) {
      const hifloat8 a = hifloat8::from_bits(static_cast<std::uint8_t>(i));
      const hifloat8 b = hifloat8::from_bits(static_cast<std::uint8_t>(j));
      const double x = by_fields(i), y = by_fields(j);
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      // Sums have at most 42 bits and products 8; a quotient of 4-bit numbers is not next to a 5-bit middle.
      differences += !same(static_cast<double>(a + b), reference(x + y));
      differences += !same(static_cast<double>(a - b), reference(x - y));
      differences += !same(static_cast<double>(a * b), reference(x * y));
      if (y != 0) differences += !same(static_cast<double>(a / b), reference(x / y));
    }
  }
  CHECK(differences == 0);
}
