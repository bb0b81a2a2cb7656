// y = x W^T for few rows of x, rounded to int8 on the way, and low-bit weights: activations::int8.
//
//   x' = s q     groups of 32 along k: s = max |x| / 127, q = x * (127 / max |x|) to nearest even, in float
//   y[i, j] = sum over groups of s_x s_w (sum_k q level)        the inner sum exact in integers, the outer one float
//
// |x - x'| <= (1/254 + 2^-22) max |x| of its group; 2^-128 where max |x| < 2^-120. A group with NaN or infinity makes
// all sums NaN. A sum over K values is off by at most gamma_(K/4 + 8) sum |x' w| from the exact sum of x' w.
//
// For weights whose levels are integers (of up to 8 bits) times a power of two: integers of 1, 2, 4 and 8 bits, e2m1,
// and integer codebooks whose levels lie at most 129 apart; not NF4. They are read in the layout of prepack.hpp: a word
// of a line has a field of each row at one k, so a byte has fields of one half of the rows. Fields are looked up as
// bytes that start from the lowest level, u = level - lowest, since vpdpbusd and vpmaddubsw take unsigned by signed;
// lowest sum q is what sums start from.
#pragma once

#include <lowp/kernels/epilogue.hpp>
#include <lowp/kernels/prepack.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

/// A step (32 values) of quantized activations, in an order of the tier's: runs of 4 or 8 values, each run twice,
/// since they meet fields of two rows.
struct int8_step_of_x {
  alignas(64) std::int8_t q[64];
  std::int32_t start[16];  // the lowest level times the sum of 4 bytes of q
};

/// How scales are stored: as floats; as codes of a format with the fields of a float, only fewer bits; as others.
enum class scale_decoding : unsigned char { floats, shifted, table };

/// Weights as the kernels need them, made once a call.
struct int8_level_view {
  const prepacked* packed;
  int bits;                 // of a field: 2, 4, 8
  std::size_t group_steps;  // 0: two groups a step
  int lowest = 0;           // of the integer levels
  float unit = 1;           // level = integer * unit
  scale_decoding scales = scale_decoding::table;
  // shifted: the code's bits but the sign, shifted left, are those of a float, which times `factor` is the scale
  int shift = 0;
  bool has_sign = false;
  std::int32_t least_bits = 0;  // e8m0fnu's code 0 is 2^-127
  float factor = 1;
  bool flipped_bytes = false;          // 8 bits: u = code ^ 128, else u = code
  alignas(64) std::uint8_t level[64];  // u of the low bits of an index, repeated

  explicit int8_level_view(const prepacked& p) noexcept
      : packed(&p), bits(static_cast<int>(p.head().bits)), group_steps(p.head().group_steps) {}

  [[nodiscard]] float shifted_scale(std::uint32_t code) const noexcept {
    const std::uint32_t magnitude = (has_sign ? code & 127 : code) << shift, sign = has_sign ? (code & 128) << 24 : 0;
    return std::bit_cast<float>(std::max(magnitude, static_cast<std::uint32_t>(least_bits)) | sign) * factor;
  }
};

