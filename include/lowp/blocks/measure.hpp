// How much a coded tensor keeps of the original: error measures in double precision.
//
//   sqnr_db = 10 log10(sum x^2 / sum (x - y)^2)        infinite if y = x, NaN if x = 0
//   cosine  = sum x y / sqrt(sum x^2 sum y^2)
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include <lowp/core/error.hpp>

namespace lowp {

struct error_measures {
  double sqnr_db;          ///< signal to quantisation noise ratio, in dB
  double max_absolute;     ///< max |x - y|
  double max_relative;     ///< max |x - y| / |x| over x != 0
  double rms;              ///< sqrt(mean (x - y)^2)
  double cosine;           ///< of the angle between x and y
  std::size_t flushed;     ///< x != 0 that became 0
  std::size_t not_finite;  ///< finite x that became infinite or NaN; left out of the measures above
};

/// Compares `y` to the original `x`; elements where x is not finite are skipped. Throws lowp::error if sizes differ.
[[nodiscard]] inline error_measures measure(std::span<const float> x, std::span<const float> y) {
  if (x.size() != y.size())
    throw error("measure: " + std::to_string(x.size()) + " values against " + std::to_string(y.size()));
  error_measures m{};
  double xx = 0, yy = 0, xy = 0, dd = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = x[i], b = y[i];
    if (!std::isfinite(a)) continue;
    if (!std::isfinite(b)) {
      ++m.not_finite;
      continue;
    }
    const double d = std::abs(a - b);
    ++n;
    xx += a * a, yy += b * b, xy += a * b, dd += d * d;
    if (d > m.max_absolute) m.max_absolute = d;
    if (a != 0 && d / std::abs(a) > m.max_relative) m.max_relative = d / std::abs(a);
    if (a != 0 && b == 0) ++m.flushed;
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  m.sqnr_db = xx == 0 ? nan : dd == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(xx / dd);
  m.cosine = xx == 0 || yy == 0 ? nan : xy / std::sqrt(xx * yy);
  m.rms = n == 0 ? 0 : std::sqrt(dd / static_cast<double>(n));
  return m;
}

}  // namespace lowp
