// e5m2 is not contained in e4m3fn.
// expect: (operator[+]=|invalid operands)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
void f(e4m3fn& x, e5m2 y) { x += y; }
#else
void f(float16& x, e5m2 y) { x += y; }
#endif
