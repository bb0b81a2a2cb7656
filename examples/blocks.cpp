// The code of docs/blocks.md.

#include <cstdio>
#include <vector>

#include <lowp/kernels/quantize.hpp>
#include <lowp/kernels/reference.hpp>
#include <lowp/lowp.hpp>

using namespace lowp;

int main() {
  const std::size_t rows = 128, cols = 1000;
  std::vector<float> w(rows * cols), x(cols, 0.5f), y(rows), back(w.size());
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i * 7919 % 2003) / 1001 - 1;
  matrix_view<const float> view(w, rows, cols);

  auto W = quantize<mxfp4>(view);                                   // floor scales, nearest even
  auto V = quantize<with_scale_rule<mxfp4, round_up_scale>>(view);  // no element clips
  auto S = quantize<mxfp4>(view, stochastic<8>{}, philox(42));      // the same bits for any order or thread count
  auto N = quantize<nvfp4>(view);                                   // two levels: N.tensor_context() has the second
  auto E = quantize<e4m3fn>(view, saturate{});                      // a scalar type is a codec, too
  using mine = block<e3m2fn, 16, e8m0fnu, even_scale>;              // any element, size, scale and rule
  auto M = quantize<mine>(view);

  dequantize(W, matrix_view<float>(back, rows, cols));
  error_measures m = measure(w, back);
  std::printf("mxfp4: %.2f bits, SQNR %.2f dB, cosine %.5f\n", bits_per_value<mxfp4>, m.sqnr_db, m.cosine);
  for (auto* name : {"round_up", "stochastic", "nvfp4", "e4m3fn", "mine"}) std::printf("%s ", name);
  std::printf("\n%.2f %.2f %.2f %.2f %.2f dB\n", measure(w, dequantize(V)).sqnr_db, measure(w, dequantize(S)).sqnr_db,
              measure(w, dequantize(N)).sqnr_db, measure(w, dequantize(E)).sqnr_db,
              measure(w, dequantize(M)).sqnr_db);

  reference::gemv(W, x, y);  // y = W x, one fixed order of summation

  packed<e2m1fn> p{e2m1fn(1.5f), e2m1fn(-6), e2m1fn(0.5f)};
  p[1] = p[0] * p[2];  // a proxy: 12 bits in 2 bytes
  std::printf("%zu bytes, p[1] = %g, y[0] = %g\n", p.bytes().size(), static_cast<double>(p[1]),
              static_cast<double>(y[0]));

  try {
    reference::gemv(W, std::span<const float>(x).first(999), y);
  } catch (const lowp::error& e) {
    std::printf("%s\n", e.what());
  }
}
