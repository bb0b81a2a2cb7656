// The threads of OpenMP as an executor.
//
//   lowp::gemm(x, W, y, {.executor = lowp::openmp});       compiled with -fopenmp
//
// A parallel loop in which each thread takes the next task; OMP_NUM_THREADS and omp_set_num_threads say how many.
// Compiled without OpenMP, or called from within a parallel region, it is a plain loop. A task that throws (kernels do
// for lack of memory only) ends the program, as exceptions may not leave a parallel region.
#pragma once

#include <cstddef>

#include <lowp/kernels/options.hpp>

namespace lowp {

struct openmp_executor {
  void operator()(std::size_t n, task f) const {
#if defined(_OPENMP)
#pragma omp parallel for schedule(dynamic)
    for (std::size_t i = 0; i < n; ++i) f(i);
#else
    for (std::size_t i = 0; i < n; ++i) f(i);
#endif
  }
};

inline constexpr openmp_executor openmp{};

}  // namespace lowp
