// Faster ways to the bits of the generic path, for an operation on codes.
//
//   shortcut<Op, R, O, To, From...>::apply(code, ...) -> code of the result
//
// To is a format, From are formats and built-in integers, whose code is the value modulo 2^64.
//
// Whoever knows one specialises this template beside the format that it is for (formats/in_double.hpp is an example);
// the operations of arithmetic.hpp and convert.hpp take it wherever it is defined. It must give the bits of the generic
// path for all codes: a shortcut is a matter of speed and never a second meaning, and a test holds the two against each
// other. Shortcuts take no part in constant expressions.
#pragma once

#include <cstdint>

#include <lowp/core/config.hpp>

namespace lowp::detail {

template <class Op, class Rounding, class Overflow, class To, class... From>
struct shortcut {};

template <class Op, class Rounding, class Overflow, class To, class... From>
inline constexpr bool has_shortcut = requires {
  &shortcut<Op, Rounding, Overflow, To, From...>::apply;
};

}  // namespace lowp::detail
