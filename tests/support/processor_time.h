// SPDX-License-Identifier: GPL-3.0-or-later
// How long this process computes, whatever others do meanwhile; and what a promise in seconds is on a slower machine.
#pragma once

#include "server/factoring/siqs/siqs.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace openloop::test {

/// That all threads of this process have had of its processors so far.
inline std::chrono::nanoseconds processorTime()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The promise, or as much longer as this machine sieves slower than the one of README's table: 0.1 s for 50 digits.
/// Sieves for as long as that, when first asked.
inline std::chrono::nanoseconds onThisMachine(std::chrono::nanoseconds promise)
{
    static const double slowness = [] {
        const auto before = processorTime();
        factoring::siqsFactor(mpz_class("35000000000000004938358652000000000012277530938937"), {}, {});
        return std::chrono::duration<double>(processorTime() - before) / std::chrono::duration<double>(0.1);
    }();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(promise * std::max(1.0, slowness));
}

/// The least that measure() returns, which is asked again where it is above the promise, three times at most. While a
/// virtual machine is held up its processes seem to compute; who is late of its own accord is so each time.
template <typename Promise, typename Measure>
auto leastOfThree(Promise promise, Measure measure)
{
    auto least = measure();
    for (int times = 1; times < 3 && least > promise; ++times)
        least = std::min(least, measure());
    return least;
}

} // namespace openloop::test
