// A codec turns floats into bytes and back, a fixed number of values at a time.
//
//   codec<C>::values, ::bytes    values in a group, and its exact size
//   codec<C>::context            what is computed once for a whole tensor (empty for most); prepare(amax) makes it
//   codec<C>::encode(x, out, rounding, index, context)   1 <= x.size() <= values; the rest of a short group is zeros
//   codec<C>::decode(in, y, context)                     1 <= y.size() <= values
//   codec<C>::tile_rows          rows whose groups share one scale; encode_shared then takes the shared maximum as well
//
// A scalar type is a codec (of one value, or of the fewest that fill whole bytes), and so is every block format:
// containers and kernels take any of them. Bytes are little-endian on every machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

#include <lowp/blocks/packed.hpp>

namespace lowp {

/// How an array operation rounds: policies, and for stochastic ones the generator that element `index` draws from. A
/// function of the seed and the index alone, so that no order, vector width or thread count changes a bit.
template <RoundingPolicy R = nearest_even, OverflowPolicy O = saturate>
struct array_rounding {
  R rounding{};
  O overflow{};
  philox random{0};

  template <Scalar To>
  [[nodiscard]] constexpr To operator()(const exact& x, std::uint64_t index) const noexcept {
    return round_to<To>(x, rounding, overflow, [&] { return random(index); });
  }
  template <Scalar To>
  [[nodiscard]] constexpr To operator()(float x, std::uint64_t index) const noexcept {
    return convert<To>(x, rounding, overflow, [&] { return random(index); });
  }
  /// The same with overflow clamped, as the elements of every block are.
  [[nodiscard]] constexpr array_rounding<R, saturate> clamping() const noexcept { return {rounding, {}, random}; }
};

/// The context of a codec that needs none.
struct no_context {
  friend constexpr bool operator==(no_context, no_context) = default;
};

template <class C>
struct codec;

template <class C>
concept Codec = requires(std::span<const float> x, std::byte* out, const std::byte* in, std::span<float> y,
                         const typename codec<C>::context& context) {
  { codec<C>::values } -> std::convertible_to<int>;
  { codec<C>::bytes } -> std::convertible_to<int>;
  { codec<C>::tile_rows } -> std::convertible_to<int>;
  { codec<C>::prepare(1.0f) } -> std::same_as<typename codec<C>::context>;
  codec<C>::decode(in, y, context);
};

/// Bits a value, scales included, in full groups.
template <Codec C>
inline constexpr double bits_per_value = 8.0 * codec<C>::bytes / codec<C>::values;

namespace detail {

// Largest magnitude of a group as the bits of a float: ordered as integers, infinities and NaN on top.
inline constexpr std::uint32_t infinite_bits = 0x7f800000;
constexpr std::uint32_t largest_bits(std::span<const float> x) noexcept {
  std::uint32_t m = 0;
  for (const float v : x) {
    const std::uint32_t b = std::bit_cast<std::uint32_t>(v) & 0x7fffffff;
    m = b > m ? b : m;
  }
  return m;
}

// What every codec without a tensor-wide context has.
struct plain_codec {
  static constexpr int tile_rows = 1;
  using context = no_context;
  static constexpr no_context prepare(float) noexcept { return {}; }
};

}  // namespace detail

/// Numbers of up to 16 bits are packed without padding; wider ones take their storage type.
template <detail::Number T>
struct codec<T> : detail::plain_codec {
  static constexpr int width = T::format::bits <= 16 ? T::format::bits : 8 * static_cast<int>(sizeof(T));
  static constexpr int values = 8 / std::gcd(width, 8);
  static constexpr int bytes = values * width / 8;

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding& rounding, std::uint64_t index,
                     no_context = {}) noexcept {
    std::fill_n(out, bytes, std::byte{0});
    for (std::size_t i = 0; i < x.size(); ++i) store(out, i, rounding.template operator()<T>(x[i], index + i).bits());
  }
  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = convert<float>(T::from_bits(static_cast<typename T::storage>(load(in, i))));
  }

 private:
  static void store(std::byte* out, std::size_t i, std::uint64_t code) noexcept {
    if constexpr (width <= 16) {
      detail::store_bits(out, i * static_cast<std::size_t>(width), width, static_cast<std::uint32_t>(code));
    } else {
      for (int b = 0; b < bytes; ++b) out[b] = static_cast<std::byte>(code >> (8 * b));
    }
  }
  static std::uint64_t load(const std::byte* in, std::size_t i) noexcept {
    if constexpr (width <= 16) {
      return detail::load_bits(in, i * static_cast<std::size_t>(width), width);
    } else {
      std::uint64_t code = 0;
      for (int b = 0; b < bytes; ++b) code |= std::to_integer<std::uint64_t>(in[b]) << (8 * b);
      return code;
    }
  }
};

/// float itself, for comparison.
template <>
struct codec<float> : detail::plain_codec {
  static constexpr int values = 1;
  static constexpr int bytes = 4;

  template <class Rounding>
  static void encode(std::span<const float> x, std::byte* out, const Rounding&, std::uint64_t,
                     no_context = {}) noexcept {
    const std::uint32_t b = std::bit_cast<std::uint32_t>(x[0]);
    for (int i = 0; i < 4; ++i) out[i] = static_cast<std::byte>(b >> (8 * i));
  }
  static void decode(const std::byte* in, std::span<float> y, no_context = {}) noexcept {
    std::uint32_t b = 0;
    for (int i = 0; i < 4; ++i) b |= std::to_integer<std::uint32_t>(in[i]) << (8 * i);
    y[0] = std::bit_cast<float>(b);
  }
};

}  // namespace lowp
