// There is no sum of residues modulo different numbers.
// expect: (no match for|invalid operands)
#include <lowp/modular/residue.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = residue<17>(3) + residue<19>(3);
#else
constexpr auto x = residue<17>(3) + residue<17>(3);
#endif
