// to_chars and from_chars for every number type, with the conventions of <charconv>.
//
//   to_chars(first, last, x)                    the shortest text that from_chars reads back to x
//   to_chars(first, last, x, format)            the same in fixed, scientific, general or hex form
//   to_chars(first, last, x, format, precision) digits of the exact value, rounded once, ties to even, as printf
//   from_chars(first, last, x)                  rounded once, in the format: exact arithmetic, never through double
//
// "Shortest" is of text that reads back by T's own rounding policy without result_out_of_range: "0.1" for the
// float16 next to 0.1. Of texts of equal length it is the closest to the exact value. A stochastic policy is for
// arithmetic: text is written and read to nearest even unless the call itself names a policy. The locale is never
// asked. Everything is constexpr; memory is bounded by the format, time is linear in the length of the text.
// Range: exponents within 2^21; shortest text: at most 60 significant bits. Formats with exponents beyond some
// thousands need the heap, which may throw std::bad_alloc.
// Source: ISO C++ [charconv]; the algorithms are described in detail/decimal.hpp and detail/shortest.hpp.
#pragma once

#include <charconv>
#include <limits>
#include <lowp/interop/detail/number_text.hpp>
#include <lowp/interop/detail/shortest.hpp>
#include <system_error>

namespace lowp {

namespace detail {

template <class T>
using text_rounding = std::conditional_t<RandomRounding<typename T::rounding>, nearest_even, typename T::rounding>;

// An overflow policy that tells whether it changed a value.
template <OverflowPolicy O>
struct watched {
  using policy = overflow_tag;
  O overflow;
  bool* used;
  constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    const overflow_outcome outcome = overflow(e);
    *used = !(e.cause == overflow_cause::infinite && outcome == overflow_outcome::infinity);
    return outcome;
  }
};

// A rounding or overflow policy, or a source of random bits.
template <class P>
concept PolicyArgument = requires {
  typename std::remove_cvref_t<P>::policy;
}
|| std::invocable<P&>;

struct read_result {
  std::uint64_t code;
  bool in_range;
};

// value rounded to T, and whether T has it in its range: no overflow, and no non-zero value that became zero.
template <Number T, class R, class O, class Random>
constexpr read_result round_text(const exact& value, R rounding, O overflow, Random&& random) {
  using F = typename T::format;
  bool overflowed = false;
  std::uint64_t code = 0;
  if constexpr (std::same_as<O, wrap>) {  // takes the code modulo 2^bits and is never asked
    static_cast<void>(encode<F>(value, toward_zero{}, watched<saturate>{{}, &overflowed}, no_random));
    code = encode<F>(value, rounding, overflow, random);
  } else {
    code = encode<F>(value, rounding, watched<O>{overflow, &overflowed}, random);
  }
  bool vanished = false;
  if (value.kind == value_kind::finite) {
    vanished = F::has_zero ? F::decode(code).kind == value_kind::zero : value.exponent < text_facts<F>::low - 1;
  }
  return {code, !overflowed && !vanished};
}

// A writer of one number that stops at the end of the room it has. `digits` are those of
// d0.d1d2... * 10^exponent, with no 0 at either end, or one single 0.
struct text_writer {
  char* first;
  char* last;
  bool negative;

  [[nodiscard]] static constexpr std::to_chars_result too_long(char* end) noexcept {
    return {end, std::errc::value_too_large};
  }
  // Where to write, if `length` characters and the sign have room; else nullptr.
  constexpr char* begin(std::int64_t length) const noexcept {
    if (last - first < length + negative) return nullptr;
    char* out = first;
    if (negative) *out++ = '-';
    return out;
  }
  constexpr std::to_chars_result word(const char* text) const noexcept {
    char* out = begin(3);
    if (out == nullptr) return too_long(last);
    for (int i = 0; i < 3; ++i) *out++ = text[i];
    return {out, std::errc{}};
  }

  static constexpr int exponent_digits(int exponent, int least) noexcept {
    int count = 0;
    for (int e = exponent < 0 ? -exponent : exponent; e != 0; e /= 10) ++count;
    return count < least ? least : count;
  }
  static constexpr char* write_exponent(char* out, char mark, int exponent, int least) noexcept {
    *out++ = mark;
    *out++ = exponent < 0 ? '-' : '+';
    const int count = exponent_digits(exponent, least);
    int e = exponent < 0 ? -exponent : exponent;
    for (int i = count - 1; i >= 0; --i, e /= 10) out[i] = static_cast<char>('0' + e % 10);
    return out + count;
  }

