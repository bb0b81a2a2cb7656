// SQNR against bits: see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "text.hpp"

namespace explore {

namespace {
constexpr double widest = 9;    // bits on the linear part
constexpr double cluster = 70;  // columns nearer than that, in pixels, share the room for their labels
constexpr double line_height = 13;
constexpr std::size_t few_labels = 9;  // that many stand on one side

// The axis is drawn closer below 4 bits, where there is little.
double squeezed(double bits) { return bits < 4 ? 4 - 0.25 * (4 - bits) : bits; }

// Which of the labels, ascending in x, stand on the left: whole columns, about half of all.
std::size_t left_labels(const std::vector<const label*>& all, std::size_t from, std::size_t end) {
  if (end - from <= few_labels) return from;
  std::size_t best = from, least = end - from;
  for (std::size_t i = from + 1; i < end; ++i) {
    if (all[i]->x - all[i - 1]->x < 0.01) continue;
    const std::size_t left = i - from, right = end - i, difference = left < right ? right - left : left - right;
    if (difference < least) best = i, least = difference;
  }
  return best;
}
}  // namespace

std::string_view family(const format& f) {
  return f.block ? "block" : f.number.evenly_spaced ? "even" : f.number.listed ? "list" : "float";
}

void mark(svg& s, const format& f, double x, double y, double size) {
  const std::string style = fmt::format("dot {}", family(f));
  if (f.block) {
    s.path(fmt::format("M{} {}l{} {}l-{} {}l-{} -{}z", coordinate(x), coordinate(y - 1.3 * size),
                       coordinate(1.3 * size), coordinate(1.3 * size), coordinate(1.3 * size), coordinate(1.3 * size),
                       coordinate(1.3 * size), coordinate(1.3 * size)),
           style);
  } else if (f.number.evenly_spaced) {
    s.rect(x - 0.9 * size, y - 0.9 * size, 1.8 * size, 1.8 * size, style);
  } else if (f.number.listed) {
    s.path(fmt::format("M{} {}l{} {}h-{}z", coordinate(x), coordinate(y - 1.2 * size), coordinate(1.2 * size),
                       coordinate(2.1 * size), coordinate(2.4 * size)),
           style);
  } else {
    s.circle(x, y, size, style);
  }
}

bits_axis::bits_axis(std::vector<double> bits, double left, double right, double margin) {
  std::sort(bits.begin(), bits.end());
  std::vector<double> narrow;
  for (const double b : bits) {
    if (b <= widest) narrow.push_back(b);
    if (b > widest && (wide_.empty() || b > wide_.back() + 0.5)) wide_.push_back(b);
  }
  slot_ = margin + 24;
  if (narrow.empty()) narrow = {4, 8};
  const double end = right - slot_ * static_cast<double>(wide_.size());
  const double first = squeezed(narrow.front());
  main_ = {first, std::max(squeezed(narrow.back()), first + 0.5), left + margin, end - margin};
  first_ = narrow.front();
  last_ = std::max(narrow.back(), narrow.front() + 0.5);
  for (std::size_t i = 0; i < wide_.size(); ++i) breaks_.push_back(end + slot_ * static_cast<double>(i) - 6);
}

double bits_axis::operator()(double bits) const {
  for (std::size_t i = 0; i < wide_.size(); ++i) {
    if (std::abs(bits - wide_[i]) <= 0.5) return breaks_[i] + 18;
  }
  return main_(squeezed(bits));
}

std::vector<double> bits_axis::ticks() const {
  std::vector<double> out;
  for (double b = std::ceil(first_ - 0.01); b <= last_ + 1e-3; ++b) out.push_back(b);
  out.insert(out.end(), wide_.begin(), wide_.end());
  return out;
}

void place_labels(svg& s, const std::vector<label>& labels, const bits_axis& axis_of_bits, double low, double high) {
  std::vector<const label*> order;
  for (const label& l : labels) order.push_back(&l);
  std::stable_sort(order.begin(), order.end(), [](const label* a, const label* b) { return a->x < b->x; });
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && axis_of_bits(order[end]->x) - axis_of_bits(order[end - 1]->x) < cluster &&
           order[end]->x < widest)
      ++end;
    const double first = order[i]->x, last = order[end - 1]->x;
    const std::size_t middle = left_labels(order, i, end);
    for (const bool left : {true, false}) {
      std::vector<const label*> side;
      std::vector<double> wanted;
      for (std::size_t k = left ? i : middle; k < (left ? middle : end); ++k) {
        side.push_back(order[k]);
        wanted.push_back(order[k]->y);
      }
      const std::vector<double> ys = spread(wanted, line_height, low, high);
      const double x = left ? axis_of_bits(first) - 16 : axis_of_bits(last) + 16;
      for (std::size_t k = 0; k < side.size(); ++k) {
        const double from = axis_of_bits(side[k]->x), y = side[k]->y;
        const double direction = left ? -1 : 1;
        s.path(fmt::format("M{} {}L{} {}L{} {}", coordinate(from + 6 * direction), coordinate(y),
                           coordinate(x - 3 * direction), coordinate(ys[k]), coordinate(x), coordinate(ys[k])),
               "leader");
        s.text(x + 3 * direction, ys[k] + 4, "name halo", side[k]->text, left ? anchor::end : anchor::start);
      }
    }
    i = end;
  }
}

