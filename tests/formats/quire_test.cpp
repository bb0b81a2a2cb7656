// Quires against sums in integers of any length: random and adversarial vectors, every way to add, every mode out.
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <lowp/core/error.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/quire.hpp>

#include "posit_harness.hpp"

namespace {

using namespace tests;
using lowp::fixed;
using lowp::posit;
using lowp::posit16;
using lowp::posit32;
using lowp::posit64;
using lowp::posit8;
using lowp::quire;
using oracle::quantity;
using oracle::value;

// ---- the oracle of a type: its values by definition, and rounding into it ------------------------------------

template <class T>
struct reference;

template <int N, int ES>
struct reference<posit<N, ES>> {
  const oracle::posit_format f{N, ES};
  std::string name() const { return f.name(); }
  value decode(code_t c) const { return f.decode(c); }
  code_t round(const quantity& q, mode m, std::uint64_t random = 0, unsigned bits = 0) const {
    return f.round(q, m, overflow::to_special, random, bits);
  }
};

template <const oracle::facts& Facts>
struct minifloat_reference {
  const oracle::format f = Facts.make();
  std::string name() const { return Facts.name; }
  value decode(code_t c) const { return f.decode(c); }
  code_t round(const quantity& q, mode m, std::uint64_t random = 0, unsigned bits = 0) const {
    return f.round(q, m, overflow::to_special, random, bits);
  }
};
template <>
struct reference<lowp::e4m3fn> : minifloat_reference<oracle::e4m3fn> {};
template <>
struct reference<lowp::e5m2> : minifloat_reference<oracle::e5m2> {};
template <>
struct reference<lowp::e2m1fn> : minifloat_reference<oracle::e2m1fn> {};
template <>
struct reference<lowp::float16> : minifloat_reference<oracle::float16> {};
template <>
struct reference<lowp::bfloat16> : minifloat_reference<oracle::bfloat16> {};
template <>
struct reference<lowp::tf32> : minifloat_reference<oracle::tf32> {};
template <>
struct reference<float> : minifloat_reference<oracle::binary32> {};
template <>
struct reference<double> : minifloat_reference<oracle::binary64> {};

inline constexpr oracle::facts high_range{"minifloat, 2^18 and up", 4, 3, oracle::specials::fn, -20, true};
inline constexpr oracle::facts low_range{"minifloat, up to 2^-89", 3, 2, oracle::specials::ieee, 95, true};
using high_minifloat = lowp::minifloat<4, 3, lowp::specials::fn, -20>;
using low_minifloat = lowp::minifloat<3, 2, lowp::specials::ieee, 95>;
template <>
struct reference<high_minifloat> : minifloat_reference<high_range> {};
template <>
struct reference<low_minifloat> : minifloat_reference<low_range> {};

template <int Bits, int Frac>
struct reference<fixed<Bits, Frac>> {
  std::string name() const { return "fixed<" + std::to_string(Bits) + "," + std::to_string(Frac) + ">"; }
  value decode(code_t c) const {
    const std::int64_t integer = static_cast<std::int64_t>(c << (64 - Bits)) >> (64 - Bits);
    value v = oracle::of_integer(integer);
    v.e = -Frac;
    return v;
  }
  // The largest integer up to |q| by bisection, then the mode; beyond the ends, the end.
  code_t round(const quantity& q, mode m, std::uint64_t = 0, unsigned = 0) const {
    if (q.kind != oracle::kind::finite) return 0;
    const code_t largest = (code_t{1} << (Bits - 1)) - !q.negative;
    const auto compare = [&](code_t c, int halves) {
      return q.compare({2 * static_cast<oracle::int128>(c) + halves, -Frac - 1});
    };
    code_t low = 0, high = largest + 1;
    while (high - low > 1) {
      const code_t middle = low + (high - low) / 2;
      (compare(middle, 0) < 0 ? high : low) = middle;
    }
    const int half = compare(low, 1);
    const bool odd = (low & 1) != 0;
    if (compare(low, 0) != 0 && low < largest) {
      low += m == mode::nearest_even   ? half > 0 || (half == 0 && odd)
             : m == mode::nearest_away ? half >= 0
             : m == mode::nearest_zero ? half > 0
             : m == mode::upward       ? !q.negative
             : m == mode::downward     ? q.negative
             : m == mode::to_odd       ? !odd
                                       : false;
    }
    return (q.negative ? ~low + 1 : low) & ((code_t{1} << Bits) - 1);
  }
};

template <class T>
const reference<T>& reference_of() {
  static const reference<T> r;
  return r;
}

// ---- one quire beside one exact sum --------------------------------------------------------------------------

template <class T>
class pair_of_sums {
 public:
  void add_product(code_t a, code_t b) {
    quire_.add_product(from_code<T>(a), from_code<T>(b));
    exact_.add_product(reference_.decode(a), reference_.decode(b));
  }
  void subtract_product(code_t a, code_t b) {
    quire_.subtract_product(from_code<T>(a), from_code<T>(b));
    exact_.subtract_product(reference_.decode(a), reference_.decode(b));
  }
  void add(code_t a) {
    quire_ += from_code<T>(a);
    exact_.add_product(reference_.decode(a), oracle::of(1.0));
  }
  void subtract(code_t a) {
    quire_ -= from_code<T>(a);
    exact_.subtract_product(reference_.decode(a), oracle::of(1.0));
  }
  void negate() {
    quire_.negate();
    exact_.negate();
  }
  void add_products(const std::vector<code_t>& x, const std::vector<code_t>& y) {
    std::vector<T> a, b;
    for (std::size_t i = 0; i < x.size(); ++i) {
      a.push_back(from_code<T>(x[i]));
      b.push_back(from_code<T>(y[i]));
      exact_.add_product(reference_.decode(x[i]), reference_.decode(y[i]));
    }
    quire_.add_products(std::span<const T>(a), std::span<const T>(b));
  }

