// A scale without a NaN could not mark a block that holds one.
// expect: (constraint|BlockScale)
#include <lowp/blocks/absmax_block.hpp>

#ifdef LOWP_REFUSED
constexpr int size = lowp::absmax_block<lowp::nf4, 64, lowp::nf4>::size;
#else
constexpr int size = lowp::absmax_block<lowp::nf4, 64, float>::size;
#endif
