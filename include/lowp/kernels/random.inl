// The words of a philox generator for a run of elements: philox in several counters at once. Each round multiplies two
// of a counter's four words; in vectors, a word is the lower half of 64 bits, and what a product leaves in the upper
// half is not looked at by the next one. Of the first two rounds one product is the same for all counters.
inline constexpr std::size_t random_slack = 80;  // words that random_words may write beyond its run

inline void plain_philox(const philox& g, std::uint64_t first, std::size_t n, std::uint32_t* out) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const philox::block b = g[first + i];
    for (std::size_t j = 0; j < 4; ++j) out[4 * i + j] = b.word[j];
  }
}

#if LOWP_TIER == 0

struct philox_blocks {
  philox generator;
  explicit philox_blocks(const philox& g) noexcept : generator(g) {}
  void operator()(std::uint64_t first, std::size_t n, std::uint32_t* out) const noexcept {
    plain_philox(generator, first, n, out);
  }
};

#else

#if LOWP_TIER == 1
inline constexpr std::size_t counters = 4;
struct wide_words {
  __m256i v;
};
struct philox_lanes {
  wide_words w0, w1, w2, w3;
};
inline wide_words fill_wide(std::uint64_t x) noexcept { return {_mm256_set1_epi64x(static_cast<std::int64_t>(x))}; }
// Counters 0 and 1 in the lower halves of 128 bits, 2 and 3 in the upper ones, as unpacking wants them.
inline wide_words consecutive(std::uint64_t first) noexcept {
  return {_mm256_add_epi64(fill_wide(first).v, _mm256_setr_epi64x(0, 2, 1, 3))};
}
inline wide_words product(wide_words a, std::uint32_t b) noexcept { return {_mm256_mul_epu32(a.v, fill_wide(b).v)}; }
inline wide_words upper(wide_words a) noexcept { return {_mm256_srli_epi64(a.v, 32)}; }
inline wide_words combine(wide_words a, wide_words b) noexcept { return {_mm256_xor_si256(a.v, b.v)}; }
inline wide_words combine(wide_words a, wide_words b, wide_words c) noexcept { return combine(a, combine(b, c)); }
inline void store_counters(std::uint32_t* out, const philox_lanes& c) noexcept {
  const __m256i a = _mm256_blend_epi32(c.w0.v, _mm256_slli_epi64(c.w1.v, 32), 0xaa);
  const __m256i b = _mm256_blend_epi32(c.w2.v, _mm256_slli_epi64(c.w3.v, 32), 0xaa);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_unpacklo_epi64(a, b));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8), _mm256_unpackhi_epi64(a, b));
}
#else
inline constexpr std::size_t counters = 8;
struct wide_words {
  __m512i v;
};
struct philox_lanes {
  wide_words w0, w1, w2, w3;
};
inline wide_words fill_wide(std::uint64_t x) noexcept { return {_mm512_set1_epi64(static_cast<std::int64_t>(x))}; }
// Counters 0 to 3 in the lower halves of 128 bits, 4 to 7 in the upper ones, as unpacking wants them.
inline wide_words consecutive(std::uint64_t first) noexcept {
  return {_mm512_add_epi64(fill_wide(first).v, _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7))};
}
inline wide_words product(wide_words a, std::uint32_t b) noexcept { return {_mm512_mul_epu32(a.v, fill_wide(b).v)}; }
inline wide_words upper(wide_words a) noexcept { return {_mm512_srli_epi64(a.v, 32)}; }
inline wide_words combine(wide_words a, wide_words b) noexcept { return {_mm512_xor_si512(a.v, b.v)}; }
inline wide_words combine(wide_words a, wide_words b, wide_words c) noexcept {
  return {_mm512_ternarylogic_epi64(a.v, b.v, c.v, 0x96)};
}
inline void store_counters(std::uint32_t* out, const philox_lanes& c) noexcept {
  const __m512i a = _mm512_mask_shuffle_epi32(c.w0.v, 0xaaaa, c.w1.v, static_cast<_MM_PERM_ENUM>(0xa0));
  const __m512i b = _mm512_mask_shuffle_epi32(c.w2.v, 0xaaaa, c.w3.v, static_cast<_MM_PERM_ENUM>(0xa0));
  _mm512_storeu_si512(out, _mm512_unpacklo_epi64(a, b));
  _mm512_storeu_si512(out + 16, _mm512_unpackhi_epi64(a, b));
}
#endif

