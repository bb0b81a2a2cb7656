// Between 2^-70 and 1, a value could not be placed exactly.
// expect: lowp: the gap between two codebook levels needs more than 62 bits
#include <lowp/formats/codebook.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({0.0, 0x1p-70, 1.0})> x;
#else
lowp::codebook<lowp::levels({0.0, 0x1p-60, 1.0})> x;
#endif
