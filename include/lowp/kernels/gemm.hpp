// Products with weights in any codec, on the best kernel that the machine has.
//
//   auto P = lowp::prepack(W);              W: matrix<C>, n x k; once, at load time
//   lowp::gemm(x, P, y);                    y[i, j] = sum_k x[i, k] W[j, k]     x: m x k, y: m x n;  y = x W^T
//   lowp::gemv(P, x, y);                    y[j] = sum_k W[j, k] x[k]
//   lowp::dot(a, b);                        sum_k a[k] b[k]
//   lowp::gemm(x, P, y, {.sum = lowp::accumulate::reproducible, .bias = b, .executor = lowp::openmp});
//
// x and y are a matrix_view of float or of any number type, or a matrix<C>; W is prepacked or a matrix<C>, which is laid
// out anew for each call. What the options do is said in options.hpp, what each way of summing promises there too. How
// it is done:
//
//   fast           sapphire: bfloat16 on the tile unit, operands as sums of as many bfloat16 as their values need
//                  (gemm_bf16.hpp); elsewhere, and where infinities or NaN meet several terms, as reproducible
//                  With precision::f16 and AVX512-FP16 without a tile unit: sums in float16 (gemm_f16.hpp)
//   reproducible   float fma in the order of k (gemm_f32.hpp): bit for bit reference::gemm
//   exact          exact_gemm.hpp
//
// For two plain matrices and for transposed ones see matmul.hpp, for bytes with zero points bytes.hpp.
#pragma once

#include <lowp/kernels/exact_gemm.hpp>
#include <lowp/kernels/gemm_bf16.hpp>
#include <lowp/kernels/gemm_f16.hpp>
#include <lowp/kernels/gemv_int8.hpp>
#include <lowp/kernels/matmul.hpp>
#include <lowp/kernels/prepack.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/unpack.hpp>

namespace lowp {

namespace detail {

// The bfloat16 that a value of a type needs at most: its digits, by 8.
template <class T>
constexpr int bfloat16_terms() noexcept {
  if constexpr (Number<T>) {
    constexpr int bits = T::format::bits;
    if constexpr (Grid<typename T::format>) return (T::format::precision + 7) / 8;
    return bits <= 8 ? 1 : bits <= 16 ? 2 : 3;
  }
  return 3;
}

// The columns [c0, c1) of a row of a matrix<C>, which decodes whole groups.
template <Codec C>
void decode_part(const matrix<C>& w, std::size_t row, std::size_t c0, std::size_t c1, float* out) {
  constexpr std::size_t values = codec<C>::values;
  const std::byte* in = w.row(row).data() + c0 / values * codec<C>::bytes;
  for (std::size_t c = c0 / values * values; c < c1; c += values, in += codec<C>::bytes) {
    const std::size_t n = std::min(values, w.cols() - c);
    if (c >= c0 && c + n <= c1) {
      codec<C>::decode(in, std::span<float>(out + (c - c0), n), w.tensor_context());
    } else {
      std::array<float, values> group;
      codec<C>::decode(in, std::span<float>(group.data(), n), w.tensor_context());
      for (std::size_t i = 0; i < n; ++i)
        if (c + i >= c0 && c + i < c1) out[c + i - c0] = group[i];
    }
  }
}

template <Codec C>
row_decoder decoder_of(const matrix<C>& w) noexcept {
  return {&w, [](const void* self, std::size_t row, std::size_t c0, std::size_t c1, float* out) {
            decode_part(*static_cast<const matrix<C>*>(self), row, c0, c1, out);
          }};
}

inline bool all_finite(const activation_view& x) noexcept {
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (x.floats != nullptr) {
      const float* row = x.floats + i * x.stride;
      for (std::size_t c = 0; c < x.cols; ++c) found |= is_finite(row[c]) ? 0u : 1u;
    } else {
      const std::uint16_t* row = x.bfloat16s + i * x.stride;
      for (std::size_t c = 0; c < x.cols; ++c) found |= (row[c] & 0x7f80) == 0x7f80 ? 1u : 0u;
    }
  }
  return found == 0;
}

// x as the cores read it: floats, or bfloat16 as they are.
class activation_rows {
 public:
  explicit activation_rows(matrix_view<const float> x) noexcept : terms_(3) {
    view_ = {x.data(), nullptr, x.rows(), x.cols(), x.stride()};
  }
  template <Number T>
  explicit activation_rows(matrix_view<const T> x) : terms_(bfloat16_terms<T>()) {
    if constexpr (std::same_as<typename T::format, bfloat16::format>) {
      view_ = {nullptr, reinterpret_cast<const std::uint16_t*>(x.data()), x.rows(), x.cols(), x.stride()};
    } else {
      own(x.rows(), x.cols());
      for (std::size_t r = 0; r < x.rows(); ++r) row_to_floats(x.row(r).data(), own_.data() + r * x.cols(), x.cols());
    }
  }
  template <Codec C>
  explicit activation_rows(const matrix<C>& x) : terms_(bfloat16_terms<C>()) {
    own(x.rows(), x.cols());
    if constexpr (requires {
                    typename C::element;
                    typename C::scale;
                  }) {
      terms_ = bfloat16_terms_of_products<C>();
    }
    for (std::size_t r = 0; r < x.rows(); ++r) lowp::detail::decode_row(x, r, own_.data() + r * x.cols());
  }

