// The named codebooks: one name, the values and the codes of its source, and its way with ties.
//
//   bitsandbytes          nf4 bnb_fp4 af4                 4 bits, for values divided by their largest magnitude
//   ggml                  iq4nl                           4 bits, integers, no zero
//   BitMoD, HPCA 2025     fp3_* fp4_* fp3 flint4          3 and 4 bits, integers; the code of -0 is one more value
//   sphere coverage       direction_preserving<n>         4 bits, levels that keep the direction of n-vectors
//   PowerQuant, NUPES     power_exponent<Bits, P, Q>      +-(k / (2^(Bits-1) - 1))^(Q/P), integers raised to 1 / a
//   AP-BMM, APT-LLM       bipolar<N>                      odd integers -(2^N - 1) .. 2^N - 1, value 2 code - (2^N - 1)
//   DenseShift            dense_shift<N>                  +-2^0 .. +-2^(2^(N-1) - 1), no zero
//   BitNet                ternary, binary                 -1 0 1 in two's complement, and -1 1
//
// Sources: T. Dettmers et al., QLoRA (arXiv:2305.14314) and bitsandbytes csrc/kernels.cu; D. Yoshida, NF4 Isn't
// Information Theoretically Optimal (arXiv:2306.06965); ggml-common.h, ggml-quants.c; Y. Chen et al., BitMoD, with
// its quant_weight.py; C. Guo et al., ANT (arXiv:2208.14286); Direction-Preserving Number Representations, its
// final_results.csv; E. Yvinec et al., PowerQuant (arXiv:2301.09858) and NUPES (arXiv:2308.05600); S. Ma et al.
// (arXiv:2402.17764); X. Li et al., DenseShift (arXiv:2208.09708).
#pragma once

#include <lowp/formats/codebook.hpp>

