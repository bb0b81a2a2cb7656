// posit<N, ES>: tapered floating point (Posit Standard 2022; ES = 2 there, 0, 1 and others in the older literature).
//
//   code = sign | regime | exponent (ES bits) | fraction       two's complement as a whole
//   regime: a run of k + 1 ones ended by a zero (k >= 0), or of -k zeros ended by a one (k < 0)
//   value = (-1)^sign * 2^(k * 2^ES + exponent) * (1 + fraction)     of the positive code, if the sign is set negated
//   00...0 is zero, 10...0 is NaR (here: NaN); there is no infinity
//
// The bit string of a value is infinite; a code is its first N bits. Rounding cuts the string and looks at what
// was cut, so in the tapered tails, where exponent bits are cut, "half" lies at the geometric middle of two values
// and not at the arithmetic one (Standard, 6.4); directed and stochastic modes read the same fraction. A finite
// non-zero value never becomes zero or NaR: it stops at minpos = 2^-((N - 2) 2^ES) and maxpos = 1 / minpos.
// 2 <= N <= 64, 0 <= ES <= 4. Source: Standard for Posit Arithmetic (2022); J. Gustafson, I. Yonemoto, Beating
// Floating Point at its Own Game, 2017.
#pragma once

#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

template <int N, int ES>
struct posit_format {
  static_assert(N >= 2 && N <= 64, "lowp: posit<N, ES> needs 2 <= N <= 64");
  static_assert(ES >= 0 && ES <= 4, "lowp: posit<N, ES> needs 0 <= ES <= 4");

  static constexpr int bits = N;
  static constexpr bool has_zero = true, has_infinity = false, has_nan = true;
  static constexpr bool orders_nan_first = true;  // NaR is below all values and equal to itself
  using default_overflow = to_special;

  static constexpr std::uint64_t nar = std::uint64_t{1} << (N - 1);
  static constexpr int max_exponent = (N - 2) << ES;
  static constexpr int min_quantum = -max_exponent;                  // every value is a multiple of minpos
  static constexpr int precision = N - 2 - ES > 1 ? N - 2 - ES : 1;  // at 1, where it is highest
  static constexpr bool is_partial_grid = true;

  LOWP_FN static constexpr std::uint64_t max_magnitude(bool) noexcept { return nar - 1; }
  LOWP_FN static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) noexcept {
    const std::uint64_t flip = 0 - std::uint64_t{negative};
    return ((magnitude ^ flip) - flip) & low_mask(N);
  }
  LOWP_FN static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept {
    return assemble((code & nar) != 0, code);
  }
  LOWP_FN static constexpr std::uint64_t nan(bool) noexcept { return nar; }

  // |code| without its sign bit, from the top of a word down; what lies below the code counts as zeros.
  LOWP_FN static constexpr std::uint64_t left_aligned(std::uint64_t code) noexcept {
    const auto x = static_cast<std::int64_t>(code << (64 - N)), sign = x >> 63;
    return static_cast<std::uint64_t>((x ^ sign) - sign) << 1;
  }

  // Signs and regimes are coin tosses to a branch predictor, so both directions of a run are one computation: a run
  // of ones is a run of zeros with its bits flipped, and k is then the complement of what it would have been.
  LOWP_FN static constexpr exact decode(std::uint64_t code) noexcept {
    if ((code & (nar - 1)) == 0) [[unlikely]]
      return code == 0 ? exact::zero() : exact::nan();
    const std::uint64_t body = left_aligned(code);
    const std::uint64_t ones = 0 - (body >> 63);
    const int run = std::countl_zero((body ^ ones) | 1);  // | 1: never of 0
    const int k = (run - 1) ^ ~static_cast<int>(ones);
    const std::uint64_t tail = body << run << 1;  // exponent, fraction
    const int exponent = static_cast<int>(tail >> 1 >> (63 - ES));
    return {std::uint64_t{1} << 63 | tail << ES >> 1, k * (1 << ES) + exponent, value_kind::finite, (code & nar) != 0,
            false};
  }

  // One word holds a code and the 33 bits behind it that a rounding policy may want to see, if it is short enough.
  static constexpr bool takes_tail = N > 32;
  using input = std::conditional_t<takes_tail, long_exact, exact>;

  LOWP_FN static constexpr cut truncate(const input& x) noexcept {
    if (x.exponent >= max_exponent) return {nar - 1, 0};
    if (x.exponent < -max_exponent) return {1, 0};
    const int regime = x.exponent >> ES, below_one = regime >> 31;
    const int repeats = regime ^ below_one;
    // 10 or 01, exponent and fraction, left-aligned in 128 bits. An arithmetic shift repeats the first bit.
    const std::uint64_t exponent = static_cast<std::uint64_t>(x.exponent);
    std::uint64_t fraction = x.significand << 1, further = 0;
    if constexpr (takes_tail) fraction |= x.tail >> 63, further = x.tail << 1;
    const std::uint64_t tail = exponent << 1 << (63 - ES) | fraction >> ES;
    const std::uint64_t high = static_cast<std::uint64_t>(2 + below_one) << 62 | tail >> 2;
    const std::uint64_t low = tail << 62 | fraction << 1 << (63 - ES) >> 2 | further >> (ES + 2);
    const std::uint64_t top = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) >> repeats);
    const std::uint64_t cut_off = high << 1 << (63 - repeats);
    constexpr int kept = N - 1;
    if constexpr (!takes_tail) return {top >> (64 - kept), top << kept | ((cut_off | low) != 0) | x.sticky};
    const std::uint64_t next = cut_off | low >> repeats;
    const bool lost = (low << 1 << (63 - repeats) != 0) | x.sticky;
    return {top >> (64 - kept), top << kept | next >> (64 - kept) | ((next << kept) != 0) | lost};
  }

  /// Whether all values of another posit format are values of this one.
  template <int N2, int ES2>
  static constexpr bool contains(posit_format<N2, ES2>) noexcept {
    if (posit_format<N2, ES2>::max_exponent > max_exponent) return false;
    for (int e = -posit_format<N2, ES2>::max_exponent; e <= posit_format<N2, ES2>::max_exponent; ++e) {
      const int there = posit_format<N2, ES2>::fraction_bits_at(e), here = fraction_bits_at(e);
      const bool is_value = there >= 0 || (static_cast<unsigned>(e) & low_mask(-there)) == 0;
      if (is_value && (here >= 0 ? here < there : (static_cast<unsigned>(e) & low_mask(-here)) != 0)) return false;
    }
    return true;
  }
  // Bits behind the exponent; if negative, so many bits of the exponent are cut off.
  static constexpr int fraction_bits_at(int exponent) noexcept {
    const int regime = exponent >> ES, length = regime < 0 ? 1 - regime : regime + 2;
    return N - 1 - ES - (length < N ? length : N - 1);
  }
};

template <int N, int ES = 2>
using posit = number<posit_format<N, ES>>;

// Posit Standard 2022
using posit8 = posit<8>;
using posit16 = posit<16>;
using posit32 = posit<32>;
using posit64 = posit<64>;

}  // namespace lowp

#include <lowp/formats/posit_in_double.hpp>
#include <lowp/formats/posit_in_words.hpp>
