// What the posit tests share.
#pragma once

#include <utility>

#include <lowp/formats/posit.hpp>

#include "harness.hpp"
#include "oracle/posit.hpp"

namespace tests {

template <class T>
inline constexpr int es_of = 0;
template <int N, int ES, class R, class O>
inline constexpr int es_of<lowp::number<lowp::posit_format<N, ES>, R, O>> = ES;

template <class T>
oracle::posit_format oracle_of() {
  return oracle::posit_format(T::format::bits, es_of<T>);
}

// f(T{}) for every posit of From to To bits with 0 to 4 exponent bits.
template <int From, int To, class F>
void for_each_posit(F&& f) {
  const auto with_width = [&]<int N, int... ES>(std::integral_constant<int, N>, std::integer_sequence<int, ES...>) {
    (f(lowp::posit<N, ES>{}), ...);
  };
  const auto all = [&]<int... I>(std::integer_sequence<int, I...>) {
    (with_width(std::integral_constant<int, From + I>{}, std::make_integer_sequence<int, 5>{}), ...);
  };
  all(std::make_integer_sequence<int, To - From + 1>{});
}

// A value of lowp as one of the oracle.
inline oracle::value value_of(const lowp::exact& x) {
  oracle::value v;
  v.negative = x.negative;
  switch (x.kind) {
    case lowp::value_kind::zero:
      break;
    case lowp::value_kind::finite:
      v.kind = oracle::kind::finite;
      v.m = x.significand;
      v.e = x.exponent - 63;
      break;
    case lowp::value_kind::infinite:
      v.kind = oracle::kind::infinite;
      break;
    case lowp::value_kind::nan:
      v.kind = oracle::kind::nan;
      break;
  }
  return v;
}

// Codes where things happen: uniform ones, ones in the tails (long regimes), and the ends.
inline code_t interesting_code(random_codes& random, int bits) {
  const code_t mask = ~code_t{0} >> (64 - bits);
  const auto shift = static_cast<int>(random.below(static_cast<code_t>(bits)));
  const auto code = static_cast<std::int64_t>(random.next()) >> (64 - bits);
  switch (random.below(8)) {
    case 0:
      return static_cast<code_t>(code >> shift) & mask;  // long runs of the sign: near zero
    case 1:
      return (static_cast<code_t>(code >> shift) ^ (code_t{1} << (bits - 1))) & mask;  // near maxpos, -maxpos
    case 2:
      return (code_t{1} << shift) + random.below(3) - 1;
    case 3:
      return (0 - (code_t{1} << shift) + random.below(3) - 1) & mask;
    default:
      return static_cast<code_t>(code) & mask;
  }
}

}  // namespace tests
