// What a number-theoretic transform does with a vector of words, for three kinds of words. A value is lazy: below 2
// bound, its true residue plus a multiple of q. `mul` takes any word and gives less than bound.
//
//   ntt_words32           32 bits, q < 2^30, bound = 2q; quotients are floor(w 2^32 / q)
//   ntt_words64<true>     64 bits, q < 2^62, bound = 2q; quotients are floor(w 2^64 / q)
//   ntt_words64<false>    64 bits, q < 2^61, bound = 4q: the upper half of a product without its carries is at most 2
//                         too small, so that x w - t q < 4q, which saves a multiplication
//   ntt_words52           64 bits, q < 2^50, bound = 2q; quotients are floor(w 2^52 / q), by AVX-512 IFMA
//
// Tables for q < 2^50 hold the quotients of 52 bits. Shifted left by 12 they serve words of 64 bits too, as long as
// x < 2^52: so with bound = 2q only.
// A factor is a vector of multipliers with their quotients: `one` is the same in all lanes, `some<k>` 2^k of them in
// turn. zip interleaves two vectors, unzip undoes it.
#if LOWP_TIER == LOWP_LEAST_TIER

struct ntt_word32 {
  using word = std::uint32_t;
  using vec = std::uint32_t;
  struct factor {
    std::uint32_t w, quotient;
  };
  static constexpr std::size_t lanes = 1;
  std::uint32_t q, bound;

  ntt_word32(word modulus, int) noexcept : q(modulus), bound(2 * modulus) {}

  [[gnu::always_inline]] static vec load(const word* p) noexcept { return *p; }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept { *p = x; }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept { return {*w, *quotient}; }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    return x * f.w - static_cast<std::uint32_t>(std::uint64_t{x} * f.quotient >> 32) * q;
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return x + y; }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept { return x + bound - y; }  // for y < bound
  [[gnu::always_inline]] vec halve(vec x) const noexcept { return std::min(x, x - bound); }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    return std::min(x - y, x - y + bound);
  }  // for x, y < bound
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    return std::min(x, x - q);
  }
};

struct ntt_word64 {
  using word = std::uint64_t;
  using vec = std::uint64_t;
  struct factor {
    std::uint64_t w, quotient;
  };
  static constexpr std::size_t lanes = 1;
  std::uint64_t q, bound;
  int shift;

  ntt_word64(word modulus, int shift_of_quotients) noexcept
      : q(modulus), bound(2 * modulus), shift(shift_of_quotients) {}

  [[gnu::always_inline]] static vec load(const word* p) noexcept { return *p; }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept { *p = x; }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    return {*w, *quotient << shift};
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    return x * f.w - lowp::detail::multiply_wide(x, f.quotient).high * q;
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return x + y; }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept { return x + bound - y; }
  [[gnu::always_inline]] vec halve(vec x) const noexcept { return std::min(x, x - bound); }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept { return std::min(x - y, x - y + bound); }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    return std::min(x, x - q);
  }
};

#endif

#if LOWP_TIER == 0

using ntt_words32 = ntt_word32;
template <bool precise>
using ntt_words64 = ntt_word64;

#elif LOWP_TIER == 1

struct ntt_words32 {
  using word = std::uint32_t;
  struct vec {
    __m256i v;
  };
  struct factor {
    __m256i w, even, odd;  // quotients of the even lanes, of the odd ones, in even lanes
  };
  static constexpr std::size_t lanes = 8;
  __m256i q, bound;

  ntt_words32(word modulus, int) noexcept
      : q(_mm256_set1_epi32(static_cast<int>(modulus))), bound(_mm256_add_epi32(q, q)) {}

