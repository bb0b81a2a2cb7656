// A return value converts as an initialiser does.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e4m3fn half(float x) { return x / 2; }
#else
e4m3fn half(float x) { return e4m3fn(x / 2); }
#endif
