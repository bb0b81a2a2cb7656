// matrix, matrix_view, quantize and dequantize: shapes and strides, what is refused and that nothing is written
// then, policies, and which random number each value draws.
#include <limits>

#include "harness.hpp"

namespace {

using namespace tests;

using input = lowp::matrix_view<const float>;

struct shape {
  std::size_t rows, cols;
};
constexpr shape shapes[] = {{0, 0},  {0, 7},  {7, 0},  {1, 1},  {1, 31}, {3, 32},
                            {2, 33}, {5, 64}, {4, 65}, {1, 97}, {9, 3},  {17, 19}};

// rows x cols values inside a larger array, the rest NaN: reading it would spoil a block.
struct strided {
  std::size_t rows, cols, stride;
  std::vector<float> all;

  template <class Draw>
  strided(std::size_t r, std::size_t c, std::size_t s, Draw&& one)
      : rows(r), cols(c), stride(s), all(r * s, std::numeric_limits<float>::quiet_NaN()) {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) all[i * stride + j] = static_cast<float>(one());
  }
  input view() const { return {all.data(), rows, cols, stride}; }
  std::vector<float> dense() const {
    std::vector<float> x;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) x.push_back(all[i * stride + j]);
    return x;
  }
};

// The bytes of a scalar codec: `width` bits a value, whole groups in each row, the missing values 0.
template <class T, class Code>
ob::bytes scalar_bytes(std::size_t rows, std::size_t cols, Code&& code) {
  const int width = T::format::bits <= 16 ? T::format::bits : T::format::bits <= 32 ? 32 : 64;
  ob::bytes out;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::uint32_t> codes;
    for (std::size_t c = 0; c < cols; ++c) {
      const std::uint64_t x = code(r, c);
      codes.push_back(static_cast<std::uint32_t>(x));
      if (width == 64) codes.push_back(static_cast<std::uint32_t>(x >> 32));
    }
    while (codes.size() * static_cast<std::size_t>(width) % 8 != 0) codes.push_back(0);
    const ob::bytes row = ob::bits_to_bytes(codes, std::min(width, 32));
    out.insert(out.end(), row.begin(), row.end());
  }
  return out;
}

template <class T>
void check_scalar(std::uint64_t seed) {
  INFO(T::format::bits << " bits");
  generator g(seed);
  differences encode("scalar codec, encode"), decode("scalar codec, decode"), random("scalar codec, stochastic");
  for (const shape& size : shapes) {
    const std::size_t rows = size.rows, cols = size.cols;
    const strided s(rows, cols, cols + g.below(5),
                    [&] { return g.coin() ? double{g.any_float()} : g.student(2) * 10; });
    const std::vector<float> x = s.dense();
    const auto value = [&](std::size_t r, std::size_t c) { return x[r * cols + c]; };
    const auto describe = [&] { return std::to_string(rows) + " x " + std::to_string(cols); };

    const auto w = lowp::reference::quantize<T>(s.view());
    encode.check(plain(w.bytes()) == scalar_bytes<T>(rows, cols,
                                                     [&](std::size_t r, std::size_t c) {
                                                       return lowp::convert<T>(value(r, c)).bits();
                                                     }),
                 describe);
    const auto up = lowp::reference::quantize<T>(s.view(), lowp::saturate{}, lowp::upward{});
    encode.check(plain(up.bytes()) ==
                     scalar_bytes<T>(rows, cols,
                                     [&](std::size_t r, std::size_t c) {
                                       return lowp::convert<T>(value(r, c), lowp::upward{}, lowp::saturate{}).bits();
                                     }),
                 describe);
    const lowp::philox source{seed, 5};
    const auto drawn = lowp::reference::quantize<T>(s.view(), source, lowp::stochastic<>{});
    random.check(plain(drawn.bytes()) == scalar_bytes<T>(rows, cols,
                                                         [&](std::size_t r, std::size_t c) {
                                                           return lowp::convert<T>(
                                                                      value(r, c), lowp::stochastic<>{},
                                                                      lowp::random_bits{source(r * cols + c)})
                                                               .bits();
                                                         }),
                 describe);

    const std::vector<float> y = lowp::reference::dequantize(w);
    bool ok = y.size() == rows * cols;
    for (std::size_t i = 0; ok && i < y.size(); ++i) ok = same(y[i], lowp::convert<float>(lowp::convert<T>(x[i])));
    decode.check(ok, describe);
  }
}

