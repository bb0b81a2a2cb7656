#include "math_oracle.hpp"

#include <stdexcept>

namespace tests {

using oracle::dyadic;
using oracle::int128;
using oracle::kind;
using oracle::quantity;
using oracle::value;

const char* name(fn f) {
  static const char* const names[] = {
      "exp",  "exp2",  "exp10", "expm1",     "log",  "log2", "log10", "log1p", "sin",  "cos",       "tan",
      "asin", "acos",  "atan",  "sinh",      "cosh", "tanh", "erf",   "erfc",  "cbrt", "rsqrt",     "floor",
      "ceil", "trunc", "round", "roundeven", "logb", "pow",  "atan2", "hypot", "fmod", "remainder", "fdim"};
  return names[static_cast<int>(f)];
}

namespace {

class big {
 public:
  explicit big(mpfr_prec_t bits) { mpfr_init2(v_, bits); }
  big(const big&) = delete;
  big& operator=(const big&) = delete;
  ~big() { mpfr_clear(v_); }
  operator mpfr_ptr() { return v_; }

 private:
  mpfr_t v_;
};

// 300-bit operands keep exact sums and the like out of trouble; results have `result`'s precision.
int call(fn f, mpfr_t r, mpfr_t x, mpfr_t y, mpfr_rnd_t mode) {
  switch (f) {
    case fn::exp:
      return mpfr_exp(r, x, mode);
    case fn::exp2:
      return mpfr_exp2(r, x, mode);
    case fn::exp10:
      return mpfr_exp10(r, x, mode);
    case fn::expm1:
      return mpfr_expm1(r, x, mode);
    case fn::log:
      return mpfr_log(r, x, mode);
    case fn::log2:
      return mpfr_log2(r, x, mode);
    case fn::log10:
      return mpfr_log10(r, x, mode);
    case fn::log1p:
      return mpfr_log1p(r, x, mode);
    case fn::sin:
      return mpfr_sin(r, x, mode);
    case fn::cos:
      return mpfr_cos(r, x, mode);
    case fn::tan:
      return mpfr_tan(r, x, mode);
    case fn::asin:
      return mpfr_asin(r, x, mode);
    case fn::acos:
      return mpfr_acos(r, x, mode);
    case fn::atan:
      return mpfr_atan(r, x, mode);
    case fn::sinh:
      return mpfr_sinh(r, x, mode);
    case fn::cosh:
      return mpfr_cosh(r, x, mode);
    case fn::tanh:
      return mpfr_tanh(r, x, mode);
    case fn::erf:
      return mpfr_erf(r, x, mode);
    case fn::erfc:
      return mpfr_erfc(r, x, mode);
    case fn::cbrt:
      return mpfr_cbrt(r, x, mode);
    case fn::rsqrt:
      if (mpfr_zero_p(x)) {  // IEEE 754-2019, 9.2.1: rSqrt(-0) is -Inf; MPFR has +Inf
        mpfr_set_inf(r, mpfr_signbit(x) ? -1 : 1);
        return 0;
      }
      return mpfr_rec_sqrt(r, x, mode);
    case fn::floor:
      return mpfr_rint_floor(r, x, mode);
    case fn::ceil:
      return mpfr_rint_ceil(r, x, mode);
    case fn::trunc:
      return mpfr_rint_trunc(r, x, mode);
    case fn::round:
      return mpfr_rint_round(r, x, mode);
    case fn::roundeven:
      return mpfr_rint_roundeven(r, x, mode);
    case fn::logb:
      if (mpfr_nan_p(x)) {
        mpfr_set_nan(r);
        return 0;
      }
      if (mpfr_inf_p(x) || mpfr_zero_p(x)) {
        mpfr_set_inf(r, mpfr_inf_p(x) ? 1 : -1);
        return 0;
      }
      return mpfr_set_si(r, mpfr_get_exp(x) - 1, mode);
    case fn::pow:
      return mpfr_pow(r, x, y, mode);
    case fn::atan2:
      return mpfr_atan2(r, x, y, mode);
    case fn::hypot:
      return mpfr_hypot(r, x, y, mode);
    case fn::fmod:
      return mpfr_fmod(r, x, y, mode);
    case fn::remainder:
      return mpfr_remainder(r, x, y, mode);
    case fn::fdim:
      return mpfr_dim(r, x, y, mode);
  }
  throw std::logic_error("no such function");
}

void open_exponent_range() {
  if (mpfr_get_emax() != mpfr_get_emax_max()) {
    mpfr_set_emax(mpfr_get_emax_max());
    mpfr_set_emin(mpfr_get_emin_min());
  }
}

}  // namespace

void set(mpfr_t r, const value& x) {
  switch (x.kind) {
    case kind::nan:
      return mpfr_set_nan(r);
    case kind::infinite:
      return mpfr_set_inf(r, x.negative ? -1 : 1);
    case kind::zero:
      return mpfr_set_zero(r, x.negative ? -1 : 1);
    case kind::finite:
      break;
  }
  mpfr_set_ui_2exp(r, x.m, x.e, MPFR_RNDN);
  if (x.negative) mpfr_neg(r, r, MPFR_RNDN);
}

quantity exact_value(fn f, const value& x, const value& y) {
  open_exponent_range();
  static big a(64), b(64), r(110);
  set(a, x);
  set(b, y);
  quantity q;
  const int cut = call(f, r, a, b, MPFR_RNDZ);
  if (mpfr_nan_p(r)) {  // the sign of the first NaN operand, else positive
    q.kind = kind::nan;
    q.negative = x.kind == kind::nan ? x.negative : takes_two(f) && y.kind == kind::nan && y.negative;
    return q;
  }
  q.negative = mpfr_signbit(r) != 0;
  if (mpfr_inf_p(r)) {
    q.kind = kind::infinite;
    return q;
  }
  if (mpfr_zero_p(r)) {
    q.kind = cut == 0 ? kind::zero : kind::finite;
    q.x = {cut == 0 ? 0 : 1, cut == 0 ? 0 : -(std::int64_t{1} << 40)};
    return q;
  }
  q.kind = kind::finite;
  mpz_t n;
  mpz_init(n);
  const mpfr_exp_t e = mpfr_get_z_2exp(n, r);
  mpz_abs(n, n);
  std::uint64_t limb[2] = {0, 0};
  mpz_export(limb, nullptr, -1, sizeof limb[0], 0, 0, n);
  mpz_clear(n);
  q.x = {int128(oracle::uint128(limb[1]) << 64 | limb[0]), e};
  if (cut != 0) q.y = {1, e - 4};
  return q;
}

void approximate(mpfr_t result, fn f, const value& x, const value& y) {
  open_exponent_range();
  static big a(64), b(64);
  set(a, x);
  set(b, y);
  call(f, result, a, b, MPFR_RNDN);
}

// ---- lists of values ---------------------------------------------------------------------------------------

namespace {

// Positive codes from 1 to maxpos by reading the bits one by one, as the Standard defines them.
dyadic posit_value(int bits, int exponent_bits, std::uint64_t code) {
  int at = bits - 2;  // behind the sign
  const auto bit = [&](int i) { return i >= 0 ? static_cast<int>((code >> i) & 1) : 0; };
  const int first = bit(at);
  int run = 0;
  while (at >= 0 && bit(at) == first) {
    ++run;
    --at;
  }
  --at;  // the end of the run
  const int k = first != 0 ? run - 1 : -run;
  int exponent = 0;
  for (int i = 0; i < exponent_bits; ++i) exponent = 2 * exponent + bit(at--);
  dyadic v{1, (std::int64_t{k} << exponent_bits) + exponent};
  for (; at >= 0; --at) {
    v.m = 2 * v.m + bit(at);
    --v.e;
  }
  return v;
}

// The last of `count` magnitudes that is not above |q|; value(0) is zero.
template <class Value>
std::uint64_t last_not_above(const quantity& q, std::uint64_t count, Value value) {
  std::uint64_t low = 0, high = count;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (q.compare(value(middle)) >= 0 ? low : high) = middle;
  }
  return low;
}

bool goes_up(const position& p, oracle::mode m) {
  using enum oracle::mode;
  if (p.exact) return false;
  const bool odd = (p.low & 1) != 0;
  switch (m) {
    case nearest_even:
      return p.side > 0 || (p.side == 0 && odd);
    case nearest_away:
      return p.side >= 0;
    case nearest_zero:
      return p.side > 0;
    case toward_zero:
      return false;
    case upward:
      return !p.negative;
    case downward:
      return p.negative;
    case to_odd:
      return !odd;
    default:
      throw std::logic_error("deterministic modes only");
  }
}

}  // namespace

