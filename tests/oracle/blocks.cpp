#include "blocks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace oracle::blocks {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr float largest_float = std::numeric_limits<float>::max();

std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

std::vector<std::uint32_t> binary_digits(std::uint32_t code, int bits) {
  std::vector<std::uint32_t> d;
  for (int i = 0; i < bits; ++i) d.push_back(code / (1u << i) % 2);
  return d;
}

}  // namespace

// ---- elements ----------------------------------------------------------------------------------------------

std::uint32_t element::code(bool is_negative, std::uint32_t magnitude) const {
  if (!is_negative) return magnitude;
  if (!twos_complement) return magnitude + (1u << (bits - 1));
  return magnitude == 0 ? 0 : (1u << bits) - magnitude;
}

element minifloat(const char* name, int E, int M, int bias, std::uint32_t last, std::uint32_t infinity) {
  element f;
  f.name = name;
  f.bits = 1 + E + M;
  f.fraction_bits = M;
  const std::uint32_t magnitudes = 1u << (E + M);
  for (std::uint32_t c = 0; c < magnitudes; ++c) {
    const int e = static_cast<int>(c) / (1 << M), t = static_cast<int>(c) % (1 << M);
    const double v = e == 0 ? t * std::exp2(1 - bias - M) : ((1 << M) + t) * std::exp2(e - bias - M);
    if (c <= last) f.positive.push_back(v);
    f.value.push_back(c <= last ? v : c == infinity ? HUGE_VAL : nan);
  }
  f.negative = f.positive;
  for (std::uint32_t c = 0; c < magnitudes; ++c) f.value.push_back(-f.value[c]);
  f.emax = static_cast<int>(std::floor(std::log2(f.largest())));
  return f;
}

element fixed(const char* name, int bits, int frac, bool symmetric) {
  element f;
  f.name = name;
  f.bits = bits;
  f.fraction_bits = bits - 2;
  f.twos_complement = true;
  const int half = 1 << (bits - 1);
  for (int m = 0; m < half; ++m) f.positive.push_back(m / std::exp2(frac));
  for (int m = 0; m < half + !symmetric; ++m) f.negative.push_back(m / std::exp2(frac));
  for (int c = 0; c < 2 * half; ++c) f.value.push_back((c < half ? c : c - 2 * half) / std::exp2(frac));
  f.emax = static_cast<int>(std::floor(std::log2(f.largest())));
  return f;
}

const element& e5m2() {
  static const element f = minifloat("e5m2", 5, 2, 15, 0x7b, 0x7c);
  return f;
}
const element& e4m3() {
  static const element f = minifloat("e4m3", 4, 3, 7, 0x7e);
  return f;
}
const element& e3m2() {
  static const element f = minifloat("e3m2", 3, 2, 3, 0x1f);
  return f;
}
const element& e2m3() {
  static const element f = minifloat("e2m3", 2, 3, 1, 0x1f);
  return f;
}
const element& e2m1() {
  static const element f = minifloat("e2m1", 2, 1, 1, 0x7);
  return f;
}
const element& int8() {
  static const element f = fixed("int8", 8, 6, false);
  return f;
}
const element& sym_int8() {
  static const element f = fixed("sym_int8", 8, 6, true);
  return f;
}
const element& sym_int6() {
  static const element f = fixed("sym_int6", 6, 4, true);
  return f;
}
const element& sym_int4() {
  static const element f = fixed("sym_int4", 4, 2, true);
  return f;
}
const element& sym_int4_0() {
  static const element f = fixed("sym_int4_0", 4, 0, true);
  return f;
}

std::uint32_t round(const element& e, float x, double scale, rounding mode, std::uint32_t random, int random_bits) {
  const bool negative = std::signbit(x);
  const std::vector<double>& values = negative ? e.negative : e.positive;
  const double a = std::fabs(static_cast<double>(x));
  const auto above =
      std::upper_bound(values.begin(), values.end(), a, [&](double v, double list) { return v < list * scale; });
  const auto low = static_cast<std::uint32_t>(above - values.begin()) - 1;
  if (above == values.end()) return e.code(negative, low);

  const double rest = a - values[low] * scale, gap = (values[low + 1] - values[low]) * scale;
  const bool odd = low % 2 == 1;
  const bool inexact = rest > 0;
  // floor(rest / gap * 2^n): the division may round, the comparison does not.
  const auto share = [&](int n) {
    const double scaled = std::ldexp(rest, n);
    double k = std::floor(scaled / gap);
    while (k * gap > scaled) --k;
    while ((k + 1) * gap <= scaled) ++k;
    return k;
  };
  const double one = std::ldexp(1.0, random_bits);
  const double r = random_bits == 32 ? random : random % (1u << random_bits);
  bool up = false;
  switch (mode) {
    case rounding::nearest_even:
      up = 2 * rest > gap || (2 * rest == gap && odd);
      break;
    case rounding::nearest_away:
      up = 2 * rest >= gap;
      break;
    case rounding::nearest_zero:
      up = 2 * rest > gap;
      break;
    case rounding::toward_zero:
      up = false;
      break;
    case rounding::upward:
      up = inexact && !negative;
      break;
    case rounding::downward:
      up = inexact && negative;
      break;
    case rounding::to_odd:
      up = inexact && !odd;
      break;
    case rounding::stochastic_a:
      up = share(random_bits) + r >= one;
      break;
    case rounding::stochastic_b:
      up = share(random_bits + 1) + 2 * r + 1 >= 2 * one;
      break;
    case rounding::stochastic_c: {
      const double k = share(random_bits), left = std::ldexp(rest, random_bits) - k * gap;
      const bool k_odd = std::fmod(k, 2) == 1;
      up = k + (2 * left > gap || (2 * left == gap && k_odd)) + r >= one;
      break;
    }
    case rounding::stochastic_equal:
      up = inexact && random % 2 == 1;
      break;
  }
  return e.code(negative, low + up);
}

