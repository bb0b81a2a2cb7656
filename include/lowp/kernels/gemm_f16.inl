// The float16 core of gemm_f16.hpp. Its operands lie where those of the float core do, two float16 in a float's place.
// Its one instruction past AVX-512 is written as assembly: clang 14 knows no target for it.

inline constexpr std::size_t halves_rows = 16, halves_width = 32, halves_depth = 256, halves_chain = 32;
inline constexpr std::size_t halves_stride = halves_depth + 32;  // rows start in different sets of a cache
static_assert(halves_width == panel_width);

// sum += x w in each lane.
__attribute__((always_inline)) inline void halves_fma(__m512i& sum, const std::uint16_t& x, __m512i w) noexcept {
  asm("{vfmadd231ph %2%{1to32%}, %1, %0|vfmadd231ph %0, %1, %2%{1to32%}}" : "+v"(sum) : "v"(w), "m"(x));
}

// out[r][c] = in[r][c] + (x[r][0] w[0][c] + x[r][1] w[1][c] + ...) + ..., without `in` from +0.
template <std::size_t Rows>
inline void multiply_halves_rows(const std::uint16_t* x, const std::uint16_t* w, std::size_t k, const float* in,
                                 float* out, std::size_t stride) {
  std::size_t in_stride = panel_width, first = 0;
  do {
    const std::size_t end = k - first < halves_chain ? k : first + halves_chain;
    __m512i sum[Rows];
    LOWP_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      sum[r] = _mm512_setzero_si512();
      __builtin_prefetch(x + (Rows + r) * halves_stride);  // the next block of x comes into the first cache meanwhile
    }
    for (; first < end; ++first, ++x, w += panel_width) {
      const __m512i b = _mm512_load_si512(w);
      LOWP_UNROLL
      for (std::size_t r = 0; r < Rows; ++r) halves_fma(sum[r], x[r * halves_stride], b);
    }
    LOWP_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      const __m512 low = _mm512_cvtph_ps(_mm512_castsi512_si256(sum[r]));
      const __m512 high = _mm512_cvtph_ps(_mm512_extracti64x4_epi64(sum[r], 1));
      const __m512 before_low = in != nullptr ? _mm512_loadu_ps(in + r * in_stride) : _mm512_setzero_ps();
      const __m512 before_high = in != nullptr ? _mm512_loadu_ps(in + r * in_stride + 16) : _mm512_setzero_ps();
      _mm512_storeu_ps(out + r * stride, _mm512_add_ps(before_low, low));
      _mm512_storeu_ps(out + r * stride + 16, _mm512_add_ps(before_high, high));
    }
    in = out;
    in_stride = stride;
  } while (first < k);
}

// The same of rows <= halves_rows, all columns of a panel.
template <std::size_t Rows = halves_rows>
void multiply_halves(std::size_t rows, std::size_t cols, const float* x, const float* w, std::size_t k,
                     const float* in, float* out, std::size_t stride) {
  for (; rows >= Rows; rows -= Rows) {
    multiply_halves_rows<Rows>(reinterpret_cast<const std::uint16_t*>(x), reinterpret_cast<const std::uint16_t*>(w),
                               k, in, out, stride);
    x += Rows * halves_stride / 2;
    out += Rows * stride;
    if (in != nullptr) in += Rows * panel_width;
  }
  if constexpr (Rows > 1) {
    if (rows > 0) multiply_halves<Rows / 2>(rows, cols, x, w, k, in, out, stride);
  }
}

inline constexpr detail::block_kernel halves_kernel{halves_rows, halves_width, halves_depth, halves_stride / 2,
                                                    &multiply_halves<>};

// n floats, rounded to the nearest float16, from `out` on; zeros may follow up to a multiple of 16.
inline void to_halves(const float* in, std::size_t n, float* out) noexcept {
  auto* to = reinterpret_cast<__m256i*>(out);
  for (; n >= 16; n -= 16, in += 16, ++to)
    _mm256_store_si256(to, _mm512_cvtps_ph(_mm512_loadu_ps(in), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  if (n > 0)
    _mm256_store_si256(to, _mm512_cvtps_ph(load_part(in, n).v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

// A row_source and a panel_source over one of floats.
inline void halves_of_rows(const void* self, std::size_t row, std::size_t count, std::size_t k0, std::size_t k1,
                           float* out, std::size_t stride) {
  const auto& source = *static_cast<const detail::row_source*>(self);
  constexpr std::size_t most = 16, width = halves_depth + 16;
  alignas(64) float part[most * width];
  for (std::size_t r = 0; r < count; r += most) {
    const std::size_t height = count - r < most ? count - r : most;
    source.rows(source.self, row + r, height, k0, k1, part, width);
    for (std::size_t i = 0; i < height; ++i) to_halves(part + i * width, k1 - k0, out + (r + i) * stride);
  }
}

inline void halves_of_panel(const void* self, std::size_t panel, std::size_t k0, std::size_t k1, float* out) {
  const auto& source = *static_cast<const detail::panel_source*>(self);
  alignas(64) float part[32 * panel_width];
  for (std::size_t k = k0, end; k < k1; k = end) {
    end = std::min(k1, (k / 32 + 1) * 32);  // whole steps of packed weights
    source.fill(source.self, panel, k, end, part);
    to_halves(part, (end - k) * panel_width, out + (k - k0) * panel_width / 2);
  }
}
