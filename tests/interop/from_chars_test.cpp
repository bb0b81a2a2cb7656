// from_chars against GMP and the oracle, and against std of double.
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "text_helpers.hpp"

namespace {

using namespace test;

struct any_overflow {
  using policy = lowp::overflow_tag;
  oracle::overflow o;
  constexpr lowp::overflow_outcome operator()(const lowp::overflow_event& e) const noexcept {
    switch (o) {
      case oracle::overflow::to_special:
        return lowp::to_special{}(e);
      case oracle::overflow::saturate:
        return lowp::saturate{}(e);
      case oracle::overflow::saturate_finite:
        return lowp::saturate_finite{}(e);
      default:
        return lowp::sat_none{}(e);
    }
  }
};

// What text means, by rational comparison.
class judge {
 public:
  judge(const oracle::format& f, std::string_view text)
      : format_(f), value_(text), place_(test::locate(f, value_, text[0] == '-')) {}

  reading read(oracle::mode m, oracle::overflow o) const {
    // toward zero and away from it, clamped: the two candidates; the rounding mode says which it is
    const std::uint64_t code = format_.settle(place_, m, o);
    if (place_.kind == oracle::kind::zero) return {code, format_.has_zero()};
    if (!format_.has_zero()) {  // e8m0: half of the smallest value is where its range ends
      oracle::dyadic half = format_.magnitude(0);
      --half.e;
      if (place_.negative || compare(value_, test::rational(half)) < 0) return {code, false};
    }
    const std::uint64_t rounded = rounded_magnitude(m);
    const std::uint64_t largest =
        place_.negative && !format_.is_signed ? 0 : format_.largest_magnitude(place_.negative);
    return {code, rounded <= largest && (rounded != 0 || !format_.has_zero())};
  }

 private:
  std::uint64_t rounded_magnitude(oracle::mode m) const {
    using oracle::mode;
    using oracle::side;
    if (place_.side == side::exact) return place_.low;
    const bool odd = (place_.low & 1) != 0;
    const bool up = m == mode::nearest_even
                        ? place_.side == side::above_middle || (place_.side == side::middle && odd)
                    : m == mode::nearest_away ? place_.side != side::below_middle
                    : m == mode::nearest_zero ? place_.side == side::above_middle
                    : m == mode::upward       ? !place_.negative
                    : m == mode::downward     ? place_.negative
                    : m == mode::to_odd       ? !odd
                                              : false;
    return place_.low + up;
  }

  const oracle::format& format_;
  test::rational value_;
  oracle::place place_;
};

template <class T>
void check_text(const oracle::format& f, const std::string& text, bool all_policies, report& found) {
  const judge truth(f, text);
  for (const oracle::mode m : oracle::deterministic_modes) {
    for (const oracle::overflow o : oracle::overflow_policies) {
      if (!all_policies && (m != oracle::mode::nearest_even || o != oracle::overflow::to_special)) continue;
      const reading expected = truth.read(m, o);
      const reading got = read<T>(text, any_overflow{o}, any_rounding{m});
      if (got == expected) continue;
      found.add(text.substr(0, 200) + " (" + std::to_string(text.size()) + " characters): " +
                std::to_string(got.code) + (got.in_range ? "" : "!") + " for " + std::to_string(expected.code) +
                (expected.in_range ? "" : "!") + ", " + oracle::name(m) + ' ' + oracle::name(o));
    }
  }
}

// The midpoint as text, and its neighbours in a digit that is `far` places behind its last one.
std::vector<std::string> around(oracle::dyadic middle, int far) {
  const auto spell = [&](const test::exact_digits& d, std::string tail) {
    return d.digits + tail + 'e' + std::to_string(d.exponent - static_cast<long>(tail.size()));
  };
  const auto zeros = static_cast<std::size_t>(far);
  return {spell(test::digits_of(middle), ""), spell(test::digits_of(middle), std::string(zeros, '0') + '1'),
          spell(test::digits_of(middle, -1), std::string(zeros, '9') + '9')};
}

}  // namespace

