// Oracle for the block formats, in plain float, double and integer code: nothing here comes from include/.
//
//   element        the list of the values of a small format, written down by formula
//   round          x / scale to an element by a search in that list; compares |x| with value * scale, which is
//                  exact in double, so that nothing is ever divided
//   *_code         scale codes, in the bit arithmetic on binary32 of the libraries that define the rules
//   mx_*, tensor_* whole blocks and two-level tensors to bytes and back
//   bits_to_bytes  codes written as one long binary number, cut into bytes from its end
//
// Sources: OCP Microscaling Formats (MX) v1.0; pytorch/ao 36027d82d, mx_formats/mx_tensor.py and
// nvfp4_tensor.py; NVIDIA/TransformerEngine d0067d0da, custom_recipes/reference_nvfp4.py and
// common/cast/nvfp4/core_nvfp4.cuh; ggml d99724f2, block_mxfp4.
#ifndef LOWP_TESTS_ORACLE_BLOCKS_HPP
#define LOWP_TESTS_ORACLE_BLOCKS_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace oracle::blocks {

using bytes = std::vector<std::uint8_t>;

// ---- elements ----------------------------------------------------------------------------------------------

enum class rounding {
  nearest_even,
  nearest_away,
  nearest_zero,
  toward_zero,
  upward,
  downward,
  to_odd,
  stochastic_a,
  stochastic_b,
  stochastic_c,
  stochastic_equal
};
inline constexpr rounding deterministic[] = {rounding::nearest_even, rounding::nearest_away, rounding::nearest_zero,
                                             rounding::toward_zero,  rounding::upward,       rounding::downward,
                                             rounding::to_odd};

struct element {
  std::string name;
  int bits = 0;
  bool twos_complement = false;
  std::vector<double> positive;  // magnitude codes 0, 1, ...: ascending, finite
  std::vector<double> negative;  // magnitudes of the negative values, likewise
  std::vector<double> value;     // by code, infinities and NaN included
  int emax = 0;                  // floor(log2(largest))
  int fraction_bits = 0;

  double largest() const { return positive.back(); }
  std::uint32_t code(bool is_negative, std::uint32_t magnitude) const;
};

// s | E exponent bits | M fraction bits. Magnitudes above `last` are infinite if they are `infinity`, else NaN.
element minifloat(const char* name, int E, int M, int bias, std::uint32_t last, std::uint32_t infinity = ~0u);
// Integers of `bits` bits times 2^-frac in two's complement; symmetric: without the lowest one.
element fixed(const char* name, int bits, int frac, bool symmetric);

const element& e5m2();
const element& e4m3();  // OCP: 448, no infinities
const element& e3m2();
const element& e2m3();
const element& e2m1();
const element& int8();        // two's complement, 2^-6
const element& sym_int8();    // +-127 / 64
const element& sym_int6();    // +-31 / 16
const element& sym_int4();    // +-7 / 4
const element& sym_int4_0();  // +-7

// x / scale rounded to e, the largest value of the sign at most. scale > 0 has at most 8 significant bits.
// `random` has 32 random bits, of which the stochastic modes take the low `random_bits` ones.
std::uint32_t round(const element& e, float x, double scale, rounding mode = rounding::nearest_even,
                    std::uint32_t random = 0, int random_bits = 32);

// ---- scales ------------------------------------------------------------------------------------------------

inline constexpr int nan_code = 255;
double e8m0_value(int code);  // 255 is NaN
float e4m3_value(int code);
int e4m3_nearest(double x);  // ties to even, at most 448; x >= 0

// torchao on the bits of amax (finite or not): codes 0..255.
int floor_code(float amax, int emax);
int ceil_code(float amax, int emax);
int even_code(float amax, int emax, int fraction_bits);
int rceil_code(float amax, float largest);

enum class rule { floor, ceil, even, round_up, nearest, search };
const char* name(rule r);
// The e8m0 code of a rule for finite amax > 0, saturated at both ends; `search` looks at x.
int e8m0_code(rule r, const element& e, float amax, std::span<const float> x = {});
// The same of an e4m3 scale, for nearest and search.
int e4m3_code(rule r, const element& e, float amax, std::span<const float> x = {});

// Squared error of x coded with this scale, nearest even.
long double squared_error(const element& e, std::span<const float> x, double scale);

// ---- bytes -------------------------------------------------------------------------------------------------

// Code i at bits [i b, (i + 1) b) of a little-endian number.
bytes bits_to_bytes(std::span<const std::uint32_t> codes, int bits);
std::uint32_t bits_at(std::span<const std::uint8_t> in, std::size_t index, int bits);

// ---- blocks with one scale ---------------------------------------------------------------------------------

enum class layout { sequential, split_halves };
enum class scale_format { e8m0, e4m3 };

struct mx {
  const element* e;
  int n;
  layout order = layout::sequential;
  rule scale_rule = rule::floor;
  scale_format scale = scale_format::e8m0;

  std::size_t bytes_per_block() const { return 1 + (static_cast<std::size_t>(n * e->bits) + 7) / 8; }
};

// One block of 1..n values; randoms[i] belongs to value i.
bytes mx_encode(const mx& f, std::span<const float> x, rounding mode = rounding::nearest_even,
                std::span<const std::uint32_t> randoms = {});
std::vector<float> mx_decode(const mx& f, std::span<const std::uint8_t> in, std::size_t count);

// ---- two levels of scales ----------------------------------------------------------------------------------

enum class recipe { transformer_engine, torchao };

struct tensor_format {
  const element* e;
  int n;
  recipe how;
  int tile_rows = 1;
};

struct tensor {
  bytes data;  // rows of blocks, no padding
  float encode_scale = 1, decode_scale = 1;
};

// rows x cols values, row-major.
tensor tensor_encode(const tensor_format& f, std::span<const float> x, std::size_t rows, std::size_t cols,
                     rounding mode = rounding::nearest_even, std::span<const std::uint32_t> randoms = {});
std::vector<float> tensor_decode(const tensor_format& f, const tensor& t, std::size_t rows, std::size_t cols);

}  // namespace oracle::blocks

#endif
