// A sum in [0, 2q) is not one in [0, q).
// expect: deleted
#include <lowp/modular/residue.hpp>

using namespace lowp;

constexpr residue<17> a(16);
#ifdef LOWP_REFUSED
constexpr residue<17> x = a.lazy_add(a);
#else
constexpr residue<17> x = a.lazy_add(a).reduced();
#endif
