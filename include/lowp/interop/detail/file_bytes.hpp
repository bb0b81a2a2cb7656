// Bytes from a file or from memory, bytes to a file that appears whole or not at all, and what the readers of all
// tensor files share: checked sizes, and reading values piece by piece.
//
//   byte_source   size known beforehand, reads at any position; a read outside the size is an error, never a
//                 short result. Files are not buffered, so exactly the bytes asked for are read.
//   atomic_file   writes to "<target>.part0" (created anew: never an existing file) and renames it at the end;
//                 whatever fails before, the target is untouched and the part removed.
//
// Nothing is allocated by a number from a file before that number was compared with the size of the file.
#pragma once

#ifndef _WIN32

#include <sys/types.h>

#endif

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <lowp/interop/detail/header_text.hpp>
#include <lowp/interop/tensor.hpp>

namespace lowp::detail {

struct close_file {
  void operator()(std::FILE* f) const noexcept { std::fclose(f); }
};
using file_handle = std::unique_ptr<std::FILE, close_file>;

inline std::FILE* open_file(const std::filesystem::path& path, const char* mode) {
#ifdef _WIN32
  return _wfopen(path.c_str(), std::wstring(mode, mode + std::char_traits<char>::length(mode)).c_str());
#else
  return std::fopen(path.c_str(), mode);
#endif
}

inline bool seek_file(std::FILE* f, std::uint64_t offset) {
#ifdef _WIN32
  return _fseeki64(f, static_cast<long long>(offset), SEEK_SET) == 0;
#else
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return false;
  return fseeko(f, static_cast<off_t>(offset), SEEK_SET) == 0;
#endif
}

// The name of a file as errors show it; appended, for GCC 12 sees overlaps in "'" + std::string (its bug 105651).
inline std::string file_label(std::string_view name) {
  std::string out = "'";
  out += name;
  out += '\'';
  return out;
}
inline std::string file_label(const std::filesystem::path& path) {
  const auto text = path.u8string();  // UTF-8
  return file_label(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
}

inline std::string error_text(int code) {
  return code == 0 ? "unknown error" : std::generic_category().message(code);
}

class byte_source {
 public:
  explicit byte_source(const std::filesystem::path& path) : label_(file_label(path)) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    if (!std::filesystem::exists(status)) fail("no such file");
    // A pipe or a device has no size to check against.
    if (!std::filesystem::is_regular_file(status)) fail("not a regular file");
    size_ = std::filesystem::file_size(path, problem);
    if (problem) fail("cannot tell its size: " + problem.message());
    file_.reset(open_file(path, "rb"));
    if (!file_) fail("cannot open: " + error_text(errno));
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  }

  // Refers to the bytes; they must outlive the source.
  byte_source(std::span<const std::byte> bytes, std::string_view name)
      : label_(file_label(name)), memory_(bytes), size_(bytes.size()) {}

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const std::string& label() const noexcept { return label_; }

  [[noreturn]] void fail(const std::string& message) const { fail_in(label_, message); }

  // Throws unless `count` bytes lie at `offset`.
  void require(std::uint64_t offset, std::uint64_t count, std::string_view what) const {
    if (offset <= size_ && count <= size_ - offset) return;
    fail(std::string(what) + " (" + std::to_string(count) + " bytes at byte " + std::to_string(offset) +
         ") does not fit the file of " + std::to_string(size_) + " bytes");
  }

  void read(std::uint64_t offset, std::span<std::byte> out, std::string_view what) {
    require(offset, out.size(), what);
    if (out.empty()) return;
    if (!file_) {
      std::memcpy(out.data(), memory_.data() + offset, out.size());
      return;
    }
    errno = 0;
    if (!seek_file(file_.get(), offset)) fail("cannot seek to byte " + std::to_string(offset));
    const std::size_t got = std::fread(out.data(), 1, out.size(), file_.get());
    if (got == out.size()) return;
    const std::string why = std::ferror(file_.get()) != 0 ? error_text(errno) : "the file has become shorter";
    fail("cannot read " + std::string(what) + ": got " + std::to_string(got) + " of " + std::to_string(out.size()) +
         " bytes at byte " + std::to_string(offset) + ": " + why);
  }

 private:
  std::string label_;
  std::span<const std::byte> memory_;
  file_handle file_;
  std::uint64_t size_ = 0;
};

class atomic_file {
 public:
  explicit atomic_file(std::filesystem::path target) : target_(std::move(target)), label_(file_label(target_)) {
    // The number makes room for other writers of the same target, and for what a crashed one has left behind.
    for (int n = 0; n < 1000; ++n) {
      part_ = target_;
      part_ += ".part" + std::to_string(n);
      errno = 0;
      file_.reset(open_file(part_, "wbx"));
      if (file_) return;
      if (errno != EEXIST) break;
    }
    fail_in(label_, "cannot create " + file_label(part_) + ": " + error_text(errno));
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() {
    if (part_.empty()) return;
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }

  void write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;  // fwrite takes no null pointer
    errno = 0;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail_write(bytes.size());
    written_ += bytes.size();
  }

