// Kernel body (lowp/kernels/foreach.inl): the steps of ozaki.hpp around the product of planes. haswell has those of
// scalar: what they need of 64-bit integers begins with AVX-512.
#if LOWP_TIER < 2

// top[i] = max(top[i], in[i] without its sign) for words of floating-point numbers.
inline void ozaki_largest(const void* in, std::size_t n, std::uint32_t* top) noexcept {
  const auto* from = static_cast<const unsigned char*>(in);
  for (std::size_t i = 0; i < n; ++i, from += 4) {
    std::uint32_t w = 0;
    std::memcpy(&w, from, 4);
    top[i] = std::max(top[i], w & 0x7fffffff);
  }
}

template <class T>
inline void ozaki_split(const modular::detail::ozaki_row<T>& row) noexcept {
  constexpr std::uint64_t bias = 0x8080808080808080;
  for (std::size_t i = 0; i < row.count; ++i) {
    const double first = row.column_first != nullptr ? row.column_first[i] : row.first;
    const double second = row.column_first != nullptr ? row.column_second[i] : row.second;
    std::uint64_t u =
        static_cast<std::uint64_t>(__builtin_llrint(static_cast<double>(row.in[i]) * first * second)) + bias;
    for (std::size_t p = 0; p < row.planes; ++p, u >>= 8)
      row.out[p * row.plane_step + i] = static_cast<std::uint8_t>((u & 0xff) ^ 0x80);
  }
}

template <class T>
inline void ozaki_finish(const modular::detail::ozaki_block<T>& b) noexcept {
  for (std::size_t r = 0; r < b.rows; ++r) {
    for (std::size_t c = 0; c < b.cols; ++c) {
      const std::size_t at = r * b.stride + c;
      const double value = static_cast<double>(b.high[at]) * 0x1p32 + static_cast<double>(b.low[at]);
      const int scale = static_cast<int>(b.row_scale[r] + b.column_scale[c]);
      b.out[r * b.out_stride + c] = static_cast<T>(__builtin_ldexp(value, scale));
    }
  }
}

#else

inline void ozaki_largest(const void* in, std::size_t n, std::uint32_t* top) noexcept {
  const auto* from = static_cast<const std::uint32_t*>(in);
  const words without_sign = fill_words(0x7fffffff);
  for (std::size_t i = 0; i < n; i += lanes) {
    const std::size_t here = std::min(lanes, n - i);
    store_part(top + i, max_unsigned(load_part(top + i, here), load_part(from + i, here) & without_sign), here);
  }
}

struct ozaki_doubles {
  __m512d v;
};
inline __mmask8 ozaki_first(std::size_t n) noexcept { return static_cast<__mmask8>(n >= 8 ? 0xff : (1u << n) - 1); }
inline ozaki_doubles ozaki_load(const double* p, std::size_t n) noexcept {
  return {_mm512_maskz_loadu_pd(ozaki_first(n), p)};
}
inline ozaki_doubles ozaki_load(const float* p, std::size_t n) noexcept {
  return {_mm512_cvtps_pd(_mm256_maskz_loadu_ps(ozaki_first(n), p))};
}
inline void ozaki_store(double* p, ozaki_doubles a, std::size_t n) noexcept {
  _mm512_mask_storeu_pd(p, ozaki_first(n), a.v);
}
inline void ozaki_store(float* p, ozaki_doubles a, std::size_t n) noexcept {
  _mm256_mask_storeu_ps(p, ozaki_first(n), _mm512_cvtpd_ps(a.v));
}

// Elements i ... i + 7 of a row, or as many as there are, as integers whose bytes are the digits.
template <class T>
inline __m512i ozaki_digits(const modular::detail::ozaki_row<T>& row, std::size_t i) noexcept {
  const __m512i bias = _mm512_set1_epi8(-128);
  const std::size_t n = row.count - i;
  __m512d first = _mm512_set1_pd(row.first), second = _mm512_set1_pd(row.second);
  if (row.column_first != nullptr) {
    first = ozaki_load(row.column_first + i, n).v;
    second = ozaki_load(row.column_second + i, n).v;
  }
  const __m512d x = _mm512_mul_pd(_mm512_mul_pd(ozaki_load(row.in + i, n).v, first), second);
  return _mm512_xor_si512(_mm512_add_epi64(_mm512_cvtpd_epi64(x), bias), bias);
}

template <class T>
inline void ozaki_split(const modular::detail::ozaki_row<T>& row) noexcept {
  std::size_t i = 0;
  for (; i + 64 <= row.count; i += 64) {
    __m512i u[8];
    LOWP_UNROLL for (std::size_t v = 0; v < 8; ++v) u[v] = ozaki_digits(row, i + 8 * v);
    plane_store_bytes(u, row.planes, row.out + i, row.plane_step);
  }
  for (; i < row.count; i += 8) {
    __m512i u = ozaki_digits(row, i);
    for (std::size_t p = 0; p < row.planes; ++p, u = _mm512_srli_epi64(u, 8))
      _mm512_mask_cvtepi64_storeu_epi8(row.out + i + p * row.plane_step, ozaki_first(row.count - i), u);
  }
}

template <class T>
inline void ozaki_finish(const modular::detail::ozaki_block<T>& b) noexcept {
  const __m512d unit = _mm512_set1_pd(0x1p32);
  for (std::size_t r = 0; r < b.rows; ++r) {
    const __m512d row_scale = _mm512_set1_pd(b.row_scale[r]);
    for (std::size_t c = 0; c < b.cols; c += 8) {
      const std::size_t at = r * b.stride + c, n = b.cols - c;
      const __m512d high = _mm512_cvtepi64_pd(_mm512_maskz_loadu_epi64(ozaki_first(n), b.high + at));
      const __m512d low = _mm512_cvtepi64_pd(_mm512_maskz_loadu_epi64(ozaki_first(n), b.low + at));
      const __m512d scale = _mm512_add_pd(row_scale, ozaki_load(b.column_scale + c, n).v);
      ozaki_store(b.out + r * b.out_stride + c, {_mm512_scalef_pd(_mm512_fmadd_pd(high, unit, low), scale)}, n);
    }
  }
}

#endif

inline void ozaki_split_float(const modular::detail::ozaki_row<float>& r) noexcept { ozaki_split(r); }
inline void ozaki_split_double(const modular::detail::ozaki_row<double>& r) noexcept { ozaki_split(r); }
inline void ozaki_finish_float(const modular::detail::ozaki_block<float>& b) noexcept { ozaki_finish(b); }
inline void ozaki_finish_double(const modular::detail::ozaki_block<double>& b) noexcept { ozaki_finish(b); }

inline constexpr modular::detail::ozaki_kernels ozaki_tier{ozaki_largest, ozaki_split_float, ozaki_split_double,
                                                           ozaki_finish_float, ozaki_finish_double};
