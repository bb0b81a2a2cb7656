// lowp::cast between float and the numbers that are no minifloats, on every tier, against convert.
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/sfp8.hpp>
#include <lowp/formats/takum.hpp>

#include "cast_checks.hpp"

using namespace lowp;
using namespace tests::casts;

#define EVERY(...) check_every_policy<__VA_ARGS__>(#__VA_ARGS__)
#define SOME(...) check_some_policies<__VA_ARGS__>(#__VA_ARGS__)

TEST_CASE("cast: posits in every mode") {
  EVERY(posit8);
  EVERY(posit16);
}

TEST_CASE("cast: fixed-point and codebooks in every mode") {
  EVERY(int4);
  EVERY(q15);
  EVERY(nf4);
}

TEST_CASE("cast: the other posits") {
  SOME(posit<2, 2>);
  SOME(posit<5, 4>);
  SOME(posit<8, 0>);
  SOME(posit<12, 3>);
  SOME(posit<16, 3>);
  SOME(posit<16, 4>);  // beyond float on both sides
}

TEST_CASE("cast: the other fixed-point numbers") {
  SOME(uint1);
  SOME(integer<1>);
  SOME(uint8);
  SOME(int8);
  SOME(q7);
  SOME(symmetric_fixed<8, 7>);
  SOME(ufixed<3, 1>);
  SOME(fixed<16, 140>);  // subnormals of float
  SOME(fixed<16, -100>);
  SOME(fixed<16, -89>);
  SOME(fixed<8, -120>);  // up to the largest float
}

TEST_CASE("cast: fixed-point that wraps") {
  const auto check = [](auto number, const char* name) {
    using T = decltype(number);
    const std::vector<float> x = floats_for<T>();
    check_same(compare_with_convert<T>(name, x, nearest_even{}, wrap{}));
    check_same(compare_with_convert<T>(name, x, downward{}, wrap{}));
    check_same(compare_with_convert<T>(name, x, stochastic<>{}, wrap{}));
  };
  check(fixed<8, 4>{}, "fixed<8, 4>");
  check(uint4{}, "uint4");
  check(fixed<16, -3>{}, "fixed<16, -3>");
  check(fixed<13, 60>{}, "fixed<13, 60>");
}

TEST_CASE("cast: numbers without arithmetic in lanes") {
  SOME(hifloat8);
  SOME(sfp8);
  SOME(takum<8>);
  SOME(takum<16>);
  SOME(ternary);
  SOME(bipolar<3>);
  SOME(fp4_er_pos);
  SOME(dense_shift<4>);  // without 0: ties at 0 go to the other side
  SOME(bipolar<4>);
  SOME(iq4nl);
  SOME(posit<20, 1>);
  SOME(fixed<20, 7>);
}
