// Numbers as text and the progress bar: see text.hpp.
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace explore {

namespace {

bool is_terminal(int descriptor) {
#ifdef _WIN32
  return _isatty(descriptor) != 0;
#else
  return isatty(descriptor) != 0;
#endif
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return x > 0 && std::frexp(x, &exponent) == 0.5;
}

}  // namespace

std::string short_number(double x, int digits) {
  if (is_power_of_two(x) && std::abs(std::ilogb(x)) >= 4 && (x < 1 || x >= 65536))
    return fmt::format("2^{}", std::ilogb(x));
  return fmt::format("{:.{}g}", x, digits);
}

std::string exact_number(double x) {
  std::string decimal = fmt::format("{}", x);
  const std::size_t longest = x < 0 ? 11 : 10;
  if (decimal.size() <= longest || x == 0 || !std::isfinite(x)) return decimal;
  if (is_power_of_two(std::abs(x))) return fmt::format("{}2^{}", x < 0 ? "-" : "", std::ilogb(x));
  const int exponent = std::ilogb(x);
  return fmt::format("{}*2^{}", std::ldexp(x, -exponent), exponent);
}

std::string typeset(const std::string& text) {
  static constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  bool raised = false;
  for (const char c : text) {
    if (c == '^') {
      raised = true;
    } else if (raised && c == '-') {
      out += "⁻";
    } else if (raised && c >= '0' && c <= '9') {
      out += digits[c - '0'];
    } else {
      raised = false;
      out += c == '*' ? "·" : std::string(1, c);
    }
  }
  return out;
}

std::string percent(double share) {
  if (std::isnan(share)) return "-";
  if (share == 0) return "0";
  if (share < 0.0001) return "<0.01%";
  return fmt::format("{:.{}f}%", 100 * share, share < 0.1 ? 2 : 1);
}

std::string decibels(double x) {
  if (std::isnan(x)) return "-";
  if (std::isinf(x)) return x > 0 ? "exact" : "-inf";
  return fmt::format("{:.2f}", x);
}

std::string significant(double x, int digits) {
  if (std::isnan(x)) return "-";
  if (std::isinf(x)) return "inf";
  if (x == 0) return "0";
  if (std::abs(x) >= 1e-4 && std::abs(x) < 1e5) {
    const int before = static_cast<int>(std::floor(std::log10(std::abs(x)))) + 1;
    return fmt::format("{:.{}f}", x, std::max(0, digits - before));
  }
  return fmt::format("{:.{}e}", x, std::max(0, digits - 2));  // as wide as the others
}

std::string cosine(double x) { return std::isnan(x) ? "-" : fmt::format("{:.6f}", x); }

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return is_terminal(1) && (no_colour == nullptr || *no_colour == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

bool shows_progress() { return is_terminal(2); }

progress::progress() : visible_(shows_progress()) {}

progress::~progress() { (*this)("", 1); }

void progress::operator()(const std::string& what, double done) {
  if (!visible_) return;
  constexpr int cells = 24;
  std::string line;
  if (done < 1) {
    const int full = static_cast<int>(done * cells);
    line = fmt::format("[{:#<{}}{:.<{}}] {:3.0f}%  {}", "", full, "", cells - full, 100 * done, what);
    if (line.size() > 78) line.resize(78);
  }
  fmt::print(stderr, "\r{:<{}}{}", line, width_, done < 1 ? "" : "\r");
  std::fflush(stderr);
  width_ = static_cast<int>(line.size());
}

}  // namespace explore
