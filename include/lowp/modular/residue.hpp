// residue<q>: an integer modulo a constant q, 2 <= q < 2^64, as an arithmetic type in the smallest word that holds q.
//
//   residue<q>                      a value in [0, q)
//   residue<q, lazy<K>>             a value in [0, K q), K q <= 2^w: congruent, not yet reduced
//   residue<q, lazy<1>, Word>       in a wider word, which leaves room to be lazy
//
//   reduced op reduced -> reduced
//   lazy<A> + - lazy<B> -> lazy<A + B>    no comparison, no correction; a.lazy_add(b), a.lazy_sub(b) for reduced ones
//   any * / any -> reduced                Barrett's product takes any word
//   residue op integer -> residue         the integer is taken modulo q, a negative one too
//
// The range is part of the type: a lazy value becomes a reduced one only by reduced(), and a sum that could leave the
// word does not compile. Integers come in and go out explicitly, as they are not the same thing: 20 is 3 modulo 17.
#pragma once

#include <iosfwd>

#include <lowp/modular/modulus.hpp>

namespace lowp {

/// The range [0, K q).
template <std::uint64_t K>
struct lazy {
  static constexpr std::uint64_t multiple = K;
};

template <std::uint64_t q, class Range = lazy<1>, ModularWord Word = modular_word_t<q>>
class residue;

namespace modular::detail {

template <class T>
inline constexpr bool is_lazy = false;
template <std::uint64_t K>
inline constexpr bool is_lazy<lazy<K>> = true;

template <class A, class B>
inline constexpr bool same_ring = false;
template <std::uint64_t q, class Range, class Other, class Word>
inline constexpr bool same_ring<residue<q, Range, Word>, residue<q, Other, Word>> = true;

template <class T>
concept Residue = same_ring<T, T>;
template <class T>
inline constexpr bool is_reduced = std::same_as<typename T::range, lazy<1>>;

// What an operator takes: two residues modulo one q, or one and an integer.
template <class A, class B>
concept Operands = same_ring<A, B> ||(Residue<A>&& Integer<B>) || (Integer<A> && Residue<B>);

template <class B, class A>
concept OperandWith = Operands<A, B>;

template <class Other, class T>
LOWP_FN constexpr auto as_residue(T x) noexcept {
  if constexpr (Residue<T>) {
    return x;
  } else {
    return typename Other::reduced_type(x);
  }
}

template <int width>
constexpr bool fits(std::uint64_t k, std::uint64_t q) noexcept {  // k q <= 2^width
  const wide last = multiply_wide(k, q);
  return last.high == 0 ? last.low - 1 <= low_mask(width) : width == 64 && last == wide{1, 0};
}

}  // namespace modular::detail

template <std::uint64_t q, class Range, ModularWord Word>
class residue {
  static_assert(modular::detail::is_lazy<Range>, "lowp: the range of a residue is lazy<K>, K >= 1");
  static constexpr std::uint64_t K = Range::multiple;
  static constexpr modulus_constant<q, Word> m{};
  static_assert(K >= 1 && modular::detail::fits<modular::detail::width<Word>>(K, q),
                "lowp: lazy<K> modulo q needs K >= 1 and K q <= 2^w: call reduced() earlier, or name a wider word");

  template <std::uint64_t B>
  using plus = residue<q, lazy<K + B>, Word>;

 public:
  using word = Word;
  using range = Range;
  using reduced_type = residue<q, lazy<1>, Word>;
  /// The same as a modulus, for functions of arrays.
  using modulus_type = modulus_constant<q, Word>;

  residue() = default;
  /// x mod q, for any integer.
  template <modular::detail::Integer T>
  LOWP_FN constexpr explicit residue(T x) noexcept : value_(m.reduce(x)) {}
  /// A range holds every smaller one.
  template <std::uint64_t A, class OtherWord>
  LOWP_FN constexpr residue(residue<q, lazy<A>, OtherWord> x) noexcept requires(A <= K)
      : value_(static_cast<Word>(x.value())) {}
  /// Not the other way round: call reduced().
  template <std::uint64_t A, class OtherWord>
  residue(residue<q, lazy<A>, OtherWord> x) requires(A > K) = delete;

