// The kernels of gemv_int8.hpp for one tier: quantize_int8 and multiply_int8_panels.

// So many bytes of x follow each other, twice: they meet fields of two rows.
inline constexpr std::size_t int8_run_of_x = LOWP_TIER >= 3 ? 4 : 8;

// Steps of a row of x: bytes, what sums start from, and scales times `unit`.
inline void quantize_int8(const float* x, std::size_t k, int lowest, float unit, detail::int8_step_of_x* out,
                          float* scale) {
  constexpr float tiny = 127 * 0x1p-127f;
  for (std::size_t at = 0; at < k; at += 32, ++out, ++scale) {
    const std::size_t n = std::min<std::size_t>(32, k - at);
    alignas(64) float v[32];
    const float* in = x + at;
    if (n < 32) {
      std::fill_n(v, 32, 0.0f);
      std::copy_n(in, n, v);
      in = v;
    }
    std::uint32_t bits = 0;
    alignas(64) std::int32_t q[32];
#if LOWP_TIER == 0
    for (std::size_t i = 0; i < 32; ++i) bits = std::max(bits, std::bit_cast<std::uint32_t>(in[i]) & 0x7fffffff);
#elif LOWP_TIER == 1
    const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
    __m256i most = _mm256_setzero_si256();
    for (std::size_t i = 0; i < 32; i += 8)
      most = _mm256_max_epu32(most, _mm256_and_si256(magnitude, _mm256_castps_si256(_mm256_loadu_ps(in + i))));
    __m128i four = _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    four = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0x4e));
    bits = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_max_epu32(four, _mm_shuffle_epi32(four, 0xb1))));
#else
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    const __m512 low = _mm512_loadu_ps(in), high = _mm512_loadu_ps(in + 16);
    bits = _mm512_reduce_max_epu32(_mm512_max_epu32(_mm512_and_si512(magnitude, _mm512_castps_si512(low)),
                                                    _mm512_and_si512(magnitude, _mm512_castps_si512(high))));
#endif
    const float most_x = std::bit_cast<float>(bits);
    if (bits >= 0x7f800000) {
      *scale = std::bit_cast<float>(0x7fc00000u);
      std::memset(out, 0, sizeof *out);
      continue;
    }
    // Where 127 / most_x would be infinite, x is as good as 0.
    const float inverse = most_x < tiny ? 0x1p127f : 127 / most_x;
    *scale = (most_x < tiny ? 0x1p-127f : most_x / 127) * unit;
#if LOWP_TIER == 0
    for (std::size_t i = 0; i < 32; ++i) q[i] = static_cast<std::int32_t>(__builtin_rintf(in[i] * inverse));
#elif LOWP_TIER == 1
    for (std::size_t i = 0; i < 32; i += 8)
      _mm256_store_si256(reinterpret_cast<__m256i*>(q + i),
                         _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(in + i), _mm256_set1_ps(inverse))));
#else
    _mm512_store_si512(q, _mm512_cvtps_epi32(_mm512_mul_ps(low, _mm512_set1_ps(inverse))));
    _mm512_store_si512(q + 16, _mm512_cvtps_epi32(_mm512_mul_ps(high, _mm512_set1_ps(inverse))));
#endif
    for (std::size_t i = 0; i < 32; ++i) {
      const std::size_t to = i / int8_run_of_x * 2 * int8_run_of_x + i % int8_run_of_x;
      out->q[to] = out->q[to + int8_run_of_x] = static_cast<std::int8_t>(q[i]);
    }
    for (std::size_t i = 0; i < 32; i += 4) {
      const std::size_t to = (i / int8_run_of_x * 2 * int8_run_of_x + i % int8_run_of_x) / 4;
      out->start[to] = out->start[to + int8_run_of_x / 4] = lowest * (q[i] + q[i + 1] + q[i + 2] + q[i + 3]);
    }
  }
}

#if LOWP_TIER == 0