  [[nodiscard]] const activation_view& view() const noexcept { return view_; }
  [[nodiscard]] int terms() const noexcept { return terms_; }

  [[nodiscard]] std::vector<float> floats() const {
    std::vector<float> out(view_.rows * view_.cols);
    for (std::size_t r = 0; r < view_.rows; ++r) {
      for (std::size_t c = 0; c < view_.cols; ++c)
        out[r * view_.cols + c] = view_.floats != nullptr ? view_.floats[r * view_.stride + c]
                                                          : from_bfloat16(view_.bfloat16s[r * view_.stride + c]);
    }
    return out;
  }

  /// As an operand of the float core.
  [[nodiscard]] float_operand operand() const {
    if (view_.floats != nullptr)
      return float_operand(matrix_view<const float>(view_.floats, view_.rows, view_.cols, view_.stride));
    return {view_.rows,
            view_.cols,
            {this, [](const void* self, std::size_t row, std::size_t c0, std::size_t c1, float* out) {
               const activation_view& v = static_cast<const activation_rows*>(self)->view_;
               for (std::size_t c = c0; c < c1; ++c) out[c - c0] = from_bfloat16(v.bfloat16s[row * v.stride + c]);
             }}};
  }

 private:
  // Elements times scales of a block: exact in float, and in one bfloat16 where both together have 8 digits.
  template <class C>
  static constexpr int bfloat16_terms_of_products() noexcept {
    if constexpr (Number<typename C::scale>) {
      if constexpr (Grid<typename C::element::format> && Grid<typename C::scale::format> &&
                    std::same_as<typename codec<C>::context, no_context>) {
        constexpr int digits = C::element::format::precision + C::scale::format::precision;
        return digits - (C::scale::format::precision == 1) <= 8 ? 1 : digits <= 16 ? 2 : 3;
      }
    }
    return 3;
  }
  void own(std::size_t rows, std::size_t cols) {
    own_.resize(checked_product(rows, cols, "gemm"));
    view_ = {own_.data(), nullptr, rows, cols, cols};
  }

