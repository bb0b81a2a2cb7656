// words<N>: unsigned integers and fractions of N 64-bit words, what the elementary functions are computed in.
//
// limb[0] is the most significant word. The same 64 N bits are read as a fraction 0.(64 N) or, with one bit in
// front of the point, as 1.(64 N - 1); which one is said where they are used. N = 1 for the first try of each
// function, N = 2 for the accurate one, N + 1 and more where sums of parts of different size meet.
//
//   + - ~ << >> <=>   modulo 2^(64 N), shifts by any amount
//   times(n, a)       n * a, exact, N + 1 words
//   high(a, b)        a * b / 2^(64 N), cut: below the true value by less than 2 N - 1 units of the last place
//   resize<M>(a)      the same fraction with M words: cut, or zeros behind
//
// They are marked always_inline because GCC's estimate of their size, before the branches on N are resolved, keeps
// them out of line, at twice the time of every function. Integer code alone: results do not depend on the
// floating-point environment, on contraction or on the machine, and are the same at compile time.
#pragma once

#include <compare>

#include <lowp/core/bits.hpp>

namespace lowp::detail::math {

template <int N>
struct words {
  std::uint64_t limb[std::size_t{N}];

  friend constexpr bool operator==(const words&, const words&) = default;
  friend constexpr auto operator<=>(const words&, const words&) = default;
};

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator+(const words<N>& a, const words<N>& b) noexcept {
  if constexpr (N == 1) {
    return {{a.limb[0] + b.limb[0]}};
  } else if constexpr (N == 2) {
    const std::uint64_t low = a.limb[1] + b.limb[1];
    return {{a.limb[0] + b.limb[0] + (low < a.limb[1]), low}};
  } else {
    words<N> r{};
    std::uint64_t carry = 0;
    for (int i = N - 1; i >= 0; --i) {
      const std::uint64_t s = a.limb[i] + b.limb[i];
      r.limb[i] = s + carry;
      carry = (s < a.limb[i]) | (r.limb[i] < s);
    }
    return r;
  }
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator-(const words<N>& a, const words<N>& b) noexcept {
  if constexpr (N == 1) {
    return {{a.limb[0] - b.limb[0]}};
  } else if constexpr (N == 2) {
    return {{a.limb[0] - b.limb[0] - (a.limb[1] < b.limb[1]), a.limb[1] - b.limb[1]}};
  } else {
    words<N> r{};
    std::uint64_t borrow = 0;
    for (int i = N - 1; i >= 0; --i) {
      const std::uint64_t d = a.limb[i] - b.limb[i];
      r.limb[i] = d - borrow;
      borrow = (a.limb[i] < b.limb[i]) | (d < borrow);
    }
    return r;
  }
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator-(const words<N>& a) noexcept {
  return words<N>{} - a;
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator~(const words<N>& a) noexcept {
  words<N> r{};
  for (int i = 0; i < N; ++i) r.limb[i] = ~a.limb[i];
  return r;
}

// a * 2^n modulo 2^(64 N), n >= 0.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator<<(const words<N>& a, int n) noexcept {
  if constexpr (N == 1) {
    return {{n < 64 ? a.limb[0] << n : 0}};
  } else if constexpr (N == 2) {
    if (n < 64) [[likely]]
      return {{(a.limb[0] << n) | (a.limb[1] >> 1 >> (63 - n)), a.limb[1] << n}};
    return {{n < 128 ? a.limb[1] << (n - 64) : 0, 0}};
  } else {
    const int skip = n / 64, shift = n % 64;
    words<N> r{};
    for (int i = 0; i + skip < N; ++i) {
      r.limb[i] = a.limb[i + skip] << shift;
      if (i + skip + 1 < N) r.limb[i] |= a.limb[i + skip + 1] >> 1 >> (63 - shift);
    }
    return r;
  }
}

// floor(a / 2^n), n >= 0.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> operator>>(const words<N>& a, int n) noexcept {
  if constexpr (N == 1) {
    return {{n < 64 ? a.limb[0] >> n : 0}};
  } else if constexpr (N == 2) {
    if (n < 64) [[likely]]
      return {{a.limb[0] >> n, (a.limb[1] >> n) | (a.limb[0] << 1 << (63 - n))}};
    return {{0, n < 128 ? a.limb[0] >> (n - 64) : 0}};
  } else {
    const int skip = n / 64, shift = n % 64;
    words<N> r{};
    for (int i = N - 1; i >= skip; --i) {
      r.limb[i] = a.limb[i - skip] >> shift;
      if (i > skip) r.limb[i] |= a.limb[i - skip - 1] << 1 << (63 - shift);
    }
    return r;
  }
}

// Leading zeros; 64 N of zero.
template <int N>
[[gnu::always_inline]] LOWP_FN constexpr int leading_zeros(const words<N>& a) noexcept {
  int i = 0;
  while (i < N - 1 && a.limb[i] == 0) ++i;
  return 64 * i + std::countl_zero(a.limb[i]);
}

template <int M, int N>
[[gnu::always_inline]] LOWP_FN constexpr words<M> resize(const words<N>& a) noexcept {
  if constexpr (M == 1) {
    return {{a.limb[0]}};
  } else if constexpr (M == 2) {
    return {{a.limb[0], N > 1 ? a.limb[N > 1] : 0}};
  } else {
    words<M> r{};
    for (int i = 0; i < (M < N ? M : N); ++i) r.limb[i] = a.limb[i];
    return r;
  }
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N + 1> times(std::uint64_t n, const words<N>& a) noexcept {
  if constexpr (N == 1) {
    const wide p = multiply_wide(n, a.limb[0]);
    return {{p.high, p.low}};
  } else if constexpr (N == 2) {
    const wide p = multiply_wide(n, a.limb[0]), q = multiply_wide(n, a.limb[1]);
    const std::uint64_t middle = p.low + q.high;
    return {{p.high + (middle < q.high), middle, q.low}};
  } else {
    words<N + 1> r{};
    std::uint64_t carry = 0;
    for (int i = N - 1; i >= 0; --i) {
      const wide p = multiply_wide(n, a.limb[i]);
      r.limb[i + 1] = p.low + carry;
      carry = p.high + (r.limb[i + 1] < carry);
    }
    r.limb[0] = carry;
    return r;
  }
}

template <int N>
[[gnu::always_inline]] LOWP_FN constexpr words<N> high(const words<N>& a, const words<N>& b) noexcept {
  if constexpr (N == 1) {
    return {{multiply_wide(a.limb[0], b.limb[0]).high}};
  } else {
    // The products of limbs i and j with i + j < N; of those with i + j = N - 1, the upper half. That leaves out N
    // lower halves and the N - 1 products with i + j = N, each below one unit, and next to nothing under them.
    words<N> r{};
    for (int i = 0; i < N; ++i) {
      words<N> row{};
      std::uint64_t carry = 0;
      for (int j = N - 1 - i; j >= 0; --j) {
        const wide p = multiply_wide(a.limb[i], b.limb[j]);
        if (i + j + 1 < N) {
          row.limb[i + j + 1] = p.low + carry;
          carry = p.high + (row.limb[i + j + 1] < carry);
        } else {
          carry = p.high;
        }
      }
      row.limb[i] = carry;
      r = r + row;
    }
    return r;
  }
}

}  // namespace lowp::detail::math
