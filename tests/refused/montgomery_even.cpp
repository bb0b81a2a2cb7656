// 2^w has an inverse modulo odd numbers only.
// expect: (constexpr|constant expression)
#include <lowp/modular/montgomery.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
constexpr montgomery<std::uint32_t> m(1000);
#else
constexpr montgomery<std::uint32_t> m(1001);
#endif
