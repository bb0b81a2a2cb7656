// block<Element, N, Scale, ScaleRule, Order>: N elements that share one scale.
//
//   value i = element i * scale       bytes: the scale, then the elements packed, ceil(N * bits / 8) bytes
//
// Encoding, for the values x of a block and amax = max |x|:
//   amax = 0             all bytes 0; where code 0 of the elements is not zero, the code that is
//   any x NaN or +-Inf   scale NaN, elements 0: every value of the block reads back as NaN (OCP MX v1.0, 6.3; torchao)
//   else                 scale by the rule, element i = x_i / scale, rounded once, finite overflow clamps
//
// A scale that rounds to 0 (possible with e4m3fn scales, not with e8m0fnu) makes all its elements 0. amax below 2^-127
// times the largest element takes the smallest e8m0 scale, 2^-127, so elements lose precision and may become 0.
// Decoding is exact but for products outside float's range, which round to nearest even: to infinity above, to
// subnormals below.
#pragma once

#include <lowp/blocks/scale.hpp>

namespace lowp {

/// Where element i of a block stands among its N packed codes.
enum class element_order : unsigned char {
  sequential,    ///< at position i: OCP MX containers, PyTorch, CUTLASS
  split_halves,  ///< first half at the even positions, second half at the odd ones: a byte of 4-bit elements
                 ///< holds i (low) and i + N/2 (high), as in ggml's block types
};

template <detail::Number Element, int N, detail::Number Scale, class ScaleRule = floor_scale,
          element_order Order = element_order::sequential>
struct block {
  static_assert(N >= 1, "lowp: block<Element, N, Scale> needs N >= 1");
  static_assert(Order == element_order::sequential || N % 2 == 0,
                "lowp: element_order::split_halves needs an even N");
  static_assert(Element::format::bits <= 16, "lowp: block elements have at most 16 bits");
  static_assert(Scale::format::bits <= 8 && Scale::format::has_nan,
                "lowp: a block scale has 8 bits at the most and a NaN");

  using element = Element;
  using scale = Scale;
  using scale_rule = ScaleRule;
  static constexpr int size = N;
  static constexpr element_order order = Order;
};

/// The same block format with another scale rule.
template <class Block, class ScaleRule>
struct with_scale_rule_of;
template <class E, int N, class S, class Old, element_order Order, class ScaleRule>
struct with_scale_rule_of<block<E, N, S, Old, Order>, ScaleRule> {
  using type = block<E, N, S, ScaleRule, Order>;
};
template <class Block, class ScaleRule>
using with_scale_rule = typename with_scale_rule_of<Block, ScaleRule>::type;

namespace detail {

// The packed elements of a block.
template <Number Element, int N, element_order Order>
struct element_array {
  static constexpr int bits = Element::format::bits;
  static constexpr int bytes = (N * bits + 7) / 8;

  static constexpr std::size_t position(std::size_t i) noexcept {
    if constexpr (Order == element_order::sequential) return i;
    constexpr std::size_t half = N / 2;
    return i < half ? 2 * i : 2 * (i - half) + 1;
  }
  static void store(std::byte* out, std::size_t i, Element e) noexcept {
    if constexpr (bits == 8) {
      out[position(i)] = static_cast<std::byte>(e.bits());
    } else {
      store_bits(out, position(i) * bits, bits, e.bits());
    }
  }
  static Element load(const std::byte* in, std::size_t i) noexcept {
    if constexpr (bits == 8) {
      return Element::from_bits(std::to_integer<std::uint8_t>(in[position(i)]));
    } else {
      return Element::from_bits(static_cast<typename Element::storage>(load_bits(in, position(i) * bits, bits)));
    }
  }
};

// x / 2^k as a float, if that is exact because both are normal; else false.
constexpr bool divide_by_power(float x, int k, float& quotient) noexcept {
  const std::uint32_t b = std::bit_cast<std::uint32_t>(x);
  const int field = static_cast<int>((b >> 23) & 0xff);
  if (field - k < 1 || field - k > 254 || field == 0) {
    quotient = x;
    return (b << 1) == 0;
  }
  quotient = std::bit_cast<float>(b - (static_cast<std::uint32_t>(k) << 23));
  return true;
}

// x / scale, rounded once to Element. The quotient is exact for powers of two, else it has 64 bits and a sticky bit.
template <Number Element, class Rounding>
constexpr Element divide(float x, const exact& scale, const Rounding& rounding, std::uint64_t index) noexcept {
  if (scale.significand == std::uint64_t{1} << 63) {
    float quotient = 0;
    if (divide_by_power(x, scale.exponent, quotient)) return rounding.template operator()<Element>(quotient, index);
  }
  return rounding.template operator()<Element>(exact_div(decode(x), scale), index);
}

// Whether float(element) * float(scale) is exact and normal for every element, for this scale.
template <Number Element, Number Scale>
constexpr bool multiplies_exactly(const exact& scale) noexcept {
  using E = typename Element::format;
  using S = typename Scale::format;
  if constexpr (!Grid<E> || !Grid<S>) {
    return false;
  } else {
    return E::precision + S::precision <= 24 && largest_element<Element>.exponent + scale.exponent + 2 <= 127 &&
           E::min_quantum + scale.exponent - (S::precision - 1) >= -126;
  }
}

}  // namespace detail

template <class Element, int N, class Scale, class ScaleRule, element_order Order>
struct codec<block<Element, N, Scale, ScaleRule, Order>> : detail::plain_codec {
  using E = typename Element::format;
  using elements = detail::element_array<Element, N, Order>;
  static constexpr int values = N;
  static constexpr int bytes = 1 + elements::bytes;

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding& rounding, std::uint64_t index,
                     no_context = {}) noexcept {
    std::fill_n(out, bytes, std::byte{0});
    const std::uint32_t largest = detail::largest_bits(x);
    if (largest >= detail::infinite_bits) {
      out[0] = static_cast<std::byte>(Scale::format::nan(false));
      return;
    }
    if (largest == 0) {
      if constexpr (E::has_zero && E::decode(0).kind != value_kind::zero) {  // a codebook, say: code 0 is not zero
        const auto zero = Element::from_bits(static_cast<typename Element::storage>(E::assemble(false, 0)));
        for (std::size_t i = 0; i < N; ++i) elements::store(out + 1, i, zero);
      }
      return;
    }
    const Scale s = ScaleRule::template choose<Element, Scale>(x, std::bit_cast<float>(largest));
    const exact scale = lowp::decode(s);
    if (scale.kind == value_kind::zero) return;
    out[0] = static_cast<std::byte>(s.bits());
    const auto clamping = rounding.clamping();
    for (std::size_t i = 0; i < x.size(); ++i)
      elements::store(out + 1, i, detail::divide<Element>(x[i], scale, clamping, index + i));
  }

  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    const Scale s = Scale::from_bits(std::to_integer<std::uint8_t>(in[0]));
    const exact scale = lowp::decode(s);
    if (scale.kind == value_kind::finite && detail::multiplies_exactly<Element, Scale>(scale)) {
      const float factor = convert<float>(s);
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = convert<float>(elements::load(in + 1, i)) * factor;
    } else {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = mul<float>(elements::load(in + 1, i), s);
    }
  }
};

}  // namespace lowp