  // Until this returns, the target is as it was.
  void commit() {
    errno = 0;
    if (std::fclose(file_.release()) != 0) fail_write(0);  // writes what is still buffered
    std::error_code problem;
    std::filesystem::rename(part_, target_, problem);
    if (problem) fail_in(label_, "cannot rename " + file_label(part_) + " to it: " + problem.message());
    part_.clear();
  }

 private:
  [[noreturn]] void fail_write(std::size_t count) const {
    const int code = errno;
    fail_in(label_, "cannot write " + std::to_string(written_ + count) + " bytes to " + file_label(part_) + ": " +
                        error_text(code));
  }

  std::filesystem::path target_;
  std::filesystem::path part_;  // empty when there is nothing to remove
  std::string label_;
  file_handle file_;
  std::uint64_t written_ = 0;
};

// More dimensions than any array library has (NumPy 2: 64); bounds the memory that a header of ones can claim.
inline constexpr std::size_t most_dimensions = 64;

template <class Shape>
std::string shape_text(const Shape& shape) {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i == 8 && shape.size() > 9) {
      out += "... " + std::to_string(shape.size()) + " dimensions";
      break;
    }
    out += std::to_string(shape[i]) + (i + 1 < shape.size() ? ", " : shape.size() == 1 ? "," : "");
  }
  return out + ")";
}

struct tensor_size {
  std::uint64_t count;
  std::uint64_t bits;
};

// Values and bits of a shape, or nothing if they need more than 64 bits. A dimension of 0 makes the count 0, but the
// other dimensions must be sound: strides are computed from them.
template <class Shape>
std::optional<tensor_size> measure(const Shape& shape, std::uint64_t bits) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t count = 1;
  bool empty = false;
  for (const auto dimension : shape) {
    const std::uint64_t d = dimension;
    if (d == 0) {
      empty = true;
      continue;
    }
    if (count > largest / d) return std::nullopt;
    count *= d;
  }
  if (bits != 0 && count > largest / bits) return std::nullopt;
  if (empty) count = 0;
  return tensor_size{count, count * bits};
}

// Fills in count and bytes of an info with name, shape and bits; throws if they overflow or are no whole bytes. Does
// not look at the file: the caller compares the bytes with it.
inline void complete_sizes(const byte_source& source, const std::string& what, tensor_info& info) {
  const auto size = measure(info.shape, info.bits);
  if (!size || size->bits / 8 > std::numeric_limits<std::size_t>::max()) {
    source.fail(what + " of shape " + shape_text(info.shape) + " and type " + in_quotes(info.type_name) +
                " is larger than the address space");
  }
  if (size->bits % 8 != 0) {
    source.fail(what + " of shape " + shape_text(info.shape) + " and type " + in_quotes(info.type_name) + " has " +
                std::to_string(size->bits) + " bits, which are no whole bytes");
  }
  info.count = static_cast<std::size_t>(size->count);
  info.bytes = static_cast<std::size_t>(size->bits / 8);
}

