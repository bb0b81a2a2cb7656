// Arrays modulo q. The peer is what one writes without a library: a loop with the remainder of a product, which
// compilers turn into a division (of 128 bits for words of 64).
#include <lowp/modular/arrays.hpp>

#include "../kernels/data.hpp"
#include "rows.hpp"

namespace bench {

namespace {

__extension__ typedef unsigned __int128 uint128;

template <class Word>
struct operands {
  buffer<Word> a, b, c, out, want;
  operands(std::size_t n, Word q) : a(n), b(n), c(n), out(n), want(n) {
    const lowp::philox random(3);
    for (std::size_t i = 0; i < n; ++i) {
      const auto word = [&](std::size_t k) {
        return static_cast<Word>((std::uint64_t{random(8 * i + 2 * k)} << 32 | random(8 * i + 2 * k + 1)) % q);
      };
      a[i] = word(0);
      b[i] = word(1);
      c[i] = word(2);
    }
  }
};

std::string size_text(std::size_t n) { return std::to_string(n / 1024) + " Ki words"; }

// ours(operands) writes out; naive(a, b, c) is one element of what it should be, times `scale`.
template <class Word, class Ours, class Naive>
void add_row(jobs& all, const std::string& what, Word q, std::size_t n, double aim_ns, Ours ours, Naive naive,
             Word scale = 1) {
  const std::string kernel = "modular " + what;
  all.push_back({kernel + " " + size_text(n), [=](context& c) {
                   const operands<Word> x(n, q);
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      ours(x);
                                      keep(x.out.data());
                                    }},
                                   {sizeof(Word) == 8 ? "% of 128 bits" : "% of 64 bits", role::peer, [&] {
                                      for (std::size_t i = 0; i < n; ++i)
                                        x.want[i] = naive(x.a[i], x.b[i], x.c[i], q);
                                      keep(x.want.data());
                                    }}};
                   race(r, c);
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < n; ++i)
                     wrong += static_cast<uint128>(x.out[i]) * scale % q != x.want[i];
                   return summarize({kernel,
                                     size_text(n),
                                     "ns/word",
                                     1e-9 * static_cast<double>(n),
                                     {{"", aim_ns}},
                                     wrong == 0 ? "exact" : std::to_string(wrong) + " WRONG"},
                                    r, c.best);
                 }});
}

template <class Word>
using product = std::conditional_t<sizeof(Word) == 8, uint128, std::uint64_t>;

template <class Word>
Word naive_mul(Word a, Word b, Word, Word q) {
  return static_cast<Word>(static_cast<product<Word>>(a) * b % q);
}
template <class Word>
Word naive_mul_add(Word a, Word b, Word c, Word q) {
  return static_cast<Word>((static_cast<product<Word>>(a) * b + c) % q);
}

template <class Word>
void add_mul(jobs& all, const std::string& what, Word q, std::size_t n, double aim_ns) {
  const lowp::modulus<Word> m(q);
  add_row<Word>(
      all, "mul " + what, q, n, aim_ns,
      [m](const auto& x) { lowp::modular::mul(x.a.all(), x.b.all(), x.out.all(), m); }, naive_mul<Word>);
}
template <class Word>
void add_montgomery(jobs& all, const std::string& what, Word q, std::size_t n, double aim_ns) {
  const lowp::montgomery<Word> m(q);
  add_row<Word>(
      all, "mul " + what + " Montgomery", q, n, aim_ns,
      [m](const auto& x) { lowp::modular::mul(x.a.all(), x.b.all(), x.out.all(), m); }, naive_mul<Word>, m.one());
}
template <class Word>
void add_constant(jobs& all, const std::string& what, Word q, std::size_t n, double aim_ns) {
  const lowp::shoup k(static_cast<Word>(q / 3), lowp::modulus<Word>(q));
  add_row<Word>(
      all, "mul by constant " + what, q, n, aim_ns,
      [k](const auto& x) { lowp::modular::mul(x.a.all(), k, x.out.all()); },
      [](Word a, Word, Word, Word p) { return naive_mul<Word>(a, static_cast<Word>(p / 3), 0, p); });
}
template <class Word>
void add_others(jobs& all, const std::string& what, Word q, std::size_t n) {
  const lowp::modulus<Word> m(q);
  add_row<Word>(
      all, "add " + what, q, n, 0, [m](const auto& x) { lowp::modular::add(x.a.all(), x.b.all(), x.out.all(), m); },
      [](Word a, Word b, Word, Word p) { return static_cast<Word>((static_cast<product<Word>>(a) + b) % p); });
  add_row<Word>(
      all, "mul_add " + what, q, n, 0,
      [m](const auto& x) { lowp::modular::mul_add(x.a.all(), x.b.all(), x.c.all(), x.out.all(), m); },
      naive_mul_add<Word>);
}

