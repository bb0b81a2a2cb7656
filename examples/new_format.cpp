// A number format of one's own: FLINT4, a sign and the eight magnitudes 0 1 2 3 4 6 8 16 (C. Guo et al., ANT,
// arXiv:2208.14286). A format writes decode and truncate; rounding in every mode, arithmetic, limits,
// comparison, block formats and the reference kernels come from them.
#include <cstdio>
#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/reference.hpp>
#include <lowp/lowp.hpp>
#include <random>
#include <vector>

struct flint4_format {
  static constexpr std::uint64_t levels[8] = {0, 1, 2, 3, 4, 6, 8, 16};
  static constexpr int bits = 4;
  static constexpr bool has_zero = true, has_infinity = false, has_nan = false, has_negative_zero = true;
  using default_overflow = lowp::saturate;

  static constexpr std::uint64_t max_magnitude(bool) { return 7; }
  static constexpr std::uint64_t assemble(bool negative, std::uint64_t magnitude) {
    return negative * 8u | magnitude;
  }
  static constexpr std::uint64_t magnitude(std::uint64_t code) { return code & 7; }

  static constexpr lowp::exact decode(std::uint64_t code) {
    return lowp::exact::scaled((code & 8) != 0, levels[magnitude(code)], 0);
  }
  // The largest level not above |x|, and where x stands in the gap to the next one.
  static constexpr lowp::cut truncate(const lowp::exact& x) {
    std::uint64_t m = 7;
    while (compare(decode(m), x.magnitude()) > 0) --m;
    return {m, m == 7 ? 0 : rest_between(decode(m), x.magnitude(), decode(m + 1))};
  }
};

using flint4 = lowp::number<flint4_format>;
static_assert(lowp::Format<flint4_format>);
static_assert(flint4(5.0f) == 4 && flint4(7.1f) == 8 && lowp::convert<flint4>(6.1f, lowp::upward{}) == 8);
static_assert(std::numeric_limits<flint4>::max() == 16 && flint4(2) * flint4(3) == 6);

int main() {
  using flint_block = lowp::block<flint4, 32, lowp::e8m0fnu, lowp::search_scale>;
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> w(64 * 256), x(256, 1.0f), y(64);
  for (float& v : w) v = normal(random);

  const auto W = lowp::quantize<flint_block>(lowp::matrix_view<const float>(w.data(), 64, 256));
  lowp::reference::gemv(W, x, y);
  std::printf("flint4 in blocks of 32: %.2f bits a value, SQNR %.1f dB\n", lowp::bits_per_value<flint_block>,
              lowp::measure(w, lowp::dequantize(W)).sqnr_db);
}
