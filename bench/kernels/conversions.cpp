// Arrays of float to narrow formats and back. The limit is memcpy of the floats.
#include <cmath>

#include <lowp/formats/posit.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/quantize.hpp>

#include "data.hpp"
#include "limits.hpp"
#include "peers.hpp"
#include "rows.hpp"

namespace bench {

namespace {

constexpr std::size_t count = 16384;
const std::string shape = "16 Ki values";

std::string ulps(double e) { return text(e) + " ulp"; }

// The distance of y from x in units of the gap between y and its neighbour on the side of x.
template <class T>
double ulps_off(float x, T y) {
  const double v = static_cast<double>(static_cast<float>(y));
  if (v == x) return 0;
  const double next = static_cast<double>(static_cast<float>(x > v ? lowp::next_up(y) : lowp::next_down(y)));
  return std::isfinite(next) ? std::fabs((x - v) / (next - v)) : 0;
}

row finish(const std::string& kernel, double aim_ns, const std::string& error, const runners& all, context& c) {
  subject s{kernel, shape, "ns/value", 1e-9 * count, {{"", aim_ns}}, error};
  race(all, c);
  return summarize(s, all, c.best);
}

std::string exact_or(std::size_t wrong) { return wrong == 0 ? "exact" : std::to_string(wrong) + " wrong"; }

runners no_peers(std::span<const float>) { return {}; }

// One number in each element of its storage type.
template <class T>
void add_casts(jobs& all, const std::string& name, double to_aim, double from_aim,
               runners (*to_peers)(std::span<const float>), runners (*from_peers)(std::span<const float>)) {
  all.push_back({"cast float -> " + name, [=](context& c) {
                   const auto x = normal_values(count, 0);
                   const std::span<const float> in = x.all();
                   std::vector<T> y(count);
                   runners r{{"ours", role::ours, [&] {
                                lowp::cast(in, std::span<T>(y));
                                keep(y.data());
                              }}};
                   append(r, to_peers(in));
                   r.push_back(copy_limit(4 * count));
                   r[0].run();
                   double worst = 0;
                   for (std::size_t i = 0; i < count; ++i) worst = std::max(worst, ulps_off(x[i], y[i]));
                   return finish("cast float -> " + name, to_aim, ulps(worst), r, c);
                 }});
  all.push_back({"cast " + name + " -> float", [=](context& c) {
                   const auto x = normal_values(count, 0);
                   std::vector<T> codes;
                   for (const float v : x.all()) codes.push_back(static_cast<T>(v));
                   buffer<float> y(count);
                   runners r{{"ours", role::ours, [&] {
                                lowp::cast(std::span<const T>(codes), y.all());
                                keep(y.data());
                              }}};
                   append(r, from_peers(x.all()));
                   r.push_back(copy_limit(4 * count));
                   r[0].run();
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < count; ++i) wrong += y[i] != static_cast<float>(codes[i]);
                   return finish("cast " + name + " -> float", from_aim, exact_or(wrong), r, c);
                 }});
}

// Signal to quantization noise, in dB.
std::string sqnr(std::span<const float> x, std::span<const float> y) {
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    signal += double{x[i]} * x[i];
    noise += (double{x[i]} - y[i]) * (double{x[i]} - y[i]);
  }
  return "SQNR " + text(10 * std::log10(signal / noise)) + " dB";
}

// Through the matrix of a codec, whose allocation is part of quantize.
template <class C, class... Policies>
void add_quantize(jobs& all, const std::string& name, double aim_ns, Policies... policies) {
  all.push_back({"quantize " + name, [=](context& c) {
                   const auto x = normal_values(count, 0);
                   const lowp::matrix_view<const float> in(x.data(), 16, count / 16);
                   auto w = lowp::quantize<C>(in, policies...);
                   std::vector<float> back(count);
                   lowp::reference::dequantize(w, lowp::matrix_view<float>(back.data(), 16, count / 16));
                   runners r{{"ours", role::ours, [&] {
                                w = lowp::quantize<C>(in, policies...);
                                keep(w.bytes().data());
                              }}};
                   r.push_back(copy_limit(4 * count));
                   return finish("quantize " + name, aim_ns, sqnr(x.all(), back), r, c);
                 }});
}

template <class C>
void add_dequantize(jobs& all, const std::string& name, double aim_ns) {
  all.push_back({"dequantize " + name, [=](context& c) {
                   const auto x = normal_values(count, 0);
                   const auto w = lowp::quantize<C>(lowp::matrix_view<const float>(x.data(), 16, count / 16));
                   buffer<float> y(count), exact(count);
                   const lowp::matrix_view<float> out(y.data(), 16, count / 16);
                   runners r{{"ours", role::ours, [&] {
                                lowp::dequantize(w, out);
                                keep(y.data());
                              }}};
                   r.push_back(copy_limit(4 * count));
                   r[0].run();
                   lowp::reference::dequantize(w, lowp::matrix_view<float>(exact.data(), 16, count / 16));
                   std::size_t wrong = 0;
                   for (std::size_t i = 0; i < count; ++i) wrong += y[i] != exact[i];
                   return finish("dequantize " + name, aim_ns, exact_or(wrong), r, c);
                 }});
}

}  // namespace

jobs conversion_rows() {
  jobs all;
  add_casts<lowp::bfloat16>(all, "bfloat16", 0.20, 0.12, peers::to_bf16, peers::from_bf16);
  add_casts<lowp::float16>(all, "float16", 0.20, 0.12, peers::to_half, peers::from_half);
  add_casts<lowp::e4m3fn>(all, "e4m3fn", 0.20, 0.12, peers::to_int8, no_peers);
  add_casts<lowp::e5m2>(all, "e5m2", 0.20, 0.12, peers::to_int8, no_peers);
  add_casts<lowp::posit8>(all, "posit8", 0.6, 0.6, no_peers, no_peers);
  add_casts<lowp::posit16>(all, "posit16", 0.6, 0.6, no_peers, no_peers);
  add_quantize<lowp::e2m1fn>(all, "e2m1fn packed", 0.20);
  add_dequantize<lowp::e2m1fn>(all, "e2m1fn packed", 0.12);
  add_quantize<lowp::mxfp4>(all, "mxfp4", 0.35);
  add_quantize<lowp::mxfp8>(all, "mxfp8", 0.35);
  add_quantize<lowp::nvfp4>(all, "nvfp4", 0.35);
  add_quantize<lowp::mxfp4>(all, "mxfp4 stochastic", 0.5, lowp::stochastic<>{}, lowp::philox(7));
  add_quantize<lowp::mxfp8>(all, "mxfp8 stochastic", 0.5, lowp::stochastic<>{}, lowp::philox(7));
  add_quantize<lowp::nvfp4>(all, "nvfp4 stochastic", 0.5, lowp::stochastic<>{}, lowp::philox(7));
  add_dequantize<lowp::mxfp4>(all, "mxfp4", 0.12);
  add_dequantize<lowp::mxfp8>(all, "mxfp8", 0.12);
  add_dequantize<lowp::nvfp4>(all, "nvfp4", 0.12);
  return all;
}

}  // namespace bench
