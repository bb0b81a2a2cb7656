// Sums of products of codes, for exact_dot.hpp, which says how.

#if LOWP_TIER == 0

template <detail::code_shape A, detail::code_shape B>
inline detail::code_sums code_dot(const unsigned char* a, const unsigned char* b, std::size_t n,
                                  const detail::code_tables& of_a, const detail::code_tables& of_b) noexcept {
  return detail::plain_code_dot<A, B>(a, b, n, of_a, of_b);
}

template <detail::code_shape S>
inline bool store_digits(const unsigned char* code, std::size_t n, const detail::code_tables& of,
                         std::int8_t* const* to) noexcept {
  return detail::plain_store_digits<S>(code, n, of, to);
}

#elif LOWP_TIER <= 2

// Vectors of bytes, as wide as the tier has them.
#if LOWP_TIER == 1
using code_bytes = __m256i;
inline constexpr std::size_t byte_lanes = 32;
inline code_bytes load_bytes(const void* p) noexcept { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline code_bytes fill_bytes(int x) noexcept { return _mm256_set1_epi8(static_cast<char>(x)); }
inline code_bytes fill_pairs(int x) noexcept { return _mm256_set1_epi16(static_cast<short>(x)); }
inline code_bytes bytes_table(const unsigned char* p) noexcept {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline code_bytes and_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_and_si256(a, b); }
inline code_bytes or_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_or_si256(a, b); }
inline code_bytes pick_bytes(code_bytes table, code_bytes index) noexcept {
  return _mm256_shuffle_epi8(table, index);
}
inline code_bytes add_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_add_epi8(a, b); }
inline code_bytes sub_bytes_to_zero(code_bytes a, code_bytes b) noexcept { return _mm256_subs_epu8(a, b); }
inline code_bytes min_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_min_epu8(a, b); }
inline code_bytes max_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_max_epu8(a, b); }
inline code_bytes min_signed_bytes(code_bytes a, code_bytes b) noexcept { return _mm256_min_epi8(a, b); }
template <int N>
inline code_bytes pairs_left(code_bytes x) noexcept {
  return _mm256_slli_epi16(x, N);
}
template <int N>
inline code_bytes pairs_right(code_bytes x) noexcept {
  return _mm256_srli_epi16(x, N);
}
template <int N>
inline code_bytes pairs_right_signed(code_bytes x) noexcept {
  return _mm256_srai_epi16(x, N);
}
// x, or -x where the byte of `sign` is negative.
inline code_bytes bytes_with_sign(code_bytes x, code_bytes sign) noexcept {
  return _mm256_sign_epi8(x, or_bytes(sign, fill_bytes(1)));
}
inline code_bytes multiply_even_odd(code_bytes u, code_bytes s) noexcept { return _mm256_maddubs_epi16(u, s); }
inline code_bytes add_pair_products(code_bytes sum, code_bytes a, code_bytes b) noexcept {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
inline code_bytes add_widened(code_bytes sum, code_bytes x) noexcept {
  return _mm256_add_epi64(sum, _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(x)),
                                                _mm256_cvtepi32_epi64(_mm256_extracti128_si256(x, 1))));
}
inline code_bytes no_bytes() noexcept { return _mm256_setzero_si256(); }
inline bool all_equal(code_bytes a, code_bytes b) noexcept {
  return _mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)) == -1;
}
#else
using code_bytes = __m512i;
inline constexpr std::size_t byte_lanes = 64;
inline code_bytes load_bytes(const void* p) noexcept { return _mm512_loadu_si512(p); }
inline code_bytes fill_bytes(int x) noexcept { return _mm512_set1_epi8(static_cast<char>(x)); }
inline code_bytes fill_pairs(int x) noexcept { return _mm512_set1_epi16(static_cast<short>(x)); }
inline code_bytes bytes_table(const unsigned char* p) noexcept {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline code_bytes and_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_and_si512(a, b); }
inline code_bytes or_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_or_si512(a, b); }
inline code_bytes pick_bytes(code_bytes table, code_bytes index) noexcept {
  return _mm512_shuffle_epi8(table, index);
}
inline code_bytes add_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_add_epi8(a, b); }
inline code_bytes sub_bytes_to_zero(code_bytes a, code_bytes b) noexcept { return _mm512_subs_epu8(a, b); }
inline code_bytes min_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_min_epu8(a, b); }
inline code_bytes max_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_max_epu8(a, b); }
inline code_bytes min_signed_bytes(code_bytes a, code_bytes b) noexcept { return _mm512_min_epi8(a, b); }
template <int N>
inline code_bytes pairs_left(code_bytes x) noexcept {
  return _mm512_slli_epi16(x, N);
}
template <int N>
inline code_bytes pairs_right(code_bytes x) noexcept {
  return _mm512_srli_epi16(x, N);
}
template <int N>
inline code_bytes pairs_right_signed(code_bytes x) noexcept {
  return _mm512_srai_epi16(x, N);
}
inline code_bytes bytes_with_sign(code_bytes x, code_bytes sign) noexcept {
  return _mm512_mask_sub_epi8(x, _mm512_movepi8_mask(sign), _mm512_setzero_si512(), x);
}
inline code_bytes multiply_even_odd(code_bytes u, code_bytes s) noexcept { return _mm512_maddubs_epi16(u, s); }
inline code_bytes add_pair_products(code_bytes sum, code_bytes a, code_bytes b) noexcept {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
}
inline code_bytes add_widened(code_bytes sum, code_bytes x) noexcept {
  return _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(x)),
                                                _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(x, 1))));
}
inline code_bytes no_bytes() noexcept { return _mm512_setzero_si512(); }
inline bool all_equal(code_bytes a, code_bytes b) noexcept { return _mm512_cmpneq_epi8_mask(a, b) == 0; }
#endif

