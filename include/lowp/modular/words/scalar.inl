// Lanes of words with one lane each, in plain C++. What every function does to each lane is said here once.
//
//   u16s, u32s, u64s                    V::lanes of V::word; arithmetic is modulo 2^w, comparison unsigned
//   words_of<Word>                      the type for arrays of Word; u16s for std::uint8_t too
//   V::mask                             truth values
//   V::load(p), V::load_part(p, n)      from an array of the word or of the next narrower one; part: the first n > 0 of
//                                       them, others are 0
//   store(p, a), store_part(p, a, n)    to such arrays; the low bits where they are narrower
//   V::fill(x), V::count(n)             the same in all lanes; a distance for shifts
//   + - & |
//   shift_left<N>, shift_right<N>       also shift_left(a, count), shift_right(a, count); 0 <= n < w
//   equal, less, not_less               masks; m | m
//   select(m, a, b)                     a where m, else b
//   add_where(a, m, b)                  a + b where m, else a; sub_where
//   mul_lo, mul_hi                      the low and the high word of the product
//   mul_hi_near(a, b)                   u64s: mul_hi or one less, for a and b < 2^63; cheaper
//   sum(V)                              of all lanes as 64 bits; of u64s modulo 2^64
//   From words.inl, beside those explained there:
//   reduce_once, add_mod, sub_mod       for every q of the word
//   add_low52, add_high52(add, a, b)    u64s; from icelake on
//
// Products of u32s have 64 bits. They stay apart, even lanes and odd ones, until one of their halves is asked for:
//   factors(u32s)                       what products are made of
//   load_factors(p)                     factors(u32s::load(p)), where that is cheaper
//   products(factors, factors)          a u32_products
//   times_low(p, b), times_high(p, b)   the low or the high words of p times b, a u32s with the same in all lanes
//   low(p), high(p)                     as u32s
//   p + p, p - p                        modulo 2^64; shift_right(p, u64s::count(n))
//   low_halves(p), high_halves(p)       p & (2^32 - 1), p >> 32
//   sum(p)                              modulo 2^64
//
// Bytes are pairs in u16s, the first in the low half:
//   u16s::load_pairs(p), u16s::load_pairs_part(p, n), store_pairs(p, a), store_pairs_part(p, a, n)      n bytes
//   even_words(u16s), odd_words(u16s)   every other lane as u32s; of a single one, itself and 0
//   add_pair_products(u32s, a, b)       adds products of even and of odd words, which are below 2^15
template <class Word>
struct word_lane {
  using word = Word;
  static constexpr std::size_t lanes = 1;
  struct mask {
    bool v;
  };
  Word v;

  template <class Narrow>
  static word_lane load(const Narrow* p) noexcept {
    static_assert(sizeof(Narrow) <= sizeof(Word));
    return {*p};
  }
  template <class Narrow>
  static word_lane load_part(const Narrow* p, std::size_t n) noexcept {
    return n > 0 ? load(p) : word_lane{0};
  }
  static word_lane fill(Word x) noexcept { return {x}; }
  static word_lane load_pairs(const std::uint8_t* p) noexcept { return {static_cast<Word>(p[0] | p[1] << 8)}; }
  static word_lane load_pairs_part(const std::uint8_t* p, std::size_t n) noexcept {
    return {static_cast<Word>((n > 0 ? p[0] : 0) | (n > 1 ? p[1] << 8 : 0))};
  }
  static int count(int n) noexcept { return n; }
};
using u16s = word_lane<std::uint16_t>;
using u32s = word_lane<std::uint32_t>;
using u64s = word_lane<std::uint64_t>;

template <class Narrow, class W>
inline void store(Narrow* p, word_lane<W> a) noexcept {
  *p = static_cast<Narrow>(a.v);
}
template <class Narrow, class W>
inline void store_part(Narrow* p, word_lane<W> a, std::size_t n) noexcept {
  if (n > 0) *p = static_cast<Narrow>(a.v);
}
inline void store_pairs(std::uint8_t* p, u16s a) noexcept {
  p[0] = static_cast<std::uint8_t>(a.v);
  p[1] = static_cast<std::uint8_t>(a.v >> 8);
}
inline void store_pairs_part(std::uint8_t* p, u16s a, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n && i < 2; ++i) p[i] = static_cast<std::uint8_t>(a.v >> 8 * i);
}

