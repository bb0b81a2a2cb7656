// y = x W^T on the tile unit: the kernel body of gemm_bf16.hpp, for the tier sapphire.
//
// Weights in levels are the left operand, decoded some steps of a panel (32 rows) at a time into tiles of 16 rows x 32 k;
// x is the right one, packed once into tiles of 16 k-pairs x 16 rows of x. Tile products therefore give y^T, which is
// transposed on its way out. Weights in bfloat16 are the right operand as they lie, floats once they are split. The
// vector ports unpack while the tile unit multiplies.

// 16 vectors of 16 dwords, transposed. Lines of the result: out[i] holds dword i of each input.
inline void transpose16(__m512i* v) noexcept {
  __m512i t[16];
  LOWP_UNROLL
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
  }
  LOWP_UNROLL
  for (int i = 0; i < 4; ++i) {
    v[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    v[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    v[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    v[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  LOWP_UNROLL
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0x88);
    t[4 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0x88);
    t[8 + i] = _mm512_shuffle_i32x4(v[i], v[4 + i], 0xdd);
    t[12 + i] = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0xdd);
  }
  LOWP_UNROLL
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_shuffle_i32x4(t[i], t[4 + i], 0x88);
    v[8 + i] = _mm512_shuffle_i32x4(t[i], t[4 + i], 0xdd);
    v[4 + i] = _mm512_shuffle_i32x4(t[8 + i], t[12 + i], 0x88);
    v[12 + i] = _mm512_shuffle_i32x4(t[8 + i], t[12 + i], 0xdd);
  }
}

// ---- x to tiles

// 16 rows of x from row i, 32 values from column c, as bfloat16: term t to out + t * stride_bytes as 16 x 32 words.
// Values beyond x are zeros.
inline void load_rows(const detail::activation_view& x, std::size_t i, std::size_t c, int terms,
                      __m512i (*out)[16]) noexcept {
  const std::size_t width = std::min<std::size_t>(32, x.cols - c);
  const __mmask32 columns = static_cast<__mmask32>(width == 32 ? 0xffffffffu : (1u << width) - 1);
  const __m512i cut = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  for (std::size_t r = 0; r < 16; ++r) {
    if (i + r >= x.rows) {
      for (int t = 0; t < terms; ++t) out[t][r] = _mm512_setzero_si512();
      continue;
    }
    if (x.bfloat16s != nullptr) {
      out[0][r] = _mm512_maskz_loadu_epi16(columns, x.bfloat16s + (i + r) * x.stride + c);
      continue;
    }
    const float* row = x.floats + (i + r) * x.stride + c;
    __m512 a = _mm512_maskz_loadu_ps(static_cast<__mmask16>(columns), row);
    __m512 b = columns >> 16 != 0 ? _mm512_maskz_loadu_ps(static_cast<__mmask16>(columns >> 16), row + 16)
                                  : _mm512_setzero_ps();
    for (int t = 0; t < terms; ++t) {
      if (t + 1 == terms) {
        out[t][r] = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(b, a));
        break;
      }
      const __m512i ah = _mm512_and_si512(_mm512_castps_si512(a), cut),
                    bh = _mm512_and_si512(_mm512_castps_si512(b), cut);
      out[t][r] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(_mm512_srli_epi32(ah, 16))),
                                     _mm512_cvtepi32_epi16(_mm512_srli_epi32(bh, 16)), 1);
      a = _mm512_sub_ps(a, _mm512_castsi512_ps(ah));
      b = _mm512_sub_ps(b, _mm512_castsi512_ps(bh));
    }
  }
}

