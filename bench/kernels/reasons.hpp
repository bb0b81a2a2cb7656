// Why a kernel misses its aim, as far as that was found out. Printed only in a run in which it does.
#pragma once

#include <array>
#include <string_view>

namespace bench {

struct reason {
  std::string_view kernel;  ///< what the name in the table begins with
  std::string_view why;
};

inline constexpr std::array<reason, 0> reasons{};

}  // namespace bench
