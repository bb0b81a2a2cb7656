// The facts of the named formats, typed from the table of the standards (not from include/lowp).
#ifndef LOWP_TESTS_ORACLE_NAMED_HPP
#define LOWP_TESTS_ORACLE_NAMED_HPP

#include <string>

#include "format.hpp"

namespace oracle {

struct facts {
  const char* name;
  int E, M;
  specials kind;
  std::int64_t bias;
  bool is_signed;

  format make() const { return format(E, M, kind, bias, is_signed); }
};

inline constexpr facts float16{"float16", 5, 10, specials::ieee, 15, true};
inline constexpr facts bfloat16{"bfloat16", 8, 7, specials::ieee, 127, true};
inline constexpr facts tf32{"tf32", 8, 10, specials::ieee, 127, true};
inline constexpr facts e5m2{"e5m2", 5, 2, specials::ieee, 15, true};
inline constexpr facts e4m3{"e4m3", 4, 3, specials::ieee, 7, true};
inline constexpr facts e4m3fn{"e4m3fn", 4, 3, specials::fn, 7, true};
inline constexpr facts e3m4{"e3m4", 3, 4, specials::ieee, 3, true};
inline constexpr facts e4m3fnuz{"e4m3fnuz", 4, 3, specials::fnuz, 8, true};
inline constexpr facts e5m2fnuz{"e5m2fnuz", 5, 2, specials::fnuz, 16, true};
inline constexpr facts e4m3b11fnuz{"e4m3b11fnuz", 4, 3, specials::fnuz, 11, true};
inline constexpr facts e3m2fn{"e3m2fn", 3, 2, specials::finite, 3, true};
inline constexpr facts e2m3fn{"e2m3fn", 2, 3, specials::finite, 1, true};
inline constexpr facts e2m1fn{"e2m1fn", 2, 1, specials::finite, 1, true};
inline constexpr facts e8m0fnu{"e8m0fnu", 8, 0, specials::scale, 127, false};
inline constexpr facts ue4m3{"ue4m3", 4, 3, specials::fn, 7, false};
inline constexpr facts ue5m3{"ue5m3", 5, 3, specials::fn, 15, false};
inline constexpr facts binary32{"float", 8, 23, specials::ieee, 127, true};
inline constexpr facts binary64{"double", 11, 52, specials::ieee, 1023, true};

inline constexpr facts named_formats[] = {float16,  bfloat16,    tf32,   e5m2,   e4m3,   e4m3fn,  e3m4,  e4m3fnuz,
                                          e5m2fnuz, e4m3b11fnuz, e3m2fn, e2m3fn, e2m1fn, e8m0fnu, ue4m3, ue5m3};

// Binary{K}p{P}{s|u}{e|f} of the P3109 draft: bias 2^(K-P-1) signed, 2^(K-P) unsigned.
constexpr facts p3109(int K, int P, bool is_signed, bool extended) {
  const int E = is_signed ? K - P : K - P + 1;
  return {"p3109", E, P - 1, extended ? specials::extended : specials::fnuz, std::int64_t(1) << (E - 1), is_signed};
}

inline std::string describe(const facts& f) {
  return std::string(f.name) + " <" + std::to_string(f.E) + "," + std::to_string(f.M) + "," + oracle::name(f.kind) +
         "," + std::to_string(f.bias) + (f.is_signed ? ",signed>" : ",unsigned>");
}

}  // namespace oracle

#endif
