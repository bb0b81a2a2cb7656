// Which one?
// expect: lowp: two sources of random bits in one call
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = convert<e4m3fn>(1.1f, stochastic<>{}, random_bits{1}, random_stream{2});
#else
auto x = convert<e4m3fn>(1.1f, stochastic<>{}, random_stream{2});
#endif
