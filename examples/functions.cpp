// The code of docs/functions.md.

#include <cstdio>
#include <cstdlib>

#include <lowp/formats/complex.hpp>
#include <lowp/formats/math.hpp>
#include <lowp/lowp.hpp>

using namespace lowp;

void check(bool ok) {
  if (!ok) std::abort();
}

int main() {
  constexpr float16 x(0.5f);
  static_assert(exp(x) == 1.6484375f);               // e^0.5 = 1.64872..., correctly rounded at compile time
  static_assert(exp(x, upward{}) == 1.6494140625f);  // in any mode
  static_assert(log2<float>(x) == -1 && pow(x, 3) == 0.125f);
  static_assert(isnan(log(float16(-1))) && isinf(log(float16(0))));

  posit16 p = sin(posit16(1)) + hypot(posit16(3), posit16(4));
  e4m3fn e = tanh(e4m3fn(0.75f));  // 8 bits: a table of 256 bytes, filled on first use
  fixed<17, 8> f = sqrt(fixed<16, 8>(2)) + cbrt(fixed<16, 8>(27));  // sums of fixed-point are exact, and wider
  check(p == 5.841796875 && e == 0.625f && f == 4.4140625);

  complex<float16> z(float16(3), float16(4)), w(float16(0.1f), float16(-0.3f));
  complex<float16> product = z * w;  // each part exact, then one rounding
  check(abs(z) == 5 && norm(z) == 25 && conj(z) * z == float16(25));
  check(product.real() == 1.5f && exp(complex<float16>(float16(0), float16(0))) == float16(1));
  std::printf("%g %g\n", static_cast<double>(product.real()), static_cast<double>(product.imag()));
}
