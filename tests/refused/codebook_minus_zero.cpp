// A negative zero without a positive one.
// expect: lowp: a codebook with -0 needs a 0
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({-0.0, 1.0, -1.0, 2.0})> x;
#else
lowp::codebook<lowp::levels({-0.0, 1.0, -1.0, 0.0})> x;
#endif
