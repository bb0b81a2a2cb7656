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
    {"gemm bf16, 2 threads", "what else the machine does: 1.84 to 2.0 in ten runs"},
    {"gemm float, 2 threads", "what else the machine does: 1.79 to 1.88 in six runs"},
    {"gemm bf16", "for 4096 x 4096, 32 MiB of weights come from memory, slower than the tile unit takes them"},
    {"gemv float", "memory: the peer reads as many bytes, in rows"},
    {"gemv int4 groups", "nothing is lost: in floats, a table lookup, a product and a sum for 16 weights"},
    {"gemv nf4", "nothing is lost: in floats, a table lookup, a product and a sum for 16 weights"},
    {"gemv mxfp4, x as int8", "alone in a loop it reads 28 GB/s; here what ran before has been through L3"},
    {"gemv posit8", "reading, with tiles that are unpacked at nearly the same rate"},
    {"gemv mxfp8", "both vector ports: two lookups in 128 bytes, shifts and a scale for 64 weights"},
    {"gemv mxfp6", "both vector ports: a lookup in 64 words takes two cycles of one and one of the other"},
    {"gemv mxfp4", "both vector ports: a lookup of 32 words keeps them for a cycle, and its shift one of them"},
    {"gemv nvfp4", "both vector ports: as mxfp4, and half steps take two table rows"},
    {"gemm int8", "1024^3: writing y takes a quarter of the time; 4096 x 4096: weights come from memory"},
    {"gemm mxfp8", "both vector ports: two lookups in 128 bytes, shifts and a scale for 64 weights"},
    {"gemm posit8", "both vector ports: two lookups in 128 bytes and shifts for 64 weights"},
    {"prepack bf16", "memory: a copy of as many bytes is slower than the aim as well"},
    {"prepack int8", "memory: a copy of as many bytes is slower than the aim as well"},
    {"prepack mxfp", "blocks of 17 or 33 bytes, not lines, are read and transposed; a copy reaches 10 to 15 GB/s"},
    {"prepack int4 groups", "blocks of 18 bytes are read and transposed, and each scale becomes a float"},
    {"prepack float", "rows are searched for the bfloat16 that they take, and then transposed"},
    {"quantize mxfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize mxfp8 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"quantize nvfp4 stochastic", "half of it is philox, whose multiplications and shifts fill two ports"},
    {"compile gemm", "optimizing the kernels of five tiers; what all codecs share is compiled for one, too"},
};

}  // namespace bench
