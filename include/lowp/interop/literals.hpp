// Literals of every named format: `using namespace lowp::literals;` and 1.5_e4m3fn is a constant of type e4m3fn.
//
// A literal is exactly the number that it says, or it does not compile: 0.1_float16 is refused, as is 500_e4m3fn.
// For the nearest value write float16(0.1), for one rounded at compile time from all its digits, from_chars.
// All numeric literals of C++ will do: 0x1.8p-3_float16, 0b101_e5m2, 1'024_bfloat16; 010_e5m2 is octal, hence 8.
// A sign is an operator, which is exact: -1.5_e4m3fn.
//
// For another type, one line:
//   template <char... C> consteval auto operator""_p8() { return lowp::literal<lowp::p3109<8, 3>, C...>(); }
// Source: ISO C++ [lex.icon], [lex.fcon], [lex.ext].
#pragma once

#include <lowp/formats/names.hpp>
#include <lowp/interop/detail/number_text.hpp>

namespace lowp {

namespace detail {

// The exact value of a numeric literal without its suffix. A part that the grammar leaves over gives NaN, which is
// no literal's value.
template <Format F, char... C>
consteval exact literal_value() noexcept {
  constexpr char source[] = {C...};
  char text[sizeof...(C) + 1] = {};
  int size = 0;
  bool integer = true;
  for (const char c : source) {
    if (c == '\'') continue;
    text[size++] = c;
    integer = integer && c != '.' && c != 'e' && c != 'E';
  }
  const char* const last = text + size;
  const auto read = [&] {
    if (text[0] == '0') {
      if ((text[1] | 0x20) == 'x') return read_binary_text(text + 2, last, 4, true);
      if ((text[1] | 0x20) == 'b') return read_binary_text(text + 2, last, 1, false);
    }
    if (text[0] == '0' && integer) return read_binary_text(text, last, 3, false);
    return read_decimal_text(text, last, exponent_part::optional);
  };
  const number_text number = read();
  return number.end == last ? exact_value<F>(number) : exact::nan();
}

}  // namespace detail

/// The number that the characters C of a numeric literal stand for; it must be a value of T.
template <detail::Number T, char... C>
[[nodiscard]] consteval T literal() noexcept {
  using F = typename T::format;
  constexpr exact value = detail::literal_value<F, C...>();
  constexpr std::uint64_t code = encode<F>(value, toward_zero{}, saturate{}, detail::no_random);
  constexpr bool is_value = value.kind <= value_kind::finite && F::decode(code) == value;
  static_assert(is_value, "lowp: this literal is not a value of the format");
  return scalar_traits<T>::from_code(code);
}

inline namespace literals {

// clang-format off
template <char... C> consteval auto operator""_float16() { return literal<float16, C...>(); }
template <char... C> consteval auto operator""_bfloat16() { return literal<bfloat16, C...>(); }
template <char... C> consteval auto operator""_tf32() { return literal<tf32, C...>(); }
template <char... C> consteval auto operator""_e5m2() { return literal<e5m2, C...>(); }
template <char... C> consteval auto operator""_e4m3() { return literal<e4m3, C...>(); }
template <char... C> consteval auto operator""_e4m3fn() { return literal<e4m3fn, C...>(); }
template <char... C> consteval auto operator""_e3m4() { return literal<e3m4, C...>(); }
template <char... C> consteval auto operator""_e4m3fnuz() { return literal<e4m3fnuz, C...>(); }
template <char... C> consteval auto operator""_e5m2fnuz() { return literal<e5m2fnuz, C...>(); }
template <char... C> consteval auto operator""_e4m3b11fnuz() { return literal<e4m3b11fnuz, C...>(); }
template <char... C> consteval auto operator""_e3m2fn() { return literal<e3m2fn, C...>(); }
template <char... C> consteval auto operator""_e2m3fn() { return literal<e2m3fn, C...>(); }
template <char... C> consteval auto operator""_e2m1fn() { return literal<e2m1fn, C...>(); }
template <char... C> consteval auto operator""_e8m0fnu() { return literal<e8m0fnu, C...>(); }
template <char... C> consteval auto operator""_ue4m3() { return literal<ue4m3, C...>(); }
template <char... C> consteval auto operator""_ue5m3() { return literal<ue5m3, C...>(); }
// clang-format on

}  // namespace literals

}  // namespace lowp
