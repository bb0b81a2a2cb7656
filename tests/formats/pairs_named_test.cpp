// The named formats of at most 8 bits: every pair of codes, + - * /, every square root, every rounding mode and
// every overflow policy as the types that a user writes; and the operators, which may take a faster way.
#include "harness.hpp"

namespace {

using namespace tests;

// Policies as the types that a user writes: all pairs of them for two formats, each of them for one of every kind.
template <class S, pairing Pairing>
void check_types() {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const auto values = all_values(f);
  differences report(oracle::describe(S::facts));
  all_pairs_by_type<operation::add, Pairing, T, T, T>(report, f, values, values);
  all_pairs_by_type<operation::sub, Pairing, T, T, T>(report, f, values, values);
  all_pairs_by_type<operation::mul, Pairing, T, T, T>(report, f, values, values);
  all_pairs_by_type<operation::div, Pairing, T, T, T>(report, f, values, values);
  all_pairs_by_type<operation::sqrt, Pairing, T, T, T>(report, f, values, values);
}

TEST_CASE("pairs: e4m3fn and e5m2, policies as types", "[pairs][slow]") {
  check_types<e4m3fn_subject, pairing::all>();
  check_types<e5m2_subject, pairing::all>();
}

TEST_CASE("pairs: a format of each kind, policies as types", "[pairs][slow]") {
  check_types<e4m3fnuz_subject, pairing::each>();
  check_types<e2m1fn_subject, pairing::each>();
  check_types<p3109_subject<8, 4, true, true>, pairing::each>();
  check_types<e8m0fnu_subject, pairing::each>();
  check_types<ue4m3_subject, pairing::each>();
}

// Every pair of policies, picked at run time.
TEST_CASE("pairs: the named formats, every policy", "[pairs][slow]") {
  for_each_narrow([]<class S>(S) {
    using T = typename S::type;
    const oracle::format f = S::facts.make();
    const auto values = all_values(f);
    differences report(oracle::describe(S::facts));
    for (const operation op : {operation::sub, operation::div, operation::sqrt}) {
      all_operands_in_halves<T>(report, f, op);
    }
    all_pairs<operation::add, T, T, T>(report, f, values, values);
    all_pairs<operation::mul, T, T, T>(report, f, values, values);
  });
}

// Operators round by the policies of the type.
template <class T>
void check_operators(const oracle::facts& facts, mode m, overflow o) {
  const oracle::format f = facts.make();
  const auto values = all_values(f);
  differences report(oracle::describe(facts) + " operators" + show(m, o));
  const auto check = [&](operation op, auto&& calculate) {
    for (code_t x = 0; x < values.size(); ++x) {
      for (code_t y = 0; y < values.size(); ++y) {
        const oracle::quantity q = oracle::exact_result(op, values[x], values[y], {});
        report.compare(code_of<T>(calculate(from_code<T>(x), from_code<T>(y))), f.round(q, m, o),
                       [&] { return show(op, values[x], values[y], {}); });
      }
    }
  };
  check(operation::add, [](T a, T b) { return a + b; });
  check(operation::sub, [](T a, T b) { return a - b; });
  check(operation::mul, [](T a, T b) { return a * b; });
  check(operation::div, [](T a, T b) { return a / b; });
  check(operation::add, [](T a, T b) { return a += b; });
  check(operation::sub, [](T a, T b) { return a -= b; });
  check(operation::mul, [](T a, T b) { return a *= b; });
  check(operation::div, [](T a, T b) { return a /= b; });
  for (code_t x = 0; x < values.size(); ++x) {
    oracle::value negated = values[x];
    negated.negative = !negated.negative;
    // A sign is no overflow: infinities stay infinite under every policy.
    const bool infinite = values[x].kind == oracle::kind::infinite;
    report.compare(code_of<T>(-from_code<T>(x)), f.round(negated, m, infinite ? overflow::to_special : o),
                   [&] { return "minus " + show(values[x]); });
    report.compare(code_of<T>(+from_code<T>(x)), x, [&] { return "plus " + show(values[x]); });
  }
}

TEST_CASE("pairs: the operators of the named formats", "[pairs][slow]") {
  for_each_narrow(
      []<class S>(S) { check_operators<typename S::type>(S::facts, mode::nearest_even, overflow::to_special); });
}

// A table of results may stand for a policy only if the type is all there is to it.
struct every_other {
  using policy = lowp::rounding_tag;
  bool up;
  constexpr bool operator()(bool, bool, std::uint64_t rest) const { return up && rest != 0; }
};

TEST_CASE("pairs: a policy with state is asked each time", "[pairs]") {
  const auto a = lowp::e4m3fn::from_bits(0x38), b = lowp::e4m3fn::from_bits(0x01);  // 1 and 2^-9
  for (const bool up : {false, true, false}) {
    CHECK(lowp::add<lowp::e4m3fn>(a, b, every_other{up}).bits() == (up ? 0x39 : 0x38));
    CHECK(lowp::convert<lowp::e4m3fn>(1.01f, every_other{up}).bits() == (up ? 0x39 : 0x38));
  }
}

TEST_CASE("pairs: operators of other policies", "[pairs][slow]") {
  using lowp::with_overflow, lowp::with_rounding;
  check_operators<with_rounding<lowp::e4m3fn, lowp::toward_zero>>(oracle::e4m3fn, mode::toward_zero,
                                                                  overflow::to_special);
  check_operators<with_rounding<lowp::e5m2, lowp::downward>>(oracle::e5m2, mode::downward, overflow::to_special);
  check_operators<with_overflow<lowp::e5m2, lowp::saturate>>(oracle::e5m2, mode::nearest_even, overflow::saturate);
  check_operators<with_overflow<with_rounding<lowp::e2m1fn, lowp::to_odd>, lowp::sat_none>>(
      oracle::e2m1fn, mode::to_odd, overflow::sat_none);
  check_operators<lowp::p3109<8, 4>>(oracle::p3109(8, 4, true, true), mode::nearest_even, overflow::sat_none);
  check_operators<lowp::p3109<8, 3>>(oracle::p3109(8, 3, true, true), mode::nearest_even, overflow::sat_none);
  check_operators<lowp::p3109<4, 2, lowp::signedness::is_signed, lowp::domain::finite>>(
      oracle::p3109(4, 2, true, false), mode::nearest_even, overflow::sat_none);
}

}  // namespace
