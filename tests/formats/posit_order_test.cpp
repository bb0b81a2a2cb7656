// Order, NaR, neighbours, limits, text and storage of posits.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <unordered_set>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/packed.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/core/ordering.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/interop/charconv.hpp>
#include <lowp/interop/literals.hpp>

#include "posit_harness.hpp"

namespace {

using namespace tests;
using lowp::posit;
using lowp::posit16;
using lowp::posit32;
using lowp::posit64;
using lowp::posit8;
using oracle::posit_format;

template <class T>
constexpr T nar() {
  return T::from_bits(static_cast<typename T::storage>(std::uint64_t{1} << (T::format::bits - 1)));
}

// ---- order ---------------------------------------------------------------------------------------------------

// Standard, 5.3: posits compare as the integers that their strings are in two's complement.
template <class T>
void compare_order() {
  const posit_format f = oracle_of<T>();
  std::size_t wrong = 0;
  const auto integer = [&](code_t c) { return static_cast<std::int64_t>(c << (64 - f.n)); };
  for (code_t a = 0; a < f.codes(); ++a) {
    for (code_t b = 0; b < f.codes(); ++b) {
      const T x = from_code<T>(a), y = from_code<T>(b);
      const std::int64_t i = integer(a), j = integer(b);
      wrong += (x == y) != (i == j) || (x != y) != (i != j) || (x < y) != (i < j) || (x <= y) != (i <= j) ||
               (x > y) != (i > j) || (x >= y) != (i >= j);
      wrong += (x <=> y) != (i <=> j) || lowp::total_order(x, y) != (i <=> j);
    }
  }
  INFO(f.name());
  CHECK(wrong == 0);
}

TEST_CASE("posit: order of every pair") {
  compare_order<posit<2, 0>>();
  compare_order<posit<5, 1>>();
  compare_order<posit8>();
  compare_order<posit<9, 0>>();
}

TEST_CASE("posit: order of samples of 16 to 64 bits") {
  random_codes random(71);
  std::size_t wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    const code_t a = interesting_code(random, 64), b = random.below(4) == 0 ? a : interesting_code(random, 64);
    const auto check = [&]<class T>(T) {
      constexpr int shift = 64 - T::format::bits;
      const T x = from_code<T>(a >> shift), y = from_code<T>(b >> shift);
      const auto expected = (static_cast<std::int64_t>(a) >> shift) <=> (static_cast<std::int64_t>(b) >> shift);
      wrong += (x <=> y) != expected || lowp::total_order(x, y) != expected || (x == y) != (expected == 0);
    };
    check(posit16{});
    check(posit32{});
    check(posit<33, 1>{});
    check(posit64{});
  }
  CHECK(wrong == 0);
}

// Across widths and exponent sizes by value, NaR below all and equal to any other NaR.
template <class A, class B>
void compare_across() {
  const posit_format f = oracle_of<A>(), g = oracle_of<B>();
  random_codes random(72);
  std::size_t wrong = 0;
  for (int i = 0; i < 40000; ++i) {
    code_t a = interesting_code(random, f.n), b = interesting_code(random, g.n);
    if (i % 3 == 0) b = g.round(oracle::exactly(f.decode(a)), mode::nearest_even);
    if (i % 50 == 0) a = f.nar();
    if (i % 100 < 2) b = g.nar();
    const oracle::value v = f.decode(a), w = g.decode(b);
    const bool nar_a = a == f.nar(), nar_b = b == g.nar();
    const int sign = nar_a || nar_b ? int{nar_b} - int{nar_a}
                                    : oracle::sign_of_sum(v.signed_dyadic(), oracle::negated(w.signed_dyadic()));
    const std::partial_ordering expected = sign <=> 0;
    const A x = from_code<A>(a);
    const B y = from_code<B>(b);
    wrong += (x <=> y) != expected || (y <=> x) != (0 <=> sign) || (x == y) != (sign == 0) || (x < y) != (sign < 0) ||
             (x >= y) != (sign >= 0) || (y != x) != (sign != 0);
  }
  INFO(f.name() << " and " << g.name());
  CHECK(wrong == 0);
}

