// BAT products against sums in 128 bits: every tier, moduli at the edges of the digit counts, ragged shapes, strides, the
// longest sums that the bound allows with all-maximum operands, threads, and what is refused.
#include <lowp/modular/bat.hpp>

#include <array>
#include <random>

#include "catch.hpp"
#include "kernels/guarded.hpp"

namespace {

using lowp::matrix_view;
using lowp::modular::bat_matrix;
using lowp::modular::bat_side;
using modulus = lowp::modulus<std::uint32_t>;
using words = tests::guarded<std::uint32_t>;
using wide = unsigned __int128;

// a b mod q; q: of each row of a, or one.
words product(const words& a, const words& b, const std::vector<std::uint32_t>& q) {
  words c(a.view().rows(), b.view().cols(), 0);
  for (std::size_t i = 0; i < c.view().rows(); ++i) {
    for (std::size_t j = 0; j < c.view().cols(); ++j) {
      wide sum = 0;
      for (std::size_t k = 0; k < a.view().cols(); ++k) sum += static_cast<wide>(a.view()(i, k)) * b.view()(k, j);
      c.view()(i, j) = static_cast<std::uint32_t>(sum % q[q.size() == 1 ? 0 : i]);
    }
  }
  return c;
}

bool equal(const words& a, const words& b) {
  for (std::size_t i = 0; i < a.view().rows(); ++i)
    if (!std::ranges::equal(a.view().row(i), b.view().row(i))) return false;
  return a.gaps_are_whole();
}

struct random_words {
  std::mt19937 random;
  std::uint64_t below;
  std::uint32_t operator()() { return static_cast<std::uint32_t>(random() % below); }
};

struct shape {
  std::size_t h, v, w;
};

// Both sides, on every tier; the matrix is made on one tier and used on another as well.
void check(const words& constant, const words& data, std::uint32_t q) {
  const words expected = product(constant, data, {q});
  const std::size_t h = constant.view().rows(), w = data.view().cols();
  words turned_constant(constant.view().cols(), h, 2), turned_data(w, data.view().rows(), 1);
  for (std::size_t i = 0; i < h; ++i)
    for (std::size_t k = 0; k < constant.view().cols(); ++k) turned_constant.view()(k, i) = constant.view()(i, k);
  for (std::size_t k = 0; k < data.view().rows(); ++k)
    for (std::size_t j = 0; j < w; ++j) turned_data.view()(j, k) = data.view()(k, j);
  const words expected_turned = product(turned_data, turned_constant, {q});
  const bat_matrix made_before(constant.view(), modulus(q));
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    INFO("q = " << q << ", " << h << " x " << data.view().rows() << " x " << w << ", " << to_string(t));
    words c(h, w, 3), d(h, w, 3), e(w, h, 5);
    multiply(bat_matrix(constant.view(), modulus(q)), data.view(), c.view());
    multiply(made_before, data.view(), d.view());
    multiply(turned_data.view(), bat_matrix<bat_side::right>(turned_constant.view(), modulus(q)), e.view());
    CHECK(equal(c, expected));
    CHECK(equal(d, expected));
    CHECK(equal(e, expected_turned));
  }
}

void check_random(const shape& s, std::uint32_t q) {
  const std::uint64_t words_below = q <= 256 ? 256 : q <= 65536 ? 65536 : std::uint64_t{1} << 32;
  words constant(s.h, s.v, 1), data(s.v, s.w, 2);
  constant.draw(random_words{std::mt19937(q), q});
  data.draw(random_words{std::mt19937(q + 1), words_below});  // any word that is read in full
  check(constant, data, q);
}

constexpr std::array<std::uint32_t, 24> moduli{
    2,        3,        127,       128,        129,         251,         255,         256,
    257,      32769,    65521,     65535,      65536,       65537,       8388609,     16777215,
    16777216, 16777217, 268369921, 1073184769, 2147483648u, 4278124286u, 4278124287u, 4294967295u};

}  // namespace

TEST_CASE("modular: BAT, moduli at the edges of the digit counts") {
  for (const std::uint32_t q : moduli) {
    check_random({9, 21, 37}, q);
    check_random({3, 2, 1}, q);
  }
}

TEST_CASE("modular: BAT, ragged shapes") {
  for (const std::uint32_t q : {251u, 65521u, 16777213u, 268369921u})
    for (const shape s : {shape{0, 3, 4}, shape{3, 0, 4}, shape{3, 4, 0}, shape{1, 1, 1}, shape{1, 70, 1},
                          shape{33, 1, 33}, shape{8, 16, 32}, shape{31, 64, 65}, shape{65, 17, 15}})
      check_random(s, q);
}

