// The kernels of gemm_int8.hpp for one tier: int8_pack_weights (up to skylake), pack, block and run.

#if LOWP_TIER == 0

// Plain loops over the packed layout, in its order.
inline void int8_pack_weights(const detail::int8_source& s) {
  const std::size_t k = s.rows.cols, steps = (k + 63) / 64;
  for (std::size_t step = 0; step < steps; ++step) {
    std::int32_t* sums = s.sums + step / s.part_steps * s.sums_stride;
    if (step % s.part_steps == 0) std::fill_n(sums, 32, 0);
    std::uint8_t* out = s.out + step * 2048;
    for (std::size_t c = 0; c < 32; ++c) {
      for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t at = step * 64 + i;
        const std::uint8_t b =
            c < s.count && at < k ? s.rows.data[(s.first + c) * s.rows.stride + at] : std::uint8_t{0};
        out[c / 16 * 1024 + i / 4 * 64 + c % 16 * 4 + i % 4] = b;
        sums[c] += s.rows.is_signed ? static_cast<std::int8_t>(b) : b;
      }
    }
  }
}

inline void int8_pack(const detail::int8_view& x, std::size_t row, std::size_t rows, bool, std::uint8_t* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint8_t* in = x.data + (row + r) * x.stride;
    for (std::size_t k = 0; k < x.cols; k += 64) {
      const std::size_t part = std::min<std::size_t>(64, x.cols - k);
      std::memcpy(out + k * 32 + r * 64, in + k, part);
      std::memset(out + k * 32 + r * 64 + part, 0, 64 - part);
    }
  }
}

template <class X, class W>
inline void int8_sums(const detail::int8_block& b) {
  for (std::size_t r = 0; r < b.rows; ++r) {
    std::int32_t* sums = b.sums + r * 32;
    std::copy_n(b.start, 32, sums);
    for (std::size_t step = 0; step < b.steps; ++step) {
      const std::uint8_t *x = b.x + step * 2048 + r * 64, *w = b.w + step * 2048;
      for (std::size_t q = 0; q < 16; ++q, x += 4, w += 64) {
        for (std::size_t c = 0; c < 32; ++c) {
          const std::uint8_t* v = w + c / 16 * 1024 + c % 16 * 4;
          std::int32_t sum = sums[c];
          for (std::size_t i = 0; i < 4; ++i) sum += static_cast<X>(x[i]) * static_cast<W>(v[i]);
          sums[c] = sum;
        }
      }
    }
  }
}

inline void int8_sums_of(const detail::int8_block& b) {
  b.write_before();
  if (b.x_signed) {
    b.w_signed ? int8_sums<std::int8_t, std::int8_t>(b) : int8_sums<std::int8_t, std::uint8_t>(b);
  } else {
    b.w_signed ? int8_sums<std::uint8_t, std::int8_t>(b) : int8_sums<std::uint8_t, std::uint8_t>(b);
  }
}

inline constexpr detail::int8_kernels int8_tier{0, 2048, false, int8_pack, int8_sums_of, detail::int8_run};

#else

// The tier that the compile flags guarantee has none below it to take these from.
#if LOWP_TIER <= 2 || LOWP_TIER == LOWP_LEAST_TIER

