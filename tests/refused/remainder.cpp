// There is no remainder of numbers.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = e4m3fn(5) % 3;
#else
auto x = static_cast<int>(e4m3fn(5)) % 3;
#endif