  // Characters without the sign; `decimals` digits stand behind the point.
  static constexpr std::int64_t fixed_length(int exponent, std::int64_t decimals) noexcept {
    return (exponent < 0 ? 1 : std::int64_t{exponent} + 1) + (decimals > 0 ? decimals + 1 : 0);
  }
  static constexpr std::int64_t scientific_length(int exponent, std::int64_t decimals) noexcept {
    return 1 + (decimals > 0 ? decimals + 1 : 0) + 2 + exponent_digits(exponent, 2);
  }

  constexpr std::to_chars_result fixed(const char* digits, int count, int exponent,
                                       std::int64_t decimals) const noexcept {
    char* out = begin(fixed_length(exponent, decimals));
    if (out == nullptr) return too_long(last);
    int used = 0;
    if (exponent < 0) *out++ = '0';
    for (int i = 0; i <= exponent; ++i) *out++ = used < count ? digits[used++] : '0';
    if (decimals > 0) *out++ = '.';
    for (std::int64_t i = 1; i <= decimals; ++i) *out++ = i >= -exponent && used < count ? digits[used++] : '0';
    return {out, std::errc{}};
  }
  constexpr std::to_chars_result scientific(const char* digits, int count, int exponent,
                                            std::int64_t decimals) const noexcept {
    char* out = begin(scientific_length(exponent, decimals));
    if (out == nullptr) return too_long(last);
    *out++ = digits[0];
    if (decimals > 0) *out++ = '.';
    for (std::int64_t i = 1; i <= decimals; ++i) *out++ = i < count ? digits[i] : '0';
    return {write_exponent(out, 'e', exponent, 2), std::errc{}};
  }

