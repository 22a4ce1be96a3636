// SPDX-License-Identifier: GPL-3.0-or-later
// Square roots of kn modulo each prime (Tonelli and Shanks), and the tables that the kernels read.
#include "server/factoring/siqs/factor_base.h"

#include "server/factoring/arithmetic/word_operations.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace openloop::factoring::siqs {

namespace {

constexpr std::size_t sliceMax = std::size_t(1) << (32 - blockBits); // what an entry of a bucket can name

// Its largest root never falls into an interval.
constexpr std::uint32_t idleModulus = (1U << 25) + 35;

std::uint32_t powerModulo(std::uint64_t base, std::uint32_t exponent, std::uint32_t p)
{
    std::uint64_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1U)
            result = result * base % p;
        base = base * base % p;
    }
    return std::uint32_t(result);
}

std::uint32_t negatedInverse32(std::uint32_t p)
{
    std::uint32_t inverse = p; // right to three bits; every round doubles them
    for (int round = 0; round < 4; ++round)
        inverse *= 2 - p * inverse;
    return 0U - inverse;
}

void append(FactorBase &base, std::uint32_t p, std::uint32_t root)
{
    base.modulus.push_back(p);
    base.negatedInverse.push_back(negatedInverse32(p));
    const std::uint64_t r = (std::uint64_t(1) << 32) % p;
    base.rSquared.push_back(std::uint32_t(r * r % p));
    base.rootOfN.push_back(root);
}

void pad(FactorBase &base)
{
    while (base.modulus.size() % FactorBase::padding != 0)
        append(base, idleModulus, 0);
}

std::uint8_t roundedLog(std::uint32_t p)
{
    return std::uint8_t(std::lround(std::log2(double(p))));
}

void appendLarge(FactorBase &base, std::uint32_t index, std::uint32_t p, std::uint32_t root)
{
    const std::uint8_t log = roundedLog(p);
    if (base.slices.empty() || base.slices.back().log != log || base.slices.back().count == sliceMax) {
        pad(base);
        base.slices.push_back({base.modulus.size(), 0, index, log});
    }
    append(base, p, root);
    ++base.slices.back().count;
}

} // namespace

std::vector<std::uint32_t> primesBelow(std::uint32_t bound)
{
    std::vector<bool> composite(bound / 2 + 1);
    std::vector<std::uint32_t> primes{2};
    for (std::uint32_t p = 3; p < bound; p += 2) {
        if (composite[p / 2])
            continue;
        primes.push_back(p);
        for (std::uint64_t m = std::uint64_t(p) * p; m < bound; m += 2 * p)
            composite[std::size_t(m / 2)] = true;
    }
    return primes;
}

bool isSquareModulo(std::uint32_t a, std::uint32_t p)
{
    bool negative = false;
    std::uint32_t m = p;
    while (a != 0) {
        const int twos = std::countr_zero(a);
        a >>= twos;
        if ((twos & 1) && (m % 8 == 3 || m % 8 == 5))
            negative = !negative;
        if (a % 4 == 3 && m % 4 == 3)
            negative = !negative;
        std::swap(a, m);
        a %= m;
    }
    return m == 1 && !negative;
}

std::uint32_t squareRootModulo(std::uint32_t a, std::uint32_t p)
{
    if (a == 0)
        return 0;
    if (p % 4 == 3)
        return powerModulo(a, (p + 1) / 4, p);
    const int twos = std::countr_zero(p - 1);
    const std::uint32_t odd = (p - 1) >> twos;
    std::uint32_t nonSquare = 2;
    while (isSquareModulo(nonSquare, p))
        ++nonSquare;
    std::uint64_t generator = powerModulo(nonSquare, odd, p);
    std::uint64_t root = powerModulo(a, (odd + 1) / 2, p);
    std::uint64_t rest = powerModulo(a, odd, p);
    for (int level = twos; rest != 1;) {
        int order = 0;
        for (std::uint64_t t = rest; t != 1; t = t * t % p)
            ++order;
        std::uint64_t factor = generator;
        for (int i = 0; i < level - order - 1; ++i)
            factor = factor * factor % p;
        root = root * factor % p;
        generator = factor * factor % p;
        rest = rest * generator % p;
        level = order;
    }
    return std::uint32_t(root);
}

FactorBase makeFactorBase(const mpz_class &kn, const Parameters &parameters, const Stop &stop)
{
    FactorBase base;
    base.prime = {1, 2};
    base.log = {0, 1};
    base.inverse = {1, 0};
    const double wanted = std::max(30.0, double(parameters.factorBase));
    // Half of the primes are squares; the bound is generous and the loop ends early.
    const auto bound = std::uint32_t(2 * wanted * std::log(2 * wanted) * 1.35 + 300);
    for (const std::uint32_t p : primesBelow(bound)) {
        if (base.size() >= parameters.factorBase || (p % 512 == 1 && stop.requested()))
            break;
        const auto residue = std::uint32_t(mpz_fdiv_ui(kn.get_mpz_t(), p));
        if (p == 2 || (residue != 0 && !isSquareModulo(residue, p)))
            continue;
        const std::uint32_t root = squareRootModulo(residue, p);
        const auto index = std::uint32_t(base.size());
        base.prime.push_back(p);
        // A divisor of the multiplier has one root, not two: it is divided out, never sieved.
        base.log.push_back(residue == 0 ? 0 : roundedLog(p));
        if (p < blockSize) {
            append(base, p, root);
            base.inverse.push_back(inverseOfOdd(p));
            base.mediumCount = base.modulus.size();
            if (p < parameters.smallBound)
                base.smallCount = base.mediumCount;
        } else {
            appendLarge(base, index, p, root);
        }
    }
    pad(base);
    base.mediumPadded = base.slices.empty() ? base.modulus.size() : base.slices.front().start;
    base.padded = base.modulus.size();
    return base;
}

} // namespace openloop::factoring::siqs
