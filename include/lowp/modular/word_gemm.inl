// Kernel body (lowp/kernels/foreach.inl): sums of products of 32-bit integers in 64 bits, and the vectors of 64-bit
// integers that this and bat.inl are written in. What word_rows means is said in word_gemm.hpp.
//
//   longs                       long_lanes integers of 64 bits, modulo 2^64
//   longs_words, longs_ints     from 32-bit integers, zero- or sign-extended; longs_store_words: the low halves
//   longs_multiply<Signed>      products of the low halves, all 64 bits of them
//   longs_drop(a, b)            a - b where a >= b, else a; both below 2^63
#if LOWP_TIER == 0

inline constexpr std::size_t long_lanes = 1;
struct longs {
  std::uint64_t v;
};
inline longs longs_fill(std::uint64_t x) noexcept { return {x}; }
inline longs longs_load(const std::uint64_t* p) noexcept { return {*p}; }
inline void longs_store(std::uint64_t* p, longs a) noexcept { *p = a.v; }
inline longs longs_words(const std::uint32_t* p) noexcept { return {*p}; }
inline longs longs_ints(const std::int32_t* p) noexcept { return {static_cast<std::uint64_t>(std::int64_t{*p})}; }
inline void longs_store_words(std::uint32_t* p, longs a) noexcept { *p = static_cast<std::uint32_t>(a.v); }
inline longs operator+(longs a, longs b) noexcept { return {a.v + b.v}; }
inline longs operator-(longs a, longs b) noexcept { return {a.v - b.v}; }
inline longs operator&(longs a, longs b) noexcept { return {a.v & b.v}; }
template <int N>
inline longs longs_left(longs a) noexcept {
  return {a.v << N};
}
inline longs longs_right(longs a, unsigned n) noexcept { return {a.v >> n}; }
inline longs longs_high(longs a) noexcept { return {a.v >> 32}; }
template <bool Signed>
inline longs longs_multiply(longs a, longs b) noexcept {
  if constexpr (Signed)
    return {
        static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(a.v)} * static_cast<std::int32_t>(b.v))};
  return {(a.v & 0xffffffff) * (b.v & 0xffffffff)};
}
inline longs longs_drop(longs a, longs b) noexcept { return {a.v - (a.v >= b.v ? b.v : 0)}; }

#elif LOWP_TIER == 1