inline void multiply_int8_panels(const detail::int8_panels& p) {
  const detail::int8_level_view& w = p.w;
  const std::size_t steps = w.packed->steps(), bits = static_cast<std::size_t>(w.bits), a_line = 16 / bits;
  for (std::size_t panel = p.first; panel < p.last; ++panel) {
    float* y = p.y + (panel - p.first) * 32;
    for (std::size_t row = 0; row < 32; ++row) {
      y[row] = 0;
      for (std::size_t s = 0; s < steps; ++s) {
        const std::byte* line = w.packed->codes(panel, s) + row / a_line * 64;
        for (std::size_t half = 0; half < 2; ++half) {
          std::int32_t sum = 0;
          for (std::size_t i = 16 * half; i < 16 * half + 16; ++i) {
            const unsigned word = std::to_integer<unsigned>(line[2 * i]) | std::to_integer<unsigned>(line[2 * i + 1])
                                                                               << 8;
            const unsigned index = word >> (row % a_line * bits) & ((1u << bits) - 1);
            const int u = static_cast<int>(bits < 8 ? w.level[index] : w.flipped_bytes ? index ^ 128 : index);
            sum += (u + w.lowest) * p.x[s].q[i / int8_run_of_x * 2 * int8_run_of_x + i % int8_run_of_x];
          }
          const std::size_t group = w.group_steps == 0 ? 2 * s + half : s / w.group_steps;
          float scale;
          if (w.scales == detail::scale_decoding::floats) {
            std::memcpy(&scale, w.packed->scales(panel, group) + 4 * row, 4);
          } else {
            scale = w.packed->scale()[std::to_integer<std::size_t>(w.packed->scales(panel, group)[row])];
          }
          y[row] += static_cast<float>(sum) * (scale * p.x_scale[s]);
        }
      }
    }
  }
}

#else

#if LOWP_TIER == 2 || (LOWP_TIER > 2 && LOWP_TIER == LOWP_LEAST_TIER)
// The scales of rows first ... of a panel.
inline floats int8_scales(const detail::int8_level_view& w, const std::byte* at, std::size_t first) noexcept {
  if (w.scales == detail::scale_decoding::floats)
    return {_mm512_loadu_ps(reinterpret_cast<const float*>(at) + first)};
  const __m512i code = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at + first)));
  if (w.scales == detail::scale_decoding::table) return {_mm512_i32gather_ps(code, w.packed->scale(), 4)};
  const __m512i magnitude = w.has_sign ? _mm512_and_si512(code, _mm512_set1_epi32(127)) : code;
  __m512i bits =
      _mm512_max_epi32(_mm512_sll_epi32(magnitude, _mm_cvtsi32_si128(w.shift)), _mm512_set1_epi32(w.least_bits));
  if (w.has_sign) bits = _mm512_or_si512(bits, _mm512_slli_epi32(_mm512_srli_epi32(code, 7), 31));
  return {_mm512_mul_ps(_mm512_castsi512_ps(bits), _mm512_set1_ps(w.factor))};
}
#endif

#if LOWP_TIER <= 2

