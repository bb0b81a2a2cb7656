// Packed elements have at most 16 bits.
// expect: lowp: packed<T> needs a number type of 1 to 16 bits
#include <lowp/lowp.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
packed<tf32> x(4);
#else
packed<float16> x(4);
#endif
