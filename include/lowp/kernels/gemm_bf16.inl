// y = x W^T on the tile unit: the kernel body of gemm_bf16.hpp, for the tier sapphire.
//
// Weights are the left operand, decoded a panel (32 rows) at a time into tiles of 16 rows x 32 k; x is the right one,
// packed once into tiles of 16 k-pairs x 16 rows of x. Tile products therefore give y^T, which is transposed on its way
// out. Port 5 makes one table lookup of 32 words a cycle, so decoding 4 bits takes 1 to 1.5 cycles for 32 values, where
// the tile unit takes 1 for 32 products of one column: the two overlap.

// 16 vectors of 16 dwords, transposed. Lines of the result: out[i] holds dword i of each input.
inline void transpose16(__m512i* v) noexcept {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {
    v[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    v[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    v[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    v[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0x88);
    t[4 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0x88);
    t[8 + i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0xdd);
    t[12 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0xdd);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_shuffle_i32x4(t[i], t[4 + i], 0x88);
    v[8 + i] = _mm512_shuffle_i32x4(t[i], t[4 + i], 0xdd);
    v[4 + i] = _mm512_shuffle_i32x4(t[8 + i], t[12 + i], 0x88);
    v[12 + i] = _mm512_shuffle_i32x4(t[8 + i], t[12 + i], 0xdd);
  }
}

// ---- weights to tiles: steps [s0, s1) of a panel, two tiles of 1 KiB each step

template <int Bits, bool HalfSteps>
inline void unpack_narrow(const detail::weight_view& w, std::size_t panel, std::size_t s0, std::size_t s1,
                          std::size_t term, std::byte* out) noexcept {
  constexpr int rows = 16 / Bits;
  const std::uint16_t* const table = w.packed->table(term);
  const std::size_t group_steps = w.group_steps;
  const __m512i low = _mm512_set1_epi16(15), upper = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(16), 1);
  const std::byte* in = w.packed->codes(panel, s0);
  for (std::size_t s = s0; s < s1; ++s) {
    const auto* scale =
        reinterpret_cast<const std::uint8_t*>(w.packed->scales(panel, HalfSteps ? 2 * s : s / group_steps));
    for (int line = 0; line < 32 / rows; ++line, in += 64) {
      __m512i q = _mm512_load_si512(in);
      for (int j = 0; j < rows; ++j, ++scale, out += 64) {
        const auto row = [&](std::uint8_t code) {
          return _mm256_load_si256(reinterpret_cast<const __m256i*>(table + 16u * code));
        };
        if constexpr (HalfSteps) {
          const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(row(scale[0])), row(scale[32]), 1);
          const __m512i index = _mm512_ternarylogic_epi64(q, low, upper, 0xea);  // (q & low) | upper
          _mm512_store_si512(out, _mm512_permutexvar_epi16(index, both));
        } else {
          _mm512_store_si512(out, _mm512_permutexvar_epi16(q, _mm512_broadcast_i64x4(row(scale[0]))));
        }
        q = _mm512_srli_epi16(q, Bits);
      }
    }
  }
}

// Scales that are floats: the tables of a group's rows are made when the group begins.
template <int Bits>
inline void unpack_narrow_float(const detail::weight_view& w, std::size_t panel, std::size_t s0, std::size_t s1,
                                std::size_t term, std::byte* out) noexcept {
  constexpr int rows = 16 / Bits;
  alignas(64) std::uint16_t table[32 * 16];
  const __m512 level = _mm512_load_ps(w.repeated_levels);
  const __m512i cut = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  const std::byte* in = w.packed->codes(panel, s0);
  for (std::size_t s = s0; s < s1; ++s) {
    if (s == s0 || s % w.group_steps == 0) {
      const auto* scale = reinterpret_cast<const float*>(w.packed->scales(panel, s / w.group_steps));
      for (int r = 0; r < 32; ++r) {
        __m512 v = _mm512_mul_ps(level, _mm512_set1_ps(scale[r]));
        for (std::size_t t = 0; t < term; ++t)  // what the terms before leave; NaN and infinities take another path
          v = _mm512_sub_ps(v, _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(v), cut)));
        const __m256i words = term + 1 < w.terms
                                  ? _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_castps_si512(v), 16))
                                  : reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v));
        _mm256_store_si256(reinterpret_cast<__m256i*>(table + 16 * r), words);
      }
    }
    const std::uint16_t* row = table;
    for (int line = 0; line < 32 / rows; ++line, in += 64) {
      __m512i q = _mm512_load_si512(in);
      for (int j = 0; j < rows; ++j, row += 16, out += 64) {
        const __m512i t = _mm512_broadcast_i64x4(_mm256_load_si256(reinterpret_cast<const __m256i*>(row)));
        _mm512_store_si512(out, _mm512_permutexvar_epi16(q, t));
        q = _mm512_srli_epi16(q, Bits);
      }
    }
  }
}

