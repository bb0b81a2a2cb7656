// What std::format and fmt have in common: the format specification of a number, parsed and rendered. Knows neither.
//
//   [[fill]align][sign][#][0][width][.precision][type]      width and precision may be {} or {n}
//   no type       the shortest text that reads back, or with a precision as g without its trailing zeros
//   e f g a       as printf: 6 digits unless told otherwise (a: as many as it takes); E F G A in upper case
//   x             the code in hex, as many digits as the format has bits for: 3c, and with #, 0x3c
//   b             the code by fields, sign|exponent|fraction: 0|0111|100; those with no bits are left out
//   #             e f g a: a decimal point always, g keeps its zeros;  x b: the prefix 0x, 0b
//   0             zeros between sign and digits, unless there is an alignment; not for inf and nan
//
// The locale is never asked, so L is refused. Numbers stand at the right of their field unless told otherwise.
// Source: ISO C++ [format.string.std].
#pragma once

#include <lowp/interop/charconv.hpp>
#include <string>
#include <string_view>

namespace lowp::detail {

enum class text_align : unsigned char { none, left, center, right };
enum class text_sign : unsigned char { minus, plus, space };

template <class Char>
struct text_spec {
  Char fill[4] = {' '};
  int fill_size = 1;
  text_align align = text_align::none;
  text_sign sign = text_sign::minus;
  bool alternate = false;
  bool zero_pad = false;
  bool upper = false;
  char type = '\0';  // lower case
  int width = 0;
  int precision = -1;                                // none
  int width_argument = -1, precision_argument = -1;  // indices of arguments that hold them
};

template <class Char>
constexpr text_align align_of(Char c) noexcept {
  return c == Char('<')   ? text_align::left
         : c == Char('^') ? text_align::center
         : c == Char('>') ? text_align::right
                          : text_align::none;
}

// Code units of the code point that starts with this one.
template <class Char>
constexpr int units_of(Char lead) noexcept {
  const auto u = static_cast<std::uint32_t>(static_cast<std::make_unsigned_t<Char>>(lead));
  if (sizeof(Char) == 1) return u >= 0xf0 ? 4 : u >= 0xe0 ? 3 : u >= 0xc0 ? 2 : 1;
  return sizeof(Char) == 2 && (u & 0xfc00) == 0xd800 ? 2 : 1;
}

// A decimal integer up to 2^31 - 1, or a message.
template <class Iterator>
constexpr const char* parse_integer(Iterator& at, Iterator last, int& value) noexcept {
  std::int64_t n = 0;
  for (; at != last && *at >= '0' && *at <= '9'; ++at) {
    n = 10 * n + static_cast<int>(*at - '0');
    if (n > std::numeric_limits<int>::max()) return "lowp: a width or precision is beyond 2147483647";
  }
  value = static_cast<int>(n);
  return nullptr;
}

// An integer, or {} or {n}, the index of an argument.
template <class Context, class Iterator>
constexpr const char* parse_count(Context& context, Iterator& at, Iterator last, int& value, int& argument) {
  if (at == last || *at != '{') return parse_integer(at, last, value);
  ++at;
  if (at != last && *at == '}') {
    argument = static_cast<int>(context.next_arg_id());
  } else {
    if (at == last || *at < '0' || *at > '9') return "lowp: a width or precision argument is {} or {index}";
    if (const char* message = parse_integer(at, last, argument)) return message;
    context.check_arg_id(static_cast<decltype(context.next_arg_id())>(argument));
  }
  if (at == last || *at != '}') return "lowp: a width or precision argument is {} or {index}";
  ++at;
  return nullptr;
}

// Reads the specification at context.begin(), up to '}' or the end, and leaves `at` there. A message, or nullptr.
template <class Char, class Context, class Iterator>
constexpr const char* parse_spec(Context& context, Iterator& at, Iterator last, text_spec<Char>& spec) {
  if (at == last || *at == '}') return nullptr;
  const int units = units_of(*at);
  if (last - at > units && align_of(at[units]) != text_align::none) {
    if (*at == '{') return "lowp: { cannot be the fill";
    for (int i = 0; i < units; ++i) spec.fill[i] = *at++;
    spec.fill_size = units;
    spec.align = align_of(*at++);
  } else if (align_of(*at) != text_align::none) {
    spec.align = align_of(*at++);
  }

  const auto accept = [&](char c) {
    if (at == last || *at != static_cast<Char>(c)) return false;
    ++at;
    return true;
  };
  bool has_sign = true;
  if (accept('+')) {
    spec.sign = text_sign::plus;
  } else if (accept(' ')) {
    spec.sign = text_sign::space;
  } else {
    has_sign = accept('-');
  }
  spec.alternate = accept('#');
  spec.zero_pad = accept('0');
  if (const char* message = parse_count(context, at, last, spec.width, spec.width_argument)) return message;
  const bool has_precision = accept('.');
  if (has_precision) {
    if (at == last || !(*at == '{' || (*at >= '0' && *at <= '9')))
      return "lowp: a precision is missing after the point";
    if (const char* message = parse_count(context, at, last, spec.precision, spec.precision_argument)) return message;
  }
  if (at != last && *at == 'L') return "lowp: the text of numbers does not depend on a locale; L is refused";
  for (const char type : {'e', 'f', 'g', 'a', 'x', 'b'}) {
    spec.upper = accept(static_cast<char>(type - 'a' + 'A'));
    if (spec.upper || accept(type)) {
      spec.type = type;
      break;
    }
  }
  if (at != last && *at != '}')
    return "lowp: a number's format is [[fill]align][sign][#][0][width][.precision][efgaxb]";
  const bool bits = spec.type == 'x' || spec.type == 'b';
  if (bits && (has_sign || has_precision)) return "lowp: bits (x, b) have neither sign nor precision";
  return nullptr;
}

// Sign, exponent and fraction of a code; a format that does not tell its fields is one.
template <Format F>
constexpr std::to_chars_result write_fields(char* first, char* last, std::uint64_t code) noexcept {
  int widths[3] = {F::bits, 0, 0};
  if constexpr (requires { F::exponent_bits, F::fraction_bits, F::is_signed; }) {
    widths[0] = F::is_signed;
    widths[1] = F::exponent_bits;
    widths[2] = F::fraction_bits;
  }
  if (last - first < F::bits + 2) return text_writer::too_long(last);
  char* out = first;
  int left = F::bits;
  for (const int width : widths) {
    if (width == 0) continue;
    if (out != first) *out++ = '|';
    for (int i = 0; i < width; ++i) *out++ = static_cast<char>('0' + ((code >> --left) & 1));
  }
  return {out, std::errc{}};
}

template <Format F>
constexpr std::to_chars_result write_code(char* first, char* last, std::uint64_t code) noexcept {
  constexpr int count = (F::bits + 3) / 4;
  if (last - first < count) return text_writer::too_long(last);
  for (int i = count - 1; i >= 0; --i) *first++ = "0123456789abcdef"[(code >> (4 * i)) & 15];
  return {first, std::errc{}};
}

template <Number T>
constexpr std::to_chars_result write_digits(char* first, char* last, T x, char type, int precision, bool alternate) {
  using std::chars_format;
  switch (type) {
    case 'x':
      return write_code<typename T::format>(first, last, x.bits());
    case 'b':
      return write_fields<typename T::format>(first, last, x.bits());
    case 'a':
      return precision < 0 ? to_chars(first, last, x, chars_format::hex)
                           : to_chars(first, last, x, chars_format::hex, precision);
    case 'e':
      return to_chars(first, last, x, chars_format::scientific, precision);
    case 'f':
      return to_chars(first, last, x, chars_format::fixed, precision);
    case 'g':
      if (const exact value = decode(x); alternate && value.kind <= value_kind::finite) {
        return write_rounded<typename T::format>({first, last, value.negative}, value, decimal_form::general,
                                                 precision < 0 ? 6 : precision, true);
      }
      return to_chars(first, last, x, chars_format::general, precision);
    default:
      return precision < 0 ? to_chars(first, last, x) : to_chars(first, last, x, chars_format::general, precision);
  }
}

// The characters of a number before padding: sign and prefix, then the rest.
class rendered_text {
 public:
  // `hex_prefix`: whether the type a has 0x, as in printf and fmt, or not, as in std::format.
  template <Number T, class Char>
  rendered_text(T x, const text_spec<Char>& spec, bool hex_prefix) {
    const bool bits = spec.type == 'x' || spec.type == 'b';
    const bool finite = decode(x).kind <= value_kind::finite;
    constexpr int front = 3, back = 1;  // room for a sign and 0x; for a point
    int room = static_cast<int>(sizeof local_);
    char* digits = nullptr;
    std::to_chars_result end{};
    for (;; data_ = grow(room)) {
      digits = data_ + front;
      end = write_digits(digits, data_ + room - back, x, spec.type, spec.precision, spec.alternate);
      if (end.ec == std::errc{}) break;
    }
    last_ = end.ptr;
    if (spec.alternate && !bits && finite) add_point(digits);

    const bool negative = *digits == '-';
    body_ = digits + negative;
    first_ = body_;
    const bool number = bits || finite;
    if (number && (bits ? spec.alternate : spec.type == 'a' && hex_prefix)) {
      *--first_ = spec.type == 'b' ? 'b' : 'x';
      *--first_ = '0';
    }
    if (negative) {
      *--first_ = '-';
    } else if (spec.sign != text_sign::minus) {
      *--first_ = spec.sign == text_sign::plus ? '+' : ' ';
    }
    if (spec.upper) {
      for (char* p = first_; p != last_; ++p) {
        if (*p >= 'a' && *p <= 'z') *p = static_cast<char>(*p - 'a' + 'A');
      }
    }
    can_zero_pad_ = number;
  }
  rendered_text(const rendered_text&) = delete;
  rendered_text& operator=(const rendered_text&) = delete;

