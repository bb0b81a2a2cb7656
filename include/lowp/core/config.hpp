// Version and the one portability macro.
//
// LOWP_FN marks every function that may also run on a device; it is empty for a host compiler. No other macro leaves
// these headers and none changes what they mean.
#pragma once

#define LOWP_VERSION_MAJOR 0
#define LOWP_VERSION_MINOR 1
#define LOWP_VERSION_PATCH 0
#define LOWP_VERSION 100  // major * 10000 + minor * 100 + patch

#if defined(__CUDACC__) || defined(__HIPCC__)
#define LOWP_FN __host__ __device__
#else
#define LOWP_FN
#endif
