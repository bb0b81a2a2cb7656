// What is measured: built-in tensors, or one from a file.
//
// The built-in ones are random, but the same on every machine: the numbers come from lowp::philox and go
// through additions, products, quotients and square roots alone, which IEEE 754 fixes to the last bit. No
// logarithm or cosine, which every C library rounds in its own way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace explore {

struct sample {
  std::string name;         ///< "gaussian", "model.safetensors:layer.weight"
  std::string description;  ///< one line: distribution or type and shape, what was done to it
  std::size_t rows = 0, cols = 0;
  std::vector<float> values;
};

struct tensor_source {
  std::string file;                   ///< FILE or FILE:tensor; empty for the built-in tensors
  std::vector<std::string> built_in;  ///< names of built-in tensors
  std::string dtype;                  ///< what the file's values are, if it does not say
  std::size_t rows = 256, cols = 1024;
  std::uint64_t seed = 0;
  std::size_t limit = std::size_t{1} << 22;  ///< values; larger tensors are sampled
};

/// The names of the built-in tensors, and what they are.
struct built_in_name {
  std::string_view name, meaning;
};
inline constexpr built_in_name built_in_names[] = {
    {"gaussian", "standard normal values"},
    {"laplace", "Laplace values of unit scale"},
    {"student_t5", "Student's t, 5 degrees of freedom"},
    {"outliers", "standard normal, 1 in 1000 times 20"},
    {"uniform", "evenly from -1 to 1"},
};

/// The tensors to measure. Empty if the file holds several and none was named: then `choices` has a line for
/// each. Throws lowp::error for bad files and usage_error for names that do not exist.
std::vector<sample> load_tensors(const tensor_source& source, std::vector<std::string>& choices);

/// Standard normal values for the other side of the matrix product.
std::vector<float> gaussian_values(std::uint64_t seed, std::size_t n);

}  // namespace explore
