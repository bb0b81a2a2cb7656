// An overflow that traps is no constant.
// expect: (constexpr|constant expression)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = convert<e4m3fn>(465.0f, trap{});
#else
constexpr auto x = convert<e4m3fn>(464.0f, trap{});
#endif
