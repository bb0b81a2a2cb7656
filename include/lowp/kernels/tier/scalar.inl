// The vocabulary with one lane, in plain C++. What every function does to each lane is said here once.
//
//   floats    `lanes` floats
//   words     `lanes` unsigned integers of 32 bits, modulo 2^32; "signed" functions read them as two's complement
//   mask      `lanes` truth values
//
//   load, store, load_part, store_part   of arrays of float or std::uint32_t; part: the first n, others load as 0
//   load_u8, store_u8, load_u16, ...     words from and to narrower arrays: zeros above; the low bits of each lane
//   load_u8_pairs                        bytes in both halves of words, the first in the low one
//   load_upper_bytes                     floats from the upper bytes of binary16
//   load_halves, store_halves            floats from and to binary16, to nearest even; a NaN stays a quiet NaN
//   fill(x), fill_words(w), count_up()   the same in all lanes; 0, 1, 2, ...
//   fma(a, b, c)                         a b + c, rounded once
//   add_exact_product(a, b, c)           a b + c where a b is a float; to nearest even where that can be had for nothing
//   min, max                             of floats: b if they are equal or one is NaN
//   to_ints, to_ints_truncated           |x| < 2^31; to nearest even, toward zero; from_ints is the inverse
//   shift_left<n>, shift_left(w, counts) counts of 32 and more give 0, so do negative ones; shift_right too
//   shift_right_signed                   as if the sign went on above; counts below 32
//   select(m, a, b)                      a where m, else b
//   plus_one(w, m), or_where(w, m, bits) w + 1, w | bits where m, else w; add_where, subtract_where
//   bit_select(m, a, b)                  a in the bits where m has ones, else b
//   table16, table8                      16 or 8 words in registers; lookup(table, index) takes the index modulo that
//   gather(p, index)                     p[index]
//   multiply_wide(a, b)                  all 64 bits of the products
inline constexpr std::size_t lanes = 1;

struct floats {
  float v;
};
inline floats operator+(floats a, floats b) noexcept { return {a.v + b.v}; }
inline floats operator-(floats a, floats b) noexcept { return {a.v - b.v}; }
inline floats operator*(floats a, floats b) noexcept { return {a.v * b.v}; }

struct words {
  std::uint32_t v;
};
inline words operator+(words a, words b) noexcept { return {a.v + b.v}; }
inline words operator-(words a, words b) noexcept { return {a.v - b.v}; }
inline words operator&(words a, words b) noexcept { return {a.v & b.v}; }
inline words operator|(words a, words b) noexcept { return {a.v | b.v}; }
inline words operator^(words a, words b) noexcept { return {a.v ^ b.v}; }

struct mask {
  bool v;
};
inline mask operator&(mask a, mask b) noexcept { return {a.v && b.v}; }
inline mask operator|(mask a, mask b) noexcept { return {a.v || b.v}; }
inline mask operator^(mask a, mask b) noexcept { return {a.v != b.v}; }
inline mask operator~(mask a) noexcept { return {!a.v}; }

