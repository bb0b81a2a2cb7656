// Reading the short text that tells what a file holds, where every byte of the text may be hostile.
//
//   in_quotes          a text fit for an error message: at most 60 bytes, everything but printable ASCII as \xNN
//   text_reader        a cursor over the text; each step either finds what the grammar wants or throws `lowp::error`
//                      with the file, the position in the file and what was found
//   read_json_string   a JSON string: all escapes, strict UTF-8 (append_utf8), no NUL
//
// The grammars of both formats are finite (a dictionary of known keys), so there is no recursion to exhaust: an
// unexpected bracket is an error where it stands. Source: RFC 8259 (JSON), 7; RFC 3629 (UTF-8), 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <lowp/core/error.hpp>

namespace lowp::detail {

inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  constexpr char digit[] = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, longest)) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', digit[u >> 4], digit[u & 15]};
    }
  }
  out += '\'';
  if (text.size() > longest) out += "... (" + std::to_string(text.size()) + " bytes)";
  return out;
}

[[noreturn]] inline void fail_in(const std::string& label, const std::string& message) {
  throw error("lowp: " + label + ": " + message);
}

class text_reader {
 public:
  // `label` names the file; `origin` is the position of the text in it.
  text_reader(std::string label, std::string_view text, std::size_t origin)
      : label_(std::move(label)), text_(text), origin_(origin) {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] char peek() const noexcept { return at_end() ? '\0' : text_[at_]; }
  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  [[nodiscard]] std::string_view since(std::size_t begin) const noexcept { return text_.substr(begin, at_ - begin); }
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }
  void skip(std::size_t n) noexcept { at_ += n; }

  void skip_space() noexcept {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }

  // Skips white space, then takes `wanted` if it comes next.
  bool accept(std::string_view wanted) noexcept {
    skip_space();
    if (!rest().starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  void expect(std::string_view wanted, std::string_view where) {
    if (!accept(wanted)) fail_expected(in_quotes(wanted) + " " + std::string(where));
  }

  // A decimal number without sign, leading zeros, fraction or exponent, that fits 64 bits.
  std::uint64_t read_unsigned(std::string_view what) {
    skip_space();
    const std::size_t begin = at_;
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    bool fits = true;
    for (; !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
      fits = fits && value <= (largest - digit) / 10;
      value = fits ? value * 10 + digit : value;
    }
    const std::string_view digits = since(begin);
    if (digits.empty()) fail_expected("a whole number from 0 for " + std::string(what));
    if (!fits) fail(std::string(what) + " " + in_quotes(digits) + " does not fit 64 bits", begin);
    if (digits.size() > 1 && digits[0] == '0')
      fail(std::string(what) + " " + in_quotes(digits) + " has leading zeros", begin);
    if (!at_end() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E')) {
      at_ = begin;
      fail_expected("a whole number for " + std::string(what));
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& message, std::size_t at) const {
    fail_in(label_, message + ", at byte " + std::to_string(origin_ + at));
  }
  [[noreturn]] void fail(const std::string& message) const { fail(message, at_); }

  [[noreturn]] void fail_expected(const std::string& wanted) const {
    if (at_end()) fail("the header ends where " + wanted + " should come");
    fail("expected " + wanted + ", found " + in_quotes(rest().substr(0, 24)));
  }

 private:
  std::string label_;
  std::string_view text_;
  std::size_t origin_;
  std::size_t at_ = 0;
};

inline void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// Bytes of the UTF-8 character that the text begins with; 0 if it is not valid: overlong forms, surrogates and values
// above U+10FFFF are excluded by the range of the second byte.
inline std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = text.empty() ? 0xff : byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return length;
}

// The four hexadecimal digits of \uNNNN.
inline std::uint32_t read_hex4(text_reader& in) {
  const std::size_t begin = in.position();
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = in.peek();
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) in.fail_expected("four hexadecimal digits after \\u" + std::string(in.since(begin)));
    code = code << 4 | static_cast<std::uint32_t>(digit);
    in.skip(1);
  }
  return code;
}

// One escape, the cursor standing behind the backslash.
inline void read_json_escape(text_reader& in, std::string& out) {
  constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
  const char c = in.peek();
  if (const std::size_t i = names.find(c); !in.at_end() && i != names.npos) {
    in.skip(1);
    out += meanings[i];
    return;
  }
  if (c != 'u') in.fail_expected("one of \"\\/bfnrtu after a backslash");
  const std::size_t begin = in.position();
  in.skip(1);
  std::uint32_t code = read_hex4(in);
  if (code >= 0xd800 && code < 0xdc00 && in.rest().starts_with("\\u")) {
    in.skip(2);
    const std::uint32_t second = read_hex4(in);
    // A second half outside its range leaves `code` a surrogate, which is refused below.
    if (second >= 0xdc00 && second < 0xe000) code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
  }
  if (code >= 0xd800 && code < 0xe000) in.fail("half a surrogate pair in " + in_quotes(in.since(begin)), begin);
  if (code == 0) in.fail("a NUL character in a string: " + in_quotes(in.since(begin)), begin);
  append_utf8(out, code);
}

// A string in double quotes. NUL is refused however it is written: a name cut short by some C program would be
// another name there.
inline std::string read_json_string(text_reader& in, std::string_view what) {
  in.expect("\"", "before " + std::string(what));
  std::string out;
  while (true) {
    if (in.at_end()) in.fail_expected("a closing '\"' of " + std::string(what));
    const char c = in.peek();
    if (c == '"') {
      in.skip(1);
      return out;
    }
    if (c == '\\') {
      in.skip(1);
      read_json_escape(in, out);
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20)
      in.fail("a control character " + in_quotes({&c, 1}) + " in " + std::string(what));
    const std::size_t length = utf8_length(in.rest());
    if (length == 0) in.fail("invalid UTF-8 " + in_quotes(in.rest().substr(0, 4)) + " in " + std::string(what));
    out += in.rest().substr(0, length);
    in.skip(length);
  }
}

}  // namespace lowp::detail
