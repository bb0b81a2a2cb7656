// A literal says exactly the number it is; 0.1 is no value of float16.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 0.1_float16;
#else
constexpr auto x = 0.125_float16;
constexpr lowp::float16 nearest(0.1);
#endif
