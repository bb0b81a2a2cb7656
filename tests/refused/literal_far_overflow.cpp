// An infinity is never what a literal means.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

using namespace lowp::literals;

#ifdef LOWP_REFUSED
constexpr auto x = 1e99999999999999999999_bfloat16;
#else
constexpr auto x = 0e99999999999999999999_bfloat16;
#endif
