// Groups of values that share a scale, into bytes and back: the kernels of quantize.hpp.
//
// quantize: for up to 16 blocks, first the largest magnitude of each, then all scales at once, then the elements. What
// is rare (zeros alone, NaN, infinity, scales at the ends of their range, the short block at the end of a row) takes
// the codec's own encode and decode, for that block alone.
namespace quantizing {

inline constexpr std::size_t stripe = 16;

// f(0) ... f(n - 1): unrolled if that is few, as GCC does at -O3 only.
template <std::size_t n, class F>
inline void each(F f) noexcept {
  if constexpr (n <= 8) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (f(I), ...); }
    (std::make_index_sequence<n>{});
  } else {
    for (std::size_t i = 0; i < n; ++i) f(i);
  }
}

#if LOWP_TIER == 0
inline std::uint32_t largest_of(words a) noexcept { return a.v; }
inline floats divide(floats a, floats b) noexcept { return {a.v / b.v}; }
#elif LOWP_TIER == 1
inline std::uint32_t largest_of(words a) noexcept {
  __m128i m = _mm_max_epu32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0x4e));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0xb1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(m));
}
inline floats divide(floats a, floats b) noexcept { return {_mm256_div_ps(a.v, b.v)}; }
#else
inline std::uint32_t largest_of(words a) noexcept {
  const __m256i half = _mm256_max_epu32(_mm512_castsi512_si256(a.v), _mm512_extracti64x4_epi64(a.v, 1));
  __m128i m = _mm_max_epu32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0x4e));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0xb1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(m));
}
inline floats divide(floats a, floats b) noexcept { return {_mm512_div_ps(a.v, b.v)}; }
#endif

#if LOWP_TIER >= 2

// Lane by lane the larger of two vectors' halves, quarters, ...: each step halves what is left of both, and puts the
// first before the second. Four steps leave one value of each of 16 vectors.
inline words halves(words a, words b) noexcept {
  return max_unsigned({_mm512_shuffle_i64x2(a.v, b.v, 0x44)}, {_mm512_shuffle_i64x2(a.v, b.v, 0xee)});
}
inline words quarters(words a, words b) noexcept {
  return max_unsigned({_mm512_shuffle_i64x2(a.v, b.v, 0x88)}, {_mm512_shuffle_i64x2(a.v, b.v, 0xdd)});
}
inline words eighths(words a, words b) noexcept {
  return max_unsigned({_mm512_unpacklo_epi64(a.v, b.v)}, {_mm512_unpackhi_epi64(a.v, b.v)});
}
inline words sixteenths(words a, words b) noexcept {
  const __m512 x = _mm512_castsi512_ps(a.v), y = _mm512_castsi512_ps(b.v);
  return max_unsigned({_mm512_castps_si512(_mm512_shuffle_ps(x, y, 0x88))},
                      {_mm512_castps_si512(_mm512_shuffle_ps(x, y, 0xdd))});
}

// block_maxima of 16 blocks.
template <std::size_t N>
inline void stripe_maxima(const float* x, std::uint32_t* largest) noexcept {
  const words size_bits = fill_words(0x7fffffff);
  const auto block = [&](std::size_t b) {
    words m = bits_of(load(x + b * N)) & size_bits;
    for (std::size_t i = lanes; i < N; i += lanes) m = max_unsigned(m, bits_of(load(x + b * N + i)) & size_bits);
    return m;
  };
  // Blocks b, b + 4, b + 8, b + 12 in the four quarters.
  const auto four = [&](std::size_t b) {
    return quarters(halves(block(b), block(b + 4)), halves(block(b + 8), block(b + 12)));
  };
  const words all = sixteenths(eighths(four(0), four(1)), eighths(four(2), four(3)));
  store(largest, max_unsigned(load(largest), all));
}

#endif

// The largest magnitude of each of `count` blocks of N floats, as bits; or what was there, if that is larger.
template <std::size_t N>
inline void block_maxima(const float* x, std::size_t count, std::uint32_t* largest) noexcept {
#if LOWP_TIER >= 2
  if (count == stripe) return stripe_maxima<N>(x, largest);
#endif
  const words size_bits = fill_words(0x7fffffff);
  for (std::size_t b = 0; b < count; ++b, x += N) {
    words m = bits_of(load(x)) & size_bits;
    for (std::size_t i = lanes; i < N; i += lanes) m = max_unsigned(m, bits_of(load(x + i)) & size_bits);
    const std::uint32_t all = largest_of(m);
    if (all > largest[b]) largest[b] = all;
  }
}

