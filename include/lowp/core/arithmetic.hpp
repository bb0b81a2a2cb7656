// Exact arithmetic, and the operations that round its result once.
//
//   add<To>(a, b, policies...)   sub  mul  div  sqrt<To>(a, ...)  fma<To>(a, b, c, ...)
//
// Operands may be of any mix of formats, native floats and integers. Each operation decodes, computes one exact
// result (sums and products in 128 bits, quotients and roots as 64 bits and a sticky bit) and rounds once into To:
// correctly rounded for every pair of formats and every policy, by construction. Where the operands have one type,
// `To` may be left out: add, sub and mul then are + - *, which are exact in fixed-point, and so may it for two types of
// fixed-point.
//
// Special values as in IEEE 754-2019, 6 and 7: Inf - Inf, 0 * Inf, 0 / 0, Inf / Inf and the root of a negative number
// are NaN, x / 0 is an infinity (P3109 has NaN there), x - x is +0 except -0 under `downward`.
#pragma once

#include <lowp/core/convert.hpp>

namespace lowp {

namespace detail {

// A finite value on its way through a sum: a significand of up to 126 bits, the top one of 128 set.
struct addend {
  bool negative;
  int exponent;
  wide significand;
};

// The product of two finite values, exactly.
LOWP_FN constexpr addend product(const exact& a, const exact& b) noexcept {
  const wide p = multiply_wide(a.significand, b.significand);  // in [2^126, 2^128)
  const int top = static_cast<int>(p.high >> 63);
  return {a.negative != b.negative,
          a.exponent + b.exponent + top,
          {(p.high << (1 - top)) | (p.low >> 63 >> top), p.low << (1 - top)}};
}

// x >> n for n >= 1, and whether anything fell off.
LOWP_FN constexpr wide shift_right(wide x, int n, bool& lost) noexcept {
  if (n >= 64) {
    if (n >= 128) {
      lost = true;
      return {};
    }
    lost = (x.low | (n > 64 ? x.high << (128 - n) : 0)) != 0;
    return {0, x.high >> (n - 64)};
  }
  lost = (x.low << (64 - n)) != 0;
  return {x.high >> n, (x.low >> n) | (x.high << (64 - n))};
}

// The sum of two finite values. Both get one bit of headroom for the carry. With at most
// 126 bits each, the shift of the smaller one loses bits only if it is at least two binades below: then no more than
// one leading bit can cancel, and what was lost stays below everything that counts.
LOWP_FN constexpr long_exact sum(const addend& a, const addend& b, bool cancels_to_negative) noexcept {
  // Which is larger, and which way the signs go, is a coin toss to a branch predictor: no branches here.
  const bool smaller_low = (a.significand.high == b.significand.high) & (a.significand.low < b.significand.low);
  const bool smaller_significand = (a.significand.high < b.significand.high) | smaller_low;
  const bool swap = (a.exponent < b.exponent) | ((a.exponent == b.exponent) & smaller_significand);
  const std::uint64_t mask = 0 - std::uint64_t{swap};
  const std::uint64_t high = (a.significand.high ^ b.significand.high) & mask;
  const std::uint64_t low = (a.significand.low ^ b.significand.low) & mask;
  const wide large{a.significand.high ^ high, a.significand.low ^ low};
  const wide small{b.significand.high ^ high, b.significand.low ^ low};
  const int distance = a.exponent < b.exponent ? b.exponent - a.exponent : a.exponent - b.exponent;
  const bool negative = (a.negative & !swap) | (b.negative & swap);

  bool lost = false;
  const wide x{large.high >> 1, (large.high << 63) | (large.low >> 1)};
  const wide y = shift_right(small, distance + 1, lost);

  // x + y, or x - y = x + ~y + 1; a lost tail of y takes that 1 back.
  const bool subtract = a.negative != b.negative;
  const std::uint64_t flip = 0 - std::uint64_t{subtract};
  const std::uint64_t one = subtract & !lost;
  wide r{0, x.low + (y.low ^ flip)};
  const std::uint64_t carry = r.low < x.low;
  r.low += one;
  r.high = x.high + (y.high ^ flip) + carry + (r.low < one);

  int exponent = (a.exponent < b.exponent ? b.exponent : a.exponent) + 1;
  if (r.high == 0) [[unlikely]] {
    if (r.low == 0) return exact::zero(cancels_to_negative);
    r = {r.low, 0};
    exponent -= 64;
  }
  const int shift = std::countl_zero(r.high);
  const std::uint64_t significand = (r.high << shift) | (r.low >> 1 >> (63 - shift));
  return {{significand, exponent - shift, value_kind::finite, negative, false}, (r.low << shift) | lost};
}

// The same for significands of at most 62 bits, which is all but 64-bit integers, rounded to at most 61: one word and a
// sticky bit are enough.
LOWP_FN constexpr long_exact short_sum(const exact& a, const exact& b, bool cancels_to_negative) noexcept {
  const bool swap = (a.exponent < b.exponent) | ((a.exponent == b.exponent) & (a.significand < b.significand));
  const std::uint64_t mask = (a.significand ^ b.significand) & (0 - std::uint64_t{swap});
  const int distance = a.exponent < b.exponent ? b.exponent - a.exponent : a.exponent - b.exponent;
  const std::uint64_t x = (a.significand ^ mask) >> 1, whole = (b.significand ^ mask) >> 1;
  const std::uint64_t y = whole >> (distance < 63 ? distance : 63);
  const bool lost = (y << (distance < 63 ? distance : 63)) != whole;
  const bool subtract = a.negative != b.negative;
  const std::uint64_t r = x + (y ^ (0 - std::uint64_t{subtract})) + (subtract & !lost);
  if (r == 0) [[unlikely]]
    return exact::zero(cancels_to_negative);
  const int shift = std::countl_zero(r);
  const bool negative = (a.negative & !swap) | (b.negative & swap);
  return {{r << shift, (a.exponent < b.exponent ? b.exponent : a.exponent) + 1 - shift, value_kind::finite, negative,
           false},
          lost};
}

// The 40 bits of sqrt(n * 2^128) that follow root = floor(sqrt(n)), left-aligned, and a sticky bit: the schoolbook
// method, one bit a step.
LOWP_FN constexpr std::uint64_t more_of_root(wide n, std::uint64_t root) noexcept {
  const wide square = multiply_wide(root, root);
  wide remainder{n.high - square.high - (n.low < square.low), n.low - square.low}, value{0, root};
  const auto twice = [](wide x) { return wide{x.high << 1 | x.low >> 63, x.low << 1}; };
  std::uint64_t digits = 0;
  for (int i = 0; i < 40; ++i) {
    value = twice(value);
    remainder = twice(twice(remainder));
    const wide trial{value.high << 1 | value.low >> 63, value.low << 1 | 1};
    const bool fits = remainder.high != trial.high ? remainder.high > trial.high : remainder.low >= trial.low;
    if (fits) {
      remainder = {remainder.high - trial.high - (remainder.low < trial.low), remainder.low - trial.low};
      value.low |= 1;
    }
    digits = digits << 1 | fits;
  }
  return digits << 24 | ((remainder.high | remainder.low) != 0);
}

LOWP_FN constexpr exact nan_of(const exact& a) noexcept { return exact::nan(a.negative); }

}  // namespace detail

namespace detail {

// a + b where one of them at least is zero, infinite or NaN, or has 63 or 64 significant bits.
LOWP_FN constexpr long_exact unusual_add(const exact& a, const exact& b, bool cancels_to_negative) noexcept {
  using enum value_kind;
  if (a.kind == nan) return nan_of(a);
  if (b.kind == nan) return nan_of(b);
  if (a.kind == infinite) return b.kind == infinite && a.negative != b.negative ? exact::nan() : a;
  if (b.kind == infinite) return b;
  if (a.kind == zero && b.kind == zero)
    return exact::zero(a.negative == b.negative ? a.negative : cancels_to_negative);
  if (a.kind == zero) return b;
  if (b.kind == zero) return a;
  return sum({a.negative, a.exponent, {a.significand, 0}}, {b.negative, b.exponent, {b.significand, 0}},
             cancels_to_negative);
}

}  // namespace detail

/// a + b, of operands without a sticky bit; all decoded values are such. `needs_tail`: the bits beyond 61 count.
template <bool needs_tail = false>
[[nodiscard]] LOWP_FN constexpr long_exact exact_add(const exact& a, const exact& b,
                                                     bool cancels_to_negative = false) noexcept {
  const bool both_finite = (a.kind == value_kind::finite) & (b.kind == value_kind::finite);
  if (!needs_tail & both_finite & (((a.significand | b.significand) & 3) == 0)) [[likely]]
    return detail::short_sum(a, b, cancels_to_negative);
  return detail::unusual_add(a, b, cancels_to_negative);
}

/// a * b
[[nodiscard]] LOWP_FN constexpr long_exact exact_mul(const exact& a, const exact& b) noexcept {
  using enum value_kind;
  const bool negative = a.negative != b.negative;
  if (a.kind == finite && b.kind == finite) [[likely]] {
    const detail::addend p = detail::product(a, b);
    return {{p.significand.high, p.exponent, finite, negative, false}, p.significand.low};
  }
  if (a.kind == nan) return detail::nan_of(a);
  if (b.kind == nan) return detail::nan_of(b);
  if (a.kind == infinite || b.kind == infinite)
    return a.kind == zero || b.kind == zero ? exact::nan() : exact::infinity(negative);
  return exact::zero(negative);
}

/// a / b, to 64 bits and a sticky bit, or to 127 and one if `needs_tail`.
template <bool needs_tail = false>
[[nodiscard]] LOWP_FN constexpr long_exact exact_div(const exact& a, const exact& b) noexcept {
  using enum value_kind;
  const bool negative = a.negative != b.negative;
  if (a.kind == finite && b.kind == finite) [[likely]] {
    // Scale the dividend into [divisor / 2, divisor): the quotient of 64 bits then has its top bit set.
    const bool less = a.significand < b.significand;
    const std::uint64_t high = less ? a.significand : a.significand >> 1;
    const std::uint64_t low = less ? 0 : a.significand << 63;
    const detail::quotient q = detail::divide_wide(high, low, b.significand);
    std::uint64_t tail = q.remainder != 0;
    if constexpr (needs_tail) {
      const detail::quotient next = detail::divide_wide(q.remainder, 0, b.significand);
      tail = next.value | (next.remainder != 0);
    }
    return {{q.value, a.exponent - b.exponent - less, finite, negative, false}, tail};
  }
  if (a.kind == nan) return detail::nan_of(a);
  if (b.kind == nan) return detail::nan_of(b);
  if (a.kind == b.kind) return exact::nan();  // 0 / 0, Inf / Inf
  return a.kind == infinite || b.kind == zero ? exact::infinity(negative) : exact::zero(negative);
}

/// The square root of a, to 64 bits and a sticky bit, or to 104 and one if `needs_tail`.
template <bool needs_tail = false>
[[nodiscard]] LOWP_FN constexpr long_exact exact_sqrt(const exact& a) noexcept {
  using enum value_kind;
  if (a.kind == zero || a.kind == nan) return a;
  if (a.negative) return exact::nan();
  if (a.kind == infinite) return a;
  // significand * 2^64 or 2^63 has its root in [2^63, 2^64); the exponent left over must be even.
  const bool odd = (a.exponent & 1) != 0;
  const detail::wide n = odd ? detail::wide{a.significand, 0} : detail::wide{a.significand >> 1, a.significand << 63};
  const detail::root r = detail::root_wide(n);
  std::uint64_t tail = !r.exact;
  if constexpr (needs_tail) tail = detail::more_of_root(n, r.value);
  return {{r.value, (a.exponent - odd) / 2, finite, false, false}, tail};
}

/// a * b + c, for a and b that have at most 126 significant bits together
[[nodiscard]] LOWP_FN constexpr long_exact exact_fma(const exact& a, const exact& b, const exact& c,
                                                     bool cancels_to_negative = false) noexcept {
  using enum value_kind;
  if (a.kind == finite && b.kind == finite && c.kind == finite) [[likely]] {
    return detail::sum(detail::product(a, b), {c.negative, c.exponent, {c.significand, 0}}, cancels_to_negative);
  }
  if (c.kind == zero && a.kind == finite && b.kind == finite) return exact_mul(a, b);
  // 0 * Inf + NaN is the NaN given, not a new one.
  if (c.kind == nan && a.kind != nan && b.kind != nan) return c;
  // With a special operand the product is exact or special itself.
  return exact_add(exact_mul(a, b), c, cancels_to_negative);
}

/// Where x stands between two neighbours, low <= x < high: (x - low) / (high - low) as the `rest` of a cut. With it a
/// format whose values follow no formula, such as a codebook, writes its `truncate` as a search.
[[nodiscard]] LOWP_FN constexpr std::uint64_t rest_between(const exact& low, const exact& x,
                                                           const exact& high) noexcept {
  const exact above = exact_add(x, -low);
  const exact part = exact_div(above, exact_add(high, -low));
  const bool sticky = x.sticky || above.sticky;  // x is a little larger than its 64 bits, which a tie must not hide
  if (part.kind != value_kind::finite) return sticky;
  const cut fraction = detail::shift_out(part.significand, part.sticky, -part.exponent - 1);
  return fraction.code | (fraction.rest != 0) | sticky;
}

namespace detail {

// The type of a result: To, or, where the call names none, the one type of all operands.
template <class To, class First, class... Rest>
struct result_of {
  using type = To;
};
template <bool is_ours, class First, class... Rest>
struct common_result {};
template <class First, class... Rest>
struct common_result<true, First, Rest...> {
  static_assert((std::same_as<First, Rest> && ...),
                "lowp: operands of different types: name the type of the result, as in add<float>(a, b)");
  using type = First;
};
// Ours only if a number takes part: sqrt(2.0f) is not, whatever namespaces are in use.
template <class First, class... Rest>
struct result_of<void, First, Rest...>
    : common_result<!(std::is_arithmetic_v<First> && ... && std::is_arithmetic_v<Rest>), First, Rest...> {};
template <class To, class... Operands>
using result = typename result_of<To, Operands...>::type;

// The type of a sum, difference or product: one that has no name may be wider than its operands (exact_formats in
// number.hpp), or wider than all that there are.
template <class Op, class To, class A, class B>
struct exact_result_of : result_of<To, A, B> {};
template <class Op, class To, class A, class B>
using exact_result = typename exact_result_of<Op, To, A, B>::type;
struct no_format {};

// An upper bound on the significant bits of a value.
template <Format F>
inline constexpr int significant_bits_of = [] {
  if constexpr (requires { F::precision; }) {
    return F::precision;
  } else {
    return F::bits;
  }
}();
template <class T>
inline constexpr int significant_bits = std::numeric_limits<T>::digits;
template <Scalar T>
inline constexpr int significant_bits<T> = significant_bits_of<format_of<T>>;

// Whether a rounding to F may see more of a result than 61 bits and a sticky bit.
template <class F, class R, class O>
inline constexpr bool needs_tail = requires {
  requires F::takes_tail;
}
&&(RandomRounding<R> || std::same_as<O, wrap> || significant_bits_of<F> > 61);

template <class R>
inline constexpr bool cancels_to_negative = requires {
  R::cancels_to_negative_zero;
};

// Whether an operation can be looked up: both operands and the result in one narrow format.
template <class To, class A, class B, class R, class O>
inline constexpr bool has_pair_codes = false;
template <class To, Scalar A, Scalar B, class R, class O>
inline constexpr bool has_pair_codes<To, A, B, R, O> =
    std::same_as<format_of<To>, format_of<A>>&& std::same_as<format_of<To>, format_of<B>>&& format_of<To>::bits <=
        8 &&
    Repeatable<R, O>;

// The operations, as types: tables are filled, and shortcuts named, by any of them.
struct add_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr long_exact apply(const exact& a, const exact& b, bool cancels) noexcept {
    return exact_add<needs_tail>(a, b, cancels);
  }
};
struct sub_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr long_exact apply(const exact& a, const exact& b, bool cancels) noexcept {
    return exact_add<needs_tail>(a, b.kind == value_kind::nan ? b : -b, cancels);
  }
};
struct mul_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr long_exact apply(const exact& a, const exact& b, bool) noexcept {
    return exact_mul(a, b);
  }
};
struct div_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr long_exact apply(const exact& a, const exact& b, bool) noexcept {
    return exact_div<needs_tail>(a, b);
  }
};

