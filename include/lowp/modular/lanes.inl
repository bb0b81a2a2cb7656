// Multiplication and reduction modulo q in lanes of words: structs with their constants in registers, made from a
// detail::array_constants (arrays.hpp), where the choice between them is explained. What a function takes is a run of
// one vector's words in memory, `whole_run<Word>` or the shorter `part_run<Word>`, as 32-bit factors are cheaper to
// load than to make; bytes go two to a lane of 16 bits.

template <class Word>
inline constexpr std::size_t run_length = words_of<Word>::lanes*(sizeof(Word) == 1 ? 2 : 1);

template <class Word>
struct whole_run {
  const Word* p;
  words_of<Word> words() const noexcept {
    if constexpr (sizeof(Word) == 1) {
      return u16s::load_pairs(p);
    } else {
      return words_of<Word>::load(p);
    }
  }
  u32_factors as_factors() const noexcept { return load_factors(p); }
};
template <class Word>
struct part_run {
  const Word* p;
  std::size_t n;
  words_of<Word> words() const noexcept {
    if constexpr (sizeof(Word) == 1) {
      return u16s::load_pairs_part(p, n);
    } else {
      return words_of<Word>::load_part(p, n);
    }
  }
  u32_factors as_factors() const noexcept { return factors(words()); }
};
// The same number in all lanes.
template <class Word>
struct constant_run {
  words_of<Word> v;
  words_of<Word> words() const noexcept { return v; }
  u32_factors as_factors() const noexcept { return factors(v); }
};

// Of pairs of bytes. Odd ones stay where they are, as multiples of 256.
inline u16s even_bytes(u16s a) noexcept { return a & u16s::fill(0x00ff); }
inline u16s odd_bytes(u16s a) noexcept { return a & u16s::fill(0xff00); }

// a - b
template <class Word>
struct sub_lanes {
  words_of<Word> q;
  explicit sub_lanes(const modular::detail::array_constants& c) noexcept
      : q(words_of<Word>::fill(static_cast<typename words_of<Word>::word>(c.q))) {}

  words_of<Word> of(words_of<Word> a, words_of<Word> b) const noexcept {
    if constexpr (sizeof(Word) == 1) {
      return sub_mod(even_bytes(a), even_bytes(b), q) | sub_mod(odd_bytes(a), odd_bytes(b), shift_left<8>(q));
    } else {
      return sub_mod(a, b, q);
    }
  }
  template <class A, class B>
  words_of<Word> operator()(A a, B b) const noexcept {
    return of(a.words(), b.words());
  }
};
template <class Word>
struct add_lanes {
  words_of<Word> q;
  explicit add_lanes(const modular::detail::array_constants& c) noexcept : q(sub_lanes<Word>(c).q) {}

  words_of<Word> of(words_of<Word> a, words_of<Word> b) const noexcept {
    if constexpr (sizeof(Word) == 1) {
      return add_mod(even_bytes(a), even_bytes(b), q) | add_mod(odd_bytes(a), odd_bytes(b), shift_left<8>(q));
    } else {
      return add_mod(a, b, q);
    }
  }
  template <class A, class B>
  words_of<Word> operator()(A a, B b) const noexcept {
    return of(a.words(), b.words());
  }
};
template <class Word>
struct negate_lanes : sub_lanes<Word> {
  using sub_lanes<Word>::sub_lanes;
  template <class A>
  words_of<Word> operator()(A a) const noexcept {
    return this->of(words_of<Word>::fill(0), a.words());
  }
};

// Products of bytes: an exact quotient, as floor((z + up) m / 2^(16+s)) = floor(z / q) for all z that occur.
template <bool Up>
struct byte_products {
  u16s q, m;
  decltype(u16s::count(0)) s;
  explicit byte_products(const modular::detail::array_constants& c) noexcept
      : q(u16s::fill(static_cast<std::uint16_t>(c.q))),
        m(u16s::fill(static_cast<std::uint16_t>(c.mu))),
        s(u16s::count(c.shift)) {}

