// Codes in lanes to bytes, packed behind each other, and back, for quantize.inl.
namespace quantizing {

#if LOWP_TIER == 0

// The codes of N elements of E in lanes, packed behind each other.
template <class E, std::size_t N, detail::code_order Order>
inline void pack_codes(const words* code, std::uint8_t* out) noexcept {
  constexpr std::size_t bits = E::format::bits;
  if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(code[i].v);
  } else if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; ++i) {
      out[2 * i] = static_cast<std::uint8_t>(code[i].v);
      out[2 * i + 1] = static_cast<std::uint8_t>(code[i].v >> 8);
    }
  } else if constexpr (bits == 4) {
    for (std::size_t i = 0; i < N / 2; ++i) {
      const std::size_t first = Order == detail::code_order::split_halves ? i : 2 * i;
      const std::size_t second = Order == detail::code_order::split_halves ? i + N / 2 : 2 * i + 1;
      const bool swap = Order == detail::code_order::high_first;
      out[i] = static_cast<std::uint8_t>(code[swap ? second : first].v | code[swap ? first : second].v << 4);
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N / 4; ++i) {
      const words* c = code + 4 * i;
      const std::uint32_t four = c[0].v | c[1].v << 6 | c[2].v << 12 | c[3].v << 18;
      for (std::size_t b = 0; b < 3; ++b) out[3 * i + b] = static_cast<std::uint8_t>(four >> (8 * b));
    }
  }
}

// The other way. Above a code's width, lanes may hold other bits.
template <class E, std::size_t N, detail::code_order Order>
inline void unpack_codes(const std::uint8_t* in, words* code) noexcept {
  constexpr std::size_t bits = E::format::bits;
  if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; ++i) code[i] = {in[i]};
  } else if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; ++i) code[i] = {in[2 * i] | static_cast<std::uint32_t>(in[2 * i + 1]) << 8};
  } else if constexpr (bits == 4) {
    for (std::size_t i = 0; i < N / 2; ++i) {
      const std::size_t first = Order == detail::code_order::split_halves ? i : 2 * i;
      const std::size_t second = Order == detail::code_order::split_halves ? i + N / 2 : 2 * i + 1;
      const bool swap = Order == detail::code_order::high_first;
      code[swap ? second : first] = {in[i] & 15u};
      code[swap ? first : second] = {static_cast<std::uint32_t>(in[i]) >> 4};
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N / 4; ++i) {
      const std::uint8_t* b = in + 3 * i;
      const std::uint32_t four =
          b[0] | static_cast<std::uint32_t>(b[1]) << 8 | static_cast<std::uint32_t>(b[2]) << 16;
      for (std::size_t j = 0; j < 4; ++j) code[4 * i + j] = {four >> (6 * j) & 63};
    }
  }
}

#else

inline __m128i load_bytes(const std::uint8_t* p) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline void store_bytes(std::uint8_t* p, __m128i x) noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x); }

// 16 codes of at most 8 bits as bytes.
inline __m128i narrow(const words* code) noexcept {
#if LOWP_TIER == 1
  return _mm_unpacklo_epi64(low_bytes(code[0]), low_bytes(code[1]));
#else
  return _mm512_cvtepi32_epi8(code[0].v);
#endif
}

// The codes of N elements of E in lanes, packed behind each other.
template <class E, std::size_t N, detail::code_order Order>
inline void pack_codes(const words* code, std::uint8_t* out) noexcept {
  constexpr int bits = E::format::bits;
  constexpr std::size_t vectors = 16 / lanes;  // that hold 16 codes
  if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; i += lanes) {
      std::uint16_t wide[lanes];
      store_u16(wide, code[i / lanes]);
      std::memcpy(out + 2 * i, wide, sizeof(wide));
    }
  } else if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; i += 16) store_bytes(out + i, narrow(code + i / 16 * vectors));
  } else if constexpr (bits == 4 && Order == detail::code_order::split_halves) {
    for (std::size_t i = 0; i < N / 2; i += 16) {
      words both[vectors];
      for (std::size_t v = 0; v < vectors; ++v)
        both[v] = code[i / lanes + v] | shift_left<4>(code[(i + N / 2) / lanes + v]);
      store_bytes(out + i, narrow(both));
    }
  } else if constexpr (bits == 4) {
    // Weights of the two codes of a byte.
    const __m128i weights = _mm_set1_epi16(Order == detail::code_order::sequential ? 0x1001 : 0x0110);
    for (std::size_t i = 0; i < N; i += 16) {
      const __m128i pairs = _mm_maddubs_epi16(narrow(code + i / 16 * vectors), weights);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i / 2), _mm_packus_epi16(pairs, pairs));
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N; i += 16) {
      const __m128i pairs = _mm_maddubs_epi16(narrow(code + i / 16 * vectors), _mm_set1_epi16(0x4001));
      const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x10000001));
      const __m128i dense =
          _mm_shuffle_epi8(fours, _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
      std::uint8_t* to = out + i / 4 * 3;
      _mm_storel_epi64(reinterpret_cast<__m128i*>(to), dense);
      const int last = _mm_extract_epi32(dense, 2);
      std::memcpy(to + 8, &last, sizeof(last));
    }
  }
}

