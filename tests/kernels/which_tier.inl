// A kernel body for isa_test.cpp: says which tier it was compiled for, and how many lanes that has.
template <class T>
inline tier_and_lanes which() {
  const auto count = [] { return lanes; };  // lambdas and templates sit in the region too
  return {this_tier, static_cast<T>(count())};
}
