// Residue number systems: an integer x as its residues modulo q_0 ... q_(k-1) that have no common divisors. With
// Q = q_0 q_1 ..., Q_i = Q / q_i and x'_i = x_i / Q_i mod q_i,
//
//   sum over i of x'_i Q_i = x + u Q     for a u from 0 to k - 1: the Chinese remainder theorem
//
//   rns_basis        decompose: the residues of an integer of 64-bit limbs, the lowest first; compose: x in [0, Q)
//   rns_conversion   from the residues of one basis to those of another, without integers of many limbs
//
// Fast conversion gives the residues of x + u Q, exact conversion those of x. u is the integer part of the sum of
// x'_i / q_i. In 64 bits of fraction each of these is short by less than 2 units, so that the sum is in doubt only where
// its fraction is within 2k units of 1; there x is composed. Arrays have a row of n values for each modulus: value j
// modulo q_i is at i n + j. Words of 32 bits are quick, words of 64 bits up to q < 2^60, twice as quick below 2^52 with
// AVX-512 IFMA.
//
// Source: J.-C. Bajard, J. Eynard, M. A. Hasan, V. Zucca, A full RNS variant of FV like somewhat homomorphic encryption
// schemes, SAC 2016 (fast conversion).
#pragma once

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <lowp/kernels/tiers.hpp>
#include <lowp/modular/arrays.hpp>

namespace lowp::modular {

namespace detail {

inline constexpr std::size_t rns_columns = 256;

/// What a kernel sums up: see rns.inl.
template <class Word>
struct rns_operands {
  const Word* parts;
  const Word* factor;
  std::size_t rows, columns;
  int bits;  // no word nor factor has more
  std::uint64_t *low, *high;
  [[nodiscard]] const Word* row(std::size_t i) const noexcept { return parts + i * rns_columns; }
};

// x += a y for y of n limbs; returns the carry.
constexpr std::uint64_t add_product(std::uint64_t* x, const std::uint64_t* y, std::size_t n,
                                    std::uint64_t a) noexcept {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const wide p = multiply_wide(y[i], a);
    const std::uint64_t low = p.low + carry;
    carry = p.high + (low < carry);
    x[i] += low;
    carry += x[i] < low;
  }
  return carry;
}
// x -= a y; returns what is borrowed.
constexpr std::uint64_t subtract_product(std::uint64_t* x, const std::uint64_t* y, std::size_t n,
                                         std::uint64_t a) noexcept {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const wide p = multiply_wide(y[i], a);
    const std::uint64_t low = p.low + borrow;
    borrow = p.high + (low < borrow);
    borrow += x[i] < low;
    x[i] -= low;
  }
  return borrow;
}
// Whether x < y.
constexpr bool is_less(const std::uint64_t* x, const std::uint64_t* y, std::size_t n) noexcept {
  for (std::size_t i = n; i-- > 0;) {
    if (x[i] != y[i]) return x[i] < y[i];
  }
  return false;
}

template <class Word>
constexpr Word residue_of(std::span<const std::uint64_t> x, const modulus<Word>& m) noexcept {
  Word r = 0;
  for (std::size_t i = x.size(); i-- > 0;) r = m.reduce(std::uint64_t{r}, x[i]);
  return r;
}

// A sum of products of two words, in three limbs: never reduced on the way.
struct rns_sum {
  std::uint64_t low = 0, middle = 0, high = 0;
  constexpr void add(std::uint64_t a, std::uint64_t b) noexcept {
    const wide p = multiply_wide(a, b);
    low += p.low;
    const std::uint64_t carry = p.high + (low < p.low);  // at most 2^64 - 1
    middle += carry;
    high += middle < carry;
  }
  template <class Word>
  constexpr Word reduce(const modulus<Word>& m) const noexcept {
    return high == 0 ? m.reduce(middle, low) : m.reduce(std::uint64_t{m.reduce(high, middle)}, low);
  }
};

inline void check_count(const char* what, std::size_t got, std::size_t expected, const char* of) {
  if (got != expected)
    throw error("lowp: " + std::string(what) + " needs " + std::to_string(expected) + " " + of + ", got " +
                std::to_string(got));
}

}  // namespace detail
}  // namespace lowp::modular

#define LOWP_BODY <lowp/modular/rns.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular {

