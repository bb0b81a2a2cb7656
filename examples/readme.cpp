#include <cstdio>
#include <vector>

#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>
using namespace lowp;

int main() {
  constexpr e4m3fn x(0.3f);                             // rounded once, here at compile time, to 0.3125
  static_assert(x * x + 1 == 1.125f);                   // T op T is T, correctly rounded; so is T op integer
  static_assert(add<e5m2>(x, 1000, upward{}) == 1024);  // any mix of formats, any rounding mode, one rounding
  std::vector<float> w(512 * 1000), back(w.size());
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i % 997) - 498;
  const auto W = quantize<mxfp4>(matrix_view<const float>(w, 512, 1000));  // 17 bytes for 32 values
  dequantize(W, matrix_view<float>(back, 512, 1000));
  std::printf("%zu of %zu bytes, SQNR %.1f dB\n", W.bytes().size(), 4 * w.size(), measure(w, back).sqnr_db);
}
