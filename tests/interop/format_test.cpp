// Numbers through std::format, where there is one.
#include <lowp/interop/format.hpp>

#include "catch.hpp"

#ifdef __cpp_lib_format

#include "text_spec_cases.hpp"

namespace {

struct std_library {
  static constexpr bool hex_prefix = false;
  using error = std::format_error;

  template <class... Args>
  static std::string format(const std::string& text, const Args&... arguments) {
    return std::vformat(text, std::make_format_args(arguments...));
  }
  // libc++ 19 loses the zeros of %#.9g that stand behind zeros after the point.
  static bool agrees_with_printf(double x, const std::string&, const std::string& flags, const std::string& end) {
    return x != 0.001953125 || end != ".9g" || flags.find('#') == std::string::npos;
  }
};

TEST_CASE("std::format: specifications mean what they mean for double") {
  test::check_specs_of_double<std_library>();
}
TEST_CASE("std::format: chosen texts") { test::check_chosen_texts<std_library>(); }
TEST_CASE("std::format: what is refused") { test::check_refused_specs<std_library>(); }

TEST_CASE("std::format: format strings checked at compile time, wide text, other outputs") {
  const lowp::e4m3fn x(1.5);
  CHECK(std::format("{:{}.{}f} {:x}", x, 6, 2, x) == "  1.50 3c");
  CHECK(std::format(L"{:\u00e9>+8.2f}|{:x}", x, x) == L"\u00e9\u00e9\u00e9+1.50|3c");
  CHECK(std::format("{:a} {:A} {:.3a}", x, x, lowp::float16(0.1)) == "1.8p+0 1.8P+0 1.998p-4");
  char buffer[3];
  const auto result = std::format_to_n(buffer, 3, "{:.5f}", x);
  CHECK(result.size == 7);
  CHECK(std::string(buffer, 3) == "1.5");
  CHECK(std::formatted_size("{:12}", x) == 12);
}

}  // namespace

#else

TEST_CASE("std::format: where the standard library has none the header declares nothing") { SUCCEED(); }

#endif
