// Exact sums on every tier against MPFR and 128-bit integers, whose factors come from the oracle's lists of values.
#include <lowp/kernels/exact_dot.hpp>
#include <lowp/kernels/exact_gemm.hpp>

#include <mpfr.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/names.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/formats/codebook.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/takum.hpp>

#include "catch.hpp"
#include "oracle/named.hpp"
#include "oracle/posit.hpp"

namespace {

using lowp::force_tier;
using lowp::matrix;
using lowp::matrix_view;
using lowp::tier;
using lowp::detail::exact_dot;
using lowp::detail::exact_gemm;

__extension__ typedef __int128 int128;

// ---- the oracle ------------------------------------------------------------------------------------------------

// A sum of products in 2400 bits, where all that is added here is exact.
class long_sum {
 public:
  long_sum() {
    mpfr_init2(sum_, 2400);
    mpfr_init2(term_, 2400);
    mpfr_init2(factor_, 64);
    mpfr_set_zero(sum_, 1);
  }
  long_sum(const long_sum&) = delete;
  long_sum& operator=(const long_sum&) = delete;
  ~long_sum() { mpfr_clears(sum_, term_, factor_, static_cast<mpfr_ptr>(nullptr)); }

  void add(double a, double b) {
    mpfr_set_d(term_, a, MPFR_RNDN);
    mpfr_set_d(factor_, b, MPFR_RNDN);
    inexact_ |= mpfr_mul(term_, term_, factor_, MPFR_RNDN) != 0;
    add_term();
  }
  void add(int128 x, long unit) {
    mpfr_set_si(term_, static_cast<long>(x >> 64), MPFR_RNDN);
    mpfr_mul_2si(term_, term_, 64, MPFR_RNDN);
    mpfr_add_ui(term_, term_, static_cast<unsigned long>(x), MPFR_RNDN);
    mpfr_mul_2si(term_, term_, unit, MPFR_RNDN);
    add_term();
  }
  float rounded() const {
    REQUIRE_FALSE(inexact_);
    if (mpfr_zero_p(sum_)) return 0.0f;
    return mpfr_get_flt(sum_, MPFR_RNDN);
  }

 private:
  void add_term() {
    if (mpfr_zero_p(term_)) return;
    inexact_ |= mpfr_add(sum_, sum_, term_, MPFR_RNDN) != 0 && mpfr_number_p(sum_);
  }
  mpfr_t sum_, term_, factor_;
  bool inexact_ = false;
};

// IEEE rules for what is not finite; sums of finite products by MPFR.
float oracle_sum(const std::vector<double>& a, const std::vector<double>& b) {
  long_sum sum;
  bool nan = false, up = false, down = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(a[i]) && std::isfinite(b[i])) {
      sum.add(a[i], b[i]);
    } else {
      const double p = a[i] * b[i];
      nan |= std::isnan(p);
      up |= p > 0;
      down |= p < 0;
    }
  }
  if (nan || (up && down)) return std::numeric_limits<float>::quiet_NaN();
  if (up || down) return up ? HUGE_VALF : -HUGE_VALF;
  return sum.rounded();
}

// The same bits, or both NaN.
bool same(float x, float y) {
  return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (std::isnan(x) && std::isnan(y));
}

// ---- what the codes of a type mean -----------------------------------------------------------------------------

template <const oracle::facts& Facts>
struct listed {
  static const oracle::format& format() {
    static const oracle::format f = Facts.make();
    return f;
  }
  static double value(std::uint64_t c) { return format().to_double(c); }
};
template <class T>
struct meaning;
#define LOWP_MEANING(T) \
  template <>           \
  struct meaning<lowp::T> : listed<oracle::T> {}
LOWP_MEANING(e4m3fn);
LOWP_MEANING(e5m2);
LOWP_MEANING(e4m3);
LOWP_MEANING(e3m4);
LOWP_MEANING(e4m3fnuz);
LOWP_MEANING(e5m2fnuz);
LOWP_MEANING(e4m3b11fnuz);
LOWP_MEANING(e3m2fn);
LOWP_MEANING(e2m3fn);
LOWP_MEANING(e2m1fn);
LOWP_MEANING(ue4m3);
LOWP_MEANING(ue5m3);
LOWP_MEANING(float16);
LOWP_MEANING(bfloat16);
#undef LOWP_MEANING

