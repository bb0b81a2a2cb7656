#include <cstdlib>
#include <lowp/kernels/tiers.hpp>

#include "catch.hpp"

namespace {

struct tier_and_lanes {
  lowp::tier t;
  int lanes;
};

}  // namespace

// The body stands in the namespaces of the tiers, which see this name.
namespace lowp::tiers {
using ::tier_and_lanes;
}

#define LOWP_BODY <kernels/which_tier.inl>
#include <lowp/kernels/foreach.inl>

namespace {

using lowp::tier;

constexpr lowp::detail::kernel_table<tier_and_lanes()> which{
    {{&lowp::tiers::scalar::which<int>, &lowp::tiers::haswell::which<int>, &lowp::tiers::skylake::which<int>,
      &lowp::tiers::icelake::which<int>, &lowp::tiers::sapphire::which<int>}}};

TEST_CASE("isa: a forced tier is the one whose code runs") {
  for (int i = static_cast<int>(lowp::least_tier); i <= static_cast<int>(lowp::detect()); ++i) {
    const tier t = static_cast<tier>(i);
    const lowp::force_tier forced(t);
    CHECK(lowp::active() == t);
    const tier_and_lanes ran = which(lowp::active())();
    CHECK(ran.t == t);
    CHECK(ran.lanes == (t == tier::scalar ? 1 : t == tier::haswell ? 8 : 16));
  }
}

TEST_CASE("isa: forced tiers nest and end with their scope") {
  const tier before = lowp::active();
  {
    const lowp::force_tier outer(lowp::detect());
    {
      const lowp::force_tier inner(lowp::least_tier);
      CHECK(lowp::active() == lowp::least_tier);
    }
    CHECK(lowp::active() == lowp::detect());
  }
  CHECK(lowp::active() == before);
}

TEST_CASE("isa: a tier that cannot run is refused by name") {
  if (lowp::detect() < tier::sapphire) {
    CHECK_THROWS_WITH(lowp::force_tier(tier::sapphire), Catch::Contains("the tier sapphire cannot run here"));
  }
  if (lowp::least_tier > tier::scalar) {
    CHECK_THROWS_WITH(lowp::force_tier(tier::scalar), Catch::Contains("scalar is not in this program"));
  }
  CHECK(to_string(tier::icelake) == "icelake");
}

// Run once more by ctest with LOWP_ISA set, see CMakeLists.txt.
TEST_CASE("isa: LOWP_ISA chooses the tier") {
  const char* name = std::getenv("LOWP_ISA");
  if (name == nullptr) {
    CHECK(lowp::active() == lowp::detect());
  } else {
    CHECK(to_string(lowp::active()) == name);
    CHECK(to_string(which(lowp::active())().t) == name);
  }
}

}  // namespace
