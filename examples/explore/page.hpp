// Style sheet and script of the HTML report.
#pragma once

#include <string_view>

namespace explore {

extern const std::string_view page_style, page_script;

}  // namespace explore
