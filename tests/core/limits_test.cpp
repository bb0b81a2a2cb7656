// std::numeric_limits of every named type, against the list of its values: each member by its definition in the
// standard, searched for in the list.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "helpers.hpp"

namespace {

using namespace lowp;

// What the list of values says.
struct found {
  std::vector<double> finite;  // ascending, no duplicates
  bool infinity = false, nan = false;
  double max, lowest, denorm_min, min_normal, epsilon = 0;
  bool has_one = false, has_half = false, integer = true, evenly_spaced = true;
  int digits = 0;  // most significant bits of any value
  int min_exponent, max_exponent, min_exponent10, max_exponent10;
};

int significant_bits(double x) {
  int e = 0;
  auto m = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::abs(x), &e), 53));
  int n = 53;
  while (m != 0 && (m & 1) == 0) m >>= 1, --n;
  return n;
}

found search(std::vector<double> all) {
  found f;
  for (const double x : all) {
    f.nan |= std::isnan(x);
    f.infinity |= std::isinf(x);
    if (std::isfinite(x)) f.finite.push_back(x == 0 ? 0 : x);
  }
  auto& v = f.finite;
  std::sort(v.begin(), v.end());
  v.erase(std::unique(v.begin(), v.end()), v.end());
  f.max = v.back();
  f.lowest = v.front();
  const auto positive = std::upper_bound(v.begin(), v.end(), 0.0);
  f.denorm_min = positive != v.end() ? *positive : 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    f.integer &= std::trunc(v[i]) == v[i];
    if (i > 0) f.evenly_spaced &= v[i] - v[i - 1] == v[1] - v[0];
    if (v[i] != 0) f.digits = std::max(f.digits, significant_bits(v[i]));
  }
  const auto one = std::lower_bound(v.begin(), v.end(), 1.0);
  f.has_one = one != v.end() && *one == 1;
  f.has_half = std::binary_search(v.begin(), v.end(), 0.5);
  if (f.has_one && one + 1 != v.end()) f.epsilon = one[1] - 1;
  // The smallest normal value: the lowest 2^k above which a whole binade holds 2^(digits - 1) values.
  f.min_normal = 0;
  for (auto i = positive; i != v.end(); ++i) {
    int e = 0;
    if (std::frexp(*i, &e) != 0.5) continue;
    const auto count = std::lower_bound(i, v.end(), 2 * *i) - i;
    // The binade of the largest value may be cut short by the special codes.
    if (count == std::ptrdiff_t{1} << (f.digits - 1)) {
      f.min_normal = *i;
      break;
    }
  }
  std::frexp(f.min_normal, &f.min_exponent);
  std::frexp(f.max, &f.max_exponent);
  // The lowest and highest power of ten in the range of normal values.
  f.min_exponent10 = -400;
  while (std::pow(10.0L, f.min_exponent10) < static_cast<long double>(f.min_normal)) ++f.min_exponent10;
  f.max_exponent10 = 400;
  while (std::pow(10.0L, f.max_exponent10) > static_cast<long double>(f.max)) --f.max_exponent10;
  return f;
}

// The members, as plain values.
struct members {
  bool is_specialized, is_signed, is_integer, is_exact, is_bounded, is_modulo, is_iec559, has_infinity, has_quiet_nan;
  int radix, digits, digits10, max_digits10, min_exponent, max_exponent, min_exponent10, max_exponent10;
  double min, max, lowest, epsilon, denorm_min, round_error, infinity, quiet_nan;
};
template <class T>
members members_of() {
  using L = std::numeric_limits<T>;
  const auto value = [](T x) { return static_cast<double>(x); };
  return {L::is_specialized,
          L::is_signed,
          L::is_integer,
          L::is_exact,
          L::is_bounded,
          L::is_modulo,
          L::is_iec559,
          L::has_infinity,
          L::has_quiet_NaN,
          L::radix,
          L::digits,
          L::digits10,
          L::max_digits10,
          L::min_exponent,
          L::max_exponent,
          L::min_exponent10,
          L::max_exponent10,
          value(L::min()),
          value(L::max()),
          value(L::lowest()),
          value(L::epsilon()),
          value(L::denorm_min()),
          value(L::round_error()),
          value(L::infinity()),
          value(L::quiet_NaN())};
}

