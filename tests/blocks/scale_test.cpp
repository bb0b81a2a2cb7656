// The scale rules against their definitions: over every exponent and the edges of the significand, for every
// element type, and against the bit arithmetic of the library that each is named after.
#include "harness.hpp"

namespace {

using namespace tests;

// Significands at which a rule can change its mind, for every binade of float, and random ones.
std::vector<float> maxima(generator& g) {
  std::vector<float> all;
  const std::uint32_t edges[] = {0, 1, 2, 0x000fff, 0x3fffff, 0x400000, 0x400001, 0x5fffff, 0x600000, 0x600001,
                                 0x6fffff, 0x700000, 0x700001, 0x77ffff, 0x780000, 0x780001, 0x7bffff, 0x7c0000,
                                 0x7dffff, 0x7e0000, 0x7e0001, 0x7effff, 0x7f0000, 0x7ffffe, 0x7fffff,
                                 // amax / largest element near a power of two: 7.5, 28, 6, 127/64, 7, 31/16
                                 0x6ffffe, 0x600002, 0x3ffffe, 0x400002, 0x7e0002, 0x7dfffe, 0x780002, 0x77fffe};
  for (std::uint32_t field = 0; field <= 254; ++field) {
    for (const std::uint32_t fraction : edges) all.push_back(std::bit_cast<float>(field << 23 | fraction));
    for (int i = 0; i < 40; ++i)
      all.push_back(std::bit_cast<float>(field << 23 | static_cast<std::uint32_t>(g.bits() & 0x7fffff)));
  }
  for (std::uint32_t k = 0; k < 23; ++k)
    for (const std::uint32_t d : {0u, 1u, ~0u}) all.push_back(std::bit_cast<float>((1u << k) + d));  // subnormal
  std::erase_if(all, [](float x) { return !(x > 0) || !std::isfinite(x); });
  return all;
}

template <class Rule, class Element, class Scale = lowp::e8m0fnu>
int choose(float amax, std::span<const float> x = {}) {
  return Rule::template choose<Element, Scale>(x, amax).bits();
}

template <class Rule, class Element>
void check_e8m0(const ob::element& e, const std::vector<float>& all) {
  differences report(e.name + ", " + ob::name(rule_of<Rule>));
  for (const float amax : all) {
    const int got = choose<Rule, Element>(amax), want = ob::e8m0_code(rule_of<Rule>, e, amax);
    report.check(got == want, [&] {
      return std::to_string(got) + " not " + std::to_string(want) + " for" + show({&amax, 1});
    });
  }
}

template <class Element>
void check_element() {
  const ob::element& e = element_of<Element>();
  generator g(5);
  const std::vector<float> all = maxima(g);
  check_e8m0<lowp::floor_scale, Element>(e, all);
  check_e8m0<lowp::ceil_scale, Element>(e, all);
  check_e8m0<lowp::even_scale, Element>(e, all);
  check_e8m0<lowp::round_up_scale, Element>(e, all);
  check_e8m0<lowp::nearest_scale, Element>(e, all);

  differences near("e4m3 scales of " + e.name);
  for (const float amax : all) {
    const int got = choose<lowp::nearest_scale, Element, lowp::e4m3fn>(amax);
    const int want = ob::e4m3_code(ob::rule::nearest, e, amax);
    near.check(got == want, [&] {
      return std::to_string(got) + " not " + std::to_string(want) + " for" + show({&amax, 1});
    });
  }
}

// What torchao computes, for its five element types and every maximum but those that EVEN rounds up to 2^128:
// there its bits turn into an infinity and the block into NaN, where ours saturates.
template <class Element>
void check_torchao(int emax, int fraction_bits, float largest) {
  generator g(6);
  const std::vector<float> all = maxima(g);
  const float beyond = std::nextafter(std::ldexp(2 - std::ldexp(1.0f, -fraction_bits - 1), 127), 0.0f);
  differences floor("torchao FLOOR"), ceil("torchao CEIL"), even("torchao EVEN"), round_up("torchao RCEIL");
  for (const float amax : all) {
    const auto describe = [&] { return element_of<Element>().name + show({&amax, 1}); };
    floor.check(choose<lowp::floor_scale, Element>(amax) == ob::floor_code(amax, emax), describe);
    ceil.check(choose<lowp::ceil_scale, Element>(amax) == ob::ceil_code(amax, emax), describe);
    round_up.check(choose<lowp::round_up_scale, Element>(amax) == ob::rceil_code(amax, largest), describe);
    const int got = choose<lowp::even_scale, Element>(amax), theirs = ob::even_code(amax, emax, fraction_bits);
    if (amax <= beyond) {
      even.check(got == theirs, describe);
    } else {
      even.check(theirs == ob::nan_code && got == 255 - emax, describe);
    }
  }
}

}  // namespace

