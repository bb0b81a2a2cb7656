// number as a value class: layout, construction, operators of one type, integer operands, policies in the type.
#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>

#include "helpers.hpp"

namespace {

using namespace lowp;

struct layout {
  bool trivial, standard, unique, trivial_default, exact_size, no_throw;
};
template <class T>
constexpr layout layout_of{
    std::is_trivially_copyable_v<T>,
    std::is_standard_layout_v<T>,
    std::has_unique_object_representations_v<T>,
    std::is_trivially_default_constructible_v<T>&& std::is_trivially_destructible_v<T>,
    sizeof(T) == (T::format::bits <= 8    ? 1
                  : T::format::bits <= 16 ? 2
                  : T::format::bits <= 32 ? 4
                                          : 8) &&
        alignof(T) == sizeof(T) && sizeof(std::array<T, 7>) == 7 * sizeof(T),
    std::is_nothrow_constructible_v<T, float>&& std::is_nothrow_copy_assignable_v<T>&& noexcept(T{} + T{})&& noexcept(
        T{} == T{})};

template <class T>
std::uint64_t operate(char op, T a, T b) {
  switch (op) {  // fixed-point widens to an exact result: T rounds it
    case '+':
      return T(a + b).bits();
    case '-':
      return T(a - b).bits();
    case '*':
      return T(a * b).bits();
    default:
      return (a / b).bits();
  }
}

}  // namespace

TEST_CASE("number: the layout of its code") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    constexpr layout l = layout_of<T>;
    CHECK(l.trivial);
    CHECK(l.standard);
    CHECK(l.unique);
    CHECK(l.trivial_default);
    CHECK(l.exact_size);
    CHECK(l.no_throw);
  });
  STATIC_REQUIRE(sizeof(tf32) == 4);
  STATIC_REQUIRE(sizeof(fixed<33, 0>) == 8);
  STATIC_REQUIRE(std::regular<e4m3fn>);
  STATIC_REQUIRE(std::three_way_comparable<e4m3fn, std::partial_ordering>);
}

TEST_CASE("number: T{} has code 0, from_bits ignores what is above the format") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    CHECK(T{}.bits() == 0);
    T zeroed = {};
    CHECK(zeroed.bits() == 0);
    T array[3] = {};
    CHECK(array[2].bits() == 0);
    if (T::format::has_zero) {
      CHECK(T{} == 0);
      CHECK_FALSE(signbit(T{}));
    }
    const auto all_ones = static_cast<typename T::storage>(~std::uint64_t{0});
    CHECK(T::from_bits(all_ones).bits() == low_mask(T::format::bits));
    bool same = true;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) same &= tests::at<T>(c).bits() == c;
    CHECK(same);
    T uninitialised;  // as `float x;`
    std::memset(static_cast<void*>(&uninitialised), 0, sizeof(T));
    CHECK(uninitialised.bits() == 0);
  });
  CHECK(std::bit_cast<std::uint8_t>(e4m3fn(1)) == 0x38);
  CHECK(std::bit_cast<e4m3fn>(std::uint8_t{0x38}) == 1);
}

TEST_CASE("number: as a template argument") {
  constexpr auto twice = []<e4m3fn X>() { return X + X; };
  STATIC_REQUIRE(twice.operator()<e4m3fn(1.5f)>() == 3);
}

TEST_CASE("number: operators are the rounded operations") {
  tests::report report("operator");
  tests::splitmix random(31);
  tests::for_each_type([&]<class T>(tests::named<T> t) {
    for (int i = 0; i < 3000; ++i) {
      const T a = tests::at<T>(random() % tests::codes<T>), b = tests::at<T>(random() % tests::codes<T>);
      const exact x = decode(a), y = decode(b);
      const exact results[] = {exact_add(x, y), exact_add(x, y.kind == value_kind::nan ? y : -y), exact_mul(x, y),
                               exact_div(x, y)};
      for (int op = 0; op < 4; ++op) {
        const std::uint64_t expected = round_to<T>(results[op]).bits(), got = operate("+-*/"[op], a, b);
        report.expect(got == expected, [&](std::ostream& o) {
          o << t.name << " " << tests::hex(a.bits()) << " "
            << "+-*/"[op] << " " << tests::hex(b.bits()) << " gives " << tests::hex(got) << ", expected "
            << tests::hex(expected);
        });
      }
      T c = a;
      bool compound = (c += b).bits() == T(a + b).bits() && &(c += b) == &c;
      c = a;
      compound &= (c -= b).bits() == T(a - b).bits();
      c = a;
      compound &= (c *= b).bits() == T(a * b).bits();
      c = a;
      compound &= (c /= b).bits() == (a / b).bits();
      c = a;
      compound &= (++c).bits() == add<T>(a, T(1)).bits() || tests::value(T(1)) != 1;
      compound &= (+a).bits() == a.bits();
      T d = a;
      compound &= (d++).bits() == a.bits() && d.bits() == add<T>(a, 1).bits();
      d = a;
      compound &= (d--).bits() == a.bits() && d.bits() == sub<T>(a, 1).bits();
      d = a;
      compound &= (--d).bits() == sub<T>(a, 1).bits();
      report.expect(compound, t.name);
    }
  });
}