// What the elements of up to 16 blocks are multiplied with, and the codes of the scales.
struct stripe_scales {
  alignas(64) std::uint32_t code[stripe];
  alignas(64) float factor[stripe];
  std::uint32_t plain;  // bit b: block b needs nothing but that
};

// ---- scales ------------------------------------------------------------------------------------------------

// The exponent field that a rule takes as that of amax, before the element's exponent is subtracted.
template <class Rule, class E>
inline words scale_field(words largest) noexcept {
  if constexpr (std::is_same_v<Rule, floor_scale>) {
    return shift_right<23>(largest);
  } else if constexpr (std::is_same_v<Rule, ceil_scale>) {
    return shift_right<23>(largest + fill_words(0x7fffff));
  } else if constexpr (std::is_same_v<Rule, even_scale>) {
    return shift_right<23>(largest + fill_words(1u << (23 - E::format::precision)));
  } else {
    static_assert(std::is_same_v<Rule, round_up_scale>);
    const words v = bits_of(floats_of(largest) * fill(detail::reciprocal_of_largest<E>));
    const words up = shift_right<23>(v + fill_words(0x7fffff));
    // Of a subnormal v, whether it is above 2^-127 would count: 0 makes the block a rare one.
    return select(less(v, fill_words(0x800000)), fill_words(0), up);
  }
}

template <class E, int N, class S, class Rule, element_order Order>
inline void choose_scales(std::type_identity<block<E, N, S, Rule, Order>>, const float* x, std::size_t count,
                          const std::uint32_t* largest, no_context, stripe_scales& s) noexcept {
  constexpr std::uint32_t emax =
      std::is_same_v<Rule, round_up_scale> ? 0 : static_cast<std::uint32_t>(detail::largest_element<E>.exponent);
  s.plain = 0;
  for (std::size_t i = 0; i < stripe; i += lanes) {
    const words m = load(largest + i);
    words code, field;
    if constexpr (detail::has_vector_rule<Rule>) {
      field = scale_field<Rule, E>(m);
      code = max_unsigned(field, fill_words(emax)) - fill_words(emax);
    } else {
      std::uint32_t chosen[lanes];
      for (std::size_t j = 0; j < lanes; ++j)
        chosen[j] = i + j < count ? detail::scale_by_rule<E, S, Rule, N>(x + (i + j) * N, largest[i + j]) : 0;
      code = load(chosen);
      field = fill_words(1);
    }
    // Normal amax, neither infinite nor NaN; a factor of 2^127 .. 2^-126.
    const mask plain =
        less(m - fill_words(0x800000), fill_words(0x7f000000)) & less(code, fill_words(254)) & is_nonzero(field);
    store(s.code + i, code);
    store(s.factor + i, floats_of(shift_left<23>(fill_words(254) - code)));
    s.plain |= bits_of(plain) << i;
  }
}

template <class E, int N, class S, class Recipe, int TileRows>
inline void choose_scales(std::type_identity<tensor_block<E, N, S, Recipe, TileRows>>, const float*,
                          std::size_t count, const std::uint32_t* largest, const tensor_scale& t,
                          stripe_scales& s) noexcept {
  using F = typename S::format;
  constexpr float largest_level = detail::largest_of_element<E>;
  const encoder<F, nearest_even, saturate> to_scale{};
  const decoder<F> scale_of{};
  s.plain = 0;
  for (std::size_t i = 0; i < stripe; i += lanes) {
    const words m = load(largest + i);
    words code;
    floats factor;
    if constexpr (std::is_same_v<Recipe, transformer_engine>) {
      code = to_scale(floats_of(m) * fill(t.encode * (1 / largest_level)));
      factor = min(divide(fill(1.0f), scale_of(code) * fill(t.decode)), fill(std::numeric_limits<float>::max()));
    } else if constexpr (std::is_same_v<Recipe, torchao_recipe>) {
      constexpr S smallest = (std::numeric_limits<S>::min)();
      const floats v = divide(divide(floats_of(m), fill(largest_level)), fill(t.decode));
      code = select(less(v, fill(convert<float>(smallest))), fill_words(smallest.bits()), to_scale(v));
      factor = divide(fill(t.encode), scale_of(code));
    } else {
      std::uint32_t codes[lanes];
      float factors[lanes];
      for (std::size_t j = 0; j < lanes; ++j) {
        const bool is_there = i + j < count && largest[i + j] < detail::infinite_bits;
        codes[j] = is_there ? detail::scale_by_recipe<E, S, Recipe>(largest[i + j], t) : 0;
        factors[j] = Recipe::factor(S::from_bits(static_cast<typename S::storage>(codes[j])), t);
      }
      code = load(codes);
      factor = load(factors);
    }
    // Finite and not zero, nor is the scale; and a factor that makes no NaN of a zero.
    const mask plain = less(m - fill_words(1), fill_words(detail::infinite_bits - 1)) & is_nonzero(code) &
                       less(bits_of(factor), fill_words(detail::infinite_bits));
    store(s.code + i, code);
    store(s.factor + i, factor);
    s.plain |= bits_of(plain) << i;
  }
}

