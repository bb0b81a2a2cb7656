// quire<T>: sums of products of T without any rounding, and one rounding at the end.
//
//   q.add_product(a, b)   q.subtract_product(a, b)   q += a   q -= a   q.negate()   q.add_products(x, y)
//   q.to<To>(policies...)          the sum, rounded once
//
// A fixed-point integer in two's complement whose unit is the square of T's finest quantum (or the quantum, if that is
// less). It holds any sum of 2^31 - 1 products of two finite values without overflow; beyond that it wraps. For posit<N, 2> that is
// the 16 N bits of the Standard; for e4m3fn and float16 it is 128 bits, for bfloat16 576.
//
// An infinity or a NaN is kept beside the sum, with the meaning of exact addition: once NaN, always NaN. Sources:
// Standard for Posit Arithmetic (2022), 3.3 and 5.11; U. Kulisch, Computer Arithmetic and Validity, 8.
#pragma once

#include <span>

#include <lowp/core/error.hpp>
#include <lowp/formats/integer_terms.hpp>

namespace lowp {

template <detail::Number T>
class quire {
  using F = typename T::format;
  static_assert(
      detail::OnGrid<F>,
      "lowp: quire<T> needs a format whose values are multiples of one quantum: a minifloat, posit or fixed");
  static_assert(F::precision <= 63, "lowp: quire<T> needs at most 63 significant bits");

  static constexpr exact largest =
      compare(detail::largest_stored<F>(false).magnitude(), detail::largest_stored<F>(true).magnitude()) >= 0
          ? detail::largest_stored<F>(false).magnitude()
          : detail::largest_stored<F>(true).magnitude();
  // Products are multiples of 2^product_unit, and values are sums too.
  static constexpr int product_unit = 2 * F::min_quantum;
  static constexpr int unit = F::min_quantum < 0 ? product_unit : F::min_quantum;
  // Products are below 2^limit, or reach it where the largest value is a power of two, as of posits.
  static constexpr bool largest_is_power = largest.significand == std::uint64_t{1} << 63;
  static constexpr int limit = (largest.exponent < 0 ? 1 : 2) * (largest.exponent + !largest_is_power);

 public:
  static constexpr int carry_bits = 31;
  static constexpr int words = (limit - unit + carry_bits + 1 + 63) / 64;
  static constexpr int bits = 64 * words;

  /// Zero.
  quire() = default;

  LOWP_FN constexpr void add_product(T a, T b) noexcept { accumulate(lowp::decode(a), lowp::decode(b), false); }
  LOWP_FN constexpr void subtract_product(T a, T b) noexcept { accumulate(lowp::decode(a), lowp::decode(b), true); }
  LOWP_FN constexpr quire& operator+=(T a) noexcept {
    accumulate(lowp::decode(a), exact::scaled(false, 1, 0), false);
    return *this;
  }
  LOWP_FN constexpr quire& operator-=(T a) noexcept {
    accumulate(lowp::decode(a), exact::scaled(false, 1, 0), true);
    return *this;
  }

  /// Adds the sum of x[i] * y[i]. Throws lowp::error, nothing added, unless x and y have the same size.
  constexpr void add_products(std::span<const T> x, std::span<const T> y) {
    if (x.size() != y.size())
      throw error("quire: " + std::to_string(x.size()) + " and " + std::to_string(y.size()) + " factors");
    if constexpr (detail::has_integer_terms<F>) {
      if (!std::is_constant_evaluated()) return add_binned(x.data(), y.data(), x.size());
    }
    for (std::size_t i = 0; i < x.size(); ++i) add_product(x[i], y[i]);
  }

  /// The sum with the other sign.
  LOWP_FN constexpr void negate() noexcept {
    std::uint64_t carry = 1;
    for (std::uint64_t& w : word_) {
      w = ~w + carry;
      carry &= w == 0;
    }
    if (special_.kind == value_kind::infinite) special_ = -special_;
  }

  /// The sum, rounded once to To by the policies given, or else by those of To.
  template <Scalar To = T, class... Policies>
  [[nodiscard]] LOWP_FN constexpr To to(Policies&&... policies) const noexcept {
    return round_to<To>(value(), static_cast<Policies&&>(policies)...);
  }

  /// The sum to 128 bits and a sticky bit.
  [[nodiscard]] LOWP_FN constexpr long_exact value() const noexcept {
    if (special_.kind != value_kind::zero) return special_;
    quire size = *this;
    const bool negative = (word_[words - 1] >> 63) != 0;
    if (negative) size.negate();
    int top = words - 1;
    while (top >= 0 && size.word_[top] == 0) --top;
    if (top < 0) return exact::zero();
    const int shift = std::countl_zero(size.word_[top]);
    const auto word = [&](int i) { return i < 0 ? 0 : size.word_[i]; };
    const auto shifted = [&](int i) { return word(i) << shift | word(i - 1) >> 1 >> (63 - shift); };
    bool more = word(top - 2) << shift != 0;
    for (int i = 0; i < top - 2; ++i) more |= size.word_[i] != 0;
    return {{shifted(top), unit + 64 * top + 63 - shift, value_kind::finite, negative, false},
            shifted(top - 1) | more};
  }

