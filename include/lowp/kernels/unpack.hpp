// Prepacked weights for the float core, and products of few rows of floats with them, on every tier.
//
//   weight_floats w(P);
//   gemm_f32(x.rows(), m, n, k, w.panels(), y, executor)    the floats are those that the codec decodes to
//   multiply_few_floats(w, x, y, executor)                  1 to 4 rows of x, any order of summation
//
// A tile of 16 rows is looked up 16 or 8 values at a time along k (4 bits: 10 values a cycle with AVX-512, 4 with AVX2)
// and, for the float core, transposed.
#pragma once

#include <lowp/kernels/operands.hpp>
#include <lowp/kernels/prepack.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

// How levels of 6 and 8 bits are found without a table, which vectors read one by one: most are integers, or halves whose
// sign and magnitude stand elsewhere, times a power of two.
struct level_arithmetic {
  enum class kind : unsigned char { none, integers, halves } how = kind::none;
  std::uint32_t shift = 0;  // of the magnitude of a half
  float factor = 1;

  level_arithmetic() = default;
  level_arithmetic(const float* level, unsigned bits, bool all_finite) noexcept {
    const auto fits = [&](const auto& value_of) {
      if (!(std::fabs(level[1]) > 0) || !is_finite(level[1])) return false;
      factor = level[1] / value_of(1u);
      int exponent;
      if (std::frexp(factor, &exponent) != 0.5f) return false;
      for (std::uint32_t c = 0; c < 1u << bits; ++c) {
        const float v = value_of(c) * factor;
        if (std::bit_cast<std::uint32_t>(v) != std::bit_cast<std::uint32_t>(level[c]) &&
            !(all_finite && !is_finite(level[c])))
          return false;
      }
      return true;
    };
    how = kind::integers;
    if (fits([bits](std::uint32_t c) {
          return static_cast<float>(static_cast<int>(c) - (c >> (bits - 1) != 0 ? 1 << bits : 0));
        }))
      return;
    how = kind::halves;
    for (shift = 5; shift <= 9; ++shift) {
      if (fits([this, bits](std::uint32_t c) {
            const std::uint32_t sign = c >> (bits - 1), magnitude = c & ((1u << (bits - 1)) - 1);
            return static_cast<float>(
                float16::from_bits(static_cast<std::uint16_t>(sign << 15 | magnitude << shift)));
          }))
        return;
    }
    how = kind::none;
  }
};

/// Prepacked weights as kernels that compute in float read them.
struct weight_floats {
  const prepacked* packed;
  std::size_t steps, terms;
  unsigned bits;
  bool by_levels, float_scales, half_steps;
  float factor;
  const float *level, *scale;
  level_arithmetic arithmetic;
  alignas(64) float repeated_levels[16];

  explicit weight_floats(const prepacked& p) noexcept
      : packed(&p),
        steps(p.steps()),
        terms(p.head().terms),
        bits(p.head().bits),
        by_levels(p.head().how != unpacking::wide && p.head().how != unpacking::plain),
        float_scales(p.head().float_scales != 0),
        half_steps(p.head().group_steps == 0),
        factor(p.head().factor),
        level(p.level()),
        scale(p.scale()) {
    for (std::size_t i = 0; i < 16; ++i) repeated_levels[i] = level[bits < 4 ? i % (1u << bits) : i];
    if (by_levels && bits >= 6) arithmetic = level_arithmetic(level, bits, p.head().finite != 0);
  }
  // Codes of 16 rows and 32 columns.
  [[nodiscard]] const std::byte* tile(std::size_t tile, std::size_t step, std::size_t term) const noexcept {
    return packed->codes(tile / 2, step, term) + tile % 2 * (packed->step_bytes() / 2);
  }
  [[nodiscard]] const std::byte* scales(std::size_t tile, std::size_t step) const noexcept {
    const std::size_t group = half_steps ? 2 * step : step / packed->head().group_steps;
    return packed->scales(tile / 2, group) + tile % 2 * 16 * (float_scales ? 4 : 1);
  }
  [[nodiscard]] panel_source panels() const noexcept;
};

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/unpack.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

