// Mathematical functions of every number type of at most 32 bits, found by argument-dependent lookup.
//
//   exp exp2 exp10 expm1   log log2 log10 log1p   pow cbrt rsqrt hypot   sinh cosh tanh   erf erfc
//   sin cos tan   asin acos atan atan2   floor ceil trunc round rint nearbyint roundeven   fmod remainder fdim
//   frexp ldexp scalbn ilogb logb modf copysign fmin fmax fabs      (abs, fma and sqrt are in core)
//
//   f(x) -> the type of x       f<To>(x, policies...) -> To, as the operations of core/arithmetic.hpp
//   pow(x, y), hypot ... of two types: those that x + y takes, with its type, so pow(x, 2) is of the type of x
//
// The exact result is rounded once, by the policies of the type or of the call: for formats of at most 16 bits
// checked for all arguments, in every mode. For 17 to 32 bits the error is at most 1/2 + 2^-20 units in the last
// place in the nearest modes, 1 + 2^-20 in the others, and no wrongly rounded result is known. Stochastic modes see
// the fraction to all their bits, or to 52 bits in all; `wrap` is right for results below 2^50 units.
//
// Special values as in IEEE 754-2019, 9.2, and C23, Annex F: an overflow is that of the finite result, a pole, as in
// log(0), an infinite one. Integer arithmetic alone, constexpr. For 8 bits the first call fills a table, which for
// two arguments takes some milliseconds. lowp.hpp, for the sake of compile time, is without this header: std::exp(x)
// then goes through float. Engine, bounds and sources: formats/math/.
#pragma once

#include <lowp/core/ordering.hpp>
#include <lowp/formats/math/apply.hpp>
#include <lowp/formats/math/error_function.hpp>
#include <lowp/formats/math/exponential.hpp>
#include <lowp/formats/math/hyperbolic.hpp>
#include <lowp/formats/math/integral.hpp>
#include <lowp/formats/math/inverse.hpp>
#include <lowp/formats/math/logarithm.hpp>
#include <lowp/formats/math/power.hpp>
#include <lowp/formats/math/trigonometric.hpp>

namespace lowp {

/// e^x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> exp(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::exp_function, To>(x, policies...);
}

/// 2^x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> exp2(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::exp2_function, To>(x, policies...);
}

/// 10^x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> exp10(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::exp10_function, To>(x, policies...);
}

/// e^x - 1.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> expm1(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::expm1_function, To>(x, policies...);
}

/// The natural logarithm; log(0) is -Inf, of a negative number NaN.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> log(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::log_function, To>(x, policies...);
}

/// The logarithm to base 2.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> log2(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::log2_function, To>(x, policies...);
}

/// The logarithm to base 10.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> log10(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::log10_function, To>(x, policies...);
}

/// log(1 + x).
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> log1p(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::log1p_function, To>(x, policies...);
}

/// x in radians.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> sin(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::sin_function, To>(x, policies...);
}

template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> cos(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::cos_function, To>(x, policies...);
}

template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> tan(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::tan_function, To>(x, policies...);
}

/// In [-pi/2, pi/2]; NaN for |x| > 1.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> asin(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::asin_function, To>(x, policies...);
}

/// In [0, pi]; NaN for |x| > 1.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> acos(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::acos_function, To>(x, policies...);
}

/// In [-pi/2, pi/2].
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> atan(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::atan_function, To>(x, policies...);
}

template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> sinh(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::sinh_function, To>(x, policies...);
}

template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> cosh(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::cosh_function, To>(x, policies...);
}

template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> tanh(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::tanh_function, To>(x, policies...);
}

/// 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> erf(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::erf_function, To>(x, policies...);
}

/// 1 - erf(x).
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> erfc(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::erfc_function, To>(x, policies...);
}

/// The cube root.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> cbrt(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::cbrt_function, To>(x, policies...);
}

/// 1 / sqrt(x); rsqrt(+-0) is +-Inf, of a negative number NaN.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> rsqrt(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::rsqrt_function, To>(x, policies...);
}

/// floor(log2|x|).
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> logb(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::logb_function, To>(x, policies...);
}

/// The largest integer not above x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> floor(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<downward>, To>(x, policies...);
}

/// The smallest integer not below x.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> ceil(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<upward>, To>(x, policies...);
}

/// x without its fraction.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> trunc(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<toward_zero>, To>(x, policies...);
}

/// The nearest integer, ties away from zero.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> round(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<nearest_away>, To>(x, policies...);
}