 private:
  LOWP_FN constexpr void accumulate(const exact& a, const exact& b, bool subtract) noexcept {
    if (a.kind != value_kind::finite || b.kind != value_kind::finite) [[unlikely]] {
      exact p = exact_mul(a, b);
      if (p.kind == value_kind::zero) return;
      if (subtract && p.kind == value_kind::infinite) p = -p;
      special_ = special_.kind == value_kind::zero ? p : exact_add(special_, p);
      return;
    }
    // The product as a multiple of the unit: what is shifted out below it is zeros.
    const detail::addend p = detail::product(a, b);
    const int at = p.exponent - 127 - unit;
    detail::wide m = p.significand;
    if (at < 0) {
      bool lost = false;
      m = detail::shift_right(m, -at, lost);
    }
    add_at(at < 0 ? 0 : at, m, p.negative != subtract);
  }

  // Adds or subtracts m * 2^position.
  LOWP_FN constexpr void add_at(int position, detail::wide m, bool subtract) noexcept {
    const int first = position / 64, shift = position % 64;
    const std::uint64_t part[3] = {m.low << shift, m.high << shift | m.low >> 1 >> (63 - shift),
                                   m.high >> 1 >> (63 - shift)};
    bool carry = false;
    for (int i = first; i < words && (i < first + 3 || carry); ++i) {
      const std::uint64_t x = word_[i], y = i < first + 3 ? part[i - first] : 0;
      word_[i] = subtract ? x - y - carry : x + y + carry;
      carry = subtract ? (carry ? x <= y : x < y) : (carry ? word_[i] <= y : word_[i] < y);
    }
  }

  // Sums over arrays. Products go into bins by their exponent, `binades` to a bin: sums in 64 bits without any carry
  // among them. The lowest bin starts below the unit, by the bits that two mantissas have too many.
  static constexpr int binades = F::precision <= 12 ? 8 : 16;
  static constexpr int excess = 2 * (F::precision - 1) - (product_unit - unit);
  static constexpr int bins = (2 * (largest.exponent + 1) - product_unit) / binades + 2;
  static constexpr std::size_t sets =
      4;  // which take turns, or else each sum would wait for the last to reach memory
  static constexpr std::size_t block = 64, blocks_between_carries = 256;
  struct binned {
    std::int64_t sum[std::size_t{bins}][sets] = {};
  };

  void add_binned(const T* x, const T* y, std::size_t n) noexcept {
    for (binned bin; n != 0; bin = {}) {
      for (std::size_t b = 0; b < blocks_between_carries && n != 0; ++b) {
        if (n >= block) {
          add_block(x, y, bin);
          x += block, y += block, n -= block;
        } else {
          T last[2][block] = {};  // zeros, which add nothing
          for (std::size_t i = 0; i < n; ++i) last[0][i] = x[i], last[1][i] = y[i];
          add_block(last[0], last[1], bin);
          n = 0;
        }
      }
      for (int b = 0; b < bins; ++b) {
        std::int64_t sum = 0;
        for (std::size_t s = 0; s < sets; ++s) sum += bin.sum[b][s];
        const int position = binades * b - excess;
        const std::uint64_t size = sum < 0 ? 0 - static_cast<std::uint64_t>(sum) : static_cast<std::uint64_t>(sum);
        // All are multiples of the unit: nothing is lost below it.
        add_at(position < 0 ? 0 : position, {0, position < 0 ? size >> -position : size}, sum < 0);
      }
    }
  }

  void add_block(const T* x, const T* y, binned& bin) noexcept {
    std::int32_t product[block], exponent[block];
    std::int32_t special = 0;  // not a bool: g++ 12 would not vectorise the loop
    for (std::size_t i = 0; i < block; ++i) {
      const detail::integer_term a = detail::integer_terms<F>::split(x[i].bits());
      const detail::integer_term b = detail::integer_terms<F>::split(y[i].bits());
      exponent[i] = a.exponent + b.exponent;
      special |= static_cast<std::int32_t>(a.special) | static_cast<std::int32_t>(b.special);
      if constexpr (F::precision <= 12) {
        // Up to 24 bits, and then the place in the bin: exact in float, whose products every vector unit has.
        const auto place = std::bit_cast<float>((127 + (exponent[i] & 7)) << 23);
        product[i] =
            static_cast<std::int32_t>(static_cast<float>(a.mantissa) * static_cast<float>(b.mantissa) * place);
      } else {
        product[i] = a.mantissa * b.mantissa;
      }
    }
    if (special != 0) [[unlikely]] {
      for (std::size_t i = 0; i < block; ++i) add_product(x[i], y[i]);
      return;
    }
    for (std::size_t i = 0; i < block; i += sets) {
      for (std::size_t s = 0; s < sets; ++s) {
        const auto e = static_cast<std::uint32_t>(exponent[i + s]);
        const std::int64_t p = product[i + s];
        bin.sum[e / binades][s] += F::precision <= 12 ? p : p * (std::int64_t{1} << e % binades);
      }
    }
  }

  std::uint64_t word_[std::size_t{words}] = {};
  exact special_ = exact::zero();
};

// Posit Standard 2022: 128, 256, 512, 1024 bits
using quire8 = quire<posit8>;
using quire16 = quire<posit16>;
using quire32 = quire<posit32>;
using quire64 = quire<posit64>;

}  // namespace lowp
