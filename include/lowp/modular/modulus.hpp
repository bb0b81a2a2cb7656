// Arithmetic modulo q in words of w = 8, 16, 32 or 64 bits, for every q from 2 to 2^w - 1.
//
//   modulus<Word>           q known at run time
//   modulus_constant<q>     q known at compile time: the same interface, no storage, and a bad q does not compile
//
// An algorithm takes either as `const Modulus auto& m`. Operands lie in [0, q) unless a function says otherwise, and so
// do all results. Nothing branches on a value, so the time does not depend on the data, but for inverse, divide and the
// exponent of pow.
//
// Reduction is Barrett's: a multiplication by a reciprocal, rounded down, in place of the division.
//   64 bits     x - floor(x mu / 2^64) q with mu = floor((2^64 - 1) / q): as 2^64 / q - mu <= 1, the quotient is at
//               most one too small for every q and every x, so one correction is always enough
//   128 bits    for words of 64 bits, with the reciprocal of q 2^s, s = the leading zeros of q; the quotient is at most
//               one off after the first of two corrections (N. Moeller, T. Granlund, Improved division by invariant
//               integers, IEEE Trans. Computers 60, 2011, algorithm 4): sound up to q = 2^64 - 1
// Source: P. Barrett, Implementing the RSA public key encryption algorithm, CRYPTO '86.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include <lowp/core/bits.hpp>
#include <lowp/core/error.hpp>

namespace lowp {

/// The words that modular arithmetic is done in.
template <class T>
concept ModularWord = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

namespace modular::detail {

using lowp::detail::multiply_wide;
using lowp::detail::quotient;
using lowp::detail::wide;

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;

template <ModularWord Word>
inline constexpr int width = 8 * static_cast<int>(sizeof(Word));

// `value` if `chosen`, else 0; compilers make no branch of it.
template <ModularWord Word>
LOWP_FN constexpr Word if_set(bool chosen, Word value) noexcept {
  return static_cast<Word>(static_cast<Word>(0 - static_cast<Word>(chosen)) & value);
}

// x for x < q, x - q for q <= x < 2q.
template <ModularWord Word>
LOWP_FN constexpr Word subtract_once(Word x, Word q) noexcept {
  return static_cast<Word>(x - if_set(x >= q, q));
}

// (high * 2^64 + low) / divisor for high < divisor.
LOWP_FN constexpr quotient divide_wide(std::uint64_t high, std::uint64_t low, std::uint64_t divisor) noexcept {
  const int s = std::countl_zero(divisor);
  const quotient r = lowp::detail::divide_wide(high << s | low >> 1 >> (63 - s), low << s, divisor << s);
  return {r.value, r.remainder >> s};
}

// q with what reduction modulo q needs.
template <ModularWord Word>
struct reciprocals {
  Word q;
  std::uint64_t mu;

  LOWP_FN constexpr explicit reciprocals(Word modulus) noexcept : q(modulus), mu(~std::uint64_t{0} / modulus) {}
};
template <>
struct reciprocals<std::uint64_t> {
  std::uint64_t q;
  std::uint64_t mu;
  int shift;
  std::uint64_t normalised;     // q 2^shift, in [2^63, 2^64)
  std::uint64_t normalised_mu;  // floor((2^128 - 1) / normalised) - 2^64

