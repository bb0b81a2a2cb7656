#include "posit.hpp"

#include <gmp.h>
#include <mpfr.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace oracle {

// ---- the words of the Standard -----------------------------------------------------------------------------

dyadic positive_posit(uint128 code, int width, int es) {
  int next = width - 2;  // the sign, a 0, is read
  const auto is_left = [&] { return next >= 0; };
  const auto read = [&] { return static_cast<int>((code >> next--) & 1); };

  // Regime: a run of equal bits, ended by the other one or by the end of the string.
  const int first = read();
  int run = 1;
  while (is_left() && read() == first) ++run;
  const std::int64_t regime = first == 1 ? run - 1 : -run;
  // Exponent: bits that are not there are 0.
  std::int64_t exponent = 0;
  for (int i = 0; i < es; ++i) exponent = 2 * exponent + (is_left() ? read() : 0);
  // Fraction: whatever is left.
  dyadic x{1, regime * (std::int64_t(1) << es) + exponent};
  while (is_left()) x = {2 * x.m + read(), x.e - 1};
  return x;
}

posit_format::posit_format(int width, int exponent_size) : n(width), es(exponent_size) {
  if (n < 2 || n > 64 || es < 0) throw std::logic_error("oracle: no such posit");
  if (n > 16) return;
  table_.push_back({0, 0});
  for (code_t c = 1; c < 2 * nar(); ++c) {
    table_.push_back(positive_posit(c, n + 1, es));
    if (c > 1 && sign_of_sum(table_[c], oracle::negated(table_[c - 1])) <= 0) {
      throw std::logic_error("oracle: posits do not ascend with their strings");
    }
  }
}

dyadic posit_format::magnitude(uint128 code, int width) const {
  if (!table_.empty() && width <= n + 1) return table_[static_cast<std::size_t>(code) << (n + 1 - width)];
  return positive_posit(code, width, es);
}

value posit_format::decode(code_t code) const {
  value v;
  if (code == 0) return v;
  if (code == nar()) {
    v.kind = kind::nan;
    return v;
  }
  v.kind = kind::finite;
  v.negative = (code & nar()) != 0;
  const dyadic d = positive_posit(v.negative ? negated(code) : code, n, es);
  v.m = static_cast<std::uint64_t>(d.m);
  v.e = d.e;
  return v;
}

place posit_format::locate(const quantity& q, unsigned fraction_bits, code_t guess) const {
  place p;
  p.kind = q.kind;
  p.negative = q.negative;
  p.cancelled = q.cancelled;
  p.fraction_bits = fraction_bits;
  if (q.kind != kind::finite) return p;
  if (q.compare(magnitude(maxpos(), n)) >= 0) {
    p.low = maxpos();
    return p;
  }
  if (q.compare(magnitude(1, n)) <= 0) {
    p.low = 1;
    return p;
  }
  code_t low = 1, high = maxpos();  // low <= |x| < high
  if (guess > 0 && guess < maxpos() && q.compare(magnitude(guess, n)) >= 0 &&
      q.compare(magnitude(guess + 1, n)) < 0) {
    low = guess;
    high = guess + 1;
  }
  while (high - low > 1) {
    const code_t middle = low + (high - low) / 2;
    (q.compare(magnitude(middle, n)) < 0 ? high : low) = middle;
  }
  p.low = low;
  if (q.compare(magnitude(low, n)) == 0) return p;
  const int at = q.compare(magnitude(2 * uint128(low) + 1, n + 1));
  p.side = at < 0 ? side::below_middle : at == 0 ? side::middle : side::above_middle;
  uint128 string = low;
  for (unsigned i = 1; i <= fraction_bits; ++i) {
    const int width = n + static_cast<int>(i);
    string = 2 * string + 1;
    if (q.compare(magnitude(string, width)) < 0) --string;
    p.fraction = 2 * p.fraction + static_cast<std::uint64_t>(string & 1);
  }
  if (fraction_bits > 0) p.fraction_exact = q.compare(magnitude(string, n + static_cast<int>(fraction_bits))) == 0;
  return p;
}