  activation_view view_;
  int terms_;
  std::vector<float> own_;
};

using activations_type = lowp::activations;

// What activations::int8 makes of x: q max |x| / 127 in groups of 32 (gemv_int8.hpp).
inline std::vector<float> rounded_to_int8(matrix_view<const float> x) {
  std::vector<float> out(x.rows() * x.cols());
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t c = 0; c < x.cols(); c += step_values) {
      const std::size_t n = std::min(step_values, x.cols() - c);
      const float* in = x.row(r).data() + c;
      float largest = 0;
      bool finite = true;
      for (std::size_t i = 0; i < n; ++i) {
        largest = std::max(largest, std::fabs(in[i]));
        finite = finite && is_finite(in[i]);
      }
      for (std::size_t i = 0; i < n; ++i) {
        const float q = largest < 0x1p-120f ? 0.0f : std::nearbyint(in[i] * (127 / largest));
        out[r * x.cols() + c + i] = finite ? q * (largest / 127) : std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  return out;
}

/// A matrix that gemm takes for x.
template <class X>
concept Activations = requires(const X& x) {
  activation_rows(x);
  x.rows();
  x.cols();
};

// Whether the tile unit may do it; if so it is done.
inline bool gemm_on_tiles([[maybe_unused]] const activation_rows& x, [[maybe_unused]] const prepacked& w,
                          [[maybe_unused]] const sink& y, [[maybe_unused]] const gemm_options& o) {
#if defined(__x86_64__)
  if (active() < tier::sapphire || o.precision == precision::float32) return false;
  // Few rows are faster in floats where weights are floats, and one where they would be sums of bfloat16 made of float
  // scales. Tiny floats are no such sums.
  const packed_header& h = w.head();
  const std::size_t rows = x.view().rows;
  if (h.how == unpacking::plain && (rows <= 4 || h.terms == 1)) return false;
  if (h.float_scales != 0 && rows == 1 && h.terms > 1 && terms_allowed(o.precision) > 1) return false;
  if (x.view().rows == 0 || w.rows() == 0) return true;
  const int most = terms_allowed(o.precision), x_terms = std::min(most, x.terms());
  const weight_view weights(w, static_cast<std::size_t>(most));
  if ((x_terms > 1 || weights.terms > 1) && (w.head().finite == 0 || !all_finite(x.view()))) return false;
  tiers::sapphire::gemm_bf16(weights, x.view(), x_terms, y, o.executor);
  return true;
#else
  return false;
#endif
}

template <class T>
struct const_view {
  using type = T;
};
template <class T>
struct const_view<matrix_view<T>> {
  using type = matrix_view<const T>;
};

template <class X, class W, class Y>
void check_gemm(const X& x, const W& w, const Y& y) {
  if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows())
    throw error("gemm: x is " + shape_text(x.rows(), x.cols()) + ", W is " + shape_text(w.rows(), w.cols()) +
                ", y is " + shape_text(y.rows(), y.cols()) + "; y = x W^T needs m x k, n x k, m x n");
}

}  // namespace detail

/// y = x W^T, W prepacked. Throws lowp::error, nothing written, unless the shapes fit.
template <class X, class T>
requires detail::Activations<typename detail::const_view<X>::type>
void gemm(const X& x, const prepacked& w, matrix_view<T> y, const gemm_options& options = {}) {
  using namespace detail;
  const typename const_view<X>::type rows = x;
  check_gemm(rows, w, y);
  if (options.sum == accumulate::exact) {  // of the values of the weights, whatever their codec was
    std::vector<float> values(w.rows() * w.cols());
    for (std::size_t r = 0; r < w.rows(); ++r) decode_packed_row(w, r, 0, w.cols(), values.data() + r * w.cols());
    return exact_gemm(rows, matrix_view<const float>(values.data(), w.rows(), w.cols()), sink(y, options),
                      options.executor);
  }
  const activation_rows activations(rows);
  if (options.sum == accumulate::fast && options.activations == activations_type::int8) {
    // few rows by integers; more, and weights whose levels are no integers, from the rounded activations
    const std::vector<float> own = activations.floats();
    const matrix_view<const float> floats(own.data(), rows.rows(), rows.cols());
    if (rows.rows() <= 8 && gemv_int8(w, floats, sink(y, options), options.executor)) return;
    gemm_options rounded = options;
    rounded.activations = activations_type::as_given;
    const std::vector<float> coarse = rounded_to_int8(floats);
    return gemm(matrix_view<const float>(coarse.data(), rows.rows(), rows.cols()), w, y, rounded);
  }
  if (options.sum == accumulate::fast && w.cols() > 0) {
    gemm_options scaled = options;
    scaled.alpha *= w.head().factor;
    if (gemm_on_tiles(activations, w, sink(y, scaled), options)) return;
  }
  const float_operand left = activations.operand();
  const weight_floats weights(w);
  if (options.sum == accumulate::fast && rows.rows() >= 1 && rows.rows() <= 4)
    return multiply_few_floats(weights, left, sink(y, options), options.executor);
  if (sums_in_float16(options) &&
      gemm_f16(left.rows(), rows.rows(), w.rows(), w.cols(), weights.panels(), sink(y, options), options.executor))
    return;
  gemm_f32(left.rows(), rows.rows(), w.rows(), w.cols(), weights.panels(), sink(y, options), options.executor);
}

