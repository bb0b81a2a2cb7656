// What a user of one format compiles: bench_kernels measures how long that takes.
#include <lowp/blocks/names.hpp>
#include <lowp/kernels/gemm.hpp>

void multiply(lowp::matrix_view<const float> x, const lowp::matrix<lowp::mxfp4>& w, lowp::matrix_view<float> y) {
  lowp::gemm(x, lowp::prepack(w), y);
}