struct sqrt_op {
  template <bool needs_tail = false>
  LOWP_FN static constexpr long_exact apply(const exact& a, bool) noexcept {
    return exact_sqrt<needs_tail>(a);
  }
};

// The meaning of an operation, on codes: where a shortcut ends, as at NaN, it goes on here.
template <class Op, RoundingPolicy R, OverflowPolicy O, Format To, Format... From, class... Code>
[[nodiscard]] LOWP_FN constexpr std::uint64_t by_definition(Code... code) noexcept {
  return encode<To>(Op::template apply<needs_tail<To, R, O>>(From::decode(code)..., cancels_to_negative<R>), R{}, O{},
                    no_random);
}

template <class Op, class To, class A, class... Policies>
LOWP_FN constexpr To operate_on_one(A a, Policies&&... policies) noexcept {
  using traits = scalar_traits<To>;
  using R = picked<rounding_tag, typename traits::rounding, Policies...>;
  using O = picked<overflow_tag, typename traits::overflow, Policies...>;
#ifndef __CUDA_ARCH__
  if (!std::is_constant_evaluated()) {
    if constexpr (takes_shortcut<Op, R, O, To, A>)
      return traits::from_code(shortcut<Op, R, O, format_of<To>, typename operand_kind<A>::type>::apply(code_of(a)));
  }
#endif
  return round_to<To>(Op::template apply<needs_tail<format_of<To>, R, O>>(decode(a), cancels_to_negative<R>),
                      static_cast<Policies&&>(policies)...);
}

