// Every number type and block format of lowp: no kernels, no streams.
#pragma once

#include <lowp/blocks/absmax_block.hpp>
#include <lowp/blocks/bitmod.hpp>
#include <lowp/blocks/hifloat4.hpp>
#include <lowp/blocks/measure.hpp>
#include <lowp/blocks/names.hpp>
#include <lowp/blocks/packed.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>
#include <lowp/formats/codebook.hpp>
#include <lowp/formats/codebooks.hpp>
#include <lowp/formats/e8m0.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/hifloat8.hpp>
#include <lowp/formats/minifloat.hpp>
#include <lowp/formats/names.hpp>
#include <lowp/formats/posit.hpp>
#include <lowp/formats/quarter_turn.hpp>
#include <lowp/formats/quire.hpp>
#include <lowp/formats/sfp8.hpp>
#include <lowp/formats/takum.hpp>
