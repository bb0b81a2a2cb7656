// expect: lowp: bipolar<N> needs 1 <= N <= 8
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::bipolar<9> x;
#else
lowp::bipolar<8> x;
#endif
