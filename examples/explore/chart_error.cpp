// The worst relative error of rounding to nearest, as a function of the value: see charts.hpp.
//
// Between neighbours a < b the worst x is the middle: error (b - a) / (b + a). In log-log that is a straight
// line wherever the gap stays the same, so a curve needs the two ends of every run of equal gaps. Below half
// the smallest value all is lost; above the largest one values clamp and the error grows toward all again.
#include <fmt/format.h>

#include <cmath>

#include "charts.hpp"
#include "text.hpp"

namespace explore {

namespace {

constexpr int axis_from = -26, axis_to = 18;
constexpr int least_error = -13;

struct point {
  double x, error;
};

std::vector<point> curve_of(const format& f) {
  const std::vector<double> v = f.values();
  std::vector<point> out;
  if (v.empty()) return out;
  if (f.number.has_zero) {
    if (std::log2(v.front()) > axis_from) out.push_back({std::exp2(axis_from), 1});
    out.push_back({v.front() / 2, 1});
  }
  const auto middle = [&](std::size_t i) {
    return point{(v[i] + v[i + 1]) / 2, (v[i + 1] - v[i]) / (v[i + 1] + v[i])};
  };
  for (std::size_t i = 0; i + 1 < v.size();) {
    const double gap = v[i + 1] - v[i];
    std::size_t last = i;
    while (last + 2 < v.size() && v[last + 2] - v[last + 1] == gap) ++last;
    out.push_back(middle(i));
    if (last != i) out.push_back(middle(last));
    i = last + 1;
  }
  const double floor = out.empty() ? 0 : out.back().error;
  for (double beyond = 0.02; beyond < 8; beyond *= 1.3) {
    const point p{v.back() * std::exp2(beyond), 1 - std::exp2(-beyond)};
    if (p.error > floor) out.push_back(p);
  }
  return out;
}

// Straight lines from point to point in log-log, cut off at both ends of the x axis.
std::string path_of(const std::vector<point>& points, const axis& x, const axis& y) {
  std::string d;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double x0 = std::log2(points[i].x), x1 = std::log2(points[i + 1].x);
    if (x1 <= x.from || x0 >= x.to) continue;
    const double y0 = std::log2(points[i].error), y1 = std::log2(points[i + 1].error);
    const auto at = [&](double where) {
      return fmt::format("{} {}", coordinate(x(where)),
                         coordinate(y(std::max<double>(y0 + (y1 - y0) * (where - x0) / (x1 - x0), least_error))));
    };
    if (d.empty()) d = "M" + at(std::max(x0, x.from));
    d += "L" + at(std::min(x1, x.to));
  }
  return d;
}

}  // namespace

chart error_curves(const std::vector<curve_style>& curves, double width, double height) {
  chart c;
  c.height = height;
  svg& s = c.drawing;
  const double top = 16, bottom = height - 40;
  const axis x{axis_from, axis_to, 60, width - 8}, y{least_error, 0, bottom, top};

  for (int k = 0; k >= least_error; k -= 2) {
    s.line(x.left, y(k), x.right, y(k), "grid faint");
    s.text(x.left - 8, y(k) + 4, "small", fmt::format("{:.{}g} %", 100 * std::exp2(k), k > -5 ? 4 : 2), anchor::end);
  }
  for (int k = axis_from + 2; k <= axis_to; k += 4) {
    s.line(x(k), top, x(k), bottom, k % 8 == 0 ? "grid" : "grid faint");
    s.text(x(k), bottom + 16, "small", k == 0 ? "1" : typeset(fmt::format("2^{}", k)), anchor::middle);
  }
  s.line(x.left, bottom, x.right, bottom, "axis");
  s.text(x.left, bottom + 33, "small",
         "value; error: the worst |x - rounded x| / |x| near that value, rounding to nearest");

  for (std::size_t i = 0; i < curves.size(); ++i) {
    s.open(fmt::format("series curve-{}", i)).tip(curves[i].of->name);
    s.path(path_of(curve_of(*curves[i].of), x, y), curves[i].dashed ? "curve dashed" : "curve",
           fmt::format("style=\"stroke:var(--p{})\"", curves[i].colour));
    s.close();
  }
  return c;
}

}  // namespace explore
