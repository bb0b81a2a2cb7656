// The fast paths against the generic path they remember (core/table.hpp): every pair of codes and every float that can
// make a difference. What is expected comes from policies with state, for which there is no table.
//
// Each pair of policies is a table of its own and takes its time to compile: some formats go through all 28 pairs, the
// others through four. (tests/formats holds all pairs of all named formats against an oracle.)
#include <algorithm>
#include <array>
#include <bit>

#include "helpers.hpp"

namespace {

using namespace lowp;

// Policies chosen at run time.
struct any_rounding {
  using policy = rounding_tag;
  int which;
  constexpr bool operator()(bool negative, bool odd, std::uint64_t rest) const noexcept {
    switch (which) {
      case 0:
        return nearest_even{}(negative, odd, rest);
      case 1:
        return nearest_away{}(negative, odd, rest);
      case 2:
        return nearest_zero{}(negative, odd, rest);
      case 3:
        return toward_zero{}(negative, odd, rest);
      case 4:
        return upward{}(negative, odd, rest);
      case 5:
        return downward{}(negative, odd, rest);
      default:
        return to_odd{}(negative, odd, rest);
    }
  }
};
struct any_overflow {
  using policy = overflow_tag;
  int which;
  constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    switch (which) {
      case 0:
        return to_special{}(e);
      case 1:
        return saturate{}(e);
      case 2:
        return saturate_finite{}(e);
      default:
        return sat_none{}(e);
    }
  }
};
template <class T>
constexpr bool has_all_policies = false;
template <>
constexpr bool has_all_policies<e4m3fn> = true;
template <>
constexpr bool has_all_policies<e5m2> = true;
template <>
constexpr bool has_all_policies<e2m1fn> = true;
template <>
constexpr bool has_all_policies<e8m0fnu> = true;

constexpr const char* rounding_names[] = {"nearest_even", "nearest_away", "nearest_zero", "toward_zero",
                                          "upward",       "downward",     "to_odd"};
constexpr const char* overflow_names[] = {"to_special", "saturate", "saturate_finite", "sat_none"};

// f(rounding index, overflow index, rounding, overflow)
template <class F>
void for_some_policy_pairs(F&& f) {
  f(0, 0, nearest_even{}, to_special{});
  f(1, 1, nearest_away{}, saturate{});
  f(5, 2, downward{}, saturate_finite{});
  f(6, 3, to_odd{}, sat_none{});
}
template <class F>
void for_each_policy_pair(F&& f) {
  const auto with = [&](int r, auto rounding) {
    f(r, 0, rounding, to_special{});
    f(r, 1, rounding, saturate{});
    f(r, 2, rounding, saturate_finite{});
    f(r, 3, rounding, sat_none{});
  };
  with(0, nearest_even{});
  with(1, nearest_away{});
  with(2, nearest_zero{});
  with(3, toward_zero{});
  with(4, upward{});
  with(5, downward{});
  with(6, to_odd{});
}

template <class T, class F>
void for_policy_pairs(F&& f) {
  if constexpr (has_all_policies<T>) {
    for_each_policy_pair(f);
  } else {
    for_some_policy_pairs(f);
  }
}

template <class T>
std::uint64_t generic(const exact& x, int r, int o) {
  return round_to<T>(x, any_rounding{r}, any_overflow{o}).bits();
}

