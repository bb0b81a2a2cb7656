// Why a kernel misses its aim, as far as that was found out. Printed only in a run in which it does.
#pragma once

#include <string_view>

namespace bench {

struct reason {
  std::string_view kernel;  ///< what the name in the table begins with
  std::string_view why;
};

inline constexpr reason reasons[] = {
    {"gemm int4 groups, bf16 x", "nothing is lost: level times float16 scale takes 2 bfloat16, so 2 passes"},
    {"gemm nf4, bf16 x", "nothing is lost: float levels times float scale take 3 bfloat16, so 3 passes"},
    {"quantize mxfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize mxfp8 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize nvfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
};

}  // namespace bench
