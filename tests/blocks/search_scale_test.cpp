// search_scale: the least squared error within its window, and whether the window leaves something better out.
//
// Ties go to the smaller scale; a double cannot tell errors apart that agree to 12 digits, and need not.
#include "harness.hpp"

namespace {

using namespace tests;

// Every code that a block scale can have, but NaN and the zero of e4m3.
template <class Scale>
std::vector<int> all_codes() {
  std::vector<int> codes;
  for (int c = std::is_same_v<Scale, lowp::e4m3fn>; c < (std::is_same_v<Scale, lowp::e4m3fn> ? 0x7f : 0xff); ++c)
    codes.push_back(c);
  return codes;
}

template <class Scale>
double value_of(int code) {
  return std::is_same_v<Scale, lowp::e4m3fn> ? double{ob::e4m3_value(code)} : ob::e8m0_value(code);
}

struct found {
  int within = 0, outside = 0,
      tried = 0;  // blocks where the best scale of all is within the window, or better outside
};

template <class Element, class Scale>
found check_search(std::size_t n, std::uint64_t seed, int blocks, const std::vector<std::vector<float>>& given = {}) {
  const ob::element& e = element_of<Element>();
  generator g(seed);
  found f;
  differences report("search_scale, " + e.name);
  const auto check = [&](const std::vector<float>& x) {
    float amax = 0;
    for (const float v : x) {
      if (!std::isfinite(v)) return;
      amax = std::max(amax, std::fabs(v));
    }
    if (amax == 0) return;
    const int got = lowp::search_scale::choose<Element, Scale>(x, amax).bits();
    const int best = std::is_same_v<Scale, lowp::e4m3fn> ? ob::e4m3_code(ob::rule::search, e, amax, x)
                                                         : ob::e8m0_code(ob::rule::search, e, amax, x);
    const long double mine = ob::squared_error(e, x, value_of<Scale>(got));
    const long double least = ob::squared_error(e, x, value_of<Scale>(best));
    report.check(mine <= least * (1 + 1e-12L),
                 [&] { return std::to_string(got) + " not " + std::to_string(best) + show(x); });
    ++f.tried;
    for (const int c : all_codes<Scale>()) {
      // Far away scales cannot win: everything clips to nothing, or becomes 0.
      const double ratio = value_of<Scale>(c) * e.largest() / static_cast<double>(amax);
      if (ratio < 0x1p-6 || ratio > 0x1p6) continue;
      if (ob::squared_error(e, x, value_of<Scale>(c)) < least * (1 - 1e-12L)) {
        ++f.outside;
        return;
      }
    }
    ++f.within;
  };
  for (const auto& x : given) check(x);
  for (int i = 0; i < blocks; ++i) {
    // An e4m3 scale must stay in its normal range: below 2^-6 its values are so sparse that a window of two
    // binades holds few of them, and a larger one may be luckier.
    const double scale = std::is_same_v<Scale, lowp::e4m3fn> ? e.largest() * std::exp2(g.between(-4, 3))
                                                             : std::exp2(g.between(-90, 90));
    check(draw(n, [&] {
      return (i % 4 == 0   ? g.gauss()
              : i % 4 == 1 ? g.laplace()
              : i % 4 == 2 ? 2 * g.unit() - 1
                           : g.student(3)) *
             scale;
    }));
  }
  return f;
}

template <class Element>
void check_element(int blocks, std::uint64_t seed) {
  INFO(element_of<Element>().name);
  const found mx = check_search<Element, lowp::e8m0fnu>(32, seed, blocks);
  CHECK(mx.outside == 0);
  CHECK(mx.within == blocks);
  const found nv = check_search<Element, lowp::e4m3fn>(16, seed + 1, blocks / 2);
  CHECK(nv.outside == 0);
  CHECK(nv.within == blocks / 2);
}

}  // namespace

TEST_CASE("search_scale finds the least error, and none outside its window is less") {
  check_element<lowp::e4m3fn>(200, 1);
  check_element<lowp::e5m2>(200, 2);
  check_element<lowp::e3m2fn>(200, 3);
  check_element<lowp::e2m3fn>(200, 4);
  check_element<lowp::e2m1fn>(400, 5);
  check_element<lowp::fixed<8, 6>>(200, 6);
  check_element<lowp::symmetric_fixed<4, 0>>(400, 7);
}

TEST_CASE("search_scale on special blocks") {
  generator g(9);
  const auto all = blocks_for(ob::e2m1(), 32, g, 60);
  const found f = check_search<lowp::e2m1fn, lowp::e8m0fnu>(32, 10, 0, all);
  CHECK(f.tried > 100);
}

// A block whose ideal scale is far below the smallest e4m3 scale, 2^-9, still fits under that one: with it
// everything down to 2^-9 * 2^-16 survives, with a scale of 0 nothing does.
TEST_CASE("search_scale never chooses zero while another scale has a smaller error") {
  const float x[] = {1.0f, -0.5f, 0.25f, 0.75f};
  const auto s = lowp::search_scale::choose<lowp::e5m2, lowp::e4m3fn>(x, 1.0f);
  CHECK(s.bits() == ob::e4m3_code(ob::rule::search, ob::e5m2(), 1.0f, x));
}
