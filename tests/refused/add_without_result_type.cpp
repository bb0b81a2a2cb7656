// Operands of two types: the result needs a name.
// expect: lowp: operands of different types: name the type of the result
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = add(e4m3fn(1), e5m2(1));
#else
auto x = add<float16>(e4m3fn(1), e5m2(1));
auto y = add(e5m2(1), e5m2(1));
#endif