inline std::int64_t total_of(code_bytes x) noexcept {
  std::int64_t part[byte_lanes / 8], total = 0;
  std::memcpy(part, &x, sizeof part);
  for (const std::int64_t p : part) total += p;
  return total;
}

// The codes of a vector as integers: plane[0][k] those at even places, plane[1][k] those at odd ones; the value is the
// sum of plane k * 2^(8 k), of which one plane at the most is not zero.
template <detail::code_shape S>
struct code_planes {
  code_bytes plane[2][std::size_t{S.planes()}];
};

template <detail::code_shape S>
inline void integers_of_bytes(code_bytes x, code_planes<S>& to) noexcept {
  constexpr int bits = S.rule == detail::plane_rule::nibbles ? 8 : S.bits;
  if constexpr (S.rule == detail::plane_rule::unsigned_integers) {
    to.plane[0][0] = and_bytes(x, fill_pairs(0xff));
    to.plane[1][0] = pairs_right<8>(x);
  } else {
    to.plane[0][0] = pairs_right_signed<16 - bits>(pairs_left<16 - bits>(x));
    to.plane[1][0] = pairs_right_signed<16 - bits>(pairs_left<8 - bits>(x));
  }
}

template <detail::code_shape S>
inline void split_planes(code_bytes x, const detail::code_tables& of, code_planes<S>& to) noexcept {
  if constexpr (S.rule == detail::plane_rule::nibbles) {
    integers_of_bytes<S>(pick_bytes(bytes_table(of.small), x), to);
  } else if constexpr (S.rule == detail::plane_rule::floating) {
    constexpr int E = S.exponent_bits, M = S.fraction_bits, count = S.planes();
    const code_bytes fraction = and_bytes(x, fill_bytes((1 << M) - 1));
    const code_bytes field = and_bytes(pairs_right<M>(x), fill_bytes((1 << E) - 1));
    code_bytes power[std::size_t{count}], hidden;
    if constexpr (E == 5) {
      hidden = pick_bytes(bytes_table(of.hidden), min_bytes(field, fill_bytes(15)));
      // Bit 7 of an index gives 0: those of 16 and more for the lower two planes, those below 16 for the upper two.
      const code_bytes exponent = sub_bytes_to_zero(field, fill_bytes(1));
      const code_bytes low = add_bytes(exponent, fill_bytes(112)), high = add_bytes(exponent, fill_bytes(-16));
      power[0] = pick_bytes(bytes_table(of.power[0]), low);
      power[1] = pick_bytes(bytes_table(of.power[1]), low);
      power[2] = pick_bytes(bytes_table(of.power[0]), high);
      power[3] = pick_bytes(bytes_table(of.power[1]), high);
    } else {
      hidden = pick_bytes(bytes_table(of.hidden), field);
      LOWP_UNROLL
      for (int k = 0; k < count; ++k) power[k] = pick_bytes(bytes_table(of.power[k]), field);
    }
    const code_bytes significand = bytes_with_sign(or_bytes(fraction, hidden), pairs_left<8 - S.bits>(x));
    const code_bytes even = and_bytes(significand, fill_pairs(0xff)),
                     odd = and_bytes(significand, fill_pairs(0xff00));
    LOWP_UNROLL
    for (int k = 0; k < count; ++k) {
      to.plane[0][k] = multiply_even_odd(power[k], even);
      to.plane[1][k] = multiply_even_odd(power[k], odd);
    }
  } else {
    integers_of_bytes<S>(x, to);
  }
}

