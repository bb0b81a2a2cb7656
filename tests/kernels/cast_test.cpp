// lowp::cast: all pairs of scalar types, lengths, packed storage, errors; and all floats there are.
#include <atomic>
#include <csignal>
#include <lowp/formats/hifloat8.hpp>
#include <thread>

#include "cast_checks.hpp"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace lowp;
using namespace tests::casts;

namespace {

// Doubles next to each float that decides, on both sides and as near as they get, and beyond the range of float.
template <class T>
std::vector<double> doubles_for() {
  std::vector<double> v;
  const std::vector<float> near = floats_for<T>();
  for (std::size_t i = 0; i < near.size(); ++i) {
    const double x = near[i];
    v.push_back(x);
    if (i % 2 == 0) continue;
    v.push_back(std::nextafter(x, 1e300));
    v.push_back(std::nextafter(x, -1e300));
    v.push_back(x * (1 + 0x1p-26));
  }
  for (int e = -1074; e < 1024; e += 3)
    for (const double s : {1.0, -1.0, 1.5, -1.75}) v.push_back(std::ldexp(s, e));
  return v;
}

template <class T>
void check_doubles(const char* name) {
  const std::vector<double> x = doubles_for<T>();
  const typename T::format::default_overflow own{};
  check_same(compare_with_convert<T>(name, x, nearest_even{}, own));
  check_same(compare_with_convert<T>(name, x, downward{}, own));
  check_same(compare_with_convert<T>(name, x, to_odd{}, saturate{}));
  check_same(compare_with_convert<T>(name, x, stochastic<>{}, own));
}

template <class From, class To>
void check_pair(const char* name) {
  std::vector<From> all;
  for (std::uint64_t c = 0; c <= low_mask(From::format::bits); ++c)
    all.push_back(From::from_bits(static_cast<typename From::storage>(c)));
  const typename To::format::default_overflow own{};
  check_same(compare_with_convert<To>(name, all, nearest_even{}, own));
  check_same(compare_with_convert<To>(name, all, upward{}, own));
  check_same(compare_with_convert<To>(name, all, stochastic<9>{}, own));
}

// cast of the first n elements into memory that ends after them, and into the middle of a larger array.
template <class From, class To, class... Policies>
bool ragged(const std::vector<From>& x, std::size_t n, Policies... policies) {
  const std::unique_ptr<From[]> in(new From[n]);
  std::copy_n(x.begin(), n, in.get());
  const std::unique_ptr<To[]> out(new To[n]);
  cast(std::span<const From>(in.get(), n), std::span<To>(out.get(), n), policies...);

  const To guard = scalar_traits<To>::from_code(0x55);
  std::vector<To> larger(n + 200, guard);
  cast(std::span<const From>(in.get(), n), std::span<To>(larger).subspan(100, n), policies...);
  bool same = true;
  const philox random(0);
  for (std::size_t i = 0; i < larger.size(); ++i) {
    const bool inside = i >= 100 && i < 100 + n;
    const To want = inside ? convert<To>(in[i - 100], policies..., random_bits{random(i - 100)}) : guard;
    same = same && code(larger[i]) == code(want) && (!inside || code(out[i - 100]) == code(want));
  }
  return same;
}

template <class From, class To, class... Policies>
void check_lengths(Policies... policies) {
  std::vector<From> x;
  for (std::size_t i = 0; i < 600; ++i) x.push_back(From(static_cast<float>(i) * 0.125f - 9.0f));
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    for (std::size_t n = 0; n <= 70; ++n) {
      INFO(to_string(t) << ", " << n << " elements");
      CHECK(ragged<From, To>(x, n, policies...));
    }
    for (const std::size_t n : {255, 256, 257, 511, 512, 513, 600}) {
      INFO(to_string(t) << ", " << n << " elements");
      CHECK(ragged<From, To>(x, n, policies...));
    }
  }
}