  // 1.hhh p exponent, with `decimals` hex digits, or as many as there are if negative; ties to even.
  constexpr std::to_chars_result hex(const exact& x, int decimals) const noexcept {
    std::uint64_t lead = 0, fraction = 0;  // lead.fraction, the fraction left-aligned
    int exponent = 0, count = 0;
    if (x.kind == value_kind::finite) {
      lead = 1;
      fraction = x.significand << 1;
      exponent = x.exponent;
      if (decimals >= 0 && decimals < 16) {
        const std::uint64_t kept = decimals == 0 ? 0 : fraction >> (64 - 4 * decimals);
        const std::uint64_t rest = fraction << (4 * decimals);
        const bool odd = decimals == 0 || (kept & 1) != 0;  // the lead is 1
        const std::uint64_t rounded = kept + nearest_even{}(false, odd, rest);
        lead += rounded >> (4 * decimals);  // 1.fff... may become 2, which printf leaves at that
        fraction = decimals == 0 ? 0 : rounded << (64 - 4 * decimals);
      }
      count = (64 - std::countr_zero(fraction) + 3) / 4;
      if (fraction == 0) count = 0;
    }
    const int wanted = decimals < 0 ? count : decimals;
    const std::int64_t length = 1 + (wanted > 0 ? 1 + std::int64_t{wanted} : 0) + 2 + exponent_digits(exponent, 1);
    char* out = begin(length);
    if (out == nullptr) return too_long(last);
    *out++ = static_cast<char>('0' + lead);
    if (wanted > 0) *out++ = '.';
    for (int i = 0; i < wanted; ++i) {
      *out++ = i < count ? "0123456789abcdef"[(fraction >> (60 - 4 * i)) & 15] : '0';
    }
    return {write_exponent(out, 'p', exponent, 1), std::errc{}};
  }
};

enum class decimal_form : unsigned char { shorter, fixed, scientific, general };

constexpr decimal_form form_of(std::chars_format format) noexcept {
  return format == std::chars_format::fixed        ? decimal_form::fixed
         : format == std::chars_format::scientific ? decimal_form::scientific
                                                   : decimal_form::general;
}

// The decimal digits of n in text[0..20), without zeros at the end; the count of all digits in `length`.
struct small_digits {
  char text[20];
  int count = 0;
  int length = 0;
  constexpr explicit small_digits(std::uint64_t n) noexcept {
    for (std::uint64_t rest = n; rest != 0; rest /= 10) ++length;
    for (int i = length - 1; i >= 0; --i, n /= 10) text[i] = static_cast<char>('0' + n % 10);
    for (count = length; count > 1 && text[count - 1] == '0';) --count;
  }
};

// The integer inside an interval that is closest to the value; with `fewest_digits`, of those with the fewest: 99
// rather than 100, where both will do. 0 if they need more than 63 bits.
template <Format F>
constexpr std::uint64_t closest_integer(const rounding_interval& interval, bool fewest_digits) {
  if (64 - std::countl_zero(interval.upper) + interval.unit > 63) return 0;
  const decimal_candidates c = candidates_at<F>(interval, 0);
  const std::uint64_t n = c.closest();
  if (!fewest_digits) return n;
  std::uint64_t power = 1;  // the largest power of ten up to n
  while (power <= n / 10) power *= 10;
  return c.low < power && power <= n ? power - 1 : n;
}

template <Number T>
constexpr std::to_chars_result write_shortest(text_writer out, T x, const exact& value, decimal_form form) {
  using F = typename T::format;
  const rounding_interval interval = interval_of<F>(value, F::magnitude(x.bits()), text_rounding<T>{});

  const auto write = [&](const char* digits, int count, int exponent) -> std::to_chars_result {
    const int decimals = count - 1 > exponent ? count - 1 - exponent : 0;
    const std::int64_t scientific = out.scientific_length(exponent, count - 1);
    const std::int64_t fixed = out.fixed_length(exponent, decimals);
    bool is_fixed = form == decimal_form::fixed;
    if (form == decimal_form::general) is_fixed = exponent >= -4 && exponent < 6;
    if (form == decimal_form::shorter) is_fixed = fixed <= scientific;

    // Zeros before the point may as well be digits of the value, and there may be one digit less.
    const bool whole = exponent >= count && interval.lower != interval.upper;
    if (whole && (is_fixed || (form == decimal_form::shorter && fixed - 1 <= scientific))) {
      if (const std::uint64_t integer = closest_integer<F>(interval, is_fixed); integer != 0) {
        const small_digits all(integer);
        if (is_fixed || all.length <= scientific) return out.fixed(all.text, all.count, all.length - 1, 0);
      } else if (is_fixed) {
        const decimal_digits<F> all(value);
        return out.fixed(all.data(), all.size(), all.exponent(), 0);
      }
    }
    if (is_fixed) return out.fixed(digits, count, exponent, decimals);
    if (count == 1 && digits[0] == '1' && interval.lower != interval.upper) {
      const short_decimal other = closest_of_one_digit<F>(interval, exponent);
      if (out.scientific_length(other.exponent, 0) <= scientific) {
        return out.scientific(&"0123456789"[other.digits], 1, other.exponent, 0);
      }
    }
    return out.scientific(digits, count, exponent, count - 1);
  };

  if (interval.lower == interval.upper) {  // nothing but the value itself rounds to it
    const decimal_digits<F> all(value);
    return write(all.data(), all.size(), all.exponent());
  }
  const short_decimal shortest = shortest_decimal<F>(interval);
  const small_digits digits(shortest.digits);
  return write(digits.text, digits.count, digits.length - 1 + shortest.exponent);
}

// printf's %e, %f and %g; `keep_zeros` is the # of %#g.
template <Format F>
constexpr std::to_chars_result write_rounded(text_writer out, const exact& x, decimal_form form, int precision,
                                             bool keep_zeros = false) {
  if (x.kind == value_kind::zero) {
    if (form == decimal_form::scientific) return out.scientific("0", 1, 0, precision);
    return out.fixed("0", 1, 0,
                     form == decimal_form::fixed   ? precision
                     : keep_zeros && precision > 1 ? precision - 1
                                                   : 0);
  }
  decimal_digits<F> digits(x);
  if (form == decimal_form::fixed) {
    digits.round(std::int64_t{digits.exponent()} + 1 + precision);
    if (digits.size() == 0) return out.fixed("0", 1, 0, precision);
    return out.fixed(digits.data(), digits.size(), digits.exponent(), precision);
  }
  if (form == decimal_form::scientific) {
    digits.round(std::int64_t{precision} + 1);
    return out.scientific(digits.data(), digits.size(), digits.exponent(), precision);
  }
  const int wanted = precision == 0 ? 1 : precision;  // significant digits
  digits.round(wanted);
  const int exponent = digits.exponent(), shown = keep_zeros ? wanted : digits.size();
  if (exponent < -4 || exponent >= wanted) {
    return out.scientific(digits.data(), digits.size(), exponent, std::int64_t{shown} - 1);
  }
  const std::int64_t decimals = std::int64_t{shown} - 1 - exponent;
  return out.fixed(digits.data(), digits.size(), exponent, decimals < 0 ? 0 : decimals);
}

}  // namespace detail

/// The shortest text that `from_chars` reads back to x, in fixed or scientific form, whichever is shorter (fixed
/// if neither is): "1.5", "-0", "6e-08", "inf", "nan"; "-nan" for a NaN with a sign.
/// Returns one past the last character, or {last, value_too_large}, with nothing said about [first, last).
template <detail::Number T>
constexpr std::to_chars_result to_chars(char* first, char* last, T x) {
  const exact value = decode(x);
  const detail::text_writer out{first, last, value.negative};
  if (value.kind == value_kind::nan) return out.word("nan");
  if (value.kind == value_kind::infinite) return out.word("inf");
  if (value.kind == value_kind::zero) return out.fixed("0", 1, 0, 0);
  return detail::write_shortest(out, x, value, detail::decimal_form::shorter);
}

