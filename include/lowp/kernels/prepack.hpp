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

  std::shared_ptr<detail::line_vector<std::byte>> owned_;
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

// Packs indices of 32 rows (row r at index + r * stride, 32 values) into one step.
template <int Bits>
inline void pack_fields(const std::uint8_t* index, std::size_t stride, int shift, std::byte* out) noexcept {
  constexpr std::size_t rows = 16 / Bits;
  for (std::size_t first = 0; first < panel_rows; first += rows, out += 64) {
    std::uint16_t word[step_values] = {};
    for (std::size_t r = 0; r < rows; ++r) {
      const std::uint8_t* in = index + (first + r) * stride;
      for (std::size_t i = 0; i < step_values; ++i)
        word[i] = static_cast<std::uint16_t>(word[i] | ((in[i] >> shift) & ((1 << Bits) - 1)) << (r * Bits));
    }
    std::memcpy(out, word, 64);
  }
}

inline void pack_step(const packed_header& h, const std::uint8_t* index, std::size_t stride,
                      std::byte* out) noexcept {
  switch (h.bits) {
    case 2:
      return pack_fields<2>(index, stride, 0, out);
    case 4:
      return pack_fields<4>(index, stride, 0, out);
    case 6:
      // tile by tile: 256 bytes of low parts, 128 of high ones
      for (std::size_t tile = 0; tile < 2; ++tile, index += tile_rows * stride, out += 384) {
        std::byte low[512], high[256];
        pack_fields<4>(index, stride, 0, low);
        std::memcpy(out, low, 256);
        pack_fields<2>(index, stride, 4, high);
        std::memcpy(out + 256, high, 128);
      }
      return;
    default:
      for (std::size_t r = 0; r < panel_rows; r += 2)
        for (std::size_t i = 0; i < step_values; ++i, out += 2) {
          out[0] = static_cast<std::byte>(index[r * stride + i]);
          out[1] = static_cast<std::byte>(index[(r + 1) * stride + i]);
        }
  }
}

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

// Rows of indices and scales of a matrix, a panel at a time.
template <Codec C>
class level_rows {
 public:
  using L = level_codec<C>;
  using scale = typename L::scale;
  static constexpr std::size_t group_values = L::group == 0 ? codec<C>::values : L::group;

  level_rows(const matrix<C>& w, std::size_t steps)
      : w_(w), stride_(steps * step_values), index_(panel_rows * stride_) {}

  [[nodiscard]] const std::uint8_t* index() const noexcept { return index_.data(); }
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

  // Reads up to 32 rows; `scales` gets 32 for each group of the layout. Rows beyond the matrix are zeros.
  void read(std::size_t panel, std::size_t groups, scale* scales) noexcept {
    const std::size_t first = panel * panel_rows, count = std::min(panel_rows, w_.rows() - first);
    if (count < panel_rows) std::fill(index_.begin(), index_.end(), std::uint8_t{0});
    std::fill_n(scales, groups * panel_rows, scale{});
    for (std::size_t r = 0; r < count; ++r) {
      const std::byte* in = w_.row(first + r).data();
      std::uint8_t* out = index_.data() + r * stride_;
      if constexpr (L::group == 0) {
        L::split(in, w_.cols(), out, scales[r]);
      } else {
        std::size_t g = 0;
        for (std::size_t c = 0; c < w_.cols(); c += group_values, ++g, in += codec<C>::bytes)
          L::split(in, std::min(group_values, w_.cols() - c), out + c, scales[g * panel_rows + r]);
      }
    }
  }

 private:
  const matrix<C>& w_;
  std::size_t stride_;
  std::vector<std::uint8_t> index_;
};

// Fills the bytes of a prepacked.
class prepacker {
 public:
  // In levels. False, and nothing done, where that cannot hold the values.
  template <Codec C>
  static bool levels_of(const matrix<C>& w, detail::packed_header h, int most_terms, prepacked& out) {
    using L = level_codec<C>;
    constexpr bool coded = std::is_same_v<typename L::scale, std::uint8_t>;
    const std::size_t steps = prepacked::up(w.cols(), step_values), panels = prepacked::up(w.rows(), panel_rows);
    h.bits = L::bits <= 2 && L::group != step_values / 2 ? 2 : L::bits <= 4 ? 4 : L::bits <= 6 ? 6 : 8;
    h.group_steps =
        static_cast<std::uint32_t>(L::group == 0 ? std::max<std::size_t>(steps, 1) : L::group / step_values);
    h.float_scales = !coded;
    h.factor = L::factor(w.tensor_context());
    if (!is_finite(h.factor)) h.finite = 0;

    float level[256] = {}, scale[256] = {};
    for (unsigned i = 0; i < 1u << L::bits; ++i) level[i] = L::level(i);
    level_survey found;
    if constexpr (coded) {
      bool used[256] = {};
      if constexpr (L::group == 0) {
        used[0] = true;
      } else {
        for (std::size_t at = 0; at < w.bytes().size(); at += codec<C>::bytes)
          used[L::scale_code(w.bytes().data() + at)] = true;
      }
      for (unsigned s = 0; s < 256; ++s) {
        scale[s] = L::scale_of(static_cast<std::uint8_t>(s));
        if (!used[s]) continue;
        for (unsigned i = 0; i < 1u << L::bits; ++i)
          if (is_finite(level[i])) found.product(level[i], scale[s]);
      }
    } else {
      found.terms = 3;
    }
    if (h.how == unpacking::eight && (found.terms > 1 || (L::group != 0 && !found.shiftable))) return false;
    if (!found.finite) h.finite = 0;
    h.terms = static_cast<std::uint32_t>(std::min(found.terms, most_terms));
    prepacked::arrange(h);

    auto bytes = std::make_shared<line_vector<std::byte>>(h.size);
    const std::size_t groups = prepacked::groups(h), step_bytes = prepacked::step_bytes(h);
    level_rows<C> rows(w, steps);
    for (std::size_t p = 0; p < panels; ++p) {
      auto* scales = reinterpret_cast<typename L::scale*>(bytes->data() + h.scales) + p * groups * panel_rows;
      rows.read(p, groups, scales);
      if constexpr (!coded) {
        for (std::size_t g = 0; g < groups * panel_rows; ++g)
          if (!is_finite(scales[g])) h.finite = 0;
      }
      for (unsigned i = 0; i < 1u << L::bits; ++i) {
        if (is_finite(level[i])) continue;
        if (std::memchr(rows.index(), static_cast<int>(i), panel_rows * rows.stride()) == nullptr) continue;
        h.finite = 0;
        if (h.how == unpacking::eight && L::group != 0) return false;
      }
      for (std::size_t s = 0; s < steps; ++s)
        pack_step(h, rows.index() + s * step_values, rows.stride(),
                  bytes->data() + h.codes + (p * steps + s) * step_bytes);
    }
    std::memcpy(bytes->data() + 128, level, sizeof level);
    std::memcpy(bytes->data() + 128 + sizeof level, scale, sizeof scale);
    if (h.how != unpacking::eight && coded) fill_tables(h, level, scale, bytes->data());
    finish(h, std::move(bytes), out);
    return true;
  }

