// number<Format, Rounding, Overflow>: the one value class.
//
// The format is the bits. The two policies say how the operators of this type round; two numbers of one format with
// other policies convert into each other implicitly and without loss.
//
//   implicit   where every value of the source is exact in the target (is_exact_v), and out to float if exact
//   explicit   everything else that rounds
//   T op T, T op integer -> T        the integer is taken exactly, then one rounding
//   + - * of fixed-point             widen: the result is exact (see exact_formats); a += b and the like stay in T
//   T op float -> float              where T is exact in float; lenient<T> op float -> lenient<T>
//   T op U                           the type that contains the other; if neither does, it does not compile
//
// Trivially copyable, standard layout, the size of its storage. `T x;` is uninitialised as a float is, T{} has code
// 0, which is zero in every format that has a zero at all.
#pragma once

#include <lowp/core/arithmetic.hpp>

namespace lowp {

namespace detail {

template <Format F>
constexpr exact largest_of(bool negative) noexcept {
  return F::decode(F::assemble(negative, F::max_magnitude(negative)));
}
// The largest magnitude that a code can hold: where rounding never produces the lowest code (symmetric_fixed), from_bits
// still does.
template <Format F>
constexpr exact largest_stored(bool negative) noexcept {
  if constexpr (requires { F::lowest_code; }) {
    if (negative) return F::decode(F::lowest_code);
  }
  return largest_of<F>(negative);
}
// The smallest positive value; of a format without positive ones, the smallest negative one without its sign.
template <Format F>
constexpr exact smallest_of() noexcept {
  const bool negative = F::has_zero && F::max_magnitude(false) == 0;
  return F::decode(F::assemble(negative, smallest_magnitude<F>)).magnitude();
}
template <Format F>
inline constexpr bool has_negative_zero = requires {
  requires F::has_negative_zero;
};

// The values of a format on a grid are s * 2^q with s < 2^precision and q >= min_quantum. Those of a Grid are all of
// them up to its largest: minifloats, fixed-point and the native types. Posits, say, leave out some: is_partial_grid.
// Containment of one in the other follows from four numbers.
template <class F>
concept OnGrid = Format<F> && requires {
  { F::precision } -> std::convertible_to<int>;
  { F::min_quantum } -> std::convertible_to<int>;
};
template <class F>
inline constexpr bool is_partial_grid = requires {
  requires F::is_partial_grid;
};
template <class F>
concept Grid = OnGrid<F> && !is_partial_grid<F>;

template <Format From, Format To>
constexpr bool specials_fit() noexcept {
  return (!From::has_infinity || To::has_infinity) && (!From::has_nan || To::has_nan) &&
         (!From::has_zero || To::has_zero) && (!has_negative_zero<From> || has_negative_zero<To>);
}

template <Format From, Format To>
constexpr bool is_exact() noexcept {
  if constexpr (std::same_as<From, To>) {
    return true;
  } else if constexpr (!specials_fit<From, To>()) {
    return false;
  } else if constexpr (requires { To::contains(From{}); }) {
    return To::contains(From{});
  } else if constexpr (OnGrid<From> && Grid<To>) {
    const auto fits = [](bool negative) {
      return From::max_magnitude(negative) == 0 ||
             (To::max_magnitude(negative) != 0 &&
              compare(largest_stored<From>(negative).magnitude(), largest_of<To>(negative).magnitude()) <= 0);
    };
    return fits(true) && fits(false) && From::precision <= To::precision && From::min_quantum >= To::min_quantum &&
           compare(smallest_of<To>(), smallest_of<From>()) <= 0;
  } else if constexpr (From::bits <= 8) {
    for (std::uint64_t c = 0; c <= low_mask(From::bits); ++c) {
      const exact x = From::decode(c);
      const std::uint64_t there = encode<To>(x, nearest_even{}, to_special{}, no_random);
      if (x.kind != value_kind::nan && To::decode(there) != x) return false;
    }
    return true;
  } else {
    return false;
  }
}

}  // namespace detail

/// Whether every value of From, special ones and the sign of zero included, is a value of To.
template <Scalar From, Scalar To>
inline constexpr bool is_exact_v = detail::is_exact<format_of<From>, format_of<To>>();

/// The formats of exact results, for pairs of formats that have such: a specialisation names three formats, `sum`,
/// `difference` and `product`, each of which holds every result of its operation, or is void if that takes more than
/// 64 bits. Fixed-point has them (formats/fixed.hpp). The operators + - * of numbers of such formats give these, and
/// round nothing, unless the operands wrap, are lenient or have different policies.
template <class A, class B>
struct exact_formats {};

namespace detail {

template <class A, class B>
concept HasExactFormats = requires {
  typename exact_formats<A, B>::sum;
};

// Unary minus, for shortcuts.
struct neg_op {};

template <class R>
inline constexpr bool rounds_implicitly = requires {
  requires R::implicit;
};

// Whether + - * of two number types widen. Wrapping numbers are a ring in themselves, and lenient ones stand in for
// float, which does not widen either.
template <class A, class B>
inline constexpr bool widens = false;
template <Format F, Format G, RoundingPolicy R, OverflowPolicy O>
inline constexpr bool widens<number<F, R, O>, number<G, R, O>> =
    HasExactFormats<F, G> && !std::same_as<O, wrap> && !rounds_implicitly<R>;

template <class Op, class F, class G>
struct exact_format;
template <class F, class G>
struct exact_format<add_op, F, G> {
  using type = typename exact_formats<F, G>::sum;
};
template <class F, class G>
struct exact_format<sub_op, F, G> {
  using type = typename exact_formats<F, G>::difference;
};
template <class F, class G>
struct exact_format<mul_op, F, G> {
  using type = typename exact_formats<F, G>::product;
};

template <class F, class R, class O>
struct number_of {
  using type = number<F, R, O>;
};
template <class R, class O>  // more than 64 bits
struct number_of<void, R, O> {
  using type = no_format;
};

// Of two number types the one that contains the other; below.
template <class A, class B>
struct wider_of {};

// The result of + - * where no type is named.
template <bool widens, class Op, class A, class B>
struct unnamed_result : wider_of<A, B> {};
template <class Op, Format F, RoundingPolicy R, OverflowPolicy O>
struct unnamed_result<false, Op, number<F, R, O>, number<F, R, O>> {
  using type = number<F, R, O>;
};
template <class Op, Format F, Format G, RoundingPolicy R, OverflowPolicy O>
struct unnamed_result<true, Op, number<F, R, O>, number<G, R, O>>
    : number_of<typename exact_format<Op, F, G>::type, R, O> {};
template <class Op, class A, class B>
using unnamed = typename unnamed_result<widens<A, B>, Op, A, B>::type;

template <class Op, class A, class B>
LOWP_FN constexpr unnamed<Op, A, B> operate_unnamed(A a, B b) noexcept {
  return operate<Op, unnamed<Op, A, B>>(a, b);
}

template <class Op, class A, class B>
requires widens<A, B>
struct exact_result_of<Op, void, A, B> : unnamed_result<true, Op, A, B> {
};

// Posits order NaN as one more value, below all others and equal to itself: codes then compare as signed integers.
template <class F>
inline constexpr bool orders_nan_first = requires {
  requires F::orders_nan_first;
};

// Within one format the magnitude codes ascend with the value, infinity included: comparing values is comparing
// codes.
template <Format F>
LOWP_FN constexpr std::partial_ordering compare_codes(std::uint64_t a, std::uint64_t b) noexcept {
  if constexpr (requires { F::sort_key(a); }) {
    return F::sort_key(a) <=> F::sort_key(b);
  } else if constexpr (orders_nan_first<F>) {
    return static_cast<std::int64_t>(a << (64 - F::bits)) <=> static_cast<std::int64_t>(b << (64 - F::bits));
  } else {
    const exact x = F::decode(a), y = F::decode(b);
    if ((x.kind == value_kind::nan) | (y.kind == value_kind::nan)) return std::partial_ordering::unordered;
    const auto key = [](const exact& v, std::uint64_t code) {
      const std::int64_t m = static_cast<std::int64_t>(F::magnitude(code));
      return v.negative ? -m : m;  // both zeros have magnitude 0
    };
    return key(x, a) <=> key(y, b);
  }
}

template <class From, class To>
concept Exactly = Scalar<From> && Scalar<To> && is_exact_v<From, To>;

template <class T, class Other>
concept OperandBut = Operand<T> && !std::same_as<T, Other>;

}  // namespace detail

template <Format F, RoundingPolicy Rounding = nearest_even, OverflowPolicy Overflow = typename F::default_overflow>
class number {
 public:
  using format = F;
  using rounding = Rounding;
  using overflow = Overflow;
  using storage = storage_t<F::bits>;

