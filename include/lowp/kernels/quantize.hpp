// lowp::quantize<Codec>(view, policies...) and lowp::dequantize: whole arrays into a codec and back, fast.
//
//   auto W = lowp::quantize<lowp::mxfp4>(lowp::matrix_view<const float>(w, rows, cols));
//   lowp::dequantize(W, out);
//
// Arrays are of float, double or any number type. The bytes and floats are those of reference::quantize and
// reference::dequantize (blocks/quantize.hpp), on every tier.
// Blocks run along a row; a row that is not a multiple of the block ends in a short block. Policies, in any order: a
// rounding policy (default: the type's own, or that of a block's elements), an overflow policy (scalar formats;
// default: the type's own), and a philox generator for stochastic rounding, from which the value in row r and column c
// draws number r * cols + c.
//
// Vectors work on numbers of 4, 6, 8 and 16 bits, on blocks of such elements (4, 6 or 8 bits) with an e8m0fnu scale, on
// two-level blocks and on absmax blocks of 4 or 8 bits. Every other codec and policy takes the reference path.
#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/codes.hpp>
#include <lowp/kernels/random.hpp>

namespace lowp {

namespace detail {

// ---- which codecs ------------------------------------------------------------------------------------------

// How codes of less than 8 bits follow each other.
enum class code_order : unsigned char { sequential, high_first, split_halves };

// How values are brought into the range of the elements.
enum class scaling_kind : unsigned char { power, two_level, absmax };

// Whether a policy tells a value that is hardly above a code from the code.
template <class R>
inline constexpr bool sees_tail = [] {
  bool seen = false;
  for (const bool negative : {false, true}) {
    for (const bool odd : {false, true}) {
      if constexpr (RandomRounding<R>) {
        for (const std::uint32_t random : {0u, ~0u})
          seen = seen || R{}(negative, odd, 1, random) != R{}(negative, odd, 0, random);
      } else {
        seen = seen || R{}(negative, odd, 1) != R{}(negative, odd, 0);
      }
    }
  }
  return seen;
}();

// A minifloat with both signs, of zero as well, well within the range of float.
template <class F>
inline constexpr bool is_signed_inside_float = false;
template <class F>
requires is_inside_float<F>
inline constexpr bool is_signed_inside_float<F> = F::is_signed && F::has_negative_zero && F::bits <= 8;

// 2^n as the bits of a float, for one that is normal; a value of a format.
constexpr std::uint32_t bits_of_power(int n) noexcept { return static_cast<std::uint32_t>(n + 127) << 23; }
template <class F>
constexpr float value_of(std::uint64_t code) noexcept {
  return round_to<float>(F::decode(code));
}

template <class E>
inline constexpr float largest_of_element = round_to<float>(largest_element<E>);
template <class E>
inline constexpr float reciprocal_of_largest = div<float>(1, largest_of_element<E>);

template <class Rule>
inline constexpr bool has_vector_rule = std::same_as<Rule, floor_scale> || std::same_as<Rule, ceil_scale> ||
                                        std::same_as<Rule, even_scale> || std::same_as<Rule, round_up_scale>;

// A code of 0 is the value 0, all values are between 2^-60 and 2^60 in size, and code 0 is what is stored for 0.
template <class E>
inline constexpr bool is_plain_element = [] {
  using F = typename E::format;
  if constexpr (!OnGrid<F> || !F::has_zero) {
    return false;
  } else {
    return F::min_quantum >= -60 && largest_element<E>.exponent >= 0 && largest_element<E>.exponent < 60;
  }
}();

template <class C>
struct block_traits {
  static constexpr bool fast = false;
};

template <class E, int N, class S, class Rule, element_order Order>
requires(N % 16 == 0 && N <= 128 && is_plain_element<E> &&
         std::same_as<typename S::format, e8m0fnu::format>) struct block_traits<block<E, N, S, Rule, Order>> {
  using element = E;
  static constexpr int bits = E::format::bits, head = 1;
  static constexpr bool split = Order == element_order::split_halves;
  static constexpr bool fast = split ? bits == 4 && N % 32 == 0 : bits == 4 || bits == 6 || bits == 8;
  static constexpr scaling_kind scaling = scaling_kind::power;
  static constexpr code_order order = split ? code_order::split_halves : code_order::sequential;
};

template <class E, int N, class S, class Recipe, int TileRows>
requires(N % 16 == 0 && N <= 128 &&
         is_plain_element<E>) struct block_traits<tensor_block<E, N, S, Recipe, TileRows>> {
  using element = E;
  static constexpr int bits = E::format::bits, head = 1;
  static constexpr bool fast = bits == 4 || bits == 6 || bits == 8;
  static constexpr scaling_kind scaling = scaling_kind::two_level;
  static constexpr code_order order = code_order::sequential;
};

template <class E, int N, class S>
requires(N % 16 == 0 && N <= 128) struct block_traits<absmax_block<E, N, S>> {
  using element = E;
  static constexpr int bits = E::format::bits, head = codec<S>::bytes;
  static constexpr bool fast = bits == 4 || bits == 8;
  static constexpr scaling_kind scaling = scaling_kind::absmax;
  static constexpr code_order order = code_order::high_first;
  static void store_head(std::uint32_t largest, std::byte* out) noexcept {
    store_scale<S>(std::bit_cast<float>(largest), out);
  }
};

// ---- what a kernel is given --------------------------------------------------------------------------------

// The scale of a block by a rule that has no vector form; 254 and more make it a rare one.
template <class E, class S, class Rule, int N>
std::uint32_t scale_by_rule(const float* x, std::uint32_t largest) noexcept {
  if (largest == 0 || largest >= infinite_bits) return 255;
  return Rule::template choose<E, S>(std::span<const float>(x, N), std::bit_cast<float>(largest)).bits();
}
template <class E, class S, class Recipe>
std::uint32_t scale_by_recipe(std::uint32_t largest, const tensor_scale& t) noexcept {
  return Recipe::template block_scale<S>(std::bit_cast<float>(largest), largest_of_element<E>, t).bits();
}
template <class S>
float rounded_scale(float x) noexcept {
  std::array<std::byte, std::size_t{codec<S>::bytes}> bytes;
  return store_scale<S>(x, bytes.data());
}

template <class C, class R, class O = saturate>
struct quantize_job {
  matrix_view<const float> x;
  std::byte* out;
  std::size_t row_bytes;
  array_rounding<R, O> rounding;
  typename codec<C>::context context;

