// complex<T> against std::complex<double> and MPFR-free exact references: products and norms are exact in double for
// the formats here, so that one conversion of them is what one rounding must give.
#include <complex>
#include <lowp/formats/complex.hpp>
#include <lowp/lowp.hpp>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

using lowp::complex;

template <class T>
std::complex<double> wide(const complex<T>& z) {
  return {static_cast<double>(z.real()), static_cast<double>(z.imag())};
}
// The same value, zeros with their sign, or both NaN.
template <class T>
bool same(T a, T b) {
  return lowp::isnan(a) ? lowp::isnan(b) : a == b && lowp::signbit(a) == lowp::signbit(b);
}
template <class T>
complex<T> any(tests::random_codes& random) {
  const auto code = [&] { return T::from_bits(static_cast<typename T::storage>(random.next())); };
  return {code(), code()};
}
template <class T>
bool is_finite(const complex<T>& z) {
  return lowp::isfinite(z.real()) && lowp::isfinite(z.imag());
}
// A sum of two products of doubles that hold 26 bits at the most, rounded once to T: to odd in double, then to T.
double sum_to_odd(double p, double q) {
  const double s = p + q, t = s - p, lost = (p - (s - t)) + (q - t);  // s + lost = p + q exactly
  if (lost == 0 || !std::isfinite(s)) return s;
  const auto bits = std::bit_cast<std::uint64_t>(s);
  if ((bits & 1) != 0) return s;
  return std::bit_cast<double>((s > 0) == (lost > 0) ? bits + 1 : bits - 1);
}

// Distance in units in the last place of T at the reference, in double.
template <class T>
double ulps(T got, double want) {
  const T near = lowp::convert<T>(want, lowp::nearest_even{}, lowp::saturate{});
  return std::abs(static_cast<double>(got) - want) / static_cast<double>(lowp::ulp(near));
}

}  // namespace

