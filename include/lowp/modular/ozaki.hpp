// Products of matrices of float or double on the byte cores, to an accuracy that is asked for: the Ozaki scheme.
//
//   lowp::modular::ozaki_gemm(a, b, c, 7);      c = a b;  a: m x k, b: k x n, c: m x n
//
// Row i of a is taken as integers times 2^-s_i, s_i such that the largest has 8 S - 2 bits for S slices, columns of b
// likewise; each is S signed bytes (digit_planes.hpp). Of the products of bytes those are formed whose weights are
// among the S highest, S (S + 1) / 2 of S^2, and their sum is exact. It is rounded to c once or twice.
//
//   |c[i, j] - exact| <= 1.02 k S 2^(2 - 8 S) A_i B_j + 2^-51 |c[i, j]|  (2^-23 for float)
//
// with A_i and B_j the powers of two above the largest |a| of the row and |b| of the column: an error against the
// largest of a row, as no bound of |a| |b| element by element. Against sum |a b|, normal values of 1024^3 had 2.5e-16
// with S = 7 (OpenBLAS dgemm 1.6e-16), 9.5e-18 with 8, 7.9e-9 with 4 in float (sgemm 8.4e-8), 6.6e-7 with 3. 1 <= S
// <= 8.
//
// All steps are integer arithmetic or one operation of IEEE 754 for each element: the same bits on every tier and for
// every number of threads. Sources: K. Ozaki, T. Ogita, S. Oishi, S. Rump, Error-free transformations of matrix
// multiplication, Numer. Algorithms 59 (2012); H. Ootomo, K. Ozaki, R. Yokota, DGEMM on integer matrix multiplication
// unit (2024).
#pragma once

#include <cmath>

#include <lowp/modular/digit_planes.hpp>

namespace lowp::modular::detail {

/// Part of a row to digits of in[i] * first * second, or of factors for each column.
template <class T>
struct ozaki_row {
  const T* in;
  std::size_t count;
  double first, second;
  const double *column_first, *column_second;  // or null
  std::size_t planes;
  std::uint8_t* out;
  std::size_t plane_step;
};

/// out = (high 2^32 + low) 2^(row_scale + column_scale)
template <class T>
struct ozaki_block {
  const std::int64_t *high, *low;
  std::size_t stride, rows, cols;
  const double *row_scale, *column_scale;
  T* out;
  std::size_t out_stride;
};

struct ozaki_kernels {
  void (*largest)(const void* in, std::size_t n, std::uint32_t* top) noexcept;
  void (*split_float)(const ozaki_row<float>&) noexcept;
  void (*split_double)(const ozaki_row<double>&) noexcept;
  void (*finish_float)(const ozaki_block<float>&) noexcept;
  void (*finish_double)(const ozaki_block<double>&) noexcept;

  void split(const ozaki_row<float>& r) const noexcept { split_float(r); }
  void split(const ozaki_row<double>& r) const noexcept { split_double(r); }
  void finish(const ozaki_block<float>& b) const noexcept { finish_float(b); }
  void finish(const ozaki_block<double>& b) const noexcept { finish_double(b); }
};

}  // namespace lowp::modular::detail

#define LOWP_BODY <lowp/modular/ozaki.inl>
#define LOWP_TIERS 0b00101
#include <lowp/kernels/foreach.inl>

namespace lowp::modular {

namespace detail {

inline constexpr std::array<const ozaki_kernels*, tier_count> ozaki_kernels_of{
    &tiers::scalar::ozaki_tier, &tiers::haswell::ozaki_tier, &tiers::skylake::ozaki_tier, &tiers::icelake::ozaki_tier,
    &tiers::sapphire::ozaki_tier};

/// An operand with the scale of each row, or of each column.
template <class T>
class ozaki_operand {
 public:
  ozaki_operand(matrix_view<const T> x, bool by_rows, std::size_t slices, const char* name)
      : x_(x), by_rows_(by_rows), slices_(slices), kernels_(*ozaki_kernels_of[static_cast<std::size_t>(active())]) {
    const std::vector<std::uint32_t> top = by_rows ? tops_of_rows() : tops_of_columns();
    constexpr int fraction = sizeof(T) == 4 ? 23 : 20, bias = sizeof(T) == 4 ? 127 : 1023;
    for (std::size_t i = 0; i < top.size(); ++i) {
      const int field = static_cast<int>(top[i] >> fraction);
      if (field == 2 * bias + 1) refuse(name);
      const int shift = 8 * static_cast<int>(slices) - 3 - (field - bias);
      shift_.push_back(shift);
      first_.push_back(std::ldexp(1.0, shift / 2));
      second_.push_back(std::ldexp(1.0, shift - shift / 2));
    }
  }
  ozaki_operand(const ozaki_operand&) = delete;
  ozaki_operand& operator=(const ozaki_operand&) = delete;

  /// Of each row, or column.
  [[nodiscard]] std::vector<double> scales(int more) const {
    std::vector<double> y;
    for (const int s : shift_) y.push_back(more - s);
    return y;
  }
  [[nodiscard]] plane_source source() const {
    return {this, x_.rows(), x_.cols(), slices_,
            [](const void* self, std::size_t r, std::size_t c, std::size_t cols, std::uint8_t* out,
               std::size_t plane_step) {
              const auto& o = *static_cast<const ozaki_operand*>(self);
              ozaki_row<T> row{o.x_.row(r).data() + c, cols, 0, 0, nullptr, nullptr, o.slices_, out, plane_step};
              if (o.by_rows_) {
                row.first = o.first_[r];
                row.second = o.second_[r];
              } else {
                row.column_first = o.first_.data() + c;
                row.column_second = o.second_.data() + c;
              }
              o.kernels_.split(row);
            }};
  }

