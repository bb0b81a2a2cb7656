// What the tests of this folder share: the policies of lowp beside their names in the oracle, and comparisons
// of whole formats that report the first few differences.
//
// Policies are types, and 28 pairs of them for each operation of each format is more than a compiler should have
// to read. for_each_policy_pair does that for some formats; for all the others any_rounding and any_overflow pick
// the policy at run time: they only pass the question on to lowp's own policies.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lowp/core/arithmetic.hpp>
#include <lowp/formats/minifloat.hpp>
#include <lowp/formats/names.hpp>

#include "catch.hpp"
#include "oracle/mpfr_oracle.hpp"
#include "oracle/named.hpp"
#include "sampling.hpp"

namespace tests {

using oracle::code_t;
using oracle::mode;
using oracle::operation;
using oracle::overflow;

// ---- policies ----------------------------------------------------------------------------------------------

struct any_rounding {
  using policy = lowp::rounding_tag;
  mode m;
  constexpr bool operator()(bool negative, bool odd, std::uint64_t rest) const noexcept {
    switch (m) {
      case mode::nearest_even:
        return lowp::nearest_even{}(negative, odd, rest);
      case mode::nearest_away:
        return lowp::nearest_away{}(negative, odd, rest);
      case mode::nearest_zero:
        return lowp::nearest_zero{}(negative, odd, rest);
      case mode::toward_zero:
        return lowp::toward_zero{}(negative, odd, rest);
      case mode::upward:
        return lowp::upward{}(negative, odd, rest);
      case mode::downward:
        return lowp::downward{}(negative, odd, rest);
      default:
        return lowp::to_odd{}(negative, odd, rest);
    }
  }
};

struct any_overflow {
  using policy = lowp::overflow_tag;
  overflow o;
  constexpr lowp::overflow_outcome operator()(const lowp::overflow_event& e) const noexcept {
    switch (o) {
      case overflow::to_special:
        return lowp::to_special{}(e);
      case overflow::saturate:
        return lowp::saturate{}(e);
      case overflow::saturate_finite:
        return lowp::saturate_finite{}(e);
      default:
        return lowp::sat_none{}(e);
    }
  }
};

// f(mode, rounding policy): `downward` is a type of its own, as an exact x - x looks at the type.
template <class F>
void with_mode(mode m, F&& f) {
  if (m == mode::downward) {
    f(lowp::downward{});
  } else {
    f(any_rounding{m});
  }
}

template <class F>
void for_each_rounding(F&& f) {
  f(mode::nearest_even, lowp::nearest_even{});
  f(mode::nearest_away, lowp::nearest_away{});
  f(mode::nearest_zero, lowp::nearest_zero{});
  f(mode::toward_zero, lowp::toward_zero{});
  f(mode::upward, lowp::upward{});
  f(mode::downward, lowp::downward{});
  f(mode::to_odd, lowp::to_odd{});
}

template <class F>
void for_each_overflow(F&& f) {
  f(overflow::to_special, lowp::to_special{});
  f(overflow::saturate, lowp::saturate{});
  f(overflow::saturate_finite, lowp::saturate_finite{});
  f(overflow::sat_none, lowp::sat_none{});
}

// Which pairs of policies to instantiate as types: all 28, or each mode and each overflow policy once.
enum class pairing { all, each };

// f(mode, overflow, rounding policy, overflow policy)
template <pairing Pairing = pairing::all, class F>
void for_each_policy_pair(F&& f) {
  if constexpr (Pairing == pairing::all) {
    for_each_rounding([&](mode m, auto rounding) {
      for_each_overflow([&](overflow o, auto saturation) { f(m, o, rounding, saturation); });
    });
  } else {
    for_each_rounding([&](mode m, auto rounding) { f(m, overflow::to_special, rounding, lowp::to_special{}); });
    f(mode::nearest_even, overflow::saturate, lowp::nearest_even{}, lowp::saturate{});
    f(mode::upward, overflow::saturate_finite, lowp::upward{}, lowp::saturate_finite{});
    f(mode::downward, overflow::sat_none, lowp::downward{}, lowp::sat_none{});
  }
}

// ---- numbers -----------------------------------------------------------------------------------------------

template <class T>
constexpr T from_code(code_t code) {
  return lowp::scalar_traits<T>::from_code(code);
}
template <class T>
constexpr code_t code_of(T x) {
  return lowp::scalar_traits<T>::code(x);
}

template <operation Op, class To, class A, class B, class C, class... P>
constexpr To apply(A a, [[maybe_unused]] B b, [[maybe_unused]] C c, P... policies) {
  if constexpr (Op == operation::convert) {
    return lowp::convert<To>(a, policies...);
  } else if constexpr (Op == operation::add) {
    return lowp::add<To>(a, b, policies...);
  } else if constexpr (Op == operation::sub) {
    return lowp::sub<To>(a, b, policies...);
  } else if constexpr (Op == operation::mul) {
    return lowp::mul<To>(a, b, policies...);
  } else if constexpr (Op == operation::div) {
    return lowp::div<To>(a, b, policies...);
  } else if constexpr (Op == operation::sqrt) {
    return lowp::sqrt<To>(a, policies...);
  } else {
    return lowp::fma<To>(a, b, c, policies...);
  }
}

// ---- reports -----------------------------------------------------------------------------------------------

// Counts differences and says the first three in full.
class differences {
 public:
  explicit differences(std::string what) : what_(std::move(what)) {}
  ~differences() {
    INFO(what_ << ": " << count_ << " of " << checked_ << " differ");
    CHECK(count_ == 0);
    CHECK(checked_ > 0);  // a test that compared nothing proves nothing
  }
  differences(const differences&) = delete;
  differences& operator=(const differences&) = delete;

