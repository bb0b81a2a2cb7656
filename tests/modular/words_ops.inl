// What words.hpp gives, on arrays of V::lanes words: a and b, and q for the modular ones.
template <class V>
inline void word_ops(const typename V::word* a, const typename V::word* b, const typename V::word* q, int n,
                     typename V::word* out) noexcept {
  using word = typename V::word;
  const V x = V::load(a), y = V::load(b), m = V::load(q);
  const auto put = [&out](V v) {
    store(out, v);
    out += V::lanes;
  };
  put(x + y);
  put(x - y);
  put(x & y);
  put(x | y);
  put(shift_left(x, V::count(n)));
  put(shift_right(x, V::count(n)));
  put(shift_left<7>(x));
  put(shift_right<7>(x));
  put(select(equal(x, y), x, m));
  put(select(less(x, y), x, m));
  put(select(not_less(x, y), x, m));
  put(select(less(x, y) | equal(x, y), x, m));
  put(add_where(x, less(x, y), m));
  put(sub_where(x, less(x, y), m));
  put(mul_lo(x, y));
  put(mul_hi(x, y));
  put(reduce_once(x, m));
  put(add_mod(x, y, m));
  put(sub_mod(x, y, m));
  put(V::fill(static_cast<word>(n)));
  put(V::load_part(a, static_cast<std::size_t>(n) % (V::lanes + 1)));
  put(V::fill(0));
  store_part(out - V::lanes, x, static_cast<std::size_t>(n) % (V::lanes + 1));
}
inline void word_ops_16(const std::uint16_t* a, const std::uint16_t* b, const std::uint16_t* q, int n,
                        std::uint16_t* out) noexcept {
  word_ops<u16s>(a, b, q, n, out);
}
inline void word_ops_32(const std::uint32_t* a, const std::uint32_t* b, const std::uint32_t* q, int n,
                        std::uint32_t* out) noexcept {
  word_ops<u32s>(a, b, q, n, out);
}
inline void word_ops_64(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* q, int n,
                        std::uint64_t* out) noexcept {
  word_ops<u64s>(a, b, q, n, out);
}

// Of u32s alone.
inline void products_32(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t c, int n,
                        std::uint32_t* out) noexcept {
  const auto put = [&out](u32_products p) {
    store(out, low(p));
    store(out + u32s::lanes, high(p));
    out += 2 * u32s::lanes;
  };
  const u32_products p = products(load_factors(a), factors(u32s::load(b)));
  const u32_products d = products(factors(u32s::fill(c)), load_factors(b));
  put(p);
  put(times_low(p, u32s::fill(c)));
  put(times_high(p, u32s::fill(c)));
  put(p + d);
  put(p - d);
  put(shift_right(p, u64s::count(n)));
}
// Of u64s alone; and words from and to arrays of the next narrower ones.
inline std::uint64_t near_and_sum(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) noexcept {
  store(out, mul_hi_near(u64s::load(a), u64s::load(b)));
  return sum(u64s::load(a));
}
template <class V, class Narrow>
inline void through(const Narrow* a, std::size_t n, Narrow* whole, Narrow* part) noexcept {
  store(whole, V::load(a));
  store(part, V::load_part(a, n) + V::fill(typename V::word{1} << 8 * sizeof(Narrow)));
  store_part(part, V::load_part(a, n) + V::fill(1), n);
}
inline void through_8(const std::uint8_t* a, std::size_t n, std::uint8_t* whole, std::uint8_t* part) noexcept {
  through<u16s>(a, n % (u16s::lanes + 1), whole, part);
}
inline void through_16(const std::uint16_t* a, std::size_t n, std::uint16_t* whole, std::uint16_t* part) noexcept {
  through<u32s>(a, n % (u32s::lanes + 1), whole, part);
}
inline void through_32(const std::uint32_t* a, std::size_t n, std::uint32_t* whole, std::uint32_t* part) noexcept {
  through<u64s>(a, n % (u64s::lanes + 1), whole, part);
}
// Bytes in pairs, and sums of all lanes.
inline std::uint64_t pairs_and_sums(const std::uint8_t* a, std::size_t n, std::uint8_t* whole,
                                    std::uint8_t* part) noexcept {
  const u16s x = u16s::load_pairs(a);
  store_pairs(whole, x);
  store_pairs_part(part, u16s::load_pairs_part(a, n), n);
  return sum(even_words(x)) + (sum(odd_words(x)) << 32) + sum(x);
}
inline std::uint64_t sum_products(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t* all) noexcept {
  const u32_products p = products(load_factors(a), load_factors(b));
  all[0] = sum(p);
  all[1] = sum(low_halves(p));
  all[2] = sum(high_halves(p));
  return sum(u32s::load(a));
}

#if LOWP_TIER >= 3
inline void products_52(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) noexcept {
  const u64s x = u64s::load(a), y = u64s::load(b);
  store(out, add_low52(y, x, y));
  store(out + u64s::lanes, add_high52(x, x, y));
}
#endif
