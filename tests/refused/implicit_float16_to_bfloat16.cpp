// bfloat16 reaches further than float16, but has fewer fraction bits.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
bfloat16 x = float16(1);
#else
bfloat16 x(float16(1));
tf32 y = float16(1);
#endif
