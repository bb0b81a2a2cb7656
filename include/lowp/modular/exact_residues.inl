// Kernel body (lowp/kernels/foreach.inl): integers to residues in bytes, and sums for each modulus back to integers of
// 64 and 128 bits. Formulas are in exact_residues.hpp; the vectors `longs` are those of word_gemm.inl.
using lowp::modular::detail::residue_split;
using lowp::modular::detail::residue_sums;

#if LOWP_TIER == 0

inline void residue_split_words(const std::uint32_t* in, std::size_t n, bool is_signed, std::size_t planes,
                                std::uint8_t* out, std::size_t plane_step) noexcept {
  for (std::size_t p = 0; p < planes; ++p, out += plane_step) {
    const std::int32_t m = modular::detail::residue_moduli[p];
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t x = is_signed ? std::int64_t{static_cast<std::int32_t>(in[i])} : std::int64_t{in[i]};
      out[i] = static_cast<std::uint8_t>(modular::detail::centred_residue(x, m) & 0xff);
    }
  }
}

inline void residue_split_longs(const std::uint64_t* in, std::size_t n, bool is_signed, std::size_t planes,
                                std::uint8_t* out, std::size_t plane_step) noexcept {
  for (std::size_t p = 0; p < planes; ++p, out += plane_step) {
    const std::int32_t m = modular::detail::residue_moduli[p];
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t x = is_signed ? static_cast<std::int64_t>(in[i])
                                       : static_cast<std::int64_t>(in[i] % static_cast<std::uint64_t>(m));
      out[i] = static_cast<std::uint8_t>(modular::detail::centred_residue(x, m) & 0xff);
    }
  }
}

#else

#if LOWP_TIER == 1
inline words residue_pairs(words a, words b) noexcept { return {_mm256_madd_epi16(a.v, b.v)}; }
inline words residue_low_product(words a, words b) noexcept { return {_mm256_mullo_epi16(a.v, b.v)}; }
// The low and the high halves of `lanes` integers of 64 bits.
inline void residue_load(const std::uint64_t* in, words& low, words& high) noexcept {
  const __m256 a = _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(in)));
  const __m256 b = _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + 4)));
  low.v = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)), 0xd8);
  high.v = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd)), 0xd8);
}
#else
inline words residue_pairs(words a, words b) noexcept { return {_mm512_madd_epi16(a.v, b.v)}; }
inline words residue_low_product(words a, words b) noexcept { return {_mm512_mullo_epi16(a.v, b.v)}; }
inline void residue_load(const std::uint64_t* in, words& low, words& high) noexcept {
  const __m512i a = _mm512_loadu_si512(in), b = _mm512_loadu_si512(in + 8);
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  low.v = _mm512_permutex2var_epi32(a, even, b);
  high.v = _mm512_permutex2var_epi32(a, _mm512_or_si512(even, _mm512_set1_epi32(1)), b);
}
#endif
inline void residue_load(const std::uint32_t* in, words& low, words&) noexcept { low = load(in); }

inline constexpr std::size_t residue_width = 2 * lanes;

// residue_width integers
template <class Word>
inline void residue_some(const Word* in, bool is_signed, std::size_t planes, std::uint8_t* out,
                         std::size_t plane_step) noexcept {
  constexpr bool is_long = sizeof(Word) == 8;
  const words flip_all = fill_words(0x80008000u), flip_low = fill_words(0x8000u);
  // Their integer stands in the lowest bits of a sum with 1.5 2^23.
  const floats to_integer = fill(0x1.8p23f);
  const std::size_t offset = (is_long ? 2 : 0) + (is_signed ? 1 : 0);
  words low[2], high[2];
  LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
    residue_load(in + u * lanes, low[u], high[u]);
    const words top = is_signed ? flip_low : flip_all;
    if constexpr (is_long) high[u] = high[u] ^ top;
    low[u] = low[u] ^ (is_long ? flip_all : top);
  }
  const residue_split* by = modular::detail::residue_splits.data();
  for (std::size_t p = 0; p < planes; ++p, ++by, out += plane_step) {
    const words low_weights = fill_words(by->low_weights), start = fill_words(by->offset[offset]);
    const words modulus = fill_words(by->modulus);
    const floats inverse = fill(by->inverse);
    LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
      words v = residue_pairs(low[u], low_weights) + start;
      if constexpr (is_long) v = v + residue_pairs(high[u], fill_words(by->high_weights));
      const words quotient = bits_of(fma(from_ints(v), inverse, to_integer));
      store_u8(out + u * lanes, (v - residue_low_product(quotient, modulus)) & fill_words(0xff));
    }
  }
}

template <class Word>
inline void residue_split_row(const Word* in, std::size_t n, bool is_signed, std::size_t planes, std::uint8_t* out,
                              std::size_t plane_step) noexcept {
  std::size_t i = 0;
  for (; i + residue_width <= n; i += residue_width) residue_some(in + i, is_signed, planes, out + i, plane_step);
  if (i == n) return;
  Word rest[residue_width]{};
  std::uint8_t bytes[modular::detail::most_residues * residue_width];
  std::memcpy(rest, in + i, (n - i) * sizeof(Word));
  residue_some(rest, is_signed, planes, bytes, residue_width);
  for (std::size_t p = 0; p < planes; ++p) std::memcpy(out + p * plane_step + i, bytes + p * residue_width, n - i);
}

