// Two codes for -0.
// expect: lowp: two codebook levels are equal
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({0.0, 1.0, -0.0, -0.0})> x;
#else
lowp::codebook<lowp::levels({0.0, 1.0, -0.0, -1.0})> x;
#endif
