// Philox (core/random.hpp) for stretches of an array: out[i] = random(index + i), the same bits on every tier.
//
// Counters are computed side by side, one in each 64-bit lane, where a multiplication sees the low half only: what
// stands above the words of a counter is never cleared.

#if LOWP_TIER == 0

inline void draw_blocks(const philox& random, std::uint64_t block, std::uint32_t* out, std::size_t blocks) noexcept {
  for (std::size_t b = 0; b < blocks; ++b) {
    const philox::block one = random[block + b];
    std::memcpy(out + 4 * b, one.word, sizeof one.word);
  }
}

#else

#if LOWP_TIER == 1
struct draw_lanes {
  __m256i v;
};
inline draw_lanes draw_lanes_of(std::uint64_t x) noexcept { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
inline draw_lanes draw_counters(std::uint64_t x) noexcept {  // in the order that store_blocks takes
  return {_mm256_add_epi64(draw_lanes_of(x).v, _mm256_setr_epi64x(0, 2, 1, 3))};
}
inline draw_lanes draw_multiply(draw_lanes a, draw_lanes b) noexcept { return {_mm256_mul_epu32(a.v, b.v)}; }
inline draw_lanes upper_xor(draw_lanes a, draw_lanes b, draw_lanes c) noexcept {  // (a >> 32) ^ b ^ c
  return {_mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(a.v, 32), b.v), c.v)};
}
inline void store_blocks(std::uint32_t* out, draw_lanes c0, draw_lanes c1, draw_lanes c2, draw_lanes c3) noexcept {
  const __m256i first = _mm256_blend_epi32(c0.v, _mm256_slli_epi64(c1.v, 32), 0xaa);
  const __m256i second = _mm256_blend_epi32(c2.v, _mm256_slli_epi64(c3.v, 32), 0xaa);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_unpacklo_epi64(first, second));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8), _mm256_unpackhi_epi64(first, second));
}
#else
struct draw_lanes {
  __m512i v;
};
inline draw_lanes draw_lanes_of(std::uint64_t x) noexcept { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
inline draw_lanes draw_counters(std::uint64_t x) noexcept {
  return {_mm512_add_epi64(draw_lanes_of(x).v, _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7))};
}
inline draw_lanes draw_multiply(draw_lanes a, draw_lanes b) noexcept { return {_mm512_mul_epu32(a.v, b.v)}; }
inline draw_lanes upper_xor(draw_lanes a, draw_lanes b, draw_lanes c) noexcept {
  const __m512i upper = _mm512_shuffle_epi32(a.v, static_cast<_MM_PERM_ENUM>(0xf5));  // shifts have one port only
  return {_mm512_ternarylogic_epi64(upper, b.v, c.v, 0x96)};
}
inline void store_blocks(std::uint32_t* out, draw_lanes c0, draw_lanes c1, draw_lanes c2, draw_lanes c3) noexcept {
  const __m512i first = _mm512_mask_shuffle_epi32(c0.v, 0xaaaa, c1.v, static_cast<_MM_PERM_ENUM>(0xa0));
  const __m512i second = _mm512_mask_shuffle_epi32(c2.v, 0xaaaa, c3.v, static_cast<_MM_PERM_ENUM>(0xa0));
  _mm512_storeu_si512(out, _mm512_unpacklo_epi64(first, second));
  _mm512_storeu_si512(out + 16, _mm512_unpackhi_epi64(first, second));
}
#endif

// What all blocks share whose numbers agree in their upper halves. Only the first word of a counter differs then, so half
// of the first two rounds is the same for all.
struct philox_rounds {
  static constexpr std::uint64_t low = 0xffffffff, m0 = 0xD2511F53, m1 = 0xCD9E8D57;
  std::uint64_t k0[10], k1[10], stream_high, same1, product0;

  philox_rounds(const philox& random, std::uint64_t block) noexcept {
    struct keys {
      std::uint64_t seed, stream;
    };
    const keys k = std::bit_cast<keys>(random);
    for (std::uint64_t round = 0; round < 10; ++round) {
      k0[round] = (k.seed + round * 0x9E3779B9) & low;
      k1[round] = ((k.seed >> 32) + round * 0xBB67AE85) & low;
    }
    stream_high = k.stream >> 32;
    same1 = m1 * (k.stream & low);
    product0 = m0 * (((same1 >> 32) ^ (block >> 32) ^ k0[0]) & low);
  }
};

