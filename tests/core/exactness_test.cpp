// What converts implicitly into what, and what an operator on two types gives, for all pairs of named types: held
// against the lists of values themselves. A type is contained in another if each of its values is a value of the
// other, special ones and the sign of zero included.
#include <algorithm>
#include <concepts>
#include <set>
#include <type_traits>
#include <utility>

#include "helpers.hpp"

namespace {

using namespace lowp;

// The values of a type, sorted: each as the bits of a double, NaN as the largest.
using value_list = std::vector<std::uint64_t>;
constexpr std::uint64_t nan_value = ~std::uint64_t{0};

template <class T>
inline constexpr bool is_symmetric = false;
template <int Bits, int Frac>
inline constexpr bool is_symmetric<symmetric_fixed<Bits, Frac>> = true;

template <class T>
inline constexpr bool is_fixed = false;
template <int Bits, int Frac, fixed_range Range>
inline constexpr bool is_fixed<number<fixed_format<Bits, Frac, Range>>> = true;

// `stored`: with the code of symmetric types that rounding never gives, but from_bits does.
template <class T, bool stored = false>
const value_list& values() {
  static const value_list sorted = [] {
    value_list v;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      if (is_symmetric<T> && !stored && c == tests::codes<T> / 2) continue;
      const double x = tests::value(tests::at<T>(c));
      v.push_back(std::isnan(x) ? nan_value : std::bit_cast<std::uint64_t>(x));
    }
    std::sort(v.begin(), v.end());
    v.erase(std::unique(v.begin(), v.end()), v.end());
    return v;
  }();
  return sorted;
}

bool contained(const value_list& from, const value_list& to) {
  return std::includes(to.begin(), to.end(), from.begin(), from.end());
}
bool contained_in_float(const value_list& from) {
  return std::all_of(from.begin(), from.end(), [](std::uint64_t bits) {
    const double x = std::bit_cast<double>(bits);
    return bits == nan_value || std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(x))) == bits;
  });
}

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Operates = requires(A a, B b) {
  a + b;
  a - b;
  a* b;
  a / b;
};
template <class A, class B>
concept AddsInto = requires(A& a, B b) {
  a += b;
};

template <class A, class B>
struct sum {
  using type = void;
};
template <class A, class B>
requires Addable<A, B>
struct sum<A, B> {
  using type = decltype(std::declval<A>() + std::declval<B>());
};
template <class A, class B>
using sum_t = typename sum<A, B>::type;

// What the compiler says of two types: plain facts, so that the checks are compiled once.
struct facts {
  bool same, fixed, exact, convertible, constructible, assignable, adds_into;
  char sum;  // the type of From + To: F, T, or - for none
  bool all_operators;
};
template <class From, class To>
constexpr facts facts_of{std::same_as<From, To>,
                         is_fixed<From>&& is_fixed<To>,
                         is_exact_v<From, To>,
                         std::is_convertible_v<From, To>,
                         std::is_constructible_v<To, From>,
                         std::is_assignable_v<To&, From>,
                         AddsInto<To, From>,
                         std::same_as<sum_t<From, To>, From>   ? 'F'
                         : std::same_as<sum_t<From, To>, To>   ? 'T'
                         : std::same_as<sum_t<From, To>, void> ? '-'
                                                               : '?',
                         Operates<From, To> == Addable<From, To>};

// A type at run time.
struct type_values {
  const char* name;
  const value_list &rounded, &stored;
};
template <class T>
type_values values_of(tests::named<T> t) {
  return {t.name, values<T>(), values<T, true>()};
}

