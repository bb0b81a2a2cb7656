// Number-theoretic transforms. The peers are the loops that one writes without a library: Cooley and Tukey's, in the
// same order and with the same root, by the remainder of a product or by Shoup's quotients.
#include <algorithm>
#include <lowp/modular/ntt.hpp>
#include <lowp/modular/rns.hpp>

#include "../kernels/data.hpp"
#include "rows.hpp"

namespace bench {

namespace {

__extension__ typedef unsigned __int128 uint128;
using lowp::modular::ntt_kind;
using lowp::modular::ntt_order;
using lowp::modular::ntt_plan;

template <class Word>
using product = std::conditional_t<sizeof(Word) == 8, uint128, std::uint64_t>;

// The negacyclic transform, bit-reversed, stage by stage.
template <class Word>
class plain_transform {
 public:
  plain_transform(std::size_t n, Word q, Word root) : n_(n), q_(q), w_(n), quotient_(n) {
    std::vector<Word> power(n, 1);
    for (std::size_t i = 1; i < n; ++i)
      power[i] = static_cast<Word>(static_cast<product<Word>>(power[i - 1]) * root % q);
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t reversed = 0;
      for (std::size_t bit = 1; bit < n; bit *= 2) reversed = 2 * reversed + ((i & bit) != 0 ? 1 : 0);
      w_[i] = power[reversed];
      quotient_[i] = static_cast<Word>((static_cast<product<Word>>(w_[i]) << 8 * sizeof(Word)) / q);
    }
  }
  void by_remainder(Word* x) const {
    run(x, [q = q_](Word y, Word w, Word) { return static_cast<Word>(static_cast<product<Word>>(y) * w % q); });
  }
  void by_quotient(Word* x) const {
    run(x, [q = q_](Word y, Word w, Word quotient) {
      const Word high = static_cast<Word>(static_cast<product<Word>>(y) * quotient >> 8 * sizeof(Word));
      const Word r = static_cast<Word>(y * w - high * q);
      return std::min(r, static_cast<Word>(r - q));
    });
  }

 private:
  template <class Multiply>
  void run(Word* x, Multiply multiply) const {
    for (std::size_t m = 1, length = n_ / 2; m < n_; m *= 2, length /= 2) {
      for (std::size_t i = 0; i < m; ++i) {
        const Word w = w_[m + i], quotient = quotient_[m + i];
        Word* const a = x + 2 * length * i;
        Word* const b = a + length;
        for (std::size_t j = 0; j < length; ++j) {
          const Word t = multiply(b[j], w, quotient), sum = static_cast<Word>(a[j] + t),
                     difference = static_cast<Word>(a[j] - t);
          b[j] = std::min(difference, static_cast<Word>(difference + q_));
          a[j] = std::min(sum, static_cast<Word>(sum - q_));
        }
      }
    }
  }

  std::size_t n_;
  Word q_;
  std::vector<Word> w_, quotient_;
};

enum class what : unsigned char { forward, inverse, natural };

template <class Word>
void add_transform(jobs& all, what direction, const std::string& bits, Word q, std::size_t n, double aim_us) {
  const std::string kernel = (direction == what::inverse ? "modular inverse ntt " : "modular ntt ") + bits +
                             (direction == what::natural ? ", natural order" : "");
  const std::string shape = std::to_string(n) + " points";
  all.push_back({kernel + " " + shape, [=](context& c) {
                   const ntt_plan<Word> plan(n, q, ntt_kind::negacyclic);
                   const plain_transform<Word> plain(n, q, plan.root());
                   const ntt_order order = direction == what::natural ? ntt_order::natural : ntt_order::bit_reversed;
                   const lowp::philox random(5);
                   buffer<Word> x(n), y(n), z(n), want(n);
                   for (std::size_t i = 0; i < n; ++i)
                     x[i] = static_cast<Word>((std::uint64_t{random(2 * i)} << 32 | random(2 * i + 1)) % q);
                   const auto copy = [n](const buffer<Word>& from, const buffer<Word>& to) {
                     std::copy(from.data(), from.data() + n, to.data());
                   };
                   copy(x, want);
                   plain.by_remainder(want.data());
                   copy(x, y);
                   plan.forward(y.all(), ntt_order::bit_reversed);
                   bool same = std::equal(y.data(), y.data() + n, want.data());
                   plan.inverse(y.all(), ntt_order::bit_reversed);
                   same = same && std::equal(y.data(), y.data() + n, x.data());
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      if (direction == what::inverse)
                                        plan.inverse(x.all(), order);
                                      else
                                        plan.forward(x.all(), order);
                                      keep(x.data());
                                    }},
                                   {"plain loop", role::peer,
                                    [&] {
                                      plain.by_quotient(z.data());
                                      keep(z.data());
                                    }},
                                   {"plain loop, %", role::peer, [&] {
                                      plain.by_remainder(want.data());
                                      keep(want.data());
                                    }}};
                   race(r, c);
                   return summarize({kernel, shape, "us", 1e-6, {{"", aim_us}}, same ? "exact" : "WRONG"}, r, c.best);
                 }});
}

