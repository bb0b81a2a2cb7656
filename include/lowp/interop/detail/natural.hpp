// A natural number of bounded size, for exact conversion between binary and decimal.
//
//   value = sum of limb[i] * 2^(64 i), i < size; the highest limb is not 0, and 0 has no limbs
//
// The bound is what the number format at hand can need (a few hundred bits for bfloat16): the limbs are part of
// the object up to 4 KiB and on the heap beyond, where only formats with exponents in the thousands go. The
// caller answers for the bound. Everything is constexpr; costs are linear in the limbs of the operands.
// Division: D. E. Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D, one digit of the quotient.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <lowp/core/bits.hpp>

namespace lowp::detail {

// Uninitialised room for N values of a built-in type.
template <class T, int N>
class room {
 public:
  constexpr room() noexcept {}  // not `= default`: the values stay uninitialised
  constexpr T& operator[](int i) noexcept { return values_[i]; }
  constexpr const T& operator[](int i) const noexcept { return values_[i]; }
  constexpr T* data() noexcept { return values_; }

 private:
  T values_[static_cast<std::size_t>(N)];
};
template <class T, int N>
requires(N * sizeof(T) > 4096) class room<T, N> {
 public:
  constexpr room() : values_(new T[static_cast<std::size_t>(N)]) {}
  constexpr ~room() { delete[] values_; }
  room(const room&) = delete;
  room& operator=(const room&) = delete;
  constexpr T& operator[](int i) noexcept { return values_[i]; }
  constexpr const T& operator[](int i) const noexcept { return values_[i]; }
  constexpr T* data() noexcept { return values_; }

 private:
  T* values_;
};

inline constexpr int max_power_of_5 = 27;  // 5^27 < 2^64 < 5^28
struct powers_of_5 {
  std::uint64_t value[max_power_of_5 + 1];
  constexpr powers_of_5() noexcept : value{1} {
    for (int i = 1; i <= max_power_of_5; ++i) value[i] = 5 * value[i - 1];
  }
};
inline constexpr powers_of_5 power_of_5{};

template <int Limbs>
class natural {
 public:
  constexpr natural() = default;
  constexpr explicit natural(std::uint64_t value) : size_(value != 0) {
    if (value != 0) limb_[0] = value;
  }
  natural(const natural&) = delete;
  natural& operator=(const natural&) = delete;

  [[nodiscard]] constexpr bool is_zero() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr int bit_length() const noexcept {
    return size_ == 0 ? 0 : 64 * size_ - std::countl_zero(limb_[size_ - 1]);
  }

  // *this = *this * factor + addend
  constexpr void multiply_add(std::uint64_t factor, std::uint64_t addend) noexcept {
    std::uint64_t carry = addend;
    for (int i = 0; i < size_; ++i) limb_[i] = multiply_step(limb_[i], factor, carry);
    if (carry != 0) limb_[size_++] = carry;
  }
  // *this = a * factor, factor > 0
  constexpr void assign_product(const natural& a, std::uint64_t factor) noexcept {
    std::uint64_t carry = 0;
    for (int i = 0; i < a.size_; ++i) limb_[i] = multiply_step(a.limb_[i], factor, carry);
    size_ = a.size_;
    if (carry != 0) limb_[size_++] = carry;
  }
  constexpr void multiply_by_power_of_5(int exponent) noexcept {
    for (; exponent > max_power_of_5; exponent -= max_power_of_5) {
      multiply_add(power_of_5.value[max_power_of_5], 0);
    }
    multiply_add(power_of_5.value[exponent], 0);
  }
  constexpr void shift_left(int n) noexcept {
    if (size_ == 0 || n == 0) return;
    const int whole = n / 64, part = n % 64;
    std::uint64_t above = 0;  // the limb above the one at hand: nothing yet
    for (int i = size_ - 1; i >= 0; --i) {
      const std::uint64_t x = limb_[i];
      const std::uint64_t top = part == 0 ? 0 : x >> (64 - part);
      if (i == size_ - 1) {
        if (top != 0) limb_[size_ + whole] = top;
        above = top;
      } else {
        limb_[i + 1 + whole] |= top;
      }
      limb_[i + whole] = x << part;
    }
    for (int i = 0; i < whole; ++i) limb_[i] = 0;
    size_ += whole + (above != 0);
  }

