// quantize and dequantize of 16 Ki normal values, in ns a value, on every tier that runs here. Row names are
// operation/codec/tier; reference is the path in plain C++, and memcpy the floats copied.
//
// The matrix that quantize makes is part of its time. 64 KiB of floats are more than the first level of most caches
// holds, and each of the passes over them (largest magnitudes, elements; two-level formats: first the largest of all)
// reads them again: some 0.05 ns a value. What bounds the rest on AVX-512 are the two ports for vectors of 512 bits: for
// each 16 values 10 instructions scale, round and encode, 2 to 4 narrow, and random rounding takes 30 for philox and 8
// more.
// Run: cmake --workflow --preset bench. Times are the minimum over many repetitions of a short chunk.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>
#include <string>
#include <vector>

#include "fastest.hpp"

namespace {

constexpr std::size_t count = 16 * 1024;

// Standard normal values, the same on every machine: Box-Muller over philox.
const std::vector<float>& normal_values() {
  static const std::vector<float> values = [] {
    const lowp::philox random(1);
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double u = (random(2 * i) + 0.5) * 0x1p-32, v = random(2 * i + 1) * 0x1p-32;
      x[i] = static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
    }
    return x;
  }();
  return values;
}

// Times f over the array and reports the fastest chunk as ns a value.
template <class F>
void fastest(benchmark::State& state, F f) {
  fastest_of(state, count, f);
}

template <class F>
void add(const std::string& name, F f) {
  benchmark::RegisterBenchmark(name.c_str(), f)->UseManualTime()->MinTime(0.05);
}

const std::vector<lowp::tier>& tiers() {
  static const std::vector<lowp::tier> all = [] {
    std::vector<lowp::tier> t;
    for (const lowp::tier i : {lowp::tier::scalar, lowp::tier::haswell, lowp::tier::skylake})
      if (i >= lowp::least_tier && i <= lowp::detect()) t.push_back(i);
    if (t.empty()) t.push_back(lowp::least_tier);
    return t;
  }();
  return all;
}

template <class C, class... Policies>
void add_quantize(const std::string& name, Policies... policies) {
  const std::string row = "quantize/" + name + "/";
  const auto view = [] { return std::span<const float>(normal_values()); };
  add(row + "reference", [=](benchmark::State& state) {
    fastest(state, [&] { benchmark::DoNotOptimize(lowp::reference::quantize<C>(view(), policies...)); });
  });
  for (const lowp::tier t : tiers())
    add(row + std::string(to_string(t)), [=](benchmark::State& state) {
      const lowp::force_tier forced(t);
      fastest(state, [&] { benchmark::DoNotOptimize(lowp::quantize<C>(view(), policies...)); });
    });
}

template <class C>
void add_dequantize(const std::string& name) {
  const std::string row = "dequantize/" + name + "/";
  const auto time = [](benchmark::State& state, auto&& f) {
    const lowp::matrix<C> w = lowp::quantize<C>(std::span<const float>(normal_values()));
    std::vector<float> y(count);
    fastest(state, [&] { f(w, lowp::matrix_view<float>(y.data(), 1, count)); });
    benchmark::DoNotOptimize(y.data());
  };
  add(row + "reference", [=](benchmark::State& state) {
    time(state, [](const lowp::matrix<C>& w, lowp::matrix_view<float> y) { lowp::reference::dequantize(w, y); });
  });
  for (const lowp::tier t : tiers())
    add(row + std::string(to_string(t)), [=](benchmark::State& state) {
      const lowp::force_tier forced(t);
      time(state, [](const lowp::matrix<C>& w, lowp::matrix_view<float> y) { lowp::dequantize(w, y); });
    });
}

template <class C>
void add_both(const std::string& name) {
  add_quantize<C>(name);
  add_dequantize<C>(name);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add("memcpy", [](benchmark::State& state) {
    const std::vector<float>& x = normal_values();
    std::vector<float> y(count);
    fastest(state, [&] { std::memcpy(y.data(), x.data(), count * sizeof(float)); });
  });
  add_both<lowp::mxfp4>("mxfp4");
  add_both<lowp::mxfp4_sequential>("mxfp4_sequential");
  add_both<lowp::mxfp6>("mxfp6");
  add_both<lowp::mxfp8_e4m3>("mxfp8_e4m3");
  add_both<lowp::mxfp8_e5m2>("mxfp8_e5m2");
  add_both<lowp::mxint8>("mxint8");
  add_both<lowp::nvfp4>("nvfp4");
  add_both<lowp::nvfp4_tile>("nvfp4_tile");
  add_both<lowp::nvint4>("nvint4");
  add_both<lowp::bitsandbytes_nf4>("bitsandbytes_nf4");
  add_both<lowp::e4m3fn>("e4m3fn");
  add_both<lowp::e5m2>("e5m2");
  add_both<lowp::e2m1fn>("e2m1fn");
  add_both<lowp::e3m2fn>("e3m2fn");
  add_both<lowp::float16>("float16");
  add_both<lowp::bfloat16>("bfloat16");
  add_both<lowp::posit8>("posit8");
  add_both<lowp::posit16>("posit16");
  add_both<lowp::int4>("int4");
  add_both<lowp::int8>("int8");
  add_quantize<lowp::mxfp4>("mxfp4_stochastic", lowp::stochastic<>{}, lowp::philox(1));
  add_quantize<lowp::mxfp8>("mxfp8_stochastic", lowp::stochastic<>{}, lowp::philox(1));
  add_quantize<lowp::nvfp4>("nvfp4_stochastic", lowp::stochastic<>{}, lowp::philox(1));
  add_quantize<lowp::mxfp4>("mxfp4_upward", lowp::upward{});
  benchmark::RunSpecifiedBenchmarks();
}
