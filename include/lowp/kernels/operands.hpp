// Matrices as operands of the float core: plain floats, rows that a callback decodes, and the transposed of both.
//
//   float_operand w{view};                 a view of floats
//   float_operand w{rows, cols, decode};   decode: row_decoder, say of a codec
//   w.transposed = true;                   the operand is the transposed of what is stored
//   gemm_f32(x.rows(), m, n, k, w.panels(), y, executor);
//
// W = op(w) is n x k as its rows, x = op(x) is m x k. An operand refers to its matrix, and its sources to the operand:
// both must live until gemm_f32 returns. It is made for the tier that is active then.
#pragma once

#include <lowp/kernels/gemm_f32.hpp>

namespace lowp::detail {

/// Writes columns c0 <= c < c1 of a row as floats to out[c - c0]. Called from several threads at once.
struct row_decoder {
  const void* self;
  void (*row)(const void* self, std::size_t row, std::size_t c0, std::size_t c1, float* out);
};

class float_operand {
 public:
  explicit float_operand(matrix_view<const float> v)
      : stored_rows_(v.rows()), stored_cols_(v.cols()), data_(v.data()), stride_(v.stride()) {}
  float_operand(std::size_t rows, std::size_t cols, row_decoder decoder)
      : stored_rows_(rows), stored_cols_(cols), decoder_(decoder) {}

  bool transposed = false;

  [[nodiscard]] std::size_t row_count() const noexcept { return transposed ? stored_cols_ : stored_rows_; }
  [[nodiscard]] std::size_t col_count() const noexcept { return transposed ? stored_rows_ : stored_cols_; }

  /// Whether it is floats in memory: then stored() is what of it.
  [[nodiscard]] bool is_plain() const noexcept { return decoder_.row == nullptr; }
  [[nodiscard]] matrix_view<const float> stored() const { return {data_, stored_rows_, stored_cols_, stride_}; }

  [[nodiscard]] panel_source panels() const noexcept { return {this, &float_operand::fill_panel}; }
  [[nodiscard]] row_source rows() const noexcept {
    return {this, [](const void* self, std::size_t row, std::size_t count, std::size_t k0, std::size_t k1, float* out,
                     std::size_t stride) {
              const float_operand& o = *static_cast<const float_operand*>(self);
              if (o.transposed) {
                o.turned(k0, k1 - k0, row, row + count, out, stride);
              } else {
                o.as_stored(row, count, k0, k1, out, stride);
              }
            }};
  }

 private:
  static void fill_panel(const void* self, std::size_t panel, std::size_t k0, std::size_t k1, float* out) {
    const float_operand& o = *static_cast<const float_operand*>(self);
    const std::size_t width = o.kernels_.width, first = panel * width;
    const std::size_t count = std::min(width, o.row_count() - first);
    if (count < width) std::fill_n(out, (k1 - k0) * width, 0.0f);
    if (o.transposed) {
      o.as_stored(k0, k1 - k0, first, first + count, out, width);
    } else {
      o.turned(first, count, k0, k1, out, width);
    }
  }
  // out[(r - row) * stride + c - c0] of the stored rows r and columns c.
  void as_stored(std::size_t row, std::size_t count, std::size_t c0, std::size_t c1, float* out,
                 std::size_t stride) const {
    if (count == 0 || c0 == c1) return;  // rows without values may have no address
    if (decoder_.row == nullptr)
      return kernels_.copy(data_ + row * stride_ + c0, stride_, count, c1 - c0, out, stride);
    for (std::size_t r = 0; r < count; ++r) decoder_.row(decoder_.self, row + r, c0, c1, out + r * stride);
  }
  // out[(c - c0) * stride + r - row]; zeros may follow up to a multiple of 16 rows.
  void turned(std::size_t row, std::size_t count, std::size_t c0, std::size_t c1, float* out,
              std::size_t stride) const {
    if (count == 0 || c0 == c1) return;
    if (decoder_.row == nullptr)
      return kernels_.transpose(data_ + row * stride_ + c0, stride_, count, c1 - c0, out, stride);
    constexpr std::size_t height = max_panel_width, width = 64, pitch = width + 16;
    alignas(64) std::array<float, height * pitch> part;
    for (std::size_t c = c0; c < c1; c += width) {
      const std::size_t cols = std::min(width, c1 - c);
      for (std::size_t r = 0; r < count; r += height) {
        const std::size_t rows = std::min(height, count - r);
        for (std::size_t h = 0; h < rows; ++h)
          decoder_.row(decoder_.self, row + r + h, c, c + cols, part.data() + h * pitch);
        kernels_.transpose(part.data(), pitch, rows, cols, out + (c - c0) * stride + r, stride);
      }
    }
  }

  std::size_t stored_rows_, stored_cols_;
  const float* data_ = nullptr;
  std::size_t stride_ = 0;
  row_decoder decoder_{};
  const f32_kernels& kernels_ = f32_of(active());
};

}  // namespace lowp::detail
