// Eigen over numbers of lowp: products, LU and QR, against the same in double. Empty where Eigen is not found.
#if __has_include(<Eigen/Dense>)

#include <Eigen/Dense>
#include <lowp/interop/eigen.hpp>
#include <lowp/lowp.hpp>

#include "catch.hpp"

namespace {

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

// Values that are exact in every type here: quarters from -2 to 2, the same on every machine.
template <class T>
matrix<T> quarters(int rows, int cols, std::uint64_t stream) {
  const lowp::philox random(7, stream);
  matrix<T> m(rows, cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) m(i, j) = T((static_cast<int>(random(i * cols + j) % 17) - 8) * 0.25f);
  return m;
}

template <class T>
double distance(const matrix<T>& a, const matrix<double>& b) {
  return (a.template cast<double>() - b).cwiseAbs().maxCoeff();
}

template <class T>
double unit() {
  return static_cast<double>(std::numeric_limits<T>::epsilon());
}

}  // namespace

TEMPLATE_TEST_CASE("Eigen: products", "[eigen]", lowp::posit16, lowp::float16, lowp::bfloat16, lowp::posit32,
                   lowp::lenient<lowp::float16>, (lowp::lenient<lowp::fixed<32, 16>>)) {
  for (const int n : {1, 2, 3, 8, 19}) {
    const matrix<TestType> a = quarters<TestType>(n, n + 1, 1), b = quarters<TestType>(n + 1, n, 2);
    const matrix<double> exact = quarters<double>(n, n + 1, 1) * quarters<double>(n + 1, n, 2);
    // Partial sums are below 4 n, each is rounded once.
    CHECK(distance<TestType>(a * b, exact) <= (n + 1) * 4 * n * unit<TestType>());
    CHECK(distance<TestType>(a.lazyProduct(b), exact) <= (n + 1) * 4 * n * unit<TestType>());
    CHECK(distance<TestType>(a + a, 2 * quarters<double>(n, n + 1, 1)) == 0);
    CHECK(distance<TestType>(-a.transpose(), -quarters<double>(n, n + 1, 1).transpose()) == 0);
  }
}

TEMPLATE_TEST_CASE("Eigen: LU and QR solve", "[eigen]", lowp::posit16, lowp::float16, lowp::posit32) {
  for (const int n : {2, 5, 12}) {
    // Diagonally dominant: a condition number that leaves something of 11 bits.
    matrix<TestType> a = quarters<TestType>(n, n, 3);
    matrix<double> exact = quarters<double>(n, n, 3);
    for (int i = 0; i < n; ++i) {
      a(i, i) += TestType(2 * n);
      exact(i, i) += 2 * n;
    }
    const matrix<TestType> x = quarters<TestType>(n, 1, 4);
    const matrix<double> want = quarters<double>(n, 1, 4);
    const matrix<TestType> b = (exact * want).template cast<TestType>();
    const double bound = 8 * n * unit<TestType>();
    INFO("n = " << n << ", bound " << bound);
    CHECK(distance<TestType>(a.partialPivLu().solve(b), want) <= bound);
    CHECK(distance<TestType>(a.fullPivLu().solve(b), want) <= bound);
    CHECK(distance<TestType>(a.householderQr().solve(b), want) <= bound);
    CHECK(distance<TestType>(a.colPivHouseholderQr().solve(b), want) <= bound);
    CHECK(distance<TestType>((a.transpose() * a).eval().llt().matrixL().solve(x),
                             (exact.transpose() * exact).eval().llt().matrixL().solve(want)) <= bound);
    CHECK(a.fullPivLu().isInvertible());
  }
}

TEST_CASE("Eigen: traits", "[eigen]") {
  using traits = Eigen::NumTraits<lowp::posit16>;
  CHECK(traits::epsilon() == std::numeric_limits<lowp::posit16>::epsilon());
  CHECK(traits::dummy_precision() == lowp::posit16(8) * traits::epsilon());
  CHECK(traits::highest() == std::numeric_limits<lowp::posit16>::max());
  static_assert(Eigen::NumTraits<lowp::integer<8>>::IsInteger && !traits::IsInteger && traits::IsSigned);
  const vector<lowp::float16> v = quarters<lowp::float16>(9, 1, 5);
  CHECK(v.isApprox(v));
  CHECK_FALSE(v.isApprox(-v));
  CHECK(static_cast<double>(v.norm()) == Approx(quarters<double>(9, 1, 5).norm()).epsilon(0.002));
}

#endif