  std::byte* row(std::size_t r) const noexcept { return out + r * row_bytes; }
  // One block as the codec itself does it; not inline, to keep it out of the loop.
  [[gnu::noinline]] void rare_block(const float* values, std::size_t n, std::byte* bytes, std::uint64_t index,
                                    std::uint32_t largest) const noexcept {
    const std::span<const float> group(values, n);
    if constexpr (codec<C>::tile_rows > 1) {
      codec<C>::encode_shared(group, largest, bytes, rounding, index, context);
    } else {
      codec<C>::encode(group, bytes, rounding, index, context);
    }
  }
};

template <class C>
struct dequantize_job {
  const std::byte* in;
  std::size_t row_bytes;
  matrix_view<float> y;
  typename codec<C>::context context;

  const std::byte* row(std::size_t r) const noexcept { return in + r * row_bytes; }
  [[gnu::noinline]] void rare_block(const std::byte* bytes, float* values, std::size_t n) const noexcept {
    codec<C>::decode(bytes, std::span<float>(values, n), context);
  }
};

// The scale codes of a block for which element * scale is exact in float and normal.
template <class E, class S>
inline constexpr std::array<std::uint32_t, 2> exact_scales = [] {
  std::array<std::uint32_t, 2> range{1, 0};
  for (std::uint32_t c = 0; c < 256; ++c) {
    const exact s = S::format::decode(c);
    if (s.kind != value_kind::finite || !multiplies_exactly<E, S>(s)) continue;
    if (range[1] < range[0]) range[0] = c;
    range[1] = c;
  }
  return range;
}();

// The values of the codes of a scale.
template <class S>
inline constexpr std::array<float, 256> scale_values = [] {
  std::array<float, 256> t{};
  for (std::uint32_t c = 0; c < 256; ++c) t[c] = round_to<float>(S::format::decode(c));
  return t;
}();

// Numbers whose codes lie behind each other in 4, 6, 8 or 16 bits.
template <class C>
inline constexpr bool is_packed_number = false;
template <Number T>
inline constexpr bool is_packed_number<T> =
    T::format::bits == 4 || T::format::bits == 6 || T::format::bits == 8 || T::format::bits == 16;

template <class C, class R, class O>
inline constexpr bool quantizes_fast = [] {
  if constexpr (is_packed_number<C>) {
    return encoding_of<typename C::format, R, O> != encoding::one_by_one;
  } else if constexpr (block_traits<C>::fast) {
    return encoding_of<typename block_traits<C>::element::format, R, saturate> != encoding::one_by_one;
  } else {
    return false;
  }
}();
template <class C>
inline constexpr bool dequantizes_fast = [] {
  if constexpr (is_packed_number<C>) {
    return decoding_of<typename C::format> != decoding::one_by_one;
  } else if constexpr (block_traits<C>::fast) {
    return decoding_of<typename block_traits<C>::element::format> != decoding::one_by_one;
  } else {
    return false;
  }
}();

}  // namespace detail
}  // namespace lowp

