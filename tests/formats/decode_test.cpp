// Every code of every format decodes to the value that the definition gives it, and encodes back to itself: the
// named formats (against the published tables too), P3109 of 3 to 16 bits, minifloats of odd parameters.
#include <bit>
#include <cmath>

#include "harness.hpp"

namespace {

using namespace tests;

// lowp's exact value in the oracle's terms. The members say more than the value: they must be normalised.
oracle::value in_oracle(const lowp::exact& x) {
  oracle::value v;
  v.negative = x.negative;
  switch (x.kind) {
    case lowp::value_kind::zero:
      break;
    case lowp::value_kind::infinite:
      v.kind = oracle::kind::infinite;
      break;
    case lowp::value_kind::nan:
      v.kind = oracle::kind::nan;
      break;
    case lowp::value_kind::finite:
      v.kind = oracle::kind::finite;
      v.m = x.significand;
      v.e = std::int64_t{x.exponent} - 63;
      break;
  }
  return v;
}

// What lowp says of one code; compared outside of the templates.
struct seen {
  code_t code;
  lowp::exact decoded;
  code_t encoded, as_float;
};

template <class T>
void look_at(std::vector<seen>& all, code_t code, std::uint64_t last, code_t step) {
  for (;; code += step) {
    const T x = from_code<T>(code);
    seen s{code, lowp::decode(x), 0, 0};
    s.encoded = code_of(lowp::round_to<T>(s.decoded));
    if constexpr (T::format::bits <= 8) s.as_float = code_of(lowp::convert<float>(x));  // perhaps from a table
    all.push_back(s);
    if (last - code < step) break;
  }
}

void compare(differences& report, const oracle::format& f, const std::vector<seen>& all) {
  const oracle::format binary32 = oracle::binary32.make();
  for (const seen& s : all) {
    const oracle::value expected = f.decode(s.code);
    const lowp::exact& x = s.decoded;
    const bool normalised = x.kind != lowp::value_kind::finite || ((x.significand >> 63) == 1 && !x.sticky);
    report.compare(oracle::same(in_oracle(x), expected) && normalised, 1,
                   [&] { return "decode of code " + std::to_string(s.code) + ", which is " + show(expected); });
    // Back again: the same code, or the canonical NaN.
    const code_t back = expected.kind == oracle::kind::nan ? f.nan(expected.negative) : s.code;
    report.compare(s.encoded, back, [&] { return "encoding of " + show(expected); });
    if (f.bits() > 8) continue;
    report.compare(s.as_float, binary32.round(expected, mode::nearest_even, overflow::to_special),
                   [&] { return "as float, " + show(expected); });
  }
}

template <class S>
void check_decode(code_t step = 1) {
  using T = typename S::type;
  using F = typename T::format;
  const oracle::format f = S::facts.make();
  static_assert(F::bits == S::facts.E + S::facts.M + (S::facts.is_signed ? 1 : 0));
  differences report(oracle::describe(S::facts));
  const code_t facts[] = {F::max_magnitude(false), F::max_magnitude(true), F::has_zero, F::has_nan,
                          F::has_infinity,         F::has_negative_zero};
  const code_t expected[] = {f.largest_magnitude(false), f.largest_magnitude(true), f.has_zero(), f.has_nan(),
                             f.has_infinity(false),      f.has_negative_zero()};
  for (std::size_t i = 0; i < std::size(facts); ++i) {
    report.compare(facts[i], expected[i], [&] { return "fact " + std::to_string(i); });
  }
  std::vector<seen> all;
  look_at<T>(all, 0, f.codes() - 1, step);
  if (step != 1) look_at<T>(all, f.codes() - 1, f.codes() - 1, 1);
  compare(report, f, all);
}

TEST_CASE("decode: named formats, every code", "[decode]") {
  for_each_named([]<class S>(S) { check_decode<S>(); });
}

TEST_CASE("decode: the named formats have the bits of the published tables", "[decode]") {
  int tables = 0;
  for_each_named([&]<class S>(S) {
    using T = typename S::type;
    const auto table = load_table(S::facts.name);
    tables += !table.empty();
    differences report(std::string(S::facts.name) + " against its table");
    report.compare(table.empty() || table.size() == std::size_t{1} << T::format::bits, 1,
                   [] { return "number of codes"; });
    for (const table_line& line : table) {
      const auto got = std::bit_cast<std::uint32_t>(lowp::convert<float>(from_code<T>(line.code)));
      const bool nan = std::isnan(std::bit_cast<float>(line.float_bits));
      report.compare(nan ? std::isnan(std::bit_cast<float>(got)) : got == line.float_bits, 1,
                     [&] { return "code " + std::to_string(line.code); });
      const auto wide = lowp::convert<double>(from_code<T>(line.code));
      report.compare(nan ? std::isnan(wide) : wide == line.hex_value, 1,
                     [&] { return "code " + std::to_string(line.code) + " as double"; });
      report.compare(nan ? 1 : lowp::convert<T>(line.hex_value).bits() == line.code, 1,
                     [&] { return "code " + std::to_string(line.code) + " back from double"; });
    }
  });
  CHECK(tables == 11);
}

template <int K>
void check_p3109() {
  for_each_p3109<K>([]<class S>(S) { check_decode<S>(); });
}

TEST_CASE("decode: P3109 formats of 3 to 8 bits, every code", "[decode]") {
  check_p3109<3>();
  check_p3109<4>();
  check_p3109<5>();
  check_p3109<6>();
  check_p3109<7>();
  check_p3109<8>();
}

TEST_CASE("decode: P3109 formats of 9 to 12 bits, every code", "[decode]") {
  check_p3109<9>();
  check_p3109<10>();
  check_p3109<11>();
  check_p3109<12>();
}

TEST_CASE("decode: some P3109 formats of 13 to 16 bits, every code", "[decode]") {
  check_decode<p3109_subject<13, 1, true, true>>();
  check_decode<p3109_subject<13, 6, false, false>>();
  check_decode<p3109_subject<13, 13, false, true>>();
  check_decode<p3109_subject<14, 2, false, true>>();
  check_decode<p3109_subject<14, 9, true, false>>();
  check_decode<p3109_subject<14, 13, true, true>>();
  check_decode<p3109_subject<15, 1, false, false>>();
  check_decode<p3109_subject<15, 7, true, true>>();
  check_decode<p3109_subject<15, 11, false, true>>();
  check_decode<p3109_subject<16, 1, true, true>>();
  check_decode<p3109_subject<16, 1, false, true>>();
  check_decode<p3109_subject<16, 8, true, true>>();
  check_decode<p3109_subject<16, 8, false, false>>();
  check_decode<p3109_subject<16, 11, true, true>>();
  check_decode<p3109_subject<16, 11, true, false>>();
  check_decode<p3109_subject<16, 15, true, true>>();
  check_decode<p3109_subject<16, 16, false, true>>();
}

TEST_CASE("decode: minifloats of odd parameters", "[decode]") {
  using enum oracle::specials;
  check_decode<subject<0, 1, finite, 0, true>>();
  check_decode<subject<0, 12, finite, 4, true>>();
  check_decode<subject<0, 5, fn, -3, true>>();
  check_decode<subject<0, 9, extended, 1, false>>();
  check_decode<subject<1, 0, finite, 0, true>>();
  check_decode<subject<2, 0, ieee, 1, true>>();
  check_decode<subject<5, 0, fn, 15, true>>();
  check_decode<subject<12, 0, fnuz, 2048, true>>();
  check_decode<subject<9, 0, scale, 255, false>>();
  check_decode<subject<4, 3, scale, 7, false>>();
  check_decode<subject<1, 1, ieee, 0, true>>();
  check_decode<subject<1, 10, ieee, 0, false>>();
  check_decode<subject<3, 3, finite, -100, false>>();
  check_decode<subject<6, 9, ieee, 31, true>>();
  check_decode<subject<7, 8, fn, 63, true>>();
  check_decode<subject<11, 4, ieee, 1023, true>>();
  check_decode<subject<15, 1, extended, 16384, false>>();
  check_decode<subject<8, 8, fnuz, 127, false>>();
  // Beyond float at one end or both.
  check_decode<subject<5, 2, ieee, 150, true>>();
  check_decode<subject<5, 2, fn, -115, true>>();
  check_decode<subject<7, 0, finite, 1000, true>>();
  // Too wide for every code in a moment: a stride that is odd reaches all fields.
  check_decode<subject<8, 23, ieee, 127, true>>(99991);
  check_decode<subject<8, 22, finite, 127, true>>(99991);
  check_decode<subject<0, 31, finite, 31, true>>(99991);
  check_decode<subject<31, 0, fn, 0, false>>(99991);
  check_decode<subject<16, 15, extended, 32768, true>>(99991);
  check_decode<subject<20, 11, ieee, 500000, true>>(99991);
  check_decode<subject<5, 26, fnuz, 16, false>>(99991);
}

}  // namespace
