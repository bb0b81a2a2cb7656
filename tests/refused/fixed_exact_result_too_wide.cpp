// The exact product of two numbers of 40 bits has 80: it needs a name to be rounded to.
// expect: lowp: the exact result needs more than 64 bits: name its type
#include <lowp/formats/fixed.hpp>

using namespace lowp;

fixed<40, 20> a(1), b(2);
#ifdef LOWP_REFUSED
auto x = a * b;
#else
auto x = mul<fixed<40, 20>>(a, b);
auto y = a + b;  // 41 bits
#endif
