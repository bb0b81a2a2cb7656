// cast(in, out, policies...): a whole array of one scalar type into another, each element rounded once.
//
//   lowp::cast(x, y);                                             std::vector<float> x, std::vector<lowp::e4m3fn> y
//   lowp::cast(x, y, lowp::stochastic<>{}, lowp::philox{seed});
//
// Every y[i] has the bits of convert<To>(x[i], policies...), on every tier (kernels/isa.hpp). Arrays are anything that
// std::span takes, packed<T> or packed_span<T>; their elements numbers, float or double. Policies, in any order: a
// rounding policy and an overflow policy (default: those of To), and a philox generator for stochastic rounding, from
// which y[i] draws number i (default: seed 0). The arrays must not overlap. Where neither end has a fast path, this is
// a loop of convert.
#pragma once

#include <span>
#include <string>

#include <lowp/blocks/packed.hpp>
#include <lowp/kernels/codes.hpp>
#include <lowp/kernels/random.hpp>

namespace lowp {

namespace detail {

template <class From, class To, class R, class O>
void cast_one_by_one(const From* in, To* out, std::size_t n, const R& rounding, const O& overflow,
                     const philox& random, std::uint64_t index) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_floating_point_v<To> && Number<From>) {
      // No random bits where nothing is rounded; and tables, which calls with policies do not take.
      if constexpr (is_exact_v<From, To>) {
        out[i] = convert<To>(in[i]);
        continue;
      }
    }
    out[i] = convert<To>(in[i], rounding, overflow, [&] { return random(index + i); });
  }
}

}  // namespace detail
}  // namespace lowp

#define LOWP_BODY <lowp/kernels/cast.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp {

namespace detail {

// Types whose values lanes of floats hold.
template <class T>
inline constexpr bool reads_in_lanes = false;
template <>
inline constexpr bool reads_in_lanes<float> = true;
template <Number T>
inline constexpr bool reads_in_lanes<T> =
    T::format::bits <= 32 && decoding_of<typename T::format> != decoding::one_by_one&& is_exact_v<T, float>;

// Formats whose decisions a double rounded to odd leaves as they are: every value, and every point half way between
// two, is a float with bits to spare.
template <class F>
inline constexpr bool takes_doubles_by_float = [] {
  if constexpr (encoding_family<F> == encoding::posit) {
    return F::max_exponent + (1 << posit_exponent_bits<F>) <= 126;
  } else if constexpr (encoding_family<F> == encoding::minifloat || encoding_family<F> == encoding::fixed) {
    return F::precision <= 21 && F::min_quantum >= -146 && largest_of<F>(false).exponent <= 127;
  } else {
    return false;
  }
}();

template <class From, class To, class R, class O>
constexpr bool casts_in_lanes() noexcept {
  if constexpr (std::is_floating_point_v<To>) {
    if constexpr (std::same_as<From, double>)
      return std::same_as<To, float> && is_nearest_even<R> && std::same_as<O, to_special>;
    else
      return reads_in_lanes<From>;
  } else if constexpr (To::format::bits > 32 || encoding_of<typename To::format, R, O> == encoding::one_by_one) {
    return false;
  } else if constexpr (std::same_as<From, double>) {
    return takes_doubles_by_float<typename To::format> && !RandomRounding<R> && !std::same_as<O, wrap>;
  } else {
    return reads_in_lanes<From>;
  }
}

template <class From, class To, class R, class O>
void cast_elements(const From* in, To* out, std::size_t n, const R& rounding, const O& overflow, const philox& random,
                   std::uint64_t index) {
  if constexpr (casts_in_lanes<From, To, R, O>()) {
    // Into float and double nothing is rounded, but from double to float, which is to nearest even.
    using rule = std::conditional_t<std::is_floating_point_v<To>, nearest_even, R>;
    using kernel = void(const From*, To*, std::size_t, const philox&, std::uint64_t);
    constexpr kernel_table<kernel> table{
        {{&tiers::scalar::cast_array<From, To, rule, O>, &tiers::haswell::cast_array<From, To, rule, O>,
          &tiers::skylake::cast_array<From, To, rule, O>, &tiers::icelake::cast_array<From, To, rule, O>,
          &tiers::sapphire::cast_array<From, To, rule, O>}}};
    table(active())(in, out, n, random, index);
  } else {
    cast_one_by_one(in, out, n, rounding, overflow, random, index);
  }
}

template <class T>
void pack_elements(const T* in, std::byte* out, std::size_t groups) {
  constexpr int bits = T::format::bits;
  constexpr kernel_table<void(const T*, std::byte*, std::size_t)> table{
      {{&tiers::scalar::pack_codes<bits, T>, &tiers::haswell::pack_codes<bits, T>,
        &tiers::skylake::pack_codes<bits, T>, &tiers::icelake::pack_codes<bits, T>,
        &tiers::sapphire::pack_codes<bits, T>}}};
  table(active())(in, out, groups);
}
template <class T>
void unpack_elements(const std::byte* in, T* out, std::size_t groups) {
  constexpr int bits = T::format::bits;
  constexpr kernel_table<void(const std::byte*, T*, std::size_t)> table{
      {{&tiers::scalar::unpack_codes<bits, T>, &tiers::haswell::unpack_codes<bits, T>,
        &tiers::skylake::unpack_codes<bits, T>, &tiers::icelake::unpack_codes<bits, T>,
        &tiers::sapphire::unpack_codes<bits, T>}}};
  table(active())(in, out, groups);
}

// An array as something with elements that can be read or written in stretches of whole groups of 8.
template <class T>
struct plain_array {
  using element = std::remove_const_t<T>;
  static constexpr bool is_packed = false;
  std::span<T> elements;
  std::size_t size() const noexcept { return elements.size(); }
};
template <class T>
struct packed_array {
  using element = std::remove_const_t<T>;
  static constexpr bool is_packed = true;
  packed_span<T> elements;
  std::size_t size() const noexcept { return elements.size(); }
  auto* bytes_at(std::size_t i) const noexcept { return elements.bytes().data() + i / 8 * element::format::bits; }
};

template <class T>
packed_array<T> array_of(packed<T>& a) noexcept {
  return {a.view()};
}
template <class T>
packed_array<const T> array_of(const packed<T>& a) noexcept {
  return {a.view()};
}
template <class T>
packed_array<T> array_of(packed_span<T> a) noexcept {
  return {a};
}
template <class A>
auto array_of(A&& a) noexcept -> plain_array<typename decltype(std::span(a))::element_type> {
  return {std::span(a)};
}

template <class A>
using array_type = decltype(array_of(std::declval<A&>()));
template <class A>
concept ScalarArray = requires(A& a) {
  requires Scalar<typename decltype(array_of(a))::element>;
};

// Elements [i, i + n) of a packed array into a buffer, and back.
template <class T>
void read_packed(const packed_array<T>& a, std::size_t i, std::size_t n, std::remove_const_t<T>* to) {
  unpack_elements(static_cast<const std::byte*>(a.bytes_at(i)), to, n / 8);
  for (std::size_t e = n - n % 8; e < n; ++e) to[e] = a.elements[i + e];
}
template <class T>
void write_packed(const packed_array<T>& a, std::size_t i, std::size_t n, const T* from) {
  pack_elements(from, a.bytes_at(i), n / 8);
  for (std::size_t e = n - n % 8; e < n; ++e) a.elements[i + e] = from[e];
}

}  // namespace detail

