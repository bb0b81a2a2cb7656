// Exact products of matrices of integers and of fixed-point numbers, with results of 64 or 128 bits.
//
//   lowp::modular::exact_gemm(a, b, c);                c = a b;  a: m x k, b: k x n, c: m x n of std::int64_t
//   lowp::modular::exact_gemm(a, b, c, lowp::wrap{});  the same modulo 2^64
//
// a and b: signed or unsigned integers of 8, 16, 32 or 64 bits, or fixed-point numbers; c: std::int64_t, or fixed<64,
// F> where F is the sum of the fraction bits of a and b, or (not with `wrap`) lowp::modular::int128.
//
// The result is exact: without `wrap` an error is thrown, and nothing written, if k max|a| max|b| and the sharper
// bounds max_i sum_k |a[i, k]| max|b| and max|a| max_j sum_k |b[k, j]| all are above 2^63 - 1, or 2^127 - 1.
//
// Work, whichever is least (`way_of`):
//   digits     P Q products on the byte cores for P and Q bytes of the elements that there are (not: that the type can
//              hold); those of 256^8 and above are left out
//   residues   one on the byte cores for each of N moduli, N such that they hold the bound: 8 bits each
//              (exact_residues.hpp); for results of 128 bits always, else where N is small against the products of
//              digits: a third on sapphire, half on icelake, three quarters below
//   words      one of words, where byte cores are slower and elements have 32 bits at most (word_gemm.hpp)
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <lowp/formats/fixed.hpp>
#include <lowp/modular/exact_residues.hpp>

namespace lowp::modular {

namespace detail {

using lowp::detail::multiply_wide;
using lowp::detail::wide;

/// An element of an exact product: its integer, modulo 2^32 or 2^64, and how many fraction bits it has.
template <class T>
struct exact_element {
  static constexpr bool is_one = false;
};
template <class T>
requires(std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8) struct exact_element<T> {
  static constexpr bool is_one = true;
  static constexpr bool is_signed = std::is_signed_v<T>;
  static constexpr int bits = 8 * sizeof(T);
  static constexpr int frac = 0;
  using word = std::conditional_t<bits <= 32, std::uint32_t, std::uint64_t>;
  static word value(T v) noexcept { return static_cast<word>(v); }
};
template <int Bits, int Frac, fixed_range Range, class R, class O>
struct exact_element<number<fixed_format<Bits, Frac, Range>, R, O>> {
  static constexpr bool is_one = true;
  static constexpr bool is_signed = Range != fixed_range::non_negative;
  static constexpr int bits = Bits;
  static constexpr int frac = Frac;
  using word = std::conditional_t<bits <= 32, std::uint32_t, std::uint64_t>;
  static word value(number<fixed_format<Bits, Frac, Range>, R, O> v) noexcept {
    constexpr int above = 8 * static_cast<int>(sizeof(word)) - Bits;
    const auto code = static_cast<word>(v.bits());
    if constexpr (!is_signed) return code;
    return static_cast<word>(static_cast<std::make_signed_t<word>>(static_cast<word>(code << above)) >> above);
  }
};

template <class T>
concept ExactElement = exact_element<std::remove_const_t<T>>::is_one;

template <class T, int Frac>
inline constexpr bool is_exact_result = (std::same_as<T, std::int64_t> || std::same_as<T, int128>)&&Frac == 0;
template <int Frac, class R, class O>
inline constexpr bool is_exact_result<number<fixed_format<64, Frac, fixed_range::twos_complement>, R, O>, Frac> =
    true;

/// Integers of 32 or 64 bits, signed or not, and what they are between. Rows of another type are copied.
class exact_operand {
 public:
  template <class T>
  explicit exact_operand(matrix_view<const T> v) : is_signed_(exact_element<T>::is_signed) {
    if constexpr (std::same_as<typename exact_element<T>::word, std::uint32_t>) {
      words_ = in_words(v, word_copy_);
      const auto kernel = plane_kernels_of[static_cast<std::size_t>(active())]->range;
      std::uint32_t range[2] = {0, 0};
      for (std::size_t r = 0; r < v.rows(); ++r) kernel(words_.row(r).data(), v.cols(), is_signed_, range);
      extend(range[0]);
      extend(range[1]);
    } else {
      is_long_ = true;
      longs_ = in_words(v, long_copy_);
      const std::uint64_t turn =
          is_signed_ ? std::uint64_t{1} << 63 : 0;  // makes the order that of unsigned integers
      std::uint64_t low = turn, high = turn;
      for (std::size_t r = 0; r < v.rows(); ++r) {
        for (const std::uint64_t x : longs_.row(r)) {
          low = std::min(low, x ^ turn);
          high = std::max(high, x ^ turn);
        }
      }
      extend(low ^ turn);
      extend(high ^ turn);
    }
  }
  exact_operand(const exact_operand&) = delete;
  exact_operand& operator=(const exact_operand&) = delete;

