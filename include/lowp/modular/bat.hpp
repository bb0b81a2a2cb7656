// Products of matrices of residues where one is known beforehand, on the byte cores: basis-aligned transformation.
//
//   const lowp::modular::bat_matrix a(A, q);             A: h x v residues modulo q, constant
//   lowp::modular::multiply(a, x, c);                    c = A x mod q;  x: v x w, c: h x w
//   const lowp::modular::bat_matrix<bat_side::right> b(B, q);
//   lowp::modular::multiply(x, b, c);                    c = x B mod q;  x: m x v, B: v x n
//
//   a x == sum_j x_j (a 256^j mod q)    with x_j the bytes of x: so a is replaced by the matrix of the digits of
//   e_j = a 256^j mod q, one column for each byte of x and one row for each digit; x stays as it lies in memory.
//
// Digits are signed, -128 ... 127, e_j = sum_p d_p 256^p with e_j taken as the residue nearest to 0, which fits every
// q below 2^32 and lets every tier multiply bytes of x (unsigned) by digits (signed). C digits for q <= 256^C make
// sums P_p with |P_p| <= bytes * 255 * 128 in 32 bits, bytes = v times 1, 2 or 4 bytes of x: at most 65536 of them,
// or the constructor throws. z = sum_p P_p 256^p + (a multiple of q), 0 <= z < 2^(L + 31) for q of L bits, is reduced
// once for each element of c, not for each product.
//
// Operations for q < 2^32: 16 products of bytes for each of residues (12 for q <= 2^24 and A on the left), 4 for q <=
// 2^16, 1 for q <= 2^8. Tiers whose byte core is too slow for that multiply words (word_gemm.hpp). The result is the
// same on all.
//
// Rows of a left matrix may each have a modulus of their own. Source: J. Tong et al., CROSS (arXiv 2501.07047).
#pragma once

#include <bit>
#include <limits>
#include <span>

#include <lowp/kernels/gemm_int8.hpp>
#include <lowp/modular/modulus.hpp>
#include <lowp/modular/word_gemm.hpp>

namespace lowp::modular::detail {

/// What reduction modulo q of L bits needs: ratio = floor((2^(L + 31) - 1) / q) < 2^32. The quotient floor(z ratio /
/// 2^(L + 31)) is less than z / q by at most 1 + z / 2^(L + 31): one correction for z < 2^(L + 31), two for z < 2^32
/// q.
struct bat_modulus {
  std::uint64_t offset;  // a multiple of q that no sum is below the negative of
  std::uint32_t q, ratio;
  unsigned shift;  // L - 1

