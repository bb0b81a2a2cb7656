// gemm of float, bfloat16 and int8 operands; reproducible sums; two threads.
#include <lowp/kernels/bytes.hpp>
#include <lowp/kernels/matmul.hpp>

#include "gemm_rows.hpp"
#include "rows.hpp"
#include "threads.hpp"

namespace bench {

namespace {

using lowp::accumulate;
using lowp::tier;

constexpr double to_giga = 1e-9;

runners limits_of(const gemm_shape& s, const std::string& type) {
  if (type == "bf16" && !bf16_limit(s.flops()).empty()) return bf16_limit(s.flops());
  return {fma_limit(s.flops())};
}

void add_float(jobs& all, const gemm_shape& s) {
  all.push_back({"gemm float " + s.text(), [=](context& c) {
                   runners others = peers::sgemm(operands(s));
                   if (s.n * s.k <= 1024 * 1024) append(others, peers::eigen_sgemm(operands(s)));
                   append(others, limits_of(s, "float"));
                   subject about{"gemm float"};
                   about.aims = {{"peer", 0.9}};
                   return gemm_row<float, float>(c, about, s, {}, std::move(others));
                 }});
  all.push_back({"gemm float reproducible " + s.text(), [=](context& c) {
                   lowp::gemm_options o;
                   o.sum = accumulate::reproducible;
                   runners others = openblas_for(s);
                   lowp::gemm_options fast;
                   fast.precision = lowp::precision::float32;
                   const auto w = weights_of<float>(s);
                   const inputs<float> x(s);
                   buffer<float> out(s.m * s.n);
                   others.push_back({"float core", role::other, [&, w] {
                                       lowp::gemm(x.view, w->packed, lowp::matrix_view<float>(out.data(), s.m, s.n),
                                                  fast);
                                     }});
                   append(others, limits_of(s, "float"));
                   subject about{"gemm float reproducible"};
                   about.aims = {{"float core", 0.9}};
                   return gemm_row<float, float>(c, about, s, o, std::move(others));
                 }});
}

// Two matrices as they are.
void add_plain(jobs& all, const std::string& name, lowp::precision precision) {
  all.push_back({name + " " + cube.text(), [=](context& c) {
                   const auto a = operands(cube);
                   const lowp::matrix_view<const float> x(a.x.data(), cube.m, cube.k), w(a.w.data(), cube.n, cube.k);
                   buffer<float> out(cube.m * cube.n);
                   const lowp::matrix_view<float> y(out.data(), cube.m, cube.n);
                   runners r{{"ours", role::ours, [&] {
                                lowp::gemm(1.0f, x, lowp::transposed(w), 0.0f, y, {.precision = precision});
                                keep(y.data());
                              }}};
                   append(r, runners(openblas_for(cube)));
                   r.push_back(fma_limit(cube.flops()));
                   r[0].run();
                   std::vector<std::size_t> rows(32);
                   for (std::size_t j = 0; j < rows.size(); ++j) rows[j] = j;
                   subject about{name, cube.text(), "GFLOPS", to_giga * cube.flops(), {{"peer", 0.9}}};
                   about.error = error_of(x, w.data(), rows, y).text();
                   race(r, c);
                   return summarize(about, r, c.best);
                 }});
}

void add_bf16(jobs& all, const gemm_shape& s, double to_onednn) {
  all.push_back({"gemm bf16 " + s.text(), [=](context& c) {
                   runners others = onednn_bf16_for(s);
                   append(others, openblas_for(s));
                   append(others, limits_of(s, "bf16"));
                   subject about{"gemm bf16"};
                   about.aims = {{"oneDNN bf16", to_onednn}};
                   return gemm_row<lowp::bfloat16, lowp::bfloat16>(c, about, s, {}, std::move(others));
                 }});
}

void add_int8(jobs& all, const gemm_shape& s, double to_onednn) {
  all.push_back(
      {"gemm int8 " + s.text(), [=](context& c) {
         // integers with a deviation of 25
         std::vector<std::int8_t> x, w;
         std::vector<float> float_x, float_w;
         for (const float v : normal_inputs().all().first(s.m * s.k)) {
           x.push_back(static_cast<std::int8_t>(std::nearbyint(25 * v)));
           float_x.push_back(x.back());
         }
         for (const float v : normal_weights().all().first(s.n * s.k)) {
           w.push_back(static_cast<std::int8_t>(std::nearbyint(25 * v)));
           float_w.push_back(w.back());
         }
         using view = lowp::matrix_view<const std::int8_t>;
         const auto packed = lowp::prepack(view(w.data(), s.n, s.k));
         buffer<float> out(s.m * s.n);
         const lowp::matrix_view<float> y(out.data(), s.m, s.n);
         runners r{{"ours", role::ours, [&] {
                      lowp::gemm(view(x.data(), s.m, s.k), packed, y);
                      keep(y.data());
                    }}};
         r[0].run();
         std::vector<std::size_t> rows(32);
         for (std::size_t j = 0; j < rows.size(); ++j) rows[j] = j;
         subject about{"gemm int8", s.text(), "GOPS", to_giga * s.flops()};
         if (lowp::active() == tier::sapphire) about.aims = {{"oneDNN int8", to_onednn}};
         about.error =
             error_of(lowp::matrix_view<const float>(float_x.data(), s.m, s.k), float_w.data(), rows, y).text();
         append(r, peers::int8_gemm(operands(s)));
         append(r, int8_limit(s.flops()));
         race(r, c);
         return summarize(about, r, c.best);
       }});
}

// One thread is what the aim is about; the peer keeps to one as well.
template <class T>
void add_threads(jobs& all, const std::string& type) {
  all.push_back(
      {"gemm " + type + " 2 threads " + cube.text(), [=](context& c) {
         row y{.kernel = "gemm " + type + ", 2 threads", .shape = cube.text(), .remark = "only one CPU here"};
         with_two_threads([&](const lowp::executor& two) {
           const auto w = weights_of<T>(cube);
           const inputs<T> x(cube);
           buffer<float> out(cube.m * cube.n);
           const lowp::matrix_view<float> to(out.data(), cube.m, cube.n);
           lowp::gemm_options o;
           o.executor = two;
           const runners r{{"ours", role::ours, [&] { lowp::gemm(x.view, w->packed, to, o); }},
                           {"one thread", role::other, [&] { lowp::gemm(x.view, w->packed, to); }}};
           race(r, c, caches::warm, timed::by_wall);
           subject about{y.kernel, cube.text(), "GFLOPS", to_giga * cube.flops(), {{"one thread", 1.8}}, "", ""};
           about.error = error_of(x.decoded_view, w->plain, to).text();
           y = summarize(about, r, c.best);
         });
         return y;
       }});
}

}  // namespace

jobs dense_rows(bool few) {
  jobs all;
  add_float(all, cube);
  add_float(all, panel);
  add_plain(all, "gemm float, not prepacked", lowp::precision::automatic);
  if (lowp::float16_units()) add_plain(all, "gemm float as float16, not prepacked", lowp::precision::f16);
  if (lowp::active() == tier::sapphire) {
    add_bf16(all, cube, 1.3);
    add_bf16(all, panel, 1.8);
  }
  add_int8(all, cube, 1.4);
  add_int8(all, panel, 1.7);
  if (few) return all;
  add_threads<float>(all, "float");
  if (lowp::active() == tier::sapphire) add_threads<lowp::bfloat16>(all, "bf16");
  return all;
}

}  // namespace bench
