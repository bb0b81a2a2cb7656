// Numbers in place of float: three kernels in the style of numerical code that knows nothing of lowp, with each type
// as `real`. They are written as such code is: literals of float and double, ints among floats, `using std::sqrt`,
// compound assignments, comparisons with 0.0f, arrays and temporaries.
#include <cmath>
#include <lowp/formats/complex.hpp>
#include <lowp/lowp.hpp>
#include <numeric>
#include <vector>

#include "catch.hpp"

namespace someone_elses {

// A damped oscillator, x'' = -x - 0.2 x', by the classical Runge-Kutta method.
template <class real>
real oscillator(int steps, real h) {
  real x = 1.0, v = 0.0f;
  const auto force = [](real position, real speed) { return -position - 0.2 * speed; };
  for (int i = 0; i < steps; ++i) {
    const real k1x = v, k1v = force(x, v);
    const real k2x = v + 0.5f * h * k1v, k2v = force(x + 0.5f * h * k1x, k2x);
    const real k3x = v + 0.5f * h * k2v, k3v = force(x + 0.5f * h * k2x, k3x);
    const real k4x = v + h * k3v, k4v = force(x + h * k3x, k4x);
    x += h / 6 * (k1x + 2 * k2x + 2 * k3x + k4x);
    v += h / 6 * (k1v + 2 * k2v + 2 * k3v + k4v);
  }
  return x;
}

// Radix-2 decimation in time, in place; `sign` is -1 forward, 1 back (not scaled).
template <class real>
void fft(std::vector<real>& re, std::vector<real>& im, int sign) {
  using std::cos;
  using std::sin;
  const std::size_t n = re.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) {
      std::swap(re[i], re[j]);
      std::swap(im[i], im[j]);
    }
  }
  for (std::size_t len = 2; len <= n; len *= 2) {
    for (std::size_t k = 0; k < len / 2; ++k) {
      const double angle = sign * 2 * 3.141592653589793 * static_cast<double>(k) / static_cast<double>(len);
      const real wr = cos(angle), wi = sin(angle);
      for (std::size_t i = k; i < n; i += len) {
        const std::size_t j = i + len / 2;
        const real tr = re[j] * wr - im[j] * wi, ti = re[j] * wi + im[j] * wr;
        re[j] = re[i] - tr;
        im[j] = im[i] - ti;
        re[i] += tr;
        im[i] += ti;
      }
    }
  }
}

// Conjugate gradients on the second difference plus the identity; returns the number of steps.
template <class real>
int conjugate_gradients(const std::vector<real>& b, std::vector<real>& x, real tolerance) {
  using std::abs;
  using std::sqrt;
  const std::size_t n = b.size();
  const auto apply = [&](const std::vector<real>& p) {
    std::vector<real> y(n);
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = 3.0f * p[i];
      if (i > 0) y[i] -= p[i - 1];
      if (i + 1 < n) y[i] -= p[i + 1];
    }
    return y;
  };
  const auto dot = [](const std::vector<real>& u, const std::vector<real>& v) {
    return std::inner_product(u.begin(), u.end(), v.begin(), real(0));
  };
  std::vector<real> r = b, p = b;
  x.assign(n, 0);
  real rr = dot(r, r);
  int steps = 0;
  for (; steps < static_cast<int>(n) && sqrt(rr) > tolerance; ++steps) {
    const std::vector<real> ap = apply(p);
    const real pap = dot(p, ap);
    if (!(abs(pap) > 0.0f)) break;
    const real alpha = rr / pap;
    for (std::size_t i = 0; i < n; ++i) {
      x[i] += alpha * p[i];
      r[i] -= alpha * ap[i];
    }
    const real next = dot(r, r), beta = next / rr;
    for (std::size_t i = 0; i < n; ++i) p[i] = r[i] + beta * p[i];
    rr = next;
  }
  return steps;
}

}  // namespace someone_elses

