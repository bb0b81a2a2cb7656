#include "limits.hpp"

#include <cstring>
#include <memory>
#include <utility>

#include <lowp/kernels/tiers.hpp>

#include "data.hpp"

#define LOWP_BODY "limits.inl"
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
#define LOWP_BODY "vnni_limit.inl"
#define LOWP_TIERS 0b01001
#include <lowp/kernels/foreach.inl>

namespace bench {

namespace {

using lowp::tier;
using lowp::detail::kernel_table;
namespace tiers = lowp::tiers;

#define LOWP_BENCH_TABLE(name, ...)                                                                \
  inline constexpr kernel_table<__VA_ARGS__> name##_table {                                        \
    {                                                                                              \
      {                                                                                            \
        &tiers::scalar::name, &tiers::haswell::name, &tiers::skylake::name, &tiers::icelake::name, \
            &tiers::sapphire::name                                                                 \
      }                                                                                            \
    }                                                                                              \
  }
LOWP_BENCH_TABLE(fma_peak, void(float*, std::size_t) noexcept);
LOWP_BENCH_TABLE(fma_lanes, std::size_t() noexcept);
LOWP_BENCH_TABLE(vnni_peak, void(std::int32_t*, std::size_t) noexcept);
LOWP_BENCH_TABLE(read_1, void(const float*, std::size_t, float*) noexcept);
LOWP_BENCH_TABLE(read_4, void(const float*, std::size_t, float*) noexcept);
LOWP_BENCH_TABLE(read_8, void(const float*, std::size_t, float*) noexcept);

using read_kernel = void (*)(const float*, std::size_t, float*) noexcept;
read_kernel reader(int streams) {
  const tier t = lowp::detect();  // memory does not depend on the tier
  return streams == 1 ? read_1_table(t) : streams == 4 ? read_4_table(t) : read_8_table(t);
}

std::string with_streams(const std::string& what, int streams) {
  return what + (streams == 1 ? ", 1 stream" : ", " + std::to_string(streams) + " streams");
}

#if defined(__x86_64__)
// Tile configuration 1: eight tiles of 16 rows of 64 bytes.
struct alignas(64) tile_config {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t column_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Two A and two B tiles from registers into four accumulators; 2 * 16 * 16 * (64 or 32) operations each.
template <bool Int8>
void amx_peak(std::size_t rounds) {
  static const tile_config config;
  alignas(64) static const std::uint8_t ones[1024] = {};
  asm volatile("ldtilecfg %0" ::"m"(config));
  asm volatile(
      "tileloadd (%0,%1,1), %%tmm4\n\ttileloadd (%0,%1,1), %%tmm5\n\t"
      "tileloadd (%0,%1,1), %%tmm6\n\ttileloadd (%0,%1,1), %%tmm7\n\t"
      "tilezero %%tmm0\n\ttilezero %%tmm1\n\ttilezero %%tmm2\n\ttilezero %%tmm3" ::"r"(ones),
      "r"(std::size_t{64})
      : "memory");
  for (std::size_t r = 0; r < rounds; ++r) {
    if constexpr (Int8)
      asm volatile(
          "tdpbssd %%tmm6, %%tmm4, %%tmm0\n\ttdpbssd %%tmm7, %%tmm4, %%tmm1\n\t"
          "tdpbssd %%tmm6, %%tmm5, %%tmm2\n\ttdpbssd %%tmm7, %%tmm5, %%tmm3" ::
              : "memory");
    else
      asm volatile(
          "tdpbf16ps %%tmm6, %%tmm4, %%tmm0\n\ttdpbf16ps %%tmm7, %%tmm4, %%tmm1\n\t"
          "tdpbf16ps %%tmm6, %%tmm5, %%tmm2\n\ttdpbf16ps %%tmm7, %%tmm5, %%tmm3" ::
              : "memory");
  }
  asm volatile("tilerelease" ::: "memory");
}
#endif

row limit_row(context& c, const std::string& kernel, const std::string& shape, const std::string& unit, double work,
              runner r, caches how = caches::warm) {
  r.what = role::ours;
  const double done = r.work;
  context quick{c.best, c.fastest_limit, c.budget / 4};
  race({r}, quick, how);
  subject s;
  s.kernel = kernel;
  s.shape = shape;
  s.unit = unit;
  s.work = work * done;
  return summarize(s, {r}, c.best);
}

}  // namespace

runner fma_limit(double flops) {
  const auto f = fma_peak_table(lowp::active());
  constexpr std::size_t rounds = 20000;
  const double done = static_cast<double>(rounds * 12 * 2 * fma_lanes_table(lowp::active())());
  const auto sink = std::make_shared<buffer<float>>(12 * 16);
  return {"float FMA", role::limit, [=] { f(sink->data(), rounds); }, done / flops, true};
}

runners int8_limit(double operations) {
  constexpr std::size_t rounds = 2000;
#if defined(__x86_64__)
  if (lowp::active() == tier::sapphire)
    return {{"AMX int8", role::limit, [] { amx_peak<true>(rounds); }, rounds * 4 * 32768 / operations, true}};
  if (lowp::active() == tier::icelake) {
    const auto f = vnni_peak_table(lowp::active());
    const auto sink = std::make_shared<buffer<std::int32_t>>(12 * 16);
    return {{"VNNI int8", role::limit, [=] { f(sink->data(), rounds); }, rounds * 12 * 128 / operations, true}};
  }
#endif
  return {};
}

runners bf16_limit(double flops) {
  constexpr std::size_t rounds = 2000;
#if defined(__x86_64__)
  if (lowp::active() == tier::sapphire)
    return {{"AMX bf16", role::limit, [] { amx_peak<false>(rounds); }, rounds * 4 * 16384 / flops, true}};
#endif
  return {};
}

runner read_limit(std::size_t bytes, int streams) {
  const std::size_t n = std::max<std::size_t>(1, bytes / 2048) * 512;  // floats, a multiple of 64 * 8
  const auto x = std::make_shared<buffer<float>>(n + 16);
  const auto f = reader(streams);
  return {with_streams("read", streams), role::limit, [=] { f(x->data(), n, x->data() + n); },
          4.0 * static_cast<double>(n) / static_cast<double>(bytes)};
}

runner cold_read_limit(std::size_t bytes, int streams) {
  const std::size_t n = std::max<std::size_t>(1, bytes / 2048) * 512, count = cold_bytes / (4 * n);
  const auto x = std::make_shared<buffer<float>>(n * count + 16);
  const auto f = reader(streams);
  return {with_streams("cold read", streams), role::limit,
          [=, next = std::size_t{0}]() mutable {
            f(x->data() + next * n, n, x->data() + n * count);
            next = (next + 1) % count;
          },
          4.0 * static_cast<double>(n) / static_cast<double>(bytes)};
}

runner copy_limit(std::size_t bytes) {
  const auto x = std::make_shared<buffer<std::byte>>(bytes), y = std::make_shared<buffer<std::byte>>(bytes);
  std::memset(x->data(), 1, bytes);
  return {"memcpy", role::limit, [=] {
            std::memcpy(y->data(), x->data(), bytes);
            keep(y->data());
          }};
}

jobs limit_rows() {
  jobs all;
  const std::string t{lowp::to_string(lowp::active())};
  all.push_back(
      {"limit fma", [=](context& c) { return limit_row(c, "limit: float FMA", t, "GFLOPS", 1e-9, fma_limit(1)); }});
  if (!int8_limit(1).empty())
    all.push_back(
        {"limit int8", [=](context& c) { return limit_row(c, "limit: int8", t, "GOPS", 1e-9, int8_limit(1)[0]); }});
  if (!bf16_limit(1).empty())
    all.push_back(
        {"limit bf16", [=](context& c) { return limit_row(c, "limit: bf16", t, "GFLOPS", 1e-9, bf16_limit(1)[0]); }});
  for (const std::size_t kib : {16u, 512u, 4096u, 8192u, 16384u, 32768u}) {
    for (const int streams : {1, 4, 8}) {
      const std::string shape = kib < 1024 ? std::to_string(kib) + " KiB" : std::to_string(kib / 1024) + " MiB";
      all.push_back({"limit read " + shape + std::to_string(streams), [=](context& c) {
                       return limit_row(c, with_streams("limit: read", streams), shape, "GB/s",
                                        1024e-9 * static_cast<double>(kib), read_limit(kib * 1024, streams));
                     }});
    }
  }
  for (const int streams : {1, 4, 8}) {
    const std::size_t bytes = std::size_t{8} << 20;
    all.push_back({"limit cold read " + std::to_string(streams), [=](context& c) {
                     return limit_row(c, with_streams("limit: read", streams), "8 of 256 MiB", "GB/s",
                                      1e-9 * static_cast<double>(bytes), cold_read_limit(bytes, streams),
                                      caches::cold);
                   }});
  }
  for (const std::size_t kib : {64u, 16384u}) {
    const std::string shape = kib < 1024 ? std::to_string(kib) + " KiB" : std::to_string(kib / 1024) + " MiB";
    all.push_back({"limit memcpy " + shape, [=](context& c) {
                     return limit_row(c, "limit: memcpy", shape, "GB/s", 1024e-9 * static_cast<double>(kib),
                                      copy_limit(kib * 1024));
                   }});
  }
  return all;
}

}  // namespace bench
