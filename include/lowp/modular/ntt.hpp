// Number-theoretic transforms modulo a prime q, and products of polynomials by them. For n = 2, 4 ... 2^20 points:
//
//   cyclic        X[k] = sum over j of x[j] w^(j k),         w of order n modulo q:   q = 1 mod n;    modulo x^n - 1
//   negacyclic    X[k] = sum over j of x[j] p^(j (2k + 1)),  p of order 2n modulo q:  q = 1 mod 2n;   modulo x^n + 1
//
// ntt_plan<uint32_t> takes q < 2^32 and is quick below 2^30: others are widened to 64 bits and narrowed again.
// ntt_plan<uint64_t> takes q < 2^62; below 2^50 it is twice as quick with AVX-512 IFMA.
//
//   const ntt_plan<std::uint32_t> plan(4096, 268369921, ntt_kind::negacyclic);
//   plan.forward(x, ntt_order::bit_reversed);
//
// X[k] stands at k in natural order, at the index with the bits of k in the opposite order in bit-reversed order, which
// spares a pass over the data. The root is the smallest of its order, as in Intel HEXL and Microsoft SEAL, so that
// bit-reversed negacyclic transforms are the same as theirs. A plan has 4 n words (2n factors with their quotients) and
// does not change: several threads may use it at once.
//
// Sources: D. Harvey, Faster arithmetic for number-theoretic transforms, J. Symbolic Computation 60, 2014 (the lazy
// butterfly); P. Longa, M. Naehrig, Speeding up the number theoretic transform, CANS 2016 (the twist in the factors).
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lowp/kernels/tiers.hpp>
#include <lowp/modular/arrays.hpp>
#include <lowp/modular/primes.hpp>
#include <lowp/modular/shoup.hpp>

namespace lowp::modular {

enum class ntt_kind : unsigned char { cyclic, negacyclic };
/// Where the values of a transform stand; those of its inverse are always in natural order.
enum class ntt_order : unsigned char { natural, bit_reversed };

[[nodiscard]] constexpr std::string_view to_string(ntt_kind k) noexcept {
  return k == ntt_kind::cyclic ? "cyclic" : "negacyclic";
}

namespace detail {

/// What a kernel needs of a plan in one direction.
template <class Word>
struct ntt_view {
  std::size_t n;
  Word q;
  int shift;             // left, of the quotients, for a kernel that multiplies whole words
  const Word* w;         // w[m + i]: of node i of m
  const Word* quotient;  // of each
  const Word* last_w;    // inverse: 1/n and w[1]/n
  const Word* last_quotient;
};

}  // namespace detail
}  // namespace lowp::modular