void check(const char* name, const members& m, const found& f) {
  INFO(name);
  CHECK(m.is_specialized);
  CHECK(m.is_bounded);
  CHECK(m.radix == 2);
  CHECK(m.is_signed == (f.lowest < 0));
  CHECK(m.is_exact == f.evenly_spaced);
  CHECK(m.is_integer == (f.evenly_spaced && f.integer));
  CHECK(m.has_infinity == f.infinity);
  CHECK(m.has_quiet_nan == f.nan);
  if (f.infinity) CHECK(m.infinity == HUGE_VAL);
  if (f.nan) CHECK(std::isnan(m.quiet_nan));
  CHECK(m.max == f.max);
  CHECK(m.lowest == f.lowest);
  CHECK(m.digits == f.digits);
  if (f.has_one && f.epsilon != 0) CHECK(m.epsilon == f.epsilon);
  if (f.evenly_spaced) {
    CHECK(m.digits10 == static_cast<int>(std::floor(f.digits * std::log10(2.0L))));
    if (m.is_integer) CHECK(m.min == f.lowest);
    CHECK(m.min_exponent == 0);
    CHECK(m.max_exponent == 0);
  } else {
    CHECK(m.denorm_min == f.denorm_min);
    CHECK(m.digits10 == static_cast<int>(std::floor((f.digits - 1) * std::log10(2.0L))));
    CHECK(m.max_digits10 == static_cast<int>(std::ceil(f.digits * std::log10(2.0L) + 1)));
    CHECK(m.min == f.min_normal);
    CHECK(m.min_exponent == f.min_exponent);
    CHECK(m.max_exponent == f.max_exponent);
    CHECK(m.min_exponent10 == f.min_exponent10);
    CHECK(m.max_exponent10 == f.max_exponent10);
    if (f.has_half) CHECK(m.round_error == 0.5);
  }
}

template <class L>
concept KnowsDenormals = requires {
  L::has_denorm;
  L::has_denorm_loss;
};
template <class L>
concept KnowsTheRest = requires {
  L::has_signaling_NaN;
  L::signaling_NaN();
  L::tinyness_before;
  L::traps;
  L::round_style;
};

template <class T>
inline constexpr bool is_symmetric = false;
template <int Bits, int Frac>
inline constexpr bool is_symmetric<symmetric_fixed<Bits, Frac>> = true;

template <class T>
found search_type() {
  std::vector<double> v;
  for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
    if (is_symmetric<T> && c == tests::codes<T> / 2) continue;  // the code that is never produced
    v.push_back(tests::value(tests::at<T>(c)));
  }
  return search(std::move(v));
}

}  // namespace

TEST_CASE("limits: every named type against its list of values") {
  const auto one = []<class T>(tests::named<T> t) { check(t.name, members_of<T>(), search_type<T>()); };
  tests::for_each_name(one);
  tests::for_each_p3109(one);
  tests::for_each_fixed([&]<class T>(tests::named<T> t) {
    if (T::format::bits > 1) one(t);
  });
}

TEST_CASE("limits: formats nobody has named") {
  const auto one = []<class T>(const char* name, const T&) { check(name, members_of<T>(), search_type<T>()); };
  one("minifloat<2,0>", minifloat<2, 0>{});
  one("minifloat<3,0,finite>", minifloat<3, 0, specials::finite>{});
  one("minifloat<2,5>", minifloat<2, 5>{});
  one("minifloat<4,3,fn,20>", minifloat<4, 3, specials::fn, 20>{});    // all below 1
  one("minifloat<4,3,fn,-20>", minifloat<4, 3, specials::fn, -20>{});  // all above 1
  one("minifloat<0,5,finite,1>", minifloat<0, 5, specials::finite, 1>{});
  one("minifloat<1,4,finite,1>", minifloat<1, 4, specials::finite, 1>{});
  one("minifloat<9,3>", minifloat<9, 3>{});
  one("minifloat<5,2,scale,10,unsigned>", minifloat<5, 2, specials::scale, 10, signedness::is_unsigned>{});
  one("minifloat<3,2,extended,4>", minifloat<3, 2, specials::extended, 4>{});
}