TEST_CASE("posit: order across posit types") {
  compare_across<posit8, posit16>();
  compare_across<posit<8, 0>, posit8>();
  compare_across<posit16, posit<16, 1>>();
  compare_across<posit16, posit64>();
  compare_across<posit32, posit<32, 0>>();
  compare_across<posit64, posit<64, 4>>();
}

TEST_CASE("posit: NaR against NaN of other kinds is unordered, and numbers compare by value") {
  const posit16 n = nar<posit16>();
  const auto unordered = [](auto a, auto b) {
    return !(a == b) && a != b && !(a < b) && !(a > b) && !(a <= b) && !(a >= b) &&
           (a <=> b) == std::partial_ordering::unordered;
  };
  CHECK(unordered(n, std::numeric_limits<float>::quiet_NaN()));
  CHECK(unordered(n, std::numeric_limits<double>::quiet_NaN()));
  CHECK(unordered(n, 1.0f));
  CHECK(unordered(n, -std::numeric_limits<double>::infinity()));
  CHECK(unordered(n, 0));
  CHECK(unordered(n, std::numeric_limits<lowp::float16>::quiet_NaN()));
  CHECK(unordered(posit16(1), std::numeric_limits<float>::quiet_NaN()));
  CHECK(posit16(1) == 1.0f);
  CHECK(posit16(1) < std::numeric_limits<double>::infinity());
  CHECK(std::numeric_limits<posit16>::max() < 0x1.0000001p56);
  CHECK(std::numeric_limits<posit16>::max() == 0x1p56);
  CHECK(posit16(-2) < 1);
  CHECK(posit8(0.5f) == lowp::float16(0.5f));
  CHECK(posit8(0) == -0.0f);
  CHECK(n == nar<posit64>());
  CHECK(nar<posit8>() < std::numeric_limits<posit64>::lowest());
}

// ---- NaR -----------------------------------------------------------------------------------------------------

template <class T>
void check_nar() {
  const T n = nar<T>();
  INFO(oracle_of<T>().name());
  CHECK((n == n && !(n != n) && n <= n && n >= n && !(n < n)));
  CHECK((-n).bits() == n.bits());
  CHECK(abs(n).bits() == n.bits());
  CHECK(isnan(n));
  CHECK(!isfinite(n));
  CHECK(!isinf(n));
  CHECK(next_up(n).bits() == n.bits());
  CHECK(next_down(n).bits() == n.bits());
  CHECK(isnan(ulp(n)));
  const T one(1), zero(0);
  CHECK(isnan(one / zero));
  CHECK(isnan(-one / zero));
  CHECK(isnan(zero / zero));
  CHECK(isnan(n / one));
  CHECK(isnan(one / n));
  CHECK(isnan(n * zero));
  CHECK(isnan(n + n));
  CHECK(isnan(n - n));
  CHECK(isnan(one - n));
  CHECK(isnan(sqrt(-one)));
  CHECK(isnan(sqrt(n)));
  CHECK(isnan(fma(n, zero, one)));
  CHECK(isnan(fma(one, one, n)));
  CHECK(sqrt(zero).bits() == 0);
  CHECK(sqrt(one).bits() == one.bits());
  CHECK((zero * -one).bits() == 0);
  CHECK((-zero).bits() == 0);
  CHECK((one - one).bits() == 0);
  CHECK(lowp::sub(one, one, lowp::downward{}).bits() == 0);
  CHECK((zero / -one).bits() == 0);
  CHECK(!signbit(zero));
  CHECK(signbit(-one));
  CHECK(T(-0.0f).bits() == 0);
  CHECK(isnan(T(std::numeric_limits<float>::infinity())));
  CHECK(isnan(T(-std::numeric_limits<double>::infinity())));
  CHECK(isnan(T(std::numeric_limits<float>::quiet_NaN())));
  CHECK(isnan(T(-std::numeric_limits<float>::quiet_NaN())));
  CHECK(std::isnan(static_cast<float>(n)));
  CHECK(std::isnan(static_cast<double>(n)));
  CHECK(lowp::convert<T>(std::numeric_limits<float>::infinity(), lowp::saturate{}) == std::numeric_limits<T>::max());
  CHECK(lowp::div(-one, zero, lowp::saturate{}) == std::numeric_limits<T>::lowest());
  CHECK(isnan(lowp::div(zero, zero, lowp::saturate{})));
  // Into formats without NaN, and with others.
  CHECK(lowp::convert<lowp::fixed<8, 4>>(n) == 0);
  CHECK(isnan(lowp::convert<lowp::float16>(n)));
}

