// x += float would round the float first, or the sum unseen.
// expect: (operator[+]=|invalid operands)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
void f(e4m3fn& x) { x += 1.5f; }
#else
void f(e4m3fn& x) {
  x += 1;
  x += e4m3fn(1.5f);
}
#endif
