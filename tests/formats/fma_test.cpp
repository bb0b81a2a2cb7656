// fma: all triples of codes for the formats of 4 bits and less and of 6 bits, samples for 8 and 16 bits; and
// triples made to cancel, where the digits that an inner rounding would lose are the whole result.
#include "harness.hpp"

namespace {

using namespace tests;

template <class S>
void all_triples(std::span<const overflow> policies = oracle::overflow_policies) {
  differences report(oracle::describe(S::facts));
  all_operands_in_halves<typename S::type>(report, S::facts.make(), operation::fma, policies);
}

TEST_CASE("fma: all triples of 3 and 4 bits", "[fma]") {
  for_each_p3109<3>([]<class S>(S) { all_triples<S>(); });
  for_each_p3109<4>([]<class S>(S) { all_triples<S>(); });
  all_triples<subject<2, 1, oracle::specials::ieee, 1, true>>();
  all_triples<subject<3, 0, oracle::specials::fn, 3, true>>();
  all_triples<subject<4, 0, oracle::specials::scale, 7, false>>();
}

// The public function, with its types, all three codes.
template <class S>
void all_triples_by_type() {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const auto values = all_values(f);
  differences report(oracle::describe(S::facts));
  std::vector<oracle::place> places;
  for (const auto& a : values) {
    for (const auto& b : values) {
      for (const auto& c : values) places.push_back(f.locate(oracle::fma(a, b, c)));
    }
  }
  const std::size_t n = values.size();
  std::vector<code_t> results(places.size());
  for_each_policy_pair([&](mode m, overflow o, auto rounding, auto saturation) {
    code_t* to = results.data();
    for (code_t a = 0; a < n; ++a) {
      for (code_t b = 0; b < n; ++b) {
        for (code_t c = 0; c < n; ++c) {
          *to++ = lowp::fma<T>(from_code<T>(a), from_code<T>(b), from_code<T>(c), rounding, saturation).bits();
        }
      }
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      report.compare(results[i], f.settle(places[i], m, o), [&] {
        return show(operation::fma, values[i / (n * n)], values[i / n % n], values[i % n]) + show(m, o);
      });
    }
  });
}

TEST_CASE("fma: all triples of the named formats of 4 and 6 bits", "[fma][slow]") {
  all_triples_by_type<e2m1fn_subject>();
  all_triples_by_type<e3m2fn_subject>();
  all_triples_by_type<e2m3fn_subject>();
}

// Overflow takes the same way as in the pairs; here one policy of each outcome is enough.
constexpr overflow two[] = {overflow::to_special, overflow::saturate};

TEST_CASE("fma: all triples of P3109 formats of 6 bits", "[fma][slow]") {
  for_each_p3109<6>([]<class S>(S) { all_triples<S>(two); });
}

// Samples: a third uniform, a third with c near -a * b, a third with c = -a * b rounded, so that the result is the
// rounding error of a product.
template <class S, class R, class O>
void sample(std::uint64_t count, mode m, overflow o, R rounding, O saturation) {
  using T = typename S::type;
  const oracle::format f = S::facts.make();
  const auto values = all_values(f);
  const code_t mask = f.codes() - 1;
  differences report(oracle::describe(S::facts));
  random_codes random(count + static_cast<std::uint64_t>(m));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t bits = random.next();
    const code_t a = bits & mask, b = (bits >> 16) & mask;
    code_t c = (bits >> 32) & mask;
    if (i % 3 != 0) {
      const T p = lowp::mul<T>(from_code<T>(a), from_code<T>(b), lowp::nearest_even{}, lowp::saturate{});
      c = (-p).bits();
      if (i % 3 == 1) c = (c + ((bits >> 32) & 7) - 3) & mask;
    }
    const oracle::quantity q = oracle::fma(values[a], values[b], values[c]);
    const T got = lowp::fma<T>(from_code<T>(a), from_code<T>(b), from_code<T>(c), rounding, saturation);
    report.compare(got.bits(), f.round(q, m, o),
                   [&] { return show(operation::fma, values[a], values[b], values[c]) + show(m, o); });
  }
}

template <class S>
void sample_modes(std::uint64_t count) {
  sample<S>(count, mode::nearest_even, overflow::to_special, lowp::nearest_even{}, lowp::to_special{});
  sample<S>(count / 8, mode::nearest_away, overflow::saturate, lowp::nearest_away{}, lowp::saturate{});
  sample<S>(count / 8, mode::nearest_zero, overflow::sat_none, lowp::nearest_zero{}, lowp::sat_none{});
  sample<S>(count / 8, mode::toward_zero, overflow::sat_none, lowp::toward_zero{}, lowp::sat_none{});
  sample<S>(count / 8, mode::upward, overflow::to_special, lowp::upward{}, lowp::to_special{});
  sample<S>(count / 8, mode::downward, overflow::sat_none, lowp::downward{}, lowp::sat_none{});
  sample<S>(count / 8, mode::to_odd, overflow::to_special, lowp::to_odd{}, lowp::to_special{});
}

// 10^7 for each width in the default run, more formats at 10^7 each when exhaustive.
TEST_CASE("fma: 8-bit formats, samples", "[fma][slow]") {
  sample_modes<e4m3fn_subject>(10'000'000);
  sample_modes<e5m2_subject>(10'000'000);
  sample_modes<p3109_subject<8, 4, true, true>>(2'000'000);
  sample_modes<p3109_subject<8, 1, false, true>>(1'000'000);
}

TEST_CASE("fma: 16-bit formats, samples", "[fma][slow]") {
  sample_modes<float16_subject>(10'000'000);
  sample_modes<bfloat16_subject>(10'000'000);
  sample_modes<p3109_subject<16, 9, true, true>>(1'000'000);
}

TEST_CASE("fma: more samples of 8- and 16-bit formats", "[fma][.exhaustive]") {
  sample_modes<e5m2_subject>(30'000'000);
  sample_modes<e4m3_subject>(10'000'000);
  sample_modes<e3m4_subject>(10'000'000);
  sample_modes<e4m3fnuz_subject>(10'000'000);
  sample_modes<e5m2fnuz_subject>(10'000'000);
  sample_modes<ue5m3_subject>(10'000'000);
  sample_modes<p3109_subject<8, 4, true, true>>(10'000'000);
  sample_modes<bfloat16_subject>(30'000'000);
  sample_modes<float16_subject>(30'000'000);
  sample_modes<p3109_subject<16, 9, true, true>>(10'000'000);
}

}  // namespace