// By bytes: as for vectors, p may point to objects of another type.
template <class T>
inline T read(const T* p) noexcept {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
inline void write(T* p, T v) noexcept {
  std::memcpy(p, &v, sizeof v);
}

inline floats load(const float* p) noexcept { return {read(p)}; }
inline void store(float* p, floats a) noexcept { write(p, a.v); }
inline floats load_part(const float* p, std::size_t n) noexcept { return {n > 0 ? read(p) : 0.0f}; }
inline void store_part(float* p, floats a, std::size_t n) noexcept {
  if (n > 0) store(p, a);
}
inline floats fill(float x) noexcept { return {x}; }
inline floats fma(floats a, floats b, floats c) noexcept { return {__builtin_fmaf(a.v, b.v, c.v)}; }
inline floats add_exact_product(floats a, floats b, floats c) noexcept { return {a.v * b.v + c.v}; }
inline floats min(floats a, floats b) noexcept { return {a.v < b.v ? a.v : b.v}; }
inline floats max(floats a, floats b) noexcept { return {a.v > b.v ? a.v : b.v}; }

inline words load(const std::uint32_t* p) noexcept { return {read(p)}; }
inline void store(std::uint32_t* p, words a) noexcept { write(p, a.v); }
inline words load_part(const std::uint32_t* p, std::size_t n) noexcept { return {n > 0 ? read(p) : 0}; }
inline void store_part(std::uint32_t* p, words a, std::size_t n) noexcept {
  if (n > 0) store(p, a);
}
inline words load_u8(const std::uint8_t* p) noexcept { return {*p}; }
inline words load_u16(const std::uint16_t* p) noexcept { return {read(p)}; }
inline words load_u8_pairs(const std::uint8_t* p) noexcept { return {p[0] | std::uint32_t{p[1]} << 16}; }
inline void store_u8(std::uint8_t* p, words a) noexcept { *p = static_cast<std::uint8_t>(a.v); }
inline void store_u16(std::uint16_t* p, words a) noexcept { write(p, static_cast<std::uint16_t>(a.v)); }
inline words load_u8_part(const std::uint8_t* p, std::size_t n) noexcept { return {n > 0 ? *p : 0u}; }
inline words load_u16_part(const std::uint16_t* p, std::size_t n) noexcept { return n > 0 ? load_u16(p) : words{0}; }
inline void store_u8_part(std::uint8_t* p, words a, std::size_t n) noexcept {
  if (n > 0) store_u8(p, a);
}
inline void store_u16_part(std::uint16_t* p, words a, std::size_t n) noexcept {
  if (n > 0) store_u16(p, a);
}
inline words fill_words(std::uint32_t x) noexcept { return {x}; }
inline words count_up() noexcept { return {0}; }

inline words bits_of(floats a) noexcept { return {std::bit_cast<std::uint32_t>(a.v)}; }
inline floats floats_of(words a) noexcept { return {std::bit_cast<float>(a.v)}; }
// In double, 1.5 * 2^52 is where the last bit of a sum has weight 1.
inline words to_ints(floats a) noexcept {
  return {static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(static_cast<double>(a.v) + 0x1.8p52))};
}
inline words to_ints_truncated(floats a) noexcept {
  return {static_cast<std::uint32_t>(static_cast<std::int32_t>(a.v))};
}
inline floats from_ints(words a) noexcept { return {static_cast<float>(static_cast<std::int32_t>(a.v))}; }

template <int N>
inline words shift_left(words a) noexcept {
  return {a.v << N};
}
template <int N>
inline words shift_right(words a) noexcept {
  return {a.v >> N};
}
template <int N>
inline words shift_right_signed(words a) noexcept {
  return {static_cast<std::uint32_t>(static_cast<std::int32_t>(a.v) >> N)};
}
inline words shift_left(words a, words counts) noexcept { return {counts.v < 32 ? a.v << counts.v : 0}; }
inline words shift_right(words a, words counts) noexcept { return {counts.v < 32 ? a.v >> counts.v : 0}; }
inline words shift_right_signed(words a, words counts) noexcept {
  return {static_cast<std::uint32_t>(static_cast<std::int32_t>(a.v) >> counts.v)};
}
inline words and_not(words a, words b) noexcept { return {a.v & ~b.v}; }
inline words min_unsigned(words a, words b) noexcept { return {a.v < b.v ? a.v : b.v}; }
inline words max_unsigned(words a, words b) noexcept { return {a.v > b.v ? a.v : b.v}; }
inline words min_signed(words a, words b) noexcept {
  return {static_cast<std::int32_t>(a.v) < static_cast<std::int32_t>(b.v) ? a.v : b.v};
}
inline words max_signed(words a, words b) noexcept {
  return {static_cast<std::int32_t>(a.v) > static_cast<std::int32_t>(b.v) ? a.v : b.v};
}
inline words leading_zeros(words a) noexcept { return {static_cast<std::uint32_t>(std::countl_zero(a.v))}; }

inline mask equal(words a, words b) noexcept { return {a.v == b.v}; }
inline mask less(words a, words b) noexcept { return {a.v < b.v}; }
inline mask less_signed(words a, words b) noexcept {
  return {static_cast<std::int32_t>(a.v) < static_cast<std::int32_t>(b.v)};
}
inline mask is_nonzero(words a) noexcept { return {a.v != 0}; }
inline mask is_negative(words a) noexcept { return {(a.v >> 31) != 0}; }  // the top bit
inline mask equal(floats a, floats b) noexcept { return {a.v == b.v}; }
inline mask less(floats a, floats b) noexcept { return {a.v < b.v}; }
inline mask is_nan(floats a) noexcept { return {a.v != a.v}; }