  number() = default;

  /// x, rounded by this type's policies; implicit where that never changes a value.
  template <detail::OperandBut<number> From>
  LOWP_FN constexpr explicit(!detail::Exactly<From, number> && !detail::rounds_implicitly<Rounding>)
      number(From x) noexcept
      : number(from(x)) {}

  /// The number with this code; bits above the format's width are ignored.
  [[nodiscard]] LOWP_FN static constexpr number from_bits(storage code) noexcept {
    number x;
    x.bits_ = static_cast<storage>(code & low_mask(F::bits));
    return x;
  }
  /// The code.
  [[nodiscard]] LOWP_FN constexpr storage bits() const noexcept { return bits_; }

  /// Out to float: implicit where that is exact. From there the language goes on as from any float, to int too.
  LOWP_FN constexpr operator float() const noexcept requires detail::Exactly<number, float> {
    return lowp::convert<float>(*this);
  }
  LOWP_FN constexpr explicit operator float() const noexcept requires(!detail::Exactly<number, float>) {
    return lowp::convert<float>(*this);
  }
  LOWP_FN constexpr explicit(!detail::rounds_implicitly<Rounding>) operator double() const noexcept {
    return lowp::convert<double>(*this);
  }

  // The result is a number of this type, or of a wider one where that makes it exact.
  [[nodiscard]] friend LOWP_FN constexpr auto operator+(number a, number b) noexcept
      -> detail::unnamed<detail::add_op, number, number> {
    return detail::operate_unnamed<detail::add_op>(a, b);
  }
  [[nodiscard]] friend LOWP_FN constexpr auto operator-(number a, number b) noexcept
      -> detail::unnamed<detail::sub_op, number, number> {
    return detail::operate_unnamed<detail::sub_op>(a, b);
  }
  [[nodiscard]] friend LOWP_FN constexpr auto operator*(number a, number b) noexcept
      -> detail::unnamed<detail::mul_op, number, number> {
    return detail::operate_unnamed<detail::mul_op>(a, b);
  }
  [[nodiscard]] friend LOWP_FN constexpr number operator/(number a, number b) noexcept { return div<number>(a, b); }