template <bool HalfSteps>
inline void unpack_six(const detail::weight_view& w, std::size_t panel, std::size_t s0, std::size_t s1,
                       std::size_t term, std::byte* out) noexcept {
  const std::uint16_t* const table = w.packed->table(term);
  const __m512i low = _mm512_set1_epi16(15);
  const __m512i lower_half = _mm512_inserti64x4(_mm512_set1_epi64(-1), _mm256_setzero_si256(), 1);
  const std::byte* in = w.packed->codes(panel, s0);
  for (std::size_t s = s0; s < s1; ++s) {
    const auto* scale =
        reinterpret_cast<const std::uint8_t*>(w.packed->scales(panel, HalfSteps ? 2 * s : s / w.group_steps));
    for (int tile = 0; tile < 2; ++tile, in += 384) {
      for (int line = 0; line < 2; ++line) {  // 8 rows: two lines of low parts, one of high ones
        const __m512i high = _mm512_load_si512(in + 256 + 64 * line);
        __m512i rest = high;
        for (int half = 0; half < 2; ++half) {
          __m512i q = _mm512_load_si512(in + 128 * line + 64 * half);
          for (int j = 0; j < 4; ++j, ++scale, out += 64) {
            const int row = 4 * half + j;  // its field of `high` goes to bits 4 and 5
            const __m512i field = row == 0 ? _mm512_slli_epi16(high, 4) : row == 1 ? _mm512_slli_epi16(high, 2) : rest;
            if (row >= 2) rest = _mm512_srli_epi16(rest, 2);
            const __m512i index = _mm512_ternarylogic_epi64(low, q, field, 0xca);  // low ? q : field
            const auto lookup = [&](std::uint8_t code) {
              const std::uint16_t* t = table + 64u * code;
              return _mm512_permutex2var_epi16(_mm512_load_si512(t), index, _mm512_load_si512(t + 32));
            };
            __m512i v = lookup(scale[0]);
            if constexpr (HalfSteps) v = _mm512_ternarylogic_epi64(lower_half, v, lookup(scale[32]), 0xca);
            _mm512_store_si512(out, v);
            q = _mm512_srli_epi16(q, 4);
          }
        }
      }
    }
  }
}

// Bytes in two rows' order; the two bytes of the bfloat16 are looked up apart. Scales are powers of two.
template <bool Symmetric, bool Scaled>
inline void unpack_eight(const detail::weight_view& w, std::size_t panel, std::size_t s0, std::size_t s1, std::size_t,
                         std::byte* out) noexcept {
  __m512i table[8];
  for (int i = 0; i < 8; ++i) table[i] = _mm512_load_si512(w.level_bytes + 64 * i);
  const __m512i sign = _mm512_set1_epi8(static_cast<char>(0x80)), high_bytes = _mm512_set1_epi16(static_cast<short>(0xff00));
  const __m512i magnitude = _mm512_set1_epi16(0x7fff);
  const std::byte* in = w.packed->codes(panel, s0);
  for (std::size_t s = s0; s < s1; ++s) {
    const auto* lower_scale =
        reinterpret_cast<const std::uint8_t*>(w.packed->scales(panel, w.group_steps == 0 ? 2 * s : s / w.group_steps));
    const auto* upper_scale = w.group_steps == 0 ? lower_scale + 32 : lower_scale;
    for (int r = 0; r < 32; r += 2, in += 64, out += 128) {
      const __m512i q = _mm512_load_si512(in);
      __m512i low = _mm512_permutex2var_epi8(table[0], q, table[1]);
      __m512i high = _mm512_permutex2var_epi8(table[4], q, table[5]);
      if constexpr (Symmetric) {
        high = _mm512_ternarylogic_epi64(high, q, sign, 0xf8);  // high | (q & sign)
      } else {
        const __mmask64 second = _mm512_movepi8_mask(q);
        low = _mm512_mask_blend_epi8(second, low, _mm512_permutex2var_epi8(table[2], q, table[3]));
        high = _mm512_mask_blend_epi8(second, high, _mm512_permutex2var_epi8(table[6], q, table[7]));
      }
      __m512i even = _mm512_ternarylogic_epi64(high_bytes, _mm512_slli_epi16(high, 8), low, 0xca);
      __m512i odd = _mm512_ternarylogic_epi64(high_bytes, high, _mm512_srli_epi16(low, 8), 0xca);
      if constexpr (Scaled) {
        const auto shift = [&](int row) {
          const __m256i a = _mm256_set1_epi16(w.exponents[lower_scale[row]]);
          const __m256i b = _mm256_set1_epi16(w.exponents[upper_scale[row]]);
          return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
        };
        even = _mm512_mask_add_epi16(even, _mm512_test_epi16_mask(even, magnitude), even, shift(r));
        odd = _mm512_mask_add_epi16(odd, _mm512_test_epi16_mask(odd, magnitude), odd, shift(r + 1));
      }
      _mm512_store_si512(out, even);
      _mm512_store_si512(out + 64, odd);
    }
  }
}