template <detail::code_shape S>
inline void watch_codes(code_bytes x, code_bytes& largest, code_bytes& least) noexcept {
  if constexpr (S.special_above) largest = max_bytes(largest, and_bytes(x, fill_bytes(0x7f)));
  if constexpr (S.special_lowest) least = min_signed_bytes(least, x);
}

// Whether a special code was seen: any above the largest finite magnitude, or 80.
template <detail::code_shape S>
inline bool saw_special(code_bytes largest, code_bytes least) noexcept {
  const code_bytes finite = fill_bytes(S.largest_magnitude), lowest = fill_bytes(-127);
  return !all_equal(max_bytes(largest, finite), finite) || !all_equal(min_signed_bytes(least, lowest), lowest);
}

template <detail::code_shape A, detail::code_shape B>
inline detail::code_sums code_dot(const unsigned char* a, const unsigned char* b, std::size_t n,
                                  const detail::code_tables& of_a, const detail::code_tables& of_b) noexcept {
  if constexpr (A.rule == detail::plane_rule::none || B.rule == detail::plane_rule::none) {
    return detail::plain_code_dot<A, B>(a, b, n, of_a, of_b);
  } else {
    constexpr int P = A.planes(), Q = B.planes(), groups = P + Q - 1, terms = P < Q ? P : Q;
    // A step adds to a lane of a group 2 products, of 2 halves, of each term.
    constexpr std::int64_t step = std::int64_t{4} * terms * A.largest_plane() * B.largest_plane();
    constexpr auto steps_between_flushes = static_cast<std::size_t>(((std::int64_t{1} << 31) - 1) / step);
    static_assert(steps_between_flushes >= 1);
    code_bytes wide[std::size_t{groups}], largest[2], least[2];
    LOWP_UNROLL
    for (int g = 0; g < groups; ++g) wide[g] = no_bytes();
    LOWP_UNROLL
    for (int i = 0; i < 2; ++i) largest[i] = least[i] = no_bytes();
    for (std::size_t i = 0; i < n;) {
      const std::size_t left_over = (n - i) / byte_lanes;
      std::size_t count = left_over < steps_between_flushes ? left_over : steps_between_flushes;
      code_bytes sum[std::size_t{groups}];
      LOWP_UNROLL
      for (int g = 0; g < groups; ++g) sum[g] = no_bytes();
      for (; count != 0; --count, i += byte_lanes) {
        const code_bytes x = load_bytes(a + i), y = load_bytes(b + i);
        watch_codes<A>(x, largest[0], least[0]);
        watch_codes<B>(y, largest[1], least[1]);
        code_planes<A> u;
        code_planes<B> v;
        split_planes<A>(x, of_a, u);
        split_planes<B>(y, of_b, v);
        LOWP_UNROLL
        for (int half = 0; half < 2; ++half) {
          LOWP_UNROLL
          for (int p = 0; p < P; ++p) {
            LOWP_UNROLL
            for (int q = 0; q < Q; ++q)
              sum[p + q] = add_pair_products(sum[p + q], u.plane[half][p], v.plane[half][q]);
          }
        }
      }
      LOWP_UNROLL
      for (int g = 0; g < groups; ++g) wide[g] = add_widened(wide[g], sum[g]);
    }
    detail::code_sums result{};
    result.step = 8;
    result.special = saw_special<A>(largest[0], least[0]) || saw_special<B>(largest[1], least[1]);
    LOWP_UNROLL
    for (int g = 0; g < groups; ++g) result.sum[g] = total_of(wide[g]);
    return result;
  }
}

