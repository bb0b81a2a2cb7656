// Operands that round or overflow differently: which policies should the product have?
// expect: deleted
#include <lowp/formats/fixed.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = fixed<8, 4>(1) * with_overflow<fixed<8, 4>, wrap>(1);
#else
auto x = fixed<8, 4>(1) * fixed<8, 4>(with_overflow<fixed<8, 4>, wrap>(1));
#endif
