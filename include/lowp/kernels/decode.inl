// Codes to floats, lane by lane; see codes.hpp. Bits of a code above its width are ignored.

/// Decodes lanes: each is convert<float>(number<F>::from_bits(code)).
template <class F, detail::decoding = detail::decoding_of<F>>
struct decoder {
  floats operator()(words codes) const noexcept {
    std::uint32_t code[lanes];
    float value[lanes];
    store(code, codes);
    for (std::size_t i = 0; i < lanes; ++i) value[i] = detail::decode_one<F>(code[i]);
    return load(value);
  }
};

template <class F>
struct decoder<F, detail::decoding::small_table> {
  table16 values = load_table16(detail::small_values_of<F>.bits);
  floats operator()(words codes) const noexcept { return floats_of(lookup(values, codes)); }
};

template <class F>
struct decoder<F, detail::decoding::table> {
  const float* values = detail::float_values<F>::get().value;
  floats operator()(words codes) const noexcept {
    return gather(values, codes & fill_words(static_cast<std::uint32_t>(low_mask(F::bits))));
  }
};

// A float cut short. Its NaN may have other bits than the canonical one.
template <class F>
struct decoder<F, detail::decoding::float_prefix> {
  floats operator()(words codes) const noexcept {
    const words x = shift_left<32 - F::bits>(codes);
    const words nan = (x & fill_words(0x80000000)) | fill_words(0x7fc00000);
    return floats_of(select(is_nan(floats_of(x)), nan, x));
  }
};

// The fields of a minifloat in the places of those of a float. A subnormal one has no hidden bit: it is read as if it
// had, in the first binade, and then less that bit.
template <class F>
struct decoder<F, detail::decoding::minifloat> {
  floats operator()(words codes) const noexcept {
    constexpr int M = F::fraction_bits;
    constexpr auto all_ones = static_cast<std::uint32_t>(F::all_ones);
    constexpr std::uint32_t rebias = static_cast<std::uint32_t>(127 - F::bias) << 23, binade = 0x800000;
    const words magnitude = codes & fill_words(all_ones);
    const words moved = shift_left<23 - M>(magnitude) + fill_words(rebias);
    const mask subnormal = less_signed(magnitude, fill_words(1u << M));
    const floats as_normal = floats_of(add_where(moved, subnormal, fill_words(binade)));
    words x = bits_of(subtract_where(as_normal, subnormal, fill(std::bit_cast<float>(rebias + binade))));
    if constexpr (F::has_infinity || (F::has_nan && !F::nan_is_sign_bit)) {
      constexpr auto largest = static_cast<std::uint32_t>(F::largest_magnitude);
      constexpr std::uint32_t infinity = 0x7f800000, nan = 0x7fc00000;
      x = select(less_signed(fill_words(largest), magnitude), fill_words(F::has_infinity ? infinity : nan), x);
      if constexpr (F::has_infinity && F::has_nan && !F::nan_is_sign_bit)
        x = select(less_signed(fill_words(static_cast<std::uint32_t>(F::infinite_magnitude)), magnitude),
                   fill_words(nan), x);
    }
    // A difference of 0 may come out as -0, if the processor is set to round down.
    const words size_mask = fill_words(0x7fffffff);
    x = F::is_signed ? bit_select(size_mask, x, shift_left<32 - F::bits>(codes)) : x & size_mask;
    if constexpr (F::nan_is_sign_bit) {
      constexpr auto code_mask = static_cast<std::uint32_t>(low_mask(F::bits));
      x = select(equal(codes & fill_words(code_mask), fill_words(static_cast<std::uint32_t>(F::sign_bit))),
                 fill_words(0x7fc00000), x);
    }
    return floats_of(x);
  }
};

template <class F>
struct decoder<F, detail::decoding::fixed> {
  floats operator()(words codes) const noexcept {
    const words top = shift_left<32 - F::bits>(codes);
    const words whole = F::has_sign ? shift_right_signed<32 - F::bits>(top) : shift_right<32 - F::bits>(top);
    return from_ints(whole) * fill(std::bit_cast<float>(detail::float_power<F::min_quantum>));
  }
};

// As in formats/posit_in_double.hpp: the exponent bits behind the regime stand where they add to its exponent.
template <class F>
struct decoder<F, detail::decoding::posit> {
  floats operator()(words codes) const noexcept {
    constexpr int N = F::bits, ES = detail::posit_exponent_bits<F>;
    const words x = shift_left<32 - N>(codes);  // the sign on top
    const words sign = shift_right_signed<31>(x);
    const words body = shift_left<1>((x ^ sign) - sign);
    const words ones = shift_right_signed<31>(body);
    const words run = leading_zeros((body ^ ones) | fill_words(1));
    const words regime = (run - fill_words(1)) ^ ones ^ fill_words(0xffffffff);
    const words tail = shift_left<1>(shift_left(body, run));
    words y = shift_right<9 - ES>(tail) + shift_left<23 + ES>(regime) + fill_words(0x3f800000);
    y = y | (x & fill_words(0x80000000));
    const words special = select(is_nonzero(x), fill_words(0x7fc00000), fill_words(0));
    return floats_of(select(is_nonzero(body), y, special));
  }
};

template <class F>
inline floats decode(words codes) noexcept {
  return decoder<F>{}(codes);
}