constexpr oracle::facts p3109_8p3 = oracle::p3109(8, 3, true, true), p3109_8p5f = oracle::p3109(8, 5, true, false),
                        p3109_6p3 = oracle::p3109(6, 3, true, true), p3109_8p1 = oracle::p3109(8, 1, true, true);
template <>
struct meaning<lowp::p3109<8, 3>> : listed<p3109_8p3> {};
using p3109_finite = lowp::p3109<8, 5, lowp::signedness::is_signed, lowp::domain::finite>;
template <>
struct meaning<p3109_finite> : listed<p3109_8p5f> {};
template <>
struct meaning<lowp::p3109<6, 3>> : listed<p3109_6p3> {};
template <>
struct meaning<lowp::p3109<8, 1>> : listed<p3109_8p1> {};

template <int N, int ES>
struct meaning<lowp::posit<N, ES>> {
  static double value(std::uint64_t c) {
    static const oracle::posit_format f{N, ES};
    return f.to_double(c);
  }
};
template <int Bits, int Frac, lowp::fixed_range Range>
struct meaning<lowp::number<lowp::fixed_format<Bits, Frac, Range>>> {
  static double value(std::uint64_t c) {
    const bool negative = Range != lowp::fixed_range::non_negative && (c >> (Bits - 1) & 1) != 0;
    return std::ldexp(static_cast<double>(c) - (negative ? std::ldexp(1.0, Bits) : 0.0), -Frac);
  }
};

// Lists: without a zero; with a zero that is not first and unlike magnitudes; with a NaN; of 8 bits.
constexpr double without_zero[] = {-3.5, -1, 0.25, 7};
constexpr double unlike[] = {-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
                             0,  0.0795802995562553,  0.16093020141124725, 1};  // of which one is no float
constexpr double with_nan[] = {0, 1, -1, 2, -3, lowp::no_level};
constexpr auto many = [] {
  struct {
    double value[200];
  } list{};
  for (int i = 0; i < 200; ++i) list.value[i] = (i % 2 == 0 ? i : -i) * (i < 100 ? 0.03125 : 8);
  return list;
}();
constexpr double all_ones[] = {0, 1, -0xfffffff, 0xfffffff};  // four digits of 7 bits, all 127
constexpr double of_20_bits[] = {0, 1, -0xfffff, 0xfffff};

template <class T, std::size_t N>
struct by_list {
  static double value(const T (&list)[N], std::uint64_t c) {
    return c < N ? list[c] : std::numeric_limits<double>::quiet_NaN();
  }
};
using book_without_zero = lowp::codebook<lowp::levels(without_zero)>;
using book_unlike = lowp::codebook<lowp::levels(unlike)>;
using book_with_nan = lowp::codebook<lowp::levels(with_nan)>;
using book_many = lowp::codebook<lowp::levels(many.value)>;
using book_ones = lowp::codebook<lowp::levels(all_ones)>;
using book_of_20_bits = lowp::codebook<lowp::levels(of_20_bits)>;
template <>
struct meaning<book_without_zero> {
  static double value(std::uint64_t c) { return by_list<double, 4>::value(without_zero, c); }
};
template <>
struct meaning<book_unlike> {
  static double value(std::uint64_t c) { return by_list<double, 8>::value(unlike, c); }
};
template <>
struct meaning<book_with_nan> {
  static double value(std::uint64_t c) { return by_list<double, 6>::value(with_nan, c); }
};
template <>
struct meaning<book_many> {
  static double value(std::uint64_t c) { return by_list<double, 200>::value(many.value, c); }
};

template <>
struct meaning<book_ones> {
  static double value(std::uint64_t c) { return by_list<double, 4>::value(all_ones, c); }
};

template <>
struct meaning<book_of_20_bits> {
  static double value(std::uint64_t c) { return by_list<double, 4>::value(of_20_bits, c); }
};

// Formats whose decoding is tested elsewhere.
template <class T>
struct decoded {
  static double value(std::uint64_t c) {
    return lowp::convert<double>(T::from_bits(static_cast<typename T::storage>(c)));
  }
};
template <>
struct meaning<lowp::hifloat8> : decoded<lowp::hifloat8> {};
template <>
struct meaning<lowp::takum<8>> : decoded<lowp::takum<8>> {};