template <class E, int N, class S>
inline void choose_scales(std::type_identity<absmax_block<E, N, S>>, const float*, std::size_t count,
                          const std::uint32_t* largest, no_context, stripe_scales& s) noexcept {
  s.plain = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t m = largest[i];
    s.code[i] = m;
    // 1 / absmax is normal and finite, and so is what S makes of absmax; x / absmax is at most 2.
    if (m - (64u << 23) >= (126u << 23)) continue;
    float stored = std::bit_cast<float>(m);
    if constexpr (!std::is_same_v<S, float>) {
      stored = detail::rounded_scale<S>(stored);
      if (!(stored >= 0x1p-63f && stored <= 0x1p63f)) continue;
    }
    s.factor[i] = 1 / stored;
    s.plain |= 1u << i;
  }
}

// ---- elements ----------------------------------------------------------------------------------------------

// x * factor, where a nonzero x does not become zero if the rounding looks at what is lost.
template <class R, detail::scaling_kind Kind>
inline floats scaled(floats x, floats factor) noexcept {
  const floats q = x * factor;
  if constexpr (Kind == detail::scaling_kind::absmax) {
    // -0 becomes 0. Not by adding 0, which g++ would contract: an fma keeps the sign of what is lost.
    return select(is_nonzero(bits_of(q) & fill_words(0x7fffffff)), q, fill(0.0f));
  } else if constexpr (Kind == detail::scaling_kind::two_level || !detail::sees_tail<R>) {
    return q;
  } else {
    const words size_bits = fill_words(0x7fffffff), sign = fill_words(0x80000000);
    const words size = bits_of(q) & size_bits, least = fill_words(27u << 23);  // 2^-100, far below every element
    const words kept = select(is_nonzero(bits_of(x) & size_bits), max_unsigned(size, least), size);
    return floats_of(kept | (bits_of(x) & sign));
  }
}

#if LOWP_TIER == 0

// The codes of N elements of E in lanes, packed behind each other.
template <class E, std::size_t N, detail::code_order Order>
inline void pack_codes(const words* code, std::uint8_t* out) noexcept {
  constexpr std::size_t bits = E::format::bits;
  if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(code[i].v);
  } else if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; ++i) {
      out[2 * i] = static_cast<std::uint8_t>(code[i].v);
      out[2 * i + 1] = static_cast<std::uint8_t>(code[i].v >> 8);
    }
  } else if constexpr (bits == 4) {
    for (std::size_t i = 0; i < N / 2; ++i) {
      const std::size_t first = Order == detail::code_order::split_halves ? i : 2 * i;
      const std::size_t second = Order == detail::code_order::split_halves ? i + N / 2 : 2 * i + 1;
      const bool swap = Order == detail::code_order::high_first;
      out[i] = static_cast<std::uint8_t>(code[swap ? second : first].v | code[swap ? first : second].v << 4);
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N / 4; ++i) {
      const words* c = code + 4 * i;
      const std::uint32_t four = c[0].v | c[1].v << 6 | c[2].v << 12 | c[3].v << 18;
      for (std::size_t b = 0; b < 3; ++b) out[3 * i + b] = static_cast<std::uint8_t>(four >> (8 * b));
    }
  }
}