TEST_CASE("posit: NaR") {
  check_nar<posit<2, 2>>();
  check_nar<posit<4, 1>>();
  check_nar<posit8>();
  check_nar<posit<9, 0>>();
  check_nar<posit16>();
  check_nar<posit<16, 1>>();
  check_nar<posit32>();
  check_nar<posit64>();
}

TEST_CASE("posit: neighbours, magnitudes and signs of every code") {
  const auto check = []<class T>(T) {
    const posit_format f = oracle_of<T>();
    std::size_t wrong = 0;
    for (code_t c = 0; c < f.codes(); ++c) {
      const T x = from_code<T>(c);
      const bool negative = c > f.nar();
      if (c != f.nar()) {
        wrong += next_up(x).bits() != (c == f.maxpos() ? c : ((c + 1) & f.mask()));
        wrong += next_down(x).bits() != (c == f.nar() + 1 ? c : ((c - 1) & f.mask()));
      }
      wrong += abs(x).bits() != (negative ? f.negated(c) : c);
      wrong += signbit(x) != negative && c != f.nar();
      wrong += isnan(x) != (c == f.nar());
      wrong += isfinite(x) != (c != f.nar());
      wrong += isinf(x);
    }
    INFO(f.name());
    CHECK(wrong == 0);
  };
  for_each_posit<2, 5>(check);
  for_each_posit<8, 9>(check);
  for_each_posit<16, 16>(check);
}

// ---- limits --------------------------------------------------------------------------------------------------

TEST_CASE("posit: limits") {
  for_each_posit<2, 14>([]<class T>(T) {
    using limits = std::numeric_limits<T>;
    const posit_format f = oracle_of<T>();
    INFO(f.name());
    const double size = std::ldexp(1.0, (f.n - 2) << f.es);
    CHECK(static_cast<double>((limits::max)()) == size);
    CHECK(static_cast<double>(limits::lowest()) == -size);
    CHECK(static_cast<double>(limits::denorm_min()) == 1 / size);
    CHECK((limits::denorm_min().bits() == 1 && (limits::max)().bits() == f.maxpos()));
    CHECK((limits::is_specialized && limits::is_signed && limits::is_bounded && limits::radix == 2));
    CHECK((!limits::has_infinity && limits::has_quiet_NaN && !limits::is_iec559));
    CHECK(limits::quiet_NaN().bits() == f.nar());
    if (f.n > 2) {
      const double step = f.to_double((code_t{1} << (f.n - 2)) + 1) - 1;
      CHECK(limits::epsilon().bits() == f.round(oracle::exactly(oracle::of(step)), mode::nearest_even));
      // The most significant bits of any value: next to 1 nothing is left of the string but sign, regime and exponent.
      if (f.n >= 4 + f.es) CHECK(limits::digits == f.n - 2 - f.es);
    }
    if (f.n > 3) CHECK(!limits::is_integer);
  });
  CHECK(std::numeric_limits<posit16>::digits == 12);
  CHECK(std::numeric_limits<posit32>::digits == 28);
  CHECK(std::numeric_limits<posit64>::digits == 60);
  CHECK(std::numeric_limits<posit<16, 1>>::digits == 13);
  CHECK(static_cast<double>(std::numeric_limits<posit16>::epsilon()) == 0x1p-11);
  CHECK(static_cast<double>(std::numeric_limits<posit32>::epsilon()) == 0x1p-27);
  CHECK(static_cast<double>(std::numeric_limits<posit64>::epsilon()) == 0x1p-59);
  CHECK(static_cast<double>((std::numeric_limits<posit64>::max)()) == 0x1p248);
  CHECK(static_cast<double>(std::numeric_limits<posit64>::denorm_min()) == 0x1p-248);
  CHECK(static_cast<double>((std::numeric_limits<posit<64, 4>>::max)()) == 0x1p992);
  CHECK(static_cast<double>((std::numeric_limits<posit32>::max)()) == 0x1p120);
  // min: the smallest value next to which the gap is as small in proportion as anywhere.
  CHECK(static_cast<double>((std::numeric_limits<posit16>::min)()) == 0x1p-4);
  CHECK(static_cast<double>((std::numeric_limits<posit<16, 1>>::min)()) == 0x1p-2);
  CHECK(static_cast<double>((std::numeric_limits<posit<8, 0>>::min)()) == 0.5);
}

