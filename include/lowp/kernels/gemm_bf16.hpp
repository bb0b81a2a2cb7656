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

#include <atomic>

#include <lowp/kernels/amx.hpp>
#include <lowp/kernels/cut.hpp>
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
  bool scaled = false;
  // 8 bits: whether the upper half of the levels is the lower one negated, for the same magnitude of the code or for its
  // two's complement.
  enum class mirror : unsigned char { none, magnitude, complement } mirrored = mirror::none;
  // Low bytes of the levels in bfloat16, then high bytes; magnitudes where they are mirrored, times 2^127 if scaled too.
  alignas(64) std::uint8_t level_bytes[512];
  alignas(64) float repeated_levels[16];
  std::uint32_t shifts[256];  // of scale codes: 2^127 / scale, in units of bfloat16's lowest exponent bit, twice

  weight_view(const prepacked& p, std::size_t most_terms)
      : packed(&p), terms(std::min<std::size_t>(p.head().terms, most_terms)), group_steps(p.head().group_steps) {
    const packed_header& h = p.head();
    scaled = p.groups() > 1 || p.scale()[0] != 1;
    const std::size_t distinct = h.bits < 8 ? std::size_t{1} << h.bits : 256;
    for (std::size_t i = 0; i < 16; ++i) repeated_levels[i] = p.level()[i % distinct];
    if (h.how == unpacking::eight) describe_eight(p);
  }

 private:
  void describe_eight(const prepacked& p) noexcept {
    std::uint16_t level[256];
    for (std::size_t i = 0; i < 256; ++i) split_bfloat16(p.level()[i], 1, &level[i]);
    bool magnitude = true, complement = p.head().finite != 0 && !std::isfinite(p.level()[128]);
    for (std::size_t i = 0; i < 128; ++i) {
      magnitude = magnitude && level[i] < 0x8000 && level[i + 128] == level[i] + 0x8000;
      complement = complement && level[i] < 0x8000 && (i == 0 || level[256 - i] == level[i] + 0x8000);
    }
    mirrored = magnitude ? mirror::magnitude : complement ? mirror::complement : mirror::none;
    const bool biased = scaled && mirrored != mirror::none;
    for (std::size_t i = 0; i < 256; ++i) {
      const unsigned word = level[i] + (biased && level[i] != 0 ? 127u << 7 : 0u);
      level_bytes[i] = static_cast<std::uint8_t>(word);
      level_bytes[256 + i] = static_cast<std::uint8_t>(word >> 8);
      shifts[i] = (254 - (std::bit_cast<std::uint32_t>(p.scale()[i]) >> 23 & 255)) * (128u * 0x10001u);
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

// Work on some blocks in units, as many tasks as there are units of all blocks. A thread stays with the block that it
// began with, and has in its cache, until no unit of it is left; then it begins one that nobody has, and helps others
// last.
class block_units {
 public:
  block_units(std::size_t blocks, std::size_t each) : next_(blocks), each_(each) {
    static std::atomic<std::uint64_t> calls{0};
    call_ = calls.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  [[nodiscard]] std::size_t count() const noexcept { return next_.size() * each_; }
  /// Other work on the same blocks, by the same threads if possible.
  void restart(std::size_t each) noexcept {
    each_ = each;
    begun_.store(0, std::memory_order_relaxed);
    for (auto& n : next_) n.store(0, std::memory_order_relaxed);
  }

  struct unit {
    std::size_t block, index;
  };
  /// One that no other task gets. To be called once a task.
  unit take() noexcept {
    struct place {
      std::uint64_t call;
      std::size_t block;
    };
    static thread_local place here{0, 0};
    const std::size_t blocks = next_.size();
    if (here.call != call_) here = {call_, begun_.fetch_add(1, std::memory_order_relaxed) % blocks};
    for (;;) {
      const std::size_t index = next_[here.block].fetch_add(1, std::memory_order_relaxed);
      if (index < each_) return {here.block, index};
      const std::size_t fresh = begun_.fetch_add(1, std::memory_order_relaxed);
      here.block = fresh < blocks ? fresh : (here.block + 1) % blocks;
    }
  }

 private:
  std::vector<std::atomic<std::size_t>> next_;
  std::size_t each_;
  std::uint64_t call_;
  std::atomic<std::size_t> begun_{0};
};

}  // namespace lowp::detail

#if defined(__x86_64__)
#define LOWP_BODY <lowp/kernels/unpack_tiles.inl>
#define LOWP_TIERS 0b10000
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY <lowp/kernels/gemm_bf16.inl>
#define LOWP_TIERS 0b10000
#include <lowp/kernels/foreach.inl>
#endif
