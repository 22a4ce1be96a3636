// SPDX-License-Identifier: GPL-3.0-or-later
// The loops that run once per prime: one text, compiled for several instruction sets, chosen at run time.
#pragma once

#include "server/factoring/siqs/parameters.h"

#include <cstddef>
#include <cstdint>

namespace openloop::factoring::siqs {

/// Roots of a new leading coefficient for a range of primes: x = (+-r - B) / 2A + offset, and how far each
/// part of B moves them, part / A. Numbers come in words of `wordBits` bits, low first, at most `maxWords`.
struct SetupJob {
    static constexpr unsigned wordBits = 29; // eight products of 29 x 32 bits can be added before one reduction
    static constexpr unsigned maxWords = 8;

    const std::uint32_t *modulus = nullptr;
    const std::uint32_t *negatedInverse = nullptr;
    const std::uint32_t *rSquared = nullptr;
    const std::uint32_t *rootOfN = nullptr;
    std::size_t count = 0; ///< a multiple of 32
    unsigned exponentBits = 0; ///< of the largest modulus
    unsigned words = 0;
    const std::uint32_t *a = nullptr; ///< `words` words
    const std::uint32_t *parts = nullptr; ///< partCount x words
    unsigned partCount = 0;
    std::uint32_t offset = 0;
    std::uint32_t *delta = nullptr; ///< partCount rows, deltaStride apart
    std::size_t deltaStride = 0;
    std::uint32_t *root1 = nullptr;
    std::uint32_t *root2 = nullptr;
};

/// One Gray-code step of the medium primes; the working copies are what the blocks consume.
struct MediumStep {
    const std::uint16_t *modulus = nullptr;
    const std::uint16_t *delta = nullptr;
    std::size_t count = 0; ///< a multiple of 32
    bool down = false;
    std::uint16_t *root1 = nullptr;
    std::uint16_t *root2 = nullptr;
    std::uint16_t *work1 = nullptr;
    std::uint16_t *work2 = nullptr;
};

/// Fills the buckets of several polynomials with the hits of one slice of large primes, and moves the roots
/// on. An entry is the prime's place in its slice, 17 bits, above the location in the block, 15 bits.
struct FillJob {
    static constexpr unsigned maxPolynomials = 8;
    static constexpr std::size_t chunk = 1024; ///< primes between two looks at the limits
    static constexpr std::size_t room = 2 * chunk + 64; ///< entries beyond a limit that may be written

    const std::uint32_t *modulus = nullptr;
    std::uint32_t *root1 = nullptr;
    std::uint32_t *root2 = nullptr;
    std::size_t count = 0; ///< a multiple of 32
    unsigned blocks = 0;
    unsigned polynomials = 0;
    struct Move {
        const std::uint32_t *delta = nullptr; ///< null: the roots are not needed any more
        bool down = false;
    };
    Move moves[maxPolynomials]; ///< after each polynomial
    std::uint32_t **cursor = nullptr; ///< polynomials x blocks
    std::uint32_t *const *limit = nullptr; ///< the same; a chunk that passes it is taken back
};

/// Medium primes that divide the value `distance` before the start of the next block.
struct MatchJob {
    const std::uint16_t *modulus = nullptr;
    const std::uint16_t *reciprocal = nullptr; ///< floor(65536 / p)
    const std::uint16_t *root1 = nullptr; ///< relative to the next block
    const std::uint16_t *root2 = nullptr;
    std::size_t begin = 0; ///< a multiple of 32
    std::size_t end = 0; ///< a multiple of 32
    std::uint16_t distance = 0; ///< 1..32768
};

struct Kernels {
    void (*setup)(const SetupJob &);
    void (*stepMedium)(const MediumStep &);
    void (*fill)(const FillJob &);
    unsigned (*matchMedium)(const MatchJob &, std::uint32_t *places);
    unsigned (*matchBucket)(const std::uint32_t *entries, std::size_t count, std::uint32_t location,
                            std::uint32_t *places);
    unsigned (*scan)(const std::uint8_t *block, std::uint32_t size,
                     std::uint16_t *locations); ///< size: a multiple of 64
    /// row ^= table[0] ^ ... ^ table[7]; count in 64-bit words, a multiple of 8.
    void (*addEight)(std::uint64_t *row, const std::uint64_t *const *tables, std::size_t count);
};

enum class Simd { Portable, Avx2, Avx512 };

/// The widest set that this processor has.
Simd bestSimd();

/// The kernels for one set; all give the same results. Falls back to the portable ones where it is not
/// compiled in.
const Kernels &kernelsFor(Simd simd);

namespace portable {
extern const Kernels kernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#endif

} // namespace openloop::factoring::siqs
