// The floats (or doubles) of one sign, divided into the regions that round alike into a format.
//
// The places where any deterministic rounding changes its mind are the values of the format and the midpoints
// between them. Each of these, where the source can hold it, is a region of one; what lies between two of them is
// another. The oracle is asked at both ends of a region and must name the same place; then its answer holds for
// every source value inside, and 10^7 random ones, or all 2^32, cost one search each, or none.
#pragma once

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <vector>

#include "harness.hpp"

namespace tests {

template <class Source>
class regions {
 public:
  using code = std::conditional_t<sizeof(Source) == 4, std::uint32_t, std::uint64_t>;

  regions(const oracle::format& f, bool negative)
      : format_(f),
        source_(sizeof(Source) == 4 ? oracle::binary32.make() : oracle::binary64.make()),
        negative_(negative) {
    const code_t infinity = source_.infinity(false);
    start_.push_back(0);
    start_.push_back(1);  // zero is on its own
    // Beyond the value after the largest there is nothing to decide.
    const code_t last = f.largest_magnitude(false) + 1;
    for (code_t c = 0; c <= last; ++c) {
      boundary(f.magnitude(c), infinity);
      boundary(f.middle(c), infinity);
    }
    start_.push_back(static_cast<code>(infinity));
    std::sort(start_.begin(), start_.end());
    start_.erase(std::unique(start_.begin(), start_.end()), start_.end());
    for (std::size_t upper = 0; upper <= std::size_t{1} << 15; ++upper) {
      const code c = static_cast<code>(upper << (8 * sizeof(code) - 16));
      bound_.push_back(std::lower_bound(start_.begin(), start_.end(), c) - start_.begin());
    }
    for (std::size_t i = 0; i + 1 < start_.size(); ++i) {
      places_.push_back(place_of(start_[i]));
      const oracle::place end = place_of(start_[i + 1] - 1);
      if (places_[i].kind != end.kind || places_[i].side != end.side || places_[i].low != end.low) {
        if (places_[i].low < last) throw std::logic_error("tests: a region of two answers");
      }
    }
  }

  std::size_t size() const { return places_.size(); }
  code first(std::size_t i) const { return start_[i]; }
  code last(std::size_t i) const { return start_[i + 1] - 1; }  // the region of infinity is not one of these
  const oracle::place& place(std::size_t i) const { return places_[i]; }

  // The region of a finite magnitude: bisection, between bounds remembered for its upper 16 bits.
  std::size_t find(code magnitude) const {
    const auto upper = static_cast<std::size_t>(magnitude >> (8 * sizeof(code) - 16));
    const auto from = start_.begin() + bound_[upper], to = start_.begin() + bound_[upper + 1];
    return static_cast<std::size_t>(std::upper_bound(from, to, magnitude) - start_.begin()) - 1;
  }
  std::vector<code_t> answers(mode m, overflow o) const {
    std::vector<code_t> codes;
    for (const oracle::place& p : places_) codes.push_back(format_.settle(p, m, o));
    return codes;
  }
  Source value(code magnitude) const {
    return std::bit_cast<Source>(static_cast<code>(magnitude | (code{negative_} << (8 * sizeof(code) - 1))));
  }

 private:
  void boundary(oracle::dyadic d, code_t infinity) {
    oracle::quantity q;
    q.kind = oracle::kind::finite;
    q.x = d;
    if (d.m == 0) return;
    const oracle::place p = source_.locate(q);
    if (p.low >= infinity) return;
    if (p.side == oracle::side::exact) start_.push_back(static_cast<code>(p.low));
    start_.push_back(static_cast<code>(p.low + 1));
  }
  oracle::place place_of(code magnitude) const {
    return format_.locate(oracle::exactly(oracle::of(value(magnitude))));
  }

  const oracle::format& format_;
  oracle::format source_;
  bool negative_;
  std::vector<code> start_;
  std::vector<oracle::place> places_;
  std::vector<std::ptrdiff_t> bound_;  // number of regions that start before each value of the upper 16 bits
};

}  // namespace tests
