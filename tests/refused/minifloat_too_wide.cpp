// A minifloat has at most 32 bits.
// expect: lowp: minifloat<E, M> needs 1 <= E [+] M <= 31
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
minifloat<20, 20> x;
#else
minifloat<8, 23> x;
#endif
