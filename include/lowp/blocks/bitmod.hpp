// bitmod<Bits, N, Scale>: N values in 3 or 4 bits, of which the group picks one of four formats.
//
//   value i = level_s(element i) * scale    bytes: scale, the selector s in one byte (0..3), the elements packed
//
//   s        0             1             2             3
//   Bits 3   fp3_er_pos    fp3_er_neg    fp3_ea_pos    fp3_ea_neg     0 +-1 +-2 +-4 and one of 3 -3 6 -6
//   Bits 4   fp4_er_pos    fp4_er_neg    fp4_ea_pos    fp4_ea_neg     e2m1 doubled and one of 10 -10 16 -16
//
// Encoding tries all four: scale = absmax / largest level, clamped to 1e-5 .. 1e4 and rounded to Scale; element =
// x / scale, rounded once as the element types do (nearest, ties to the lower level); the first with the least
// squared error stays. The source computes in float16 throughout; here quotients are exact and errors are summed in
// double. N defaults to 128 and Scale to float16: 3.19 or 4.19 bits a value.
//
//   all x = 0            all bytes 0
//   any x NaN or +-Inf   scale NaN, elements 0: every value of the group reads back as NaN
//
// Source: Y. Chen et al., BitMoD: Bit-serial Mixture-of-Datatype LLM Acceleration (HPCA 2025), quant_weight.py,
// search_datatype with mixed_bitmod.
#pragma once

#include <array>
#include <tuple>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/formats/names.hpp>

namespace lowp {

namespace detail {

// x / scale as a float, rounded to odd, and not beyond 1024. Levels and what lies in the middle of two have a few bits
// and are at most 16: rounded again, to a level, this goes where x / scale would. A quotient that is not a float is
// 2^-48 away from all of them, in proportion, which a double shows.
inline float quotient_to_odd(float x, float scale) noexcept {
  const double exact = static_cast<double>(x) / static_cast<double>(scale);
  const double q = exact > 1024 ? 1024 : exact < -1024 ? -1024 : exact;
  const float f = static_cast<float>(q);
  const double back = static_cast<double>(f);
  if (back == q || f != f) return f;
  const std::uint32_t toward_zero = std::bit_cast<std::uint32_t>(f) - ((back > q) == (q > 0));
  return std::bit_cast<float>(toward_zero | 1);
}

}  // namespace detail

template <int Bits, int N = 128, detail::BlockScale Scale = float16>
struct bitmod {
  static_assert(Bits == 3 || Bits == 4, "lowp: bitmod<Bits, N> needs 3 or 4 bits");
  static_assert(N >= 1, "lowp: bitmod<Bits, N> needs N >= 1");

  using elements = std::conditional_t<Bits == 3, std::tuple<fp3_er_pos, fp3_er_neg, fp3_ea_pos, fp3_ea_neg>,
                                      std::tuple<fp4_er_pos, fp4_er_neg, fp4_ea_pos, fp4_ea_neg>>;
  using rounding = typename std::tuple_element_t<0, elements>::rounding;
  using scale = Scale;
  static constexpr int size = N;
};

template <int Bits, int N, class Scale>
struct codec<bitmod<Bits, N, Scale>> : detail::plain_codec {
  static constexpr int values = N;
  static constexpr int head = codec<Scale>::bytes + 1;
  static constexpr int bytes = head + (N * Bits + 7) / 8;

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
    double least = std::numeric_limits<double>::infinity();
    for (int s = 0; s < 4; ++s) {
      std::array<std::byte, std::size_t{bytes}> trial{};
      const double error = encode_as(s, x, std::bit_cast<float>(largest), trial.data(), rounding.clamping(), index);
      if (!(error < least)) continue;
      least = error;
      std::copy_n(trial.data(), bytes, out);
    }
  }

  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    with_selected(std::to_integer<int>(in[head - 1]) & 3, [&]<class Element>(Element) {
      using packed = detail::element_array<Element, N, element_order::sequential>;
      const float scale = detail::load_scale<Scale>(in);
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = convert<float>(packed::load(in + head, i)) * scale;
      return 0.0;
    });
  }

 private:
  // Calls f with an element of the type that a selector names.
  template <class F>
  static double with_selected(int selector, F f) noexcept {
    using all = typename bitmod<Bits, N, Scale>::elements;
    switch (selector) {
      case 0:
        return f(std::tuple_element_t<0, all>{});
      case 1:
        return f(std::tuple_element_t<1, all>{});
      case 2:
        return f(std::tuple_element_t<2, all>{});
      default:
        return f(std::tuple_element_t<3, all>{});
    }
  }

  // Encodes x with one of the formats; the sum of the squared errors.
  template <class Rounding>
  static double encode_as(int selector, std::span<const float> x, float largest, std::byte* out,
                          const Rounding& rounding, std::uint64_t index) noexcept {
    return with_selected(selector, [&]<class Element>(Element) {
      using packed = detail::element_array<Element, N, element_order::sequential>;
      using limits = std::numeric_limits<Element>;
      constexpr float low = convert<float>(limits::lowest()), high = convert<float>((limits::max)());
      const float ideal = largest / (high > -low ? high : -low);
      const float scale = detail::store_scale<Scale>(ideal < 1e-5f ? 1e-5f : ideal > 1e4f ? 1e4f : ideal, out);
      out[head - 1] = static_cast<std::byte>(selector);
      const exact divisor = lowp::decode(scale);
      double error = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        Element e;
        if constexpr (RandomRounding<decltype(rounding.rounding)>) {
          e = detail::divide<Element>(x[i], divisor, rounding, index + i);
        } else {
          e = rounding.template operator()<Element>(detail::quotient_to_odd(x[i], scale), index + i);
        }
        packed::store(out + head, i, e);
        const double d =
            static_cast<double>(convert<float>(e)) * static_cast<double>(scale) - static_cast<double>(x[i]);
        error += d * d;
      }
      return error;
    });
  }
};

}  // namespace lowp
