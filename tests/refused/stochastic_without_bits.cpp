// A stochastic policy needs random bits to decide.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
bool x = stochastic<>{}(false, false, 1);
#else
bool x = stochastic<>{}(false, false, 1, 7);
#endif
