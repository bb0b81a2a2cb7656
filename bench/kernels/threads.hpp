// Two threads as an executor for one row of the table.
#pragma once

#include <cstddef>
#include <functional>

#include <lowp/kernels/options.hpp>

namespace bench {

/// Remembers which CPUs this process may use, then stays on the last of them, where its caches are; the first often
/// serves interrupts.
void pin();

/// Runs f in a process of which a second thread, on another CPU, waits for work. False if there is no other CPU.
bool with_two_threads(const std::function<void(const lowp::executor&)>& f);

}  // namespace bench