#define LOWP_BODY <lowp/modular/ntt_words.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY <lowp/modular/ntt.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular {
namespace detail {

template <class Word>
using ntt_table = lowp::detail::kernel_table<void(const ntt_view<Word>&, Word*) noexcept>;
template <class Word>
using ntt_reverse_table = lowp::detail::kernel_table<void(Word*, std::size_t) noexcept>;

inline constexpr ntt_table<std::uint32_t> ntt_forward32{
    {{&tiers::scalar::ntt_forward32, &tiers::haswell::ntt_forward32, &tiers::skylake::ntt_forward32,
      &tiers::icelake::ntt_forward32, &tiers::sapphire::ntt_forward32}}};
inline constexpr ntt_table<std::uint32_t> ntt_inverse32{
    {{&tiers::scalar::ntt_inverse32, &tiers::haswell::ntt_inverse32, &tiers::skylake::ntt_inverse32,
      &tiers::icelake::ntt_inverse32, &tiers::sapphire::ntt_inverse32}}};
inline constexpr ntt_table<std::uint64_t> ntt_forward64{
    {{&tiers::scalar::ntt_forward64, &tiers::haswell::ntt_forward64, &tiers::skylake::ntt_forward64,
      &tiers::icelake::ntt_forward64, &tiers::sapphire::ntt_forward64}}};
inline constexpr ntt_table<std::uint64_t> ntt_inverse64{
    {{&tiers::scalar::ntt_inverse64, &tiers::haswell::ntt_inverse64, &tiers::skylake::ntt_inverse64,
      &tiers::icelake::ntt_inverse64, &tiers::sapphire::ntt_inverse64}}};
inline constexpr ntt_reverse_table<std::uint32_t> ntt_reverse32{
    {{&tiers::scalar::ntt_reverse32, &tiers::haswell::ntt_reverse32, &tiers::skylake::ntt_reverse32,
      &tiers::icelake::ntt_reverse32, &tiers::sapphire::ntt_reverse32}}};
inline constexpr ntt_reverse_table<std::uint64_t> ntt_reverse64{
    {{&tiers::scalar::ntt_reverse64, &tiers::haswell::ntt_reverse64, &tiers::skylake::ntt_reverse64,
      &tiers::icelake::ntt_reverse64, &tiers::sapphire::ntt_reverse64}}};

inline void ntt_forward(const ntt_view<std::uint32_t>& v, std::uint32_t* x) { ntt_forward32(active())(v, x); }
inline void ntt_forward(const ntt_view<std::uint64_t>& v, std::uint64_t* x) { ntt_forward64(active())(v, x); }
inline void ntt_inverse(const ntt_view<std::uint32_t>& v, std::uint32_t* x) { ntt_inverse32(active())(v, x); }
inline void ntt_inverse(const ntt_view<std::uint64_t>& v, std::uint64_t* x) { ntt_inverse64(active())(v, x); }
inline void ntt_reverse(std::uint32_t* x, std::size_t n) { ntt_reverse32(active())(x, n); }
inline void ntt_reverse(std::uint64_t* x, std::size_t n) { ntt_reverse64(active())(x, n); }

/// Words that start on a line of 64 bytes, with a line more than asked for, which kernels may read.
template <class Word>
class ntt_words {
 public:
  explicit ntt_words(std::size_t n) : lines_(n * sizeof(Word) / 64 + 2) {}
  [[nodiscard]] Word* data() noexcept { return lines_.front().word; }
  [[nodiscard]] const Word* data() const noexcept { return lines_.front().word; }

 private:
  struct alignas(64) line {
    Word word[64 / sizeof(Word)] = {};
  };
  std::vector<line> lines_;
};

// The smallest number of order `order`, a power of two, modulo the prime q: the odd powers of one are all there are.
inline std::uint64_t least_root(std::uint64_t order, std::uint64_t q) {
  const std::uint64_t root = root_of_unity(order, q);
  if (order <= 2) return root;
  const modulus<std::uint64_t> m(q);
  const shoup<std::uint64_t> square(m.mul(root, root), m);
  std::uint64_t least = root, power = root;
  for (std::uint64_t i = 1; i < order / 2; ++i) {
    power = square.mul(power);
    least = std::min(least, power);
  }
  return least;
}

inline void check_ntt(std::size_t n, std::uint64_t q, int width, int most_bits, ntt_kind kind) {
  if (n < 2 || n > std::size_t{1} << 20 || !std::has_single_bit(n))
    throw error("lowp: an ntt_plan needs a power of two from 2 to 1048576 points, got " + std::to_string(n));
  if (most_bits < 64 && q >> most_bits != 0)
    throw error("lowp: an ntt_plan of " + std::to_string(width) + "-bit words needs a modulus below 2^" +
                std::to_string(most_bits) + ", got " + std::to_string(q));
  if (!is_prime(q)) throw error("lowp: an ntt_plan needs a prime modulus, got " + std::to_string(q));
  const std::uint64_t order = kind == ntt_kind::cyclic ? n : 2 * n;
  if (q % order != 1)
    throw error("lowp: a " + std::string(to_string(kind)) + " transform of " + std::to_string(n) +
                " points needs a modulus that is 1 modulo " + std::to_string(order) + ", got " + std::to_string(q));
}

}  // namespace detail

