// Rounding policies as truth tables over what they are asked: (negative, odd, rest). The tables are written from the
// definitions of the modes, the counts of the stochastic ones from their probabilities.
#include <lowp/core/rounding.hpp>
#include <vector>

#include "helpers.hpp"

namespace {

using namespace lowp;

constexpr std::uint64_t half = std::uint64_t{1} << 63, all = ~std::uint64_t{0};

// Answers for the rests 0, 1, half - 1, half, half + 1, all ones; 'x' goes away from zero.
template <class Policy>
void check(const char* positive_even, const char* positive_odd, const char* negative_even, const char* negative_odd) {
  const std::uint64_t rests[] = {0, 1, half - 1, half, half + 1, all};
  for (int i = 0; i < 6; ++i) {
    INFO("rest " << tests::hex(rests[i]));
    CHECK(Policy{}(false, false, rests[i]) == (positive_even[i] == 'x'));
    CHECK(Policy{}(false, true, rests[i]) == (positive_odd[i] == 'x'));
    CHECK(Policy{}(true, false, rests[i]) == (negative_even[i] == 'x'));
    CHECK(Policy{}(true, true, rests[i]) == (negative_odd[i] == 'x'));
  }
}

// floor(rest * 2^bits / 2^64), and whether anything is left.
struct share {
  std::uint64_t whole;
  std::uint64_t left;  // as a 0.64 fraction of one
};
share scaled(std::uint64_t rest, int bits) { return {rest >> (64 - bits), rest << bits}; }

// In how many of the 2^bits draws the policy goes away.
template <class Policy, int Bits>
std::uint64_t count(std::uint64_t rest) {
  std::uint64_t n = 0;
  bool same = true;  // neither the sign, nor the parity, nor random bits above the ones asked for matter
  for (std::uint32_t r = 0; r < (1u << Bits); ++r) {
    const bool away = Policy{}(false, false, rest, r);
    same &= Policy{}(true, true, rest, r | ~((1u << Bits) - 1)) == away;
    n += away;
  }
  CHECK(same);
  return n;
}

// Goes away from a threshold on that is given at run time.
struct threshold {
  using policy = rounding_tag;
  std::uint64_t at;
  constexpr bool operator()(bool, bool, std::uint64_t rest) const noexcept { return rest >= at && rest != 0; }
};

std::vector<std::uint64_t> rests_for(int bits) {
  std::vector<std::uint64_t> rests{0, 1, 2, half - 1, half, half + 1, all - 1, all};
  // Every multiple of 2^-(bits + 2), exact, with the sticky bit alone, and just below it.
  const std::uint64_t step = std::uint64_t{1} << (62 - bits);
  for (std::uint64_t i = 0; i < (std::uint64_t{4} << bits); ++i) {
    rests.push_back(i * step);
    rests.push_back(i * step + 1);
    rests.push_back(i * step - 1);
    rests.push_back(i * step + step / 2);
  }
  return rests;
}

template <int Bits>
void check_stochastic() {
  INFO("random bits " << Bits);
  for (const std::uint64_t rest : rests_for(Bits)) {
    INFO("rest " << tests::hex(rest));
    const share f = scaled(rest, Bits);
    const bool tie = f.left == half, more = f.left > half, odd = (f.whole & 1) != 0;
    const std::uint64_t expected_a = f.whole;
    const std::uint64_t expected_b = f.whole + (tie || more);
    const std::uint64_t expected_c = f.whole + (more || (tie && odd));
    CHECK((count<stochastic<Bits, stochastic_variant::a>, Bits>(rest) == expected_a));
    CHECK((count<stochastic<Bits, stochastic_variant::b>, Bits>(rest) == expected_b));
    CHECK((count<stochastic<Bits, stochastic_variant::c>, Bits>(rest) == expected_c));
  }
}

}  // namespace

TEST_CASE("rounding: truth tables of the deterministic policies") {
  //                     +even     +odd      -even     -odd
  check<nearest_even>("....xx", "...xxx", "....xx", "...xxx");
  check<nearest_away>("...xxx", "...xxx", "...xxx", "...xxx");
  check<nearest_zero>("....xx", "....xx", "....xx", "....xx");
  check<toward_zero>("......", "......", "......", "......");
  check<upward>(".xxxxx", ".xxxxx", "......", "......");
  check<downward>("......", "......", ".xxxxx", ".xxxxx");
  check<to_odd>(".xxxxx", "......", ".xxxxx", "......");
}

TEST_CASE("rounding: stochastic a, b, c go away in exactly as many draws as their probability says") {
  check_stochastic<1>();
  check_stochastic<2>();
  check_stochastic<3>();
  check_stochastic<4>();
  check_stochastic<5>();
  check_stochastic<6>();
  check_stochastic<7>();
  check_stochastic<8>();
}