// The other way. Above a code's width, lanes may hold other bits.
template <class E, std::size_t N, detail::code_order Order>
inline void unpack_codes(const std::uint8_t* in, words* code) noexcept {
  constexpr std::size_t bits = E::format::bits;
  if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; ++i) code[i] = {in[i]};
  } else if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; ++i) code[i] = {in[2 * i] | static_cast<std::uint32_t>(in[2 * i + 1]) << 8};
  } else if constexpr (bits == 4) {
    for (std::size_t i = 0; i < N / 2; ++i) {
      const std::size_t first = Order == detail::code_order::split_halves ? i : 2 * i;
      const std::size_t second = Order == detail::code_order::split_halves ? i + N / 2 : 2 * i + 1;
      const bool swap = Order == detail::code_order::high_first;
      code[swap ? second : first] = {in[i] & 15u};
      code[swap ? first : second] = {static_cast<std::uint32_t>(in[i]) >> 4};
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N / 4; ++i) {
      const std::uint8_t* b = in + 3 * i;
      const std::uint32_t four =
          b[0] | static_cast<std::uint32_t>(b[1]) << 8 | static_cast<std::uint32_t>(b[2]) << 16;
      for (std::size_t j = 0; j < 4; ++j) code[4 * i + j] = {four >> (6 * j) & 63};
    }
  }
}

#else

inline __m128i load_bytes(const std::uint8_t* p) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline void store_bytes(std::uint8_t* p, __m128i x) noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x); }

// 16 codes of at most 8 bits as bytes.
inline __m128i narrow(const words* code) noexcept {
#if LOWP_TIER == 1
  return _mm_unpacklo_epi64(low_bytes(code[0]), low_bytes(code[1]));
#else
  return _mm512_cvtepi32_epi8(code[0].v);
#endif
}

// The codes of N elements of E in lanes, packed behind each other.
template <class E, std::size_t N, detail::code_order Order>
inline void pack_codes(const words* code, std::uint8_t* out) noexcept {
  constexpr int bits = E::format::bits;
  constexpr std::size_t vectors = 16 / lanes;  // that hold 16 codes
  if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; i += lanes) {
      std::uint16_t wide[lanes];
      store_u16(wide, code[i / lanes]);
      std::memcpy(out + 2 * i, wide, sizeof(wide));
    }
  } else if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; i += 16) store_bytes(out + i, narrow(code + i / 16 * vectors));
  } else if constexpr (bits == 4 && Order == detail::code_order::split_halves) {
    for (std::size_t i = 0; i < N / 2; i += 16) {
      words both[vectors];
      for (std::size_t v = 0; v < vectors; ++v)
        both[v] = code[i / lanes + v] | shift_left<4>(code[(i + N / 2) / lanes + v]);
      store_bytes(out + i, narrow(both));
    }
  } else if constexpr (bits == 4) {
    // Weights of the two codes of a byte.
    const __m128i weights = _mm_set1_epi16(Order == detail::code_order::sequential ? 0x1001 : 0x0110);
    for (std::size_t i = 0; i < N; i += 16) {
      const __m128i pairs = _mm_maddubs_epi16(narrow(code + i / 16 * vectors), weights);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i / 2), _mm_packus_epi16(pairs, pairs));
    }
  } else {
    static_assert(bits == 6);
    for (std::size_t i = 0; i < N; i += 16) {
      const __m128i pairs = _mm_maddubs_epi16(narrow(code + i / 16 * vectors), _mm_set1_epi16(0x4001));
      const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x10000001));
      const __m128i dense =
          _mm_shuffle_epi8(fours, _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
      std::uint8_t* to = out + i / 4 * 3;
      _mm_storel_epi64(reinterpret_cast<__m128i*>(to), dense);
      const int last = _mm_extract_epi32(dense, 2);
      std::memcpy(to + 8, &last, sizeof(last));
    }
  }
}

// The other way. Above a code's width, lanes may hold other bits.
template <class E, std::size_t N, detail::code_order Order>
inline void unpack_codes(const std::uint8_t* in, words* code) noexcept {
  constexpr int bits = E::format::bits;
  if constexpr (bits == 16) {
    for (std::size_t i = 0; i < N; i += lanes) {
      std::uint16_t wide[lanes];
      std::memcpy(wide, in + 2 * i, sizeof(wide));
      code[i / lanes] = load_u16(wide);
    }
  } else if constexpr (bits == 8) {
    for (std::size_t i = 0; i < N; i += lanes) code[i / lanes] = load_u8(in + i);
  } else if constexpr (bits == 4 && Order == detail::code_order::split_halves) {
    for (std::size_t i = 0; i < N / 2; i += lanes) {
      const words both = load_u8(in + i);
      code[i / lanes] = both;
      code[(i + N / 2) / lanes] = shift_right<4>(both);
    }
  } else if constexpr (bits == 4) {
    // A byte in the lower half of 64 bits, then its two codes at the ends of both halves.
    for (std::size_t i = 0; i < N; i += lanes) {
#if LOWP_TIER == 1
      std::uint32_t four = 0;
      std::memcpy(&four, in + i / 2, sizeof(four));
      const __m256i bytes = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(static_cast<int>(four)));
      code[i / lanes] = {Order == detail::code_order::sequential
                             ? _mm256_or_si256(bytes, _mm256_slli_epi64(bytes, 28))
                             : _mm256_or_si256(_mm256_srli_epi64(bytes, 4), _mm256_slli_epi64(bytes, 32))};
#else
      const __m512i bytes = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + i / 2)));
      code[i / lanes] = {Order == detail::code_order::sequential
                             ? _mm512_or_si512(bytes, _mm512_slli_epi64(bytes, 28))
                             : _mm512_or_si512(_mm512_srli_epi64(bytes, 4), _mm512_slli_epi64(bytes, 32))};
