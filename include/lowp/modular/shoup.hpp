// shoup<Word>: multiplication by a constant c modulo q, c < q, with the quotient c' = floor(c 2^w / q) at hand.
//
//   r = c x - floor(c' x / 2^w) q, in [0, 2q) for every word x, whether or not x < q
//
// Two multiplications whose results are low words, one high word, at most one correction: the cheapest product modulo
// q there is, and any modulus will do. mul corrects and is right for all q up to 2^w - 1; mul_lazy leaves r in [0, 2q),
// for q <= 2^(w-1), as a butterfly of the NTT wants it.
//
// Source: V. Shoup's NTL; D. Harvey, Faster arithmetic for number-theoretic transforms, J. Symbolic Computation 60,
// 2014.
#pragma once

#include <lowp/modular/modulus.hpp>

namespace lowp {

namespace modular::detail {

// floor(c 2^w / q) for c < q
template <ModularWord Word>
LOWP_FN constexpr Word shoup_quotient(Word c, Word q) noexcept {
  if constexpr (width<Word> == 64) {
    return divide_wide(c, 0, q).value;
  } else {
    return static_cast<Word>((std::uint64_t{c} << width<Word>) / q);
  }
}

template <ModularWord Word>
constexpr Word checked_factor(Word c, Word q) {
  if (c >= q)
    throw error("lowp: a constant factor must be below the modulus " + std::to_string(q) + ", got " +
                std::to_string(c));
  return c;
}

}  // namespace modular::detail

template <ModularWord Word>
class shoup {
  static constexpr int w = modular::detail::width<Word>;

 public:
  using word = Word;

  /// Throws lowp::error unless c < q.
  template <Modulus M>
  requires std::same_as<typename M::word, Word>
  constexpr shoup(Word c, const M& m)
      : factor_(modular::detail::checked_factor(c, m.value())),
        quotient_(modular::detail::shoup_quotient(c, m.value())),
        q_(m.value()) {}

  /// c
  [[nodiscard]] LOWP_FN constexpr Word factor() const noexcept { return factor_; }
  /// floor(c 2^w / q)
  [[nodiscard]] LOWP_FN constexpr Word quotient() const noexcept { return quotient_; }
  /// q
  [[nodiscard]] LOWP_FN constexpr Word value() const noexcept { return q_; }

  /// c x mod q, for every word x
  [[nodiscard]] LOWP_FN constexpr Word mul(Word x) const noexcept {
    if constexpr (w == 64) {
      // Of q beyond 2^63, r may have 65 bits: the highest of them decides as well.
      using namespace modular::detail;
      const wide product = multiply_wide(factor_, x), part = multiply_wide(multiply_wide(quotient_, x).high, q_);
      const std::uint64_t r = product.low - part.low;
      const bool beyond = product.high - part.high - (product.low < part.low) != 0;
      return r - if_set(beyond | (r >= q_), q_);
    } else {
      return static_cast<Word>(modular::detail::subtract_once<std::uint64_t>(remainder(x), q_));
    }
  }
  /// c x mod q or that plus q, in [0, 2q), for every word x; q <= 2^(w-1)
  [[nodiscard]] LOWP_FN constexpr Word mul_lazy(Word x) const noexcept {
    if constexpr (w == 64) {
      return factor_ * x - modular::detail::multiply_wide(quotient_, x).high * q_;
    } else {
      return static_cast<Word>(remainder(x));
    }
  }
  /// c x + d mod q, for every word x and d < q
  [[nodiscard]] LOWP_FN constexpr Word mul_add(Word x, Word d) const noexcept {
    const Word gap = static_cast<Word>(q_ - d), product = mul(x);  // c x + d = c x - (q - d), which stays in the word
    return static_cast<Word>(product - gap + modular::detail::if_set(product < gap, q_));
  }

 private:
  LOWP_FN constexpr std::uint64_t remainder(Word x) const noexcept {
    return std::uint64_t{factor_} * x - (std::uint64_t{quotient_} * x >> w) * q_;
  }

  Word factor_;
  Word quotient_;
  Word q_;
};

template <ModularWord Word, Modulus M>
shoup(Word, const M&) -> shoup<typename M::word>;

}  // namespace lowp