// Whether these weights have integer levels; then `v` is complete.
inline bool find_int8_levels(const prepacked& w, int8_level_view& v) {
  const packed_header& h = w.head();
  if (h.finite == 0 || (h.how != unpacking::narrow && h.how != unpacking::eight)) return false;
  const std::size_t count = std::size_t{1} << h.bits;
  const float* level = w.level();
  int unit = 128;
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(level[i])) return false;
    int exponent;
    float fraction = std::frexp(level[i], &exponent);
    if (level[i] == 0) continue;
    for (; fraction != std::trunc(fraction); fraction *= 2) --exponent;
    unit = std::min(unit, exponent);
  }
  float low = 0, high = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float integer = std::ldexp(level[i], -unit);
    if (!(std::fabs(integer) <= 255)) return false;
    low = i == 0 ? integer : std::min(low, integer);
    high = i == 0 ? integer : std::max(high, integer);
  }
  if (!(high - low <= (h.how == unpacking::narrow ? 129 : 255))) return false;  // gemv_int8.inl: vpmaddubsw
  v.lowest = static_cast<int>(low);
  v.unit = std::ldexp(1.0f, unit);
  if (v.unit == 0 || !std::isfinite(v.unit)) return false;
  const auto above_lowest = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<int>(std::ldexp(level[i], -unit)) - v.lowest);
  };
  if (h.how == unpacking::eight) {
    bool same = true, flipped = true;
    for (unsigned i = 0; i < 256; ++i) {
      same = same && above_lowest(i) == i;
      flipped = flipped && above_lowest(i) == (i ^ 128);
    }
    if (!same && !flipped) return false;
    v.flipped_bytes = flipped;
  } else {
    for (std::size_t i = 0; i < 64; ++i) v.level[i] = static_cast<std::uint8_t>(above_lowest(i % count));
  }
  if (h.float_scales != 0) {
    v.scales = scale_decoding::floats;
    return true;
  }
  for (v.shift = 20; v.shift <= 23; ++v.shift) {
    v.has_sign = v.shift < 23;
    v.least_bits = w.scale()[0] > 0 ? 0x400000 : 0;
    v.factor = 1;
    v.factor = w.scale()[16] / v.shifted_scale(16);
    bool all = true;
    for (std::uint32_t code = 0; code < 256; ++code) {  // infinities and NaN do not occur
      if (std::isfinite(w.scale()[code])) all = all && v.shifted_scale(code) == w.scale()[code];
    }
    if (!all) continue;
    v.scales = scale_decoding::shifted;
    break;
  }
  return true;
}

/// Panels first ... last - 1 (of 32 rows) with one row of x: y has 32 sums for each of them.
struct int8_panels {
  const int8_level_view& w;
  const int8_step_of_x* x;
  const float* x_scale;  // of each step
  std::size_t first, last;
  float* y;
};

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/gemv_int8.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

inline constexpr kernel_table<void(const float*, std::size_t, int, float, int8_step_of_x*, float*)>
    quantize_int8_table{
        {{&tiers::scalar::quantize_int8, &tiers::haswell::quantize_int8, &tiers::skylake::quantize_int8,
          &tiers::icelake::quantize_int8, &tiers::sapphire::quantize_int8}}};

inline constexpr kernel_table<void(const int8_panels&)> int8_panels_table{
    {{&tiers::scalar::multiply_int8_panels, &tiers::haswell::multiply_int8_panels,
      &tiers::skylake::multiply_int8_panels, &tiers::icelake::multiply_int8_panels,
      &tiers::sapphire::multiply_int8_panels}}};

/// y = x W^T with x rounded to int8, or false if these weights are not of that kind (nothing is written then).
inline bool gemv_int8(const prepacked& w, matrix_view<const float> x, const sink& y, const executor& threads = {}) {
  int8_level_view levels(w);
  if (!find_int8_levels(w, levels)) return false;
  const std::size_t steps = w.steps(), panels = w.panels(), n = w.rows();
  line_vector<int8_step_of_x> q(x.rows() * steps);
  std::vector<float> scale(x.rows() * steps);
  const auto quantize = quantize_int8_table(active());
  const float to_units = levels.unit * w.head().factor;
  for (std::size_t i = 0; i < x.rows(); ++i)
    quantize(x.row(i).data(), x.cols(), levels.lowest, to_units, q.data() + i * steps, scale.data() + i * steps);
  // Tasks that stay in the second cache while several rows of x meet them.
  const std::size_t panel_bytes = std::max<std::size_t>(1, steps * w.step_bytes());
  const std::size_t a_task = std::clamp<std::size_t>((std::size_t{1} << 20) / panel_bytes, 1, 64);
  const auto multiply = int8_panels_table(active());
  threads((panels + a_task - 1) / a_task, [&](std::size_t task) {
    const std::size_t first = task * a_task, last = std::min(panels, first + a_task);
    alignas(64) float sums[64 * panel_rows];
    for (std::size_t i = 0; i < x.rows(); ++i) {
      multiply({levels, q.data() + i * steps, scale.data() + i * steps, first, last, sums});
      y.write(i, first * panel_rows, 1, std::min(n, last * panel_rows) - first * panel_rows, sums, 0);
    }
  });
  return true;
}

}  // namespace lowp::detail