  /// The residue with this value, which must be below K q.
  [[nodiscard]] LOWP_FN static constexpr residue from_value(Word value) noexcept {
    residue x;
    x.value_ = value;
    return x;
  }
  /// The value, in [0, K q).
  [[nodiscard]] LOWP_FN constexpr Word value() const noexcept { return value_; }
  [[nodiscard]] LOWP_FN constexpr reduced_type reduced() const noexcept {
    if constexpr (K == 1) {
      return *this;
    } else if constexpr (K == 2) {
      return reduced_type::from_value(modular::detail::subtract_once(value_, static_cast<Word>(q)));
    } else {
      return reduced_type::from_value(m.reduce(value_));
    }
  }
  /// The representative in (-q/2, q/2].
  [[nodiscard]] LOWP_FN constexpr auto centred() const noexcept { return m.centred(reduced().value_); }
  template <std::integral T>
  LOWP_FN constexpr explicit operator T() const noexcept requires(K == 1) {
    return static_cast<T>(value_);
  }

  [[nodiscard]] LOWP_FN constexpr residue operator+() const noexcept { return *this; }
  [[nodiscard]] LOWP_FN constexpr reduced_type operator-() const noexcept {
    return reduced_type::from_value(m.negate(reduced().value_));
  }
  /// The sum, left in [0, (K + B) q).
  template <std::uint64_t B>
  [[nodiscard]] LOWP_FN constexpr plus<B> lazy_add(residue<q, lazy<B>, Word> b) const noexcept {
    return plus<B>::from_value(static_cast<Word>(value_ + b.value_));
  }
  /// The difference, left in [0, (K + B) q).
  template <std::uint64_t B>
  [[nodiscard]] LOWP_FN constexpr plus<B> lazy_sub(residue<q, lazy<B>, Word> b) const noexcept {
    return plus<B>::from_value(static_cast<Word>(value_ + (B * q - b.value_)));
  }
  /// x^exponent, x^0 = 1. Throws lowp::error if the exponent is negative and there is no inverse.
  [[nodiscard]] constexpr reduced_type pow(modular::detail::Integer auto exponent) const {
    if constexpr (std::signed_integral<decltype(exponent)>) {
      if (exponent < 0)
        return reduced_type::from_value(m.pow(inverse().value_, 0 - static_cast<std::uint64_t>(exponent)));
    }
    return reduced_type::from_value(m.pow(reduced().value_, static_cast<std::uint64_t>(exponent)));
  }
  /// 1 / x. Throws lowp::error if x and q have a common divisor.
  [[nodiscard]] constexpr reduced_type inverse() const {
    return reduced_type::from_value(m.inverse(reduced().value_));
  }

  // Where the result has this range; a sum of lazy ones has not.
  template <modular::detail::OperandWith<residue> B>
  LOWP_FN constexpr residue& operator+=(B b) noexcept {
    return *this = *this + b;
  }
  template <modular::detail::OperandWith<residue> B>
  LOWP_FN constexpr residue& operator-=(B b) noexcept {
    return *this = *this - b;
  }
  template <modular::detail::OperandWith<residue> B>
  LOWP_FN constexpr residue& operator*=(B b) noexcept {
    return *this = *this * b;
  }
  template <modular::detail::OperandWith<residue> B>
  constexpr residue& operator/=(B b) {
    return *this = *this / b;
  }
  LOWP_FN constexpr residue& operator++() noexcept { return *this += 1; }
  LOWP_FN constexpr residue& operator--() noexcept { return *this -= 1; }
  LOWP_FN constexpr residue operator++(int) noexcept {
    const residue before = *this;
    ++*this;
    return before;
  }
  LOWP_FN constexpr residue operator--(int) noexcept {
    const residue before = *this;
    --*this;
    return before;
  }