  template <class Describe>
  void compare(code_t got, code_t expected, Describe&& describe) {
    ++checked_;
    if (got == expected) return;
    if (++count_ > 3) return;
    report(got, expected, describe());
  }
  void passed(std::uint64_t n) { checked_ += n; }

 private:
  void report(code_t got, code_t expected, const std::string& detail) {
    FAIL_CHECK(what_ << ": " << detail << " gives code 0x" << std::hex << got << ", expected 0x" << expected);
  }
  std::string what_;
  std::uint64_t count_ = 0, checked_ = 0;
};

inline std::string show(const oracle::value& v) {
  char text[64];
  std::snprintf(text, sizeof text, "%a", oracle::to_double(v));
  return text;
}
inline std::string show(operation op, const oracle::value& a, const oracle::value& b, const oracle::value& c) {
  std::string s = std::string(oracle::name(op)) + "(" + show(a);
  if (oracle::arity(op) > 1) s += ", " + show(b);
  if (oracle::arity(op) > 2) s += ", " + show(c);
  return s + ")";
}
inline std::string show(mode m, overflow o) { return std::string(" ") + oracle::name(m) + " " + oracle::name(o); }

// ---- whole formats -----------------------------------------------------------------------------------------

// All values of a format, by code.
inline std::vector<oracle::value> all_values(const oracle::format& f) {
  std::vector<oracle::value> values;
  for (code_t c = 0; c < f.codes(); ++c) values.push_back(f.decode(c));
  return values;
}

// Places of the results of one operation on all pairs (or all codes), computed once for all modes and policies.
inline std::vector<oracle::place> all_places(const oracle::format& f, operation op,
                                             const std::vector<oracle::value>& a,
                                             const std::vector<oracle::value>& b) {
  std::vector<oracle::place> places;
  places.reserve(a.size() * (oracle::arity(op) > 1 ? b.size() : 1));
  for (const oracle::value& x : a) {
    if (oracle::arity(op) == 1) {
      places.push_back(f.locate(oracle::exact_result(op, x, x, x)));
    } else {
      for (const oracle::value& y : b) places.push_back(f.locate(oracle::exact_result(op, x, y, y)));
    }
  }
  return places;
}

// The codes that lowp has for all of them, in the same order. This is all that is instantiated for each policy.
template <operation Op, class To, class A, class B, class R, class O>
void all_results(std::vector<code_t>& results, std::size_t a_count, std::size_t b_count, R rounding, O saturation) {
  code_t* to = results.data();
  for (code_t x = 0; x < a_count; ++x) {
    const A left = from_code<A>(x);
    if constexpr (Op == operation::convert || Op == operation::sqrt) {
      *to++ = code_of(apply<Op, To>(left, left, left, rounding, saturation));
    } else {
      for (code_t y = 0; y < b_count; ++y) {
        const B right = from_code<B>(y);
        *to++ = code_of(apply<Op, To>(left, right, right, rounding, saturation));
      }
    }
  }
}

inline void compare_all(differences& report, const oracle::format& f, const std::vector<oracle::place>& places,
                        const std::vector<code_t>& results, operation op, const std::vector<oracle::value>& a,
                        const std::vector<oracle::value>& b, mode m, overflow o) {
  const std::size_t columns = oracle::arity(op) > 1 ? b.size() : 1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    report.compare(results[i], f.settle(places[i], m, o),
                   [&] { return show(op, a[i / columns], b[i % columns], {}) + show(m, o); });
  }
}