  [[gnu::always_inline]] static vec load(const word* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.v);
  }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    const __m256i t = _mm256_set1_epi32(static_cast<int>(*quotient));
    return {_mm256_set1_epi32(static_cast<int>(*w)), t, t};
  }
  template <int k>
  [[gnu::always_inline]] static __m256i repeat(const word* p) noexcept {
    if constexpr (k == 1) {
      long long two;
      std::memcpy(&two, p, sizeof two);
      return _mm256_set1_epi64x(two);
    } else if constexpr (k == 2) {
      return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    } else {
      return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
  }
  template <int k>
  [[gnu::always_inline]] factor some(const word* w, const word* quotient) const noexcept {
    return {repeat<k>(w), repeat<k>(quotient), repeat<k>(quotient + 1)};
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    const __m256i even = _mm256_mul_epu32(x.v, f.even), odd = _mm256_mul_epu32(_mm256_srli_epi64(x.v, 32), f.odd);
    const __m256i t = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    return {_mm256_sub_epi32(_mm256_mullo_epi32(x.v, f.w), _mm256_mullo_epi32(t, q))};
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return {_mm256_add_epi32(x.v, y.v)}; }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept {
    return {_mm256_sub_epi32(_mm256_add_epi32(x.v, bound), y.v)};
  }
  [[gnu::always_inline]] vec halve(vec x) const noexcept {
    return {_mm256_min_epu32(x.v, _mm256_sub_epi32(x.v, bound))};
  }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    const __m256i d = _mm256_sub_epi32(x.v, y.v);
    return {_mm256_min_epu32(d, _mm256_add_epi32(d, bound))};
  }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    return {_mm256_min_epu32(x.v, _mm256_sub_epi32(x.v, q))};
  }
  [[gnu::always_inline]] static void zip(vec& x, vec& y) noexcept {
    const __m256i low = _mm256_unpacklo_epi32(x.v, y.v), high = _mm256_unpackhi_epi32(x.v, y.v);
    x = {_mm256_permute2x128_si256(low, high, 0x20)};
    y = {_mm256_permute2x128_si256(low, high, 0x31)};
  }
  [[gnu::always_inline]] static void unzip(vec& x, vec& y) noexcept {
    const __m256 a = _mm256_castsi256_ps(x.v), b = _mm256_castsi256_ps(y.v);
    x = {_mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)), 0xd8)};
    y = {_mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd)), 0xd8)};
  }
};

// Not within the template: g++ 12 clears the upper halves of such a vector where a function returns it.
struct ntt_four {
  using word = std::uint64_t;
  struct vec {
    __m256i v;
  };
};

template <bool precise>
struct ntt_words64 : ntt_four {
  struct factor {
    __m256i w, w_high, quotient, quotient_high;
  };
  static constexpr std::size_t lanes = 4;
  __m256i q, q_high, bound;
  __m128i shift;

  ntt_words64(word modulus, int shift_of_quotients) noexcept
      : q(_mm256_set1_epi64x(static_cast<long long>(modulus))),
        q_high(_mm256_srli_epi64(q, 32)),
        bound(_mm256_slli_epi64(q, precise ? 1 : 2)),
        shift(_mm_cvtsi32_si128(shift_of_quotients)) {}

