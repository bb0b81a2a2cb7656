// Kernel body (lowp/kernels/foreach.inl): what bat.hpp does beside the byte core of its tier. The vectors are those
// of word_gemm.inl.

// z mod q for z < 2^(bits of q + 31) with one subtraction, for z < 2^32 q with two (see bat_modulus).
template <int Subtractions>
inline longs bat_reduce(longs z, longs q, longs ratio, unsigned shift) noexcept {
  const longs sum = longs_high(longs_multiply<false>(z, ratio)) + longs_multiply<false>(longs_high(z), ratio);
  longs r = z - longs_multiply<false>(longs_right(sum, shift), q);
  LOWP_UNROLL for (int i = 0; i < Subtractions; ++i) r = longs_drop(r, q);
  return r;
}

// The same for every z below 2^64.
inline longs bat_reduce_any(longs z, longs q, longs ratio, unsigned shift) noexcept {
  const longs over = bat_reduce<2>(longs_high(z), q, ratio, shift);
  return bat_reduce<2>(longs_left<32>(over) + (z & longs_fill(0xffffffff)), q, ratio, shift);
}

inline void bat_store(std::uint32_t* to, longs a, std::size_t n) noexcept {
  if (n >= long_lanes) return longs_store_words(to, a);
  std::uint32_t part[long_lanes];
  longs_store_words(part, a);
  std::memcpy(to, part, n * sizeof *to);
}

// Lines of digit sums to residues.
template <int Digits>
inline void bat_lines(const modular::detail::bat_lines& b) noexcept {
  const modular::detail::bat_modulus* m = b.moduli;
  for (std::size_t line = 0; line < b.lines; ++line, m += b.modulus_step) {
    const std::int32_t* sums = b.sums + line * b.line_step;
    std::uint32_t* out = b.out + line * b.out_stride;
    const longs q = longs_fill(m->q), ratio = longs_fill(m->ratio), offset = longs_fill(m->offset);
    const unsigned shift = m->shift;
    for (std::size_t c = 0; c < b.count; c += long_lanes) {
      longs z = offset + longs_ints(sums + c);
      if constexpr (Digits > 1) z = z + longs_left<8>(longs_ints(sums + b.digit_step + c));
      if constexpr (Digits > 2) z = z + longs_left<16>(longs_ints(sums + 2 * b.digit_step + c));
      if constexpr (Digits > 3) z = z + longs_left<24>(longs_ints(sums + 3 * b.digit_step + c));
      bat_store(out + c, bat_reduce<1>(z, q, ratio, shift), b.count - c);
    }
  }
}

inline void bat_write(const modular::detail::bat_lines& b) noexcept {
  switch (b.digits) {
    case 1:
      return bat_lines<1>(b);
    case 2:
      return bat_lines<2>(b);
    case 3:
      return bat_lines<3>(b);
    default:
      return bat_lines<4>(b);
  }
}

// Sums of word_gemm to residues.
inline void bat_write_words(const modular::detail::bat_words& b) noexcept {
  const modular::detail::bat_modulus* m = b.moduli;
  for (std::size_t line = 0; line < b.lines; ++line, m += b.modulus_step) {
    const longs q = longs_fill(m->q), ratio = longs_fill(m->ratio);
    for (std::size_t c = 0; c < b.count; c += long_lanes) {
      longs z = bat_reduce_any(longs_load(b.low + line * b.stride + c), q, ratio, m->shift);
      if (b.high != nullptr) {
        const longs over = bat_reduce_any(longs_load(b.high + line * b.stride + c), q, ratio, m->shift);
        z = bat_reduce<2>(z + longs_left<32>(over), q, ratio, m->shift);
      }
      bat_store(b.out + line * b.out_stride + c, z, b.count - c);
    }
  }
}

// Rows of words become rows of the bytes that the right operand of a byte core has: four bytes of each of 32 columns
// in a line. Bytes of each word: 4, 2 or 1.
inline void bat_pack(const modular::detail::bat_source& s) noexcept {
  const std::size_t each = 4 / s.bytes;  // rows in a line
  const words kept = fill_words(s.bytes == 4 ? 0xffffffff : (1u << (8 * s.bytes)) - 1);
  for (std::size_t line = 0, row = 0; line < s.lines; ++line, row += each) {
    std::uint32_t* to = s.out + line / 16 * 512 + line % 16 * 16;
    for (std::size_t half = 0; half < 2; ++half, to += 256) {
      const std::size_t first = half * 16, n = s.cols > first ? std::min<std::size_t>(16, s.cols - first) : 0;
      for (std::size_t c = 0; c < 16; c += lanes) {
        words all = fill_words(0);
        const std::size_t here = n > c ? std::min(lanes, n - c) : 0;
        for (std::size_t r = each; r-- > 0;) {  // the last row goes highest
          words one = fill_words(0);
          if (row + r < s.rows && here != 0) {
            const std::uint32_t* in = s.data + (row + r) * s.stride + first + c;
            one = (here == lanes ? load(in) : load_part(in, here)) & kept;
          }
          all = s.bytes == 4 ? one : (s.bytes == 2 ? shift_left<16>(all) : shift_left<8>(all)) | one;
        }
        store(to + c, all);
      }
    }
  }
}

// The low bytes of words, side by side: 1 or 2 of each.
inline void bat_narrow(const std::uint32_t* in, std::size_t n, std::size_t bytes, std::uint8_t* out) noexcept {
  std::size_t i = 0;
  if (bytes == 1) {
    const words low = fill_words(0xff);
    for (; i + lanes <= n; i += lanes) store_u8(out + i, load(in + i) & low);
    for (; i < n; ++i) out[i] = static_cast<std::uint8_t>(in[i]);
  } else {
    const words low = fill_words(0xffff);
    for (; i + lanes <= n; i += lanes) store_u16(reinterpret_cast<std::uint16_t*>(out) + i, load(in + i) & low);
    for (; i < n; ++i) {
      const auto w = static_cast<std::uint16_t>(in[i]);
      std::memcpy(out + 2 * i, &w, 2);
    }
  }
}

inline constexpr modular::detail::bat_kernels bat_tier{bat_write, bat_write_words, bat_pack, bat_narrow};
