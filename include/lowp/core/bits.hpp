// Unsigned integers: the storage type of a code, and the few operations on 128 bits that exact arithmetic needs.
//
//   storage_t<N>       smallest unsigned type that holds N bits, 1 <= N <= 64
//   low_mask(n)        2^n - 1, 0 <= n <= 64
//   multiply_wide      64 x 64 -> 128
//   divide_wide        128 / 64 -> 64, quotient and remainder (high < divisor)
//   root_wide          floor(sqrt(128)) -> 64, and whether it is exact
//
// Everything is constexpr and independent of compiler extensions: unsigned __int128 only makes it faster. Division:
// D. E. Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D, with two 32-bit digits. Square root: P.
// Zimmermann, Karatsuba Square Root, INRIA RR-3805, 1999.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <lowp/core/config.hpp>

namespace lowp {

namespace detail {
template <int Bits>
struct storage_of {
  static_assert(Bits >= 1 && Bits <= 64, "lowp: a code has 1 to 64 bits");
  using narrow = std::conditional_t<(Bits <= 8), std::uint8_t, std::uint16_t>;
  using wide = std::conditional_t<(Bits <= 32), std::uint32_t, std::uint64_t>;
  using type = std::conditional_t<(Bits <= 16), narrow, wide>;
};
}  // namespace detail

template <int Bits>
using storage_t = typename detail::storage_of<Bits>::type;

[[nodiscard]] LOWP_FN constexpr std::uint64_t low_mask(int n) noexcept {
  return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

namespace detail {

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;
#endif

// The 128-bit number high * 2^64 + low.
struct wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr bool operator==(wide, wide) = default;
};

LOWP_FN constexpr wide multiply_wide(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
  const uint128 p = static_cast<uint128>(a) * b;
  return {static_cast<std::uint64_t>(p >> 64), static_cast<std::uint64_t>(p)};
#else
  const std::uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const std::uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), cross = a0 * b1 + (middle & 0xffffffff);
  return {a1 * b1 + (middle >> 32) + (cross >> 32), (cross << 32) | (low & 0xffffffff)};
#endif
}

struct quotient {
  std::uint64_t value;
  std::uint64_t remainder;
};

// (high * 2^64 + low) / divisor for high < divisor and a divisor with its top bit set.
LOWP_FN constexpr quotient divide_wide(std::uint64_t high, std::uint64_t low, std::uint64_t divisor) noexcept {
#if defined(__x86_64__) && defined(__SIZEOF_INT128__) && !defined(__CUDA_ARCH__)
  if (!std::
          is_constant_evaluated()) {  // one instruction, which no compiler finds: it cannot know that high < divisor
    __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(divisor) : "cc");
    return {low, high};
  }
#endif
  const std::uint64_t d1 = divisor >> 32, d0 = divisor & 0xffffffff;
  // One 32-bit digit of the quotient: the estimate from the leading digits is at most 2 too large.
  const auto digit = [=](std::uint64_t rest, std::uint64_t next, std::uint64_t& remainder) {
    std::uint64_t q = rest / d1, r = rest % d1;
    while ((q >> 32) != 0 || q * d0 > ((r << 32) | next)) {
      --q;
      r += d1;
      if ((r >> 32) != 0) break;
    }
    remainder = (rest << 32) + next - q * divisor;  // modulo 2^64: the true remainder is below the divisor
    return q;
  };
  std::uint64_t middle = 0, remainder = 0;
  const std::uint64_t q1 = digit(high, low >> 32, middle);
  const std::uint64_t q0 = digit(middle, low & 0xffffffff, remainder);
  return {(q1 << 32) + q0, remainder};
}

struct root {
  std::uint64_t value;
  bool exact;
};

// floor(sqrt(n)) and n - floor(sqrt(n))^2 for n with one of its top two bits set; 32-bit result.
LOWP_FN constexpr quotient root_of_64(std::uint64_t n) noexcept {
#if defined(__SIZEOF_INT128__) && !defined(__CUDA_ARCH__)
  if (!std::is_constant_evaluated()) {  // from a double, which is off by one at most whatever its rounding mode
    std::uint64_t value = static_cast<std::uint64_t>(__builtin_sqrt(static_cast<double>(n)));
    value -= value >> 32;  // 2^32
    value -= value * value > n;
    std::uint64_t remainder = n - value * value;
    const std::uint64_t one_more = remainder > 2 * value;
    remainder -= (2 * value + 1) & (0 - one_more);
    return {value + one_more, remainder};
  }
#endif
  std::uint64_t value = 0, remainder = 0;
  for (int shift = 62; shift >= 0; shift -= 2) {  // the schoolbook method, one bit a step
    remainder = (remainder << 2) | ((n >> shift) & 3);
    const std::uint64_t trial = (value << 2) | 1;
    const std::uint64_t fits = remainder >= trial;  // a digit is a coin toss: no branch
    remainder -= trial & (0 - fits);
    value = value << 1 | fits;
  }
  return {value, remainder};
}

// floor(sqrt(n)) for n with one of its top two bits set, so that the result has its top bit set.
LOWP_FN constexpr root root_wide(wide n) noexcept {
  const quotient top = root_of_64(n.high);  // sqrt of the upper half, then one division gives the lower half
  // (remainder * 2^32 + next digit) / (2 * root): the numerator may need 65 bits, so halve both sides first.
  const std::uint64_t next = n.low >> 32;
  const std::uint64_t half_numerator = (top.remainder << 31) | (next >> 1);
  std::uint64_t q = half_numerator / top.value;
  const std::uint64_t r = ((half_numerator % top.value) << 1) | (next & 1);
  std::uint64_t value = (top.value << 32) + q;
  if ((q >> 32) != 0) {  // q = 2^32 can occur only when the root is all ones
    q = 0xffffffff;
    value = (top.value << 32) + q;
    const wide square = multiply_wide(value, value);
    return {value, square == n};
  }
  // Exactly, remainder = r * 2^32 + low digit - q^2; if that is negative the estimate is one too large.
  const wide square = multiply_wide(q, q);
  const std::uint64_t digit = (r << 32) | (n.low & 0xffffffff);
  const bool r_overflows = (r >> 32) != 0;
  const bool negative = !r_overflows && (square.high != 0 || square.low > digit);
  if (negative) return {value - 1, false};
  return {value, !r_overflows && square.high == 0 && square.low == digit};
}

}  // namespace detail
}  // namespace lowp
