// add takes two operands: a third one is no policy.
// expect: lowp:
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = add(e4m3fn(1), e4m3fn(2), e4m3fn(3));
#else
auto x = add(e4m3fn(1), add(e4m3fn(2), e4m3fn(3)));
#endif
