// Exact products of integer matrices on the byte cores: digits to the base 256 as planes of signed bytes.
//
//   x = sum_p x_p 256^p, w = sum_q w_q 256^q      digits -128 ... 127
//   x w = sum_g 256^g S_g,   S_g = sum_{p + q = g} sum_k x_p w_q
//
// P digits hold -0x80...80 ... 0x7f...7f (P bytes each), and 8 of them all of 64 bits modulo 2^64. Digit p is byte p
// of x + 0x80...80, less 128. Sums of a group g stay in 32 bits for min(P, Q) k <= 131071; k is taken in chunks of
// 8192, so up to 15 pairs of digits meet.
//
// Or the planes are residues (exact_residues.hpp): then a sum S_g is of the planes g alone, `by_plane`.
//
// Layout: the left operand in strips of 32 rows, [strip][plane][64 k][row][k]; the right one in strips of 32 columns,
// [strip][plane][64 k][tile][...] (see gemm_int8.hpp). On sapphire the pairs of a group add up in the same tiles;
// below it the byte core of the tier makes one product at a time.
#pragma once

#include <lowp/kernels/gemm_int8.hpp>
#include <lowp/modular/word_gemm.hpp>

namespace lowp::modular::detail {

inline constexpr std::size_t plane_chunk = 128;  // steps of 64 k
inline constexpr std::size_t plane_block = 32 * 32;

/// rows x cols bytes, at most 64 x 32.
struct plane_rows {
  const std::uint8_t* data;
  std::size_t stride, rows, cols;
  std::uint8_t* out;
};

/// Sums of groups: rows i ..., columns j ... of the result, at most 32 x 32. Where k is longer than a chunk there are
/// several for a place, the first and the last being marked.
struct plane_place {
  std::size_t i, j, rows, cols;
  const std::int32_t* sums;  // [group][row][column], or in tiles: [group][row / 16][column / 16][row][column]
  bool in_tiles, first, last;
};

struct plane_sums {
  const plane_place& place;
  std::size_t groups;
  std::int64_t* out;
  std::size_t stride;
};

struct plane_kernels {
  void (*split)(const std::uint32_t* in, std::size_t n, bool is_signed, std::size_t planes, std::uint8_t* out,
                std::size_t plane_step) noexcept;
  void (*split_longs)(const std::uint64_t* in, std::size_t n, std::size_t planes, std::uint8_t* out,
                      std::size_t plane_step) noexcept;
  void (*interleave)(const plane_rows&) noexcept;
  void (*combine)(const plane_sums&) noexcept;
  void (*range)(const std::uint32_t* in, std::size_t n, bool is_signed, std::uint32_t* range) noexcept;
};

}  // namespace lowp::modular::detail

#define LOWP_BODY <lowp/modular/digit_planes.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular::detail {

inline constexpr std::array<const plane_kernels*, tier_count> plane_kernels_of{
    &tiers::scalar::plane_tier, &tiers::haswell::plane_tier, &tiers::skylake::plane_tier, &tiers::icelake::plane_tier,
    &tiers::sapphire::plane_tier};

/// An operand: writes the digits of columns c ... c + cols - 1 of row r, planes `plane_step` bytes apart.
struct plane_source {
  const void* self;
  std::size_t rows, cols, planes;
  void (*row)(const void* self, std::size_t r, std::size_t c, std::size_t cols, std::uint8_t* out,
              std::size_t plane_step);
};

struct plane_sink {
  const void* self;
  void (*write)(const void* self, const plane_place&);
};

/// One block: strips of 32 rows and columns.
struct plane_pair {
  const std::uint8_t *x, *w;
  std::size_t x_step, w_step;  // bytes from plane to plane
  std::size_t steps, planes_x, planes_w, first_group, groups;
  bool by_plane;
  std::int32_t* sums;

  // Planes of x in group g, and what each meets.
  [[nodiscard]] std::size_t first_x(std::size_t g) const noexcept {
    return by_plane ? g : g < planes_w ? 0 : g - planes_w + 1;
  }
  [[nodiscard]] std::size_t end_x(std::size_t g) const noexcept {
    return by_plane ? g + 1 : std::min(g + 1, planes_x);
  }
  [[nodiscard]] std::size_t met(std::size_t g, std::size_t p) const noexcept { return by_plane ? p : g - p; }
};

