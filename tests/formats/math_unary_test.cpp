// The functions of one argument: every number of every named minifloat of at most 16 bits, in every mode.
#include "math_harness.hpp"

namespace tests {
namespace {

constexpr std::span<const overflow> all_policies = oracle::overflow_policies;

TEST_CASE("math functions of every float16", "[math][slow]") { every_argument<float16_subject>({.policies = usual}); }
TEST_CASE("math functions of every bfloat16", "[math][slow]") {
  every_argument<bfloat16_subject>({.policies = usual});
}

TEST_CASE("math functions of every 8-bit minifloat, every overflow policy", "[math]") {
  every_argument<e5m2_subject>({.policies = all_policies});
  every_argument<e4m3_subject>({.policies = all_policies});
  every_argument<e4m3fn_subject>({.policies = all_policies});
  every_argument<e3m4_subject>({.policies = all_policies});
  every_argument<e4m3fnuz_subject>({.policies = all_policies});
  every_argument<e5m2fnuz_subject>({.policies = all_policies});
  every_argument<e4m3b11fnuz_subject>({.policies = all_policies});
  every_argument<e8m0fnu_subject>({.policies = all_policies});
  every_argument<ue4m3_subject>({.policies = all_policies});
  every_argument<ue5m3_subject>({.policies = all_policies});
}

TEST_CASE("math functions of every 4-bit and 6-bit minifloat, every overflow policy", "[math]") {
  every_argument<e3m2fn_subject>({.policies = all_policies});
  every_argument<e2m3fn_subject>({.policies = all_policies});
  every_argument<e2m1fn_subject>({.policies = all_policies});
}

TEST_CASE("math functions of P3109 formats, every overflow policy", "[math]") {
  every_argument<p3109_subject<8, 3, true, true>>({.policies = all_policies});
  every_argument<p3109_subject<8, 4, true, false>>({.policies = all_policies});
  every_argument<p3109_subject<8, 4, false, true>>({.policies = all_policies});
  every_argument<p3109_subject<8, 1, true, true>>({.policies = all_policies});
  every_argument<p3109_subject<6, 3, false, false>>({.policies = all_policies});
  every_argument<p3109_subject<3, 2, true, true>>({.policies = all_policies});
}

// Exponents up to 2^14: angles that need 16,000 bits of 2 / pi, which takes MPFR its time. And 15 fraction bits
// without exponents.
void unusual_formats(code_t step, code_t wide_step) {
  every_argument<p3109_subject<16, 1, true, true>>({.policies = usual, .step = wide_step});
  every_argument<p3109_subject<16, 3, true, true>>({.policies = usual, .step = wide_step});
  every_argument<p3109_subject<16, 8, false, true>>({.policies = usual, .step = step});
  every_argument<p3109_subject<16, 11, true, true>>({.policies = all_policies, .step = step});
  every_argument<p3109_subject<16, 15, true, false>>({.policies = all_policies, .step = step});
  every_argument<subject<0, 15, oracle::specials::finite, 5, true>>({.policies = all_policies, .step = step});
}

TEST_CASE("math functions of some numbers of unusual 16-bit formats", "[math][slow]") { unusual_formats(241, 4093); }
TEST_CASE("math functions of every number of unusual 16-bit formats", "[math][.exhaustive]") {
  unusual_formats(1, 1);
}
TEST_CASE("math functions of every float16 and bfloat16, every overflow policy", "[math][.exhaustive]") {
  every_argument<float16_subject>({.policies = all_policies});
  every_argument<bfloat16_subject>({.policies = all_policies});
}

}  // namespace
}  // namespace tests
