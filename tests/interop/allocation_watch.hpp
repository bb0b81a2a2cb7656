// The largest single allocation by operator new since the last reset: proof that a hostile file of a few
// hundred bytes never makes a reader ask for gigabytes, whether or not the machine would have given them.
#pragma once

#include <cstddef>

namespace test {

void reset_largest_allocation() noexcept;
std::size_t largest_allocation() noexcept;

}  // namespace test
