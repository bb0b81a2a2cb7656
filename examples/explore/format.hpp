// A format as the explorer sees it at run time: a name, where it is from, and what enumeration and the codec
// tell about it. `number_format<T>` and `block_format<C>` make one from a type of the library, so that a
// registry needs one line a format:
//
//   number_format<lowp::e4m3fn>("e4m3fn", "OCP OFP8"),
//   block_format<lowp::mxfp4>("mxfp4", "OCP MX v1.0"),
#pragma once

#include <cmath>
#include <lowp/core/limits.hpp>
#include <optional>
#include <string>
#include <typeindex>
#include <vector>

#include "coder.hpp"

namespace explore {

/// Codes of up to that many bits are decoded one and all.
inline constexpr int most_enumerated = 20;

/// Widths of the fields of a code, from the top; a format without fields has only `fraction`.
struct code_fields {
  int sign = 0, exponent = 0, fraction = 0;
};

/// What decoding every code and std::numeric_limits tell about a number format.
struct number_facts {
  int bits = 0;
  bool is_signed = false, has_infinity = false, has_nan = false, has_zero = false, has_negative_zero = false;
  bool evenly_spaced = false;
  std::size_t finite = 0;  ///< different finite values
  double largest = 0, smallest_normal = 0, smallest = 0;
  int digits = 0;      ///< bits of precision
  double epsilon = 0;  ///< gap above 1, or above the value nearest below 1
  code_fields fields;
};

struct block_facts {
  int values = 0, bytes = 0, tile_rows = 1;
  std::type_index element = typeid(void), scale = typeid(void);
  std::string element_spelling, scale_spelling;
  bool tensor_scale = false;  ///< a float for the whole tensor on top
  double smallest_scale = 0, largest_scale = 0;
};

struct format {
  std::string name, standard;
  double bits = 0;  ///< a value, scales included, in full groups
  std::type_index type = typeid(void);
  number_facts number{};               ///< of the elements, for a block format
  std::optional<block_facts> block{};  ///< empty for a number format
  bool takes_rules = false;            ///< has power-of-two scales: --scale-rule applies
  bool per_tensor_scale = false;       ///< measured with one scale for the tensor: a number of 8 bits or less
  lowp::exact (*decode)(std::uint64_t code) = nullptr;
  std::unique_ptr<coder> (*make_coder)(scale_choice) = nullptr;

