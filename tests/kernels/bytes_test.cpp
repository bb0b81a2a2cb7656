// Products of bytes with zero points and scales, and activations rounded to int8, through the public functions.
#include <cmath>
#include <lowp/kernels/bytes.hpp>
#include <lowp/kernels/gemm.hpp>
#include <lowp/lowp.hpp>

#include "catch.hpp"

namespace {

using namespace lowp;

template <class T>
std::vector<T> bytes(std::size_t n, std::uint64_t stream) {
  const philox random(3, stream);
  std::vector<T> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<T>(random(i));
  return out;
}

template <class F>
void on_every_tier(F f) {
  for (int i = static_cast<int>(least_tier); i <= static_cast<int>(detect()); ++i) {
    const force_tier forced(static_cast<tier>(i));
    INFO(to_string(active()));
    f();
  }
}

template <class X, class W>
void check_products(std::size_t m, std::size_t n, std::size_t k) {
  const std::vector<X> x = bytes<X>(m * k, 1);
  const std::vector<W> w = bytes<W>(n * k, 2);
  std::vector<std::int32_t> zx(m), zw(n);
  std::vector<float> sx(m), sw(n);
  for (std::size_t i = 0; i < m; ++i)
    zx[i] = static_cast<std::int32_t>(i * 83 % 511) - 255, sx[i] = 0.25f + static_cast<float>(i);
  for (std::size_t j = 0; j < n; ++j)
    zw[j] = static_cast<std::int32_t>(j * 59 % 511) - 255, sw[j] = 1.0f / static_cast<float>(j + 1);
  on_every_tier([&] {
    const prepacked_bytes packed = prepack(matrix_view<const W>(w.data(), n, k));
    std::vector<std::int32_t> sums(m * n);
    std::vector<float> y(m * n);
    const matrix_view<const X> rows(x.data(), m, k);
    gemm(rows, packed, matrix_view<std::int32_t>(sums.data(), m, n));
    gemm(rows, packed, matrix_view<float>(y.data(), m, n), {.row_scale = sx, .column_scale = sw},
         {.of_x = zx, .of_w = zw});
    bool equal = true;
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        std::int64_t sum = 0, centred = 0;
        for (std::size_t q = 0; q < k; ++q) {
          sum += std::int64_t{x[i * k + q]} * w[j * k + q];
          centred += (std::int64_t{x[i * k + q]} - zx[i]) * (std::int64_t{w[j * k + q]} - zw[j]);
        }
        equal = equal && sums[i * n + j] == sum && y[i * n + j] == sx[i] * sw[j] * static_cast<float>(centred);
      }
    }
    CHECK(equal);
  });
}

TEST_CASE("bytes: exact sums with zero points on every tier") {
  for (const auto& [m, n, k] : {std::array<std::size_t, 3>{1, 1, 1}, {3, 37, 65}, {33, 40, 128}, {5, 2, 1000}}) {
    check_products<std::int8_t, std::int8_t>(m, n, k);
    check_products<std::uint8_t, std::int8_t>(m, n, k);
    check_products<std::int8_t, std::uint8_t>(m, n, k);
    check_products<std::uint8_t, std::uint8_t>(m, n, k);
  }
}

