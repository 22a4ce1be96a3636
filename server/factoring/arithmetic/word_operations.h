// SPDX-License-Identifier: GPL-3.0-or-later
// The innermost operations of the modular arithmetic of one and two words: in portable C++, and in assembly.
#pragma once

#include "server/factoring/arithmetic/word.h"

namespace openloop::factoring {

/// Inverse of an odd n modulo 2^64 by Newton's iteration: each step doubles the right bits, from 5.
constexpr std::uint64_t inverseOfOdd(std::uint64_t n)
{
    std::uint64_t x = (3 * n) ^ 2;
    for (int step = 0; step < 4; ++step)
        x *= 2 - n * x;
    return x;
}

// On x86-64 the innermost operations are in assembly: g++ 12 turns the selections into branches, which are
// mispredicted every other time, and keeps the carries of two-word numbers in too many registers (five times
// slower, measured). The portable forms are the reference, and the tests compare the two.

/// Operations of Montgomery64; a and b below n, n odd. inverse: of n modulo 2^64.
namespace portable {

constexpr std::uint64_t subtract(std::uint64_t a, std::uint64_t b, std::uint64_t n)
{
    return a - b + (n & (0 - std::uint64_t{a < b}));
}
constexpr std::uint64_t add(std::uint64_t a, std::uint64_t b, std::uint64_t n)
{
    return subtract(a, n - b, n);
}
// The subtractive form of Montgomery's reduction: the low words cancel, so only the high ones are subtracted.
constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b, std::uint64_t n, std::uint64_t inverse)
{
    const uint128 product = static_cast<uint128>(a) * b;
    const std::uint64_t multiple = low64(product) * inverse;
    return subtract(high64(product), high64(static_cast<uint128>(multiple) * n), n);
}

constexpr uint128 subtract(uint128 a, uint128 b, uint128 n)
{
    return a - b + (n & (uint128{0} - uint128{a < b}));
}
constexpr uint128 add(uint128 a, uint128 b, uint128 n)
{
    return subtract(a, n - b, n);
}
// One word of b at a time.
constexpr uint128 multiply(uint128 a, uint128 b, uint128 n, std::uint64_t inverse)
{
    const std::uint64_t a0 = low64(a), a1 = high64(a), b0 = low64(b), b1 = high64(b);
    const std::uint64_t n0 = low64(n), n1 = high64(n);

    const uint128 p00 = static_cast<uint128>(a0) * b0;
    const uint128 p10 = static_cast<uint128>(a1) * b0 + high64(p00);
    const std::uint64_t q0 = low64(p00) * inverse;
    const uint128 r00 = static_cast<uint128>(q0) * n0;
    const uint128 r10 = static_cast<uint128>(q0) * n1 + high64(r00);

    const uint128 p01 = static_cast<uint128>(a0) * b1;
    const uint128 lower = static_cast<uint128>(low64(p10)) + low64(p01);
    const uint128 upper = static_cast<uint128>(a1) * b1 + high64(p10) + high64(p01) + high64(lower);

    const std::uint64_t q1 = (low64(lower) - low64(r10)) * inverse;
    const bool borrow = low64(lower) < low64(r10);
    const uint128 r01 = static_cast<uint128>(q1) * n0;
    const uint128 r11 = static_cast<uint128>(q1) * n1 + high64(r01);
    // The sum lies above -n, so at most one of the two subtractions borrows.
    const uint128 rest = static_cast<uint128>(high64(r10)) + borrow;
    const uint128 once = upper - r11;
    const uint128 twice = once - rest;
    const bool negative = (upper < r11) | (once < rest);
    return twice + (n & (uint128{0} - uint128{negative}));
}

} // namespace portable

#if defined(__x86_64__) && defined(__GNUC__)
#define OPENLOOP_MULX 1

