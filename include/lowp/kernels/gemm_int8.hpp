// The int8 core of gemm: exact sums of products of bytes, y[i, j] = sum_k x[i, k] w[j, k].
//
//   x is m x k, w is n x k, each of signed or unsigned bytes; sums are exact in 32 bits while
//   k max|x| max|w| < 2^31: k <= 131071 for s8 x s8, 65793 for s8 x u8, 33025 for u8 x u8.
//   Longer k are added up in 64 bits and handed to int8_sink::write_long.
//
// Weights are packed once, for all tiers alike: strips of 32 columns j, in each for every 64 k two tiles of 1 KiB,
// row q of a tile holding k = 4q ... 4q + 3 of 16 columns side by side. That is the right operand of AMX and, a row
// at a time, of vpdpbusd. What is missing in the last strip or tile is 0, so activations may be anything there.
// Activations are packed 32 rows at a time as [64 k][row][k].
//
//   sapphire   AMX, blocks of 2 x 2 tiles
//   icelake    vpdpbusd: one operand unsigned, the other signed; where both are the same, x is taken 128 off, and
//              128 times the sum of the weights makes up for it
//   skylake,   vpmaddwd on words: exact for all bytes (vpmaddubsw saturates: 255 * 127 twice is more than 2^15)
//   haswell
//
// All give the same sums. Blocks of sums go to a sink while they are in the first cache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <lowp/blocks/matrix.hpp>
#include <lowp/kernels/amx.hpp>
#include <lowp/kernels/isa.hpp>
#include <lowp/kernels/options.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

/// Bytes that start at a multiple of 64 and are not cleared: for what is written in full next.
class raw_bytes {
 public:
  raw_bytes() = default;
  explicit raw_bytes(std::size_t size)
      : data_(static_cast<std::uint8_t*>(::operator new(std::max(size, least), alignment))), size_(size) {}
  [[nodiscard]] std::uint8_t* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::align_val_t alignment{64};
  static constexpr std::size_t least = 4096;  // one step of a strip: kernels point to its rows even where k is 0
  struct release {
    void operator()(std::uint8_t* p) const noexcept { ::operator delete(p, alignment); }
  };
  std::unique_ptr<std::uint8_t, release> data_;
  std::size_t size_ = 0;
};

inline constexpr std::size_t int8_strip = 32;         // columns (or rows of activations) of a strip
inline constexpr std::size_t int8_step = 64;          // k of a tile
inline constexpr std::size_t int8_step_bytes = 2048;  // of weights: one step of a strip

/// Packed weights.
struct int8_weights {
  std::size_t n = 0, k = 0;
  bool is_signed = true;
  raw_bytes memory;                     // of what follows, unless somebody else owns that
  const std::int32_t* sums = nullptr;   // of part p of column j: sums[p * strips() * int8_strip + j]
  const std::uint8_t* tiles = nullptr;  // tiles_size() bytes

  [[nodiscard]] std::size_t strips() const noexcept { return (n + int8_strip - 1) / int8_strip; }
  [[nodiscard]] std::size_t steps() const noexcept { return (k + int8_step - 1) / int8_step; }
  /// Steps of a part of k: as many as never overflow 32 bits, whatever the activations.
  [[nodiscard]] std::size_t part_steps() const noexcept { return is_signed ? 1024 : 512; }
  [[nodiscard]] std::size_t parts() const noexcept { return (steps() + part_steps() - 1) / part_steps(); }
  [[nodiscard]] std::size_t sums_count() const noexcept { return parts() * strips() * int8_strip; }
  [[nodiscard]] std::size_t tiles_size() const noexcept { return strips() * steps() * int8_step_bytes; }
  [[nodiscard]] const std::uint8_t* strip(std::size_t s) const noexcept {
    return tiles + s * steps() * int8_step_bytes;
  }
  /// sum_k w[j, k]
  [[nodiscard]] std::int64_t row_sum(std::size_t j) const noexcept {
    std::int64_t sum = 0;
    for (std::size_t p = 0; p < parts(); ++p) sum += sums[p * strips() * int8_strip + j];
    return sum;
  }
};