  [[nodiscard]] std::string_view prefix() const noexcept { return view(first_, body_); }
  [[nodiscard]] std::string_view body() const noexcept { return view(body_, last_); }

  // Writes the text in its field to an output iterator, which it returns.
  template <class Out, class Char>
  Out write(Out out, const text_spec<Char>& spec) const {
    const std::size_t size = static_cast<std::size_t>(last_ - first_);
    const std::size_t width = spec.width < 0 ? 0 : static_cast<std::size_t>(spec.width);
    const std::size_t padding = width > size ? width - size : 0;
    const bool zeros = spec.zero_pad && spec.align == text_align::none && can_zero_pad_;
    const std::size_t before = zeros                              ? 0
                               : spec.align == text_align::left   ? 0
                               : spec.align == text_align::center ? padding / 2
                                                                  : padding;
    const auto put = [&](std::string_view text) {
      for (const char c : text) *out++ = static_cast<Char>(c);
    };
    const auto fill = [&](std::size_t count) {
      for (; count > 0; --count) {
        for (int i = 0; i < spec.fill_size; ++i) *out++ = spec.fill[i];
      }
    };
    fill(before);
    put(prefix());
    for (std::size_t i = 0; zeros && i < padding; ++i) *out++ = Char('0');
    put(body());
    fill(zeros ? 0 : padding - before);
    return out;
  }

