// Weights laid out for the kernels, once, at load time.
//
//   auto P = lowp::prepack(W);                 W: matrix<C>, n x k, in any codec
//   write(P.bytes());  ...  auto Q = lowp::prepacked::view(mapped_bytes);
//
// One layout serves every tier. Rows come in panels of 32, k in steps of 32; within a panel the steps follow each
// other, so a panel is one stream of reads. A step of a panel is two tiles of 16 rows, and what a tile holds is
//
//   narrow    level_codec<C> of 1 to 4 bits: words of 16 bits, word i for k = i, with the indices of 16 / b rows
//             (b = 2 or 4) from the low bits up. A table lookup of words needs no more than a shift before it
//   six       of 5 and 6 bits: the low 4 bits as above, then the high 2 bits as above
//   eight     of 7 and 8 bits: byte 2i of a line is k = i of an even row, byte 2i + 1 the same of the next row
//   wide      all else, as a sum of 1 to 3 bfloat16; a line holds the pair k = 2i, 2i + 1 of each of 16 rows, which the
//             tile unit takes for a right operand as it is
//   plain     floats that are no sum of three bfloat16, being tiny; a line holds k = i of each of 16 rows
//
// Scales stand apart, for each group of a panel 32 of them. Levels times scales are bfloat16 where that is exact, else
// sums of two or three ("terms"), in a table for each scale that occurs.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <lowp/blocks/matrix.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/kernels/levels.hpp>
#include <lowp/kernels/options.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/tiers.hpp>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lowp {

namespace detail {

inline constexpr std::size_t panel_rows = 32, step_values = 32, tile_rows = 16;

template <class T>
struct line_allocator {  // of 64-byte lines: a load never crosses one
  using value_type = T;
  line_allocator() = default;
  template <class U>
  line_allocator(const line_allocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete (p, std::align_val_t{64}); }
  friend bool operator==(line_allocator, line_allocator) noexcept { return true; }
};
template <class T>
using line_vector = std::vector<T, line_allocator<T>>;

// `size` bytes with no values yet, that start on a line; many of them on large pages, as clearing small ones takes
// longer than prepacking.
inline std::shared_ptr<std::byte> allocate_lines(std::size_t size) {
  constexpr std::size_t large = std::size_t{1} << 21;
  const std::align_val_t align{size >= large ? large : 64};
  auto* const p = static_cast<std::byte*>(::operator new(size, align));
#if defined(__linux__)
  if (size >= large) static_cast<void>(::madvise(p, size / large * large, MADV_HUGEPAGE));  // a hint
#endif
  return {p, [align](std::byte* q) { ::operator delete(q, align); }};
}

// x as a sum of bfloat16: all but the last are cut toward zero, so that three give every float exactly and none
// overflows; the last is rounded to nearest even. Infinities and NaN stand in the first alone.
inline void split_bfloat16(float x, int terms, std::uint16_t* term) noexcept {
  for (int t = 0; t < terms; ++t) {
    const std::uint32_t b = std::bit_cast<std::uint32_t>(x);
    if ((b & 0x7f800000) == 0x7f800000) {
      term[t] = static_cast<std::uint16_t>(b >> 16 | ((b & 0x7fffff) != 0 ? 0x40 : 0));
      for (++t; t < terms; ++t) term[t] = 0;
      return;
    }
    const std::uint32_t kept = t + 1 < terms ? b : b + 0x7fff + (b >> 16 & 1);
    term[t] = static_cast<std::uint16_t>(kept >> 16);
    x -= std::bit_cast<float>(kept & 0xffff0000);
  }
}

inline float from_bfloat16(std::uint16_t b) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16);
}

// The fewest bfloat16 that sum up to x; 4 where three do not: bits below 2^-133 have no bfloat16.
inline int terms_of(float x) noexcept {
  for (int terms = 1; terms <= 3; ++terms) {
    std::uint16_t t[3]{};
    split_bfloat16(x, terms, t);
    if (x != x || from_bfloat16(t[0]) + (from_bfloat16(t[1]) + from_bfloat16(t[2])) == x) return terms;
  }
  return 4;
}

enum class unpacking : std::uint32_t { narrow, six, eight, wide, plain };

// What stands at the head of the bytes; offsets count from there.
struct packed_header {
  char magic[8];
  std::uint32_t version;
  unpacking how;
  std::uint32_t bits;         // of an index in the layout: 2, 4, 6, 8; of a value: 16 for each term
  std::uint32_t group_steps;  // steps of 32 values that share a scale; 0: half a step
  std::uint32_t float_scales;
  std::uint32_t terms;
  std::uint32_t finite;  // no NaN and no infinity among the values
  float factor;
  std::uint64_t rows, cols;
  std::uint64_t tables, scales, codes, size;
};
static_assert(sizeof(packed_header) <= 128);