TEST_CASE("scale rules for every element type, over every binade") {
  check_element<lowp::e4m3fn>();
  check_element<lowp::e5m2>();
  check_element<lowp::e3m2fn>();
  check_element<lowp::e2m3fn>();
  check_element<lowp::e2m1fn>();
  check_element<lowp::fixed<8, 6>>();
  check_element<lowp::symmetric_fixed<8, 6>>();
  check_element<lowp::symmetric_fixed<6, 4>>();
  check_element<lowp::symmetric_fixed<4, 2>>();
  check_element<lowp::symmetric_fixed<4, 0>>();
}

TEST_CASE("scale rules agree with torchao's bit arithmetic") {
  check_torchao<lowp::e4m3fn>(8, 3, 448);
  check_torchao<lowp::e5m2>(15, 2, 57344);
  check_torchao<lowp::e2m3fn>(2, 3, 7.5f);
  check_torchao<lowp::e3m2fn>(4, 2, 28);
  check_torchao<lowp::e2m1fn>(2, 1, 6);
}

// Typed in from the definitions, so that an error shared by library and oracle shows.
TEST_CASE("scale rules on worked examples") {
  using lowp::e2m1fn;
  using lowp::e4m3fn;
  // E4M3, amax 150: 150 / 448 = 0.335 -> 2^-1, but 2^ceil(log2 150) / 2^8 = 1 (pytorch/ao, issue 2035)
  CHECK(choose<lowp::round_up_scale, e4m3fn>(150) == 126);
  CHECK(choose<lowp::ceil_scale, e4m3fn>(150) == 127);
  CHECK(choose<lowp::floor_scale, e4m3fn>(150) == 126);
  CHECK(choose<lowp::floor_scale, e4m3fn>(448) == 127);
  CHECK(choose<lowp::round_up_scale, e4m3fn>(448) == 127);
  CHECK(choose<lowp::round_up_scale, e4m3fn>(448.0001f) == 128);
  CHECK(choose<lowp::floor_scale, e4m3fn>(511) == 127);
  CHECK(choose<lowp::ceil_scale, e4m3fn>(256) == 127);
  CHECK(choose<lowp::ceil_scale, e4m3fn>(257) == 128);
  // EVEN: 1.875 has all three fraction bits of E4M3 set, 1.9375 is where rounding reaches 2
  CHECK(choose<lowp::even_scale, e4m3fn>(256 * 1.875f) == 127);
  CHECK(choose<lowp::even_scale, e4m3fn>(256 * 1.9374999f) == 127);
  CHECK(choose<lowp::even_scale, e4m3fn>(256 * 1.9375f) == 128);
  CHECK(choose<lowp::even_scale, e2m1fn>(4 * 1.75f) == 128);
  CHECK(choose<lowp::even_scale, e2m1fn>(4 * 1.7499999f) == 127);
  // The nearest power of two to amax / 6; a tie (9 / 6 = 1.5) goes to the even code
  CHECK(choose<lowp::nearest_scale, e2m1fn>(8) == 127);
  CHECK(choose<lowp::nearest_scale, e2m1fn>(9) == 128);
  CHECK(choose<lowp::nearest_scale, e2m1fn>(18) == 128);
  CHECK(choose<lowp::nearest_scale, e2m1fn>(10) == 128);
  // Both ends
  CHECK(choose<lowp::floor_scale, e4m3fn>(FLT_MAX) == 246);
  CHECK(choose<lowp::round_up_scale, e4m3fn>(FLT_MAX) == 247);
  CHECK(choose<lowp::floor_scale, lowp::fixed<8, 6>>(FLT_MAX) == 254);
  CHECK(choose<lowp::ceil_scale, lowp::fixed<8, 6>>(FLT_MAX) == 254);
  CHECK(choose<lowp::even_scale, lowp::fixed<8, 6>>(FLT_MAX) == 254);
  CHECK(choose<lowp::round_up_scale, lowp::fixed<8, 6>>(FLT_MAX) == 254);
  for (const float tiny : {FLT_TRUE_MIN, 0x1p-127f}) {
    CHECK(choose<lowp::floor_scale, e4m3fn>(tiny) == 0);
    CHECK(choose<lowp::ceil_scale, e4m3fn>(tiny) == 0);
    CHECK(choose<lowp::even_scale, e4m3fn>(tiny) == 0);
    CHECK(choose<lowp::round_up_scale, e4m3fn>(tiny) == 0);
    CHECK(choose<lowp::nearest_scale, e4m3fn>(tiny) == 0);
    CHECK(choose<lowp::search_scale, e4m3fn>(tiny, {&tiny, 1}) == 0);
  }
}

TEST_CASE("scale rules at compile time") {
  static_assert(lowp::floor_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>({}, 7.0f).bits() == 127);
  static_assert(lowp::ceil_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>({}, 7.0f).bits() == 128);
  static_assert(lowp::even_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>({}, 7.0f).bits() == 128);
  static_assert(lowp::round_up_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>({}, 7.0f).bits() == 128);
  static_assert(lowp::nearest_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>({}, 7.0f).bits() == 127);
  static constexpr float x[] = {7.0f, 1.0f, 0.5f};
  static_assert(lowp::search_scale::choose<lowp::e2m1fn, lowp::e8m0fnu>(x, 7.0f).bits() == 127);
  SUCCEED();
}
