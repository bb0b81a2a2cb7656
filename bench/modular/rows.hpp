// The rows of modular arithmetic in the table of bench/kernels.
#pragma once

#include "../kernels/harness.hpp"

namespace bench {

jobs modular_array_rows();   ///< arrays modulo q, against the remainder of 128-bit integers
jobs modular_ntt_rows();     ///< number-theoretic transforms, against the loops one writes
jobs modular_matrix_rows();  ///< matrix products on the byte cores: modulo q, exact integers, floats by slices

}  // namespace bench