template <detail::code_shape S>
inline bool store_digits(const unsigned char* code, std::size_t n, const detail::code_tables& of,
                         std::int8_t* const* to) noexcept {
  return detail::plain_store_digits<S>(code, n, of, to);
}

#else

// The digits of a vector of codes, and the sign of each in bit 7. The lowest digit has bit 7 set where the code is
// special, if signs are not listed in the tables.
template <detail::code_shape S>
struct code_digits {
  __m512i digit[std::size_t{S.digits}];
  __m512i sign;
};

template <detail::code_shape S>
inline __m512i look_up(const unsigned char* table, __m512i index) noexcept {
  if constexpr (S.bits <= 6) {
    return _mm512_permutexvar_epi8(index, _mm512_load_si512(table));
  } else {
    const __m512i lower = _mm512_permutex2var_epi8(_mm512_load_si512(table), index, _mm512_load_si512(table + 64));
    if constexpr (S.bits == 7 || S.sign != detail::sign_rule::listed) {
      return lower;
    } else {
      const __m512i upper =
          _mm512_permutex2var_epi8(_mm512_load_si512(table + 128), index, _mm512_load_si512(table + 192));
      return _mm512_mask_mov_epi8(lower, _mm512_movepi8_mask(index), upper);
    }
  }
}

template <detail::code_shape S>
inline void split_digits(__m512i x, const detail::code_tables& of, code_digits<S>& to) noexcept {
  const __m512i index = S.sign == detail::sign_rule::twos_complement ? _mm512_abs_epi8(x) : x;
  LOWP_UNROLL
  for (int d = 0; d < S.digits; ++d) to.digit[d] = look_up<S>(of.digit[d], index);
  if constexpr (S.sign == detail::sign_rule::listed) {
    to.sign = to.digit[0];
    to.digit[0] = _mm512_and_si512(to.digit[0], _mm512_set1_epi8(0x7f));
  } else {
    to.sign = x;
  }
}

template <detail::code_shape S>
inline void watch_codes(__m512i x, const code_digits<S>& of, __m512i& flags, __m512i& least) noexcept {
  if constexpr (S.special_above) flags = _mm512_or_si512(flags, of.digit[0]);
  if constexpr (S.special_lowest) least = _mm512_min_epi8(least, x);
}

inline __m512i add_widened_sums(__m512i sum, __m512i x) noexcept {
  return _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(x)),
                                                _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(x, 1))));
}
inline std::int64_t total_of_sums(__m512i x) noexcept {
  std::int64_t part[8], total = 0;
  _mm512_storeu_si512(part, x);
  for (const std::int64_t p : part) total += p;
  return total;
}

