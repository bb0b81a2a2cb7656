// One bit without its lowest code is zero alone.
// expect: lowp: symmetric_fixed<Bits, Frac> needs 2 <= Bits
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
symmetric_fixed<1, 0> x;
#else
symmetric_fixed<2, 0> x;
#endif
