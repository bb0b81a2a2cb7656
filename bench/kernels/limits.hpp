// What the machine can do at the most, measured: rates of arithmetic from registers, of reading and of copying.
#pragma once

#include <cstddef>

#include "harness.hpp"

namespace bench {

/// float fma of the active tier; `flops` operations (2 m n k) are one unit of work.
runner fma_limit(double flops);
/// int8 products: AMX on sapphire, VNNI on icelake. Below: none (an empty list).
runners int8_limit(double operations);
/// bf16 products in AMX on sapphire. Below: none.
runners bf16_limit(double flops);

/// Reading `bytes` from where the last run left them, with so many streams (1, 4 or 8) side by side.
runner read_limit(std::size_t bytes, int streams);
/// Reading the next `bytes` of 256 MiB.
runner cold_read_limit(std::size_t bytes, int streams);
/// Copying `bytes`.
runner copy_limit(std::size_t bytes);

/// What rotates through 256 MiB: more than the caches keep of one program on a shared machine.
inline constexpr std::size_t cold_bytes = std::size_t{256} << 20;

/// The limits as rows of their own.
jobs limit_rows();

}  // namespace bench
