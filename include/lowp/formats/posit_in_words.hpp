// Arithmetic of posits of 17 to 32 bits in 64-bit words, rounded to nearest even, with the bits of the generic path:
// shortcuts for + - * / and sqrt.
//
// At most 30 significant bits: a word holds a product, and a quotient, a root or a sum to at least 31 bits with all that
// follows in a sticky bit. Signs and regimes are coin tosses to a branch predictor: nothing here branches on a value but
// for zero and NaR.
#pragma once

#include <lowp/formats/posit.hpp>

namespace lowp::detail {

// A positive finite value: significand / 2^63 * 2^exponent, the top bit set, and a little more if sticky.
struct word_value {
  std::int64_t exponent;
  std::uint64_t significand;
  bool sticky = false;
};

LOWP_FN constexpr word_value apply_in_words(mul_op, const word_value& a, const word_value& b) noexcept {
  const std::uint64_t p = (a.significand >> 32) * (b.significand >> 32);
  const std::uint64_t top = p >> 63;
  return {a.exponent + b.exponent + static_cast<std::int64_t>(top), p << (1 - top)};
}
LOWP_FN constexpr word_value apply_in_words(div_op, const word_value& a, const word_value& b) noexcept {
  const std::uint64_t n = a.significand >> 1, d = b.significand >> 32;
  const std::uint64_t q = n / d, top = q >> 31;  // q in (2^30, 2^32)
  return {a.exponent - b.exponent - 1 + static_cast<std::int64_t>(top), q << (33 - top), q * d != n};
}
// a + b, or a - b for a > b; of equal values a - b is nothing, with a significand of 0.
LOWP_FN constexpr word_value sum_in_words(const word_value& a, const word_value& b, bool subtract) noexcept {
  const std::int64_t distance = a.exponent - b.exponent;
  const int shift = static_cast<int>(distance < 63 ? distance : 63);
  const std::uint64_t x = a.significand >> 1, whole = b.significand >> 1, y = whole >> shift;
  const bool lost = (y << shift) != whole;
  const std::uint64_t r = x + (y ^ (0 - std::uint64_t{subtract})) + (subtract & !lost);
  const int up = std::countl_zero(r | 1);
  return {a.exponent + 1 - up, r << up, lost};
}

template <int N, int ES>
struct posit_in_words {
  using F = posit_format<N, ES>;

  static constexpr bool is_special(std::uint64_t code) noexcept { return (code & (F::nar - 1)) == 0; }

  static constexpr word_value decode(std::uint64_t code) noexcept {
    const std::uint64_t body = F::left_aligned(code), ones = 0 - (body >> 63);
    const int run = std::countl_zero((body ^ ones) | 1);  // | 1: never of 0
    const std::int64_t regime = (run - 1) ^ ~static_cast<std::int64_t>(ones);
    const std::uint64_t tail = body << 1 << run;
    return {regime * (1 << ES) + static_cast<std::int64_t>(tail >> 1 >> (63 - ES)),
            std::uint64_t{1} << 63 | tail << ES >> 1};
  }

  // As posit_format::truncate and nearest_even. Exponents are below 62 * 2^ES in size.
  static constexpr std::uint64_t encode(bool negative, const word_value& x) noexcept {
    const std::int64_t regime = x.exponent >> ES, below_one = regime >> 63;
    const std::uint64_t fraction = x.significand << 1;
    const std::uint64_t tail = static_cast<std::uint64_t>(x.exponent) << 1 << (63 - ES) | fraction >> ES;
    const std::uint64_t start = static_cast<std::uint64_t>(2 + below_one) << 62 | tail >> 2;
    const int repeats = static_cast<int>(regime ^ below_one) & 63;
    const auto string = static_cast<std::uint64_t>(static_cast<std::int64_t>(start) >> repeats);
    const bool sticky = x.sticky | (((start << 1 << (63 - repeats)) | x.significand << (62 - ES)) != 0);
    constexpr int dropped = 65 - N;
    const std::uint64_t odd = (string >> dropped) & 1;
    // The half that is added must not carry out of the word: hence without the lowest bit, which is sticky at the most.
    const std::uint64_t up = ((string >> 1) + low_mask(dropped - 2) + (odd | sticky | (string & 1))) >> (dropped - 1);
    std::uint64_t magnitude = up + (up == 0);  // never to zero
    magnitude -= magnitude >> (N - 1);         // nor to NaR
    return F::assemble(negative, magnitude);
  }
};

template <class R, int N>
concept RoundsInWords = is_nearest_even<R> &&(N > 16) && (N <= 32);

template <class Op, class R, class O, int N, int ES>
requires RoundsInWords<R, N> &&
    (std::same_as<Op, mul_op> || std::same_as<Op, div_op>)struct shortcut<Op, R, O, posit_format<N, ES>,
                                                                          posit_format<N, ES>, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t a, std::uint64_t b) noexcept {
    using W = posit_in_words<N, ES>;
    using F = posit_format<N, ES>;
    if (W::is_special(a) || W::is_special(b)) [[unlikely]]
      return by_definition<Op, R, O, F, F, F>(a, b);
    return W::encode(((a ^ b) & F::nar) != 0, apply_in_words(Op{}, W::decode(a), W::decode(b)));
  }
};

template <class Op, class R, class O, int N, int ES>
requires RoundsInWords<R, N> &&
    (std::same_as<Op, add_op> || std::same_as<Op, sub_op>)struct shortcut<Op, R, O, posit_format<N, ES>,
                                                                          posit_format<N, ES>, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t a, std::uint64_t b) noexcept {
    using W = posit_in_words<N, ES>;
    using F = posit_format<N, ES>;
    if (W::is_special(a) || W::is_special(b)) [[unlikely]]
      return by_definition<Op, R, O, F, F, F>(a, b);
    if constexpr (std::same_as<Op, sub_op>) b = (~b + 1) & low_mask(N);
    // Which is larger is a coin toss, too.
    const std::uint64_t swap = (a ^ b) & (0 - std::uint64_t{F::magnitude(a) < F::magnitude(b)});
    const std::uint64_t large = a ^ swap, small = b ^ swap;
    const word_value x = sum_in_words(W::decode(large), W::decode(small), ((a ^ b) & F::nar) != 0);
    if (x.significand == 0) [[unlikely]]
      return 0;
    return W::encode((large & F::nar) != 0, x);
  }
};

template <class R, class O, int N, int ES>
requires RoundsInWords<R, N>
struct shortcut<sqrt_op, R, O, posit_format<N, ES>, posit_format<N, ES>> {
  static std::uint64_t apply(std::uint64_t a) noexcept {
    using W = posit_in_words<N, ES>;
    using F = posit_format<N, ES>;
    if (W::is_special(a) || (a & F::nar) != 0) [[unlikely]]
      return by_definition<sqrt_op, R, O, F, F>(a);
    const word_value x = W::decode(a);
    const std::int64_t odd = x.exponent & 1;
    const quotient r = root_of_64(x.significand >> (1 - odd));  // in [2^31, 2^32)
    return W::encode(false, {(x.exponent - odd) / 2, r.value << 32, r.remainder != 0});
  }
};

}  // namespace lowp::detail
