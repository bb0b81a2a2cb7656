// 256 takes nine bits.
// expect: lowp: the modulus does not fit the word
#include <lowp/modular/modulus.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = modulus_constant<256, std::uint8_t>{}.value();
#else
constexpr auto x = modulus_constant<255, std::uint8_t>{}.value();
#endif
