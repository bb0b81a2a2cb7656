// core/bits.hpp against GMP, on words where digits carry and on 10^6 random ones; and the same once more in constant
// expressions.
#include <lowp/core/bits.hpp>
#include <type_traits>

#include "bits_checks.hpp"

using lowp::detail::wide;

TEST_CASE("bits: 64 x 64 -> 128") { bits_checks::check_multiply<wide>(lowp::detail::multiply_wide, 1000000); }

TEST_CASE("bits: 128 / 64 -> 64, quotient and remainder") {
  bits_checks::check_divide(lowp::detail::divide_wide, 1000000);
}

TEST_CASE("bits: the root of 128 bits") {
  bits_checks::check_root<wide>(lowp::detail::root_wide, 1000000);
  bits_checks::check_root_of_64(lowp::detail::root_of_64, 200000);
}

TEST_CASE("bits: storage and masks") {
  using lowp::storage_t;
  STATIC_REQUIRE(std::is_same_v<storage_t<1>, std::uint8_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<8>, std::uint8_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<9>, std::uint16_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<16>, std::uint16_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<17>, std::uint32_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<32>, std::uint32_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<33>, std::uint64_t>);
  STATIC_REQUIRE(std::is_same_v<storage_t<64>, std::uint64_t>);
  std::uint64_t expected = 0;
  for (int n = 0; n <= 64; ++n) {
    CHECK(lowp::low_mask(n) == expected);
    expected = expected << 1 | 1;
  }
}

TEST_CASE("bits: constant expressions") {
  constexpr std::uint64_t ones = ~std::uint64_t{0}, top = std::uint64_t{1} << 63;
  STATIC_REQUIRE(lowp::detail::multiply_wide(ones, ones) == wide{ones - 1, 1});
  constexpr auto q = lowp::detail::divide_wide(ones - 1, 1, ones);  // (2^64 - 1)^2 / (2^64 - 1)
  STATIC_REQUIRE(q.value == ones);
  STATIC_REQUIRE(q.remainder == 0);
  constexpr auto r = lowp::detail::root_wide({ones - 1, 1});
  STATIC_REQUIRE(r.value == ones);
  STATIC_REQUIRE(r.exact);
  constexpr auto s = lowp::detail::root_wide({ones, ones});
  STATIC_REQUIRE(s.value == ones);
  STATIC_REQUIRE(!s.exact);
  constexpr auto h = lowp::detail::root_wide({top >> 1, 0});
  STATIC_REQUIRE(h.value == top);
  STATIC_REQUIRE(h.exact);
}
