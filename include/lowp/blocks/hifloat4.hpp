// hifloat_block<Bits>: Huawei's HiF4 (Bits = 4) and HiF5: 64 values with three levels of scales.
//
//   value i = element i * 2^(a[i / 8] + b[i / 4]) * scale
//   scale      1 byte    ue6m2: 2^e * 1.m2, e = -48 .. 15; no zero, no infinity, ff is NaN
//   a          1 byte    one bit for each 8 values, the first lowest
//   b          2 bytes   one bit for each 4 values, the first lowest, little-endian
//   elements   64 * Bits bits, packed: sign and magnitude, magnitude = t / 2^(Bits - 2) < 2
//
// HiF4 has 36 bytes and HiF5 44: 4.5 and 5.5 bits a value; a group spans up to 2^2 * 1.75 = 7 times the scale. The
// source defines the values; this layout of the fields is ours. Encoding, every step as in the source:
//
//   1. V4, V8, V64 = max |x| of each 4, each 8 and all        2. S = bf16(V64 * bf16(1/7)), scale = ue6m2(S), clamped
//   3. R = bf16(1 / scale)                                    4. a = V8 * R >= 4, b = V4 * R * 2^-a >= 2
//   5. element = x * R * 2^-(a + b), rounded once, ties away, clamped
//
// where bf16() and ue6m2() round to nearest even and the other products are exact. A group of zeros is all bytes 0.
// A group with a NaN or an infinity has a NaN scale and reads back as NaN. Source: HiFloat4 Format for Language Model
// Inference (arXiv:2602.11287), hif4_gpu/HiF4_NVFP4_v14f16.py, To_HiFX.
#pragma once

#include <lowp/blocks/block.hpp>
#include <lowp/formats/names.hpp>

namespace lowp {

/// The scale of a HiF4 group: 2^-48 to 2^15 * 1.5.
using ue6m2 = minifloat<6, 2, specials::scale, 48, signedness::is_unsigned>;

template <int Bits>
struct hifloat_block {
  static_assert(Bits >= 3 && Bits <= 8, "lowp: hifloat_block<Bits> needs 3 <= Bits <= 8");

  using element = minifloat<0, Bits - 1, specials::finite, 0>;  // t * 2^(2 - Bits), t < 2^(Bits - 1)
  using scale = ue6m2;
  using rounding = nearest_away;
  static constexpr int size = 64;
};
using hifloat4 = hifloat_block<4>;
using hifloat5 = hifloat_block<5>;

template <int Bits>
struct codec<hifloat_block<Bits>> : detail::plain_codec {
  using element = typename hifloat_block<Bits>::element;
  using elements = detail::element_array<element, 64, element_order::sequential>;
  static constexpr int values = 64;
  static constexpr int bytes = 4 + elements::bytes;

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding& rounding, std::uint64_t index,
                     no_context = {}) noexcept {
    std::fill_n(out, bytes, std::byte{0});
    const std::uint32_t largest = detail::largest_bits(x);
    if (largest == 0) return;
    if (largest >= detail::infinite_bits) {
      out[0] = static_cast<std::byte>(ue6m2::format::nan(false));
      return;
    }
    constexpr bfloat16 seventh = div<bfloat16>(1, 7);
    const bfloat16 s = mul<bfloat16>(std::bit_cast<float>(largest), seventh);
    const ue6m2 scale = convert<ue6m2>(s, nearest_even{}, saturate{});
    const exact reciprocal = lowp::decode(div<bfloat16>(1, scale));

    // Whether the largest of a part, in units of the scale, reaches 2^k.
    const auto reaches = [&](std::size_t first, std::size_t count, int k) {
      if (first >= x.size()) return false;
      const std::uint32_t v = detail::largest_bits(x.subspan(first, std::min(count, x.size() - first)));
      const exact scaled = exact_mul(lowp::decode(std::bit_cast<float>(v)), reciprocal);
      return scaled.kind == value_kind::finite && scaled.exponent >= k;
    };
    std::uint32_t eights = 0, fours = 0;
    for (std::size_t i = 0; i < 8; ++i) eights |= std::uint32_t{reaches(8 * i, 8, 2)} << i;
    for (std::size_t i = 0; i < 16; ++i)
      fours |= std::uint32_t{reaches(4 * i, 4, 1 + static_cast<int>(eights >> (i / 2) & 1))} << i;
    store_scales(scale, eights, fours, out);

    const auto clamping = rounding.clamping();
    for (std::size_t i = 0; i < x.size(); ++i) {
      exact e = exact_mul(lowp::decode(x[i]), reciprocal);
      e.exponent -= shift(eights, fours, i);
      elements::store(out + 4, i, clamping.template operator()<element>(e, index + i));
    }
  }

  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    const float scale = convert<float>(ue6m2::from_bits(std::to_integer<std::uint8_t>(in[0])));
    const std::uint32_t eights = std::to_integer<std::uint32_t>(in[1]);
    const std::uint32_t fours = std::to_integer<std::uint32_t>(in[2]) | std::to_integer<std::uint32_t>(in[3]) << 8;
    for (std::size_t i = 0; i < y.size(); ++i) {  // every product is exact
      const float unit = scale * static_cast<float>(1 << shift(eights, fours, i));
      y[i] = convert<float>(elements::load(in + 4, i)) * unit;
    }
  }

 private:
  static int shift(std::uint32_t eights, std::uint32_t fours, std::size_t i) noexcept {
    return static_cast<int>((eights >> (i / 8) & 1) + (fours >> (i / 4) & 1));
  }
  static void store_scales(ue6m2 scale, std::uint32_t eights, std::uint32_t fours, std::byte* out) noexcept {
    out[0] = static_cast<std::byte>(scale.bits());
    out[1] = static_cast<std::byte>(eights);
    out[2] = static_cast<std::byte>(fours);
    out[3] = static_cast<std::byte>(fours >> 8);
  }
};

}  // namespace lowp
