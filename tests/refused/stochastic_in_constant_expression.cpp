// There is no stream of random bits at compile time; they can be given.
// expect: (constexpr|constant expression)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = convert<e4m3fn>(1.01f, stochastic<>{});
#else
constexpr auto x = convert<e4m3fn>(1.01f, stochastic<>{}, random_bits{1});
constexpr with_rounding<float16, stochastic<>> y = e4m3fn(1);  // exact: nothing to draw
#endif
