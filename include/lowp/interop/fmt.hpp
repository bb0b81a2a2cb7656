// {fmt} for every number type: fmt::format("{}", x), fmt::print and the rest.
//
//   {}        the shortest text that reads back: 0.1        {:+08.3f}  as for a float
//   {:x}      the code in hex: 3c                           {:b}       by fields: 0|0111|100
// The full grammar is in detail/text_spec.hpp; it is checked at compile time where fmt checks it. As fmt does for
// floats, the type a puts 0x in front. A bad specification is fmt::format_error. Works with fmt 9, 10, 11.
#pragma once

#include <fmt/format.h>

#include <lowp/interop/detail/text_spec.hpp>

/// Formats a number like a floating-point one; see the head of this file.
template <lowp::Format F, lowp::RoundingPolicy R, lowp::OverflowPolicy O, class Char>
struct fmt::formatter<lowp::number<F, R, O>, Char> {
  template <class ParseContext>
  constexpr auto parse(ParseContext& context) {
    auto at = context.begin();
    const char* const message = lowp::detail::parse_spec(context, at, context.end(), spec_);
    if (message != nullptr) FMT_THROW(fmt::format_error(message));
    return at;
  }

  template <class FormatContext>
  auto format(lowp::number<F, R, O> x, FormatContext& context) const {
    auto spec = spec_;
    if (spec.width_argument >= 0) spec.width = count(context, spec.width_argument);
    if (spec.precision_argument >= 0) spec.precision = count(context, spec.precision_argument);
    return lowp::detail::rendered_text(x, spec, true).write(context.out(), spec);
  }

 private:
  template <class FormatContext>
  static int count(FormatContext& context, int id) {
#if FMT_VERSION >= 110000
    const int value = context.arg(id).visit(lowp::detail::count_argument{});
#else
    const int value = fmt::visit_format_arg(lowp::detail::count_argument{}, context.arg(id));
#endif
    if (value < 0) FMT_THROW(fmt::format_error(lowp::detail::bad_count_argument));
    return value;
  }

  lowp::detail::text_spec<Char> spec_;
};