  /// Use value(). Public so that a residue can be a template argument.
  Word value_;
};

namespace modular::detail {

template <Residue X, Residue Y>
LOWP_FN constexpr auto sum(X x, Y y) noexcept {
  if constexpr (is_reduced<X> && is_reduced<Y>) {
    return X::from_value(typename X::modulus_type{}.add(x.value(), y.value()));
  } else {
    return x.lazy_add(y);
  }
}

template <Residue X, Residue Y>
LOWP_FN constexpr auto difference(X x, Y y) noexcept {
  if constexpr (is_reduced<X> && is_reduced<Y>) {
    return X::from_value(typename X::modulus_type{}.sub(x.value(), y.value()));
  } else {
    return x.lazy_sub(y);
  }
}

template <Residue X, Residue Y>
LOWP_FN constexpr typename X::reduced_type product(X x, Y y) noexcept {
  constexpr typename X::modulus_type m;
  if constexpr (is_reduced<X>) {
    return X::from_value(m.mul(x.value(), y.value()));
  } else if constexpr (is_reduced<Y>) {
    return Y::from_value(m.mul(y.value(), x.value()));
  } else {
    const wide p = multiply_wide(x.value(), y.value());
    return X::reduced_type::from_value(m.reduce(p.high, p.low));
  }
}

}  // namespace modular::detail

template <class A, class B>
requires modular::detail::Operands<A, B>
[[nodiscard]] LOWP_FN constexpr auto operator+(A a, B b) noexcept {
  return modular::detail::sum(modular::detail::as_residue<B>(a), modular::detail::as_residue<A>(b));
}
template <class A, class B>
requires modular::detail::Operands<A, B>
[[nodiscard]] LOWP_FN constexpr auto operator-(A a, B b) noexcept {
  return modular::detail::difference(modular::detail::as_residue<B>(a), modular::detail::as_residue<A>(b));
}
template <class A, class B>
requires modular::detail::Operands<A, B>
[[nodiscard]] LOWP_FN constexpr auto operator*(A a, B b) noexcept {
  return modular::detail::product(modular::detail::as_residue<B>(a), modular::detail::as_residue<A>(b));
}
/// a / b. Throws lowp::error if b and q have a common divisor.
template <class A, class B>
requires modular::detail::Operands<A, B>
[[nodiscard]] constexpr auto operator/(A a, B b) {
  return modular::detail::as_residue<B>(a) * modular::detail::as_residue<A>(b).inverse();
}
/// Whether a and b are congruent, whatever their ranges. Residues have no order.
template <class A, class B>
requires modular::detail::Operands<A, B>
[[nodiscard]] LOWP_FN constexpr bool operator==(A a, B b) noexcept {
  return modular::detail::as_residue<B>(a).reduced().value() == modular::detail::as_residue<A>(b).reduced().value();
}

/// Writes the value in [0, q) as an integer; include a stream header to use it.
template <class Char, class Traits, std::uint64_t q, class Range, class Word>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, residue<q, Range, Word> x) {
  return out << std::uint64_t{x.reduced().value()};
}
/// Reads an integer and takes it modulo q. What is beyond 64 bits sets failbit and leaves x as it is.
template <class Char, class Traits, std::uint64_t q, class Word>
std::basic_istream<Char, Traits>& operator>>(std::basic_istream<Char, Traits>& in, residue<q, lazy<1>, Word>& x) {
  // A stream reads -1 into an unsigned word as 2^64 - 1, which is another residue.
  const typename std::basic_istream<Char, Traits>::sentry ready(in);
  if (!ready) return in;
  const bool negative = Traits::eq_int_type(in.peek(), Traits::to_int_type(in.widen('-')));
  if (negative) in.ignore();
  const bool digit = !Traits::eq_int_type(in.peek(), Traits::to_int_type(in.widen('-')));
  std::uint64_t magnitude = 0;
  if (!digit || !(in >> magnitude)) {
    in.setstate(std::basic_istream<Char, Traits>::failbit);
    return in;
  }
  x = residue<q, lazy<1>, Word>(magnitude);
  if (negative) x = -x;
  return in;
}

}  // namespace lowp

template <std::uint64_t q, class Range, class Word>
struct std::hash<lowp::residue<q, Range, Word>> {
  [[nodiscard]] std::size_t operator()(lowp::residue<q, Range, Word> x) const noexcept {
    return std::hash<Word>{}(x.reduced().value());
  }
};
