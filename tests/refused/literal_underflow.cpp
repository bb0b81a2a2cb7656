// Half of the smallest positive value.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 0x1p-10_e4m3fn;
#else
constexpr auto x = 0x1p-9_e4m3fn;
#endif
