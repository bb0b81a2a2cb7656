// What is neither a policy nor a source of random bits must not be swallowed.
// expect: lowp:
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = convert<e4m3fn>(1.1f, 5);
#else
auto x = convert<e4m3fn>(1.1f, nearest_even{});
#endif
