// Rows of gemm with weights in a codec, in files of their own by codec, as each is compiled for every tier.
#pragma once

#include "codecs.hpp"
#include "gemm_rows.hpp"

namespace bench {

/// Our gemm of bfloat16 operands on the same shape.
runner own_bf16();

/// Activations bfloat16 or float: 128 rows.
template <class C, class X>
void add_weights(jobs& all, const std::string& name, const std::string& kind,
                 lowp::precision precision = lowp::precision::automatic) {
  const std::string kernel = "gemm " + name + ", " + kind;
  all.push_back({kernel + " " + panel.text(), [=](context& c) {
                   lowp::gemm_options o;
                   o.precision = precision;
                   subject about{kernel};
                   runners others = openblas_for(panel);
                   const bool one_pass = std::is_same_v<X, lowp::bfloat16> || precision == lowp::precision::bf16;
                   if (lowp::active() == lowp::tier::sapphire) {
                     append(others, runners(onednn_bf16_for(panel)));
                     append(others, one_pass || precision != lowp::precision::automatic
                                        ? bf16_limit(panel.flops())
                                        : runners{fma_limit(panel.flops())});
                     if (one_pass) about.aims = {{"own bf16", 0.9}, {"OpenBLAS sgemm", 8}};
                   } else {
                     others.push_back(fma_limit(panel.flops()));
                     if (lowp::active() == lowp::tier::haswell) about.aims = {{"OpenBLAS sgemm", 0.9}};
                   }
                   if (one_pass && lowp::active() == lowp::tier::sapphire) others.push_back(own_bf16());
                   return gemm_row<C, X>(c, about, panel, o, std::move(others));
                 }});
}

jobs block_weight_rows(bool few);  ///< few: of 4 bits
jobs group_weight_rows();
jobs number_weight_rows();

}  // namespace bench