/// The same in one form. general is scientific for exponents below -4 and from 6 on, as %g; hex is exact, without
/// 0x, with a leading 1 ("1.8p-3"), and "0p+0".
template <detail::Number T>
constexpr std::to_chars_result to_chars(char* first, char* last, T x, std::chars_format format) {
  const exact value = decode(x);
  const detail::text_writer out{first, last, value.negative};
  if (value.kind > value_kind::finite) return to_chars(first, last, x);
  if (format == std::chars_format::hex) return out.hex(value, -1);
  const detail::decimal_form form = detail::form_of(format);
  if (value.kind == value_kind::finite) return detail::write_shortest(out, x, value, form);
  return form == detail::decimal_form::scientific ? out.scientific("0", 1, 0, 0) : out.fixed("0", 1, 0, 0);
}

/// The exact value rounded to `precision` digits, ties to even, as printf's %f, %e, %g (without trailing zeros) and
/// %a (without 0x). A negative precision counts as 6, for hex as the digits it takes.
template <detail::Number T>
constexpr std::to_chars_result to_chars(char* first, char* last, T x, std::chars_format format, int precision) {
  const exact value = decode(x);
  const detail::text_writer out{first, last, value.negative};
  if (value.kind > value_kind::finite) return to_chars(first, last, x);
  if (format == std::chars_format::hex) return out.hex(value, precision);
  return detail::write_rounded<typename T::format>(out, value, detail::form_of(format),
                                                   precision < 0 ? 6 : precision);
}

/// Reads the longest prefix of [first, last) that is a number in the grammar of std::from_chars: no leading blanks,
/// no plus sign; fixed text stops before an exponent, scientific text must have one, hex text has no 0x.
///
/// Policies come last and in any order, as for `convert`; those not given are T's own, with nearest_even in place of
/// a stochastic one. Returns where it stopped and
///   errc{}               x is the value, rounded once
///   result_out_of_range  x is what the overflow policy makes of it: the magnitude is beyond the largest one,
///                        non-zero text became zero, or T lacks the infinity, NaN or zero that the text asks for
///   invalid_argument     no number here: x is unchanged, and ptr is first
/// Under `wrap`, text of more than 64 significant bits wraps to a value that is not defined further.
template <detail::Number T, class... Policies>
constexpr std::from_chars_result from_chars(const char* first, const char* last, T& x,
                                            std::chars_format format = std::chars_format::general,
                                            Policies&&... policies) {
  static_assert(detail::count_of<rounding_tag, Policies...> <= 1, "lowp: two rounding policies in one call");
  static_assert(detail::count_of<overflow_tag, Policies...> <= 1, "lowp: two overflow policies in one call");
  static_assert(detail::count_of<random_tag, Policies...> <= 1, "lowp: two sources of random bits in one call");
  static_assert(detail::significant_bits<T> <= 61, "lowp: from_chars reads formats of at most 61 significant bits");
  using detail::exponent_part;
  const exponent_part rule = format == std::chars_format::fixed        ? exponent_part::forbidden
                             : format == std::chars_format::scientific ? exponent_part::required
                                                                       : exponent_part::optional;
  const detail::number_text text = detail::read_number_text(first, last, format == std::chars_format::hex, rule);
  if (text.end == nullptr) return {first, std::errc::invalid_argument};
  const detail::read_result result = detail::round_text<T>(
      detail::exact_value<typename T::format>(text),
      detail::pick<rounding_tag>(detail::text_rounding<T>{}, static_cast<Policies&&>(policies)...),
      detail::pick<overflow_tag>(typename T::overflow{}, static_cast<Policies&&>(policies)...),
      detail::pick<random_tag>(detail::draw_from_thread{}, static_cast<Policies&&>(policies)...));
  x = scalar_traits<T>::from_code(result.code);
  return {text.end, result.in_range ? std::errc{} : std::errc::result_out_of_range};
}

/// The same for general text, with policies.
template <detail::Number T, detail::PolicyArgument First, class... Policies>
constexpr std::from_chars_result from_chars(const char* first, const char* last, T& x, First&& policy,
                                            Policies&&... policies) {
  return from_chars(first, last, x, std::chars_format::general, static_cast<First&&>(policy),
                    static_cast<Policies&&>(policies)...);
}

}  // namespace lowp