  u16s reduce(u16s z) const noexcept {
    const u16s quotient = shift_right(mul_hi(Up ? z + u16s::fill(1) : z, m), s);
    return z - mul_lo(quotient, q);
  }
  template <class A, class B>
  u16s operator()(A a, B b) const noexcept {
    const u16s x = a.words(), y = b.words();
    const u16s even = mul_lo(even_bytes(x), even_bytes(y)), odd = mul_hi(odd_bytes(x), odd_bytes(y));
    return reduce(even) | shift_left<8>(reduce(odd));
  }
};
// Of bytes with a constant: an exact quotient as well, floor(x m / 2^16) with m = ceil(constant 2^16 / q).
struct byte_multiples {
  u16s factor, m, q;
  byte_multiples(const modular::detail::array_constants& c, const modular::detail::constant_factor& k) noexcept
      : factor(u16s::fill(static_cast<std::uint16_t>(k.factor))),
        m(u16s::fill(static_cast<std::uint16_t>(k.quotient))),
        q(u16s::fill(static_cast<std::uint16_t>(c.q))) {}

  u16s of(u16s x) const noexcept {
    const u16s even = even_bytes(x), odd = shift_right<8>(x);
    const u16s low = mul_lo(even, factor) - mul_lo(mul_hi(even, m), q);
    return low | (mul_lo(odd, shift_left<8>(factor)) - mul_lo(mul_hi(odd, m), shift_left<8>(q)));
  }
  template <class A>
  u16s operator()(A a) const noexcept {
    return of(a.words());
  }
};
struct byte_montgomery {
  u16s q, inverse;
  explicit byte_montgomery(const modular::detail::array_constants& c) noexcept
      : q(u16s::fill(static_cast<std::uint16_t>(c.q))), inverse(u16s::fill(static_cast<std::uint16_t>(c.inverse))) {}

  u16s reduce(u16s z) const noexcept {
    return sub_mod(shift_right<8>(z), shift_right<8>(mul_lo(even_bytes(mul_lo(z, inverse)), q)), q);
  }
  template <class A, class B>
  u16s operator()(A a, B b) const noexcept {
    const u16s x = a.words(), y = b.words();
    const u16s even = mul_lo(even_bytes(x), even_bytes(y)), odd = mul_hi(odd_bytes(x), odd_bytes(y));
    return reduce(even) | shift_left<8>(reduce(odd));
  }
};

// Barrett for words of w = 16 or 64 bits: z = a b with both factors shifted before, so that the high word is
// c = floor(z / 2^(L-2)); the quotient is floor(c mu / 2^w). At 16 bits, q < 2^13, it is at most one too small. At 64
// bits, q < 2^60, both high words may be one too small, and the quotient three.
template <class V>
struct barrett_by_shifts {
  V q, mu;
  decltype(V::count(0)) shift_a, shift_b;
  explicit barrett_by_shifts(const modular::detail::array_constants& c) noexcept
      : q(V::fill(static_cast<typename V::word>(c.q))),
        mu(V::fill(static_cast<typename V::word>(c.mu))),
        shift_a(V::count(c.shift_a)),
        shift_b(V::count(c.shift_b)) {}

  template <class A, class B>
  V operator()(A a, B b) const noexcept {
    const V x = a.words(), y = b.words();
    const V left = shift_left(x, shift_a), right = shift_left(y, shift_b);
    if constexpr (sizeof(typename V::word) == 8) {
      const V quotient = mul_hi_near(mul_hi_near(left, right), mu);
      return reduce_once(reduce_once(mul_lo(x, y) - mul_lo(quotient, q), q + q), q);
    } else {
      const V quotient = mul_hi(mul_hi(left, right), mu);
      return reduce_once(mul_lo(x, y) - mul_lo(quotient, q), q);
    }
  }
};