// One operation on all pairs of A and B into To, policies as their own types.
template <operation Op, pairing Pairing, class To, class A, class B>
void all_pairs_by_type(differences& report, const oracle::format& f, const std::vector<oracle::value>& a,
                       const std::vector<oracle::value>& b) {
  const auto places = all_places(f, Op, a, b);
  std::vector<code_t> results(places.size());
  for_each_policy_pair<Pairing>([&](mode m, overflow o, auto rounding, auto saturation) {
    all_results<Op, To, A, B>(results, a.size(), b.size(), rounding, saturation);
    compare_all(report, f, places, results, Op, a, b, m, o);
  });
}

// The same with policies chosen at run time: one instantiation for all of them (and one more for `downward`).
template <operation Op, class To, class A, class B>
void all_pairs(differences& report, const oracle::format& f, const std::vector<oracle::value>& a,
               const std::vector<oracle::value>& b) {
  const auto places = all_places(f, Op, a, b);
  std::vector<code_t> results(places.size());
  for (const mode m : oracle::deterministic_modes) {
    with_mode(m, [&](auto rounding) {
      for (const overflow o : oracle::overflow_policies) {
        all_results<Op, To, A, B>(results, a.size(), b.size(), rounding, any_overflow{o});
        compare_all(report, f, places, results, Op, a, b, m, o);
      }
    });
  }
}

// For long lists of formats: the two halves of an operation, called one after the other, so that only the rounding
// is instantiated for each format. That add<To> and the others are these two halves is tested with fewer formats.
inline lowp::exact exact_in_lowp(operation op, const lowp::exact& a, const lowp::exact& b, const lowp::exact& c,
                                 bool cancels_to_negative) {
  switch (op) {
    case operation::convert:
      return a;
    case operation::add:
      return lowp::exact_add(a, b, cancels_to_negative);
    case operation::sub:
      return lowp::exact_add(a, b.kind == lowp::value_kind::nan ? b : -b, cancels_to_negative);
    case operation::mul:
      return lowp::exact_mul(a, b);
    case operation::div:
      return lowp::exact_div(a, b);
    case operation::sqrt:
      return lowp::exact_sqrt(a);
    case operation::fma:
      return lowp::exact_fma(a, b, c, cancels_to_negative);
  }
  return {};
}

template <class T>
[[gnu::noinline]] code_t rounded_in_lowp(const lowp::exact& x, mode m, overflow o) {
  return code_of(lowp::round_to<T>(x, any_rounding{m}, any_overflow{o}));
}

// Every pair (or triple) of codes of T, every mode and policy.
template <class T>
void all_operands_in_halves(differences& report, const oracle::format& f, operation op,
                            std::span<const overflow> policies = oracle::overflow_policies) {
  const auto values = all_values(f);
  std::vector<lowp::exact> decoded;
  for (code_t c = 0; c < f.codes(); ++c) decoded.push_back(lowp::decode(from_code<T>(c)));
  const code_t n = f.codes(), second = oracle::arity(op) > 1 ? n : 1, third = oracle::arity(op) > 2 ? n : 1;
  for (code_t x = 0; x < n; ++x) {
    for (code_t y = 0; y < second; ++y) {
      for (code_t z = 0; z < third; ++z) {
        const oracle::place p = f.locate(oracle::exact_result(op, values[x], values[y], values[z]));
        const lowp::exact up = exact_in_lowp(op, decoded[x], decoded[y], decoded[z], false);
        const lowp::exact down = exact_in_lowp(op, decoded[x], decoded[y], decoded[z], true);
        for (const mode m : oracle::deterministic_modes) {
          for (const overflow o : policies) {
            report.compare(rounded_in_lowp<T>(m == mode::downward ? down : up, m, o), f.settle(p, m, o),
                           [&] { return show(op, values[x], values[y], values[z]) + show(m, o); });
          }
        }
      }
    }
  }
}

// Every code of From into To, each mode and policy.
template <class To, class From>
void all_conversions_in_halves(differences& report, const oracle::format& to, const oracle::format& from) {
  for (code_t c = 0; c < from.codes(); ++c) {
    const oracle::value v = from.decode(c);
    const oracle::place p = to.locate(oracle::exactly(v));
    const lowp::exact x = lowp::decode(from_code<From>(c));
    for (const mode m : oracle::deterministic_modes) {
      for (const overflow o : oracle::overflow_policies) {
        report.compare(rounded_in_lowp<To>(x, m, o), to.settle(p, m, o), [&] { return show(v) + show(m, o); });
      }
    }
  }
}