inline bool any(mask m) noexcept { return m.v; }
inline bool all(mask m) noexcept { return m.v; }
inline std::uint32_t bits_of(mask m) noexcept { return m.v; }  // lane i is bit i
inline floats select(mask m, floats a, floats b) noexcept { return {m.v ? a.v : b.v}; }
inline words select(mask m, words a, words b) noexcept { return {m.v ? a.v : b.v}; }
inline words plus_one(words a, mask m) noexcept { return {a.v + m.v}; }
inline words or_where(words a, mask m, words bits) noexcept { return {m.v ? a.v | bits.v : a.v}; }
inline words add_where(words a, mask m, words b) noexcept { return {m.v ? a.v + b.v : a.v}; }
inline floats subtract_where(floats a, mask m, floats b) noexcept { return {m.v ? a.v - b.v : a.v}; }
inline words bit_select(words m, words a, words b) noexcept { return {(a.v & m.v) | (b.v & ~m.v)}; }

// From doubles, to nearest even, or rounded to odd: toward zero, and the last bit set if that is not exact.
inline floats load_nearest(const double* p) noexcept { return {static_cast<float>(*p)}; }
inline floats load_to_odd(const double* p) noexcept {
  const float near = static_cast<float>(*p);
  const double back = static_cast<double>(near);
  if (!(back < *p || back > *p)) return {near};
  const bool beyond = *p < 0 ? back < *p : back > *p;
  return {std::bit_cast<float>((std::bit_cast<std::uint32_t>(near) - beyond) | 1)};
}
inline void store(double* p, floats a) noexcept { *p = static_cast<double>(a.v); }

struct words_pair {
  words low, high;
};
inline words_pair multiply_wide(words a, words b) noexcept {
  const std::uint64_t p = std::uint64_t{a.v} * b.v;
  return {{static_cast<std::uint32_t>(p)}, {static_cast<std::uint32_t>(p >> 32)}};
}

struct table16 {
  const std::uint32_t* v;
};
struct table8 {
  const std::uint32_t* v;
};
inline table16 load_table16(const std::uint32_t* p) noexcept { return {p}; }
inline table8 load_table8(const std::uint32_t* p) noexcept { return {p}; }
inline words lookup(table16 t, words index) noexcept { return {read(t.v + index.v % 16)}; }
inline words lookup(table8 t, words index) noexcept { return {read(t.v + index.v % 8)}; }
inline floats gather(const float* p, words index) noexcept { return {read(p + index.v)}; }
inline words gather(const std::uint32_t* p, words index) noexcept { return {read(p + index.v)}; }

inline floats load_halves(const std::uint16_t* p) noexcept {
  const std::uint32_t half = read(p), sign = (half & 0x8000u) << 16, size = half & 0x7fffu;
  if (size < 0x400)
    return {std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(size) * 0x1p-24f) | sign)};
  const std::uint32_t quiet = size > 0x7c00 ? 0x400000u : 0, special = size >= 0x7c00 ? 0x70000000u : 0x38000000u;
  return {std::bit_cast<float>(((size << 13) + special) | quiet | sign)};
}
inline floats load_upper_bytes(const std::uint8_t* p) noexcept {
  const std::uint16_t half = static_cast<std::uint16_t>(*p << 8);
  return load_halves(&half);
}
inline void store_halves(std::uint16_t* p, floats a) noexcept {
  const std::uint32_t x = std::bit_cast<std::uint32_t>(a.v), size = x & 0x7fffffff;
  const std::uint32_t sign = x >> 16 & 0x8000;
  std::uint32_t h = 0;
  if (size > 0x7f800000) {
    h = 0x7e00 | (size >> 13 & 0x3ff);
  } else if (size >= 0x477ff000) {  // from 65520 on
    h = 0x7c00;
  } else if (size <
             0x38800000) {  // below 2^-14: adding 0.5 puts the unit of the subnormals, 2^-24, in the last place
    h = std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + 0.5f) - 0x3f000000;
  } else {
    h = (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13;
  }
  write(p, static_cast<std::uint16_t>(h | sign));
}
inline floats load_halves_part(const std::uint16_t* p, std::size_t n) noexcept {
  return n > 0 ? load_halves(p) : floats{0};
}
inline void store_halves_part(std::uint16_t* p, floats a, std::size_t n) noexcept {
  if (n > 0) store_halves(p, a);
}

// Codes of 4 bits, two a byte, the first in the low half. With an odd n the last high half is 0.
inline void pack_nibbles(const std::uint8_t* codes, std::size_t n, std::uint8_t* out) noexcept {
  for (std::size_t i = 0; i + 2 <= n; i += 2) out[i / 2] = static_cast<std::uint8_t>(codes[i] | codes[i + 1] << 4);
  if (n % 2 != 0) out[n / 2] = codes[n - 1];
}
inline void unpack_nibbles(const std::uint8_t* in, std::size_t n, std::uint8_t* codes) noexcept {
  for (std::size_t i = 0; i < n; ++i) codes[i] = in[i / 2] >> (i % 2 * 4) & 15;
}
