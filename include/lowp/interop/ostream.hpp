// Streams: operator<< and operator>> for every number type.
//
//   std::cout << x                 the shortest text that reads back, as to_chars
//   std::setprecision(p)           p other than 6: at most p significant digits of the exact value, as %.pg
//   std::fixed, std::scientific    p digits behind the point, 6 unless told otherwise;  std::hexfloat: 0x1.8p+0
//   showpos, showpoint, uppercase, width, fill, left, right, internal: as for a float
//
// A stream cannot tell a precision of 6 that was set from the 6 that it starts with; that one means "shortest", as
// 3.14 in bfloat16 is better shown so than as the exact 3.140625. The locale is not asked: a point is a point.
// Reading takes the longest text that can be a number, in any of these forms, inf and nan included.
#pragma once

#include <istream>
#include <lowp/interop/detail/text_spec.hpp>
#include <ostream>

namespace lowp {

namespace detail {

// Gathers the characters of one number from a stream buffer, one at a time and never past the first that cannot
// continue it, since no more than one can be put back.
template <class Char, class Traits>
class number_scanner {
 public:
  explicit number_scanner(std::basic_istream<Char, Traits>& in) : in_(in), buffer_(*in.rdbuf()) { look(); }

  // The text without + and 0x; whether it was 0x; empty if no number stands here.
  std::string scan(bool& hex) {
    hex = false;
    if (next_ == '+' || next_ == '-') {
      if (next_ == '-') text_ += '-';
      skip();
    }
    if ((next_ | 0x20) == 'i') {
      word("infinity");
    } else if ((next_ | 0x20) == 'n') {
      word("nan");
      if (next_ == '(' && text_.size() >= 3) {
        do take();
        while (next_ != ')' && is_name(next_));
        take_if(')');
      }
    } else {
      take_if('0');
      if ((next_ | 0x20) == 'x' && !text_.empty() && text_.back() == '0') {
        hex = true;
        text_.pop_back();
        skip();
      }
      const auto digits = [&](int base) {
        while (next_ != 0 && digit_value(next_) < base) take();
      };
      digits(hex ? 16 : 10);
      if (take_if('.')) digits(hex ? 16 : 10);
      if (take_if(hex ? 'p' : 'e') || take_if(hex ? 'P' : 'E')) {
        if (!take_if('-')) take_if('+');
        digits(10);
      }
    }
    return std::move(text_);
  }
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

 private:
  void look() {
    const auto c = buffer_.sgetc();
    at_end_ = Traits::eq_int_type(c, Traits::eof());
    next_ = at_end_ ? '\0' : in_.narrow(Traits::to_char_type(c), '\0');
  }
  void skip() {
    buffer_.sbumpc();
    look();
  }
  void take() {
    text_ += next_;
    skip();
  }
  bool take_if(char c) {
    if (next_ != c) return false;
    take();
    return true;
  }
  void word(const char* letters) {
    for (; *letters != '\0' && (next_ | 0x20) == *letters; ++letters) take();
  }
  static bool is_name(char c) noexcept {
    return digit_value(c) <= 9 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
  }

  std::basic_istream<Char, Traits>& in_;
  std::basic_streambuf<Char, Traits>& buffer_;
  std::string text_;
  char next_ = '\0';  // '\0' at the end, and for what is no character of a number
  bool at_end_ = false;
};

}  // namespace detail

/// Writes x by the stream's flags; see the head of this file.
template <class Char, class Traits, detail::Number T>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, T x) {
  using ios = std::ios_base;
  const auto flags = out.flags();
  const auto form = flags & ios::floatfield;
  const bool fixed = (form & ios::fixed) != 0, scientific = (form & ios::scientific) != 0;
  constexpr int most = std::numeric_limits<int>::max();
  const int precision = out.precision() < 0 ? 6 : out.precision() > most ? most : static_cast<int>(out.precision());
  detail::text_spec<Char> spec;
  spec.type = fixed && scientific ? 'a' : fixed ? 'f' : scientific ? 'e' : precision == 6 ? '\0' : 'g';
  if (spec.type != 'a' && spec.type != '\0') spec.precision = precision;
  if ((flags & ios::showpos) != 0) spec.sign = detail::text_sign::plus;
  spec.alternate = (flags & ios::showpoint) != 0;
  spec.upper = (flags & ios::uppercase) != 0;

  const detail::rendered_text text(x, spec, true);
  std::basic_string<Char, Traits> wide;
  const auto append = [&](std::string_view s) {
    for (const char c : s) wide += out.widen(c);
  };
  // Internal padding comes behind the sign, or behind 0x if there is no sign ([facet.num.put.virtuals], stage 3).
  const std::string_view prefix = text.prefix();
  const std::size_t front = prefix.size() == 3 ? 1 : prefix.size();
  append(prefix.substr(0, front));
  if ((flags & ios::adjustfield) == ios::internal) {
    const auto size = static_cast<std::streamsize>(prefix.size() + text.body().size());
    if (out.width() > size) wide.append(static_cast<std::size_t>(out.width() - size), out.fill());
  }
  append(prefix.substr(front));
  append(text.body());
  return out << wide;  // pads, and answers for the state of the stream
}

/// Skips blanks and reads a number, rounded by T's policies as from_chars does. Text that is no number sets failbit and
/// leaves x zero; text beyond T's range sets failbit and leaves in x what the overflow policy makes of it.
template <class Char, class Traits, detail::Number T>
std::basic_istream<Char, Traits>& operator>>(std::basic_istream<Char, Traits>& in, T& x) {
  auto state = std::ios_base::goodbit;
  try {
    if (const typename std::basic_istream<Char, Traits>::sentry ready(in); ready) {
      detail::number_scanner<Char, Traits> scanner(in);
      bool hex = false;
      const std::string text = scanner.scan(hex);
      if (scanner.at_end()) state |= std::ios_base::eofbit;
      const char* const last = text.data() + text.size();
      const auto format = hex ? std::chars_format::hex : std::chars_format::general;
      T value{};
      const auto [end, error] = from_chars(text.data(), last, value, format);
      const bool whole = end == last && error != std::errc::invalid_argument;
      if (!whole || error != std::errc{}) state |= std::ios_base::failbit;
      x = whole ? value : T{};
    }
  } catch (const std::ios_base::failure&) {  // the stream's own, from setting a state that it is told to throw at
    throw;
  } catch (...) {  // the buffer's: as every formatted input does, tell it by badbit, and rethrow if told to
    try {
      in.setstate(std::ios_base::badbit);
    } catch (const std::ios_base::failure&) {
    }
    if ((in.exceptions() & std::ios_base::badbit) != 0) throw;
  }
  in.setstate(state);
  return in;
}

}  // namespace lowp
