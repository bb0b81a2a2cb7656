// Infinity is an exponent field of ones: it needs a field.
// expect: lowp: minifloat<E, M, specials::ieee> needs an exponent field, E >= 1
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
minifloat<0, 5> x;
#else
minifloat<0, 5, specials::finite> x;
#endif
