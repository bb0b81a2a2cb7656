// gemm with weights of low-bit integers, codebooks and posits.
#include "weights.hpp"

#include "rows.hpp"

namespace bench {

runner own_bf16() {
  struct work {
    lowp::prepacked packed = lowp::prepack(
        lowp::quantize<lowp::bfloat16>(lowp::matrix_view<const float>(normal_weights().data(), panel.n, panel.k)));
    inputs<lowp::bfloat16> x{panel};
    buffer<float> y{panel.m * panel.n};
  };
  static const auto w = std::make_shared<work>();
  return {"own bf16", role::other,
          [] { lowp::gemm(w->x.view, w->packed, lowp::matrix_view<float>(w->y.data(), panel.m, panel.n)); }};
}

jobs group_weight_rows() {
  jobs all;
  add_weights<int4_groups, lowp::bfloat16>(all, "int4 groups", "bf16 x");
  add_weights<nf4_blocks, lowp::bfloat16>(all, "nf4", "bf16 x");
  if (lowp::active() == lowp::tier::sapphire) {
    add_weights<int4_groups, lowp::bfloat16>(all, "int4 groups as bf16", "bf16 x", lowp::precision::bf16);
    add_weights<nf4_blocks, lowp::bfloat16>(all, "nf4 as bf16", "bf16 x", lowp::precision::bf16);
  }
  add_weights<int4_groups, float>(all, "int4 groups", "float x");
  return all;
}

jobs number_weight_rows() {
  jobs all;
  add_weights<lowp::posit8, lowp::bfloat16>(all, "posit8", "bf16 x");
  add_weights<lowp::e4m3fn, lowp::bfloat16>(all, "e4m3fn", "bf16 x");
  return all;
}

jobs weight_rows(bool few) {
  jobs all = block_weight_rows(few);
  append(all, group_weight_rows());
  if (!few) append(all, number_weight_rows());
  return all;
}

}  // namespace bench
