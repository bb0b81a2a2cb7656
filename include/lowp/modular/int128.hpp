// A signed integer of 128 bits, two's complement in two words: what exact_gemm writes where 64 bits do not do.
//
//   value = high 2^64 + low
//
// A plain pair of words without compiler extensions: compared, negated, added and subtracted (modulo 2^128), and
// converted to double, to the nearest, ties to even.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace lowp::modular {

/// high 2^64 + low.
struct int128 {
  std::uint64_t low = 0;
  std::int64_t high = 0;

  constexpr int128() noexcept = default;
  constexpr int128(std::int64_t x) noexcept : low(static_cast<std::uint64_t>(x)), high(x < 0 ? -1 : 0) {}
  [[nodiscard]] static constexpr int128 from_words(std::uint64_t low_word, std::int64_t high_word) noexcept {
    int128 x;
    x.low = low_word;
    x.high = high_word;
    return x;
  }

  friend constexpr bool operator==(const int128&, const int128&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const int128& x, const int128& y) noexcept {
    if (x.high != y.high) return x.high <=> y.high;
    return x.low <=> y.low;
  }
  friend constexpr int128 operator+(const int128& x, const int128& y) noexcept {
    const std::uint64_t sum = x.low + y.low;
    return from_words(sum, to_signed(x.high_word() + y.high_word() + (sum < x.low ? 1 : 0)));
  }
  friend constexpr int128 operator-(const int128& x) noexcept {
    return from_words(~x.low, to_signed(~x.high_word())) + int128(1);
  }
  friend constexpr int128 operator-(const int128& x, const int128& y) noexcept { return x + -y; }
  constexpr int128& operator+=(const int128& x) noexcept { return *this = *this + x; }
  constexpr int128& operator-=(const int128& x) noexcept { return *this = *this - x; }

  /// The nearest double, ties to even.
  [[nodiscard]] explicit constexpr operator double() const noexcept {
    const int128 size = high < 0 ? -*this : *this;  // as an unsigned integer: -2^127 stays
    const std::uint64_t top = size.high_word();
    double r = static_cast<double>(size.low);
    if (top != 0) {
      const int n = std::countl_zero(top);
      std::uint64_t head = n == 0 ? top : top << n | size.low >> (64 - n);
      if (size.low << n != 0) head |= 1;  // only whether anything follows matters for rounding
      const double unit = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + 64 - n) << 52);
      r = static_cast<double>(head) * unit;
    }
    return high < 0 ? -r : r;
  }

 private:
  [[nodiscard]] constexpr std::uint64_t high_word() const noexcept { return static_cast<std::uint64_t>(high); }
  static constexpr std::int64_t to_signed(std::uint64_t x) noexcept { return static_cast<std::int64_t>(x); }
};

}  // namespace lowp::modular
