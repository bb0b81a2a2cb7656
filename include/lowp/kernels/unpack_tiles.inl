// Prepacked levels (prepacked.hpp) to tiles of bfloat16, for the tier sapphire: an unpacker turns one step of a panel into
// two tiles of 16 rows of 32 values. Measured on a Sapphire Rapids: a lookup of 32 words in 32 (vpermw) keeps both vector
// ports for a cycle, one of 64 bytes in 128 (vpermi2b) port 5 for two, a shift port 0 for one.

struct line {  // lambdas may not return a vector as such
  __m512i v;
};

// 32 scale codes, or twice 32 where half a step has its own.
using scale_codes = const std::uint8_t*;

template <int Bits, bool HalfSteps>
struct narrow_unpacker {
  const std::uint16_t* table;

  narrow_unpacker(const detail::weight_view& w, std::size_t term) noexcept : table(w.packed->table(term)) {}

  void operator()(const std::byte* in, const std::byte* scales, std::byte* out) const noexcept {
    constexpr int rows = 16 / Bits;
    const __m512i low = _mm512_set1_epi16(15);
    const __m512i upper = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(16), 1);
    auto scale = reinterpret_cast<scale_codes>(scales);
    const auto products = [&](std::size_t code) {
      return _mm256_load_si256(reinterpret_cast<const __m256i*>(table + std::size_t{16} * code));
    };
    for (int line = 0; line < 32 / rows; ++line) {
      __m512i q = _mm512_load_si512(in + 64 * line);
      LOWP_UNROLL
      for (int j = 0; j < rows; ++j, ++scale, out += 64) {
        if constexpr (HalfSteps) {
          const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(products(scale[0])), products(scale[32]), 1);
          const __m512i index = _mm512_ternarylogic_epi64(q, low, upper, 0xea);  // (q & low) | upper
          _mm512_store_si512(out, _mm512_permutexvar_epi16(index, both));
        } else {
          _mm512_store_si512(out, _mm512_permutexvar_epi16(q, _mm512_broadcast_i64x4(products(scale[0]))));
        }
        q = _mm512_srli_epi16(q, Bits);
      }
    }
  }
};

// Scales that are floats: the products are made where a group begins.
template <int Bits>
struct float_scale_unpacker {
  __m512 level;
  std::size_t term, terms;
  const std::byte* made_for = nullptr;
  alignas(64) std::uint16_t table[32 * 16];

  float_scale_unpacker(const detail::weight_view& w, std::size_t t) noexcept
      : level(_mm512_load_ps(w.repeated_levels)), term(t), terms(w.terms) {}

  void make_table(const std::byte* scales) noexcept {
    const __m512i cut = _mm512_set1_epi32(static_cast<int>(0xffff0000));
    made_for = scales;
    for (int r = 0; r < 32; ++r, scales += 4) {
      float scale;
      std::memcpy(&scale, scales, 4);
      __m512 v = _mm512_mul_ps(level, _mm512_set1_ps(scale));
      for (std::size_t t = 0; t < term; ++t) {  // what the terms before leave; NaN and infinities take another path
        v = _mm512_sub_ps(v, _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(v), cut)));
      }
      const __m256i words = term + 1 < terms ? _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_castps_si512(v), 16))
                                             : reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v));
      _mm256_store_si256(reinterpret_cast<__m256i*>(table + 16 * r), words);
    }
  }

  void operator()(const std::byte* in, const std::byte* scales, std::byte* out) noexcept {
    constexpr int rows = 16 / Bits;
    if (scales != made_for) make_table(scales);
    const std::uint16_t* row = table;
    for (int line = 0; line < 32 / rows; ++line) {
      __m512i q = _mm512_load_si512(in + 64 * line);
      LOWP_UNROLL
      for (int j = 0; j < rows; ++j, row += 16, out += 64) {
        const __m256i products = _mm256_load_si256(reinterpret_cast<const __m256i*>(row));
        _mm512_store_si512(out, _mm512_permutexvar_epi16(q, _mm512_broadcast_i64x4(products)));
        q = _mm512_srli_epi16(q, Bits);
      }
    }
  }
};

