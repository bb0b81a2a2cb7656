// The command line: see options.hpp.
#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

namespace explore {

namespace {

std::uint64_t number(std::string_view option, std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t n = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (problem != std::errc{} || end != text.data() + text.size() || n < least || n > most)
    throw usage_error(fmt::format("{} takes a number from {} to {}, not '{}'", option, least, most, text));
  return n;
}

rounding_mode rounding_named(std::string_view text) {
  std::vector<std::string> valid;
  for (const auto& [name, mode, meaning] : rounding_names) {
    if (plain(text) == name) return mode;
    valid.emplace_back(name);
  }
  fail_unknown("rounding mode", text, valid);
}

std::vector<scale_choice> rules_named(std::string_view list) {
  std::vector<scale_choice> out;
  std::vector<std::string> valid;
  for (const auto& [name, rule, meaning] : scale_names) valid.emplace_back(name);
  valid.emplace_back("all");
  for (const std::string& part : split(list, ',', "scale rules")) {
    bool any = false;
    for (const auto& [name, rule, meaning] : scale_names) {
      if (plain(part) != "all" && plain(part) != plain(name)) continue;
      any = true;
      if (std::find(out.begin(), out.end(), rule) == out.end()) out.push_back(rule);
    }
    if (!any) fail_unknown("scale rule", part, valid);
  }
  return out;
}

void read_sizes(std::string_view text, tensor_source& to) {
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos)
    throw usage_error(fmt::format("--sizes takes ROWSxCOLUMNS such as 256x1024, not '{}'", text));
  to.rows = number("--sizes, rows:", text.substr(0, x), 1, 1 << 20);
  to.cols = number("--sizes, columns:", text.substr(x + 1), 1, 1 << 20);
  if (to.rows * to.cols > std::size_t{1} << 26)
    throw usage_error(fmt::format("--sizes: at most 2^26 values, not {} x {}", to.rows, to.cols));
}

// Whether a file can be made at that place: better known before minutes of measuring than after.
void check_target(std::string_view option, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::path(path).parent_path();
  if (path.empty()) throw usage_error(fmt::format("{} takes the name of a file", option));
  if (fs::is_directory(path, ignored)) throw usage_error(fmt::format("{}: '{}' is a folder", option, path));
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    throw usage_error(fmt::format("{}: no folder '{}'", option, folder.string()));
}

}  // namespace

options parse(int argc, char** argv) {
  options o;
  std::optional<std::string> formats, built_in, sizes;
  o.command = "explore";
  for (int i = 1; i < argc; ++i) o.command += std::string(" ") + argv[i];

  const std::vector<std::string> valid = {"--formats", "--rounding", "--scale-rule", "--html",  "--picture",
                                          "--tensors", "--sizes",    "--seed",       "--dtype", "--limit",
                                          "--list",    "--show",     "--help"};
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (!name.starts_with("-") || name == "-") {
      if (!o.tensors.file.empty())
        throw usage_error(fmt::format("one FILE at a time: '{}' and '{}'", o.tensors.file, name));
      o.tensors.file = name;
      continue;
    }
    std::optional<std::string> inline_value;
    if (const std::size_t at = name.find('='); at != std::string::npos) {
      inline_value = name.substr(at + 1);
      name.resize(at);
    }
    const auto value = [&]() -> std::string {
      if (inline_value) return *std::exchange(inline_value, std::nullopt);
      if (i + 1 >= argc) throw usage_error(name + " needs a value");
      return argv[++i];
    };
    if (name == "--help" || name == "-h") {
      o.what = options::action::help;
    } else if (name == "--list") {
      o.what = options::action::list;
    } else if (name == "--show") {
      o.what = options::action::show;
      o.show = value();
    } else if (name == "--formats") {
      formats = value();
    } else if (name == "--rounding") {
      o.measure.rounding.mode = rounding_named(value());
    } else if (name == "--scale-rule") {
      o.measure.rules = rules_named(value());
    } else if (name == "--html") {
      check_target(name, o.html = value());
    } else if (name == "--picture") {
      o.what = options::action::picture;
      check_target(name, o.picture = value());
    } else if (name == "--tensors") {
      built_in = value();
    } else if (name == "--sizes" || name == "--size") {
      read_sizes(*(sizes = value()), o.tensors);
    } else if (name == "--seed") {
      o.tensors.seed = o.measure.rounding.seed = number(name, value(), 0, ~std::uint64_t{0});
    } else if (name == "--dtype") {
      o.tensors.dtype = value();
    } else if (name == "--limit") {
      o.tensors.limit = number(name, value(), 1, std::uint64_t{1} << 40);
    } else {
      fail_unknown("option", name, valid);
    }
    if (inline_value) throw usage_error(name + " takes no value");
  }
  if (!o.tensors.file.empty() && (built_in || sizes))
    throw usage_error(
        fmt::format("{} is for the built-in tensors, not for a file", built_in ? "--tensors" : "--sizes"));
  const char* usual =
      o.what == options::action::picture ? "gaussian,outliers" : "gaussian,laplace,student_t5,outliers";
  o.tensors.built_in = split(built_in.value_or(usual), ',', "tensors");
  o.measure.named = formats && formats->find('*') == std::string::npos && *formats != "all";
  o.measure.formats = find_formats(formats.value_or("all"));
  return o;
}

std::string help_text() {
  std::string text = R"(What number formats cost in bits and keep in accuracy.

  explore                               built-in tensors, all formats
  explore FILE[:tensor]                 a .npy file, or a tensor of a .safetensors file
  explore --list                        every format, with what enumeration derives
  explore --show FORMAT                 its value table

  --formats a,b,...   only these; * stands for any characters: --formats 'mx*,nvfp4'
  --rounding MODE     default nearest_even, see below
  --scale-rule R,...  of block formats with power-of-two scales, default floor, see below
  --html FILE         also writes a report with pictures
  --picture FILE.svg  writes the picture of the README instead
  --tensors a,b,...   built-in tensors, see below
  --sizes RxC         of the built-in tensors, default 256x1024
  --seed N            of the built-in tensors and of stochastic rounding, default 0
  --dtype TYPE        what the values of FILE are, if it does not tell: bf16, f8_e4m3fn, ...
  --limit N           tensors of more values than that are sampled by rows, default 4194304
)";
  const auto section = [&](std::string_view title, const auto& names) {
    text += fmt::format("\n{}\n", title);
    for (const auto& entry : names) text += fmt::format("  {:<18}  {}\n", entry.name, entry.meaning);
  };
  section("rounding modes", rounding_names);
  section("scale rules (or all)", scale_names);
  section("built-in tensors (all but uniform by default)", built_in_names);
  text += "\nExit code 0, 1 for a file that cannot be read or written, 2 for a mistake on the command line.\n";
  return text;
}

}  // namespace explore