template <class Op, std::same_as<no_format> To, class A, class B, class... Policies>
LOWP_FN constexpr To operate(A, B, Policies&&...) noexcept {
  static_assert(!std::same_as<To, no_format>,
                "lowp: the exact result needs more than 64 bits: name its type, as in mul<fixed<64, 40>>(a, b)");
  return {};
}
template <class Op, class To, class A, class B, class... Policies>
LOWP_FN constexpr To operate(A a, B b, Policies&&... policies) noexcept {
  using traits = scalar_traits<To>;
  using R = picked<rounding_tag, typename traits::rounding, Policies...>;
  using O = picked<overflow_tag, typename traits::overflow, Policies...>;
#ifndef __CUDA_ARCH__
  if (!std::is_constant_evaluated()) {
    if constexpr (takes_shortcut<Op, R, O, To, A, B>) {
      using steps = shortcut<Op, R, O, format_of<To>, typename operand_kind<A>::type, typename operand_kind<B>::type>;
      return traits::from_code(steps::apply(code_of(a), code_of(b)));
    } else if constexpr (has_pair_codes<To, A, B, R, O>) {
      return traits::from_code(
          pair_codes<Op, format_of<To>, R, O>::get()(scalar_traits<A>::code(a), scalar_traits<B>::code(b)));
    }
  }
#endif
  return round_to<To>(
      Op::template apply<needs_tail<format_of<To>, R, O>>(decode(a), decode(b), cancels_to_negative<R>),
      static_cast<Policies&&>(policies)...);
}

}  // namespace detail

