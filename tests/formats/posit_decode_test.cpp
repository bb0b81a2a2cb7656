// Every code of every posit of 2 to 16 bits against the oracle that reads sign, regime, exponent and fraction bit by
// bit; samples of the wider ones; and back again, as every value rounds to its own code.
#include "posit_harness.hpp"

namespace {

using namespace tests;

template <class T>
void compare_code(differences& report, const oracle::posit_format& f, code_t code) {
  const T x = from_code<T>(code);
  const lowp::exact got = lowp::decode(x);
  const oracle::value expected = f.decode(code);
  const auto describe = [&] { return "code " + std::to_string(code) + ", " + show(expected); };
  report.compare(oracle::same(value_of(got), expected), true, describe);
  report.compare(got.sticky, false, describe);
  report.compare(got.kind != lowp::value_kind::finite || (got.significand >> 63) == 1, true, describe);
  report.compare(x.bits(), code, describe);
  for (const mode m : oracle::deterministic_modes) report.compare(rounded_in_lowp<T>(got, m, {}), code, describe);
  report.compare((-x).bits(), f.negated(code), describe);
}

TEST_CASE("posit: every code of 2 to 16 bits decodes to its value and back") {
  for_each_posit<2, 16>([]<class T>(T) {
    const oracle::posit_format f = oracle_of<T>();
    differences report(f.name());
    for (code_t c = 0; c < f.codes(); ++c) compare_code<T>(report, f, c);
  });
}

template <class T>
void compare_sample(int count) {
  const oracle::posit_format f = oracle_of<T>();
  differences report(f.name());
  random_codes random(static_cast<std::uint64_t>(f.n + 100 * f.es));
  for (int i = 0; i < f.n; ++i) {
    for (int j = 0; j <= i; ++j) {  // one or two bits set, and their complements
      const code_t code = code_t{1} << i | code_t{1} << j;
      compare_code<T>(report, f, code);
      compare_code<T>(report, f, ~code & f.mask());
    }
  }
  for (const code_t code : {code_t{0}, f.nar(), f.maxpos(), f.maxpos() - 1, f.nar() + 1, f.mask()}) {
    compare_code<T>(report, f, code);
  }
  for (int i = 0; i < count; ++i) compare_code<T>(report, f, interesting_code(random, f.n));
}

TEST_CASE("posit: codes of 17 to 64 bits decode to their values and back") {
  for_each_posit<17, 20>([]<class T>(T) { compare_sample<T>(1000); });
  for_each_posit<31, 33>([]<class T>(T) { compare_sample<T>(3000); });
  for_each_posit<47, 48>([]<class T>(T) { compare_sample<T>(1000); });
  for_each_posit<62, 64>([]<class T>(T) { compare_sample<T>(3000); });
  compare_sample<lowp::posit<24, 1>>(1000);
  compare_sample<lowp::posit<56, 2>>(1000);
  compare_sample<lowp::posit<59, 0>>(1000);
}

// To double and float, where these hold the value exactly.
template <class T>
void compare_native() {
  const oracle::posit_format f = oracle_of<T>();
  differences report(f.name() + " to double and float");
  for (code_t c = 0; c < f.codes(); ++c) {
    const T x = from_code<T>(c);
    const double expected = f.to_double(c), got = static_cast<double>(x);
    const auto describe = [&] { return "code " + std::to_string(c); };
    if (c == f.nar()) {
      report.compare(std::isnan(got) && std::isnan(static_cast<float>(x)), true, describe);
      continue;
    }
    report.compare(std::bit_cast<std::uint64_t>(got), std::bit_cast<std::uint64_t>(expected), describe);
    report.compare(std::bit_cast<std::uint32_t>(static_cast<float>(x)),
                   std::bit_cast<std::uint32_t>(static_cast<float>(expected)), describe);
  }
}

TEST_CASE("posit: every code of up to 16 bits goes out to double and float") {
  compare_native<lowp::posit<2, 2>>();
  compare_native<lowp::posit<3, 0>>();
  compare_native<lowp::posit<4, 1>>();
  compare_native<lowp::posit<6, 4>>();
  compare_native<lowp::posit<8, 0>>();
  compare_native<lowp::posit<8, 1>>();
  compare_native<lowp::posit<8, 2>>();
  compare_native<lowp::posit<9, 0>>();
  compare_native<lowp::posit<9, 4>>();
  compare_native<lowp::posit<10, 3>>();
  compare_native<lowp::posit<12, 1>>();
  compare_native<lowp::posit<12, 4>>();  // 2^160: beyond float, where it is an infinity or a zero
  compare_native<lowp::posit<15, 2>>();
  compare_native<lowp::posit<16, 0>>();
  compare_native<lowp::posit<16, 1>>();
  compare_native<lowp::posit<16, 2>>();
  compare_native<lowp::posit<16, 3>>();
  compare_native<lowp::posit<16, 4>>();
}

}  // namespace