TEST_CASE("posit: the literature") {
  using lowp::posit;
  CHECK(static_cast<double>((std::numeric_limits<posit<8, 0>>::max)()) == 64);
  CHECK(static_cast<double>((std::numeric_limits<posit<16, 1>>::max)()) == 0x1p28);
  CHECK(static_cast<double>((std::numeric_limits<posit<4, 1>>::max)()) == 16);
  CHECK(static_cast<double>(std::numeric_limits<posit<4, 1>>::denorm_min()) == 1.0 / 16);
  CHECK(static_cast<double>((std::numeric_limits<posit8>::max)()) == 0x1p24);
  CHECK(static_cast<double>((std::numeric_limits<posit16>::max)()) == 0x1p56);
  CHECK(posit32(3.14159265358979).bits() == 0x4c90fdaa);
  CHECK(posit16(3.14159265358979).bits() == 0x4c91);
  CHECK(posit<16, 1>(3.14159265358979).bits() == 0x5922);
  CHECK(posit8(144179.2).bits() == posit8(262144).bits());
  // Reciprocals of powers of two are exact, and minpos * maxpos = 1.
  CHECK(posit16::from_bits(1) * posit16::from_bits(0x7fff) == 1);
  CHECK(1 / posit16::from_bits(1) == (std::numeric_limits<posit16>::max)());
  CHECK(sizeof(posit8) == 1);
  CHECK(sizeof(posit16) == 2);
  CHECK(sizeof(posit32) == 4);
  CHECK(sizeof(posit64) == 8);
  CHECK(std::is_same_v<posit16, posit<16, 2>>);
}

TEST_CASE("posit: which values are values of which type") {
  using lowp::is_exact_v;
  CHECK(is_exact_v<posit8, float>);
  CHECK(is_exact_v<posit16, float>);
  CHECK(is_exact_v<posit32, double>);
  CHECK(!is_exact_v<posit32, float>);
  CHECK(!is_exact_v<posit64, double>);
  CHECK(is_exact_v<posit<8, 0>, lowp::float16>);
  CHECK(!is_exact_v<posit8, lowp::float16>);  // 2^24
  CHECK(is_exact_v<posit8, lowp::bfloat16>);
  CHECK(!is_exact_v<posit16, lowp::bfloat16>);
  CHECK(!is_exact_v<float, posit32>);
  CHECK(!is_exact_v<lowp::float16, posit16>);
  CHECK(is_exact_v<lowp::integer<4>, posit16>);
  CHECK(is_exact_v<posit8, posit16>);
  CHECK(!is_exact_v<posit16, posit8>);
  CHECK(is_exact_v<posit<8, 0>, posit16>);
  CHECK(!is_exact_v<posit<8, 2>, posit<8, 0>>);
}

TEST_CASE("posit: a longer posit of the same exponent size holds every value of a shorter one") {
  using lowp::is_exact_v;
  CHECK(is_exact_v<posit16, posit32>);
  CHECK(is_exact_v<posit32, posit64>);
  CHECK(is_exact_v<posit16, posit64>);
  CHECK(is_exact_v<posit<9, 0>, posit<10, 0>>);
  CHECK(!is_exact_v<posit32, posit16>);
  CHECK(std::is_same_v<decltype(posit16(1) + posit32(1)), posit32>);
}

