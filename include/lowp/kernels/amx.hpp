// The tile unit of a processor (AMX) as functions: eight tiles of 16 rows of 64 bytes.
//
//   c[i, j] += sum_k a[i, k] b[k, j]     a: rows of k;  b: row r holds k = e r ... e r + e - 1 of each column, side
//                                        by side (e = 4 bytes, 2 bfloat16; "VNNI order");  c: 32 bits each
//
//   const amx::session s;                loads the shape of the tiles, releases the unit at the end. One a thread and
//                                        call: loading takes 210 cycles, and the unit's state slows context switches
//   amx::load<4>(p, 64); amx::zero<0>(); amx::dot_i8<0, 4, 6, true, false>(); amx::store<0>(p, stride);
//
// Tiles 0 to 3 are accumulators, 4 and 5 left operands, 6 and 7 right ones. Plain assembly: no target attribute, the
// tile number may be a template parameter, and the compiler is told all memory that is read (g++ 12's intrinsics tell
// it 8 of the 64 bytes of the shape, and nothing of a tile's). Only for the tier sapphire.
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)

namespace lowp::detail::amx {

inline constexpr int tile_count = 8;
inline constexpr std::size_t tile_rows = 16, row_bytes = 64, tile_bytes = tile_rows * row_bytes;

/// The operand of ldtilecfg: palette 1, and rows and bytes a row of each tile.
struct alignas(64) tile_shapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14]{};
  std::uint16_t bytes[16]{};
  std::uint8_t rows[16]{};
};
static_assert(sizeof(tile_shapes) == 64);

/// Full tiles; the left operands (4, 5) and accumulators (0 to 3) may have fewer rows, which takes less time, and the
/// right ones and accumulators fewer columns.
[[nodiscard]] constexpr tile_shapes shapes(std::size_t upper_rows = 16, std::size_t lower_rows = 16) noexcept {
  tile_shapes s;
  for (int t = 0; t < tile_count; ++t) {
    const bool upper = t == 0 || t == 1 || t == 4, lower = t == 2 || t == 3 || t == 5;
    s.bytes[t] = row_bytes;
    s.rows[t] = static_cast<std::uint8_t>(upper ? upper_rows : lower ? lower_rows : tile_rows);
  }
  return s;
}

/// Shapes the tiles of this thread until the end of the scope.
class session {
 public:
  explicit session(const tile_shapes& s = shapes()) noexcept { asm volatile("ldtilecfg %0" ::"m"(s)); }
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() { asm volatile("tilerelease" ::: "memory"); }
};

/// Rows from p, `stride` bytes apart.
template <int Tile>
__attribute__((always_inline)) inline void load(const void* p, std::size_t stride = row_bytes) noexcept {
  asm volatile("{tileloadd (%0,%1,1), %%tmm%c2|tileloadd %%tmm%c2, [%0+%1*1]}" ::"r"(p), "r"(stride), "i"(Tile)
               : "memory");
}

/// The same for what is not needed again soon ("T1"): it does not drive the other operand out of the first cache.
/// With both operands' strips of 32 KiB, int8 1024^3 takes 0.40 ms so, and 0.55 with load for both.
template <int Tile>
__attribute__((always_inline)) inline void load_passing(const void* p, std::size_t stride = row_bytes) noexcept {
  asm volatile("{tileloaddt1 (%0,%1,1), %%tmm%c2|tileloaddt1 %%tmm%c2, [%0+%1*1]}" ::"r"(p), "r"(stride), "i"(Tile)
               : "memory");
}

template <int Tile>
__attribute__((always_inline)) inline void store(void* p, std::size_t stride = row_bytes) noexcept {
  asm volatile("{tilestored %%tmm%c2, (%0,%1,1)|tilestored [%0+%1*1], %%tmm%c2}" ::"r"(p), "r"(stride), "i"(Tile)
               : "memory");
}

template <int Tile>
__attribute__((always_inline)) inline void zero() noexcept {
  asm volatile("tilezero %%tmm%c0" ::"i"(Tile));
}

/// C += A B over bytes; sums wrap modulo 2^32.
template <int C, int A, int B, bool ASigned, bool BSigned>
__attribute__((always_inline)) inline void dot_i8() noexcept {
  if constexpr (ASigned && BSigned) {
    asm volatile("{tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbssd %%tmm%c0, %%tmm%c1, %%tmm%c2}" ::"i"(C), "i"(A),
                 "i"(B));
  } else if constexpr (ASigned) {
    asm volatile("{tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbsud %%tmm%c0, %%tmm%c1, %%tmm%c2}" ::"i"(C), "i"(A),
                 "i"(B));
  } else if constexpr (BSigned) {
    asm volatile("{tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbusd %%tmm%c0, %%tmm%c1, %%tmm%c2}" ::"i"(C), "i"(A),
                 "i"(B));
  } else {
    asm volatile("{tdpbuud %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbuud %%tmm%c0, %%tmm%c1, %%tmm%c2}" ::"i"(C), "i"(A),
                 "i"(B));
  }
}

/// C += A B over bfloat16, C float: even and odd k are added up apart, by fused multiply-adds to nearest even with
/// subnormals as zeros, then together, then to C.
template <int C, int A, int B>
__attribute__((always_inline)) inline void dot_bf16() noexcept {
  asm volatile("{tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbf16ps %%tmm%c0, %%tmm%c1, %%tmm%c2}" ::"i"(C), "i"(A),
               "i"(B));
}

}  // namespace lowp::detail::amx

#endif
