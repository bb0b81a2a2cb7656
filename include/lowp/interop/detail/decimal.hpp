// Between decimal digits and exact values, without loss.
//
//   read_decimal<F>    digits and a power of ten -> exact: 64 bits, and a sticky bit for all that follows
//   decimal_digits<F>  exact -> all of its digits; every value is a dyadic rational, so they end
//
// A value is x * 2^q; it is x * 5^-q / 10^-q if q < 0, and an integer if not. So the digits of a value are those
// of an integer, and reading is one multiplication or one division by a power of five. `digits` says how many
// significant digits can matter: a number with more than those can lie between two 64-bit values, but not on one.
// Range: formats whose exponents lie within 2^21; memory is bounded by the format, never by the text.
#pragma once

#include <lowp/core/number.hpp>
#include <lowp/interop/detail/natural.hpp>

namespace lowp::detail {

// floor(x * log10(2)), or 1 less where |x| > 14000; |x| < 2^30. The constants are 2^32 log10(2), rounded down and up:
// up to there no x log10(2) lies so close to an integer that it would matter.
constexpr int floor_log10_2(int x) noexcept {
  return static_cast<int>((std::int64_t{x} * (x < 0 ? 1292913987 : 1292913986)) >> 32);
}

// What text of a format can need.
template <Format F>
struct text_facts {
  static constexpr int top = [] {  // floor(log2) of the largest magnitude
    const int positive = largest_of<F>(false).exponent;
    return F::max_magnitude(true) != 0 && largest_of<F>(true).exponent > positive ? largest_of<F>(true).exponent
                                                                                  : positive;
  }();
  static constexpr int low = smallest_of<F>().exponent;
  static_assert(top <= (1 << 21) && low >= -(1 << 21),
                "lowp: decimal text needs a format whose exponents lie within 2^21");

  // No value has a bit below this one.
  static constexpr int bottom = [] {
    if constexpr (Grid<F>) return F::min_quantum < 0 ? F::min_quantum : 0;
    return low - 63 < 0 ? low - 63 : 0;
  }();

  // Reading gives all 64 bits of a value down to 2^tiny; below, all that a rounding policy can see is the sticky
  // bit, since even the 64-bit fraction of a gap is less than one unit. Above 2^huge everything overflows.
  static constexpr int tiny = low - 68;
  static constexpr int huge = top + 2;

  // The bits of 5^n and 10^n.
  static constexpr int bits_of_5(int n) noexcept { return static_cast<int>(std::int64_t{n} * 2378 / 1024) + 2; }
  static constexpr int bits_of_10(int n) noexcept { return static_cast<int>(std::int64_t{n} * 3402 / 1024) + 2; }

  // x * 2^k with 64 bits has at most log10(2^64 5^-k) digits for k < 0; 716 / 1024 is above log10(5).
  static constexpr int digits = [] {
    const int k = 63 - tiny, m = top > 0 ? top : 0;
    const int below = k > 0 ? static_cast<int>(std::int64_t{k} * 716 / 1024) : 0, above = -floor_log10_2(-m);
    return 22 + (below > above ? below : above);
  }();
  // The largest power of ten that a number of so many digits, at 2^tiny or above, is divided by.
  static constexpr int largest_divisor = digits + 2 - floor_log10_2(tiny < 0 ? tiny : 0);

