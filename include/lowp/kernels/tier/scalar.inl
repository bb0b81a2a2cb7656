// The vocabulary with one lane, in plain C++.
//
//   floats    `lanes` floats      load, store, load_part, store_part (the first n), fill, + - *, fma(a, b, c) = a b + c
inline constexpr std::size_t lanes = 1;

struct floats {
  float v;
};
inline floats operator+(floats a, floats b) noexcept { return {a.v + b.v}; }
inline floats operator-(floats a, floats b) noexcept { return {a.v - b.v}; }
inline floats operator*(floats a, floats b) noexcept { return {a.v * b.v}; }

inline floats load(const float* p) noexcept { return {*p}; }
inline void store(float* p, floats a) noexcept { *p = a.v; }
inline floats load_part(const float* p, std::size_t n) noexcept { return {n > 0 ? *p : 0.0f}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept {
  if (n > 0) *p = a.v;
}
inline floats fill(float x) noexcept { return {x}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {__builtin_fmaf(a.v, b.v, c.v)}; }
