// What the tests of the mathematical functions share: lowp's functions by name, the oracle's results for whole
// formats, and the comparison of the two.
#pragma once

#include <lowp/formats/math.hpp>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "harness.hpp"
#include "math_oracle.hpp"

namespace tests {

// f(x) rounded to T, policies named in the call.
template <class T, class A, class... P>
T call(fn f, A x, P... p) {
  switch (f) {
    case fn::exp:
      return lowp::exp<T>(x, p...);
    case fn::exp2:
      return lowp::exp2<T>(x, p...);
    case fn::exp10:
      return lowp::exp10<T>(x, p...);
    case fn::expm1:
      return lowp::expm1<T>(x, p...);
    case fn::log:
      return lowp::log<T>(x, p...);
    case fn::log2:
      return lowp::log2<T>(x, p...);
    case fn::log10:
      return lowp::log10<T>(x, p...);
    case fn::log1p:
      return lowp::log1p<T>(x, p...);
    case fn::sin:
      return lowp::sin<T>(x, p...);
    case fn::cos:
      return lowp::cos<T>(x, p...);
    case fn::tan:
      return lowp::tan<T>(x, p...);
    case fn::asin:
      return lowp::asin<T>(x, p...);
    case fn::acos:
      return lowp::acos<T>(x, p...);
    case fn::atan:
      return lowp::atan<T>(x, p...);
    case fn::sinh:
      return lowp::sinh<T>(x, p...);
    case fn::cosh:
      return lowp::cosh<T>(x, p...);
    case fn::tanh:
      return lowp::tanh<T>(x, p...);
    case fn::erf:
      return lowp::erf<T>(x, p...);
    case fn::erfc:
      return lowp::erfc<T>(x, p...);
    case fn::cbrt:
      return lowp::cbrt<T>(x, p...);
    case fn::rsqrt:
      return lowp::rsqrt<T>(x, p...);
    case fn::floor:
      return lowp::floor<T>(x, p...);
    case fn::ceil:
      return lowp::ceil<T>(x, p...);
    case fn::trunc:
      return lowp::trunc<T>(x, p...);
    case fn::round:
      return lowp::round<T>(x, p...);
    case fn::roundeven:
      return lowp::roundeven<T>(x, p...);
    case fn::logb:
      return lowp::logb<T>(x, p...);
    default:
      throw std::logic_error("two arguments");
  }
}
template <class T, class A, class... P>
T call(fn f, A x, A y, P... p) {
  switch (f) {
    case fn::pow:
      return lowp::pow<T>(x, y, p...);
    case fn::atan2:
      return lowp::atan2<T>(x, y, p...);
    case fn::hypot:
      return lowp::hypot<T>(x, y, p...);
    case fn::fmod:
      return lowp::fmod<T>(x, y, p...);
    case fn::remainder:
      return lowp::remainder<T>(x, y, p...);
    case fn::fdim:
      return lowp::fdim<T>(x, y, p...);
    default:
      throw std::logic_error("one argument");
  }
}

// f(x) found by argument-dependent lookup, with the policies of T: what a user writes.
template <class T>
T call_plain(fn f, T x) {
  switch (f) {
    case fn::exp:
      return exp(x);
    case fn::exp2:
      return exp2(x);
    case fn::exp10:
      return exp10(x);
    case fn::expm1:
      return expm1(x);
    case fn::log:
      return log(x);
    case fn::log2:
      return log2(x);
    case fn::log10:
      return log10(x);
    case fn::log1p:
      return log1p(x);
    case fn::sin:
      return sin(x);
    case fn::cos:
      return cos(x);
    case fn::tan:
      return tan(x);
    case fn::asin:
      return asin(x);
    case fn::acos:
      return acos(x);
    case fn::atan:
      return atan(x);
    case fn::sinh:
      return sinh(x);
    case fn::cosh:
      return cosh(x);
    case fn::tanh:
      return tanh(x);
    case fn::erf:
      return erf(x);
    case fn::erfc:
      return erfc(x);
    case fn::cbrt:
      return cbrt(x);
    case fn::rsqrt:
      return rsqrt(x);
    case fn::floor:
      return floor(x);
    case fn::ceil:
      return ceil(x);
    case fn::trunc:
      return trunc(x);
    case fn::round:
      return round(x);
    case fn::roundeven:
      return roundeven(x);
    case fn::logb:
      return logb(x);
    default:
      throw std::logic_error("two arguments");
  }
}
template <class T>
T call_plain(fn f, T x, T y) {
  switch (f) {
    case fn::pow:
      return pow(x, y);
    case fn::atan2:
      return atan2(x, y);
    case fn::hypot:
      return hypot(x, y);
    case fn::fmod:
      return fmod(x, y);
    case fn::remainder:
      return remainder(x, y);
    case fn::fdim:
      return fdim(x, y);
    default:
      throw std::logic_error("one argument");
  }
}

enum class symmetry { none, odd, even };
inline symmetry symmetry_of(fn f) {
  switch (f) {
    case fn::sin:
    case fn::tan:
    case fn::asin:
    case fn::atan:
    case fn::sinh:
    case fn::tanh:
    case fn::erf:
    case fn::cbrt:
      return symmetry::odd;
    case fn::cos:
    case fn::cosh:
    case fn::hypot:
      return symmetry::even;
    default:
      return symmetry::none;
  }
}

// MPFR takes most of the time of these tests: it is asked once for x and -x where the function is odd or even (which
// is a fact about the function, not about the code under test).
class exact_values {
 public:
  explicit exact_values(fn f) : f_(f), kind_(symmetry_of(f)) {}

