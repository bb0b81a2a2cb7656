// Number-theoretic transforms as two products with constant matrices on the byte cores (bat.hpp), for n = r c points:
//
//   x as an r x c matrix, j = j1 c + j2; X[k] with k = k1 + r k2; u = 2 k1 + 1 (negacyclic, p of order 2n), or
//   u = k1 (cyclic, with w of order n for p and 1 for 2 below)
//   Y = A x        A[k1][j1] = p^(c j1 u)
//   Y[k1][j2] *= p^(j2 u)
//   Z = Y B        B[j2][k2] = p^(2 r j2 k2)        Z[k1][k2] = X[k1 + r k2]
//
// Rows of A and columns of B stand in bit-reversed order, which makes row-major Z the transform in bit-reversed
// order: nothing is permuted at run time. The inverse takes the inverse matrices in the opposite order. Values,
// orders and root are those of ntt_plan<std::uint32_t> (ntt.hpp), which is faster where only one transform is wanted:
// this is for processors whose vector units are busy. Any prime q < 2^32 that is 1 modulo n (2n).
//
// Operations: 16 n (r + c) products of bytes, two reductions and one product of residues for each point. The
// constants take 32 (r^2 + c^2) bytes. Source: J. Tong et al., CROSS (arXiv 2501.07047; memory-aligned
// transformation).
#pragma once

#include <lowp/modular/arrays.hpp>
#include <lowp/modular/bat.hpp>
#include <lowp/modular/ntt.hpp>

namespace lowp::modular {

class matrix_ntt {
 public:
  /// Throws lowp::error unless n is a power of two from 2 to 2^20 and q a prime that has the root.
  matrix_ntt(std::size_t n, std::uint32_t q, ntt_kind kind)
      : n_(n), rows_(rows_for(n, q, kind)), cols_(n / rows_), q_(q), montgomery_(q), constants_(*this, kind) {}

  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  /// w or p of the formulas above.
  [[nodiscard]] std::uint32_t root() const noexcept { return constants_.root; }

  /// x becomes its transform. Throws lowp::error if x has not size() values.
  void forward(std::span<std::uint32_t> x, ntt_order order = ntt_order::natural, const executor& threads = {}) const {
    check_size("forward", x.size());
    std::vector<std::uint32_t> y(n_);
    multiply(constants_.left, shaped(x), shaped(y), threads);
    modular::mul(std::span<const std::uint32_t>(y), std::span<const std::uint32_t>(constants_.twist),
                 std::span<std::uint32_t>(y), montgomery_);
    multiply(shaped(y), constants_.right, shaped(x), threads);
    if (order == ntt_order::natural) detail::ntt_reverse(x.data(), n_);
  }
  /// A transform becomes what it is of.
  void inverse(std::span<std::uint32_t> x, ntt_order order = ntt_order::natural, const executor& threads = {}) const {
    check_size("inverse", x.size());
    if (order == ntt_order::natural) detail::ntt_reverse(x.data(), n_);
    std::vector<std::uint32_t> y(n_);
    multiply(shaped(x), constants_.right_inverse, shaped(y), threads);
    modular::mul(std::span<const std::uint32_t>(y), std::span<const std::uint32_t>(constants_.twist_inverse),
                 std::span<std::uint32_t>(y), montgomery_);
    multiply(constants_.left_inverse, shaped(y), shaped(x), threads);
  }

 private:
  using words = std::vector<std::uint32_t>;

  // The matrices of both directions.
  struct constants {
    std::uint32_t root;
    words powers;  // of the root, all
    bat_matrix<bat_side::left> left, left_inverse;
    bat_matrix<bat_side::right> right, right_inverse;
    words twist, twist_inverse;  // times 2^32, for montgomery

    constants(const matrix_ntt& t, ntt_kind kind)
        : root(static_cast<std::uint32_t>(detail::least_root(order(t, kind), t.q_.value()))),
          powers(all_powers(root, order(t, kind), t.q_)),
          left(view(step_one(t, kind, false), t.rows_), t.q_),
          left_inverse(view(step_one(t, kind, true), t.rows_), t.q_),
          right(view(step_three(t, kind, false), t.cols_), t.q_),
          right_inverse(view(step_three(t, kind, true), t.cols_), t.q_),
          twist(step_two(t, kind, false)),
          twist_inverse(step_two(t, kind, true)) {
      powers = {};
    }

