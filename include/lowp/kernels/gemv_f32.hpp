// y = x W^T for at most 4 rows of x and W of plain floats: W is read once, from where it lies, in either order.
//
// Lanes run over the columns of y and each sum over k in order, as in gemm_f32.hpp: the same bits. The time is that of
// reading W.
#pragma once

#include <lowp/kernels/operands.hpp>

namespace lowp::detail {
inline constexpr std::size_t few_rows = 4, few_width = 1024;  // of y, at once
}

#define LOWP_BODY <lowp/kernels/gemv_f32.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

using few_kernel = void(std::size_t rows, bool turned, const float* x, std::size_t x_stride, const float* w,
                        std::size_t w_stride, std::size_t k, std::size_t cols, float* out);
inline constexpr kernel_table<few_kernel> few_table{
    {{&tiers::scalar::multiply_plain, &tiers::haswell::multiply_plain, &tiers::skylake::multiply_plain,
      &tiers::icelake::multiply_plain, &tiers::sapphire::multiply_plain}}};

/// y = x W^T for m <= few_rows rows and W.is_plain().
inline void gemm_few_f32(const row_source& x, std::size_t m, const float_operand& w, const sink& y,
                         const executor& run) {
  const std::size_t n = w.row_count(), k = w.col_count();
  if (m == 0 || n == 0) return;
  few_kernel* const multiply = few_table(active());
  const std::size_t stride = k + 16;  // rows of a row_source may end in 16 zeros
  const float_buffer rows(checked_product(m, stride, "gemm"));
  x.rows(x.self, 0, m, 0, k, rows.data(), stride);
  const matrix_view<const float> stored = w.stored();
  // Rows of W shared out finely; but columns of them in long stretches.
  const std::size_t width = w.transposed ? few_width : 128;
  run(even_cut::at_most(n, width).parts, [&](std::size_t t) {
    const std::size_t j = t * width, cols = std::min(width, n - j);
    alignas(64) std::array<float, few_rows * few_width> sums;
    const float* from = stored.data() + (w.transposed ? j : j * stored.stride());
    multiply(m, !w.transposed, rows.data(), stride, from, stored.stride(), k, cols, sums.data());
    y.write(0, j, m, cols, sums.data(), few_width);
  });
}

}  // namespace lowp::detail
