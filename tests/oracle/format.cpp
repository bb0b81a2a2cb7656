#include "format.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace oracle {

const char* name(mode m) {
  switch (m) {
    case mode::nearest_even:
      return "nearest_even";
    case mode::nearest_away:
      return "nearest_away";
    case mode::nearest_zero:
      return "nearest_zero";
    case mode::toward_zero:
      return "toward_zero";
    case mode::upward:
      return "upward";
    case mode::downward:
      return "downward";
    case mode::to_odd:
      return "to_odd";
    case mode::stochastic_a:
      return "stochastic a";
    case mode::stochastic_b:
      return "stochastic b";
    case mode::stochastic_c:
      return "stochastic c";
    case mode::stochastic_equal:
      return "stochastic_equal";
  }
  return "?";
}

const char* name(overflow o) {
  switch (o) {
    case overflow::to_special:
      return "to_special";
    case overflow::saturate:
      return "saturate";
    case overflow::saturate_finite:
      return "saturate_finite";
    case overflow::sat_none:
      return "sat_none";
  }
  return "?";
}

const char* name(specials s) {
  switch (s) {
    case specials::ieee:
      return "ieee";
    case specials::fn:
      return "fn";
    case specials::fnuz:
      return "fnuz";
    case specials::finite:
      return "finite";
    case specials::extended:
      return "extended";
    case specials::scale:
      return "scale";
  }
  return "?";
}

// ---- operands ----------------------------------------------------------------------------------------------

value of(double x) {
  value v;
  v.negative = std::signbit(x);
  if (std::isnan(x)) {
    v.kind = kind::nan;
  } else if (std::isinf(x)) {
    v.kind = kind::infinite;
  } else if (x != 0) {
    int e = 0;
    v.kind = kind::finite;
    v.m = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(x), &e), 53));
    v.e = e - 53;
  }
  return v;
}

value of(float x) {
  // Not through double: a signalling float NaN would keep its sign all the same, but say what is meant.
  if (std::isnan(x)) {
    value v;
    v.kind = kind::nan;
    v.negative = (std::bit_cast<std::uint32_t>(x) >> 31) != 0;
    return v;
  }
  return of(static_cast<double>(x));
}

value of_integer(std::int64_t x) {
  value v;
  if (x == 0) return v;
  v.kind = kind::finite;
  v.negative = x < 0;
  v.m = x < 0 ? std::uint64_t(0) - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
  return v;
}

double to_double(const value& v) {
  double x = 0;
  switch (v.kind) {
    case kind::zero:
      break;
    case kind::finite:
      x = std::ldexp(static_cast<double>(v.m), static_cast<int>(std::clamp<std::int64_t>(v.e, -5000, 5000)));
      break;
    case kind::infinite:
      x = std::numeric_limits<double>::infinity();
      break;
    case kind::nan:
      x = std::numeric_limits<double>::quiet_NaN();
      break;
  }
  return std::copysign(x, v.negative ? -1.0 : 1.0);
}

bool same(const value& a, const value& b) {
  if (a.kind != b.kind || a.negative != b.negative) return false;
  if (a.kind != kind::finite) return true;
  return sign_of_sum({int128(a.m), a.e}, {-int128(b.m), b.e}) == 0;
}

// ---- exact results -----------------------------------------------------------------------------------------

int quantity::compare(dyadic t) const {
  switch (shape) {
    case form::sum:
      return sign_of_sum(x, y, negated(t));
    case form::ratio:
      return sign_of_sum(x, negated(product(t, y)));
    case form::root:
      return sign_of_sum(x, negated(product(t, t)));
  }
  return 0;
}

namespace {

quantity special(kind k, bool negative) {
  quantity q;
  q.kind = k;
  q.negative = negative;
  return q;
}

quantity sum_of(dyadic x, dyadic y) {
  quantity q;
  const int s = sign_of_sum(x, y);
  if (s == 0) {
    q.cancelled = true;
    return q;
  }
  q.kind = kind::finite;
  q.negative = s < 0;
  q.x = s < 0 ? negated(x) : x;
  q.y = s < 0 ? negated(y) : y;
  return q;
}

// a + b where a may be a product; kinds and signs as IEEE 754 section 6.
quantity sum(kind ka, bool na, dyadic a, kind kb, bool nb, dyadic b) {
  if (ka == kind::infinite && kb == kind::infinite) {
    return na == nb ? special(kind::infinite, na) : special(kind::nan, false);
  }
  if (ka == kind::infinite) return special(kind::infinite, na);
  if (kb == kind::infinite) return special(kind::infinite, nb);
  if (ka == kind::zero && kb == kind::zero) {
    quantity q = special(kind::zero, na && nb);
    q.cancelled = na != nb;
    return q;
  }
  return sum_of(a, b);
}

value flipped(value v) {
  v.negative = !v.negative;
  return v;
}

}  // namespace

