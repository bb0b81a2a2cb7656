// Nor is an infinity in a format without one.
// expect: (constexpr|constant expression)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = div(e4m3fn(1), e4m3fn(0), trap{});
#else
constexpr auto x = div(e5m2(1), e5m2(0), trap{});
#endif
