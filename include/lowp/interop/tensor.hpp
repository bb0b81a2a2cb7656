// Tensors as files hold them, and their way to float.
//
//   dtype           the type of a stored value: IEEE floats, integers, and the small floats of formats/names.hpp
//   tensor_info     name, type, shape and place of a tensor: what a header says, before any value is read
//   tensor          the values as float, row-major: index ((i0 * shape[1] + i1) * shape[2] + i2) ...
//   raw_tensor      the bytes exactly as stored
//   decode_values   stored bytes -> float: exact for every type of 16 bits and less; 32-bit integers, 64-bit
//                   integers and float64 are rounded once, to nearest, ties to even; bool is 0 or 1
//
// Source: the types are those of numpy.lib.format, of ml_dtypes 0.5 and of safetensors 0.7.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <lowp/core/convert.hpp>
#include <lowp/core/error.hpp>
#include <lowp/formats/names.hpp>

namespace lowp {

/// The type of one stored value. f8_e4m3fn is the number type e4m3fn of 8 bits, and so on.
enum class dtype : unsigned char {
  opaque,  // bytes whose meaning the file does not tell
  boolean,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  f32,
  f64,
  c64,  // can be listed and read raw, not decoded
  f16,
  bf16,
  f8_e5m2,
  f8_e4m3,
  f8_e4m3fn,
  f8_e3m4,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f8_e4m3b11fnuz,
  f8_e8m0fnu,
  f6_e3m2fn,
  f6_e2m3fn,
  f4_e2m1fn,
};

namespace detail {

struct dtype_facts {
  std::string_view name;
  int bits;
};

// In the order of the enumeration.
inline constexpr dtype_facts dtype_table[] = {
    {"opaque", 0},      {"boolean", 8},        {"i8", 8},         {"i16", 16},
    {"i32", 32},        {"i64", 64},           {"u8", 8},         {"u16", 16},
    {"u32", 32},        {"u64", 64},           {"f32", 32},       {"f64", 64},
    {"c64", 64},        {"f16", 16},           {"bf16", 16},      {"f8_e5m2", 8},
    {"f8_e4m3", 8},     {"f8_e4m3fn", 8},      {"f8_e3m4", 8},    {"f8_e4m3fnuz", 8},
    {"f8_e5m2fnuz", 8}, {"f8_e4m3b11fnuz", 8}, {"f8_e8m0fnu", 8}, {"f6_e3m2fn", 6},
    {"f6_e2m3fn", 6},   {"f4_e2m1fn", 4},
};
static_assert(std::size(dtype_table) == static_cast<std::size_t>(dtype::f4_e2m1fn) + 1);

}  // namespace detail

/// The name of a type, as the enumeration spells it: "bf16".
[[nodiscard]] constexpr std::string_view to_string(dtype type) noexcept {
  return detail::dtype_table[static_cast<std::size_t>(type)].name;
}

/// The bits of one value; 0 for `dtype::opaque`.
[[nodiscard]] constexpr int bits_of(dtype type) noexcept {
  return detail::dtype_table[static_cast<std::size_t>(type)].bits;
}

/// What a file says about a tensor. Every member was checked against the size of the file.
struct tensor_info {
  std::string name;       ///< UTF-8, without NUL; for a .npy file its name without ending
  std::string type_name;  ///< the type as the file spells it: "<f4", "BF16"
  lowp::dtype type = dtype::opaque;
  std::vector<std::size_t> shape;  ///< at most 64 dimensions; () is a scalar; dimensions may be 0
  std::size_t count = 0;           ///< values: the product of the shape
  std::size_t bits = 0;            ///< bits of the file that one value takes
  std::size_t bytes = 0;           ///< count * bits / 8
  std::uint64_t offset = 0;        ///< of the first byte, from the beginning of the file
  std::endian order = std::endian::little;
  bool column_major = false;  ///< stored in Fortran order: the first index runs fastest
};

/// A tensor as floats. `data` is row-major whatever the file's order, and has as many values as the shape says.
struct tensor {
  std::string name;
  std::string type_name;  ///< as the file spells it
  lowp::dtype type = dtype::f32;
  std::vector<std::size_t> shape;
  std::vector<float> data;
};

/// A tensor as stored: `bytes` has info.bytes bytes, in the file's byte order and index order.
struct raw_tensor {
  tensor_info info;
  std::vector<std::byte> bytes;
};

/// How codes of less than 8 bits lie in bytes. Wider types ignore it.
enum class code_layout : unsigned char {
  byte_each,     ///< one code in the low bits of each byte, the rest zero (ml_dtypes)
  packed_lowest  ///< no gaps, the first code in the lowest bits (as float4_e2m1fn_x2 of PyTorch)
};

namespace detail {

template <class Unsigned>
Unsigned load_unsigned(const std::byte* p, std::endian order) noexcept {
  Unsigned u = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    const std::size_t shift = 8 * (order == std::endian::little ? i : sizeof(Unsigned) - 1 - i);
    u = static_cast<Unsigned>(u | static_cast<Unsigned>(std::to_integer<Unsigned>(p[i]) << shift));
  }
  return u;
}

// Values that C++ converts to float itself: one rounding, in the current (nearest even) mode.
template <class Value>
void decode_builtin(std::span<const std::byte> bytes, std::endian order, std::span<float> out) {
  using unsigned_type = storage_t<8 * sizeof(Value)>;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto u = load_unsigned<unsigned_type>(bytes.data() + i * sizeof(Value), order);
    out[i] = static_cast<float>(std::bit_cast<Value>(u));
  }
}