// Barrett in 32 bits, q < 2^29, and with Half q < 2^30: c = floor(z / 2^(L-2)), the quotient floor(c mu / 2^32) or
// floor(c mu / 2^33), at most one too small.
template <bool Half>
struct barrett_32 {
  u32s q, mu;
  decltype(u64s::count(0)) shift;
  explicit barrett_32(const modular::detail::array_constants& c) noexcept
      : q(u32s::fill(static_cast<std::uint32_t>(c.q))),
        mu(u32s::fill(static_cast<std::uint32_t>(c.mu))),
        shift(u64s::count(c.shift)) {}

  template <class A, class B>
  u32s operator()(A a, B b) const noexcept {
    const u32_products z = products(a.as_factors(), b.as_factors());
    u32s quotient = high(times_low(shift_right(z, shift), mu));
    if constexpr (Half) quotient = shift_right<1>(quotient);
    return reduce_once(low(z) - mul_lo(quotient, q), q);
  }
};

// z mod q for z of two words, high < q 2^s, and every q: Moeller and Granlund's division of two words by one. q 2^s
// has its top bit set; a multiple of 2^s comes in, and the remainder times 2^s out.
template <class V>
struct two_by_one {
  V q, v;  // q 2^s; floor((2^2w - 1) / (q 2^s)) - 2^w
  explicit two_by_one(const modular::detail::array_constants& c) noexcept
      : q(V::fill(static_cast<typename V::word>(c.q << c.leading_zeros))),
        v(V::fill(static_cast<typename V::word>(c.reciprocal))) {}

  // From floor(v high / 2^w) + high + carry + 1 and the low word of (high, low) + v high.
  V finish(V low, V quotient, V fraction) const noexcept {
    const V r = low - mul_lo(quotient, q);
    return reduce_once(add_where(r, less(fraction, r), q), q);
  }
  V reduce(V high, V low) const noexcept {
    const V fraction = mul_lo(v, high) + low, one = V::fill(1);
    const V quotient = add_where(mul_hi(v, high) + high + one, less(fraction, low), one);
    return finish(low, quotient, fraction);
  }
};
template <class V>
struct barrett_two_by_one {
  two_by_one<V> divide;
  decltype(V::count(0)) s;
  explicit barrett_two_by_one(const modular::detail::array_constants& c) noexcept
      : divide(c), s(V::count(c.leading_zeros)) {}

  template <class A, class B>
  V operator()(A a, B b) const noexcept {
    if constexpr (sizeof(typename V::word) == 4) {
      const u32_products z = products(factors(shift_left(a.words(), s)), b.as_factors());
      const u32_products k = times_high(z, divide.v) + z;
      return shift_right(divide.finish(low(z), high(k) + V::fill(1), low(k)), s);
    } else {
      const V x = shift_left(a.words(), s), y = b.words();
      return shift_right(divide.reduce(mul_hi(x, y), mul_lo(x, y)), s);
    }
  }
};

// a b / 2^w mod q for odd q
template <class V>
struct montgomery_lanes {
  V q, inverse;
  explicit montgomery_lanes(const modular::detail::array_constants& c) noexcept
      : q(V::fill(static_cast<typename V::word>(c.q))), inverse(V::fill(static_cast<typename V::word>(c.inverse))) {}

  V reduce(V high, V low) const noexcept { return sub_mod(high, mul_hi(mul_lo(low, inverse), q), q); }
  template <class A, class B>
  V operator()(A a, B b) const noexcept {
    if constexpr (sizeof(typename V::word) == 4) {
      const u32_products z = products(a.as_factors(), b.as_factors());
      return sub_mod(high(z), high(times_low(times_low(z, inverse), q)), q);
    } else {
      const V x = a.words(), y = b.words();
      return reduce(mul_hi(x, y), mul_lo(x, y));
    }
  }
};
// a b mod q in two steps of Montgomery's, the second with 2^2w mod q.
struct montgomery_twice_16 {
  montgomery_lanes<u16s> step;
  u16s square, square_inverse;
  explicit montgomery_twice_16(const modular::detail::array_constants& c) noexcept
      : step(c),
        square(u16s::fill(static_cast<std::uint16_t>(c.square))),
        square_inverse(u16s::fill(static_cast<std::uint16_t>(c.square * c.inverse))) {}

