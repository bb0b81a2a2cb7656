// to_chars against brute force and GMP, against std of float and double; and the big integer behind both directions.
#include <cfloat>
#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "text_helpers.hpp"

namespace {

using namespace test;

// The code that a NaN is read back as, and every other code itself.
template <class T>
std::uint64_t canonical(T x) {
  if constexpr (T::format::has_nan) {
    if (lowp::isnan(x)) return T::format::nan(lowp::signbit(x));
  }
  return x.bits();
}

template <class T, class... Formats>
std::size_t count_lost_codes(Formats... formats) {
  std::size_t lost = 0;
  for (std::uint64_t c = 0; c <= low_mask(T::format::bits); ++c) {
    const T x = from_code<T>(c);
    char buffer[600];
    const auto [end, error] = lowp::to_chars(buffer, buffer + sizeof buffer, x, formats...);
    T y{};
    const auto [last, read_error] = lowp::from_chars(buffer, end, y, formats...);
    lost += error != errc{} || read_error != errc{} || last != end || y.bits() != canonical(x);
  }
  return lost;
}

}  // namespace

TEST_CASE("every code of every named format reads back from its shortest text, in every form") {
  const auto check = [](auto format) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    CHECK(count_lost_codes<T>() == 0);
    CHECK(count_lost_codes<T>(chars_format::general) == 0);
    CHECK(count_lost_codes<T>(chars_format::fixed) == 0);
    CHECK(count_lost_codes<T>(chars_format::scientific) == 0);
    CHECK(count_lost_codes<T>(chars_format::hex) == 0);
  };
  for_each_narrow_format(check);
  for_each_wide_format(check);
}

TEST_CASE("text reads back under the type's own rounding policy") {
  for (const oracle::mode m : oracle::deterministic_modes) {
    INFO(oracle::name(m));
    current_rounding::mode = m;
    const auto check = [](auto format) {
      INFO(oracle::describe(format.facts));
      CHECK(count_lost_codes<lowp::with_rounding<typename decltype(format)::type, current_rounding>>() == 0);
    };
    for_each_narrow_format(check);
    for_each_wide_format(check);
  }
  CHECK(count_lost_codes<lowp::with_rounding<lowp::bfloat16, lowp::stochastic<>>>() == 0);
  CHECK(count_lost_codes<lowp::with_rounding<lowp::e3m4, lowp::stochastic_equal>>() == 0);
  CHECK(count_lost_codes<lowp::with_overflow<lowp::e2m3fn, lowp::saturate>>() == 0);
  CHECK(count_lost_codes<lowp::lenient<lowp::e4m3fn>>() == 0);
  CHECK(count_lost_codes<lowp::lenient<lowp::with_rounding<lowp::e4m3fn, lowp::stochastic<>>>>() == 0);
}

// All decimals of at most `digits` digits that read as a positive code in range, the best for each code.
namespace {

struct best_texts {
  int fewest_digits = 99;
  int fewest_characters = 99;
  // Of those with the fewest digits, and of those with the fewest characters, the least distance to the value.
  test::rational digits_distance, characters_distance;
};

// Characters of digits * 10^exponent, in the shorter of the two forms, as to_chars writes them.
int characters(int digits, int exponent) {
  const int leading = exponent + digits - 1;
  const int scientific = digits + (digits > 1) + 4 + (std::abs(leading) >= 100);
  const int fixed = exponent >= 0 ? digits + exponent : leading >= 0 ? digits + 1 : 2 - exponent;
  return std::min(scientific, fixed);
}

template <class T>
class text_search {
 public:
  // digits * 10^exponent for begin <= digits < end
  void run(unsigned begin, unsigned end, int exponent) {
    bool in_range = false;
    for (unsigned m = begin; m < end; ++m) {
      char text[32];
      char* p = std::to_chars(text, text + sizeof text, m).ptr;
      const int length = characters(static_cast<int>(p - text), exponent);
      int digits = static_cast<int>(p - text);
      for (unsigned rest = m; rest % 10 == 0; rest /= 10) --digits;
      *p++ = 'e';
      p = std::to_chars(p, text + sizeof text, exponent).ptr;
      T x{};
      if (lowp::from_chars(text, p, x).ec != errc{}) {
        if (in_range) break;  // and so is everything larger
        continue;
      }
      in_range = true;
      best_texts& b = best_[x.bits()];
      if (digits > b.fewest_digits && length > b.fewest_characters) continue;
      const test::rational d = distance(x, std::string_view(text, p));
      const auto keep = [&](int found, int& fewest, test::rational& least) {
        if (found < fewest || (found == fewest && compare(d, least) < 0)) least = d;
        fewest = std::min(found, fewest);
      };
      keep(digits, b.fewest_digits, b.digits_distance);
      keep(length, b.fewest_characters, b.characters_distance);
    }
  }
  const best_texts& best(T x) { return best_[x.bits()]; }

