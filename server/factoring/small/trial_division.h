// SPDX-License-Identifier: GPL-3.0-or-later
// The small primes, and how they are taken out of a number.
#pragma once

#include "server/factoring/arithmetic/word.h"
#include "server/factoring/job.h"

#include <array>
#include <vector>

namespace openloop::factoring {

/// Trial division of one word covers all primes below this; a cofactor below its square is prime.
inline constexpr std::uint64_t wordTrialBound = 1024;

inline constexpr unsigned largestTrialBound = 65536;

/// The prime factors of one word, at most 63. Takes no memory.
class WordPrimes
{
public:
    void push_back(std::uint64_t prime) { m_primes[m_size++] = prime; }

    std::uint64_t *begin() { return m_primes.data(); }
    std::uint64_t *end() { return m_primes.data() + m_size; }

private:
    std::array<std::uint64_t, 64> m_primes;
    std::size_t m_size = 0;
};

/// Divides n by its prime factors below wordTrialBound, each as often as it goes, and appends them, ascending. Once
/// what is left has no more than 32 bits, all of its factors are appended, and n is 1.
/// n: 1 or more. Any thread.
void divideSmallPrimes(std::uint64_t &n, WordPrimes &factors);

/// From the first call on the smallest factor of each number below 2^20 is looked up. Half a MiB, some ms. Any thread.
void makeSmallestFactors();

/// The same for any n, by the primes below `bound` (at most largestTrialBound); leaves early when stopped.
void divideSmallPrimes(mpz_class &n, unsigned bound, std::vector<std::uint64_t> &factors, const Stop &stop);

} // namespace openloop::factoring