inline std::size_t checked_dimension(const text_reader& in, std::uint64_t value) {
  if (value > std::numeric_limits<std::size_t>::max()) {
    in.fail("the dimension " + std::to_string(value) + " is larger than the address space");
  }
  return static_cast<std::size_t>(value);
}

// Whether a caller may name the type of stored values: what is stored must be codes of that many bits.
inline bool may_read_as(const tensor_info& info, dtype as, code_layout layout) noexcept {
  if (as == dtype::opaque || as == dtype::c64) return false;
  if (as == info.type) return true;
  const bool codes = info.type == dtype::opaque || info.type == dtype::u8 || info.type == dtype::u16 ||
                     info.type == dtype::u32 || info.type == dtype::u64 || info.type == dtype::i8 ||
                     info.type == dtype::i16;
  const auto bits = static_cast<std::size_t>(bits_of(as));
  return codes && info.bits == (layout == code_layout::byte_each && bits < 8 ? 8 : bits);
}

// values[i0][i1]...[in] from the order in which i0 runs fastest to the order in which in does.
inline std::vector<float> to_row_major(const std::vector<float>& in, const std::vector<std::size_t>& shape) {
  std::vector<float> out(in.size());
  std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  std::size_t at = 0;
  for (const float value : in) {
    out[at] = value;
    for (std::size_t d = 0; d < shape.size(); ++d) {  // the next index: carry from the first dimension on
      at += stride[d];
      if (++index[d] < shape[d]) break;
      at -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}

// The values of a tensor as floats; the file's bytes pass through a small buffer.
inline tensor read_tensor(byte_source& source, const tensor_info& info, dtype as, code_layout layout) {
  const std::string what = "the data of tensor " + in_quotes(info.name);
  if (!may_read_as(info, as, layout)) {
    source.fail(what + ": values stored as " + in_quotes(info.type_name) + " (" + std::to_string(info.bits) +
                " bits) cannot be read as " + std::string(to_string(as)) + " (" + std::to_string(bits_of(as)) +
                " bits)");
  }
  source.require(info.offset, info.bytes, what);
  tensor out{info.name, info.type_name, as, info.shape, {}};
  if (info.count > out.data.max_size())
    source.fail(what + ": " + std::to_string(info.count) + " values are too many");
  out.data.resize(info.count);
  constexpr std::size_t chunk_bytes = 3 << 16;  // whole values of 4, 6, 8, 16, 32 and 64 bits
  std::vector<std::byte> buffer(std::min(info.bytes, chunk_bytes));
  std::span<float> rest(out.data);
  for (std::size_t done = 0; done < info.bytes;) {
    const auto bytes = std::span(buffer).first(std::min(info.bytes - done, chunk_bytes));
    source.read(info.offset + done, bytes, what);
    const auto values = rest.first(bytes.size() * 8 / info.bits);
    try {
      decode_values(as, bytes, values, info.order, layout);
    } catch (const error& problem) {
      source.fail(what + ", from value " + std::to_string(info.count - rest.size()) +
                  " on: " + std::string(problem.what()).substr(6));  // without its "lowp: "
    }
    rest = rest.subspan(values.size());
    done += bytes.size();
  }
  if (info.column_major && info.shape.size() > 1) out.data = to_row_major(out.data, info.shape);
  return out;
}

inline raw_tensor read_raw(byte_source& source, const tensor_info& info) {
  const std::string what = "the data of tensor " + in_quotes(info.name);
  source.require(info.offset, info.bytes, what);
  raw_tensor out{info, {}};
  if (info.bytes > out.bytes.max_size())
    source.fail(what + ": " + std::to_string(info.bytes) + " bytes are too many");
  out.bytes.resize(info.bytes);
  source.read(info.offset, out.bytes, what);
  return out;
}

}  // namespace lowp::detail
