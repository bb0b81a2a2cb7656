// The codecs of the rows.
#pragma once

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/names.hpp>
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/posit.hpp>

namespace bench {

/// Integers -7 .. 7 over 8, times a float16 for each 32: 18 bytes, as ggml's Q4_0.
using int4_groups = lowp::absmax_block<lowp::symmetric_fixed<4, 3>, 32, lowp::float16>;
/// bitsandbytes' NF4.
using nf4_blocks = lowp::absmax_block<lowp::nf4, 64>;

}  // namespace bench
