// The int8 core against a plain loop in 64 bits: every tier, all signednesses, ragged shapes, strides, threads.
#include <lowp/kernels/gemm_int8.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "catch.hpp"

using lowp::detail::int8_sink;
using lowp::detail::int8_view;
using lowp::detail::int8_weights;

namespace {

// rows x cols bytes in a heap block of exactly the size needed: a read past its end is one past the block's.
struct bytes {
  std::size_t rows, cols, stride;
  bool is_signed;
  std::unique_ptr<std::uint8_t[]> data;

  bytes(std::size_t r, std::size_t c, std::size_t s, bool sign)
      : rows(r), cols(c), stride(s), is_signed(sign), data(new std::uint8_t[size()]) {}
  std::size_t size() const { return rows == 0 ? 0 : (rows - 1) * stride + cols; }
  std::int64_t operator()(std::size_t i, std::size_t j) const {
    const std::uint8_t b = data[i * stride + j];
    return is_signed ? std::int64_t{b} - (b >= 128 ? 256 : 0) : std::int64_t{b};
  }
  int8_view view() const {
    if (!is_signed) return lowp::matrix_view<const std::uint8_t>(data.get(), rows, cols, stride);
    return lowp::matrix_view<const std::int8_t>(reinterpret_cast<const std::int8_t*>(data.get()), rows, cols, stride);
  }
};

enum class filling { random, highest, lowest, alternating };

bytes make(std::size_t rows, std::size_t cols, std::size_t stride, bool is_signed, filling how, unsigned seed) {
  bytes b(rows, cols, stride, is_signed);
  std::mt19937 random(seed);
  const std::uint8_t high = is_signed ? 127 : 255, low = is_signed ? 128 : 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const auto r = static_cast<std::uint8_t>(random());
    b.data[i] = how == filling::random    ? r
                : how == filling::highest ? high
                : how == filling::lowest  ? low
                : i % 3 == 0              ? high
                                          : low;
  }
  return b;
}

struct result {
  std::size_t rows, cols;
  std::vector<std::int64_t> sums;
  std::vector<int> times;  // written
  bool was_long = false;
};

template <class T>
void put(const void* self, std::size_t i, std::size_t j, std::size_t rows, std::size_t cols, const T* sums,
         std::size_t stride) {
  result& y = **static_cast<result* const*>(self);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      y.sums[(i + r) * y.cols + j + c] = sums[r * stride + c];
      ++y.times[(i + r) * y.cols + j + c];
    }
  }
  if (sizeof(T) == 8) y.was_long = true;
}

result compute(const bytes& x, const bytes& w, lowp::executor threads = {}) {
  result y{x.rows, w.rows, std::vector<std::int64_t>(x.rows * w.rows, -1), std::vector<int>(x.rows * w.rows), false};
  const int8_weights packed = lowp::detail::prepack_int8(w.view(), threads);
  for (std::size_t j = 0; j < w.rows; ++j) {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < w.cols; ++k) sum += w(j, k);
    if (packed.row_sum(j) != sum) FAIL("row sum " << j << ": " << packed.row_sum(j) << " is not " << sum);
  }
  result* const self = &y;
  lowp::detail::gemm_int8(packed, x.view(), int8_sink{&self, put<std::int32_t>, put<std::int64_t>}, threads);
  return y;
}

void check(const result& y, const bytes& x, const bytes& w) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < w.rows; ++j) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < x.cols; ++k) sum += x(i, k) * w(j, k);
      if (y.times[i * y.cols + j] != 1) FAIL("(" << i << ", " << j << ") written " << y.times[i * y.cols + j]);
      if (y.sums[i * y.cols + j] != sum)
        FAIL("(" << i << ", " << j << "): " << y.sums[i * y.cols + j] << " is not " << sum);
    }
  }
}

template <class F>
void each_tier(F f) {
  for (int t = static_cast<int>(lowp::least_tier); t <= static_cast<int>(lowp::detect()); ++t) {
    const lowp::force_tier forced(static_cast<lowp::tier>(t));
    INFO("tier " << lowp::to_string(lowp::active()));
    f();
  }
}

struct std_threads {
  unsigned count;
  void operator()(std::size_t n, lowp::task f) const {
    std::mutex m;
    std::size_t next = 0;
    std::vector<std::thread> all;
    for (unsigned t = 0; t < count; ++t) {
      all.emplace_back([&] {
        for (;;) {
          std::size_t i = 0;
          {
            const std::lock_guard<std::mutex> lock(m);
            i = next++;
          }
          if (i >= n) return;
          f(i);
        }
      });
    }
    for (std::thread& t : all) t.join();
  }
};

struct shape {
  std::size_t m, n, k;
};

}  // namespace

