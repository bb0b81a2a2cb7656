// Literals: the exact number in every spelling that C++ has; what is refused is in tests/refused.
#include <lowp/interop/literals.hpp>

#include <type_traits>

#include "catch.hpp"

namespace {

using namespace lowp::literals;

template <char... C>
consteval auto operator""_p8() {
  return lowp::literal<lowp::p3109<8, 3>, C...>();
}
template <char... C>
consteval auto operator""_far() {
  return lowp::literal<lowp::minifloat<5, 2, lowp::specials::ieee, 300>, C...>();
}

template <class T>
constexpr bool is(T x, std::uint64_t code) {
  return x.bits() == code;
}

static_assert(std::is_same_v<decltype(1.5_float16), lowp::float16> && is(1.5_float16, 0x3e00));
static_assert(std::is_same_v<decltype(1.5_bfloat16), lowp::bfloat16> && is(1.5_bfloat16, 0x3fc0));
static_assert(std::is_same_v<decltype(1.5_tf32), lowp::tf32> && is(1.5_tf32, 0x1fe00));
static_assert(std::is_same_v<decltype(1.5_e5m2), lowp::e5m2> && is(1.5_e5m2, 0x3e));
static_assert(std::is_same_v<decltype(1.5_e4m3), lowp::e4m3> && is(1.5_e4m3, 0x3c));
static_assert(std::is_same_v<decltype(1.5_e4m3fn), lowp::e4m3fn> && is(1.5_e4m3fn, 0x3c));
static_assert(std::is_same_v<decltype(1.5_e3m4), lowp::e3m4> && is(1.5_e3m4, 0x38));
static_assert(std::is_same_v<decltype(1.5_e4m3fnuz), lowp::e4m3fnuz> && is(1.5_e4m3fnuz, 0x44));
static_assert(std::is_same_v<decltype(1.5_e5m2fnuz), lowp::e5m2fnuz> && is(1.5_e5m2fnuz, 0x42));
static_assert(std::is_same_v<decltype(1.5_e4m3b11fnuz), lowp::e4m3b11fnuz> && is(1.5_e4m3b11fnuz, 0x5c));
static_assert(std::is_same_v<decltype(1.5_e3m2fn), lowp::e3m2fn> && is(1.5_e3m2fn, 0x0e));
static_assert(std::is_same_v<decltype(1.5_e2m3fn), lowp::e2m3fn> && is(1.5_e2m3fn, 0x0c));
static_assert(std::is_same_v<decltype(1.5_e2m1fn), lowp::e2m1fn> && is(1.5_e2m1fn, 0x3));
static_assert(std::is_same_v<decltype(2_e8m0fnu), lowp::e8m0fnu> && is(2_e8m0fnu, 0x80));
static_assert(std::is_same_v<decltype(1.5_ue4m3), lowp::ue4m3> && is(1.5_ue4m3, 0x3c));
static_assert(std::is_same_v<decltype(1.5_ue5m3), lowp::ue5m3> && is(1.5_ue5m3, 0x7c));
static_assert(std::is_same_v<decltype(1.5_p8), lowp::p3109<8, 3>> && is(1.5_p8, 0x42));

static_assert(is(0_e4m3fn, 0) && is(0.0_e4m3fn, 0) && is(.0_e4m3fn, 0) && is(0e5_e4m3fn, 0) && is(0x0_e4m3fn, 0));
static_assert(is(-0_e4m3fn, 0x80) && is(-1.5_e4m3fn, 0xbc) && is(+1.5_e4m3fn, 0x3c));
static_assert(is(448_e4m3fn, 0x7e) && is(4.48e2_e4m3fn, 0x7e) && is(448'000E-3_e4m3fn, 0x7e) &&
              is(448._e4m3fn, 0x7e));
static_assert(is(0x1.cp8_e4m3fn, 0x7e) && is(0X1C0_e4m3fn, 0x7e) && is(0x.e'0P+9_e4m3fn, 0x7e));
static_assert(is(0b1'1100'0000_e4m3fn, 0x7e) && is(0700_e4m3fn, 0x7e) && is(0'700_e4m3fn, 0x7e));
static_assert(is(010_e5m2, 0x48) && is(010.0_e5m2, 0x49) && is(010e0_e5m2, 0x49));  // octal 8; decimal 10
static_assert(is(0.001953125_e4m3fn, 1) && is(0x1p-9_e4m3fn, 1));
static_assert(is(1.000'000'000'000'000'000'000'000'000'000'000_float16, 0x3c00));
static_assert(is(100000000000000000000e-20_float16, 0x3c00) && is(65504_float16, 0x7bff));
static_assert(is(0x1p-127_e8m0fnu, 0) && is(0x1p127_e8m0fnu, 0xfe));
static_assert(
    is(5.877471754111437539843682686111228389093327783860437607543758531392086297273635864257812'5e-39_e8m0fnu, 0));
static_assert(is(0x1p-133_bfloat16, 1) && is(3.38953138925153547590470800371487866880e38_bfloat16, 0x7f7f));
static_assert(is(0x1p-301_far, 1));

TEST_CASE("literals are constants, and values like any other at run time") {
  const auto x = 1.5_e4m3fn;
  CHECK(x + 0.5_e4m3fn == 2_e4m3fn);
  constexpr lowp::float16 table[] = {0.5_float16, -0.25_float16, 0x1p-24_float16};
  CHECK(table[2].bits() == 1);
}

}  // namespace
