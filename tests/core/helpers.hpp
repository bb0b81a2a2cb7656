// What the tests of this folder share: the named types as a list, a random source of their own, and reports that
// count differences and print the first few.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/names.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"

namespace tests {

// ---- random bits -------------------------------------------------------------------------------------------

// SplitMix64 (Steele, Lea, Flood 2014); the library's own generator is under test here.
class splitmix {
 public:
  explicit splitmix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // Runs of zeros and ones, which carry and borrow where uniform bits hardly ever do.
  std::uint64_t runs() {
    const std::uint64_t a = (*this)();
    const int n = static_cast<int>(a & 63), m = static_cast<int>((a >> 6) & 63);
    std::uint64_t x = (a >> 12 & 1) != 0 ? ~std::uint64_t{0} << n : ~std::uint64_t{0} >> n;
    if ((a >> 13 & 1) != 0) x ^= std::uint64_t{1} << m;
    if ((a >> 14 & 1) != 0) x &= ~std::uint64_t{0} << (m / 2);
    if ((a >> 15 & 1) != 0) x += static_cast<std::uint64_t>(static_cast<std::int64_t>(a >> 16 & 3) - 2);
    return x;
  }
  std::uint64_t any() { return ((*this)() & 3) == 0 ? (*this)() : runs(); }
  int between(int low, int high) {
    return low + static_cast<int>((*this)() % static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::uint64_t state_;
};

// ---- the types ---------------------------------------------------------------------------------------------

template <class T>
struct named {
  using type = T;
  const char* name;
};

// f(named<T>{name}) for each floating-point name of the library, and some of the P3109 family.
template <class F>
void for_each_name(F&& f) {
  using namespace lowp;
  f(named<float16>{"float16"});
  f(named<bfloat16>{"bfloat16"});
  f(named<tf32>{"tf32"});
  f(named<e5m2>{"e5m2"});
  f(named<e4m3>{"e4m3"});
  f(named<e4m3fn>{"e4m3fn"});
  f(named<e3m4>{"e3m4"});
  f(named<e4m3fnuz>{"e4m3fnuz"});
  f(named<e5m2fnuz>{"e5m2fnuz"});
  f(named<e4m3b11fnuz>{"e4m3b11fnuz"});
  f(named<e3m2fn>{"e3m2fn"});
  f(named<e2m3fn>{"e2m3fn"});
  f(named<e2m1fn>{"e2m1fn"});
  f(named<e8m0fnu>{"e8m0fnu"});
  f(named<ue4m3>{"ue4m3"});
  f(named<ue5m3>{"ue5m3"});
}

template <class F>
void for_each_p3109(F&& f) {
  using namespace lowp;
  f(named<p3109<8, 3>>{"p3109<8,3>"});
  f(named<p3109<8, 4>>{"p3109<8,4>"});
  f(named<p3109<8, 1>>{"p3109<8,1>"});
  f(named<p3109<8, 7>>{"p3109<8,7>"});
  f(named<p3109<8, 4, signedness::is_signed, domain::finite>>{"p3109<8,4,finite>"});
  f(named<p3109<8, 1, signedness::is_unsigned, domain::finite>>{"p3109<8,1,unsigned,finite>"});
  f(named<p3109<8, 8, signedness::is_unsigned>>{"p3109<8,8,unsigned>"});
  f(named<p3109<4, 2, signedness::is_signed, domain::finite>>{"p3109<4,2,finite>"});
  f(named<p3109<3, 1>>{"p3109<3,1>"});
  f(named<p3109<3, 2, signedness::is_unsigned>>{"p3109<3,2,unsigned>"});
  f(named<p3109<16, 11>>{"p3109<16,11>"});
}

template <class F>
void for_each_fixed(F&& f) {
  using namespace lowp;
  f(named<fixed<8, 6>>{"fixed<8,6>"});
  f(named<fixed<4, 0>>{"fixed<4,0>"});
  f(named<integer<8>>{"integer<8>"});
  f(named<uinteger<8>>{"uinteger<8>"});
  f(named<ufixed<4, 4>>{"ufixed<4,4>"});
  f(named<symmetric_fixed<4, 0>>{"symmetric_fixed<4,0>"});
  f(named<fixed<1, 0>>{"fixed<1,0>"});
  f(named<fixed<16, 15>>{"fixed<16,15>"});
  f(named<fixed<6, -3>>{"fixed<6,-3>"});
}

template <class F>
void for_each_type(F&& f) {
  for_each_name(f);
  for_each_p3109(f);
  for_each_fixed(f);
}

template <class T>
constexpr std::uint64_t codes = std::uint64_t{1} << T::format::bits;

template <class T>
constexpr T at(std::uint64_t code) {
  return T::from_bits(static_cast<typename T::storage>(code));
}

// Every type of the lists has fewer bits and a smaller range than double: this is exact.
inline double value(const lowp::exact& x) {
  switch (x.kind) {
    case lowp::value_kind::zero:
      return x.negative ? -0.0 : 0.0;
    case lowp::value_kind::infinite:
      return x.negative ? -HUGE_VAL : HUGE_VAL;
    case lowp::value_kind::nan:
      return std::nan("");
    default:
      break;
  }
  const double m = std::ldexp(static_cast<double>(x.significand), x.exponent - 63);
  return x.negative ? -m : m;
}
template <class T>
double value(T x) {
  return value(lowp::decode(x));
}

// ---- reports -----------------------------------------------------------------------------------------------

// Counts what was checked, prints the first three differences, and fails if there was one or nothing was checked.
class report {
 public:
  explicit report(std::string what) : what_(std::move(what)) {}
  ~report() {
    INFO(what_ << ": " << wrong_ << " of " << checked_ << " are wrong");
    CHECK(wrong_ == 0);
    CHECK(checked_ > 0);
  }
  report(const report&) = delete;
  report& operator=(const report&) = delete;

  template <class Describe>
  void expect(bool good, Describe&& describe) {
    ++checked_;
    if (good || ++wrong_ > 3) return;
    std::ostringstream text;
    describe(text);
    FAIL_CHECK(what_ << ": " << text.str());
  }
  void expect(bool good, const char* detail) {
    expect(good, [=](std::ostream& o) { o << detail; });
  }

 private:
  std::string what_;
  std::uint64_t checked_ = 0, wrong_ = 0;
};

inline std::string hex(std::uint64_t x) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(x));
  return text;
}

inline std::string show(const lowp::exact& x) {
  const char* kinds[] = {"zero", "finite", "infinite", "nan"};
  std::ostringstream o;
  o << (x.negative ? "-" : "+") << kinds[static_cast<int>(x.kind)];
  if (x.kind == lowp::value_kind::finite)
    o << " " << hex(x.significand) << " * 2^(" << x.exponent << "-63)" << (x.sticky ? " sticky" : "");
  return o.str();
}

}  // namespace tests