code_t posit_format::settle(const place& p, mode m, overflow o, std::uint64_t random, unsigned random_bits) const {
  switch (p.kind) {
    case kind::zero:
      return 0;
    case kind::nan:
      return nar();
    case kind::infinite:
      if (o == overflow::to_special) return nar();
      return p.negative ? negated(maxpos()) : maxpos();
    case kind::finite:
      break;
  }
  const bool odd = (p.low & 1) != 0;
  // `fraction` has one bit more than `random`.
  const std::uint64_t one = std::uint64_t(1) << random_bits, whole = p.fraction / 2;
  const bool upper_half = (p.fraction & 1) != 0;
  bool away = false;
  if (p.side != side::exact) {
    switch (m) {
      case mode::nearest_even:
        away = p.side == side::above_middle || (p.side == side::middle && odd);
        break;
      case mode::nearest_away:
        away = p.side != side::below_middle;
        break;
      case mode::nearest_zero:
        away = p.side == side::above_middle;
        break;
      case mode::toward_zero:
        break;
      case mode::upward:
        away = !p.negative;
        break;
      case mode::downward:
        away = p.negative;
        break;
      case mode::to_odd:
        away = !odd;
        break;
      case mode::stochastic_a:
        away = whole + random >= one;
        break;
      case mode::stochastic_b:
        away = whole + upper_half + random >= one;
        break;
      case mode::stochastic_c:
        away = whole + (upper_half && (!p.fraction_exact || whole % 2 == 1)) + random >= one;
        break;
      case mode::stochastic_equal:
        away = (random & 1) != 0;
        break;
    }
  }
  const code_t c = p.low + away;
  return p.negative ? negated(c) : c;
}

code_t posit_format::round(const quantity& q, mode m, overflow o, std::uint64_t random, unsigned random_bits) const {
  const bool reads_fraction = m == mode::stochastic_a || m == mode::stochastic_b || m == mode::stochastic_c;
  return settle(locate(q, reads_fraction ? random_bits + 1 : 0), m, o, random, random_bits);
}

// ---- bit strings -------------------------------------------------------------------------------------------

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

void assign(mpfr_ptr x, const value& v) {
  if (v.kind == kind::nan) return mpfr_set_nan(x);
  if (v.kind == kind::infinite) return mpfr_set_inf(x, v.negative ? -1 : 1);
  if (v.kind == kind::zero) return mpfr_set_zero(x, v.negative ? -1 : 1);
  mpfr_set_ui_2exp(x, v.m, v.e, MPFR_RNDN);
  if (v.negative) mpfr_neg(x, x, MPFR_RNDN);
}

int compute(mpfr_ptr r, operation op, mpfr_ptr a, mpfr_ptr b, mpfr_ptr c) {
  switch (op) {
    case operation::convert:
      return mpfr_set(r, a, MPFR_RNDZ);
    case operation::add:
      return mpfr_add(r, a, b, MPFR_RNDZ);
    case operation::sub:
      return mpfr_sub(r, a, b, MPFR_RNDZ);
    case operation::mul:
      return mpfr_mul(r, a, b, MPFR_RNDZ);
    case operation::div:
      return mpfr_div(r, a, b, MPFR_RNDZ);
    case operation::sqrt:
      return mpfr_sqrt(r, a, MPFR_RNDZ);
    case operation::fma:
      return mpfr_fma(r, a, b, c, MPFR_RNDZ);
  }
  return 0;
}

bool is_one(const std::string& bits, std::size_t i) { return i < bits.size() && bits[i] == '1'; }
bool has_one(const std::string& bits, std::size_t from) {
  return from < bits.size() && bits.find('1', from) != std::string::npos;
}

