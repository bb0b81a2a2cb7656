// Floats to codes, lane by lane. See codes.hpp for what is here, core/format.hpp for what it means: cut toward zero,
// let the policy add one, let the overflow policy decide on what is left. Bits of floats are words here: x, and
// without the sign a.

// A magnitude code, and the discarded fraction of the gap as 64 bits: rest, below. The latter is there for policies
// that look there; for the deterministic ones the last bit of rest is sticky.
struct lane_cut {
  words code, rest, below;
};

// Whether to go to the next larger magnitude: R(negative, odd, rest, random) of core/rounding.hpp.
template <class R>
inline mask goes_up(words x, const lane_cut& c, words random) noexcept {
  constexpr std::uint32_t half = 0x80000000;
  if constexpr (std::same_as<R, nearest_even>) {
    return less(fill_words(half) - (c.code & fill_words(1)), c.rest);
  } else if constexpr (std::same_as<R, nearest_away>) {
    return is_negative(c.rest);  // the top bit
  } else if constexpr (std::same_as<R, nearest_zero>) {
    return less(fill_words(half), c.rest);
  } else if constexpr (std::same_as<R, nearest_up>) {
    return less(fill_words(half - 1) + shift_right<31>(x), c.rest);
  } else if constexpr (std::same_as<R, nearest_down>) {
    return less(fill_words(half) - shift_right<31>(x), c.rest);
  } else if constexpr (std::same_as<R, toward_zero>) {
    return less(x, x);
  } else if constexpr (std::same_as<R, upward>) {
    return is_nonzero(c.rest) & ~is_negative(x);
  } else if constexpr (std::same_as<R, downward>) {
    return is_nonzero(c.rest) & is_negative(x);
  } else if constexpr (std::same_as<R, to_odd>) {
    return is_nonzero(c.rest) & equal(c.code & fill_words(1), fill_words(0));
  } else if constexpr (std::same_as<R, stochastic_equal>) {
    return is_nonzero(c.rest) & is_nonzero(random & fill_words(1));
  } else {
    return goes_up_at_random(R{}, c, random);
  }
}

// f + r >= 1 for a fraction f of Bits bits and as many random bits r, both left-aligned: the sum carries. Variants b
// and c round f to Bits bits first, which may carry, too.
template <int Bits, stochastic_variant Variant>
inline mask goes_up_at_random(stochastic<Bits, Variant>, const lane_cut& c, words random) noexcept {
  const words all_ones = fill_words(0xffffffff);
  const words limit = shift_left<32 - Bits>(random) ^ all_ones;
  if constexpr (Variant == stochastic_variant::a) {
    return less(limit, c.rest);
  } else {
    const words unit = fill_words(std::uint32_t{1} << (32 - Bits));
    const words whole = c.rest & fill_words(~std::uint32_t{0} << (32 - Bits));
    words next = c.below;  // the fraction behind those bits
    mask lost = less(next, next);
    if constexpr (Bits < 32) {
      next = shift_left<Bits>(c.rest) | shift_right<32 - Bits>(c.below);
      lost = is_nonzero(shift_left<Bits>(c.below));
    }
    mask up = is_negative(next);
    if constexpr (Variant == stochastic_variant::c) {
      const mask odd = is_nonzero(whole & unit);
      const words half = fill_words(0x80000000);
      up = less(half, next) | (equal(next, half) & (odd | lost));
    }
    const words rounded = select(up, whole + unit, whole);
    return less(rounded, whole) | less(limit, rounded);
  }
}

// Cuts |x| = significand * 2^-dropped to an integer, dropped >= 1.
template <class R>
inline lane_cut cut_significand(words significand, words dropped) noexcept {
  if constexpr (!detail::is_stochastic<R>) {
    // Where more than 31 bits are dropped the fraction is below 2^-7: what counts is whether there is one.
    const words n = min_signed(dropped, fill_words(31));
    return {shift_right(significand, n), shift_left(significand, fill_words(32) - n), fill_words(0)};
  } else {
    const words n = min_signed(dropped, fill_words(96));  // the same, for 64 bits
    const words rest = shift_left(significand, fill_words(32) - n) | shift_right(significand, n - fill_words(32));
    words below = fill_words(0);
    if constexpr (detail::looks_below<R>) {
      below = shift_left(significand, fill_words(64) - n) | shift_right(significand, n - fill_words(64));
      below = or_where(below, less(fill_words(64), n) & is_nonzero(significand), fill_words(1));
    }
    return {shift_right(significand, n), rest, below};
  }
}

