// float -> code of formats of at most 8 bits whose values follow no grid, as a shortcut (core/shortcut.hpp).
//
// A conversion ascends with the float, so each code belongs to a run of floats: their beginnings, in order, are searched
// by bisection without branches, one step a bit and one more. The table is filled from the generic path the first
// time it is needed and has 10 bytes for each code of the format, at most 2.5 KiB for each pair of policies.
//
// A format asks for it by takes_float_runs. Those where a few leading bits of a float decide have a quicker table in
// core/table.hpp.
#pragma once

#include <iterator>

#include <lowp/core/number.hpp>

namespace lowp::detail {

template <class F>
inline constexpr bool takes_float_runs = false;

template <Format F, RoundingPolicy R, OverflowPolicy O>
struct float_runs {
  using code_type = storage_t<F::bits>;

  // The first float of each run, and its code. There is at most one run for each code on either side of zero, overflow
  // included; what is left over lies behind all floats.
  std::int32_t first[std::size_t{2} << F::bits];
  code_type code[std::size_t{2} << F::bits];
  code_type nan;  // a format that takes runs has one at the most

  float_runs() noexcept {
    constexpr std::int32_t infinite = 0x7f800000;
    std::size_t n = add(add(0, ~infinite, -1), 0, infinite);
    for (; n < std::size(first); ++n) {
      first[n] = 0x7fffffff;
      code[n] = 0;
    }
    nan = by_definition_of(0x7fc00000);
  }
  code_type operator()(std::uint32_t x) const noexcept {
    if ((x & 0x7fffffff) > 0x7f800000) [[unlikely]]
      return nan;
    const std::int32_t place = key(x);
    std::size_t n = 0;  // the last run that begins at or before x
    for (std::size_t step = std::size(first) / 2; step != 0; step /= 2) n += first[n + step] <= place ? step : 0;
    return code[n];
  }
  static const float_runs& get() noexcept {
    static const float_runs table;
    return table;
  }

 private:
  // The bits of floats as integers that ascend with the value, -0 just below 0. Its own inverse.
  static constexpr std::int32_t key(std::uint32_t x) noexcept {
    return static_cast<std::int32_t>((x >> 31) != 0 ? x ^ 0x7fffffff : x);
  }
  static code_type by_definition_of(std::int32_t place) noexcept {
    const auto x = static_cast<std::uint32_t>(key(static_cast<std::uint32_t>(place)));
    return static_cast<code_type>(encode<F>(binary32::decode(x), R{}, O{}, no_random));
  }
  // Adds the runs of [from, to] from entry n on; the next free entry.
  std::size_t add(std::size_t n, std::int32_t from, std::int32_t to) noexcept {
    const code_type last = by_definition_of(to);
    while (true) {
      first[n] = from;
      code[n] = by_definition_of(from);
      if (code[n] == last) return n + 1;
      std::int32_t inside = from, outside = to;
      while (outside - inside > 1) {
        const std::int32_t middle = inside + (outside - inside) / 2;
        (by_definition_of(middle) == code[n] ? inside : outside) = middle;
      }
      from = outside;
      ++n;
    }
  }
};

template <class R, class O, Format F>
requires takes_float_runs<F> && Repeatable<R, O>
struct shortcut<convert_op, R, O, F, binary32> {
  static std::uint64_t apply(std::uint64_t x) noexcept {
    return float_runs<F, R, O>::get()(static_cast<std::uint32_t>(x));
  }
};

}  // namespace lowp::detail
