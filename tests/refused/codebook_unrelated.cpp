// Neither type contains the other.
// expect: deleted|use of deleted function
#include <lowp/formats/codebooks.hpp>

#ifdef LOWP_REFUSED
auto x = lowp::nf4(1) + lowp::af4(1);
#else
auto x = lowp::add<float>(lowp::nf4(1), lowp::af4(1));
#endif
