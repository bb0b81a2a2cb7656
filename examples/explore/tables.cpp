// The tables on standard output: results, --list and --show. 110 columns at most.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text.hpp"

namespace explore {

namespace {

struct style {
  const char *strong = "", *good = "", *faint = "", *off = "";
  style() {
    if (wants_colour()) strong = "\x1b[1m", good = "\x1b[32m", faint = "\x1b[2m", off = "\x1b[0m";
  }
};

std::string specials_of(const number_facts& f) {
  std::string text;
  if (f.has_infinity) text += "Inf ";
  if (f.has_nan) text += "NaN ";
  if (f.has_negative_zero) text += "-0 ";
  if (!f.has_zero) text += "no 0 ";
  if (text.empty()) return "none";
  text.pop_back();
  return text;
}

}  // namespace

void print_results(const tensor_results& t) {
  const style s;
  fmt::print("{}{}{}: {}\n", s.strong, t.tensor->name, s.off, t.tensor->description);
  fmt::print("largest {}, rms {}, ratio {}\n", significant(t.amax, 4), significant(t.rms, 4),
             t.rms == 0 ? "-" : significant(t.amax / t.rms, 3));
  fmt::print("{}  {:<17}{:<9}{:>7}{:>8}{:>9}{:>9}{:>9}{:>8}{:>8}{:>9}{:>6}{:>6}{}\n", s.faint, "format", "scale",
             "bits", "SQNR", "max err", "max rel", "cosine", "clipped", "to 0", "product", "ns in", "out", s.off);
  for (const result& r : t.results) {
    fmt::print("{}{} {:<17}{:<9}{:>7.3f}{:>8}{:>9}{:>9}{:>9}{:>8}{:>8}{:>9}{:>6.1f}{:>6.1f}{}\n",
               r.best ? s.good : "", r.best ? '*' : ' ', r.of->name, r.scale, r.bits, decibels(r.error.sqnr_db),
               significant(r.error.max_absolute, 3), significant(r.error.max_relative, 3), cosine(r.error.cosine),
               percent(r.clipped), percent(r.flushed), significant(r.product, 3), r.quantize_ns, r.dequantize_ns,
               r.best ? s.off : "");
  }
  if (!t.left_out.empty()) {
    fmt::print("{}  unsigned, so not for this tensor:", s.faint);
    for (const format* f : t.left_out) fmt::print(" {}", f->name);
    fmt::print("{}\n", s.off);
  }
  fmt::print("\n");
}

void print_legend() {
  fmt::print(
      "* nothing with as few bits keeps more. bits: a value, scales included. SQNR in dB. clipped: would have\n"
      "  rounded to something larger. to 0: values that became 0. product: relative error of X W^T. ns: a value.\n"
      "  scale tensor: numbers of 8 bits or less are scaled so that the tensor's largest value is theirs;\n"
      "  rms, mean: so that 1 is the tensor's rms, for tapered formats, or mean magnitude, for 1 or 2 bits.\n");
}

void print_summary(const std::vector<tensor_results>& all) {
  if (all.size() < 2) return;
  const style s;
  fmt::print("\n{}best in dB    {}", s.strong, s.off);
  for (const tensor_results& t : all) fmt::print(" {:>23}", t.tensor->name);
  fmt::print("\n");
  for (const width_class& w : width_classes) {
    fmt::print("  {:<12}", w.title);
    for (const tensor_results& t : all) {
      const result* best = best_of(t, w);
      fmt::print(" {:>23}", best == nullptr ? "-" : best->name + " " + decibels(best->error.sqnr_db));
    }
    fmt::print("\n");
  }
}

void print_list() {
  const style s;
  fmt::print("{}  {:<13}{:>5}{:>11}{:>8}{:>12}{:>9}{:>10}{:>7}{:>8}  {}{}\n", s.strong, "number", "bits", "special",
             "finite", "largest", "normal", "least", "digits", "decades", "from", s.off);
  for (const format& f : all_formats()) {
    if (f.block) continue;
    const number_facts& n = f.number;
    const bool normal = !n.evenly_spaced && !n.listed;
    fmt::print("  {:<13}{:>5}{:>11}{:>8}{:>12}{:>9}{:>10}{:>7}{:>8.1f}  {}\n", f.name,
               (n.is_signed ? "" : "u") + std::to_string(n.bits), specials_of(n), n.finite, short_number(n.largest),
               normal ? short_number(n.smallest_normal) : "-", short_number(n.smallest, 3),
               n.listed ? "-" : std::to_string(n.digits), std::log10(n.largest / n.smallest), f.standard);
  }
  fmt::print(
      "  u: unsigned. finite: different finite values. normal: least of full precision. least: above 0.\n"
      "  digits: bits of precision. decades: from the least to the largest.\n\n");

  fmt::print("{}  {:<17}{:>6}{:>7}{:>6}  {:<10}{:<8}{:<7}{:>12}{:>9}  {}{}\n", s.strong, "block", "bits", "values",
             "bytes", "element", "scale", "tensor", "largest", "least", "from", s.off);
  for (const format& f : all_formats()) {
    if (!f.block) continue;
    const block_facts& b = *f.block;
    fmt::print("  {:<17}{:>6}{:>7}{:>6}  {:<10}{:<8}{:<7}{:>12}{:>9}  {}\n", f.name, f.bits,
               b.tile_rows == 1 ? std::to_string(b.values) : fmt::format("{}x{}", b.tile_rows, b.values), b.bytes,
               name_of(b.element, b.element_spelling), name_of(b.scale, b.scale_spelling),
               b.tensor_scale ? "float" : "-", short_number(f.number.largest * b.largest_scale),
               short_number(f.number.smallest * b.smallest_scale, 3), f.standard);
  }
  fmt::print("  bits: a value, scales included. largest, least: element times block scale, before a tensor scale.\n");
}

namespace {

std::string bit_fields(std::uint64_t code, const code_fields& f) {
  std::string out;
  int at = f.sign + f.exponent + f.fraction;
  for (const int width : {f.sign, f.exponent, f.fraction}) {
    if (width != 0 && !out.empty()) out += ' ';
    for (int i = 0; i < width; ++i) out += ((code >> --at) & 1) != 0 ? '1' : '0';
  }
  return out;
}

// Exactly, or to 7 digits where a list has values of its own.
std::string value_text(const lowp::exact& x, bool listed) {
  switch (x.kind) {
    case lowp::value_kind::nan:
      return "NaN";
    case lowp::value_kind::infinite:
      return x.negative ? "-Inf" : "Inf";
    case lowp::value_kind::zero:
      return x.negative ? "-0" : "0";
    case lowp::value_kind::finite:
      break;
  }
  const double v = lowp::round_to<double>(x);
  return listed ? short_number(v, 7) : exact_number(v);
}

void print_codes(const format& f) {
  const std::uint64_t codes = std::uint64_t{1} << f.number.bits;
  const std::uint64_t columns = std::min<std::uint64_t>(4, std::max<std::uint64_t>(1, codes / 8));
  const std::uint64_t rows = codes / columns;
  const int hex = (f.number.bits + 3) / 4;
  for (std::uint64_t r = 0; r < rows; ++r) {
    std::string line;
    for (std::uint64_t c = 0; c < columns; ++c) {
      const std::uint64_t code = c * rows + r;
      const lowp::exact x = f.decode(code);
      const bool subnormal =
          x.kind == lowp::value_kind::finite && std::abs(lowp::round_to<double>(x)) < f.number.smallest_normal;
      const std::string value = value_text(x, f.number.listed) + (subnormal ? "'" : "");
      line +=
          fmt::format("{}{:0{}x} {} {:<12}", c == 0 ? "" : " ", code, hex, bit_fields(code, f.number.fields), value);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
  if (f.number.listed) {
    fmt::print("code, {}value to 7 digits\n", f.number.fields.exponent == 0 ? "" : "choice and ");
  } else {
    fmt::print("code, fields, value; ' marks what has less than {} bits of precision\n", f.number.digits);
  }
}

// Binades of equally many values that follow each other make one line.
void print_binades(const format& f) {
  const std::vector<double> values = f.values();
  struct run {
    int first, last;
    std::size_t each;
  };
  std::vector<run> runs;
  for (std::size_t i = 0; i < values.size();) {
    const int k = std::ilogb(values[i]);
    std::size_t n = 0;
    for (; i < values.size() && std::ilogb(values[i]) == k; ++i) ++n;
    if (!runs.empty() && runs.back().each == n && runs.back().last == k - 1) {
      runs.back().last = k;
    } else {
      runs.push_back({k, k, n});
    }
  }
  fmt::print("{:<24}{:>9}{:>16}{:>18}\n", "from, below", "binades", "values in each", "step");
  for (const auto& [first, last, each] : runs) {
    const auto from = std::lower_bound(values.begin(), values.end(), std::ldexp(1.0, first));
    const double step = from + 1 != values.end() ? from[1] - from[0] : from[0] - from[-1];
    const std::string gap = first == last
                                ? fmt::format("2^{}", std::ilogb(step))
                                : fmt::format("2^{} to 2^{}", std::ilogb(step), std::ilogb(step) + last - first);
    fmt::print("{:<24}{:>9}{:>16}{:>18}\n", fmt::format("2^{}, 2^{}", first, last + 1), last - first + 1, each, gap);
  }
}

}  // namespace

void print_values(const format& f) {
  const number_facts& n = f.number;
  if (f.block) {
    const block_facts& b = *f.block;
    fmt::print("{} ({}): {} values in {} bytes, {} bits a value\n", f.name, f.standard, b.values, b.bytes, f.bits);
    fmt::print("value = {} element * {} scale{}\n", name_of(b.element, b.element_spelling),
               name_of(b.scale, b.scale_spelling), b.tensor_scale ? " * one float for the tensor" : "");
    if (b.tile_rows > 1) fmt::print("{} rows share their scales\n", b.tile_rows);
    fmt::print("the elements:\n");
  } else {
    fmt::print("{} ({}): {} bits, special values: {}\n", f.name, f.standard, n.bits, specials_of(n));
  }
  if (n.listed) {
    fmt::print("{} finite values, largest {}, smallest {}\n\n", n.finite, short_number(n.largest, 7),
               short_number(n.smallest, 7));
  } else {
    fmt::print("{} finite values, largest {}, smallest {}, smallest normal {}\n", n.finite, exact_number(n.largest),
               exact_number(n.smallest), exact_number(n.smallest_normal));
    fmt::print("{} bits of precision, epsilon {}\n\n", n.digits, exact_number(n.epsilon));
  }
  if (n.bits <= 8) {
    print_codes(f);
  } else {
    print_binades(f);
  }
}

}  // namespace explore