template <bool HalfSteps>
struct six_unpacker {
  const std::uint16_t* table;

  six_unpacker(const detail::weight_view& w, std::size_t term) noexcept : table(w.packed->table(term)) {}

  void operator()(const std::byte* in, const std::byte* scales, std::byte* out) const noexcept {
    const __m512i low = _mm512_set1_epi16(15);
    const __m512i lower_half = _mm512_inserti64x4(_mm512_set1_epi64(-1), _mm256_setzero_si256(), 1);
    auto scale = reinterpret_cast<scale_codes>(scales);
    for (int tile = 0; tile < 2; ++tile, in += 384) {
      for (int line = 0; line < 2; ++line) {  // 8 rows: two lines of low parts, one of high ones
        const __m512i high = _mm512_load_si512(in + 256 + 64 * line);
        __m512i rest = high, q = high;
        LOWP_UNROLL
        for (int row = 0; row < 8; ++row, ++scale, out += 64) {
          if (row % 4 == 0) q = _mm512_load_si512(in + 128 * line + 16 * row);
          // The row's field of `high` goes to bits 4 and 5.
          const __m512i field = row == 0 ? _mm512_slli_epi16(high, 4) : row == 1 ? _mm512_slli_epi16(high, 2) : rest;
          const __m512i index = _mm512_ternarylogic_epi64(low, q, field, 0xca);  // low ? q : field
          const auto lookup = [&](std::size_t code) {
            const std::uint16_t* t = table + std::size_t{64} * code;
            return _mm512_permutex2var_epi16(_mm512_load_si512(t), index, _mm512_load_si512(t + 32));
          };
          if constexpr (HalfSteps) {
            _mm512_store_si512(out, _mm512_ternarylogic_epi64(lower_half, lookup(scale[0]), lookup(scale[32]), 0xca));
          } else {
            _mm512_store_si512(out, lookup(scale[0]));
          }
          if (row >= 2) rest = _mm512_srli_epi16(rest, 2);
          q = _mm512_srli_epi16(q, 4);
        }
      }
    }
  }
};

// Bytes, the rows by twos; the two bytes of a bfloat16 are looked up apart. Scales are powers of two, as is a
// subtraction from the exponent; where signs stand apart it saturates, and zeros stay zeros.
template <bool Mirrored, bool Scaled>
struct eight_unpacker {
  const detail::weight_view& w;
  __mmask64 complement;

  eight_unpacker(const detail::weight_view& weights, std::size_t) noexcept
      : w(weights), complement(w.mirrored == detail::weight_view::mirror::complement ? ~__mmask64{0} : 0) {}