TEST_CASE("number: unary minus of every code") {
  tests::for_each_type([]<class T>(tests::named<T> t) {
    INFO(t.name);
    using L = std::numeric_limits<T>;
    int wrong = 0;
    for (std::uint64_t c = 0; c < tests::codes<T>; ++c) {
      const T x = tests::at<T>(c), y = -x;
      const double v = tests::value(x), w = tests::value(y);
      bool good = false;
      if (std::isnan(v)) {
        // The other NaN where there are two; formats with NaN keep it.
        good = std::isnan(w) && (decode(T::from_bits(x.bits())).negative != decode(y).negative ||
                                 y.bits() == round_to<T>(exact::nan()).bits());
      } else if (v == 0) {
        good = w == 0 && (std::signbit(w) != std::signbit(v) || !detail::has_negative_zero<typename T::format>);
      } else if (L::is_signed) {
        // Two's complement reaches one further below zero than above.
        good = w == -v || (v <= tests::value(L::lowest()) && y.bits() == L::max().bits());
      } else {
        good = L::has_quiet_NaN ? std::isnan(w) : w == 0;  // a negative value of an unsigned type
      }
      wrong += !good;
    }
    CHECK(wrong == 0);
  });
  // A sign is no overflow: infinities stay infinite, whatever the policy.
  using clamping = with_overflow<e5m2, saturate>;
  CHECK((-clamping::from_bits(0xfc)).bits() == 0x7c);
  CHECK((-clamping::from_bits(0x7c)).bits() == 0xfc);
  CHECK(abs(clamping::from_bits(0xfc)).bits() == 0x7c);
  CHECK((-e4m3fnuz(0)).bits() == 0);
  CHECK((-e4m3fnuz::from_bits(0x80)).bits() == 0x80);
  CHECK((-e4m3fn(0)).bits() == 0x80);
  CHECK((-e4m3fn::from_bits(0x7f)).bits() == 0xff);
  CHECK((-ue4m3(1)).bits() == 0x7f);
  CHECK((-integer<8>(-128)).bits() == 0x7f);
  CHECK((-uinteger<8>(3)).bits() == 0);
}

