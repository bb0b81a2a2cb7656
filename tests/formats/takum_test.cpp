// takum<N> against the definition of linear takums, code by code, and rounding of the bit string: the point between
// two codes of N bits is the code of N + 1 bits between them.
#include <lowp/formats/takum.hpp>

#include <cmath>
#include <cstdint>

#include "catch.hpp"
#include "sampling.hpp"

namespace {

using lowp::takum;

// (1 - 3 S + f) * 2^e, e = (-1)^S (c + S), of the code padded to at least 12 bits; as the source writes it.
long double definition(std::uint64_t code, int bits) {
  const int n = bits < 12 ? 12 : bits;
  const std::uint64_t t = code << (n - bits);
  const auto field = [t](int top, int count) {
    return count == 0 ? 0 : t >> (top - count) & ((std::uint64_t{1} << count) - 1);
  };
  if (t == 0) return 0;
  if (t == std::uint64_t{1} << (n - 1)) return NAN;
  const int s = static_cast<int>(field(n, 1)), d = static_cast<int>(field(n - 1, 1));
  const int stored = static_cast<int>(field(n - 2, 3)), r = d != 0 ? stored : 7 - stored;
  const int tail = static_cast<int>(field(n - 5, r)), p = n - 5 - r;
  const int c = d != 0 ? (1 << r) - 1 + tail : -(1 << (r + 1)) + 1 + tail;
  const long double f = std::ldexp(static_cast<long double>(field(p, p)), -p);
  return std::ldexp(1 - 3 * s + f, s != 0 ? -(c + s) : c + s);
}

template <int N>
void every_code() {
  using T = takum<N>;
  const std::uint64_t nar = std::uint64_t{1} << (N - 1);
  std::size_t differences = 0;
  const auto code_of = [](double x) { return std::uint64_t{T(x).bits()}; };
  for (std::uint64_t c = 0; c < 2 * nar; ++c) {
    const T x = T::from_bits(static_cast<typename T::storage>(c));
    const long double value = definition(c, N);
    if (c == nar) {
      differences += !isnan(x);
      continue;
    }
    differences += static_cast<long double>(static_cast<double>(x)) != value;
    differences += code_of(static_cast<double>(value)) != c;
    const std::uint64_t next = (c + 1) & (2 * nar - 1);
    if (c == 0 || next == 0 || next == nar || c == nar - 1) continue;  // zero and NaR are not rounded to
    const double middle = static_cast<double>(definition(2 * c + 1, N + 1));
    differences += code_of(middle) != (c % 2 == 0 ? c : next);
    differences += code_of(std::nextafter(middle, -INFINITY)) != c;
    differences += code_of(std::nextafter(middle, INFINITY)) != next;
    const double inside = std::nextafter(static_cast<double>(value), INFINITY);
    if (inside >= middle) continue;
    const std::uint64_t lower = lowp::convert<T>(inside, lowp::downward{}).bits();
    const std::uint64_t upper = lowp::convert<T>(inside, lowp::upward{}).bits();
    differences += lower != c || upper != next;
  }
  CHECK(differences == 0);
  const double largest = static_cast<double>(definition(nar - 1, N));
  CHECK(code_of(largest * 1e3) == nar - 1);
  CHECK(code_of(std::nextafter(largest, INFINITY)) == nar - 1);
  CHECK(lowp::convert<T>(largest * 1.9, lowp::upward{}).bits() == nar - 1);
  CHECK(code_of(1e300) == nar - 1);
  CHECK(code_of(-1e300) == nar + 1);
  CHECK(code_of(1e-300) == 1);
  CHECK(code_of(-1e-300) == 2 * nar - 1);
  CHECK(code_of(INFINITY) == nar);
  CHECK(code_of(NAN) == nar);
}

}  // namespace

TEST_CASE("takum: every code of 2 to 16 bits, every point between two") {
  every_code<2>();
  every_code<3>();
  every_code<4>();
  every_code<5>();
  every_code<6>();
  every_code<7>();
  every_code<8>();
  every_code<9>();
  every_code<10>();
  every_code<11>();
  every_code<12>();
  every_code<13>();
  every_code<16>();
}

