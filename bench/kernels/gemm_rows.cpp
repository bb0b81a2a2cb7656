#include "gemm_rows.hpp"

#include <map>

namespace bench {

const buffer<float>& normal_weights() {
  static const buffer<float> w = normal_values(std::size_t{16} << 20, 1);
  return w;
}

const buffer<float>& normal_inputs() {
  static const buffer<float> x = normal_values(std::size_t{1} << 20, 2);
  return x;
}

const runners& openblas_for(const gemm_shape& s) {
  static std::map<std::string, runners> made;
  const auto [at, is_new] = made.try_emplace(s.text());
  if (is_new) at->second = s.m == 1 ? peers::openblas_sgemv(operands(s)) : peers::openblas_sgemm(operands(s));
  return at->second;
}

const runners& onednn_bf16_for(const gemm_shape& s) {
  static std::map<std::string, runners> made;
  const auto [at, is_new] = made.try_emplace(s.text());
  if (is_new) at->second = peers::bf16_gemm(operands(s));
  return at->second;
}

sampled_error error_of(lowp::matrix_view<const float> x, const float* decoded_w, std::span<const std::size_t> rows,
                       lowp::matrix_view<const float> y) {
  sampled_error e;
  const std::size_t step = std::max<std::size_t>(1, x.rows() / 16);
  for (std::size_t i = 0; i < x.rows(); i += step) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const float* w = decoded_w + j * x.cols();
      double sum = 0, size = 0;
      float in_order = 0;
      for (std::size_t k = 0; k < x.cols(); ++k) {
        const double product = double{x(i, k)} * w[k];
        sum += product;
        size += std::fabs(product);
        in_order = std::fma(x(i, k), w[k], in_order);
      }
      const float got = y(i, rows[j]);
      const double off = std::fabs(got - sum) / size;
      e.relative = off > e.relative || off != off ? off : e.relative;
      e.wrong_bits += got != in_order;
    }
  }
  return e;
}

}  // namespace bench