  LOWP_FN constexpr explicit reciprocals(std::uint64_t modulus) noexcept
      : q(modulus),
        mu(~std::uint64_t{0} / modulus),
        shift(std::countl_zero(modulus)),
        normalised(modulus << shift),
        normalised_mu(lowp::detail::divide_wide(~normalised, ~std::uint64_t{0}, normalised).value) {}
};

// x mod q for x < 2^64.
template <ModularWord Word>
LOWP_FN constexpr Word reduce_word(std::uint64_t x, const reciprocals<Word>& c) noexcept {
  const std::uint64_t r = x - multiply_wide(x, c.mu).high * c.q;
  return static_cast<Word>(subtract_once<std::uint64_t>(r, c.q));
}

// x 2^-shift mod q for x = high 2^64 + low, a multiple of 2^shift, and high < q 2^shift.
LOWP_FN constexpr std::uint64_t reduce_normalised(wide x, const reciprocals<std::uint64_t>& c) noexcept {
  wide k = multiply_wide(c.normalised_mu, x.high);
  k.low += x.low;
  k.high += x.high + (k.low < x.low) + 1;
  std::uint64_t r = x.low - k.high * c.normalised;
  r += if_set(r > k.low, c.normalised);
  return subtract_once(r, c.normalised) >> c.shift;
}

// high * 2^64 + low mod q, for any two words.
template <ModularWord Word>
LOWP_FN constexpr Word reduce_wide(std::uint64_t high, std::uint64_t low, const reciprocals<Word>& c) noexcept {
  const Word h = reduce_word(high, c);
  if constexpr (std::same_as<Word, std::uint64_t>) {
    return reduce_normalised({h << c.shift | low >> 1 >> (63 - c.shift), low << c.shift}, c);
  } else {
    const std::uint64_t power = 0 - c.mu * c.q;  // 2^64 - mu q, in [1, q]
    return reduce_word(std::uint64_t{reduce_word(h * power, c)} + reduce_word(low, c), c);
  }
}

[[noreturn]] inline void refuse_modulus(std::uint64_t q) {
  throw error("lowp: a modulus must be at least 2, got " + std::to_string(q));
}
[[noreturn]] inline void refuse_inverse(std::uint64_t x, std::uint64_t q, std::uint64_t divisor) {
  throw error("lowp: " + std::to_string(x) + " has no inverse modulo " + std::to_string(q) +
              ": both are multiples of " + std::to_string(divisor));
}

// The operations of both kinds of modulus; Self has constants(), the reciprocals<Word>.
template <class Self, ModularWord Word>
class operations {
 public:
  using word = Word;
  using signed_word = std::make_signed_t<Word>;

  /// q
  [[nodiscard]] LOWP_FN constexpr Word value() const noexcept { return c().q; }
  /// The bit length of q: 2^(bits - 1) <= q < 2^bits.
  [[nodiscard]] LOWP_FN constexpr int bits() const noexcept {
    return static_cast<int>(std::bit_width(std::uint64_t{c().q}));
  }

  /// x mod q, for every x; of a negative x, the representative in [0, q) all the same.
  [[nodiscard]] LOWP_FN constexpr Word reduce(Integer auto x) const noexcept {
    if constexpr (std::signed_integral<decltype(x)>) {
      return from_signed(x);
    } else {
      return reduce_word(x, c());
    }
  }
  /// (high * 2^64 + low) mod q, for any two words.
  [[nodiscard]] LOWP_FN constexpr Word reduce(std::uint64_t high, std::uint64_t low) const noexcept {
    return reduce_wide(high, low, c());
  }

  [[nodiscard]] LOWP_FN constexpr Word add(Word a, Word b) const noexcept {
    return sub(a, static_cast<Word>(c().q - b));  // q - b may be q itself: a + b could leave the word, this cannot
  }
  [[nodiscard]] LOWP_FN constexpr Word sub(Word a, Word b) const noexcept {
    return static_cast<Word>(a - b + if_set(a < b, c().q));
  }
  [[nodiscard]] LOWP_FN constexpr Word negate(Word a) const noexcept {
    return if_set(a != 0, static_cast<Word>(c().q - a));
  }
  /// a b; b may be any word.
  [[nodiscard]] LOWP_FN constexpr Word mul(Word a, Word b) const noexcept {
    if constexpr (std::same_as<Word, std::uint64_t>) {
      return reduce_normalised(multiply_wide(a << c().shift, b), c());
    } else {
      return reduce_word(std::uint64_t{a} * b, c());
    }
  }
  /// a b + d, reduced once; b may be any word.
  [[nodiscard]] LOWP_FN constexpr Word mul_add(Word a, Word b, Word d) const noexcept {
    if constexpr (std::same_as<Word, std::uint64_t>) {
      wide x = multiply_wide(a << c().shift, b);
      x.low += d << c().shift;
      x.high += x.low < d << c().shift;
      return reduce_normalised(x, c());
    } else {
      return reduce_word(std::uint64_t{a} * b + d, c());
    }
  }
  /// a^exponent; 0^0 is 1.
  [[nodiscard]] LOWP_FN constexpr Word pow(Word a, std::uint64_t exponent) const noexcept {
    Word power = 1;
    for (; exponent != 0; exponent >>= 1) {
      if ((exponent & 1) != 0) power = mul(power, a);
      a = mul(a, a);
    }
    return power;
  }
  /// The b with a b = 1 mod q. Throws lowp::error if a and q have a common divisor.
  [[nodiscard]] constexpr Word inverse(Word a) const {
    // Euclid's algorithm: r = t a mod q with a sign of t that alternates, so that magnitudes, all at most q, will do.
    std::uint64_t r = c().q, next_r = a, t = 0, next_t = 1;
    bool negative = true;
    while (next_r != 0) {
      const std::uint64_t k = r / next_r, later_r = r % next_r, later_t = t + k * next_t;
      r = next_r, next_r = later_r;
      t = next_t, next_t = later_t;
      negative = !negative;
    }
    if (r != 1) refuse_inverse(a, c().q, r);
    return static_cast<Word>(negative ? c().q - t : t);
  }
  /// a / b. Throws lowp::error as inverse does.
  [[nodiscard]] constexpr Word divide(Word a, Word b) const { return mul(a, inverse(b)); }

