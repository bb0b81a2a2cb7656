// expect: lowp: direction_preserving<N> is known for N = 4, 8, 16, 32 and 64
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::direction_preserving<5> x;
#else
lowp::direction_preserving<4> x;
#endif
