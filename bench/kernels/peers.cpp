// LOWP_BENCH_OPENBLAS, LOWP_BENCH_ONEDNN and LOWP_BENCH_EIGEN are set by CMake where the library is found.
#include "peers.hpp"

#include <cstring>
#include <memory>

#include "data.hpp"

#if LOWP_BENCH_OPENBLAS
#include <cblas.h>
#endif
#if LOWP_BENCH_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#endif
#if LOWP_BENCH_EIGEN
#include <Eigen/Core>
#endif

namespace bench::peers {

namespace {

#if LOWP_BENCH_ONEDNN
using dnnl::memory;
using type = memory::data_type;

dnnl::engine& engine() {
  static dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}
dnnl::stream& stream() {
  static dnnl::stream s(engine());
  return s;
}

memory::desc row_major(std::size_t rows, std::size_t cols, type t) {
  return {{static_cast<memory::dim>(rows), static_cast<memory::dim>(cols)}, t, memory::format_tag::ab};
}

// x, or its nearest values, in another layout or type.
memory reordered(const float* x, const memory::desc& from, const memory::desc& to) {
  memory source(from, engine(), const_cast<float*>(x)), target(to, engine());
  dnnl::reorder(source, target).execute(stream(), source, target);
  stream().wait();
  return target;
}

// y = x w for x m x k and w k x n, which stands in memory as n x k.
struct matmul {
  memory x, w, y;
  dnnl::matmul primitive;

  matmul(const float_operands& a, type operands, type result) {
    const auto n = static_cast<memory::dim>(a.n), k = static_cast<memory::dim>(a.k);
    const memory::desc any_w({k, n}, operands, memory::format_tag::any);
    const dnnl::matmul::primitive_desc d({row_major(a.m, a.k, operands), any_w, row_major(a.m, a.n, result)},
                                         engine());
    x = reordered(a.x.data(), row_major(a.m, a.k, type::f32), d.src_desc());
    w = reordered(a.w.data(), memory::desc({k, n}, type::f32, memory::format_tag::ba), d.weights_desc());
    y = memory(d.dst_desc(), engine());
    primitive = dnnl::matmul(d);
  }
  void operator()() {
    primitive.execute(stream(), {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, y}});
    stream().wait();
  }
};

// A type that the processor does not support has no peer.
runners matmul_runner(const float_operands& a, type operands, type result, const char* name) {
  try {
    const auto f = std::make_shared<matmul>(a, operands, result);
    return {{name, role::peer, [f] { (*f)(); }}};
  } catch (const dnnl::error&) {
    return {};
  }
}

runners reorder_runner(std::span<const float> x, type from, type to, const char* name) {
  try {
    const memory::desc plain = row_major(1, x.size(), type::f32);
    const auto source = std::make_shared<memory>(reordered(x.data(), plain, row_major(1, x.size(), from)));
    const auto target = std::make_shared<memory>(row_major(1, x.size(), to), engine());
    const auto f = std::make_shared<dnnl::reorder>(*source, *target);
    return {{name, role::peer, [=] {
               f->execute(stream(), *source, *target);
               stream().wait();
             }}};
  } catch (const dnnl::error&) {
    return {};
  }
}
#endif

#if LOWP_BENCH_EIGEN
template <class From, class To>
runners eigen_cast(std::span<const float> x, const char* name) {
  using source_array = Eigen::Array<From, Eigen::Dynamic, 1>;
  using target_array = Eigen::Array<To, Eigen::Dynamic, 1>;
  const Eigen::Map<const Eigen::ArrayXf> given(x.data(), static_cast<Eigen::Index>(x.size()));
  const auto source = std::make_shared<source_array>(given.cast<From>());
  const auto target = std::make_shared<target_array>(source->size());
  return {{name, role::peer, [=] {
             *target = source->template cast<To>();
             keep(target->data());
           }}};
}
#endif

}  // namespace

std::string versions() {
  std::string s;
#if LOWP_BENCH_OPENBLAS
  s += std::string(openblas_get_config()) + "; ";
#endif
#if LOWP_BENCH_ONEDNN
  const dnnl_version_t* v = dnnl_version();
  s += "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch) + "; ";
#endif
#if LOWP_BENCH_EIGEN
  s += "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
       std::to_string(EIGEN_MINOR_VERSION) + "; ";
#endif
  return s.empty() ? "none" : s.substr(0, s.size() - 2);
}

runners openblas_sgemm([[maybe_unused]] const float_operands& a) {
#if LOWP_BENCH_OPENBLAS
  const auto y = std::make_shared<buffer<float>>(a.m * a.n);
  return {{"OpenBLAS sgemm", role::peer, [=] {
             const int m = static_cast<int>(a.m), n = static_cast<int>(a.n), k = static_cast<int>(a.k);
             cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, a.x.data(), k, a.w.data(), k, 0,
                         y->data(), n);
           }}};
