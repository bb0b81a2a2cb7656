// From residues modulo q_0 ... q_(l-1) to residues modulo p_0 ... p_(m-1), of many numbers at once, as a product with
// a constant matrix on the byte cores (bat.hpp).
//
//   const basis_conversion to_p(q, p);
//   to_p.convert(x, y);                    x: l x n, row i modulo q_i;  y: m x n, row j modulo p_j
//
//   y_j = sum_i [x_i (Q / q_i)^-1]_{q_i} (Q / q_i) mod p_j,   Q = q_0 ... q_(l-1)
//
// The sum is X + e Q for the number X in [0, Q) of the residues x, with some e in 0 ... l - 1: the "fast" conversion,
// approximate as it leaves e in. Exact for l = 1, and in the uses that remove e later or bear it. Operations: a
// product of residues for each of x, and for each of y l products (16 of bytes each, fewer for moduli of 16 or 8
// bits) and one reduction; l <= 16384. Source: J.-C. Bajard et al., A full RNS variant of FV like somewhat
// homomorphic encryption schemes, SAC 2016; as a matrix product: J. Tong et al., CROSS (arXiv 2501.07047).
#pragma once

#include <numeric>

#include <lowp/modular/arrays.hpp>
#include <lowp/modular/bat.hpp>

namespace lowp::modular {

class basis_conversion {
 public:
  /// Throws lowp::error unless all moduli are at least 2 and those of the source have no common divisors.
  basis_conversion(std::span<const std::uint32_t> from, std::span<const std::uint32_t> to)
      : factors_(inverses(from)), matrix_(make(from, to)) {}

  [[nodiscard]] std::size_t source_size() const noexcept { return matrix_.cols(); }
  [[nodiscard]] std::size_t target_size() const noexcept { return matrix_.rows(); }

  /// Throws lowp::error, nothing written, unless the shapes fit. y must not overlap x.
  void convert(matrix_view<const std::uint32_t> x, matrix_view<std::uint32_t> y, const executor& threads = {}) const {
    if (x.rows() != source_size() || y.rows() != target_size() || y.cols() != x.cols())
      throw error("basis_conversion: from " + std::to_string(source_size()) + " to " + std::to_string(target_size()) +
                  " moduli; x is " + lowp::detail::shape_text(x.rows(), x.cols()) + ", y is " +
                  lowp::detail::shape_text(y.rows(), y.cols()));
    std::vector<std::uint32_t> scaled(lowp::detail::checked_product(x.rows(), x.cols(), "basis_conversion"));
    threads(x.rows(), [&](std::size_t i) {
      modular::mul(x.row(i), factors_[i], std::span<std::uint32_t>(scaled).subspan(i * x.cols(), x.cols()));
    });
    multiply(matrix_, matrix_view<const std::uint32_t>(scaled.data(), x.rows(), x.cols()), y, threads);
  }

 private:
  // Q / q_i modulo `by`
  static std::uint32_t others(std::span<const std::uint32_t> q, std::size_t i, const modulus<std::uint32_t>& by) {
    std::uint32_t product = by.reduce(std::uint32_t{1});
    for (std::size_t k = 0; k < q.size(); ++k)
      if (k != i) product = by.mul(product, by.reduce(q[k]));
    return product;
  }
  static std::vector<shoup<std::uint32_t>> inverses(std::span<const std::uint32_t> q) {
    for (std::size_t i = 0; i < q.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (const std::uint32_t d = std::gcd(q[i], q[k]); d > 1)
          throw error("basis_conversion: the moduli " + std::to_string(q[k]) + " and " + std::to_string(q[i]) +
                      " are both multiples of " + std::to_string(d));
      }
    }
    std::vector<shoup<std::uint32_t>> y;
    for (std::size_t i = 0; i < q.size(); ++i) {
      const modulus<std::uint32_t> m(q[i]);
      y.emplace_back(m.inverse(others(q, i, m)), m);
    }
    return y;
  }
  static bat_matrix<> make(std::span<const std::uint32_t> from, std::span<const std::uint32_t> to) {
    std::vector<std::uint32_t> a;
    std::uint32_t most = 2;
    for (const std::uint32_t q : from) most = std::max(most, q);
    for (const std::uint32_t p : to) {
      const modulus<std::uint32_t> m(p);
      for (std::size_t i = 0; i < from.size(); ++i) a.push_back(others(from, i, m));
    }
    return {matrix_view<const std::uint32_t>(a.data(), to.size(), from.size()), to, most};
  }

  std::vector<shoup<std::uint32_t>> factors_;
  bat_matrix<> matrix_;
};

}  // namespace lowp::modular
