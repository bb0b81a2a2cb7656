// What the tests of this folder draw from: a generator of their own (the library's is under test elsewhere) and
// the decode tables in tests/data.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tests {

// SplitMix64 (Steele, Lea, Flood 2014).
class random_codes {
 public:
  explicit random_codes(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // Uniform for powers of two, which is what it is used with; otherwise close to it.
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

struct table_line {
  std::uint64_t code;
  std::uint32_t float_bits;
  double hex_value;
};

// Empty if there is no table of that name.
inline std::vector<table_line> load_table(const std::string& name) {
  std::vector<table_line> lines;
  std::ifstream file(std::string(LOWP_TEST_DATA) + "/tables/table_" + name + ".txt");
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    std::istringstream in(text);
    std::string code, bits, hex;
    in >> code >> bits >> hex;
    lines.push_back({std::stoull(code, nullptr, 16), static_cast<std::uint32_t>(std::stoul(bits, nullptr, 16)),
                     std::strtod(hex.c_str(), nullptr)});
  }
  return lines;
}

}  // namespace tests
