// Fixed-point against MPFR: every operation, every mode, saturated, wrapped and watched for overflow; all codes of
// narrow formats, and those codes of wide ones at which something can go wrong.
#include <cmath>
#include <cstdio>
#include <limits>
#include <lowp/formats/fixed.hpp>
#include <sstream>
#include <tuple>

#include "catch.hpp"
#include "fixed_oracle.hpp"
#include "sampling.hpp"

namespace {

namespace oracle = fixed_oracle;
using namespace lowp;
using oracle::mode;

template <class T>
inline constexpr oracle::format facts{};
template <int Bits, int Frac, fixed_range Range, class R, class O>
inline constexpr oracle::format facts<number<fixed_format<Bits, Frac, Range>, R, O>>{
    Bits, Frac, Range != fixed_range::non_negative, Range == fixed_range::symmetric};

// The policies of the library, picked at run time: one instantiation stands for all modes.
struct any_rounding {
  using policy = rounding_tag;
  mode m;
  constexpr bool operator()(bool negative, bool odd, std::uint64_t rest) const noexcept {
    switch (m) {
      case mode::nearest_even:
        return nearest_even{}(negative, odd, rest);
      case mode::nearest_away:
        return nearest_away{}(negative, odd, rest);
      case mode::nearest_zero:
        return nearest_zero{}(negative, odd, rest);
      case mode::nearest_up:
        return nearest_up{}(negative, odd, rest);
      case mode::nearest_down:
        return nearest_down{}(negative, odd, rest);
      case mode::toward_zero:
        return toward_zero{}(negative, odd, rest);
      case mode::upward:
        return upward{}(negative, odd, rest);
      case mode::downward:
        return downward{}(negative, odd, rest);
      default:
        return to_odd{}(negative, odd, rest);
    }
  }
};
struct any_random {
  using policy = rounding_tag;
  static constexpr int random_bits = 32;
  mode m;
  bool few;  // 5 random bits instead of 32
  constexpr bool operator()(bool n, bool o, std::uint64_t rest, std::uint32_t r) const noexcept {
    using enum stochastic_variant;
    switch (m) {
      case mode::stochastic_a:
        return few ? stochastic<5, a>{}(n, o, rest, r) : stochastic<32, a>{}(n, o, rest, r);
      case mode::stochastic_b:
        return few ? stochastic<5, b>{}(n, o, rest, r) : stochastic<32, b>{}(n, o, rest, r);
      case mode::stochastic_c:
        return few ? stochastic<5, c>{}(n, o, rest, r) : stochastic<32, c>{}(n, o, rest, r);
      default:
        return stochastic_equal{}(n, o, rest, r);
    }
  }
};
// Saturates, and says that it had to.
struct watched {
  using policy = overflow_tag;
  bool* overflows;
  constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    *overflows = true;
    return saturate{}(e);
  }
};

int differences = 0;  // of the test case; the first few are told

template <class T>
std::string spelt(T x) {
  std::ostringstream out;
  if constexpr (std::is_arithmetic_v<T>) {
    out << x;
  } else {
    const auto f = facts<T>;
    out << (f.symmetric  ? "symmetric_fixed<"
            : f.has_sign ? "fixed<"
                         : "ufixed<")
        << f.bits << ", " << f.frac << "> 0x" << std::hex << std::uint64_t{x.bits()};
  }
  return out.str();
}
template <class T>
oracle::real value(T x) {
  if constexpr (std::is_same_v<T, double>) {
    return oracle::of(x);
  } else if constexpr (std::is_integral_v<T>) {
    return oracle::of(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(x));
  } else {
    return oracle::decode(facts<T>, x.bits());
  }
}

template <class To, class A, class B>
void expect(bool good, char op, A a, B b, const char* how, int m, std::uint64_t got, std::uint64_t want) {
  if (good || ++differences > 20) return;
  std::ostringstream out;
  out << "to " << spelt(To{}) << ": " << spelt(a) << ' ' << op << ' ' << spelt(b) << ", " << how << ", mode " << m
      << ": " << std::hex << got << ", not " << want;
  UNSCOPED_INFO(out.str());
  CHECK(false);
}

// Wrapping keeps the lowest bits, of which a sum, a product, a quotient has 126, and a root 103.
bool holds_all_bits(char op, const oracle::real& x, int frac) {
  const long top = mpfr_regular_p(x.get()) != 0 ? mpfr_get_exp(x.get()) + frac : 0;
  return op == '=' || top <= (op == 'r' ? 102 : 125);
}

