// Every number type and block format of lowp: no kernels, no streams.
#pragma once

#include <lowp/blocks/measure.hpp>
#include <lowp/blocks/names.hpp>
#include <lowp/blocks/packed.hpp>
#include <lowp/blocks/quantize.hpp>
#include <lowp/core/limits.hpp>
#include <lowp/core/number.hpp>
#include <lowp/formats/e8m0.hpp>
#include <lowp/formats/fixed.hpp>
#include <lowp/formats/minifloat.hpp>
#include <lowp/formats/names.hpp>
