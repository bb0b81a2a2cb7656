// Sums of products for rns_conversion: high 2^64 + low = sum over i of row[i][j] factor[i], for columns j. Rows have
// rns_columns words, of which those up to the next multiple of 32 columns may be read and their sums written.
//
//   rns_sums32     words below 2^32
//   rns_sums64     words and factors below 2^60, and sums below 2^128; from icelake on, words below 2^52 twice as fast
//
// 64-bit words are split into 30 bits: seven products, or fourteen of the middle, stay below 2^64.
template <class Word>
using rns_operands = lowp::modular::detail::rns_operands<Word>;

#if LOWP_TIER == LOWP_LEAST_TIER
template <class Word>
inline void rns_sums_one(const rns_operands<Word>& s) noexcept {
  for (std::size_t j = 0; j < s.columns; ++j) {
    std::uint64_t low = 0, high = 0;
    for (std::size_t i = 0; i < s.rows; ++i) {
      const auto p = lowp::modular::detail::multiply_wide(s.row(i)[j], s.factor[i]);
      low += p.low;
      high += p.high + (low < p.low);
    }
    s.low[j] = low;
    s.high[j] = high;
  }
}
#endif

#if LOWP_TIER == 0

inline void rns_sums32(const rns_operands<std::uint32_t>& s) noexcept { rns_sums_one(s); }
inline void rns_sums64(const rns_operands<std::uint64_t>& s) noexcept { rns_sums_one(s); }

#else

#if LOWP_TIER == 1
struct rns_lanes {
  __m256i v;
};
inline constexpr std::size_t rns_lane_count = 4;
[[gnu::always_inline]] inline rns_lanes rns_fill(std::uint64_t x) noexcept {
  return {_mm256_set1_epi64x(static_cast<long long>(x))};
}
[[gnu::always_inline]] inline rns_lanes rns_load(const std::uint32_t* p) noexcept {
  return {_mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
[[gnu::always_inline]] inline rns_lanes rns_load(const std::uint64_t* p) noexcept {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
[[gnu::always_inline]] inline void rns_store(std::uint64_t* p, rns_lanes x) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.v);
}
[[gnu::always_inline]] inline rns_lanes rns_add(rns_lanes x, rns_lanes y) noexcept {
  return {_mm256_add_epi64(x.v, y.v)};
}
[[gnu::always_inline]] inline rns_lanes rns_and(rns_lanes x, rns_lanes y) noexcept {
  return {_mm256_and_si256(x.v, y.v)};
}
[[gnu::always_inline]] inline rns_lanes rns_mul(rns_lanes x, rns_lanes y) noexcept {
  return {_mm256_mul_epu32(x.v, y.v)};
}
template <int k>
[[gnu::always_inline]] inline rns_lanes rns_right(rns_lanes x) noexcept {
  return {_mm256_srli_epi64(x.v, k)};
}
template <int k>
[[gnu::always_inline]] inline rns_lanes rns_left(rns_lanes x) noexcept {
  return {_mm256_slli_epi64(x.v, k)};
}
// x + 1 where a < b
[[gnu::always_inline]] inline rns_lanes rns_add_less(rns_lanes x, rns_lanes a, rns_lanes b) noexcept {
  const __m256i top = _mm256_set1_epi64x(static_cast<long long>(std::uint64_t{1} << 63));
  return {_mm256_sub_epi64(x.v, _mm256_cmpgt_epi64(_mm256_xor_si256(b.v, top), _mm256_xor_si256(a.v, top)))};
}
#elif LOWP_TIER == 2 || LOWP_TIER == LOWP_LEAST_TIER
struct rns_lanes {
  __m512i v;
};
inline constexpr std::size_t rns_lane_count = 8;
[[gnu::always_inline]] inline rns_lanes rns_fill(std::uint64_t x) noexcept {
  return {_mm512_set1_epi64(static_cast<long long>(x))};
}
[[gnu::always_inline]] inline rns_lanes rns_load(const std::uint32_t* p) noexcept {
  return {_mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
[[gnu::always_inline]] inline rns_lanes rns_load(const std::uint64_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
[[gnu::always_inline]] inline void rns_store(std::uint64_t* p, rns_lanes x) noexcept { _mm512_storeu_si512(p, x.v); }
[[gnu::always_inline]] inline rns_lanes rns_add(rns_lanes x, rns_lanes y) noexcept {
  return {_mm512_add_epi64(x.v, y.v)};
}
[[gnu::always_inline]] inline rns_lanes rns_and(rns_lanes x, rns_lanes y) noexcept {
  return {_mm512_and_si512(x.v, y.v)};
}
[[gnu::always_inline]] inline rns_lanes rns_mul(rns_lanes x, rns_lanes y) noexcept {
  return {_mm512_mul_epu32(x.v, y.v)};
}
template <int k>
[[gnu::always_inline]] inline rns_lanes rns_right(rns_lanes x) noexcept {
  return {_mm512_srli_epi64(x.v, k)};
}
template <int k>
[[gnu::always_inline]] inline rns_lanes rns_left(rns_lanes x) noexcept {
  return {_mm512_slli_epi64(x.v, k)};
}
[[gnu::always_inline]] inline rns_lanes rns_add_less(rns_lanes x, rns_lanes a, rns_lanes b) noexcept {
  return {_mm512_mask_add_epi64(x.v, _mm512_cmplt_epu64_mask(a.v, b.v), x.v, _mm512_set1_epi64(1))};
}
#endif

#if LOWP_TIER <= 2 || LOWP_TIER == LOWP_LEAST_TIER
inline void rns_sums32(const rns_operands<std::uint32_t>& s) noexcept {
  constexpr std::size_t groups = 4;
  const rns_lanes mask = rns_fill(0xffffffff);
  for (std::size_t j = 0; j < s.columns; j += groups * rns_lane_count) {
    rns_lanes low[groups], high[groups];  // of 32 bits each
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) low[g] = high[g] = rns_fill(0);
    for (std::size_t i = 0; i < s.rows; ++i) {
      const rns_lanes w = rns_fill(s.factor[i]);
      LOWP_UNROLL
      for (std::size_t g = 0; g < groups; ++g) {
        const rns_lanes p = rns_mul(rns_load(s.row(i) + j + g * rns_lane_count), w);
        low[g] = rns_add(low[g], rns_and(p, mask));
        high[g] = rns_add(high[g], rns_right<32>(p));
      }
    }
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) {
      const rns_lanes h = rns_add(high[g], rns_right<32>(low[g]));
      rns_store(s.low + j + g * rns_lane_count, rns_add(rns_and(low[g], mask), rns_left<32>(h)));
      rns_store(s.high + j + g * rns_lane_count, rns_right<32>(h));
    }
  }
}

inline void rns_sums_halves(const rns_operands<std::uint64_t>& s) noexcept {
  constexpr std::size_t groups = 2, most = 7;
  const rns_lanes mask = rns_fill((1u << 30) - 1);
  for (std::size_t j = 0; j < s.columns; j += groups * rns_lane_count) {
    rns_lanes low[groups], high[groups];
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) low[g] = high[g] = rns_fill(0);
    for (std::size_t first = 0; first < s.rows; first += most) {
      rns_lanes bottom[groups], middle[groups], top[groups];
      LOWP_UNROLL
      for (std::size_t g = 0; g < groups; ++g) bottom[g] = middle[g] = top[g] = rns_fill(0);
      for (std::size_t i = first; i < std::min(first + most, s.rows); ++i) {
        const rns_lanes w0 = rns_fill(s.factor[i] & ((1u << 30) - 1)), w1 = rns_fill(s.factor[i] >> 30);
        LOWP_UNROLL
        for (std::size_t g = 0; g < groups; ++g) {
          const rns_lanes x = rns_load(s.row(i) + j + g * rns_lane_count), x0 = rns_and(x, mask),
                          x1 = rns_right<30>(x);
          bottom[g] = rns_add(bottom[g], rns_mul(x0, w0));
          middle[g] = rns_add(middle[g], rns_add(rns_mul(x0, w1), rns_mul(x1, w0)));
          top[g] = rns_add(top[g], rns_mul(x1, w1));
        }
      }
      LOWP_UNROLL
      for (std::size_t g = 0; g < groups; ++g) {
        // bottom + middle 2^30 + top 2^60, added up in words of 64 bits
        rns_lanes l = rns_add(low[g], bottom[g]);
        rns_lanes h = rns_add_less(high[g], l, bottom[g]);
        const rns_lanes m = rns_left<30>(middle[g]);
        l = rns_add(l, m);
        h = rns_add_less(rns_add(h, rns_right<34>(middle[g])), l, m);
        const rns_lanes t = rns_left<60>(top[g]);
        l = rns_add(l, t);
        high[g] = rns_add_less(rns_add(h, rns_right<4>(top[g])), l, t);
        low[g] = l;
      }
    }
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) {
      rns_store(s.low + j + g * rns_lane_count, low[g]);
      rns_store(s.high + j + g * rns_lane_count, high[g]);
    }
  }
}
#endif

