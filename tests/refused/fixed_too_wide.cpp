// Codes and their negatives must fit 64 bits.
// expect: lowp: fixed<Bits, Frac> needs 1 <= Bits <= 63
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
fixed<64, 0> x;
#else
fixed<63, 0> x;
#endif