// The sum in one word of `out`.
template <class Word>
void add_dot(jobs& all, const std::string& what, Word q, std::size_t n) {
  const std::string kernel = "modular dot " + what;
  all.push_back(
      {kernel + " " + size_text(n), [=](context& c) {
         const operands<Word> x(n, q);
         const lowp::modulus<Word> m(q);
         Word ours = 0, want = 0;
         const runners r{{"ours", role::ours,
                          [&] {
                            ours = lowp::modular::dot(x.a.all(), x.b.all(), m);
                            keep(&ours);
                          }},
                         {"% of each product", role::peer, [&] {
                            uint128 sum = 0;
                            for (std::size_t i = 0; i < n; ++i) sum += naive_mul<Word>(x.a[i], x.b[i], 0, q);
                            want = static_cast<Word>(sum % q);
                            keep(&want);
                          }}};
         race(r, c);
         return summarize(
             {kernel, size_text(n), "ns/word", 1e-9 * static_cast<double>(n), {}, ours == want ? "exact" : "WRONG"},
             r, c.best);
       }});
}

}  // namespace

jobs modular_array_rows() {
  constexpr std::size_t some = 4096, many = 65536;
  // Primes but for 252, which has the costliest quotient of all bytes.
  constexpr std::uint32_t q28 = 268369921, q30 = 1073479681, q32 = 4293918721;
  constexpr std::uint64_t q49 = 562949953216513, q50 = 1125899839733761, q60 = 1152921504581877761,
                          q64 = 18446744069414584321u;
  jobs all;
  add_mul<std::uint8_t>(all, "8 bits", 251, some, 0.05);
  add_mul<std::uint8_t>(all, "8 bits, q = 252", 252, some, 0.05);
  add_mul<std::uint16_t>(all, "13 bits", 7681, some, 0.08);
  add_mul<std::uint16_t>(all, "16 bits", 65521, some, 0.08);
  for (const std::size_t n : {some, many}) {
    add_mul(all, "28 bits", q28, n, 0.28);
    add_montgomery(all, "28 bits", q28, n, 0.18);
    add_constant(all, "28 bits", q28, n, 0.16);
  }
  add_mul(all, "30 bits", q30, some, 0.28);
  add_mul(all, "32 bits", q32, some, 0);
  add_montgomery(all, "32 bits", q32, some, 0.18);
  add_mul(all, "49 bits", q49, some, 0.35);
  add_mul(all, "50 bits", q50, some, 0.35);
  add_constant(all, "50 bits", q50, some, 0);
  add_mul(all, "60 bits", q60, some, 0.8);
  add_constant(all, "60 bits", q60, some, 0);
  add_mul(all, "64 bits", q64, some, 0);
  add_others(all, "28 bits", q28, some);
  add_others(all, "50 bits", q50, some);
  add_dot<std::uint8_t>(all, "8 bits", 251, some);
  add_dot(all, "28 bits", q28, some);
  add_dot(all, "50 bits", q50, some);
  add_dot(all, "60 bits", q60, some);
  return all;
}

}  // namespace bench
