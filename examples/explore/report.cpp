// The HTML report: one page with everything in it.
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "charts.hpp"
#include "page.hpp"
#include "text.hpp"

namespace explore {

namespace {

constexpr double page_width = 1100;

std::string glance(const std::vector<tensor_results>& all) {
  std::string out =
      "<div class=\"scroll\"><table class=\"glance\"><caption>What keeps most</caption><thead><tr><th>tensor</th>";
  std::vector<const width_class*> used;
  for (const width_class& w : width_classes) {
    if (std::any_of(all.begin(), all.end(), [&](const auto& t) { return best_of(t, w) != nullptr; }))
      used.push_back(&w);
  }
  for (const width_class* w : used) out += fmt::format("<th>{}</th>", w->title);
  out += "</tr></thead><tbody>\n";
  for (const tensor_results& t : all) {
    out += fmt::format("<tr><th>{}</th>", escape(t.tensor->name));
    for (const width_class* w : used) {
      const result* best = best_of(t, *w);
      out += best == nullptr ? "<td>-</td>"
                             : fmt::format("<td><b>{}</b> <span>{} dB</span></td>", escape(best->name),
                                           decibels(best->error.sqnr_db));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

struct column {
  std::string_view title, meaning;
};
constexpr column columns[] = {
    {"format", "the format, with the scale rule if one was asked for"},
    {"scale", "none; tensor, rms, mean: one float; block: in each block; both"},
    {"bits", "a value, scales included"},
    {"SQNR dB", "signal to quantisation noise ratio"},
    {"max error", "largest absolute error"},
    {"max relative", "largest relative error; 1 where a value became 0"},
    {"cosine", "of the angle between the tensor and what is read back"},
    {"clipped", "values that would have rounded to something larger"},
    {"to zero", "values that became 0"},
    {"product", "relative error of X W^T in the Frobenius norm"},
    {"ns in", "time to quantize a value"},
    {"ns out", "time to dequantize a value"},
};

std::string cell(double key, const std::string& text, std::string_view more = "") {
  return fmt::format("<td data-key=\"{}\"{}>{}</td>",
                     std::isfinite(key) ? fmt::format("{:.9g}", key)
                     : key > 0          ? "1e999"
                                        : "-1e999",
                     more, text);
}

std::string results_table(const tensor_results& t) {
  double top = 1;
  for (const result& r : t.results) {
    if (std::isfinite(r.error.sqnr_db)) top = std::max(top, r.error.sqnr_db);
  }
  std::string out = "<div class=\"scroll\"><table class=\"results\"><thead><tr>";
  for (const column& c : columns)
    out += fmt::format("<th title=\"{}\" scope=\"col\"><button type=\"button\">{}</button></th>", c.meaning, c.title);
  out += "</tr></thead><tbody>\n";
  for (const result& r : t.results) {
    const double share = std::isfinite(r.error.sqnr_db) ? std::clamp(100 * r.error.sqnr_db / top, 0.0, 100.0) : 0;
    out += fmt::format("<tr{}><th scope=\"row\" data-key=\"{}\">{}</th><td data-key=\"{}\">{}</td>",
                       r.best ? " class=\"best\"" : "", escape(r.name), escape(r.name), r.scale, r.scale);
    out += cell(r.bits, fmt::format("{:.3f}", r.bits));
    out += cell(r.error.sqnr_db, decibels(r.error.sqnr_db),
                fmt::format(" class=\"bar\" style=\"--share:{:.1f}%\"", share));
    out += cell(r.error.max_absolute, significant(r.error.max_absolute, 4));
    out += cell(r.error.max_relative, significant(r.error.max_relative, 4));
    out += cell(r.error.cosine, cosine(r.error.cosine));
    out += cell(r.clipped, percent(r.clipped));
    out += cell(r.flushed, percent(r.flushed));
    out += cell(r.product, significant(r.product, 3));
    out += cell(r.quantize_ns, fmt::format("{:.1f}", r.quantize_ns));
    out += cell(r.dequantize_ns, fmt::format("{:.1f}", r.dequantize_ns));
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string tensor_tabs(const std::vector<tensor_results>& all) {
  std::string out = "<div class=\"tabs\">\n", style;
  for (std::size_t i = 0; i < all.size() && all.size() > 1; ++i) {
    out += fmt::format(
        "<input type=\"radio\" name=\"tensor\" id=\"tensor-{0}\"{1}><label for=\"tensor-{0}\">{2}</label>\n", i,
        i == 0 ? " checked" : "", escape(all[i].tensor->name));
    style += fmt::format("#tensor-{0}:checked~#panel-{0}{{display:block}}", i);
  }
  if (all.size() > 1) out += fmt::format("<style>@media screen{{.panel{{display:none}}{}}}</style>\n", style);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const tensor_results& t = all[i];
    const chart picture = accuracy(t, page_width, 640);
    out += fmt::format(
        "<section class=\"panel\" id=\"panel-{}\">\n<p class=\"about\"><b>{}</b>: {}. Largest {}, rms {}, "
        "their ratio {}.</p>\n<div class=\"scroll\">{}</div>\n{}</section>\n",
        i, escape(t.tensor->name), escape(t.tensor->description), significant(t.amax, 4), significant(t.rms, 4),
        t.rms == 0 ? "-" : significant(t.amax / t.rms, 3),
        picture.drawing.element(page_width, picture.height, fmt::format("accuracy-{}", i),
                                fmt::format("SQNR against bits a value: {}", t.tensor->name),
                                "Each format as a point; the table below has the same numbers."),
        results_table(t));
  }
  return out + "</div>\n";
}

// The formats that were measured, fewest bits first, blocks last.
std::vector<const format*> shown_formats(const std::vector<tensor_results>& all) {
  std::vector<const format*> out;
  for (const tensor_results& t : all) {
    for (const result& r : t.results) {
      if (std::find(out.begin(), out.end(), r.of) == out.end()) out.push_back(r.of);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const format* a, const format* b) {
    const auto key = [](const format* f) {
      return std::tuple(f->block.has_value(), !f->number.is_signed, std::min(f->bits, 16.0), f->number.evenly_spaced,
                        f->number.largest / f->number.smallest);
    };
    return key(a) < key(b);
  });
  return out;
}

std::string error_section(const std::vector<const format*>& shown) {
  std::vector<const format*> numbers;
  for (const format* f : shown) {
    if (!f->block) numbers.push_back(f);
  }
  if (numbers.empty()) return "";
  // A few to begin with: of each width the ones with a standard's short name, as many as there are colours.
  constexpr std::string_view first[] = {"e2m1fn", "e2m3fn", "e3m2fn",  "int8",    "e3m4",
                                        "e4m3fn", "e5m2",   "float16", "bfloat16"};
  const auto begins = [&](const format* f) {
    return numbers.size() <= curve_colours ||
           std::find(std::begin(first), std::end(first), f->name) != std::end(first);
  };
  // Those shown first get the colours, the others the same again in dashes.
  std::vector<curve_style> curves;
  int shown_first = 0, others = 0;
  for (const format* f : numbers)
    curves.push_back({f, (begins(f) ? shown_first++ : others++) % curve_colours, !begins(f)});
  const chart c = error_curves(curves, page_width, 440);
  std::string chips = "<div class=\"chips\" role=\"group\" aria-label=\"formats in the picture\">", hidden;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool on = begins(numbers[i]);
    chips += fmt::format(
        "<label><input type=\"checkbox\" data-curve=\"{0}\"{1}><i class=\"c{2}{3}\"></i>{4}</label>\n", i,
        on ? " checked" : "", curves[i].colour, curves[i].dashed ? " dashed" : "", escape(numbers[i]->name));
    if (!on) hidden += fmt::format("{}.curve-{}", hidden.empty() ? "" : ",", i);
  }
  chips += "</div>\n";
  return fmt::format(
      "<section><h2>The error over the value range</h2>\n<p>How far a value can be from what it rounds to, without "
      "any "
      "scale. Within a binade the relative error falls by half and jumps back: the teeth. On the left values fade "
      "into "
      "the subnormal range until they become 0, on the right they clamp.</p>\n{}<div "
      "class=\"scroll\">{}</div></section>\n{}",
      chips,
      c.drawing.element(
          page_width, c.height, "error", "Worst relative error of rounding, over the value range",
          "One curve a format, saw-toothed over its normal range and rising to 100 percent at both ends."),
      hidden.empty() ? "" : fmt::format("<style id=\"hidden-curves\">{}{{display:none}}</style>\n", hidden));
}

std::string lines_section(const std::vector<const format*>& shown) {
  const chart c = number_lines(shown, page_width, true);
  return fmt::format(
      "<section><h2>Every value there is</h2>\n<p>The positive values on one log axis. <i class=\"key normal\"></i> "
      "normal, "
      "<i class=\"key sub\"></i> subnormal: fewer bits of precision, <i class=\"key even\"></i> evenly spaced, "
      "<i class=\"key list\"></i> a list, "
      "<i class=\"key band\"></i> where the scales of a block format can move its elements.</p>\n"
      "<div class=\"scroll\">{}</div></section>\n",
      c.drawing.element(
          page_width, c.height, "lines", "Number lines of all formats",
          "A row of ticks for each format, one tick for each positive value, on a common logarithmic axis."));
}

}  // namespace

std::string report(const std::vector<tensor_results>& all, const options& o) {
  const std::vector<const format*> shown = shown_formats(all);
  std::string_view rounding;
  for (const auto& [name, mode, meaning] : rounding_names) {
    if (mode == o.measure.rounding.mode) rounding = name;
  }
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Number formats: bits and "
      "accuracy</title>\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<style>{}{}</style>\n</head>\n<body>\n<main>\n",
      page_style, chart_style);
  out += fmt::format(
      "<header><h1>What number formats cost and keep</h1>\n<p>{} formats on {}, rounded with {}. "
      "Made by <code>{}</code>.</p></header>\n",
      shown.size(), all.size() == 1 ? escape(all.front().tensor->name) : fmt::format("{} tensors", all.size()),
      rounding, escape(o.command));
  out += glance(all);
  out += fmt::format(
      "<section><h2>Accuracy against bits</h2>\n<p><i class=\"key float\"></i> floating point, "
      "<i class=\"key square\"></i> integers, <i class=\"key triangle\"></i> lists, <i class=\"key diamond\"></i> "
      "blocks with their own scales. Numbers of 8 bits or less are scaled so that the largest value of the tensor "
      "becomes their largest, tapered ones so that its rms becomes 1, those of 1 or 2 bits its mean magnitude; wider "
      "ones are not scaled.</p>\n{}</section>\n",
      tensor_tabs(all));
  out += lines_section(shown);
  out += error_section(shown);
  out += fmt::format(
      "<footer><p>SQNR = 10 log<sub>10</sub>(&Sigma;x&sup2; / &Sigma;(x - y)&sup2;). Bits count every byte of the "
      "coded matrix. The product is X W<sup>T</sup> of the coded W in single precision, against the same of "
      "the original in double; X is standard normal. Times are the quickest of several runs on the machine that "
      "made this page.</p></footer>\n</main>\n<script>{}</script>\n</body>\n</html>\n",
      page_script);
  return out;
}

}  // namespace explore
