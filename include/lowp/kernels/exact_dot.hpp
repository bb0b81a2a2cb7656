// exact_dot: sums of products as if in infinite precision, rounded once.
//
//   exact_dot<To>(a, b, n)     sum of a[i] * b[i]: any two number types, or floats; the same bits on every tier
//
// What is done depends on the operands:
//
//   codes     both of 8 bits or less: a value is an integer times 2^unit, of at most 7 digits of 7 bits (49 bits:
//             posit8). scalar: products of integers in 64 or 128 bits. haswell, skylake: integers, 4-bit formats and
//             minifloats as planes of 16 bits, of which a value has 1, 2 (4 exponent bits) or 4 (5 exponent bits);
//             icelake and up: digits by table (vpermb, vpermi2b), products of digits by vpdpbusd. 32-bit lanes are
//             emptied into 64-bit ones before they can overflow: after 2^31 / (4 * 127^2 * digits) steps of 64 digits,
//             or 2^31 / (4 * planes * largest^2) steps of planes. What comes of it is good for 2^30 elements; longer
//             sums are made of those.
//   quire     both of one type of more than 8 bits: quire<T>::add_products, on the tier scalar, and on others where
//             cast.hpp has no fast way from T to float, or float is not enough
//   floats    everything else that float holds exactly: products are exact in double; of 512 of them the upper 43
//             bits are split off with a constant (s + p) - s, which sums without error, then the next 43, until all
//             is gone (S. Rump, T. Ogita, S. Oishi, Accurate Floating-Point Summation I, 2008), and the few sums go to
//             a fixed-point number of 640 bits (exact_sum.hpp). Subnormal floats count: DAZ must be off, as it is
//             unless somebody sets it; and -ffast-math is allowed to break it.
//   the rest  one product after the other, into a fixed-point number of 4864 bits
//
// A NaN, an infinity, their signs and zeros are as in a quire: see quire.hpp. A sum of zero is +0, an empty one too.
#pragma once

#include <lowp/formats/quire.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/exact_sum.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

/// How the digit tables know a sign, see exact_dot.inl: by bit 7 of the code; by that and the code's magnitude as an
/// integer; or by bit 7 of the lowest digit.
enum class sign_rule : unsigned char { sign_magnitude, twos_complement, listed };

/// How a code becomes planes of 16-bit integers.
enum class plane_rule : unsigned char { none, signed_integers, unsigned_integers, nibbles, floating };

/// What a kernel needs to know of a format at compile time: formats of one shape share it.
struct code_shape {
  int bits = 0;    // codes are below 2^bits
  int width = 0;   // |value| < 2^width
  int digits = 0;  // of 7 bits
  sign_rule sign = sign_rule::listed;
  bool has_digits = false;      // usable: no special codes but those that the next two tell
  bool special_above = false;   // there are special codes above the largest magnitude code, or in the tables
  bool special_lowest = false;  // code 80 is special
  plane_rule rule = plane_rule::none;
  int exponent_bits = 0, fraction_bits = 0;
  int largest_magnitude = 255;  // of a finite code

  constexpr bool is_integer() const noexcept {
    return rule == plane_rule::signed_integers || rule == plane_rule::unsigned_integers;
  }
  constexpr int planes() const noexcept {
    return rule != plane_rule::floating || exponent_bits <= 3 ? 1 : exponent_bits == 4 ? 2 : 4;
  }
  constexpr std::int64_t largest_plane() const noexcept {
    if (rule != plane_rule::floating) return rule == plane_rule::unsigned_integers ? 255 : 128;
    const int shift = exponent_bits == 0 ? 0 : exponent_bits <= 3 ? (1 << exponent_bits) - 2 : 7;
    return std::int64_t{(2 << fraction_bits) - 1} << shift;
  }
};

/// Tables of a format, for whatever tier.
struct code_tables {
  alignas(64) unsigned char digit[7][256];
  alignas(16) unsigned char small[16];   // values of a 4-bit format, as signed bytes
  alignas(16) unsigned char hidden[16];  // minifloats: the leading bit, by the exponent field
  alignas(
      16) unsigned char power[2][16];  // and the power of two, by the field, or for 5 bits by the field - 1 mod 16
  std::int64_t value[256];             // 2 * value, and bit 0 set if special
};

