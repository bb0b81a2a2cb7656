// A signed format of 8 bits has at most 7 bits of precision.
// expect: lowp: p3109<K, P> needs 1 <= P < K
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
p3109<8, 8> x;
#else
p3109<8, 7> x;
p3109<8, 8, signedness::is_unsigned> y;
#endif
