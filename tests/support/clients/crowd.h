// SPDX-License-Identifier: GPL-3.0-or-later
// Many clients that ask the same at once, how long each of them waited, and numbers to ask for.
#pragma once

#include "tests/support/raw_client.h"

#include <vector>

namespace openloop::test {

struct Heard {
    int status = 0; ///< 0: no answer
    std::chrono::duration<double, std::milli> time{}; ///< from its own request to its answer
};

/// Opens `count` connections, then sends `GET path` on each as fast as one thread can, and waits for all answers.
std::vector<Heard> askAtOnce(quint16 port, const QByteArray &path, int count, std::chrono::milliseconds deadline);

/// The decimal digits of the product of two primes of half so many bits: 200 take a second or two, 290 minutes.
QByteArray semiprime(unsigned bits, unsigned long seed = 1);

} // namespace openloop::test