  oracle::quantity operator()(const oracle::value& x) {
    if (kind_ == symmetry::none || x.kind != oracle::kind::finite) return exact_value(f_, x);
    const auto [at, is_new] = known_.try_emplace({x.m, x.e});
    if (is_new) {
      oracle::value a = x;
      a.negative = false;
      at->second = exact_value(f_, a);
    }
    oracle::quantity q = at->second;
    if (kind_ == symmetry::odd && q.kind != oracle::kind::nan) q.negative = q.negative != x.negative;
    return q;
  }

 private:
  fn f_;
  symmetry kind_;
  std::map<std::pair<std::uint64_t, std::int64_t>, oracle::quantity> known_;
};

// The same for two arguments: where signs do not matter (hypot), or one of them turns the result round (atan2).
class exact_pairs {
 public:
  explicit exact_pairs(fn f) : f_(f) {}

  oracle::quantity operator()(oracle::value x, oracle::value y) {
    if (x.kind != oracle::kind::finite || y.kind != oracle::kind::finite) return exact_value(f_, x, y);
    bool negative = false;
    if (f_ == fn::hypot) x.negative = y.negative = false;
    if (f_ == fn::atan2) negative = std::exchange(x.negative, false);  // odd in its first argument
    const auto [at, is_new] = known_.try_emplace({x.m, x.e, x.negative, y.m, y.e, y.negative});
    if (is_new) at->second = exact_value(f_, x, y);
    oracle::quantity q = at->second;
    q.negative = q.negative != negative;
    return q;
  }

