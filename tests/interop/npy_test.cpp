// .npy files: golden files written as NumPy writes them, round trips, and files that are cut, changed or made
// up.
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <lowp/interop/npy.hpp>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>

#include <csignal>
#endif

#include "tensor_files.hpp"

namespace npy = lowp::npy;
using lowp::dtype;
using test::check_refused;
using test::check_same;
using test::data_file;
using shape_type = std::vector<std::size_t>;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// A file of a version with a header text, not padded, and data.
std::string npy_text(std::string_view header, std::string_view data = "", int version = 1) {
  return "\x93NUMPY" + std::string{static_cast<char>(version), '\0'} +
         test::little_endian(header.size(), version == 1 ? 2 : 4) + std::string(header) + std::string(data);
}

lowp::tensor load(std::string_view text) { return npy::load(test::to_bytes(text)); }

void refuse(std::string_view header, std::string_view data, std::initializer_list<std::string_view> parts) {
  CAPTURE(header.substr(0, 200));
  check_refused([&] { load(npy_text(header, data)); }, parts);
  check_refused([&] { load(npy_text(header, data, 3)); }, parts);
}

}  // namespace

TEST_CASE("npy: golden files of every type, byte order and version") {
  const std::vector<float> floats = {0.0f, -0.5f, 1.5f, 65504.0f, 0x1p-24f, -3.25f};
  // 0.1 and 1 + 2^-24 + 2^-52 round once; 16777217 and 1 + 2^-24 are ties, to even
  const std::vector<float> doubles = {0.1f, infinity, -0.0f, 16777216.0f, 1.0f, 0x1.000002p0f};
  const struct {
    const char* name;
    const char* type_name;
    dtype type;
    std::vector<float> values;
    shape_type shape = {2, 3};
  } files[] = {
      {"b1", "|b1", dtype::boolean, {0, 1, 1, 0, 0, 1}},
      {"i1", "|i1", dtype::i8, {0, 1, 100, 127, -1, -128}},
      {"u1", "|u1", dtype::u8, {0, 1, 100, 255, 254, 16777219 % 256}},
      {"i2_little", "<i2", dtype::i16, {0, 1, 100, 32767, -1, -32768}},
      {"i2_big", ">i2", dtype::i16, {0, 1, 100, 32767, -1, -32768}},
      {"u2_little", "<u2", dtype::u16, {0, 1, 100, 65535, 65534, 16777219 % 65536}},
      {"u2_big", ">u2", dtype::u16, {0, 1, 100, 65535, 65534, 16777219 % 65536}},
      {"i4_little", "<i4", dtype::i32, {0, 1, 100, 0x1p31f, -1, -0x1p31f}},
      {"i4_big", ">i4", dtype::i32, {0, 1, 100, 0x1p31f, -1, -0x1p31f}},
      {"u4_little", "<u4", dtype::u32, {0, 1, 100, 0x1p32f, 0x1p32f, 16777220}},
      {"u4_big", ">u4", dtype::u32, {0, 1, 100, 0x1p32f, 0x1p32f, 16777220}},
      {"i8_little", "<i8", dtype::i64, {0, 1, 100, 0x1p63f, -1, -0x1p63f}},
      {"i8_big", ">i8", dtype::i64, {0, 1, 100, 0x1p63f, -1, -0x1p63f}},
      {"u8_little", "<u8", dtype::u64, {0, 1, 100, 0x1p64f, 0x1p64f, 16777220}},
      {"u8_big", ">u8", dtype::u64, {0, 1, 100, 0x1p64f, 0x1p64f, 16777220}},
      {"f2_little", "<f2", dtype::f16, floats},
      {"f2_big", ">f2", dtype::f16, floats},
      {"f4_little", "<f4", dtype::f32, floats},
      {"f4_big", ">f4", dtype::f32, floats},
      {"f8_little", "<f8", dtype::f64, doubles},
      {"f8_big", ">f8", dtype::f64, doubles},
      {"version2", "<f4", dtype::f32, floats, {6}},
      {"version3", "<f4", dtype::f32, floats, {6}},
      {"python2", "<f4", dtype::f32, floats},
      {"scalar", "<f4", dtype::f32, {42.5f}, {}},
      {"empty", "<f4", dtype::f32, {}, {0, 3}},
      {"bfloat16_named", "bfloat16", dtype::bf16, {1, -3.140625f, 0x1p-133f, infinity}, {4}},
  };
  for (const auto& f : files) {
    CAPTURE(f.name);
    const auto path = data_file("npy/" + std::string(f.name) + ".npy");
    const lowp::tensor t = npy::load(path);
    CHECK(t.name == f.name);
    CHECK(t.type_name == f.type_name);
    CHECK(t.type == f.type);
    CHECK(t.shape == f.shape);
    check_same(t.data, f.values);
    const lowp::tensor again = npy::load(test::file_bytes(path));
    CHECK(again.shape == f.shape);
    check_same(again.data, f.values);

    const lowp::tensor_info info = npy::info(path);
    CHECK(info.count == f.values.size());
    CHECK(info.bytes * 8 == info.count * info.bits);
    CHECK(info.offset == 128);
    CHECK(info.order == (f.type_name[0] == '>' ? std::endian::big : std::endian::little));
    const lowp::raw_tensor raw = npy::load_raw(path);
    CHECK(raw.bytes.size() == info.bytes);
    CHECK(test::to_text(raw.bytes) == test::to_text(test::file_bytes(path)).substr(128));
  }
}