// Every shape and a stride, against one oracle block after the other.
template <class Block>
void check_block_matrix(std::uint64_t seed) {
  const ob::mx facts = facts_of<Block>::get();
  const auto n = static_cast<std::size_t>(facts.n);
  generator g(seed);
  differences encode(facts.e->name + " blocks in a matrix"), decode(facts.e->name + " decoded to a strided view"),
      random(facts.e->name + " stochastic");
  for (const shape& size : shapes) {
    const std::size_t rows = size.rows, cols = size.cols;
    const strided s(rows, cols, cols + g.below(40), [&] { return g.student(3); });
    const lowp::philox source{seed, 1};
    const auto describe = [&] { return std::to_string(rows) + " x " + std::to_string(cols); };
    ob::bytes want, want_random;
    std::vector<float> exact;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; c += n) {
        const std::size_t count = std::min(n, cols - c);
        const std::span<const float> x(s.all.data() + r * s.stride + c, count);
        const ob::bytes b = ob::mx_encode(facts, x);
        want.insert(want.end(), b.begin(), b.end());
        const std::vector<float> y = ob::mx_decode(facts, b, count);
        exact.insert(exact.end(), y.begin(), y.end());
        std::vector<std::uint32_t> bits;
        for (std::size_t i = 0; i < count; ++i) bits.push_back(source(r * cols + c + i));
        const ob::bytes d = ob::mx_encode(facts, x, ob::rounding::stochastic_a, bits);
        want_random.insert(want_random.end(), d.begin(), d.end());
      }
    }
    const lowp::matrix<Block> w = lowp::reference::quantize<Block>(s.view());
    encode.check(plain(w.bytes()) == want && w.rows() == rows && w.cols() == cols, describe);
    random.check(
        plain(lowp::reference::quantize<Block>(s.view(), lowp::stochastic<>{}, source).bytes()) == want_random,
        describe);

    const std::size_t stride = cols + 3;
    std::vector<float> out(rows * stride, 1234.0f);
    lowp::reference::dequantize(w, lowp::matrix_view<float>(out.data(), rows, cols, stride));
    bool ok = true;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < stride; ++c)
        ok = ok && same(out[r * stride + c], c < cols ? exact[r * cols + c] : 1234.0f);
    decode.check(ok, describe);
  }
}

}  // namespace

TEST_CASE("matrix_view") {
  std::vector<float> x(24);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  const lowp::matrix_view<float> v(x.data(), 4, 5, 6);
  CHECK((v.rows() == 4 && v.cols() == 5 && v.stride() == 6 && v.data() == x.data()));
  CHECK(v(3, 4) == 22);
  CHECK(v.row(2).size() == 5);
  CHECK(v.row(2).data() == x.data() + 12);
  v(0, 0) = -1;
  CHECK(x[0] == -1);
  const input c = v;
  CHECK((c.rows() == 4 && c.cols() == 5 && c.stride() == 6 && c(1, 1) == 7));
  CHECK(input(std::span<const float>(x), 4, 6).stride() == 6);
  CHECK(lowp::matrix_view<float>{}.rows() == 0);
  static_assert(!std::is_convertible_v<input, lowp::matrix_view<float>>);
  check_refused([&] { (void)input(x.data(), 4, 5, 4); }, {"4", "5"});
  check_refused([&] { (void)input(std::span<const float>(x), 4, 5); }, {"24", "4 x 5"});
  const std::size_t half = std::size_t{1} << 32;
  check_refused([&] { (void)input(std::span<const float>(x.data(), 0), half, half); }, {});  // half * half is 0
}