chart accuracy(const tensor_results& t, double width, double height) {
  chart c;
  c.height = height;
  svg& s = c.drawing;
  std::vector<double> bits;
  double low = 0, high = 10;
  std::vector<const result*> shown;
  for (const result& r : t.results) {
    if (!std::isfinite(r.error.sqnr_db)) continue;
    shown.push_back(&r);
    bits.push_back(r.bits);
    low = std::min(low, r.error.sqnr_db);
    high = std::max(high, r.error.sqnr_db);
  }
  const double left = 44, top = 16, bottom = height - 40;
  const bits_axis x(bits, left, width, 128);
  const axis y{10 * std::floor(low / 10), 10 * std::ceil((high + 2) / 10), bottom, top};

  for (double db = y.from; db <= y.to; db += 10) {
    s.line(left, y(db), width, y(db), db == y.from ? "axis" : "grid faint");
    s.text(left - 8, y(db) + 4, "small", fmt::format("{:.0f}", db), anchor::end);
  }
  s.text(0, top - 4, "small", "dB");
  for (const double b : x.ticks()) {
    s.line(x(b), top, x(b), bottom, "grid faint");
    s.text(x(b), bottom + 16, "small", fmt::format("{:.4g}", b), anchor::middle);
  }
  for (const double b : x.breaks())
    s.path(fmt::format("M{} {}l4 -10M{} {}l4 -10", coordinate(b - 6), coordinate(bottom + 5), coordinate(b - 1),
                       coordinate(bottom + 5)),
           "axis");
  s.text(left, bottom + 33, "small",
         "bits a value, scales included; the line runs along what nothing beats at as few bits");

  // The front: flat to the next format that keeps more, then up.
  std::string front;
  for (const result* r : shown) {
    if (!r->best) continue;
    front += front.empty() ? fmt::format("M{} {}", coordinate(x(r->bits)), coordinate(y(r->error.sqnr_db)))
                           : fmt::format("H{}V{}", coordinate(x(r->bits)), coordinate(y(r->error.sqnr_db)));
  }
  if (!front.empty()) {
    front += fmt::format("H{}", coordinate(width));
    s.path(front, "front");
    s.path(front + fmt::format("V{0}H{1}V{0}z", coordinate(bottom), coordinate(x(bits.front()))), "under");
  }

  std::vector<label> labels;
  for (const result* r : shown) {
    if (r->best || !r->of->variant || shown.size() <= 2 * few_labels)
      labels.push_back({r->bits, y(r->error.sqnr_db), r->name});
  }
  place_labels(s, labels, x, top + 2, bottom - 10);
  for (const result* r : shown) {
    s.open("point").tip(fmt::format("{}: {:.3f} bits, {:.2f} dB", r->name, r->bits, r->error.sqnr_db));
    mark(s, *r->of, x(r->bits), y(r->error.sqnr_db), 4.5);
    s.close();
  }
  return c;
}

}  // namespace explore