  [[nodiscard]] std::size_t rows() const noexcept { return is_long_ ? longs_.rows() : words_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return is_long_ ? longs_.cols() : words_.cols(); }
  /// Of more than 32 bits.
  [[nodiscard]] bool is_long() const noexcept { return is_long_; }
  [[nodiscard]] const matrix_view<const std::uint32_t>& words() const noexcept { return words_; }
  /// The largest of the numbers, and of those below 0 the largest magnitude.
  [[nodiscard]] std::uint64_t above() const noexcept { return above_; }
  [[nodiscard]] std::uint64_t below() const noexcept { return below_; }
  [[nodiscard]] std::uint64_t largest() const noexcept { return std::max(above_, below_); }
  /// Bytes of signed digits that hold all; 8 do modulo 2^64.
  [[nodiscard]] std::size_t planes() const noexcept {
    std::size_t p = 1;
    for (std::uint64_t most = 0x7f; p < 8 && (above_ > most || below_ > most / 0x7f * 0x80); ++p)
      most = most * 256 + 0x7f;
    return p;
  }
  [[nodiscard]] plane_source source() const {
    return {this, rows(), cols(), planes(),
            [](const void* self, std::size_t r, std::size_t c, std::size_t cols, std::uint8_t* out,
               std::size_t plane_step) {
              const auto& x = *static_cast<const exact_operand*>(self);
              const plane_kernels& kernels = *plane_kernels_of[static_cast<std::size_t>(active())];
              if (x.is_long_)
                kernels.split_longs(x.longs_.row(r).data() + c, cols, x.planes(), out, plane_step);
              else
                kernels.split(x.words_.row(r).data() + c, cols, x.is_signed_, x.planes(), out, plane_step);
            }};
  }
  /// The residues modulo the first `count` moduli of columns c ... of row r.
  void write_residues(std::size_t r, std::size_t c, std::size_t cols, std::size_t count, std::uint8_t* out,
                      std::size_t plane_step) const noexcept {
    const residue_kernels& kernels = *residue_kernels_of[static_cast<std::size_t>(active())];
    if (is_long_)
      kernels.split_longs(longs_.row(r).data() + c, cols, is_signed_, count, out, plane_step);
    else
      kernels.split(words_.row(r).data() + c, cols, is_signed_, count, out, plane_step);
  }
  /// The largest sum of |x| over a row, or over a column.
  [[nodiscard]] wide largest_row_sum() const {
    wide most{0, 0};
    for (std::size_t r = 0; r < rows(); ++r) {
      wide sum{0, 0};
      for (std::size_t c = 0; c < cols(); ++c) add(sum, magnitude(r, c));
      if (less(most, sum)) most = sum;
    }
    return most;
  }
  [[nodiscard]] wide largest_column_sum() const {
    std::vector<wide> sums(cols(), wide{0, 0});
    for (std::size_t r = 0; r < rows(); ++r)
      for (std::size_t c = 0; c < sums.size(); ++c) add(sums[c], magnitude(r, c));
    return sums.empty() ? wide{0, 0} : *std::ranges::max_element(sums, less);
  }

