// SPDX-License-Identifier: GPL-3.0-or-later
// How long a turn's share is, and a timer of no time by which the loop tells that its next turn has come.
#include "server/http/turns.h"

#include "server/http/message/characters.h"

using namespace std::chrono_literals;

namespace openloop::http {

namespace {

constexpr auto share = 300us; // of a turn, for what is not urgent

} // namespace

bool Turns::isFirst(QByteArrayView path) const
{
    return m_first.contains(asKey(path));
}

bool Turns::mayRunNow(QByteArrayView path)
{
    if (isFirst(path))
        return true;
    return hasTime() && m_waiting.empty();
}

void Turns::begin()
{
    if (m_ends)
        return;
    m_ends = std::chrono::steady_clock::now() + share;
    m_next.start(0, this); // a timer: posted events run until there are none, before any socket is looked at
}

bool Turns::hasTime()
{
    begin();
    return std::chrono::steady_clock::now() < *m_ends;
}

void Turns::runLater(Waiter *waiter)
{
    begin();
    m_waiting.emplace_back(waiter);
}

// What the last turn left comes first.
void Turns::timerEvent(QTimerEvent *)
{
    m_ends.reset();
    m_next.stop();
    if (m_waiting.empty())
        return;
    begin();
    do { // one at least, however slow the machine
        const QPointer<Waiter> waiter = m_waiting.front();
        m_waiting.pop_front();
        if (waiter)
            waiter->takeTurn();
    } while (hasTime() && !m_waiting.empty());
}

} // namespace openloop::http
