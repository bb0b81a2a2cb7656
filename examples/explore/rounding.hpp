// The rounding modes and scale rules that the command line names, and the way from a name to a policy type.
//
// A policy of lowp is a type, chosen when the program is compiled; a mode is chosen when it runs. The visitor
// turns one into the other: it calls f with an object of the policy type, so that every mode is measured as a
// user of the library would compile it.
#pragma once

#include <lowp/blocks/scale.hpp>
#include <lowp/core/rounding.hpp>
#include <string_view>

namespace explore {

enum class rounding_mode {
  nearest_even,
  nearest_away,
  nearest_zero,
  toward_zero,
  upward,
  downward,
  to_odd,
  stochastic,
  stochastic_a,
  stochastic_b,
  stochastic_c,
  stochastic_equal,
};

struct rounding_name {
  std::string_view name;
  rounding_mode mode;
  std::string_view meaning;
};

inline constexpr rounding_name rounding_names[] = {
    {"nearest_even", rounding_mode::nearest_even, "to nearest, ties to the even code (the default)"},
    {"nearest_away", rounding_mode::nearest_away, "to nearest, ties to the larger magnitude"},
    {"nearest_zero", rounding_mode::nearest_zero, "to nearest, ties to the smaller magnitude"},
    {"toward_zero", rounding_mode::toward_zero, "to the smaller magnitude"},
    {"upward", rounding_mode::upward, "toward plus infinity"},
    {"downward", rounding_mode::downward, "toward minus infinity"},
    {"to_odd", rounding_mode::to_odd, "inexact values to the neighbour with the odd code"},
    {"stochastic", rounding_mode::stochastic, "to either neighbour, by distance; 32 random bits"},
    {"stochastic_a", rounding_mode::stochastic_a, "P3109 StochasticA with 8 random bits"},
    {"stochastic_b", rounding_mode::stochastic_b, "P3109 StochasticB with 8 random bits"},
    {"stochastic_c", rounding_mode::stochastic_c, "P3109 StochasticC with 8 random bits"},
    {"stochastic_equal", rounding_mode::stochastic_equal, "inexact values to either neighbour, evenly"},
};

template <class F>
void visit(rounding_mode mode, F&& f) {
  using lowp::stochastic;
  using lowp::stochastic_variant;
  switch (mode) {
    case rounding_mode::nearest_even:
      return f(lowp::nearest_even{});
    case rounding_mode::nearest_away:
      return f(lowp::nearest_away{});
    case rounding_mode::nearest_zero:
      return f(lowp::nearest_zero{});
    case rounding_mode::toward_zero:
      return f(lowp::toward_zero{});
    case rounding_mode::upward:
      return f(lowp::upward{});
    case rounding_mode::downward:
      return f(lowp::downward{});
    case rounding_mode::to_odd:
      return f(lowp::to_odd{});
    case rounding_mode::stochastic:
      return f(stochastic<>{});
    case rounding_mode::stochastic_a:
      return f(stochastic<8, stochastic_variant::a>{});
    case rounding_mode::stochastic_b:
      return f(stochastic<8, stochastic_variant::b>{});
    case rounding_mode::stochastic_c:
      return f(stochastic<8, stochastic_variant::c>{});
    case rounding_mode::stochastic_equal:
      return f(lowp::stochastic_equal{});
  }
}

/// How a block format with power-of-two scales picks them; `own` is the rule of its standard.
enum class scale_choice { own, floor, ceil, round_up, even, search };

struct scale_name {
  std::string_view name;
  scale_choice rule;
  std::string_view meaning;
};

inline constexpr scale_name scale_names[] = {
    {"floor", scale_choice::floor, "2^floor(log2 amax) over the largest power of two (OCP MX)"},
    {"ceil", scale_choice::ceil, "the same with log2 amax rounded up"},
    {"round-up", scale_choice::round_up, "amax over the largest element, rounded up (RCEIL)"},
    {"even", scale_choice::even, "floor of amax rounded to the element's precision"},
    {"search", scale_choice::search, "the scale with the least squared error"},
};

}  // namespace explore
