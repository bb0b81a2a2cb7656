// The functions of two arguments: every pair of 8-bit minifloats, many pairs of 16-bit numbers, in every mode.
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/posit.hpp>

#include "math_harness.hpp"

namespace tests {
namespace {

// Codes of operands: anything; near 1, where results are finite; second ones that are small integers and halves of
// them, which make powers exact.
template <class T>
class operands {
 public:
  explicit operands(std::uint64_t seed) : random_(seed) {}

  std::pair<T, T> next() {
    const auto any = [&] { return from_code<T>(random_.next() & lowp::low_mask(T::format::bits)); };
    const auto near_one = [&] {
      const double x = std::ldexp(1 + static_cast<double>(random_.below(1 << 12)) / (1 << 12),
                                  static_cast<int>(random_.below(12)) - 6);
      return lowp::convert<T>(random_.below(4) == 0 ? -x : x);
    };
    switch (random_.below(4)) {
      case 0:
        return {any(), any()};
      case 1:
        return {near_one(), any()};
      case 2:
        return {near_one(), near_one()};
      default: {
        const double y = std::ldexp(static_cast<double>(random_.below(33)) - 12, -static_cast<int>(random_.below(4)));
        const double root = static_cast<double>(random_.below(64));
        return {random_.below(2) == 0 ? near_one() : lowp::convert<T>(root * root), lowp::convert<T>(y)};
      }
    }
  }

 private:
  random_codes random_;
};

template <class T, class List>
void many_pairs(const std::string& what, const List& list, std::uint64_t seed, int count) {
  differences report(what);
  for (const fn f : pairwise) {
    operands<T> source(seed);
    for (int i = 0; i < count; ++i) {
      const auto [x, y] = source.next();
      const oracle::value a = list.decode(code_of(x)), b = list.decode(code_of(y));
      const auto place = list.locate(exact_value(f, a, b));
      for (const mode m : oracle::deterministic_modes) {
        report.compare(code_of(call<T>(f, x, y, any_rounding{m}, lowp::to_special{})),
                       list.settle(place, m, overflow::to_special),
                       [&] { return show(f, a, b) + " " + oracle::name(m); });
      }
      report.compare(code_of(call_plain(f, x, y)), list.settle(place, mode::nearest_even, overflow::to_special),
                     [&] { return show(f, a, b) + " by the type's policies"; });
    }
  }
}

TEST_CASE("math functions of every pair of e4m3fn", "[math][slow]") {
  every_pair<e4m3fn_subject>({.policies = oracle::overflow_policies});
}
TEST_CASE("math functions of every pair of e5m2", "[math][slow]") { every_pair<e5m2_subject>({.policies = usual}); }
TEST_CASE("math functions of every pair of e8m0fnu", "[math][slow]") {
  every_pair<e8m0fnu_subject>({.policies = usual});
}
TEST_CASE("math functions of every pair of 8-bit minifloats", "[math][.exhaustive]") {
  every_pair<e5m2_subject>({.policies = oracle::overflow_policies});
  every_pair<e3m4_subject>({.policies = oracle::overflow_policies});
  every_pair<e4m3_subject>({.policies = oracle::overflow_policies});
  every_pair<e4m3fnuz_subject>({.policies = oracle::overflow_policies});
  every_pair<e5m2fnuz_subject>({.policies = oracle::overflow_policies});
  every_pair<e4m3b11fnuz_subject>({.policies = oracle::overflow_policies});
  every_pair<e8m0fnu_subject>({.policies = oracle::overflow_policies});
  every_pair<ue4m3_subject>({.policies = oracle::overflow_policies});
  every_pair<ue5m3_subject>({.policies = oracle::overflow_policies});
  every_pair<p3109_subject<8, 4, true, true>>({.policies = oracle::overflow_policies});
  every_pair<p3109_subject<8, 1, true, true>>({.policies = oracle::overflow_policies});
  every_pair<p3109_subject<8, 5, false, false>>({.policies = oracle::overflow_policies});
}
TEST_CASE("math functions of every pair of 4-bit and 6-bit minifloats, every overflow policy", "[math]") {
  every_pair<e3m2fn_subject>({.policies = oracle::overflow_policies});
  every_pair<e2m3fn_subject>({.policies = oracle::overflow_policies});
  every_pair<e2m1fn_subject>({.policies = oracle::overflow_policies});
  every_pair<p3109_subject<6, 3, false, true>>({.policies = oracle::overflow_policies});
}

void many_pairs_of_16_bits(std::uint64_t seed, int count) {
  many_pairs<lowp::float16>("float16", oracle::float16.make(), seed + 1, count);
  many_pairs<lowp::bfloat16>("bfloat16", oracle::bfloat16.make(), seed + 2, count);
  many_pairs<lowp::posit<16>>("posit<16>", posit_list(16, 2), seed + 3, count);
  many_pairs<lowp::posit<16, 1>>("posit<16, 1>", posit_list(16, 1), seed + 4, count);
  many_pairs<lowp::fixed<16, 8>>("fixed<16, 8>", fixed_list(16, 8, true), seed + 5, count);
}
TEST_CASE("math functions of many pairs of 16-bit numbers", "[math][slow]") { many_pairs_of_16_bits(0, 40'000); }
TEST_CASE("math functions of very many pairs of 16-bit numbers", "[math][.exhaustive]") {
  many_pairs_of_16_bits(10, 2'000'000);
}

}  // namespace
}  // namespace tests
