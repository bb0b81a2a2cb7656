// What std::format and fmt must do alike with a number. `Library` has
//   format(text, arguments...) -> std::string, the text parsed at run time;   error: what it throws
//   hex_prefix: whether its type a has 0x
//   agrees_with_printf(value, align, flags, precision and type): false where its own double goes another way
#pragma once

#include <cmath>
#include <string>

#include "text_helpers.hpp"

namespace test {

// Every combination of alignment, sign, #, 0, width, precision and type, against the library's own text of the
// double of that value, which is exact.
template <class Library>
void check_specs_of_double() {
  const double values[] = {0.0, -0.0, 1.5, -448.0, 0.001953125, 240.0, 13.0, HUGE_VAL, -HUGE_VAL};
  std::size_t compared = 0;
  report found;
  for (const double d : values) {
    const auto x = lowp::float16(d);
    for (const std::string align : {"", "<", "^", ">", "*<", "_^", "0>", "\u00e9^"}) {
      for (const std::string sign : {"", "+", "-", " "}) {
        for (const std::string flags : {"", "#", "0", "#0"}) {
          for (const std::string width : {"", "1", "12", "23"}) {
            for (const std::string end : {"e",   "E",   "f",   "F",    "g",    "G",   ".0e", ".0f", ".0g", ".1", ".3",
                                          ".3e", ".3F", ".3G", ".12f", ".25e", ".9g", "a",   "A",   ".2a", ".0A"}) {
              if (!Library::agrees_with_printf(d, align, flags, end)) continue;
              const std::string spec = joined("{:", align, sign, flags, width, end, "}");
              const std::string own = Library::format(spec, x), expected = Library::format(spec, d);
              ++compared;
              if (own != expected)
                found.add(joined(spec, " of ", std::to_string(d), ": '", own, "' for '", expected, "'"));
            }
          }
        }
      }
    }
  }
  INFO(found.first);
  CHECK(found.wrong == 0);
  CHECK(compared > 30000);
}

template <class Library>
void check_chosen_texts() {
  const auto format = [](const std::string& text, const auto&... arguments) {
    return Library::format(text, arguments...);
  };
  using lowp::e4m3fn;
  using lowp::float16;
  const e4m3fn x(1.5);
  const float16 tenth(0.1);

  // The shortest text that reads back, for every code as to_chars has it.
  CHECK(format("{}", tenth) == "0.1");
  CHECK(format("{:}", tenth) == "0.1");
  CHECK(format("{0} {0}", lowp::bfloat16(3.14)) == "3.14 3.14");
  CHECK(format("{:>8}|{:<8}|{:^8}|{:8}", tenth, tenth, tenth, tenth) == "     0.1|0.1     |  0.1   |     0.1");
  CHECK(format("{:+} {: } {:-}", tenth, tenth, tenth) == "+0.1  0.1 0.1");
  CHECK(format("{:08}", -tenth) == "-00000.1");
  CHECK(format("{:<08}", -tenth) == "-0.1    ");
  CHECK(format("{:#}", x + x) == "3.");
  CHECK(format("{:#}", float16::from_bits(1)) == "6.e-08");
  CHECK(format("{:.2}", tenth) == "0.1");
  CHECK(format("{:.10}", tenth) == "0.09997558594");
  CHECK(format("{:g}", tenth) == "0.0999756");
  for (std::uint64_t c = 0; c <= 0xffff; c += 7)
    CHECK(format("{}", from_code<float16>(c)) == text_of(from_code<float16>(c)));

  // Bits.
  CHECK(format("{:x} {:X} {:#x} {:#X}", x, x, x, x) == "3c 3C 0x3c 0X3C");
  CHECK(format("{:x}", float16(0.0)) == "0000");
  CHECK(format("{:x}", lowp::tf32(1.0)) == "1fc00");
  CHECK(format("{:x} {:x} {:x}", lowp::e2m1fn(6.0), lowp::e3m2fn(28.0), lowp::ue4m3(448.0)) == "7 1f 7e");
  CHECK(format("{:b}", x) == "0|0111|100");
  CHECK(format("{:#b} {:#B}", x, x) == "0b0|0111|100 0B0|0111|100");
  CHECK(format("{:b}", -x) == "1|0111|100");
  CHECK(format("{:b}", lowp::e8m0fnu(1.0)) == "01111111");
  CHECK(format("{:b}", lowp::ue5m3(1.0)) == "01111|000");
  CHECK(format("{:b}", lowp::minifloat<0, 4, lowp::specials::finite>(1.0)) == "0|1000");
  CHECK(format("{:b}", lowp::minifloat<4, 0, lowp::specials::finite>(1.0)) == "0|0111");
  CHECK(format("{:6x}|{:<6x}|{:06x}|{:#06x}|{:*^#8x}", x, x, x, x, x) == "    3c|3c    |00003c|0x003c|**0x3c**");
  CHECK(format("{:13b}|{:012b}", x, x) == "   0|0111|100|000|0111|100");
  CHECK(format("{:x} {:b}", e4m3fn::from_bits(0x7f), e4m3fn::from_bits(0xff)) == "7f 1|1111|111");
  CHECK(format("{:04x}", e4m3fn::from_bits(0xff)) == "00ff");

  // No number.
  CHECK(format("{} {} {:+} {:F}", float16::from_bits(0x7c00), float16::from_bits(0xfc00), float16::from_bits(0x7e00),
               float16::from_bits(0xfe00)) == "inf -inf +nan -NAN");
  CHECK(format("{:06}|{:#06f}|{:a}", float16::from_bits(0x7c00), float16::from_bits(0x7e00),
               float16::from_bits(0xfc00)) == "   inf|   nan|-inf");

  // Widths and precisions that come as arguments.
  CHECK(format("{:{}}|", x, 6) == "   1.5|");
  CHECK(format("{:{}.{}f}|", x, 8, 3) == "   1.500|");
  CHECK(format("{0:{2}.{1}f}|", x, 3U, 8LL) == "   1.500|");
  CHECK(format("{:.{}}|", tenth, 4) == "0.09998|");
  CHECK(format("{:{}}|", x, 0) == "1.5|");

  // Long texts leave the local buffer.
  CHECK(format("{:.300f}", tenth) == joined("0.0999755859375", std::string(300 - 13, '0')));
  CHECK(format("{:.3000e}", tenth) == joined("9.99755859375", std::string(3000 - 11, '0'), "e-02"));
  CHECK(format("{:>500}", tenth) == joined(std::string(497, ' '), "0.1"));
  CHECK(format("{:0500}", -tenth) == joined("-", std::string(496, '0'), "0.1"));
  CHECK(format("{:.1000a}", x).substr(0, 7) == (Library::hex_prefix ? "0x1.800" : "1.80000"));
}

template <class Library>
void check_refused_specs() {
  const lowp::e4m3fn x(1.5);
  for (const char* spec : {"{:d}",          "{:s}",    "{:c}",    "{:xx}",          "{:+x}",
                           "{: b}",         "{:-b}",   "{:.2x}",  "{:.0b}",         "{:.}",
                           "{:.f}",         "{:L}",    "{:.3Lf}", "{:99999999999}", "{:.99999999999f}",
                           "{:2147483648}", "{:{{}}}", "{:{>5}",  "{:f5}",          "{:5+}",
                           "{:0+}",         "{:#+}",   "{:{}",    "{:{x}}",         "{:.{-1}}",
                           "{:ab}",         "{:<<<}"}) {
    INFO(spec);
    CHECK_THROWS_AS(Library::format(spec, x), typename Library::error);
  }
  CHECK_THROWS_AS(Library::format("{:{}}", x, -1), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{}}", x, 2147483648LL), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{}}", x, 1.5), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{}}", x, 'a'), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{}}", x, true), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:.{}}", x, "3"), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{}}", x), typename Library::error);
  CHECK_THROWS_AS(Library::format("{:{7}}", x, 1), typename Library::error);
  CHECK_THROWS_AS(Library::format("{0:{}}", x, 1), typename Library::error);  // manual, then automatic
}

}  // namespace test
