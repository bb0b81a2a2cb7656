// The kernels of arrays.hpp for one tier.
#include <lowp/modular/lanes.inl>

inline void put_run(std::uint8_t* out, u16s a) noexcept { store_pairs(out, a); }
inline void put_run_part(std::uint8_t* out, u16s a, std::size_t n) noexcept { store_pairs_part(out, a, n); }
template <class Word, class V>
inline void put_run(Word* out, V a) noexcept {
  store(out, a);
}
template <class Word, class V>
inline void put_run_part(Word* out, V a, std::size_t n) noexcept {
  store_part(out, a, n);
}

// How many of n elements to do first, so that p is at a multiple of a vector then: vectors across two lines of the cache
// cost up to half of the speed. 0 if n is too small to gain by it.
template <class Word>
inline std::size_t until_aligned(const Word* p, std::size_t n) noexcept {
  constexpr std::size_t vector = words_of<Word>::lanes * sizeof(typename words_of<Word>::word);
  const std::size_t bytes = (0 - reinterpret_cast<std::uintptr_t>(p)) % vector;
  return bytes % sizeof(Word) != 0 || n * sizeof(Word) < 8 * vector ? 0 : bytes / sizeof(Word);
}

// out[i] = f(a[i]...), i < n; out may be an a. f is a copy, which nobody else can change: its constants stay where they
// are.
template <class F, class Out, class Word, class... Words>
inline void map_runs(F f, Out* out, std::size_t n, const Word* a, const Words*... b) noexcept {
  constexpr std::size_t run = run_length<Word>;
  const auto part = [&](std::size_t i, std::size_t count) {
    put_run_part(out + i, f(part_run<Word>{a + i, count}, part_run<Words>{b + i, count}...), count);
  };
  std::size_t i = until_aligned(a, n);
  if (i > 0) part(0, i);
  for (; i + run <= n; i += run) put_run(out + i, f(whole_run<Word>{a + i}, whole_run<Words>{b + i}...));
  if (i < n) part(i, n - i);
}

// f with the multiplication that suits q. To be kept in step with multiplication_constants.
template <class Word, class F>
inline void with_product(const modular::detail::array_constants& c, F f) noexcept {
  if constexpr (sizeof(Word) == 1) {
    if (c.up) {
      f(byte_products<true>(c));
    } else {
      f(byte_products<false>(c));
    }
  } else if constexpr (sizeof(Word) == 2) {
    if (c.bits <= 13) {
      f(barrett_by_shifts<u16s>(c));
    } else if (LOWP_TIER > 0 && c.q % 2 != 0) {
      f(montgomery_twice_16(c));
    } else {
      f(barrett_two_by_one<u16s>(c));
    }
  } else if constexpr (sizeof(Word) == 4) {
    if (c.bits <= 29) {
      f(barrett_32<false>(c));
    } else if (c.bits == 30) {
      f(barrett_32<true>(c));
    } else {
      f(barrett_two_by_one<u32s>(c));
    }
  } else {
#if LOWP_TIER >= 3
    if (c.bits <= 49) return f(barrett_52<false>(c));
    if (c.bits == 50) return f(barrett_52<true>(c));
#endif
    if (c.bits <= 60) {
      f(barrett_by_shifts<u64s>(c));
    } else {
      f(barrett_two_by_one<u64s>(c));
    }
  }
}

// A product as a function of one run: the other factor is a constant.
template <class Word, class Product>
struct multiples {
  Product product;
  constant_run<Word> factor;
  template <class A>
  words_of<Word> operator()(A a) const noexcept {
    return product(factor, a);
  }
};
template <class Word, class F>
inline void with_multiple(const modular::detail::array_constants& c, const modular::detail::constant_factor& k,
                          F f) noexcept {
  if constexpr (sizeof(Word) == 1) {
    f(byte_multiples(c, k));
  } else {
    using V = words_of<Word>;
    constexpr int most_bits = sizeof(Word) == 8 ? 62 : sizeof(Word) == 4 ? 31 : 15;
#if LOWP_TIER >= 3
    if constexpr (sizeof(Word) == 8) {
      if (c.bits <= 51) return f(shoup_52(c, k));
    }
#endif
    if (c.bits <= most_bits) return f(shoup_lanes<V>(c, k));
    if (c.q % 2 != 0) {  // factor 2^w - quotient q = factor 2^w mod q
      const V form = V::fill(static_cast<Word>(0 - k.quotient * c.q));
      return f(multiples<Word, montgomery_lanes<V>>{montgomery_lanes<V>(c), {form}});
    }
    f(multiples<Word, barrett_two_by_one<V>>{barrett_two_by_one<V>(c), {V::fill(static_cast<Word>(k.factor))}});
  }
}

// f(a...) + d
template <class Word, class Product>
struct then_add {
  Product product;
  add_lanes<Word> add;
  template <class A, class B>
  words_of<Word> operator()(A a, B d) const noexcept {
    return add.of(product(a), d.words());
  }
  template <class A, class B, class C>
  words_of<Word> operator()(A a, B b, C d) const noexcept {
    return add.of(product(a, b), d.words());
  }
};

