// NumPy's .npy files: one array each.
//
//   0x93 'NUMPY' major minor | header length (2 bytes in version 1.0, 4 in 2.0 and 3.0, little endian) |
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } blanks newline | the values, without gaps
//
// Reads versions 1.0, 2.0 and 3.0, both byte orders, both index orders, and the types b1, i1 i2 i4 i8, u1 u2 u4 u8,
// f2 f4 f8. Small floats have no code of their own in the format: ml_dtypes stores bfloat16 as 'V2', most 8-bit
// floats as 'V1' and float8_e5m2 as 'f1', which says nothing of the type, so the caller must name it; its names
// ('bfloat16', 'float8_e4m3fn', ...), which some writers put in as they are, are understood. Stricter than NumPy:
// bytes after the array are an error, and so is everything that would need `eval`. Writes version 1.0, with the
// values at a multiple of 64 bytes. Source: numpy.lib.format (NEP 1) as of NumPy 2; jax-ml/ml_dtypes, floats.cc, for
// the kinds 'V' and 'f'.
#pragma once

#include <lowp/interop/detail/file_bytes.hpp>

namespace lowp::npy {

namespace detail {

using namespace lowp::detail;

// A dictionary of a plain array needs some hundred bytes; NumPy itself stops at 10000 by default, and version 2.0
// exists for structured types, which are refused anyway.
inline constexpr std::uint64_t longest_header = 65535;

struct ml_dtypes_name {
  std::string_view name;
  dtype type;
};
inline constexpr ml_dtypes_name ml_dtypes_names[] = {
    {"bfloat16", dtype::bf16},
    {"float8_e5m2", dtype::f8_e5m2},
    {"float8_e4m3", dtype::f8_e4m3},
    {"float8_e4m3fn", dtype::f8_e4m3fn},
    {"float8_e3m4", dtype::f8_e3m4},
    {"float8_e4m3fnuz", dtype::f8_e4m3fnuz},
    {"float8_e5m2fnuz", dtype::f8_e5m2fnuz},
    {"float8_e4m3b11fnuz", dtype::f8_e4m3b11fnuz},
    {"float8_e8m0fnu", dtype::f8_e8m0fnu},
    {"float6_e3m2fn", dtype::f6_e3m2fn},
    {"float6_e2m3fn", dtype::f6_e2m3fn},
    {"float4_e2m1fn", dtype::f4_e2m1fn},
};

// Type, width and byte order from a descr such as "<f4".
inline void read_descr(const text_reader& in, std::size_t at, std::string_view descr, tensor_info& info) {
  info.type_name = descr;
  for (const auto& [name, type] : ml_dtypes_names) {
    if (descr == name) {
      info.type = type;
      info.bits = type == dtype::bf16 ? 16 : 8;  // narrower codes, too, take a byte each
      return;
    }
  }
  const std::string what = "the type (descr) " + in_quotes(descr);
  const char order = descr.empty() ? '\0' : descr[0], kind = descr.size() < 2 ? '\0' : descr[1];
  std::uint64_t bytes = 0;
  bool sound =
      (order == '<' || order == '>' || order == '|') && descr.size() > 2 && descr.size() < 12 && descr[2] != '0';
  for (const char c : descr.substr(sound ? 2 : descr.size())) {
    sound = sound && c >= '0' && c <= '9';
    bytes = sound ? bytes * 10 + static_cast<std::uint64_t>(c - '0') : 0;
  }
  if (!sound) in.fail(what + " is no byte order, kind and width such as '<f4'", at);
  info.order = order == '>' ? std::endian::big : std::endian::little;
  info.bits = static_cast<std::size_t>(8 * bytes);
  constexpr dtype integers[] = {dtype::i8, dtype::i16, dtype::i32, dtype::i64};
  constexpr dtype naturals[] = {dtype::u8, dtype::u16, dtype::u32, dtype::u64};
  constexpr dtype floats[] = {dtype::opaque, dtype::f16, dtype::f32, dtype::f64};
  const int log2 = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : bytes == 8 ? 3 : -1;
  if (kind == 'V') {
    info.type = dtype::opaque;
  } else if (kind == 'b' && bytes == 1) {
    info.type = dtype::boolean;
  } else if ((kind == 'i' || kind == 'u' || kind == 'f') && log2 >= 0) {
    info.type = (kind == 'i' ? integers : kind == 'u' ? naturals : floats)[log2];
  } else {
    in.fail(what + " is not one of b1, i1 to i8, u1 to u8, f2, f4, f8, V", at);
  }
  if (order == '|' && bytes > 1 && kind != 'V') in.fail(what + " does not say its byte order", at);
}

// A Python string without escapes, in single or double quotes; the cursor stands before it.
inline std::string_view read_python_string(text_reader& in, std::string_view what) {
  in.skip_space();
  const char quote = in.peek();
  if (quote != '\'' && quote != '"') in.fail_expected("a string for " + std::string(what));
  in.skip(1);
  const std::size_t begin = in.position();
  for (; !in.at_end() && in.peek() != quote; in.skip(1)) {
    const auto c = static_cast<unsigned char>(in.peek());
    if (c < 0x20 || c > 0x7e || c == '\\')
      in.fail("the character " + in_quotes(in.rest().substr(0, 1)) + " in " + std::string(what));
  }
  const std::string_view text = in.since(begin);
  if (in.at_end()) in.fail_expected("the closing quote of " + std::string(what));
  in.skip(1);
  return text;
}

// "()", "(3,)", "(3, 4)"; "(3)" is a number in Python. Python 2 wrote long integers as 3L.
inline std::vector<std::size_t> read_shape(text_reader& in) {
  std::vector<std::size_t> shape;
  in.expect("(", "before the shape");
  bool comma = true;
  while (!in.accept(")")) {
    if (!comma) in.fail_expected("',' or ')' in the shape");
    if (shape.size() == most_dimensions) {
      in.fail("the shape has more than " + std::to_string(most_dimensions) + " dimensions");
    }
    shape.push_back(checked_dimension(in, in.read_unsigned("a dimension of the shape")));
    if (in.peek() == 'L') in.skip(1);
    comma = in.accept(",");
  }
  if (shape.size() == 1 && !comma) {
    in.fail("the shape (" + std::to_string(shape[0]) + ") is a number, not a tuple");
  }
  return shape;
}

inline void read_dictionary(text_reader& in, tensor_info& info) {
  constexpr std::string_view keys[] = {"descr", "fortran_order", "shape"};
  bool seen[3] = {false, false, false};
  in.expect("{", "at the beginning of the header");
  bool comma = true;
  while (!in.accept("}")) {
    if (!comma) in.fail_expected("',' or '}' in the header");
    in.skip_space();
    const std::size_t at = in.position();
    const std::string_view key = read_python_string(in, "a key of the header");
    const auto which = static_cast<std::size_t>(std::find(keys, keys + 3, key) - keys);
    if (which == 3) in.fail("the key " + in_quotes(key) + " is not one of 'descr', 'fortran_order', 'shape'", at);
    if (std::exchange(seen[which], true)) in.fail("the key " + in_quotes(key) + " comes twice", at);
    in.expect(":", "after the key " + in_quotes(key));
    in.skip_space();
    if (which == 0) {
      if (in.peek() == '[')
        in.fail("the type (descr) is structured, " + in_quotes(in.rest()) + ": only plain types can be read");
      const std::size_t value_at = in.position();
      read_descr(in, value_at, read_python_string(in, "the type (descr)"), info);
    } else if (which == 1) {
      info.column_major = in.accept("True");
      if (!info.column_major && !in.accept("False")) in.fail_expected("True or False for 'fortran_order'");
    } else {
      info.shape = read_shape(in);
    }
    comma = in.accept(",");
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (!seen[i]) in.fail("the key " + in_quotes(keys[i]) + " is missing");
  }
  in.skip_space();
  if (!in.at_end()) in.fail_expected("blanks after the dictionary");
}

inline tensor_info read_info(byte_source& source, std::string name) {
  std::byte start[12] = {};
  source.read(0, std::span(start).first(8), "the magic and version");
  if (std::memcmp(start, "\x93NUMPY", 6) != 0) {
    source.fail("begins with " + in_quotes({reinterpret_cast<const char*>(start), 6}) + ", not with '\\x93NUMPY'");
  }
  const int major = std::to_integer<int>(start[6]), minor = std::to_integer<int>(start[7]);
  if (major < 1 || major > 3 || minor != 0) {
    source.fail("has version " + std::to_string(major) + "." + std::to_string(minor) + ", not 1.0, 2.0 or 3.0");
  }
  const std::size_t width = major == 1 ? 2 : 4;
  source.read(8, std::span(start).subspan(8, width), "the length of the header");
  const std::uint64_t length = major == 1 ? load_unsigned<std::uint16_t>(start + 8, std::endian::little)
                                          : load_unsigned<std::uint32_t>(start + 8, std::endian::little);
  if (length > longest_header) {
    source.fail("has a header of " + std::to_string(length) + " bytes, more than the " +
                std::to_string(longest_header) + " that are read");
  }
  source.require(8 + width, length, "the header");
  std::string text(static_cast<std::size_t>(length), '\0');
  source.read(8 + width, std::as_writable_bytes(std::span(text)), "the header");

  tensor_info info;
  info.name = std::move(name);
  text_reader in(source.label(), text, 8 + width);
  read_dictionary(in, info);
  info.offset = 8 + width + length;
  complete_sizes(source, "an array", info);
  const std::uint64_t present = source.size() - info.offset;
  if (info.bytes != present) {
    source.fail("an array of shape " + shape_text(info.shape) + " and type " + in_quotes(info.type_name) + " has " +
                std::to_string(info.bytes) + " bytes, but " + std::to_string(present) +
                " bytes follow the header of the file of " + std::to_string(source.size()) + " bytes");
  }
  return info;
}

[[noreturn]] inline void fail_unnamed(const byte_source& source, const tensor_info& info) {
  const bool f1 = info.type_name.ends_with("f1");
  const std::string example = f1 ? "f8_e5m2" : info.bits == 8 ? "f8_e4m3fn" : "bf16";
  source.fail("the type (descr) " + in_quotes(info.type_name) + " does not tell what the values of " +
              std::to_string(info.bits / 8) + " bytes are" + (f1 ? " (ml_dtypes stores float8_e5m2 so)" : "") +
              (info.bits <= 16 ? ": name their type, as in load(path, lowp::dtype::" + example + ")"
                               : ": only load_raw can read them"));
}

inline tensor load(byte_source source, std::string name, const dtype* as) {
  const tensor_info info = read_info(source, std::move(name));
  if (as == nullptr && info.type == dtype::opaque) fail_unnamed(source, info);
  return read_tensor(source, info, as != nullptr ? *as : info.type, code_layout::byte_each);
}

inline raw_tensor load_raw(byte_source source, std::string name) {
  const tensor_info info = read_info(source, std::move(name));
  return read_raw(source, info);
}

// The name of the tensor in a file: that of the file.
inline std::string stem(const std::filesystem::path& path) {
  const auto text = path.stem().u8string();
  return {text.begin(), text.end()};
}

// The descr of what is written: the bytes as they lie in memory.
template <class Value>
std::string descr_of() {
  const auto spell = [](char kind) {
    const char order = sizeof(Value) == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
    return std::string{order, kind} + std::to_string(sizeof(Value));
  };
  if constexpr (std::is_same_v<Value, float> || std::is_same_v<Value, double>) {
    return spell('f');
  } else {
    static_assert(
        requires(const Value& x) {
          typename Value::format;
          requires std::is_unsigned_v<decltype(x.bits())>;
          requires sizeof(x.bits()) == sizeof(Value);
        } && std::is_trivially_copyable_v<Value>,
        "lowp: npy::save takes float, double or a number type of the library");
    return spell(std::is_same_v<typename Value::format, float16::format> ? 'f' : 'u');
  }
}

inline std::string header(const std::string& descr, const std::vector<std::size_t>& shape) {
  std::string tuple = "(";
  for (const std::size_t d : shape) tuple += std::to_string(d) + (shape.size() == 1 ? "," : ", ");
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + tuple + "), }";
  constexpr std::size_t prefix = 10;
  text.append(63 - (prefix + text.size()) % 64, ' ');
  text += '\n';
  std::string out("\x93NUMPY\1\0", 8);
  out += {static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return out + text;
}

inline void save_bytes(const std::filesystem::path& path, const std::string& descr, std::span<const std::byte> bytes,
                       std::size_t count, const std::vector<std::size_t>& shape) {
  const auto size = measure(shape, 1);
  if (shape.size() > most_dimensions || !size || size->count != count) {
    fail_in(file_label(path), "cannot save " + std::to_string(count) + " values as shape " + shape_text(shape) +
                                  (shape.size() > most_dimensions ? ": at most 64 dimensions" : ""));
  }
  atomic_file file(path);
  const std::string text = header(descr, shape);
  file.write(std::as_bytes(std::span(text)));
  file.write(bytes);
  file.commit();
}

}  // namespace detail

/// Type, shape and place of the array in a file; reads only the header. Like every function here that reads, throws
/// `lowp::error` naming the file and what is wrong with it.
[[nodiscard]] inline tensor_info info(const std::filesystem::path& path) {
  detail::byte_source source(path);
  return detail::read_info(source, detail::stem(path));
}

/// The array of a file as floats, row-major whatever order it is stored in. Types of 16 bits and less and float32 are
/// exact; float64 and 32- and 64-bit integers are rounded once.
[[nodiscard]] inline tensor load(const std::filesystem::path& path) {
  return detail::load(detail::byte_source(path), detail::stem(path), nullptr);
}

/// The same where the file holds codes (V, u, i) of the named type, one code in the low bits of each item:
/// load("w.npy", dtype::bf16) for what ml_dtypes saved, load("q.npy", dtype::f8_e4m3fn) for what `save` wrote.
[[nodiscard]] inline tensor load(const std::filesystem::path& path, dtype as) {
  return detail::load(detail::byte_source(path), detail::stem(path), &as);
}

/// The bytes of the array exactly as stored; see info.order and info.column_major.
[[nodiscard]] inline raw_tensor load_raw(const std::filesystem::path& path) {
  return detail::load_raw(detail::byte_source(path), detail::stem(path));
}

/// The same from the bytes of a file in memory; `name` stands for the file in errors and names the tensor.
[[nodiscard]] inline tensor_info info(std::span<const std::byte> bytes, const std::string& name = "memory") {
  detail::byte_source source(bytes, name);
  return detail::read_info(source, name);
}
[[nodiscard]] inline tensor load(std::span<const std::byte> bytes, const std::string& name = "memory") {
  return detail::load(detail::byte_source(bytes, name), name, nullptr);
}
[[nodiscard]] inline tensor load(std::span<const std::byte> bytes, dtype as, const std::string& name = "memory") {
  return detail::load(detail::byte_source(bytes, name), name, &as);
}
[[nodiscard]] inline raw_tensor load_raw(std::span<const std::byte> bytes, const std::string& name = "memory") {
  return detail::load_raw(detail::byte_source(bytes, name), name);
}

/// Writes values in row-major order as an array of that shape: float as f4, double as f8, float16 as f2, and every
/// other number type as its codes, u1 to u8 by its size. `values` is a vector, array or span. Throws `lowp::error` if
/// the shape is not that of so many values, before anything is written, and if the file cannot be written, leaving a
/// file of that name as it was: the bytes go to "<path>.part0" beside it, which takes its place at the end (a
/// symbolic link is replaced, not followed).
template <class Values>
requires requires(const Values& values) { std::span(values); }
void save(const std::filesystem::path& path, const Values& values, const std::vector<std::size_t>& shape) {
  const std::span view(values);
  using value_type = std::remove_cv_t<typename decltype(view)::element_type>;
  detail::save_bytes(path, detail::descr_of<value_type>(), std::as_bytes(view), view.size(), shape);
}

/// Writes values as an array of one dimension.
template <class Values>
requires requires(const Values& values) { std::span(values); }
void save(const std::filesystem::path& path, const Values& values) { save(path, values, {std::span(values).size()}); }

/// Writes the floats of a tensor, as f4.
inline void save(const std::filesystem::path& path, const tensor& t) { save(path, t.data, t.shape); }

}  // namespace lowp::npy
