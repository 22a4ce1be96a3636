// SPDX-License-Identifier: GPL-3.0-or-later
// Looks for a square x^2 - 4uvn just above its least x: there x = up' + vq' for factors p' and q' in that ratio.
#include "server/factoring/small/close_factors.h"

#include <numeric>

namespace openloop::factoring {

namespace {

// p and q that differ by d take about d^2 / (8 sqrt(n)) steps: next to each other none, and hardly any number needs
// more than a few without needing millions.
constexpr unsigned stepsOfEqual = 500;
constexpr unsigned stepsOfRatio = 4;
constexpr unsigned largestPart = 16; // of a ratio

std::optional<mpz_class> divisorOfRatio(const mpz_class &n, unsigned product, unsigned steps)
{
    const mpz_class multiple = 4 * product * n;
    mpz_class x = sqrt(multiple) + 1;
    mpz_class square = x * x - multiple;
    for (; steps > 0; --steps) {
        if (mpz_perfect_square_p(square.get_mpz_t())) {
            const mpz_class difference = x - sqrt(square);
            const mpz_class divisor = gcd(difference, n);
            if (divisor != 1 && divisor != n)
                return divisor;
        }
        square += 2 * x + 1;
        ++x;
    }
    return std::nullopt;
}

} // namespace

std::optional<mpz_class> divisorOfCloseFactors(const mpz_class &n, const Stop &stop)
{
    if (auto divisor = divisorOfRatio(n, 1, stepsOfEqual))
        return divisor;
    for (unsigned u = 2; u <= largestPart && !stop.requested(); ++u) {
        for (unsigned v = 1; v < u; ++v) {
            if (std::gcd(u, v) != 1)
                continue;
            if (auto divisor = divisorOfRatio(n, u * v, stepsOfRatio))
                return divisor;
        }
    }
    return std::nullopt;
}

} // namespace openloop::factoring
