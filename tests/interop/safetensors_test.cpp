// .safetensors files: golden files with every type and every code, and headers that are cut, changed or made
// up.
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <lowp/interop/safetensors.hpp>

#include "tensor_files.hpp"

namespace st = lowp::safetensors;
using lowp::dtype;
using test::check_refused;
using test::check_same;
using test::data_file;
using shape_type = std::vector<std::size_t>;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

std::string st_text(std::string_view header, std::string_view data = "") {
  return test::little_endian(header.size(), 8) + std::string(header) + std::string(data);
}

void open(std::string_view text) {
  const test::byte_vector bytes = test::to_bytes(text);
  const st::file f(bytes);
}

void refuse(std::string_view header, std::string_view data, std::initializer_list<std::string_view> parts) {
  CAPTURE(header.substr(0, 200));
  check_refused([&] { open(st_text(header, data)); }, parts);
}

std::string entry(std::string_view name, std::string_view type, std::string_view shape, std::string_view offsets) {
  return "\"" + std::string(name) + "\":{\"dtype\":\"" + std::string(type) + "\",\"shape\":" + std::string(shape) +
         ",\"data_offsets\":" + std::string(offsets) + "}";
}

// Value of a code by the definition of a binary format, to compare with.
float value_of(unsigned code, int exponent_bits, int fraction_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int e = static_cast<int>(code >> fraction_bits) & ((1 << exponent_bits) - 1);
  const int t = static_cast<int>(code) & ((1 << fraction_bits) - 1);
  const float sign = (code >> (exponent_bits + fraction_bits)) != 0 ? -1.0f : 1.0f;
  if (e == (1 << exponent_bits) - 1) return t != 0 ? NAN : sign * infinity;
  return sign *
         std::ldexp(static_cast<float>(e == 0 ? t : t + (1 << fraction_bits)), std::max(e, 1) - bias - fraction_bits);
}

}  // namespace

