// The engine below the mathematical functions: multi-word integers against GMP, tables against MPFR, and the stated
// bound on the error of each kernel against MPFR with 400 bits.
#include <gmp.h>

#include "math_harness.hpp"

namespace tests {
namespace {

namespace engine = lowp::detail::math;

class integer {
 public:
  integer() { mpz_init(v_); }
  integer(const integer&) = delete;
  integer& operator=(const integer&) = delete;
  ~integer() { mpz_clear(v_); }
  operator mpz_ptr() { return v_; }

 private:
  mpz_t v_;
};
class big {
 public:
  explicit big(mpfr_prec_t bits) { mpfr_init2(v_, bits); }
  big(const big&) = delete;
  big& operator=(const big&) = delete;
  ~big() { mpfr_clear(v_); }
  operator mpfr_ptr() { return v_; }

 private:
  mpfr_t v_;
};

int sign_of(mpz_ptr z) { return mpz_sgn(z); }  // a macro that wants a pointer

template <int N>
void set(mpz_t z, const engine::words<N>& w) {
  mpz_import(z, N, 1, sizeof w.limb[0], 0, 0, w.limb);
}

// Words with long runs of zeros and ones, where carries go wrong.
template <int N>
engine::words<N> some_words(random_codes& random) {
  engine::words<N> w{};
  for (std::uint64_t& limb : w.limb) {
    switch (random.below(4)) {
      case 0:
        limb = 0;
        break;
      case 1:
        limb = ~std::uint64_t{0};
        break;
      case 2:
        limb = random.next() >> random.below(64);
        break;
      default:
        limb = random.next();
        break;
    }
  }
  return w;
}

template <int N>
void check_words() {
  INFO("words<" << N << ">");
  random_codes random(N);
  integer x, y, modulus, expected, got, bound;
  mpz_ui_pow_ui(modulus, 2, 64 * N);
  for (int i = 0; i < 20'000; ++i) {
    const auto a = some_words<N>(random), b = some_words<N>(random);
    set(x, a);
    set(y, b);
    const auto same = [&](const auto& w) {
      set(got, w);
      return mpz_cmp(got, expected) == 0;
    };
    bool good = true;
    mpz_add(expected, x, y);
    mpz_mod(expected, expected, modulus);
    good &= same(a + b);
    mpz_sub(expected, x, y);
    mpz_mod(expected, expected, modulus);
    good &= same(a - b);
    const int n = static_cast<int>(random.below(64 * N + 70));
    mpz_mul_2exp(expected, x, static_cast<mp_bitcnt_t>(n));
    mpz_mod(expected, expected, modulus);
    good &= same(a << n);
    mpz_fdiv_q_2exp(expected, x, static_cast<mp_bitcnt_t>(n));
    good &= same(a >> n);
    const std::uint64_t factor = random.next();
    mpz_mul_ui(expected, x, factor);
    good &= same(engine::times(factor, a));
    good &= engine::leading_zeros(a) == 64 * N - (sign_of(x) == 0 ? 0 : static_cast<int>(mpz_sizeinbase(x, 2)));
    good &= (a < b) == (mpz_cmp(x, y) < 0);
    // high: not above the product, and less than 2 N - 1 units below it
    set(got, engine::high(a, b));
    mpz_mul_2exp(got, got, 64 * N);
    mpz_mul(expected, x, y);
    mpz_sub(expected, expected, got);
    mpz_mul_ui(bound, modulus, 2 * N - 1);
    good &= sign_of(expected) >= 0 && mpz_cmp(expected, bound) < 0;
    if (!good) FAIL("case " << i);
  }
}

TEST_CASE("multi-word integers agree with GMP", "[math]") {
  check_words<1>();
  check_words<2>();
  check_words<3>();
  check_words<4>();
}

// ---- tables ------------------------------------------------------------------------------------------------

// w is x * 2^scale cut toward zero (or rounded to nearest).
template <int N>
void check_entry(const engine::words<N>& w, mpfr_t x, int scale, const char* table, int index) {
  integer expected, got;
  big scaled(600);
  mpfr_mul_2si(scaled, x, scale, MPFR_RNDN);
  mpfr_get_z(expected, scaled, MPFR_RNDD);
  set(got, w);
  INFO(table << "[" << index << "]");
  CHECK(mpz_cmp(got, expected) == 0);
}

void check_constant(const engine::constant& c, mpfr_t x, const char* name) {
  CHECK(c.significand.limb[0] >> 63 == 1);
  check_entry(c.significand, x, 191 - c.exponent, name, 0);
}

TEST_CASE("tables of the mathematical functions agree with MPFR", "[math]") {
  big x(600), y(600), z(600);
  const auto reciprocal = [](mpfr_t r, mpfr_t v) { mpfr_ui_div(r, 1, v, MPFR_RNDN); };

  mpfr_const_log2(x, MPFR_RNDN);
  check_constant(engine::log_of_2, x, "ln 2");
  reciprocal(y, x);
  check_constant(engine::log2_of_e, y, "log2 e");
  mpfr_log_ui(y, 10, MPFR_RNDN);
  reciprocal(z, y);
  check_constant(engine::log10_of_e, z, "log10 e");
  mpfr_div(y, y, x, MPFR_RNDN);
  check_constant(engine::log2_of_10, y, "log2 10");
  mpfr_const_pi(x, MPFR_RNDN);
  mpfr_div_ui(y, x, 2, MPFR_RNDN);
  check_constant(engine::half_pi, y, "pi / 2");
  mpfr_sqrt(y, x, MPFR_RNDN);
  mpfr_ui_div(y, 2, y, MPFR_RNDN);
  check_constant(engine::two_over_root_pi, y, "2 / sqrt(pi)");
  mpfr_mul_ui(y, x, 3, MPFR_RNDN);
  mpfr_ui_div(y, 2, y, MPFR_RNDN);
  check_constant(engine::two_over_three_pi, y, "2 / (3 pi)");
  mpfr_mul_ui(y, x, 6, MPFR_RNDN);
  mpfr_const_log2(z, MPFR_RNDN);
  mpfr_div(y, y, z, MPFR_RNDN);
  check_constant(engine::six_pi_log2_of_e, y, "6 pi log2 e");

  for (unsigned k = 0; k < std::size(engine::reciprocals); ++k) {
    mpfr_set_ui(x, k + 1, MPFR_RNDN);
    reciprocal(x, x);
    check_entry(engine::reciprocals[k], x, 127, "reciprocals", static_cast<int>(k));
  }
  for (unsigned k = 0; k < std::size(engine::odd_factorials); ++k) {
    mpfr_fac_ui(x, 2 * k + 1, MPFR_RNDN);
    reciprocal(x, x);
    check_entry(engine::odd_factorials[k], x, 127, "odd_factorials", static_cast<int>(k));
  }
  for (unsigned k = 0; k < std::size(engine::even_factorials); ++k) {
    mpfr_fac_ui(x, 2 * k, MPFR_RNDN);
    reciprocal(x, x);
    check_entry(engine::even_factorials[k], x, 127, "even_factorials", static_cast<int>(k));
  }
  for (unsigned k = 0; k < std::size(engine::erf_terms); ++k) {
    mpfr_fac_ui(x, k, MPFR_RNDN);
    mpfr_mul_ui(x, x, 2 * k + 1, MPFR_RNDN);
    reciprocal(x, x);
    check_entry(engine::erf_terms[k], x, 127, "erf_terms", static_cast<int>(k));
  }
  for (unsigned k = 1; k <= std::size(engine::gauss_nodes); ++k) {
    mpfr_set_si(x, -static_cast<long>(k * k), MPFR_RNDN);
    mpfr_div_ui(x, x, 9, MPFR_RNDN);
    mpfr_exp(x, x, MPFR_RNDN);
    check_entry(engine::gauss_nodes[k - 1], x, 128, "gauss_nodes", static_cast<int>(k - 1));
  }
  for (unsigned k = 1; k <= std::size(engine::exp2_terms); ++k) {
    mpfr_const_log2(x, MPFR_RNDN);
    mpfr_div_ui(x, x, 64, MPFR_RNDN);
    mpfr_pow_ui(x, x, k, MPFR_RNDN);
    mpfr_fac_ui(y, k, MPFR_RNDN);
    mpfr_div(x, x, y, MPFR_RNDN);
    check_entry(engine::exp2_terms[k - 1], x, 128 + 6, "exp2_terms", static_cast<int>(k - 1));
  }
  for (unsigned i = 0; i < std::size(engine::exp2_steps); ++i) {
    mpfr_set_ui_2exp(x, i, -6, MPFR_RNDN);
    mpfr_exp2(x, x, MPFR_RNDN);
    check_entry(engine::exp2_steps[i], x, 127, "exp2_steps", static_cast<int>(i));
  }
  for (unsigned i = 0; i < std::size(engine::atan_steps); ++i) {
    mpfr_set_ui_2exp(x, i, -6, MPFR_RNDN);
    mpfr_atan(x, x, MPFR_RNDN);
    check_entry(engine::atan_steps[i], x, 128, "atan_steps", static_cast<int>(i));
  }
  for (unsigned i = 0; i < std::size(engine::log_steps); ++i) {
    const unsigned divisor = engine::log_divisors[i];
    CHECK(divisor == (65536 + (i + 90) / 2) / (i + 90));
    mpfr_set_ui_2exp(x, divisor, -9, MPFR_RNDN);
    mpfr_log(x, x, MPFR_RNDN);
    CHECK((mpfr_sgn(static_cast<mpfr_ptr>(x)) > 0) == (i + 90 < 128));
    mpfr_abs(x, x, MPFR_RNDN);
    check_entry(engine::log_steps[i], x, 128, "log_steps", static_cast<int>(i));
  }
}

TEST_CASE("the bits of 2 / pi agree with MPFR", "[math]") {
  constexpr int bits = 64 * static_cast<int>(std::size(engine::two_over_pi));
  big x(bits + 200);
  mpfr_const_pi(x, MPFR_RNDN);
  mpfr_ui_div(x, 2, x, MPFR_RNDN);
  mpfr_mul_2si(x, x, bits, MPFR_RNDN);
  integer expected, got;
  mpfr_get_z(expected, x, MPFR_RNDD);
  mpz_import(got, std::size(engine::two_over_pi), 1, sizeof engine::two_over_pi[0], 0, 0, engine::two_over_pi);
  CHECK(mpz_cmp(got, expected) == 0);
}

// ---- errors ------------------------------------------------------------------------------------------------

oracle::value to_oracle(const lowp::exact& x) {
  oracle::value v;
  v.kind = oracle::kind::finite;
  v.negative = x.negative;
  v.m = x.significand;
  v.e = x.exponent - 63;
  return v;
}

// value - truth in units of the last place of the estimate
template <int N>
double error_in_units(const engine::estimate<N>& e, mpfr_t truth) {
  static big v(64 * N), d(400);
  static integer z;
  set(z, e.value.significand);
  const int unit = e.value.exponent + 1 - 64 * N;
  mpfr_set_z_2exp(v, z, unit, MPFR_RNDN);
  if (e.value.negative) mpfr_neg(v, v, MPFR_RNDN);
  mpfr_sub(d, v, truth, MPFR_RNDN);
  mpfr_mul_2si(d, d, -unit, MPFR_RNDN);
  return mpfr_get_d(d, MPFR_RNDN);
}

enum class sign { any, positive };

// The range of a kernel: |x| in [2^lowest, 2^(highest + 1)) and below `end`.
struct range {
  int lowest, highest;
  sign signs = sign::any;
  double end = HUGE_VAL;
};

template <class Kernel>
void check_error(fn f, const range& r) {
  random_codes random(static_cast<std::uint64_t>(f) * 1000 + static_cast<std::uint64_t>(r.lowest + 500));
  big truth(400);
  double worst[2] = {0, 0};
  int poor = 0;
  for (int i = 0; i < 1'500; ++i) {
    lowp::exact x;
    x.kind = lowp::value_kind::finite;
    const int bits[] = {5, 11, 24, 53, 64};
    x.significand = (random.next() | std::uint64_t{1} << 63) & ~lowp::low_mask(64 - bits[random.below(5)]);
    x.exponent = r.lowest + static_cast<int>(random.below(static_cast<std::uint64_t>(r.highest - r.lowest + 1)));
    x.negative = r.signs == sign::any && random.below(2) == 0;
    // Powers of two are exact arguments of many functions, which never reach the kernel.
    if (x.significand << 1 == 0 || oracle::to_double(to_oracle(x.magnitude())) >= r.end) continue;
    approximate(truth, f, to_oracle(x));
    const auto first = Kernel::template at<1>(x);
    const auto second = Kernel::template at<2>(x);
    worst[0] = std::max(worst[0], std::fabs(error_in_units(first, truth)) / static_cast<double>(first.error));
    worst[1] = std::max(worst[1], std::fabs(error_in_units(second, truth)) / static_cast<double>(second.error));
    if (second.error > std::uint64_t{1} << 16) ++poor;
  }
  INFO(name(f) << " from 2^" << r.lowest << " to 2^" << r.highest + 1);
  CHECK(poor < 5);  // all but a few angles near multiples of pi / 2 are good to 2^-111
  CHECK(worst[0] <= 0.85);
  CHECK(worst[1] <= 0.85);
  CHECK(worst[0] > 0);
  CHECK(worst[1] > 0);
}

TEST_CASE("kernels keep the error bounds that they state", "[math][slow]") {
  check_error<engine::exp_function>(fn::exp, {-54, 21});
  check_error<engine::exp_function>(fn::exp, {-8, 6});
  check_error<engine::exp2_function>(fn::exp2, {-54, 21});
  check_error<engine::exp2_function>(fn::exp2, {-8, 6});
  check_error<engine::exp10_function>(fn::exp10, {-54, 20});
  check_error<engine::expm1_function>(fn::expm1, {-54, 5});
  check_error<engine::expm1_function>(fn::expm1, {-4, 1});
  check_error<engine::log_function>(fn::log, {-1, 0, sign::positive});
  check_error<engine::log_function>(fn::log, {-4'000'000, 4'000'000, sign::positive});
  check_error<engine::log2_function>(fn::log2, {-1, 0, sign::positive});
  check_error<engine::log2_function>(fn::log2, {-200, 200, sign::positive});
  check_error<engine::log10_function>(fn::log10, {-1, 0, sign::positive});
  check_error<engine::log10_function>(fn::log10, {-200, 200, sign::positive});
  check_error<engine::log1p_function>(fn::log1p, {-54, -1});
  check_error<engine::log1p_function>(fn::log1p, {-12, -1});
  check_error<engine::log1p_function>(fn::log1p, {-12, 200, sign::positive});
  check_error<engine::sin_function>(fn::sin, {-30, 3});
  check_error<engine::sin_function>(fn::sin, {-3, 300});
  check_error<engine::cos_function>(fn::cos, {-30, 3});
  check_error<engine::cos_function>(fn::cos, {-3, 300});
  check_error<engine::tan_function>(fn::tan, {-30, 3});
  check_error<engine::tan_function>(fn::tan, {-3, 300});
  check_error<engine::asin_function>(fn::asin, {-30, -1});
  check_error<engine::asin_function>(fn::asin, {-3, -1});
  check_error<engine::acos_function>(fn::acos, {-64, -1});
  check_error<engine::acos_function>(fn::acos, {-3, -1});
  check_error<engine::atan_function>(fn::atan, {-30, 70});
  check_error<engine::atan_function>(fn::atan, {-9, 9});
  check_error<engine::sinh_function>(fn::sinh, {-30, 21});
  check_error<engine::sinh_function>(fn::sinh, {-3, 3});
  check_error<engine::cosh_function>(fn::cosh, {-30, 21});
  check_error<engine::cosh_function>(fn::cosh, {-3, 3});
  check_error<engine::tanh_function>(fn::tanh, {-30, 4});
  check_error<engine::tanh_function>(fn::tanh, {-3, 2});
  check_error<engine::erf_function>(fn::erf, {-60, 2, sign::any, 6});
  check_error<engine::erf_function>(fn::erf, {-3, 2, sign::any, 6});
  check_error<engine::erfc_function>(fn::erfc, {-56, 2});
  check_error<engine::erfc_function>(fn::erfc, {-3, 4, sign::positive});
  check_error<engine::cbrt_function>(fn::cbrt, {-200, 200});
  check_error<engine::rsqrt_function>(fn::rsqrt, {-200, 200, sign::positive});
}

// Of all doubles the one nearest to a multiple of pi / 2 (J.-M. Muller, Elementary Functions): its distance is 2^-61,
// and all that is left after the reduction are the bits of 2 / pi behind those that cancel.
TEST_CASE("the reduction of angles keeps its accuracy next to a multiple of pi / 2", "[math]") {
  const auto x = lowp::exact::scaled(false, 6'381'956'970'095'103, 797);
  big truth(400);
  approximate(truth, fn::cos, to_oracle(x));
  CHECK(std::fabs(mpfr_get_d(truth, MPFR_RNDN)) < 0x1p-60);
  CHECK(std::fabs(error_in_units(engine::cos_function::at<2>(x), truth)) < 64);
  approximate(truth, fn::tan, to_oracle(x));
  CHECK(std::fabs(error_in_units(engine::tan_function::at<2>(x), truth)) < 1024);
}

// The polynomials of erf are checked through quick_erf, all over each piece.
TEST_CASE("the table of erf has the error that it states", "[math]") {
  big x(64), truth(200), d(200);
  double worst = 0;
  for (int i = 0; i < 22 * 256; ++i) {
    const auto a = lowp::exact::scaled(false, static_cast<std::uint64_t>(512 + i) * 1'000'003, -29);
    if (lowp::compare(a, lowp::exact::scaled(false, 6, 0)) >= 0) break;
    approximate(truth, fn::erf, to_oracle(a));
    mpfr_set_ui_2exp(x, engine::quick_erf(a), -63, MPFR_RNDN);
    mpfr_sub(d, x, truth, MPFR_RNDN);
    worst = std::max(worst, std::fabs(mpfr_get_d(d, MPFR_RNDN)));
  }
  CHECK(worst < 0x1p-58);
  CHECK(worst > 0);
}

// ---- which results are settled -----------------------------------------------------------------------------

TEST_CASE("an estimate is settled if nothing within its error decides otherwise", "[math]") {
  random_codes random(7);
  for (int i = 0; i < 200'000; ++i) {
    // Near multiples of 2^(64 - bits), where it matters.
    const int bits = 2 + static_cast<int>(random.below(50));
    const std::uint64_t step = std::uint64_t{1} << (64 - bits);
    const std::uint64_t base = (random.next() | std::uint64_t{1} << 63) & ~(step - 1);
    const std::uint64_t error = 1 + random.below(64), s = base + random.below(200) - 100;
    if (s >> 63 == 0) continue;
    const engine::estimate<1> e{{{{s}}, 0, false}, error};
    // The first bits and whether something follows, of each integer in [s - error, s + error] as 65-bit numbers.
    bool expected = true;
    for (std::int64_t k = -static_cast<std::int64_t>(error); k <= static_cast<std::int64_t>(error); ++k) {
      const std::uint64_t v = s + static_cast<std::uint64_t>(k);
      const bool wrapped = (k > 0 && v < s) || (k < 0 && v >> 63 == 0);
      expected = expected && !wrapped && v >> (64 - bits) == s >> (64 - bits) && v << bits != 0;
    }
    if (engine::settled(e, bits) != expected) FAIL(std::hex << s << " +- " << error << " to " << std::dec << bits);
  }
}

// The accurate evaluation must itself be settled: no value of any function at any argument of up to 16 bits comes so
// near a number of 52 bits that 2^-111 could matter. Exponents cover all where the function is not simply x, 1 or
// 1 / x to 52 bits.
template <class Kernel>
std::uint64_t unsettled(const range& r, std::uint64_t step) {
  std::uint64_t count = 0;
  for (int exponent = r.lowest; exponent <= r.highest; ++exponent) {
    for (std::uint64_t m = 1 << 15; m < 1 << 16; m += step) {
      for (const bool negative : {false, true}) {
        if (negative && r.signs == sign::positive) continue;
        lowp::exact x{m << 48, exponent, lowp::value_kind::finite, negative, false};
        if (m == 1 << 15 || (r.end < HUGE_VAL && static_cast<double>(m) * std::ldexp(1, exponent - 15) >= r.end))
          continue;
        const auto e = Kernel::template at<2>(x);
        if (!engine::settled(e, 52) && Kernel::apply(x, 52).sticky) ++count;
      }
    }
  }
  return count;
}

void check_settled(std::uint64_t step) {
  CHECK(unsettled<engine::exp_function>({-54, 14}, step) == 0);
  CHECK(unsettled<engine::exp2_function>({-54, -1}, step) == 0);
  CHECK(unsettled<engine::exp10_function>({-54, 14}, step) == 0);
  CHECK(unsettled<engine::expm1_function>({-54, 5}, step) == 0);
  CHECK(unsettled<engine::log_function>({-20, 20, sign::positive}, step) == 0);
  CHECK(unsettled<engine::log2_function>({-20, 20, sign::positive}, step) == 0);
  CHECK(unsettled<engine::log10_function>({-20, 20, sign::positive}, step) == 0);
  CHECK(unsettled<engine::log1p_function>({-54, -1}, step) == 0);
  CHECK(unsettled<engine::log1p_function>({0, 20, sign::positive}, step) == 0);
  CHECK(unsettled<engine::sin_function>({-30, 30, sign::positive}, step) == 0);
  CHECK(unsettled<engine::cos_function>({-30, 30, sign::positive}, step) == 0);
  CHECK(unsettled<engine::tan_function>({-30, 30, sign::positive}, step) == 0);
  CHECK(unsettled<engine::asin_function>({-30, -1, sign::positive}, step) == 0);
  CHECK(unsettled<engine::acos_function>({-54, -1}, step) == 0);
  CHECK(unsettled<engine::atan_function>({-30, 54, sign::positive}, step) == 0);
  CHECK(unsettled<engine::sinh_function>({-30, 5, sign::positive}, step) == 0);
  CHECK(unsettled<engine::cosh_function>({-30, 5, sign::positive}, step) == 0);
  CHECK(unsettled<engine::tanh_function>({-30, 4, sign::positive}, step) == 0);
  CHECK(unsettled<engine::erf_function>({-54, 2, sign::positive, 6}, step) == 0);
  CHECK(unsettled<engine::erfc_function>({-54, 2}, step) == 0);
  CHECK(unsettled<engine::cbrt_function>({0, 2, sign::positive}, step) == 0);
  CHECK(unsettled<engine::rsqrt_function>({0, 1, sign::positive}, step) == 0);
}

TEST_CASE("accurate estimates are settled to 52 bits for a sample of 16-bit arguments", "[math][slow]") {
  check_settled(257);
}
TEST_CASE("accurate estimates are settled to 52 bits for every 16-bit argument", "[math][.exhaustive]") {
  check_settled(1);
}

}  // namespace
}  // namespace tests