// The significand with its leading bit at 23 and the exponent field that goes with it: |x| = significand 2^(field -
// 150). Subnormals have field 1; normalised, they have fields of 0 and less.
struct lane_parts {
  words significand, field;
};
template <bool normalised>
inline lane_parts take_apart(words a) noexcept {
  const words fraction_mask = fill_words(0x7fffff), hidden = fill_words(0x800000);
  const mask normal = less_signed(fraction_mask, a);
  const words field = shift_right<23>(a);
  if constexpr (normalised) {
    const words zeros = leading_zeros(a);
    return {select(normal, (a & fraction_mask) | hidden, shift_left(a, zeros - fill_words(8))),
            select(normal, field, fill_words(9) - zeros)};
  } else {
    return {or_where(a & fraction_mask, normal, hidden), max_signed(field, fill_words(1))};
  }
}

// One of two codes, by the sign of x.
template <std::uint64_t Positive, std::uint64_t Negative>
inline words by_sign(words x) noexcept {
  if constexpr (Positive == Negative) {
    return fill_words(static_cast<std::uint32_t>(Positive));
  } else {
    return select(is_negative(x), fill_words(static_cast<std::uint32_t>(Negative)),
                  fill_words(static_cast<std::uint32_t>(Positive)));
  }
}

// `code`, and in the lanes of m what stands for a value that does not fit.
template <class F, class R, class O, overflow_cause Cause>
inline words replace(words code, mask m, words x) noexcept {
  using special = detail::special_codes<F, R, O>;
  constexpr std::uint64_t positive = special::of(Cause, false), negative = special::of(Cause, true);
  if constexpr (positive == special::stops || negative == special::stops) {
    if (any(positive != special::stops ? m & is_negative(x) : negative != special::stops ? m & ~is_negative(x) : m))
      __builtin_trap();
    return code;
  } else {
    return select(m, by_sign<positive, negative>(x), code);
  }
}

// The code of a magnitude that may be too large.
template <class F, class R, class O>
inline words finish(words x, words a, words magnitude) noexcept {
  constexpr std::uint64_t largest = F::max_magnitude(false), largest_negative = F::max_magnitude(true);
  words code = magnitude;
  if constexpr (detail::encoding_family<F> != detail::encoding::minifloat) {  // two's complement
    const words flip = shift_right_signed<31>(x);
    code = ((magnitude ^ flip) - flip) & fill_words(static_cast<std::uint32_t>(low_mask(F::bits)));
  } else if constexpr (largest_negative != 0) {
    const words sign = shift_right<32 - F::bits>(x) & fill_words(1u << (F::bits - 1));
    code = detail::has_negative_zero<F> ? magnitude | sign : or_where(magnitude, is_nonzero(magnitude), sign);
  }
  if constexpr (!std::same_as<O, wrap>) {
    mask over = less_signed(by_sign<largest, largest_negative>(x), magnitude);
    if constexpr (!F::has_zero && largest_negative == 0) over = over | is_negative(x);
    code = replace<F, R, O, overflow_cause::finite>(code, over, x);
  }
  if constexpr (!F::has_zero) code = replace<F, R, O, overflow_cause::zero>(code, equal(a, fill_words(0)), x);
  constexpr bool infinity_is_too_large =
      detail::special_codes<F, R, O>::infinity_overflows && !std::same_as<O, wrap> &&
      detail::encoding_family<F> != detail::encoding::posit && detail::largest_of<F>(false).exponent <= 127;
  if constexpr (!infinity_is_too_large)
    code = replace<F, R, O, overflow_cause::infinite>(code, equal(a, fill_words(0x7f800000)), x);
  return replace<F, R, O, overflow_cause::nan>(code, less_signed(fill_words(0x7f800000), a), x);
}

/// Encodes lanes: the code of each is that of convert<number<F, R, O>>(x, random_bits{random}).
template <class F, class R, class O, detail::encoding = detail::encoding_of<F, R, O>>
struct encoder {
  R rounding{};
  O overflow{};
  words operator()(floats x, words random = fill_words(0)) const noexcept {
    float value[lanes];
    std::uint32_t draw[lanes], code[lanes];
    store(value, x);
    store(draw, random);
    for (std::size_t i = 0; i < lanes; ++i)
      code[i] = detail::encode_one<F, R, O>(value[i], rounding, overflow, draw[i]);
    return load(code);
  }
};

