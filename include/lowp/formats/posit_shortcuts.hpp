// Faster arithmetic of posits of 9 to 16 bits: + - * / and sqrt in double, rounded to nearest, and conversion from and
// to float, with the bits of the generic path.
//
// Let p <= 14 be the significant bits of a posit. The points where rounding to nearest changes have at most p + 1. A
// sum, product, quotient or root of posits either is such a point or differs from all of them by more than 2^-32 in
// proportion, so that rounding it to the 53 bits of a double first, in whatever direction, moves it neither onto one
// nor past one (S. Figueroa, When Is Double Rounding Innocuous?, 1995). Other modes ask whether a result is exact,
// which a double cannot say, and take the generic path.
//
// Signs and regimes are coin tosses to a branch predictor: nothing here branches on a value but for zero and NaR.
#pragma once

#include <lowp/formats/posit.hpp>

namespace lowp::detail {

template <int N, int ES>
struct posit_in_double {
  static constexpr std::uint64_t nar = posit_format<N, ES>::nar;
  static constexpr std::uint64_t one = std::uint64_t{1023} << 52;  // 1.0

  static constexpr bool is_special(std::uint64_t code) noexcept { return (code & (nar - 1)) == 0; }  // zero and NaR

  // The regime as in posit_format::decode; the exponent bits behind it stand where they add to its exponent.
  static constexpr double decode(std::uint64_t code) noexcept {
    const bool negative = (code & nar) != 0;
    const std::uint64_t body = posit_format<N, ES>::magnitude(code) << (65 - N);
    const std::uint64_t ones = 0 - (body >> 63);
    const int run = std::countl_zero(body ^ ones);
    const std::uint64_t regime = static_cast<std::uint64_t>(run - 1) ^ ~ones;
    const std::uint64_t tail = body << 1 << run;
    return std::bit_cast<double>(((tail >> (12 - ES)) + ((regime << (52 + ES)) + one)) | std::uint64_t{negative}
                                                                                             << 63);
  }

  // The bits of a double less those of 1.0 are exponent.fraction in one integer. As in posit_format::truncate, the
  // regime is shifted in, here in one word: what falls off its end is less than what can decide a tie. Exponents are
  // below 62 * 2^ES in size.
  static constexpr std::uint64_t encode(double x) noexcept {
    const std::uint64_t code = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t flip = 0 - (code >> 63);
    const std::int64_t y = static_cast<std::int64_t>((code & low_mask(63)) - one);
    const std::int64_t regime = y >> (52 + ES), below_one = regime >> 63;
    const std::uint64_t start =
        static_cast<std::uint64_t>(2 + below_one) << 62 | static_cast<std::uint64_t>(y) << (12 - ES) >> 2;
    const std::uint64_t string =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(start) >> static_cast<int>(regime ^ below_one));
    constexpr int dropped = 65 - N;
    std::uint64_t magnitude = (string + low_mask(dropped - 1) + ((string >> dropped) & 1)) >> dropped;
    magnitude += magnitude == 0;        // never to zero
    magnitude -= magnitude >> (N - 1);  // nor to NaR
    return ((magnitude ^ flip) - flip) & low_mask(N);
  }
};

template <class R, int N>
concept RoundsInDouble = is_nearest_even<R> && N >
8 && N <= 16;

// The operations of hardware, by the types that name ours.
LOWP_FN constexpr double in_double(add_op, double a, double b) noexcept { return a + b; }
LOWP_FN constexpr double in_double(sub_op, double a, double b) noexcept { return a - b; }
LOWP_FN constexpr double in_double(mul_op, double a, double b) noexcept { return a * b; }
LOWP_FN constexpr double in_double(div_op, double a, double b) noexcept { return a / b; }

template <class Op, class R, class O, int N, int ES>
requires RoundsInDouble<R, N> && requires { in_double(Op{}, 1.0, 1.0); }
struct shortcut<Op, R, O, posit_format<N, ES>, posit_format<N, ES>, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t a, std::uint64_t b) noexcept {
    using steps = posit_in_double<N, ES>;
    using F = posit_format<N, ES>;
    if (steps::is_special(a) || steps::is_special(b)) [[unlikely]]
      return by_definition<Op, R, O, F, F, F>(a, b);
    const double x = in_double(Op{}, steps::decode(a), steps::decode(b));
    if (x == 0) [[unlikely]]
      return 0;
    return steps::encode(x);
  }
};

template <class R, class O, int N, int ES>
requires RoundsInDouble<R, N>
struct shortcut<sqrt_op, R, O, posit_format<N, ES>, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t a) noexcept {
    using steps = posit_in_double<N, ES>;
    using F = posit_format<N, ES>;
    if (steps::is_special(a) || (a & F::nar) != 0) [[unlikely]]
      return by_definition<sqrt_op, R, O, F, F>(a);
    return steps::encode(__builtin_sqrt(steps::decode(a)));
  }
};

template <class R, class O, int N, int ES>
requires RoundsInDouble<R, N> &&(ES >= 2)  // so that a float's exponent, down to -149, is not too far for encode
    struct shortcut<convert_op, R, O, posit_format<N, ES>, binary32> {
  static std::uint64_t apply(std::uint64_t x) noexcept {
    if ((x & 0x7fffffff) - 1 >= 0x7f800000 - 1) [[unlikely]]  // zero, infinity, NaN
      return by_definition<convert_op, R, O, posit_format<N, ES>, binary32>(x);
    return posit_in_double<N, ES>::encode(std::bit_cast<float>(static_cast<std::uint32_t>(x)));
  }
};

template <class R, class O, int N, int ES>
requires(N > 8 && N <= 16 &&
         is_exact<posit_format<N, ES>, binary32>()) struct shortcut<convert_op, R, O, binary32, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t x) noexcept {
    if (posit_in_double<N, ES>::is_special(x)) [[unlikely]]
      return by_definition<convert_op, R, O, binary32, posit_format<N, ES>>(x);
    return std::bit_cast<std::uint32_t>(static_cast<float>(posit_in_double<N, ES>::decode(x)));
  }
};

}  // namespace lowp::detail
