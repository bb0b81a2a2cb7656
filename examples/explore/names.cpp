// Names: see names.hpp.
#include "names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace explore {

std::string plain(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  }
  return !name.empty() && pattern.front() == name.front() && matches(pattern.substr(1), name.substr(1));
}

namespace {

// Insertions, deletions, changes and swaps of neighbours that lead from a to b.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_ago, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], two_ago[j - 2] + 1);
    }
    two_ago = std::exchange(last, row);
  }
  return last[b.size()];
}

}  // namespace

void fail_unknown(std::string_view what, std::string_view name, const std::vector<std::string>& valid) {
  const std::string wanted = plain(name);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& v : valid) {
    const std::string candidate = plain(v);
    const std::size_t distance = edits(wanted, candidate);
    const bool part = wanted.size() >= 3 && candidate.find(wanted) != std::string::npos;
    if (distance <= 1 + wanted.size() / 4 || part) near.emplace_back(distance, v);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text = fmt::format("unknown {} '{}'", what, name);
  if (!near.empty()) {
    text += "; did you mean ";
    for (std::size_t i = 0; i < near.size() && i < 4; ++i) text += (i == 0 ? "" : ", ") + near[i].second;
    text += '?';
  }
  throw usage_error(fmt::format("{}\nvalid: {}", text, fmt::join(valid, " ")));
}

std::vector<std::string> split(std::string_view list, char separator, std::string_view what) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = list.find(separator);
    parts.emplace_back(list.substr(0, end));
    if (parts.back().empty()) throw usage_error(fmt::format("an empty name in the list of {}", what));
    if (end == std::string_view::npos) return parts;
    list.remove_prefix(end + 1);
  }
}

}  // namespace explore