TEST_CASE("safetensors: a golden file with every type") {
  const std::vector<float> floats = {0.0f, -0.5f, 1.5f, 65504.0f, 0x1p-24f, -3.25f};
  const struct {
    const char* name;
    const char* type_name;
    dtype type;
    shape_type shape;
    std::vector<float> values;
  } wanted[] = {
      {"u64", "U64", dtype::u64, {2}, {0x1p64f, 3}},
      {"i64", "I64", dtype::i64, {2}, {-0x1p63f, 16777216}},
      {"f64", "F64", dtype::f64, {3}, {0.1f, infinity, -0.0f}},
      {"c64", "C64", dtype::c64, {1}, {}},
      {"f32", "F32", dtype::f32, {2, 3}, floats},
      {"u32", "U32", dtype::u32, {2}, {0x1p32f, 5}},
      {"i32", "I32", dtype::i32, {2}, {-0x1p31f, 6}},
      {"bf16", "BF16", dtype::bf16, {4}, {1, -3.140625f, 0x1p-133f, infinity}},
      {"f16", "F16", dtype::f16, {6}, floats},
      {"u16", "U16", dtype::u16, {2}, {65535, 7}},
      {"i16", "I16", dtype::i16, {2}, {-32768, 8}},
      {"f8_e5m2fnuz", "F8_E5M2FNUZ", dtype::f8_e5m2fnuz, {2}, {1, NAN}},
      {"f8_e4m3fnuz", "F8_E4M3FNUZ", dtype::f8_e4m3fnuz, {2}, {1, NAN}},
      {"f8_e8m0", "F8_E8M0", dtype::f8_e8m0fnu, {3}, {1, 0x1p-127f, 0x1p127f}},
      {"f8_e4m3", "F8_E4M3", dtype::f8_e4m3fn, {4}, {1, -2, 0x1p-9f, 448}},
      {"f8_e5m2", "F8_E5M2", dtype::f8_e5m2, {4}, {1, -3, 0x1p-16f, infinity}},
      {"i8", "I8", dtype::i8, {2}, {-128, 9}},
      {"u8", "U8", dtype::u8, {2}, {255, 10}},
      {"f6_e3m2", "F6_E3M2", dtype::f6_e3m2fn, {4}, {1, 28, -0.0f, -28}},
      {"f6_e2m3", "F6_E2M3", dtype::f6_e2m3fn, {4}, {1, 7.5f, -0.0f, -7.5f}},
      {"f4", "F4", dtype::f4_e2m1fn, {2, 2}, {0.5f, 6, -0.0f, -6}},
      {"bool", "BOOL", dtype::boolean, {3}, {1, 0, 1}},
      {"scalar", "F32", dtype::f32, {}, {42.5f}},
      {"empty", "F32", dtype::f32, {0, 3}, {}},
      {"gr\xc3\xb6\xc3\x9f"
       "e \"\xe2\x88\x9e\"/\xf0\x9f\x98\x80",
       "U8",
       dtype::u8,
       {1},
       {7}},
  };
  const auto path = data_file("safetensors/tiny.safetensors");
  const test::byte_vector bytes = test::file_bytes(path);
  st::file on_disk(path);
  st::file in_memory(bytes);
  for (st::file* const f : {&on_disk, &in_memory}) {
    REQUIRE(f->tensors().size() == std::size(wanted));
    CHECK(f->metadata() == std::vector<std::pair<std::string, std::string>>{{"format", "pt"}, {"note", "two words"}});
    std::size_t at = 0;
    for (const auto& w : wanted) {
      CAPTURE(w.name);
      const lowp::tensor_info& info = f->info(w.name);
      CHECK(&info == &f->tensors()[at++]);  // listed in the order of the data
      CHECK(info.name == w.name);
      CHECK(info.type_name == w.type_name);
      CHECK(info.type == w.type);
      CHECK(info.shape == w.shape);
      CHECK(info.bits == static_cast<std::size_t>(lowp::bits_of(w.type)));
      CHECK(info.bytes * 8 == info.count * info.bits);
      CHECK(f->contains(w.name));

      const lowp::raw_tensor raw = f->load_raw(w.name);
      CHECK(raw.info.name == w.name);
      CHECK(test::to_text(raw.bytes) == test::to_text(bytes).substr(info.offset, info.bytes));

      if (info.bits == 6) {
        check_refused([&] { (void)f->load(w.name); }, {w.name, w.type_name, "packed", lowp::to_string(w.type)});
      } else if (w.type == dtype::c64) {
        check_refused([&] { (void)f->load(w.name); }, {"'c64'", "'C64'"});
        continue;
      } else {
        const lowp::tensor t = f->load(w.name);
        CHECK(t.name == w.name);
        CHECK(t.type_name == w.type_name);
        CHECK(t.type == w.type);
        CHECK(t.shape == w.shape);
        check_same(t.data, w.values);
      }
      check_same(f->load(w.name, w.type).data, w.values);
    }
    CHECK_FALSE(f->contains(""));
    CHECK_FALSE(f->contains("__metadata__"));
    check_refused([&] { (void)f->load("f3"); }, {"'f3'", "25", "'u64'"});
    check_refused([&] { (void)f->load_raw(""); }, {"no tensor ''"});
  }
  check_refused([&] { (void)on_disk.load("f3"); }, {"tiny.safetensors'"});

  // a moved file goes on
  st::file moved(std::move(on_disk));
  CHECK(moved.load("scalar").data == std::vector<float>{42.5f});

  CHECK(st::file(data_file("safetensors/nothing.safetensors")).tensors().empty());
}

TEST_CASE("safetensors: every code of the small floats") {
  st::file f(data_file("safetensors/codes.safetensors"));
  const struct {
    dtype type;
    bool stored;  // under its own dtype, too
  } types[] = {{dtype::f16, true},         {dtype::bf16, true},        {dtype::f8_e5m2, true},
               {dtype::f8_e4m3, false},    {dtype::f8_e4m3fn, true},   {dtype::f8_e3m4, false},
               {dtype::f8_e4m3fnuz, true}, {dtype::f8_e5m2fnuz, true}, {dtype::f8_e4m3b11fnuz, false},
               {dtype::f8_e8m0fnu, true},  {dtype::f6_e3m2fn, true},   {dtype::f6_e2m3fn, true},
               {dtype::f4_e2m1fn, true}};
  for (const auto& [type, stored] : types) {
    const std::string name(lowp::to_string(type));
    CAPTURE(name);
    const std::vector<float> wanted = f.load(name + ".values").data;
    if (stored) check_same(f.load(name, type).data, wanted);
    if (stored && f.info(name).bits != 6) check_same(f.load(name).data, wanted);
    const int bits = lowp::bits_of(type);
    if (bits == 8) check_same(f.load("codes8", type).data, wanted);
    if (bits == 16) check_same(f.load("codes16", type).data, wanted);
  }
  check_same(f.load("values64").data, {0.1f, infinity, -0.0f, 16777216.0f, 1.0f, 0x1.000002p0f});

  check_refused([&] { (void)f.load("codes8", dtype::bf16); }, {"'codes8'", "'U8'", "8 bits", "bf16", "16 bits"});
  check_refused([&] { (void)f.load("codes8", dtype::f4_e2m1fn); }, {"'codes8'", "f4_e2m1fn", "4 bits"});
  check_refused([&] { (void)f.load("f6_e2m3fn", dtype::f6_e3m2fn); }, {"'F6_E2M3'", "f6_e3m2fn"});
  check_refused([&] { (void)f.load("f16", dtype::bf16); }, {"'F16'", "bf16"});
  check_refused([&] { (void)f.load("codes8", dtype::opaque); }, {"opaque"});
  check_refused([&] { (void)f.load("values64", dtype::c64); }, {"c64"});
}

