// Exact dot products.
#include <lowp/formats/quire.hpp>
#include <lowp/kernels/exact_dot.hpp>

#include "codecs.hpp"
#include "data.hpp"
#include "harness.hpp"
#include "rows.hpp"

namespace bench {

namespace {

constexpr std::size_t count = 16384;

template <class T>
void add_exact(jobs& all, const std::string& name, double aim_ns) {
  const std::string kernel = "dot " + name + ", exact";
  all.push_back({kernel, [=](context& c) {
                   const auto a = normal_values(count, 0), b = normal_values(count, 3);
                   std::vector<T> x, y;
                   for (std::size_t i = 0; i < count; ++i) {
                     x.push_back(static_cast<T>(a[i]));
                     y.push_back(static_cast<T>(b[i]));
                   }
                   float sum = 0, one_by_one = 0;
                   const runners r{{"ours", role::ours,
                                    [&] {
                                      sum = lowp::detail::exact_dot<float>(x.data(), y.data(), count);
                                      keep(&sum);
                                    }},
                                   {"quire", role::other, [&] {
                                      lowp::quire<T> q;
                                      q.add_products(std::span<const T>(x), std::span<const T>(y));
                                      one_by_one = q.template to<float>();
                                      keep(&one_by_one);
                                    }}};
                   race(r, c);
                   return summarize({kernel,
                                     "16 Ki values",
                                     "ns/value",
                                     1e-9 * count,
                                     {{"", aim_ns}},
                                     sum == one_by_one ? "exact" : "WRONG BITS"},
                                    r, c.best);
                 }});
}

}  // namespace

jobs exact_rows() {
  jobs all;
  add_exact<lowp::e4m3fn>(all, "e4m3fn", 0.2);
  add_exact<lowp::posit8>(all, "posit8", 0);
  add_exact<lowp::posit16>(all, "posit16", 0);
  return all;
}

}  // namespace bench
