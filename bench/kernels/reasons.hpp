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
    {"gemm bf16, 2 threads", "not found out: packing x and writing y are shared out as the products are"},
    {"gemm float, 2 threads", "not found out: packing x and writing y are shared out as the products are"},
    {"gemm bf16", "weights, 32 MiB for 4096 x 4096, come from the third cache or memory"},
    {"gemv float", "memory: the peer reads as many bytes, in rows"},
    {"gemv int4 groups, hot", "nothing is lost: in floats, a table lookup, a product and a sum for 16 weights"},
    {"gemv int4 groups, cold", "nothing is lost: in floats, a table lookup, a product and a sum for 16 weights"},
    {"gemv nf4", "nothing is lost: in floats, a table lookup, a product and a sum for 16 weights"},
    {"gemv posit8", "unpacked tiles go through the first cache: a store and a tile row for 32 weights"},
    {"gemv mxfp", "unpacked tiles go through the first cache: a store and a tile row for 32 weights"},
    {"gemv nvfp4", "unpacked tiles go through the first cache, and half steps take two table rows"},
    {"gemm int8", "for 1024^3 writing y takes a third of the time, for 4096 x 4096 weights come from memory"},
    {"gemm mxfp8",
     "64 weights of 8 bits take two lookups in tables of 128 bytes, two cycles each, where 4 bits take two of one"},
    {"prepack bf16", "memory: a copy of as many bytes is slower than the aim as well"},
    {"prepack int8", "memory: a copy of as many bytes is slower than the aim as well"},
    {"prepack float", "rows are searched for the bfloat16 that they take, and then transposed"},
    {"quantize mxfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize mxfp8 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize nvfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
};

}  // namespace bench
