// Codes of 32 rows into the lines of a step, pairs of bfloat16 into those of a wide step, and floats into sums of
// bfloat16: the kernel body of prepack.hpp. 256 bits are as fast as memory is.

#if LOWP_TIER == 0

// 32 indices from a piece.
template <detail::piece P>
inline void piece_indices(const std::byte* in, std::size_t second, std::uint8_t* out) noexcept {
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(in[i]); };
  for (std::size_t i = 0; i < 32; ++i) {
    unsigned v = 0;
    if constexpr (P == detail::piece::bytes) v = byte(i);
    if constexpr (P == detail::piece::crumbs) v = byte(i / 4) >> (i % 4 * 2) & 3;
    if constexpr (P == detail::piece::nibbles) v = byte(i / 16 * second + i % 16 / 2) >> (i % 2 * 4) & 15;
    if constexpr (P == detail::piece::high_first) v = byte(i / 2) >> (4 - i % 2 * 4) & 15;
    if constexpr (P == detail::piece::halves) v = byte(i % 16) >> (i / 16 * 4) & 15;
    if constexpr (P == detail::piece::sixes) {
      const std::size_t at = i / 4 * 3;
      v = (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16) >> (i % 4 * 6) & 63;
    }
    out[i] = static_cast<std::uint8_t>(v);
  }
}

// A line of fields: of the rows from `index` on (32 bytes each), Bits bits of each index above `shift`.
template <int Bits>
inline void pack_line(const std::uint8_t* index, int shift, std::byte* out) noexcept {
  std::uint16_t word[32] = {};
  for (int r = 0; r < 16 / Bits; ++r, index += 32)
    for (std::size_t i = 0; i < 32; ++i)
      word[i] = static_cast<std::uint16_t>(word[i] | ((index[i] >> shift) & ((1 << Bits) - 1)) << (r * Bits));
  std::memcpy(out, word, 64);
}

template <detail::piece P, int Bits>
inline bool pack_pieces(const detail::piece_job& job) noexcept {
  bool found = false;
  for (std::size_t s = 0; s < job.steps; ++s) {
    std::uint8_t index[32 * 32];
    for (std::size_t r = 0; r < 32; ++r)
      piece_indices<P>(job.in + r * job.row + s * job.step, job.second, index + 32 * r);
    if (job.special != nullptr)
      for (const std::uint8_t i : index)
        found = found || (job.special[i % 16 + i / 128 * 16] >> (i / 16 % 8) & 1) != 0;
    std::byte* out = job.out + s * job.out_step;
    if constexpr (Bits == 6) {
      for (std::size_t tile = 0; tile < 2; ++tile, out += 384) {
        for (std::size_t i = 0; i < 4; ++i) pack_line<4>(index + 512 * tile + 128 * i, 0, out + 64 * i);
        for (std::size_t i = 0; i < 2; ++i) pack_line<2>(index + 512 * tile + 256 * i, 4, out + 256 + 64 * i);
      }
    } else {
      for (std::size_t r = 0; r < 32; r += 16 / Bits, out += 64) pack_line<Bits>(index + 32 * r, 0, out);
    }
  }
  return found;
}

inline bool pack_pairs(const detail::pair_job& job) noexcept {
  bool found = false;
  for (std::size_t s = 0; s < job.steps; ++s)
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t r = 0; r < 16; ++r) {
        std::uint16_t pair[2];
        std::memcpy(pair, job.in + r * job.row + 64 * s + 4 * i, 4);
        std::memcpy(job.out + s * job.out_step + 64 * i + 4 * r, pair, 4);
        found = found || (pair[0] & 0x7f80) == 0x7f80 || (pair[1] & 0x7f80) == 0x7f80;
      }
  return found;
}

#else

template <detail::piece P>
inline __m256i piece_indices(const std::byte* in, [[maybe_unused]] std::size_t second) noexcept {
  const auto* p = reinterpret_cast<const __m128i*>(in);
  if constexpr (P == detail::piece::bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
  } else if constexpr (P == detail::piece::crumbs) {
    const __m256i b = _mm256_cvtepu8_epi32(_mm_loadl_epi64(p));
    const __m256i low = _mm256_or_si256(b, _mm256_slli_epi32(b, 6));
    return _mm256_and_si256(_mm256_or_si256(low, _mm256_slli_epi32(low, 12)), _mm256_set1_epi8(3));
  } else if constexpr (P == detail::piece::sixes) {
    // three bytes to four, from the first 12 of one half and the last 12 of the other
    const __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(p)),
                                              _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 8)), 1);
    const __m256i spread = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                                            4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1);
    const __m256i w = _mm256_shuffle_epi8(b, spread);
    const auto field = [&](__m256i at, int mask) { return _mm256_and_si256(at, _mm256_set1_epi32(mask)); };
    return _mm256_or_si256(
        _mm256_or_si256(field(w, 0x3f), field(_mm256_slli_epi32(w, 2), 0x3f00)),
        _mm256_or_si256(field(_mm256_slli_epi32(w, 4), 0x3f0000), field(_mm256_slli_epi32(w, 6), 0x3f000000)));
  } else {
    const __m256i low = _mm256_set1_epi8(15);
    if constexpr (P == detail::piece::halves) {
      const __m128i b = _mm_loadu_si128(p);
      const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(b), _mm_srli_epi16(b, 4), 1);
      return _mm256_and_si256(both, low);
    } else if constexpr (P == detail::piece::high_first) {
      const __m256i w = _mm256_cvtepu8_epi16(_mm_loadu_si128(p));
      return _mm256_and_si256(_mm256_or_si256(_mm256_srli_epi16(w, 4), _mm256_slli_epi16(w, 8)), low);
    } else {
      const __m128i b =
          _mm_unpacklo_epi64(_mm_loadl_epi64(p), _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + second)));
      const __m256i w = _mm256_cvtepu8_epi16(b);
      return _mm256_and_si256(_mm256_or_si256(w, _mm256_slli_epi16(w, 4)), low);
    }
  }
}