void check_pair(const facts& f, const type_values& from, const type_values& to) {
  INFO(from.name << " and " << to.name);
  const bool into = f.same || contained(from.stored, to.rounded);
  const bool back = f.same || contained(to.stored, from.rounded);
  CHECK(f.exact == into);
  CHECK(f.convertible == into);
  CHECK(f.constructible);
  CHECK(f.assignable == into);
  if (f.fixed) {
    CHECK(f.adds_into);
    CHECK(f.sum == '?');  // a wider type; tests/formats/fixed_operators_test.cpp
    return;
  }
  CHECK(f.adds_into == into);
  // The type that contains the other; no preference if neither does or both do.
  CHECK(f.sum == (f.same ? 'F' : into == back ? '-' : into ? 'T' : 'F'));
  CHECK(f.all_operators);
}

struct native_facts {
  bool exact_in_float, exact_in_double, to_float, all_explicit, takes_none, integers_assign, native_sums, into_native;
};
template <class T>
constexpr native_facts native_facts_of{
    is_exact_v<T, float>,
    is_exact_v<T, double>,
    std::is_convertible_v<T, float>,
    std::is_constructible_v<float, T>&& std::is_constructible_v<double, T>&& std::is_constructible_v<int, T>&&
        std::is_constructible_v<T, float>&& std::is_constructible_v<T, double>&& std::is_constructible_v<T, int>&&
            std::is_constructible_v<T, unsigned long long>,
    !std::is_convertible_v<float, T> && !std::is_convertible_v<double, T> && !std::is_convertible_v<int, T> &&
        !std::is_assignable_v<T&, float> && !std::is_assignable_v<T&, int> && !AddsInto<T, float> &&
        !AddsInto<T, double>,
    AddsInto<T, int>&& std::same_as<sum_t<T, int>, T>&& std::same_as<sum_t<int, T>, T>&&
        std::same_as<sum_t<T, unsigned char>, T>&& std::same_as<sum_t<T, std::int64_t>, T>&&
            std::same_as<sum_t<std::uint64_t, T>, T>,
    std::same_as<sum_t<T, float>, float>&& std::same_as<sum_t<float, T>, float>&&
        std::same_as<sum_t<T, double>, double>&& std::same_as<sum_t<double, T>, double>,
    AddsInto<float, T>&& AddsInto<double, T>};

void check_native(const native_facts& f, const value_list& v, const char* name) {
  INFO(name);
  const bool in_float = contained_in_float(v);
  CHECK(f.exact_in_float == in_float);
  CHECK(f.exact_in_double);
  CHECK(f.to_float == in_float);
  CHECK(f.all_explicit);
  CHECK(f.takes_none);  // no named type holds every float or int
  CHECK(f.integers_assign);
  CHECK(f.native_sums == in_float);
  CHECK(f.into_native == in_float);
}

}  // namespace

TEST_CASE("exactness: implicit conversion and mixed operators of all pairs of types") {
  tests::for_each_type([]<class From>(tests::named<From> from) {
    tests::for_each_type(
        [&]<class To>(tests::named<To> to) { check_pair(facts_of<From, To>, values_of(from), values_of(to)); });
  });
}

TEST_CASE("exactness: named types and the native ones") {
  tests::for_each_type([]<class T>(tests::named<T> t) { check_native(native_facts_of<T>, values<T>(), t.name); });
}

TEST_CASE("exactness: an implicit conversion does not change the value") {
  tests::report report("conversion");
  const auto same = [](double a, double b) {
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
  };
  tests::for_each_name([&]<class From>(tests::named<From> from) {
    tests::for_each_name([&]<class To>(tests::named<To> to) {
      if constexpr (!std::same_as<From, To> && is_exact_v<From, To>) {
        for (std::uint64_t c = 0; c < tests::codes<From>; ++c) {
          const From x = tests::at<From>(c);
          const To y = x;
          report.expect(same(tests::value(x), tests::value(y)),
                        [&](std::ostream& o) { o << from.name << " " << tests::hex(c) << " to " << to.name; });
        }
      }
    });
    for (std::uint64_t c = 0; c < tests::codes<From>; ++c) {
      const From x = tests::at<From>(c);
      const float f = x;
      report.expect(same(tests::value(x), static_cast<double>(f)) && same(tests::value(x), static_cast<double>(x)),
                    [&](std::ostream& o) { o << from.name << " " << tests::hex(c) << " to float or double"; });
    }
  });
}

