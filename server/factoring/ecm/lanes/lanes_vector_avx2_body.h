// SPDX-License-Identifier: GPL-3.0-or-later
// The text of one register of AVX2 and what the lanes do with it; included inside a region that is compiled for it.

struct Vector {
    using V = __m256d;
    static constexpr unsigned lanes = 4;

    static V splat(double a) { return _mm256_set1_pd(a); }
    static V load(const double *from) { return _mm256_loadu_pd(from); }
    static void store(double *to, V a) { _mm256_storeu_pd(to, a); }
    static V add(V a, V b) { return _mm256_add_pd(a, b); }
    static V sub(V a, V b) { return _mm256_sub_pd(a, b); }
    static V multiplyAdd(V a, V b, V c) { return _mm256_fmadd_pd(a, b, c); }
    static V multiplySubtract(V a, V b, V c) { return _mm256_fmsub_pd(a, b, c); }
};
