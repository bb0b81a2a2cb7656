// The registry as a whole, and looking a format up in it.
#include <algorithm>

#include "format.hpp"
#include "names.hpp"

namespace explore {

namespace {

// Second names that the library gives a format.
constexpr std::pair<std::string_view, std::string_view> aliases[] = {
    {"mxfp8", "mxfp8_e4m3"}, {"mxfp6", "mxfp6_e2m3"}, {"half", "float16"}, {"bf16", "bfloat16"}};

}  // namespace

const std::vector<format>& all_formats() {
  static const std::vector<format> all = [] {
    std::vector<format> out;
    for (auto* part : {wide_formats, byte_formats, small_formats, codebook_formats, special_value_formats,
                       block_formats, more_block_formats, codebook_block_formats}) {
      for (format& f : part()) out.push_back(std::move(f));
    }
    return out;
  }();
  return all;
}

std::string name_of(std::type_index type, const std::string& spelling) {
  for (const format& f : all_formats()) {
    if (f.type == type) return f.name;
  }
  return spelling;
}

std::vector<const format*> find_formats(const std::string& list) {
  std::vector<const format*> found;
  for (const std::string& part : split(list, ',', "formats")) {
    std::string pattern = plain(part);
    for (const auto& [alias, name] : aliases) {
      if (pattern == alias) pattern = name;
    }
    if (pattern == "all") pattern = "*";
    bool any = false;
    for (const format& f : all_formats()) {
      if (!matches(pattern, f.name)) continue;
      any = true;
      if (std::find(found.begin(), found.end(), &f) == found.end()) found.push_back(&f);
    }
    if (any) continue;
    std::vector<std::string> valid;
    for (const format& f : all_formats()) valid.push_back(f.name);
    fail_unknown("format", part, valid);
  }
  return found;
}

std::vector<double> format::values() const {
  std::vector<double> out;
  if (number.bits > most_enumerated) return out;
  for (std::uint64_t code = 0; code <= lowp::low_mask(number.bits); ++code) {
    const lowp::exact x = decode(code);
    if (x.kind == lowp::value_kind::finite && !x.negative) out.push_back(lowp::round_to<double>(x));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());  // a block of several element types
  return out;
}

}  // namespace explore
