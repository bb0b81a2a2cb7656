// The code of docs/numbers.md.

#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include <lowp/lowp.hpp>

using namespace lowp;

// Any layout: 3 exponent bits, 2 fraction bits, no infinity, bias 5, unsigned.
using scale6 = minifloat<3, 2, specials::fn, 5, signedness::is_unsigned>;
static_assert(std::numeric_limits<scale6>::max() == 6 && sizeof(scale6) == 1);

// A drop-in for float: a dot product that rounds after every operation, in whatever way T says.
template <class T>
T dot_product(const T* a, const T* b, int n) {
  T sum{};
  for (int i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

void check(bool ok) {
  if (!ok) std::abort();
}

int main() {
  constexpr e4m3fn a(3.3f), b = e4m3fn::from_bits(0x39);  // 3.25 and 1.125
  static_assert(a == 3.25f && b == 1.125f && a.bits() == 0x45);
  static_assert(a * b == 3.75f);  // 3.65625 lies between 3.5 and 3.75
  float f = a;                    // implicit: every e4m3fn is a float
  float16 h = a;                  // implicit: and a float16
  e5m2 e(a);                      // explicit: 3.25 is no e5m2; rounds to 3
  static_assert(!std::is_convertible_v<float, e4m3fn>);

  auto up = convert<e5m2>(f, upward{});           // 3.5
  auto sum = add<float16>(a, e, nearest_away{});  // any two formats, rounded once into a third
  auto big = mul<e4m3fn>(a, 1000, saturate{});    // 448; without saturate{}: NaN
  auto d = fma<float>(a, b, h);                   // exact product, exact sum, one rounding
  check(up == 3.5f && sum == 6.25f && big == 448 && d == 6.90625f);

  using sr16 = with_rounding<bfloat16, stochastic<>>;  // a bfloat16 whose operators round stochastically
  seed_thread(42);                                     // the same bits on every run
  sr16 s(256);
  for (int i = 0; i < 1000; ++i) s += sr16(0.25f);  // to nearest, 256 + 0.25 would stay 256 for ever
  check(s > 400 && s < 600);

  auto r = convert<e4m3fn>(f, stochastic<8>{}, random_bits{0xff});  // or with the random bits given
  auto q = convert<e4m3fn>(0.33f, stochastic<32, stochastic_variant::c>{}, random_stream(7));
  check(r == 3.25f && (q == 0.3125f || q == 0.34375f));

  check(next_up(a) == 3.5f && ulp(a) == 0.25f && isnan(e4m3fn(1000.0f)));
  check(std::numeric_limits<e4m3fn>::epsilon() == 0.125f);
  std::unordered_map<e4m3fn, int> count{{a, 1}};

  const float16 x[3] = {float16(1), float16(2), float16(3)};
  std::printf("%g %g %g %d\n", static_cast<double>(dot_product(x, x, 3)), static_cast<double>(s),
              static_cast<double>(q), count[a]);
}
