// Posits of 9 to 16 bits as doubles, for formats/in_double.hpp. Signs and regimes are coin tosses to a branch
// predictor: nothing here branches on one.
#pragma once

#include <lowp/formats/in_double.hpp>
#include <lowp/formats/posit.hpp>

namespace lowp::detail {

template <int N, int ES>
requires(N > 8 && N <= 16) struct in_double<posit_format<N, ES>> {
  using F = posit_format<N, ES>;
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  static constexpr bool takes_floats = ES >= 2;  // whose exponents, down to -149, must be below 62 * 2^ES in size
  static constexpr bool fits_normal_floats = F::max_exponent <= 126;

  static constexpr bool is_ordinary(std::uint64_t code) noexcept { return (code & (F::nar - 1)) != 0; }

  // The regime as in posit_format::decode; the exponent bits behind it stand where they add to its exponent.
  static constexpr double decode(std::uint64_t code) noexcept {
    const std::uint64_t negative = (code & F::nar) << (64 - N);
    const std::uint64_t body = F::left_aligned(code), ones = 0 - (body >> 63);
    const auto run = static_cast<std::uint64_t>(std::countl_zero((body ^ ones) | 1));  // | 1: never of 0
    const std::uint64_t regime = (run - 1) ^ ~ones;
    const std::uint64_t tail = body << 1 << run;
    return std::bit_cast<double>(((tail >> (12 - ES)) + ((regime << (52 + ES)) + one)) | negative);
  }

  // The code of a double less that of 1.0 is exponent.fraction in one integer. As in posit_format::truncate, the regime
  // is shifted in, but in one word: what falls off its end is less than what can decide a tie.
  static constexpr std::uint64_t encode(double x) noexcept {
    const std::uint64_t code = std::bit_cast<std::uint64_t>(x), size = code & low_mask(63);
    if (size == 0) [[unlikely]]
      return none;
    const std::int64_t y = static_cast<std::int64_t>(size - one);
    const std::int64_t regime = y >> (52 + ES), below_one = regime >> 63;
    const std::uint64_t start =
        static_cast<std::uint64_t>(2 + below_one) << 62 | static_cast<std::uint64_t>(y) << (12 - ES) >> 2;
    const int repeats = static_cast<int>(regime ^ below_one);
    const auto string =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(start) >> repeats) >> 1;  // room to carry
    constexpr int dropped = 64 - N;
    std::uint64_t magnitude = (string + low_mask(dropped - 1) + ((string >> dropped) & 1)) >> dropped;
    magnitude += magnitude == 0;        // never to zero
    magnitude -= magnitude >> (N - 1);  // nor to NaR
    const auto flip = static_cast<std::uint64_t>(static_cast<std::int64_t>(code) >> 63);
    return ((magnitude ^ flip) - flip) & low_mask(N);
  }

 private:
  static constexpr std::uint64_t one = std::uint64_t{1023} << 52;  // 1.0
};

}  // namespace lowp::detail
