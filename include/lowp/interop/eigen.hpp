// Numbers of lowp as scalars of Eigen: Eigen::Matrix<lowp::posit16, ...>, products, LU, QR and the rest.
//
// Eigen adds up in the scalar type itself, one rounding an operation. Fixed-point types are for Eigen in their lenient
// form, whose products stay in the type. For Eigen 3.3 and later.
#pragma once

#include <Eigen/Core>

#include <lowp/core/limits.hpp>
#include <lowp/formats/math.hpp>

namespace Eigen {

template <lowp::Format F, lowp::RoundingPolicy R, lowp::OverflowPolicy O>
struct NumTraits<lowp::number<F, R, O>> {
  using Real = lowp::number<F, R, O>;
  using NonInteger = Real;
  using Literal = Real;
  using Nested = Real;

 private:
  using limits = std::numeric_limits<Real>;

 public:
  enum {
    IsComplex = 0,
    IsInteger = limits::is_integer,
    IsSigned = limits::is_signed,
    RequireInitialization = 0,
    ReadCost = 1,
    AddCost = F::bits <= 8 ? 2 : 16,  // a table; some twenty instructions and more
    MulCost = F::bits <= 8 ? 2 : 16
  };

  static constexpr Real epsilon() noexcept { return limits::epsilon(); }
  /// What isApprox allows, in proportion: eight units of the last place.
  static constexpr Real dummy_precision() noexcept {
    return lowp::round_to<Real>(lowp::exact_mul(lowp::decode(epsilon()), lowp::exact::scaled(false, 8, 0)));
  }
  static constexpr Real highest() noexcept { return (limits::max)(); }
  static constexpr Real lowest() noexcept { return limits::lowest(); }
  static constexpr Real infinity() noexcept { return limits::infinity(); }
  static constexpr Real quiet_NaN() noexcept { return limits::quiet_NaN(); }
  static constexpr int digits10() noexcept { return limits::digits10; }
  static constexpr int digits() noexcept { return limits::digits; }
  static constexpr int min_exponent() noexcept { return limits::min_exponent; }
  static constexpr int max_exponent() noexcept { return limits::max_exponent; }
};

}  // namespace Eigen
