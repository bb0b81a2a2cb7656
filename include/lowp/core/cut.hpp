// Cutting a value toward zero onto a grid of codes, without losing what is needed to round it.
//
//   code   the largest magnitude code whose value does not exceed |x|
//   rest   the part of the gap up to code + 1 that was discarded, as a 0.64 fraction;
//          its last bit is sticky: set when anything below it was discarded too
//
// Magnitude codes ascend with the value, so the next larger value is code + 1 and a carry walks from the fraction
// into the exponent by itself. Above a format's largest value the grid goes on for ever: overflow is decided after
// rounding (IEEE 754-2019, 7.4).
#pragma once

#include <limits>

#include <lowp/core/exact.hpp>

namespace lowp {

struct cut {
  std::uint64_t code;
  std::uint64_t rest;
};

namespace detail {

// floor((significand + sticky) * 2^-n) and what falls off; n > -64.
LOWP_FN constexpr cut shift_out(std::uint64_t significand, bool sticky, int n) noexcept {
  if (n > 0 && n < 64) return {significand >> n, (significand << (64 - n)) | sticky};
  if (n <= 0) return {significand << -n, sticky};
  if (n == 64) return {0, significand | sticky};
  if (n < 128) return {0, (significand >> (n - 64)) | ((significand << (128 - n)) != 0) | sticky};
  return {0, std::uint64_t{1}};
}

// The same for a significand that goes on in `tail`, 0 <= n.
LOWP_FN constexpr cut shift_out(std::uint64_t significand, std::uint64_t tail, int n) noexcept {
  if (n == 0) return {significand, tail};
  const bool below = n >= 64 || (tail << (64 - n)) != 0;
  cut c = shift_out(significand, n >= 64 ? tail != 0 : below, n);
  if (n < 64) c.rest |= tail >> n;
  return c;
}

// The grid of binary floating point: code = field << fraction_bits | fraction, and
//   field >= 1   (1 + fraction / 2^fraction_bits) * 2^(field - bias)
//   field == 0   fraction * 2^(1 - bias - fraction_bits), the subnormals, which share the unit of field 1.
LOWP_FN constexpr exact decode_floating(bool negative, std::uint64_t magnitude, int fraction_bits,
                                        int bias) noexcept {
  const std::uint64_t fraction = magnitude & low_mask(fraction_bits);
  const int field = static_cast<int>(magnitude >> fraction_bits);
  if (field == 0) return exact::scaled(negative, fraction, 1 - bias - fraction_bits);
  const std::uint64_t hidden = std::uint64_t{1} << fraction_bits;
  return {(hidden | fraction) << (63 - fraction_bits), field - bias, value_kind::finite, negative, false};
}

LOWP_FN constexpr cut cut_floating(const exact& x, int fraction_bits, int bias) noexcept {
  // A code of 64 bits holds fields below 2^(64 - fraction_bits): beyond that, any larger field will do.
  const int highest = fraction_bits > 32 ? 1 << (63 - fraction_bits) : std::numeric_limits<int>::max();
  const int field = x.exponent + bias < highest ? x.exponent + bias : highest;
  const int below = field < 1 ? 1 - field : 0;  // binades below the smallest normal one
  const cut k = shift_out(x.significand, x.sticky, 63 - fraction_bits + below);
  // k.code includes the hidden bit (if any), which carries into the field: hence field - 1.
  return {(static_cast<std::uint64_t>(field + below - 1) << fraction_bits) + k.code, k.rest};
}

}  // namespace detail
}  // namespace lowp
