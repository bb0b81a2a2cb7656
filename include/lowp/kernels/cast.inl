// Arrays of one scalar type into another; see cast.hpp.

#if LOWP_TIER == 0

template <class From, class To, class R, class O>
inline void cast_array(const From* in, To* out, std::size_t n, const philox& random, std::uint64_t index) noexcept {
  detail::cast_one_by_one(in, out, n, R{}, O{}, random, index);
}

template <int Bits, class Code>
inline void pack_codes(const Code* codes, std::byte* out, std::size_t groups) noexcept {
  for (std::size_t i = 0; i < 8 * groups; ++i)
    lowp::detail::store_bits(out, i * std::size_t{Bits}, Bits, static_cast<std::uint32_t>(codes[i].bits()));
}
template <int Bits, class Code>
inline void unpack_codes(const std::byte* in, Code* codes, std::size_t groups) noexcept {
  for (std::size_t i = 0; i < 8 * groups; ++i)
    codes[i] = Code::from_bits(
        static_cast<typename Code::storage>(lowp::detail::load_bits(in, i * std::size_t{Bits}, Bits)));
}

#else

// The one NaN of float, with the sign kept.
inline floats with_canonical_nan(floats x) noexcept {
  const words nan = (bits_of(x) & fill_words(0x80000000)) | fill_words(0x7fc00000);
  return floats_of(select(is_nan(x), nan, bits_of(x)));
}

// Binary16, or its upper byte.
template <class F>
inline constexpr bool is_of_binary16 = [] {
  if constexpr (detail::decoding_of<F> == detail::decoding::minifloat)
    return F::is_signed && F::has_infinity && F::bias == 15 && F::bits - F::fraction_bits == 6 && F::bits % 8 == 0;
  return false;
}();

// Lanes of floats from an array of T. Doubles are rounded to odd: to formats of less precision they are rounded
// rightly from there.
template <class T>
struct lane_reader {
  decoder<typename T::format> decode_lanes{};
  floats operator()(const T* p) const noexcept {
    if constexpr (is_of_binary16<typename T::format>) {
      const void* const from = p;
      return with_canonical_nan(sizeof(T) == 2 ? load_halves(static_cast<const std::uint16_t*>(from))
                                               : load_upper_bytes(static_cast<const std::uint8_t*>(from)));
    } else if constexpr (sizeof(T) == 1) {
      return decode_lanes(load_u8(reinterpret_cast<const std::uint8_t*>(p)));
    } else if constexpr (sizeof(T) == 2) {
      return decode_lanes(load_u16(reinterpret_cast<const std::uint16_t*>(p)));
    } else {
      return decode_lanes(load(reinterpret_cast<const std::uint32_t*>(p)));
    }
  }
};
template <>
struct lane_reader<float> {
  floats operator()(const float* p) const noexcept { return load(p); }
};
template <>
struct lane_reader<double> {
  floats operator()(const double* p) const noexcept { return load_to_odd(p); }
};

template <class T, class R, class O>
struct lane_writer {
  encoder<typename T::format, R, O> encode_lanes{};
  void operator()(T* p, floats x, words random) const noexcept {
    if constexpr (sizeof(T) == 1) {
      store_u8(reinterpret_cast<std::uint8_t*>(p), encode_lanes(x, random));
    } else if constexpr (sizeof(T) == 2) {
      store_u16(reinterpret_cast<std::uint16_t*>(p), encode_lanes(x, random));
    } else {
      store(reinterpret_cast<std::uint32_t*>(p), encode_lanes(x, random));
    }
  }
};
template <class R, class O>
struct lane_writer<float, R, O> {
  void operator()(float* p, floats x, words) const noexcept { store(p, x); }
};
template <class R, class O>
struct lane_writer<double, R, O> {
  void operator()(double* p, floats x, words) const noexcept { store(p, x); }
};

// `count` elements; `bits` has the random ones, if any are needed.
template <class From, class To, class R, class O>
inline void cast_stretch(const From* in, To* out, std::size_t count, const std::uint32_t* bits,
                         const lane_reader<From>& read, const lane_writer<To, R, O>& write) noexcept {
  constexpr bool is_random = RandomRounding<R>;
  constexpr bool both_native = std::is_floating_point_v<From> && std::is_floating_point_v<To>;
  const auto lanes_at = [&](const From* p, To* q, const std::uint32_t* r) {
    floats x = fill(0);
    if constexpr (std::same_as<From, double> && std::same_as<To, float>) {
      x = load_nearest(p);
    } else {
      x = read(p);
    }
    if constexpr (both_native) x = with_canonical_nan(x);
    if constexpr (is_random) {
      write(q, x, load(r));
    } else {
      write(q, x, fill_words(0));
    }
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) lanes_at(in + i, out + i, is_random ? bits + i : nullptr);
  if (i == count) return;
  // The last ones from and to arrays of our own, filled up with a value that is there: no other can trap.
  From last[lanes];
  To done[lanes];
  std::uint32_t last_bits[lanes] = {};
  for (std::size_t l = 0; l < lanes; ++l) {
    const std::size_t from = i + l < count ? i + l : i;
    last[l] = in[from];
    if constexpr (is_random) last_bits[l] = bits[from];
  }
  lanes_at(last, done, last_bits);
  for (std::size_t l = 0; i + l < count; ++l) out[i + l] = done[l];
}

