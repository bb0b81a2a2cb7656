// The named block formats: one name, one layout, the bytes of the standard.
#pragma once

#include <lowp/blocks/quantize.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>

namespace lowp {

// OCP Microscaling Formats (MX) v1.0: 32 elements, an E8M0 scale first. The scale rule is the specification's floor.
using mxfp8_e4m3 = block<e4m3fn, 32, e8m0fnu>;  ///< 33 bytes
using mxfp8_e5m2 = block<e5m2, 32, e8m0fnu>;    ///< 33 bytes
using mxfp6_e3m2 = block<e3m2fn, 32, e8m0fnu>;  ///< 25 bytes
using mxfp6_e2m3 = block<e2m3fn, 32, e8m0fnu>;  ///< 25 bytes
using mxfp8 = mxfp8_e4m3;
using mxfp6 = mxfp6_e2m3;
using mxint8 = block<fixed<8, 6>, 32, e8m0fnu>;  ///< 33 bytes; elements -2 .. 127/64
/// 17 bytes, laid out as ggml's MXFP4: byte j holds elements j (low nibble) and j + 16 (high).
using mxfp4 = block<e2m1fn, 32, e8m0fnu, floor_scale, element_order::split_halves>;
/// The same with elements 2j and 2j + 1 in byte j, as in PyTorch and CUTLASS.
using mxfp4_sequential = block<e2m1fn, 32, e8m0fnu>;

// NVIDIA's two-level formats: 16 elements, an e4m3fn scale first, 9 bytes, and one float for the tensor.
using nvfp4 = tensor_block<e2m1fn, 16, e4m3fn, transformer_engine>;           ///< scales over 1 x 16
using nvfp4_tile = tensor_block<e2m1fn, 16, e4m3fn, transformer_engine, 16>;  ///< scales shared by 16 x 16 tiles
using nvfp4_torchao = tensor_block<e2m1fn, 16, e4m3fn, torchao_recipe>;       ///< scales over 1 x 16
/// NVFP4's scales over 4-bit integers -7 .. 7.
using nvint4 = tensor_block<symmetric_fixed<4, 0>, 16, e4m3fn, transformer_engine>;

}  // namespace lowp