  /// The positive finite values, ascending: of the elements, for a block format. Empty for more than
  /// `most_enumerated` bits, which are listed and measured but not drawn.
  [[nodiscard]] std::vector<double> values() const;
};

template <class T>
lowp::exact decode_code(std::uint64_t code) {
  return T::format::decode(code);
}

template <class T>
number_facts facts_of() {
  using F = typename T::format;
  using limits = std::numeric_limits<T>;
  number_facts f;
  f.bits = F::bits;
  f.is_signed = limits::is_signed;
  f.has_infinity = limits::has_infinity;
  f.has_nan = limits::has_quiet_NaN;
  f.evenly_spaced = limits::is_exact;
  f.has_zero = F::has_zero;
  const lowp::exact lowest_negative = F::decode(F::assemble(true, 0));
  f.has_negative_zero = lowest_negative.kind == lowp::value_kind::zero && lowest_negative.negative;
  if constexpr (F::bits <= most_enumerated) {
    for (std::uint64_t code = 0; code <= lowp::low_mask(F::bits); ++code)
      f.finite += F::decode(code).kind == lowp::value_kind::finite;
    f.finite += f.has_zero;
  } else {
    f.finite = F::max_magnitude(false) + F::max_magnitude(true) + 1;
  }
  f.largest = static_cast<double>((limits::max)());
  f.smallest = static_cast<double>(limits::denorm_min());
  f.smallest_normal = f.evenly_spaced ? f.smallest : static_cast<double>((limits::min)());
  f.digits = limits::digits;
  f.epsilon = static_cast<double>(limits::epsilon());
  if constexpr (requires { F::exponent_bits; }) {
    f.fields = {F::bits - F::exponent_bits - F::fraction_bits, F::exponent_bits, F::fraction_bits};
  } else {
    f.fields = {0, 0, F::bits};
  }
  return f;
}

/// A name for a type that the registry has none for.
template <class T>
std::string spelling_of(const number_facts& f) {
  using F = typename T::format;
  if constexpr (requires { F::exponent_bits; }) {
    return "E" + std::to_string(F::exponent_bits) + "M" + std::to_string(F::fraction_bits);
  } else if (f.evenly_spaced) {
    const int fraction = -std::ilogb(f.smallest);
    return fraction == 0 ? "int" + std::to_string(f.bits)
                         : "fixed " + std::to_string(f.bits - fraction) + "." + std::to_string(fraction);
  }
  return std::to_string(f.bits) + " bits";
}

template <class T>
format number_format(std::string name, std::string standard) {
  format f{std::move(name), std::move(standard), lowp::bits_per_value<T>, typeid(T), facts_of<T>()};
  f.per_tensor_scale = f.number.bits <= 8 || f.number.evenly_spaced;
  f.decode = decode_code<T>;
  f.make_coder = [](scale_choice) -> std::unique_ptr<coder> { return std::make_unique<coder_of<T>>(); };
  return f;
}

template <class C>
std::unique_ptr<coder> make_block_coder(scale_choice rule) {
  using scale_format = typename C::scale::format;
  if constexpr (scale_format::precision == 1 && requires { typename C::scale_rule; }) {
    switch (rule) {
      case scale_choice::own:
        break;
      case scale_choice::floor:
        return std::make_unique<coder_of<lowp::with_scale_rule<C, lowp::floor_scale>>>();
      case scale_choice::ceil:
        return std::make_unique<coder_of<lowp::with_scale_rule<C, lowp::ceil_scale>>>();
      case scale_choice::round_up:
        return std::make_unique<coder_of<lowp::with_scale_rule<C, lowp::round_up_scale>>>();
      case scale_choice::even:
        return std::make_unique<coder_of<lowp::with_scale_rule<C, lowp::even_scale>>>();
      case scale_choice::search:
        return std::make_unique<coder_of<lowp::with_scale_rule<C, lowp::search_scale>>>();
    }
  }
  return std::make_unique<coder_of<C>>();
}

template <class C>
format block_format(std::string name, std::string standard) {
  using E = typename C::element;
  using S = typename C::scale;
  format f{std::move(name), std::move(standard), lowp::bits_per_value<C>, typeid(C), facts_of<E>()};
  const number_facts scale = facts_of<S>();
  f.block = block_facts{lowp::codec<C>::values,
                        lowp::codec<C>::bytes,
                        lowp::codec<C>::tile_rows,
                        typeid(E),
                        typeid(S),
                        spelling_of<E>(f.number),
                        spelling_of<S>(scale),
                        !std::same_as<typename lowp::codec<C>::context, lowp::no_context>,
                        scale.smallest,
                        scale.largest};
  f.takes_rules = S::format::precision == 1 && requires { typename C::scale_rule; };
  f.decode = decode_code<E>;
  f.make_coder = make_block_coder<C>;
  return f;
}

/// All formats, in the order of the registry files.
const std::vector<format>& all_formats();

/// The registered name of a number type, or the spelling if it has none.
std::string name_of(std::type_index type, const std::string& spelling);

/// The formats that a comma-separated list names: names, aliases, or patterns with '*'.
/// Throws usage_error (options.hpp) naming what is near for a name that does not exist.
std::vector<const format*> find_formats(const std::string& list);

// One function a registry file.
std::vector<format> wide_formats();
std::vector<format> byte_formats();
std::vector<format> small_formats();
std::vector<format> block_formats();
std::vector<format> more_block_formats();

}  // namespace explore