  static test::rational distance(T x, std::string_view text) {
    const lowp::exact v = lowp::decode(x);
    const oracle::dyadic value{static_cast<oracle::int128>(v.significand), v.exponent - 63};
    return (test::rational(text) - test::rational(value)).magnitude();
  }

 private:
  std::map<std::uint64_t, best_texts> best_;
};

}  // namespace

TEST_CASE("brute force: no text with fewer digits or characters reads back, and none as short is closer") {
  for_each_narrow_format([](auto format) {
    using T = typename decltype(format)::type;
    using F = typename T::format;
    INFO(oracle::describe(format.facts));
    // All numbers of three digits, of four where the exponents are few, and all integers up to a million.
    const int first = lowp::detail::floor_log10_2(lowp::detail::text_facts<F>::low) - 3;
    const int last = lowp::detail::floor_log10_2(lowp::detail::text_facts<F>::top) + 1;
    text_search<T> search;
    for (int e = first; e <= last; ++e) search.run(1, last - first > 25 ? 1000 : 10000, e);
    search.run(1000, 1000000, 0);
    report found;
    std::size_t compared = 0;
    for (std::uint64_t c = 0; c <= low_mask(F::bits); ++c) {
      const T x = from_code<T>(c);
      if (lowp::decode(x).kind != value_kind::finite || lowp::signbit(x)) continue;
      const best_texts& best = search.best(x);
      const std::string shortest = text_of(x), scientific = text_of(x, chars_format::scientific);
      const std::size_t mantissa = scientific.find('e');
      const int digits = static_cast<int>(mantissa) - (mantissa > 1);
      const bool good = digits == best.fewest_digits &&
                        compare(search.distance(x, scientific), best.digits_distance) == 0 &&
                        static_cast<int>(shortest.size()) == best.fewest_characters &&
                        compare(search.distance(x, shortest), best.characters_distance) == 0;
      ++compared;
      if (good) continue;
      found.add(std::to_string(c) + ": " + shortest + ' ' + scientific + ", fewest " +
                std::to_string(best.fewest_digits) + " digits, " + std::to_string(best.fewest_characters) +
                " characters");
    }
    INFO(found.first);
    CHECK(found.wrong == 0);
    CHECK(compared >= 7);
  });
}

TEST_CASE("to_chars of binary32 and binary64 is that of float and double") {
  random_numbers random(5);
  constexpr chars_format forms[] = {chars_format::fixed, chars_format::scientific, chars_format::general,
                                    chars_format::hex};
  const auto check = [&](auto x, auto expected) {
    const auto both = [&](auto... args) {
      char own[2000], other[2000];
      const auto end = lowp::to_chars(own, own + sizeof own, x, args...).ptr;
      const auto other_end = std::to_chars(other, other + sizeof other, expected, args...).ptr;
      REQUIRE(std::string(own, end) == std::string(other, other_end));
    };
    both();
    for (const chars_format form : forms) {
      if (form == chars_format::hex && !std::isnormal(expected) && expected != 0) continue;  // ours are normalised
      both(form);
      both(form, static_cast<int>(random.below(form == chars_format::hex ? 20 : 60)));
      both(form, 0);
      if (form != chars_format::hex) both(form, -1);
    }
  };
  for (int i = 0; i < 20000; ++i) {
    double d = 0;
    switch (i % 4) {
      case 0:
        d = std::ldexp(static_cast<double>(random.below(100000)), static_cast<int>(random.below(60)) - 30);
        break;
      case 1:
        d = static_cast<double>(random.below(1000000)) / std::pow(10.0, static_cast<double>(random.below(12)));
        break;
      case 2:
        d = std::bit_cast<double>(random() >> random.below(64));
        break;
      default:
        d = -std::bit_cast<double>(random() & ~(std::uint64_t{1} << (52 + random.below(11))));
        break;
    }
    if (!std::isnan(d) && !std::isinf(d)) check(float64(d), d);
    const auto f = i % 2 == 0 ? static_cast<float>(d) : std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(f) && !std::isinf(f)) check(float32(f), f);
  }
}