/// total = sum[g] * 2^(step * g + shift), unless special.
struct code_sums {
  std::int64_t sum[13];
  int step;
  int shift;
  bool special;
};

inline constexpr int most_digits = 7;

// Adds to a shape how the format becomes planes.
constexpr code_shape with_planes(code_shape s, const void*) noexcept {
  if (s.bits <= 4 && s.width <= 7 && !s.special_above) s.rule = plane_rule::nibbles;
  return s;
}
template <int Bits, int Frac, fixed_range Range>
constexpr code_shape with_planes(code_shape s, const fixed_format<Bits, Frac, Range>*) noexcept {
  s.rule = Range == fixed_range::non_negative ? plane_rule::unsigned_integers : plane_rule::signed_integers;
  return s;
}
template <int E, int M, specials S, int Bias, signedness Sign>
constexpr code_shape with_planes(code_shape s, const minifloat_format<E, M, S, Bias, Sign>*) noexcept {
  using F = minifloat_format<E, M, S, Bias, Sign>;
  s.exponent_bits = E;
  s.fraction_bits = M;
  s.largest_magnitude = static_cast<int>(F::largest_magnitude);
  const bool has_special = s.special_above || s.special_lowest;
  if (s.bits <= 4 && s.width <= 7 && !has_special) {
    s.rule = plane_rule::nibbles;
  } else if (F::is_signed && F::has_zero && E <= 5 && (s.bits == 8 || !has_special)) {
    s.rule = plane_rule::floating;
  }
  return s;
}

/// The values of a format of 8 bits or less as integers.
template <Format F>
struct code_values {
  // The range of exponents of single bits.
  static constexpr struct range {
    int low = 1 << 20, high = -(1 << 20);
  } bit = [] {
    range r;
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c) {
      const exact x = F::decode(c);
      if (x.kind != value_kind::finite) continue;
      const int lowest = x.exponent - 63 + std::countr_zero(x.significand);
      r.low = lowest < r.low ? lowest : r.low;
      r.high = x.exponent > r.high ? x.exponent : r.high;
    }
    if (r.low > r.high) r = {0, 0};
    return r;
  }();
  static constexpr int unit = bit.low;
  static constexpr int width = bit.high - bit.low + 1;
  static constexpr bool fits = width <= 7 * most_digits;

  static constexpr bool is_special(std::uint64_t c) noexcept {
    const value_kind k = F::decode(c).kind;
    return k == value_kind::infinite || k == value_kind::nan;
  }
  static constexpr std::int64_t value(std::uint64_t c) noexcept {
    const exact x = F::decode(c);
    if (x.kind != value_kind::finite) return 0;
    const auto m = static_cast<std::int64_t>(x.significand >> (63 - x.exponent + unit));
    return x.negative ? -m : m;
  }
  static constexpr bool zero_at_zero = F::decode(0).kind == value_kind::zero;

  static constexpr code_shape shape = [] {
    code_shape s;
    s.bits = F::bits;
    s.width = width;
    s.digits = (width + 6) / 7;
    bool mirrored = F::bits == 8, complemented = F::bits == 8, lists_specials = false;
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c) {
      if (c == 128) {
        s.special_lowest = is_special(c);
        // Without a sign of its own: only a zero, or special.
        complemented = complemented && (is_special(c) || value(c) == 0);
        mirrored = mirrored && (is_special(c) || value(c) == -value(0));
        continue;
      }
      const bool special = is_special(c);
      lists_specials = lists_specials || special;
      if (c > 128) {
        mirrored = mirrored && value(c) == -value(c - 128) && special == is_special(c - 128);
        complemented = complemented && value(c) == -value(256 - c) && special == is_special(256 - c);
      }
    }
    for (std::uint64_t c = 0; c < 128 && c <= low_mask(F::bits); ++c) {  // signs come from the code alone
      mirrored = mirrored && value(c) >= 0;
      complemented = complemented && value(c) >= 0;
    }
    s.special_above = lists_specials;
    s.sign = mirrored ? sign_rule::sign_magnitude : complemented ? sign_rule::twos_complement : sign_rule::listed;
    s.has_digits = fits && (s.sign != sign_rule::listed || (!lists_specials && !s.special_lowest));
    return with_planes(s, static_cast<const F*>(nullptr));
  }();

  static constexpr code_tables make() noexcept {
    code_tables t{};
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c) {
      const std::int64_t v = value(c);
      t.value[c] = 2 * v + is_special(c);
      const std::int64_t m = v < 0 ? -v : v;
      for (int d = 0; d < most_digits; ++d) t.digit[d][c] = static_cast<unsigned char>(m >> (7 * d) & 0x7f);
      if (shape.sign == sign_rule::listed ? v < 0 : is_special(c)) t.digit[0][c] |= 0x80;
      if (c < 16) t.small[c] = static_cast<unsigned char>(v);
    }
    const int e = shape.exponent_bits;
    for (int i = 0; i < 16; ++i) {
      t.hidden[i] = static_cast<unsigned char>(i == 0 ? 0 : 1 << shape.fraction_bits);
      const int exponent = e == 5 ? i : i == 0 ? 0 : i - 1;  // of the power
      t.power[0][i] = static_cast<unsigned char>(exponent < 8 ? 1 << exponent : 0);
      t.power[1][i] = static_cast<unsigned char>(exponent >= 8 ? 1 << (exponent - 8) : 0);
    }
    return t;
  }
  static constexpr code_tables tables = make();
};

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 int128;
#endif

