// What throws at run time does not compile in a constant expression.
// expect: (constexpr|constant expression)
#include <lowp/modular/modulus.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr modulus<std::uint8_t> m(0);
#else
constexpr modulus<std::uint8_t> m(2);
#endif