inline void put_halves(std::byte* out, __m256i a, __m256i b) noexcept {
  _mm256_store_si256(reinterpret_cast<__m256i*>(out), a);
  _mm256_store_si256(reinterpret_cast<__m256i*>(out + 32), b);
}

// A line with the bytes of one vector and of another in turn.
inline void put_line(std::byte* out, __m256i even, __m256i odd) noexcept {
  const __m256i low = _mm256_unpacklo_epi8(even, odd), high = _mm256_unpackhi_epi8(even, odd);
  put_halves(out, _mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
}

// Two indices of 4 bits in each byte; four of 2 bits.
inline __m256i join_fields(__m256i a, __m256i b) noexcept { return _mm256_or_si256(a, _mm256_slli_epi16(b, 4)); }
inline __m256i join_fields(__m256i a, __m256i b, __m256i c, __m256i d) noexcept {
  return join_fields(_mm256_or_si256(a, _mm256_slli_epi16(b, 2)), _mm256_or_si256(c, _mm256_slli_epi16(d, 2)));
}

// The fields of bits 0 to 3, or 0 and 1, of 8 rows: two lines, or one.
inline void put_fours(std::byte* out, const __m256i* x) noexcept {
  put_line(out, join_fields(x[0], x[1]), join_fields(x[2], x[3]));
  put_line(out + 64, join_fields(x[4], x[5]), join_fields(x[6], x[7]));
}
inline void put_twos(std::byte* out, const __m256i* x) noexcept {
  put_line(out, join_fields(x[0], x[1], x[2], x[3]), join_fields(x[4], x[5], x[6], x[7]));
}

template <detail::piece P, int Bits>
inline bool pack_pieces(const detail::piece_job& job) noexcept {
  __m256i found = _mm256_setzero_si256(), low_table = found, high_table = found;
  const bool search = P == detail::piece::bytes && job.special != nullptr;
  if (search) {
    const auto* t = reinterpret_cast<const __m128i*>(job.special);
    low_table = _mm256_broadcastsi128_si256(_mm_loadu_si128(t));
    high_table = _mm256_broadcastsi128_si256(_mm_loadu_si128(t + 1));
  }
  const __m256i bit_of = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201u));
  const std::size_t ahead = 512 / 8 * static_cast<std::size_t>(Bits);
  for (std::size_t octet = 0; octet < 4; ++octet) {
    const std::byte* in = job.in + 8 * octet * job.row;
    std::byte* out =
        job.out + (Bits == 6 ? octet / 2 * 384 + octet % 2 * 128 : octet * 32 * static_cast<std::size_t>(Bits));
    for (std::size_t s = 0; s < job.steps; ++s, in += job.step, out += job.out_step) {
      __m256i x[8];
      LOWP_UNROLL
      for (std::size_t r = 0; r < 8; ++r) {
        _mm_prefetch(reinterpret_cast<const char*>(in + r * job.row + ahead), _MM_HINT_T0);
        x[r] = piece_indices<P>(in + r * job.row, job.second);
      }
      if (search) {
        LOWP_UNROLL
        for (std::size_t r = 0; r < 8; ++r) {
          const __m256i low = _mm256_and_si256(x[r], _mm256_set1_epi8(15));
          const __m256i high = _mm256_and_si256(_mm256_srli_epi16(x[r], 4), _mm256_set1_epi8(15));
          const __m256i bits =
              _mm256_blendv_epi8(_mm256_shuffle_epi8(low_table, low), _mm256_shuffle_epi8(high_table, low), x[r]);
          found = _mm256_or_si256(found, _mm256_and_si256(bits, _mm256_shuffle_epi8(bit_of, high)));
        }
      }
      if constexpr (Bits == 2) {
        put_twos(out, x);
      } else if constexpr (Bits == 4) {
        put_fours(out, x);
      } else if constexpr (Bits == 6) {
        __m256i part[8];
        LOWP_UNROLL
        for (std::size_t r = 0; r < 8; ++r) part[r] = _mm256_and_si256(x[r], _mm256_set1_epi8(15));
        put_fours(out, part);
        LOWP_UNROLL
        for (std::size_t r = 0; r < 8; ++r)
          part[r] = _mm256_and_si256(_mm256_srli_epi16(x[r], 4), _mm256_set1_epi8(3));
        put_twos(out + 256 - octet % 2 * 64, part);
      } else {
        LOWP_UNROLL
        for (std::size_t r = 0; r < 8; r += 2) put_line(out + 32 * r, x[r], x[r + 1]);
      }
    }
  }
  return _mm256_testz_si256(found, found) == 0;
}

