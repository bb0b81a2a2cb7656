// The scales of groups of values, for quantize.inl: for up to 16 blocks at a time the largest magnitude of each, then all
// scales at once. Blocks whose scale is rare (of zeros alone, NaN, infinity, at the ends of the range) are left out.
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
}  // namespace quantizing