TEMPLATE_TEST_CASE("complex: sums, products and norms are rounded once", "[complex]", lowp::float16, lowp::e4m3fn,
                   lowp::posit8, lowp::e5m2, (lowp::fixed<12, 6>), (lowp::with_rounding<lowp::float16, lowp::upward>),
                   (lowp::with_rounding<lowp::e5m2, lowp::downward>)) {
  using T = TestType;
  tests::random_codes random(1);
  int wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    const complex<T> z = any<T>(random), w = any<T>(random);
    if (!is_finite(z) || !is_finite(w)) continue;
    const auto [a, b] = std::pair(static_cast<double>(z.real()), static_cast<double>(z.imag()));
    const auto [c, d] = std::pair(static_cast<double>(w.real()), static_cast<double>(w.imag()));
    const auto check = [&](T got, double want) {
      // The sign of a zero sum is a matter of the rounding mode; the value is what is compared here.
      wrong += !(got == lowp::convert<T>(want) || (lowp::isnan(got) && lowp::isnan(lowp::convert<T>(want))));
    };
    check((z + w).real(), sum_to_odd(a, c));
    check((z - w).imag(), sum_to_odd(b, -d));
    check((z * w).real(), sum_to_odd(a * c, -b * d));
    check((z * w).imag(), sum_to_odd(a * d, b * c));
    check(norm(z), sum_to_odd(a * a, b * b));
    check((z * w.real()).imag(), b * c);
    check((w.imag() + z).real(), sum_to_odd(a, d));
    check((w.imag() - z).imag(), -b);
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("complex: quotients and functions", "[complex]", lowp::float16, lowp::bfloat16, lowp::posit16) {
  using T = TestType;
  using std::abs;
  tests::random_codes random(2);
  double worst = 0;
  const auto compare = [&](const complex<T>& got, const std::complex<double>& want) {
    if (!std::isfinite(want.real()) || !std::isfinite(want.imag()) || !is_finite(got)) return;
    // Parts that nearly cancel in the double reference tell nothing.
    const double size = std::abs(want);
    if (size < 1e-4 || size > 1e4) return;
    if (std::abs(want.real()) > 1e-6 * size) worst = std::max(worst, ulps(got.real(), want.real()));
    if (std::abs(want.imag()) > 1e-6 * size) worst = std::max(worst, ulps(got.imag(), want.imag()));
  };
  for (int i = 0; i < 3000; ++i) {
    const auto part = [&] { return T(static_cast<float>(static_cast<int>(random.next() % 4001) - 2000) / 512.0f); };
    const complex<T> z(part(), part()), w(part(), part());
    const std::complex<double> x = wide(z), y = wide(w);
    if (y == 0.0 || x == 0.0) continue;
    compare(z / w, x / y);
    compare(sqrt(z), std::sqrt(x));
    compare(exp(z), std::exp(x));
    compare(log(z), std::log(x));
    compare(sin(z), std::sin(x));
    compare(cos(z), std::cos(x));
    compare(sinh(z), std::sinh(x));
    compare(cosh(z), std::cosh(x));
    compare(pow(z, w), std::pow(x, y));
    compare(polar(w.real(), z.imag()),
            std::complex<double>(y.real() * std::cos(x.imag()), y.real() * std::sin(x.imag())));
    if (std::abs(x) < 1e4) {
      worst = std::max(worst, ulps(abs(z), std::abs(x)));
      if (x.imag() != 0) worst = std::max(worst, ulps(arg(z), std::arg(x)));
    }
  }
  CHECK(worst <= 0.5 + 0x1p-20);
  CHECK(worst > 0.49);
}

TEST_CASE("complex: the logarithm keeps its bits near |z| = 1", "[complex]") {
  using T = lowp::float16;
  // 0.6 and 0.8 in float16 lie a little off the circle.
  const complex<T> z(T(0.6f), T(0.8f));
  const double re = static_cast<double>(z.real()), im = static_cast<double>(z.imag());
  const double want = 0.5 * std::log1p((im - 1) * (im + 1) + re * re);
  CHECK(ulps(log(z).real(), want) <= 0.5 + 1e-6);
}

TEST_CASE("complex: edges", "[complex]") {
  using T = lowp::float16;
  using Z = complex<T>;
  const T inf = std::numeric_limits<T>::infinity(), zero{};
  CHECK(Z() == zero);
  CHECK(Z(T(3), T(4)) == Z(T(3), T(4)));
  CHECK(abs(Z(T(3), T(4))) == 5);
  CHECK(arg(Z(T(-1), zero)) == lowp::convert<T>(3.14159265358979));
  CHECK(conj(Z(T(3), T(4))) == Z(T(3), T(-4)));
  CHECK(lowp::isnan((Z(T(1), T(1)) / Z()).real()));
  CHECK(proj(Z(T(1), -inf)).real() == inf);
  CHECK(lowp::signbit(proj(Z(T(1), -inf)).imag()));
  CHECK(sqrt(Z(T(-4), zero)) == Z(zero, T(2)));
  CHECK(sqrt(Z(T(-4), -zero)) == Z(zero, T(-2)));
  CHECK(sqrt(Z()) == zero);
  CHECK(exp(Z(zero, zero)) == T(1));
  CHECK(pow(Z(), Z(T(2))) == zero);
  CHECK(pow(Z(T(2), T(1)), Z()) == T(1));
  CHECK(exp(Z(-inf, T(1))) == zero);
  CHECK(log(Z()).real() == -inf);

  Z s(T(1), T(2));
  s += Z(T(1), T(1));
  s *= T(2);
  s /= Z(zero, T(1));
  s -= T(1);
  CHECK(s == Z(T(5), T(-4)));
  s.real(T(7));
  s.imag(zero);
  CHECK(s == T(7));

  // Narrow to wide is implicit, the other way is not.
  static_assert(std::is_convertible_v<complex<lowp::e4m3fn>, Z> && !std::is_convertible_v<Z, complex<lowp::e4m3fn>>);
  static_assert(std::is_constructible_v<complex<lowp::e4m3fn>, Z>);
  static_assert(std::is_trivially_copyable_v<Z> && sizeof(Z) == 2 * sizeof(T));
  static_assert(Z(T(1), T(2)) * Z(T(3), T(-1)) == Z(T(5), T(5)));
}