template <class Word>
inline void modular_add(const Word* a, const Word* b, Word* out, std::size_t n,
                        const modular::detail::array_constants& c) noexcept {
  map_runs(add_lanes<Word>(c), out, n, a, b);
}
template <class Word>
inline void modular_sub(const Word* a, const Word* b, Word* out, std::size_t n,
                        const modular::detail::array_constants& c) noexcept {
  map_runs(sub_lanes<Word>(c), out, n, a, b);
}
template <class Word>
inline void modular_negate(const Word* a, Word* out, std::size_t n,
                           const modular::detail::array_constants& c) noexcept {
  map_runs(negate_lanes<Word>(c), out, n, a);
}
template <class Word>
inline void modular_mul(const Word* a, const Word* b, Word* out, std::size_t n,
                        const modular::detail::array_constants& c) noexcept {
  with_product<Word>(c, [=](auto product) { map_runs(product, out, n, a, b); });
}
template <class Word>
inline void modular_mul_add(const Word* a, const Word* b, const Word* d, Word* out, std::size_t n,
                            const modular::detail::array_constants& c) noexcept {
  const add_lanes<Word> add(c);
  with_product<Word>(c, [=](auto product) {
    map_runs(then_add<Word, decltype(product)>{product, add}, out, n, a, b, d);
  });
}
template <class Word>
inline void modular_montgomery(const Word* a, const Word* b, Word* out, std::size_t n,
                               const modular::detail::array_constants& c) noexcept {
  if constexpr (sizeof(Word) == 1) {
    map_runs(byte_montgomery(c), out, n, a, b);
  } else {
    map_runs(montgomery_lanes<words_of<Word>>(c), out, n, a, b);
  }
}
template <class Word>
inline void modular_multiple(const Word* a, const modular::detail::constant_factor& k, Word* out, std::size_t n,
                             const modular::detail::array_constants& c) noexcept {
  with_multiple<Word>(c, k, [=](auto multiple) { map_runs(multiple, out, n, a); });
}
template <class Word>
inline void modular_multiple_add(const Word* a, const modular::detail::constant_factor& k, const Word* d, Word* out,
                                 std::size_t n, const modular::detail::array_constants& c) noexcept {
  const add_lanes<Word> add(c);
  with_multiple<Word>(c, k, [=](auto multiple) {
    map_runs(then_add<Word, decltype(multiple)>{multiple, add}, out, n, a, d);
  });
}
template <class Word>
inline void modular_switch(const Word* a, std::uint64_t half, std::uint64_t from, Word* out, std::size_t n,
                           const modular::detail::array_constants& c) noexcept {
  map_runs(switch_lanes<Word>(c, half, from), out, n, a);
}

// Words of 64 bits, reduced, to narrower ones: out has room for n.
inline void narrow_words(const std::uint32_t* a, std::uint16_t* out, std::size_t n) noexcept {
  std::size_t i = 0;
  for (; i + u32s::lanes <= n; i += u32s::lanes) store(out + i, u32s::load(a + i));
  if (i < n) store_part(out + i, u32s::load_part(a + i, n - i), n - i);
}
inline void narrow_words(const std::uint16_t* a, std::uint8_t* out, std::size_t n) noexcept {
  std::size_t i = 0;
  for (; i + u16s::lanes <= n; i += u16s::lanes) store(out + i, u16s::load(a + i));
  if (i < n) store_part(out + i, u16s::load_part(a + i, n - i), n - i);
}
template <class F, class Word, class... Words>
inline void map_narrow(F f, Word* out, std::size_t n, const Words*... a) noexcept {
  if constexpr (sizeof(Word) >= 4) {
    map_runs(f, out, n, a...);
  } else {
    constexpr std::size_t some = 512;
    for (std::size_t i = 0; i < n; i += some) {
      const std::size_t now = std::min(some, n - i);
      std::uint32_t words[some];
      map_runs(f, words, now, (a + i)...);
      if constexpr (sizeof(Word) == 2) {
        narrow_words(words, out + i, now);
      } else {
        std::uint16_t halves[some];
        narrow_words(words, halves, now);
        narrow_words(halves, out + i, now);
      }
    }
  }
}
template <class Word>
inline void modular_reduce(const std::uint64_t* a, Word* out, std::size_t n,
                           const modular::detail::array_constants& c) noexcept {
#if LOWP_TIER >= 3
  if (c.bits >= 15 && c.bits <= 50) return map_narrow(word_52(c), out, n, a);
#endif
  map_narrow(word_lanes<u64s>(c), out, n, a);
}
template <class Word>
inline void modular_reduce_wide(const std::uint64_t* high, const std::uint64_t* low, Word* out, std::size_t n,
                                const modular::detail::array_constants& c,
                                [[maybe_unused]] const modular::detail::constant_factor& power) noexcept {
#if LOWP_TIER >= 3
  if (c.bits >= 15 && c.bits <= 50) return map_narrow(wide_52(c, power), out, n, high, low);
#endif
  map_narrow(wide_lanes(c), out, n, high, low);
}