  [[nodiscard]] LOWP_FN constexpr number operator+() const noexcept { return *this; }
  /// The negated value; of a NaN, the NaN of the other sign where there is one. Exact but where the format reaches
  /// further on one side of zero: there the overflow policy decides.
  [[nodiscard]] LOWP_FN constexpr number operator-() const noexcept {
#ifndef __CUDA_ARCH__
    if (!std::is_constant_evaluated()) {
      if constexpr (detail::has_shortcut<detail::neg_op, nearest_even, Overflow, F, F>)
        return from_bits(
            static_cast<storage>(detail::shortcut<detail::neg_op, nearest_even, Overflow, F, F>::apply(bits_)));
    }
#endif
    const exact x = -lowp::decode(*this);
    if (x.kind == value_kind::infinite) return round_to<number>(x, nearest_even{}, to_special{});
    return round_to<number>(x, nearest_even{});
  }

  /// By value: -0 == +0, and NaN is unordered; a posit's NaR is below all and equal to itself.
  [[nodiscard]] friend LOWP_FN constexpr bool operator==(number a, number b) noexcept {
    return detail::compare_codes<F>(a.bits_, b.bits_) == 0;
  }
  [[nodiscard]] friend LOWP_FN constexpr std::partial_ordering operator<=>(number a, number b) noexcept {
    return detail::compare_codes<F>(a.bits_, b.bits_);
  }