#if defined(__x86_64__)
// Products of strips of one pair of planes, added to tiles 0 to 3. The strip of w stays in the first cache, that of x
// passes through.
inline void plane_products(const std::uint8_t* x, const std::uint8_t* w, std::size_t steps) noexcept {
  namespace amx = lowp::detail::amx;
  for (std::size_t step = 0; step < steps; ++step, x += 2048, w += 2048) {
    amx::load<6>(w);
    amx::load_passing<4>(x);
    amx::dot_i8<0, 4, 6, true, true>();
    amx::load<7>(w + 1024);
    amx::dot_i8<1, 4, 7, true, true>();
    amx::load_passing<5>(x + 1024);
    amx::dot_i8<2, 5, 6, true, true>();
    amx::dot_i8<3, 5, 7, true, true>();
  }
}
inline void start_tiles() noexcept {
  namespace amx = lowp::detail::amx;
  amx::zero<0>();
  amx::zero<1>();
  amx::zero<2>();
  amx::zero<3>();
}
inline void load_tiles(const std::int32_t* sums) noexcept {
  namespace amx = lowp::detail::amx;
  amx::load<0>(sums);
  amx::load<1>(sums + 256);
  amx::load<2>(sums + 512);
  amx::load<3>(sums + 768);
}
inline void store_tiles(std::int32_t* sums) noexcept {
  namespace amx = lowp::detail::amx;
  amx::store<0>(sums);
  amx::store<1>(sums + 256);
  amx::store<2>(sums + 512);
  amx::store<3>(sums + 768);
}

// `count` strips of x, x_strip bytes apart, with one of w; sums [strip][group][tile][16][16].
inline void plane_strips(const plane_pair& b, std::size_t count, std::size_t x_strip) noexcept {
  constexpr std::size_t piece = 16;  // steps: 32 KiB of w
  const std::size_t groups = b.groups, end = b.first_group + groups;
  if (b.steps == 0 || (!b.by_plane && b.steps <= piece / 2)) {  // moving sums would take longer than the products
    for (std::size_t s = 0; s < count; ++s) {
      for (std::size_t g = 0; g < groups; ++g) {
        const std::size_t sum = g + b.first_group;
        start_tiles();
        for (std::size_t p = b.first_x(sum); p < b.end_x(sum); ++p)
          plane_products(b.x + s * x_strip + p * b.x_step, b.w + b.met(sum, p) * b.w_step, b.steps);
        store_tiles(b.sums + (s * groups + g) * plane_block);
      }
    }
    return;
  }
  for (std::size_t from = 0; from < b.steps; from += piece) {
    const std::size_t steps = std::min(piece, b.steps - from);
    for (std::size_t q = 0; q < b.planes_w; ++q) {
      for (std::size_t s = 0; s < count; ++s) {
        const std::size_t first = b.by_plane ? q : b.first_group > q ? b.first_group - q : 0;
        const std::size_t last = b.by_plane ? q + 1 : std::min(b.planes_x, end > q ? end - q : 0);
        for (std::size_t p = first; p < last; ++p) {
          std::int32_t* sums = b.sums + (s * groups + (b.by_plane ? p : p + q - b.first_group)) * plane_block;
          const bool is_first = from == 0 && (b.by_plane || q == 0 || p + 1 == b.planes_x);  // of its group
          is_first ? start_tiles() : load_tiles(sums);
          plane_products(b.x + s * x_strip + p * b.x_step + from * 2048, b.w + q * b.w_step + from * 2048, steps);
          store_tiles(sums);
        }
      }
    }
  }
}
#endif

