// What a caller may ask of gemm, gemv and dot, beside the operands.
//
//   lowp::gemm(x, W, y, {.sum = lowp::accumulate::reproducible, .bias = b, .executor = lowp::openmp});
//
//   y[i, j] = activation(alpha row_scale[i] column_scale[j] sum[i, j] + bias[j] + beta y[i, j])
//
// in float, each product and sum rounded once, from left to right; what is not given is left out.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

namespace lowp {

/// How sums over k are formed. The bounds are for the sum before alpha; u = 2^-24, gamma_n = n u / (1 - n u).
enum class accumulate : unsigned char {
  fast,          ///< any order, float at least: |error| <= gamma_(k+2) sum |x w|, and what `precision` adds
  reproducible,  ///< acc = fma(x[k], w[k], acc) for k = 0, 1, ...: the same bits on every tier, shape and thread count
  exact,         ///< as if in infinite precision, rounded to float once
};

/// What operands are rounded to before they are multiplied (products are exact), with accumulate::fast.
enum class precision : unsigned char {
  automatic,  ///< as exact as the operands: the fastest of those below that loses nothing, else float
  bf16,       ///< both in one bfloat16: |error| <= 2^-7.99 sum |x w| more
  bf16x2,     ///< both as sums of two bfloat16: 2^-15 sum |x w| more
  bf16x3,     ///< both as sums of three bfloat16: 2^-22 sum |x w| more
  float32,    ///< float multiplication and addition
  f16,        ///< both in float16 (infinite past 65504), and sums of 32 products: 2^-5.9 sum |x w| +
              ///< 2^-25 sum (|x| + |w| + 1) more
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // g++ 12 takes activations::int8 for the type lowp::int8
/// What activations become on the way, with accumulate::fast.
enum class activations : unsigned char {
  as_given,
  int8,  ///< groups of 32 along k, each with a float scale max |x| / 127: |x - x'| <= (1/254 + 2^-22) max |x| of it
};
#pragma GCC diagnostic pop

/// A reference to a callable f(i); valid while the callable lives.
class task {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, task>) task(F&& f)
  noexcept  // implicit: a call site writes a lambda
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, std::size_t i) { (*static_cast<std::remove_reference_t<F>*>(object))(i); }) {}
  void operator()(std::size_t i) const { call_(object_, i); }

 private:
  void* object_;
  void (*call_)(void*, std::size_t);
};

/// A reference to the caller's threads: a callable (n, f) that runs f(0) ... f(n - 1), in any order or at once, and
/// returns when all are done. Default: one after the other.
class executor {
 public:
  executor() noexcept = default;
  template <class E>
  requires(!std::is_same_v<std::remove_cvref_t<E>, executor>) executor(E&& e)
  noexcept
      : object_(const_cast<void*>(static_cast<const void*>(&e))),
        run_([](void* object, std::size_t n, task f) { (*static_cast<std::remove_reference_t<E>*>(object))(n, f); }) {
  }
  void operator()(std::size_t n, task f) const {
    if (run_ != nullptr) return run_(object_, n, f);
    for (std::size_t i = 0; i < n; ++i) f(i);
  }

 private:
  void* object_ = nullptr;
  void (*run_)(void*, std::size_t, task) = nullptr;
};

/// Activation functions; any float(float) will do.
inline float relu(float v) noexcept { return v > 0 ? v : 0.0f; }
inline float silu(float v) noexcept { return v / (1 + std::exp(-v)); }
inline float gelu(float v) noexcept { return 0.5f * v * (1 + std::erf(v * 0.70710678f)); }

struct gemm_options {
  accumulate sum = accumulate::fast;
  lowp::precision precision = lowp::precision::automatic;
  lowp::activations activations = lowp::activations::as_given;
  float alpha = 1;
  float beta = 0;                            ///< 0: y is not read
  std::span<const float> row_scale = {};     ///< m values, or none
  std::span<const float> column_scale = {};  ///< n values, or none
  std::span<const float> bias = {};          ///< n values, or none
  float (*activation)(float) = nullptr;
  lowp::executor executor = {};
};

namespace detail {

// The bfloat16 that a value may be split into.
[[nodiscard]] constexpr int terms_allowed(precision p) noexcept {
  return p == precision::bf16 ? 1 : p == precision::bf16x2 || p == precision::f16 ? 2 : 3;
}

[[nodiscard]] constexpr bool sums_in_float16(const gemm_options& o) noexcept {
  return o.sum == accumulate::fast && o.precision == precision::f16;
}

}  // namespace detail

}  // namespace lowp