template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::minifloat> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words random = fill_words(0)) const noexcept {
    using rule = typename detail::without_implicitly<R>::type;
    constexpr int M = F::fraction_bits;
    // The exponent field of float for the smallest normal binade; a format without zero has no other.
    constexpr int first = (F::has_zero ? 1 : 0) + 127 - F::bias;
    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    words size = a;
    if constexpr (!F::has_zero) size = max_signed(a, fill_words(detail::float_power<-F::bias>));
    const lane_parts parts = take_apart<(first < 1)>(size);
    const words field = max_signed(parts.field, fill_words(static_cast<std::uint32_t>(first)));
    lane_cut c = cut_significand<rule>(parts.significand, field - parts.field + fill_words(23 - M));
    c.code = c.code + shift_left<M>(field - fill_words(static_cast<std::uint32_t>(first)));
    if constexpr (!F::has_zero) c.code = c.code - fill_words(1u << M);
    words magnitude = plus_one(c.code, goes_up<rule>(x, c, random));
    if constexpr (first < 1 && F::has_zero) magnitude = select(is_nonzero(a), magnitude, fill_words(0));
    return finish<F, R, O>(x, a, magnitude);
  }
};

// A float cut short, in its subnormals, too: what is cut off is the fraction.
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::float_prefix> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words random = fill_words(0)) const noexcept {
    using rule = typename detail::without_implicitly<R>::type;
    constexpr int dropped = 23 - F::fraction_bits;
    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    if constexpr (std::same_as<rule, nearest_even> &&
                  detail::overflow_limit<F, R, O>(false) == F::infinite_magnitude) {
      const words odd = shift_right<dropped>(a) & fill_words(1);
      const words code = shift_right<dropped>(x + odd + fill_words((1u << (dropped - 1)) - 1));
      return replace<F, R, O, overflow_cause::nan>(code, is_nan(value), x);
    } else {
      const lane_cut c{shift_right<dropped>(a), shift_left<32 - dropped>(a), fill_words(0)};
      return finish<F, R, O>(x, a, plus_one(c.code, goes_up<rule>(x, c, random)));
    }
  }
};

// The value of the last code that matters, by sign, of which the limits are the magnitudes: what is more, or NaN, is
// taken for that value.
template <class F, std::uint64_t Limit, std::uint64_t NegativeLimit>
inline words largest_magnitude(words x) noexcept {
  constexpr auto value_of = [](std::uint64_t magnitude) {
    return detail::float_bits(detail::decode_floating(false, magnitude, F::fraction_bits, F::bias));
  };
  return by_sign<value_of(Limit), value_of(NegativeLimit)>(x);
}

// The code of a magnitude that was clamped to largest_magnitude, in the low bits of `code`.
template <class F, class R, class O, std::uint64_t Limit, std::uint64_t NegativeLimit>
inline words finish_clamped(words x, words a, words code) noexcept {
  using special = detail::special_codes<F, R, O>;
  constexpr bool is_signed = F::max_magnitude(true) != 0;
  constexpr auto magnitudes = static_cast<std::uint32_t>(F::all_ones), sign = static_cast<std::uint32_t>(F::sign_bit);
  if constexpr (is_signed && F::has_negative_zero) {
    code = bit_select(fill_words(magnitudes), code, shift_right<32 - F::bits>(x));
  } else if constexpr (is_signed) {  // the code of -0 is NaN, and may be the limit
    code = code & fill_words(magnitudes | sign);
    code = or_where(code, is_nonzero(code), shift_right<32 - F::bits>(x) & fill_words(sign));
  } else {
    code = code & fill_words(magnitudes);
    code = replace<F, R, O, overflow_cause::finite>(code, is_negative(x) & is_nonzero(code), x);
  }
  if constexpr (!special::infinity_overflows)
    code = replace<F, R, O, overflow_cause::infinite>(code, equal(a, fill_words(0x7f800000)), x);
  constexpr bool nan_is_limit =
      special::of(overflow_cause::nan, false) == Limit &&
      special::of(overflow_cause::nan, true) ==
          (is_signed ? NegativeLimit | F::sign_bit : special::of(overflow_cause::finite, true));
  if constexpr (!nan_is_limit) code = replace<F, R, O, overflow_cause::nan>(code, is_nan(floats_of(x)), x);
  return code;
}

