// Lanes of words in 512 bits: AVX-512 F, BW, DQ. What the functions mean is said in scalar.inl.
//
// The vector unit has two ports at this width, and shifts and minima go to one of them only. Hence comparisons and masked
// sums for corrections, and shuffles of halves instead of shifts by 32.
struct u16s {
  using word = std::uint16_t;
  static constexpr std::size_t lanes = 32;
  struct mask {
    __mmask32 v;
  };
  struct distance {
    __m512i v;
  };
  __m512i v;

  static mask first(std::size_t n) noexcept {
    return {n >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((std::uint32_t{1} << n) - 1)};
  }
  static u16s load(const std::uint16_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
  static u16s load_part(const std::uint16_t* p, std::size_t n) noexcept {
    return {_mm512_maskz_loadu_epi16(first(n).v, p)};
  }
  static u16s load(const std::uint8_t* p) noexcept {
    return {_mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static u16s load_part(const std::uint8_t* p, std::size_t n) noexcept {
    return {_mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(first(n).v, p))};
  }
  static u16s load_pairs(const std::uint8_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
  static u16s load_pairs_part(const std::uint8_t* p, std::size_t n) noexcept {
    return {_mm512_maskz_loadu_epi8(first_bytes(n), p)};
  }
  static __mmask64 first_bytes(std::size_t n) noexcept { return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1; }
  static u16s fill(std::uint16_t x) noexcept { return {_mm512_set1_epi16(static_cast<short>(x))}; }
  static distance count(int n) noexcept { return {_mm512_set1_epi16(static_cast<short>(n))}; }
};
struct u32s {
  using word = std::uint32_t;
  static constexpr std::size_t lanes = 16;
  struct mask {
    __mmask16 v;
  };
  struct distance {
    __m512i v;
  };
  __m512i v;

  static mask first(std::size_t n) noexcept { return {static_cast<__mmask16>(n >= 16 ? 0xffffu : (1u << n) - 1)}; }
  static u32s load(const std::uint32_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
  static u32s load_part(const std::uint32_t* p, std::size_t n) noexcept {
    return {_mm512_maskz_loadu_epi32(first(n).v, p)};
  }
  static u32s load(const std::uint16_t* p) noexcept {
    return {_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static u32s load_part(const std::uint16_t* p, std::size_t n) noexcept {
    return {_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first(n).v, p))};
  }
  static u32s fill(std::uint32_t x) noexcept { return {_mm512_set1_epi32(static_cast<int>(x))}; }
  static distance count(int n) noexcept { return {_mm512_set1_epi32(n)}; }
};
struct u64s {
  using word = std::uint64_t;
  static constexpr std::size_t lanes = 8;
  struct mask {
    __mmask8 v;
  };
  struct distance {
    __m512i v;
  };
  __m512i v;

  static mask first(std::size_t n) noexcept { return {static_cast<__mmask8>(n >= 8 ? 0xffu : (1u << n) - 1)}; }
  static u64s load(const std::uint64_t* p) noexcept { return {_mm512_loadu_si512(p)}; }
  static u64s load_part(const std::uint64_t* p, std::size_t n) noexcept {
    return {_mm512_maskz_loadu_epi64(first(n).v, p)};
  }
  static u64s load(const std::uint32_t* p) noexcept {
    return {_mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static u64s load_part(const std::uint32_t* p, std::size_t n) noexcept {
    return {_mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(first(n).v, p))};
  }
  static u64s fill(std::uint64_t x) noexcept { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  static distance count(int n) noexcept { return {_mm512_set1_epi64(n)}; }
};

inline void store(std::uint16_t* p, u16s a) noexcept { _mm512_storeu_si512(p, a.v); }
inline void store_part(std::uint16_t* p, u16s a, std::size_t n) noexcept {
  _mm512_mask_storeu_epi16(p, u16s::first(n).v, a.v);
}
inline void store(std::uint8_t* p, u16s a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi16_epi8(a.v));
}
inline void store_part(std::uint8_t* p, u16s a, std::size_t n) noexcept {
  _mm256_mask_storeu_epi8(p, u16s::first(n).v, _mm512_cvtepi16_epi8(a.v));
}
inline void store(std::uint32_t* p, u32s a) noexcept { _mm512_storeu_si512(p, a.v); }
inline void store_part(std::uint32_t* p, u32s a, std::size_t n) noexcept {
  _mm512_mask_storeu_epi32(p, u32s::first(n).v, a.v);
}
inline void store(std::uint16_t* p, u32s a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a.v));
}
inline void store_part(std::uint16_t* p, u32s a, std::size_t n) noexcept {
  _mm256_mask_storeu_epi16(p, u32s::first(n).v, _mm512_cvtepi32_epi16(a.v));
}
inline void store(std::uint64_t* p, u64s a) noexcept { _mm512_storeu_si512(p, a.v); }
inline void store_part(std::uint64_t* p, u64s a, std::size_t n) noexcept {
  _mm512_mask_storeu_epi64(p, u64s::first(n).v, a.v);
}
inline void store(std::uint32_t* p, u64s a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi64_epi32(a.v));
}
inline void store_part(std::uint32_t* p, u64s a, std::size_t n) noexcept {
  _mm256_mask_storeu_epi32(p, u64s::first(n).v, _mm512_cvtepi64_epi32(a.v));
}

inline void store_pairs(std::uint8_t* p, u16s a) noexcept { _mm512_storeu_si512(p, a.v); }
inline void store_pairs_part(std::uint8_t* p, u16s a, std::size_t n) noexcept {
  _mm512_mask_storeu_epi8(p, u16s::first_bytes(n), a.v);
}

inline u16s operator+(u16s a, u16s b) noexcept { return {_mm512_add_epi16(a.v, b.v)}; }
inline u16s operator-(u16s a, u16s b) noexcept { return {_mm512_sub_epi16(a.v, b.v)}; }
inline u16s operator&(u16s a, u16s b) noexcept { return {_mm512_and_si512(a.v, b.v)}; }
inline u16s operator|(u16s a, u16s b) noexcept { return {_mm512_or_si512(a.v, b.v)}; }
inline u16s shift_left(u16s a, u16s::distance n) noexcept { return {_mm512_sllv_epi16(a.v, n.v)}; }
inline u16s shift_right(u16s a, u16s::distance n) noexcept { return {_mm512_srlv_epi16(a.v, n.v)}; }
template <int N>
inline u16s shift_left(u16s a) noexcept {
  return {_mm512_slli_epi16(a.v, N)};
}
template <int N>
inline u16s shift_right(u16s a) noexcept {
  return {_mm512_srli_epi16(a.v, N)};
}
inline u16s::mask equal(u16s a, u16s b) noexcept { return {_mm512_cmpeq_epu16_mask(a.v, b.v)}; }
inline u16s::mask less(u16s a, u16s b) noexcept { return {_mm512_cmplt_epu16_mask(a.v, b.v)}; }
inline u16s::mask not_less(u16s a, u16s b) noexcept { return {_mm512_cmpge_epu16_mask(a.v, b.v)}; }
inline u16s::mask operator|(u16s::mask a, u16s::mask b) noexcept { return {static_cast<__mmask32>(a.v | b.v)}; }
inline u16s select(u16s::mask m, u16s a, u16s b) noexcept { return {_mm512_mask_mov_epi16(b.v, m.v, a.v)}; }
inline u16s add_where(u16s a, u16s::mask m, u16s b) noexcept { return {_mm512_mask_add_epi16(a.v, m.v, a.v, b.v)}; }
inline u16s sub_where(u16s a, u16s::mask m, u16s b) noexcept { return {_mm512_mask_sub_epi16(a.v, m.v, a.v, b.v)}; }

inline u32s operator+(u32s a, u32s b) noexcept { return {_mm512_add_epi32(a.v, b.v)}; }
inline u32s operator-(u32s a, u32s b) noexcept { return {_mm512_sub_epi32(a.v, b.v)}; }
inline u32s operator&(u32s a, u32s b) noexcept { return {_mm512_and_si512(a.v, b.v)}; }
inline u32s operator|(u32s a, u32s b) noexcept { return {_mm512_or_si512(a.v, b.v)}; }
inline u32s shift_left(u32s a, u32s::distance n) noexcept { return {_mm512_sllv_epi32(a.v, n.v)}; }
inline u32s shift_right(u32s a, u32s::distance n) noexcept { return {_mm512_srlv_epi32(a.v, n.v)}; }
template <int N>
inline u32s shift_left(u32s a) noexcept {
  return {_mm512_slli_epi32(a.v, N)};
}
template <int N>
inline u32s shift_right(u32s a) noexcept {
  return {_mm512_srli_epi32(a.v, N)};
}
inline u32s::mask equal(u32s a, u32s b) noexcept { return {_mm512_cmpeq_epu32_mask(a.v, b.v)}; }
inline u32s::mask less(u32s a, u32s b) noexcept { return {_mm512_cmplt_epu32_mask(a.v, b.v)}; }
inline u32s::mask not_less(u32s a, u32s b) noexcept { return {_mm512_cmpge_epu32_mask(a.v, b.v)}; }
inline u32s::mask operator|(u32s::mask a, u32s::mask b) noexcept { return {static_cast<__mmask16>(a.v | b.v)}; }
inline u32s select(u32s::mask m, u32s a, u32s b) noexcept { return {_mm512_mask_mov_epi32(b.v, m.v, a.v)}; }
inline u32s add_where(u32s a, u32s::mask m, u32s b) noexcept { return {_mm512_mask_add_epi32(a.v, m.v, a.v, b.v)}; }
inline u32s sub_where(u32s a, u32s::mask m, u32s b) noexcept { return {_mm512_mask_sub_epi32(a.v, m.v, a.v, b.v)}; }

inline u64s operator+(u64s a, u64s b) noexcept { return {_mm512_add_epi64(a.v, b.v)}; }
inline u64s operator-(u64s a, u64s b) noexcept { return {_mm512_sub_epi64(a.v, b.v)}; }
inline u64s operator&(u64s a, u64s b) noexcept { return {_mm512_and_si512(a.v, b.v)}; }
inline u64s operator|(u64s a, u64s b) noexcept { return {_mm512_or_si512(a.v, b.v)}; }
inline u64s shift_left(u64s a, u64s::distance n) noexcept { return {_mm512_sllv_epi64(a.v, n.v)}; }
inline u64s shift_right(u64s a, u64s::distance n) noexcept { return {_mm512_srlv_epi64(a.v, n.v)}; }
template <int N>
inline u64s shift_left(u64s a) noexcept {
  return {_mm512_slli_epi64(a.v, N)};
}
template <int N>
inline u64s shift_right(u64s a) noexcept {
  return {_mm512_srli_epi64(a.v, N)};
}
inline u64s::mask equal(u64s a, u64s b) noexcept { return {_mm512_cmpeq_epu64_mask(a.v, b.v)}; }
inline u64s::mask less(u64s a, u64s b) noexcept { return {_mm512_cmplt_epu64_mask(a.v, b.v)}; }
inline u64s::mask not_less(u64s a, u64s b) noexcept { return {_mm512_cmpge_epu64_mask(a.v, b.v)}; }
inline u64s::mask operator|(u64s::mask a, u64s::mask b) noexcept { return {static_cast<__mmask8>(a.v | b.v)}; }
inline u64s select(u64s::mask m, u64s a, u64s b) noexcept { return {_mm512_mask_mov_epi64(b.v, m.v, a.v)}; }
inline u64s add_where(u64s a, u64s::mask m, u64s b) noexcept { return {_mm512_mask_add_epi64(a.v, m.v, a.v, b.v)}; }
inline u64s sub_where(u64s a, u64s::mask m, u64s b) noexcept { return {_mm512_mask_sub_epi64(a.v, m.v, a.v, b.v)}; }

inline u16s mul_lo(u16s a, u16s b) noexcept { return {_mm512_mullo_epi16(a.v, b.v)}; }
inline u16s mul_hi(u16s a, u16s b) noexcept { return {_mm512_mulhi_epu16(a.v, b.v)}; }
inline u32s mul_lo(u32s a, u32s b) noexcept { return {_mm512_mullo_epi32(a.v, b.v)}; }
inline u64s mul_lo(u64s a, u64s b) noexcept { return {_mm512_mullo_epi64(a.v, b.v)}; }

// The upper halves of 64 bits to the lower ones; what is in the upper ones then does not matter to _mm512_mul_epu32.
inline u64s upper_halves(u64s a) noexcept {
  return {_mm512_castps_si512(_mm512_movehdup_ps(_mm512_castsi512_ps(a.v)))};
}
inline u64s mul_halves(u64s a, u64s b) noexcept { return {_mm512_mul_epu32(a.v, b.v)}; }

inline u64s mul_hi(u64s a, u64s b) noexcept {
  const u64s a1 = upper_halves(a), b1 = upper_halves(b), halves = u64s::fill(0xffffffff);
  const u64s first = mul_halves(a1, b) + shift_right<32>(mul_halves(a, b));
  const u64s second = mul_halves(a, b1) + (first & halves);
  return mul_halves(a1, b1) + shift_right<32>(first) + shift_right<32>(second);
}
inline u64s mul_hi_near(u64s a, u64s b) noexcept {
  const u64s a1 = upper_halves(a), b1 = upper_halves(b);
  return mul_halves(a1, b1) + shift_right<32>(mul_halves(a1, b) + mul_halves(a, b1));
}

struct u32_factors {
  __m512i even, odd;
};
struct u32_products {
  __m512i even, odd;
};
inline u32_factors factors(u32s a) noexcept { return {a.v, upper_halves({a.v}).v}; }
// A shuffle of what comes from memory is done by the load. Compilers would load once and shuffle.
inline u32_factors load_factors(const std::uint32_t* p) noexcept {
  __m512 odd;
  asm("vmovshdup %1, %0" : "=v"(odd) : "m"(*reinterpret_cast<const __m512i_u*>(p)));
  return {_mm512_loadu_si512(p), _mm512_castps_si512(odd)};
}
inline u32_products products(u32_factors a, u32_factors b) noexcept {
  return {_mm512_mul_epu32(a.even, b.even), _mm512_mul_epu32(a.odd, b.odd)};
}
inline u32s low(u32_products p) noexcept {
  return {_mm512_mask_shuffle_epi32(p.even, 0xaaaa, p.odd, static_cast<_MM_PERM_ENUM>(0xa0))};
}
inline u32s high(u32_products p) noexcept {
  return {_mm512_mask_shuffle_epi32(p.odd, 0x5555, p.even, static_cast<_MM_PERM_ENUM>(0xf5))};
}
inline u32_products times_low(u32_products p, u32s b) noexcept {
  return {_mm512_mul_epu32(p.even, b.v), _mm512_mul_epu32(p.odd, b.v)};
}
inline u32_products times_high(u32_products p, u32s b) noexcept {
  return {_mm512_mul_epu32(upper_halves({p.even}).v, b.v), _mm512_mul_epu32(upper_halves({p.odd}).v, b.v)};
}
inline u32_products operator+(u32_products a, u32_products b) noexcept {
  return {_mm512_add_epi64(a.even, b.even), _mm512_add_epi64(a.odd, b.odd)};
}
inline u32_products operator-(u32_products a, u32_products b) noexcept {
  return {_mm512_sub_epi64(a.even, b.even), _mm512_sub_epi64(a.odd, b.odd)};
}
inline u32_products shift_right(u32_products p, u64s::distance n) noexcept {
  return {_mm512_srlv_epi64(p.even, n.v), _mm512_srlv_epi64(p.odd, n.v)};
}

inline u32_products low_halves(u32_products p) noexcept {
  const __m512i halves = u64s::fill(0xffffffff).v;
  return {_mm512_and_si512(p.even, halves), _mm512_and_si512(p.odd, halves)};
}
inline u32_products high_halves(u32_products p) noexcept {
  return {_mm512_srli_epi64(p.even, 32), _mm512_srli_epi64(p.odd, 32)};
}
inline u32s even_words(u16s a) noexcept { return {_mm512_and_si512(a.v, _mm512_set1_epi32(0xffff))}; }
inline u32s odd_words(u16s a) noexcept { return {_mm512_srli_epi32(a.v, 16)}; }

template <class V>
inline std::uint64_t sum(V a) noexcept {
  alignas(64) typename V::word all[V::lanes];
  store(all, a);
  std::uint64_t total = 0;
  for (const typename V::word x : all) total += x;
  return total;
}
inline std::uint64_t sum(u32_products p) noexcept { return sum(u64s{p.even}) + sum(u64s{p.odd}); }
inline u32s add_pair_products(u32s add, u16s a, u16s b) noexcept {
  return {_mm512_add_epi32(add.v, _mm512_madd_epi16(a.v, b.v))};
}
