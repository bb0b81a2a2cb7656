// The code of docs/kernels.md.

#include <cmath>
#include <cstdio>
#include <vector>

#include <lowp/interop/openmp.hpp>
#include <lowp/kernels/bytes.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/gemm.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>

using namespace lowp;

int main() {
  const std::size_t m = 5, n = 96, k = 200;
  std::vector<float> x(m * k), w(n * k), bias(n, 0.5f), y(m * n), same(m * n), one(n);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 2003) / 1001 - 1;
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i * 104729 % 1999) / 999 - 1;
  const matrix_view<const float> X(x, m, k);
  const matrix_view<float> Y(y, m, n);

  auto W = quantize<mxfp4>(matrix_view<const float>(w, n, k));    // n x k, 4.25 bits a value
  auto P = prepack(W);                                            // laid out for the kernels: once, at load time
  gemm(X, P, Y, {.bias = bias, .activation = silu});              // y = silu(x W^T + bias)
  gemm(X, P, Y, {.sum = accumulate::reproducible});               // the same bits on every machine
  gemm(X, P, Y, {.sum = accumulate::exact, .executor = openmp});  // every sum rounded once
  gemv(P, std::span<const float>(x.data(), k), std::span<float>(one));
  auto Q = prepacked::view(P.bytes());  // what another run finds in the file that it maps

  gemm(X, Q, matrix_view<float>(same, m, n), {.sum = accumulate::exact});
  std::printf("%s: %s\n", std::string(to_string(active())).c_str(), y == same ? "equal" : "different");

  std::vector<bfloat16> xb(x.size());
  cast(std::span<const float>(x), std::span<bfloat16>(xb));  // an array to another number type
  gemm(matrix_view<const bfloat16>(xb.data(), m, k), P, Y);  // x of any number type, or a matrix<C>
  auto XQ = quantize<mxfp8>(X);
  gemm(XQ, P, Y);  // MXFP8 times MXFP4
  matrix<mxfp8> YQ(m, n);
  gemm(X, P, YQ, {.bias = bias, .activation = silu});                     // y in MXFP8
  gemm(1.0f, X, transposed(matrix_view<const float>(w, n, k)), 0.0f, Y);  // two plain matrices
  float d = dot(std::span<const bfloat16>(xb), std::span<const float>(x), {.sum = accumulate::exact});

  std::vector<std::int8_t> a(m * k, 3), b(n * k, -2);
  std::vector<std::int32_t> zero(m, 1), sums(m * n);
  auto B = prepack(matrix_view<std::int8_t>(b.data(), n, k));
  gemm(matrix_view<std::int8_t>(a.data(), m, k), B, matrix_view<std::int32_t>(sums.data(), m, n));
  gemm(matrix_view<std::int8_t>(a.data(), m, k), B, Y, {.alpha = 0.5f}, {.of_x = zero});  // 0.5 sum (a - 1) b
  auto D = prepacked_bytes::view(B.bytes());                                              // as above

  std::printf("dot %.6g, sum of bytes %d of %zu rows, with a zero point %g\n", static_cast<double>(d), sums[0],
              D.rows(), static_cast<double>(y[0]));
  return y == same ? 1 : 0;
}
