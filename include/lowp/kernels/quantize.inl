// Groups of values that share a scale, into bytes and back: the kernels of quantize.hpp.
//
// quantize: for up to 16 blocks, first the largest magnitude of each, then all scales at once, then the elements. What
// is rare (zeros alone, NaN, infinity, scales at the ends of their range, the short block at the end of a row) takes
// the codec's own encode and decode, for that block alone.
namespace quantizing {

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

// Minifloats of 8 bits that are binary16, or that and a power of two, with the sign apart.
template <class F>
inline constexpr bool in_halves = [] {
  if constexpr (LOWP_TIER > 0 && F::bits == 8 && detail::decoding_of<F> == detail::decoding::minifloat) {
    if (!F::is_signed || F::nan_is_sign_bit) return false;
    if (F::fraction_bits == 2) return F::bias == 15 && F::has_infinity && F::infinite_magnitude == 0x7c;
    return F::fraction_bits == 3 && !F::has_infinity && F::has_nan && F::largest_magnitude == 0x7e;
  }
  return false;
}();

// N values, times the scale that the exponent code `scale` means. False if one is a NaN, whose bits are not ours then.
template <class F, std::size_t N>
inline bool decode_halves(const std::uint8_t* in, std::uint32_t scale, float* y) noexcept {
  constexpr int below = 15 - F::bias;  // the halves are 2^-below of the values
  const floats factor = fill(std::bit_cast<float>((scale + below) << 23));
  const words sign = fill_words(0x80008000);
  alignas(64) std::uint16_t half[2 * lanes];
  words nan = fill_words(0);
  for (std::size_t i = 0; i < N; i += 2 * lanes, in += 2 * lanes, y += 2 * lanes) {
    const words code = load_u8_pairs(in);
    words h = shift_left<8>(code);
    if constexpr (F::fraction_bits == 3) {  // an exponent of 4 bits is one of 5; all ones, one more carries
      const words size = shift_left<7>(code) & fill_words(0x3f803f80);
      nan = nan | ((size + fill_words(0x00800080)) & fill_words(0x40004000));
      h = bit_select(sign, h, size);
    } else {  // what lies above infinity carries
      nan = nan | (((h & fill_words(0x7fff7fff)) + fill_words(0x03ff03ff)) & sign);
    }
    store(reinterpret_cast<std::uint32_t*>(half), h);
    store(y, load_halves(half) * factor);
    store(y + lanes, load_halves(half + lanes) * factor);
  }
  return !any(is_nonzero(nan));
}

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
      if constexpr (in_halves<typename E::format> && traits::order == detail::code_order::sequential) {
        static_assert(highest + 15 - E::format::bias <= 254);
        if (!decode_halves<typename E::format, N>(reinterpret_cast<const std::uint8_t*>(in + traits::head), c, y))
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
