// The transform by blocks: a stage with m nodes splits each of m blocks of n / m words in two, node i by the factor
// table[m + i]. Forward it takes x, y at a distance of half a block to x + w y, x - w y (Harvey's butterflies, which
// keep values lazy); inverse it goes back. Two stages are done in one pass over the data.
//
// The last stages lie within vectors. A pair of vectors is numbered by bits (vector; lane): zipping the two rotates all
// bits by one, so that one and the same shuffle brings each bit in turn to be the vector's number, and the lowest bits
// of the lane to be the number of the node, in the order of the table. After all bits it is the order of the beginning.
template <class Words>
struct ntt_passes {
  using word = typename Words::word;
  using vec = typename Words::vec;
  using factor = typename Words::factor;
  static constexpr std::size_t lanes = Words::lanes;
  static constexpr int lane_bits = lanes == 16 ? 4 : lanes == 8 ? 3 : lanes == 4 ? 2 : 0;

  Words f;
  const word* table;
  const word* quotient;
  const word* last_w;
  const word* last_quotient;
  std::size_t n;
  word* x;

  ntt_passes(const lowp::modular::detail::ntt_view<word>& v, word* data) noexcept
      : f(v.q, v.shift),
        table(v.w),
        quotient(v.quotient),
        last_w(v.last_w),
        last_quotient(v.last_quotient),
        n(v.n),
        x(data) {}

  [[gnu::always_inline]] factor one(std::size_t i) const noexcept { return f.one(table + i, quotient + i); }

  // Lazy values to lazy values.
  [[gnu::always_inline]] void split(vec& a, vec& b, const factor& w) const noexcept {
    const vec u = f.halve(a), t = f.mul(b, w);
    a = f.add(u, t);
    b = f.sub(u, t);
  }
  // Values below bound to such values.
  [[gnu::always_inline]] void join(vec& a, vec& b, const factor& w) const noexcept {
    const vec t = f.sub(a, b);
    a = f.halve(f.add(a, b));
    b = f.mul(t, w);
  }

  // The last stage of an inverse, which takes the factor n away and leaves nothing lazy.
  [[gnu::always_inline]] void join_last(vec& a, vec& b) const noexcept {
    const vec s = f.add(a, b), t = f.sub(a, b);
    a = f.reduce(f.mul(s, f.one(last_w, last_quotient)));
    b = f.reduce(f.mul(t, f.one(last_w + 1, last_quotient + 1)));
  }

  // The stages of m and 2m nodes, in the blocks of nodes first ... last - 1.
  void split_twice(std::size_t m, std::size_t first, std::size_t last) const noexcept {
    const std::size_t quarter = n / m / 4;
    for (std::size_t i = first; i < last; ++i) {
      const factor w = one(m + i), w0 = one(2 * (m + i)), w1 = one(2 * (m + i) + 1);
      word* const p0 = x + 4 * quarter * i;
      word* const p1 = p0 + quarter;
      word* const p2 = p1 + quarter;
      word* const p3 = p2 + quarter;
      for (std::size_t j = 0; j < quarter; j += lanes) {
        const vec a = f.halve(f.load(p0 + j)), b = f.halve(f.load(p1 + j));
        const vec c = f.mul(f.load(p2 + j), w), d = f.mul(f.load(p3 + j), w);
        const vec s0 = f.halve(f.add(a, c)), s2 = f.sub_halved(a, c);
        const vec s1 = f.mul(f.add(b, d), w0), s3 = f.mul(f.sub(b, d), w1);
        f.store(p0 + j, f.add(s0, s1));
        f.store(p1 + j, f.sub(s0, s1));
        f.store(p2 + j, f.add(s2, s3));
        f.store(p3 + j, f.sub(s2, s3));
      }
    }
  }
  // The same, back.
  template <bool last_stage>
  void join_twice(std::size_t m, std::size_t first, std::size_t last) const noexcept {
    const std::size_t quarter = n / m / 4;
    for (std::size_t i = first; i < last; ++i) {
      const factor w = one(m + i), w0 = one(2 * (m + i)), w1 = one(2 * (m + i) + 1);
      word* const p0 = x + 4 * quarter * i;
      word* const p1 = p0 + quarter;
      word* const p2 = p1 + quarter;
      word* const p3 = p2 + quarter;
      for (std::size_t j = 0; j < quarter; j += lanes) {
        vec a = f.load(p0 + j), b = f.load(p1 + j), c = f.load(p2 + j), d = f.load(p3 + j);
        join(a, b, w0);
        join(c, d, w1);
        if constexpr (last_stage) {
          join_last(a, c);
          join_last(b, d);
        } else {
          join(a, c, w);
          join(b, d, w);
        }
        f.store(p0 + j, a);
        f.store(p1 + j, b);
        f.store(p2 + j, c);
        f.store(p3 + j, d);
      }
    }
  }

