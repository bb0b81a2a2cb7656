// 20 is not a number below 17.
// expect: (conversion|viable|convert)
#include <lowp/modular/residue.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr residue<17> x = 20;
#else
constexpr residue<17> x(20);
#endif
