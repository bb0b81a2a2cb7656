#include "mpfr_oracle.hpp"

#include <mpfr.h>

#include <stdexcept>

namespace oracle {

const char* name(operation op) {
  switch (op) {
    case operation::convert:
      return "convert";
    case operation::add:
      return "add";
    case operation::sub:
      return "sub";
    case operation::mul:
      return "mul";
    case operation::div:
      return "div";
    case operation::sqrt:
      return "sqrt";
    case operation::fma:
      return "fma";
  }
  return "?";
}

quantity exact_result(operation op, const value& a, const value& b, const value& c) {
  switch (op) {
    case operation::convert:
      return exactly(a);
    case operation::add:
      return add(a, b);
    case operation::sub:
      return sub(a, b);
    case operation::mul:
      return mul(a, b);
    case operation::div:
      return div(a, b);
    case operation::sqrt:
      return sqrt(a);
    case operation::fma:
      return fma(a, b, c);
  }
  return {};
}

namespace {

class real {
 public:
  explicit real(mpfr_prec_t precision) { mpfr_init2(x_, precision); }
  ~real() { mpfr_clear(x_); }
  real(const real&) = delete;
  real& operator=(const real&) = delete;
  operator mpfr_ptr() { return x_; }

 private:
  mpfr_t x_;
};

// MPFR's exponent range is global; whoever narrows it puts it back.
class exponent_range {
 public:
  exponent_range(mpfr_exp_t from, mpfr_exp_t to) {
    mpfr_set_emin(from);
    mpfr_set_emax(to);
  }
  ~exponent_range() {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }
  exponent_range(const exponent_range&) = delete;
  exponent_range& operator=(const exponent_range&) = delete;
};

void assign(mpfr_ptr x, const value& v) {
  switch (v.kind) {
    case kind::nan:
      mpfr_set_nan(x);
      return;
    case kind::infinite:
      mpfr_set_inf(x, v.negative ? -1 : 1);
      return;
    case kind::zero:
      mpfr_set_zero(x, v.negative ? -1 : 1);
      return;
    case kind::finite:
      break;
  }
  if (mpfr_set_ui_2exp(x, v.m, v.e, MPFR_RNDN) != 0) throw std::logic_error("oracle: operand not exact");
  if (v.negative) mpfr_neg(x, x, MPFR_RNDN);
}

int compute(mpfr_ptr r, operation op, mpfr_ptr a, mpfr_ptr b, mpfr_ptr c, mpfr_rnd_t rounding) {
  switch (op) {
    case operation::convert:
      return mpfr_set(r, a, rounding);
    case operation::add:
      return mpfr_add(r, a, b, rounding);
    case operation::sub:
      return mpfr_sub(r, a, b, rounding);
    case operation::mul:
      return mpfr_mul(r, a, b, rounding);
    case operation::div:
      return mpfr_div(r, a, b, rounding);
    case operation::sqrt:
      return mpfr_sqrt(r, a, rounding);
    case operation::fma:
      return mpfr_fma(r, a, b, c, rounding);
  }
  return 0;
}

// |x| as a multiple of the unit 2^unit, rounded down; what is left over goes to `rest` (same precision as x).
code_t whole_units(mpfr_ptr rest, mpfr_ptr x, mpfr_exp_t unit) {
  mpfr_abs(rest, x, MPFR_RNDN);
  mpfr_mul_2si(rest, rest, -unit, MPFR_RNDN);
  real floor(mpfr_get_prec(x));
  mpfr_floor(floor, rest);
  mpfr_sub(rest, rest, floor, MPFR_RNDN);
  return mpfr_get_ui(floor, MPFR_RNDN);
}

// Magnitude code of the largest value not above |x| != 0, and the unit of the gap above it. Straight from the
// definition: field 0 holds the multiples of 2^(1 - bias - M), field e > 0 the significands from 2^M on.
code_t code_below(const format& f, mpfr_ptr rest, mpfr_ptr x) {
  const mpfr_exp_t log = mpfr_get_exp(x) - 1;  // floor(log2|x|)
  const mpfr_exp_t lowest = f.has_zero() ? 1 - f.bias : -f.bias;
  if (log < lowest) {
    if (f.has_zero()) return whole_units(rest, x, lowest - f.M);
    mpfr_set_zero(rest, 1);
    return 0;
  }
  if (log + f.bias > (std::int64_t(1) << f.E) + 1) {  // far beyond the largest: any code beyond it will do
    mpfr_set_zero(rest, 1);
    return (code_t(1) << (f.E + f.M)) + (code_t(1) << f.M);
  }
  const code_t significand = whole_units(rest, x, log - f.M);
  const code_t field = static_cast<code_t>(log + f.bias);
  return field * (code_t(1) << f.M) + (significand - (code_t(1) << f.M));
}

bool native_mode(const format& f, mode m, mpfr_rnd_t& rounding) {
  if (f.M == 0) return false;
  switch (m) {
    case mode::nearest_even:
      rounding = MPFR_RNDN;
      return true;
    case mode::toward_zero:
      rounding = MPFR_RNDZ;
      return true;
    case mode::upward:
      rounding = MPFR_RNDU;
      return true;
    case mode::downward:
      rounding = MPFR_RNDD;
      return true;
    default:
      return false;
  }
}

}  // namespace

code_t by_mpfr(const format& f, operation op, const value& va, const value& vb, const value& vc, mode m, overflow o,
               std::uint64_t random, unsigned random_bits) {
  const exponent_range wide(mpfr_get_emin_min(), mpfr_get_emax_max());
  real a(64), b(64), c(64);
  const value* operands[] = {&va, &vb, &vc};
  for (int i = 0; i < arity(op); ++i) {
    if (operands[i]->kind == kind::nan) return f.nan(operands[i]->negative);  // MPFR's NaN has no sign
  }
  assign(a, va);
  if (arity(op) > 1) assign(b, vb);
  if (arity(op) > 2) assign(c, vc);

  // The specials are MPFR's. The mode matters for the sign of x - x only.
  real probe(2);
  compute(probe, op, a, b, c, m == mode::downward ? MPFR_RNDD : MPFR_RNDZ);
  const bool negative = mpfr_signbit(static_cast<mpfr_ptr>(probe)) != 0;
  if (mpfr_nan_p(static_cast<mpfr_ptr>(probe))) return f.nan(false);
  if (mpfr_inf_p(static_cast<mpfr_ptr>(probe))) return f.infinite_result(negative, o);
  if (mpfr_zero_p(static_cast<mpfr_ptr>(probe))) return f.zero_result(negative, o);

  const code_t limit = f.largest_magnitude(negative);
  const auto finish = [&](code_t magnitude) {
    if (!f.is_signed && negative && (magnitude > 0 || !f.has_zero())) {
      return f.overflowed(true, goes_away(m, true, false), o);
    }
    if (magnitude > limit) return f.overflowed(negative, goes_away(m, negative, (limit & 1) != 0), o);
    return magnitude == 0 && f.has_zero() ? f.zero(negative) : f.with_sign(negative, magnitude);
  };

  mpfr_rnd_t rounding = MPFR_RNDN;
  if (native_mode(f, m, rounding) && f.has_zero()) {
    real r(f.M + 1), rest(f.M + 1);
    int ternary = compute(r, op, a, b, c, rounding);
    const bool mpfr_decides = f.kind_of_specials == specials::ieee && o == overflow::to_special && f.is_signed;
    {
      // MPFR's significands are in [1/2, 1): exponents are one larger than ours.
      const mpfr_exp_t least = 1 - f.bias - f.M + 1;
      const mpfr_exp_t most = mpfr_decides ? ((mpfr_exp_t(1) << f.E) - 2 - f.bias) + 1 : mpfr_get_emax_max();
      const exponent_range narrow(least, most);
      ternary = mpfr_check_range(r, ternary, rounding);
      mpfr_subnormalize(r, ternary, rounding);
    }
    if (mpfr_inf_p(static_cast<mpfr_ptr>(r))) return f.infinity(negative);
    if (mpfr_zero_p(static_cast<mpfr_ptr>(r))) return finish(0);
    const code_t code = code_below(f, rest, r);
    if (!mpfr_zero_p(static_cast<mpfr_ptr>(rest))) throw std::logic_error("oracle: MPFR left the grid");
    return finish(code);
  }

  // Truncate at a precision that keeps all bits the decision looks at; the ternary value stands for the others.
  const mpfr_prec_t precision = f.M + 1 + static_cast<mpfr_prec_t>(random_bits) + 4;
  real r(precision), rest(precision);
  const bool more = compute(r, op, a, b, c, MPFR_RNDZ) != 0;
  const code_t low = code_below(f, rest, r);
  const bool below_all = !f.has_zero() && mpfr_get_exp(static_cast<mpfr_ptr>(r)) - 1 < -f.bias;
  const bool inexact = !below_all && (more || !mpfr_zero_p(static_cast<mpfr_ptr>(rest)));
  int half = mpfr_cmp_ui_2exp(static_cast<mpfr_ptr>(rest), 1, -1);
  if (half == 0 && more) half = 1;
  bool up = false;
  if (inexact) {
    // floor(rest * 2^k) is exact as long as the truncation kept k bits below the unit.
    const auto leading = [&](unsigned k) {
      real scaled(precision);
      mpfr_mul_2ui(scaled, rest, k, MPFR_RNDN);
      return mpfr_get_ui(scaled, MPFR_RNDZ);
    };
    const std::uint64_t range = std::uint64_t(1) << random_bits;
    const bool odd = (low & 1) != 0;
    switch (m) {
      case mode::nearest_even:
        up = half > 0 || (half == 0 && odd);
        break;
      case mode::nearest_away:
        up = half >= 0;
        break;
      case mode::nearest_zero:
        up = half > 0;
        break;
      case mode::toward_zero:
        break;
      case mode::upward:
        up = !negative;
        break;
      case mode::downward:
        up = negative;
        break;
      case mode::to_odd:
        up = !odd;
        break;
      case mode::stochastic_a:
        up = leading(random_bits) + random >= range;
        break;
      case mode::stochastic_b:
        up = leading(random_bits + 1) + 2 * random + 1 >= 2 * range;
        break;
      case mode::stochastic_c: {
        real scaled(precision);
        mpfr_mul_2ui(scaled, rest, random_bits, MPFR_RNDN);
        std::uint64_t nearest = mpfr_get_ui(scaled, MPFR_RNDZ);
        mpfr_sub_ui(scaled, scaled, nearest, MPFR_RNDN);
        const int c_half = mpfr_cmp_ui_2exp(static_cast<mpfr_ptr>(scaled), 1, -1);
        if (c_half > 0 || (c_half == 0 && (more || (nearest & 1) != 0))) ++nearest;
        up = nearest + random >= range;
        break;
      }
      case mode::stochastic_equal:
        up = (random & 1) != 0;
        break;
    }
  }
  return finish(low + (up ? 1 : 0));
}

}  // namespace oracle
