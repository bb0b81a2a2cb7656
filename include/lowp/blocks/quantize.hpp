// reference::quantize<Codec>(view, policies...) and reference::dequantize: whole arrays into a codec and back, group by
// group in plain C++: the meaning of lowp::quantize and lowp::dequantize (kernels/quantize.hpp), which are fast.
//
//   auto W = lowp::reference::quantize<lowp::mxfp4>(lowp::matrix_view<const float>(w, rows, cols));
//   lowp::reference::dequantize(W, out);
//
// Blocks run along a row; a row that is not a multiple of the block ends in a short block. Policies, in any order: a
// rounding policy (default: the type's own, or that of a block's elements), an overflow policy (scalar formats;
// default: the type's own), and a philox generator for stochastic rounding, from which the value in row r and column c
// draws number r * cols + c.
#pragma once

#include <lowp/blocks/block.hpp>
#include <lowp/blocks/matrix.hpp>
#include <lowp/blocks/tensor_block.hpp>

namespace lowp {

namespace detail {

template <class C>
struct default_overflow_of {
  using type = saturate;
};
template <Number T>
struct default_overflow_of<T> {
  using type = typename T::overflow;
};

// How a codec rounds unless told otherwise: as its type does, or its elements do.
template <class C>
constexpr auto default_rounding() noexcept {
  if constexpr (requires { typename C::rounding; }) {
    return typename C::rounding{};
  } else if constexpr (requires { typename C::element::rounding; }) {
    return typename C::element::rounding{};
  } else {
    return nearest_even{};
  }
}

// The largest finite magnitude of a tensor.
inline float largest_finite(matrix_view<const float> x) noexcept {
  std::uint32_t m = 0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (const float v : x.row(r)) {
      const std::uint32_t b = std::bit_cast<std::uint32_t>(v) & 0x7fffffff;
      if (b < infinite_bits && b > m) m = b;
    }
  }
  return std::bit_cast<float>(m);
}

}  // namespace detail

namespace reference {

/// x (rows x cols floats) in codec C.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(matrix_view<const float> x, Policies&&... policies) {
  static_assert(detail::count_of<rounding_tag, Policies...> <= 1, "lowp: two rounding policies in one call");
  static_assert(detail::count_of<overflow_tag, Policies...> <= 1, "lowp: two overflow policies in one call");
  static_assert(detail::count_of<random_tag, Policies...> <= 1, "lowp: two sources of random bits in one call");
  using K = codec<C>;
  using R = detail::picked<rounding_tag, decltype(detail::default_rounding<C>()), Policies...>;
  using O = detail::picked<overflow_tag, typename detail::default_overflow_of<C>::type, Policies...>;
  const philox random = detail::pick<random_tag>(philox{0}, static_cast<Policies&&>(policies)...);
  const array_rounding<R, O> rounding{detail::pick<rounding_tag>(R{}, static_cast<Policies&&>(policies)...),
                                      detail::pick<overflow_tag>(O{}, static_cast<Policies&&>(policies)...), random};

  typename K::context context{};
  if constexpr (!std::same_as<typename K::context, no_context>) context = K::prepare(detail::largest_finite(x));
  matrix<C> out(x.rows(), x.cols(), context);

  for (std::size_t r = 0; r < x.rows(); ++r) {
    std::byte* bytes = out.row(r).data();
    for (std::size_t c = 0; c < x.cols(); c += K::values, bytes += K::bytes) {
      const std::size_t n = std::min<std::size_t>(K::values, x.cols() - c);
      const std::uint64_t index = r * x.cols() + c;
      const std::span<const float> group = x.row(r).subspan(c, n);
      if constexpr (K::tile_rows > 1) {
        const std::size_t top = r - r % K::tile_rows, end = std::min<std::size_t>(x.rows(), top + K::tile_rows);
        std::uint32_t tile_max = 0;
        for (std::size_t t = top; t < end; ++t)
          tile_max = std::max(tile_max, detail::largest_bits(x.row(t).subspan(c, n)));
        K::encode_shared(group, tile_max, bytes, rounding, index, context);
      } else {
        K::encode(group, bytes, rounding, index, context);
      }
    }
  }
  return out;
}

/// A vector as a matrix of one row.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(std::span<const float> x, Policies&&... policies) {
  return reference::quantize<C>(matrix_view<const float>(x.data(), 1, x.size()),
                                static_cast<Policies&&>(policies)...);
}

/// Every value of w as a float. Throws lowp::error, nothing written, unless `out` has w's shape.
template <Codec C>
void dequantize(const matrix<C>& w, matrix_view<float> out) {
  if (out.rows() != w.rows() || out.cols() != w.cols())
    throw error("dequantize: a matrix of " + detail::shape_text(w.rows(), w.cols()) + " does not fit a view of " +
                detail::shape_text(out.rows(), out.cols()));
  for (std::size_t r = 0; r < w.rows(); ++r) w.decode_row(r, out.row(r));
}

/// The same into rows * cols floats of its own.
template <Codec C>
[[nodiscard]] std::vector<float> dequantize(const matrix<C>& w) {
  std::vector<float> out(w.rows() * w.cols());
  reference::dequantize(w, matrix_view<float>(out.data(), w.rows(), w.cols()));
  return out;
}

}  // namespace reference
}  // namespace lowp
