// One format with two policies: which one should round?
// expect: deleted
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = e4m3fn(1) * with_rounding<e4m3fn, upward>(1);
#else
auto x = e4m3fn(1) * e4m3fn(with_rounding<e4m3fn, upward>(1));
#endif
