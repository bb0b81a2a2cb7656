// lowp::cast between float and minifloats, on every tier, against convert.
#include "cast_checks.hpp"

using namespace lowp;
using namespace tests::casts;

#define EVERY(...) check_every_policy<__VA_ARGS__>(#__VA_ARGS__)
#define SOME(...) check_some_policies<__VA_ARGS__>(#__VA_ARGS__)

TEST_CASE("cast: 8-bit minifloats in every mode") {
  EVERY(e4m3fn);
  EVERY(e5m2);
  EVERY(e4m3fnuz);
  EVERY(e8m0fnu);
}

TEST_CASE("cast: minifloats of 4 and 16 bits in every mode") {
  EVERY(e2m1fn);
  EVERY(float16);
  EVERY(bfloat16);
}

TEST_CASE("cast: the other minifloats") {
  SOME(e4m3);
  SOME(e3m4);
  SOME(e5m2fnuz);
  SOME(e4m3b11fnuz);
  SOME(e3m2fn);
  SOME(e2m3fn);
  SOME(ue4m3);
  SOME(ue5m3);
  SOME(tf32);
}

TEST_CASE("cast: minifloats at the ends of what there is") {
  SOME(p3109<8, 3>);
  SOME(p3109<8, 1>);
  SOME(p3109<8, 4, signedness::is_unsigned>);
  SOME(p3109<8, 8, signedness::is_unsigned>);
  SOME(p3109<8, 3, signedness::is_signed, domain::finite>);
  SOME(p3109<3, 2>);
  SOME(p3109<16, 8>);
  SOME(minifloat<3, 0, specials::finite>);
  SOME(minifloat<0, 7, specials::finite>);
  SOME(minifloat<15, 0>);                      // far beyond float on both sides
  SOME(minifloat<9, 6>);                       // subnormals of float are normal
  SOME(minifloat<4, 3, specials::ieee, 140>);  // all values are subnormals of float
  SOME(minifloat<4, 3, specials::ieee, -100>);
  SOME(minifloat<4, 3, specials::scale, -50, signedness::is_unsigned>);
  SOME(minifloat<4, 3, specials::scale>);
  SOME(minifloat<6, 12>);
}