    static std::size_t order(const matrix_ntt& t, ntt_kind kind) {
      return kind == ntt_kind::cyclic ? t.n_ : 2 * t.n_;
    }
    static words all_powers(std::uint32_t root, std::size_t count, const modulus<std::uint32_t>& q) {
      words y(count);
      std::uint32_t power = 1;
      for (std::uint32_t& p : y) {
        p = power;
        power = q.mul(power, root);
      }
      return y;
    }
    static matrix_view<const std::uint32_t> view(const words& square, std::size_t size) {
      return {square.data(), size, size};
    }
    static std::size_t reversed(std::size_t i, std::size_t size) {
      std::size_t y = 0;
      for (std::size_t bit = 1; bit < size; bit *= 2, i /= 2) y = 2 * y + i % 2;
      return y;
    }
    // root^exponent, or its inverse
    [[nodiscard]] std::uint32_t power(std::size_t exponent, bool inverse) const {
      const std::size_t e = exponent % powers.size();
      return powers[inverse && e != 0 ? powers.size() - e : e];
    }
    // u of row k1, which stands at i
    static std::size_t node(std::size_t i, const matrix_ntt& t, ntt_kind kind) {
      const std::size_t k1 = reversed(i, t.rows_);
      return kind == ntt_kind::cyclic ? k1 : 2 * k1 + 1;
    }
    static std::uint32_t one_over(std::size_t n, const matrix_ntt& t) {
      return t.q_.inverse(static_cast<std::uint32_t>(n % t.q_.value()));
    }
    [[nodiscard]] words step_one(const matrix_ntt& t, ntt_kind kind, bool inverse) const {
      words y(t.rows_ * t.rows_);
      const std::uint32_t scale = inverse ? one_over(t.rows_, t) : 1;
      for (std::size_t i = 0; i < t.rows_; ++i) {
        for (std::size_t j1 = 0; j1 < t.rows_; ++j1)
          y[inverse ? j1 * t.rows_ + i : i * t.rows_ + j1] =
              t.q_.mul(power(t.cols_ * j1 * node(i, t, kind), inverse), scale);
      }
      return y;
    }
    [[nodiscard]] words step_two(const matrix_ntt& t, ntt_kind kind, bool inverse) const {
      words y(t.n_);
      for (std::size_t i = 0; i < t.rows_; ++i)
        for (std::size_t j2 = 0; j2 < t.cols_; ++j2)
          y[i * t.cols_ + j2] = t.montgomery_.to(power(j2 * node(i, t, kind), inverse));
      return y;
    }
    [[nodiscard]] words step_three(const matrix_ntt& t, ntt_kind kind, bool inverse) const {
      words y(t.cols_ * t.cols_);
      const std::uint32_t scale = inverse ? one_over(t.cols_, t) : 1;
      const std::size_t step = (kind == ntt_kind::cyclic ? 1 : 2) * t.rows_;
      for (std::size_t j2 = 0; j2 < t.cols_; ++j2) {
        for (std::size_t i = 0; i < t.cols_; ++i)
          y[inverse ? i * t.cols_ + j2 : j2 * t.cols_ + i] =
              t.q_.mul(power(step * j2 * reversed(i, t.cols_), inverse), scale);
      }
      return y;
    }
  };

  static std::size_t rows_for(std::size_t n, std::uint32_t q, ntt_kind kind) {
    detail::check_ntt(n, q, 32, 32, kind);
    return std::size_t{1} << (std::countr_zero(n) / 2);
  }
  void check_size(const char* what, std::size_t size) const {
    if (size != n_)
      throw error("lowp: " + std::string(what) + " of a matrix_ntt of " + std::to_string(n_) + " points got " +
                  std::to_string(size) + " values");
  }
  [[nodiscard]] matrix_view<std::uint32_t> shaped(std::span<std::uint32_t> x) const noexcept {
    return {x.data(), rows_, cols_};
  }

  std::size_t n_, rows_, cols_;
  modulus<std::uint32_t> q_;
  montgomery<std::uint32_t> montgomery_;
  constants constants_;
};

}  // namespace lowp::modular