TEST_CASE("matrix has exactly the bytes that its shape needs") {
  CHECK(lowp::matrix<lowp::mxfp4>::row_bytes(0) == 0);
  CHECK(lowp::matrix<lowp::mxfp4>::row_bytes(1) == 17);
  CHECK(lowp::matrix<lowp::mxfp4>::row_bytes(32) == 17);
  CHECK(lowp::matrix<lowp::mxfp4>::row_bytes(33) == 34);
  CHECK(lowp::matrix<lowp::nvfp4>::row_bytes(17) == 18);
  CHECK(lowp::matrix<lowp::e3m2fn>::row_bytes(4) == 3);
  CHECK(lowp::matrix<lowp::e3m2fn>::row_bytes(5) == 6);
  CHECK(lowp::matrix<lowp::tf32>::row_bytes(5) == 20);
  CHECK(lowp::matrix<lowp::bfloat16>::row_bytes(5) == 10);
  CHECK(lowp::matrix<float>::row_bytes(5) == 20);
  CHECK(lowp::bits_per_value<lowp::mxfp4> == 4.25);
  CHECK(lowp::bits_per_value<lowp::mxfp8> == 8.25);
  CHECK(lowp::bits_per_value<lowp::mxfp6> == 6.25);
  CHECK(lowp::bits_per_value<lowp::nvfp4> == 4.5);
  CHECK(lowp::bits_per_value<lowp::e3m2fn> == 6);
  CHECK(lowp::bits_per_value<lowp::tf32> == 32);
  CHECK(lowp::bits_per_value<float> == 32);

  const lowp::matrix<lowp::mxfp6> m(3, 40);
  CHECK((m.rows() == 3 && m.cols() == 40));
  CHECK(plain(m.bytes()) == ob::bytes(150, 0));
  CHECK(m.row(2).size() == 50);
  CHECK(m.row(2).data() == m.bytes().data() + 100);
  const lowp::matrix<lowp::mxfp6> nothing;
  CHECK((nothing.rows() == 0 && nothing.cols() == 0 && nothing.bytes().empty()));
  CHECK(lowp::reference::dequantize(nothing).empty());

  const auto bytes_of = [](std::size_t n) { return std::vector<std::byte>(n, std::byte{1}); };
  CHECK(lowp::matrix<lowp::mxfp6>(3, 40, bytes_of(150)).bytes().size() == 150);
  for (const std::size_t wrong : {0, 149, 151}) {
    check_refused([&] { (void)lowp::matrix<lowp::mxfp6>(3, 40, bytes_of(wrong)); },
                  {"3 x 40", "150", std::to_string(wrong)});
  }
  check_refused([&] { (void)lowp::matrix<lowp::bfloat16>(std::size_t{1} << 40, std::size_t{1} << 40); }, {});
  check_refused([&] { (void)lowp::matrix<lowp::tf32>(1, std::size_t(-1)); }, {});
  check_refused([&] { (void)lowp::matrix<lowp::mxfp4>(std::size_t(-1), 33); }, {});
}

TEST_CASE("scalar formats as codecs") {
  check_scalar<lowp::float16>(1);
  check_scalar<lowp::bfloat16>(2);
  check_scalar<lowp::tf32>(3);
  check_scalar<lowp::e5m2>(4);
  check_scalar<lowp::e4m3>(5);
  check_scalar<lowp::e4m3fn>(6);
  check_scalar<lowp::e3m4>(7);
  check_scalar<lowp::e4m3fnuz>(8);
  check_scalar<lowp::e5m2fnuz>(9);
  check_scalar<lowp::e4m3b11fnuz>(10);
  check_scalar<lowp::e3m2fn>(11);
  check_scalar<lowp::e2m3fn>(12);
  check_scalar<lowp::e2m1fn>(13);
  check_scalar<lowp::e8m0fnu>(14);
  check_scalar<lowp::ue4m3>(15);
  check_scalar<lowp::ue5m3>(16);
  check_scalar<lowp::p3109<8, 3>>(17);
  check_scalar<lowp::p3109<5, 2>>(18);
  check_scalar<lowp::integer<1>>(19);
  check_scalar<lowp::integer<2>>(20);
  check_scalar<lowp::uinteger<3>>(21);
  check_scalar<lowp::fixed<11, 4>>(22);
  check_scalar<lowp::fixed<16, 15>>(23);
  check_scalar<lowp::fixed<17, 3>>(24);
  check_scalar<lowp::fixed<33, 20>>(25);
  check_scalar<lowp::minifloat<8, 23>>(26);
}