quantity exactly(const value& a) {
  if (a.kind != kind::finite) return special(a.kind, a.negative);
  return sum_of(a.signed_dyadic(), {});
}

quantity add(const value& a, const value& b) {
  if (a.kind == kind::nan) return special(kind::nan, a.negative);
  if (b.kind == kind::nan) return special(kind::nan, b.negative);
  return sum(a.kind, a.negative, a.signed_dyadic(), b.kind, b.negative, b.signed_dyadic());
}

quantity sub(const value& a, const value& b) {
  if (b.kind == kind::nan) return add(a, b);  // a NaN operand keeps its own sign
  return add(a, flipped(b));
}

quantity mul(const value& a, const value& b) {
  if (a.kind == kind::nan) return special(kind::nan, a.negative);
  if (b.kind == kind::nan) return special(kind::nan, b.negative);
  const bool negative = a.negative != b.negative;
  const bool zero = a.kind == kind::zero || b.kind == kind::zero;
  const bool infinite = a.kind == kind::infinite || b.kind == kind::infinite;
  if (zero && infinite) return special(kind::nan, false);
  if (infinite) return special(kind::infinite, negative);
  if (zero) return special(kind::zero, negative);
  return sum_of(product(a.signed_dyadic(), b.signed_dyadic()), {});
}

quantity div(const value& a, const value& b) {
  if (a.kind == kind::nan) return special(kind::nan, a.negative);
  if (b.kind == kind::nan) return special(kind::nan, b.negative);
  const bool negative = a.negative != b.negative;
  if (a.kind == b.kind && a.kind != kind::finite) return special(kind::nan, false);  // 0/0, Inf/Inf
  if (a.kind == kind::infinite || b.kind == kind::zero) return special(kind::infinite, negative);
  if (a.kind == kind::zero || b.kind == kind::infinite) return special(kind::zero, negative);
  quantity q = special(kind::finite, negative);
  q.shape = quantity::form::ratio;
  q.x = {int128(a.m), a.e};
  q.y = {int128(b.m), b.e};
  return q;
}

quantity sqrt(const value& a) {
  if (a.kind == kind::nan || a.kind == kind::zero) return special(a.kind, a.negative);
  if (a.negative) return special(kind::nan, false);
  if (a.kind == kind::infinite) return special(kind::infinite, false);
  quantity q = special(kind::finite, false);
  q.shape = quantity::form::root;
  q.x = {int128(a.m), a.e};
  return q;
}

quantity fma(const value& a, const value& b, const value& c) {
  if (a.kind == kind::nan) return special(kind::nan, a.negative);
  if (b.kind == kind::nan) return special(kind::nan, b.negative);
  if (c.kind == kind::nan) return special(kind::nan, c.negative);
  const quantity p = mul(a, b);
  if (p.kind == kind::nan) return p;
  return sum(p.kind, p.negative, product(a.signed_dyadic(), b.signed_dyadic()), c.kind, c.negative,
             c.signed_dyadic());
}

// ---- the format --------------------------------------------------------------------------------------------

format::format(int exponent_bits, int fraction_bits, specials s, std::int64_t exponent_bias, bool has_sign)
    : E(exponent_bits), M(fraction_bits), kind_of_specials(s), bias(exponent_bias), is_signed(has_sign) {
  if (E < 0 || M < 0 || E + M > 63 || bits() < 1) throw std::logic_error("oracle: no such format");
  if (bits() > 19) return;  // wider ones than tf32 evaluate the definition where they need it
  const code_t end = (code_t(1) << (E + M)) + (code_t(2) << M);
  std::vector<dyadic> values;
  for (code_t c = 0; c < end; ++c) values.push_back(magnitude(c));
  std::vector<dyadic> ordered = values;
  const auto less = [](const dyadic& a, const dyadic& b) { return sign_of_sum(a, negated(b)) < 0; };
  std::sort(ordered.begin(), ordered.end(), less);
  // Codes are numbered by value. If they were not, "neighbour" and "odd" would mean something else.
  for (code_t c = 0; c < end; ++c) {
    if (less(ordered[c], values[c]) || less(values[c], ordered[c])) throw std::logic_error("oracle: order");
    if (c > 0 && !less(values[c - 1], values[c])) throw std::logic_error("oracle: two codes, one value");
  }
  table_ = std::move(ordered);
  lowest_binade_ = top(table_[table_[0].m == 0 ? 1 : 0]);
  for (code_t c = table_[0].m == 0 ? 1 : 0; c < end; ++c) {
    while (lowest_binade_ + static_cast<std::int64_t>(first_of_binade_.size()) <= top(table_[c])) {
      first_of_binade_.push_back(c);
    }
  }
  first_of_binade_.push_back(end);
}

