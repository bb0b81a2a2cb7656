// Overflow policies: what happens to a value that the format cannot hold even roughly.
//
// Four causes, each decided by one function of facts, so that policies know no formats:
//   finite     after rounding, the magnitude is beyond the largest one of its sign
//   infinite   the exact value is an infinity, but for one the format holds under every policy that keeps it
//   zero       an exact zero, in a format that has none (e8m0)
//   nan        a NaN, in a format that has none (e2m1)
//
// Sources: IEEE 754-2019, 7.4 (what overflow delivers depends on the direction of rounding); IEEE P3109 interim
// report v4.0, saturation modes SatFinite, SatPropagate, SatNone; OCP OFP8 v1.0 for NaN on overflow.
#pragma once

#include <concepts>

#include <lowp/core/config.hpp>

namespace lowp {

struct overflow_tag {};

enum class overflow_cause : unsigned char { finite, infinite, zero, nan };

/// What to deliver: the nearest finite value of the sign, an infinity, a NaN, a zero; or stop the program.
enum class overflow_outcome : unsigned char { clamp, infinity, nan, zero, trap };

struct overflow_event {
  overflow_cause cause;
  bool away;          // the rounding policy goes away from zero here (true for infinite values)
  bool has_infinity;  // the format has an infinity of this sign
  bool has_nan;       // the format has a NaN
  bool wrong_sign;    // a negative value and an unsigned format
};

/// Infinity where the format has one, else NaN where it has one, else the largest value: what IEEE formats, and
/// ml_dtypes' casts to the others, do. NaN into a format without NaN is 0, as in saturating integer casts.
struct to_special {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    if (e.cause == overflow_cause::nan) return overflow_outcome::zero;
    if (!e.away) return overflow_outcome::clamp;
    if (e.has_infinity && e.cause != overflow_cause::zero) return overflow_outcome::infinity;
    return e.has_nan ? overflow_outcome::nan : overflow_outcome::clamp;
  }
};

/// The nearest finite value, for infinities too (P3109 SatFinite).
struct saturate {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    return e.cause == overflow_cause::nan ? overflow_outcome::zero : overflow_outcome::clamp;
  }
};

/// The nearest finite value; infinities stay infinite where the format has them (P3109 SatPropagate).
struct saturate_finite {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    if (e.cause == overflow_cause::infinite && e.has_infinity) return overflow_outcome::infinity;
    return saturate{}(e);
  }
};

/// P3109 SatNone: as to_special, but a format without infinity clamps, and a negative value that would leave an
/// unsigned format is NaN.
struct sat_none {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    if (e.cause == overflow_cause::nan) return overflow_outcome::zero;
    if (!e.away) return overflow_outcome::clamp;
    if ((e.wrong_sign || e.cause == overflow_cause::zero) && e.has_nan) return overflow_outcome::nan;
    return e.has_infinity ? overflow_outcome::infinity : overflow_outcome::clamp;
  }
};

/// The code modulo 2^bits, as integer hardware does. Fixed-point formats only; infinities and NaN are 0.
struct wrap {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event&) const noexcept {
    return overflow_outcome::zero;
  }
};

/// Stops the program; in a constant expression, a compile error. Infinities that the format has pass.
struct trap {
  using policy = overflow_tag;
  LOWP_FN constexpr overflow_outcome operator()(const overflow_event& e) const noexcept {
    return e.cause == overflow_cause::infinite && e.has_infinity ? overflow_outcome::infinity
                                                                 : overflow_outcome::trap;
  }
};

template <class O>
concept OverflowPolicy = std::same_as<typename O::policy, overflow_tag>;

}  // namespace lowp