// One operation, all modes and policies. f(policies...) is lowp's.
template <class To, class A, class B, class F>
void check(char op, A a, B b, const oracle::real& exact_result, std::uint64_t random, F&& f) {
  for (const mode m : oracle::modes) {
    bool overflows = false;
    const auto want = oracle::round(facts<To>, exact_result, m, oracle::overflow::saturate);
    const std::uint64_t clamped = f(any_rounding{m}, watched{&overflows}).bits();
    expect<To>(clamped == want.code && overflows == want.overflows, op, a, b, overflows ? "overflow" : "saturate",
               static_cast<int>(m), clamped, want.code);
    if (!facts<To>.symmetric && holds_all_bits(op, exact_result, facts<To>.frac)) {
      const auto wrapped = oracle::round(facts<To>, exact_result, m, oracle::overflow::wrap);
      const std::uint64_t got = f(any_rounding{m}, wrap{}).bits();
      expect<To>(got == wrapped.code, op, a, b, "wrap", static_cast<int>(m), got, wrapped.code);
    }
  }
  const auto r = static_cast<std::uint32_t>(random);
  const bool few = (random >> 32 & 1) != 0;
  for (const mode m : oracle::random_modes) {
    const auto want = oracle::round(facts<To>, exact_result, m, oracle::overflow::saturate, r,
                                    few && m != mode::stochastic_equal ? 5 : 32);
    const std::uint64_t got = f(any_random{m, few}, saturate{}, random_bits{r}).bits();
    expect<To>(got == want.code, op, a, b, "random", static_cast<int>(m), got, want.code);
  }
}

template <class To, class A, class B>
void check_pair(A a, B b, std::uint64_t random) {
  const oracle::real x = value(a), y = value(b);
  const auto of = [&](char op) { return oracle::compute(op, x, y); };
  check<To>('+', a, b, of('+'), random, [=](auto... p) { return add<To>(a, b, p...); });
  check<To>('-', a, b, of('-'), random, [=](auto... p) { return sub<To>(a, b, p...); });
  check<To>('*', a, b, of('*'), random, [=](auto... p) { return mul<To>(a, b, p...); });
  check<To>('/', a, b, of('/'), random, [=](auto... p) { return div<To>(a, b, p...); });
}
template <class To, class A, class B>
void check_fma(A a, A b, B c, std::uint64_t random) {
  check<To>('f', a, b, oracle::compute('f', value(a), value(b), value(c)), random,
            [=](auto... p) { return fma<To>(a, b, c, p...); });
}
template <class To, class A>
void check_one(A a, std::uint64_t random) {
  check<To>('=', a, a, value(a), random, [=](auto... p) { return convert<To>(a, p...); });
  check<To>('r', a, a, oracle::compute('r', value(a), value(a)), random,
            [=](auto... p) { return sqrt<To>(a, p...); });
}

template <class T>
T at(std::uint64_t code) {
  return T::from_bits(static_cast<typename T::storage>(code));
}

template <class To, class A, class B>
void check_all(std::uint64_t seed) {
  tests::random_codes random(seed);
  for (std::uint64_t a = 0; a <= low_mask(A::format::bits); ++a) {
    check_one<To>(at<A>(a), random.next());
    for (std::uint64_t b = 0; b <= low_mask(B::format::bits); ++b) {
      check_pair<To>(at<A>(a), at<B>(b), random.next());
      check_fma<To>(at<A>(a), at<A>(random.next()), at<B>(b), random.next());
    }
  }
}

// Codes near the ends, near powers of two, long runs of one bit, and any.
struct codes {
  tests::random_codes random;
  std::uint64_t next() {
    const std::uint64_t r = random.next();
    const int n = static_cast<int>(r >> 8 & 63);
    const std::uint64_t near = (r >> 16 & 7) - 4;
    switch (r & 7) {
      case 0:
        return (std::uint64_t{1} << n) + near;
      case 1:
        return near;
      case 2:
        return ~std::uint64_t{0} >> n;
      case 3:
        return (~std::uint64_t{0} << n) + near;
      case 4:
        return random.next() >> n;
      default:
        return random.next();
    }
  }
};

template <class To, class A, class B>
void check_some(int count, std::uint64_t seed) {
  codes random{tests::random_codes(seed)};
  for (int i = 0; i < count; ++i) {
    const A a = at<A>(random.next());
    const B b = at<B>(random.next());
    check_one<To>(a, random.next());
    check_pair<To>(a, b, random.next());
    if constexpr (A::format::precision <= 63) check_fma<To>(a, at<A>(random.next()), b, random.next());
  }
}

// A double whose last bits lie around the unit of To.
template <class To>
double some_double(codes& random) {
  const std::uint64_t r = random.random.next();
  const double m = static_cast<double>(static_cast<std::int64_t>(random.next()) >> (r & 63));
  return std::ldexp(m, static_cast<int>(r >> 8 & 63) - 40 - facts<To>.frac);
}