// Packed both ways: in memory that ends with the last byte, with the bits behind the last element kept.
template <class T>
void check_packed() {
  const std::size_t bits = T::format::bits;
  std::vector<float> x;
  for (std::size_t i = 0; i < 1100; ++i)
    x.push_back(std::ldexp(static_cast<float>(philox(3)(i) % 4001) - 2000, static_cast<int>(i % 23) - 14));
  std::vector<std::size_t> lengths{511, 512, 513, 1024, 1100};
  for (std::size_t n = 0; n <= 70; ++n) lengths.push_back(n);
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    for (const std::size_t n : lengths) {
      INFO(to_string(t) << ", " << bits << " bits, " << n << " elements");
      const std::span<const float> in(x.data(), n);
      const std::size_t size = packed_bytes<T>(n);
      const std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
      std::fill_n(bytes.get(), size, std::byte{0xff});
      const packed_span<T> out(std::span<std::byte>(bytes.get(), size), n);
      cast(in, out, nearest_even{});
      bool same = true;
      for (std::size_t i = 0; i < n; ++i) same = same && T(out[i]).bits() == convert<T>(x[i], nearest_even{}).bits();
      if (n * bits % 8 != 0)
        same = same && std::to_integer<unsigned>(bytes[size - 1]) >> (n * bits % 8) == 0xffu >> (n * bits % 8);
      CHECK(same);

      const std::unique_ptr<float[]> back(new float[n]);
      cast(packed_span<const T>(out), std::span<float>(back.get(), n));
      same = true;
      for (std::size_t i = 0; i < n; ++i) same = same && code(back[i]) == code(convert<float>(T(out[i])));
      CHECK(same);
    }
  }
}

