// The code of docs/modular.md.

#include <array>
#include <cstdlib>
#include <iostream>
#include <span>
#include <vector>

#include <lowp/modular/arrays.hpp>
#include <lowp/modular/bat.hpp>
#include <lowp/modular/exact_integers.hpp>
#include <lowp/modular/montgomery.hpp>
#include <lowp/modular/ntt.hpp>
#include <lowp/modular/primes.hpp>
#include <lowp/modular/residue.hpp>
#include <lowp/modular/rns.hpp>
#include <lowp/modular/shoup.hpp>

using namespace lowp;

void check(bool ok) {
  if (!ok) std::abort();
}

// sum c[i] x^i by Horner's rule
template <Modulus M>
constexpr auto horner(const M& m, std::span<const typename M::word> c, typename M::word x) {
  typename M::word sum = 0;
  for (std::size_t i = c.size(); i-- > 0;) sum = m.mul_add(sum, x, c[i]);
  return sum;
}

int main() {
  using r251 = residue<251>;     // one byte
  constexpr r251 a(100), b(-3);  // 100 and 248
  static_assert(a + 200 == 49 && a * b == -300 && b.value() == 248 && b.centred() == -3);
  static_assert(a / b == 134 && a.pow(250) == 1 && a.pow(-1) * a == 1);
  std::cout << a / b << '\n';  // 134

  using r28 = residue<268369921>;  // 28 bits in a word of 32: there is room up to lazy<16>
  constexpr r28 x(123456789), y(-1);
  constexpr residue<268369921, lazy<2>> sum = x.lazy_add(y);  // in [0, 2q): one addition, no comparison
  constexpr r28 z = (sum - y).reduced();                      // of lazy<3>; does not compile without reduced()
  static_assert(z == x && sum * sum == (x - 1) * (x - 1));    // products take any range

  const modulus<std::uint32_t> m(998244353);            // any q of 2 to 2^32 - 1; 0 and 1 throw lowp::error
  std::uint32_t u = m.mul(m.reduce(-5), m.inverse(7));  // -5 / 7
  check(m.mul(u, 7) == m.value() - 5 && m.centred(m.mul(u, 7)) == -5);
  check(m.reduce(std::uint64_t{1} << 63) == m.pow(2, 63) && m.reduce(1, 0) == m.pow(2, 64));

  constexpr std::array<std::uint32_t, 3> c{1, 2, 3};  // 1 + 2 x + 3 x^2
  static_assert(horner(modulus_constant<998244353>{}, c, 10) == 321);
  check(horner(m, c, u) == m.add(m.add(1, m.mul(2, u)), m.mul(3, m.mul(u, u))));

  const shoup by(u, m);                     // one quotient, then for every word v
  const std::uint32_t v = by.mul(123456);   // u v mod q
  const std::uint32_t w = by.mul_lazy(~v);  // that or q more: q <= 2^31
  check(v == m.mul(u, 123456) && m.reduce(w) == m.mul(u, ~v));

  const montgomery g(m);                                             // q odd
  const std::uint32_t form = g.to(u);                                // u 2^32 mod q
  check(g.mul(v, form) == m.mul(v, u));                              // number times form is the product
  check(g.from(g.mul(form, form)) == m.mul(u, u));                   // form times form is the form of it
  check(g.reduce(std::uint64_t{v} * form + std::uint64_t{u} * form)  // sums of products below q 2^32: one reduction
        == m.mul(m.add(u, v), u));

  constexpr std::uint64_t q = modular::find_prime(50, 1 << 15);       // the largest below 2^50 with q = 1 mod 2^15
  constexpr std::uint64_t root = modular::root_of_unity(1 << 15, q);  // of this order: for 2^14 points, negacyclic
  static_assert(modular::is_prime(q) && residue<q>(root).pow(1 << 14) == -1);
  const auto moduli = modular::primes_below(60, 1 << 17, 4);  // for residue number systems
  check(moduli.size() == 4 && modular::primitive_root(257) == 3);

  const std::size_t n = 4096;
  std::vector<std::uint32_t> f(n, u), h(n), out(n);
  for (std::size_t i = 0; i < n; ++i) h[i] = m.reduce(i * i);
  modular::mul(f, h, out, m);         // out = f h, element by element
  modular::mul_add(h, u, f, out, m);  // u h + f
  modular::mul(h, by, out);           // u h, nothing computed again
  const std::uint32_t sum_of_products = modular::dot(f, h, m);
  check(out[5] == m.mul(u, 25) && sum_of_products == modular::dot(h, f, m));
  const std::vector<std::uint64_t> large(n, ~std::uint64_t{0});
  modular::reduce(large, f, m);                                         // of 64 bits; of 128 in two arrays
  modular::switch_modulus(h, m, f, modulus<std::uint32_t>(268369921));  // the same numbers modulo another q

  const modular::ntt_plan<std::uint32_t> plan(n, 998244353, modular::ntt_kind::negacyclic);  // tables: once
  plan.multiply(f, h, out);                                                                  // modulo x^n + 1 and q
  plan.forward(f);
  plan.inverse(f);
  plan.forward(f, modular::ntt_order::bit_reversed);  // saves a pass over the data
  plan.inverse(f, modular::ntt_order::bit_reversed);
  check(f[5] == 25);

  const modular::rns_basis<std::uint64_t> basis(moduli);  // four primes of 60 bits: numbers below 2^240 or so
  std::vector<std::uint64_t> number{1, 2, 3}, residues(4), limbs(basis.limbs());
  basis.decompose(number, residues);
  basis.compose(residues, limbs);  // 1 + 2 * 2^64 + 3 * 2^128, the lowest limb first
  check(limbs[0] == 1 && limbs[1] == 2 && limbs[2] == 3 && limbs[3] == 0);

  const matrix_view<const std::uint32_t> A(h.data(), 64, 64), X(h.data(), 64, 32);
  const modular::bat_matrix constant(A, m);                                        // 64 x 64, prepared once
  modular::multiply(constant, X, matrix_view<std::uint32_t>(out.data(), 64, 32));  // A X mod q

  std::vector<std::int32_t> p(32 * 48, -2147483647), r(48 * 16, 3);
  std::vector<std::int64_t> exact(32 * 16);
  const matrix_view<const std::int32_t> P(p.data(), 32, 48), R(r.data(), 48, 16);
  modular::exact_gemm(P, R, matrix_view<std::int64_t>(exact.data(), 32, 16));  // refused if a sum could overflow
  check(exact[0] == std::int64_t{-2147483647} * 3 * 48);
}
