// Lanes of words of a tier; see words.hpp. From icelake on there are products of 52 bits. Each tier has types of its own:
// the names that their namespace adds to a call are then those of the tier.
#if LOWP_TIER == 0
#include <lowp/modular/words/scalar.inl>
#elif LOWP_TIER == 1
#include <lowp/modular/words/haswell.inl>
#else
#include <lowp/modular/words/skylake.inl>
#endif

template <class Word>
struct words_of_impl;
template <>
struct words_of_impl<std::uint8_t> {
  using type = u16s;
};
template <>
struct words_of_impl<std::uint16_t> {
  using type = u16s;
};
template <>
struct words_of_impl<std::uint32_t> {
  using type = u32s;
};
template <>
struct words_of_impl<std::uint64_t> {
  using type = u64s;
};
template <class Word>
using words_of = typename words_of_impl<Word>::type;

// a for a < q, a - q for q <= a < 2 q
template <class V>
inline V reduce_once(V a, V q) noexcept {
  return sub_where(a, not_less(a, q), q);
}
// a - b and a + b mod q, for every q of the word
template <class V>
inline V sub_mod(V a, V b, V q) noexcept {
  return add_where(a - b, less(a, b), q);
}
template <class V>
inline V add_mod(V a, V b, V q) noexcept {
  return sub_mod(a, q - b, q);  // q - b may be q: a + b could leave the word, this cannot
}

inline u32s mul_hi(u32s a, u32s b) noexcept { return high(products(factors(a), factors(b))); }

#if LOWP_TIER >= 3
// add + the low or the high 52 bits of the 104 of a b; of a and b only the low 52 bits count.
inline u64s add_low52(u64s add, u64s a, u64s b) noexcept { return {_mm512_madd52lo_epu64(add.v, a.v, b.v)}; }
inline u64s add_high52(u64s add, u64s a, u64s b) noexcept { return {_mm512_madd52hi_epu64(add.v, a.v, b.v)}; }
#endif