TEST_CASE("rounding: stochastic with 32 bits, at its thresholds") {
  // Away iff R >= 2^32 - n, n being the numerator of the probability over 2^32: look at both sides of that R.
  tests::splitmix random(21);
  std::vector<std::uint64_t> rests{0,
                                   1,
                                   half - 1,
                                   half,
                                   half + 1,
                                   all,
                                   std::uint64_t{1} << 31,
                                   std::uint64_t{1} << 32,
                                   std::uint64_t{3} << 31,
                                   (std::uint64_t{1} << 31) + 1,
                                   (std::uint64_t{1} << 31) - 1,
                                   all << 31,
                                   all << 32};
  for (int i = 0; i < 3000; ++i) rests.push_back((i & 1) != 0 ? random() : random.runs());
  const auto check_at = [](auto policy, std::uint64_t rest, std::uint64_t n) {
    constexpr std::uint64_t one = std::uint64_t{1} << 32;
    INFO("rest " << tests::hex(rest) << ", away in " << n << " of 2^32");
    const auto away = [&](std::uint64_t r) { return policy(false, false, rest, static_cast<std::uint32_t>(r)); };
    if (n > 0) {
      CHECK(away(one - 1));
      CHECK(away(one - n));
    }
    if (n < one) {
      CHECK_FALSE(away(0));
      CHECK_FALSE(away(one - n - 1));
    }
  };
  for (const std::uint64_t rest : rests) {
    const share f = scaled(rest, 32);
    const bool tie = f.left == half, more = f.left > half, odd = (f.whole & 1) != 0;
    check_at(stochastic<32, stochastic_variant::a>{}, rest, f.whole);
    check_at(stochastic<32, stochastic_variant::b>{}, rest, f.whole + (tie || more));
    check_at(stochastic<32, stochastic_variant::c>{}, rest, f.whole + (more || (tie && odd)));
  }
}

TEST_CASE("rounding: stochastic_equal looks at one bit") {
  for (const std::uint64_t rest : {std::uint64_t{0}, std::uint64_t{1}, half, all})
    for (const std::uint32_t r : {0u, 1u, 2u, 3u, 0xfffffffeu, 0xffffffffu})
      for (const bool negative : {false, true})
        CHECK(stochastic_equal{}(negative, false, rest, r) == (rest != 0 && (r & 1) != 0));
}

TEST_CASE("rounding: which policies need random bits, and how many") {
  STATIC_REQUIRE(RoundingPolicy<nearest_even>);
  STATIC_REQUIRE(RoundingPolicy<stochastic<>>);
  STATIC_REQUIRE(!RoundingPolicy<saturate>);
  STATIC_REQUIRE(!RandomRounding<nearest_even>);
  STATIC_REQUIRE(!RandomRounding<to_odd>);
  STATIC_REQUIRE(RandomRounding<stochastic<>>);
  STATIC_REQUIRE(RandomRounding<stochastic<1, stochastic_variant::c>>);
  STATIC_REQUIRE(RandomRounding<stochastic_equal>);
  STATIC_REQUIRE(stochastic<>::random_bits == 32);
  STATIC_REQUIRE(stochastic<5>::random_bits == 5);
  STATIC_REQUIRE(stochastic_equal::random_bits == 1);
}

TEST_CASE("rounding: the result of rounding twice through to_odd is that of rounding once") {
  // What to_odd is for: first to float16's 11 bits, then to e4m3fn's 4 or e5m2's 3, against once.
  tests::report report("to_odd first");
  tests::splitmix random(22);
  for (int i = 0; i < 200000; ++i) {
    const exact x{random.any() | half, random.between(-8, 7), value_kind::finite, (random() & 1) != 0,
                  (random() & 1) != 0};
    const auto once = [&]<class T>(auto mode) {
      const T direct = round_to<T>(x, mode), twice = convert<T>(round_to<float16>(x, to_odd{}), mode);
      report.expect(direct.bits() == twice.bits(), [&](std::ostream& o) { o << tests::show(x); });
    };
    once.template operator()<e4m3fn>(nearest_even{});
    once.template operator()<e4m3fn>(nearest_away{});
    once.template operator()<e5m2>(nearest_even{});
    once.template operator()<e5m2>(upward{});
  }
}

TEST_CASE("rounding: a policy of the user's own, with state") {
  // No table may remember one answer for all thresholds.
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (int quarter = 1; quarter <= 4; ++quarter) {
      const threshold t{quarter == 4 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(quarter) << 62};
      for (int x = 0; x < 8; ++x) {  // 1 + x / 64: eighths of the gap of e4m3fn
        const float f = 1.0f + static_cast<float>(x) / 64.0f;
        const unsigned expected = 0x38u + (x >= 2 * quarter);
        CHECK(convert<e4m3fn>(f, t).bits() == expected);
        CHECK(add<e4m3fn>(e4m3fn(1), e4m3fn(f - 1), t).bits() == expected);
      }
      // 1.125 * 1.375 = 1.546875 is 3/8 of the gap above 1.5.
      CHECK(mul(e4m3fn(1.125f), e4m3fn(1.375f), t).bits() == 0x3cu + (quarter == 1));
    }
  }
}
