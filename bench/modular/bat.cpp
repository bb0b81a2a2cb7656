// Matrix products modulo q, exact products of integers, and products of floats by slices (Ozaki), all on the byte cores;
// transforms and changes of basis made of them.
#include <lowp/modular/basis_conversion.hpp>
#include <lowp/modular/exact_integers.hpp>
#include <lowp/modular/matrix_ntt.hpp>
#include <lowp/modular/ozaki.hpp>

#include "../kernels/data.hpp"
#include "rows.hpp"

#if LOWP_BENCH_OPENBLAS
#include <cblas.h>
#endif

#define LOWP_BODY "../modular/plain_product.inl"
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace bench {

namespace {

using lowp::matrix_view;
using lowp::modular::bat_matrix;
using lowp::modular::bat_side;
using words = buffer<std::uint32_t>;

constexpr double to_giga = 1e-9;

double cubed(std::size_t n) { return static_cast<double>(n * n) * static_cast<double>(n); }

words draw(std::size_t n, std::uint32_t q, std::uint64_t stream) {
  const lowp::philox random(5, stream);
  words y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<std::uint32_t>(random(i) % q);
  return y;
}
matrix_view<const std::uint32_t> view(const words& x, std::size_t rows, std::size_t cols) {
  return {x.data(), rows, cols};
}

// f on the tier of the best vector code: without a matrix unit or byte products.
template <class F>
runner on_vectors(F f) {
  return {"our vector code", role::other, [f] {
            if (lowp::active() <= lowp::tier::skylake) return f();
            const lowp::force_tier forced(lowp::tier::skylake);
            f();
          }};
}

std::string checked(std::size_t wrong) { return wrong == 0 ? "exact" : std::to_string(wrong) + " WRONG"; }

void add_bat(jobs& all, std::size_t n, std::uint32_t q, const std::string& bits, std::vector<aim> aims) {
  const std::string kernel = "modular gemm, constant A, q of " + bits + " bits";
  all.push_back({kernel + " " + shape_text(n, n, n), [=](context& c) {
                   const words a = draw(n * n, q, 0), x = draw(n * n, q, 1), y(n * n), z(n * n);
                   const lowp::modulus<std::uint32_t> m(q);
                   const bat_matrix<bat_side::left> constant(view(a, n, n), m);
                   const matrix_view<std::uint32_t> out(y.data(), n, n), other(z.data(), n, n);
                   runners r{{"ours", role::ours,
                              [&] {
                                multiply(constant, view(x, n, n), out);
                                keep(y.data());
                              }},
                             {"sums of 64 bits, then %", role::peer, [&] {
                                const std::uint64_t most = ~std::uint64_t{0} / q / q;
                                std::vector<std::uint64_t> sums(n);
                                for (std::size_t i = 0; i < n; ++i) {
                                  std::fill(sums.begin(), sums.end(), 0);
                                  for (std::size_t k = 0; k < n; ++k) {
                                    for (std::size_t j = 0; j < n; ++j)
                                      sums[j] += std::uint64_t{a[i * n + k]} * x[k * n + j];
                                    if ((k + 1) % most == 0 || k + 1 == n)
                                      for (std::uint64_t& s : sums) s %= q;
                                  }
                                  for (std::size_t j = 0; j < n; ++j)
                                    z[i * n + j] = static_cast<std::uint32_t>(sums[j]);
                                }
                                keep(z.data());
                              }}};
                   race(r, c);
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < n * n; ++i) wrong += y[i] != z[i];
                   runners best = std::move(r);
                   best.push_back(on_vectors([&] { multiply(constant, view(x, n, n), other); }));
                   race(best, c);
                   return summarize({kernel, shape_text(n, n, n), "GMAC/s", to_giga * cubed(n), aims, checked(wrong)},
                                    best, c.best);
                 }});
}

template <class T>
using plain_table = lowp::detail::kernel_table<T>;
inline constexpr plain_table<void(const std::int32_t*, const std::int32_t*, std::int64_t*, std::size_t) noexcept>
    plain_product{{{&lowp::tiers::scalar::plain_product, &lowp::tiers::haswell::plain_product,
                    &lowp::tiers::skylake::plain_product, &lowp::tiers::icelake::plain_product,
                    &lowp::tiers::sapphire::plain_product}}};

void add_exact(jobs& all, std::size_t n, int bits, std::vector<aim> aims) {
  const std::string kernel = "exact gemm, int32 of " + std::to_string(bits) + " bits";
  all.push_back(
      {kernel + " " + shape_text(n, n, n), [=](context& c) {
         using namespace lowp::modular::detail;
         const lowp::philox random(6);
         const buffer<std::int32_t> a(n * n), b(n * n);
         const buffer<std::int64_t> y(n * n), z(n * n);
         for (std::size_t i = 0; i < n * n; ++i) {
           a[i] = static_cast<std::int32_t>(random(2 * i)) >> (32 - bits);
           b[i] = static_cast<std::int32_t>(random(2 * i + 1)) >> (32 - bits);
         }
         const matrix_view<const std::int32_t> va(a.data(), n, n), vb(b.data(), n, n);
         const matrix_view<std::int64_t> to(y.data(), n, n), other(z.data(), n, n);
         runners r{
             {"ours", role::ours,
              [&] {
                lowp::modular::exact_gemm(va, vb, to);
                keep(y.data());
              }},
             on_vectors([&] { lowp::modular::exact_gemm(va, vb, other); }),
             {"by digits", role::other,
              [&] {
                const exact_operand left(va), right(vb);
                exact_product(left, right, other, {exact_method::digits}, {});
              }},
             {"by residues", role::other,
              [&] {
                const exact_operand left(va), right(vb);
                const double bound = check_exact_bound(left, right, 64);
                exact_product(left, right, other, {exact_method::residues, exact_moduli(left, right, bound)}, {});
              }},
             {"plain vector loop", role::peer, [&] {
                plain_product(lowp::active())(a.data(), b.data(), z.data(), n);
                keep(z.data());
              }}};
         race(r, c);
         std::size_t wrong = 0;
         for (std::size_t i = 0; i < n * n; ++i) wrong += y[i] != z[i];
         return summarize({kernel, shape_text(n, n, n), "GMAC/s", to_giga * cubed(n), aims, checked(wrong)}, r,
                          c.best);
       }});
}

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 long_sum;

void add_exact_wide(jobs& all, std::size_t n, int bits) {
  const std::string kernel = "exact gemm in 128 bits, int64 of " + std::to_string(bits) + " bits";
  all.push_back(
      {kernel + " " + shape_text(n, n, n), [=](context& c) {
         using lowp::modular::int128;
         const lowp::philox random(7);
         const auto value = [&](std::size_t i) {
           const std::uint64_t x = std::uint64_t{random(2 * i)} << 32 | random(2 * i + 1);
           return static_cast<std::int64_t>(x) >> (64 - bits);
         };
         const buffer<std::int64_t> a(n * n), b(n * n);
         const buffer<int128> y(n * n), z(n * n);
         for (std::size_t i = 0; i < n * n; ++i) {
           a[i] = value(2 * i);
           b[i] = value(2 * i + 1);
         }
         const matrix_view<const std::int64_t> va(a.data(), n, n), vb(b.data(), n, n);
         const matrix_view<int128> to(y.data(), n, n), other(z.data(), n, n);
         runners r{{"ours", role::ours,
                    [&] {
                      lowp::modular::exact_gemm(va, vb, to);
                      keep(y.data());
                    }},
                   on_vectors([&] { lowp::modular::exact_gemm(va, vb, other); }),
                   {"loop of __int128", role::peer, [&] {
                      std::vector<long_sum> sums(n);
                      for (std::size_t i = 0; i < n; ++i) {
                        std::fill(sums.begin(), sums.end(), 0);
                        for (std::size_t k = 0; k < n; ++k)
                          for (std::size_t j = 0; j < n; ++j)
                            sums[j] += static_cast<long_sum>(a[i * n + k]) * b[k * n + j];
                        for (std::size_t j = 0; j < n; ++j)
                          z[i * n + j] = int128::from_words(static_cast<std::uint64_t>(sums[j]),
                                                            static_cast<std::int64_t>(sums[j] >> 64));
                      }
                      keep(z.data());
                    }}};
         race(r, c);
         r.back().run();
         std::size_t wrong = 0;
         for (std::size_t i = 0; i < n * n; ++i) wrong += y[i] != z[i];
         return summarize({kernel, shape_text(n, n, n), "GMAC/s", to_giga * cubed(n), {}, checked(wrong)}, r, c.best);
       }});
}
#endif

#if LOWP_BENCH_OPENBLAS
void blas(const double* a, const double* b, double* y, int n) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, y, n);
}
void blas(const float* a, const float* b, float* y, int n) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, y, n);
}
#endif

