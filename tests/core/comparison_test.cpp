// Comparison across all types, hashing, and numbers in the containers and algorithms of the standard library.
#include <algorithm>
#include <complex>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "helpers.hpp"

namespace {

using namespace lowp;

// One operator each, and whether they agree with the order of two doubles.
template <class A, class B>
bool agrees(A a, B b, std::partial_ordering o) {
  return (a == b) == (o == 0) && (a != b) == (o != 0) && (a < b) == (o < 0) && (a <= b) == (o <= 0) &&
         (a > b) == (o > 0) && (a >= b) == (o >= 0) && (a <=> b) == o && (b <=> a) == 0 <=> o &&
         (b == a) == (o == 0) && (b < a) == (o > 0);
}

template <class A, class B>
void check_all(const char* a_name, const char* b_name) {
  tests::report report(std::string(a_name) + " against " + b_name);
  for (std::uint64_t i = 0; i < tests::codes<A>; ++i)
    for (std::uint64_t j = 0; j < tests::codes<B>; ++j) {
      const A a = tests::at<A>(i);
      const B b = tests::at<B>(j);
      report.expect(agrees(a, b, tests::value(a) <=> tests::value(b)),
                    [&](std::ostream& o) { o << tests::hex(i) << ", " << tests::hex(j); });
    }
}

}  // namespace

TEST_CASE("comparison: all pairs of codes of one type") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    if constexpr (T::format::bits <= 8) check_all<T, T>(t.name, t.name);
  });
}

TEST_CASE("comparison: all pairs of codes of two types") {
  check_all<e4m3fn, e5m2>("e4m3fn", "e5m2");
  check_all<e4m3fn, with_rounding<e4m3fn, upward>>("e4m3fn", "itself with another policy");
  check_all<e2m1fn, e8m0fnu>("e2m1fn", "e8m0fnu");
  check_all<e4m3fnuz, fixed<8, 6>>("e4m3fnuz", "fixed<8,6>");
  check_all<ue5m3, uinteger<8>>("ue5m3", "uinteger<8>");
  check_all<p3109<8, 1>, e3m4>("p3109<8,1>", "e3m4");
  check_all<integer<8>, symmetric_fixed<4, 0>>("integer<8>", "symmetric_fixed<4,0>");
}

TEST_CASE("comparison: 16 bits, neighbours and random pairs") {
  tests::report report("16 bits");
  tests::splitmix random(41);
  const auto check = [&]<class T>(T) {
    for (int i = 0; i < 200000; ++i) {
      const T a = tests::at<T>(random() & 0xffff);
      const T b = tests::at<T>((random() & 1) != 0 ? random() & 0xffff : a.bits() + random() % 3 - 1);
      report.expect(agrees(a, b, tests::value(a) <=> tests::value(b)),
                    [&](std::ostream& o) { o << tests::hex(a.bits()) << ", " << tests::hex(b.bits()); });
    }
  };
  check(float16{});
  check(bfloat16{});
  check(fixed<16, 15>{});
}

TEST_CASE("comparison: with float and double, exactly") {
  tests::report report("native");
  tests::for_each_type([&]<class T>(tests::named<T> t) {
    const std::uint64_t step = T::format::bits > 8 ? 37 : 1;
    for (std::uint64_t c = 0; c < tests::codes<T>; c += step) {
      const T a = tests::at<T>(c);
      const double v = tests::value(a);
      for (const double d :
           {v, std::nextafter(v, 1e300), std::nextafter(v, -1e300), -v, 0.0, HUGE_VAL, -HUGE_VAL, std::nan("")})
        report.expect(agrees(a, d, v <=> d), [&](std::ostream& o) { o << t.name << " " << v << ", double " << d; });
      const float f = static_cast<float>(v);
      for (const float g : {f, std::nextafter(f, 1e30f), std::nextafter(f, -1e30f), -f, std::nanf("")})
        report.expect(agrees(a, g, v <=> static_cast<double>(g)),
                      [&](std::ostream& o) { o << t.name << " " << v << ", float " << g; });
    }
  });
}

TEST_CASE("comparison: with integers, exactly") {
  CHECK(e4m3fn(3) == 3);
  CHECK(3 == e4m3fn(3));
  CHECK(e4m3fn(3) != 4u);
  CHECK(e4m3fn(3) < 4LL);
  CHECK(e4m3fn(-3) < 0u);
  CHECK(e4m3fn(-3) > -4);
  CHECK(-3 == e4m3fn(-3));
  CHECK(e4m3fn(-0.0f) == 0);
  CHECK(e4m3fn(0.5f) > 0);
  CHECK(e4m3fn(0.5f) < 1);
  CHECK_FALSE(e4m3fn::from_bits(0x7f) == 0);
  CHECK_FALSE(e4m3fn::from_bits(0x7f) < 0);
  CHECK(((e4m3fn::from_bits(0x7f) <=> 0) == std::partial_ordering::unordered));
  CHECK(e5m2::from_bits(0x7c) > std::numeric_limits<std::uint64_t>::max());
  CHECK(e5m2::from_bits(0xfc) < std::numeric_limits<std::int64_t>::min());
  CHECK(bfloat16(-0x1p63f) == std::numeric_limits<std::int64_t>::min());
  CHECK(bfloat16(0x1p63f) > std::numeric_limits<std::int64_t>::max());
  CHECK(bfloat16(0x1p64f) > std::numeric_limits<std::uint64_t>::max());
  CHECK(e4m3fn(65) == 64);  // the constructor rounds,
  CHECK(e4m3fn(64) != 65);  // the comparison does not
  // Around 2^53, where a comparison through double goes wrong.
  using whole = fixed<60, 0>;
  for (std::int64_t n = (std::int64_t{1} << 53) - 3; n <= (std::int64_t{1} << 53) + 3; ++n)
    for (std::int64_t m = (std::int64_t{1} << 53) - 3; m <= (std::int64_t{1} << 53) + 3; ++m) {
      CHECK(((whole(n) <=> m) == std::partial_ordering(n <=> m)));
      CHECK(((-whole(n) <=> -m) == std::partial_ordering(m <=> n)));
      CHECK((whole(n) == static_cast<std::uint64_t>(m)) == (n == m));
    }
}

