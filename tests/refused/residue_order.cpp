// Residues go round in a circle: none is less than another.
// expect: (no match for|invalid operands)
#include <lowp/modular/residue.hpp>

using namespace lowp;

constexpr residue<17> a(3), b(16);
#ifdef LOWP_REFUSED
constexpr bool x = a < b;
#else
constexpr bool x = a.value() < b.value();
#endif