template <class To>
void check_natives(int count, std::uint64_t seed) {
  codes random{tests::random_codes(seed)};
  for (const std::uint64_t n :
       {~std::uint64_t{0}, ~std::uint64_t{0} - 1, low_mask(63), low_mask(63) + 1, low_mask(63) - 1}) {
    check_one<To>(n, 1);
    check_one<To>(static_cast<std::int64_t>(n), 1);
    for (const double x : {0.25, 0.5, 0.75, 1.25}) {  // a unit more may be beyond 64 bits
      check_pair<To>(n, x, random.next());
      check_pair<To>(-x, n, random.next());
    }
  }
  for (int i = 0; i < count; ++i) {
    const double x = some_double<To>(random), y = some_double<To>(random);
    check_one<To>(x, random.next());
    check_pair<To>(x, y, random.next());
    check_fma<To>(x, y, some_double<To>(random), random.next());
    check_one<To>(random.next(), random.next());
    check_pair<To>(static_cast<std::int64_t>(random.next()), random.next(), random.next());
    check_pair<To>(at<To>(random.next()), static_cast<int>(random.next()), random.next());
  }
}

}  // namespace

TEST_CASE("fixed: all codes of narrow formats, every operation and mode") {
  differences = 0;
  check_all<fixed<5, 2>, fixed<5, 2>, fixed<5, 2>>(1);
  check_all<fixed<4, 0>, fixed<5, 3>, ufixed<4, 1>>(2);
  check_all<ufixed<4, 2>, ufixed<4, -2>, fixed<4, 7>>(3);
  check_all<symmetric_fixed<4, 6>, symmetric_fixed<4, 6>, symmetric_fixed<3, 4>>(4);
  check_all<fixed<1, 0>, fixed<3, 1>, fixed<1, 0>>(5);
  check_all<ufixed<1, 3>, ufixed<1, 3>, ufixed<3, 3>>(6);
  check_all<fixed<3, -5>, fixed<4, -3>, fixed<3, -5>>(7);
  CHECK(differences == 0);
}

TEST_CASE("fixed: formats of 30 to 64 bits, every operation and mode") {
  differences = 0;
  const int count = 300;
  check_some<fixed<64, 0>, fixed<64, 0>, fixed<64, 0>>(count, 11);
  check_some<ufixed<64, 0>, ufixed<64, 0>, ufixed<64, 0>>(count, 12);
  check_some<fixed<64, 40>, fixed<64, 40>, fixed<64, 40>>(count, 13);
  check_some<ufixed<64, 32>, ufixed<64, 32>, fixed<63, 10>>(count, 14);
  check_some<ufixed<64, 64>, ufixed<64, 64>, ufixed<64, 64>>(count, 15);
  check_some<fixed<64, 63>, fixed<64, 63>, fixed<32, 31>>(count, 16);
  check_some<symmetric_fixed<64, 30>, symmetric_fixed<64, 30>, fixed<64, -3>>(count, 17);
  check_some<fixed<63, 31>, fixed<63, 31>, ufixed<62, 31>>(count, 18);
  check_some<ufixed<62, 0>, ufixed<63, 20>, ufixed<61, 70>>(count, 19);
  check_some<fixed<61, 80>, fixed<62, 45>, fixed<61, 10>>(count, 20);
  check_some<fixed<32, 16>, fixed<32, 16>, fixed<32, 16>>(count, 21);
  check_some<ufixed<32, -10>, fixed<32, 0>, ufixed<30, -5>>(count, 22);
  check_some<ufixed<64, 90>, ufixed<64, 90>, fixed<40, 60>>(count, 23);
  check_some<fixed<64, -70>, fixed<64, -70>, fixed<64, -90>>(count, 24);
  CHECK(differences == 0);
}

TEST_CASE("fixed: from native floats and integers, every operation and mode") {
  differences = 0;
  check_natives<fixed<64, 0>>(300, 31);
  check_natives<ufixed<64, 20>>(300, 32);
  check_natives<ufixed<63, 0>>(300, 33);
  check_natives<fixed<62, 30>>(300, 34);
  check_natives<fixed<16, 8>>(300, 35);
  check_natives<ufixed<7, -5>>(300, 36);
  for (const double x :
       {HUGE_VAL, -HUGE_VAL, std::nan(""), 1e300, -1e300, 5e-324, 0x1p63, 0x1p64, -0x1p63, -0x1p64}) {
    check_one<fixed<64, 0>>(x, 1);
    check_one<ufixed<64, 0>>(x, 1);
    check_one<ufixed<64, 1>>(x, 1);
    check_one<fixed<8, 4>>(x, 1);
    check_one<fixed<64, -700>>(x, 1);
    check_one<fixed<64, 1074>>(x, 1);
  }
  CHECK(differences == 0);
}
