// Prepacked weights as floats, and products of few rows with them: the kernel body of unpack.hpp.

// The rows of one step of a tile, level by level: f(r, i, level) gets the levels of row r for k = i ... i + lanes - 1.
template <int Bits, class F>
__attribute__((always_inline)) inline void each_narrow(const detail::weight_floats& w, const std::byte* in,
                                                       const F& f) noexcept {
  constexpr std::size_t rows = 16 / Bits;
  const table16 levels = load_table16(reinterpret_cast<const std::uint32_t*>(w.repeated_levels));
  LOWP_UNROLL
  for (std::size_t r = 0; r < 16; r += rows, in += 64) {
    for (std::size_t i = 0; i < 32; i += lanes) {
      words q = load_u16(reinterpret_cast<const std::uint16_t*>(in) + i);
      LOWP_UNROLL
      for (std::size_t j = 0; j < rows; ++j) {
        f(r + j, i, floats_of(lookup(levels, q)));
        q = shift_right<Bits>(q);
      }
    }
  }
}

// Of 6 bits: the low 4 of four rows and the high 2 of eight each stand in a word, as those of narrow levels do. f gets
// the codes in the low bits of the words.
template <class F>
__attribute__((always_inline)) inline void each_six_codes(const std::byte* in, const F& f) noexcept {
  for (std::size_t r = 0; r < 16; r += 8) {
    const auto* high_line = reinterpret_cast<const std::uint16_t*>(in + 256 + 8 * r);
    for (std::size_t i = 0; i < 32; i += lanes) {
      words high = load_u16(high_line + i);
      for (std::size_t half = 0; half < 8; half += 4) {
        words q = load_u16(reinterpret_cast<const std::uint16_t*>(in + 16 * (r + half)) + i);
        LOWP_UNROLL
        for (std::size_t j = 0; j < 4; ++j) {
          f(r + half + j, i, (q & fill_words(15)) | (shift_left<4>(high) & fill_words(48)));
          q = shift_right<4>(q);
          high = shift_right<2>(high);
        }
      }
    }
  }
}

template <class F>
__attribute__((always_inline)) inline void each_eight_codes(const std::byte* in, const F& f) noexcept {
  for (std::size_t r = 0; r < 16; r += 2, in += 64) {
    for (std::size_t i = 0; i < 32; i += lanes) {
      const words q = load_u16(reinterpret_cast<const std::uint16_t*>(in) + i);
      f(r, i, q & fill_words(255));
      f(r + 1, i, shift_right<8>(q));
    }
  }
}

// Codes of Bits bits in words to levels.
template <int Bits>
inline floats integer_levels(words code, floats factor) noexcept {
  return from_ints(shift_right_signed<32 - Bits>(shift_left<32 - Bits>(code))) * factor;
}
// Levels that are halves, two rows at a time: low and high bytes of words are codes of 8 bits.
template <class F>
__attribute__((always_inline)) inline void each_half(const detail::weight_floats& w, const std::byte* in,
                                                     const F& f) noexcept {
  const words magnitude = fill_words(0x007f007f), sign = fill_words(0x80008000);
  const words shift = fill_words(w.arithmetic.shift);
  const floats factor = fill(w.arithmetic.factor);
  alignas(64) std::uint16_t halves[2][32];
  for (std::size_t r = 0; r < 16; r += 2, in += 64) {
    for (std::size_t i = 0; i < 16; i += lanes) {
      const words q = load(reinterpret_cast<const std::uint32_t*>(in) + i);
      const auto put = [&](std::size_t row, words code) {
        store(reinterpret_cast<std::uint32_t*>(halves[row]) + i,
              shift_left(code & magnitude, shift) | (shift_left<8>(code) & sign));
      };
      put(0, q);
      put(1, shift_right<8>(q));
    }
    for (std::size_t i = 0; i < 32; i += lanes) {
      f(r, i, load_halves(halves[0] + i) * factor);
      f(r + 1, i, load_halves(halves[1] + i) * factor);
    }
  }
}
// The same where codes of 6 bits stand in words.
template <class F>
__attribute__((always_inline)) inline void each_half_of_six(const detail::weight_floats& w, const std::byte* in,
                                                            const F& f) noexcept {
  const words magnitude = fill_words(0x001f001f), sign = fill_words(0x80008000), low_part = fill_words(0x000f000f);
  const words high_part = fill_words(0x00300030), shift = fill_words(w.arithmetic.shift);
  const floats factor = fill(w.arithmetic.factor);
  alignas(64) std::uint16_t halves[8][32];
  for (std::size_t r = 0; r < 16; r += 8) {
    for (std::size_t i = 0; i < 16; i += lanes) {
      const auto at = [&](std::size_t byte) { return load(reinterpret_cast<const std::uint32_t*>(in + byte) + i); };
      words high = at(256 + 8 * r);
      for (std::size_t half = 0; half < 8; half += 4) {
        words q = at(16 * (r + half));
        LOWP_UNROLL
        for (std::size_t j = 0; j < 4; ++j) {
          const words code = (q & low_part) | (shift_left<4>(high) & high_part);
          store(reinterpret_cast<std::uint32_t*>(halves[half + j]) + i,
                shift_left(code & magnitude, shift) | (shift_left<10>(code) & sign));
          q = shift_right<4>(q);
          high = shift_right<2>(high);
        }
      }
    }
    for (std::size_t j = 0; j < 8; ++j)
      for (std::size_t i = 0; i < 32; i += lanes) f(r + j, i, load_halves(halves[j] + i) * factor);
  }
}