/// The same for one word, without a branch.
namespace x86 {

inline std::uint64_t subtract(std::uint64_t a, std::uint64_t b, std::uint64_t n)
{
    std::uint64_t corrected;
    asm("subq %[b], %[a]\n\t"
        "leaq (%[a], %[n]), %[corrected]\n\t"
        "cmovc %[corrected], %[a]"
        : [a] "+&r"(a), [corrected] "=&r"(corrected)
        : [b] "rm"(b), [n] "r"(n)
        : "cc");
    return a;
}
inline std::uint64_t add(std::uint64_t a, std::uint64_t b, std::uint64_t n)
{
    std::uint64_t sum = a + b;
    std::uint64_t gap = n - b;
    asm("subq %[gap], %[a]\n\t"
        "cmovc %[sum], %[a]"
        : [a] "+&r"(a)
        : [gap] "r"(gap), [sum] "r"(sum)
        : "cc");
    return a;
}
inline std::uint64_t multiply(std::uint64_t a, std::uint64_t b, std::uint64_t n, std::uint64_t inverse)
{
    std::uint64_t high, low = a, corrected;
    asm("mulq %[b]\n\t"
        "imulq %[inverse], %%rax\n\t"
        "movq %%rdx, %[high]\n\t"
        "leaq (%%rdx, %[n]), %[corrected]\n\t"
        "mulq %[n]\n\t"
        "subq %%rdx, %[corrected]\n\t"
        "subq %%rdx, %[high]\n\t"
        "cmovc %[corrected], %[high]"
        : [high] "=&r"(high), [corrected] "=&r"(corrected), "+&a"(low)
        : [b] "rm"(b), [n] "r"(n), [inverse] "rm"(inverse)
        : "rdx", "cc");
    return high;
}

inline uint128 join(std::uint64_t low, std::uint64_t high)
{
    return (static_cast<uint128>(high) << 64) | low;
}

inline uint128 subtract(uint128 a, uint128 b, uint128 n)
{
    std::uint64_t a0 = low64(a), a1 = high64(a), c0 = 0, c1 = 0;
    asm("subq %[b0], %[a0]\n\t"
        "sbbq %[b1], %[a1]\n\t"
        "cmovc %[n0], %[c0]\n\t"
        "cmovc %[n1], %[c1]\n\t"
        "addq %[c0], %[a0]\n\t"
        "adcq %[c1], %[a1]"
        : [a0] "+&r"(a0), [a1] "+&r"(a1), [c0] "+&r"(c0), [c1] "+&r"(c1)
        : [b0] "rm"(low64(b)), [b1] "rm"(high64(b)), [n0] "rm"(low64(n)), [n1] "rm"(high64(n))
        : "cc");
    return join(a0, a1);
}
inline uint128 add(uint128 a, uint128 b, uint128 n)
{
    std::uint64_t a0 = low64(a), a1 = high64(a), s0, s1, carry;
    asm("addq %[b0], %[a0]\n\t"
        "adcq %[b1], %[a1]\n\t"
        "movl $0, %k[carry]\n\t"
        "sbbq $0, %[carry]\n\t"
        "movq %[a0], %[s0]\n\t"
        "movq %[a1], %[s1]\n\t"
        "subq %[n0], %[a0]\n\t"
        "sbbq %[n1], %[a1]\n\t"
        "sbbq $0, %[carry]\n\t"
        "cmovc %[s0], %[a0]\n\t"
        "cmovc %[s1], %[a1]"
        : [a0] "+&r"(a0), [a1] "+&r"(a1), [s0] "=&r"(s0), [s1] "=&r"(s1), [carry] "=&r"(carry)
        : [b0] "rm"(low64(b)), [b1] "rm"(high64(b)), [n0] "rm"(low64(n)), [n1] "rm"(high64(n))
        : "cc");
    return join(a0, a1);
}

// Needs BMI2. The steps of portable::multiply; `sign` is the word above the sum, 0 or -1.
inline uint128 multiplyMulx(uint128 a, uint128 b, uint128 n, std::uint64_t inverse)
{
    std::uint64_t t1, t2, t3, sign, x, y, z, multiplier = low64(b);
    asm("mulxq %[a0], %[x], %[t1]\n\t"
        "mulxq %[a1], %[y], %[t2]\n\t"
        "movq %[inverse], %%rdx\n\t"
        "imulq %[x], %%rdx\n\t"
        "addq %[y], %[t1]\n\t"
        "adcq $0, %[t2]\n\t"
        "mulxq %[n0], %[x], %[y]\n\t"
        "mulxq %[n1], %[x], %[z]\n\t"
        "movq %[b1], %%rdx\n\t"
        "addq %[x], %[y]\n\t"
        "adcq $0, %[z]\n\t"
        "subq %[y], %[t1]\n\t"
        "sbbq %[z], %[t2]\n\t"
        "movl $0, %k[sign]\n\t"
        "sbbq $0, %[sign]\n\t"
        "mulxq %[a0], %[x], %[y]\n\t"
        "mulxq %[a1], %[z], %[t3]\n\t"
        "addq %[y], %[z]\n\t"
        "adcq $0, %[t3]\n\t"
        "addq %[x], %[t1]\n\t"
        "movq %[inverse], %%rdx\n\t"
        "adcq %[z], %[t2]\n\t"
        "adcq %[sign], %[t3]\n\t"
        "adcq $0, %[sign]\n\t"
        "imulq %[t1], %%rdx\n\t"
        "mulxq %[n0], %[x], %[y]\n\t"
        "mulxq %[n1], %[x], %[z]\n\t"
        "addq %[x], %[y]\n\t"
        "adcq $0, %[z]\n\t"
        "subq %[y], %[t2]\n\t"
        "sbbq %[z], %[t3]\n\t"
        "sbbq $0, %[sign]\n\t"
        "movq %[n0], %[x]\n\t"
        "andq %[sign], %[x]\n\t"
        "andq %[n1], %[sign]\n\t"
        "addq %[x], %[t2]\n\t"
        "adcq %[sign], %[t3]"
        : [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [sign] "=&r"(sign), [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z),
          "+&d"(multiplier)
        : [a0] "rm"(low64(a)), [a1] "rm"(high64(a)), [b1] "rm"(high64(b)), [n0] "rm"(low64(n)), [n1] "rm"(high64(n)),
          [inverse] "rm"(inverse)
        : "cc");
    return join(t2, t3);
}

} // namespace x86
namespace words = x86;

/// True if this processor has the instruction that Montgomery128Mulx is written with.
inline bool hasMulx()
{
    return __builtin_cpu_supports("bmi2");
}
#else
namespace words = portable;
#endif

} // namespace openloop::factoring