TEST_CASE("int8 gemm: ragged shapes on every tier") {
  const shape shapes[] = {{0, 5, 7},     {5, 0, 7},     {3, 4, 0},    {1, 1, 1},     {1, 1, 64},
                          {2, 3, 5},     {16, 16, 64},  {17, 33, 65}, {32, 32, 128}, {31, 15, 63},
                          {33, 64, 127}, {1, 100, 257}, {48, 31, 3},  {65, 97, 200}, {9, 40, 1000}};
  each_tier([&] {
    for (const shape& s : shapes) {
      for (int signs = 0; signs < 4; ++signs) {
        INFO(s.m << " x " << s.n << " x " << s.k << ", x " << (signs & 1 ? "signed" : "unsigned") << ", w "
                 << (signs & 2 ? "signed" : "unsigned"));
        const bytes x = make(s.m, s.k, s.k, (signs & 1) != 0, filling::random, 1);
        const bytes w = make(s.n, s.k, s.k, (signs & 2) != 0, filling::random, 2);
        check(compute(x, w), x, w);
        const bytes apart = make(s.m, s.k, s.k + 3, (signs & 1) != 0, filling::random, 3);
        const bytes wide = make(s.n, s.k, s.k + 61, (signs & 2) != 0, filling::random, 4);
        check(compute(apart, wide), apart, wide);
      }
    }
  });
}

TEST_CASE("int8 gemm: all values at the ends of the range") {
  each_tier([] {
    for (int signs = 0; signs < 4; ++signs) {
      for (const filling fx : {filling::highest, filling::lowest, filling::alternating}) {
        for (const filling fw : {filling::highest, filling::lowest, filling::alternating}) {
          const bytes x = make(19, 300, 300, (signs & 1) != 0, fx, 0),
                      w = make(35, 300, 301, (signs & 2) != 0, fw, 0);
          check(compute(x, w), x, w);
        }
      }
    }
  });
}

TEST_CASE("int8 gemm: k up to where 32 bits end, and beyond") {
  each_tier([] {
    for (int signs = 0; signs < 4; ++signs) {
      const bool xs = (signs & 1) != 0, ws = (signs & 2) != 0;
      const std::size_t longest = lowp::detail::int8_longest(xs, ws);
      CHECK(static_cast<std::int64_t>(longest) * (xs ? 128 : 255) * (ws ? 128 : 255) < std::int64_t{1} << 31);
      CHECK(static_cast<std::int64_t>(longest + 1) * (xs ? 128 : 255) * (ws ? 128 : 255) >= std::int64_t{1} << 31);
      for (const filling f : {filling::highest, filling::lowest}) {
        for (const std::size_t k : {longest, longest + 1, 2 * longest + 100}) {
          INFO(k);
          const bytes x = make(2, k, k, xs, f, 0), w = make(3, k, k, ws, f, 0);
          const result y = compute(x, w);
          check(y, x, w);
          CHECK(y.was_long == (k > longest));
        }
      }
    }
  });
}

TEST_CASE("int8 gemm: the same sums with threads and for shapes that are walked in either order") {
  // The first has few weights (x outside), the others many: weights outside; k in pieces; x in two rounds.
  const shape shapes[] = {{200, 130, 192}, {70, 1500, 1024}, {70, 410, 4165}, {1400, 1400, 1024}};
  each_tier([&] {
    for (const shape& s : shapes) {
      if (lowp::active() < lowp::tier::icelake && s.m > 1000) continue;
      INFO(s.m << " x " << s.n << " x " << s.k);
      const bytes x = make(s.m, s.k, s.k, true, filling::random, 5),
                  w = make(s.n, s.k, s.k, true, filling::random, 6);
      const std_threads three{3};
      const result y = compute(x, w, three);
      for (const int t : y.times) {
        if (t != 1) FAIL("written " << t << " times");
      }
      std::mt19937 random(7);
      for (int tries = 0; tries < 2000; ++tries) {
        const std::size_t i = random() % s.m, j = random() % s.n;
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < s.k; ++k) sum += x(i, k) * w(j, k);
        if (y.sums[i * s.n + j] != sum)
          FAIL("(" << i << ", " << j << "): " << y.sums[i * s.n + j] << " is not " << sum);
      }
    }
  });
}

TEST_CASE("int8 gemm: what does not fit is refused") {
  const bytes x = make(2, 8, 8, true, filling::random, 1), w = make(3, 9, 9, true, filling::random, 2);
  const int8_weights packed = lowp::detail::prepack_int8(w.view());
  CHECK_THROWS_AS(lowp::detail::gemm_int8(packed, x.view(), {}), lowp::error);
  const std::size_t k = lowp::detail::int8_longest(false, false) + 1;
  const bytes longer = make(1, k, k, false, filling::lowest, 1);
  result y{1, 1, {-1}, {0}, false};
  result* const self = &y;
  const int8_weights long_weights = lowp::detail::prepack_int8(longer.view());
  CHECK_THROWS_AS(lowp::detail::gemm_int8(long_weights, longer.view(), int8_sink{&self, put<std::int32_t>, nullptr}),
                  lowp::error);
  CHECK(y.times[0] == 0);
}