#define LOWP_BODY <lowp/kernels/quantize_scales.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY <lowp/kernels/pack_codes.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY <lowp/kernels/quantize.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp {

namespace detail {

template <class Job>
inline constexpr kernel_table<void(const Job&)> quantize_table{
    {{&tiers::scalar::quantize_rows<Job>, &tiers::haswell::quantize_rows<Job>, &tiers::skylake::quantize_rows<Job>,
      &tiers::icelake::quantize_rows<Job>, &tiers::sapphire::quantize_rows<Job>}}};
template <class Job>
inline constexpr kernel_table<void(const Job&)> dequantize_table{
    {{&tiers::scalar::dequantize_rows<Job>, &tiers::haswell::dequantize_rows<Job>,
      &tiers::skylake::dequantize_rows<Job>, &tiers::icelake::dequantize_rows<Job>,
      &tiers::sapphire::dequantize_rows<Job>}}};
inline constexpr kernel_table<std::uint32_t(const float*, std::size_t)> largest_finite_table{
    {{&tiers::scalar::largest_finite_bits, &tiers::haswell::largest_finite_bits, &tiers::skylake::largest_finite_bits,
      &tiers::icelake::largest_finite_bits, &tiers::sapphire::largest_finite_bits}}};

inline float fast_largest_finite(matrix_view<const float> x) {
  std::uint32_t largest = 0;
  for (std::size_t r = 0; r < x.rows(); ++r)
    largest = std::max(largest, largest_finite_table(active())(x.row(r).data(), x.cols()));
  return std::bit_cast<float>(largest);
}

// A matrix whose rows lie behind each other, and end with a whole group, is one long row.
template <class C, class T>
matrix_view<T> as_long_rows(matrix_view<T> x) noexcept {
  constexpr std::size_t values = codec<C>::values;
  if (codec<C>::tile_rows == 1 && x.stride() == x.cols() && x.cols() % values == 0)
    return {x.data(), 1, x.rows() * x.cols()};
  return x;
}

}  // namespace detail

