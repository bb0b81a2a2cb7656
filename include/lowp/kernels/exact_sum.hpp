// A sum of scaled integers, or of products of floats, that loses nothing: one rounding, at the end.
//
//   exact_sum<Digits> s(unit);     0; a fixed-point number of 32 Digits bits whose lowest weighs 2^unit
//   s.add(integer, e)              adds integer * 2^e
//   s.add(x)                       adds a double, or an exact product
//   s.to<To>(policies...)          the sum, rounded once
//
// The number is kept as Digits integers of 64 bits, digit i weighing 2^(32 i + unit). One addition changes three of
// them by less than 2^33 and carries nothing to the next; before 2^29 additions the carries are taken. As in a quire,
// an infinity or a NaN is kept beside the sum, and a sum of zero is +0. Source: U. Kulisch, Computer Arithmetic and
// Validity, 8; delayed carries: R. Neal, Fast Exact Summation Using Small and Large Superaccumulators
// (arXiv:1505.05571).
//
// The caller chooses the unit and the digits so that everything fits: float_sum holds 2^63 products of two floats.
#pragma once

#include <array>
#include <cstddef>

#include <lowp/core/arithmetic.hpp>

namespace lowp::detail {

template <int Digits>
class exact_sum {
  static_assert(Digits >= 4, "lowp: exact_sum needs four digits");

 public:
  explicit constexpr exact_sum(int unit) noexcept : unit_(unit) {}

  /// Adds integer * 2^e, e >= unit.
  constexpr void add(std::int64_t integer, int e) noexcept {
    const int position = e - unit_, shift = position % 32;
    const auto i = static_cast<std::size_t>(position / 32);
    constexpr std::uint64_t mask = 0xffffffff;
    // Two halves; shifted, the lower is below 2^63 and the upper, which has the sign, below 2^62 in magnitude.
    const std::uint64_t low = (static_cast<std::uint64_t>(integer) & mask) << shift;
    const std::int64_t high = (integer >> 32) * (std::int64_t{1} << shift);
    digit_[i] += static_cast<std::int64_t>(low & mask);
    digit_[i + 1] += static_cast<std::int64_t>(low >> 32) + (high & static_cast<std::int64_t>(mask));
    digit_[i + 2] += high >> 32;
    if (++since_carry_ == std::uint32_t{1} << 29) carry();
  }

  /// Adds a double, of which every set bit must lie within the range; infinities and NaN as their kind says.
  constexpr void add(double x) noexcept {
    const std::uint64_t b = std::bit_cast<std::uint64_t>(x);
    const int field = static_cast<int>(b >> 52 & 0x7ff);
    if (field == 0x7ff) return add_special(binary64::decode(b));
    if (x == 0) return;
    auto m = static_cast<std::int64_t>((b & low_mask(52)) | std::uint64_t{field != 0} << 52);
    int e = (field == 0 ? 1 : field) - 1075;
    if (e < unit_) {  // what is below the unit are zeros
      m >>= unit_ - e;
      e = unit_;
    }
    add(x < 0 ? -m : m, e);
  }

  /// Adds a finite product.
  constexpr void add(const long_exact& x) noexcept {
    const std::uint64_t part[] = {x.significand >> 32, x.significand & 0xffffffff, x.tail >> 32, x.tail & 0xffffffff};
    for (int i = 0; i < 4; ++i) {
      const auto size = static_cast<std::int64_t>(part[i]);
      if (size != 0) add(x.negative ? -size : size, x.exponent - 31 - 32 * i);
    }
  }

  /// Adds an infinity or a NaN.
  constexpr void add_special(const exact& x) noexcept {
    special_ = special_.kind == value_kind::zero ? x : static_cast<exact>(exact_add(special_, x));
  }

  /// The sum to 128 bits and a sticky bit.
  [[nodiscard]] constexpr long_exact value() const noexcept {
    if (special_.kind != value_kind::zero) return special_;
    exact_sum size = *this;
    size.carry();
    const bool negative = size.digit_[Digits - 1] < 0;
    if (negative) {
      for (std::int64_t& d : size.digit_) d = -d;
      size.carry();
    }
    // Digits of 32 bits from here on; the top one may have more.
    std::array<std::uint64_t, std::size_t{(Digits + 2) / 2 + 1}> word{};
    for (std::size_t i = 0; i < Digits; ++i) {
      const auto d = static_cast<std::uint64_t>(size.digit_[i]);
      word[i / 2] |= i % 2 == 0 ? d : d << 32;
      if (i % 2 != 0) word[i / 2 + 1] = d >> 32;
    }
    int top = static_cast<int>(word.size()) - 1;
    while (top >= 0 && word[static_cast<std::size_t>(top)] == 0) --top;
    if (top < 0) return exact::zero();
    const auto at = [&](int i) { return i < 0 ? 0 : word[static_cast<std::size_t>(i)]; };
    const int shift = std::countl_zero(at(top));
    const auto shifted = [&](int i) { return at(i) << shift | at(i - 1) >> 1 >> (63 - shift); };
    bool more = at(top - 2) << shift != 0;
    for (int i = 0; i < top - 2; ++i) more |= at(i) != 0;
    return {{shifted(top), unit_ + 64 * top + 63 - shift, value_kind::finite, negative, false},
            shifted(top - 1) | static_cast<std::uint64_t>(more)};
  }

  template <Scalar To, class... Policies>
  [[nodiscard]] constexpr To to(Policies&&... policies) const noexcept {
    return round_to<To>(value(), static_cast<Policies&&>(policies)...);
  }

 private:
  // All digits but the top one into 0 .. 2^32 - 1.
  constexpr void carry() noexcept {
    for (std::size_t i = 0; i + 1 < Digits; ++i) {
      digit_[i + 1] += digit_[i] >> 32;
      digit_[i] &= 0xffffffff;
    }
    since_carry_ = 0;
  }

  std::array<std::int64_t, std::size_t{Digits}> digit_{};
  std::uint32_t since_carry_ = 0;
  int unit_;
  exact special_ = exact::zero();
};

/// Products of two floats are multiples of 2^-298 below 2^256.
struct float_sum : exact_sum<20> {
  constexpr float_sum() noexcept : exact_sum(-298) {}
};

}  // namespace lowp::detail