TEST_CASE("from_chars rounds once: midpoints and their neighbours in a far digit, every policy, narrow formats") {
  for_each_narrow_format([](auto format) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    const oracle::format f = format.facts.make();
    report found;
    for (oracle::code_t c = 0; c <= f.largest_magnitude(false); ++c) {
      for (const int far : {0, 3, 40, c % 16 == 1 ? 2000 : 100}) {
        for (const std::string& text : around(f.middle(c), far)) {
          check_text<T>(f, text, true, found);
          check_text<T>(f, joined("-", text), far == 3, found);
        }
      }
      if (f.has_zero() && c == 0) continue;
      for (const std::string& text : around(f.magnitude(c), 20)) check_text<T>(f, text, true, found);
    }
    INFO(found.first);
    CHECK(found.wrong == 0);
  });
}

TEST_CASE("from_chars rounds once: midpoints, wide formats") {
  for_each_wide_format([](auto format) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    const oracle::format f = format.facts.make();
    report found;
    const std::uint64_t step = f.largest_magnitude(false) / 1500;
    for (oracle::code_t c = 0; c <= f.largest_magnitude(false); c += c < 40 ? 1 : step) {
      for (const std::string& text : around(f.middle(c), c % 3 == 0 ? 900 : 30))
        check_text<T>(f, text, c % 11 == 0, found);
    }
    for (const std::string& text : around(f.middle(f.largest_magnitude(false)), 30))
      check_text<T>(f, text, true, found);
    INFO(found.first);
    CHECK(found.wrong == 0);
  });
}

TEST_CASE("from_chars: random digits, points and exponents") {
  random_numbers random(7);
  const auto text = [&](int range) {
    std::string s = random.below(4) == 0 ? "-" : "";
    const std::size_t digits = 1 + random.below(random.below(8) == 0 ? 400 : 25), point = random.below(digits + 3);
    for (std::size_t i = 0; i < digits; ++i) {
      if (i == point) s += '.';
      s += static_cast<char>('0' + (random.below(3) == 0 ? 0 : random.below(10)));
    }
    return s + 'e' + std::to_string(static_cast<int>(random.below(2 * static_cast<unsigned>(range))) - range);
  };
  const auto check = [&](auto format, int range, int count) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    const oracle::format f = format.facts.make();
    report found;
    for (int i = 0; i < count; ++i) check_text<T>(f, text(range), i % 10 == 0, found);
    INFO(found.first);
    CHECK(found.wrong == 0);
  };
  for_each_narrow_format([&](auto format) { check(format, format.facts.E == 8 ? 50 : 15, 1000); });
  for_each_wide_format([&](auto format) { check(format, format.facts.E == 8 ? 60 : 20, 3000); });
}

TEST_CASE("from_chars rounds once: odd biases, where numbers are long") {
  using enum lowp::specials;
  const auto check = [](auto format, oracle::code_t step) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    const oracle::format f = format.facts.make();
    report found;
    for (oracle::code_t c = 0; c <= f.largest_magnitude(false); c += step) {
      for (const int far : {0, 60, 3000}) {
        for (const std::string& text : around(f.middle(c), far)) check_text<T>(f, text, c % 5 == 0, found);
      }
    }
    INFO(found.first);
    CHECK(found.wrong == 0);
  };
  check(named<lowp::minifloat<5, 2, ieee, 300>>{{"", 5, 2, oracle::specials::ieee, 300, true}}, 1);
  check(named<lowp::minifloat<5, 2, fn, -300>>{{"", 5, 2, oracle::specials::fn, -300, true}}, 1);
  check(named<lowp::minifloat<4, 0, extended, 2000>>{{"", 4, 0, oracle::specials::extended, 2000, true}}, 3);
  check(named<lowp::minifloat<3, 1, finite, -2000>>{{"", 3, 1, oracle::specials::finite, -2000, true}}, 3);
  check(named<lowp::minifloat<2, 20, finite, -10>>{{"", 2, 20, oracle::specials::finite, -10, true}}, 40009);
  check(named<lowp::minifloat<2, 20, finite, 25>>{{"", 2, 20, oracle::specials::finite, 25, true}}, 40009);
  check(named<lowp::minifloat<8, 22, ieee>>{{"", 8, 22, oracle::specials::ieee, 127, true}}, 20000003);
  check(named<lowp::minifloat<11, 4, ieee>>{{"", 11, 4, oracle::specials::ieee, 1023, true}}, 611);
  check(named<lowp::minifloat<6, 1, scale, 40>>{{"", 6, 1, oracle::specials::scale, 40, true}}, 5);
}

