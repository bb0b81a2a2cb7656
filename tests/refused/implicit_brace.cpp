// List initialisation from a float is explicit too.
// expect: (explicit|could not convert)
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
e4m3fn x = {1.5f};
#else
e4m3fn x{1.5f};
e4m3fn zero = {};
#endif
