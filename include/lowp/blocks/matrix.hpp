// Matrices: a view of floats owned elsewhere, and an owning matrix of coded values.
//
//   matrix_view<T>   rows x cols elements, row r starting at data + r * stride (stride >= cols, in elements)
//   matrix<Codec>    rows x cols values; a row is ceil(cols / values) groups, the last one short if need be, and rows
//                    follow each other without padding
#pragma once

#include <algorithm>
#include <limits>
#include <utility>

#include <lowp/blocks/codec.hpp>

namespace lowp {

namespace detail {

inline std::string shape_text(std::size_t rows, std::size_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

inline std::size_t checked_product(std::size_t a, std::size_t b, const char* what) {
  if (b != 0 && a > std::numeric_limits<std::size_t>::max() / b)
    throw error(std::string(what) + ": " + shape_text(a, b) + " does not fit in memory");
  return a * b;
}

}  // namespace detail

/// rows x cols elements that somebody else owns, row-major. Read-only for const T.
template <class T>
class matrix_view {
 public:
  matrix_view() = default;
  /// Throws lowp::error if stride < cols.
  matrix_view(T* data, std::size_t rows, std::size_t cols, std::size_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {
    if (stride < cols)
      throw error("matrix_view: row stride " + std::to_string(stride) + " is less than " + std::to_string(cols) +
                  " columns");
  }
  matrix_view(T* data, std::size_t rows, std::size_t cols) noexcept
      : data_(data), rows_(rows), cols_(cols), stride_(cols) {}
  /// Throws lowp::error unless `data` has exactly rows * cols elements.
  matrix_view(std::span<T> data, std::size_t rows, std::size_t cols) : matrix_view(data.data(), rows, cols) {
    if (detail::checked_product(rows, cols, "matrix_view") != data.size())
      throw error("matrix_view: " + std::to_string(data.size()) + " elements are not " +
                  detail::shape_text(rows, cols));
  }
  operator matrix_view<const T>() const noexcept requires(!std::is_const_v<T>) {
    return {data_, rows_, cols_, stride_};
  }

  [[nodiscard]] T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
  [[nodiscard]] std::span<T> row(std::size_t r) const noexcept { return {data_ + r * stride_, cols_}; }
  [[nodiscard]] T& operator()(std::size_t r, std::size_t c) const noexcept { return data_[r * stride_ + c]; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, cols_ = 0, stride_ = 0;
};

/// rows x cols values in a codec's bytes.
template <Codec C>
class matrix {
 public:
  using codec_type = codec<C>;
  using context = typename codec_type::context;

  matrix() = default;
  /// All bytes 0. Throws lowp::error if the size overflows.
  matrix(std::size_t rows, std::size_t cols, context ctx = {})
      : rows_(rows), cols_(cols), context_(ctx), bytes_(detail::checked_product(rows, row_bytes(cols), "matrix")) {}
  /// Takes bytes made elsewhere; throws lowp::error unless there are exactly as many as the shape needs.
  matrix(std::size_t rows, std::size_t cols, std::vector<std::byte> bytes, context ctx = {})
      : rows_(rows), cols_(cols), context_(ctx) {
    const std::size_t needed = detail::checked_product(rows, row_bytes(cols), "matrix");
    if (bytes.size() != needed)
      throw error("matrix: " + detail::shape_text(rows, cols) + " values need " + std::to_string(needed) +
                  " bytes, not " + std::to_string(bytes.size()));
    bytes_ = std::move(bytes);
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t cols() const noexcept { return cols_; }
  /// Bytes of a row of `cols` values. Throws lowp::error if that overflows.
  [[nodiscard]] static std::size_t row_bytes(std::size_t cols) {
    const std::size_t values = codec_type::values;
    return detail::checked_product(cols / values + (cols % values != 0), codec_type::bytes, "matrix");
  }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::byte> bytes() noexcept { return bytes_; }
  [[nodiscard]] std::span<const std::byte> row(std::size_t r) const noexcept {
    return bytes().subspan(r * (bytes_.size() / rows_), bytes_.size() / rows_);
  }
  [[nodiscard]] std::span<std::byte> row(std::size_t r) noexcept {
    return bytes().subspan(r * (bytes_.size() / rows_), bytes_.size() / rows_);
  }
  /// What the codec computed once for the whole tensor, such as NVFP4's tensor scale.
  [[nodiscard]] const context& tensor_context() const noexcept { return context_; }

  /// Decodes row r into `out`, which has cols() elements.
  void decode_row(std::size_t r, std::span<float> out) const noexcept {
    const std::byte* in = row(r).data();
    for (std::size_t c = 0; c < cols_; c += codec_type::values, in += codec_type::bytes)
      codec_type::decode(in, out.subspan(c, std::min<std::size_t>(codec_type::values, cols_ - c)), context_);
  }

 private:
  std::size_t rows_ = 0, cols_ = 0;
  [[no_unique_address]] context context_{};
  std::vector<std::byte> bytes_;
};

}  // namespace lowp
