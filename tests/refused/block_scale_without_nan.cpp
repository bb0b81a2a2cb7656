// A block with a NaN in it says so in its scale.
// expect: lowp: a block scale has 8 bits at the most and a NaN
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
block<e4m3fn, 32, integer<8>> x;
#else
block<e4m3fn, 32, e4m3fn> x;
#endif
