// The instruction tiers as namespaces, each with the vector vocabulary that kernel bodies are written in.
//
//   lowp::tiers::haswell    this_tier, floats, words, ... of tier/haswell.inl
//
// Each starts as the tier below and redefines what improves. A body (see foreach.inl) is written once, in these names;
// what only one tier can do uses that tier's intrinsics directly. No vector type crosses from one tier to another, nor
// into a header that users see.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <lowp/kernels/isa.hpp>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lowp::detail {

// What this thread has written past the caches comes before what it writes after this.
inline void written_past_caches() noexcept {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

// The line that is soon read behind p: kernels that fill the processor leave it no room to read far ahead by itself. From
// the next page (4 KiB) on, fetching slows down what it should help. p need not point into anything.
__attribute__((always_inline)) inline void fetch_ahead(const void* p, std::size_t distance = 3072) noexcept {
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(p) + distance));
}

}  // namespace lowp::detail

#include <lowp/kernels/tier/least.inl>
namespace lowp::tiers {

namespace base {
inline constexpr tier this_tier = tier::scalar;
}
#if defined(__x86_64__)
namespace base::avx2 {
using namespace base;  // for names that are looked up in this namespace
inline constexpr tier this_tier = tier::haswell;
}  // namespace base::avx2
namespace base::avx2::avx512 {
using namespace base::avx2;  // for names that are looked up in this namespace
inline constexpr tier this_tier = tier::skylake;
}  // namespace base::avx2::avx512
namespace base::avx2::avx512::vnni {
using namespace base::avx2::avx512;  // for names that are looked up in this namespace
inline constexpr tier this_tier = tier::icelake;
}  // namespace base::avx2::avx512::vnni
namespace base::avx2::avx512::vnni::amx {
using namespace base::avx2::avx512::vnni;  // for names that are looked up in this namespace
inline constexpr tier this_tier = tier::sapphire;
}  // namespace base::avx2::avx512::vnni::amx
#endif

#if !defined(__x86_64__)
namespace scalar = base;
namespace haswell = base;
namespace skylake = base;
namespace icelake = base;
namespace sapphire = base;
#else
namespace sapphire = base::avx2::avx512::vnni::amx;
#if LOWP_LEAST_TIER == 0
namespace scalar = base;
namespace haswell = base::avx2;
namespace skylake = base::avx2::avx512;
namespace icelake = base::avx2::avx512::vnni;
#elif LOWP_LEAST_TIER == 1
namespace scalar = base::avx2;
namespace haswell = base::avx2;
namespace skylake = base::avx2::avx512;
namespace icelake = base::avx2::avx512::vnni;
#elif LOWP_LEAST_TIER == 2
namespace scalar = base::avx2::avx512;
namespace haswell = base::avx2::avx512;
namespace skylake = base::avx2::avx512;
namespace icelake = base::avx2::avx512::vnni;
#elif LOWP_LEAST_TIER == 3
namespace scalar = base::avx2::avx512::vnni;
namespace haswell = base::avx2::avx512::vnni;
namespace skylake = base::avx2::avx512::vnni;
namespace icelake = base::avx2::avx512::vnni;
#elif LOWP_LEAST_TIER == 4
namespace scalar = base::avx2::avx512::vnni::amx;
namespace haswell = base::avx2::avx512::vnni::amx;
namespace skylake = base::avx2::avx512::vnni::amx;
namespace icelake = base::avx2::avx512::vnni::amx;
#endif
#endif

}  // namespace lowp::tiers
#undef LOWP_LEAST_TIER

#define LOWP_BODY <lowp/kernels/tier/vocabulary.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
