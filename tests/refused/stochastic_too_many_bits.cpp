// A draw has 32 bits.
// expect: lowp: stochastic<Bits> needs 1 <= Bits <= 32
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
bool x = stochastic<33>{}(false, false, 1, 1);
#else
bool x = stochastic<32>{}(false, false, 1, 1);
#endif
