// Built-in tensors and tensors from files: see tensors.hpp.
#include "tensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <lowp/core/random.hpp>
#include <lowp/interop/npy.hpp>
#include <lowp/interop/safetensors.hpp>
#include <optional>

#include "names.hpp"

namespace explore {

namespace {

// Draws by comparisons: J. von Neumann, Various Techniques Used in Connection with Random Digits (1951).
class source {
 public:
  source(std::uint64_t seed, std::uint64_t stream) : random_(seed, stream) {}

  // In (0, 1), in steps of 2^-32.
  double uniform() { return (random_() + 0.5) * 0x1p-32; }
  double sign() { return (random_() & 1) != 0 ? -1.0 : 1.0; }

  // A descending run of uniforms that starts at u ends after an odd number of them with probability e^-u.
  double exponential() {
    for (double whole = 0;; ++whole) {
      const double u = uniform();
      bool odd = true;
      for (double last = u, next; (next = uniform()) < last; last = next) odd = !odd;
      if (odd) return whole + u;
    }
  }
  // e^-x is the normal density times e^(-(x-1)^2/2) and a constant.
  double normal() {
    while (true) {
      const double x = exponential();
      if ((x - 1) * (x - 1) < 2 * exponential()) return sign() * x;
    }
  }
  double student_t5() {
    const double z = normal();
    const auto square = static_cast<float>(z * z);  // as a float, so that no compiler fuses it into the sum
    const double chi2 = 2 * (exponential() + exponential()) + square;
    return normal() / std::sqrt(chi2 / 5);
  }

 private:
  lowp::random_stream random_;
};

double draw(std::string_view name, source& random) {
  if (name == "gaussian") return random.normal();
  if (name == "laplace") return random.sign() * random.exponential();
  if (name == "student_t5") return random.student_t5();
  if (name == "outliers") {
    const bool large = random.uniform() < 0.001;
    return random.normal() * (large ? 20 : 1);
  }
  return random.sign() * random.uniform();
}

sample built_in(std::string_view name, const tensor_source& from) {
  std::uint64_t stream = 1;  // stream 0 is what stochastic rounding draws from
  for (const auto& [known, meaning] : built_in_names) {
    if (known != name) {
      ++stream;
      continue;
    }
    source random(from.seed, stream);
    sample out{
        std::string(name), fmt::format("{} x {}, {}", from.rows, from.cols, meaning), from.rows, from.cols, {}};
    out.values.resize(from.rows * from.cols);
    for (float& x : out.values) x = static_cast<float>(draw(name, random));
    return out;
  }
  std::vector<std::string> valid;
  for (const auto& [known, meaning] : built_in_names) valid.emplace_back(known);
  fail_unknown("built-in tensor", name, valid);
}

// FILE:tensor at the last colon that leaves the name of a file; a name with colons that is a file is one.
std::pair<std::string, std::string> split_file(const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(text, ignored)) return {text, ""};
  for (std::size_t at = text.size(); (at = text.rfind(':', at)) != std::string::npos && at > 0; --at) {
    if (fs::exists(text.substr(0, at), ignored)) return {text.substr(0, at), text.substr(at + 1)};
  }
  return {text, ""};
}

std::optional<lowp::dtype> named_dtype(const std::string& name) {
  if (name.empty()) return std::nullopt;
  std::vector<std::string> valid;
  for (int i = 1; i <= static_cast<int>(lowp::dtype::f4_e2m1fn); ++i) {
    const auto type = static_cast<lowp::dtype>(i);
    if (lowp::to_string(type) == name) return type;
    valid.emplace_back(lowp::to_string(type));
  }
  fail_unknown("type", name, valid);
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  return shape.empty() ? "one value" : fmt::format("{}", fmt::join(shape, " x "));
}

// rows x cols floats of a tensor of any rank: a row is the last dimension.
sample as_matrix(lowp::tensor&& tensor, const std::string& file, const std::string& name, std::size_t limit) {
  if (tensor.data.empty()) {
    throw lowp::error(
        fmt::format("'{}': tensor '{}' of shape {} has no values", file, tensor.name, shape_text(tensor.shape)));
  }
  const std::string leaf = std::filesystem::path(file).filename().string();
  sample out{name.empty() ? leaf : leaf + ":" + name,
             fmt::format("{}, stored as {}", shape_text(tensor.shape), lowp::to_string(tensor.type)), 1,
             tensor.shape.empty() ? 1 : tensor.shape.back(), std::move(tensor.data)};
  if (tensor.shape.size() < 2 && out.cols > limit) {
    out.cols = 4096;
    out.description += ", seen as rows of 4096";
  }
  out.rows = out.values.size() / out.cols;
  const std::size_t keep = std::max<std::size_t>(limit / out.cols, 1);
  if (out.rows > keep) {
    std::vector<float> some;
    some.reserve(keep * out.cols);
    for (std::size_t i = 0; i < keep; ++i) {  // evenly spaced
      const auto row = out.values.begin() + static_cast<std::ptrdiff_t>(i * out.rows / keep * out.cols);
      some.insert(some.end(), row, row + static_cast<std::ptrdiff_t>(out.cols));
    }
    out.description += fmt::format(", of {} rows {} were sampled", out.rows, keep);
    out.values = std::move(some);
    out.rows = keep;
  }
  out.values.resize(out.rows * out.cols);

  std::size_t not_finite = 0;
  for (float& x : out.values) {
    if (std::isfinite(x)) continue;
    x = 0;
    ++not_finite;
  }
  if (not_finite != 0) out.description += fmt::format(", {} NaN or infinite taken as 0", not_finite);
  return out;
}

bool is_npy(const std::string& path) {
  std::FILE* f = std::fopen(path.c_str(), "rb");
  if (f == nullptr) return path.ends_with(".npy");
  char magic[6] = {};
  const std::size_t got = std::fread(magic, 1, 6, f);
  std::fclose(f);
  return path.ends_with(".npy") || (got == 6 && std::string_view(magic, 6) == "\x93NUMPY");
}

[[noreturn]] void fail_unnamed(const std::string& path, const std::string& type) {
  throw lowp::error(
      fmt::format("'{}': the type '{}' does not tell what the values are: name it, as in --dtype bf16", path, type));
}

}  // namespace

