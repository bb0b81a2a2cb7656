// float has no policies to replace.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
with_rounding<float, upward> x;
#else
with_rounding<minifloat<8, 23>, upward> x;
#endif
