// A floating-point code modulo 2^N means nothing.
// expect: lowp: overflow policy `wrap` is for fixed-point formats only
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = convert<e4m3fn>(1e6f, wrap{});
#else
auto x = convert<integer<8>>(1e6f, wrap{});
#endif