// A vector of bytes: 8 or 16 columns of 4 k.
#if LOWP_TIER == 1
struct int8_bytes {
  __m256i v;
};
inline constexpr std::size_t int8_lanes = 8;
inline int8_bytes int8_load(const void* p) noexcept { return {_mm256_loadu_si256(static_cast<const __m256i*>(p))}; }
inline void int8_store(void* p, int8_bytes a) noexcept { _mm256_storeu_si256(static_cast<__m256i*>(p), a.v); }
inline int8_bytes int8_four(const void* p) noexcept {
  std::int32_t four;
  std::memcpy(&four, p, 4);
  return {_mm256_set1_epi32(four)};
}
// sum + a[0] b[0] + a[1] b[1] in each lane, of words
inline int8_bytes int8_add_products(int8_bytes sum, int8_bytes a, int8_bytes b) noexcept {
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(a.v, b.v))};
}
// Bytes 0 and 2 of each lane as words; bytes 1 and 3
template <bool Signed>
inline int8_bytes int8_even(int8_bytes a) noexcept {
  if constexpr (Signed) return {_mm256_srai_epi16(_mm256_slli_epi16(a.v, 8), 8)};
  return {_mm256_and_si256(a.v, _mm256_set1_epi16(255))};
}
template <bool Signed>
inline int8_bytes int8_odd(int8_bytes a) noexcept {
  if constexpr (Signed) return {_mm256_srai_epi16(a.v, 8)};
  return {_mm256_srli_epi16(a.v, 8)};
}
#else
struct int8_bytes {
  __m512i v;
};
inline constexpr std::size_t int8_lanes = 16;
inline int8_bytes int8_load(const void* p) noexcept { return {_mm512_loadu_si512(p)}; }
inline void int8_store(void* p, int8_bytes a) noexcept { _mm512_storeu_si512(p, a.v); }
inline int8_bytes int8_four(const void* p) noexcept {
  std::int32_t four;
  std::memcpy(&four, p, 4);
  return {_mm512_set1_epi32(four)};
}
inline int8_bytes int8_add_products(int8_bytes sum, int8_bytes a, int8_bytes b) noexcept {
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(a.v, b.v))};
}
template <bool Signed>
inline int8_bytes int8_even(int8_bytes a) noexcept {
  if constexpr (Signed) return {_mm512_srai_epi16(_mm512_slli_epi16(a.v, 8), 8)};
  return {_mm512_and_si512(a.v, _mm512_set1_epi16(255))};
}
template <bool Signed>
inline int8_bytes int8_odd(int8_bytes a) noexcept {
  if constexpr (Signed) return {_mm512_srai_epi16(a.v, 8)};
  return {_mm512_srli_epi16(a.v, 8)};
}
#endif

// As many bytes of a row as there are, then zeros: 64 of them.
inline void int8_load_row(const std::uint8_t* in, std::size_t n, int8_bytes* out) noexcept {
  alignas(64) std::uint8_t part[64];
  if (n < 64) {
    std::memset(part, 0, 64);
    if (n > 0) std::memcpy(part, in, n);
    in = part;
  }
  for (std::size_t i = 0; i < 64 / sizeof(int8_bytes); ++i) out[i] = int8_load(in + i * sizeof(int8_bytes));
}

// ---- weights: 16 rows of 64 bytes become 16 rows of 4 k of 16 columns, a transposition of lanes