// The sum in plain C++: in 64 bits if 2^20 products fit, else in 128.
template <code_shape A, code_shape B>
code_sums plain_code_dot(const unsigned char* a, const unsigned char* b, std::size_t n, const code_tables& of_a,
                         const code_tables& of_b) noexcept {
  code_sums result{};
  result.step = 32;
  result.shift = -2;
  std::int64_t special = 0;
  if constexpr (A.width + B.width + 2 <= 43) {
    constexpr std::size_t most = std::size_t{1} << 20;
    while (n != 0) {
      const std::size_t count = n < most ? n : most;
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t x = of_a.value[a[i]], y = of_b.value[b[i]];
        special |= x | y;
        sum += x * y;
      }
      result.sum[0] += sum & 0xffffffff;
      result.sum[1] += sum >> 32;
      a += count, b += count, n -= count;
    }
  } else {
    static_assert(A.width <= 7 * most_digits && B.width <= 7 * most_digits);  // 2^100 2^26 at the most
#ifdef __SIZEOF_INT128__
    constexpr std::size_t most = std::size_t{1} << 26;
    while (n != 0) {
      const std::size_t count = n < most ? n : most;
      int128 sum = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t x = of_a.value[a[i]], y = of_b.value[b[i]];
        special |= x | y;
        sum += static_cast<int128>(x) * y;
      }
      for (int g = 0; g < 3; ++g) result.sum[g] += static_cast<std::int64_t>(sum >> (32 * g)) & 0xffffffff;
      result.sum[3] += static_cast<std::int64_t>(sum >> 96);
      a += count, b += count, n -= count;
    }
#else
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t x = of_a.value[a[i]], y = of_b.value[b[i]];
      special |= x | y;
      const auto size = [](std::int64_t v) { return static_cast<std::uint64_t>(v < 0 ? -v : v); };
      const wide p = multiply_wide(size(x), size(y));
      const std::int64_t sign = (x < 0) != (y < 0) ? -1 : 1;
      result.sum[0] += sign * static_cast<std::int64_t>(p.low & 0xffffffff);
      result.sum[1] += sign * static_cast<std::int64_t>(p.low >> 32);
      result.sum[2] += sign * static_cast<std::int64_t>(p.high & 0xffffffff);
      result.sum[3] += sign * static_cast<std::int64_t>(p.high >> 32);
    }
#endif
  }
  result.special = (special & 1) != 0;
  return result;
}

