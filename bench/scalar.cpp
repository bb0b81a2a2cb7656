// Scalar operations over arrays of 4096 values: ns an element of the generic path, of the fast path, and of
// native float as the floor. Row names are operation/format/path; `values` is what every rate counts.
//
// Run: cmake --workflow --preset bench. Times are the minimum over many repetitions of a short chunk, as the
// machine may be shared; compare rows of one run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <lowp/lowp.hpp>
#include <vector>

namespace {

constexpr std::size_t count = 4096;

// Standard normal values, the same on every machine: Box-Muller over philox.
std::vector<float> normal_values(std::uint64_t stream) {
  const lowp::philox random(1, stream);
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double u = (random(2 * i) + 0.5) * 0x1p-32, v = random(2 * i + 1) * 0x1p-32;
    x[i] = static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
  }
  return x;
}

template <class T>
std::vector<T> numbers(std::uint64_t stream) {
  std::vector<T> y;
  for (const float v : normal_values(stream)) y.push_back(static_cast<T>(v));
  return y;
}

// Times f over the arrays and reports the fastest chunk as ns an element.
template <class F>
void fastest(benchmark::State& state, F f) {
  double best = 1e300;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    f();
    benchmark::ClobberMemory();
    const std::chrono::duration<double> d = std::chrono::steady_clock::now() - start;
    best = std::min(best, d.count());
    state.SetIterationTime(d.count());
  }
  state.counters["ns_per_value"] = best * 1e9 / count;
}

template <class T, class Op>
void binary(benchmark::State& state, Op op) {
  const std::vector<T> a = numbers<T>(0), b = numbers<T>(1);
  std::vector<T> c(count);
  fastest(state, [&] {
    for (std::size_t i = 0; i < count; ++i) c[i] = op(a[i], b[i]);
  });
  benchmark::DoNotOptimize(c.data());
}

template <class T>
void add_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return a + b; });
}
template <class T>
void mul_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return a * b; });
}
template <class T>
void div_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return a / b; });
}
template <class T>
void add_generic(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::round_to<T>(lowp::exact_add(lowp::decode(a), lowp::decode(b))); });
}
template <class T>
void mul_generic(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::round_to<T>(lowp::exact_mul(lowp::decode(a), lowp::decode(b))); });
}

template <class T>
void from_float(benchmark::State& state) {
  const std::vector<float> x = normal_values(0);
  std::vector<T> y(count);
  fastest(state, [&] {
    for (std::size_t i = 0; i < count; ++i) y[i] = lowp::convert<T>(x[i]);
  });
  benchmark::DoNotOptimize(y.data());
}

template <class T>
void to_float(benchmark::State& state) {
  const std::vector<T> x = numbers<T>(0);
  std::vector<float> y(count);
  fastest(state, [&] {
    for (std::size_t i = 0; i < count; ++i) y[i] = lowp::convert<float>(x[i]);
  });
  benchmark::DoNotOptimize(y.data());
}

template <class C>
void quantize(benchmark::State& state) {
  const std::vector<float> x = normal_values(0);
  fastest(state, [&] { benchmark::DoNotOptimize(lowp::quantize<C>(std::span<const float>(x))); });
}

template <class C>
void dequantize(benchmark::State& state) {
  const std::vector<float> x = normal_values(0);
  const lowp::matrix<C> w = lowp::quantize<C>(std::span<const float>(x));
  std::vector<float> y(count);
  fastest(state, [&] { lowp::dequantize(w, lowp::matrix_view<float>(y.data(), 1, count)); });
  benchmark::DoNotOptimize(y.data());
}

#define LOWP_BENCH(name, ...) BENCHMARK(__VA_ARGS__)->Name(name)->UseManualTime()->MinTime(0.05)
#define LOWP_BENCH_TYPE(T)                                  \
  LOWP_BENCH("from_float/" #T, from_float<lowp::T>);        \
  LOWP_BENCH("to_float/" #T, to_float<lowp::T>);            \
  LOWP_BENCH("add/" #T "/operator", add_operator<lowp::T>); \
  LOWP_BENCH("add/" #T "/generic", add_generic<lowp::T>);   \
  LOWP_BENCH("mul/" #T "/operator", mul_operator<lowp::T>); \
  LOWP_BENCH("mul/" #T "/generic", mul_generic<lowp::T>);   \
  LOWP_BENCH("div/" #T "/operator", div_operator<lowp::T>)
#define LOWP_BENCH_BLOCK(C)                      \
  LOWP_BENCH("quantize/" #C, quantize<lowp::C>); \
  LOWP_BENCH("dequantize/" #C, dequantize<lowp::C>)

LOWP_BENCH("add/float", add_operator<float>);
LOWP_BENCH("mul/float", mul_operator<float>);
LOWP_BENCH_TYPE(e4m3fn);
LOWP_BENCH_TYPE(e5m2);
LOWP_BENCH_TYPE(e2m1fn);
LOWP_BENCH_TYPE(float16);
LOWP_BENCH_TYPE(bfloat16);
LOWP_BENCH_BLOCK(mxfp8);
LOWP_BENCH_BLOCK(mxfp6);
LOWP_BENCH_BLOCK(mxfp4);
LOWP_BENCH_BLOCK(mxint8);
LOWP_BENCH_BLOCK(nvfp4);

}  // namespace

BENCHMARK_MAIN();
