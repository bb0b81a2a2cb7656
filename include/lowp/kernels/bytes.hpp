// Products of matrices of bytes (W8A8): exact integer sums, with zero points and scales.
//
//   auto P = lowp::prepack(w);                      w: matrix_view of std::int8_t or std::uint8_t, n x k; once
//   lowp::gemm(x, P, y);                            x: the same, m x k; y: matrix_view<std::int32_t>, m x n
//   lowp::gemm(x, P, y, {.row_scale = sx, .column_scale = sw}, {.of_x = zx, .of_w = zw});
//   auto Q = lowp::prepacked_bytes::view(P.bytes());   what another run finds in the file that it maps
//
//   y[i, j] = s_x[i] s_w[j] sum_k (x[i, k] - z_x[i]) (w[j, k] - z_w[j])     and what else gemm_options says
//
// The sum is exact for every k, and rounded to float once. y of std::int32_t takes it as it is, for k whose sums always
// fit in 32 bits: 131071 for signed by signed, 65793 for signed by unsigned, 33025 for unsigned by unsigned.
#pragma once

#include <lowp/kernels/epilogue.hpp>
#include <lowp/kernels/gemm_int8.hpp>
#include <lowp/kernels/quantize.hpp>

namespace lowp {

namespace detail {

// What stands at the head of prepacked bytes; sums of rows and tiles (gemm_int8.hpp) follow.
struct alignas(64) bytes_header {
  char magic[8];
  std::uint32_t version, is_signed;
  std::uint64_t rows, cols, size;
};
static_assert(sizeof(bytes_header) == 64);
inline constexpr char bytes_magic[8] = {'l', 'o', 'w', 'p', 'b', 'y', 't', 'e'};

}  // namespace detail

/// Signed or unsigned bytes laid out for the kernels of every tier.
class prepacked_bytes {
 public:
  [[nodiscard]] std::size_t rows() const noexcept { return weights_.n; }
  [[nodiscard]] std::size_t cols() const noexcept { return weights_.k; }
  [[nodiscard]] const detail::int8_weights& weights() const noexcept { return weights_; }
  /// Everything there is to know, to be written to a file; starts on a 64-byte line.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// The weights in bytes() of another run, without a copy: `bytes` must outlive the result and be aligned to 64.
  /// Throws lowp::error if they are not what prepack writes.
  [[nodiscard]] static prepacked_bytes view(std::span<const std::byte> bytes) {
    detail::bytes_header h;
    const auto refuse = [](const std::string& why) { throw error("prepacked_bytes: " + why); };
    if (bytes.size() < sizeof h || reinterpret_cast<std::uintptr_t>(bytes.data()) % 64 != 0)
      refuse(std::to_string(bytes.size()) + " bytes at an address that is " +
             std::to_string(reinterpret_cast<std::uintptr_t>(bytes.data()) % 64) +
             " above a multiple of 64: no header, or not aligned");
    std::memcpy(&h, bytes.data(), sizeof h);
    if (std::memcmp(h.magic, detail::bytes_magic, sizeof h.magic) != 0)
      refuse("the bytes do not start with 'lowpbyte'");
    if (h.version != 1 || h.is_signed > 1)
      refuse("version " + std::to_string(h.version) + ", signed " + std::to_string(h.is_signed) +
             " is none of 1, 0 or 1");
    constexpr std::uint64_t most = std::uint64_t{1} << 40;  // so that no size overflows below
    prepacked_bytes p;
    p.weights_.n = h.rows;
    p.weights_.k = h.cols;
    p.weights_.is_signed = h.is_signed != 0;
    if (h.rows > most || h.cols > most || p.weights_.strips() > most / std::max<std::size_t>(1, p.weights_.steps()) ||
        h.size != size_of(p.weights_) || h.size > bytes.size())
      refuse(detail::shape_text(h.rows, h.cols) + " does not fit in " + std::to_string(bytes.size()) + " bytes");
    p.place(bytes.first(h.size));
    return p;
  }