namespace lowp {

/// NormalFloat4. bitsandbytes compares with rounded midpoints, x > t; four of the fifteen were rounded up, which moves
/// one float each, t itself, to the lower level. (The decimals are those of the source: four of them, read as doubles
/// first, would become other floats.)
using nf4 = codebook<levels({-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
                             -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
                             0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
                             0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f}),
                     nearest_down,
                     levels({-0.8480964004993439f, -0.6106329262256622f, -0.4599952697753906f, -0.33967943489551544f,
                             -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f,
                             0.03979014977812767f, 0.1202552504837513f, 0.2035212516784668f, 0.2920137718319893f,
                             0.3893125355243683f, 0.5016634166240692f, 0.6427869200706482f, 0.8614784181118011f})>;

/// bitsandbytes' FP4, which is not e2m1: magnitudes 0 1/16 8 12 4 6 2 3, divided by 12, in this order of the codes.
/// Its decision points are decimals, |x| > t: the lowest is 14 floats off the middle, two others 1 and 5.
using bnb_fp4 =
    codebook<sign_magnitude({0.0f, 0.0625f / 12, 8.0f / 12, 1.0f, 4.0f / 12, 6.0f / 12, 2.0f / 12, 3.0f / 12}),
             nearest_zero,
             levels({-0.8333333f, -0.583333f, -0.4166667f, -0.29166667f, -0.20833333f, -0.0859375f, -0.00260417f,
                     0.00260417f, 0.0859375f, 0.20833333f, 0.29166667f, 0.4166667f, 0.583333f, 0.8333333f})>;

/// AbnormalFloat4 for blocks of 64, in bitsandbytes' order: from 1 down.
using af4 = codebook<levels({1.0f, 0.72424863f, 0.55496234f, 0.42563882f, 0.31675666f, 0.21961274f, 0.12934483f,
                             0.04273164f, 0.0f, -0.04934812f, -0.14982478f, -0.25607552f, -0.3736951f, -0.51243739f,
                             -0.69441008f, -1.0f})>;

/// ggml's IQ4_NL and IQ4_XS elements; a tie goes to the upper level, zero to 1.
using iq4nl =
    codebook<levels({-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}), nearest_up>;

// BitMoD: a tie goes to the lower level. The codes are sign and magnitude; er is for extra resolution, ea for extra
// asymmetry.
using fp3 = codebook<sign_magnitude({0, 1, 2, 4}), nearest_down>;
using fp3_er_pos = codebook<levels({0, 1, 2, 4, 3, -1, -2, -4}), nearest_down>;
using fp3_er_neg = codebook<levels({0, 1, 2, 4, -3, -1, -2, -4}), nearest_down>;
using fp3_ea_pos = codebook<levels({0, 1, 2, 4, 6, -1, -2, -4}), nearest_down>;
using fp3_ea_neg = codebook<levels({0, 1, 2, 4, -6, -1, -2, -4}), nearest_down>;
// e2m1 doubled, and one value more.
using fp4_er_pos = codebook<levels({0, 1, 2, 3, 4, 6, 8, 12, 10, -1, -2, -3, -4, -6, -8, -12}), nearest_down>;
using fp4_er_neg = codebook<levels({0, 1, 2, 3, 4, 6, 8, 12, -10, -1, -2, -3, -4, -6, -8, -12}), nearest_down>;
using fp4_ea_pos = codebook<levels({0, 1, 2, 3, 4, 6, 8, 12, 16, -1, -2, -3, -4, -6, -8, -12}), nearest_down>;
using fp4_ea_neg = codebook<levels({0, 1, 2, 3, 4, 6, 8, 12, -16, -1, -2, -3, -4, -6, -8, -12}), nearest_down>;
/// ANT's FLINT4, ties as in BitMoD.
using flint4 = codebook<sign_magnitude({0, 1, 2, 3, 4, 6, 8, 16}), nearest_down>;

namespace detail {

template <int N>
struct direction_levels {
  static_assert(N == 4, "lowp: direction_preserving<N> is known for N = 4, 8, 16, 32 and 64");
};
template <>
struct direction_levels<4> {
  using type = codebook<sign_magnitude({0.0, 1.0, 2.212120993043991, 3.623964805262131, 5.232093510547078,
                                        7.252783260040765, 9.502560598041743, 11.708153061634853})>;
};
template <>
struct direction_levels<8> {
  using type = codebook<sign_magnitude({0.0, 1.0, 2.2588543506268524, 3.655990277992317, 5.427185954337089,
                                        7.536956207975247, 10.540384453075122, 12.987846309579236})>;
};
template <>
struct direction_levels<16> {
  using type = codebook<sign_magnitude({0.0, 1.0, 2.120590727327727, 3.4016043148299895, 5.036433057166623,
                                        7.247316490158737, 10.464620747028624, 13.177896085445193})>;
};
template <>
struct direction_levels<32> {
  using type = codebook<sign_magnitude({0.0, 1.0, 2.413998351753097, 3.864551015315413, 5.566691764307082,
                                        7.781341157715676, 10.690815563937418, 15.56850210645105})>;
};
template <>
struct direction_levels<64> {
  using type = codebook<sign_magnitude({0.0, 1.0, 1.9382554131789684, 3.24930870894042, 4.824718152615432,
                                        6.901118929934306, 9.859838094555236, 14.938603557265111})>;
};

// x^(p / q) for 0 <= x <= 1, to a unit or two in the last place: the y whose q-th power is x^p, by bisection.
consteval double rational_power(double x, int p, int q) {
  const auto power = [](double y, int n) {
    double r = 1;
    while (n-- > 0) r *= y;
    return r;
  };
  double low = 0, high = 1;
  for (double middle = 0.5; low < middle && middle < high; middle = low + (high - low) / 2)
    (power(middle, q) < power(x, p) ? low : high) = middle;
  return high;
}

template <int Bits, int P, int Q>
consteval auto power_levels() {
  static_assert(Bits >= 2 && Bits <= 8, "lowp: power_exponent<Bits, P, Q> needs 2 <= Bits <= 8");
  static_assert(P >= 1 && P <= Q && Q <= 16 && Q <= 8 * P,
                "lowp: power_exponent<Bits, P, Q> needs an exponent P / Q in [1/8, 1], and Q <= 16");
  constexpr std::size_t n = std::size_t{1} << (Bits - 1);
  double magnitude[n] = {};
  for (std::size_t k = 1; k < n; ++k)
    magnitude[k] = rational_power(static_cast<double>(k) / static_cast<double>(n - 1), Q, P);
  return sign_magnitude(magnitude);
}

template <int N>
consteval auto bipolar_levels() {
  static_assert(N >= 1 && N <= 8, "lowp: bipolar<N> needs 1 <= N <= 8");
  int value[1 << N] = {};
  for (int c = 0; c < 1 << N; ++c) value[c] = 2 * c - ((1 << N) - 1);
  return levels(value);
}

template <int N>
consteval auto dense_shift_levels() {
  static_assert(N >= 2 && N <= 5, "lowp: dense_shift<N> needs 2 <= N <= 5");
  double magnitude[1 << (N - 1)] = {};
  for (int k = 0; k < 1 << (N - 1); ++k) magnitude[k] = static_cast<double>(1 << k);
  return sign_magnitude(magnitude);
}

}  // namespace detail

/// The alphabets found for n = 4, 8, 16, 32, 64: sign and magnitude, the smallest level 1.
template <int N>
using direction_preserving = typename detail::direction_levels<N>::type;

/// sign * |q|^(1/a) with a = P / Q, largest level 1. Conversion goes to the nearest level; the source rounds q, that
/// is in the domain of |x|^a, and so draws its lines elsewhere.
template <int Bits, int P, int Q>
using power_exponent = codebook<detail::power_levels<Bits, P, Q>()>;

/// A product of two is a popcount: sum of (2 b_i - 1) 2^i. Zero goes to 1.
template <int N>
using bipolar = codebook<detail::bipolar_levels<N>(), nearest_up>;
using binary = bipolar<1>;

/// The codes are those of a 2-bit integer; 2, which would be -2, is NaN.
using ternary = codebook<levels({0.0, 1.0, no_level, -1.0})>;

/// Sign and exponent: code k is 2^k. A product is a shift.
template <int N>
using dense_shift = codebook<detail::dense_shift_levels<N>()>;

}  // namespace lowp