TEST_CASE("npy: Fortran order becomes row-major") {
  for (const char* name : {"fortran", "fortran_u2_big"}) {
    CAPTURE(name);
    const auto path = data_file("npy/" + std::string(name) + ".npy");
    CHECK(npy::info(path).column_major);
    const lowp::tensor t = npy::load(path);
    REQUIRE(t.shape == shape_type{2, 3, 4});
    REQUIRE(t.data.size() == 24);
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        for (std::size_t k = 0; k < 4; ++k) {
          CHECK(t.data[(i * 3 + j) * 4 + k] == static_cast<float>(100 * i + 10 * j + k));
        }
      }
    }
  }
  // dimensions of 1 and 0, and ranks that need no move
  CHECK(load(npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 3, 1)}", "abc")).data ==
        std::vector<float>{'a', 'b', 'c'});
  CHECK(load(npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': (3,)}", "abc")).data ==
        std::vector<float>{'a', 'b', 'c'});
  CHECK(load(npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': ()}", "a")).data == std::vector<float>{'a'});
  CHECK(load(npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': (3, 0, 2)}")).data.empty());
}

TEST_CASE("npy: small floats of ml_dtypes need a name") {
  const auto bf16 = data_file("npy/bfloat16.npy"), fn = data_file("npy/float8_e4m3fn.npy"),
             e5m2 = data_file("npy/float8_e5m2.npy"), fp4 = data_file("npy/float4_e2m1fn.npy");
  check_refused([&] { (void)npy::load(bf16); }, {"bfloat16.npy", "'<V2'", "2 bytes", "dtype::bf16"});
  check_refused([&] { (void)npy::load(fn); }, {"float8_e4m3fn.npy", "'<V1'", "1 bytes", "dtype::f8_e4m3fn"});
  check_refused([&] { (void)npy::load(e5m2); }, {"'<f1'", "float8_e5m2", "dtype::f8_e5m2"});
  CHECK(npy::info(bf16).type == dtype::opaque);

  check_same(npy::load(bf16, dtype::bf16).data, {1, -3.140625f, 0x1p-133f, infinity});
  check_same(npy::load(fn, dtype::f8_e4m3fn).data, {1, -2, 0x1p-9f, 448});
  check_same(npy::load(e5m2, dtype::f8_e5m2).data, {1, -3, 0x1p-16f, infinity});
  check_same(npy::load(fp4, dtype::f4_e2m1fn).data, {0, 1.5f, 6, -6});
  check_same(npy::load(fp4, dtype::f6_e2m3fn).data, {0, 0.375f, 0.875f, 1.875f});
  CHECK(npy::load(fp4, dtype::f4_e2m1fn).type == dtype::f4_e2m1fn);
  // codes kept as unsigned or signed integers
  check_same(npy::load(data_file("npy/u1.npy"), dtype::f8_e5m2).data, {0, 0x1p-16f, 1024, NAN, NAN, 0x1.8p-15f});
  CHECK(npy::load(data_file("npy/i2_big.npy"), dtype::bf16).data[5] == -0.0f);
  check_same(npy::load(data_file("npy/f4_big.npy"), dtype::f32).data,
             {0.0f, -0.5f, 1.5f, 65504.0f, 0x1p-24f, -3.25f});

  // widths and kinds that cannot be meant
  check_refused([&] { (void)npy::load(fn, dtype::bf16); }, {"'<V1'", "8 bits", "bf16", "16 bits"});
  check_refused([&] { (void)npy::load(data_file("npy/f4_little.npy"), dtype::i32); }, {"'<f4'", "i32"});
  check_refused([&] { (void)npy::load(fn, dtype::opaque); }, {"'<V1'", "opaque"});
  // a byte that is no code of 4 bits
  check_refused([&] { (void)npy::load(data_file("npy/u1.npy"), dtype::f4_e2m1fn); },
                {"u1.npy", "value 2", "code 100", "16 codes"});
}

TEST_CASE("npy: what it does not read is named") {
  check_refused([] { (void)npy::load(data_file("npy/structured.npy")); },
                {"structured.npy", "structured", "[('a'", "byte 20"});
  check_refused([] { (void)npy::load(data_file("npy/object.npy")); }, {"object.npy", "'|O'"});
  check_refused([] { (void)npy::load(data_file("npy/complex.npy")); }, {"complex.npy", "'<c8'"});
  const std::string end = "', 'fortran_order': False, 'shape': (1,)}";
  for (const char* descr : {"<f16",
                            "<f3",
                            "<i3",
                            "<u16",
                            "<b1x",
                            "<b2",
                            "f4",
                            "=f4",
                            "<f",
                            "<",
                            "",
                            "<f04",
                            "|f4",
                            "|u2",
                            "<V",
                            "<V0",
                            "<V99999999999999999999",
                            "<U1",
                            "|S4",
                            "<M8[ns]",
                            "<m8",
                            "<i-4",
                            "<f4 ",
                            " <f4",
                            "<F4",
                            "BFLOAT16",
                            "float8"}) {
    refuse("{'descr': '" + std::string(descr) + end, "0123456789abcdef",
           {"'memory'", "the type (descr) '" + std::string(descr) + "'", ", at byte 2"});
  }
  refuse("{'descr': '<V3" + end, "abc", {"'<V3'", "3 bytes", "load_raw"});
  CHECK(test::to_text(npy::load_raw(test::to_bytes(npy_text("{'descr': '<V3" + end, "abc"))).bytes) == "abc");
}

TEST_CASE("npy: header text as other writers lay it out") {
  const std::string data = "\x01\x02\x03\x04\x05\x06";
  for (const char* header : {
           "{'shape': (2, 3), 'fortran_order': False, 'descr': '|u1'}",
           "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2,3)}",
           "  { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , } \n\t ",
           "{'descr': '<u1', 'fortran_order': False, 'shape': (2L,3L),}\n",
           "{'descr': '>u1', 'fortran_order': False, 'shape': (2,3,)}                                        "
           "   \n",
       }) {
    CAPTURE(header);
    for (const int version : {1, 2, 3}) {
      const lowp::tensor t = load(npy_text(header, data, version));
      CHECK(t.shape == shape_type{2, 3});
      CHECK(t.data == std::vector<float>{1, 2, 3, 4, 5, 6});
    }
  }
}

TEST_CASE("npy: bad headers") {
  const std::string head = "{'descr': '|u1', 'fortran_order': False, 'shape': ";
  refuse(head + "(2, 3)", "123456", {"'memory'", "header ends"});
  refuse(head + "(2, 3", "123456", {"header ends"});
  refuse(head + "(2 3)}", "123456", {"',' or ')'", "'3)}'"});
  refuse(head + "(,)}", "1", {"',)}'"});
  refuse(head + "(2,,3)}", "123456", {"',3)}'"});
  refuse(head + "(6)}", "123456", {"(6)", "not a tuple"});
  refuse(head + "6}", "123456", {"'('", "'6}'"});
  refuse(head + "[6]}", "123456", {"'('", "'[6]}'"});
  refuse(head + "(-6,)}", "123456", {"'-6,)}'"});
  refuse(head + "(6.0,)}", "123456", {"'6.0,)}'"});
  refuse(head + "(0x6,)}", "123456", {"'x6,)}'"});
  refuse(head + "(06,)}", "123456", {"'06'", "leading zeros"});
  refuse(head + "(1_0,)}", "1234567890", {"'_0,)}'"});
  refuse(head + "(True,)}", "1", {"'True,)}'"});
  refuse(head + "(18446744073709551616,)}", "", {"'18446744073709551616'", "64 bits"});
  refuse(head + "(99999999999999999999999999999999999999999999999999999999999999999999999999999,)}", "",
         {"9999999999", "(77 bytes)", "64 bits"});
  refuse(head + "(6,)} x", "123456", {"'x'"});
  refuse(head + "(6,)}" + std::string(1, '\0'), "123456", {"'\\x00'"});
  refuse(head + "(6,), 'shape': (6,)}", "123456", {"'shape'", "twice"});
  refuse(head + "(6,), 'extra': 1}", "123456", {"'extra'"});
  refuse(head + "(6,) 'extra': 1}", "123456", {"','", "'extra"});
  refuse("", "", {"header ends"});
  refuse("   \n", "", {"header ends"});
  refuse("{}", "", {"'descr'", "missing"});
  refuse("{'descr': '|u1', 'fortran_order': False}", "", {"'shape'", "missing"});
  refuse("{'descr': '|u1', 'shape': (1,)}", "1", {"'fortran_order'", "missing"});
  refuse("{'shape': (1,), 'fortran_order': False}", "1", {"'descr'", "missing"});
  refuse("('descr', '|u1')", "1", {"'{'", "'('descr'"});
  refuse("{'descr': '|u1', 'fortran_order': false, 'shape': (1,)}", "1", {"True or False", "'false"});
  refuse("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}", "1", {"True or False", "'0"});
  refuse("{'descr': '|u1', 'fortran_order': Falsey, 'shape': (1,)}", "1", {"',' or '}'", "'y"});
  refuse("{'descr': 5, 'fortran_order': False, 'shape': (1,)}", "1", {"string", "'5"});
  refuse("{'descr': '|u1, 'fortran_order': False, 'shape': (1,)}", "1", {"'|u1, '"});
  refuse("{'descr': '|u\\x31', 'fortran_order': False, 'shape': (1,)}", "1", {"'\\'", "type (descr)"});
  refuse("{'descr': '|u1\xc3\xa9', 'fortran_order': False, 'shape': (1,)}", "1", {"'\\xc3'"});
  refuse("{'descr': '|u1\xff', 'fortran_order': False, 'shape': (1,)}", "1", {"'\\xff'"});
  refuse("{'descr': '|u1" + std::string(1, '\0') + "', 'fortran_order': False, 'shape': (1,)}", "1", {"'\\x00'"});
  refuse("{'descr': '|u1", "", {"closing quote"});
  refuse("{b'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "1", {"a string", "'b'descr'"});
  refuse("__import__('os').system('echo')", "", {"'{'", "'__import__"});

  // deep nesting stops at the first bracket
  for (const char* bracket : {"(", "[", "{"}) {
    std::string deep;
    for (int i = 0; i < 20000; ++i) deep += bracket;
    refuse(deep, "", {"expected"});
    refuse(head + deep, "", {"expected"});
    refuse("{'descr': " + deep, "", {"descr"});
  }
}

TEST_CASE("npy: sizes that do not fit") {
  const std::string head = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  const auto bytes = [](const std::string& header) { return test::to_bytes(npy_text(header, "12345678")); };
  const auto refused = [&](const std::string& shape, std::initializer_list<std::string_view> parts) {
    CAPTURE(shape);
    const test::byte_vector file = bytes(head + shape + "}");
    test::reset_largest_allocation();
    check_refused([&] { (void)npy::load(file); }, parts);
    check_refused([&] { (void)npy::info(file); }, parts);
    check_refused([&] { (void)npy::load_raw(file); }, parts);
    CHECK(test::largest_allocation() < 4096);
  };
  CHECK(npy::load(bytes(head + "(1,)}")).data.size() == 1);
  refused("(2,)", {"(2,)", "'<f8'", "16 bytes", "8 bytes"});
  refused("(0,)", {"(0,)", "0 bytes", "8 bytes"});
  refused("(1000000000000,)", {"(1000000000000,)", "8000000000000 bytes"});
  refused("(2305843009213693952,)", {"(2305843009213693952,)", "address space"});      // 8 * 2^61 = 2^64
  refused("(2305843009213693953,)", {"(2305843009213693953,)", "address space"});      // 2^64 + 8: would wrap to 8
  refused("(4294967296, 4294967296)", {"(4294967296, 4294967296)", "address space"});  // 2^64
  refused("(4294967297, 4294967296, 4294967296)", {"4294967297", "address space"});
  refused("(18446744073709551615,)", {"18446744073709551615", "address space"});
  refused("(4294967296, 4294967296, 0)", {"(4294967296, 4294967296, 0)", "address space"});  // strides would wrap
  std::string ones = "(";
  for (int i = 0; i < 64; ++i) ones += "1,";
  CHECK(npy::load(bytes(head + ones + ")}")).shape.size() == 64);
  refused(ones + "1)", {"64 dimensions"});

  // magic, version and header length
  const std::string good = npy_text(head + "(1,)}", "12345678");
  const auto changed = [&](std::size_t at, std::string_view with) {
    std::string text = good;
    text.replace(at, with.size(), with);
    return text;
  };
  check_refused([&] { load(changed(0, "\x92")); }, {"'\\x92NUMPY'", "'\\x93NUMPY'"});
  check_refused([&] { load(changed(1, "numpy")); }, {"'\\x93numpy'"});
  check_refused([&] { load(changed(6, std::string("\0", 1))); }, {"version 0.0"});
  check_refused([&] { load(changed(6, "\4")); }, {"version 4.0"});
  check_refused([&] { load(changed(7, "\1")); }, {"version 1.1"});
  check_refused([&] { load(changed(8, "\xff\xff")); },
                {"65535 bytes at byte 10", "file of " + std::to_string(good.size())});
  check_refused([&] { load(npy_text(head + "(1,)}", "12345678", 2).replace(8, 4, "\xff\xff\xff\xff")); },
                {"4294967295 bytes", "65535"});
  check_refused([&] { load(npy_text(head + "(1,)}", "12345678", 2).replace(8, 4, std::string("\0\0\1\0", 4))); },
                {"65536 bytes", "65535"});
  check_refused([&] { load(good + "x"); }, {"(1,)", "8 bytes", "9 bytes"});
  check_refused([&] { load(good + good); }, {std::to_string(good.size() + 8) + " bytes"});
}

TEST_CASE("npy: cut at every byte") {
  test::temporary_folder folder;
  const auto path = folder / "cut.npy";
  for (const char* name : {"f4_little", "f8_big", "fortran", "version2", "version3", "scalar", "empty", "b1",
                           "bfloat16_named", "python2"}) {
    CAPTURE(name);
    const test::byte_vector whole = test::file_bytes(data_file("npy/" + std::string(name) + ".npy"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const test::byte_vector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const std::string said = "file of " + std::to_string(size) + " bytes";
      check_refused([&] { (void)npy::load(cut, "part"); }, {"'part'", said});
      check_refused([&] { (void)npy::info(cut, "part"); }, {"'part'", said});
      test::write_file(path, cut);
      check_refused([&] { (void)npy::load(path); }, {"cut.npy'", said});
    }
    test::write_file(path, whole);
    CHECK_NOTHROW(npy::load(path));
  }
}

TEST_CASE("npy: changed at every byte and at random") {
  const auto read = [](std::span<const std::byte> bytes) {
    const lowp::tensor_info info = npy::info(bytes);
    if (info.offset + info.bytes != bytes.size()) throw std::logic_error("an array outside the file");
    if (npy::load_raw(bytes).bytes.size() != info.bytes) throw std::logic_error("raw bytes");
    const lowp::tensor t = info.bits == 8 ? npy::load(bytes, info.type == dtype::opaque ? dtype::f8_e5m2 : info.type)
                           : info.bits == 16 ? npy::load(bytes, info.type == dtype::opaque ? dtype::bf16 : info.type)
                                             : npy::load(bytes);
    const auto product = std::accumulate(t.shape.begin(), t.shape.end(), std::size_t{1}, std::multiplies<>());
    if (t.data.size() != product || product != info.count)
      throw std::logic_error("not as many values as the shape says");
  };
  test::mutation_counts all;
  for (const char* name : {"fortran", "version3", "python2", "i2_big", "bfloat16"}) {
    CAPTURE(name);
    const std::string good = test::to_text(test::file_bytes(data_file("npy/" + std::string(name) + ".npy")));
    for (const auto& counts : {test::every_byte(read, good, 128), test::random_mutations(read, good, 128, 20000)}) {
      all.accepted += counts.accepted;
      all.refused += counts.refused;
      // Each byte unchanged is accepted once; most changes break the file.
      CHECK(counts.accepted > 128);
      CHECK(counts.refused > 10000);
    }
  }
  CHECK(all.accepted + all.refused == 5 * (128 * 256 + 20000));
}

TEST_CASE("npy: what is saved is loaded again, and laid out as NumPy does") {
  test::temporary_folder folder;
  const auto path = folder / "a.npy";
  const std::vector<float> values = {0.0f, -0.5f, 1.5f, 65504.0f, 0x1p-24f, -3.25f};

  // byte for byte what NumPy writes
  npy::save(path, values, {2, 3});
  CHECK(test::file_bytes(path) == test::file_bytes(data_file("npy/f4_little.npy")));
  npy::save(path, std::vector<double>{0.1, 1e300, -1e-320, 16777217.0, 0x1.000001p0, 0x1.0000010000001p0}, {2, 3});
  CHECK(test::file_bytes(path) == test::file_bytes(data_file("npy/f8_little.npy")));
  npy::save(path, std::array{42.5f}, {});
  CHECK(test::file_bytes(path) == test::file_bytes(data_file("npy/scalar.npy")));
  npy::save(path, std::vector<float>{}, {0, 3});
  CHECK(test::file_bytes(path) == test::file_bytes(data_file("npy/empty.npy")));
  npy::save(path,
            std::array{lowp::float16::from_bits(0x0000), lowp::float16::from_bits(0xb800),
                       lowp::float16::from_bits(0x3e00), lowp::float16::from_bits(0x7bff),
                       lowp::float16::from_bits(0x0001), lowp::float16::from_bits(0xc280)},
            {2, 3});
  CHECK(test::file_bytes(path) == test::file_bytes(data_file("npy/f2_little.npy")));

  // number types as their codes
  std::vector<lowp::e4m3fn> codes;
  for (int code = 0; code < 256; ++code) codes.push_back(lowp::e4m3fn::from_bits(static_cast<std::uint8_t>(code)));
  npy::save(path, std::span<const lowp::e4m3fn>(codes), {4, 64});
  CHECK(npy::info(path).type_name == "|u1");
  CHECK(npy::load(path).data[200] == 200);
  CHECK(npy::load(path, dtype::f8_e4m3fn).shape == shape_type{4, 64});
  CHECK(npy::load(path, dtype::f8_e4m3fn).data[0x7e] == 448);
  npy::save(path, std::array{lowp::bfloat16::from_bits(0xc049), lowp::bfloat16::from_bits(0x3f80)});
  CHECK(npy::info(path).type_name == "<u2");
  check_same(npy::load(path, dtype::bf16).data, {-3.140625f, 1});
  npy::save(path, std::array{lowp::e2m1fn::from_bits(0xf), lowp::e2m1fn::from_bits(3)});
  check_same(npy::load(path, dtype::f4_e2m1fn).data, {-6, 1.5f});

  // every rank: the values begin at a multiple of 64 whatever the length of the text
  for (std::size_t rank = 0; rank <= 64; ++rank) {
    const shape_type shape(rank, 1);
    npy::save(path, std::array{7.0f}, shape);
    const lowp::tensor_info info = npy::info(path);
    CHECK(info.shape == shape);
    CHECK(info.offset % 64 == 0);
    CHECK(test::to_text(test::file_bytes(path))[info.offset - 1] == '\n');
  }

  // a tensor, back and forth; larger than the reader's buffer, so that its seams are crossed
  lowp::tensor t;
  t.shape = {101, 3, 997};
  for (std::size_t i = 0; i < 101 * 3 * 997; ++i) t.data.push_back(static_cast<float>(i) * 0.37f - 1000);
  npy::save(path, t);
  const lowp::tensor again = npy::load(path);
  CHECK(again.shape == t.shape);
  CHECK(again.data == t.data);
  CHECK(folder.files() == 1);
}

TEST_CASE("npy: a failed save leaves the old file and nothing else") {
  test::temporary_folder folder;
  const auto path = folder / "a.npy";
  const std::vector<float> values(100000, 1.0f);
  npy::save(path, std::vector<float>{1, 2, 3});
  const test::byte_vector before = test::file_bytes(path);
  const auto unchanged = [&] {
    CHECK(test::file_bytes(path) == before);
    CHECK(folder.files() == 1);
  };

  check_refused([&] { npy::save(path, values, {3, 5}); }, {"a.npy", "100000 values", "(3, 5)"});
  check_refused([&] { npy::save(path, values, {}); }, {"100000 values", "()"});
  check_refused([&] { npy::save(path, values, {0}); }, {"100000 values", "(0,)"});
  check_refused([&] { npy::save(path, std::vector<float>{}, {4294967296, 4294967296}); }, {"4294967296", "0 values"});
  check_refused([&] { npy::save(path, std::vector<float>{1}, shape_type(65, 1)); }, {"65 dimensions", "at most 64"});
  unchanged();

  check_refused([&] { npy::save(folder / "nowhere/a.npy", values); }, {"nowhere/a.npy", "No such file"});
  unchanged();

#if __has_include(<sys/resource.h>)
  // the disk is full after 4096 bytes
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{4096, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string full = test::refusal([&] { npy::save(path, values); });
  // so small that it fails only when it is flushed
  const rlimit tiny{64, limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &tiny) == 0);
  const std::string late = test::refusal([&] { npy::save(path, std::vector<float>{4, 5, 6}); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::signal(SIGXFSZ, handler);
  check_refused([&] { throw lowp::error(full); }, {"a.npy", "400128 bytes", "File too large"});
  check_refused([&] { throw lowp::error(late); }, {"a.npy", "140 bytes", "File too large"});
  unchanged();
#endif

  // the target cannot be replaced
  std::filesystem::create_directory(folder / "folder.npy");
  check_refused([&] { npy::save(folder / "folder.npy", values); }, {"folder.npy", "rename"});
  CHECK(std::filesystem::is_directory(folder / "folder.npy"));
  CHECK(folder.files() == 2);

  // what another writer is writing stays its own
  test::write_file(folder / "a.npy.part0", test::to_bytes("theirs"));
  npy::save(path, std::vector<float>{4, 5});
  CHECK(npy::load(path).data == std::vector<float>{4, 5});
  CHECK(test::to_text(test::file_bytes(folder / "a.npy.part0")) == "theirs");
  CHECK(folder.files() == 3);
}

TEST_CASE("byte_source: no read outside the bytes, not even by wrapping round") {
  const test::byte_vector bytes = test::to_bytes("0123456789");
  lowp::detail::byte_source source(bytes, "ten");
  std::byte two[2];
  CHECK_NOTHROW(source.read(8, two, "the end"));
  CHECK(two[1] == std::byte{'9'});
  CHECK_NOTHROW(source.require(10, 0, "nothing"));
  check_refused([&] { source.read(9, two, "the end"); }, {"'ten'", "the end", "2 bytes at byte 9", "10 bytes"});
  check_refused([&] { source.read(~std::uint64_t{0}, two, "wrapped"); }, {"18446744073709551615"});
  check_refused([&] { source.require(8, ~std::uint64_t{0} - 7, "wrapped"); }, {"18446744073709551608"});
  check_refused([&] { source.require(11, 0, "beyond"); }, {"byte 11"});
}

TEST_CASE("npy: what is no file is refused") {
  test::temporary_folder folder;
  check_refused([&] { (void)npy::load(folder / "none.npy"); }, {"none.npy'", "no such file"});
  std::filesystem::create_directory(folder / "folder.npy");
  check_refused([&] { (void)npy::load(folder / "folder.npy"); }, {"folder.npy'", "not a regular file"});
#ifdef __linux__
  check_refused([&] { (void)npy::load("/dev/zero"); }, {"'/dev/zero'", "not a regular file"});
#endif
  check_refused([&] { (void)npy::load(std::span<const std::byte>()); }, {"'memory'", "file of 0 bytes"});
  check_refused([&] { (void)npy::load_raw(std::span<const std::byte>(), "mine"); }, {"'mine'"});
}
