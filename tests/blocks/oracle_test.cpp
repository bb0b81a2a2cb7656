// The oracle itself on facts typed in from the formats' descriptions: no lowp here.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "oracle/blocks.hpp"

namespace ob = oracle::blocks;

TEST_CASE("oracle: values of the element formats") {
  CHECK(ob::e2m1().value == std::vector<double>{0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6});
  CHECK((ob::e2m1().largest() == 6 && ob::e2m1().emax == 2));
  CHECK((ob::e2m3().largest() == 7.5 && ob::e2m3().emax == 2 && ob::e2m3().value[1] == 0.125));
  CHECK((ob::e3m2().largest() == 28 && ob::e3m2().emax == 4 && ob::e3m2().value[1] == 0.0625));
  CHECK((ob::e4m3().largest() == 448 && ob::e4m3().emax == 8 && ob::e4m3().value[1] == 0x1p-9));
  CHECK((ob::e5m2().largest() == 57344 && ob::e5m2().emax == 15 && ob::e5m2().value[1] == 0x1p-16));
  CHECK((ob::e4m3().value[0x7e] == 448 && ob::e4m3().value[0xfe] == -448));
  CHECK((std::isnan(ob::e4m3().value[0x7f]) && std::isnan(ob::e4m3().value[0xff])));
  CHECK(
      (ob::e5m2().value[0x7b] == 57344 && std::isinf(ob::e5m2().value[0x7c]) && std::isnan(ob::e5m2().value[0x7d])));
  CHECK(
      (ob::int8().value[0x7f] == 127 / 64.0 && ob::int8().value[0x80] == -2 && ob::int8().value[0xff] == -1 / 64.0));
  CHECK((ob::int8().negative.size() == 129 && ob::sym_int8().negative.size() == 128));
  CHECK((ob::sym_int4_0().largest() == 7 && ob::sym_int4_0().value[9] == -7));
}

// <= .25 -> 0, (.25, .75) -> .5, [.75, 1.25] -> 1, (1.25, 1.75) -> 1.5, [1.75, 2.5] -> 2, (2.5, 3.5) -> 3,
// [3.5, 5] -> 4, > 5 -> 6
TEST_CASE("oracle: e2m1 rounds to nearest even at the published thresholds") {
  const auto rounded = [](float x) { return ob::e2m1().value[ob::round(ob::e2m1(), x, 1)]; };
  const auto above = [](float x) { return std::nextafter(x, 100.0f); };
  const auto below = [](float x) { return std::nextafter(x, 0.0f); };
  const float ties[] = {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5};
  const double at[] = {0, 1, 1, 2, 2, 4, 4}, under[] = {0, 0.5, 1, 1.5, 2, 3, 4}, over[] = {0.5, 1, 1.5, 2, 3, 4, 6};
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK((rounded(ties[i]) == at[i] && rounded(below(ties[i])) == under[i] && rounded(above(ties[i])) == over[i]));
    CHECK((rounded(-ties[i]) == -at[i] && rounded(-below(ties[i])) == -under[i] &&
           rounded(-above(ties[i])) == -over[i]));
  }
  CHECK((rounded(1e30f) == 6 && rounded(-1e30f) == -6));
  CHECK(ob::round(ob::e2m1(), -0.0f, 1) == 8);
  CHECK(ob::round(ob::int8(), -0.0f, 1) == 0);
}

TEST_CASE("oracle: rounding modes") {
  using enum ob::rounding;
  const auto rounded = [](float x, ob::rounding m, std::uint32_t random = 0, int bits = 32) {
    return ob::e2m1().value[ob::round(ob::e2m1(), x, 2, m, random, bits)] * 2;  // scale 2: 0, 1, 2, 3, 4, 6, 8, 12
  };
  CHECK((rounded(5, nearest_even) == 4 && rounded(7, nearest_even) == 8 && rounded(5, nearest_away) == 6 &&
         rounded(7, nearest_zero) == 6));
  CHECK((rounded(5.9f, toward_zero) == 4 && rounded(-5.9f, toward_zero) == -4));
  CHECK((rounded(4.1f, upward) == 6 && rounded(-5.9f, upward) == -4 && rounded(4.1f, downward) == 4 &&
         rounded(-4.1f, downward) == -6));
  CHECK((rounded(4.1f, to_odd) == 6 && rounded(6.1f, to_odd) == 6 && rounded(4, to_odd) == 4));
  // 4.5 is a quarter of the way from 4 to 6: two random bits go up for 3 alone (a); b and c agree on quarters
  for (const ob::rounding m : {stochastic_a, stochastic_b, stochastic_c})
    for (std::uint32_t r = 0; r < 4; ++r) CHECK(rounded(4.5f, m, r, 2) == (r == 3 ? 6 : 4));
  // an eighth, with two bits: never for a, half up to a quarter for b, half down to nothing (even) for c
  CHECK((rounded(4.25f, stochastic_a, 3, 2) == 4 && rounded(4.25f, stochastic_b, 3, 2) == 6 &&
         rounded(4.25f, stochastic_c, 3, 2) == 4));
  CHECK((rounded(4.25f, stochastic_equal, 1) == 6 && rounded(4.25f, stochastic_equal, 2) == 4 &&
         rounded(4, stochastic_equal, 1) == 4));
}

TEST_CASE("oracle: scales and bytes") {
  CHECK((ob::e4m3_nearest(464) == 0x7e && ob::e4m3_nearest(1e9) == 0x7e && ob::e4m3_nearest(0x1p-10) == 0));
  CHECK((ob::e4m3_nearest(0x1.000002p-10) == 1 && ob::e4m3_nearest(1.0625) == 0x38 &&
         ob::e4m3_nearest(1.1875) == 0x3a));
  CHECK((ob::rceil_code(150, 448) == 126 && ob::ceil_code(150, 8) == 127 && ob::floor_code(150, 8) == 126));
  CHECK(ob::floor_code(std::numeric_limits<float>::infinity(), 8) == 255);
  const std::uint32_t codes[] = {5, 2, 7};
  CHECK(ob::bits_to_bytes(codes, 3) == ob::bytes{0xd5, 0x01});  // 111 010 101
  CHECK(ob::bits_at(ob::bytes{0xd5, 0x01}, 2, 3) == 7);
}