// Blocks first .. first + n - 1, and up to counters - 1 more.
class philox_blocks {
 public:
  explicit philox_blocks(const philox& g) noexcept : generator_(g), state_(detail::state_of(g)) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      k0_[i] = low(low(state_.seed) + i * 0x9E3779B9);
      k1_[i] = low(low(state_.seed >> 32) + i * 0xBB67AE85);
    }
  }

  void operator()(std::uint64_t first, std::size_t n, std::uint32_t* out) const noexcept {
    const std::uint64_t last = first + n + counters;
    if (last >> 32 != first >> 32) return plain_philox(generator_, first, n, out);  // a carry into the second word

    const std::uint64_t p = m1 * std::uint64_t{low(state_.stream)};
    const std::uint64_t q = m0 * ((p >> 32) ^ (first >> 32) ^ k0_[0]);
    const wide_words after0 = fill_wide((state_.stream >> 32) ^ k1_[0]), after1 = fill_wide(low(p) ^ k0_[1]);
    const wide_words with1 = fill_wide((q >> 32) ^ k1_[1]), after2 = fill_wide(low(q) ^ k1_[2]);

    const auto begin = [&](std::uint64_t counter) {
      const wide_words p0 = product(consecutive(counter), m0), p1 = product(combine(upper(p0), after0), m1);
      const wide_words w0 = combine(upper(p1), after1), w2 = combine(p0, with1);
      const wide_words q0 = product(w0, m0), q1 = product(w2, m1);
      return philox_lanes{combine(upper(q1), p1, fill_wide(k0_[2])), q1, combine(upper(q0), after2), q0};
    };
    const auto next = [](const philox_lanes& c, std::uint64_t key0, std::uint64_t key1) {
      const wide_words p0 = product(c.w0, m0), p1 = product(c.w2, m1);
      return philox_lanes{combine(upper(p1), c.w1, fill_wide(key0)), p1, combine(upper(p0), c.w3, fill_wide(key1)),
                          p0};
    };
    // Several at once: one alone would wait for its products.
    std::size_t i = 0;
    for (; i + 3 * counters < n; i += 4 * counters) {
      philox_lanes a = begin(first + i), b = begin(first + i + counters);
      philox_lanes c = begin(first + i + 2 * counters), d = begin(first + i + 3 * counters);
      for (std::size_t round = 3; round < 10; ++round) {
        a = next(a, k0_[round], k1_[round]);
        b = next(b, k0_[round], k1_[round]);
        c = next(c, k0_[round], k1_[round]);
        d = next(d, k0_[round], k1_[round]);
      }
      store_counters(out + 4 * i, a);
      store_counters(out + 4 * (i + counters), b);
      store_counters(out + 4 * (i + 2 * counters), c);
      store_counters(out + 4 * (i + 3 * counters), d);
    }
    for (; i < n; i += counters) {
      philox_lanes a = begin(first + i);
      for (std::size_t round = 3; round < 10; ++round) a = next(a, k0_[round], k1_[round]);
      store_counters(out + 4 * i, a);
    }
  }

 private:
  static constexpr std::uint32_t m0 = 0xD2511F53, m1 = 0xCD9E8D57;
  static constexpr std::uint32_t low(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(x); }

  philox generator_;
  detail::philox_state state_;
  std::uint64_t k0_[10], k1_[10];
};

#endif

// The words of elements first .. first + n - 1, from the pointer on that it returns: within `buffer`, which has room
// for n + random_slack words.
inline const std::uint32_t* random_words(const philox_blocks& draw, std::uint64_t first, std::size_t n,
                                         std::uint32_t* buffer) noexcept {
  const std::size_t skip = first % 4;
  draw(first / 4, (skip + n + 3) / 4, buffer);
  return buffer + skip;
}
inline const std::uint32_t* random_words(const philox& g, std::uint64_t first, std::size_t n,
                                         std::uint32_t* buffer) noexcept {
  return random_words(philox_blocks(g), first, n, buffer);
}