TEST_CASE("takum: 32 and 64 bits at random") {
  tests::random_codes random(6);
  std::size_t differences = 0;
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t c = random.next();
    const auto wide = takum<64>::from_bits(c);
    const auto narrow = takum<32>::from_bits(static_cast<std::uint32_t>(c >> 32));
    const lowp::exact x = lowp::decode(wide);
    if (x.kind != lowp::value_kind::finite) continue;
    const long double value = std::ldexp(static_cast<long double>(x.significand), x.exponent - 63);
    differences += (x.negative ? -value : value) != definition(c, 64);
    differences += lowp::round_to<takum<64>>(x).bits() != c;
    differences += static_cast<long double>(static_cast<double>(narrow)) != definition(c >> 32, 32);
    differences += takum<32>(static_cast<double>(narrow)).bits() != c >> 32;
    // Cut to 32 bits: ties to the even code, in two's complement as a whole.
    const std::uint64_t kept = c >> 32, cut = c & 0xffffffff;
    const std::uint64_t up = cut > 0x80000000 || (cut == 0x80000000 && (kept & 1) != 0);
    if (kept == 0 || kept == 0x7fffffff || kept == 0x80000000 || kept == 0xffffffff) continue;
    differences += lowp::convert<takum<32>>(wide).bits() != kept + up;
  }
  CHECK(differences == 0);
}

TEST_CASE("takum: what lies below the bits of a code breaks a tie, and nothing becomes zero or NaR") {
  using lowp::exact;
  const auto above = [](exact x) {
    x.sticky = true;
    return x;
  };
  const exact half = exact::scaled(false, 0x1801, -12);  // 1.5 and half a unit of takum<16>
  CHECK(lowp::round_to<takum<16>>(half, lowp::nearest_zero{}) == 1.5);
  CHECK(lowp::round_to<takum<16>>(above(half), lowp::nearest_zero{}) > 1.5);
  const exact tail{half.significand | 1, 0, lowp::value_kind::finite, false, false};
  CHECK(lowp::round_to<takum<16>>(tail, lowp::nearest_zero{}) > 1.5);
  CHECK(lowp::round_to<takum<16>>(above(exact::scaled(false, 3, -1)), lowp::upward{}) > 1.5);
  // At 2^200 seven bits of C leave the last bits of 64 to the lower word.
  const exact far{std::uint64_t{1} << 63 | 1, 200, lowp::value_kind::finite, false, false};
  CHECK(lowp::round_to<takum<64>>(far, lowp::upward{}) > lowp::round_to<takum<64>>(far, lowp::downward{}));
  CHECK(lowp::round_to<takum<64>>(far, lowp::nearest_even{}) == lowp::round_to<takum<64>>(far, lowp::downward{}));

  for (int e = -255; e <= -160; ++e) {  // below the smallest takum<8>, 2^-239, and above it
    CHECK(takum<8>(std::ldexp(1.25, e)) > 0);
    CHECK(takum<8>(std::ldexp(-1.25, e)) < 0);
    CHECK(takum<4>(std::ldexp(1.25, e)).bits() == 1);
    CHECK(lowp::convert<takum<8>>(std::ldexp(1.25, e), lowp::toward_zero{}) > 0);
  }
}

TEST_CASE("takum: NaR is below all values and equal to itself") {
  const auto nar = takum<16>::from_bits(0x8000);
  CHECK(nar == nar);
  CHECK(nar < std::numeric_limits<takum<16>>::lowest());
  CHECK(!(takum<16>(0) < nar));
  CHECK(takum<16>(-3) < takum<16>(-2));
}

TEST_CASE("takum: landmarks and special values") {
  CHECK(takum<16>(1.0f).bits() == 0x4000);
  CHECK(takum<16>(-1.0f).bits() == 0xc000);
  CHECK(takum<16>(2.0f).bits() == 0x4800);
  CHECK(takum<8>(1.0f).bits() == 0x40);
  CHECK(static_cast<double>(std::numeric_limits<takum<12>>::max()) == 0x1p254);
  CHECK(static_cast<double>(std::numeric_limits<takum<64>>::denorm_min()) == 0x1.0000000000002p-255 - 0x1p-307);
  CHECK(isnan(takum<16>(0) / takum<16>(0)));
  CHECK(isnan(takum<16>(1) / takum<16>(0)));
  CHECK(takum<16>(3) * takum<16>(5) == 15);
  CHECK(takum<16>(0).bits() == 0);
  CHECK(takum<16>(-0.0f).bits() == 0);
}
