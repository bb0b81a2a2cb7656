// The registry: the lists of which BitMoD takes one a group, and what it compares them with.
#include <lowp/formats/codebooks.hpp>

#include "format.hpp"

namespace explore {

std::vector<format> special_value_formats() {
  using namespace lowp;
  return {
      number_format<flint4>("flint4", "ANT"),
      variant(number_format<fp4_er_pos>("fp4_er_pos", "BitMoD")),
      variant(number_format<fp4_er_neg>("fp4_er_neg", "BitMoD")),
      variant(number_format<fp4_ea_pos>("fp4_ea_pos", "BitMoD")),
      variant(number_format<fp4_ea_neg>("fp4_ea_neg", "BitMoD")),
      number_format<fp3>("fp3", "BitMoD"),
      variant(number_format<fp3_er_pos>("fp3_er_pos", "BitMoD")),
      variant(number_format<fp3_er_neg>("fp3_er_neg", "BitMoD")),
      variant(number_format<fp3_ea_pos>("fp3_ea_pos", "BitMoD")),
      variant(number_format<fp3_ea_neg>("fp3_ea_neg", "BitMoD")),
  };
}

}  // namespace explore
