// The end of every gemm: raw sums become y, by the formula of gemm_options.
//
//   y[i, j] = activation(alpha row_scale[i] column_scale[j] sum[i, j] + bias[j] + beta y[i, j])
//
// in float, from left to right, each product and sum rounded once (never fused, whatever the compiler's contraction
// mode), so all tiers give the same bits; what is not given is left out. y is read only where beta != 0. Elements of y
// that are not float are rounded by their own type's rounding and overflow, and read as float; where that rounding is
// random, y[i, j] draws number i * columns + j of philox{0}, whichever thread writes it.
//
// A core hands over blocks of sums in any order, each sum once; different blocks may come from different threads.
// Integer sums may carry zero points: of x' = x - row_zero[i] and w' = w - column_zero[j],
//
//   sum x' w' = sum[i, j] - row_zero[i] column_sum[j] - column_zero[j] row_sum[i] + k row_zero[i] column_zero[j]
//
// with row_sum[i] = sum_k x[i, k] and column_sum[j] = sum_k w[j, k]. It is formed exactly and rounded to float once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <lowp/blocks/matrix.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/options.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

/// What is applied to a sum. Null pointers are left out.
struct epilogue_terms {
  float alpha = 1, beta = 0;
  const float* row_scale = nullptr;
  const float* column_scale = nullptr;
  const float* bias = nullptr;
  float (*activation)(float) = nullptr;
  bool past_caches = false;  ///< y is written past the caches

  /// Whether a sum is y as it is.
  [[nodiscard]] bool is_plain() const noexcept {
    return alpha == 1 && beta == 0 && row_scale == nullptr && column_scale == nullptr && bias == nullptr &&
           activation == nullptr;
  }
};

/// Zero points and the sums that take them out of integer products. Null pointers stand for zeros.
struct zero_points {
  const std::int32_t* row_zero = nullptr;     ///< m values
  const std::int32_t* column_zero = nullptr;  ///< n values
  const std::int32_t* row_sum = nullptr;      ///< m values, needed with column_zero
  const std::int32_t* column_sum = nullptr;   ///< n values, needed with row_zero
  std::size_t k = 0;
  /// Whether every true sum fits in 32 bits: then sums may be taken modulo 2^32. Factors of at most 9 bits and sign.
  [[nodiscard]] constexpr bool fits_in_32_bits() const noexcept { return k <= 0x7fffffff / (255 * 255); }
  [[nodiscard]] constexpr bool none() const noexcept { return row_zero == nullptr && column_zero == nullptr; }
};

// Stretches of a row of T to and from float, with the type's own rounding and overflow; out[c] draws number index + c.
template <class T>
void round_to_row(const float* in, T* out, std::size_t n, std::uint64_t index) {
  using traits = scalar_traits<T>;
  cast_elements(in, out, n, typename traits::rounding{}, typename traits::overflow{}, philox{0}, index);
}
template <class T>
void row_to_floats(const T* in, float* out, std::size_t n) {
  cast_elements(in, out, n, nearest_even{}, to_special{}, philox{0}, 0);
}

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/epilogue.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

using finish_kernel = void(const epilogue_terms&, std::size_t, std::size_t, std::size_t, std::size_t, const float*,
                           std::size_t, float*, std::size_t);
inline constexpr kernel_table<finish_kernel> finish_table{
    {{&tiers::scalar::finish, &tiers::haswell::finish, &tiers::skylake::finish, &tiers::icelake::finish,
      &tiers::sapphire::finish}}};

using finish_integers_kernel = void(const zero_points&, const epilogue_terms&, std::size_t, std::size_t, std::size_t,
                                    std::size_t, const std::int32_t*, std::size_t, float*, std::size_t);
inline constexpr kernel_table<finish_integers_kernel> finish_integers_table{
    {{&tiers::scalar::finish_integers, &tiers::haswell::finish_integers, &tiers::skylake::finish_integers,
      &tiers::icelake::finish_integers, &tiers::sapphire::finish_integers}}};