inline constexpr kernel_table<void(const weight_floats&, std::size_t, std::size_t, float*)> unpack_tile_table{
    {{&tiers::scalar::unpack_tile, &tiers::haswell::unpack_tile, &tiers::skylake::unpack_tile,
      &tiers::icelake::unpack_tile, &tiers::sapphire::unpack_tile}}};

using multiply_few_kernel = void(const weight_floats&, std::size_t, const float*, std::size_t, float*);
template <std::size_t Count>
inline constexpr kernel_table<multiply_few_kernel> multiply_tile_table{
    {{&tiers::scalar::multiply_tile<Count>, &tiers::haswell::multiply_tile<Count>,
      &tiers::skylake::multiply_tile<Count>, &tiers::icelake::multiply_tile<Count>,
      &tiers::sapphire::multiply_tile<Count>}}};

template <std::size_t Count>
inline constexpr kernel_table<multiply_few_kernel> multiply_plain_table{
    {{&tiers::scalar::multiply_plain<Count>, &tiers::haswell::multiply_plain<Count>,
      &tiers::skylake::multiply_plain<Count>, &tiers::icelake::multiply_plain<Count>,
      &tiers::sapphire::multiply_plain<Count>}}};

// A panel of the float core takes whole tiles, or (8 columns, the scalar tier) half a tile.
inline panel_source weight_floats::panels() const noexcept {
  return {this, [](const void* self, std::size_t panel, std::size_t k0, std::size_t k1, float* out) {
            const weight_floats& w = *static_cast<const weight_floats*>(self);
            const tier t = active();
            const f32_kernels& kernels = f32_of(t);
            const std::size_t width = kernels.width, count = std::min(width, tile_rows);
            alignas(64) float part[16 * 32];
            for (std::size_t c = 0; c < width; c += count) {
              const std::size_t row = panel * width + c, tile = row / tile_rows, first = row % tile_rows;
              for (std::size_t k = k0, end; k < k1; k = end) {
                const std::size_t step = k / step_values, i = k % step_values;
                end = std::min(k1, (step + 1) * step_values);
                float* const to = out + (k - k0) * width + c;
                if (tile >= 2 * w.packed->panels()) {
                  for (std::size_t j = 0; j < end - k; ++j) std::fill_n(to + j * width, count, 0.0f);
                  continue;
                }
                unpack_tile_table(t)(w, tile, step, part);
                if (w.by_levels) {
                  kernels.transpose(part + first * 32 + i, 32, count, end - k, to, width);
                } else {
                  kernels.copy(part + i * 16 + first, 16, end - k, count, to, width);
                }
              }
            }
          }};
}

/// y = x W^T for 1 to 4 rows of x; sums in an order of the tier's.
inline void multiply_few_floats(const weight_floats& w, const float_operand& x, const sink& y, const executor& run) {
  const std::size_t count = x.row_count(), k = x.col_count(), stride = w.steps * step_values;
  const std::size_t kernel_rows = count == 1 ? 1 : 4;  // the rest zeros
  const std::size_t n = w.packed->rows();
  line_vector<float> rows(kernel_rows * stride);
  const row_source source = x.rows();
  for (std::size_t v = 0; v < count; ++v) source.rows(source.self, v, 1, 0, k, rows.data() + v * stride, stride);
  for (std::size_t v = 0; v < count; ++v)
    std::fill(rows.begin() + static_cast<std::ptrdiff_t>(v * stride + k),
              rows.begin() + static_cast<std::ptrdiff_t>((v + 1) * stride), 0.0f);
  const tier t = active();
  const bool plain = w.bits == 32;
  const auto one = plain ? multiply_plain_table<1>(t) : multiply_tile_table<1>(t);
  const auto four = plain ? multiply_plain_table<4>(t) : multiply_tile_table<4>(t);
  const std::size_t height = plain ? panel_rows : tile_rows, units = (n + height - 1) / height;
  const std::size_t tasks = std::min<std::size_t>(units, 16);
  run(tasks, [&](std::size_t task) {
    for (std::size_t i = units * task / tasks; i < units * (task + 1) / tasks; ++i) {
      float sums[4 * panel_rows];
      (count == 1 ? one : four)(w, i, rows.data(), stride, sums);
      y.write(0, height * i, count, std::min(height, n - height * i), sums, height);
    }
  });
}

}  // namespace lowp::detail
