// exact_gemm: y = x W^T with every sum as if in infinite precision, rounded to float once (accumulate::exact).
//
//   exact_gemm(x, w, sink(y, options), executor)
//
// x (m x k) and w (n x k) are each a matrix_view<const T> of floats or numbers, or a matrix<Codec>. The factors are the
// values that these stand for as floats: what convert<float> or the codec's decode gives, which is exact but for a few
// formats beyond float's range and for a tensor scale, as of nvfp4. Results do not depend on tier, shape or threads.
// The sum is rounded once; what the sink does with it, alpha, bias and the rest, it does in float.
//
//   codes of 8 bits or less on both sides    as integers: a value is up to 7 digits of 7 bits and sign. One row of x or
//                                            a few: exact_dot, output by output. More: the int8 core, one product of
//                                            matrices for each pair of digits, 9 for e4m3fn, 1 for integers. A sum of
//                                            k < 2^20 products of digits, 4 weights apart at the most, fits in 64 bits
//   anything else                            as floats, see exact_dot.hpp, output by output
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include <lowp/kernels/epilogue.hpp>
#include <lowp/kernels/exact_dot.hpp>
#include <lowp/kernels/gemm_int8.hpp>
#include <lowp/kernels/quantize.hpp>

namespace lowp::detail {

/// How exact_gemm reads a matrix: by rows, as codes of one byte each (if `number` has such) or as floats. A row is
/// decoded into the buffer unless it is there already.
template <class M>
struct exact_rows {};

template <Scalar T>
struct exact_rows<matrix_view<const T>> {
  using number = T;
  static constexpr bool codes_in_place = true, floats_in_place = std::same_as<T, float>;
  const matrix_view<const T>& stored;
  const unsigned char* codes(std::size_t r, unsigned char*) const noexcept {
    return reinterpret_cast<const unsigned char*>(stored.row(r).data());
  }
  const float* floats(std::size_t r, float* buffer) const {
    return as_floats(stored.row(r).data(), stored.cols(), buffer);
  }
};

template <Codec C>
struct exact_rows<matrix<C>> {
  using number = C;
  static constexpr bool codes_in_place = codec<C>::values == 1, floats_in_place = false;
  const matrix<C>& stored;
  const unsigned char* codes(std::size_t r, unsigned char* buffer) const noexcept {
    const std::byte* in = stored.row(r).data();
    if constexpr (C::format::bits == 8) {
      return reinterpret_cast<const unsigned char*>(in);
    } else {
      constexpr int bits = C::format::bits;
      const std::size_t n = stored.cols();
      std::size_t c = 0;
      if constexpr (bits == 4) {
        for (; c + 2 <= n; c += 2) {
          const auto both = std::to_integer<unsigned>(in[c / 2]);
          buffer[c] = static_cast<unsigned char>(both & 15);
          buffer[c + 1] = static_cast<unsigned char>(both >> 4);
        }
      }
      for (; c < n; ++c)
        buffer[c] = static_cast<unsigned char>(load_bits(in, c * static_cast<std::size_t>(bits), bits));
      return buffer;
    }
  }
  const float* floats(std::size_t r, float* buffer) const {
    lowp::detail::decode_row(stored, r, buffer);
    return buffer;
  }
};

/// What a factor is as far as exact_gemm knows: not the value of a wide format, but its float.
inline float float_product_sum(const float* a, const float* b, std::size_t n, tier t) {
  float_sum sum;
  if (!add_float_products(a, b, n, sum, t)) return round_to<float>(special_sum(a, b, n));
  return sum.to<float>();
}

template <Format A, Format B>
float code_product_sum(const unsigned char* a, const unsigned char* b, std::size_t n, tier t) {
  long_exact sum;
  if (sum_codes<A, B>(a, b, n, t, sum)) return round_to<float>(sum);
  exact special = exact::zero();
  for (std::size_t i = 0; i < n; ++i) {
    const exact p = exact_mul(A::decode(a[i]), B::decode(b[i]));
    if (p.kind == value_kind::finite || p.kind == value_kind::zero) continue;
    special = special.kind == value_kind::zero ? p : static_cast<exact>(exact_add(special, p));
  }
  return round_to<float>(special);
}

/// Output by output: dot(x row, w row) for all pairs. `read` brings a row of either into a buffer of k elements, which
/// rows that are in place do not need.
template <class Element, bool x_in_place, bool w_in_place, class ReadX, class ReadW, class Dot>
void exact_by_output(std::size_t m, std::size_t n, std::size_t k, ReadX read_x, ReadW read_w, Dot dot, const sink& y,
                     const executor& threads) {
  constexpr std::size_t strip = 16;
  const std::size_t pitch = x_in_place ? 0 : k;
  std::vector<Element> buffer(m * pitch);
  std::vector<const Element*> row(m);
  for (std::size_t i = 0; i < m; ++i) row[i] = read_x(i, buffer.data() + i * pitch);
  threads((n + strip - 1) / strip, [&](std::size_t s) {
    const std::size_t first = s * strip, count = std::min(strip, n - first);
    std::vector<Element> decoded(w_in_place ? 0 : k);
    std::vector<float> sums(m * strip);
    for (std::size_t j = 0; j < count; ++j) {
      const Element* const w = read_w(first + j, decoded.data());
      for (std::size_t i = 0; i < m; ++i) sums[i * strip + j] = dot(row[i], w);
    }
    y.write(0, first, m, count, sums.data(), strip);
  });
}

/// Planes of digits of rows, for the int8 core.
template <Format F>
struct digit_planes {
  using V = code_values<F>;
  static constexpr int count = V::shape.is_integer() ? 1 : V::shape.digits;
  static constexpr bool is_unsigned = V::shape.rule == plane_rule::unsigned_integers;

