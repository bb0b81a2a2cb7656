// The largest e4m3fn is 448.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 480_e4m3fn;
#else
constexpr auto x = 448_e4m3fn;
#endif
