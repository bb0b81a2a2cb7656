// montgomery<Word>: multiplication modulo an odd q, 3 <= q < 2^w, by numbers in the form x R mod q, R = 2^w.
//
//   reduce(z)   z / R mod q for z < q R:   t = floor(z / R) - floor(m q / R),  m = z q' mod R,  q' = q^-1 mod R
//
// z - m q is a multiple of R by the choice of m, so the low halves cancel and are never subtracted; t lies in (-q, q),
// and q is added where the subtraction borrows: right up to q = 2^w - 1, where a comparison of t with t + q is not.
// mul(a, b) reduces a b: of two numbers in Montgomery form it is their product in that form; of a plain number and one
// in Montgomery form it is the plain product. That makes it the cheapest multiplication by many constants, and by
// variables as well if a whole computation stays in the form. Addition and subtraction are those of modulus<Word>.
//
// Source: P. L. Montgomery, Modular multiplication without trial division, Mathematics of Computation 44, 1985.
#pragma once

#include <lowp/modular/modulus.hpp>

namespace lowp {

namespace modular::detail {

// q^-1 mod 2^64 for odd q: each step doubles the number of right bits, of which q itself has 3 and 3q xor 2 has 5.
LOWP_FN constexpr std::uint64_t inverse_of_odd(std::uint64_t q) noexcept {
  std::uint64_t x = 3 * q ^ 2;
  for (int right = 5; right < 64; right *= 2) x *= 2 - q * x;
  return x;
}

template <ModularWord Word>
constexpr Word checked_odd(Word q) {
  if (q % 2 == 0) throw error("lowp: Montgomery multiplication needs an odd modulus, got " + std::to_string(q));
  return checked(q);
}

}  // namespace modular::detail

template <ModularWord Word>
class montgomery {
  static constexpr int w = modular::detail::width<Word>;

 public:
  using word = Word;

  /// Throws lowp::error if q is even or 1.
  constexpr explicit montgomery(Word q)
      : q_(modular::detail::checked_odd(q)),
        inverse_(static_cast<Word>(modular::detail::inverse_of_odd(q_))),
        one_(modulus<Word>(q_).reduce((~std::uint64_t{0} >> (64 - w)) % q_ + 1)),
        square_(modulus<Word>(q_).mul(one_, one_)) {}
  template <Modulus M>
  requires std::same_as<typename M::word, Word>
  constexpr explicit montgomery(const M& m) : montgomery(m.value()) {}

  /// q
  [[nodiscard]] LOWP_FN constexpr Word value() const noexcept { return q_; }
  /// q^-1 mod R
  [[nodiscard]] LOWP_FN constexpr Word inverse_modulus() const noexcept { return inverse_; }
  /// R mod q: 1 in Montgomery form
  [[nodiscard]] LOWP_FN constexpr Word one() const noexcept { return one_; }
  /// R^2 mod q: what brings a number into the form
  [[nodiscard]] LOWP_FN constexpr Word r_squared() const noexcept { return square_; }

  /// x R mod q, for any word x
  [[nodiscard]] LOWP_FN constexpr Word to(Word x) const noexcept { return mul(x, square_); }
  /// x / R mod q, for any word x
  [[nodiscard]] LOWP_FN constexpr Word from(Word x) const noexcept { return reduce(0, x); }

  /// a b / R mod q, for a b < q R: one of them below q, the other any word.
  [[nodiscard]] LOWP_FN constexpr Word mul(Word a, Word b) const noexcept {
    if constexpr (w == 64) {
      const modular::detail::wide z = modular::detail::multiply_wide(a, b);
      return reduce(z.high, z.low);
    } else {
      const std::uint64_t z = std::uint64_t{a} * b;
      return reduce(static_cast<Word>(z >> w), static_cast<Word>(z));
    }
  }
  /// (high R + low) / R mod q, for high < q: sums of products may be reduced at once.
  [[nodiscard]] LOWP_FN constexpr Word reduce(Word high, Word low) const noexcept {
    const Word m = static_cast<Word>(std::uint64_t{low} * inverse_);
    Word mq;
    if constexpr (w == 64) {
      mq = modular::detail::multiply_wide(m, q_).high;
    } else {
      mq = static_cast<Word>(std::uint64_t{m} * q_ >> w);
    }
    return static_cast<Word>(high - mq + modular::detail::if_set(high < mq, q_));
  }
  /// z / R mod q, for z < q R, in words of up to 32 bits.
  [[nodiscard]] LOWP_FN constexpr Word reduce(std::uint64_t z) const noexcept requires(w < 64) {
    return reduce(static_cast<Word>(z >> w), static_cast<Word>(z));
  }
  /// x^exponent, x and the result in Montgomery form
  [[nodiscard]] LOWP_FN constexpr Word pow(Word x, std::uint64_t exponent) const noexcept {
    Word power = one_;
    for (; exponent != 0; exponent >>= 1) {
      if ((exponent & 1) != 0) power = mul(power, x);
      x = mul(x, x);
    }
    return power;
  }

 private:
  Word q_;
  Word inverse_;
  Word one_;
  Word square_;
};

template <Modulus M>
montgomery(const M&) -> montgomery<typename M::word>;

}  // namespace lowp
