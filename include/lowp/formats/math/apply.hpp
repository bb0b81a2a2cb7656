// From a function of exact values to a function of numbers: how many bits it must know, one rounding, the tables.
//
//   decided_bits<To, R, O> a value cut after so many bits, with a sticky bit, rounds as the value itself does:
//                          those of a value or a midpoint, the random bits behind that, and one to spare; at most 52
//   unary<Function, To>(a, policies...)     pair<Function, To>(a, b, policies...)      To = void: as the operands
//
// Operations of formats of at most 8 bits are remembered the first time they are needed, like those of
// core/table.hpp: 256 bytes for a function of one argument, 64 KiB for one of two. Constant expressions, stochastic
// rounding and `trap` take the direct way.
#pragma once

#include <lowp/core/number.hpp>
#include <lowp/formats/math/real.hpp>

namespace lowp::detail::math {

// The values of a format and the boundaries between them, where rounding to nearest changes, have at most so many
// significant bits. On a grid, full or partial, a boundary has one bit more than a value. A format off the grids may
// say it as boundary_bits, to be served faster; the middle of two levels of a codebook may have more than are asked
// for, and no result of its few arguments is as near to one as that.
template <Format F>
inline constexpr int boundary_bits = [] {
  if constexpr (requires { F::boundary_bits; }) {
    return int{F::boundary_bits};
  } else if constexpr (requires { F::precision, F::min_quantum; }) {
    return F::precision + 1;
  } else {
    return 51;
  }
}();

template <Scalar To, RoundingPolicy R, OverflowPolicy O>
inline constexpr int decided_bits = [] {
  if constexpr (std::same_as<O, wrap>) return 52;  // sees bits that a code has no room for
  int bits = boundary_bits<format_of<To>> + 1;
  if constexpr (RandomRounding<R>) bits += R::random_bits + 1;
  return bits < 52 ? bits : 52;
}();

template <class T>
inline constexpr bool in_range = true;
template <Scalar T>
inline constexpr bool in_range<T> = [] {
  using F = format_of<T>;
  return (1 << 22) > largest_of<F>(false).exponent && smallest_of<F>().exponent > -(1 << 22);
}();

template <class T, int Largest>
inline constexpr bool stays_below = true;
template <Scalar T, int Largest>
inline constexpr bool stays_below<T, Largest> = largest_of<format_of<T>>(false).exponent <= Largest;

template <class Function, class To, class... Operands>
constexpr void check() noexcept {
  if constexpr (!requires { Function::is_exact; }) {
    static_assert(format_of<To>::bits <= 32, "lowp: this function gives results of at most 32 bits");
    static_assert(in_range<To> && (in_range<Operands> && ...), "lowp: math functions need exponents below 2^22");
  }
  if constexpr (requires { Function::largest_exponent; })
    static_assert((stays_below<Operands, Function::largest_exponent> && ...),
                  "lowp: sin, cos and tan need operands below 2^16500");
}

template <class Function, int Bits, Format F, RoundingPolicy R, OverflowPolicy O>
struct unary_codes {
  storage_t<F::bits> code[std::size_t{1} << F::bits];

  unary_codes() noexcept {
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c)
      code[c] = static_cast<storage_t<F::bits>>(encode<F>(Function::apply(F::decode(c), Bits), R{}, O{}, no_random));
  }
  static const unary_codes& get() noexcept {
    static const unary_codes table;
    return table;
  }
};

// The functions of this library are meant if the result is named or an operand is a number of ours: exp(2.0) is not,
// whatever namespaces are in use.
template <class To, class... Operands>
concept Ours = (Operand<Operands> && ...) && (Scalar<To> || (std::same_as<To, void> && (Number<Operands> || ...)));

// The type of f(a): To, or the one of a.
template <class To, class A>
struct unary_result_of {};
template <class To, class A>
requires Ours<To, A>
struct unary_result_of<To, A> {
  using type = std::conditional_t<std::same_as<To, void>, A, To>;
};
template <class To, class A>
using unary_result = typename unary_result_of<To, A>::type;

// The type of f(a, b): To, or what a + b would have: the one type, the type that contains the other, or that of the
// number beside an integer.
template <class To, class A, class B>
struct pair_result_of {};
template <Scalar To, Operand A, Operand B>
struct pair_result_of<To, A, B> {
  using type = To;
};
template <Number A>
struct pair_result_of<void, A, A> {
  using type = A;
};
template <class A, class B>
requires requires { typename wider<A, B>; }
struct pair_result_of<void, A, B> {
  using type = wider<A, B>;
};
template <class To, class A, class B>
using pair_result = typename pair_result_of<To, A, B>::type;

template <class Function, class To, class A, class... Policies>
LOWP_FN constexpr unary_result<To, A> unary(A a, Policies&&... policies) noexcept {
  using T = unary_result<To, A>;
  using traits = scalar_traits<T>;
  using R = picked<rounding_tag, typename traits::rounding, Policies...>;
  using O = picked<overflow_tag, typename traits::overflow, Policies...>;
  check<Function, T, A>();
  constexpr int bits = decided_bits<T, R, O>;
#ifndef __CUDA_ARCH__
  if (!std::is_constant_evaluated()) {
    if constexpr (Scalar<A>) {
      if constexpr (std::same_as<format_of<T>, format_of<A>> && format_of<T>::bits <= 8 && Repeatable<R, O>)
        return traits::from_code(
            unary_codes<Function, bits, format_of<T>, R, O>::get().code[scalar_traits<A>::code(a)]);
    }
  }
#endif
  return round_to<T>(Function::apply(decode(a), bits), static_cast<Policies&&>(policies)...);
}

// As an operation of core/arithmetic.hpp, which has the tables for two operands.
template <class Function, int Bits>
struct pair_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr exact apply(const exact& a, const exact& b, bool) noexcept {
    return Function::apply(a, b, Bits);
  }
};

template <class Function, class To, class A, class B, class... Policies>
LOWP_FN constexpr pair_result<To, A, B> pair(A a, B b, Policies&&... policies) noexcept {
  using T = pair_result<To, A, B>;
  using R = picked<rounding_tag, typename scalar_traits<T>::rounding, Policies...>;
  using O = picked<overflow_tag, typename scalar_traits<T>::overflow, Policies...>;
  check<Function, T, A, B>();
  return operate<pair_op<Function, decided_bits<T, R, O>>, T>(a, b, static_cast<Policies&&>(policies)...);
}

}  // namespace lowp::detail::math