// Every operation on every pair of codes, looked up and by the generic path.
template <class T>
void check_pairs(const char* name) {
  tests::report report(std::string("table of ") + name);
  constexpr std::uint64_t n = tests::codes<T>;
  for (int op = 0; op < 4; ++op) {
    // The exact results once for all policies; with and without the -0 of `downward`.
    std::array<std::vector<exact>, 2> exact_results;
    for (const bool down : {false, true})
      for (std::uint64_t i = 0; i < n; ++i)
        for (std::uint64_t j = 0; j < n; ++j) {
          const exact a = decode(tests::at<T>(i)), b = decode(tests::at<T>(j));
          exact_results[down].push_back(op == 0   ? exact_add(a, b, down)
                                        : op == 1 ? exact_add(a, b.kind == value_kind::nan ? b : -b, down)
                                        : op == 2 ? exact_mul(a, b)
                                                  : exact_div(a, b));
        }
    for_policy_pairs<T>([&](int r, int o, auto rounding, auto overflow) {
      std::size_t k = 0;
      for (std::uint64_t i = 0; i < n; ++i)
        for (std::uint64_t j = 0; j < n; ++j, ++k) {
          const T a = tests::at<T>(i), b = tests::at<T>(j);
          const T got = op == 0   ? add<T>(a, b, rounding, overflow)
                        : op == 1 ? sub<T>(a, b, rounding, overflow)
                        : op == 2 ? mul<T>(a, b, rounding, overflow)
                                  : div<T>(a, b, rounding, overflow);
          const std::uint64_t expected = generic<T>(exact_results[r == 5][k], r, o);
          report.expect(got.bits() == expected, [&](std::ostream& s) {
            s << tests::hex(i) << " "
              << "+-*/"[op] << " " << tests::hex(j) << " " << rounding_names[r] << " " << overflow_names[o]
              << " gives " << tests::hex(got.bits()) << ", expected " << tests::hex(expected);
          });
        }
    });
  }
}

// All signs and exponents with the fractions that matter: the first bits of every pattern, and below them nothing, the
// lowest bit, all ones, and the highest bit.
const std::vector<float>& boundary_floats() {
  static const std::vector<float> floats = [] {
    std::vector<float> v;
    for (std::uint32_t top = 0; top < (1u << 17); ++top)  // sign, exponent and 8 bits of fraction
      for (const std::uint32_t low : {0u, 1u, 0x4000u, 0x7fffu}) v.push_back(std::bit_cast<float>(top << 15 | low));
    return v;
  }();
  return floats;
}

template <class T, class R, class O>
std::uint64_t converted(float x, R rounding, O overflow) {
  return convert<T>(x, rounding, overflow).bits();
}

template <class T>
void check_floats(const char* name) {
  tests::report report(std::string("float to ") + name);
  for_policy_pairs<T>([&](int r, int o, auto rounding, auto overflow) {
    for (const float x : boundary_floats()) {
      const std::uint64_t got = converted<T>(x, rounding, overflow), expected = generic<T>(decode(x), r, o);
      report.expect(got == expected, [&](std::ostream& s) {
        s << tests::value(decode(x)) << " (" << tests::hex(std::bit_cast<std::uint32_t>(x)) << ") "
          << rounding_names[r] << " " << overflow_names[o] << " gives " << tests::hex(got) << ", expected "
          << tests::hex(expected);
      });
    }
  });
}

// Rounding to nearest even and the type's overflow policy, one float in `step`.
template <class T>
void check_every_float(const char* name, std::uint64_t step) {
  tests::report report(std::string("every float to ") + name);
  for (std::uint64_t i = 0; i < std::uint64_t{1} << 32; i += step) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(i));
    const std::uint64_t got = convert<T>(x).bits(), expected = round_to<T>(decode(x), any_rounding{0}).bits();
    report.expect(got == expected, [&](std::ostream& s) {
      s << tests::hex(i) << " gives " << tests::hex(got) << ", expected " << tests::hex(expected);
    });
  }
}

template <class F>
void for_each_narrow(F&& f) {
  const auto narrow = [&]<class T>(tests::named<T> t) {
    if constexpr (T::format::bits <= 8) f(t);
  };
  tests::for_each_name(narrow);
  narrow(tests::named<p3109<8, 3>>{"p3109<8,3>"});
  narrow(tests::named<p3109<8, 1, signedness::is_unsigned>>{"p3109<8,1,unsigned>"});
  narrow(tests::named<p3109<3, 1>>{"p3109<3,1>"});
  narrow(tests::named<integer<8>>{"integer<8>"});
  narrow(tests::named<fixed<7, 3>>{"fixed<7,3>"});
  narrow(tests::named<symmetric_fixed<4, 0>>{"symmetric_fixed<4,0>"});
}

}  // namespace

