// Arithmetic modulo q on arrays, in the vectors of the running CPU. The same bits on every tier, for every q from 2 to
// 2^w - 1 in words of w = 8, 16, 32 or 64 bits.
//
//   add, sub, negate                  mul(a, b, out, m)            mul_add(a, b, c, out, m): a b + c
//   dot(a, b, m)                      mul(a, constant, out, m)     mul_add(a, constant, c, out, m)
//   reduce(a, out, m)                 64 bits to residues; reduce(high, low, out, m): 128 bits
//   switch_modulus(a, p, out, q)      the same numbers in (-p/2, p/2], modulo another q
//   mul(a, b, out, montgomery)        a b / 2^w
//
// Operands lie in [0, q), which is not checked; `out` may be an operand, or else lies apart from all. Different lengths
// are refused before anything is written. A constant may be given as shoup<Word>, which is then not computed again.
//
// How a product is reduced depends on the length L of q, as follows (e: how much too small the quotient may be; in
// 64 bits from icelake on, products of 52 bits are used up to L = 50):
//   8 bits        an exact quotient, from a multiplication by a rounded reciprocal and a shift
//   16 bits       L <= 13: Barrett, e <= 1;  else Montgomery twice for odd q, two words by one for even q
//   32 bits       L <= 30: Barrett, e <= 1;  else two words by one
//   64 bits       52 bits: Barrett, L <= 49: e <= 1, L = 50: e <= 2;  L <= 60: e <= 3;  else two words by one
// Multiplication by a constant is Shoup's up to 15, 31 and 62 bits, and where that leaves no room for a remainder below 2 q,
// Montgomery's for odd q, and two words by one for even q.
// Barrett divides by 2^(L-2) first: z / q - quotient < 1 + 1/2 + 2^(L-alpha) with mu = floor(2^(L+alpha) / q), for
// z < q^2, plus what a high word loses that is one too small (64 bits: 1/2 for the first, 1 for the second).
// Sources: those of modulus.hpp, montgomery.hpp and shoup.hpp; T. Granlund, P. Montgomery, Division by invariant integers
// using multiplication, PLDI '94, and A. D. Robison, N-bit unsigned division via N-bit multiply-add, ARITH 2005, for 8
// bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <lowp/kernels/isa.hpp>
#include <lowp/modular/modulus.hpp>
#include <lowp/modular/montgomery.hpp>
#include <lowp/modular/shoup.hpp>
#include <lowp/modular/words.hpp>

