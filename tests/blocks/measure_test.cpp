// measure: each number on small cases worked by hand, and what is left out.
#include <lowp/blocks/measure.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

namespace {
constexpr float inf = std::numeric_limits<float>::infinity(), no_number = std::numeric_limits<float>::quiet_NaN();

lowp::error_measures of(const std::vector<float>& x, const std::vector<float>& y) { return lowp::measure(x, y); }
}  // namespace

TEST_CASE("measure on a case worked by hand") {
  // d = 1, 0, -2, 0.5: sum d^2 = 5.25, sum x^2 = 9 + 16 + 1 + 0.25 = 26.25
  const auto m = of({3, -4, 1, 0.5f}, {2, -4, 3, 0});
  CHECK(m.sqnr_db == Approx(10 * std::log10(26.25 / 5.25)));
  CHECK(m.max_absolute == 2);
  CHECK(m.max_relative == 2);
  CHECK(m.rms == Approx(std::sqrt(5.25 / 4)));
  CHECK(m.cosine == Approx((6 + 16 + 3) / std::sqrt(26.25 * 29.0)));
  CHECK(m.flushed == 1);
  CHECK(m.not_finite == 0);
}

TEST_CASE("measure at the edges") {
  CHECK(of({1, 2}, {1, 2}).sqnr_db == std::numeric_limits<double>::infinity());
  CHECK(of({1, 2}, {1, 2}).cosine == Approx(1));
  CHECK(of({1, 2}, {-1, -2}).cosine == Approx(-1));
  CHECK(std::isnan(of({0, -0.0f}, {1, 1}).sqnr_db));
  CHECK(std::isnan(of({1, 1}, {0, 0}).cosine));
  CHECK(of({1, 1}, {0, 0}).sqnr_db == 0);
  CHECK(of({1, 1}, {0, 0}).flushed == 2);
  CHECK(of({0}, {0}).flushed == 0);
  CHECK(of({0, 1}, {3, 1}).max_relative == 0);  // an error where x = 0 has no ratio
  CHECK(of({0, 1}, {3, 1}).max_absolute == 3);
  const auto nothing = of({}, {});
  CHECK(std::isnan(nothing.sqnr_db));
  CHECK(nothing.rms == 0);
}

TEST_CASE("measure leaves out what is not finite, and counts it") {
  const auto m = of({1, 2, inf, no_number, 5, 6}, {1, 2.5f, 0, 3, inf, no_number});
  CHECK(m.not_finite == 2);
  CHECK(m.max_absolute == 0.5);
  CHECK(m.rms == Approx(std::sqrt(0.25 / 2)));
  CHECK(m.sqnr_db == Approx(10 * std::log10(5 / 0.25)));
}

TEST_CASE("measure refuses two lengths, and says which") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_AS(of({1, 2}, {1}), lowp::error);
  CHECK_THROWS_WITH(of({1, 2}, {1}), Contains("2") && Contains("1"));
}