template <class Number>
void decode_wide_codes(std::span<const std::byte> bytes, std::endian order, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = convert<float>(Number::from_bits(load_unsigned<std::uint16_t>(bytes.data() + 2 * i, order)));
  }
}

template <class Number>
void decode_small_codes(dtype type, std::span<const std::byte> bytes, code_layout layout, std::span<float> out) {
  float value[256];
  const std::size_t bits = static_cast<std::size_t>(bits_of(type)), codes = std::size_t{1} << bits;
  for (std::size_t code = 0; code < codes; ++code) {
    value[code] = convert<float>(Number::from_bits(static_cast<std::uint8_t>(code)));
  }
  if (bits == 8 || layout == code_layout::byte_each) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto code = std::to_integer<std::size_t>(bytes[i]);
      if (code >= codes) {
        throw error("lowp: value " + std::to_string(i) + " has the code " + std::to_string(code) + ", but " +
                    std::string(to_string(type)) + " has only " + std::to_string(codes) + " codes");
      }
      out[i] = value[code];
    }
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::size_t first = i * bits, byte = first / 8, shift = first % 8;
      std::size_t window = std::to_integer<std::size_t>(bytes[byte]);
      if (shift + bits > 8) window |= std::to_integer<std::size_t>(bytes[byte + 1]) << 8;
      out[i] = value[(window >> shift) & (codes - 1)];
    }
  }
}

}  // namespace detail

/// Decodes out.size() stored values of a type into floats.
/// `bytes` must have exactly the bytes of that many values; throws `lowp::error` if not, if the type has no value as
/// a float (opaque, complex64), or if a byte holds more than a code of its type.
inline void decode_values(dtype type, std::span<const std::byte> bytes, std::span<float> out,
                          std::endian order = std::endian::little, code_layout layout = code_layout::packed_lowest) {
  const std::size_t bits = static_cast<std::size_t>(bits_of(type));
  if (type == dtype::opaque || type == dtype::c64) {
    throw error("lowp: values of type " + std::string(to_string(type)) + " cannot be decoded to float");
  }
  const std::size_t stored = bits < 8 && layout == code_layout::byte_each ? 8 : bits;
  // By division: a product could overflow for a span near the size of the address space.
  const bool fits = stored >= 8 ? bytes.size() % (stored / 8) == 0 && bytes.size() / (stored / 8) == out.size()
                                : out.size() / 8 * stored + (out.size() % 8 * stored + 7) / 8 == bytes.size();
  if (!fits) {
    throw error("lowp: " + std::to_string(out.size()) + " values of type " + std::string(to_string(type)) +
                " do not fill " + std::to_string(bytes.size()) + " bytes");
  }
  switch (type) {
    case dtype::boolean:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = bytes[i] != std::byte{0} ? 1.0f : 0.0f;
      return;
    case dtype::i8:
      return detail::decode_builtin<std::int8_t>(bytes, order, out);
    case dtype::i16:
      return detail::decode_builtin<std::int16_t>(bytes, order, out);
    case dtype::i32:
      return detail::decode_builtin<std::int32_t>(bytes, order, out);
    case dtype::i64:
      return detail::decode_builtin<std::int64_t>(bytes, order, out);
    case dtype::u8:
      return detail::decode_builtin<std::uint8_t>(bytes, order, out);
    case dtype::u16:
      return detail::decode_builtin<std::uint16_t>(bytes, order, out);
    case dtype::u32:
      return detail::decode_builtin<std::uint32_t>(bytes, order, out);
    case dtype::u64:
      return detail::decode_builtin<std::uint64_t>(bytes, order, out);
    case dtype::f32:
      return detail::decode_builtin<float>(bytes, order, out);
    case dtype::f64:
      return detail::decode_builtin<double>(bytes, order, out);
    case dtype::f16:
      return detail::decode_wide_codes<float16>(bytes, order, out);
    case dtype::bf16:
      return detail::decode_wide_codes<bfloat16>(bytes, order, out);
    case dtype::f8_e5m2:
      return detail::decode_small_codes<e5m2>(type, bytes, layout, out);
    case dtype::f8_e4m3:
      return detail::decode_small_codes<e4m3>(type, bytes, layout, out);
    case dtype::f8_e4m3fn:
      return detail::decode_small_codes<e4m3fn>(type, bytes, layout, out);
    case dtype::f8_e3m4:
      return detail::decode_small_codes<e3m4>(type, bytes, layout, out);
    case dtype::f8_e4m3fnuz:
      return detail::decode_small_codes<e4m3fnuz>(type, bytes, layout, out);
    case dtype::f8_e5m2fnuz:
      return detail::decode_small_codes<e5m2fnuz>(type, bytes, layout, out);
    case dtype::f8_e4m3b11fnuz:
      return detail::decode_small_codes<e4m3b11fnuz>(type, bytes, layout, out);
    case dtype::f8_e8m0fnu:
      return detail::decode_small_codes<e8m0fnu>(type, bytes, layout, out);
    case dtype::f6_e3m2fn:
      return detail::decode_small_codes<e3m2fn>(type, bytes, layout, out);
    case dtype::f6_e2m3fn:
      return detail::decode_small_codes<e2m3fn>(type, bytes, layout, out);
    case dtype::f4_e2m1fn:
      return detail::decode_small_codes<e2m1fn>(type, bytes, layout, out);
    case dtype::opaque:
    case dtype::c64:
      break;
  }
}

}  // namespace lowp
