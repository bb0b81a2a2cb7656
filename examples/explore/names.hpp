// Looking a name up among the valid ones: patterns with '*', and what is near to a name that does not exist.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace explore {

/// A mistake on the command line: exit code 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Lower case, and '-' as '_': what two spellings of a name have in common.
std::string plain(std::string_view name);

/// Whether a name matches a pattern in which '*' stands for any characters.
bool matches(std::string_view pattern, std::string_view name);

/// "unknown <what> 'x'; did you mean a, b? Valid are ..." for a name that is none of `valid`.
[[noreturn]] void fail_unknown(std::string_view what, std::string_view name, const std::vector<std::string>& valid);

/// The parts of a list, without the separators; throws usage_error for an empty part.
std::vector<std::string> split(std::string_view list, char separator, std::string_view what);

}  // namespace explore
