// float ends at 2^128, this format at 2^256.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
float x = minifloat<9, 3>(1);
#else
float x(minifloat<9, 3>(1));
#endif