// All 2^32 floats, by as many threads as there are processors.
template <class T, class R>
void check_all_floats(R rounding) {
  using O = typename T::overflow;
  constexpr std::uint64_t stretch = 1 << 16;
  std::atomic<std::uint64_t> next{0}, wrong{0};
  const philox random(0x5eed);
  std::vector<std::uint32_t> drawn(stretch);
  for (std::uint64_t i = 0; i < stretch; ++i) drawn[i] = random(i);
  const auto work = [&] {
    std::vector<float> x(stretch);
    std::vector<T> got(stretch);
    std::vector<T> want(stretch);
    while (true) {
      const std::uint64_t first = next.fetch_add(stretch);
      if (first > 0xffffffff) return;
      for (std::uint64_t i = 0; i < stretch; ++i) x[i] = as_float(first + i);
      for (std::uint64_t i = 0; i < stretch; ++i) want[i] = convert<T>(x[i], rounding, O{}, random_bits{drawn[i]});
      // The tiers by name: one force_tier at a time is enough for a process.
      const auto compare = [&] {
        for (std::uint64_t i = 0; i < stretch; ++i)
          if (want[i].bits() != got[i].bits()) wrong.fetch_add(1);
      };
      if (detect() >= tier::haswell) {
        tiers::haswell::cast_array<float, T, R, O>(x.data(), got.data(), stretch, random, 0);
        compare();
      }
      if (detect() >= tier::skylake) {
        tiers::skylake::cast_array<float, T, R, O>(x.data(), got.data(), stretch, random, 0);
        compare();
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
}

template <class T>
void check_all_floats() {
  check_all_floats<T>(nearest_even{});
  check_all_floats<T>(upward{});
  check_all_floats<T>(stochastic<>{});
}

}  // namespace

TEST_CASE("cast: doubles are rounded once") {
  check_doubles<e4m3fn>("e4m3fn");
  check_doubles<float16>("float16");
  check_doubles<bfloat16>("bfloat16");
  check_doubles<posit16>("posit16");
  check_doubles<q15>("q15");
  check_doubles<minifloat<9, 6>>("minifloat<9, 6>");  // beyond float
  check_doubles<posit<16, 4>>("posit<16, 4>");
  const std::vector<double> x = doubles_for<float16>();
  check_same(compare_with_convert<float>("float", x, nearest_even{}, to_special{}));
  check_same(compare_with_convert<float>("float", x, toward_zero{}, to_special{}));
  check_same(compare_with_convert<float>("float", x, nearest_even{}, saturate{}));
  check_same(compare_with_convert<double>("double", x, nearest_even{}, to_special{}));
  check_same(compare_with_convert<fixed<16, 4>>("fixed<16, 4>", x, nearest_even{}, wrap{}));
}

TEST_CASE("cast: float to float and double") {
  check_same(compare_with_convert<float>("float", everywhere(), nearest_even{}, to_special{}));
  check_same(compare_with_convert<double>("double", everywhere(), nearest_even{}, to_special{}));
}

TEST_CASE("cast: numbers to numbers") {
  check_pair<e4m3fn, e5m2>("e4m3fn to e5m2");
  check_pair<e5m2, posit8>("e5m2 to posit8");
  check_pair<float16, e4m3fn>("float16 to e4m3fn");
  check_pair<bfloat16, float16>("bfloat16 to float16");
  check_pair<posit16, bfloat16>("posit16 to bfloat16");
  check_pair<q15, posit16>("q15 to posit16");
  check_pair<e8m0fnu, int8>("e8m0fnu to int8");
  check_pair<posit<16, 4>, float16>("posit<16, 4> to float16");  // not by float
  check_pair<e4m3fn, posit64>("e4m3fn to posit64");
}

TEST_CASE("cast: any length, nothing beside the arrays") {
  check_lengths<float, e4m3fn>();
  check_lengths<float, float16>(toward_zero{});
  check_lengths<float, bfloat16>(stochastic<>{});
  check_lengths<e4m3fn, float>();
  check_lengths<posit16, float>();
  check_lengths<double, e5m2>();
  check_lengths<bfloat16, double>();
  check_lengths<float, hifloat8>();
  check_lengths<e4m3fn, float16>(stochastic<4>{});
}

TEST_CASE("cast: packed arrays of 1 to 8 bits") {
  check_packed<uint1>();
  check_packed<int2>();
  check_packed<integer<3>>();
  check_packed<e2m1fn>();
  check_packed<fixed<5, 1>>();
  check_packed<e3m2fn>();
  check_packed<integer<7>>();
  check_packed<e4m3fn>();
}

TEST_CASE("cast: packed arrays of 9 to 16 bits") {
  check_packed<integer<9>>();
  check_packed<posit<10>>();
  check_packed<integer<11>>();
  check_packed<minifloat<5, 6>>();
  check_packed<fixed<13, 2>>();
  check_packed<posit<14, 1>>();
  check_packed<minifloat<6, 8>>();
  check_packed<float16>();
}

TEST_CASE("cast: packed to packed, and random bits by element") {
  std::vector<float> x;
  for (std::size_t i = 0; i < 1500; ++i) x.push_back(static_cast<float>(philox(9)(i)) * 0x1p-29f - 4.0f);
  const philox random(77, 3);
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    packed<e3m2fn> a(x.size());
    packed<int4> b(x.size());
    cast(x, a, stochastic<>{}, random);
    cast(a, b, random, saturate{}, stochastic<8>{});
    bool same = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const e3m2fn first = convert<e3m2fn>(x[i], stochastic<>{}, random_bits{random(i)});
      const int4 second = convert<int4>(first, stochastic<8>{}, random_bits{random(i)});
      same = same && e3m2fn(a[i]).bits() == first.bits() && int4(b[i]).bits() == second.bits();
    }
    INFO(to_string(t));
    CHECK(same);
  }
}

TEST_CASE("cast: the policies of the type are the default") {
  const std::vector<float> x{1.03f, -1.03f, 1e9f};
  std::vector<with_overflow<with_rounding<e4m3fn, upward>, saturate>> y(3);
  cast(x, y);
  CHECK(convert<float>(y[0]) == 1.125f);
  CHECK(convert<float>(y[1]) == -1.0f);
  CHECK(convert<float>(y[2]) == 448.0f);
}

TEST_CASE("cast: arrays of different lengths are an error, and nothing is written") {
  const std::vector<float> x(5, 1.0f);
  std::vector<e4m3fn> y(4, e4m3fn(2));
  CHECK_THROWS_AS(cast(x, y), error);
  packed<e2m1fn> p(6);
  CHECK_THROWS_WITH(cast(x, p), "cast: 5 values do not fit an array of 6");
  for (const e4m3fn v : y) CHECK(v == 2);
}

