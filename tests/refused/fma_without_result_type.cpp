// Operands of two types: the result needs a name. The functions of std are not in the way.
// expect: lowp: operands of different types: name the type of the result
#include <cmath>
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = fma(e4m3fn(1), 2.0f, 3.0);
#else
auto x = fma<float>(e4m3fn(1), 2.0f, 3.0);
using namespace std;
auto y = fma(1.0f, 2.0, 3.0f);  // std::fma, of native floats
#endif
