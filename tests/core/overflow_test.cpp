// Overflow policies: every event there is, and the saturation table of P3109 (interim report v4.0) on its own formats.
#include <bit>
#include <limits>

#include "helpers.hpp"

using namespace lowp;

namespace {

constexpr overflow_cause causes[] = {overflow_cause::finite, overflow_cause::infinite, overflow_cause::zero,
                                     overflow_cause::nan};

// f(event) for every event that a format can raise.
template <class F>
void for_each_event(F&& f) {
  for (const overflow_cause cause : causes)
    for (const bool away : {false, true})
      for (const bool has_infinity : {false, true})
        for (const bool has_nan : {false, true})
          for (const bool wrong_sign : {false, true}) {
            if (cause != overflow_cause::finite && !away) continue;  // special values always "go away"
            if (cause == overflow_cause::nan && has_nan) continue;   // raised only where there is none
            if (wrong_sign && has_infinity) continue;                // no infinity of a sign that does not exist
            INFO("cause " << static_cast<int>(cause) << (away ? ", away" : "") << (has_infinity ? ", infinity" : "")
                          << (has_nan ? ", nan" : "") << (wrong_sign ? ", wrong sign" : ""));
            f(overflow_event{cause, away, has_infinity, has_nan, wrong_sign});
          }
}

using out = overflow_outcome;

}  // namespace

TEST_CASE("overflow: to_special, by event") {
  for_each_event([](const overflow_event& e) {
    const bool infinity =
        e.has_infinity && (e.cause == overflow_cause::finite || e.cause == overflow_cause::infinite);
    const out expected = e.cause == overflow_cause::nan ? out::zero
                         : !e.away                      ? out::clamp
                         : infinity                     ? out::infinity
                         : e.has_nan                    ? out::nan
                                                        : out::clamp;
    CHECK(to_special{}(e) == expected);
  });
}

TEST_CASE("overflow: saturate and saturate_finite, by event") {
  for_each_event([](const overflow_event& e) {
    const out clamped = e.cause == overflow_cause::nan ? out::zero : out::clamp;
    CHECK(saturate{}(e) == clamped);
    CHECK(saturate_finite{}(e) == (e.cause == overflow_cause::infinite && e.has_infinity ? out::infinity : clamped));
  });
}

TEST_CASE("overflow: sat_none, by event") {
  for_each_event([](const overflow_event& e) {
    out expected = out::clamp;
    if (e.cause == overflow_cause::nan) {
      expected = out::zero;
    } else if (e.cause == overflow_cause::zero) {
      expected = e.has_nan ? out::nan : e.has_infinity ? out::infinity : out::clamp;
    } else if (e.away && e.wrong_sign) {
      expected = e.has_nan ? out::nan : out::clamp;
    } else if (e.away && e.has_infinity) {
      expected = out::infinity;
    }
    // A format without zero, without NaN and with an infinity does not exist here.
    if (e.cause == overflow_cause::zero && !e.has_nan) return;
    CHECK(sat_none{}(e) == expected);
  });
}

TEST_CASE("overflow: trap lets only infinities pass that the format has") {
  for_each_event([](const overflow_event& e) {
    CHECK(trap{}(e) == (e.cause == overflow_cause::infinite && e.has_infinity ? out::infinity : out::trap));
  });
}

TEST_CASE("overflow: which are policies") {
  STATIC_REQUIRE(OverflowPolicy<to_special>);
  STATIC_REQUIRE(OverflowPolicy<saturate>);
  STATIC_REQUIRE(OverflowPolicy<saturate_finite>);
  STATIC_REQUIRE(OverflowPolicy<sat_none>);
  STATIC_REQUIRE(OverflowPolicy<wrap>);
  STATIC_REQUIRE(OverflowPolicy<trap>);
  STATIC_REQUIRE(!OverflowPolicy<nearest_even>);
}

namespace {

// P3109's table, one row for each rounding direction: what becomes of a finite value beyond the largest one.
// Outcomes: 'M' the largest finite value of the sign (0 below an unsigned format), 'I' infinity, 'N' NaN.
struct row {
  const char* mode;
  char signed_extended_above, signed_extended_below, unsigned_extended_above, below_unsigned;
};

template <class T>
char outcome(T x, bool negative) {
  using L = std::numeric_limits<T>;
  if (isnan(x)) return 'N';
  if (isinf(x)) return signbit(x) == negative ? 'I' : '?';
  const T largest = !negative ? L::max() : L::lowest();
  return x.bits() == largest.bits() ? 'M' : '?';
}

template <class R>
void check_sat_none(const row& r, R rounding) {
  using se = p3109<8, 4>;  // largest 224
  using sf = p3109<8, 4, signedness::is_signed, domain::finite>;
  using ue = p3109<8, 4, signedness::is_unsigned>;
  using uf = p3109<8, 4, signedness::is_unsigned, domain::finite>;
  INFO(r.mode);
  const random_bits always{0xffffffff};
  const auto see = [&](auto to, double x, char expected) {
    using T = decltype(to);
    INFO(x << " into " << T::format::bits << " bits, max " << static_cast<double>(std::numeric_limits<T>::max()));
    CHECK(outcome(convert<T>(x, rounding, sat_none{}, always), x < 0) == expected);
    if (x > 0 || std::numeric_limits<T>::is_signed) {
      // SatFinite and SatPropagate clamp, whatever the direction.
      CHECK(outcome(convert<T>(x, rounding, saturate{}, always), x < 0) == 'M');
      CHECK(outcome(convert<T>(x, rounding, saturate_finite{}, always), x < 0) == 'M');
    } else {
      CHECK(convert<T>(x, rounding, saturate{}, always).bits() == 0);
      CHECK(convert<T>(x, rounding, saturate_finite{}, always).bits() == 0);
    }
  };
  see(se{}, 1e30, r.signed_extended_above);
  see(se{}, -1e30, r.signed_extended_below);
  see(sf{}, 1e30, 'M');
  see(sf{}, -1e30, 'M');
  see(ue{}, 1e30, r.unsigned_extended_above);
  see(uf{}, 1e30, 'M');
  see(ue{}, -1e30, r.below_unsigned);
  see(uf{}, -1e30, r.below_unsigned);
}

}  // namespace