inline void unpack_wide(const detail::weight_view& w, std::size_t panel, std::size_t s0, std::size_t s1,
                        std::size_t term, std::byte* out) noexcept {
  std::memcpy(out, w.packed->codes(panel, s0, term), (s1 - s0) * 2048);
}

using unpack_function = void (*)(const detail::weight_view&, std::size_t, std::size_t, std::size_t, std::size_t,
                                 std::byte*) noexcept;

template <int Bits>
inline unpack_function pick_narrow(const detail::weight_view& w) noexcept {
  if (w.packed->head().float_scales != 0) return &unpack_narrow_float<Bits>;
  return w.group_steps == 0 ? &unpack_narrow<Bits, true> : &unpack_narrow<Bits, false>;
}

inline unpack_function pick_unpack(const detail::weight_view& w) noexcept {
  const detail::packed_header& h = w.packed->head();
  switch (h.how) {
    case detail::unpacking::narrow:
      return h.bits == 1 ? pick_narrow<1>(w) : h.bits == 2 ? pick_narrow<2>(w) : pick_narrow<4>(w);
    case detail::unpacking::six: return w.group_steps == 0 ? &unpack_six<true> : &unpack_six<false>;
    case detail::unpacking::eight:
      if (w.symmetric) return w.scaled ? &unpack_eight<true, true> : &unpack_eight<true, false>;
      return w.scaled ? &unpack_eight<false, true> : &unpack_eight<false, false>;
    default: return &unpack_wide;
  }
}

// ---- x to tiles

// 16 rows of x from row i, 32 values from column c, as bfloat16: term t to out + t * stride_bytes as 16 x 32 words.
// Values beyond x are zeros.
inline void load_rows(const detail::activation_view& x, std::size_t i, std::size_t c, int terms,
                      __m512i (*out)[16]) noexcept {
  const std::size_t width = std::min<std::size_t>(32, x.cols - c);
  const __mmask32 columns = static_cast<__mmask32>(width == 32 ? 0xffffffffu : (1u << width) - 1);
  const __m512i cut = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  for (std::size_t r = 0; r < 16; ++r) {
    if (i + r >= x.rows) {
      for (int t = 0; t < terms; ++t) out[t][r] = _mm512_setzero_si512();
      continue;
    }
    if (x.bfloat16s != nullptr) {
      out[0][r] = _mm512_maskz_loadu_epi16(columns, x.bfloat16s + (i + r) * x.stride + c);
      continue;
    }
    const float* row = x.floats + (i + r) * x.stride + c;
    __m512 a = _mm512_maskz_loadu_ps(static_cast<__mmask16>(columns), row);
    __m512 b = columns >> 16 != 0 ? _mm512_maskz_loadu_ps(static_cast<__mmask16>(columns >> 16), row + 16) : _mm512_setzero_ps();
    for (int t = 0; t < terms; ++t) {
      if (t + 1 == terms) {
        out[t][r] = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(b, a));
        break;
      }
      const __m512i ah = _mm512_and_si512(_mm512_castps_si512(a), cut), bh = _mm512_and_si512(_mm512_castps_si512(b), cut);
      out[t][r] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(_mm512_srli_epi32(ah, 16))),
                                     _mm512_cvtepi32_epi16(_mm512_srli_epi32(bh, 16)), 1);
      a = _mm512_sub_ps(a, _mm512_castsi512_ps(ah));
      b = _mm512_sub_ps(b, _mm512_castsi512_ps(bh));
    }
  }
}

