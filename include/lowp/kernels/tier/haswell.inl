// The vocabulary with 8 lanes: AVX2, FMA, F16C. What the functions mean is said in scalar.inl.
inline constexpr std::size_t lanes = 8;

struct floats {
  __m256 v;
};
inline floats operator+(floats a, floats b) noexcept { return {_mm256_add_ps(a.v, b.v)}; }
inline floats operator-(floats a, floats b) noexcept { return {_mm256_sub_ps(a.v, b.v)}; }
inline floats operator*(floats a, floats b) noexcept { return {_mm256_mul_ps(a.v, b.v)}; }

// Ones in the first n of 8 lanes.
inline __m256i first_lanes(std::size_t n) noexcept {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

inline floats load(const float* p) noexcept { return {_mm256_loadu_ps(p)}; }
inline void store(float* p, floats a) noexcept { _mm256_storeu_ps(p, a.v); }
inline floats load_part(const float* p, std::size_t n) noexcept { return {_mm256_maskload_ps(p, first_lanes(n))}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept { _mm256_maskstore_ps(p, first_lanes(n), a.v); }
inline floats fill(float x) noexcept { return {_mm256_set1_ps(x)}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
