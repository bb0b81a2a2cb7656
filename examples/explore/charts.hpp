// The pictures: each draws into a given width and says how tall it became.
#pragma once

#include "measure.hpp"
#include "svg.hpp"

namespace explore {

struct chart {
  svg drawing;
  double height = 0;
};

/// A row a format: every positive value on a common log axis, the subnormal ones in their own colour; for a
/// block format the elements at scale 1, over the band that the scales reach.
chart number_lines(const std::vector<const format*>& formats, double width, bool grouped);

/// One row of it: ticks, band and arrows where the format goes on beyond the axis, around y = middle.
void value_ticks(svg& s, const format& f, const axis& log2_axis, double middle);

/// SQNR against bits a value, with the front of formats that nothing beats at as few bits. Of many formats
/// the variants have no label unless they are on it.
chart accuracy(const tensor_results& results, double width, double height);

/// The worst relative error of rounding to nearest, over the value range, a line a format, in a group of the
/// class "curve-<index>" each.
inline constexpr int curve_colours = 9;
struct curve_style {
  const format* of;
  int colour;  ///< 0 .. curve_colours - 1
  bool dashed;
};
chart error_curves(const std::vector<curve_style>& curves, double width, double height);

/// The style class of a format: "float", "even" (evenly spaced), "list" (a codebook) or "block".
std::string_view family(const format& f);

/// The mark of a format in a scatter plot.
void mark(svg& s, const format& f, double x, double y, double size);

/// x positions for numbers of bits: a linear axis from 4 to 9 bits, closer below, and a place of its own for each larger
/// number.
class bits_axis {
 public:
  bits_axis(std::vector<double> bits, double left, double right, double margin);
  double operator()(double bits) const;
  /// Places that get a label and a grid line.
  [[nodiscard]] std::vector<double> ticks() const;
  /// Where the axis is broken, if it is.
  [[nodiscard]] const std::vector<double>& breaks() const { return breaks_; }

 private:
  axis main_{0, 1, 0, 1};
  std::vector<double> wide_;
  double slot_ = 0, first_ = 0, last_ = 1;
  std::vector<double> breaks_;
};

/// Labels beside points, none on top of another: a column of points left or right of its neighbours.
struct label {
  double x, y;
  std::string text;
};
void place_labels(svg& s, const std::vector<label>& labels, const bits_axis& axis_of_bits, double low, double high);

}  // namespace explore
