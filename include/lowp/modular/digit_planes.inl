// Kernel body (lowp/kernels/foreach.inl): integers to byte planes, and sums over planes back to 64 bits. What the
// functions mean is said in digit_planes.hpp; the vectors `longs` are those of word_gemm.inl.

// Digits of integers of 32 bits; beyond four of them the last is a carry, 0 or 1.
inline void plane_split_words(const std::uint32_t* in, std::size_t n, bool is_signed, std::size_t planes,
                              std::uint8_t* out, std::size_t plane_step) noexcept {
  const words bias = fill_words(0x80808080u), flip = fill_words(0x80), low = fill_words(0xff);
  const words highest = fill_words(0x7f7f7f7f);
  for (std::size_t i = 0; i < n; i += lanes) {
    const std::size_t here = std::min(lanes, n - i);
    const words v = here == lanes ? load(in + i) : load_part(in + i, here);
    words u = v + bias;
    std::uint8_t* to = out + i;
    for (std::size_t p = 0; p < std::min<std::size_t>(planes, 4); ++p, to += plane_step) {
      const words digit = (u ^ flip) & low;
      here == lanes ? store_u8(to, digit) : store_u8_part(to, digit, here);
      u = shift_right<8>(u);
    }
    if (planes > 4) {
      const words carry = plus_one(fill_words(0), is_signed ? less_signed(highest, v) : less(highest, v));
      here == lanes ? store_u8(to, carry) : store_u8_part(to, carry, here);
    }
  }
}

#if LOWP_TIER >= 2

// Byte p of 64 integers of 64 bits, for p < planes, 64 bytes at out + p * plane_step: in each lane of 16 bytes two
// integers become eight pairs of bytes, these are transposed over the vectors, and then put in the order of the
// integers.
inline void plane_store_bytes(const __m512i* u, std::size_t planes, std::uint8_t* out,
                              std::size_t plane_step) noexcept {
  const __m512i pairs = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
  alignas(64) static constexpr std::uint16_t order[32] = {0, 8,  16, 24, 1, 9,  17, 25, 2, 10, 18, 26, 3, 11, 19, 27,
                                                          4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31};
  __m512i a[8], b[8];
  LOWP_UNROLL for (std::size_t i = 0; i < 8; ++i) a[i] = _mm512_shuffle_epi8(u[i], pairs);
  LOWP_UNROLL for (std::size_t i = 0; i < 8; i += 2) {
    b[i] = _mm512_unpacklo_epi16(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi16(a[i], a[i + 1]);
  }
  LOWP_UNROLL for (std::size_t i = 0; i < 8; i += 4) {
    LOWP_UNROLL for (std::size_t j = 0; j < 2; ++j) {
      a[i + 2 * j] = _mm512_unpacklo_epi32(b[i + j], b[i + j + 2]);
      a[i + 2 * j + 1] = _mm512_unpackhi_epi32(b[i + j], b[i + j + 2]);
    }
  }
  LOWP_UNROLL for (std::size_t i = 0; i < 4; ++i) {
    b[2 * i] = _mm512_unpacklo_epi64(a[i], a[i + 4]);
    b[2 * i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 4]);
  }
  const __m512i in_order = _mm512_load_si512(order);
  for (std::size_t p = 0; p < planes; ++p)
    _mm512_storeu_si512(out + p * plane_step, _mm512_permutexvar_epi16(in_order, b[p]));
}

#endif

// Digits of integers modulo 2^64.
inline void plane_split_longs(const std::uint64_t* in, std::size_t n, std::size_t planes, std::uint8_t* out,
                              std::size_t plane_step) noexcept {
  constexpr std::uint64_t bias = 0x8080808080808080;
  std::size_t i = 0;
#if LOWP_TIER >= 2
  const __m512i all = _mm512_set1_epi64(static_cast<long long>(bias));
  for (; i + 64 <= n; i += 64) {
    __m512i u[8];
    LOWP_UNROLL for (std::size_t v = 0; v < 8; ++v) u[v] =
        _mm512_xor_si512(_mm512_add_epi64(_mm512_loadu_si512(in + i + 8 * v), all), all);
    plane_store_bytes(u, planes, out + i, plane_step);
  }
#endif
  for (; i < n; ++i) {
    std::uint64_t u = (in[i] + bias) ^ bias;
    for (std::size_t p = 0; p < planes; ++p, u >>= 8) out[p * plane_step + i] = static_cast<std::uint8_t>(u & 0xff);
  }
}

