// Which instructions a kernel may use, found at run time: no compile flags, no build step.
//
//   tier       needs
//   scalar     nothing
//   haswell    AVX2, FMA, F16C, BMI1, BMI2, LZCNT
//   skylake    and AVX-512 F, BW, CD, DQ, VL
//   icelake    and AVX-512 VNNI, VBMI, VBMI2, IFMA, BITALG, VPOPCNTDQ, GFNI
//   sapphire   and AVX-512 BF16, FP16, AMX tile, int8, bf16
//
// A tier counts only if the operating system saves its registers (XCR0) and, for AMX, grants them to this process
// (arch_prctl ARCH_REQ_XCOMP_PERM, asked once). Tiers that the compile flags already guarantee replace the ones below
// them: built with -march=skylake-avx512, no haswell code is in the program. Other machines have the scalar tier; an
// ARM one (dotprod, i8mm, bf16) would stand beside haswell and up, in foreach.inl and tier/.
//
//   active()                  the tier that kernels run: the best, or LOWP_ISA=<name> of the environment
//   float16_units()           whether AVX512-FP16 is there too, from icelake up
//   force_tier f(tier::...)   another one while f lives, for tests and comparisons
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, CPUID leaves 1, 7, 13 and chapter 13.3.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <lowp/core/error.hpp>

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace lowp {

enum class tier : signed char { scalar, haswell, skylake, icelake, sapphire };

inline constexpr int tier_count = 5;

[[nodiscard]] constexpr std::string_view to_string(tier t) noexcept {
  constexpr std::array<std::string_view, tier_count> names{"scalar", "haswell", "skylake", "icelake", "sapphire"};
  return names[static_cast<std::size_t>(t)];
}

#include <lowp/kernels/tier/least.inl>
/// The tier that the compile flags guarantee: lower ones are not in the program.
inline constexpr tier least_tier = static_cast<tier>(LOWP_LEAST_TIER);
#undef LOWP_LEAST_TIER

namespace detail {

#if defined(__x86_64__)

struct cpuid_registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

inline cpuid_registers cpuid(unsigned leaf, unsigned subleaf) noexcept {
  cpuid_registers r;
  if (__get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d) == 0) return {};
  return r;
}

// The register states that the operating system saves. Only to be read where cpuid says OSXSAVE.
inline std::uint64_t saved_states() noexcept {
  std::uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

inline bool amx_granted() noexcept {
#if defined(__linux__)
  constexpr long request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

constexpr bool all_set(std::uint64_t value, std::initializer_list<int> bits) noexcept {
  for (const int b : bits) {
    if ((value >> b & 1) == 0) return false;
  }
  return true;
}

inline tier find_tier() noexcept {
  const cpuid_registers one = cpuid(1, 0), seven = cpuid(7, 0), seven_one = cpuid(7, 1);
  const cpuid_registers extended = cpuid(0x80000001, 0);
  // FMA, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; XMM and YMM state
  if (!all_set(one.c, {12, 27, 28, 29}) || !all_set(seven.b, {3, 5, 8}) || !all_set(extended.c, {5}))
    return tier::scalar;
  const std::uint64_t saved = saved_states();
  if (!all_set(saved, {1, 2})) return tier::scalar;
  // F, DQ, CD, BW, VL; mask registers and ZMM state
  if (!all_set(seven.b, {16, 17, 28, 30, 31}) || !all_set(saved, {5, 6, 7})) return tier::haswell;
  // IFMA; VBMI, VBMI2, GFNI, VNNI, BITALG, VPOPCNTDQ
  if (!all_set(seven.b, {21}) || !all_set(seven.c, {1, 6, 8, 11, 12, 14})) return tier::skylake;
  // AMX-BF16, FP16, AMX-TILE, AMX-INT8; AVX512-BF16; tile state
  if (!all_set(seven.d, {22, 23, 24, 25}) || !all_set(seven_one.a, {5}) || !all_set(saved, {17, 18}) ||
      !amx_granted())
    return tier::icelake;
  return tier::sapphire;
}

#else

inline tier find_tier() noexcept { return tier::scalar; }

#endif

}  // namespace detail

/// The highest tier that this processor and operating system allow. Looked up once.
[[nodiscard]] inline tier detect() noexcept {
  static const tier found = detail::find_tier();
  return found;
}

namespace detail {

// A tier that cannot run here, or is not in the program, is an error: results would come from another one in silence.
inline void require_tier(tier t, const char* who) {
  if (t > detect())
    throw error(std::string(who) + ": the tier " + std::string(to_string(t)) + " cannot run here; the highest is " +
                std::string(to_string(detect())));
  if constexpr (least_tier > tier::scalar) {  // else g++ -O3 warns of the names of tiers below 0
    if (t < least_tier)
      throw error(std::string(who) + ": the tier " + std::string(to_string(t)) +
                  " is not in this program; its compile flags guarantee " + std::string(to_string(least_tier)));
  }
}

inline tier tier_from_environment() {
  const char* name = std::getenv("LOWP_ISA");
  if (name == nullptr || *name == '\0') return detect();
  for (int i = 0; i < tier_count; ++i) {
    const tier t = static_cast<tier>(i);
    if (to_string(t) != name) continue;
    require_tier(t, "LOWP_ISA");
    return t;
  }
  throw error("LOWP_ISA: '" + std::string(name) + "' is none of scalar, haswell, skylake, icelake, sapphire");
}

inline constexpr signed char no_forced_tier = -1;
inline std::atomic<signed char> forced_tier{no_forced_tier};

}  // namespace detail

/// The tier that kernels run now. Throws lowp::error where LOWP_ISA names none, or one that cannot run.
[[nodiscard]] inline tier active() {
  const signed char forced = detail::forced_tier.load(std::memory_order_relaxed);
  if (forced != detail::no_forced_tier) return static_cast<tier>(forced);
  static const tier chosen = detail::tier_from_environment();
  return chosen;
}

/// Whether kernels may compute in float16 (AVX512-FP16), which machines of the tier icelake may have as well.
[[nodiscard]] inline bool float16_units() {
#if defined(__x86_64__)
  static const bool found = detect() >= tier::icelake && detail::all_set(detail::cpuid(7, 0).d, {23});
  return found && active() >= tier::icelake;
#else
  return false;
#endif
}

/// All kernels of the program run tier t until the end of the scope. Throws lowp::error if it cannot run here.
class force_tier {
 public:
  explicit force_tier(tier t) {
    detail::require_tier(t, "force_tier");
    before_ = detail::forced_tier.exchange(static_cast<signed char>(t));
  }
  force_tier(const force_tier&) = delete;
  force_tier& operator=(const force_tier&) = delete;
  ~force_tier() { detail::forced_tier.store(before_); }

 private:
  signed char before_ = detail::no_forced_tier;
};

namespace detail {

// A kernel as built for each tier; one that a tier does not improve stands there as that of the tier below.
template <class F>
struct kernel_table {
  std::array<F*, tier_count> of;
  [[nodiscard]] F* operator()(tier t) const noexcept { return of[static_cast<std::size_t>(t)]; }
};

}  // namespace detail
}  // namespace lowp
