// Sums of products of floats, for exact_dot.hpp: detail::plain_float_products and plain_take_upper in vectors.
#if LOWP_TIER == 0

inline std::uint32_t float_products(const float* a, const float* b, std::size_t n, double* product) noexcept {
  return detail::plain_float_products(a, b, n, product);
}
inline std::uint32_t take_upper(double* x, std::size_t n, double splitter, double& sum) noexcept {
  return detail::plain_take_upper(x, n, splitter, sum);
}

#else

// Doubles, and the greatest upper half of their sizes, in the odd ones of 32-bit lanes.
#if LOWP_TIER == 1
inline constexpr std::size_t double_lanes = 4;
struct upper_sizes {
  __m256i v;
};
inline upper_sizes no_sizes() noexcept { return {_mm256_setzero_si256()}; }
inline void take_size(upper_sizes& most, __m256d x) noexcept {
  most.v = _mm256_max_epu32(most.v, _mm256_and_si256(_mm256_castpd_si256(x), _mm256_set1_epi32(0x7fffffff)));
}
#else
inline constexpr std::size_t double_lanes = 8;
struct upper_sizes {
  __m512i v;
};
inline upper_sizes no_sizes() noexcept { return {_mm512_setzero_si512()}; }
inline void take_size(upper_sizes& most, __m512d x) noexcept {
  most.v = _mm512_max_epu32(most.v, _mm512_and_si512(_mm512_castpd_si512(x), _mm512_set1_epi32(0x7fffffff)));
}
#endif

inline std::uint32_t greatest(const upper_sizes& x, std::uint32_t other) noexcept {
  std::uint32_t part[2 * double_lanes];
  std::memcpy(part, &x.v, sizeof part);
  for (std::size_t i = 1; i < 2 * double_lanes; i += 2) other = part[i] > other ? part[i] : other;
  return other;
}

inline std::uint32_t float_products(const float* a, const float* b, std::size_t n, double* product) noexcept {
  upper_sizes largest = no_sizes();
  std::size_t i = 0;
  for (; i + double_lanes <= n; i += double_lanes) {
#if LOWP_TIER == 1
    const __m256d p = _mm256_mul_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + i)), _mm256_cvtps_pd(_mm_loadu_ps(b + i)));
    _mm256_storeu_pd(product + i, p);
#else
    const __m512d p = _mm512_mul_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + i)), _mm512_cvtps_pd(_mm256_loadu_ps(b + i)));
    _mm512_storeu_pd(product + i, p);
#endif
    take_size(largest, p);
  }
  return greatest(largest, detail::plain_float_products(a + i, b + i, n - i, product + i));
}

inline std::uint32_t take_upper(double* x, std::size_t n, double splitter, double& sum) noexcept {
  upper_sizes largest = no_sizes();
  double part[double_lanes], total = 0;
  std::size_t i = 0;
#if LOWP_TIER == 1
  const __m256d s = _mm256_set1_pd(splitter);
  __m256d sums = _mm256_setzero_pd();
  for (; i + double_lanes <= n; i += double_lanes) {
    const __m256d p = _mm256_loadu_pd(x + i), upper = _mm256_sub_pd(_mm256_add_pd(p, s), s);
    const __m256d rest = _mm256_sub_pd(p, upper);
    sums = _mm256_add_pd(sums, upper);
    _mm256_storeu_pd(x + i, rest);
    take_size(largest, rest);
  }
  _mm256_storeu_pd(part, sums);
#else
  const __m512d s = _mm512_set1_pd(splitter);
  __m512d sums = _mm512_setzero_pd();
  for (; i + double_lanes <= n; i += double_lanes) {
    const __m512d p = _mm512_loadu_pd(x + i), upper = _mm512_sub_pd(_mm512_add_pd(p, s), s);
    const __m512d rest = _mm512_sub_pd(p, upper);
    sums = _mm512_add_pd(sums, upper);
    _mm512_storeu_pd(x + i, rest);
    take_size(largest, rest);
  }
  _mm512_storeu_pd(part, sums);
#endif
  const std::uint32_t rest = detail::plain_take_upper(x + i, n - i, splitter, total);
  for (const double p : part) total += p;
  sum = total;
  return greatest(largest, rest);
}

#endif
