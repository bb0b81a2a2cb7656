// A sign bit needs as many magnitudes as the other bits have codes.
// expect: lowp: sign_magnitude needs 2.n magnitudes
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::sign_magnitude({0, 1, 2})> x;
#else
lowp::codebook<lowp::sign_magnitude({0, 1, 2, 3})> x;
#endif