template <class T>
struct number_type {
  using type = T;
  static constexpr int bits = T::format::bits;
  static T of(std::uint64_t c) { return T::from_bits(static_cast<typename T::storage>(c)); }
  static double value(T x) {
    if constexpr (bits <= 8) {
      static const std::vector<double> all = [] {
        std::vector<double> v;
        for (std::uint64_t c = 0; c < std::uint64_t{1} << bits; ++c) v.push_back(meaning<T>::value(c));
        return v;
      }();
      return all[x.bits()];
    } else {
      return meaning<T>::value(x.bits());
    }
  }
};
template <>
struct number_type<float> {
  using type = float;
  static constexpr int bits = 32;
  static float of(std::uint64_t c) { return std::bit_cast<float>(static_cast<std::uint32_t>(c)); }
  static double value(float x) { return static_cast<double>(x); }
};
template <class T>
double value_of(T x) {
  return number_type<T>::value(x);
}
template <class T>
std::vector<double> values_of(const T* x, std::size_t n) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = value_of(x[i]);
  return v;
}

// An array in a block of exactly its size: a read past its end is one past the block's.
template <class T>
struct array {
  std::size_t size;
  std::unique_ptr<T[]> data;
  explicit array(std::size_t n) : size(n), data(new T[n]()) {}
};

template <class T>
T random_finite(std::mt19937_64& random) {
  for (;;) {
    const T x = number_type<T>::of(random() & lowp::low_mask(number_type<T>::bits));
    if (std::isfinite(value_of(x))) return x;
  }
}
template <class T>
T extreme(bool largest) {  // the largest or the least value of up to 16 bits
  T best = number_type<T>::of(0);
  double most = largest ? -HUGE_VAL : HUGE_VAL;
  for (std::uint64_t c = 0; c < std::uint64_t{1} << number_type<T>::bits; ++c) {
    const double v = value_of(number_type<T>::of(c));
    if (std::isfinite(v) && (largest ? v > most : v < most)) most = v, best = number_type<T>::of(c);
  }
  return best;
}

template <class F>
void on_every_tier(F f) {
  for (int i = static_cast<int>(lowp::least_tier); i <= static_cast<int>(lowp::detect()); ++i) {
    const force_tier forced(static_cast<tier>(i));
    INFO("tier " << lowp::to_string(static_cast<tier>(i)));
    f();
  }
}

template <class A, class B>
void check(const array<A>& a, const array<B>& b) {
  const float expected = oracle_sum(values_of(a.data.get(), a.size), values_of(b.data.get(), b.size));
  on_every_tier([&] {
    const float found = exact_dot(a.data.get(), b.data.get(), a.size);
    INFO("n = " << a.size << ": " << found << ", not " << expected);
    REQUIRE(same(found, expected));
  });
}

template <class A, class B>
struct pair_of {
  using first = A;
  using second = B;
};

#define LOWP_PAIRS_OF_BYTES                                                                                       \
  (pair_of<lowp::e4m3fn, lowp::e4m3fn>), (pair_of<lowp::e5m2, lowp::e5m2>), (pair_of<lowp::e4m3, lowp::e3m4>),    \
      (pair_of<lowp::e4m3fnuz, lowp::e5m2fnuz>), (pair_of<lowp::e4m3b11fnuz, lowp::e4m3fn>),                      \
      (pair_of<lowp::e3m2fn, lowp::e2m3fn>), (pair_of<lowp::e2m1fn, lowp::e2m1fn>),                               \
      (pair_of<lowp::e4m3fn, lowp::e2m1fn>), (pair_of<lowp::posit8, lowp::posit8>),                               \
      (pair_of<lowp::posit<6, 1>, lowp::e5m2>), (pair_of<lowp::posit<8, 0>, lowp::int8>),                         \
      (pair_of<lowp::int8, lowp::int8>), (pair_of<lowp::uint8, lowp::uint8>), (pair_of<lowp::uint8, lowp::int8>), \
      (pair_of<lowp::int4, lowp::uint5>), (pair_of<lowp::fixed<8, 6>, lowp::e4m3fn>),                             \
      (pair_of<lowp::symmetric_fixed<4, 0>, lowp::fixed<1, 0>>), (pair_of<lowp::ue4m3, lowp::ue5m3>),             \
      (pair_of<lowp::p3109<8, 3>, p3109_finite>), (pair_of<lowp::p3109<6, 3>, lowp::e4m3fn>),                     \
      (pair_of<lowp::p3109<8, 1>, lowp::p3109<8, 1>>), (pair_of<book_without_zero, lowp::e4m3fn>),                \
      (pair_of<book_without_zero, book_without_zero>), (pair_of<book_unlike, lowp::uint8>),                       \
      (pair_of<book_with_nan, lowp::e2m1fn>), (pair_of<book_many, lowp::e3m4>),                                   \
      (pair_of<lowp::hifloat8, lowp::hifloat8>), (pair_of<lowp::takum<8>, lowp::takum<8>>)

