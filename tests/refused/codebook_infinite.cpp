// A level is a finite number.
// expect: lowp: codebook levels are finite numbers, or no_level
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({0.0, 1.0, std::numeric_limits<double>::infinity()})> x;
#else
lowp::codebook<lowp::levels({0.0, 1.0, lowp::no_level})> x;
#endif