// The same with the byte core of a tier. starts: of plane q and chunk, what the columns start from (where the core
// takes the left operand 128 off).
inline void plane_products(const plane_pair& b, const lowp::detail::int8_kernels& kernels,
                           const std::int32_t* starts) noexcept {
  using namespace lowp::detail;
  alignas(64) std::int32_t sums[plane_block];
  std::int32_t* out = b.sums;
  const int8_sink none;
  const int8_block_place nothing_before;
  for (std::size_t g = b.first_group; g < b.first_group + b.groups; ++g, out += plane_block) {
    std::fill_n(out, plane_block, 0);
    for (std::size_t p = b.first_x(g); p < b.end_x(g); ++p) {
      const std::size_t q = b.met(g, p);
      kernels.block({b.x + p * b.x_step, b.w + q * b.w_step, b.steps, 32, starts + q * int8_strip, sums, nullptr,
                     true, true, false, true, true, nullptr, 0, &none, &nothing_before});
      for (std::size_t e = 0; e < plane_block; ++e) out[e] += sums[e];
    }
  }
}

// The left operand, some strips of it, k of them from `first` on: [strip][plane][step].
inline void pack_left(const plane_source& x, std::size_t strip, std::size_t first, std::size_t k,
                      const lowp::detail::int8_kernels& kernels, std::uint8_t* out) {
  using namespace lowp::detail;
  const std::size_t rows = std::min(int8_strip, x.rows - strip * int8_strip), steps = (k + 63) / 64;
  const raw_bytes digits(x.planes * int8_strip * k);
  const std::size_t plane = int8_strip * k;
  for (std::size_t r = 0; r < rows; ++r)
    x.row(x.self, strip * int8_strip + r, first, k, digits.data() + r * k, plane);
  for (std::size_t p = 0; p < x.planes; ++p) {
    const auto* bytes = reinterpret_cast<const std::int8_t*>(digits.data() + p * plane);
    kernels.pack(matrix_view<const std::int8_t>(bytes, rows, k), 0, rows, kernels.flips,
                 out + p * steps * kernels.x_step_bytes);
  }
}

// One step of all strips of the right operand: [strip][plane][step].
inline void pack_right(const plane_source& w, std::size_t step, const plane_kernels& kernels, std::uint8_t* out) {
  using namespace lowp::detail;
  const std::size_t first = step * int8_step, rows = std::min(int8_step, w.rows - first);
  const std::size_t steps = (w.rows + int8_step - 1) / int8_step, strips = (w.cols + int8_strip - 1) / int8_strip;
  const raw_bytes digits(w.planes * rows * w.cols);
  const std::size_t plane = rows * w.cols;
  for (std::size_t r = 0; r < rows; ++r) w.row(w.self, first + r, 0, w.cols, digits.data() + r * w.cols, plane);
  for (std::size_t s = 0; s < strips; ++s) {
    for (std::size_t p = 0; p < w.planes; ++p)
      kernels.interleave({digits.data() + p * plane + s * int8_strip, w.cols, rows,
                          std::min(int8_strip, w.cols - s * int8_strip),
                          out + ((s * w.planes + p) * steps + step) * int8_step_bytes});
  }
}