posit_list::posit_list(int bits, int exponent_bits) : bits_(bits), exponent_bits_(exponent_bits) {
  if (bits > 16) return;
  for (std::uint64_t c = 0; c < codes() / 2; ++c) {
    value_.push_back(posit_value(bits, exponent_bits, c));
    boundary_.push_back(posit_value(bits + 1, exponent_bits, 2 * c + 1));
  }
}

dyadic posit_list::value_of(std::uint64_t magnitude) const {
  return magnitude < value_.size() ? value_[magnitude] : posit_value(bits_, exponent_bits_, magnitude);
}
dyadic posit_list::boundary_above(std::uint64_t magnitude) const {
  return magnitude < boundary_.size() ? boundary_[magnitude]
                                      : posit_value(bits_ + 1, exponent_bits_, 2 * magnitude + 1);
}

value posit_list::decode(oracle::code_t code) const {
  value v;
  if (code == 0) return v;
  if (code == codes() / 2) {
    v.kind = kind::nan;
    return v;
  }
  v.kind = kind::finite;
  v.negative = code > codes() / 2;
  const dyadic d = value_of(v.negative ? codes() - code : code);
  v.m = static_cast<std::uint64_t>(d.m);
  v.e = d.e;
  return v;
}

position posit_list::locate(const quantity& q) const {
  position p{q.kind, q.negative, true, 0, 0};
  if (q.kind != kind::finite) return p;
  const std::uint64_t count = codes() / 2;
  p.low = last_not_above(q, count, [&](std::uint64_t c) { return value_of(c); });
  if (p.low == 0) {
    p.low = 1;
  } else if (p.low + 1 < count && q.compare(value_of(p.low)) > 0) {
    p.exact = false;
    p.side = q.compare(boundary_above(p.low));
  }
  return p;
}

