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

// Rows of y from their sums: take(r, c) are those from column c on, take_part(r, c, n) the first n of them. Plain: they
// are y as they are.
template <bool Plain, class Take, class TakePart>
inline void finish_rows(const detail::epilogue_terms& given, std::size_t i, std::size_t j, std::size_t rows,
                        std::size_t cols, Take take, TakePart take_part, float* y, std::size_t y_stride) noexcept {
  const detail::epilogue_terms t = given;  // a copy, which stores to y cannot change
  if constexpr (Plain) {
    // The blocks of the tile unit, which waits while a long way to y fills the processor's window of instructions.
    constexpr std::size_t block = 32, line = 64;
    const bool in_lines = (reinterpret_cast<std::uintptr_t>(y) | y_stride * sizeof(float)) % line == 0;
    if (cols == block && (in_lines || !t.past_caches)) {
      for (std::size_t r = 0; r < rows; ++r, y += y_stride) {
        LOWP_UNROLL
        for (std::size_t c = 0; c < block; c += lanes)
          t.past_caches ? store_past_caches(y + c, take(r, c)) : store(y + c, take(r, c));
      }
      return;
    }
  }
  const bool scaled = t.alpha != 1 || t.row_scale != nullptr, is_relu = t.activation == &relu;
  const floats beta = fill(t.beta);
  for (std::size_t r = 0; r < rows; ++r, y += y_stride) {
    const bool passes = t.past_caches && reinterpret_cast<std::uintptr_t>(y) % sizeof(floats) == 0;
    const floats factor = fill(t.row_scale != nullptr ? t.alpha * t.row_scale[i + r] : t.alpha);
    const auto finished = [&](floats v, const auto& of, std::size_t c) {
      if (Plain) return v;
      if (t.column_scale != nullptr) {
        const floats scale = of(t.column_scale + j + c);
        v = scaled ? rounded(factor * scale) * v : scale * v;
      } else if (scaled) {
        v = factor * v;
      }
      if (t.bias != nullptr) v = rounded(v) + of(t.bias + j + c);
      if (t.beta != 0) v = rounded(v) + rounded(beta * of(y + c));
      return is_relu ? positive_part(v) : v;
    };
    std::size_t c = 0;
    for (; c + lanes <= cols; c += lanes) {
      const floats v = finished(
          take(r, c), [](const float* p) { return load(p); }, c);
      passes ? store_past_caches(y + c, v) : store(y + c, v);
    }
    if (const std::size_t n = cols - c; n != 0)
      store_part(y + c,
                 finished(
                     take_part(r, c, n), [n](const float* p) { return load_part(p, n); }, c),
                 n);
    if (t.activation != nullptr && !is_relu) {
      for (c = 0; c < cols; ++c) y[c] = t.activation(y[c]);
    }
  }
}

// Rows of sums to rows of y.
inline void finish(const detail::epilogue_terms& t, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                   const float* sums, std::size_t stride, float* y, std::size_t y_stride) {
  const auto take = [=](std::size_t r, std::size_t c) { return load(sums + r * stride + c); };
  const auto take_part = [=](std::size_t r, std::size_t c, std::size_t n) {
    return load_part(sums + r * stride + c, n);
  };
  (t.is_plain()
       ? finish_rows<true, decltype(take), decltype(take_part)>
       : finish_rows<false, decltype(take), decltype(take_part)>)(t, i, j, rows, cols, take, take_part, y, y_stride);
}

// a * b modulo 2^32.
inline words multiply_low(words a, words b) noexcept {
#if LOWP_TIER >= 2
  return {_mm512_mullo_epi32(a.v, b.v)};
#elif LOWP_TIER == 1
  return {_mm256_mullo_epi32(a.v, b.v)};
#else
  return {a.v * b.v};
#endif
}

// sum - row_zero column_sum + column_zero (k row_zero - row_sum): modulo 2^32 where that is enough, else one by one.
struct corrected_sums {
  const detail::zero_points& z;
  std::size_t i, j, stride;
  const std::int32_t* sums;

  std::int64_t row_zero(std::size_t r) const noexcept { return z.row_zero != nullptr ? z.row_zero[i + r] : 0; }
  std::int64_t offset(std::size_t r) const noexcept {
    return z.column_zero != nullptr ? static_cast<std::int64_t>(z.k) * row_zero(r) - z.row_sum[i + r] : 0;
  }
  template <class Load>
  floats narrow(std::size_t r, std::size_t c, const Load& load_words) const noexcept {
    const auto of = [&](const std::int32_t* p) { return load_words(reinterpret_cast<const std::uint32_t*>(p)); };
    words v = of(sums + r * stride + c);
    if (z.row_zero != nullptr)
      v = v - multiply_low(fill_words(static_cast<std::uint32_t>(row_zero(r))), of(z.column_sum + j + c));
    if (z.column_zero != nullptr)
      v = v + multiply_low(fill_words(static_cast<std::uint32_t>(offset(r))), of(z.column_zero + j + c));
    return from_ints(v);
  }
  floats one_by_one(std::size_t r, std::size_t c, std::size_t n) const noexcept {
    float exact[lanes] = {};
    for (std::size_t l = 0; l < n; ++l, ++c) {
      std::int64_t v = sums[r * stride + c];
      if (z.row_zero != nullptr) v -= row_zero(r) * z.column_sum[j + c];
      if (z.column_zero != nullptr) v += offset(r) * z.column_zero[j + c];
      exact[l] = static_cast<float>(v);
    }
    return load(exact);
  }
};

// The same of integer sums, zero points taken out.
inline void finish_integers(const detail::zero_points& z, const detail::epilogue_terms& t, std::size_t i,
                            std::size_t j, std::size_t rows, std::size_t cols, const std::int32_t* sums,
                            std::size_t stride, float* y, std::size_t y_stride) {
  const bool wide = !z.none() && !z.fits_in_32_bits();
  const corrected_sums of{z, i, j, stride, sums};
  if (z.none() && t.is_plain()) {
    const auto first = [=](std::size_t r, std::size_t c) {
      return reinterpret_cast<const std::uint32_t*>(sums + r * stride + c);
    };
    return finish_rows<true>(
        t, i, j, rows, cols, [=](std::size_t r, std::size_t c) { return from_ints(load(first(r, c))); },
        [=](std::size_t r, std::size_t c, std::size_t n) { return from_ints(load_part(first(r, c), n)); }, y,
        y_stride);
  }
  finish_rows<false>(
      t, i, j, rows, cols,
      [&](std::size_t r, std::size_t c) {
        return wide ? of.one_by_one(r, c, lanes) : of.narrow(r, c, [](const std::uint32_t* p) { return load(p); });
      },
      [&](std::size_t r, std::size_t c, std::size_t n) {
        return wide ? of.one_by_one(r, c, n)
                    : of.narrow(r, c, [n](const std::uint32_t* p) { return load_part(p, n); });
      },
      y, y_stride);
}