inline void residue_split_words(const std::uint32_t* in, std::size_t n, bool is_signed, std::size_t planes,
                                std::uint8_t* out, std::size_t plane_step) noexcept {
  residue_split_row(in, n, is_signed, planes, out, plane_step);
}
inline void residue_split_longs(const std::uint64_t* in, std::size_t n, bool is_signed, std::size_t planes,
                                std::uint8_t* out, std::size_t plane_step) noexcept {
  residue_split_row(in, n, is_signed, planes, out, plane_step);
}

#endif

// a / 2^32, rounded down, of signed integers.
inline longs residue_carry(longs a) noexcept {
  return longs_high(a + longs_fill(std::uint64_t{1} << 63)) - longs_fill(std::uint64_t{1} << 31);
}

// The lowest Limbs limbs of sum_i s_i c_i M / m_i - q M, not carried, of the residue_columns columns `from` on: a line
// of sums is read once, since those of all moduli fall into the same lines of the first cache.
inline constexpr std::size_t residue_columns = 2 * long_lanes;
template <std::size_t Limbs>
inline void residue_limbs(const residue_sums& b, const std::int32_t* from, longs (&sum)[2][Limbs]) noexcept {
  const modular::detail::residue_system& by = b.by;
  longs quotient[2];
  LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
    quotient[u] = longs_fill(std::uint64_t{1} << 31);
    LOWP_UNROLL for (std::size_t l = 0; l < Limbs; ++l) sum[u][l] = longs_fill(0);
  }
  for (std::size_t i = 0; i < by.count; ++i, from += modular::detail::plane_block) {
    const longs s[2] = {longs_ints(from), longs_ints(from + long_lanes)};
    const longs by_modulus = longs_fill(static_cast<std::uint64_t>(by.quotient[i]));
    LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) quotient[u] =
        quotient[u] + longs_multiply<true>(s[u], by_modulus);
    LOWP_UNROLL for (std::size_t l = 0; l < Limbs; ++l) {
      const longs factor = longs_fill(static_cast<std::uint64_t>(by.factor[i][l]));
      LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) sum[u][l] = sum[u][l] + longs_multiply<true>(s[u], factor);
    }
  }
  LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
    const longs q = longs_high(quotient[u]);  // as signed 32 bits
    LOWP_UNROLL for (std::size_t l = 0; l < Limbs; ++l) {
      sum[u][l] = sum[u][l] + longs_multiply<true>(q, longs_fill(static_cast<std::uint64_t>(by.modulus[l])));
    }
  }
}

inline void residue_combine(const residue_sums& b, std::int64_t* out, std::size_t stride) noexcept {
  for (std::size_t r = 0; r < b.place.rows; ++r) {
    for (std::size_t c = 0; c < b.place.cols; c += residue_columns) {
      longs sum[2][2];
      residue_limbs<2>(b, plane_at(b.place, r, c), sum);
      LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
        const std::size_t column = c + u * long_lanes;
        if (column >= b.place.cols) break;
        longs x = sum[u][0] + longs_left<32>(sum[u][1]);
        std::int64_t* to = out + r * stride + column;
        if (!b.place.first) x = x + plane_load(to, b.place.cols - column);
        plane_store(to, x, b.place.cols - column);
      }
    }
  }
}

inline void residue_combine_wide(const residue_sums& b, modular::int128* out, std::size_t stride) noexcept {
  const longs low_half = longs_fill(0xffffffff);
  for (std::size_t r = 0; r < b.place.rows; ++r) {
    for (std::size_t c = 0; c < b.place.cols; c += residue_columns) {
      longs sum[2][4];
      residue_limbs<4>(b, plane_at(b.place, r, c), sum);
      std::uint64_t low[residue_columns], high[residue_columns];
      LOWP_UNROLL for (std::size_t u = 0; u < 2; ++u) {
        longs(&x)[4] = sum[u];
        x[1] = x[1] + residue_carry(x[0]);
        x[2] = x[2] + residue_carry(x[1]);
        x[3] = x[3] + residue_carry(x[2]);
        longs_store(low + u * long_lanes, (x[0] & low_half) + longs_left<32>(x[1]));
        longs_store(high + u * long_lanes, (x[2] & low_half) + longs_left<32>(x[3]));
      }
      modular::int128* to = out + r * stride + c;
      const std::size_t here = std::min(residue_columns, b.place.cols - c);
      for (std::size_t e = 0; e < here; ++e) {
        const modular::int128 x = modular::int128::from_words(low[e], static_cast<std::int64_t>(high[e]));
        to[e] = b.place.first ? x : to[e] + x;
      }
    }
  }
}

inline constexpr modular::detail::residue_kernels residue_tier{residue_split_words, residue_split_longs,
                                                               residue_combine, residue_combine_wide};
