// Codes bit-packed without padding: n numbers of b bits in ceil(n * b / 8) bytes, 1 <= b <= 16.
//
//   element i = bits [i * b, (i + 1) * b) of the bytes read as one little-endian integer
//
// so the first of two 4-bit elements is in the low nibble, as in OCP MX, PyTorch's float4_e2m1fn_x2 and CUTLASS.
//
//   packed<T>         owns its bytes; like a std::vector<T> whose references are proxies
//   packed_span<T>    views bytes owned elsewhere; packed_span<const T> may only read
#pragma once

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <lowp/core/error.hpp>
#include <lowp/core/number.hpp>

namespace lowp {

namespace detail {

// Bits [at, at + n) of the bytes at p, 1 <= n <= 16: touches only the bytes that hold them.
inline std::uint32_t load_bits(const std::byte* p, std::size_t at, int n) noexcept {
  const std::size_t first = at / 8, last = (at + static_cast<std::size_t>(n) - 1) / 8;
  std::uint32_t word = 0;
  for (std::size_t i = first; i <= last; ++i) word |= std::to_integer<std::uint32_t>(p[i]) << (8 * (i - first));
  return (word >> (at % 8)) & static_cast<std::uint32_t>(low_mask(n));
}

inline void store_bits(std::byte* p, std::size_t at, int n, std::uint32_t value) noexcept {
  const std::size_t first = at / 8, last = (at + static_cast<std::size_t>(n) - 1) / 8;
  const std::uint32_t mask = static_cast<std::uint32_t>(low_mask(n)) << (at % 8);
  const std::uint32_t word = value << (at % 8);
  for (std::size_t i = first; i <= last; ++i) {
    const int shift = static_cast<int>(8 * (i - first));
    p[i] = (p[i] & ~static_cast<std::byte>(mask >> shift)) | static_cast<std::byte>((word & mask) >> shift);
  }
}

}  // namespace detail

/// Bytes that hold n packed numbers of type T.
template <detail::Number T>
[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t n) noexcept {
  constexpr std::size_t bits = static_cast<std::size_t>(T::format::bits);
  return n / 8 * bits + (n % 8 * bits + 7) / 8;
}

namespace detail {
// The size in bytes; throws lowp::error for more numbers than memory can hold.
template <Number T>
std::size_t checked_packed_bytes(std::size_t n) {
  constexpr std::size_t most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
  if (n > most / 2 || n / 8 > most / 2 / static_cast<std::size_t>(T::format::bits))
    throw error("packed: " + std::to_string(n) + " numbers of " + std::to_string(T::format::bits) +
                " bits do not fit in memory");
  return packed_bytes<T>(n);
}
}  // namespace detail

/// What stands for a T& where an element has no address of its own.
template <detail::Number T>
class packed_reference {
 public:
  packed_reference(std::byte* bytes, std::size_t index) noexcept : bytes_(bytes), index_(index) {}
  packed_reference(const packed_reference&) = default;

  operator T() const noexcept {
    return T::from_bits(static_cast<typename T::storage>(
        detail::load_bits(bytes_, index_ * static_cast<std::size_t>(T::format::bits), T::format::bits)));
  }
  template <class U>
  requires std::is_arithmetic_v<U>
  explicit operator U() const noexcept { return static_cast<U>(T(*this)); }
  const packed_reference& operator=(T x) const noexcept {
    detail::store_bits(bytes_, index_ * static_cast<std::size_t>(T::format::bits), T::format::bits, x.bits());
    return *this;
  }
  const packed_reference& operator=(const packed_reference& other) const noexcept { return *this = T(other); }
  packed_reference& operator=(const packed_reference& other) noexcept {
    static_cast<const packed_reference&>(*this) = T(other);
    return *this;
  }
  const packed_reference& operator+=(T x) const noexcept { return *this = T(*this) + x; }
  const packed_reference& operator-=(T x) const noexcept { return *this = T(*this) - x; }
  const packed_reference& operator*=(T x) const noexcept { return *this = T(*this) * x; }
  const packed_reference& operator/=(T x) const noexcept { return *this = T(*this) / x; }

  friend void swap(packed_reference a, packed_reference b) noexcept {
    const T t = a;
    a = T(b);
    b = t;
  }

 private:
  std::byte* bytes_;
  std::size_t index_;
};

/// A random-access iterator over packed numbers. T is const for a read-only one, which yields values.
template <class T>
class packed_iterator {
  static constexpr bool is_const = std::is_const_v<T>;
  using byte_type = std::conditional_t<is_const, const std::byte, std::byte>;

 public:
  using value_type = std::remove_const_t<T>;
  using difference_type = std::ptrdiff_t;
  using reference = std::conditional_t<is_const, value_type, packed_reference<value_type>>;
  using iterator_concept = std::random_access_iterator_tag;
  using iterator_category = std::random_access_iterator_tag;  // as vector<bool> says, though references are proxies

  packed_iterator() = default;
  packed_iterator(byte_type* bytes, std::size_t index) noexcept : bytes_(bytes), index_(index) {}
  operator packed_iterator<const value_type>() const noexcept requires(!is_const) { return {bytes_, index_}; }