template <class W>
inline word_lane<W> operator+(word_lane<W> a, word_lane<W> b) noexcept {
  return {static_cast<W>(a.v + b.v)};
}
template <class W>
inline word_lane<W> operator-(word_lane<W> a, word_lane<W> b) noexcept {
  return {static_cast<W>(a.v - b.v)};
}
template <class W>
inline word_lane<W> operator&(word_lane<W> a, word_lane<W> b) noexcept {
  return {static_cast<W>(a.v & b.v)};
}
template <class W>
inline word_lane<W> operator|(word_lane<W> a, word_lane<W> b) noexcept {
  return {static_cast<W>(a.v | b.v)};
}
template <class W>
inline word_lane<W> shift_left(word_lane<W> a, int count) noexcept {
  return {static_cast<W>(a.v << count)};
}
template <class W>
inline word_lane<W> shift_right(word_lane<W> a, int count) noexcept {
  return {static_cast<W>(a.v >> count)};
}
template <int N, class W>
inline word_lane<W> shift_left(word_lane<W> a) noexcept {
  return shift_left(a, N);
}
template <int N, class W>
inline word_lane<W> shift_right(word_lane<W> a) noexcept {
  return shift_right(a, N);
}

// Without branches, as what they decide is random.
template <class W>
inline typename word_lane<W>::mask equal(word_lane<W> a, word_lane<W> b) noexcept {
  return {a.v == b.v};
}
template <class W>
inline typename word_lane<W>::mask less(word_lane<W> a, word_lane<W> b) noexcept {
  return {a.v < b.v};
}
template <class W>
inline typename word_lane<W>::mask not_less(word_lane<W> a, word_lane<W> b) noexcept {
  return {a.v >= b.v};
}
inline u16s::mask operator|(u16s::mask a, u16s::mask b) noexcept { return {a.v || b.v}; }
inline u32s::mask operator|(u32s::mask a, u32s::mask b) noexcept { return {a.v || b.v}; }
inline u64s::mask operator|(u64s::mask a, u64s::mask b) noexcept { return {a.v || b.v}; }
template <class W>
inline word_lane<W> where(typename word_lane<W>::mask m, word_lane<W> a) noexcept {
  return {static_cast<W>(a.v & static_cast<W>(0 - static_cast<W>(m.v)))};
}
template <class W>
inline word_lane<W> select(typename word_lane<W>::mask m, word_lane<W> a, word_lane<W> b) noexcept {
  return b + where(m, a - b);
}
template <class W>
inline word_lane<W> add_where(word_lane<W> a, typename word_lane<W>::mask m, word_lane<W> b) noexcept {
  return a + where(m, b);
}
template <class W>
inline word_lane<W> sub_where(word_lane<W> a, typename word_lane<W>::mask m, word_lane<W> b) noexcept {
  return a - where(m, b);
}

inline u16s mul_lo(u16s a, u16s b) noexcept { return {static_cast<std::uint16_t>(std::uint32_t{a.v} * b.v)}; }
inline u16s mul_hi(u16s a, u16s b) noexcept { return {static_cast<std::uint16_t>(std::uint32_t{a.v} * b.v >> 16)}; }
inline u32s mul_lo(u32s a, u32s b) noexcept { return {a.v * b.v}; }
inline u64s mul_lo(u64s a, u64s b) noexcept { return {a.v * b.v}; }
inline u64s mul_hi(u64s a, u64s b) noexcept { return {lowp::detail::multiply_wide(a.v, b.v).high}; }
inline u64s mul_hi_near(u64s a, u64s b) noexcept { return mul_hi(a, b); }

struct u32_factors {
  std::uint32_t v;
};
struct u32_products {
  std::uint64_t v;
};
inline u32_factors factors(u32s a) noexcept { return {a.v}; }
inline u32_factors load_factors(const std::uint32_t* p) noexcept { return {*p}; }
inline u32_products products(u32_factors a, u32_factors b) noexcept { return {std::uint64_t{a.v} * b.v}; }
inline u32s low(u32_products p) noexcept { return {static_cast<std::uint32_t>(p.v)}; }
inline u32s high(u32_products p) noexcept { return {static_cast<std::uint32_t>(p.v >> 32)}; }
inline u32_products times_low(u32_products p, u32s b) noexcept { return {std::uint64_t{low(p).v} * b.v}; }
inline u32_products times_high(u32_products p, u32s b) noexcept { return {std::uint64_t{high(p).v} * b.v}; }
inline u32_products operator+(u32_products a, u32_products b) noexcept { return {a.v + b.v}; }
inline u32_products operator-(u32_products a, u32_products b) noexcept { return {a.v - b.v}; }
inline u32_products shift_right(u32_products p, int count) noexcept { return {p.v >> count}; }

inline u32_products low_halves(u32_products p) noexcept { return {p.v & 0xffffffff}; }
inline u32_products high_halves(u32_products p) noexcept { return {p.v >> 32}; }
inline u32s even_words(u16s a) noexcept { return {a.v}; }
inline u32s odd_words(u16s) noexcept { return {0}; }
inline u32s add_pair_products(u32s add, u16s a, u16s b) noexcept { return {add.v + std::uint32_t{a.v} * b.v}; }

template <class W>
inline std::uint64_t sum(word_lane<W> a) noexcept {
  return a.v;
}
inline std::uint64_t sum(u32_products p) noexcept { return p.v; }
