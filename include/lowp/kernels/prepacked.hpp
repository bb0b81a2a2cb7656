// Weights as the kernels read them: prepack (prepack.hpp) makes them, bytes() saves them, view() finds them again.
//
// One layout serves every tier. Rows come in panels of 32, k in steps of 32; within a panel the steps follow each
// other, so a panel is one stream of reads. A step of a panel is two tiles of 16 rows, and what a tile holds is
//
//   narrow    level_codec<C> of 1 to 4 bits: words of 16 bits, word i for k = i, with the indices of 16 / b rows
//             (b = 2 or 4) from the low bits up. A table lookup of words needs no more than a shift before it
//   six       of 5 and 6 bits: the low 4 bits as above, then the high 2 bits as above
//   eight     of 7 and 8 bits: byte 2i of a line is k = i of an even row, byte 2i + 1 the same of the next row
//   wide      all else, as one bfloat16 or a sum of two; a line holds the pair k = 2i, 2i + 1 of each of 16 rows, which
//             the tile unit takes for a right operand as it is
//   plain     floats that take more bfloat16 than two; a line holds k = i of each of 16 rows
//
// `terms` of plain floats: 3 if each is the sum of three bfloat16, 1 if some are not, being tiny.
// Scales stand apart, for each group of a panel 32 of them. Levels times scales are bfloat16 where that is exact, else
// sums of two or three ("terms"), in a table for each scale that occurs.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <lowp/blocks/matrix.hpp>

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
    const bool plain = h.how == unpacking::plain && h.bits == 32 && h.terms != 2;
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

// Row `row` of the weights as floats, from column k0 to k1: the bits that its codec decodes to, unless prepack was told
// to round; but -0 in a sum of several terms is +0.
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
