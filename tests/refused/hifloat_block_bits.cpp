// expect: lowp: hifloat_block<Bits> needs 3 <= Bits <= 8
#include <lowp/blocks/hifloat4.hpp>

#ifdef LOWP_REFUSED
constexpr int bytes = lowp::codec<lowp::hifloat_block<2>>::bytes + lowp::hifloat_block<2>::size;
#else
constexpr int bytes = lowp::codec<lowp::hifloat_block<3>>::bytes + lowp::hifloat_block<3>::size;
#endif