  void operator()(const std::byte* in, const std::byte* scales, std::byte* out) const noexcept {
    const auto table = [&](int i) { return line{_mm512_load_si512(w.level_bytes + 64 * i)}; };
    const __m512i low0 = table(0).v, low1 = table(1).v, high0 = table(4).v, high1 = table(5).v;
    const __m512i low2 = table(2).v, low3 = table(3).v, high2 = table(6).v, high3 = table(7).v;
    const __m512i sign_bytes = _mm512_set1_epi8(static_cast<char>(0x80));
    const __m512i sign = _mm512_set1_epi16(static_cast<short>(0x8000)), magnitude = _mm512_set1_epi16(0x7fff);
    const __m512i high_bytes = _mm512_set1_epi16(static_cast<short>(0xff00)), bias = _mm512_set1_epi16(127 << 7);
    auto scale = reinterpret_cast<scale_codes>(scales);
    const auto shift = [&](int row) {
      const __m512i of_row = _mm512_set1_epi32(static_cast<int>(w.shifts[scale[row]]));
      if (w.group_steps != 0) return line{of_row};
      return line{_mm512_mask_set1_epi32(of_row, 0xff00, static_cast<int>(w.shifts[scale[row + 32]]))};
    };
    for (int r = 0; r < 32; r += 2, in += 64, out += 128) {
      const __m512i q = _mm512_load_si512(in), index = _mm512_mask_abs_epi8(q, complement, q);
      __m512i low = _mm512_permutex2var_epi8(low0, index, low1), high = _mm512_permutex2var_epi8(high0, index, high1);
      if constexpr (!Mirrored) {
        const __mmask64 second = _mm512_movepi8_mask(q);
        low = _mm512_mask_blend_epi8(second, low, _mm512_permutex2var_epi8(low2, q, low3));
        high = _mm512_mask_blend_epi8(second, high, _mm512_permutex2var_epi8(high2, q, high3));
      } else if constexpr (!Scaled) {
        high = _mm512_ternarylogic_epi64(high, q, sign_bytes, 0xf8);  // high | (q & sign_bytes)
      }
      __m512i even = _mm512_ternarylogic_epi64(high_bytes, _mm512_slli_epi16(high, 8), low, 0xca);
      __m512i odd = _mm512_ternarylogic_epi64(high_bytes, high, _mm512_srli_epi16(low, 8), 0xca);
      if constexpr (Scaled && Mirrored) {
        even = _mm512_subs_epu16(even, shift(r).v);
        odd = _mm512_subs_epu16(odd, shift(r + 1).v);
        even = _mm512_ternarylogic_epi64(even, _mm512_slli_epi16(q, 8), sign, 0xf8);
        odd = _mm512_ternarylogic_epi64(odd, q, sign, 0xf8);
      } else if constexpr (Scaled) {
        const auto scale_row = [&](__m512i v, int row) {
          const __m512i added = _mm512_sub_epi16(bias, shift(row).v);
          return line{_mm512_mask_add_epi16(v, _mm512_test_epi16_mask(v, magnitude), v, added)};
        };
        even = scale_row(even, r).v;
        odd = scale_row(odd, r + 1).v;
      }
      _mm512_store_si512(out, even);
      _mm512_store_si512(out + 64, odd);
    }
  }
};

// Calls f.template operator()<U>() with the unpacker that the layout needs.
template <class F>
inline void with_unpacker(const detail::weight_view& w, const F& f) {
  const detail::packed_header& h = w.packed->head();
  const bool halves = w.group_steps == 0;
  if (h.how == detail::unpacking::narrow) {
    if (h.float_scales != 0) {
      return h.bits == 2 ? f.template operator()<float_scale_unpacker<2>>()
                         : f.template operator()<float_scale_unpacker<4>>();
    }
    if (h.bits == 2) return f.template operator()<narrow_unpacker<2, false>>();
    return halves ? f.template operator()<narrow_unpacker<4, true>>()
                  : f.template operator()<narrow_unpacker<4, false>>();
  }
  if (h.how == detail::unpacking::six) {
    return halves ? f.template operator()<six_unpacker<true>>() : f.template operator()<six_unpacker<false>>();
  }
  if (w.mirrored != detail::weight_view::mirror::none) {
    return w.scaled ? f.template operator()<eight_unpacker<true, true>>()
                    : f.template operator()<eight_unpacker<true, false>>();
  }
  return w.scaled ? f.template operator()<eight_unpacker<false, true>>()
                  : f.template operator()<eight_unpacker<false, false>>();
}

// Where a panel's codes and scales are.
struct panel_reader {
  const std::byte *codes, *scales;
  std::size_t step_bytes, group_bytes, group_steps;

  panel_reader(const detail::weight_view& w, std::size_t panel) noexcept
      : codes(w.packed->codes(panel, 0)),
        scales(w.packed->scales(panel, 0)),
        step_bytes(w.packed->step_bytes()),
        group_bytes(w.packed->head().float_scales != 0 ? 128 : 32),
        group_steps(w.group_steps) {}

  template <class U>
  void unpack(U& unpacker, std::size_t s, std::byte* out) const noexcept {
    const std::size_t group = group_steps == 0 ? 2 * s : group_steps == 1 ? s : s / group_steps;
    unpacker(codes + s * step_bytes, scales + group * group_bytes, out);
  }
  // As many codes as step s has, behind it.
  void fetch_ahead(std::size_t s) const noexcept {
    for (std::size_t i = 0; i < step_bytes; i += 64) detail::fetch_ahead(codes + s * step_bytes + i);
  }
};
