// y = x W^T over floats: blocks of y in registers, lanes over the columns of y, one fma after the other over k.
//
//   sum[i, j] = fma(x[i, k], w[j, k], sum[i, j])  for k = 0, 1, ... from +0
//
// which is accumulate::reproducible: the same bits on every tier, for every shape around an element, every blocking
// and every number of threads. Sums that wait for the next stretch of k wait as floats. (A NaN is a NaN on all tiers;
// which one is left to the processor.)
//
// Operands come through sources, so that the core knows no codec: x by rows, W by panels of panel_width(active())
// columns of y, decoded or copied a stretch of k at a time into a buffer that fits the first cache and used at once
// for many rows. y goes through a sink (epilogue.hpp). Blocks are sized for caches of 48 KiB and 2 MiB.
#pragma once

#include <new>

#include <lowp/kernels/cut.hpp>
#include <lowp/kernels/epilogue.hpp>

namespace lowp::detail {

/// A kernel for blocks of sums: at most rows x width of them, over at most depth k at once.
struct block_kernel {
  std::size_t rows, width, depth, row_stride;  // row_stride: floats between rows of x
  void (*multiply)(std::size_t rows, std::size_t cols, const float* x, const float* w, std::size_t k, const float* in,
                   float* out, std::size_t stride);
};

/// The float kernels of a tier.
struct f32_kernels : block_kernel {
  void (*transpose)(const float* in, std::size_t in_stride, std::size_t rows, std::size_t cols, float* out,
                    std::size_t out_stride);
  void (*copy)(const float* in, std::size_t in_stride, std::size_t rows, std::size_t cols, float* out,
               std::size_t out_stride);
};

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/gemm_f32.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

inline constexpr std::array<const f32_kernels*, tier_count> f32_kernels_of{
    &tiers::scalar::f32_tier, &tiers::haswell::f32_tier, &tiers::skylake::f32_tier, &tiers::icelake::f32_tier,
    &tiers::sapphire::f32_tier};
[[nodiscard]] inline const f32_kernels& f32_of(tier t) noexcept {
  return *f32_kernels_of[static_cast<std::size_t>(t)];
}

inline constexpr std::size_t max_panel_width = 32;
static_assert(tiers::sapphire::panel_width <= max_panel_width);

/// Columns of a panel.
[[nodiscard]] inline std::size_t panel_width(tier t) noexcept { return f32_of(t).width; }

/// Where panels of W come from: `fill` writes rows panel * width + c of W, c < width = panel_width(active()), for
/// k0 <= k < k1 as out[(k - k0) * width + c], zeros where W has no such row. Called from several threads at once.
struct panel_source {
  const void* self;
  void (*fill)(const void* self, std::size_t panel, std::size_t k0, std::size_t k1, float* out);
};

/// Where rows of x come from: `rows` writes those of row <= i < row + count as out[(i - row) * stride + k - k0]. It may
/// write zeros behind, up to a multiple of 16 floats. Called from several threads at once.
struct row_source {
  const void* self;
  void (*rows)(const void* self, std::size_t row, std::size_t count, std::size_t k0, std::size_t k1, float* out,
               std::size_t stride);
};

/// Scratch memory for floats, not initialised, at the start of a cache line.
class float_buffer {
 public:
  explicit float_buffer(std::size_t n)
      : data_(static_cast<float*>(::operator new (checked_product(n, sizeof(float), "gemm"), std::align_val_t{64}))) {
  }
  float_buffer(const float_buffer&) = delete;
  float_buffer& operator=(const float_buffer&) = delete;
  ~float_buffer() { ::operator delete (data_, std::align_val_t{64}); }
  [[nodiscard]] float* data() const noexcept { return data_; }

 private:
  float* data_;
};

// Some rows of x against all of W.
class block_pass {
 public:
  block_pass(const row_source& x, std::size_t first_row, std::size_t rows, std::size_t n, std::size_t k,
             const panel_source& w, const sink& y, const block_kernel& kernels)
      : x_(x),
        w_(w),
        y_(y),
        kernels_(kernels),
        first_row_(first_row),
        rows_(rows),
        n_(n),
        panels_(even_cut::at_most(n, kernels.width).parts),
        k_(k),
        stretches_(even_cut::at_most((k + unit - 1) / unit, kernels.depth / unit)),
        blocks_(even_cut::at_most(rows, kernels.rows)),
        packed_(checked_product(rows * stretches_.parts, kernels.row_stride, "gemm")) {}