template <class From, class To>
void compare_containment(std::size_t& wrong) {
  static const posit_format from = oracle_of<From>(), to = oracle_of<To>();
  bool all = true;
  for (code_t c = 1; c <= from.maxpos() && all; ++c) {
    all = to.locate(oracle::exactly(from.decode(c)), 0, c).side == oracle::side::exact;
    // Beyond the ends the place is an end.
    const double x = from.to_double(c);
    all = all && x <= to.to_double(to.maxpos()) && x >= to.to_double(1);
  }
  wrong += lowp::is_exact_v<From, To> != all;
}

TEST_CASE("posit: which posits hold every value of which") {
  std::size_t wrong = 0;
  const auto with = [&]<class From>(From) {
    const auto compare = [&]<class To>(To) { compare_containment<From, To>(wrong); };
    for_each_posit<2, 2>(compare);
    for_each_posit<6, 6>(compare);
    for_each_posit<9, 9>(compare);
    for_each_posit<12, 12>(compare);
  };
  for_each_posit<2, 2>(with);
  for_each_posit<6, 6>(with);
  for_each_posit<9, 9>(with);
  for_each_posit<12, 12>(with);
  CHECK(wrong == 0);
}

// ---- hash and containers -------------------------------------------------------------------------------------

TEST_CASE("posit: hash") {
  std::unordered_set<posit16> all;
  for (std::uint32_t c = 0; c <= 0xffff; ++c) all.insert(posit16::from_bits(static_cast<std::uint16_t>(c)));
  CHECK(all.size() == 0x10000);
  CHECK(all.count(nar<posit16>()) == 1);  // equal to itself, unlike a NaN
  CHECK(std::hash<posit16>{}(posit16(0)) == std::hash<posit16>{}(-posit16(0)));
  std::vector<posit16> sorted;
  for (std::uint32_t c = 0; c <= 0xffff; ++c)
    sorted.push_back(posit16::from_bits(static_cast<std::uint16_t>(c * 40503)));
  std::sort(sorted.begin(), sorted.end());
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i <= 0xffff; ++i) wrong += sorted[i].bits() != (i ^ 0x8000);
  CHECK(wrong == 0);
}

// ---- text ----------------------------------------------------------------------------------------------------

template <class T, class... Format>
bool reads_back(T x, Format... format) {
  char text[800];
  const auto [end, error] = lowp::to_chars(text, text + sizeof text, x, format...);
  T y{};
  const auto [last, read_error] = lowp::from_chars(text, end, y, format...);
  return error == std::errc{} && read_error == std::errc{} && last == end && y.bits() == x.bits();
}

template <class T>
void check_text(code_t count, int step) {
  const posit_format f = oracle_of<T>();
  random_codes random(73);
  std::size_t lost = 0;
  for (code_t i = 0; i < count; i += 1 + random.below(static_cast<std::uint64_t>(step))) {
    const T x = from_code<T>(f.n <= 16 ? i : interesting_code(random, f.n));
    lost += !reads_back(x);
    if (i % 8 == 0) lost += !reads_back(x, std::chars_format::scientific) || !reads_back(x, std::chars_format::hex);
    if (i % 64 == 0) lost += !reads_back(x, std::chars_format::fixed);
  }
  INFO(f.name());
  CHECK(lost == 0);
}

TEST_CASE("posit: text reads back") {
  check_text<posit<2, 2>>(4, 1);
  check_text<posit<3, 4>>(8, 1);
  check_text<posit<5, 1>>(32, 1);
  check_text<posit<8, 0>>(256, 1);
  check_text<posit8>(256, 1);
  check_text<posit<8, 4>>(256, 1);
  check_text<posit16>(0x10000, 1);
  check_text<posit<16, 1>>(0x10000, 4);
  check_text<posit<12, 4>>(0x1000, 1);
  check_text<posit32>(6000, 1);
  check_text<posit<32, 0>>(2000, 1);
  check_text<posit64>(3000, 1);
}

