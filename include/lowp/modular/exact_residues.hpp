// Exact products of integer matrices on the byte cores by residues: one product of bytes for each of N moduli that are
// coprime in pairs, 256, 255, 253, 251, 247, ..., and one integer put together from the N sums.
//
//   r_i = x mod m_i, centred                      -128 ... 127
//   s_i = sum_k r_i(x) r_i(w)                     exact in 32 bits; k is taken in chunks of K <= 8192
//   S + q M = sum_i s_i c_i M / m_i               M = product of m_i, c_i (M / m_i) = 1 mod m_i, |c_i| < m_i / 2
//
// The sums s_i are not reduced. q is rounded from t = sum_i s_i Q_i / 2^32, Q_i = c_i / m_i to the nearest 2^-32:
// |t - q - S / M| <= N K 2^14 2^-33, so q is exact if |S| < M (1/2 - N K 2^-19), which N is chosen for. Everything
// else is modulo 2^64 or 2^128, in signed 32-bit limbs d of the factors:
//   |sum_i s_i d_i - q d| <= 20 2^27 2^31 + (20 2^26 + 1) 2^31 < 2^63
//
// Residues: integers as halves h_0 + h_1 2^16 + ..., each as a signed 16-bit integer less a constant, times
// 2^(16 j) mod m_i; that sum is below 2^24, exact as a float. Its quotient by m_i is a nearest integer up to an error of
// 2^-8 of a unit: residues may be the wrong ones of two next to m_i / 2, but never leave a byte.
#pragma once

#include <array>

#include <lowp/modular/digit_planes.hpp>
#include <lowp/modular/int128.hpp>

namespace lowp::modular::detail {

inline constexpr std::size_t most_residues = 20;
/// The largest below 257 that are coprime in pairs, taken from the top.
inline constexpr std::array<std::int32_t, most_residues> residue_moduli{
    256, 255, 253, 251, 247, 241, 239, 233, 229, 227, 223, 217, 211, 199, 197, 193, 191, 181, 179, 173};

/// What the residues modulo one m are computed with.
struct residue_split {
  std::uint32_t low_weights, high_weights;  // 1 and 2^16 mod m, 2^32 and 2^48 mod m: as pairs of 16 bits
  std::array<std::uint32_t, 4> offset;      // of 32 bits unsigned, signed, 64 bits unsigned, signed
  float inverse;
  std::uint32_t modulus;
};

constexpr std::int32_t centred_residue(std::int64_t x, std::int32_t m) noexcept {
  auto r = static_cast<std::int32_t>(x % m);
  if (2 * r >= m) r -= m;
  if (2 * r < -m) r += m;
  return r;
}

constexpr residue_split residue_split_of(std::int32_t m) noexcept {
  const auto power = [m](int bits) { return centred_residue(std::int64_t{1} << bits, m); };
  const auto pair = [](std::int32_t low, std::int32_t high) {
    return static_cast<std::uint32_t>(low & 0xffff) | static_cast<std::uint32_t>(high & 0xffff) << 16;
  };
  const auto offset = [m](std::int64_t x) { return static_cast<std::uint32_t>(centred_residue(x, m)); };
  const std::int64_t low = std::int64_t{1} << 15, high = std::int64_t{1} << 31, longs = low + high + (low << 32);
  return {pair(1, power(16)),
          pair(power(32), power(48)),
          {offset(low + high), offset(low), offset(longs + 2 * std::int64_t{power(62)}), offset(longs)},
          1.0f / static_cast<float>(m),
          static_cast<std::uint32_t>(m)};
}
inline constexpr auto residue_splits = [] {
  std::array<residue_split, most_residues> all{};
  for (std::size_t i = 0; i < most_residues; ++i) all[i] = residue_split_of(residue_moduli[i]);
  return all;
}();

/// What the sums of `count` moduli are put together with; limb l of a factor is times 2^(32 l).
struct residue_system {
  std::size_t count;
  std::array<std::int64_t, most_residues> quotient;               // Q_i 2^32
  std::array<std::array<std::int64_t, 4>, most_residues> factor;  // c_i M / m_i modulo 2^128
  std::array<std::int64_t, 4> modulus;                            // -M
};

constexpr residue_system make_residue_system(std::size_t count) noexcept {
  using limbs = std::array<std::uint32_t, 4>;
  const auto times = [](limbs& x, std::uint32_t y) {
    std::uint64_t carry = 0;
    for (std::uint32_t& l : x) {
      carry += std::uint64_t{l} * y;
      l = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  };
  const auto negate = [](limbs& x) {
    std::uint64_t carry = 1;
    for (std::uint32_t& l : x) {
      carry += std::uint32_t{~l};
      l = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  };
  const auto balanced = [](const limbs& x) {
    std::array<std::int64_t, 4> r{};
    std::int64_t carry = 0;
    for (std::size_t l = 0; l < 4; ++l) {
      const std::int64_t v = carry + x[l];
      carry = (v + (std::int64_t{1} << 31)) >> 32;
      r[l] = v - carry * (std::int64_t{1} << 32);
    }
    return r;
  };
  residue_system s{count, {}, {}, {}};
  limbs all{1, 0, 0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t m = residue_moduli[i];
    times(all, static_cast<std::uint32_t>(m));
    limbs others{1, 0, 0, 0};
    std::int32_t rest = 1;
    for (std::size_t j = 0; j < count; ++j) {
      if (j == i) continue;
      times(others, static_cast<std::uint32_t>(residue_moduli[j]));
      rest = rest * residue_moduli[j] % m;
    }
    std::int32_t inverse = 1;
    while (rest * inverse % m != 1) ++inverse;
    const std::int32_t c = centred_residue(inverse, m), size = c < 0 ? -c : c;
    times(others, static_cast<std::uint32_t>(size));
    if (c < 0) negate(others);
    s.factor[i] = balanced(others);
    const std::int64_t q = (size * (std::int64_t{1} << 33) + m) / (2 * m);
    s.quotient[i] = c < 0 ? -q : q;
  }
  negate(all);
  s.modulus = balanced(all);
  return s;
}

/// How many moduli sums of k products up to `bound` in magnitude need; 0 if there are not enough.
inline std::size_t residues_for(double bound, std::size_t k) noexcept {
  const auto longest = static_cast<double>(std::min(k, plane_chunk * 64));
  double product = 1;
  for (std::size_t n = 1; n <= most_residues; ++n) {
    product *= residue_moduli[n - 1];
    if (bound < product * (0.499999999 - static_cast<double>(n) * longest * 0x1p-19)) return n;
  }
  return 0;
}

struct residue_sums {
  const plane_place& place;
  const residue_system& by;
};

struct residue_kernels {
  void (*split)(const std::uint32_t* in, std::size_t n, bool is_signed, std::size_t planes, std::uint8_t* out,
                std::size_t plane_step) noexcept;
  void (*split_longs)(const std::uint64_t* in, std::size_t n, bool is_signed, std::size_t planes, std::uint8_t* out,
                      std::size_t plane_step) noexcept;
  void (*combine)(const residue_sums&, std::int64_t* out, std::size_t stride) noexcept;
  void (*combine_wide)(const residue_sums&, int128* out, std::size_t stride) noexcept;
};

}  // namespace lowp::modular::detail

#define LOWP_BODY <lowp/modular/exact_residues.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular::detail {

inline constexpr std::array<const residue_kernels*, tier_count> residue_kernels_of{
    &tiers::scalar::residue_tier, &tiers::haswell::residue_tier, &tiers::skylake::residue_tier,
    &tiers::icelake::residue_tier, &tiers::sapphire::residue_tier};

}  // namespace lowp::modular::detail
