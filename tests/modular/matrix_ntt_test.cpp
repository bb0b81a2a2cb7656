// Transforms and changes of residue basis as matrix products: against their definitions in 128 bits, and the transforms
// against ntt_plan, on every tier.
#include <lowp/modular/basis_conversion.hpp>
#include <lowp/modular/matrix_ntt.hpp>

#include <algorithm>
#include <random>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::matrix_view;
using lowp::modular::basis_conversion;
using lowp::modular::matrix_ntt;
using lowp::modular::ntt_kind;
using lowp::modular::ntt_order;
using wide = unsigned __int128;

std::uint64_t power(std::uint64_t x, std::uint64_t e, std::uint64_t q) {
  wide y = 1, square = x % q;
  for (; e != 0; e /= 2, square = square * square % q)
    if (e % 2 != 0) y = y * square % q;
  return static_cast<std::uint64_t>(y);
}

std::vector<std::uint32_t> transform(const std::vector<std::uint32_t>& x, std::uint32_t root, std::uint32_t q,
                                     ntt_kind kind) {
  std::vector<std::uint32_t> y;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const std::uint64_t step = power(root, kind == ntt_kind::cyclic ? k : 2 * k + 1, q);
    wide sum = 0, factor = 1;
    for (const std::uint32_t v : x) {
      sum += factor * v;
      factor = factor * step % q;
    }
    y.push_back(static_cast<std::uint32_t>(sum % q));
  }
  return y;
}

std::vector<std::uint32_t> bit_reversed(const std::vector<std::uint32_t>& x) {
  std::vector<std::uint32_t> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::size_t r = 0;
    for (std::size_t bit = 1, rest = i; bit < x.size(); bit *= 2, rest /= 2) r = 2 * r + rest % 2;
    y[r] = x[i];
  }
  return y;
}

std::vector<std::uint32_t> draw(std::size_t n, std::uint32_t q, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint32_t> x(n);
  for (std::uint32_t& v : x) v = static_cast<std::uint32_t>(random() % q);
  return x;
}

}  // namespace

TEST_CASE("modular: matrix NTT, by its definition") {
  struct field {
    std::uint32_t q;
    std::size_t most;  // points
  };
  for (const field& f : {field{17, 8}, field{257, 64}, field{65537, 64}, field{12289, 128}, field{268369921, 256},
                         field{1073479681, 64}, field{4293918721u, 64}}) {
    for (const ntt_kind kind : {ntt_kind::cyclic, ntt_kind::negacyclic}) {
      for (std::size_t n = 2; n <= f.most; n *= 2) {
        const matrix_ntt made_before(n, f.q, kind);
        std::vector<std::uint32_t> x = draw(n, f.q, static_cast<unsigned>(n));
        if (n == 8) std::fill(x.begin(), x.end(), f.q - 1);
        const std::vector<std::uint32_t> natural = transform(x, made_before.root(), f.q, kind);
        for (const lowp::tier t : tests::tiers()) {
          const lowp::force_tier forced(t);
          INFO(to_string(kind) << ", n = " << n << ", q = " << f.q << ", " << to_string(t));
          const matrix_ntt plan(n, f.q, kind);
          std::vector<std::uint32_t> y = x, z = x, w = x;
          plan.forward(y);
          CHECK(y == natural);
          plan.forward(z, ntt_order::bit_reversed);
          CHECK(z == bit_reversed(natural));
          made_before.forward(w);
          CHECK(w == natural);
          plan.inverse(y);
          CHECK(y == x);
          plan.inverse(z, ntt_order::bit_reversed);
          CHECK(z == x);
        }
      }
    }
  }
}

TEST_CASE("modular: matrix NTT, the values of ntt_plan") {
  for (const std::size_t n : {std::size_t{1024}, std::size_t{2048}, std::size_t{16384}}) {
    for (const ntt_kind kind : {ntt_kind::cyclic, ntt_kind::negacyclic}) {
      constexpr std::uint32_t q = 268369921;
      const matrix_ntt plan(n, q, kind);
      const lowp::modular::ntt_plan<std::uint32_t> butterflies(n, q, kind);
      CHECK(plan.root() == butterflies.root());
      const std::vector<std::uint32_t> x = draw(n, q, 3);
      std::vector<std::uint32_t> y = x, z = x;
      plan.forward(y, ntt_order::bit_reversed, tests::some_threads{2});
      butterflies.forward(z, ntt_order::bit_reversed);
      CHECK(y == z);
      plan.inverse(y, ntt_order::bit_reversed);
      CHECK(y == x);
    }
  }
}

TEST_CASE("modular: matrix NTT, what is refused") {
  CHECK_THROWS_AS(matrix_ntt(12, 268369921, ntt_kind::cyclic), lowp::error);
  CHECK_THROWS_AS(matrix_ntt(16, 268369920, ntt_kind::cyclic), lowp::error);
  CHECK_THROWS_AS(matrix_ntt(16, 29, ntt_kind::cyclic), lowp::error);
  std::vector<std::uint32_t> x(15);
  CHECK_THROWS_WITH(matrix_ntt(16, 97, ntt_kind::cyclic).forward(x),
                    "lowp: forward of a matrix_ntt of 16 points got 15 values");
}

