// Kernel body (lowp/kernels/foreach.inl): the product of matrices of integers as one writes it at first, in the vectors
// of lowp/modular/word_gemm.inl: c += a[i, k] b[k, :], sums of 64 bits.
inline void plain_product(const std::int32_t* a, const std::int32_t* b, std::int64_t* c, std::size_t n) noexcept {
  std::fill_n(c, n * n, std::int64_t{0});
  for (std::size_t i = 0; i < n; ++i) {
    auto* to = reinterpret_cast<std::uint64_t*>(c + i * n);
    for (std::size_t k = 0; k < n; ++k) {
      const longs x = longs_fill(static_cast<std::uint32_t>(a[i * n + k]));
      for (std::size_t j = 0; j < n; j += long_lanes)
        longs_store(to + j, longs_load(to + j) + longs_multiply<true>(x, longs_ints(b + k * n + j)));
    }
  }
}