// The largest |y - exact| / sum |a b| over some elements; the sum in long double, which is 2^11 times finer than double.
template <class T>
double error_of(const buffer<T>& a, const buffer<T>& b, const buffer<T>& y, std::size_t n) {
  long double most = 0;
  for (std::size_t i = 0; i < n; i += n / 8 + 1) {
    for (std::size_t j = 0; j < n; j += 7) {
      long double sum = 0, size = 0;
      for (std::size_t k = 0; k < n; ++k) {
        const long double p = static_cast<long double>(a[i * n + k]) * static_cast<long double>(b[k * n + j]);
        sum += p;
        size += std::abs(p);
      }
      most = std::max(most, std::abs(static_cast<long double>(y[i * n + j]) - sum) / size);
    }
  }
  return static_cast<double>(most);
}

template <class T>
void add_ozaki(jobs& all, std::size_t n, int slices) {
  const std::string kernel =
      std::string(sizeof(T) == 8 ? "gemm double, " : "gemm float, ") + std::to_string(slices) + " slices of bytes";
  all.push_back({kernel + " " + shape_text(n, n, n), [=](context& c) {
                   const buffer<float> fa = normal_values(n * n, 4), fb = normal_values(n * n, 5);
                   const buffer<T> a(n * n), b(n * n), y(n * n), z(n * n);
                   for (std::size_t i = 0; i < n * n; ++i) {  // with all bits of a double
                     a[i] = static_cast<T>(static_cast<double>(fa[i]) * 1.1);
                     b[i] = static_cast<T>(static_cast<double>(fb[i]) * 1.1);
                   }
                   runners r{{"ours", role::ours, [&] {
                                lowp::modular::ozaki_gemm(matrix_view<const T>(a.data(), n, n),
                                                          matrix_view<const T>(b.data(), n, n),
                                                          matrix_view<T>(y.data(), n, n), slices);
                                keep(y.data());
                              }}};
                   std::string error;
#if LOWP_BENCH_OPENBLAS
                   r.push_back({sizeof(T) == 8 ? "OpenBLAS dgemm" : "OpenBLAS sgemm", role::peer, [&] {
                                  blas(a.data(), b.data(), z.data(), static_cast<int>(n));
                                  keep(z.data());
                                }});
                   r[1].run();
                   char text[64];
                   std::snprintf(text, sizeof text, ", peer %.1e", error_of(a, b, z, n));
                   error = text;
#endif
                   r[0].run();
                   char ours[64];
                   std::snprintf(ours, sizeof ours, "%.1e", error_of(a, b, y, n));
                   race(r, c);
                   return summarize({kernel, shape_text(n, n, n), "GFLOPS", 2 * to_giga * cubed(n), {}, ours + error},
                                    r, c.best);
                 }});
}

