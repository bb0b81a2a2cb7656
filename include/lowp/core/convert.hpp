// convert<To>(x, policies...): any operand to any scalar, rounded once.
//
//   Scalar    a number type, float or double: what a result can be
//   Operand   a Scalar or a built-in integer: what a value can come from; integers are taken exactly
//
// Policies come last and in any order: a rounding policy, an overflow policy, a source of random bits (random_bits,
// or any callable that returns 32 of them). Those not given are the ones of To.
#pragma once

#include <bit>

#include <lowp/core/native.hpp>
#include <lowp/core/random.hpp>
#include <lowp/core/shortcut.hpp>
#include <lowp/core/table.hpp>

namespace lowp {

template <Format F, RoundingPolicy Rounding, OverflowPolicy Overflow>
class number;

/// How a scalar type stores a code of its format, and how it rounds unless told otherwise.
template <class T>
struct scalar_traits;

template <>
struct scalar_traits<float> {
  using format = binary32;
  using rounding = nearest_even;
  using overflow = to_special;
  LOWP_FN static constexpr std::uint64_t code(float x) noexcept { return std::bit_cast<std::uint32_t>(x); }
  LOWP_FN static constexpr float from_code(std::uint64_t c) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(c));
  }
};

template <>
struct scalar_traits<double> {
  using format = binary64;
  using rounding = nearest_even;
  using overflow = to_special;
  LOWP_FN static constexpr std::uint64_t code(double x) noexcept { return std::bit_cast<std::uint64_t>(x); }
  LOWP_FN static constexpr double from_code(std::uint64_t c) noexcept { return std::bit_cast<double>(c); }
};

template <Format F, RoundingPolicy R, OverflowPolicy O>
struct scalar_traits<number<F, R, O>> {
  using format = F;
  using rounding = R;
  using overflow = O;
  LOWP_FN static constexpr std::uint64_t code(number<F, R, O> x) noexcept { return x.bits(); }
  LOWP_FN static constexpr number<F, R, O> from_code(std::uint64_t c) noexcept {
    return number<F, R, O>::from_bits(static_cast<storage_t<F::bits>>(c));
  }
};

template <class T>
concept Scalar = requires {
  typename scalar_traits<T>::format;
};

template <class T>
concept NativeInteger = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;

template <class T>
concept Operand = Scalar<T> || NativeInteger<T>;

template <Scalar T>
using format_of = typename scalar_traits<T>::format;

/// The exact value of a scalar or an integer.
template <Operand T>
[[nodiscard]] LOWP_FN constexpr exact decode(T x) noexcept {
  if constexpr (Scalar<T>) {
    return format_of<T>::decode(scalar_traits<T>::code(x));
  } else {
    const bool negative = x < 0;
    const std::uint64_t magnitude = static_cast<std::uint64_t>(x);
    return exact::scaled(negative, negative ? ~magnitude + 1 : magnitude, 0);
  }
}

namespace detail {

template <class P>
struct policy_of {
  static_assert(
      std::is_invocable_v<P&>,
      "lowp: what follows the operands is a rounding policy, an overflow policy or a source of random bits");
  using type = random_tag;  // a callable: a source of random bits
};
template <class P>
requires requires { typename P::policy; }
struct policy_of<P> {
  using type = typename P::policy;
};

template <class Tag, class... P>
inline constexpr int count_of = (0 + ... + int{std::same_as<typename policy_of<std::remove_cvref_t<P>>::type, Tag>});

// The policy of kind Tag among the arguments, or the fallback. A generator must keep its identity: hence forwarding.
template <class Tag, class Fallback>
LOWP_FN constexpr Fallback&& pick(Fallback&& fallback) noexcept {
  return static_cast<Fallback&&>(fallback);
}
template <class Tag, class Fallback, class First, class... Rest>
LOWP_FN constexpr decltype(auto) pick(Fallback&& fallback, First&& first, Rest&&... rest) noexcept {
  if constexpr (std::same_as<typename policy_of<std::remove_cvref_t<First>>::type, Tag>) {
    return static_cast<First&&>(first);
  } else {
    return pick<Tag>(static_cast<Fallback&&>(fallback), static_cast<Rest&&>(rest)...);
  }
}

struct draw_from_thread {
  std::uint32_t operator()() const noexcept { return thread_stream()(); }
};

template <class F, class R, class O>
inline constexpr bool has_float_codes =
    (Repeatable<R, O>)&&(!std::same_as<O, wrap>)&&(has_float_table<F>);  // wrap sees all bits of a large float

template <class T>
inline constexpr bool has_float_values = false;
template <Scalar T>
inline constexpr bool has_float_values<T> = format_of<T>::bits <= 8;

// The operation of `convert`, for shortcuts.
struct convert_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr exact apply(const exact& x, bool) noexcept {
    return x;
  }
};

