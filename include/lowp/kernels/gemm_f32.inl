// The float core of gemm_f32.hpp for one tier: a block of sums in registers, and transposition.

// The block of y held in registers: block_rows x panel_width sums, and beside them a row of the panel and one x. Panel
// and rows of block_depth floats: both in the first cache with AVX2; with AVX-512 the second one is fast enough.
#if LOWP_TIER == 0
inline constexpr std::size_t panel_vectors = 8, block_rows = 4, block_depth = 256;
#elif LOWP_TIER == 1
inline constexpr std::size_t panel_vectors = 2, block_rows = 6, block_depth = 256;
#else
inline constexpr std::size_t panel_vectors = 2, block_rows = 14, block_depth = 512;
#endif
// Rows of x in the scratch memory: apart by this, so that they start in different sets of a cache.
inline constexpr std::size_t row_stride = block_depth + 16;
inline constexpr std::size_t panel_width = panel_vectors * lanes;

// out[r][c] = in[r][c] + x[r][0] w[0][c] + x[r][1] w[1][c] + ..., each step one fma; without `in`, from +0.
template <std::size_t Rows, std::size_t vectors>
void multiply_rows(const float* x, const float* w, std::size_t k, const float* in, float* out, std::size_t stride) {
  floats sum[Rows][vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v)
      sum[r][v] = in != nullptr ? load(in + r * panel_width + v * lanes) : fill(0);
  }
  const float* next = x + Rows * row_stride;  // the next block of x comes into the first cache meanwhile
  for (std::size_t step = 0; step < k; ++step, ++x, w += panel_width, next += Rows) {
    __builtin_prefetch(next);
    floats b[vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) b[v] = load(w + v * lanes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r) {
      const floats a = fill(x[r * row_stride]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = fma(a, b[v], sum[r][v]);
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) store(out + r * stride + v * lanes, sum[r][v]);
  }
}

// The same of rows <= block_rows and, at least, the first cols <= panel_width columns.
template <std::size_t Rows = block_rows>
void multiply_block(std::size_t rows, std::size_t cols, const float* x, const float* w, std::size_t k,
                    const float* in, float* out, std::size_t stride) {
  if constexpr (Rows > 0) {
    if (rows < Rows) return multiply_block<Rows - 1>(rows, cols, x, w, k, in, out, stride);
#if LOWP_TIER >= 1
    if (cols <= lanes) return multiply_rows<Rows, 1>(x, w, k, in, out, stride);
#endif
    multiply_rows<Rows, panel_vectors>(x, w, k, in, out, stride);
  }
}

#if LOWP_TIER >= 1

struct four_floats {
  floats v[4];
};

// Columns 0 ... 3 of `lanes` rows, each as a vector. The 128-bit parts l of four loads hold rows r + 4 l: so the
// exchange between parts is done by loads, and shuffles within parts are left.
inline four_floats turn_four(const float* in, std::size_t stride) {
  floats a[4];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < 4; ++r) {
    const float* from = in + r * stride;
#if LOWP_TIER == 1
    const __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(from));
    a[r] = {_mm256_insertf128_ps(low, _mm_loadu_ps(from + 4 * stride), 1)};
#else
    __m512 whole = _mm512_castps128_ps512(_mm_loadu_ps(from));
    whole = _mm512_insertf32x4(whole, _mm_loadu_ps(from + 4 * stride), 1);
    whole = _mm512_insertf32x4(whole, _mm_loadu_ps(from + 8 * stride), 2);
    a[r] = {_mm512_insertf32x4(whole, _mm_loadu_ps(from + 12 * stride), 3)};
#endif
  }
#if LOWP_TIER == 1
  const __m256 low01 = _mm256_unpacklo_ps(a[0].v, a[1].v), low23 = _mm256_unpacklo_ps(a[2].v, a[3].v);
  const __m256 high01 = _mm256_unpackhi_ps(a[0].v, a[1].v), high23 = _mm256_unpackhi_ps(a[2].v, a[3].v);
  return {{{_mm256_shuffle_ps(low01, low23, 0x44)},
           {_mm256_shuffle_ps(low01, low23, 0xee)},
           {_mm256_shuffle_ps(high01, high23, 0x44)},
           {_mm256_shuffle_ps(high01, high23, 0xee)}}};
#else
  const __m512 low01 = _mm512_unpacklo_ps(a[0].v, a[1].v), low23 = _mm512_unpacklo_ps(a[2].v, a[3].v);
  const __m512 high01 = _mm512_unpackhi_ps(a[0].v, a[1].v), high23 = _mm512_unpackhi_ps(a[2].v, a[3].v);
  return {{{_mm512_shuffle_ps(low01, low23, 0x44)},
           {_mm512_shuffle_ps(low01, low23, 0xee)},
           {_mm512_shuffle_ps(high01, high23, 0x44)},
           {_mm512_shuffle_ps(high01, high23, 0xee)}}};
#endif
}

// Columns 0 ... lanes - 1 of `lanes` rows of `in` become rows of `out`, of which the first `cols` are written.
inline void transpose_tile(const float* in, std::size_t in_stride, float* out, std::size_t out_stride,
                           std::size_t cols) {
#pragma GCC unroll 4
  for (std::size_t p = 0; p < lanes / 4; ++p) {
    if (4 * p >= cols) return;
    const four_floats columns = turn_four(in + 4 * p, in_stride);
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) {
      if (4 * p + c < cols) store(out + (4 * p + c) * out_stride, columns.v[c]);
    }
  }
}

#else

inline void transpose_tile(const float* in, std::size_t, float* out, std::size_t, std::size_t) { *out = *in; }

#endif

// out[c * out_stride + r] = in[r * in_stride + c] for r < rows, c < cols; zeros follow up to a whole vector of r.
inline void transpose(const float* in, std::size_t in_stride, std::size_t rows, std::size_t cols, float* out,
                      std::size_t out_stride) {
  for (std::size_t r = 0; r < rows; r += lanes) {
    const std::size_t height = rows - r < lanes ? rows - r : lanes;
    for (std::size_t c = 0; c < cols; c += lanes) {
      const std::size_t width = cols - c < lanes ? cols - c : lanes;
      const float* from = in + r * in_stride + c;
      float* to = out + c * out_stride + r;
      if (height == lanes && width == lanes) {
        transpose_tile(from, in_stride, to, out_stride, lanes);
      } else {
        float whole[lanes * lanes] = {};
        for (std::size_t h = 0; h < height; ++h)
          store_part(whole + h * lanes, load_part(from + h * in_stride, width), width);
        transpose_tile(whole, lanes, to, out_stride, width);
      }
    }
  }
}

// Rows of floats, one after the other.
inline void copy_rows(const float* in, std::size_t in_stride, std::size_t rows, std::size_t cols, float* out,
                      std::size_t out_stride) {
  for (std::size_t r = 0; r < rows; ++r, in += in_stride, out += out_stride) {
    std::size_t c = 0;
    for (; c + lanes <= cols; c += lanes) store(out + c, load(in + c));
    if (c < cols) store_part(out + c, load_part(in + c, cols - c), cols - c);
  }
}

inline constexpr detail::f32_kernels f32_tier{
    {block_rows, panel_width, block_depth, row_stride, &multiply_block<>}, &transpose, &copy_rows};
