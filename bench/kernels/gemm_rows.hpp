// What the rows of gemm and gemv share: operands, the error, the peers of a shape.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <typeinfo>

#include <lowp/kernels/gemm.hpp>
#include <lowp/kernels/isa.hpp>
#include <lowp/kernels/quantize.hpp>

#include "data.hpp"
#include "limits.hpp"
#include "peers.hpp"

namespace bench {

struct gemm_shape {
  std::size_t m, n, k;
  [[nodiscard]] std::string text() const { return shape_text(m, n, k); }
  [[nodiscard]] double flops() const { return 2.0 * static_cast<double>(m) * static_cast<double>(n * k); }
};
inline constexpr gemm_shape cube{1024, 1024, 1024}, panel{128, 4096, 4096}, vector{1, 4096, 4096};

/// 16 Mi normal values, for weights, and 1 Mi for activations: made once.
const buffer<float>& normal_weights();
const buffer<float>& normal_inputs();

inline peers::float_operands operands(const gemm_shape& s) {
  return {s.m, s.n, s.k, normal_inputs().all().first(s.m * s.k), normal_weights().all().first(s.n * s.k)};
}

/// Peers that are set up once for a shape, as they are in many rows.
const runners& openblas_for(const gemm_shape& s);
const runners& onednn_bf16_for(const gemm_shape& s);

/// Weights n x k in codec C, plain and prepacked. Only those of the last call are kept.
template <class C>
struct weights {
  lowp::matrix<C> plain;
  lowp::prepacked packed;
};
inline std::shared_ptr<void> last_weights;
inline std::string last_weights_name;

template <class C>
std::shared_ptr<weights<C>> weights_of(const gemm_shape& s, const lowp::gemm_options& options = {}) {
  const std::string name =
      std::string(typeid(C).name()) + shape_text(0, s.n, s.k) + std::to_string(static_cast<int>(options.sum)) +
      std::to_string(static_cast<int>(options.precision)) + std::to_string(static_cast<int>(options.activations));
  if (name != last_weights_name) {
    last_weights.reset();
    auto w = std::make_shared<weights<C>>();
    w->plain = lowp::quantize<C>(lowp::matrix_view<const float>(normal_weights().data(), s.n, s.k));
    w->packed = lowp::prepack(w->plain, options);
    last_weights = std::move(w);
    last_weights_name = name;
  }
  return std::static_pointer_cast<weights<C>>(last_weights);
}

/// Sampled outputs against the sum in double, or against the order of accumulate::reproducible.
struct sampled_error {
  double relative = 0;         ///< largest |y - exact| / sum |x w|
  std::size_t wrong_bits = 0;  ///< outputs that differ from fma in order
  [[nodiscard]] std::string text() const {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1e", relative);
    return buffer;
  }
};
sampled_error error_of(lowp::matrix_view<const float> x, const float* decoded_w, std::span<const std::size_t> rows,
                       lowp::matrix_view<const float> y);

/// As above for W in a codec: the sampled rows are decoded.
template <class C>
sampled_error error_of(lowp::matrix_view<const float> x, const lowp::matrix<C>& w, lowp::matrix_view<const float> y) {
  std::vector<std::size_t> rows;
  for (std::size_t j = 0; j < 32; ++j) rows.push_back(j * (w.rows() - 1) / 31);
  std::vector<float> decoded(rows.size() * w.cols());
  for (std::size_t j = 0; j < rows.size(); ++j)
    w.decode_row(rows[j], std::span<float>(decoded).subspan(j * w.cols(), w.cols()));
  return error_of(x, decoded.data(), rows, y);
}

/// Activations in X (float, bfloat16), and what they decode to.
template <class X>
struct inputs {
  std::vector<X> values;
  std::vector<float> decoded;
  lowp::matrix_view<const X> view;
  lowp::matrix_view<const float> decoded_view;

  explicit inputs(const gemm_shape& s) {
    for (const float v : normal_inputs().all().first(s.m * s.k)) {
      values.push_back(static_cast<X>(v));
      decoded.push_back(static_cast<float>(values.back()));
    }
    view = lowp::matrix_view<const X>(values.data(), s.m, s.k);
    decoded_view = lowp::matrix_view<const float>(decoded.data(), s.m, s.k);
  }
};

/// A race of x W^T, timed with `others`. The error is of the first run.
template <class C, class X>
row gemm_row(context& c, subject about, const gemm_shape& s, const lowp::gemm_options& options, runners others) {
  const auto w = weights_of<C>(s, options);
  const inputs<X> x(s);
  buffer<float> out(s.m * s.n);
  const lowp::matrix_view<float> y(out.data(), s.m, s.n);
  runners all{{"ours", role::ours, [&] {
                 lowp::gemm(x.view, w->packed, y, options);
                 keep(y.data());
               }}};
  all[0].run();
  const sampled_error e = error_of(x.decoded_view, w->plain, y);
  about.error = e.text();
  if (options.sum == lowp::accumulate::reproducible && e.wrong_bits > 0) about.remark = "WRONG BITS";
  about.shape = s.text();
  about.unit = "GFLOPS";
  about.work = 1e-9 * s.flops();
  append(all, std::move(others));
  race(all, c);
  return summarize(about, all, c.best);
}

}  // namespace bench
