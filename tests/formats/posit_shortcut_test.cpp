// Posits of 9 to 16 bits compute in double, those of 17 to 32 bits in words. Here that is held to the generic path:
// decode, one exact operation, one rounding. What the generic path itself is worth is tested in posit_arithmetic_test.cpp.
#include <bit>
#include <cfenv>
#include <cmath>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "posit_harness.hpp"

namespace {

using namespace tests;

// Counts the results that differ and keeps the first.
class mismatches {
 public:
  explicit mismatches(std::string what) : what_(std::move(what)) {}
  ~mismatches() {
    INFO(what_ << ": " << count_ << " differ, first " << first_[0] << ", " << first_[1]);
    CHECK(count_ == 0);
  }
  mismatches(const mismatches&) = delete;
  mismatches& operator=(const mismatches&) = delete;

  void add(bool differs, std::uint64_t a, std::uint64_t b = 0) {
    if (!differs) [[likely]]
      return;
    if (count_++ == 0) {
      first_[0] = a;
      first_[1] = b;
    }
  }

 private:
  std::string what_;
  std::uint64_t count_ = 0, first_[2] = {0, 0};
};

template <class T>
void compare_pair(mismatches& report, T a, T b) {
  const lowp::exact x = lowp::decode(a), y = lowp::decode(b);
  const lowp::exact minus_y = y.kind == lowp::value_kind::nan ? y : -y;
  const bool differs = lowp::add<T>(a, b).bits() != lowp::round_to<T>(lowp::exact_add(x, y)).bits() ||
                       lowp::sub<T>(a, b).bits() != lowp::round_to<T>(lowp::exact_add(x, minus_y)).bits() ||
                       lowp::mul<T>(a, b).bits() != lowp::round_to<T>(lowp::exact_mul(x, y)).bits() ||
                       lowp::div<T>(a, b).bits() != lowp::round_to<T>(lowp::exact_div(x, y)).bits();
  report.add(differs, a.bits(), b.bits());
}

template <class T>
void compare_every_pair() {
  mismatches report(oracle_of<T>().name());
  const code_t n = code_t{1} << T::format::bits;
  for (code_t a = 0; a < n; ++a)
    for (code_t b = 0; b < n; ++b) compare_pair(report, from_code<T>(a), from_code<T>(b));
}

template <class T>
void compare_pairs(std::uint64_t count) {
  mismatches report(oracle_of<T>().name());
  random_codes random(static_cast<std::uint64_t>(61 + es_of<T>));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t r = random.next();
    compare_pair(report, from_code<T>(r), from_code<T>(r >> 32));
  }
}

// Pairs for which it is hard: near each other, or of opposite sign and near; with results next to a value or next to
// the middle between two; of few bits, so that results are exact or ties; at the ends of the range.
template <class T>
void compare_hard_pairs(std::uint64_t count) {
  constexpr int bits = T::format::bits;
  constexpr code_t mask = ~code_t{0} >> (64 - bits);
  mismatches report(oracle_of<T>().name());
  random_codes random(static_cast<std::uint64_t>(62 + bits + es_of<T>));
  for (std::uint64_t i = 0; i < count; i += 8) {
    const code_t a = interesting_code(random, bits), b = interesting_code(random, bits);
    const code_t r = random.next();
    const T x = from_code<T>(a), y = from_code<T>(b);
    compare_pair(report, x, y);
    compare_pair(report, x, from_code<T>((a + (r & 15) - 8) & mask));
    compare_pair(report, x, from_code<T>((0 - a + (r >> 4 & 15) - 8) & mask));
    // y x = b: the quotient of the rounded product is next to y, the product with the rounded quotient next to b.
    const T product = lowp::round_to<T>(lowp::exact_mul(lowp::decode(x), lowp::decode(y)));
    const T quotient = lowp::round_to<T>(lowp::exact_div(lowp::decode(x), lowp::decode(y)));
    compare_pair(report, from_code<T>((product.bits() + (r >> 8 & 3) - 1) & mask), x);
    compare_pair(report, from_code<T>((quotient.bits() + (r >> 10 & 3) - 1) & mask), y);
    // Next to the middle above y: with a code of one bit less, 2 y + 1 is such a middle.
    const int drop = 1 + static_cast<int>(r >> 12 & 7);
    const T shorter = from_code<T>((b >> drop << drop | code_t{1} << (drop - 1)) & mask);
    const T times = lowp::round_to<T>(lowp::exact_mul(lowp::decode(x), lowp::decode(shorter)));
    compare_pair(report, from_code<T>((times.bits() + (r >> 16 & 3) - 1) & mask), x);
    const int half = bits / 2;
    compare_pair(report, from_code<T>(a >> half << half), from_code<T>(b >> half << half));
    compare_pair(report, from_code<T>(a >> (half + 3) << (half + 3)), from_code<T>(b >> (half - 3) << (half - 3)));
  }
}

