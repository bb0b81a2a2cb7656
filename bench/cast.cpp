// lowp::cast of 16 Ki values, in ns a value, on every tier that this machine has. Row names are
// format/direction/mode/tier: `to` is float -> format, `from` the way back.
//
//   memcpy/float    the floats copied: what a conversion cannot beat by much, as it reads or writes as many
//
// All results have the bits of convert: no error but that of the format. On AVX-512 a conversion to a minifloat is bound
// by the two ports for vectors (9 to 14 operations for 16 values), the way back by writing floats to the second level of
// cache, stochastic modes by the multiplications of philox (57 operations for 32 words).
// Times are the minimum over many repetitions of a short chunk; compare rows of one run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/lowp.hpp>
#include <string>
#include <vector>

#include "fastest.hpp"

namespace {

constexpr std::size_t count = 16384;

// Sums of uniform values, about normal, the same on every machine.
std::vector<float> values() {
  const lowp::philox random(1);
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    float sum = -2;
    for (std::size_t j = 0; j < 4; ++j) sum += static_cast<float>(random(4 * i + j)) * 0x1p-32f;
    x[i] = sum;
  }
  return x;
}

template <class F>
void fastest(benchmark::State& state, F f) {
  fastest_of(state, count, f);
}

template <class F>
void row(const std::string& name, F f) {
  benchmark::RegisterBenchmark(name.c_str(), f)->UseManualTime()->MinTime(0.02);
}

template <class From, class To, class... Policies>
void cast_row(const std::string& name, Policies... policies) {
  for (const lowp::tier t : {lowp::tier::scalar, lowp::tier::haswell, lowp::tier::skylake}) {
    if (t < lowp::least_tier || t > lowp::detect()) continue;
    row(name + "/" + std::string(lowp::to_string(t)), [=](benchmark::State& state) {
      const lowp::force_tier forced(t);
      std::vector<From> in;
      for (const float v : values()) in.push_back(From(v));
      std::vector<To> out(count);
      fastest(state, [&] { lowp::cast(in, out, policies...); });
      benchmark::DoNotOptimize(out.data());
    });
  }
}

template <class T>
void packed_rows(const std::string& name) {
  for (const lowp::tier t : {lowp::tier::scalar, lowp::tier::haswell, lowp::tier::skylake}) {
    if (t < lowp::least_tier || t > lowp::detect()) continue;
    row(name + "/to/nearest/" + std::string(lowp::to_string(t)), [=](benchmark::State& state) {
      const lowp::force_tier forced(t);
      const std::vector<float> in = values();
      lowp::packed<T> out(count);
      fastest(state, [&] { lowp::cast(in, out); });
    });
    row(name + "/from/" + std::string(lowp::to_string(t)), [=](benchmark::State& state) {
      const lowp::force_tier forced(t);
      lowp::packed<T> in(count);
      lowp::cast(values(), in);
      std::vector<float> out(count);
      fastest(state, [&] { lowp::cast(in, out); });
    });
  }
}

template <class T>
void rows(const std::string& name) {
  cast_row<float, T>(name + "/to/nearest");
  cast_row<T, float>(name + "/from");
}

void register_all() {
  row("memcpy/float", [](benchmark::State& state) {
    const std::vector<float> in = values();
    std::vector<float> out(count);
    fastest(state, [&] { std::memcpy(out.data(), in.data(), count * sizeof(float)); });
  });
  rows<lowp::e4m3fn>("e4m3fn");
  rows<lowp::e5m2>("e5m2");
  packed_rows<lowp::e2m1fn>("e2m1fn_packed");
  packed_rows<lowp::e3m2fn>("e3m2fn_packed");
  rows<lowp::float16>("float16");
  rows<lowp::bfloat16>("bfloat16");
  rows<lowp::posit8>("posit8");
  rows<lowp::posit16>("posit16");
  rows<lowp::int8>("int8");
  rows<lowp::q15>("q15");
  rows<lowp::nf4>("nf4");
  rows<lowp::e8m0fnu>("e8m0fnu");
  rows<lowp::hifloat8>("hifloat8");
  cast_row<float, lowp::e4m3fn>("e4m3fn/to/saturating", lowp::saturate{});
  cast_row<float, lowp::e4m3fn>("e4m3fn/to/upward", lowp::upward{});
  cast_row<float, lowp::e4m3fn>("e4m3fn/to/stochastic", lowp::stochastic<>{});
  cast_row<float, lowp::bfloat16>("bfloat16/to/stochastic", lowp::stochastic<>{});
  cast_row<float, lowp::posit8>("posit8/to/stochastic", lowp::stochastic<>{});
  cast_row<double, lowp::e4m3fn>("e4m3fn/to_from_double/nearest");
  cast_row<lowp::bfloat16, lowp::e4m3fn>("e4m3fn/to_from_bfloat16/nearest");
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_all();
  benchmark::RunSpecifiedBenchmarks();
}