// Rows [i, i + 32) of x for steps [s0, s1): out[step][term][2 tiles].
inline void pack_strip(const detail::activation_view& x, std::size_t i, std::size_t s0, std::size_t s1, int terms,
                       std::byte* out) noexcept {
  __m512i rows[3][16];
  for (std::size_t s = s0; s < s1; ++s) {
    for (std::size_t half = 0; half < 2; ++half) {
      load_rows(x, i + 16 * half, 32 * s, terms, rows);
      for (int t = 0; t < terms; ++t) {
        transpose16(rows[t]);
        std::byte* to = out + (static_cast<std::size_t>(t) * 2 + half) * 1024;
        for (int r = 0; r < 16; ++r) _mm512_store_si512(to + 64 * r, rows[t][r]);
      }
    }
    out += static_cast<std::size_t>(terms) * 2048;
  }
}

// ---- products

// One block of 32 rows of W and 32 of x over `steps`; the sums stay in tiles 0 to 3.
// a: [term][step][2 tiles] with a_term bytes between terms; b: [step][term][2 tiles].
inline void multiply_steps(const std::byte* a, std::size_t a_term, int a_terms, const std::byte* b, int b_terms,
                           std::size_t steps) noexcept {
  namespace amx = detail::amx;
  if (a_terms == 1 && b_terms == 1) {
    for (std::size_t s = 0; s < steps; ++s, a += 2048, b += 2048) {
      amx::load<4>(a);
      amx::load<6>(b);
      amx::dot_bf16<0, 4, 6>();
      amx::load<7>(b + 1024);
      amx::dot_bf16<1, 4, 7>();
      amx::load<5>(a + 1024);
      amx::dot_bf16<2, 5, 6>();
      amx::dot_bf16<3, 5, 7>();
    }
    return;
  }
  const int most = std::max(a_terms, b_terms);
  for (std::size_t s = 0; s < steps; ++s, a += 2048, b += static_cast<std::size_t>(b_terms) * 2048) {
    for (int i = 0; i < a_terms; ++i) {
      amx::load<4>(a + static_cast<std::size_t>(i) * a_term);
      amx::load<5>(a + static_cast<std::size_t>(i) * a_term + 1024);
      for (int j = 0; j < b_terms && i + j < most; ++j) {  // what is left out is below the last term kept
        amx::load<6>(b + j * 2048);
        amx::dot_bf16<0, 4, 6>();
        amx::load<7>(b + j * 2048 + 1024);
        amx::dot_bf16<1, 4, 7>();
        amx::dot_bf16<2, 5, 6>();
        amx::dot_bf16<3, 5, 7>();
      }
    }
  }
}

// Tiles 0 to 3 hold [32 rows of W][32 rows of x]; sums gets [32 rows of x][32 rows of W].
inline void take_sums(float* sums) noexcept {
  namespace amx = detail::amx;
  alignas(64) std::byte tile[4][1024];
  amx::store<0>(tile[0]);
  amx::store<1>(tile[1]);
  amx::store<2>(tile[2]);
  amx::store<3>(tile[3]);
  for (int x_half = 0; x_half < 2; ++x_half) {
    for (int w_half = 0; w_half < 2; ++w_half) {
      __m512i v[16];
      for (int r = 0; r < 16; ++r) v[r] = _mm512_load_si512(tile[2 * w_half + x_half] + 64 * r);
      transpose16(v);
      for (int r = 0; r < 16; ++r) _mm512_store_si512(sums + (16 * x_half + r) * 32 + 16 * w_half, v[r]);
    }
  }
}