// What a shortcut knows an operand by: its format, or the type of a built-in integer; and what it is given of it.
template <Operand T>
struct operand_kind {
  using type = T;
};
template <Scalar T>
struct operand_kind<T> {
  using type = format_of<T>;
};
template <Operand T>
LOWP_FN constexpr std::uint64_t code_of(T x) noexcept {
  if constexpr (Scalar<T>) {
    return scalar_traits<T>::code(x);
  } else {
    return static_cast<std::uint64_t>(x);
  }
}

template <class Op, class R, class O, class To, class... From>
inline constexpr bool takes_shortcut = false;
template <class Op, class R, class O, Scalar To, Operand... From>
inline constexpr bool takes_shortcut<Op, R, O, To, From...> =
    has_shortcut<Op, R, O, format_of<To>, typename operand_kind<From>::type...>;

template <class Tag, class Fallback, class... P>
using picked = std::remove_cvref_t<decltype(pick<Tag>(std::declval<Fallback>(), std::declval<P>()...))>;

}  // namespace detail

/// An exact value rounded to the scalar type To.
template <Scalar To, std::derived_from<exact> Exact, class... Policies>
[[nodiscard]] LOWP_FN constexpr To round_to(const Exact& x, Policies&&... policies) noexcept {
  static_assert(detail::count_of<rounding_tag, Policies...> <= 1, "lowp: two rounding policies in one call");
  static_assert(detail::count_of<overflow_tag, Policies...> <= 1, "lowp: two overflow policies in one call");
  static_assert(detail::count_of<random_tag, Policies...> <= 1, "lowp: two sources of random bits in one call");
  using traits = scalar_traits<To>;
  return traits::from_code(encode<typename traits::format>(
      x, detail::pick<rounding_tag>(typename traits::rounding{}, static_cast<Policies&&>(policies)...),
      detail::pick<overflow_tag>(typename traits::overflow{}, static_cast<Policies&&>(policies)...),
      detail::pick<random_tag>(detail::draw_from_thread{}, static_cast<Policies&&>(policies)...)));
}

/// x rounded once to To. Every NaN becomes the canonical NaN of To with the sign kept where To has two; a NaN into a
/// format without one becomes 0, or traps under `trap`.
template <Scalar To, Operand From, class... Policies>
[[nodiscard]] LOWP_FN constexpr To convert(From x, Policies&&... policies) noexcept {
  using traits = scalar_traits<To>;
  using R = detail::picked<rounding_tag, typename traits::rounding, Policies...>;
  using O = detail::picked<overflow_tag, typename traits::overflow, Policies...>;
#ifndef __CUDA_ARCH__
  if (!std::is_constant_evaluated()) {
    if constexpr (detail::takes_shortcut<detail::convert_op, R, O, To, From>) {
      using kind = typename detail::operand_kind<From>::type;
      return traits::from_code(
          detail::shortcut<detail::convert_op, R, O, format_of<To>, kind>::apply(detail::code_of(x)));
    } else if constexpr (std::same_as<From, float> && detail::has_float_codes<typename traits::format, R, O>) {
      return traits::from_code(detail::float_codes<typename traits::format, R, O>::get()[x]);
    } else if constexpr (std::same_as<To, float> && detail::has_float_values<From> && sizeof...(Policies) == 0) {
      return detail::float_values<format_of<From>>::get().value[scalar_traits<From>::code(x)];
    }
  }
#endif
  return round_to<To>(decode(x), static_cast<Policies&&>(policies)...);
}

}  // namespace lowp
