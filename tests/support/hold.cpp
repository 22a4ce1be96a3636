// SPDX-License-Identifier: GPL-3.0-or-later
// The phases that are held, and who waits in them.
#include "tests/support/hold.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace openloop::test {

namespace {

constexpr auto interludes = 5ms; // between two of them

} // namespace

void Hold::set(const QByteArray &phase, std::optional<mpz_class> n, bool lends, bool stops)
{
    {
        const std::lock_guard lock(m_mutex);
        m_phase = phase;
        m_number = std::move(n);
        m_lends = lends;
        m_stops = stops;
    }
    m_changed.notify_all();
}

void Hold::release()
{
    set({});
}

int Hold::held() const
{
    const std::lock_guard lock(m_mutex);
    return int(std::ranges::count_if(m_waiting, [this](const Moment *moment) { return holds(*moment); }));
}

void Hold::pass(const Moment &moment)
{
    std::unique_lock lock(m_mutex);
    if (!holds(moment))
        return;
    const auto place = m_waiting.insert(m_waiting.end(), &moment);
    while (holds(moment)) {
        if (m_lends && moment.interlude) {
            lock.unlock();
            moment.interlude();
            lock.lock();
        }
        m_changed.wait_for(lock, m_stops ? moment.stop : std::stop_token(), interludes, [&] { return !holds(moment); });
    }
    m_waiting.erase(place);
}

bool Hold::holds(const Moment &moment) const
{
    if (m_stops && moment.stop.stop_requested())
        return false;
    return m_phase == factoring::phaseName(moment.progress.phase) && (!m_number || *m_number == moment.n);
}

} // namespace openloop::test
