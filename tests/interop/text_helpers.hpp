// What the tests of numbers as text share: the formats with their facts, texts and readings that must succeed.
#pragma once

#include <lowp/interop/charconv.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <lowp/core/ordering.hpp>
#include <lowp/formats/names.hpp>

#include "catch.hpp"
#include "exact_decimal.hpp"
#include "oracle/named.hpp"

namespace test {

using lowp::low_mask;
using lowp::value_kind;
using std::chars_format;
using std::errc;

// The numbers that std::to_chars and std::from_chars know, too.
using float64 = lowp::number<lowp::binary64>;
using float32 = lowp::number<lowp::binary32>;

// Text put together by append: with operator+ of a literal and a string, g++ 12 warns of overlaps that cannot be.
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  (text.append(parts), ...);
  return text;
}

template <class T>
struct named {
  using type = T;
  oracle::facts facts;
};

template <class F>
void for_each_narrow_format(F f) {  // at most 8 bits
  f(named<lowp::e5m2>{oracle::e5m2});
  f(named<lowp::e4m3>{oracle::e4m3});
  f(named<lowp::e4m3fn>{oracle::e4m3fn});
  f(named<lowp::e3m4>{oracle::e3m4});
  f(named<lowp::e4m3fnuz>{oracle::e4m3fnuz});
  f(named<lowp::e5m2fnuz>{oracle::e5m2fnuz});
  f(named<lowp::e4m3b11fnuz>{oracle::e4m3b11fnuz});
  f(named<lowp::e3m2fn>{oracle::e3m2fn});
  f(named<lowp::e2m3fn>{oracle::e2m3fn});
  f(named<lowp::e2m1fn>{oracle::e2m1fn});
  f(named<lowp::e8m0fnu>{oracle::e8m0fnu});
  f(named<lowp::ue4m3>{oracle::ue4m3});
  f(named<lowp::ue5m3>{oracle::ue5m3});
  f(named<lowp::p3109<8, 3>>{oracle::p3109(8, 3, true, true)});
  f(named<lowp::p3109<8, 1, lowp::signedness::is_unsigned>>{oracle::p3109(8, 1, false, true)});
  f(named<lowp::p3109<6, 3, lowp::signedness::is_signed, lowp::domain::finite>>{oracle::p3109(6, 3, true, false)});
}
template <class F>
void for_each_wide_format(F f) {
  f(named<lowp::float16>{oracle::float16});
  f(named<lowp::bfloat16>{oracle::bfloat16});
  f(named<lowp::tf32>{oracle::tf32});
}

template <class T>
T from_code(std::uint64_t code) {
  return T::from_bits(static_cast<typename T::storage>(code));
}

template <class T, class... Args>
std::string text_of(T x, Args... args) {
  char buffer[2000];
  const auto [end, error] = lowp::to_chars(buffer, buffer + sizeof buffer, x, args...);
  REQUIRE(error == errc{});
  return {buffer, end};
}
template <class... Args>
std::string std_text(double x, Args... args) {
  char buffer[2000];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, x, args...);
  REQUIRE(error == errc{});
  return {buffer, end};
}

// Reads all of the text; the code, and whether it was in range.
struct reading {
  std::uint64_t code;
  bool in_range;
  friend bool operator==(const reading&, const reading&) = default;
};
template <class T, class... Args>
reading read(std::string_view text, Args... args) {
  T x{};
  const auto [end, error] = lowp::from_chars(text.data(), text.data() + text.size(), x, args...);
  INFO(text.substr(0, 100));
  REQUIRE(end == text.data() + text.size());
  REQUIRE((error == errc{} || error == errc::result_out_of_range));
  return {x.bits(), error == errc{}};
}

// Counts what is wrong and describes the first few of it.
struct report {
  std::size_t wrong = 0;
  std::string first;
  void add(const std::string& what) {
    if (++wrong <= 5) first += what + '\n';
  }
};

// A rounding policy chosen at run time, so that one instantiation does for all of them.
struct any_rounding {
  using policy = lowp::rounding_tag;
  oracle::mode m;
  constexpr bool operator()(bool negative, bool odd, std::uint64_t rest) const noexcept {
    switch (m) {
      case oracle::mode::nearest_even:
        return lowp::nearest_even{}(negative, odd, rest);
      case oracle::mode::nearest_away:
        return lowp::nearest_away{}(negative, odd, rest);
      case oracle::mode::nearest_zero:
        return lowp::nearest_zero{}(negative, odd, rest);
      case oracle::mode::toward_zero:
        return lowp::toward_zero{}(negative, odd, rest);
      case oracle::mode::upward:
        return lowp::upward{}(negative, odd, rest);
      case oracle::mode::downward:
        return lowp::downward{}(negative, odd, rest);
      default:
        return lowp::to_odd{}(negative, odd, rest);
    }
  }
};

// The same as the policy of a type, whose values have none of their own.
struct current_rounding {
  using policy = lowp::rounding_tag;
  static inline oracle::mode mode = oracle::mode::nearest_even;
  bool operator()(bool negative, bool odd, std::uint64_t rest) const noexcept {
    return any_rounding{mode}(negative, odd, rest);
  }
};

class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {  // SplitMix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return (*this)() % n; }

 private:
  std::uint64_t state_;
};

}  // namespace test
