// Operations of formats of more than 8 bits in double, rounded to nearest even, with the bits of the generic path.
//
//   in_double<F>::is_ordinary(code)   finite and, if it takes special care, not zero
//   in_double<F>::decode(code)        its value, exactly
//   in_double<F>::encode(x)           the code nearest to x, or none: of a zero, and beyond the largest value
//
// A format that offers these three gets + - * / sqrt and conversion from float as shortcuts (core/shortcut.hpp); where
// they end, the generic path goes on.
//
// Why the bits are the same: let p <= 15 be the most significant bits of a value. The points where rounding to nearest
// changes have at most p + 1. An exact result that is not such a point differs from all of them by at least 2^-(2p + 2)
// in proportion, so that rounding it to the 53 bits of a double first, in whatever direction, moves it neither onto one
// nor past one (S. Figueroa, When Is Double Rounding Innocuous?, 1995; sums of values that are far apart are as near to
// the larger one, which is no such point). The sign of a zero depends on the processor's rounding mode: zeros are not
// taken. Other modes ask whether a result is exact, which a double cannot say.
#pragma once

#include <lowp/core/number.hpp>

namespace lowp::detail {

template <class F>
struct in_double {};

template <class F>
concept ComputesInDouble = F::bits >
8 && requires { in_double<F>::none; };

LOWP_FN inline double apply_in_double(add_op, double a, double b) noexcept { return a + b; }
LOWP_FN inline double apply_in_double(sub_op, double a, double b) noexcept { return a - b; }
LOWP_FN inline double apply_in_double(mul_op, double a, double b) noexcept { return a * b; }
LOWP_FN inline double apply_in_double(div_op, double a, double b) noexcept { return a / b; }

template <class Op, class R, class O, ComputesInDouble F>
requires is_nearest_even<R> && requires { apply_in_double(Op{}, 1.0, 1.0); }
struct shortcut<Op, R, O, F, F, F> {
  static std::uint64_t apply(std::uint64_t a, std::uint64_t b) noexcept {
    using D = in_double<F>;
    if (D::is_ordinary(a) && D::is_ordinary(b)) [[likely]] {
      const double x = apply_in_double(Op{}, D::decode(a), D::decode(b));
      const std::uint64_t code = D::encode(x);
      if (code != D::none) [[likely]]
        return code;
    }
    return by_definition<Op, R, O, F, F, F>(a, b);
  }
};

template <class R, class O, ComputesInDouble F>
requires is_nearest_even<R>
struct shortcut<sqrt_op, R, O, F, F> {
  static std::uint64_t apply(std::uint64_t a) noexcept {
    using D = in_double<F>;
    if (D::is_ordinary(a)) [[likely]] {
      const double x = D::decode(a);
      if (x > 0) [[likely]] {
        const std::uint64_t code = D::encode(__builtin_sqrt(x));
        if (code != D::none) [[likely]]
          return code;
      }
    }
    return by_definition<sqrt_op, R, O, F, F>(a);
  }
};

template <class R, class O, ComputesInDouble F>
requires is_nearest_even<R> && in_double<F>::takes_floats struct shortcut<convert_op, R, O, F, binary32> {
  static std::uint64_t apply(std::uint64_t a) noexcept {
    using D = in_double<F>;
    if ((a & 0x7fffffff) < 0x7f800000) [[likely]] {  // finite
      const std::uint64_t code = D::encode(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(a))));
      if (code != D::none) [[likely]]
        return code;
    }
    return by_definition<convert_op, R, O, F, binary32>(a);
  }
};

template <class R, class O, ComputesInDouble F>
requires in_double<F>::fits_normal_floats struct shortcut<convert_op, R, O, binary32, F> {
  static std::uint64_t apply(std::uint64_t a) noexcept {
    using D = in_double<F>;
    if (D::is_ordinary(a)) [[likely]]
      return std::bit_cast<std::uint32_t>(static_cast<float>(D::decode(a)));
    return by_definition<convert_op, R, O, binary32, F>(a);
  }
};

}  // namespace lowp::detail
