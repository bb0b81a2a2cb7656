// e5m2 has fewer fraction bits than e4m3fn.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e5m2 x = e4m3fn(1.125f);
#else
e5m2 x(e4m3fn(1.125f));
float16 y = e4m3fn(1.125f);
#endif
