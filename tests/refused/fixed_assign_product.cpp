// A product of fixed-point numbers is exact, and wider: what rounds it back says so.
// expect: (conversion|convert|no viable)
#include <lowp/formats/fixed.hpp>

using namespace lowp;

fixed<16, 8> a(1.5), b(2.5);
#ifdef LOWP_REFUSED
fixed<16, 8> x = a * b;
#else
fixed<16, 8> x(a* b);
fixed<32, 16> y = a * b;
lenient<fixed<16, 8>> z = a * b;
#endif