template <int Bits, class F>
__attribute__((always_inline)) inline void each_wide_level(const detail::weight_floats& w, const std::byte* in,
                                                           const F& f) noexcept {
  const auto each_code = [in](const auto& g) __attribute__((always_inline)) {
    if constexpr (Bits == 6) {
      each_six_codes(in, g);
    } else {
      each_eight_codes(in, g);
    }
  };
  using kind = detail::level_arithmetic::kind;
  if (w.arithmetic.how == kind::halves) {
    if constexpr (Bits == 6) {
      each_half_of_six(w, in, f);
    } else {
      each_half(w, in, f);
    }
  } else if (w.arithmetic.how == kind::integers) {
    const floats factor = fill(w.arithmetic.factor);
    each_code([&](std::size_t r, std::size_t i, words code) { f(r, i, integer_levels<Bits>(code, factor)); });
  } else {
    each_code([&](std::size_t r, std::size_t i, words code) { f(r, i, gather(w.level, code)); });
  }
}

// The 16 scales of a tile and step, for either half of the step.
class tile_scales {
 public:
  tile_scales(const detail::weight_floats& weights, std::size_t tile) noexcept : w_(weights), tile_(tile) {}

  void of_step(std::size_t step) noexcept {
    const std::byte* at = w_.scales(tile_, step);
    if (at == read_) return;
    read_ = at;
    if (w_.float_scales) {
      std::memcpy(scale_[0], at, sizeof scale_[0]);
    } else {
      for (std::size_t r = 0; r < 16; ++r) scale_[0][r] = w_.scale[std::to_integer<std::size_t>(at[r])];
    }
    if (w_.half_steps) {  // codes
      for (std::size_t r = 0; r < 16; ++r) scale_[1][r] = w_.scale[std::to_integer<std::size_t>(at[32 + r])];
    } else {
      std::memcpy(scale_[1], scale_[0], sizeof scale_[0]);
    }
  }
  // That of row r for k = i ...
  float operator()(std::size_t r, std::size_t i) const noexcept { return scale_[i / 16][r]; }

 private:
  const detail::weight_floats& w_;
  std::size_t tile_;
  const std::byte* read_ = nullptr;
  alignas(64) float scale_[2][16];
};

template <class F>
__attribute__((always_inline)) inline void each_level(const detail::weight_floats& w, const std::byte* in,
                                                      const F& f) noexcept {
  switch (w.bits) {
    case 2:
      return each_narrow<2>(w, in, f);
    case 4:
      return each_narrow<4>(w, in, f);
    case 6:
      return each_wide_level<6>(w, in, f);
    default:
      return each_wide_level<8>(w, in, f);
  }
}

