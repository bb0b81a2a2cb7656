// Safetensors files: named tensors of the small floats, as models are published.
//
//   header length N (8 bytes, little endian) | N bytes of JSON, blanks at the end | the values, without gaps
//   {"__metadata__": {"key": "text"}, "name": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}, ...}
//
// Offsets count from the end of the header; values are little endian and row-major. Reads all 22 types of the format;
// C64 can be listed and read raw, not as floats. F4 is e2m1fn, two a byte, the first in the low bits, as PyTorch
// packs it. How the F6 types are packed the format leaves open: they are read lowest bits first if the caller names
// them. Every rule of the format is enforced: header of at most 100,000,000 bytes, tensors that cover the data
// without overlap, holes or rest, no duplicate names. Beyond it, NUL in names, unknown keys and more than 64
// dimensions are refused. The whole header is checked when a file is opened, before any value is read. Source:
// huggingface/safetensors, README.md and safetensors/src/tensor.rs, version 0.7 (24b0b28).
#pragma once

#include <lowp/interop/detail/file_bytes.hpp>

namespace lowp::safetensors {

namespace detail {

using namespace lowp::detail;

inline constexpr std::uint64_t longest_header = 100'000'000;

struct type_name {
  std::string_view name;
  dtype type;
};
inline constexpr type_name type_names[] = {
    {"BOOL", dtype::boolean},
    {"F4", dtype::f4_e2m1fn},
    {"F6_E2M3", dtype::f6_e2m3fn},
    {"F6_E3M2", dtype::f6_e3m2fn},
    {"U8", dtype::u8},
    {"I8", dtype::i8},
    {"F8_E5M2", dtype::f8_e5m2},
    {"F8_E4M3", dtype::f8_e4m3fn},
    {"F8_E8M0", dtype::f8_e8m0fnu},
    {"F8_E4M3FNUZ", dtype::f8_e4m3fnuz},
    {"F8_E5M2FNUZ", dtype::f8_e5m2fnuz},
    {"I16", dtype::i16},
    {"U16", dtype::u16},
    {"F16", dtype::f16},
    {"BF16", dtype::bf16},
    {"I32", dtype::i32},
    {"U32", dtype::u32},
    {"F32", dtype::f32},
    {"C64", dtype::c64},
    {"F64", dtype::f64},
    {"I64", dtype::i64},
    {"U64", dtype::u64},
};

// Calls `item` for each of the comma-separated items up to `close`; the opening bracket has been read.
template <class Item>
void read_items(text_reader& in, std::string_view close, std::string_view what, const Item& item) {
  if (in.accept(close)) return;
  do {
    item();
  } while (in.accept(","));
  in.expect(close, "or ',' in " + std::string(what));
}

using text_pairs = std::vector<std::pair<std::string, std::string>>;

inline text_pairs read_metadata(text_reader& in) {
  text_pairs out;
  in.expect("{", "before the metadata");
  read_items(in, "}", "the metadata", [&] {
    std::string key = read_json_string(in, "a key of the metadata");
    in.expect(":", "after the metadata key " + in_quotes(key));
    out.emplace_back(std::move(key), read_json_string(in, "a value of the metadata (only text is allowed)"));
  });
  return out;
}

// One tensor: its type, shape and offsets, each once and in any order. `end` is the one past its last byte.
inline void read_tensor_entry(text_reader& in, tensor_info& info, std::uint64_t& begin, std::uint64_t& end) {
  constexpr std::string_view keys[] = {"dtype", "shape", "data_offsets"};
  bool seen[3] = {false, false, false};
  const std::string what = "tensor " + in_quotes(info.name);
  in.expect("{", "before the entry of " + what);
  read_items(in, "}", "the entry of " + what, [&] {
    in.skip_space();
    const std::size_t at = in.position();
    const std::string key = read_json_string(in, "a key of " + what);
    const auto which = static_cast<std::size_t>(std::find(keys, keys + 3, key) - keys);
    if (which == 3) in.fail(what + " has the unknown key " + in_quotes(key), at);
    if (std::exchange(seen[which], true)) in.fail(what + " has the key " + in_quotes(key) + " twice", at);
    in.expect(":", "after the key " + in_quotes(key) + " of " + what);
    if (which == 0) {
      info.type_name = read_json_string(in, "the dtype of " + what);
      const auto* const type = std::find_if(std::begin(type_names), std::end(type_names),
                                            [&](const type_name& t) { return t.name == info.type_name; });
      if (type == std::end(type_names)) in.fail(what + " has the unknown dtype " + in_quotes(info.type_name));
      info.type = type->type;
      info.bits = static_cast<std::size_t>(bits_of(type->type));
    } else if (which == 1) {
      in.expect("[", "before the shape of " + what);
      read_items(in, "]", "the shape of " + what, [&] {
        if (info.shape.size() == most_dimensions) {
          in.fail(what + " has more than " + std::to_string(most_dimensions) + " dimensions");
        }
        info.shape.push_back(checked_dimension(in, in.read_unsigned("a dimension of " + what)));
      });
    } else {
      in.expect("[", "before the data_offsets of " + what);
      begin = in.read_unsigned("the begin of " + what);
      in.expect(",", "between the data_offsets of " + what);
      end = in.read_unsigned("the end of " + what);
      in.expect("]", "after the data_offsets of " + what);
    }
  });
  for (std::size_t i = 0; i < 3; ++i) {
    if (!seen[i]) in.fail(what + " has no key " + in_quotes(keys[i]));
  }
}

struct header {
  std::vector<tensor_info> tensors;  // by offset
  text_pairs metadata;
};

// Reads and checks one tensor of a header; offsets in the file are `data_begin` + those of the entry.
inline tensor_info read_entry(const byte_source& source, text_reader& in, std::string name,
                              std::uint64_t data_begin) {
  tensor_info info;
  info.name = std::move(name);
  std::uint64_t begin = 0, end = 0;
  read_tensor_entry(in, info, begin, end);
  const std::string what = "tensor " + in_quotes(info.name);
  const std::uint64_t present = source.size() - data_begin;
  const auto offsets = " with data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) + "]";
  if (begin > end || end > present) {
    source.fail(what + offsets + " does not lie in the data of " + std::to_string(present) + " bytes");
  }
  complete_sizes(source, what, info);
  if (info.bytes != end - begin) {
    source.fail(what + offsets + " has " + std::to_string(end - begin) + " bytes, but shape " +
                shape_text(info.shape) + " and dtype " + in_quotes(info.type_name) + " need " +
                std::to_string(info.bytes));
  }
  info.offset = data_begin + begin;
  return info;
}

// The format wants the data to be covered exactly: then no two tensors share a byte, and no byte is hidden.
inline void check_cover(const byte_source& source, const std::vector<tensor_info>& tensors,
                        std::uint64_t data_begin) {
  std::uint64_t covered = data_begin;
  const tensor_info* previous = nullptr;
  for (const tensor_info& t : tensors) {
    if (t.offset < covered) {
      source.fail("tensor " + in_quotes(t.name) + " begins at byte " + std::to_string(t.offset) + ", inside tensor " +
                  in_quotes(previous->name) + ", which ends at byte " + std::to_string(covered));
    }
    if (t.offset > covered) {
      source.fail("the bytes from " + std::to_string(covered) + " to " + std::to_string(t.offset) +
                  ", before tensor " + in_quotes(t.name) + ", belong to no tensor");
    }
    covered += t.bytes;
    previous = &t;
  }
  if (covered != source.size()) {
    source.fail("the tensors end at byte " + std::to_string(covered) + ", but the file has " +
                std::to_string(source.size()) + " bytes");
  }
}

inline header read_header(byte_source& source) {
  std::byte start[8] = {};
  source.read(0, start, "the length of the header");
  const auto length = load_unsigned<std::uint64_t>(start, std::endian::little);
  if (length > longest_header) {
    source.fail("has a header of " + std::to_string(length) + " bytes, more than the " +
                std::to_string(longest_header) + " that the format allows");
  }
  source.require(8, length, "the header");
  std::string text(static_cast<std::size_t>(length), '\0');
  source.read(8, std::as_writable_bytes(std::span(text)), "the header");

  const std::uint64_t data_begin = 8 + length;
  text_reader in(source.label(), text, 8);
  if (in.peek() != '{') in.fail_expected("'{' at the beginning of the header");
  in.skip(1);
  header out;
  bool metadata_seen = false;
  read_items(in, "}", "the header", [&] {
    in.skip_space();
    const std::size_t at = in.position();
    std::string name = read_json_string(in, "the name of a tensor");
    in.expect(":", "after the name " + in_quotes(name));
    if (name != "__metadata__") {
      out.tensors.push_back(read_entry(source, in, std::move(name), data_begin));
      return;
    }
    if (std::exchange(metadata_seen, true)) in.fail("the name " + in_quotes(name) + " comes twice", at);
    out.metadata = read_metadata(in);
  });
  in.skip_space();
  if (!in.at_end()) in.fail_expected("blanks after the header");

  // Empty tensors come before the one that begins where they do, as in the reference implementation.
  std::stable_sort(out.tensors.begin(), out.tensors.end(), [](const tensor_info& a, const tensor_info& b) {
    return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
  });
  check_cover(source, out.tensors, data_begin);
  return out;
}

// Throws if two of the names, in ascending order, are equal.
template <class Names>
void check_unique(const byte_source& source, const Names& names, std::string_view what) {
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) source.fail("the " + std::string(what) + " " + in_quotes(*twice) + " comes twice");
}

}  // namespace detail