// Rows [i, i + 32) of x for steps [s0, s1): out[step][term][2 tiles]. As right operand (k-pairs by rows of x) or, for
// weights that are the right operand, as left one (rows of x by k).
template <bool Left>
inline void pack_strip(const detail::activation_view& x, std::size_t i, std::size_t s0, std::size_t s1, int terms,
                       std::byte* out) noexcept {
  __m512i rows[3][16];
  for (std::size_t s = s0; s < s1; ++s) {
    for (std::size_t half = 0; half < 2; ++half) {
      load_rows(x, i + 16 * half, 32 * s, terms, rows);
      for (int t = 0; t < terms; ++t) {
        if constexpr (!Left) transpose16(rows[t]);
        std::byte* to = out + (static_cast<std::size_t>(t) * 2 + half) * 1024;
        LOWP_UNROLL
        for (int r = 0; r < 16; ++r) _mm512_store_si512(to + 64 * r, rows[t][r]);
      }
    }
    out += static_cast<std::size_t>(terms) * 2048;
  }
}

// ---- products

// Tiles of an operand: those of term t of step s at tiles + s * step + t * term, two of 1 KiB.
struct operand {
  const std::byte* tiles;
  std::size_t step, term;
  int terms;
};

template <int Tile, bool Passing>
inline void load_operand(const std::byte* tile) noexcept {
  if constexpr (Passing) {
    detail::amx::load_passing<Tile>(tile);
  } else {
    detail::amx::load<Tile>(tile);
  }
}

// Adds the products of 32 rows of a and of b of a step to tiles 0 to 3: tile 2i + j has half i of a, half j of b. One of
// the operands comes from the second cache and leaves the other one in the first.
template <bool LeftPasses>
inline void multiply_step(const operand& a, const operand& b) noexcept {
  namespace amx = detail::amx;
  if (a.terms == 1 && b.terms == 1) {
    load_operand<4, LeftPasses>(a.tiles);
    load_operand<6, !LeftPasses>(b.tiles);
    amx::dot_bf16<0, 4, 6>();
    load_operand<7, !LeftPasses>(b.tiles + 1024);
    amx::dot_bf16<1, 4, 7>();
    load_operand<5, LeftPasses>(a.tiles + 1024);
    amx::dot_bf16<2, 5, 6>();
    amx::dot_bf16<3, 5, 7>();
    return;
  }
  const int most = std::max(a.terms, b.terms);
  for (int i = 0; i < a.terms; ++i) {
    const std::byte* left = a.tiles + static_cast<std::size_t>(i) * a.term;
    load_operand<4, LeftPasses>(left);
    load_operand<5, LeftPasses>(left + 1024);
    for (int j = 0; j < b.terms && i + j < most; ++j) {  // what is left out is below the last term kept
      const std::byte* right = b.tiles + static_cast<std::size_t>(j) * b.term;
      load_operand<6, !LeftPasses>(right);
      amx::dot_bf16<0, 4, 6>();
      load_operand<7, !LeftPasses>(right + 1024);
      amx::dot_bf16<1, 4, 7>();
      amx::dot_bf16<2, 5, 6>();
      amx::dot_bf16<3, 5, 7>();
    }
  }
}

inline void zero_sums() noexcept {
  namespace amx = detail::amx;
  amx::zero<0>();
  amx::zero<1>();
  amx::zero<2>();
  amx::zero<3>();
}

inline void load_sums(const float* from) noexcept {
  namespace amx = detail::amx;
  amx::load<0>(from);
  amx::load<1>(from + 256);
  amx::load<2>(from + 512);
  amx::load<3>(from + 768);
}

inline void store_sums(float* to) noexcept {
  namespace amx = detail::amx;
  amx::store<0>(to);
  amx::store<1>(to + 256);
  amx::store<2>(to + 512);
  amx::store<3>(to + 768);
}

