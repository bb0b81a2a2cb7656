// Lanes of unsigned words of 16, 32 and 64 bits in each tier: what bodies of modular kernels are written in. The types
// and functions are named at the head of words/scalar.inl.
#pragma once

#include <lowp/core/bits.hpp>
#include <lowp/kernels/tiers.hpp>

#define LOWP_BODY <lowp/modular/words.inl>
#include <lowp/kernels/foreach.inl>