TEST_CASE("exactness: the lowest code of a symmetric fixed-point type is a value as well") {
  // It is never produced, but from_bits gives it, and an implicit conversion must not change it.
  const auto lowest = symmetric_fixed<4, 0>::from_bits(8);
  REQUIRE(tests::value(lowest) == -8);
  if constexpr (std::is_convertible_v<symmetric_fixed<4, 0>, e2m3fn>) {  // e2m3fn ends at 7.5
    CHECK(tests::value(e2m3fn(lowest)) == -8);
  }
}

TEST_CASE("exactness: formats that float cannot hold") {
  using wide = minifloat<8, 23>;                        // float itself
  using fine = minifloat<8, 20>;                        // inside float
  using finer = minifloat<5, 26>;                       // more precise
  using further = minifloat<9, 10>;                     // further
  using biased = minifloat<8, 7, specials::ieee, 150>;  // smaller values
  STATIC_REQUIRE(is_exact_v<wide, float>);
  STATIC_REQUIRE(is_exact_v<float, wide>);
  STATIC_REQUIRE(std::is_convertible_v<float, wide>);
  STATIC_REQUIRE(std::is_convertible_v<wide, float>);
  STATIC_REQUIRE(std::is_convertible_v<fine, float>);
  STATIC_REQUIRE(!std::is_convertible_v<float, fine>);
  STATIC_REQUIRE(!std::is_convertible_v<finer, float>);
  STATIC_REQUIRE(!std::is_convertible_v<further, float>);
  STATIC_REQUIRE(!std::is_convertible_v<biased, float>);
  STATIC_REQUIRE(is_exact_v<finer, double>);
  STATIC_REQUIRE(is_exact_v<further, double>);
  STATIC_REQUIRE(!is_exact_v<minifloat<12, 3>, double>);
  STATIC_REQUIRE(!is_exact_v<fixed<63, 0>, double>);
  STATIC_REQUIRE(is_exact_v<fixed<54, 0>, double>);
  STATIC_REQUIRE(!is_exact_v<fixed<55, 0>, double>);
  STATIC_REQUIRE(is_exact_v<fixed<25, 0>, float>);
  STATIC_REQUIRE(!is_exact_v<fixed<26, 0>, float>);
  STATIC_REQUIRE(is_exact_v<ufixed<24, 149>, float>);
  STATIC_REQUIRE(!is_exact_v<ufixed<24, 150>, float>);
  STATIC_REQUIRE(is_exact_v<ufixed<1, -127>, float>);
  STATIC_REQUIRE(!is_exact_v<ufixed<1, -128>, float>);
  // Without zero and subnormals the smallest value says nothing about the grid above it: 1.25 * 2^-7 is 5 * 2^-9.
  using scale = minifloat<4, 2, specials::scale, 7, signedness::is_unsigned>;
  STATIC_REQUIRE(!is_exact_v<scale, minifloat<5, 2, specials::ieee, 7>>);  // units of 2^-8
  STATIC_REQUIRE(is_exact_v<scale, minifloat<5, 2, specials::ieee, 8>>);
  CHECK(static_cast<float>(finer(1 + 0x1p-26)) == 1.0f);  // explicit, rounded to nearest
  CHECK(static_cast<float>(std::numeric_limits<further>::max()) == HUGE_VALF);
  CHECK(static_cast<double>(std::numeric_limits<minifloat<13, 2>>::max()) == HUGE_VAL);
  CHECK(static_cast<double>(minifloat<13, 2>(1.5)) == 1.5);
  CHECK_FALSE(Addable<finer, float>);  // float + number goes through float, which loses here
}

TEST_CASE("exactness: the common type with float is float") {
  STATIC_REQUIRE(std::is_same_v<std::common_type_t<e4m3fn, float>, float>);
}
