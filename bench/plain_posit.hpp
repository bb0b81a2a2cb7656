// Posits the straightforward way, for comparison: one loop over the regime, and a branch for each case, as libraries of
// today do it. posit<N, 2> for N <= 32 as codes in the low bits; nearest even.
#pragma once

#include <bit>
#include <cstdint>

namespace plain {

template <int N>
struct posit {
  static constexpr std::uint32_t nar = std::uint32_t{1} << (N - 1);
  static constexpr std::uint32_t mask = nar | (nar - 1);

  struct parts {
    bool negative;
    int exponent;
    std::uint64_t significand;  // 1.fraction with 30 fraction bits
  };

  static parts decode(std::uint32_t code) {
    parts p{(code & nar) != 0, 0, 0};
    if (p.negative) code = (0 - code) & mask;
    std::uint64_t rest = std::uint64_t{code} << (65 - N);  // regime first
    if ((rest >> 63) != 0) {
      p.exponent = -4;
      while ((rest >> 63) != 0) {
        p.exponent += 4;
        rest <<= 1;
      }
    } else {
      while ((rest >> 63) == 0) {
        p.exponent -= 4;
        rest <<= 1;
      }
    }
    rest <<= 1;  // the end of the regime
    p.exponent += static_cast<int>(rest >> 62);
    p.significand = (rest << 2 >> 34) | std::uint64_t{1} << 30;
    return p;
  }

  // significand: bit 62 set, and its lowest bit sticky.
  static std::uint32_t encode(bool negative, int exponent, std::uint64_t significand) {
    const int largest = 4 * (N - 2);
    std::uint64_t code = 0;
    if (exponent >= largest) {
      code = nar - 1;
    } else if (exponent < -largest) {
      code = 1;
    } else {
      const int regime = exponent >> 2, length = regime >= 0 ? regime + 2 : 1 - regime;
      // regime | exponent | fraction in 64 bits, what does not fit in the last
      const std::uint64_t start =
          regime >= 0 ? ~std::uint64_t{0} << (65 - length) : std::uint64_t{1} << (64 - length);
      const std::uint64_t tail =
          static_cast<std::uint64_t>(exponent & 3) << 62 | (significand & ((std::uint64_t{1} << 62) - 1));
      std::uint64_t string = start | tail >> length;
      if ((tail << (64 - length)) != 0) string |= 1;
      code = string >> (65 - N);
      const std::uint64_t cut = string << (N - 1), half = std::uint64_t{1} << 63;
      if (cut > half || (cut == half && (code & 1) != 0)) ++code;
      if (code == 0) code = 1;
    }
    return static_cast<std::uint32_t>(negative ? (0 - code) & mask : code);
  }

  static std::uint32_t mul(std::uint32_t a, std::uint32_t b) {
    if (a == nar || b == nar) return nar;
    if (a == 0 || b == 0) return 0;
    const parts x = decode(a), y = decode(b);
    std::uint64_t p = x.significand * y.significand;  // in [2^60, 2^62)
    int exponent = x.exponent + y.exponent;
    if ((p >> 61) != 0) {
      ++exponent;
      p <<= 1;
    } else {
      p <<= 2;
    }
    return encode(x.negative != y.negative, exponent, p);
  }

  static std::uint32_t div(std::uint32_t a, std::uint32_t b) {
    if (a == nar || b == nar || b == 0) return nar;
    if (a == 0) return 0;
    const parts x = decode(a), y = decode(b);
    const std::uint64_t n = x.significand << 32;
    std::uint64_t q = n / y.significand;  // in (2^31, 2^33)
    const bool inexact = n % y.significand != 0;
    int exponent = x.exponent - y.exponent;
    if ((q >> 32) != 0) {
      q <<= 30;
    } else {
      --exponent;
      q <<= 31;
    }
    return encode(x.negative != y.negative, exponent, q | inexact);
  }

  static std::uint32_t add(std::uint32_t a, std::uint32_t b) {
    if (a == nar || b == nar) return nar;
    if (a == 0) return b;
    if (b == 0) return a;
    parts x = decode(a), y = decode(b);
    if (x.exponent < y.exponent || (x.exponent == y.exponent && x.significand < y.significand)) {
      const parts t = x;
      x = y;
      y = t;
    }
    const int distance = x.exponent - y.exponent;
    const std::uint64_t big = x.significand << 31;  // bit 61
    std::uint64_t small = y.significand << 31;
    if (distance > 62) {
      small = 1;
    } else {
      const std::uint64_t lost = small & ((std::uint64_t{1} << distance) - 1);
      small = small >> distance | (lost != 0);
    }
    std::uint64_t sum = x.negative == y.negative ? big + small : big - small;
    if (sum == 0) return 0;
    int exponent = x.exponent + 1;
    while ((sum >> 62) == 0) {
      sum <<= 1;
      --exponent;
    }
    return encode(x.negative, exponent, sum);
  }
};

}  // namespace plain