#endif
    }
  } else {
    static_assert(bits == 6);
    constexpr std::size_t held = N / 4 * 3, bytes = held < 16 ? 16 : held;
    std::uint8_t few[16] = {};
    if constexpr (held < 16) {
      std::memcpy(few, in, held);
      in = few;
    }
    // Each 128 bits take the 3 bytes of their 4 codes, 4 times, from 16 bytes that hold them, and shift.
    for (std::size_t i = 0; i < N; i += lanes) {
      const std::size_t at = i / 4 * 3, from = at > bytes - 16 ? bytes - 16 : at;
      alignas(64) std::uint8_t place[4 * lanes];
      for (std::size_t b = 0; b < 4 * lanes; ++b)
        place[b] = b % 4 == 3 ? 0x80 : static_cast<std::uint8_t>(at - from + b / 16 * 3 + b % 4);
#if LOWP_TIER == 1
      const __m256i same = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_bytes(in + from)),
                                               _mm256_load_si256(reinterpret_cast<const __m256i*>(place)));
      code[i / lanes] = {_mm256_srlv_epi32(same, _mm256_setr_epi32(0, 6, 12, 18, 0, 6, 12, 18))};
#else
      const __m512i same =
          _mm512_shuffle_epi8(_mm512_broadcast_i32x4(load_bytes(in + from)), _mm512_load_si512(place));
      code[i / lanes] = {
          _mm512_srlv_epi32(same, _mm512_setr_epi32(0, 6, 12, 18, 0, 6, 12, 18, 0, 6, 12, 18, 0, 6, 12, 18))};
#endif
    }
  }
}

#endif

#if LOWP_TIER == 0

// One by one, tables of 8-bit codes are faster than arithmetic.
template <class F, class R, class O>
struct number_encoder : encoder<F, R, O> {};
template <class F, class R, class O>
requires(F::bits == 8 && detail::has_float_codes<F, R, O>) struct number_encoder<F, R, O> {
  const detail::float_codes<F, R, O>& codes = detail::float_codes<F, R, O>::get();
  words operator()(floats value) const noexcept { return {codes[value.v]}; }
};
template <class F>
struct number_decoder : decoder<F> {};
template <class F>
requires(F::bits == 8 && detail::decoding_of<F> != detail::decoding::fixed) struct number_decoder<F> {
  const float* values = detail::float_values<F>::get().value;
  floats operator()(words code) const noexcept { return {values[code.v]}; }
};

#else

template <class F, class R, class O>
using number_encoder = encoder<F, R, O>;
template <class F>
using number_decoder = decoder<F>;

#endif

// Codes of values that are neither NaN nor infinite, clamped: what the general encoder does, less what cannot be here.
template <class F, class R>
struct block_encoder : number_encoder<F, R, saturate> {};

#if LOWP_TIER > 0

// Minifloats with a sign: as in encode.inl, the sum of a size and 2^s has q, the significand of the code, at its end,
// if 2^s is the exponent of the size, or that of the subnormals, times a constant.
template <class F>
struct minifloat_sum {
  static constexpr int shift = 23 - F::fraction_bits;
  static constexpr std::uint32_t first = detail::bits_of_power(1 - F::bias);
  static constexpr float summand =
      std::bit_cast<float>(detail::bits_of_power(shift) | ((0 - (first >> shift)) & 0xffff));

