// The registry: lists of numbers.
#include <lowp/formats/codebooks.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> codebook_formats() {
  using namespace lowp;
  return {
      number_format<nf4>("nf4", "QLoRA, bitsandbytes"),
      number_format<bnb_fp4>("bnb_fp4", "bitsandbytes"),
      number_format<af4>("af4", "arXiv:2306.06965"),
      number_format<iq4nl>("iq4nl", "ggml"),
      variant(number_format<direction_preserving<4>>("direction4", "sphere coverage")),
      variant(number_format<direction_preserving<8>>("direction8", "sphere coverage")),
      number_format<direction_preserving<16>>("direction16", "sphere coverage"),
      variant(number_format<direction_preserving<32>>("direction32", "sphere coverage")),
      variant(number_format<direction_preserving<64>>("direction64", "sphere coverage")),
      number_format<power_exponent<4, 1, 2>>("power4_1_2", "PowerQuant, a = 1/2"),
      number_format<power_exponent<8, 1, 2>>("power8_1_2", "PowerQuant, a = 1/2"),
      number_format<bipolar<4>>("bipolar4", "AP-BMM"),
      number_format<dense_shift<3>>("dense_shift3", "DenseShift"),
      number_format<dense_shift<4>>("dense_shift4", "DenseShift"),
      number_format<ternary>("ternary", "BitNet b1.58", fit::mean),
      number_format<binary>("binary", "-1 and 1", fit::mean),
  };
}

}  // namespace explore