template <detail::code_shape S>
inline bool store_digits(const unsigned char* code, std::size_t n, const detail::code_tables& of,
                         std::int8_t* const* to) noexcept {
  if constexpr (!S.has_digits || S.is_integer()) {
    return detail::plain_store_digits<S>(code, n, of, to);
  } else {
    __m512i flags = _mm512_setzero_si512(), least = _mm512_setzero_si512();
    for (std::size_t i = 0; i < n; i += 64) {
      const __mmask64 here = n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
      const __m512i x = _mm512_maskz_loadu_epi8(here, code + i);
      code_digits<S> split;
      split_digits<S>(x, of, split);
      watch_codes<S>(x, split, flags, least);
      if constexpr (S.special_above && S.sign != detail::sign_rule::listed)
        split.digit[0] = _mm512_and_si512(split.digit[0], _mm512_set1_epi8(0x7f));
      const __mmask64 negative = _mm512_movepi8_mask(split.sign);
      LOWP_UNROLL
      for (int d = 0; d < S.digits; ++d)
        _mm512_mask_storeu_epi8(
            to[d] + i, here, _mm512_mask_sub_epi8(split.digit[d], negative, _mm512_setzero_si512(), split.digit[d]));
    }
    // What lies beyond n was read as code 0.
    return _mm512_movepi8_mask(flags) != 0 || _mm512_cmpeq_epi8_mask(least, _mm512_set1_epi8(-128)) != 0;
  }
}

template <detail::code_shape A, detail::code_shape B>
inline detail::code_sums digit_dot(const unsigned char* a, const unsigned char* b, std::size_t n,
                                   const detail::code_tables& of_a, const detail::code_tables& of_b) noexcept {
  constexpr int P = A.digits, Q = B.digits, groups = P + Q - 1, terms = P < Q ? P : Q;
  // Two sets of sums where registers allow: each sum is a chain of additions of several cycles.
  constexpr int sets = groups <= 5 ? 2 : 1;
  // A step adds 4 products below 2^14 to a lane of a group, for each term; flags add to the digit of a special code,
  // but then the sums are not used.
  constexpr std::size_t steps_between_flushes = ((std::size_t{1} << 31) - 1) / (4 * 127 * 127 * terms) / sets * sets;
  __m512i wide[std::size_t{groups}], flags = _mm512_setzero_si512(), least = _mm512_setzero_si512();
  LOWP_UNROLL
  for (int g = 0; g < groups; ++g) wide[g] = _mm512_setzero_si512();
  const auto step = [&](std::size_t i, __m512i* sum) {
    const __m512i x = _mm512_loadu_si512(a + i), y = _mm512_loadu_si512(b + i);
    code_digits<A> u;
    code_digits<B> v;
    split_digits<A>(x, of_a, u);
    split_digits<B>(y, of_b, v);
    watch_codes<A>(x, u, flags, least);
    watch_codes<B>(y, v, flags, least);
    const __mmask64 negative = _mm512_movepi8_mask(_mm512_xor_si512(u.sign, v.sign));
    LOWP_UNROLL
    for (int q = 0; q < Q; ++q)
      v.digit[q] = _mm512_mask_sub_epi8(v.digit[q], negative, _mm512_setzero_si512(), v.digit[q]);
    LOWP_UNROLL
    for (int p = 0; p < P; ++p) {
      LOWP_UNROLL
      for (int q = 0; q < Q; ++q) sum[p + q] = _mm512_dpbusd_epi32(sum[p + q], u.digit[p], v.digit[q]);
    }
  };
  for (std::size_t i = 0; i < n;) {
    const std::size_t left_over = (n - i) / 64;
    std::size_t count = left_over < steps_between_flushes ? left_over : steps_between_flushes;
    __m512i sum[std::size_t{sets}][std::size_t{groups}];
    LOWP_UNROLL
    for (int s = 0; s < sets; ++s) {
      LOWP_UNROLL
      for (int g = 0; g < groups; ++g) sum[s][g] = _mm512_setzero_si512();
    }
    for (; count >= sets; count -= sets) {
      LOWP_UNROLL
      for (int s = 0; s < sets; ++s, i += 64) step(i, sum[s]);
    }
    for (; count != 0; --count, i += 64) step(i, sum[0]);
    LOWP_UNROLL
    for (int s = 0; s < sets; ++s) {
      LOWP_UNROLL
      for (int g = 0; g < groups; ++g) wide[g] = add_widened_sums(wide[g], sum[s][g]);
    }
  }
  detail::code_sums result{};
  result.step = 7;
  result.special = _mm512_movepi8_mask(flags) != 0 || _mm512_cmpeq_epi8_mask(least, _mm512_set1_epi8(-128)) != 0;
  LOWP_UNROLL
  for (int g = 0; g < groups; ++g) result.sum[g] = total_of_sums(wide[g]);
  return result;
}