/// y = x W^T, W in its codec. With more than a few rows of x it is prepacked on the way; do that once yourself where W
/// is used again.
template <class X, Codec C, class T>
requires detail::Activations<typename detail::const_view<X>::type>
void gemm(const X& x, const matrix<C>& w, matrix_view<T> y, const gemm_options& options = {}) {
  using namespace detail;
  const typename const_view<X>::type rows = x;
  check_gemm(rows, w, y);
  if (options.sum == accumulate::exact) return exact_gemm(rows, w, sink(y, options), options.executor);
  if (options.sum == accumulate::fast &&
      ((rows.rows() > 8 && active() == tier::sapphire) || options.activations == lowp::activations::int8))
    return gemm(rows, prepack(w, options), y, options);
  const activation_rows activations(rows);
  const float_operand left = activations.operand(), right(w.rows(), w.cols(), decoder_of(w));
  gemm_f32(left.rows(), rows.rows(), w.rows(), w.cols(), right.panels(), sink(y, options), options.executor);
}

/// y = x W^T in a codec, W prepacked or in its own: what comes out in float goes through quantize<C>(floats, policies...),
/// and beta multiplies what y held. y is m x n already. Throws lowp::error, y as it was, unless the shapes fit.
template <class X, class W, Codec C, class... Policies>
requires detail::Activations<typename detail::const_view<X>::type>
void gemm(const X& x, const W& w, matrix<C>& y, const gemm_options& options = {}, Policies&&... policies) {
  detail::check_gemm(x, w, y);
  detail::rewrite(
      y, options.beta != 0, [&](matrix_view<float> floats) { gemm(x, w, floats, options); },
      static_cast<Policies&&>(policies)...);
}

/// y = W x. W: n x k, prepacked or in its codec; x: k, y: n elements, float or any number type. Throws lowp::error,
/// nothing written, unless the sizes fit.
template <class W, class X, class Y>
void gemv(const W& w, std::span<X> x, std::span<Y> y, const gemm_options& options = {}) {
  if (x.size() != w.cols() || y.size() != w.rows())
    throw error("gemv: W is " + detail::shape_text(w.rows(), w.cols()) + ", x has " + std::to_string(x.size()) +
                " elements, y has " + std::to_string(y.size()));
  gemm(matrix_view<const X>(x.data(), 1, x.size()), w, matrix_view<Y>(y.data(), 1, y.size()), options);
}

/// Sum of a[k] * b[k], b a matrix of one row. Throws lowp::error unless b is 1 x a.size().
template <class T, Codec C>
[[nodiscard]] float dot(std::span<T> a, const matrix<C>& b, const gemm_options& options = {}) {
  if (b.rows() != 1 || b.cols() != a.size())
    throw error("dot: a vector of " + std::to_string(a.size()) + " and a matrix of " +
                detail::shape_text(b.rows(), b.cols()));
  float sum = 0;
  gemm(matrix_view<const T>(a.data(), 1, a.size()), b, matrix_view<float>(&sum, 1, 1), options);
  return sum;
}

/// Sum of a[k] * b[k]. Throws lowp::error unless the sizes are equal.
template <class A, class B>
[[nodiscard]] float dot(std::span<A> a, std::span<B> b, const gemm_options& options = {}) {
  using namespace detail;
  if (a.size() != b.size())
    throw error("dot: vectors of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) + " elements");
  const matrix_view<const A> left(a.data(), 1, a.size());
  const matrix_view<const B> right(b.data(), 1, b.size());
  float sum = 0;
  const sink y(matrix_view<float>(&sum, 1, 1), options);
  if (options.sum == accumulate::exact) {
    sum = exact_dot<float>(a.data(), b.data(), a.size());
    y.write(0, 0, 1, 1, &sum, 1);
  } else {
    const activation_rows x(left), w(right);
    const float_operand of_x = x.operand(), of_w = w.operand();
    gemm_f32(of_x.rows(), 1, 1, a.size(), of_w.panels(), y, options.executor);
  }
  return sum;
}

}  // namespace lowp