// 32 x 32 floats of which the four tiles of 16 x 16 are transposed, and two change places.
inline void transpose32(float* rows) noexcept {
  const auto take = [&](float* tile, __m512i* v) {
    LOWP_UNROLL
    for (int r = 0; r < 16; ++r) v[r] = _mm512_load_si512(tile + 32 * r);
    transpose16(v);
  };
  const auto put = [&](float* tile, const __m512i* v) {
    LOWP_UNROLL
    for (int r = 0; r < 16; ++r) _mm512_store_si512(tile + 32 * r, v[r]);
  };
  __m512i v[16], w[16];
  for (float* const tile : {rows, rows + 16 * 32 + 16}) {
    take(tile, v);
    put(tile, v);
  }
  take(rows + 16, v);
  take(rows + 16 * 32, w);
  put(rows + 16 * 32, v);
  put(rows + 16, w);
}

// The sums of a panel on their way to y: blocks of 32 rows of x, which are written a few rows at a time while the tile
// unit works on the next panel. Memory takes longer for a panel's blocks than the last chunk of the panel lasts. Rows
// are written whole, 32 sums: past the caches, two lines side by side take 0.8 of the time of two apart.
template <bool WeightsLeft>
class outgoing_panel {
 public:
  static constexpr std::size_t block_bytes = 4096;

  /// Room for a block for each 32 rows of x; the first of them is row `i`.
  outgoing_panel(const detail::sink& y, float* blocks, std::size_t i) noexcept : y_(y), blocks_(blocks), i_(i) {}

  /// Tiles 0 to 3 are the sums of block b of a panel; that of the panel before is written.
  void take(std::size_t b) noexcept {
    namespace amx = detail::amx;
    float* const to = blocks_ + 1024 * b;
    amx::store<0>(to, 128);
    amx::store<1>(to + 16, 128);
    amx::store<2>(to + 16 * 32, 128);
    amx::store<3>(to + 16 * 32 + 16, 128);
  }
  /// All blocks are taken, of the panel that begins with row j of W.
  void complete(std::size_t j) noexcept {
    j_ = j;
    waits_ = true;
  }
  /// Writes part `share` of `shares` of block b.
  void write(std::size_t b, std::size_t share, std::size_t shares) {
    if (!waits_) return;
    float* const rows = blocks_ + 1024 * b;
    if (WeightsLeft && share == 0) transpose32(rows);
    const std::size_t i = i_ + 32 * b, height = std::min<std::size_t>(32, y_.rows() - i);
    const std::size_t first = 8 * share / shares * 4, last = std::min(height, 8 * (share + 1) / shares * 4);
    if (first < last)
      y_.write(i + first, j_, last - first, std::min<std::size_t>(32, y_.cols() - j_), rows + 32 * first, 32);
  }

 private:
  const detail::sink& y_;
  float* blocks_;
  std::size_t i_, j_ = 0;
  bool waits_ = false;
};

// An unpacker of any layout: all terms of a step of a panel, `stride` bytes apart.
struct step_unpacker {
  void* unpackers = nullptr;
  void (*run)(void*, const panel_reader&, std::size_t terms, std::size_t step, std::byte* out,
              std::size_t stride) = nullptr;
};

// What the tasks of a product share.
struct tile_product {
  const detail::weight_view& w;
  const detail::activation_view& x;
  int x_terms;
  const std::byte* packed_x;  // by pack_strip: [strip][step][term][2 tiles]
  const detail::sink& y;
};

