// The vocabulary with 16 lanes: AVX-512 F, BW, CD, DQ, VL. What the functions mean is said in scalar.inl.
inline constexpr std::size_t lanes = 16;

struct floats {
  __m512 v;
};
inline floats operator+(floats a, floats b) noexcept { return {_mm512_add_ps(a.v, b.v)}; }
inline floats operator-(floats a, floats b) noexcept { return {_mm512_sub_ps(a.v, b.v)}; }
inline floats operator*(floats a, floats b) noexcept { return {_mm512_mul_ps(a.v, b.v)}; }

struct words {
  __m512i v;
};
inline words operator+(words a, words b) noexcept { return {_mm512_add_epi32(a.v, b.v)}; }
inline words operator-(words a, words b) noexcept { return {_mm512_sub_epi32(a.v, b.v)}; }
inline words operator&(words a, words b) noexcept { return {_mm512_and_si512(a.v, b.v)}; }
inline words operator|(words a, words b) noexcept { return {_mm512_or_si512(a.v, b.v)}; }
inline words operator^(words a, words b) noexcept { return {_mm512_xor_si512(a.v, b.v)}; }

struct mask {
  __mmask16 v;
};
inline mask operator&(mask a, mask b) noexcept { return {_kand_mask16(a.v, b.v)}; }
inline mask operator|(mask a, mask b) noexcept { return {_kor_mask16(a.v, b.v)}; }
inline mask operator^(mask a, mask b) noexcept { return {_kxor_mask16(a.v, b.v)}; }
inline mask operator~(mask a) noexcept { return {_knot_mask16(a.v)}; }

// Ones for the first n of 16 lanes.
inline __mmask16 first_lanes(std::size_t n) noexcept {
  return static_cast<__mmask16>(n >= 16 ? 0xffffu : (1u << n) - 1);
}