// To nearest even, within the range of float. Adding 2^s to |x| leaves what 2^s has as its last place: with s a
// constant above the exponent of x this rounds to M bits behind the leading one, with the least such s to the
// subnormal unit. The sum then has the rounded significand q, 2^M .. 2^(M+1), at its end, and the code is q + (field
// - 1) 2^M. The constant part of that is put into the summand's low bits. (That s goes up with the exponent, so field
// << M is s, shifted.)
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::near_minifloat> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words = fill_words(0)) const noexcept {
    constexpr int shift = 23 - F::fraction_bits;
    constexpr std::uint32_t first = detail::float_power<1 - F::bias>;
    // Low 16 bits of the code: those above hold the exponent of the sum.
    constexpr std::uint32_t constant = (0 - (first >> shift)) & 0xffff;
    constexpr std::uint32_t summand = detail::float_power<shift> | constant;
    constexpr std::uint64_t limit = detail::overflow_limit<F, R, O>(false);

    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    const words size = bits_of(min(floats_of(a), floats_of(largest_magnitude<F, limit, limit>(x))));
    const words power = bits_of(max(floats_of(size & fill_words(0x7f800000)), fill(std::bit_cast<float>(first))));
    const floats sum = add_exact_product(floats_of(power), fill(std::bit_cast<float>(summand)), floats_of(size));
    return finish_clamped<F, R, O, limit, limit>(x, a, bits_of(sum) + shift_right<shift>(power));
  }
};

// Within the range of float, in other modes: the subnormals of float, and zero, are far below the smallest value.
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::inside_minifloat> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words random = fill_words(0)) const noexcept {
    using rule = typename detail::without_implicitly<R>::type;
    constexpr int M = F::fraction_bits, shift = 23 - M;
    constexpr std::uint32_t first = detail::float_power<1 - F::bias>, fraction = 0x7fffff, hidden = 0x800000;
    constexpr std::uint64_t limit = detail::overflow_limit<F, R, O>(false),
                            below = detail::overflow_limit<F, R, O>(true);
    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    // As integers: whether a subnormal is zero must not depend on how the processor is set.
    const words size = min_signed(a, largest_magnitude<F, limit, below>(x));
    const words power = bits_of(max(floats_of(size & fill_words(0x7f800000)), fill(std::bit_cast<float>(first))));
#if LOWP_TIER >= 2
    if constexpr (detail::is_stochastic<rule> && !detail::looks_below<rule>) {
      // |x| in units of its last place there, exactly: whole part and fraction by conversions to integers.
      const words scale = fill_words(detail::float_power<M> + 0x3f800000) - power;
      const floats units = floats_of(size) * floats_of(scale);
      const words whole = to_ints_truncated(units);
      const words rest = to_unsigned_truncated((units - from_ints(whole)) * fill(0x1p32f));
      const lane_cut c{whole + shift_right<shift>(power), rest, rest};
      const words magnitude = plus_one(c.code, goes_up<rule>(x, c, random)) - fill_words(first >> shift);
      return finish_clamped<F, R, O, limit, below>(x, a, magnitude);
    }
#endif
    const words dropped = shift_right<23>(power - (size & fill_words(0x7f800000))) + fill_words(shift);
    const words significand = or_where(size & fill_words(fraction), is_nonzero(size), fill_words(hidden));
    lane_cut c = cut_significand<rule>(significand, dropped);
    c.code = c.code + shift_right<shift>(power) - fill_words(first >> shift);
    return finish_clamped<F, R, O, limit, below>(x, a, plus_one(c.code, goes_up<rule>(x, c, random)));
  }
};

template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::fixed> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words random = fill_words(0)) const noexcept {
    using rule = typename detail::without_implicitly<R>::type;
    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    words size = a;
    if constexpr (!std::same_as<O, wrap>)  // no more than what is too large, to keep it below 2^32
      size = min_signed(a, fill_words(detail::float_power<F::bits + 1 + F::min_quantum>));
    const lane_parts parts = take_apart<false>(size);
    const words dropped = fill_words(static_cast<std::uint32_t>(150 + F::min_quantum)) - parts.field;
    const words whole = max_signed(dropped, fill_words(0));
    lane_cut c = cut_significand<rule>(parts.significand, whole);
    if constexpr (std::same_as<O, wrap>) c.code = shift_left(c.code, whole - dropped);
    return finish<F, R, O>(x, a, plus_one(c.code, goes_up<rule>(x, c, random)));
  }
};