/// rows x cols bytes that somebody else owns.
struct int8_view {
  int8_view(matrix_view<const std::int8_t> v) noexcept
      : data(reinterpret_cast<const std::uint8_t*>(v.data())),
        rows(v.rows()),
        cols(v.cols()),
        stride(v.cols() == 0 ? 0 : v.stride()),  // rows without elements may have no address to step from
        is_signed(true) {}
  int8_view(matrix_view<const std::uint8_t> v) noexcept
      : data(v.data()), rows(v.rows()), cols(v.cols()), stride(v.cols() == 0 ? 0 : v.stride()), is_signed(false) {}

  const std::uint8_t* data;
  std::size_t rows, cols, stride;
  bool is_signed;
};

/// Takes finished blocks of sums: rows i ..., columns j ..., at most 32 x 32. Called from the executor's threads.
struct int8_sink {
  const void* self = nullptr;
  void (*write)(const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                const std::int32_t* sums, std::size_t stride) = nullptr;
  /// For k whose sums may need more than 32 bits (see above).
  void (*write_long)(const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                     const std::int64_t* sums, std::size_t stride) = nullptr;
};

struct int8_block_place {
  std::size_t i = 0, j = 0, rows = 0, cols = 0;
  const std::int32_t* sums = nullptr;
};

/// What a tier's block kernel is given.
struct int8_block {
  const std::uint8_t* x;      // a strip of packed activations
  const std::uint8_t* w;      // a strip of packed weights
  std::size_t steps, rows;    // rows <= 32 of x
  const std::int32_t* start;  // what each of the 32 columns starts from
  std::int32_t* sums;         // 32 x 32
  std::int32_t* carried;      // the same between the pieces of k, in any order
  bool first, last;           // of the pieces of k, where the tier asks for them
  bool w_passes;  // the next block has another strip of w, and the same one of x; else the other way round
  bool x_signed, w_signed;
  const std::uint8_t* ahead;  // what to fetch into the second cache meanwhile, so many lines a step
  std::size_t ahead_lines;
  const int8_sink* sink;  // the block before, which is written out meanwhile, or none
  const int8_block_place* before;

  void write_before() const {
    if (before->rows != 0)
      sink->write(sink->self, before->i, before->j, before->rows, before->cols, before->sums, int8_strip);
  }
};

struct int8_job;

/// The kernels of a tier.
struct int8_kernels {
  std::size_t piece_steps;   // of k, where a strip of w meets several of x: it stays in the first cache; 0: no pieces
  std::size_t x_step_bytes;  // bytes of a step of packed activations
  bool flips;                // x is packed 128 off if it has the signedness of w
  void (*pack)(const int8_view& x, std::size_t row, std::size_t rows, bool flip, std::uint8_t* out);
  void (*block)(const int8_block&);
  void (*run)(const int8_job&, std::size_t task);
};

struct int8_job {
  const int8_view& x;
  const int8_weights& w;
  const int8_sink& sink;
  const int8_kernels& kernels;
  std::size_t first_strip, strips;  // of x
  std::size_t strips_a_task;        // of w if `packed`, else of x
  const std::uint8_t* packed;       // the strips of x, or none: then each task packs its own
  bool is_long;

  [[nodiscard]] bool flip() const noexcept { return kernels.flips && x.is_signed == w.is_signed; }
  [[nodiscard]] std::size_t x_strip_bytes() const noexcept { return w.steps() * kernels.x_step_bytes; }
};

// What the columns of a strip start from in parts p ... q - 1: 0, or what taking x 128 off has changed.
inline void int8_start(const int8_job& job, std::size_t strip, std::size_t p, std::size_t q, std::int32_t* start) {
  std::fill_n(start, int8_strip, 0);
  if (!job.flip()) return;
  const std::uint32_t by = job.x.is_signed ? static_cast<std::uint32_t>(-128) : 128;
  for (; p < q; ++p) {
    const std::int32_t* sums = job.w.sums + (p * job.w.strips() + strip) * int8_strip;
    for (std::size_t c = 0; c < int8_strip; ++c)
      start[c] =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(start[c]) + by * static_cast<std::uint32_t>(sums[c]));
  }
}

