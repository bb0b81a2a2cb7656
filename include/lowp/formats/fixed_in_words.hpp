// Fixed-point in integers: shortcuts for + - * /, built-in integers among the operands, and for conversions between
// fixed-point types and out to float and double, with the bits of the generic path.
//
// The exact result is an integer r of 32, 64 or 128 bits. If n bits of it lie below the unit of the result's type,
//
//   code = (r + bias) >> n, clamped       bias = 2^n - t, t = the least of what lies below that is rounded up
//
// t depends on the policy, and in some on the sign of r or on the parity of r >> n. All else is known at compile time:
// the word, n, and whether anything can be out of range. There is no branch on a value, so loops over arrays become
// vector code; quotients are one division of words. What fits in no word, and random rounding, take the generic path.
#pragma once

#include <bit>
#include <utility>

#include <lowp/formats/fixed.hpp>

namespace lowp::detail {

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 longest_word;
#else
using longest_word = std::int64_t;
#endif

template <class W>
inline constexpr int width_of = 8 * static_cast<int>(sizeof(W));

// The shortest word that holds the sum of two integers of at most 2^e in size; void if there is none.
template <int e>
using word_for =
    std::conditional_t<(e <= 30), std::int32_t,
                       std::conditional_t<(e <= 62), std::int64_t,
                                          std::conditional_t<(e <= width_of<longest_word> - 2), longest_word, void>>>;

template <class F>
inline constexpr bool is_fixed_format = false;
template <int Bits, int Frac, fixed_range Range>
inline constexpr bool is_fixed_format<fixed_format<Bits, Frac, Range>> = true;
template <class F>
concept FixedFormat = is_fixed_format<F>;

// A fixed-point format, or a built-in integer as one.
template <class T>
struct as_fixed;
template <FixedFormat F>
struct as_fixed<F> {
  using type = F;
};
template <NativeInteger T>
struct as_fixed<T> {
  using type =
      fixed_format<8 * int{sizeof(T)}, 0, T(-1) < T(0) ? fixed_range::twos_complement : fixed_range::non_negative>;
};
template <class T>
concept InFixed = FixedFormat<T> || NativeInteger<T>;

template <FixedFormat F>
inline constexpr int frac_of = -F::min_quantum;
template <FixedFormat F>
inline constexpr int size_of = F::bits - F::has_sign;  // codes are at most 2^size_of in size

// The integer that a code stands for.
template <FixedFormat F>
LOWP_FN constexpr auto integer_of(std::uint64_t code) noexcept {
  constexpr int unused = F::bits <= 32 ? 32 - F::bits : 64 - F::bits;
  if constexpr (!F::has_sign) {
    return static_cast<storage_t<F::bits>>(code);
  } else if constexpr (F::bits == 8) {
    return static_cast<std::int8_t>(code);
  } else if constexpr (F::bits == 16) {
    return static_cast<std::int16_t>(code);
  } else if constexpr (F::bits <= 32) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(code) << unused) >> unused;
  } else {
    return static_cast<std::int64_t>(code << unused) >> unused;
  }
}

// The operations on integers of A and B. The result is in units of 2^-frac, and at most 2^size in size.
template <class Op, class... From>
struct on_integers;
template <FixedFormat A>
struct on_integers<convert_op, A> {
  static constexpr int frac = frac_of<A>, size = size_of<A>;
  template <class W>
  LOWP_FN static constexpr W apply(W x) noexcept {
    return x;
  }
};
template <FixedFormat A>
struct on_integers<neg_op, A> {
  static constexpr int frac = frac_of<A>, size = size_of<A>;
  template <class W>
  LOWP_FN static constexpr W apply(W x) noexcept {
    return -x;
  }
};
template <FixedFormat A, FixedFormat B>
struct on_integers<mul_op, A, B> {
  static constexpr int frac = frac_of<A> + frac_of<B>, size = size_of<A> + size_of<B>;
  template <class W>
  LOWP_FN static constexpr W apply(W x, W y) noexcept {
    return x * y;
  }
};
template <FixedFormat A, FixedFormat B>
struct on_integers<add_op, A, B> {
  static constexpr int frac = frac_of<A> > frac_of<B> ? frac_of<A> : frac_of<B>;
  static constexpr int shift_a = frac - frac_of<A>, shift_b = frac - frac_of<B>;
  static constexpr int size_a = size_of<A> + shift_a, size_b = size_of<B> + shift_b;
  static constexpr int size = (size_a > size_b ? size_a : size_b) + 1;
  template <class W>
  LOWP_FN static constexpr W apply(W x, W y) noexcept {
    return (x << shift_a) + (y << shift_b);
  }
};
template <FixedFormat A, FixedFormat B>
struct on_integers<sub_op, A, B> : on_integers<add_op, A, B> {
  template <class W>
  LOWP_FN static constexpr W apply(W x, W y) noexcept {
    return (x << on_integers::shift_a) - (y << on_integers::shift_b);
  }
};