#if defined(__x86_64__)
namespace {

// With subnormals flushed to zero, in operands and results, as some programs and libraries set the processor.
template <class T, class R>
bool same_when_flushing(R rounding) {
  std::vector<T> want(everywhere().size()), got(want.size());
  std::vector<float> back(want.size()), back_then(want.size());
  cast(everywhere(), want, rounding);
  cast(want, back);
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  cast(everywhere(), got, rounding);
  cast(want, back_then);
  _mm_setcsr(before);
  bool same = true;
  for (std::size_t i = 0; i < want.size(); ++i)
    same = same && want[i].bits() == got[i].bits() && code(back[i]) == code(back_then[i]);
  return same;
}

}  // namespace

TEST_CASE("cast: flushing subnormals changes nothing") {
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    INFO(to_string(t));
    CHECK(same_when_flushing<e4m3fn>(nearest_even{}));
    CHECK(same_when_flushing<float16>(upward{}));
    CHECK(same_when_flushing<float16>(stochastic<>{}));
    CHECK(same_when_flushing<bfloat16>(nearest_even{}));
    CHECK(same_when_flushing<bfloat16>(downward{}));
    CHECK(same_when_flushing<e8m0fnu>(nearest_even{}));
    CHECK(same_when_flushing<posit16>(nearest_even{}));
    CHECK(same_when_flushing<q15>(nearest_even{}));
    CHECK(same_when_flushing<q15>(upward{}));
  }
}
#endif

#if defined(__unix__)
TEST_CASE("cast: trap stops the program, and only for what does not fit") {
  const auto ends_by_signal = [](const std::vector<float>& x) {
    const pid_t child = fork();
    if (child == 0) {
      for (const int s : {SIGILL, SIGTRAP, SIGABRT}) std::signal(s, SIG_DFL);  // not Catch2's report
      std::vector<e4m3fn> y(x.size());
      cast(x, y, trap{});
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) != 0;
  };
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    for (const std::size_t n : {1, 15, 16, 17, 40}) {
      INFO(to_string(t) << ", " << n << " elements");
      std::vector<float> x(n, 448.0f);
      CHECK(!ends_by_signal(x));
      x.back() = 480.0f;
      CHECK(ends_by_signal(x));
    }
  }
}

TEST_CASE("cast: what fills up the last vector is no reason to trap") {
  const std::vector<float> x(3, 2.0f);  // zero does not fit
  std::vector<with_overflow<e8m0fnu, trap>> y(3);
  for (const tier t : tiers_here()) {
    const force_tier forced(t);
    cast(x, y);
    CHECK(y[2].bits() == 128);
  }
}
#endif

TEST_CASE("cast: all floats to e4m3fn", "[.exhaustive]") { check_all_floats<e4m3fn>(); }
TEST_CASE("cast: all floats to e5m2", "[.exhaustive]") { check_all_floats<e5m2>(); }
TEST_CASE("cast: all floats to e4m3fnuz", "[.exhaustive]") { check_all_floats<e4m3fnuz>(); }
TEST_CASE("cast: all floats to e2m1fn", "[.exhaustive]") { check_all_floats<e2m1fn>(); }
TEST_CASE("cast: all floats to e8m0fnu", "[.exhaustive]") { check_all_floats<e8m0fnu>(); }
TEST_CASE("cast: all floats to float16", "[.exhaustive]") { check_all_floats<float16>(); }
TEST_CASE("cast: all floats to bfloat16", "[.exhaustive]") { check_all_floats<bfloat16>(); }
TEST_CASE("cast: all floats to posit8", "[.exhaustive]") { check_all_floats<posit8>(); }
TEST_CASE("cast: all floats to posit16", "[.exhaustive]") { check_all_floats<posit16>(); }
TEST_CASE("cast: all floats to q15", "[.exhaustive]") { check_all_floats<q15>(); }