  void operator()(const executor& run) const {
    const even_cut packs = even_cut::at_most(rows_, 64);
    run(packs.parts, [&](std::size_t p) { pack(packs.start(p), packs.size(p)); });
    // A group of panels keeps its sums in the second cache; enough groups for some threads to share.
    const std::size_t in_cache = std::max<std::size_t>(1, group_floats / (rows_ * kernels_.width));
    const std::size_t shared = std::max<std::size_t>(1, panels_ / enough_tasks);
    const even_cut groups = even_cut::at_most(panels_, std::min(in_cache, shared));
    const std::size_t wanted = even_cut::at_most(enough_tasks, groups.parts).parts;
    const even_cut bands{blocks_.parts, std::clamp<std::size_t>(blocks_.parts / 8, 1, wanted)};
    run(groups.parts * bands.parts, [&](std::size_t t) {
      const std::size_t g = t / bands.parts, b = t % bands.parts;
      multiply(groups.start(g), groups.size(g), bands.start(b), bands.size(b));
    });
  }

 private:
  static constexpr std::size_t group_floats = 128 * 1024, enough_tasks = 8;
  static constexpr std::size_t unit = 32;  // stretches begin at multiples of this, as steps of packed weights do

  [[nodiscard]] std::size_t start(std::size_t stretch) const noexcept {
    return std::min(k_, stretches_.start(stretch) * unit);
  }
  [[nodiscard]] float* packed(std::size_t row, std::size_t stretch) const noexcept {
    return packed_.data() + (stretch * rows_ + row) * kernels_.row_stride;
  }
  void pack(std::size_t row, std::size_t count) const {
    for (std::size_t s = 0; s < stretches_.parts; ++s)
      x_.rows(x_.self, first_row_ + row, count, start(s), start(s + 1), packed(row, s), kernels_.row_stride);
  }

  // Some panels against some blocks of rows.
  void multiply(std::size_t panel, std::size_t panel_count, std::size_t block, std::size_t block_count) const {
    const std::size_t width = kernels_.width, row = blocks_.start(block),
                      rows = blocks_.start(block + block_count) - row;
    const std::size_t last = stretches_.parts - 1;
    const float_buffer w(kernels_.depth * width), waiting(last == 0 ? 0 : panel_count * rows * width);
    for (std::size_t s = 0; s <= last; ++s) {
      const std::size_t k0 = start(s), depth = start(s + 1) - k0;
      for (std::size_t p = 0; p < panel_count; ++p) {
        const std::size_t column = (panel + p) * width, cols = std::min(width, n_ - column);
        w_.fill(w_.self, panel + p, k0, k0 + depth, w.data());
        for (std::size_t b = block; b < block + block_count; ++b) {
          const std::size_t i = blocks_.start(b), height = blocks_.size(b);
          float* sums = waiting.data() + (p * rows + i - row) * width;
          const float* before = s == 0 ? nullptr : sums;
          if (s != last) {
            kernels_.multiply(height, cols, packed(i, s), w.data(), depth, before, sums, width);
          } else {
            finish(i, height, column, cols, packed(i, s), w.data(), depth, before);
          }
        }
      }
    }
  }
  void finish(std::size_t row, std::size_t height, std::size_t column, std::size_t cols, const float* x,
              const float* w, std::size_t depth, const float* before) const {
    const std::size_t width = kernels_.width, i = first_row_ + row;
    if (float* y = y_.in_place(i, column); y != nullptr && cols == width)
      return kernels_.multiply(height, cols, x, w, depth, before, y, y_.stride());
    alignas(64) std::array<float, 16 * max_panel_width> sums;
    kernels_.multiply(height, cols, x, w, depth, before, sums.data(), width);
    y_.write(i, column, height, cols, sums.data(), width);
  }

  const row_source& x_;
  const panel_source& w_;
  const sink& y_;
  const block_kernel& kernels_;
  std::size_t first_row_, rows_, n_, panels_, k_;
  even_cut stretches_, blocks_;
  float_buffer packed_;
};

/// y = x W^T for x of m rows, W of n rows, both of k columns, y m x n, as the kernel reads and sums them.
inline void gemm_by_blocks(const block_kernel& kernels, const row_source& x, std::size_t m, std::size_t n,
                           std::size_t k, const panel_source& w, const sink& y, const executor& run) {
  if (m == 0 || n == 0) return;
  // 1 MiB of x per stretch of k, and not more than 64 MiB in all.
  const std::size_t in_cache = (std::size_t{256} << 10) / kernels.depth;
  const std::size_t most = std::clamp<std::size_t>((std::size_t{16} << 20) / (k + 1), kernels.rows, in_cache);
  const even_cut passes = even_cut::at_most(m, most);
  for (std::size_t p = 0; p < passes.parts; ++p)
    block_pass(x, passes.start(p), passes.size(p), n, k, w, y, kernels)(run);
}

/// The same in floats.
inline void gemm_f32(const row_source& x, std::size_t m, std::size_t n, std::size_t k, const panel_source& w,
                     const sink& y, const executor& run) {
  gemm_by_blocks(f32_of(active()), x, m, n, k, w, y, run);
}

}  // namespace lowp::detail
