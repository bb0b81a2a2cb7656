// a + lazy is lazy, so it is no value for a.
// expect: deleted
#include <lowp/modular/residue.hpp>

using namespace lowp;

void f(residue<17>& a, residue<17, lazy<2>> b) {
#ifdef LOWP_REFUSED
  a += b;
#else
  a += b.reduced();
#endif
}