  static floats power_of(floats size) noexcept {
    return max(floats_of(bits_of(size) & fill_words(0x7f800000)), fill(std::bit_cast<float>(first)));
  }
  static words code(floats sum, floats power) noexcept { return bits_of(sum) + shift_right<shift>(bits_of(power)); }
  static words with_sign(words code, words x) noexcept {
    return bit_select(fill_words(static_cast<std::uint32_t>(F::all_ones)), code, shift_right<32 - F::bits>(x));
  }
};

// |x|, no more than the largest value.
template <class F>
inline floats clamped_size(words x) noexcept {
  constexpr float largest = detail::value_of<F>(F::max_magnitude(false));
  return min(floats_of(x & fill_words(0x7fffffff)), fill(largest));
}

template <class F>
requires detail::is_signed_inside_float<F>
struct block_encoder<F, nearest_even> {
  words operator()(floats value) const noexcept {
    using sums = minifloat_sum<F>;
    const floats size = clamped_size<F>(bits_of(value)), power = sums::power_of(size);
    const floats sum = add_exact_product(power, fill(sums::summand), size);
    return sums::with_sign(sums::code(sum, power), bits_of(value));
  }
};

#endif
#if LOWP_TIER >= 2

// The sum cut off instead of rounded is the code below. What was cut off is the size less the sum less 2^s, all exact;
// in units of 2^-32 of the gap it goes up if 32 random bits make it carry.
template <class F>
requires(detail::is_signed_inside_float<F>&& F::bias <= 80) struct block_encoder<F, stochastic<>> {
  words operator()(floats value, words random) const noexcept {
    using sums = minifloat_sum<F>;
    constexpr int toward_zero = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
    constexpr std::uint32_t units = static_cast<std::uint32_t>(2 * 127 + 32 + F::fraction_bits) << 23;
    const floats size = clamped_size<F>(bits_of(value)), power = sums::power_of(size);
    const floats summand = fill(sums::summand);
    const floats sum{_mm512_fmadd_round_ps(power.v, summand.v, size.v, toward_zero)};
    const floats below{_mm512_fnmadd_ps(power.v, summand.v, sum.v)};
    const floats rest = (size - below) * floats_of(fill_words(units) - bits_of(power));
    const words carried = words{_mm512_cvttps_epu32(rest.v)} + random;
    return sums::with_sign(plus_one(sums::code(sum, power), less(carried, random)), bits_of(value));
  }
};

#endif

// Where a rounding draws from, if it does.
struct draws_nothing {
  explicit draws_nothing(const philox&) noexcept {}
};
template <class R>
using draws = std::conditional_t<RandomRounding<R>, philox_blocks, draws_nothing>;

template <class C, class R, class O>
inline void encode_blocks(const detail::quantize_job<C, R, O>& job, [[maybe_unused]] const draws<R>& draw,
                          const float* x, std::size_t count, std::byte* out, std::uint64_t index,
                          const std::uint32_t* largest, const stripe_scales& s) noexcept {
  using traits = detail::block_traits<C>;
  using E = typename traits::element;
  using F = typename E::format;
  constexpr std::size_t N = codec<C>::values, bytes = codec<C>::bytes;

  alignas(64) std::uint32_t buffer[RandomRounding<R> ? stripe * N + random_slack : 1];
  [[maybe_unused]] const std::uint32_t* random = nullptr;
  if constexpr (RandomRounding<R>) random = random_words(draw, index, count * N, buffer);

  const block_encoder<F, R> to_code{};
  for (std::size_t b = 0; b < count; ++b, x += N, out += bytes) {
    if ((s.plain >> b & 1) == 0) {
      job.rare_block(x, N, out, index + b * N, largest[b]);
      continue;
    }
    if constexpr (traits::scaling == detail::scaling_kind::absmax) {
      traits::store_head(s.code[b], out);
    } else {
      out[0] = static_cast<std::byte>(s.code[b]);
    }
    const floats factor = fill(s.factor[b]);
    words code[N / lanes];
    each<N / lanes>([&](std::size_t v) {
      const floats q = scaled<R, traits::scaling>(load(x + v * lanes), factor);
      if constexpr (RandomRounding<R>) {
        code[v] = to_code(q, load(random + b * N + v * lanes));
      } else {
        code[v] = to_code(q);
      }
    });
    pack_codes<E, N, traits::order>(code, reinterpret_cast<std::uint8_t*>(out + traits::head));
  }
}

// ---- back --------------------------------------------------------------------------------------------------