// Computes blocks, each written out while the next one is computed.
class int8_pipeline {
 public:
  explicit int8_pipeline(const int8_job& job) noexcept : job_(job) {}
  int8_pipeline(const int8_pipeline&) = delete;
  int8_pipeline& operator=(const int8_pipeline&) = delete;

  /// The sums of a strip of x with a strip of w, both by number, over steps first ... first + steps - 1. What goes on
  /// from or to another piece is in `carried`.
  void block(std::size_t x_strip, const std::uint8_t* x, std::size_t w_strip, std::size_t first, std::size_t steps,
             std::int32_t* carried, const std::uint8_t* ahead, std::size_t ahead_lines) {
    const int8_weights& w = job_.w;
    if (start_strip_ != w_strip) {
      start_strip_ = w_strip;
      int8_start(job_, w_strip, 0, w.parts(), start_);
    }
    const int8_block_place place{x_strip * int8_strip, w_strip * int8_strip,
                                 std::min(int8_strip, job_.x.rows - x_strip * int8_strip),
                                 std::min(int8_strip, w.n - w_strip * int8_strip), sums_[turn_]};
    const bool is_last = first + steps == w.steps();
    int8_block b{x + first * job_.kernels.x_step_bytes,
                 w.strip(w_strip) + first * int8_step_bytes,
                 steps,
                 place.rows,
                 start_,
                 sums_[turn_],
                 carried,
                 first == 0,
                 is_last,
                 job_.packed == nullptr,
                 job_.x.is_signed,
                 w.is_signed,
                 ahead,
                 ahead_lines,
                 &job_.sink,
                 &before_};
    if (job_.is_long) return long_block(b, place);
    job_.kernels.block(b);
    before_.rows = 0;
    if (!is_last) return;
    before_ = place;
    turn_ ^= 1;
  }
  /// Writes the last block.
  void finish() {
    if (before_.rows != 0)
      job_.sink.write(job_.sink.self, before_.i, before_.j, before_.rows, before_.cols, before_.sums, int8_strip);
  }

 private:
  void long_block(int8_block b, const int8_block_place& place) {
    const std::size_t parts = job_.w.parts(), part = job_.w.part_steps(), all = b.steps;
    std::vector<std::int64_t> total(int8_strip * int8_strip);
    alignas(64) std::int32_t start[int8_strip];
    b.start = start;
    b.ahead_lines = 0;
    for (std::size_t p = 0; p < parts; ++p) {
      int8_start(job_, place.j / int8_strip, p, p + 1, start);
      b.steps = std::min(part, all - p * part);
      job_.kernels.block(b);
      for (std::size_t e = 0; e < place.rows * int8_strip; ++e) total[e] += b.sums[e];
      b.x += b.steps * job_.kernels.x_step_bytes;
      b.w += b.steps * int8_step_bytes;
    }
    job_.sink.write_long(job_.sink.self, place.i, place.j, place.rows, place.cols, total.data(), int8_strip);
  }

  alignas(64) std::int32_t sums_[2][int8_strip * int8_strip];
  alignas(64) std::int32_t start_[int8_strip];
  const int8_job& job_;
  int8_block_place before_{};
  std::size_t start_strip_ = static_cast<std::size_t>(-1);
  int turn_ = 0;
};

