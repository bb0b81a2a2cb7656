// Work cut into parts of about one size, for tasks and for what caches hold.
#pragma once

#include <algorithm>
#include <cstddef>

namespace lowp::detail {

/// `whole` cut into `parts` that differ by one at most.
struct even_cut {
  std::size_t whole, parts;
  [[nodiscard]] constexpr std::size_t start(std::size_t p) const noexcept {
    return p * (whole / parts) + std::min(p, whole % parts);
  }
  [[nodiscard]] constexpr std::size_t size(std::size_t p) const noexcept { return start(p + 1) - start(p); }
  /// Into as few parts as keep each at `most` or below.
  static constexpr even_cut at_most(std::size_t whole, std::size_t most) noexcept {
    return {whole, std::max<std::size_t>(1, whole / most + (whole % most != 0))};
  }
};

}  // namespace lowp::detail
