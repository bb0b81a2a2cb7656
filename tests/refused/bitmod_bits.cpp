// expect: lowp: bitmod<Bits, N> needs 3 or 4 bits
#include <lowp/blocks/bitmod.hpp>

#ifdef LOWP_REFUSED
constexpr int size = lowp::bitmod<5>::size;
#else
constexpr int size = lowp::bitmod<4>::size;
#endif