/// a + b, exact, rounded once to To.
template <class To = void, Operand A, Operand B, class... Policies>
[[nodiscard]] LOWP_FN constexpr auto add(A a, B b, Policies&&... policies) noexcept
    -> detail::exact_result<detail::add_op, To, A, B> {
  return detail::operate<detail::add_op, detail::exact_result<detail::add_op, To, A, B>>(
      a, b, static_cast<Policies&&>(policies)...);
}

/// a - b, exact, rounded once to To.
template <class To = void, Operand A, Operand B, class... Policies>
[[nodiscard]] LOWP_FN constexpr auto sub(A a, B b, Policies&&... policies) noexcept
    -> detail::exact_result<detail::sub_op, To, A, B> {
  return detail::operate<detail::sub_op, detail::exact_result<detail::sub_op, To, A, B>>(
      a, b, static_cast<Policies&&>(policies)...);
}

/// a * b, exact, rounded once to To.
template <class To = void, Operand A, Operand B, class... Policies>
[[nodiscard]] LOWP_FN constexpr auto mul(A a, B b, Policies&&... policies) noexcept
    -> detail::exact_result<detail::mul_op, To, A, B> {
  return detail::operate<detail::mul_op, detail::exact_result<detail::mul_op, To, A, B>>(
      a, b, static_cast<Policies&&>(policies)...);
}

