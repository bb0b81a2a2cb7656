// Types that carry their policies: stochastic rounding as a drop-in, wrapping integers, and trapping ones.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "helpers.hpp"

namespace {

using namespace lowp;

// Whether f() stops the program with a trap.
template <class F>
bool traps(F f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGILL, SIG_DFL);  // Catch's handlers would report the child's end as a failure
    std::signal(SIGTRAP, SIG_DFL);
    std::signal(SIGABRT, SIG_DFL);
    f();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) &&
         (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGABRT);
}

// A value the compiler knows nothing about.
template <class T>
T opaque(T x) {
  volatile T y = x;
  return y;
}

// Divides as the language does, toward zero.
std::int64_t modulo(std::int64_t x, int bits, bool is_signed) {
  const std::int64_t n = std::int64_t{1} << bits;
  std::int64_t r = ((x % n) + n) % n;
  if (is_signed && r >= n / 2) r -= n;
  return r;
}

}  // namespace

TEST_CASE("policies: wrapping integers are integers modulo 2^N") {
  tests::report report("wrap");
  const auto check = [&]<class T, bool is_signed>(T, std::bool_constant<is_signed>) {
    constexpr int bits = T::format::bits;
    const auto value = [](T x) { return static_cast<std::int64_t>(tests::value(x)); };
    for (std::uint64_t i = 0; i < tests::codes<T>; ++i)
      for (std::uint64_t j = 0; j < tests::codes<T>; ++j) {
        const T a = tests::at<T>(i), b = tests::at<T>(j);
        const bool good = value(a + b) == modulo(value(a) + value(b), bits, is_signed) &&
                          value(a - b) == modulo(value(a) - value(b), bits, is_signed) &&
                          value(a * b) == modulo(value(a) * value(b), bits, is_signed) &&
                          value(fma(a, b, a)) == modulo(value(a) * value(b) + value(a), bits, is_signed);
        report.expect(good, [&](std::ostream& o) { o << bits << " bits, " << value(a) << " and " << value(b); });
      }
    for (std::uint64_t i = 0; i < tests::codes<T>; ++i) {
      const T a = tests::at<T>(i);
      report.expect(value(-a) == modulo(-value(a), bits, is_signed), "unary minus");
      T up = a, down = a;
      report.expect(value(++up) == modulo(value(a) + 1, bits, is_signed), "++");
      report.expect(value(--down) == modulo(value(a) - 1, bits, is_signed), "--");
      report.expect(value(a + 1000) == modulo(value(a) + 1000, bits, is_signed), "+ 1000");
      report.expect(value(a * -37) == modulo(value(a) * -37, bits, is_signed), "* -37");
    }
  };
  check(with_overflow<integer<8>, wrap>{}, std::true_type{});
  check(with_overflow<integer<5>, wrap>{}, std::true_type{});
  check(with_overflow<integer<2>, wrap>{}, std::true_type{});
  check(with_overflow<uinteger<8>, wrap>{}, std::false_type{});
  check(with_overflow<uinteger<3>, wrap>{}, std::false_type{});
}

