// expect: lowp: takum<N> needs 2 <= N <= 64
#include <lowp/formats/takum.hpp>

#ifdef LOWP_REFUSED
lowp::takum<65> x;
#else
lowp::takum<64> x;
#endif
