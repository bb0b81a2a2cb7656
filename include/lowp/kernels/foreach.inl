// Includes a kernel body once for each tier, in a namespace of the tier, compiled for the tier's instructions.
//
//   #define LOWP_BODY <lowp/kernels/name.inl>       the body: no guard, no include
//   #define LOWP_TIERS 0b00111                      (optional) a bit for each tier that gets a version of its own
//   #include <lowp/kernels/foreach.inl>             undefines both
//
// In a body, `this_tier` is the tier (LOWP_TIER for the preprocessor). A tier's namespace lies in that of the tier
// below, so a body sees all names below, and its own hide them. tiers.hpp names them scalar ... sapphire: where a body
// is left out, tiers::sapphire::f means the version of the tier below, so it can always be put in a kernel_table. The
// names of tiers that do not exist here, or that the compile flags make needless, mean one that does.
//
// No header may be included within a region: its templates would be compiled for the region's instructions in silence.
// What a body needs is included before. GCC takes the pragma for templates and lambdas too; clang ignores it and takes
// the attribute.
//
// LOWP_UNROLL before a loop with a constant number of turns unrolls it: g++ -O2 does not, and keeps arrays of vectors in
// memory then. The loops of the scalar tier, which has no vectors, stay as they are.
#ifndef LOWP_TIERS
#define LOWP_TIERS 0b11111
#endif

#include <lowp/kernels/tier/least.inl>
#if LOWP_LEAST_TIER == 0 && (LOWP_TIERS & 1)
#define LOWP_TIER 0
#define LOWP_UNROLL
namespace lowp::tiers::base {
#include LOWP_BODY
}
#undef LOWP_UNROLL
#undef LOWP_TIER
#endif

#if defined(__clang__)
#define LOWP_UNROLL _Pragma("unroll")
#else
#define LOWP_UNROLL _Pragma("GCC unroll 32")
#endif

#if defined(__x86_64__) && LOWP_LEAST_TIER <= 1
#if (LOWP_TIERS >> 1 & 1) || (LOWP_LEAST_TIER == 1 && LOWP_TIERS & 0b1)
#define LOWP_TIER 1
#include <lowp/kernels/tier/open_haswell.inl>
namespace lowp::tiers::base::avx2 {
#include LOWP_BODY
}
#include <lowp/kernels/tier/close.inl>
#undef LOWP_TIER
#endif
#endif

#if defined(__x86_64__) && LOWP_LEAST_TIER <= 2
#if (LOWP_TIERS >> 2 & 1) || (LOWP_LEAST_TIER == 2 && LOWP_TIERS & 0b11)
#define LOWP_TIER 2
#include <lowp/kernels/tier/open_skylake.inl>
namespace lowp::tiers::base::avx2::avx512 {
#include LOWP_BODY
}
#include <lowp/kernels/tier/close.inl>
#undef LOWP_TIER
#endif
#endif

#if defined(__x86_64__) && LOWP_LEAST_TIER <= 3
#if (LOWP_TIERS >> 3 & 1) || (LOWP_LEAST_TIER == 3 && LOWP_TIERS & 0b111)
#define LOWP_TIER 3
#include <lowp/kernels/tier/open_icelake.inl>
namespace lowp::tiers::base::avx2::avx512::vnni {
#include LOWP_BODY
}
#include <lowp/kernels/tier/close.inl>
#undef LOWP_TIER
#endif
#endif

#if defined(__x86_64__) && LOWP_LEAST_TIER <= 4
#if (LOWP_TIERS >> 4 & 1) || (LOWP_LEAST_TIER == 4 && LOWP_TIERS & 0b1111)
#define LOWP_TIER 4
#include <lowp/kernels/tier/open_sapphire.inl>
namespace lowp::tiers::base::avx2::avx512::vnni::amx {
#include LOWP_BODY
}
#include <lowp/kernels/tier/close.inl>
#undef LOWP_TIER
#endif
#endif

#undef LOWP_UNROLL
#undef LOWP_LEAST_TIER
#undef LOWP_TIERS
#undef LOWP_BODY
