// What the tests of this folder share: block types beside their facts in the oracle, policies beside their
// names, and comparisons of many bytes that report the first few differences.
#ifndef LOWP_TESTS_BLOCKS_HARNESS_HPP
#define LOWP_TESTS_BLOCKS_HARNESS_HPP

#include <cfloat>
#include <cstring>
#include <initializer_list>
#include <lowp/blocks/names.hpp>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data.hpp"
#include "oracle/blocks.hpp"

namespace tests {

namespace ob = oracle::blocks;

// ---- element and scale types ------------------------------------------------------------------------------

template <class T>
const ob::element& element_of();
template <>
inline const ob::element& element_of<lowp::e5m2>() {
  return ob::e5m2();
}
template <>
inline const ob::element& element_of<lowp::e4m3fn>() {
  return ob::e4m3();
}
template <>
inline const ob::element& element_of<lowp::e3m2fn>() {
  return ob::e3m2();
}
template <>
inline const ob::element& element_of<lowp::e2m3fn>() {
  return ob::e2m3();
}
template <>
inline const ob::element& element_of<lowp::e2m1fn>() {
  return ob::e2m1();
}
template <>
inline const ob::element& element_of<lowp::fixed<8, 6>>() {
  return ob::int8();
}
template <>
inline const ob::element& element_of<lowp::symmetric_fixed<8, 6>>() {
  return ob::sym_int8();
}
template <>
inline const ob::element& element_of<lowp::symmetric_fixed<6, 4>>() {
  return ob::sym_int6();
}
template <>
inline const ob::element& element_of<lowp::symmetric_fixed<4, 2>>() {
  return ob::sym_int4();
}
template <>
inline const ob::element& element_of<lowp::symmetric_fixed<4, 0>>() {
  return ob::sym_int4_0();
}

template <>
inline const ob::element& element_of<lowp::float16>() {
  static const ob::element f = ob::minifloat("float16", 5, 10, 15, 0x7bff, 0x7c00);
  return f;
}
template <>
inline const ob::element& element_of<lowp::fixed<12, 8>>() {
  static const ob::element f = ob::fixed("fixed<12, 8>", 12, 8, false);
  return f;
}

template <class R>
inline constexpr ob::rule rule_of = ob::rule::floor;
template <>
inline constexpr ob::rule rule_of<lowp::ceil_scale> = ob::rule::ceil;
template <>
inline constexpr ob::rule rule_of<lowp::even_scale> = ob::rule::even;
template <>
inline constexpr ob::rule rule_of<lowp::round_up_scale> = ob::rule::round_up;
template <>
inline constexpr ob::rule rule_of<lowp::nearest_scale> = ob::rule::nearest;
template <>
inline constexpr ob::rule rule_of<lowp::search_scale> = ob::rule::search;

template <class Block>
struct facts_of;
template <class E, int N, class S, class R, lowp::element_order O>
struct facts_of<lowp::block<E, N, S, R, O>> {
  static ob::mx get() {
    return {&element_of<E>(), N,
            O == lowp::element_order::sequential ? ob::layout::sequential : ob::layout::split_halves, rule_of<R>,
            std::is_same_v<S, lowp::e8m0fnu> ? ob::scale_format::e8m0 : ob::scale_format::e4m3};
  }
};

// ---- policies ---------------------------------------------------------------------------------------------

template <class F>
void for_each_rounding(F&& f) {
  f(ob::rounding::nearest_even, lowp::nearest_even{});
  f(ob::rounding::nearest_away, lowp::nearest_away{});
  f(ob::rounding::nearest_zero, lowp::nearest_zero{});
  f(ob::rounding::toward_zero, lowp::toward_zero{});
  f(ob::rounding::upward, lowp::upward{});
  f(ob::rounding::downward, lowp::downward{});
  f(ob::rounding::to_odd, lowp::to_odd{});
}
template <class F>
void for_each_stochastic(F&& f) {
  using lowp::stochastic_variant;
  f(ob::rounding::stochastic_a, lowp::stochastic<32, stochastic_variant::a>{});
  f(ob::rounding::stochastic_b, lowp::stochastic<32, stochastic_variant::b>{});
  f(ob::rounding::stochastic_c, lowp::stochastic<32, stochastic_variant::c>{});
  f(ob::rounding::stochastic_equal, lowp::stochastic_equal{});
}

// ---- comparison -------------------------------------------------------------------------------------------

inline ob::bytes plain(std::span<const std::byte> b) {
  ob::bytes out;
  for (const std::byte x : b) out.push_back(std::to_integer<std::uint8_t>(x));
  return out;
}
inline std::vector<std::byte> raw(const ob::bytes& b) {
  std::vector<std::byte> out;
  for (const std::uint8_t x : b) out.push_back(std::byte{x});
  return out;
}

// The same float: all NaN alike, zeros of both signs apart.
inline bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

inline std::string show(const ob::bytes& b) {
  std::ostringstream s;
  s << std::hex;
  for (const auto x : b) s << (x < 16 ? " 0" : " ") << int{x};
  return s.str();
}
inline std::string show(std::span<const float> x) {
  std::ostringstream s;
  s << std::hexfloat;
  for (const float v : x) s << ' ' << v;
  return s.str();
}

// Counts differences and keeps the text of the first few.
class differences {
 public:
  explicit differences(std::string what) : what_(std::move(what)) {}
  ~differences() {
    INFO(what_ << ": " << count_ << " of " << total_ << " differ" << text_);
    CHECK(count_ == 0);
    CHECK(total_ > 0);
  }
  differences(const differences&) = delete;
  differences& operator=(const differences&) = delete;

