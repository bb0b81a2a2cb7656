// The format explorer: for each format of lowp what it costs in bits and keeps in accuracy, on built-in
// tensors or on your own. `explore --help` says the rest.
#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <lowp/core/error.hpp>
#include <utility>

#include "options.hpp"
#include "report.hpp"
#include "text.hpp"

namespace explore {

namespace {

int run(const options& o) {
  switch (o.what) {
    case options::action::help:
      fmt::print("{}", help_text());
      return 0;
    case options::action::list:
      print_list();
      return 0;
    case options::action::show: {
      bool first = true;
      for (const format* f : find_formats(o.show)) {
        if (!std::exchange(first, false)) fmt::print("\n");
        print_values(*f);
      }
      return 0;
    }
    case options::action::picture:
    case options::action::measure:
      break;
  }

  const bool for_picture = o.what == options::action::picture;
  const measuring what = for_picture ? picture_measuring(o.measure) : o.measure;
  std::vector<std::string> choices;
  const std::vector<sample> tensors = load_tensors(o.tensors, choices);
  if (!choices.empty()) {
    if (!o.html.empty())
      throw usage_error(
          fmt::format("'{}' has {} tensors: name one, as in FILE:tensor", o.tensors.file, choices.size()));
    fmt::print("{} tensors; FILE:NAME measures one\n", choices.size());
    for (const std::string& line : choices) fmt::print("  {}\n", line);
    return 0;
  }

  std::vector<tensor_results> all;
  {
    progress bar;
    all = measure_all(tensors, what, std::ref(bar));
  }
  if (for_picture) {
    write_file(o.picture, picture(all, what.formats));
    return 0;
  }
  for (const tensor_results& t : all) print_results(t);
  print_legend();
  print_summary(all);
  if (!o.html.empty()) {
    write_file(o.html, report(all, o));
    fmt::print("\nreport: {}\n", o.html);
  }
  return 0;
}

}  // namespace
}  // namespace explore

int main(int argc, char** argv) {
  try {
    return explore::run(explore::parse(argc, argv));
  } catch (const explore::usage_error& problem) {
    std::fflush(stdout);
    fmt::print(stderr, "explore: {}\n", problem.what());
    return 2;
  } catch (const std::exception& problem) {  // lowp::error, and what the system refuses: memory, a full disk
    std::fflush(stdout);
    fmt::print(stderr, "explore: {}\n", problem.what());
    return 1;
  }
}