dyadic format::magnitude(code_t c) const {
  if (in_table(c)) return table_[c];
  const auto e = static_cast<std::int64_t>(c >> M);
  const auto t = static_cast<int128>(c & ((code_t(1) << M) - 1));
  if (e == 0 && kind_of_specials != specials::scale) return {t, 1 - bias - M};
  return {(int128(1) << M) + t, e - bias - M};
}

dyadic format::middle(code_t c) const {
  const dyadic twice = near_sum(magnitude(c), magnitude(c + 1));
  return {twice.m, twice.e - 1};
}

bool format::has_nan() const {
  switch (kind_of_specials) {
    case specials::ieee:
      return M > 0;
    case specials::finite:
      return false;
    default:
      return true;
  }
}

bool format::has_infinity(bool negative) const {
  if (negative && !is_signed) return false;
  return kind_of_specials == specials::ieee || kind_of_specials == specials::extended;
}

bool format::has_negative_zero() const {
  return is_signed && (kind_of_specials == specials::ieee || kind_of_specials == specials::fn ||
                       kind_of_specials == specials::finite);
}

value format::decode(code_t code) const {
  const code_t ones = (code_t(1) << (E + M)) - 1;
  const code_t c = code & ones;
  const bool negative = is_signed && ((code >> (E + M)) & 1) != 0;
  value v;
  v.negative = negative;
  const auto nan = [&](bool minus) {
    v.kind = kind::nan;
    v.negative = minus;
    return v;
  };
  const auto infinite = [&] {
    v.kind = kind::infinite;
    return v;
  };
  switch (kind_of_specials) {
    case specials::ieee:
      if ((c >> M) == (code_t(1) << E) - 1) {
        if ((c & ((code_t(1) << M) - 1)) != 0) return nan(negative);
        return infinite();
      }
      break;
    case specials::fn:
      if (c == ones) return nan(negative);
      break;
    case specials::fnuz:
      if (is_signed ? (negative && c == 0) : c == ones) return nan(false);
      break;
    case specials::finite:
      break;
    case specials::extended:
      if (is_signed ? (negative && c == 0) : c == ones) return nan(false);
      if (c == (is_signed ? ones : ones - 1)) return infinite();
      break;
    case specials::scale:
      if (c == ones) return nan(false);
      break;
  }
  const dyadic d = magnitude(c);
  if (d.m == 0) return v;
  v.kind = kind::finite;
  v.m = static_cast<std::uint64_t>(d.m);
  v.e = d.e;
  return v;
}

code_t format::largest_magnitude(bool negative) const {
  if (negative && !is_signed) return 0;
  const code_t ones = (code_t(1) << (E + M)) - 1;
  switch (kind_of_specials) {
    case specials::ieee:
      return (((code_t(1) << E) - 1) << M) - 1;
    case specials::fn:
      return ones - 1;
    case specials::fnuz:
      return is_signed ? ones : ones - 1;
    case specials::finite:
      return ones;
    case specials::extended:
      return is_signed ? ones - 1 : ones - 2;
    case specials::scale:
      return ones - 1;
  }
  return 0;
}

code_t format::with_sign(bool negative, code_t magnitude_code) const {
  return (negative && is_signed ? code_t(1) << (E + M) : 0) | magnitude_code;
}

code_t format::largest(bool negative) const { return with_sign(negative, largest_magnitude(negative)); }

code_t format::zero(bool negative) const { return with_sign(negative && has_negative_zero(), 0); }

code_t format::nan(bool negative) const {
  const code_t ones = (code_t(1) << (E + M)) - 1;
  switch (kind_of_specials) {
    case specials::ieee:
      if (M == 0) return 0;
      return with_sign(negative, (((code_t(1) << E) - 1) << M) | (code_t(1) << (M - 1)));
    case specials::fn:
      return with_sign(negative, ones);
    case specials::fnuz:
    case specials::extended:
      return is_signed ? code_t(1) << (E + M) : ones;
    case specials::finite:
      return 0;
    case specials::scale:
      return ones;
  }
  return 0;
}

