// Moduli and operands at the edges of words, and random ones. The oracle of these tests is the % of wider integers.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"

namespace modular_cases {

__extension__ typedef unsigned __int128 uint128;

// Wide enough for a product and a sum, and no wider: the % of 128 bits is slow.
template <class Word>
using wider = std::conditional_t<(sizeof(Word) < 8), std::uint64_t, uint128>;

template <class Word>
inline constexpr Word last = std::numeric_limits<Word>::max();

// Every q below 2^8; powers of two and their neighbours; primes at the ends of words; moduli for which the products of
// 52- and 64-bit Barrett reduction are off by two.
template <class Word>
std::vector<Word> edge_moduli() {
  std::vector<std::uint64_t> all;
  for (std::uint64_t q = 2; q < 256; ++q) all.push_back(q);
  for (int k = 8; k < 64; ++k)
    for (std::uint64_t d = 0; d < 3; ++d) all.push_back((std::uint64_t{1} << k) - 1 + d);
  for (std::uint64_t below = 0; below < 4; ++below) all.push_back(~std::uint64_t{0} - below);
  for (std::uint64_t q :
       {65521ull, 65519ull, 2147483647ull, 2147483629ull, 4294967291ull, 4294967279ull, 4293918721ull, 268369921ull,
        1073184769ull, 1125899840520193ull, 1125899906842597ull, 4611686016417267713ull, 9223372036854775783ull,
        18446744073709551557ull, 18446744073709551533ull, 18446744069414584321ull})
    all.push_back(q);
  std::vector<Word> moduli;
  for (const std::uint64_t q : all)
    if (q <= last<Word>) moduli.push_back(static_cast<Word>(q));
  return moduli;
}

// Operands at the ends and in the middle of [0, q).
template <class Word>
std::vector<Word> extremes(Word q) {
  std::vector<Word> all{0, 1, static_cast<Word>(q - 1), static_cast<Word>(q / 2)};
  if (q > 4) {
    for (unsigned x : {2u, 3u}) all.push_back(static_cast<Word>(x));
    for (unsigned x : {1u, 2u}) all.push_back(static_cast<Word>(q / 2 + x));
    all.push_back(static_cast<Word>(q - 2));
  }
  return all;
}

// The same for any word.
template <class Word>
std::vector<Word> extreme_words(Word q) {
  std::vector<Word> all = extremes(q);
  for (unsigned x : {0u, 1u}) all.push_back(static_cast<Word>(q + x));  // at the end of a word that is 0 again
  for (unsigned x : {0u, 1u, 2u}) all.push_back(static_cast<Word>(last<Word> - x));
  all.push_back(static_cast<Word>(last<Word> / 2));
  all.push_back(static_cast<Word>(last<Word> / 2 + 1));
  return all;
}

class draws {
 public:
  explicit draws(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t word() { return engine_(); }
  template <class Word>
  Word below(Word q) {
    return static_cast<Word>(engine_() % q);
  }
  // Of any length with the same probability.
  template <class Word>
  Word modulus() {
    const int bits = 2 + static_cast<int>(engine_() % (std::numeric_limits<Word>::digits - 1));
    const Word top = static_cast<Word>(std::uint64_t{1} << (bits - 1));
    return static_cast<Word>(top | (engine_() & (top - std::uint64_t{1})));
  }

 private:
  std::mt19937_64 engine_;
};

// CHECK for each of 10^7 pairs would take minutes.
template <class... Values>
void require(bool right, const char* what, Values... values) {
  if (right) return;
  std::string all;
  for (const auto v : {static_cast<std::uint64_t>(values)...}) all += " " + std::to_string(v);
  FAIL(what << ":" << all);
}

}  // namespace modular_cases