TEMPLATE_TEST_CASE("exact_dot: every pair of codes", "", LOWP_PAIRS_OF_BYTES) {
  using A = typename TestType::first;
  using B = typename TestType::second;
  const auto rounded = [](double sum) { return sum == 0 ? 0.0f : static_cast<float>(sum); };
  constexpr std::size_t n = 7;  // enough to be taken by the vector kernel
  on_every_tier([&] {
    bool right = true;
    for (std::uint64_t c = 0; c < std::uint64_t{1} << A::format::bits; ++c) {
      for (std::uint64_t d = 0; d < std::uint64_t{1} << B::format::bits; ++d) {
        const A x = number_type<A>::of(c);
        const B y = number_type<B>::of(d);
        const double product = value_of(x) * value_of(y);  // exact, and so is 7 times as much
        right = right && same(exact_dot(&x, &y, 1), rounded(product));
        if constexpr (std::same_as<A, B> && A::format::bits == 8) {
          if ((c + d) % 8 != 0) continue;  // the vector kernel sees each code in all places below
        }
        A a[n];
        B b[n];
        for (std::size_t i = 0; i < n; ++i) a[i] = x, b[i] = y;
        right = right && same(exact_dot(a, b, n), rounded(7 * product));
      }
    }
    CHECK(right);
  });
}

TEMPLATE_TEST_CASE("exact_dot: ragged lengths, random codes", "", LOWP_PAIRS_OF_BYTES,
                   (pair_of<lowp::float16, lowp::float16>), (pair_of<lowp::bfloat16, lowp::bfloat16>),
                   (pair_of<lowp::posit16, lowp::posit16>), (pair_of<lowp::float16, lowp::e4m3fn>),
                   (pair_of<lowp::bfloat16, lowp::posit16>), (pair_of<float, lowp::e2m1fn>),
                   (pair_of<float, lowp::bfloat16>), (pair_of<float, float>)) {
  using A = typename TestType::first;
  using B = typename TestType::second;
  std::mt19937_64 random(1);
  std::vector<std::size_t> sizes = {127, 128, 129, 191, 200, 511, 512, 513, 1029};
  for (std::size_t n = 0; n <= 70; ++n) sizes.push_back(n);
  for (const std::size_t n : sizes) {
    array<A> a(n);
    array<B> b(n);
    for (std::size_t i = 0; i < n; ++i) {
      a.data[i] = random_finite<A>(random);
      b.data[i] = random_finite<B>(random);
    }
    check(a, b);
  }
}

// The largest sums there are, sums that cancel but for the least, and signs in turn.
template <class A, class B>
void check_extremes(std::size_t n) {
  const A most_a = extreme<A>(true), least_a = extreme<A>(false);
  const B most_b = extreme<B>(true), least_b = extreme<B>(false);
  A small_a = number_type<A>::of(1);
  B small_b = number_type<B>::of(1);
  array<A> a(n);
  array<B> b(n);
  const auto fill = [&](auto first, auto second) {
    for (std::size_t i = 0; i < n; ++i) a.data[i] = first(i), b.data[i] = second(i);
    check(a, b);
  };
  fill([&](std::size_t) { return most_a; }, [&](std::size_t) { return most_b; });
  fill([&](std::size_t) { return least_a; }, [&](std::size_t) { return least_b; });
  fill([&](std::size_t) { return least_a; }, [&](std::size_t) { return most_b; });
  fill([&](std::size_t i) { return i % 2 == 0 ? most_a : least_a; }, [&](std::size_t) { return most_b; });
  fill([&](std::size_t i) { return i == n / 3   ? small_a
                                   : i % 2 == 0 ? most_a
                                                : least_a; },
       [&](std::size_t i) { return i == n / 3 ? small_b : most_b; });
  fill([&](std::size_t) { return small_a; }, [&](std::size_t) { return small_b; });
}