TEST_CASE("limits: float itself, member by member") {
  using mine = std::numeric_limits<minifloat<8, 23>>;
  using theirs = std::numeric_limits<float>;
  STATIC_REQUIRE(mine::is_specialized == theirs::is_specialized);
  STATIC_REQUIRE(mine::is_signed == theirs::is_signed);
  STATIC_REQUIRE(mine::is_integer == theirs::is_integer);
  STATIC_REQUIRE(mine::is_exact == theirs::is_exact);
  STATIC_REQUIRE(mine::is_bounded == theirs::is_bounded);
  STATIC_REQUIRE(mine::is_modulo == theirs::is_modulo);
  STATIC_REQUIRE(mine::has_infinity == theirs::has_infinity);
  STATIC_REQUIRE(mine::has_quiet_NaN == theirs::has_quiet_NaN);
  STATIC_REQUIRE(mine::radix == theirs::radix);
  STATIC_REQUIRE(mine::digits == theirs::digits);
  STATIC_REQUIRE(mine::digits10 == theirs::digits10);
  STATIC_REQUIRE(mine::max_digits10 == theirs::max_digits10);
  STATIC_REQUIRE(mine::min_exponent == theirs::min_exponent);
  STATIC_REQUIRE(mine::max_exponent == theirs::max_exponent);
  STATIC_REQUIRE(mine::min_exponent10 == theirs::min_exponent10);
  STATIC_REQUIRE(mine::max_exponent10 == theirs::max_exponent10);
  STATIC_REQUIRE(mine::round_style == theirs::round_style);
  STATIC_REQUIRE(mine::traps == false);
  const auto same = [](minifloat<8, 23> a, float b) { return a.bits() == std::bit_cast<std::uint32_t>(b); };
  CHECK(same((mine::min)(), (theirs::min)()));
  CHECK(same((mine::max)(), (theirs::max)()));
  CHECK(same(mine::lowest(), theirs::lowest()));
  CHECK(same(mine::epsilon(), theirs::epsilon()));
  CHECK(same(mine::denorm_min(), theirs::denorm_min()));
  CHECK(same(mine::infinity(), theirs::infinity()));
  CHECK(same(mine::quiet_NaN(), theirs::quiet_NaN()));
  CHECK(same(mine::round_error(), theirs::round_error()));
}

TEST_CASE("limits: double's exponents") {
  using mine = std::numeric_limits<minifloat<11, 20>>;
  using theirs = std::numeric_limits<double>;
  STATIC_REQUIRE(mine::digits == 21);
  STATIC_REQUIRE(mine::digits10 == 6);
  STATIC_REQUIRE(mine::max_digits10 == 8);
  STATIC_REQUIRE(mine::min_exponent == theirs::min_exponent);
  STATIC_REQUIRE(mine::max_exponent == theirs::max_exponent);
  STATIC_REQUIRE(mine::min_exponent10 == theirs::min_exponent10);
  CHECK(mine::max_exponent10 == theirs::max_exponent10);
  CHECK(static_cast<double>((mine::min)()) == (theirs::min)());
  CHECK(mine::infinity() == theirs::infinity());
}

TEST_CASE("limits: integers and fixed-point as the integers of the language") {
  using i8 = std::numeric_limits<integer<8>>;
  using byte = std::numeric_limits<std::int8_t>;
  STATIC_REQUIRE(i8::digits == byte::digits);
  STATIC_REQUIRE(i8::digits10 == byte::digits10);
  STATIC_REQUIRE(i8::max_digits10 == byte::max_digits10);
  STATIC_REQUIRE(i8::is_integer);
  STATIC_REQUIRE(i8::is_exact);
  STATIC_REQUIRE(i8::is_signed);
  CHECK(i8::max() == byte::max());
  CHECK(i8::min() == byte::min());
  CHECK(i8::lowest() == byte::lowest());
  using u8 = std::numeric_limits<uinteger<8>>;
  STATIC_REQUIRE(u8::digits == 8);
  STATIC_REQUIRE(!u8::is_signed);
  CHECK(u8::max() == 255);
  CHECK(u8::min() == 0);
  using big = std::numeric_limits<fixed<63, 0>>;
  STATIC_REQUIRE(big::digits == 62);
  STATIC_REQUIRE(big::digits10 == 18);
  CHECK(big::max() == (std::int64_t{1} << 62) - 1);
  CHECK(big::min() == -(std::int64_t{1} << 62));
  CHECK(std::numeric_limits<fixed<8, 6>>::max() == 127.0f / 64);
  CHECK(std::numeric_limits<fixed<8, 6>>::epsilon() == 1.0f / 64);
  CHECK(std::numeric_limits<symmetric_fixed<4, 0>>::lowest() == -7);
}

