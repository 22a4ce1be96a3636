// SPDX-License-Identifier: GPL-3.0-or-later
// When a lost connection is opened again, so that a fleet does not come back in one moment.
#pragma once

#include <QRandomGenerator>

#include <algorithm>
#include <chrono>

namespace openloop {

/// At once after the first loss, then with full jitter between 0.2 s and twice the longest of before, at most `most`.
/// One thread.
class Reconnect
{
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds shortest{200};
    static constexpr std::chrono::milliseconds longest{10'000};

    explicit Reconnect(std::chrono::milliseconds most = longest) : m_most(most) { }

    /// The connection was lost, or could not be opened.
    void lost(Clock::time_point now)
    {
        m_next = now;
        if (m_range > shortest)
            m_next += std::chrono::milliseconds(
                QRandomGenerator::global()->bounded(qint64(shortest.count()), qint64(m_range.count())));
        m_range = std::min(2 * m_range, m_most);
    }

    /// The database has answered.
    void answered() { m_range = shortest; }

    /// Not before that: the next try.
    Clock::time_point next() const { return m_next; }

private:
    std::chrono::milliseconds m_most;
    std::chrono::milliseconds m_range = shortest; // the longest pause after the next loss; none if it is the shortest
    Clock::time_point m_next;
};

} // namespace openloop