  static constexpr int limbs_to_read =
      (256 + (bits_of_10(digits) > bits_of_5(largest_divisor) ? bits_of_10(digits) : bits_of_5(largest_divisor))) /
      64;
  static constexpr int limbs_to_write = ((top > 0 ? top : 0) + bits_of_5(2 - bottom) + 256) / 64;
  static constexpr int digits_to_write = limbs_to_write * 20;
};

// A positive decimal number: its significant digits as they stand in the text, perhaps with a point or digit
// separators among them, times a power of ten.
struct decimal_text {
  const char* first = nullptr;  // the first digit that is not 0
  const char* last = nullptr;   // one past the last digit that is not 0
  std::int64_t count = 0;       // of the digits in between
  std::int64_t exponent = 0;    // of the last one: value = digits * 10^exponent
};

// sign * (high * 2^64 + low) * 2^unit with something more below it if sticky; not 0.
constexpr exact exact_of_wide(bool negative, wide x, int unit, bool sticky) noexcept {
  if (x.high == 0) {
    exact result = exact::scaled(negative, x.low, unit);
    result.sticky = sticky;
    return result;
  }
  const int shift = std::countl_zero(x.high);
  const std::uint64_t significand = shift == 0 ? x.high : (x.high << shift) | (x.low >> (64 - shift));
  return {significand, unit + 127 - shift, value_kind::finite, negative, sticky || (x.low << shift) != 0};
}

// digits * 10^exponent for |exponent| <= 27, with no more than one multiplication or division.
constexpr exact read_short_decimal(bool negative, std::uint64_t digits, int exponent) noexcept {
  if (exponent >= 0) {
    return exact_of_wide(negative, multiply_wide(digits, power_of_5.value[exponent]), exponent, false);
  }
  const std::uint64_t power = power_of_5.value[-exponent];
  const int digits_shift = std::countl_zero(digits), power_shift = std::countl_zero(power);
  const std::uint64_t numerator = digits << digits_shift, denominator = power << power_shift;
  const bool halve = numerator >= denominator;  // so that the quotient lies in [2^63, 2^64)
  const quotient q = divide_wide(numerator >> halve, halve ? numerator << 63 : 0, denominator);
  return {q.value, exponent + power_shift - digits_shift - !halve, value_kind::finite, negative, q.remainder != 0};
}

template <Format F>
constexpr exact read_decimal(bool negative, const decimal_text& text) {
  using facts = text_facts<F>;
  if (text.count <= 19 && text.exponent >= -max_power_of_5 && text.exponent <= max_power_of_5) {
    std::uint64_t digits = 0;
    for (const char* p = text.first; p != text.last; ++p) {
      if (*p >= '0' && *p <= '9') digits = 10 * digits + static_cast<std::uint64_t>(*p - '0');
    }
    return read_short_decimal(negative, digits, static_cast<int>(text.exponent));
  }

  // 10^leading <= value < 10^(leading + 1): is it far beyond the format?
  const std::int64_t leading = text.exponent + text.count - 1;
  if (leading > 1 - floor_log10_2(-facts::huge)) {
    return {std::uint64_t{1} << 63, facts::huge, value_kind::finite, negative, true};
  }
  if (leading + 1 < floor_log10_2(facts::tiny)) {
    return {std::uint64_t{1} << 63, facts::tiny - 1, value_kind::finite, negative, true};
  }

  natural<facts::limbs_to_read> numerator;
  std::int64_t left = text.count < facts::digits ? text.count : facts::digits;
  bool sticky = text.count > left;
  const int exponent = static_cast<int>(text.exponent + text.count - left);
  std::uint64_t chunk = 0, power = 1;
  for (const char* p = text.first; left > 0; ++p) {
    if (*p < '0' || *p > '9') continue;
    chunk = 10 * chunk + static_cast<std::uint64_t>(*p - '0');
    power *= 10;
    --left;
    if (power == 10'000'000'000'000'000'000u || left == 0) {
      numerator.multiply_add(power, chunk);
      chunk = 0;
      power = 1;
    }
  }

  if (exponent >= 0) {
    numerator.multiply_by_power_of_5(exponent);
    const int below = numerator.bit_length() - 64;
    if (below <= 0) {
      exact x = exact::scaled(negative, numerator.bits_from(0), exponent);
      x.sticky = sticky;
      return x;
    }
    sticky = sticky || numerator.any_below(below);
    return {numerator.bits_from(below), below + 63 + exponent, value_kind::finite, negative, sticky};
  }

  // numerator / 5^-exponent with a quotient in (2^62, 2^64): shift one of them until they are 63 bits apart.
  natural<facts::limbs_to_read> denominator(1);
  denominator.multiply_by_power_of_5(-exponent);
  const int align = (64 - denominator.bit_length() % 64) % 64;
  int shift = denominator.bit_length() + 63 - numerator.bit_length();  // of the numerator
  const int extra = shift < 0 ? (-shift + 63) / 64 * 64 : 0;           // whole limbs keep the alignment
  denominator.shift_left(align + extra);
  numerator.shift_left(align + extra + shift);
  std::uint64_t q = numerator.divide_by(denominator);
  if ((q >> 63) == 0) {
    const bool one = numerator.compare_doubled(denominator) >= 0;
    if (one) numerator.double_and_subtract(denominator);
    q = 2 * q + one;
    ++shift;
  }
  return {q, 63 - shift + exponent, value_kind::finite, negative, sticky || !numerator.is_zero()};
}

// All significant digits of a positive finite value: d0 d1 ... , which stand for d0.d1... * 10^exponent.
template <Format F>
class decimal_digits {
 public:
  constexpr explicit decimal_digits(const exact& x) {
    const int zeros = std::countr_zero(x.significand);
    const int unit = x.exponent - 63 + zeros;  // x = odd * 2^unit
    natural<text_facts<F>::limbs_to_write> n(x.significand >> zeros);
    if (unit >= 0) {
      n.shift_left(unit);
    } else {
      n.multiply_by_power_of_5(-unit);
    }
    int begin = text_facts<F>::digits_to_write;
    while (!n.is_zero()) {  // 19 digits at a time, from the last
      std::uint64_t chunk = n.divide_by(10'000'000'000'000'000'000u);
      for (int i = 0; i < 19; ++i, chunk /= 10) digit_[--begin] = static_cast<char>('0' + chunk % 10);
    }
    int end = text_facts<F>::digits_to_write;
    exponent_ = (unit < 0 ? unit : 0) + end - 1;
    while (digit_[begin] == '0') ++begin;
    exponent_ -= begin;
    while (digit_[end - 1] == '0') --end;
    begin_ = begin;
    size_ = end - begin;
  }

  constexpr int size() const noexcept { return size_; }
  constexpr int exponent() const noexcept { return exponent_; }
  constexpr const char* data() const noexcept { return &digit_[begin_]; }

  // Rounds to the first n digits, ties to even; n >= 0, and 0 digits leave nothing or a single 1.
  constexpr void round(std::int64_t n) noexcept {
    if (n >= size_) return;
    if (n < 0) {
      size_ = 0;
      return;
    }
    const int at = begin_ + static_cast<int>(n);
    const bool tie = digit_[at] == '5' && n + 1 == size_;  // the last digit is not 0
    const bool odd = n > 0 && (digit_[at - 1] & 1) != 0;
    const bool up = tie ? odd : digit_[at] >= '5';
    size_ = static_cast<int>(n);
    if (!up) {
      while (size_ > 0 && digit_[begin_ + size_ - 1] == '0') --size_;
      return;
    }
    while (size_ > 0 && digit_[begin_ + size_ - 1] == '9') --size_;
    if (size_ == 0) {
      digit_[begin_] = '1';
      size_ = 1;
      ++exponent_;
    } else {
      ++digit_[begin_ + size_ - 1];
    }
  }

 private:
  room<char, text_facts<F>::digits_to_write> digit_;
  int begin_ = 0;
  int size_ = 0;
  int exponent_ = 0;
};

}  // namespace lowp::detail
