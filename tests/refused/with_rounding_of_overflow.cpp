// saturate is an overflow policy.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
with_rounding<e4m3fn, saturate> x;
#else
with_overflow<e4m3fn, saturate> x;
#endif
