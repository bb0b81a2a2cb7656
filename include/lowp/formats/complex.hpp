// complex<T>: complex numbers over any number type, as std::complex is over float.
//
//   z + w, z - w     each part one rounding
//   z * w            re = a c - b d, im = a d + b c: exact, then one rounding each; so are norm(z) and z * t
//   z / w            each part within 2^-40 units in the last place of being correctly rounded
//   abs arg          correctly rounded
//   exp log sqrt pow sin cos sinh cosh polar     each part within 2^-20 units of being correctly rounded, for T of up
//                    to 16 bits; pow, which is exp(w log z), loses the bits of its integer part: log2|w log z|
//
// Parts are rounded by T's policies. Infinities and NaN take part as numbers in these formulas: a product of infinities
// may be NaN where C, Annex G, would recover an infinity; z / 0 is NaN in both parts. Numbers of up to 62 significant
// bits; the functions, up to 32.
#pragma once

#include <lowp/formats/math.hpp>

namespace lowp {

namespace detail {

// a c + b d, or a c - b d, as one exact sum of two exact products.
LOWP_FN constexpr long_exact two_products(const exact& a, const exact& c, const exact& b, const exact& d,
                                          bool subtract, bool cancels_to_negative) noexcept {
  using enum value_kind;
  if (a.kind == finite && b.kind == finite && c.kind == finite && d.kind == finite) {
    addend q = product(b, d);
    q.negative ^= subtract;
    return sum(product(a, c), q, cancels_to_negative);
  }
  const long_exact p = exact_mul(a, c), q = exact_mul(b, subtract ? -d : d);
  if (p.kind == zero && q.kind == finite) return q;
  if (q.kind == zero && p.kind == finite) return p;
  return exact_add(p, q, cancels_to_negative);
}

}  // namespace detail

template <detail::Number T>
class complex {
  static_assert(detail::significant_bits<T> <= 62, "lowp: complex<T> needs numbers of at most 62 significant bits");

 public:
  using value_type = T;

  constexpr complex() noexcept : re_{}, im_{} {}
  LOWP_FN constexpr complex(T re, T im = T{}) noexcept : re_(re), im_(im) {}
  /// Implicit where every U is exact in T.
  template <detail::OperandBut<T> U>
  LOWP_FN constexpr explicit(!std::is_convertible_v<U, T>) complex(const complex<U>& z) noexcept
      : re_(z.real()), im_(z.imag()) {}

  [[nodiscard]] LOWP_FN constexpr T real() const noexcept { return re_; }
  [[nodiscard]] LOWP_FN constexpr T imag() const noexcept { return im_; }
  LOWP_FN constexpr void real(T re) noexcept { re_ = re; }
  LOWP_FN constexpr void imag(T im) noexcept { im_ = im; }

  [[nodiscard]] LOWP_FN constexpr complex operator+() const noexcept { return *this; }
  [[nodiscard]] LOWP_FN constexpr complex operator-() const noexcept { return {-re_, -im_}; }

