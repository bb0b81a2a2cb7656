// A double is hardly ever a value of float16.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
float16 x = 1.5;
#else
float16 x(1.5);
#endif
