// gemv: one vector, weights that are read once. Hot: in L3 if they fit; cold: from memory.
#include <cstring>

#include "codecs.hpp"
#include "gemm_rows.hpp"
#include "rows.hpp"

namespace bench {

namespace {

template <class C>
void add_gemv(jobs& all, const std::string& name, const std::string& kind, double hot_share, double cold_share,
              lowp::activations activations = lowp::activations::as_given) {
  for (const bool cold : {false, true}) {
    const std::string kernel = "gemv " + name + kind + (cold ? ", cold" : ", hot");
    all.push_back(
        {kernel + " 4096x4096", [=](context& c) {
           lowp::gemm_options o;
           o.activations = activations;
           const auto w = weights_of<C>(vector, o);
           const std::size_t bytes = w->packed.bytes().size();
           // Copies side by side, of which each run takes the next.
           const std::size_t stride = (bytes + 63) / 64 * 64, copies = cold ? cold_bytes / stride : 1;
           const buffer<std::byte> memory(cold ? copies * stride : 0);
           std::vector<lowp::prepacked> packed;
           for (std::size_t i = 0; i < copies; ++i) {
             if (cold) {
               std::memcpy(memory.data() + i * stride, w->packed.bytes().data(), bytes);
               packed.push_back(lowp::prepacked::view(memory.all().subspan(i * stride, bytes)));
             } else {
               packed.push_back(w->packed);
             }
           }
           const inputs<float> x(vector);
           buffer<float> y(vector.n);
           runners r{{"ours", role::ours, [&, next = std::size_t{0}]() mutable {
                        lowp::gemv(packed[next], x.view.row(0), y.all(), o);
                        next = (next + 1) % copies;
                      }}};
           r[0].run();
           subject about{kernel, "4096x4096", "us", 1e-6, {{"share", cold ? cold_share : hot_share}}, "", ""};
           about.error =
               error_of(x.decoded_view, w->plain, lowp::matrix_view<const float>(y.data(), 1, vector.n)).text();
           about.remark = text(static_cast<double>(bytes) / (1 << 20)) + " MiB";
           append(r, runners(openblas_for(vector)));
           for (const int streams : {4, 8})
             r.push_back(cold ? cold_read_limit(bytes, streams) : read_limit(bytes, streams));
           race(r, c, cold ? caches::cold : caches::warm);
           return summarize(about, r, c.best);
         }});
  }
}

// A few vectors at once, with the weights in L3.
template <class C>
void add_few(jobs& all, const std::string& name, std::size_t m) {
  const gemm_shape s{m, vector.n, vector.k};
  const std::string kernel = "gemm " + name + ", bf16 x, hot";
  all.push_back({kernel + " " + s.text(), [=](context& c) {
                   subject about{kernel};
                   runners others = onednn_bf16_for(s);
                   others.push_back(read_limit(weights_of<C>(s)->packed.bytes().size(), 4));
                   return gemm_row<C, lowp::bfloat16>(c, about, s, {}, std::move(others));
                 }});
}

}  // namespace

jobs vector_rows() {
  jobs all;
  using lowp::activations;
  add_gemv<float>(all, "float", "", 0.75, 0.8);
  add_gemv<lowp::bfloat16>(all, "bfloat16", "", 0.75, 0.8);
  add_gemv<lowp::posit8>(all, "posit8", "", 0.75, 0.8);
  add_gemv<lowp::mxfp8>(all, "mxfp8", "", 0.75, 0.8);
  add_gemv<lowp::mxfp6>(all, "mxfp6", "", 0.75, 0.8);
  add_gemv<lowp::mxfp4>(all, "mxfp4", "", 0.75, 0.8);
  add_gemv<lowp::nvfp4>(all, "nvfp4", "", 0.75, 0.8);
  add_gemv<int4_groups>(all, "int4 groups", "", 0.75, 0.8);
  add_gemv<nf4_blocks>(all, "nf4", "", 0.75, 0.8);
  add_gemv<lowp::mxfp4>(all, "mxfp4", ", x as int8", 0.75, 0.8, activations::int8);
  add_gemv<int4_groups>(all, "int4 groups", ", x as int8", 0.75, 0.8, activations::int8);
  for (const std::size_t m : {4u, 16u}) {
    add_few<lowp::mxfp4>(all, "mxfp4", m);
    add_few<int4_groups>(all, "int4 groups", m);
  }
  return all;
}

}  // namespace bench