  // The stages within pairs of vectors, from the one of 2^k nodes a pair on. `pairs` is the number of all pairs.
  template <int k>
  [[gnu::always_inline]] void split_lanes(vec& a, vec& b, std::size_t pairs, std::size_t i) const noexcept {
    if constexpr (k <= lane_bits) {
      f.zip(a, b);
      const std::size_t node = (pairs + i) << k;
      split(a, b, f.template some<k>(table + node, quotient + node));
      split_lanes<k + 1>(a, b, pairs, i);
    } else if constexpr (lane_bits > 0) {
      f.zip(a, b);
    }
  }
  template <int k>
  [[gnu::always_inline]] void join_lanes(vec& a, vec& b, std::size_t pairs, std::size_t i) const noexcept {
    if constexpr (k == lane_bits && lane_bits > 0) f.unzip(a, b);
    if constexpr (k >= 1) {
      const std::size_t node = (pairs + i) << k;
      join(a, b, f.template some<k>(table + node, quotient + node));
      f.unzip(a, b);
      join_lanes<k - 1>(a, b, pairs, i);
    }
  }
  // The last stages of pairs first ... last - 1, with the stage between the two vectors or without it.
  template <bool between>
  void split_pairs(std::size_t first, std::size_t last) const noexcept {
    const std::size_t pairs = n / (2 * lanes);
    for (std::size_t i = first; i < last; ++i) {
      word* const p = x + 2 * lanes * i;
      vec a = f.load(p), b = f.load(p + lanes);
      if constexpr (between) split(a, b, one(pairs + i));
      split_lanes<1>(a, b, pairs, i);
      f.store(p, f.reduce(a));
      f.store(p + lanes, f.reduce(b));
    }
  }
  template <bool between, bool last_stage>
  void join_pairs(std::size_t first, std::size_t last) const noexcept {
    const std::size_t pairs = n / (2 * lanes);
    for (std::size_t i = first; i < last; ++i) {
      word* const p = x + 2 * lanes * i;
      vec a = f.load(p), b = f.load(p + lanes);
      join_lanes<lane_bits>(a, b, pairs, i);
      if constexpr (last_stage)
        join_last(a, b);
      else if constexpr (between)
        join(a, b, one(pairs + i));
      f.store(p, a);
      f.store(p + lanes, b);
    }
  }

  // Depth first, so that a block of node i of m is finished in each cache that it fits into; in the first one, blocks
  // of so many words go stage by stage. `leaves`: the nodes when only the stages of pairs are left.
  static constexpr std::size_t cached = 16384 / sizeof(word);

