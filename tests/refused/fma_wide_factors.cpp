// The product of two 64-bit integers does not fit the exact sum.
// expect: lowp: fma needs factors of at most 126 significant bits together
#include <lowp/formats/names.hpp>

using namespace lowp;

#ifdef LOWP_REFUSED
auto x = fma<float>(std::uint64_t{1}, std::uint64_t{2}, 3);
#else
auto x = fma<float>(std::uint64_t{1}, std::uint32_t{2}, 3);
auto y = fma<float>(std::int64_t{1}, std::int64_t{2}, 3);
#endif
