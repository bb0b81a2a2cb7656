// prepack, in GB/s of source.
#include "codecs.hpp"
#include "gemm_rows.hpp"
#include "rows.hpp"

namespace bench {

namespace {

template <class C>
void add_prepack(jobs& all, const std::string& name, runners (*theirs)()) {
  all.push_back(
      {"prepack " + name + " 4096x4096", [=](context& c) {
         const auto w = weights_of<C>(vector);
         const std::size_t bytes = w->plain.bytes().size();
         runners r{{"ours", role::ours, [&] { keep(lowp::prepack(w->plain).bytes().data()); }}};
         append(r, theirs());
         r.push_back(copy_limit(bytes));
         race(r, c);
         return summarize(
             {"prepack " + name, "4096x4096", "GB/s", 1e-9 * static_cast<double>(bytes), {{"", 10}}, "", ""}, r,
             c.best);
       }});
}

}  // namespace

jobs prepack_rows() {
  jobs all;
  add_prepack<float>(all, "float", [] { return runners{}; });
  add_prepack<lowp::bfloat16>(all, "bf16", [] { return peers::prepack(operands(panel), true); });
  add_prepack<lowp::int8>(all, "int8", [] { return peers::prepack(operands(panel), false); });
  add_prepack<lowp::mxfp4>(all, "mxfp4", [] { return runners{}; });
  add_prepack<lowp::mxfp8>(all, "mxfp8", [] { return runners{}; });
  add_prepack<int4_groups>(all, "int4 groups", [] { return runners{}; });
  return all;
}

}  // namespace bench
