// Modulo 1 everything is zero.
// expect: lowp: a modulus must be at least 2
#include <lowp/modular/modulus.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = modulus_constant<1>{}.add(0, 0);
#else
constexpr auto x = modulus_constant<2>{}.add(0, 0);
#endif
