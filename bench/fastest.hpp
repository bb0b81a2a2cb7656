// How the Google Benchmark programs time: the fastest of many short chunks, since the machine may be shared.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

/// Runs f, which handles `count` values, and reports the fastest run in ns a value. For rows with UseManualTime.
template <class F>
void fastest_of(benchmark::State& state, std::size_t count, F f) {
  double best = 1e300;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    f();
    benchmark::ClobberMemory();
    const std::chrono::duration<double> d = std::chrono::steady_clock::now() - start;
    best = std::min(best, d.count());
    state.SetIterationTime(d.count());
  }
  state.counters["ns_per_value"] = best * 1e9 / static_cast<double>(count);
}
