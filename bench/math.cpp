// The mathematical functions over arrays of 2048 values: ns a value for float16, bfloat16, posit16, stochastic rounding
// and an 8-bit format (a table), beside <cmath> in float and double. Row names are function/format.
//
// Run: cmake --workflow --preset bench. Times are the minimum over many repetitions of a short chunk, as the machine
// may be shared; compare rows of one run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <lowp/formats/math.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/posit.hpp>
#include <vector>

namespace {

constexpr std::size_t count = 2048;

template <class T, class F>
void over_range(benchmark::State& state, F f, double low, double high) {
  std::vector<T> x, y(count);
  const lowp::philox random(1);
  for (std::size_t i = 0; i < count; ++i) {
    const double v = low + (high - low) * random(i) * 0x1p-32;
    if constexpr (std::is_floating_point_v<T>) {
      x.push_back(static_cast<T>(v));
    } else {
      x.push_back(lowp::convert<T>(v));
    }
  }
  double best = 1e300;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) y[i] = f(x[i]);
    benchmark::ClobberMemory();
    const std::chrono::duration<double> d = std::chrono::steady_clock::now() - start;
    best = std::min(best, d.count());
    state.SetIterationTime(d.count());
  }
  state.counters["ns_per_value"] = best * 1e9 / count;
}

using stochastic_float16 = lowp::with_rounding<lowp::float16, lowp::stochastic<>>;

// f(x) finds lowp's functions by argument-dependent lookup and <cmath>'s for float and double.
template <class F>
void each_type(const std::string& name, F f, double low, double high) {
  const auto add = [&]<class T>(const char* type, T) {
    benchmark::RegisterBenchmark((name + "/" + type).c_str(),
                                 [=](benchmark::State& s) { over_range<T>(s, f, low, high); })
        ->UseManualTime()
        ->MinTime(0.02);
  };
  add("float16", lowp::float16{});
  add("bfloat16", lowp::bfloat16{});
  add("posit16", lowp::posit<16>{});
  add("float16_stochastic", stochastic_float16{});
  add("e4m3fn", lowp::e4m3fn{});
  add("float", 0.0f);
  add("double", 0.0);
}

}  // namespace

int main(int argc, char** argv) {
  using std::acos, std::asin, std::atan, std::atan2, std::cbrt, std::cos, std::cosh, std::erf, std::erfc, std::exp,
      std::exp2, std::expm1, std::floor, std::fmod, std::hypot, std::log, std::log10, std::log1p, std::log2, std::pow,
      std::sin, std::sinh, std::tan, std::tanh;
  each_type(
      "exp", [](auto x) { return exp(x); }, -5, 5);
  each_type(
      "exp2", [](auto x) { return exp2(x); }, -5, 5);
  each_type(
      "expm1", [](auto x) { return expm1(x); }, -2, 2);
  each_type(
      "log", [](auto x) { return log(x); }, 0.01, 20);
  each_type(
      "log2", [](auto x) { return log2(x); }, 0.01, 20);
  each_type(
      "log10", [](auto x) { return log10(x); }, 0.01, 20);
  each_type(
      "log1p", [](auto x) { return log1p(x); }, -0.5, 5);
  each_type(
      "sin", [](auto x) { return sin(x); }, -5, 5);
  each_type(
      "cos", [](auto x) { return cos(x); }, -5, 5);
  each_type(
      "tan", [](auto x) { return tan(x); }, -5, 5);
  each_type(
      "asin", [](auto x) { return asin(x); }, -1, 1);
  each_type(
      "acos", [](auto x) { return acos(x); }, -1, 1);
  each_type(
      "atan", [](auto x) { return atan(x); }, -5, 5);
  each_type(
      "sinh", [](auto x) { return sinh(x); }, -3, 3);
  each_type(
      "cosh", [](auto x) { return cosh(x); }, -3, 3);
  each_type(
      "tanh", [](auto x) { return tanh(x); }, -3, 3);
  each_type(
      "erf", [](auto x) { return erf(x); }, -3, 3);
  each_type(
      "erfc", [](auto x) { return erfc(x); }, -3, 3);
  each_type(
      "cbrt", [](auto x) { return cbrt(x); }, -5, 5);
  each_type(
      "floor", [](auto x) { return floor(x); }, -5, 5);
  each_type(
      "pow", [](auto x) { return pow(x, decltype(x)(1.75f)); }, 0.01, 5);
  each_type(
      "atan2", [](auto x) { return atan2(x, decltype(x)(1.75f)); }, -5, 5);
  each_type(
      "hypot", [](auto x) { return hypot(x, decltype(x)(1.75f)); }, -5, 5);
  each_type(
      "fmod", [](auto x) { return fmod(x, decltype(x)(1.75f)); }, -5, 5);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