// Sums of products of at most dot_block words, as wide as they get.
#if LOWP_TIER == 0
template <class Word>
inline modular::detail::long_sum modular_dot(const Word* a, const Word* b, std::size_t n,
                                             const modular::detail::array_constants&) noexcept {
  modular::detail::long_sum total;
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (sizeof(Word) <= 4) {
      total.add(std::uint64_t{a[i]} * b[i], 0);
    } else {
      total.add(lowp::detail::multiply_wide(a[i], b[i]));
    }
  }
  return total;
}
#else

// f(run of a, run of b) for all of them.
template <class Word, class F>
inline void for_runs(const Word* a, const Word* b, std::size_t n, F f) noexcept {
  constexpr std::size_t run = run_length<Word>;
  std::size_t i = until_aligned(a, n);
  if (i > 0) f(part_run<Word>{a, i}, part_run<Word>{b, i});
  for (; i + run <= n; i += run) f(whole_run<Word>{a + i}, whole_run<Word>{b + i});
  if (i < n) f(part_run<Word>{a + i, n - i}, part_run<Word>{b + i, n - i});
}

template <class Word>
inline modular::detail::long_sum modular_dot(const Word* a, const Word* b, std::size_t n,
                                             const modular::detail::array_constants& c) noexcept {
  modular::detail::long_sum total;
  if constexpr (sizeof(Word) == 1) {
    u32s sums = u32s::fill(0);
    for_runs(a, b, n, [&](auto left, auto right) {
      const u16s x = left.words(), y = right.words();
      sums = add_pair_products(sums, even_bytes(x), even_bytes(y));
      sums = add_pair_products(sums, shift_right<8>(x), shift_right<8>(y));
    });
    total.add(sum(sums), 0);
  } else if constexpr (sizeof(Word) == 2) {
    u32s low = u32s::fill(0), high = low;
    for_runs(a, b, n, [&](auto left, auto right) {
      const u16s x = left.words(), y = right.words(), l = mul_lo(x, y), h = mul_hi(x, y);
      low = low + even_words(l) + odd_words(l);
      high = high + even_words(h) + odd_words(h);
    });
    total.add(sum(low), 0);
    total.add(sum(high), 16);
  } else if constexpr (sizeof(Word) == 4) {
    const u32_products zero = products(factors(u32s::fill(0)), factors(u32s::fill(0)));
    u32_products low = zero, high = zero;
    if (c.bits <= 29) {  // 64 products fit 64 bits: of 62 runs, and of the parts before and after them
      constexpr std::size_t some = 63 * run_length<Word>;
      for (std::size_t i = 0; i < n; i += some) {
        u32_products all = zero;
        for_runs(a + i, b + i, std::min(some, n - i),
                 [&](auto left, auto right) { all = all + products(left.as_factors(), right.as_factors()); });
        low = low + low_halves(all);
        high = high + high_halves(all);
      }
    } else {
      for_runs(a, b, n, [&](auto left, auto right) {
        const u32_products p = products(left.as_factors(), right.as_factors());
        low = low + low_halves(p);
        high = high + high_halves(p);
      });
    }
    total.add(sum(low), 0);
    total.add(sum(high), 32);
  } else {
    const u64s zero = u64s::fill(0);
#if LOWP_TIER >= 3
    if (c.bits <= 52) {  // 2^12 products fit, and there are about 2^11
      u64s low = zero, high = zero;
      for_runs(a, b, n, [&](auto left, auto right) {
        const u64s x = left.words(), y = right.words();
        low = add_low52(low, x, y);
        high = add_high52(high, x, y);
      });
      alignas(64) std::uint64_t lows[u64s::lanes], highs[u64s::lanes];
      store(lows, low);
      store(highs, high);
      for (const std::uint64_t x : lows) total.add(x, 0);
      for (const std::uint64_t x : highs) total.add(x, 52);
      return total;
    }
#endif
    u64s sums[4] = {zero, zero, zero, zero};  // of digits of 32 bits
    const u64s digit = u64s::fill(0xffffffff);
    for_runs(a, b, n, [&](auto left, auto right) {
      const u64s x = left.words(), y = right.words(), x1 = upper_halves(x), y1 = upper_halves(y);
      const u64s low = mul_halves(x, y), high = mul_halves(x1, y1);
      const u64s middle = mul_halves(x1, y), other = mul_halves(x, y1);
      sums[0] = sums[0] + (low & digit);
      sums[1] = sums[1] + shift_right<32>(low) + (middle & digit) + (other & digit);
      sums[2] = sums[2] + shift_right<32>(middle) + shift_right<32>(other) + (high & digit);
      sums[3] = sums[3] + shift_right<32>(high);
    });
    for (int i = 0; i < 4; ++i) total.add(sum(sums[i]), 32 * i);
  }
  return total;
}
#endif
