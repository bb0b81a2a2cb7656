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
    {"gemm bf16", "weights, 32 MiB for 4096 x 4096, come from the third cache or memory"},
    {"gemv float", "prepacked floats are three bfloat16, 6 bytes a value, of which all are read"},
    {"gemv int4 groups, hot", "nothing is lost: 2 bfloat16 for each weight, unpacked one after the other"},
    {"gemv int4 groups, cold", "nothing is lost: 2 bfloat16 for each weight, unpacked one after the other"},
    {"gemv nf4", "nothing is lost: 3 bfloat16 for each weight, unpacked one after the other"},
    {"gemv posit8", "unpacked tiles go through the first cache: a store and a tile row for 32 weights"},
    {"gemv mxfp", "unpacked tiles go through the first cache: a store and a tile row for 32 weights"},
    {"gemv nvfp4", "unpacked tiles go through the first cache, and half steps take two table rows"},
    {"prepack float", "split into three bfloat16 by way of decoded rows"},
    {"quantize mxfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize mxfp8 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize nvfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
};

}  // namespace bench