  [[nodiscard]] friend LOWP_FN constexpr complex operator+(const complex& z, const complex& w) noexcept {
    return {add<T>(z.re_, w.re_), add<T>(z.im_, w.im_)};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator-(const complex& z, const complex& w) noexcept {
    return {sub<T>(z.re_, w.re_), sub<T>(z.im_, w.im_)};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator*(const complex& z, const complex& w) noexcept {
    const parts x(z), y(w);
    return {round_to<T>(detail::two_products(x.re, y.re, x.im, y.im, true, cancels)),
            round_to<T>(detail::two_products(x.re, y.im, x.im, y.re, false, cancels))};
  }
  /// z conj(w) / |w|^2: numerators and denominator exact to 64 bits.
  [[nodiscard]] friend LOWP_FN constexpr complex operator/(const complex& z, const complex& w) noexcept {
    const parts x(z), y(w);
    const exact size = detail::two_products(y.re, y.re, y.im, y.im, false, false);
    const auto part = [&](const exact& numerator) {
      long_exact q = exact_div(numerator, size);
      q.sticky |= (numerator.sticky || size.sticky) && q.kind == value_kind::finite;
      return round_to<T>(static_cast<const exact&>(q));
    };
    return {part(detail::two_products(x.re, y.re, x.im, y.im, false, cancels)),
            part(detail::two_products(x.im, y.re, x.re, y.im, true, cancels))};
  }

  // With a real number: as if its imaginary part were not there.
  [[nodiscard]] friend LOWP_FN constexpr complex operator+(const complex& z, T t) noexcept {
    return {add<T>(z.re_, t), z.im_};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator+(T t, const complex& z) noexcept { return z + t; }
  [[nodiscard]] friend LOWP_FN constexpr complex operator-(const complex& z, T t) noexcept {
    return {sub<T>(z.re_, t), z.im_};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator-(T t, const complex& z) noexcept {
    return {sub<T>(t, z.re_), -z.im_};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator*(const complex& z, T t) noexcept {
    return {mul<T>(z.re_, t), mul<T>(z.im_, t)};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator*(T t, const complex& z) noexcept { return z * t; }
  [[nodiscard]] friend LOWP_FN constexpr complex operator/(const complex& z, T t) noexcept {
    return {div<T>(z.re_, t), div<T>(z.im_, t)};
  }
  [[nodiscard]] friend LOWP_FN constexpr complex operator/(T t, const complex& z) noexcept { return complex(t) / z; }

  template <class U>
  LOWP_FN constexpr complex& operator+=(const U& w) noexcept {
    return *this = *this + w;
  }
  template <class U>
  LOWP_FN constexpr complex& operator-=(const U& w) noexcept {
    return *this = *this - w;
  }
  template <class U>
  LOWP_FN constexpr complex& operator*=(const U& w) noexcept {
    return *this = *this * w;
  }
  template <class U>
  LOWP_FN constexpr complex& operator/=(const U& w) noexcept {
    return *this = *this / w;
  }

  [[nodiscard]] friend LOWP_FN constexpr bool operator==(const complex& z, const complex& w) noexcept {
    return z.re_ == w.re_ && z.im_ == w.im_;
  }
  [[nodiscard]] friend LOWP_FN constexpr bool operator==(const complex& z, T t) noexcept {
    return z.re_ == t && z.im_ == T{};
  }

 private:
  static constexpr bool cancels = detail::cancels_to_negative<typename T::rounding>;
  struct parts {
    exact re, im;
    LOWP_FN constexpr explicit parts(const complex& z) noexcept : re(decode(z.re_)), im(decode(z.im_)) {}
  };

  T re_, im_;
};

template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T real(const complex<T>& z) noexcept {
  return z.real();
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T imag(const complex<T>& z) noexcept {
  return z.imag();
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> conj(const complex<T>& z) noexcept {
  return {z.real(), -z.imag()};
}
/// The projection on the Riemann sphere: every infinity is one, with the sign of its imaginary part kept.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> proj(const complex<T>& z) noexcept {
  if constexpr (T::format::has_infinity) {
    if (isinf(z.real()) || isinf(z.imag())) return {std::numeric_limits<T>::infinity(), copysign(T{}, z.imag())};
  }
  return z;
}
/// re^2 + im^2, rounded once.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T norm(const complex<T>& z) noexcept {
  const exact re = decode(z.real()), im = decode(z.imag());
  return round_to<T>(detail::two_products(re, re, im, im, false, false));
}
/// sqrt(re^2 + im^2), rounded once.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T abs(const complex<T>& z) noexcept {
  return hypot(z.real(), z.imag());
}
/// The angle of z, in [-pi, pi].
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr T arg(const complex<T>& z) noexcept {
  return atan2(z.imag(), z.real());
}

namespace detail::math {

// Intermediate results carry 64 bits, of which the functions vouch for 52 and more.
inline constexpr int part_bits = 52;

template <class Function>
LOWP_FN constexpr exact part(const exact& x) noexcept {
  return Function::apply(x, part_bits);
}
struct exact_pair {
  exact re, im;
};
template <class T>
LOWP_FN constexpr exact_pair decode_parts(const complex<T>& z) noexcept {
  return {lowp::decode(z.real()), lowp::decode(z.imag())};
}
template <class T>
LOWP_FN constexpr complex<T> round_parts(const exact_pair& z) noexcept {
  return {round_to<T>(z.re), round_to<T>(z.im)};
}
// A product of two rounded values, either of which may go on beyond its 64 bits. Nothing times infinity is nothing.
LOWP_FN constexpr exact times(const exact& a, const exact& b) noexcept {
  if ((a.kind == value_kind::zero && b.kind != value_kind::nan) ||
      (b.kind == value_kind::zero && a.kind != value_kind::nan))
    return exact::zero(a.negative != b.negative);
  exact p = exact_mul(a, b);
  p.sticky |= (a.sticky || b.sticky) && p.kind == value_kind::finite;
  return p;
}
LOWP_FN constexpr exact half(exact x) noexcept {
  --x.exponent;
  return x;
}

// r (cos t, sin t)
LOWP_FN constexpr exact_pair from_polar(const exact& r, const exact& t) noexcept {
  return {times(r, part<cos_function>(t)), times(r, part<sin_function>(t))};
}
// (log|z|, arg z). Near |z| = 1 the logarithm is that of 1 + (|z|^2 - 1), whose argument is exact.
LOWP_FN constexpr exact_pair log_of(const exact_pair& z) noexcept {
  using enum value_kind;
  exact size = two_products(z.re, z.re, z.im, z.im, false, false);
  if (z.re.kind == infinite || z.im.kind == infinite) size = exact::infinity();
  const exact angle = atan2_function::apply(z.im, z.re, part_bits);
  if (size.kind != finite || size.exponent < -1 || size.exponent > 0)
    return {size.kind == finite ? half(part<log_function>(size)) : part<log_function>(size), angle};
  // |z|^2 - 1 = (re - 1)(re + 1) + im^2 for the larger part re, exactly.
  const bool swap = compare(z.re.magnitude(), z.im.magnitude()) < 0;
  const exact re = (swap ? z.im : z.re).magnitude(), im = swap ? z.re : z.im, one = exact::scaled(false, 1, 0);
  const exact above = two_products(exact_add(re, -one), exact_add(re, one), im, im, false, false);
  return {above.kind == zero ? above : half(part<log1p_function>(above)), angle};
}
LOWP_FN constexpr exact_pair exp_of(const exact_pair& z) noexcept {
  const exact size = part<exp_function>(z.re);
  if (z.im.kind == value_kind::zero) return {size, z.im};
  return from_polar(size, z.im);
}

}  // namespace detail::math

/// r (cos t + i sin t), t in radians.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> polar(T r, T t = T{}) noexcept {
  return detail::math::round_parts<T>(detail::math::from_polar(decode(r), decode(t)));
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> exp(const complex<T>& z) noexcept {
  return detail::math::round_parts<T>(detail::math::exp_of(detail::math::decode_parts(z)));
}
/// The principal value: the imaginary part in [-pi, pi].
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> log(const complex<T>& z) noexcept {
  return detail::math::round_parts<T>(detail::math::log_of(detail::math::decode_parts(z)));
}
/// The root with a real part of at least 0; the imaginary part has the sign of z's.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> sqrt(const complex<T>& z) noexcept {
  using namespace detail::math;
  const auto [re, im] = decode_parts(z);
  const exact size = hypot_function::apply(re, im, part_bits);
  if (size.kind != value_kind::finite) return {round_to<T>(size), z.imag()};
  // w = sqrt((|z| + |re|) / 2) is one part, im / (2 w) the other: no cancellation.
  exact sum = exact_add(size, re.magnitude());
  sum.sticky |= size.sticky;
  exact w = exact_sqrt(half(sum));
  w.sticky |= sum.sticky;
  exact other = im.kind == value_kind::zero ? im : static_cast<const exact&>(exact_div(half(im), w));
  other.sticky |= w.sticky && other.kind == value_kind::finite;
  if (!re.negative) return {round_to<T>(w), round_to<T>(other)};
  w.negative = im.negative;
  return {round_to<T>(other.magnitude()), round_to<T>(w)};
}
/// exp(w log z); 1 for w = 0, and 0 for z = 0 and a w with a positive real part.
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> pow(const complex<T>& z, const complex<T>& w) noexcept {
  using namespace detail::math;
  if (w == T{}) return complex<T>(round_to<T>(exact::scaled(false, 1, 0)));
  if (z == T{} && w.real() > T{}) return {};
  const exact_pair l = log_of(decode_parts(z)), p = decode_parts(w);
  return round_parts<T>(exp_of({detail::two_products(p.re, l.re, p.im, l.im, true, false),
                                detail::two_products(p.re, l.im, p.im, l.re, false, false)}));
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> pow(const complex<T>& z, std::type_identity_t<T> t) noexcept {
  return pow(z, complex<T>(t));
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> sinh(const complex<T>& z) noexcept {
  using namespace detail::math;
  const auto [re, im] = decode_parts(z);
  return round_parts<T>({times(part<sinh_function>(re), part<cos_function>(im)),
                         times(part<cosh_function>(re), part<sin_function>(im))});
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> cosh(const complex<T>& z) noexcept {
  using namespace detail::math;
  const auto [re, im] = decode_parts(z);
  return round_parts<T>({times(part<cosh_function>(re), part<cos_function>(im)),
                         times(part<sinh_function>(re), part<sin_function>(im))});
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> sin(const complex<T>& z) noexcept {
  using namespace detail::math;
  const auto [re, im] = decode_parts(z);
  return round_parts<T>({times(part<sin_function>(re), part<cosh_function>(im)),
                         times(part<cos_function>(re), part<sinh_function>(im))});
}
template <detail::Number T>
[[nodiscard]] LOWP_FN constexpr complex<T> cos(const complex<T>& z) noexcept {
  using namespace detail::math;
  const auto [re, im] = decode_parts(z);
  return round_parts<T>({times(part<cos_function>(re), part<cosh_function>(im)),
                         -times(part<sin_function>(re), part<sinh_function>(im))});
}

}  // namespace lowp
