// A quotient is rounded, and neither type contains the other: to which?
// expect: deleted
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = fixed<8, 4>(1) / fixed<8, 6>(1);
#else
auto x = div<fixed<10, 6>>(fixed<8, 4>(1), fixed<8, 6>(1));
auto y = fixed<8, 4>(1) / fixed<16, 8>(1);
auto z = fixed<8, 4>(1) * fixed<8, 6>(1);
#endif