 private:
  static std::string_view view(const char* first, const char* last) noexcept {
    return {first, static_cast<std::size_t>(last - first)};
  }
  char* grow(int& room) {
    room = room > std::numeric_limits<int>::max() / 4 ? std::numeric_limits<int>::max() : 4 * room;
    heap_.resize(static_cast<std::size_t>(room));
    return heap_.data();
  }
  // The point of #: behind the digits, where the exponent or the end is.
  void add_point(char* digits) noexcept {
    char* at = digits;
    for (; at != last_ && *at != 'e' && *at != 'p'; ++at) {
      if (*at == '.') return;
    }
    for (char* p = last_++; p != at; --p) *p = p[-1];
    *at = '.';
  }

  char local_[128];
  std::string heap_;
  char* data_ = local_;
  char* first_ = nullptr;
  char* body_ = nullptr;
  char* last_ = nullptr;
  bool can_zero_pad_ = false;
};

// The value of a dynamic width or precision, for the visitor of either library: none if it is no integer >= 0.
struct count_argument {
  template <class T>
  constexpr int operator()(const T& value) const noexcept {
    if constexpr (std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t>) {
      if (value >= 0 && static_cast<std::uint64_t>(value) <= 0x7fffffff) return static_cast<int>(value);
    }
    return -1;
  }
};
inline constexpr const char* bad_count_argument =
    "lowp: a width or precision argument must be an integer from 0 to 2147483647";

}  // namespace lowp::detail
