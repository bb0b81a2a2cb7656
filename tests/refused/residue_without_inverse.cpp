// 8 and 12 have a common divisor.
// expect: (constexpr|constant expression)
#include <lowp/modular/residue.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr auto x = residue<12>(1) / residue<12>(8);
#else
constexpr auto x = residue<12>(1) / residue<12>(7);
#endif