  [[gnu::always_inline]] static __m256i high_half(__m256i x) noexcept { return _mm256_shuffle_epi32(x, 0xf5); }
  [[gnu::always_inline]] static vec load(const word* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.v);
  }
  [[gnu::always_inline]] factor factor_of(__m256i w, __m256i quotient) const noexcept {
    const __m256i t = _mm256_sll_epi64(quotient, shift);
    return {w, high_half(w), t, high_half(t)};
  }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    return factor_of(_mm256_set1_epi64x(static_cast<long long>(*w)),
                     _mm256_set1_epi64x(static_cast<long long>(*quotient)));
  }
  template <int k>
  [[gnu::always_inline]] factor some(const word* w, const word* quotient) const noexcept {
    if constexpr (k == 1)
      return factor_of(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w))),
                       _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(quotient))));
    else
      return factor_of(load(w).v, load(quotient).v);
  }
  [[gnu::always_inline]] static __m256i multiply_low(__m256i x, __m256i x_high, __m256i y, __m256i y_high) noexcept {
    const __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(x_high, y), _mm256_mul_epu32(x, y_high));
    return _mm256_add_epi64(_mm256_mul_epu32(x, y), _mm256_slli_epi64(cross, 32));
  }
  [[gnu::always_inline]] static __m256i multiply_high(__m256i x, __m256i x_high, __m256i y, __m256i y_high) noexcept {
    __m256i a = _mm256_mul_epu32(x, y_high), b = _mm256_mul_epu32(x_high, y);
    if constexpr (precise) {
      a = _mm256_add_epi64(a, _mm256_srli_epi64(_mm256_mul_epu32(x, y), 32));
      b = _mm256_add_epi64(b, _mm256_blend_epi32(a, _mm256_setzero_si256(), 0xaa));
    }
    return _mm256_add_epi64(_mm256_add_epi64(_mm256_mul_epu32(x_high, y_high), _mm256_srli_epi64(a, 32)),
                            _mm256_srli_epi64(b, 32));
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    const __m256i x_high = high_half(x.v), t = multiply_high(x.v, x_high, f.quotient, f.quotient_high);
    return {_mm256_sub_epi64(multiply_low(x.v, x_high, f.w, f.w_high), multiply_low(t, high_half(t), q, q_high))};
  }
  // a where c has its uppermost bit, else b
  [[gnu::always_inline]] static __m256i select_negative(__m256i c, __m256i a, __m256i b) noexcept {
    return _mm256_castpd_si256(
        _mm256_blendv_pd(_mm256_castsi256_pd(b), _mm256_castsi256_pd(a), _mm256_castsi256_pd(c)));
  }
  // x - m if x >= m, for x < 2m, m < 2^63
  [[gnu::always_inline]] static __m256i subtract_once(__m256i x, __m256i m) noexcept {
    const __m256i d = _mm256_sub_epi64(x, m);
    return select_negative(d, x, d);
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return {_mm256_add_epi64(x.v, y.v)}; }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept {
    return {_mm256_sub_epi64(_mm256_add_epi64(x.v, bound), y.v)};
  }
  [[gnu::always_inline]] vec halve(vec x) const noexcept { return {subtract_once(x.v, bound)}; }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    const __m256i d = _mm256_sub_epi64(x.v, y.v);
    return {select_negative(d, _mm256_add_epi64(d, bound), d)};
  }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    if constexpr (!precise) x.v = subtract_once(x.v, _mm256_add_epi64(q, q));
    return {subtract_once(x.v, q)};
  }
  [[gnu::always_inline]] static void zip(vec& x, vec& y) noexcept {
    const __m256i low = _mm256_unpacklo_epi64(x.v, y.v), high = _mm256_unpackhi_epi64(x.v, y.v);
    x = {_mm256_permute2x128_si256(low, high, 0x20)};
    y = {_mm256_permute2x128_si256(low, high, 0x31)};
  }
  [[gnu::always_inline]] static void unzip(vec& x, vec& y) noexcept {
    const __m256i low = _mm256_permute2x128_si256(x.v, y.v, 0x20), high = _mm256_permute2x128_si256(x.v, y.v, 0x31);
    x = {_mm256_unpacklo_epi64(low, high)};
    y = {_mm256_unpackhi_epi64(low, high)};
  }
};

#elif LOWP_TIER == 2 || LOWP_TIER == LOWP_LEAST_TIER

struct ntt_words32 {
  using word = std::uint32_t;
  struct vec {
    __m512i v;
  };
  struct factor {
    __m512i w, even, odd;  // quotients of the even lanes, of the odd ones, in even lanes
  };
  static constexpr std::size_t lanes = 16;
  __m512i q, bound;

  ntt_words32(word modulus, int) noexcept
      : q(_mm512_set1_epi32(static_cast<int>(modulus))), bound(_mm512_add_epi32(q, q)) {}