template <class C>
inline void decode_blocks(const detail::dequantize_job<C>& job, const std::byte* in, std::size_t count,
                          float* y) noexcept {
  using traits = detail::block_traits<C>;
  using E = typename traits::element;
  constexpr std::size_t N = codec<C>::values;
  const number_decoder<typename E::format> to_level{};
  for (std::size_t b = 0; b < count; ++b, in += codec<C>::bytes, y += N) {
    float scale = 0;
    if constexpr (traits::scaling == detail::scaling_kind::power) {
      constexpr std::uint32_t lowest = detail::exact_scales<E, typename C::scale>[0];
      constexpr std::uint32_t highest = detail::exact_scales<E, typename C::scale>[1];
      const std::uint32_t c = std::to_integer<std::uint32_t>(in[0]);
      if (c < lowest || c > highest) {
        job.rare_block(in, y, N);
        continue;
      }
      scale = std::bit_cast<float>(c << 23);
    } else if constexpr (traits::scaling == detail::scaling_kind::absmax) {
      scale = detail::load_scale<typename C::scale>(in);
      if (!(scale > 0)) {  // zero, NaN
        job.rare_block(in, y, N);
        continue;
      }
    } else {
      scale = detail::scale_values<typename C::scale>[std::to_integer<std::size_t>(in[0])];
    }
    const floats factor = fill(scale);
    words code[N / lanes];
    unpack_codes<E, N, traits::order>(reinterpret_cast<const std::uint8_t*>(in + traits::head), code);
    each<N / lanes>([&](std::size_t i) {
      floats v = to_level(code[i]) * factor;
      if constexpr (traits::scaling == detail::scaling_kind::two_level) v = v * fill(job.context.decode);
      store(y + i * lanes, v);
    });
  }
}

// ---- numbers -----------------------------------------------------------------------------------------------

inline constexpr std::size_t run = 64;  // numbers at a time: whole bytes of every width

template <class T, class R, class O>
inline void encode_run(const number_encoder<typename T::format, R, O>& to_code, const float* x,
                       const std::uint32_t* random, std::uint8_t* out) noexcept {
  words code[run / lanes];
  each<run / lanes>([&](std::size_t v) {
    if constexpr (RandomRounding<R>) {
      code[v] = to_code(load(x + v * lanes), load(random + v * lanes));
    } else {
      code[v] = to_code(load(x + v * lanes));
    }
  });
  pack_codes<T, run, detail::code_order::sequential>(code, out);
}

template <class T>
inline void decode_run(const number_decoder<typename T::format>& to_level, const std::uint8_t* in,
                       float* y) noexcept {
  words code[run / lanes];
  unpack_codes<T, run, detail::code_order::sequential>(in, code);
  each<run / lanes>([&](std::size_t v) { store(y + v * lanes, to_level(code[v])); });
}

template <class T, class R, class O>
inline void quantize_numbers(const detail::quantize_job<T, R, O>& job, [[maybe_unused]] const draws<R>& draw,
                             const float* x, std::size_t n, std::byte* out, std::uint64_t index) noexcept {
  constexpr std::size_t values = codec<T>::values, bytes = codec<T>::bytes, run_bytes = run / values * bytes;
  constexpr std::size_t drawn = 4 * run;  // random words at a time
  alignas(64) std::uint32_t buffer[RandomRounding<R> ? drawn + random_slack : 1];
  const std::uint32_t* random = nullptr;
  const number_encoder<typename T::format, R, O> to_code{};
  const std::size_t whole = n - n % values;
  for (std::size_t i = 0; i < whole; i += run) {
    if constexpr (RandomRounding<R>) {
      const std::size_t left = (whole - i + run - 1) / run * run;
      random = i % drawn == 0 ? random_words(draw, index + i, left < drawn ? left : drawn, buffer) : random + run;
    }
    if (whole - i >= run) {
      encode_run<T, R, O>(to_code, x + i, random, reinterpret_cast<std::uint8_t*>(out + i / values * bytes));
    } else {
      float few[run] = {};
      std::uint8_t coded[run_bytes];
      std::memcpy(few, x + i, (whole - i) * sizeof(float));
      encode_run<T, R, O>(to_code, few, random, coded);
      std::memcpy(out + i / values * bytes, coded, (whole - i) / values * bytes);
    }
  }
  if (whole < n) job.rare_block(x + whole, n - whole, out + whole / values * bytes, index + whole, 0);
}