/// All blocks of x w: so many groups from first_group on, of x.planes + w.planes - 1, or of x.planes if `by_plane`.
inline void plane_gemm(const plane_source& x, const plane_source& w, std::size_t first_group, std::size_t groups,
                       const plane_sink& sink, const executor& threads, bool by_plane = false) {
  using namespace lowp::detail;
  if (x.rows == 0 || w.cols == 0) return;
  const auto t = static_cast<std::size_t>(active());
  const int8_kernels& kernels = *int8_kernels_of[t];
  const plane_kernels& ours = *plane_kernels_of[t];
  const bool has_tiles = active() == tier::sapphire;
  const std::size_t k = x.cols, steps = (k + int8_step - 1) / int8_step;
  const std::size_t w_plane = steps * int8_step_bytes;
  constexpr std::size_t cached = 1024 * 1024;  // of the second cache
  // A strip of residues of w meets one plane of each of x only: four strips of x should stay in the cache, in sums that
  // are shorter for it, but not below 1024 unless two do not fit either.
  const std::size_t in_cache = by_plane ? cached / (x.planes * int8_step_bytes) : 0;  // steps of all planes
  const std::size_t most_steps =
      by_plane
          ? std::clamp(std::max(in_cache / 4, std::min<std::size_t>(16, in_cache / 2)), std::size_t{4}, plane_chunk)
          : plane_chunk;
  const std::size_t chunks = std::max<std::size_t>(1, (steps + most_steps - 1) / most_steps);
  const std::size_t chunk_steps = by_plane ? std::max<std::size_t>(1, (steps + chunks - 1) / chunks) : plane_chunk;
  const std::size_t span_steps = by_plane ? chunk_steps : std::max<std::size_t>(1, steps);
  const std::size_t x_strips = (x.rows + int8_strip - 1) / int8_strip;
  const std::size_t w_strips = (w.cols + int8_strip - 1) / int8_strip;
  const raw_bytes right(checked_product(w_strips * w.planes, w_plane, "exact product"));
  threads(steps, [&](std::size_t step) { pack_right(w, step, ours, right.data()); });
  // What columns start from: [strip][chunk][plane]
  const raw_bytes starts_bytes(has_tiles ? 0 : w_strips * chunks * w.planes * int8_strip * sizeof(std::int32_t));
  auto* starts = reinterpret_cast<std::int32_t*>(starts_bytes.data());
  if (!has_tiles) std::memset(starts, 0, starts_bytes.size());
  if (kernels.flips) {
    threads(w_strips, [&](std::size_t s) {
      for (std::size_t p = 0; p < w.planes; ++p) {
        const std::uint8_t* from = right.data() + (s * w.planes + p) * w_plane;
        for (std::size_t step = 0; step < steps; ++step, from += int8_step_bytes) {
          std::int32_t* to = starts + ((s * chunks + step / chunk_steps) * w.planes + p) * int8_strip;
          for (std::size_t b = 0; b < int8_step_bytes; ++b)
            to[b / 1024 * 16 + b % 64 / 4] -= 128 * static_cast<std::int8_t>(from[b]);
        }
      }
    });
  }
  const std::size_t longest = std::min(span_steps, steps);
  const std::size_t strip_bytes = std::max<std::size_t>(1, x.planes * longest * kernels.x_step_bytes);
  const std::size_t a_round = std::clamp<std::size_t>(cached / strip_bytes, 1, x_strips);
  const raw_bytes left(checked_product(a_round, strip_bytes, "exact product"));
  std::size_t span = 0;  // first step
  do {
    const std::size_t span_end = std::min(steps, span + span_steps),
                      x_plane = (span_end - span) * kernels.x_step_bytes;
    const std::size_t k_here = std::min(k, span_end * int8_step) - span * int8_step;
    for (std::size_t first = 0; first < x_strips; first += a_round) {
      const std::size_t some = std::min(a_round, x_strips - first);
      threads(some, [&](std::size_t s) {
        pack_left(x, first + s, span * int8_step, k_here, kernels, left.data() + s * strip_bytes);
      });
      const auto strip = [&](std::size_t j) {
        const std::size_t block = groups * plane_block;
        const raw_bytes bytes((has_tiles ? some : 1) * block * sizeof(std::int32_t));
        auto* sums = reinterpret_cast<std::int32_t*>(bytes.data());
        std::size_t from = span;
        do {
          const std::size_t end = std::min(span_end, from + chunk_steps);
          plane_pair b{left.data() + (from - span) * kernels.x_step_bytes,
                       right.data() + j * w.planes * w_plane + from * int8_step_bytes,
                       x_plane,
                       w_plane,
                       end - from,
                       x.planes,
                       w.planes,
                       first_group,
                       groups,
                       by_plane,
                       sums};
#if defined(__x86_64__)
          if (has_tiles) plane_strips(b, some, strip_bytes);
#endif
          for (std::size_t s = 0; s < some; ++s, b.x += strip_bytes) {
            if (!has_tiles)
              plane_products(b, kernels, starts + (j * chunks + from / chunk_steps) * w.planes * int8_strip);
            const std::size_t row = (first + s) * int8_strip;
            sink.write(sink.self, {row, j * int8_strip, std::min(int8_strip, x.rows - row),
                                   std::min(int8_strip, w.cols - j * int8_strip), has_tiles ? sums + s * block : sums,
                                   has_tiles, from == 0, end == steps});
          }
          from = end;
        } while (from < span_end);
      };
      threads(w_strips, [&](std::size_t j) {
#if defined(__x86_64__)
        if (has_tiles) {
          const amx::session tiles;
          return strip(j);
        }
#endif
        strip(j);
      });
    }
    span = span_end;
  } while (span < steps);
}

}  // namespace lowp::modular::detail
