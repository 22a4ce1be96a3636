// SPDX-License-Identifier: GPL-3.0-or-later
// Pollard's rho in Brent's form: sure to end on small numbers, so the net below the elliptic curves.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/job.h"

namespace openloop::factoring {

/// A divisor of the modulus other than 1 and itself, or 1 when `steps` steps were not enough or a stop came.
/// Modulus: Montgomery64 or Montgomery128, composite. Any thread.
/// Expected steps: about the square root of the least prime factor (Brent, BIT 20, 1980).
template <typename Modulus>
typename Modulus::Word pollardBrent(const Modulus &m, std::uint64_t steps, const Stop &stop)
{
    using Word = typename Modulus::Word;
    constexpr unsigned batch = 64;
    const Word n = m.modulus();
    std::uint64_t taken = 0;
    for (std::uint64_t constant = 1; taken < steps; ++constant) {
        const Word c = m.fromWord(constant % n);
        const auto next = [&](Word x) { return m.add(m.sqr(x), c); };
        Word fast = m.fromWord(2), slow = fast, before = fast, divisor = 1;
        for (std::uint64_t lap = 1; divisor == 1 && taken < steps; lap *= 2) {
            slow = fast;
            for (std::uint64_t i = 0; i < lap; ++i)
                fast = next(fast);
            taken += lap;
            for (std::uint64_t done = 0; done < lap && divisor == 1 && taken < steps; done += batch) {
                before = fast;
                Word product = m.one();
                for (std::uint64_t i = 0; i < batch && i < lap - done; ++i) {
                    fast = next(fast);
                    product = m.mul(product, m.sub(fast, slow));
                }
                divisor = gcdWithOdd(product, n);
                taken += batch;
                if (stop.requested())
                    return 1;
            }
        }
        if (divisor == n) { // the batch met several factors at once: walk it again, one step at a time
            do {
                before = next(before);
                divisor = gcdWithOdd(m.sub(before, slow), n);
            } while (divisor == 1);
        }
        if (divisor != 1 && divisor != n)
            return divisor;
    }
    return 1;
}

} // namespace openloop::factoring
