// A philox generator (core/random.hpp) for many elements at once, in each tier: random_words.
#pragma once

#include <bit>

#include <lowp/core/random.hpp>
#include <lowp/kernels/tiers.hpp>

namespace lowp::detail {

// What a philox is made of.
struct philox_state {
  std::uint64_t seed, stream;
};
inline philox_state state_of(const philox& g) noexcept {
  static_assert(sizeof(philox) == sizeof(philox_state));
  return std::bit_cast<philox_state>(g);
}

}  // namespace lowp::detail

#define LOWP_BODY <lowp/kernels/random.inl>
#define LOWP_TIERS 0b00111
#include <lowp/kernels/foreach.inl>