  bat_modulus(std::uint32_t modulus, std::uint64_t largest_sum) noexcept
      : offset((largest_sum / modulus + 1) * modulus),
        q(modulus),
        ratio(static_cast<std::uint32_t>(((std::uint64_t{1} << (std::bit_width(modulus) + 31)) - 1) / modulus)),
        shift(static_cast<unsigned>(std::bit_width(modulus)) - 1) {}
};

/// Lines of sums of digits: element c of line l has digit p at sums[l * line_step + p * digit_step + c].
struct bat_lines {
  const std::int32_t* sums;
  std::size_t line_step, digit_step, lines, count;
  int digits;
  const bat_modulus* moduli;
  std::size_t modulus_step;  // 0: all lines have the same
  std::uint32_t* out;
  std::size_t out_stride;
};

struct bat_words {
  const std::uint64_t *low, *high;
  std::size_t stride, lines, count;
  const bat_modulus* moduli;
  std::size_t modulus_step;
  std::uint32_t* out;
  std::size_t out_stride;
};

/// rows x cols words, at most 32 columns.
struct bat_source {
  const std::uint32_t* data;
  std::size_t stride, rows, cols, bytes, lines;
  std::uint32_t* out;
};

struct bat_kernels {
  void (*write)(const bat_lines&) noexcept;
  void (*write_words)(const bat_words&) noexcept;
  void (*pack)(const bat_source&) noexcept;
  void (*narrow)(const std::uint32_t* in, std::size_t n, std::size_t bytes, std::uint8_t* out) noexcept;
};

// A constant left operand, packed, with some strips of 32 columns of data.
struct bat_job {
  const lowp::detail::int8_job& job;
  const std::uint8_t* strips;  // of the constant, all of them
  const bat_kernels& kernels;
  bat_source source;   // the data; if not null, a task packs strips of it, else they are packed already
  bool task_has_data;  // a task is some strips of data, else some strips of the constant
  std::size_t strips_a_task;
  bool has_tiles;
};

// Blocks of one strip with several others, in pieces of k that stay in the first cache: block(other, first step,
// steps, sums from piece to piece, what to fetch meanwhile, lines of it a step). next: the strip after, whose steps
// have as many bytes as those of the packed weights, or null.
template <class Block>
inline void bat_pieces(std::size_t steps, std::size_t longest, std::size_t others, const std::uint8_t* next,
                       const Block& block) {
  using namespace lowp::detail;
  const bool in_pieces = longest != 0 && steps > longest && others > 1;
  const std::size_t pieces = in_pieces ? (steps + longest - 1) / longest : 1;
  constexpr std::size_t sums = int8_strip * int8_strip;
  const raw_bytes carried(in_pieces ? others * sums * sizeof(std::int32_t) : 0);
  const std::size_t lines = next != nullptr ? int8_step_bytes / 64 : 0, share = (lines + others - 1) / others;
  for (std::size_t p = 0; p < pieces; ++p) {
    const std::size_t from = steps * p / pieces, n = steps * (p + 1) / pieces - from;
    for (std::size_t o = 0; o < others; ++o) {
      const std::size_t fetched = std::min(lines, o * share);
      block(o, from, n, in_pieces ? reinterpret_cast<std::int32_t*>(carried.data()) + o * sums : nullptr,
            fetched < lines ? next + from * int8_step_bytes + fetched * n * 64 : nullptr,
            std::min(share, lines - fetched));
    }
  }
}

inline void bat_pack_strip(const bat_job& b, std::size_t strip, std::uint8_t* out) {
  using namespace lowp::detail;
  bat_source s = b.source;
  s.data += strip * int8_strip;
  s.cols = std::min(int8_strip, s.cols - strip * int8_strip);
  s.out = reinterpret_cast<std::uint32_t*>(out);
  b.kernels.pack(s);
}

inline void bat_run_blocks(const bat_job& b, std::size_t task) {
  using namespace lowp::detail;
  const int8_job& job = b.job;
  int8_pipeline pipeline(job);
  const std::size_t steps = job.w.steps(), first = task * b.strips_a_task, longest = job.kernels.piece_steps;
  const std::size_t end = std::min(first + b.strips_a_task, b.task_has_data ? job.w.strips() : job.strips);
  for (std::size_t one = first; one < end; ++one) {
    if (b.task_has_data) {
      bat_pack_strip(b, one, job.w.memory.data() + one * steps * int8_step_bytes);
      bat_pieces(steps, longest, job.strips, nullptr,
                 [&](std::size_t s, std::size_t from, std::size_t n, std::int32_t* sums, const std::uint8_t* ahead,
                     std::size_t lines) {
                   pipeline.block(s, b.strips + s * job.x_strip_bytes(), one, from, n, sums, ahead, lines);
                 });
    } else {
      const std::uint8_t* strip = b.strips + one * job.x_strip_bytes();
      const bool fetch = b.has_tiles && one + 1 < job.strips;
      bat_pieces(steps, longest, job.w.strips(), fetch ? strip + job.x_strip_bytes() : nullptr,
                 [&](std::size_t t, std::size_t from, std::size_t n, std::int32_t* sums, const std::uint8_t* ahead,
                     std::size_t lines) { pipeline.block(one, strip, t, from, n, sums, ahead, lines); });
    }
  }
  pipeline.finish();
}

inline void bat_run(const bat_job& b, std::size_t task) {
#if defined(__x86_64__)
  if (b.has_tiles) {
    const lowp::detail::amx::session tiles;
    return bat_run_blocks(b, task);
  }
#endif
  bat_run_blocks(b, task);
}

}  // namespace lowp::modular::detail

#define LOWP_BODY <lowp/modular/bat.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular {

/// Which operand of a product is the constant one.
enum class bat_side : unsigned char { left, right };

namespace detail {

inline constexpr std::array<const bat_kernels*, tier_count> bat_kernels_of{
    &tiers::scalar::bat_tier, &tiers::haswell::bat_tier, &tiers::skylake::bat_tier, &tiers::icelake::bat_tier,
    &tiers::sapphire::bat_tier};

// Bytes that hold 0 ... q - 1.
[[nodiscard]] constexpr int bytes_below(std::uint32_t q) noexcept {
  return (static_cast<int>(std::bit_width(q - 1)) + 7) / 8;
}

// Whether a tier multiplies bytes, not words: by the number of byte products for each product of residues, and how
// many products of words fit in 64 bits. Below icelake 16 byte products lose to a multiply and an add, unless every
// other product is folded.
[[nodiscard]] constexpr bool bat_takes_bytes(tier t, std::size_t products, std::uint64_t fold) noexcept {
  if (t >= tier::icelake) return true;
  return t >= tier::haswell && (products <= 4 || fold < 2);
}

}  // namespace detail

