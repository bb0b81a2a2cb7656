// y = x W^T in bfloat16 on the tile unit, for weights of any codec: the core, its unpackers, and x's packing.
//
// Operands are sums of bfloat16 (prepack.hpp): w = w1 + w2 + w3, x = x1 + x2 + x3, as many as their values need. Products
// are exact, sums float in an order of the unit's. Terms beyond the third order (w2 x3 and smaller, below 2^-24 of
// |w x|) are left out. The unit takes subnormals for zeros, so with k products
//
//   |error| <= gamma_(k+8) sum |x w| + 2^-22 sum |x w| (several terms) + k 2^-125 (1 + max |x| + max |w|)
//
// Infinities and NaN stand in first terms alone; where one side has several terms, another core takes such operands.
// Source of the unit's rounding: Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS.
#pragma once

#include <lowp/kernels/amx.hpp>
#include <lowp/kernels/epilogue.hpp>
#include <lowp/kernels/prepacked.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

/// Rows of x, floats or the codes of bfloat16s.
struct activation_view {
  const float* floats = nullptr;
  const std::uint16_t* bfloat16s = nullptr;
  std::size_t rows = 0, cols = 0, stride = 0;
};

/// Prepacked weights and what their unpacker needs beside, made once a call.
struct weight_view {
  const prepacked* packed;
  std::size_t terms;
  std::size_t group_steps;
  bool symmetric = false;  // level[i + 128] = -level[i]
  bool scaled = false;
  alignas(64) std::uint8_t level_bytes[512];  // low bytes of the levels in bfloat16, then high bytes
  alignas(64) float repeated_levels[16];
  std::int16_t exponents[256];  // of scale codes, in units of bfloat16's lowest exponent bit

  weight_view(const prepacked& p, std::size_t most_terms)
      : packed(&p), terms(std::min<std::size_t>(p.head().terms, most_terms)), group_steps(p.head().group_steps) {
    const packed_header& h = p.head();
    scaled = p.groups() > 1 || p.scale()[0] != 1;
    const std::size_t distinct = h.bits < 8 ? std::size_t{1} << h.bits : 256;
    for (std::size_t i = 0; i < 16; ++i) repeated_levels[i] = p.level()[i % distinct];
    if (h.how != unpacking::eight) return;
    symmetric = true;
    for (std::size_t i = 0; i < 256; ++i) {
      std::uint16_t code;
      split_bfloat16(p.level()[i], 1, &code);
      level_bytes[i] = static_cast<std::uint8_t>(code);
      level_bytes[256 + i] = static_cast<std::uint8_t>(code >> 8);
      std::uint16_t mirrored;
      split_bfloat16(p.level()[i ^ 128], 1, &mirrored);
      if ((code ^ mirrored) != 0x8000) symmetric = false;
      if (i >= 128 && (code & 0x8000) == 0) symmetric = false;
      exponents[i] =
          static_cast<std::int16_t>((static_cast<int>(std::bit_cast<std::uint32_t>(p.scale()[i]) >> 23) - 127) * 128);
    }
  }
};

// Memory that a thread keeps from call to call, since pages of a fresh allocation cost more than small products. Never
// shared with other threads, and not used across a call of the executor.
inline std::byte* workspace(std::size_t bytes) {
  static thread_local line_vector<std::byte> memory;
  if (memory.size() < bytes) memory = line_vector<std::byte>(bytes);
  return memory.data();
}

// Memory for packed operands, which all tasks of a call read: the calling thread keeps it.
inline std::byte* shared_workspace(std::size_t bytes) {
  static thread_local line_vector<std::byte> memory;
  if (memory.size() < bytes) memory = line_vector<std::byte>(bytes);
  return memory.data();
}

}  // namespace lowp::detail

#if defined(__x86_64__)
#define LOWP_BODY <lowp/kernels/unpack_tiles.inl>
#define LOWP_TIERS 0b10000
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY <lowp/kernels/gemm_bf16.inl>
#define LOWP_TIERS 0b10000
#include <lowp/kernels/foreach.inl>
#endif