// The t of above for n >= 1. A policy sees magnitudes: a negative r is cut at the upper of its two neighbours, and the
// rest is the other part of the gap.
template <RoundingPolicy R, class W>
constexpr W least_rounded_up(int n, bool negative, bool lower_is_odd) noexcept {
  const auto rounds_up = [&](std::uint64_t part) {
    return negative ? !R{}(true, !lower_is_odd, 0 - part) : R{}(false, lower_is_odd, part);
  };
  const W half = W{1} << (n - 1);
  return rounds_up(half_gap - 1) ? 1 : rounds_up(half_gap) ? half : rounds_up(half_gap + 1) ? half + 1 : 2 * half;
}

// r / 2^n, rounded by R.
template <RoundingPolicy R, int n, class W>
LOWP_FN constexpr W shift_rounded(W r) noexcept {
  if constexpr (n <= 0) {
    return r << -n;
  } else {
    constexpr auto bias = [](bool negative, bool odd) {
      return (W{1} << n) - least_rounded_up<R, W>(n, negative, odd);
    };
    // bias(negative, odd) as a sum of which most terms are nothing.
    constexpr W base = bias(false, false), odd_more = bias(false, true) - base,
                negative_more = bias(true, false) - base;
    constexpr W both_more = bias(true, true) - base - odd_more - negative_more;
    [[maybe_unused]] const W odd = (r >> n) & 1, negative = r < 0;
    W sum = base;
    if constexpr (odd_more != 0) sum += odd * odd_more;
    if constexpr (negative_more != 0) sum += negative * negative_more;
    if constexpr (both_more != 0) sum += (odd & negative) * both_more;
    return (r + sum) >> n;
  }
}

// The smallest or largest integer of a format, as far as a word reaches.
template <FixedFormat F, class W>
constexpr W end_of(bool high) noexcept {
  constexpr int size = size_of<F> < width_of<W> - 1 ? size_of<F> : width_of<W> - 1;
  constexpr W largest = size == 0 ? 0 : ((W{1} << (size - 1)) - 1) * 2 + 1;
  return high ? largest : F::has_sign ? -largest - 1 : 0;
}

// The smallest integer that rounding gives.
template <FixedFormat F, class W>
inline constexpr W lowest_of = F::max_magnitude(true) == F::lowest_code ? end_of<F, W>(false) : -end_of<F, W>(true);

// The code of an integer in units of To, which may be out of range.
template <FixedFormat To, RoundingPolicy R, OverflowPolicy O, bool may_be_below, bool may_be_above, class W>
LOWP_FN constexpr std::uint64_t code_in_range(W q) noexcept {
  constexpr W lowest = lowest_of<To, W>, highest = end_of<To, W>(true);
  if constexpr (std::same_as<O, saturate>) {
    if constexpr (may_be_below) q = q < lowest ? lowest : q;
    if constexpr (may_be_above) q = q > highest ? highest : q;
  } else if constexpr (!std::same_as<O, wrap> && (may_be_below || may_be_above)) {
    if (q < lowest || q > highest) [[unlikely]]
      return encode<To>(exact::scaled(q < 0, 1, 1 << 21), R{}, O{}, no_random);  // far beyond, on that side
  }
  return static_cast<std::uint64_t>(q) & low_mask(To::bits);
}

// An operation with a result of format To in words of type W.
template <class Op, FixedFormat To, FixedFormat... From>
struct in_words {
  using operation = on_integers<Op, From...>;
  static constexpr int shift = operation::frac - frac_of<To>;  // to the right
  static constexpr int size = shift < 0 ? operation::size - shift : operation::size;
  using W = word_for<(size > shift ? size : shift)>;

  // The smallest or largest result: it is one of the ends of the operands.
  template <RoundingPolicy R>
  static constexpr W extreme(bool high) noexcept {
    const auto corner = [&]<int... k>(unsigned ends, std::integer_sequence<int, k...>) {
      return operation::apply(end_of<From, W>((ends >> k & 1) != 0)...);
    };
    W found = corner(0, std::make_integer_sequence<int, sizeof...(From)>{});
    for (unsigned ends = 1; ends < 1u << sizeof...(From); ++ends) {
      const W x = corner(ends, std::make_integer_sequence<int, sizeof...(From)>{});
      if ((x > found) == high) found = x;
    }
    return shift_rounded<R, shift>(found);
  }

  template <RoundingPolicy R, OverflowPolicy O>
  LOWP_FN static constexpr std::uint64_t code(W result) noexcept {
    constexpr bool may_be_below = extreme<R>(false) < lowest_of<To, W>;
    constexpr bool may_be_above = extreme<R>(true) > end_of<To, W>(true);
    return code_in_range<To, R, O, may_be_below, may_be_above>(shift_rounded<R, shift>(result));
  }
};