TEST_CASE("table: every pair of codes") {
  for_each_narrow([]<class T>(tests::named<T> t) { check_pairs<T>(t.name); });
}

TEST_CASE("table: floats at every boundary") {
  for_each_narrow([]<class T>(tests::named<T> t) { check_floats<T>(t.name); });
}

TEST_CASE("table: formats at the ends of float's range") {
  // Subnormal floats have fewer bits than the index of a table takes them to have.
  check_floats<minifloat<4, 3, specials::fn, 140>>("minifloat<4,3,fn,140>");
  check_floats<minifloat<4, 3, specials::fn, 128>>("minifloat<4,3,fn,128>");
  check_floats<minifloat<4, 3, specials::fn, 122>>("minifloat<4,3,fn,122>");  // quantum 2^-124: the last with a table
  check_floats<minifloat<4, 3, specials::fn, 123>>("minifloat<4,3,fn,123>");
  check_floats<minifloat<4, 3, specials::fn, -120>>("minifloat<4,3,fn,-120>");
  check_floats<minifloat<2, 5, specials::finite, 1>>("minifloat<2,5,finite>");
  check_floats<minifloat<1, 6, specials::finite, 0>>("minifloat<1,6,finite>");
  check_floats<minifloat<7, 0, specials::finite, 126>>("minifloat<7,0,finite,126>");
  check_floats<fixed<6, 124>>("fixed<6,124>");
  check_floats<fixed<6, 125>>("fixed<6,125>");
  check_floats<fixed<6, -120>>("fixed<6,-120>");
}

TEST_CASE("table: wrap has the same bits at run time as in a constant expression") {
  const auto check = []<class T>(tests::named<T> t) {
    tests::report report(std::string("wrap into ") + t.name);
    const any_rounding state{0};
    for (int i = -4000; i <= 4000; ++i) {
      const float x = static_cast<float>(i) * 0.1f;
      const std::uint64_t got = convert<T>(x, wrap{}).bits(), expected = round_to<T>(decode(x), state, wrap{}).bits();
      report.expect(got == expected, [&](std::ostream& s) {
        s << x << " gives " << tests::hex(got) << ", expected " << tests::hex(expected);
      });
    }
  };
  check(tests::named<fixed<4, 0>>{"fixed<4,0>"});
  check(tests::named<fixed<7, 2>>{"fixed<7,2>"});
  check(tests::named<fixed<8, 0>>{"fixed<8,0>"});
  check(tests::named<ufixed<5, 1>>{"ufixed<5,1>"});
}

TEST_CASE("table: code to float") {
  for_each_narrow([]<class T>(tests::named<T> t) {
    INFO(t.name);
    int wrong = 0;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      const T x = tests::at<T>(c);
      const std::uint32_t generic = std::bit_cast<std::uint32_t>(round_to<float>(decode(x)));
      wrong += std::bit_cast<std::uint32_t>(convert<float>(x)) != generic;
      wrong += std::bit_cast<std::uint32_t>(static_cast<float>(x)) != generic;
      wrong += std::bit_cast<std::uint32_t>(convert<float>(x, toward_zero{})) != generic;
    }
    CHECK(wrong == 0);
  });
  // A format beyond float's range: rounded, with and without a policy.
  using beyond = minifloat<7, 0, specials::finite, 150>;
  for (std::uint64_t c = 0; c < 256; ++c) {
    const beyond x = tests::at<beyond>(c);
    CHECK(convert<float>(x) == static_cast<float>(tests::value(x)));
    CHECK((convert<float>(x, toward_zero{}) != 0) == (std::abs(tests::value(x)) >= 0x1p-149));
  }
}

TEST_CASE("table: one float in 10007 to every named type", "[slow]") {
  tests::for_each_name([]<class T>(tests::named<T> t) { check_every_float<T>(t.name, 10007); });
}

TEST_CASE("table: all 2^32 floats to every named type", "[.exhaustive]") {
  tests::for_each_name([]<class T>(tests::named<T> t) { check_every_float<T>(t.name, 1); });
}
