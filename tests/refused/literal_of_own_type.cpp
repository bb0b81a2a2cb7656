// A literal operator of one line, for a type without a name of its own, is as strict.
// expect: lowp: this literal is not a value of the format
#include <lowp/interop/literals.hpp>

template <char... C>
consteval auto operator""_p8() {
  return lowp::literal<lowp::p3109<8, 3>, C...>();
}

#ifdef LOWP_REFUSED
constexpr auto x = 1.125_p8;
#else
constexpr auto x = 1.25_p8;
#endif
