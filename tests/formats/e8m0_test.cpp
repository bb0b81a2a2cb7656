// The published rules from float to e8m0fnu, which disagree: each against its row of the table of the libraries'
// behaviour, written down as data, over every exponent and the significands that decide.
#include <bit>
#include <cmath>
#include <limits>

#include <lowp/formats/e8m0.hpp>

#include "harness.hpp"

namespace {

using namespace tests;

enum class step { down, up, nearest };  // nearest: 1.5 goes up

struct row {
  lowp::e8m0_rule rule;
  const char* name;
  step direction;
  int zero, infinity, beyond;  // codes; beyond: x > 1.5 * 2^127
  bool negative_is_nan;        // otherwise |x| is used
  step below;                  // 2^-127 < x < 2^-126
};

constexpr row rows[] = {
    {lowp::e8m0_rule::ml_dtypes, "ml_dtypes", step::nearest, 0xff, 0xff, 0xff, true, step::up},
    {lowp::e8m0_rule::pytorch, "pytorch", step::nearest, 0x00, 0xff, 0xff, false, step::up},
    {lowp::e8m0_rule::transformer_engine, "transformer_engine", step::up, 0x00, 0xfe, 0xfe, false, step::up},
    {lowp::e8m0_rule::torchao_rceil, "torchao_rceil", step::up, 0x00, 0xff, 0xff, false, step::up},
    {lowp::e8m0_rule::ocp_floor, "ocp_floor", step::down, 0x00, 0xff, 0xfe, false, step::down},
};

TEST_CASE("e8m0: the published rules", "[e8m0]") {
  for (const row& r : rows) {
    differences report(r.name);
    const auto check = [&](float x, int expected) {
      report.compare(lowp::to_e8m0(x, r.rule).bits(), static_cast<code_t>(expected),
                     [&] { return show(oracle::of(x)); });
      const bool nan = std::isnan(x);
      report.compare(lowp::to_e8m0(-x, r.rule).bits(),
                     static_cast<code_t>(nan || !r.negative_is_nan ? expected : 0xff),
                     [&] { return "minus " + show(oracle::of(x)); });
    };
    check(0.0f, r.zero);
    check(std::numeric_limits<float>::infinity(), r.infinity);
    check(std::numeric_limits<float>::quiet_NaN(), 0xff);
    check(0x1p-127f, 0);
    check(0x1p-140f, 0);
    check(std::numeric_limits<float>::denorm_min(), 0);
    for (const float m : {1.000001f, 1.25f, 1.49f, 1.5f, 1.75f, 1.99f}) {
      check(std::ldexp(m, -127), r.below == step::up ? 1 : 0);
      for (int k = -126; k < 127; ++k) {
        const bool up = r.direction == step::up || (r.direction == step::nearest && m >= 1.5f);
        check(std::ldexp(m, k), k + 127 + (up ? 1 : 0));
      }
    }
    for (int k = -127; k <= 127; ++k) check(std::ldexp(1.0f, k), k + 127);
    check(0x1.8p127f + 0x1p104f, r.beyond);
    check(std::numeric_limits<float>::max(), r.beyond);
  }
}

}  // namespace