namespace detail {

inline constexpr lowp::detail::kernel_table<void(const rns_operands<std::uint32_t>&) noexcept> rns_sums32{
    {{&tiers::scalar::rns_sums32, &tiers::haswell::rns_sums32, &tiers::skylake::rns_sums32,
      &tiers::icelake::rns_sums32, &tiers::sapphire::rns_sums32}}};
inline constexpr lowp::detail::kernel_table<void(const rns_operands<std::uint64_t>&) noexcept> rns_sums64{
    {{&tiers::scalar::rns_sums64, &tiers::haswell::rns_sums64, &tiers::skylake::rns_sums64,
      &tiers::icelake::rns_sums64, &tiers::sapphire::rns_sums64}}};

}  // namespace detail

/// Moduli without common divisors, with what composing needs. `Word` is a word of modulus<Word>.
template <ModularWord Word>
class rns_basis {
 public:
  /// Throws lowp::error if there is no modulus, one is 0 or 1, or two have a common divisor.
  explicit rns_basis(std::span<const Word> moduli) {
    if (moduli.empty()) throw error("lowp: an rns_basis needs at least 1 modulus, got 0");
    for (std::size_t i = 0; i < moduli.size(); ++i) {
      moduli_.emplace_back(moduli[i]);
      for (std::size_t j = 0; j < i; ++j) {
        const std::uint64_t divisor = std::gcd(std::uint64_t{moduli[i]}, std::uint64_t{moduli[j]});
        if (divisor != 1)
          throw error("lowp: the moduli of an rns_basis must have no common divisor, but " +
                      std::to_string(moduli[j]) + " and " + std::to_string(moduli[i]) + " are multiples of " +
                      std::to_string(divisor));
      }
    }
    const std::size_t k = size();
    product_ = product_without(k);
    while (product_.back() == 0) product_.pop_back();
    for (std::size_t i = 0; i < k; ++i) {
      std::vector<std::uint64_t> cofactor = product_without(i);
      cofactor.resize(limbs());
      const Word residue = detail::residue_of<Word>(cofactor, moduli_[i]);
      to_parts_.emplace_back(moduli_[i].inverse(residue), moduli_[i]);
      cofactors_.insert(cofactors_.end(), cofactor.begin(), cofactor.end());
    }
  }
  rns_basis(std::initializer_list<Word> moduli) : rns_basis(std::span<const Word>(moduli.begin(), moduli.size())) {}

  /// k
  [[nodiscard]] std::size_t size() const noexcept { return moduli_.size(); }
  /// q_i
  [[nodiscard]] const modulus<Word>& operator[](std::size_t i) const noexcept { return moduli_[i]; }
  /// Q, in limbs() limbs.
  [[nodiscard]] std::span<const std::uint64_t> product() const noexcept { return product_; }
  /// The 64-bit limbs of Q, and of every composed integer.
  [[nodiscard]] std::size_t limbs() const noexcept { return product_.size(); }
  /// Q_i, in limbs() limbs.
  [[nodiscard]] std::span<const std::uint64_t> cofactor(std::size_t i) const noexcept {
    return {cofactors_.data() + i * limbs(), limbs()};
  }
  /// 1 / Q_i mod q_i
  [[nodiscard]] Word inverse_cofactor(std::size_t i) const noexcept { return to_parts_[i].factor(); }
  /// Multiplication by that: x'_i = x_i / Q_i mod q_i
  [[nodiscard]] const shoup<Word>& to_part(std::size_t i) const noexcept { return to_parts_[i]; }

