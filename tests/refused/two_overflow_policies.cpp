// Which one?
// expect: lowp: two overflow policies in one call
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = add<e4m3fn>(1, 2, saturate{}, nearest_even{}, to_special{});
#else
auto x = add<e4m3fn>(1, 2, saturate{}, nearest_even{});
#endif
