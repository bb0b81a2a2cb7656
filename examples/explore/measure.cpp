// Measuring: see measure.hpp.
#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace explore {

namespace {

constexpr std::size_t product_rows = 8;
constexpr std::size_t chunk_values = 16384;

// A tensor, and what of it does not depend on the format.
struct subject {
  const sample* tensor;
  input_view w;
  std::vector<float> x;                // product_rows x cols
  std::vector<double> reference;       // product_rows x rows: x w^T
  double amax = 0, rms = 0, mean = 0;  // mean of |x|
  bool negative = false;
};

subject prepare(const sample& tensor, std::uint64_t seed) {
  subject s{&tensor, input_view(tensor.values.data(), tensor.rows, tensor.cols), {}, {}};
  for (const float v : tensor.values) {
    const double a = static_cast<double>(v);
    s.amax = std::max(s.amax, std::abs(a));
    s.rms += a * a;
    s.mean += std::abs(a);
    s.negative |= a < 0;
  }
  s.rms = std::sqrt(s.rms / static_cast<double>(tensor.values.size()));
  s.mean /= static_cast<double>(tensor.values.size());
  s.x = gaussian_values(seed, product_rows * tensor.cols);
  s.reference.resize(product_rows * tensor.rows);
  for (std::size_t j = 0; j < tensor.rows; ++j) {
    for (std::size_t i = 0; i < product_rows; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < tensor.cols; ++k)
        sum += static_cast<double>(s.x[i * tensor.cols + k]) * static_cast<double>(s.w(j, k));
      s.reference[i * tensor.rows + j] = sum;
    }
  }
  return s;
}

// The least time of one call, in ns: at least 5 calls, and more while they are quick.
template <class F>
double least_ns(F&& f) {
  using clock = std::chrono::steady_clock;
  double least = std::numeric_limits<double>::infinity(), total = 0;
  for (int i = 0; i < 5 || (i < 40 && total < 4e6); ++i) {
    const auto start = clock::now();
    f();
    const double ns = std::chrono::duration<double, std::nano>(clock::now() - start).count();
    least = std::min(least, ns);
    total += ns;
  }
  return least;
}

// `largest` is the format's: coded as x / s, W may reach the end of float's range, so X makes room for the sums.
double product_error(const subject& s, const coder& coded, double scale, double largest) {
  const double room = largest > 0x1p64 && scale < 1 ? 0x1p-64 : 1;
  std::vector<float> x = s.x, y(s.reference.size());
  for (float& v : x) v = static_cast<float>(static_cast<double>(v) * room);
  coded.multiply(input_view(x.data(), product_rows, s.w.cols()), output_view(y.data(), product_rows, s.w.rows()));
  scale /= room;
  double dd = 0, yy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double d = static_cast<double>(y[i]) * scale - s.reference[i];
    dd += d * d;
    yy += s.reference[i] * s.reference[i];
  }
  return yy == 0 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(dd / yy);
}

double scale_of(const subject& s, const format& f) {
  switch (f.scaled) {
    case fit::none:
      return 1;
    case fit::largest:
      return s.amax / f.number.largest;
    case fit::rms:
      return s.rms;
    case fit::mean:
      return s.mean;
  }
  return 1;
}

std::string_view scale_text(const format& f) {
  if (f.block) return f.block->tensor_scale ? "both" : "block";
  switch (f.scaled) {
    case fit::none:
      break;
    case fit::largest:
      return "tensor";
    case fit::rms:
      return "rms";
    case fit::mean:
      return "mean";
  }
  return "none";
}

result measure_one(const subject& s, const format& f, scale_choice rule, const rounding_choice& rounding) {
  result r;
  r.of = &f;
  r.name = f.name;
  for (const auto& [name, choice, meaning] : scale_names) {
    if (choice == rule && f.takes_rules) r.scale = name;
  }
  if (!r.scale.empty()) {
    r.name += "/" + r.scale;
  } else {
    r.scale = scale_text(f);
  }

  const double n = static_cast<double>(s.tensor->values.size());
  const double scale = s.amax > 0 ? scale_of(s, f) : 1;
  std::vector<float> scaled;
  input_view w = s.w;
  if (scale != 1) {
    scaled.reserve(s.tensor->values.size());
    for (const float v : s.tensor->values) scaled.push_back(static_cast<float>(static_cast<double>(v) / scale));
    w = input_view(scaled.data(), s.w.rows(), s.w.cols());
  }

  const auto coded = f.make_coder(rule);
  coded->quantize(w, rounding);
  r.bits = 8 * static_cast<double>(coded->bytes() + (f.scaled != fit::none ? sizeof(float) : 0)) / n;
  r.clipped = coded->clipped(w);
  r.product = product_error(s, *coded, scale, f.number.largest);

  std::vector<float> y(s.tensor->values.size());
  coded->dequantize(output_view(y.data(), w.rows(), w.cols()));
  if (scale != 1) {
    for (float& v : y) v = static_cast<float>(static_cast<double>(v) * scale);
  }
  r.error = lowp::measure(s.tensor->values, y);
  r.flushed = static_cast<double>(r.error.flushed) / n;

  const std::size_t rows = std::clamp<std::size_t>(chunk_values / w.cols(), 1, w.rows());
  const input_view chunk(w.data(), rows, w.cols());
  const output_view out(y.data(), rows, w.cols());
  const double values = static_cast<double>(rows * w.cols());
  r.quantize_ns = least_ns([&] { coded->quantize(chunk, rounding); }) / values;
  r.dequantize_ns = least_ns([&] { coded->dequantize(out); }) / values;
  return r;
}

// Ascending in bits, the better first; marks what nothing with as few bits beats.
void rank(std::vector<result>& results) {
  const auto quality = [](const result& r) { return std::isnan(r.error.sqnr_db) ? -1e9 : r.error.sqnr_db; };
  std::stable_sort(results.begin(), results.end(), [&](const result& a, const result& b) {
    return a.bits != b.bits ? a.bits < b.bits : quality(a) > quality(b);
  });
  double best = -1e300;
  for (result& r : results) {
    r.best = quality(r) > best && !std::isnan(r.error.sqnr_db);
    best = std::max(best, quality(r));
  }
}

}  // namespace

const result* best_of(const tensor_results& t, const width_class& w) {
  const result* best = nullptr;
  for (const result& r : t.results) {
    if (r.bits < w.from || r.bits >= w.below || std::isnan(r.error.sqnr_db)) continue;
    if (best == nullptr || r.error.sqnr_db > best->error.sqnr_db) best = &r;
  }
  return best;
}

std::vector<tensor_results> measure_all(const std::vector<sample>& tensors, const measuring& what,
                                        const std::function<void(const std::string&, double)>& step) {
  std::vector<tensor_results> out;
  const double all = static_cast<double>(tensors.size() * what.formats.size());
  double done = 0;
  for (const sample& tensor : tensors) {
    const subject s = prepare(tensor, what.rounding.seed);
    tensor_results t{&tensor, s.amax, s.rms, {}, {}};
    for (const format* f : what.formats) {
      step(tensor.name + " in " + f->name, done++ / all);
      const bool holds_signs = f->number.is_signed || !s.negative;
      if (!holds_signs && !what.named) {
        t.left_out.push_back(f);
        continue;
      }
      if (!f->takes_rules) {
        t.results.push_back(measure_one(s, *f, scale_choice::own, what.rounding));
        continue;
      }
      for (const scale_choice rule : what.rules) t.results.push_back(measure_one(s, *f, rule, what.rounding));
    }
    rank(t.results);
    out.push_back(std::move(t));
  }
  step("", 1);
  return out;
}

}  // namespace explore