// lowp's type for the facts that the oracle is given: the same five parameters, written once.
template <int E, int M, oracle::specials S, int Bias, bool Signed>
struct subject {
  static constexpr lowp::specials kind() {
    switch (S) {
      case oracle::specials::ieee:
        return lowp::specials::ieee;
      case oracle::specials::fn:
        return lowp::specials::fn;
      case oracle::specials::fnuz:
        return lowp::specials::fnuz;
      case oracle::specials::finite:
        return lowp::specials::finite;
      case oracle::specials::extended:
        return lowp::specials::extended;
      default:
        return lowp::specials::scale;
    }
  }
  using type =
      lowp::minifloat<E, M, kind(), Bias, Signed ? lowp::signedness::is_signed : lowp::signedness::is_unsigned>;
  static constexpr oracle::facts facts{"minifloat", E, M, S, Bias, Signed};
  static constexpr overflow default_overflow = overflow::to_special;
};

template <int K, int P, bool Signed, bool Extended>
struct p3109_subject {
  using type = lowp::p3109<K, P, Signed ? lowp::signedness::is_signed : lowp::signedness::is_unsigned,
                           Extended ? lowp::domain::extended : lowp::domain::finite>;
  static constexpr oracle::facts facts = oracle::p3109(K, P, Signed, Extended);
  static constexpr overflow default_overflow = overflow::sat_none;
};

// f(p3109_subject) for every precision of a width, both signs and domains.
template <int K, int P = 1, class F>
void for_each_p3109(F&& f) {
  if constexpr (P <= K) {
    if constexpr (P < K) {
      f(p3109_subject<K, P, true, true>{});
      f(p3109_subject<K, P, true, false>{});
    }
    f(p3109_subject<K, P, false, true>{});
    f(p3109_subject<K, P, false, false>{});
    for_each_p3109<K, P + 1>(f);
  }
}

#define LOWP_TESTS_NAMED(name)                                         \
  struct name##_subject {                                              \
    using type = lowp::name;                                           \
    static constexpr oracle::facts facts = oracle::name;               \
    static constexpr overflow default_overflow = overflow::to_special; \
  }
LOWP_TESTS_NAMED(float16);
LOWP_TESTS_NAMED(bfloat16);
LOWP_TESTS_NAMED(tf32);
LOWP_TESTS_NAMED(e5m2);
LOWP_TESTS_NAMED(e4m3);
LOWP_TESTS_NAMED(e4m3fn);
LOWP_TESTS_NAMED(e3m4);
LOWP_TESTS_NAMED(e4m3fnuz);
LOWP_TESTS_NAMED(e5m2fnuz);
LOWP_TESTS_NAMED(e4m3b11fnuz);
LOWP_TESTS_NAMED(e3m2fn);
LOWP_TESTS_NAMED(e2m3fn);
LOWP_TESTS_NAMED(e2m1fn);
LOWP_TESTS_NAMED(e8m0fnu);
LOWP_TESTS_NAMED(ue4m3);
LOWP_TESTS_NAMED(ue5m3);
#undef LOWP_TESTS_NAMED

struct float_subject {
  using type = float;
  static constexpr oracle::facts facts = oracle::binary32;
  static constexpr overflow default_overflow = overflow::to_special;
};
struct double_subject {
  using type = double;
  static constexpr oracle::facts facts = oracle::binary64;
  static constexpr overflow default_overflow = overflow::to_special;
};

// f(subject) for the named formats of at most 8 bits.
template <class F>
void for_each_narrow(F&& f) {
  f(e5m2_subject{});
  f(e4m3_subject{});
  f(e4m3fn_subject{});
  f(e3m4_subject{});
  f(e4m3fnuz_subject{});
  f(e5m2fnuz_subject{});
  f(e4m3b11fnuz_subject{});
  f(e3m2fn_subject{});
  f(e2m3fn_subject{});
  f(e2m1fn_subject{});
  f(e8m0fnu_subject{});
  f(ue4m3_subject{});
  f(ue5m3_subject{});
}

template <class F>
void for_each_named(F&& f) {
  for_each_narrow(f);
  f(float16_subject{});
  f(bfloat16_subject{});
  f(tf32_subject{});
}

}  // namespace tests
