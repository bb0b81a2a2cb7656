// Measuring: what a format costs on a tensor, and what it keeps.
//
//   bits      8 * bytes of the coded matrix / values: scales of blocks and of the tensor, short last blocks
//   error     lowp::measure of the values read back, against the original
//   product   |Y - Y0| / |Y0| in the Frobenius norm, Y = X W^T by reference::gemm over the coded W, Y0 the same of
//             the original W in double; X is standard normal, 8 rows
//   times     quickest of several short runs, as whatever else the machine does only ever adds to a time
//
// Numbers of 8 bits or less are coded as x / s, s one float for the tensor: see `fit`.
#pragma once

#include <functional>
#include <lowp/blocks/measure.hpp>

#include "format.hpp"
#include "tensors.hpp"

namespace explore {

struct result {
  const format* of = nullptr;
  std::string name;   ///< of the format, with the scale rule if one was asked for
  std::string scale;  ///< "none", "tensor", "rms", "mean", "block", "both", or the rule
  double bits = 0;
  lowp::error_measures error{};
  double clipped = 0, flushed = 0;  ///< shares of all values; clipped is NaN where a codec does not tell
  double product = 0;
  double quantize_ns = 0, dequantize_ns = 0;  ///< a value
  bool best = false;                          ///< nothing with as few bits has less error
};

struct tensor_results {
  const sample* tensor = nullptr;
  double amax = 0, rms = 0;
  std::vector<result> results;          ///< ascending in bits, then descending in SQNR
  std::vector<const format*> left_out;  ///< unsigned formats, if the tensor has negative values
};

struct measuring {
  std::vector<const format*> formats;
  std::vector<scale_choice> rules{scale_choice::own};  ///< of the formats that take one
  bool named = false;  ///< the formats were asked for by name: also those that cannot hold the tensor's signs
  rounding_choice rounding;
};

/// Classes of widths that compete with each other.
struct width_class {
  std::string_view title;
  double from, below;
};
inline constexpr width_class width_classes[] = {
    {"up to 5 bits", 0, 5}, {"up to 7 bits", 5, 7}, {"up to 9 bits", 7, 9}, {"16 bits", 9, 17}};

/// What keeps most of the tensor in a class; null if the class is empty.
const result* best_of(const tensor_results& t, const width_class& w);

/// Measures all formats on all tensors; calls `step` with a text before each.
std::vector<tensor_results> measure_all(const std::vector<sample>& tensors, const measuring& what,
                                        const std::function<void(const std::string&, double done)>& step);

}  // namespace explore
