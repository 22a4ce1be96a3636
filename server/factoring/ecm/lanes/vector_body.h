// SPDX-License-Identifier: GPL-3.0-or-later
// The text of one register of the level and what the lanes do with it; included after level_begin_body.h.

struct Vector {
#ifdef OPENLOOP_AVX512
    using V = __m512d;
    static constexpr unsigned lanes = 8;

    static V splat(double a) { return _mm512_set1_pd(a); }
    static V load(const double *from) { return _mm512_loadu_pd(from); }
    static void store(double *to, V a) { _mm512_storeu_pd(to, a); }
    static V add(V a, V b) { return _mm512_add_pd(a, b); }
    static V sub(V a, V b) { return _mm512_sub_pd(a, b); }
    static V multiplyAdd(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
    static V multiplySubtract(V a, V b, V c) { return _mm512_fmsub_pd(a, b, c); }
#else
    using V = __m256d;
    static constexpr unsigned lanes = 4;

    static V splat(double a) { return _mm256_set1_pd(a); }
    static V load(const double *from) { return _mm256_loadu_pd(from); }
    static void store(double *to, V a) { _mm256_storeu_pd(to, a); }
    static V add(V a, V b) { return _mm256_add_pd(a, b); }
    static V sub(V a, V b) { return _mm256_sub_pd(a, b); }
    static V multiplyAdd(V a, V b, V c) { return _mm256_fmadd_pd(a, b, c); }
    static V multiplySubtract(V a, V b, V c) { return _mm256_fmsub_pd(a, b, c); }
#endif
};