// ---- scales ------------------------------------------------------------------------------------------------

double e8m0_value(int code) { return code == nan_code ? nan : std::exp2(code - 127); }

float e4m3_value(int code) { return static_cast<float>(e4m3().value[static_cast<std::size_t>(code)]); }

int e4m3_nearest(double x) {
  const std::vector<double>& v = e4m3().positive;
  int best = 0;
  for (int c = 1; c < static_cast<int>(v.size()); ++c) {
    const double middle = (v[static_cast<std::size_t>(c) - 1] + v[static_cast<std::size_t>(c)]) / 2;
    if (x > middle || (x == middle && c % 2 == 0)) best = c;
  }
  return best;
}

namespace {

// Clamp to [-127, 128]; 128 is the code of NaN.
int biased(int exponent) { return std::clamp(exponent, -127, 128) + 127; }
bool finite_bits(std::uint32_t b) { return (b >> 23 & 0xff) != 0xff; }

}  // namespace

int floor_code(float amax, int emax) {
  const std::uint32_t b = bits_of(amax);
  if (!finite_bits(b)) return nan_code;
  return biased(static_cast<int>(b >> 23 & 0xff) - 127 - emax);
}

int ceil_code(float amax, int emax) {
  const std::uint32_t b = bits_of(amax);
  if (!finite_bits(b)) return nan_code;
  return biased(static_cast<int>(b >> 23 & 0xff) - 127 + ((b & 0x7fffff) > 0) - emax);
}

int even_code(float amax, int emax, int fraction_bits) {
  std::uint32_t b = bits_of(amax);
  if (!finite_bits(b)) return nan_code;
  b = (b + (1u << (23 - fraction_bits - 1))) & 0xff800000u;
  if (!finite_bits(b)) return nan_code;  // amax rounded up to 2^128
  return biased(static_cast<int>(b >> 23 & 0xff) - 127 - emax);
}

int rceil_code(float amax, float largest) {
  const float descale = amax * static_cast<float>(1.0 / static_cast<double>(largest));
  const std::uint32_t b = bits_of(descale);
  if (!finite_bits(b)) return nan_code;
  const int field = static_cast<int>(b >> 23 & 0xff);
  const std::uint32_t fraction = b & 0x7fffff;
  return field + (field == 0 ? fraction > 0x400000 : fraction != 0);
}

const char* name(rule r) {
  switch (r) {
    case rule::floor:
      return "floor";
    case rule::ceil:
      return "ceil";
    case rule::even:
      return "even";
    case rule::round_up:
      return "round_up";
    case rule::nearest:
      return "nearest";
    case rule::search:
      return "search";
  }
  return "?";
}

long double squared_error(const element& e, std::span<const float> x, double scale) {
  long double sum = 0;
  for (const float v : x) {
    const float y = static_cast<float>(e.value[round(e, v, scale)] * scale);  // infinite beyond FLT_MAX
    const long double d = static_cast<long double>(y) - v;
    sum += d * d;
  }
  return sum;
}