template <class Op, class To, class... From>
using words_of = in_words<Op, To, typename as_fixed<From>::type...>;

template <class Op, class To, class... From>
inline constexpr bool fits_in_words = false;
template <class Op, FixedFormat To, InFixed... From>
requires requires { on_integers<Op, typename as_fixed<From>::type...>::size; }
inline constexpr bool fits_in_words<Op, To, From...> = !std::is_void_v<typename words_of<Op, To, From...>::W>;

template <class>
using any_code = std::uint64_t;

template <class Op, class R, class O, FixedFormat To, class... From>
requires(!RandomRounding<R> && std::is_empty_v<R> && std::is_empty_v<O> &&
         fits_in_words<Op, To, From...>) struct shortcut<Op, R, O, To, From...> {
  LOWP_FN static constexpr std::uint64_t apply(any_code<From>... code) noexcept {
    using steps = words_of<Op, To, From...>;
    using W = typename steps::W;
    return steps::template code<R, O>(
        steps::operation::apply(static_cast<W>(integer_of<typename as_fixed<From>::type>(code))...));
  }
};

// Quotients: floor(|x| / |y|) and what is left of it, which a policy sees as one of the three parts of a gap.
template <FixedFormat To, FixedFormat A, FixedFormat B>
struct quotient_in_words {
  static constexpr int shift = frac_of<To> + frac_of<B> - frac_of<A>;  // of the dividend to the left
  static constexpr int size_a = size_of<A> + (shift > 0 ? shift : 0), size_b = size_of<B> + (shift < 0 ? -shift : 0);
  using W = word_for<(size_a > size_b ? size_a : size_b)>;

  template <RoundingPolicy R, OverflowPolicy O>
  LOWP_FN static constexpr std::uint64_t code(W x, W y) noexcept {
    const bool negative = (x < 0) != (y < 0);
    const W n = (x < 0 ? -x : x) << (shift > 0 ? shift : 0), d = (y < 0 ? -y : y) << (shift < 0 ? -shift : 0);
    const W q = n / d, left = n % d;
    const std::uint64_t rest = left == 0 ? 0 : half_gap - (left < d - left) + (left > d - left);
    const W magnitude = q + R{}(negative, (q & 1) != 0, rest);
    return code_in_range<To, R, O, true, true>(negative ? -magnitude : magnitude);
  }
};

template <class To, class A, class B>
inline constexpr bool divides_in_words = false;
template <FixedFormat To, InFixed A, InFixed B>
inline constexpr bool divides_in_words<To, A, B> = [] {
  using W = typename quotient_in_words<To, typename as_fixed<A>::type, typename as_fixed<B>::type>::W;
  return std::same_as<W, std::int32_t> || std::same_as<W, std::int64_t>;
}();

template <class R, class O, FixedFormat To, class A, class B>
requires(!RandomRounding<R> && std::is_empty_v<R> && std::is_empty_v<O> &&
         divides_in_words<To, A, B>) struct shortcut<div_op, R, O, To, A, B> {
  LOWP_FN static constexpr std::uint64_t apply(std::uint64_t a, std::uint64_t b) noexcept {
    using F = typename as_fixed<A>::type;
    using G = typename as_fixed<B>::type;
    using steps = quotient_in_words<To, F, G>;
    using W = typename steps::W;
    if (b == 0) [[unlikely]]
      return by_definition<div_op, R, O, To, F, G>(a, b);
    return steps::template code<R, O>(static_cast<W>(integer_of<F>(a)), static_cast<W>(integer_of<G>(b)));
  }
};

// Out to a native float that holds every code and the unit as normal numbers: two exact operations, whatever the
// rounding mode of the processor.
template <class Native, FixedFormat F>
inline constexpr bool is_normal_in =
    F::precision <= Native::precision&& frac_of<F> < Native::bias&& size_of<F> - frac_of<F> <= Native::bias;

template <class R, class O, FixedFormat F>
requires is_normal_in<binary32, F>
struct shortcut<convert_op, R, O, binary32, F> {
  LOWP_FN static constexpr std::uint64_t apply(std::uint64_t code) noexcept {
    constexpr float unit = std::bit_cast<float>(static_cast<std::uint32_t>(binary32::bias - frac_of<F>) << 23);
    return std::bit_cast<std::uint32_t>(static_cast<float>(integer_of<F>(code)) * unit);
  }
};
template <class R, class O, FixedFormat F>
requires is_normal_in<binary64, F>
struct shortcut<convert_op, R, O, binary64, F> {
  LOWP_FN static constexpr std::uint64_t apply(std::uint64_t code) noexcept {
    constexpr double unit = std::bit_cast<double>(static_cast<std::uint64_t>(binary64::bias - frac_of<F>) << 52);
    return std::bit_cast<std::uint64_t>(static_cast<double>(integer_of<F>(code)) * unit);
  }
};

}  // namespace lowp::detail