// A vector of 4-byte lanes. A line of codes is one of them, or two.
#if LOWP_TIER == 1
struct int8_lanes_of {
  __m256i v;
};
inline int8_lanes_of int8_line(const void* p) noexcept {
  return {_mm256_loadu_si256(static_cast<const __m256i*>(p))};
}
// Even bytes of each 16 to the first half, odd ones to the second.
inline int8_lanes_of int8_apart(int8_lanes_of a) noexcept {
  return {_mm256_shuffle_epi8(a.v, _mm256_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6,
                                                    8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15))};
}
template <int N>
inline int8_lanes_of int8_shift(int8_lanes_of a) noexcept {
  return {_mm256_srli_epi16(a.v, N)};
}
inline int8_lanes_of int8_flip(int8_lanes_of a, bool flip) noexcept {
  return {_mm256_xor_si256(a.v, _mm256_set1_epi8(flip ? -128 : 0))};
}
inline int8_lanes_of int8_table(const std::uint8_t* level) noexcept {
  return {_mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(level)))};
}
inline int8_lanes_of int8_look_up(int8_lanes_of table, int8_lanes_of index) noexcept {
  return {_mm256_shuffle_epi8(table.v, _mm256_and_si256(index.v, _mm256_set1_epi8(15)))};
}
// start + sums of 4 products in each lane; vpmaddubsw saturates above 129 * 127 * 2, so larger u are halved.
template <bool Large>
inline int8_lanes_of int8_products(int8_lanes_of start, int8_lanes_of u, int8_lanes_of q) noexcept {
  const __m256i one = _mm256_set1_epi16(1);
  if constexpr (Large) {
    const __m256i most = _mm256_set1_epi8(-128);
    start.v =
        _mm256_add_epi32(start.v, _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_subs_epu8(u.v, most), q.v), one));
    u.v = _mm256_min_epu8(u.v, most);
  }
  return {_mm256_add_epi32(start.v, _mm256_madd_epi16(_mm256_maddubs_epi16(u.v, q.v), one))};
}
inline floats int8_to_floats(int8_lanes_of a) noexcept { return {_mm256_cvtepi32_ps(a.v)}; }
// Scales of rows a and b as a line needs them.
inline floats int8_pair(const float* scale, std::size_t a, std::size_t b) noexcept {
  return {_mm256_blend_ps(_mm256_broadcast_ss(scale + a), _mm256_broadcast_ss(scale + b), 0xcc)};
}
// Sums of the lanes of the one row and the other.
inline void int8_reduce(floats v, float* a, float* b) noexcept {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v.v), _mm256_extractf128_ps(v.v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehdup_ps(four));
  *a = _mm_cvtss_f32(two);
  *b = _mm_cvtss_f32(_mm_movehl_ps(two, two));
}
inline floats int8_scales(const detail::int8_level_view& w, const std::byte* at, std::size_t first) noexcept {
  if (w.scales == detail::scale_decoding::floats)
    return {_mm256_loadu_ps(reinterpret_cast<const float*>(at) + first)};
  const __m256i code = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at + first)));
  if (w.scales == detail::scale_decoding::table) return {_mm256_i32gather_ps(w.packed->scale(), code, 4)};
  const __m256i magnitude = w.has_sign ? _mm256_and_si256(code, _mm256_set1_epi32(127)) : code;
  __m256i bits =
      _mm256_max_epi32(_mm256_sll_epi32(magnitude, _mm_cvtsi32_si128(w.shift)), _mm256_set1_epi32(w.least_bits));
  if (w.has_sign) bits = _mm256_or_si256(bits, _mm256_slli_epi32(_mm256_srli_epi32(code, 7), 31));
  return {_mm256_mul_ps(_mm256_castsi256_ps(bits), _mm256_set1_ps(w.factor))};
}
#else
struct int8_lanes_of {
  __m512i v;
};
inline int8_lanes_of int8_line(const void* p) noexcept { return {_mm512_loadu_si512(p)}; }
inline int8_lanes_of int8_apart(int8_lanes_of a) noexcept {
  return {_mm512_shuffle_epi8(
      a.v, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)))};
}
template <int N>
inline int8_lanes_of int8_shift(int8_lanes_of a) noexcept {
  return {_mm512_srli_epi16(a.v, N)};
}
inline int8_lanes_of int8_flip(int8_lanes_of a, bool flip) noexcept {
  return {_mm512_xor_si512(a.v, _mm512_set1_epi8(flip ? -128 : 0))};
}
inline int8_lanes_of int8_table(const std::uint8_t* level) noexcept { return {_mm512_load_si512(level)}; }
inline int8_lanes_of int8_look_up(int8_lanes_of table, int8_lanes_of index) noexcept {
  return {_mm512_shuffle_epi8(table.v, _mm512_and_si512(index.v, _mm512_set1_epi8(15)))};
}
template <bool Large>
inline int8_lanes_of int8_products(int8_lanes_of start, int8_lanes_of u, int8_lanes_of q) noexcept {
  const __m512i one = _mm512_set1_epi16(1);
  if constexpr (Large) {
    const __m512i most = _mm512_set1_epi8(-128);
    start.v =
        _mm512_add_epi32(start.v, _mm512_madd_epi16(_mm512_maddubs_epi16(_mm512_subs_epu8(u.v, most), q.v), one));
    u.v = _mm512_min_epu8(u.v, most);
  }
  return {_mm512_add_epi32(start.v, _mm512_madd_epi16(_mm512_maddubs_epi16(u.v, q.v), one))};
}
inline floats int8_to_floats(int8_lanes_of a) noexcept { return {_mm512_cvtepi32_ps(a.v)}; }
inline void int8_reduce(floats v, float* a, float* b) noexcept {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v.v), _mm512_extractf32x8_ps(v.v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehdup_ps(four));
  *a = _mm_cvtss_f32(two);
  *b = _mm_cvtss_f32(_mm_movehl_ps(two, two));
}
#endif

