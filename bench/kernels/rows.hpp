// The rows of the table, by subject. Each list holds what the active tier can show; `few`: what stands beside the rows
// of the best tier.
#pragma once

#include "harness.hpp"

namespace bench {

jobs conversion_rows();      ///< cast, quantize, dequantize against memcpy
jobs dense_rows(bool few);   ///< gemm of float, bfloat16 and int8 operands; threads; reproducible
jobs weight_rows(bool few);  ///< gemm with weights in the codecs
jobs vector_rows();          ///< gemv and dot
jobs exact_rows();           ///< dot, rounded once
jobs prepack_rows();         ///< prepack

}  // namespace bench