// The values of a step of a tile: rows of levels, out[32 r + i]; of bfloat16, columns, out[16 i + r].
inline void unpack_tile(const detail::weight_floats& w, std::size_t tile, std::size_t step, float* out) noexcept {
  if (w.bits == 32) {
    std::memcpy(out, w.tile(tile, step, 0), 2048);
    return;
  }
  if (!w.by_levels) {
    for (std::size_t pair = 0; pair < 16; ++pair) {
      for (std::size_t r = 0; r < 16; r += lanes) {
        floats even = fill(0), odd = fill(0);
        for (std::size_t t = w.terms; t-- > 0;) {  // the small ones first
          const words both = load(reinterpret_cast<const std::uint32_t*>(w.tile(tile, step, t) + 64 * pair) + r);
          const floats low = floats_of(shift_left<16>(both)), high = floats_of(both & fill_words(0xffff0000));
          even = t + 1 == w.terms ? low : low + even;
          odd = t + 1 == w.terms ? high : high + odd;
        }
        store(out + 32 * pair + r, even);
        store(out + 32 * pair + 16 + r, odd);
      }
    }
    return;
  }
  tile_scales scale(w, tile);
  scale.of_step(step);
  each_level(w, w.tile(tile, step, 0), [&](std::size_t r, std::size_t i, floats level) {
    const float s = scale(r, i);
    const floats value = level * fill(s) * fill(w.factor);
    store(out + 32 * r + i, w.float_scales && s == 0 ? fill(0) : value);
  });
}

inline float sum_of_lanes(floats a) noexcept {
  alignas(64) float lane[lanes];
  store(lane, a);
  float sum = 0;
  for (const float l : lane) sum += l;
  return sum;
}

// A sum for each row and every fourth k (an addition takes as long as four can begin) of weights that lie by columns:
// column(s, k, r) is column k of step s from row r on.
template <std::size_t Count, class Column>
inline void multiply_columns(std::size_t steps, const Column& column, const float* x, std::size_t x_stride,
                             float* sums) noexcept {
  for (std::size_t r = 0; r < 16; r += lanes) {
    floats total[Count][4];
    LOWP_UNROLL
    for (std::size_t v = 0; v < Count; ++v) {
      LOWP_UNROLL
      for (floats& t : total[v]) t = fill(0);
    }
    const float* at = x;
    for (std::size_t s = 0; s < steps; ++s, at += 32) {
      for (std::size_t k = 0; k < 32; k += 4) {
        LOWP_UNROLL
        for (std::size_t i = 0; i < 4; ++i) {
          const floats w = column(s, k + i, r);
          LOWP_UNROLL
          for (std::size_t v = 0; v < Count; ++v) total[v][i] = fma(fill(at[v * x_stride + k + i]), w, total[v][i]);
        }
      }
    }
    for (std::size_t v = 0; v < Count; ++v)
      store(sums + 16 * v + r, (total[v][0] + total[v][1]) + (total[v][2] + total[v][3]));
  }
}

// sums[32 v + r] = (row r of the panel) . (row v of x) over all steps, for Count rows of x, which hold zeros up to a
// multiple of 32. Weights are floats. Both tiles of a panel at once, if the registers have room: memory is read from end
// to end then.
template <std::size_t Count>
inline void multiply_plain(const detail::weight_floats& w, std::size_t panel, const float* x, std::size_t x_stride,
                           float* sums) noexcept {
  constexpr std::size_t width = lanes == 16 || Count == 1 ? 32 : 16, vectors = width / lanes;
  constexpr std::size_t chains =
      Count * vectors >= 8 ? 1 : 8 / (Count * vectors);  // an fma takes as long as 8 can begin
  for (std::size_t first = 0; first < 32; first += width) {
    floats total[chains][Count][vectors];
    LOWP_UNROLL
    for (auto& chain : total) {
      LOWP_UNROLL
      for (auto& row : chain) {
        LOWP_UNROLL
        for (floats& t : row) t = fill(0);
      }
    }
    const float* at = x;
    for (std::size_t s = 0; s < w.steps; ++s) {
      const float* const step = reinterpret_cast<const float*>(w.tile(2 * panel, s, 0));
      for (std::size_t k = 0; k < 32; k += chains, at += chains) {
        LOWP_UNROLL
        for (std::size_t i = 0; i < chains; ++i) {
          LOWP_UNROLL
          for (std::size_t v = 0; v < vectors; ++v) {
            const std::size_t row = first + v * lanes;
            const float* const from = step + row / 16 * 512 + 16 * (k + i) + row % 16;
            if (row % 16 == 0) detail::fetch_ahead(from);
            const floats value = load(from);
            LOWP_UNROLL
            for (std::size_t c = 0; c < Count; ++c)
              total[i][c][v] = fma(fill(at[c * x_stride + i]), value, total[i][c][v]);
          }
        }
      }
    }
    LOWP_UNROLL
    for (std::size_t c = 0; c < Count; ++c) {
      LOWP_UNROLL
      for (std::size_t v = 0; v < vectors; ++v) {
        floats sum = total[0][c][v];
        LOWP_UNROLL
        for (std::size_t i = 1; i < chains; ++i) sum = sum + total[i][c][v];
        store(sums + 32 * c + first + v * lanes, sum);
      }
    }
  }
}