TEST_CASE("from_chars: exponents and digits without end") {
  using lowp::e4m3fn;
  using lowp::float16;
  const reading zero{0, true}, vanished{0, false};
  const reading inf{0x7c00, false}, nan{0x7f, false};
  for (const char* exponent :
       {"e999999999", "e99999999999999999999999999999", "e+2147483648", "e9223372036854775808"}) {
    INFO(exponent);
    CHECK(read<float16>(std::string("1") + exponent) == inf);
    CHECK(read<e4m3fn>(std::string("1") + exponent) == nan);
    CHECK(read<e4m3fn>(std::string("1") + exponent, lowp::saturate{}) == reading{0x7e, false});
    CHECK(read<float16>(std::string("0") + exponent) == zero);
    CHECK(read<float16>(std::string("-0.000") + exponent) == reading{0x8000, true});
  }
  for (const char* exponent : {"e-999999999", "e-99999999999999999999999999999", "e-2147483649"}) {
    INFO(exponent);
    CHECK(read<float16>(std::string("1") + exponent) == vanished);
    CHECK(read<float16>(std::string("-1") + exponent) == reading{0x8000, false});
    CHECK(read<float16>(std::string("1") + exponent, lowp::upward{}) == reading{1, true});
    CHECK(read<float16>(std::string("0") + exponent) == zero);
    CHECK(read<lowp::e8m0fnu>(std::string("1") + exponent) == reading{0, false});
  }
  const std::string zeros(100000, '0');
  const reading one{0x3c00, true};
  CHECK(read<float16>(zeros + "1") == one);
  CHECK(read<float16>(joined("1", zeros, "e-100000")) == one);
  CHECK(read<float16>(joined("0.", zeros, "1e100001")) == one);
  CHECK(read<float16>(joined("1.", zeros, "1"), lowp::upward{}) == reading{0x3c01, true});
  CHECK(read<float16>("1." + zeros) == one);
  CHECK(read<float16>("1" + zeros) == inf);
  CHECK(read<float16>(std::string(100000, '9') + "e-100000") == one);
  CHECK(read<float16>(std::string(100000, '9') + "e-100000", lowp::toward_zero{}) == reading{0x3bff, true});
}

TEST_CASE("from_chars: hex digits") {
  using lowp::float16;
  const auto hex = [](std::string_view text, auto... policies) {
    return read<float16>(text, chars_format::hex, policies...);
  };
  CHECK(hex("1.8p+0") == reading{0x3e00, true});
  CHECK(hex("18P-4") == reading{0x3e00, true});
  CHECK(hex(".00000000000000000018p76") == reading{0x3e00, true});
  CHECK(hex("1.002p0") == reading{0x3c00, true});  // the midpoint of 1 and 1 + 2^-10
  CHECK(hex("1.00200000000000000000000000000000001p0") == reading{0x3c01, true});
  CHECK(hex("1.002p0", lowp::nearest_away{}) == reading{0x3c01, true});
  CHECK(hex("1.00000000000000000000000000000000001p0", lowp::upward{}) == reading{0x3c01, true});
  CHECK(hex("-AbC") == reading{0xe95e, true});
  CHECK(hex("1p16") == reading{0x7c00, false});
  CHECK(hex("1p-26") == reading{0, false});
  CHECK(hex("0p999999999999999999999") == reading{0, true});
  CHECK(hex("1p999999999999999999999") == reading{0x7c00, false});
  CHECK(hex("1p-999999999999999999999") == reading{0, false});
  CHECK(hex(joined("1", std::string(5000, '0'), "p-20000")) == reading{0x3c00, true});
  CHECK(hex(joined("0.", std::string(5000, '0'), "1p20004")) == reading{0x3c00, true});
}

