// The registry: block formats whose elements are lists, and Huawei's with three levels of scales.
#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/bitmod.hpp>
#include <lowp/blocks/hifloat4.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> codebook_block_formats() {
  using namespace lowp;
  return {
      block_format<hifloat5>("hifloat5", "Huawei"),
      block_format<hifloat4>("hifloat4", "Huawei"),
      block_format<bitsandbytes_nf4>("bitsandbytes_nf4", "bitsandbytes"),
      block_format<bitsandbytes_fp4>("bitsandbytes_fp4", "bitsandbytes"),
      block_format<absmax_block<af4, 64>>("af4_block64", "arXiv:2306.06965"),
      block_format<bitmod<4>>("bitmod4", "BitMoD", "fp4_*"),
      block_format<bitmod<3>>("bitmod3", "BitMoD", "fp3_*"),
  };
}

}  // namespace explore
