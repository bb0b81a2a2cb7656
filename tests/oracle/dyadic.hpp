// Exact numbers m * 2^e and the only question the oracle ever asks of them: the sign of a sum.
//
// Every rounding decision is a comparison of an exact result with a value of the format or with the midpoint
// of two of them, and all of these are dyadic rationals:
//   a + b < t   <=>  a + b - t < 0            a * b + c < t  <=>  (a b) + c - t < 0
//   a / b < t   <=>  a - t b < 0   (b > 0)    sqrt(a) < t    <=>  a - t^2 < 0      (t >= 0)
// Significands may have up to 120 bits (a product of two doubles has 106); exponents are 64 bits wide, so no
// format of this library comes near the ends of the range.
#ifndef LOWP_TESTS_ORACLE_DYADIC_HPP
#define LOWP_TESTS_ORACLE_DYADIC_HPP

#include <cstdint>

namespace oracle {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

struct dyadic {
  int128 m = 0;
  std::int64_t e = 0;
};

inline int sign(int128 m) { return m > 0 ? 1 : m < 0 ? -1 : 0; }

inline int bit_length(int128 m) {
  uint128 u = m < 0 ? uint128(0) - static_cast<uint128>(m) : static_cast<uint128>(m);
  const auto high = static_cast<std::uint64_t>(u >> 64);
  const auto low = static_cast<std::uint64_t>(u);
  if (high) return 128 - __builtin_clzll(high);
  return low ? 64 - __builtin_clzll(low) : 0;
}

// 2^(top - 1) <= |x| < 2^top for x != 0.
inline std::int64_t top(dyadic x) { return bit_length(x.m) + x.e; }

inline dyadic negated(dyadic x) { return {-x.m, x.e}; }
inline dyadic product(dyadic x, dyadic y) { return {x.m * y.m, x.e + y.e}; }

// Exact if the two overlap; the caller knows that |top(x) - top(y)| is small.
inline dyadic near_sum(dyadic x, dyadic y) {
  if (x.e < y.e) return {x.m + y.m * (int128(1) << (y.e - x.e)), x.e};
  return {x.m * (int128(1) << (x.e - y.e)) + y.m, y.e};
}

inline int sign_of_sum(dyadic x, dyadic y) {
  const int sx = sign(x.m), sy = sign(y.m);
  if (sx == 0) return sy;
  if (sy == 0 || sx == sy) return sx;
  const std::int64_t tx = top(x), ty = top(y);
  if (tx != ty) return tx > ty ? sx : sy;
  return sign(near_sum(x, y).m);
}

inline int sign_of_sum(dyadic x, dyadic y, dyadic z) {
  if (x.m == 0) return sign_of_sum(y, z);
  if (y.m == 0) return sign_of_sum(x, z);
  if (z.m == 0) return sign_of_sum(x, y);
  const auto swap_if = [](dyadic& p, dyadic& q) {
    if (top(p) < top(q)) {
      const dyadic keep = p;
      p = q;
      q = keep;
    }
  };
  swap_if(x, y);
  swap_if(y, z);
  swap_if(x, y);
  // |y| + |z| < 2 * 2^top(y) <= 2^(top(x) - 1) <= |x|
  if (top(x) >= top(y) + 2) return sign(x.m);
  return sign_of_sum(near_sum(x, y), z);
}

}  // namespace oracle

#endif
