// The grammar of numbers as std::from_chars has it, and as literals have it: from characters to the parts of a
// number, without arithmetic on its value beyond shifts.
//
//   decimal      [-] digits [. digits] [e [+-] digits]      at least one digit, on either side of the point
//   hexadecimal  [-] hex digits [. hex digits] [p [+-] digits]      the exponent counts bits
//   [-] inf, infinity, nan, nan(letters digits _), in any case
//
// An exponent may have any number of digits: beyond 10^18 it stays there, farther than any text is long.
// Source: ISO C++ [charconv.from.chars], which refers to strtod in ISO C 7.22.1.3.
#pragma once

#include <lowp/interop/detail/decimal.hpp>

namespace lowp::detail {

enum class exponent_part : unsigned char { forbidden, optional, required };

struct number_text {
  const char* end = nullptr;  // one past what was read; nullptr: no number
  value_kind kind = value_kind::zero;
  bool negative = false;
  bool is_decimal = false;  // finite: `decimal` holds the value, else `significand` does

  decimal_text decimal;
  std::uint64_t significand = 0;  // value = (significand + sticky) * 2^unit
  std::int64_t unit = 0;
  bool sticky = false;
};

// The value of a digit in bases up to 16, else 99.
constexpr int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// The end of `word` (lower case) at p, or nullptr if something else is there.
constexpr const char* skip_word(const char* p, const char* last, const char* word) noexcept {
  for (; *word != '\0'; ++word, ++p) {
    if (p == last || (*p | 0x20) != *word) return nullptr;
  }
  return p;
}

// The part from p on that is `mark` and an exponent, added to `exponent`; p itself if there is none.
constexpr const char* read_exponent(const char* p, const char* last, char mark, std::int64_t& exponent) noexcept {
  constexpr std::int64_t farthest = 1'000'000'000'000'000'000;
  if (p == last || (*p | 0x20) != mark) return p;
  const char* at = p + 1;
  const bool negative = at != last && *at == '-';
  if (at != last && (*at == '-' || *at == '+')) ++at;
  if (at == last || digit_value(*at) > 9) return p;
  std::int64_t value = 0;
  for (; at != last && digit_value(*at) <= 9; ++at) {
    if (value < farthest / 10) {
      value = 10 * value + digit_value(*at);
    } else {
      value = farthest;
    }
  }
  exponent += negative ? -value : value;
  return at;
}

constexpr number_text read_decimal_text(const char* p, const char* last, exponent_part rule) noexcept {
  number_text text;
  text.is_decimal = true;
  decimal_text& decimal = text.decimal;
  std::int64_t index = 0, first_index = 0, last_index = -1, point = -1;  // of digits, not counting the point
  for (; p != last; ++p) {
    if (*p == '.' && point < 0) {
      point = index;
      continue;
    }
    if (*p < '0' || *p > '9') break;
    if (*p != '0') {
      if (decimal.first == nullptr) {
        decimal.first = p;
        first_index = index;
      }
      decimal.last = p + 1;
      last_index = index;
    }
    ++index;
  }
  if (index == 0) return text;
  if (point < 0) point = index;
  const char* const end = rule == exponent_part::forbidden ? p : read_exponent(p, last, 'e', decimal.exponent);
  if (rule == exponent_part::required && end == p) return text;
  text.end = end;
  if (last_index >= 0) {
    text.kind = value_kind::finite;
    decimal.count = last_index - first_index + 1;
    decimal.exponent += point - 1 - last_index;
  }
  return text;
}

// Digits of `bits` bits each (1, 3 or 4); a point and an exponent only if they are asked for.
constexpr number_text read_binary_text(const char* p, const char* last, int bits, bool is_float) noexcept {
  number_text text;
  bool any = false, point = false;
  for (; p != last; ++p) {
    if (*p == '.' && is_float && !point) {
      point = true;
      continue;
    }
    const int digit = digit_value(*p);
    if (digit >= 1 << bits) break;
    any = true;
    // As many bits of the digit as there is room for; the first 64 significant ones are kept.
    const int room = text.significand == 0 ? bits : std::countl_zero(text.significand);
    const int dropped = room >= bits ? 0 : bits - room;
    const auto value = static_cast<std::uint64_t>(digit);
    if (dropped < bits) text.significand = (text.significand << (bits - dropped)) | (value >> dropped);
    text.sticky = text.sticky || (value & low_mask(dropped)) != 0;
    text.unit += dropped - (point ? bits : 0);
  }
  if (!any) return text;
  text.end = is_float ? read_exponent(p, last, 'p', text.unit) : p;
  if (text.significand != 0) text.kind = value_kind::finite;
  return text;
}

// A sign, which may be absent, and what follows it in one of the two grammars.
constexpr number_text read_number_text(const char* first, const char* last, bool hex, exponent_part rule) noexcept {
  const bool negative = first != last && *first == '-';
  const char* const p = first + negative;
  number_text text;
  if (const char* const end = skip_word(p, last, "inf")) {
    const char* const longer = skip_word(end, last, "inity");
    text.end = longer != nullptr ? longer : end;
    text.kind = value_kind::infinite;
  } else if (const char* const nan_end = skip_word(p, last, "nan")) {
    text.end = nan_end;
    text.kind = value_kind::nan;
    if (nan_end != last && *nan_end == '(') {
      const char* at = nan_end + 1;
      while (at != last && (digit_value(*at) <= 9 || ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z') || *at == '_'))
        ++at;
      if (at != last && *at == ')') text.end = at + 1;
    }
  } else {
    text = hex ? read_binary_text(p, last, 4, true) : read_decimal_text(p, last, rule);
  }
  text.negative = negative;
  return text;
}

// The value that text stands for; of a finite one beyond the format's range, a value that is also beyond it.
template <Format F>
constexpr exact exact_value(const number_text& text) {
  switch (text.kind) {
    case value_kind::zero:
      return exact::zero(text.negative);
    case value_kind::infinite:
      return exact::infinity(text.negative);
    case value_kind::nan:
      return exact::nan(text.negative);
    case value_kind::finite:
      break;
  }
  if (text.is_decimal) return read_decimal<F>(text.negative, text.decimal);
  const int shift = std::countl_zero(text.significand);
  const std::int64_t exponent = text.unit + 63 - shift;
  if (exponent > text_facts<F>::huge || exponent < text_facts<F>::tiny) {
    const int far = exponent > 0 ? text_facts<F>::huge : text_facts<F>::tiny - 1;
    return {std::uint64_t{1} << 63, far, value_kind::finite, text.negative, true};
  }
  return {text.significand << shift, static_cast<int>(exponent), value_kind::finite, text.negative, text.sticky};
}

}  // namespace lowp::detail