code_t format::infinity(bool negative) const {
  const code_t ones = (code_t(1) << (E + M)) - 1;
  if (kind_of_specials == specials::ieee) return with_sign(negative, ((code_t(1) << E) - 1) << M);
  return with_sign(negative, is_signed ? ones : ones - 1);
}

// ---- rounding by search ------------------------------------------------------------------------------------

quantity::approximation quantity::roughly() const {
  const auto normalised = [](double s, std::int64_t e) {
    int shift = 0;
    const double significand = std::frexp(s, &shift);
    return approximation{significand, e + shift};
  };
  const auto a = static_cast<double>(x.m);
  switch (shape) {
    case form::sum: {
      if (y.m == 0) return normalised(a, x.e);
      const std::int64_t distance = y.e - x.e;
      if (distance > 400 || distance < -400)
        return normalised(top(x) > top(y) ? a : double(y.m), top(x) > top(y) ? x.e : y.e);
      return normalised(a + std::ldexp(static_cast<double>(y.m), static_cast<int>(distance)), x.e);
    }
    case form::ratio:
      return normalised(a / static_cast<double>(y.m), x.e - y.e);
    case form::root:
      return normalised(std::sqrt((x.e & 1) != 0 ? 2 * a : a), (x.e - (x.e & 1)) / 2);
  }
  return {};
}

// Interpolation in the list, if there is one; whatever the guess, exact comparisons have the last word.
code_t format::below(const quantity& q) const {
  // Beyond the end of the list everything is equally too large.
  code_t low = 0, high = (code_t(1) << (E + M)) + (code_t(2) << M) - 1;
  if (!table_.empty()) {
    const quantity::approximation guess = q.roughly();
    const std::int64_t binade = guess.exponent - lowest_binade_;
    if (guess.significand > 0 && binade >= 0 && binade + 1 < static_cast<std::int64_t>(first_of_binade_.size())) {
      const code_t first = first_of_binade_[static_cast<std::size_t>(binade)];
      const code_t last = first_of_binade_[static_cast<std::size_t>(binade) + 1];
      const code_t c = std::min(
          first + static_cast<code_t>((2 * guess.significand - 1) * static_cast<double>(last - first)), high - 1);
      if (q.compare(table_[c]) >= 0) {
        if (q.compare(table_[c + 1]) < 0) return c;
        low = c + 1;
      } else if (c > 0) {
        high = c;
        if (q.compare(table_[c - 1]) >= 0) return c - 1;
      }
    }
  }
  if (q.compare(magnitude(high)) >= 0) return high;
  while (high - low > 1) {
    const code_t mid = low + (high - low) / 2;
    (q.compare(magnitude(mid)) >= 0 ? low : high) = mid;
  }
  return low;
}

place format::locate(const quantity& q, unsigned fraction_bits) const {
  place p;
  p.kind = q.kind;
  p.negative = q.negative;
  p.cancelled = q.cancelled;
  p.fraction_bits = fraction_bits;
  if (q.kind != kind::finite) return p;

  if (q.compare(magnitude(0)) < 0) return p;  // scale formats: below the smallest is the smallest
  const code_t low = below(q);
  p.low = low;
  if (q.compare(magnitude(low)) == 0) return p;
  const int c = q.compare(middle(low));
  p.side = c < 0 ? side::below_middle : c == 0 ? side::middle : side::above_middle;

  if (fraction_bits > 0) {
    // low + j / 2^fraction_bits of the gap: bisect for the greatest j that is not above.
    const dyadic at = magnitude(low);
    const dyadic gap = near_sum(magnitude(low + 1), negated(at));
    const auto point = [&](std::uint64_t j) {
      return near_sum(at, {gap.m * int128(j), gap.e - static_cast<std::int64_t>(fraction_bits)});
    };
    std::uint64_t from = 0, to = std::uint64_t(1) << fraction_bits;
    while (to - from > 1) {
      const std::uint64_t mid = from + (to - from) / 2;
      (q.compare(point(mid)) >= 0 ? from : to) = mid;
    }
    p.fraction = from;
    p.fraction_exact = q.compare(point(from)) == 0;
  }
  return p;
}

bool goes_away(mode m, bool negative, bool odd) {
  switch (m) {
    case mode::toward_zero:
      return false;
    case mode::upward:
      return !negative;
    case mode::downward:
      return negative;
    case mode::to_odd:
      return !odd;
    default:
      return true;
  }
}

