#include <lowp/lowp.hpp>

static_assert(LOWP_VERSION_MAJOR == MAJOR && LOWP_VERSION_MINOR == MINOR && LOWP_VERSION_PATCH == PATCH);

int main() {
  constexpr auto x = lowp::convert<lowp::e4m3fn>(1.5f);
  static_assert(static_cast<float>(x + x) == 3.0f);
  return static_cast<float>(x) == 1.5f ? 0 : 1;
}
