// What the tests of tensor files share: bytes of good and bad files, and refusals with what they must say.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lowp/core/error.hpp>
#include <lowp/interop/tensor.hpp>

#include "../catch.hpp"
#include "allocation_watch.hpp"

namespace test {

using byte_vector = std::vector<std::byte>;

inline byte_vector to_bytes(std::string_view text) {
  byte_vector out(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = static_cast<std::byte>(text[i]);
  return out;
}

inline std::string to_text(std::span<const std::byte> bytes) {
  std::string out(bytes.size(), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<char>(bytes[i]);
  return out;
}

inline std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

inline std::filesystem::path data_file(const std::string& name) {
  return std::filesystem::path(LOWP_TEST_DATA) / name;
}

inline byte_vector file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  INFO(path);
  REQUIRE(in.good());
  return to_bytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

inline void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary) << to_text(bytes);
}

// A new folder, removed at the end.
class temporary_folder {
 public:
  temporary_folder() {
    std::random_device random;
    do {
      path_ = std::filesystem::temp_directory_path() / ("lowp_test_" + std::to_string(random()));
    } while (!std::filesystem::create_directory(path_));
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

// The message of the lowp::error that f throws; "" if it throws none. Any other exception fails the test.
template <class F>
std::string refusal(const F& f) {
  try {
    f();
  } catch (const lowp::error& e) {
    return e.what();
  }
  return "";
}

// f must throw lowp::error with all of these in its message.
template <class F>
void check_refused(const F& f, std::initializer_list<std::string_view> parts) {
  const std::string message = refusal(f);
  CAPTURE(message);
  CHECK(message.starts_with("lowp: "));
  for (const std::string_view part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != message.npos);
  }
}

// Equal as float bits, but NaN equals NaN.
inline void check_same(const std::vector<float>& got, const std::vector<float>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const bool same = std::bit_cast<std::uint32_t>(got[i]) == std::bit_cast<std::uint32_t>(wanted[i]) ||
                      (got[i] != got[i] && wanted[i] != wanted[i]);
    if (same) continue;
    CAPTURE(i, got[i], wanted[i]);
    CHECK(same);
  }
}

struct mutation_counts {
  std::size_t accepted = 0;
  std::size_t refused = 0;
};

// `read` must accept or throw lowp::error beginning with "lowp: 'memory'", and allocate no more than some
// multiple of the size. The bytes are copied to a heap block of their exact size, so that a sanitizer sees
// every read beyond.
template <class Read>
void try_bytes(const Read& read, std::string_view text, mutation_counts& counts) {
  const byte_vector exact = to_bytes(text);
  reset_largest_allocation();
  const std::string message = refusal([&] { read(std::span<const std::byte>(exact)); });
  const std::size_t allocated = largest_allocation();
  const bool sound = message.empty() || message.starts_with("lowp: 'memory': ");
  if (!sound || allocated > 32 * text.size() + 4096) {
    CAPTURE(message, allocated, text);
    CHECK(sound);
    CHECK(allocated <= 32 * text.size() + 4096);
  }
  ++(message.empty() ? counts.accepted : counts.refused);
}

// Every value of every byte of the first `header` bytes.
template <class Read>
mutation_counts every_byte(const Read& read, const std::string& good, std::size_t header) {
  mutation_counts counts;
  for (std::size_t at = 0; at < header; ++at) {
    std::string text = good;
    for (int value = 0; value < 256; ++value) {
      text[at] = static_cast<char>(value);
      try_bytes(read, text, counts);
    }
  }
  return counts;
}

// Pieces that mean something to one of the two grammars, put in, taken out and exchanged at random places.
template <class Read>
mutation_counts random_mutations(const Read& read, const std::string& good, std::size_t header, std::size_t times) {
  static constexpr std::string_view pieces[] = {"{",
                                                "}",
                                                "[",
                                                "]",
                                                "(",
                                                ")",
                                                ",",
                                                ":",
                                                "\"",
                                                "'",
                                                "\\",
                                                "0",
                                                "1",
                                                "-1",
                                                "00",
                                                "1e9",
                                                "1.0",
                                                "18446744073709551615",
                                                "\\u00",
                                                "null",
                                                "true",
                                                "False",
                                                "True",
                                                "9999999999999999999999",
                                                "4294967296",
                                                "9223372036854775807",
                                                "\\ud83d\\ude00",
                                                "\\u0000",
                                                "\xff",
                                                "\xc0\x80",
                                                "\xed\xa0\x80",
                                                "\n",
                                                "L",
                                                "[[[[[[[[",
                                                "{\"a\":{\"a\":",
                                                "<f8",
                                                "|V1",
                                                "\"dtype\":",
                                                "\"shape\":[",
                                                "\"data_offsets\":[0,",
                                                "__metadata__",
                                                "'shape': (",
                                                "'descr': '"};
  std::mt19937_64 random(20240229);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  mutation_counts counts;
  for (std::size_t i = 0; i < times; ++i) {
    std::string text = good;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t end = std::min(header, text.size());
      const std::size_t at = below(end), length = std::min(below(8), end - at);
      switch (below(5)) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ 1u << below(8));
          break;
        case 2:
          text.erase(at, length);
          break;
        case 3:
          text.insert(at, pieces[below(std::size(pieces))]);
          break;
        default:
          text.replace(at, length, pieces[below(std::size(pieces))]);
          break;
      }
    }
    try_bytes(read, text, counts);
  }
  return counts;
}

}  // namespace test