inline constexpr std::size_t long_lanes = 4;
struct longs {
  __m256i v;
};
inline longs longs_fill(std::uint64_t x) noexcept { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
inline longs longs_load(const std::uint64_t* p) noexcept {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline void longs_store(std::uint64_t* p, longs a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v);
}
inline longs longs_words(const std::uint32_t* p) noexcept {
  return {_mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline longs longs_ints(const std::int32_t* p) noexcept {
  return {_mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline void longs_store_words(std::uint32_t* p, longs a) noexcept {
  const __m256i low = _mm256_permutevar8x32_epi32(a.v, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(low));
}
inline longs operator+(longs a, longs b) noexcept { return {_mm256_add_epi64(a.v, b.v)}; }
inline longs operator-(longs a, longs b) noexcept { return {_mm256_sub_epi64(a.v, b.v)}; }
inline longs operator&(longs a, longs b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
template <int N>
inline longs longs_left(longs a) noexcept {
  return {_mm256_slli_epi64(a.v, N)};
}
inline longs longs_right(longs a, unsigned n) noexcept {
  return {_mm256_srl_epi64(a.v, _mm_cvtsi32_si128(static_cast<int>(n)))};
}
inline longs longs_high(longs a) noexcept { return {_mm256_srli_epi64(a.v, 32)}; }
template <bool Signed>
inline longs longs_multiply(longs a, longs b) noexcept {
  if constexpr (Signed) return {_mm256_mul_epi32(a.v, b.v)};
  return {_mm256_mul_epu32(a.v, b.v)};
}
inline longs longs_drop(longs a, longs b) noexcept {
  return {_mm256_sub_epi64(a.v, _mm256_andnot_si256(_mm256_cmpgt_epi64(b.v, a.v), b.v))};
}

#else

inline constexpr std::size_t long_lanes = 8;
struct longs {
  __m512i v;
};
inline longs longs_fill(std::uint64_t x) noexcept { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
inline longs longs_load(const std::uint64_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
inline void longs_store(std::uint64_t* p, longs a) noexcept { _mm512_storeu_si512(p, a.v); }
inline longs longs_words(const std::uint32_t* p) noexcept {
  return {_mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline longs longs_ints(const std::int32_t* p) noexcept {
  return {_mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline void longs_store_words(std::uint32_t* p, longs a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi64_epi32(a.v));
}
inline longs operator+(longs a, longs b) noexcept { return {_mm512_add_epi64(a.v, b.v)}; }
inline longs operator-(longs a, longs b) noexcept { return {_mm512_sub_epi64(a.v, b.v)}; }
inline longs operator&(longs a, longs b) noexcept { return {_mm512_and_si512(a.v, b.v)}; }
template <int N>
inline longs longs_left(longs a) noexcept {
  return {_mm512_slli_epi64(a.v, N)};
}
inline longs longs_right(longs a, unsigned n) noexcept {
  return {_mm512_srl_epi64(a.v, _mm_cvtsi32_si128(static_cast<int>(n)))};
}
inline longs longs_high(longs a) noexcept { return {_mm512_srli_epi64(a.v, 32)}; }
template <bool Signed>
inline longs longs_multiply(longs a, longs b) noexcept {
  if constexpr (Signed) return {_mm512_mul_epi32(a.v, b.v)};
  return {_mm512_mul_epu32(a.v, b.v)};
}
inline longs longs_drop(longs a, longs b) noexcept { return {_mm512_min_epu64(a.v, _mm512_sub_epi64(a.v, b.v))}; }

#endif

inline constexpr std::size_t word_width = 2 * long_lanes;  // columns of a panel

// One panel: `width` columns of every row, and zeros up to word_width.
inline void word_pack(const modular::detail::word_source& s, std::size_t column, std::uint32_t* panel) noexcept {
  const std::size_t width = std::min(word_width, s.cols - column);
  for (std::size_t k = 0; k < s.rows; ++k, panel += word_width) {
    for (std::size_t c = 0; c < width; ++c) panel[c] = s.data[k * s.row_step + (column + c) * s.column_step] & s.mask;
    for (std::size_t c = width; c < word_width; ++c) panel[c] = 0;
  }
}

template <std::size_t Rows, bool Signed, bool Fold>
inline void word_some_rows(const modular::detail::word_block& b, std::size_t row) noexcept {
  longs sum[Rows][2], low[Rows][2], high[Rows][2];
  const longs zero = longs_fill(0), low_half = longs_fill(0xffffffff);
  LOWP_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
    sum[r][0] = sum[r][1] = low[r][0] = low[r][1] = high[r][0] = high[r][1] = zero;
  }
  const std::uint32_t *x = b.x + row * b.x_stride, *panel = b.panel;
  for (std::size_t k = 0; k < b.k;) {
    const std::size_t end = Fold ? std::min(b.k, k + b.fold) : b.k;
    for (; k < end; ++k, panel += word_width) {
      const longs w0 = longs_words(panel), w1 = longs_words(panel + long_lanes);
      LOWP_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
        const longs v = longs_fill(x[r * b.x_stride + k] & b.x_mask);
        sum[r][0] = sum[r][0] + longs_multiply<Signed>(v, w0);
        sum[r][1] = sum[r][1] + longs_multiply<Signed>(v, w1);
      }
    }
    if constexpr (Fold) {
      LOWP_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
        LOWP_UNROLL for (std::size_t c = 0; c < 2; ++c) {
          low[r][c] = low[r][c] + (sum[r][c] & low_half);
          high[r][c] = high[r][c] + longs_high(sum[r][c]);
          sum[r][c] = zero;
        }
      }
    }
  }
  LOWP_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
    std::uint64_t *to = b.low + (row + r) * word_width, *over = b.high + (row + r) * word_width;
    longs_store(to, Fold ? low[r][0] : sum[r][0]);
    longs_store(to + long_lanes, Fold ? low[r][1] : sum[r][1]);
    if constexpr (Fold) {
      longs_store(over, high[r][0]);
      longs_store(over + long_lanes, high[r][1]);
    }
  }
}

template <bool Signed, bool Fold>
inline void word_rows_of(const modular::detail::word_block& b) noexcept {
  constexpr std::size_t most = LOWP_TIER < 2 ? Fold ? 2 : 4 : Fold ? 4 : 8;
  std::size_t r = 0;
  for (; r + most <= b.rows; r += most) word_some_rows<most, Signed, Fold>(b, r);
  for (; r < b.rows; ++r) word_some_rows<1, Signed, Fold>(b, r);
}

inline void word_rows(const modular::detail::word_block& b) noexcept {
  if (b.is_signed) {
    word_rows_of<true, false>(b);
  } else if (b.fold < b.k) {
    word_rows_of<false, true>(b);
  } else {
    word_rows_of<false, false>(b);
  }
}

inline constexpr modular::detail::word_kernels word_tier{word_width, word_pack, word_rows};