/// Where the sums of a gemm go.
class sink {
 public:
  /// y = ... of the options. Throws lowp::error unless scales and bias fit y.
  template <class T>
  sink(matrix_view<T> y, const gemm_options& o)
      : y_(y.data()),
        rows_(y.rows()),
        cols_(y.cols()),
        stride_(y.stride()),
        terms_{.alpha = o.alpha,
               .beta = o.beta,
               .row_scale = given(o.row_scale, y.rows(), "row_scale", "rows"),
               .column_scale = given(o.column_scale, y.cols(), "column_scale", "columns"),
               .bias = given(o.bias, y.cols(), "bias", "columns"),
               .activation = o.activation} {
    static_assert(!std::is_const_v<T>, "lowp: y is written, so it cannot be a view of const elements");
    if constexpr (!std::is_same_v<T, float>) {
      static_assert(Scalar<T>, "lowp: the elements of y are float, double or a number of this library");
      load_ = [](const void* from, std::size_t at, std::size_t n, float* out) {
        row_to_floats(static_cast<const T*>(from) + at, out, n);
      };
      store_ = [](void* to, std::size_t at, std::size_t n, const float* in, std::uint64_t index) {
        round_to_row(in, static_cast<T*>(to) + at, n, index);
      };
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
  /// The same sums with these terms instead.
  [[nodiscard]] const epilogue_terms& terms() const noexcept { return terms_; }

  /// Where y is float and a sum is its element as it is: a core may then write y(i, j) itself. Otherwise null.
  [[nodiscard]] float* in_place(std::size_t i, std::size_t j) const noexcept {
    return store_ == nullptr && terms_.is_plain() ? static_cast<float*>(y_) + i * stride_ + j : nullptr;
  }
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

  /// The same, but where y is more than caches keep beside the operands it is written past them, which spares reading
  /// it first: 1024 x 1024 floats take 0.2 ms instead of 0.8. A task that wrote so ends with written_past_caches.
  [[nodiscard]] sink past_caches() const noexcept {
    sink s = *this;
    s.terms_.past_caches = store_ == nullptr && terms_.beta == 0 && rows_ * cols_ >= (1 << 18) &&
                           (terms_.activation == nullptr || terms_.activation == &relu);
    return s;
  }

  /// Finishes sums: sums[r * stride + c] is that of y(i + r, j + c).
  void write(std::size_t i, std::size_t j, std::size_t rows, std::size_t cols, const float* sums,
             std::size_t stride) const {
    write_by(
        i, j, rows, cols,
        [&](std::size_t r, std::size_t c, std::size_t height, std::size_t width, float* y, std::size_t y_stride) {
          finish_(terms_, i + r, j + c, height, width, sums + r * stride + c, stride, y, y_stride);
        });
  }

  /// The same of integer sums.
  void write(std::size_t i, std::size_t j, std::size_t rows, std::size_t cols, const std::int32_t* sums,
             std::size_t stride, const zero_points& zeros = {}) const {
    write_by(
        i, j, rows, cols,
        [&](std::size_t r, std::size_t c, std::size_t height, std::size_t width, float* y, std::size_t y_stride) {
          finish_integers_(zeros, terms_, i + r, j + c, height, width, sums + r * stride + c, stride, y, y_stride);
        });
  }

 private:
  // Lets finish write the block to y: straight, or by stretches of rows as floats.
  template <class F>
  void write_by(std::size_t i, std::size_t j, std::size_t rows, std::size_t cols, const F& finish) const {
    if (rows == 0 || cols == 0) return;
    if (store_ == nullptr) return finish(0, 0, rows, cols, static_cast<float*>(y_) + i * stride_ + j, stride_);
    std::array<float, 256> part;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; c += part.size()) {
        const std::size_t n = std::min(part.size(), cols - c), at = (i + r) * stride_ + j + c;
        if (terms_.beta != 0) load_(y_, at, n, part.data());
        finish(r, c, 1, n, part.data(), part.size());
        store_(y_, at, n, part.data(), (i + r) * cols_ + j + c);
      }
    }
  }
  static const float* given(std::span<const float> values, std::size_t n, const char* name, const char* what) {
    if (values.empty()) return nullptr;
    if (values.size() != n)
      throw error(std::string("gemm: ") + name + " has " + std::to_string(values.size()) + " values, y has " +
                  std::to_string(n) + " " + what);
    return values.data();
  }

  void* y_;
  std::size_t rows_, cols_, stride_;
  epilogue_terms terms_;
  void (*load_)(const void*, std::size_t, std::size_t, float*) = nullptr;
  void (*store_)(void*, std::size_t, std::size_t, const float*, std::uint64_t) = nullptr;  // null: y is float
  finish_kernel* finish_ = finish_table(active());
  finish_integers_kernel* finish_integers_ = finish_integers_table(active());
};

}  // namespace lowp::detail
