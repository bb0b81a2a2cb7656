// Nor a NaN in a format without one.
// expect: (constexpr|constant expression)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = sqrt(e2m1fn(-1), trap{});
#else
constexpr auto x = sqrt(e4m3fn(-1), trap{});
#endif