TEST_CASE("number: integer operands are taken exactly") {
  CHECK((e2m1fn(1) + 5).bits() == e2m1fn(6).bits());     // 5 is no value of e2m1fn
  CHECK((e2m1fn(0.5f) + 5).bits() == e2m1fn(6).bits());  // 5.5; with 5 first rounded to 4: 4.5 -> 4
  CHECK((5 - e2m1fn(1)).bits() == e2m1fn(4).bits());
  CHECK((e2m1fn(0.5f) * 5).bits() == e2m1fn(2).bits());  // 2.5, a tie
  CHECK((5 / e2m1fn(1.5f)).bits() == e2m1fn(3).bits());  // 3.33; 4 / 1.5 = 2.67 would be 3 as well
  CHECK((7 / e2m1fn(4)).bits() == e2m1fn(2).bits());     // 1.75, a tie to the even code; 6 / 4 = 1.5
  CHECK((e2m1fn(3) - 1000000).bits() == std::numeric_limits<e2m1fn>::lowest().bits());

  const e4m3fn x(1.5f);
  CHECK(x + 2 == 3.5f);
  CHECK(2 + x == 3.5f);
  CHECK(1 - x == -0.5f);
  CHECK(x - 1 == 0.5f);
  CHECK(3 * x == 4.5f);
  CHECK(x / 2 == 0.75f);
  CHECK(3 / x == 2);
  CHECK(x + std::int8_t{-1} == 0.5f);
  CHECK(x + 'a' == 98.0f - 2.0f);  // 97 + 1.5 = 98.5 -> 96
  CHECK((x + std::numeric_limits<std::int64_t>::min()).bits() == 0xff);
  CHECK((float16(1) + std::numeric_limits<std::uint64_t>::max()).bits() == 0x7c00);
  // 2^63 + 2^40 is rounded once: as an integer first rounded to float it would be a tie.
  const std::uint64_t n = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 55) + 1;
  CHECK(tests::value(mul<bfloat16>(bfloat16(1), n)) == std::ldexp(1 + std::ldexp(1.0, -7), 63));
  CHECK(tests::value(bfloat16(1) * n) == std::ldexp(1 + std::ldexp(1.0, -7), 63));
  CHECK(tests::value(bfloat16(1) * (n - 1)) == std::ldexp(1.0, 63));

  e4m3fn y = x;
  y += 2;
  CHECK(y == 3.5f);
  y -= 3u;
  CHECK(y == 0.5f);
  y *= std::size_t{8};
  CHECK(y == 4);
  y /= 3;
  CHECK(y == 1.375f);
  CHECK(e4m3fn(17) == 16);  // rounded once
  CHECK(e4m3fn(-17) == -16);
  CHECK(e4m3fn(std::int64_t{1} << 40).bits() == 0x7f);
  CHECK(e4m3fn(std::numeric_limits<std::int64_t>::min()).bits() == 0xff);
  CHECK(bfloat16(std::numeric_limits<std::uint64_t>::max()) == 18446744073709551616.0);
  CHECK(bfloat16(std::numeric_limits<std::int64_t>::min()) == -9223372036854775808.0);
}

TEST_CASE("number: one format with other policies") {
  using up = with_rounding<e4m3fn, upward>;
  using clamping = with_overflow<e4m3fn, saturate>;
  using both = with_overflow<with_rounding<e4m3fn, toward_zero>, saturate>;
  STATIC_REQUIRE(std::same_as<both, with_rounding<with_overflow<e4m3fn, saturate>, toward_zero>>);
  STATIC_REQUIRE(std::same_as<with_rounding<up, nearest_even>, e4m3fn>);
  STATIC_REQUIRE(std::same_as<with_overflow<clamping, to_special>, e4m3fn>);
  STATIC_REQUIRE(std::is_convertible_v<up, e4m3fn>);
  STATIC_REQUIRE(std::is_convertible_v<e4m3fn, up>);
  STATIC_REQUIRE(std::is_convertible_v<clamping, both>);
  STATIC_REQUIRE(std::is_convertible_v<with_rounding<float16, stochastic<>>, float16>);

  CHECK((up(1) + up(0x1p-9f)).bits() == 0x39);
  CHECK((e4m3fn(1) + e4m3fn(0x1p-9f)).bits() == 0x38);
  CHECK((clamping(448) + clamping(448)).bits() == 0x7e);
  CHECK((e4m3fn(448) + e4m3fn(448)).bits() == 0x7f);
  CHECK((both(448) * both(-448)).bits() == 0xfe);
  CHECK(up(1.01f).bits() == 0x39);  // the constructor rounds by the type's policy
  CHECK(clamping(1e9f).bits() == 0x7e);

  // Without loss: every code, NaNs with their sign and payload.
  const auto unchanged = []<class From, class To>(tests::named<From> from, tests::named<To>) {
    INFO(from.name);
    int changed = 0;
    for (std::uint64_t c = 0; c < tests::codes<From>; ++c) {
      const To there = tests::at<From>(c);
      const From back = there;
      changed += there.bits() != c || back.bits() != c;
    }
    CHECK(changed == 0);
  };
  unchanged(tests::named<e4m3fn>{"e4m3fn"}, tests::named<both>{""});
  unchanged(tests::named<float16>{"float16"}, tests::named<with_rounding<float16, stochastic<>>>{""});
  unchanged(tests::named<e2m1fn>{"e2m1fn"}, tests::named<with_rounding<e2m1fn, downward>>{""});
  unchanged(tests::named<e8m0fnu>{"e8m0fnu"}, tests::named<with_overflow<e8m0fnu, saturate>>{""});
  unchanged(tests::named<p3109<8, 3>>{"p3109<8,3>"}, tests::named<with_overflow<p3109<8, 3>, saturate>>{""});
}