inline constexpr char packed_magic[8] = {'l', 'o', 'w', 'p', 'p', 'a', 'c', 'k'};

}  // namespace detail

namespace detail {
class prepacker;
}

/// Prepacked weights, of any codec. Copies share the bytes.
class prepacked {
 public:
  [[nodiscard]] std::size_t rows() const noexcept { return head().rows; }
  [[nodiscard]] std::size_t cols() const noexcept { return head().cols; }
  /// Everything there is to know, to be written to a file; starts on a 64-byte line.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// The weights in bytes() of another run, without a copy: `bytes` must outlive the result and be aligned to 64.
  /// Throws lowp::error if they are not what prepack writes.
  [[nodiscard]] static prepacked view(std::span<const std::byte> bytes) {
    detail::packed_header h;
    if (bytes.size() < sizeof h || reinterpret_cast<std::uintptr_t>(bytes.data()) % 64 != 0)
      throw error("prepacked: " + std::to_string(bytes.size()) + " bytes at an address that is " +
                  std::to_string(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64) +
                  " above a multiple of 64: no header, or not aligned");
    std::memcpy(&h, bytes.data(), sizeof h);
    check(h, bytes.size());
    prepacked p;
    p.bytes_ = bytes;
    return p;
  }

  // What kernels read.
  [[nodiscard]] const detail::packed_header& head() const noexcept {
    return *reinterpret_cast<const detail::packed_header*>(bytes_.data());
  }
  [[nodiscard]] std::size_t panels() const noexcept { return up(rows(), detail::panel_rows); }
  [[nodiscard]] std::size_t steps() const noexcept { return up(cols(), detail::step_values); }
  [[nodiscard]] std::size_t groups() const noexcept { return groups(head()); }
  /// Bytes of a step of a panel, of one term where there are several.
  [[nodiscard]] std::size_t step_bytes() const noexcept { return step_bytes(head()); }
  [[nodiscard]] const std::byte* codes(std::size_t panel, std::size_t step, std::size_t term = 0) const noexcept {
    return bytes_.data() + head().codes + ((term * panels() + panel) * steps() + step) * step_bytes();
  }
  /// The 32 scales (codes, or floats) of a group of a panel.
  [[nodiscard]] const std::byte* scales(std::size_t panel, std::size_t group) const noexcept {
    return bytes_.data() + head().scales +
           (panel * groups() + group) * detail::panel_rows * (head().float_scales != 0 ? 4 : 1);
  }
  /// 256 floats: the levels.
  [[nodiscard]] const float* level() const noexcept { return reinterpret_cast<const float*>(bytes_.data() + 128); }
  /// 256 floats: the values of scale codes.
  [[nodiscard]] const float* scale() const noexcept { return level() + 256; }
  /// Level times scale in bfloat16: 256 rows of 2^b entries for each term (b = 4 where it is less).
  [[nodiscard]] const std::uint16_t* table(std::size_t term) const noexcept {
    const std::size_t entries = head().how == detail::unpacking::six ? 64 : 16;
    return reinterpret_cast<const std::uint16_t*>(bytes_.data() + head().tables) + term * 256 * entries;
  }

 private:
  friend class detail::prepacker;

  static constexpr std::size_t up(std::size_t a, std::size_t b) noexcept { return a / b + (a % b != 0); }
  static std::size_t groups(const detail::packed_header& h) noexcept {
    const std::size_t steps = up(h.cols, detail::step_values);
    return h.group_steps == 0 ? 2 * steps : up(steps, h.group_steps);
  }
  static std::size_t step_bytes(const detail::packed_header& h) noexcept {
    return detail::panel_rows * detail::step_values / 8 * h.bits;
  }
  static std::size_t table_bytes(const detail::packed_header& h) noexcept {
    return h.how == detail::unpacking::narrow ? h.terms * 256 * 32u
           : h.how == detail::unpacking::six  ? h.terms * 256 * 128u
                                              : 0;
  }

  // Places the parts after each other; throws if the shape is too large.
  static void arrange(detail::packed_header& h) {
    const auto line = [](std::size_t n) { return (n + 63) / 64 * 64; };
    const std::size_t panels = up(h.rows, detail::panel_rows), steps = up(h.cols, detail::step_values);
    const std::size_t per_panel = detail::checked_product(
        steps, step_bytes(h) * (h.how == detail::unpacking::wide ? h.terms : 1) + 4 * 2 * detail::panel_rows,
        "prepack");
    if (detail::checked_product(panels, per_panel, "prepack") > std::size_t{1} << 62)
      throw error("prepack: " + detail::shape_text(h.rows, h.cols) + " does not fit in memory");
    h.tables = 128 + 2 * 256 * sizeof(float);
    h.scales = line(h.tables + table_bytes(h));
    h.codes = line(h.scales + panels * groups(h) * detail::panel_rows * (h.float_scales != 0 ? 4 : 1));
    h.size = h.codes + panels * steps * step_bytes(h) * (h.how == detail::unpacking::wide ? h.terms : 1);
  }