/// a / b, rounded once to To. x / 0 is an infinity of the quotient's sign, which the overflow policy then sees.
template <class To = void, Operand A, Operand B, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::result<To, A, B> div(A a, B b, Policies&&... policies) noexcept {
  return detail::operate<detail::div_op, detail::result<To, A, B>>(a, b, static_cast<Policies&&>(policies)...);
}

/// The square root of a, rounded once to To; NaN for a < 0, and sqrt(-0) is -0.
template <class To = void, Operand A, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::result<To, A> sqrt(A a, Policies&&... policies) noexcept {
  return detail::operate_on_one<detail::sqrt_op, detail::result<To, A>>(a, static_cast<Policies&&>(policies)...);
}

/// a * b + c, exact, rounded once to To.
template <class To = void, Operand A, Operand B, Operand C, class... Policies>
[[nodiscard]] LOWP_FN constexpr detail::result<To, A, B, C> fma(A a, B b, C c, Policies&&... policies) noexcept {
  static_assert(detail::significant_bits<A> + detail::significant_bits<B> <= 126,
                "lowp: fma needs factors of at most 126 significant bits together");
  using T = detail::result<To, A, B, C>;
  using R = detail::picked<rounding_tag, typename scalar_traits<T>::rounding, Policies...>;
  return round_to<T>(exact_fma(decode(a), decode(b), decode(c), detail::cancels_to_negative<R>),
                     static_cast<Policies&&>(policies)...);
}

}  // namespace lowp