inline void int8_run(const int8_job& job, std::size_t task) {
  int8_pipeline pipeline(job);
  const std::size_t first = task * job.strips_a_task, w_strips = job.w.strips(), steps = job.w.steps();
  if (job.packed == nullptr) {
    // Weights fit in the second cache: a strip of x meets all of them.
    const raw_bytes x(job.x_strip_bytes());
    for (std::size_t s = first; s < std::min(first + job.strips_a_task, job.strips); ++s) {
      const std::size_t row = s * int8_strip;
      job.kernels.pack(job.x, row, std::min(int8_strip, job.x.rows - row), job.flip(), x.data());
      for (std::size_t t = 0; t < w_strips; ++t) pipeline.block(s, x.data(), t, 0, steps, nullptr, nullptr, 0);
    }
  } else {
    // A strip of weights, from further away, meets all of x; the next one is fetched meanwhile.
    const std::size_t lines = int8_step_bytes / 64, share = (lines + job.strips - 1) / job.strips;
    const std::size_t longest = job.kernels.piece_steps;
    const bool in_pieces = longest != 0 && steps > longest && job.strips > 1 && !job.is_long;
    const std::size_t pieces = in_pieces ? (steps + longest - 1) / longest : 1;
    const raw_bytes carried(in_pieces ? job.strips * sizeof(std::int32_t) * int8_strip * int8_strip : 0);
    for (std::size_t t = first; t < std::min(first + job.strips_a_task, w_strips); ++t) {
      const std::uint8_t* next = t + 1 < w_strips ? job.w.strip(t + 1) : nullptr;
      for (std::size_t p = 0; p < pieces; ++p) {
        const std::size_t from = steps * p / pieces, to = steps * (p + 1) / pieces;
        auto* sums = reinterpret_cast<std::int32_t*>(carried.data());
        for (std::size_t s = 0; s < job.strips; ++s) {
          const bool fetch = next != nullptr && s * share < lines;
          pipeline.block(job.first_strip + s, job.packed + s * job.x_strip_bytes(), t, from, to - from, sums,
                         fetch ? next + from * int8_step_bytes + s * share * (to - from) * 64 : nullptr,
                         fetch ? std::min(share, lines - s * share) : 0);
          if (in_pieces) sums += int8_strip * int8_strip;
        }
      }
    }
  }
  pipeline.finish();
  written_past_caches();
}

// Packs one strip of weights; rows that do not exist count as 0.
struct int8_source {
  const int8_view& rows;
  std::size_t first, count;  // of a strip
  std::uint8_t* out;
  std::int32_t* sums;  // of the first part
  std::size_t part_steps, sums_stride;
};

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/gemm_int8.inl>
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

inline constexpr std::array<const int8_kernels*, tier_count> int8_kernels_of{
    &tiers::scalar::int8_tier, &tiers::haswell::int8_tier, &tiers::skylake::int8_tier, &tiers::icelake::int8_tier,
    &tiers::sapphire::int8_tier};

inline constexpr kernel_table<void(const int8_source&)> int8_pack_strip{
    {&tiers::scalar::int8_pack_weights, &tiers::haswell::int8_pack_weights, &tiers::skylake::int8_pack_weights,
     &tiers::icelake::int8_pack_weights, &tiers::sapphire::int8_pack_weights}};

/// Packs w, n x k, behind `room` bytes, a multiple of 64. Throws lowp::error if the size overflows.
inline int8_weights prepack_int8(const int8_view& w, executor threads = {}, std::size_t room = 0) {
  int8_weights r;
  r.n = w.rows;
  r.k = w.cols;
  r.is_signed = w.is_signed;
  const std::size_t strips = r.strips(), steps = r.steps();
  static_cast<void>(checked_product(checked_product(strips, steps, "prepack"), 2 * int8_step_bytes, "prepack"));
  const std::size_t sums_size = r.sums_count() * sizeof(std::int32_t);
  r.memory = raw_bytes(room + sums_size + r.tiles_size());
  auto* const sums = reinterpret_cast<std::int32_t*>(r.memory.data() + room);
  std::uint8_t* const tiles = r.memory.data() + room + sums_size;
  r.sums = sums;
  r.tiles = tiles;
  if (strips == 0 || steps == 0) return r;
  const auto kernel = int8_pack_strip(active());
  const std::size_t a_task = std::max<std::size_t>(1, 128 / steps);
  threads((strips + a_task - 1) / a_task, [&](std::size_t task) {
    for (std::size_t s = task * a_task; s < std::min(strips, (task + 1) * a_task); ++s)
      kernel({w, s * int8_strip, std::min(int8_strip, r.n - s * int8_strip), tiles + s * steps * int8_step_bytes,
              sums + s * int8_strip, r.part_steps(), strips * int8_strip});
  });
  return r;
}

