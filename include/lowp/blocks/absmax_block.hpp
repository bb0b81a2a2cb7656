// absmax_block<Element, N, Scale>: N elements and their largest magnitude, as in bitsandbytes.
//
//   value i = element i * absmax            bytes: absmax, then the elements packed
//
// for elements between -1 and 1, such as nf4. Encoding: element i = x_i * (1 / absmax), both operations in float,
// then as the element type rounds; -0 counts as 0. Where Scale cannot hold absmax it is rounded to nearest, and
// elements beyond 1 clamp. Elements of 1, 2 or 4 bits fill a byte from the top, so that the bytes of the elements, and
// of a float absmax, are those of bitsandbytes' CUDA kernels: of their text, as they are compiled with
// --use_fast_math, whose 1 / absmax may be a float off.
//
//   absmax = 0           all bytes 0; reads back as zeros, whatever value the element's code 0 has
//   any x NaN or +-Inf   absmax NaN, elements 0: every value of the block reads back as NaN
//
// Source: bitsandbytes, csrc/kernels.cu, kQuantizeBlockwise and kDequantizeBlockwise.
#pragma once

#include <lowp/blocks/block.hpp>
#include <lowp/formats/codebooks.hpp>

namespace lowp {

namespace detail {

// A float or number with a NaN, stored as the codec of one value that it is.
template <class T>
concept BlockScale = Codec<T> && codec<T>::values == 1 && format_of<T>::has_nan;

// Stores x, rounded to nearest and clamped, and returns what is stored.
template <BlockScale Scale>
float store_scale(float x, std::byte* out) noexcept {
  codec<Scale>::encode(std::span<const float>(&x, 1), out, array_rounding<>{}, 0);
  codec<Scale>::decode(out, std::span<float>(&x, 1));
  return x;
}
template <BlockScale Scale>
float load_scale(const std::byte* in) noexcept {
  float x = 0;
  codec<Scale>::decode(in, std::span<float>(&x, 1));
  return x;
}

}  // namespace detail

template <detail::Number Element, int N, detail::BlockScale Scale = float>
struct absmax_block {
  static_assert(N >= 1, "lowp: absmax_block<Element, N, Scale> needs N >= 1");
  static_assert(Element::format::bits <= 16, "lowp: block elements have at most 16 bits");

  using element = Element;
  using scale = Scale;
  static constexpr int size = N;
};

template <class Element, int N, class Scale>
struct codec<absmax_block<Element, N, Scale>> : detail::plain_codec {
  using elements = detail::element_array<Element, N, element_order::sequential>;
  static constexpr int values = N;
  static constexpr int bytes = codec<Scale>::bytes + elements::bytes;

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding& rounding, std::uint64_t index,
                     no_context = {}) noexcept {
    std::fill_n(out, bytes, std::byte{0});
    const std::uint32_t largest = detail::largest_bits(x);
    if (largest == 0) return;
    if (largest >= detail::infinite_bits) {
      detail::store_scale<Scale>(std::numeric_limits<float>::quiet_NaN(), out);
      return;
    }
    const float inverse = 1 / detail::store_scale<Scale>(std::bit_cast<float>(largest), out);
    const auto clamping = rounding.clamping();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float q = x[i] * inverse;  // -0 becomes 0, not by + 0: compilers may contract that to an fma
      elements::store(out + codec<Scale>::bytes, place(i),
                      clamping.template operator()<Element>(q == 0 ? 0.0f : q, index + i));
    }
  }

  /// The code of element i of a group.
  static typename Element::storage index(const std::byte* in, std::size_t i) noexcept {
    return elements::load(in + codec<Scale>::bytes, place(i)).bits();
  }

  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    const float absmax = detail::load_scale<Scale>(in);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const float element = convert<float>(Element::from_bits(index(in, i)));
      y[i] = absmax == 0 ? 0 : element * absmax;
    }
  }

 private:
  // Narrow elements from the top of a byte down.
  static constexpr std::size_t place(std::size_t i) noexcept {
    constexpr int bits = Element::format::bits;
    return 8 % bits == 0 ? i ^ (8 / bits - 1) : i;
  }
};

/// What bitsandbytes stores for weights in 4 bits, here block by block.
using bitsandbytes_nf4 = absmax_block<nf4, 64>;
using bitsandbytes_fp4 = absmax_block<bnb_fp4, 64>;

}  // namespace lowp