  [[gnu::always_inline]] static vec load(const word* p) noexcept { return {_mm512_loadu_si512(p)}; }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept { _mm512_storeu_si512(p, x.v); }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    const __m512i t = _mm512_set1_epi32(static_cast<int>(*quotient));
    return {_mm512_set1_epi32(static_cast<int>(*w)), t, t};
  }
  template <int k>
  [[gnu::always_inline]] static __m512i repeat(const word* p) noexcept {
    if constexpr (k == 1) {
      long long two;
      std::memcpy(&two, p, sizeof two);
      return _mm512_set1_epi64(two);
    } else if constexpr (k == 2) {
      return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    } else if constexpr (k == 3) {
      return _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    } else {
      return _mm512_loadu_si512(p);
    }
  }
  template <int k>
  [[gnu::always_inline]] factor some(const word* w, const word* quotient) const noexcept {
    return {repeat<k>(w), repeat<k>(quotient), repeat<k>(quotient + 1)};
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    constexpr auto upper = static_cast<_MM_PERM_ENUM>(0xf5);
    const __m512i even = _mm512_mul_epu32(x.v, f.even);
    const __m512i odd = _mm512_mul_epu32(_mm512_shuffle_epi32(x.v, upper), f.odd);
    const __m512i t = _mm512_mask_shuffle_epi32(odd, 0x5555, even, upper);
    return {_mm512_sub_epi32(_mm512_mullo_epi32(x.v, f.w), _mm512_mullo_epi32(t, q))};
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return {_mm512_add_epi32(x.v, y.v)}; }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept {
    return {_mm512_sub_epi32(_mm512_add_epi32(x.v, bound), y.v)};
  }
  [[gnu::always_inline]] vec halve(vec x) const noexcept {
    return {_mm512_min_epu32(x.v, _mm512_sub_epi32(x.v, bound))};
  }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    const __m512i d = _mm512_sub_epi32(x.v, y.v);
    return {_mm512_min_epu32(d, _mm512_add_epi32(d, bound))};
  }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    return {_mm512_min_epu32(x.v, _mm512_sub_epi32(x.v, q))};
  }
  [[gnu::always_inline]] static void zip(vec& x, vec& y) noexcept {
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const __m512i a = x.v;
    x = {_mm512_permutex2var_epi32(a, low, y.v)};
    y = {_mm512_permutex2var_epi32(a, high, y.v)};
  }
  [[gnu::always_inline]] static void unzip(vec& x, vec& y) noexcept {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const __m512i a = x.v;
    x = {_mm512_permutex2var_epi32(a, even, y.v)};
    y = {_mm512_permutex2var_epi32(a, odd, y.v)};
  }
};

// The parts that 64-bit words of AVX-512 have in common.
struct ntt_eight {
  using word = std::uint64_t;
  struct vec {
    __m512i v;
  };
  static constexpr std::size_t lanes = 8;

  [[gnu::always_inline]] static vec load(const word* p) noexcept { return {_mm512_loadu_si512(p)}; }
  [[gnu::always_inline]] static void store(word* p, vec x) noexcept { _mm512_storeu_si512(p, x.v); }
  template <int k>
  [[gnu::always_inline]] static __m512i repeat(const word* p) noexcept {
    if constexpr (k == 0) return _mm512_set1_epi64(static_cast<long long>(*p));
    if constexpr (k == 1) return _mm512_broadcast_i64x2(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    if constexpr (k == 2) return _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return _mm512_loadu_si512(p);
  }
  [[gnu::always_inline]] static vec add(vec x, vec y) noexcept { return {_mm512_add_epi64(x.v, y.v)}; }
  [[gnu::always_inline]] static __m512i subtract_once(__m512i x, __m512i m) noexcept {
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, m));
  }
  [[gnu::always_inline]] static void zip(vec& x, vec& y) noexcept {
    const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    const __m512i a = x.v;
    x = {_mm512_permutex2var_epi64(a, low, y.v)};
    y = {_mm512_permutex2var_epi64(a, high, y.v)};
  }
  [[gnu::always_inline]] static void unzip(vec& x, vec& y) noexcept {
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512i a = x.v;
    x = {_mm512_permutex2var_epi64(a, even, y.v)};
    y = {_mm512_permutex2var_epi64(a, odd, y.v)};
  }
};

template <bool precise>
struct ntt_words64 : ntt_eight {
  struct factor {
    __m512i w, quotient, quotient_high;
  };
  __m512i q, bound;
  __m128i shift;

  ntt_words64(word modulus, int shift_of_quotients) noexcept
      : q(_mm512_set1_epi64(static_cast<long long>(modulus))),
        bound(_mm512_slli_epi64(q, precise ? 1 : 2)),
        shift(_mm_cvtsi32_si128(shift_of_quotients)) {}

