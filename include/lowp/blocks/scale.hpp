// Scale rules: which scale a block gets, from the largest magnitude in it.
//
//   floor_scale      2^(floor(log2 amax) - emax): the largest elements may clamp      OCP MX v1.0, 6.3
//   ceil_scale       the same, one more unless amax is a power of two                 torchao CEIL
//   even_scale       floor_scale of amax rounded to the element's precision, ties up  torchao EVEN
//   round_up_scale   the smallest scale >= float(amax * float(1 / largest element))   RCEIL: torchao, cuBLAS
//   nearest_scale    amax / largest element, rounded to nearest even: for scales with a significand
//   search_scale     the one with the least squared error, of all within a factor of 2 of amax / largest element
//
// emax = floor(log2(largest element)). A rule sees only finite amax > 0; scales saturate at both ends of their format:
// 2^-127 stays the smallest e8m0 scale, and an e4m3fn scale may become 0. Rules that round up can choose a scale whose
// product with the largest element is beyond float, if amax is within a factor of 2 of it: decoding then gives
// infinity. Zero, infinite and NaN blocks are not a matter of rules: see block.hpp.
#pragma once

#include <lowp/blocks/codec.hpp>

namespace lowp {

namespace detail {

template <Number Element>
inline constexpr exact largest_element = largest_of<typename Element::format>(false);

// 2^k in the scale's format.
template <Number Scale>
constexpr Scale power_of_two(int k) noexcept {
  return round_to<Scale>(exact::scaled(false, 1, k), nearest_even{}, saturate{});
}

}  // namespace detail

struct floor_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float>, float amax) noexcept {
    return detail::power_of_two<Scale>(decode(amax).exponent - detail::largest_element<Element>.exponent);
  }
};

struct ceil_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float>, float amax) noexcept {
    const exact a = decode(amax);
    const bool above = a.significand != std::uint64_t{1} << 63;
    return detail::power_of_two<Scale>(a.exponent + above - detail::largest_element<Element>.exponent);
  }
};

struct even_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float>, float amax) noexcept {
    const exact a = decode(amax);
    // Rounding up to the element's precision reaches the next binade iff all of its fraction bits and the half are
    // set.
    const std::uint64_t half = std::uint64_t{1} << (63 - Element::format::precision);
    const bool carries = a.significand + half < a.significand;
    return detail::power_of_two<Scale>(a.exponent + carries - detail::largest_element<Element>.exponent);
  }
};

struct round_up_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float>, float amax) noexcept {
    constexpr float reciprocal = div<float>(1, round_to<float>(detail::largest_element<Element>));
    return convert<Scale>(mul<float>(amax, reciprocal), upward{}, saturate{});
  }
};

struct nearest_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float>, float amax) noexcept {
    return round_to<Scale>(exact_div(decode(amax), detail::largest_element<Element>), nearest_even{}, saturate{});
  }
};

struct search_scale {
  template <detail::Number Element, detail::Number Scale>
  static constexpr Scale choose(std::span<const float> x, float amax) noexcept {
    using F = typename Scale::format;
    const exact ideal = exact_div(decode(amax), detail::largest_element<Element>);
    const auto code_of = [&](int shift) {
      exact bound = ideal;
      bound.exponent += shift;
      return F::magnitude(round_to<Scale>(bound, nearest_even{}, saturate{}).bits());
    };
    const std::uint64_t smallest = F::has_zero ? 1 : 0, from = code_of(-1), end = code_of(1);
    const std::uint64_t to = end < smallest ? smallest : end;
    Scale best{};
    double least = -1;
    for (std::uint64_t m = from < smallest ? smallest : from; m <= to; ++m) {
      const Scale s = Scale::from_bits(static_cast<typename Scale::storage>(F::assemble(false, m)));
      const exact scale = decode(s);
      double error = 0;
      for (const float v : x) {
        const Element e = round_to<Element>(exact_div(decode(v), scale), nearest_even{}, saturate{});
        const double d = static_cast<double>(mul<float>(e, s)) - static_cast<double>(v);
        error += d * d;
      }
      if (least < 0 || error < least) {
        least = error;
        best = s;
      }
    }
    return best;
  }
};

}  // namespace lowp
