// Matrix products of 32-bit integers with 64-bit sums, on the vector multipliers: what exact products come down to
// where the byte cores are slower.
//
//   sum[i, j] = sum_k x[i, k] w[k, j]
//
//   signed     modulo 2^64: right whenever the result fits in 64 bits
//   unsigned   as low + 2^32 high, each a sum over k of 32-bit values, where `fold` products may overflow 64 bits:
//              every `fold` terms the sum is added to both; else in low alone
//
// Operations: a multiply and an add for each product, and 4 for each fold. Sums of folded products need k < 2^32.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <lowp/blocks/matrix.hpp>
#include <lowp/kernels/options.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::modular::detail {

/// The right operand, k x n: element (k, j) is data[k * row_step + j * column_step] & mask.
struct word_source {
  const std::uint32_t* data;
  std::size_t rows, cols, row_step, column_step;
  std::uint32_t mask = 0xffffffff;
};

/// Rows of x with a panel of w.
struct word_block {
  const std::uint32_t* x;
  std::size_t x_stride, rows, k;
  std::uint32_t x_mask;
  const std::uint32_t* panel;
  std::size_t fold;
  bool is_signed;
  std::uint64_t *low, *high;  // rows x width
};

struct word_kernels {
  std::size_t width;
  void (*pack)(const word_source&, std::size_t column, std::uint32_t* panel) noexcept;
  void (*rows)(const word_block&) noexcept;
};

/// Takes finished blocks: rows i ..., columns j ...; high is null where nothing was folded.
struct word_sink {
  const void* self;
  void (*write)(const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                const std::uint64_t* low, const std::uint64_t* high, std::size_t stride);
};

}  // namespace lowp::modular::detail

#define LOWP_BODY <lowp/modular/word_gemm.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular::detail {

inline constexpr std::array<const word_kernels*, tier_count> word_kernels_of{
    &tiers::scalar::word_tier, &tiers::haswell::word_tier, &tiers::skylake::word_tier, &tiers::icelake::word_tier,
    &tiers::sapphire::word_tier};

struct word_operands {
  matrix_view<const std::uint32_t> x;
  std::uint32_t x_mask;
  word_source w;
  std::size_t fold;  // products that fit in 64 bits, if unsigned
  bool is_signed;
};

inline void word_gemm(const word_operands& o, const word_sink& sink, const executor& threads) {
  const word_kernels& kernels = *word_kernels_of[static_cast<std::size_t>(active())];
  constexpr std::size_t block_rows = 64;
  const std::size_t k = o.w.rows, panels = (o.w.cols + kernels.width - 1) / kernels.width;
  threads(panels, [&](std::size_t p) {
    const std::size_t j = p * kernels.width;
    std::vector<std::uint32_t> panel(k * kernels.width);
    std::vector<std::uint64_t> sums(2 * block_rows * kernels.width);
    kernels.pack(o.w, j, panel.data());
    std::uint64_t* high = sums.data() + block_rows * kernels.width;
    for (std::size_t i = 0; i < o.x.rows(); i += block_rows) {
      const std::size_t rows = std::min(block_rows, o.x.rows() - i);
      kernels.rows({o.x.data() + i * o.x.stride(), o.x.stride(), rows, k, o.x_mask, panel.data(), o.fold, o.is_signed,
                    sums.data(), high});
      sink.write(sink.self, i, j, rows, std::min(kernels.width, o.w.cols - j), sums.data(),
                 !o.is_signed && o.fold < k ? high : nullptr, kernels.width);
    }
  });
}

}  // namespace lowp::modular::detail
