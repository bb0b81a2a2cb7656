// erf, erfc.
//
//   erf x = 2 / sqrt(pi) (x - x^3 / 3 + x^5 / (2! 5) - ...)  for |x| < 1/2, 14 terms (N = 1) or 25
//   erfc x for x >= 1/2 is the trapezoidal sum, with the step 1/3, of an integral over the whole line:
//
//     erfc x = 2/(3 pi) e^(-x^2) (1/(2 x) + 9 x sum_k e^(-k^2/9) / (9 x^2 + k^2)) - 2 / (e^(6 pi x) - 1),  k > 0
//
// whose relative error is about e^(-9 pi^2) = 2^-128; the last term is the residue at the pole t = i x and vanishes
// beside the sum for larger x. 20 terms leave 2^-70, 28 terms 2^-132. For N = 1 and x < 6 (erf) or 4 (erfc) a table
// of polynomials gives erf with an absolute error below 2^-58. Errors in units of the last place of 64 N bits: <=
// 2^6 (N = 1; times 1 / erfc x where that is 1 - erf x), 2^11 (N = 2). That erf x is irrational for rational x but
// 0 is not proved; the tests find no case. Sources: F. Matta, A. Reichel, Uniform Computation of the Error Function
// and Other Related Functions, Math. Comp. 25, 1971; D. B. Hunter, T. Regan, A Note on the Evaluation of the
// Complementary Error Function, Math. Comp. 26, 1972.
#pragma once

#include <lowp/formats/math/exponential.hpp>

namespace lowp::detail::math {

template <int N>
inline constexpr std::uint64_t erf_error = N == 1 ? 64 : 2048;

// erf |x| for |x| < 1/2
template <int N>
LOWP_FN constexpr real<N> small_erf(const exact& x) noexcept {
  const real<N> a = to_real<N>(x.magnitude());
  const words<N> u = fraction_of(a);
  const words<N> quotient = series<(N == 1 ? 14 : 25)>(erf_terms, high(u, u), true);
  return multiply(normalised<N>(high(a.significand, quotient), a.exponent + 2), to_real<N>(two_over_root_pi));
}

// erfc x for 1/2 <= x < 2^11
template <int N>
LOWP_FN constexpr real<N> large_erfc(const exact& x) noexcept {
  const addend product_xx = product(x, x);
  const words<2> square{{product_xx.significand.high, product_xx.significand.low}};  // * 2^(scale - 128)
  const int scale = product_xx.exponent + 1;
  // 9 x^2 with one word before the point; scale >= -1
  const words<N + 1> nine_squares = resize<N + 1>((resize<4>(times(9, square)) << (scale + 1)) >> 1);
  words<N + 1> sum{};
  constexpr int terms = N == 1 ? 20 : 28;
  for (int k = 1; k <= terms; ++k) {
    words<N + 1> denominator{};
    denominator.limb[0] = static_cast<std::uint64_t>(k * k);
    const real<N> d = normalised<N>(nine_squares + denominator, 64);
    const words<N> term = high(resize<N>(gauss_nodes[k - 1]), half_reciprocal(d.significand));
    sum = sum + (resize<N + 1>(term) >> d.exponent);
  }
  const real<N> a = to_real<N>(x);
  const real<N> rest = multiply(multiply(to_real<N>(9), a), normalised<N>(sum, 0));
  const real<N> integral = add(divide(to_real<N>(1), scaled(a, 1)), rest);
  const real<N> power = exp2_of(split_product<N>(square, scale, log2_of_e, true)).value;
  const real<N> v = multiply(multiply(power, integral), to_real<N>(two_over_three_pi));
  if (x.exponent >= (N == 1 ? 2 : 3)) return v;
  const real<N> pole = exp2_of(split_product<N>(x, six_pi_log2_of_e)).value;
  return add(v, negated(divide(to_real<N>(2), add(pole, negated(to_real<N>(1))))));
}

// erf x for 1/2 <= x < 6 from the table of polynomials, with an absolute error below 2^-58; as 1.63.
LOWP_FN constexpr std::uint64_t quick_erf(const exact& x) noexcept {
  const int whole = x.exponent + 3;  // bits of 4 x before the point
  const std::uint64_t* c = erf_pieces[(x.significand >> (64 - whole)) - 2];
  const std::uint64_t t = x.significand << whole;
  // t * c for a signed c, both parts cut; in pairs of terms as in real.hpp
  const auto times_signed = [](std::uint64_t f, std::uint64_t v) {
    return multiply_wide(f, v).high - ((v >> 63) != 0 ? f : 0);
  };
  const std::uint64_t square = multiply_wide(t, t).high;
  std::uint64_t sum = c[12] + times_signed(t, c[13]);
  for (int k = 10; k >= 0; k -= 2) sum = c[k] + times_signed(t, c[k + 1]) + times_signed(square, sum);
  return sum;
}

struct erf_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    real<N> v{};
    if (x.exponent < -1) {
      v = small_erf<N>(x);
    } else if constexpr (N == 1) {
      v = normalised<1>(words<1>{{quick_erf(x)}}, 1);
    } else {
      v = add(to_real<N>(1), negated(large_erfc<N>(x.magnitude())));
    }
    v.negative = x.negative;
    return {v, erf_error<N>};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == infinite) return integer_value(x.negative ? -1 : 1);
    if (x.kind != finite) return x;
    if (compare(x.magnitude(), integer_value(6)) >= 0)  // 1 - 2^-55.3
      return slightly_below(integer_value(x.negative ? -1 : 1));
    return evaluate<erf_function>(bits, x);
  }
};

struct erfc_function {
  template <int N>
  LOWP_FN static constexpr estimate<N> at(const exact& x) noexcept {
    const real<N> one = to_real<N>(1);
    if (x.exponent < -1) {
      const real<N> v = small_erf<N>(x);
      return {add(one, x.negative ? v : negated(v)), erf_error<N>};
    }
    if constexpr (N == 1) {
      if (x.exponent < 2) {
        const words<1> v{{quick_erf(x)}}, whole{{std::uint64_t{1} << 63}};
        const real<1> r = normalised<1>(x.negative ? whole + v : whole - v, 1);
        return {r, std::uint64_t{64} << (r.exponent < 0 ? -r.exponent : 0)};
      }
    }
    const real<N> v = large_erfc<N>(x.magnitude());
    return {x.negative ? add(to_real<N>(2), negated(v)) : v, erf_error<N>};
  }
  LOWP_FN static constexpr exact apply(const exact& x, int bits) noexcept {
    using enum value_kind;
    if (x.kind == zero) return integer_value(1);
    if (x.kind == infinite) return x.negative ? integer_value(2) : exact::zero();
    if (x.kind == nan) return x;
    if (x.exponent < -56) return near_one(!x.negative);
    if (x.exponent >= 11 && !x.negative) return minute(false);
    if (x.exponent >= 3 && x.negative) return slightly_below(integer_value(2));
    return evaluate<erfc_function>(bits, x);
  }
};

}  // namespace lowp::detail::math