#if LOWP_TIER == 1
inline void int8_write_line(void* p, int8_bytes a) noexcept { int8_store(p, a); }  // half a line
inline void int8_lines_written() noexcept {}
// 8 rows of 8 lanes.
inline void int8_transpose(int8_bytes* r) noexcept {
  int8_bytes t[8];
  for (std::size_t i = 0; i < 8; i += 2) {
    t[i] = {_mm256_unpacklo_epi32(r[i].v, r[i + 1].v)};
    t[i + 1] = {_mm256_unpackhi_epi32(r[i].v, r[i + 1].v)};
  }
  for (std::size_t i = 0; i < 8; i += 4) {
    r[i] = {_mm256_unpacklo_epi64(t[i].v, t[i + 2].v)};
    r[i + 1] = {_mm256_unpackhi_epi64(t[i].v, t[i + 2].v)};
    r[i + 2] = {_mm256_unpacklo_epi64(t[i + 1].v, t[i + 3].v)};
    r[i + 3] = {_mm256_unpackhi_epi64(t[i + 1].v, t[i + 3].v)};
  }
  for (std::size_t i = 0; i < 4; ++i) {
    t[i] = {_mm256_permute2x128_si256(r[i].v, r[i + 4].v, 0x20)};
    t[i + 4] = {_mm256_permute2x128_si256(r[i].v, r[i + 4].v, 0x31)};
  }
  for (std::size_t i = 0; i < 8; ++i) r[i] = t[i];
}
// Sums of the 4 bytes in each lane, added.
inline int8_bytes int8_add_bytes(int8_bytes sum, int8_bytes a, bool is_signed) noexcept {
  const __m256i one = _mm256_set1_epi8(1);
  const __m256i pairs = is_signed ? _mm256_maddubs_epi16(one, a.v) : _mm256_maddubs_epi16(a.v, one);
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
}
#else
// Past the caches: packed weights are read much later, and what they would drive out is being read now.
inline void int8_write_line(void* p, int8_bytes a) noexcept { _mm512_stream_si512(static_cast<__m512i*>(p), a.v); }
inline void int8_lines_written() noexcept { _mm_sfence(); }
// 16 rows of 16 lanes.
inline void int8_transpose(int8_bytes* r) noexcept {
  int8_bytes t[16];
  for (std::size_t i = 0; i < 16; i += 2) {
    t[i] = {_mm512_unpacklo_epi32(r[i].v, r[i + 1].v)};
    t[i + 1] = {_mm512_unpackhi_epi32(r[i].v, r[i + 1].v)};
  }
  for (std::size_t i = 0; i < 16; i += 4) {
    r[i] = {_mm512_unpacklo_epi64(t[i].v, t[i + 2].v)};
    r[i + 1] = {_mm512_unpackhi_epi64(t[i].v, t[i + 2].v)};
    r[i + 2] = {_mm512_unpacklo_epi64(t[i + 1].v, t[i + 3].v)};
    r[i + 3] = {_mm512_unpackhi_epi64(t[i + 1].v, t[i + 3].v)};
  }
  for (std::size_t i = 0; i < 4; ++i) {
    t[i] = {_mm512_shuffle_i32x4(r[i].v, r[i + 4].v, 0x88)};
    t[i + 4] = {_mm512_shuffle_i32x4(r[i].v, r[i + 4].v, 0xdd)};
    t[i + 8] = {_mm512_shuffle_i32x4(r[i + 8].v, r[i + 12].v, 0x88)};
    t[i + 12] = {_mm512_shuffle_i32x4(r[i + 8].v, r[i + 12].v, 0xdd)};
  }
  for (std::size_t i = 0; i < 8; ++i) {
    r[i] = {_mm512_shuffle_i32x4(t[i].v, t[i + 8].v, 0x88)};
    r[i + 8] = {_mm512_shuffle_i32x4(t[i].v, t[i + 8].v, 0xdd)};
  }
}
inline int8_bytes int8_add_bytes(int8_bytes sum, int8_bytes a, bool is_signed) noexcept {
  const __m512i one = _mm512_set1_epi8(1);
  const __m512i pairs = is_signed ? _mm512_maddubs_epi16(one, a.v) : _mm512_maddubs_epi16(a.v, one);
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
}
#endif

inline void int8_pack_weights(const detail::int8_source& s) {
  constexpr std::size_t parts = 64 / sizeof(int8_bytes);  // of a line
  const std::size_t k = s.rows.cols, steps = (k + 63) / 64;
  const bool is_signed = s.rows.is_signed;
  for (std::size_t first = 0; first < steps; first += s.part_steps) {
    const std::size_t last = std::min(steps, first + s.part_steps);
    std::int32_t* sums = s.sums + first / s.part_steps * s.sums_stride;
    for (std::size_t c = 0; c < 32; c += int8_lanes) {
      int8_bytes sum{};
      for (std::size_t step = first; step < last; ++step) {
        const std::size_t at = step * 64, n = std::min<std::size_t>(64, k - at);
        const std::uint8_t* in = s.rows.data + (s.first + c) * s.rows.stride + at;
        int8_bytes lines[parts][int8_lanes];
        for (std::size_t r = 0; r < int8_lanes; ++r) {
          int8_bytes line[parts]{};
          if (c + r < s.count) {
            int8_load_row(in + r * s.rows.stride, n, line);
#if LOWP_TIER >= 2
            _mm_prefetch(reinterpret_cast<const char*>(in + r * s.rows.stride) + 512, _MM_HINT_T0);
#endif
          }
          for (std::size_t p = 0; p < parts; ++p) lines[p][r] = line[p];
        }
        std::uint8_t* out = s.out + step * 2048 + c / 16 * 1024 + c % 16 * 4;
        for (std::size_t p = 0; p < parts; ++p) {
          int8_transpose(lines[p]);
          for (std::size_t q = 0; q < int8_lanes; ++q) {
            sum = int8_add_bytes(sum, lines[p][q], is_signed);
            int8_write_line(out + (p * int8_lanes + q) * 64, lines[p][q]);
          }
        }
      }
      int8_store(sums + c, sum);
    }
  }
  int8_lines_written();
}

