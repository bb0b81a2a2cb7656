// reference::dot, gemv and gemm over any codec, in plain C++: the meaning that every faster kernel is held to.
//
//   dot(x, W)        sum_k x[k] W[0, k]                  W is 1 x n
//   gemv(W, x, y)    y[i] = sum_k W[i, k] x[k]           W is n x k, x has k elements, y has n
//   gemm(x, W, y)    y[i, j] = sum_k x[i, k] W[j, k]     x is m x k, W is n x k, y is m x n:  y = x W^T
//
// The sum is that of accumulate::reproducible (options.hpp): acc = 0, then acc = fma(x[k], w[k], acc) in float for
// k = 0, 1, ... in this order, w[k] being the decoded float. That is a function of the values alone: the same bits on
// every machine, for every batch size and number of threads. Barring overflow,
// |y - exact| <= gamma_K sum_k |x[k] w[k]| + K 2^-149 with gamma_K = K u / (1 - K u), u = 2^-24 (N. Higham, Accuracy
// and Stability of Numerical Algorithms, 3.1). An empty sum is +0.
#pragma once

#include <cmath>

#include <lowp/blocks/matrix.hpp>

namespace lowp {

namespace detail {

inline float dot_in_order(const float* x, const float* w, std::size_t n) noexcept {
  float sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum = std::fma(x[k], w[k], sum);
  return sum;
}

}  // namespace detail

namespace reference {

/// Sum of x[k] * w[k]. Throws lowp::error unless w is 1 x x.size().
template <Codec C>
[[nodiscard]] float dot(std::span<const float> x, const matrix<C>& w) {
  if (w.rows() != 1 || w.cols() != x.size())
    throw error("dot: a vector of " + std::to_string(x.size()) + " and a matrix of " +
                detail::shape_text(w.rows(), w.cols()));
  std::vector<float> row(w.cols());
  w.decode_row(0, row);
  return detail::dot_in_order(x.data(), row.data(), x.size());
}

/// y = x W^T for x (m x k), W (n x k), y (m x n). Throws lowp::error, nothing written, unless the shapes fit.
template <Codec C>
void gemm(matrix_view<const float> x, const matrix<C>& w, matrix_view<float> y) {
  if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows())
    throw error("gemm: x is " + detail::shape_text(x.rows(), x.cols()) + ", W is " +
                detail::shape_text(w.rows(), w.cols()) + ", y is " + detail::shape_text(y.rows(), y.cols()) +
                "; y = x W^T needs m x k, n x k, m x n");
  std::vector<float> row(w.cols());
  for (std::size_t j = 0; j < w.rows(); ++j) {
    w.decode_row(j, row);
    for (std::size_t i = 0; i < x.rows(); ++i)
      y(i, j) = detail::dot_in_order(x.row(i).data(), row.data(), row.size());
  }
}

/// y = W x for W (n x k). Throws lowp::error, nothing written, unless x has k elements and y has n.
template <Codec C>
void gemv(const matrix<C>& w, std::span<const float> x, std::span<float> y) {
  if (x.size() != w.cols() || y.size() != w.rows())
    throw error("gemv: W is " + detail::shape_text(w.rows(), w.cols()) + ", x has " + std::to_string(x.size()) +
                " elements, y has " + std::to_string(y.size()));
  reference::gemm(matrix_view<const float>(x.data(), 1, x.size()), w, matrix_view<float>(y.data(), 1, y.size()));
}

}  // namespace reference
}  // namespace lowp