  /// The representative in (-q/2, q/2], which fits a signed word for every q.
  [[nodiscard]] LOWP_FN constexpr signed_word centred(Word a) const noexcept {
    return static_cast<signed_word>(a - if_set(a > c().q / 2, c().q));
  }
  /// x mod q in [0, q), for any integer.
  [[nodiscard]] LOWP_FN constexpr Word from_signed(std::int64_t x) const noexcept {
    const std::uint64_t magnitude = x < 0 ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    const Word r = reduce_word(magnitude, c());
    return x < 0 ? negate(r) : r;
  }

 private:
  friend Self;
  operations() = default;
  LOWP_FN constexpr const reciprocals<Word>& c() const noexcept {
    return static_cast<const Self&>(*this).constants();
  }
};

template <ModularWord Word>
constexpr Word checked(Word q) {
  if (q < 2) refuse_modulus(q);
  return q;
}

}  // namespace modular::detail

/// What algorithms take: modulus<Word> or modulus_constant<q>.
template <class M>
concept Modulus = ModularWord<typename M::word> && requires(const M& m, typename M::word x) {
  { m.value() } -> std::same_as<typename M::word>;
  { m.reduce(x) } -> std::same_as<typename M::word>;
  { m.reduce(std::uint64_t{}, std::uint64_t{}) } -> std::same_as<typename M::word>;
  { m.add(x, x) } -> std::same_as<typename M::word>;
  { m.sub(x, x) } -> std::same_as<typename M::word>;
  { m.mul(x, x) } -> std::same_as<typename M::word>;
};

template <ModularWord Word>
class modulus : public modular::detail::operations<modulus<Word>, Word> {
 public:
  /// Throws lowp::error if q is 0 or 1.
  constexpr explicit modulus(Word q) : constants_(modular::detail::checked(q)) {}

  [[nodiscard]] friend LOWP_FN constexpr bool operator==(const modulus& a, const modulus& b) noexcept {
    return a.value() == b.value();
  }
  [[nodiscard]] LOWP_FN constexpr const modular::detail::reciprocals<Word>& constants() const noexcept {
    return constants_;
  }

 private:
  modular::detail::reciprocals<Word> constants_;
};

/// The smallest word that holds q.
template <std::uint64_t q>
using modular_word_t = storage_t<q == 0 ? 1 : static_cast<int>(std::bit_width(q))>;

template <std::uint64_t q, ModularWord Word = modular_word_t<q>>
class modulus_constant : public modular::detail::operations<modulus_constant<q, Word>, Word> {
  static_assert(q >= 2, "lowp: a modulus must be at least 2");
  static_assert(q <= low_mask(modular::detail::width<Word>), "lowp: the modulus does not fit the word");

 public:
  modulus_constant() = default;

  /// The same modulus for an algorithm that wants it at run time.
  LOWP_FN constexpr operator modulus<Word>() const noexcept { return modulus<Word>(q); }
  [[nodiscard]] LOWP_FN static constexpr const modular::detail::reciprocals<Word>& constants() noexcept {
    return constants_;
  }

 private:
  static constexpr modular::detail::reciprocals<Word> constants_{static_cast<Word>(q < 2 ? 2 : q)};
};

}  // namespace lowp
