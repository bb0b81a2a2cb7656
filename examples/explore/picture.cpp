// The picture of the README: for some formats their values on a log axis, and what they keep of a Gaussian
// tensor without and with outliers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "report.hpp"
#include "text.hpp"

namespace explore {

namespace {

constexpr double width = 960, row_height = 26, group_gap = 12;

const result* find(const tensor_results& t, const format* f) {
  for (const result& r : t.results) {
    if (r.of == f) return &r;
  }
  return nullptr;
}

}  // namespace

measuring picture_measuring(const measuring& asked) {
  measuring m = asked;
  if (m.formats.size() == all_formats().size()) {
    m.formats = find_formats(
        "int4,e2m1fn,mxfp4,nvfp4,e3m2fn,e2m3fn,mxfp6_e3m2,mxfp6_e2m3,int8,e5m2,e4m3fn,mxint8,mxfp8_e5m2,mxfp8_e4m3");
  }
  m.rules.resize(1);
  return m;
}

std::string picture(const std::vector<tensor_results>& all, const std::vector<const format*>& formats) {
  const tensor_results &plain = all.front(), &rough = all.back();
  svg s;
  const double left = 24, top = 92;
  double y = top + 6;
  std::vector<double> middles;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    if (i != 0 && std::floor(formats[i]->bits) != std::floor(formats[i - 1]->bits)) y += group_gap;
    middles.push_back(y + row_height / 2);
    y += row_height;
  }
  const double bottom = y + 4, height = bottom + 62;
  const axis values{-17, 17, 182, 640}, decibel{0, 45, 684, width - 100};

  s.rect(0.5, 0.5, width - 1, height - 1, "card", 12);
  s.text(left, 36, "head", "What a format has, and what it keeps");
  s.text(values.left - 24, 64, "small", "bits", anchor::end);
  s.text(values.left, 64, "small", "every positive value, on a log axis");
  s.text(decibel.left, 64, "small", "what is left of weights: SQNR in dB");
  for (int k = -16; k <= 16; k += 4) {
    s.line(values(k), top, values(k), bottom, "grid faint");
    s.text(values(k), top - 8, "small", k == 0 ? "1" : typeset(fmt::format("2^{}", k)), anchor::middle);
  }
  for (int db = 0; db <= 40; db += 10) {
    s.line(decibel(db), top, decibel(db), bottom, "grid faint");
    s.text(decibel(db), top - 8, "small", fmt::format("{}", db), anchor::middle);
  }

  for (std::size_t i = 0; i < formats.size(); ++i) {
    const format& f = *formats[i];
    const double m = middles[i];
    s.text(left, m + 4, "name", f.name);
    s.text(values.left - 24, m + 4, "small", fmt::format("{:.4g}", f.bits), anchor::end);
    value_ticks(s, f, values, m);
    const result *before = find(plain, &f), *after = find(rough, &f);
    if (before == nullptr || after == nullptr) continue;
    const auto place = [&](const result* r) { return decibel(std::clamp(r->error.sqnr_db, 0.0, decibel.to)); };
    s.line(place(before), m, place(after), m, fmt::format("drop {}", family(f)));
    s.circle(place(after), m, 4, fmt::format("ring {}", family(f)));
    mark(s, f, place(before), m, 4.5);
    s.text(width - 24, m + 4, "small", fmt::format("{:.1f} → {:.1f}", before->error.sqnr_db, after->error.sqnr_db),
           anchor::end);
  }

  double x = left;
  const double foot = bottom + 36;
  const auto key = [&](std::string_view style, std::string_view text, double room) {
    s.rect(x, foot - 9, 11, 11, style, 2);
    s.text(x + 17, foot + 1, "small", text);
    x += room;
  };
  key("fill normal", "normal", 74);
  key("fill sub", "subnormal", 92);
  key("fill even", "evenly spaced", 112);
  key("band", "where block scales move the elements", 0);
  x = decibel.left;
  s.circle(x + 5, foot - 4, 4.5, "dot float");
  s.text(x + 17, foot + 1, "small", "Gaussian weights");
  s.circle(x + 131, foot - 4, 4, "ring float");
  s.text(x + 143, foot + 1, "small", "1 in 1000 × 20");
  return s.element(
      width, height, "lowp", "What number formats have and keep",
      "For formats of 4 to 8 bits: all positive values on a log axis, and the signal to noise ratio they keep "
      "of Gaussian weights, without and with outliers. Formats with one scale for the whole tensor lose most "
      "to outliers, unless they have a wide exponent; block formats hardly any.",
      chart_style);
}

}  // namespace explore