TEST_CASE("to_chars with a precision prints the digits of the exact value") {
  const auto check = [](auto format, std::uint64_t step) {
    using T = typename decltype(format)::type;
    INFO(oracle::describe(format.facts));
    for (std::uint64_t c = 0; c <= low_mask(T::format::bits); c += step) {
      const T x = from_code<T>(c);
      const lowp::exact v = lowp::decode(x);
      if (v.kind > value_kind::finite) continue;
      const auto d = static_cast<double>(x);  // exact; subnormal double never
      for (const int precision : {0, 1, 2, 3, 5, 8, 17, 60}) {
        for (const chars_format form : {chars_format::fixed, chars_format::scientific, chars_format::general}) {
          REQUIRE(text_of(x, form, precision) == std_text(d, form, precision));
        }
        REQUIRE(text_of(x, chars_format::hex, precision) == std_text(d, chars_format::hex, precision));
      }
      REQUIRE(text_of(x, chars_format::hex) == std_text(d, chars_format::hex));
    }
  };
  for_each_narrow_format([&](auto format) { check(format, 1); });
  for_each_wide_format([&](auto format) { check(format, format.facts.M == 10 && format.facts.E == 8 ? 531 : 67); });
  CHECK(text_of(lowp::float16(0.1), chars_format::fixed, 30) == "0.099975585937500000000000000000");
  CHECK(text_of(lowp::e8m0fnu::from_bits(0), chars_format::scientific, 100).substr(0, 96) ==
        "5.8774717541114375398436826861112283890933277838604376075437585313920862972736358642578125000000");
}

TEST_CASE("to_chars: chosen texts") {
  using lowp::bfloat16;
  using lowp::float16;
  CHECK(text_of(float16(0.1)) == "0.1");
  CHECK(text_of(bfloat16(3.14)) == "3.14");
  CHECK(text_of(float16(-0.0)) == "-0");
  CHECK(text_of(float16(-0.0), chars_format::scientific) == "-0e+00");
  CHECK(text_of(float16(-0.0), chars_format::hex) == "-0p+0");
  CHECK(text_of(float16(65504)) == "65504");
  CHECK(text_of(float16::from_bits(1)) == "6e-08");
  CHECK(text_of(float16::from_bits(1), chars_format::fixed) == "0.00000006");
  CHECK(text_of(bfloat16(3e38f)) == "3e+38");
  CHECK(text_of(bfloat16(131072)) == "131072");
  CHECK(text_of(lowp::e4m3fn(448)) == "448");
  CHECK(text_of(lowp::e2m3fn(7.5)) == "7.5");  // 8 would be clamped to it
  CHECK(text_of(float16::from_bits(0x7c00)) == "inf");
  CHECK(text_of(float16::from_bits(0xfc00), chars_format::hex, 3) == "-inf");
  CHECK(text_of(float16::from_bits(0x7e00)) == "nan");
  CHECK(text_of(float16::from_bits(0xfe01)) == "-nan");
  CHECK(text_of(lowp::e4m3fnuz::from_bits(0x80)) == "nan");
  CHECK(text_of(lowp::e8m0fnu::from_bits(0)) == "6e-39");
  CHECK(text_of(float16(0.3)) == "0.3");  // it is above 0.3, which therefore does not truncate to it
  CHECK(text_of(lowp::with_rounding<float16, lowp::toward_zero>(float16(0.3))) == "0.3001");
  CHECK(text_of(lowp::with_rounding<float16, lowp::stochastic<>>(float16(0.3))) == "0.3");
  CHECK(text_of(lowp::with_rounding<float16, lowp::to_odd>::from_bits(0x2e66)) == "0.0999755859375");  // even: exact
}