inline floats load(const float* p) noexcept { return {_mm512_loadu_ps(p)}; }
inline void store(float* p, floats a) noexcept { _mm512_storeu_ps(p, a.v); }
inline floats load_part(const float* p, std::size_t n) noexcept { return {_mm512_maskz_loadu_ps(first_lanes(n), p)}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept { _mm512_mask_storeu_ps(p, first_lanes(n), a.v); }
inline floats fill(float x) noexcept { return {_mm512_set1_ps(x)}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
inline floats add_exact_product(floats a, floats b, floats c) noexcept {
  return {_mm512_fmadd_round_ps(a.v, b.v, c.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
inline floats min(floats a, floats b) noexcept { return {_mm512_min_ps(a.v, b.v)}; }
inline floats max(floats a, floats b) noexcept { return {_mm512_max_ps(a.v, b.v)}; }

inline words load(const std::uint32_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
inline void store(std::uint32_t* p, words a) noexcept { _mm512_storeu_si512(p, a.v); }
inline words load_part(const std::uint32_t* p, std::size_t n) noexcept {
  return {_mm512_maskz_loadu_epi32(first_lanes(n), p)};
}
inline void store_part(std::uint32_t* p, words a, std::size_t n) noexcept {
  _mm512_mask_storeu_epi32(p, first_lanes(n), a.v);
}
inline words load_u8(const std::uint8_t* p) noexcept {
  return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline words load_u16(const std::uint16_t* p) noexcept {
  return {_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline words load_u8_pairs(const std::uint8_t* p) noexcept {
  return {_mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline void store_u8(std::uint8_t* p, words a) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(a.v));
}
inline void store_u16(std::uint16_t* p, words a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a.v));
}
inline words load_u8_part(const std::uint8_t* p, std::size_t n) noexcept {
  return {_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first_lanes(n), p))};
}
inline words load_u16_part(const std::uint16_t* p, std::size_t n) noexcept {
  return {_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first_lanes(n), p))};
}
inline void store_u8_part(std::uint8_t* p, words a, std::size_t n) noexcept {
  _mm_mask_storeu_epi8(p, first_lanes(n), _mm512_cvtepi32_epi8(a.v));
}
inline void store_u16_part(std::uint16_t* p, words a, std::size_t n) noexcept {
  _mm256_mask_storeu_epi16(p, first_lanes(n), _mm512_cvtepi32_epi16(a.v));
}
inline words fill_words(std::uint32_t x) noexcept { return {_mm512_set1_epi32(static_cast<int>(x))}; }
inline words count_up() noexcept { return {_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}; }

inline words bits_of(floats a) noexcept { return {_mm512_castps_si512(a.v)}; }
inline floats floats_of(words a) noexcept { return {_mm512_castsi512_ps(a.v)}; }
inline words to_ints(floats a) noexcept {
  return {_mm512_cvt_roundps_epi32(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
inline words to_ints_truncated(floats a) noexcept { return {_mm512_cvttps_epi32(a.v)}; }
// 0 <= x < 2^32; AVX-512 only.
inline words to_unsigned_truncated(floats a) noexcept { return {_mm512_cvttps_epu32(a.v)}; }
inline floats from_ints(words a) noexcept { return {_mm512_cvtepi32_ps(a.v)}; }

template <int N>
inline words shift_left(words a) noexcept {
  return {_mm512_slli_epi32(a.v, N)};
}
template <int N>
inline words shift_right(words a) noexcept {
  return {_mm512_srli_epi32(a.v, N)};
}
template <int N>
inline words shift_right_signed(words a) noexcept {
  return {_mm512_srai_epi32(a.v, N)};
}
inline words shift_left(words a, words counts) noexcept { return {_mm512_sllv_epi32(a.v, counts.v)}; }
inline words shift_right(words a, words counts) noexcept { return {_mm512_srlv_epi32(a.v, counts.v)}; }
inline words shift_right_signed(words a, words counts) noexcept { return {_mm512_srav_epi32(a.v, counts.v)}; }
inline words and_not(words a, words b) noexcept { return {_mm512_andnot_si512(b.v, a.v)}; }
inline words min_unsigned(words a, words b) noexcept { return {_mm512_min_epu32(a.v, b.v)}; }
inline words max_unsigned(words a, words b) noexcept { return {_mm512_max_epu32(a.v, b.v)}; }
inline words min_signed(words a, words b) noexcept { return {_mm512_min_epi32(a.v, b.v)}; }
inline words max_signed(words a, words b) noexcept { return {_mm512_max_epi32(a.v, b.v)}; }
inline words leading_zeros(words a) noexcept { return {_mm512_lzcnt_epi32(a.v)}; }

inline mask equal(words a, words b) noexcept { return {_mm512_cmpeq_epi32_mask(a.v, b.v)}; }
inline mask less(words a, words b) noexcept { return {_mm512_cmplt_epu32_mask(a.v, b.v)}; }
inline mask less_signed(words a, words b) noexcept { return {_mm512_cmplt_epi32_mask(a.v, b.v)}; }
inline mask is_nonzero(words a) noexcept { return {_mm512_test_epi32_mask(a.v, a.v)}; }
inline mask is_negative(words a) noexcept { return {_mm512_movepi32_mask(a.v)}; }
inline mask equal(floats a, floats b) noexcept { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
inline mask less(floats a, floats b) noexcept { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
inline mask is_nan(floats a) noexcept { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }

inline bool any(mask m) noexcept { return m.v != 0; }
inline bool all(mask m) noexcept { return m.v == 0xffff; }
inline std::uint32_t bits_of(mask m) noexcept { return m.v; }
inline floats select(mask m, floats a, floats b) noexcept { return {_mm512_mask_mov_ps(b.v, m.v, a.v)}; }
inline words select(mask m, words a, words b) noexcept { return {_mm512_mask_mov_epi32(b.v, m.v, a.v)}; }
inline words plus_one(words a, mask m) noexcept {
  return {_mm512_mask_sub_epi32(a.v, m.v, a.v, _mm512_set1_epi32(-1))};
}
inline words or_where(words a, mask m, words bits) noexcept { return {_mm512_mask_or_epi32(a.v, m.v, a.v, bits.v)}; }
inline words add_where(words a, mask m, words b) noexcept { return {_mm512_mask_add_epi32(a.v, m.v, a.v, b.v)}; }
inline floats subtract_where(floats a, mask m, floats b) noexcept { return {_mm512_mask_sub_ps(a.v, m.v, a.v, b.v)}; }
inline words bit_select(words m, words a, words b) noexcept {
  return {_mm512_ternarylogic_epi32(m.v, a.v, b.v, 0xca)};
}

inline floats load_nearest(const double* p) noexcept {
  constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  const __m256 low = _mm512_cvt_roundpd_ps(_mm512_loadu_pd(p), nearest);
  return {_mm512_insertf32x8(_mm512_castps256_ps512(low), _mm512_cvt_roundpd_ps(_mm512_loadu_pd(p + 8), nearest), 1)};
}
inline floats load_to_odd(const double* p) noexcept {
  constexpr int truncated = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
  const __m512d low = _mm512_loadu_pd(p), high = _mm512_loadu_pd(p + 8);
  const __m256 cut_low = _mm512_cvt_roundpd_ps(low, truncated), cut_high = _mm512_cvt_roundpd_ps(high, truncated);
  const __mmask8 inexact_low = _mm512_cmp_pd_mask(_mm512_cvtps_pd(cut_low), low, _CMP_NEQ_OQ);
  const __mmask8 inexact_high = _mm512_cmp_pd_mask(_mm512_cvtps_pd(cut_high), high, _CMP_NEQ_OQ);
  const __m512i cut = _mm512_castps_si512(_mm512_insertf32x8(_mm512_castps256_ps512(cut_low), cut_high, 1));
  const auto inexact = static_cast<__mmask16>(inexact_low | inexact_high << 8);
  return {_mm512_castsi512_ps(_mm512_mask_or_epi32(cut, inexact, cut, _mm512_set1_epi32(1)))};
}
inline void store(double* p, floats a) noexcept {
  _mm512_storeu_pd(p, _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)));
  _mm512_storeu_pd(p + 8, _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1)));
}

struct words_pair {
  words low, high;
};
inline words_pair multiply_wide(words a, words b) noexcept {
  const __m512i even = _mm512_mul_epu32(a.v, b.v);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b.v, 32));
  return {{_mm512_mask_shuffle_epi32(even, 0xaaaa, odd, static_cast<_MM_PERM_ENUM>(0xa0))},
          {_mm512_mask_shuffle_epi32(odd, 0x5555, even, static_cast<_MM_PERM_ENUM>(0xf5))}};
}

struct table16 {
  __m512i v;
};
struct table8 {
  __m512i v;
};
inline table16 load_table16(const std::uint32_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
inline table8 load_table8(const std::uint32_t* p) noexcept {
  return {_mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline words lookup(table16 t, words index) noexcept { return {_mm512_permutexvar_epi32(index.v, t.v)}; }
inline words lookup(table8 t, words index) noexcept { return {_mm512_permutexvar_epi32(index.v, t.v)}; }
inline floats gather(const float* p, words index) noexcept { return {_mm512_i32gather_ps(index.v, p, 4)}; }
inline words gather(const std::uint32_t* p, words index) noexcept { return {_mm512_i32gather_epi32(index.v, p, 4)}; }

inline floats load_halves(const std::uint16_t* p) noexcept {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline floats load_upper_bytes(const std::uint8_t* p) noexcept {
  const __m256i halves = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  return {_mm512_cvtph_ps(_mm256_slli_epi16(halves, 8))};
}
inline void store_halves(std::uint16_t* p, floats a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline floats load_halves_part(const std::uint16_t* p, std::size_t n) noexcept {
  return {_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_lanes(n), p))};
}
inline void store_halves_part(std::uint16_t* p, floats a, std::size_t n) noexcept {
  _mm256_mask_storeu_epi16(p, first_lanes(n), _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

inline void pack_nibbles(const std::uint8_t* codes, std::size_t n, std::uint8_t* out) noexcept {
  const __m512i weights = _mm512_set1_epi16(0x1001);  // 1 for the first of two, 16 for the second
  for (std::size_t i = 0; i < n; i += 64) {
    const std::size_t rest = n - i;
    const __mmask64 in = rest >= 64 ? ~__mmask64{0} : (__mmask64{1} << rest) - 1;
    const __m512i pairs = _mm512_maddubs_epi16(_mm512_maskz_loadu_epi8(in, codes + i), weights);
    const __mmask32 to =
        rest >= 64 ? ~__mmask32{0} : static_cast<__mmask32>((std::uint64_t{1} << (rest + 1) / 2) - 1);
    _mm256_mask_storeu_epi8(out + i / 2, to, _mm512_cvtepi16_epi8(pairs));
  }
}
inline void unpack_nibbles(const std::uint8_t* in, std::size_t n, std::uint8_t* codes) noexcept {
  for (std::size_t i = 0; i < n; i += 64) {
    const std::size_t rest = n - i;
    const __mmask32 from =
        rest >= 64 ? ~__mmask32{0} : static_cast<__mmask32>((std::uint64_t{1} << (rest + 1) / 2) - 1);
    const __mmask64 to = rest >= 64 ? ~__mmask64{0} : (__mmask64{1} << rest) - 1;
    const __m512i bytes = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(from, in + i / 2));
    const __m512i pairs = _mm512_or_si512(bytes, _mm512_slli_epi16(bytes, 4));
    _mm512_mask_storeu_epi8(codes + i, to, _mm512_and_si512(pairs, _mm512_set1_epi8(15)));
  }
}
