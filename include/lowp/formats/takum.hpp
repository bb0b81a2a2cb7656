// takum<N>: linear takums, tapered floating point whose range stops growing at 12 bits: 2^-255 to 2^255.
//
//   code = S | D | R (3 bits) | C (r bits) | M        two's complement as a whole, as posits
//   r = D ? R : 7 - R                     the number of bits of C
//   c = D ? 2^r - 1 + C : -2^(r + 1) + 1 + C          -255 <= c <= 254
//   value = (1 + M / 2^p) * 2^c of the positive code, negated if S is set        p = N - 5 - r
//   00...0 is zero, 10...0 is NaR (here: NaN); there is no infinity
//
// 2 <= N <= 64. A takum shorter than 12 bits is the beginning of a 12-bit one with zeros behind. The bit string of a
// value is infinite; a code is its first N bits, and rounding looks at what was cut. Where bits of C are cut (N < 12)
// "half" is therefore not the arithmetic middle. A finite non-zero value never becomes zero or NaR. Source: L.
// Hunhold, Beating Posits at Their Own Game: Takum Arithmetic (arXiv:2404.18603); libtakum, takum_linear.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>
#include <lowp/formats/float_runs.hpp>

namespace lowp {

template <int N>
struct takum_format {
  static_assert(N >= 2 && N <= 64, "lowp: takum<N> needs 2 <= N <= 64");

  static constexpr int bits = N;
  static constexpr bool has_zero = true, has_infinity = false, has_nan = true;
  static constexpr bool orders_nan_first = true;  // NaR is below all values and equal to itself
  using default_overflow = to_special;

  static constexpr std::uint64_t nar = std::uint64_t{1} << (N - 1);

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool) noexcept { return nar - 1; }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    return (negative ? ~magnitude + 1 : magnitude) & low_mask(N);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept {
    return assemble((code & nar) != 0, code);
  }
  LOWP_FN static constexpr std::uint64_t nan(bool) noexcept { return nar; }

  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    if ((code & (nar - 1)) == 0) return code == 0 ? exact::zero() : exact::nan();
    const std::uint64_t body = magnitude(code) << (64 - N) << 1;  // D first; what lies below the code counts as zeros
    const bool up = (body >> 63) != 0;
    const int r = static_cast<int>(up ? (body >> 60) & 7 : 7 - (body >> 60));
    const int field = static_cast<int>(body << 4 >> 1 >> (63 - r));  // C
    const int c = (up ? (1 << r) - 1 : 1 - (2 << r)) + field;
    return {std::uint64_t{1} << 63 | body << 4 << r >> 1, c, value_kind::finite, (code & nar) != 0, false};
  }

  LOWP_FN static constexpr cut truncate(const exact& x) noexcept {
    if (x.exponent > 254) return {nar - 1, 0};
    if (x.exponent < -255) return {1, 0};
    // c + 1 or -c is 2^r + the complement or the value of C.
    const bool up = x.exponent >= 0;
    const auto size = static_cast<unsigned>(up ? x.exponent + 1 : -x.exponent);
    const int r = static_cast<int>(std::bit_width(size)) - 1;
    const unsigned field = (up ? size : ~size) & ((1u << r) - 1);
    const std::uint64_t prefix = (up ? 8u | static_cast<unsigned>(r) : 7u - static_cast<unsigned>(r)) << r | field;
    // prefix | fraction, left-aligned in 128 bits
    const std::uint64_t fraction = x.significand << 1;
    const std::uint64_t high = prefix << (60 - r) | fraction >> (4 + r), low = fraction << (60 - r);
    constexpr int kept = N - 1;
    const std::uint64_t code = high >> 1 >> (63 - kept);
    if (code == 0 || code == nar - 1) return {code == 0 ? 1 : code, 0};  // never to zero, never to NaR
    const std::uint64_t rest = high << kept | low >> 1 >> (63 - kept);
    return {code, rest | ((low << kept) != 0) | x.sticky};
  }
};

namespace detail {
template <int N>
inline constexpr bool takes_float_runs<takum_format<N>> = N <= 8;
}

template <int N>
using takum = number<takum_format<N>>;

}  // namespace lowp