// Strips [b0, b1) of x times panels [p0, p1).
//
// The strips lie in the second cache; a chunk of a panel stays in the first one until all of them have met it. Sums are
// kept between the chunks of a panel. While the tile unit works, the next chunk is unpacked, or fetched, a step at a
// time, and the panel before is written to y.
template <bool WeightsLeft>
inline void multiply_panels(const tile_product& product, const step_unpacker& unpack, std::size_t b0, std::size_t b1,
                            std::size_t p0, std::size_t p1) {
  const detail::amx::session session;
  const detail::weight_view& w = product.w;
  const prepacked& weights = *w.packed;
  const int w_terms = static_cast<int>(w.terms);
  const std::size_t steps = weights.steps(), x_step = static_cast<std::size_t>(product.x_terms) * 2048;
  // 32 KiB: two chunks where one is being unpacked. Where each is used little, fetching goes better in short ones.
  const std::size_t longest = unpack.run != nullptr || b1 - b0 < 8 ? 8 : 16,
                    most = std::max<std::size_t>(1, longest / w.terms);
  const std::size_t chunks = std::max<std::size_t>(1, (steps + most - 1) / most),
                    chunk = (steps + chunks - 1) / chunks;
  const std::size_t chunk_bytes = chunk * w.terms * 2048, count = (p1 - p0) * chunks;
  const std::size_t unpacked_bytes = unpack.run != nullptr ? 2 * chunk_bytes : 0;
  constexpr std::size_t block_bytes = outgoing_panel<WeightsLeft>::block_bytes;
  std::byte* const unpacked = detail::workspace(unpacked_bytes + 2 * (b1 - b0) * block_bytes);
  float* const partial = reinterpret_cast<float*>(unpacked + unpacked_bytes);
  outgoing_panel<WeightsLeft> outgoing(product.y, partial + 1024 * (b1 - b0), 32 * b0);

  // Chunk u of the task is that of panel p0 + u / chunks. Unpacks its steps up to share / shares of all.
  std::size_t next = 0;
  const auto unpack_chunk = [&](std::size_t u, std::size_t share, std::size_t shares) {
    if (u >= count) return;
    const std::size_t p = p0 + u / chunks, s0 = u % chunks * chunk, size = std::min(chunk, steps - s0);
    const panel_reader reader(w, p);
    std::byte* const out = unpacked + u % 2 * chunk_bytes;
    for (const std::size_t end = size * share / shares; next < end; ++next) {
      reader.fetch_ahead(s0 + next);
      unpack.run(unpack.unpackers, reader, w.terms, s0 + next, out + next * 2048, chunk * 2048);
    }
  };

  const bool unpacks = unpack.run != nullptr;
  if (unpacks) unpack_chunk(0, 1, 1);
  for (std::size_t u = 0; u < count; ++u) {
    const std::size_t p = p0 + u / chunks, s0 = u % chunks * chunk, s1 = std::min(steps, s0 + chunk);
    const operand of_w = unpacks ? operand{unpacked + u % 2 * chunk_bytes, 2048, chunk * 2048, w_terms}
                                 : operand{weights.codes(p, s0), 2048, weights.panels() * steps * 2048, w_terms};
    next = 0;
    for (std::size_t b = b0; b < b1; ++b) {
      float* const kept = partial + (b - b0) * 1024;
      if (s0 == 0) {
        zero_sums();
      } else {
        load_sums(kept);
      }
      const operand of_x{product.packed_x + (b * steps + s0) * x_step, x_step, 2048, product.x_terms};
      operand left = WeightsLeft ? of_w : of_x, right = WeightsLeft ? of_x : of_w;
      const std::size_t size = s1 - s0;
      for (std::size_t s = 0; s < size; ++s, left.tiles += left.step, right.tiles += right.step) {
        if (s == size / 2) outgoing.write(b - b0, u % chunks, chunks);
        multiply_step<!WeightsLeft>(left, right);
        const std::size_t done = (b - b0) * size + s, all = (b1 - b0) * size;
        if (unpacks) {
          unpack_chunk(u + 1, done + 1, all);
        } else if (u + 1 < count) {  // what is next lies behind
          const std::byte* const behind = of_w.tiles + size * 2048;
          for (std::size_t l = 32 * size * done / all; l < 32 * size * (done + 1) / all; ++l)
            _mm_prefetch(reinterpret_cast<const char*>(behind + 64 * l), _MM_HINT_T1);
        }
      }
      if (s1 < steps) {
        store_sums(kept);
      } else {
        outgoing.take(b - b0);
      }
    }
    if (s1 == steps) outgoing.complete(32 * p);
  }
  for (std::size_t b = b0; b < b1; ++b) outgoing.write(b - b0, 0, 1);
  detail::written_past_caches();
}