// Whether the magnitude goes up, of `rest`, the characters that are cut off.
bool goes_up(mode m, bool negative, bool odd, const std::string& rest, std::uint64_t random, unsigned random_bits) {
  if (!has_one(rest, 0)) return false;
  const bool half = is_one(rest, 0), tie = half && !has_one(rest, 1);
  std::uint64_t share = 0;  // the first random_bits characters as an integer
  for (unsigned i = 0; i < random_bits; ++i) share = 2 * share + is_one(rest, i);
  const std::uint64_t one = std::uint64_t(1) << random_bits;
  const bool half_behind = is_one(rest, random_bits);
  switch (m) {
    case mode::nearest_even:
      return tie ? odd : half;
    case mode::nearest_away:
      return half;
    case mode::nearest_zero:
      return half && !tie;
    case mode::toward_zero:
      return false;
    case mode::upward:
      return !negative;
    case mode::downward:
      return negative;
    case mode::to_odd:
      return !odd;
    case mode::stochastic_a:
      return share + random >= one;
    case mode::stochastic_b:
      return share + half_behind + random >= one;
    case mode::stochastic_c:
      return share + (half_behind && (has_one(rest, random_bits + 1) || share % 2 == 1)) + random >= one;
    case mode::stochastic_equal:
      return (random & 1) != 0;
  }
  return false;
}

}  // namespace

code_t by_bit_string(const posit_format& f, operation op, const value& a, const value& b, const value& c, mode m,
                     overflow o, std::uint64_t random, unsigned random_bits) {
  real x(64), y(64), z(64), r(800);
  assign(x, a);
  assign(y, b);
  assign(z, c);
  const bool more = compute(r, op, x, y, z) != 0;
  if (mpfr_zero_p(r)) return 0;
  const bool negative = mpfr_signbit(r) != 0;
  if (mpfr_nan_p(r) || (mpfr_inf_p(r) && o == overflow::to_special)) return f.nar();
  const auto with_sign = [&](code_t code) { return negative ? f.negated(code) : code; };
  if (mpfr_inf_p(r)) return with_sign(f.maxpos());

  // 1.f * 2^e, e = regime * 2^es + exponent.
  const std::int64_t e = mpfr_get_exp(r) - 1, useed = std::int64_t(1) << f.es;
  const std::int64_t regime = e >= 0 ? e / useed : -((useed - 1 - e) / useed), exponent = e - regime * useed;
  if (regime >= f.n - 2) return with_sign(f.maxpos());
  if (regime < -(f.n - 2)) return with_sign(1);
  std::string bits = "0";
  if (regime >= 0) {
    bits.append(static_cast<std::size_t>(regime + 1), '1');
    bits += '0';
  } else {
    bits.append(static_cast<std::size_t>(-regime), '0');
    bits += '1';
  }
  for (int i = f.es - 1; i >= 0; --i) bits += (exponent >> i) & 1 ? '1' : '0';
  mpfr_exp_t unused = 0;
  char* const digits = mpfr_get_str(nullptr, &unused, 2, 0, r, MPFR_RNDZ);
  bits += digits + (negative ? 2 : 1);  // but for the sign and the leading 1
  mpfr_free_str(digits);
  if (more) bits += '1';

  const auto width = static_cast<std::size_t>(f.n);
  if (bits.size() < width) bits.append(width - bits.size(), '0');
  code_t code = 0;
  for (std::size_t i = 0; i < width; ++i) code = 2 * code + (bits[i] == '1');
  return with_sign(code + goes_up(m, negative, (code & 1) != 0, bits.substr(width), random, random_bits));
}

// ---- lines -------------------------------------------------------------------------------------------------

