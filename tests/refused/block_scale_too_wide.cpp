// A block's scale is one byte.
// expect: lowp: a block scale has 8 bits at the most and a NaN
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
block<e4m3fn, 32, float16> x;
#else
block<e4m3fn, 32, e8m0fnu> x;
#endif