/// The constants of transforms of n points modulo q. `Word` is std::uint32_t or std::uint64_t. Values lie in [0, q),
/// before and after.
template <class Word>
class ntt_plan {
  static_assert(std::is_same_v<Word, std::uint32_t> || std::is_same_v<Word, std::uint64_t>,
                "lowp: ntt_plan<Word> is for words of 32 or 64 bits, std::uint32_t or std::uint64_t");

 public:
  /// Throws lowp::error unless n is a power of two from 2 to 2^20 and q a prime of the range and residue above.
  ntt_plan(std::size_t n, Word q, ntt_kind kind) : ntt_plan(n, q, kind, 0) {}

  /// The same with another root: w (cyclic) or p (negacyclic), of which the order is checked.
  ntt_plan(std::size_t n, Word q, ntt_kind kind, Word root) : q_(q), kind_(kind), n_(n) {
    detail::check_ntt(n, q, 8 * sizeof(Word), sizeof(Word) == 4 ? 32 : 62, kind);
    const std::uint64_t order = kind == ntt_kind::cyclic ? n : 2 * n;
    root_ = root == 0 ? static_cast<Word>(detail::least_root(order, q)) : root;
    const modulus<Word> m(q);
    if (root_ >= q || m.pow(root_, order / 2) != q - 1)
      throw error("lowp: " + std::to_string(root_) + " is no root of unity of order " + std::to_string(order) +
                  " modulo " + std::to_string(q));
    if constexpr (sizeof(Word) == 4) {
      if (q >> 30 != 0) {
        wide_ = std::make_shared<const ntt_plan<std::uint64_t>>(n, q, kind, root_);
        return;
      }
    } else {
      shift_ = q >> 50 == 0 ? 12 : 0;
    }
    fill_tables(m);
  }

  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  [[nodiscard]] Word q() const noexcept { return q_; }
  [[nodiscard]] ntt_kind kind() const noexcept { return kind_; }
  /// w or p of the formulas above.
  [[nodiscard]] Word root() const noexcept { return root_; }

  /// x becomes its transform, in the order asked for. Throws lowp::error if x has not size() values.
  void forward(std::span<Word> x, ntt_order order = ntt_order::natural) const {
    check_size("forward", x.size());
    if (wide_) return widened(x, [&](std::span<std::uint64_t> y) { wide_->forward(y, order); });
    detail::ntt_forward(view(forward_), x.data());
    if (order == ntt_order::natural) detail::ntt_reverse(x.data(), n_);
  }

  /// A transform in the order given becomes what it is of. Throws lowp::error if x has not size() values.
  void inverse(std::span<Word> x, ntt_order order = ntt_order::natural) const {
    check_size("inverse", x.size());
    if (wide_) return widened(x, [&](std::span<std::uint64_t> y) { wide_->inverse(y, order); });
    if (order == ntt_order::natural) detail::ntt_reverse(x.data(), n_);
    detail::ntt_inverse(view(inverse_), x.data());
  }

  /// out = a b as polynomials modulo x^n - 1 (cyclic) or x^n + 1 (negacyclic), coefficient 0 first. `out` may be a or
  /// b. Throws lowp::error unless all have size() values.
  void multiply(std::span<const Word> a, std::span<const Word> b, std::span<Word> out) const {
    check_size("multiply", a.size());
    check_size("multiply", b.size());
    check_size("multiply", out.size());
    std::vector<Word> c(b.begin(), b.end());
    if (out.data() != a.data()) std::copy(a.begin(), a.end(), out.begin());
    forward(out, ntt_order::bit_reversed);
    forward(c, ntt_order::bit_reversed);
    modular::mul(out, c, out, modulus<Word>(q_));
    inverse(out, ntt_order::bit_reversed);
  }

