// Neither type contains the other: which one should the sum have?
// expect: deleted
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = e4m3fn(1) + e5m2(1);
#else
auto x = add<float>(e4m3fn(1), e5m2(1));
auto y = e4m3fn(1) + float16(1);
#endif
