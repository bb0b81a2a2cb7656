// The registry: block formats of about 4 bits a value.
#include <lowp/blocks/names.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> more_block_formats() {
  using namespace lowp;
  return {
      block_format<mxfp4>("mxfp4", "OCP MX v1.0, ggml"),
      variant(block_format<mxfp4_sequential>("mxfp4_sequential", "OCP MX v1.0, PyTorch")),
      block_format<nvfp4>("nvfp4", "TransformerEngine"),
      block_format<nvfp4_tile>("nvfp4_tile", "TransformerEngine"),
      variant(block_format<nvfp4_torchao>("nvfp4_torchao", "torchao")),
      block_format<nvint4>("nvint4", "arXiv:2510.25602"),
  };
}

}  // namespace explore