/// The largest k whose sums always fit in 32 bits.
[[nodiscard]] constexpr std::size_t int8_longest(bool x_signed, bool w_signed) noexcept {
  return x_signed && w_signed ? 131071 : x_signed || w_signed ? 65793 : 33025;
}

// What operands may take of the second cache's 2 MiB (1 MiB before sapphire).
inline constexpr std::size_t int8_cached = 1280 * 1024;

/// Whether all weights stay in the second cache, so that y is written along its rows; else it is written across them.
[[nodiscard]] inline bool int8_walks_along(const int8_weights& w, std::size_t rows_of_x) noexcept {
  return w.tiles_size() <= int8_cached && rows_of_x > int8_strip;
}

/// Hands all blocks of x w^T to the sink, each once. Throws lowp::error, nothing handed over, unless the shapes fit,
/// or if the sums may need more than 32 bits and the sink takes no more.
inline void gemm_int8(const int8_weights& w, const int8_view& x, const int8_sink& sink, executor threads = {}) {
  if (x.cols != w.k)
    throw error("gemm: x is " + shape_text(x.rows, x.cols) + ", W is " + shape_text(w.n, w.k) +
                "; y = x W^T needs m x k and n x k");
  const bool is_long = w.k > int8_longest(x.is_signed, w.is_signed);
  if (is_long && sink.write_long == nullptr)
    throw error("gemm: sums of " + std::to_string(w.k) + " products of 8-bit integers may not fit in 32 bits; " +
                std::to_string(int8_longest(x.is_signed, w.is_signed)) + " do");
  if (x.rows == 0 || w.n == 0) return;

  const int8_kernels& kernels = *int8_kernels_of[static_cast<std::size_t>(active())];
  const std::size_t x_strips = (x.rows + int8_strip - 1) / int8_strip, w_strips = w.strips();
  const std::size_t steps = std::max<std::size_t>(1, w.steps());
  constexpr std::size_t task_steps = 1024;  // of a block, 64 cycles each: much more than handing out a task
  int8_job job{x, w, sink, kernels, 0, x_strips, 1, nullptr, is_long};
  if (int8_walks_along(w, x.rows)) {
    job.strips_a_task = std::max<std::size_t>(1, task_steps / (steps * w_strips));
    return threads((x_strips + job.strips_a_task - 1) / job.strips_a_task,
                   [&](std::size_t t) { kernels.run(job, t); });
  }
  const std::size_t strip_bytes = steps * kernels.x_step_bytes;
  const std::size_t rounds = (x_strips * strip_bytes + int8_cached - 1) / int8_cached;
  const std::size_t a_round = std::max<std::size_t>(1, (x_strips + rounds - 1) / rounds);
  const raw_bytes packed(a_round * strip_bytes);
  job.packed = packed.data();
  for (std::size_t first = 0; first < x_strips; first += a_round) {
    job.first_strip = first;
    job.strips = std::min(a_round, x_strips - first);
    const std::size_t a_task = std::max<std::size_t>(1, task_steps / steps);
    threads((job.strips + a_task - 1) / a_task, [&](std::size_t t) {
      for (std::size_t s = t * a_task; s < std::min(job.strips, (t + 1) * a_task); ++s) {
        const std::size_t row = (first + s) * int8_strip;
        kernels.pack(x, row, std::min(int8_strip, x.rows - row), job.flip(), packed.data() + s * job.x_strip_bytes());
      }
    });
    job.strips_a_task = std::max<std::size_t>(1, task_steps / (steps * job.strips));
    threads((w_strips + job.strips_a_task - 1) / job.strips_a_task, [&](std::size_t t) { kernels.run(job, t); });
  }
}

}  // namespace lowp::detail