// Integers need no digits: sum (u - p)(s + q) = sum u s + q sum u - p sum s - p q n, with unsigned u = a + p and signed
// s = b - q.
template <detail::code_shape A, detail::code_shape B>
inline detail::code_sums integer_dot(const unsigned char* a, const unsigned char* b, std::size_t n) noexcept {
  constexpr bool signed_a = A.rule == detail::plane_rule::signed_integers;
  constexpr bool signed_b = B.rule == detail::plane_rule::signed_integers;
  constexpr int top_a = 1 << (A.bits - 1), top_b = 1 << (B.bits - 1);
  constexpr int p = signed_a ? 128 : 0, q = !signed_b && B.bits == 8 ? 128 : 0;
  constexpr std::size_t steps_between_flushes = ((std::size_t{1} << 31) - 1) / (4 * 255 * 128);
  __m512i wide[3] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
  for (std::size_t i = 0; i < n;) {
    const std::size_t left_over = (n - i) / 64;
    std::size_t count = left_over < steps_between_flushes ? left_over : steps_between_flushes;
    __m512i sum[3] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
    for (; count != 0; --count, i += 64) {
      __m512i u = _mm512_loadu_si512(a + i), s = _mm512_loadu_si512(b + i);
      if constexpr (signed_a)
        u = _mm512_add_epi8(_mm512_xor_si512(u, _mm512_set1_epi8(static_cast<char>(top_a))),
                            _mm512_set1_epi8(static_cast<char>(128 - top_a)));
      if constexpr (signed_b && B.bits < 8)
        s = _mm512_sub_epi8(_mm512_xor_si512(s, _mm512_set1_epi8(static_cast<char>(top_b))),
                            _mm512_set1_epi8(static_cast<char>(top_b)));
      if constexpr (q != 0) s = _mm512_xor_si512(s, _mm512_set1_epi8(-128));
      sum[0] = _mm512_dpbusd_epi32(sum[0], u, s);
      if constexpr (q != 0) sum[1] = _mm512_dpbusd_epi32(sum[1], u, _mm512_set1_epi8(1));
      if constexpr (p != 0) sum[2] = _mm512_dpbusd_epi32(sum[2], _mm512_set1_epi8(1), s);
    }
    LOWP_UNROLL
    for (int g = 0; g < 3; ++g) wide[g] = add_widened_sums(wide[g], sum[g]);
  }
  detail::code_sums result{};
  result.step = 8;
  result.sum[0] = total_of_sums(wide[0]) + q * total_of_sums(wide[1]) - p * total_of_sums(wide[2]) -
                  std::int64_t{p} * q * static_cast<std::int64_t>(n);
  return result;
}

template <detail::code_shape A, detail::code_shape B>
inline detail::code_sums code_dot(const unsigned char* a, const unsigned char* b, std::size_t n,
                                  const detail::code_tables& of_a, const detail::code_tables& of_b) noexcept {
  if constexpr (A.is_integer() && B.is_integer()) {
    return integer_dot<A, B>(a, b, n);
  } else if constexpr (A.has_digits && B.has_digits) {
    return digit_dot<A, B>(a, b, n, of_a, of_b);
  } else {
    return detail::plain_code_dot<A, B>(a, b, n, of_a, of_b);
  }
}

#endif