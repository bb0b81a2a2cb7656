// Of two magnitudes one is zero and the other infinity.
// expect: lowp: this minifloat has no finite value but zero
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
minifloat<1, 0> x;
#else
minifloat<1, 1> x;
minifloat<1, 0, specials::finite> y;
#endif
