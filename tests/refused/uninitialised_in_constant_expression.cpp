// T x; has no value, as with float.
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr e4m3fn f() {
  e4m3fn x;
  return x + x;
}
constexpr e4m3fn y = f();
#else
constexpr e4m3fn f() {
  e4m3fn x{};
  return x + x;
}
constexpr e4m3fn y = f();
#endif
