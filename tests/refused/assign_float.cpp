// Assignment of a float rounds: it must be visible.
// expect: (operator=|assign|conver)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
void f(e4m3fn& x) { x = 1.5f; }
#else
void f(e4m3fn& x) { x = e4m3fn(1.5f); }
#endif