namespace lowp::modular {

namespace detail {

// What the kernels need of q.
struct array_constants {
  std::uint64_t q = 0;
  int bits = 0;
  int leading_zeros = 0;         // of q as a word
  std::uint64_t mu = 0;          // of the multiplication
  std::uint64_t mu_52 = 0;       // likewise in 52 bits
  std::uint64_t word_mu = 0;     // floor((2^w - 1) / q); of bytes w = 16
  std::uint64_t reciprocal = 0;  // floor((2^2w - 1) / (q 2^leading_zeros)) - 2^w
  std::uint64_t inverse = 0;     // q^-1 mod 2^w
  std::uint64_t square = 0;      // 2^2w mod q
  int shift = 0, shift_a = 0, shift_b = 0, shift_a_52 = 0, shift_b_52 = 0;
  bool up = false;
};

struct constant_factor {
  std::uint64_t factor = 0;
  std::uint64_t quotient = 0;  // floor(factor 2^w / q); of bytes ceil(factor 2^16 / q)
};

// Both factors are shifted, so that the high of two words of `width` bits is floor(a b / 2^(bits - 2)).
constexpr void split_shift(int width, int bits, int& a, int& b) noexcept {
  a = (width + 2 - bits) / 2;
  b = width + 2 - bits - a;
}

// For add, sub, negate.
template <Modulus M>
constexpr array_constants sum_constants(const M& m) noexcept {
  array_constants c;
  c.q = m.value();
  c.bits = m.bits();
  return c;
}

// Reciprocals are those of the modulus, cut off: no divisions. Where q is a power of two, 2^64 / q - 1 stands for 2^64 / q,
// which the bounds allow.
template <Modulus M>
constexpr array_constants multiplication_constants(const M& m) noexcept {
  using word = typename M::word;
  array_constants c = sum_constants(m);
  const auto& r = m.constants();
  c.leading_zeros = width<word> - c.bits;
  if constexpr (sizeof(word) == 1) {
    const int s = static_cast<int>(std::bit_width(c.q - 1)) - 1;
    const std::uint64_t power = std::uint64_t{1} << (16 + s);
    c.shift = s;
    c.mu = (r.mu >> (48 - s)) + 1;  // rounded up
    c.up = (c.q - 1) * (c.q - 1) * (c.mu * c.q - power) >= power;
    if (c.up) --c.mu;
    c.word_mu = r.mu >> 48;
  } else if constexpr (sizeof(word) == 2) {
    if (c.bits <= 13) {
      c.mu = r.mu >> (50 - c.bits);
      split_shift(16, c.bits, c.shift_a, c.shift_b);
    } else if (c.q % 2 != 0) {
      c.inverse = inverse_of_odd(c.q) & 0xffff;
      c.square = m.reduce(std::uint64_t{1} << 32);
    }
    c.word_mu = r.mu >> 48;
    c.reciprocal = (r.mu >> (32 + c.leading_zeros)) & 0xffff;
  } else if constexpr (sizeof(word) == 4) {
    if (c.bits == 32 && c.q % 2 != 0) c.inverse = inverse_of_odd(c.q) & 0xffffffff;
    c.shift = c.bits - 2;
    c.mu = c.bits <= 30 ? r.mu >> (c.bits == 30 ? 3 : 34 - c.bits) : 0;
    c.word_mu = r.mu >> 32;
    c.reciprocal = (r.mu >> c.leading_zeros) & 0xffffffff;
  } else {
    if (c.bits > 62 && c.q % 2 != 0) c.inverse = inverse_of_odd(c.q);
    c.word_mu = r.mu;
    c.reciprocal = r.normalised_mu;
    if (c.bits <= 60) {
      c.mu = (std::uint64_t{1} << 62) + (r.normalised_mu >> 2);
      split_shift(64, c.bits, c.shift_a, c.shift_b);
    }
    if (c.bits <= 50) {
      c.mu_52 = (std::uint64_t{1} << 50) + (r.normalised_mu >> 14);
      split_shift(52, c.bits, c.shift_a_52, c.shift_b_52);
    }
  }
  return c;
}

template <ModularWord Word>
constexpr array_constants montgomery_constants(const montgomery<Word>& m) noexcept {
  array_constants c;
  c.q = m.value();
  c.inverse = m.inverse_modulus();
  return c;
}

template <ModularWord Word>
constexpr constant_factor factor_constants(const shoup<Word>& k) noexcept {
  const std::uint64_t c = k.factor(), q = k.value();
  if constexpr (sizeof(Word) == 1) return {c, ((c << 16) + q - 1) / q};
  return {c, k.quotient()};
}

// A sum below 2^192.
struct long_sum {
  std::uint64_t low = 0, middle = 0, high = 0;

  constexpr void add(wide x, int shift) noexcept {  // x 2^shift; shift < 128
    const int s = shift % 64;
    const std::uint64_t l = x.low << s, m = x.high << s | x.low >> 1 >> (63 - s), h = x.high >> 1 >> (63 - s);
    if (shift < 64) {
      low += l;
      const std::uint64_t carry = low < l;
      middle += carry;
      high += middle < carry;
      middle += m;
      high += (middle < m) + h;
    } else {
      middle += l;
      high += (middle < l) + m;
    }
  }
  constexpr void add(wide x) noexcept { add(x, 0); }
  constexpr void add(std::uint64_t x, int shift) noexcept { add(wide{0, x}, shift); }
};
inline constexpr std::size_t dot_block = std::size_t{1} << 14;

}  // namespace detail
}  // namespace lowp::modular

#define LOWP_BODY <lowp/modular/arrays.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

