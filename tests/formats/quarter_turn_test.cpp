// quarter_turn against std::complex: values, products, quotients, turning a number, and the nearest by phase.
#include <lowp/formats/quarter_turn.hpp>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "catch.hpp"

namespace {

using lowp::quarter_turn;
using complex = std::complex<double>;

constexpr complex roots[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
complex value(quarter_turn q) { return {static_cast<double>(q.real()), static_cast<double>(q.imag())}; }

}  // namespace

TEST_CASE("quarter_turn: values and arithmetic are those of 1, i, -1, -i") {
  for (unsigned a = 0; a < 4; ++a) {
    const quarter_turn p = quarter_turn::from_bits(a);
    CHECK(value(p) == roots[a]);
    CHECK(unsigned{p.bits()} == a);
    CHECK(quarter_turn::from_bits(a + 4) == p);
    CHECK(value(-p) == -roots[a]);
    CHECK(value(conj(p)) == std::conj(roots[a]));
    for (unsigned b = 0; b < 4; ++b) {
      const quarter_turn q = quarter_turn::from_bits(b);
      CHECK(value(p * q) == roots[a] * roots[b]);
      CHECK(value(p / q) == roots[a] * std::conj(roots[b]));
      CHECK((p == q) == (a == b));
      quarter_turn r = p;
      r *= q;
      r /= p;
      CHECK(r == q);
    }
    double re = 3, im = -7;
    p.apply(re, im);
    CHECK(complex(re, im) == roots[a] * complex(3, -7));
  }
  static_assert(sizeof(quarter_turn) == 1);
  static_assert(quarter_turn::from_bits(1) * quarter_turn::from_bits(1) == quarter_turn::from_bits(2));
}

TEST_CASE("quarter_turn: nearest goes by the phase, diagonals counter-clockwise") {
  // k = floor(2 theta / pi + 1/2) mod 4; the grid holds every diagonal and axis.
  for (int re = -9; re <= 9; ++re) {
    for (int im = -9; im <= 9; ++im) {
      CAPTURE(re, im);
      const double turns = 2 * std::atan2(im, re) / std::numbers::pi + 0.5;
      // On a diagonal atan2 is a hair off pi / 4; the half turns are then whole but for that.
      const double whole = std::fabs(turns - std::round(turns)) < 1e-12 ? std::round(turns) : std::floor(turns);
      const unsigned expected = static_cast<unsigned>(static_cast<int>(whole) + 4) % 4;
      CHECK(unsigned{quarter_turn::nearest(static_cast<float>(re), static_cast<float>(im)).bits()} == expected);
      CHECK(unsigned{quarter_turn::nearest(re, im).bits()} == expected);
    }
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(quarter_turn::nearest(nan, 1.0f).bits() == 0);
  CHECK(quarter_turn::nearest(1.0f, nan).bits() == 0);
  CHECK(quarter_turn::nearest(-0.0f, -0.0f).bits() == 0);
}