// To nearest even, clamped: 1.5 * 2^23 units are where the last place is one unit, and the low bits of the sum are the
// code.
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::near_fixed> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words = fill_words(0)) const noexcept {
    constexpr auto end_of = [](bool negative) {
      return std::bit_cast<float>(detail::float_bits(F::decode(F::assemble(negative, F::max_magnitude(negative)))));
    };
    constexpr float end = end_of(false), negative_end = end_of(true);
    constexpr float origin = std::bit_cast<float>(detail::float_power<F::min_quantum + 23> | 0x400000);
    const floats clamped = max(min(value, fill(end)), fill(negative_end));
    const words code = bits_of(add_exact_product(clamped, fill(1.0f), fill(origin)));
    return select(is_nan(value), fill_words(0), code & fill_words(static_cast<std::uint32_t>(low_mask(F::bits))));
  }
};

// The bits behind the sign are one string: regime, exponent, fraction; see formats/posit.hpp. The bits of a float less
// those of 1 are exponent.fraction in one integer.
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::posit> {
  R rounding{};
  O overflow{};
  words operator()(floats value, words random = fill_words(0)) const noexcept {
    using rule = typename detail::without_implicitly<R>::type;
    constexpr int ES = detail::posit_exponent_bits<F>, kept = F::bits - 1;
    const words x = bits_of(value);
    const words a = x & fill_words(0x7fffffff);
    // No value goes to zero or beyond the largest.
    const words size = min_signed(max_signed(a, fill_words(detail::float_power<-F::max_exponent>)),
                                  fill_words(detail::float_power<F::max_exponent>));
    words y = size - fill_words(0x3f800000);
    if constexpr (F::max_exponent > 126) {
      const lane_parts parts = take_apart<true>(size);
      y = shift_left<23>(parts.field - fill_words(127)) | (parts.significand & fill_words(0x7fffff));
    }
    const words regime = shift_right_signed<23 + ES>(y);
    const words below_one = shift_right_signed<31>(regime);
    const words repeats = regime ^ below_one;
    const words beginning = fill_words(0x80000000) ^ (below_one & fill_words(0xc0000000));  // 10 or 01
    const words string = beginning | shift_right<2>(shift_left<9 - ES>(y));
    const words top = shift_right_signed(string, repeats);
    const words lost = shift_left(string, fill_words(32) - repeats);
    lane_cut c{shift_right<32 - kept>(top), shift_left<kept>(top), fill_words(0)};
    if constexpr (detail::is_stochastic<rule>) {
      c.rest = c.rest | shift_right<32 - kept>(lost);
      c.below = shift_left<kept>(lost);
    } else {
      c.rest = or_where(c.rest, is_nonzero(lost), fill_words(1));
    }
    const words magnitude = plus_one(c.code, goes_up<rule>(x, c, random));
    return finish<F, R, O>(x, a, select(is_nonzero(a), magnitude, fill_words(0)));
  }
};

// Bits of floats that ascend as signed integers, -0 just below 0, and the runs of them that share a code, searched in
// four steps.
template <class F, class R, class O>
struct encoder<F, R, O, detail::encoding::levels> {
  R rounding{};
  O overflow{};
  table16 first = load_table16(detail::small_runs<F, R, O>::get().first);
  table16 codes = load_table16(detail::small_runs<F, R, O>::get().code);
  words nan = fill_words(detail::small_runs<F, R, O>::get().nan);

  words operator()(floats value, words = fill_words(0)) const noexcept {
    const words x = bits_of(value);
    const words key = x ^ (shift_right_signed<31>(x) & fill_words(0x7fffffff));
    words n = fill_words(0);
    n = step<8>(n, key);
    n = step<4>(n, key);
    n = step<2>(n, key);
    n = step<1>(n, key);
    return select(is_nan(value), nan, lookup(codes, n));
  }

 private:
  template <int Step>
  words step(words n, words key) const noexcept {
    const words next = n | fill_words(Step);
    return select(less_signed(key, lookup(first, next)), n, next);
  }
};

template <class F, class R, class O>
inline words encode(floats x, words random = fill_words(0)) noexcept {
  return encoder<F, R, O>{}(x, random);
}
