// The vocabulary with 8 lanes: AVX2, FMA, F16C. What the functions mean is said in scalar.inl.
inline constexpr std::size_t lanes = 8;

struct floats {
  __m256 v;
};
inline floats operator+(floats a, floats b) noexcept { return {_mm256_add_ps(a.v, b.v)}; }
inline floats operator-(floats a, floats b) noexcept { return {_mm256_sub_ps(a.v, b.v)}; }
inline floats operator*(floats a, floats b) noexcept { return {_mm256_mul_ps(a.v, b.v)}; }

struct words {
  __m256i v;
};
inline words operator+(words a, words b) noexcept { return {_mm256_add_epi32(a.v, b.v)}; }
inline words operator-(words a, words b) noexcept { return {_mm256_sub_epi32(a.v, b.v)}; }
inline words operator&(words a, words b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
inline words operator|(words a, words b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline words operator^(words a, words b) noexcept { return {_mm256_xor_si256(a.v, b.v)}; }

struct mask {  // all ones or all zeros in each lane
  __m256i v;
};
inline mask operator&(mask a, mask b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
inline mask operator|(mask a, mask b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline mask operator^(mask a, mask b) noexcept { return {_mm256_xor_si256(a.v, b.v)}; }
inline mask operator~(mask a) noexcept { return {_mm256_xor_si256(a.v, _mm256_set1_epi32(-1))}; }

// Ones in the first n of 8 lanes.
inline __m256i first_lanes(std::size_t n) noexcept {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

inline floats load(const float* p) noexcept { return {_mm256_loadu_ps(p)}; }
inline void store(float* p, floats a) noexcept { _mm256_storeu_ps(p, a.v); }
inline floats load_part(const float* p, std::size_t n) noexcept { return {_mm256_maskload_ps(p, first_lanes(n))}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept { _mm256_maskstore_ps(p, first_lanes(n), a.v); }
inline floats fill(float x) noexcept { return {_mm256_set1_ps(x)}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
inline floats add_exact_product(floats a, floats b, floats c) noexcept { return fma(a, b, c); }
inline floats min(floats a, floats b) noexcept { return {_mm256_min_ps(a.v, b.v)}; }
inline floats max(floats a, floats b) noexcept { return {_mm256_max_ps(a.v, b.v)}; }

inline words load(const std::uint32_t* p) noexcept {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline void store(std::uint32_t* p, words a) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline words load_part(const std::uint32_t* p, std::size_t n) noexcept {
  return {_mm256_maskload_epi32(reinterpret_cast<const int*>(p), first_lanes(n))};
}
inline void store_part(std::uint32_t* p, words a, std::size_t n) noexcept {
  _mm256_maskstore_epi32(reinterpret_cast<int*>(p), first_lanes(n), a.v);
}
inline words load_u8(const std::uint8_t* p) noexcept {
  return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
}
inline words load_u16(const std::uint16_t* p) noexcept {
  return {_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline words load_u8_pairs(const std::uint8_t* p) noexcept {
  return {_mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
// The low bytes of the lanes in the low 8 bytes.
inline __m128i low_bytes(words a) noexcept {
  const __m256i first = _mm256_set1_epi32(0x0c080400);
  const __m256i b = _mm256_shuffle_epi8(a.v, first);
  return _mm_unpacklo_epi32(_mm256_castsi256_si128(b), _mm256_extracti128_si256(b, 1));
}
inline __m128i low_halves(words a) noexcept {
  const __m256i first = _mm256_set1_epi64x(0x0d0c090805040100);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_shuffle_epi8(a.v, first), 0x08));
}
inline void store_u8(std::uint8_t* p, words a) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), low_bytes(a));
}
inline void store_u16(std::uint16_t* p, words a) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), low_halves(a));
}
inline words load_u8_part(const std::uint8_t* p, std::size_t n) noexcept {
  std::uint8_t whole[8] = {};
  std::memcpy(whole, p, n < 8 ? n : 8);
  return load_u8(whole);
}
inline words load_u16_part(const std::uint16_t* p, std::size_t n) noexcept {
  std::uint16_t whole[8] = {};
  std::memcpy(whole, p, 2 * (n < 8 ? n : 8));
  return load_u16(whole);
}
inline void store_u8_part(std::uint8_t* p, words a, std::size_t n) noexcept {
  std::uint8_t whole[8];
  store_u8(whole, a);
  std::memcpy(p, whole, n < 8 ? n : 8);
}
inline void store_u16_part(std::uint16_t* p, words a, std::size_t n) noexcept {
  std::uint16_t whole[8];
  store_u16(whole, a);
  std::memcpy(p, whole, 2 * (n < 8 ? n : 8));
}
inline words fill_words(std::uint32_t x) noexcept { return {_mm256_set1_epi32(static_cast<int>(x))}; }
inline words count_up() noexcept { return {_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)}; }

inline words bits_of(floats a) noexcept { return {_mm256_castps_si256(a.v)}; }
inline floats floats_of(words a) noexcept { return {_mm256_castsi256_ps(a.v)}; }
inline words to_ints(floats a) noexcept {
  return {_mm256_cvttps_epi32(_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))};
}
inline words to_ints_truncated(floats a) noexcept { return {_mm256_cvttps_epi32(a.v)}; }
inline floats from_ints(words a) noexcept { return {_mm256_cvtepi32_ps(a.v)}; }

template <int N>
inline words shift_left(words a) noexcept {
  return {_mm256_slli_epi32(a.v, N)};
}
template <int N>
inline words shift_right(words a) noexcept {
  return {_mm256_srli_epi32(a.v, N)};
}
template <int N>
inline words shift_right_signed(words a) noexcept {
  return {_mm256_srai_epi32(a.v, N)};
}
inline words shift_left(words a, words counts) noexcept { return {_mm256_sllv_epi32(a.v, counts.v)}; }
inline words shift_right(words a, words counts) noexcept { return {_mm256_srlv_epi32(a.v, counts.v)}; }
inline words shift_right_signed(words a, words counts) noexcept { return {_mm256_srav_epi32(a.v, counts.v)}; }
inline words and_not(words a, words b) noexcept { return {_mm256_andnot_si256(b.v, a.v)}; }
inline words min_unsigned(words a, words b) noexcept { return {_mm256_min_epu32(a.v, b.v)}; }
inline words max_unsigned(words a, words b) noexcept { return {_mm256_max_epu32(a.v, b.v)}; }
inline words min_signed(words a, words b) noexcept { return {_mm256_min_epi32(a.v, b.v)}; }
inline words max_signed(words a, words b) noexcept { return {_mm256_max_epi32(a.v, b.v)}; }
// By the exponent of a float. Without the bit behind the leading one, no conversion rounds up to a power of two; one
// with bit 31 comes out negative, and is 0 in a difference that does not go below 0.
inline words leading_zeros(words a) noexcept {
  const __m256i top = _mm256_andnot_si256(_mm256_srli_epi32(a.v, 1), a.v);
  const __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(top)), 23);
  return {_mm256_min_epi16(_mm256_subs_epu16(_mm256_set1_epi32(158), exponent), _mm256_set1_epi32(32))};
}

