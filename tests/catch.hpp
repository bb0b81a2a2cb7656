// Catch2, whichever of its two generations the machine has: 2.13 is one header, 3 is many.
// Approx, GENERATE and TEMPLATE_TEST_CASE are spelt alike in both.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