TEST_CASE("float as a codec keeps every bit") {
  generator g(3);
  std::vector<float> x = draw(50, [&] { return g.any_float(); });
  x[3] = std::bit_cast<float>(0x7f812345u), x[4] = -0.0f;
  const auto w = lowp::reference::quantize<float>(std::span<const float>(x));
  const std::vector<float> y = lowp::reference::dequantize(w);
  CHECK(std::memcmp(x.data(), y.data(), 200) == 0);
  std::vector<std::uint32_t> words;
  for (const float v : x) words.push_back(std::bit_cast<std::uint32_t>(v));
  CHECK(plain(w.bytes()) == ob::bits_to_bytes(words, 32));
}

TEST_CASE("blocks run along the rows of a matrix") {
  check_block_matrix<lowp::mxfp8_e4m3>(1);
  check_block_matrix<lowp::mxfp8_e5m2>(2);
  check_block_matrix<lowp::mxfp6_e3m2>(3);
  check_block_matrix<lowp::mxfp6_e2m3>(4);
  check_block_matrix<lowp::mxfp4>(5);
  check_block_matrix<lowp::mxfp4_sequential>(6);
  check_block_matrix<lowp::mxint8>(7);
  check_block_matrix<lowp::with_scale_rule<lowp::mxfp4, lowp::search_scale>>(8);
}

TEST_CASE("blocks of other shapes and scales") {
  check_block_matrix<lowp::block<lowp::e2m1fn, 1, lowp::e8m0fnu>>(1);
  check_block_matrix<lowp::block<lowp::e2m3fn, 5, lowp::e8m0fnu, lowp::ceil_scale>>(2);
  check_block_matrix<lowp::block<lowp::e3m2fn, 7, lowp::e8m0fnu, lowp::even_scale>>(3);
  check_block_matrix<lowp::block<lowp::symmetric_fixed<6, 4>, 32, lowp::e8m0fnu, lowp::round_up_scale>>(4);
  check_block_matrix<lowp::block<lowp::symmetric_fixed<4, 0>, 16, lowp::e4m3fn, lowp::nearest_scale>>(5);
  check_block_matrix<lowp::block<lowp::e2m1fn, 16, lowp::e4m3fn, lowp::nearest_scale>>(6);
  check_block_matrix<lowp::block<lowp::e2m1fn, 16, lowp::e4m3fn, lowp::search_scale>>(7);
  check_block_matrix<
      lowp::block<lowp::e2m1fn, 10, lowp::e8m0fnu, lowp::floor_scale, lowp::element_order::split_halves>>(8);
}

TEST_CASE("vectors are matrices of one row") {
  std::vector<float> x{1, -2, 3.5f};
  const auto w = lowp::reference::quantize<lowp::mxint8>(x);
  CHECK((w.rows() == 1 && w.cols() == 3));
  CHECK(lowp::reference::dequantize(w) == x);
  lowp::matrix_view<float> writable(x.data(), 3, 1);
  CHECK(lowp::reference::quantize<lowp::mxint8>(writable).rows() == 3);
  CHECK(lowp::reference::quantize<lowp::nvfp4>(std::span<const float>{}).bytes().empty());
}

TEST_CASE("dequantize refuses another shape, and writes nothing") {
  const std::vector<float> x(6, 1.0f);
  const auto w = lowp::reference::quantize<lowp::mxfp4>(input(x.data(), 2, 3));
  std::vector<float> out(12, 7.0f);
  const shape wrong[] = {{3, 2}, {2, 2}, {1, 3}, {6, 1}, {2, 4}, {0, 0}, {3, 3}};
  for (const shape& size : wrong) {
    const std::size_t rows = size.rows, cols = size.cols;
    check_refused([&] { lowp::reference::dequantize(w, lowp::matrix_view<float>(out.data(), rows, cols)); },
                  {"2 x 3", std::to_string(rows) + " x " + std::to_string(cols)});
    CHECK(out == std::vector<float>(12, 7.0f));
  }
}