// Floats as tiles of a right operand, the sum of `terms` bfloat16. All are finite, or there is one term.
inline void unpack_plain(void*, const panel_reader& reader, std::size_t terms, std::size_t step, std::byte* out,
                         std::size_t stride) {
  const std::byte* in = reader.codes + step * reader.step_bytes;
  const __m512i cut = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  const __m512i in_pairs = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22,
                                            6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (std::size_t line = 0; line < 32; ++line, in += 128, out += 64) {
    __m512 even = _mm512_load_ps(in), odd = _mm512_load_ps(in + 64);
    for (std::size_t t = 0; t + 1 < terms; ++t) {
      const __m512i high = _mm512_castps_si512(odd), low = _mm512_srli_epi32(_mm512_castps_si512(even), 16);
      _mm512_store_si512(out + t * stride, _mm512_ternarylogic_epi32(cut, high, low, 0xca));  // cut ? high : low
      even = _mm512_sub_ps(even, _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(even), cut)));
      odd = _mm512_sub_ps(odd, _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(odd), cut)));
    }
    const __m512i last = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(odd, even));
    _mm512_store_si512(out + (terms - 1) * stride, _mm512_permutexvar_epi16(in_pairs, last));
  }
}

// Calls f with the unpacker that the layout needs. Unpacking is called, not inlined: what f does would else be compiled
// once for each layout.
template <class F>
inline void with_step_unpacker(const detail::weight_view& w, const F& f) {
  with_unpacker(w, [&]<class U>() {
    const std::size_t last = w.terms - 1;
    U of_terms[3] = {{w, 0}, {w, std::min<std::size_t>(1, last)}, {w, last}};
    const auto run = [](void* unpackers, const panel_reader& reader, std::size_t terms, std::size_t step,
                        std::byte* out, std::size_t stride) {
      for (std::size_t t = 0; t < terms; ++t) reader.unpack(static_cast<U*>(unpackers)[t], step, out + t * stride);
    };
    f(step_unpacker{of_terms, run});
  });
}

// ---- few rows of x: all terms of all rows side by side in one tile

// x by steps, as right operand: 16 k-pairs of `columns` = rows x terms; or as left one: `columns` rows of 32 k.
template <bool Left>
inline void pack_columns(const detail::activation_view& x, int terms, std::size_t steps, std::byte* out) noexcept {
  const std::size_t columns = x.rows * static_cast<std::size_t>(terms);
  __m512i rows[3][16];
  alignas(64) std::uint32_t pairs[16];
  for (std::size_t s = 0; s < steps; ++s, out += 64 * columns) {
    load_rows(x, 0, 32 * s, terms, rows);
    for (std::size_t r = 0; r < x.rows; ++r) {
      for (int t = 0; t < terms; ++t) {
        const std::size_t column = r * static_cast<std::size_t>(terms) + static_cast<std::size_t>(t);
        if constexpr (Left) {
          _mm512_store_si512(out + 64 * column, rows[t][r]);
        } else {
          _mm512_store_si512(pairs, rows[t][r]);
          for (std::size_t i = 0; i < 16; ++i) std::memcpy(out + (i * columns + column) * 4, &pairs[i], 4);
        }
      }
    }
  }
}