TEMPLATE_TEST_CASE("exact_dot: extremes, cancellation, subnormals", "", LOWP_PAIRS_OF_BYTES,
                   (pair_of<lowp::float16, lowp::float16>), (pair_of<lowp::bfloat16, lowp::bfloat16>),
                   (pair_of<lowp::posit16, lowp::posit16>)) {
  check_extremes<typename TestType::first, typename TestType::second>(130);
}

// Integers of 128 bits as the oracle: fast enough for lengths at which 32-bit sums would overflow.
template <class A, class B>
void check_long(std::size_t n, long unit_a, long unit_b) {
  std::mt19937_64 random(2);
  array<A> a(n);
  array<B> b(n);
  const auto scaled = [](double v, long unit) {
    return static_cast<std::int64_t>(std::ldexp(v, -static_cast<int>(unit)));
  };
  for (int how = 0; how < 4; ++how) {
    const A x = extreme<A>(how != 1);
    const B y = extreme<B>(how != 1 && how != 2);
    int128 sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      a.data[i] = how == 3 ? random_finite<A>(random) : x;
      b.data[i] = how == 3 ? random_finite<B>(random) : y;
      sum += static_cast<int128>(scaled(value_of(a.data[i]), unit_a)) * scaled(value_of(b.data[i]), unit_b);
    }
    long_sum oracle;
    oracle.add(sum, unit_a + unit_b);
    const float expected = oracle.rounded();
    on_every_tier([&] { CHECK(same(exact_dot(a.data.get(), b.data.get(), n), expected)); });
  }
}

TEST_CASE("exact_dot: lengths at which the sums in vector lanes are emptied") {
  check_long<lowp::e4m3fn, lowp::e4m3fn>(1500001, -9, -9);
  check_long<lowp::e5m2, lowp::e5m2>(700003, -16, -16);
  check_long<lowp::posit8, lowp::posit8>(700003, -24, -24);
  check_long<lowp::int8, lowp::int8>(2200001, 0, 0);
  check_long<lowp::uint8, lowp::uint8>(1100001, 0, 0);
  check_long<lowp::e2m1fn, lowp::e2m1fn>(2200001, -1, -1);
  check_long<lowp::e3m4, lowp::uint8>(1100001, -6, 0);
  check_long<book_ones, book_ones>(1100001, 0, 0);
  check_long<book_of_20_bits, book_of_20_bits>(2200001, 0, 0);
}

// ---- infinities and NaN ----------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("exact_dot: infinities and NaN as in a quire", "", lowp::e4m3fn, lowp::e5m2, lowp::e4m3,
                   lowp::e3m4, lowp::e4m3fnuz, lowp::e5m2fnuz, lowp::posit8, (lowp::p3109<8, 3>), (lowp::p3109<6, 3>),
                   lowp::ue5m3, lowp::float16, lowp::bfloat16, lowp::posit16) {
  using T = TestType;
  std::mt19937_64 random(3);
  std::vector<T> special;
  for (std::uint64_t c = 0; c < std::uint64_t{1} << T::format::bits; ++c) {
    if (!std::isfinite(value_of(number_type<T>::of(c)))) special.push_back(number_type<T>::of(c));
  }
  REQUIRE_FALSE(special.empty());
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 1 + random() % 150;
    array<T> a(n), b(n);
    for (std::size_t i = 0; i < n; ++i) {
      a.data[i] = random_finite<T>(random);
      b.data[i] = round % 4 == 0 ? number_type<T>::of(0) : random_finite<T>(random);
    }
    for (int k = round % 3; k >= 0; --k) {
      (random() % 2 == 0 ? a : b).data[random() % n] = special[random() % special.size()];
    }
    const float expected = oracle_sum(values_of(a.data.get(), n), values_of(b.data.get(), n));
    lowp::quire<T> quire;
    quire.add_products(std::span<const T>(a.data.get(), n), std::span<const T>(b.data.get(), n));
    const float by_quire = quire.template to<float>();
    on_every_tier([&] {
      const float found = exact_dot(a.data.get(), b.data.get(), n);
      CHECK(same(found, expected));
      CHECK(std::bit_cast<std::uint32_t>(found) == std::bit_cast<std::uint32_t>(by_quire));  // the sign of a NaN, too
    });
  }
}