template <class T>
void compare_roots() {
  mismatches report(oracle_of<T>().name() + " sqrt");
  for (code_t c = 0; c < code_t{1} << T::format::bits; ++c) {
    const T a = from_code<T>(c);
    report.add(lowp::sqrt<T>(a).bits() != lowp::round_to<T>(lowp::exact_sqrt(lowp::decode(a))).bits(), c);
  }
}

template <class T>
void compare_float(mismatches& report, std::uint32_t bits) {
  const auto x = std::bit_cast<float>(bits);
  report.add(lowp::convert<T>(x).bits() != lowp::round_to<T>(lowp::decode(x)).bits(), bits);
}

template <class T>
void compare_floats_of_sample(std::uint32_t step) {
  mismatches report(oracle_of<T>().name() + " from float");
  std::uint32_t bits = 0;
  do {
    compare_float<T>(report, bits);
    const std::uint32_t before = bits;
    bits += step;
    if (bits < before) break;
  } while (true);
  for (const std::uint32_t special :
       {0U, 1U, 0x7fffffU, 0x800000U, 0x7f7fffffU, 0x7f800000U, 0x7f800001U, 0x7fffffffU}) {
    compare_float<T>(report, special);
    compare_float<T>(report, special | 0x80000000U);
  }
}

template <class T>
void compare_out() {
  mismatches report(oracle_of<T>().name() + " to float");
  for (code_t c = 0; c < code_t{1} << T::format::bits; ++c) {
    const T a = from_code<T>(c);
    const auto got = std::bit_cast<std::uint32_t>(static_cast<float>(a));
    report.add(got != std::bit_cast<std::uint32_t>(lowp::round_to<float>(lowp::decode(a))), c);
    const auto wide = std::bit_cast<std::uint64_t>(static_cast<double>(a));
    report.add(wide != std::bit_cast<std::uint64_t>(lowp::round_to<double>(lowp::decode(a))), c);
  }
}

template <class Op, class T>
constexpr bool is_short = lowp::detail::takes_shortcut<Op, lowp::nearest_even, lowp::to_special, T, T, T>;

TEST_CASE("posit shortcuts: they are there to be tested") {
  CHECK(is_short<lowp::detail::add_op, lowp::posit16>);
  CHECK(is_short<lowp::detail::div_op, lowp::posit<9, 0>>);
  CHECK(is_short<lowp::detail::mul_op, lowp::posit32>);
  CHECK(is_short<lowp::detail::sub_op, lowp::posit<17, 4>>);
  CHECK(lowp::detail::takes_shortcut<lowp::detail::sqrt_op, lowp::nearest_even, lowp::to_special, lowp::posit16,
                                     lowp::posit16>);
  CHECK(lowp::detail::takes_shortcut<lowp::detail::convert_op, lowp::nearest_even, lowp::to_special, lowp::posit16,
                                     float>);
}

TEST_CASE("posit shortcuts: every pair of 9 and 10 bits", "[slow]") {
  for_each_posit<9, 9>([]<class T>(T) { compare_every_pair<T>(); });
  compare_every_pair<lowp::posit<10, 2>>();
}

TEST_CASE("posit shortcuts: pairs of 16 bits, 10^8 operations", "[slow]") {
  compare_pairs<lowp::posit16>(25'000'000);
}