  [[nodiscard]] reference operator*() const noexcept { return at(index_); }
  [[nodiscard]] reference operator[](difference_type n) const noexcept {
    return at(index_ + static_cast<std::size_t>(n));
  }
  packed_iterator& operator++() noexcept { return *this += 1; }
  packed_iterator& operator--() noexcept { return *this -= 1; }
  packed_iterator operator++(int) noexcept { return packed_iterator{bytes_, index_++}; }
  packed_iterator operator--(int) noexcept { return packed_iterator{bytes_, index_--}; }
  packed_iterator& operator+=(difference_type n) noexcept {
    index_ += static_cast<std::size_t>(n);
    return *this;
  }
  packed_iterator& operator-=(difference_type n) noexcept { return *this += -n; }
  [[nodiscard]] friend packed_iterator operator+(packed_iterator i, difference_type n) noexcept { return i += n; }
  [[nodiscard]] friend packed_iterator operator+(difference_type n, packed_iterator i) noexcept { return i += n; }
  [[nodiscard]] friend packed_iterator operator-(packed_iterator i, difference_type n) noexcept { return i -= n; }
  [[nodiscard]] friend difference_type operator-(packed_iterator a, packed_iterator b) noexcept {
    return static_cast<difference_type>(a.index_ - b.index_);
  }
  [[nodiscard]] friend bool operator==(packed_iterator a, packed_iterator b) noexcept { return a.index_ == b.index_; }
  [[nodiscard]] friend std::strong_ordering operator<=>(packed_iterator a, packed_iterator b) noexcept {
    return a.index_ <=> b.index_;
  }

 private:
  reference at(std::size_t index) const noexcept {
    if constexpr (is_const) {
      constexpr int bits = value_type::format::bits;
      return value_type::from_bits(static_cast<typename value_type::storage>(
          detail::load_bits(bytes_, index * static_cast<std::size_t>(bits), bits)));
    } else {
      return {bytes_, index};
    }
  }

  byte_type* bytes_ = nullptr;
  std::size_t index_ = 0;
};

/// A view of `size` packed numbers. Throws lowp::error if the bytes given are too few for them.
template <class T>
class packed_span {
  static constexpr bool is_const = std::is_const_v<T>;
  using byte_type = std::conditional_t<is_const, const std::byte, std::byte>;

 public:
  using value_type = std::remove_const_t<T>;
  using size_type = std::size_t;
  using iterator = packed_iterator<T>;
  static_assert(value_type::format::bits >= 1 && value_type::format::bits <= 16,
                "lowp: packed<T> needs a number type of 1 to 16 bits");

  packed_span() = default;
  packed_span(std::span<byte_type> bytes, std::size_t size) : bytes_(bytes.data()), size_(size) {
    if (size > bytes.size() * 8 / static_cast<std::size_t>(value_type::format::bits))
      throw error("packed_span: " + std::to_string(size) + " numbers of " + std::to_string(value_type::format::bits) +
                  " bits do not fit in " + std::to_string(bytes.size()) + " bytes");
  }
  operator packed_span<const value_type>() const noexcept requires(!is_const) {
    return packed_span<const value_type>(bytes(), size_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<byte_type> bytes() const noexcept { return {bytes_, packed_bytes<value_type>(size_)}; }
  [[nodiscard]] iterator begin() const noexcept { return {bytes_, 0}; }
  [[nodiscard]] iterator end() const noexcept { return {bytes_, size_}; }
  [[nodiscard]] typename iterator::reference operator[](std::size_t i) const noexcept {
    return begin()[static_cast<std::ptrdiff_t>(i)];
  }
  /// Writes all elements to `out`; throws lowp::error, nothing written, unless it has size() elements.
  void unpack(std::span<value_type> out) const {
    if (out.size() != size_)
      throw error("packed: " + std::to_string(size_) + " numbers do not unpack into a span of " +
                  std::to_string(out.size()));
    for (std::size_t i = 0; i < size_; ++i) out[i] = (*this)[i];
  }

 private:
  byte_type* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// Numbers of 1 to 16 bits, stored without padding. Bits after the last element are zero.
template <detail::Number T>
class packed {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using reference = packed_reference<T>;
  using iterator = packed_iterator<T>;
  using const_iterator = packed_iterator<const T>;

  packed() = default;
  /// n elements with code 0.
  explicit packed(std::size_t n) : bytes_(detail::checked_packed_bytes<T>(n)), size_(n) {}
  packed(std::span<const T> values) : packed(values.size()) {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i] = values[i];
  }
  packed(std::initializer_list<T> values) : packed(std::span<const T>(values.begin(), values.size())) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::byte> bytes() noexcept { return bytes_; }
  /// New elements have code 0.
  void resize(std::size_t n) {
    bytes_.resize(detail::checked_packed_bytes<T>(n));
    const std::size_t used = n * static_cast<std::size_t>(T::format::bits) % 8;
    if (n < size_ && used != 0) bytes_.back() &= static_cast<std::byte>(low_mask(static_cast<int>(used)));
    size_ = n;
  }
  void push_back(T x) {
    resize(size_ + 1);
    (*this)[size_ - 1] = x;
  }

  [[nodiscard]] packed_span<T> view() noexcept { return {std::span<std::byte>(bytes_), size_}; }
  [[nodiscard]] packed_span<const T> view() const noexcept { return {std::span<const std::byte>(bytes_), size_}; }
  [[nodiscard]] iterator begin() noexcept { return {bytes_.data(), 0}; }
  [[nodiscard]] iterator end() noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] const_iterator begin() const noexcept { return {bytes_.data(), 0}; }
  [[nodiscard]] const_iterator end() const noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] reference operator[](std::size_t i) noexcept { return {bytes_.data(), i}; }
  [[nodiscard]] T operator[](std::size_t i) const noexcept { return view()[i]; }
  /// Writes all elements to `out`; throws lowp::error, nothing written, unless it has size() elements.
  void unpack(std::span<T> out) const { view().unpack(out); }

 private:
  static_assert(T::format::bits >= 1 && T::format::bits <= 16, "lowp: packed<T> needs a number type of 1 to 16 bits");

  std::vector<std::byte> bytes_;
  std::size_t size_ = 0;
};

}  // namespace lowp