/// x (rows x cols floats) in codec C.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(matrix_view<const float> x, Policies&&... policies) {
  using K = codec<C>;
  using R = detail::picked<rounding_tag, decltype(detail::default_rounding<C>()), Policies...>;
  using O = detail::picked<overflow_tag, typename detail::default_overflow_of<C>::type, Policies...>;
  if constexpr (!detail::quantizes_fast<C, R, O>) {
    return reference::quantize<C>(x, static_cast<Policies&&>(policies)...);
  } else {
    static_assert(detail::count_of<rounding_tag, Policies...> <= 1, "lowp: two rounding policies in one call");
    static_assert(detail::count_of<overflow_tag, Policies...> <= 1, "lowp: two overflow policies in one call");
    static_assert(detail::count_of<random_tag, Policies...> <= 1, "lowp: two sources of random bits in one call");
    using job_overflow = std::conditional_t<detail::is_packed_number<C>, O, saturate>;
    using job = detail::quantize_job<C, R, job_overflow>;

    typename K::context context{};
    if constexpr (!std::same_as<typename K::context, no_context>)
      context = K::prepare(detail::fast_largest_finite(x));
    matrix<C> out(x.rows(), x.cols(), context);
    if (out.bytes().empty()) return out;
    const matrix_view<const float> rows = detail::as_long_rows<C>(x);
    detail::quantize_table<job>(active())(
        job{rows, out.bytes().data(), out.bytes().size() / rows.rows(),
            array_rounding<R, job_overflow>{
                {}, {}, detail::pick<random_tag>(philox{0}, static_cast<Policies&&>(policies)...)},
            context});
    return out;
  }
}

/// A vector as a matrix of one row.
template <Codec C, class... Policies>
[[nodiscard]] matrix<C> quantize(std::span<const float> x, Policies&&... policies) {
  return lowp::quantize<C>(matrix_view<const float>(x.data(), 1, x.size()), static_cast<Policies&&>(policies)...);
}

namespace detail {

// The floats next to x, x if it is one, else the one whose last bit is 1: what is rounded from there to 22 digits or
// fewer is rounded as x itself.
inline float to_odd_float(double x) noexcept {
  const float nearest = static_cast<float>(x);
  const double back = nearest;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest);
  if (back == x || x != x) return nearest;
  return std::bit_cast<float>((std::fabs(back) > std::fabs(x) ? bits - 1 : bits) | 1);
}

template <class T>
void to_odd_floats(const T* in, float* out, std::size_t n) {
  if constexpr (std::same_as<T, double>) {
    for (std::size_t i = 0; i < n; ++i) out[i] = to_odd_float(in[i]);
  } else if constexpr (is_exact_v<T, float>) {
    cast_elements(in, out, n, nearest_even{}, to_special{}, philox{0}, 0);
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = convert<float>(in[i], to_odd{});
  }
}

// Whether numbers of type C are rounded rightly from those of T by way of such floats.
template <class C, class T>
inline constexpr bool quantizes_by_float = [] {
  if constexpr (Number<T>) {
    if (is_exact_v<T, float>) return true;
  }
  if constexpr (Number<C>) return takes_doubles_by_float<typename C::format>;
  return false;
}();

template <class T>
concept NotFloat = Scalar<std::remove_const_t<T>> && !std::same_as<std::remove_const_t<T>, float>;

}  // namespace detail

/// The same of doubles and of numbers, taken as floats: what no float holds is rounded to odd, so that elements are
/// rounded once where scales are powers of two. (Number types of more digits or range than that leaves: see cast.)
template <Codec C, detail::NotFloat T, class... Policies>
[[nodiscard]] matrix<C> quantize(matrix_view<T> x, Policies&&... policies) {
  static_assert(!Scalar<C> || detail::quantizes_by_float<C, std::remove_const_t<T>>,
                "lowp: these numbers are not rounded rightly by way of floats; see cast");
  std::vector<float> floats(detail::checked_product(x.rows(), x.cols(), "quantize"));
  for (std::size_t r = 0; r < x.rows(); ++r)
    detail::to_odd_floats<std::remove_const_t<T>>(x.row(r).data(), floats.data() + r * x.cols(), x.cols());
  return lowp::quantize<C>(matrix_view<const float>(floats.data(), x.rows(), x.cols()),
                           static_cast<Policies&&>(policies)...);
}
template <Codec C, detail::NotFloat T, class... Policies>
[[nodiscard]] matrix<C> quantize(std::span<T> x, Policies&&... policies) {
  return lowp::quantize<C>(matrix_view<T>(x.data(), 1, x.size()), static_cast<Policies&&>(policies)...);
}