// The sums of two panels go to y; a value of x has `terms` of them, the largest first. Of one, if they are the same.
template <bool XLeft>
[[gnu::noinline]] inline void write_few(const detail::sink& y, std::size_t p0, std::size_t p1, std::size_t rows,
                                        std::size_t terms) {
  namespace amx = detail::amx;
  alignas(64) float sums[4][256];
  amx::store<0>(sums[0]);
  amx::store<1>(sums[1]);
  amx::store<2>(sums[2]);
  amx::store<3>(sums[3]);
  constexpr std::size_t of_column = XLeft ? 1 : 16, of_term = XLeft ? 16 : 1;
  for (std::size_t q = 0; q < (p0 == p1 ? 1u : 2u); ++q) {
    const std::size_t column = 32 * (q == 0 ? p0 : p1);
    for (std::size_t v = 0; v < rows; ++v) {
      alignas(64) float out[32];
      for (std::size_t c = 0; c < 32; ++c) {
        const float* from = sums[2 * q + c / 16] + c % 16 * of_column + v * terms * of_term;
        float sum = from[(terms - 1) * of_term];  // the small ones first
        for (std::size_t t = terms - 1; t-- > 0;) sum += from[t * of_term];
        out[c] = sum;
      }
      y.write(v, column, 1, std::min<std::size_t>(32, y.cols() - column), out, 32);
    }
  }
}

// Panels [p0, p1), two at a time from two halves of the range, so that memory serves several streams. A step is
// unpacked while the tile unit works on the one before; tiles loaded right behind their stores would wait for them.
template <class U>
inline void multiply_few(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                         const std::byte* packed_x, std::size_t p0, std::size_t p1, const detail::sink& y) {
  namespace amx = detail::amx;
  const std::size_t terms = static_cast<std::size_t>(x_terms), columns = x.rows * terms;
  amx::tile_shapes shapes = amx::shapes();
  for (const int t : {0, 1, 2, 3, 6, 7}) shapes.bytes[t] = static_cast<std::uint16_t>(4 * columns);
  const amx::session session(shapes);
  const std::size_t steps = w.packed->steps(), half = (p1 - p0 + 1) / 2;
  alignas(64) std::byte tiles[2][2][2048];
  for (std::size_t p = p0; p < p0 + half; ++p) {
    const std::size_t second = std::min(p + half, p1 - 1);  // at an odd end the same panel once more, not written
    zero_sums();
    const panel_reader reader[2] = {{w, p}, {w, second}};
    for (std::size_t t = 0; t < w.terms && steps > 0; ++t) {
      U unpacker[2] = {{w, t}, {w, t}};
      const std::byte* b = packed_x;
      for (std::size_t s = 0; s <= steps; ++s) {
        if (s < steps) {
#pragma GCC unroll 1
          for (std::size_t i = 0; i < 2; ++i) {
            reader[i].fetch_ahead(s);
            reader[i].unpack(unpacker[i], s, tiles[s % 2][i]);
          }
        }
        if (s == 0) continue;
        const auto& before = tiles[(s - 1) % 2];
        amx::load<6>(b, 4 * columns);
        b += 64 * columns;
        amx::load<4>(before[0]);
        amx::dot_bf16<0, 4, 6>();
        amx::load<5>(before[0] + 1024);
        amx::dot_bf16<1, 5, 6>();
        amx::load<4>(before[1]);
        amx::dot_bf16<2, 4, 6>();
        amx::load<5>(before[1] + 1024);
        amx::dot_bf16<3, 5, 6>();
      }
    }
    write_few<false>(y, p, p + half < p1 ? second : p, x.rows, terms);
  }
}