TEST_CASE("exact_dot: floats that are not finite") {
  constexpr float inf = HUGE_VALF, nan = std::numeric_limits<float>::quiet_NaN();
  const auto dot = [](std::vector<float> a, std::vector<float> b) { return exact_dot(a.data(), b.data(), a.size()); };
  on_every_tier([&] {
    for (const std::size_t n : {std::size_t{3}, std::size_t{40}, std::size_t{600}}) {
      std::vector<float> a(n, 1.5f), b(n, -2.0f);
      a[n - 2] = inf;
      CHECK(dot(a, b) == -inf);
      b[n - 2] = 0;
      CHECK(std::isnan(dot(a, b)));
      b[n - 2] = -inf;
      CHECK(dot(a, b) == -inf);
      a[0] = -inf;
      CHECK(std::isnan(dot(a, b)));
      a[0] = nan;
      CHECK(std::isnan(dot(a, b)));
    }
    CHECK(dot({3e38f, 3e38f, -3e38f}, {1e38f, 3e38f, 3e38f}) == inf);         // beyond float, rounded to it
    CHECK(same(dot({3e38f, -3e38f, 1e-45f}, {3e38f, 3e38f, 1.0f}), 1e-45f));  // nothing is lost below
    CHECK(same(dot({1e-45f, 1e-45f}, {1e-45f, -1e-45f}), 0.0f));
    CHECK(same(dot({-0.0f}, {1.0f}), 0.0f));
    CHECK(same(dot({}, {}), 0.0f));
  });
}

TEST_CASE("exact_dot: floats of every size that cancel") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 60; ++round) {
    const std::size_t n = 2 + random() % 1200;
    array<float> a(n), b(n);
    const std::uint32_t range = round % 3 == 0 ? 0x7f800000u : round % 3 == 1 ? 0x04000000u : 0x00400000u;
    const std::uint32_t from = round % 3 == 0 ? 0u : round % 3 == 1 ? 0x3e000000u : 0u;  // all, about 1, subnormals
    for (std::size_t i = 0; i < n; ++i) {
      a.data[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from + random() % range));
      b.data[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from + random() % range) |
                                       static_cast<std::uint32_t>(random() << 31));
    }
    for (std::size_t i = 0; i + 1 < n / 2 && round % 2 == 0; ++i) {  // the other half takes most of them away again
      a.data[n - 1 - i] = a.data[i];
      b.data[n - 1 - i] = -b.data[i];
    }
    check(a, b);
  }
}

TEST_CASE("exact_dot: blocks of the largest products, all of one sign, that cancel") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    constexpr std::size_t n = 1026;  // 512 products just below 4, backwards with the other sign, and two small ones
    array<float> a(n), b(n);
    for (std::size_t i = 0; i < 512; ++i) {
      a.data[i] = a.data[1023 - i] =
          std::bit_cast<float>(static_cast<std::uint32_t>(0x3ff80000 + random() % 0x80000));
      b.data[i] = std::bit_cast<float>(static_cast<std::uint32_t>(0x3ff80000 + random() % 0x80000));
      b.data[1023 - i] = -b.data[i];
    }
    a.data[1024] = a.data[1025] = 1;
    b.data[1024] = b.data[1025] = std::ldexp(1.0f, -43 - round);
    check(a, b);
  }
}