/// A constant matrix of residues as digits. Copies what it needs of a.
template <bat_side Side = bat_side::left>
class bat_matrix {
 public:
  /// The most bytes of data that a sum may be over: rows or columns of the data times data_bytes().
  static constexpr std::size_t longest_sum = 65536;

  /// Throws lowp::error unless all elements are below q, and if sums might overflow (longest_sum). data_below: what
  /// words of the data are below, if not q; they are taken modulo 2^8, 2^16 or 2^32, whichever that needs.
  bat_matrix(matrix_view<const std::uint32_t> a, const modulus<std::uint32_t>& q, std::uint32_t data_below = 0)
      : bat_matrix(a, checked{{q.value()}}, data_below != 0 ? data_below : q.value()) {}
  /// A modulus of its own for each row of a.
  bat_matrix(matrix_view<const std::uint32_t> a, std::span<const std::uint32_t> moduli,
             std::uint32_t data_below) requires(Side == bat_side::left)
      : bat_matrix(a, checked_moduli(moduli, a.rows()), data_below) {}

  /// Of the matrix itself.
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
  [[nodiscard]] matrix_view<const std::uint32_t> words() const noexcept { return {words_.data(), rows_, cols_}; }
  [[nodiscard]] std::uint32_t modulus_of(std::size_t row) const noexcept { return moduli_[row * modulus_step_].q; }
  /// Bytes of a word of the data that take part: 1, 2 or 4.
  [[nodiscard]] std::size_t data_bytes() const noexcept { return data_bytes_; }
  [[nodiscard]] int digits() const noexcept { return digits_; }

  /// For multiply.
  void apply(matrix_view<const std::uint32_t> x, matrix_view<std::uint32_t> c, const executor& threads) const {
    check_shapes(x, c);
    if (c.rows() == 0 || c.cols() == 0) return;
    if (!takes_bytes(active())) return multiply_words(x, c, threads);
    if constexpr (Side == bat_side::left) {
      multiply_left(x, c, threads);
    } else {
      multiply_right(x, c, threads);
    }
  }

 private:
  static constexpr bool is_left = Side == bat_side::left;

