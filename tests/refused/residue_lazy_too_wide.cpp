// A sum of two residues modulo 251 may need nine bits.
// expect: lowp: lazy<K> modulo q needs K >= 1 and K q <= 2\^w
#include <lowp/modular/residue.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
using residue_type = residue<251>;
#else
using residue_type = residue<251, lazy<1>, std::uint16_t>;
#endif
constexpr residue_type a(250);
constexpr auto x = a.lazy_add(a).value();
