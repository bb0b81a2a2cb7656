// The one exception of the library.
//
// Thrown at run time for what only run time can know: shapes that do not fit together, files that are damaged or of
// an unknown kind, scales out of range. Never thrown by arithmetic or conversion, which have overflow policies for
// that. The message names the values (and the file), and nothing has been written when it is thrown.
#pragma once

#include <stdexcept>
#include <string>

namespace lowp {

/// Bad shapes, files or scales; `what()` is one sentence with the offending values in it.
struct error : std::runtime_error {
  explicit error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace lowp