// Panels [p0, p1) times all rows of x; `packed_x` from pack_strip, [strip][step][term][2 tiles].
inline void multiply_panels(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                            const std::byte* packed_x, std::size_t p0, std::size_t p1, const detail::sink& y) {
  namespace amx = detail::amx;
  const amx::session session;
  const unpack_function unpack = pick_unpack(w);
  const int w_terms = static_cast<int>(w.terms);
  const bool direct = w.packed->head().how == detail::unpacking::wide && w_terms == 1;
  const std::size_t steps = w.packed->steps(), strips = (x.rows + 31) / 32, n = w.packed->rows();
  const std::size_t x_step = static_cast<std::size_t>(x_terms) * 2048;
  // Rows of x that stay in the L2 cache while panels pass, and steps whose decoded panel does.
  const std::size_t chunk = std::min<std::size_t>(steps, 256);
  const std::size_t block = std::clamp<std::size_t>((std::size_t{1} << 20) / (chunk * x_step), 1, strips);
  std::byte* const panel = detail::workspace(chunk * w.terms * 2048 + block * 4096);
  float* const partial = reinterpret_cast<float*>(panel + chunk * w.terms * 2048);
  alignas(64) float sums[32 * 32];

  for (std::size_t b0 = 0; b0 < strips; b0 += block) {
    const std::size_t b1 = std::min(strips, b0 + block);
    for (std::size_t p = p0; p < p1; ++p) {
      for (std::size_t s0 = 0; s0 < steps; s0 += chunk) {
        const std::size_t s1 = std::min(steps, s0 + chunk);
        const std::byte* a = panel;
        if (direct) {
          a = w.packed->codes(p, s0);
        } else {
          for (std::size_t t = 0; t < w.terms; ++t) unpack(w, p, s0, s1, t, panel + t * (s1 - s0) * 2048);
        }
        // The next panel comes from memory while this one is multiplied.
        const std::size_t next_bytes = b0 == 0 && p + 1 < p1 ? w.packed->step_bytes() * (s1 - s0) : 0;
        const std::size_t share = (next_bytes / (b1 - b0) + 63) / 64 * 64;
        for (std::size_t b = b0; b < b1; ++b) {
          if (next_bytes != 0) {
            const std::byte* next = w.packed->codes(p + 1, s0);
            for (std::size_t at = (b - b0) * share; at < std::min(next_bytes, (b - b0 + 1) * share); at += 64)
              _mm_prefetch(reinterpret_cast<const char*>(next + at), _MM_HINT_T1);
          }
          float* const kept = partial + (b - b0) * 1024;
          if (s0 == 0) {
            amx::zero<0>();
            amx::zero<1>();
            amx::zero<2>();
            amx::zero<3>();
          } else {
            amx::load<0>(kept);
            amx::load<1>(kept + 256);
            amx::load<2>(kept + 512);
            amx::load<3>(kept + 768);
          }
          multiply_steps(a, (s1 - s0) * 2048, w_terms, packed_x + (b * steps + s0) * x_step, x_terms, s1 - s0);
          if (s1 < steps) {
            amx::store<0>(kept);
            amx::store<1>(kept + 256);
            amx::store<2>(kept + 512);
            amx::store<3>(kept + 768);
          } else {
            take_sums(sums);
            y.write(32 * b, 32 * p, std::min<std::size_t>(32, x.rows - 32 * b), std::min<std::size_t>(32, n - 32 * p),
                    sums, 32);
          }
        }
      }
    }
  }
}

// ---- few rows of x: the terms of all of them side by side as columns of one tile

// x for `steps`: 16 k-pairs a step, each the pairs of `columns` = rows x terms.
inline void pack_columns(const detail::activation_view& x, int terms, std::size_t steps, std::byte* out) noexcept {
  const std::size_t columns = x.rows * static_cast<std::size_t>(terms);
  __m512i rows[3][16];
  alignas(64) std::uint32_t pairs[16];
  for (std::size_t s = 0; s < steps; ++s, out += 64 * columns) {
    load_rows(x, 0, 32 * s, terms, rows);
    for (std::size_t r = 0; r < x.rows; ++r) {
      for (int t = 0; t < terms; ++t) {
        _mm512_store_si512(pairs, rows[t][r]);
        for (std::size_t i = 0; i < 16; ++i)
          std::memcpy(out + (i * columns + r * static_cast<std::size_t>(terms) + static_cast<std::size_t>(t)) * 4,
                      &pairs[i], 4);
      }
    }
  }
}