#if LOWP_TIER < 3
inline void rns_sums64(const rns_operands<std::uint64_t>& s) noexcept { rns_sums_halves(s); }
#else
// Sums of 2^12 halves of 52 bits stay below 2^64.
inline void rns_sums64(const rns_operands<std::uint64_t>& s) noexcept {
  if (s.bits > 52 || s.rows > 4096) return rns_sums_halves(s);
  constexpr std::size_t groups = 4;
  for (std::size_t j = 0; j < s.columns; j += groups * rns_lane_count) {
    rns_lanes low[groups], high[groups];
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) low[g] = high[g] = rns_fill(0);
    for (std::size_t i = 0; i < s.rows; ++i) {
      const rns_lanes w = rns_fill(s.factor[i]);
      LOWP_UNROLL
      for (std::size_t g = 0; g < groups; ++g) {
        const rns_lanes x = rns_load(s.row(i) + j + g * rns_lane_count);
        low[g] = {_mm512_madd52lo_epu64(low[g].v, x.v, w.v)};
        high[g] = {_mm512_madd52hi_epu64(high[g].v, x.v, w.v)};
      }
    }
    LOWP_UNROLL
    for (std::size_t g = 0; g < groups; ++g) {
      const rns_lanes h = rns_left<52>(high[g]), l = rns_add(low[g], h);
      rns_store(s.low + j + g * rns_lane_count, l);
      rns_store(s.high + j + g * rns_lane_count, rns_add_less(rns_right<12>(high[g]), l, h));
    }
  }
}
#endif

#endif
