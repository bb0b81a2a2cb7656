// Elements are packed: at most 16 bits.
// expect: lowp: block elements have at most 16 bits
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
block<tf32, 32, e8m0fnu> x;
#else
block<bfloat16, 32, e8m0fnu> x;
#endif
