// Weights laid out for the kernels, once, at load time: prepacked.hpp says how.
//
//   auto P = lowp::prepack(W);                 W: matrix<C>, n x k, in any codec
//   write(P.bytes());  ...  auto Q = lowp::prepacked::view(mapped_bytes);
//
// Rows of common codecs go from their bytes to the layout in pieces of 32 values (prepack.inl); others are taken apart
// into indices first, or decoded.
#pragma once

#include <lowp/formats/names.hpp>
#include <lowp/kernels/gemm_f32.hpp>
#include <lowp/kernels/levels.hpp>
#include <lowp/kernels/options.hpp>
#include <lowp/kernels/prepacked.hpp>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp {

namespace detail {

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
  return terms == 0   ? split_floats_table<0>(t)
         : terms == 1 ? split_floats_table<1>(t)
         : terms == 2 ? split_floats_table<2>(t)
                      : split_floats_table<3>(t);
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

// The bfloat16 that products of the levels and of floats with so many digits need.
template <std::size_t N>
inline int terms_of_products(const float (&level)[N], int scale_digits) noexcept {
  int most = 0;
  for (const float l : level) {
    const std::uint32_t b = std::bit_cast<std::uint32_t>(l) & 0x7fffff;
    if (l != 0 && is_finite(l)) most = std::max(most, b == 0 ? 1 : 24 - std::countr_zero(b));
  }
  const int digits = most <= 1 ? scale_digits : scale_digits + most;
  return std::min(3, (digits + 7) / 8);
}

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
      if constexpr (!coded) found.terms = terms_of_products(level, L::scale_digits);
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
      if (w.rows() != 0) {
        decode_row(w, 0, row.data());
        terms = split_floats_of(0)(row.data(), row.size(), nullptr, 0) & 7;
      }
    }
    const std::size_t tasks = std::min<std::size_t>(panels, 16);
    std::shared_ptr<std::byte> bytes;
    for (unsigned before = 0; before != terms;) {
      before = terms;
      if (terms >= 3 && most_terms == 3) {
        h.how = unpacking::plain;
        h.bits = 32;
        h.terms = terms == 3 ? 3 : 1;
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

  // A panel of floats; returns what split_floats returns, but at least 3.
  template <Codec C>
  static unsigned plain_panel(const matrix<C>& w, const detail::packed_header& h, std::size_t panel,
                              std::byte* bytes) {
    const std::size_t steps = prepacked::up(w.cols(), step_values), step_bytes = prepacked::step_bytes(h);
    auto* const transpose = f32_of(active()).transpose;
    auto* const count_terms = split_floats_of(0);
    unsigned found = 3;
    line_vector<float> rows;  // 16 of them, ended by zeros
    for (std::size_t tile = 0; tile < 2; ++tile) {
      std::byte* const out = bytes + h.codes + panel * steps * step_bytes + tile * 2048;
      const std::size_t first = panel * panel_rows + tile * tile_rows;
      const std::size_t count = first < w.rows() ? std::min(tile_rows, w.rows() - first) : 0;
      const float* from = nullptr;
      std::size_t stride = steps * step_values;
      if constexpr (std::same_as<C, float>) {
        if (count == tile_rows && w.cols() == stride) from = reinterpret_cast<const float*>(w.row(first).data());
      }
      if (from == nullptr) {
        rows.assign(tile_rows * stride, 0.0f);
        for (std::size_t r = 0; r < count; ++r) decode_row(w, first + r, rows.data() + r * stride);
        from = rows.data();
      }
      for (std::size_t r = 0; r < count; ++r) {
        const unsigned f = count_terms(from + r * stride, stride, nullptr, 0);
        found = std::max(found & 7, f & 7) | ((found | f) & 8);
      }
      for (std::size_t step = 0; step < steps; ++step)
        transpose(from + step * step_values, stride, tile_rows, step_values,
                  reinterpret_cast<float*>(out + step * step_bytes), tile_rows);
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

/// W (n x k) laid out for kernels. With a `precision` of bf16 its values are rounded to one bfloat16 now, with bf16x2 and
/// float16 to two, which takes less space and time; else nothing is lost. About the size of W for levels, else 2 bytes
/// a value where one bfloat16 will do, and 4 bytes.
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
  const int most_terms = detail::terms_allowed(options.precision);
  prepacked out;
  if constexpr (detail::unpacking_of<C>() != detail::unpacking::wide) {
    if (detail::prepacker::levels_of(w, h, most_terms, options.executor, out)) return out;
  }
  detail::prepacker::wide(w, h, most_terms, options.executor, out);
  return out;
}

}  // namespace lowp
