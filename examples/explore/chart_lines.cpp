// Number lines: see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "text.hpp"

namespace explore {

namespace {

constexpr double row_height = 24, tick_height = 13;
constexpr int axis_from = -26, axis_to = 18;

// Ticks of one kind, by width: thin where they are dense, a filled bar where they cannot be told apart.
struct strokes {
  std::string wide, thin, bars;
  void tick(double x, double y, bool dense) {
    (dense ? thin : wide) += fmt::format("M{} {}v{}", coordinate(x), coordinate(y), tick_height);
  }
  void bar(double x0, double x1, double y) {
    bars +=
        fmt::format("M{} {}H{}v{}H{}z", coordinate(x0), coordinate(y), coordinate(x1), tick_height, coordinate(x0));
  }
  void draw(svg& s, std::string_view style) const {
    s.path(bars, fmt::format("fill {}", style));
    s.path(thin, fmt::format("tick {}", style), "stroke-width=\".6\"");
    s.path(wide, fmt::format("tick {}", style), "stroke-width=\"1.1\"");
  }
};

void draw_values(svg& s, const format& f, const axis& x, double y) {
  strokes normal, sub;
  const std::vector<double> values = f.values();
  const double octave = x(1) - x(0);
  for (std::size_t i = 0; i < values.size();) {
    const int k = std::ilogb(values[i]);
    const std::size_t begin = i;
    while (i < values.size() && std::ilogb(values[i]) == k) ++i;
    if (k < x.from || k >= x.to) continue;
    strokes& to = values[begin] < f.number.smallest_normal ? sub : normal;
    const double spacing = octave / static_cast<double>(i - begin);
    if (spacing < 0.9) {
      const double top = i < values.size() ? k + 1.0 : std::log2(values[i - 1]);
      to.bar(x(std::log2(values[begin])), x(top), y);
    } else {
      for (std::size_t v = begin; v < i; ++v) to.tick(x(std::log2(values[v])), y, spacing < 2);
    }
  }
  sub.draw(s, "sub");
  normal.draw(s, f.number.evenly_spaced ? "even" : f.number.listed ? "list" : "normal");
}

void arrow(svg& s, double x, double y, int direction) {
  s.path(fmt::format("M{} {}l{} {}v{}z", coordinate(x), coordinate(y), -5 * direction, -4, 8), "beyond");
}

struct extent {
  double low, high;
};
extent extent_of(const format& f) {
  const double low = f.number.smallest, high = f.number.largest;
  return f.block ? extent{low * f.block->smallest_scale, high * f.block->largest_scale} : extent{low, high};
}

std::string range_text(double low, double high) {
  const auto brief = [](double v) {
    const std::string text = short_number(v);
    return typeset(text.find('e') == std::string::npos ? text : fmt::format("2^{:.1f}", std::log2(v)));
  };
  const auto big = [&](double v) {
    return v < 1e6 ? brief(v) : typeset(fmt::format("2^{}", std::ilogb(v) + (std::log2(v) != std::ilogb(v))));
  };
  const bool rounded = high >= 1e6 && std::log2(high) != std::ilogb(high);
  return brief(low) + " … " + (rounded ? "<" : "") + big(high);
}

std::string group_of(const format& f) {
  if (f.block) return "Blocks: elements at scale 1, over the reach of the block scales";
  if (!f.number.is_signed) return "Unsigned, for scales";
  if (f.number.bits > 8) return "16 bits and more";
  return f.number.bits == 1 ? "1 bit" : fmt::format("{} bits", f.number.bits);
}

}  // namespace

void value_ticks(svg& s, const format& f, const axis& x, double middle) {
  const auto [low, high] = extent_of(f);
  const double up = middle - tick_height / 2;
  const double from = std::max(std::log2(low), x.from), to = std::min(std::log2(high), x.to);
  if (f.block) s.rect(x(from), up, x(to) - x(from), tick_height, "band");
  s.line(x(from), middle, x(to), middle, "grid");
  draw_values(s, f, x, up);
  if (std::log2(low) < x.from) arrow(s, x.left - 8, middle, -1);
  if (std::log2(high) > x.to) arrow(s, x.right + 8, middle, 1);
}

chart number_lines(const std::vector<const format*>& formats, double width, bool grouped) {
  chart c;
  svg& s = c.drawing;
  const axis x{axis_from, axis_to, 128, width - 168};
  const double top = 26;

  std::vector<double> ys;
  std::vector<std::pair<double, std::string>> heads;
  double y = top + 8;
  std::string group;
  for (const format* f : formats) {
    if (grouped && group_of(*f) != group) {
      group = group_of(*f);
      heads.emplace_back(y + 21, group);
      y += row_height + 6;
    }
    ys.push_back(y);
    y += row_height;
  }
  c.height = y + 6;

  for (int k = axis_from + 2; k <= axis_to; k += 4) {
    s.line(x(k), top, x(k), c.height, k % 8 == 0 ? "grid" : "grid faint");
    s.text(x(k), top - 8, "small", k == 0 ? "1" : typeset(fmt::format("2^{}", k)), anchor::middle);
  }
  s.text(x.right + 12, top - 8, "small", "range");
  s.text(width - 4, top - 8, "small", "values > 0", anchor::end);
  for (const auto& [at, text] : heads) s.text(0, at, "strong", text);

  for (std::size_t i = 0; i < formats.size(); ++i) {
    const format& f = *formats[i];
    const double middle = ys[i] + row_height / 2;
    const auto [low, high] = extent_of(f);
    const std::string range = range_text(low, high);
    s.open("row").tip(f.number.listed ? fmt::format("{}: {}", f.name, range)
                                      : fmt::format("{}: {}, {} bits of precision", f.name, range, f.number.digits));
    value_ticks(s, f, x, middle);
    s.text(x.left - 14, middle + 4, "name", f.name, anchor::end);
    s.text(x.right + 12, middle + 4, "small", range);
    s.text(width - 4, middle + 4, "small", fmt::format("{}", f.values().size()), anchor::end);
    s.close();
  }
  return c;
}

}  // namespace explore