 private:
  struct factors {
    detail::ntt_words<Word> w, quotient;
    Word last_w[2] = {}, last_quotient[2] = {};
    explicit factors(std::size_t n) : w(n), quotient(n) {}
  };

  [[nodiscard]] detail::ntt_view<Word> view(const factors& f) const noexcept {
    return {n_, q_, shift_, f.w.data(), f.quotient.data(), f.last_w, f.last_quotient};
  }

  void check_size(const char* what, std::size_t size) const {
    if (size != n_)
      throw error("lowp: " + std::string(what) + " of an ntt_plan of " + std::to_string(n_) + " points got " +
                  std::to_string(size) + " values");
  }

  template <class Function>
  static void widened(std::span<Word> x, Function f) {
    std::vector<std::uint64_t> y(x.begin(), x.end());
    f(std::span<std::uint64_t>(y));
    std::transform(y.begin(), y.end(), x.begin(), [](std::uint64_t v) { return static_cast<Word>(v); });
  }

  // floor(w 2^W / q), W being 52 for q < 2^50 in 64-bit words, else that of the word.
  [[nodiscard]] Word quotient_of(Word w) const noexcept {
    if constexpr (sizeof(Word) == 4) {
      return static_cast<Word>((std::uint64_t{w} << 32) / q_);
    } else {
      return shift_ == 0 ? detail::divide_wide(w, 0, q_).value : detail::divide_wide(w >> 12, w << 52, q_).value;
    }
  }

  void fill_tables(const modulus<Word>& m) {
    // Powers r^0 ... r^half of the root, r^half being -1, with their quotients.
    const std::size_t half = kind_ == ntt_kind::cyclic ? n_ / 2 : n_;
    std::vector<Word> power(half + 1), quotient(half + 1);
    const shoup<Word> step(root_, m);
    Word p = 1;
    for (std::size_t i = 0; i <= half; ++i) {
      power[i] = p;
      quotient[i] = quotient_of(p);
      p = step.mul(p);
    }
    // Node i of m has the factor r^e with e = r n/2m in the cyclic case, (2r + 1) n/2m in the negacyclic one, r being i
    // reversed. Its inverse is -r^(half - e), and the quotient of -w is 2^W - 1 - the quotient of w, as q does not
    // divide w 2^W.
    forward_ = factors(n_);
    inverse_ = factors(n_);
    const Word top = static_cast<Word>(static_cast<Word>(~Word{0}) >> shift_);
    for (std::size_t nodes = 1; nodes < n_; nodes *= 2) {
      std::size_t reversed = 0;
      for (std::size_t i = 0; i < nodes; ++i) {
        const std::size_t e = n_ / nodes / 2 * (kind_ == ntt_kind::cyclic ? reversed : 2 * reversed + 1);
        forward_.w.data()[nodes + i] = power[e];
        forward_.quotient.data()[nodes + i] = quotient[e];
        inverse_.w.data()[nodes + i] = static_cast<Word>(q_ - power[half - e]);
        inverse_.quotient.data()[nodes + i] = static_cast<Word>(top - quotient[half - e]);
        std::size_t bit = nodes / 2;
        for (; (reversed & bit) != 0; bit /= 2) reversed ^= bit;
        reversed |= bit;
      }
    }
    const Word last[2] = {m.inverse(static_cast<Word>(n_ % q_)), inverse_.w.data()[1]};
    for (int i = 0; i < 2; ++i) {
      inverse_.last_w[i] = i == 0 ? last[0] : m.mul(last[0], last[1]);
      inverse_.last_quotient[i] = quotient_of(inverse_.last_w[i]);
    }
  }

  Word q_;
  ntt_kind kind_;
  int shift_ = 0;
  std::size_t n_;
  Word root_ = 0;
  factors forward_{0}, inverse_{0};
  std::shared_ptr<const ntt_plan<std::uint64_t>> wide_;  // instead of tables, for 32-bit q >= 2^30
};

}  // namespace lowp::modular
