// Lanes of words in 256 bits: AVX2. What the functions mean is said in scalar.inl.
struct u16s {
  using word = std::uint16_t;
  static constexpr std::size_t lanes = 16;
  struct mask {  // all ones or all zeros in each lane
    __m256i v;
  };
  struct distance {
    __m128i v;
  };
  __m256i v;

  static u16s load(const std::uint16_t* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  static u16s load_part(const std::uint16_t* p, std::size_t n) noexcept {
    alignas(32) std::uint16_t all[lanes] = {};
    std::memcpy(all, p, n * sizeof(word));
    return load(all);
  }
  static u16s load(const std::uint8_t* p) noexcept {
    return {_mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static u16s load_part(const std::uint8_t* p, std::size_t n) noexcept {
    alignas(16) std::uint8_t all[lanes] = {};
    std::memcpy(all, p, n * sizeof all[0]);
    return load(all);
  }
  static u16s load_pairs(const std::uint8_t* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  static u16s load_pairs_part(const std::uint8_t* p, std::size_t n) noexcept {
    alignas(32) std::uint8_t all[2 * lanes] = {};
    std::memcpy(all, p, n);
    return load_pairs(all);
  }
  static u16s fill(std::uint16_t x) noexcept { return {_mm256_set1_epi16(static_cast<short>(x))}; }
  static distance count(int n) noexcept { return {_mm_cvtsi32_si128(n)}; }
};

inline void store(std::uint16_t* p, u16s a) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline void store_part(std::uint16_t* p, u16s a, std::size_t n) noexcept {
  alignas(32) std::uint16_t all[u16s::lanes];
  store(all, a);
  std::memcpy(p, all, n * sizeof all[0]);
}
inline void store(std::uint8_t* p, u16s a) noexcept {
  const __m256i bytes = _mm256_and_si256(a.v, _mm256_set1_epi16(0xff));
  const __m256i both = _mm256_permute4x64_epi64(_mm256_packus_epi16(bytes, bytes), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(both));
}
inline void store_part(std::uint8_t* p, u16s a, std::size_t n) noexcept {
  alignas(16) std::uint8_t all[u16s::lanes];
  store(all, a);
  std::memcpy(p, all, n * sizeof all[0]);
}

struct u32s {
  using word = std::uint32_t;
  static constexpr std::size_t lanes = 8;
  struct mask {  // all ones or all zeros in each lane
    __m256i v;
  };
  struct distance {
    __m128i v;
  };
  __m256i v;

  static mask first(std::size_t n) noexcept {
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index)};
  }
  static u32s load(const std::uint32_t* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  static u32s load_part(const std::uint32_t* p, std::size_t n) noexcept {
    return {_mm256_maskload_epi32(reinterpret_cast<const int*>(p), first(n).v)};
  }
  static u32s load(const std::uint16_t* p) noexcept {
    return {_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static u32s load_part(const std::uint16_t* p, std::size_t n) noexcept {
    alignas(16) std::uint16_t all[lanes] = {};
    std::memcpy(all, p, n * sizeof all[0]);
    return load(all);
  }
  static u32s fill(std::uint32_t x) noexcept { return {_mm256_set1_epi32(static_cast<int>(x))}; }
  static distance count(int n) noexcept { return {_mm_cvtsi32_si128(n)}; }
};

inline void store(std::uint32_t* p, u32s a) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline void store_part(std::uint32_t* p, u32s a, std::size_t n) noexcept {
  _mm256_maskstore_epi32(reinterpret_cast<int*>(p), u32s::first(n).v, a.v);
}
inline void store(std::uint16_t* p, u32s a) noexcept {
  const __m256i halves = _mm256_and_si256(a.v, _mm256_set1_epi32(0xffff));
  const __m256i both = _mm256_permute4x64_epi64(_mm256_packus_epi32(halves, halves), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(both));
}
inline void store_part(std::uint16_t* p, u32s a, std::size_t n) noexcept {
  alignas(16) std::uint16_t all[u32s::lanes];
  store(all, a);
  std::memcpy(p, all, n * sizeof all[0]);
}

struct u64s {
  using word = std::uint64_t;
  static constexpr std::size_t lanes = 4;
  struct mask {  // all ones or all zeros in each lane
    __m256i v;
  };
  struct distance {
    __m128i v;
  };
  __m256i v;

  static mask first(std::size_t n) noexcept {
    return {_mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(n)), _mm256_setr_epi64x(0, 1, 2, 3))};
  }
  static u64s load(const std::uint64_t* p) noexcept {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  static u64s load_part(const std::uint64_t* p, std::size_t n) noexcept {
    return {_mm256_maskload_epi64(reinterpret_cast<const long long*>(p), first(n).v)};
  }
  static u64s load(const std::uint32_t* p) noexcept {
    return {_mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static u64s load_part(const std::uint32_t* p, std::size_t n) noexcept {
    alignas(16) std::uint32_t all[lanes] = {};
    std::memcpy(all, p, n * sizeof all[0]);
    return load(all);
  }
  static u64s fill(std::uint64_t x) noexcept { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
  static distance count(int n) noexcept { return {_mm_cvtsi32_si128(n)}; }
};

inline void store(std::uint64_t* p, u64s a) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline void store_part(std::uint64_t* p, u64s a, std::size_t n) noexcept {
  _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), u64s::first(n).v, a.v);
}
inline void store(std::uint32_t* p, u64s a) noexcept {
  const __m256i both = _mm256_permute4x64_epi64(_mm256_shuffle_epi32(a.v, 0x08), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(both));
}
inline void store_part(std::uint32_t* p, u64s a, std::size_t n) noexcept {
  alignas(16) std::uint32_t all[u64s::lanes];
  store(all, a);
  std::memcpy(p, all, n * sizeof all[0]);
}

inline void store_pairs(std::uint8_t* p, u16s a) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
inline void store_pairs_part(std::uint8_t* p, u16s a, std::size_t n) noexcept {
  alignas(32) std::uint8_t all[2 * u16s::lanes];
  store_pairs(all, a);
  std::memcpy(p, all, n);
}

inline u16s operator+(u16s a, u16s b) noexcept { return {_mm256_add_epi16(a.v, b.v)}; }
inline u16s operator-(u16s a, u16s b) noexcept { return {_mm256_sub_epi16(a.v, b.v)}; }
inline u16s operator&(u16s a, u16s b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
inline u16s operator|(u16s a, u16s b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u16s shift_left(u16s a, u16s::distance n) noexcept { return {_mm256_sll_epi16(a.v, n.v)}; }
inline u16s shift_right(u16s a, u16s::distance n) noexcept { return {_mm256_srl_epi16(a.v, n.v)}; }
template <int N>
inline u16s shift_left(u16s a) noexcept {
  return {_mm256_slli_epi16(a.v, N)};
}
template <int N>
inline u16s shift_right(u16s a) noexcept {
  return {_mm256_srli_epi16(a.v, N)};
}
inline u16s::mask equal(u16s a, u16s b) noexcept { return {_mm256_cmpeq_epi16(a.v, b.v)}; }
inline u16s::mask not_less(u16s a, u16s b) noexcept { return {_mm256_cmpeq_epi16(_mm256_max_epu16(a.v, b.v), a.v)}; }
inline u16s::mask less(u16s a, u16s b) noexcept {
  return {_mm256_xor_si256(not_less(a, b).v, _mm256_set1_epi32(-1))};
}
inline u16s::mask operator|(u16s::mask a, u16s::mask b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u16s select(u16s::mask m, u16s a, u16s b) noexcept { return {_mm256_blendv_epi8(b.v, a.v, m.v)}; }
inline u16s add_where(u16s a, u16s::mask m, u16s b) noexcept {
  return {_mm256_add_epi16(a.v, _mm256_and_si256(m.v, b.v))};
}
inline u16s sub_where(u16s a, u16s::mask m, u16s b) noexcept {
  return {_mm256_sub_epi16(a.v, _mm256_and_si256(m.v, b.v))};
}

inline u32s operator+(u32s a, u32s b) noexcept { return {_mm256_add_epi32(a.v, b.v)}; }
inline u32s operator-(u32s a, u32s b) noexcept { return {_mm256_sub_epi32(a.v, b.v)}; }
inline u32s operator&(u32s a, u32s b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
inline u32s operator|(u32s a, u32s b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u32s shift_left(u32s a, u32s::distance n) noexcept { return {_mm256_sll_epi32(a.v, n.v)}; }
inline u32s shift_right(u32s a, u32s::distance n) noexcept { return {_mm256_srl_epi32(a.v, n.v)}; }
template <int N>
inline u32s shift_left(u32s a) noexcept {
  return {_mm256_slli_epi32(a.v, N)};
}
template <int N>
inline u32s shift_right(u32s a) noexcept {
  return {_mm256_srli_epi32(a.v, N)};
}
inline u32s::mask equal(u32s a, u32s b) noexcept { return {_mm256_cmpeq_epi32(a.v, b.v)}; }
inline u32s::mask not_less(u32s a, u32s b) noexcept { return {_mm256_cmpeq_epi32(_mm256_max_epu32(a.v, b.v), a.v)}; }
inline u32s::mask less(u32s a, u32s b) noexcept {
  return {_mm256_xor_si256(not_less(a, b).v, _mm256_set1_epi32(-1))};
}
inline u32s::mask operator|(u32s::mask a, u32s::mask b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u32s select(u32s::mask m, u32s a, u32s b) noexcept { return {_mm256_blendv_epi8(b.v, a.v, m.v)}; }
inline u32s add_where(u32s a, u32s::mask m, u32s b) noexcept {
  return {_mm256_add_epi32(a.v, _mm256_and_si256(m.v, b.v))};
}
inline u32s sub_where(u32s a, u32s::mask m, u32s b) noexcept {
  return {_mm256_sub_epi32(a.v, _mm256_and_si256(m.v, b.v))};
}

inline u64s operator+(u64s a, u64s b) noexcept { return {_mm256_add_epi64(a.v, b.v)}; }
inline u64s operator-(u64s a, u64s b) noexcept { return {_mm256_sub_epi64(a.v, b.v)}; }
inline u64s operator&(u64s a, u64s b) noexcept { return {_mm256_and_si256(a.v, b.v)}; }
inline u64s operator|(u64s a, u64s b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u64s shift_left(u64s a, u64s::distance n) noexcept { return {_mm256_sll_epi64(a.v, n.v)}; }
inline u64s shift_right(u64s a, u64s::distance n) noexcept { return {_mm256_srl_epi64(a.v, n.v)}; }
template <int N>
inline u64s shift_left(u64s a) noexcept {
  return {_mm256_slli_epi64(a.v, N)};
}
template <int N>
inline u64s shift_right(u64s a) noexcept {
  return {_mm256_srli_epi64(a.v, N)};
}
inline u64s::mask equal(u64s a, u64s b) noexcept { return {_mm256_cmpeq_epi64(a.v, b.v)}; }
inline u64s::mask less(u64s a, u64s b) noexcept {
  const __m256i sign = _mm256_set1_epi64x(std::int64_t{-1} << 63);
  return {_mm256_cmpgt_epi64(_mm256_xor_si256(b.v, sign), _mm256_xor_si256(a.v, sign))};
}
inline u64s::mask not_less(u64s a, u64s b) noexcept {
  return {_mm256_xor_si256(less(a, b).v, _mm256_set1_epi32(-1))};
}
inline u64s::mask operator|(u64s::mask a, u64s::mask b) noexcept { return {_mm256_or_si256(a.v, b.v)}; }
inline u64s select(u64s::mask m, u64s a, u64s b) noexcept { return {_mm256_blendv_epi8(b.v, a.v, m.v)}; }
inline u64s add_where(u64s a, u64s::mask m, u64s b) noexcept {
  return {_mm256_add_epi64(a.v, _mm256_and_si256(m.v, b.v))};
}
inline u64s sub_where(u64s a, u64s::mask m, u64s b) noexcept {
  return {_mm256_sub_epi64(a.v, _mm256_and_si256(m.v, b.v))};
}

// Of a and a - q, modulo 2^w, the smaller one is right for every q.
inline u16s reduce_once(u16s a, u16s q) noexcept { return {_mm256_min_epu16(a.v, (a - q).v)}; }
inline u32s reduce_once(u32s a, u32s q) noexcept { return {_mm256_min_epu32(a.v, (a - q).v)}; }

inline u16s mul_lo(u16s a, u16s b) noexcept { return {_mm256_mullo_epi16(a.v, b.v)}; }
inline u16s mul_hi(u16s a, u16s b) noexcept { return {_mm256_mulhi_epu16(a.v, b.v)}; }
inline u32s mul_lo(u32s a, u32s b) noexcept { return {_mm256_mullo_epi32(a.v, b.v)}; }

// The upper halves of 64 bits to the lower ones; what is in the upper ones then does not matter to _mm256_mul_epu32.
inline u64s upper_halves(u64s a) noexcept {
  return {_mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(a.v)))};
}
inline u64s mul_halves(u64s a, u64s b) noexcept { return {_mm256_mul_epu32(a.v, b.v)}; }

inline u64s mul_lo(u64s a, u64s b) noexcept {
  const u64s crossed = mul_halves(upper_halves(a), b) + mul_halves(a, upper_halves(b));
  return mul_halves(a, b) + shift_left<32>(crossed);
}
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
  __m256i even, odd;
};
struct u32_products {
  __m256i even, odd;
};
inline u32_factors factors(u32s a) noexcept { return {a.v, upper_halves({a.v}).v}; }
inline u32_factors load_factors(const std::uint32_t* p) noexcept { return factors(u32s::load(p)); }
inline u32_products products(u32_factors a, u32_factors b) noexcept {
  return {_mm256_mul_epu32(a.even, b.even), _mm256_mul_epu32(a.odd, b.odd)};
}
inline u32s low(u32_products p) noexcept {
  return {_mm256_blend_epi32(p.even, _mm256_shuffle_epi32(p.odd, 0xa0), 0xaa)};
}
inline u32s high(u32_products p) noexcept {
  return {_mm256_blend_epi32(_mm256_shuffle_epi32(p.even, 0xf5), p.odd, 0xaa)};
}
inline u32_products times_low(u32_products p, u32s b) noexcept {
  return {_mm256_mul_epu32(p.even, b.v), _mm256_mul_epu32(p.odd, b.v)};
}
inline u32_products times_high(u32_products p, u32s b) noexcept {
  return {_mm256_mul_epu32(upper_halves({p.even}).v, b.v), _mm256_mul_epu32(upper_halves({p.odd}).v, b.v)};
}
inline u32_products operator+(u32_products a, u32_products b) noexcept {
  return {_mm256_add_epi64(a.even, b.even), _mm256_add_epi64(a.odd, b.odd)};
}
inline u32_products operator-(u32_products a, u32_products b) noexcept {
  return {_mm256_sub_epi64(a.even, b.even), _mm256_sub_epi64(a.odd, b.odd)};
}
inline u32_products shift_right(u32_products p, u64s::distance n) noexcept {
  return {_mm256_srl_epi64(p.even, n.v), _mm256_srl_epi64(p.odd, n.v)};
}

inline u32_products low_halves(u32_products p) noexcept {
  const __m256i halves = u64s::fill(0xffffffff).v;
  return {_mm256_and_si256(p.even, halves), _mm256_and_si256(p.odd, halves)};
}
inline u32_products high_halves(u32_products p) noexcept {
  return {_mm256_srli_epi64(p.even, 32), _mm256_srli_epi64(p.odd, 32)};
}
inline u32s even_words(u16s a) noexcept { return {_mm256_and_si256(a.v, _mm256_set1_epi32(0xffff))}; }
inline u32s odd_words(u16s a) noexcept { return {_mm256_srli_epi32(a.v, 16)}; }

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
  return {_mm256_add_epi32(add.v, _mm256_madd_epi16(a.v, b.v))};
}