// Fields of a line: plane J has bits J * Bits ... of each byte, as bytes above the lowest level.
template <int Bits, int J>
inline int8_lanes_of int8_plane(const detail::int8_level_view& w, int8_lanes_of table, int8_lanes_of line) noexcept {
  if constexpr (Bits == 8) {
    return int8_flip(line, w.flipped_bytes);
  } else if constexpr (J == 0) {
    return int8_look_up(table, line);
  } else {
    return int8_look_up(table, int8_shift<J * Bits>(line));
  }
}

// 16 rows of a panel (tile 0 or 1) over steps s0 ... s1 - 1, added to 8 sums of two rows each.
template <int Bits>
inline void int8_tile_of_panel(const detail::int8_panels& p, std::size_t panel, std::size_t tile, std::size_t s0,
                               std::size_t s1, float* kept) {
  constexpr std::size_t vectors = 64 / sizeof(int8_lanes_of);  // of a line
  constexpr int planes = 8 / Bits, lines = Bits;               // of a tile: 16 rows
  constexpr std::size_t step_bytes = std::size_t{128} * Bits, a_line = 16 / Bits;
  const detail::int8_level_view& w = p.w;
  const bool halves = w.group_steps == 0;
  const int8_lanes_of table = int8_table(w.level);
  const std::byte* in = w.packed->codes(panel, s0) + tile * 64 * lines;
  const std::size_t scale_bytes = w.scales == detail::scale_decoding::floats ? 128 : 32;
  floats sum[8];
  for (std::size_t i = 0; i < 8; ++i) sum[i] = load(kept + i * lanes);
  for (std::size_t s = s0; s < s1; ++s, in += step_bytes) {
    const detail::int8_step_of_x& x = p.x[s];
    const std::size_t group = halves ? 2 * s : s / w.group_steps;
    const std::byte* scales = w.packed->scales(panel, group);
    const floats of_x = fill(p.x_scale[s]);
#if LOWP_TIER == 1
    alignas(64) float scale[2][16];
    for (std::size_t h = 0; h < (halves ? 2 : 1); ++h)
      for (std::size_t r = 0; r < 16; r += 8)
        store(scale[h] + r, int8_scales(w, scales + h * scale_bytes, tile * 16 + r) * of_x);
#else
    const floats scale = int8_scales(w, scales, tile * 16) * of_x;
    floats scale_of_second = scale;
    if (halves) scale_of_second = int8_scales(w, scales + scale_bytes, tile * 16) * of_x;
#endif
    for (std::size_t h = 0; h < vectors; ++h) {
      const int8_lanes_of q = int8_line(x.q + h * sizeof(int8_lanes_of));
      const int8_lanes_of start = int8_line(reinterpret_cast<const std::byte*>(x.start) + h * sizeof(int8_lanes_of));
      const auto line_at = [&]<int L>(std::integral_constant<int, L>) {
        const std::byte* at = in + 64 * L + h * sizeof(int8_lanes_of);
#if LOWP_TIER >= 2
        detail::fetch_ahead(at);
#else
        if (h == 0) detail::fetch_ahead(at, 2048);
#endif
        const int8_lanes_of line = int8_apart(int8_line(at));
        const auto plane_at = [&]<int J>(std::integral_constant<int, J>) {
          constexpr std::size_t a = L * a_line + J, b = a + planes, i = L * planes + J;
          const int8_lanes_of u = int8_plane<Bits, J>(w, table, line);
          const floats products = int8_to_floats(int8_products<Bits == 8>(start, u, q));
#if LOWP_TIER == 1
          const floats factor = int8_pair(scale[halves ? h : 0], a, b);
#else
          constexpr int A = static_cast<int>(a), B = static_cast<int>(b), A2 = A + 16, B2 = B + 16;
          const __m512i index = _mm512_setr_epi32(A, A, B, B, A, A, B, B, A2, A2, B2, B2, A2, A2, B2, B2);
          const floats factor = {_mm512_permutex2var_ps(scale.v, index, scale_of_second.v)};
#endif
          sum[i] = fma(products, factor, sum[i]);
        };
        if constexpr (planes >= 1) plane_at(std::integral_constant<int, 0>{});
        if constexpr (planes >= 2) plane_at(std::integral_constant<int, 1>{});
        if constexpr (planes >= 4) {
          plane_at(std::integral_constant<int, 2>{});
          plane_at(std::integral_constant<int, 3>{});
        }
      };
      line_at(std::integral_constant<int, 0>{});
      if constexpr (lines >= 2) line_at(std::integral_constant<int, 1>{});
      if constexpr (lines >= 4) {
        line_at(std::integral_constant<int, 2>{});
        line_at(std::integral_constant<int, 3>{});
      }
      if constexpr (lines >= 8) {
        line_at(std::integral_constant<int, 4>{});
        line_at(std::integral_constant<int, 5>{});
        line_at(std::integral_constant<int, 6>{});
        line_at(std::integral_constant<int, 7>{});
      }
    }
  }
  for (std::size_t i = 0; i < 8; ++i) store(kept + i * lanes, sum[i]);
}

