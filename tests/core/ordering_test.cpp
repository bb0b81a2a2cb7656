// Neighbours, gaps, the total order, and the classification functions: all codes, against the list of values.
#include <algorithm>

#include "helpers.hpp"

namespace {

using namespace lowp;

// The distinct values of a type in ascending order with one code each (of the two zeros, +0); infinities included.
template <class T>
std::vector<std::pair<double, std::uint64_t>> sorted_values() {
  std::vector<std::pair<double, std::uint64_t>> v;
  for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
    const double x = tests::value(tests::at<T>(c));
    if (std::isnan(x) || (x == 0 && std::signbit(x))) continue;
    v.emplace_back(x, c);
  }
  std::sort(v.begin(), v.end());
  return v;
}

}  // namespace

TEST_CASE("ordering: next_up and next_down walk through every value") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    const auto v = sorted_values<T>();
    int wrong = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      const T x = tests::at<T>(v[i].second);
      const std::size_t above = std::min(i + 1, v.size() - 1), below = i == 0 ? 0 : i - 1;
      wrong += tests::value(next_up(x)) != v[above].first;
      // symmetric types have a code below their lowest value, to which no step leads
      if (!(below == 0 && v[0].first < tests::value(std::numeric_limits<T>::lowest()) &&
            isfinite(tests::at<T>(v[0].second))))
        wrong += tests::value(next_down(x)) != v[below].first;
      if (i + 1 < v.size() && v[i].first != 0 && v[i + 1].first != 0) {
        wrong += next_up(x).bits() != v[above].second;
        if (i > 0) wrong += next_down(next_up(x)).bits() != x.bits();
      }
    }
    CHECK(wrong == 0);
    // From one end to the other, counted.
    if (std::string(t.name).find("symmetric") == std::string::npos) {
      std::size_t steps = 1;
      for (T x = tests::at<T>(v.front().second); x < tests::at<T>(v.back().second) && steps <= v.size(); ++steps)
        x = next_up(x);
      CHECK(steps == v.size());
      steps = 1;
      for (T x = tests::at<T>(v.back().second); x > tests::at<T>(v.front().second) && steps <= v.size(); ++steps)
        x = next_down(x);
      CHECK(steps == v.size());
    }
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      const T x = tests::at<T>(c);
      if (!isnan(x)) continue;
      wrong += next_up(x).bits() != c || next_down(x).bits() != c;
    }
    CHECK(wrong == 0);
  });
  CHECK(next_up(e4m3fn(0)).bits() == 1);
  CHECK(next_up(-e4m3fn(0)).bits() == 1);
  CHECK(next_down(e4m3fn(0)).bits() == 0x81);
  CHECK(next_up(e4m3fn::from_bits(0x81)).bits() == 0x80);  // the sign stays, as in IEEE 754-2019, 5.3.1
  CHECK(next_up(e4m3fnuz::from_bits(0x81)).bits() == 0);
  CHECK(next_up(e4m3fn(448)) == 448);
  CHECK(isinf(next_up(e5m2(57344))));
  CHECK(next_down(e5m2::from_bits(0x7c)) == 57344);
  CHECK(next_up(e5m2::from_bits(0xfc)) == -57344);
  CHECK(next_down(ue4m3(0)) == 0);
  CHECK(next_down(e8m0fnu::from_bits(0)).bits() == 0);
}

TEST_CASE("ordering: ulp is the gap to the next larger magnitude") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    const auto v = sorted_values<T>();
    std::vector<double> magnitudes;  // finite, not negative
    for (const auto& [x, c] : v)
      if (x >= 0 && std::isfinite(x)) magnitudes.push_back(x);
    if (magnitudes.size() < 3) return;
    int wrong = 0;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      const T x = tests::at<T>(c);
      const double got = tests::value(ulp(x)), m = std::abs(tests::value(x));
      if (std::isnan(m)) {
        wrong += !std::isnan(got);
      } else if (std::isinf(m)) {
        wrong += got != m;
      } else {
        const auto i = std::upper_bound(magnitudes.begin(), magnitudes.end(), m);
        const auto j = i == magnitudes.end() ? i - 1 : i;
        wrong += got != *j - j[-1];
      }
    }
    CHECK(wrong == 0);
  });
  CHECK(ulp(e4m3fn(1)) == 0.125f);
  CHECK(ulp(e4m3fn(-1)) == 0.125f);
  CHECK(ulp(e4m3fn(0)) == std::numeric_limits<e4m3fn>::denorm_min());
  CHECK(ulp(e4m3fn(448)) == 32);
  CHECK(ulp(float16(65504)) == 32);
  CHECK(ulp(e8m0fnu(4)) == 4);
  // Whatever the type's own rounding is.
  CHECK(ulp(with_rounding<e4m3fn, downward>(1)) == 0.125f);
  constexpr auto one = with_rounding<e4m3fn, stochastic<>>::from_bits(0x38);
  STATIC_REQUIRE(ulp(one) == 0.125f);  // no random bits at compile time
}

