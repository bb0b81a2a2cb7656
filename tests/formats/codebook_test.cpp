// Codebooks against plain lists: values and codes as their sources print them, every rounding mode at and around every
// level and middle, all pairs of operands, zeros and the lack of one, and what generic code derives from the lists.
#include <lowp/formats/codebooks.hpp>

#include <cstring>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "catch.hpp"
#include "list_oracle.hpp"
#include "sampling.hpp"

namespace {

using tests::mode;
using tests::value_list;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// ---- the lists, by code ------------------------------------------------------------------------------------

struct book {
  const char* name;
  std::vector<double> values;
  mode own;                             // the type's own rounding
  std::vector<double> thresholds = {};  // of the source
};

template <class T>
const book& book_of();

template <>
const book& book_of<lowp::nf4>() {  // bitsandbytes csrc/kernels.cu: nf4_dequantization_lut, dQuantizeNF4
  static const book b{
      "nf4",
      {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
       -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f,
       0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f,
       1.0f},
      mode::down,
      {-0.8480964004993439f, -0.6106329262256622f, -0.4599952697753906f, -0.33967943489551544f, -0.23460740596055984f,
       -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f, 0.1202552504837513f, 0.2035212516784668f,
       0.2920137718319893f, 0.3893125355243683f, 0.5016634166240692f, 0.6427869200706482f, 0.8614784181118011f}};
  return b;
}
template <>
const book& book_of<lowp::bnb_fp4>() {  // the same file: fp4_dequantization_lut as literals, dQuantizeFP4
  static const book b{"bnb_fp4",
                      {0.0f, 0.005208333333f, 0.66666667f, 1.0f, 0.33333333f, 0.5f, 0.16666667f, 0.25f, -0.0f,
                       -0.005208333333f, -0.66666667f, -1.0f, -0.33333333f, -0.5f, -0.16666667f, -0.25f},
                      mode::zero,
                      {-0.8333333f, -0.583333f, -0.4166667f, -0.29166667f, -0.20833333f, -0.0859375f, -0.00260417f,
                       0.00260417f, 0.0859375f, 0.20833333f, 0.29166667f, 0.4166667f, 0.583333f, 0.8333333f}};
  return b;
}
template <>
const book& book_of<lowp::af4>() {  // bitsandbytes functional.py, get_4bit_type, reversed there
  static const book b{
      "af4",
      {1.0f, 0.72424863f, 0.55496234f, 0.42563882f, 0.31675666f, 0.21961274f, 0.12934483f, 0.04273164f, 0.0f,
       -0.04934812f, -0.14982478f, -0.25607552f, -0.3736951f, -0.51243739f, -0.69441008f, -1.0f},
      mode::even};
  return b;
}
template <>
const book& book_of<lowp::iq4nl>() {
  static const book b{"iq4nl", {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}, mode::up};
  return b;
}
template <>
const book& book_of<lowp::fp3>() {
  static const book b{"fp3", {0, 1, 2, 4, -0.0, -1, -2, -4}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp3_er_pos>() {
  static const book b{"fp3_er_pos", {0, 1, 2, 4, 3, -1, -2, -4}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp3_er_neg>() {
  static const book b{"fp3_er_neg", {0, 1, 2, 4, -3, -1, -2, -4}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp3_ea_pos>() {
  static const book b{"fp3_ea_pos", {0, 1, 2, 4, 6, -1, -2, -4}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp3_ea_neg>() {
  static const book b{"fp3_ea_neg", {0, 1, 2, 4, -6, -1, -2, -4}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp4_er_pos>() {
  static const book b{"fp4_er_pos", {0, 1, 2, 3, 4, 6, 8, 12, 10, -1, -2, -3, -4, -6, -8, -12}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp4_er_neg>() {
  static const book b{"fp4_er_neg", {0, 1, 2, 3, 4, 6, 8, 12, -10, -1, -2, -3, -4, -6, -8, -12}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp4_ea_pos>() {
  static const book b{"fp4_ea_pos", {0, 1, 2, 3, 4, 6, 8, 12, 16, -1, -2, -3, -4, -6, -8, -12}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::fp4_ea_neg>() {
  static const book b{"fp4_ea_neg", {0, 1, 2, 3, 4, 6, 8, 12, -16, -1, -2, -3, -4, -6, -8, -12}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::flint4>() {
  static const book b{"flint4", {0, 1, 2, 3, 4, 6, 8, 16, -0.0, -1, -2, -3, -4, -6, -8, -16}, mode::down};
  return b;
}
template <>
const book& book_of<lowp::ternary>() {
  static const book b{"ternary", {0, 1, none, -1}, mode::even};
  return b;
}
template <>
const book& book_of<lowp::binary>() {
  static const book b{"binary", {-1, 1}, mode::up};
  return b;
}
template <>
const book& book_of<lowp::bipolar<3>>() {
  static const book b{"bipolar<3>", {-7, -5, -3, -1, 1, 3, 5, 7}, mode::up};
  return b;
}
template <>
const book& book_of<lowp::dense_shift<3>>() {
  static const book b{"dense_shift<3>", {1, 2, 4, 8, -1, -2, -4, -8}, mode::even};
  return b;
}
template <>
const book& book_of<lowp::direction_preserving<16>>() {  // final_results.csv, to the digits printed in papers
  static const book b{"direction_preserving<16>",
                      {0, 1, 2.120590727327727, 3.4016043148299895, 5.036433057166623, 7.247316490158737,
                       10.464620747028624, 13.177896085445193, -0.0, -1, -2.120590727327727, -3.4016043148299895,
                       -5.036433057166623, -7.247316490158737, -10.464620747028624, -13.177896085445193},
                      mode::even};
  return b;
}
// Lists of no source: unsigned; an odd number of codes; one level below zero.
using unsigned_list = lowp::codebook<lowp::levels({0.0, 0.5, 2.0, 7.0}), lowp::nearest_even>;
using odd_list = lowp::codebook<lowp::levels({3, -2, 0, 1, 10}), lowp::nearest_away>;
using lopsided_list = lowp::codebook<lowp::levels({2.0f, -3.0f, 9.0f, 40.0f, 41.0f, 41.5f}), lowp::nearest_zero>;
template <>
const book& book_of<unsigned_list>() {
  static const book b{"unsigned", {0, 0.5, 2, 7}, mode::even};
  return b;
}
template <>
const book& book_of<odd_list>() {
  static const book b{"odd", {3, -2, 0, 1, 10, none, none, none}, mode::away};
  return b;
}
template <>
const book& book_of<lopsided_list>() {
  static const book b{"lopsided", {2, -3, 9, 40, 41, 41.5, none, none}, mode::zero};
  return b;
}

template <class F>
void for_each_book(F f) {
  const auto call = [&]<class... T>(std::tuple<T...>*) { (f.template operator()<T>(book_of<T>()), ...); };
  call(static_cast<
       std::tuple<lowp::nf4, lowp::bnb_fp4, lowp::af4, lowp::iq4nl, lowp::fp3, lowp::fp3_er_pos, lowp::fp3_er_neg,
                  lowp::fp3_ea_pos, lowp::fp3_ea_neg, lowp::fp4_er_pos, lowp::fp4_er_neg, lowp::fp4_ea_pos,
                  lowp::fp4_ea_neg, lowp::flint4, lowp::ternary, lowp::binary, lowp::bipolar<3>, lowp::dense_shift<3>,
                  lowp::direction_preserving<16>, unsigned_list, odd_list, lopsided_list>*>(nullptr));
}

// ---- helpers -----------------------------------------------------------------------------------------------

// Every mode, chosen at run time: one conversion to compile for each list instead of nine.
struct any_rounding {
  using policy = lowp::rounding_tag;
  mode how;

  bool operator()(bool negative, bool odd, std::uint64_t rest) const {
    switch (how) {
      case mode::even:
        return lowp::nearest_even{}(negative, odd, rest);
      case mode::away:
        return lowp::nearest_away{}(negative, odd, rest);
      case mode::zero:
        return lowp::nearest_zero{}(negative, odd, rest);
      case mode::up:
        return lowp::nearest_up{}(negative, odd, rest);
      case mode::down:
        return lowp::nearest_down{}(negative, odd, rest);
      case mode::toward_zero:
        return lowp::toward_zero{}(negative, odd, rest);
      case mode::upward:
        return lowp::upward{}(negative, odd, rest);
      case mode::downward:
        return lowp::downward{}(negative, odd, rest);
      case mode::to_odd:
        return lowp::to_odd{}(negative, odd, rest);
    }
    return false;
  }
};
constexpr mode all_modes[] = {mode::even,        mode::away,   mode::zero,     mode::up,    mode::down,
                              mode::toward_zero, mode::upward, mode::downward, mode::to_odd};

// The levels, the middles and thresholds, their neighbours as doubles and as floats, zeros, values beyond, at random.
std::vector<double> places(const book& b) {
  const value_list list(b.values), own(b.values, b.thresholds);
  std::vector<double> x{0.0, -0.0, 0x1p-1000, -0x1p-1000, 0x1p-80, -0x1p-80, 1e300, -1e300};
  const auto around = [&x](double v) {
    const double infinity = std::numeric_limits<double>::infinity();
    const float f = static_cast<float>(v), far = std::numeric_limits<float>::infinity();
    for (const double y : {v, std::nextafter(v, -infinity), std::nextafter(v, infinity)}) x.push_back(y);
    for (const float y : {f, std::nextafter(f, -far), std::nextafter(f, far)}) x.push_back(y);
  };
  for (const auto& l : list.sorted()) around(static_cast<double>(l.value));
  for (const long double m : list.middles()) around(static_cast<double>(m));
  for (const long double t : own.middles()) around(static_cast<double>(t));
  const double low = static_cast<double>(list.sorted().front().value);
  const double high = static_cast<double>(list.sorted().back().value);
  tests::random_codes random(7);
  for (int i = 0; i < 500; ++i) {
    const double u = static_cast<double>(random.next() >> 11) * 0x1p-53;
    x.push_back(low * 1.2 + u * (high * 1.2 - low * 1.2));
  }
  return x;
}

std::uint64_t bits_of(double x) {
  std::uint64_t b;
  std::memcpy(&b, &x, sizeof b);
  return b;
}

// x op y, rounded. Sums and products of two levels need at most 64 bits, or are not near a middle.
std::uint64_t rounded(const value_list& list, mode how, char op, long double x, long double y) {
  const auto sign = [](long double v) { return v < 0 ? -1 : v > 0; };
  if (op == '/')  // x / y against v is x against v y
    return list.round(how, std::signbit(x / y),
                      [&](long double v) { return y > 0 ? sign(x - v * y) : sign(v * y - x); });
  const long double r = op == '+' ? x + y : op == '-' ? x - y : x * y;
  return list.round(how, std::signbit(r), [&](long double v) { return sign(r - v); });
}

template <class T>
T from_code(std::uint64_t code) {
  return T::from_bits(static_cast<typename T::storage>(code));
}

template <class T>
[[gnu::noinline]] std::uint64_t code_in(double x, mode how) {
  return lowp::convert<T>(x, any_rounding{how}).bits();
}
template <class T, class From>
[[gnu::noinline]] std::uint64_t code_of(From x) {
  return T(x).bits();
}

}  // namespace

TEST_CASE("codebook: every code has the value of its source, and rounds to itself") {
  for_each_book([]<class T>(const book& b) {
    INFO(b.name);
    REQUIRE(b.values.size() == std::size_t{1} << T::format::bits);
    for (std::uint64_t c = 0; c < b.values.size(); ++c) {
      CAPTURE(c);
      const T x = from_code<T>(c);
      const double value = static_cast<double>(x);
      if (std::isnan(b.values[c])) {
        CHECK(std::isnan(value));
        CHECK(T::format::has_nan);
        continue;
      }
      CHECK(bits_of(value) == bits_of(b.values[c]));
      CHECK(code_of<T>(value) == c);
      for (const mode how : all_modes) CHECK(code_in<T>(value, how) == c);
    }
  });
}

TEST_CASE("codebook: every rounding mode at, beside and between all levels") {
  for_each_book([]<class T>(const book& b) {
    INFO(b.name);
    const value_list list(b.values, b.thresholds);
    for (const double x : places(b)) {
      CAPTURE(x);
      for (const mode how : all_modes) {
        CAPTURE(how);
        CHECK(code_in<T>(x, how) == list.round(how, x));
      }
      CHECK(code_of<T>(x) == list.round(b.own, x));
      CHECK(code_of<T>(static_cast<float>(x)) == list.round(b.own, static_cast<float>(x)));
    }
  });
}

TEST_CASE("codebook: conversion is monotone over floats of all sizes") {
  for_each_book([]<class T>(const book&) {
    std::vector<float> x;
    tests::random_codes random(3);
    for (int i = 0; i < 20000; ++i) {
      const auto bits = static_cast<std::uint32_t>(random.next());
      float v;
      std::memcpy(&v, &bits, sizeof v);
      if (i % 2 == 0) v = static_cast<float>(random.next() >> 40) * 0x1p-20f - 8;
      if (std::isfinite(v)) x.push_back(v);
    }
    std::sort(x.begin(), x.end());
    std::set<std::uint64_t> met;
    for (std::size_t i = 1; i < x.size(); ++i) {
      met.insert(T(x[i]).bits());
      REQUIRE(T(x[i - 1]) <= T(x[i]));
    }
    CHECK(met.size() > 1);
  });
}

TEST_CASE("codebook: stochastic rounding takes the fraction of the gap as its probability") {
  for_each_book([]<class T>(const book& b) {
    INFO(b.name);
    if (!b.thresholds.empty()) return;  // those are moved to the side of the threshold they lie on: next test
    const value_list list(b.values);
    const double low = static_cast<double>(list.sorted().front().value);
    const double high = static_cast<double>(list.sorted().back().value);
    tests::random_codes random(11);
    for (int i = 0; i < 200; ++i) {
      double x = low + static_cast<double>(random.next() >> 11) * 0x1p-53 * (high - low);
      if (i == 0 && !list.has_zero()) x = 0.0;
      CAPTURE(x);
      const std::uint64_t stays = list.round(mode::toward_zero, x);
      // The smallest draw that goes on: 2^32 (1 - fraction).
      std::uint64_t first = 0, last = std::uint64_t{1} << 32;
      while (first < last) {
        const std::uint64_t middle = (first + last) / 2;
        const lowp::random_bits draw{static_cast<std::uint32_t>(middle)};
        if (lowp::convert<T>(x, lowp::stochastic<>{}, draw).bits() == stays) {
          first = middle + 1;
        } else {
          last = middle;
        }
      }
      const long double expected = 0x1p32L * (1 - list.fraction(x));
      CHECK(std::fabs(static_cast<long double>(first) - expected) <= 1);
    }
  });
}

TEST_CASE("codebook: all pairs, added, subtracted, multiplied and divided") {
  for_each_book([]<class T>(const book& b) {
    INFO(b.name);
    const value_list list(b.values, b.thresholds);
    for (std::uint64_t i = 0; i < b.values.size(); ++i) {
      for (std::uint64_t j = 0; j < b.values.size(); ++j) {
        const double x = b.values[i], y = b.values[j];
        if (std::isnan(x) || std::isnan(y)) continue;
        CAPTURE(x, y);
        const T a = from_code<T>(i), c = from_code<T>(j);
        CHECK(std::uint64_t{(a + c).bits()} == rounded(list, b.own, '+', x, y));
        CHECK(std::uint64_t{(a - c).bits()} == rounded(list, b.own, '-', x, y));
        CHECK(std::uint64_t{(a * c).bits()} == rounded(list, b.own, '*', x, y));
        if (y != 0) CHECK(std::uint64_t{(a / c).bits()} == rounded(list, b.own, '/', x, y));
      }
    }
  });
}

TEST_CASE("codebook: order, neighbours and limits follow the list") {
  for_each_book([]<class T>(const book& b) {
    INFO(b.name);
    const value_list list(b.values);
    const auto& sorted = list.sorted();
    using limits = std::numeric_limits<T>;
    CHECK(static_cast<long double>(static_cast<double>(limits::lowest())) == sorted.front().value);
    CHECK(static_cast<long double>(static_cast<double>((limits::max)())) == sorted.back().value);
    CHECK(limits::is_signed == (sorted.front().value < 0));
    CHECK(limits::round_style == std::round_to_nearest);
    long double smallest = sorted.back().value;
    for (const auto& l : sorted)
      if (l.value > 0 && l.value < smallest) smallest = l.value;
    CHECK(static_cast<long double>(static_cast<double>(limits::denorm_min())) == smallest);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const T x = from_code<T>(sorted[i].code);
      if (i + 1 < sorted.size()) {
        const T y = from_code<T>(sorted[i + 1].code);
        CHECK(x < y);
        CHECK(next_up(x) == y);
        CHECK(static_cast<double>(next_down(y)) == static_cast<double>(x));
      } else {
        CHECK(next_up(x).bits() == x.bits());
      }
      CHECK(x == x);
    }
  });
}

TEST_CASE("codebook: NaN and infinities") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(lowp::nf4(infinity) == 1);
  CHECK(lowp::nf4(-infinity) == -1);
  CHECK(lowp::nf4(nan) == 0);
  CHECK(lowp::iq4nl(nan) == 1);  // no zero: the level nearest to it
  CHECK(lowp::iq4nl(-infinity) == -127);
  CHECK(lowp::ternary(nan).bits() == 2);
  CHECK(isnan(lowp::ternary(0) / lowp::ternary(0)));
  CHECK(lowp::ternary::format::magnitude(2) > lowp::ternary::format::max_magnitude(false));
  CHECK(lowp::ternary(infinity) == 1);
  CHECK(isnan(odd_list(nan)));
  CHECK((total_order(lowp::ternary::from_bits(2), lowp::ternary(1)) > 0));
  CHECK((total_order(odd_list::from_bits(5), odd_list::from_bits(6)) == 0));  // both codes are beyond the list
  CHECK(unsigned_list(-3.0f) == 0);
  CHECK(unsigned_list(-infinity) == 0);
}

TEST_CASE("codebook: beyond the largest level the last gap goes on, and overflow policies are asked") {
  using lowp::convert;
  // ternary has a NaN, which is what to_special delivers; its gap is 1.
  CHECK(convert<lowp::ternary>(1.5f, lowp::nearest_zero{}, lowp::to_special{}) == 1);
  CHECK(isnan(convert<lowp::ternary>(1.5f, lowp::nearest_away{}, lowp::to_special{})));
  CHECK(isnan(convert<lowp::ternary>(-7.0f, lowp::to_special{})));
  CHECK(convert<lowp::ternary>(1e9f, lowp::toward_zero{}, lowp::to_special{}) == 1);
  CHECK(convert<lowp::ternary>(-1e9f, lowp::upward{}, lowp::to_special{}) == -1);
  CHECK(isnan(convert<lowp::ternary>(1.001f, lowp::upward{}, lowp::to_special{})));
  CHECK(convert<odd_list>(13.49f, lowp::to_special{}) == 10);  // the gap is 7
  CHECK(isnan(convert<odd_list>(13.5f, lowp::nearest_away{}, lowp::to_special{})));
  CHECK(isnan(convert<odd_list>(-3.0f, lowp::nearest_away{}, lowp::to_special{})));
  CHECK(convert<odd_list>(-2.99f, lowp::nearest_away{}, lowp::to_special{}) == -2);
}

TEST_CASE("codebook: zero in a list without zero goes to the nearest level of either side") {
  using lowp::convert;
  CHECK(lowp::iq4nl(0) == 1);
  CHECK(lowp::iq4nl(-0.0f) == 1);
  CHECK(convert<lowp::iq4nl>(0, lowp::downward{}) == -10);
  CHECK(convert<lowp::iq4nl>(0, lowp::upward{}) == 1);
  CHECK(lowp::iq4nl(-4.5f) == 1);  // the middle of -10 and 1
  CHECK(lowp::iq4nl(std::nextafter(-4.5f, -5.0f)) == -10);
  CHECK(lowp::binary(0) == 1);
  CHECK(lowp::binary(-0.0f) == 1);
  CHECK(lowp::bipolar<8>(0) == 1);
  CHECK(lowp::dense_shift<4>(0x1p-300) == 1);
  CHECK(lowp::dense_shift<4>(-0x1p-300) == -1);
  CHECK(lowp::iq4nl(25) - lowp::iq4nl(25) == 1);
  // Rounding stays unbiased across zero: from -10, 10 / 11 of the draws reach 1.
  int ones = 0;
  for (std::uint32_t r = 0; r < 1100; ++r)
    ones += convert<lowp::iq4nl>(0, lowp::stochastic<>{}, lowp::random_bits{r * (0xffffffffu / 1100)}) == 1;
  CHECK(std::abs(ones - 1000) <= 1);
}

TEST_CASE("codebook: bitsandbytes' float thresholds decide where they differ from the middles") {
  // Counted by hand from the sources' numbers: for nf4 the four thresholds that were rounded up catch one float each,
  // the threshold itself; of fp4's decimals three miss the middle, by 14, 1 and 5 floats, on either side of zero.
  const auto differences = [](const book& b, auto own) {
    using T = decltype(own);
    const value_list midpoints(b.values);
    std::set<float> found;
    for (const double t : b.thresholds) {
      float x = static_cast<float>(t);
      for (int i = 0; i < 40; ++i) x = std::nextafter(x, -2.0f);
      for (int i = 0; i < 80; ++i, x = std::nextafter(x, 2.0f))
        if (T(x).bits() != midpoints.round(b.own, x)) found.insert(x);
    }
    return found.size();
  };
  CHECK(differences(book_of<lowp::nf4>(), lowp::nf4{}) == 4);
  CHECK(differences(book_of<lowp::bnb_fp4>(), lowp::bnb_fp4{}) == 40);

  // The kernels' decision, x > t.
  const book& nf4 = book_of<lowp::nf4>();
  const book& fp4 = book_of<lowp::bnb_fp4>();
  constexpr int by_size[] = {0, 1, 6, 7, 4, 5, 2, 3};
  tests::random_codes random(5);
  for (int i = 0; i < 200000; ++i) {
    float x = static_cast<float>(random.next() >> 38) * 0x1p-25f - 1;
    if (i % 4 == 0) x = static_cast<float>(nf4.thresholds[random.below(15)]);
    if (i % 4 == 1) x = static_cast<float>(fp4.thresholds[random.below(14)]);
    for (std::uint64_t k = random.below(32); i % 2 == 0 && k > 0; --k)
      x = std::nextafter(x, k % 2 == 0 ? 2.0f : 0.0f);
    unsigned code = 0;
    while (code < 15 && x > static_cast<float>(nf4.thresholds[code])) ++code;
    REQUIRE(unsigned{lowp::nf4(x).bits()} == code);
    unsigned size = 0;
    while (size < 7 && std::fabs(x) > static_cast<float>(fp4.thresholds[7 + size])) ++size;
    REQUIRE(int{lowp::bnb_fp4(x).bits()} == by_size[size] + (x < 0 ? 8 : 0));
  }
}

TEST_CASE("codebook: thresholds leave directed and stochastic rounding alone, but for the side they are on") {
  using lowp::convert;
  const value_list list(book_of<lowp::nf4>().values);
  tests::random_codes random(13);
  for (int i = 0; i < 300; ++i) {
    const double x = static_cast<double>(random.next() >> 11) * 0x1p-52 - 1;
    const std::uint64_t stays = list.round(mode::toward_zero, x);
    const std::uint32_t draw = static_cast<std::uint32_t>(random.next());
    const long double f = list.fraction(x);
    if (std::fabs(f - (1 - static_cast<long double>(draw) * 0x1p-32L)) < 0x1p-20L) continue;
    const bool goes = convert<lowp::nf4>(x, lowp::stochastic<>{}, lowp::random_bits{draw}).bits() != stays;
    REQUIRE(goes == (f * 0x1p32L + static_cast<long double>(draw) >= 0x1p32L));
  }
}

TEST_CASE("codebook: what lies below 64 bits still breaks a tie") {
  using lowp::exact;
  exact five = exact::scaled(false, 5, 0);
  CHECK(lowp::round_to<lowp::flint4>(five, lowp::nearest_zero{}) == 4);
  five.sticky = true;
  CHECK(lowp::round_to<lowp::flint4>(five, lowp::nearest_zero{}) == 6);
  exact four = exact::scaled(true, 4, 0);
  four.sticky = true;
  CHECK(lowp::round_to<lowp::flint4>(four, lowp::downward{}) == -6);
  // 2^-80 vanishes beside 1, but zero is the tie between -1 and 1.
  CHECK(lowp::convert<lowp::binary>(0x1p-80, lowp::nearest_zero{}) == 1);
  CHECK(lowp::convert<lowp::binary>(-0x1p-80, lowp::nearest_zero{}) == -1);
  CHECK(lowp::detail::significant_bits<lowp::nf4> == 24);
  CHECK(lowp::detail::significant_bits<lowp::iq4nl> == 7);
  CHECK(lowp::detail::significant_bits<lowp::direction_preserving<8>> > 50);
}

TEST_CASE("codebook: generated lists follow their formulas") {
  for (int c = 0; c < 256; ++c) CHECK(from_code<lowp::bipolar<8>>(static_cast<unsigned>(c)) == 2 * c - 255);
  for (int c = 0; c < 4; ++c) CHECK(from_code<lowp::bipolar<2>>(static_cast<unsigned>(c)) == 2 * c - 3);
  // A dot product of bipolar numbers is a popcount of the codes.
  for (unsigned a = 0; a < 16; ++a) {
    for (unsigned b = 0; b < 16; ++b) {
      int sum = 0;
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum += (1 - 2 * static_cast<int>((a >> i ^ b >> j) & 1)) << (i + j);
      CHECK(static_cast<int>(static_cast<float>(from_code<lowp::bipolar<4>>(a))) *
                static_cast<int>(static_cast<float>(from_code<lowp::bipolar<4>>(b))) ==
            sum);
    }
  }
  for (int k = 0; k < 16; ++k) {
    CHECK(static_cast<double>(from_code<lowp::dense_shift<5>>(static_cast<unsigned>(k))) == std::ldexp(1.0, k));
    CHECK(static_cast<double>(from_code<lowp::dense_shift<5>>(static_cast<unsigned>(k) + 16)) == -std::ldexp(1.0, k));
  }
  const auto powers = [](auto type, double exponent) {
    using T = decltype(type);
    const int n = (1 << (T::format::bits - 1)) - 1;
    for (int k = 0; k <= n; ++k) {
      const double expected = std::pow(static_cast<double>(k) / n, exponent);
      CHECK(std::fabs(static_cast<double>(from_code<T>(static_cast<unsigned>(k))) - expected) <= 4e-16 * expected);
      CHECK(static_cast<double>(from_code<T>(static_cast<unsigned>(k + n + 1))) ==
            -static_cast<double>(from_code<T>(static_cast<unsigned>(k))));
    }
  };
  powers(lowp::power_exponent<4, 1, 1>{}, 1.0);
  powers(lowp::power_exponent<4, 1, 2>{}, 2.0);
  powers(lowp::power_exponent<4, 3, 7>{}, 7.0 / 3);
  powers(lowp::power_exponent<8, 2, 5>{}, 2.5);
  powers(lowp::power_exponent<3, 9, 10>{}, 10.0 / 9);
}

TEST_CASE("codebook: the direction-preserving alphabets as published") {
  const auto check = [](auto type, const std::vector<double>& positive) {
    using T = decltype(type);
    REQUIRE(positive.size() == 7);
    for (unsigned c = 0; c < 8; ++c) {
      const double value = c == 0 ? 0.0 : positive[c - 1];
      CHECK(bits_of(static_cast<double>(from_code<T>(c))) == bits_of(value));
      CHECK(bits_of(static_cast<double>(from_code<T>(c + 8))) == bits_of(-value));
    }
  };
  check(lowp::direction_preserving<4>{}, {1.0, 2.212120993043991, 3.623964805262131, 5.232093510547078,
                                          7.252783260040765, 9.502560598041743, 11.708153061634853});
  check(lowp::direction_preserving<8>{}, {1.0, 2.2588543506268524, 3.655990277992317, 5.427185954337089,
                                          7.536956207975247, 10.540384453075122, 12.987846309579236});
  check(lowp::direction_preserving<16>{}, {1.0, 2.120590727327727, 3.4016043148299895, 5.036433057166623,
                                           7.247316490158737, 10.464620747028624, 13.177896085445193});
  check(lowp::direction_preserving<32>{}, {1.0, 2.413998351753097, 3.864551015315413, 5.566691764307082,
                                           7.781341157715676, 10.690815563937418, 15.56850210645105});
  check(lowp::direction_preserving<64>{}, {1.0, 1.9382554131789684, 3.24930870894042, 4.824718152615432,
                                           6.901118929934306, 9.859838094555236, 14.938603557265111});
}

TEST_CASE("codebook: is exact in float or not, by its levels") {
  CHECK(std::is_convertible_v<lowp::nf4, float>);
  CHECK(std::is_convertible_v<lowp::iq4nl, float>);
  CHECK(!std::is_convertible_v<lowp::direction_preserving<16>, float>);
  CHECK(std::is_convertible_v<lowp::fp3, lowp::flint4>);
  CHECK(!std::is_convertible_v<lowp::flint4, lowp::fp3>);
  CHECK(!std::is_convertible_v<lowp::nf4, lowp::af4>);
}

template <std::size_t... I>
consteval auto descending(std::index_sequence<I...>) {
  return lowp::levels({(100.25 - 1.5 * static_cast<double>(I))...});
}

TEST_CASE("codebook: 256 levels in the worst order stay within what a compiler evaluates") {
  using T = lowp::codebook<descending(std::make_index_sequence<256>{})>;
  static_assert(std::numeric_limits<T>::max() == 100.25);
  for (unsigned c = 0; c < 256; ++c) {
    const double value = 100.25 - 1.5 * c;
    CHECK(static_cast<double>(from_code<T>(c)) == value);
    CHECK(T(value + 0.7).bits() == c);
    CHECK(T(value - 0.7).bits() == c);
  }
}

TEST_CASE("codebook: usable at compile time") {
  static_assert(lowp::nf4(0.7f).bits() == 14);
  static_assert(lowp::flint4(2) * lowp::flint4(3) == 6);
  static_assert(lowp::ternary(0.5f) == 0 && lowp::ternary(-0.51f) == -1);
  static_assert(std::numeric_limits<lowp::iq4nl>::max() == 113);
  static_assert(sizeof(lowp::nf4) == 1 && std::is_trivially_copyable_v<lowp::nf4>);
  SUCCEED();
}