  static void check(const detail::packed_header& h, std::size_t size) {
    using detail::unpacking;
    const auto refuse = [](const std::string& why) { throw error("prepacked: " + why); };
    if (std::memcmp(h.magic, detail::packed_magic, 8) != 0) refuse("the bytes do not start with 'lowppack'");
    if (h.version != 1) refuse("version " + std::to_string(h.version) + " is not 1");
    const bool narrow = h.how == unpacking::narrow && ((h.bits == 2 && h.group_steps != 0) || h.bits == 4);
    const bool six = h.how == unpacking::six && h.bits == 6 && h.float_scales == 0;
    const bool eight = h.how == unpacking::eight && h.bits == 8 && h.float_scales == 0 && h.terms == 1;
    const bool wide = h.how == unpacking::wide && h.bits == 16;
    const bool plain = h.how == unpacking::plain && h.bits == 32 && h.terms == 1;
    if (!(narrow || six || eight || wide || plain) || h.terms < 1 || h.terms > 3 || h.group_steps > 1u << 26 ||
        h.float_scales > 1)
      refuse("the header names a layout that does not exist");
    detail::packed_header expected = h;
    arrange(expected);
    if (h.tables != expected.tables || h.scales != expected.scales || h.codes != expected.codes ||
        h.size != expected.size || size < h.size)
      refuse(detail::shape_text(h.rows, h.cols) + " needs " + std::to_string(expected.size) + " bytes, there are " +
             std::to_string(size));
  }

  std::shared_ptr<std::byte> owned_;
  std::span<const std::byte> bytes_;
};

namespace detail {

// Where the value of a row and k of a wide or plain step is.
constexpr std::size_t wide_offset(std::size_t row, std::size_t k) noexcept {
  return row % panel_rows / tile_rows * 1024 + k / 2 * 64 + row % tile_rows * 4 + k % 2 * 2;
}
constexpr std::size_t plain_offset(std::size_t row, std::size_t k) noexcept {
  return row % panel_rows / tile_rows * 2048 + k * 64 + row % tile_rows * 4;
}

// How 32 indices of a row lie in a codec's bytes: one in each byte, or packed from the low bits of a byte up.
enum class piece : unsigned char {
  bytes,
  crumbs,      // 2 bits
  nibbles,     // 4 bits, in two runs of 8 bytes
  high_first,  // 4 bits, from the top of a byte down
  halves,      // 4 bits, the first 16 indices in the low halves of 16 bytes
  sixes,
};

// Pieces of 32 rows, one after the other, to go into the lines of as many steps.
struct piece_job {
  const std::byte* in;
  std::size_t row, step;  // bytes from a row, a piece to the next
  std::size_t second;     // nibbles: bytes from the first run to the second
  std::byte* out;
  std::size_t out_step, steps;
  const std::uint8_t* special;  // bytes: bit i / 16 % 8 of special[i % 16 + i / 128 * 16] says to look for index i
};
// Pairs of bfloat16 of 16 rows, to go into the lines of a tile of as many wide steps.
struct pair_job {
  const std::byte* in;
  std::size_t row;
  std::byte* out;
  std::size_t out_step, steps;
};

}  // namespace detail
}  // namespace lowp

#define LOWP_BODY <lowp/kernels/prepack.inl>
#define LOWP_TIERS 0b00011
#include <lowp/kernels/foreach.inl>