  template <class A, class B>
  u16s operator()(A a, B b) const noexcept {
    const u16s t = step(a, b);
    return sub_mod(mul_hi(t, square), mul_hi(mul_lo(t, square_inverse), step.q), step.q);
  }
};

// Shoup: a constant times x < q, with quotient = floor(constant 2^w / q). 16 bits: q < 2^15; 32 bits: q < 2^31.
// 64 bits: q < 2^62, and the quotient for half as much, as mul_hi_near wants it; it is two too small at most.
template <class V>
struct shoup_lanes {
  V factor, quotient, q;
  shoup_lanes(const modular::detail::array_constants& c, const modular::detail::constant_factor& k) noexcept
      : factor(V::fill(static_cast<typename V::word>(k.factor))),
        quotient(
            V::fill(static_cast<typename V::word>(sizeof(typename V::word) == 8 ? k.quotient >> 1 : k.quotient))),
        q(V::fill(static_cast<typename V::word>(c.q))) {}

  template <class A>
  V operator()(A a) const noexcept {
    const V x = a.words();
    if constexpr (sizeof(typename V::word) == 8) {
      const V r = mul_lo(x, factor) - mul_lo(mul_hi_near(x + x, quotient), q);
      return reduce_once(reduce_once(r, q + q), q);
    } else if constexpr (sizeof(typename V::word) == 4) {
      const V k = high(products(a.as_factors(), factors(quotient)));
      return reduce_once(mul_lo(x, factor) - mul_lo(k, q), q);
    } else {
      return reduce_once(mul_lo(x, factor) - mul_lo(mul_hi(x, quotient), q), q);
    }
  }
};

// x mod q for any word x and every q: the quotient floor(x floor((2^w - 1) / q) / 2^w) is at most one too small.
template <class V>
struct word_lanes {
  V q, mu;
  explicit word_lanes(const modular::detail::array_constants& c) noexcept
      : q(V::fill(static_cast<typename V::word>(c.q))), mu(V::fill(static_cast<typename V::word>(c.word_mu))) {}

  V of(V x) const noexcept { return reduce_once(x - mul_lo(mul_hi(x, mu), q), q); }
  template <class A>
  V operator()(A a) const noexcept {
    return of(a.words());
  }
};
// From residues modulo p to residues of the same numbers, as signed ones in (-p/2, p/2], modulo q.
template <class Word>
struct switch_lanes {
  using V = words_of<Word>;
  word_lanes<V> reduce;
  V half, p;  // floor(p / 2), p mod q
  switch_lanes(const modular::detail::array_constants& c, std::uint64_t from_half, std::uint64_t from) noexcept
      : reduce(c),
        half(V::fill(static_cast<typename V::word>(from_half))),
        p(V::fill(static_cast<typename V::word>(from))) {}

  V of(V x) const noexcept { return sub_mod(reduce.of(x), select(less(half, x), p, V::fill(0)), reduce.q); }
  template <class A>
  V operator()(A a) const noexcept {
    const V x = a.words();
    if constexpr (sizeof(Word) == 1) {
      return of(even_bytes(x)) | shift_left<8>(of(shift_right<8>(x)));
    } else {
      return of(x);
    }
  }
};
// high 2^64 + low mod q, for any two words and every q.
struct wide_lanes {
  word_lanes<u64s> reduce;
  two_by_one<u64s> divide;
  decltype(u64s::count(0)) s, rest;
  explicit wide_lanes(const modular::detail::array_constants& c) noexcept
      : reduce(c), divide(c), s(u64s::count(c.leading_zeros)), rest(u64s::count(63 - c.leading_zeros)) {}