/// out[i] = in[i], rounded once. Throws lowp::error, nothing written, unless both have the same length.
template <detail::ScalarArray In, detail::ScalarArray Out, class... Policies>
void cast(In&& in, Out&& out, Policies&&... policies) {
  static_assert(detail::count_of<rounding_tag, Policies...> <= 1, "lowp: two rounding policies in one call");
  static_assert(detail::count_of<overflow_tag, Policies...> <= 1, "lowp: two overflow policies in one call");
  static_assert(detail::count_of<random_tag, Policies...> <= 1, "lowp: two sources of random bits in one call");
  const auto source = detail::array_of(in);
  const auto target = detail::array_of(out);
  using From = typename decltype(source)::element;
  using To = typename decltype(target)::element;
  using R = detail::picked<rounding_tag, typename scalar_traits<To>::rounding, Policies...>;
  using O = detail::picked<overflow_tag, typename scalar_traits<To>::overflow, Policies...>;
  const R rounding = detail::pick<rounding_tag>(R{}, static_cast<Policies&&>(policies)...);
  const O overflow = detail::pick<overflow_tag>(O{}, static_cast<Policies&&>(policies)...);
  const philox random = detail::pick<random_tag>(philox{0}, static_cast<Policies&&>(policies)...);

  const std::size_t n = source.size();
  if (n != target.size())
    throw error("cast: " + std::to_string(n) + " values do not fit an array of " + std::to_string(target.size()));
  constexpr bool from_packed = decltype(source)::is_packed, to_packed = decltype(target)::is_packed;
  if constexpr (!from_packed && !to_packed) {
    detail::cast_elements(source.elements.data(), target.elements.data(), n, rounding, overflow, random, 0);
  } else {
    constexpr std::size_t stretch = 512;  // in the first level of cache
    for (std::size_t i = 0; i < n; i += stretch) {
      const std::size_t count = n - i < stretch ? n - i : stretch;
      From from[from_packed ? stretch : 1];
      To to[to_packed ? stretch : 1];
      const From* x = from;
      To* y = to;
      if constexpr (from_packed) {
        detail::read_packed(source, i, count, from);
      } else {
        x = source.elements.data() + i;
      }
      if constexpr (!to_packed) y = target.elements.data() + i;
      detail::cast_elements(x, y, count, rounding, overflow, random, i);
      if constexpr (to_packed) detail::write_packed(target, i, count, y);
    }
  }
}

}  // namespace lowp
