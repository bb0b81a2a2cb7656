// lowp::quantize<Codec>(view, policies...) and lowp::dequantize: whole arrays into a codec and back, fast.
//
//   auto W = lowp::quantize<lowp::mxfp4>(lowp::matrix_view<const float>(w, rows, cols));
//   lowp::dequantize(W, out);
//
// The bytes and floats are those of reference::quantize and reference::dequantize (blocks/quantize.hpp), on every tier.
// Blocks run along a row; a row that is not a multiple of the block ends in a short block. Policies, in any order: a
// rounding policy (default: the type's own, or that of a block's elements), an overflow policy (scalar formats;
// default: the type's own), and a philox generator for stochastic rounding, from which the value in row r and column c
// draws number r * cols + c.
#pragma once

#include <lowp/blocks/quantize.hpp>

namespace lowp {

/// x (rows x cols floats) in codec C.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(matrix_view<const float> x, Policies&&... policies) {
  return reference::quantize<C>(x, static_cast<Policies&&>(policies)...);
}

/// A vector as a matrix of one row.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(std::span<const float> x, Policies&&... policies) {
  return lowp::quantize<C>(matrix_view<const float>(x.data(), 1, x.size()), static_cast<Policies&&>(policies)...);
}

namespace detail {

/// Row r of w as w.cols() floats.
template <Codec C>
void decode_row(const matrix<C>& w, std::size_t r, float* out) {
  w.decode_row(r, std::span<float>(out, w.cols()));
}

}  // namespace detail

/// Every value of w as a float. Throws lowp::error, nothing written, unless `out` has w's shape.
template <Codec C>
void dequantize(const matrix<C>& w, matrix_view<float> out) {
  reference::dequantize(w, out);
}

/// The same into rows * cols floats of its own.
template <Codec C>
[[nodiscard]] std::vector<float> dequantize(const matrix<C>& w) {
  return reference::dequantize(w);
}

}  // namespace lowp