// The elements of a block always clamp; scalar types do what they are told, and by default what they are.
TEST_CASE("overflow policies reach scalar codecs only") {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> x{1000, -1000, 1, inf};
  const auto by_default = lowp::reference::dequantize(lowp::reference::quantize<lowp::e4m3fn>(x));
  CHECK(std::isnan(by_default[0]));
  CHECK(by_default[2] == 1);
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::e4m3fn>(x, lowp::saturate{})) ==
        std::vector<float>{448, -448, 1, 448});
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::e5m2>(x, lowp::saturate_finite{})) ==
        std::vector<float>{1024, -1024, 1, inf});
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::integer<4>>(x)) ==
        std::vector<float>{7, -8, 1, 7});
  const std::vector<float> y{511, 1};  // floor_scale 1: 511 is beyond 448
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::mxfp8>(y, lowp::to_special{})) ==
        std::vector<float>{448, 1});
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::mxfp8>(y, lowp::upward{}, lowp::sat_none{})) ==
        std::vector<float>{448, 1});
}

// The table behind float -> 4 bits must not drop the low fraction bits of a large value: they are what wrap keeps.
TEST_CASE("wrap takes the code of any float modulo 2^bits") {
  std::vector<float> x, want;
  for (int i = -300; i <= 300; ++i) {
    x.push_back(static_cast<float>(i));
    want.push_back(static_cast<float>(((i + 8) % 16 + 16) % 16 - 8));
  }
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::integer<4>>(x, lowp::wrap{})) == want);
}

// A policy is a value: its members count, as they do in convert.
struct chosen {
  using policy = lowp::rounding_tag;
  bool up;
  constexpr bool operator()(bool, bool, std::uint64_t rest) const noexcept { return up && rest != 0; }
};

TEST_CASE("quantize keeps the state of a policy") {
  const std::vector<float> x{1.5f, -2.25f, 3};
  CHECK(float(lowp::convert<lowp::integer<4>>(1.5f, chosen{true})) == 2);
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::integer<4>>(x, chosen{true})) ==
        std::vector<float>{2, -3, 3});
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::integer<4>>(x, chosen{false})) ==
        std::vector<float>{1, -2, 3});
  CHECK(lowp::reference::dequantize(lowp::reference::quantize<lowp::mxint8>(
            std::vector<float>{64, 0.1f}, chosen{true})) == std::vector<float>{64, 1});
}

TEST_CASE("stochastic rounding: one seed, one result") {
  generator g(5);
  const std::size_t rows = 9, cols = 71;
  const std::vector<float> x = draw(rows * cols, [&] { return g.gauss(); });
  const input v(x.data(), rows, cols);
  const lowp::stochastic<> random;
  const auto bytes = [&](auto... policies) {
    return plain(lowp::reference::quantize<lowp::mxfp4>(v, policies...).bytes());
  };
  CHECK(bytes(random, lowp::philox{1}) == bytes(lowp::philox{1}, random));
  CHECK(bytes(random, lowp::philox{1}) != bytes(random, lowp::philox{2}));
  CHECK(bytes(random, lowp::philox{1}) != bytes(random, lowp::philox{1, 1}));
  CHECK(bytes(random) == bytes(random, lowp::philox{0}));
  CHECK(bytes(lowp::philox{1}) == bytes());  // the other policies ask for no random bits

  // Value (r, c) draws number r * cols + c, so that any part of the work can be done apart.
  using K = lowp::codec<lowp::mxfp4>;
  const auto whole = lowp::reference::quantize<lowp::mxfp4>(v, random, lowp::philox{8});
  const lowp::array_rounding<lowp::stochastic<>> rounding{{}, {}, lowp::philox{8}};
  for (const std::size_t r : {8, 3, 0, 5}) {
    for (const std::size_t c : {64, 0, 32}) {
      std::vector<std::byte> out(static_cast<std::size_t>(K::bytes));
      const std::size_t count = std::min<std::size_t>(32, cols - c);
      K::encode(v.row(r).subspan(c, count), out.data(), rounding, r * cols + c);
      CHECK(plain(out) == plain(whole.row(r).subspan(c / 32 * 17, 17)));
    }
  }
  // A view with another stride holds the same values: the same bits.
  const strided wide(rows, cols, cols + 9, [&, i = std::size_t{0}]() mutable { return x[i++]; });
  CHECK(plain(lowp::reference::quantize<lowp::mxfp4>(wide.view(), random, lowp::philox{8}).bytes()) ==
        plain(whole.bytes()));
}