TEST_CASE("posit: text") {
  const auto write = [](auto x, auto... format) {
    char text[800];
    return std::string(text, lowp::to_chars(text, text + sizeof text, x, format...).ptr);
  };
  CHECK(write(posit16(0)) == "0");
  CHECK(write(posit16(1)) == "1");
  CHECK(write(posit16(-0.25)) == "-0.25");
  CHECK(write(posit8(0.1)) == "0.1");
  CHECK(write(posit16(3.1415926)) == "3.142");
  CHECK(write(posit32(3.14159265358979)) == "3.14159265");
  CHECK(write(nar<posit16>()) == "nan");
  CHECK(write((std::numeric_limits<posit16>::max)(), std::chars_format::hex) == "1p+56");
  const auto read = []<class T>(T, const char* text) {
    T x{};
    lowp::from_chars(text, text + std::strlen(text), x);
    return x.bits();
  };
  CHECK(read(posit16{}, "nan") == 0x8000);
  CHECK(read(posit16{}, "-nan") == 0x8000);
  CHECK(read(posit16{}, "-0") == 0);
  CHECK(read(posit32{}, "3.14159265358979") == 0x4c90fdaa);
  // The tie of the string between 2^16 and 2^18 is 2^17: to the even code, and one digit more is above it.
  CHECK(read(posit8{}, "131072") == posit8(65536).bits());
  CHECK(read(posit8{}, "131072.0000000000000000000000000000000000001") == posit8(262144).bits());
}

template <char... C>
consteval auto operator""_p16() {
  return lowp::literal<posit16, C...>();
}
template <char... C>
consteval auto operator""_p64() {
  return lowp::literal<posit64, C...>();
}
static_assert((1.5_p16).bits() == 0x4400);
static_assert((0x1p56_p16).bits() == 0x7fff);
static_assert((0_p16).bits() == 0);
static_assert((-1_p16).bits() == 0xc000);
static_assert((1_p64).bits() == 0x4000000000000000);
static_assert((0x1.000000000000002p0_p64).bits() == 0x4000000000000001);

// ---- storage -------------------------------------------------------------------------------------------------

template <class T>
void check_packed(std::size_t count) {
  random_codes random(74);
  lowp::packed<T> numbers(count);
  std::vector<code_t> codes;
  for (std::size_t i = 0; i < count; ++i) {
    codes.push_back(random.next() & (~code_t{0} >> (64 - T::format::bits)));
    numbers[i] = from_code<T>(codes.back());
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) wrong += T(numbers[i]).bits() != codes[i];
  INFO(oracle_of<T>().name());
  CHECK(wrong == 0);
  CHECK(lowp::packed_bytes<T>(count) == (count * T::format::bits + 7) / 8);
}

TEST_CASE("posit: packed") {
  check_packed<posit<2, 0>>(101);
  check_packed<posit<5, 1>>(101);
  check_packed<posit8>(17);
  check_packed<posit<13, 2>>(101);
  check_packed<posit16>(9);
}

// x / absmax in a posit of 8 bits: every value is the nearest posit times absmax.
TEST_CASE("posit: elements of a block") {
  using block = lowp::absmax_block<posit<8, 1>, 16>;
  const posit_format f(8, 1);
  random_codes random(75);
  float x[16], y[16];
  std::byte bytes[lowp::codec<block>::bytes];
  std::size_t wrong = 0;
  for (int i = 0; i < 200; ++i) {
    float largest = 0;
    for (float& v : x) {
      v = static_cast<float>(static_cast<std::int64_t>(random.next())) * 0x1p-60f;
      largest = std::max(largest, std::fabs(v));
    }
    lowp::codec<block>::encode(std::span<const float>(x), bytes, lowp::array_rounding<>{}, 0);
    lowp::codec<block>::decode(bytes, std::span<float>(y));
    for (int k = 0; k < 16; ++k) {
      const float scaled = x[k] * (1 / largest);
      const code_t code = f.round(oracle::exactly(oracle::of(scaled)), mode::nearest_even);
      wrong += y[k] != static_cast<float>(f.to_double(code)) * largest;
      wrong += y[k] == 0 && x[k] != 0;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