template <class T>
inline void dequantize_numbers(const std::byte* in, float* y, std::size_t n) noexcept {
  constexpr std::size_t values = codec<T>::values, bytes = codec<T>::bytes, run_bytes = run / values * bytes;
  const number_decoder<typename T::format> to_level{};
  std::size_t i = 0;
  for (; i + run <= n; i += run)
    decode_run<T>(to_level, reinterpret_cast<const std::uint8_t*>(in + i / values * bytes), y + i);
  if (i == n) return;
  float few[run];
  std::uint8_t coded[run_bytes] = {};
  std::memcpy(coded, in + i / values * bytes, (n - i + values - 1) / values * bytes);
  decode_run<T>(to_level, coded, few);
  std::memcpy(y + i, few, (n - i) * sizeof(float));
}

template <class C, class R, class O>
inline void quantize_blocks(const detail::quantize_job<C, R, O>& job) noexcept {
  constexpr std::size_t N = codec<C>::values, bytes = codec<C>::bytes, tile = codec<C>::tile_rows;
  const std::size_t full = job.x.cols() / N, rest = job.x.cols() % N;
  const draws<R> draw(job.rounding.random);
  for (std::size_t top = 0; top < job.x.rows(); top += tile) {
    const std::size_t end = top + tile < job.x.rows() ? top + tile : job.x.rows();
    for (std::size_t b = 0; b < full; b += stripe) {
      const std::size_t count = full - b < stripe ? full - b : stripe;
      alignas(64) std::uint32_t largest[stripe] = {};
      for (std::size_t r = top; r < end; ++r) block_maxima<N>(job.x.row(r).data() + b * N, count, largest);
      stripe_scales s;
      choose_scales(std::type_identity<C>{}, job.x.row(top).data() + b * N, count, largest, job.context, s);
      for (std::size_t r = top; r < end; ++r)
        encode_blocks(job, draw, job.x.row(r).data() + b * N, count, job.row(r) + b * bytes, r * job.x.cols() + b * N,
                      largest, s);
    }
    if (rest == 0) continue;
    std::uint32_t largest = 0;
    for (std::size_t r = top; r < end; ++r) {
      const std::uint32_t m = detail::largest_bits(job.x.row(r).subspan(full * N));
      largest = m > largest ? m : largest;
    }
    for (std::size_t r = top; r < end; ++r)
      job.rare_block(job.x.row(r).data() + full * N, rest, job.row(r) + full * bytes, r * job.x.cols() + full * N,
                     largest);
  }
}

template <class C, class R, class O>
inline void quantize_all(const detail::quantize_job<C, R, O>& job) noexcept {
  if constexpr (detail::is_packed_number<C>) {
    const draws<R> draw(job.rounding.random);
    for (std::size_t r = 0; r < job.x.rows(); ++r)
      quantize_numbers(job, draw, job.x.row(r).data(), job.x.cols(), job.row(r), r * job.x.cols());
  } else {
    quantize_blocks(job);
  }
}

template <class C>
inline void dequantize_all(const detail::dequantize_job<C>& job) noexcept {
  for (std::size_t r = 0; r < job.y.rows(); ++r) {
    const std::size_t n = job.y.cols();
    float* y = job.y.row(r).data();
    if constexpr (detail::is_packed_number<C>) {
      dequantize_numbers<C>(job.row(r), y, n);
    } else {
      constexpr std::size_t N = codec<C>::values;
      decode_blocks(job, job.row(r), n / N, y);
      if (n % N != 0) job.rare_block(job.row(r) + n / N * codec<C>::bytes, y + n / N * N, n % N);
    }
  }
}

}  // namespace quantizing

template <class Job>
inline void quantize_rows(const Job& job) noexcept {
  quantizing::quantize_all(job);
}
template <class Job>
inline void dequantize_rows(const Job& job) noexcept {
  quantizing::dequantize_all(job);
}

// The largest finite magnitude of n floats, as bits.
inline std::uint32_t largest_finite_bits(const float* x, std::size_t n) noexcept {
  const words infinite = fill_words(detail::infinite_bits), size_bits = fill_words(0x7fffffff);
  const auto finite_size = [&](floats v) {
    const words b = bits_of(v) & size_bits;
    return select(less(b, infinite), b, fill_words(0));
  };
  words m = fill_words(0);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) m = max_unsigned(m, finite_size(load(x + i)));
  if (i < n) m = max_unsigned(m, finite_size(load_part(x + i, n - i)));
  return quantizing::largest_of(m);
}