#endif

#if LOWP_TIER <= 2

// ---- activations as words: in a row's 128 bytes of a step, for each vector of bytes first the even, then the odd

template <bool Signed>
inline void int8_widen(const detail::int8_view& x, std::size_t row, std::size_t rows, std::uint8_t* out) {
  constexpr std::size_t size = sizeof(int8_bytes);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint8_t* in = x.data + (row + r) * x.stride;
    for (std::size_t k = 0; k < x.cols; k += 64) {
      int8_bytes line[64 / size];
      int8_load_row(in + k, std::min<std::size_t>(64, x.cols - k), line);
      std::uint8_t* to = out + k * 64 + r * 128;
      for (std::size_t p = 0; p < 64 / size; ++p) {
        int8_store(to + 2 * p * size, int8_even<Signed>(line[p]));
        int8_store(to + (2 * p + 1) * size, int8_odd<Signed>(line[p]));
      }
    }
  }
}

inline void int8_pack(const detail::int8_view& x, std::size_t row, std::size_t rows, bool, std::uint8_t* out) {
  x.is_signed ? int8_widen<true>(x, row, rows, out) : int8_widen<false>(x, row, rows, out);
}

// Rows r ... r + Rows - 1, and two vectors of columns.
template <std::size_t Rows, bool WSigned>
inline void int8_rows(const detail::int8_block& b, std::size_t r) {
  constexpr std::size_t lanes_bytes = sizeof(int8_bytes);
  constexpr std::size_t second = int8_lanes == 16 ? 1024 : 32;  // bytes from the first to the second vector
  for (std::size_t c = 0; c < 32; c += 2 * int8_lanes) {
    int8_bytes sum[Rows][2];
    for (std::size_t i = 0; i < Rows; ++i) {
      sum[i][0] = int8_load(b.start + c);
      sum[i][1] = int8_load(b.start + c + int8_lanes);
    }
    for (std::size_t step = 0; step < b.steps; ++step) {
      const std::uint8_t *w = b.w + step * 2048 + c / 16 * 1024, *x = b.x + step * 4096 + r * 128;
      for (std::size_t half = 0; half < 64; half += lanes_bytes, x += lanes_bytes) {  // x: past the odd ones as well
        for (std::size_t q = 0; q < lanes_bytes; q += 4, w += 64, x += 4) {
          const int8_bytes w0 = int8_load(w), w1 = int8_load(w + second);
          const int8_bytes even0 = int8_even<WSigned>(w0), even1 = int8_even<WSigned>(w1);
          const int8_bytes odd0 = int8_odd<WSigned>(w0), odd1 = int8_odd<WSigned>(w1);
#pragma GCC unroll 8
          for (std::size_t i = 0; i < Rows; ++i) {
            const int8_bytes even = int8_four(x + i * 128), odd = int8_four(x + i * 128 + lanes_bytes);
            sum[i][0] = int8_add_products(int8_add_products(sum[i][0], even0, even), odd0, odd);
            sum[i][1] = int8_add_products(int8_add_products(sum[i][1], even1, even), odd1, odd);
          }
        }
      }
    }
    for (std::size_t i = 0; i < Rows; ++i) {
      std::int32_t* out = b.sums + (r + i) * 32 + c;
      int8_store(out, sum[i][0]);
      int8_store(out + int8_lanes, sum[i][1]);
    }
  }
}

