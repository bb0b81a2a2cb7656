// A format as the explorer sees it at run time: a name, where it is from, and what enumeration and the codec
// tell about it. `number_format<T>` and `block_format<C>` make one from a type of the library, so that a
// registry needs one line a format:
//
//   number_format<lowp::e4m3fn>("e4m3fn", "OCP OFP8"),
//   block_format<lowp::mxfp4>("mxfp4", "OCP MX v1.0"),
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <lowp/core/limits.hpp>
#include <lowp/formats/codebook.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>
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
  bool listed = false;     ///< a codebook: has no precision to speak of, and no normal values
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

/// What becomes 1 or the largest value when a tensor is coded as x / s: one float s for the whole tensor.
enum class fit {
  none,     ///< s = 1
  largest,  ///< s = amax / the format's largest value
  rms,      ///< s = rms: for tapered formats, which have most precision near 1 and little at their largest value
  mean,     ///< s = mean |x|: for one or two magnitudes, which amax would leave far above what they stand for
};

struct format {
  std::string name, standard;
  double bits = 0;  ///< a value, scales included, in full groups
  std::type_index type = typeid(void);
  number_facts number{};               ///< of the elements, for a block format
  std::optional<block_facts> block{};  ///< empty for a number format
  bool takes_rules = false;            ///< has power-of-two scales: --scale-rule applies
  bool variant = false;                ///< one of several alike: left unlabelled where there is little room
  fit scaled = fit::none;              ///< how it is measured
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

template <class F>
inline constexpr bool is_codebook = false;
template <auto Levels, auto Thresholds>
inline constexpr bool is_codebook<lowp::codebook_format<Levels, Thresholds>> = true;

template <class T>
number_facts facts_of() {
  using F = lowp::format_of<T>;
  using limits = std::numeric_limits<T>;
  number_facts f;
  f.bits = F::bits;
  f.is_signed = limits::is_signed;
  f.has_infinity = limits::has_infinity;
  f.has_nan = limits::has_quiet_NaN;
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
  f.listed = is_codebook<F>;
  f.evenly_spaced = limits::is_exact && !f.listed;
  f.smallest_normal = f.evenly_spaced || f.listed ? f.smallest : static_cast<double>((limits::min)());
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
  using F = lowp::format_of<T>;
  if constexpr (std::same_as<T, float>) {
    return "float";
  } else if constexpr (requires { F::exponent_bits; }) {
    return "E" + std::to_string(F::exponent_bits) + "M" + std::to_string(F::fraction_bits);
  } else if (f.evenly_spaced) {
    const int fraction = -std::ilogb(f.smallest);
    return fraction == 0 ? "int" + std::to_string(f.bits)
                         : "fixed " + std::to_string(f.bits - fraction) + "." + std::to_string(fraction);
  }
  return std::to_string(f.bits) + " bits";
}

/// Whether there is less precision at the largest value than elsewhere.
template <class T>
bool is_tapered(const number_facts& f) {
  using F = typename T::format;
  const std::uint64_t top = F::max_magnitude(false);
  const double gap = f.largest - lowp::round_to<double>(F::decode(F::assemble(false, top - 1)));
  return !f.listed && 1 + std::ilogb(f.largest) - std::ilogb(gap) < f.digits;
}

template <class T>
format number_format(std::string name, std::string standard, std::optional<fit> scaled = {}) {
  format f{std::move(name), std::move(standard), lowp::bits_per_value<T>, typeid(T), facts_of<T>()};
  if (f.number.bits <= 8 || f.number.evenly_spaced)
    f.scaled = scaled.value_or(is_tapered<T>(f.number) ? fit::rms : fit::largest);
  f.decode = decode_code<T>;
  f.make_coder = [](scale_choice) -> std::unique_ptr<coder> { return std::make_unique<coder_of<T>>(); };
  return f;
}

// The element types of a block, of which each block takes one; the code of a value has the choice on top.
template <class C>
struct elements_of {
  using type = std::tuple<typename C::element>;
};
template <class C>
requires requires { typename C::elements; }
struct elements_of<C> {
  using type = typename C::elements;
};

template <class... E>
lowp::exact decode_choice(std::uint64_t code, std::tuple<E...>*) {
  using F = typename std::tuple_element_t<0, std::tuple<E...>>::format;
  static constexpr lowp::exact (*decode[])(std::uint64_t) = {decode_code<E>...};
  return decode[code >> F::bits](code & lowp::low_mask(F::bits));
}

template <class... E>
number_facts facts_of_any(std::tuple<E...>*) {
  number_facts f = facts_of<std::tuple_element_t<0, std::tuple<E...>>>();
  if constexpr (sizeof...(E) > 1) {
    f.fields = {0, std::bit_width(sizeof...(E) - 1), f.bits};
    f.bits += f.fields.exponent;
    for (const number_facts& other : {facts_of<E>()...}) {
      f.largest = std::max(f.largest, other.largest);
      f.smallest = std::min(f.smallest, other.smallest);
    }
    std::set<double> values;
    for (std::uint64_t code = 0; code <= lowp::low_mask(f.bits); ++code)
      values.insert(lowp::round_to<double>(decode_choice(code, static_cast<std::tuple<E...>*>(nullptr))));
    f.finite = values.size();
  }
  return f;
}

template <class C>
std::unique_ptr<coder> make_block_coder(scale_choice rule) {
  using scale_format = lowp::format_of<typename C::scale>;
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

/// `elements` names them where a block takes one of several types.
template <class C>
format block_format(std::string name, std::string standard, const std::string& elements = "") {
  using all = typename elements_of<C>::type;
  using E = std::tuple_element_t<0, all>;
  using S = typename C::scale;
  format f{std::move(name), std::move(standard), lowp::bits_per_value<C>, typeid(C),
           facts_of_any(static_cast<all*>(nullptr))};
  const number_facts scale = facts_of<S>();
  f.block = block_facts{lowp::codec<C>::values,
                        lowp::codec<C>::bytes,
                        lowp::codec<C>::tile_rows,
                        elements.empty() ? typeid(E) : typeid(all),
                        typeid(S),
                        elements.empty() ? spelling_of<E>(f.number) : elements,
                        spelling_of<S>(scale),
                        !std::same_as<typename lowp::codec<C>::context, lowp::no_context>,
                        scale.smallest,
                        scale.largest};
  f.takes_rules = lowp::format_of<S>::precision == 1 && requires { typename C::scale_rule; };
  f.decode = [](std::uint64_t code) { return decode_choice(code, static_cast<all*>(nullptr)); };
  f.make_coder = make_block_coder<C>;
  return f;
}

/// The same format, as one of several alike.
inline format variant(format f) {
  f.variant = true;
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
std::vector<format> codebook_formats();
std::vector<format> special_value_formats();
std::vector<format> block_formats();
std::vector<format> more_block_formats();
std::vector<format> codebook_block_formats();

}  // namespace explore