TEST_CASE("exact_dot: other results and roundings than float to nearest") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    array<lowp::e4m3fn> a(99), b(99);
    for (std::size_t i = 0; i < 99; ++i)
      a.data[i] = random_finite<lowp::e4m3fn>(random), b.data[i] = random_finite<lowp::e4m3fn>(random);
    double sum = 0;  // 36 bits and 7 more: exact
    for (std::size_t i = 0; i < 99; ++i) sum += value_of(a.data[i]) * value_of(b.data[i]);
    CHECK(exact_dot<double>(a.data.get(), b.data.get(), 99) == sum);
    CHECK(exact_dot<lowp::bfloat16>(a.data.get(), b.data.get(), 99, lowp::upward{}) ==
          lowp::convert<lowp::bfloat16>(sum, lowp::upward{}));
  }
}

// ---- exact_sum -------------------------------------------------------------------------------------------------

TEST_CASE("exact_sum: at compile time, and every size of double") {
  static_assert([] {
    lowp::detail::exact_sum<6> s(-10);
    s.add(std::int64_t{1} << 40, 0);
    s.add(-3, -10);
    s.add(-(std::int64_t{1} << 40), 0);
    return s.to<float>() == -3.0f / 1024;
  }());
  std::mt19937_64 random(6);
  for (int round = 0; round < 200; ++round) {
    lowp::detail::float_sum sum;
    long_sum oracle;
    for (int i = 0; i < 40; ++i) {
      const int shift = 12 + static_cast<int>(random() % 40);  // few bits, of which none is below the unit
      const auto m = static_cast<std::int64_t>(random()) >> shift;
      const int e = -298 + static_cast<int>(random() % 500);
      const double x = std::ldexp(static_cast<double>(m), e);
      if (i % 2 == 0) {
        sum.add(x);
      } else {
        sum.add(m, e);
      }
      oracle.add(x, 1);
    }
    CHECK(same(sum.to<float>(), oracle.rounded()));
  }
}

TEST_CASE("exact_sum: carries are taken in time", "[.exhaustive]") {
  lowp::detail::exact_sum<6> s(0);
  constexpr std::uint32_t n = (std::uint32_t{1} << 29) + 12345;
  for (std::uint32_t i = 0; i < n; ++i) s.add(std::numeric_limits<std::int64_t>::max(), 31);
  CHECK(s.to<float>() == static_cast<float>(std::ldexp(static_cast<double>(n), 94)));
}

// ---- exact_gemm ------------------------------------------------------------------------------------------------

template <class T>
std::vector<float> floats_of(matrix_view<const T> v) {
  std::vector<float> f;
  for (std::size_t r = 0; r < v.rows(); ++r) {
    for (const T x : v.row(r)) f.push_back(lowp::convert<float>(x));
  }
  return f;
}
template <class C>
std::vector<float> floats_of(const matrix<C>& w) {
  return lowp::reference::dequantize(w);
}

template <class X, class W>
void check_gemm(const X& x, const W& w) {
  const std::size_t m = x.rows(), n = w.rows(), k = x.cols();
  const std::vector<float> fx = floats_of(x), fw = floats_of(w);
  std::vector<float> expected(m * n), y(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      expected[i * n + j] = oracle_sum(values_of(fx.data() + i * k, k), values_of(fw.data() + j * k, k));
  }
  on_every_tier([&] {
    std::fill(y.begin(), y.end(), -1.0f);
    exact_gemm(x, w, lowp::detail::sink(matrix_view<float>(y.data(), m, n), {}));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < m * n; ++i) wrong += !same(y[i], expected[i]);
    INFO(m << " x " << n << " x " << k);
    CHECK(wrong == 0);
  });
}

std::vector<float> random_floats(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(n);
  for (float& v : x) v = normal(random);
  return x;
}
template <class C>
matrix<C> random_matrix(std::size_t rows, std::size_t cols, unsigned seed) {
  const std::vector<float> x = random_floats(rows * cols, seed);
  return lowp::reference::quantize<C>(matrix_view<const float>(x.data(), rows, cols));
}

