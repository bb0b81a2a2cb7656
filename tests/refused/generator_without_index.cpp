// philox is a function of an index; a stream has one.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = convert<e4m3fn>(1.1f, stochastic<>{}, philox{1});
#else
auto x = convert<e4m3fn>(1.1f, stochastic<>{}, random_stream{1});
auto y = convert<e4m3fn>(1.1f, stochastic<>{}, random_bits{philox{1}(0)});
#endif
