// The pieces below a format: exact values, their order, and cutting them onto a grid.
#include <algorithm>
#include <compare>
#include <limits>
#include <vector>

#include "helpers.hpp"

using lowp::cut;
using lowp::exact;
using lowp::value_kind;

namespace {

constexpr std::uint64_t top = std::uint64_t{1} << 63;
__extension__ typedef unsigned __int128 uint128;

}  // namespace

TEST_CASE("exact: an integer times a power of two is normalised") {
  for (int bit = 0; bit < 64; ++bit) {
    for (const int unit : {-1000000, -149, -1, 0, 1, 63, 1000000}) {
      for (const bool negative : {false, true}) {
        const exact x = exact::scaled(negative, std::uint64_t{1} << bit, unit);
        CHECK(x == exact{top, bit + unit, value_kind::finite, negative, false});
        const exact y = exact::scaled(negative, (std::uint64_t{1} << bit) | 1, unit);
        CHECK(y.significand >> 63 == 1);
        CHECK(y.exponent == bit + unit);
        CHECK((y.significand >> (63 - bit)) == ((std::uint64_t{1} << bit) | 1));
      }
    }
  }
  CHECK(exact::scaled(false, 0, 5) == exact::zero(false));
  CHECK(exact::scaled(true, 0, 5) == exact::zero(true));
  CHECK(exact::scaled(false, 12, -2) == exact::scaled(false, 3, 0));  // equal values have equal members
  CHECK(exact::scaled(false, ~std::uint64_t{0}, 0) == exact{~std::uint64_t{0}, 63, value_kind::finite, false, false});
  CHECK(exact{} == exact::zero());
}

TEST_CASE("exact: signs, negation, magnitude") {
  for (const exact& x : {exact::zero(), exact::scaled(false, 3, 1), exact::infinity(), exact::nan()}) {
    CHECK_FALSE(x.negative);
    CHECK((-x).negative);
    CHECK(-(-x) == x);
    CHECK(-x != x);
    CHECK((-x).magnitude() == x);
    CHECK(x.magnitude() == x);
  }
  CHECK(-exact::zero() == exact::zero(true));
  CHECK(-exact::infinity() == exact::infinity(true));
  CHECK(-exact::nan() == exact::nan(true));
}

TEST_CASE("exact: compare is the order of the values, total but for NaN") {
  // Ascending; each inner list is one value.
  const auto finite = [](bool negative, std::uint64_t significand, int exponent, bool sticky) {
    return exact{significand, exponent, value_kind::finite, negative, sticky};
  };
  std::vector<std::vector<exact>> above{
      {finite(false, top, -1000000, false)},
      {finite(false, top, -1, false)},
      {finite(false, ~std::uint64_t{0}, -1, false)},
      {finite(false, top, 0, false)},
      {finite(false, top, 0, true)},
      {finite(false, top + 1, 0, false)},
      {finite(false, top + 1, 0, true)},
      {finite(false, ~std::uint64_t{0}, 0, true)},
      {finite(false, top, 1, false)},
      {finite(false, top, 1000000, false)},
      {exact::infinity()},
  };
  std::vector<std::vector<exact>> ascending;
  for (auto i = above.rbegin(); i != above.rend(); ++i) ascending.push_back({-i->front()});
  ascending.push_back({exact::zero(), exact::zero(true)});
  ascending.insert(ascending.end(), above.begin(), above.end());

  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      for (const exact& a : ascending[i])
        for (const exact& b : ascending[j]) {
          INFO(tests::show(a) << " and " << tests::show(b));
          CHECK((compare(a, b) == std::partial_ordering(i <=> j)));
        }
  for (const auto& group : ascending)
    for (const exact& nan : {exact::nan(), exact::nan(true)}) {
      CHECK((compare(nan, group.front()) == std::partial_ordering::unordered));
      CHECK((compare(group.front(), nan) == std::partial_ordering::unordered));
      CHECK((compare(nan, exact::nan()) == std::partial_ordering::unordered));
    }
}