// Several groups side by side: a round waits for its multiplications, so one group after the other would leave the units
// idle for half of the time.
template <class C>
struct two {
  C a, b;
};
template <class C>
inline two<C> draw_multiply(two<C> x, draw_lanes y) noexcept {
  return {draw_multiply(x.a, y), draw_multiply(x.b, y)};
}
template <class C>
inline two<C> upper_xor(two<C> x, two<C> y, draw_lanes z) noexcept {
  return {upper_xor(x.a, y.a, z), upper_xor(x.b, y.b, z)};
}
template <class C>
inline void store_blocks(std::uint32_t* out, two<C> c0, two<C> c1, two<C> c2, two<C> c3) noexcept {
  store_blocks(out, c0.a, c1.a, c2.a, c3.a);
  store_blocks(out + sizeof(C) / 2, c0.b, c1.b, c2.b, c3.b);
}
// The same in all lanes; draw_counters numbers from x on.
template <class C>
struct lanes_of {
  static C same(draw_lanes x) noexcept { return x; }
  static C count(std::uint64_t x) noexcept { return draw_counters(x); }
};
template <class C>
struct lanes_of<two<C>> {
  static two<C> same(draw_lanes x) noexcept { return {lanes_of<C>::same(x), lanes_of<C>::same(x)}; }
  static two<C> count(std::uint64_t x) noexcept {
    return {lanes_of<C>::count(x), lanes_of<C>::count(x + sizeof(C) / sizeof(std::uint64_t))};
  }
};

template <class C>
inline void philox_round(C& c0, C& c1, C& c2, C& c3, const philox_rounds& shared, int round) noexcept {
  const C p0 = draw_multiply(c0, draw_lanes_of(philox_rounds::m0)),
          p1 = draw_multiply(c2, draw_lanes_of(philox_rounds::m1));
  c0 = upper_xor(p1, c1, draw_lanes_of(shared.k0[round]));
  c2 = upper_xor(p0, c3, draw_lanes_of(shared.k1[round]));
  c1 = p1;
  c3 = p0;
}

// As many blocks as C has lanes, from `block` on.
template <class C>
inline void draw_group(const philox_rounds& shared, std::uint64_t block, std::uint32_t* out) noexcept {
  const auto same = [](std::uint64_t x) { return lanes_of<C>::same(draw_lanes_of(x)); };
  C c3 = draw_multiply(lanes_of<C>::count(block), draw_lanes_of(philox_rounds::m0));
  C c2 = upper_xor(c3, same(shared.stream_high), draw_lanes_of(shared.k1[0]));
  C c1 = draw_multiply(c2, draw_lanes_of(philox_rounds::m1));
  C c0 = upper_xor(c1, same(shared.same1), draw_lanes_of(shared.k0[1]));
  c2 = upper_xor(same(shared.product0), c3, draw_lanes_of(shared.k1[1]));
  c3 = same(shared.product0);
  philox_round(c0, c1, c2, c3, shared, 2);
  philox_round(c0, c1, c2, c3, shared, 3);
  philox_round(c0, c1, c2, c3, shared, 4);
  philox_round(c0, c1, c2, c3, shared, 5);
  philox_round(c0, c1, c2, c3, shared, 6);
  philox_round(c0, c1, c2, c3, shared, 7);
  philox_round(c0, c1, c2, c3, shared, 8);
  philox_round(c0, c1, c2, c3, shared, 9);
  store_blocks(out, c0, c1, c2, c3);
}

inline void draw_blocks(const philox& random, std::uint64_t block, std::uint32_t* out, std::size_t blocks) noexcept {
  const philox_rounds shared(random, block);
  using several = std::conditional_t<LOWP_TIER == 1, two<draw_lanes>, two<two<draw_lanes>>>;
  constexpr std::size_t many = sizeof(several) / 8, few = sizeof(draw_lanes) / 8;
  const auto fits = [=](std::size_t b, std::size_t n) {
    return b + n <= blocks && (block + b + n - 1) >> 32 == block >> 32;
  };
  std::size_t b = 0;
  for (; fits(b, many); b += many) draw_group<several>(shared, block + b, out + 4 * b);
  for (; fits(b, few); b += few) draw_group<draw_lanes>(shared, block + b, out + 4 * b);
  for (; b < blocks; ++b) {
    const philox::block one = random[block + b];
    std::memcpy(out + 4 * b, one.word, sizeof one.word);
  }
}

#endif

/// out[i] = random(index + i) for i < n.
inline void draw(const philox& random, std::uint64_t index, std::uint32_t* out, std::size_t n) noexcept {
  while (n > 0 && index % 4 != 0) {  // up to the next whole block
    *out++ = random(index++);
    --n;
  }
  draw_blocks(random, index / 4, out, n / 4);
  for (std::size_t i = n - n % 4; i < n; ++i) out[i] = random(index + i);
}
