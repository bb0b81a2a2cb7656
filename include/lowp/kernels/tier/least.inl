// LOWP_LEAST_TIER: the number of the tier that the compile flags guarantee. Whoever includes this undefines it.
#if !defined(__x86_64__) || !(defined(__AVX2__) && defined(__FMA__) && defined(__F16C__) && defined(__BMI__) && \
                              defined(__BMI2__) && defined(__LZCNT__))
#define LOWP_LEAST_TIER 0
#elif !(defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
        defined(__AVX512VL__))
#define LOWP_LEAST_TIER 1
#elif !(defined(__AVX512VNNI__) && defined(__AVX512VBMI__) && defined(__AVX512VBMI2__) && defined(__AVX512IFMA__) && \
        defined(__AVX512BITALG__) && defined(__AVX512VPOPCNTDQ__) && defined(__GFNI__))
#define LOWP_LEAST_TIER 2
#elif !(defined(__AVX512BF16__) && defined(__AVX512FP16__) && defined(__AMX_TILE__) && defined(__AMX_INT8__) && \
        defined(__AMX_BF16__))
#define LOWP_LEAST_TIER 3
#else
#define LOWP_LEAST_TIER 4
#endif
