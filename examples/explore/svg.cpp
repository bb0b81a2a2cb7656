// A little SVG: see svg.hpp.
#include "svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace explore {

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string coordinate(double x) {
  std::string out = fmt::format("{:.1f}", x);
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

svg& svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  body_ += fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", style, coordinate(x1), coordinate(y1),
                       coordinate(x2), coordinate(y2));
  return *this;
}

svg& svg::rect(double x, double y, double width, double height, std::string_view style, double radius) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n", style, coordinate(x),
                       coordinate(y), coordinate(width), coordinate(height),
                       radius == 0 ? "" : fmt::format(" rx=\"{}\"", coordinate(radius)));
  return *this;
}

svg& svg::circle(double x, double y, double radius, std::string_view style) {
  body_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", style, coordinate(x), coordinate(y),
                       coordinate(radius));
  return *this;
}

svg& svg::text(double x, double y, std::string_view style, std::string_view what, anchor at) {
  constexpr std::string_view anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  body_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>\n", style, coordinate(x), coordinate(y),
                       anchors[static_cast<int>(at)], escape(what));
  return *this;
}

svg& svg::path(const std::string& d, std::string_view style, std::string_view attributes) {
  if (!d.empty())
    body_ += fmt::format("<path class=\"{}\"{}{} d=\"{}\"/>\n", style, attributes.empty() ? "" : " ", attributes, d);
  return *this;
}

svg& svg::open(std::string_view style, std::string_view attributes) {
  body_ += fmt::format("<g class=\"{}\"{}{}>", style, attributes.empty() ? "" : " ", attributes);
  return *this;
}

svg& svg::tip(std::string_view what) {
  body_ += fmt::format("<title>{}</title>", escape(what));
  return *this;
}

svg& svg::close() {
  body_ += "</g>\n";
  return *this;
}

svg& svg::add(const svg& other) {
  body_ += other.body_;
  return *this;
}

std::string svg::element(double width, double height, std::string_view id, std::string_view title,
                         std::string_view description, std::string_view style) const {
  const std::string sheet = style.empty() ? "" : fmt::format("<style>{}</style>\n", style);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-labelledby=\"{2}-t {2}-d\">\n<title id=\"{2}-t\">{3}</title>\n<desc "
      "id=\"{2}-d\">{4}</desc>\n{5}{6}</svg>\n",
      coordinate(width), coordinate(height), id, escape(title), escape(description), sheet, body_);
}

// Least squares with order: y[i] - i * gap must ascend, which pooling what is out of order solves.
std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high) {
  const std::size_t n = wanted.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  struct pool {
    double sum;
    std::size_t count;
    [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<pool> pools;
  for (std::size_t i = 0; i < n; ++i) {
    pools.push_back({wanted[order[i]] - static_cast<double>(i) * gap, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::vector<double> out(n);
  std::size_t i = 0;
  const double room = high - static_cast<double>(n == 0 ? 0 : n - 1) * gap;
  for (const pool& p : pools) {
    for (std::size_t k = 0; k < p.count; ++k, ++i)
      out[order[i]] = std::clamp(p.mean(), low, std::max(low, room)) + static_cast<double>(i) * gap;
  }
  return out;
}

const std::string_view chart_style = R"css(
svg{--ink:#1f2328;--soft:#59636e;--hair:#d1d9e0;--panel:#f6f8fa;--paper:#fff;
--number:#0969da;--sub:#d9730d;--even:#1a7f37;--list:#bf3989;--block:#8250df;--band:#e9e0fb;
--p0:#0969da;--p1:#d9730d;--p2:#1a7f37;--p3:#cf222e;--p4:#8250df;--p5:#0e7c86;--p6:#bf3989;--p7:#7d5c00;--p8:#57606a}
@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--soft:#9da7b3;--hair:#30363d;--panel:#151b23;--paper:#0d1117;
--number:#58a6ff;--sub:#f0a742;--even:#4ac26b;--list:#f778ba;--block:#bc8cff;--band:#2d2347;
--p0:#58a6ff;--p1:#f0a742;--p2:#4ac26b;--p3:#f85149;--p4:#bc8cff;--p5:#39c5cf;--p6:#ff9be8;--p7:#d4b106;--p8:#9da7b3}}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink);
font-variant-numeric:tabular-nums}
svg .name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:11.5px}
svg .soft{fill:var(--soft)}svg .small{fill:var(--soft);font-size:11px}svg .strong{font-weight:600}
svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3.5px;stroke-linejoin:round}
svg .head{font-size:15px;font-weight:600}
svg .grid{stroke:var(--hair);stroke-width:1;fill:none}svg .axis{stroke:var(--soft);stroke-width:1;fill:none}
svg .grid.faint{opacity:.55}
svg .normal{stroke:var(--number)}svg .sub{stroke:var(--sub)}svg .even{stroke:var(--even)}
svg .list{stroke:var(--list)}svg .fill.list{fill:var(--list);stroke:none}
svg .tick{fill:none}svg .fill.normal{fill:var(--number);stroke:none}
svg .fill.sub{fill:var(--sub);stroke:none}svg .fill.even{fill:var(--even);stroke:none}
svg .band{fill:var(--band)}svg .beyond{fill:var(--soft)}
svg .leader{stroke:var(--soft);stroke-width:.8;fill:none;opacity:.55}
svg .front{stroke:var(--soft);stroke-width:1.2;fill:none;opacity:.55}
svg .under{fill:var(--soft);opacity:.08}
svg .dot{stroke:var(--paper);stroke-width:1}svg .dot.float{fill:var(--number)}svg .dot.even{fill:var(--even)}
svg .dot.block{fill:var(--block)}svg .dot.list{fill:var(--list);stroke:var(--paper)}
svg .drop{stroke-width:2;fill:none;opacity:.6}svg .drop.float{stroke:var(--number)}svg .drop.even{stroke:var(--even)}
svg .drop.block{stroke:var(--block)}svg .drop.list{stroke:var(--list)}
svg .ring{fill:var(--paper);stroke-width:2}svg .ring.float{stroke:var(--number)}svg .ring.even{stroke:var(--even)}
svg .ring.block{stroke:var(--block)}svg .ring.list{stroke:var(--list)}
svg .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}svg .curve.dashed{stroke-dasharray:6 4}
svg .card{fill:var(--paper);stroke:var(--hair)}
)css";

}  // namespace explore