TEST_CASE("safetensors: all 65536 codes of F16 and BF16") {
  std::string codes;
  for (unsigned code = 0; code < 65536; ++code) codes += test::little_endian(code, 2);
  const test::byte_vector bytes = test::to_bytes(st_text("{" + entry("h", "F16", "[65536]", "[0,131072]") + "," +
                                                             entry("b", "BF16", "[256,256]", "[131072,262144]") + "}",
                                                         codes + codes));
  st::file f(bytes);
  std::vector<float> h, b;
  for (unsigned code = 0; code < 65536; ++code) {
    h.push_back(value_of(code, 5, 10));
    b.push_back(value_of(code, 8, 7));
  }
  check_same(f.load("h").data, h);
  check_same(f.load("b").data, b);
}

TEST_CASE("decode_values: byte orders, packing and refusals") {
  const auto decode = [](dtype type, std::string_view bytes, std::size_t count,
                         std::endian order = std::endian::little,
                         lowp::code_layout layout = lowp::code_layout::packed_lowest) {
    std::vector<float> out(count);
    lowp::decode_values(type, test::to_bytes(bytes), out, order, layout);
    return out;
  };
  CHECK(decode(dtype::i16, std::string("\1\0\0\1", 4), 2) == std::vector<float>{1, 256});
  CHECK(decode(dtype::i16, std::string("\1\0\0\1", 4), 2, std::endian::big) == std::vector<float>{256, 1});
  CHECK(decode(dtype::bf16, "\x80\x3f", 1) == std::vector<float>{1});
  CHECK(decode(dtype::bf16, "\x3f\x80", 1, std::endian::big) == std::vector<float>{1});
  CHECK(decode(dtype::boolean, std::string("\0\1\2\xff", 4), 4) == std::vector<float>{0, 1, 1, 1});
  // an odd number of nibbles: the last one's neighbour is unused
  CHECK(decode(dtype::f4_e2m1fn, "\x21\x07", 3) == std::vector<float>{0.5f, 1, 6});
  CHECK(decode(dtype::f4_e2m1fn, "\1\2\7", 3, std::endian::little, lowp::code_layout::byte_each) ==
        std::vector<float>{0.5f, 1, 6});
  // 6 bits: codes 0x08, 0x1f, 0x01 fill 18 bits of 3 bytes
  CHECK(decode(dtype::f6_e2m3fn, std::string("\xc8\x17\x00", 3), 3) == std::vector<float>{1, 7.5f, 0.125f});
  CHECK(decode(dtype::f32, "", 0).empty());

  check_refused([&] { decode(dtype::f32, "1234567", 2); }, {"2 values", "f32", "7 bytes"});
  check_refused([&] { decode(dtype::f32, "12345678", 1); }, {"1 values", "8 bytes"});
  check_refused([&] { decode(dtype::f4_e2m1fn, "12", 5); }, {"5 values", "2 bytes"});
  check_refused([&] { decode(dtype::f4_e2m1fn, "123", 4); }, {"4 values", "3 bytes"});
  check_refused([&] { decode(dtype::f6_e2m3fn, "12", 3); }, {"3 values", "2 bytes"});
  check_refused([&] { decode(dtype::opaque, "", 0); }, {"opaque"});
  check_refused([&] { decode(dtype::c64, "12345678", 1); }, {"c64"});
  check_refused([&] { decode(dtype::f6_e2m3fn, "\x3f\x40", 2, std::endian::little, lowp::code_layout::byte_each); },
                {"value 1", "code 64", "f6_e2m3fn", "64 codes"});
}