  std::size_t rows, k;
  std::vector<std::int8_t> bytes;
  std::vector<unsigned char> special;  // of each row, whether one of its codes is

  template <class Rows>
  digit_planes(const Rows& from, std::size_t first, std::size_t row_count, std::size_t row_length,
               const executor& threads)
      : rows(row_count), k(row_length), bytes(std::size_t{count} * rows * k), special(rows) {
    const auto store = store_digits_of<V::shape>(active());
    constexpr std::size_t strip = 16;
    threads((rows + strip - 1) / strip, [&](std::size_t s) {
      std::vector<unsigned char> buffer(k);
      for (std::size_t r = s * strip; r < std::min(rows, (s + 1) * strip); ++r) {
        std::array<std::int8_t*, std::size_t{count}> to;
        for (std::size_t d = 0; d < to.size(); ++d) to[d] = bytes.data() + (d * rows + r) * k;
        special[r] = store(from.codes(first + r, buffer.data()), k, V::tables, to.data());
      }
    });
  }
  [[nodiscard]] int8_view plane(int d) const noexcept {
    const std::int8_t* const from = bytes.data() + static_cast<std::size_t>(d) * rows * k;
    if constexpr (is_unsigned)
      return matrix_view<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(from), rows, k);
    return matrix_view<const std::int8_t>(from, rows, k);
  }
};

/// Sums of a block of outputs, each of `words` integers of 64 bits: word v weighs 2^(28 v). One word is enough for
/// k |x w| < 2^63, as digits have the sign of their value, so that no part of a sum is beyond it. Else a word takes 4
/// weights, of at most 7 pairs of digits each: 7 (127^2 2^20) (1 + 2^7 + 2^14 + 2^21) < 2^63.
struct digit_sums {
  std::size_t rows, cols, words;
  std::vector<std::int64_t> sum;
  std::size_t word = 0;  // where the product under way goes
  int shift = 0;

  digit_sums(std::size_t m, std::size_t n, std::size_t w) : rows(m), cols(n), words(w), sum(m * n * w) {}
  /// The product to come is of digits p and q, p + q = weight.
  void begin(int weight) noexcept {
    word = words == 1 ? 0 : static_cast<std::size_t>(weight) / 4;
    shift = words == 1 ? 7 * weight : 7 * (weight % 4);
  }

  template <class Integer>
  static void add(const void* self, std::size_t i, std::size_t j, std::size_t m, std::size_t n, const Integer* from,
                  std::size_t stride) {
    digit_sums& s = *static_cast<digit_sums*>(const_cast<void*>(self));
    std::int64_t* const to = s.sum.data() + (s.word * s.rows + i) * s.cols + j;
    const std::int64_t weight = std::int64_t{1} << s.shift;
    for (std::size_t r = 0; r < m; ++r) {
      for (std::size_t c = 0; c < n; ++c) to[r * s.cols + c] += from[r * stride + c] * weight;
    }
  }
  [[nodiscard]] int8_sink sink() const noexcept { return {this, &add<std::int32_t>, &add<std::int64_t>}; }

  /// Output at (i, j), rounded to float; sums weigh 2^unit.
  template <int unit>
  [[nodiscard]] float value(std::size_t i, std::size_t j) const noexcept {
    const std::int64_t* const at = sum.data() + i * cols + j;
    constexpr bool float_scales = unit >= -126 && unit <= 63;
    if constexpr (float_scales) {
      if (words == 1) return static_cast<float>(*at) * std::bit_cast<float>((127 + unit) << 23);
    }
    code_sum total(unit);
    for (std::size_t v = 0; v < words; ++v) {
      if (at[v * rows * cols] != 0) total.add(at[v * rows * cols], unit + 28 * static_cast<int>(v));
    }
    return total.to<float>();
  }
};

