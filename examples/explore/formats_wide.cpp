// The registry: numbers of more than 8 bits, and the unsigned ones that serve as scales.
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/posit.hpp>
#include <lowp/formats/takum.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> wide_formats() {
  using namespace lowp;
  constexpr auto no_sign = signedness::is_unsigned;
  return {
      number_format<tf32>("tf32", "NVIDIA TensorFloat-32"),
      number_format<float16>("float16", "IEEE 754 binary16"),
      number_format<bfloat16>("bfloat16", "upper half of binary32"),
      number_format<posit32>("posit32", "Posit Standard 2022"),
      number_format<posit16>("posit16", "Posit Standard 2022"),
      number_format<posit<16, 1>>("posit16_1", "ES = 1"),
      number_format<fixed<16, 8>>("fixed16_8", "8 bits below the point"),
      number_format<takum<16>>("takum16", "arXiv:2404.18603"),
      number_format<e8m0fnu>("e8m0fnu", "OCP MX scale"),
      number_format<ue4m3>("ue4m3", "NVFP4 block scale"),
      number_format<ue5m3>("ue5m3", "unsigned, wider"),
      number_format<p3109<8, 1, no_sign, domain::finite>>("binary8p1uf", "IEEE P3109 scale"),
  };
}

}  // namespace explore