namespace lowp::modular {

namespace detail {

template <class F>
using kernel_table = lowp::detail::kernel_table<F>;
template <class Word>
using binary_kernel = void(const Word*, const Word*, Word*, std::size_t, const array_constants&) noexcept;

template <class Word>
inline constexpr kernel_table<binary_kernel<Word>> add_table{
    {{&tiers::scalar::modular_add<Word>, &tiers::haswell::modular_add<Word>, &tiers::skylake::modular_add<Word>,
      &tiers::icelake::modular_add<Word>, &tiers::sapphire::modular_add<Word>}}};
template <class Word>
inline constexpr kernel_table<binary_kernel<Word>> sub_table{
    {{&tiers::scalar::modular_sub<Word>, &tiers::haswell::modular_sub<Word>, &tiers::skylake::modular_sub<Word>,
      &tiers::icelake::modular_sub<Word>, &tiers::sapphire::modular_sub<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const Word*, Word*, std::size_t, const array_constants&) noexcept> negate_table{
    {{&tiers::scalar::modular_negate<Word>, &tiers::haswell::modular_negate<Word>,
      &tiers::skylake::modular_negate<Word>, &tiers::icelake::modular_negate<Word>,
      &tiers::sapphire::modular_negate<Word>}}};
template <class Word>
inline constexpr kernel_table<binary_kernel<Word>> mul_table{
    {{&tiers::scalar::modular_mul<Word>, &tiers::haswell::modular_mul<Word>, &tiers::skylake::modular_mul<Word>,
      &tiers::icelake::modular_mul<Word>, &tiers::sapphire::modular_mul<Word>}}};
template <class Word>
inline constexpr kernel_table<binary_kernel<Word>> montgomery_table{
    {{&tiers::scalar::modular_montgomery<Word>, &tiers::haswell::modular_montgomery<Word>,
      &tiers::skylake::modular_montgomery<Word>, &tiers::icelake::modular_montgomery<Word>,
      &tiers::sapphire::modular_montgomery<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const Word*, const Word*, const Word*, Word*, std::size_t,
                                   const array_constants&) noexcept>
    mul_add_table{{{&tiers::scalar::modular_mul_add<Word>, &tiers::haswell::modular_mul_add<Word>,
                    &tiers::skylake::modular_mul_add<Word>, &tiers::icelake::modular_mul_add<Word>,
                    &tiers::sapphire::modular_mul_add<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const Word*, const constant_factor&, Word*, std::size_t,
                                   const array_constants&) noexcept>
    multiple_table{{{&tiers::scalar::modular_multiple<Word>, &tiers::haswell::modular_multiple<Word>,
                     &tiers::skylake::modular_multiple<Word>, &tiers::icelake::modular_multiple<Word>,
                     &tiers::sapphire::modular_multiple<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const Word*, const constant_factor&, const Word*, Word*, std::size_t,
                                   const array_constants&) noexcept>
    multiple_add_table{{{&tiers::scalar::modular_multiple_add<Word>, &tiers::haswell::modular_multiple_add<Word>,
                         &tiers::skylake::modular_multiple_add<Word>, &tiers::icelake::modular_multiple_add<Word>,
                         &tiers::sapphire::modular_multiple_add<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const Word*, std::uint64_t, std::uint64_t, Word*, std::size_t,
                                   const array_constants&) noexcept>
    switch_table{{{&tiers::scalar::modular_switch<Word>, &tiers::haswell::modular_switch<Word>,
                   &tiers::skylake::modular_switch<Word>, &tiers::icelake::modular_switch<Word>,
                   &tiers::sapphire::modular_switch<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const std::uint64_t*, Word*, std::size_t, const array_constants&) noexcept>
    reduce_table{{{&tiers::scalar::modular_reduce<Word>, &tiers::haswell::modular_reduce<Word>,
                   &tiers::skylake::modular_reduce<Word>, &tiers::icelake::modular_reduce<Word>,
                   &tiers::sapphire::modular_reduce<Word>}}};
template <class Word>
inline constexpr kernel_table<void(const std::uint64_t*, const std::uint64_t*, Word*, std::size_t,
                                   const array_constants&, const constant_factor&) noexcept>
    reduce_wide_table{{{&tiers::scalar::modular_reduce_wide<Word>, &tiers::haswell::modular_reduce_wide<Word>,
                        &tiers::skylake::modular_reduce_wide<Word>, &tiers::icelake::modular_reduce_wide<Word>,
                        &tiers::sapphire::modular_reduce_wide<Word>}}};
template <class Word>
inline constexpr kernel_table<long_sum(const Word*, const Word*, std::size_t, const array_constants&) noexcept>
    dot_table{
        {{&tiers::scalar::modular_dot<Word>, &tiers::haswell::modular_dot<Word>, &tiers::skylake::modular_dot<Word>,
          &tiers::icelake::modular_dot<Word>, &tiers::sapphire::modular_dot<Word>}}};

struct named_size {
  const char* name;
  std::size_t size;
};
[[noreturn]] inline void refuse_sizes(const char* who, std::initializer_list<named_size> all) {
  std::string message = std::string(who) + ": arrays of different lengths:";
  for (const named_size& s : all) message += std::string(" ") + s.name + " has " + std::to_string(s.size);
  throw error(message);
}
inline void check_sizes(const char* who, std::initializer_list<named_size> all) {
  for (const named_size& s : all) {
    if (s.size != all.begin()->size) refuse_sizes(who, all);
  }
}

template <class M>
using word_of = typename M::word;

}  // namespace detail

/// out = a + b mod q
template <Modulus M>
void add(std::span<const detail::word_of<M>> a, std::span<const detail::word_of<M>> b,
         std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::add", {{"a", a.size()}, {"b", b.size()}, {"out", out.size()}});
  detail::add_table<typename M::word>(active())(a.data(), b.data(), out.data(), a.size(), detail::sum_constants(m));
}

/// out = a - b mod q
template <Modulus M>
void sub(std::span<const detail::word_of<M>> a, std::span<const detail::word_of<M>> b,
         std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::sub", {{"a", a.size()}, {"b", b.size()}, {"out", out.size()}});
  detail::sub_table<typename M::word>(active())(a.data(), b.data(), out.data(), a.size(), detail::sum_constants(m));
}

/// out = -a mod q
template <Modulus M>
void negate(std::span<const detail::word_of<M>> a, std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::negate", {{"a", a.size()}, {"out", out.size()}});
  detail::negate_table<typename M::word>(active())(a.data(), out.data(), a.size(), detail::sum_constants(m));
}

/// out = a b mod q, element by element
template <Modulus M>
void mul(std::span<const detail::word_of<M>> a, std::span<const detail::word_of<M>> b,
         std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::mul", {{"a", a.size()}, {"b", b.size()}, {"out", out.size()}});
  detail::mul_table<typename M::word>(active())(a.data(), b.data(), out.data(), a.size(),
                                                detail::multiplication_constants(m));
}

/// out = a b / 2^w mod q: products in Montgomery form, or plain ones where one operand is in that form
template <ModularWord Word>
void mul(std::span<const std::type_identity_t<Word>> a, std::span<const std::type_identity_t<Word>> b,
         std::span<std::type_identity_t<Word>> out, const montgomery<Word>& m) {
  detail::check_sizes("lowp::modular::mul", {{"a", a.size()}, {"b", b.size()}, {"out", out.size()}});
  detail::montgomery_table<Word>(active())(a.data(), b.data(), out.data(), a.size(), detail::montgomery_constants(m));
}

/// out = constant a mod q
template <ModularWord Word>
void mul(std::span<const std::type_identity_t<Word>> a, const shoup<Word>& constant,
         std::span<std::type_identity_t<Word>> out) {
  detail::check_sizes("lowp::modular::mul", {{"a", a.size()}, {"out", out.size()}});
  detail::multiple_table<Word>(active())(a.data(), detail::factor_constants(constant), out.data(), a.size(),
                                         detail::multiplication_constants(modulus<Word>(constant.value())));
}
/// out = constant a mod q. Throws lowp::error unless constant < q.
template <Modulus M>
void mul(std::span<const detail::word_of<M>> a, detail::word_of<M> constant, std::span<detail::word_of<M>> out,
         const M& m) {
  detail::check_sizes("lowp::modular::mul", {{"a", a.size()}, {"out", out.size()}});
  detail::multiple_table<typename M::word>(active())(a.data(), detail::factor_constants(shoup(constant, m)),
                                                     out.data(), a.size(), detail::multiplication_constants(m));
}

/// out = a b + c mod q
template <Modulus M>
void mul_add(std::span<const detail::word_of<M>> a, std::span<const detail::word_of<M>> b,
             std::span<const detail::word_of<M>> c, std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::mul_add",
                      {{"a", a.size()}, {"b", b.size()}, {"c", c.size()}, {"out", out.size()}});
  detail::mul_add_table<typename M::word>(active())(a.data(), b.data(), c.data(), out.data(), a.size(),
                                                    detail::multiplication_constants(m));
}

/// out = constant a + c mod q
template <ModularWord Word>
void mul_add(std::span<const std::type_identity_t<Word>> a, const shoup<Word>& constant,
             std::span<const std::type_identity_t<Word>> c, std::span<std::type_identity_t<Word>> out) {
  detail::check_sizes("lowp::modular::mul_add", {{"a", a.size()}, {"c", c.size()}, {"out", out.size()}});
  detail::multiple_add_table<Word>(active())(a.data(), detail::factor_constants(constant), c.data(), out.data(),
                                             a.size(),
                                             detail::multiplication_constants(modulus<Word>(constant.value())));
}
/// out = constant a + c mod q. Throws lowp::error unless constant < q.
template <Modulus M>
void mul_add(std::span<const detail::word_of<M>> a, detail::word_of<M> constant,
             std::span<const detail::word_of<M>> c, std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::mul_add", {{"a", a.size()}, {"c", c.size()}, {"out", out.size()}});
  detail::multiple_add_table<typename M::word>(active())(a.data(), detail::factor_constants(shoup(constant, m)),
                                                         c.data(), out.data(), a.size(),
                                                         detail::multiplication_constants(m));
}

/// The sum of a b mod q; 0 of empty arrays. Products are summed exactly, in blocks of 2^14.
template <Modulus M>
[[nodiscard]] typename M::word dot(std::span<const detail::word_of<M>> a, std::span<const detail::word_of<M>> b,
                                   const M& m) {
  detail::check_sizes("lowp::modular::dot", {{"a", a.size()}, {"b", b.size()}});
  const auto kernel = detail::dot_table<typename M::word>(active());
  const detail::array_constants c = detail::sum_constants(m);
  typename M::word total = 0;
  for (std::size_t i = 0; i < a.size(); i += detail::dot_block) {
    const detail::long_sum s = kernel(a.data() + i, b.data() + i, std::min(detail::dot_block, a.size() - i), c);
    total = m.add(total, m.reduce(m.reduce(s.high, s.middle), s.low));
  }
  return total;
}

/// out = a mod q, for any words of 64 bits
template <Modulus M>
void reduce(std::span<const std::uint64_t> a, std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::reduce", {{"a", a.size()}, {"out", out.size()}});
  const auto c = detail::multiplication_constants(modulus<std::uint64_t>(m.value()));
  detail::reduce_table<typename M::word>(active())(a.data(), out.data(), a.size(), c);
}
/// out = high 2^64 + low mod q, for any words
template <Modulus M>
void reduce(std::span<const std::uint64_t> high, std::span<const std::uint64_t> low,
            std::span<detail::word_of<M>> out, const M& m) {
  detail::check_sizes("lowp::modular::reduce", {{"high", high.size()}, {"low", low.size()}, {"out", out.size()}});
  const modulus<std::uint64_t> wide(m.value());
  detail::reduce_wide_table<typename M::word>(active())(high.data(), low.data(), out.data(), high.size(),
                                                        detail::multiplication_constants(wide),
                                                        detail::factor_constants(shoup(wide.reduce(1, 0), wide)));
}

/// Residues modulo p as those of the same numbers modulo q: of numbers in (-p/2, p/2], as modulus::centred has them.
template <Modulus P, Modulus M>
requires std::same_as<typename P::word, typename M::word>
void switch_modulus(std::span<const detail::word_of<M>> a, const P& p, std::span<detail::word_of<M>> out,
                    const M& q) {
  detail::check_sizes("lowp::modular::switch_modulus", {{"a", a.size()}, {"out", out.size()}});
  detail::switch_table<typename M::word>(active())(a.data(), p.value() / 2, q.reduce(p.value()), out.data(), a.size(),
                                                   detail::multiplication_constants(q));
}

}  // namespace lowp::modular