TEST_CASE("to_chars stops at the end of its room") {
  const lowp::float16 x(-123.4375);
  const auto check = [&](auto... args) {
    const std::string whole = text_of(x, args...);
    for (std::size_t room = 0; room <= whole.size() + 1; ++room) {
      char buffer[64];
      std::memset(buffer, '#', sizeof buffer);
      const auto [end, error] = lowp::to_chars(buffer, buffer + room, x, args...);
      if (room < whole.size()) {
        CHECK(error == errc::value_too_large);
        CHECK(end == buffer + room);
      } else {
        CHECK(error == errc{});
        CHECK(std::string(buffer, end) == whole);
      }
      CHECK(buffer[room] == '#');
    }
  };
  check();
  for (const chars_format form :
       {chars_format::fixed, chars_format::scientific, chars_format::general, chars_format::hex}) {
    check(form);
    check(form, 5);
  }
  char one[1];
  const auto huge = lowp::to_chars(one, one + 1, x, chars_format::fixed, 2147483647);
  CHECK(huge.ec == errc::value_too_large);
  CHECK(lowp::to_chars(one, one + 1, x, chars_format::hex, 2147483647).ec == errc::value_too_large);
  CHECK(lowp::to_chars(one, one + 1, x, chars_format::scientific, 2147483647).ec == errc::value_too_large);
  CHECK(text_of(x, chars_format::general, 2147483647) == "-123.4375");
}

// ---- formats that are far out, or no grid -----------------------------------------------------------------------

TEST_CASE("odd biases and wide exponents") {
  const auto check = [](auto zero, std::uint64_t step) {
    using T = decltype(zero);
    for (std::uint64_t c = 0; c <= low_mask(T::format::bits); c += step) {
      const T x = from_code<T>(c);
      if (lowp::isnan(x)) continue;
      std::vector<char> buffer(30000);
      T y{};
      const auto end = lowp::to_chars(buffer.data(), buffer.data() + buffer.size(), x).ptr;
      CHECK(end - buffer.data() < 20);
      REQUIRE(lowp::from_chars(buffer.data(), end, y).ec == errc{});
      REQUIRE(y.bits() == c);
    }
  };
  using enum lowp::specials;
  check(lowp::minifloat<5, 2, ieee, 20000>{}, 1);
  check(lowp::minifloat<5, 2, fn, -20000>{}, 1);
  check(lowp::minifloat<8, 7, ieee, 1000>{}, 37);
  check(lowp::minifloat<0, 5, finite>{}, 1);
  check(lowp::minifloat<1, 6, finite>{}, 1);
  check(lowp::minifloat<7, 0, fn>{}, 1);
  check(lowp::minifloat<2, 29, finite>{}, 10000019);
  check(lowp::minifloat<15, 8, ieee>{}, 2000003);
  check(lowp::p3109<16, 1>{}, 4111);
  check(lowp::p3109<16, 15>{}, 41);
  using tiny = lowp::minifloat<5, 2, ieee, 20000>;
  CHECK(text_of(tiny::from_bits(1)).substr(1, 2) == "e-");
  const std::string all = [] {
    std::vector<char> buffer(30000);
    const auto r = lowp::to_chars(buffer.data(), buffer.data() + buffer.size(), tiny::from_bits(1),
                                  chars_format::scientific, 20001);
    REQUIRE(r.ec == errc{});
    return std::string(buffer.data(), r.ptr);
  }();
  CHECK(compare(test::rational(all), test::rational(oracle::dyadic{1, -20001})) == 0);
  CHECK(read<tiny>(all) == reading{1, true});
}

