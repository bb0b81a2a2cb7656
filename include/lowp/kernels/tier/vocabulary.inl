// The vector types of a tier; see tiers.hpp. icelake and sapphire have those of skylake.
#if LOWP_TIER == 0
#include <lowp/kernels/tier/scalar.inl>
#elif LOWP_TIER == 1
#include <lowp/kernels/tier/haswell.inl>
#else
#include <lowp/kernels/tier/skylake.inl>
#endif