 private:
  friend prepacked_bytes prepack(matrix_view<const std::int8_t>, const executor&);
  friend prepacked_bytes prepack(matrix_view<const std::uint8_t>, const executor&);
  prepacked_bytes() = default;
  explicit prepacked_bytes(const detail::int8_view& w, const executor& run)
      : weights_(detail::prepack_int8(w, run, sizeof(detail::bytes_header))) {
    detail::bytes_header h{};
    std::memcpy(h.magic, detail::bytes_magic, sizeof h.magic);
    h.version = 1;
    h.is_signed = weights_.is_signed;
    h.rows = weights_.n;
    h.cols = weights_.k;
    h.size = size_of(weights_);
    std::memcpy(weights_.memory.data(), &h, sizeof h);
    place({reinterpret_cast<const std::byte*>(weights_.memory.data()), weights_.memory.size()});
  }

  static std::size_t size_of(const detail::int8_weights& w) noexcept {
    return sizeof(detail::bytes_header) + w.sums_count() * sizeof(std::int32_t) + w.tiles_size();
  }
  void place(std::span<const std::byte> bytes) noexcept {
    bytes_ = bytes;
    const std::byte* const sums = bytes.data() + sizeof(detail::bytes_header);
    weights_.sums = reinterpret_cast<const std::int32_t*>(sums);
    weights_.tiles = reinterpret_cast<const std::uint8_t*>(sums + weights_.sums_count() * sizeof(std::int32_t));
  }

  detail::int8_weights weights_;
  std::span<const std::byte> bytes_;
};

/// W (n x k) for gemm.
[[nodiscard]] inline prepacked_bytes prepack(matrix_view<const std::int8_t> w, const executor& run) {
  return prepacked_bytes(detail::int8_view(w), run);
}
[[nodiscard]] inline prepacked_bytes prepack(matrix_view<const std::uint8_t> w, const executor& run) {
  return prepacked_bytes(detail::int8_view(w), run);
}
template <class T>
requires(std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t>) [[nodiscard]] prepacked_bytes
    prepack(matrix_view<T> w) {
  return prepack(matrix_view<const T>(w), executor{});
}
template <class T>
requires(std::is_same_v<T, const std::int8_t> || std::is_same_v<T, const std::uint8_t>) [[nodiscard]] prepacked_bytes
    prepack(matrix_view<T> w) {
  return prepack(w, executor{});
}

/// The bytes that stand for zero: one for each row of x, and for each row of W; none: 0.
struct byte_zeros {
  std::span<const std::int32_t> of_x = {};  ///< m values, |z| <= 255
  std::span<const std::int32_t> of_w = {};  ///< n values, |z| <= 255
};

namespace detail {

template <class T>
concept Byte =
    std::is_same_v<std::remove_const_t<T>, std::int8_t> || std::is_same_v<std::remove_const_t<T>, std::uint8_t>;

template <class X, class Y>
void check_bytes(const matrix_view<X>& x, const prepacked_bytes& w, const Y& y, const byte_zeros& zeros) {
  if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows())
    throw error("gemm: x is " + shape_text(x.rows(), x.cols()) + ", W is " + shape_text(w.rows(), w.cols()) +
                ", y is " + shape_text(y.rows(), y.cols()) + "; y = x W^T needs m x k, n x k, m x n");
  const auto check = [](std::span<const std::int32_t> z, std::size_t n, const char* name) {
    if (!z.empty() && z.size() != n)
      throw error(std::string("gemm: ") + name + " has " + std::to_string(z.size()) + " zero points for " +
                  std::to_string(n) + " rows");
    for (const std::int32_t v : z)
      if (v < -255 || v > 255) throw error(std::string("gemm: ") + name + " has the zero point " + std::to_string(v));
  };
  check(zeros.of_x, x.rows(), "of_x");
  check(zeros.of_w, w.rows(), "of_w");
}

// Zero points and the sums that take them out.
template <class X>
class zero_corrections {
 public:
  zero_corrections(const matrix_view<X>& x, const prepacked_bytes& w, const byte_zeros& zeros) {
    z_.k = w.cols();
    if (!zeros.of_x.empty()) {
      z_.row_zero = zeros.of_x.data();
      for (std::size_t j = 0; j < w.rows(); ++j) of_w_.push_back(static_cast<std::int32_t>(w.weights().row_sum(j)));
      z_.column_sum = of_w_.data();
    }
    if (!zeros.of_w.empty()) {
      z_.column_zero = zeros.of_w.data();
      for (std::size_t i = 0; i < x.rows(); ++i) {
        std::int64_t sum = 0;
        for (const auto v : x.row(i)) sum += v;
        of_x_.push_back(static_cast<std::int32_t>(sum));
      }
      z_.row_sum = of_x_.data();
    }
  }
  [[nodiscard]] const zero_points& points() const noexcept { return z_; }
  // Of a sum in 64 bits.
  [[nodiscard]] std::int64_t apply(std::int64_t sum, std::size_t i, std::size_t j) const noexcept {
    const std::int64_t zx = z_.row_zero != nullptr ? z_.row_zero[i] : 0,
                       zw = z_.column_zero != nullptr ? z_.column_zero[j] : 0;
    if (zx != 0) sum -= zx * z_.column_sum[j];
    if (zw != 0) sum -= zw * z_.row_sum[i];
    return sum + static_cast<std::int64_t>(z_.k) * zx * zw;
  }

