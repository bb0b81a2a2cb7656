// quarter_turn: the complex numbers 1, i, -1, -i in two bits.
//
//   value of code c = i^c          so a product is a sum of codes, modulo 4
//
// A weight of this kind turns an activation and costs no multiplication. Source: F. Wang et al., iFairy: the First 2-bit
// Complex LLM with All Parameters in {+-1, +-i} (arXiv:2508.05571), PhaseQuant.
#pragma once

#include <cstdint>

#include <lowp/core/config.hpp>

namespace lowp {

class quarter_turn {
 public:
  quarter_turn() = default;
  /// i^code; bits above the lowest two are ignored.
  [[nodiscard]] LOWP_FN static constexpr quarter_turn from_bits(unsigned code) noexcept {
    quarter_turn q;
    q.bits_ = static_cast<std::uint8_t>(code & 3);
    return q;
  }
  [[nodiscard]] LOWP_FN constexpr std::uint8_t bits() const noexcept { return bits_; }

  /// The value whose phase is nearest to that of re + im i; on a diagonal the next one counter-clockwise. Zero and NaN
  /// give 1. T is signed, and -re and -im do not overflow.
  template <class T>
  [[nodiscard]] LOWP_FN static constexpr quarter_turn nearest(T re, T im) noexcept {
    const T zero(0);
    if (im > zero && -im < re && re <= im) return from_bits(1);
    if (re < zero && re < im && im <= -re) return from_bits(2);
    if (im < zero && im <= re && re < -im) return from_bits(3);
    return from_bits(0);
  }

  [[nodiscard]] LOWP_FN constexpr int real() const noexcept { return (1 - bits_) * (1 - bits_ % 2); }
  [[nodiscard]] LOWP_FN constexpr int imag() const noexcept { return (2 - bits_) * (bits_ % 2); }

  [[nodiscard]] friend LOWP_FN constexpr quarter_turn operator*(quarter_turn a, quarter_turn b) noexcept {
    return from_bits(a.bits_ + 0u + b.bits_);
  }
  [[nodiscard]] friend LOWP_FN constexpr quarter_turn operator/(quarter_turn a, quarter_turn b) noexcept {
    return from_bits(a.bits_ + 4u - b.bits_);
  }
  LOWP_FN constexpr quarter_turn& operator*=(quarter_turn b) noexcept { return *this = *this * b; }
  LOWP_FN constexpr quarter_turn& operator/=(quarter_turn b) noexcept { return *this = *this / b; }
  [[nodiscard]] LOWP_FN constexpr quarter_turn operator+() const noexcept { return *this; }
  [[nodiscard]] LOWP_FN constexpr quarter_turn operator-() const noexcept { return from_bits(bits_ + 2u); }
  [[nodiscard]] friend LOWP_FN constexpr quarter_turn conj(quarter_turn a) noexcept {
    return from_bits(4u - a.bits_);
  }
  friend constexpr bool operator==(quarter_turn, quarter_turn) = default;

  /// Turns re + im i in place: exact for every signed T.
  template <class T>
  LOWP_FN constexpr void apply(T& re, T& im) const noexcept {
    const T x = re, y = im;
    switch (bits_) {
      case 0:
        break;
      case 1:
        re = -y, im = x;
        break;
      case 2:
        re = -x, im = -y;
        break;
      default:
        re = y, im = -x;
    }
  }

  /// The code; use bits(). Public so that it can be a template argument.
  std::uint8_t bits_;
};

}  // namespace lowp