// Panels by fours, a few steps of each in turn: memory is read in several streams.
inline void multiply_int8_panels(const detail::int8_panels& p) {
  const std::size_t bits = static_cast<std::size_t>(p.w.bits), planes = 8 / bits, chunk = 64 / bits;
  auto* add_tile = &int8_tile_of_panel<2>;
  if (bits == 4) add_tile = &int8_tile_of_panel<4>;
  if (bits == 8) add_tile = &int8_tile_of_panel<8>;
  constexpr std::size_t streams = 4;
  const std::size_t steps = p.w.packed->steps(), count = p.last - p.first, each = (count + streams - 1) / streams;
  alignas(64) float kept[streams][2][8 * lanes];
  for (std::size_t at = 0; at < each; ++at) {
    for (auto& k : kept) std::fill_n(&k[0][0], 2 * 8 * lanes, 0.0f);
    for (std::size_t s = 0; s < steps; s += chunk) {
      for (std::size_t t = 0; t < streams && t * each + at < count; ++t) {
        for (std::size_t tile = 0; tile < 2; ++tile)
          add_tile(p, p.first + t * each + at, tile, s, std::min(steps, s + chunk), kept[t][tile]);
      }
    }
    for (std::size_t t = 0; t < streams && t * each + at < count; ++t) {
      for (std::size_t tile = 0; tile < 2; ++tile) {
        float* y = p.y + (t * each + at) * 32 + tile * 16;
        for (std::size_t i = 0; i < 8; ++i) {
          const std::size_t a = i / planes * 2 * planes + i % planes;
          int8_reduce(load(kept[t][tile] + i * lanes), y + a, y + a + planes);
        }
      }
    }
  }
}

#else

// Four rows and 32 k in two vectors of 16 k: the lower half has rows 0 and 1, the upper one rows 2 and 3, in each 8
// bytes 4 k of either. vpmultishiftqb takes fields of any place in 8 bytes (4 words, 4 k); the bits above a field do
// not matter, since vpermb looks at the low 6 of an index and the table repeats.
template <int Bits, int Quarter>
struct alignas(64) int8_field_places {
  std::uint8_t of[64];
  constexpr int8_field_places() noexcept : of{} {
    for (int i = 0; i < 64; ++i) {
      const int row = Bits == 8 ? i % 8 / 4 : 4 * Quarter + i / 32 * 2 + i % 8 / 4;
      of[i] = static_cast<std::uint8_t>(i % 4 * 16 + row * Bits);
    }
  }
};
template <int Bits, int Quarter>
inline constexpr int8_field_places<Bits, Quarter> int8_fields{};

struct int8_vector {
  __m512i v;
};
struct int8_half {
  __m256i v;
};

