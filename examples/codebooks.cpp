// The code of docs/codebooks.md.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <lowp/kernels/quantize.hpp>
#include <lowp/lowp.hpp>

using namespace lowp;

void check(bool ok) {
  if (!ok) std::abort();
}

// A format of your own is the list of its values, in the order of the codes.
using thirds = codebook<levels({0.0, 1.0 / 3, 2.0 / 3, 1.0, -1.0 / 3, -2.0 / 3, -1.0, no_level})>;

int main() {
  static_assert(thirds(0.3f) == 1.0 / 3 && thirds(0.3f).bits() == 1 && isnan(thirds::from_bits(7)));
  static_assert(iq4nl(30) == 25 && iq4nl(0) == 1);  // no zero: the nearest level takes its place
  static_assert(ternary(0.6f) == 1 && binary(-0.1f) == -1 && bipolar<4>(6) == 7);
  static_assert(dense_shift<3>(5) == 4 && flint4(7.5f) == 8 && hifloat8(1000) == 1024 && sfp8(3) == 1.875f);
  constexpr nf4 x(0.5f);  // the level that bitsandbytes picks, 0.44...
  check(x.bits() == 12 && convert<float>(x) < 0.45f);

  std::vector<float> w(256), back(256);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<int>(i * 37 % 101) - 50);
  auto Q = quantize<bitsandbytes_nf4>(std::span<const float>(w));  // 64 values and their largest magnitude: 36 bytes
  dequantize(Q, matrix_view<float>(back.data(), 1, back.size()));
  std::printf("%zu bytes, SQNR %.1f dB\n", Q.bytes().size(), measure(w, back).sqnr_db);

  using mine = absmax_block<thirds, 32, float16>;  // any codebook, size and scale
  using group = bitmod<4>;                         // four codebooks, one picked for each 128 values
  check(quantize<mine>(std::span<const float>(w)).bytes().size() == 256 / 32 * (2 + 12));
  check(quantize<group>(std::span<const float>(w)).bytes().size() == 2 * (3 + 64));
  check(quantize<hifloat4>(std::span<const float>(w)).bytes().size() == 4 * 36);
}