#ifdef __cpp_lib_to_chars  // std has floating-point from_chars

TEST_CASE("from_chars: random hex digits, as std reads them") {
  random_numbers random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const std::size_t digits = 1 + random.below(30), point = random.below(40);
    for (std::size_t k = 0; k < digits; ++k) {
      if (k == point) text += '.';
      text += "0123456789abcdefABCDEF"[random.below(22)];
    }
    text += 'p' + std::to_string(static_cast<int>(random.below(2200)) - 1100);
    double expected = 0;
    float64 x{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), expected, chars_format::hex);
    const auto [own_end, own_error] = lowp::from_chars(text.data(), text.data() + text.size(), x, chars_format::hex);
    INFO(text);
    REQUIRE(own_end == end);
    REQUIRE(own_error == error);
    if (error == errc{}) REQUIRE(static_cast<double>(x) == expected);
  }
}

#endif

TEST_CASE("from_chars: what is no number, where it stops, and what it leaves alone") {
  struct expectation {
    std::string_view text;
    chars_format format;
    int consumed;  // -1: invalid
    double value;
  };
  constexpr auto general = chars_format::general, fixed = chars_format::fixed, scientific = chars_format::scientific,
                 hex = chars_format::hex;
  const expectation cases[] = {
      {"", general, -1, 0},        {"-", general, -1, 0},
      {"+1", general, -1, 0},      {".", general, -1, 0},
      {"-.", general, -1, 0},      {"e5", general, -1, 0},
      {".e5", general, -1, 0},     {"--1", general, -1, 0},
      {" 1", general, -1, 0},      {"x", general, -1, 0},
      {"1", general, 1, 1},        {"1.", general, 2, 1},
      {".5", general, 2, 0.5},     {"1e", general, 1, 1},
      {"1e+", general, 1, 1},      {"1e5x", general, 3, 100000},
      {"1.2.3", general, 3, 1.2},  {"1e2e3", general, 3, 100},
      {"0x10", general, 1, 0},     {"0x10", hex, 1, 0},
      {"1p", hex, 1, 1},           {"1p+x", hex, 1, 1},
      {"1.5e3", fixed, 3, 1.5},    {"15", scientific, -1, 0},
      {"1.5e", scientific, -1, 0}, {"1.5e+2", scientific, 6, 150},
      {"g", hex, -1, 0},           {"1_000", general, 1, 1},
      {"1'000", general, 1, 1},    {"infinitx", general, 3, HUGE_VAL},
      {"in", general, -1, 0},      {"-INFINITY", general, 9, -HUGE_VAL},
      {"iNf", fixed, 3, HUGE_VAL}, {"inf", scientific, 3, HUGE_VAL},
      {"inf", hex, 3, HUGE_VAL},   {"na", general, -1, 0},
  };
  for (const auto& [text, format, consumed, value] : cases) {
    INFO(text << ' ' << static_cast<int>(format));
    float64 x(42.0);
    const auto [end, error] = lowp::from_chars(text.data(), text.data() + text.size(), x, format);
    if (consumed < 0) {
      CHECK(error == errc::invalid_argument);
      CHECK(end == text.data());
      CHECK(x == 42.0);
    } else {
      CHECK(error == errc{});
      CHECK(end - text.data() == consumed);
      CHECK(x == value);
    }
  }
  for (const std::string_view text : {"nan", "NaN", "nan(", "nan()", "nan(12_aZ)", "nan(1", "nan(-1)"}) {
    lowp::float16 x{};
    const auto [end, error] = lowp::from_chars(text.data(), text.data() + text.size(), x);
    INFO(text);
    CHECK(error == errc{});
    CHECK(lowp::isnan(x));
    CHECK(end - text.data() == (text == "nan()" || text == "nan(12_aZ)" ? static_cast<long>(text.size()) : 3));
  }
  CHECK(read<lowp::float16>("-nan") == reading{0xfe00, true});
  CHECK(read<lowp::e4m3fnuz>("-nan") == reading{0x80, true});
  CHECK(read<lowp::e2m1fn>("nan") == reading{0, false});
  CHECK(read<lowp::e4m3fn>("inf") == reading{0x7f, false});
  CHECK(read<lowp::e4m3fn>("-inf", lowp::saturate{}) == reading{0xfe, false});
  CHECK(read<lowp::float16>("-inf") == reading{0xfc00, true});
  CHECK(read<lowp::float16>("-inf", lowp::saturate{}) == reading{0xfbff, false});
  CHECK(read<lowp::e8m0fnu>("0") == reading{0xff, false});
  CHECK(read<lowp::ue4m3>("-0") == reading{0, true});
  CHECK(read<lowp::ue4m3>("-1") == reading{0x7f, false});
  CHECK(read<lowp::e4m3fnuz>("-0") == reading{0, true});
}