inline mask equal(words a, words b) noexcept { return {_mm256_cmpeq_epi32(a.v, b.v)}; }
inline mask less_signed(words a, words b) noexcept { return {_mm256_cmpgt_epi32(b.v, a.v)}; }
inline mask less(words a, words b) noexcept {
  const __m256i sign = _mm256_set1_epi32(static_cast<int>(0x80000000u));
  return {_mm256_cmpgt_epi32(_mm256_xor_si256(b.v, sign), _mm256_xor_si256(a.v, sign))};
}
inline mask is_nonzero(words a) noexcept { return ~mask{_mm256_cmpeq_epi32(a.v, _mm256_setzero_si256())}; }
inline mask is_negative(words a) noexcept { return {_mm256_srai_epi32(a.v, 31)}; }
inline mask equal(floats a, floats b) noexcept { return {_mm256_castps_si256(_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ))}; }
inline mask less(floats a, floats b) noexcept { return {_mm256_castps_si256(_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ))}; }
inline mask is_nan(floats a) noexcept { return {_mm256_castps_si256(_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q))}; }

inline std::uint32_t bits_of(mask m) noexcept {
  return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(m.v)));
}
inline bool any(mask m) noexcept { return bits_of(m) != 0; }
inline bool all(mask m) noexcept { return bits_of(m) == 0xff; }
inline floats select(mask m, floats a, floats b) noexcept {
  return {_mm256_blendv_ps(b.v, a.v, _mm256_castsi256_ps(m.v))};
}
inline words select(mask m, words a, words b) noexcept { return {_mm256_blendv_epi8(b.v, a.v, m.v)}; }
inline words plus_one(words a, mask m) noexcept { return {_mm256_sub_epi32(a.v, m.v)}; }
inline words or_where(words a, mask m, words bits) noexcept {
  return {_mm256_or_si256(a.v, _mm256_and_si256(m.v, bits.v))};
}
inline words add_where(words a, mask m, words b) noexcept {
  return {_mm256_add_epi32(a.v, _mm256_and_si256(m.v, b.v))};
}
inline floats subtract_where(floats a, mask m, floats b) noexcept {
  return {_mm256_sub_ps(a.v, _mm256_and_ps(_mm256_castsi256_ps(m.v), b.v))};
}
inline words bit_select(words m, words a, words b) noexcept {
  return {_mm256_or_si256(_mm256_and_si256(a.v, m.v), _mm256_andnot_si256(m.v, b.v))};
}

