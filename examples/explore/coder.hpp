// A matrix coded in one format, with the format hidden behind virtual functions: what measuring needs.
//
// coder_of<C> holds a lowp::matrix<C> and calls the library, nothing else; virtual calls are made once for
// many values. `clipped` counts the values that would have rounded to something larger if the format, with
// the scale of their group, went on above its largest value.
#pragma once

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/bitmod.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/reference.hpp>
#include <memory>

#include "rounding.hpp"

namespace explore {

using input_view = lowp::matrix_view<const float>;
using output_view = lowp::matrix_view<float>;

struct rounding_choice {
  rounding_mode mode = rounding_mode::nearest_even;
  std::uint64_t seed = 0;  ///< of the generator that the stochastic modes draw from
};

class coder {
 public:
  virtual ~coder() = default;
  virtual void quantize(input_view x, const rounding_choice& rounding) = 0;
  virtual void dequantize(output_view y) const = 0;
  /// y = x W^T with the library's reference gemm, W being what was quantized.
  virtual void multiply(input_view x, output_view y) const = 0;
  /// Bytes of the matrix, scales of blocks and of the tensor included.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  /// The share of the values of x, which is what was quantized, that were clipped; NaN for a kind of codec
  /// whose limits are not known here.
  [[nodiscard]] virtual double clipped(input_view x) const = 0;
};

/// The values from which on a group clips: |x| > below for x < 0, x > above for the others.
struct clip_limits {
  double below, above;
};

/// The limits of a group coded at `bytes`: `of(bytes, context)`, for every kind of codec that knows them.
template <class C>
struct clip_limits_of {};

template <class T>
inline constexpr clip_limits element_limits = [] {
  using F = typename T::format;
  const auto limit = [](bool negative) {
    const std::uint64_t m = F::max_magnitude(negative);
    if (m == 0) return 0.0;  // unsigned: every negative value is clipped
    const auto value = [&](std::uint64_t magnitude) {
      const double v = lowp::round_to<double>(F::decode(F::assemble(negative, magnitude)));
      return negative ? -v : v;
    };
    return value(m) + (value(m) - value(m - 1)) / 2;
  };
  return clip_limits{limit(true), limit(false)};
}();

template <class T>
requires requires { typename T::format; }
struct clip_limits_of<T> {
  static clip_limits of(const std::byte*, lowp::no_context) { return element_limits<T>; }
};

template <class E, int N, class S>
struct clip_limits_of<lowp::absmax_block<E, N, S>> {
  static clip_limits of(const std::byte* bytes, lowp::no_context) {
    float scale = 0;
    lowp::codec<S>::decode(bytes, std::span<float>(&scale, 1));
    return {element_limits<E>.below * static_cast<double>(scale),
            element_limits<E>.above * static_cast<double>(scale)};
  }
};

template <int Bits, int N, class S>
struct clip_limits_of<lowp::bitmod<Bits, N, S>> {
  static clip_limits of(const std::byte* bytes, lowp::no_context) {
    float scale = 0;
    lowp::codec<S>::decode(bytes, std::span<float>(&scale, 1));
    const auto chosen = [&]<class... E>(std::tuple<E...>*) {
      const clip_limits all[] = {element_limits<E>...};
      return all[std::to_integer<int>(bytes[lowp::codec<S>::bytes]) & 3];
    }(static_cast<typename lowp::bitmod<Bits, N, S>::elements*>(nullptr));
    return {chosen.below * static_cast<double>(scale), chosen.above * static_cast<double>(scale)};
  }
};

// Where the first byte of a group is the code of its one scale.
template <class C>
requires requires { typename C::scale_rule; } || requires {
  typename C::recipe;
}
struct clip_limits_of<C> {
  static clip_limits of(const std::byte* bytes, const typename lowp::codec<C>::context& tensor) {
    double scale = static_cast<double>(C::scale::from_bits(std::to_integer<std::uint8_t>(bytes[0])));
    if constexpr (requires { tensor.decode; }) scale *= static_cast<double>(tensor.decode);
    if (!(scale > 0)) scale = std::numeric_limits<double>::infinity();  // flushed, not clipped
    return {element_limits<typename C::element>.below * scale, element_limits<typename C::element>.above * scale};
  }
};

template <lowp::Codec C>
class coder_of final : public coder {
 public:
  // The kernels for the usual mode, whose time is shown; for the others the same bytes by plain code, which compiles
  // faster: all modes times all formats are many kernels.
  void quantize(input_view x, const rounding_choice& rounding) override {
    visit(rounding.mode, [&](auto policy) {
      const lowp::philox random{rounding.seed};
      if constexpr (std::is_same_v<decltype(policy), lowp::nearest_even>) {
        w_ = lowp::quantize<C>(x, policy, lowp::saturate{}, random);
      } else {
        w_ = lowp::reference::quantize<C>(x, policy, lowp::saturate{}, random);
      }
    });
  }
  void dequantize(output_view y) const override { lowp::dequantize(w_, y); }
  void multiply(input_view x, output_view y) const override { lowp::reference::gemm(x, w_, y); }

  [[nodiscard]] std::size_t bytes() const override {
    constexpr bool scaled = !std::same_as<typename lowp::codec<C>::context, lowp::no_context>;
    return w_.bytes().size() + (scaled ? sizeof(float) : 0);
  }

  [[nodiscard]] double clipped(input_view x) const override {
    if constexpr (requires { &clip_limits_of<C>::of; }) {
      std::size_t n = 0;
      for (std::size_t r = 0; r < x.rows(); ++r) {
        const std::byte* bytes = w_.row(r).data();
        clip_limits limits{};
        for (std::size_t c = 0; c < x.cols(); ++c) {
          if (c % lowp::codec<C>::values == 0) {
            limits = clip_limits_of<C>::of(bytes, w_.tensor_context());
            bytes += lowp::codec<C>::bytes;
          }
          const double v = static_cast<double>(x(r, c));
          n += v < 0 ? -v > limits.below : v > limits.above;
        }
      }
      return static_cast<double>(n) / static_cast<double>(x.rows() * x.cols());
    } else {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }

 private:
  lowp::matrix<C> w_;
};

}  // namespace explore