  template <class Describe>
  void check(bool ok, Describe&& describe) {
    ++total_;
    if (ok) return;
    if (++count_ <= 3) text_ += "\n  " + describe();
  }

 private:
  std::string what_, text_;
  std::size_t count_ = 0, total_ = 0;
};

// f throws lowp::error, and its message names all of `parts`.
template <class F>
void check_refused(F&& f, std::initializer_list<std::string> parts) {
  try {
    f();
    FAIL_CHECK("nothing was thrown");
  } catch (const lowp::error& e) {
    const std::string message = e.what();
    INFO(message);
    for (const std::string& part : parts) CHECK(message.find(part) != std::string::npos);
  }
}

// ---- data -------------------------------------------------------------------------------------------------

// Blocks of n values that exercise an element type: every kind of special block, ties on the midpoints of the
// element's grid and their neighbours, and random ones of several shapes at scales over the whole range of float.
inline std::vector<std::vector<float>> blocks_for(const ob::element& e, std::size_t n, generator& g, int random) {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::vector<float>> all;
  const auto add = [&](std::vector<float> x) { all.push_back(std::move(x)); };
  const auto filled = [&](auto&& value) { return draw(n, value); };

  add(filled([] { return 0.0; }));
  add(filled([] { return -0.0; }));
  add(filled([&] { return g.coin() ? 0.0 : -0.0; }));
  for (const float v : {FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MIN, 1.0f, -1.5f, 0x1.fffffep0f,
                        0x1.000002p0f, 0x1p-127f, 0x1.fffffcp-127f, 0x1p-130f, 0x1p127f, 0x1.8p127f, 0.1f}) {
    add(filled([&] { return v; }));        // all equal
    auto x = filled([&] { return 0.0; });  // one among zeros
    x[g.below(n)] = v;
    add(x);
    x = filled([&] { return static_cast<float>(g.gauss() * 0.01) * v; });  // one outlier
    x[g.below(n)] = v;
    add(x);
    x = filled([&] { return g.coin() ? v : -v; });
    add(x);
  }
  for (const float special : {inf, -inf, nan, -nan}) {
    for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
      auto x = filled([&] { return g.gauss(); });
      x[at] = special;
      add(x);
    }
    auto x = filled([&] { return 0.0; });
    x[n - 1] = special;
    add(x);
    add(filled([&] { return special; }));
  }
  // Ties: the largest value fixes a power of two as the scale (or some other one: then they are no ties, but
  // near some), the rest are midpoints and their neighbours.
  for (const int k : {-140, -129, -128, -127, -126, -100, -20, -3, 0, 1, 7, 60, 110, 118, 120, 126}) {
    for (int repeat = 0; repeat < 6; ++repeat) {
      auto x = filled([&] {
        const std::size_t c = g.below(e.positive.size() - 1);
        const float middle = static_cast<float>(std::ldexp((e.positive[c] + e.positive[c + 1]) / 2, k) * g.sign());
        const float up = std::nextafter(middle, 2 * middle), down = std::nextafter(middle, 0.0f);
        const float v = repeat % 3 == 0 ? middle : repeat % 3 == 1 ? up : down;
        return std::isfinite(v) ? v : 1.0f;
      });
      const double top = repeat < 3 ? e.largest() : std::exp2(e.emax);
      const float largest = static_cast<float>(std::ldexp(top, k));
      x[g.below(n)] = std::isfinite(largest) ? largest : FLT_MAX;
      add(x);
    }
  }
  // Powers of two over the whole range beside one large value: quotients near 2^-126 and below.
  for (const int k : {126, 60, 0, -20}) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      auto x = filled([&] { return g.sign() * std::exp2(std::max(-149, k - e.emax - g.between(118, 134))); });
      x[g.below(n)] = std::ldexp(1.0f, k);
      add(x);
    }
  }
  for (int i = 0; i < random; ++i) {
    const double scale = std::exp2(g.between(-150, 127));
    const int shape = i % 6;
    add(filled([&] {
      const double v = shape == 0   ? g.gauss() * scale
                       : shape == 1 ? g.laplace() * scale
                       : shape == 2 ? (2 * g.unit() - 1) * scale
                       : shape == 3 ? g.student(3) * scale
                       : shape == 4 ? g.sign() * std::exp2(-8 * g.unit()) * scale
                                    : static_cast<double>(g.any_float());
      return std::clamp(v, -double{FLT_MAX}, double{FLT_MAX});
    }));
  }
  return all;
}

}  // namespace tests

#endif