TEST_CASE("bytes: prepacked ones are saved and mapped back") {
  constexpr std::size_t m = 6, n = 45, k = 200;
  const std::vector<std::int8_t> x = bytes<std::int8_t>(m * k, 5);
  const std::vector<std::uint8_t> w = bytes<std::uint8_t>(n * k, 6);
  const matrix_view<const std::int8_t> rows(x.data(), m, k);
  const std::vector<std::int32_t> zero(m, -3);
  const prepacked_bytes made = prepack(matrix_view<const std::uint8_t>(w.data(), n, k));
  detail::line_vector<std::byte> file(made.bytes().begin(), made.bytes().end());
  on_every_tier([&] {
    const prepacked_bytes here = prepack(matrix_view<const std::uint8_t>(w.data(), n, k));
    CHECK(std::ranges::equal(here.bytes(), made.bytes()));
    const prepacked_bytes mapped = prepacked_bytes::view(file);
    CHECK(mapped.rows() == n);
    CHECK(mapped.cols() == k);
    std::vector<float> y(m * n), again(m * n);
    gemm(rows, made, matrix_view<float>(y.data(), m, n), {}, {.of_x = zero});
    gemm(rows, mapped, matrix_view<float>(again.data(), m, n), {}, {.of_x = zero});
    CHECK(y == again);
  });

  const auto refused = [&](std::size_t at, unsigned char value, std::size_t size, const std::string& why) {
    detail::line_vector<std::byte> broken = file;
    broken[at] = static_cast<std::byte>(value);
    CHECK_THROWS_WITH(prepacked_bytes::view(std::span<const std::byte>(broken).first(size)),
                      "prepacked_bytes: " + why);
  };
  refused(0, 'L', file.size(), "the bytes do not start with 'lowpbyte'");
  refused(8, 2, file.size(), "version 2, signed 0 is none of 1, 0 or 1");
  refused(12, 3, file.size(), "version 1, signed 3 is none of 1, 0 or 1");
  refused(16, 46, 20, "20 bytes at an address that is 0 above a multiple of 64: no header, or not aligned");
  refused(16, 200, file.size(), "200 x 200 does not fit in " + std::to_string(file.size()) + " bytes");
  refused(23, 255, file.size(),
          "18374686479671623725 x 200 does not fit in " + std::to_string(file.size()) + " bytes");
  refused(31, 128, file.size(), "45 x 9223372036854776008 does not fit in " + std::to_string(file.size()) + " bytes");
  refused(0, 'l', file.size() - 1, "45 x 200 does not fit in " + std::to_string(file.size() - 1) + " bytes");
  CHECK_THROWS_WITH(prepacked_bytes::view(std::span<const std::byte>(file).subspan(1)),
                    Catch::Contains("1 above a multiple of 64"));
  const prepacked_bytes none = prepack(matrix_view<const std::uint8_t>(w.data(), 0, k));
  const detail::line_vector<std::byte> empty(none.bytes().begin(), none.bytes().end());
  CHECK(prepacked_bytes::view(empty).rows() == 0);
}

TEST_CASE("bytes: y in a codec") {
  constexpr std::size_t m = 5, n = 70, k = 96;
  const std::vector<std::int8_t> x = bytes<std::int8_t>(m * k, 7), w = bytes<std::int8_t>(n * k, 8);
  const prepacked_bytes packed = prepack(matrix_view<const std::int8_t>(w.data(), n, k));
  const std::vector<std::int32_t> zero(n, 9);
  const gemm_options options{.alpha = 0x1p-10f, .beta = 0.5f};
  matrix<mxfp8> y(m, n);
  std::vector<float> floats(m * n);
  gemm(matrix_view<const std::int8_t>(x.data(), m, k), packed, matrix_view<float>(floats.data(), m, n), options,
       {.of_w = zero});
  gemm(matrix_view<const std::int8_t>(x.data(), m, k), packed, y, options, {.of_w = zero});
  const matrix<mxfp8> want = quantize<mxfp8>(matrix_view<const float>(floats.data(), m, n));
  CHECK(std::ranges::equal(y.bytes(), want.bytes()));
}