code_t format::overflowed(bool negative, bool away, overflow o) const {
  const bool below_unsigned = negative && !is_signed;
  switch (o) {
    case overflow::to_special:
      if (!away) return largest(negative);
      if (has_infinity(negative)) return infinity(negative);
      return has_nan() ? nan(negative) : largest(negative);
    case overflow::saturate:
    case overflow::saturate_finite:
      return largest(negative);
    case overflow::sat_none:
      if (!away) return largest(negative);
      if (below_unsigned) return nan(false);
      return has_infinity(negative) ? infinity(negative) : largest(negative);
  }
  return 0;
}

code_t format::infinite_result(bool negative, overflow o) const {
  const bool kept = has_infinity(negative);
  switch (o) {
    case overflow::to_special:
      if (kept) return infinity(negative);
      return has_nan() ? nan(negative) : largest(negative);
    case overflow::saturate:
      return largest(negative);
    case overflow::saturate_finite:
      return kept ? infinity(negative) : largest(negative);
    case overflow::sat_none:
      if (kept) return infinity(negative);
      return negative && !is_signed ? nan(false) : largest(negative);
  }
  return 0;
}

code_t format::zero_result(bool negative, overflow o) const {
  if (has_zero()) return zero(negative);
  return o == overflow::to_special || o == overflow::sat_none ? nan(false) : 0;
}

code_t format::settle(const place& p, mode m, overflow o, std::uint64_t random, unsigned random_bits) const {
  switch (p.kind) {
    case kind::nan:
      return nan(p.negative);
    case kind::infinite:
      return infinite_result(p.negative, o);
    case kind::zero:
      return zero_result(p.cancelled ? m == mode::downward : p.negative, o);
    case kind::finite:
      break;
  }
  bool up = false;
  if (p.side != side::exact) {
    const std::uint64_t range = random_bits < 64 ? std::uint64_t(1) << random_bits : 0;
    switch (m) {
      case mode::nearest_even:
        up = p.side == side::above_middle || (p.side == side::middle && (p.low & 1) != 0);
        break;
      case mode::nearest_away:
        up = p.side != side::below_middle;
        break;
      case mode::nearest_zero:
        up = p.side == side::above_middle;
        break;
      case mode::toward_zero:
        break;
      case mode::upward:
        up = !p.negative;
        break;
      case mode::downward:
        up = p.negative;
        break;
      case mode::to_odd:
        up = (p.low & 1) == 0;
        break;
      case mode::stochastic_a:
        up = (p.fraction >> 1) + random >= range;
        break;
      case mode::stochastic_b:
        up = p.fraction + 2 * random + 1 >= 2 * range;
        break;
      case mode::stochastic_c: {
        std::uint64_t nearest = p.fraction >> 1;
        if ((p.fraction & 1) != 0 && (!p.fraction_exact || (nearest & 1) != 0)) ++nearest;
        up = nearest + random >= range;
        break;
      }
      case mode::stochastic_equal:
        up = (random & 1) != 0;
        break;
    }
  }
  const code_t c = p.low + (up ? 1 : 0);
  if (!is_signed && p.negative && (c > 0 || !has_zero())) {
    return overflowed(true, goes_away(m, true, false), o);
  }
  const code_t limit = largest_magnitude(p.negative);
  if (c > limit) return overflowed(p.negative, goes_away(m, p.negative, (limit & 1) != 0), o);
  if (c == 0 && has_zero()) return zero(p.negative);
  return with_sign(p.negative, c);
}

code_t format::round(const quantity& q, mode m, overflow o, std::uint64_t random, unsigned random_bits) const {
  return settle(locate(q, random_bits > 0 ? random_bits + 1 : 0), m, o, random, random_bits);
}

code_t format::add(code_t a, code_t b, mode m, overflow o) const {
  return round(oracle::add(decode(a), decode(b)), m, o);
}
code_t format::sub(code_t a, code_t b, mode m, overflow o) const {
  return round(oracle::sub(decode(a), decode(b)), m, o);
}
code_t format::mul(code_t a, code_t b, mode m, overflow o) const {
  return round(oracle::mul(decode(a), decode(b)), m, o);
}
code_t format::div(code_t a, code_t b, mode m, overflow o) const {
  return round(oracle::div(decode(a), decode(b)), m, o);
}
code_t format::sqrt(code_t a, mode m, overflow o) const { return round(oracle::sqrt(decode(a)), m, o); }
code_t format::fma(code_t a, code_t b, code_t c, mode m, overflow o) const {
  return round(oracle::fma(decode(a), decode(b), decode(c)), m, o);
}

}  // namespace oracle