TEST_CASE("posit shortcuts: pairs of 11 to 16 bits, 2 * 10^6 operations each", "[slow]") {
  for_each_posit<11, 16>([]<class T>(T) { compare_pairs<T>(500'000); });
}

TEST_CASE("posit shortcuts: hard pairs of 9 to 32 bits, 2 * 10^5 operations each", "[slow]") {
  for_each_posit<9, 32>([]<class T>(T) { compare_hard_pairs<T>(50'000); });
}

TEST_CASE("posit shortcuts: pairs of posit32, 2 * 10^7 operations", "[slow]") {
  compare_pairs<lowp::posit32>(2'000'000);
  compare_hard_pairs<lowp::posit32>(3'000'000);
}

TEST_CASE("posit shortcuts: every root of 9 to 16 bits, samples of 17 to 32") {
  for_each_posit<9, 16>([]<class T>(T) { compare_roots<T>(); });
  for_each_posit<17, 32>([]<class T>(T) {
    mismatches report(oracle_of<T>().name() + " sqrt");
    random_codes random(63);
    for (int i = 0; i < 20000; ++i) {
      T a = from_code<T>(interesting_code(random, T::format::bits));
      if (i % 2 == 0) a = from_code<T>((a * a).bits() + static_cast<typename T::storage>(i / 2 % 3) - 1);
      report.add(lowp::sqrt<T>(a).bits() != lowp::round_to<T>(lowp::exact_sqrt(lowp::decode(a))).bits(), a.bits());
    }
  });
}

TEST_CASE("posit shortcuts: floats in and out", "[slow]") {
  compare_floats_of_sample<lowp::posit16>(199);
  for_each_posit<9, 16>([]<class T>(T) {
    compare_floats_of_sample<T>(49999);
    compare_out<T>();
  });
}

// The bits do not depend on what the processor is told to do with inexact and tiny results.
TEST_CASE("posit shortcuts: rounding direction and flushing of the processor") {
  const auto compare = [] {
    compare_pairs<lowp::posit16>(300'000);
    compare_pairs<lowp::posit<16, 4>>(300'000);
    compare_pairs<lowp::posit<9, 4>>(300'000);
    compare_roots<lowp::posit16>();
    compare_roots<lowp::posit<16, 4>>();
    for_each_posit<12, 12>([]<class T>(T) {
      compare_floats_of_sample<T>(499'979);
      compare_out<T>();
    });
    compare_out<lowp::posit<16, 4>>();
    mismatches report("subnormal floats");
    for (std::uint32_t x = 1; x < 0x800000; x += 1009) {
      compare_float<lowp::posit16>(report, x);
      compare_float<lowp::posit16>(report, x | 0x80000000U);
      compare_float<lowp::posit<16, 3>>(report, x);
      compare_float<lowp::posit<16, 4>>(report, x);
      compare_float<lowp::posit<16, 0>>(report, x);
      compare_float<lowp::posit<9, 4>>(report, x | 0x80000000U);
    }
  };
  for (const int direction : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    const int before = std::fegetround();
    std::fesetround(direction);
    compare();
    std::fesetround(before);
  }
#if defined(__SSE__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);  // flush to zero, denormals are zero
  compare();
  _mm_setcsr(before);
#endif
}

TEST_CASE("posit shortcuts: every pair of 9 to 12 bits", "[.exhaustive]") {
  for_each_posit<9, 12>([]<class T>(T) { compare_every_pair<T>(); });
}

TEST_CASE("posit shortcuts: all 2^32 pairs of posit16", "[.exhaustive]") { compare_every_pair<lowp::posit16>(); }

TEST_CASE("posit shortcuts: all 2^32 pairs of posit<16,1>", "[.exhaustive]") {
  compare_every_pair<lowp::posit<16, 1>>();
}

TEST_CASE("posit shortcuts: 4 * 10^9 operations on posit32 and posit<32,0>", "[.exhaustive]") {
  compare_pairs<lowp::posit32>(500'000'000);
  compare_hard_pairs<lowp::posit32>(400'000'000);
  compare_hard_pairs<lowp::posit<32, 0>>(100'000'000);
}

TEST_CASE("posit shortcuts: all 2^32 roots of posit32", "[.exhaustive]") { compare_roots<lowp::posit32>(); }

TEST_CASE("posit shortcuts: all 2^32 floats to posit16 and others", "[.exhaustive]") {
  compare_floats_of_sample<lowp::posit16>(1);
  compare_floats_of_sample<lowp::posit<16, 1>>(1);
  compare_floats_of_sample<lowp::posit<9, 4>>(1);
}

}  // namespace