template <Format A, Format B, class X, class W>
void exact_by_digits(const X& x, const W& w, std::size_t m, std::size_t n, std::size_t k, const sink& y,
                     const executor& threads) {
  // Planes of the weights in the second cache, a few times as much for x, whose parts all the weights are split for.
  constexpr std::size_t bytes_of_w = std::size_t{1} << 22, bytes_of_x = std::size_t{1} << 24;
  constexpr std::size_t outputs_at_once = std::size_t{1} << 18;
  const std::size_t fit_w = bytes_of_w / (std::size_t{digit_planes<B>::count} * k);
  const std::size_t fit_x = bytes_of_x / (std::size_t{digit_planes<A>::count} * k);
  const std::size_t rows_at_once = std::clamp<std::size_t>(fit_x / 32 * 32, 32, 512);
  constexpr int pairs = digit_planes<A>::count + digit_planes<B>::count - 1;
  constexpr int unit = code_values<A>::unit + code_values<B>::unit;
  constexpr int width = code_values<A>::width + code_values<B>::width;
  const bool one_word = width + std::bit_width(k) < 64;
  const tier t = active();
  for (std::size_t i = 0; i < m; i += rows_at_once) {
    const std::size_t rows = std::min(rows_at_once, m - i);
    const digit_planes<A> left(x, i, rows, k, threads);
    const std::size_t panel = std::max<std::size_t>(32, std::min(fit_w, outputs_at_once / rows) / 32 * 32);
    for (std::size_t j = 0; j < n; j += panel) {
      const std::size_t cols = std::min(panel, n - j);
      const digit_planes<B> right(w, j, cols, k, threads);
      digit_sums sums(rows, cols, one_word ? 1 : (pairs + 3) / 4);
      for (int q = 0; q < digit_planes<B>::count; ++q) {
        const int8_weights packed = prepack_int8(right.plane(q), threads);
        for (int p = 0; p < digit_planes<A>::count; ++p) {
          sums.begin(p + q);
          gemm_int8(packed, left.plane(p), sums.sink(), threads);
        }
      }
      constexpr std::size_t strip = 32;
      threads((rows + strip - 1) / strip, [&](std::size_t s) {
        std::vector<float> out(cols);
        std::vector<unsigned char> code_x(k), code_w(k);
        for (std::size_t r = s * strip; r < std::min(rows, (s + 1) * strip); ++r) {
          for (std::size_t c = 0; c < cols; ++c) {
            if (left.special[r] != 0 || right.special[c] != 0) [[unlikely]] {
              out[c] = code_product_sum<A, B>(x.codes(i + r, code_x.data()), w.codes(j + c, code_w.data()), k, t);
            } else {
              out[c] = sums.template value<unit>(r, c);
            }
          }
          y.write(i + r, j, 1, cols, out.data(), cols);
        }
      });
    }
  }
}

template <class M>
concept ExactMatrix = requires {
  typename exact_rows<M>::number;
};

/// Writes all sums of x's rows with w's rows to y, which has x.rows() rows and w.rows() columns; x.cols() is w.cols().
template <ExactMatrix X, ExactMatrix W>
void exact_gemm(const X& x, const W& w, const sink& y, const executor& threads = {}) {
  const std::size_t m = x.rows(), n = w.rows(), k = x.cols();
  if (m == 0 || n == 0) return;
  if (k == 0) {
    const std::vector<float> zeros(n);
    for (std::size_t i = 0; i < m; ++i) y.write(i, 0, 1, n, zeros.data(), n);
    return;
  }
  using A = typename exact_rows<X>::number;
  using B = typename exact_rows<W>::number;
  const exact_rows<X> left{x};
  const exact_rows<W> right{w};
  const tier t = active();
  if constexpr (sums_as_codes<A> && sums_as_codes<B>) {
    using F = format_of<A>;
    using G = format_of<B>;
    constexpr std::size_t few = 8, longest = std::size_t{1} << 20;
    if (m >= few && k < longest) return exact_by_digits<F, G>(left, right, m, n, k, y, threads);
    exact_by_output<unsigned char, exact_rows<X>::codes_in_place, exact_rows<W>::codes_in_place>(
        m, n, k, [&](std::size_t r, unsigned char* buffer) { return left.codes(r, buffer); },
        [&](std::size_t r, unsigned char* buffer) { return right.codes(r, buffer); },
        [&](const unsigned char* a, const unsigned char* b) { return code_product_sum<F, G>(a, b, k, t); }, y,
        threads);
  } else {
    exact_by_output<float, exact_rows<X>::floats_in_place, exact_rows<W>::floats_in_place>(
        m, n, k, [&](std::size_t r, float* buffer) { return left.floats(r, buffer); },
        [&](std::size_t r, float* buffer) { return right.floats(r, buffer); },
        [&](const float* a, const float* b) { return float_product_sum(a, b, k, t); }, y, threads);
  }
}

}  // namespace lowp::detail