  /// The residues of a number of any count of limbs: size() of them.
  void decompose(std::span<const std::uint64_t> x, std::span<Word> residues) const {
    detail::check_count("decompose", residues.size(), size(), "residues");
    for (std::size_t i = 0; i < size(); ++i) residues[i] = detail::residue_of(x, moduli_[i]);
  }
  /// The same for n numbers one after the other, x.size() / n limbs each, to rows of n residues.
  void decompose(std::span<const std::uint64_t> x, std::span<Word> residues, std::size_t n) const {
    detail::check_count("decompose", residues.size(), n * size(), "residues");
    if (n == 0 || x.size() % n != 0)
      throw error("lowp: decompose got " + std::to_string(x.size()) + " limbs for " + std::to_string(n) +
                  " integers");
    const std::size_t each = x.size() / n;
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < n; ++j)
        residues[i * n + j] = detail::residue_of(x.subspan(j * each, each), moduli_[i]);
  }

  /// The number in [0, Q) with these residues, each below its modulus, in limbs() limbs.
  void compose(std::span<const Word> residues, std::span<std::uint64_t> x) const {
    detail::check_count("compose", residues.size(), size(), "residues");
    detail::check_count("compose", x.size(), limbs(), "limbs");
    compose_from(residues.data(), 1, x.data());
  }
  /// The same for n numbers, from rows of n residues to limbs() limbs each, one after the other.
  void compose(std::span<const Word> residues, std::span<std::uint64_t> x, std::size_t n) const {
    detail::check_count("compose", residues.size(), n * size(), "residues");
    detail::check_count("compose", x.size(), n * limbs(), "limbs");
    for (std::size_t j = 0; j < n; ++j) compose_from(residues.data() + j, n, x.data() + j * limbs());
  }
  /// The number in (-Q/2, Q/2] with these residues, in two's complement of limbs() limbs.
  void compose_centred(std::span<const Word> residues, std::span<std::uint64_t> x) const {
    compose(residues, x);
    std::vector<std::uint64_t> rest(product_);
    static_cast<void>(detail::subtract_product(rest.data(), x.data(), limbs(), 1));
    if (detail::is_less(rest.data(), x.data(), limbs()))
      static_cast<void>(detail::subtract_product(x.data(), product_.data(), limbs(), 1));
  }

 private:
  [[nodiscard]] std::vector<std::uint64_t> product_without(std::size_t left_out) const {
    std::vector<std::uint64_t> p{1};
    for (std::size_t i = 0; i < size(); ++i) {
      if (i == left_out) continue;
      std::vector<std::uint64_t> next(p.size() + 1);
      next.back() = detail::add_product(next.data(), p.data(), p.size(), moduli_[i].value());
      if (next.back() == 0) next.pop_back();
      p = std::move(next);
    }
    return p;
  }
  void compose_from(const Word* residue, std::size_t stride, std::uint64_t* x) const noexcept {
    std::fill(x, x + limbs(), std::uint64_t{0});
    std::uint64_t above = 0;
    for (std::size_t i = 0; i < size(); ++i)
      above += detail::add_product(x, cofactor(i).data(), limbs(), to_parts_[i].mul(residue[i * stride]));
    // x + u Q, with u at most k - 1
    while (above != 0 || !detail::is_less(x, product_.data(), limbs()))
      above -= detail::subtract_product(x, product_.data(), limbs(), 1);
  }

  std::vector<modulus<Word>> moduli_;
  std::vector<std::uint64_t> product_;
  std::vector<std::uint64_t> cofactors_;  // Q_0, Q_1, ...
  std::vector<shoup<Word>> to_parts_;     // multiplication by 1 / Q_i
};

/// From residues in a basis to residues in another, which may have moduli in common with it.
template <ModularWord Word>
class rns_conversion {
 public:
  rns_conversion(rns_basis<Word> from, rns_basis<Word> to) : from_(std::move(from)), to_(std::move(to)) {
    std::vector<Word> residues(to_.size());
    matrix_.resize(to_.size() * from_.size());
    for (std::size_t i = 0; i < from_.size(); ++i) {
      to_.decompose(from_.cofactor(i), residues);
      for (std::size_t j = 0; j < to_.size(); ++j) matrix_[j * from_.size() + i] = residues[j];
      reciprocals_.emplace_back(from_[i].value());
    }
    to_.decompose(from_.product(), residues);
    for (std::size_t j = 0; j < to_.size(); ++j)
      for (std::size_t u = 0; u < from_.size(); ++u)
        multiples_.push_back(to_[j].mul(residues[j], to_[j].reduce(std::uint64_t{u})));
    for (const rns_basis<Word>* basis : {&from_, &to_})
      for (std::size_t i = 0; i < basis->size(); ++i) bits_ = std::max(bits_, (*basis)[i].bits());
  }

  [[nodiscard]] const rns_basis<Word>& from() const noexcept { return from_; }
  [[nodiscard]] const rns_basis<Word>& to() const noexcept { return to_; }
  /// Q_i mod p_j, at j from().size() + i: the matrix that the x'_i are multiplied by.
  [[nodiscard]] std::span<const Word> matrix() const noexcept { return matrix_; }

  /// The residues of x + u Q, 0 <= u < from().size(), for n numbers x: rows of n values, which lie
  /// apart from x.
  void fast(std::span<const Word> x, std::span<Word> out, std::size_t n) const { convert<false>(x, out, n); }
  /// The residues of x itself.
  void exact(std::span<const Word> x, std::span<Word> out, std::size_t n) const { convert<true>(x, out, n); }

