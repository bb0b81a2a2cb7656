// A few operations of every kind of number. This file is also compiled alone under the strictest warnings
// (tests/core/warnings.cmake).
#include <lowp/formats/complex.hpp>
#include <lowp/lowp.hpp>
#include <vector>

#ifndef LOWP_TEST_WARNINGS
#include "catch.hpp"
#else  // alone, without Catch and its macros
#define CHECK(...) static_cast<void>(__VA_ARGS__)
#define TEST_CASE(name) void lowp_test_every_kind()
#endif

namespace {

// (a + b) a / b, its root less a: 0.449... for 2 and 1, or what is near it.
template <class T>
bool computes(double tolerance) {
  const T a(2), b(1);
  T c = lowp::add<T>(a, b);
  c = lowp::mul<T>(c, a);
  c = lowp::div<T>(c, b);
  c = lowp::sub<T>(lowp::sqrt(c), a);
  const double got = static_cast<double>(c), through_float = static_cast<double>(lowp::convert<float>(c));
  return got - 0.449489742 < tolerance && 0.449489742 - got < tolerance && got - through_float < 1e-7 &&
         static_cast<double>(lowp::exp(b)) - 2.718281828 < tolerance * 4;
}

}  // namespace

TEST_CASE("every kind of number computes") {
  using namespace lowp;
  CHECK(computes<float16>(0.001));
  CHECK(computes<bfloat16>(0.01));
  CHECK(computes<tf32>(0.001));
  CHECK(computes<e4m3fn>(0.2));
  CHECK(computes<posit8>(0.2));
  CHECK(computes<posit16>(0.001));
  CHECK(computes<posit32>(1e-7));
  CHECK(computes<posit<24, 3>>(1e-4));
  CHECK(computes<takum<16>>(0.001));
  CHECK(computes<takum<8>>(0.3));
  CHECK(computes<hifloat8>(0.2));
  CHECK(computes<sfp8>(1));
  CHECK(computes<fixed<16, 8>>(0.01));
  CHECK(computes<fixed<32, 16>>(1e-4));
  CHECK(computes<ufixed<16, 10>>(0.01));
  CHECK(convert<float>(nf4(0.4f) * nf4(0.5f)) > 0.1f);
  CHECK(flint4(3) + flint4(1) == 4);

  std::vector<posit16> a(100, posit16(2));
  quire16 q;
  q.add_products(a, a);
  quire<e4m3fn> r;
  r += e4m3fn(2);
  r.negate();
  quire<fixed<12, 4>> t;
  t.add_product(fixed<12, 4>(1), fixed<12, 4>(2));
  CHECK(q.to() == 400);
  CHECK(r.to() == -2);
  CHECK(t.to() == 2);

  const complex<float16> z(float16(3), float16(4));
  CHECK(abs(z) == 5);
  CHECK(z * conj(z) == float16(25));
}