namespace detail {

/// Row r of w as w.cols() floats.
template <Codec C>
void decode_row(const matrix<C>& w, std::size_t r, float* out) {
  if constexpr (std::same_as<C, float> && std::endian::native == std::endian::little) {
    if (w.cols() != 0) std::memcpy(out, w.row(r).data(), w.cols() * sizeof(float));
  } else if constexpr (dequantizes_fast<C>) {
    using job = dequantize_job<C>;
    if (w.cols() != 0)
      dequantize_table<job>(active())(
          job{w.row(r).data(), w.row(r).size(), matrix_view<float>(out, 1, w.cols()), w.tensor_context()});
  } else {
    w.decode_row(r, std::span<float>(out, w.cols()));
  }
}

}  // namespace detail

/// Every value of w as a float. Throws lowp::error, nothing written, unless `out` has w's shape.
template <Codec C>
void dequantize(const matrix<C>& w, matrix_view<float> out) {
  if constexpr (!detail::dequantizes_fast<C>) {
    reference::dequantize(w, out);
  } else {
    if (out.rows() != w.rows() || out.cols() != w.cols())
      throw error("dequantize: a matrix of " + detail::shape_text(w.rows(), w.cols()) + " does not fit a view of " +
                  detail::shape_text(out.rows(), out.cols()));
    if (w.bytes().empty()) return;
    using job = detail::dequantize_job<C>;
    const matrix_view<float> rows = detail::as_long_rows<C>(out);
    detail::dequantize_table<job>(active())(
        job{w.bytes().data(), w.bytes().size() / rows.rows(), rows, w.tensor_context()});
  }
}

/// The same into doubles or numbers, as cast(floats, out, policies...) rounds.
template <Codec C, detail::NotFloat T, class... Policies>
void dequantize(const matrix<C>& w, matrix_view<T> out, Policies&&... policies) {
  using R = detail::picked<rounding_tag, typename scalar_traits<T>::rounding, Policies...>;
  using O = detail::picked<overflow_tag, typename scalar_traits<T>::overflow, Policies...>;
  const R rounding = detail::pick<rounding_tag>(R{}, static_cast<Policies&&>(policies)...);
  const O overflow = detail::pick<overflow_tag>(O{}, static_cast<Policies&&>(policies)...);
  const philox random = detail::pick<random_tag>(philox{0}, static_cast<Policies&&>(policies)...);
  if (out.rows() != w.rows() || out.cols() != w.cols())
    throw error("dequantize: a matrix of " + detail::shape_text(w.rows(), w.cols()) + " does not fit a view of " +
                detail::shape_text(out.rows(), out.cols()));
  std::vector<float> row(w.cols());
  for (std::size_t r = 0; r < w.rows(); ++r) {
    detail::decode_row(w, r, row.data());
    detail::cast_elements(row.data(), out.row(r).data(), w.cols(), rounding, overflow, random, r * w.cols());
  }
}

/// The same into rows * cols floats of its own.
template <Codec C>
[[nodiscard]] std::vector<float> dequantize(const matrix<C>& w) {
  std::vector<float> out(w.rows() * w.cols());
  lowp::dequantize(w, matrix_view<float>(out.data(), w.rows(), w.cols()));
  return out;
}

namespace detail {

// f finds in a matrix_view<float> what y holds, or zeros unless it is to be read, and leaves there what y is to hold.
template <Codec C, class F, class... Policies>
void rewrite(matrix<C>& y, bool read, const F& f, Policies&&... policies) {
  std::vector<float> floats(checked_product(y.rows(), y.cols(), "gemm"));
  const matrix_view<float> out(floats.data(), y.rows(), y.cols());
  if (read) lowp::dequantize(y, out);
  f(out);
  y = lowp::quantize<C>(matrix_view<const float>(out), static_cast<Policies&&>(policies)...);
}

}  // namespace detail
}  // namespace lowp
