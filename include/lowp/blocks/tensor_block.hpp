// tensor_block<Element, N, Scale, Recipe, TileRows>: two levels of scales, as in NVFP4.
//
//   value i = element i * block scale * tensor scale
//
// The block scale is stored in the block (Scale code, then packed elements); the tensor scale, one float, is the
// context of the codec and lives in the matrix. A recipe says how both are computed, in float arithmetic with every
// operation rounded to nearest, so that the codes match those of the library it is named after (q = largest element,
// 448 = largest scale):
//
//   transformer_engine   S = 448 q / amax, tensor scale 1 / S, block scale = e4m3(blockmax * (S * (1/q))),
//                        element = x * (1 / (block scale * (1/S)))
//   torchao_recipe       tensor scale t = amax / (448 q), block scale = e4m3(clamp((blockmax / q) / t, 2^-6, 448)),
//                        element = x * ((1 / t) / block scale)
//
// They differ only on data that is aligned to ties, but there they do. Where no value is at stake the codes are ours: a
// block of zeros, or one so small that its scale is 0 (transformer_engine), has all bytes 0; -0 in another block keeps
// its sign; a block with a NaN or an infinity has a NaN scale and reads back as NaN. amax is taken over the finite
// values of the tensor. Decoding is (element * block scale) * tensor scale, the first product exact, rounded once; the
// libraries multiply the scales first, which differs by an ulp of float here and there.
// Sources: NVIDIA/TransformerEngine and pytorch/ao, read at the commits named in docs/blocks.md; arXiv:2509.25149.
#pragma once

#include <lowp/blocks/block.hpp>

namespace lowp {

/// The tensor scale: what a decoded element is multiplied with, and the factor that the encoder uses.
struct tensor_scale {
  float decode = 1;
  float encode = 1;
  friend constexpr bool operator==(const tensor_scale&, const tensor_scale&) = default;
};

struct transformer_engine {
  static constexpr tensor_scale prepare(float amax, float largest_element, float largest_scale) noexcept {
    float s = amax == 0 ? 1.0f : limited(largest_scale * largest_element, amax);
    if (s == 0) s = 1;
    return {1 / s, s};
  }
  template <detail::Number Scale>
  static constexpr Scale block_scale(float block_max, float largest_element, const tensor_scale& t) noexcept {
    return convert<Scale>(mul<float>(block_max, t.encode * (1 / largest_element), saturate{}), nearest_even{},
                          saturate{});
  }
  template <detail::Number Scale>
  static constexpr float factor(Scale s, const tensor_scale& t) noexcept {
    return limited(1, convert<float>(s) * t.decode);
  }

 private:
  // a / b, clamped to the largest float.
  static constexpr float limited(float a, float b) noexcept { return div<float>(a, b, saturate{}); }
};

struct torchao_recipe {
  static constexpr tensor_scale prepare(float amax, float largest_element, float largest_scale) noexcept {
    const float t = div<float>(amax, largest_scale * largest_element);
    return t == 0 ? tensor_scale{} : tensor_scale{t, div<float>(1, t)};
  }
  template <detail::Number Scale>
  static constexpr Scale block_scale(float block_max, float largest_element, const tensor_scale& t) noexcept {
    const float s = div<float>(div<float>(block_max, largest_element), t.decode);
    constexpr Scale smallest = (std::numeric_limits<Scale>::min)();  // the smallest normal one: 2^-6 for e4m3fn
    return s < convert<float>(smallest) ? smallest : convert<Scale>(s, nearest_even{}, saturate{});
  }
  template <detail::Number Scale>
  static constexpr float factor(Scale s, const tensor_scale& t) noexcept {
    return div<float>(t.encode, s);
  }
};

template <detail::Number Element, int N, detail::Number Scale, class Recipe, int TileRows = 1>
struct tensor_block {
  static_assert(N >= 1 && TileRows >= 1, "lowp: tensor_block<Element, N, Scale, Recipe, TileRows> needs sizes >= 1");
  static_assert(Scale::format::bits <= 8 && Scale::format::has_nan,
                "lowp: a block scale has 8 bits at the most and a NaN");
  using element = Element;
  using scale = Scale;
  using recipe = Recipe;
  static constexpr int size = N;
};

template <class Element, int N, class Scale, class Recipe, int TileRows>
struct codec<tensor_block<Element, N, Scale, Recipe, TileRows>> {
  using elements = detail::element_array<Element, N, element_order::sequential>;
  using context = tensor_scale;
  static constexpr int values = N;
  static constexpr int bytes = 1 + elements::bytes;
  static constexpr int tile_rows = TileRows;

  /// The tensor scale for a tensor whose largest finite magnitude is amax.
  static constexpr tensor_scale prepare(float amax) noexcept {
    return Recipe::prepare(amax, largest(), convert<float>((std::numeric_limits<Scale>::max)()));
  }

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding& rounding, std::uint64_t index,
                     const tensor_scale& t) noexcept {
    encode_shared(x, detail::largest_bits(x), out, rounding, index, t);
  }

  /// The same with the largest magnitude (as float bits) of the tile that the block belongs to.
  template <class Rounding>
  static void encode_shared(std::span<const float> x, std::uint32_t tile_max, std::byte* out,
                            const Rounding& rounding, std::uint64_t index, const tensor_scale& t) noexcept {
    std::fill_n(out, bytes, std::byte{0});
    if (tile_max >= detail::infinite_bits) {
      out[0] = static_cast<std::byte>(Scale::format::nan(false));
      return;
    }
    if (tile_max == 0) return;
    const Scale s = Recipe::template block_scale<Scale>(std::bit_cast<float>(tile_max), largest(), t);
    out[0] = static_cast<std::byte>(s.bits());
    if (lowp::decode(s).kind == value_kind::zero) return;
    const float factor = Recipe::factor(s, t);
    const auto clamping = rounding.clamping();
    for (std::size_t i = 0; i < x.size(); ++i)
      elements::store(out + 1, i, clamping.template operator()<Element>(x[i] * factor, index + i));
  }

  static void decode(const std::byte* in, std::span<float> y, const tensor_scale& t) noexcept {
    const Scale s = Scale::from_bits(std::to_integer<std::uint8_t>(in[0]));
    const float scale = convert<float>(s);  // element * scale is exact in float: 4 + 4 bits
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = convert<float>(elements::load(in + 1, i)) * scale * t.decode;
  }

 private:
  static constexpr float largest() noexcept { return round_to<float>(detail::largest_element<Element>); }
};

}  // namespace lowp
