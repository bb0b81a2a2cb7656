// Two codes for one value.
// expect: lowp: two codebook levels are equal
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({0, 1, 3, 1})> x;
#else
lowp::codebook<lowp::levels({0, 1, 3, -1})> x;
#endif