// Pairs i to i + 3 of rows r and r + 4 ... r + 3 and r + 7, as four vectors with a pair of eight rows each.
inline void eight_rows(const std::byte* in, std::size_t row, __m256i* line, __m256i& largest) noexcept {
  __m256i x[4];
  const __m256i exponent = _mm256_set1_epi16(0x7f80);
  LOWP_UNROLL
  for (std::size_t r = 0; r < 4; ++r) {
    x[r] = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + r * row))),
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + (r + 4) * row)), 1);
    largest = _mm256_max_epi16(largest, _mm256_and_si256(x[r], exponent));
  }
  const __m256i a = _mm256_unpacklo_epi32(x[0], x[1]), b = _mm256_unpackhi_epi32(x[0], x[1]);
  const __m256i c = _mm256_unpacklo_epi32(x[2], x[3]), d = _mm256_unpackhi_epi32(x[2], x[3]);
  line[0] = _mm256_unpacklo_epi64(a, c);
  line[1] = _mm256_unpackhi_epi64(a, c);
  line[2] = _mm256_unpacklo_epi64(b, d);
  line[3] = _mm256_unpackhi_epi64(b, d);
}

inline bool pack_pairs(const detail::pair_job& job) noexcept {
  __m256i largest = _mm256_setzero_si256();
  const std::byte* in = job.in;
  std::byte* out = job.out;
  for (std::size_t s = 0; s < job.steps; ++s, in += 64, out += job.out_step) {
    for (std::size_t r = 0; r < 16; ++r)
      _mm_prefetch(reinterpret_cast<const char*>(in + r * job.row + 512), _MM_HINT_T0);
    LOWP_UNROLL
    for (std::size_t i = 0; i < 16; i += 4) {
      __m256i first[4], second[4];
      eight_rows(in + 4 * i, job.row, first, largest);
      eight_rows(in + 8 * job.row + 4 * i, job.row, second, largest);
      LOWP_UNROLL
      for (std::size_t j = 0; j < 4; ++j) put_halves(out + 64 * (i + j), first[j], second[j]);
    }
  }
  const __m256i special = _mm256_cmpeq_epi16(largest, _mm256_set1_epi16(0x7f80));
  return _mm256_testz_si256(special, special) == 0;
}

#endif

// n floats (a multiple of 16) as sums of Terms bfloat16, as split_bfloat16 does; term t at out + t * stride. Returns the
// terms that would be exact, 1 to 4, and 8 more if a float is not finite. Terms = 0 writes nothing.
template <int Terms>
inline unsigned split_floats(const float* in, std::size_t n, std::uint16_t* out, std::size_t stride) noexcept {
  const words zero = fill_words(0), top = fill_words(0xffff0000), special_bits = fill_words(0x7f800000);
  words lost[3] = {zero, zero, zero}, specials = zero;
  [[maybe_unused]] const auto rounded = [](words b) {
    return b + fill_words(0x7fff) + (shift_right<16>(b) & fill_words(1));
  };
  for (std::size_t i = 0; i < n; i += lanes) {
    const floats x = load(in + i);
    const words b = bits_of(x);
    const mask special = equal(b & special_bits, special_bits);
    const floats second = select(special, fill(0), x - floats_of(b & top));
    const words b2 = bits_of(second), b3 = bits_of(second - floats_of(b2 & top));
    specials = select(special, special_bits, specials);
    lost[0] = lost[0] | select(special, zero, b);
    lost[1] = lost[1] | b2;
    lost[2] = lost[2] | b3;
    [[maybe_unused]] const words quiet = b | select(is_nan(x), fill_words(0x400000), zero);
    if constexpr (Terms >= 1)
      store_u16(out + i, shift_right<16>(select(special, quiet, Terms == 1 ? rounded(b) : b)));
    if constexpr (Terms >= 2) store_u16(out + stride + i, shift_right<16>(Terms == 2 ? rounded(b2) : b2));
    if constexpr (Terms >= 3) store_u16(out + 2 * stride + i, shift_right<16>(rounded(b3)));
  }
  unsigned terms = 1;
  for (unsigned t = 0; t < 3; ++t)
    if (any(is_nonzero(lost[t] & fill_words(0xffff)))) terms = t + 2;
  return terms | (any(is_nonzero(specials)) ? 8u : 0u);
}
