// Codes have at most 64 bits.
// expect: lowp: fixed<Bits, Frac> needs 1 <= Bits <= 64
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
fixed<65, 0> x;
#else
fixed<64, 0> x;
#endif