 private:
  template <bool is_exact>
  void convert(std::span<const Word> x, std::span<Word> out, std::size_t n) const {
    detail::check_count("a conversion", x.size(), n * from_.size(), "residues to begin with");
    detail::check_count("a conversion", out.size(), n * to_.size(), "residues to fill");
    const std::size_t k = from_.size();
    std::vector<Word> parts(k * detail::rns_columns);
    std::vector<std::uint64_t> low(detail::rns_columns), high(detail::rns_columns);
    std::vector<std::uint32_t> u(is_exact ? detail::rns_columns : 0);
    std::vector<std::size_t> doubtful;
    for (std::size_t first = 0; first < n; first += detail::rns_columns) {
      const std::size_t columns = std::min(detail::rns_columns, n - first);
      for (std::size_t i = 0; i < k; ++i)
        modular::mul(x.subspan(i * n + first, columns), from_.to_part(i),
                     std::span<Word>(parts).subspan(i * detail::rns_columns, columns));
      doubtful.clear();
      if constexpr (is_exact) {
        for (std::size_t j = 0; j < columns; ++j) {
          std::uint64_t fraction = 0;
          u[j] = 0;
          for (std::size_t i = 0; i < k; ++i) {
            const std::uint64_t share = reciprocals_[i].times(parts[i * detail::rns_columns + j]);
            fraction += share;
            u[j] += fraction < share;
          }
          if (fraction > ~std::uint64_t{0} - 2 * k) doubtful.push_back(first + j);
        }
      }
      for (std::size_t i = 0; i < to_.size(); ++i) {
        const std::span<Word> row = out.subspan(i * n + first, columns);
        sum(i, {parts.data(), matrix_.data() + i * k, k, columns, bits_, low.data(), high.data()}, row);
        if constexpr (is_exact) {
          for (std::size_t j = 0; j < columns; ++j) row[j] = to_[i].sub(row[j], multiples_[i * k + u[j]]);
        }
      }
      for (const std::size_t j : doubtful) {
        std::vector<Word> residues(k);
        std::vector<std::uint64_t> limbs(from_.limbs());
        for (std::size_t i = 0; i < k; ++i) residues[i] = x[i * n + j];
        from_.compose(residues, limbs);
        for (std::size_t i = 0; i < to_.size(); ++i) out[i * n + j] = detail::residue_of<Word>(limbs, to_[i]);
      }
    }
  }

  // A row of sums modulo p_i.
  void sum(std::size_t i, const detail::rns_operands<Word>& s, std::span<Word> out) const {
    const bool fits = 2 * bits_ + static_cast<int>(std::bit_width(s.rows)) <= 128;
    if constexpr (sizeof(Word) == 4) {
      detail::rns_sums32(active())(s);
      modular::reduce(std::span(s.high, s.columns), std::span(s.low, s.columns), out, to_[i]);
      return;
    } else if constexpr (sizeof(Word) == 8) {
      if (bits_ <= 60 && fits) {
        detail::rns_sums64(active())(s);
        modular::reduce(std::span(s.high, s.columns), std::span(s.low, s.columns), out, to_[i]);
        return;
      }
    }
    for (std::size_t j = 0; j < s.columns; ++j) {
      detail::rns_sum all;
      for (std::size_t l = 0; l < s.rows; ++l) all.add(s.row(l)[j], s.factor[l]);
      out[j] = all.reduce(to_[i]);
    }
  }

  struct reciprocal {  // floor(2^128 / q)
    std::uint64_t high, low;
    explicit reciprocal(std::uint64_t q) noexcept {
      const auto [value, remainder] = detail::divide_wide(1, 0, q);
      high = value;
      low = detail::divide_wide(remainder, 0, q).value;
    }
    // x 2^64 / q for x < q, short by less than 2
    [[nodiscard]] std::uint64_t times(std::uint64_t x) const noexcept {
      return x * high + detail::multiply_wide(x, low).high;
    }
  };

  rns_basis<Word> from_, to_;
  std::vector<Word> matrix_;
  std::vector<Word> multiples_;  // u Q mod p_j, at j k + u
  int bits_ = 0;                 // of the largest modulus of both
  std::vector<reciprocal> reciprocals_;
};

}  // namespace lowp::modular