TEST_CASE("modular: BAT, sums in pieces, and a constant beyond the second cache") {
  check_random({40, 300, 70}, 268369921);  // 19 steps of 64 bytes
  const std::size_t h = 330, v = 270, w = 40;
  words constant(h, v, 0), data(v, w, 0);
  constant.draw(random_words{std::mt19937(1), 268042241});
  data.draw(random_words{std::mt19937(2), 268042241});
  const words expected = product(constant, data, {268042241});
  words c(h, w, 1);
  const bat_matrix a(constant.view(), modulus(268042241));
  multiply(a, data.view(), c.view());
  CHECK(equal(c, expected));
  words again(h, w, 1);
  multiply(a, data.view(), again.view(), tests::some_threads{3});
  CHECK(equal(again, expected));
}

TEST_CASE("modular: BAT, the longest sums of all-maximum operands") {
  struct extreme {
    std::uint32_t q, data_below;
    std::size_t longest;
  };
  for (const extreme& e :
       {extreme{251, 0, 65536}, extreme{256, 0, 65536}, extreme{65535, 0, 32768}, extreme{268369921, 0, 16384},
        extreme{4278124287u, 0, 16384}, extreme{4294967295u, 0, 16384}, extreme{251, 65536, 32768}}) {
    const std::uint32_t below = e.data_below != 0 ? e.data_below : e.q;
    const std::uint32_t most = below <= 256 ? 255 : below <= 65536 ? 65535 : 4294967295u;
    // q - 1, and the words whose digits are the largest of either sign
    for (const std::uint32_t value : {e.q - 1, e.q / 2, e.q / 2 + 1, std::min(e.q - 1, 0x7f7f7f7fu)}) {
      words constant(2, e.longest, 0), data(e.longest, 3, 0);
      constant.draw([&] { return value; });
      data.draw([&] { return most; });
      const words expected = product(constant, data, {e.q});
      for (const lowp::tier t : tests::tiers()) {
        const lowp::force_tier forced(t);
        INFO(e.q << ", " << value << ", " << to_string(t));
        words c(2, 3, 0);
        multiply(bat_matrix(constant.view(), modulus(e.q), e.data_below), data.view(), c.view());
        CHECK(equal(c, expected));
      }
    }
    const words too_long(1, e.longest + 1, 0);
    CHECK_THROWS_AS(bat_matrix(too_long.view(), modulus(e.q), e.data_below), lowp::error);
  }
}

TEST_CASE("modular: BAT, a modulus for each row") {
  const std::vector<std::uint32_t> q{268369921, 2,          65537, 4294967291u, 251,
                                     16777213,  1073184769, 3,     99991,       268042241};
  words constant(10, 30, 2), data(30, 50, 1);
  for (std::size_t i = 0; i < 10; ++i)
    for (std::uint32_t& a : constant.view().row(i))
      a = static_cast<std::uint32_t>(
          random_words{std::mt19937(static_cast<unsigned>(&a - constant.view().data())), q[i]}());
  data.draw(random_words{std::mt19937(3), std::uint64_t{1} << 32});
  const words expected = product(constant, data, q);
  for (const lowp::tier t : tests::tiers()) {
    const lowp::force_tier forced(t);
    words c(10, 50, 4);
    multiply(bat_matrix<>(constant.view(), std::span<const std::uint32_t>(q), 4294967295u), data.view(), c.view());
    INFO(to_string(t));
    CHECK(equal(c, expected));
  }
}

TEST_CASE("modular: BAT, what is refused") {
  const std::vector<std::uint32_t> a{1, 2, 300, 4};
  const matrix_view<const std::uint32_t> view(a.data(), 2, 2);
  CHECK_THROWS_WITH(bat_matrix(view, modulus(251)), "bat_matrix: element (1, 0) is 300, not below the modulus 251");
  CHECK_THROWS_WITH(bat_matrix<>(view, std::vector<std::uint32_t>{1000}, 1000), "bat_matrix: 1 moduli for 2 rows");
  CHECK_THROWS_WITH(bat_matrix<>(view, std::vector<std::uint32_t>{1000, 1}, 1000),
                    "lowp: a modulus must be at least 2, got 1");
  const std::vector<std::uint32_t> longer(16385);
  CHECK_THROWS_WITH(bat_matrix(matrix_view<const std::uint32_t>(longer.data(), 1, 16385), modulus(268369921)),
                    "bat_matrix: a sum of 16385 products with words of 4 bytes may overflow 32 bits; at most 16384 "
                    "are sure to fit");
  const bat_matrix left(view, modulus(65537));
  std::vector<std::uint32_t> x(6), c(6);
  const matrix_view<const std::uint32_t> data(x.data(), 3, 2);
  const matrix_view<std::uint32_t> out(c.data(), 2, 2);
  CHECK_THROWS_WITH(
      multiply(left, data, out),
      "modular::multiply: the constant is 2 x 2, the data 3 x 2, the result 2 x 2; C = A X needs h x v, "
      "v x w, h x w");
}
