// What the tests of lowp::cast share: floats near everything that decides, and the comparison of every tier with
// convert, bit for bit.
#ifndef LOWP_TESTS_KERNELS_CAST_CHECKS_HPP
#define LOWP_TESTS_KERNELS_CAST_CHECKS_HPP

#include <cmath>
#include <cstdio>
#include <lowp/kernels/cast.hpp>
#include <lowp/lowp.hpp>
#include <memory>
#include <sstream>
#include <vector>

#include "catch.hpp"

namespace tests::casts {

/// The tiers that have lanes of their own here, and the plain one.
inline std::vector<lowp::tier> tiers_here() {
  std::vector<lowp::tier> all;
  for (const lowp::tier t : {lowp::tier::scalar, lowp::tier::haswell, lowp::tier::skylake}) {
    if (t >= lowp::least_tier && t <= lowp::detect()) all.push_back(t);
  }
  if (all.empty()) all.push_back(lowp::detect());
  return all;
}

inline float as_float(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }

/// Every exponent with fractions at both ends and around the middle, random floats of any size and of size about 1, and
/// subnormals; both signs.
inline const std::vector<float>& everywhere() {
  static const std::vector<float> all = [] {
    std::vector<float> v;
    for (std::uint32_t field = 0; field < 256; ++field)
      for (const std::uint32_t fraction :
           {0u, 1u, 0x1fffffu, 0x200000u, 0x3fffffu, 0x400000u, 0x400001u, 0x600000u, 0x7fffffu})
        for (const std::uint32_t sign : {0u, 1u}) v.push_back(as_float(sign << 31 | field << 23 | fraction));
    const lowp::philox random(11);
    for (std::uint32_t i = 0; i < 3000; ++i) {
      const std::uint32_t r = random(i), s = random(i + 100000);
      v.push_back(as_float(r));
      v.push_back(as_float((r & 0x807fffff) | (105 + s % 45) << 23));
      if (i % 4 == 0) v.push_back(as_float((r & 0x80000000) | s >> (9 + s % 23)));
    }
    return v;
  }();
  return all;
}

/// Those, and the values of T and the middles of neighbours, each with the floats next to it.
template <class T>
std::vector<float> floats_for() {
  using F = typename T::format;
  std::vector<float> v = everywhere();
  const auto add = [&](const lowp::exact& x) {
    if (x.kind != lowp::value_kind::finite) return;
    const float near = lowp::round_to<float>(x);
    const auto bits = std::bit_cast<std::uint32_t>(near);
    for (const std::uint32_t b : {bits - 1, bits, bits + 1}) v.push_back(as_float(b));
  };
  const std::uint64_t step = F::bits <= 9 ? 1 : 1 + lowp::low_mask(F::bits) / 600;
  for (std::uint64_t c = 0; c <= lowp::low_mask(F::bits); c += step) {
    const lowp::exact x = F::decode(c), next = F::decode((c + 1) & lowp::low_mask(F::bits));
    add(x);
    if (x.kind != lowp::value_kind::finite || next.kind != lowp::value_kind::finite) continue;
    lowp::exact middle = lowp::exact_add(x, next);
    middle.exponent -= 1;
    add(middle);
  }
  return v;
}

template <class T>
std::uint64_t code(T x) {
  return lowp::scalar_traits<T>::code(x);
}

template <class To, class From>
std::string difference(const char* name, lowp::tier tier, std::size_t i, From x, To want, To got) {
  std::ostringstream s;
  s << name << " on " << lowp::to_string(tier) << ", element " << i << ": " << std::hexfloat
    << lowp::convert<double>(x) << " (" << std::hex << code(x) << ") is " << code(got) << ", not " << code(want);
  return s.str();
}

/// `cast` of `in` on every tier gives `want`; empty if so, else the first difference.
template <class To, class From>
std::string compare_on_every_tier(const char* name, const std::vector<From>& in, const std::vector<To>& want,
                                  void (*cast)(const std::vector<From>&, std::vector<To>&)) {
  for (const lowp::tier tier : tiers_here()) {
    const lowp::force_tier forced(tier);
    std::vector<To> got(in.size());  // a new one: what another tier wrote would hide a tier that writes nothing
    cast(in, got);
    for (std::size_t i = 0; i < in.size(); ++i)
      if (code(want[i]) != code(got[i])) return difference(name, tier, i, in[i], want[i], got[i]);
  }
  return {};
}

/// cast of `in` on every tier gives what convert gives one by one; empty if so, else the first difference.
template <class To, class From, class R, class O>
std::string compare_with_convert(const char* name, const std::vector<From>& in, R, O) {
  static_assert(std::is_empty_v<R> && std::is_empty_v<O>);
  static constexpr lowp::philox random(0x5eed, 7);
  std::vector<To> want(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if constexpr (lowp::RandomRounding<R>) {
      want[i] = lowp::convert<To>(in[i], R{}, O{}, lowp::random_bits{random(i)});
    } else {
      want[i] = lowp::round_to<To>(lowp::decode(in[i]), R{}, O{});
    }
  }
  return compare_on_every_tier<To, From>(name, in, want, [](const std::vector<From>& from, std::vector<To>& to) {
    lowp::cast(from, to, R{}, O{}, random);
  });
}

/// Every code of T cast to float and double.
template <class T>
std::string compare_back(const char* name) {
  std::vector<T> all;
  for (std::uint64_t c = 0; c <= lowp::low_mask(T::format::bits); ++c)
    all.push_back(T::from_bits(static_cast<typename T::storage>(c)));
  const std::string s = compare_with_convert<float>(name, all, lowp::nearest_even{}, lowp::to_special{});
  return s.empty() ? compare_with_convert<double>(name, all, lowp::nearest_even{}, lowp::to_special{}) : s;
}

inline void check_same(const std::string& difference) {
  INFO(difference);
  CHECK(difference.empty());
}

/// All modes with the format's own overflow policy, and all overflow policies with modes of each kind.
template <class T>
void check_every_policy(const char* name) {
  using namespace lowp;
  const std::vector<float> x = floats_for<T>();
  const typename T::format::default_overflow own{};
  const auto check = [&](auto rounding, auto overflow) {
    check_same(compare_with_convert<T>(name, x, rounding, overflow));
  };
  check(nearest_even{}, own);
  check(nearest_away{}, own);
  check(nearest_zero{}, own);
  check(nearest_up{}, own);
  check(nearest_down{}, own);
  check(toward_zero{}, own);
  check(upward{}, own);
  check(downward{}, own);
  check(to_odd{}, own);
  check(stochastic_equal{}, own);
  check(stochastic<>{}, own);
  check(stochastic<7>{}, own);
  check(stochastic<32, stochastic_variant::b>{}, own);
  check(stochastic<5, stochastic_variant::b>{}, own);
  check(stochastic<32, stochastic_variant::c>{}, own);
  check(stochastic<31, stochastic_variant::c>{}, own);
  check(stochastic<3, stochastic_variant::c>{}, own);
  check(nearest_even{}, to_special{});
  check(nearest_even{}, saturate{});
  check(nearest_even{}, saturate_finite{});
  check(nearest_even{}, sat_none{});
  check(toward_zero{}, to_special{});
  check(downward{}, saturate{});
  check(upward{}, saturate_finite{});
  check(downward{}, sat_none{});
  check(stochastic<>{}, sat_none{});
  check_same(compare_back<T>(name));
}

/// One mode of each kind.
template <class T>
void check_some_policies(const char* name) {
  using namespace lowp;
  const std::vector<float> x = floats_for<T>();
  const typename T::format::default_overflow own{};
  check_same(compare_with_convert<T>(name, x, nearest_even{}, own));
  check_same(compare_with_convert<T>(name, x, nearest_even{}, saturate{}));
  check_same(compare_with_convert<T>(name, x, downward{}, sat_none{}));
  check_same(compare_with_convert<T>(name, x, stochastic<>{}, own));
  check_same(compare_back<T>(name));
}

}  // namespace tests::casts

#endif
