// |x|^a with a beyond 1 is not the source's.
// expect: lowp: power_exponent<Bits, P, Q> needs an exponent P / Q in
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
lowp::power_exponent<4, 3, 2> x;
#else
lowp::power_exponent<4, 2, 3> x;
#endif
