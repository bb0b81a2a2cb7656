// number * float is float: it does not go back by itself.
// expect: (operator=|assign|conver)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
void f(e4m3fn& x) { x = x * 1.5f; }
#else
void f(e4m3fn& x) { x = e4m3fn(x * 1.5f); }
#endif
