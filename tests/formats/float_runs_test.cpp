// float -> code by table (formats/float_runs.hpp and core/table.hpp) against the generic path, for formats without a
// grid.
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/sfp8.hpp>
#include <lowp/formats/takum.hpp>

#include <cstring>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

template <class T, class R, class O>
bool same(std::uint32_t bits, R rounding, O overflow) {
  const float x = float_of(bits);
  return lowp::convert<T>(x, rounding, overflow).bits() ==
         lowp::round_to<T>(lowp::decode(x), rounding, overflow).bits();
}

template <class T, class R, class O>
std::size_t differences(R rounding, O overflow) {
  using F = typename T::format;
  static_assert(lowp::detail::has_float_codes<F, R, O> ||
                lowp::detail::has_shortcut<lowp::detail::convert_op, R, O, F, lowp::binary32>);
  std::size_t n = 0;
  // Every float of at most 7 fraction bits and its neighbours; every value of the format, every middle, and theirs.
  for (std::uint32_t top = 0; top < 0x10000; ++top)
    for (const std::uint32_t low : {0u, 1u, 0xffffu}) n += !same<T>(top << 16 | low, rounding, overflow);
  tests::random_codes random(9);
  for (int i = 0; i < 20000; ++i) n += !same<T>(static_cast<std::uint32_t>(random.next()), rounding, overflow);
  T x = std::numeric_limits<T>::lowest();
  for (T y = next_up(x); y != x && isfinite(y); x = y, y = next_up(x)) {
    const double a = static_cast<double>(x), b = static_cast<double>(y);
    for (const double v : {a, (a + b) / 2, b}) {
      const float f = static_cast<float>(v);
      std::uint32_t bits;
      std::memcpy(&bits, &f, sizeof bits);
      for (std::uint32_t near = bits - 3; near != bits + 4; ++near) n += !same<T>(near, rounding, overflow);
    }
  }
  return n;
}

}  // namespace

TEMPLATE_TEST_CASE("float -> code by table: the generic path's codes in every mode", "", lowp::nf4, lowp::bnb_fp4,
                   lowp::iq4nl, lowp::ternary, lowp::binary, lowp::bipolar<8>, lowp::flint4, lowp::hifloat8,
                   lowp::sfp8, lowp::takum<3>, lowp::takum<8>) {
  using T = TestType;
  CHECK(differences<T>(typename T::rounding{}, typename T::overflow{}) == 0);
  CHECK(differences<T>(lowp::nearest_even{}, lowp::to_special{}) == 0);
  CHECK(differences<T>(lowp::nearest_away{}, lowp::sat_none{}) == 0);
  CHECK(differences<T>(lowp::upward{}, lowp::to_special{}) == 0);
  CHECK(differences<T>(lowp::downward{}, lowp::saturate_finite{}) == 0);
  CHECK(differences<T>(lowp::toward_zero{}, lowp::sat_none{}) == 0);
  CHECK(differences<T>(lowp::to_odd{}, lowp::saturate{}) == 0);
}

TEMPLATE_TEST_CASE("float -> code by table: all floats", "[.exhaustive]", lowp::nf4, lowp::iq4nl, lowp::hifloat8,
                   lowp::sfp8, lowp::takum<8>) {
  std::size_t n = 0;
  for (std::uint64_t bits = 0; bits >> 32 == 0; ++bits)
    n += !same<TestType>(static_cast<std::uint32_t>(bits), typename TestType::rounding{},
                         typename TestType::overflow{});
  CHECK(n == 0);
}