void add_matrix_ntt(jobs& all, std::size_t n) {
  constexpr std::uint32_t q = 268369921;
  const std::string kernel = "NTT as matrix products, q of 28 bits";
  all.push_back({kernel + " " + std::to_string(n), [=](context& c) {
                   using namespace lowp::modular;
                   const matrix_ntt plan(n, q, ntt_kind::negacyclic);
                   const ntt_plan<std::uint32_t> butterflies(n, q, ntt_kind::negacyclic);
                   const words x = draw(n, q, 2), y = draw(n, q, 2);
                   plan.forward(x.all(), ntt_order::bit_reversed);
                   butterflies.forward(y.all(), ntt_order::bit_reversed);
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < n; ++i) wrong += x[i] != y[i];
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      plan.forward(x.all(), ntt_order::bit_reversed);
                                      keep(x.data());
                                    }},
                                   {"our butterflies", role::peer, [&] {
                                      butterflies.forward(y.all(), ntt_order::bit_reversed);
                                      keep(y.data());
                                    }}};
                   race(r, c);
                   return summarize({kernel, std::to_string(n), "us", 1e-6, {}, checked(wrong)}, r, c.best);
                 }});
}

void add_conversion(jobs& all, std::size_t from, std::size_t to) {
  constexpr std::size_t n = 65536;
  const std::string kernel = "residue basis conversion, 28 bits",
                    shape = std::to_string(from) + " to " + std::to_string(to) + ", 64 Ki";
  all.push_back({kernel + " " + shape, [=](context& c) {
                   const std::vector<std::uint64_t> primes = lowp::modular::primes_below(28, 2, from + to);
                   const std::vector<std::uint32_t> q(primes.begin(),
                                                      primes.begin() + static_cast<std::ptrdiff_t>(from)),
                       p(primes.begin() + static_cast<std::ptrdiff_t>(from), primes.end());
                   const lowp::modular::basis_conversion conversion(q, p);
                   const words x = draw(from * n, q.back(), 3), y(to * n), z(to * n);
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      conversion.convert(view(x, from, n), {y.data(), to, n});
                                      keep(y.data());
                                    }},
                                   on_vectors([&] {
                                     conversion.convert(view(x, from, n), {z.data(), to, n});
                                   })};
                   race(r, c);
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < to * n; ++i) wrong += y[i] != z[i];
                   return summarize({kernel,
                                     shape,
                                     "GMAC/s",
                                     to_giga * static_cast<double>(from * to * n),
                                     {{"our vector code", 1}},
                                     wrong == 0 ? "same" : checked(wrong)},
                                    r, c.best);
                 }});
}

}  // namespace

jobs modular_matrix_rows() {
  jobs all;
  const bool best = lowp::active() == lowp::tier::sapphire;
  const std::vector<aim> dense = best ? std::vector<aim>{{"", 45}, {"our vector code", 3}} : std::vector<aim>{};
  add_bat(all, 256, 268369921, "28", dense);
  add_bat(all, 512, 268369921, "28", dense);
  add_bat(all, 512, 65521, "16", {});
  add_bat(all, 512, 251, "8", {});
  add_bat(all, 512, 4294967291u, "32", {});
  add_exact(all, 1024, 26, best ? std::vector<aim>{{"peer", 5}} : std::vector<aim>{});
  add_exact(all, 1024, 15, {});
#ifdef __SIZEOF_INT128__
  add_exact_wide(all, 512, 58);
#endif
  for (const int slices : {6, 7, 8}) add_ozaki<double>(all, 1024, slices);
  for (const int slices : {3, 4}) add_ozaki<float>(all, 1024, slices);
  for (const std::size_t n : {std::size_t{4096}, std::size_t{16384}}) add_matrix_ntt(all, n);
  add_conversion(all, 12, 28);
  add_conversion(all, 24, 56);
  return all;
}

}  // namespace bench