namespace {

// The same format without the facts that make it a grid: texts must come out the same by bisection.
template <class F>
struct opaque : F {
  static constexpr struct { } precision{}, min_quantum{}; };

// Nine values that lie on no grid, with a boundary at a third of each gap (and never a tie).
struct steps {
  static constexpr int bits = 4;
  static constexpr std::uint64_t values[] = {0, 1, 10, 11, 97, 1000, 1001, 50000};
  static constexpr bool has_zero = true, has_infinity = false, has_nan = false;
  using default_overflow = lowp::saturate;
  static constexpr std::uint64_t max_magnitude(bool) noexcept { return 7; }
  static constexpr std::uint64_t assemble(bool negative, std::uint64_t m) noexcept {
    return m | (negative ? 8u : 0u);
  }
  static constexpr std::uint64_t magnitude(std::uint64_t code) noexcept { return code & 7; }
  static constexpr lowp::exact decode(std::uint64_t code) noexcept {
    return lowp::exact::scaled((code & 8) != 0, values[code & 7], 0);
  }
  static constexpr lowp::cut truncate(const lowp::exact& x) noexcept {
    lowp::exact size = x;
    size.negative = false;
    std::uint64_t c = 7;
    while (c > 0 && compare(decode(c), size) > 0) --c;
    if (c == 7) return {compare(decode(7), size) < 0 ? 8u : 7u, 0};
    if (decode(c) == size) return {c, 0};
    const lowp::exact third = lowp::exact_div(lowp::exact::scaled(false, 2 * values[c] + values[c + 1], 0),
                                              lowp::exact::scaled(false, 3, 0));
    return {c, compare(size, third) < 0 ? 1 : ~std::uint64_t{0}};
  }
};
static_assert(lowp::Format<steps> && !lowp::detail::Grid<steps>);

}  // namespace

TEST_CASE("formats without a grid get the same texts by bisection") {
  const auto check = [](auto zero, std::uint64_t step) {
    using T = decltype(zero);
    using F = opaque<typename T::format>;
    static_assert(!lowp::detail::Grid<F>);
    using U = lowp::number<F, current_rounding>;
    using G = lowp::with_rounding<T, current_rounding>;
    for (const oracle::mode m : oracle::deterministic_modes) {
      INFO(oracle::name(m));
      current_rounding::mode = m;
      for (std::uint64_t c = 0; c <= low_mask(F::bits); c += step) {
        const bool largest = F::magnitude(c) == F::max_magnitude(false);  // its interval is drawn in
        if (!largest) REQUIRE(text_of(from_code<U>(c)) == text_of(from_code<G>(c)));
      }
    }
  };
  check(lowp::e4m3fn{}, 1);
  check(lowp::e5m2{}, 1);
  check(lowp::e3m2fn{}, 1);
  check(lowp::p3109<8, 1>{}, 1);
  check(lowp::float16{}, 17);
  check(lowp::bfloat16{}, 129);
}

TEST_CASE("formats without a grid: uneven values, uneven boundaries") {
  using T = lowp::number<steps>;
  CHECK(count_lost_codes<T>() == 0);
  CHECK(text_of(from_code<T>(1)) == "1");
  CHECK(text_of(from_code<T>(4)) == "97");
  CHECK(text_of(from_code<T>(4), chars_format::scientific) == "1e+02");
  CHECK(text_of(from_code<T>(5)) == "999");  // shorter, and reads back
  CHECK(text_of(from_code<T>(6)) == "1001");
  CHECK(text_of(from_code<T>(6), chars_format::scientific) == "2e+03");  // closer than 1e+04
  CHECK(text_of(from_code<T>(15)) == "-50000");
}

// ---- constant expressions, the big integer ----------------------------------------------------------------------

namespace {

template <class T>
constexpr bool reads_back(T x) {
  char buffer[40] = {};
  const auto [end, error] = lowp::to_chars(buffer, buffer + 40, x);
  T y{};
  const auto [last, read_error] = lowp::from_chars(buffer, end, y);
  return error == errc{} && read_error == errc{} && last == end && y.bits() == x.bits();
}
static_assert(reads_back(lowp::float16(0.1)));
static_assert(reads_back(lowp::e4m3fn(-448)));
static_assert(reads_back(lowp::bfloat16::from_bits(1)));
static_assert(reads_back(lowp::bfloat16::from_bits(0x7f7f)));
static_assert(reads_back(lowp::e8m0fnu::from_bits(254)));

using limbs = lowp::detail::natural<40>;

void set(limbs& n, const std::vector<std::uint64_t>& high_first) {
  for (const std::uint64_t x : high_first) {
    n.shift_left(64);
    limbs low(x);
    if (n.is_zero()) {
      n.multiply_add(1, x);
    } else {
      n.multiply_add(1, x);  // the low limb is 0
    }
  }
}
std::string hex_of(const limbs& n) {
  std::string text;
  for (int i = 0; i < n.bit_length(); i += 4) text.insert(text.begin(), "0123456789abcdef"[n.bits_from(i) & 15]);
  return text.empty() ? "0" : text;
}

}  // namespace