// The other way. Above a code's width, lanes may hold other bits.
template <class E, std::size_t N, detail::code_order Order>
inline void unpack_codes(const std::uint8_t* in, words* code) noexcept {
  constexpr int bits = E::format::bits;
  if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; i += lanes) {
      std::uint16_t wide[lanes];
      std::memcpy(wide, in + 2 * i, sizeof(wide));
      code[i / lanes] = load_u16(wide);
    }
  } else if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; i += lanes) code[i / lanes] = load_u8(in + i);
  } else if constexpr (bits == 4 && Order == detail::code_order::split_halves) {
    for (std::size_t i = 0; i < N / 2; i += lanes) {
      const words both = load_u8(in + i);
      code[i / lanes] = both;
      code[(i + N / 2) / lanes] = shift_right<4>(both);
    }
  } else if constexpr (bits == 4) {
    // A byte in the lower half of 64 bits, then its two codes at the ends of both halves.
    for (std::size_t i = 0; i < N; i += lanes) {
#if LOWP_TIER == 1
      std::uint32_t four = 0;
      std::memcpy(&four, in + i / 2, sizeof(four));
      const __m256i bytes = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(static_cast<int>(four)));
      code[i / lanes] = {Order == detail::code_order::sequential
                             ? _mm256_or_si256(bytes, _mm256_slli_epi64(bytes, 28))
                             : _mm256_or_si256(_mm256_srli_epi64(bytes, 4), _mm256_slli_epi64(bytes, 32))};
#else
      const __m512i bytes = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + i / 2)));
      code[i / lanes] = {Order == detail::code_order::sequential
                             ? _mm512_or_si512(bytes, _mm512_slli_epi64(bytes, 28))
                             : _mm512_or_si512(_mm512_srli_epi64(bytes, 4), _mm512_slli_epi64(bytes, 32))};
#endif
    }
  } else {
    static_assert(bits == 6);
    constexpr std::size_t held = N / 4 * 3, bytes = held < 16 ? 16 : held;
    std::uint8_t few[16] = {};
    if constexpr (held < 16) {
      std::memcpy(few, in, held);
      in = few;
    }
    // Each 128 bits take the 3 bytes of their 4 codes, 4 times, from 16 bytes that hold them, and shift.
    for (std::size_t i = 0; i < N; i += lanes) {
      const std::size_t at = i / 4 * 3, from = at > bytes - 16 ? bytes - 16 : at;
      alignas(64) std::uint8_t place[4 * lanes];
      for (std::size_t b = 0; b < 4 * lanes; ++b)
        place[b] = b % 4 == 3 ? 0x80 : static_cast<std::uint8_t>(at - from + b / 16 * 3 + b % 4);
#if LOWP_TIER == 1
      const __m256i same = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_bytes(in + from)),
                                               _mm256_load_si256(reinterpret_cast<const __m256i*>(place)));
      code[i / lanes] = {_mm256_srlv_epi32(same, _mm256_setr_epi32(0, 6, 12, 18, 0, 6, 12, 18))};
#else
      const __m512i same =
          _mm512_shuffle_epi8(_mm512_broadcast_i32x4(load_bytes(in + from)), _mm512_load_si512(place));
      code[i / lanes] = {
          _mm512_srlv_epi32(same, _mm512_setr_epi32(0, 6, 12, 18, 0, 6, 12, 18, 0, 6, 12, 18, 0, 6, 12, 18))};
#endif
    }
  }
}

#endif

}  // namespace quantizing
