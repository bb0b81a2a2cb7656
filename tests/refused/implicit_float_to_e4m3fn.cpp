// A float is hardly ever a value of e4m3fn: the rounding must be visible.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e4m3fn x = 1.5f;
#else
e4m3fn x(1.5f);
#endif