  template <bool between>
  void forward_node(std::size_t m, std::size_t i, std::size_t leaves) const noexcept {
    if (m < leaves && n / m > cached) {
      split_twice(m, i, i + 1);
      for (std::size_t child = 4 * i; child < 4 * i + 4; ++child) forward_node<between>(4 * m, child, leaves);
      return;
    }
    const std::size_t pairs = n / (2 * lanes) / m;
    std::size_t first = i, count = 1;
    for (; m < leaves; m *= 4, first *= 4, count *= 4) split_twice(m, first, first + count);
    split_pairs<between>(i * pairs, (i + 1) * pairs);
  }
  template <bool between>
  void inverse_node(std::size_t m, std::size_t i, std::size_t leaves) const noexcept {
    if (m < leaves && n / m > cached) {
      for (std::size_t child = 4 * i; child < 4 * i + 4; ++child) inverse_node<between>(4 * m, child, leaves);
      join(m, i, i + 1);
      return;
    }
    const std::size_t pairs = n / (2 * lanes) / m;
    join_pairs<between, false>(i * pairs, (i + 1) * pairs);
    for (std::size_t k = leaves / 4, count = k / m; count > 0; k /= 4, count /= 4)
      join(k, i * count, (i + 1) * count);
  }
  void join(std::size_t m, std::size_t first, std::size_t last) const noexcept {
    if (m == 1)
      join_twice<true>(m, first, last);
    else
      join_twice<false>(m, first, last);
  }
  void forward() const noexcept {
    const std::size_t pairs = n / (2 * lanes);
    if (std::countr_zero(pairs) % 2 == 0)
      forward_node<true>(1, 0, pairs);
    else
      forward_node<false>(1, 0, 2 * pairs);
  }
  void inverse() const noexcept {
    const std::size_t pairs = n / (2 * lanes);
    if (pairs == 1)
      join_pairs<true, true>(0, 1);
    else if (std::countr_zero(pairs) % 2 == 0)
      inverse_node<true>(1, 0, pairs);
    else
      inverse_node<false>(1, 0, 2 * pairs);
  }
};

// Puts at i what is at the index with the bits of i in the opposite order. The first and the last bits of an index are
// the row and the place in a square of lanes x lanes words, the others choose the square: squares change places and are
// transposed, their rows taken and put in reversed order.
inline std::size_t ntt_reversed(std::size_t i, int bits) noexcept {
  std::size_t r = 0;
  for (int b = 0; b < bits; ++b) r |= (i >> b & 1) << (bits - 1 - b);
  return r;
}
template <class Words>
struct ntt_square {
  static constexpr std::size_t lanes = Words::lanes;
  static constexpr int lane_bits = lanes == 16 ? 4 : lanes == 8 ? 3 : 2;
  typename Words::vec v[lanes];

  ntt_square(const typename Words::word* p, std::size_t row) noexcept {
    LOWP_UNROLL
    for (std::size_t i = 0; i < lanes; ++i) v[i] = Words::load(p + ntt_reversed(i, lane_bits) * row);
    LOWP_UNROLL
    for (int round = 0; round < lane_bits; ++round) {
      typename Words::vec u[lanes];
      LOWP_UNROLL
      for (std::size_t i = 0; i < lanes / 2; ++i) {
        u[2 * i] = v[i];
        u[2 * i + 1] = v[i + lanes / 2];
        Words::zip(u[2 * i], u[2 * i + 1]);
      }
      LOWP_UNROLL
      for (std::size_t i = 0; i < lanes; ++i) v[i] = u[i];
    }
  }
  void put(typename Words::word* p, std::size_t row) const noexcept {
    LOWP_UNROLL
    for (std::size_t i = 0; i < lanes; ++i) Words::store(p + ntt_reversed(i, lane_bits) * row, v[i]);
  }
};
template <class Words>
inline void ntt_reverse(typename Words::word* x, std::size_t n) noexcept {
  constexpr std::size_t side = Words::lanes;
  if constexpr (side > 1) {
    if (n >= side * side) {
      const std::size_t row = n / side, squares = row / side;
      const int bits = std::countr_zero(squares);
      for (std::size_t i = 0; i < squares; ++i) {
        const std::size_t j = ntt_reversed(i, bits);
        if (i > j) continue;
        const ntt_square<Words> a(x + i * side, row);
        if (i < j) ntt_square<Words>(x + j * side, row).put(x + i * side, row);
        a.put(x + j * side, row);
      }
      return;
    }
  }
  std::size_t j = 0;  // i reversed
  for (std::size_t i = 0; i < n; ++i) {
    if (i < j) std::swap(x[i], x[j]);
    std::size_t bit = n / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j |= bit;
  }
}

