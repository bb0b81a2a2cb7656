// Kernel body (lowp/kernels/foreach.inl): loops that do nothing but what bounds a kernel. Packs of indices, since g++
// -O2 does not unroll a loop over accumulators.

template <std::size_t... i>
inline floats fma_rounds(const float* x, std::size_t rounds, std::index_sequence<i...>) noexcept {
  const floats a = load(x), b = load(x + lanes);
  floats sum[] = {load(x + i * lanes)...};
  for (std::size_t r = 0; r < rounds; ++r) ((sum[i] = fma(a, b, sum[i])), ...);
  ((sum[0] = i == 0 ? sum[0] : fma(sum[i], a, sum[0])), ...);
  return sum[0];
}
// `rounds` times 12 independent fma on 12 vectors at x, enough to fill two units of a latency of 4: 12 * lanes * 2
// operations a round.
inline void fma_peak(float* x, std::size_t rounds) noexcept {
  store(x, fma_rounds(x, rounds, std::make_index_sequence<12>{}));
}
inline std::size_t fma_lanes() noexcept { return lanes; }

template <std::size_t streams, std::size_t... u>
inline floats read_streams(const float* x, std::size_t n, std::index_sequence<u...>) noexcept {
  constexpr std::size_t steps = 8 / streams;                    // vectors in a row of one stream
  constexpr std::size_t width = lanes < 4 ? 4 * lanes : lanes;  // scalar: a float of each 16 bytes is enough
  const std::size_t length = n / streams;
  const floats zero = fill(0.0f), one = fill(1.0f);
  floats sum[] = {(static_cast<void>(u), zero)...};
  for (std::size_t i = 0; i < length; i += steps * width)
    ((sum[u] = fma(load(x + (u % streams) * length + i + (u / streams) * width), one, sum[u])), ...);
  ((sum[0] = u == 0 ? sum[0] : fma(sum[u], one, sum[0])), ...);
  return sum[0];
}
// Reads n floats, a multiple of 128 times the number of streams, as so many streams side by side.
inline void read_1(const float* x, std::size_t n, float* sink) noexcept {
  store(sink, read_streams<1>(x, n, std::make_index_sequence<8>{}));
}
inline void read_4(const float* x, std::size_t n, float* sink) noexcept {
  store(sink, read_streams<4>(x, n, std::make_index_sequence<8>{}));
}
inline void read_8(const float* x, std::size_t n, float* sink) noexcept {
  store(sink, read_streams<8>(x, n, std::make_index_sequence<8>{}));
}