inline floats load_nearest(const double* p) noexcept {
  return {_mm256_set_m128(_mm256_cvtpd_ps(_mm256_loadu_pd(p + 4)), _mm256_cvtpd_ps(_mm256_loadu_pd(p)))};
}
// Of two comparisons of doubles, one mask of floats.
inline __m256i mask_of_doubles(__m256d low, __m256d high) noexcept {
  const __m256 even = _mm256_shuffle_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high), 0x88);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(even), 0xd8);
}
inline floats load_to_odd(const double* p) noexcept {
  const __m256d low = _mm256_loadu_pd(p), high = _mm256_loadu_pd(p + 4), sign = _mm256_set1_pd(-0.0);
  const __m128 near_low = _mm256_cvtpd_ps(low), near_high = _mm256_cvtpd_ps(high);
  const __m256d size_low = _mm256_andnot_pd(sign, low), size_high = _mm256_andnot_pd(sign, high);
  const __m256d back_low = _mm256_andnot_pd(sign, _mm256_cvtps_pd(near_low));
  const __m256d back_high = _mm256_andnot_pd(sign, _mm256_cvtps_pd(near_high));
  const __m256i beyond =
      mask_of_doubles(_mm256_cmp_pd(back_low, size_low, _CMP_GT_OQ), _mm256_cmp_pd(back_high, size_high, _CMP_GT_OQ));
  const __m256i inexact = mask_of_doubles(_mm256_cmp_pd(back_low, size_low, _CMP_NEQ_OQ),
                                          _mm256_cmp_pd(back_high, size_high, _CMP_NEQ_OQ));
  const __m256i near = _mm256_castps_si256(_mm256_set_m128(near_high, near_low));
  const __m256i cut = _mm256_add_epi32(near, beyond);
  return {_mm256_castsi256_ps(_mm256_or_si256(cut, _mm256_and_si256(inexact, _mm256_set1_epi32(1))))};
}
inline void store(double* p, floats a) noexcept {
  _mm256_storeu_pd(p, _mm256_cvtps_pd(_mm256_castps256_ps128(a.v)));
  _mm256_storeu_pd(p + 4, _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1)));
}

struct words_pair {
  words low, high;
};
inline words_pair multiply_wide(words a, words b) noexcept {
  const __m256i even = _mm256_mul_epu32(a.v, b.v);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b.v, 32));
  return {{_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa)},
          {_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa)}};
}

struct table16 {
  __m256i low, high;
};
struct table8 {
  __m256i v;
};
inline table8 load_table8(const std::uint32_t* p) noexcept {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline table16 load_table16(const std::uint32_t* p) noexcept { return {load_table8(p).v, load_table8(p + 8).v}; }
inline words lookup(table8 t, words index) noexcept { return {_mm256_permutevar8x32_epi32(t.v, index.v)}; }
inline words lookup(table16 t, words index) noexcept {
  const __m256 low = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(t.low, index.v));
  const __m256 high = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(t.high, index.v));
  return {_mm256_castps_si256(_mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(index.v, 28))))};
}
inline floats gather(const float* p, words index) noexcept { return {_mm256_i32gather_ps(p, index.v, 4)}; }
inline words gather(const std::uint32_t* p, words index) noexcept {
  return {_mm256_i32gather_epi32(reinterpret_cast<const int*>(p), index.v, 4)};
}

inline floats load_halves(const std::uint16_t* p) noexcept {
  return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline floats load_upper_bytes(const std::uint8_t* p) noexcept {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return {_mm256_cvtph_ps(_mm_unpacklo_epi8(_mm_setzero_si128(), bytes))};
}
inline void store_halves(std::uint16_t* p, floats a) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}
inline floats load_halves_part(const std::uint16_t* p, std::size_t n) noexcept {
  std::uint16_t whole[8] = {};
  std::memcpy(whole, p, 2 * (n < 8 ? n : 8));
  return load_halves(whole);
}
inline void store_halves_part(std::uint16_t* p, floats a, std::size_t n) noexcept {
  std::uint16_t whole[8];
  store_halves(whole, a);
  std::memcpy(p, whole, 2 * (n < 8 ? n : 8));
}

inline void pack_nibbles(const std::uint8_t* codes, std::size_t n, std::uint8_t* out) noexcept {
  const __m256i weights = _mm256_set1_epi16(0x1001);  // 1 for the first of two, 16 for the second
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i));
    const __m256i pairs = _mm256_maddubs_epi16(c, weights);
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(pairs, pairs), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i / 2), _mm256_castsi256_si128(bytes));
  }
  for (; i + 2 <= n; i += 2) out[i / 2] = static_cast<std::uint8_t>(codes[i] | codes[i + 1] << 4);
  if (n % 2 != 0) out[n / 2] = codes[n - 1];
}
inline void unpack_nibbles(const std::uint8_t* in, std::size_t n, std::uint8_t* codes) noexcept {
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m256i bytes = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i / 2)));
    const __m256i pairs = _mm256_or_si256(bytes, _mm256_slli_epi16(bytes, 4));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes + i), _mm256_and_si256(pairs, _mm256_set1_epi8(15)));
  }
  for (; i < n; ++i) codes[i] = in[i / 2] >> (i % 2 * 4) & 15;
}
