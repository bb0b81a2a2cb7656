// Numbers as text, what terminals understand, and the three tables that the program prints.
#pragma once

#include <string>

#include "measure.hpp"

namespace explore {

/// A short decimal, or 2^k for the large and small powers of two: 448, 0.0625, 2^-9, 3.39e38.
std::string short_number(double x, int digits = 6);

/// The exact value as briefly as it goes: a decimal, else 1.75*2^-14.
std::string exact_number(double x);

/// The same with typographic exponents, for pictures: 2⁻⁹.
std::string typeset(const std::string& text);

/// A share of 1 in percent: "0", "<0.01%", "12.5%".
std::string percent(double share);

/// A ratio in dB: "31.55", "exact", "-".
std::string decibels(double x);

/// That many digits, one less with an exponent: "0.7482", "6.28e+29".
std::string significant(double x, int digits);

/// A cosine: six decimals.
std::string cosine(double x);

/// Whether standard output is a terminal that wants colours, and standard error one that shows progress.
bool wants_colour();
bool shows_progress();

/// Replaces itself on a terminal, says nothing in a pipe.
class progress {
 public:
  progress();
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  void operator()(const std::string& what, double done);

 private:
  bool visible_;
  int width_ = 0;
};

void print_results(const tensor_results& results);
void print_summary(const std::vector<tensor_results>& all);
void print_legend();
void print_list();
void print_values(const format& f);

}  // namespace explore