  // The sum in To, in every mode.
  template <class To>
  void compare(differences& report) const {
    const reference<To>& to = reference_of<To>();
    const quantity sum = exact_.result();
    for (const mode m : oracle::deterministic_modes) {
      report.compare(code_of(quire_.template to<To>(any_rounding{m})), to.round(sum, m),
                     [&] { return reference_.name() + " to " + to.name() + " " + oracle::name(m); });
    }
    report.compare(code_of(quire_.template to<To>()), to.round(sum, mode::nearest_even),
                   [&] { return reference_.name() + " to " + to.name(); });
  }
  template <class To>
  void compare_random(differences& report, std::uint32_t r) const {
    const reference<To>& to = reference_of<To>();
    const quantity sum = exact_.result();
    const lowp::random_bits bits{r};
    const auto describe = [&] { return reference_.name() + " to " + to.name() + " stochastic"; };
    report.compare(code_of(quire_.template to<To>(lowp::stochastic<32>{}, bits)),
                   to.round(sum, mode::stochastic_a, r, 32), describe);
    report.compare(code_of(quire_.template to<To>(lowp::stochastic<6, lowp::stochastic_variant::c>{}, bits)),
                   to.round(sum, mode::stochastic_c, r & 63, 6), describe);
  }

 private:
  const reference<T>& reference_ = reference_of<T>();
  quire<T> quire_;
  oracle::exact_sum exact_;
};

template <class T>
constexpr code_t all_codes = ~code_t{0} >> (64 - lowp::format_of<T>::bits);

// What a vector is made of.
enum class kind_of_vector { uniform, tails, cancelling, few_values };

template <class T>
code_t draw(random_codes& random, kind_of_vector kind) {
  switch (kind) {
    case kind_of_vector::uniform:
      return random.next() & all_codes<T>;
    case kind_of_vector::few_values: {
      const code_t largest = T::format::max_magnitude(false);
      const code_t few[] = {1, largest, T::format::assemble(true, 1), T::format::assemble(true, largest), 0};
      return few[random.below(5)];
    }
    default:
      return interesting_code(random, T::format::bits);
  }
}

template <class T>
bool is_special(code_t c) {
  return reference_of<T>().decode(c).kind > oracle::kind::finite;
}

// Sums of vectors of 1 to 700 elements, added in one call and in other ways.
template <class T, class... To>
void compare_vectors(int vectors, bool with_specials = false) {
  differences report(reference_of<T>().name());
  random_codes random(81 + all_codes<T>);
  for (int i = 0; i < vectors; ++i) {
    pair_of_sums<T> sums;
    const auto kind = static_cast<kind_of_vector>(i % 4);
    for (int part = 0; part < 2; ++part) {
      std::vector<code_t> x(1 + random.below(i % 8 == 0 ? 700 : 40)), y;
      for (code_t& c : x) {
        do c = draw<T>(random, kind);
        while (!with_specials && is_special<T>(c));
      }
      for (std::size_t k = 0; k < x.size(); ++k) {
        code_t c = 0;
        do c = draw<T>(random, kind);
        while (!with_specials && is_special<T>(c));
        y.push_back(c);
      }
      if (kind == kind_of_vector::cancelling) {  // all but the first product come once more, with the other sign
        const std::size_t n = x.size();
        for (std::size_t k = 1; k < n; ++k) {
          x.push_back(code_of(-from_code<T>(x[k])));
          y.push_back(y[k]);
        }
      }
      sums.add_products(x, y);
    }
    for (int k = 0; k < 6; ++k) {
      const code_t a = draw<T>(random, kind), b = draw<T>(random, kind);
      if (!with_specials && (is_special<T>(a) || is_special<T>(b))) continue;
      switch (random.below(5)) {
        case 0:
          sums.add_product(a, b);
          break;
        case 1:
          sums.subtract_product(a, b);
          break;
        case 2:
          sums.add(a);
          break;
        case 3:
          sums.subtract(b);
          break;
        default:
          sums.negate();
      }
    }
    (sums.template compare<To>(report), ...);
  }
}

TEST_CASE("quire: dot products of posits") {
  compare_vectors<posit8, posit8, posit32, posit64, float, double>(150);
  compare_vectors<posit<8, 0>, posit<8, 0>, posit16, float>(100);
  compare_vectors<posit<4, 1>, posit<4, 1>, posit8>(60);
  compare_vectors<posit<2, 2>, posit<2, 2>, posit8>(30);
  compare_vectors<posit<9, 4>, posit<9, 4>, posit32>(60);
  compare_vectors<posit16, posit16, posit8, posit64, float, double, lowp::float16>(150);
  compare_vectors<posit<16, 1>, posit<16, 1>, double>(100);
  compare_vectors<posit<16, 4>, posit<16, 4>, posit16>(60);
  compare_vectors<posit<17, 2>, posit<17, 2>>(60);
  compare_vectors<posit32, posit32, posit16, posit64, double, lowp::float16>(150);
  compare_vectors<posit<32, 0>, posit<32, 0>>(60);
  compare_vectors<posit64, posit64, posit32, float, double>(150);
  compare_vectors<posit<64, 4>, posit<64, 4>, posit64>(60);
}

TEST_CASE("quire: dot products of minifloats") {
  compare_vectors<lowp::e4m3fn, lowp::e4m3fn, lowp::float16, float, posit16>(150);
  compare_vectors<lowp::e5m2, lowp::e5m2, lowp::bfloat16, float, posit8>(150);
  compare_vectors<lowp::e2m1fn, lowp::float16, float>(60);
  compare_vectors<lowp::float16, lowp::float16, float, double, lowp::e4m3fn, posit32>(150);
  compare_vectors<lowp::bfloat16, lowp::bfloat16, float, double, lowp::float16, posit32>(150);
  compare_vectors<lowp::tf32, lowp::tf32, float, double>(60);
}

TEST_CASE("quire: dot products of fixed-point numbers") {
  compare_vectors<fixed<16, 8>, fixed<16, 8>, float, double, posit32, fixed<32, 16>>(150);
  compare_vectors<fixed<8, 0>, fixed<8, 0>, fixed<16, 0>, float, posit16>(150);
  compare_vectors<fixed<4, 0>, fixed<8, 0>, float>(60);
  compare_vectors<fixed<32, 31>, fixed<32, 31>, double>(60);
  compare_vectors<fixed<8, 12>, fixed<8, 12>, float>(60);
}

TEST_CASE("quire: single values that are no multiples of the square of the quantum, or beyond all products") {
  compare_vectors<fixed<8, -3>, fixed<8, -3>, fixed<16, -3>, float, double>(60);
  compare_vectors<fixed<8, 60>, fixed<8, 60>, fixed<16, 60>, float, double>(60);
  compare_vectors<high_minifloat, high_minifloat, double>(60);
  compare_vectors<low_minifloat, low_minifloat, double>(60);
}

TEST_CASE("quire: infinities and NaN in vectors") {
  compare_vectors<posit8, posit8, float>(100, true);
  compare_vectors<posit16, posit16>(100, true);
  compare_vectors<posit64, posit64>(60, true);
  compare_vectors<lowp::e5m2, lowp::e5m2, lowp::e4m3fn, float, posit16>(100, true);
  compare_vectors<lowp::e4m3fn, lowp::e4m3fn, lowp::e5m2>(100, true);
  compare_vectors<lowp::float16, lowp::float16, float>(60, true);
  compare_vectors<lowp::bfloat16, lowp::bfloat16, posit8>(60, true);
}

template <class T, class To>
void compare_stochastic(int count) {
  differences report(reference_of<T>().name());
  random_codes random(82);
  for (int i = 0; i < count; ++i) {
    pair_of_sums<T> sums;
    for (int k = 0; k < 5; ++k) {
      const code_t a = draw<T>(random, kind_of_vector::uniform), b = draw<T>(random, kind_of_vector::uniform);
      if (!is_special<T>(a) && !is_special<T>(b)) sums.add_product(a, b);
    }
    for (int k = 0; k < 4; ++k) sums.template compare_random<To>(report, static_cast<std::uint32_t>(random.next()));
  }
}

TEST_CASE("quire: stochastic rounding out of it") {
  compare_stochastic<posit8, posit8>(300);
  compare_stochastic<posit16, posit16>(300);
  compare_stochastic<posit32, posit32>(300);
  compare_stochastic<posit32, posit8>(300);
  compare_stochastic<lowp::bfloat16, float>(300);
  compare_stochastic<posit64, posit64>(300);
}

// ---- known sums ----------------------------------------------------------------------------------------------

template <class T>
constexpr T largest = (std::numeric_limits<T>::max)();
template <class T>
constexpr T least = std::numeric_limits<T>::denorm_min();

// The smallest product survives 2^16 of the largest ones, and carries and borrows run through all words.
template <class T>
void smallest_beside_largest() {
  INFO(reference_of<T>().name());
  const T big = largest<T>, small = least<T>;
  quire<T> q;
  for (int i = 0; i < 1 << 16; ++i) q.add_product(big, big);
  q.add_product(small, small);
  for (int i = 0; i < 1 << 16; ++i) q.subtract_product(big, big);
  const lowp::exact expected = lowp::exact_mul(lowp::decode(small), lowp::decode(small));
  CHECK(q.value() == expected);
  q.subtract_product(small, small);
  CHECK(q.value() == lowp::exact::zero());
  q.subtract_product(small, small);  // ...1111
  CHECK(q.value() == -expected);
  q.add_product(small, small);
  CHECK(q.value() == lowp::exact::zero());
  q.add_product(big, big);
  q.subtract_product(small, small);
  q.negate();
  q.add_product(big, big);
  CHECK(q.value() == expected);
  // A sum of 2^k - 1 ulps: one more turns all of them over.
  const T one(1);
  quire<T> turn;
  turn.add_product(big, one);
  turn.subtract_product(small, small);
  CHECK(turn.template to<T>(lowp::toward_zero{}) == next_down(big));
  CHECK(turn.template to<T>(lowp::upward{}) == big);
  turn.add_product(small, small);
  CHECK(turn.template to<T>(lowp::toward_zero{}) == big);
  const std::vector<T> x(1000, big), y(1000, big);
  quire<T> a;
  a.add_product(small, -small);
  a.add_products(x, y);
  for (int i = 0; i < 1000; ++i) a.subtract_product(big, big);
  CHECK(a.value() == -expected);
}

TEST_CASE("quire: the smallest product beside the largest ones") {
  smallest_beside_largest<posit8>();
  smallest_beside_largest<posit<8, 0>>();
  smallest_beside_largest<posit16>();
  smallest_beside_largest<posit<16, 1>>();
  smallest_beside_largest<posit32>();
  smallest_beside_largest<posit64>();
  smallest_beside_largest<posit<64, 4>>();
  smallest_beside_largest<lowp::e4m3fn>();
  smallest_beside_largest<lowp::e5m2>();
  smallest_beside_largest<lowp::float16>();
  smallest_beside_largest<lowp::bfloat16>();
}

// As many of the largest products as the quire promises to hold, of either sign. Written as 2^31 - 1 additions: what
// would overflow would show in the sign.
template <class T>
void fill(std::size_t block) {
  INFO(reference_of<T>().name());
  for (const bool negative : {false, true}) {
    const std::vector<T> x(block, largest<T>), y(block, negative ? std::numeric_limits<T>::lowest() : largest<T>);
    quire<T> q;
    const std::size_t count = (std::size_t{1} << quire<T>::carry_bits) - 1;
    std::size_t done = 0;
    for (; done + block <= count; done += block) q.add_products(x, y);
    for (; done < count; ++done) q.add_product(x[0], y[0]);
    const lowp::exact product = lowp::exact_mul(lowp::decode(x[0]), lowp::decode(y[0]));
    const lowp::exact expected = lowp::exact_mul(product, lowp::exact::scaled(false, count, 0));
    CHECK(q.value() == expected);
  }
}

TEST_CASE("quire: 2^31 - 1 of the largest products", "[.exhaustive]") {
  fill<posit8>(1 << 16);
  fill<posit16>(1 << 16);
  fill<lowp::e4m3fn>(1 << 16);
  fill<lowp::bfloat16>(1 << 16);
  fill<fixed<8, 0>>(1 << 16);
}

// The largest and the smallest products, and those of the most bits, for longer than any part of a sum can hold them.
template <class T>
void long_sums(std::size_t size = (std::size_t{1} << 17) + 13) {
  INFO(T::format::bits << " bits, precision " << T::format::precision);
  const T lowest = std::numeric_limits<T>::lowest();
  const T full = next_down(largest<T>);
  for (const auto& [a, b] : {std::pair{largest<T>, largest<T>}, std::pair{lowest, lowest},
                             std::pair{lowest, largest<T>}, std::pair{least<T>, least<T>},
                             std::pair{least<T>, largest<T>}, std::pair{full, full}, std::pair{full, largest<T>}}) {
    const std::vector<T> x(size, a), y(size, b);
    quire<T> q;
    q.add_products(x, y);
    const lowp::exact product = lowp::exact_mul(lowp::decode(a), lowp::decode(b));
    CHECK(q.value() == lowp::exact_mul(product, lowp::exact::scaled(false, size, 0)));
  }
}

TEST_CASE("quire: sums of 2^17 products and more") {
  long_sums<posit8>();
  long_sums<posit<8, 0>>();
  long_sums<posit<9, 0>>();
  long_sums<posit<13, 0>>();
  long_sums<posit<14, 0>>();
  long_sums<posit<15, 0>>();
  long_sums<posit<16, 0>>();
  long_sums<posit16>();
  long_sums<posit<16, 4>>();
  long_sums<lowp::e4m3fn>();
  long_sums<lowp::e5m2>();
  long_sums<lowp::float16>();
  long_sums<lowp::bfloat16>();
  long_sums<lowp::minifloat<4, 11>>();
  long_sums<lowp::minifloat<3, 12>>();
  long_sums<lowp::minifloat<2, 13>>();
  long_sums<lowp::minifloat<1, 14, lowp::specials::finite>>();
  long_sums<lowp::minifloat<4, 7>>();
  long_sums<fixed<16, 8>>();
  long_sums<fixed<16, 15>>();
  long_sums<fixed<15, 0>>();
  long_sums<fixed<14, 0>>();
  long_sums<fixed<13, 0>>();
  long_sums<fixed<12, 0>>();
  long_sums<fixed<11, 0>>();
  long_sums<fixed<10, 4>>();
  long_sums<fixed<9, 0>>();
  long_sums<fixed<8, 0>>();
  long_sums<fixed<4, 0>>();
  long_sums<lowp::symmetric_fixed<8, 0>>();
  long_sums<lowp::symmetric_fixed<16, 0>>();
  // Here so many products have more than 64 bits on their common scale.
  long_sums<fixed<16, 8>>((std::size_t{1} << 22) + 1);
  long_sums<lowp::minifloat<2, 13, lowp::specials::finite>>((std::size_t{1} << 22) + 1);
}

TEST_CASE("quire: sizes") {
  // Standard, 3.3: 16 n bits for n-bit posits of es = 2.
  CHECK(quire<posit8>::bits == 128);
  CHECK(quire<posit16>::bits == 256);
  CHECK(quire<posit32>::bits == 512);
  CHECK(quire<posit64>::bits == 1024);
  CHECK(quire<posit<12>>::bits == 192);
  CHECK(quire<posit<48>>::bits == 768);
  // Otherwise, 31 bits of carries and a sign over the range of products, in whole words.
  CHECK(quire<posit<16, 1>>::bits == 192);  // 2^-56 to 2^56 in units of 2^-56
  CHECK(quire<posit<8, 0>>::bits == 64);
  CHECK(quire<lowp::e4m3fn>::bits == 128);
  CHECK(quire<lowp::float16>::bits == 128);
  CHECK(quire<lowp::bfloat16>::bits == 576);
  CHECK(quire<fixed<8, 0>>::bits == 64);
  CHECK(sizeof(quire<posit16>) >= 32);
  CHECK(std::is_trivially_copyable_v<quire<posit16>>);
}

TEST_CASE("quire: zero, NaR and infinities") {
  quire<posit16> q;
  CHECK(q.to().bits() == 0);
  CHECK(q.to(lowp::downward{}).bits() == 0);
  q.negate();
  CHECK(q.to().bits() == 0);
  q.add_product(posit16(3), posit16(0));
  CHECK(q.to().bits() == 0);
  q.add_product(posit16::from_bits(0x8000), posit16(0));
  CHECK(q.to().bits() == 0x8000);
  q.negate();
  q -= posit16::from_bits(0x8000);
  q.add_product(posit16(1), posit16(1));
  CHECK(q.to().bits() == 0x8000);
  CHECK(std::isnan(q.to<float>()));
  CHECK(isnan(q.to<lowp::e4m3fn>()));
  CHECK(q.to<fixed<8, 0>>() == 0);
  q = {};
  CHECK(q.to().bits() == 0);

  const lowp::float16 infinity = std::numeric_limits<lowp::float16>::infinity(), one(1), zero(0);
  const auto sum = [](auto&&... steps) {
    quire<lowp::float16> s;
    (steps(s), ...);
    return s.to<float>();
  };
  const auto plus = [&](quire<lowp::float16>& s) { s.add_product(infinity, one); };
  const auto minus = [&](quire<lowp::float16>& s) { s.subtract_product(one, infinity); };
  const auto finite = [&](quire<lowp::float16>& s) { s += one; };
  const auto negate = [](quire<lowp::float16>& s) { s.negate(); };
  const auto times_zero = [&](quire<lowp::float16>& s) { s.add_product(zero, infinity); };
  const auto negative_zero = [&](quire<lowp::float16>& s) { s.add_product(-zero, one); };
  CHECK(sum(plus) == INFINITY);
  CHECK(sum(minus) == -INFINITY);
  CHECK(sum(plus, plus, finite) == INFINITY);
  CHECK(sum(finite, plus, negate, finite) == -INFINITY);
  CHECK(std::isnan(sum(plus, minus)));
  CHECK(std::isnan(sum(plus, minus, plus)));
  CHECK(std::isnan(sum(times_zero)));
  CHECK(std::isnan(sum(plus, times_zero, finite)));
  CHECK(sum(finite, negate) == -1);
  CHECK(sum(negative_zero) == 0);
  CHECK(!std::signbit(sum(negative_zero)));
  quire<lowp::float16> s;
  s -= infinity;
  CHECK(s.to<lowp::e5m2>().bits() == 0xfc);
  CHECK(isnan(s.to<lowp::e4m3fn>()));
  CHECK(s.to<posit8>().bits() == 0x80);
  CHECK(s.to<posit8>(lowp::saturate{}).bits() == 0x81);
  CHECK(s.to<fixed<8, 0>>() == -128);
}

TEST_CASE("quire: factors of different sizes are refused and nothing is added") {
  const std::vector<posit16> x(300, posit16(1)), y(299, posit16(1));
  quire<posit16> q;
  q += posit16(2);
  CHECK_THROWS_AS(q.add_products(x, y), lowp::error);
  CHECK(q.to() == 2);
  q.add_products(std::span<const posit16>(), std::span<const posit16>());
  CHECK(q.to() == 2);
  q.add_products(x, x);
  CHECK(q.to<double>() == 302);
}

// Every code of the formats with a fast split into mantissa and exponent, in each place of a chunk.
template <class T>
void every_code_in_chunks() {
  const reference<T>& r = reference_of<T>();
  const std::uint64_t n = all_codes<T> + 1;
  std::size_t wrong = 0;
  const T one(1);
  std::vector<T> x(256), y(256, one);
  for (std::uint64_t c = 0; c < n; c += 255) {
    quire<T> expected, got;
    for (std::uint64_t i = 0; i < 256; ++i) {
      x[i] = from_code<T>((c + i) % n);
      if (is_special<T>(code_of(x[i]))) x[i] = one;
      expected.add_product(x[i], one);
    }
    got.add_products(x, y);
    wrong += got.value() != expected.value();
    got = {};
    got.add_products(y, x);
    wrong += got.value() != expected.value();
  }
  INFO(r.name());
  CHECK(wrong == 0);
}

TEST_CASE("quire: every code through the sums of many products") {
  every_code_in_chunks<posit8>();
  every_code_in_chunks<posit<9, 4>>();
  every_code_in_chunks<posit16>();
  every_code_in_chunks<posit<16, 1>>();
  every_code_in_chunks<posit<16, 4>>();
  every_code_in_chunks<lowp::e4m3fn>();
  every_code_in_chunks<lowp::e5m2>();
  every_code_in_chunks<lowp::float16>();
  every_code_in_chunks<lowp::bfloat16>();
  every_code_in_chunks<fixed<16, 8>>();
  every_code_in_chunks<fixed<8, 0>>();
}

// ---- at compile time -----------------------------------------------------------------------------------------

template <class T, std::size_t N>
constexpr T dot(const std::array<T, N>& x, const std::array<T, N>& y) {
  quire<T> q;
  q.add_products(x, y);
  return q.to();
}
// a b + c d between two products that cancel.
template <class T>
constexpr T dot_of_two(double a, double b, double c, double d) {
  const T end = largest<T>;
  return dot(std::array<T, 4>{end, T(a), -end, T(c)}, std::array<T, 4>{end, T(b), end, T(d)});
}

static_assert(dot_of_two<posit16>(2, 0.5, 3, 7) == 22);
static_assert(dot_of_two<posit8>(1, 1, 2, 2) == 5);
static_assert(dot_of_two<posit32>(1, 1, 2, 2) == 5);
static_assert(dot_of_two<posit64>(1, 1, 2, 2) == 5);
static_assert(dot_of_two<lowp::bfloat16>(3, 3, 2, 2) == 13);
static_assert(dot_of_two<fixed<16, 8>>(3, 3, -2, 2) == 5);
static_assert([] {
  quire<lowp::e4m3fn> q;
  q += lowp::e4m3fn(448);
  q.subtract_product(lowp::e4m3fn(16), lowp::e4m3fn(28));
  q -= lowp::e4m3fn(0.001953125f);
  q.negate();
  return q.to<float>() == 0.001953125f;
}());

template <class T>
constexpr std::array<std::uint64_t, 8> sums_of_codes(std::uint64_t seed) {
  quire<T> q;
  std::array<std::uint64_t, 8> results{};
  std::uint64_t state = seed;
  for (std::uint64_t& r : results) {
    for (int i = 0; i < 5; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      q.add_product(from_code<T>((state >> 20) & all_codes<T>), from_code<T>((state >> 3) & all_codes<T>));
    }
    r = code_of(q.to());
  }
  return results;
}
template <class T>
void same_at_run_time() {
  static constexpr auto at_compile_time = sums_of_codes<T>(1);
  volatile std::uint64_t seed = 1;
  INFO(reference_of<T>().name());
  CHECK(sums_of_codes<T>(seed) == at_compile_time);
}

TEST_CASE("quire: the bits of compile time") {
  same_at_run_time<posit8>();
  same_at_run_time<posit16>();
  same_at_run_time<posit64>();
  same_at_run_time<lowp::e4m3fn>();
  same_at_run_time<lowp::float16>();
  same_at_run_time<fixed<16, 8>>();
}

}  // namespace