TEST_CASE("comparison: hashes of equal numbers are equal, and others hardly ever") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    if constexpr (T::format::bits <= 16) {
      std::map<double, std::size_t> by_value;  // both zeros are one key
      std::set<std::size_t> hashes;
      bool consistent = true;
      for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
        const T x = tests::at<T>(c);
        if (isnan(x)) continue;
        const std::size_t h = std::hash<T>{}(x);
        consistent &= by_value.try_emplace(tests::value(x), h).first->second == h;
        hashes.insert(h);
      }
      CHECK(consistent);
      CHECK(hashes.size() == by_value.size());
    }
  });
}

TEST_CASE("comparison: standard containers") {
  std::unordered_map<e4m3fn, int> count;
  for (int i = 0; i < 256; ++i) {
    const e4m3fn x = tests::at<e4m3fn>(static_cast<std::uint64_t>(i));
    if (!isnan(x)) ++count[x];
  }
  CHECK(count.size() == 253);  // 256 codes, two NaN, two zeros
  CHECK(count[e4m3fn(0)] == 2);
  CHECK(count[e4m3fn(448)] == 1);
  const std::unordered_set<float16> set{float16(1), float16(2), float16(1)};
  CHECK(set.size() == 2);
  std::map<e4m3fn, int> ordered{{e4m3fn(2), 2}, {e4m3fn(-1), -1}, {e4m3fn(0.5f), 0}};
  CHECK(ordered.begin()->second == -1);
  const std::pair<e4m3fn, int> a{e4m3fn(1), 2}, b{e4m3fn(1), 3};
  CHECK(a < b);
  CHECK(std::vector<e4m3fn>(3).back() == 0);
}

TEST_CASE("comparison: standard algorithms") {
  std::vector<e4m3fn> v;
  for (int i = 0; i < 256; ++i) v.push_back(tests::at<e4m3fn>(static_cast<std::uint64_t>((i * 37) & 255)));
  std::ranges::sort(v, [](e4m3fn a, e4m3fn b) { return total_order(a, b) < 0; });
  CHECK(v.front().bits() == 0xff);
  CHECK(v.back().bits() == 0x7f);
  CHECK(v[127].bits() == 0x80);
  CHECK(v[128].bits() == 0x00);
  v.erase(std::remove_if(v.begin(), v.end(), [](e4m3fn x) { return isnan(x); }), v.end());
  CHECK(std::is_sorted(v.begin(), v.end()));
  std::ranges::sort(v, std::ranges::greater{});
  CHECK(v.front() == 448);
  CHECK(*std::max_element(v.begin(), v.end()) == 448);
  CHECK(*std::ranges::min_element(v) == -448);
  CHECK(std::max(e4m3fn(1), e4m3fn(2)) == 2);
  CHECK(std::min({e4m3fn(3), e4m3fn(1), e4m3fn(2)}) == 1);
  CHECK(std::clamp(e4m3fn(9), e4m3fn(0), e4m3fn(6)) == 6);
  CHECK(std::ranges::count(v, e4m3fn(0)) == 2);
  CHECK(std::ranges::find(v, 448) == v.begin());

  const std::vector<e4m3fn> ones(40, e4m3fn(1));
  CHECK(std::accumulate(ones.begin(), ones.end(), e4m3fn(0)) == 16);  // 16 + 1 is a tie: it stays
  CHECK(std::accumulate(ones.begin(), ones.end(), 0.0f) == 40);
  CHECK(std::accumulate(ones.begin(), ones.end(), 0.0) == 40);
  CHECK(std::inner_product(ones.begin(), ones.end(), ones.begin(), 0.0f) == 40);
  std::vector<float16> up(5);
  std::iota(up.begin(), up.end(), float16(0.5f));
  CHECK(up.back() == 4.5f);
  std::vector<float> f(3);
  std::copy_n(ones.begin(), 3, f.begin());
  CHECK(f[2] == 1);
  std::transform(f.begin(), f.end(), up.begin(), [](float x) { return float16(x / 3); });
  CHECK(up[0] == float16(1.0f / 3));
  std::swap(up[0], up[4]);
  CHECK(up[0] == 4.5f);

  using complex = std::complex<float16>;
  const complex z = complex(float16(1), float16(2)) * complex(float16(3), float16(-1));
  CHECK(z.real() == 5);
  CHECK(z.imag() == 5);
}
