// Other libraries on the same work, one thread each, as runners of a race; none where the library is missing. What a
// library lets one prepare (packed weights, a primitive) is prepared before the race.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness.hpp"

namespace bench::peers {

/// One line that names the libraries and their versions.
std::string versions();

/// y (m x n) = x (m x k) W^T, W n x k; all dense and row-major. The spans must live as long as the runners.
struct float_operands {
  std::size_t m, n, k;
  std::span<const float> x, w;
};
runners sgemm(const float_operands& a);               ///< OpenBLAS, oneDNN with packed weights
runners openblas_sgemm(const float_operands& a);      ///< OpenBLAS alone
runners eigen_sgemm(const float_operands& a);         ///< Eigen, compiled with the flags of this program
runners openblas_sgemv(const float_operands& a);      ///< m = 1
runners bf16_gemm(const float_operands& a);           ///< oneDNN on bfloat16 operands, packed weights, y float
runners int8_gemm(const float_operands& a);           ///< oneDNN on int8 operands, packed weights, y int32
runners to_bf16(std::span<const float> x);            ///< oneDNN reorder, Eigen cast
runners from_bf16(std::span<const float> x);          ///< the same back
runners to_half(std::span<const float> x);            ///< Eigen cast
runners from_half(std::span<const float> x);          ///< the same back
runners to_int8(std::span<const float> x);            ///< oneDNN reorder
runners prepack(const float_operands& a, bool bf16);  ///< oneDNN reorder of weights into its packed layout

}  // namespace bench::peers