/// The nearest integer, ties to even.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> roundeven(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<nearest_even>, To>(x, policies...);
}

/// As roundeven: there is no rounding mode to set.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> rint(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<nearest_even>, To>(x, policies...);
}

/// As roundeven.
template <class To = void, class A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::unary_result<To, A> nearbyint(A x, Policies&&... policies) noexcept {
  return detail::math::unary<detail::math::to_integer_function<nearest_even>, To>(x, policies...);
}

/// x^y.
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> pow(A x, B y, Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::pow_function, To>(x, y, policies...);
}

/// The angle of the point (x, y), in [-pi, pi].
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> atan2(A y, B x, Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::atan2_function, To>(y, x, policies...);
}

/// sqrt(x^2 + y^2).
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> hypot(A x, B y, Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::hypot_function, To>(x, y, policies...);
}

/// x - n y, n = x / y cut to an integer.
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> fmod(A x, B y, Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::fmod_function, To>(x, y, policies...);
}

/// x - n y, n = x / y rounded to the nearest integer, ties to even.
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> remainder(A x, B y,
                                                                              Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::remainder_function, To>(x, y, policies...);
}

/// max(x - y, 0).
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> fdim(A x, B y, Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::fdim_function, To>(x, y, policies...);
}

/// |x| with the sign of y.
template <class To = void, class A, class B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::math::pair_result<To, A, B> copysign(A x, B y,
                                                                             Policies&&... policies) noexcept {
  return detail::math::pair<detail::math::copysign_function, To>(x, y, policies...);
}

/// |x|
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T fabs(T x) noexcept {
  return abs(x);
}

/// The smaller of two numbers: of a number and a NaN the number, of two zeros -0.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T fmin(T x, T y) noexcept {
  if (isnan(x)) return y;
  if (isnan(y)) return x;
  return y < x || (x == y && signbit(y)) ? y : x;
}
/// The larger of two numbers: of a number and a NaN the number, of two zeros +0.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T fmax(T x, T y) noexcept {
  if (isnan(x)) return y;
  if (isnan(y)) return x;
  return x < y || (x == y && signbit(x)) ? y : x;
}

/// Of two types, as x + y: both are converted to the type of the result.
template <class A, class B>
requires requires { typename detail::wider<A, B>; }
[[nodiscard]] LOWP_FN constexpr detail::wider<A, B> fmin(A x, B y) noexcept {
  return fmin(convert<detail::wider<A, B>>(x), convert<detail::wider<A, B>>(y));
}
template <class A, class B>
requires requires { typename detail::wider<A, B>; }
[[nodiscard]] LOWP_FN constexpr detail::wider<A, B> fmax(A x, B y) noexcept {
  return fmax(convert<detail::wider<A, B>>(x), convert<detail::wider<A, B>>(y));
}

/// x * 2^n, rounded once.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T ldexp(T x, int n) noexcept {
  return round_to<T>(detail::math::times_power(decode(x), n));
}
/// As ldexp.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T scalbn(T x, int n) noexcept {
  return ldexp(x, n);
}

/// m with x = m * 2^*exponent and 1/2 <= |m| < 1; zeros, infinities and NaN give themselves and 0. Where T cannot
/// hold m it is rounded.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T frexp(T x, int* exponent) noexcept {
  exact v = decode(x);
  *exponent = 0;
  if (v.kind != value_kind::finite) return x;
  *exponent = v.exponent + 1;
  v.exponent = -1;
  return round_to<T>(v);
}

/// floor(log2|x|) as an int; the lowest int for zero and NaN, the largest for infinities.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr int ilogb(T x) noexcept {
  const exact v = decode(x);
  if (v.kind == value_kind::finite) return v.exponent;
  return v.kind == value_kind::infinite ? std::numeric_limits<int>::max() : std::numeric_limits<int>::min();
}

/// The fraction of x, with its sign; *integer is trunc(x).
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T modf(T x, T* integer) noexcept {
  *integer = trunc(x);
  return round_to<T>(detail::math::fraction_part(decode(x)));
}

// Two number types of which neither contains the other: without these, both would go through float or double unseen,
// to whatever pow there is. Write pow<To>(a, b), or convert one of them.
template <class A, class B>
requires detail::Unrelated<A, B>
void pow(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void atan2(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void hypot(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void fmod(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void remainder(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void fdim(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void copysign(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void fmin(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void fmax(A, B) = delete;

}  // namespace lowp