 private:
  static constexpr std::size_t words = sizeof(T) / 4;  // of an element; the last has sign and exponent

  [[nodiscard]] std::vector<std::uint32_t> tops_of_columns() const {
    std::vector<std::uint32_t> all(x_.cols() * words), tops;
    for (std::size_t r = 0; r < x_.rows(); ++r) kernels_.largest(x_.row(r).data(), all.size(), all.data());
    for (std::size_t c = 0; c < x_.cols(); ++c) tops.push_back(all[c * words + words - 1]);
    return tops;
  }
  [[nodiscard]] std::vector<std::uint32_t> tops_of_rows() const {
    constexpr std::size_t part = 64;  // elements side by side
    std::vector<std::uint32_t> tops;
    for (std::size_t r = 0; r < x_.rows(); ++r) {
      std::uint32_t all[part * words] = {};
      for (std::size_t c = 0; c < x_.cols(); c += part)
        kernels_.largest(x_.row(r).data() + c, std::min(part, x_.cols() - c) * words, all);
      std::uint32_t top = 0;
      for (std::size_t i = words - 1; i < part * words; i += words) top = std::max(top, all[i]);
      tops.push_back(top);
    }
    return tops;
  }
  [[noreturn]] void refuse(const char* name) const {
    for (std::size_t r = 0; r < x_.rows(); ++r)
      for (std::size_t c = 0; c < x_.cols(); ++c)
        if (!std::isfinite(x_(r, c)))
          throw error(std::string("ozaki_gemm: ") + name + "(" + std::to_string(r) + ", " + std::to_string(c) +
                      ") is " + (std::isnan(x_(r, c)) ? "NaN" : "infinite"));
    throw error(std::string("ozaki_gemm: ") + name + " has an element that is not finite");
  }

  matrix_view<const T> x_;
  bool by_rows_;
  std::size_t slices_;
  const ozaki_kernels& kernels_;
  std::vector<int> shift_;
  std::vector<double> first_, second_;  // 2^shift as a product, as it may leave the range of double
};

// Where blocks of group sums go.
template <class T>
struct ozaki_destination {
  matrix_view<T> c;
  std::size_t slices;
  std::vector<double> row_scale, column_scale;
  const plane_kernels& planes;
  const ozaki_kernels& kernels;
  std::vector<std::int64_t> high, low;  // sums so far, where k is longer than a chunk

  void write(const plane_place& b) {
    constexpr std::size_t in_low = 4;  // groups: 2^31 256^3 and less
    alignas(64) std::int64_t sums[2][plane_block];
    std::int64_t *upper = sums[0], *lower = sums[1];
    std::size_t stride = 32;
    if (!b.first || !b.last) {
      stride = c.cols();
      upper = high.data() + b.i * stride + b.j;
      lower = low.data() + b.i * stride + b.j;
    }
    planes.combine({b, std::min(in_low, slices), lower, stride});
    plane_place rest = b;
    rest.sums += in_low * plane_block;
    planes.combine({rest, slices > in_low ? slices - in_low : 0, upper, stride});
    if (b.last)
      kernels.finish(ozaki_block<T>{upper, lower, stride, b.rows, b.cols, row_scale.data() + b.i,
                                    column_scale.data() + b.j, &c(b.i, b.j), c.stride()});
  }
};

template <class T>
void ozaki(matrix_view<const T> a, matrix_view<const T> b, matrix_view<T> c, int slices, const executor& threads) {
  using lowp::detail::shape_text;
  if (slices < 1 || slices > 8) throw error("ozaki_gemm: " + std::to_string(slices) + " slices; 1 to 8 are possible");
  if (a.cols() != b.rows() || c.rows() != a.rows() || c.cols() != b.cols())
    throw error("ozaki_gemm: A is " + shape_text(a.rows(), a.cols()) + ", B is " + shape_text(b.rows(), b.cols()) +
                ", C is " + shape_text(c.rows(), c.cols()) + "; C = A B needs m x k, k x n, m x n");
  const auto s = static_cast<std::size_t>(slices), t = static_cast<std::size_t>(active());
  const ozaki_operand<T> left(a, true, s, "A"), right(b, false, s, "B");
  ozaki_destination<T> to{
      c, s, left.scales(8 * (slices - 1)), right.scales(0), *plane_kernels_of[t], *ozaki_kernels_of[t], {}, {}};
  if (a.cols() > plane_chunk * lowp::detail::int8_step) {
    to.high.resize(lowp::detail::checked_product(c.rows(), c.cols(), "ozaki_gemm"));
    to.low.resize(to.high.size());
  }
  plane_gemm(left.source(), right.source(), s - 1, s,
             {&to,
              [](const void* self, const plane_place& place) {
                static_cast<ozaki_destination<T>*>(const_cast<void*>(self))->write(place);
              }},
             threads);
}

}  // namespace detail

/// c = a b with so many slices of 8 bits, 1 to 8. Throws lowp::error, nothing written, unless the shapes fit and all
/// elements are finite. c must not overlap a or b.
inline void ozaki_gemm(matrix_view<const float> a, matrix_view<const float> b, matrix_view<float> c, int slices,
                       const executor& threads = {}) {
  detail::ozaki<float>(a, b, c, slices, threads);
}
inline void ozaki_gemm(matrix_view<const double> a, matrix_view<const double> b, matrix_view<double> c, int slices,
                       const executor& threads = {}) {
  detail::ozaki<double>(a, b, c, slices, threads);
}

}  // namespace lowp::modular