// k = 16 h ... 16 h + 15 of rows 4 g ... 4 g + 3 of a step, as bytes above the lowest level.
template <int Bits, int G>
inline int8_vector int8_codes(const detail::int8_level_view& w, __m512i table, const std::byte* step,
                              std::size_t h) noexcept {
  const auto half = [&](const std::byte* p) {
    return int8_half{_mm256_load_si256(reinterpret_cast<const __m256i*>(p + 32 * h))};
  };
  if constexpr (Bits == 8) {
    const __m512i both =
        _mm512_inserti64x4(_mm512_castsi256_si512(half(step + 128 * G).v), half(step + 128 * G + 64).v, 1);
    const __m512i codes = _mm512_multishift_epi64_epi8(_mm512_load_si512(int8_fields<8, 0>.of), both);
    return {_mm512_xor_si512(codes, _mm512_set1_epi8(w.flipped_bytes ? -128 : 0))};
  } else {
    constexpr int a_line = 4 / Bits;
    const __m512i both = _mm512_broadcast_i64x4(half(step + G / a_line * 64).v);
    const __m512i index = _mm512_multishift_epi64_epi8(_mm512_load_si512(int8_fields<Bits, G % a_line>.of), both);
    return {_mm512_permutexvar_epi8(index, table)};
  }
}

// Rows 4 G ... 4 G + 3 of one step.
template <int Bits, bool Halves, int G>
inline void int8_add_rows(const detail::int8_level_view& w, __m512i table, const std::byte* step,
                          const detail::int8_step_of_x& x, const floats (*scale)[2], floats& sum) noexcept {
  const auto x_half = [&](std::size_t h) {
    return int8_vector{_mm512_broadcast_i64x4(_mm256_load_si256(reinterpret_cast<const __m256i*>(x.q + 32 * h)))};
  };
  const auto start_half = [&](std::size_t h) {
    return int8_vector{_mm512_broadcast_i64x4(_mm256_load_si256(reinterpret_cast<const __m256i*>(x.start + 8 * h)))};
  };
  const auto scales = [&](std::size_t h) {
    constexpr int r = G % 4 * 4;
    const __m512i places = _mm512_setr_epi32(r, r + 1, r, r + 1, r, r + 1, r, r + 1, r + 2, r + 3, r + 2, r + 3,
                                             r + 2, r + 3, r + 2, r + 3);
    return floats{_mm512_permutexvar_ps(places, scale[h][G / 4].v)};
  };
  const __m512i first = int8_codes<Bits, G>(w, table, step, 0).v, second = int8_codes<Bits, G>(w, table, step, 1).v;
  if constexpr (Halves) {
    const __m512i low = _mm512_dpbusd_epi32(start_half(0).v, first, x_half(0).v);
    const __m512i high = _mm512_dpbusd_epi32(start_half(1).v, second, x_half(1).v);
    sum = fma({_mm512_cvtepi32_ps(low)}, scales(0), sum);
    sum = fma({_mm512_cvtepi32_ps(high)}, scales(1), sum);
  } else {
    const __m512i start = _mm512_add_epi32(start_half(0).v, start_half(1).v);
    const __m512i all = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(start, first, x_half(0).v), second, x_half(1).v);
    sum = fma({_mm512_cvtepi32_ps(all)}, scales(0), sum);
  }
}

