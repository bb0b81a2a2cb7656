// Math functions of the numbers that are no minifloats: posits, fixed-point, integers, codebooks, tapered floats.
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/posit.hpp>
#include <lowp/formats/sfp8.hpp>
#include <lowp/formats/takum.hpp>

#include "math_harness.hpp"

namespace tests {
namespace {

template <int N, int ES>
void posits(code_t step = 1) {
  every_argument<lowp::posit<N, ES>>("posit<" + std::to_string(N) + ", " + std::to_string(ES) + ">",
                                     posit_list(N, ES), {.policies = usual, .step = step});
}
template <int N, int ES>
void posit_pairs() {
  every_pair<lowp::posit<N, ES>>("posit<" + std::to_string(N) + ", " + std::to_string(ES) + ">", posit_list(N, ES),
                                 {.policies = usual});
}

template <class T>
constexpr bool has_sign = T::format::has_sign;
template <class T>
fixed_list list_of(int fraction_bits, bool wraps = false) {
  return {T::format::bits, fraction_bits, has_sign<T>, wraps};
}
template <class T>
void fixed_point(const std::string& what, int fraction_bits, code_t step = 1) {
  every_argument<T>(what, list_of<T>(fraction_bits),
                    {.policies = usual, .of_type = overflow::saturate, .step = step});
}
template <class T>
void fixed_pairs(const std::string& what, int fraction_bits) {
  every_pair<T>(what, list_of<T>(fraction_bits), {.policies = usual, .of_type = overflow::saturate});
}

// Decoding and rounding by the library: see halves_of.
template <class T>
void numbers(const std::string& what, code_t step = 1) {
  every_argument<T>(what, halves_of<T>{}, {.policies = oracle::overflow_policies, .step = step});
}
template <class T>
void pairs(const std::string& what) {
  every_pair<T>(what, halves_of<T>{}, {.policies = usual});
}

TEST_CASE("math functions of every posit<16>", "[math][slow]") { posits<16, 2>(); }
TEST_CASE("math functions of some posits of 16 bits", "[math][slow]") {
  posits<16, 0>(63);
  posits<16, 1>(17);
  posits<16, 4>(63);
}
TEST_CASE("math functions of every posit of 16 bits", "[math][.exhaustive]") {
  posits<16, 0>();
  posits<16, 1>();
  posits<16, 3>();
  posits<16, 4>();
}
TEST_CASE("math functions of every short posit", "[math]") {
  posits<8, 2>();
  posits<8, 0>();
  posits<6, 1>();
  posits<3, 2>();
}

TEST_CASE("math functions of every number in 16-bit fixed-point", "[math][.exhaustive]") {
  fixed_point<lowp::fixed<16, 8>>("fixed<16, 8>", 8);
  fixed_point<lowp::fixed<16, 15>>("fixed<16, 15>", 15);
  fixed_point<lowp::fixed<16, 20>>("fixed<16, 20>", 20);
  fixed_point<lowp::fixed<16, -3>>("fixed<16, -3>", -3);
  fixed_point<lowp::ufixed<16, 8>>("ufixed<16, 8>", 8);
  fixed_point<lowp::integer<16>>("integer<16>", 0);
}
TEST_CASE("math functions of some numbers in 16-bit fixed-point", "[math][slow]") {
  fixed_point<lowp::fixed<16, 8>>("fixed<16, 8>", 8, 7);
  fixed_point<lowp::fixed<16, 15>>("fixed<16, 15>", 15, 31);
  fixed_point<lowp::ufixed<16, 8>>("ufixed<16, 8>", 8, 31);
}
TEST_CASE("math functions of every number in short fixed-point", "[math]") {
  fixed_point<lowp::integer<8>>("integer<8>", 0);
  fixed_point<lowp::uinteger<8>>("uinteger<8>", 0);
  fixed_point<lowp::fixed<8, 4>>("fixed<8, 4>", 4);
  fixed_point<lowp::fixed<8, 7>>("fixed<8, 7>", 7);
  fixed_point<lowp::integer<2>>("integer<2>", 0);
}

// Of results below 2^50 units; beyond, the low bits are not known.
template <class T>
void wrapped(const std::string& what, int fraction_bits, code_t step) {
  using W = lowp::with_overflow<T, lowp::wrap>;
  const fixed_list list = list_of<T>(fraction_bits, true);
  differences report(what + " that wraps");
  for (const fn f : unary) {
    exact_values exact(f);
    for (code_t c = 0; c < list.codes(); c += step) {
      const oracle::value x = list.decode(c);
      const oracle::quantity q = exact(x);
      if (q.kind == oracle::kind::finite && q.compare({1, 50 - fraction_bits}) >= 0) continue;
      const auto place = list.locate(q);
      const auto check = [&](mode m, W got) {
        report.compare(code_of(got), list.settle(place, m), [&] { return show(f, x) + " " + oracle::name(m); });
      };
      for (const mode m : oracle::deterministic_modes) check(m, call<W>(f, from_code<W>(c), any_rounding{m}));
      check(mode::nearest_even, call_plain(f, from_code<W>(c)));
    }
  }
}
TEST_CASE("math functions in fixed-point that wraps", "[math]") {
  wrapped<lowp::fixed<16, 8>>("fixed<16, 8>", 8, 101);
  wrapped<lowp::fixed<8, 4>>("fixed<8, 4>", 4, 1);
  wrapped<lowp::ufixed<8, 8>>("ufixed<8, 8>", 8, 1);
}
TEST_CASE("math functions of every number in fixed-point that wraps", "[math][.exhaustive]") {
  wrapped<lowp::fixed<16, 8>>("fixed<16, 8>", 8, 1);
}

TEST_CASE("math functions of every number of the tapered 8-bit formats", "[math]") {
  numbers<lowp::hifloat8>("hifloat8");
  numbers<lowp::takum<8>>("takum<8>");
  numbers<lowp::sfp8>("sfp8");
}
TEST_CASE("math functions of every number of codebooks", "[math]") {
  numbers<lowp::nf4>("nf4");
  numbers<lowp::bnb_fp4>("bnb_fp4");
  numbers<lowp::iq4nl>("iq4nl");
  numbers<lowp::fp3_ea_neg>("fp3_ea_neg");
  numbers<lowp::ternary>("ternary");
  numbers<lowp::bipolar<3>>("bipolar<3>");
  numbers<lowp::direction_preserving<64>>("direction_preserving<64>");
  numbers<lowp::power_exponent<8, 1, 2>>("power_exponent<8, 1, 2>");
}
TEST_CASE("math functions of some takums of 16 bits", "[math][slow]") { numbers<lowp::takum<16>>("takum<16>", 127); }
TEST_CASE("math functions of every takum of 16 bits", "[math][.exhaustive]") {
  numbers<lowp::takum<16>>("takum<16>");
}

TEST_CASE("math functions of every pair of posit<8>", "[math][slow]") { posit_pairs<8, 2>(); }
TEST_CASE("math functions of every pair of short numbers that are no minifloats", "[math]") {
  posit_pairs<6, 1>();
  fixed_pairs<lowp::fixed<5, 2>>("fixed<5, 2>", 2);
  fixed_pairs<lowp::ufixed<4, 1>>("ufixed<4, 1>", 1);
  fixed_pairs<lowp::integer<4>>("integer<4>", 0);
  pairs<lowp::nf4>("nf4");
  pairs<lowp::iq4nl>("iq4nl");
  pairs<lowp::ternary>("ternary");
}
TEST_CASE("math functions of every pair of 8-bit numbers that are no minifloats", "[math][.exhaustive]") {
  posit_pairs<8, 0>();
  fixed_pairs<lowp::fixed<8, 4>>("fixed<8, 4>", 4);
  fixed_pairs<lowp::fixed<8, 7>>("fixed<8, 7>", 7);
  fixed_pairs<lowp::integer<8>>("integer<8>", 0);
  fixed_pairs<lowp::uinteger<8>>("uinteger<8>", 0);
  pairs<lowp::hifloat8>("hifloat8");
  pairs<lowp::takum<8>>("takum<8>");
  pairs<lowp::sfp8>("sfp8");
  pairs<lowp::direction_preserving<64>>("direction_preserving<64>");
  pairs<lowp::power_exponent<8, 1, 2>>("power_exponent<8, 1, 2>");
}

}  // namespace
}  // namespace tests
