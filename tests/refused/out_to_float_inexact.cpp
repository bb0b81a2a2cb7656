// float has 24 significant bits, this format 27.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
float x = minifloat<4, 26>(1);
#else
float x = static_cast<float>(minifloat<4, 26>(1));
float y = minifloat<4, 23>(1);
#endif