TEMPLATE_TEST_CASE("exact_gemm: codecs on both sides", "", (pair_of<lowp::e4m3fn, lowp::e4m3fn>),
                   (pair_of<lowp::e5m2, lowp::posit8>), (pair_of<lowp::int8, lowp::uint4>),
                   (pair_of<lowp::uint8, lowp::e2m3fn>), (pair_of<lowp::e4m3fn, book_without_zero>),
                   (pair_of<lowp::mxfp8, lowp::mxfp4>), (pair_of<lowp::nvfp4, lowp::e4m3fn>),
                   (pair_of<lowp::bfloat16, lowp::mxint8>), (pair_of<lowp::bitsandbytes_nf4, lowp::float16>)) {
  using A = typename TestType::first;
  using B = typename TestType::second;
  constexpr std::size_t shapes[][3] = {{1, 1, 1}, {1, 5, 0}, {0, 3, 4}, {3, 17, 65}, {8, 33, 70}, {35, 40, 129}};
  for (const auto& s : shapes) check_gemm(random_matrix<A>(s[0], s[2], 1), random_matrix<B>(s[1], s[2], 2));
}

TEST_CASE("exact_gemm: views, floats and numbers, with strides") {
  const std::vector<float> x = random_floats(9 * 50, 3), w = random_floats(20 * 60, 4);
  const matrix_view<const float> fx(x.data(), 9, 41, 50), fw(w.data(), 20, 41, 60);
  check_gemm(fx, fw);
  check_gemm(fx, random_matrix<lowp::mxfp4>(20, 41, 5));
  std::vector<lowp::e4m3fn> codes(20 * 60);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = lowp::convert<lowp::e4m3fn>(w[i]);
  const matrix_view<const lowp::e4m3fn> cw(codes.data(), 20, 41, 60);
  check_gemm(fx, cw);
  check_gemm(cw, cw);
  check_gemm(random_matrix<lowp::e5m2>(9, 41, 6), cw);
}

TEST_CASE("exact_gemm: special codes stay in their rows and columns") {
  matrix<lowp::e5m2> x = random_matrix<lowp::e5m2>(10, 100, 7), w = random_matrix<lowp::e5m2>(40, 100, 8);
  x.row(3)[5] = std::byte{0x7c};   // infinity
  x.row(7)[99] = std::byte{0xff};  // NaN
  w.row(0)[0] = std::byte{0xfc};
  w.row(39)[99] = std::byte{0x7d};
  w.row(20)[5] = std::byte{0};
  check_gemm(x, w);
}

TEST_CASE("exact_gemm: sums that need more than one word, and all the largest") {
  for (const std::size_t k : {std::size_t{64}, std::size_t{700}}) {
    matrix<lowp::posit8> x(9, k), w(33, k);
    for (std::size_t i = 0; i < x.bytes().size(); ++i)
      x.bytes()[i] = i / k % 2 == 0 ? std::byte{0x7f} : std::byte{0x81};
    for (std::size_t i = 0; i < w.bytes().size(); ++i) w.bytes()[i] = i % 7 == 6 ? std::byte{0x01} : std::byte{0x7f};
    check_gemm(x, w);
  }
}

TEST_CASE("exact_gemm: several threads, several panels, and the epilogue") {
  const matrix<lowp::e4m3fn> x = random_matrix<lowp::e4m3fn>(530, 40, 9),
                             w = random_matrix<lowp::e4m3fn>(1100, 40, 10);
  const std::vector<float> fx = floats_of(x), fw = floats_of(w), bias(1100, 0.25f);
  const auto threads = [](std::size_t n, lowp::task f) {
    std::vector<std::thread> t;
    for (std::size_t start = 0; start < 3; ++start)
      t.emplace_back([=] {
        for (std::size_t i = start; i < n; i += 3) f(i);
      });
    for (std::thread& one : t) one.join();
  };
  std::vector<float> y(530 * 1100), z(530 * 1100);
  lowp::gemm_options options;
  options.alpha = 2;
  options.bias = bias;
  exact_gemm(x, w, lowp::detail::sink(matrix_view<float>(y.data(), 530, 1100), options), threads);
  exact_gemm(x, w, lowp::detail::sink(matrix_view<float>(z.data(), 530, 1100), options));
  CHECK(y == z);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < 530; i += 7) {
    for (std::size_t j = 0; j < 1100; j += 13) {
      double sum = 0;  // exact
      for (std::size_t c = 0; c < 40; ++c)
        sum += static_cast<double>(fx[i * 40 + c]) * static_cast<double>(fw[j * 40 + c]);
      wrong += y[i * 1100 + j] != 2 * static_cast<float>(sum) + 0.25f;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