/// An open safetensors file: the list of its tensors, and each of them when asked for. Holds the file open and seeks
/// in it, so one object is for one thread at a time; movable, not copyable. Constructors and all that reads throw
/// `lowp::error`, naming the file, the tensor and what is wrong with it.
class file {
 public:
  /// Opens a file and reads its header, not its data.
  explicit file(const std::filesystem::path& path) : file(detail::byte_source(path)) {}

  /// The same for the bytes of a file in memory, which must outlive the object; `name` stands for it in errors.
  explicit file(std::span<const std::byte> bytes, std::string_view name = "memory")
      : file(detail::byte_source(bytes, name)) {}

  /// All tensors, in the order of their data.
  [[nodiscard]] const std::vector<tensor_info>& tensors() const noexcept { return header_.tensors; }

  /// The free texts of the file, in the order of the header.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& metadata() const noexcept {
    return header_.metadata;
  }

  [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// Type, shape and place of a tensor.
  [[nodiscard]] const tensor_info& info(std::string_view name) const {
    if (const tensor_info* const found = find(name)) return *found;
    std::string others;
    for (std::size_t i = 0; i < header_.tensors.size() && i < 8; ++i) {
      others += (i == 0 ? ": " : ", ") + detail::in_quotes(header_.tensors[i].name);
    }
    if (header_.tensors.size() > 8) others += ", ...";
    source_.fail("no tensor " + detail::in_quotes(name) + " among its " + std::to_string(header_.tensors.size()) +
                 others);
  }

  /// A tensor as floats; reads only its bytes. Types of 16 bits and less and F32 are exact; F64 and 32- and 64-bit
  /// integers are rounded once. Refuses C64, and the F6 types unless they are named.
  [[nodiscard]] tensor load(std::string_view name) {
    const tensor_info& t = info(name);
    if (t.bits == 6) {
      source_.fail("tensor " + detail::in_quotes(name) + ": the format does not say how the codes of " + t.type_name +
                   " are packed: load(name, lowp::dtype::" + std::string(to_string(t.type)) +
                   ") reads them lowest bits first");
    }
    return load(name, t.type);
  }

  /// The same where the stored values are codes (U, I, F6) of the named type of as many bits, such as e4m3fn in a U8
  /// tensor.
  [[nodiscard]] tensor load(std::string_view name, dtype as) {
    return detail::read_tensor(source_, info(name), as, code_layout::packed_lowest);
  }

  /// The bytes of a tensor exactly as stored.
  [[nodiscard]] raw_tensor load_raw(std::string_view name) { return detail::read_raw(source_, info(name)); }

 private:
  explicit file(detail::byte_source source) : source_(std::move(source)), header_(detail::read_header(source_)) {
    by_name_.reserve(header_.tensors.size());
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) by_name_.push_back(i);
    std::sort(by_name_.begin(), by_name_.end(), [this](std::size_t a, std::size_t b) { return name(a) < name(b); });
    std::vector<std::string_view> names, keys;
    for (const std::size_t i : by_name_) names.push_back(name(i));
    detail::check_unique(source_, names, "tensor name");
    for (const auto& [key, value] : header_.metadata) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    detail::check_unique(source_, keys, "metadata key");
  }

  [[nodiscard]] std::string_view name(std::size_t i) const noexcept { return header_.tensors[i].name; }

  [[nodiscard]] const tensor_info* find(std::string_view wanted) const noexcept {
    const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), wanted,
                                     [this](std::size_t i, std::string_view w) { return name(i) < w; });
    return at != by_name_.end() && name(*at) == wanted ? &header_.tensors[*at] : nullptr;
  }

  detail::byte_source source_;
  detail::header header_;
  std::vector<std::size_t> by_name_;  // indices of tensors, ascending in name
};

}  // namespace lowp::safetensors
