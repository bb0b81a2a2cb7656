// expect: lowp: dense_shift<N> needs 2 <= N <= 5
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::dense_shift<6> x;
#else
lowp::dense_shift<5> x;
#endif