  // floor(*this / 2^n) modulo 2^64
  [[nodiscard]] constexpr std::uint64_t bits_from(int n) const noexcept {
    const int i = n / 64, part = n % 64;
    const std::uint64_t low = i < size_ ? limb_[i] : 0, high = i + 1 < size_ ? limb_[i + 1] : 0;
    return part == 0 ? low : (low >> part) | (high << (64 - part));
  }
  // Whether *this modulo 2^n is not 0.
  [[nodiscard]] constexpr bool any_below(int n) const noexcept {
    for (int i = 0; i < n / 64 && i < size_; ++i) {
      if (limb_[i] != 0) return true;
    }
    return n / 64 < size_ && (limb_[n / 64] & low_mask(n % 64)) != 0;
  }

  // *this = floor(*this / divisor), and the remainder; 2^63 <= divisor.
  constexpr std::uint64_t divide_by(std::uint64_t divisor) noexcept {
    std::uint64_t remainder = 0;
    for (int i = size_ - 1; i >= 0; --i) {
      const quotient q = divide_wide(remainder, limb_[i], divisor);
      limb_[i] = q.value;
      remainder = q.remainder;
    }
    if (size_ != 0 && limb_[size_ - 1] == 0) --size_;
    return remainder;
  }

  // The quotient by a divisor whose highest limb has its top bit set; *this becomes the remainder.
  // The quotient must fit into 64 bits.
  constexpr std::uint64_t divide_by(const natural& divisor) noexcept {
    const int n = divisor.size_;
    if (size_ < n) return 0;
    const std::uint64_t top = divisor.limb_[n - 1], high = size_ > n ? limb_[n] : 0;
    if (size_ == n) limb_[n] = 0;
    // The estimate from the two highest limbs is at most 2 too large.
    std::uint64_t q = high >= top ? ~std::uint64_t{0} : divide_wide(high, limb_[n - 1], top).value;
    std::uint64_t carry = 0;
    bool borrow = false;
    for (int i = 0; i < n; ++i) {
      const std::uint64_t low = multiply_step(divisor.limb_[i], q, carry);
      limb_[i] = subtract_step(limb_[i], low, borrow);
    }
    limb_[n] = subtract_step(limb_[n], carry, borrow);
    for (; borrow; --q) {  // negative: add the divisor until the carry cancels the borrow
      bool over = false;
      for (int i = 0; i < n; ++i) limb_[i] = add_step(limb_[i], divisor.limb_[i], over);
      limb_[n] += over;
      borrow = !(over && limb_[n] == 0);
    }
    size_ = n;
    trim();
    return q;
  }

  // The order of 2 * *this and b.
  [[nodiscard]] constexpr std::strong_ordering compare_doubled(const natural& b) const noexcept {
    if (bit_length() + 1 != b.bit_length()) return bit_length() + 1 <=> b.bit_length();
    for (int i = b.size_ - 1; i >= 0; --i) {
      const std::uint64_t own = i < size_ ? limb_[i] : 0, below = i > 0 ? limb_[i - 1] : 0;
      const std::uint64_t doubled = (own << 1) | (below >> 63);
      if (doubled != b.limb_[i]) return doubled <=> b.limb_[i];
    }
    return std::strong_ordering::equal;
  }
  // *this = 2 * *this - b, which must not be negative.
  constexpr void double_and_subtract(const natural& b) noexcept {
    shift_left(1);
    bool borrow = false;
    for (int i = 0; i < size_; ++i) limb_[i] = subtract_step(limb_[i], i < b.size_ ? b.limb_[i] : 0, borrow);
    trim();
  }

 private:
  static constexpr std::uint64_t multiply_step(std::uint64_t a, std::uint64_t b, std::uint64_t& carry) noexcept {
    const wide p = multiply_wide(a, b);
    const std::uint64_t low = p.low + carry;
    carry = p.high + (low < p.low);
    return low;
  }
  static constexpr std::uint64_t add_step(std::uint64_t a, std::uint64_t b, bool& carry) noexcept {
    const std::uint64_t s = a + b, t = s + carry;
    carry = s < a || t < s;
    return t;
  }
  static constexpr std::uint64_t subtract_step(std::uint64_t a, std::uint64_t b, bool& borrow) noexcept {
    const std::uint64_t s = a - b, t = s - borrow;
    borrow = s > a || t > s;
    return t;
  }
  constexpr void trim() noexcept {
    while (size_ > 0 && limb_[size_ - 1] == 0) --size_;
  }

  room<std::uint64_t, Limbs> limb_;
  int size_ = 0;
};

}  // namespace lowp::detail
