// Shamir's secret sharing: a text is split into n shares, of which any k give it back and k - 1 tell nothing.
//
// Each pair of bytes is the value at 0 of a polynomial of degree k - 1 with random coefficients, and share i has the
// values at i: k of them determine the polynomial (Lagrange). All modulo 65537, the smallest prime that holds two bytes.
// A. Shamir, How to share a secret, Communications of the ACM 22, 1979.
//
//   example_shamir [k [n [text]]]

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <lowp/modular/residue.hpp>

using field = lowp::residue<65537>;

struct share {
  field at;  // 1, 2, 3 ...
  std::size_t bytes;
  std::vector<field> values;
};

// A draw without bias. std::random_device stands for a source fit for secrets.
field draw(std::random_device& random) {
  std::uniform_int_distribution<unsigned> values(0, 65536);
  return field(values(random));
}

std::vector<share> split(const std::string& secret, int k, int n) {
  std::random_device random;
  std::vector<share> shares;
  for (int i = 1; i <= n; ++i) shares.push_back({field(i), secret.size(), {}});
  const auto byte = [&](std::size_t i) { return i < secret.size() ? static_cast<unsigned char>(secret[i]) : 0; };
  for (std::size_t b = 0; b < secret.size(); b += 2) {
    std::vector<field> coefficients{field(byte(b) + 256 * byte(b + 1))};
    while (coefficients.size() < static_cast<std::size_t>(k)) coefficients.push_back(draw(random));
    for (share& s : shares) {
      field value(0);
      for (std::size_t i = coefficients.size(); i-- > 0;) value = value * s.at + coefficients[i];
      s.values.push_back(value);
    }
  }
  return shares;
}

std::string join(const std::vector<share>& shares) {
  // The value at 0 is the sum over shares of value * weight, weight = product over the others of at / (at - own at).
  std::vector<field> weights;
  for (const share& s : shares) {
    field weight(1);
    for (const share& other : shares)
      if (other.at != s.at) weight *= other.at / (other.at - s.at);
    weights.push_back(weight);
  }
  std::string secret;
  for (std::size_t i = 0; i < shares.front().values.size(); ++i) {
    field sum(0);
    for (std::size_t j = 0; j < shares.size(); ++j) sum += weights[j] * shares[j].values[i];
    secret += static_cast<char>(sum.value() % 256);
    secret += static_cast<char>(sum.value() / 256 % 256);  // 65536 comes of wrong shares only
  }
  secret.resize(shares.front().bytes);
  return secret;
}

int main(int argc, char** argv) {
  const int k = argc > 1 ? std::atoi(argv[1]) : 3, n = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string secret = argc > 3 ? argv[3] : "attack at dawn";
  if (k < 1 || n < k || n > 65536) {
    std::fprintf(stderr, "1 <= k <= n <= 65536, please\n");
    return 2;
  }
  const std::vector<share> shares = split(secret, k, n);
  for (const share& s : shares) {
    std::printf("share %d:", static_cast<int>(s.at));
    for (const field value : s.values) std::printf(" %d", static_cast<int>(value));
    std::printf("\n");
  }
  const auto last = shares.end();
  const std::string joined = join({last - k, last}), fewer = k > 1 ? join({last - k + 1, last}) : "";
  std::printf("the last %d give \"%s\"\n", k, joined.c_str());
  if (k > 1) std::printf("%d give %s\n", k - 1, fewer == secret ? "it as well, by chance" : "something else");
  return joined == secret ? 0 : 1;
}
