// SPDX-License-Identifier: GPL-3.0-or-later
// Where the time of one request went, told to its client in the field Server-Timing.
#pragma once

#include <QByteArray>

#include <array>
#include <chrono>

namespace openloop::http {

/// Begins with the request's release to its handler. The thread of the event loop.
class Timing
{
public:
    using Clock = std::chrono::steady_clock;
    enum Part { Queue, Compute, Database, Upstream };

    /// Adds the time from its making to its end; lives no longer than the request.
    class Span
    {
    public:
        Span(Timing &timing, Part part) : m_timing(timing), m_part(part) { }
        ~Span() { m_timing.add(m_part, Clock::now() - m_begun); }
        Q_DISABLE_COPY_MOVE(Span)

    private:
        Timing &m_timing;
        const Part m_part;
        const Clock::time_point m_begun = Clock::now();
    };

    void add(Part part, Clock::duration time);
    Clock::duration total() const { return Clock::now() - m_begun; }
    /// Zero where it took no part.
    Clock::duration spent(Part part) const { return m_parts[part]; }

    /// Writes `queue;dur=0.020, compute;dur=1.300, total;dur=1.352`: milliseconds (W3C Server Timing); parts that took
    /// no part are left out.
    void appendTo(QByteArray &out) const;

private:
    Clock::time_point m_begun = Clock::now();
    std::array<Clock::duration, 4> m_parts{};
};

} // namespace openloop::http
