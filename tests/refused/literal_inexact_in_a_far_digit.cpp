// The digits count, all of them: beyond the 17 that a double holds, too.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 1.500000000000000000000000000000000000000000000000000000000000000000000000000001_e4m3fn;
#else
constexpr auto x = 1.500000000000000000000000000000000000000000000000000000000000000000000000000000_e4m3fn;
#endif
