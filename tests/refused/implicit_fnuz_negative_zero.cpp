// e4m3fnuz has no -0, so not every e2m1fn is one of its values, though each of its numbers is.
// expect: (conversion|convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e4m3fnuz x = e2m1fn(1);
#else
e4m3fnuz x(e2m1fn(1));
e4m3fn y = e2m1fn(1);
#endif