// Rows of bytes become a strip of the right operand of a byte core: four rows side by side, 32 columns in a line.
inline void plane_interleave(const modular::detail::plane_rows& s) noexcept {
  for (std::size_t line = 0; line < 16; ++line) {
    for (std::size_t half = 0; half < 2; ++half) {
      const std::size_t first = half * 16, n = s.cols > first ? std::min<std::size_t>(16, s.cols - first) : 0;
      std::uint8_t* to = s.out + half * 1024 + line * 64;
      for (std::size_t c = 0; c < 16; c += lanes) {
        words all = fill_words(0);
        const std::size_t here = n > c ? std::min(lanes, n - c) : 0;
        for (std::size_t r = 4; r-- > 0;) {
          const std::size_t row = line * 4 + r;
          words one = fill_words(0);
          if (row < s.rows && here != 0) {
            const std::uint8_t* in = s.data + row * s.stride + first + c;
            one = here == lanes ? load_u8(in) : load_u8_part(in, here);
          }
          all = shift_left<8>(all) | one;
        }
        store(reinterpret_cast<std::uint32_t*>(to) + c, all);
      }
    }
  }
}

inline void plane_store(std::int64_t* to, longs a, std::size_t n) noexcept {
  std::uint64_t part[long_lanes];
  if (n >= long_lanes) return longs_store(reinterpret_cast<std::uint64_t*>(to), a);
  longs_store(part, a);
  std::memcpy(to, part, n * sizeof *to);
}
inline longs plane_load(const std::int64_t* from, std::size_t n) noexcept {
  if (n >= long_lanes) return longs_load(reinterpret_cast<const std::uint64_t*>(from));
  std::uint64_t part[long_lanes]{};
  std::memcpy(part, from, n * sizeof *from);
  return longs_load(part);
}

// Where row r, columns c ... of a block of sums are, up to the next multiple of 16 columns.
inline const std::int32_t* plane_at(const modular::detail::plane_place& b, std::size_t r, std::size_t c) noexcept {
  return b.sums + (b.in_tiles ? r / 16 * 512 + c / 16 * 256 + r % 16 * 16 + c % 16 : r * 32 + c);
}

// out (+)= sum_g sums[g] 256^g
inline void plane_combine(const modular::detail::plane_sums& b) noexcept {
  for (std::size_t r = 0; r < b.place.rows; ++r) {
    for (std::size_t c = 0; c < b.place.cols; c += long_lanes) {
      const std::int32_t* from = plane_at(b.place, r, c);
      longs sum = longs_fill(0);
      for (std::size_t g = b.groups; g-- > 0;) sum = longs_left<8>(sum) + longs_ints(from + g * 1024);
      std::int64_t* to = b.out + r * b.stride + c;
      if (!b.place.first) sum = sum + plane_load(to, b.place.cols - c);
      plane_store(to, sum, b.place.cols - c);
    }
  }
}

// Extends range[0] ... range[1] to all integers of a row.
inline void plane_range(const std::uint32_t* in, std::size_t n, bool is_signed, std::uint32_t* range) noexcept {
  const words turn = fill_words(is_signed ? 0x80000000u : 0);  // makes the order that of unsigned integers
  words low = fill_words(range[0]) ^ turn, high = fill_words(range[1]) ^ turn;
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const words v = load(in + i) ^ turn;
    low = min_unsigned(low, v);
    high = max_unsigned(high, v);
  }
  std::uint32_t lows[lanes], highs[lanes];
  store(lows, low);
  store(highs, high);
  const std::uint32_t one = is_signed ? 0x80000000u : 0;
  for (; i < n; ++i) {
    lows[0] = std::min(lows[0], in[i] ^ one);
    highs[0] = std::max(highs[0], in[i] ^ one);
  }
  for (std::size_t l = 1; l < lanes; ++l) {
    lows[0] = std::min(lows[0], lows[l]);
    highs[0] = std::max(highs[0], highs[l]);
  }
  range[0] = lows[0] ^ one;
  range[1] = highs[0] ^ one;
}

inline constexpr modular::detail::plane_kernels plane_tier{plane_split_words, plane_split_longs, plane_interleave,
                                                           plane_combine, plane_range};