 private:
  fn f_;
  std::map<std::tuple<std::uint64_t, std::int64_t, bool, std::uint64_t, std::int64_t, bool>, oracle::quantity> known_;
};

inline std::string show(fn f, const oracle::value& x) { return std::string(name(f)) + "(" + show(x) + ")"; }
inline std::string show(fn f, const oracle::value& x, const oracle::value& y) {
  return std::string(name(f)) + "(" + show(x) + ", " + show(y) + ")";
}

// ---- formats -----------------------------------------------------------------------------------------------
//
// What a format needs to be tested, a List: codes(), decode(code) -> oracle::value, and the rounding of an exact
// result in two steps, locate(quantity) and settle(place, mode, overflow) -> code. oracle::format, posit_list and
// fixed_list are independent of the library. halves_of<T> is for the other formats, whose own tests hold decoding and
// rounding to account: it takes both from the library, and only the value to be rounded from MPFR.
template <class T>
struct halves_of {
  code_t codes() const { return code_t{1} << T::format::bits; }
  oracle::value decode(code_t c) const {
    const lowp::exact x = T::format::decode(c);
    oracle::value v;
    v.negative = x.negative;
    switch (x.kind) {
      case lowp::value_kind::zero:
        break;
      case lowp::value_kind::finite:
        v.kind = oracle::kind::finite;
        v.m = x.significand >> std::countr_zero(x.significand);
        v.e = x.exponent - 63 + std::countr_zero(x.significand);
        break;
      case lowp::value_kind::infinite:
        v.kind = oracle::kind::infinite;
        break;
      case lowp::value_kind::nan:
        v.kind = oracle::kind::nan;
    }
    return v;
  }
  lowp::exact locate(const oracle::quantity& q) const {
    switch (q.kind) {
      case oracle::kind::zero:
        return lowp::exact::zero(q.negative);
      case oracle::kind::infinite:
        return lowp::exact::infinity(q.negative);
      case oracle::kind::nan:
        return lowp::exact::nan(q.negative);
      case oracle::kind::finite:
        break;
    }
    const int above = oracle::bit_length(q.x.m) - 64;
    const oracle::uint128 m = static_cast<oracle::uint128>(q.x.m);
    const auto top = static_cast<std::uint64_t>(above > 0 ? m >> above : m << -above);
    const bool sticky = (above > 0 && (oracle::uint128{top} << above) != m) || q.y.m != 0;
    const std::int64_t exponent = std::clamp<std::int64_t>(q.x.e + above + 63, -(1 << 25), 1 << 25);
    return {top, static_cast<int>(exponent), lowp::value_kind::finite, q.negative, sticky};
  }
  code_t settle(const lowp::exact& x, mode m, overflow o) const { return rounded_in_lowp<T>(x, m, o); }
  code_t settle(const lowp::exact& x) const { return code_of(lowp::round_to<T>(x)); }
};

// The code under the type's own policies: `of_type` and, but for types that know better, rounding to nearest even.
template <class List, class Place>
code_t settle_by_type(const List& list, const Place& place, overflow of_type) {
  if constexpr (requires { list.settle(place); }) {
    return list.settle(place);
  } else {
    return list.settle(place, mode::nearest_even, of_type);
  }
}

// What is compared with the list: which modes and overflow policies are named in a call, and the overflow policy of
// T.
struct scope {
  std::span<const mode> modes = oracle::deterministic_modes;
  std::span<const overflow> policies{};
  overflow of_type{};
  code_t step = 1;  // every so many codes
};
inline constexpr overflow usual[] = {overflow::to_special};
inline constexpr mode usual_mode[] = {mode::nearest_even};

// f(x), named policies, beside f(x) as a program writes it, which for 8 bits looks a table up.
template <class T, class List>
void every_argument(const std::string& what, const List& list, const scope& s,
                    std::span<const fn> functions = unary) {
  differences report(what);
  for (const fn f : functions) {
    exact_values exact(f);
    for (code_t c = 0; c < list.codes(); c += s.step) {
      const oracle::value x = list.decode(c);
      const auto place = list.locate(exact(x));
      const T argument = from_code<T>(c);
      for (const mode m : s.modes) {
        for (const overflow o : s.policies) {
          report.compare(code_of(call<T>(f, argument, any_rounding{m}, any_overflow{o})), list.settle(place, m, o),
                         [&] { return show(f, x) + show(m, o); });
        }
      }
      report.compare(code_of(call_plain(f, argument)), settle_by_type(list, place, s.of_type),
                     [&] { return show(f, x) + " by the type's policies"; });
    }
  }
}

template <class T, class List>
void every_pair(const std::string& what, const List& list, const scope& s) {
  differences report(what + " pairs");
  std::vector<oracle::value> values;
  for (code_t c = 0; c < list.codes(); c += s.step) values.push_back(list.decode(c));
  for (const fn f : pairwise) {
    exact_pairs exact(f);
    for (std::size_t a = 0; a < values.size(); ++a) {
      for (std::size_t b = 0; b < values.size(); ++b) {
        const auto place = list.locate(exact(values[a], values[b]));
        const T x = from_code<T>(a * s.step), y = from_code<T>(b * s.step);
        for (const mode m : s.modes) {
          for (const overflow o : s.policies) {
            report.compare(code_of(call<T>(f, x, y, any_rounding{m}, any_overflow{o})), list.settle(place, m, o),
                           [&] { return show(f, values[a], values[b]) + show(m, o); });
          }
        }
        report.compare(code_of(call_plain(f, x, y)), settle_by_type(list, place, s.of_type),
                       [&] { return show(f, values[a], values[b]) + " by the type's policies"; });
      }
    }
  }
}

// The same for a subject of harness.hpp.
template <class Subject>
void every_argument(scope s) {
  s.of_type = Subject::default_overflow;
  every_argument<typename Subject::type>(oracle::describe(Subject::facts), Subject::facts.make(), s);
}
template <class Subject>
void every_pair(scope s) {
  s.of_type = Subject::default_overflow;
  every_pair<typename Subject::type>(oracle::describe(Subject::facts), Subject::facts.make(), s);
}

}  // namespace tests