 private:
  template <class T, class Word>
  static matrix_view<const Word> in_words(matrix_view<const T> v, std::vector<Word>& copy) {
    if constexpr (exact_element<T>::bits == 8 * sizeof(Word)) {
      static_assert(sizeof(T) == sizeof(Word));
      return {reinterpret_cast<const Word*>(v.data()), v.rows(), v.cols(), v.stride()};
    } else {
      copy.resize(lowp::detail::checked_product(v.rows(), v.cols(), "exact_gemm"));
      Word* to = copy.data();
      for (std::size_t r = 0; r < v.rows(); ++r)
        for (const T& x : v.row(r)) *to++ = exact_element<T>::value(x);
      return {copy.data(), v.rows(), v.cols()};
    }
  }
  static void add(wide& sum, std::uint64_t x) noexcept {
    sum.low += x;
    sum.high += sum.low < x ? 1 : 0;
  }
  static bool less(const wide& x, const wide& y) noexcept {
    return x.high != y.high ? x.high < y.high : x.low < y.low;
  }
  // |x|, and whether x < 0
  template <class Word>
  [[nodiscard]] std::pair<std::uint64_t, bool> split_sign(Word x) const noexcept {
    const bool negative = is_signed_ && x >> (8 * sizeof(Word) - 1) != 0;
    return {negative ? static_cast<Word>(Word{0} - x) : x, negative};
  }
  [[nodiscard]] std::uint64_t magnitude(std::size_t r, std::size_t c) const noexcept {
    return is_long_ ? split_sign(longs_(r, c)).first : split_sign(words_(r, c)).first;
  }
  template <class Word>
  void extend(Word x) noexcept {
    const auto [size, negative] = split_sign(x);
    (negative ? below_ : above_) = std::max(negative ? below_ : above_, size);
  }