std::vector<float> gaussian_values(std::uint64_t seed, std::size_t n) {
  source random(seed, 1000);  // far from the streams of the built-in tensors
  std::vector<float> out(n);
  for (float& x : out) x = static_cast<float>(random.normal());
  return out;
}

std::vector<sample> load_tensors(const tensor_source& from, std::vector<std::string>& choices) {
  std::vector<sample> out;
  if (from.file.empty()) {
    for (const std::string& name : from.built_in) out.push_back(built_in(plain(name), from));
    return out;
  }
  auto [path, name] = split_file(from.file);
  const auto as = named_dtype(from.dtype);
  if (is_npy(path)) {
    if (!name.empty()) throw lowp::error(fmt::format("'{}' holds one array, not a tensor '{}'", path, name));
    if (!as && lowp::npy::info(path).type == lowp::dtype::opaque) fail_unnamed(path, lowp::npy::info(path).type_name);
    out.push_back(as_matrix(as ? lowp::npy::load(path, *as) : lowp::npy::load(path), path, "", from.limit));
    return out;
  }
  lowp::safetensors::file file(path);
  if (name.empty() && file.tensors().size() == 1) name = file.tensors().front().name;
  if (name.empty() && file.tensors().empty()) throw lowp::error(fmt::format("'{}' has no tensors", path));
  if (name.empty()) {
    for (const lowp::tensor_info& t : file.tensors())
      choices.push_back(fmt::format("{:<44} {:<12} {}", t.name, t.type_name, shape_text(t.shape)));
    return out;
  }
  if (!as && file.info(name).bits == 6) fail_unnamed(path, file.info(name).type_name);
  out.push_back(as_matrix(as ? file.load(name, *as) : file.load(name), path, name, from.limit));
  return out;
}

}  // namespace explore