  struct checked {
    std::vector<std::uint32_t> moduli;
  };
  bat_matrix(matrix_view<const std::uint32_t> a, const checked& by, std::uint32_t data_below)
      : rows_(a.rows()), cols_(a.cols()), modulus_step_(by.moduli.size() == 1 ? 0 : 1) {
    const std::vector<std::uint32_t>& q = by.moduli;
    std::uint32_t most = 2;
    for (const std::uint32_t m : q) most = std::max(most, m);
    digits_ = detail::bytes_below(most);
    if (!is_left && digits_ == 3) digits_ = 4;  // digits of 8 columns fill a strip of 32
    const int bytes = detail::bytes_below(std::max(2u, data_below));
    data_bytes_ = bytes == 3 ? 4 : static_cast<std::size_t>(bytes);
    if (depth() > longest_sum / data_bytes_)
      throw error("bat_matrix: a sum of " + std::to_string(depth()) + " products with words of " +
                  std::to_string(data_bytes_) + " bytes may overflow 32 bits; at most " +
                  std::to_string(longest_sum / data_bytes_) + " are sure to fit");
    moduli_.reserve(q.size());
    for (const std::uint32_t m : q)
      moduli_.emplace_back(m, std::uint64_t{depth()} * data_bytes_ * 255 * largest_residue(m));
    words_.reserve(lowp::detail::checked_product(rows_, cols_, "bat_matrix"));
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t c = 0; c < cols_; ++c) {
        if (a(r, c) >= modulus_of(r))
          throw error("bat_matrix: element (" + std::to_string(r) + ", " + std::to_string(c) + ") is " +
                      std::to_string(a(r, c)) + ", not below the modulus " + std::to_string(modulus_of(r)));
        words_.push_back(a(r, c));
      }
    }
    packed_for_ = active();
    if (takes_bytes(packed_for_)) pack();
  }

  static checked checked_moduli(std::span<const std::uint32_t> moduli, std::size_t rows) {
    if (moduli.size() != rows)
      throw error("bat_matrix: " + std::to_string(moduli.size()) + " moduli for " + std::to_string(rows) + " rows");
    for (const std::uint32_t q : moduli) static_cast<void>(modulus<std::uint32_t>(q));  // refuses 0 and 1
    return {{moduli.begin(), moduli.end()}};
  }

  [[nodiscard]] std::uint32_t data_mask() const noexcept { return ~std::uint32_t{0} >> (32 - 8 * data_bytes_); }
  // Products of words that are sure to fit in 64 bits.
  [[nodiscard]] std::uint64_t fold() const noexcept {
    std::uint64_t most = 1;
    for (const detail::bat_modulus& m : moduli_) most = std::max(most, std::uint64_t{m.q - 1} * data_mask());
    return std::numeric_limits<std::uint64_t>::max() / most;
  }
  [[nodiscard]] bool takes_bytes(tier t) const noexcept {
    return detail::bat_takes_bytes(t, static_cast<std::size_t>(digits_) * data_bytes_, fold());
  }
  // What a sum is over.
  [[nodiscard]] std::size_t depth() const noexcept { return is_left ? cols_ : rows_; }
  // Rows (columns) of the matrix in a strip of 32 rows of digits: digit p of row h is row p * group() + h.
  [[nodiscard]] std::size_t group() const noexcept {
    return lowp::detail::int8_strip / static_cast<std::size_t>(digits_);
  }
  [[nodiscard]] std::size_t strips() const noexcept { return ((is_left ? rows_ : cols_) + group() - 1) / group(); }
  // The highest number that the signed digits give.
  [[nodiscard]] std::uint32_t highest() const noexcept { return 0x7f7f7f7f >> (32 - 8 * digits_); }
  [[nodiscard]] std::uint64_t largest_residue(std::uint32_t q) const noexcept {
    return highest() < q / 2 ? q - highest() : q / 2 + 1;
  }

  // Digits of e = a 256^byte mod q.
  void write_digits(std::uint32_t e, std::uint32_t q, std::int8_t* out, std::size_t step) const noexcept {
    std::int64_t rest = e > std::min(highest(), q / 2) ? std::int64_t{e} - q : std::int64_t{e};
    for (int p = 0; p < digits_; ++p) {
      const auto digit = static_cast<std::int8_t>(static_cast<std::uint8_t>(rest & 255));
      out[static_cast<std::size_t>(p) * step] = digit;
      rest = (rest - digit) / 256;
    }
  }

  // Strip s as 32 rows of bytes along the sum.
  void digits_of_strip(std::size_t s, std::int8_t* out) const {
    const std::size_t k = depth() * data_bytes_, lines = is_left ? rows_ : cols_;
    std::fill_n(out, lowp::detail::int8_strip * k, std::int8_t{0});
    for (std::size_t h = 0; h < group() && s * group() + h < lines; ++h) {
      const std::size_t line = s * group() + h;
      const std::uint32_t q = is_left ? modulus_of(line) : moduli_[0].q;
      for (std::size_t v = 0; v < depth(); ++v) {
        std::uint64_t e = is_left ? words_[line * cols_ + v] : words_[v * cols_ + line];
        for (std::size_t byte = 0; byte < data_bytes_; ++byte, e = e * 256 % q)
          write_digits(static_cast<std::uint32_t>(e), q, out + h * k + v * data_bytes_ + byte, group() * k);
      }
    }
  }

  // As the left operand of the tier's byte core.
  [[nodiscard]] lowp::detail::raw_bytes left_strips(const lowp::detail::int8_kernels& kernels) const {
    using namespace lowp::detail;
    const std::size_t k = depth() * data_bytes_, steps = (k + int8_step - 1) / int8_step;
    const std::size_t strip_bytes = steps * kernels.x_step_bytes;
    raw_bytes all(checked_product(strips(), strip_bytes, "bat_matrix"));
    std::vector<std::int8_t> one(int8_strip * k);
    const int8_view view(matrix_view<const std::int8_t>(one.data(), int8_strip, k));
    for (std::size_t s = 0; s < strips(); ++s) {
      digits_of_strip(s, one.data());
      kernels.pack(view, 0, int8_strip, false, all.data() + s * strip_bytes);
    }
    return all;
  }
  // The same for all tiers.
  void pack() {
    using namespace lowp::detail;
    if constexpr (is_left) {
      left_ = left_strips(*int8_kernels_of[static_cast<std::size_t>(packed_for_)]);
    } else {
      right_ = right_strips();
    }
  }
  [[nodiscard]] lowp::detail::int8_weights right_strips() const {
    using namespace lowp::detail;
    const std::size_t k = depth() * data_bytes_;
    std::vector<std::int8_t> all(checked_product(strips() * int8_strip, k, "bat_matrix"));
    for (std::size_t s = 0; s < strips(); ++s) digits_of_strip(s, all.data() + s * int8_strip * k);
    return prepack_int8(matrix_view<const std::int8_t>(all.data(), strips() * int8_strip, k));
  }

  void check_shapes(const matrix_view<const std::uint32_t>& x, const matrix_view<std::uint32_t>& c) const {
    using lowp::detail::shape_text;
    const bool fits = is_left ? x.rows() == cols_ && c.rows() == rows_ && c.cols() == x.cols()
                              : x.cols() == rows_ && c.rows() == x.rows() && c.cols() == cols_;
    if (!fits)
      throw error("modular::multiply: the constant is " + shape_text(rows_, cols_) + ", the data " +
                  shape_text(x.rows(), x.cols()) + ", the result " + shape_text(c.rows(), c.cols()) +
                  (is_left ? "; C = A X needs h x v, v x w, h x w" : "; C = X B needs v x w, h x v, h x w"));
  }

  // What a sink of any of the ways needs.
  struct destination {
    const bat_matrix& a;
    const detail::bat_kernels& kernels;
    matrix_view<std::uint32_t> c;
  };

  void multiply_words(matrix_view<const std::uint32_t> x, matrix_view<std::uint32_t> c,
                      const executor& threads) const {
    const std::uint32_t mask = data_mask();
    detail::word_operands o{
        words(), ~std::uint32_t{0}, {x.data(), x.rows(), x.cols(), x.stride(), 1, mask}, fold(), false};
    if constexpr (!is_left) {
      o.x = x;
      o.x_mask = mask;
      o.w = {words_.data(), rows_, cols_, cols_, 1, ~std::uint32_t{0}};
    }
    const destination to{*this, *detail::bat_kernels_of[static_cast<std::size_t>(active())], c};
    detail::word_gemm(
        o,
        {&to,
         [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
            const std::uint64_t* low, const std::uint64_t* high, std::size_t stride) {
           const destination& d = *static_cast<const destination*>(self);
           d.kernels.write_words({low, high, stride, rows, cols, d.a.moduli_.data() + i * d.a.modulus_step_,
                                  d.a.modulus_step_, &d.c(i, j), d.c.stride()});
         }},
        threads);
  }

  void multiply_left(matrix_view<const std::uint32_t> x, matrix_view<std::uint32_t> c,
                     const executor& threads) const {
    using namespace lowp::detail;
    const auto t = static_cast<std::size_t>(active());
    const int8_kernels& kernels = *int8_kernels_of[t];
    const detail::bat_kernels& ours = *detail::bat_kernels_of[t];
    const destination to{*this, ours, c};
    int8_sink sink;
    sink.self = &to;
    sink.write = [](const void* self, std::size_t i, std::size_t j, std::size_t, std::size_t cols,
                    const std::int32_t* sums, std::size_t stride) {
      const destination& d = *static_cast<const destination*>(self);
      const std::size_t group = d.a.group(), h = i / int8_strip * group;
      d.kernels.write({sums, stride, group * stride, std::min(group, d.a.rows_ - h), cols, d.a.digits_,
                       d.a.moduli_.data() + h * d.a.modulus_step_, d.a.modulus_step_, &d.c(h, j), d.c.stride()});
    };
    raw_bytes for_this_tier;  // where it is not the one that the matrix was made for
    const std::uint8_t* strips_of_a = left_.data();
    if (packed_for_ != active()) {
      for_this_tier = left_strips(kernels);
      strips_of_a = for_this_tier.data();
    }
    int8_weights data;  // some strips of x at a time
    data.k = cols_ * data_bytes_;
    data.is_signed = false;
    const std::size_t steps = data.steps(), strip_bytes = std::max<std::size_t>(1, steps) * int8_step_bytes;
    constexpr std::size_t cached = 1280 * 1024;  // of the second cache
    constexpr std::size_t task_steps = 1024;     // of a block
    const bool small = strips() * strip_bytes <= cached;
    const std::size_t data_strips = (x.cols() + int8_strip - 1) / int8_strip;
    const std::size_t rounds = small ? 1 : (data_strips * strip_bytes + cached - 1) / cached;
    const std::size_t a_round = (data_strips + rounds - 1) / rounds;
    data.memory = raw_bytes(checked_product(a_round, strip_bytes, "modular::multiply"));
    data.tiles = data.memory.data();
    const matrix_view<const std::int8_t> shape(nullptr, strips() * int8_strip, data.k);
    const int8_view left(shape);
    for (std::size_t first = 0; first < data_strips; first += a_round) {
      const std::size_t column = first * int8_strip;
      data.n = std::min(a_round * int8_strip, x.cols() - column);
      destination part{*this, ours, {c.data() + column, c.rows(), data.n, c.stride()}};
      sink.self = &part;
      const int8_job job{left, data, sink, kernels, 0, strips(), 1, small ? strips_of_a : nullptr, false};
      detail::bat_job all{job,
                          strips_of_a,
                          ours,
                          {x.data() + column, x.stride(), x.rows(), data.n, data_bytes_, steps * 16, nullptr},
                          small,
                          1,
                          active() == tier::sapphire};
      const auto run = [&](std::size_t count, std::size_t against) {
        all.strips_a_task = std::max<std::size_t>(1, task_steps / (std::max<std::size_t>(1, steps) * against));
        threads((count + all.strips_a_task - 1) / all.strips_a_task,
                [&](std::size_t task) { detail::bat_run(all, task); });
      };
      if (small) {
        run(data.strips(), strips());
      } else {
        threads(data.strips(), [&](std::size_t s) {
          detail::bat_pack_strip(all, s, data.memory.data() + s * steps * int8_step_bytes);
        });
        run(strips(), data.strips());
      }
    }
  }

  void multiply_right(matrix_view<const std::uint32_t> x, matrix_view<std::uint32_t> c,
                      const executor& threads) const {
    using namespace lowp::detail;
    const destination to{*this, *detail::bat_kernels_of[static_cast<std::size_t>(active())], c};
    int8_sink sink;
    sink.self = &to;
    sink.write = [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t,
                    const std::int32_t* sums, std::size_t stride) {
      const destination& d = *static_cast<const destination*>(self);
      const std::size_t group = d.a.group(), n = j / int8_strip * group;
      d.kernels.write({sums, stride, group, rows, std::min(group, d.a.cols_ - n), d.a.digits_, d.a.moduli_.data(), 0,
                       &d.c(i, n), d.c.stride()});
    };
    int8_weights for_this_call;
    const int8_weights* w = &right_;
    if (right_.n == 0) {  // made where words were multiplied
      for_this_call = right_strips();
      w = &for_this_call;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(x.data());
    raw_bytes narrow;
    std::size_t stride = 4 * x.stride();
    if (data_bytes_ < 4) {
      stride = rows_ * data_bytes_;
      narrow = raw_bytes(checked_product(x.rows(), stride, "modular::multiply"));
      for (std::size_t i = 0; i < x.rows(); ++i)
        to.kernels.narrow(x.data() + i * x.stride(), rows_, data_bytes_, narrow.data() + i * stride);
      bytes = narrow.data();
    }
    gemm_int8(*w, int8_view(matrix_view<const std::uint8_t>(bytes, x.rows(), rows_ * data_bytes_, stride)), sink,
              threads);
  }

  std::size_t rows_, cols_, modulus_step_, data_bytes_ = 0;
  int digits_ = 0;
  std::vector<detail::bat_modulus> moduli_;
  std::vector<std::uint32_t> words_;
  tier packed_for_ = tier::scalar;
  lowp::detail::raw_bytes left_;
  lowp::detail::int8_weights right_;
};

/// c = A x mod q (each row modulo its own q, if it has). Words of x may be anything below 256^data_bytes(); c is
/// reduced. Throws lowp::error, nothing written, unless the shapes fit. c must not overlap x.
inline void multiply(const bat_matrix<bat_side::left>& a, matrix_view<const std::uint32_t> x,
                     matrix_view<std::uint32_t> c, const executor& threads = {}) {
  a.apply(x, c, threads);
}

/// c = x B mod q.
inline void multiply(matrix_view<const std::uint32_t> x, const bat_matrix<bat_side::right>& b,
                     matrix_view<std::uint32_t> c, const executor& threads = {}) {
  b.apply(x, c, threads);
}

}  // namespace lowp::modular
