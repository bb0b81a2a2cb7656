// No bits, no values.
// expect: lowp: (fixed<Bits, Frac> needs 1 <= Bits <= 64|a code has 1 to 64 bits)
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
ufixed<0, 0> x;
#else
ufixed<1, 0> x;
#endif