oracle::code_t posit_list::settle(const position& p, oracle::mode m, oracle::overflow) const {
  if (p.kind == kind::zero) return 0;
  if (p.kind != kind::finite) return codes() / 2;
  const std::uint64_t c = p.low + goes_up(p, m);
  return p.negative ? codes() - c : c;
}

fixed_list::fixed_list(int bits, int fraction_bits, bool has_sign, bool wraps)
    : bits_(bits), fraction_bits_(fraction_bits), has_sign_(has_sign), wraps_(wraps) {}

value fixed_list::decode(oracle::code_t code) const {
  value v;
  v.negative = has_sign_ && code >= codes() / 2;
  v.m = v.negative ? codes() - code : code;
  v.kind = v.m == 0 ? kind::zero : kind::finite;
  v.e = -fraction_bits_;
  return v;
}

position fixed_list::locate(const quantity& q) const {
  position p{q.kind, q.negative, true, 0, 0};
  if (q.kind != kind::finite) return p;
  const auto integer = [&](std::uint64_t n) { return dyadic{static_cast<int128>(n), -fraction_bits_}; };
  const std::uint64_t count = std::uint64_t{1} << (wraps_ ? 50 : bits_ + 1);
  p.low = last_not_above(q, count, integer);
  p.exact = q.compare(integer(p.low)) == 0;
  if (!p.exact) p.side = q.compare({static_cast<int128>(2 * p.low + 1), -fraction_bits_ - 1});
  return p;
}

oracle::code_t fixed_list::settle(const position& p, oracle::mode m, oracle::overflow) const {
  if (p.kind == kind::zero || p.kind == kind::nan) return 0;
  const std::uint64_t largest = !has_sign_ ? (p.negative ? 0 : codes() - 1) : codes() / 2 - !p.negative;
  std::uint64_t c = p.low + goes_up(p, m);
  if (wraps_) {
    if (p.kind == kind::infinite) return 0;
  } else if (p.kind == kind::infinite || c > largest) {
    c = largest;
  }
  return (p.negative ? 0 - c : c) & (codes() - 1);
}

}  // namespace tests