TEST_CASE("number: what converts implicitly keeps its value under every policy of the target") {
  // Every value of e5m2 is one of float16, infinities too.
  const auto keeps = []<class To>(To) {
    STATIC_REQUIRE(std::is_convertible_v<e5m2, To>);
    int wrong = 0;
    for (std::uint64_t c = 0; c < 256; ++c) {
      const e5m2 x = tests::at<e5m2>(c);
      const To y = x;
      wrong += isnan(x) ? !isnan(y) : y != x || signbit(y) != signbit(x);
    }
    CHECK(wrong == 0);
  };
  keeps(float16{});
  keeps(with_overflow<float16, saturate>{});
  keeps(with_overflow<float16, saturate_finite>{});
  keeps(with_overflow<float16, trap>{});
  keeps(with_rounding<float16, to_odd>{});
  keeps(with_rounding<float16, stochastic<>>{});
}

TEST_CASE("number: an exact conversion into a stochastic type needs no random bits") {
  using S = with_rounding<float16, stochastic<>>;
  // Not even in a constant expression, where there are none.
  lowp::seed_thread(1);
  const S a = float16(1.5f);
  const S b = -a;
  const float16 c = b;
  CHECK(c == -1.5f);
  CHECK(thread_stream()() == philox{1}(0));
}

TEST_CASE("number: which policies a type has, its limits say") {
  STATIC_REQUIRE(std::numeric_limits<e4m3fn>::round_style == std::round_to_nearest);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, upward>>::round_style == std::round_toward_infinity);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, downward>>::round_style == std::round_toward_neg_infinity);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, toward_zero>>::round_style == std::round_toward_zero);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, to_odd>>::round_style == std::round_indeterminate);
  STATIC_REQUIRE(std::numeric_limits<with_rounding<e4m3fn, stochastic<>>>::round_style == std::round_indeterminate);
  STATIC_REQUIRE(std::numeric_limits<with_overflow<integer<8>, wrap>>::is_modulo);
  STATIC_REQUIRE(!std::numeric_limits<integer<8>>::is_modulo);
  STATIC_REQUIRE(std::numeric_limits<with_overflow<integer<8>, trap>>::traps);
  STATIC_REQUIRE(!std::numeric_limits<e4m3fn>::traps);
}

TEST_CASE("number: policies come in any order") {
  const float x = 1.03f;
  const auto reference = convert<e4m3fn>(x, stochastic<8>{}, saturate{}, random_bits{255});
  CHECK(reference.bits() == 0x39);
  CHECK(convert<e4m3fn>(x, random_bits{255}, stochastic<8>{}, saturate{}).bits() == reference.bits());
  CHECK(convert<e4m3fn>(x, saturate{}, random_bits{255}, stochastic<8>{}).bits() == reference.bits());
  CHECK(convert<e4m3fn>(1e9f, saturate{}, upward{}).bits() == 0x7e);
  CHECK(convert<e4m3fn>(1e9f, upward{}, saturate{}).bits() == 0x7e);
  CHECK(add<e4m3fn>(e4m3fn(448), 448, saturate{}, nearest_away{}).bits() == 0x7e);
  CHECK(fma<e4m3fn>(e4m3fn(1), 1.0, 0x1p-30f, upward{}).bits() == 0x39);
  CHECK(lowp::sqrt<e4m3fn>(2, downward{}).bits() == 0x3b);  // 1.375
  CHECK(lowp::sqrt<e4m3fn>(2, upward{}).bits() == 0x3c);    // 1.5

  // A generator is used where it lives, not copied.
  random_stream stream{5};
  (void)convert<e4m3fn>(x, stochastic<>{}, stream);
  (void)add(e4m3fn(1), e4m3fn(0x1p-9f), stream, stochastic<>{});
  CHECK(stream() == philox{5}(2));
  std::uint32_t calls = 0;
  const auto counting = [&] { return ++calls; };
  (void)convert<e4m3fn>(x, stochastic_equal{}, counting);
  CHECK(calls == 1);
  (void)convert<e4m3fn>(x, nearest_even{}, counting);
  CHECK(calls == 1);
}