template <class Words>
inline void ntt_forward_by(const lowp::modular::detail::ntt_view<typename Words::word>& v,
                           typename Words::word* x) noexcept {
  ntt_passes<Words>(v, x).forward();
}
template <class Words>
inline void ntt_inverse_by(const lowp::modular::detail::ntt_view<typename Words::word>& v,
                           typename Words::word* x) noexcept {
  ntt_passes<Words>(v, x).inverse();
}

#if LOWP_TIER == LOWP_LEAST_TIER
// For fewer words than two vectors.
inline void ntt_forward_short(const lowp::modular::detail::ntt_view<std::uint32_t>& v, std::uint32_t* x) noexcept {
  ntt_forward_by<ntt_word32>(v, x);
}
inline void ntt_forward_short(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  ntt_forward_by<ntt_word64>(v, x);
}
inline void ntt_inverse_short(const lowp::modular::detail::ntt_view<std::uint32_t>& v, std::uint32_t* x) noexcept {
  ntt_inverse_by<ntt_word32>(v, x);
}
inline void ntt_inverse_short(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  ntt_inverse_by<ntt_word64>(v, x);
}
#endif

#if LOWP_TIER <= 2 || LOWP_TIER == LOWP_LEAST_TIER
inline void ntt_forward32(const lowp::modular::detail::ntt_view<std::uint32_t>& v, std::uint32_t* x) noexcept {
  if (v.n < 2 * ntt_words32::lanes) return ntt_forward_short(v, x);
  ntt_forward_by<ntt_words32>(v, x);
}
inline void ntt_inverse32(const lowp::modular::detail::ntt_view<std::uint32_t>& v, std::uint32_t* x) noexcept {
  if (v.n < 2 * ntt_words32::lanes) return ntt_inverse_short(v, x);
  ntt_inverse_by<ntt_words32>(v, x);
}
inline void ntt_forward_plain64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  if (v.n < 2 * ntt_words64<true>::lanes) return ntt_forward_short(v, x);
  if (v.q >> 61 != 0 || v.shift != 0) return ntt_forward_by<ntt_words64<true>>(v, x);
  ntt_forward_by<ntt_words64<false>>(v, x);
}
inline void ntt_inverse_plain64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  if (v.n < 2 * ntt_words64<true>::lanes) return ntt_inverse_short(v, x);
  if (v.q >> 61 != 0 || v.shift != 0) return ntt_inverse_by<ntt_words64<true>>(v, x);
  ntt_inverse_by<ntt_words64<false>>(v, x);
}
inline void ntt_reverse32(std::uint32_t* x, std::size_t n) noexcept { ntt_reverse<ntt_words32>(x, n); }
inline void ntt_reverse64(std::uint64_t* x, std::size_t n) noexcept { ntt_reverse<ntt_words64<true>>(x, n); }
#endif

// The quotients of q < 2^50 are those of ntt_words52 in all tiers.
#if LOWP_TIER < 3
inline void ntt_forward64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  ntt_forward_plain64(v, x);
}
inline void ntt_inverse64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  ntt_inverse_plain64(v, x);
}
#else
inline void ntt_forward64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  if (v.q >> 50 != 0 || v.n < 2 * ntt_words52::lanes) return ntt_forward_plain64(v, x);
  ntt_forward_by<ntt_words52>(v, x);
}
inline void ntt_inverse64(const lowp::modular::detail::ntt_view<std::uint64_t>& v, std::uint64_t* x) noexcept {
  if (v.q >> 50 != 0 || v.n < 2 * ntt_words52::lanes) return ntt_inverse_plain64(v, x);
  ntt_inverse_by<ntt_words52>(v, x);
}
#endif