  bool is_signed_, is_long_ = false;
  std::vector<std::uint32_t> word_copy_;
  std::vector<std::uint64_t> long_copy_;
  matrix_view<const std::uint32_t> words_;
  matrix_view<const std::uint64_t> longs_;
  std::uint64_t above_ = 0, below_ = 0;
};

// What a product is made of, and of how many moduli.
enum class exact_method { words, digits, residues };
struct exact_way {
  exact_method method;
  std::size_t moduli = 0;
};

// Throws unless no sum can leave 64 or 128 bits. A bound of all sums, up to a relative error of 2^-50.
inline double check_exact_bound(const exact_operand& a, const exact_operand& b, int bits) {
  const auto fits = [bits](wide x, std::uint64_t y) {
    const wide low = multiply_wide(x.low, y), high = multiply_wide(x.high, y);
    const std::uint64_t top = low.high + high.low;
    if (high.high != 0 || top < low.high) return false;
    return bits == 64 ? top == 0 && low.low >> 63 == 0 : top >> 63 == 0;
  };
  const auto product = [](wide x, std::uint64_t y) {
    return (static_cast<double>(x.high) * 0x1p64 + static_cast<double>(x.low)) * static_cast<double>(y);
  };
  const std::uint64_t of_a = a.largest(), of_b = b.largest();
  const std::size_t k = a.cols();
  const wide of_both = multiply_wide(of_a, of_b);
  if (fits(of_both, k)) return product(of_both, k);
  const wide row = a.largest_row_sum(), column = b.largest_column_sum();
  if (fits(row, of_b)) return product(row, of_b);
  if (fits(column, of_a)) return product(column, of_a);
  const auto text = [](wide x) { return x.high != 0 ? "2^64 or more" : std::to_string(x.low); };
  throw error("exact_gemm: sums may leave " + std::to_string(bits) + " bits: k = " + std::to_string(k) +
              ", max|a| = " + std::to_string(of_a) + ", max|b| = " + std::to_string(of_b) +
              ", largest sum of |a| in a row " + text(row) + ", of |b| in a column " + text(column));
}

// The moduli for sums up to `bound` of which each chunk of k is put together by itself.
[[nodiscard]] inline std::size_t exact_moduli(const exact_operand& a, const exact_operand& b, double bound) {
  const double chunk = static_cast<double>(std::min(a.cols(), plane_chunk * 64));
  return residues_for(std::min(bound, static_cast<double>(a.largest()) * static_cast<double>(b.largest()) * chunk),
                      a.cols());
}

// The way of the least work for results of 64 bits. bound: of the sums, infinity for what wraps. A modulus costs more than
// a product of digits, for its residues and for its part in putting numbers together, and the more so the faster the
// products are. Words beat residues wherever they beat digits.
[[nodiscard]] inline exact_way way_of(const exact_operand& a, const exact_operand& b, double bound) {
  std::size_t products = 0;
  for (std::size_t p = 0; p < a.planes(); ++p) products += std::min(b.planes(), 8 - p);
  const tier t = active();
  constexpr std::uint64_t high = std::numeric_limits<std::int32_t>::max();
  const bool words_work = !a.is_long() && !b.is_long() &&
                          ((a.above() <= high && b.above() <= high) || (a.below() == 0 && b.below() == 0));
  if (words_work && t != tier::sapphire) {
    const std::size_t most = t == tier::icelake ? 9 : t == tier::skylake || t == tier::haswell ? 4 : 0;
    return {products <= most ? exact_method::digits : exact_method::words};
  }
  const std::size_t moduli = exact_moduli(a, b, bound);
  const bool is_less = t == tier::sapphire  ? 3 * moduli <= products
                       : t == tier::icelake ? 2 * moduli <= products
                                            : 4 * moduli <= 3 * products;
  return moduli != 0 && is_less ? exact_way{exact_method::residues, moduli} : exact_way{exact_method::digits};
}

inline void write_exact(const plane_place& place, const residue_system& by, const matrix_view<std::int64_t>& c) {
  residue_kernels_of[static_cast<std::size_t>(active())]->combine({place, by}, &c(place.i, place.j), c.stride());
}
inline void write_exact(const plane_place& place, const residue_system& by, const matrix_view<int128>& c) {
  residue_kernels_of[static_cast<std::size_t>(active())]->combine_wide({place, by}, &c(place.i, place.j), c.stride());
}

template <class C>
void product_by_residues(const exact_operand& a, const exact_operand& b, matrix_view<C> c, std::size_t moduli,
                         const executor& threads) {
  struct operand {
    const exact_operand& x;
    std::size_t moduli;
    [[nodiscard]] plane_source source() const {
      return {this, x.rows(), x.cols(), moduli,
              [](const void* self, std::size_t r, std::size_t from, std::size_t cols, std::uint8_t* out,
                 std::size_t plane_step) {
                const operand& o = *static_cast<const operand*>(self);
                o.x.write_residues(r, from, cols, o.moduli, out, plane_step);
              }};
    }
  } const left{a, moduli}, right{b, moduli};
  struct destination {
    const matrix_view<C>& c;
    residue_system by;
  } const to{c, make_residue_system(moduli)};
  plane_gemm(left.source(), right.source(), 0, moduli,
             {&to,
              [](const void* self, const plane_place& place) {
                const destination& d = *static_cast<const destination*>(self);
                write_exact(place, d.by, d.c);
              }},
             threads, true);
}

inline void product_by_digits(const exact_operand& a, const exact_operand& b, matrix_view<std::int64_t> c,
                              const executor& threads) {
  const std::size_t groups = std::min<std::size_t>(8, a.planes() + b.planes() - 1);  // 256^8 is 0
  struct destination {
    matrix_view<std::int64_t> c;
    std::size_t groups;
    const plane_kernels& kernels;
  } const to{c, groups, *plane_kernels_of[static_cast<std::size_t>(active())]};
  plane_gemm(a.source(), b.source(), 0, groups,
             {&to,
              [](const void* self, const plane_place& place) {
                const destination& d = *static_cast<const destination*>(self);
                d.kernels.combine({place, d.groups, &d.c(place.i, place.j), d.c.stride()});
              }},
             threads);
}

inline void product_by_words(const exact_operand& a, const exact_operand& b, matrix_view<std::int64_t> c,
                             const executor& threads) {
  const matrix_view<const std::uint32_t>& w = b.words();
  word_gemm({a.words(),
             0xffffffff,
             {w.data(), w.rows(), w.cols(), w.stride(), 1, 0xffffffff},
             std::numeric_limits<std::uint64_t>::max(),
             a.below() != 0 || b.below() != 0},
            {&c,
             [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                const std::uint64_t* low, const std::uint64_t*, std::size_t stride) {
               const auto& to = *static_cast<const matrix_view<std::int64_t>*>(self);
               for (std::size_t r = 0; r < rows; ++r)
                 std::memcpy(&to(i + r, j), low + r * stride, cols * sizeof(std::int64_t));
             }},
            threads);
}

inline void exact_product(const exact_operand& a, const exact_operand& b, matrix_view<std::int64_t> c, exact_way way,
                          const executor& threads) {
  if (c.rows() == 0 || c.cols() == 0) return;
  switch (way.method) {
    case exact_method::words:
      return product_by_words(a, b, c, threads);
    case exact_method::digits:
      return product_by_digits(a, b, c, threads);
    case exact_method::residues:
      return product_by_residues(a, b, c, way.moduli, threads);
  }
}

template <bool Wraps, class A, class B, class C>
void exact_gemm_of(matrix_view<A> a, matrix_view<B> b, matrix_view<C> c, const executor& threads) {
  using of_a = exact_element<std::remove_const_t<A>>;
  using of_b = exact_element<std::remove_const_t<B>>;
  static_assert(
      is_exact_result<C, of_a::frac + of_b::frac>,
      "lowp: exact_gemm writes std::int64_t, or fixed<64, F> where F is the sum of the operands' fraction bits, or, "
      "of integers, lowp::modular::int128");
  static_assert(!(Wraps && std::same_as<C, int128>), "lowp: exact_gemm with lowp::wrap writes 64 bits");
  using lowp::detail::shape_text;
  if (a.cols() != b.rows() || c.rows() != a.rows() || c.cols() != b.cols())
    throw error("exact_gemm: A is " + shape_text(a.rows(), a.cols()) + ", B is " + shape_text(b.rows(), b.cols()) +
                ", C is " + shape_text(c.rows(), c.cols()) + "; C = A B needs m x k, k x n, m x n");
  const exact_operand x{matrix_view<const std::remove_const_t<A>>(a)},
      w{matrix_view<const std::remove_const_t<B>>(b)};
  constexpr int bits = 8 * static_cast<int>(sizeof(C));
  const double bound = Wraps ? std::numeric_limits<double>::infinity() : check_exact_bound(x, w, bits);
  if constexpr (std::same_as<C, int128>) {
    product_by_residues(x, w, c, exact_moduli(x, w, bound), threads);
  } else {
    const matrix_view<std::int64_t> to{reinterpret_cast<std::int64_t*>(c.data()), c.rows(), c.cols(), c.stride()};
    exact_product(x, w, to, way_of(x, w, bound), threads);
  }
}

}  // namespace detail

/// c = a b. Throws lowp::error, nothing written, unless the shapes fit and no sum can leave 64 bits, or 128 if c is of
/// int128.
template <detail::ExactElement A, detail::ExactElement B, class C>
void exact_gemm(matrix_view<A> a, matrix_view<B> b, matrix_view<C> c, const executor& threads = {}) {
  detail::exact_gemm_of<false>(a, b, c, threads);
}
/// c = a b modulo 2^64. Throws lowp::error, nothing written, unless the shapes fit.
template <detail::ExactElement A, detail::ExactElement B, class C>
void exact_gemm(matrix_view<A> a, matrix_view<B> b, matrix_view<C> c, wrap, const executor& threads = {}) {
  detail::exact_gemm_of<true>(a, b, c, threads);
}

}  // namespace lowp::modular