template <bool WSigned>
inline void int8_sums(const detail::int8_block& b) {
  constexpr std::size_t most = int8_lanes == 16 ? 8 : 4;
  std::size_t r = 0;
  for (; r + most <= b.rows; r += most) int8_rows<most, WSigned>(b, r);
  for (; r + 2 <= b.rows; r += 2) int8_rows<2, WSigned>(b, r);
  for (; r < b.rows; ++r) int8_rows<1, WSigned>(b, r);
}

inline void int8_sums_of(const detail::int8_block& b) {
  b.write_before();
  b.w_signed ? int8_sums<true>(b) : int8_sums<false>(b);
}

inline constexpr detail::int8_kernels int8_tier{0, 4096, false, int8_pack, int8_sums_of, detail::int8_run};

#else

#if LOWP_TIER == 3 || LOWP_TIER == LOWP_LEAST_TIER

inline __mmask64 int8_first(std::size_t n) noexcept { return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1; }

inline void int8_pack(const detail::int8_view& x, std::size_t row, std::size_t rows, bool flip, std::uint8_t* out) {
  const __m512i by = _mm512_set1_epi8(flip ? -128 : 0);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint8_t* in = x.data + (row + r) * x.stride;
    std::uint8_t* to = out + r * 64;
    std::size_t k = 0;
    for (; k + 64 <= x.cols; k += 64, to += 2048)
      _mm512_store_si512(to, _mm512_xor_si512(_mm512_loadu_si512(in + k), by));
    if (k < x.cols)
      _mm512_store_si512(to, _mm512_xor_si512(_mm512_maskz_loadu_epi8(int8_first(x.cols - k), in + k), by));
  }
}

#endif

#if LOWP_TIER == 3

template <std::size_t Rows, bool WSigned>
inline void int8_rows(const detail::int8_block& b, std::size_t r) {
  struct four {
    __m512i v;
  };
  four sum[Rows][2];
  for (std::size_t i = 0; i < Rows; ++i) {
    sum[i][0] = {_mm512_load_si512(b.start)};
    sum[i][1] = {_mm512_load_si512(b.start + 16)};
  }
  const std::uint8_t *w = b.w, *x = b.x + r * 64;
  for (std::size_t step = 0; step < b.steps; ++step, w += 1024, x += 2048 - 64) {
    for (std::size_t q = 0; q < 16; ++q, w += 64, x += 4) {
      const __m512i w0 = _mm512_load_si512(w), w1 = _mm512_load_si512(w + 1024);
#pragma GCC unroll 8
      for (std::size_t i = 0; i < Rows; ++i) {
        std::int32_t four_x;
        std::memcpy(&four_x, x + i * 64, 4);
        const __m512i xs = _mm512_set1_epi32(four_x);
        if constexpr (WSigned) {
          sum[i][0] = {_mm512_dpbusd_epi32(sum[i][0].v, xs, w0)};
          sum[i][1] = {_mm512_dpbusd_epi32(sum[i][1].v, xs, w1)};
        } else {
          sum[i][0] = {_mm512_dpbusd_epi32(sum[i][0].v, w0, xs)};
          sum[i][1] = {_mm512_dpbusd_epi32(sum[i][1].v, w1, xs)};
        }
      }
    }
  }
  for (std::size_t i = 0; i < Rows; ++i) {
    std::int32_t* out = b.sums + (r + i) * 32;
    _mm512_store_si512(out, sum[i][0].v);
    _mm512_store_si512(out + 16, sum[i][1].v);
  }
}