// sums[16 v + r] = (row r of the tile) . (row v of x) over all steps, as above, for weights that are no floats.
template <std::size_t Count>
inline void multiply_tile(const detail::weight_floats& w, std::size_t tile, const float* x, std::size_t x_stride,
                          float* sums) noexcept {
  if (!w.by_levels && w.terms <= 2) {
    const auto part = [&](std::size_t t, std::size_t s, std::size_t k, std::size_t r) {
      const auto* const at = reinterpret_cast<const std::uint32_t*>(w.tile(tile, s, t) + 64 * (k / 2)) + r;
      if (k % 2 == 0) detail::fetch_ahead(at);
      const words both = load(at);
      return floats_of(k % 2 == 0 ? shift_left<16>(both) : both & fill_words(0xffff0000));
    };
    const auto sum = [&](std::size_t s, std::size_t k, std::size_t r) { return part(0, s, k, r) + part(1, s, k, r); };
    const auto only = [&](std::size_t s, std::size_t k, std::size_t r) { return part(0, s, k, r); };
    return w.terms == 1 ? multiply_columns<Count>(w.steps, only, x, x_stride, sums)
                        : multiply_columns<Count>(w.steps, sum, x, x_stride, sums);
  }
  if constexpr (Count == 1 && lanes > 1) {
    if (w.by_levels) {
      floats total[16];
      for (floats& t : total) t = fill(0);
      tile_scales scale(w, tile);
      for (std::size_t s = 0; s < w.steps; ++s, x += 32) {
        const std::byte* const codes = w.tile(tile, s, 0);
        for (std::size_t at = 0; at < 64 * w.bits; at += 64) detail::fetch_ahead(codes + at);
        scale.of_step(s);
        each_level(w, w.tile(tile, s, 0), [&](std::size_t r, std::size_t i, floats level) {
          total[r] = fma(level * fill(scale(r, i)), load(x + i), total[r]);
        });
      }
      for (std::size_t r = 0; r < 16; ++r) sums[r] = sum_of_lanes(total[r]) * w.factor;
      return;
    }
  }
  // Several rows: some steps at a time by way of the first cache.
  constexpr std::size_t some = 4;
  alignas(64) float value[some][16 * 32], lane[16 * Count][lanes] = {};
  std::fill_n(sums, 16 * Count, 0.0f);
  for (std::size_t s = 0; s < w.steps; s += some, x += some * 32) {
    const std::size_t n = std::min(some, w.steps - s);
    for (std::size_t i = 0; i < n; ++i) unpack_tile(w, tile, s + i, value[i]);
    if (!w.by_levels) {
      float part[16 * Count];
      multiply_columns<Count>(
          n, [&](std::size_t i, std::size_t k, std::size_t r) { return load(value[i] + 16 * k + r); }, x, x_stride,
          part);
      for (std::size_t i = 0; i < 16 * Count; ++i) sums[i] += part[i];
      continue;
    }
    for (std::size_t r = 0; r < 16; ++r) {
      for (std::size_t v = 0; v < Count; ++v) {
        floats total = load(lane[16 * v + r]);
        for (std::size_t i = 0; i < n; ++i) {
          LOWP_UNROLL
          for (std::size_t k = 0; k < 32; k += lanes)
            total = fma(load(value[i] + 32 * r + k), load(x + v * x_stride + 32 * i + k), total);
        }
        store(lane[16 * v + r], total);
      }
    }
  }
  if (!w.by_levels) return;
  for (std::size_t i = 0; i < 16 * Count; ++i) sums[i] = sum_of_lanes(load(lane[i]));
}
