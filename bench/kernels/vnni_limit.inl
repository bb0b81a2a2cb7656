// Kernel body (lowp/kernels/foreach.inl): products of bytes from registers.

#if LOWP_TIER == 3
template <std::size_t... i>
inline __m512i vnni_rounds(const std::int32_t* x, std::size_t rounds, std::index_sequence<i...>) noexcept {
  const __m512i a = _mm512_loadu_si512(x), b = _mm512_loadu_si512(x + 16);
  __m512i sum[] = {_mm512_loadu_si512(x + 16 * i)...};
  for (std::size_t r = 0; r < rounds; ++r) ((sum[i] = _mm512_dpbusd_epi32(sum[i], a, b)), ...);
  ((sum[0] = i == 0 ? sum[0] : _mm512_add_epi32(sum[0], sum[i])), ...);
  return sum[0];
}
// `rounds` times 12 dot products of four bytes in 16 lanes, on 12 vectors at x: 12 * 128 operations a round.
inline void vnni_peak(std::int32_t* x, std::size_t rounds) noexcept {
  _mm512_storeu_si512(x, vnni_rounds(x, rounds, std::make_index_sequence<12>{}));
}
#else
inline void vnni_peak(std::int32_t*, std::size_t) noexcept {}
#endif