TEST_CASE("policies: wrapping conversions") {
  using T = with_overflow<fixed<8, 0>, wrap>;
  tests::report report("wrap");
  // Far integers keep their lowest bits; what has none left is 0.
  for (const std::int64_t n :
       {std::int64_t{300}, std::int64_t{-300}, std::int64_t{1} << 40, (std::int64_t{1} << 40) + 77,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
    CHECK(tests::value(T(n)) == static_cast<double>(modulo(n, 8, true)));
  CHECK(T(std::numeric_limits<std::uint64_t>::max()) == -1);
  CHECK(T(0x1p60) == 0);
  CHECK(T(0x1p63) == 0);
  CHECK(T(0x1p64) == 0);
  CHECK(T(0x1p1000) == 0);
  CHECK(T(0x1p52 + 3) == 3);
  CHECK(T(-0x1p52 - 3) == -3);
  CHECK(T(HUGE_VAL) == 0);  // nothing is congruent to an infinity
  CHECK(T(-HUGE_VAL) == 0);
  CHECK(T(std::nan("")) == 0);
  // The rounding comes first.
  CHECK(T(127.5) == -128);
  CHECK(T(127.4) == 127);
  CHECK(T(-128.5) == -128);  // a tie, to the even code
  CHECK(T(-129.5) == 126);
  CHECK(T(255.5) == 0);
  CHECK((convert<T>(127.1, upward{})) == -128);
  using F = with_overflow<fixed<8, 4>, wrap>;
  for (int i = -1000; i <= 1000; ++i) {
    const double x = i / 32.0;
    const auto code = modulo(static_cast<std::int64_t>(std::nearbyint(x * 16)), 8, true);
    report.expect(F(x).bits() == (code & 0xff), [&](std::ostream& o) { o << x; });
  }
  CHECK(std::numeric_limits<T>::is_modulo);
}

TEST_CASE("policies: trap stops the program at an overflow, and only then") {
  using T = with_overflow<e4m3fn, trap>;
  const T big(448.0f), one(1.0f);
  CHECK((big + one) == 448);  // rounds to a value that exists
  CHECK((big * one) == 448);
  CHECK((one / big) != 0);
  CHECK(isnan(T(std::nanf(""))));  // e4m3fn has NaN
  CHECK_FALSE(traps([=] { return opaque(448.0f) > 0; }));

  CHECK(traps([=] { (void)opaque((big + big).bits()); }));
  CHECK(traps([=] { (void)opaque((-big - big).bits()); }));
  CHECK(traps([=] { (void)opaque((big * big).bits()); }));
  CHECK(traps([=] { (void)opaque((one / T(0.0f)).bits()); }));  // an infinity it cannot hold
  CHECK(traps([=] { (void)opaque(T(opaque(465.0f)).bits()); }));
  CHECK_FALSE(traps([=] { (void)opaque(T(opaque(464.0f)).bits()); }));
  CHECK(traps([=] { (void)opaque(T(opaque(HUGE_VALF)).bits()); }));
  CHECK(traps([=] { (void)opaque(convert<e4m3fn>(opaque(1e6), trap{}).bits()); }));
  CHECK(traps([=] { (void)opaque(sqrt<integer<3>>(opaque(100), trap{}).bits()); }));

  // Infinities that the format has pass, finite overflow does not.
  using I = with_overflow<e5m2, trap>;
  CHECK(isinf(I(HUGE_VALF)));
  CHECK(isinf(I(1.0f) / I(0.0f)));
  CHECK(isinf(I(HUGE_VALF) + I(1.0f)));
  CHECK(traps([=] { (void)opaque((I(57344.0f) + I(57344.0f)).bits()); }));

  // Formats without NaN.
  using N = with_overflow<e2m1fn, trap>;
  CHECK(traps([=] { (void)opaque(N(opaque(std::nanf(""))).bits()); }));
  CHECK(traps([=] { (void)opaque((N(0.0f) / N(0.0f)).bits()); }));
  CHECK(traps([=] { (void)opaque(sqrt(N(-1.0f)).bits()); }));

  // Unsigned formats, and one without zero.
  CHECK(traps([=] { (void)opaque(convert<ue4m3>(opaque(-1.0f), trap{}).bits()); }));
  CHECK_FALSE(traps([=] { (void)opaque(convert<ue4m3>(opaque(-0x1p-40f), trap{}).bits()); }));  // rounds to 0
  CHECK(traps([=] { (void)opaque(convert<e8m0fnu>(opaque(0.0f), trap{}).bits()); }));
}

TEST_CASE("policies: a stochastic type as a drop-in keeps the mean") {
  // Sums of small steps: to nearest, each is lost; stochastically, the mean of many runs is the sum.
  using S = with_rounding<bfloat16, stochastic<>>;
  const auto run = []<class T>(T) {
    T x(1.0f);
    const T step(0x1p-10f);  // an eighth of the gap above 1
    for (int i = 0; i < 512; ++i) x += step;
    return static_cast<double>(x);
  };
  CHECK(run(bfloat16{}) == 1);
  lowp::seed_thread(2024);
  double sum = 0;
  const int runs = 2000;
  for (int i = 0; i < runs; ++i) sum += run(S{});
  // 1 + 512 / 1024; a run has a standard deviation of about 2^-7 * sqrt(512 * 7/64), the mean of 2000 of 0.0013.
  CHECK(sum / runs == Approx(1.5).margin(0.0065));

  // The same seed, the same bits.
  lowp::seed_thread(7);
  const double a = run(S{}), b = run(S{});
  lowp::seed_thread(7);
  CHECK(run(S{}) == a);
  CHECK(run(S{}) == b);
}

TEST_CASE("policies: the probabilities of operators, counted") {
  // 1 + k / 64 of the gap, for each operator and variant with 6 random bits: exactly k draws in 64 go away.
  const e4m3fn one(1);
  for (std::uint32_t k = 0; k < 64; ++k) {
    int away_add = 0, away_mul = 0, away_convert = 0, away_fma = 0;
    const float x = 1.0f + static_cast<float>(k) / 512.0f;
    for (std::uint32_t r = 0; r < 64; ++r) {
      const stochastic<6> s;
      const random_bits bits{r | 0xffffffc0};
      away_convert += convert<e4m3fn>(x, s, bits).bits() != one.bits();
      away_add += add<e4m3fn>(one, x - 1, s, bits).bits() != one.bits();
      away_mul += mul<e4m3fn>(one, x, s, bits).bits() != one.bits();
      away_fma += fma<e4m3fn>(one, x - 1, one, s, bits).bits() != one.bits();
    }
    INFO(k);
    CHECK(away_convert == static_cast<int>(k));
    CHECK(away_add == static_cast<int>(k));
    CHECK(away_mul == static_cast<int>(k));
    CHECK(away_fma == static_cast<int>(k));
  }
}

TEST_CASE("policies: exact results of stochastic types do not move") {
  using S = with_rounding<e4m3fn, stochastic<>>;
  using Q = with_rounding<e4m3fn, stochastic_equal>;
  for (int i = 0; i < 1000; ++i) {
    CHECK((S(1.5f) + S(2)) == 3.5f);
    CHECK((Q(1.5f) * Q(2)) == 3);
    CHECK((S(1) / 2) == 0.5f);
    CHECK(sqrt(Q(4)) == 2);
  }
  int away = 0;
  for (int i = 0; i < 10000; ++i) away += (Q(1) + Q(0x1p-9f)) != 1;
  CHECK(away == Approx(5000).margin(250));  // five standard deviations
}
