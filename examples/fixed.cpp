// The code of docs/fixed.md.

#include <cstdio>
#include <cstdlib>
#include <limits>

#include <lowp/lowp.hpp>

using namespace lowp;

void check(bool ok) {
  if (!ok) std::abort();
}

int main() {
  constexpr fixed<8, 4> a(2.5f), b(-1.3f);          // sixteenths, -8 to 7.9375; b is -1.3125
  constexpr fixed<16, 8> product = a * b;           // exact: 16 bits, 8 of them below the point
  constexpr fixed<9, 4> sum = a + b;                // exact: one bit more
  constexpr auto rounded = mul<fixed<8, 4>>(a, b);  // named: rounded once, to the nearest, ties to even
  static_assert(product == -3.28125 && sum == 1.1875 && rounded == -3.25);
  static_assert(a * 4 == 7.9375f && a / b == -1.875);  // T op integer and T / T are T, saturated

  fixed<8, 4> c = a;
  c += b * b;                  // stays in its type: 4.22265625 rounds to 4.25
  c = mul<fixed<8, 4>>(c, c);  // 18.0625 saturates
  fixed<8, 4> d(a * b + sum);  // the way back from a wider type rounds, so it is explicit
  check(c == 7.9375 && d == -2.125);

  static_assert(ufixed<8, 8>(1) == 255 / 256.0);                                 // 0 <= x < 1
  static_assert(fixed<8, -4>(1000) == 992 && fixed<8, 12>(0.01f).bits() == 41);  // units of 16, and of 2^-12
  static_assert(int4(7) + int4(7) == 14 && add<int4>(int4(7), int4(7)) == 7);    // integers: Frac = 0
  static_assert(uint8(3) - uint8(5) == -2);                                      // a difference has a sign

  constexpr q15 low(-1.0f);  // fixed<16, 15>: -1 <= x < 1
  static_assert(low * low == 1 && mul<q15>(low, low) == 0x7fffp-15 && -low == 0x7fffp-15);

  using ring = with_overflow<fixed<8, 4>, wrap>;  // modulo 16: all of its operators stay in it
  static_assert(ring(7.5f) + ring(1.0f) == -7.5 && ring(7.5f) * ring(7.5f) == -7.75);
  using careful = with_overflow<fixed<8, 4>, trap>;           // stops the program at an overflow
  auto chosen = add<fixed<8, 4>>(a, 0.03, upward{}, wrap{});  // or for one operation
  check(chosen == 2.5625 && careful(a) == 2.5);

  lenient<fixed<16, 8>> x = 0.1, y = x * x + 0.5;  // in code for float: every operator rounds to the type
  std::printf("%g %g\n", static_cast<double>(x), static_cast<double>(y));
}
