// The named formats: one name, one format, the bits of the standard.
#pragma once

#include <lowp/formats/fixed.hpp>
#include <lowp/formats/minifloat.hpp>

namespace lowp {

using float16 = minifloat<5, 10>;  ///< IEEE 754-2019 binary16
using bfloat16 = minifloat<8, 7>;  ///< the upper half of binary32
using tf32 = minifloat<8, 10>;     ///< NVIDIA TensorFloat-32, 19 bits: bfloat16's range, float16's precision

using e5m2 = minifloat<5, 2>;                             ///< OCP OFP8 E5M2
using e4m3 = minifloat<4, 3>;                             ///< IEEE-style, with infinities (LLVM Float8E4M3)
using e4m3fn = minifloat<4, 3, specials::fn>;             ///< OCP OFP8 E4M3: no infinities, largest 448
using e3m4 = minifloat<3, 4>;                             ///< IEEE-style (LLVM Float8E3M4)
using e4m3fnuz = minifloat<4, 3, specials::fnuz, 8>;      ///< Graphcore, AMD CDNA 3
using e5m2fnuz = minifloat<5, 2, specials::fnuz, 16>;     ///< Graphcore, AMD CDNA 3
using e4m3b11fnuz = minifloat<4, 3, specials::fnuz, 11>;  ///< ml_dtypes float8_e4m3b11fnuz

using e3m2fn = minifloat<3, 2, specials::finite>;  ///< OCP MX v1.0 FP6 E3M2
using e2m3fn = minifloat<2, 3, specials::finite>;  ///< OCP MX v1.0 FP6 E2M3
using e2m1fn = minifloat<2, 1, specials::finite>;  ///< OCP MX v1.0 FP4 E2M1

using e8m0fnu =
    minifloat<8, 0, specials::scale, 127, signedness::is_unsigned>;        ///< OCP MX v1.0 scale, 2^(code - 127)
using ue4m3 = minifloat<4, 3, specials::fn, 7, signedness::is_unsigned>;   ///< NVFP4 block scale: e4m3fn, bit 7 clear
using ue5m3 = minifloat<5, 3, specials::fn, 15, signedness::is_unsigned>;  ///< unsigned, 2^-17 to 114688

/// Whether a P3109 format has infinities.
enum class domain : unsigned char { extended, finite };

namespace detail {
template <int K, int P, signedness Sign, domain D>
struct p3109_of {
  static_assert(K >= 3 && K <= 16, "lowp: p3109<K, P> needs 3 <= K <= 16");
  static_assert(P >= 1 && (Sign == signedness::is_signed ? P < K : P <= K),
                "lowp: p3109<K, P> needs 1 <= P < K, or 1 <= P <= K if unsigned");
  static constexpr int exponent_bits = K - P + (Sign == signedness::is_unsigned);
  using type =
      number<minifloat_format<exponent_bits, P - 1, D == domain::extended ? specials::extended : specials::fnuz,
                              1 << (exponent_bits - 1), Sign>,
             nearest_even, sat_none>;
};
}  // namespace detail

/// IEEE P3109 (interim report v4.0) Binary{K}p{P}{s|u}{e|f}: K bits, P bits of precision. Rounds to nearest even and
/// saturates as SatNone unless told otherwise.
template <int K, int P, signedness Sign = signedness::is_signed, domain D = domain::extended>
using p3109 = typename detail::p3109_of<K, P, Sign, D>::type;

// Integers, two's complement and unsigned; they saturate unless told otherwise.
using int2 = integer<2>;
using int3 = integer<3>;
using int4 = integer<4>;
using int5 = integer<5>;
using int6 = integer<6>;
using int7 = integer<7>;
using int8 = integer<8>;
using uint1 = uinteger<1>;
using uint2 = uinteger<2>;
using uint3 = uinteger<3>;
using uint4 = uinteger<4>;
using uint5 = uinteger<5>;
using uint6 = uinteger<6>;
using uint7 = uinteger<7>;
using uint8 = uinteger<8>;

// Fractions of signal processors, -1 <= x < 1.
using q7 = fixed<8, 7>;
using q15 = fixed<16, 15>;
using q31 = fixed<32, 31>;

}  // namespace lowp
