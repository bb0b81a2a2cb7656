// The registry: block formats of 6 bits a value and more.
#include <lowp/blocks/names.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> block_formats() {
  using namespace lowp;
  return {
      block_format<mxfp8_e4m3>("mxfp8_e4m3", "OCP MX v1.0"), block_format<mxfp8_e5m2>("mxfp8_e5m2", "OCP MX v1.0"),
      block_format<mxint8>("mxint8", "OCP MX v1.0"),         block_format<mxfp6_e2m3>("mxfp6_e2m3", "OCP MX v1.0"),
      block_format<mxfp6_e3m2>("mxfp6_e3m2", "OCP MX v1.0"),
  };
}

}  // namespace explore