posit_lines::posit_lines(const posit_format& f) : nar_(f.nar()), line_(static_cast<std::size_t>(4 * f.nar())) {
  if (f.n > 16 || f.es > 4) throw std::logic_error("oracle: too wide for doubles");
  const code_t half = 2 * nar_;  // n + 1 bits: this is NaR, and index 0
  line_[0] = std::numeric_limits<double>::quiet_NaN();
  line_[half] = 0;
  for (code_t c = 1; c < half; ++c) {
    const dyadic d = positive_posit(c, f.n + 1, f.es);
    const double x = std::ldexp(static_cast<double>(d.m), static_cast<int>(d.e));
    line_[half + c] = x;
    line_[half - c] = -x;
  }
}

// ---- exact sums --------------------------------------------------------------------------------------------

struct exact_sum::integer {
  mpz_t sum, term;
};

namespace {
constexpr std::int64_t sum_scale = 8192;
}

exact_sum::exact_sum() : sum_(new integer) {
  mpz_init(sum_->sum);
  mpz_init(sum_->term);
}

exact_sum::~exact_sum() {
  mpz_clear(sum_->sum);
  mpz_clear(sum_->term);
  delete sum_;
}

void exact_sum::add_product(const value& a, const value& b) {
  if (a.kind == kind::finite && b.kind == kind::finite) {
    if (a.e + b.e < -sum_scale) throw std::logic_error("oracle: product too small");
    mpz_set_ui(sum_->term, a.m);
    mpz_mul_ui(sum_->term, sum_->term, b.m);
    mpz_mul_2exp(sum_->term, sum_->term, static_cast<mp_bitcnt_t>(a.e + b.e + sum_scale));
    (a.negative != b.negative ? mpz_sub : mpz_add)(sum_->sum, sum_->sum, sum_->term);
    return;
  }
  // As exact addition has it: a NaN stays, with the sign of the first one; a new one is positive.
  const bool zero = a.kind == kind::zero || b.kind == kind::zero;
  const bool infinite = a.kind == kind::infinite || b.kind == kind::infinite;
  const bool negative = a.negative != b.negative;
  if (special_.kind == kind::nan) return;
  if (a.kind == kind::nan || b.kind == kind::nan) {
    special_ = a.kind == kind::nan ? a : b;
  } else if (zero && infinite) {
    special_.kind = kind::nan;
    special_.negative = false;
  } else if (infinite) {
    const bool opposed = special_.kind == kind::infinite && special_.negative != negative;
    special_.kind = opposed ? kind::nan : kind::infinite;
    special_.negative = !opposed && negative;
  }
}

void exact_sum::subtract_product(const value& a, const value& b) {
  value minus = a;
  minus.negative = (a.kind != kind::nan && b.kind != kind::nan) != a.negative;  // a NaN operand keeps its own sign
  add_product(minus, b);
}

void exact_sum::negate() {
  mpz_neg(sum_->sum, sum_->sum);
  special_.negative = (special_.kind == kind::infinite) != special_.negative;
}

void exact_sum::twice() { mpz_mul_2exp(sum_->sum, sum_->sum, 1); }

quantity exact_sum::result() const {
  quantity q;
  q.kind = special_.kind;
  if (q.kind != kind::zero) {
    q.negative = special_.negative;
    return q;
  }
  const int sign = mpz_sgn(sum_->sum);
  if (sign == 0) return q;
  q.kind = kind::finite;
  q.negative = sign < 0;
  const std::size_t size = mpz_sizeinbase(sum_->sum, 2);
  const std::size_t cut = size > 100 ? size - 100 : 0;
  mpz_t top;
  mpz_init(top);
  mpz_abs(top, sum_->sum);
  const bool more = cut > 0 && mpz_scan1(top, 0) < cut;
  mpz_tdiv_q_2exp(top, top, cut);
  std::uint64_t words[2] = {0, 0};
  mpz_export(words, nullptr, -1, sizeof words[0], 0, 0, top);
  mpz_clear(top);
  const auto unit = static_cast<std::int64_t>(cut) - sum_scale;
  q.x = {static_cast<int128>(static_cast<uint128>(words[1]) << 64 | words[0]), unit};
  if (more) q.y = {1, unit - 1};
  return q;
}

}  // namespace oracle