  LOWP_FN constexpr number& operator+=(number b) noexcept { return *this = add<number>(*this, b); }
  LOWP_FN constexpr number& operator-=(number b) noexcept { return *this = sub<number>(*this, b); }
  LOWP_FN constexpr number& operator*=(number b) noexcept { return *this = mul<number>(*this, b); }
  LOWP_FN constexpr number& operator/=(number b) noexcept { return *this = div<number>(*this, b); }
  LOWP_FN constexpr number& operator++() noexcept { return *this = add<number>(*this, 1); }
  LOWP_FN constexpr number& operator--() noexcept { return *this = sub<number>(*this, 1); }
  LOWP_FN constexpr number operator++(int) noexcept {
    const number before = *this;
    ++*this;
    return before;
  }
  LOWP_FN constexpr number operator--(int) noexcept {
    const number before = *this;
    --*this;
    return before;
  }

  // What is exact needs no policy: an infinity stays one under `saturate`, and no random bits are drawn.
  template <Operand From>
  LOWP_FN static constexpr number from(From x) noexcept {
    if constexpr (!detail::Exactly<From, number>) {
      return lowp::convert<number>(x);
    } else if constexpr (std::same_as<format_of<From>, F>) {
      return from_bits(static_cast<storage>(scalar_traits<From>::code(x)));
    } else {
      return lowp::convert<number>(x, nearest_even{}, to_special{});
    }
  }