TEST_CASE("safetensors: headers as other writers lay them out") {
  const auto names = [](const std::string& text) {
    const test::byte_vector bytes = test::to_bytes(text);
    const st::file f(bytes);
    std::string out;
    for (const auto& t : f.tensors()) out += t.name + ";";
    return out;
  };
  CHECK(names(st_text("{}")) == "");
  CHECK(names(st_text("{ \n\t\r }  \n ")) == "");
  CHECK(names(st_text("{\"__metadata__\":{}}")) == "");
  CHECK(names(st_text("{\"a\" : { \"data_offsets\" : [ 0 , 2 ] ,\n \"shape\" : [ 1 , 2 ] , \"dtype\" : \"U8\" } }   ",
                      "xy")) == "a;");
  CHECK(names(st_text("{" + entry("", "U8", "[1]", "[0,1]") + "}", "x")) == ";");
  // in the order of the data, whatever that of the header; the empty ones first where two begin together
  CHECK(names(st_text("{" + entry("c", "U8", "[1]", "[2,3]") + "," + entry("a", "U8", "[2]", "[0,2]") + "," +
                          entry("z", "F32", "[0]", "[2,2]") + "," + entry("e", "F32", "[9,0]", "[3,3]") + "," +
                          entry("y", "F32", "[0]", "[0,0]") + "}",
                      "xyz")) == "y;a;z;c;e;");
  // escapes and every length of UTF-8 character, up to both ends of the surrogates and the last code point
  CHECK(names(st_text("{" + entry("\\\"\\\\\\/\\b\\f\\n\\r\\t", "U8", "[0]", "[0,0]") + "}")) == "\"\\/\b\f\n\r\t;");
  CHECK(names(st_text("{" +
                      entry("\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\\ud7ff\\ue000\\udbff\\udfff\\ud800\\udc00", "U8",
                            "[0]", "[0,0]") +
                      "}")) ==
        "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xf0\x90\x80\x80;");
  for (const char* utf8 : {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK(names(st_text("{" + entry(utf8, "U8", "[0]", "[0,0]") + "}")) == std::string(utf8) + ";");
  }
}

TEST_CASE("safetensors: bad JSON") {
  refuse("", "", {"'memory'", "header ends"});
  refuse(" {}", "", {"'{'", "' {}'", "byte 8"});
  refuse("[]", "", {"'{'", "'[]'"});
  refuse("{", "", {"header ends"});
  refuse("}", "", {"'}'"});
  refuse("{}}", "", {"blanks", "'}'", "byte 10"});
  refuse("{}{}", "", {"blanks", "'{}'"});
  refuse("{}" + std::string(2, '\0'), "", {"'\\x00\\x00'"});
  refuse("{,}", "", {"',}'"});
  refuse("{\"a\"}", "", {"':'", "'a'"});
  refuse("{'a':1}", "", {"'\"'", "''a'"});
  refuse("{a:1}", "", {"'a:1}'"});
  refuse("{\"a\":1}", "", {"'{'", "tensor 'a'", "'1}'"});
  refuse("{\"a\":null}", "", {"tensor 'a'", "'null}'"});
  refuse("{\"a\":[]}", "", {"tensor 'a'", "'[]}'"});
  refuse("{\"a\":{}}", "", {"tensor 'a'", "'dtype'"});
  refuse("{" + entry("a", "U8", "[1]", "[0,1]") + ",}", "x", {"'}'"});
  refuse("{" + entry("a", "U8", "[1]", "[0,1]") + " " + entry("b", "U8", "[1]", "[1,2]") + "}", "xy",
         {"','", "'\"b\""});
  refuse("{/*c*/}", "", {"'/*c*/}'"});

  refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", "x", {"'a'", "'data_offsets'"});
  refuse("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", "x", {"'a'", "'shape'"});
  refuse("{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", "x", {"'a'", "'dtype'"});
  refuse("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", "x",
         {"'a'", "'dtype'", "twice"});
  refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,1]}}", "x", {"'shape'", "twice"});
  refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"data_offsets\":[0,1]}}", "x",
         {"'data_offsets'", "twice"});
  refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"strides\":[1]}}", "x",
         {"'a'", "'strides'"});
  refuse("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[1,2]") + "}", "xy",
         {"'a'", "twice"});
  refuse("{" + entry("ab", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[1,2]") + "," +
             entry("\\u0061b", "U8", "[1]", "[2,3]") + "}",
         "xyz", {"'ab'", "twice"});

  for (const char* type : {"", "f32", "F32 ", "FLOAT", "F8", "F128", "U3", "F4_E2M1", "F32\\u0020"}) {
    const std::string shown = std::string(type) == "F32\\u0020" ? "F32 " : type;
    refuse("{" + entry("a", type, "[1]", "[0,4]") + "}", "wxyz", {"tensor 'a'", "unknown dtype", "'" + shown + "'"});
  }
  refuse("{\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,1]}}", "x", {"dtype of tensor 'a'", "'5"});

  for (const char* shape : {"1",
                            "{}",
                            "null",
                            "\"1\"",
                            "[",
                            "[1",
                            "[1,",
                            "[1,]",
                            "[,1]",
                            "[1 1]",
                            "[-1]",
                            "[1.0]",
                            "[1e0]",
                            "[1E0]",
                            "[+1]",
                            "[01]",
                            "[00]",
                            "[0x1]",
                            "[true]",
                            "[[1]]",
                            "[\"1\"]",
                            "[null]",
                            "[18446744073709551616]",
                            "[NaN]",
                            "[Infinity]"}) {
    refuse("{" + entry("a", "U8", shape, "[0,1]") + "}", "x", {"'memory'", "tensor 'a'", "at byte"});
    refuse("{" + entry("a", "U8", "[1]", shape) + "}", "x", {"'memory'", "tensor 'a'", "at byte"});
  }
  refuse("{" + entry("a", "U8", "[1]", "[0]") + "}", "x", {"','", "']}}'"});
  refuse("{" + entry("a", "U8", "[1]", "[0,1,2]") + "}", "x", {"']'", "',2]}}'"});
  refuse("{" + entry("a", "U8", "[1]", "[-0,1]") + "}", "x", {"'-0,1]}}'"});
  refuse("{" + entry("a", "U8", "[1]", "[0,18446744073709551616]") + "}", "x",
         {"end of tensor 'a'", "'18446744073709551616'"});

  refuse("{\"__metadata__\":null}", "", {"metadata", "'null}'"});
  refuse("{\"__metadata__\":[]}", "", {"metadata", "'[]}'"});
  refuse("{\"__metadata__\":{\"k\":1}}", "", {"only text", "'1}}'"});
  refuse("{\"__metadata__\":{\"k\":{}}}", "", {"only text", "'{}}}'"});
  refuse("{\"__metadata__\":{\"k\":\"v\",}}", "", {"key of the metadata", "'}}'"});
  refuse("{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}", "", {"metadata key 'k'", "twice"});
  refuse("{\"__metadata__\":{},\"__metadata__\":{}}", "", {"'__metadata__'", "twice"});

  // deep nesting stops at the first bracket
  for (const std::string_view bracket : {"[", "{", "{\"a\":", "[{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += bracket;
    refuse(deep, "", {"'memory'", "at byte"});
    refuse("{\"a\":" + deep, "", {"tensor 'a'"});
    refuse("{\"a\":{\"shape\":" + deep, "", {"tensor 'a'"});
    refuse("{\"__metadata__\":" + deep, "", {"metadata"});
  }
}

TEST_CASE("safetensors: bad strings") {
  const auto named = [](const std::string& name) { return "{" + entry(name, "U8", "[0]", "[0,0]") + "}"; };
  refuse(named(std::string(1, '\0')), "", {"control character", "'\\x00'"});
  refuse(named("a\nb"), "", {"control character", "'\\x0a'"});
  refuse(named("\x1f"), "", {"control character", "'\\x1f'"});
  refuse(named("\\u0000"), "", {"NUL", "'u0000'"});
  refuse("{\"__metadata__\":{\"k\":\"a\\u0000\"}}", "", {"NUL"});
  refuse(named("\\x41"), "", {"backslash", "'x41"});
  refuse(named("\\"), "", {"expected"});  // the backslash takes the closing quote
  refuse(named("\\u12"), "", {"four hexadecimal digits"});
  refuse(named("\\u12g4"), "", {"four hexadecimal digits", "12", "'g4"});
  refuse(named("\\u-123"), "", {"four hexadecimal digits"});
  for (const char* half :
       {"\\ud800", "\\udbffx", "\\udc00", "\\udfff\\ud800", "\\ud800\\u0041", "\\ud800\\ud800", "\\uD800\\n"}) {
    refuse(named(half), "", {"surrogate", "'u"});
  }
  refuse("{\"abc", "", {"closing", "header ends"});
  refuse("{\"abc\\", "", {"backslash", "header ends"});
  refuse("{\"abc\\u00", "", {"hexadecimal", "header ends"});
  for (const char* bad : {"\x80",
                          "\xbf",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xc2",
                          "\xc2\x41",
                          "\xe0\x80\x80",
                          "\xe0\x9f\xbf",
                          "\xe2\x82",
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",
                          "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xf8\x88\x80\x80\x80",
                          "\xfe",
                          "\xff",
                          "\xef\xbf",
                          "\xf0\x9f\x98"}) {
    const std::string first{'\\', 'x', "0123456789abcdef"[static_cast<unsigned char>(bad[0]) >> 4],
                            "0123456789abcdef"[static_cast<unsigned char>(bad[0]) & 15]};
    refuse(named(bad), "", {"invalid UTF-8", first});
    refuse(named("ok" + std::string(bad) + "ok"), "", {"invalid UTF-8", first});
    refuse("{\"" + std::string(bad), "", {"invalid UTF-8", first});  // the header ends inside
  }
  // an escape sequence for the terminal does not reach it through a message
  const std::string message =
      test::refusal([&] { open(st_text("{" + entry("\\u001b[31m\xc2\x9b", "X", "[0]", "[0,0]") + "}")); });
  CHECK(message.find("\\x1b[31m\\xc2\\x9b") != message.npos);
  for (const char c : message) CHECK((c >= 0x20 && c < 0x7f));
}

TEST_CASE("safetensors: sizes that do not fit") {
  const auto refused = [](const std::string& header, std::initializer_list<std::string_view> parts) {
    CAPTURE(header);
    const test::byte_vector file = test::to_bytes(st_text(header, "12345678"));
    test::reset_largest_allocation();
    check_refused([&] { const st::file f(file); }, parts);
    CHECK(test::largest_allocation() < 8192);
  };
  const auto one = [](std::string_view type, std::string_view shape, std::string_view offsets) {
    return "{" + entry("a", type, shape, offsets) + "}";
  };
  open(st_text(one("F64", "[1]", "[0,8]"), "12345678"));
  refused(one("F64", "[2]", "[0,16]"), {"'a'", "[0, 16]", "8 bytes"});
  refused(one("F64", "[2]", "[0,8]"), {"'a'", "[0, 8]", "(2,)", "'F64'", "16"});
  refused(one("F32", "[1]", "[0,8]"), {"'a'", "8 bytes", "need 4"});
  refused(one("F64", "[]", "[0,4]"), {"()", "need 8"});
  refused(one("F64", "[0]", "[0,8]"), {"(0,)", "need 0"});
  refused(one("F64", "[1]", "[8,0]"), {"[8, 0]"});
  refused(one("F64", "[1]", "[8,16]"), {"[8, 16]", "8 bytes"});
  refused(one("F64", "[1]", "[18446744073709551608,18446744073709551615]"),
          {"[18446744073709551608, 18446744073709551615]"});
  refused(one("F64", "[1]", "[18446744073709551615,7]"), {"[18446744073709551615, 7]"});
  refused(one("F64", "[1]", "[0,18446744073709551615]"), {"[0, 18446744073709551615]"});
  refused(one("F64", "[2305843009213693953]", "[0,8]"),
          {"(2305843009213693953,)", "address space"});  // bytes wrap to 8
  refused(one("U8", "[4294967296,4294967296,8]", "[0,8]"), {"(4294967296, 4294967296, 8)", "address space"});
  refused(one("U8", "[18446744073709551615,18446744073709551615,8]", "[0,8]"),
          {"18446744073709551615", "address space"});
  refused(one("U8", "[0,4294967296,4294967296]", "[0,0]"), {"(0, 4294967296, 4294967296)", "address space"});
  refused(one("U8", "[4611686018427387904]", "[0,8]"), {"(4611686018427387904,)", "address space"});  // 2^65 bits
  refused(one("F4", "[15]", "[0,8]"), {"(15,)", "'F4'", "60 bits"});
  refused(one("F6_E2M3", "[11]", "[0,8]"), {"(11,)", "'F6_E2M3'", "66 bits"});
  std::string ones = "[1";
  for (int i = 1; i < 64; ++i) ones += ",1";
  open(st_text(one("F64", ones + "]", "[0,8]"), "12345678"));
  refused(one("F64", ones + ",1]", "[0,8]"), {"'a'", "64 dimensions"});

  // overlaps, holes and rests
  const auto two = [](std::string_view a, std::string_view shape_a, std::string_view b, std::string_view shape_b) {
    return "{" + entry("a", "U8", shape_a, a) + "," + entry("b", "U8", shape_b, b) + "}";
  };
  const auto begin_of = [](const std::string& header) { return 8 + header.size(); };
  open(st_text(two("[0,4]", "[4]", "[4,8]", "[4]"), "12345678"));
  std::string header = two("[0,5]", "[5]", "[4,8]", "[4]");
  refused(header,
          {"'b'", "inside tensor 'a'", std::to_string(begin_of(header) + 4), std::to_string(begin_of(header) + 5)});
  refused(two("[0,8]", "[8]", "[0,8]", "[8]"), {"'b'", "inside tensor 'a'"});
  refused(two("[0,8]", "[8]", "[4,4]", "[0]"), {"'b'", "inside tensor 'a'"});
  header = two("[0,3]", "[3]", "[4,8]", "[4]");
  refused(header, {"from " + std::to_string(begin_of(header) + 3) + " to " + std::to_string(begin_of(header) + 4),
                   "'b'", "no tensor"});
  header = two("[0,3]", "[3]", "[3,7]", "[4]");
  refused(header,
          {"end at byte " + std::to_string(begin_of(header) + 7), std::to_string(begin_of(header) + 8) + " bytes"});
  refused(one("U8", "[7]", "[1,8]"), {"from", "no tensor", "'a'"});
  refused("{}", {"end at byte 10", "18 bytes"});

  // header length
  const auto length = [](std::uint64_t n) { return test::little_endian(n, 8) + "{}"; };
  check_refused([&] { open(length(3)); }, {"3 bytes at byte 8", "file of 10 bytes"});
  check_refused([&] { open(length(0)); }, {"header ends"});
  check_refused([&] { open(length(1)); }, {"header ends"});
  test::reset_largest_allocation();
  check_refused([&] { open(length(100'000'000)); }, {"100000000 bytes at byte 8", "file of 10 bytes"});
  check_refused([&] { open(length(100'000'001)); }, {"100000001", "100000000"});
  check_refused([&] { open(length(~std::uint64_t{0})); }, {"18446744073709551615", "100000000"});
  check_refused([&] { open(length(~std::uint64_t{0} - 7)); }, {"18446744073709551608"});
  CHECK(test::largest_allocation() < 4096);
}

TEST_CASE("safetensors: cut and lengthened at every byte") {
  test::temporary_folder folder;
  const auto path = folder / "cut.safetensors";
  const test::byte_vector whole = test::file_bytes(data_file("safetensors/tiny.safetensors"));
  const std::size_t data_begin = st::file(whole).tensors()[0].offset;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const test::byte_vector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    // a cut header is told by the size of the file, cut data by what is left of it
    const std::string said = size < data_begin ? "file of " + std::to_string(size) + " bytes"
                                               : "data of " + std::to_string(size - data_begin) + " bytes";
    check_refused([&] { const st::file f(cut, "part"); }, {"'part'", said});
    test::write_file(path, cut);
    check_refused([&] { const st::file f(path); }, {"cut.safetensors'", said});
  }
  test::byte_vector longer = whole;
  longer.push_back(std::byte{0});
  check_refused([&] { const st::file f(longer); },
                {std::to_string(whole.size()), std::to_string(longer.size()) + " bytes"});

  // a file that shrinks after it was opened
  test::write_file(path, whole);
  st::file f(path);
  std::filesystem::resize_file(path, whole.size() - 20);
  check_refused([&] { (void)f.load(f.tensors().back().name); }, {"cut.safetensors'", "shorter"});
}