TEST_CASE("ordering: the total order of formats with sign and magnitude is that of IEEE 754-2019, 5.10") {
  const auto check = []<class T>(tests::named<T> t) {
    INFO(t.name);
    // The codes as integers of sign and magnitude, -0 before +0: NaNs come out beyond the infinities by themselves.
    const auto key = [](std::uint64_t c) {
      const auto m = static_cast<std::int64_t>(c & (tests::codes<T> / 2 - 1));
      return c >= tests::codes<T> / 2 ? -m - 1 : m;
    };
    int wrong = 0;
    const std::uint64_t step = T::format::bits > 8 ? 131 : 1;
    for (std::uint64_t a = 0; a < tests::codes<T>; a += step)
      for (std::uint64_t b = 0; b < tests::codes<T>; b += step == 1 ? 1 : step * 3)
        wrong += total_order(tests::at<T>(a), tests::at<T>(b)) != (key(a) <=> key(b));
    CHECK(wrong == 0);
  };
  check(tests::named<e4m3fn>{"e4m3fn"});
  check(tests::named<e5m2>{"e5m2"});
  check(tests::named<e4m3>{"e4m3"});
  check(tests::named<e3m4>{"e3m4"});
  check(tests::named<e2m1fn>{"e2m1fn"});
  check(tests::named<e3m2fn>{"e3m2fn"});
  check(tests::named<float16>{"float16"});
  check(tests::named<bfloat16>{"bfloat16"});
}

TEST_CASE("ordering: the total order of every type is strict, total, and refines the order of values") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    std::vector<T> all;
    const std::uint64_t step = T::format::bits > 8 ? 257 : 1;
    for (std::uint64_t c = 0; c < tests::codes<T>; c += step) all.push_back(tests::at<T>(c));
    if (step > 1) {  // and the special codes
      using L = std::numeric_limits<T>;
      for (const T x : {L::infinity(), L::quiet_NaN(), L::max(), L::lowest(), T{}}) {
        all.push_back(x);
        if (L::is_signed) all.push_back(-x);
      }
      std::sort(all.begin(), all.end(), [](T a, T b) { return a.bits() < b.bits(); });
      all.erase(std::unique(all.begin(), all.end(), [](T a, T b) { return a.bits() == b.bits(); }), all.end());
    }
    int wrong = 0;
    for (const T a : all)
      for (const T b : all) {
        const auto o = total_order(a, b);
        wrong += (o == 0) != (a.bits() == b.bits());  // distinct codes are never equal
        wrong += o != (0 <=> total_order(b, a));      // antisymmetric
        if (a < b) wrong += o >= 0;
        if (a > b) wrong += o <= 0;
      }
    CHECK(wrong == 0);
    // Transitive: sorted by it, every earlier code is below every later one.
    std::sort(all.begin(), all.end(), [](T a, T b) { return total_order(a, b) < 0; });
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j) wrong += total_order(all[i], all[j]) >= 0;
    CHECK(wrong == 0);
  });
  CHECK((total_order(-e4m3fn(0), e4m3fn(0)) < 0));
  CHECK((total_order(e4m3fnuz::from_bits(0x80), e4m3fnuz(240)) > 0));
  CHECK((total_order(float16::from_bits(0x7c01), float16::from_bits(0x7e00)) < 0));  // signaling below quiet
  CHECK((total_order(float16::from_bits(0xfc01), float16::from_bits(0xfe00)) > 0));  // and mirrored
}

TEST_CASE("ordering: isnan, isinf, isfinite, signbit, abs") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    int wrong = 0;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      const T x = tests::at<T>(c);
      const double v = tests::value(x), a = tests::value(abs(x));
      wrong += isnan(x) != std::isnan(v) || isinf(x) != std::isinf(v) || isfinite(x) != std::isfinite(v);
      if (!std::isnan(v)) {
        wrong += signbit(x) != std::signbit(v);
        wrong += std::signbit(a) || (a != std::abs(v) && !(v <= tests::value(std::numeric_limits<T>::lowest()) &&
                                                           abs(x).bits() == std::numeric_limits<T>::max().bits()));
      } else {
        wrong += !std::isnan(a) || decode(abs(x)).negative;
      }
    }
    CHECK(wrong == 0);
  });
}