TEST_CASE("limits: wide exponents") {
  const auto power_of_ten = [](int exponent) { return static_cast<int>(std::floor(exponent * std::log10(2.0L))); };
  const auto check_wide = [&]<class T>(T) {
    using L = std::numeric_limits<T>;
    INFO("exponent bits " << T::format::exponent_bits);
    CHECK(L::max_exponent == (1 << (T::format::exponent_bits - 1)));
    CHECK(L::min_exponent == 3 - L::max_exponent);
    CHECK(L::max_exponent10 == power_of_ten(L::max_exponent));
    CHECK(L::min_exponent10 == -power_of_ten(1 - L::min_exponent));
  };
  check_wide(minifloat<12, 10>{});
  check_wide(minifloat<13, 10>{});
  check_wide(minifloat<14, 10>{});
  check_wide(minifloat<15, 10>{});
  check_wide(minifloat<17, 10>{});
  check_wide(minifloat<20, 10>{});
}

TEST_CASE("limits: digits10 decimals survive, max_digits10 decimals identify every value") {
  const auto check_decimals = []<class T>(tests::named<T> t) {
    using L = std::numeric_limits<T>;
    INFO(t.name);
    if constexpr (!L::is_exact && L::max_exponent <= 1024) {
      int wrong = 0;
      char text[64];
      for (std::uint64_t c = 0; c<tests::codes<T>; c += T::format::bits> 16 ? 11 : 1) {
        const T x = tests::at<T>(c);
        if (!isfinite(x)) continue;
        std::snprintf(text, sizeof text, "%.*e", L::max_digits10 - 1, static_cast<double>(x));
        wrong += T(std::strtod(text, nullptr)) != x;
      }
      CHECK(wrong == 0);
      // Every decimal of digits10 digits in the normal range comes back.
      const int n = L::digits10;
      if (n > 0 && n <= 3) {
        const int low = static_cast<int>(std::pow(10, n - 1) + 0.5), high = low * 10;
        for (int e = L::min_exponent10 + 1 - n; e <= L::max_exponent10; ++e) {
          for (int m = low; m < high; ++m) {
            std::snprintf(text, sizeof text, "%de%d", m, e);
            const double d = std::strtod(text, nullptr);
            if (d < static_cast<double>(L::min()) || d > static_cast<double>(L::max())) continue;
            char back[64];
            std::snprintf(back, sizeof back, "%.*e", n - 1, static_cast<double>(T(d)));
            if (std::strtod(back, nullptr) != d) ++wrong;
          }
        }
        CHECK(wrong == 0);
      }
    }
  };
  tests::for_each_name(check_decimals);
  tests::for_each_p3109(check_decimals);
}

TEST_CASE("limits: members that C++20 asks for") {
  using L = std::numeric_limits<e4m3fn>;
  CHECK(KnowsDenormals<L>);
  STATIC_REQUIRE(KnowsTheRest<L>);
  // Also of const types, and in constant expressions for every policy.
  STATIC_REQUIRE(std::numeric_limits<const e4m3fn>::max() == 448);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, upward>>::epsilon() == 0.125f);
}

TEST_CASE("limits: formats with very large exponents") {
  // Any E + M <= 31 and any bias: the facts must not overflow an int.
  using wide = minifloat<21, 5>;
  CHECK(std::numeric_limits<wide>::max_exponent == 1 << 20);
  CHECK(std::numeric_limits<wide>::max_exponent10 == 315652);  // floor(2^20 * log10(2))
}