 private:
  static void fill_tables(const detail::packed_header& h, const float* level, const float* scale, std::byte* bytes) {
    const std::size_t entries = h.how == detail::unpacking::six ? 64 : 16, distinct = std::size_t{1} << h.bits;
    auto* table = reinterpret_cast<std::uint16_t*>(bytes + h.tables);
    const int terms = static_cast<int>(h.terms);
    for (std::size_t s = 0; s < 256; ++s)
      for (std::size_t i = 0; i < entries; ++i) {
        std::uint16_t term[3];
        detail::split_bfloat16(level[i % distinct] * scale[s], terms, term);
        for (std::size_t t = 0; t < h.terms; ++t) table[(t * 256 + s) * entries + i] = term[t];
      }
  }

 public:
  // As sums of bfloat16.
  template <Codec C>
  static void wide(const matrix<C>& w, detail::packed_header h, int most_terms, prepacked& out) {
    const std::size_t steps = prepacked::up(w.cols(), step_values), panels = prepacked::up(w.rows(), panel_rows);
    h.how = unpacking::wide;
    h.bits = 16;
    h.group_steps = static_cast<std::uint32_t>(std::max<std::size_t>(steps, 1));
    h.float_scales = 0;
    h.factor = 1;
    h.finite = 1;
    std::vector<float> row(w.cols());
    int terms = 1;
    constexpr bool is_bfloat16 = std::same_as<C, bfloat16>;
    for (std::size_t r = 0; r < w.rows() && !is_bfloat16; ++r) {
      w.decode_row(r, row);
      for (const float x : row) {
        if (!is_finite(x)) h.finite = 0;
        terms = std::max(terms, terms_of(x));
      }
    }
    if (terms > 3 && most_terms == 3) {
      h.how = unpacking::plain;
      h.bits = 32;
      terms = 1;
    }
    h.terms = static_cast<std::uint32_t>(std::min(terms, most_terms));
    prepacked::arrange(h);
    auto bytes = std::make_shared<line_vector<std::byte>>(h.size);
    const std::size_t step_bytes = prepacked::step_bytes(h);
    for (std::size_t r = 0; r < w.rows(); ++r) {
      if (h.how == unpacking::plain) {
        w.decode_row(r, row);
        std::byte* const to = bytes->data() + h.codes + (r / panel_rows) * steps * step_bytes;
        for (std::size_t c = 0; c < w.cols(); ++c)
          std::memcpy(to + c / step_values * step_bytes + plain_offset(r, c % step_values), &row[c], 4);
        continue;
      }
      std::byte* to = bytes->data() + h.codes + (r / panel_rows) * steps * step_bytes + wide_offset(r, 0);
      if constexpr (is_bfloat16) {
        const std::byte* in = w.row(r).data();
        for (std::size_t c = 0; c < w.cols(); c += step_values, to += step_bytes) {
          const std::size_t n = std::min(step_values, w.cols() - c);
          for (std::size_t i = 0; i < n; ++i) {
            std::uint16_t code;
            std::memcpy(&code, in + 2 * (c + i), 2);
            std::memcpy(to + wide_offset(0, i), &code, 2);
            if ((code & 0x7f80) == 0x7f80) h.finite = 0;
          }
        }
      } else {
        w.decode_row(r, row);
        for (std::size_t c = 0; c < w.cols(); ++c) {
          std::uint16_t term[3];
          split_bfloat16(row[c], static_cast<int>(h.terms), term);
          for (std::size_t t = 0; t < h.terms; ++t)
            std::memcpy(to + (t * panels * steps + c / step_values) * step_bytes + wide_offset(0, c % step_values),
                        &term[t], 2);
        }
      }
    }
    finish(h, std::move(bytes), out);
  }

 private:
  static void finish(const detail::packed_header& h, std::shared_ptr<detail::line_vector<std::byte>> bytes,
                     prepacked& out) {
    std::memcpy(bytes->data(), &h, sizeof h);
    out.bytes_ = *bytes;
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
    if (detail::prepacker::levels_of(w, h, most_terms, out)) return out;
  }
  detail::prepacker::wide(w, h, most_terms, out);
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
