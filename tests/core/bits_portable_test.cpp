// core/bits.hpp as a compiler without unsigned __int128 sees it. The header goes into a namespace of its own, so that
// this file's functions are not those of the other files.
#include <bit>
#include <cstdint>
#include <type_traits>

#include "bits_checks.hpp"

#ifdef __SIZEOF_INT128__
#undef __SIZEOF_INT128__
#endif
#define lowp lowp_without_int128
#include <lowp/core/bits.hpp>
#undef lowp

namespace portable = lowp_without_int128::detail;

TEST_CASE("bits: 64 x 64 -> 128 without compiler extensions") {
  bits_checks::check_multiply<portable::wide>(portable::multiply_wide, 1000000);
}

TEST_CASE("bits: division and root without compiler extensions") {
  bits_checks::check_divide(portable::divide_wide, 200000);
  bits_checks::check_root<portable::wide>(portable::root_wide, 200000);
}