TEST_CASE("cut: what is shifted out becomes the rest, its last bit sticky") {
  tests::report report("shift_out");
  tests::splitmix random(5);
  std::vector<std::uint64_t> significands{top, top | 1, ~std::uint64_t{0}, top | top >> 1, top + (top >> 40)};
  for (int i = 0; i < 100; ++i) significands.push_back(top | random.any());
  for (const std::uint64_t significand : significands) {
    for (const bool sticky : {false, true}) {
      for (int n = -63; n <= 300; ++n) {
        // significand * 2^-n as 64 bits before and 128 bits after the point
        std::uint64_t whole = 0, rest = 0;
        bool below = sticky;
        if (n <= 0) {
          if (std::uint64_t shifted = significand << -n; (shifted >> -n) == significand) {
            whole = shifted;
          } else {
            continue;  // does not fit a code: formats do not ask for this
          }
        } else {
          const uint128 wide = n < 128 ? static_cast<uint128>(significand) << 64 >> n : 0;
          whole = static_cast<std::uint64_t>(wide >> 64);
          rest = static_cast<std::uint64_t>(wide);
          if (n >= 64) {
            for (int bit = 0; bit < 64; ++bit)
              if (bit < n - 64 && (significand >> bit & 1) != 0) below = true;
          }
        }
        const cut c = lowp::detail::shift_out(significand, sticky, n);
        report.expect(c.code == whole && c.rest == (rest | below), [&](std::ostream& o) {
          o << tests::hex(significand) << " >> " << n << (sticky ? " sticky" : "") << " gives " << tests::hex(c.code)
            << ", " << tests::hex(c.rest) << "; expected " << tests::hex(whole) << ", " << tests::hex(rest | below);
        });
      }
    }
  }
  for (const int n : {128, 1000, 1 << 22, std::numeric_limits<int>::max()}) {
    CHECK(lowp::detail::shift_out(top, false, n).code == 0);
    CHECK(lowp::detail::shift_out(top, false, n).rest == 1);
  }
}

TEST_CASE("cut: binary floating point, there and back, and what lies between") {
  for (const int fraction_bits : {0, 1, 3, 10, 23, 31, 52}) {
    for (const int bias : {-100, 0, 1, 127, 1023, 1 << 19}) {
      INFO("fraction bits " << fraction_bits << ", bias " << bias);
      const std::uint64_t one = std::uint64_t{1} << fraction_bits;
      std::vector<std::uint64_t> codes{
          1, 2, one - 1, one, one + 1, 2 * one - 1, 2 * one, 2 * one + 1, 200 * one + one / 3};
      for (const std::uint64_t code : codes) {
        if (code == 0) continue;
        const exact x = lowp::detail::decode_floating(false, code, fraction_bits, bias);
        const exact next = lowp::detail::decode_floating(false, code + 1, fraction_bits, bias);
        CHECK((compare(x, next) < 0));
        const cut there = lowp::detail::cut_floating(x, fraction_bits, bias);
        CHECK(there.code == code);
        CHECK(there.rest == 0);
        // the middle of the gap, and a little to both sides of it
        const exact middle = [&] {  // (x + next) / 2
          const std::uint64_t fraction = code & (one - 1), field = code >> fraction_bits;
          const std::uint64_t s = field == 0 ? fraction : one | fraction;
          const int unit = (field == 0 ? 1 : static_cast<int>(field)) - bias - fraction_bits;
          return exact::scaled(false, 2 * s + 1, unit - 1);
        }();
        CHECK(lowp::detail::cut_floating(middle, fraction_bits, bias).code == code);
        CHECK(lowp::detail::cut_floating(middle, fraction_bits, bias).rest == top);
        exact more = middle, less = middle;
        more.sticky = true;
        less.significand -= 1;
        if ((less.significand >> 63) == 0) continue;
        CHECK(lowp::detail::cut_floating(more, fraction_bits, bias).rest == (top | 1));
        const cut c = lowp::detail::cut_floating(less, fraction_bits, bias);
        CHECK(c.code == code);
        CHECK(c.rest < top);
        CHECK(c.rest >= top - (top >> 10));
      }
    }
  }
}

TEST_CASE("cut: a field that leaves the code behind does not come back") {
  // binary64 has room for 11 bits of exponent; values of other formats reach much further.
  for (const int exponent : {1024, 3072, 3073, 4096, 5119, 1 << 20, std::numeric_limits<int>::max() - 2000}) {
    const exact x{top, exponent, value_kind::finite, false, false};
    INFO(exponent);
    CHECK(lowp::round_to<double>(x) == HUGE_VAL);
    CHECK(lowp::round_to<double>(-x) == -HUGE_VAL);
    CHECK(lowp::round_to<double>(x, lowp::toward_zero{}) == std::numeric_limits<double>::max());
    CHECK(lowp::round_to<float>(x) == HUGE_VALF);
    CHECK(lowp::round_to<lowp::e4m3fn>(x, lowp::saturate{}).bits() == 0x7e);
    CHECK(lowp::round_to<lowp::fixed<63, 0>>(x).bits() == lowp::low_mask(62));
    CHECK(lowp::round_to<lowp::ufixed<63, 40>>(x).bits() == lowp::low_mask(63));
  }
  for (const int exponent : {-1076, -5000, -(1 << 20), std::numeric_limits<int>::min() + 2000}) {
    const exact x{top | 1, exponent, value_kind::finite, false, false};
    INFO(exponent);
    CHECK(lowp::round_to<double>(x) == 0.0);
    CHECK(lowp::round_to<double>(x, lowp::upward{}) == std::numeric_limits<double>::denorm_min());
    CHECK(lowp::round_to<float>(x, lowp::upward{}) == std::numeric_limits<float>::denorm_min());
    CHECK(lowp::round_to<lowp::fixed<63, 0>>(x, lowp::upward{}).bits() == 1);
  }
}