template <bool WSigned>
inline void int8_sums(const detail::int8_block& b) {
  std::size_t r = 0;
  for (; r + 8 <= b.rows; r += 8) int8_rows<8, WSigned>(b, r);
  for (; r + 2 <= b.rows; r += 2) int8_rows<2, WSigned>(b, r);
  for (; r < b.rows; ++r) int8_rows<1, WSigned>(b, r);
}

inline void int8_sums_of(const detail::int8_block& b) {
  b.write_before();
  b.w_signed ? int8_sums<true>(b) : int8_sums<false>(b);
}

inline constexpr detail::int8_kernels int8_tier{0, 2048, true, int8_pack, int8_sums_of, detail::int8_run};

#else

template <int Tile, bool Passes>
__attribute__((always_inline)) inline void int8_load_tile(const std::uint8_t* p) noexcept {
  if constexpr (Passes) {
    detail::amx::load_passing<Tile>(p);
  } else {
    detail::amx::load<Tile>(p);
  }
}

// Tiles 4 and 5 are of x, 6 and 7 of w. Lower: there are more than 16 rows. WPasses: x is what stays in the first
// cache, w passes through; else the other way round.
template <bool XSigned, bool WSigned, bool Lower, bool WPasses>
inline void int8_tiles(const detail::int8_block& b) {
  namespace amx = detail::amx;
  if (b.first) {
    amx::zero<0>();
    amx::zero<1>();
    amx::zero<2>();
    amx::zero<3>();
  } else {
    amx::load<0>(b.carried);
    amx::load<1>(b.carried + 256);
    amx::load<2>(b.carried + 512);
    amx::load<3>(b.carried + 768);
  }
  const std::uint8_t *x = b.x, *w = b.w, *ahead = b.ahead;
  for (std::size_t step = 0; step < b.steps; ++step, x += 2048, w += 2048) {
    // At once: while stores wait, loads at the same place of any page wait for them.
    if (step == b.steps / 2) b.write_before();
    for (std::size_t l = 0; l < b.ahead_lines; ++l, ahead += 64)
      _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T1);
    int8_load_tile<6, WPasses>(w);
    int8_load_tile<4, !WPasses>(x);
    amx::dot_i8<0, 4, 6, XSigned, WSigned>();
    int8_load_tile<7, WPasses>(w + 1024);
    amx::dot_i8<1, 4, 7, XSigned, WSigned>();
    if constexpr (Lower) {
      int8_load_tile<5, !WPasses>(x + 1024);
      amx::dot_i8<2, 5, 6, XSigned, WSigned>();
      amx::dot_i8<3, 5, 7, XSigned, WSigned>();
    }
  }
  if (b.steps == 0) b.write_before();
  if (b.last) {
    amx::store<0>(b.sums, 128);
    amx::store<1>(b.sums + 16, 128);
    if constexpr (Lower) {
      amx::store<2>(b.sums + 16 * 32, 128);
      amx::store<3>(b.sums + 16 * 32 + 16, 128);
    }
  } else {
    amx::store<0>(b.carried);
    amx::store<1>(b.carried + 256);
    amx::store<2>(b.carried + 512);
    amx::store<3>(b.carried + 768);
  }
}

template <bool XSigned, bool WSigned>
inline void int8_sums(const detail::int8_block& b) {
  if (b.rows <= 16) return int8_tiles<XSigned, WSigned, false, false>(b);
  b.w_passes ? int8_tiles<XSigned, WSigned, true, true>(b) : int8_tiles<XSigned, WSigned, true, false>(b);
}

inline void int8_sums_of(const detail::int8_block& b) {
  if (b.x_signed) {
    b.w_signed ? int8_sums<true, true>(b) : int8_sums<true, false>(b);
  } else {
    b.w_signed ? int8_sums<false, true>(b) : int8_sums<false, false>(b);
  }
}

inline void int8_run_tiles(const detail::int8_job& job, std::size_t task) {
  const detail::amx::session tiles;
  detail::int8_run(job, task);
}

inline constexpr detail::int8_kernels int8_tier{8, 2048, false, int8_pack, int8_sums_of, int8_run_tiles};

#endif
#endif
#endif
