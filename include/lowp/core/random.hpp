// Random bits for stochastic rounding, as a pure function of (seed, index): no state to carry, so an array operation
// draws the same bits for element i whatever the vector width, the order or the number of threads.
//
//   philox{seed, stream}(i)   32 random bits, 0 <= i < 2^64
//   random_stream             a philox and a running index: what a scalar operator draws from
//   thread_stream()           the stream of this thread; seed_thread(seed) makes a run repeatable
//
// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC'11:
// Philox-4x32 with 10 rounds, which passes TestU01's BigCrush.
#pragma once

#include <cstdint>
#include <type_traits>

#include <lowp/core/config.hpp>

namespace lowp {

struct random_tag {};

/// The Philox-4x32-10 generator: four words of 32 bits from a 128-bit counter and a 64-bit key.
class philox {
 public:
  using policy = random_tag;

  struct block {
    std::uint32_t word[4];
    friend constexpr bool operator==(const block&, const block&) = default;
  };

  /// `seed` is the key; streams of one seed never overlap.
  LOWP_FN constexpr explicit philox(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : seed_(seed), stream_(stream) {}

  /// Random bits number `index` of this stream.
  [[nodiscard]] LOWP_FN constexpr std::uint32_t operator()(std::uint64_t index) const noexcept {
    return (*this)[index / 4].word[index % 4];
  }

  /// The four words of block `index`: counter = (index, stream).
  [[nodiscard]] LOWP_FN constexpr block operator[](std::uint64_t index) const noexcept {
    block c{{low(index), high(index), low(stream_), high(stream_)}};
    std::uint32_t k0 = low(seed_), k1 = high(seed_);
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c.word[0];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c.word[2];
      c = {{high(p1) ^ c.word[1] ^ k0, low(p1), high(p0) ^ c.word[3] ^ k1, low(p0)}};
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return c;
  }

 private:
  LOWP_FN static constexpr std::uint32_t low(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(x); }
  LOWP_FN static constexpr std::uint32_t high(std::uint64_t x) noexcept {
    return static_cast<std::uint32_t>(x >> 32);
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// A running position in a philox stream; each call gives the next 32 bits.
class random_stream {
 public:
  using policy = random_tag;

  LOWP_FN constexpr explicit random_stream(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : generator_(seed, stream) {}

  constexpr std::uint32_t operator()() noexcept {
    if (index_ % 4 == 0) block_ = generator_[index_ / 4];
    return block_.word[index_++ % 4];
  }

 private:
  philox generator_;
  philox::block block_{};
  std::uint64_t index_ = 0;
};

/// The random bits of one rounding, given outright; a policy uses the lowest ones.
struct random_bits {
  using policy = random_tag;
  std::uint32_t value;
  LOWP_FN constexpr std::uint32_t operator()() const noexcept { return value; }
};

/// What the scalar operators of stochastic types draw from. Every thread starts at seed 0.
[[nodiscard]] inline random_stream& thread_stream() noexcept {
  static thread_local constinit random_stream stream{0};
  return stream;
}

/// Starts this thread's stream anew: the same seed gives the same bits on every run and machine.
inline void seed_thread(std::uint64_t seed, std::uint64_t stream = 0) noexcept {
  thread_stream() = random_stream{seed, stream};
}

}  // namespace lowp