// Panels [p0, p1), two at a time from two halves of the range, so that memory serves several streams.
inline void multiply_few(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                         const std::byte* packed_x, std::size_t p0, std::size_t p1, const detail::sink& y) {
  namespace amx = detail::amx;
  const std::size_t terms = static_cast<std::size_t>(x_terms), columns = x.rows * terms;
  amx::tile_shapes shapes = amx::shapes();
  for (const int t : {0, 1, 2, 3, 6, 7}) shapes.bytes[t] = static_cast<std::uint16_t>(4 * columns);
  const amx::session session(shapes);
  const unpack_function unpack = pick_unpack(w);
  const std::size_t steps = w.packed->steps(), n = w.packed->rows(), half = (p1 - p0 + 1) / 2;
  constexpr std::size_t chunk = 2;  // steps decoded ahead of the tile unit; 2 x 2 panels x 2 KiB stay in the L1 cache
  alignas(64) std::byte panel[2][2][chunk * 2048];
  alignas(64) float tile[4][256];
  for (std::size_t p = p0; p < p0 + half; ++p) {
    const std::size_t second = std::min(p + half, p1 - 1);  // at an odd end the same panel once more, not written
    amx::zero<0>();
    amx::zero<1>();
    amx::zero<2>();
    amx::zero<3>();
    for (std::size_t t = 0; t < w.terms; ++t) {
      const std::byte* b = packed_x;
      std::size_t which = 0;
      for (std::size_t s0 = 0; s0 < steps; s0 += chunk, which ^= 1) {
        const std::size_t s1 = std::min(steps, s0 + chunk);
        unpack(w, p, s0, s1, t, panel[which][0]);
        unpack(w, second, s0, s1, t, panel[which][1]);
        for (std::size_t s = 0; s < s1 - s0; ++s, b += 64 * columns) {
          amx::load<6>(b, 4 * columns);
          amx::load<4>(panel[which][0] + s * 2048);
          amx::dot_bf16<0, 4, 6>();
          amx::load<5>(panel[which][0] + s * 2048 + 1024);
          amx::dot_bf16<1, 5, 6>();
          amx::load<4>(panel[which][1] + s * 2048);
          amx::dot_bf16<2, 4, 6>();
          amx::load<5>(panel[which][1] + s * 2048 + 1024);
          amx::dot_bf16<3, 5, 6>();
        }
      }
    }
    amx::store<0>(tile[0]);
    amx::store<1>(tile[1]);
    amx::store<2>(tile[2]);
    amx::store<3>(tile[3]);
    for (std::size_t q = 0; q < (p + half < p1 ? 2u : 1u); ++q) {
      const std::size_t row = 32 * (q == 0 ? p : second);
      for (std::size_t v = 0; v < x.rows; ++v) {
        alignas(64) float sums[32];
        for (std::size_t r = 0; r < 32; ++r) {
          const float* from = tile[2 * q + r / 16] + r % 16 * 16 + v * terms;
          float sum = from[terms - 1];  // the small ones first
          for (std::size_t t = terms - 1; t-- > 0;) sum += from[t];
          sums[r] = sum;
        }
        y.write(v, row, 1, std::min<std::size_t>(32, n - row), sums, 32);
      }
    }
  }
}

// y = x W^T. x_terms: bfloat16 for each value of x.
inline void gemm_bf16(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                      const detail::sink& y, const executor& run) {
  const std::size_t steps = w.packed->steps(), panels = w.packed->panels();
  const bool few = x.rows * static_cast<std::size_t>(x_terms) <= 16;
  const std::size_t strips = (x.rows + 31) / 32;
  const std::size_t bytes = few ? steps * 64 * x.rows * static_cast<std::size_t>(x_terms)
                                : strips * steps * static_cast<std::size_t>(x_terms) * 2048;
  std::byte* const packed = detail::shared_workspace(bytes);
  if (few) {
    pack_columns(x, x_terms, steps, packed);
  } else {
    run(strips, [&](std::size_t i) {
      pack_strip(x, 32 * i, 0, steps, x_terms, packed + i * steps * static_cast<std::size_t>(x_terms) * 2048);
    });
  }
  const std::size_t tasks = std::min<std::size_t>(panels, 16);
  run(tasks, [&](std::size_t i) {
    const std::size_t p0 = panels * i / tasks, p1 = panels * (i + 1) / tasks;
    (few ? multiply_few : multiply_panels)(w, x, x_terms, packed, p0, p1, y);
  });
}
