#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace bench {

namespace {

constexpr std::size_t fields = 13;

std::array<std::string, fields> to_fields(const row& r) {
  const auto number = [](double v) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", v);
    return v == 0 ? std::string() : std::string(buffer);
  };
  return {r.kernel,        r.shape, r.unit,          number(r.ours), r.peer, number(r.peer_value),
          number(r.ratio), r.limit, number(r.share), r.error,        r.aim,  r.missed ? "missed" : "",
          r.remark};
}

// What is missing is "-".
std::string shown(std::string s) { return s.empty() ? "-" : s; }

std::vector<std::string> cells(const row& r) {
  return {r.kernel,
          shown(r.shape),
          r.ours == 0 ? "-" : text(r.ours) + " " + r.unit,
          shown(r.peer),
          r.peer_value == 0 ? "-" : text(r.peer_value) + " " + r.unit,
          r.ratio == 0 ? "-" : text(r.ratio),
          r.share == 0 ? "-" : std::to_string(static_cast<int>(100 * r.share + 0.5)) + " % of " + r.limit,
          shown(r.error),
          shown(r.aim),
          shown(r.remark)};
}

std::string quoted(const std::string& s) {
  if (s.find_first_of(",\"") == std::string::npos) return s;
  std::string y = "\"";
  for (const char c : s) y += c == '"' ? std::string("\"\"") : std::string(1, c);
  return y + '"';
}

}  // namespace

std::string to_line(const row& r) {
  std::string line = "row";
  for (const std::string& f : to_fields(r)) line += '\t' + f;
  return line;
}

bool from_line(const std::string& line, row& r) {
  std::vector<std::string> f(1);
  for (const char c : line) {
    if (c == '\t')
      f.emplace_back();
    else if (c != '\n')
      f.back() += c;
  }
  if (f.size() != fields + 1 || f[0] != "row") return false;
  const auto number = [](const std::string& s) { return s.empty() ? 0.0 : std::atof(s.c_str()); };
  r = {f[1],         f[2],  f[3],  number(f[4]),      f[5], number(f[6]), number(f[7]), f[8],
       number(f[9]), f[10], f[11], f[12] == "missed", f[13]};
  return true;
}

void print_table(std::FILE* out, const std::vector<row>& rows) {
  std::vector<std::vector<std::string>> lines{{"kernel", "shape", "ours", "best peer", "its figure", "ratio",
                                               "share of the limit", "error", "aim", "remark"}};
  for (const row& r : rows) lines.push_back(cells(r));
  std::vector<std::size_t> width(lines[0].size());
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c) width[c] = std::max(width[c], line[c].size());
  }
  lines.insert(lines.begin() + 1, std::vector<std::string>());
  for (const std::size_t w : width) lines[1].emplace_back(w, '-');
  for (const auto& line : lines) {
    std::string s;
    for (std::size_t c = 0; c < line.size(); ++c)
      s += (c == 0 ? "" : "  ") + line[c] + (c + 1 < line.size() ? std::string(width[c] - line[c].size(), ' ') : "");
    std::fprintf(out, "%s\n", s.c_str());
  }
}

bool write_csv(const std::string& path, const std::vector<row>& rows) {
  std::FILE* f = std::fopen(path.c_str(), "w");
  if (f == nullptr) return false;
  std::fprintf(f, "kernel,shape,unit,ours,peer,peer_value,ratio,limit,share,error,aim,missed,remark\n");
  for (const row& r : rows) {
    const auto all = to_fields(r);
    for (std::size_t i = 0; i < fields; ++i)
      std::fprintf(f, "%s%s", all[i].empty() ? "-" : quoted(all[i]).c_str(), i + 1 < fields ? "," : "\n");
  }
  return std::fclose(f) == 0;
}

progress::progress(std::size_t steps) : steps_(steps), shown_(isatty(STDERR_FILENO) != 0) {}
progress::~progress() {
  if (shown_) std::fprintf(stderr, "\r\033[K");
}
void progress::step(const std::string& what) {
  ++done_;
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", done_, steps_, what.c_str());
  std::fflush(stderr);
}

}  // namespace bench
