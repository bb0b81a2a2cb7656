// Every P3109 format of 3 to 8 bits, and minifloats of at most 8 bits with parameters that no standard has: every
// pair of codes, + - * /, every square root, every rounding mode and overflow policy.
#include "harness.hpp"

namespace {

using namespace tests;

constexpr operation pair_operations[] = {operation::add, operation::sub,  operation::mul,
                                         operation::div, operation::sqrt, operation::convert};

template <class S>
void check_operations() {
  const oracle::format f = S::facts.make();
  differences report(oracle::describe(S::facts));
  for (const operation op : pair_operations) all_operands_in_halves<typename S::type>(report, f, op);
}

TEST_CASE("pairs: P3109 formats of 3 to 6 bits", "[pairs]") {
  const auto check = []<class S>(S) { check_operations<S>(); };
  for_each_p3109<3>(check);
  for_each_p3109<4>(check);
  for_each_p3109<5>(check);
  for_each_p3109<6>(check);
}

TEST_CASE("pairs: P3109 formats of 7 bits", "[pairs][slow]") {
  for_each_p3109<7>([]<class S>(S) { check_operations<S>(); });
}

TEST_CASE("pairs: P3109 formats of 8 bits", "[pairs][slow]") {
  for_each_p3109<8>([]<class S>(S) { check_operations<S>(); });
}

TEST_CASE("pairs: minifloats of odd parameters", "[pairs][slow]") {
  using enum oracle::specials;
  // No exponent field, no fraction, one bit of either; biases far from the usual, so that 1 is out of range.
  check_operations<subject<0, 3, finite, 0, true>>();
  check_operations<subject<0, 7, finite, 4, true>>();
  check_operations<subject<0, 5, fn, -3, true>>();
  check_operations<subject<0, 6, fnuz, 1, false>>();
  check_operations<subject<0, 4, extended, 7, true>>();
  check_operations<subject<7, 0, ieee, 63, true>>();
  check_operations<subject<5, 0, fn, 15, true>>();
  check_operations<subject<4, 0, fnuz, 8, true>>();
  check_operations<subject<3, 0, finite, 3, true>>();
  check_operations<subject<6, 0, extended, 20, false>>();
  check_operations<subject<8, 0, finite, 100, false>>();
  check_operations<subject<1, 1, finite, 0, true>>();
  check_operations<subject<1, 6, ieee, 0, true>>();
  check_operations<subject<1, 4, ieee, 0, false>>();
  check_operations<subject<2, 5, fn, 40, true>>();
  check_operations<subject<3, 4, extended, -30, true>>();
  check_operations<subject<4, 4, ieee, 7, false>>();
  check_operations<subject<4, 4, fnuz, 200, false>>();
  check_operations<subject<5, 2, extended, 300, true>>();
  check_operations<subject<6, 1, ieee, -100, true>>();
  check_operations<subject<7, 1, fn, 1000, false>>();
  check_operations<subject<2, 2, extended, 1, false>>();
  check_operations<subject<1, 0, finite, 0, true>>();
  check_operations<subject<2, 0, ieee, 1, true>>();
  // Scales with a fraction, and with a bias that is not the middle.
  check_operations<subject<4, 3, scale, 7, false>>();
  check_operations<subject<6, 2, scale, 40, false>>();
  check_operations<subject<5, 0, scale, -2, false>>();
}

}  // namespace
