// SPDX-License-Identifier: GPL-3.0-or-later
// Where tests hold a computation, so that none of them needs to know how fast the machine is.
#pragma once

#include "server/compute/factoring/factoring_pool.h"

#include <QByteArray>

#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>

namespace openloop::test {

/// Computations that are in the named phase wait there until they are released or told to stop. A level, not an edge:
/// it does not matter which came first, the hold or the computation. The engine is certain to tell of "trial division"
/// (of numbers above 64 bits, first of all) and of "sieving" (of those that are sieved); of others only when they take
/// long. Any thread.
class Hold
{
public:
    /// n: the only number that is held; nothing: each. lends: whether the thread that waits is lent to others
    /// meanwhile, as the engine lends it. stops: false for a computation that does not end when told to.
    void set(const QByteArray &phase, std::optional<mpz_class> n = {}, bool lends = true, bool stops = true);
    void release();

    /// How many wait now, and will until something changes.
    int held() const;

    /// For FactoringPool::Settings::atProgress.
    void pass(const Moment &moment);

private:
    bool holds(const Moment &moment) const;

    mutable std::mutex m_mutex; // guards the following
    std::condition_variable_any m_changed;
    QByteArray m_phase; ///< empty: none
    std::optional<mpz_class> m_number;
    bool m_lends = true;
    bool m_stops = true;
    std::list<const Moment *> m_waiting;
};

} // namespace openloop::test