// The mean error of n values that round up with probability p is within 5 standard deviations, sqrt(p (1 - p) / n).
template <class C>
void check_unbiased(const std::vector<float>& pattern, double gap) {
  const std::size_t n = 4096;
  std::vector<float> x;
  for (std::size_t i = 0; i < n; ++i) x.insert(x.end(), pattern.begin(), pattern.end());
  const auto y = lowp::reference::dequantize(
      lowp::reference::quantize<C>(input(x.data(), n, pattern.size()), lowp::stochastic<>{}, lowp::philox{12}));
  for (std::size_t j = 0; j < pattern.size(); ++j) {
    double mean = 0, distinct = 0;
    for (std::size_t i = 0; i < n; ++i) {
      mean += double{y[i * pattern.size() + j]} / n;
      distinct += y[i * pattern.size() + j] != y[j];
    }
    INFO("value " << pattern[j] << ", mean " << mean);
    const double p = std::fmod(std::fabs(double{pattern[j]}), gap) / gap;
    CHECK(std::fabs(mean - double{pattern[j]}) <= 5 * gap * std::sqrt(p * (1 - p) / n));
    CHECK((distinct > 0) == (p > 0));
  }
}

TEST_CASE("stochastic rounding is unbiased") {
  // 4 fixes the scale at 1; all others lie where the gap is 1/2.
  check_unbiased<lowp::mxfp4>({4, 0.1f, 0.25f, -0.3f, 1.4f, -1.9f, 0.5f, 0, -1, 0.01f, 1.75f}, 0.5);
  check_unbiased<lowp::integer<5>>({3.3f, -0.5f, 0.125f, 7, -2.9f, 0.01f}, 1);
  check_unbiased<lowp::mxint8>({1.5f, 0.003f, -0.7f, 0.33f, 0.015625f, -0.001f}, 0.015625);
}

TEST_CASE("quantize and dequantize give back representable values exactly") {
  generator g(21);
  const auto check = [&]<class Block>(const ob::element& e, std::size_t n) {
    std::vector<float> x;
    for (int i = 0; i < 200; ++i) {
      const int k = g.between(-100, 90);
      for (std::size_t j = 0; j < n; ++j) {
        const double m = j == i % n ? e.largest() : e.positive[g.below(e.positive.size())] * g.sign();
        x.push_back(static_cast<float>(std::ldexp(m, k)));
      }
    }
    const auto w = lowp::reference::quantize<Block>(std::span<const float>(x));
    CHECK(lowp::reference::dequantize(w) == x);  // -0 may become +0
    CHECK(plain(lowp::reference::quantize<Block>(std::span<const float>(lowp::reference::dequantize(w))).bytes()) ==
          plain(w.bytes()));
  };
  check.operator()<lowp::mxfp8_e4m3>(ob::e4m3(), 32);
  check.operator()<lowp::mxfp8_e5m2>(ob::e5m2(), 32);
  check.operator()<lowp::mxfp6_e3m2>(ob::e3m2(), 32);
  check.operator()<lowp::mxfp6_e2m3>(ob::e2m3(), 32);
  check.operator()<lowp::mxfp4>(ob::e2m1(), 32);
  check.operator()<lowp::mxint8>(ob::int8(), 32);
}