namespace lowp {
namespace detail {

template <piece P, int Bits>
inline constexpr kernel_table<bool(const piece_job&)> pack_pieces_table{
    {{&tiers::scalar::pack_pieces<P, Bits>, &tiers::haswell::pack_pieces<P, Bits>,
      &tiers::skylake::pack_pieces<P, Bits>, &tiers::icelake::pack_pieces<P, Bits>,
      &tiers::sapphire::pack_pieces<P, Bits>}}};
inline constexpr kernel_table<bool(const pair_job&)> pack_pairs_table{
    {{&tiers::scalar::pack_pairs, &tiers::haswell::pack_pairs, &tiers::skylake::pack_pairs,
      &tiers::icelake::pack_pairs, &tiers::sapphire::pack_pairs}}};
template <int Terms>
inline constexpr kernel_table<unsigned(const float*, std::size_t, std::uint16_t*, std::size_t)> split_floats_table{
    {{&tiers::scalar::split_floats<Terms>, &tiers::haswell::split_floats<Terms>, &tiers::skylake::split_floats<Terms>,
      &tiers::icelake::split_floats<Terms>, &tiers::sapphire::split_floats<Terms>}}};

inline auto* split_floats_of(std::size_t terms) {
  const tier t = active();
  return terms == 1 ? split_floats_table<1>(t) : terms == 2 ? split_floats_table<2>(t) : split_floats_table<3>(t);
}

// The codecs whose bytes hold pieces: where in a group they begin, and how they lie.
template <class C>
struct pieces_of {
  static constexpr bool known = false;
  static constexpr piece kind = piece::bytes;
};

constexpr bool has_pieces(int bits) noexcept { return bits == 2 || bits == 4 || bits == 6 || bits == 8; }
constexpr piece sequential_piece(int bits) noexcept {
  return bits == 2 ? piece::crumbs : bits == 4 ? piece::nibbles : bits == 6 ? piece::sixes : piece::bytes;
}

template <Number T>
struct pieces_of<T> {
  static constexpr bool known = has_pieces(T::format::bits);
  static constexpr piece kind = sequential_piece(T::format::bits);
  static constexpr std::size_t header = 0;
};
template <class E, int N, class S, class Rule, element_order Order>
struct pieces_of<block<E, N, S, Rule, Order>> {
  static constexpr int bits = E::format::bits;
  static constexpr bool sequential = Order == element_order::sequential;
  static constexpr bool known =
      has_pieces(bits) && (sequential ? N % 32 == 0 || (N == 16 && bits == 4) : N == 32 && bits == 4);
  static constexpr piece kind = sequential ? sequential_piece(bits) : piece::halves;
  static constexpr std::size_t header = 1;
};
template <class E, int N, class S, class Recipe, int TileRows>
struct pieces_of<tensor_block<E, N, S, Recipe, TileRows>> {
  static constexpr int bits = E::format::bits;
  static constexpr bool known = has_pieces(bits) && (N % 32 == 0 || (N == 16 && bits == 4));
  static constexpr piece kind = sequential_piece(bits);
  static constexpr std::size_t header = 1;
};
template <class E, int N, class S>
struct pieces_of<absmax_block<E, N, S>> {
  static constexpr int bits = E::format::bits;
  static constexpr bool known = (bits == 4 || bits == 8) && N % 32 == 0;
  static constexpr piece kind = bits == 4 ? piece::high_first : piece::bytes;
  static constexpr std::size_t header = codec<S>::bytes;
  static float scale(const std::byte* in) noexcept { return load_scale<S>(in); }
};

// What products of levels and scales need; NaN and infinities are looked for apart.
struct level_survey {
  int terms = 1;
  bool finite = true;
  bool shiftable = true;  // in bfloat16 by adding to the exponent: all products are normal

  void product(float level, float scale) noexcept {
    const float value = level * scale;
    const std::uint32_t s = std::bit_cast<std::uint32_t>(scale), v = std::bit_cast<std::uint32_t>(value) & 0x7fffffff;
    if (v >= infinite_bits) finite = shiftable = false;
    if ((s & 0x807fffff) != 0 || s == 0 || (level != 0 && v < 0x00800000)) shiftable = false;
    terms = std::max(terms, terms_of(value));
  }
};

inline bool is_finite(float x) noexcept { return (std::bit_cast<std::uint32_t>(x) & infinite_bits) != infinite_bits; }

template <Codec C>
constexpr unpacking unpacking_of() noexcept {
  if constexpr (!Leveled<C>) {
    return unpacking::wide;
  } else {
    using L = level_codec<C>;
    constexpr bool coded = std::is_same_v<typename L::scale, std::uint8_t>;
    constexpr bool whole_steps = L::group % step_values == 0;
    if (!whole_steps && !(coded && L::group == step_values / 2)) return unpacking::wide;
    if (L::bits <= 4) return unpacking::narrow;
    if (!coded) return unpacking::wide;
    return L::bits <= 6 ? unpacking::six : unpacking::eight;
  }
}

// Packs panels of a matrix in levels into bytes that are arranged; a task of the executor's has one of its own.
template <Codec C>
class level_packer {
 public:
  using L = level_codec<C>;
  using P = pieces_of<C>;
  using scale = typename L::scale;
  static constexpr bool coded = std::is_same_v<scale, std::uint8_t>;
  static constexpr std::size_t group = L::group, group_bytes = codec<C>::bytes;
  static constexpr int bits = L::bits <= 2 && group != step_values / 2 ? 2 : L::bits <= 4 ? 4 : L::bits <= 6 ? 6 : 8;
  // What is packed at a time stays in the first cache.
  static constexpr std::size_t chunk = group == 0 ? 512 : group * std::max<std::size_t>(1, 512 / group);

  level_packer() : special_{}, index_(panel_rows * chunk) {
    for (unsigned i = 0; i < 1u << L::bits; ++i) {
      if (is_finite(L::level(i))) continue;
      any_special_ = true;
      special_[i % 16 + i / 128 * 16] |= static_cast<std::uint8_t>(1u << (i / 16 % 8));
    }
  }

