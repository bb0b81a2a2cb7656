// P3109 begins at three bits.
// expect: lowp: p3109<K, P> needs 3 <= K <= 16
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
p3109<2, 1> x;
#else
p3109<3, 1> x;
#endif
