// SPDX-License-Identifier: GPL-3.0-or-later
// One lane of plain C++: the reference for the vector paths, and the only path on other processors.
#include "server/factoring/siqs/kernels/kernels.h"

#include <bit>
#include <cstring>

namespace openloop::factoring::siqs::portable {

struct Lanes16 {
    using V = std::uint16_t;
    static constexpr unsigned lanes = 1;
    static constexpr unsigned maskShift = 0;

    static V load(const std::uint16_t *from) { return *from; }
    static void store(std::uint16_t *to, V v) { *to = v; }
    static V splat(std::uint16_t v) { return v; }
    static V add(V a, V b) { return V(a + b); }
    static V sub(V a, V b) { return V(a - b); }
    static V min(V a, V b) { return a < b ? a : b; }
    static V mulHigh(V a, V b) { return V(std::uint32_t(a) * b >> 16); }
    static V mulLow(V a, V b) { return V(std::uint32_t(a) * b); }
    static std::uint32_t equalEither(V a, V b, V c) { return a == b || a == c; }
};

struct Lanes32 {
    using V = std::uint32_t;
    using M = bool;
    static constexpr unsigned lanes = 1;

    static V load(const std::uint32_t *from) { return *from; }
    static void store(std::uint32_t *to, V v) { *to = v; }
    static V splat(std::uint32_t v) { return v; }
    static V ascending(unsigned) { return 0; }
    static V add(V a, V b) { return a + b; }
    static V sub(V a, V b) { return a - b; }
    static V min(V a, V b) { return a < b ? a : b; }
    static V both(V a, V b) { return a & b; }
    static V either(V a, V b) { return a | b; }
    template <unsigned bits>
    static V lower(V a)
    {
        return a >> bits;
    }
    static std::uint32_t equal(V a, V b) { return a == b; }
    static M below(V a, V b) { return a < b; }
    static V addWhere(M mask, V a, V b) { return mask ? a + b : a; }
    static void storePacked(std::uint32_t *to, V v, M) { *to = v; }
    static unsigned count(M mask) { return mask; }
};

struct Lanes64 {
    using V = std::uint64_t;
    static constexpr unsigned lanes = 1;

    static V load(const std::uint32_t *from) { return *from; }
    static void store(std::uint32_t *to, V v) { *to = std::uint32_t(v); }
    static V splat(std::uint32_t v) { return v; }
    static V zero() { return 0; }
    static V add(V a, V b) { return a + b; }
    static V low(V a) { return a & 0xffffffffU; }
    static V high(V a) { return a >> 32; }
    static V halve(V a) { return a >> 1; }
    static V multiply(V a, V b) { return low(a) * low(b); }
    /// a - p if that is not negative: a < 2p < 2^32.
    static V reduce(V a, V p) { return a >= p ? a - p : a; }
    /// a + p - b, below 2p.
    static V difference(V a, V b, V p) { return a + p - b; }
    static V ifBit(V number, unsigned bit, V then, V otherwise) { return (number >> bit & 1U) ? then : otherwise; }
};

struct Bytes {
    static constexpr unsigned lanes = 8;
    static std::uint64_t signs(const std::uint8_t *from)
    {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < lanes; ++i)
            bits |= std::uint64_t(from[i] >> 7) << i;
        return bits;
    }
    static bool anySign(const std::uint8_t *from)
    {
        std::uint64_t all[8];
        std::memcpy(all, from, sizeof all);
        return ((all[0] | all[1] | all[2] | all[3] | all[4] | all[5] | all[6] | all[7]) & 0x8080808080808080U) != 0;
    }
};

struct Bits {
    using V = std::uint64_t;
    static constexpr unsigned lanes = 1;
    static V load(const std::uint64_t *from) { return *from; }
    static void store(std::uint64_t *to, V v) { *to = v; }
    static V exclusive(V a, V b) { return a ^ b; }
};

#include "server/factoring/siqs/kernels/sieve_loops_body.h"

} // namespace openloop::factoring::siqs::portable