// Steps s0 ... s1 - 1 of a panel, added to 8 sums of four rows each.
template <int Bits, bool Halves>
inline void int8_add_steps(const detail::int8_panels& p, std::size_t panel, std::size_t s0, std::size_t s1,
                           float* kept) noexcept {
  constexpr std::size_t step_bytes = std::size_t{128} * Bits;
  const detail::int8_level_view& w = p.w;
  const __m512i table = _mm512_load_si512(w.level);
  const std::byte* in = w.packed->codes(panel, s0);
  const std::size_t scale_bytes = w.scales == detail::scale_decoding::floats ? 128 : 32;
  floats s_0 = load(kept), s_1 = load(kept + 16), s_2 = load(kept + 32), s_3 = load(kept + 48);
  floats s_4 = load(kept + 64), s_5 = load(kept + 80), s_6 = load(kept + 96), s_7 = load(kept + 112);
  std::size_t group = static_cast<std::size_t>(-1);
  floats of_w[2][2]{};
  for (std::size_t s = s0; s < s1; ++s, in += step_bytes) {
    const detail::int8_step_of_x& x = p.x[s];
    const std::size_t g = Halves ? 2 * s : w.group_steps == 1 ? s : s / w.group_steps;
    if (g != group) {
      group = g;
      const std::byte* scales = w.packed->scales(panel, g);
      for (std::size_t h = 0; h < (Halves ? 2 : 1); ++h)
        for (std::size_t t = 0; t < 2; ++t) of_w[h][t] = int8_scales(w, scales + h * scale_bytes, 16 * t);
    }
    floats scale[2][2]{};
    const floats of_x = fill(p.x_scale[s]);
    for (std::size_t h = 0; h < (Halves ? 2 : 1); ++h)
      for (std::size_t t = 0; t < 2; ++t) scale[h][t] = of_w[h][t] * of_x;
    for (std::size_t line = 0; line < step_bytes; line += 64) detail::fetch_ahead(in + line);
    int8_add_rows<Bits, Halves, 0>(w, table, in, x, scale, s_0);
    int8_add_rows<Bits, Halves, 1>(w, table, in, x, scale, s_1);
    int8_add_rows<Bits, Halves, 2>(w, table, in, x, scale, s_2);
    int8_add_rows<Bits, Halves, 3>(w, table, in, x, scale, s_3);
    int8_add_rows<Bits, Halves, 4>(w, table, in, x, scale, s_4);
    int8_add_rows<Bits, Halves, 5>(w, table, in, x, scale, s_5);
    int8_add_rows<Bits, Halves, 6>(w, table, in, x, scale, s_6);
    int8_add_rows<Bits, Halves, 7>(w, table, in, x, scale, s_7);
  }
  store(kept, s_0), store(kept + 16, s_1), store(kept + 32, s_2), store(kept + 48, s_3);
  store(kept + 64, s_4), store(kept + 80, s_5), store(kept + 96, s_6), store(kept + 112, s_7);
}

// Panels by fours, a few steps of each in turn: memory is read in several streams.
inline void multiply_int8_panels(const detail::int8_panels& p) {
  const std::size_t bits = static_cast<std::size_t>(p.w.bits), chunk = 64 / bits;
  const bool halves = p.w.group_steps == 0;
  auto* add_steps = &int8_add_steps<2, false>;  // 2 bits have no groups of half a step (prepacked.hpp)
  if (bits == 4) add_steps = halves ? &int8_add_steps<4, true> : &int8_add_steps<4, false>;
  if (bits == 8) add_steps = halves ? &int8_add_steps<8, true> : &int8_add_steps<8, false>;
  constexpr std::size_t streams = 4;
  const std::size_t steps = p.w.packed->steps(), count = p.last - p.first, each = (count + streams - 1) / streams;
  alignas(64) float kept[streams][8 * 16];
  for (std::size_t at = 0; at < each; ++at) {
    for (auto& k : kept) std::fill_n(k, 8 * 16, 0.0f);
    for (std::size_t s = 0; s < steps; s += chunk) {
      for (std::size_t t = 0; t < streams && t * each + at < count; ++t)
        add_steps(p, p.first + t * each + at, s, std::min(steps, s + chunk), kept[t]);
    }
    for (std::size_t t = 0; t < streams && t * each + at < count; ++t) {
      float* y = p.y + (t * each + at) * 32;
      for (std::size_t g = 0; g < 8; ++g) {
        const __m512 v = load(kept[t] + 16 * g).v;  // r0 r1 four times, r2 r3 four times
        const __m512 two = _mm512_add_ps(v, _mm512_shuffle_f32x4(v, v, 0xb1));
        const __m512 one = _mm512_add_ps(two, _mm512_permute_ps(two, 0x4e));
        _mm_storel_pi(reinterpret_cast<__m64*>(y + 4 * g), _mm512_castps512_ps128(one));
        _mm_storel_pi(reinterpret_cast<__m64*>(y + 4 * g + 2), _mm512_extractf32x4_ps(one, 2));
      }
    }
  }
}

#endif

#endif
