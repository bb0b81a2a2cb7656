// Which one?
// expect: lowp: two rounding policies in one call
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = convert<e4m3fn>(1.1f, upward{}, downward{});
#else
auto x = convert<e4m3fn>(1.1f, upward{}, saturate{});
#endif
