// Low-bit codecs in the one form that kernels unpack:  value = level(index) * scale.
//
//   level_codec<C>::bits       bits of an index, 1 to 8; level(i) is the float of index i, exact
//   level_codec<C>::group      values along k that share a scale; 0: no scale (all of them 1)
//   level_codec<C>::scale      std::uint8_t, a code with value scale_of(code), or float: then
//   level_codec<C>::scale_digits   binary digits of a scale, 24 at most
//   level_codec<C>::split(group_bytes, n, index, scale)   the first n indices and the scale of one group of codec<C>
//   level_codec<C>::factor(context)                       what a whole tensor is multiplied with, in the epilogue
//
// A codec without level_codec<C> is unpacked through its own decode: always right, and as wide as its values need. The
// product level * scale is what the codec decodes to, up to one rounding to float.
#pragma once

#include <cstring>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/tensor_block.hpp>

namespace lowp::detail {

template <class C>
struct level_codec {
  static constexpr bool known = false;
};

template <class C>
concept Leveled = requires {
  requires level_codec<C>::known;
};

// n codes of Bits bits, packed in order, into bytes. Runs of constant length, so that compilers use vectors.
template <int Bits>
void split_codes(const std::byte* in, std::size_t n, std::uint8_t* out) noexcept {
  std::size_t i = 0;
  if constexpr (Bits == 8) {
    std::memcpy(out, in, n);
    i = n;
  } else if constexpr (Bits == 4) {
    for (; i + 16 <= n; i += 16, in += 8) {
      for (std::size_t j = 0; j < 8; ++j) {
        const auto b = std::to_integer<std::uint8_t>(in[j]);
        out[i + 2 * j] = b & 15;
        out[i + 2 * j + 1] = b >> 4;
      }
    }
    for (std::size_t j = 0; i + j < n; ++j) out[i + j] = static_cast<std::uint8_t>(load_bits(in, 4 * j, 4));
    i = n;
  } else if constexpr (Bits == 6) {
    for (; i + 4 <= n; i += 4, in += 3) {
      const std::uint32_t w = std::to_integer<std::uint32_t>(in[0]) | std::to_integer<std::uint32_t>(in[1]) << 8 |
                              std::to_integer<std::uint32_t>(in[2]) << 16;
      for (std::size_t j = 0; j < 4; ++j) out[i + j] = static_cast<std::uint8_t>(w >> (6 * j) & 63);
    }
    for (std::size_t j = 0; i + j < n; ++j) out[i + j] = static_cast<std::uint8_t>(load_bits(in, 6 * j, 6));
    i = n;
  }
  for (; i < n; ++i) out[i] = static_cast<std::uint8_t>(load_bits(in, i * static_cast<std::size_t>(Bits), Bits));
}

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
requires(T::format::bits <= 8) struct level_codec<T> : element_levels<T> {
  static constexpr int group = 0;
  using scale = std::uint8_t;
  static float scale_of(std::uint8_t) noexcept { return 1; }
  static float factor(no_context) noexcept { return 1; }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, std::uint8_t& s) noexcept {
    s = 0;
    split_codes<T::format::bits>(in, n, index);
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
  static std::uint8_t scale_code(const std::byte* in) noexcept { return std::to_integer<std::uint8_t>(in[0]); }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, std::uint8_t& s) noexcept {
    s = scale_code(in);
    if constexpr (codec<C>::elements::position(1) == 1) {
      split_codes<Element::format::bits>(in + 1, n, index);
    } else if (Element::format::bits == 4 && n == codec<C>::values) {  // the halves of a block in the halves of bytes
      constexpr std::size_t half = codec<C>::values / 2;
      for (std::size_t i = 0; i < half; ++i) index[i] = std::to_integer<std::uint8_t>(in[1 + i]) & 15;
      for (std::size_t i = 0; i < half; ++i) index[half + i] = std::to_integer<std::uint8_t>(in[1 + i]) >> 4;
    } else {
      for (std::size_t i = 0; i < n; ++i)
        index[i] = static_cast<std::uint8_t>(codec<C>::elements::load(in + 1, i).bits());
    }
  }
};

template <class Element, int N, class Scale, class Rule, element_order Order>
requires(Element::format::bits <= 8) struct level_codec<block<Element, N, Scale, Rule, Order>>
    : scaled_levels<block<Element, N, Scale, Rule, Order>, Element, Scale> {
  static float factor(no_context) noexcept { return 1; }
};

template <class Element, int N, class Scale, class Recipe, int TileRows>
requires(Element::format::bits <= 8) struct level_codec<tensor_block<Element, N, Scale, Recipe, TileRows>>
    : scaled_levels<tensor_block<Element, N, Scale, Recipe, TileRows>, Element, Scale> {
  static float factor(const tensor_scale& t) noexcept { return t.decode; }
};

template <class Element, int N, class Scale>
requires(Element::format::bits <= 8) struct level_codec<absmax_block<Element, N, Scale>> : element_levels<Element> {
  using C = codec<absmax_block<Element, N, Scale>>;
  static constexpr int group = N;
  using scale = float;
  static constexpr int scale_digits = [] {
    if constexpr (Number<Scale>) {
      if constexpr (Grid<typename Scale::format>) return Scale::format::precision;
    }
    return 24;
  }();
  static float factor(no_context) noexcept { return 1; }
  static void split(const std::byte* in, std::size_t n, std::uint8_t* index, float& s) noexcept {
    s = load_scale<Scale>(in);
    for (std::size_t i = 0; i < n; ++i) index[i] = C::index(in, i);
  }
};

}  // namespace lowp::detail
