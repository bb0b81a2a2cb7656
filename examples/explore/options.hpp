// The command line: what was asked for, or a usage_error.
#pragma once

#include <string>
#include <vector>

#include "measure.hpp"
#include "names.hpp"

namespace explore {

struct options {
  enum class action { measure, list, show, picture, help } what = action::measure;
  tensor_source tensors;
  measuring measure;
  std::string show;     ///< the format of --show
  std::string html;     ///< where the report goes; empty for none
  std::string picture;  ///< where the picture goes
  std::string command;  ///< the command line, for the report
};

/// Throws usage_error.
options parse(int argc, char** argv);

std::string help_text();

}  // namespace explore
