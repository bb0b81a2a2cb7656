// The vocabulary with 16 lanes: AVX-512 F, BW, CD, DQ, VL. What the functions mean is said in scalar.inl.
inline constexpr std::size_t lanes = 16;

struct floats {
  __m512 v;
};
inline floats operator+(floats a, floats b) noexcept { return {_mm512_add_ps(a.v, b.v)}; }
inline floats operator-(floats a, floats b) noexcept { return {_mm512_sub_ps(a.v, b.v)}; }
inline floats operator*(floats a, floats b) noexcept { return {_mm512_mul_ps(a.v, b.v)}; }

// Ones for the first n of 16 lanes.
inline __mmask16 first_lanes(std::size_t n) noexcept {
  return static_cast<__mmask16>(n >= 16 ? 0xffffu : (1u << n) - 1);
}

inline floats load(const float* p) noexcept { return {_mm512_loadu_ps(p)}; }
inline void store(float* p, floats a) noexcept { _mm512_storeu_ps(p, a.v); }
inline floats load_part(const float* p, std::size_t n) noexcept { return {_mm512_maskz_loadu_ps(first_lanes(n), p)}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept { _mm512_mask_storeu_ps(p, first_lanes(n), a.v); }
inline floats fill(float x) noexcept { return {_mm512_set1_ps(x)}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
