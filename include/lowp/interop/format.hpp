// std::format for every number type, where the standard library has it; elsewhere this header declares nothing.
//
//   {}        the shortest text that reads back: 0.1        {:+08.3f}  as for a float
//   {:x}      the code in hex: 3c                           {:b}       by fields: 0|0111|100
// The full grammar is in detail/text_spec.hpp; it is checked at compile time. As in std::format of floats, the type
// a has no 0x. A bad specification is std::format_error. Source: ISO C++ [format.string.std].
#pragma once

#include <version>

#ifdef __cpp_lib_format

#include <format>
#include <lowp/interop/detail/text_spec.hpp>

/// Formats a number like a floating-point one; see the head of this file.
template <lowp::Format F, lowp::RoundingPolicy R, lowp::OverflowPolicy O, class Char>
struct std::formatter<lowp::number<F, R, O>, Char> {
  template <class ParseContext>
  constexpr auto parse(ParseContext& context) {
    auto at = context.begin();
    const char* const message = lowp::detail::parse_spec(context, at, context.end(), spec_);
    if (message != nullptr) throw std::format_error(message);
    return at;
  }

  template <class FormatContext>
  auto format(lowp::number<F, R, O> x, FormatContext& context) const {
    auto spec = spec_;
    if (spec.width_argument >= 0) spec.width = count(context, spec.width_argument);
    if (spec.precision_argument >= 0) spec.precision = count(context, spec.precision_argument);
    return lowp::detail::rendered_text(x, spec, false).write(context.out(), spec);
  }

 private:
  template <class FormatContext>
  static int count(FormatContext& context, int id) {
    const auto argument = context.arg(static_cast<std::size_t>(id));
#if __cpp_lib_format >= 202306L && __cplusplus > 202302L  // visit_format_arg is deprecated in C++26
    const int value = argument.visit(lowp::detail::count_argument{});
#else
    const int value = std::visit_format_arg(lowp::detail::count_argument{}, argument);
#endif
    if (value < 0) throw std::format_error(lowp::detail::bad_count_argument);
    return value;
  }

  lowp::detail::text_spec<Char> spec_;
};

#endif
