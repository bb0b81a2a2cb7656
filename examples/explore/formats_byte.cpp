// The registry: signed numbers of 8 bits.
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/posit.hpp>
#include <lowp/formats/sfp8.hpp>
#include <lowp/formats/takum.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> byte_formats() {
  using namespace lowp;
  return {
      number_format<e5m2>("e5m2", "OCP OFP8"),
      number_format<e4m3fn>("e4m3fn", "OCP OFP8"),
      number_format<e4m3>("e4m3", "IEEE style"),
      number_format<e3m4>("e3m4", "IEEE style"),
      number_format<e5m2fnuz>("e5m2fnuz", "Graphcore, AMD"),
      number_format<e4m3fnuz>("e4m3fnuz", "Graphcore, AMD"),
      number_format<e4m3b11fnuz>("e4m3b11fnuz", "ml_dtypes"),
      number_format<p3109<8, 3>>("binary8p3se", "IEEE P3109 v4.0"),
      number_format<p3109<8, 4>>("binary8p4se", "IEEE P3109 v4.0"),
      number_format<p3109<8, 5>>("binary8p5se", "IEEE P3109 v4.0"),
      number_format<posit8>("posit8", "Posit Standard 2022"),
      number_format<posit<8, 0>>("posit8_0", "ES = 0"),
      number_format<hifloat8>("hifloat8", "Huawei"),
      number_format<takum<8>>("takum8", "arXiv:2404.18603"),
      number_format<sfp8>("sfp8", "gemma.cpp"),
      number_format<integer<8>>("int8", "two's complement"),
  };
}

}  // namespace explore
