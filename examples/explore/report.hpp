// What is written to files: the HTML report and the picture of the README.
#pragma once

#include <string>
#include <vector>

#include "measure.hpp"
#include "options.hpp"

namespace explore {

/// One HTML page, complete in itself: pictures, table, styles and script are inside.
std::string report(const std::vector<tensor_results>& all, const options& o);

/// One SVG: the values of some formats, and what they keep of the first and the last of the tensors.
std::string picture(const std::vector<tensor_results>& all, const std::vector<const format*>& formats);

/// What the picture shows unless formats were named.
measuring picture_measuring(const measuring& asked);

/// Writes a file whole or not at all: to a temporary beside it, which is then renamed. Throws lowp::error.
void write_file(const std::string& path, const std::string& text);

}  // namespace explore