namespace {

// The code among [from, to] with the least squared error, the smaller of two equal ones.
template <class Value>
int best_code(const element& e, std::span<const float> x, int from, int to, Value&& value) {
  int best = from;
  long double least = -1;
  for (int c = from; c <= to; ++c) {
    const long double error = squared_error(e, x, value(c));
    if (least < 0 || error < least) {
      least = error;
      best = c;
    }
  }
  return best;
}

// The nearest e8m0 code to amax / largest * 2^shift, saturated: thresholds are 1.5 * 2^k, ties to the even code.
int e8m0_nearest(const element& e, float amax, int shift) {
  const double a = std::ldexp(static_cast<double>(amax), shift);
  int code = 0;
  while (code < 254) {
    const double middle = 1.5 * e8m0_value(code) * e.largest();
    if (a > middle || (a == middle && code % 2 == 1)) {
      ++code;
    } else {
      break;
    }
  }
  return code;
}

// The nearest e4m3 code to amax / largest * 2^shift, saturated.
int e4m3_scale(const element& e, float amax, int shift) {
  const std::vector<double>& v = e4m3().positive;
  const double a = std::ldexp(static_cast<double>(amax), shift);
  int best = 0;
  for (int c = 1; c < static_cast<int>(v.size()); ++c) {
    const double middle = (v[static_cast<std::size_t>(c) - 1] + v[static_cast<std::size_t>(c)]) / 2 * e.largest();
    if (a > middle || (a == middle && c % 2 == 0)) best = c;
  }
  return best;
}

}  // namespace

int e8m0_code(rule r, const element& e, float amax, std::span<const float> x) {
  int k = 0;  // amax = m * 2^k, 1 <= m < 2, subnormal or not
  const double m = 2 * std::frexp(static_cast<double>(amax), &k);
  --k;
  const auto saturated = [&](int exponent) { return std::clamp(exponent - e.emax + 127, 0, 254); };
  switch (r) {
    case rule::floor:
      return saturated(k);
    case rule::ceil:
      return saturated(m > 1 ? k + 1 : k);
    case rule::even:
      return saturated(m >= 2 - std::exp2(-e.fraction_bits - 1) ? k + 1 : k);
    case rule::round_up:
      return std::min(rceil_code(amax, static_cast<float>(e.largest())), 254);
    case rule::nearest:
      return e8m0_nearest(e, amax, 0);
    case rule::search:
      return best_code(e, x, e8m0_nearest(e, amax, -1), e8m0_nearest(e, amax, 1), e8m0_value);
  }
  return nan_code;
}

int e4m3_code(rule r, const element& e, float amax, std::span<const float> x) {
  if (r == rule::nearest) return e4m3_scale(e, amax, 0);
  return best_code(e, x, std::max(1, e4m3_scale(e, amax, -1)), e4m3_scale(e, amax, 1),
                   [](int c) { return static_cast<double>(e4m3_value(c)); });
}

// ---- bytes -------------------------------------------------------------------------------------------------

bytes bits_to_bytes(std::span<const std::uint32_t> codes, int bits) {
  std::string number;  // least significant digit last
  for (const std::uint32_t c : codes) {
    std::string digits;
    for (const std::uint32_t d : binary_digits(c, bits)) digits.insert(0, 1, static_cast<char>('0' + d));
    number.insert(0, digits);
  }
  while (number.size() % 8 != 0) number.insert(0, 1, '0');
  bytes out;
  for (std::size_t end = number.size(); end > 0; end -= 8)
    out.push_back(static_cast<std::uint8_t>(std::stoi(number.substr(end - 8, 8), nullptr, 2)));
  return out;
}

std::uint32_t bits_at(std::span<const std::uint8_t> in, std::size_t index, int bits) {
  std::uint32_t code = 0;
  for (int b = 0; b < bits; ++b) {
    const std::size_t at = index * static_cast<std::size_t>(bits) + static_cast<std::size_t>(b);
    code += (in[at / 8] >> (at % 8) & 1u) << b;
  }
  return code;
}

// ---- blocks with one scale ---------------------------------------------------------------------------------

namespace {

bytes element_bytes(const element& e, int n, layout order, std::span<const std::uint32_t> codes) {
  std::vector<std::uint32_t> all(codes.begin(), codes.end());
  all.resize(static_cast<std::size_t>(n), 0);
  if (order == layout::sequential) return bits_to_bytes(all, e.bits);
  bytes out;  // 4 bits: byte j holds j and j + n / 2
  for (std::size_t j = 0; j < all.size() / 2; ++j)
    out.push_back(static_cast<std::uint8_t>(all[j] + 16 * all[j + all.size() / 2]));
  return out;
}

std::uint32_t element_at(const element& e, int n, layout order, std::span<const std::uint8_t> in, std::size_t i) {
  if (order == layout::sequential) return bits_at(in, i, e.bits);
  const std::size_t half = static_cast<std::size_t>(n) / 2;
  return i < half ? in[i] % 16u : in[i - half] / 16u;
}

struct maximum {
  float value = 0;
  bool special = false;  // a NaN or an infinity among them
};

maximum max_of(std::span<const float> x) {
  maximum m;
  for (const float v : x) {
    if (!std::isfinite(v))
      m.special = true;
    else
      m.value = std::max(m.value, std::fabs(v));
  }
  return m;
}

}  // namespace

