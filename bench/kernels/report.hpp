// Rows on their way from the measuring process, as a table and as CSV.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "harness.hpp"

namespace bench {

/// A row as one line of fields between tabs, and back. from_line returns false unless the line is a row.
std::string to_line(const row& r);
bool from_line(const std::string& line, row& r);

void print_table(std::FILE* out, const std::vector<row>& rows);
/// Returns false if the file cannot be written.
bool write_csv(const std::string& path, const std::vector<row>& rows);

/// One line on stderr that is overwritten, if stderr is a terminal.
class progress {
 public:
  explicit progress(std::size_t steps);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  void step(const std::string& what);

 private:
  std::size_t steps_, done_ = 0;
  bool shown_;
};

}  // namespace bench