#else
  return {};
#endif
}

runners openblas_sgemv([[maybe_unused]] const float_operands& a) {
#if LOWP_BENCH_OPENBLAS
  const auto y = std::make_shared<buffer<float>>(a.n);
  return {{"OpenBLAS sgemv", role::peer, [=] {
             const int n = static_cast<int>(a.n), k = static_cast<int>(a.k);
             cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1, a.w.data(), k, a.x.data(), 1, 0, y->data(), 1);
           }}};
#else
  return {};
#endif
}

runners eigen_sgemm([[maybe_unused]] const float_operands& a) {
#if LOWP_BENCH_EIGEN
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using index = Eigen::Index;
  const auto y = std::make_shared<matrix>(static_cast<index>(a.m), static_cast<index>(a.n));
  return {{"Eigen", role::peer, [=] {
             const Eigen::Map<const matrix> x(a.x.data(), y->rows(), static_cast<index>(a.k));
             const Eigen::Map<const matrix> w(a.w.data(), y->cols(), static_cast<index>(a.k));
             y->noalias() = x * w.transpose();
           }}};
#else
  return {};
#endif
}

runners sgemm(const float_operands& a) {
  runners all = openblas_sgemm(a);
#if LOWP_BENCH_ONEDNN
  append(all, matmul_runner(a, type::f32, type::f32, "oneDNN f32"));
#endif
  return all;
}

runners bf16_gemm([[maybe_unused]] const float_operands& a) {
#if LOWP_BENCH_ONEDNN
  return matmul_runner(a, type::bf16, type::f32, "oneDNN bf16");
#else
  return {};
#endif
}

runners int8_gemm([[maybe_unused]] const float_operands& a) {
#if LOWP_BENCH_ONEDNN
  return matmul_runner(a, type::s8, type::s32, "oneDNN int8");
#else
  return {};
#endif
}

runners to_bf16([[maybe_unused]] std::span<const float> x) {
  runners all;
#if LOWP_BENCH_ONEDNN
  append(all, reorder_runner(x, type::f32, type::bf16, "oneDNN reorder"));
#endif
#if LOWP_BENCH_EIGEN
  append(all, eigen_cast<float, Eigen::bfloat16>(x, "Eigen cast"));
#endif
  return all;
}

runners from_bf16([[maybe_unused]] std::span<const float> x) {
  runners all;
#if LOWP_BENCH_ONEDNN
  append(all, reorder_runner(x, type::bf16, type::f32, "oneDNN reorder"));
#endif
#if LOWP_BENCH_EIGEN
  append(all, eigen_cast<Eigen::bfloat16, float>(x, "Eigen cast"));
#endif
  return all;
}

runners to_half([[maybe_unused]] std::span<const float> x) {
#if LOWP_BENCH_EIGEN
  return eigen_cast<float, Eigen::half>(x, "Eigen cast");
#else
  return {};
#endif
}

runners from_half([[maybe_unused]] std::span<const float> x) {
#if LOWP_BENCH_EIGEN
  return eigen_cast<Eigen::half, float>(x, "Eigen cast");
#else
  return {};
#endif
}

runners to_int8([[maybe_unused]] std::span<const float> x) {
#if LOWP_BENCH_ONEDNN
  return reorder_runner(x, type::f32, type::s8, "oneDNN to int8");
#else
  return {};
#endif
}

runners prepack([[maybe_unused]] const float_operands& a, [[maybe_unused]] bool bf16) {
#if LOWP_BENCH_ONEDNN
  try {
    const type t = bf16 ? type::bf16 : type::s8, result = bf16 ? type::f32 : type::s32;
    const auto n = static_cast<memory::dim>(a.n), k = static_cast<memory::dim>(a.k);
    const memory::desc any({k, n}, t, memory::format_tag::any), plain({k, n}, t, memory::format_tag::ba);
    const dnnl::matmul::primitive_desc d({row_major(a.m, a.k, t), any, row_major(a.m, a.n, result)}, engine());
    const auto source = std::make_shared<memory>(
        reordered(a.w.data(), memory::desc({k, n}, type::f32, memory::format_tag::ba), plain));
    const auto target = std::make_shared<memory>(d.weights_desc(), engine());
    const auto f = std::make_shared<dnnl::reorder>(*source, *target);
    return {{"oneDNN reorder", role::peer, [=] {
               f->execute(stream(), *source, *target);
               stream().wait();
             }}};
  } catch (const dnnl::error&) {
  }
#endif
  return {};
}

}  // namespace bench::peers