TEST_CASE("safetensors: changed at every byte and at random") {
  const std::string good =
      st_text("{\"__metadata__\":{\"k\":\"v\\n\"}," + entry("w.0", "BF16", "[2,3]", "[0,12]") + "," +
                  entry("\xc3\xa9", "F4", "[4]", "[12,14]") + "," + entry("s", "F32", "[]", "[14,18]") + "," +
                  entry("e", "I64", "[0,7]", "[18,18]") + "," + entry("f6", "F6_E3M2", "[4]", "[18,21]") + "}    ",
              "0123456789abcdefghijk");
  const std::size_t header = good.size() - 21;
  const auto read = [](std::span<const std::byte> bytes) {
    st::file f(bytes);
    std::size_t sum = 0;
    for (const lowp::tensor_info& t : f.tensors()) {
      if (t.offset + t.bytes > bytes.size()) throw std::logic_error("a tensor outside the file");
      sum += t.bytes;
      if (f.load_raw(t.name).bytes.size() != t.bytes) throw std::logic_error("raw bytes");
      if (t.type == dtype::c64) continue;
      const lowp::tensor loaded = f.load(t.name, t.type);
      const auto product = std::accumulate(t.shape.begin(), t.shape.end(), std::size_t{1}, std::multiplies<>());
      if (loaded.data.size() != product || loaded.shape != t.shape)
        throw std::logic_error("not as many values as the shape says");
    }
    if (sum > bytes.size()) throw std::logic_error("tensors that overlap");
  };
  const auto counts = test::every_byte(read, good, header);
  CHECK(counts.accepted + counts.refused == header * 256);
  CHECK(counts.accepted > header);
  CHECK(counts.refused > header * 200);
  const auto random = test::random_mutations(read, good, header, 100000);
  CHECK(random.accepted + random.refused == 100000);
  CHECK(random.accepted > 1000);
  CHECK(random.refused > 50000);
}

