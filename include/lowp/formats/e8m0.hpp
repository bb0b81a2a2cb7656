// The published conversions float -> e8m0fnu. They disagree, so each goes by the name of whom it matches.
//
//                        1 < m < 1.5   1.5 <= m < 2   zero   x < 0    Inf    above 2^127   (2^-127, 2^-126)
//   ml_dtypes               down          up           ff     ff      ff     as columns 1-2     up
//   pytorch                 down          up           00     |x|     ff     as columns 1-2     up
//   transformer_engine      up            up           00     |x|     fe     fe                 up
//   torchao_rceil           up            up           00     |x|     ff     ff                 up
//   ocp_floor               down          down         00     |x|     ff     fe                 down
//
// x = m * 2^k with 1 <= m < 2; powers of two are exact in all of them, NaN is ff in all of them, and 0 < |x| <=
// 2^-127 gives 00. Rounding up from 2^127 gives ff in the nearest rules. transformer_engine is PTX
// cvt.rp.satfinite.ue8m0; CUTLASS differs from it in Inf -> ff. ocp_floor is OCP MX v1.0, 6.3, applied to a scale.
// Sources: spec notes of the libraries at the commits named in docs/numbers.md. `convert<e8m0fnu>(x)` follows none of
// them: it is the generic meaning (nearest even, zero and negatives to the overflow policy).
#pragma once

#include <lowp/formats/names.hpp>

namespace lowp {

enum class e8m0_rule : unsigned char { ml_dtypes, pytorch, transformer_engine, torchao_rceil, ocp_floor };

/// x as a power-of-two scale by the rule of the library named.
[[nodiscard]] LOWP_FN constexpr e8m0fnu to_e8m0(float x, e8m0_rule rule) noexcept {
  constexpr std::uint32_t nan = 0xff, largest = 0xfe, smallest = 0x00;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x), magnitude = bits & 0x7fffffff;
  const auto code = [](std::uint32_t c) { return e8m0fnu::from_bits(static_cast<std::uint8_t>(c)); };
  if (magnitude > 0x7f800000) return code(nan);
  if (rule == e8m0_rule::ml_dtypes && (magnitude == 0 || magnitude != bits)) return code(nan);
  if (magnitude == 0x7f800000) return code(rule == e8m0_rule::transformer_engine ? largest : nan);

  const std::uint32_t field = magnitude >> 23, fraction = magnitude & 0x7fffff;
  constexpr std::uint32_t half = 0x400000;
  if (field == 0) {  // a float subnormal: 2^-127 is the fraction `half`
    const bool up = fraction > half && rule != e8m0_rule::ocp_floor;
    return code(up ? 1 : smallest);
  }
  switch (rule) {
    case e8m0_rule::ml_dtypes:
    case e8m0_rule::pytorch:
      return code(field + (fraction >= half));
    case e8m0_rule::torchao_rceil:
      return code(field + (fraction != 0));
    case e8m0_rule::transformer_engine:
      return code(field == largest ? largest : field + (fraction != 0));
    case e8m0_rule::ocp_floor:
      break;
  }
  return code(field);
}

}  // namespace lowp
