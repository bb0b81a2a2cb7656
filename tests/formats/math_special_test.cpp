// What the brute force does not reach: special values by name, evaluation by the compiler, the calls that a program
// makes (argument-dependent lookup, integers and other types as second operands, policies in the call), and the
// functions that are no approximations.
#include <cmath>
#include <limits>

#include <lowp/formats/posit.hpp>

#include "math_harness.hpp"

namespace tests {
namespace {

using lowp::bfloat16;
using lowp::e4m3fn;
using lowp::float16;

template <class T>
constexpr T inf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

template <class T>
bool same(T a, T b) {
  return a.bits() == b.bits();
}

// ---- by the compiler ---------------------------------------------------------------------------------------

constexpr float16 operator""_h(long double x) noexcept { return lowp::convert<float16>(static_cast<double>(x)); }

static_assert(exp(1.0_h) == 2.71828_h && exp2(0.5_h) == 1.41421_h && exp10(2.0_h) == 100 && expm1(0.0_h) == 0);
static_assert(log(10.0_h) == 2.302585_h && log2(8.0_h) == 3 && log10(1000.0_h) == 3 && log1p(1.0_h) == 0.693147_h);
static_assert(sin(1.0_h) == 0.841471_h && cos(1.0_h) == 0.540302_h && tan(1.0_h) == 1.557408_h);
static_assert(asin(0.5_h) == 0.523599_h && acos(0.5_h) == 1.047198_h && atan(1.0_h) == 0.785398_h);
static_assert(sinh(1.0_h) == 1.175201_h && cosh(1.0_h) == 1.543081_h && tanh(1.0_h) == 0.761594_h);
static_assert(erf(1.0_h) == 0.842701_h && erfc(1.0_h) == 0.157299_h && cbrt(27.0_h) == 3 && rsqrt(0.25_h) == 2);
static_assert(pow(3.0_h, 4.0_h) == 81 && pow(2.0_h, 0.5_h) == 1.41421_h && hypot(3.0_h, 4.0_h) == 5);
static_assert(atan2(1.0_h, -1.0_h) == 2.356194_h && fmod(7.5_h, 2.0_h) == 1.5_h && remainder(7.5_h, 2.0_h) == -0.5_h);
static_assert(floor(-1.5_h) == -2 && ceil(-1.5_h) == -1 && trunc(-1.5_h) == -1 && round(-1.5_h) == -2);
static_assert(rint(2.5_h) == 2 && nearbyint(3.5_h) == 4 && roundeven(-0.5_h) == 0 && fdim(3.0_h, 1.0_h) == 2);
static_assert(exp(e4m3fn::from_bits(0x38)) == e4m3fn::from_bits(0x43));  // 2.718 -> 2.75; no table in here
static_assert(noexcept(exp(1.0_h)) && noexcept(pow(1.0_h, 1.0_h)) && noexcept(floor(1.0_h)));

// ---- special values: IEEE 754-2019, 9.2.1, and C23, Annex F.10 ---------------------------------------------

template <class T>
void special_values() {
  const T zero = T{}, minus_zero = -zero, one = T(1), two = T(2), half = T(0.5f), infinity = inf<T>, nan = nan_of<T>;
  const T three = T(3);
  const auto is = [](T got, T expected) { return isnan(expected) ? isnan(got) : same(got, expected); };

  for (const auto& [f, at_zero, at_minus_zero, at_infinity, at_minus_infinity] :
       std::initializer_list<std::tuple<fn, T, T, T, T>>{
           {fn::exp, one, one, infinity, zero},
           {fn::exp2, one, one, infinity, zero},
           {fn::exp10, one, one, infinity, zero},
           {fn::expm1, zero, minus_zero, infinity, -one},
           {fn::log, -infinity, -infinity, infinity, nan},
           {fn::log2, -infinity, -infinity, infinity, nan},
           {fn::log10, -infinity, -infinity, infinity, nan},
           {fn::log1p, zero, minus_zero, infinity, nan},
           {fn::sin, zero, minus_zero, nan, nan},
           {fn::cos, one, one, nan, nan},
           {fn::tan, zero, minus_zero, nan, nan},
           {fn::asin, zero, minus_zero, nan, nan},
           {fn::acos, T(1.57079633f), T(1.57079633f), nan, nan},
           {fn::atan, zero, minus_zero, T(1.57079633f), T(-1.57079633f)},
           {fn::sinh, zero, minus_zero, infinity, -infinity},
           {fn::cosh, one, one, infinity, infinity},
           {fn::tanh, zero, minus_zero, one, -one},
           {fn::erf, zero, minus_zero, one, -one},
           {fn::erfc, one, one, zero, two},
           {fn::cbrt, zero, minus_zero, infinity, -infinity},
           {fn::rsqrt, infinity, -infinity, zero, nan},
           {fn::floor, zero, minus_zero, infinity, -infinity},
           {fn::ceil, zero, minus_zero, infinity, -infinity},
           {fn::trunc, zero, minus_zero, infinity, -infinity},
           {fn::round, zero, minus_zero, infinity, -infinity},
           {fn::roundeven, zero, minus_zero, infinity, -infinity},
           {fn::logb, -infinity, -infinity, infinity, infinity}}) {
    INFO(name(f));
    CHECK(is(call_plain(f, zero), at_zero));
    CHECK(is(call_plain(f, minus_zero), at_minus_zero));
    CHECK(is(call_plain(f, infinity), at_infinity));
    CHECK(is(call_plain(f, -infinity), at_minus_infinity));
    CHECK(isnan(call_plain(f, nan)));
    CHECK(signbit(call_plain(f, -nan)) == signbit(-nan));
  }
  CHECK(is(log(one), zero));
  CHECK(is(log2(one), zero));
  CHECK(is(log10(one), zero));
  CHECK(is(acos(one), zero));
  CHECK(is(log1p(-one), -infinity));
  CHECK(isnan(log(-one)));
  CHECK(isnan(log1p(-two)));
  CHECK(isnan(asin(two)));
  CHECK(isnan(acos(-two)));
  CHECK(isnan(rsqrt(-one)));
  CHECK(is(ceil(-half), minus_zero));
  CHECK(is(trunc(-half), minus_zero));
  CHECK(is(round(-half), -one));
  CHECK(is(roundeven(-half), minus_zero));

  for (const T x : {zero, minus_zero, one, -one, half, three, infinity, -infinity, nan}) {
    CHECK(is(pow(x, zero), one));
    CHECK(is(pow(x, minus_zero), one));
    CHECK(is(pow(one, x), one));
  }
  CHECK(is(pow(zero, three), zero));
  CHECK(is(pow(minus_zero, three), minus_zero));
  CHECK(is(pow(minus_zero, two), zero));
  CHECK(is(pow(minus_zero, half), zero));
  CHECK(is(pow(zero, -three), infinity));
  CHECK(is(pow(minus_zero, -three), -infinity));
  CHECK(is(pow(minus_zero, -two), infinity));
  CHECK(is(pow(minus_zero, -infinity), infinity));
  CHECK(is(pow(-one, infinity), one));
  CHECK(is(pow(-one, -infinity), one));
  CHECK(isnan(pow(-two, half)));
  CHECK(isnan(pow(nan, one)));
  CHECK(isnan(pow(two, nan)));
  CHECK(is(pow(half, infinity), zero));
  CHECK(is(pow(-half, -infinity), infinity));
  CHECK(is(pow(two, infinity), infinity));
  CHECK(is(pow(-two, -infinity), zero));
  CHECK(is(pow(infinity, half), infinity));
  CHECK(is(pow(infinity, -half), zero));
  CHECK(is(pow(-infinity, three), -infinity));
  CHECK(is(pow(-infinity, two), infinity));
  CHECK(is(pow(-infinity, half), infinity));
  CHECK(is(pow(-infinity, -three), minus_zero));
  CHECK(is(pow(-infinity, -two), zero));

  const T quarter(0.78539816f), straight(3.14159265f), right(1.57079633f), most(2.35619449f);
  CHECK(is(atan2(zero, one), zero));
  CHECK(is(atan2(minus_zero, one), minus_zero));
  CHECK(is(atan2(zero, zero), zero));
  CHECK(is(atan2(minus_zero, zero), minus_zero));
  CHECK(is(atan2(zero, minus_zero), straight));
  CHECK(is(atan2(minus_zero, minus_zero), -straight));
  CHECK(is(atan2(zero, -one), straight));
  CHECK(is(atan2(minus_zero, -one), -straight));
  CHECK(is(atan2(one, zero), right));
  CHECK(is(atan2(-one, minus_zero), -right));
  CHECK(is(atan2(one, infinity), zero));
  CHECK(is(atan2(-one, infinity), minus_zero));
  CHECK(is(atan2(one, -infinity), straight));
  CHECK(is(atan2(-one, -infinity), -straight));
  CHECK(is(atan2(infinity, one), right));
  CHECK(is(atan2(-infinity, -one), -right));
  CHECK(is(atan2(infinity, infinity), quarter));
  CHECK(is(atan2(-infinity, infinity), -quarter));
  CHECK(is(atan2(infinity, -infinity), most));
  CHECK(is(atan2(-infinity, -infinity), -most));
  CHECK(isnan(atan2(nan, one)));
  CHECK(isnan(atan2(one, nan)));

  CHECK(is(hypot(infinity, nan), infinity));
  CHECK(is(hypot(nan, -infinity), infinity));
  CHECK(is(hypot(minus_zero, zero), zero));
  CHECK(is(hypot(-three, minus_zero), three));
  CHECK(isnan(hypot(nan, zero)));

  CHECK(is(fmod(minus_zero, one), minus_zero));
  CHECK(is(fmod(-two, one), minus_zero));
  CHECK(isnan(fmod(infinity, one)));
  CHECK(isnan(fmod(one, zero)));
  CHECK(is(fmod(-one, infinity), -one));
  CHECK(is(remainder(-two, one), minus_zero));
  CHECK(isnan(remainder(one, zero)));
  CHECK(is(remainder(one, -infinity), one));

  CHECK(is(fdim(infinity, infinity), zero));
  CHECK(is(fdim(one, two), zero));
  CHECK(is(fdim(infinity, one), infinity));
  CHECK(isnan(fdim(nan, one)));

  CHECK(is(fmin(one, nan), one));
  CHECK(is(fmin(nan, one), one));
  CHECK(is(fmax(nan, -one), -one));
  CHECK(isnan(fmax(nan, nan)));
  CHECK(is(fmin(zero, minus_zero), minus_zero));
  CHECK(is(fmin(minus_zero, zero), minus_zero));
  CHECK(is(fmax(zero, minus_zero), zero));
  CHECK(is(fmax(minus_zero, zero), zero));
  CHECK(is(fmin(-infinity, one), -infinity));
  CHECK(is(fmax(one, two), two));
  CHECK(is(fmax(two, one), two));
  CHECK(is(fabs(-three), three));
  CHECK(is(abs(minus_zero), zero));
  CHECK(is(copysign(three, minus_zero), -three));
  CHECK(is(copysign(-zero, one), zero));
  CHECK(signbit(copysign(nan, -one)) == signbit(-nan));
}

TEST_CASE("special values of the math functions", "[math]") {
  special_values<float16>();
  special_values<bfloat16>();
  special_values<lowp::tf32>();
  special_values<lowp::e5m2>();  // through the tables
  special_values<lowp::minifloat<8, 23>>();
}

TEST_CASE("poles and overflows of formats without infinity go by the overflow policy", "[math]") {
  const e4m3fn zero{}, big(448.0f);
  CHECK(isnan(log(zero)));
  CHECK(isnan(exp(big)));
  using clamped = lowp::with_overflow<e4m3fn, lowp::saturate>;
  CHECK(log(clamped(zero)) == clamped(-448.0f));
  CHECK(exp(clamped(big)) == clamped(448.0f));
  CHECK(pow(clamped(zero), clamped(-3.0f)) == clamped(448.0f));
  CHECK(lowp::exp<e4m3fn>(big, lowp::saturate{}) == big);
  CHECK(lowp::exp<e4m3fn>(big, lowp::toward_zero{}) == big);  // to_special asks the rounding
  CHECK(isnan(sin(lowp::ue4m3(4.0f))));                       // -0.757 into an unsigned format
}

// ---- calls -------------------------------------------------------------------------------------------------

TEST_CASE("math functions take policies, other result types and integers", "[math]") {
  const float16 x(2.0f);
  CHECK(lowp::exp<float16>(x, lowp::upward{}) == next_up(lowp::exp<float16>(x, lowp::downward{})));
  CHECK(lowp::exp<float>(x) == 7.3890562f);
  CHECK(lowp::sin<float16>(1.0f) == sin(float16(1.0f)));
  CHECK(lowp::log2<bfloat16>(8) == 3);
  CHECK(lowp::pow<float>(x, bfloat16(3.0f)) == 8.0f);
  CHECK(pow(x, 3) == 8);
  CHECK(pow(3, x) == 9);
  CHECK(pow(x, -1) == float16(0.5f));
  CHECK(hypot(float16(3.0f), 4) == 5);
  CHECK(fmod(float16(7.0f), 4) == 3);
  CHECK(fmax(x, 0) == 2);
  CHECK(fmin(5, x) == 2);
  static_assert(std::same_as<decltype(pow(x, 3)), float16>);
  static_assert(std::same_as<decltype(pow(x, lowp::e5m2(1.0f))), float16>);  // float16 contains e5m2
  static_assert(std::same_as<decltype(lowp::exp<float>(x)), float>);

  using up = lowp::with_rounding<float16, lowp::upward>;
  CHECK(exp(up(x)) == lowp::exp<float16>(x, lowp::upward{}));

  const auto y = lowp::lenient<float16>(2.0f);
  CHECK(pow(y, 0.5) == lowp::pow<float16>(x, 0.5));
  CHECK(atan2(1.0f, y) == lowp::atan2<float16>(1.0f, 2.0f));
  static_assert(std::same_as<decltype(pow(y, 0.5)), lowp::lenient<float16>>);
}

template <class A, class B>
concept CanPow = requires(A a, B b) {
  pow(a, b);
};
static_assert(CanPow<float16, float16> && CanPow<float16, int>);
static_assert(!CanPow<float16, bfloat16>, "unrelated types: the result must be named");

// With both namespaces open, calls on native types still mean <cmath>.
namespace open {
using namespace std;
using namespace lowp;
[[maybe_unused]] double native(double x, int n) { return exp(x) + pow(x, 2.0) + floor(x) + sqrt(2.0) + ldexp(x, n); }
}  // namespace open

// ---- parts of a number -------------------------------------------------------------------------------------

template <class T>
void parts() {
  for (code_t c = 0; c <= lowp::low_mask(T::format::bits); ++c) {
    const T x = from_code<T>(c);
    const double v = static_cast<double>(x);
    int e = -1, expected = -1;
    const T m = frexp(x, &e);
    const double fraction = std::frexp(v, &expected);
    if (!std::isfinite(v) || v == 0) {
      expected = 0;
      if (!(m.bits() == x.bits() && e == 0)) FAIL("frexp " << v);
    } else if (!(static_cast<double>(m) == fraction && e == expected)) {
      FAIL("frexp " << v);
    }
    const int exponent = ilogb(x);
    const int logb_expected = std::isnan(v) || v == 0 ? std::numeric_limits<int>::min()
                              : std::isinf(v)         ? std::numeric_limits<int>::max()
                                                      : std::ilogb(v);
    if (exponent != logb_expected) FAIL("ilogb " << v);

    T whole{};
    const T rest = modf(x, &whole);
    double whole_expected = 0;
    const double rest_expected = std::modf(v, &whole_expected);
    const auto agrees = [](T got, double want) {
      return std::isnan(want) ? isnan(got) : static_cast<double>(got) == want && signbit(got) == std::signbit(want);
    };
    if (!agrees(rest, rest_expected) || !agrees(whole, whole_expected)) FAIL("modf " << v);

    for (const int n : {-40, -7, -1, 0, 1, 3, 20, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
      const T scaled = ldexp(x, n);
      const T expected_scaled = std::isnan(v) ? lowp::convert<T>(x) : lowp::convert<T>(std::ldexp(v, n));
      if (scaled.bits() != expected_scaled.bits() || scalbn(x, n).bits() != scaled.bits())
        FAIL("ldexp " << v << " " << n);
    }
  }
}

TEST_CASE("frexp, ldexp, ilogb, logb and modf of every number", "[math]") {
  parts<float16>();
  parts<bfloat16>();
  parts<e4m3fn>();
  parts<lowp::e5m2>();
}

TEST_CASE("frexp and ldexp of posits", "[math]") {
  for (code_t c = 0; c < 1 << 16; ++c) {
    const auto x = from_code<lowp::posit<16>>(c);
    int e = 0;
    const auto m = frexp(x, &e);
    if (ldexp(m, e).bits() != x.bits()) FAIL("posit " << c);
  }
}

}  // namespace
}  // namespace tests