TEST_CASE("safetensors: lists without reading data, reads one tensor beyond 4 GiB") {
  test::temporary_folder folder;
  const auto path = folder / "sparse.safetensors";
  // 5 GiB of zeros that take no room on the disk, then a few values
  const std::string header = "{" + entry("big", "F32", "[5,268435456]", "[0,5368709120]") + "," +
                             entry("small", "F32", "[2]", "[5368709120,5368709128]") + "}";
  const std::string start = st_text(header);
  test::write_file(path, test::to_bytes(start));
  std::filesystem::resize_file(path, start.size() + 5368709128);
  {
    std::fstream end(path, std::ios::binary | std::ios::in | std::ios::out);
    end.seekp(static_cast<std::streamoff>(start.size() + 5368709120));
    end << std::string("\0\0\x80\x3f\0\0\0\xc0", 8);
  }
  test::reset_largest_allocation();
  st::file f(path);
  CHECK(f.info("big").shape == shape_type{5, 268435456});
  CHECK(f.info("big").bytes == 5368709120);
  CHECK(f.load("small").data == std::vector<float>{1, -2});
  CHECK(test::largest_allocation() < 16384);
}

TEST_CASE("safetensors: many tensors take time in proportion") {
  const auto seconds = [](int count) {
    std::string header = "{";
    for (int i = 0; i < count; ++i) {
      header += (i == 0 ? "" : ",") + entry("layer." + std::to_string(i * 7919 % count) + "." + std::to_string(i),
                                            "U8", "[1]", "[" + std::to_string(i) + "," + std::to_string(i + 1) + "]");
    }
    const test::byte_vector bytes =
        test::to_bytes(st_text(header + "}", std::string(static_cast<std::size_t>(count), 'x')));
    const auto begin = std::chrono::steady_clock::now();
    const st::file f(bytes);
    for (const auto& t : f.tensors()) {
      if (!f.contains(t.name)) throw std::logic_error(t.name);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double few = seconds(2000), many = seconds(40000);
  CHECK(many < 20 * few * 8 + 0.1);  // 20 times the tensors; a quadratic step would take 400 times as long
}

TEST_CASE("safetensors: what is no file is refused") {
  test::temporary_folder folder;
  check_refused([&] { st::file f(folder / "none.safetensors"); }, {"none.safetensors'", "no such file"});
  std::filesystem::create_directory(folder / "folder");
  check_refused([&] { st::file f(folder / "folder"); }, {"folder'", "not a regular file"});
  check_refused([&] { st::file f(std::span<const std::byte>{}); }, {"'memory'", "file of 0 bytes"});
}