template <class Word>
void add_multiply(jobs& all, const std::string& bits, Word q, std::size_t n) {
  const std::string kernel = "modular ntt multiply " + bits, shape = std::to_string(n) + " coefficients";
  all.push_back({kernel + " " + shape, [=](context& c) {
                   const ntt_plan<Word> plan(n, q, ntt_kind::negacyclic);
                   const lowp::philox random(6);
                   buffer<Word> a(n), b(n), out(n), want(n);
                   for (std::size_t i = 0; i < n; ++i) {
                     a[i] = static_cast<Word>(random(2 * i) % q);
                     b[i] = static_cast<Word>(random(2 * i + 1) % q);
                   }
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      plan.multiply(a.all(), b.all(), out.all());
                                      keep(out.data());
                                    }},
                                   {"schoolbook", role::peer, [&] {
                                      for (std::size_t k = 0; k < n; ++k) {
                                        uint128 plus = 0, minus = 0;
                                        for (std::size_t i = 0; i <= k; ++i)
                                          plus += static_cast<uint128>(a[i]) * b[k - i];
                                        for (std::size_t i = k + 1; i < n; ++i)
                                          minus += static_cast<uint128>(a[i]) * b[n + k - i];
                                        const auto down = static_cast<Word>(minus % q);
                                        want[k] = static_cast<Word>((plus + (q - down)) % q);
                                      }
                                      keep(want.data());
                                    }}};
                   race(r, c);
                   const bool same = std::equal(out.data(), out.data() + n, want.data());
                   return summarize({kernel, shape, "us", 1e-6, {}, same ? "exact" : "WRONG"}, r, c.best);
                 }});
}

template <class Word>
void add_conversion(jobs& all, const std::string& bits, int from, int to, std::size_t k, std::size_t l) {
  constexpr std::size_t n = 4096;
  const std::string kernel = "modular rns conversion " + bits,
                    shape = std::to_string(k) + " to " + std::to_string(l) + " moduli, 4096 values";
  all.push_back({kernel + " " + shape, [=](context& c) {
                   std::vector<Word> p, q;
                   for (const std::uint64_t v : lowp::modular::primes_below(from, 8192, k))
                     q.push_back(static_cast<Word>(v));
                   for (const std::uint64_t v : lowp::modular::primes_below(to, 16384, k + l))
                     if (p.size() < l && std::find(q.begin(), q.end(), v) == q.end())
                       p.push_back(static_cast<Word>(v));
                   const lowp::modular::rns_conversion<Word> conversion{
                       lowp::modular::rns_basis<Word>{std::span<const Word>(q)},
                       lowp::modular::rns_basis<Word>{std::span<const Word>(p)}};
                   const lowp::philox random(7);
                   buffer<Word> x(n * k), y(n * l), want(n * l);
                   for (std::size_t i = 0; i < n * k; ++i)
                     x[i] = static_cast<Word>((std::uint64_t{random(2 * i)} << 32 | random(2 * i + 1)) % q[i / n]);
                   const runners r{
                       {"ours", role::ours,
                        [&] {
                          conversion.fast(x.all(), y.all(), n);
                          keep(y.data());
                        }},
                       {"% of 128 bits", role::peer, [&] {
                          std::vector<std::uint64_t> parts(k);
                          for (std::size_t j = 0; j < n; ++j) {
                            for (std::size_t i = 0; i < k; ++i)
                              parts[i] = static_cast<std::uint64_t>(static_cast<uint128>(x[i * n + j]) *
                                                                    conversion.from().inverse_cofactor(i) % q[i]);
                            for (std::size_t m = 0; m < l; ++m) {
                              uint128 sum = 0;  // below 2^128, as k < 2^8
                              for (std::size_t i = 0; i < k; ++i)
                                sum += static_cast<uint128>(parts[i]) * conversion.matrix()[m * k + i];
                              want[m * n + j] = static_cast<Word>(sum % p[m]);
                            }
                          }
                          keep(want.data());
                        }}};
                   race(r, c);
                   const bool same = std::equal(y.data(), y.data() + n * l, want.data());
                   return summarize({kernel, shape, "us", 1e-6, {}, same ? "exact" : "WRONG"}, r, c.best);
                 }});
}

}  // namespace

jobs modular_ntt_rows() {
  constexpr std::uint32_t q30 = 1073479681;  // 1 modulo 2^17, as the others
  constexpr std::uint64_t q50 = lowp::modular::find_prime(50, 1 << 17), q60 = lowp::modular::find_prime(60, 1 << 17);
  const struct {
    std::size_t n;
    double aim30, aim50, aim60;
  } sizes[] = {{4096, 6.5, 7.5, 16}, {16384, 31, 35, 74}, {65536, 145, 190, 340}};
  jobs all;
  for (const auto& s : sizes) {
    add_transform(all, what::forward, "30 bits", q30, s.n, s.aim30);
    add_transform(all, what::forward, "50 bits", q50, s.n, s.aim50);
    add_transform(all, what::forward, "60 bits", q60, s.n, s.aim60);
  }
  for (const what direction : {what::inverse, what::natural}) {
    add_transform(all, direction, "30 bits", q30, 4096, 0);
    add_transform(all, direction, "50 bits", q50, 4096, 0);
    add_transform(all, direction, "60 bits", q60, 4096, 0);
  }
  add_multiply(all, "30 bits", q30, 4096);
  add_multiply(all, "50 bits", q50, 4096);
  add_conversion<std::uint32_t>(all, "28 bits", 28, 28, 12, 28);
  add_conversion<std::uint64_t>(all, "50 bits", 50, 50, 6, 7);
  add_conversion<std::uint64_t>(all, "60 bits", 60, 60, 5, 6);
  return all;
}

}  // namespace bench
