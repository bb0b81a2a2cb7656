// Few rows of x against floats where they lie, for one tier. See gemv_f32.hpp.

// W is stored as k rows of columns of y: out[r * few_width + c] for c < cols <= few_width. Some rows of W at a time are
// read side by side, from end to end, which is what memory is fast at; the sums wait in the first cache.
template <std::size_t Rows>
void multiply_few_stored(const float* x, std::size_t x_stride, const float* w, std::size_t w_stride, std::size_t k,
                         std::size_t cols, float* out) {
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) out[r * detail::few_width + c] = 0;
  const auto some_steps = [&](auto count) {
    constexpr std::size_t steps = decltype(count)::value;
    floats a[Rows][steps];
#pragma GCC unroll 8
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 8
      for (std::size_t s = 0; s < steps; ++s) a[r][s] = fill(x[r * x_stride + s]);
    }
    const auto columns = [&](std::size_t c, auto take, auto put) {
      floats sum[Rows];
#pragma GCC unroll 8
      for (std::size_t r = 0; r < Rows; ++r) sum[r] = take(out + r * detail::few_width + c);
#pragma GCC unroll 8
      for (std::size_t s = 0; s < steps; ++s) {
        const floats b = take(w + s * w_stride + c);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < Rows; ++r) sum[r] = fma(a[r][s], b, sum[r]);
      }
#pragma GCC unroll 8
      for (std::size_t r = 0; r < Rows; ++r) put(out + r * detail::few_width + c, sum[r]);
    };
    std::size_t c = 0;
    for (; c + lanes <= cols; c += lanes)
      columns(
          c, [](const float* p) { return load(p); }, [](float* p, floats v) { store(p, v); });
    if (const std::size_t n = cols - c; n > 0)
      columns(
          c, [n](const float* p) { return load_part(p, n); }, [n](float* p, floats v) { store_part(p, v, n); });
    x += steps, w += steps * w_stride, k -= steps;
  };
  constexpr std::size_t most = Rows == 1 ? 8 : 4;
  while (k >= most) some_steps(std::integral_constant<std::size_t, most>{});
  while (k > 0) some_steps(std::integral_constant<std::size_t, 1>{});
}

#if LOWP_TIER >= 1

// W is stored as rows of k: the same with columns and rows of W exchanged, `lanes` rows at a time.
template <std::size_t Rows>
void multiply_few_turned(const float* x, std::size_t x_stride, const float* w, std::size_t w_stride, std::size_t k,
                         std::size_t cols, float* out) {
  // Two tiles at once, so that a sum need not wait for itself.
  constexpr std::size_t at_once = 2;
  for (std::size_t c = 0; c < cols; c += at_once * lanes) {
    floats sum[at_once][Rows];
#pragma GCC unroll 4
    for (std::size_t u = 0; u < at_once; ++u) {
#pragma GCC unroll 4
      for (std::size_t r = 0; r < Rows; ++r) sum[u][r] = fill(0);
    }
    const auto four_steps = [&](const float* first, const float* second, std::size_t stride, std::size_t step,
                                std::size_t steps) {
      const four_floats columns[at_once] = {turn_four(first, stride), turn_four(second, stride)};
#pragma GCC unroll 4
      for (std::size_t s = 0; s < 4; ++s) {
        if (s < steps) {
#pragma GCC unroll 4
          for (std::size_t r = 0; r < Rows; ++r) {
            const floats a = fill(x[r * x_stride + step + s]);
#pragma GCC unroll 4
            for (std::size_t u = 0; u < at_once; ++u) sum[u][r] = fma(a, columns[u].v[s], sum[u][r]);
          }
        }
      }
    };
    const float* from = w + c * w_stride;
    const std::size_t left = cols - c;
    std::size_t step = 0;
    if (left >= at_once * lanes) {
      for (; step + 4 <= k; step += 4) four_steps(from + step, from + lanes * w_stride + step, w_stride, step, 4);
    }
    // Rows or columns that are not all there: copied, so that nothing behind them is read.
    constexpr std::size_t depth = 64, pitch = depth + 16;
    float whole[at_once * lanes * pitch];
    for (std::size_t row = left; row < at_once * lanes; ++row)
      for (std::size_t s = 0; s < depth; ++s) whole[row * pitch + s] = 0;
    for (; step < k; step += depth) {
      const std::size_t steps = k - step < depth ? k - step : depth;
      const std::size_t height = left < at_once * lanes ? left : at_once * lanes;
      copy_rows(from + step, w_stride, height, steps, whole, pitch);
      for (std::size_t row = 0; row < height; ++row)
        for (std::size_t s = steps; s % 4 != 0; ++s) whole[row * pitch + s] = 0;
      for (std::size_t s = 0; s < steps; s += 4)
        four_steps(whole + s, whole + lanes * pitch + s, pitch, step + s, steps - s);
    }
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
      for (std::size_t u = 0; u < at_once; ++u) store(out + r * detail::few_width + c + u * lanes, sum[u][r]);
    }
  }
}

#else

template <std::size_t Rows>
void multiply_few_turned(const float* x, std::size_t x_stride, const float* w, std::size_t w_stride, std::size_t k,
                         std::size_t cols, float* out) {
  for (std::size_t c = 0; c < cols; ++c) {
    for (std::size_t r = 0; r < Rows; ++r) {
      float sum = 0;
      for (std::size_t step = 0; step < k; ++step)
        sum = __builtin_fmaf(x[r * x_stride + step], w[c * w_stride + step], sum);
      out[r * detail::few_width + c] = sum;
    }
  }
}

#endif

inline void multiply_plain(std::size_t rows, bool turned, const float* x, std::size_t x_stride, const float* w,
                           std::size_t w_stride, std::size_t k, std::size_t cols, float* out) {
  const auto of = [&](auto stored, auto other) {
    turned ? other(x, x_stride, w, w_stride, k, cols, out) : stored(x, x_stride, w, w_stride, k, cols, out);
  };
  switch (rows) {
    case 1:
      return of(&multiply_few_stored<1>, &multiply_few_turned<1>);
    case 2:
      return of(&multiply_few_stored<2>, &multiply_few_turned<2>);
    case 3:
      return of(&multiply_few_stored<3>, &multiply_few_turned<3>);
    default:
      return of(&multiply_few_stored<4>, &multiply_few_turned<4>);
  }
}