  [[gnu::always_inline]] static __m512i high_half(__m512i x) noexcept {
    return _mm512_shuffle_epi32(x, static_cast<_MM_PERM_ENUM>(0xf5));
  }
  template <int k>
  [[gnu::always_inline]] factor some(const word* w, const word* quotient) const noexcept {
    const __m512i t = _mm512_sll_epi64(repeat<k>(quotient), shift);
    return {repeat<k>(w), t, high_half(t)};
  }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    return some<0>(w, quotient);
  }
  [[gnu::always_inline]] static __m512i multiply_high(__m512i x, __m512i y, __m512i y_high) noexcept {
    const __m512i x_high = high_half(x);
    __m512i a = _mm512_mul_epu32(x, y_high), b = _mm512_mul_epu32(x_high, y);
    if constexpr (precise) {
      a = _mm512_add_epi64(a, _mm512_srli_epi64(_mm512_mul_epu32(x, y), 32));
      b = _mm512_add_epi64(b, _mm512_maskz_mov_epi32(0x5555, a));
    }
    return _mm512_add_epi64(_mm512_add_epi64(_mm512_mul_epu32(x_high, y_high), _mm512_srli_epi64(a, 32)),
                            _mm512_srli_epi64(b, 32));
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    const __m512i t = multiply_high(x.v, f.quotient, f.quotient_high);
    return {_mm512_sub_epi64(_mm512_mullo_epi64(x.v, f.w), _mm512_mullo_epi64(t, q))};
  }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept {
    return {_mm512_sub_epi64(_mm512_add_epi64(x.v, bound), y.v)};
  }
  [[gnu::always_inline]] vec halve(vec x) const noexcept { return {subtract_once(x.v, bound)}; }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    const __m512i d = _mm512_sub_epi64(x.v, y.v);
    return {_mm512_min_epu64(d, _mm512_add_epi64(d, bound))};
  }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    if constexpr (!precise) x.v = subtract_once(x.v, _mm512_add_epi64(q, q));
    return {subtract_once(x.v, q)};
  }
};

#endif

#if LOWP_TIER >= 3

struct ntt_words52 : ntt_eight {
  struct factor {
    __m512i w, quotient;
  };
  __m512i q, bound, negated, mask;

  ntt_words52(word modulus, int) noexcept
      : q(_mm512_set1_epi64(static_cast<long long>(modulus))),
        bound(_mm512_add_epi64(q, q)),
        negated(_mm512_set1_epi64(static_cast<long long>((std::uint64_t{1} << 52) - modulus))),
        mask(_mm512_set1_epi64((1LL << 52) - 1)) {}

  template <int k>
  [[gnu::always_inline]] factor some(const word* w, const word* quotient) const noexcept {
    return {repeat<k>(w), repeat<k>(quotient)};
  }
  [[gnu::always_inline]] factor one(const word* w, const word* quotient) const noexcept {
    return some<0>(w, quotient);
  }
  [[gnu::always_inline]] vec mul(vec x, const factor& f) const noexcept {
    const __m512i zero = _mm512_setzero_si512();
    const __m512i t = _mm512_madd52hi_epu64(zero, x.v, f.quotient);
    return {_mm512_and_si512(_mm512_madd52lo_epu64(_mm512_madd52lo_epu64(zero, x.v, f.w), t, negated), mask)};
  }
  [[gnu::always_inline]] vec sub(vec x, vec y) const noexcept {
    return {_mm512_sub_epi64(_mm512_add_epi64(x.v, bound), y.v)};
  }
  [[gnu::always_inline]] vec halve(vec x) const noexcept { return {subtract_once(x.v, bound)}; }
  [[gnu::always_inline]] vec sub_halved(vec x, vec y) const noexcept {
    const __m512i d = _mm512_sub_epi64(x.v, y.v);
    return {_mm512_min_epu64(d, _mm512_add_epi64(d, bound))};
  }
  [[gnu::always_inline]] vec reduce(vec x) const noexcept {
    x = halve(x);
    return {subtract_once(x.v, q)};
  }
};

#endif