// Digit d of each value, with its sign, to to[d]; of an integer the one and whole digit. Says whether a code was
// special: its digits are then anything.
template <code_shape S>
bool plain_store_digits(const unsigned char* code, std::size_t n, const code_tables& of,
                        std::int8_t* const* to) noexcept {
  std::int64_t special = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t twice = of.value[code[i]];
    special |= twice;
    if constexpr (S.is_integer()) {
      to[0][i] = static_cast<std::int8_t>(static_cast<std::uint8_t>(twice >> 1));
    } else {
      for (int d = 0; d < S.digits; ++d) {
        const int size = of.digit[d][code[i]] & 0x7f;
        to[d][i] = static_cast<std::int8_t>(twice < 0 ? -size : size);
      }
    }
  }
  return (special & 1) != 0;
}

// The upper half of |x| as an integer: the greatest of them has the greatest exponent.
inline std::uint32_t upper_size(double x) noexcept {
  return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(x) >> 32) & 0x7fffffff;
}

// Products of floats, and the greatest size among them.
inline std::uint32_t plain_float_products(const float* a, const float* b, std::size_t n, double* product) noexcept {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    product[i] = static_cast<double>(a[i]) * static_cast<double>(b[i]);
    largest = upper_size(product[i]) > largest ? upper_size(product[i]) : largest;
  }
  return largest;
}

// Takes from each x what it has above a bit that the splitter sets, into a sum; the greatest size that is left.
inline std::uint32_t plain_take_upper(double* x, std::size_t n, double splitter, double& sum) noexcept {
  std::uint32_t largest = 0;
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double upper = (x[i] + splitter) - splitter;
    total += upper;
    x[i] -= upper;
    largest = upper_size(x[i]) > largest ? upper_size(x[i]) : largest;
  }
  sum = total;
  return largest;
}

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/exact_dot.inl>
#define LOWP_TIERS 0b01111
#include <lowp/kernels/foreach.inl>

#define LOWP_BODY <lowp/kernels/exact_floats.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>

namespace lowp::detail {

template <code_shape A, code_shape B>
inline constexpr kernel_table<code_sums(const unsigned char*, const unsigned char*, std::size_t, const code_tables&,
                                        const code_tables&) noexcept>
    code_dot_of{{{&tiers::scalar::code_dot<A, B>, &tiers::haswell::code_dot<A, B>, &tiers::skylake::code_dot<A, B>,
                  &tiers::icelake::code_dot<A, B>, &tiers::sapphire::code_dot<A, B>}}};
template <code_shape S>
inline constexpr kernel_table<bool(const unsigned char*, std::size_t, const code_tables&,
                                   std::int8_t* const*) noexcept>
    store_digits_of{
        {{&tiers::scalar::store_digits<S>, &tiers::haswell::store_digits<S>, &tiers::skylake::store_digits<S>,
          &tiers::icelake::store_digits<S>, &tiers::sapphire::store_digits<S>}}};
inline constexpr kernel_table<std::uint32_t(const float*, const float*, std::size_t, double*) noexcept>
    float_products_of{
        {{&tiers::scalar::float_products, &tiers::haswell::float_products, &tiers::skylake::float_products,
          &tiers::icelake::float_products, &tiers::sapphire::float_products}}};
inline constexpr kernel_table<std::uint32_t(double*, std::size_t, double, double&) noexcept> take_upper_of{
    {{&tiers::scalar::take_upper, &tiers::haswell::take_upper, &tiers::skylake::take_upper,
      &tiers::icelake::take_upper, &tiers::sapphire::take_upper}}};

/// Formats whose codes are summed as integers.
template <class T>
inline constexpr bool sums_as_codes = false;
template <Number T>
inline constexpr bool sums_as_codes<T> = [] {
  if constexpr (T::format::bits <= 8) {
    return code_values<typename T::format>::fits;
  } else {
    return false;
  }
}();

/// Scalars that a float holds exactly, every one.
template <class T>
inline constexpr bool sums_as_floats = std::same_as<T, float> || is_exact_v<T, float>;

/// Good for any sum of products of codes: of 98 bits and 2^64 of them.
struct code_sum : exact_sum<10> {
  using exact_sum::exact_sum;
};

/// The same where 64 bits are enough for sure: no part of such a sum is beyond the sum of the sizes.
struct short_code_sum {
  int unit;
  std::uint64_t total = 0;

