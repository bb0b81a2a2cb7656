// e8m0fnu has powers of two only: no zero.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 0_e8m0fnu;
#else
constexpr auto x = 1_e8m0fnu;
#endif