  /// The code; use bits(). Public so that a number can be a template argument, as in template <e4m3fn Scale>.
  storage bits_;
};

namespace detail {

template <class T>
inline constexpr bool is_number = false;
template <Format F, RoundingPolicy R, OverflowPolicy O>
inline constexpr bool is_number<number<F, R, O>> = true;

template <class T>
concept Number = is_number<T>;

// What an operator of A takes exactly beside a number: integers, and for a lenient A floats too.
template <class T, class A>
concept Companion = NativeInteger<T> ||(std::floating_point<T>&& rounds_implicitly<typename A::rounding>);

// Of two number types the one that contains the other. With one format and other policies neither is preferred.
template <class A, class B>
concept Contains = Number<A> && Number<B> && is_exact_v<B, A> && !is_exact_v<A, B>;
template <class A, class B>
concept Unrelated = Number<A> && Number<B> && !std::same_as<A, B> && is_exact_v<A, B> == is_exact_v<B, A>;

template <class A, class B>
requires Contains<A, B>
struct wider_of<A, B> {
  using type = A;
};
template <class A, class B>
requires Contains<B, A>
struct wider_of<A, B> {
  using type = B;
};
template <Number A, Companion<A> B>
struct wider_of<A, B> {
  using type = A;
};
template <class A, Number B>
requires Companion<A, B>
struct wider_of<A, B> {
  using type = B;
};
template <class A, class B>
using wider = typename wider_of<A, B>::type;
template <class A, class B>
concept NeedsName = !widens<A, B> && Unrelated<A, B>;

// What `a += b` takes exactly: the companions, and numbers of other formats where results have exact formats, too.
template <class A, class B>
inline constexpr bool have_exact_formats = false;
template <Format F, Format G, RoundingPolicy R, OverflowPolicy O, RoundingPolicy Q, OverflowPolicy P>
inline constexpr bool have_exact_formats<number<F, R, O>, number<G, Q, P>> =
    !std::same_as<F, G> && HasExactFormats<F, G>;
template <class B, class A>
concept Accumulable = Companion<B, A> || have_exact_formats<A, B>;

}  // namespace detail

// Operands of two types: the result is exact where these formats widen, else it has the type that contains the other;
// an integer is taken exactly.
template <class A, class B>
[[nodiscard]] LOWP_FN constexpr detail::unnamed<detail::add_op, A, B> operator+(A a, B b) noexcept {
  return detail::operate_unnamed<detail::add_op>(a, b);
}
template <class A, class B>
[[nodiscard]] LOWP_FN constexpr detail::unnamed<detail::sub_op, A, B> operator-(A a, B b) noexcept {
  return detail::operate_unnamed<detail::sub_op>(a, b);
}
template <class A, class B>
[[nodiscard]] LOWP_FN constexpr detail::unnamed<detail::mul_op, A, B> operator*(A a, B b) noexcept {
  return detail::operate_unnamed<detail::mul_op>(a, b);
}
template <class A, class B>
[[nodiscard]] LOWP_FN constexpr detail::wider<A, B> operator/(A a, B b) noexcept {
  return div<detail::wider<A, B>>(a, b);
}

// Two number types of which neither contains the other: without these, both would go through float unseen. Write
// add<To>(a, b), or convert one of them.
template <class A, class B>
requires detail::NeedsName<A, B>
void operator+(A, B) = delete;
template <class A, class B>
requires detail::NeedsName<A, B>
void operator-(A, B) = delete;
template <class A, class B>
requires detail::NeedsName<A, B>
void operator*(A, B) = delete;
template <class A, class B>
requires detail::Unrelated<A, B>
void operator/(A, B) = delete;

// The exact result, rounded once to the type of a.
template <detail::Number A, detail::Accumulable<A> B>
LOWP_FN constexpr A& operator+=(A& a, B b) noexcept {
  return a = add<A>(a, b);
}
template <detail::Number A, detail::Accumulable<A> B>
LOWP_FN constexpr A& operator-=(A& a, B b) noexcept {
  return a = sub<A>(a, b);
}
template <detail::Number A, detail::Accumulable<A> B>
LOWP_FN constexpr A& operator*=(A& a, B b) noexcept {
  return a = mul<A>(a, b);
}
template <detail::Number A, detail::Accumulable<A> B>
LOWP_FN constexpr A& operator/=(A& a, B b) noexcept {
  return a = div<A>(a, b);
}

namespace detail {
template <class A, class B>
LOWP_FN constexpr std::partial_ordering compare_across(A a, B b) noexcept {
  const exact x = decode(a), y = decode(b);
  if constexpr (Number<B>) {
    if constexpr (orders_nan_first<typename A::format> && orders_nan_first<typename B::format>) {
      const bool nan_x = x.kind == value_kind::nan, nan_y = y.kind == value_kind::nan;
      if (nan_x || nan_y) return nan_y <=> nan_x;
    }
  }
  return compare(x, y);
}
}  // namespace detail

/// Comparison with any other number, native float or integer: exact, whatever the two types.
template <detail::Number A, detail::OperandBut<A> B>
[[nodiscard]] LOWP_FN constexpr bool operator==(A a, B b) noexcept {
  return detail::compare_across(a, b) == 0;
}
template <detail::Number A, detail::OperandBut<A> B>
[[nodiscard]] LOWP_FN constexpr std::partial_ordering operator<=>(A a, B b) noexcept {
  return detail::compare_across(a, b);
}

/// The same number type with another rounding policy, or another overflow policy, for its operators.
template <detail::Number T, RoundingPolicy R>
using with_rounding = number<typename T::format, R, typename T::overflow>;
template <detail::Number T, OverflowPolicy O>
using with_overflow = number<typename T::format, typename T::rounding, O>;

/// T as a drop-in for float: `lenient<T> x = 0.1;` rounds, and `x * 0.5f`, `2.0 - x` round once and stay in T.
template <detail::Number T>
using lenient = number<typename T::format, implicitly<typename T::rounding>, typename T::overflow>;

}  // namespace lowp
