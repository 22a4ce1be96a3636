// SPDX-License-Identifier: GPL-3.0-or-later
// How much of each method a number of given length gets, and how long it may take; the figures come from bench/ and are
// here alone.
#pragma once

#include "server/factoring/ecm/ecm.h"

#include <chrono>
#include <gmpxx.h>
#include <vector>

namespace openloop::factoring {

/// 110 digits: beyond, sieving takes weeks.
inline constexpr unsigned mostBitsToSieve = 366;

/// Primes below this are divided out first; bits: 65 or more.
unsigned trialBoundFor(unsigned bits);

/// Rounds of curves for a composite of so many bits before the sieve gets it: less than a tenth of the sieve's time, so
/// that unbalanced numbers never come there and balanced ones lose little.
std::vector<EcmRound> ecmBeforeSieve(unsigned bits);

/// The same for a composite that is too long to sieve: so many curves in all, by rounds whose bounds grow, and stay
/// where stops are quick.
std::vector<EcmRound> ecmInstead(unsigned bits, unsigned curves);

/// Whether a prime with a smooth number beside it is looked for before this round, which is the first of those that
/// take long; and to which bound: a hundredth of the sieve's time for n of so many bits.
bool comesAfterSmoothNeighbours(const EcmRound &round);
unsigned boundOfSmoothNeighbours(unsigned bits);

/// What a round costs, compared with another.
double costOf(const EcmRound &round);

/// What is run after these on numbers that are too long to sieve, until a stop.
EcmRound firstEcmWithoutSieve(unsigned bits);
EcmRound nextEcm(const EcmRound &round);

/// CPU time of the worst number of n's length, a product of two primes of equal length, within a factor of 2 or so
/// on a machine of 2020. Most numbers take far less. Any thread.
std::chrono::duration<double> mostTime(const mpz_class &n);

} // namespace openloop::factoring
