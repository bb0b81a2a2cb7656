// The arithmetic of epilogue.hpp for one tier.

// The same value, which the compiler may not take for the product that it came from: GCC fuses a product and a sum
// by default, of vectors too.
inline floats rounded(floats a) noexcept {
#if LOWP_TIER >= 2
  asm("" : "+v"(a.v));
#elif defined(__x86_64__)
  asm("" : "+x"(a.v));
#elif defined(__aarch64__)
  asm("" : "+w"(a.v));
#else
  volatile float stored = a.v;
  a.v = stored;
#endif
  return a;
}

// a > 0 ? a : +0, also for NaN.
inline floats positive_part(floats a) noexcept {
#if LOWP_TIER >= 2
  return {_mm512_max_ps(a.v, _mm512_setzero_ps())};
#elif LOWP_TIER == 1
  return {_mm256_max_ps(a.v, _mm256_setzero_ps())};
#else
  return {a.v > 0 ? a.v : 0.0f};
#endif
}

// To a line of its own, past the caches. Aligned to the vector.
inline void store_past_caches(float* p, floats a) noexcept {
#if LOWP_TIER >= 2
  _mm512_stream_ps(p, a.v);
#elif LOWP_TIER == 1
  _mm256_stream_ps(p, a.v);
#else
  store(p, a);
#endif
}

// Rows of sums to rows of y.
inline void finish(const detail::epilogue_terms& t, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                   const float* sums, std::size_t stride, float* y, std::size_t y_stride) {
  const bool scaled = t.alpha != 1 || t.row_scale != nullptr, is_relu = t.activation == &relu;
  const floats beta = fill(t.beta);
  for (std::size_t r = 0; r < rows; ++r, sums += stride, y += y_stride) {
    const floats factor = fill(t.row_scale != nullptr ? t.alpha * t.row_scale[i + r] : t.alpha);
    const bool passes = t.past_caches && reinterpret_cast<std::uintptr_t>(y) % sizeof(floats) == 0;
    for (std::size_t c = 0; c < cols; c += lanes) {
      const std::size_t n = cols - c;
      const auto take = [n](const float* p) { return n >= lanes ? load(p) : load_part(p, n); };
      floats v = take(sums + c);
      if (t.column_scale != nullptr) {
        const floats scale = take(t.column_scale + j + c);
        v = scaled ? rounded(factor * scale) * v : scale * v;
      } else if (scaled) {
        v = factor * v;
      }
      if (t.bias != nullptr) v = rounded(v) + take(t.bias + j + c);
      if (t.beta != 0) v = rounded(v) + rounded(beta * take(y + c));
      if (is_relu) v = positive_part(v);
      if (n >= lanes && passes) {
        store_past_caches(y + c, v);
      } else if (n >= lanes) {
        store(y + c, v);
      } else {
        store_part(y + c, v, n);
      }
    }
    if (t.activation != nullptr && !is_relu) {
      for (std::size_t c = 0; c < cols; ++c) y[c] = t.activation(y[c]);
    }
  }
}

#if LOWP_TIER == 1
inline __m256i load_words(const std::int32_t* p) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
#endif

// Row i, columns j ... j + n - 1 of integer sums as floats, zero points taken out.
inline void without_zeros(const detail::zero_points& z, std::size_t i, std::size_t j, std::size_t n,
                          const std::int32_t* sums, float* out) {
  const std::int32_t row_zero = z.row_zero != nullptr ? z.row_zero[i] : 0;
  const std::int32_t row_sum = z.column_zero != nullptr ? z.row_sum[i] : 0;
  const bool wide = !z.none() && !z.fits_in_32_bits();
  std::size_t c = 0;
#if LOWP_TIER >= 1
  // sum - row_zero column_sum + column_zero (k row_zero - row_sum), modulo 2^32
  const auto low = [](std::int64_t v) { return static_cast<std::int32_t>(v); };
  const std::int32_t offset = low(static_cast<std::int64_t>(z.k) * row_zero - row_sum);
  for (; !wide && c + lanes <= n; c += lanes) {
#if LOWP_TIER >= 2
    __m512i v = _mm512_loadu_si512(sums + c);
    if (z.row_zero != nullptr)
      v = _mm512_sub_epi32(v,
                           _mm512_mullo_epi32(_mm512_set1_epi32(row_zero), _mm512_loadu_si512(z.column_sum + j + c)));
    if (z.column_zero != nullptr)
      v = _mm512_add_epi32(v,
                           _mm512_mullo_epi32(_mm512_set1_epi32(offset), _mm512_loadu_si512(z.column_zero + j + c)));
    store(out + c, {_mm512_cvtepi32_ps(v)});
#else
    __m256i v = load_words(sums + c);
    if (z.row_zero != nullptr)
      v = _mm256_sub_epi32(v, _mm256_mullo_epi32(_mm256_set1_epi32(row_zero), load_words(z.column_sum + j + c)));
    if (z.column_zero != nullptr)
      v = _mm256_add_epi32(v, _mm256_mullo_epi32(_mm256_set1_epi32(offset), load_words(z.column_zero + j + c)));
    store(out + c, {_mm256_cvtepi32_ps(v)});
#endif
  }
#endif
  for (; c < n; ++c) {
    std::int64_t v = sums[c];
    if (z.row_zero != nullptr) v -= std::int64_t{row_zero} * z.column_sum[j + c];
    if (z.column_zero != nullptr) v += z.column_zero[j + c] * (static_cast<std::int64_t>(z.k) * row_zero - row_sum);
    out[c] = static_cast<float>(wide ? v : static_cast<std::int32_t>(v));
  }
}
