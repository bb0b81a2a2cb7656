// Low-bit codecs in the one form that kernels unpack:  value = level(index) * scale.
//
//   levels<C>::bits       bits of an index, 1 to 8; level(i) is the float of index i, exact
//   levels<C>::group      values along k that share a scale; 0: no scale (all of them 1)
//   levels<C>::scale      std::uint8_t, a code with value scale_of(code), or float
//   levels<C>::split(group_bytes, n, index, scale)   the first n indices and the scale of one group of codec<C>
//   levels<C>::factor(context)                       what a whole tensor is multiplied with, in the epilogue
//
// A codec without levels<C> is unpacked through its own decode: always right, and as wide as its values need. The
// product level * scale is what the codec decodes to, up to one rounding to float.
#pragma once

#include <array>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/tensor_block.hpp>

namespace lowp::detail {

template <class C>
struct levels {
  static constexpr bool known = false;
};

template <class C>
concept Leveled = requires { requires levels<C>::known; };

// The levels of a scalar type.
template <Number T>
struct element_levels {
  static constexpr bool known = true;
  static constexpr int bits = T::format::bits;
  static float level(unsigned index) noexcept {
    return convert<float>(T::from_bits(static_cast<typename T::storage>(index)));
  }
};

template <Number T>
  requires(T::format::bits <= 8)
struct levels<T> : element_levels<T> {
  static constexpr int group = 0;
  using scale = std::uint8_t;
  static float scale_of(std::uint8_t) noexcept { return 1; }
  static float factor(no_context) noexcept { return 1; }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, std::uint8_t& s) noexcept {
    s = 0;
    for (std::size_t i = 0; i < n; ++i)
      index[i] = static_cast<std::uint8_t>(load_bits(in, i * static_cast<std::size_t>(T::format::bits), T::format::bits));
  }
};

// Groups that begin with a scale of one byte.
template <class C, Number Element, Number Scale>
struct scaled_levels : element_levels<Element> {
  static constexpr int group = codec<C>::values;
  using scale = std::uint8_t;
  static float scale_of(std::uint8_t code) noexcept {
    return code < std::size_t{1} << Scale::format::bits ? convert<float>(Scale::from_bits(code)) : 0.0f;
  }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, std::uint8_t& s) noexcept {
    s = std::to_integer<std::uint8_t>(in[0]);
    for (std::size_t i = 0; i < n; ++i)
      index[i] = static_cast<std::uint8_t>(codec<C>::elements::load(in + 1, i).bits());
  }
};

template <class Element, int N, class Scale, class Rule, element_order Order>
  requires(Element::format::bits <= 8)
struct levels<block<Element, N, Scale, Rule, Order>>
    : scaled_levels<block<Element, N, Scale, Rule, Order>, Element, Scale> {
  static float factor(no_context) noexcept { return 1; }
};

template <class Element, int N, class Scale, class Recipe, int TileRows>
  requires(Element::format::bits <= 8)
struct levels<tensor_block<Element, N, Scale, Recipe, TileRows>>
    : scaled_levels<tensor_block<Element, N, Scale, Recipe, TileRows>, Element, Scale> {
  static float factor(const tensor_scale& t) noexcept { return t.decode; }
};

template <class Element, int N, class Scale>
  requires(Element::format::bits <= 8)
struct levels<absmax_block<Element, N, Scale>> : element_levels<Element> {
  using C = codec<absmax_block<Element, N, Scale>>;
  static constexpr int group = N;
  using scale = float;
  static float factor(no_context) noexcept { return 1; }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, float& s) noexcept {
    s = load_scale<Scale>(in);
    for (std::size_t i = 0; i < n; ++i) index[i] = C::index(in, i);
  }
};

}  // namespace lowp::detail