TEST_CASE("overflow: the saturation table of P3109, finite values") {
  // Largest codes: signed extended 0x7e is even, unsigned extended 0xfd is odd, 0 (below unsigned) is even.
  check_sat_none({"nearest_even", 'I', 'I', 'I', 'N'}, nearest_even{});
  check_sat_none({"nearest_away", 'I', 'I', 'I', 'N'}, nearest_away{});
  check_sat_none({"nearest_zero", 'I', 'I', 'I', 'N'}, nearest_zero{});
  check_sat_none({"toward_zero", 'M', 'M', 'M', 'M'}, toward_zero{});
  check_sat_none({"upward", 'I', 'M', 'I', 'M'}, upward{});
  check_sat_none({"downward", 'M', 'I', 'M', 'N'}, downward{});
  check_sat_none({"to_odd", 'I', 'I', 'M', 'N'}, to_odd{});
  check_sat_none({"stochastic a", 'I', 'I', 'I', 'N'}, stochastic<>{});
  check_sat_none({"stochastic b", 'I', 'I', 'I', 'N'}, stochastic<32, stochastic_variant::b>{});
  check_sat_none({"stochastic c", 'I', 'I', 'I', 'N'}, stochastic<32, stochastic_variant::c>{});
}

TEST_CASE("overflow: the saturation table of P3109, infinite values") {
  using se = p3109<8, 4>;
  using sf = p3109<8, 4, signedness::is_signed, domain::finite>;
  using ue = p3109<8, 4, signedness::is_unsigned>;
  using uf = p3109<8, 4, signedness::is_unsigned, domain::finite>;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto row = [](auto to, double x, char none, char propagate, char finite) {
    using T = decltype(to);
    INFO(x << " into max " << static_cast<double>(std::numeric_limits<T>::max()));
    CHECK(outcome(convert<T>(x, sat_none{}), x < 0) == none);
    CHECK(outcome(convert<T>(x, saturate_finite{}), x < 0) == propagate);
    CHECK(outcome(convert<T>(x, saturate{}), x < 0) == finite);
    CHECK(outcome(convert<T>(x, sat_none{}, toward_zero{}), x < 0) == none);  // no direction changes an infinity
  };
  //  type  value      SatNone SatPropagate SatFinite
  row(se{}, infinity, 'I', 'I', 'M');
  row(se{}, -infinity, 'I', 'I', 'M');
  row(sf{}, infinity, 'M', 'M', 'M');
  row(sf{}, -infinity, 'M', 'M', 'M');
  row(ue{}, infinity, 'I', 'I', 'M');
  row(uf{}, infinity, 'M', 'M', 'M');
  row(ue{}, -infinity, 'N', 'M', 'M');
  row(uf{}, -infinity, 'N', 'M', 'M');
}

TEST_CASE("overflow: NaN keeps its sign where the format has two") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), minus_nan = std::copysign(nan, -1.0f);
  CHECK(convert<e4m3fn>(nan).bits() == 0x7f);
  CHECK(convert<e4m3fn>(minus_nan).bits() == 0xff);
  CHECK(convert<e4m3fn>(-500.0f).bits() == 0xff);  // NaN by overflow: of the value's sign
  CHECK(convert<e4m3fn>(500.0f).bits() == 0x7f);
  CHECK(convert<e5m2>(minus_nan).bits() == 0xfe);
  CHECK(convert<e4m3fnuz>(minus_nan).bits() == 0x80);
  CHECK(std::bit_cast<std::uint32_t>(convert<float>(e4m3fn::from_bits(0x7f))) == 0x7fc00000);  // quiet
  CHECK(std::bit_cast<std::uint64_t>(convert<double>(e4m3fn::from_bits(0xff))) == 0xfff8000000000000);
  CHECK(convert<e2m1fn>(nan).bits() == 0);  // no NaN to deliver
  CHECK(convert<e2m1fn>(minus_nan).bits() == 0);
  CHECK(convert<fixed<8, 0>>(minus_nan).bits() == 0);
  CHECK(convert<e8m0fnu>(0.0f).bits() == 0xff);  // no zero, but NaN
  CHECK(convert<e8m0fnu>(0.0f, saturate{}).bits() == 0);
  CHECK(convert<ue4m3>(-1.0f).bits() == 0x7f);
  CHECK(convert<ue4m3>(-1.0f, saturate{}).bits() == 0);
  CHECK(convert<ue4m3>(-0.0f).bits() == 0);  // a zero of no sign
}
