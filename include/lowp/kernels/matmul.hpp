// C = alpha op(A) op(B) + beta C for two matrices of scalars that nobody has prepacked; op is the matrix or its
// transposed.
//
//   lowp::gemm(1.0f, a, b, 0.0f, c);                                  a: m x k, b: k x n, c: m x n
//   lowp::gemm(1.0f, lowp::transposed(a), b, 0.0f, c, {.bias = v});   a: k x m
//
// Elements of A and B are float or any number of this library, and are taken as floats (wider ones are rounded, by the
// rounding of convert<float>); those of C may be double too. Sums are accumulate::reproducible, in the order of k, bit
// for bit those of reference::gemm, or accumulate::exact, or by precision::f16 faster where the processor has
// float16_units(); then the formula of gemm_options, with alpha and beta from the arguments. beta = 0 does not read C. C
// must not overlap A or B.
#pragma once

#include <lowp/kernels/exact_gemm.hpp>
#include <lowp/kernels/gemm_f16.hpp>
#include <lowp/kernels/gemv_f32.hpp>

namespace lowp {

/// A stored matrix that stands for its transposed.
template <class T>
struct transposed_view {
  matrix_view<T> stored;
};

template <class T>
[[nodiscard]] constexpr transposed_view<T> transposed(matrix_view<T> m) noexcept {
  return {m};
}
template <class T>
[[nodiscard]] constexpr matrix_view<T> transposed(transposed_view<T> m) noexcept {
  return m.stored;
}

namespace detail {

template <class T>
struct matmul_traits {};
template <class T>
struct matmul_traits<matrix_view<T>> {
  using element = std::remove_const_t<T>;
  static constexpr bool transposed = false;
  static matrix_view<const element> stored(matrix_view<T> v) noexcept { return v; }
};
template <class T>
struct matmul_traits<transposed_view<T>> {
  using element = std::remove_const_t<T>;
  static constexpr bool transposed = true;
  static matrix_view<const element> stored(transposed_view<T> v) noexcept { return v.stored; }
};

template <class M>
concept ScalarMatrix = requires {
  typename matmul_traits<M>::element;
};

// A view that float_operand can read through a pointer to it.
template <class T>
[[nodiscard]] float_operand operand_of(const matrix_view<const T>& stored) {
  if constexpr (std::is_same_v<T, float>) {
    return float_operand(stored);
  } else {
    static_assert(Scalar<T> && !std::is_same_v<T, double>,
                  "lowp: gemm multiplies matrices of float or of this library's numbers");
    return {stored.rows(),
            stored.cols(),
            {&stored, [](const void* self, std::size_t row, std::size_t c0, std::size_t c1, float* out) {
               row_to_floats(static_cast<const matrix_view<const T>*>(self)->row(row).data() + c0, out, c1 - c0);
             }}};
  }
}

// All rows of an operand as floats of its own.
class float_rows {
 public:
  explicit float_rows(const float_operand& o)
      : rows_(o.row_count()), cols_(o.col_count()), stride_((cols_ + 15) / 16 * 16) {
    values_.resize(checked_product(rows_, stride_, "gemm"));
    if (rows_ == 0 || cols_ == 0) return;
    const row_source source = o.rows();
    source.rows(source.self, 0, rows_, 0, cols_, values_.data(), stride_);
  }
  [[nodiscard]] matrix_view<const float> view() const { return {values_.data(), rows_, cols_, stride_}; }

 private:
  std::size_t rows_, cols_, stride_;
  std::vector<float> values_;
};

inline void gemm_of_operands(const float_operand& a, const float_operand& b_turned, const sink& y,
                             const gemm_options& o) {
  const std::size_t m = a.row_count(), k = a.col_count(), n = b_turned.row_count();
  if (m <= few_rows && b_turned.is_plain()) return gemm_few_f32(a.rows(), m, b_turned, y, o.executor);
  if (sums_in_float16(o) && gemm_f16(a.rows(), m, n, k, b_turned.panels(), y, o.executor)) return;
  gemm_f32(a.rows(), m, n, k, b_turned.panels(), y, o.executor);
}

}  // namespace detail

/// C = alpha A B + beta C, each of A and B as it is or transposed. Throws lowp::error, nothing written, unless the
/// shapes fit.
template <detail::ScalarMatrix A, detail::ScalarMatrix B, class T>
void gemm(float alpha, A a, B b, float beta, matrix_view<T> c, gemm_options options = {}) {
  const auto stored_a = detail::matmul_traits<A>::stored(a);
  const auto stored_b = detail::matmul_traits<B>::stored(b);
  detail::float_operand left = detail::operand_of(stored_a), right = detail::operand_of(stored_b);
  left.transposed = detail::matmul_traits<A>::transposed;
  right.transposed = !detail::matmul_traits<B>::transposed;  // the core multiplies by W^T
  if (left.col_count() != right.col_count() || c.rows() != left.row_count() || c.cols() != right.row_count())
    throw error("gemm: A is " + detail::shape_text(left.row_count(), left.col_count()) + ", B is " +
                detail::shape_text(right.col_count(), right.row_count()) + ", C is " +
                detail::shape_text(c.rows(), c.cols()) + "; C = A B needs m x k, k x n, m x n");
  options.alpha = alpha;
  options.beta = beta;
  if (options.sum == accumulate::exact) {
    const detail::float_rows x(left), w(right);
    return detail::exact_gemm(x.view(), w.view(), detail::sink(c, options), options.executor);
  }
  detail::gemm_of_operands(left, right, detail::sink(c, options), options);
}

}  // namespace lowp
