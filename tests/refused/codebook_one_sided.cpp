// Nothing at or below zero: negative values would have nowhere to go.
// expect: lowp: a codebook needs a positive level, and a zero or a negative one
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({1, 2, 4, 8})> x;
#else
lowp::codebook<lowp::levels({0, 2, 4, 8})> x;
#endif