  void pack(const matrix<C>& w, const packed_header& h, std::size_t panel, std::byte* bytes) noexcept {
    const std::size_t steps = (w.cols() + step_values - 1) / step_values;
    const std::size_t step_bytes = panel_rows * step_values / 8 * bits;
    const std::size_t groups = h.group_steps == 0 ? 2 * steps : (steps + h.group_steps - 1) / h.group_steps;
    const std::size_t first = panel * panel_rows, count = std::min(panel_rows, w.rows() - first);
    const tier t = active();
    auto* const scales = reinterpret_cast<scale*>(bytes + h.scales) + panel * groups * panel_rows;
    if (group == 0 || count < panel_rows || w.cols() % std::max<std::size_t>(group, step_values) != 0)
      std::fill_n(scales, groups * panel_rows, scale{});
    if constexpr (group == 0) scale_used[0] = true;
    for (std::size_t c = 0; c < w.cols(); c += chunk) {
      const std::size_t end = std::min(w.cols(), c + chunk);
      const std::size_t at = group == 0 ? c * L::bits / 8 : c / std::max<std::size_t>(group, 1) * group_bytes;
      const std::byte* const in = w.row(first).data() + at;
      const std::size_t row = w.row(first).size();
      std::byte* const out = bytes + h.codes + (panel * steps + c / step_values) * step_bytes;
      const std::size_t done = count == panel_rows ? pack_direct(t, in, row, end - c, out, step_bytes) : 0;
      if (c + done < end) pack_rest(t, w, first, count, c + done, end, out + done / step_values * step_bytes);
      if constexpr (group != 0)
        read_scales(in, row, count, (end - c + group - 1) / group, scales + c / group * panel_rows);
    }
  }

  // What was found in all panels.
  bool finite = true, finite_scales = true;
  bool scale_used[256] = {};

 private:
  // Whole groups straight from the codec's bytes. Returns the columns done.
  std::size_t pack_direct(tier t, const std::byte* in, std::size_t row, std::size_t cols, std::byte* out,
                          std::size_t step_bytes) noexcept {
    if constexpr (!P::known) {
      return 0;
    } else {
      if (P::kind != piece::bytes && any_special_) return 0;
      // A stride is a whole number of groups and of steps.
      constexpr std::size_t values = std::max<std::size_t>(group, step_values), phases = values / step_values;
      constexpr std::size_t stride =
          group == 0 ? 4 * L::bits : values / std::max<std::size_t>(group, 1) * group_bytes;
      const std::size_t strides = cols / values;
      for (std::size_t j = 0; j < phases && strides != 0; ++j) {
        const piece_job job{in + P::header + j * 4 * L::bits,
                            row,
                            stride,
                            group == step_values / 2 ? group_bytes : 8,
                            out + j * step_bytes,
                            phases * step_bytes,
                            strides,
                            any_special_ ? special_ : nullptr};
        if (pack_pieces_table<P::kind, bits>(t)(job)) finite = false;
      }
      return strides * values;
    }
  }

  // Groups at an edge, and those of other codecs, as bytes: columns c to end, c the first of a group.
  void pack_rest(tier t, const matrix<C>& w, std::size_t first, std::size_t count, std::size_t c, std::size_t end,
                 std::byte* out) noexcept {
    const std::size_t steps = (end - c + step_values - 1) / step_values, stride = steps * step_values;
    if (count < panel_rows || stride != end - c) std::fill_n(index_.data(), panel_rows * stride, std::uint8_t{0});
    for (std::size_t r = 0; r < count; ++r) {
      std::uint8_t* const index = index_.data() + r * stride;
      const std::byte* in = w.row(first + r).data();
      scale s;
      if constexpr (group == 0) {
        L::split(in + c * L::bits / 8, end - c, index, s);
      } else {
        in += c / group * group_bytes;
        for (std::size_t i = c; i < end; i += group, in += group_bytes)
          L::split(in, std::min(group, end - i), index + (i - c), s);
      }
    }
    const std::size_t step_bytes = panel_rows * step_values / 8 * bits;
    const piece_job job{reinterpret_cast<const std::byte*>(index_.data()),
                        stride,
                        step_values,
                        8,
                        out,
                        step_bytes,
                        steps,
                        any_special_ ? special_ : nullptr};
    if (pack_pieces_table<piece::bytes, bits>(t)(job)) finite = false;
  }

  void read_scales(const std::byte* in, std::size_t row, std::size_t count, std::size_t groups,
                   scale* scales) noexcept {
    for (std::size_t r = 0; r < count; ++r) {
      const std::byte* at = in + r * row;
      for (std::size_t g = 0; g < groups; ++g, at += group_bytes) {
        scale& s = scales[g * panel_rows + r];
        if constexpr (coded) {
          s = L::scale_code(at);
          scale_used[s] = true;
        } else {
          if constexpr (P::known) {
            s = P::scale(at);
          } else {
            std::uint8_t index[group];
            L::split(at, 1, index, s);
          }
          if (!is_finite(s)) finite_scales = false;
        }
      }
    }
  }

