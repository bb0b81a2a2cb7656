// Halves of an odd number of elements are not alike.
// expect: lowp: element_order::split_halves needs an even N
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
block<e2m1fn, 31, e8m0fnu, floor_scale, element_order::split_halves> x;
#else
block<e2m1fn, 31, e8m0fnu, floor_scale, element_order::sequential> x;
#endif
