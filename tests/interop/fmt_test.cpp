// Numbers through {fmt}.
#include <lowp/interop/fmt.hpp>

#include <fmt/ranges.h>
#include <fmt/xchar.h>

#include <vector>

#include "text_spec_cases.hpp"

namespace {

struct fmt_library {
  static constexpr bool hex_prefix = true;
  using error = fmt::format_error;

  template <class... Args>
  static std::string format(const std::string& text, const Args&... arguments) {
    return fmt::vformat(text, fmt::make_format_args(arguments...));
  }
  // fmt has rules of its own, which change between versions: for # without trailing digits, for zeros in front of
  // 0x and together with an alignment, for the digits of %.2a, for infinities without an alignment.
  static bool agrees_with_printf(double x, const std::string& align, const std::string& flags,
                                 const std::string& end) {
    const char type = static_cast<char>(end.back() | 0x20);
    if (std::isinf(x) && (align.empty() || align[0] == '0')) return false;
    if (!align.empty() && flags.find('0') != std::string::npos) return false;
    if (type == 'a') return x != 0 && end.size() == 1 && flags.empty();
    return flags.find('#') == std::string::npos || type == 'e' || type == 'f';
  }
};

TEST_CASE("fmt: specifications mean what they mean for double") { test::check_specs_of_double<fmt_library>(); }
TEST_CASE("fmt: chosen texts") { test::check_chosen_texts<fmt_library>(); }
TEST_CASE("fmt: what is refused") { test::check_refused_specs<fmt_library>(); }

TEST_CASE("fmt: format strings checked at compile time, wide text, containers, other outputs") {
  const lowp::e4m3fn x(1.5);
  CHECK(fmt::format("{:{}.{}f} {:x}", x, 6, 2, x) == "  1.50 3c");
  CHECK(fmt::format(L"{:\u00e9>+8.2f}|{:x}", x, x) == L"\u00e9\u00e9\u00e9+1.50|3c");
  CHECK(fmt::format("{}", std::vector<lowp::e4m3fn>{x, -x}) == "[1.5, -1.5]");
  CHECK(fmt::format("{::.2f}", std::vector<lowp::e4m3fn>{x, -x}) == "[1.50, -1.50]");
  CHECK(fmt::format("{:a} {:A} {:.3a}", x, x, lowp::float16(0.1)) == "0x1.8p+0 0X1.8P+0 0x1.998p-4");
  CHECK(fmt::format("{:012a}", -x) == "-0x0001.8p+0");
  char buffer[3];
  const auto result = fmt::format_to_n(buffer, 3, "{:.5f}", x);
  CHECK(result.size == 7);
  CHECK(std::string(buffer, 3) == "1.5");
  CHECK(fmt::formatted_size("{:12}", x) == 12);
  using noisy = lowp::with_overflow<lowp::with_rounding<lowp::e4m3fn, lowp::stochastic<>>, lowp::saturate>;
  CHECK(fmt::format("{}", noisy(x)) == "1.5");
  CHECK(fmt::format("{} {:x}", lowp::lenient<lowp::e4m3fn>(1.5), lowp::lenient<lowp::e4m3fn>(1.5)) == "1.5 3c");
}

}  // namespace
