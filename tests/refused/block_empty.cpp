// A block has at least one element.
// expect: lowp: block<Element, N, Scale> needs N >= 1
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
block<e2m1fn, 0, e8m0fnu> x;
#else
block<e2m1fn, 1, e8m0fnu> x;
#endif