 private:
  zero_points z_;
  std::vector<std::int32_t> of_x_, of_w_;
};

}  // namespace detail

/// y = s_x s_w (x - z_x)(W - z_w)^T and the rest of the options. Throws lowp::error, nothing written, unless the shapes
/// fit and zero points lie in -255 ... 255, or for k >= 2^23.
template <detail::Byte X, class T>
requires(!std::is_same_v<T, std::int32_t>) void gemm(matrix_view<X> x, const prepacked_bytes& w, matrix_view<T> y,
                                                     const gemm_options& options = {}, const byte_zeros& zeros = {}) {
  using namespace detail;
  check_bytes(x, w, y, zeros);
  if (w.cols() >= std::size_t{1} << 23)  // sums of a row would leave 32 bits
    throw error("gemm: k = " + std::to_string(w.cols()) + " bytes are more than 2^23 - 1");
  struct destination {
    sink y;
    zero_corrections<X> zeros;
  };
  // Written along its rows, y is fetched ahead by the processor, and no slower in the caches.
  const sink in_caches(y, options);
  const destination to{int8_walks_along(w.weights(), x.rows()) ? in_caches : in_caches.past_caches(),
                       zero_corrections<X>(x, w, zeros)};
  int8_sink blocks;
  blocks.self = &to;
  blocks.write = [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                    const std::int32_t* sums, std::size_t stride) {
    const destination& d = *static_cast<const destination*>(self);
    d.y.write(i, j, rows, cols, sums, stride, d.zeros.points());
  };
  blocks.write_long = [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                         const std::int64_t* sums, std::size_t stride) {
    const destination& d = *static_cast<const destination*>(self);
    std::array<float, 32> row;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; ++c)
        row[c] = static_cast<float>(d.zeros.apply(sums[r * stride + c], i + r, j + c));
      d.y.write(i + r, j, 1, cols, row.data(), 32);
    }
  };
  gemm_int8(w.weights(), int8_view(matrix_view<const X>(x)), blocks, options.executor);
}

/// The same with y in a codec, m x n already: what comes out in float goes through quantize<C>(floats, policies...), and
/// beta multiplies what y held.
template <detail::Byte X, Codec C, class... Policies>
void gemm(matrix_view<X> x, const prepacked_bytes& w, matrix<C>& y, const gemm_options& options = {},
          const byte_zeros& zeros = {}, Policies&&... policies) {
  detail::check_bytes(x, w, y, zeros);
  detail::rewrite(
      y, options.beta != 0, [&](matrix_view<float> floats) { gemm(x, w, floats, options, zeros); },
      static_cast<Policies&&>(policies)...);
}

/// The integer sums themselves. Throws lowp::error, nothing written, also where they might need more than 32 bits.
template <detail::Byte X>
void gemm(matrix_view<X> x, const prepacked_bytes& w, matrix_view<std::int32_t> y, const executor& run = {}) {
  using namespace detail;
  check_bytes(x, w, y, {});
  int8_sink blocks;
  blocks.self = &y;
  blocks.write = [](const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols,
                    const std::int32_t* sums, std::size_t stride) {
    const auto& to = *static_cast<const matrix_view<std::int32_t>*>(self);
    for (std::size_t r = 0; r < rows; ++r) std::memcpy(&to(i + r, j), sums + r * stride, cols * sizeof(std::int32_t));
  };
  gemm_int8(w.weights(), int8_view(matrix_view<const X>(x)), blocks, run);
}

}  // namespace lowp