template <class From, class To, class R, class O>
inline void cast_array(const From* in, To* out, std::size_t n, const philox& random, std::uint64_t index) noexcept {
  const lane_reader<From> read{};
  const lane_writer<To, R, O> write{};
  if constexpr (RandomRounding<R>) {
    constexpr std::size_t stretch = 512;
    alignas(64) std::uint32_t buffer[stretch + random_slack];
    const philox_blocks draw(random);
    for (std::size_t i = 0; i < n; i += stretch) {
      const std::size_t count = n - i < stretch ? n - i : stretch;
      cast_stretch(in + i, out + i, count, random_words(draw, index + i, count, buffer), read, write);
    }
  } else {
    cast_stretch(in, out, n, nullptr, read, write);
  }
}

// N bytes as one number: by parts, as a copy through memory would wait for itself.
template <int N>
inline std::uint64_t load_bytes(const std::byte* p) noexcept {
  const auto at = [p](auto part, std::size_t i) {
    std::memcpy(&part, p + i, sizeof part);
    return std::uint64_t{part};
  };
  if constexpr (N == 1) return at(std::uint8_t{}, 0);
  if constexpr (N == 2) return at(std::uint16_t{}, 0);
  if constexpr (N == 3) return at(std::uint16_t{}, 0) | at(std::uint8_t{}, 2) << 16;
  if constexpr (N == 4) return at(std::uint32_t{}, 0);
  if constexpr (N > 4 && N < 8) return at(std::uint32_t{}, 0) | at(std::uint32_t{}, N - 4) << (8 * (N - 4));
  return at(std::uint64_t{}, 0);
}

// Eight codes at a time, Bits bytes: their low bits pushed together.
template <int Bits, class Code>
inline void pack_codes(const Code* codes, std::byte* out, std::size_t groups) noexcept {
  if constexpr (Bits == 4) {
    pack_nibbles(reinterpret_cast<const std::uint8_t*>(codes), 8 * groups, reinterpret_cast<std::uint8_t*>(out));
  } else if constexpr (Bits == 8 || Bits == 16) {
    std::memcpy(out, codes, groups * std::size_t{Bits});
  } else if constexpr (Bits < 8) {
    constexpr std::uint64_t kept = 0x0101010101010101 * low_mask(Bits);
    for (std::size_t g = 0; g < groups; ++g) {
      std::uint64_t c = 0;
      std::memcpy(&c, codes + 8 * g, 8);
      c = _pext_u64(c, kept);
      std::memcpy(out + g * std::size_t{Bits}, &c, Bits);
    }
  } else {
    constexpr std::uint64_t kept = 0x0001000100010001 * low_mask(Bits);
    constexpr int half = 4 * Bits;
    for (std::size_t g = 0; g < groups; ++g) {
      std::uint64_t c[2];
      std::memcpy(c, codes + 8 * g, 16);
      const std::uint64_t first = _pext_u64(c[0], kept), second = _pext_u64(c[1], kept);
      const std::uint64_t low = first | second << half, high = second >> (64 - half);
      std::memcpy(out + g * std::size_t{Bits}, &low, 8);
      std::memcpy(out + g * std::size_t{Bits} + 8, &high, Bits - 8);
    }
  }
}
template <int Bits, class Code>
inline void unpack_codes(const std::byte* in, Code* codes, std::size_t groups) noexcept {
  if constexpr (Bits == 4) {
    unpack_nibbles(reinterpret_cast<const std::uint8_t*>(in), 8 * groups, reinterpret_cast<std::uint8_t*>(codes));
  } else if constexpr (Bits == 8 || Bits == 16) {
    std::memcpy(static_cast<void*>(codes), in, groups * std::size_t{Bits});
  } else if constexpr (Bits < 8) {
    constexpr std::uint64_t kept = 0x0101010101010101 * low_mask(Bits);
    for (std::size_t g = 0; g < groups; ++g) {
      const std::uint64_t c = _pdep_u64(load_bytes<Bits>(in + g * std::size_t{Bits}), kept);
      std::memcpy(static_cast<void*>(codes + 8 * g), &c, 8);
    }
  } else {
    constexpr std::uint64_t kept = 0x0001000100010001 * low_mask(Bits);
    constexpr int half = 4 * Bits;
    for (std::size_t g = 0; g < groups; ++g) {
      const std::uint64_t low = load_bytes<8>(in + g * std::size_t{Bits});
      const std::uint64_t high = load_bytes<Bits - 8>(in + g * std::size_t{Bits} + 8);
      const std::uint64_t c[2] = {_pdep_u64(low, kept), _pdep_u64(low >> half | high << (64 - half), kept)};
      std::memcpy(static_cast<void*>(codes + 8 * g), c, 16);
    }
  }
}

#endif