  explicit constexpr short_code_sum(int u) noexcept : unit(u) {}
  constexpr void add(std::int64_t integer, int e) noexcept {
    total += static_cast<std::uint64_t>(integer) << (e - unit);
  }
  [[nodiscard]] constexpr long_exact value() const noexcept {
    const bool negative = total >> 63 != 0;
    return exact::scaled(negative, negative ? 0 - total : total, unit);
  }
};

/// Adds the sum of the products of two arrays of codes. False, and an undefined sum, if one of them is special.
template <Format A, Format B, class Sum>
[[nodiscard]] bool add_code_products(const unsigned char* a, const unsigned char* b, std::size_t n, Sum& to,
                                     tier t = active()) noexcept {
  using U = code_values<A>;
  using V = code_values<B>;
  constexpr int unit = U::unit + V::unit;
  const auto add = [&](const code_sums& s) {
    for (int g = 0; g < 13; ++g) {
      if (s.sum[g] != 0) to.add(s.sum[g], unit + s.shift + s.step * g);
    }
    return !s.special;
  };
  constexpr std::size_t most = std::size_t{1} << 30, vector = 64;
  const auto kernel = code_dot_of<U::shape, V::shape>(t);
  while (n >= vector) {
    const std::size_t count = n < most ? n / vector * vector : most;
    if (!add(kernel(a, b, count, U::tables, V::tables))) return false;
    a += count, b += count, n -= count;
  }
  if (n == 0) return true;
  if constexpr (U::zero_at_zero && V::zero_at_zero) {
    if (n > 4) {
      unsigned char last[2][vector] = {};
      std::memcpy(last[0], a, n);
      std::memcpy(last[1], b, n);
      return add(kernel(last[0], last[1], vector, U::tables, V::tables));
    }
  }
  return add(plain_code_dot<U::shape, V::shape>(a, b, n, U::tables, V::tables));
}

// Adds products to a sum and forgets them. `largest` is the upper half of the greatest of their sizes.
template <class Sum>
[[nodiscard]] bool add_products(double* product, std::size_t n, std::uint32_t largest, Sum& to, tier t) noexcept {
  const auto take = take_upper_of(t);
  while (largest != 0) {
    const int field = static_cast<int>(largest >> 20);
    if (field == 0x7ff) return false;
    // All are below 2^(e + 1), e = field - 1023. With s = 1.5 * 2^(e + 10), s + x keeps the bits of x from 2^(e - 42)
    // up, and 512 sums of them, below 2^(e + 10), fit in the 53 bits of a double. What is left is below 2^(e - 42).
    const double splitter =
        std::bit_cast<double>(static_cast<std::uint64_t>(field + 10) << 52 | std::uint64_t{1} << 51);
    double sum = 0;
    largest = take(product, n, splitter, sum);
    to.add(sum);
  }
  return true;
}
inline constexpr std::size_t product_block = 512;  // 2^9 terms

/// Adds the sum of the products of two arrays of floats. False, and an undefined sum, if one of them is not finite.
[[nodiscard]] inline bool add_float_products(const float* a, const float* b, std::size_t n, float_sum& to,
                                             tier t = active()) noexcept {
  double product[product_block];
  const auto multiply = float_products_of(t);
  for (std::size_t i = 0; i < n; i += product_block) {
    const std::size_t count = n - i < product_block ? n - i : product_block;
    if (!add_products(product, count, multiply(a + i, b + i, count, product), to, t)) return false;
  }
  return true;
}

/// Good for sums of any scalars between 2^-1100 and 2^1100.
struct wide_sum : exact_sum<152> {
  constexpr wide_sum() noexcept : exact_sum(-2400) {}
};
template <Scalar T>
inline constexpr bool sums_wide =
    smallest_of<format_of<T>>().exponent >= -1100 && largest_stored<format_of<T>>(false).exponent <= 1100 &&
    largest_stored<format_of<T>>(true).exponent <= 1100;

/// The sum where some element is special: the finite products do not count.
template <Scalar A, Scalar B>
[[nodiscard]] exact special_sum(const A* a, const B* b, std::size_t n) noexcept {
  exact sum = exact::zero();
  for (std::size_t i = 0; i < n; ++i) {
    const exact p = exact_mul(lowp::decode(a[i]), lowp::decode(b[i]));
    if (p.kind == value_kind::finite || p.kind == value_kind::zero) continue;
    sum = sum.kind == value_kind::zero ? p : static_cast<exact>(exact_add(sum, p));
  }
  return sum;
}

/// The sum of the products of two arrays of codes, if none is special.
template <Format A, Format B>
[[nodiscard]] bool sum_codes(const unsigned char* a, const unsigned char* b, std::size_t n, tier t,
                             long_exact& result) noexcept {
  using U = code_values<A>;
  using V = code_values<B>;
  constexpr int unit = U::unit + V::unit - 2, width = U::width + V::width + 2;
  if constexpr (width <= 43) {
    if (n < std::size_t{1} << 18) {
      short_code_sum sum(unit);
      if (!add_code_products<A, B>(a, b, n, sum, t)) return false;
      result = sum.value();
      return true;
    }
  }
  code_sum sum(unit);
  if (!add_code_products<A, B>(a, b, n, sum, t)) return false;
  result = sum.value();
  return true;
}

template <Scalar T>
const float* as_floats(const T* x, std::size_t n, float* buffer) {
  if constexpr (std::same_as<T, float>) {
    return x;
  } else {
    cast_elements(x, buffer, n, nearest_even{}, to_special{}, philox{0}, 0);
    return buffer;
  }
}

template <class A, class B>
inline constexpr bool takes_quire = false;
template <Number T>
requires OnGrid<typename T::format>
inline constexpr bool takes_quire<T, T> = T::format::precision <= 63;

template <Number T>
[[nodiscard]] long_exact quire_sum(const T* a, const T* b, std::size_t n) {
  quire<T> sum;
  sum.add_products(std::span<const T>(a, n), std::span<const T>(b, n));
  return sum.value();
}

/// The sum of a[i] * b[i], to 128 bits and a sticky bit.
template <Scalar A, Scalar B>
[[nodiscard]] long_exact exact_dot_value(const A* a, const B* b, std::size_t n) {
  if constexpr (sums_as_codes<A> && sums_as_codes<B>) {
    static_assert(sizeof(A) == 1 && sizeof(B) == 1);
    long_exact sum;
    if (!sum_codes<format_of<A>, format_of<B>>(reinterpret_cast<const unsigned char*>(a),
                                               reinterpret_cast<const unsigned char*>(b), n, active(), sum))
      return special_sum(a, b, n);
    return sum;
  } else if constexpr (sums_as_floats<A> && sums_as_floats<B> && (!takes_quire<A, B> || reads_in_lanes<A>)) {
    const tier t = active();
    if constexpr (takes_quire<A, B>) {
      if (t == tier::scalar) return quire_sum(a, b, n);
    }
    float_sum sum;
    float buffer[2][product_block];
    for (std::size_t i = 0; i < n; i += product_block) {
      const std::size_t count = n - i < product_block ? n - i : product_block;
      if (!add_float_products(as_floats(a + i, count, buffer[0]), as_floats(b + i, count, buffer[1]), count, sum, t))
        return special_sum(a, b, n);
    }
    return sum.value();
  } else if constexpr (takes_quire<A, B>) {
    return quire_sum(a, b, n);
  } else {
    static_assert(sums_wide<A> && sums_wide<B>, "lowp: exact_dot needs values between 2^-1100 and 2^1100");
    wide_sum sum;
    for (std::size_t i = 0; i < n; ++i) {
      const long_exact p = exact_mul(lowp::decode(a[i]), lowp::decode(b[i]));
      if (p.kind == value_kind::finite) sum.add(p);
      if (p.kind > value_kind::finite) sum.add_special(p);
    }
    return sum.value();
  }
}

/// The same, rounded once.
template <Scalar To = float, Scalar A, Scalar B, class... Policies>
[[nodiscard]] To exact_dot(const A* a, const B* b, std::size_t n, Policies&&... policies) {
  return round_to<To>(exact_dot_value(a, b, n), static_cast<Policies&&>(policies)...);
}

}  // namespace lowp::detail