  template <class A, class B>
  u64s operator()(A high, B low) const noexcept {
    const u64s h = reduce.of(high.words()), l = low.words();
    const u64s top = shift_left(h, s) | shift_right(shift_right<1>(l), rest);
    return shift_right(divide.reduce(top, shift_left(l, s)), s);
  }
};

#if LOWP_TIER >= 3

// Barrett in 52 bits: as barrett_by_shifts, q < 2^49, and with Twice q < 2^50, where the quotient may be two too small.
template <bool Twice>
struct barrett_52 {
  u64s q, minus_q, mu;
  decltype(u64s::count(0)) shift_a, shift_b;
  explicit barrett_52(const modular::detail::array_constants& c) noexcept
      : q(u64s::fill(c.q)),
        minus_q(u64s::fill((std::uint64_t{1} << 52) - c.q)),
        mu(u64s::fill(c.mu_52)),
        shift_a(u64s::count(c.shift_a_52)),
        shift_b(u64s::count(c.shift_b_52)) {}

  template <class A, class B>
  u64s operator()(A a, B b) const noexcept {
    const u64s x = a.words(), y = b.words(), zero = u64s::fill(0);
    const u64s c = add_high52(zero, shift_left(x, shift_a), shift_left(y, shift_b));
    u64s r = add_low52(add_low52(zero, x, y), add_high52(zero, c, mu), minus_q);
    r = r & u64s::fill((std::uint64_t{1} << 52) - 1);
    if constexpr (Twice) r = reduce_once(r, q);
    return reduce_once(r, q);
  }
};
// Shoup in 52 bits, q < 2^51.
struct shoup_52 {
  u64s factor, quotient, q, minus_q;
  shoup_52(const modular::detail::array_constants& c, const modular::detail::constant_factor& k) noexcept
      : factor(u64s::fill(k.factor)),
        quotient(u64s::fill(k.quotient >> 12)),
        q(u64s::fill(c.q)),
        minus_q(u64s::fill((std::uint64_t{1} << 52) - c.q)) {}

  u64s of(u64s x) const noexcept {
    const u64s zero = u64s::fill(0);
    const u64s r = add_low52(add_low52(zero, x, factor), add_high52(zero, x, quotient), minus_q);
    return reduce_once(r & u64s::fill((std::uint64_t{1} << 52) - 1), q);
  }
  template <class A>
  u64s operator()(A a) const noexcept {
    return of(a.words());
  }
};
// x mod q for any word x of 64 bits, 2^14 < q < 2^50: c = floor(x / 2^(L-2)) < 2^52, the quotient floor(c mu / 2^52) is
// at most one too small.
struct word_52 {
  u64s q, minus_q, mu;
  decltype(u64s::count(0)) shift;
  explicit word_52(const modular::detail::array_constants& c) noexcept
      : q(u64s::fill(c.q)),
        minus_q(u64s::fill((std::uint64_t{1} << 52) - c.q)),
        mu(u64s::fill(c.mu_52)),
        shift(u64s::count(c.bits - 2)) {}

  u64s of(u64s x) const noexcept {
    const u64s r = add_low52(x, add_high52(u64s::fill(0), shift_right(x, shift), mu), minus_q);
    return reduce_once(r & u64s::fill((std::uint64_t{1} << 52) - 1), q);
  }
  template <class A>
  u64s operator()(A a) const noexcept {
    return of(a.words());
  }
};
// high 2^64 + low mod q likewise; power: 2^64 mod q.
struct wide_52 {
  word_52 word;
  shoup_52 power;
  wide_52(const modular::detail::array_constants& c, const modular::detail::constant_factor& k) noexcept
      : word(c), power(c, k) {}

  template <class A, class B>
  u64s operator()(A high, B low) const noexcept {
    return add_mod(power.of(word.of(high.words())), word.of(low.words()), word.q);
  }
};

#endif