  alignas(32) std::uint8_t special_[32];
  bool any_special_ = false;
  std::vector<std::uint8_t> index_;
};

// Fills the bytes of a prepacked.
class prepacker {
 public:
  // In levels. False, and nothing done, where that cannot hold the values.
  template <Codec C>
  static bool levels_of(const matrix<C>& w, detail::packed_header h, int most_terms, const executor& run,
                        prepacked& out) {
    using L = level_codec<C>;
    constexpr bool coded = std::is_same_v<typename L::scale, std::uint8_t>;
    const std::size_t steps = prepacked::up(w.cols(), step_values), panels = prepacked::up(w.rows(), panel_rows);
    h.bits = level_packer<C>::bits;
    h.group_steps =
        static_cast<std::uint32_t>(L::group == 0 ? std::max<std::size_t>(steps, 1) : L::group / step_values);
    h.float_scales = !coded;
    h.factor = L::factor(w.tensor_context());
    if (!is_finite(h.factor)) h.finite = 0;

    float level[256] = {}, scale[256] = {};
    for (unsigned i = 0; i < 1u << L::bits; ++i) level[i] = L::level(i);
    if constexpr (coded)
      for (unsigned s = 0; s < 256; ++s) scale[s] = L::scale_of(static_cast<std::uint8_t>(s));
    const auto survey = [&](const bool* used) {
      level_survey found;
      if (!coded) found.terms = 3;
      for (unsigned s = 0; s < 256 && coded; ++s) {
        if (!used[s]) continue;
        for (unsigned i = 0; i < 1u << L::bits; ++i)
          if (is_finite(level[i])) found.product(level[i], scale[s]);
      }
      return found;
    };
    const auto fits = [&](const level_survey& found) {
      return h.how != unpacking::eight || (found.terms == 1 && (L::group == 0 || found.shiftable));
    };

    // The scales of the first row say how many terms there are; where those of others say more, all is done again.
    bool used[256] = {};
    if constexpr (coded && L::group != 0) {
      if (w.rows() != 0)
        for (std::size_t at = 0; at < w.row(0).size(); at += codec<C>::bytes)
          used[L::scale_code(w.row(0).data() + at)] = true;
    } else {
      used[0] = true;
    }
    level_survey found = survey(used);
    std::shared_ptr<std::byte> bytes;
    const std::size_t tasks = std::min<std::size_t>(panels, 16);
    for (bool again = true; again;) {
      if (!fits(found)) return false;
      h.terms = static_cast<std::uint32_t>(std::min(found.terms, most_terms));
      prepacked::arrange(h);
      bytes = prepare(h);
      std::vector<level_packer<C>> packers(tasks);
      run(tasks, [&](std::size_t task) {
        for (std::size_t p = panels * task / tasks; p < panels * (task + 1) / tasks; ++p)
          packers[task].pack(w, h, p, bytes.get());
      });
      for (const level_packer<C>& p : packers) {
        if (!p.finite || !p.finite_scales) h.finite = 0;
        if (!p.finite && h.how == unpacking::eight && L::group != 0) return false;
        for (unsigned s = 0; s < 256; ++s) used[s] = used[s] || p.scale_used[s];
      }
      found = survey(used);
      again = !fits(found) || h.terms != static_cast<std::uint32_t>(std::min(found.terms, most_terms));
    }
    if (!found.finite) h.finite = 0;
    std::memcpy(bytes.get() + 128, level, sizeof level);
    std::memcpy(bytes.get() + 128 + sizeof level, scale, sizeof scale);
    if (h.how != unpacking::eight && coded) fill_tables(h, level, scale, bytes.get());
    finish(h, std::move(bytes), out);
    return true;
  }

 private:
  // Bytes with zeros wherever no panel writes.
  static std::shared_ptr<std::byte> prepare(const detail::packed_header& h) {
    std::shared_ptr<std::byte> bytes = allocate_lines(h.size);
    const bool by_levels = h.how != unpacking::wide && h.how != unpacking::plain;  // else no panel has scales
    std::fill_n(bytes.get(), by_levels ? h.scales : h.codes, std::byte{0});
    if (h.codes > h.scales) std::fill_n(bytes.get() + h.codes - 64, 64, std::byte{0});
    return bytes;
  }
  static void fill_tables(const detail::packed_header& h, const float* level, const float* scale, std::byte* bytes) {
    const std::size_t entries = h.how == detail::unpacking::six ? 64 : 16, distinct = std::size_t{1} << h.bits;
    auto* const table = reinterpret_cast<std::uint16_t*>(bytes + h.tables);
    auto* const split = split_floats_of(h.terms);
    for (std::size_t s = 0; s < 256; ++s) {
      float product[64];
      for (std::size_t i = 0; i < entries; ++i) product[i] = level[i % distinct] * scale[s];
      split(product, entries, table + s * entries, 256 * entries);
    }
  }

