// A threshold lies between its levels, not on one.
// expect: lowp: codebook thresholds are one for each gap, strictly between its levels, ascending
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::codebook<lowp::levels({-1, 0, 1}), lowp::nearest_even, lowp::levels({-0.5, 1.0})> x;
#else
lowp::codebook<lowp::levels({-1, 0, 1}), lowp::nearest_even, lowp::levels({-0.5, 0.9})> x;
#endif