TEST_CASE("the natural numbers behind it, against GMP") {
  random_numbers random(23);
  // Limbs of all ones and all zeros make the quotient's estimate as wrong as it can be.
  const auto limb = [&] {
    switch (random.below(5)) {
      case 0:
        return ~std::uint64_t{0};
      case 1:
        return std::uint64_t{0};
      case 2:
        return std::uint64_t{1} << 63;
      default:
        return random();
    }
  };
  mpz_t a, b, q, r;
  mpz_inits(a, b, q, r, nullptr);
  const auto import = [](mpz_t& to, const std::vector<std::uint64_t>& from) {
    mpz_import(to, from.size(), 1, 8, 0, 0, from.data());
  };
  const auto hex = [](const mpz_t& n) {
    char* const text = mpz_get_str(nullptr, 16, n);
    const std::string s = text;
    std::free(text);
    return s;
  };
  for (int i = 0; i < 100000; ++i) {
    std::vector<std::uint64_t> divisor(1 + random.below(5)), dividend;
    for (auto& x : divisor) x = limb();
    divisor[0] |= std::uint64_t{1} << 63;
    import(b, divisor);
    // a = b * quotient + something below b, so that the quotient has 64 bits at most
    mpz_set_ui(a, static_cast<unsigned long>(limb()));
    mpz_mul(a, a, b);
    if (random.below(2) != 0) {
      mpz_sub_ui(r, b, 1 + random.below(2));
      mpz_add(a, a, r);
    }
    dividend.resize(divisor.size() + 1);
    std::size_t count = 0;
    mpz_export(dividend.data(), &count, 1, 8, 0, 0, a);
    dividend.resize(count);
    limbs n, d;
    set(n, dividend);
    set(d, divisor);
    mpz_fdiv_qr(q, r, a, b);
    const std::uint64_t quotient = n.divide_by(d);
    REQUIRE(quotient == mpz_get_ui(q));
    REQUIRE(hex_of(n) == hex(r));
    mpz_mul_2exp(q, r, 1);
    const int order = mpz_cmp(q, b);
    const auto own = n.compare_doubled(d);
    REQUIRE((own < 0 ? -1 : own > 0) == (order < 0 ? -1 : order > 0));
    if (order >= 0) {
      n.double_and_subtract(d);
      mpz_sub(q, q, b);
      REQUIRE(hex_of(n) == hex(q));
    }
  }
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t factor = limb(), addend = limb(), divisor = limb() | std::uint64_t{1} << 63;
    const int shift = static_cast<int>(random.below(200)), power = static_cast<int>(random.below(100));
    limbs n(addend);
    mpz_set_ui(a, static_cast<unsigned long>(addend));
    n.multiply_by_power_of_5(power);
    mpz_ui_pow_ui(b, 5, static_cast<unsigned long>(power));
    mpz_mul(a, a, b);
    n.shift_left(shift);
    mpz_mul_2exp(a, a, static_cast<mp_bitcnt_t>(shift));
    if (!n.is_zero() || addend != 0) {
      n.multiply_add(factor == 0 ? 1 : factor, addend);
      mpz_mul_ui(a, a, static_cast<unsigned long>(factor == 0 ? 1 : factor));
      mpz_add_ui(a, a, static_cast<unsigned long>(addend));
    }
    REQUIRE(hex_of(n) == hex(a));
    REQUIRE(n.any_below(shift) == (mpz_divisible_2exp_p(a, static_cast<mp_bitcnt_t>(shift)) == 0));
    mpz_set_ui(b, static_cast<unsigned long>(divisor));
    mpz_fdiv_qr(a, r, a, b);
    REQUIRE(n.divide_by(divisor) == mpz_get_ui(r));
    REQUIRE(hex_of(n) == hex(a));
  }
  mpz_clears(a, b, q, r, nullptr);
}
