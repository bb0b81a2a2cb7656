// Not every int is a value of e4m3fn.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e4m3fn x = 3;
#else
e4m3fn x(3);
#endif
