// The counter-based generator and the streams that scalar operators draw from.
#include <lowp/core/random.hpp>
#include <set>
#include <thread>

#include "helpers.hpp"

using lowp::philox;
using lowp::random_stream;

namespace {

constexpr philox::block block_of(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return {{a, b, c, d}};
}

// Counter words (c0, c1, c2, c3) and key words (k0, k1) as the library spells them.
constexpr philox::block known(std::uint32_t c0, std::uint32_t c1, std::uint32_t c2, std::uint32_t c3,
                              std::uint32_t k0, std::uint32_t k1) {
  return philox{std::uint64_t{k1} << 32 | k0, std::uint64_t{c3} << 32 | c2}[std::uint64_t{c1} << 32 | c0];
}

}  // namespace

TEST_CASE("random: the known answers of Random123") {
  // DEShawResearch/random123, tests/kat_vectors, lines "philox4x32 10": counter, key, result.
  constexpr std::uint32_t f = 0xffffffff;
  STATIC_REQUIRE(known(0, 0, 0, 0, 0, 0) == block_of(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  STATIC_REQUIRE(known(f, f, f, f, f, f) == block_of(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  STATIC_REQUIRE(known(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0) ==
                 block_of(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
  // At run time as well.
  volatile std::uint32_t zero = 0;
  CHECK(known(zero, zero, 0, 0, 0, 0) == block_of(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST_CASE("random: number i of a stream is word i mod 4 of block i / 4") {
  const philox g{0x0123456789abcdef, 42};
  for (const std::uint64_t base : {std::uint64_t{0}, std::uint64_t{1} << 34, ~std::uint64_t{0} - 15}) {
    for (std::uint64_t i = base; i - base < 16; ++i) CHECK(g(i) == g[i / 4].word[i % 4]);
  }
}

TEST_CASE("random: a stream gives the numbers of philox in their order") {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
    for (const std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{3}, ~std::uint64_t{0}}) {
      const philox g{seed, stream};
      random_stream s{seed, stream};
      for (std::uint64_t i = 0; i < 1001; ++i) {
        if (s() != g(i)) FAIL_CHECK("seed " << seed << ", stream " << stream << ", index " << i);
      }
    }
  }
  random_stream a{5}, b = a;
  a();
  a();
  b();
  b();
  CHECK(a() == b());  // a copy goes on from where it was taken
  random_stream c{5};
  for (int i = 0; i < 6; ++i) c();
  random_stream d = c;
  for (int i = 0; i < 9; ++i) CHECK(c() == d());
}

TEST_CASE("random: seeds and streams differ") {
  std::set<std::uint32_t> first;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (std::uint64_t stream = 0; stream < 10; ++stream) first.insert(philox{seed, stream}(0));
  CHECK(first.size() >= 999);
  CHECK(philox{1}(0) == philox{1, 0}(0));
  CHECK(philox{1, 0}(0) != philox{0, 1}(0));
  CHECK(philox{std::uint64_t{1} << 32}(0) != philox{1}(0));
  CHECK(philox{0, std::uint64_t{1} << 32}(0) != philox{0, 1}(0));
  CHECK(philox{0}(std::uint64_t{4} << 32) != philox{0}(0));
}

TEST_CASE("random: usable in constant expressions") {
  constexpr std::uint32_t third = [] {
    random_stream s{0};
    s();
    s();
    return s();
  }();
  STATIC_REQUIRE(third == 0xbc57ac4c);
  STATIC_REQUIRE(lowp::random_bits{17}() == 17);
}

TEST_CASE("random: the stream of the thread starts again where it is seeded") {
  lowp::seed_thread(123);
  const std::uint32_t a = lowp::thread_stream()(), b = lowp::thread_stream()();
  CHECK(a == philox{123}(0));
  CHECK(b == philox{123}(1));
  lowp::seed_thread(123);
  CHECK(lowp::thread_stream()() == a);
  CHECK(lowp::thread_stream()() == b);
  lowp::seed_thread(123, 1);
  CHECK(lowp::thread_stream()() == (philox{123, 1}(0)));
  lowp::seed_thread(124);
  CHECK(lowp::thread_stream()() == philox{124}(0));
}

TEST_CASE("random: every thread has a stream of its own, which starts at seed 0") {
  lowp::seed_thread(9);
  std::uint32_t there = 0, after_seed = 0;
  std::thread([&] {
    there = lowp::thread_stream()();
    lowp::seed_thread(10);
    after_seed = lowp::thread_stream()();
  }).join();
  CHECK(there == philox{0}(0));
  CHECK(after_seed == philox{10}(0));
  CHECK(lowp::thread_stream()() == philox{9}(0));  // untouched by the other thread
}

TEST_CASE("random: operators of stochastic types draw one number for each finite result, in order") {
  using S = lowp::with_rounding<lowp::float16, lowp::stochastic<>>;
  const S x(1.0f), y(0x1.8p-12f);  // the sum lies 3/8 into the gap of 2^-10 above 1
  lowp::seed_thread(77);
  const philox g{77};
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const bool away = (x + y).bits() != x.bits();
    if (away != (g(i) >= 0xa0000000)) FAIL_CHECK("draw " << i);  // 3/8 of all numbers
  }
}