// The same for weights that are tiles already: x is the left operand, of few rows, which takes the unit less time.
inline void multiply_few_wide(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                              const std::byte* packed_x, std::size_t p0, std::size_t p1, const detail::sink& y) {
  namespace amx = detail::amx;
  const std::size_t terms = static_cast<std::size_t>(x_terms), rows = x.rows * terms;
  amx::tile_shapes shapes = amx::shapes();
  for (const int t : {0, 1, 2, 3, 4, 5}) shapes.rows[t] = static_cast<std::uint8_t>(rows);
  const amx::session session(shapes);
  const std::size_t steps = w.packed->steps(), half = (p1 - p0 + 1) / 2;
  for (std::size_t p = p0; p < p0 + half; ++p) {
    const std::size_t second = std::min(p + half, p1 - 1);
    zero_sums();
    for (std::size_t t = 0; t < w.terms; ++t) {
      const std::byte *a = packed_x, *b0 = w.packed->codes(p, 0, t), *b1 = w.packed->codes(second, 0, t);
      for (std::size_t s = 0; s < steps; ++s, a += 64 * rows, b0 += 2048, b1 += 2048) {
        amx::load<4>(a);
        amx::load_passing<6>(b0);
        amx::dot_bf16<0, 4, 6>();
        amx::load_passing<7>(b0 + 1024);
        amx::dot_bf16<1, 4, 7>();
        amx::load_passing<6>(b1);
        amx::dot_bf16<2, 4, 6>();
        amx::load_passing<7>(b1 + 1024);
        amx::dot_bf16<3, 4, 7>();
      }
    }
    write_few<true>(y, p, p + half < p1 ? second : p, x.rows, terms);
  }
}

// y = x W^T. x_terms: bfloat16 for each value of x.
inline void gemm_bf16(const detail::weight_view& w, const detail::activation_view& x, int x_terms,
                      const detail::sink& y, const executor& run) {
  const std::size_t steps = w.packed->steps(), panels = w.packed->panels(), terms = static_cast<std::size_t>(x_terms);
  const bool plain = w.packed->head().how == detail::unpacking::plain;
  const bool wide = w.packed->head().how == detail::unpacking::wide, few = x.rows * terms <= 16 && !plain;
  const std::size_t strips = (x.rows + 31) / 32, strip_bytes = steps * terms * 2048;
  std::byte* const packed = detail::shared_workspace(few ? steps * 64 * x.rows * terms : strips * strip_bytes);
  if (few) {
    (wide ? pack_columns<true> : pack_columns<false>)(x, x_terms, steps, packed);
    const std::size_t tasks = std::min<std::size_t>((panels + 1) / 2, 16);  // two panels go together
    run(tasks, [&](std::size_t i) {
      const std::size_t p0 = panels * i / tasks, p1 = panels * (i + 1) / tasks;
      if (wide) return multiply_few_wide(w, x, x_terms, packed, p0, p1, y);
      with_unpacker(w, [&]<class U>() { multiply_few<U>(w, x, x_terms, packed, p0, p1, y); });
    });
    return;
  }
  // Blocks of x that fit half of a second cache of 2 MiB.
  const std::size_t most = std::max<std::size_t>(4, (std::size_t{1} << 20) / std::max<std::size_t>(strip_bytes, 1));
  const detail::even_cut blocks = detail::even_cut::at_most(strips, most);
  detail::block_units units(blocks.parts, blocks.size(0));
  run(units.count(), [&](std::size_t) {
    const auto [block, index] = units.take();
    if (index >= blocks.size(block)) return;
    const std::size_t strip = blocks.start(block) + index;
    std::byte* const to = packed + strip * strip_bytes;
    (wide || plain ? pack_strip<true> : pack_strip<false>)(x, 32 * strip, 0, steps, x_terms, to);
  });
  const detail::sink to = y.past_caches();
  const tile_product product{w, x, x_terms, packed, to};
  // Many units, so that threads which share 7 blocks end together.
  const std::size_t groups = std::min(panels, (32 + blocks.parts - 1) / blocks.parts);
  units.restart(groups);
  run(units.count(), [&](std::size_t) {
    const auto [block, index] = units.take();
    const std::size_t b0 = blocks.start(block), b1 = blocks.start(block + 1);
    const std::size_t p0 = panels * index / groups, p1 = panels * (index + 1) / groups;
    if (wide) return multiply_panels<false>(product, {}, b0, b1, p0, p1);
    if (plain) return multiply_panels<false>(product, {nullptr, unpack_plain}, b0, b1, p0, p1);
    with_step_unpacker(w, [&](const step_unpacker& u) { multiply_panels<true>(product, u, b0, b1, p0, p1); });
  });
}
