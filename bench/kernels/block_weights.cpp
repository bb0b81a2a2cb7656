// gemm with weights in MX and NV blocks.
#include "weights.hpp"

namespace bench {

jobs block_weight_rows(bool few) {
  jobs all;
  add_weights<lowp::mxfp4, lowp::bfloat16>(all, "mxfp4", "bf16 x");
  if (!few) {
    add_weights<lowp::mxfp6, lowp::bfloat16>(all, "mxfp6", "bf16 x");
    add_weights<lowp::mxfp8, lowp::bfloat16>(all, "mxfp8", "bf16 x");
  }
  add_weights<lowp::nvfp4, lowp::bfloat16>(all, "nvfp4", "bf16 x");
  add_weights<lowp::mxfp4, float>(all, "mxfp4", "float x");
  if (lowp::active() == lowp::tier::sapphire) {
    add_weights<lowp::mxfp4, float>(all, "mxfp4", "float x as bf16", lowp::precision::bf16);
    add_weights<lowp::mxfp4, float>(all, "mxfp4", "float x as bf16x2", lowp::precision::bf16x2);
    add_weights<lowp::mxfp4, float>(all, "mxfp4", "float x as bf16x3", lowp::precision::bf16x3);
  }
  return all;
}

}  // namespace bench