 public:
  // As sums of bfloat16.
  template <Codec C>
  static void wide(const matrix<C>& w, detail::packed_header h, int most_terms, const executor& run, prepacked& out) {
    const std::size_t steps = prepacked::up(w.cols(), step_values), panels = prepacked::up(w.rows(), panel_rows);
    h.how = unpacking::wide;
    h.bits = 16;
    h.group_steps = static_cast<std::uint32_t>(std::max<std::size_t>(steps, 1));
    h.float_scales = 0;
    h.factor = 1;
    // The first row says how many terms there are; where others say more, all is done again.
    unsigned terms = 1;
    if constexpr (!std::same_as<C, bfloat16>) {
      std::vector<float> row(steps * step_values);
      std::vector<std::uint16_t> term(steps * step_values);
      if (w.rows() != 0) {
        decode_row(w, 0, row.data());
        terms = split_floats_of(1)(row.data(), row.size(), term.data(), 0) & 7;
      }
    }
    const std::size_t tasks = std::min<std::size_t>(panels, 16);
    std::shared_ptr<std::byte> bytes;
    for (unsigned before = 0; before != terms;) {
      before = terms;
      if (terms > 3 && most_terms == 3) {
        h.how = unpacking::plain;
        h.bits = 32;
        h.terms = 1;
      } else {
        h.terms = std::min(terms, static_cast<unsigned>(most_terms));
      }
      prepacked::arrange(h);
      bytes = prepare(h);
      std::vector<unsigned> found(tasks, 1u);
      run(tasks, [&](std::size_t task) {
        for (std::size_t p = panels * task / tasks; p < panels * (task + 1) / tasks; ++p) {
          const unsigned f =
              h.how == unpacking::plain ? plain_panel(w, h, p, bytes.get()) : wide_panel(w, h, p, bytes.get());
          found[task] = std::max(found[task] & 7, f & 7) | ((found[task] | f) & 8);
        }
      });
      h.finite = 1;
      for (const unsigned f : found) {
        terms = std::max(terms, f & 7);
        if ((f & 8) != 0) h.finite = 0;
      }
    }
    finish(h, std::move(bytes), out);
  }

 private:
  // A panel of bfloat16; returns what split_floats returns.
  template <Codec C>
  static unsigned wide_panel(const matrix<C>& w, const detail::packed_header& h, std::size_t panel,
                             std::byte* bytes) {
    const std::size_t steps = prepacked::up(w.cols(), step_values), panels = prepacked::up(w.rows(), panel_rows);
    const std::size_t step_bytes = prepacked::step_bytes(h), stride = steps * step_values;
    constexpr bool direct = std::same_as<C, bfloat16>;
    auto* const pack = pack_pairs_table(active());
    unsigned found = 1;
    std::vector<float> row(direct ? 0 : stride);
    std::vector<std::uint16_t> terms;  // [term][16][stride]
    for (std::size_t tile = 0; tile < 2; ++tile) {
      const std::size_t first = panel * panel_rows + tile * tile_rows;
      const std::size_t count = first < w.rows() ? std::min(tile_rows, w.rows() - first) : 0;
      std::byte* const out = bytes + h.codes + panel * steps * step_bytes + tile * 1024;
      std::size_t done = 0;
      if constexpr (direct) {
        if (count == tile_rows) {
          done = w.cols() / step_values;
          if (pack({w.row(first).data(), w.row(first).size(), out, step_bytes, done})) found |= 8;
        }
        if (done == steps) continue;
      }
      const std::size_t rest = stride - done * step_values;
      if (terms.empty()) terms.resize(h.terms * tile_rows * rest);
      if (count < tile_rows || direct) std::fill(terms.begin(), terms.end(), std::uint16_t{0});
      terms.resize(h.terms * tile_rows * rest);
      for (std::size_t r = 0; r < count; ++r) {
        if constexpr (direct) {
          std::memcpy(terms.data() + r * rest, w.row(first + r).data() + 2 * done * step_values,
                      2 * (w.cols() - done * step_values));
        } else {
          decode_row(w, first + r, row.data());
          const unsigned f = split_floats_of(h.terms)(row.data(), stride, terms.data() + r * rest, tile_rows * rest);
          found = std::max(found & 7, f & 7) | ((found | f) & 8);
        }
      }
      for (std::size_t t = 0; t < h.terms; ++t) {
        const bool special = pack({reinterpret_cast<const std::byte*>(terms.data() + t * tile_rows * rest), 2 * rest,
                                   out + (t * panels * steps + done) * step_bytes, step_bytes, steps - done});
        if (direct && special) found |= 8;
      }
    }
    return found;
  }

