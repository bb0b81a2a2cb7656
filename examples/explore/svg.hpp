// A little SVG: shapes with class names. Colours are left to the style sheet, which knows light and dark.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace explore {

/// Text with the characters that XML gives a meaning replaced.
std::string escape(std::string_view text);

/// A coordinate with at most one decimal.
std::string coordinate(double x);

enum class anchor { start, middle, end };

class svg {
 public:
  svg& line(double x1, double y1, double x2, double y2, std::string_view style);
  svg& rect(double x, double y, double width, double height, std::string_view style, double radius = 0);
  svg& circle(double x, double y, double radius, std::string_view style);
  svg& text(double x, double y, std::string_view style, std::string_view what, anchor at = anchor::start);
  /// A path; nothing if `d` is empty.
  svg& path(const std::string& d, std::string_view style, std::string_view attributes = "");
  svg& open(std::string_view style, std::string_view attributes = "");
  /// What a reader is told when pointing at the group just opened.
  svg& tip(std::string_view what);
  svg& close();
  svg& add(const svg& other);

  [[nodiscard]] const std::string& body() const { return body_; }
  /// An <svg> element of that size, with a title and description for those who cannot see it.
  [[nodiscard]] std::string element(double width, double height, std::string_view id, std::string_view title,
                                    std::string_view description, std::string_view style = "") const;

 private:
  std::string body_;
};

/// Moves positions as little as possible so that neighbours are `gap` apart, all within [low, high].
/// The order of the wanted positions is kept; they need not be sorted.
std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high);

/// A linear map of [from, to] to [left, right].
struct axis {
  double from, to, left, right;
  double operator()(double x) const { return left + (x - from) / (to - from) * (right - left); }
  [[nodiscard]] bool holds(double x) const { return x >= from && x <= to; }
};

/// Colours of the pictures as custom properties, light and dark, and the classes that use them.
extern const std::string_view chart_style;

}  // namespace explore
