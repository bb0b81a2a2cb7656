// y = x W^T with sums in float16, for processors with AVX512-FP16: twice the lanes of the float core.
//
//   sum[i, j] = fma(x[i, k], w[j, k], sum[i, j])   in float16 over 32 k in order, from +0;  these sums in float
//
// x and W are rounded to float16 first; what float16 does not hold becomes infinite, in sums as well. Blocks, sources
// and the sink are those of the float core (gemm_f32.hpp). The processor may have AVX512-FP16 without the tile unit,
// so this is no tier's core but stands beside them, from icelake up.
#pragma once

#include <lowp/kernels/gemm_f32.hpp>

#define LOWP_BODY <lowp/kernels/gemm_f16.inl>
#define LOWP_TIERS 0b00100
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

/// As gemm_f32, in float16. False, and nothing done, where the processor cannot.
inline bool gemm_f16([[maybe_unused]] const row_source& x, [[maybe_unused]] std::size_t m,
                     [[maybe_unused]] std::size_t n, [[maybe_unused]] std::size_t k,
                     [[maybe_unused]] const panel_source& w, [[maybe_unused]] const sink& y,
                     [[maybe_unused]] const executor& run) {
#if defined(__x86_64__)
  if (!float16_units()) return false;
  gemm_by_blocks(tiers::skylake::halves_kernel, {&x, &tiers::skylake::halves_of_rows}, m, n, k,
                 {&w, &tiers::skylake::halves_of_panel}, y, run);
  return true;
#else
  return false;
#endif
}

}  // namespace lowp::detail