  // A panel of floats.
  template <Codec C>
  static unsigned plain_panel(const matrix<C>& w, const detail::packed_header& h, std::size_t panel,
                              std::byte* bytes) {
    const std::size_t steps = prepacked::up(w.cols(), step_values), step_bytes = prepacked::step_bytes(h);
    std::byte* const out = bytes + h.codes + panel * steps * step_bytes;
    std::fill_n(out, steps * step_bytes, std::byte{0});
    std::vector<float> row(w.cols());
    unsigned found = 4;
    for (std::size_t r = panel * panel_rows; r < std::min(w.rows(), (panel + 1) * panel_rows); ++r) {
      decode_row(w, r, row.data());
      for (std::size_t c = 0; c < w.cols(); ++c) {
        if (!is_finite(row[c])) found |= 8;
        std::memcpy(out + c / step_values * step_bytes + plain_offset(r, c % step_values), &row[c], 4);
      }
    }
    return found;
  }

  static void finish(const detail::packed_header& h, std::shared_ptr<std::byte> bytes, prepacked& out) {
    std::memcpy(bytes.get(), &h, sizeof h);
    out.bytes_ = {bytes.get(), h.size};
    out.owned_ = std::move(bytes);
  }
};

}  // namespace detail

/// W (n x k) laid out for kernels. With a `precision` of bf16 or bf16x2 its values are rounded to one or two bfloat16
/// now, which takes less space and time; else nothing is lost. About the size of W for levels, 2 bytes a value for each
/// bfloat16 otherwise.
template <Codec C>
[[nodiscard]] prepacked prepack(const matrix<C>& w, const gemm_options& options = {}) {
  detail::packed_header h{};
  std::memcpy(h.magic, detail::packed_magic, 8);
  h.version = 1;
  h.rows = w.rows();
  h.cols = w.cols();
  h.factor = 1;
  h.finite = 1;
  h.how = detail::unpacking_of<C>();
  const int most_terms = options.precision == precision::bf16 ? 1 : options.precision == precision::bf16x2 ? 2 : 3;
  prepacked out;
  if constexpr (detail::unpacking_of<C>() != detail::unpacking::wide) {
    if (detail::prepacker::levels_of(w, h, most_terms, options.executor, out)) return out;
  }
  detail::prepacker::wide(w, h, most_terms, options.executor, out);
  return out;
}

namespace detail {

// Row `row` of the weights as floats, from column k0 to k1: the bits that its codec decodes to, unless prepack was told
// to round.
inline void decode_packed_row(const prepacked& w, std::size_t row, std::size_t k0, std::size_t k1,
                              float* out) noexcept {
  const packed_header& h = w.head();
  const std::size_t panel = row / panel_rows, r = row % panel_rows, in_tile = r % tile_rows;
  for (std::size_t k = k0; k < k1; ++k) {
    const std::size_t step = k / step_values, i = k % step_values;
    const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(w.codes(panel, step)[at]); };
    // field r of word i of the lines from byte `at`
    const auto field = [&](std::size_t at, std::size_t bits, std::size_t which) {
      const std::size_t a_line = 16 / bits, p = at + which / a_line * 64 + 2 * i;
      return (byte(p) | byte(p + 1) << 8) >> (which % a_line * bits) & ((1u << bits) - 1);
    };
    if (h.how == unpacking::plain) {
      std::memcpy(out + (k - k0), w.codes(panel, step) + plain_offset(r, i), 4);
      continue;
    }
    if (h.how == unpacking::wide) {
      float x = 0;
      for (std::size_t t = h.terms; t-- > 0;) {
        std::uint16_t code;
        std::memcpy(&code, w.codes(panel, step, t) + wide_offset(r, i), 2);
        x = t + 1 == h.terms ? from_bfloat16(code) : from_bfloat16(code) + x;
      }
      out[k - k0] = x;
      continue;
    }
    const unsigned index = h.how == unpacking::narrow ? field(0, h.bits, r)
                           : h.how == unpacking::six  ? field(r / tile_rows * 384, 4, in_tile) |
                                                           field(r / tile_rows * 384 + 256, 2, in_tile) << 4
                                                     : byte(r / 2 * 64 + 2 * i + r % 2);
    const std::size_t group = h.group_steps == 0 ? 2 * step + i / 16 : step / h.group_steps;
    float scale;
    if (h.float_scales != 0) {
      std::memcpy(&scale, w.scales(panel, group) + 4 * r, 4);
    } else {
      scale = w.scale()[std::to_integer<std::size_t>(w.scales(panel, group)[r])];
    }
    out[k - k0] = h.float_scales != 0 && scale == 0 ? 0.0f : w.level()[index] * scale * h.factor;
  }
}

}  // namespace detail
}  // namespace lowp
