// Scalar operations over arrays of 4096 normal values, in ns an element. Row names are operation/format/path:
//
//   operator   what `a + b` and its like take: a table, a shortcut or the generic path
//   generic    the generic path through `exact`
//   plain      straightforward code of our own, in the way of the libraries of today (plain_posit.hpp)
//   quire      an exact sum of products over arrays; one_by_one: by calls of add_product
//
// Rows without a path are native types, as the floor. All results are exactly rounded: the error is that of the format.
// Run: cmake --workflow --preset bench. Times are the minimum over many repetitions of a short chunk, as the machine
// may be shared; compare rows of one run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>
#include <vector>

#include "fastest.hpp"
#include "plain_posit.hpp"

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
  fastest_of(state, count, f);
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
void add_native(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return static_cast<T>(a + b); });
}
template <class T>
void mul_native(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return static_cast<T>(a * b); });
}
template <class T>
void div_native(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return static_cast<T>(a / b); });
}

template <class T>
void add_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::add<T>(a, b); });
}
template <class T>
void mul_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::mul<T>(a, b); });
}
template <class T>
void div_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::div<T>(a, b); });
}
template <class T>
void sqrt_operator(benchmark::State& state) {
  binary<T>(state, [](T a, T) { return lowp::sqrt(a); });
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
void div_generic(benchmark::State& state) {
  binary<T>(state, [](T a, T b) { return lowp::round_to<T>(lowp::exact_div(lowp::decode(a), lowp::decode(b))); });
}

template <int N, auto Operation>
void plain_posit(benchmark::State& state) {
  using T = lowp::posit<N>;
  binary<T>(state,
            [](T a, T b) { return T::from_bits(static_cast<typename T::storage>(Operation(a.bits(), b.bits()))); });
}

// Sums of products of the whole arrays.
template <class Sum, class T>
void dot(benchmark::State& state, Sum sum) {
  const std::vector<T> a = numbers<T>(0), b = numbers<T>(1);
  fastest(state, [&] { benchmark::DoNotOptimize(sum(std::span<const T>(a), std::span<const T>(b))); });
}
template <class T>
void dot_quire(benchmark::State& state) {
  const auto sum = [](std::span<const T> a, std::span<const T> b) {
    lowp::quire<T> q;
    q.add_products(a, b);
    return q.to();
  };
  dot<decltype(sum), T>(state, sum);
}
template <class T>
void dot_one_by_one(benchmark::State& state) {
  const auto sum = [](std::span<const T> a, std::span<const T> b) {
    lowp::quire<T> q;
    for (std::size_t i = 0; i < a.size(); ++i) q.add_product(a[i], b[i]);
    return q.to();
  };
  dot<decltype(sum), T>(state, sum);
}
void dot_float(benchmark::State& state) {
  const auto sum = [](std::span<const float> a, std::span<const float> b) {
    float s = 0;
    for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
    return s;
  };
  dot<decltype(sum), float>(state, sum);
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
#define LOWP_BENCH_TYPE(T)                                   \
  LOWP_BENCH("from_float/" #T, from_float<types::T>);        \
  LOWP_BENCH("to_float/" #T, to_float<types::T>);            \
  LOWP_BENCH("add/" #T "/operator", add_operator<types::T>); \
  LOWP_BENCH("add/" #T "/generic", add_generic<types::T>);   \
  LOWP_BENCH("mul/" #T "/operator", mul_operator<types::T>); \
  LOWP_BENCH("mul/" #T "/generic", mul_generic<types::T>);   \
  LOWP_BENCH("div/" #T "/operator", div_operator<types::T>); \
  LOWP_BENCH("div/" #T "/generic", div_generic<types::T>);   \
  LOWP_BENCH("sqrt/" #T "/operator", sqrt_operator<types::T>)
#define LOWP_BENCH_PLAIN(N)                                                  \
  LOWP_BENCH("add/posit" #N "/plain", plain_posit<N, plain::posit<N>::add>); \
  LOWP_BENCH("mul/posit" #N "/plain", plain_posit<N, plain::posit<N>::mul>); \
  LOWP_BENCH("div/posit" #N "/plain", plain_posit<N, plain::posit<N>::div>)
#define LOWP_BENCH_DOT(T)                              \
  LOWP_BENCH("dot/" #T "/quire", dot_quire<types::T>); \
  LOWP_BENCH("dot/" #T "/one_by_one", dot_one_by_one<types::T>)
#define LOWP_BENCH_NATIVE(T)            \
  LOWP_BENCH("add/" #T, add_native<T>); \
  LOWP_BENCH("mul/" #T, mul_native<T>)
#define LOWP_BENCH_BLOCK(C)                      \
  LOWP_BENCH("quantize/" #C, quantize<lowp::C>); \
  LOWP_BENCH("dequantize/" #C, dequantize<lowp::C>)

// Names without commas.
namespace types {
using namespace lowp;
using fixed_16_8 = lowp::fixed<16, 8>;
using fixed_32_16 = lowp::fixed<32, 16>;
using takum16 = lowp::takum<16>;
}  // namespace types

LOWP_BENCH_NATIVE(float);
LOWP_BENCH("div/float", div_native<float>);
LOWP_BENCH("dot/float", dot_float);
LOWP_BENCH_TYPE(e4m3fn);
LOWP_BENCH_TYPE(e5m2);
LOWP_BENCH_TYPE(e2m1fn);
LOWP_BENCH_TYPE(hifloat8);
LOWP_BENCH_TYPE(sfp8);
LOWP_BENCH_TYPE(nf4);
LOWP_BENCH_TYPE(posit8);
LOWP_BENCH_PLAIN(8);
LOWP_BENCH_TYPE(float16);
LOWP_BENCH_TYPE(bfloat16);
LOWP_BENCH_TYPE(tf32);
LOWP_BENCH_TYPE(takum16);
LOWP_BENCH_TYPE(posit16);
LOWP_BENCH_PLAIN(16);
LOWP_BENCH_TYPE(posit32);
LOWP_BENCH_PLAIN(32);
LOWP_BENCH_TYPE(posit64);
LOWP_BENCH_NATIVE(std::int16_t);
LOWP_BENCH_TYPE(fixed_16_8);
LOWP_BENCH_NATIVE(std::int32_t);
LOWP_BENCH_TYPE(fixed_32_16);
LOWP_BENCH_DOT(e4m3fn);
LOWP_BENCH_DOT(posit8);
LOWP_BENCH_DOT(float16);
LOWP_BENCH_DOT(bfloat16);
LOWP_BENCH_DOT(posit16);
LOWP_BENCH_DOT(posit32);
LOWP_BENCH_DOT(fixed_16_8);
LOWP_BENCH_BLOCK(mxfp8);
LOWP_BENCH_BLOCK(mxfp6);
LOWP_BENCH_BLOCK(mxfp4);
LOWP_BENCH_BLOCK(mxint8);
LOWP_BENCH_BLOCK(nvfp4);

}  // namespace

BENCHMARK_MAIN();