#ifdef __cpp_lib_to_chars

TEST_CASE("from_chars agrees with std on the grammar of random text") {
  random_numbers random(11);
  constexpr std::string_view letters = "0123456789..eE+-xXpPinfINFtyanA()_ \0";
  for (int i = 0; i < 300000; ++i) {
    char text[12];
    const std::size_t size = random.below(sizeof text);
    for (std::size_t k = 0; k < size; ++k) text[k] = letters[random.below(letters.size())];
    if (random.below(6) == 0 && size >= 4) std::memcpy(text, random.below(2) != 0 ? "inf" : "nan", 3);
    const auto format = std::array{chars_format::general, chars_format::fixed, chars_format::scientific,
                                   chars_format::hex}[random.below(4)];
    double expected = 7;
    float64 x(7.0);
    const auto [end, error] = std::from_chars(text, text + size, expected, format);
    const auto [own_end, own_error] = lowp::from_chars(text, text + size, x, format);
    if (own_end == end && own_error == error && (error != errc{} || x == expected || std::isnan(expected))) continue;
    INFO(std::string(text, size) << " format " << static_cast<int>(format));
    REQUIRE(own_end - text == end - text);
    REQUIRE(own_error == error);
    REQUIRE(static_cast<double>(x) == expected);
  }
}

#endif

TEST_CASE("from_chars takes policies in any order, random bits included") {
  using lowp::e4m3fn;
  // 1 + 3/32 is 3/4 of the way from 1 to 1.125
  CHECK(read<e4m3fn>("1.09375", lowp::toward_zero{}).code == 0x38);
  CHECK(read<e4m3fn>("1.09375", lowp::saturate{}, lowp::nearest_away{}).code == 0x39);
  int up = 0;
  for (std::uint32_t r = 0; r < 256; ++r) {
    up += read<e4m3fn>("1.09375", lowp::random_bits{r}, lowp::stochastic<8>{}).code == 0x39;
    CHECK(read<e4m3fn>("1.125", lowp::stochastic<8>{}, lowp::random_bits{r}).code == 0x39);
  }
  CHECK(up == 192);
  // A stochastic type reads to nearest even.
  using noisy = lowp::with_rounding<e4m3fn, lowp::stochastic<>>;
  for (int i = 0; i < 20; ++i) CHECK(read<noisy>("1.09375").code == 0x39);
  CHECK(read<lowp::with_overflow<e4m3fn, lowp::saturate>>("1e9") == reading{0x7e, false});
  CHECK(read<lowp::with_rounding<e4m3fn, lowp::downward>>("-1.0001").code == 0xb9);
}