bytes mx_encode(const mx& f, std::span<const float> x, rounding mode, std::span<const std::uint32_t> randoms) {
  bytes out(f.bytes_per_block(), 0);
  const maximum m = max_of(x);
  const bool e8m0 = f.scale == scale_format::e8m0;
  if (m.special) {
    out[0] = e8m0 ? 0xff : 0x7f;
    return out;
  }
  if (m.value == 0) return out;
  const int code = e8m0 ? e8m0_code(f.scale_rule, *f.e, m.value, x) : e4m3_code(f.scale_rule, *f.e, m.value, x);
  const double scale = e8m0 ? e8m0_value(code) : static_cast<double>(e4m3_value(code));
  if (scale == 0) return out;
  std::vector<std::uint32_t> codes;
  for (std::size_t i = 0; i < x.size(); ++i)
    codes.push_back(round(*f.e, x[i], scale, mode, randoms.empty() ? 0 : randoms[i]));
  out = element_bytes(*f.e, f.n, f.order, codes);
  out.insert(out.begin(), static_cast<std::uint8_t>(code));
  return out;
}

std::vector<float> mx_decode(const mx& f, std::span<const std::uint8_t> in, std::size_t count) {
  const double scale = f.scale == scale_format::e8m0 ? e8m0_value(in[0]) : e4m3().value[in[0]];
  std::vector<float> y;
  for (std::size_t i = 0; i < count; ++i)  // the product is exact in double: one rounding
    y.push_back(static_cast<float>(f.e->value[element_at(*f.e, f.n, f.order, in.subspan(1), i)] * scale));
  return y;
}

// ---- two levels of scales ----------------------------------------------------------------------------------

tensor tensor_encode(const tensor_format& f, std::span<const float> x, std::size_t rows, std::size_t cols,
                     rounding mode, std::span<const std::uint32_t> randoms) {
  const float q = static_cast<float>(f.e->largest());
  const float amax = max_of(x).value;
  const bool te = f.how == recipe::transformer_engine;
  tensor t;
  if (te) {
    float s = std::fmin(448.0f * q / amax, largest_float);
    if (amax == 0 || s == 0) s = 1;
    t.encode_scale = s;
    t.decode_scale = 1.0f / s;
  } else {
    const float s = amax / (448.0f * q);
    if (s != 0) {
      t.decode_scale = s;
      t.encode_scale = 1.0f / s;
    }
  }
  const std::size_t n = static_cast<std::size_t>(f.n), tile = static_cast<std::size_t>(f.tile_rows);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; c += n) {
      const std::size_t count = std::min(n, cols - c);
      maximum m;
      for (std::size_t i = r / tile * tile; i < std::min(rows, (r / tile + 1) * tile); ++i) {
        const maximum part = max_of(x.subspan(i * cols + c, count));
        m.value = std::max(m.value, part.value);
        m.special = m.special || part.special;
      }
      int code = 0;
      float factor = 0;
      if (m.special) {
        code = 0x7f;
      } else if (m.value != 0 && te) {
        const float multiplier = t.encode_scale * (1.0f / q);
        code = e4m3_nearest(std::fmin(m.value * multiplier, largest_float));
        factor = std::fmin(1.0f / (e4m3_value(code) * t.decode_scale), largest_float);
      } else if (m.value != 0) {
        const float scaled = (m.value / q) / t.decode_scale;
        code = e4m3_nearest(std::clamp(scaled, 0x1p-6f, 448.0f));
        factor = t.encode_scale / e4m3_value(code);
      }
      std::vector<std::uint32_t> codes;
      for (std::size_t i = c; i < c + count; ++i) {
        const bool used = !m.special && code != 0;
        const float scaled = used ? x[r * cols + i] * factor : 0;
        const float clamped = std::isnan(scaled) ? 0 : std::clamp(scaled, -q, q);
        codes.push_back(used ? round(*f.e, clamped, 1, mode, randoms.empty() ? 0 : randoms[r * cols + i]) : 0);
      }
      const bytes packed = element_bytes(*f.e, f.n, layout::sequential, codes);
      t.data.push_back(static_cast<std::uint8_t>(code));
      t.data.insert(t.data.end(), packed.begin(), packed.end());
    }
  }
  return t;
}

std::vector<float> tensor_decode(const tensor_format& f, const tensor& t, std::size_t rows, std::size_t cols) {
  const std::size_t n = static_cast<std::size_t>(f.n), blocks = (cols + n - 1) / n;
  const std::size_t size = 1 + (n * static_cast<std::size_t>(f.e->bits) + 7) / 8;
  std::vector<float> y;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      const auto block = std::span(t.data).subspan((r * blocks + c / n) * size, size);
      const double v = f.e->value[element_at(*f.e, f.n, layout::sequential, block.subspan(1), c % n)];
      y.push_back(static_cast<float>(v * e4m3().value[block[0]]) * t.decode_scale);
    }
  }
  return y;
}

}  // namespace oracle::blocks
