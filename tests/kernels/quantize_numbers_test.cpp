// lowp::quantize and lowp::dequantize of scalar formats: every tier and rounding mode against reference::, byte for byte.
#include "quantize_checks.hpp"

using namespace tests;

namespace {

template <class T>
void check_number(const std::string& name, std::uint64_t seed) {
  check_every_policy<T, T>(name, seed);
}

template <class T>
void check_some(const std::string& name, std::uint64_t seed) {
  check_some_policies<T, T>(name, seed);
}

// Overflow policies differ in what is beyond the largest value alone.
template <class T>
void check_overflow(const std::string& name, std::uint64_t seed) {
  const std::vector<sample> samples = samples_for<T>(seed);
  check_quantize<T>(samples, name + " to_special", lowp::to_special{});
  check_quantize<T>(samples, name + " saturate", lowp::saturate{});
  check_quantize<T>(samples, name + " saturate_finite", lowp::saturate_finite{});
  check_quantize<T>(samples, name + " sat_none", lowp::sat_none{});
  check_quantize<T>(samples, name + " toward_zero", lowp::toward_zero{}, lowp::to_special{});
  check_quantize<T>(samples, name + " upward", lowp::upward{}, lowp::sat_none{});
  check_quantize<T>(samples, name + " stochastic", lowp::stochastic<>{}, lowp::saturate{});
}

}  // namespace

TEST_CASE("quantize: minifloats of 8 bits, rounding modes") {
  check_number<lowp::e4m3fn>("e4m3fn", 1);
  check_some<lowp::e5m2>("e5m2", 2);
  check_some<lowp::e4m3>("e4m3", 3);
  check_some<lowp::e4m3fnuz>("e4m3fnuz", 4);
}

TEST_CASE("quantize: minifloats of 4 and 6 bits, rounding modes") {
  check_number<lowp::e2m1fn>("e2m1fn", 11);
  check_some<lowp::e3m2fn>("e3m2fn", 12);
  check_some<lowp::e2m3fn>("e2m3fn", 13);
}

TEST_CASE("quantize: formats of 16 bits, rounding modes") {
  check_number<lowp::float16>("float16", 21);
  check_some<lowp::bfloat16>("bfloat16", 22);
}

TEST_CASE("quantize: integers, rounding modes") {
  check_number<lowp::int8>("int8", 31);
  check_some<lowp::int4>("int4", 32);
  check_some<lowp::uint4>("uint4", 33);
}

TEST_CASE("quantize: posits, rounding modes") {
  check_number<lowp::posit8>("posit8", 41);
  check_some<lowp::posit16>("posit16", 42);
}

TEST_CASE("quantize: every number of 4, 6, 8 and 16 bits to nearest") {
  const auto check = []<class T>(T, const char* name, std::uint64_t seed) {
    check_quantize<T>(samples_for<T>(seed), name);
    check_dequantize<T>(name, seed + 100);
  };
  check(lowp::e3m4{}, "e3m4", 51);
  check(lowp::e5m2fnuz{}, "e5m2fnuz", 52);
  check(lowp::e4m3b11fnuz{}, "e4m3b11fnuz", 53);
  check(lowp::ue5m3{}, "ue5m3", 54);
  check(lowp::p3109<8, 4>{}, "p3109<8, 4>", 55);
  check(lowp::p3109<8, 1>{}, "p3109<8, 1>", 56);
  check(lowp::p3109<6, 3>{}, "p3109<6, 3>", 57);
  check(lowp::p3109<8, 3, lowp::signedness::is_unsigned>{}, "p3109<8, 3> unsigned", 58);
  check(lowp::e8m0fnu{}, "e8m0fnu", 59);
  check(lowp::uint8{}, "uint8", 60);
  check(lowp::q7{}, "q7", 61);
  check(lowp::q15{}, "q15", 62);
  check(lowp::symmetric_fixed<6, 2>{}, "symmetric_fixed<6, 2>", 63);
  check(lowp::hifloat8{}, "hifloat8", 64);
  check(lowp::sfp8{}, "sfp8", 65);
  check(lowp::nf4{}, "nf4", 66);
  check(lowp::iq4nl{}, "iq4nl", 67);
  check(lowp::posit<6, 1>{}, "posit<6, 1>", 68);
  check(lowp::takum<8>{}, "takum<8>", 69);
  check(lowp::takum<16>{}, "takum<16>", 70);
}

TEST_CASE("quantize: numbers of other widths take the reference path") {
  const auto check = []<class T>(T, const char* name, std::uint64_t seed) {
    check_quantize<T>(samples_for<T>(seed), name);
    check_dequantize<T>(name, seed + 100);
  };
  check(lowp::integer<3>{}, "integer<3>", 71);
  check(lowp::ue4m3{}, "ue4m3", 72);
  check(lowp::fixed<11, 7>{}, "fixed<11, 7>", 73);
  check(lowp::tf32{}, "tf32", 74);
  check_quantize<float>(samples_for<lowp::e2m1fn>(75), "float");
  check_dequantize<float>("float", 76);
}

TEST_CASE("quantize: overflow policies") {
  check_overflow<lowp::e4m3fn>("e4m3fn", 81);
  check_overflow<lowp::e5m2>("e5m2", 82);
  check_overflow<lowp::e2m1fn>("e2m1fn", 83);
  check_overflow<lowp::float16>("float16", 84);
  check_overflow<lowp::int8>("int8", 85);
  const std::vector<sample> samples = samples_for<lowp::int8>(86);
  check_quantize<lowp::int8>(samples, "int8 wrap", lowp::wrap{});
}
