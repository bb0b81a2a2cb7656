// The registry: signed numbers of less than 8 bits.
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> small_formats() {
  using namespace lowp;
  constexpr auto sign = signedness::is_signed;
  return {
      number_format<e3m2fn>("e3m2fn", "OCP MX FP6"),
      number_format<e2m3fn>("e2m3fn", "OCP MX FP6"),
      number_format<p3109<6, 3>>("binary6p3se", "IEEE P3109 v4.0"),
      number_format<integer<6>>("int6", "two's complement"),
      number_format<e2m1fn>("e2m1fn", "OCP MX FP4"),
      number_format<p3109<4, 2, sign, domain::finite>>("binary4p2sf", "IEEE P3109 v4.0"),
      number_format<integer<4>>("int4", "two's complement"),
  };
}

}  // namespace explore