TEST_CASE("bytes: sums beyond 32 bits go on in 64, or are refused") {
  constexpr std::size_t k = 40000;
  const std::vector<std::uint8_t> x(2 * k, 255), w(3 * k, 255);
  const std::vector<std::int32_t> zx(2, 5), zw(3, -7);
  on_every_tier([&] {
    const prepacked_bytes packed = prepack(matrix_view<const std::uint8_t>(w.data(), 3, k));
    std::vector<float> y(6);
    gemm(matrix_view<const std::uint8_t>(x.data(), 2, k), packed, matrix_view<float>(y.data(), 2, 3), {},
         {.of_x = zx, .of_w = zw});
    CHECK(y == std::vector<float>(6, static_cast<float>(std::int64_t{250} * 262 * k)));
    std::vector<std::int32_t> sums(6, 9);
    CHECK_THROWS_WITH(
        gemm(matrix_view<const std::uint8_t>(x.data(), 2, k), packed, matrix_view<std::int32_t>(sums.data(), 2, 3)),
        Catch::Contains("40000 products of 8-bit integers may not fit in 32 bits"));
    CHECK(sums == std::vector<std::int32_t>(6, 9));
  });
}

TEST_CASE("bytes: what does not fit is refused with the values") {
  const std::vector<std::int8_t> x(6), w(8);
  std::vector<float> y(4, 3);
  const prepacked_bytes packed = prepack(matrix_view<const std::int8_t>(w.data(), 2, 4));
  const std::vector<std::int32_t> zeros{256};
  CHECK_THROWS_WITH(gemm(matrix_view<const std::int8_t>(x.data(), 2, 3), packed, matrix_view<float>(y.data(), 2, 2)),
                    "gemm: x is 2 x 3, W is 2 x 4, y is 2 x 2; y = x W^T needs m x k, n x k, m x n");
  CHECK_THROWS_WITH(gemm(matrix_view<const std::int8_t>(x.data(), 1, 4), packed, matrix_view<float>(y.data(), 1, 2),
                         {}, {.of_x = zeros}),
                    "gemm: of_x has the zero point 256");
  CHECK_THROWS_WITH(gemm(matrix_view<const std::int8_t>(x.data(), 1, 4), packed, matrix_view<float>(y.data(), 1, 2),
                         {}, {.of_w = zeros}),
                    "gemm: of_w has 1 zero points for 2 rows");
  CHECK(y == std::vector<float>(4, 3));
}

TEST_CASE("activations: int8 is within its bound for few rows and for many") {
  constexpr std::size_t n = 40, k = 101;
  for (const std::size_t m : {std::size_t{1}, std::size_t{12}}) {
    const philox random(4);
    std::vector<float> x(m * k), wf(n * k), y(m * n), row(k);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random(i) * 0x1p-31 - 1);
    for (std::size_t i = 0; i < wf.size(); ++i) wf[i] = static_cast<float>(random(10000 + i) * 0x1p-31 - 1);
    const auto check = [&]<class C>(std::type_identity<C>) {
      const matrix<C> w = quantize<C>(matrix_view<const float>(wf.data(), n, k));
      on_every_tier([&] {
        gemm(matrix_view<const float>(x.data(), m, k), prepack(w), matrix_view<float>(y.data(), m, n),
             {.activations = activations::int8});
        bool within = true;
        for (std::size_t j = 0; j < n; ++j) {
          w.decode_row(j, row);
          for (std::size_t i = 0; i < m; ++i) {
            double sum = 0, bound = 1e-6;
            for (std::size_t g = 0; g < k; g += 32) {
              double largest = 0, weights = 0;
              for (std::size_t q = g; q < std::min(k, g + 32); ++q) {
                sum += double{x[i * k + q]} * row[q];
                largest = std::max(largest, std::fabs(double{x[i * k + q]}));
                weights += std::fabs(double{row[q]});
              }
              bound += largest * weights * (1 / 253.0);
            }
            within = within && std::fabs(sum - y[i * n + j]) <= bound;
          }
        }
        CHECK(within);
      });
    };
    check(std::type_identity<mxfp4>{});
    check(std::type_identity<nvint4>{});
    check(std::type_identity<int4>{});
    check(std::type_identity<bitsandbytes_nf4>{});
    check(std::type_identity<mxfp8>{});
  }
}

}  // namespace