namespace {

template <class T>
double error_of_oscillator() {
  const double want = someone_elses::oscillator<double>(20, 0.25);
  return std::abs(static_cast<double>(someone_elses::oscillator<T>(20, T(0.25f))) - want);
}

// There and back again: the largest distance from the start.
template <class T>
double error_of_fft() {
  constexpr int n = 32;
  std::vector<T> re, im;
  for (int i = 0; i < n; ++i) {
    re.push_back(static_cast<float>(i * 7 % 16 - 8) / 8);
    im.push_back(static_cast<float>(i * 5 % 16 - 8) / 8);
  }
  const std::vector<T> start = re;
  someone_elses::fft(re, im, -1);
  for (T& x : re) x /= n;
  for (T& x : im) x /= n;
  someone_elses::fft(re, im, 1);
  double worst = 0;
  for (int i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    worst = std::max(worst, std::abs(static_cast<double>(re[at]) - static_cast<double>(start[at])));
  }
  return worst;
}

template <class T>
double error_of_gradients() {
  constexpr int n = 16;
  std::vector<T> b, x;
  std::vector<double> wide_b, wide_x;
  for (int i = 0; i < n; ++i) {
    wide_b.push_back((i * 3 % 8 - 4) / 4.0);
    b.push_back(wide_b.back());
  }
  someone_elses::conjugate_gradients(b, x, T(0.01f));
  someone_elses::conjugate_gradients(wide_b, wide_x, 1e-12);
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) worst = std::max(worst, std::abs(static_cast<double>(x[i]) - wide_x[i]));
  return worst;
}

// The error of values near 1, of which the results are made.
template <class T>
double unit() {
  return static_cast<double>(lowp::ulp(T(1)));
}

template <class Number>
void check(double fft_factor = 16) {
  using T = lowp::lenient<Number>;
  INFO("unit " << unit<T>());
  CHECK(error_of_oscillator<T>() <= 0.001 + 24 * unit<T>());
  CHECK(error_of_fft<T>() <= 1e-15 + fft_factor * unit<T>());  // the twiddle factors are doubles
  CHECK(error_of_gradients<T>() <= 0.02 + 32 * unit<T>());
}

// Where nothing can be said about the result, the kernels compile and run.
template <class Number>
void run() {
  using T = lowp::lenient<Number>;
  (void)error_of_oscillator<T>();
  (void)error_of_fft<T>();
  (void)error_of_gradients<T>();
}

}  // namespace

TEST_CASE("drop-in: floats of 16 bits and more", "[drop_in]") {
  check<lowp::float16>();
  check<lowp::bfloat16>();
  check<lowp::tf32>();
  check<lowp::p3109<16, 11>>();
  check<lowp::minifloat<8, 23>>();
}

TEST_CASE("drop-in: posits and takums", "[drop_in]") {
  check<lowp::posit16>();
  check<lowp::posit<16, 1>>();
  check<lowp::posit32>();
  check<lowp::posit64>();
  check<lowp::takum<16>>();
}

TEST_CASE("drop-in: fixed-point", "[drop_in]") {
  check<lowp::fixed<16, 8>>();
  check<lowp::fixed<32, 16>>();
}

TEST_CASE("drop-in: stochastic rounding", "[drop_in]") {
  lowp::seed_thread(3);
  check<lowp::with_rounding<lowp::float16, lowp::stochastic<>>>(32);
}

TEST_CASE("drop-in: 8 bits and less compile and run", "[drop_in]") {
  run<lowp::e4m3fn>();
  run<lowp::e5m2>();
  run<lowp::e3m4>();
  run<lowp::e4m3fnuz>();
  run<lowp::e2m3fn>();
  run<lowp::e2m1fn>();
  run<lowp::p3109<8, 3>>();
  run<lowp::posit8>();
  run<lowp::posit<8, 0>>();
  run<lowp::hifloat8>();
  run<lowp::sfp8>();
  run<lowp::takum<8>>();
  run<lowp::integer<8>>();
  run<lowp::fixed<8, 4>>();
  run<lowp::nf4>();
  run<lowp::iq4nl>();
  run<lowp::ternary>();
  run<lowp::bipolar<4>>();
}

TEST_CASE("drop-in: float gives what these bounds are about", "[drop_in]") {
  CHECK(std::abs(static_cast<double>(someone_elses::oscillator<float>(20, 0.25f)) -
                 someone_elses::oscillator<double>(20, 0.25)) < 1e-6);
  CHECK(error_of_fft<float>() < 1e-6);
  CHECK(error_of_gradients<float>() < 0.02);
}
