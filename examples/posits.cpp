// The code of docs/posits.md.

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include <lowp/lowp.hpp>

using namespace lowp;

void check(bool ok) {
  if (!ok) std::abort();
}

int main() {
  constexpr posit16 x(3.14159265), y = posit16::from_bits(0x4000);  // 3.1416015625 and 1
  static_assert(x == 3.1416015625 && y == 1 && x.bits() == 0x4c91);
  static_assert(x * x / 3 == 3.2900390625);  // operators round to nearest, ties to the even code
  posit32 wide = x;                          // implicit: every posit16 is a posit32
  posit<16, 1> older(x);                     // explicit: other exponent bits, other values
  posit<8, 0> tiny(x);                       // the posit(8, 0) of the literature: 3.125
  check(wide == x && older == 3.1416015625 && tiny == 3.125);

  static_assert(posit16(1e30) == std::numeric_limits<posit16>::max());          // 2^56, never NaR
  static_assert(posit16(1e-30) == std::numeric_limits<posit16>::denorm_min());  // 2^-56, never 0
  constexpr posit16 nar = posit16(1) / 0;
  static_assert(isnan(nar) && nar == nar && nar < posit16(-1e30) && -nar == nar);

  static_assert(convert<posit8>(40.0f) == 40 && convert<posit8>(41.0f, upward{}) == 48);
  static_assert(convert<posit<5, 2>>(100.0f) == 64);  // between 64 and 256 the string says: up from 128
  static_assert(convert<posit<5, 2>>(130.0f) == 256);

  std::vector<posit16> a, b;
  for (int i = 0; i < 1000; ++i) {
    a.push_back(posit16(i % 7 - 3.25));
    b.push_back(posit16(1 / (1.0 + i % 5)));
  }
  quire16 q;
  q.add_products(a, b);  // exact: 1000 products, no rounding
  q.subtract_product(a[0], b[0]);
  q += posit16(0.5);
  posit16 sum = q.to();                 // one rounding
  auto up = q.to<float>(upward{});      // or another type, another mode
  quire<bfloat16> exact_bfloat16_sums;  // for every minifloat and fixed-point type, too
  static_assert(quire16::bits == 256 && decltype(exact_bfloat16_sums)::bits == 576);

  takum<16> t(1e60);  // tapered like a posit, but always 2^-255 to 2^255
  std::printf("%g %g %g\n", static_cast<double>(sum), static_cast<double>(up), static_cast<double>(t));
}