TEST_CASE("modular: basis conversion, by its definition") {
  const std::vector<std::vector<std::uint32_t>> bases{{251},
                                                      {4294967291u},
                                                      {2, 3, 5, 7},
                                                      {251, 256, 255, 253},
                                                      {65521, 65536, 65537},
                                                      {268369921, 268042241, 1073479681, 4294967295u, 4294967291u}};
  for (const auto& from : bases) {
    for (const auto& to : bases) {
      const std::size_t n = 37;
      tests::guarded<std::uint32_t> x(from.size(), n, 1), expected(to.size(), n, 0);
      for (std::size_t i = 0; i < from.size(); ++i) {
        const std::vector<std::uint32_t> row = draw(n, from[i], static_cast<unsigned>(i));
        std::copy(row.begin(), row.end(), x.view().row(i).begin());
        x.view()(i, 0) = from[i] - 1;
        x.view()(i, 1) = 0;
      }
      // (Q / q_i) modulo m
      const auto others = [&](std::size_t i, std::uint64_t m) {
        wide product = 1 % m;
        for (std::size_t k = 0; k < from.size(); ++k)
          if (k != i) product = product * from[k] % m;
        return static_cast<std::uint64_t>(product);
      };
      for (std::size_t j = 0; j < to.size(); ++j) {
        for (std::size_t c = 0; c < n; ++c) {
          wide sum = 0;
          for (std::size_t i = 0; i < from.size(); ++i) {
            std::uint64_t one = 0;  // x_i (Q / q_i)^-1 modulo q_i, from u with u (Q / q_i) = x_i
            std::int64_t a = from[i], b = static_cast<std::int64_t>(others(i, from[i])), u = 0, v = 1;
            while (b > 1) {  // Euclid
              const std::int64_t quotient = a / b;
              a -= quotient * b;
              u -= quotient * v;
              std::swap(a, b);
              std::swap(u, v);
            }
            const auto inverse = static_cast<std::uint64_t>((v % from[i] + from[i]) % from[i]);
            one = static_cast<std::uint64_t>(static_cast<wide>(x.view()(i, c)) * inverse % from[i]);
            sum += static_cast<wide>(one) * others(i, to[j]);
          }
          expected.view()(j, c) = static_cast<std::uint32_t>(sum % to[j]);
        }
      }
      for (const lowp::tier t : tests::tiers()) {
        const lowp::force_tier forced(t);
        INFO(from[0] << " ... to " << to[0] << " ..., " << to_string(t));
        tests::guarded<std::uint32_t> y(to.size(), n, 2);
        basis_conversion(from, to).convert(x.view(), y.view());
        bool same = true;
        for (std::size_t j = 0; j < to.size(); ++j)
          same &= std::ranges::equal(y.view().row(j), expected.view().row(j));
        CHECK(same);
        CHECK(y.gaps_are_whole());
      }
    }
  }
}

TEST_CASE("modular: basis conversion, the number itself up to a multiple of the product") {
  // Q = 251 * 253 * 255 < 2^24: X + e Q with e < 3
  const std::vector<std::uint32_t> from{251, 253, 255}, to{4294967291u};
  constexpr std::uint64_t product = 251 * 253 * 255;
  const basis_conversion convert(from, to);
  std::vector<std::uint32_t> x(3 * 100), y(100);
  std::vector<std::uint64_t> numbers;
  std::mt19937 random(1);
  for (std::size_t c = 0; c < 100; ++c) {
    numbers.push_back(c == 0 ? product - 1 : random() % product);
    for (std::size_t i = 0; i < 3; ++i) x[i * 100 + c] = static_cast<std::uint32_t>(numbers.back() % from[i]);
  }
  convert.convert(matrix_view<const std::uint32_t>(x.data(), 3, 100), matrix_view<std::uint32_t>(y.data(), 1, 100));
  for (std::size_t c = 0; c < 100; ++c) {
    CHECK(y[c] % product == numbers[c]);
    CHECK(y[c] / product < 3);
  }
}

TEST_CASE("modular: basis conversion, what is refused") {
  const std::vector<std::uint32_t> shared{6, 35, 10}, good{5, 7}, bad{1};
  CHECK_THROWS_WITH(basis_conversion(shared, good), "basis_conversion: the moduli 6 and 10 are both multiples of 2");
  CHECK_THROWS_WITH(basis_conversion(good, bad), "lowp: a modulus must be at least 2, got 1");
  CHECK_THROWS_WITH(basis_conversion(bad, good), "lowp: a modulus must be at least 2, got 1");
  std::vector<std::uint32_t> x(6), y(6);
  CHECK_THROWS_WITH(
      basis_conversion(good, shared)
          .convert(matrix_view<const std::uint32_t>(x.data(), 3, 2), matrix_view<std::uint32_t>(y.data(), 3, 2)),
      "basis_conversion: from 2 to 3 moduli; x is 3 x 2, y is 3 x 2");
}
